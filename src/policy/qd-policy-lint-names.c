/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

#include <glib/gi18n.h>

/* What means nobody: selectors that select no pod that is here, and names of ports that nobody has. Where there are no pods to be selected from,
 * nothing is said: then the workloads are elsewhere. */

static gboolean
selects (const QdSelector *selector, const QdLabels *labels)
{
  return selector == NULL || qd_selector_matches (selector, labels);
}

/* Whether a pod in its node's network would be meant, to which policies do not apply: of what @namespaces selects (NULL: of @own) and @pods. */
static gboolean
means_exempt (QdPolicyLint *self, const QdSelector *namespaces, const char *own, const QdSelector *pods)
{
  for (guint i = 0; i < self->in.columns->spaces->len; i++)
    {
      const QdPolicyColumnSpace *space = &g_array_index (self->in.columns->spaces, QdPolicyColumnSpace, i);

      if (namespaces ? !qd_selector_matches (namespaces, space->labels) : space->name != own)
        continue;
      for (guint k = space->first; k < space->end; k++)
        {
          const QdPolicyGroup *group = &g_array_index (self->in.columns->groups, QdPolicyGroup, k);

          if (group->exempt && selects (pods, group->labels))
            return TRUE;
        }
    }
  return FALSE;
}

/* --- Subjects --------------------------------------------------------------------------------------------------- */

static const QdYamlNode *
subject_node (const QdPolicy *policy)
{
  const QdYamlNode *spec = qd_yaml_node_get (policy->place.node, "spec");
  const QdYamlNode *node = qd_yaml_node_get (spec, policy->kind == QD_POLICY_NETWORK ? "podSelector" : "subject");

  return node ? node : spec;
}

static void
look_at_subject (QdPolicyLint *self, const QdPolicyLintPolicy *looked)
{
  const QdPolicy *policy = looked->policy;
  gboolean here = policy->kind != QD_POLICY_NETWORK || qd_policy_lint_has_pods (self, policy->namespace);

  if (looked->n_subjects > 0 || self->n_groups == 0)
    return;
  if (means_exempt (self, policy->namespaces, policy->namespace, policy->pods))
    qd_policy_lint_say (self, QD_POLICY_WARNING, policy, subject_node (policy), "selects-nothing",
                        g_strdup (_("this selects only pods in their node's network, to which policies do not apply")));
  else if (here)
    qd_policy_lint_say (self, QD_POLICY_WARNING, policy, subject_node (policy), "selects-nothing",
                        policy->namespace ? g_strdup_printf (_("this selects nothing: no pod of %s has these labels"), policy->namespace)
                                          : g_strdup (_("this selects nothing: no pod that is here is meant")));
  else
    qd_policy_lint_say (self, QD_POLICY_NOTE, policy, subject_node (policy), "selects-nothing",
                        g_strdup_printf (_("this selects nothing that is here: there is no workload of %s in these files"), policy->namespace));
}

/* --- Peers ------------------------------------------------------------------------------------------------------ */

/* Whether a namespace that has pods is meant. */
static gboolean
are_spaces_here (QdPolicyLint *self, const QdPolicy *policy, const QdPolicyPeer *peer)
{
  if (peer->namespaces == NULL)
    return qd_policy_lint_has_pods (self, policy->namespace);
  for (guint i = 0; i < self->in.columns->spaces->len; i++)
    if (qd_selector_matches (peer->namespaces, g_array_index (self->in.columns->spaces, QdPolicyColumnSpace, i).labels))
      return TRUE;
  return FALSE;
}

static void
look_at_peer (QdPolicyLint *self, const QdPolicy *policy, const QdPolicyPeer *peer, const guint64 *means)
{
  if (peer->kind != QD_POLICY_PEER_PODS || self->n_groups == 0 || !qd_policy_lint_is_empty (means, self->n_columns))
    return;
  if (means_exempt (self, peer->namespaces, policy->namespace, peer->pods))
    qd_policy_lint_say (self, QD_POLICY_WARNING, policy, peer->place.node, "peer-nothing",
                        g_strdup (_("this means only pods in their node's network, which others see as their node: an address says who they are")));
  else if (are_spaces_here (self, policy, peer))
    qd_policy_lint_say (self, QD_POLICY_WARNING, policy, peer->place.node, "peer-nothing", g_strdup (_("this means nobody: no pod there has these labels")));
  else
    qd_policy_lint_say (self, QD_POLICY_NOTE, policy, peer->place.node, "peer-nothing",
                        g_strdup (_("this means nobody that is here: none of these files has a workload in such a namespace")));
}

/* --- Names of ports --------------------------------------------------------------------------------------------- */

/* Whether a list of named ports has the name; @other becomes TRUE when it has it for another protocol alone. */
static gboolean
has_name (const GArray *named, const QdPolicyPort *port, gboolean *other)
{
  for (guint i = 0; i < named->len; i++)
    {
      const QdPolicyContainerPort *there = &g_array_index (named, QdPolicyContainerPort, i);

      if (there->name != port->name)
        continue;
      if (port->any_protocol || there->protocol == port->protocol)
        return TRUE;
      *other = TRUE;
    }
  return FALSE;
}

/* Whose ports they are: of ingress the subjects', of egress the peers'. */
static gboolean
is_resolved (QdPolicyLint *self, const guint64 *destinations, const QdPolicyPort *port, gboolean *any, gboolean *other)
{
  *any = *other = FALSE;
  QD_BITS_FOREACH (destinations, self->n_groups, group)
    {
      const QdPolicyGroup *there = &g_array_index (self->in.columns->groups, QdPolicyGroup, group);

      /* Behind the groups are addresses, which have no names. */
      if (group >= self->n_groups)
        break;
      *any = *any || !there->exempt;
      if (has_name (g_ptr_array_index (self->in.columns->signatures, there->signature), port, other))
        return TRUE;
    }
  return FALSE;
}

static void
look_at_ports (QdPolicyLint *self, const QdPolicyLintPolicy *looked, QdPolicyDirection direction, QdPolicyLintRule *rule)
{
  const guint64 *destinations = direction == QD_POLICY_INGRESS ? looked->compiled->subject : rule->compiled ? rule->compiled->peers : NULL;

  for (guint i = 0; destinations && i < rule->rule->ports->len; i++)
    {
      const QdPolicyPort *port = &g_array_index (rule->rule->ports, QdPolicyPort, i);
      gboolean any, other;

      if (port->name == NULL || is_resolved (self, destinations, port, &any, &other))
        continue;
      rule->certain = FALSE;
      if (!any)
        continue;
      qd_policy_lint_say (self, QD_POLICY_WARNING, looked->policy, port->place.node, "unresolved-port",
                          other ? g_strdup_printf (_("no pod that is reached here has a %s port called “%s”, only one of another protocol"),
                                                   qd_protocol_to_string (port->protocol), port->name)
                                : g_strdup_printf (_("no pod that is reached here has a port called “%s”: this allows nothing"), port->name));
    }
}

void
qd_policy_lint_names (QdPolicyLint *self)
{
  for (guint i = 0; i < self->policies->len && !qd_policy_lint_is_over (self); i++)
    {
      const QdPolicyLintPolicy *looked = &g_array_index (self->policies, QdPolicyLintPolicy, i);

      look_at_subject (self, looked);
      for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
        for (guint r = 0; r < looked->rules[d]->len; r++)
          {
            QdPolicyLintRule *rule = &g_array_index (looked->rules[d], QdPolicyLintRule, r);

            for (guint p = 0; p < rule->rule->peers->len; p++)
              look_at_peer (self, looked->policy, g_ptr_array_index (rule->rule->peers, p), rule->peers[p]);
            look_at_ports (self, looked, d, rule);
          }
    }
}
