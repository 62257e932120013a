/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* Who is meant: the workloads that a policy selects, and those that its rules name. Whether they may talk is another question
 * (qd-policy-eval.h). A workload counts when one of its pods does. With @options NULL: the defaults; pods in their node's network
 * are nobody's unless these say otherwise. Of const QdPolicyWorkload, in the order of the world. (transfer full) */
GPtrArray *qd_policy_find_selected (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyOptions *options);
GPtrArray *qd_policy_find_meant (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyRule *rule, const QdPolicyOptions *options);
GPtrArray *qd_policy_find_peer (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyPeer *peer, const QdPolicyOptions *options);

/* Whether the rule can mean addresses outside of the cluster, which are no workloads. */
gboolean qd_policy_rule_reaches_outside (const QdPolicyRule *rule);

G_END_DECLS
