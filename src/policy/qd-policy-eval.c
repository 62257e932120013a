/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-eval.h"

#include <string.h>

#include "qd-policy-eval-private.h"

struct _QdPolicyEval
{
  int ref_count;
  QdPolicyWorld *world;
  QdPolicyOptions options;
  QdPortStore *store;
  QdPolicyColumns *columns;
  guint n_workloads;
  GArray *members;            /* of QdPolicyMember: of all ends, one end after the other */
  GArray *first_member;       /* of guint: for each end, and beyond the last one */
  GPtrArray *range_texts;
  GHashTable *compiled;       /* QdPolicy → QdPolicyCompiled */
  GHashTable *rows;           /* of QdPolicyRow, which is its own key */
  const guint **ports_of[QD_POLICY_N_DIRECTIONS];   /* for each group what its row has; borrowed from rows */
  guint n_reused;
};

static const char *const host_networks[] = { "exempt", "pod" };
static const char *const block_readings[] = { "all", "external" };

gboolean
qd_policy_host_network_parse (const char *word, QdPolicyHostNetwork *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (host_networks); i++)
    if (g_strcmp0 (word, host_networks[i]) == 0)
      {
        *value = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
qd_policy_block_reading_parse (const char *word, QdPolicyBlockReading *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (block_readings); i++)
    if (g_strcmp0 (word, block_readings[i]) == 0)
      {
        *value = i;
        return TRUE;
      }
  return FALSE;
}

const char *
qd_policy_host_network_to_string (QdPolicyHostNetwork value)
{
  return host_networks[value];
}

const char *
qd_policy_block_reading_to_string (QdPolicyBlockReading value)
{
  return block_readings[value];
}

/* --- Making it -------------------------------------------------------------------------------------------------- */

static gboolean
is_usable (QdPolicyEval *self, QdPolicyEval *previous)
{
  return previous && previous->options.host_network == self->options.host_network && previous->options.ip_block == self->options.ip_block &&
         qd_policy_columns_equal (previous->columns, self->columns);
}

/* What it means for these columns was worked out before, when it is the very same policy. */
static void
compile_policies (QdPolicyEval *self, QdPolicyEval *previous)
{
  GPtrArray *policies = qd_policy_world_get_policies (self->world);
  QdPolicyCompiler compiler;

  qd_policy_compiler_init (&compiler, self->columns, self->store, &self->options);
  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);
      QdPolicyCompiled *known = previous ? g_hash_table_lookup (previous->compiled, policy) : NULL;

      g_hash_table_insert (self->compiled, (gpointer) policy, known ? qd_policy_compiled_ref (known) : qd_policy_compile (&compiler, policy));
    }
  qd_policy_compiler_clear (&compiler);
}

/* Which policies each group is the subject of, in the order in which they are asked. */
static GPtrArray **
find_subjects (QdPolicyEval *self, QdPolicyDirection direction)
{
  GPtrArray *policies = qd_policy_world_get_policies (self->world);
  guint n = self->columns->groups->len;
  GPtrArray **of = g_new0 (GPtrArray *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    of[i] = g_ptr_array_new ();
  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);
      QdPolicyCompiled *compiled = g_hash_table_lookup (self->compiled, policy);

      if (policy->applies[direction])
        QD_BITS_FOREACH (compiled->subject, n, group)
          g_ptr_array_add (of[group], compiled);
    }
  return of;
}

static QdPolicyRow *
find_row (QdPolicyEval *self, QdPolicyEval *previous, QdPolicyRow *key)
{
  QdPolicyRow *row;

  key->hash = (guint) key->direction + key->signature * 31;
  for (guint i = 0; i < key->n_policies; i++)
    key->hash = key->hash * 31 + g_direct_hash (key->policies[i]);
  row = g_hash_table_lookup (self->rows, key);
  if (row)
    return row;
  row = previous ? g_hash_table_lookup (previous->rows, key) : NULL;
  if (row)
    {
      qd_policy_row_ref (row);
      self->n_reused++;
    }
  else
    row = qd_policy_row_new (key, self->columns, self->store);
  g_hash_table_add (self->rows, row);
  return row;
}

static void
compute_rows (QdPolicyEval *self, QdPolicyEval *previous, QdPolicyDirection direction)
{
  guint n = self->columns->groups->len;
  g_autofree GPtrArray **subjects = find_subjects (self, direction);

  self->ports_of[direction] = g_new (const guint *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      QdPolicyRow key = { .direction = direction, .n_policies = subjects[i]->len, .policies = (QdPolicyCompiled **) subjects[i]->pdata };

      /* Names of ports are the destination's: of what is the subject only where it is the one that is reached. */
      for (guint k = 0; direction == QD_POLICY_INGRESS && k < key.n_policies; k++)
        if (key.policies[k]->has_names[direction])
          key.signature = g_array_index (self->columns->groups, QdPolicyGroup, i).signature;
      self->ports_of[direction][i] = find_row (self, previous, &key)->ports;
    }
  for (guint i = 0; i < n; i++)
    g_ptr_array_unref (subjects[i]);
}

static void
write_range_texts (QdPolicyEval *self)
{
  for (guint i = 0; i < self->columns->ranges->len; i++)
    {
      g_autofree char *text = qd_address_range_to_text (&g_array_index (self->columns->ranges, QdAddressRange, i));

      g_ptr_array_add (self->range_texts, g_strconcat (text, "[External]", NULL));
    }
}

QdPolicyEval *
qd_policy_eval_new (QdPolicyWorld *world, const QdPolicyOptions *options, QdPolicyEval *previous)
{
  QdPolicyEval *self = g_new0 (QdPolicyEval, 1);
  gboolean usable;

  self->ref_count = 1;
  self->world = qd_policy_world_ref (world);
  if (options)
    self->options = *options;
  self->n_workloads = qd_policy_world_get_workloads (world)->len;
  self->members = g_array_new (FALSE, FALSE, sizeof (QdPolicyMember));
  self->first_member = g_array_new (FALSE, FALSE, sizeof (guint));
  self->range_texts = g_ptr_array_new_with_free_func (g_free);
  self->compiled = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) qd_policy_compiled_unref);
  self->rows = g_hash_table_new_full (qd_policy_row_hash, qd_policy_row_equal, (GDestroyNotify) qd_policy_row_unref, NULL);
  self->columns = qd_policy_columns_new (world, &self->options, self->members, self->first_member);
  usable = is_usable (self, previous);
  self->store = usable ? qd_port_store_ref (previous->store) : qd_port_store_new ();
  compile_policies (self, usable ? previous : NULL);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    compute_rows (self, usable ? previous : NULL, d);
  write_range_texts (self);
  return self;
}

QdPolicyEval *
qd_policy_eval_ref (QdPolicyEval *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_policy_eval_unref (QdPolicyEval *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_free (self->ports_of[d]);
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->compiled);
  g_array_unref (self->members);
  g_array_unref (self->first_member);
  g_ptr_array_unref (self->range_texts);
  qd_policy_columns_unref (self->columns);
  qd_port_store_unref (self->store);
  qd_policy_world_unref (self->world);
  g_free (self);
}

/* --- Ends ------------------------------------------------------------------------------------------------------- */

QdPolicyWorld *
qd_policy_eval_get_world (QdPolicyEval *self)
{
  return self->world;
}

const QdPolicyOptions *
qd_policy_eval_get_options (QdPolicyEval *self)
{
  return &self->options;
}

guint
qd_policy_eval_get_n_workloads (QdPolicyEval *self)
{
  return self->n_workloads;
}

guint
qd_policy_eval_get_n_ends (QdPolicyEval *self)
{
  return self->n_workloads + self->columns->n_shown;
}

const QdPolicyWorkload *
qd_policy_eval_get_workload (QdPolicyEval *self, guint end)
{
  return end < self->n_workloads ? g_ptr_array_index (qd_policy_world_get_workloads (self->world), end) : NULL;
}

const QdAddressRange *
qd_policy_eval_get_range (QdPolicyEval *self, guint end)
{
  return end < self->n_workloads ? NULL : &g_array_index (self->columns->ranges, QdAddressRange, end - self->n_workloads);
}

const char *
qd_policy_eval_get_text (QdPolicyEval *self, guint end)
{
  const QdPolicyWorkload *workload = qd_policy_eval_get_workload (self, end);

  return workload ? workload->text : g_ptr_array_index (self->range_texts, end - self->n_workloads);
}

guint
qd_policy_eval_find_workload (QdPolicyEval *self, const char *text, guint *ambiguous)
{
  gsize length = strlen (text);
  gboolean with_kind = g_str_has_suffix (text, "]");
  guint found = QD_POLICY_NO_END;

  if (ambiguous)
    *ambiguous = QD_POLICY_NO_END;
  for (guint i = 0; i < self->n_workloads; i++)
    {
      const char *name = qd_policy_eval_get_workload (self, i)->text;

      if (with_kind ? !g_str_equal (name, text) : strncmp (name, text, length) != 0 || name[length] != '[')
        continue;
      if (found == QD_POLICY_NO_END)
        found = i;
      else if (ambiguous && *ambiguous == QD_POLICY_NO_END)
        *ambiguous = i;
    }
  return found;
}

guint
qd_policy_eval_find_outside (QdPolicyEval *self, const QdAddress *address)
{
  return self->n_workloads + (guint) qd_address_ranges_find (self->columns->ranges, address);
}

guint
qd_policy_eval_find_address (QdPolicyEval *self, const QdAddress *address)
{
  for (guint i = 0; i < self->n_workloads; i++)
    {
      const QdPolicyWorkload *workload = qd_policy_eval_get_workload (self, i);

      for (guint k = 0; k < workload->pods->len; k++)
        {
          const QdPolicyPod *pod = g_ptr_array_index (workload->pods, k);

          /* A node's address stands for the node, and not for one of the pods that share it. */
          for (guint a = 0; !pod->host_network && a < pod->n_addresses; a++)
            if (qd_address_compare (&pod->addresses[a], address) == 0)
              return i;
        }
    }
  return qd_policy_eval_find_outside (self, address);
}

/* --- What may pass ---------------------------------------------------------------------------------------------- */

/* The columns that an end has. */
static const QdPolicyMember *
find_members (QdPolicyEval *self, guint end, guint *n)
{
  const guint *first = &g_array_index (self->first_member, guint, end);

  *n = first[1] - first[0];
  return &g_array_index (self->members, QdPolicyMember, first[0]);
}

/* A pod and its own node are never kept apart. */
static gboolean
is_pod_and_node (QdPolicyEval *self, guint src, guint dst)
{
  const QdPolicyGroup *a, *b;

  if (!self->columns->has_nodes || src >= self->columns->groups->len || dst >= self->columns->groups->len)
    return FALSE;
  a = &g_array_index (self->columns->groups, QdPolicyGroup, src);
  b = &g_array_index (self->columns->groups, QdPolicyGroup, dst);
  return a->node && a->node == b->node && (a->exempt || b->exempt);
}

static guint
direction_ports (QdPolicyEval *self, QdPolicyDirection direction, guint src, guint dst)
{
  guint subject = direction == QD_POLICY_EGRESS ? src : dst, peer = direction == QD_POLICY_EGRESS ? dst : src;

  /* What is outside has no policies. */
  if (subject >= self->columns->groups->len)
    return QD_PORTS_ALL;
  return self->ports_of[direction][subject][peer];
}

static guint
pair_ports (QdPolicyEval *self, guint directions, guint src, guint dst)
{
  guint ports = QD_PORTS_ALL;

  if (is_pod_and_node (self, src, dst))
    return ports;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    if (directions & 1u << d)
      ports = qd_port_store_intersect (self->store, ports, direction_ports (self, d, src, dst));
  return ports;
}

static const QdPortSet *
get (QdPolicyEval *self, guint directions, guint src, guint dst)
{
  guint n, m, ports = QD_PORTS_NONE;
  const QdPolicyMember *from = find_members (self, src, &n), *to = find_members (self, dst, &m);

  if (src == dst && src < self->n_workloads && g_str_equal (qd_policy_eval_get_workload (self, src)->kind, "Pod"))
    return qd_port_store_get (self->store, QD_PORTS_ALL);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < m; k++)
      ports = qd_port_store_union (self->store, ports, pair_ports (self, directions, from[i].column, to[k].column));
  return qd_port_store_get (self->store, ports);
}

#define BOTH (1u << QD_POLICY_EGRESS | 1u << QD_POLICY_INGRESS)

void
qd_policy_eval_find_pair (QdPolicyEval *self, const QdPolicyFlow *flow, const QdPolicyPod **src, const QdPolicyPod **dst)
{
  guint n, m;
  const QdPolicyMember *from = find_members (self, flow->src, &n), *to = find_members (self, flow->dst, &m);

  *src = from[0].pod;
  *dst = to[0].pod;
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < m; k++)
      if (qd_port_set_contains (qd_port_store_get (self->store, pair_ports (self, BOTH, from[i].column, to[k].column)), flow->protocol, flow->port))
        {
          *src = from[i].pod;
          *dst = to[k].pod;
          return;
        }
}

const QdPortSet *
qd_policy_eval_get (QdPolicyEval *self, guint src, guint dst)
{
  return get (self, BOTH, src, dst);
}

const QdPortSet *
qd_policy_eval_get_direction (QdPolicyEval *self, QdPolicyDirection direction, guint src, guint dst)
{
  return get (self, 1u << direction, src, dst);
}

guint
qd_policy_eval_get_n_classes (QdPolicyEval *self)
{
  return self->columns->groups->len;
}

guint
qd_policy_eval_get_n_rows (QdPolicyEval *self)
{
  return g_hash_table_size (self->rows);
}

guint
qd_policy_eval_get_n_reused (QdPolicyEval *self)
{
  return self->n_reused;
}
