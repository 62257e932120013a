/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-symbol.h"

#include <math.h>

#include "qd-status.h"

/* Symbols that a thread keeps: more are more than one picture has. */
#define MAX_KEPT 2000
#define SYMBOL_STEPS_AT 13   /* the bit of a key where its radius begins */

struct _QdSymbols {
  QdGraphTheme theme;
  double scale;
  GHashTable *surfaces;   /* packed look → surface */
};

guint32
qd_colour_mix (guint32 a, guint32 b, double share)
{
  guint32 out = 0;

  share = CLAMP (share, 0, 1);
  for (int shift = 0; shift <= 16; shift += 8)
    {
      double from = (a >> shift) & 0xff, to = (b >> shift) & 0xff;
      out |= (guint32) lrint (from + (to - from) * share) << shift;
    }
  return out;
}

/**
 * qd_graph_status_colour:
 * @status: a QdStatus
 * @stale: whether it is old news
 *
 * The colour of a state; paler when it is stale.
 */
guint32
qd_graph_status_colour (guint8 status, gboolean stale, const QdGraphTheme *theme)
{
  guint32 colour = theme->foreground;

  switch ((QdStatus) status)
    {
    case QD_STATUS_NONE: colour = qd_colour_mix (theme->foreground, theme->background, 0.35); break;
    case QD_STATUS_WELL: colour = theme->well; break;
    case QD_STATUS_MAINTENANCE: colour = theme->maintenance; break;
    case QD_STATUS_UNKNOWN: colour = theme->unknown; break;
    case QD_STATUS_DEGRADED: colour = theme->degraded; break;
    case QD_STATUS_DOWN: colour = theme->down; break;
    }
  return stale ? qd_colour_mix (colour, theme->background, 0.55) : colour;
}

static void
set_colour (cairo_t *cr, guint32 colour, double alpha)
{
  cairo_set_source_rgba (cr, ((colour >> 16) & 0xff) / 255.0, ((colour >> 8) & 0xff) / 255.0,
                         (colour & 0xff) / 255.0, alpha);
}

/* --- What it is made of ------------------------------------------------------------------------ */

static QdShape
circle (double radius, guint32 colour)
{
  return (QdShape) { QD_SHAPE_CIRCLE, 1, { { 0, 0 } }, .radius = radius, .colour = colour, .alpha = 1, .fill = TRUE };
}

static QdShape
lines (guint n, guint32 colour, double stroke)
{
  return (QdShape) { QD_SHAPE_LINES, n, .colour = colour, .alpha = 1, .stroke = stroke };
}

static void
set_point (QdShape *shape, guint i, double x, double y)
{
  shape->points[i].x = x;
  shape->points[i].y = y;
}

static QdShape
polygon (guint n, const double (*points)[2], double radius, guint32 colour)
{
  QdShape shape = { QD_SHAPE_POLYGON, n, .colour = colour, .alpha = 1, .fill = TRUE };

  for (guint i = 0; i < n; i++)
    set_point (&shape, i, points[i][0] * radius, points[i][1] * radius);
  return shape;
}

static QdShape
outline_of (const QdGraphNode *node, double radius, guint32 colour)
{
  static const double triangle[][2] = { { 0, -1.22 }, { 1.159, 0.854 }, { -1.159, 0.854 } };
  static const double square[][2] = { { -0.95, -0.95 }, { 0.95, -0.95 }, { 0.95, 0.95 }, { -0.95, 0.95 } };
  static const double diamond[][2] = { { 0, -1.2 }, { 1.2, 0 }, { 0, 1.2 }, { -1.2, 0 } };

  if (node->kind == 4 && node->status <= QD_STATUS_WELL)
    return polygon (4, diamond, radius, colour);
  switch ((QdStatus) node->status)
    {
    case QD_STATUS_DEGRADED: return polygon (3, triangle, radius, colour);
    case QD_STATUS_DOWN: return polygon (4, square, radius, colour);
    case QD_STATUS_MAINTENANCE: return radius < 5 ? polygon (4, diamond, radius, colour) : circle (radius * 1.05, colour);
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    case QD_STATUS_UNKNOWN:
    default: return circle (radius, colour);
    }
}

/* A spanner, leaning: a handle, and a head with its jaw open. */
static guint
add_wrench (QdShape *shapes, double radius, guint32 colour)
{
  double r = radius * 0.62, lean = G_PI / 4, width = MAX (1.2, radius * 0.24);

  shapes[0] = lines (2, colour, width);
  set_point (&shapes[0], 0, -sin (lean) * r * 1.05, cos (lean) * r * 1.05);
  set_point (&shapes[0], 1, sin (lean) * r * 0.15, -cos (lean) * r * 0.15);
  shapes[1] = (QdShape) { QD_SHAPE_ARC, 1, .radius = r * 0.48, .from = lean - G_PI / 2 + 0.75, .to = lean + 3 * G_PI / 2 - 0.75,
                          .colour = colour, .alpha = 1, .stroke = width };
  set_point (&shapes[1], 0, sin (lean) * r * 0.62, -cos (lean) * r * 0.62);
  return 2;
}

static guint
add_inside (QdShape *shapes, const QdGraphNode *node, const QdGraphTheme *theme, guint32 colour, double radius)
{
  double arm = radius * 0.45;

  switch ((QdStatus) node->status)
    {
    case QD_STATUS_UNKNOWN:
      shapes[0] = circle (MAX (radius - MAX (1.4, radius * 0.28), 0.5), theme->background);
      return 1;
    case QD_STATUS_DOWN:
      shapes[0] = lines (4, theme->background, MAX (1.2, radius * 0.26));
      set_point (&shapes[0], 0, -arm, -arm);
      set_point (&shapes[0], 1, arm, arm);
      set_point (&shapes[0], 2, arm, -arm);
      set_point (&shapes[0], 3, -arm, arm);
      return 1;
    case QD_STATUS_MAINTENANCE:
      return radius >= 5 ? add_wrench (shapes, radius, theme->background) : 0;
    case QD_STATUS_DEGRADED:
      if (radius < 6)
        return 0;
      shapes[0] = lines (4, theme->background, MAX (1.2, radius * 0.2));
      set_point (&shapes[0], 0, 0, -radius * 0.32);
      set_point (&shapes[0], 1, 0, radius * 0.2);
      set_point (&shapes[0], 2, 0, radius * 0.54);
      set_point (&shapes[0], 3, 0, radius * 0.55);
      return 1;
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    default:
      /* A light heart makes large calm nodes lighter on the eye. */
      if (radius < 5)
        return 0;
      shapes[0] = circle (radius - MAX (1.8, radius * 0.3), qd_colour_mix (colour, theme->background, 0.72));
      shapes[1] = circle (radius * 0.3, colour);
      return 2;
    }
}

/* A drawing pin, leaning, its point at the symbol's upper right. */
static guint
add_pin (QdShape *shapes, const QdGraphNode *node, const QdGraphTheme *theme, double radius)
{
  double head = CLAMP (radius * 0.42, 2, 4), at = radius * 0.72, lean = G_SQRT2 / 2;
  guint32 colour = qd_colour_mix (theme->foreground, theme->background, node->dim ? 0.7 : 0);

  shapes[0] = lines (2, colour, 1.2);
  set_point (&shapes[0], 0, at, -at);
  set_point (&shapes[0], 1, at + lean * head * 1.4, -at - lean * head * 1.4);
  shapes[1] = circle (head * 0.8, theme->background);
  shapes[1].stroke = 1.5;
  shapes[2] = circle (head * 0.8, colour);
  for (guint i = 1; i < 3; i++)
    set_point (&shapes[i], 0, at + lean * head * 1.6, -at - lean * head * 1.6);
  return 3;
}

/* A folded group: a plus says that there is more inside. */
static guint
add_plus (QdShape *shapes, const QdGraphTheme *theme, guint32 colour, double radius)
{
  double arm = radius * 0.5;

  shapes[0] = circle (radius * 0.8, colour);
  shapes[1] = lines (4, theme->background, MAX (1.2, radius * 0.22));
  set_point (&shapes[1], 0, -arm, 0);
  set_point (&shapes[1], 1, arm, 0);
  set_point (&shapes[1], 2, 0, -arm);
  set_point (&shapes[1], 3, 0, arm);
  return 2;
}

/* The sign of a mark: a plus in a circle, a minus in a square; in a diamond both, or the minus alone where not all goes. */
static guint
describe_sign (const QdGraphNode *node, const QdGraphTheme *theme, double radius, QdShape shapes[QD_MAX_SHAPES])
{
  static const double square[][2] = { { -0.92, -0.92 }, { 0.92, -0.92 }, { 0.92, 0.92 }, { -0.92, 0.92 } };
  static const double diamond[][2] = { { 0, -1.3 }, { 1.3, 0 }, { 0, 1.3 }, { -1.3, 0 } };
  QdGraphMark mark = (QdGraphMark) (node->kind - QD_SYMBOL_SIGN);
  guint32 colour = mark == QD_GRAPH_ADDED ? theme->well : mark == QD_GRAPH_REMOVED ? theme->down : theme->degraded;
  double arm = radius * 0.5, up = mark == QD_GRAPH_CHANGED ? -radius * 0.18 : 0, low = radius * 0.5;

  if (node->dim)
    colour = qd_colour_mix (colour, theme->background, theme->high_contrast ? 0.6 : 0.78);
  shapes[0] = mark == QD_GRAPH_ADDED ? circle (radius, colour) : mark == QD_GRAPH_REMOVED ? polygon (4, square, radius, colour) : polygon (4, diamond, radius, colour);
  shapes[1] = shapes[0];
  shapes[0].colour = theme->background;
  shapes[0].stroke = 3;
  shapes[2] = lines (mark == QD_GRAPH_REMOVED || mark == QD_GRAPH_REDUCED ? 2 : 4, theme->background, MAX (1.3, radius * 0.26));
  set_point (&shapes[2], 0, -arm, up);
  set_point (&shapes[2], 1, arm, up);
  set_point (&shapes[2], 2, 0, up - arm);
  set_point (&shapes[2], 3, 0, up + arm);
  if (mark != QD_GRAPH_CHANGED)
    return 3;
  shapes[3] = lines (2, theme->background, MAX (1.3, radius * 0.26));
  set_point (&shapes[3], 0, -arm, low + radius * 0.12);
  set_point (&shapes[3], 1, arm, low + radius * 0.12);
  return 4;
}

guint
qd_symbol_describe (const QdGraphNode *node, const QdGraphTheme *theme, double radius, QdShape shapes[QD_MAX_SHAPES])
{
  guint32 colour = qd_graph_status_colour (node->status, node->stale, theme);
  guint n = 0;

  if (node->kind > QD_SYMBOL_SIGN)
    return describe_sign (node, theme, radius, shapes);
  if (node->dim)
    colour = qd_colour_mix (colour, theme->background, theme->high_contrast ? 0.6 : 0.78);
  /* A rim of background parts the node from the edges below it. */
  shapes[n] = outline_of (node, radius, theme->background);
  shapes[n++].stroke = radius < 3 ? 1.5 : 3;
  if ((node->kind == 1 || node->kind == 2 || node->members > 0) && radius >= 3)
    {
      shapes[n] = circle (radius + (node->status == QD_STATUS_DEGRADED ? 4.4 : 3.2), colour);
      shapes[n].fill = FALSE;
      shapes[n].alpha = 0.65;
      shapes[n].dash = node->kind == 2 && node->members == 0 ? 2.2 : 0;
      shapes[n++].stroke = theme->high_contrast ? 1.8 : 1.2;
    }
  shapes[n] = outline_of (node, radius, colour);
  /* Corners a little round. */
  if (node->status > QD_STATUS_WELL && node->status != QD_STATUS_UNKNOWN && radius >= 3)
    shapes[n].stroke = 1;
  n++;
  n += add_inside (shapes + n, node, theme, colour, radius);
  if (node->members > 0 && radius >= 4)
    n += add_plus (shapes + n, theme, colour, radius);
  if (theme->high_contrast && radius >= 3)
    {
      shapes[n] = outline_of (node, radius + 0.5, theme->foreground);
      shapes[n].fill = FALSE;
      shapes[n].alpha = node->dim ? 0.4 : 1;
      shapes[n++].stroke = 1;
    }
  if (node->pinned)
    n += add_pin (shapes + n, node, theme, radius);
  return n;
}

/* --- Drawing it -------------------------------------------------------------------------------- */

static void
draw_shape (cairo_t *cr, const QdShape *shape)
{
  cairo_new_path (cr);
  switch (shape->kind)
    {
    case QD_SHAPE_CIRCLE:
      cairo_arc (cr, shape->points[0].x, shape->points[0].y, shape->radius, 0, 2 * G_PI);
      break;
    case QD_SHAPE_ARC:
      cairo_arc (cr, shape->points[0].x, shape->points[0].y, shape->radius, shape->from, shape->to);
      break;
    case QD_SHAPE_POLYGON:
    case QD_SHAPE_LINES:
      for (guint i = 0; i < shape->n; i++)
        if (i == 0 || (shape->kind == QD_SHAPE_LINES && i % 2 == 0))
          cairo_move_to (cr, shape->points[i].x, shape->points[i].y);
        else
          cairo_line_to (cr, shape->points[i].x, shape->points[i].y);
      if (shape->kind == QD_SHAPE_POLYGON)
        cairo_close_path (cr);
      break;
    }
  set_colour (cr, shape->colour, shape->alpha);
  if (shape->stroke > 0)
    {
      double dashes[] = { shape->dash, shape->dash };

      cairo_set_line_cap (cr, shape->dash > 0 ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
      cairo_set_dash (cr, dashes, shape->dash > 0 ? 2 : 0, 0);
      cairo_set_line_width (cr, shape->stroke);
      cairo_stroke_preserve (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  if (shape->fill)
    cairo_fill (cr);
}

void
qd_symbol_draw (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, double radius)
{
  QdShape shapes[QD_MAX_SHAPES];
  guint n = qd_symbol_describe (node, theme, radius, shapes);

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < n; i++)
    draw_shape (cr, &shapes[i]);
}

/* --- One of each ------------------------------------------------------------------------------- */

QdSymbols *
qd_symbols_new (const QdGraphTheme *theme, double scale)
{
  QdSymbols *self = g_new0 (QdSymbols, 1);

  self->theme = *theme;
  self->scale = scale;
  self->surfaces = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cairo_surface_destroy);
  return self;
}

void
qd_symbols_free (QdSymbols *self)
{
  g_hash_table_unref (self->surfaces);
  g_free (self);
}

static GPrivate own_key = G_PRIVATE_INIT ((GDestroyNotify) qd_symbols_free);

static gboolean
theme_equal (const QdGraphTheme *a, const QdGraphTheme *b)
{
  return a->background == b->background && a->foreground == b->foreground && a->well == b->well &&
         a->degraded == b->degraded && a->down == b->down && a->unknown == b->unknown &&
         a->maintenance == b->maintenance && a->dark == b->dark && a->high_contrast == b->high_contrast;
}

QdSymbols *
qd_symbols_get_own (const QdGraphTheme *theme, double scale)
{
  QdSymbols *self = g_private_get (&own_key);

  if (self == NULL || self->scale != scale || !theme_equal (&self->theme, theme) ||
      g_hash_table_size (self->surfaces) > MAX_KEPT)
    {
      self = qd_symbols_new (theme, scale);
      g_private_replace (&own_key, self);
    }
  return self;
}

static cairo_surface_t *
draw_one (const QdGraphNode *node, const QdGraphTheme *theme, double radius, double scale)
{
  int half = (int) ceil ((radius * 1.25 + QD_SYMBOL_MARGIN) * scale), size = 2 * half + 1;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  cairo_t *cr = cairo_create (surface);

  cairo_translate (cr, half + 0.5, half + 0.5);
  cairo_scale (cr, scale, scale);
  qd_symbol_draw (cr, node, theme, radius);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

guint
qd_graph_symbol_key (const QdGraphNode *node, double radius)
{
  guint steps = (guint) CLAMP (lrint (radius * 2), 1, 4095);

  return steps << SYMBOL_STEPS_AT | (guint) (node->status & 15) << 9 | (node->members > 0 ? 256u : 0) | (guint) (node->kind & 15) << 4 |
         (node->dim ? 8u : 0) | (node->pinned ? 4u : 0) | (node->stale ? 2u : 0) | 1;
}

double
qd_graph_symbol_radius (guint key)
{
  return (key >> SYMBOL_STEPS_AT) / 2.0;
}

cairo_surface_t *
qd_symbols_get (QdSymbols *self, const QdGraphNode *node, double radius)
{
  guint key = qd_graph_symbol_key (node, radius);
  cairo_surface_t *surface = g_hash_table_lookup (self->surfaces, GUINT_TO_POINTER (key));

  if (surface == NULL)
    {
      surface = draw_one (node, &self->theme, qd_graph_symbol_radius (key), self->scale);
      g_hash_table_insert (self->surfaces, GUINT_TO_POINTER (key), surface);
    }
  return surface;
}

/**
 * qd_graph_draw_symbol:
 * @node: what to show: its status, kind and staleness
 * @radius: in pixels, as qd_graph_node_radius() has it
 *
 * Draws one symbol as it is in the picture, on nothing. Any thread.
 */
GBytes *
qd_graph_draw_symbol (const QdGraphNode *node, const QdGraphTheme *theme, double radius, double scale,
                      int *size, gsize *stride)
{
  cairo_surface_t *surface = draw_one (node, theme, CLAMP (radius, 0.5, 200), CLAMP (scale, 0.25, 8));
  GBytes *bytes;

  *size = cairo_image_surface_get_height (surface);
  *stride = (gsize) cairo_image_surface_get_stride (surface);
  bytes = g_bytes_new (cairo_image_surface_get_data (surface), *stride * (gsize) *size);
  cairo_surface_destroy (surface);
  return bytes;
}
