/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "bench-layout"

#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qd-graph-layout.h"
#include "qd-graph-private.h"
#include "qd-graph-quality.h"
#include "qd-graph-read.h"

/* One graph laid out in this process, and how good that is: one JSON line. With --write the generated graph
 * goes to a file, an edge a line, so that others lay out the same one. */

/* --- Fleets ------------------------------------------------------------------------------------ */

static guint
draw (QdRandom *random, guint below)
{
  return (guint) (qd_random_next (random) % below);
}

static void
join (QdGraph *graph, guint edge, guint a, guint b)
{
  QdGraphEdge *e = &qd_graph_edges (graph, NULL)[edge];

  e->src = a;
  e->dst = b;
}

/* Regions of about forty sites, each with two hubs: every site has a path to one, most to both, the hubs are
 * in a ring with chords, and the rest of the paths lead between sites of one region, one in twenty farther. */
static QdGraph *
make_hub (guint n, guint m, QdRandom *random)
{
  guint regions = MAX (n / 40, 1), hubs = MIN (2 * regions, n), at = 0;
  QdGraph *graph = qd_graph_new (n, MAX (m, n));

  m = MAX (m, n);
  for (guint i = 0; i < hubs; i++)
    join (graph, at++, i, (i + 1) % hubs);
  for (guint i = hubs; i < n; i++)
    join (graph, at++, i, i % hubs);
  for (guint i = hubs; i < n && at < m; i++)
    join (graph, at++, i, (i % hubs) ^ 1u);
  while (at < m)
    {
      guint region = draw (random, regions), in_region = MAX (n / regions, 1);
      guint a = MIN (region * 2 + draw (random, 2) + hubs * draw (random, (in_region + 1) / 2), n - 1);
      guint b = MIN (region * 2 + draw (random, 2) + hubs * draw (random, (in_region + 1) / 2), n - 1);

      join (graph, at++, a, draw (random, 20) == 0 ? draw (random, n) : b);
    }
  for (guint i = 0; i < hubs; i++)
    qd_graph_nodes (graph, NULL)[i].kind = 1;
  return graph;
}

typedef struct { double d2; guint node; } Near;

static int
compare_near (gconstpointer a, gconstpointer b)
{
  const Near *l = a, *r = b;

  if (l->d2 != r->d2)
    return l->d2 < r->d2 ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

/* Sites all over a square, each joined to some of those nearest to it, one path in fifty to anywhere. */
static QdGraph *
make_mesh (guint n, guint m, QdRandom *random)
{
  QdGraph *graph = qd_graph_new (n, m);
  g_autofree QdVec *places = g_new (QdVec, n);
  g_autofree Near *near = g_new (Near, n);
  guint at = 0, choice = MIN (3 * (m / n + 1), n - 1);

  for (guint i = 0; i < n; i++)
    places[i] = (QdVec) { qd_random_signed (random), qd_random_signed (random) };
  for (guint i = 0; i < n; i++)
    {
      guint share = (guint) ((guint64) m * (i + 1) / n) - at;

      for (guint k = 0; k < n; k++)
        near[k] = (Near) { k == i ? 1e9 : pow (places[k].x - places[i].x, 2) + pow (places[k].y - places[i].y, 2), k };
      qsort (near, n, sizeof *near, compare_near);
      for (guint k = 0; k < share; k++)
        join (graph, at++, i, k == 0 ? near[0].node : draw (random, 50) == 0 ? draw (random, n) : near[draw (random, choice)].node);
    }
  return graph;
}

/* Each newcomer joins nodes by how many paths they have (A.-L. Barabási, R. Albert, 1999). */
static QdGraph *
make_scale_free (guint n, guint m, QdRandom *random)
{
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  guint at = 0;

  for (guint i = 1; i < n; i++)
    {
      guint share = (guint) ((guint64) m * i / (n - 1)) - at, before = at;

      for (guint k = 0; k < share; k++)
        {
          guint end = draw (random, 2 * before + 1);

          join (graph, at++, i, end == 2 * before ? draw (random, i) : end % 2 ? edges[end / 2].src : edges[end / 2].dst);
        }
    }
  return graph;
}

static QdGraph *
read_graph (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGraphFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &error))
    {
      bytes = g_bytes_new_take (text, length);
      file = qd_graph_read (bytes, path, NULL, &error);
    }
  if (file)
    return qd_graph_ref (file->graph);
  g_printerr ("bench-layout: %s\n", error->message);
  return NULL;
}

static QdGraph *
make_graph (const char *spec)
{
  g_auto (GStrv) words = g_strsplit (spec, ":", -1);
  QdRandom random = { 0 };
  QdGraph *graph;
  guint n, m;

  if (g_strv_length (words) != 4)
    return read_graph (spec);
  n = (guint) g_ascii_strtoull (words[1], NULL, 10);
  m = (guint) g_ascii_strtoull (words[2], NULL, 10);
  random.state = g_ascii_strtoull (words[3], NULL, 10);
  if (n < 2 || n > 1000000 || m < n || m > 10000000)
    {
      g_printerr ("bench-layout: %s: needs 2 to 1,000,000 nodes, and as many edges to 10,000,000\n", spec);
      return NULL;
    }
  if (strcmp (words[0], "hub") == 0)
    graph = make_hub (n, m, &random);
  else if (strcmp (words[0], "mesh") == 0)
    graph = make_mesh (n, m, &random);
  else if (strcmp (words[0], "scalefree") == 0)
    graph = make_scale_free (n, m, &random);
  else
    {
      g_printerr ("bench-layout: no fleet is named %s: there are hub, mesh and scalefree\n", words[0]);
      return NULL;
    }
  return graph;
}

static gboolean
write_edges (QdGraph *graph, const char *path)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < m; i++)
    g_string_append_printf (text, "%u %u\n", edges[i].src, edges[i].dst);
  if (g_file_set_contents (path, text->str, (gssize) text->len, &error))
    return TRUE;
  g_printerr ("bench-layout: could not write %s: %s\n", path, error->message);
  return FALSE;
}

/* --- Measuring --------------------------------------------------------------------------------- */

static int
compare_double (gconstpointer a, gconstpointer b)
{
  double l = *(const double *) a, r = *(const double *) b;

  return l < r ? -1 : l > r;
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare_double);
  return values[n / 2];
}

static double
since_ms (gint64 began)
{
  return (double) (g_get_monotonic_time () - began) / 1000;
}

/* One node is dragged about, so that the whole net moves. */
static double
measure_step (QdGraph *graph, const QdPoint *positions)
{
  g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, positions, NULL);
  double values[60];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      gint64 began;

      qd_layout_live_hold (live, 0, positions[0].x + 5 * (float) sin (i), positions[0].y + 5 * (float) cos (i));
      began = g_get_monotonic_time ();
      qd_layout_live_step (live);
      values[i] = since_ms (began);
    }
  return median (values, G_N_ELEMENTS (values));
}

static void
print_number (const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  printf (",\"%s\":%s", name, isfinite (value) ? g_ascii_formatd (text, sizeof text, "%.6g", value) : "null");
}

/* Where another program put the nodes: two numbers each. NULL where the file has not as many. */
static QdPoint *
read_places (const char *path, guint n)
{
  g_autofree char *text = NULL;
  g_autofree QdPoint *out = g_new0 (QdPoint, MAX (n, 1));
  char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  at = text;
  for (guint i = 0; i < 2 * n; i++)
    {
      char *end;
      double value = g_ascii_strtod (at, &end);

      if (end == at)
        return NULL;
      at = end;
      if (i % 2)
        out[i / 2].y = (float) value;
      else
        out[i / 2].x = (float) value;
    }
  return g_steal_pointer (&out);
}

static int
print_quality (QdGraph *graph, const QdPoint *positions, double ms)
{
  QdGraphQuality quality = qd_graph_measure_quality (graph, positions);
  guint n, m;

  qd_graph_nodes (graph, &n);
  qd_graph_edges (graph, &m);
  printf ("{\"nodes\":%u,\"edges\":%u", n, m);
  print_number ("ms", ms);
  print_number ("stress", quality.stress);
  print_number ("neighbourhood", quality.neighbourhood);
  print_number ("crossings", quality.crossings);
  print_number ("step_ms", isnan (ms) ? NAN : measure_step (graph, positions));
  printf (",\"stress_sampled\":%s,\"crossings_sampled\":%s}\n", quality.stress_sampled ? "true" : "false",
          quality.crossings_sampled ? "true" : "false");
  return EXIT_SUCCESS;
}

static int
measure (QdGraph *graph, const char *path)
{
  guint n;
  g_autofree QdPoint *positions = NULL;

  qd_graph_nodes (graph, &n);
  positions = read_places (path, n);
  if (positions)
    return print_quality (graph, positions, NAN);
  g_printerr ("bench-layout: %s does not have two numbers for each of %u nodes\n", path, n);
  return 2;
}

static int
run (QdGraph *graph, const QdLayoutOptions *options, guint runs, const char *places)
{
  g_autofree double *values = g_new (double, runs);
  g_autofree QdPoint *positions = NULL;
  guint n;
  int status;

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < runs; i++)
    {
      gint64 began = g_get_monotonic_time ();

      g_free (positions);
      positions = qd_graph_lay_out (graph, options);
      values[i] = since_ms (began);
    }
  status = print_quality (graph, positions, median (values, runs));
  if (places)
    {
      FILE *out = fopen (places, "w");

      for (guint i = 0; out && i < n; i++)
        fprintf (out, "%g %g\n", positions[i].x, positions[i].y);
      if (out == NULL || fclose (out) != 0)
        {
          g_printerr ("bench-layout: could not write %s\n", places);
          return EXIT_FAILURE;
        }
    }
  return status;
}

int
main (int argc, char *argv[])
{
  g_autofree char *algorithm = NULL, *write = NULL, *places = NULL, *measured = NULL;
  int runs = 5;
  const GOptionEntry entries[] = {
    { "algorithm", 0, 0, G_OPTION_ARG_STRING, &algorithm, "force, geographic, tiers or clusters", "NAME" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "how often; the median is printed", "N" },
    { "write", 0, 0, G_OPTION_ARG_FILENAME, &write, "write the graph's edges", "FILE" },
    { "measure", 0, 0, G_OPTION_ARG_FILENAME, &measured, "lay nothing out; how good are these places?", "FILE" },
    { "places", 0, 0, G_OPTION_ARG_FILENAME, &places, "write where the nodes are", "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE.graphml|hub:N:M:SEED|mesh:N:M:SEED|scalefree:N:M:SEED");
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGraph) graph = NULL;
  QdLayoutOptions options = { .seed = 1 };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || runs < 1)
    {
      g_printerr ("bench-layout: %s\n", error ? error->message : "needs one graph");
      return 2;
    }
  if (algorithm && !qd_layout_algorithm_from_name (algorithm, &options.algorithm))
    {
      g_printerr ("bench-layout: no layout is named %s\n", algorithm);
      return 2;
    }
  graph = make_graph (argv[1]);
  if (graph == NULL)
    return 2;
  if (write && !write_edges (graph, write))
    return EXIT_FAILURE;
  if (measured)
    return measure (graph, measured);
  return run (graph, &options, (guint) runs, places);
}
