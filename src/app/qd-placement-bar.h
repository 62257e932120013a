/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementBar:
 *
 * The plan in a line at the bottom: how many moves, which, undo, redo, discard, review. Seen while there is something to do or undo.
 * Its buttons are the page's actions.
 */
#define QD_TYPE_PLACEMENT_BAR (qd_placement_bar_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementBar, qd_placement_bar, QD, PLACEMENT_BAR, AdwBin)

GtkWidget *qd_placement_bar_new (QdPlacementBoard *board);

G_END_DECLS
