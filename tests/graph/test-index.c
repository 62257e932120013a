/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"

#include <math.h>

static double
piece_distance (QdPoint a, QdPoint b, double x, double y)
{
  double dx = (double) b.x - a.x, dy = (double) b.y - a.y, l2 = dx * dx + dy * dy;
  double t = l2 > 0 ? CLAMP (((x - a.x) * dx + (y - a.y) * dy) / l2, 0, 1) : 0;

  return hypot (a.x + t * dx - x, a.y + t * dy - y);
}

/* The answers of looking at everything. */
static double
slow_node (QdGraph *graph, const QdPoint *positions, double x, double y)
{
  guint n;
  double best = G_MAXDOUBLE;

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    if (isfinite (positions[i].x) && isfinite (positions[i].y))
      best = MIN (best, hypot (positions[i].x - x, positions[i].y - y));
  return best;
}

static double
edge_distance (QdGraph *graph, const QdPoint *positions, guint edge, double x, double y)
{
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint count = qd_graph_edge_course (graph, positions, edge, points);
  double best = G_MAXDOUBLE;

  for (guint k = 1; k < count; k++)
    best = MIN (best, piece_distance (points[k - 1], points[k], x, y));
  return best;
}

static double
slow_edge (QdGraph *graph, const QdPoint *positions, double x, double y)
{
  guint m;
  double best = G_MAXDOUBLE;

  qd_graph_edges (graph, &m);
  for (guint i = 0; i < m; i++)
    best = MIN (best, edge_distance (graph, positions, i, x, y));
  return best;
}

static void
compare (QdGraph *graph, const QdPoint *positions, QdGraphIndex *index, double x, double y, double radius)
{
  double node = slow_node (graph, positions, x, y), edge = slow_edge (graph, positions, x, y);
  int found = qd_graph_index_find_node (index, x, y, radius);

  if (found < 0)
    g_assert_cmpfloat (node, >, radius);
  else
    g_assert_cmpfloat (hypot (positions[found].x - x, positions[found].y - y), ==, node);
  found = qd_graph_index_find_edge (index, x, y, radius);
  if (found < 0)
    g_assert_cmpfloat (edge, >, radius);
  else
    g_assert_cmpfloat (fabs (edge_distance (graph, positions, (guint) found, x, y) - edge), <, 1e-9);
}

static void
test_brute_force (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint round = 0; round < 40; round++)
    {
      guint n = (guint) g_rand_int_range (rand, 1, 120), m = (guint) g_rand_int_range (rand, 0, 250);
      g_autoptr (QdGraph) graph = fixture_random (n, m, round);
      g_autofree QdPoint *positions = g_new (QdPoint, n);
      QdGraphIndex *index;
      double reach = round % 4 == 0 ? 0.5 : 30;

      for (guint i = 0; i < n; i++)
        positions[i] = g_rand_int_range (rand, 0, 25) == 0
                         ? (QdPoint) { NAN, 3 }
                         : (QdPoint) { (float) g_rand_double_range (rand, -reach, reach),
                                       (float) g_rand_double_range (rand, -reach, reach / 3) };
      index = qd_graph_index_new (graph, positions);
      for (guint i = 0; i < 60; i++)
        compare (graph, positions, index, g_rand_double_range (rand, -reach * 1.2, reach * 1.2),
                 g_rand_double_range (rand, -reach * 1.2, reach), g_rand_double_range (rand, 0, reach / 4));
      qd_graph_index_unref (index);
    }
}

static void
test_nothing (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (0, 0);
  QdGraphIndex *index = qd_graph_index_new (graph, NULL);

  g_assert_cmpint (qd_graph_index_find_node (index, 0, 0, 10), ==, -1);
  g_assert_cmpint (qd_graph_index_find_edge (index, 0, 0, 10), ==, -1);
  g_assert_cmpint (qd_graph_index_find_node (index, NAN, 0, 10), ==, -1);
  qd_graph_index_unref (index);
}

/* Two paths between the same sites are told apart where they part. */
static void
test_parallel (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (2, 2);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  const QdPoint positions[2] = { { 0, 0 }, { 4, 0 } };
  QdPoint a[QD_GRAPH_MAX_COURSE], b[QD_GRAPH_MAX_COURSE];
  QdGraphIndex *index;
  guint n;

  edges[0].src = 0, edges[0].dst = 1;
  edges[1].src = 1, edges[1].dst = 0;
  n = qd_graph_edge_course (graph, positions, 0, a);
  qd_graph_edge_course (graph, positions, 1, b);
  g_assert_cmpuint (n, >, 2);
  g_assert_cmpfloat (fabsf (a[n / 2].y - b[n / 2].y), >, 0.05);
  index = qd_graph_index_new (graph, positions);
  g_assert_cmpint (qd_graph_index_find_edge (index, a[n / 2].x, a[n / 2].y, 0.05), ==, 0);
  g_assert_cmpint (qd_graph_index_find_edge (index, b[n / 2].x, b[n / 2].y, 0.05), ==, 1);
  qd_graph_index_unref (index);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/index/brute-force", test_brute_force);
  g_test_add_func ("/graph/index/nothing", test_nothing);
  g_test_add_func ("/graph/index/parallel", test_parallel);
  return g_test_run ();
}
