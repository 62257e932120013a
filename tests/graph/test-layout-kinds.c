/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"
#include "qd-graph-layout.h"

#include <math.h>
#include <string.h>

/* What holds for every way to lay out, and what each promises by itself. */

static double
distance (QdPoint a, QdPoint b)
{
  return hypot ((double) a.x - b.x, (double) a.y - b.y);
}

static void
assert_sane (const QdPoint *positions, guint n)
{
  g_assert_nonnull (positions);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (isfinite (positions[i].x) && isfinite (positions[i].y));
      g_assert_cmpfloat (fabsf (positions[i].x), <, 2e5f);
      g_assert_cmpfloat (fabsf (positions[i].y), <, 2e5f);
    }
}

static double
nearest_pair (const QdPoint *positions, guint n)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      best = MIN (best, distance (positions[i], positions[j]));
  return best;
}

static double
diameter (const QdPoint *positions, guint n)
{
  double best = 0;

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      best = MAX (best, distance (positions[i], positions[j]));
  return best;
}

/* Kinds, clusters and, for most, coordinates: drawn, the same for a seed. */
static QdGraph *
make_graph (guint n, guint m, guint32 seed)
{
  QdGraph *graph = fixture_random (n, m, seed);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed + 1000);

  for (guint i = 0; i < n; i++)
    {
      nodes[i].kind = (guint8) (g_rand_int_range (rand, 0, 10) == 0 ? 1 : 0);
      nodes[i].cluster = g_rand_int_range (rand, 0, 6) == 0 ? NULL : g_strdup_printf ("c%d", g_rand_int_range (rand, 0, 5));
      if (g_rand_int_range (rand, 0, 5) == 0)
        continue;
      nodes[i].latitude = g_rand_double_range (rand, -60, 75);
      nodes[i].longitude = g_rand_double_range (rand, -180, 180);
    }
  return graph;
}

static void
test_names (void)
{
  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    {
      QdLayoutAlgorithm back;

      g_assert_true (qd_layout_algorithm_from_name (qd_layout_algorithm_to_name ((QdLayoutAlgorithm) a), &back));
      g_assert_cmpint (back, ==, a);
    }
  g_assert_false (qd_layout_algorithm_from_name ("none", &(QdLayoutAlgorithm) { 0 }));
  g_assert_false (qd_layout_algorithm_from_name (NULL, &(QdLayoutAlgorithm) { 0 }));
}

static void
test_any_graph (void)
{
  static const guint sizes[][2] = { { 0, 0 }, { 1, 0 }, { 1, 3 }, { 2, 0 }, { 2, 1 }, { 2, 5 }, { 3, 2 },
                                    { 12, 0 }, { 12, 6 }, { 30, 300 }, { 200, 20 }, { 300, 400 } };

  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint32 seed = 0; seed < 6; seed++)
        {
          guint n = sizes[i][0];
          g_autoptr (QdGraph) graph = make_graph (n, sizes[i][1], seed);
          QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .seed = seed };
          g_autofree QdPoint *positions = qd_graph_lay_out (graph, &options);
          g_autofree QdPoint *again = qd_graph_lay_out (graph, &options);

          assert_sane (positions, n);
          g_assert_cmpmem (positions, n * sizeof *positions, again, n * sizeof *again);
          if (n > 1)
            g_assert_cmpfloat (nearest_pair (positions, n), >, 0.1);
        }
}

/* Whatever else is asked for, what is pinned is where it was, to the last bit. */
static void
test_pinned (void)
{
  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    for (guint32 seed = 0; seed < 20; seed++)
      {
        const guint n = 120;
        g_autoptr (QdGraph) graph = make_graph (n, seed * 12, seed);
        g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
        QdPoint before[120];
        guint8 pinned[120] = { 0 };
        const char *folded[] = { "c1", seed % 2 ? "c2" : NULL, NULL };
        QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .seed = seed, .before = before, .pinned = pinned,
                                    .folded = seed % 3 ? NULL : folded };
        g_autofree QdPoint *after = NULL;

        for (guint i = 0; i < n; i++)
          {
            int dice = g_rand_int_range (rand, 0, 10);

            before[i] = (QdPoint) { NAN, NAN };
            if (dice < (int) (seed % 10))
              before[i] = (QdPoint) { (float) g_rand_double_range (rand, -30, 30), (float) g_rand_double_range (rand, -30, 30) };
            pinned[i] = dice < 2;
          }
        after = qd_graph_lay_out (graph, &options);
        assert_sane (after, n);
        for (guint i = 0; i < n; i++)
          if (pinned[i] && isfinite (before[i].x))
            g_assert_cmpmem (&after[i], sizeof *after, &before[i], sizeof *before);
      }
}

static void
test_cancelled (void)
{
  g_autoptr (QdGraph) graph = make_graph (60, 100, 1);
  int cancelled = 1;

  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    {
      QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .cancelled = &cancelled };
      g_assert_null (qd_graph_lay_out (graph, &options));
    }
}

/* A fleet, and the same with @more nodes that join it. */
static void
make_grown (guint n, guint m, guint more, guint32 seed, QdGraph **old, QdGraph **grown)
{
  QdGraphEdge *from, *to;
  QdGraphNode *old_nodes, *nodes;
  guint n_edges;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  *old = fixture_fleet (n, m, seed);
  from = qd_graph_edges (*old, &n_edges);
  *grown = qd_graph_new (n + more, n_edges + 2 * more);
  to = qd_graph_edges (*grown, NULL);
  old_nodes = qd_graph_nodes (*old, NULL);
  nodes = qd_graph_nodes (*grown, NULL);
  for (guint i = 0; i < n; i++)
    {
      old_nodes[i].cluster = g_strdup_printf ("c%u", i % 9);
      old_nodes[i].latitude = nodes[i].latitude = g_rand_double_range (rand, 40, 60);
      old_nodes[i].longitude = nodes[i].longitude = g_rand_double_range (rand, -5, 30);
    }
  for (guint i = 0; i < n + more; i++)
    {
      nodes[i].cluster = g_strdup_printf ("c%u", i % 9);
      nodes[i].kind = i < n ? old_nodes[i].kind : 0;
    }
  for (guint i = 0; i < n_edges; i++)
    to[i].src = from[i].src, to[i].dst = from[i].dst;
  for (guint i = 0; i < more; i++)
    {
      to[n_edges + 2 * i].src = to[n_edges + 2 * i + 1].src = n + i;
      to[n_edges + 2 * i].dst = (guint) g_rand_int_range (rand, 0, (gint32) n);
      to[n_edges + 2 * i + 1].dst = (guint) g_rand_int_range (rand, 0, (gint32) (n + i));
    }
}

static int
compare_double (gconstpointer a, gconstpointer b)
{
  double l = *(const double *) a, r = *(const double *) b;

  return l < r ? -1 : l > r;
}

/* Twenty are pinned and all is kept: nothing moves. Fifty join: what is pinned does not move at all, the
 * others by less than a twentieth of the whole. */
static void
test_grows (void)
{
  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    {
      const guint n = 400, more = 50;
      g_autoptr (QdGraph) old = NULL, grown = NULL;
      g_autofree QdPoint *first = NULL, *restarted = NULL, *after = NULL;
      g_autofree QdPoint *before = g_new (QdPoint, n + more);
      guint8 pinned[450] = { 0 };
      double drift[400];
      QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .seed = 4 };

      make_grown (n, 1200, more, 11 + a, &old, &grown);
      first = qd_graph_lay_out (old, &options);
      for (guint i = 0; i < 20; i++)
        {
          pinned[i * 19] = 1;
          first[i * 19].x += 3;           /* dragged there */
        }
      options.pinned = pinned;
      options.before = first;
      restarted = qd_graph_lay_out (old, &options);
      g_assert_cmpmem (first, n * sizeof *first, restarted, n * sizeof *restarted);

      for (guint i = 0; i < n + more; i++)
        before[i] = i < n ? first[i] : (QdPoint) { NAN, NAN };
      options.before = before;
      after = qd_graph_lay_out (grown, &options);
      assert_sane (after, n + more);
      for (guint i = 0; i < n; i++)
        {
          drift[i] = distance (first[i], after[i]);
          if (pinned[i])
            g_assert_cmpmem (&after[i], sizeof *after, &first[i], sizeof *first);
        }
      qsort (drift, n, sizeof *drift, compare_double);
      g_test_message ("%s: median drift %g, largest %g, of %g", qd_layout_algorithm_to_name ((QdLayoutAlgorithm) a), drift[n / 2],
                      drift[n - 1], diameter (after, n + more));
      g_assert_cmpfloat (drift[n / 2], <, 0.05 * diameter (after, n + more));
      g_assert_cmpfloat (nearest_pair (after + n, more), >, 0.05);
    }
}

/* A fifth of the net is pinned elsewhere, and the rest is arranged anew around it. */
static void
test_anew_around_pinned (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (300, 500, 3);
  QdLayoutOptions options = { .seed = 1 };
  g_autofree QdPoint *first = qd_graph_lay_out (graph, &options), *second = NULL;
  QdPoint before[300];
  guint8 pinned[300] = { 0 };
  double size = diameter (first, 300), sum = 0;

  for (guint i = 0; i < 300; i++)
    {
      pinned[i] = i % 15 == 0;
      before[i] = pinned[i] ? (QdPoint) { 100 - first[i].y, first[i].x } : (QdPoint) { NAN, NAN };
    }
  options.before = before;
  options.pinned = pinned;
  second = qd_graph_lay_out (graph, &options);
  assert_sane (second, 300);
  for (guint i = 0; i < 300; i++)
    {
      if (pinned[i])
        g_assert_cmpmem (&second[i], sizeof *second, &before[i], sizeof *before);
      /* It turned with those that are pinned. */
      sum += distance (second[i], (QdPoint) { 100 - first[i].y, first[i].x }) / 300;
    }
  g_assert_cmpfloat (sum, <, 0.1 * size);
}

/* --- By the map ----------------------------------------------------------------------------------- */

static void
test_map (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (6, 1);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  static const double places[][2] = { { 52.5, 13.4 }, { 48.1, 11.6 }, { 50.1, 8.7 }, { 53.6, 10.0 }, { 52.5, 13.4 } };
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_GEOGRAPHIC };
  g_autofree QdPoint *at = NULL;

  for (guint i = 0; i < 5; i++)
    nodes[i].latitude = places[i][0], nodes[i].longitude = places[i][1];
  edges[0].src = 5;
  edges[0].dst = 1;
  at = qd_graph_lay_out (graph, &options);
  g_assert_cmpfloat (at[0].x, >, at[2].x);            /* Berlin is east of Frankfurt */
  g_assert_cmpfloat (at[1].y, >, at[3].y);            /* and Munich south of Hamburg */
  g_assert_cmpfloat (distance (at[0], at[4]), >, 0.1);            /* two sites at one place stand apart */
  g_assert_cmpfloat (distance (at[0], at[4]), <, 1.5);
  g_assert_cmpfloat (distance (at[5], at[1]), <, 2);              /* who does not know is near its neighbour */
}

/* Sites join that would have the map be another: those that were there stay, and the new ones stand where these have
 * the map; so do the graticule's lines. Some were dragged elsewhere. */
static void
test_map_stays (void)
{
  for (guint32 seed = 0; seed < 20; seed++)
    {
      const guint n = 60, more = 40;
      g_autoptr (QdGraph) old = qd_graph_new (n, 0), grown = qd_graph_new (n + more, 0);
      QdGraphNode *from = qd_graph_nodes (old, NULL), *to = qd_graph_nodes (grown, NULL);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      QdLayoutOptions options = { .algorithm = QD_LAYOUT_GEOGRAPHIC };
      g_autoptr (QdGeoMap) map = NULL, fitted = NULL;
      g_autofree QdPoint *first = NULL, *second = NULL;
      QdPoint before[100];
      double off = 0;

      for (guint i = 0; i < n + more; i++)
        {
          /* A wider area, farther north. */
          to[i].latitude = g_rand_double_range (rand, 40, i < n ? 50 : 60);
          to[i].longitude = g_rand_double_range (rand, 0, i < n ? 15 : 35);
          before[i] = (QdPoint) { NAN, NAN };
          if (i < n)
            from[i] = to[i];
        }
      map = qd_geo_map_new (old);
      first = qd_graph_lay_out (old, &options);
      memcpy (before, first, n * sizeof *first);
      for (guint i = 0; i < n; i += 10)
        before[i].x += 9;
      options.before = before;
      second = qd_graph_lay_out (grown, &options);
      fitted = qd_geo_map_new_for_positions (grown, second);
      for (guint i = 0; i < n; i++)
        g_assert_cmpmem (&second[i], sizeof *second, &before[i], sizeof *before);
      for (guint i = 0; i < n + more; i++)
        {
          QdPoint at = qd_geo_map_project (map, to[i].latitude, to[i].longitude);

          if (i >= n)
            off = MAX (off, distance (second[i], at));
          g_assert_cmpfloat (distance (qd_geo_map_project (fitted, to[i].latitude, to[i].longitude), at), <, 2);
        }
      g_test_message ("newcomers at most %g off", off);
      g_assert_cmpfloat (off, <, 2.5);
    }
}

/* A net across the Pacific is not torn at the date line. */
static void
test_date_line (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (4, 0);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  static const double places[][2] = { { 35.7, 139.7 }, { 37.8, -122.4 }, { -36.8, 174.8 }, { 21.3, -157.9 } };
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_GEOGRAPHIC };
  g_autofree QdPoint *at = NULL;

  for (guint i = 0; i < 4; i++)
    nodes[i].latitude = places[i][0], nodes[i].longitude = places[i][1];
  at = qd_graph_lay_out (graph, &options);
  g_assert_cmpfloat (at[0].x, <, at[2].x);     /* Tokyo, Auckland, Honolulu, San Francisco */
  g_assert_cmpfloat (at[2].x, <, at[3].x);
  g_assert_cmpfloat (at[3].x, <, at[1].x);
}

/* Every line of the graticule lies where the map puts its degrees, and some cross what is looked at. */
static void
test_graticule (void)
{
  for (guint32 seed = 0; seed < 10; seed++)
    {
      g_autoptr (QdGraph) graph = make_graph (40, 40, seed);
      QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
      g_autoptr (QdGeoMap) map = NULL;

      for (guint i = 0; seed % 2 && i < 40; i++)
        {
          nodes[i].latitude = 46 + fabs (nodes[i].latitude) / 20;
          nodes[i].longitude = 8 + nodes[i].longitude / 40;
        }
      map = qd_geo_map_new (graph);
      g_assert_nonnull (map);
      for (double half = 0.5; half < 60; half *= 3)
        {
          g_autoptr (QdGraticule) lines = qd_geo_map_make_graticule (map, -half, -half, half, half, 0);
          guint each[2] = { 0, 0 };

          for (guint i = 0; i < lines->n_lines; i++)
            {
              const QdGraticuleLine *line = &lines->lines[i];
              gboolean inside = FALSE;

              for (guint k = 0; k < line->n; k++)
                {
                  QdPoint at = lines->points[line->first + k];

                  g_assert_true (isfinite (at.x) && isfinite (at.y));
                  inside |= fabsf (at.x) <= half * 1.5 && fabsf (at.y) <= half * 1.5;
                  if (line->parallel && k > 0)
                    g_assert_cmpfloat_with_epsilon (at.y, lines->points[line->first].y, 1e-3);
                }
              each[line->parallel != 0] += inside;
              g_assert_cmpfloat_with_epsilon (remainder (line->degrees, lines->spacing), 0, 1e-6);
            }
          g_assert_cmpuint (lines->n_lines, <, 60);
          g_test_message ("half %g: spacing %g, %u parallels, %u meridians", half, lines->spacing, each[1], each[0]);
          if (half < 20)
            {
              g_assert_cmpuint (each[0], >=, 2);
              g_assert_cmpuint (each[1], >=, 2);
            }
        }
    }
}

static void
test_no_map (void)
{
  g_autoptr (QdGraph) graph = fixture_random (10, 10, 1);

  g_assert_null (qd_geo_map_new (graph));
}

/* --- By tiers ------------------------------------------------------------------------------------- */

/* Hubs are nearer to the middle than their spokes, and these than theirs. */
static void
test_tiers (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (600, 600, 2);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_TIERS, .seed = 1 };
  g_autofree QdPoint *at = qd_graph_lay_out (graph, &options);
  double hub = 0, spoke = G_MAXDOUBLE;
  QdPoint middle = { 0, 0 };

  for (guint i = 0; i < 600; i++)
    if (nodes[i].kind == 1)
      middle = (QdPoint) { middle.x + at[i].x / 15, middle.y + at[i].y / 15 };
  for (guint i = 0; i < 600; i++)
    {
      double d = distance (at[i], middle);

      if (nodes[i].kind == 1)
        hub = MAX (hub, d);
      else
        spoke = MIN (spoke, d);
    }
  g_test_message ("hubs to %g, spokes from %g, nearest %g", hub, spoke, nearest_pair (at, 600));
  g_assert_cmpfloat (hub, <, spoke * 1.5);
  g_assert_cmpfloat (nearest_pair (at, 600), >, 0.5);
}

/* --- By clusters ------------------------------------------------------------------------------------ */

/* No disc of a cluster reaches into another's. */
static void
test_clusters (void)
{
  for (guint32 seed = 0; seed < 8; seed++)
    {
      const guint n = 300, k = 7;
      g_autoptr (QdGraph) graph = fixture_random (n, 100 * seed, seed);
      QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
      QdLayoutOptions options = { .algorithm = QD_LAYOUT_CLUSTERS, .seed = seed };
      g_autofree QdPoint *at = NULL;
      double nearest = G_MAXDOUBLE;

      for (guint i = 0; i < n; i++)
        nodes[i].cluster = g_strdup_printf ("c%u", i * i % k);
      at = qd_graph_lay_out (graph, &options);
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < i; j++)
          if (strcmp (nodes[i].cluster, nodes[j].cluster) != 0)
            nearest = MIN (nearest, distance (at[i], at[j]));
      g_assert_cmpfloat (nearest, >, 1);
    }
}

/* --- Folding ---------------------------------------------------------------------------------------- */

/* Nothing is lost: every node and edge of the model is in the folded graph, or within a cluster that it
 * shows as one; ends and sums are those of the model. */
static void
test_fold (void)
{
  for (guint32 seed = 0; seed < 30; seed++)
    {
      const char *const folded[] = { "c0", seed % 2 ? "c3" : "gone", NULL };
      g_autoptr (QdGraph) graph = make_graph (80, 200, seed);
      QdGraphNode *nodes = qd_graph_nodes (graph, NULL), *shown;
      QdGraphEdge *edges = qd_graph_edges (graph, NULL), *to;
      g_autoptr (QdGraphFold) fold = qd_graph_fold (graph, seed == 0 ? NULL : folded);
      g_autofree double *capacity = NULL;
      guint n, m, total = 0, alone = 0, within = 0;

      edges[5].directed = edges[6].directed = 1;
      shown = qd_graph_nodes (fold->graph, &n);
      to = qd_graph_edges (fold->graph, &m);
      capacity = g_new0 (double, m);
      for (guint i = 0; i < n; i++)
        {
          total += fold->count[i];
          alone += fold->count[i] == 1;
          g_assert_nonnull (shown[i].id);
          g_assert_cmpuint (fold->node_of[fold->representative[i]], ==, i);
        }
      g_assert_cmpuint (total, ==, 80);
      g_assert_cmpuint (alone + fold->n_folded, ==, 80);
      if (seed == 0)
        g_assert_cmpuint (n, ==, 80);
      for (guint i = 0; i < 80; i++)
        {
          gboolean wanted = nodes[i].cluster && seed > 0 && (strcmp (nodes[i].cluster, folded[0]) == 0 || strcmp (nodes[i].cluster, folded[1]) == 0);

          g_assert_cmpuint (shown[fold->node_of[i]].status, >=, nodes[i].status);
          if (wanted)
            g_assert_cmpstr (shown[fold->node_of[i]].label, ==, nodes[i].cluster);
          else
            g_assert_cmpstr (shown[fold->node_of[i]].id, ==, nodes[i].id);
        }
      for (guint i = 0; i < 200; i++)
        {
          guint a = fold->node_of[edges[i].src], b = fold->node_of[edges[i].dst];
          const QdGraphEdge *edge;

          if (fold->edge_of[i] == G_MAXUINT)
            {
              g_assert_cmpuint (a, ==, b);
              within++;
              continue;
            }
          edge = &to[fold->edge_of[i]];
          g_assert_true ((edge->src == a && edge->dst == b) || (edge->src == b && edge->dst == a));
          g_assert_cmpuint (edge->status, >=, edges[i].status);
          capacity[fold->edge_of[i]] += edges[i].capacity_mbps;
        }
      for (guint i = 0; i < m; i++)
        g_assert_cmpfloat_with_epsilon (capacity[i], to[i].capacity_mbps, capacity[i] * 1e-4);
      g_test_message ("%u nodes, %u edges, %u within", n, m, within);
    }
}

/* Folded nodes share a place; to fold again does not move what is pinned or was placed. */
static void
test_fold_layout (void)
{
  g_autoptr (QdGraph) graph = make_graph (150, 300, 5);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  const char *const folded[] = { "c2", NULL };
  QdLayoutOptions options = { .algorithm = QD_LAYOUT_CLUSTERS, .seed = 2, .folded = folded };
  g_autofree QdPoint *first = qd_graph_lay_out (graph, &options), *second = NULL;
  guint last = G_MAXUINT;

  assert_sane (first, 150);
  for (guint i = 0; i < 150; i++)
    if (g_strcmp0 (nodes[i].cluster, "c2") == 0)
      {
        if (last != G_MAXUINT)
          g_assert_cmpmem (&first[i], sizeof *first, &first[last], sizeof *first);
        last = i;
      }
  g_assert_cmpuint (last, !=, G_MAXUINT);
  options.before = first;
  second = qd_graph_lay_out (graph, &options);
  g_assert_cmpmem (first, 150 * sizeof *first, second, 150 * sizeof *second);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/layout-kinds/names", test_names);
  g_test_add_func ("/graph/layout-kinds/any-graph", test_any_graph);
  g_test_add_func ("/graph/layout-kinds/pinned", test_pinned);
  g_test_add_func ("/graph/layout-kinds/cancelled", test_cancelled);
  g_test_add_func ("/graph/layout-kinds/grows", test_grows);
  g_test_add_func ("/graph/layout-kinds/anew-around-pinned", test_anew_around_pinned);
  g_test_add_func ("/graph/layout-kinds/map", test_map);
  g_test_add_func ("/graph/layout-kinds/map-stays", test_map_stays);
  g_test_add_func ("/graph/layout-kinds/date-line", test_date_line);
  g_test_add_func ("/graph/layout-kinds/graticule", test_graticule);
  g_test_add_func ("/graph/layout-kinds/no-map", test_no_map);
  g_test_add_func ("/graph/layout-kinds/tiers", test_tiers);
  g_test_add_func ("/graph/layout-kinds/clusters", test_clusters);
  g_test_add_func ("/graph/layout-kinds/fold", test_fold);
  g_test_add_func ("/graph/layout-kinds/fold-layout", test_fold_layout);
  return g_test_run ();
}
