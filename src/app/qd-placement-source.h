/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-placement-map.h"
#include "qd-placement-roll.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* Where a session's placements come from: a control connection for shards and tenants, and NATS for who is placed where. Both are interned. */
typedef struct {
  const char *control;     /* NULL: nobody tells of shards */
  const char *nats;        /* NULL: there are no buckets */
} QdPlacementSource;

/* Follows the connection that is shown; where all are, takes the first that has placements. */
void qd_placement_source_find (QdPlacementSource *self, QdSession *session);
/* What the bucket of @kind says by now. (transfer full) */
QdPlacementMap *qd_placement_source_read_map (const QdPlacementSource *self, QdFleet *fleet, QdPlacementKind kind);
/* Who is where by @map and by what is known of shards and tenants. (transfer full) */
QdPlacementRoll *qd_placement_source_read_roll (const QdPlacementSource *self, QdFleet *fleet, const QdPlacementMap *map);
/* What is wrong in it, in a line; NULL: nothing. (transfer full) */
char *qd_placement_source_tell_findings (const QdPlacementMap *map);

G_END_DECLS
