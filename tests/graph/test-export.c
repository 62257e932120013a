/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <cairo.h>

#include "fixtures.h"
#include "qd-graph-export.h"
#include "qd-status.h"

/* Pictures of the whole graph: all that is in the model is in them, they are well formed, and a PNG is what the window draws. */

static QdGraphFile *
make_file (guint n, guint m, guint32 seed)
{
  QdGraph *graph = fixture_random (n, m, seed);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  g_set_str (&nodes[0].id, "a <\"&'> \303\251 id");
  g_set_str (&nodes[0].label, "A label that is much too long to be written under a node & <b>");
  nodes[1].status = QD_STATUS_MAINTENANCE;
  nodes[2].kind = 2;
  edges[0].directed = TRUE;
  edges[0].latency_ms = 2.5f;
  return qd_graph_file_new (graph, qd_graph_layout (graph, NULL, 1, NULL), NULL);
}

static GBytes *
export_as (const QdGraphFile *file, QdGraphFormat format, gboolean dark, double scale)
{
  QdGraphTheme theme = *qd_graph_theme_get (dark, FALSE);
  QdGraphPicture picture = { .theme = &theme, .scale = scale, .title = "A & B" };
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  g_strlcpy (theme.font, "Cantarell,Sans 12px", sizeof theme.font);
  bytes = qd_graph_export (file, format, &picture, NULL, &error);
  g_assert_no_error (error);
  return bytes;
}

/* --- SVG ------------------------------------------------------------------------------------------------- */

typedef struct {
  guint nodes, edges, titles, texts;
  gboolean in_thing;
  GHashTable *ids;
} Seen;

static void
start_cb (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data, GError **error)
{
  Seen *seen = data;
  gboolean thing = FALSE;

  for (guint i = 0; names[i]; i++)
    {
      if (g_str_equal (names[i], "id"))
        {
          g_assert_true (g_hash_table_add (seen->ids, g_strdup (values[i])));
          thing = g_str_equal (element, "g");
        }
      g_assert_null (strstr (values[i], "nan"));
    }
  for (guint i = 0; thing && names[i]; i++)
    if (g_str_equal (names[i], "id"))
      *(values[i][0] == 'n' ? &seen->nodes : &seen->edges) += 1;
  if (seen->in_thing && g_str_equal (element, "title"))
    seen->titles++;
  seen->in_thing = thing;
  seen->texts += g_str_equal (element, "text");
}

static void
count_svg (GBytes *bytes, Seen *seen)
{
  const GMarkupParser parser = { start_cb, NULL, NULL, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, seen, NULL);
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  seen->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_markup_parse_context_parse (context, text, (gssize) length, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_hash_table_unref (seen->ids);
}

/* A picture of places on a map has its lines in all three formats, and no thing more for them. */
static void
test_map (void)
{
  QdGraphTheme theme = *qd_graph_theme_get (FALSE, FALSE);
  g_autoptr (QdGraphFile) file = make_file (12, 16, 5);
  QdGraphNode *nodes = qd_graph_nodes (file->graph, NULL);
  g_autoptr (QdGeoMap) map = NULL;

  for (guint i = 0; i < 12; i++)
    {
      nodes[i].latitude = 40 + i;
      nodes[i].longitude = 3 * i;
    }
  map = qd_geo_map_new (file->graph);
  for (guint i = 0; i < 12; i++)
    file->positions[i] = qd_geo_map_project (map, nodes[i].latitude, nodes[i].longitude);
  g_strlcpy (theme.font, "Cantarell,Sans 12px", sizeof theme.font);
  for (QdGraphFormat format = QD_GRAPH_AS_SVG; format <= QD_GRAPH_AS_PNG; format++)
    {
      QdGraphPicture picture = { .theme = &theme };
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bare = qd_graph_export (file, format, &picture, NULL, &error), whole = NULL;

      picture.map = map;
      whole = qd_graph_export (file, format, &picture, NULL, &error);
      g_assert_no_error (error);
      g_assert_false (g_bytes_equal (bare, whole));
      if (format == QD_GRAPH_AS_SVG)
        {
          Seen before = { 0 }, after = { 0 };

          count_svg (bare, &before);
          count_svg (whole, &after);
          g_assert_cmpuint (after.nodes, ==, 12);
          g_assert_cmpuint (after.edges, ==, 16);
          g_assert_cmpuint (after.titles, ==, before.titles);
          g_assert_cmpuint (after.texts, >, before.texts + 3);
          g_assert_nonnull (strstr (g_bytes_get_data (whole, NULL), "45° N</text>"));
        }
    }
}

static void
test_svg (void)
{
  for (guint32 seed = 1; seed <= 30; seed++)
    {
      guint n = 3 + seed * 3, m = 1 + seed * 5;
      g_autoptr (QdGraphFile) file = make_file (n, m, seed);
      g_autoptr (GBytes) bytes = NULL;
      QdGraphEdge *edges = qd_graph_edges (file->graph, NULL);
      Seen seen = { 0 };

      /* Two connections may have a path of one name. */
      if (m > 3)
        g_set_str (&edges[2].id, edges[1].id);
      bytes = export_as (file, QD_GRAPH_AS_SVG, seed % 2, 1);
      count_svg (bytes, &seen);
      g_assert_cmpuint (seen.nodes, ==, n);
      g_assert_cmpuint (seen.edges, ==, m);
      g_assert_cmpuint (seen.titles, ==, n + m);
      g_assert_cmpuint (seen.texts, >, 0);
    }
}

static void
test_svg_says (void)
{
  g_autoptr (QdGraphFile) file = make_file (5, 6, 3);
  g_autoptr (GBytes) bytes = export_as (file, QD_GRAPH_AS_SVG, TRUE, 2);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_nonnull (strstr (text, "<title id=\"title\">A &amp; B</title>"));
  g_assert_nonnull (strstr (text, "<g id=\"n.a_20_3c_22_26_27_3e_20_c3_a9_20id\" role=\"graphics-symbol\"><title>A label that is much too long "
                                  "to be written under a node &amp; &lt;b&gt;"));
  g_assert_nonnull (strstr (text, "…</text>"));
  g_assert_nonnull (strstr (text, " → "));
  g_assert_nonnull (strstr (text, ", 2.5 ms"));
  g_assert_nonnull (strstr (text, "#1d1d20"));
}

/* --- Pixels ------------------------------------------------------------------------------------------------ */

typedef struct { const guint8 *data; gsize length, at; } Stream;

static cairo_status_t
read_cb (void *closure, unsigned char *data, unsigned int length)
{
  Stream *stream = closure;

  if (stream->length - stream->at < length)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (data, stream->data + stream->at, length);
  stream->at += length;
  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
open_png (GBytes *bytes)
{
  Stream stream = { 0 };
  cairo_surface_t *surface;

  stream.data = g_bytes_get_data (bytes, &stream.length);
  surface = cairo_image_surface_create_from_png_stream (read_cb, &stream);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  return surface;
}

static guint32
pixel (cairo_surface_t *surface, int x, int y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) + (gsize) y * (gsize) cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (gconstpointer) row)[x] & 0xffffff;
}

/* Somewhere in the picture is, dot for dot, what the window's tiles show. */
static void
test_png (void)
{
  g_autoptr (QdGraphFile) file = make_file (40, 60, 5);
  g_autoptr (GBytes) bytes = export_as (file, QD_GRAPH_AS_PNG, FALSE, 2);
  cairo_surface_t *surface = open_png (bytes);
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  QdGraphTheme theme = *qd_graph_theme_get (FALSE, FALSE);
  g_autoptr (GBytes) tile = NULL;
  gsize stride;
  const guint32 *pixels;
  guint coloured = 0, found = 0;
  QdPoint middle = file->positions[0];

  g_strlcpy (theme.font, "Cantarell,Sans 12px", sizeof theme.font);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      coloured += pixel (surface, x, y) != theme.background;
  g_assert_cmpuint (coloured, >, 40 * 30);
  for (guint i = 1; i < 40; i++)
    if (hypot (file->positions[i].x, file->positions[i].y) < hypot (middle.x, middle.y))
      middle = file->positions[i];
  for (int x = 0; x < width; x++)
    g_assert_true (pixel (surface, x, 0) == theme.background && pixel (surface, x, height - 1) == theme.background);

  /* The corner lies on a whole pixel, as that of the picture does. */
  tile = qd_graph_draw_tile (file->graph, file->positions, &theme, floor (middle.x * 128 - 64) / 128, floor (middle.y * 128 - 64) / 128,
                             64, 64, 64, 2, &stride);
  pixels = g_bytes_get_data (tile, NULL);
  for (int y = 0; y < height - 128 && !found; y++)
    for (int x = 0; x < width - 128 && !found; x++)
      {
        found = 1;
        for (int k = 0; k < 128 * 128 && found; k++)
          found = pixel (surface, x + k % 128, y + k / 128) == (pixels[(gsize) (k / 128) * stride / 4 + (gsize) (k % 128)] & 0xffffff);
      }
  cairo_surface_destroy (surface);
  g_assert_cmpuint (found, ==, 1);
}

static guint
count_ink (const char *label)
{
  QdGraph *graph = qd_graph_new (1, 0);
  QdPoint *positions = g_new0 (QdPoint, 1);
  g_autoptr (QdGraphFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  cairo_surface_t *surface;
  guint ink = 0;

  qd_graph_nodes (graph, NULL)[0].id = g_strdup ("a");
  qd_graph_nodes (graph, NULL)[0].label = g_strdup (label);
  file = qd_graph_file_new (graph, positions, NULL);
  bytes = export_as (file, QD_GRAPH_AS_PNG, FALSE, 1);
  surface = open_png (bytes);
  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
      ink += pixel (surface, x, y) != 0xffffff;
  cairo_surface_destroy (surface);
  return ink;
}

/* Whichever way it is written, a label is seen. */
static void
test_right_to_left (void)
{
  guint none = count_ink ("");

  g_assert_cmpuint (count_ink ("Shalom"), >, none + 50);
  g_assert_cmpuint (count_ink ("\327\251\327\234\327\225\327\235"), >, none + 50);
}

static void
test_png_too_large (void)
{
  QdGraph *graph = qd_graph_new (2, 0);
  QdPoint *positions = g_new (QdPoint, 2);
  g_autoptr (QdGraphFile) file = NULL;
  QdGraphTheme theme = *qd_graph_theme_get (FALSE, FALSE);
  QdGraphPicture picture = { .theme = &theme };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  double scale;

  qd_graph_nodes (graph, NULL)[0].id = g_strdup ("a");
  qd_graph_nodes (graph, NULL)[1].id = g_strdup ("b");
  positions[0] = (QdPoint) { 0, 0 };
  positions[1] = (QdPoint) { 400, 300 };
  file = qd_graph_file_new (graph, positions, NULL);
  g_assert_null (qd_graph_export (file, QD_GRAPH_AS_PNG, &picture, NULL, &error));
  g_assert_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "scale of "));
  /* The scale that it names does fit. */
  scale = g_ascii_strtod (strstr (error->message, "scale of ") + strlen ("scale of "), NULL);
  g_assert_cmpfloat (scale, >, 0.1);
  g_clear_error (&error);
  picture.scale = scale;
  bytes = qd_graph_export (file, QD_GRAPH_AS_PNG, &picture, NULL, &error);
  g_assert_no_error (error);
}

static void
test_pdf (void)
{
  g_autoptr (QdGraphFile) file = make_file (60, 90, 6);
  g_autoptr (GBytes) bytes = export_as (file, QD_GRAPH_AS_PDF, FALSE, 1);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  g_assert_cmpuint (length, >, 2000);
  g_assert_cmpint (memcmp (text, "%PDF-", 5), ==, 0);
  g_assert_cmpmem (text + length - 6, 6, "%%EOF\n", 6);
}

static void
test_empty (void)
{
  for (QdGraphFormat format = 0; format < QD_GRAPH_N_FORMATS; format++)
    {
      g_autoptr (QdGraphFile) file = qd_graph_file_new (qd_graph_new (0, 0), NULL, NULL);
      g_autoptr (GBytes) bytes = export_as (file, format, FALSE, 1);

      g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (QdGraphFile) file = make_file (10, 20, 1);
  QdGraphTheme theme = *qd_graph_theme_get (FALSE, FALSE);
  QdGraphPicture picture = { .theme = &theme };
  const int yes = 1;

  for (QdGraphFormat format = QD_GRAPH_AS_SVG; format <= QD_GRAPH_AS_PNG; format++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (qd_graph_export (file, format, &picture, &yes, &error));
      g_assert_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_CANCELLED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/export/svg", test_svg);
  g_test_add_func ("/graph/export/map", test_map);
  g_test_add_func ("/graph/export/svg-says", test_svg_says);
  g_test_add_func ("/graph/export/png", test_png);
  g_test_add_func ("/graph/export/right-to-left", test_right_to_left);
  g_test_add_func ("/graph/export/png-too-large", test_png_too_large);
  g_test_add_func ("/graph/export/pdf", test_pdf);
  g_test_add_func ("/graph/export/empty", test_empty);
  g_test_add_func ("/graph/export/cancelled", test_cancelled);
  return g_test_run ();
}
