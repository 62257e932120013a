/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-layout.h"

G_BEGIN_DECLS

/* How a graticule is drawn, whatever draws it: faint lines under all else, and here and there the degrees of one. */
#define QD_GRATICULE_WIDTH 1.0           /* pixels */
#define QD_GRATICULE_LABEL_WIDTH 90      /* where words are cut, pixels */
#define QD_GRATICULE_LABEL_RISE 40       /* they reach no higher, pixels */

/* Where and what: the start of the words, and the line's height there; in units. */
typedef struct {
  QdPoint at;
  char *text;
} QdGraticuleLabel;

/* The lines that cross the rectangle (in units) at @zoom pixels a unit. (transfer full) */
QdGraticule *qd_graticule_new_at (const QdGeoMap *map, double zoom, double left, double top, double right, double bottom);
double qd_graticule_alpha (const QdGraphTheme *theme);
/* Those of the rectangle's lines; the same ones whatever piece of the map is asked about. (transfer full) */
GArray *qd_graticule_find_labels (const QdGeoMap *map, const QdGraticule *self);

G_END_DECLS
