/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drawn-item.h"
#include "qd-grid-row.h"

G_BEGIN_DECLS

/**
 * QdGridCell:
 *
 * A cell as assistive technologies see it: drawn by its row, made when it is asked for.
 */
#define QD_TYPE_GRID_CELL (qd_grid_cell_get_type ())
G_DECLARE_FINAL_TYPE (QdGridCell, qd_grid_cell, QD, GRID_CELL, QdDrawnItem)

QdGridCell *qd_grid_cell_new (QdGridRow *row, guint field);
/* Says anew what its row shows of the field. */
void qd_grid_cell_refresh (QdGridCell *self);
/* Its row goes; others may still hold the cell. */
void qd_grid_cell_drop (QdGridCell *self);

G_END_DECLS
