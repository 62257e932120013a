/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-data.h"

#include <string.h>

#include "qd-policy-graph-cells.h"

/* What one can look at: more nodes or lines than that are a tangle. */
#define MAX_NODES 220
#define MAX_LINES 2500
/* Even of what stands together no more than so many nodes; and lines that are looked at before the most telling of them are chosen. */
#define MAX_BUNDLES 1500
#define MAX_KEPT 60000

#define N_CHANGES QD_POLICY_N_CELL_CHANGES

struct _QdPolicyGraph {
  gatomicrefcount ref_count;
  QdPolicyEnds *ends;
  QdPortStore *store;       /* that the sets of the lines are of */
  GArray *nodes, *lines;    /* of QdPolicyGraphNode, of QdPolicyGraphLine */
  GArray *members;          /* of guint */
  guint *node_of;           /* by end; G_MAXUINT: left out */
  GHashTable *by_id;        /* id of a node → its number, plus one */
  QdPolicyGraphTally tally;
};

/* How far ends stand together. */
typedef enum {
  LEVEL_APART,              /* none, but what is folded */
  LEVEL_ALIKE,              /* what is alike, but in what was opened */
  LEVEL_GROUPS,             /* groups, but those that were opened */
  LEVEL_OPEN_ALIKE,         /* in those, what is alike */
  LEVEL_ALL,                /* all groups */
} Level;

typedef enum { APART, ALIKE, FOLDED } Way;

/* Some ends of a node that are alike. */
typedef struct { guint class, n, first, second; } Unit;

typedef struct {
  QdPolicyGraph *graph;
  QdPolicyGraphCells *cells;
  const QdPolicyGraphScope *scope;
  const int *cancelled;
  guint8 *changed;          /* by class: a connection from or to it has changed */
  GArray *units;            /* of Unit: those of one node after the other */
  GArray *first_unit;       /* of guint: where each node begins, and the end of the last */
} Making;

static gboolean
is_cancelled (const Making *making)
{
  return making->cancelled != NULL && g_atomic_int_get (making->cancelled);
}

static void
clear_node (gpointer data)
{
  g_free (((QdPolicyGraphNode *) data)->id);
}

/* --- What has changed at all --------------------------------------------------------------------- */

static void
count_row (Making *making, guint src)
{
  const QdPolicyGraphClass *from = qd_policy_graph_cells_get_class (making->cells, src);

  for (guint dst = 0; dst < qd_policy_graph_cells_get_n (making->cells); dst++)
    {
      guint64 n = qd_policy_graph_count_pairs (from->n, qd_policy_graph_cells_get_class (making->cells, dst)->n, src == dst);
      const QdPolicyGraphCell *cell = qd_policy_graph_cells_get (making->cells, src, dst);

      if (cell->number == 0 || n == 0)
        continue;
      making->graph->tally.pairs[cell->change] += n;
      if (cell->change != QD_POLICY_CELL_SAME)
        making->changed[src] = making->changed[dst] = TRUE;
    }
}

static gboolean
count_all (Making *making)
{
  for (guint i = 0; i < qd_policy_graph_cells_get_n (making->cells); i++)
    {
      if (is_cancelled (making))
        return FALSE;
      count_row (making, i);
    }
  return TRUE;
}

static gboolean
is_left_out (const Making *making, guint end)
{
  return making->scope->only_changes && qd_policy_ends_has_before (making->graph->ends) &&
         !making->changed[qd_policy_graph_cells_get_class_of (making->cells, end)];
}

/* --- Nodes --------------------------------------------------------------------------------------- */

static gboolean
is_in (GHashTable *names, const char *name)
{
  return names != NULL && g_hash_table_contains (names, name);
}

/* How the ends of @group stand. */
static Way
get_way (const Making *making, guint group, Level level)
{
  const char *name = qd_policy_ends_get_group (making->graph->ends, group);

  if (level == LEVEL_ALL || is_in (making->scope->folded, name))
    return FOLDED;
  if (is_in (making->scope->open, name))
    return level >= LEVEL_OPEN_ALIKE ? ALIKE : APART;
  return level >= LEVEL_GROUPS ? FOLDED : level == LEVEL_ALIKE ? ALIKE : APART;
}

/* What a node is called among all nodes: of ends that are alike after the first of them. */
static char *
make_id (QdPolicyEnds *ends, QdPolicyGraphSort sort, guint end)
{
  const QdPolicyEnd *first = qd_policy_ends_get (ends, end);

  switch (sort)
    {
    case QD_POLICY_GRAPH_ALIKE: return g_strconcat ("alike ", first->key, NULL);
    /* A namespace may be called as what is outside. */
    case QD_POLICY_GRAPH_GROUP: return g_strconcat (first->outside ? "outside" : "group ", first->outside ? NULL : qd_policy_ends_get_group (ends, first->group), NULL);
    case QD_POLICY_GRAPH_REST: return g_strdup ("rest");
    case QD_POLICY_GRAPH_WORKLOAD:
    case QD_POLICY_GRAPH_RANGE:
    default: return g_strconcat ("end ", first->key, NULL);
    }
}

/* @ends, of guint, are a node. */
static void
add_node (Making *making, QdPolicyGraphSort sort, const guint *ends, guint n)
{
  QdPolicyGraph *self = making->graph;
  QdPolicyGraphNode node = { .first = self->members->len, .n = n, .gone = TRUE };

  g_array_append_vals (self->members, ends, n);
  for (guint i = 0; i < n; i++)
    {
      const QdPolicyEnd *end = qd_policy_ends_get (self->ends, ends[i]);

      self->node_of[ends[i]] = self->nodes->len;
      node.outside |= end->outside;
      node.gone &= end->now == QD_POLICY_NO_END;
      node.group = end->group;
    }
  if (n == 1 && sort != QD_POLICY_GRAPH_REST)
    sort = node.outside ? QD_POLICY_GRAPH_RANGE : QD_POLICY_GRAPH_WORKLOAD;
  node.sort = (guint8) sort;
  node.id = make_id (self->ends, sort, ends[0]);
  g_array_append_val (self->nodes, node);
}

/* The ends of a group that are alike, one sort after the other, in the order of the first of each. */
static void
add_alike (Making *making, const guint *ends, guint n)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) sorts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  for (guint i = 0; i < n; i++)
    {
      gpointer key = GUINT_TO_POINTER (qd_policy_graph_cells_get_class_of (making->cells, ends[i]) + 1);
      GArray *sort = g_hash_table_lookup (known, key);

      if (sort == NULL)
        {
          sort = g_array_new (FALSE, FALSE, sizeof (guint));
          g_ptr_array_add (sorts, sort);
          g_hash_table_insert (known, key, sort);
        }
      g_array_append_val (sort, ends[i]);
    }
  for (guint i = 0; i < sorts->len; i++)
    {
      GArray *sort = g_ptr_array_index (sorts, i);

      add_node (making, QD_POLICY_GRAPH_ALIKE, (const guint *) (gpointer) sort->data, sort->len);
    }
}

static void
add_group (Making *making, guint group, const guint *ends, guint n, Level level)
{
  switch (get_way (making, group, level))
    {
    case FOLDED: add_node (making, QD_POLICY_GRAPH_GROUP, ends, n); break;
    case ALIKE: add_alike (making, ends, n); break;
    case APART:
    default:
      for (guint i = 0; i < n; i++)
        add_node (making, QD_POLICY_GRAPH_WORKLOAD, &ends[i], 1);
      break;
    }
}

static void
clear_nodes (QdPolicyGraph *self)
{
  g_array_set_size (self->nodes, 0);
  g_array_set_size (self->lines, 0);
  g_array_set_size (self->members, 0);
  memset (self->node_of, 0xff, qd_policy_ends_get_n (self->ends) * sizeof (guint));
}

static void
make_nodes (Making *making, Level level)
{
  QdPolicyGraph *self = making->graph;
  guint n = qd_policy_ends_get_n (self->ends);
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (guint)), rest = g_array_new (FALSE, FALSE, sizeof (guint));

  clear_nodes (self);
  for (guint i = 0; i < n;)
    {
      const QdPolicyEnd *first = qd_policy_ends_get (self->ends, i);
      GArray *to = level == LEVEL_ALL && self->nodes->len + 2 >= MAX_BUNDLES && !first->outside ? rest : group;

      g_array_set_size (group, 0);
      for (; i < n && qd_policy_ends_get (self->ends, i)->group == first->group; i++)
        if (!is_left_out (making, i))
          g_array_append_val (to, i);
      if (group->len > 0)
        add_group (making, first->group, (const guint *) (gpointer) group->data, group->len, level);
    }
  if (rest->len > 0)
    add_node (making, QD_POLICY_GRAPH_REST, (const guint *) (gpointer) rest->data, rest->len);
}

/* --- Lines --------------------------------------------------------------------------------------- */

/* The ends of each node, by what they are alike. */
static void
find_units (Making *making)
{
  QdPolicyGraph *self = making->graph;
  g_autofree guint *at = g_new0 (guint, qd_policy_graph_cells_get_n (making->cells) + 1);   /* by class: its unit in this node, plus one */

  g_array_set_size (making->units, 0);
  g_array_set_size (making->first_unit, 0);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const QdPolicyGraphNode *node = &g_array_index (self->nodes, QdPolicyGraphNode, i);
      guint first = making->units->len;

      g_array_append_val (making->first_unit, first);
      for (guint k = 0; k < node->n; k++)
        {
          guint end = g_array_index (self->members, guint, node->first + k);
          Unit unit = { qd_policy_graph_cells_get_class_of (making->cells, end), 0, end, end };

          if (at[unit.class] <= first)
            {
              g_array_append_val (making->units, unit);
              at[unit.class] = making->units->len;
            }
          if (g_array_index (making->units, Unit, at[unit.class] - 1).n++ == 1)
            g_array_index (making->units, Unit, at[unit.class] - 1).second = end;
        }
    }
  g_array_append_val (making->first_unit, making->units->len);
}

static void
add_pairs (Making *making, QdPolicyGraphLine lines[N_CHANGES], guint way, const Unit *from, const Unit *to, gboolean same)
{
  const QdPolicyGraphCell *cell = qd_policy_graph_cells_get (making->cells, from->class, to->class);
  QdPortStore *store = making->graph->store;
  QdPolicyGraphLine *line = &lines[cell->change];
  guint64 n = qd_policy_graph_count_pairs (from->n, to->n, same);

  if (cell->number == 0 || n == 0)
    return;
  if (line->n[way] == 0)
    {
      line->src[way] = from->first;
      line->dst[way] = same ? to->second : to->first;
      line->ports[way] = line->first[way] = qd_port_store_get (store, cell->ports);
      line->lost[way] = qd_port_store_get (store, cell->lost);
      line->uniform[way] = TRUE;
    }
  else if (qd_port_set_get_id (line->ports[way]) != cell->ports || qd_port_set_get_id (line->lost[way]) != cell->lost)
    {
      line->uniform[way] = FALSE;
      line->ports[way] = qd_port_store_get (store, qd_port_store_union (store, qd_port_set_get_id (line->ports[way]), cell->ports));
      line->lost[way] = qd_port_store_get (store, qd_port_store_union (store, qd_port_set_get_id (line->lost[way]), cell->lost));
    }
  line->n[way] += n;
}

static gboolean
is_quiet (const Making *making, guint change)
{
  return change == QD_POLICY_CELL_SAME && making->scope->only_changes && qd_policy_ends_has_before (making->graph->ends);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const QdPolicyGraphLine *l = a, *r = b;

  return l->a != r->a ? (l->a < r->a ? -1 : 1) : l->b != r->b ? (l->b < r->b ? -1 : 1) : (int) l->change - (int) r->change;
}

/* What has changed comes first, then what stands for most. */
static int
compare_weights (gconstpointer a, gconstpointer b)
{
  const QdPolicyGraphLine *l = a, *r = b;
  guint64 n = l->n[0] + l->n[1], m = r->n[0] + r->n[1];

  if ((l->change != QD_POLICY_CELL_SAME) != (r->change != QD_POLICY_CELL_SAME))
    return l->change != QD_POLICY_CELL_SAME ? -1 : 1;
  return n != m ? (n > m ? -1 : 1) : compare_places (a, b);
}

static void
keep_most_telling (GArray *lines, guint max)
{
  if (lines->len <= max)
    return;
  g_array_sort (lines, compare_weights);
  g_array_set_size (lines, max);
  g_array_sort (lines, compare_places);
}

/* All that is between two nodes, or among the ends of one. */
static void
find_between (Making *making, guint a, guint b, QdPolicyGraphLine lines[N_CHANGES])
{
  const guint *first = (const guint *) (gpointer) making->first_unit->data;
  const Unit *units = (const Unit *) (gpointer) making->units->data;

  for (guint i = first[a]; i < first[a + 1]; i++)
    for (guint k = first[b]; k < first[b + 1]; k++)
      {
        add_pairs (making, lines, QD_POLICY_GRAPH_THERE, &units[i], &units[k], i == k);
        if (a != b)
          add_pairs (making, lines, QD_POLICY_GRAPH_BACK, &units[k], &units[i], FALSE);
      }
}

static void
join (Making *making, guint a, guint b)
{
  QdPolicyGraph *self = making->graph;
  QdPolicyGraphLine lines[N_CHANGES] = { { 0 } };

  find_between (making, a, b, lines);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      if (lines[i].n[QD_POLICY_GRAPH_THERE] + lines[i].n[QD_POLICY_GRAPH_BACK] == 0)
        continue;
      lines[i].a = a;
      lines[i].b = b;
      lines[i].change = (guint8) i;
      if (i != QD_POLICY_CELL_SAME)
        g_array_index (self->nodes, QdPolicyGraphNode, a).changed = g_array_index (self->nodes, QdPolicyGraphNode, b).changed = TRUE;
      self->tally.lines++;
      if (!is_quiet (making, i))
        g_array_append_val (self->lines, lines[i]);
    }
}

/* More than @max lines: then there are too many, or, with @all, the most telling ones. FALSE when cancelled. */
static gboolean
make_lines (Making *making, guint max, gboolean all)
{
  QdPolicyGraph *self = making->graph;

  self->tally.lines = 0;
  find_units (making);
  for (guint a = 0; a < self->nodes->len && (all || self->lines->len <= max); a++)
    {
      if (is_cancelled (making))
        return FALSE;
      for (guint b = a; b < self->nodes->len; b++)
        join (making, a, b);
      if (self->lines->len > MAX_KEPT)
        keep_most_telling (self->lines, MAX (max, MAX_KEPT / 2));
    }
  return TRUE;
}

/* --- Not too much -------------------------------------------------------------------------------- */

static gboolean
find_level (Making *making)
{
  QdPolicyGraph *self = making->graph;
  guint max_nodes = making->scope->max_nodes > 0 ? making->scope->max_nodes : MAX_NODES;
  guint max_lines = making->scope->max_lines > 0 ? making->scope->max_lines : MAX_LINES;

  for (Level level = LEVEL_APART; level <= LEVEL_ALL; level++)
    {
      make_nodes (making, level);
      if (level < LEVEL_ALL && self->nodes->len > max_nodes)
        continue;
      if (!make_lines (making, max_lines, level == LEVEL_ALL))
        return FALSE;
      if (self->lines->len <= max_lines)
        break;
    }
  keep_most_telling (self->lines, max_lines);
  self->tally.lines_drawn = self->lines->len;
  return TRUE;
}

/* --- What became of all -------------------------------------------------------------------------- */

static void
count_ends (QdPolicyGraph *self)
{
  QdPolicyGraphTally *tally = &self->tally;

  for (guint i = 0; i < qd_policy_ends_get_n (self->ends); i++)
    {
      gboolean outside = qd_policy_ends_get (self->ends, i)->outside;
      const QdPolicyGraphNode *node = self->node_of[i] != G_MAXUINT ? &g_array_index (self->nodes, QdPolicyGraphNode, self->node_of[i]) : NULL;

      *(outside ? &tally->ranges : &tally->workloads) += 1;
      if (node == NULL)
        *(outside ? &tally->ranges_filtered : &tally->filtered) += 1;
      else if (node->n == 1)
        *(outside ? &tally->ranges_drawn : &tally->drawn) += 1;
      else
        *(outside ? &tally->ranges_together : &tally->together) += 1;
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      QdPolicyGraphNode *node = &g_array_index (self->nodes, QdPolicyGraphNode, i);

      tally->bundles += node->n > 1;
      g_hash_table_insert (self->by_id, node->id, GUINT_TO_POINTER (i + 1));
    }
}

static QdPolicyGraph *
graph_new (QdPolicyEval *now, QdPolicyEval *before)
{
  QdPolicyGraph *self = g_new0 (QdPolicyGraph, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->ends = qd_policy_ends_new (now, before);
  self->nodes = g_array_new (FALSE, FALSE, sizeof (QdPolicyGraphNode));
  g_array_set_clear_func (self->nodes, clear_node);
  self->lines = g_array_new (FALSE, FALSE, sizeof (QdPolicyGraphLine));
  self->members = g_array_new (FALSE, FALSE, sizeof (guint));
  self->node_of = g_new (guint, MAX (qd_policy_ends_get_n (self->ends), 1));
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

QdPolicyGraph *
qd_policy_graph_new (QdPolicyEval *now, QdPolicyEval *before, const QdPolicyGraphScope *scope, const int *cancelled)
{
  g_autoptr (QdPolicyGraph) self = graph_new (now, before);
  g_autoptr (QdPolicyGraphCells) cells = qd_policy_graph_cells_new (self->ends, now, before);
  Making making = { self, cells, scope, cancelled };
  gboolean done;

  self->store = qd_port_store_ref (qd_policy_graph_cells_get_store (cells));
  making.changed = g_new0 (guint8, MAX (qd_policy_graph_cells_get_n (cells), 1));
  making.units = g_array_new (FALSE, FALSE, sizeof (Unit));
  making.first_unit = g_array_new (FALSE, FALSE, sizeof (guint));
  done = count_all (&making) && find_level (&making);
  g_free (making.changed);
  g_array_unref (making.units);
  g_array_unref (making.first_unit);
  if (!done)
    return NULL;
  count_ends (self);
  return g_steal_pointer (&self);
}

QdPolicyGraph *
qd_policy_graph_ref (QdPolicyGraph *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_policy_graph_unref (QdPolicyGraph *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->by_id);
  g_array_unref (self->nodes);
  g_array_unref (self->lines);
  g_array_unref (self->members);
  g_free (self->node_of);
  g_clear_pointer (&self->store, qd_port_store_unref);
  qd_policy_ends_unref (self->ends);
  g_free (self);
}

/* --- Asking -------------------------------------------------------------------------------------- */

QdPolicyEnds *
qd_policy_graph_get_ends (QdPolicyGraph *self)
{
  return self->ends;
}

const QdPolicyGraphNode *
qd_policy_graph_get_nodes (QdPolicyGraph *self, guint *n)
{
  *n = self->nodes->len;
  return (const QdPolicyGraphNode *) (gpointer) self->nodes->data;
}

const QdPolicyGraphLine *
qd_policy_graph_get_lines (QdPolicyGraph *self, guint *n)
{
  *n = self->lines->len;
  return (const QdPolicyGraphLine *) (gpointer) self->lines->data;
}

const guint *
qd_policy_graph_get_members (QdPolicyGraph *self)
{
  return (const guint *) (gpointer) self->members->data;
}

const QdPolicyGraphTally *
qd_policy_graph_get_tally (QdPolicyGraph *self)
{
  return &self->tally;
}

guint
qd_policy_graph_find_node (QdPolicyGraph *self, const char *id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->by_id, id)) - 1;
}

guint
qd_policy_graph_find_end (QdPolicyGraph *self, guint end)
{
  return self->node_of[end];
}
