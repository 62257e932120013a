/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-grid-private.h"

#include <string.h>

#include "qd-pixels.h"

#define N QD_POLICY_TILE
/* A frame may take so long over cells that were not drawn before; the next one goes on. */
#define BUDGET_US 6000
/* Tiles that are kept: some screens of them. */
#define MAX_TILES 1024

typedef struct {
  GskRenderNode *node;                     /* at 0, 0 */
  QdPolicyCell cells[N][N];                /* by row and column; of lines that are no ends: OUTSIDE */
} Tile;

static gpointer
key_of (guint row, guint column)
{
  return GSIZE_TO_POINTER ((gsize) row << 32 | column);
}

static void
tile_free (gpointer data)
{
  Tile *tile = data;

  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_free (tile);
}

void
qd_policy_grid_tiles_init (QdPolicyGrid *self)
{
  self->tiles = g_hash_table_new_full (NULL, NULL, NULL, tile_free);
  self->labels = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) gsk_render_node_unref);
}

static void
drop_sprites (QdPolicyGrid *self)
{
  for (guint i = 0; i < QD_POLICY_N_CELL_STATES; i++)
    for (guint k = 0; k < QD_POLICY_N_CELL_CHANGES; k++)
      for (guint diagonal = 0; diagonal < 2; diagonal++)
        g_clear_pointer (&self->sprites[i][k][diagonal], cairo_surface_destroy);
}

void
qd_policy_grid_tiles_drop (QdPolicyGrid *self)
{
  drop_sprites (self);
  g_hash_table_remove_all (self->tiles);
  g_hash_table_remove_all (self->labels);
}

void
qd_policy_grid_tiles_finalize (QdPolicyGrid *self)
{
  drop_sprites (self);
  g_hash_table_unref (self->tiles);
  g_hash_table_unref (self->labels);
}

/* --- Sprites: each class once, and then its pixels are copied ------------------------------------- */

static cairo_surface_t *
get_sprite (QdPolicyGrid *self, QdPolicyCell cell, gboolean diagonal)
{
  cairo_surface_t **sprite = &self->sprites[cell.state][cell.change][diagonal];
  cairo_t *cr;

  if (*sprite != NULL)
    return *sprite;
  *sprite = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, self->cell * self->scale, self->cell * self->scale);
  cr = cairo_create (*sprite);
  cairo_scale (cr, self->scale, self->scale);
  if (diagonal)
    {
      cairo_set_source_rgba (cr, self->theme.ink.red, self->theme.ink.green, self->theme.ink.blue, self->theme.high_contrast ? 0.16 : 0.06);
      cairo_paint (cr);
    }
  qd_policy_glyph_draw (cr, cell, self->cell, &self->theme);
  cairo_destroy (cr);
  cairo_surface_flush (*sprite);
  return *sprite;
}

static void
copy_sprite (cairo_surface_t *sprite, cairo_surface_t *image, int x, int y)
{
  int width = cairo_image_surface_get_width (sprite), height = cairo_image_surface_get_height (sprite);
  int from = cairo_image_surface_get_stride (sprite), to = cairo_image_surface_get_stride (image);
  const guchar *source = cairo_image_surface_get_data (sprite);
  guchar *target = cairo_image_surface_get_data (image) + (gsize) y * (gsize) to + (gsize) x * 4;

  for (int i = 0; i < height; i++)
    memcpy (target + (gsize) i * (gsize) to, source + (gsize) i * (gsize) from, (gsize) width * 4);
}

/* --- Tiles --------------------------------------------------------------------------------------- */

static void
ask_cells (QdPolicyGrid *self, Tile *tile, guint row, guint column)
{
  const QdPolicyAxis *down = &self->axes[QD_POLICY_DOWN], *across = &self->axes[QD_POLICY_ACROSS];

  for (guint i = 0; i < N; i++)
    for (guint k = 0; k < N; k++)
      {
        guint r = row * N + i, c = column * N + k;
        gboolean there = r < qd_policy_axis_get_n (down) && c < qd_policy_axis_get_n (across) &&
                         !qd_policy_axis_is_heading (down, r) && !qd_policy_axis_is_heading (across, c);

        tile->cells[i][k] = there ? qd_policy_ends_get_cell (self->ends, qd_policy_axis_get (down, r)->end, qd_policy_axis_get (across, c)->end)
                                  : (QdPolicyCell) { QD_POLICY_CELL_OUTSIDE, QD_POLICY_CELL_SAME };
      }
}

static gboolean
is_diagonal (QdPolicyGrid *self, guint row, guint column)
{
  return row < qd_policy_axis_get_n (&self->axes[QD_POLICY_DOWN]) && column < qd_policy_axis_get_n (&self->axes[QD_POLICY_ACROSS]) &&
         !qd_policy_axis_is_heading (&self->axes[QD_POLICY_DOWN], row) &&
         qd_policy_axis_get (&self->axes[QD_POLICY_DOWN], row)->end == qd_policy_axis_get (&self->axes[QD_POLICY_ACROSS], column)->end;
}

static GskRenderNode *
paint_tile (QdPolicyGrid *self, Tile *tile, guint row, guint column)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int step = self->cell * self->scale;
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, N * step, N * step);
  GskRenderNode *node;

  cairo_surface_flush (image);
  for (guint i = 0; i < N; i++)
    for (guint k = 0; k < N; k++)
      {
        gboolean diagonal = is_diagonal (self, row * N + i, column * N + k);
        QdPolicyCell cell = tile->cells[i][k];

        if (cell.state != QD_POLICY_CELL_OUTSIDE || diagonal)
          copy_sprite (get_sprite (self, cell, diagonal), image, (int) (rtl ? N - 1 - k : k) * step, (int) i * step);
      }
  cairo_surface_mark_dirty (image);
  node = qd_pixels_picture_new (GTK_WIDGET (self), image, &GRAPHENE_RECT_INIT (0, 0, (float) (N * self->cell), (float) (N * self->cell)));
  cairo_surface_destroy (image);
  return node;
}

static gboolean
go_on_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  QD_POLICY_GRID (widget)->tick = 0;
  gtk_widget_queue_draw (widget);
  return G_SOURCE_REMOVE;
}

static Tile *
get_tile (QdPolicyGrid *self, guint row, guint column, gint64 end)
{
  Tile *tile = g_hash_table_lookup (self->tiles, key_of (row, column));

  if (tile != NULL)
    return tile;
  if (g_get_monotonic_time () > end)
    {
      if (self->tick == 0)
        self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), go_on_cb, NULL, NULL);
      return NULL;
    }
  tile = g_new0 (Tile, 1);
  ask_cells (self, tile, row, column);
  tile->node = paint_tile (self, tile, row, column);
  g_hash_table_insert (self->tiles, key_of (row, column), tile);
  return tile;
}

void
qd_policy_grid_draw_tiles (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  gint64 end = g_get_monotonic_time () + BUDGET_US;
  guint first[QD_POLICY_N_WAYS], last[QD_POLICY_N_WAYS];

  for (guint i = 0; i < QD_POLICY_N_WAYS; i++)
    {
      qd_policy_grid_get_seen (self, (QdPolicyWay) i, &first[i], &last[i]);
      if (first[i] == last[i])
        return;
    }
  if (g_hash_table_size (self->tiles) > MAX_TILES)
    g_hash_table_remove_all (self->tiles);
  for (guint row = first[QD_POLICY_DOWN] / N; row * N < last[QD_POLICY_DOWN]; row++)
    for (guint column = first[QD_POLICY_ACROSS] / N; column * N < last[QD_POLICY_ACROSS]; column++)
      {
        Tile *tile = get_tile (self, row, column, end);

        if (tile == NULL || tile->node == NULL)
          continue;
        gtk_snapshot_save (snapshot);
        gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (
          (float) qd_policy_grid_line_to_pixel (self, QD_POLICY_ACROSS, rtl ? column * N + N - 1 : column * N),
          (float) qd_policy_grid_line_to_pixel (self, QD_POLICY_DOWN, row * N)));
        gtk_snapshot_append_node (snapshot, tile->node);
        gtk_snapshot_restore (snapshot);
      }
}

gboolean
qd_policy_grid_tiles_get (QdPolicyGrid *self, QdPolicySpot spot, QdPolicyCell *cell)
{
  Tile *tile = g_hash_table_lookup (self->tiles, key_of (spot.row / N, spot.column / N));

  if (tile != NULL)
    *cell = tile->cells[spot.row % N][spot.column % N];
  return tile != NULL;
}
