/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-path-arcs.h"

#include "qd-status.h"

gboolean
qd_graph_edge_is_usable (const QdGraphEdge *edge)
{
  return edge->status != QD_STATUS_DOWN;
}

static gboolean
leads_on (const QdGraphEdge *edge, guint n, QdArcsFlags flags)
{
  return edge->src < n && edge->dst < n && edge->src != edge->dst &&
         ((flags & QD_ARCS_DOWN_TOO) || qd_graph_edge_is_usable (edge));
}

void
qd_arcs_init (QdArcs *self, QdGraph *graph, QdArcsFlags flags, const guint8 *skip)
{
  guint n, m;
  const QdGraphEdge *edges;
  g_autofree guint *at = NULL;

  qd_graph_nodes (graph, &n);
  edges = qd_graph_edges (graph, &m);
  *self = (QdArcs) { .n = n, .first = g_new0 (guint, (gsize) n + 1) };
  for (guint i = 0; i < m; i++)
    if (leads_on (&edges[i], n, flags) && !(skip && skip[i]))
      {
        gboolean both = !edges[i].directed || (flags & QD_ARCS_BOTH);

        self->first[((flags & QD_ARCS_IN) ? edges[i].dst : edges[i].src) + 1]++;
        if (both)
          self->first[((flags & QD_ARCS_IN) ? edges[i].src : edges[i].dst) + 1]++;
      }
  for (guint i = 0; i < n; i++)
    self->first[i + 1] += self->first[i];
  self->n_arcs = self->first[n];
  self->to = g_new (guint, MAX (self->n_arcs, 1));
  self->edge = g_new (guint, MAX (self->n_arcs, 1));
  at = g_memdup2 (self->first, sizeof (guint) * ((gsize) n + 1));
  for (guint i = 0; i < m; i++)
    if (leads_on (&edges[i], n, flags) && !(skip && skip[i]))
      {
        guint from = (flags & QD_ARCS_IN) ? edges[i].dst : edges[i].src;
        guint to = (flags & QD_ARCS_IN) ? edges[i].src : edges[i].dst;

        self->to[at[from]] = to;
        self->edge[at[from]++] = i;
        if (edges[i].directed && !(flags & QD_ARCS_BOTH))
          continue;
        self->to[at[to]] = from;
        self->edge[at[to]++] = i;
      }
}

void
qd_arcs_clear (QdArcs *self)
{
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->to, g_free);
  g_clear_pointer (&self->edge, g_free);
}

guint
qd_arcs_flood (const QdArcs *self, guint8 *seen, guint *queue, guint n, guint *hops, guint limit)
{
  for (guint i = 0; i < n; i++)
    seen[queue[i]] = 1;
  for (guint head = 0; head < n; head++)
    {
      guint node = queue[head];

      if (hops && hops[node] >= limit)
        continue;
      for (guint k = self->first[node]; k < self->first[node + 1]; k++)
        if (!seen[self->to[k]])
          {
            seen[self->to[k]] = 1;
            if (hops)
              hops[self->to[k]] = hops[node] + 1;
            queue[n++] = self->to[k];
          }
    }
  return n;
}
