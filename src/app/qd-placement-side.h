/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementSide:
 *
 * The tenants of one shard, or, while one searches, all who match: a list of which only rows in sight are widgets, from which one drags or, with
 * `m`, sends the selected elsewhere. Emits ::move (GStrv of tenants) when one wants to choose where, ::close, and ::history (string tenant).
 */
#define QD_TYPE_PLACEMENT_SIDE (qd_placement_side_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementSide, qd_placement_side, QD, PLACEMENT_SIDE, AdwBin)

GtkWidget *qd_placement_side_new (QdPlacementBoard *board);
/* NULL: who is placed nowhere. */
void qd_placement_side_set_shard (QdPlacementSide *self, const char *shard);
const char *qd_placement_side_get_shard (QdPlacementSide *self);
/* (transfer full) the ids of the selected. */
char **qd_placement_side_dup_selected (QdPlacementSide *self);
void qd_placement_side_select (QdPlacementSide *self, const char *tenant);
void qd_placement_side_focus (QdPlacementSide *self);

G_END_DECLS
