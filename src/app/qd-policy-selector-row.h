/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* A label selector as chips, one a condition: a press takes it out, the last one adds. */
#define QD_TYPE_POLICY_SELECTOR_ROW (qd_policy_selector_row_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicySelectorRow, qd_policy_selector_row, QD, POLICY_SELECTOR_ROW, AdwBin)

/* @all says what it selects without any condition. */
GtkWidget *qd_policy_selector_row_new (QdPolicyBuilder *builder, QdPolicyLabelsOf of, const char *all);
/* @path is where @node is or is to be; @namespace as for the label picker. */
void qd_policy_selector_row_set (QdPolicySelectorRow *self, const char *path, const QdYamlNode *node, const char *namespace);

G_END_DECLS
