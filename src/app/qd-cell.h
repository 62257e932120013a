/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/**
 * QdCell:
 *
 * One field of one thing in a table, which follows the thing while it is shown. It draws its text itself: a table makes its widgets for some 150
 * rows anew whenever its list gets much shorter, and a thousand GtkLabels or GtkInscriptions, each
 * with a Pango context of its own, take a quarter of a second.
 */
#define QD_TYPE_CELL (qd_cell_get_type ())
G_DECLARE_FINAL_TYPE (QdCell, qd_cell, QD, CELL, GtkWidget)

/* @host: whose font and text direction all cells of a table share; it outlives them. */
GtkWidget *qd_cell_new (QdFleet *fleet, const QdSchema *schema, guint field, GtkWidget *host);
/* NULL: shows nothing and follows nothing. */
void qd_cell_set_entity (QdCell *self, QdEntity *entity);
QdEntity *qd_cell_get_entity (QdCell *self);
/* Shows it anew: for what changes without the thing's changing, such as its connection's being live. */
void qd_cell_update (QdCell *self);

G_END_DECLS
