/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture's pieces, and what they are drawn from. */
#include <math.h>
#include <string.h>

#include "fixtures.h"
#include "qd-graph-bins.h"
#include "qd-graph-drawing.h"

static gboolean
contains (const guint *items, guint n, guint item)
{
  for (guint i = 0; i < n; i++)
    if (items[i] == item)
      return TRUE;
  return FALSE;
}

/* Whether the segment from @a to @b comes into @box, by walking it in small steps. */
static gboolean
walks_into (QdPoint a, QdPoint b, double zoom, const QdPixelBox *box)
{
  guint steps = (guint) CLAMP (hypot ((double) b.x - a.x, (double) b.y - a.y) * zoom * 2, 1, 20000);

  for (guint i = 0; i <= steps; i++)
    {
      double x = (a.x + (b.x - a.x) * (double) i / steps) * zoom, y = (a.y + (b.y - a.y) * (double) i / steps) * zoom;

      if (x >= box->left && x < box->right && y >= box->top && y < box->bottom)
        return TRUE;
    }
  return FALSE;
}

static void
check_box (QdGraph *graph, const QdPoint *positions, const QdGraphBins *bins, double zoom, const QdPixelBox *box)
{
  g_autoptr (GArray) scratch = g_array_new (FALSE, FALSE, sizeof (guint)), others = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n, m, n_found, n_nodes;
  const guint *found = qd_graph_bins_get_edges (bins, box, scratch, &n_found);
  const guint *nodes = qd_graph_bins_get_nodes (bins, box, others, &n_nodes);

  for (guint i = 1; i < n_found; i++)
    g_assert_cmpuint (found[i - 1], <, found[i]);
  for (guint i = 1; i < n_nodes; i++)
    g_assert_cmpuint (nodes[i - 1], <, nodes[i]);
  qd_graph_edges (graph, &m);
  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < m; i++)
    {
      QdPoint points[QD_GRAPH_MAX_COURSE];
      guint count = qd_graph_edge_course (graph, positions, i, points);

      for (guint k = 1; k < count; k++)
        if (walks_into (points[k - 1], points[k], zoom, box))
          g_assert_true (contains (found, n_found, i));
    }
  for (guint i = 0; i < n; i++)
    if (walks_into (positions[i], positions[i], zoom, box))
      g_assert_true (contains (nodes, n_nodes, i));
}

/* Whatever comes into a box is found there; nothing twice. */
static void
test_bins (void)
{
  for (guint round = 0; round < 12; round++)
    {
      g_autoptr (QdGraph) graph = fixture_random ((guint) g_test_rand_int_range (1, 60), (guint) g_test_rand_int_range (0, 120),
                                                  (guint32) g_test_rand_int ());
      g_autofree QdPoint *positions = qd_graph_layout (graph, NULL, 1, NULL);
      double zoom = exp (g_test_rand_double_range (0, 6));
      g_autoptr (QdGraphBins) bins = qd_graph_bins_new (graph, positions, zoom, 1, 64);

      for (guint i = 0; i < 20; i++)
        {
          double left = floor (g_test_rand_double_range (-8, 8)) * 64, top = floor (g_test_rand_double_range (-8, 8)) * 64;
          double side = i % 2 ? 64 : g_test_rand_double_range (1, 500);
          QdPixelBox box = { left, top, left + side, top + side };

          check_box (graph, positions, bins, zoom, &box);
        }
    }
}

static GBytes *
draw (QdGraphDrawing *picture, double side)
{
  gsize stride;

  return qd_graph_drawing_draw (picture, -side / 2, -side / 2, 300, 300, &stride);
}

/* An updated picture, sharing what it can, is the one that would be made from nothing. */
static void
test_update (void)
{
  QdGraphTheme theme = fixture_theme ();

  for (guint round = 0; round < 10; round++)
    {
      guint32 seed = (guint32) g_test_rand_int ();
      g_autoptr (QdGraph) one = fixture_random (40, 80, seed), two = fixture_random (40, 80, seed);
      g_autofree QdPoint *positions = qd_graph_layout (one, NULL, 1, NULL);
      g_autoptr (QdGraphDrawing) before = qd_graph_drawing_new (one, positions, &theme, 30, 1), after = NULL, fresh = NULL;
      g_autoptr (GBytes) drawn = draw (before, 10), shared = NULL, anew = NULL;

      qd_graph_edges (two, NULL)[g_test_rand_int_range (0, 80)].status = (guint8) g_test_rand_int_range (0, 6);
      if (round % 3 == 0)
        qd_graph_edges (two, NULL)[g_test_rand_int_range (0, 80)].mark = (guint8) g_test_rand_int_range (1, 4);
      if (round % 2)
        qd_graph_nodes (two, NULL)[g_test_rand_int_range (0, 40)].status = (guint8) g_test_rand_int_range (0, 6);
      after = qd_graph_drawing_update (before, two);
      fresh = qd_graph_drawing_new (two, positions, &theme, 30, 1);
      shared = draw (after, 10);
      anew = draw (fresh, 10);
      g_assert_true (g_bytes_equal (shared, anew));
      g_assert_nonnull (drawn);
    }
}

/* Where an edge leads one way, its two ends look different. */
static void
test_direction (void)
{
  static const QdPoint places[2] = { { -1, 0 }, { 1, 0 } };
  QdGraphTheme theme = fixture_theme ();
  GBytes *seen[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (QdGraph) graph = qd_graph_new (2, 1);
      QdGraphEdge *edge = qd_graph_edges (graph, NULL);
      gsize stride;

      edge->src = i == 2;
      edge->dst = i != 2;
      edge->directed = i > 0;
      edge->status = 1;
      seen[i] = qd_graph_draw_tile (graph, places, &theme, -2, -1, 60, 240, 120, 1, &stride);
    }
  g_assert_false (g_bytes_equal (seen[0], seen[1]));
  g_assert_false (g_bytes_equal (seen[1], seen[2]));
  for (guint i = 0; i < 3; i++)
    g_bytes_unref (seen[i]);
}

static guint32
pixel_at (GBytes *picture, gsize stride, int x, int y)
{
  guint32 pixel;

  memcpy (&pixel, (const guint8 *) g_bytes_get_data (picture, NULL) + (gsize) y * stride + (gsize) x * 4, sizeof pixel);
  return pixel & 0xffffff;
}

/* What a change would do to an edge is said by a colour, a dash and a sign of its own, whatever its state. */
static void
test_marks (void)
{
  static const QdPoint places[2] = { { -1, 0 }, { 1, 0 } };
  QdGraphTheme theme = fixture_theme ();
  const guint32 colours[] = { 0, theme.well, theme.down, theme.degraded };
  GBytes *seen[4];
  gsize stride;

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (QdGraph) graph = qd_graph_new (2, 1);
      QdGraphEdge *edge = qd_graph_edges (graph, NULL);

      edge->dst = 1;
      edge->mark = (guint8) i;
      seen[i] = qd_graph_draw_tile (graph, places, &theme, -2, -1, 60, 240, 120, 1, &stride);
      /* In the sign, beside what it says. */
      if (i > 0)
        g_assert_cmphex (pixel_at (seen[i], stride, 120 + 3, 60 - 3), ==, colours[i]);
      for (guint k = 0; k < i; k++)
        g_assert_false (g_bytes_equal (seen[i], seen[k]));
    }
  for (guint i = 0; i < 4; i++)
    g_bytes_unref (seen[i]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/drawing/bins", test_bins);
  g_test_add_func ("/graph/drawing/update", test_update);
  g_test_add_func ("/graph/drawing/direction", test_direction);
  g_test_add_func ("/graph/drawing/marks", test_marks);
  return g_test_run ();
}
