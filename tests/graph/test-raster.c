/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include <glib.h>

#include "qd-graph-raster.h"

#define WIDTH 61
#define HEIGHT 47
#define RIM 4                /* pixels about the raster that nobody may write to */
#define PAPER 0xff204060u

typedef struct { guint32 pixels[(HEIGHT + 2 * RIM) * (WIDTH + 2 * RIM)]; } Sheet;

static QdRaster
raster_of (Sheet *sheet)
{
  for (guint i = 0; i < G_N_ELEMENTS (sheet->pixels); i++)
    sheet->pixels[i] = PAPER;
  return (QdRaster) { sheet->pixels + RIM * (WIDTH + 2 * RIM) + RIM, WIDTH, HEIGHT, WIDTH + 2 * RIM };
}

/* How much of pixel (x, y) a line covers, by its definition: in each column (or row) along its longer axis whose
 * middle belongs to it, the span about where it is there. */
static double
covered (QdFixed a, QdFixed b, const QdPen *pen, int x, int y)
{
  double dx = (double) (b.x - a.x) / 256, dy = (double) (b.y - a.y) / 256;
  gboolean steep = fabs (dy) > fabs (dx);
  double du = steep ? dy : dx, dv = steep ? dx : dy;
  double u0 = (double) (steep ? a.y : a.x) / 256, v0 = (double) (steep ? a.x : a.y) / 256;
  double middle = (steep ? y : x) + 0.5, across = steep ? x : y;
  double half = pen->width / 512.0 * hypot (dx, dy) / fabs (du), v = v0 + (middle - u0) * dv / du;

  if (middle < MIN (u0, u0 + du) || middle > MAX (u0, u0 + du))
    return 0;
  return CLAMP (MIN (v + half, across + 1) - MAX (v - half, across), 0, 1);
}

static void
check_line (QdFixed a, QdFixed b, const QdPen *pen)
{
  g_autofree Sheet *sheet = g_new (Sheet, 1);
  QdRaster raster = raster_of (sheet);

  qd_raster_line (&raster, a, b, pen, 0);
  for (int y = -RIM; y < HEIGHT + RIM; y++)
    for (int x = -RIM; x < WIDTH + RIM; x++)
      {
        guint32 is = raster.pixels[y * raster.stride + x];
        gboolean inside = x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT;
        double share = inside ? covered (a, b, pen, x, y) * pen->alpha / 255.0 : 0;

        g_assert_cmpuint (is >> 24, ==, 0xff);
        for (guint shift = 0; shift < 24; shift += 8)
          {
            double under = PAPER >> shift & 0xff, ink = pen->colour >> shift & 0xff;

            g_assert_cmpfloat_with_epsilon ((double) (is >> shift & 0xff), under + (ink - under) * share, inside ? 5 : 0.1);
          }
      }
}

static QdFixed
random_point (GRand *rand, gboolean whole)
{
  int x = g_rand_int_range (rand, -40, WIDTH + 40) * 256, y = g_rand_int_range (rand, -40, HEIGHT + 40) * 256;

  /* Not in the very middle of a pixel: to which of two pieces that belongs is a matter of taste. */
  return (QdFixed) { x + (whole ? 0 : g_rand_int_range (rand, 0, 127)), y + (whole ? 0 : g_rand_int_range (rand, 0, 127)) };
}

static void
test_solid (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint round = 0; round < 3000; round++)
    {
      QdPen pen = { .colour = g_rand_int (rand) & 0xffffff, .alpha = (guint) g_rand_int_range (rand, 0, 256),
                    .width = g_rand_int_range (rand, 60, round % 4 == 0 ? 1500 : 400) };
      QdFixed a = random_point (rand, round % 5 == 0), b = random_point (rand, round % 5 == 0);

      if (round % 7 == 0)
        b.x = a.x;
      if (round % 11 == 0)
        b.y = a.y;
      check_line (a, b, &pen);
    }
}

/* A dash has ink for as long as it says, and the pattern goes on from piece to piece. */
static void
test_dashed (void)
{
  static const QdFixed ways[] = { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } };
  const QdPen pen = { .colour = 0xffffff, .alpha = 255, .width = 256, .dash = { 4 * 256, 3 * 256, 2 * 256, 1 * 256 } };

  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      g_autofree Sheet *sheet = g_new (Sheet, 1);
      QdRaster raster = raster_of (sheet);
      gboolean across = ways[way].x != 0;
      int length = across ? WIDTH : HEIGHT;
      QdFixed from = { ways[way].x < 0 ? WIDTH * 256 : across ? 0 : 20 * 256 + 128, ways[way].y < 0 ? HEIGHT * 256 : across ? 20 * 256 + 128 : 0 };
      QdFixed to = { from.x + ways[way].x * length * 256, from.y + ways[way].y * length * 256 };
      QdFixed between = { from.x + ways[way].x * 17 * 256, from.y + ways[way].y * 17 * 256 };
      gint64 along = qd_raster_line (&raster, from, between, &pen, 0);

      g_assert_cmpint (along, ==, 17 * 256);
      qd_raster_line (&raster, between, to, &pen, along);
      for (int i = 0; i < length; i++)
        {
          int at = ways[way].x + ways[way].y > 0 ? i : length - 1 - i, phase = i % 10;
          guint32 pixel = raster.pixels[across ? 20 * raster.stride + at : at * raster.stride + 20];
          gboolean ink = phase < 4 || (phase >= 7 && phase < 9);

          g_assert_cmphex (pixel & 0xff, ==, ink ? 0xff : PAPER & 0xff);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/raster/solid", test_solid);
  g_test_add_func ("/graph/raster/dashed", test_dashed);
  return g_test_run ();
}
