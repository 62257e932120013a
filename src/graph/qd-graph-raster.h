/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* Opaque 0xffRRGGBB pixels that lines are blended into. */
typedef struct {
  guint32 *pixels;
  int width, height;
  int stride;            /* in pixels */
} QdRaster;

/* How a line looks. @dash: lengths on, off, on, off in 1/256 pixel, all zero for an unbroken line. */
typedef struct {
  guint32 colour;        /* 0xRRGGBB */
  guint alpha;           /* 0..255 */
  int width;             /* 1/256 pixel */
  int dash[4];
} QdPen;

/* A point in 1/256 pixel: whole numbers, so that a line has the same pixels in whatever tile. */
typedef struct { gint64 x, y; } QdFixed;

/* Draws from @a to @b; @along is how far into the dashes the line begins (1/256 pixel). Returns
 * where it ends, for the next piece. */
gint64 qd_raster_line (QdRaster *self, QdFixed a, QdFixed b, const QdPen *pen, gint64 along);
/* Lays premultiplied ARGB32 over the pixels with its top left at (@x, @y). */
void qd_raster_blit (QdRaster *self, const guint32 *source, int width, int height, int stride, int x, int y);

G_END_DECLS
