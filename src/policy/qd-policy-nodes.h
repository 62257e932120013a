/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* Which pods are on one node: those whose spec.nodeName is the same, or that share an address of their node, directly or through others. The address of
 * a pod in its node's network is its node's. */
typedef struct _QdPolicyNodes QdPolicyNodes;

QdPolicyNodes *qd_policy_nodes_new (QdPolicyWorld *world);
void qd_policy_nodes_free (QdPolicyNodes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyNodes, qd_policy_nodes_free)

/* What the node is called here: the same string (as a pointer, which outlives @self when it is acquired) for all that are on it; NULL: not known. */
const char *qd_policy_nodes_find_pod (QdPolicyNodes *self, const QdPolicyPod *pod);
const char *qd_policy_nodes_find_address (QdPolicyNodes *self, const QdAddress *address);

G_END_DECLS
