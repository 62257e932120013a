/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "qd-topology.h"

G_BEGIN_DECLS

/* Room about the letters in a drawn label, in pixels at scale 1. */
#define QD_LABEL_RIM 3

/* Draws @label by itself, QD_LABEL_RIM larger than its box on each side: drawn straight into a tile, its
 * letters would depend on where the tile ends. (transfer full) */
cairo_surface_t *qd_label_draw (const char *label, const QdGraphTheme *theme, int max_width, gboolean faint, double scale);

/* Draws @label with the top left of its box at 0, 0 of @cr, for what is not drawn in tiles. */
void qd_label_paint (cairo_t *cr, const char *label, const QdGraphTheme *theme, int max_width, gboolean faint);
/* What is left of @label where labels are cut, and how far below the top of its box the letters stand, in pixels. (transfer full) */
char *qd_label_fit (const char *label, const QdGraphTheme *theme, int max_width, double *baseline);
guint32 qd_label_colour (const QdGraphTheme *theme, gboolean faint);

G_END_DECLS
