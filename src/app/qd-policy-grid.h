/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-axis.h"

G_BEGIN_DECLS

/**
 * QdPolicyGrid:
 *
 * The squares of a matrix of who may talk to whom, and the names beside and above them, which stay while it is scrolled.
 * Only what is in sight is asked for and drawn.
 */
#define QD_TYPE_POLICY_GRID (qd_policy_grid_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGrid, qd_policy_grid, QD, POLICY_GRID, GtkWidget)

GtkWidget *qd_policy_grid_new (void);
/* Shows @rows and @columns of @ends (NULL: nothing), which it takes the lines of; where it is scrolled to, and the place of the keyboard, stay. */
void qd_policy_grid_set (QdPolicyGrid *self, QdPolicyEnds *ends, QdPolicyAxis *rows, QdPolicyAxis *columns);

/* How many rows or columns are shown, without headings. */
guint qd_policy_grid_get_n (QdPolicyGrid *self, gboolean across);

/* Brings a cell to sight, and the keyboard to it; FALSE: it is not shown. */
gboolean qd_policy_grid_select (QdPolicyGrid *self, guint src, guint dst);
/* Where the keyboard is, in ends; FALSE: nowhere. */
gboolean qd_policy_grid_get_cursor (QdPolicyGrid *self, guint *src, guint *dst);
/* What is drawn in a cell; FALSE: it is not drawn. */
gboolean qd_policy_grid_get_drawn (QdPolicyGrid *self, guint src, guint dst, QdPolicyCell *cell);
/* Where it is drawn, in the grid's own pixels; FALSE: it is out of sight. */
gboolean qd_policy_grid_get_box (QdPolicyGrid *self, guint src, guint dst, graphene_rect_t *box);

G_END_DECLS
