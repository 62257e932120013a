/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* One peer of a rule: what sort it is, and its selectors, addresses or names. */
#define QD_TYPE_POLICY_PEER_ROW (qd_policy_peer_row_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyPeerRow, qd_policy_peer_row, QD, POLICY_PEER_ROW, AdwBin)

GtkWidget *qd_policy_peer_row_new (QdPolicyBuilder *builder);
/* @alone: it is the rule's only one. */
void qd_policy_peer_row_set (QdPolicyPeerRow *self, QdPolicyDirection direction, guint rule, guint peer, const QdYamlNode *node, gboolean alone);
/* Says anew which workloads are meant. */
void qd_policy_peer_row_update_meant (QdPolicyPeerRow *self);
/* Puts the focus where it is changed first. */
void qd_policy_peer_row_edit (QdPolicyPeerRow *self);

G_END_DECLS
