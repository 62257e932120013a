/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-who.h"

typedef struct {
  const QdPolicy *policy;
  const QdPolicyRule *rule;
  const QdPolicyPeer *peer;
  QdPolicyOptions options;
} Asking;

typedef gboolean (*Matches) (const Asking *asking, const QdPolicyWorkload *workload, const QdPolicyPod *pod);

static gboolean
is_selected (const QdSelector *selector, const QdLabels *labels)
{
  return selector == NULL || qd_selector_matches (selector, labels);
}

static gboolean
block_holds (const QdPolicyBlock *block, const QdAddress *addresses, guint n)
{
  for (guint i = 0; block->ranges != NULL && i < n; i++)
    if (qd_address_ranges_find (block->ranges, &addresses[i]) >= 0)
      return TRUE;
  return FALSE;
}

/* Of a pod in its node's network others see the node's address, and policies do not know the pod. */
static gboolean
peer_matches (const Asking *asking, const QdPolicyPeer *peer, const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  gboolean exempt = pod->host_network && asking->options.host_network == QD_POLICY_HOST_EXEMPT;
  gboolean external = asking->options.ip_block == QD_POLICY_BLOCK_EXTERNAL && asking->policy->kind == QD_POLICY_NETWORK;

  if (peer->kind == QD_POLICY_PEER_PODS && !exempt)
    return (peer->namespaces != NULL ? qd_selector_matches (peer->namespaces, workload->namespace->labels)
                                     : g_strcmp0 (workload->namespace->name, asking->policy->namespace) == 0) &&
           is_selected (peer->pods, pod->labels);
  if (peer->kind != QD_POLICY_PEER_NETWORKS || (external && !exempt))
    return FALSE;
  for (guint i = 0; i < peer->blocks->len; i++)
    if (exempt ? block_holds (peer->blocks->pdata[i], pod->node_addresses, pod->n_node_addresses)
               : block_holds (peer->blocks->pdata[i], pod->addresses, pod->n_addresses))
      return TRUE;
  return FALSE;
}

static gboolean
is_subject (const Asking *asking, const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  if (pod->host_network && asking->options.host_network == QD_POLICY_HOST_EXEMPT)
    return FALSE;
  return (asking->policy->namespaces != NULL ? qd_selector_matches (asking->policy->namespaces, workload->namespace->labels)
                                             : g_strcmp0 (workload->namespace->name, asking->policy->namespace) == 0) &&
         is_selected (asking->policy->pods, pod->labels);
}

static gboolean
is_meant (const Asking *asking, const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  if (asking->rule->any_peer)
    return TRUE;
  for (guint i = 0; i < asking->rule->peers->len; i++)
    if (peer_matches (asking, asking->rule->peers->pdata[i], workload, pod))
      return TRUE;
  return FALSE;
}

static gboolean
is_of_peer (const Asking *asking, const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  return peer_matches (asking, asking->peer, workload, pod);
}

static GPtrArray *
find (QdPolicyWorld *world, Asking asking, const QdPolicyOptions *options, Matches matches)
{
  GPtrArray *workloads = qd_policy_world_get_workloads (world), *found = g_ptr_array_new ();

  if (options != NULL)
    asking.options = *options;
  for (guint i = 0; i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);
      gboolean any = FALSE;

      for (guint k = 0; !any && k < workload->pods->len; k++)
        any = matches (&asking, workload, g_ptr_array_index (workload->pods, k));
      if (any)
        g_ptr_array_add (found, (gpointer) workload);
    }
  return found;
}

GPtrArray *
qd_policy_find_selected (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyOptions *options)
{
  return find (world, (Asking) { .policy = policy }, options, is_subject);
}

GPtrArray *
qd_policy_find_meant (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyRule *rule, const QdPolicyOptions *options)
{
  return find (world, (Asking) { .policy = policy, .rule = rule }, options, is_meant);
}

GPtrArray *
qd_policy_find_peer (QdPolicyWorld *world, const QdPolicy *policy, const QdPolicyPeer *peer, const QdPolicyOptions *options)
{
  return find (world, (Asking) { .policy = policy, .peer = peer }, options, is_of_peer);
}

gboolean
qd_policy_rule_reaches_outside (const QdPolicyRule *rule)
{
  gboolean outside = rule->any_peer;

  for (guint i = 0; !outside && i < rule->peers->len; i++)
    outside = ((const QdPolicyPeer *) rule->peers->pdata[i])->kind != QD_POLICY_PEER_PODS;
  return outside;
}
