/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-grid-columns.h"
#include "qd-grid-selection.h"

#include <gtk/gtk.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/**
 * QdGridBody:
 *
 * The rows of a grid: widgets for what is in sight, and the one that has the focus. What is where is
 * the view's affair; the widgets follow their things, and whoever reads, the rows in sight.
 * ::activated (QdEntity).
 */
#define QD_TYPE_GRID_BODY (qd_grid_body_get_type ())
G_DECLARE_FINAL_TYPE (QdGridBody, qd_grid_body, QD, GRID_BODY, GtkWidget)

GtkWidget *qd_grid_body_new (QdFleet *fleet, QdView *view, QdKind kind, QdGridColumns *columns, QdGridSelection *selection);
void qd_grid_body_set_vadjustment (QdGridBody *self, GtkAdjustment *adjustment);
/* Where its left edge is, how wide its rows are, and how much of them is in sight; it is then placed anew. */
void qd_grid_body_set_x (QdGridBody *self, int x, int width, int seen);
int qd_grid_body_get_row_height (QdGridBody *self);
/* Draws all rows anew. */
void qd_grid_body_refresh (QdGridBody *self);
/* The thing at a point; NULL below the last. Borrowed. */
QdEntity *qd_grid_body_pick (QdGridBody *self, double x, double y);
/* Moves the keyboard's place to @entity's row, and brings it into sight. */
void qd_grid_body_go (QdGridBody *self, QdEntity *entity, gboolean focus);
void qd_grid_body_scroll_to_top (QdGridBody *self);
/* Where the keyboard's row is, in the body's own pixels; FALSE when it is not in sight. */
gboolean qd_grid_body_get_cursor_box (QdGridBody *self, graphene_rect_t *box);

G_END_DECLS
