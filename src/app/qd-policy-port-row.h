/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* One port of a rule: its protocol, and a number, a range or a name; or the line in which one more is typed. */
#define QD_TYPE_POLICY_PORT_ROW (qd_policy_port_row_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyPortRow, qd_policy_port_row, QD, POLICY_PORT_ROW, AdwBin)

GtkWidget *qd_policy_port_row_new (QdPolicyBuilder *builder, gboolean adds);
/* @node is NULL for a row that adds; @alone: it is the rule's only one. */
void qd_policy_port_row_set (QdPolicyPortRow *self, QdPolicyDirection direction, guint rule, guint port, const QdYamlNode *node, gboolean alone);

G_END_DECLS
