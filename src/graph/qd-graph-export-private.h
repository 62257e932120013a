/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-export.h"
#include "qd-graph-graticule.h"
#include "qd-graph-style.h"

G_BEGIN_DECLS

/* A picture before it is drawn: where things are, in pixels at scale 1. */
typedef struct {
  const QdGraphFile *file;
  const QdGraphTheme *theme;
  const char *title;
  const int *cancelled;
  double zoom, scale;
  double left, top, width, height;
  QdGraphLabel *labels;  /* by node */
  int label_width;       /* where labels are cut */
  double calm;
  QdGeoMap *map;         /* or NULL; borrowed */
  QdGraticule *graticule;
  GArray *degrees;       /* QdGraticuleLabel */
} QdCanvas;

/* What is drawn as the @i-th of all edges, or nodes: calm ones first, so that trouble lies on top. (transfer full) */
guint *qd_canvas_order (const QdCanvas *self, gboolean of_nodes);

char *qd_canvas_write_svg (const QdCanvas *self);

G_END_DECLS
