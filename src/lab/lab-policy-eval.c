/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-policy.h"

#include <string.h>

/* --- Selectors --- */

static gboolean
is_among (const GPtrArray *values, const char *value)
{
  for (guint i = 0; i < values->len; i++)
    if (strcmp (g_ptr_array_index (values, i), value) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
expression_holds (const LabExpression *expression, const GArray *labels)
{
  const char *value = lab_label_value (labels, expression->key);

  switch (expression->operator)
    {
    case LAB_IN:
      return value != NULL && is_among (expression->values, value);
    case LAB_NOT_IN:
      return value == NULL || !is_among (expression->values, value);
    case LAB_EXISTS:
      return value != NULL;
    default:
      return value == NULL;
    }
}

/* Everything that the selector asks for holds; one that asks for nothing matches everything. */
gboolean
lab_selector_matches (const LabSelector *selector, const GArray *labels)
{
  for (guint i = 0; i < selector->labels->len; i++)
    {
      const LabLabel *want = &g_array_index (selector->labels, LabLabel, i);
      const char *value = lab_label_value (labels, want->key);

      if (value == NULL || strcmp (value, want->value) != 0)
        return FALSE;
    }
  for (guint i = 0; i < selector->expressions->len; i++)
    if (!expression_holds (&g_array_index (selector->expressions, LabExpression, i), labels))
      return FALSE;
  return TRUE;
}

/* --- Pods of the host's network ---
 *
 * Unless asked otherwise they are not covered: no policy has them as its subject, and to others they are
 * their node's address. */

static gboolean
is_covered (const LabPod *pod, const LabSwitches *switches)
{
  return !pod->host_network || switches->host_network_pod;
}

LabEnd
lab_end_of_pod (const LabPod *pod)
{
  return (LabEnd){ pod, pod->addresses, FALSE };
}

/* The end as policies see it. */
static LabEnd
as_seen (const LabEnd *end, const LabSwitches *switches)
{
  if (end->pod != NULL && !is_covered (end->pod, switches))
    return (LabEnd){ NULL, end->pod->all_addresses, TRUE };
  return *end;
}

/* --- Peers --- */

static gboolean
is_in_blocks (const LabPeer *peer, const LabAddress *address)
{
  gboolean inside = FALSE;

  for (guint i = 0; i < peer->blocks->len; i++)
    inside = inside || lab_cidr_contains (&g_array_index (peer->blocks, LabCidr, i), address);
  for (guint i = 0; i < peer->excepts->len; i++)
    inside = inside && !lab_cidr_contains (&g_array_index (peer->excepts, LabCidr, i), address);
  return inside;
}

static gboolean
blocks_contain (const LabPeer *peer, const GArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (is_in_blocks (peer, &g_array_index (addresses, LabAddress, i)))
      return TRUE;
  return FALSE;
}

static gboolean
address_matches (const LabNetworkPolicy *policy, const LabPeer *peer, const LabEnd *other, const LabSwitches *switches)
{
  /* The switch is about NetworkPolicy's ipBlock; networks are said to be about pods as well. */
  if ((other->pod != NULL || other->is_node) && policy->tier == LAB_TIER_NETWORK && switches->ip_block_external)
    return FALSE;
  return blocks_contain (peer, other->addresses);
}

static gboolean
pod_matches (const LabNetworkPolicy *policy, const LabPeer *peer, const LabPod *pod)
{
  if (peer->namespaces != NULL ? !lab_selector_matches (peer->namespaces, pod->namespace_labels)
                               : strcmp (pod->namespace, policy->namespace) != 0)
    return FALSE;
  return peer->pods == NULL || lab_selector_matches (peer->pods, pod->labels);
}

static gboolean
peer_matches (const LabNetworkPolicy *policy, const LabPeer *peer, const LabEnd *other, const LabSwitches *switches)
{
  if (peer->elsewhere || peer->unknown)
    return FALSE;
  if (peer->blocks != NULL)
    return address_matches (policy, peer, other, switches);
  return other->pod != NULL && pod_matches (policy, peer, other->pod);
}

static gboolean
any_peer_matches (const LabNetworkPolicy *policy, const LabRule *rule, const LabEnd *other, const LabSwitches *switches)
{
  for (guint i = 0; i < rule->peers->len; i++)
    if (peer_matches (policy, &g_array_index (rule->peers, LabPeer, i), other, switches))
      return TRUE;
  return rule->any_peer;
}

/* --- Ports --- */

/* A name is what the destination's containers call a port. */
static gboolean
name_matches (const LabPort *port, const LabEnd *dst, LabProtocol protocol, guint number)
{
  if (dst->pod == NULL)
    return FALSE;
  for (guint i = 0; i < dst->pod->ports->len; i++)
    {
      const LabContainerPort *have = &g_array_index (dst->pod->ports, LabContainerPort, i);

      if (have->name != NULL && strcmp (have->name, port->name) == 0 && have->protocol == protocol && have->port == number)
        return TRUE;
    }
  return FALSE;
}

static gboolean
port_matches (const LabPort *port, const LabEnd *dst, LabProtocol protocol, guint number)
{
  if (!port->any_protocol && port->protocol != protocol)
    return FALSE;
  if (port->name != NULL)
    return name_matches (port, dst, protocol, number);
  return port->first <= number && number <= port->last;
}

static gboolean
any_port_matches (const LabRule *rule, const LabEnd *dst, LabProtocol protocol, guint number)
{
  for (guint i = 0; i < rule->ports->len; i++)
    if (port_matches (&g_array_index (rule->ports, LabPort, i), dst, protocol, number))
      return TRUE;
  return rule->any_port;
}

/* --- Rules and policies --- */

typedef struct
{
  const LabSwitches *switches;
  LabDirection direction;
  const LabPod *subject;        /* whose policies are asked */
  const LabEnd *other;
  const LabEnd *dst;
  LabProtocol protocol;
  guint port;
} Question;

static gboolean
rule_matches (const LabNetworkPolicy *policy, const LabRule *rule, const Question *q)
{
  return any_peer_matches (policy, rule, q->other, q->switches) && any_port_matches (rule, q->dst, q->protocol, q->port);
}

static gboolean
has_unknown_peer (const LabRule *rule)
{
  for (guint i = 0; i < rule->peers->len; i++)
    if (g_array_index (rule->peers, LabPeer, i).unknown)
      return TRUE;
  return FALSE;
}

/* What a rule of an admin's policy says: TRUE where it has a say. With a peer that nobody here knows it
 * fails closed: an allowing rule matches nothing, another denies everything. */
static gboolean
rule_says (const LabNetworkPolicy *policy, const LabRule *rule, const Question *q, LabAction *action)
{
  if (has_unknown_peer (rule))
    {
      *action = LAB_DENY;
      return rule->action != LAB_ALLOW;
    }
  *action = rule->action;
  return rule_matches (policy, rule, q);
}

gboolean
lab_policy_selects (const LabNetworkPolicy *policy, const LabPod *pod, const LabSwitches *switches)
{
  if (!is_covered (pod, switches))
    return FALSE;
  if (policy->subject_namespaces != NULL ? !lab_selector_matches (policy->subject_namespaces, pod->namespace_labels)
                                         : strcmp (pod->namespace, policy->namespace) != 0)
    return FALSE;
  return policy->subject_pods == NULL || lab_selector_matches (policy->subject_pods, pod->labels);
}

/* The first rule of @tier that has a say, policies in order, rules in order. TRUE where that decides; a
 * rule that passes ends the tier without deciding. */
static gboolean
ask_tier (const LabCluster *cluster, const Question *q, LabTier tier, LabDecision *decision)
{
  for (guint i = 0; i < cluster->policies->len; i++)
    {
      const LabNetworkPolicy *policy = g_ptr_array_index (cluster->policies, i);
      const GArray *rules = policy->rules[q->direction];

      if (policy->tier != tier || !lab_policy_selects (policy, q->subject, q->switches))
        continue;
      for (guint k = 0; k < rules->len; k++)
        {
          LabAction action;

          if (!rule_says (policy, &g_array_index (rules, LabRule, k), q, &action))
            continue;
          decision->allow = action == LAB_ALLOW;
          decision->by = tier == LAB_TIER_ADMIN ? LAB_BY_ADMIN : LAB_BY_BASELINE;
          decision->policy = policy;
          decision->rule = (gint) k;
          return action != LAB_PASS;
        }
    }
  return FALSE;
}

/* NetworkPolicies: TRUE where one isolates the pod in this direction; then that is the end of it. */
static gboolean
ask_network_policies (const LabCluster *cluster, const Question *q, LabDecision *decision)
{
  gboolean isolated = FALSE;

  for (guint i = 0; i < cluster->policies->len; i++)
    {
      const LabNetworkPolicy *policy = g_ptr_array_index (cluster->policies, i);
      const GArray *rules = policy->rules[q->direction];

      if (policy->tier != LAB_TIER_NETWORK || !policy->isolates[q->direction] ||
          !lab_policy_selects (policy, q->subject, q->switches))
        continue;
      if (!isolated)
        *decision = (LabDecision){ FALSE, LAB_BY_NETWORK, policy, -1 };
      isolated = TRUE;
      for (guint k = 0; k < rules->len; k++)
        if (rule_matches (policy, &g_array_index (rules, LabRule, k), q))
          {
            *decision = (LabDecision){ TRUE, LAB_BY_NETWORK, policy, (gint) k };
            return TRUE;
          }
    }
  return isolated;
}

static LabDecision
decide (const LabCluster *cluster, const Question *q)
{
  LabDecision decision;

  if (q->subject == NULL)
    return (LabDecision){ TRUE, LAB_NOT_COVERED, NULL, -1 };
  if (ask_tier (cluster, q, LAB_TIER_ADMIN, &decision) || ask_network_policies (cluster, q, &decision) ||
      ask_tier (cluster, q, LAB_TIER_BASELINE, &decision))
    return decision;
  return (LabDecision){ TRUE, LAB_BY_DEFAULT, NULL, -1 };
}

/* --- A pod and its node --- */

/* Whether one of @addresses is that of the node that @pod runs on, which another pod there may tell. */
static gboolean
is_address_of_node (const LabCluster *cluster, const LabPod *pod, const GArray *addresses)
{
  for (guint i = 0; i < cluster->pods->len; i++)
    {
      const LabPod *there = g_ptr_array_index (cluster->pods, i);

      if (there->node_number == pod->node_number && lab_addresses_meet (there->host_addresses, addresses))
        return TRUE;
    }
  return FALSE;
}

/* Whether @other is the node that @pod runs on, or a part of it. */
static gboolean
is_own_node (const LabCluster *cluster, const LabPod *pod, const LabEnd *other, const LabSwitches *switches)
{
  if (pod == NULL)
    return FALSE;
  if (other->pod == NULL)
    return is_address_of_node (cluster, pod, other->addresses);
  return !is_covered (other->pod, switches) && pod->node_number == other->pod->node_number;
}

static LabVerdict
free_of_policies (LabBy by)
{
  LabDecision decision = { TRUE, by, NULL, -1 };

  return (LabVerdict){ TRUE, { decision, decision } };
}

LabVerdict
lab_policy_verdict (const LabCluster *cluster, const LabSwitches *switches, const LabEnd *src, const LabEnd *dst,
                    LabProtocol protocol, guint port)
{
  LabEnd from = as_seen (src, switches), to = as_seen (dst, switches);
  Question egress = { switches, LAB_EGRESS, from.pod, &to, &to, protocol, port };
  Question ingress = { switches, LAB_INGRESS, to.pod, &from, &to, protocol, port };
  LabVerdict verdict;

  if (src->pod != NULL && src->pod == dst->pod)
    return free_of_policies (LAB_BY_ITSELF);
  if (is_own_node (cluster, src->pod, dst, switches) || is_own_node (cluster, dst->pod, src, switches))
    return free_of_policies (LAB_BY_NODE);
  verdict.way[LAB_EGRESS] = decide (cluster, &egress);
  verdict.way[LAB_INGRESS] = decide (cluster, &ingress);
  verdict.allow = verdict.way[LAB_EGRESS].allow && verdict.way[LAB_INGRESS].allow;
  return verdict;
}

char *
lab_decision_text (const LabDecision *decision, LabDirection direction)
{
  const char *way = direction == LAB_EGRESS ? "egress" : "ingress";
  const LabNetworkPolicy *policy = decision->policy;

  switch (decision->by)
    {
    case LAB_BY_ITSELF:
      return g_strdup ("a pod reaches itself, whatever policies say");
    case LAB_BY_NODE:
      return g_strdup ("a pod and the node that it runs on reach each other, whatever policies say");
    case LAB_NOT_COVERED:
      return g_strdup_printf ("no policy covers the %s", direction == LAB_EGRESS ? "source" : "destination");
    case LAB_BY_DEFAULT:
      return g_strdup_printf ("no policy says anything about this %s: it is allowed", way);
    default:
      break;
    }
  if (decision->rule < 0)
    return g_strdup_printf ("%s %s isolates the %s for %s, and no rule allows this", policy->kind, policy->name,
                            direction == LAB_EGRESS ? "source" : "destination", way);
  return g_strdup_printf ("%s %s %s this by %s rule %d", policy->kind, policy->name, decision->allow ? "allows" : "denies",
                          way, decision->rule);
}
