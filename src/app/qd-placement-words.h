/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-placement-board.h"
#include "qd-placement-map.h"

G_BEGIN_DECLS

/* What is said of shards and tenants, the same wherever it is said. All (transfer full). */

/* "12 of 20", "12 → 14 of 20". */
char *qd_placement_tell_fill (QdPlacementBoard *board, const QdRollShard *shard);
/* "eu-west · 1.4.2 · 310/s · disk=fast"; what is not known is left out. */
char *qd_placement_tell_facts (const QdRollShard *shard);
/* "draining", "down", "not known"; NULL: nothing that would need saying. */
const char *qd_placement_get_state_word (const QdRollShard *shard);
/* All of it in a sentence, for a screen reader. */
char *qd_placement_tell_shard (QdPlacementBoard *board, const QdRollShard *shard);
/* "12 waiting, 3 in flight"; "" where nothing is known. */
char *qd_placement_tell_waiting (const QdRollTenant *tenant);
/* "acme: shard-1 → shard-2". */
char *qd_placement_tell_move (const QdPlacementMove *move);
/* N_() of a service kind: "Runner". Borrowed. */
const char *qd_placement_get_kind_title (QdPlacementKind kind);

G_END_DECLS
