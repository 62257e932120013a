/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/**
 * QdPolicyGraphView:
 *
 * Who may reach whom as a picture: workloads by namespace, ranges of addresses outside, a line for what may pass, and in place what a change would
 * newly allow and newly deny. Below it, what the looks mean.
 */
#define QD_TYPE_POLICY_GRAPH_VIEW (qd_policy_graph_view_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGraphView, qd_policy_graph_view, QD, POLICY_GRAPH_VIEW, GtkWidget)

GtkWidget *qd_policy_graph_view_new (void);
/* @now (NULL: nothing is shown), and what was before the change (NULL: there is none). References are kept. Worked out elsewhere: a newer one takes the
 * place of one that is under way, and what was shown is shown until then. */
void qd_policy_graph_view_set_evals (QdPolicyGraphView *self, QdPolicyEval *now, QdPolicyEval *before);
/* Lights what has all words of @text in its name; "shop > data": of either side. NULL or empty: nothing is searched. */
void qd_policy_graph_view_set_filter (QdPolicyGraphView *self, const char *text);
/* Goes to the next one that was found. */
void qd_policy_graph_view_find_next (QdPolicyGraphView *self);
void qd_policy_graph_view_set_only_changes (QdPolicyGraphView *self, gboolean only);
/* Marks the connection between two ends of now, where there is a line for it. */
void qd_policy_graph_view_select (QdPolicyGraphView *self, guint src, guint dst);

G_END_DECLS
