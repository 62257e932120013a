/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-eval-private.h"

/* How many different sets of ports the rules of one row may have before they are added one by one. */
#define MAX_GATHERED 64

guint
qd_policy_row_hash_key (const QdPolicyRow *key)
{
  guint hash = (guint) key->direction + key->signature * 31;

  for (guint i = 0; i < key->n_policies; i++)
    hash = hash * 31 + g_direct_hash (key->policies[i]);
  return hash;
}

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
  g_clear_pointer (&self->groups, g_atomic_rc_box_release);
  g_clear_pointer (&self->ranges, g_atomic_rc_box_release);
  g_free (self->policies);
  g_free (self);
}

QdPolicyRow *
qd_policy_row_new (const QdPolicyRow *key)
{
  QdPolicyRow *self = g_memdup2 (key, sizeof *key);

  self->ref_count = 1;
  self->policies = g_memdup2 (key->policies, sizeof *key->policies * key->n_policies);
  self->groups = self->ranges = NULL;
  return self;
}

/* What is worked out: a row, or those of its columns that are wanted. */
typedef struct {
  QdPolicyRowMaker *maker;
  const QdPolicyColumns *columns;
  QdPortStore *store;
  const QdPolicyRow *row;
  QdPolicyCompiled *const *compiled;
  const guint64 *wanted;
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
  QD_BITS_FOREACH_IN (rule->peers, work->wanted, work->columns->n, column)
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

static void
set_cells (const Work *work, guint *cells, guint ports)
{
  QD_BITS_FOREACH (work->wanted, work->columns->n, column)
    cells[column] = ports;
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
      GArray *rules = work->compiled[i]->rules[row->direction];

      if (row->policies[i]->tier != QD_POLICY_TIER_NETWORK)
        continue;
      if (allowed == NULL)
        set_cells (work, allowed = work->maker->network, QD_PORTS_NONE);
      for (guint k = 0; k < rules->len; k++)
        {
          const QdPolicyCompiledRule *rule = &g_array_index (rules, QdPolicyCompiledRule, k);
          gboolean varies = rule->by_signature && row->direction == QD_POLICY_EGRESS;

          /* Of a few columns there is nothing to gather. */
          if (varies || work->wanted != work->maker->all || !gather (work, &gathered, rule, ports_of (work, rule, 0)))
            allow_each (work, rule, allowed);
        }
    }
  for (guint i = 0; i < gathered.n; i++)
    {
      QD_BITS_FOREACH_IN (gathered.peers[i], work->wanted, work->columns->n, column)
        allowed[column] = qd_port_store_union (work->store, allowed[column], gathered.ports[i]);
      g_free (gathered.peers[i]);
    }
  return allowed;
}

/* --- Tiers: the first rule that matches decides ---------------------------------------------------------------------- */

static gboolean
has_tier (const QdPolicyRow *row, QdPolicyTier tier)
{
  for (guint i = 0; i < row->n_policies; i++)
    if (row->policies[i]->tier == tier)
      return TRUE;
  return FALSE;
}

static void
apply_rule (const Work *work, const QdPolicyCompiledRule *rule)
{
  QdPolicyRowMaker *maker = work->maker;
  QdPortStore *store = work->store;

  QD_BITS_FOREACH_IN (rule->peers, work->wanted, work->columns->n, column)
    {
      guint matched = qd_port_store_intersect (store, ports_of (work, rule, column), maker->open[column]);

      if (matched != QD_PORTS_NONE)
        {
          maker->open[column] = qd_port_store_subtract (store, maker->open[column], matched);
          if (rule->action == QD_POLICY_ALLOW)
            maker->allowed[column] = qd_port_store_union (store, maker->allowed[column], matched);
          else if (rule->action == QD_POLICY_PASS)
            maker->passed[column] = qd_port_store_union (store, maker->passed[column], matched);
        }
    }
}

static void
apply_tier (const Work *work, QdPolicyTier tier)
{
  const QdPolicyRow *row = work->row;

  for (guint i = 0; i < row->n_policies; i++)
    {
      GArray *rules = work->compiled[i]->rules[row->direction];

      for (guint k = 0; row->policies[i]->tier == tier && k < rules->len; k++)
        apply_rule (work, &g_array_index (rules, QdPolicyCompiledRule, k));
    }
}

/* Admin policies, then NetworkPolicies for whom they isolate, else the baseline, then what is left is allowed. */
static void
compute_tiers (const Work *work, const guint *network)
{
  QdPolicyRowMaker *maker = work->maker;
  guint n = work->columns->n;
  QdPortStore *store = work->store;

  set_cells (work, maker->open, QD_PORTS_ALL);
  set_cells (work, maker->passed, QD_PORTS_NONE);
  set_cells (work, maker->allowed, QD_PORTS_NONE);
  apply_tier (work, QD_POLICY_TIER_ADMIN);
  QD_BITS_FOREACH (work->wanted, n, column)
    {
      maker->open[column] = qd_port_store_union (store, maker->open[column], maker->passed[column]);
      maker->passed[column] = QD_PORTS_NONE;
      if (network)
        maker->open[column] = qd_port_store_intersect (store, maker->open[column], network[column]);
    }
  if (network == NULL)
    apply_tier (work, QD_POLICY_TIER_BASELINE);
  QD_BITS_FOREACH (work->wanted, n, column)
    {
      guint decided = qd_port_store_union (store, maker->allowed[column], maker->passed[column]);

      maker->allowed[column] = qd_port_store_union (store, decided, maker->open[column]);
    }
}

/* --- Rows ------------------------------------------------------------------------------------------------------- */

void
qd_policy_row_maker_init (QdPolicyRowMaker *self, const QdPolicyColumns *columns, QdPortStore *store)
{
  gsize n = MAX (columns->n, 1);

  *self = (QdPolicyRowMaker) { columns, store, qd_bits_new (columns->n), g_new (guint, n), g_new (guint, n), g_new (guint, n), g_new (guint, n) };
  qd_bits_set_range (self->all, 0, columns->n);
}

void
qd_policy_row_maker_clear (QdPolicyRowMaker *self)
{
  g_free (self->all);
  g_free (self->network);
  g_free (self->open);
  g_free (self->passed);
  g_free (self->allowed);
}

/* The wanted columns of a row, where they were worked out. */
static const guint *
compute (QdPolicyRowMaker *self, const QdPolicyRow *row, QdPolicyCompiled *const *compiled, const guint64 *wanted)
{
  Work work = { self, self->columns, self->store, row, compiled, wanted };
  const guint *network = compute_network (&work);

  if (has_tier (row, QD_POLICY_TIER_ADMIN) || has_tier (row, QD_POLICY_TIER_BASELINE))
    compute_tiers (&work, network);
  else if (network)
    return network;
  else
    set_cells (&work, self->allowed, QD_PORTS_ALL);
  return self->allowed;
}

static guint *
new_cells (guint n)
{
  return g_atomic_rc_box_alloc (sizeof (guint) * MAX (n, 1));
}

void
qd_policy_row_maker_fill (QdPolicyRowMaker *self, QdPolicyRow *row, QdPolicyCompiled *const *compiled)
{
  const guint *cells = compute (self, row, compiled, self->all);
  guint n = self->columns->groups->len, m = self->columns->ranges->len;

  row->groups = new_cells (n);
  row->ranges = new_cells (m);
  memcpy (row->groups, cells, sizeof *cells * n);
  memcpy (row->ranges, cells + n, sizeof *cells * m);
}

void
qd_policy_row_maker_refill (QdPolicyRowMaker *self, QdPolicyRow *row, const QdPolicyRow *old, const QdPolicyColumnMap *map, QdPolicyCompiled *const *compiled)
{
  guint n = self->columns->groups->len, m = self->columns->ranges->len;
  const guint *cells = map->n_fresh ? compute (self, row, compiled, map->fresh) : NULL;

  row->groups = map->same_groups ? g_atomic_rc_box_acquire (old->groups) : new_cells (n);
  if (!map->same_groups)
    memcpy (row->groups, old->groups, sizeof *row->groups * MIN (n, map->n_groups_before));
  for (guint k = 0; !map->same_groups && k < map->moved->len; k++)
    {
      guint i = g_array_index (map->moved, guint, k);

      row->groups[i] = map->before[i] == QD_POLICY_NO_COLUMN ? cells[i] : old->groups[map->before[i]];
    }
  row->ranges = map->same_ranges ? g_atomic_rc_box_acquire (old->ranges) : new_cells (m);
  for (guint i = 0; !map->same_ranges && i < m; i++)
    row->ranges[i] = old->ranges[map->before[n + i] - map->n_groups_before];
}
