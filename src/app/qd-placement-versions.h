/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-map.h"
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPlacementVersions:
 *
 * Which service runs in which version on which shard: a line a shard, a column a service kind, and in words whether they agree.
 */
#define QD_TYPE_PLACEMENT_VERSIONS (qd_placement_versions_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementVersions, qd_placement_versions, QD, PLACEMENT_VERSIONS, AdwBin)

GtkWidget *qd_placement_versions_new (void);
/* Reads the shards of @control (NULL: of nobody). */
void qd_placement_versions_update (QdPlacementVersions *self, QdFleet *fleet, const char *control);
/* What it says about @kind: "Runner: 1.4.2 on 2 shards, 1.4.1 on 1". (transfer full) */
char *qd_placement_versions_dup_summary (QdPlacementVersions *self, QdPlacementKind kind);

G_END_DECLS
