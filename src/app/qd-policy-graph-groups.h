/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-graph-data.h"
#include "qd-topology-view.h"

G_BEGIN_DECLS

/**
 * QdPolicyGraphGroups:
 *
 * A layer over a picture of who may reach whom: a quiet ring about what is of one namespace, with its name.
 */
#define QD_TYPE_POLICY_GRAPH_GROUPS (qd_policy_graph_groups_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGraphGroups, qd_policy_graph_groups, QD, POLICY_GRAPH_GROUPS, GtkWidget)

/* @view is steered by others, and outlives it. */
GtkWidget *qd_policy_graph_groups_new (QdTopologyView *view);
/* What the scene of the view shows; NULL: nothing. */
void qd_policy_graph_groups_set (QdPolicyGraphGroups *self, QdPolicyGraph *data, const QdPoint *positions);
/* Makes room for the rings in what @scene, that nobody else has yet, is as a whole. */
void qd_policy_graph_groups_extend (QdPolicyGraph *data, QdScene *scene);

G_END_DECLS
