/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"

#include <math.h>
#include <string.h>

#include "qd-graph-drawing.h"
#include "qd-status.h"

typedef struct { GBytes *bytes; gsize stride; } Picture;

/* What draw() draws on. */
static QdGeoMap *map;

static Picture
draw (QdGraph *graph, const QdPoint *positions, double x, double y, double zoom, int width, int height, double scale)
{
  QdGraphTheme theme = fixture_theme ();
  g_autoptr (QdGraphDrawing) drawing = qd_graph_drawing_new (graph, positions, &theme, zoom, scale);
  Picture picture;

  if (map)
    qd_graph_drawing_set_map (drawing, map);
  picture.bytes = qd_graph_drawing_draw (drawing, x, y, width, height, &picture.stride);
  g_assert_nonnull (picture.bytes);
  g_assert_cmpuint (g_bytes_get_size (picture.bytes), ==, picture.stride * (gsize) lrint (height * scale));
  return picture;
}

static const guint8 *
row (const Picture *picture, int y)
{
  return (const guint8 *) g_bytes_get_data (picture->bytes, NULL) + picture->stride * (gsize) y;
}

static guint32
pixel (const Picture *picture, int x, int y)
{
  guint32 value;

  memcpy (&value, row (picture, y) + 4 * x, 4);
  return value;
}

/* One picture of 512 x 512 equals four of 256 x 256. */
static void
check_seamless (QdGraph *graph, double zoom, double scale)
{
  const QdLayoutOptions options = { .algorithm = map ? QD_LAYOUT_GEOGRAPHIC : QD_LAYOUT_FORCE, .seed = 1, .map = map };
  g_autofree QdPoint *positions = qd_graph_lay_out (graph, &options);
  double x = -256.0 / zoom, y = -256.0 / zoom;
  Picture whole = draw (graph, positions, x, y, zoom, 512, 512, scale);
  int half = (int) (256 * scale);

  for (int tile = 0; tile < 4; tile++)
    {
      int tx = tile % 2, ty = tile / 2;
      Picture part = draw (graph, positions, x + tx * 256 / zoom, y + ty * 256 / zoom, zoom, 256, 256, scale);

      for (int line = 0; line < half; line++)
        g_assert_cmpmem (row (&part, line), (gsize) half * 4,
                         row (&whole, line + ty * half) + tx * half * 4, (gsize) half * 4);
      g_bytes_unref (part.bytes);
    }
  g_bytes_unref (whole.bytes);
}

static void
test_seamless (void)
{
  static const double zooms[] = { 8, 16, 33.7, 64, 181.02 };
  g_autoptr (QdGraph) graph = fixture_fleet (200, 500, 3);
  g_autoptr (QdGraph) random = fixture_random (60, 200, 4);
  guint m;
  QdGraphEdge *edges = qd_graph_edges (random, &m);

  /* The signs of what is marked reach further than their edges. */
  for (guint i = 0; i < m; i++)
    edges[i].mark = (guint8) (i % 4);
  for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      check_seamless (graph, zooms[i], 1);
      check_seamless (random, zooms[i], 2);
    }
}

static QdGraph *
place_at_random (guint n, gboolean world, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  QdGraph *graph = qd_graph_new (n, 0);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);

  for (guint i = 0; i < n; i++)
    {
      nodes[i].latitude = world ? g_rand_double_range (rand, -80, 80) : g_rand_double_range (rand, 40, 60);
      nodes[i].longitude = world ? g_rand_double_range (rand, -180, 180) : g_rand_double_range (rand, -5, 20);
    }
  return graph;
}

static guint
count_differing (const Picture *a, const Picture *b, int width, int height)
{
  guint n = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      n += pixel (a, x, y) != pixel (b, x, y);
  return n;
}

/* The lines of latitude and longitude, and their degrees, fit together like all else; they are there, and faint. */
static void
test_graticule (void)
{
  static const double zooms[] = { 4, 8, 33.7, 64, 400 };

  for (guint world = 0; world < 2; world++)
    for (guint i = 0; i < G_N_ELEMENTS (zooms); i++)
      {
        g_autoptr (QdGraph) graph = place_at_random (60, (gboolean) world, 7), nothing = qd_graph_new (0, 0);
        g_autoptr (QdGeoMap) own = qd_geo_map_new (graph);
        const QdPoint nowhere = { 0, 0 };
        Picture with, without;
        guint differing;

        map = own;
        check_seamless (graph, zooms[i], 1 + i % 2);
        with = draw (nothing, &nowhere, -256 / zooms[i], -256 / zooms[i], zooms[i], 512, 512, 1);
        map = NULL;
        without = draw (nothing, &nowhere, -256 / zooms[i], -256 / zooms[i], zooms[i], 512, 512, 1);
        differing = count_differing (&with, &without, 512, 512);
        g_test_message ("zoom %g: %u pixels of lines and words", zooms[i], differing);
        /* Two lines each way, or more, of 512 pixels; and most of it empty. */
        g_assert_cmpuint (differing, >, 4 * 500);
        g_assert_cmpuint (differing, <, 512 * 512 / 5);
        for (int y = 0; y < 512; y++)
          for (int x = 0; x < 512; x++)
            for (int shift = 0; shift < 24; shift += 8)
              g_assert_cmpint (ABS ((int) (pixel (&with, x, y) >> shift & 255) - (int) (pixel (&without, x, y) >> shift & 255)), <, 170);
        g_bytes_unref (with.bytes);
        g_bytes_unref (without.bytes);
      }
}

static QdGraph *
two_nodes (guint8 status, guint8 edge_status)
{
  QdGraph *graph = qd_graph_new (2, 1);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  nodes[0].status = status;
  nodes[1].status = QD_STATUS_WELL;
  nodes[0].label = g_strdup ("West");
  edges[0].dst = 1;
  edges[0].status = edge_status;
  return graph;
}

static const QdPoint west_east[2] = { { -1, 0 }, { 1, 0 } };

/* A state changes the pixels about its node, and none at the other. Shape differs, not only colour:
 * in black on white the pictures differ too. */
static void
test_status_changes_pixels (void)
{
  QdGraphTheme ink = fixture_theme ();
  GBytes *seen[QD_STATUS_DOWN + 1];

  ink.well = ink.degraded = ink.down = ink.unknown = ink.maintenance = ink.foreground = 0;
  ink.background = 0xffffff;
  for (guint status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
    {
      g_autoptr (QdGraph) graph = two_nodes ((guint8) status, QD_STATUS_WELL);
      gsize stride;

      seen[status] = qd_graph_draw_tile (graph, west_east, &ink, -1.3, -0.3, 60, 36, 36, 1, &stride);
      for (guint other = QD_STATUS_WELL; other < status; other++)
        g_assert_false (g_bytes_equal (seen[status], seen[other]));
    }
  for (guint status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
    g_bytes_unref (seen[status]);
}

static void
test_change_is_local (void)
{
  g_autoptr (QdGraph) well = two_nodes (QD_STATUS_WELL, QD_STATUS_WELL);
  g_autoptr (QdGraph) down = two_nodes (QD_STATUS_DOWN, QD_STATUS_WELL);
  Picture a = draw (well, west_east, -2, -1, 60, 240, 120, 1);
  Picture b = draw (down, west_east, -2, -1, 60, 240, 120, 1);
  guint near_west = 0, elsewhere = 0;

  for (int y = 0; y < 120; y++)
    for (int x = 0; x < 240; x++)
      if (pixel (&a, x, y) != pixel (&b, x, y))
        *(x < 110 ? &near_west : &elsewhere) += 1;
  g_assert_cmpuint (near_west, >, 20);
  g_assert_cmpuint (elsewhere, ==, 0);
  g_bytes_unref (a.bytes);
  g_bytes_unref (b.bytes);
}

/* How much of the line between the nodes is inked: all of a well one, part of a broken one. */
static guint
inked (guint8 status)
{
  g_autoptr (QdGraph) graph = two_nodes (QD_STATUS_WELL, status);
  Picture picture = draw (graph, west_east, -2, -1, 100, 400, 200, 1);
  guint count = 0;

  for (int x = 130; x < 270; x++)
    count += pixel (&picture, x, 100) != 0xfffafafa;
  g_bytes_unref (picture.bytes);
  return count;
}

static void
test_dashes (void)
{
  g_assert_cmpuint (inked (QD_STATUS_WELL), ==, 140);
  for (guint8 status = QD_STATUS_MAINTENANCE; status <= QD_STATUS_DOWN; status++)
    {
      g_assert_cmpuint (inked (status), <, 136);
      g_assert_cmpuint (inked (status), >, 40);
    }
}

static void
test_width_by_capacity (void)
{
  QdGraphEdge thin = { .status = QD_STATUS_WELL, .capacity_mbps = 10 };
  QdGraphEdge thick = { .status = QD_STATUS_WELL, .capacity_mbps = 100000 };
  QdGraphEdge unknown = { .status = QD_STATUS_WELL, .capacity_mbps = NAN };

  g_assert_cmpfloat (qd_graph_edge_width (&thin, 60), <, qd_graph_edge_width (&thick, 60));
  g_assert_true (isfinite (qd_graph_edge_width (&unknown, 60)));
}

/* A label is written where there is room, and less is written where there is none. */
static void
test_labels (void)
{
  g_autoptr (QdGraph) with = two_nodes (QD_STATUS_WELL, QD_STATUS_WELL);
  g_autoptr (QdGraph) without = two_nodes (QD_STATUS_WELL, QD_STATUS_WELL);
  QdGraphNode *nodes = qd_graph_nodes (without, NULL);
  Picture a, b;

  g_clear_pointer (&nodes[0].label, g_free);
  a = draw (with, west_east, -2, -1, 60, 240, 120, 1);
  b = draw (without, west_east, -2, -1, 60, 240, 120, 1);
  g_assert_false (g_bytes_equal (a.bytes, b.bytes));
  g_bytes_unref (a.bytes);
  g_bytes_unref (b.bytes);
}

static void
test_odd_input (void)
{
  g_autoptr (QdGraph) graph = fixture_random (10, 30, 1);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  QdPoint positions[10];
  QdGraphTheme theme = fixture_theme ();
  gsize stride;
  GBytes *bytes;

  for (guint i = 0; i < 10; i++)
    positions[i] = (QdPoint) { i == 3 ? NAN : i == 4 ? 1e30f : i, i == 5 ? -INFINITY : 0 };
  edges[0].dst = 99;
  edges[1].score = edges[1].capacity_mbps = INFINITY;
  edges[2].status = 77;
  nodes[1].status = 200;
  nodes[2].degree = G_MAXUINT;
  g_free (nodes[6].label);
  nodes[6].label = g_strdup ("not \xff\xfe UTF-8");
  bytes = qd_graph_draw_tile (graph, positions, &theme, -2, -2, 40, 256, 256, 1, &stride);
  g_assert_nonnull (bytes);
  g_bytes_unref (bytes);
  bytes = qd_graph_draw_tile (graph, positions, &theme, -2, -2, 1e7, 256, 256, 1, &stride);
  g_assert_nonnull (bytes);
  g_bytes_unref (bytes);
  g_assert_null (qd_graph_draw_tile (graph, positions, &theme, 0, 0, 40, 100000, 256, 1, &stride));
  g_assert_null (qd_graph_draw_tile (graph, positions, &theme, NAN, 0, 40, 256, 256, 1, &stride));
  g_assert_null (qd_graph_draw_tile (graph, positions, &theme, 0, 0, 0, 256, 256, 1, &stride));
}

static gpointer
draw_cb (gpointer data)
{
  g_autofree QdPoint *positions = qd_graph_layout (data, NULL, 1, NULL);
  QdGraphTheme theme = fixture_theme ();
  gsize stride;

  return qd_graph_draw_tile (data, positions, &theme, -5, -5, 30, 300, 300, 1, &stride);
}

/* All threads draw the same, whatever their fonts' state. */
static void
test_threads (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (150, 300, 2);
  GThread *threads[4];
  GBytes *first = draw_cb (graph);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("draw", draw_cb, graph);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      GBytes *bytes = g_thread_join (threads[i]);
      g_assert_true (g_bytes_equal (bytes, first));
      g_bytes_unref (bytes);
    }
  g_bytes_unref (first);
}

static void
test_symbol (void)
{
  QdGraphTheme theme = fixture_theme ();
  QdGraphNode node = { .status = QD_STATUS_DEGRADED, .kind = 1 };
  int size;
  gsize stride;
  GBytes *bytes = qd_graph_draw_symbol (&node, &theme, 7, 2, &size, &stride);
  const guint8 *data = g_bytes_get_data (bytes, NULL);
  guint32 corner, middle;

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, stride * (gsize) size);
  memcpy (&corner, data, 4);
  memcpy (&middle, data + stride * (gsize) (size / 2 + 5) + 4 * (gsize) (size / 2 - 5), 4);
  g_assert_cmphex (corner, ==, 0);
  g_assert_cmphex (middle, ==, 0xff000000 | theme.degraded);
  g_bytes_unref (bytes);
}

/* A copy has the same things; what is made of it is its own, and it outlives what it was made of. */
static void
test_copy (void)
{
  QdGraph *graph = qd_graph_new (2, 1), *copy, *second;
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  const QdPoint places[2] = { { -1, 0 }, { 1, 0 } };
  QdPoint course[QD_GRAPH_MAX_COURSE];

  nodes[0].label = g_strdup ("one");
  nodes[1].id = g_strdup ("two");
  edges[0].dst = 1;
  edges[0].id = g_strdup ("edge");
  copy = qd_graph_copy (graph);
  qd_graph_nodes (copy, NULL)[0].status = QD_STATUS_DOWN;
  g_assert_cmpint (nodes[0].status, ==, 0);
  second = qd_graph_copy (copy);
  qd_graph_unref (graph);
  qd_graph_unref (copy);
  g_assert_cmpstr (qd_graph_nodes (second, NULL)[0].label, ==, "one");
  g_assert_cmpstr (qd_graph_edges (second, NULL)[0].id, ==, "edge");
  g_assert_cmpint (qd_graph_nodes (second, NULL)[0].status, ==, QD_STATUS_DOWN);
  g_assert_cmpuint (qd_graph_edge_course (second, places, 0, course), ==, 2);
  qd_graph_unref (second);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/tile/copy", test_copy);
  g_test_add_func ("/graph/tile/seamless", test_seamless);
  g_test_add_func ("/graph/tile/graticule", test_graticule);
  g_test_add_func ("/graph/tile/status-changes-pixels", test_status_changes_pixels);
  g_test_add_func ("/graph/tile/change-is-local", test_change_is_local);
  g_test_add_func ("/graph/tile/dashes", test_dashes);
  g_test_add_func ("/graph/tile/width-by-capacity", test_width_by_capacity);
  g_test_add_func ("/graph/tile/labels", test_labels);
  g_test_add_func ("/graph/tile/odd-input", test_odd_input);
  g_test_add_func ("/graph/tile/threads", test_threads);
  g_test_add_func ("/graph/tile/symbol", test_symbol);
  return g_test_run ();
}
