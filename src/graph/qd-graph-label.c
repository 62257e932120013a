/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-label.h"

#include <math.h>
#include <string.h>
#include <pango/pangocairo.h>

#include "qd-graph-style.h"
#include "qd-graph-symbol.h"
#include "qd-status.h"

#define MAX_LABEL_WIDTH 168
#define MIN_LABEL_WIDTH 84
#define MAX_MEASURED 20000
#define N_BOLD 28
#define MAX_DRAWN 600     /* labels kept as pictures: a few screens full */
#define HALO 1.5          /* pixels of background about the letters */

/* Pango is not shared between threads: each has its own fonts, and what it measured with them. */
typedef struct {
  PangoFontMap *fonts;
  PangoLayout *layout;
  GHashTable *widths;     /* label → width in pixels */
  GHashTable *drawn;      /* label, with its first letter telling how → surface; for one theme and scale */
  guint32 ink, faint, paper;
  double scale;
  char font[64];
  int width;              /* at which labels are cut */
  int height;
} Writer;

static void
writer_free (gpointer data)
{
  Writer *self = data;

  g_clear_object (&self->layout);
  g_clear_object (&self->fonts);
  g_hash_table_unref (self->widths);
  g_hash_table_unref (self->drawn);
  g_free (self);
}

static GPrivate writer_key = G_PRIVATE_INIT (writer_free);

static void
writer_set_font (Writer *self, const char *font)
{
  PangoFontDescription *description;

  if (strcmp (self->font, font) == 0)
    return;
  g_strlcpy (self->font, font, sizeof self->font);
  g_hash_table_remove_all (self->widths);
  g_hash_table_remove_all (self->drawn);
  description = pango_font_description_from_string (font);
  if (pango_font_description_get_size (description) <= 0)
    pango_font_description_set_absolute_size (description, 12 * PANGO_SCALE);
  pango_layout_set_font_description (self->layout, description);
  pango_font_description_free (description);
  pango_layout_set_text (self->layout, "Áy", -1);
  pango_layout_get_pixel_size (self->layout, NULL, &self->height);
}

static void
writer_set_width (Writer *self, int width)
{
  if (self->width == width)
    return;
  self->width = width;
  g_hash_table_remove_all (self->widths);
  g_hash_table_remove_all (self->drawn);
  pango_layout_set_width (self->layout, width * PANGO_SCALE);
}

static Writer *
writer_get (const QdGraphTheme *theme, int width)
{
  Writer *self = g_private_get (&writer_key);

  if (self == NULL)
    {
      PangoContext *context;
      cairo_font_options_t *options = cairo_font_options_create ();

      self = g_new0 (Writer, 1);
      self->font[0] = '\1';
      self->fonts = pango_cairo_font_map_new ();
      context = pango_font_map_create_context (self->fonts);
      cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
      cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
      cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
      pango_cairo_context_set_font_options (context, options);
      cairo_font_options_destroy (options);
      pango_context_set_round_glyph_positions (context, FALSE);
      self->layout = pango_layout_new (context);
      g_object_unref (context);
      pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_single_paragraph_mode (self->layout, TRUE);
      self->widths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      self->drawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cairo_surface_destroy);
      g_private_set (&writer_key, self);
    }
  writer_set_font (self, theme->font);
  writer_set_width (self, width);
  return self;
}

static void
writer_set_text (Writer *self, const char *label)
{
  g_autofree char *valid = g_utf8_validate (label, -1, NULL) ? NULL : g_utf8_make_valid (label, -1);

  pango_layout_set_text (self->layout, valid ? valid : label, -1);
}

static double
writer_measure (Writer *self, const char *label)
{
  gpointer known;
  PangoRectangle extents;

  if (g_hash_table_lookup_extended (self->widths, label, NULL, &known))
    return GPOINTER_TO_INT (known);
  writer_set_text (self, label);
  pango_layout_get_pixel_extents (self->layout, NULL, &extents);
  if (g_hash_table_size (self->widths) >= MAX_MEASURED)
    g_hash_table_remove_all (self->widths);
  g_hash_table_insert (self->widths, g_strdup (label), GINT_TO_POINTER (extents.width));
  return extents.width;
}

/* --- Room ------------------------------------------------------------------------------------------ */

typedef struct { double left, top, right, bottom; int owner; int next; } Taken;

/* A grid over the picture, each cell a chain of what has been put into it. */
typedef struct {
  double left, top, cell;
  int columns, rows;
  int *heads;
  GArray *taken;   /* of Taken */
} Room;

static void
room_init (Room *self, const QdPoint *positions, guint n, double zoom)
{
  double right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE, extent;

  self->left = self->top = G_MAXDOUBLE;
  for (guint i = 0; i < n; i++)
    if (isfinite (positions[i].x) && isfinite (positions[i].y))
      {
        self->left = MIN (self->left, positions[i].x * zoom);
        right = MAX (right, positions[i].x * zoom);
        self->top = MIN (self->top, positions[i].y * zoom);
        bottom = MAX (bottom, positions[i].y * zoom);
      }
  if (right < self->left)
    self->left = self->top = right = bottom = 0;
  extent = MAX (right - self->left, bottom - self->top);
  self->cell = MAX (48, extent / 128);
  self->columns = (int) ((right - self->left) / self->cell) + 1;
  self->rows = (int) ((bottom - self->top) / self->cell) + 1;
  self->heads = g_new (int, (gsize) self->columns * self->rows);
  for (int i = 0; i < self->columns * self->rows; i++)
    self->heads[i] = -1;
  self->taken = g_array_new (FALSE, FALSE, sizeof (Taken));
}

static void
room_clear (Room *self)
{
  g_free (self->heads);
  g_array_unref (self->taken);
}

static int
room_cell (double value, double origin, double cell, int count)
{
  return (int) CLAMP ((value - origin) / cell, 0, count - 1);
}

#define ROOM_EACH_CELL(self, box, at)                                                              \
  for (int row_ = room_cell ((box)->top, (self)->top, (self)->cell, (self)->rows),                 \
           last_row_ = room_cell ((box)->bottom, (self)->top, (self)->cell, (self)->rows);         \
       row_ <= last_row_; row_++)                                                                  \
    for (int at = row_ * (self)->columns +                                                         \
                  room_cell ((box)->left, (self)->left, (self)->cell, (self)->columns),            \
             last_ = row_ * (self)->columns +                                                      \
                     room_cell ((box)->right, (self)->left, (self)->cell, (self)->columns);        \
         at <= last_; at++)

static gboolean
room_is_free (const Room *self, const Taken *box)
{
  ROOM_EACH_CELL (self, box, at)
    for (int k = self->heads[at]; k >= 0;)
      {
        const Taken *other = &g_array_index (self->taken, Taken, k);

        if (other->owner != box->owner && other->left < box->right && box->left < other->right &&
            other->top < box->bottom && box->top < other->bottom)
          return FALSE;
        k = other->next;
      }
  return TRUE;
}

static void
room_take (Room *self, Taken box)
{
  ROOM_EACH_CELL (self, &box, at)
    {
      box.next = self->heads[at];
      self->heads[at] = (int) self->taken->len;
      g_array_append_val (self->taken, box);
    }
}

/* --- Which and where --------------------------------------------------------------------------------- */

typedef struct { guint node; double weight; } Wish;

static int
compare_wishes (gconstpointer a, gconstpointer b)
{
  const Wish *l = a, *r = b;

  if (l->weight != r->weight)
    return l->weight > r->weight ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

static double
weight_of (const QdGraphNode *node)
{
  double trouble = node->status == QD_STATUS_DOWN ? 3000 : node->status == QD_STATUS_DEGRADED ? 2000 : 0;
  double kind = node->kind == 1 ? 1000 : node->kind == 2 ? 500 : 0;

  return trouble + kind + MIN (node->degree, 400);
}

typedef struct { double x, y; } Pull;

/* Where each node's edges lead on the whole: its label stands on the other side. */
static Pull *
find_pulls (QdGraph *graph, const QdPoint *positions)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  Pull *pulls;

  qd_graph_nodes (graph, &n);
  pulls = g_new0 (Pull, MAX (n, 1));
  for (guint i = 0; i < m; i++)
    {
      double dx, dy, length;

      if (edges[i].src >= n || edges[i].dst >= n)
        continue;
      dx = (double) positions[edges[i].dst].x - positions[edges[i].src].x;
      dy = (double) positions[edges[i].dst].y - positions[edges[i].src].y;
      length = hypot (dx, dy);
      if (!(length > 1e-9) || !isfinite (length))
        continue;
      pulls[edges[i].src].x += dx / length;
      pulls[edges[i].src].y += dy / length;
      pulls[edges[i].dst].x -= dx / length;
      pulls[edges[i].dst].y -= dy / length;
    }
  return pulls;
}

enum { BELOW, AFTER, ABOVE, BEFORE, N_SIDES };

/* The sides in the order in which they are tried. */
static const guint8 *
order_sides (const Pull *pull, const QdGraphNode *node)
{
  static const guint8 orders[][N_SIDES] = {
    { BELOW, AFTER, ABOVE, BEFORE },
    { ABOVE, AFTER, BEFORE, BELOW },
    { AFTER, BELOW, ABOVE, BEFORE },
    { BEFORE, BELOW, ABOVE, AFTER },
  };
  /* Edges all around leave no side free: then below, where readers expect it. */
  if (hypot (pull->x, pull->y) < 0.35 * node->degree)
    return orders[0];
  /* Addresses are long, and stand at the rim of a picture: below, half as much of them reaches beyond it. */
  if (node->kind == 4)
    return orders[pull->y > 0.8 * node->degree ? 1 : 0];
  if (fabs (pull->y) > 0.6 * fabs (pull->x))
    return orders[pull->y > 0 ? 1 : 0];
  return orders[pull->x > 0 ? 3 : 2];
}

static void
try_sides (Room *room, QdPoint at, const guint8 *sides, double zoom, double radius, double width, double height,
           double air, guint node, QdGraphLabel *box)
{
  double x = at.x * zoom, y = at.y * zoom;
  double reach = radius + 3;
  const double corners[N_SIDES][2] = {
    [BELOW] = { x - width / 2, y + reach },
    [AFTER] = { x + reach + 1, y - height / 2 },
    [ABOVE] = { x - width / 2, y - reach - height },
    [BEFORE] = { x - reach - 1 - width, y - height / 2 },
  };

  for (guint i = 0; i < N_SIDES; i++)
    {
      double left = corners[sides[i]][0], top = corners[sides[i]][1];
      Taken taken = { left - air, top - air / 3, left + width + air, top + height + air / 3, (int) node, -1 };

      if (!room_is_free (room, &taken))
        continue;
      room_take (room, (Taken) { left, top, left + width, top + height, (int) node, -1 });
      *box = (QdGraphLabel) { left, top, width, height, TRUE };
      return;
    }
}

static void
take_node (Room *room, QdPoint at, double zoom, const QdGraphNode *node, guint owner)
{
  double r = qd_graph_node_radius (node, zoom);

  if (r >= 2.5 && isfinite (at.x) && isfinite (at.y))
    room_take (room, (Taken) { at.x * zoom - r, at.y * zoom - r, at.x * zoom + r, at.y * zoom + r, (int) owner, -1 });
}

/* Nothing is written over what stands in the middle of an edge. */
static void
take_signs (Room *room, QdGraph *graph, const QdPoint *positions, double zoom, guint n)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < m; i++)
    {
      QdGraphNode sign;
      QdPoint at;
      double r = QD_GRAPH_SIGN_RADIUS + 1;

      if (edges[i].mark == QD_GRAPH_PLAIN || edges[i].dim || !qd_graph_edge_sign (graph, positions, i, &at, &sign))
        continue;
      room_take (room, (Taken) { at.x * zoom - r, at.y * zoom - r, at.x * zoom + r, at.y * zoom + r, (int) (n + i), -1 });
    }
}

QdGraphLabel *
qd_graph_place_labels (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme, double zoom, int *width_out)
{
  guint n, count = 0;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  QdGraphLabel *boxes = g_new0 (QdGraphLabel, MAX (n, 1));
  g_autofree Wish *wishes = g_new (Wish, MAX (n, 1));
  Writer *writer;
  int width;
  double air = zoom < 18 ? 26 : zoom < 40 ? 12 : 5;
  g_autofree Pull *pulls = find_pulls (graph, positions);
  Room room;

  room_init (&room, positions, n, zoom);
  width = (int) CLAMP (room.columns * room.cell * 0.42, MIN_LABEL_WIDTH, MAX_LABEL_WIDTH);
  writer = writer_get (theme, width);
  if (width_out)
    *width_out = width;
  for (guint i = 0; i < n; i++)
    if (!nodes[i].dim && isfinite (positions[i].x) && isfinite (positions[i].y) && nodes[i].label && *nodes[i].label)
      wishes[count++] = (Wish) { i, weight_of (&nodes[i]) };
  qsort (wishes, count, sizeof *wishes, compare_wishes);

  take_signs (&room, graph, positions, zoom, n);
  /* The most important few may lie over small calm nodes, but not over one another. */
  for (guint k = 0; k < MIN (count, N_BOLD); k++)
    take_node (&room, positions[wishes[k].node], zoom, &nodes[wishes[k].node], wishes[k].node);
  for (guint k = 0; k < count; k++)
    {
      guint i = wishes[k].node;
      double r = qd_graph_node_radius (&nodes[i], zoom);

      if (k == N_BOLD)
        for (guint other = 0; other < n; other++)
          take_node (&room, positions[other], zoom, &nodes[other], other);
      try_sides (&room, positions[i], order_sides (&pulls[i], &nodes[i]), zoom, nodes[i].kind == 1 && r >= 3 ? r + 3 : r,
                 writer_measure (writer, nodes[i].label), writer->height, air, i, &boxes[i]);
    }
  room_clear (&room);
  return boxes;
}

/* --- Drawing --------------------------------------------------------------------------------------- */

/* The letters alone: how much of each pixel they cover. */
static cairo_surface_t *
draw_letters (Writer *self, const char *label, double scale, int width, int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, width, height);
  cairo_t *cr = cairo_create (surface);
  PangoRectangle extents;

  writer_set_text (self, label);
  /* What is written from right to left stands at the right of the width at which it would be cut. */
  pango_layout_get_pixel_extents (self->layout, NULL, &extents);
  cairo_scale (cr, scale, scale);
  cairo_move_to (cr, QD_LABEL_RIM - extents.x, QD_LABEL_RIM);
  pango_cairo_show_layout (cr, self->layout);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* Each pixel as covered as the most covered one within @radius, fading over the last pixel. Stroking the
 * outlines does the same, at ten times the cost. */
static guint8 *
grow (const guint8 *mask, int width, int height, int stride, double radius)
{
  guint8 *grown = g_malloc0 ((gsize) stride * (gsize) height);
  int reach = (int) ceil (radius + 0.5);

  for (int dy = -reach; dy <= reach; dy++)
    for (int dx = -reach; dx <= reach; dx++)
      {
        guint share = (guint) lrint (256 * CLAMP (radius + 0.5 - hypot (dx, dy), 0, 1));

        for (int y = MAX (0, -dy); share > 0 && y < MIN (height, height - dy); y++)
          {
            const guint8 *from = mask + (gsize) (y + dy) * (gsize) stride + dx;
            guint8 *to = grown + (gsize) y * (gsize) stride;

            for (int x = MAX (0, -dx); x < MIN (width, width - dx); x++)
              to[x] = MAX (to[x], (guint8) ((from[x] * share) >> 8));
          }
      }
  return grown;
}

static guint32
over (guint32 ink, guint letter, guint32 paper, guint halo)
{
  guint below = halo * (255 - letter) / 255;
  guint32 out = (letter + below) << 24;

  for (int shift = 0; shift <= 16; shift += 8)
    out |= ((((ink >> shift) & 255) * letter + ((paper >> shift) & 255) * below + 127) / 255) << shift;
  return out;
}

/* A halo of background keeps the letters off the edges behind them. */
static cairo_surface_t *
draw_label (Writer *self, const char *label, guint32 ink, double scale)
{
  int width = (int) ceil ((writer_measure (self, label) + 2 * QD_LABEL_RIM) * scale);
  int height = (int) ceil ((self->height + 2 * QD_LABEL_RIM) * scale);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_surface_t *letters = draw_letters (self, label, scale, width, height);
  const guint8 *mask = cairo_image_surface_get_data (letters);
  int stride = cairo_image_surface_get_stride (letters);
  g_autofree guint8 *halo = NULL;

  if (mask && cairo_image_surface_get_data (surface))
    {
      halo = grow (mask, width, height, stride, HALO * scale);
      for (int y = 0; y < height; y++)
        {
          guint32 *to = (guint32 *) (gpointer) (cairo_image_surface_get_data (surface) +
                                                (gsize) y * (gsize) cairo_image_surface_get_stride (surface));

          for (int x = 0; x < width; x++)
            to[x] = over (ink, mask[y * stride + x], self->paper, halo[y * stride + x] * 217u / 255);
        }
      cairo_surface_mark_dirty (surface);
    }
  cairo_surface_destroy (letters);
  return surface;
}

static void
set_colour (cairo_t *cr, guint32 colour, double alpha)
{
  cairo_set_source_rgba (cr, ((colour >> 16) & 255) / 255.0, ((colour >> 8) & 255) / 255.0, (colour & 255) / 255.0, alpha);
}

guint32
qd_label_colour (const QdGraphTheme *theme, gboolean faint)
{
  return qd_colour_mix (theme->foreground, theme->background, faint ? 0.45 : theme->high_contrast ? 0 : 0.1);
}

static void
paint (cairo_t *cr, Writer *writer, const char *label, const QdGraphTheme *theme, gboolean faint, double at)
{
  PangoRectangle extents;

  writer_set_text (writer, label);
  /* What is written from right to left stands at the right of the width at which it would be cut. */
  pango_layout_get_pixel_extents (writer->layout, NULL, &extents);
  /* A halo of background keeps the letters off the edges behind them. */
  cairo_move_to (cr, at - extents.x, at);
  pango_cairo_layout_path (cr, writer->layout);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, 3);
  set_colour (cr, theme->background, 0.85);
  cairo_stroke (cr);
  set_colour (cr, qd_label_colour (theme, faint), 1);
  cairo_move_to (cr, at - extents.x, at);
  pango_cairo_show_layout (cr, writer->layout);
}

void
qd_label_paint (cairo_t *cr, const char *label, const QdGraphTheme *theme, int max_width, gboolean faint)
{
  paint (cr, writer_get (theme, max_width), label, theme, faint, 0);
}

static void
writer_set_colours (Writer *self, const QdGraphTheme *theme, double scale)
{
  guint32 faint = qd_label_colour (theme, TRUE);
  guint32 ink = qd_label_colour (theme, FALSE);

  if (self->ink == ink && self->faint == faint && self->paper == theme->background && self->scale == scale &&
      g_hash_table_size (self->drawn) < MAX_DRAWN)
    return;
  self->ink = ink;
  self->faint = faint;
  self->paper = theme->background;
  self->scale = scale;
  g_hash_table_remove_all (self->drawn);
}

cairo_surface_t *
qd_label_draw (const char *label, const QdGraphTheme *theme, int max_width, gboolean faint, double scale)
{
  Writer *writer = writer_get (theme, max_width);
  g_autofree char *key = g_strconcat (faint ? "f" : "i", label, NULL);
  cairo_surface_t *surface;

  writer_set_colours (writer, theme, scale);
  surface = g_hash_table_lookup (writer->drawn, key);
  if (surface == NULL)
    {
      surface = draw_label (writer, label, faint ? writer->faint : writer->ink, scale);
      g_hash_table_insert (writer->drawn, g_steal_pointer (&key), surface);
    }
  return cairo_surface_reference (surface);
}

char *
qd_label_fit (const char *label, const QdGraphTheme *theme, int max_width, double *baseline)
{
  Writer *writer = writer_get (theme, max_width);
  g_autofree char *valid = g_utf8_make_valid (label, -1);
  glong low = 0, high = g_utf8_strlen (valid, -1);
  char *fitting = NULL;

  writer_set_text (writer, valid);
  *baseline = (double) pango_layout_get_baseline (writer->layout) / PANGO_SCALE;
  if (!pango_layout_is_ellipsized (writer->layout))
    return g_steal_pointer (&valid);
  while (low < high)
    {
      glong middle = (low + high + 1) / 2;
      g_autofree char *part = g_utf8_substring (valid, 0, middle);
      g_autofree char *text = g_strconcat (part, "…", NULL);

      writer_set_text (writer, text);
      if (pango_layout_is_ellipsized (writer->layout))
        high = middle - 1;
      else
        {
          low = middle;
          g_free (fitting);
          fitting = g_steal_pointer (&text);
        }
    }
  return fitting ? fitting : g_strdup ("…");
}
