/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-layout.h"

G_BEGIN_DECLS

/* A graph at one zoom, of which any piece can be drawn: what all pieces have in common (which edges
 * cross which square, where the labels stand, how strong calm edges are) is found once, by the first
 * thread that draws. Immutable as seen from outside, any thread. */
typedef struct _QdGraphDrawing QdGraphDrawing;

/* @positions are copied. @zoom: pixels a unit; @scale: device pixels a pixel. NULL when a number makes
 * no sense. (transfer full) */
QdGraphDrawing *qd_graph_drawing_new (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme,
                                      double zoom, double scale);
/* Draws the lines of latitude and longitude of @map below all else. Before it is drawn or updated for the first time. */
void qd_graph_drawing_set_map (QdGraphDrawing *self, QdGeoMap *map);
/* The same places, other looks: @graph has the nodes and edges of the one before, in its order. Shares
 * what hangs on places alone, and the labels where nothing that they hang on has changed. (transfer full) */
QdGraphDrawing *qd_graph_drawing_update (QdGraphDrawing *self, QdGraph *graph);
QdGraphDrawing *qd_graph_drawing_ref (QdGraphDrawing *self);
void qd_graph_drawing_unref (QdGraphDrawing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphDrawing, qd_graph_drawing_unref)

/* Draws @width x @height pixels whose top left is at graph position (@x, @y): ARGB32 premultiplied and
 * opaque, native order, @stride bytes a row. Pieces whose origins are whole device pixels apart fit
 * together without a seam. NULL when that is nothing or more than 4096 a side. (transfer full) */
GBytes *qd_graph_drawing_draw (QdGraphDrawing *self, double x, double y, int width, int height, gsize *stride);

/* The same into pixels that are there, of whatever size; the origin is in device pixels. */
void qd_graph_drawing_draw_pixels (QdGraphDrawing *self, double origin_x, double origin_y, guint32 *pixels, int width, int height);

G_END_DECLS
