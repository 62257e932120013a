/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-drawing-private.h"

#include <math.h>
#include <string.h>
#include <cairo.h>

#include "qd-graph-graticule.h"
#include "qd-graph-label.h"
#include "qd-graph-raster.h"
#include "qd-graph-style.h"
#include "qd-graph-symbol.h"
#include "qd-status.h"

#define MAX_SIDE 4096

typedef struct {
  QdGraph *graph;
  const QdPoint *positions;
  const QdGraphTheme *theme;
  double origin_x, origin_y;   /* the tile's top left in device pixels of the whole picture */
  double zoom, scale;
  QdRaster raster;
  double calm;                 /* how strong calm edges are drawn, 0..1 */
  const guint *edges, *nodes;  /* the numbers of those that may be seen, ascending */
  guint n_edges, n_nodes;
} Tile;

/* --- Edges ------------------------------------------------------------------------------------- */

static QdPen
pen_for (const Tile *tile, const QdEdgeStyle *style)
{
  QdPen pen = { .colour = style->colour, .width = (int) (style->width * tile->scale * 256), .alpha = (guint) lrint (style->alpha * 255) };

  for (guint i = 0; i < G_N_ELEMENTS (pen.dash); i++)
    pen.dash[i] = (int) (style->dash[i] * tile->scale * 256);
  return pen;
}

static gint64
to_steps (double pixels, double steps)
{
  return (gint64) floor (CLAMP (pixels, -1e8, 1e8) * steps + 0.5);
}

static QdFixed
to_fixed (const Tile *tile, QdPoint at)
{
  double k = tile->zoom * tile->scale;

  /* To whole numbers first, then to the tile: so that every tile rounds alike. */
  return (QdFixed) { to_steps (at.x * k, 256) - to_steps (tile->origin_x, 256),
                     to_steps (at.y * k, 256) - to_steps (tile->origin_y, 256) };
}

/* FALSE when the edge surely misses the tile; a bow or loop strays less than a unit from its ends. */
static gboolean
edge_may_touch (const Tile *tile, const QdGraphEdge *edge, guint n)
{
  double k = tile->zoom * tile->scale, margin = k + 8 * tile->scale;
  QdPoint a, b;

  if (edge->src >= n || edge->dst >= n)
    return FALSE;
  a = tile->positions[edge->src];
  b = tile->positions[edge->dst];
  return MAX (a.x, b.x) * k > tile->origin_x - margin &&
         MIN (a.x, b.x) * k < tile->origin_x + tile->raster.width + margin &&
         MAX (a.y, b.y) * k > tile->origin_y - margin &&
         MIN (a.y, b.y) * k < tile->origin_y + tile->raster.height + margin;
}

static void
draw_arrow (Tile *tile, guint i, QdEdgeStyle style)
{
  QdPoint points[3];
  QdPen pen;

  if (!qd_graph_edge_arrow (tile->graph, tile->positions, i, tile->zoom, points))
    return;
  style.alpha = qd_graph_arrow_alpha (&qd_graph_edges (tile->graph, NULL)[i], &style);
  memset (style.dash, 0, sizeof style.dash);
  pen = pen_for (tile, &style);
  qd_raster_line (&tile->raster, to_fixed (tile, points[1]), to_fixed (tile, points[0]), &pen, 0);
  qd_raster_line (&tile->raster, to_fixed (tile, points[1]), to_fixed (tile, points[2]), &pen, 0);
}

/* How high an edge lies; 0: with the calm ones. */
static guint
find_level (const QdGraphEdge *edge)
{
  if (edge->mark != QD_GRAPH_PLAIN && !edge->dim)
    return edge->mark == QD_GRAPH_REMOVED ? QD_STATUS_DOWN : QD_STATUS_DEGRADED;
  return edge->status <= QD_STATUS_WELL || edge->status > QD_STATUS_DOWN ? 0 : edge->status;
}

/* Every how many points of a bow it takes to look round at this zoom: far out it is a straight line. */
static guint
stride_of (const Tile *tile, const QdPoint *points, guint count)
{
  const QdPoint *end = &points[count - 1], *middle = &points[count / 2];
  double x, y, square;   /* of how far it bows */

  if (count != 13)
    return 1;
  x = (middle->x - (points->x + end->x) / 2) * tile->zoom * tile->scale;
  y = (middle->y - (points->y + end->y) / 2) * tile->zoom * tile->scale;
  square = x * x + y * y;
  return square < 1 ? 12 : square < 16 ? 4 : square < 144 ? 2 : 1;
}

static void
draw_edge (Tile *tile, const QdGraphEdge *edge, guint number)
{
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint count = qd_graph_edge_course (tile->graph, tile->positions, number, points);
  QdEdgeStyle style = qd_graph_edge_style (edge, tile->theme, tile->zoom, tile->calm);
  QdPen pen = pen_for (tile, &style);
  QdFixed from, to = { 0, 0 };
  gint64 along = 0;
  guint stride;

  if (count < 2)
    return;
  stride = stride_of (tile, points, count);
  from = to_fixed (tile, points[0]);
  for (guint k = stride; k < count; k += stride, from = to)
    {
      to = to_fixed (tile, points[k]);
      along = qd_raster_line (&tile->raster, from, to, &pen, along);
    }
  if (edge->directed)
    draw_arrow (tile, number, style);
}

/* Calm edges lie below all others; of these, the worse the higher. */
static void
draw_edges (Tile *tile)
{
  guint n;
  const QdGraphEdge *edges = qd_graph_edges (tile->graph, NULL);
  guint seen = 0;

  qd_graph_nodes (tile->graph, &n);
  for (guint i = 0; i < tile->n_edges; i++)
    {
      const QdGraphEdge *edge = &edges[tile->edges[i]];

      if (find_level (edge) > 0)
        seen |= 1u << find_level (edge);
      else if (edge_may_touch (tile, edge, n))
        draw_edge (tile, edge, tile->edges[i]);
    }
  for (guint level = QD_STATUS_MAINTENANCE; level <= QD_STATUS_DOWN; level++)
    for (guint i = 0; (seen & (1u << level)) != 0 && i < tile->n_edges; i++)
      if (find_level (&edges[tile->edges[i]]) == level && edge_may_touch (tile, &edges[tile->edges[i]], n))
        draw_edge (tile, &edges[tile->edges[i]], tile->edges[i]);
}

/* --- Nodes and labels -------------------------------------------------------------------------- */

static void
blit_surface (Tile *tile, cairo_surface_t *surface, int x, int y)
{
  qd_raster_blit (&tile->raster, (const guint32 *) (gpointer) cairo_image_surface_get_data (surface),
                  cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface),
                  cairo_image_surface_get_stride (surface) / 4, x, y);
}

static void
blit_symbol (Tile *tile, cairo_surface_t *surface, QdPoint place)
{
  QdFixed at = to_fixed (tile, place);
  int half = cairo_image_surface_get_width (surface) / 2;

  blit_surface (tile, surface, (int) CLAMP (at.x >> 8, -G_MAXINT / 4, G_MAXINT / 4) - half,
                (int) CLAMP (at.y >> 8, -G_MAXINT / 4, G_MAXINT / 4) - half);
}

static void
draw_nodes (Tile *tile, QdSymbols *symbols, gboolean calm_ones)
{
  const QdGraphNode *nodes = qd_graph_nodes (tile->graph, NULL);

  for (guint k = 0; k < tile->n_nodes; k++)
    {
      guint i = tile->nodes[k];

      if ((nodes[i].status <= QD_STATUS_WELL) == calm_ones)
        blit_symbol (tile, qd_symbols_get (symbols, &nodes[i], qd_graph_node_radius (&nodes[i], tile->zoom)), tile->positions[i]);
    }
}

static void
draw_signs (Tile *tile, QdSymbols *symbols)
{
  const QdGraphEdge *edges = qd_graph_edges (tile->graph, NULL);

  for (guint k = 0; k < tile->n_edges; k++)
    {
      QdGraphNode sign;
      QdPoint at;

      if (edges[tile->edges[k]].mark == QD_GRAPH_PLAIN || !qd_graph_edge_sign (tile->graph, tile->positions, tile->edges[k], &at, &sign))
        continue;
      blit_symbol (tile, qd_symbols_get (symbols, &sign, QD_GRAPH_SIGN_RADIUS), at);
    }
}

static void
draw_labels (Tile *tile, const QdDrawingLabels *labels)
{
  const QdGraphNode *nodes = qd_graph_nodes (tile->graph, NULL);
  double reach = 2 * QD_LABEL_RIM;

  for (guint k = 0; k < labels->n_shown; k++)
    {
      guint i = labels->shown[k];
      const QdGraphLabel *box = &labels->boxes[i];
      cairo_surface_t *surface;
      gint64 left, top;

      left = (to_steps ((box->left - QD_LABEL_RIM) * tile->scale, 64) - to_steps (tile->origin_x, 64)) >> 6;
      top = (to_steps ((box->top - QD_LABEL_RIM) * tile->scale, 64) - to_steps (tile->origin_y, 64)) >> 6;
      if (left > tile->raster.width || top > tile->raster.height ||
          (double) left + (box->width + reach + 1) * tile->scale < 0 ||
          (double) top + (box->height + reach + 1) * tile->scale < 0)
        continue;
      surface = qd_label_draw (nodes[i].label, tile->theme, labels->width, nodes[i].stale, tile->scale);
      blit_surface (tile, surface, (int) left, (int) top);
      cairo_surface_destroy (surface);
    }
}

/* --- The map ------------------------------------------------------------------------------------- */

static void
draw_degrees (Tile *tile, const QdGraticuleLabel *label)
{
  cairo_surface_t *surface = qd_label_draw (label->text, tile->theme, QD_GRATICULE_LABEL_WIDTH, TRUE, tile->scale);
  double k = tile->zoom * tile->scale;
  gint64 left = to_steps (label->at.x * k, 64) - to_steps (tile->origin_x, 64), top = to_steps (label->at.y * k, 64) - to_steps (tile->origin_y, 64);

  blit_surface (tile, surface, (int) (left >> 6), (int) (top >> 6) - cairo_image_surface_get_height (surface));
  cairo_surface_destroy (surface);
}

/* Words reach to the right of where they begin, and above it. */
static void
draw_graticule (Tile *tile, const QdGeoMap *map)
{
  double k = tile->zoom * tile->scale, reach = (QD_GRATICULE_LABEL_WIDTH + 2 * QD_LABEL_RIM) / tile->zoom;
  double rise = QD_GRATICULE_LABEL_RISE / tile->zoom;
  g_autoptr (QdGraticule) lines = qd_graticule_new_at (map, tile->zoom, tile->origin_x / k - reach, tile->origin_y / k,
                                                       (tile->origin_x + tile->raster.width) / k,
                                                       (tile->origin_y + tile->raster.height) / k + rise);
  g_autoptr (GArray) labels = qd_graticule_find_labels (map, lines);
  const QdPen pen = { .colour = tile->theme->foreground, .alpha = (guint) lrint (255 * qd_graticule_alpha (tile->theme)),
                      .width = (int) (QD_GRATICULE_WIDTH * tile->scale * 256) };

  for (guint i = 0; i < lines->n_lines; i++)
    for (guint n = 1; n < lines->lines[i].n; n++)
      {
        const QdPoint *at = &lines->points[lines->lines[i].first + n];

        qd_raster_line (&tile->raster, to_fixed (tile, at[-1]), to_fixed (tile, at[0]), &pen, 0);
      }
  for (guint i = 0; i < labels->len && tile->theme->font[0]; i++)
    draw_degrees (tile, &g_array_index (labels, QdGraticuleLabel, i));
}

/* --- All ----------------------------------------------------------------------------------------- */

static void
fill (QdRaster *raster, guint32 colour)
{
  for (gsize i = 0; i < (gsize) raster->stride * (gsize) raster->height; i++)
    raster->pixels[i] = 0xff000000 | colour;
}

void
qd_graph_drawing_draw_pixels (QdGraphDrawing *self, double origin_x, double origin_y, guint32 *pixels, int width, int height)
{
  Tile tile = { self->graph, self->shape->positions, &self->theme, origin_x, origin_y, self->zoom, self->scale,
                { pixels, width, height, width } };
  const QdDrawingShape *shape = qd_graph_drawing_get_shape (self);
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (guint)), nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  QdPixelBox box = { tile.origin_x, tile.origin_y, tile.origin_x + tile.raster.width, tile.origin_y + tile.raster.height };
  QdSymbols *symbols = qd_symbols_get_own (tile.theme, tile.scale);

  fill (&tile.raster, tile.theme->background);
  tile.calm = shape->calm;
  tile.edges = qd_graph_bins_get_edges (shape->bins, &box, edges, &tile.n_edges);
  tile.nodes = qd_graph_bins_get_nodes (shape->bins, &box, nodes, &tile.n_nodes);
  if (shape->map)
    draw_graticule (&tile, shape->map);
  draw_edges (&tile);
  draw_signs (&tile, symbols);
  draw_nodes (&tile, symbols, TRUE);
  draw_nodes (&tile, symbols, FALSE);
  if (tile.theme->font[0])
    draw_labels (&tile, qd_graph_drawing_get_placed (self));
}

/**
 * qd_graph_drawing_draw:
 * @x: left of the piece in graph units
 * @y: top of the piece in graph units
 * @width: in pixels at scale 1
 * @height: in pixels at scale 1
 * @stride: (out): bytes a row
 *
 * Draws edges, calm ones first, then nodes, then the labels that have room. Any thread.
 */
GBytes *
qd_graph_drawing_draw (QdGraphDrawing *self, double x, double y, int width, int height, gsize *stride)
{
  double k = self->zoom * self->scale;
  int w = (int) lrint (width * self->scale), h = (int) lrint (height * self->scale);
  guint32 *pixels;

  if (w <= 0 || h <= 0 || w > MAX_SIDE || h > MAX_SIDE || !isfinite (x) || !isfinite (y))
    return NULL;
  *stride = (gsize) w * 4;
  pixels = g_malloc (*stride * (gsize) h);
  /* Origins are taken to the 1/64 pixel: what is whole pixels apart stays so in spite of rounding. */
  qd_graph_drawing_draw_pixels (self, floor (x * k * 64 + 0.5) / 64, floor (y * k * 64 + 0.5) / 64, pixels, w, h);
  return g_bytes_new_take (pixels, *stride * (gsize) h);
}

/**
 * qd_graph_draw_tile:
 * @zoom: pixels a unit
 * @scale: device pixels a pixel
 *
 * One piece by itself, for what is drawn once: see qd_graph_drawing_draw(). Any thread.
 */
GBytes *
qd_graph_draw_tile (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme,
                    double x, double y, double zoom, int width, int height, double scale, gsize *stride)
{
  g_autoptr (QdGraphDrawing) picture = qd_graph_drawing_new (graph, positions, theme, zoom, scale);

  return picture ? qd_graph_drawing_draw (picture, x, y, width, height, stride) : NULL;
}
