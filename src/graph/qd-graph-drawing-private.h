/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-bins.h"
#include "qd-graph-drawing.h"

G_BEGIN_DECLS

/* What hangs on places and zoom alone: shared by pictures of the same places. */
typedef struct {
  GMutex lock;
  QdPoint *positions;
  QdGeoMap *map;               /* what the places are on; NULL: on no map */
  QdGraphBins *bins;           /* NULL until first wanted */
  double calm;                 /* how strong calm edges are drawn, 0..1 */
} QdDrawingShape;

/* What hangs on what is wrong as well. */
typedef struct {
  GMutex lock;
  QdGraphLabel *boxes;         /* by node; NULL until first wanted */
  guint *shown;                /* the nodes whose label is shown */
  guint n_shown;
  int width;                   /* where they are cut */
} QdDrawingLabels;

/* Shapes and labels are atomic boxes, so that pictures may share them. */
struct _QdGraphDrawing {
  gatomicrefcount ref_count;
  QdGraph *graph;
  QdGraphTheme theme;
  double zoom, scale;
  QdDrawingShape *shape;
  QdDrawingLabels *labels;
};

/* Of a tile on the screen, in pixels: bins are such squares. */
#define QD_DRAWING_TILE 256

/* Finds what is not yet known. */
const QdDrawingShape *qd_graph_drawing_get_shape (QdGraphDrawing *self);
const QdDrawingLabels *qd_graph_drawing_get_placed (QdGraphDrawing *self);

G_END_DECLS
