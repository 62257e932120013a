/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

#include <glib/gi18n.h>

/* What one end allows and the other does not, and who is cut off because a selector took it along. */

/* --- Two ends --------------------------------------------------------------------------------------------------- */

/* A peer of a rule, against those whom the policy is about. */
typedef struct {
  QdPolicyLint *lint;
  const QdPolicyLintPolicy *looked;
  QdPolicyDirection direction;
  const QdPolicyCompiledRule *compiled;
  guint src, dst, ports;    /* the first flow that this end allows and the other does not */
  gboolean blocked;
} Pairing;

/* Whether anything passes that this rule and the policies of its own end allow from one to the other. */
static gboolean
passes (Pairing *self, guint subject, guint peer)
{
  QdPolicyLint *lint = self->lint;
  QdPolicyDirection other = self->direction == QD_POLICY_EGRESS ? QD_POLICY_INGRESS : QD_POLICY_EGRESS;
  guint own = qd_port_store_intersect (lint->in.store, qd_policy_lint_ports (lint, self->direction, self->compiled, subject, peer),
                                       qd_policy_lint_cell (lint, self->direction, subject, peer));

  if (own == QD_PORTS_NONE)
    return FALSE;
  if (qd_port_store_intersect (lint->in.store, own, qd_policy_lint_cell (lint, other, peer, subject)) != QD_PORTS_NONE)
    return TRUE;
  if (!self->blocked)
    {
      self->src = self->direction == QD_POLICY_EGRESS ? subject : peer;
      self->dst = self->direction == QD_POLICY_EGRESS ? peer : subject;
      self->ports = own;
    }
  self->blocked = TRUE;
  return FALSE;
}

/* Whether @group is one bare pod, which is never kept from itself. Of others, one may talk to the next that is like it. */
static gboolean
is_one_pod (QdPolicyLint *self, guint group)
{
  return self->first_holder[group + 1] - self->first_holder[group] == 1 && g_str_equal (qd_policy_lint_holder (self, group)->kind, "Pod");
}

/* Whether the other end lets nothing of it pass, whoever of both sides it is. That pods which are alike are kept apart shows nothing alone: it may be
 * a wide selector that takes them along. */
static gboolean
is_blocked (Pairing *self, const guint64 *peers)
{
  QD_BITS_FOREACH (self->looked->compiled->subject, self->lint->n_groups, subject)
    QD_BITS_FOREACH (peers, self->lint->n_groups, peer)
      {
        gboolean blocked = self->blocked;

        if (subject == peer && is_one_pod (self->lint, subject))
          continue;
        if (passes (self, subject, peer))
          return FALSE;
        if (subject == peer)
          self->blocked = blocked;
      }
  return self->blocked;
}

static void
look_at_peer (QdPolicyLint *self, const QdPolicyLintPolicy *looked, QdPolicyDirection direction, const QdPolicyLintRule *rule, guint number)
{
  const QdPolicyPeer *peer = g_ptr_array_index (rule->rule->peers, number);
  gboolean egress = direction == QD_POLICY_EGRESS;
  Pairing pairing = { self, looked, direction, rule->compiled };
  const char *from, *to;
  const QdPolicy *isolator;
  QdPolicyFinding *finding;

  if (peer->kind != QD_POLICY_PEER_PODS || !is_blocked (&pairing, rule->peers[number]))
    return;
  from = qd_policy_lint_holder (self, pairing.src)->text;
  to = qd_policy_lint_holder (self, pairing.dst)->text;
  finding = qd_policy_lint_say (self, QD_POLICY_WARNING, looked->policy, peer->place.node, egress ? "egress-without-ingress" : "ingress-without-egress",
                                egress ? g_strdup_printf (_("this lets nothing through: whom it means does not let it in, such as %s from %s"), to, from)
                                       : g_strdup_printf (_("this lets nothing through: whom it means does not let it out, such as %s to %s"), from, to));
  finding->proof = qd_policy_lint_prove (self, pairing.src, pairing.dst, pairing.ports,
                                         egress ? QD_POLICY_EGRESS_YES | QD_POLICY_INGRESS_NO : QD_POLICY_EGRESS_NO | QD_POLICY_INGRESS_YES);
  isolator = qd_policy_lint_row_isolator (qd_policy_lint_row (self, egress ? QD_POLICY_INGRESS : QD_POLICY_EGRESS, egress ? pairing.dst : pairing.src));
  if (isolator)
    finding->other = isolator->place;
}

/* --- Cut off in passing ------------------------------------------------------------------------------------------- */

/* The ports that are open to anybody at all, of who has the row. */
static guint
open_to_anybody (QdPolicyLint *self, QdPolicyLintRow *row)
{
  guint last = QD_PORTS_NONE;

  if (row->any != G_MAXUINT)
    return row->any;
  row->any = QD_PORTS_NONE;
  for (guint i = 0; i < self->n_columns && row->any != QD_PORTS_ALL; i++)
    {
      guint cell = i < self->n_groups ? row->row->groups[i] : row->row->ranges[i - self->n_groups];

      if (cell != last)
        row->any = qd_port_store_union (self->in.store, row->any, cell);
      last = cell;
    }
  return row->any;
}

/* The ports that its pods say that they have. Thousands of pods of one workload have the same. */
static guint
declared_ports (QdPolicyLint *self, const QdPolicyWorkload *workload)
{
  QdPortStore *store = self->in.store;
  guint ports = QD_PORTS_NONE;

  for (guint i = 0; i < MIN (workload->pods->len, 4); i++)
    {
      const QdPolicyPod *pod = g_ptr_array_index (workload->pods, i);

      for (guint k = 0; k < pod->n_ports; k++)
        ports = qd_port_store_union (store, ports, qd_port_store_add_range (store, pod->ports[k].protocol, pod->ports[k].port, pod->ports[k].port));
    }
  return ports;
}

/* Those that are closed because of this policy alone, and for whom it opens none of the ports that they have, though it does for others. */
typedef struct {
  gboolean any_served;
  guint n_left;                      /* workloads */
  const QdPolicyWorkload *left;      /* the first of them */
  guint group, ports;                /* of that one */
} Service;

static void
look_at_workload (QdPolicyLint *self, guint group, const QdPolicyWorkload *workload, QdPolicyLintRow *row, Service *service)
{
  guint ports = declared_ports (self, workload);

  if (ports == QD_PORTS_NONE)
    return;
  if (qd_port_store_intersect (self->in.store, ports, open_to_anybody (self, row)) != QD_PORTS_NONE)
    service->any_served = TRUE;
  else if (service->n_left++ == 0)
    {
      service->left = workload;
      service->group = group;
      service->ports = ports;
    }
}

static void
look_for_bystanders (QdPolicyLint *self, const QdPolicyLintPolicy *looked)
{
  const QdPolicy *policy = looked->policy;
  Service service = { FALSE };
  QdPolicyFinding *finding;

  if (policy->kind != QD_POLICY_NETWORK || looked->rules[QD_POLICY_INGRESS]->len == 0 || policy->pods == NULL || qd_selector_is_all (policy->pods))
    return;
  QD_BITS_FOREACH (looked->compiled->subject, self->n_groups, group)
    {
      QdPolicyLintRow *row = &g_array_index (self->rows[QD_POLICY_INGRESS], QdPolicyLintRow, self->row_of[QD_POLICY_INGRESS][group]);

      if (row->row->n_policies == 1)
        for (guint i = self->first_holder[group]; i < self->first_holder[group + 1]; i++)
          look_at_workload (self, group, qd_policy_eval_get_workload (self->eval, g_array_index (self->holders, guint, i)), row, &service);
    }
  if (!service.any_served || service.left == NULL)
    return;
  finding = qd_policy_lint_say (self, QD_POLICY_WARNING, policy, qd_yaml_node_get (qd_yaml_node_get (policy->place.node, "spec"), "podSelector"),
                                "isolates-bystander",
                                service.n_left == 1
                                  ? g_strdup_printf (_("this closes %s, and opens none of its ports: its selector may be too wide"), service.left->text)
                                  : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "this closes %s and %u more, and opens none of their ports: its selector may be too wide",
                                                                  "this closes %s and %u more, and opens none of their ports: its selector may be too wide",
                                                                  service.n_left - 1),
                                                     service.left->text, service.n_left - 1));
  finding->proof = qd_policy_lint_prove_any (self, QD_POLICY_INGRESS, service.group, NULL, service.ports, QD_POLICY_INGRESS_NO);
}

void
qd_policy_lint_sides (QdPolicyLint *self)
{
  for (guint i = 0; i < self->policies->len && !qd_policy_lint_is_over (self); i++)
    {
      const QdPolicyLintPolicy *looked = &g_array_index (self->policies, QdPolicyLintPolicy, i);

      for (guint d = 0; looked->policy->kind == QD_POLICY_NETWORK && !looked->gone && d < QD_POLICY_N_DIRECTIONS; d++)
        for (guint r = 0; r < looked->rules[d]->len; r++)
          {
            const QdPolicyLintRule *rule = &g_array_index (looked->rules[d], QdPolicyLintRule, r);

            for (guint p = 0; rule->compiled && !rule->gone && p < rule->rule->peers->len; p++)
              look_at_peer (self, looked, d, rule, p);
          }
      look_for_bystanders (self, looked);
    }
}
