/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-explain.h"

G_BEGIN_DECLS

/**
 * QdPolicyExplainSide:
 *
 * One direction of an explanation: what came of it, and the policies and rules in the order in which they were asked.
 */
#define QD_TYPE_POLICY_EXPLAIN_SIDE (qd_policy_explain_side_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyExplainSide, qd_policy_explain_side, QD, POLICY_EXPLAIN_SIDE, GtkWidget)

GtkWidget *qd_policy_explain_side_new (const char *title);
/* @side is borrowed until the next one is set; NULL: nothing. */
void qd_policy_explain_side_set (QdPolicyExplainSide *self, const QdPolicySide *side);
void qd_policy_explain_side_append_text (QdPolicyExplainSide *self, GString *out);

G_END_DECLS
