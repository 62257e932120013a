/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-path.h"

#include <math.h>
#include <string.h>

#include "qd-graph-path-arcs.h"
#include "qd-graph-private.h"

/* Costs are whole numbers, so that sums are exact whatever their order: nanoseconds of latency, 2^-36 of -log (1 - loss).
 * An edge's is below 2^42: a path over a million nodes does not overflow. */
#define MAX_WEIGHT (G_GUINT64_CONSTANT (1) << 42)
#define LOSS_SCALE 0x1p36
#define NS_PER_MS 1e6
#define CHECK_EVERY 4096

/* What a path costs, the weightiest first: edges of which the metric is not known, the metric, the edges. */
typedef struct { guint64 metric; guint32 unknown, hops; } Cost;

static const Cost unreached = { G_MAXUINT64, G_MAXUINT32, G_MAXUINT32 };

static inline Cost
cost_add (Cost a, Cost b)
{
  return (Cost) { a.metric + b.metric, a.unknown + b.unknown, a.hops + b.hops };
}

static inline int
cost_compare (Cost a, Cost b)
{
  if (a.unknown != b.unknown)
    return a.unknown < b.unknown ? -1 : 1;
  if (a.metric != b.metric)
    return a.metric < b.metric ? -1 : 1;
  return a.hops < b.hops ? -1 : a.hops > b.hops;
}

/* --- A heap of nodes ----------------------------------------------------------------------------- */

typedef struct { Cost cost; guint node; } Entry;
typedef struct { Entry *entries; guint n, room; } Heap;

static inline gboolean
is_before (const Entry *a, const Entry *b)
{
  int order = cost_compare (a->cost, b->cost);

  return order < 0 || (order == 0 && a->node < b->node);
}

static void
heap_push (Heap *self, Cost cost, guint node)
{
  Entry entry = { cost, node };
  guint at = self->n++;

  if (self->n > self->room)
    {
      self->room = MAX (256, self->room * 2);
      self->entries = g_renew (Entry, self->entries, self->room);
    }
  while (at > 0 && is_before (&entry, &self->entries[(at - 1) / 2]))
    {
      self->entries[at] = self->entries[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  self->entries[at] = entry;
}

static Entry
heap_pop (Heap *self)
{
  Entry top = self->entries[0], last = self->entries[--self->n];
  guint at = 0, child;

  while ((child = 2 * at + 1) < self->n)
    {
      if (child + 1 < self->n && is_before (&self->entries[child + 1], &self->entries[child]))
        child++;
      if (!is_before (&self->entries[child], &last))
        break;
      self->entries[at] = self->entries[child];
      at = child;
    }
  self->entries[at] = last;
  return top;
}

/* --- Searching ------------------------------------------------------------------------------------ */

typedef struct {
  QdGraph *graph;
  guint from, to;
  QdGraphMetric by;
  const int *cancelled;
  QdArcs out;
  Cost *weights;         /* by edge */
  guint8 *skip;          /* by edge: it loses everything */
  Cost *left;            /* by node: the least from there to the target */
  guint *next;           /* by node: the edge that the least begins with */
  Heap heap;

  /* One search around what is banned; a node's entries hold when its stamp is the search's. */
  guint search, path;
  guint *stamps, *came_by, *came_from;
  Cost *costs;
  guint *banned_nodes;   /* by node: the path that is being left, for which it is banned */
  guint *banned_edges;   /* by edge: the search for which it is banned */
} Finder;

static void
finder_clear (Finder *self)
{
  qd_arcs_clear (&self->out);
  g_free (self->weights);
  g_free (self->skip);
  g_free (self->left);
  g_free (self->next);
  g_free (self->heap.entries);
  g_free (self->stamps);
  g_free (self->came_by);
  g_free (self->came_from);
  g_free (self->costs);
  g_free (self->banned_nodes);
  g_free (self->banned_edges);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Finder, finder_clear)

static guint64
to_weight (double value)
{
  return value <= 0 ? 0 : value >= (double) MAX_WEIGHT ? MAX_WEIGHT : (guint64) llrint (value);
}

static gboolean
metric_is_known (const QdGraphEdge *edge, QdGraphMetric by)
{
  return by == QD_GRAPH_BY_HOPS || !isnan (by == QD_GRAPH_BY_LATENCY ? edge->latency_ms : edge->loss_pct);
}

static Cost
weigh (const QdGraphEdge *edge, QdGraphMetric by)
{
  Cost cost = { .hops = 1 };

  if (!metric_is_known (edge, by))
    cost.unknown = 1;
  else if (by == QD_GRAPH_BY_LATENCY)
    cost.metric = to_weight (edge->latency_ms * NS_PER_MS);
  else if (by == QD_GRAPH_BY_LOSS)
    cost.metric = to_weight (-log1p (-CLAMP (edge->loss_pct, 0, 100) / 100.0) * LOSS_SCALE);
  return cost;
}

static void
weigh_all (Finder *self)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (self->graph, &m);

  self->weights = g_new (Cost, MAX (m, 1));
  self->skip = g_new0 (guint8, MAX (m, 1));
  for (guint i = 0; i < m; i++)
    {
      self->skip[i] = self->by == QD_GRAPH_BY_LOSS && edges[i].loss_pct >= 100;
      self->weights[i] = weigh (&edges[i], self->by);
    }
}

/* Dijkstra's algorithm (Numerische Mathematik 1, 1959) from the target backwards: what is left to go from each node. */
static gboolean
find_left (Finder *self)
{
  g_auto (QdArcs) in = { 0 };
  guint n, count = 0;

  qd_arcs_init (&in, self->graph, QD_ARCS_IN, self->skip);
  n = in.n;
  self->left = g_new (Cost, n);
  self->next = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    self->left[i] = unreached;
  self->left[self->to] = (Cost) { 0 };
  heap_push (&self->heap, (Cost) { 0 }, self->to);
  while (self->heap.n > 0)
    {
      Entry entry = heap_pop (&self->heap);

      if (cost_compare (entry.cost, self->left[entry.node]) > 0)
        continue;
      if (++count % CHECK_EVERY == 0 && qd_cancelled (self->cancelled))
        return FALSE;
      for (guint k = in.first[entry.node]; k < in.first[entry.node + 1]; k++)
        {
          Cost cost = cost_add (entry.cost, self->weights[in.edge[k]]);

          if (cost_compare (cost, self->left[in.to[k]]) >= 0)
            continue;
          self->left[in.to[k]] = cost;
          self->next[in.to[k]] = in.edge[k];
          heap_push (&self->heap, cost, in.to[k]);
        }
    }
  return TRUE;
}

static guint
other_end (const QdGraphEdge *edge, guint node)
{
  return edge->src == node ? edge->dst : edge->src;
}

/* From @spur to the target around what is banned, by A* (Hart, Nilsson and Raphael, 1968): what is left without the bans is
 * never more than what is left with them. The edges are added to @edges. */
static gboolean
search_around (Finder *self, guint spur, GArray *edges)
{
  guint begin = edges->len;

  self->heap.n = 0;
  self->stamps[spur] = self->search;
  self->costs[spur] = (Cost) { 0 };
  heap_push (&self->heap, self->left[spur], spur);
  while (self->heap.n > 0)
    {
      Entry entry = heap_pop (&self->heap);
      guint node = entry.node;

      if (node == self->to)
        break;
      if (cost_compare (entry.cost, cost_add (self->costs[node], self->left[node])) > 0)
        continue;
      for (guint k = self->out.first[node]; k < self->out.first[node + 1]; k++)
        {
          guint to = self->out.to[k], edge = self->out.edge[k];
          Cost cost;

          if (self->banned_edges[edge] == self->search || self->banned_nodes[to] == self->path ||
              self->left[to].hops == G_MAXUINT32)
            continue;
          cost = cost_add (self->costs[node], self->weights[edge]);
          if (self->stamps[to] == self->search && cost_compare (cost, self->costs[to]) >= 0)
            continue;
          self->stamps[to] = self->search;
          self->costs[to] = cost;
          self->came_by[to] = edge;
          self->came_from[to] = node;
          heap_push (&self->heap, cost_add (cost, self->left[to]), to);
        }
    }
  if (self->stamps[self->to] != self->search)
    return FALSE;
  for (guint node = self->to; node != spur; node = self->came_from[node])
    g_array_append_val (edges, self->came_by[node]);
  for (guint i = begin, j = edges->len; i + 1 < j; i++)
    {
      guint edge = g_array_index (edges, guint, i);

      j--;
      g_array_index (edges, guint, i) = g_array_index (edges, guint, j);
      g_array_index (edges, guint, j) = edge;
    }
  return TRUE;
}

/* --- Alternatives --------------------------------------------------------------------------------- */

/* A path while it waits: its edges, and from which of them on it is its own. */
typedef struct { Cost cost; GArray *edges; guint own, number; } Candidate;

static void
candidate_free (gpointer data)
{
  Candidate *self = data;

  g_array_unref (self->edges);
  g_free (self);
}

static Cost
cost_of (const Finder *self, const GArray *edges)
{
  Cost cost = { 0 };

  for (guint i = 0; i < edges->len; i++)
    cost = cost_add (cost, self->weights[g_array_index (edges, guint, i)]);
  return cost;
}

static gboolean
begin_alike (const GArray *a, const GArray *b, guint n)
{
  return a->len > n && b->len > n && memcmp (a->data, b->data, n * sizeof (guint)) == 0;
}

static int
compare_candidates (const Candidate *a, const Candidate *b)
{
  int order = cost_compare (a->cost, b->cost);

  return order ? order : a->number < b->number ? -1 : a->number > b->number;
}

/* The one of which @sign times the order is the least. */
static guint
find_extreme (GPtrArray *waiting, int sign)
{
  guint best = 0;

  for (guint i = 1; i < waiting->len; i++)
    if (sign * compare_candidates (g_ptr_array_index (waiting, i), g_ptr_array_index (waiting, best)) < 0)
      best = i;
  return best;
}

/* What leaves @path after its first @at edges and has not been found. */
static void
add_candidate (Finder *self, GPtrArray *found, GPtrArray *waiting, const Candidate *path, guint at, guint spur)
{
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (guint));
  Candidate *candidate;

  self->search++;
  for (guint i = 0; i < found->len; i++)
    {
      const Candidate *other = g_ptr_array_index (found, i);

      if (begin_alike (other->edges, path->edges, at))
        self->banned_edges[g_array_index (other->edges, guint, at)] = self->search;
    }
  g_array_append_vals (edges, path->edges->data, at);
  if (!search_around (self, spur, edges))
    return;
  candidate = g_new (Candidate, 1);
  *candidate = (Candidate) { cost_of (self, edges), g_array_ref (edges), at, self->search };
  g_ptr_array_add (waiting, candidate);
  /* What is worse than all that can still be asked for need not wait. */
  if (waiting->len > QD_GRAPH_MAX_PATHS)
    g_ptr_array_remove_index_fast (waiting, find_extreme (waiting, -1));
}

static void
add_candidates (Finder *self, GPtrArray *found, GPtrArray *waiting, const Candidate *path)
{
  const QdGraphEdge *edges = qd_graph_edges (self->graph, NULL);
  guint node = self->from;

  self->path++;
  for (guint at = 0; at < path->edges->len && !qd_cancelled (self->cancelled); at++)
    {
      if (at >= path->own)
        add_candidate (self, found, waiting, path, at, node);
      self->banned_nodes[node] = self->path;
      node = other_end (&edges[g_array_index (path->edges, guint, at)], node);
    }
}

static Candidate *
take_first (const Finder *self)
{
  const QdGraphEdge *edges = qd_graph_edges (self->graph, NULL);
  Candidate *first = g_new0 (Candidate, 1);

  first->edges = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint node = self->from; node != self->to; node = other_end (&edges[self->next[node]], node))
    g_array_append_val (first->edges, self->next[node]);
  first->cost = self->left[self->from];
  return first;
}

/* J. Y. Yen, "Finding the K shortest loopless paths in a network", Management Science 17 (1971), with E. L. Lawler's
 * remark (ibid. 18, 1972) that a path need only be left where it is its own. */
static GPtrArray *
find_loopless (Finder *self, guint count)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (candidate_free);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (candidate_free);
  guint n = self->out.n, m;

  qd_graph_edges (self->graph, &m);
  g_ptr_array_add (found, take_first (self));
  if (count > 1 && self->from != self->to)
    {
      self->stamps = g_new0 (guint, n);
      self->came_by = g_new (guint, n);
      self->came_from = g_new (guint, n);
      self->costs = g_new (Cost, n);
      self->banned_nodes = g_new0 (guint, n);
      self->banned_edges = g_new0 (guint, MAX (m, 1));
      while (found->len < count && !qd_cancelled (self->cancelled))
        {
          add_candidates (self, found, waiting, g_ptr_array_index (found, found->len - 1));
          if (waiting->len == 0)
            break;
          g_ptr_array_add (found, g_ptr_array_steal_index_fast (waiting, find_extreme (waiting, 1)));
        }
    }
  return found;
}

/* --- What is told ----------------------------------------------------------------------------------- */

static void
path_free (gpointer data)
{
  QdGraphPath *self = data;

  g_free (self->nodes);
  g_free (self->edges);
  g_free (self);
}

void
qd_graph_paths_free (QdGraphPaths *self)
{
  g_ptr_array_unref (self->paths);
  g_free (self);
}

static QdGraphPath *
tell_path (const Finder *self, const Candidate *candidate)
{
  const QdGraphEdge *edges = qd_graph_edges (self->graph, NULL);
  QdGraphPath *path = g_new0 (QdGraphPath, 1);
  double arrives = 1;

  path->n_edges = candidate->edges->len;
  path->unknown = candidate->cost.unknown;
  path->edges = g_new (guint, path->n_edges + 1);
  path->nodes = g_new (guint, path->n_edges + 1);
  path->nodes[0] = self->from;
  for (guint i = 0; i < path->n_edges; i++)
    {
      const QdGraphEdge *edge;

      path->edges[i] = g_array_index (candidate->edges, guint, i);
      edge = &edges[path->edges[i]];
      path->nodes[i + 1] = other_end (edge, path->nodes[i]);
      path->latency_ms += edge->latency_ms;
      arrives *= 1 - edge->loss_pct / 100.0;
    }
  path->loss_pct = 100 * (1 - arrives);
  return path;
}

static gboolean
leads_there (QdGraph *graph, guint from, guint to, QdArcsFlags flags)
{
  g_auto (QdArcs) arcs = { 0 };
  g_autofree guint8 *seen = NULL;
  g_autofree guint *queue = NULL;

  qd_arcs_init (&arcs, graph, flags, NULL);
  seen = g_new0 (guint8, arcs.n);
  queue = g_new (guint, arcs.n);
  queue[0] = from;
  qd_arcs_flood (&arcs, seen, queue, 1, NULL, 0);
  return seen[to];
}

static QdGraphApart
tell_why (QdGraph *graph, guint from, guint to)
{
  if (leads_there (graph, from, to, QD_ARCS_OUT))
    return QD_GRAPH_APART_LOSS;
  if (leads_there (graph, from, to, QD_ARCS_OUT | QD_ARCS_DOWN_TOO))
    return QD_GRAPH_APART_DOWN;
  if (leads_there (graph, from, to, QD_ARCS_BOTH | QD_ARCS_DOWN_TOO))
    return QD_GRAPH_APART_WAY;
  return QD_GRAPH_APART;
}

/**
 * qd_graph_find_paths:
 * @from: index of a node
 * @to: index of a node; of the same: one path without an edge
 * @by: what is to be the least
 * @count: how many paths at most, 1 to %QD_GRAPH_MAX_PATHS
 * @cancelled: (nullable): set from another thread to stop
 *
 * Finds the best loopless paths. Parallel edges make different paths. Of two that are equal in the metric, the one with
 * fewer edges is better. Edges that are down are not used, nor, by loss, edges that lose everything.
 *
 * Returns: (transfer full) (nullable): the paths, best first, or why there is none; %NULL when cancelled
 */
QdGraphPaths *
qd_graph_find_paths (QdGraph *graph, guint from, guint to, QdGraphMetric by, guint count, const int *cancelled)
{
  g_auto (Finder) finder = { .graph = graph, .from = from, .to = to, .by = by, .cancelled = cancelled };
  g_autoptr (QdGraphPaths) result = g_new0 (QdGraphPaths, 1);
  g_autoptr (GPtrArray) found = NULL;
  guint n;

  result->paths = g_ptr_array_new_with_free_func (path_free);
  qd_graph_nodes (graph, &n);
  g_return_val_if_fail (from < n && to < n, NULL);
  weigh_all (&finder);
  if (qd_cancelled (cancelled) || !find_left (&finder))
    return NULL;
  if (finder.left[from].hops == G_MAXUINT32)
    {
      result->apart = tell_why (graph, from, to);
      return g_steal_pointer (&result);
    }
  qd_arcs_init (&finder.out, graph, QD_ARCS_OUT, finder.skip);
  found = find_loopless (&finder, CLAMP (count, 1, QD_GRAPH_MAX_PATHS));
  if (qd_cancelled (cancelled))
    return NULL;
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (result->paths, tell_path (&finder, g_ptr_array_index (found, i)));
  return g_steal_pointer (&result);
}

/* --- Names ------------------------------------------------------------------------------------------- */

static const char *const metrics[] = { "latency", "loss", "hops" };

const char *
qd_graph_metric_to_string (QdGraphMetric metric)
{
  return metrics[metric];
}

gboolean
qd_graph_metric_parse (const char *word, QdGraphMetric *metric)
{
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    if (g_str_equal (word, metrics[i]))
      {
        *metric = i;
        return TRUE;
      }
  return FALSE;
}
