/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our layout, asked as the peers are (bench/topology.py): a line "ALGORITHM GRAPH POSITIONS" in, one JSON line
 * {"ms","step_ms"} out: the layout alone, and one step of the live one. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include "../plain-graph.h"
#include "qd-graph-layout.h"

#define STEPS 60

static int
compare_doubles (const void *a, const void *b)
{
  double l = *(const double *) a, r = *(const double *) b;

  return l < r ? -1 : l > r;
}

/* The median of steps while one node is dragged about, so that the whole net moves. */
static double
measure_step (QdGraph *graph, const QdPoint *places)
{
  g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, places, NULL);
  double values[STEPS];

  for (guint i = 0; i < STEPS; i++)
    {
      gint64 begin;

      qd_layout_live_hold (live, 0, places[0].x + (float) (5 * sin (i)), places[0].y + (float) (5 * cos (i)));
      begin = g_get_monotonic_time ();
      qd_layout_live_step (live);
      values[i] = (double) (g_get_monotonic_time () - begin) / 1000;
    }
  qsort (values, STEPS, sizeof *values, compare_doubles);
  return values[STEPS / 2];
}

static gboolean
answer (const char *algorithm, const char *path, const char *positions)
{
  g_autoptr (QdGraph) graph = bench_read_graph (path);
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
  printf ("{\"ms\":%.3f,\"step_ms\":%.3f}\n", ms, measure_step (graph, places));
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
