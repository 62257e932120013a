/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-workbench.h"

G_BEGIN_DECLS

/**
 * QdPolicyConflict:
 *
 * Two changes to one file side by side: for each place where they overlap one says whose stays, and sees
 * what comes of it. Nothing is written until that is done.
 */
#define QD_TYPE_POLICY_CONFLICT (qd_policy_conflict_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyConflict, qd_policy_conflict, QD, POLICY_CONFLICT, AdwDialog)

/* Shows it for a document that is in conflict, once both are compared on a worker. @parent: a widget in a window. */
void qd_policy_conflict_ask (QdWorkbench *workbench, QdDocument *document, GtkWidget *parent);

/* @choices: whose each conflict is, as in qd_merge_get_text(). */
typedef void (*QdPolicyConflictFunc) (const QdMergeKind *choices, gpointer data);
/* The same of two texts that are no document's. @merge is of them, and must live until @destroy. Returns: (transfer floating): to be presented */
AdwDialog *qd_policy_conflict_new (QdMerge *merge, GBytes *mine, GBytes *theirs, QdPolicyConflictFunc decided, gpointer data, GDestroyNotify destroy);

G_END_DECLS
