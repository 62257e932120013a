/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* The workloads and labels that there are, found as one types, to be dragged to a side or onto a rule; or sent there by their buttons. */
#define QD_TYPE_POLICY_SHELF (qd_policy_shelf_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyShelf, qd_policy_shelf, QD, POLICY_SHELF, AdwBin)

GtkWidget *qd_policy_shelf_new (QdPolicyBuilder *builder);
/* Takes what there is from the world that the builder shows; not looked at while it is folded. */
void qd_policy_shelf_set_world (QdPolicyShelf *self, QdPolicyWorld *world);
void qd_policy_shelf_set_expanded (QdPolicyShelf *self, gboolean expanded);

G_END_DECLS
