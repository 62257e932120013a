/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-eval-private.h"

#include <stdlib.h>
#include <string.h>

/* Thousands of pods are a few hundred that differ: everything is computed once for each of those. */

static void
clear_group (gpointer data)
{
  QdPolicyGroup *self = data;

  g_ref_string_release (self->namespace);
  qd_labels_unref (self->labels);
  g_clear_pointer (&self->node, g_ref_string_release);
  g_free (self->segments);
}

static void
clear_space (gpointer data)
{
  QdPolicyColumnSpace *self = data;

  g_ref_string_release (self->name);
  qd_labels_unref (self->labels);
}

static void
clear_named_port (gpointer data)
{
  QdPolicyContainerPort *self = data;

  g_ref_string_release (self->name);
}

/* --- Ranges of addresses ---------------------------------------------------------------------------------------- */

static void
gather_blocks (QdPolicyWorld *world, GPtrArray *sets)
{
  GPtrArray *policies = qd_policy_world_get_policies (world);

  for (guint i = 0; i < policies->len; i++)
    for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
      {
        const QdPolicy *policy = g_ptr_array_index (policies, i);

        /* Rules of a direction that the policy does not apply to tell nothing apart. */
        for (guint r = 0; policy->applies[d] && r < policy->rules[d]->len; r++)
          {
            const QdPolicyRule *rule = g_ptr_array_index (policy->rules[d], r);

            for (guint p = 0; p < rule->peers->len; p++)
              {
                const QdPolicyPeer *peer = g_ptr_array_index (rule->peers, p);

                for (guint b = 0; b < peer->blocks->len; b++)
                  g_ptr_array_add (sets, ((QdPolicyBlock *) g_ptr_array_index (peer->blocks, b))->ranges);
              }
          }
      }
}

static void
cut_space (QdPolicyColumns *self, QdPolicyWorld *world)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new ();
  gboolean any_v6 = FALSE;

  gather_blocks (world, sets);
  for (guint i = 0; i < sets->len; i++)
    {
      GArray *set = g_ptr_array_index (sets, i);

      any_v6 |= set->len && g_array_index (set, QdAddressRange, 0).first.family == 6;
    }
  qd_address_space_cut (4, sets, self->ranges);
  self->n_shown = self->ranges->len;
  qd_address_space_cut (6, sets, self->ranges);
  if (any_v6)
    self->n_shown = self->ranges->len;
}

/* --- Groups ------------------------------------------------------------------------------------------------------- */

typedef struct {
  QdPolicyColumns *columns;
  const QdPolicyOptions *options;
  QdPolicyNodes *nodes;     /* NULL where no pod is exempt: then it does not matter */
  GHashTable *with_exempt;  /* what those nodes are called that have a pod that is exempt */
  GArray *seen;             /* of guint: for each group the last workload that it was seen in, plus one */
} Grouping;

static gboolean
is_exempt (const QdPolicyPod *pod, const QdPolicyOptions *options)
{
  return pod->host_network && options->host_network == QD_POLICY_HOST_EXEMPT;
}

static guint
hash_signature (gconstpointer data)
{
  const GArray *ports = data;
  guint hash = ports->len;

  for (guint i = 0; i < ports->len; i++)
    {
      const QdPolicyContainerPort *port = &g_array_index (ports, QdPolicyContainerPort, i);

      hash = (hash * 31 + g_direct_hash (port->name)) * 31 + port->port * QD_N_PROTOCOLS + port->protocol;
    }
  return hash;
}

static gboolean
equal_signatures (gconstpointer a, gconstpointer b)
{
  const GArray *l = a, *r = b;

  if (l->len != r->len)
    return FALSE;
  for (guint i = 0; i < l->len; i++)
    {
      const QdPolicyContainerPort *one = &g_array_index (l, QdPolicyContainerPort, i), *two = &g_array_index (r, QdPolicyContainerPort, i);

      if (one->name != two->name || one->port != two->port || one->protocol != two->protocol)
        return FALSE;
    }
  return TRUE;
}

static guint
hash_group (gconstpointer data)
{
  const QdPolicyGroup *group = data;
  guint hash = g_direct_hash (group->namespace) * 31 + group->labels->hash;

  hash = (hash * 31 + group->signature) * 31 + g_direct_hash (group->node) + (guint) group->exempt;
  for (guint i = 0; i < group->n_segments; i++)
    hash = hash * 31 + group->segments[i];
  return hash;
}

static gboolean
equal_groups (gconstpointer a, gconstpointer b)
{
  const QdPolicyGroup *l = a, *r = b;

  return l->namespace == r->namespace && l->signature == r->signature && l->exempt == r->exempt && l->node == r->node &&
         l->n_segments == r->n_segments && memcmp (l->segments, r->segments, sizeof (guint) * l->n_segments) == 0 &&
         qd_labels_equal (l->labels, r->labels);
}

/* The list of named ports that @pod has. Whoever is seen as a node has none. */
static guint
find_signature (Grouping *grouping, const QdPolicyPod *pod, gboolean exempt)
{
  QdPolicyColumns *self = grouping->columns;
  GArray *named = g_array_new (FALSE, FALSE, sizeof (QdPolicyContainerPort));
  guint known;

  g_array_set_clear_func (named, clear_named_port);
  for (guint i = 0; !exempt && i < pod->n_ports; i++)
    if (pod->ports[i].name)
      {
        QdPolicyContainerPort port = pod->ports[i];

        g_ref_string_acquire (port.name);
        g_array_append_val (named, port);
      }
  known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_ports, named));
  if (known)
    {
      g_array_unref (named);
      return known - 1;
    }
  g_ptr_array_add (self->signatures, named);
  g_hash_table_insert (self->by_ports, named, GUINT_TO_POINTER (self->signatures->len));
  return self->signatures->len - 1;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const guint *l = a, *r = b;

  return (*l > *r) - (*l < *r);
}

static void
find_segments (Grouping *grouping, const QdPolicyPod *pod, QdPolicyGroup *group)
{
  guint room = pod->n_addresses + pod->n_node_addresses, n = 0;
  g_autofree guint *found = g_new (guint, MAX (room, 1));

  for (guint i = 0; i < room; i++)
    {
      gboolean own = i < pod->n_addresses;
      int segment;

      /* A pod in its node's network has its node's addresses. */
      if (!own && !group->exempt)
        break;
      segment = qd_address_ranges_find (grouping->columns->ranges, own ? &pod->addresses[i] : &pod->node_addresses[i - pod->n_addresses]);
      if (segment >= 0)
        found[n++] = (guint) segment;
    }
  if (n)
    qsort (found, n, sizeof *found, compare_numbers);
  group->segments = g_new (guint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (i == 0 || found[i] != found[i - 1])
      group->segments[group->n_segments++] = found[i];
}

static guint
find_group (Grouping *grouping, const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  QdPolicyColumns *self = grouping->columns;
  QdPolicyGroup group = { .exempt = is_exempt (pod, grouping->options) };
  QdPolicyGroup *kept;
  guint known;

  group.namespace = workload->namespace->name;
  group.labels = pod->labels;
  group.signature = find_signature (grouping, pod, group.exempt);
  group.node = grouping->nodes ? (char *) qd_policy_nodes_find_pod (grouping->nodes, pod) : NULL;
  if (group.node && !g_hash_table_contains (grouping->with_exempt, group.node))
    group.node = NULL;
  find_segments (grouping, pod, &group);
  known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_content, &group));
  if (known)
    {
      g_free (group.segments);
      return known - 1;
    }
  g_ref_string_acquire (group.namespace);
  qd_labels_ref (group.labels);
  if (group.node)
    g_ref_string_acquire (group.node);
  g_array_append_val (self->groups, group);
  /* The array may move: the table's keys are copies, which borrow from what the array holds. */
  kept = g_memdup2 (&group, sizeof group);
  g_hash_table_insert (self->by_content, kept, GUINT_TO_POINTER (self->groups->len));
  return self->groups->len - 1;
}

static void
note_addresses (QdPolicyEnds *ends, const QdPolicyHolder *holder)
{
  for (guint i = 0; !holder->pod->host_network && i < holder->pod->n_addresses; i++)
    if (!g_hash_table_contains (ends->by_address, &holder->pod->addresses[i]))
      g_hash_table_insert (ends->by_address, &holder->pod->addresses[i], g_memdup2 (holder, sizeof *holder));
}

/* Adds the groups that the @number-th workload has pods of, each once. */
static void
group_workload (Grouping *grouping, const QdPolicyWorkload *workload, guint number, QdPolicyEnds *ends)
{
  for (guint i = 0; i < workload->pods->len; i++)
    {
      QdPolicyMember member = { find_group (grouping, workload, g_ptr_array_index (workload->pods, i)), g_ptr_array_index (workload->pods, i) };
      QdPolicyHolder holder = { number, member.column, member.pod };
      guint *seen;

      note_addresses (ends, &holder);
      if (member.column >= grouping->seen->len)
        g_array_set_size (grouping->seen, member.column + 1);
      seen = &g_array_index (grouping->seen, guint, member.column);
      if (*seen != number + 1)
        g_array_append_val (ends->members, member);
      *seen = number + 1;
    }
}

/* Workloads come by namespace, and so do groups. */
static void
group_pods (QdPolicyColumns *self, QdPolicyWorld *world, const QdPolicyOptions *options, QdPolicyEnds *ends)
{
  GPtrArray *workloads = qd_policy_world_get_workloads (world);
  g_autoptr (QdPolicyNodes) nodes = NULL;
  g_autoptr (GHashTable) with_exempt = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) seen = g_array_new (FALSE, TRUE, sizeof (guint));
  Grouping grouping = { self, options, NULL, with_exempt, seen };
  const QdPolicyPod none = { .n_ports = 0 };

  find_signature (&grouping, &none, FALSE);
  for (guint i = 0; i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);

      for (guint k = 0; k < workload->pods->len; k++)
        {
          const QdPolicyPod *pod = g_ptr_array_index (workload->pods, k);

          if (!is_exempt (pod, options))
            continue;
          if (nodes == NULL)
            grouping.nodes = nodes = qd_policy_nodes_new (world);
          if (qd_policy_nodes_find_pod (nodes, pod))
            g_hash_table_add (with_exempt, (gpointer) qd_policy_nodes_find_pod (nodes, pod));
        }
    }
  self->has_nodes = g_hash_table_size (with_exempt) > 0;
  for (guint i = 0; i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);
      QdPolicyColumnSpace *last = self->spaces->len ? &g_array_index (self->spaces, QdPolicyColumnSpace, self->spaces->len - 1) : NULL;

      if (last == NULL || last->name != workload->namespace->name)
        {
          QdPolicyColumnSpace space = { g_ref_string_acquire (workload->namespace->name), qd_labels_ref (workload->namespace->labels),
                                        self->groups->len, self->groups->len };

          g_array_append_val (self->spaces, space);
          g_hash_table_insert (self->by_name, space.name, GUINT_TO_POINTER (self->spaces->len));
        }
      g_array_append_val (ends->first_member, ends->members->len);
      group_workload (&grouping, workload, i, ends);
      g_array_index (self->spaces, QdPolicyColumnSpace, self->spaces->len - 1).end = self->groups->len;
    }
}

/* --- Who has which label ---------------------------------------------------------------------------------------- */

static guint
hash_label (gconstpointer data)
{
  const QdLabel *label = data;

  return g_direct_hash (label->key) * 31 + g_direct_hash (label->value);
}

static gboolean
equal_labels (gconstpointer a, gconstpointer b)
{
  const QdLabel *l = a, *r = b;

  return l->key == r->key && l->value == r->value;
}

static void
note_group (GHashTable *table, gconstpointer key, guint group)
{
  GArray *groups = g_hash_table_lookup (table, key);

  if (groups == NULL)
    {
      groups = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (table, (gpointer) key, groups);
    }
  g_array_append_val (groups, group);
}

static void
index_segments (QdPolicyColumns *self)
{
  self->by_segment = g_new0 (GArray *, self->ranges->len);
  for (guint i = 0; i < self->groups->len; i++)
    {
      const QdPolicyGroup *group = &g_array_index (self->groups, QdPolicyGroup, i);

      for (guint k = 0; k < group->n_segments; k++)
        {
          GArray **groups = &self->by_segment[group->segments[k]];

          if (*groups == NULL)
            *groups = g_array_new (FALSE, FALSE, sizeof (guint));
          g_array_append_val (*groups, i);
        }
    }
}

static void
index_labels (QdPolicyColumns *self)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      const QdPolicyGroup *group = &g_array_index (self->groups, QdPolicyGroup, i);

      if (group->exempt)
        continue;
      qd_bits_set (self->selectable, i);
      for (guint k = 0; k < group->labels->n; k++)
        {
          note_group (self->by_label, &group->labels->labels[k], i);
          note_group (self->by_key, group->labels->labels[k].key, i);
        }
    }
}

QdPolicyColumns *
qd_policy_columns_new (QdPolicyWorld *world, const QdPolicyOptions *options, QdPolicyEnds *ends)
{
  QdPolicyColumns *self = g_new0 (QdPolicyColumns, 1);

  self->groups = g_array_new (FALSE, FALSE, sizeof (QdPolicyGroup));
  g_array_set_clear_func (self->groups, clear_group);
  self->spaces = g_array_new (FALSE, FALSE, sizeof (QdPolicyColumnSpace));
  g_array_set_clear_func (self->spaces, clear_space);
  self->ranges = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  self->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->by_label = g_hash_table_new_full (hash_label, equal_labels, NULL, (GDestroyNotify) g_array_unref);
  self->by_key = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  self->by_name = g_hash_table_new (NULL, NULL);
  self->by_ports = g_hash_table_new (hash_signature, equal_signatures);
  self->by_content = g_hash_table_new_full (hash_group, equal_groups, g_free, NULL);
  cut_space (self, world);
  group_pods (self, world, options, ends);
  self->n = self->groups->len + self->ranges->len;
  for (guint i = self->groups->len; i < self->n; i++)
    {
      QdPolicyMember member = { i, NULL };

      g_array_append_val (ends->first_member, ends->members->len);
      g_array_append_val (ends->members, member);
    }
  g_array_append_val (ends->first_member, ends->members->len);
  self->selectable = qd_bits_new (self->groups->len);
  index_labels (self);
  index_segments (self);
  return self;
}

void
qd_policy_columns_free (QdPolicyColumns *self)
{
  g_hash_table_unref (self->by_label);
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_ports);
  g_hash_table_unref (self->by_content);
  for (guint i = 0; i < self->ranges->len; i++)
    g_clear_pointer (&self->by_segment[i], g_array_unref);
  g_free (self->by_segment);
  g_array_unref (self->groups);
  g_array_unref (self->spaces);
  g_array_unref (self->ranges);
  g_ptr_array_unref (self->signatures);
  g_free (self->selectable);
  g_free (self);
}

/* --- From one state to the next ----------------------------------------------------------------------------------- */

static const QdPolicyColumnSpace *
find_space (const QdPolicyColumns *self, const char *name)
{
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));

  return known ? &g_array_index (self->spaces, QdPolicyColumnSpace, known - 1) : NULL;
}

/* The range before that @range is in, or that is in it: a policy that was there then and is there now has cut at all that it tells apart both times,
 * and so treats what is between two cuts of either as one. */
static guint
find_range_before (const QdPolicyColumns *before, const QdAddressRange *range)
{
  return (guint) qd_address_ranges_find (before->ranges, &range->first);
}

/* The group before that the same policies treat as they treat @group. */
static guint
find_group_before (const QdPolicyColumns *before, const QdPolicyColumns *now, const QdPolicyGroup *group, const guint *signatures)
{
  QdPolicyGroup key = *group;
  g_autofree guint *segments = g_new (guint, MAX (group->n_segments, 1));
  guint n = 0;

  if (signatures[group->signature] == QD_POLICY_NO_COLUMN)
    return QD_POLICY_NO_COLUMN;
  key.signature = signatures[group->signature];
  for (guint i = 0; i < group->n_segments; i++)
    {
      guint segment = find_range_before (before, &g_array_index (now->ranges, QdAddressRange, group->segments[i]));

      /* They are sorted: what has become one lies side by side. */
      if (n == 0 || segments[n - 1] != segment)
        segments[n++] = segment;
    }
  key.segments = segments;
  key.n_segments = n;
  return GPOINTER_TO_UINT (g_hash_table_lookup (before->by_content, &key)) - 1;
}

static void
map_groups (QdPolicyColumnMap *self, const QdPolicyColumns *before, const QdPolicyColumns *now)
{
  for (guint i = 0; i < now->spaces->len; i++)
    {
      const QdPolicyColumnSpace *space = &g_array_index (now->spaces, QdPolicyColumnSpace, i), *there = find_space (before, space->name);
      gboolean known = there && qd_labels_equal (there->labels, space->labels);

      for (guint k = space->first; k < space->end; k++)
        {
          self->before[k] = known ? find_group_before (before, now, &g_array_index (now->groups, QdPolicyGroup, k), self->signatures) : QD_POLICY_NO_COLUMN;
          if (self->before[k] == QD_POLICY_NO_COLUMN)
            {
              qd_bits_set (self->fresh, k);
              self->n_fresh++;
            }
          if (self->before[k] != k)
            g_array_append_val (self->moved, k);
        }
    }
  self->same_groups = before->groups->len == now->groups->len && self->moved->len == 0;
}

void
qd_policy_column_map_init (QdPolicyColumnMap *self, const QdPolicyColumns *before, const QdPolicyColumns *now)
{
  gboolean same_signatures = before->signatures->len == now->signatures->len;

  *self = (QdPolicyColumnMap) { g_new (guint, now->n), g_new (guint, now->signatures->len), qd_bits_new (now->n), g_array_new (FALSE, FALSE, sizeof (guint)) };
  for (guint i = 0; i < now->signatures->len; i++)
    {
      self->signatures[i] = GPOINTER_TO_UINT (g_hash_table_lookup (before->by_ports, g_ptr_array_index (now->signatures, i))) - 1;
      same_signatures = same_signatures && self->signatures[i] == i;
    }
  self->n_groups_before = before->groups->len;
  map_groups (self, before, now);
  self->same_ranges = before->ranges->len == now->ranges->len;
  for (guint i = 0; i < now->ranges->len; i++)
    {
      guint range = find_range_before (before, &g_array_index (now->ranges, QdAddressRange, i));

      self->before[now->groups->len + i] = before->groups->len + range;
      self->same_ranges = self->same_ranges && range == i;
    }
  self->same = self->same_groups && self->same_ranges && same_signatures;
}

void
qd_policy_column_map_clear (QdPolicyColumnMap *self)
{
  g_free (self->before);
  g_free (self->signatures);
  g_free (self->fresh);
  g_clear_pointer (&self->moved, g_array_unref);
}
