/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qdctl-policy.h"

G_BEGIN_DECLS

/* Flows that were seen, as "qdctl flows --csv" prints them. */
typedef struct _QdctlPolicyFlows QdctlPolicyFlows;

/* Those that @connection has seen. */
QdctlPolicyFlows *qdctl_policy_flows_of (QdFleet *fleet, const char *connection);
/* NULL, after saying why. */
QdctlPolicyFlows *qdctl_policy_flows_read (const char *path);
void qdctl_policy_flows_free (QdctlPolicyFlows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdctlPolicyFlows, qdctl_policy_flows_free)

/* Those that may pass in @before and may not in @after, with what they carry in a day; as JSON, a member "cut" of an object that was begun. */
void qdctl_policy_flows_print (const QdctlPolicyFlows *self, QdPolicyEval *before, QdPolicyEval *after, gboolean json);

G_END_DECLS
