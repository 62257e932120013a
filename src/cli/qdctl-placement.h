/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-placement.h"
#include "qdctl.h"

G_BEGIN_DECLS

/* What "qdctl placement" prints. All but the texts for people are JSON, one value a call. */
void qdctl_placement_print_maps (GPtrArray *maps, gboolean json);
void qdctl_placement_print_place (QdPlacementMap *map, const QdPlacement *place, gboolean json);
/* What an edit would write, or has written; @dry_run: would. */
void qdctl_placement_print_edit (const QdPlacementEdit *edit, gboolean dry_run, gboolean json);
/* Base, mine and theirs, after a lost race. */
void qdctl_placement_print_race (const QdPlacementEdit *edit, gboolean json);
void qdctl_placement_print_history (GPtrArray *revisions, gboolean json);
void qdctl_placement_print_diff (GPtrArray *rows, gboolean json);

/* Proposes the fewest moves that bring the shards of @map's kind in order, by what they tell of themselves; changes nothing. */
QdExit qdctl_placement_rebalance (QdctlSession *session, QdPlacementMap *map, gboolean json);

G_END_DECLS
