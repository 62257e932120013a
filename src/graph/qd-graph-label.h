/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "qd-topology.h"

G_BEGIN_DECLS

/* Where a label stands: pixels at scale 1 from the graph's origin. */
typedef struct { double left, top, width, height; gboolean shown; } QdLabelBox;

/* Chooses for all nodes at once, so that every tile chooses alike, which labels are shown and where:
 * the important ones first, none over another or over a node. (transfer full), one box a node. */
QdLabelBox *qd_labels_place (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme, double zoom);

/* Room about the letters in a drawn label, in pixels at scale 1. */
#define QD_LABEL_RIM 3

/* Draws @label by itself, QD_LABEL_RIM larger than its box on each side: drawn straight into a tile, its
 * letters would depend on where the tile ends. (transfer full) */
cairo_surface_t *qd_label_draw (const char *label, const QdGraphTheme *theme, gboolean faint, double scale);

G_END_DECLS
