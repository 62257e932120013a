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
 * The history of a key of the placement: who wrote what when, how any two revisions differ, and where one tenant was. Emits ::restore (string shard)
 * for a stay that one wants back, which becomes a move of the plan, or ::restore-revision (uint, of the revisions) for all of a revision, and closes.
 */
#define QD_TYPE_PLACEMENT_HISTORY (qd_placement_history_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementHistory, qd_placement_history, QD, PLACEMENT_HISTORY, AdwDialog)

/* @tenant: NULL with a map under one key: of all in it. */
AdwDialog *qd_placement_history_new (QdHub *hub, const char *nats, QdPlacementMap *map, const char *tenant);
/* (element-type QdPlacementRevision), oldest first; NULL until they are there. Borrowed. */
GPtrArray *qd_placement_history_get_revisions (QdPlacementHistory *self);
/* Compares two of them, as a user would choose. */
void qd_placement_history_compare (QdPlacementHistory *self, guint from, guint to);

G_END_DECLS
