/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-map.h"

G_BEGIN_DECLS

/**
 * QdPlacementClash:
 *
 * Somebody else changed the placements while a plan was made: what was there, what one wants and what is there now, tenant by tenant, and what a
 * merge would do. Emits ::decided (boolean take_mine) and closes: TRUE writes what one wants where both changed the same, FALSE leaves theirs.
 */
#define QD_TYPE_PLACEMENT_CLASH (qd_placement_clash_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementClash, qd_placement_clash, QD, PLACEMENT_CLASH, AdwDialog)

/* @rows: (element-type QdPlacementMergeRow) read at once. */
AdwDialog *qd_placement_clash_new (GPtrArray *rows);

G_END_DECLS
