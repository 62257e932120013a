/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementRow:
 *
 * One tenant in a list: how it is, what it is called, what waits, and where the plan sends it.
 */
#define QD_TYPE_PLACEMENT_ROW (qd_placement_row_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementRow, qd_placement_row, QD, PLACEMENT_ROW, GtkBox)

GtkWidget *qd_placement_row_new (QdPlacementBoard *board);
/* @item: of whose list it is the child; its label follows. */
void qd_placement_row_set_tenant (QdPlacementRow *self, const char *tenant, GtkListItem *item);
const char *qd_placement_row_get_tenant (QdPlacementRow *self);

G_END_DECLS
