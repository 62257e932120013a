/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* What one more condition of a selector may be: the labels that workloads or namespaces have, each with how many have it, found as one
 * types; or one that nobody has yet, typed as key=value. */
#define QD_TYPE_POLICY_LABEL_PICKER (qd_policy_label_picker_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyLabelPicker, qd_policy_label_picker, QD, POLICY_LABEL_PICKER, GtkPopover)

GtkWidget *qd_policy_label_picker_new (QdPolicyBuilder *builder, QdPolicyLabelsOf of);
/* The place of the selector that it changes; @namespace: only labels of workloads there, NULL: of all. */
void qd_policy_label_picker_set (QdPolicyLabelPicker *self, const char *path, const char *namespace);

G_END_DECLS
