/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-fleet.h"
#include "qd-grid-columns.h"
#include "qd-grid-selection.h"

G_BEGIN_DECLS

/**
 * QdGrid:
 *
 * Rows and columns of a view's things, for a scrolled window: titles above, which do not scroll
 * away, and rows of which only those in sight have widgets. GtkColumnView keeps some 200 rows of
 * widgets for every cell and makes them anew whenever the list is filtered or sorted; this one has
 * a widget a row. ::activated (QdEntity) when a row is opened.
 */
#define QD_TYPE_GRID (qd_grid_get_type ())
G_DECLARE_FINAL_TYPE (QdGrid, qd_grid, QD, GRID, GtkWidget)

GtkWidget *qd_grid_new (QdFleet *fleet, QdView *view, QdKind kind);
QdGridColumns *qd_grid_get_columns (QdGrid *self);       /* borrowed */
QdGridSelection *qd_grid_get_selection (QdGrid *self);   /* borrowed */
/* Shows everything anew. */
void qd_grid_refresh (QdGrid *self);
/* The thing at a point; NULL on the titles and below the last row. Borrowed. */
QdEntity *qd_grid_pick (QdGrid *self, double x, double y);
/* Brings @entity's row into sight and the keyboard to it; @focus: also what is typed. */
void qd_grid_go (QdGrid *self, QdEntity *entity, gboolean focus);
void qd_grid_scroll_to_top (QdGrid *self);
/* A point in the keyboard's row, where its menu belongs. */
void qd_grid_get_cursor_point (QdGrid *self, graphene_point_t *point);

G_END_DECLS
