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
  QdPolicyEnds ends;
  gsize nodes_once;
  QdPolicyNodes *nodes;       /* made when somebody asks for it */
  GPtrArray *range_texts;
  GHashTable *compiled;       /* QdPolicy → QdPolicyCompiled */
  GHashTable *rows;           /* of QdPolicyRow, which is its own key */
  const QdPolicyRow **row_of[QD_POLICY_N_DIRECTIONS];   /* for each group; borrowed from rows */
  const guint **ports_of[QD_POLICY_N_DIRECTIONS];       /* what that row has for groups: one step less where it matters */
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

/* What it is made with. */
typedef struct {
  QdPolicyEval *eval;
  QdPolicyEval *previous;     /* NULL: nothing of it can be used */
  QdPolicyColumnMap map;      /* from its columns */
  QdPolicyCompiler compiler;
  QdPolicyRowMaker maker;
} Making;

/* The rules of both directions are there, where there are any: nobody writes to it any more. */
static gboolean
is_whole (const QdPolicyCompiled *compiled)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    if (compiled->policy->applies[d] && compiled->rules[d] == NULL)
      return FALSE;
  return TRUE;
}

/* What it means for these columns was worked out before, when it is the very same policy. */
static void
compile_policies (Making *making)
{
  QdPolicyEval *self = making->eval;
  GPtrArray *policies = qd_policy_world_get_policies (self->world);

  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);
      QdPolicyCompiled *known = making->previous && making->map.same ? g_hash_table_lookup (making->previous->compiled, policy) : NULL;

      if (known && is_whole (known))
        qd_policy_compiled_ref (known);
      else
        known = qd_policy_compile (&making->compiler, policy);
      g_hash_table_insert (self->compiled, (gpointer) policy, known);
    }
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
          g_ptr_array_add (of[group], (gpointer) policy);
    }
  return of;
}

/* The row of the previous evaluation that said the same; NULL: there was none. */
static const QdPolicyRow *
find_row_before (Making *making, const QdPolicyRow *key)
{
  QdPolicyRow before = *key;

  if (making->previous == NULL)
    return NULL;
  before.signature = making->map.signatures[key->signature];
  before.hash = qd_policy_row_hash_key (&before);
  return before.signature == QD_POLICY_NO_COLUMN ? NULL : g_hash_table_lookup (making->previous->rows, &before);
}

static QdPolicyCompiled **
compile_row (Making *making, const QdPolicyRow *row)
{
  QdPolicyCompiled **compiled = g_new (QdPolicyCompiled *, MAX (row->n_policies, 1));

  for (guint i = 0; i < row->n_policies; i++)
    {
      compiled[i] = g_hash_table_lookup (making->eval->compiled, row->policies[i]);
      qd_policy_compile_rules (&making->compiler, compiled[i], row->direction);
    }
  return compiled;
}

static QdPolicyRow *
find_row (Making *making, QdPolicyRow *key)
{
  QdPolicyEval *self = making->eval;
  const QdPolicyRow *before;
  g_autofree QdPolicyCompiled **compiled = NULL;
  QdPolicyRow *row;

  key->hash = qd_policy_row_hash_key (key);
  row = g_hash_table_lookup (self->rows, key);
  if (row)
    return row;
  before = find_row_before (making, key);
  self->n_reused += before != NULL;
  if (before && making->map.same)
    row = qd_policy_row_ref ((QdPolicyRow *) before);
  else
    {
      row = qd_policy_row_new (key);
      if (before == NULL || making->map.n_fresh)
        compiled = compile_row (making, row);
      if (before)
        qd_policy_row_maker_refill (&making->maker, row, before, &making->map, compiled);
      else
        qd_policy_row_maker_fill (&making->maker, row, compiled);
    }
  g_hash_table_add (self->rows, row);
  return row;
}

static void
compute_rows (Making *making, QdPolicyDirection direction)
{
  QdPolicyEval *self = making->eval;
  guint n = self->columns->groups->len;
  g_autofree GPtrArray **subjects = find_subjects (self, direction);

  self->row_of[direction] = g_new (const QdPolicyRow *, MAX (n, 1));
  self->ports_of[direction] = g_new (const guint *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      QdPolicyRow key = { .direction = direction, .n_policies = subjects[i]->len, .policies = (const QdPolicy **) subjects[i]->pdata };

      /* Names of ports are the destination's: of what is the subject only where it is the one that is reached. */
      for (guint k = 0; direction == QD_POLICY_INGRESS && k < key.n_policies; k++)
        if (((QdPolicyCompiled *) g_hash_table_lookup (self->compiled, key.policies[k]))->has_names[direction])
          key.signature = g_array_index (self->columns->groups, QdPolicyGroup, i).signature;
      self->row_of[direction][i] = find_row (making, &key);
      self->ports_of[direction][i] = self->row_of[direction][i]->groups;
    }
  for (guint i = 0; i < n; i++)
    g_ptr_array_unref (subjects[i]);
}

/* Policies and rows, with the help of what is left of an earlier evaluation. */
static void
evaluate (QdPolicyEval *self, QdPolicyEval *previous)
{
  Making making = { self, previous };

  if (previous)
    qd_policy_column_map_init (&making.map, previous->columns, self->columns);
  qd_policy_compiler_init (&making.compiler, self->columns, self->store, &self->options);
  qd_policy_row_maker_init (&making.maker, self->columns, self->store);
  compile_policies (&making);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    compute_rows (&making, d);
  qd_policy_row_maker_clear (&making.maker);
  qd_policy_compiler_clear (&making.compiler);
  qd_policy_column_map_clear (&making.map);
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

  self->ref_count = 1;
  self->world = qd_policy_world_ref (world);
  if (options)
    self->options = *options;
  self->n_workloads = qd_policy_world_get_workloads (world)->len;
  self->ends.members = g_array_new (FALSE, FALSE, sizeof (QdPolicyMember));
  self->ends.first_member = g_array_new (FALSE, FALSE, sizeof (guint));
  self->ends.by_address = g_hash_table_new_full (qd_address_hash, qd_address_equal, NULL, g_free);
  self->range_texts = g_ptr_array_new_with_free_func (g_free);
  self->compiled = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) qd_policy_compiled_unref);
  self->rows = g_hash_table_new_full (qd_policy_row_hash, qd_policy_row_equal, (GDestroyNotify) qd_policy_row_unref, NULL);
  self->columns = qd_policy_columns_new (world, &self->options, &self->ends);
  if (previous && (previous->options.host_network != self->options.host_network || previous->options.ip_block != self->options.ip_block))
    previous = NULL;
  self->store = previous ? qd_port_store_ref (previous->store) : qd_port_store_new ();
  evaluate (self, previous);
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
    {
      g_free (self->row_of[d]);
      g_free (self->ports_of[d]);
    }
  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->compiled);
  g_array_unref (self->ends.members);
  g_array_unref (self->ends.first_member);
  g_hash_table_unref (self->ends.by_address);
  g_clear_pointer (&self->nodes, qd_policy_nodes_free);
  g_ptr_array_unref (self->range_texts);
  qd_policy_columns_free (self->columns);
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
  const QdPolicyHolder *holder = g_hash_table_lookup (self->ends.by_address, address);

  return holder ? holder->end : qd_policy_eval_find_outside (self, address);
}

const QdPolicyPod *
qd_policy_eval_find_pod (QdPolicyEval *self, const QdAddress *address)
{
  const QdPolicyHolder *holder = g_hash_table_lookup (self->ends.by_address, address);

  return holder ? holder->pod : NULL;
}

QdPolicyNodes *
qd_policy_eval_get_nodes (QdPolicyEval *self)
{
  if (g_once_init_enter (&self->nodes_once))
    {
      self->nodes = qd_policy_nodes_new (self->world);
      g_once_init_leave (&self->nodes_once, 1);
    }
  return self->nodes;
}

/* --- What may pass ---------------------------------------------------------------------------------------------- */

/* The columns that an end has. */
static const QdPolicyMember *
find_members (QdPolicyEval *self, guint end, guint *n)
{
  const guint *first = &g_array_index (self->ends.first_member, guint, end);

  *n = first[1] - first[0];
  return &g_array_index (self->ends.members, QdPolicyMember, first[0]);
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
  guint subject = direction == QD_POLICY_EGRESS ? src : dst, peer = direction == QD_POLICY_EGRESS ? dst : src, n = self->columns->groups->len;

  /* What is outside has no policies. */
  if (subject >= n)
    return QD_PORTS_ALL;
  return peer < n ? self->ports_of[direction][subject][peer] : self->row_of[direction][subject]->ranges[peer - n];
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

GPtrArray *
qd_policy_eval_list_pods (QdPolicyEval *self, guint end)
{
  GPtrArray *pods = g_ptr_array_new ();
  guint n;
  const QdPolicyMember *members = find_members (self, end, &n);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (pods, (gpointer) members[i].pod);
  return pods;
}

#define BOTH (1u << QD_POLICY_EGRESS | 1u << QD_POLICY_INGRESS)

void
qd_policy_eval_find_pair (QdPolicyEval *self, const QdPolicyFlow *flow, guint *src, guint *dst)
{
  guint n, m;
  const QdPolicyMember *from = find_members (self, flow->src, &n), *to = find_members (self, flow->dst, &m);

  for (*src = 0; *src < n; ++*src)
    for (*dst = 0; *dst < m; ++*dst)
      if (qd_port_set_contains (qd_port_store_get (self->store, pair_ports (self, BOTH, from[*src].column, to[*dst].column)), flow->protocol, flow->port))
        return;
  *src = *dst = 0;
}

const QdPortSet *
qd_policy_eval_get (QdPolicyEval *self, guint src, guint dst)
{
  return get (self, BOTH, src, dst);
}

/* The column of an address, and the node that it is, or that its pod is on; NULL: not known. */
static guint
find_column (QdPolicyEval *self, const QdAddress *address, const char **node)
{
  QdPolicyNodes *nodes = qd_policy_eval_get_nodes (self);
  const QdPolicyHolder *holder = g_hash_table_lookup (self->ends.by_address, address);

  *node = holder ? qd_policy_nodes_find_pod (nodes, holder->pod) : qd_policy_nodes_find_address (nodes, address);
  return holder ? holder->column : self->columns->groups->len + (guint) qd_address_ranges_find (self->columns->ranges, address);
}

const QdPortSet *
qd_policy_eval_get_addresses (QdPolicyEval *self, const QdAddress *src, const QdAddress *dst)
{
  const char *src_node, *dst_node;
  guint from = find_column (self, src, &src_node), to = find_column (self, dst, &dst_node);
  gboolean pod_and_node = src_node && src_node == dst_node && (from < self->columns->groups->len) != (to < self->columns->groups->len);

  /* Two addresses of one pod are that pod. */
  if (pod_and_node || qd_address_compare (src, dst) == 0 || (qd_policy_eval_find_pod (self, src) && qd_policy_eval_find_pod (self, src) == qd_policy_eval_find_pod (self, dst)))
    return qd_port_store_get (self->store, QD_PORTS_ALL);
  return qd_port_store_get (self->store, pair_ports (self, BOTH, from, to));
}

const QdPortSet *
qd_policy_eval_get_direction (QdPolicyEval *self, QdPolicyDirection direction, guint src, guint dst)
{
  return get (self, 1u << direction, src, dst);
}

void
qd_policy_eval_get_inside (QdPolicyEval *self, QdPolicyInside *inside)
{
  *inside = (QdPolicyInside) { self->columns, self->store, &self->ends, { NULL, NULL } };
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    inside->row_of[d] = self->row_of[d];
}

static int
compare_columns (gconstpointer a, gconstpointer b)
{
  guint l = *(const guint *) a, r = *(const guint *) b;

  return (l > r) - (l < r);
}

/* The columns of an end, as what they can be looked up by. */
static GBytes *
make_class_key (QdPolicyEval *self, guint end)
{
  guint n;
  const QdPolicyMember *members = find_members (self, end, &n);
  guint *columns = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    columns[i] = members[i].column;
  qsort (columns, n, sizeof *columns, compare_columns);
  return g_bytes_new_take (columns, n * sizeof *columns);
}

guint *
qd_policy_eval_list_classes (QdPolicyEval *self, guint *n)
{
  guint n_ends = self->ends.first_member->len - 1;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  guint *classes = g_new (guint, MAX (n_ends, 1));

  *n = 0;
  for (guint i = 0; i < n_ends; i++)
    {
      g_autoptr (GBytes) key = make_class_key (self, i);
      guint number = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));

      if (number == 0)
        {
          number = ++*n;
          g_hash_table_insert (known, g_steal_pointer (&key), GUINT_TO_POINTER (number));
        }
      classes[i] = number - 1;
    }
  return classes;
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
