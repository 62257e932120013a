/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-grid-columns.h"

G_BEGIN_DECLS

/**
 * QdGridHeader:
 *
 * The titles of a grid's columns. A click sorts, the other way round when it sorts already; titles
 * are dragged to another place, and their ends to another width. With the focus in a title, Ctrl
 * and the arrows change its width, Ctrl, Shift and the arrows its place.
 */
#define QD_TYPE_GRID_HEADER (qd_grid_header_get_type ())
G_DECLARE_FINAL_TYPE (QdGridHeader, qd_grid_header, QD, GRID_HEADER, GtkWidget)

GtkWidget *qd_grid_header_new (QdGridColumns *columns);
/* What scrolls it: a title that gets the focus is brought into sight. */
void qd_grid_header_set_hadjustment (QdGridHeader *self, GtkAdjustment *adjustment);

G_END_DECLS
