/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement.h"

G_BEGIN_DECLS

/* Where a tenant was, one stay: from one revision of its key until the next that moved it; all borrowed. */
typedef struct {
  const char *shard;       /* NULL: nowhere */
  const QdPlacementRevision *revision;
} QdPlacementStay;

/* What @revisions (element-type QdPlacementRevision, oldest first) say of @tenant, the newest first, without those that left it where it was, and
 * without those that cannot be read. (transfer full) (element-type QdPlacementStay) */
GArray *qd_placement_history_read (GPtrArray *revisions, const char *tenant);

/**
 * QdPlacementHistory:
 *
 * Where a tenant was placed, by the history of its key. Emits ::restore (string shard) for a stay that one wants back, and closes: it becomes a move
 * of the plan, so that it is reviewed and written as a new revision.
 */
#define QD_TYPE_PLACEMENT_HISTORY (qd_placement_history_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementHistory, qd_placement_history, QD, PLACEMENT_HISTORY, AdwDialog)

AdwDialog *qd_placement_history_new (QdHub *hub, const char *nats, QdPlacementMap *map, const char *tenant);

G_END_DECLS
