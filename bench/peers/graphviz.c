/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphviz's layouts, as bench/topology.py asks for them: a line "ALGORITHM GRAPH POSITIONS" in, one JSON line
 * {"ms"} out. Times are of gvLayout () alone. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <graphviz/gvc.h>

static Agnode_t **
read_graph (Agraph_t *graph, const char *path, guint *n)
{
  FILE *in = fopen (path, "re");
  Agnode_t **nodes;
  guint m;

  if (in == NULL || fscanf (in, "%u %u", n, &m) != 2)
    return NULL;
  nodes = g_new (Agnode_t *, *n + 1);
  for (guint i = 0; i < *n; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "n%u", i);
      nodes[i] = agnode (graph, name, 1);
    }
  for (guint i = 0; i < m; i++)
    {
      guint a, b;

      if (fscanf (in, "%u %u", &a, &b) != 2 || a >= *n || b >= *n)
        return NULL;
      agedge (graph, nodes[a], nodes[b], NULL, 1);
    }
  fclose (in);
  return nodes;
}

static gboolean
answer (GVC_t *context, const char *algorithm, const char *path, const char *positions)
{
  char name[] = "g";
  Agraph_t *graph = agopen (name, Agundirected, NULL);
  g_autofree Agnode_t **nodes = NULL;
  gint64 begin;
  double ms;
  guint n;
  FILE *out;

  if (g_str_equal (algorithm, "neato"))
    agsafeset (graph, (char *) "mode", (char *) "major", "");
  nodes = read_graph (graph, path, &n);
  if (nodes == NULL)
    return FALSE;
  begin = g_get_monotonic_time ();
  if (gvLayout (context, graph, algorithm) != 0)
    return FALSE;
  ms = (double) (g_get_monotonic_time () - begin) / 1000;
  out = fopen (positions, "we");
  for (guint i = 0; i < n; i++)
    fprintf (out, "%.9g %.9g\n", ND_coord (nodes[i]).x, ND_coord (nodes[i]).y);
  fclose (out);
  gvFreeLayout (context, graph);
  agclose (graph);
  printf ("{\"ms\":%.3f}\n", ms);
  return TRUE;
}

int
main (void)
{
  GVC_t *context = gvContext ();
  char line[4096];

  while (fgets (line, sizeof line, stdin))
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", 3);

      if (g_strv_length (words) != 3 || !answer (context, words[0], words[1], words[2]))
        puts ("{\"error\":\"no layout came of it\"}");
      fflush (stdout);
    }
  gvFreeContext (context);
  return 0;
}
