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

G_END_DECLS
