/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-pixels.h"

#include <math.h>

#include <gsk/gsk.h>

/* The pixels of a cell: with four bytes each, a little less than what is asked of the system by itself (qd-memory.c). */
#define CELL_PIXELS (28 * 1024)
/* By then the frame that showed an image has given way to another. */
#define RELEASE_MS 200

/**
 * qd_pixels_are_wanted:
 *
 * Returns: whether the processor draws @widget: then qd_pixels_node_new() is what it draws fastest, and
 *   for a graphics card a texture is
 */
gboolean
qd_pixels_are_wanted (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native) : NULL;

  return renderer != NULL && GSK_IS_CAIRO_RENDERER (renderer);
}

/* Into how few cells a picture goes, and how large these are: each costs something whatever its size. */
static void
find_cells (int width, int height, int *wide, int *tall)
{
  int least = G_MAXINT;

  for (int rows = 1; rows <= MIN (height, 1 + height / 32); rows++)
    {
      int row = (height + rows - 1) / rows, columns = (width * row + CELL_PIXELS - 1) / CELL_PIXELS;

      if (rows * columns >= least)
        continue;
      least = rows * columns;
      *tall = row;
      *wide = (width + columns - 1) / columns;
    }
}

static GskRenderNode *
cell_new (cairo_surface_t *image, const graphene_rect_t *box, const graphene_rect_t *cell, gboolean exact)
{
  GskRenderNode *node = gsk_cairo_node_new (cell);
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);

  cairo_translate (cr, box->origin.x, box->origin.y);
  cairo_scale (cr, box->size.width / cairo_image_surface_get_width (image),
               box->size.height / cairo_image_surface_get_height (image));
  cairo_set_source_surface (cr, image, 0, 0);
  /* What lies past the edge is not mixed in. */
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), exact ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
  cairo_paint (cr);
  cairo_destroy (cr);
  return node;
}

/**
 * qd_pixels_node_new:
 * @image: what is drawn; not to be changed any more
 * @box: where, in the widget's units: @image is stretched to it; its edges are on whole device pixels
 * @within: (nullable): of this, what meets @box is enough
 * @scale: device pixels a unit
 *
 * A picture for GTK's cairo renderer. That draws a texture by way of a copy, and a scaled one by way of two,
 * made anew in each frame; where these are large, each page of them is asked of the system and given
 * back, which takes many times as long as the copying. So it gets cells that are not large. Twenty tiles of 256
 * pixels as textures took 6 ms, and 9 scaled; in cells of 128 by 128 they took 0.6 and 1.7.
 *
 * Returns: (transfer full) (nullable): a node; %NULL when nothing is to be seen
 */
GskRenderNode *
qd_pixels_node_new (cairo_surface_t *image, const graphene_rect_t *box, const graphene_rect_t *within, double scale)
{
  int width = (int) lrint (box->size.width * scale), height = (int) lrint (box->size.height * scale);
  int tall = 1, wide = 1;
  gboolean exact = width == cairo_image_surface_get_width (image) && height == cairo_image_surface_get_height (image);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_render_node_unref);

  find_cells (width, height, &wide, &tall);
  for (int y = 0; y < height; y += tall)
    for (int x = 0; x < width; x += wide)
      {
        graphene_rect_t cell = GRAPHENE_RECT_INIT (
          box->origin.x + (float) (x / scale), box->origin.y + (float) (y / scale),
          (float) (MIN (wide, width - x) / scale), (float) (MIN (tall, height - y) / scale));

        if (within == NULL || graphene_rect_intersection (&cell, within, NULL))
          g_ptr_array_add (cells, cell_new (image, box, &cell, exact));
      }
  return cells->len > 0 ? gsk_container_node_new ((GskRenderNode **) cells->pdata, cells->len) : NULL;
}

/**
 * qd_pixels_picture_new:
 * @image: what is drawn; not to be changed any more
 * @box: where, in the units of @widget: as many device pixels as @image has
 *
 * Returns: (transfer full) (nullable): @image as what @widget draws fastest
 */
GskRenderNode *
qd_pixels_picture_new (GtkWidget *widget, cairo_surface_t *image, const graphene_rect_t *box)
{
  int height = cairo_image_surface_get_height (image), stride = cairo_image_surface_get_stride (image);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (qd_pixels_are_wanted (widget))
    return qd_pixels_node_new (image, box, NULL, gtk_widget_get_scale_factor (widget));
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (image), (gsize) stride * (gsize) height,
                                      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (image));
  texture = gdk_memory_texture_new (cairo_image_surface_get_width (image), height, GDK_MEMORY_DEFAULT, bytes, (gsize) stride);
  return gsk_texture_node_new (texture, box);
}

/* At one and a half pixels a unit, a picture of it would have to be stretched. */
static gboolean
has_whole_pixels (GtkWidget *widget)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  return surface != NULL && gdk_surface_get_scale (surface) == gtk_widget_get_scale_factor (widget);
}

/**
 * qd_pixels_flatten:
 * @node: something that is drawn often and costs more than a picture of it, such as text
 * @box: what of it is seen; its edges are on whole pixels
 *
 * Returns: (transfer full) (nullable): a picture of @node where the processor draws @widget and its pixels are the screen's, else @node
 */
GskRenderNode *
qd_pixels_flatten (GtkWidget *widget, GskRenderNode *node, const graphene_rect_t *box)
{
  int scale = gtk_widget_get_scale_factor (widget);
  cairo_surface_t *image;
  cairo_t *cr;
  GskRenderNode *picture;

  if (!qd_pixels_are_wanted (widget) || !has_whole_pixels (widget))
    return gsk_render_node_ref (node);
  image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) lrintf (box->size.width) * scale, (int) lrintf (box->size.height) * scale);
  cr = cairo_create (image);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -box->origin.x, -box->origin.y);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  picture = qd_pixels_node_new (image, box, NULL, scale);
  qd_pixels_release (image);
  return picture;
}

static void
free_images_cb (GTask *task, gpointer source, gpointer images, GCancellable *cancellable)
{
  g_ptr_array_set_size (images, 0);
  g_task_return_boolean (task, TRUE);
}

/* What came since the last time stays for once more. */
static gboolean
release_cb (gpointer data)
{
  GPtrArray **images = data;
  g_autoptr (GTask) task = NULL;

  if (images[0]->len > 0)
    {
      task = g_task_new (NULL, NULL, NULL, NULL);
      g_task_set_task_data (task, g_steal_pointer (&images[0]), (GDestroyNotify) g_ptr_array_unref);
      g_task_run_in_thread (task, free_images_cb);
    }
  g_clear_pointer (&images[0], g_ptr_array_unref);
  images[0] = g_steal_pointer (&images[1]);
  if (images[0]->len == 0)
    {
      g_clear_pointer (&images[0], g_ptr_array_unref);
      return G_SOURCE_REMOVE;
    }
  images[1] = g_ptr_array_new_with_free_func ((GDestroyNotify) cairo_surface_destroy);
  return G_SOURCE_CONTINUE;
}

/**
 * qd_pixels_release:
 * @image: (transfer full): of which qd_pixels_node_new() made nodes
 *
 * Lets go of @image a little later, and on a worker. A node holds what it draws as cairo's snapshot of it, and cairo copies
 * the whole of an image that goes while there is one: as GTK keeps the nodes of the last frame, that was a copy of each tile that
 * was exchanged, in the midst of a frame.
 */
void
qd_pixels_release (cairo_surface_t *image)
{
  static GPtrArray *images[2];

  if (image == NULL)
    return;
  if (images[0] == NULL)
    {
      for (guint i = 0; i < 2; i++)
        images[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) cairo_surface_destroy);
      g_timeout_add (RELEASE_MS, release_cb, images);
    }
  g_ptr_array_add (images[1], image);
}
