/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-topology.h"

#include <math.h>
#include <string.h>
#include <cairo.h>

#include "qd-graph-label.h"
#include "qd-graph-raster.h"
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

/**
 * qd_graph_edge_colour:
 * @edge: an edge
 *
 * Well edges are quiet: between the text's colour and the state's, warmer as the score falls.
 */
guint32
qd_graph_edge_colour (const QdGraphEdge *edge, const QdGraphTheme *theme)
{
  guint32 colour;

  if (edge->dim)
    return qd_colour_mix (theme->foreground, theme->background, theme->high_contrast ? 0.5 : 0.7);
  if (edge->status > QD_STATUS_WELL)
    return edge->status == QD_STATUS_UNKNOWN && !edge->stale
             ? theme->edge_unknown
             : qd_graph_status_colour (edge->status, edge->stale, theme);
  colour = qd_colour_mix (theme->foreground, theme->well, edge->status == QD_STATUS_WELL ? 0.65 : 0);
  if (isfinite (edge->score) && edge->score < 80)
    colour = qd_colour_mix (colour, theme->degraded, (80 - MAX (edge->score, 30)) / 62.5);
  return edge->stale ? qd_colour_mix (colour, theme->background, 0.5) : colour;
}

static void
set_dash (QdPen *pen, double scale, double on, double off, double on2, double off2)
{
  pen->dash[0] = (int) (on * scale * 256);
  pen->dash[1] = (int) (off * scale * 256);
  pen->dash[2] = (int) (on2 * scale * 256);
  pen->dash[3] = (int) (off2 * scale * 256);
}

static QdPen
pen_for (const Tile *tile, const QdGraphEdge *edge)
{
  QdPen pen = { .colour = qd_graph_edge_colour (edge, tile->theme),
                .width = (int) (qd_graph_edge_width (edge, tile->zoom) * tile->scale * 256) };
  double alpha = 1;

  switch ((QdStatus) edge->status)
    {
    case QD_STATUS_MAINTENANCE: alpha = MAX (tile->calm, 0.6); set_dash (&pen, tile->scale, 10, 4, 2, 4); break;
    case QD_STATUS_UNKNOWN: alpha = MAX (tile->calm, 0.4); set_dash (&pen, tile->scale, 2, 4, 2, 4); break;
    case QD_STATUS_DEGRADED: alpha = 0.92; set_dash (&pen, tile->scale, 8, 3.5, 8, 3.5); break;
    case QD_STATUS_DOWN: alpha = 0.95; set_dash (&pen, tile->scale, 3, 3.5, 3, 3.5); break;
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    default: alpha = tile->calm; break;
    }
  if (edge->stale)
    alpha *= 0.6;
  if (edge->dim)
    alpha = MIN (alpha, MAX (tile->calm * 0.6, 0.05));
  if (tile->theme->high_contrast)
    alpha = MIN (1, alpha * 1.6);
  pen.alpha = (guint) lrint (CLAMP (alpha, 0, 1) * 255);
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

/* An arrowhead before the node that an edge leads to. */
static void
draw_arrow (Tile *tile, const QdGraphEdge *edge, QdPoint from, const QdPen *pen)
{
  const QdGraphNode *nodes = qd_graph_nodes (tile->graph, NULL);
  QdPoint to = tile->positions[edge->dst];
  double length = hypot ((double) to.x - from.x, (double) to.y - from.y), k = 1 / tile->zoom;
  double ux = (to.x - from.x) / length, uy = (to.y - from.y) / length;
  double back = (qd_graph_node_radius (&nodes[edge->dst], tile->zoom) + 4) * k, arm = 7 * k;
  QdPoint tip = { (float) (to.x - ux * back), (float) (to.y - uy * back) };
  QdPen solid = *pen;

  if (!(length > back + arm))
    return;
  memset (solid.dash, 0, sizeof solid.dash);
  solid.alpha = MAX (solid.alpha, edge->dim ? solid.alpha : 170);
  for (int side = -1; side <= 1; side += 2)
    {
      QdPoint end = { (float) (tip.x - arm * (ux + side * 0.5 * uy)), (float) (tip.y - arm * (uy - side * 0.5 * ux)) };

      qd_raster_line (&tile->raster, to_fixed (tile, tip), to_fixed (tile, end), &solid, 0);
    }
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
      guint count;
      QdPen pen;
      gint64 along = 0;

      if (calm_ones ? !calm : edges[i].status != (guint8) status)
        continue;
      if (!edge_may_touch (tile, &edges[i], n))
        continue;
      count = qd_graph_edge_course (tile->graph, tile->positions, i, points);
      pen = pen_for (tile, &edges[i]);
      for (guint k = 1; k < count; k++)
        along = qd_raster_line (&tile->raster, to_fixed (tile, points[k - 1]), to_fixed (tile, points[k]), &pen, along);
      if (edges[i].directed && count > 1)
        draw_arrow (tile, &edges[i], points[count - 2], &pen);
    }
}

/* The more ink there is on the paper, the fainter each calm edge: a thick net stays a texture, through
 * which the nodes and what is wrong can be seen. From the whole graph, so all tiles agree. */
static double
calm_strength (const Tile *tile)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (tile->graph, &m);
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE, ink = 0, area;

  qd_graph_nodes (tile->graph, &n);
  for (guint i = 0; i < n; i++)
    if (isfinite (tile->positions[i].x) && isfinite (tile->positions[i].y))
      {
        left = MIN (left, tile->positions[i].x);
        right = MAX (right, tile->positions[i].x);
        top = MIN (top, tile->positions[i].y);
        bottom = MAX (bottom, tile->positions[i].y);
      }
  for (guint i = 0; i < m; i++)
    if (edges[i].src < n && edges[i].dst < n)
      {
        QdPoint a = tile->positions[edges[i].src], b = tile->positions[edges[i].dst];
        double length = hypot ((double) a.x - b.x, (double) a.y - b.y);
        ink += isfinite (length) ? length : 0;
      }
  area = MAX ((right - left) * (bottom - top), 1);
  ink = isfinite (area) ? ink / area / MAX (tile->zoom, 1e-6) : 0;
  return CLAMP (0.5 / (1 + 4 * ink), 0.055, 0.5);
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
  Tile tile = { graph, positions, theme, .zoom = zoom, .scale = scale };
  g_autoptr (QdSymbols) symbols = NULL;
  guint32 *pixels;

  if (w <= 0 || h <= 0 || w > MAX_SIDE || h > MAX_SIDE || !(zoom > 0) || !(scale > 0) || !isfinite (zoom) ||
      !isfinite (x) || !isfinite (y))
    return NULL;
  /* Origins are taken to the 1/64 pixel: what is whole pixels apart stays so in spite of rounding. */
  tile.origin_x = floor (x * zoom * scale * 64 + 0.5) / 64;
  tile.origin_y = floor (y * zoom * scale * 64 + 0.5) / 64;
  *stride = (gsize) w * 4;
  pixels = g_malloc (*stride * (gsize) h);
  tile.raster = (QdRaster) { pixels, w, h, w };
  fill (&tile.raster, theme->background);
  tile.calm = calm_strength (&tile);

  draw_edges (&tile, TRUE, QD_STATUS_NONE);
  for (guint status = QD_STATUS_MAINTENANCE; status <= QD_STATUS_DOWN; status++)
    draw_edges (&tile, FALSE, status);
  symbols = qd_symbols_new (theme, scale);
  draw_nodes (&tile, symbols, TRUE);
  draw_nodes (&tile, symbols, FALSE);

  if (theme->font[0])
    draw_labels (&tile);
  return g_bytes_new_take (pixels, *stride * (gsize) h);
}
