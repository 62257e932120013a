/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-topology.h"

#include <math.h>
#include <string.h>
#include <cairo.h>

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

static void
draw_edges (Tile *tile, gboolean calm_ones, QdStatus status)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (tile->graph, &m);

  qd_graph_nodes (tile->graph, &n);
  for (guint i = 0; i < m; i++)
    {
      QdPoint points[QD_GRAPH_MAX_COURSE];
      gboolean calm = edges[i].status <= QD_STATUS_WELL || edges[i].status > QD_STATUS_DOWN;
      QdEdgeStyle style;
      guint count;
      QdPen pen;
      gint64 along = 0;

      if (calm_ones ? !calm : edges[i].status != (guint8) status)
        continue;
      if (!edge_may_touch (tile, &edges[i], n))
        continue;
      count = qd_graph_edge_course (tile->graph, tile->positions, i, points);
      style = qd_graph_edge_style (&edges[i], tile->theme, tile->zoom, tile->calm);
      pen = pen_for (tile, &style);
      for (guint k = 1; k < count; k++)
        along = qd_raster_line (&tile->raster, to_fixed (tile, points[k - 1]), to_fixed (tile, points[k]), &pen, along);
      if (edges[i].directed)
        draw_arrow (tile, i, style);
    }
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
draw_nodes (Tile *tile, QdSymbols *symbols, gboolean calm_ones)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (tile->graph, &n);

  for (guint i = 0; i < n; i++)
    {
      gboolean calm = nodes[i].status <= QD_STATUS_WELL;
      double radius = qd_graph_node_radius (&nodes[i], tile->zoom);
      double reach = (radius * 1.25 + QD_SYMBOL_MARGIN) * tile->scale + 2;
      cairo_surface_t *surface;
      QdFixed at;
      int half;

      if (calm != calm_ones || !isfinite (tile->positions[i].x) || !isfinite (tile->positions[i].y))
        continue;
      at = to_fixed (tile, tile->positions[i]);
      if (at.x < -reach * 256 || at.x > (tile->raster.width + reach) * 256 ||
          at.y < -reach * 256 || at.y > (tile->raster.height + reach) * 256)
        continue;
      surface = qd_symbols_get (symbols, &nodes[i], radius);
      half = cairo_image_surface_get_width (surface) / 2;
      blit_surface (tile, surface, (int) (at.x >> 8) - half, (int) (at.y >> 8) - half);
    }
}

static void
draw_labels (Tile *tile)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (tile->graph, &n);
  int width;
  g_autofree QdGraphLabel *boxes = qd_graph_place_labels (tile->graph, tile->positions, tile->theme, tile->zoom, &width);

  for (guint i = 0; i < n; i++)
    {
      double reach = 2 * QD_LABEL_RIM;
      cairo_surface_t *surface;
      gint64 left, top;

      if (!boxes[i].shown)
        continue;
      left = (to_steps ((boxes[i].left - QD_LABEL_RIM) * tile->scale, 64) - to_steps (tile->origin_x, 64)) >> 6;
      top = (to_steps ((boxes[i].top - QD_LABEL_RIM) * tile->scale, 64) - to_steps (tile->origin_y, 64)) >> 6;
      if (left > tile->raster.width || top > tile->raster.height ||
          (double) left + (boxes[i].width + reach + 1) * tile->scale < 0 ||
          (double) top + (boxes[i].height + reach + 1) * tile->scale < 0)
        continue;
      surface = qd_label_draw (nodes[i].label, tile->theme, width, nodes[i].stale, tile->scale);
      blit_surface (tile, surface, (int) left, (int) top);
      cairo_surface_destroy (surface);
    }
}

/* --- All ----------------------------------------------------------------------------------------- */

static void
fill (QdRaster *raster, guint32 colour)
{
  for (gsize i = 0; i < (gsize) raster->stride * (gsize) raster->height; i++)
    raster->pixels[i] = 0xff000000 | colour;
}

void
qd_graph_draw_pixels (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme,
                      double origin_x, double origin_y, double zoom, double scale, guint32 *pixels, int width, int height)
{
  Tile tile = { graph, positions, theme, origin_x, origin_y, zoom, scale, { pixels, width, height, width } };
  g_autoptr (QdSymbols) symbols = qd_symbols_new (theme, scale);

  fill (&tile.raster, theme->background);
  tile.calm = qd_graph_calm_strength (graph, positions, zoom);
  draw_edges (&tile, TRUE, QD_STATUS_NONE);
  for (guint status = QD_STATUS_MAINTENANCE; status <= QD_STATUS_DOWN; status++)
    draw_edges (&tile, FALSE, status);
  draw_nodes (&tile, symbols, TRUE);
  draw_nodes (&tile, symbols, FALSE);
  if (theme->font[0])
    draw_labels (&tile);
}

/**
 * qd_graph_draw_tile:
 * @x: left of the tile in graph units
 * @y: top of the tile in graph units
 * @zoom: pixels a unit
 * @width: in pixels at @scale 1
 * @height: in pixels at @scale 1
 * @scale: device pixels a pixel
 * @stride: (out): bytes a row
 *
 * Draws one piece of the picture: edges, calm ones first, then nodes, then the labels that have
 * room. Tiles whose origins are whole device pixels apart fit together without a seam. Any thread.
 *
 * Returns: (transfer full) (nullable): @width times @scale by @height times @scale opaque pixels;
 *   %NULL when that is nothing or more than 4096 a side
 */
GBytes *
qd_graph_draw_tile (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme,
                    double x, double y, double zoom, int width, int height, double scale, gsize *stride)
{
  int w = (int) lrint (width * scale), h = (int) lrint (height * scale);
  guint32 *pixels;

  if (w <= 0 || h <= 0 || w > MAX_SIDE || h > MAX_SIDE || !(zoom > 0) || !(scale > 0) || !isfinite (zoom) ||
      !isfinite (x) || !isfinite (y))
    return NULL;
  *stride = (gsize) w * 4;
  pixels = g_malloc (*stride * (gsize) h);
  /* Origins are taken to the 1/64 pixel: what is whole pixels apart stays so in spite of rounding. */
  qd_graph_draw_pixels (graph, positions, theme, floor (x * zoom * scale * 64 + 0.5) / 64, floor (y * zoom * scale * 64 + 0.5) / 64,
                        zoom, scale, pixels, w, h);
  return g_bytes_new_take (pixels, *stride * (gsize) h);
}
