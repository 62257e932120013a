/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-policy-flows.h"

G_BEGIN_DECLS

/**
 * QdPolicyFlowsView:
 *
 * Says in a line which observed flows a change cuts off, and lists them when it is pressed. Hidden while there is nothing to say.
 * ::chosen (QdPolicyFlowRow): somebody wants to know more of it.
 */
#define QD_TYPE_POLICY_FLOWS_VIEW (qd_policy_flows_view_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFlowsView, qd_policy_flows_view, QD, POLICY_FLOWS_VIEW, GtkWidget)

/* A reference is kept to either. */
GtkWidget *qd_policy_flows_view_new (QdPolicyFlows *flows, QdSession *session);
/* Whether the list is unfolded. */
void qd_policy_flows_view_set_open (QdPolicyFlowsView *self, gboolean open);
gboolean qd_policy_flows_view_get_open (QdPolicyFlowsView *self);

G_END_DECLS
