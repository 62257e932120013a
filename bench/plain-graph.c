/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "plain-graph.h"

#include <math.h>
#include <stdio.h>

#include "qd-status.h"

QdGraph *
bench_read_graph (const char *path)
{
  FILE *in = fopen (path, "re");
  g_autoptr (QdGraph) graph = NULL;
  QdGraphNode *nodes;
  guint n, m;

  if (in == NULL || fscanf (in, "%u %u", &n, &m) != 2)
    return NULL;
  graph = qd_graph_new (n, m);
  nodes = qd_graph_nodes (graph, NULL);
  for (guint i = 0; i < n; i++)
    {
      nodes[i].id = g_strdup_printf ("n%u", i);
      nodes[i].label = g_strdup_printf ("Site %u", i);
      nodes[i].status = QD_STATUS_WELL;
      nodes[i].latitude = nodes[i].longitude = NAN;
    }
  for (guint i = 0; i < m; i++)
    {
      QdGraphEdge *edge = &qd_graph_edges (graph, NULL)[i];

      if (fscanf (in, "%u %u", &edge->src, &edge->dst) != 2 || edge->src >= n || edge->dst >= n)
        return NULL;
      edge->id = g_strdup_printf ("e%u", i);
      edge->status = QD_STATUS_WELL;
      edge->score = edge->capacity_mbps = edge->latency_ms = edge->loss_pct = NAN;
      nodes[edge->src].degree++;
      nodes[edge->dst].degree++;
    }
  fclose (in);
  return g_steal_pointer (&graph);
}

QdPoint *
bench_read_positions (const char *path, QdGraph *graph)
{
  FILE *in = fopen (path, "re");
  g_autofree QdPoint *positions = NULL;
  guint n;

  qd_graph_nodes (graph, &n);
  positions = g_new (QdPoint, n);
  for (guint i = 0; i < n; i++)
    if (in == NULL || fscanf (in, "%f %f", &positions[i].x, &positions[i].y) != 2)
      return NULL;
  fclose (in);
  return g_steal_pointer (&positions);
}
