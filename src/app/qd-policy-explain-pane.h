/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-cut.h"

G_BEGIN_DECLS

/**
 * QdPolicyExplainPane:
 *
 * Why somebody may reach somebody on a port, or may not: the verdict, and for either direction what each policy and rule
 * said. Who and which port can be changed; rows lead to where a policy is written.
 */
#define QD_TYPE_POLICY_EXPLAIN_PANE (qd_policy_explain_pane_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyExplainPane, qd_policy_explain_pane, QD, POLICY_EXPLAIN_PANE, GtkWidget)

GtkWidget *qd_policy_explain_pane_new (void);
/* @eval NULL: nothing is explained. A reference is kept. The port stays while source and destination are called the same; else it is the first
 * one that matters between them. */
void qd_policy_explain_pane_set_flow (QdPolicyExplainPane *self, QdPolicyEval *eval, guint src, guint dst);
/* The same of a flow that was seen, between its very addresses, on its port. */
void qd_policy_explain_pane_set_seen (QdPolicyExplainPane *self, QdPolicyEval *eval, const QdPolicySeen *seen);
/* Asks about this port instead. */
void qd_policy_explain_pane_show_port (QdPolicyExplainPane *self, QdProtocol protocol, guint port);
/* "80", "80/TCP", "udp 53". FALSE: it is no port, and nothing changes. */
gboolean qd_policy_explain_pane_set_port (QdPolicyExplainPane *self, const char *text);
/* Ends of the evaluation; FALSE: nothing is explained. */
gboolean qd_policy_explain_pane_get_flow (QdPolicyExplainPane *self, guint *src, guint *dst, QdProtocol *protocol, guint *port);
/* All that it says, as text; NULL while it is worked out. (transfer full) */
char *qd_policy_explain_pane_dup_text (QdPolicyExplainPane *self);

G_END_DECLS
