/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

#include <glib/gi18n.h>

#include "qd-policy-edit.h"

/* What a policy says of itself, and may not mean: types and rules that do not go together, and what is empty and so means everything. */

static const char *const type_names[QD_POLICY_N_DIRECTIONS] = { "Egress", "Ingress" };

static const QdYamlNode *
spec_of (const QdPolicy *policy)
{
  return qd_yaml_node_get (policy->place.node, "spec");
}

/* The finding is given a flow of one of the policy's subjects, where there is one. */
static QdPolicyFinding *
say_with (QdPolicyLint *self, QdPolicySeverity severity, const QdPolicy *policy, const QdYamlNode *node, const char *code, char *message,
          QdPolicyDirection direction, guint ports, QdPolicyClaim claim)
{
  QdPolicyFinding *finding = qd_policy_lint_say (self, severity, policy, node, code, message);

  if (self->eval)
    finding->proof = qd_policy_lint_prove_policy (self, qd_policy_lint_find (self, policy), direction, NULL, ports, claim);
  return finding;
}

/* --- Types and rules -------------------------------------------------------------------------------------------- */

/* A port that no rule of the direction is about: none may be, so that a flow on it shows that they do not count. */
static guint
find_port_beside (QdPolicyLint *self, GPtrArray *rules)
{
  static const guint candidates[] = { 443, 80, 8080, 1, 65535 };

  for (guint i = 0; self->eval && i < G_N_ELEMENTS (candidates); i++)
    {
      gboolean beside = TRUE;

      for (guint r = 0; r < rules->len; r++)
        {
          const QdPolicyRule *rule = g_ptr_array_index (rules, r);

          beside = beside && !rule->any_port;
          for (guint p = 0; p < rule->ports->len; p++)
            {
              const QdPolicyPort *port = &g_array_index (rule->ports, QdPolicyPort, p);

              beside = beside && port->name == NULL && (candidates[i] < port->first || candidates[i] > port->last);
            }
        }
      if (beside)
        return qd_port_store_add_range (self->in.store, QD_PROTOCOL_TCP, candidates[i], candidates[i]);
    }
  return QD_PORTS_NONE;
}

/* Rules of a direction that policyTypes do not name. */
static void
look_for_rules_without_type (QdPolicyLint *self, const QdPolicy *policy, QdPolicyDirection direction)
{
  const char *key = qd_policy_direction_key (direction);
  QdPolicyFinding *finding;

  if (policy->applies[direction] || policy->rules[direction]->len == 0)
    return;
  finding = say_with (self, QD_POLICY_WARNING, policy, qd_yaml_node_get (spec_of (policy), key), "rules-without-type",
                      g_strdup_printf (_("the rules of %s have no effect: policyTypes do not name %s"), key, type_names[direction]), direction,
                      find_port_beside (self, policy->rules[direction]), QD_POLICY_SIDE_YES (direction));
  finding->fix = qd_policy_fix_remove_rules (policy, direction);
}

static const QdYamlNode *
find_type (const QdYamlNode *types, QdPolicyDirection direction)
{
  for (guint i = 0; i < qd_yaml_node_get_length (types); i++)
    if (g_strcmp0 (qd_yaml_node_get_string (qd_yaml_node_get_item (types, i)), type_names[direction]) == 0)
      return qd_yaml_node_get_item (types, i);
  return NULL;
}

/* A type that is named and has no rules denies all. Who writes no rules at all, or an empty list, means it. */
static void
look_for_type_without_rules (QdPolicyLint *self, const QdPolicy *policy, QdPolicyDirection direction)
{
  const QdYamlNode *spec = spec_of (policy), *type = find_type (qd_yaml_node_get (spec, "policyTypes"), direction);
  QdPolicyDirection other = direction == QD_POLICY_EGRESS ? QD_POLICY_INGRESS : QD_POLICY_EGRESS;
  const char *key = qd_policy_direction_key (direction);
  gboolean none = policy->rules[other]->len == 0, both = none && policy->applies[other], written = !qd_policy_node_is_null (qd_yaml_node_get (spec, key));
  char *message;
  QdPolicyFinding *finding;

  /* Of one that is about both it is said once. */
  if (type == NULL || policy->rules[direction]->len > 0 || written || (both && direction == QD_POLICY_EGRESS))
    return;
  if (both)
    message = g_strdup (_("nothing may come in to what this selects nor go out of it, unless another policy allows it"));
  else if (none)
    message = g_strdup (direction == QD_POLICY_EGRESS ? _("nothing may go out of what this selects, unless another policy allows it")
                                                      : _("nothing may come in to what this selects, unless another policy allows it"));
  else
    message = g_strdup_printf (_("%s is named without rules, and so nothing is allowed there: if that is meant, %s: [] says it"), type_names[direction], key);
  finding = say_with (self, none ? QD_POLICY_NOTE : QD_POLICY_WARNING, policy, type, "type-without-rules", message, direction, QD_PORTS_ALL,
                      QD_POLICY_SIDE_NO (direction));
  if (!none)
    finding->fix = qd_policy_fix_write_nobody (policy, direction);
}

/* Whether it alone isolates one of those that it selects. */
static gboolean
isolates_alone (QdPolicyLint *self, const QdPolicy *policy, QdPolicyDirection direction)
{
  const QdPolicyLintPolicy *looked = qd_policy_lint_find (self, policy);

  QD_BITS_FOREACH (looked->compiled->subject, self->n_groups, group)
    {
      const QdPolicyRow *row = qd_policy_lint_row (self, direction, group);
      guint n = 0;

      for (guint i = 0; i < row->n_policies; i++)
        n += row->policies[i]->tier == QD_POLICY_TIER_NETWORK;
      if (n == 1)
        return TRUE;
    }
  return FALSE;
}

/* Without policyTypes, Ingress is always among them, and Egress only where there is a rule of it. */
static void
look_at_default_types (QdPolicyLint *self, const QdPolicy *policy)
{
  const QdYamlNode *spec = spec_of (policy), *ingress = qd_yaml_node_get (spec, "ingress"), *egress = qd_yaml_node_get (spec, "egress");
  QdPolicyFinding *finding;

  if (qd_yaml_node_get_length (qd_yaml_node_get (spec, "policyTypes")) > 0)
    return;
  if (qd_yaml_node_get_type (egress) == QD_YAML_SEQ && qd_yaml_node_get_length (egress) == 0)
    say_with (self, QD_POLICY_WARNING, policy, egress, "egress-not-isolated",
              g_strdup (_("this denies nothing: without policyTypes, a policy is about Egress only where it has a rule of it")), QD_POLICY_EGRESS, QD_PORTS_ALL,
              QD_POLICY_EGRESS_YES);
  if (self->eval == NULL || policy->rules[QD_POLICY_EGRESS]->len == 0 || !qd_policy_node_is_null (ingress) ||
      !isolates_alone (self, policy, QD_POLICY_INGRESS))
    return;
  finding = say_with (self, QD_POLICY_WARNING, policy, egress, "isolates-by-default",
                      g_strdup (_("what this selects is closed for ingress, too: without policyTypes, a policy is always about Ingress")), QD_POLICY_INGRESS,
                      QD_PORTS_ALL, QD_POLICY_INGRESS_NO);
  finding->fix = qd_policy_fix_write_types (policy, TRUE, TRUE);
}

/* --- What is empty ---------------------------------------------------------------------------------------------- */

static gboolean
selects_all (const QdSelector *selector)
{
  return selector == NULL || (!selector->invalid && qd_selector_is_all (selector));
}

/* Of a NetworkPolicy it may be meant, and mostly is, when it is written; a selector that is not there may be forgotten. That a policy without any rule
 * is about all is plain, and something else is said of it. */
static void
look_at_subject (QdPolicyLint *self, const QdPolicy *policy)
{
  const QdYamlNode *spec = spec_of (policy), *selector = qd_yaml_node_get (spec, "podSelector");

  if (policy->kind != QD_POLICY_NETWORK)
    {
      if (selects_all (policy->namespaces) && selects_all (policy->pods) && policy->namespaces != NULL)
        qd_policy_lint_say (self, QD_POLICY_NOTE, policy, qd_yaml_node_get (spec, "subject"), "selects-everything",
                            g_strdup (_("an empty selector: this is about every pod of every namespace")));
      return;
    }
  if (!selects_all (policy->pods))
    return;
  if (qd_policy_node_is_null (selector))
    qd_policy_lint_say (self, QD_POLICY_WARNING, policy, selector ? selector : spec, "selects-everything",
                        g_strdup_printf (_("there is no podSelector, and so this selects every pod of %s: if that is meant, podSelector: {} says it"), policy->namespace));
  else if (policy->rules[QD_POLICY_INGRESS]->len + policy->rules[QD_POLICY_EGRESS]->len > 0)
    qd_policy_lint_say (self, QD_POLICY_NOTE, policy, selector, "selects-everything",
                        g_strdup_printf (_("an empty selector: this selects every pod of %s"), policy->namespace));
}

static const char *
list_key (const QdPolicy *policy, QdPolicyDirection direction, gboolean ports)
{
  return ports ? (policy->kind == QD_POLICY_CLUSTER_NETWORK ? "protocols" : "ports") : qd_policy_direction_peers (direction);
}

/* A list that is there and has nothing in it does not mean nobody: it means everybody. Of one that is not there everybody knows. */
static void
look_at_list (QdPolicyLint *self, const QdPolicy *policy, QdPolicyDirection direction, const QdPolicyRule *rule, gboolean ports)
{
  const char *key = list_key (policy, direction, ports);
  const QdYamlNode *list = qd_yaml_node_get (rule->place.node, key);
  const QdPolicyCompiledRule *compiled = NULL;
  QdPolicyFinding *finding;

  if (list == NULL || !(ports ? rule->any_port : rule->any_peer))
    return;
  finding = qd_policy_lint_say (self, QD_POLICY_WARNING, policy, list, "empty-list",
                                g_strdup_printf (ports ? _("an empty list of “%s” does not mean none: it means every port")
                                                       : _("an empty list of “%s” does not mean nobody: it means everyone, within the cluster and outside"), key));
  if (self->eval == NULL || !policy->applies[direction])
    return;
  for (guint i = 0; i < qd_policy_lint_find (self, policy)->rules[direction]->len; i++)
    {
      const QdPolicyLintRule *looked = &g_array_index (qd_policy_lint_find (self, policy)->rules[direction], QdPolicyLintRule, i);

      if (looked->rule == rule)
        compiled = looked->compiled;
    }
  if (compiled)
    finding->proof = qd_policy_lint_prove_policy (self, qd_policy_lint_find (self, policy), direction, compiled->peers, compiled->ports, QD_POLICY_SIDE_YES (direction));
}

static void
look_at_peers (QdPolicyLint *self, const QdPolicy *policy, const QdPolicyRule *rule)
{
  for (guint i = 0; rule->action == QD_POLICY_ALLOW && i < rule->peers->len; i++)
    {
      const QdPolicyPeer *peer = g_ptr_array_index (rule->peers, i);

      if (peer->kind == QD_POLICY_PEER_PODS && peer->namespaces && selects_all (peer->namespaces) && selects_all (peer->pods))
        qd_policy_lint_say (self, QD_POLICY_NOTE, policy, peer->place.node, "peer-everything",
                            g_strdup (_("an empty selector: this means every pod of every namespace")));
    }
}

void
qd_policy_lint_fields (QdPolicyLint *self)
{
  GPtrArray *policies = qd_policy_world_get_policies (self->world);

  for (guint i = 0; i < policies->len && !qd_policy_lint_is_over (self); i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);

      look_at_subject (self, policy);
      if (policy->kind == QD_POLICY_NETWORK)
        look_at_default_types (self, policy);
      for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
        {
          if (policy->kind == QD_POLICY_NETWORK)
            {
              look_for_rules_without_type (self, policy, d);
              look_for_type_without_rules (self, policy, d);
            }
          for (guint r = 0; r < policy->rules[d]->len; r++)
            {
              const QdPolicyRule *rule = g_ptr_array_index (policy->rules[d], r);

              look_at_peers (self, policy, rule);
              look_at_list (self, policy, d, rule, FALSE);
              look_at_list (self, policy, d, rule, TRUE);
            }
        }
    }
}
