/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-symbol.h"

#include <math.h>

#include "qd-status.h"

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

static void
path_circle (cairo_t *cr, double radius)
{
  cairo_new_path (cr);
  cairo_arc (cr, 0, 0, radius, 0, 2 * G_PI);
}

static void
path_triangle (cairo_t *cr, double radius)
{
  double r = radius * 1.22;

  cairo_new_path (cr);
  cairo_move_to (cr, 0, -r);
  cairo_line_to (cr, r * 0.95, r * 0.7);
  cairo_line_to (cr, -r * 0.95, r * 0.7);
  cairo_close_path (cr);
}

static void
path_square (cairo_t *cr, double radius)
{
  double r = radius * 0.95;

  cairo_new_path (cr);
  cairo_rectangle (cr, -r, -r, 2 * r, 2 * r);
}

static void
path_diamond (cairo_t *cr, double radius)
{
  double r = radius * 1.2;

  cairo_new_path (cr);
  cairo_move_to (cr, 0, -r);
  cairo_line_to (cr, r, 0);
  cairo_line_to (cr, 0, r);
  cairo_line_to (cr, -r, 0);
  cairo_close_path (cr);
}

static void
path_of (cairo_t *cr, const QdGraphNode *node, double radius)
{
  switch ((QdStatus) node->status)
    {
    case QD_STATUS_DEGRADED: path_triangle (cr, radius); break;
    case QD_STATUS_DOWN: path_square (cr, radius); break;
    case QD_STATUS_MAINTENANCE:
      if (radius < 5)
        path_diamond (cr, radius);
      else
        path_circle (cr, radius * 1.05);
      break;
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    case QD_STATUS_UNKNOWN:
    default: path_circle (cr, radius); break;
    }
}

/* A spanner: a handle, and a head with its jaw open. */
static void
draw_wrench (cairo_t *cr, double radius)
{
  double r = radius * 0.62;

  cairo_save (cr);
  cairo_rotate (cr, G_PI / 4);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, MAX (1.2, radius * 0.24));
  cairo_new_path (cr);
  cairo_move_to (cr, 0, r * 1.05);
  cairo_line_to (cr, 0, -r * 0.15);
  cairo_stroke (cr);
  cairo_new_path (cr);
  cairo_arc (cr, 0, -r * 0.62, r * 0.48, -G_PI / 2 + 0.75, 3 * G_PI / 2 - 0.75);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_inside (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, guint32 colour, double radius)
{
  double arm = radius * 0.45;

  switch ((QdStatus) node->status)
    {
    case QD_STATUS_UNKNOWN:
      set_colour (cr, theme->background, 1);
      path_circle (cr, MAX (radius - MAX (1.4, radius * 0.28), 0.5));
      cairo_fill (cr);
      break;
    case QD_STATUS_DOWN:
      set_colour (cr, theme->background, 1);
      cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
      cairo_set_line_width (cr, MAX (1.2, radius * 0.26));
      cairo_new_path (cr);
      cairo_move_to (cr, -arm, -arm);
      cairo_line_to (cr, arm, arm);
      cairo_move_to (cr, arm, -arm);
      cairo_line_to (cr, -arm, arm);
      cairo_stroke (cr);
      break;
    case QD_STATUS_MAINTENANCE:
      set_colour (cr, theme->background, 1);
      if (radius >= 5)
        draw_wrench (cr, radius);
      break;
    case QD_STATUS_DEGRADED:
      if (radius < 6)
        break;
      set_colour (cr, theme->background, 1);
      cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
      cairo_set_line_width (cr, MAX (1.2, radius * 0.2));
      cairo_new_path (cr);
      cairo_move_to (cr, 0, -radius * 0.32);
      cairo_line_to (cr, 0, radius * 0.2);
      cairo_move_to (cr, 0, radius * 0.54);
      cairo_line_to (cr, 0, radius * 0.55);
      cairo_stroke (cr);
      break;
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    default:
      /* A light heart makes large calm nodes lighter on the eye. */
      if (radius >= 5)
        {
          set_colour (cr, qd_colour_mix (colour, theme->background, 0.72), 1);
          path_circle (cr, radius - MAX (1.8, radius * 0.3));
          cairo_fill (cr);
          set_colour (cr, colour, 1);
          path_circle (cr, radius * 0.3);
          cairo_fill (cr);
        }
      break;
    }
}

/* A drawing pin, its point at the symbol's upper right. */
static void
draw_pin (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, double radius)
{
  double head = CLAMP (radius * 0.42, 2, 4);

  cairo_save (cr);
  cairo_translate (cr, radius * 0.72, -radius * 0.72);
  cairo_rotate (cr, G_PI / 4);
  set_colour (cr, qd_colour_mix (theme->foreground, theme->background, node->dim ? 0.7 : 0), 1);
  cairo_set_line_width (cr, 1.2);
  cairo_new_path (cr);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, 0, -head * 1.4);
  cairo_stroke (cr);
  cairo_new_path (cr);
  cairo_arc (cr, 0, -head * 1.6, head * 0.8, 0, 2 * G_PI);
  set_colour (cr, theme->background, 1);
  cairo_set_line_width (cr, 1.5);
  cairo_stroke_preserve (cr);
  set_colour (cr, qd_colour_mix (theme->foreground, theme->background, node->dim ? 0.7 : 0), 1);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* A folded group: a plus says that there is more inside. */
static void
draw_plus (cairo_t *cr, const QdGraphTheme *theme, guint32 colour, double radius)
{
  double arm = radius * 0.5;

  set_colour (cr, colour, 1);
  path_circle (cr, radius * 0.8);
  cairo_fill (cr);
  set_colour (cr, theme->background, 1);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, MAX (1.2, radius * 0.22));
  cairo_new_path (cr);
  cairo_move_to (cr, -arm, 0);
  cairo_line_to (cr, arm, 0);
  cairo_move_to (cr, 0, -arm);
  cairo_line_to (cr, 0, arm);
  cairo_stroke (cr);
}

void
qd_symbol_draw (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, double radius)
{
  guint32 colour = qd_graph_status_colour (node->status, node->stale, theme);

  if (node->dim)
    colour = qd_colour_mix (colour, theme->background, theme->high_contrast ? 0.6 : 0.78);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  /* A rim of background parts the node from the edges below it. */
  set_colour (cr, theme->background, 1);
  path_of (cr, node, radius);
  cairo_set_line_width (cr, radius < 3 ? 1.5 : 3);
  cairo_stroke_preserve (cr);
  cairo_fill (cr);

  if ((node->kind == 1 || node->kind == 2 || node->members > 0) && radius >= 3)
    {
      static const double dots[] = { 2.2, 2.2 };

      if (node->kind == 2 && node->members == 0)
        cairo_set_dash (cr, dots, 2, 0);
      set_colour (cr, colour, 0.65);
      cairo_set_line_width (cr, theme->high_contrast ? 1.8 : 1.2);
      path_circle (cr, radius + (node->status == QD_STATUS_DEGRADED ? 4.4 : 3.2));
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  set_colour (cr, colour, 1);
  path_of (cr, node, radius);
  if (node->status > QD_STATUS_WELL && node->status != QD_STATUS_UNKNOWN && radius >= 3)
    {
      /* Corners a little round. */
      cairo_set_line_width (cr, 1);
      cairo_stroke_preserve (cr);
    }
  cairo_fill (cr);
  draw_inside (cr, node, theme, colour, radius);
  if (node->members > 0 && radius >= 4)
    draw_plus (cr, theme, colour, radius);
  if (theme->high_contrast && radius >= 3)
    {
      set_colour (cr, theme->foreground, node->dim ? 0.4 : 1);
      path_of (cr, node, radius + 0.5);
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
    }
  if (node->pinned)
    draw_pin (cr, node, theme, radius);
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

  return steps << 12 | (guint) (node->status & 15) << 8 | (node->members > 0 ? 128u : 0) | (guint) (node->kind & 7) << 4 |
         (node->dim ? 8u : 0) | (node->pinned ? 4u : 0) | (node->stale ? 2u : 0) | 1;
}

cairo_surface_t *
qd_symbols_get (QdSymbols *self, const QdGraphNode *node, double radius)
{
  guint key = qd_graph_symbol_key (node, radius);
  cairo_surface_t *surface = g_hash_table_lookup (self->surfaces, GUINT_TO_POINTER (key));

  if (surface == NULL)
    {
      surface = draw_one (node, &self->theme, (key >> 12) / 2.0, self->scale);
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
