/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

/* A graph's neighbour lists, and its parts: connected components, or groups that the caller names. */

void
qd_adjacency_clear (QdAdjacency *self)
{
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->targets, g_free);
}

void
qd_parts_clear (QdParts *self)
{
  qd_adjacency_clear (&self->all);
  g_clear_pointer (&self->order, g_free);
  g_clear_pointer (&self->local, g_free);
  g_clear_pointer (&self->parts, g_array_unref);
}

static int
compare_uint (gconstpointer a, gconstpointer b)
{
  guint l = *(const guint *) a, r = *(const guint *) b;

  return l < r ? -1 : l > r;
}

static gboolean
edge_counts (const QdGraphEdge *edge, guint n)
{
  return edge->src < n && edge->dst < n && edge->src != edge->dst;
}

void
qd_adjacency_init (QdAdjacency *out, QdGraph *graph)
{
  guint n, m, kept = 0;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  g_autofree guint *fill = NULL;

  qd_graph_nodes (graph, &n);
  out->n = n;
  out->first = g_new0 (guint, n + 1);
  for (guint i = 0; i < m; i++)
    if (edge_counts (&edges[i], n))
      {
        out->first[edges[i].src + 1]++;
        out->first[edges[i].dst + 1]++;
      }
  for (guint i = 0; i < n; i++)
    out->first[i + 1] += out->first[i];
  out->targets = g_new (guint, MAX (out->first[n], 1));
  fill = g_memdup2 (out->first, (n + 1) * sizeof *fill);
  for (guint i = 0; i < m; i++)
    if (edge_counts (&edges[i], n))
      {
        out->targets[fill[edges[i].src]++] = edges[i].dst;
        out->targets[fill[edges[i].dst]++] = edges[i].src;
      }
  for (guint i = 0, begin = 0; i < n; i++)
    {
      guint end = out->first[i + 1], from = begin;

      qsort (out->targets + begin, end - begin, sizeof (guint), compare_uint);
      begin = end;
      out->first[i] = kept;
      for (guint e = from; e < end; e++)
        if (e == from || out->targets[e] != out->targets[e - 1])
          {
            guint target = out->targets[e];
            out->targets[kept++] = target;
          }
    }
  out->first[n] = kept;
}

static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const QdPart *l = a, *r = b;

  if (l->n != r->n)
    return l->n > r->n ? -1 : 1;
  return compare_uint (l->nodes, r->nodes);
}

void
qd_parts_init (QdParts *self, QdGraph *graph)
{
  g_autofree guint8 *seen = NULL;
  guint n, placed = 0;

  qd_adjacency_init (&self->all, graph);
  n = self->all.n;
  seen = g_new0 (guint8, MAX (n, 1));
  self->order = g_new (guint, MAX (n, 1));
  self->local = g_new (guint, MAX (n, 1));
  self->parts = g_array_new (FALSE, FALSE, sizeof (QdPart));
  for (guint start = 0; start < n; start++)
    {
      QdPart part = { 0, self->order + placed };

      if (seen[start])
        continue;
      seen[start] = 1;
      self->order[placed++] = start;
      for (guint head = placed - 1; head < placed; head++)
        {
          guint i = self->order[head];
          for (guint e = self->all.first[i]; e < self->all.first[i + 1]; e++)
            if (!seen[self->all.targets[e]])
              {
                seen[self->all.targets[e]] = 1;
                self->order[placed++] = self->all.targets[e];
              }
        }
      part.n = (guint) (self->order + placed - part.nodes);
      qsort (part.nodes, part.n, sizeof (guint), compare_uint);
      for (guint i = 0; i < part.n; i++)
        self->local[part.nodes[i]] = i;
      g_array_append_val (self->parts, part);
    }
  g_array_sort (self->parts, compare_parts);
}

void
qd_parts_get_adjacency (const QdParts *self, const QdPart *part, QdAdjacency *out)
{
  guint edges = 0, at = 0;

  for (guint i = 0; i < part->n; i++)
    edges += qd_adjacency_degree (&self->all, part->nodes[i]);
  out->n = part->n;
  out->first = g_new (guint, part->n + 1);
  out->targets = g_new (guint, MAX (edges, 1));
  for (guint i = 0; i < part->n; i++)
    {
      guint node = part->nodes[i];

      out->first[i] = at;
      for (guint e = self->all.first[node]; e < self->all.first[node + 1]; e++)
        out->targets[at++] = self->local[self->all.targets[e]];
    }
  out->first[part->n] = at;
}

/* Keeps in the neighbour lists only what is within one part. */
static void
drop_between (QdAdjacency *self, const guint *part_of)
{
  guint kept = 0;

  for (guint i = 0, begin = 0; i < self->n; i++)
    {
      guint end = self->first[i + 1], from = begin;

      begin = end;
      self->first[i] = kept;
      for (guint e = from; e < end; e++)
        {
          guint target = self->targets[e];

          if (part_of[target] == part_of[i])
            self->targets[kept++] = target;
        }
    }
  self->first[self->n] = kept;
}

void
qd_parts_init_grouped (QdParts *self, QdGraph *graph, const guint *part_of, guint n_parts)
{
  g_autofree guint *fill = g_new0 (guint, n_parts + 1);
  guint n;

  qd_adjacency_init (&self->all, graph);
  drop_between (&self->all, part_of);
  n = self->all.n;
  self->order = g_new (guint, MAX (n, 1));
  self->local = g_new (guint, MAX (n, 1));
  self->parts = g_array_sized_new (FALSE, FALSE, sizeof (QdPart), n_parts);
  for (guint i = 0; i < n; i++)
    fill[part_of[i] + 1]++;
  for (guint p = 0; p < n_parts; p++)
    {
      QdPart part = { fill[p + 1], self->order + fill[p] };

      fill[p + 1] += fill[p];
      if (part.n)
        g_array_append_val (self->parts, part);
    }
  for (guint i = 0; i < n; i++)
    self->order[fill[part_of[i]]++] = i;
  for (guint p = 0; p < self->parts->len; p++)
    {
      const QdPart *part = &g_array_index (self->parts, QdPart, p);

      for (guint k = 0; k < part->n; k++)
        self->local[part->nodes[k]] = k;
    }
  g_array_sort (self->parts, compare_parts);
}
