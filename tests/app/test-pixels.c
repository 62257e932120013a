/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include <adwaita.h>

#include "qd-pixels.h"

#define SIDE 900             /* of the sheet that is drawn on, in device pixels */
#define GROUND 0xff203050u

static const double scales[] = { 1, 1.25, 1.5, 2 };

/* @random: each pixel for itself, so that nothing may be mixed or moved; else a slow wave. */
static cairo_surface_t *
image_new (GRand *rand, cairo_format_t format, int width, int height, gboolean random)
{
  cairo_surface_t *image = cairo_image_surface_create (format, width, height);
  guint32 *pixels = (guint32 *) (gpointer) cairo_image_surface_get_data (image);
  int stride = cairo_image_surface_get_stride (image) / 4;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint level = (guint) (127 + 60 * sin (x / 17.0) + 60 * cos (y / 23.0));
        guint32 pixel = random ? g_rand_int (rand) : 0xff000000 | level << 16 | level << 8 | level;

        /* Whole or not at all there: what lies between is cairo's own affair. */
        if (format == CAIRO_FORMAT_ARGB32 && random)
          pixel = pixel & 0x40000000 ? pixel | 0xff000000 : 0;
        pixels[y * stride + x] = pixel;
      }
  cairo_surface_mark_dirty (image);
  return image;
}

static cairo_surface_t *
sheet_new (void)
{
  cairo_surface_t *sheet = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, SIDE, SIDE);
  cairo_t *cr = cairo_create (sheet);

  cairo_set_source_rgb (cr, (GROUND >> 16 & 0xff) / 255.0, (GROUND >> 8 & 0xff) / 255.0, (GROUND & 0xff) / 255.0);
  cairo_paint (cr);
  cairo_destroy (cr);
  return sheet;
}

static cairo_surface_t *
draw (GskRenderNode *node, double scale)
{
  cairo_surface_t *sheet = sheet_new ();
  cairo_t *cr = cairo_create (sheet);

  cairo_scale (cr, scale, scale);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (sheet);
  return sheet;
}

static guint32
pixel_at (cairo_surface_t *image, int x, int y)
{
  const guint32 *pixels = (const guint32 *) (gpointer) cairo_image_surface_get_data (image);

  return pixels[y * cairo_image_surface_get_stride (image) / 4 + x];
}

static guint
difference (guint32 a, guint32 b)
{
  guint most = 0;

  for (guint shift = 0; shift < 24; shift += 8)
    most = MAX (most, (guint) abs ((int) (a >> shift & 0xff) - (int) (b >> shift & 0xff)));
  return most;
}

/* Drawn as large as it is, an image is what it was, pixel by pixel, at any scale, and nothing lies beside it. Where
 * units are no whole pixels, edges are off by what single precision leaves over. */
static void
test_exact (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 7, 300 }, { 128, 128 }, { 129, 257 }, { 700, 33 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < G_N_ELEMENTS (scales) * G_N_ELEMENTS (sizes) * 2; i++)
    {
      double scale = scales[i % G_N_ELEMENTS (scales)];
      const int *size = sizes[i / 2 % G_N_ELEMENTS (sizes)];
      cairo_format_t format = i % 2 ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24;
      cairo_surface_t *image = image_new (rand, format, size[0], size[1], TRUE);
      int left = g_rand_int_range (rand, 1, 100), top = g_rand_int_range (rand, 1, 100);
      graphene_rect_t box = GRAPHENE_RECT_INIT ((float) (left / scale), (float) (top / scale), (float) (size[0] / scale), (float) (size[1] / scale));
      g_autoptr (GskRenderNode) node = qd_pixels_node_new (image, &box, NULL, scale);
      cairo_surface_t *sheet = draw (node, scale);

      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          {
            gboolean inside = x >= left && y >= top && x < left + size[0] && y < top + size[1];
            guint32 pixel = inside ? pixel_at (image, x - left, y - top) : 0;

            if (!inside || (format == CAIRO_FORMAT_ARGB32 && pixel == 0))
              pixel = GROUND;
            g_assert_cmpuint (difference (pixel_at (sheet, x, y), pixel), <=, scale == floor (scale) ? 0 : 1);
          }
      cairo_surface_destroy (sheet);
      cairo_surface_destroy (image);
    }
}

/* Drawn larger or smaller, it is what cairo makes of it in one piece: no seams where cells meet. */
static void
test_scaled (void)
{
  static const double zooms[] = { 0.63, 0.9, 1.1, 1.6 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; i < G_N_ELEMENTS (scales) * G_N_ELEMENTS (zooms); i++)
    {
      double scale = scales[i % G_N_ELEMENTS (scales)], zoom = zooms[i / G_N_ELEMENTS (scales)];
      cairo_surface_t *image = image_new (rand, CAIRO_FORMAT_RGB24, 256, 256, FALSE), *expected = sheet_new (), *sheet;
      int side = (int) lrint (256 * zoom * scale), left = 31, top = 17;
      graphene_rect_t box = GRAPHENE_RECT_INIT ((float) (left / scale), (float) (top / scale), (float) (side / scale), (float) (side / scale));
      g_autoptr (GskRenderNode) node = qd_pixels_node_new (image, &box, NULL, scale);
      cairo_t *cr = cairo_create (expected);

      cairo_translate (cr, left, top);
      cairo_rectangle (cr, 0, 0, side, side);
      cairo_scale (cr, side / 256.0, side / 256.0);
      cairo_set_source_surface (cr, image, 0, 0);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
      cairo_fill (cr);
      cairo_destroy (cr);
      cairo_surface_flush (expected);
      sheet = draw (node, scale);
      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          g_assert_cmpuint (difference (pixel_at (sheet, x, y), pixel_at (expected, x, y)), <=, 3);
      cairo_surface_destroy (sheet);
      cairo_surface_destroy (expected);
      cairo_surface_destroy (image);
    }
}

/* What is asked for within some box is there as it would be; the rest need not be. */
static void
test_within (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  cairo_surface_t *image = image_new (rand, CAIRO_FORMAT_RGB24, 640, 640, TRUE);
  const graphene_rect_t box = GRAPHENE_RECT_INIT (20, 20, 640, 640);

  for (guint round = 0; round < 20; round++)
    {
      graphene_rect_t within = GRAPHENE_RECT_INIT ((float) g_rand_int_range (rand, 0, 700), (float) g_rand_int_range (rand, 0, 700),
                                                   (float) g_rand_int_range (rand, 1, 200), (float) g_rand_int_range (rand, 1, 200));
      g_autoptr (GskRenderNode) node = qd_pixels_node_new (image, &box, &within, 1);
      cairo_surface_t *sheet;

      if (node == NULL)
        {
          g_assert_false (graphene_rect_intersection (&box, &within, NULL));
          continue;
        }
      sheet = draw (node, 1);
      for (int y = 20; y < 660; y++)
        for (int x = 20; x < 660; x++)
          if (graphene_rect_contains_point (&within, &GRAPHENE_POINT_INIT ((float) x + 0.5f, (float) y + 0.5f)))
            g_assert_cmpuint (difference (pixel_at (sheet, x, y), pixel_at (image, x - 20, y - 20)), ==, 0);
      cairo_surface_destroy (sheet);
    }
  cairo_surface_destroy (image);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/pixels/exact", test_exact);
  g_test_add_func ("/app/pixels/scaled", test_scaled);
  g_test_add_func ("/app/pixels/within", test_within);
  return g_test_run ();
}
