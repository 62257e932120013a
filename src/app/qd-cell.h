/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/**
 * QdCell:
 *
 * One field of one thing in a table, which follows the thing while it is shown. Emits ::menu (x, y)
 * when a menu is asked for on it.
 */
#define QD_TYPE_CELL (qd_cell_get_type ())
G_DECLARE_FINAL_TYPE (QdCell, qd_cell, QD, CELL, GtkWidget)

GtkWidget *qd_cell_new (QdFleet *fleet, const QdSchema *schema, guint field);
/* NULL: shows nothing and follows nothing. */
void qd_cell_set_entity (QdCell *self, QdEntity *entity);
QdEntity *qd_cell_get_entity (QdCell *self);
/* Shows it anew: for what changes without the thing's changing, such as its connection's being live. */
void qd_cell_update (QdCell *self);

G_END_DECLS
