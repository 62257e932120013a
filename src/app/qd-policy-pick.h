/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-edit.h"

G_BEGIN_DECLS

/* Who is picked from a list to be a peer: those with a label, or one workload. It is what is dragged. */
#define QD_TYPE_POLICY_PICK (qd_policy_pick_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyPick, qd_policy_pick, QD, POLICY_PICK, GObject)

QdPolicyPick *qd_policy_pick_new_label (gboolean of_namespaces, const char *key, const char *value);
/* By the labels that its pods have and that are not one pod's own. */
QdPolicyPick *qd_policy_pick_new_workload (const QdPolicyWorkload *workload);
/* How a policy of @kind, of @namespace (NULL: of none), says it; QD_N_PEER_FORMS: it cannot, as where a workload has no label. */
QdPeerForm qd_policy_pick_get_form (QdPolicyPick *self, QdPolicyKind kind, const char *namespace);
/* Fills in the peer at @peer, which is a new one of that form. */
void qd_policy_pick_fill (QdPolicyPick *self, QdPolicyEdit *edit, QdPolicyKind kind, QdPeerForm form, const char *peer);
/* "app=web", "shop/web". */
const char *qd_policy_pick_get_text (QdPolicyPick *self);

G_END_DECLS
