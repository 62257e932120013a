/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-fleet.h"
#include "qd-grid-columns.h"
#include "qd-grid-icons.h"

G_BEGIN_DECLS

/**
 * QdGridRow:
 *
 * One row of a grid: draws all its cells itself and follows the thing it shows. A widget for each
 * cell would have to be placed, styled and snapshotted for each: some 25 rows are all there is, and
 * what is in them is text. For assistive technologies its cells are there one by one.
 */
#define QD_TYPE_GRID_ROW (qd_grid_row_get_type ())
G_DECLARE_FINAL_TYPE (QdGridRow, qd_grid_row, QD, GRID_ROW, GtkWidget)

/* What all rows of a grid have in common; borrowed, it outlives them. */
typedef struct {
  QdFleet *fleet;
  const QdSchema *schema;
  QdGridColumns *columns;
  QdGridIcons *icons;
  int left, right;         /* what of a row is in sight, in its pixels */
  GtkAccessible *(*next_row) (gpointer data, QdGridRow *row);   /* (transfer full), as a reader goes through them */
  gpointer data;
} QdGridLook;

GtkWidget *qd_grid_row_new (const QdGridLook *look);
/* NULL: shows nothing and follows nothing. */
void qd_grid_row_set (QdGridRow *self, QdEntity *entity, guint position);
QdEntity *qd_grid_row_get_entity (QdGridRow *self);
guint qd_grid_row_get_position (QdGridRow *self);
/* It stays with its thing, which has moved. */
void qd_grid_row_set_position (QdGridRow *self, guint position);
void qd_grid_row_set_selected (QdGridRow *self, gboolean selected);
/* Shows it anew: for what changes without the thing's changing, such as its connection's being live. */
void qd_grid_row_refresh (QdGridRow *self);

/* For the cells that a reader sees. */
const QdGridLook *qd_grid_row_get_look (QdGridRow *self);
char *qd_grid_row_dup_text (QdGridRow *self, guint field);
/* The accessible of the visible column @i or the first after it; NULL after the last. (transfer full) */
GtkAccessible *qd_grid_row_dup_cell (QdGridRow *self, guint i);

G_END_DECLS
