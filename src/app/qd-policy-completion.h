/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

#include "qd-policy-complete.h"

G_BEGIN_DECLS

/**
 * QdPolicyCompletion:
 *
 * Proposes what may be written where the cursor is: see qd-policy-complete.h. It works from the text around the cursor as it is, and from the
 * world of the last analysis.
 */
#define QD_TYPE_POLICY_COMPLETION (qd_policy_completion_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyCompletion, qd_policy_completion, QD, POLICY_COMPLETION, GObject)

/* @view is borrowed, and owns it. */
QdPolicyCompletion *qd_policy_completion_new (GtkSourceView *view);
/* Which file is edited: its name tells what belongs into it. NULL: none. */
void qd_policy_completion_set_file (QdPolicyCompletion *self, const char *name);
/* What exists; NULL: nothing is known. */
void qd_policy_completion_set_world (QdPolicyCompletion *self, QdPolicyWorld *world);
/* What would be proposed now, the best first: of QdPolicyChoice. (transfer full) */
GListModel *qd_policy_completion_list (QdPolicyCompletion *self);

/**
 * QdPolicyChoice:
 *
 * One of the proposals.
 */
#define QD_TYPE_POLICY_CHOICE (qd_policy_choice_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyChoice, qd_policy_choice, QD, POLICY_CHOICE, GObject)

const QdPolicyProposal *qd_policy_choice_get (QdPolicyChoice *self);
/* Writes it where the cursor is, as one step that can be undone. */
void qd_policy_completion_accept (QdPolicyCompletion *self, QdPolicyChoice *choice);

G_END_DECLS
