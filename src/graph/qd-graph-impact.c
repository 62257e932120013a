/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-impact.h"

#include <string.h>

#include "qd-graph-path-arcs.h"
#include "qd-graph-private.h"

#define CHECK_EVERY 65536

/* --- Sets that reach each other --------------------------------------------------------------------- */

/* R. Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (1972), with a stack of its own:
 * a chain of a million sites must not end ours. */
typedef struct {
  const QdArcs *arcs;
  guint *order, *low, *set;   /* by node; 0: not seen; the set's number + 1 */
  guint *open, n_open;        /* nodes whose set is not closed */
  guint *trail, n_trail;      /* the way down to where we are */
  guint *at;                  /* by node: its next arc */
  guint count, n_sets;
} Sets;

static void
sets_clear (Sets *self)
{
  g_free (self->order);
  g_free (self->low);
  g_free (self->set);
  g_free (self->open);
  g_free (self->trail);
  g_free (self->at);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sets, sets_clear)

static void
sets_init (Sets *self, const QdArcs *arcs)
{
  gsize n = MAX (arcs->n, 1);

  *self = (Sets) { .arcs = arcs, .order = g_new0 (guint, n), .low = g_new (guint, n), .set = g_new0 (guint, n),
                   .open = g_new (guint, n), .trail = g_new (guint, n), .at = g_memdup2 (arcs->first, sizeof (guint) * n) };
}

static void
sets_enter (Sets *self, guint node)
{
  self->order[node] = self->low[node] = ++self->count;
  self->open[self->n_open++] = node;
  self->trail[self->n_trail++] = node;
}

static void
sets_leave (Sets *self)
{
  guint node = self->trail[--self->n_trail], last;

  if (self->n_trail > 0)
    {
      guint above = self->trail[self->n_trail - 1];
      self->low[above] = MIN (self->low[above], self->low[node]);
    }
  if (self->low[node] != self->order[node])
    return;
  self->n_sets++;
  do
    {
      last = self->open[--self->n_open];
      self->set[last] = self->n_sets;
    }
  while (last != node);
}

static void
sets_walk (Sets *self, guint root)
{
  sets_enter (self, root);
  while (self->n_trail > 0)
    {
      guint node = self->trail[self->n_trail - 1], to;

      if (self->at[node] == self->arcs->first[node + 1])
        {
          sets_leave (self);
          continue;
        }
      to = self->arcs->to[self->at[node]++];
      if (self->order[to] == 0)
        sets_enter (self, to);
      else if (self->set[to] == 0)
        self->low[node] = MIN (self->low[node], self->order[to]);
    }
}

/* --- What fails -------------------------------------------------------------------------------------- */

typedef struct {
  QdGraph *graph;
  guint n, m;
  const QdGraphEdge *edges;
  const int *cancelled;
  guint8 *failed;        /* by node */
  guint8 *gone;          /* by edge: it fails, or a node does that it ends at */
  guint8 *near;          /* by node: it hung together with what fails */
  QdGraphImpact *impact;
} Failure;

static void
failure_clear (Failure *self)
{
  g_free (self->failed);
  g_free (self->gone);
  g_free (self->near);
  g_clear_pointer (&self->impact, qd_graph_impact_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Failure, failure_clear)

void
qd_graph_impact_free (QdGraphImpact *self)
{
  g_free (self->rest);
  g_array_unref (self->lost);
  g_array_unref (self->edges);
  g_array_unref (self->stranded);
  g_free (self);
}

static gboolean
has_ends (const Failure *self, const QdGraphEdge *edge)
{
  return edge->src < self->n && edge->dst < self->n;
}

static void
mark_failed (Failure *self, const guint *nodes, guint n_nodes, const guint *edges, guint n_edges)
{
  for (guint i = 0; i < n_nodes; i++)
    if (nodes[i] < self->n)
      self->failed[nodes[i]] = 1;
  for (guint i = 0; i < n_edges; i++)
    if (edges[i] < self->m)
      self->gone[edges[i]] = 1;
  for (guint i = 0; i < self->m; i++)
    {
      if (has_ends (self, &self->edges[i]) && (self->failed[self->edges[i].src] || self->failed[self->edges[i].dst]))
        self->gone[i] = 1;
      if (self->gone[i] && qd_graph_edge_is_usable (&self->edges[i]))
        g_array_append_val (self->impact->edges, i);
    }
}

/* All that hung together with what fails, whichever way. */
static void
mark_near (Failure *self)
{
  g_auto (QdArcs) arcs = { 0 };
  g_autofree guint *queue = g_new (guint, MAX (self->n, 1));
  guint count = 0;

  qd_arcs_init (&arcs, self->graph, QD_ARCS_BOTH, NULL);
  for (guint i = 0; i < self->n; i++)
    if (self->failed[i])
      self->near[queue[count++] = i] = 1;
  for (guint i = 0; i < self->impact->edges->len; i++)
    {
      const QdGraphEdge *edge = &self->edges[g_array_index (self->impact->edges, guint, i)];

      if (!has_ends (self, edge))
        continue;
      if (!self->near[edge->src])
        self->near[queue[count++] = edge->src] = 1;
      if (!self->near[edge->dst])
        self->near[queue[count++] = edge->dst] = 1;
    }
  qd_arcs_flood (&arcs, self->near, queue, count, NULL, 0);
}

static gboolean
find_rest (Failure *self)
{
  QdGraphImpact *impact = self->impact;
  g_auto (QdArcs) arcs = { 0 };
  g_auto (Sets) sets = { 0 };
  g_autofree guint *sizes = NULL;
  guint best = 0;

  qd_arcs_init (&arcs, self->graph, QD_ARCS_OUT, self->gone);
  sets_init (&sets, &arcs);
  for (guint i = 0; i < self->n; i++)
    if (self->near[i] && !self->failed[i] && sets.order[i] == 0)
      {
        if (sets.count % CHECK_EVERY == 0 && qd_cancelled (self->cancelled))
          return FALSE;
        sets_walk (&sets, i);
      }
  sizes = g_new0 (guint, (gsize) sets.n_sets + 1);
  for (guint i = 0; i < self->n; i++)
    if (sets.set[i])
      sizes[sets.set[i]]++;
  for (guint i = 0; i < self->n; i++)
    if (sets.set[i] && sizes[sets.set[i]] > sizes[best])
      best = sets.set[i];
  impact->n_rest = sizes[best];
  for (guint i = 0; best && i < self->n; i++)
    impact->rest[i] = sets.set[i] == best;
  return TRUE;
}

/* By node, whether the rest reaches it (or is reached from it), after (or before) the failure. */
static guint8 *
reach (const Failure *self, QdArcsFlags flags, gboolean after)
{
  g_auto (QdArcs) arcs = { 0 };
  guint8 *seen = g_new0 (guint8, MAX (self->n, 1));
  g_autofree guint *queue = g_new (guint, MAX (self->n, 1));
  guint count = 0;

  qd_arcs_init (&arcs, self->graph, flags, after ? self->gone : NULL);
  for (guint i = 0; i < self->n; i++)
    if (self->impact->rest[i])
      queue[count++] = i;
  qd_arcs_flood (&arcs, seen, queue, count, NULL, 0);
  return seen;
}

static void
find_lost (Failure *self)
{
  g_autofree guint8 *there_before = reach (self, QD_ARCS_OUT, FALSE), *there = reach (self, QD_ARCS_OUT, TRUE);
  g_autofree guint8 *back_before = reach (self, QD_ARCS_IN, FALSE), *back = reach (self, QD_ARCS_IN, TRUE);

  for (guint i = 0; i < self->n; i++)
    {
      QdGraphLost lost = { .node = i, .no_way_there = there_before[i] && !there[i], .no_way_back = back_before[i] && !back[i] };

      if (!self->failed[i] && (lost.no_way_there || lost.no_way_back))
        g_array_append_val (self->impact->lost, lost);
    }
}

/* Numbers the lost by what of them still hangs together. */
static void
number_parts (Failure *self)
{
  QdGraphImpact *impact = self->impact;
  g_auto (QdArcs) arcs = { 0 };
  g_autofree guint8 *seen = g_new (guint8, MAX (self->n, 1));
  g_autofree guint *queue = g_new (guint, MAX (self->n, 1));
  g_autofree guint *at = g_new0 (guint, MAX (self->n, 1));

  qd_arcs_init (&arcs, self->graph, QD_ARCS_BOTH, self->gone);
  memset (seen, 1, MAX (self->n, 1));
  for (guint i = 0; i < impact->lost->len; i++)
    {
      guint node = g_array_index (impact->lost, QdGraphLost, i).node;

      seen[node] = 0;
      at[node] = i;
    }
  for (guint i = 0; i < impact->lost->len; i++)
    {
      guint count;

      queue[0] = g_array_index (impact->lost, QdGraphLost, i).node;
      if (seen[queue[0]])
        continue;
      count = qd_arcs_flood (&arcs, seen, queue, 1, NULL, 0);
      for (guint k = 0; k < count; k++)
        g_array_index (impact->lost, QdGraphLost, at[queue[k]]).part = impact->n_parts;
      impact->n_parts++;
    }
  memset (seen, 0, MAX (self->n, 1));
  for (guint i = 0; i < impact->lost->len; i++)
    seen[g_array_index (impact->lost, QdGraphLost, i).node] = 1;
  for (guint i = 0; i < self->m; i++)
    if (!self->gone[i] && has_ends (self, &self->edges[i]) && qd_graph_edge_is_usable (&self->edges[i]) &&
        (seen[self->edges[i].src] || seen[self->edges[i].dst]))
      g_array_append_val (impact->stranded, i);
}

/**
 * qd_graph_find_impact:
 * @nodes: indexes of nodes that fail
 * @edges: indexes of edges that fail
 * @cancelled: (nullable): set from another thread to stop
 *
 * Finds what a failure does: see #QdGraphImpact. A node is lost when the rest reached it before and does not any more, or the
 * other way round; where no edge has a direction, both are the same.
 *
 * Returns: (transfer full) (nullable): the impact; %NULL when cancelled
 */
QdGraphImpact *
qd_graph_find_impact (QdGraph *graph, const guint *nodes, guint n_nodes, const guint *edges, guint n_edges,
                      const int *cancelled)
{
  g_auto (Failure) failure = { .graph = graph, .cancelled = cancelled };

  qd_graph_nodes (graph, &failure.n);
  failure.edges = qd_graph_edges (graph, &failure.m);
  failure.failed = g_new0 (guint8, MAX (failure.n, 1));
  failure.near = g_new0 (guint8, MAX (failure.n, 1));
  failure.gone = g_new0 (guint8, MAX (failure.m, 1));
  failure.impact = g_new0 (QdGraphImpact, 1);
  failure.impact->rest = g_new0 (guint8, MAX (failure.n, 1));
  failure.impact->lost = g_array_new (FALSE, FALSE, sizeof (QdGraphLost));
  failure.impact->edges = g_array_new (FALSE, FALSE, sizeof (guint));
  failure.impact->stranded = g_array_new (FALSE, FALSE, sizeof (guint));

  mark_failed (&failure, nodes, n_nodes, edges, n_edges);
  if (qd_cancelled (cancelled))
    return NULL;
  mark_near (&failure);
  if (qd_cancelled (cancelled) || !find_rest (&failure))
    return NULL;
  find_lost (&failure);
  if (qd_cancelled (cancelled))
    return NULL;
  number_parts (&failure);
  return g_steal_pointer (&failure.impact);
}

/* --- Where one failure parts the graph ---------------------------------------------------------------- */

void
qd_graph_cuts_free (QdGraphCuts *self)
{
  g_free (self->nodes);
  g_free (self->edges);
  g_free (self);
}

/* J. Hopcroft and R. Tarjan, "Efficient algorithms for graph manipulation", Communications of the ACM 16 (1973). The way
 * back is told by the edge, not by the node: a parallel edge saves both. */
static void
walk_cuts (QdGraphCuts *cuts, const QdArcs *arcs, guint root, guint *order, guint *low, guint *at, guint *trail, guint *came_by,
           guint *count)
{
  guint depth = 0, n_children = 0;

  trail[depth++] = root;
  came_by[root] = G_MAXUINT;
  order[root] = low[root] = ++*count;
  while (depth > 0)
    {
      guint node = trail[depth - 1], above, k;

      if (at[node] < arcs->first[node + 1])
        {
          guint to;

          k = at[node]++;
          to = arcs->to[k];
          if (arcs->edge[k] == came_by[node])
            continue;
          if (order[to])
            {
              low[node] = MIN (low[node], order[to]);
              continue;
            }
          order[to] = low[to] = ++*count;
          came_by[to] = arcs->edge[k];
          trail[depth++] = to;
          continue;
        }
      if (--depth == 0)
        break;
      above = trail[depth - 1];
      low[above] = MIN (low[above], low[node]);
      if (low[node] > order[above])
        cuts->edges[came_by[node]] = 1;
      if (above == root)
        n_children++;
      else if (low[node] >= order[above])
        cuts->nodes[above] = 1;
    }
  cuts->nodes[root] = n_children > 1;
}

/**
 * qd_graph_find_cuts:
 * @cancelled: (nullable): set from another thread to stop
 *
 * Finds every node and every edge that is a single point of failure. Linear in the size of @graph.
 *
 * Returns: (transfer full) (nullable): %NULL when cancelled
 */
QdGraphCuts *
qd_graph_find_cuts (QdGraph *graph, const int *cancelled)
{
  g_autoptr (QdGraphCuts) cuts = g_new0 (QdGraphCuts, 1);
  g_auto (QdArcs) arcs = { 0 };
  g_autofree guint *space = NULL;
  guint m, count = 0;
  gsize n;

  qd_arcs_init (&arcs, graph, QD_ARCS_BOTH, NULL);
  qd_graph_edges (graph, &m);
  n = MAX (arcs.n, 1);
  cuts->nodes = g_new0 (guint8, n);
  cuts->edges = g_new0 (guint8, MAX (m, 1));
  space = g_new0 (guint, n * 5);
  memcpy (space, arcs.first, sizeof (guint) * n);
  for (guint i = 0; i < arcs.n; i++)
    if (space[n + i] == 0)
      {
        if (qd_cancelled (cancelled))
          return NULL;
        walk_cuts (cuts, &arcs, i, space + n, space + 2 * n, space, space + 3 * n, space + 4 * n, &count);
      }
  for (guint i = 0; i < arcs.n; i++)
    cuts->n_nodes += cuts->nodes[i];
  for (guint i = 0; i < m; i++)
    cuts->n_edges += cuts->edges[i];
  return g_steal_pointer (&cuts);
}
