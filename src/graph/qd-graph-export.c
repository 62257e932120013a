/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-export.h"

#include <math.h>
#include <string.h>

#include <cairo-pdf.h>
#include <glib/gi18n-lib.h>

#include "qd-graph-drawing.h"
#include "qd-graph-export-private.h"
#include "qd-graph-label.h"
#include "qd-graph-private.h"
#include "qd-graph-symbol.h"
#include "qd-status.h"

#define DEFAULT_ZOOM 64.0
#define MARGIN 24.0
/* What a reader of PDF must be able to show (PDF 1.7, annex C): 200 inches. */
#define MAX_PDF_SIDE 14400.0
#define POINTS_PER_PIXEL 0.75
#define CHECK_EVERY 1024

/**
 * qd_graph_theme_get:
 *
 * Returns: (transfer none): the colours in which the window shows a network; without a font
 */
const QdGraphTheme *
qd_graph_theme_get (gboolean dark, gboolean high_contrast)
{
  /* The states are told apart by lightness and along blue and yellow, which all kinds of colour vision keep. */
  static const QdGraphTheme themes[2][2] = {
    { { .background = 0xffffff, .foreground = 0x2c2f36, .edge_unknown = 0x868c94, .well = 0x1a7f8e, .degraded = 0xcf7a00,
        .down = 0xb5122b, .unknown = 0x75797f, .maintenance = 0x6d50ba },
      { .background = 0xffffff, .foreground = 0x000000, .edge_unknown = 0x55595f, .well = 0x00606e, .degraded = 0x9c5200,
        .down = 0x99001c, .unknown = 0x45494f, .maintenance = 0x4b2d9c, .high_contrast = TRUE } },
    { { .background = 0x1d1d20, .foreground = 0xe9eaec, .edge_unknown = 0x8c9199, .well = 0x4fb8c6, .degraded = 0xf5a623,
        .down = 0xff5c6c, .unknown = 0x9a9fa6, .maintenance = 0xb79cff, .dark = TRUE },
      { .background = 0x000000, .foreground = 0xffffff, .edge_unknown = 0xb9bec5, .well = 0x6fe0ee, .degraded = 0xffc04d,
        .down = 0xff8590, .unknown = 0xc9ced5, .maintenance = 0xd0beff, .dark = TRUE, .high_contrast = TRUE } },
  };

  return &themes[dark != FALSE][high_contrast != FALSE];
}

/* --- Where things are -------------------------------------------------------------------------------------- */

typedef struct { double left, top, right, bottom; } Box;

static void
box_add (Box *self, double x, double y, double reach)
{
  self->left = MIN (self->left, x - reach);
  self->right = MAX (self->right, x + reach);
  self->top = MIN (self->top, y - reach);
  self->bottom = MAX (self->bottom, y + reach);
}

static void
add_edges (const QdCanvas *self, Box *box)
{
  guint m;

  qd_graph_edges (self->file->graph, &m);
  for (guint i = 0; i < m; i++)
    {
      QdPoint points[QD_GRAPH_MAX_COURSE];
      guint count = qd_graph_edge_course (self->file->graph, self->file->positions, i, points);

      for (guint k = 0; k < count; k++)
        box_add (box, points[k].x * self->zoom, points[k].y * self->zoom, 2);
    }
}

static void
canvas_place (QdCanvas *self)
{
  Box box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (self->file->graph, &n);

  self->calm = qd_graph_calm_strength (self->file->graph, self->file->positions, self->zoom);
  self->labels = self->theme->font[0] ? qd_graph_place_labels (self->file->graph, self->file->positions, self->theme, self->zoom, &self->label_width)
                                      : g_new0 (QdGraphLabel, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      const QdGraphLabel *label = &self->labels[i];

      box_add (&box, self->file->positions[i].x * self->zoom, self->file->positions[i].y * self->zoom,
               qd_graph_node_radius (&nodes[i], self->zoom) * 1.25 + QD_SYMBOL_MARGIN);
      if (!label->shown)
        continue;
      box_add (&box, label->left, label->top, QD_LABEL_RIM);
      box_add (&box, label->left + label->width, label->top + label->height, QD_LABEL_RIM);
    }
  add_edges (self, &box);
  if (n == 0)
    box = (Box) { 0, 0, 1, 1 };
  self->left = floor (box.left - MARGIN);
  self->top = floor (box.top - MARGIN);
  self->width = ceil (box.right + MARGIN) - self->left;
  self->height = ceil (box.bottom + MARGIN) - self->top;
  if (self->map == NULL)
    return;
  self->graticule = qd_graticule_new_at (self->map, self->zoom, self->left / self->zoom, self->top / self->zoom,
                                         (self->left + self->width) / self->zoom, (self->top + self->height) / self->zoom);
  self->degrees = qd_graticule_find_labels (self->map, self->graticule);
}

guint *
qd_canvas_order (const QdCanvas *self, gboolean of_nodes)
{
  guint n, at = 0;
  const QdGraphNode *nodes = qd_graph_nodes (self->file->graph, of_nodes ? &n : NULL);
  const QdGraphEdge *edges = qd_graph_edges (self->file->graph, of_nodes ? NULL : &n);
  guint *order = g_new (guint, MAX (n, 1));

  for (guint severity = QD_STATUS_WELL; severity <= QD_STATUS_DOWN; severity++)
    for (guint i = 0; i < n; i++)
      if (CLAMP (of_nodes ? nodes[i].status : edges[i].status, QD_STATUS_WELL, QD_STATUS_DOWN) == severity)
        order[at++] = i;
  return order;
}

/* --- PNG ----------------------------------------------------------------------------------------------------- */

static cairo_status_t
take_bytes_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
finish (GByteArray *bytes, cairo_status_t status, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (bytes);
  g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_FAILED, _("The picture could not be made: %s"), cairo_status_to_string (status));
  g_byte_array_unref (bytes);
  return NULL;
}

/* The largest scale that fits, rounded down to what one would type. */
static double
scale_that_fits (const QdCanvas *self)
{
  double scale = MIN (QD_GRAPH_MAX_SIDE / MAX (self->width, self->height), sqrt (QD_GRAPH_MAX_PIXELS / (self->width * self->height)));
  double unit = pow (10, floor (log10 (scale)) - 1);

  return floor (scale / unit) * unit;
}

static GBytes *
write_png (const QdCanvas *self, GError **error)
{
  double width = ceil (self->width * self->scale), height = ceil (self->height * self->scale);
  GByteArray *bytes;
  cairo_surface_t *surface;
  cairo_status_t status;

  if (width > QD_GRAPH_MAX_SIDE || height > QD_GRAPH_MAX_SIDE || width * height > QD_GRAPH_MAX_PIXELS)
    {
      g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_TOO_LARGE,
                   _("As PNG it would be %.0f × %.0f pixels, which is too many: a scale of %.4g fits, and SVG and PDF have no bound"),
                   width, height, scale_that_fits (self));
      return NULL;
    }
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  bytes = g_byte_array_new ();
  status = cairo_surface_status (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    {
      g_autoptr (QdGraphDrawing) drawing = qd_graph_drawing_new (self->file->graph, self->file->positions, self->theme, self->zoom, self->scale);

      if (self->map)
        qd_graph_drawing_set_map (drawing, self->map);
      qd_graph_drawing_draw_pixels (drawing, self->left * self->scale, self->top * self->scale,
                                    (guint32 *) (gpointer) cairo_image_surface_get_data (surface), (int) width, (int) height);
      cairo_surface_mark_dirty (surface);
      status = cairo_surface_write_to_png_stream (surface, take_bytes_cb, bytes);
    }
  cairo_surface_destroy (surface);
  return finish (bytes, status, error);
}

/* --- PDF ------------------------------------------------------------------------------------------------------- */

static void
set_colour (cairo_t *cr, guint32 colour, double alpha)
{
  cairo_set_source_rgba (cr, ((colour >> 16) & 255) / 255.0, ((colour >> 8) & 255) / 255.0, (colour & 255) / 255.0, alpha);
}

static void
draw_edge (const QdCanvas *self, cairo_t *cr, guint i)
{
  QdEdgeStyle style = qd_graph_edge_style (&qd_graph_edges (self->file->graph, NULL)[i], self->theme, self->zoom, self->calm);
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint count = qd_graph_edge_course (self->file->graph, self->file->positions, i, points);

  for (guint k = 0; k < count; k++)
    cairo_line_to (cr, points[k].x * self->zoom, points[k].y * self->zoom);
  set_colour (cr, style.colour, style.alpha);
  cairo_set_line_width (cr, style.width);
  cairo_set_dash (cr, style.dash, style.dash[0] > 0 ? 4 : 0, 0);
  cairo_stroke (cr);
  if (!qd_graph_edge_arrow (self->file->graph, self->file->positions, i, self->zoom, points))
    return;
  for (guint k = 0; k < 3; k++)
    cairo_line_to (cr, points[k].x * self->zoom, points[k].y * self->zoom);
  set_colour (cr, style.colour, qd_graph_arrow_alpha (&qd_graph_edges (self->file->graph, NULL)[i], &style));
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_stroke (cr);
}

static void
draw_node (const QdCanvas *self, cairo_t *cr, guint i)
{
  const QdGraphNode *node = &qd_graph_nodes (self->file->graph, NULL)[i];

  cairo_save (cr);
  cairo_translate (cr, self->file->positions[i].x * self->zoom, self->file->positions[i].y * self->zoom);
  qd_symbol_draw (cr, node, self->theme, qd_graph_node_radius (node, self->zoom));
  cairo_restore (cr);
}

static void
draw_graticule (const QdCanvas *self, cairo_t *cr)
{
  const QdGraticule *lines = self->graticule;

  set_colour (cr, self->theme->foreground, qd_graticule_alpha (self->theme));
  cairo_set_line_width (cr, QD_GRATICULE_WIDTH);
  for (guint i = 0; i < lines->n_lines; i++)
    {
      for (guint k = 0; k < lines->lines[i].n; k++)
        cairo_line_to (cr, lines->points[lines->lines[i].first + k].x * self->zoom, lines->points[lines->lines[i].first + k].y * self->zoom);
      cairo_stroke (cr);
    }
  for (guint i = 0; i < self->degrees->len && self->theme->font[0]; i++)
    {
      const QdGraticuleLabel *label = &g_array_index (self->degrees, QdGraticuleLabel, i);
      double baseline;
      g_autofree char *text = qd_label_fit (label->text, self->theme, QD_GRATICULE_LABEL_WIDTH, &baseline);

      cairo_save (cr);
      cairo_translate (cr, label->at.x * self->zoom + QD_LABEL_RIM, label->at.y * self->zoom - QD_LABEL_RIM - baseline);
      qd_label_paint (cr, text, self->theme, QD_GRATICULE_LABEL_WIDTH, TRUE);
      cairo_restore (cr);
    }
}

static void
draw_all (const QdCanvas *self, cairo_t *cr)
{
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (self->file->graph, &n);
  g_autofree guint *node_order = qd_canvas_order (self, TRUE);
  g_autofree guint *edge_order = qd_canvas_order (self, FALSE);

  qd_graph_edges (self->file->graph, &m);
  set_colour (cr, self->theme->background, 1);
  cairo_paint (cr);
  cairo_translate (cr, -self->left, -self->top);
  if (self->graticule)
    draw_graticule (self, cr);
  for (guint i = 0; i < m && (i % CHECK_EVERY || !qd_cancelled (self->cancelled)); i++)
    draw_edge (self, cr, edge_order[i]);
  cairo_set_dash (cr, NULL, 0, 0);
  for (guint i = 0; i < n && (i % CHECK_EVERY || !qd_cancelled (self->cancelled)); i++)
    draw_node (self, cr, node_order[i]);
  for (guint i = 0; i < n && !qd_cancelled (self->cancelled); i++)
    if (self->labels[i].shown)
      {
        cairo_save (cr);
        cairo_translate (cr, self->labels[i].left, self->labels[i].top);
        qd_label_paint (cr, nodes[i].label, self->theme, self->label_width, nodes[i].stale);
        cairo_restore (cr);
      }
}

static GBytes *
write_pdf (const QdCanvas *self, GError **error)
{
  double scale = MIN (self->scale * POINTS_PER_PIXEL, MAX_PDF_SIDE / MAX (self->width, self->height));
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (take_bytes_cb, bytes, self->width * scale, self->height * scale);
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Quarterdeck");
  if (self->title)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, self->title);
  cairo_scale (cr, scale, scale);
  draw_all (self, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return finish (bytes, status, error);
}

/* --- All --------------------------------------------------------------------------------------------------------- */

static GBytes *
take_text (char *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static GBytes *
draw (const QdGraphFile *file, QdGraphFormat format, const QdGraphPicture *picture, const int *cancelled, GError **error)
{
  QdCanvas canvas = { file, picture->theme, picture->title, cancelled, .zoom = picture->zoom > 0 ? picture->zoom : DEFAULT_ZOOM,
                      .scale = picture->scale > 0 ? MIN (picture->scale, QD_GRAPH_MAX_SCALE) : 1, .map = picture->map };
  GBytes *bytes;

  canvas_place (&canvas);
  if (format == QD_GRAPH_AS_PNG)
    bytes = write_png (&canvas, error);
  else if (format == QD_GRAPH_AS_PDF)
    bytes = write_pdf (&canvas, error);
  else
    bytes = take_text (qd_canvas_write_svg (&canvas));
  g_free (canvas.labels);
  qd_graticule_free (canvas.graticule);
  g_clear_pointer (&canvas.degrees, g_array_unref);
  if (!qd_cancelled (cancelled))
    return bytes;
  g_clear_pointer (&bytes, g_bytes_unref);
  g_clear_error (error);
  g_set_error_literal (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_CANCELLED, _("Writing was stopped"));
  return NULL;
}

/**
 * qd_graph_export:
 * @picture: (nullable): how a picture is made; not looked at for texts
 * @cancelled: (nullable): set from another thread to stop
 *
 * Writes a whole network. A PNG has @scale device pixels a pixel; an SVG and a PDF are @scale times as large on paper, a PDF as
 * large as its readers must show at most.
 *
 * Returns: (transfer full): the file's bytes; %NULL with an error of %QD_GRAPH_ERROR
 */
GBytes *
qd_graph_export (const QdGraphFile *file, QdGraphFormat format, const QdGraphPicture *picture, const int *cancelled, GError **error)
{
  guint n;

  qd_graph_nodes (file->graph, &n);
  switch (format)
    {
    case QD_GRAPH_AS_DOT: return take_text (qd_graph_write_dot (file));
    case QD_GRAPH_AS_GRAPHML: return take_text (qd_graph_write_graphml (file));
    case QD_GRAPH_AS_JSON: return take_text (qd_graph_write_json (file));
    case QD_GRAPH_AS_SVG:
    case QD_GRAPH_AS_PDF:
    case QD_GRAPH_AS_PNG:
    case QD_GRAPH_N_FORMATS:
      break;
    }
  g_return_val_if_fail (picture != NULL && picture->theme != NULL && file->n_placed == n, NULL);
  return draw (file, format, picture, cancelled, error);
}
