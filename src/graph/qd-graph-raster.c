/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-raster.h"

#include <math.h>
#include <string.h>

/* Lines after X. Wu ("An efficient antialiasing technique", SIGGRAPH 1991), widened: for each column
 * (or row) along the longer axis, the span that the line covers, its ends blended by how much of
 * the pixel they cover. */

/* The three channels of a pixel, 16 bits apart, so that one product does for all. */
static inline guint64
spread (guint32 pixel)
{
  return (pixel & 0xff00ff) | (guint64) (pixel & 0x00ff00) << 24;
}

static inline guint32
blend (guint32 under, guint64 colour, guint alpha)
{
  guint64 mixed = (spread (under) * (256 - alpha) + colour * alpha) >> 8;

  return 0xff000000 | (guint32) (mixed & 0xff00ff) | ((guint32) (mixed >> 24) & 0x00ff00);
}

/* How much of a pixel's colour is the line's, of which @covered lies in it; both, and @alpha, 1..256. Rounded so that
 * no product needs more than 16 bits. */
static inline guint
share_of (guint alpha, guint covered)
{
  return covered - ((covered * (256 - alpha)) >> 8);
}

/* The channels of two pixels: any processor of these days has a register for them. */
typedef guint8 Bytes __attribute__ ((vector_size (8)));
typedef guint16 Words __attribute__ ((vector_size (16)));
typedef gint16 Shorts __attribute__ ((vector_size (16)));

static inline Words
spread_words (guint64 pixels)
{
  return __builtin_convertvector ((Bytes) pixels, Words);
}

/* The same as blend(), for two at once, the second in the upper half. */
static inline guint64
blend_two (guint64 under, Words colour, Words share)
{
  Words mixed = (spread_words (under) * (256 - share) + colour * share) >> 8;

  return (guint64) __builtin_convertvector (mixed, Bytes) | G_GUINT64_CONSTANT (0xff000000ff000000);
}

/* The same as share_of(), for two pixels, the first of which the span enters at @begin and leaves at @end, in 1/256 of
 * a pixel from its top. */
static inline Words
share_two (Shorts end, Shorts begin, Words less)
{
  const Shorts tops = { 0, 0, 0, 0, 256, 256, 256, 256 }, none = { 0 }, whole = none + 256;
  Shorts in = end - tops, over = in > whole;
  Words covered;

  in = (whole & over) | (in & ~over);
  in &= in > none;
  covered = (Words) (in - begin);
  return covered - ((covered * less) >> 8);
}

/* How much of the dash pattern's ink is at @at within the pattern, 0..256, with ends one pixel soft. */
static guint
dash_ink (const QdPen *pen, gint64 at, gint64 total)
{
  gint64 begin = 0;

  for (guint i = 0; i < 4; i += 2)
    {
      gint64 end = begin + pen->dash[i];

      if (at >= begin - 128 && at < end + 128 && pen->dash[i] > 0)
        return (guint) CLAMP (MIN (at - begin, end - at) + 128, 0, 256);
      begin = end + pen->dash[i + 1];
    }
  /* The first dash's soft beginning lies at the end of the one before. */
  return total - at < 128 ? (guint) (128 - (total - at)) : 0;
}

/* 0..256 */
static guint
alpha_of (const QdPen *pen)
{
  return pen->alpha + (pen->alpha >> 7);
}

typedef struct {
  QdRaster *raster;
  gboolean steep;
  gint64 u0, v0, u1;      /* along the longer axis, and across at its beginning */
  gint64 slope;           /* 1/65536 */
  gint64 half;            /* half of the span across */
  guint pixels;           /* that a column of it may touch, at most */
  gint64 length, along;
  gboolean backward;
} Stroke;

/* Blends the part of column (or row) @u that lies from @top to @bottom, which reaches into the raster. */
static inline void
cover (const Stroke *stroke, gint64 u, gint64 top, gint64 bottom, guint alpha, guint64 colour)
{
  const QdRaster *raster = stroke->raster;
  gint64 across = stroke->steep ? raster->width : raster->height;
  gsize step = stroke->steep ? 1 : (gsize) raster->stride;
  gint64 first = MAX (top >> 8, 0), last = MIN ((bottom - 1) >> 8, across - 1);
  guint32 *at = raster->pixels + (stroke->steep ? u * raster->stride + first : first * raster->stride + u);

  for (gint64 k = first; k <= last; k++, at += step)
    {
      gint64 covered = MIN (bottom, (k + 1) * 256) - MAX (top, k * 256);

      *at = blend (*at, colour, share_of (alpha, (guint) covered));
    }
}

#define NONE_INSIDE G_MAXINT     /* more pixels than any raster has */

/* The same, for a span that does not leave the raster: always the same number of pixels, some of which it
 * may leave as they are, so that nothing is to be decided. @at: the pixel in which it begins. */
static inline __attribute__ ((always_inline)) void
cover_inside (guint32 *at, gsize step, int top, int length, Words less, Words colour, guint pixels)
{
  const Shorts first = { -1, -1, -1, -1, 0, 0, 0, 0 };
  Shorts begin = ((Shorts) { 0 } + (gint16) top) & first, end = (Shorts) { 0 } + (gint16) (top + length);

  for (guint pixel = 0; pixel < pixels; pixel += 2, at += 2 * step, begin = (Shorts) { 0 }, end -= 512)
    {
      Words share = share_two (end, begin, less);
      guint64 two;

      if (pixel + 1 == pixels)
        {
          *at = (guint32) blend_two (*at, colour, share);
          return;
        }
      if (step == 1)
        memcpy (&two, at, sizeof two);
      else
        two = at[0] | (guint64) at[step] << 32;
      two = blend_two (two, colour, share);
      if (step == 1)
        memcpy (at, &two, sizeof two);
      else
        {
          at[0] = (guint32) two;
          at[step] = (guint32) (two >> 32);
        }
    }
}

/* Columns from @first to before @end, of which none leaves the raster; said which kind they are, each kind is
 * compiled for itself. */
static inline __attribute__ ((always_inline)) void
run_inside (const Stroke *stroke, const QdPen *pen, gint64 first, gint64 end, gboolean steep, guint pixels)
{
  Words colour = spread_words (pen->colour | (guint64) pen->colour << 32);
  Words less = (Words) { 0 } + (guint16) (256 - alpha_of (pen));
  gsize stride = (gsize) stroke->raster->stride, step = steep ? 1 : stride, along = steep ? stride : 1;
  gint64 way = (first * 256 + 128 - stroke->u0) * stroke->slope, way_step = stroke->slope * 256, v0 = stroke->v0 - stroke->half;
  int length = (int) (2 * stroke->half);
  guint32 *column = stroke->raster->pixels + (gsize) first * along;

  for (gint64 u = first; u < end; u++, way += way_step, column += along)
    {
      gint64 top = v0 + (way >> 16);

      cover_inside (column + (gsize) (top >> 8) * step, step, (int) (top & 255), length, less, colour, pixels);
    }
}

static inline __attribute__ ((always_inline)) void
run_inside_any (const Stroke *stroke, const QdPen *pen, gint64 first, gint64 end, guint pixels)
{
  if (stroke->steep)
    run_inside (stroke, pen, first, end, TRUE, pixels);
  else
    run_inside (stroke, pen, first, end, FALSE, pixels);
}

/* Whether column @u and all pixels that cover_inside() may touch there lie in the raster. */
static inline gboolean
is_inside (const Stroke *stroke, gint64 u)
{
  gint64 across = stroke->steep ? stroke->raster->width : stroke->raster->height;
  gint64 top = stroke->v0 - stroke->half + (((u * 256 + 128 - stroke->u0) * stroke->slope) >> 16);

  return top >= 0 && (top >> 8) + (gint64) stroke->pixels <= across;
}

static inline void
cover_column (const Stroke *stroke, gint64 u, guint alpha, guint64 colour)
{
  gint64 v = stroke->v0 + (((u * 256 + 128 - stroke->u0) * stroke->slope) >> 16);

  cover (stroke, u, v - stroke->half, v + stroke->half, alpha, colour);
}

/* Narrows the columns to those in which the line is within the raster: of a long line that crosses a
 * corner, most are not. Rounded outwards, since cover() looks again. */
static void
clip (const Stroke *stroke, gint64 *first, gint64 *end)
{
  gint64 across = stroke->steep ? stroke->raster->width : stroke->raster->height;
  /* where the middle is no more than half the span away from the raster */
  gint64 low = -stroke->half - stroke->v0, high = across * 256 + stroke->half - stroke->v0;
  double a, b;

  if (ABS (stroke->slope) < 16)
    {
      /* level: it is in for its whole length, or for none of it, but for a pixel */
      if (high < -256 || low > 256 + ((stroke->u1 - stroke->u0) >> 12))
        *end = *first;
      return;
    }
  a = (double) low * 65536 / (double) stroke->slope;
  b = (double) high * 65536 / (double) stroke->slope;
  *first = MAX (*first, (gint64) floor (((double) stroke->u0 + MIN (a, b)) / 256) - 1);
  *end = MIN (*end, (gint64) ceil (((double) stroke->u0 + MAX (a, b)) / 256) + 1);
}

static void
run_solid (const Stroke *stroke, const QdPen *pen, gint64 first, gint64 end)
{
  guint alpha = alpha_of (pen);
  guint64 colour = spread (pen->colour);

  /* A line is straight: between two columns that are inside, all are. */
  while (first < end && !is_inside (stroke, first))
    cover_column (stroke, first++, alpha, colour);
  while (first < end && !is_inside (stroke, end - 1))
    cover_column (stroke, --end, alpha, colour);
  if (first >= end)
    return;
  switch (stroke->pixels)
    {
    case 2: run_inside_any (stroke, pen, first, end, 2); break;
    case 3: run_inside_any (stroke, pen, first, end, 3); break;
    default: run_inside_any (stroke, pen, first, end, 4); break;
    }
}

static void
run_dashed (const Stroke *stroke, const QdPen *pen, gint64 first, gint64 end)
{
  guint alpha = alpha_of (pen);
  guint64 colour = spread (pen->colour);
  gint64 total = (gint64) pen->dash[0] + pen->dash[1] + pen->dash[2] + pen->dash[3];
  gint64 from = first * 256 + 128 - stroke->u0;
  /* How far along the line a column is, and where in the pattern, in 1/65536 of our units: whole numbers, so that
   * adding them up comes to the same from wherever one begins. */
  gint64 step = ((stroke->length << 16) / (stroke->u1 - stroke->u0)) * (stroke->backward ? -256 : 256), round = total << 16;
  gint64 at = (stroke->along + (stroke->backward ? stroke->length : 0)) << 16;

  at = (at + from * (step / 256)) % round;
  for (gint64 u = first; u < end; u++)
    {
      guint ink;

      while (at < 0)
        at += round;
      while (at >= round)
        at -= round;
      ink = dash_ink (pen, at >> 16, total);
      if (ink > 0)
        cover_column (stroke, u, share_of (alpha, ink), colour);
      at += step;
    }
}

static void
run (const Stroke *stroke, const QdPen *pen)
{
  gint64 extent = stroke->steep ? stroke->raster->height : stroke->raster->width;
  /* A column belongs to the line when its middle does: pieces that meet share none. */
  gint64 first = MAX ((stroke->u0 + 127) >> 8, 0), end = MIN ((stroke->u1 + 127) >> 8, extent);

  clip (stroke, &first, &end);
  if (pen->dash[0] > 0)
    run_dashed (stroke, pen, first, end);
  else
    run_solid (stroke, pen, first, end);
}

gint64
qd_raster_line (QdRaster *self, QdFixed a, QdFixed b, const QdPen *pen, gint64 along)
{
  gint64 dx = b.x - a.x, dy = b.y - a.y, du, dv;
  double length = sqrt ((double) dx * dx + (double) dy * dy);
  Stroke stroke = { .raster = self, .along = along, .length = (gint64) length };
  gint64 margin = pen->width + 256;

  if (length < 1)
    return along;
  if (pen->alpha == 0)
    return along + stroke.length;
  if (MAX (a.x, b.x) < -margin || MIN (a.x, b.x) > self->width * 256 + margin ||
      MAX (a.y, b.y) < -margin || MIN (a.y, b.y) > self->height * 256 + margin)
    return along + stroke.length;
  stroke.steep = ABS (dy) > ABS (dx);
  stroke.backward = stroke.steep ? dy < 0 : dx < 0;
  if (stroke.backward)
    {
      QdFixed swap = a;
      a = b;
      b = swap;
      dx = -dx;
      dy = -dy;
    }
  du = stroke.steep ? dy : dx;
  dv = stroke.steep ? dx : dy;
  stroke.u0 = stroke.steep ? a.y : a.x;
  stroke.u1 = stroke.steep ? b.y : b.x;
  stroke.v0 = stroke.steep ? a.x : a.y;
  stroke.slope = dv * 65536 / du;
  stroke.half = (gint64) (pen->width / 2.0 * length / (double) du);
  /* A span of one pixel's length lies in two, of two in three, of three in four. */
  stroke.pixels = stroke.half <= 128 ? 2 : stroke.half <= 256 ? 3 : stroke.half <= 384 ? 4 : NONE_INSIDE;
  run (&stroke, pen);
  return along + stroke.length;
}

void
qd_raster_blit (QdRaster *self, const guint32 *source, int width, int height, int stride, int x, int y)
{
  int left = MAX (0, -x), top = MAX (0, -y);
  int right = MIN (width, self->width - x), bottom = MIN (height, self->height - y);

  for (int row = top; row < bottom; row++)
    {
      guint32 *to = self->pixels + (gsize) (y + row) * self->stride + x;
      const guint32 *from = source + (gsize) row * stride;

      for (int column = left; column < right; column++)
        {
          guint32 pixel = from[column], alpha = pixel >> 24;

          if (alpha == 255)
            to[column] = pixel;
          else if (alpha > 0)
            {
              guint keep = 255 - alpha;
              guint32 rb = to[column] & 0xff00ff, g = (to[column] >> 8) & 0xff;

              rb = ((rb * keep + 0x800080) >> 8) & 0xff00ff;
              g = (g * keep + 0x80) >> 8;
              to[column] = 0xff000000 | (rb + (pixel & 0xff00ff)) | ((g + ((pixel >> 8) & 0xff)) << 8);
            }
        }
    }
}
