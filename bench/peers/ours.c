/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our layout, asked as the peers are (bench/topology.py): a line "ALGORITHM GRAPH POSITIONS" in, one JSON line
 * {"ms"} out. Times are of the layout alone. */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include <glib.h>

#include "qd-graph-layout.h"

static QdGraph *
read_graph (const char *path)
{
  FILE *in = fopen (path, "re");
  QdGraph *graph;
  guint n, m;

  if (in == NULL || fscanf (in, "%u %u", &n, &m) != 2)
    return NULL;
  graph = qd_graph_new (n, m);
  for (guint i = 0; i < n; i++)
    {
      QdGraphNode *node = &qd_graph_nodes (graph, NULL)[i];

      node->id = g_strdup_printf ("n%u", i);
      node->latitude = node->longitude = NAN;
    }
  for (guint i = 0; i < m; i++)
    {
      QdGraphEdge *edge = &qd_graph_edges (graph, NULL)[i];

      if (fscanf (in, "%u %u", &edge->src, &edge->dst) != 2)
        return NULL;
      edge->id = g_strdup_printf ("e%u", i);
      edge->score = edge->capacity_mbps = edge->latency_ms = edge->loss_pct = NAN;
      qd_graph_nodes (graph, NULL)[edge->src].degree++;
      qd_graph_nodes (graph, NULL)[edge->dst].degree++;
    }
  fclose (in);
  return graph;
}

static gboolean
answer (const char *algorithm, const char *path, const char *positions)
{
  g_autoptr (QdGraph) graph = read_graph (path);
  g_autofree QdPoint *places = NULL;
  QdLayoutOptions options = { .seed = 1 };
  gint64 begin;
  double ms;
  guint n;
  FILE *out;

  if (graph == NULL || !qd_layout_algorithm_from_name (algorithm, &options.algorithm))
    return FALSE;
  begin = g_get_monotonic_time ();
  places = qd_graph_lay_out (graph, &options);
  ms = (double) (g_get_monotonic_time () - begin) / 1000;
  out = fopen (positions, "we");
  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    fprintf (out, "%.9g %.9g\n", places[i].x, places[i].y);
  fclose (out);
  printf ("{\"ms\":%.3f}\n", ms);
  return TRUE;
}

int
main (void)
{
  char line[4096];

  while (fgets (line, sizeof line, stdin))
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", 3);

      if (g_strv_length (words) != 3 || !answer (words[0], words[1], words[2]))
        puts ("{\"error\":\"no layout came of it\"}");
      fflush (stdout);
    }
  return 0;
}
