/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-eval-private.h"

/* How many different sets of ports the rules of one row may have before they are added one by one. */
#define MAX_GATHERED 64

guint
qd_policy_row_hash (gconstpointer row)
{
  return ((const QdPolicyRow *) row)->hash;
}

gboolean
qd_policy_row_equal (gconstpointer a, gconstpointer b)
{
  const QdPolicyRow *l = a, *r = b;

  return l->direction == r->direction && l->signature == r->signature && l->n_policies == r->n_policies &&
         (l->n_policies == 0 || memcmp (l->policies, r->policies, sizeof *l->policies * l->n_policies) == 0);
}

QdPolicyRow *
qd_policy_row_ref (QdPolicyRow *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_policy_row_unref (QdPolicyRow *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_policies; i++)
    qd_policy_compiled_unref (self->policies[i]);
  g_free (self->policies);
  g_free (self->ports);
  g_free (self);
}

/* Where a row is computed. */
typedef struct {
  const QdPolicyRow *row;
  const QdPolicyColumns *columns;
  QdPortStore *store;
} Work;

/* The ports of a rule towards a column: names are those of the destination. */
static guint
ports_of (const Work *work, const QdPolicyCompiledRule *rule, guint column)
{
  guint signature = 0;

  if (rule->by_signature == NULL)
    return rule->ports;
  if (work->row->direction == QD_POLICY_INGRESS)
    signature = work->row->signature;
  else if (column < work->columns->groups->len)
    signature = g_array_index (work->columns->groups, QdPolicyGroup, column).signature;
  return rule->by_signature[signature];
}

/* --- NetworkPolicies: what any of them allows ----------------------------------------------------------------------- */

typedef struct {
  guint n;
  guint ports[MAX_GATHERED];
  guint64 *peers[MAX_GATHERED];
} Gathered;

static void
allow_each (const Work *work, const QdPolicyCompiledRule *rule, guint *allowed)
{
  QD_BITS_FOREACH (rule->peers, work->columns->n, column)
    allowed[column] = qd_port_store_union (work->store, allowed[column], ports_of (work, rule, column));
}

/* Peers of rules with the same ports are one set of peers. FALSE: there are too many sets of ports. */
static gboolean
gather (const Work *work, Gathered *gathered, const QdPolicyCompiledRule *rule, guint ports)
{
  guint i;

  for (i = 0; i < gathered->n && gathered->ports[i] != ports; i++)
    ;
  if (i == MAX_GATHERED)
    return FALSE;
  if (i == gathered->n)
    {
      gathered->ports[i] = ports;
      gathered->peers[i] = qd_bits_new (work->columns->n);
      gathered->n++;
    }
  qd_bits_or (gathered->peers[i], rule->peers, work->columns->n);
  return TRUE;
}

/* What the NetworkPolicies among the row's allow; NULL when there is none, which is not the same as nothing. */
static guint *
compute_network (const Work *work)
{
  const QdPolicyRow *row = work->row;
  Gathered gathered = { 0 };
  guint *allowed = NULL;

  for (guint i = 0; i < row->n_policies; i++)
    {
      const QdPolicyCompiled *policy = row->policies[i];

      if (policy->policy->tier != QD_POLICY_TIER_NETWORK)
        continue;
      if (allowed == NULL)
        allowed = g_new0 (guint, work->columns->n);
      for (guint k = 0; k < policy->rules[row->direction]->len; k++)
        {
          const QdPolicyCompiledRule *rule = &g_array_index (policy->rules[row->direction], QdPolicyCompiledRule, k);
          gboolean varies = rule->by_signature && row->direction == QD_POLICY_EGRESS;

          if (varies || !gather (work, &gathered, rule, ports_of (work, rule, 0)))
            allow_each (work, rule, allowed);
        }
    }
  for (guint i = 0; i < gathered.n; i++)
    {
      QD_BITS_FOREACH (gathered.peers[i], work->columns->n, column)
        allowed[column] = qd_port_store_union (work->store, allowed[column], gathered.ports[i]);
      g_free (gathered.peers[i]);
    }
  return allowed;
}

/* --- Tiers: the first rule that matches decides ---------------------------------------------------------------------- */

typedef struct {
  guint *open;      /* what no rule has decided */
  guint *allowed;
  guint *passed;
} Tier;

static gboolean
has_tier (const QdPolicyRow *row, QdPolicyTier tier)
{
  for (guint i = 0; i < row->n_policies; i++)
    if (row->policies[i]->policy->tier == tier)
      return TRUE;
  return FALSE;
}

static void
apply_rule (const Work *work, const QdPolicyCompiledRule *rule, Tier *state)
{
  QdPortStore *store = work->store;

  QD_BITS_FOREACH (rule->peers, work->columns->n, column)
    {
      guint matched = qd_port_store_intersect (store, ports_of (work, rule, column), state->open[column]);

      if (matched != QD_PORTS_NONE)
        {
          state->open[column] = qd_port_store_subtract (store, state->open[column], matched);
          if (rule->action == QD_POLICY_ALLOW)
            state->allowed[column] = qd_port_store_union (store, state->allowed[column], matched);
          else if (rule->action == QD_POLICY_PASS)
            state->passed[column] = qd_port_store_union (store, state->passed[column], matched);
        }
    }
}

static void
apply_tier (const Work *work, QdPolicyTier tier, Tier *state)
{
  const QdPolicyRow *row = work->row;

  for (guint i = 0; i < row->n_policies; i++)
    for (guint k = 0; row->policies[i]->policy->tier == tier && k < row->policies[i]->rules[row->direction]->len; k++)
      apply_rule (work, &g_array_index (row->policies[i]->rules[row->direction], QdPolicyCompiledRule, k), state);
}

static guint *
new_cells (guint n, guint ports)
{
  guint *cells = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    cells[i] = ports;
  return cells;
}

/* Admin policies, then NetworkPolicies for whom they isolate, else the baseline, then what is left is allowed. */
static guint *
compute_tiers (const Work *work, const guint *network)
{
  guint n = work->columns->n;
  QdPortStore *store = work->store;
  g_autofree guint *open = new_cells (n, QD_PORTS_ALL), *passed = new_cells (n, QD_PORTS_NONE);
  Tier state = { open, new_cells (n, QD_PORTS_NONE), passed };

  apply_tier (work, QD_POLICY_TIER_ADMIN, &state);
  for (guint i = 0; i < n; i++)
    {
      open[i] = qd_port_store_union (store, open[i], passed[i]);
      passed[i] = QD_PORTS_NONE;
      if (network)
        open[i] = qd_port_store_intersect (store, open[i], network[i]);
    }
  if (network == NULL)
    apply_tier (work, QD_POLICY_TIER_BASELINE, &state);
  for (guint i = 0; i < n; i++)
    state.allowed[i] = qd_port_store_union (store, qd_port_store_union (store, state.allowed[i], passed[i]), open[i]);
  return state.allowed;
}

QdPolicyRow *
qd_policy_row_new (const QdPolicyRow *key, const QdPolicyColumns *columns, QdPortStore *store)
{
  QdPolicyRow *self = g_memdup2 (key, sizeof *key);
  Work work = { self, columns, store };
  guint *network;

  self->ref_count = 1;
  self->policies = g_memdup2 (key->policies, sizeof *key->policies * key->n_policies);
  for (guint i = 0; i < self->n_policies; i++)
    qd_policy_compiled_ref (self->policies[i]);
  network = compute_network (&work);
  if (!has_tier (self, QD_POLICY_TIER_ADMIN) && !has_tier (self, QD_POLICY_TIER_BASELINE))
    self->ports = network ? network : new_cells (columns->n, QD_PORTS_ALL);
  else
    {
      self->ports = compute_tiers (&work, network);
      g_free (network);
    }
  return self;
}
