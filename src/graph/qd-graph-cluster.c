/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>
#include <string.h>

/* Each cluster is laid out by itself and stands in a disc; the discs are laid out as the nodes of a
 * graph, pushed apart until none is over another, and turned so that what leads elsewhere points there. */

#define MAX_DISCS 1500     /* more are set on shelves: all pairs are looked at */

typedef struct { QdVec at; double radius; } Disc;

/* One cluster as a graph of its own: where its nodes are and what joins them. */
static QdGraph *
make_subgraph (QdGraph *graph, const QdPart *part, const QdAdjacency *adjacency)
{
  QdGraph *sub = qd_graph_new (part->n, adjacency->first[adjacency->n] / 2);
  QdGraphNode *to = qd_graph_nodes (sub, NULL);
  const QdGraphNode *from = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (sub, NULL);
  guint m = 0;

  for (guint k = 0; k < part->n; k++)
    {
      to[k].latitude = from[part->nodes[k]].latitude;
      to[k].longitude = from[part->nodes[k]].longitude;
      for (guint e = adjacency->first[k]; e < adjacency->first[k + 1]; e++)
        if (k < adjacency->targets[e])
          {
            edges[m].src = k;
            edges[m++].dst = adjacency->targets[e];
          }
    }
  return sub;
}

gboolean
qd_arrange_group (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out)
{
  g_autoptr (QdGraph) sub = make_subgraph (job->graph, part, adjacency);
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_FORCE, .seed = qd_random_next (&job->random),
                              .cancelled = job->options->cancelled };
  g_autofree QdPoint *positions = qd_graph_lay_out (sub, &options);

  for (guint k = 0; positions && k < part->n; k++)
    out[k] = (QdVec) { positions[k].x, positions[k].y };
  return positions != NULL;
}

static double
disc_radius (const QdVec *positions, guint n)
{
  double radius = 0;

  for (guint i = 0; i < n; i++)
    radius = MAX (radius, hypot (positions[i].x, positions[i].y));
  return radius + QD_LAYOUT_GAP / 2;
}

/* The clusters as nodes, joined where any of theirs are. */
static QdGraph *
make_quotient (QdGraph *graph, guint n_discs, const guint *disc_of)
{
  guint n, m, kept = 0;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  QdGraph *quotient = qd_graph_new (n_discs, m);
  QdGraphEdge *to = qd_graph_edges (quotient, NULL);

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < m; i++)
    if (edges[i].src < n && edges[i].dst < n)
      {
        to[kept].src = disc_of[edges[i].src];
        to[kept++].dst = disc_of[edges[i].dst];
      }
  return quotient;
}

/* Pushes discs apart and draws all a little to the middle, and then widens the whole by what still lacks. */
static gboolean
part_discs (Disc *discs, guint n, const int *cancelled)
{
  double widen = 1;

  for (guint round = 0; round < 120; round++)
    {
      if (qd_cancelled (cancelled))
        return FALSE;
      for (guint a = 0; a < n; a++)
        for (guint b = a + 1; b < n; b++)
          {
            double dx = discs[b].at.x - discs[a].at.x, dy = discs[b].at.y - discs[a].at.y;
            double d = hypot (dx, dy), lacks = discs[a].radius + discs[b].radius + QD_LAYOUT_GAP - d, share;

            if (lacks <= 0)
              continue;
            if (d < 1e-6)
              dx = cos (a + 2.4 * b), dy = sin (a + 2.4 * b), d = 1;
            /* The larger gives way less. */
            share = discs[b].radius * discs[b].radius;
            share /= share + discs[a].radius * discs[a].radius;
            discs[a].at.x -= dx / d * lacks * 0.7 * share;
            discs[a].at.y -= dy / d * lacks * 0.7 * share;
            discs[b].at.x += dx / d * lacks * 0.7 * (1 - share);
            discs[b].at.y += dy / d * lacks * 0.7 * (1 - share);
          }
      for (guint a = 0; round < 90 && a < n; a++)
        {
          discs[a].at.x *= 0.99;
          discs[a].at.y *= 0.99;
        }
    }
  for (guint a = 0; a < n; a++)
    for (guint b = a + 1; b < n; b++)
      widen = MAX (widen, (discs[a].radius + discs[b].radius + QD_LAYOUT_GAP / 2) /
                            MAX (hypot (discs[b].at.x - discs[a].at.x, discs[b].at.y - discs[a].at.y), 1e-3));
  for (guint a = 0; a < n; a++)
    discs[a].at = (QdVec) { discs[a].at.x * widen, discs[a].at.y * widen };
  return TRUE;
}

static gboolean
lay_out_discs (QdLayoutJob *job, Disc *discs, guint n, const guint *disc_of)
{
  g_autoptr (QdGraph) quotient = make_quotient (job->graph, n, disc_of);
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_FORCE, .seed = job->options->seed, .cancelled = job->options->cancelled };
  g_autofree QdPoint *positions = qd_graph_lay_out (quotient, &options);
  double mean = 0;

  if (positions == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    mean += 2 * (discs[i].radius + QD_LAYOUT_GAP / 2) / n;
  for (guint i = 0; i < n; i++)
    discs[i].at = (QdVec) { positions[i].x * mean, positions[i].y * mean };
  return part_discs (discs, n, job->options->cancelled);
}

/* Turns each cluster so that its nodes that lead to others stand on their side: the angle at which
 * the sum of scalar products is greatest. */
static void
turn_discs (QdGraph *graph, const Disc *discs, guint n_discs, const guint *disc_of, QdVec *local)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  g_autofree QdVec *sums = g_new0 (QdVec, n_discs);

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < m; i++)
    for (guint end = 0; end < 2; end++)
      {
        guint from = end ? edges[i].dst : edges[i].src, to = end ? edges[i].src : edges[i].dst, a, b;
        double dx, dy, d;

        if (from >= n || to >= n || disc_of[from] == disc_of[to])
          continue;
        a = disc_of[from];
        b = disc_of[to];
        dx = discs[b].at.x - discs[a].at.x;
        dy = discs[b].at.y - discs[a].at.y;
        d = MAX (hypot (dx, dy), 1e-9);
        sums[a].x += (local[from].x * dx + local[from].y * dy) / d;
        sums[a].y += (local[from].x * dy - local[from].y * dx) / d;
      }
  for (guint i = 0; i < n; i++)
    {
      const QdVec *sum = &sums[disc_of[i]];
      double length = hypot (sum->x, sum->y), x = local[i].x, y = local[i].y;

      if (length > 1e-9)
        local[i] = (QdVec) { (x * sum->x - y * sum->y) / length, (x * sum->y + y * sum->x) / length };
    }
}

static gboolean
arrange_each (QdLayoutJob *job, const QdParts *clusters, guint *disc_of, Disc *discs, QdVec *space)
{
  for (guint p = 0, at = 0; p < clusters->parts->len; p++)
    {
      const QdPart *part = &g_array_index (clusters->parts, QdPart, p);
      g_auto (QdAdjacency) adjacency = { 0 };

      if (qd_layout_job_is_cancelled (job))
        return FALSE;
      for (guint k = 0; k < part->n; k++)
        disc_of[part->nodes[k]] = p;
      space[at] = (QdVec) { 0, 0 };
      if (part->n > 1)
        {
          qd_parts_get_adjacency (clusters, part, &adjacency);
          if (!qd_arrange_group (job, part, &adjacency, space + at))
            return FALSE;
        }
      discs[p].radius = disc_radius (space + at, part->n);
      at += part->n;
    }
  return TRUE;
}

gboolean
qd_arrange_clusters (QdLayoutJob *job, const QdParts *clusters, QdVec *out)
{
  guint n = clusters->all.n, n_discs = clusters->parts->len;
  g_autofree guint *disc_of = g_new (guint, MAX (n, 1)), *counts = g_new (guint, MAX (n_discs, 1));
  g_autofree Disc *discs = g_new0 (Disc, MAX (n_discs, 1));
  g_autofree QdVec *space = g_new0 (QdVec, MAX (n, 1));
  g_autofree QdVec **layouts = g_new (QdVec *, MAX (n_discs, 1));
  gboolean shelves = n_discs > MAX_DISCS;

  if (!arrange_each (job, clusters, disc_of, discs, space))
    return FALSE;
  if (!shelves && !lay_out_discs (job, discs, n_discs, disc_of))
    return FALSE;
  for (guint p = 0, at = 0; p < n_discs; at += counts[p++])
    {
      layouts[p] = space + at;
      counts[p] = g_array_index (clusters->parts, QdPart, p).n;
    }
  if (shelves)
    qd_pack_shelves (layouts, counts, n_discs, 0, 0, qd_pack_width (layouts, counts, n_discs));
  for (guint p = 0; p < n_discs; p++)
    for (guint k = 0; k < counts[p]; k++)
      out[g_array_index (clusters->parts, QdPart, p).nodes[k]] = layouts[p][k];
  if (!shelves)
    {
      turn_discs (job->graph, discs, n_discs, disc_of, out);
      for (guint i = 0; i < n; i++)
        out[i] = (QdVec) { out[i].x + discs[disc_of[i]].at.x, out[i].y + discs[disc_of[i]].at.y };
    }
  {
    QdBox box = qd_box_of (out, n);

    for (guint i = 0; i < n; i++)
      out[i] = (QdVec) { out[i].x - (box.left + box.right) / 2, out[i].y - (box.top + box.bottom) / 2 };
  }
  return TRUE;
}
