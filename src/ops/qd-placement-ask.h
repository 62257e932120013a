/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-placement.h"

G_BEGIN_DECLS

/* What the answer of kv.all says. Any thread. */
QdPlacementMap *qd_placement_map_from_json (QdPlacementKind kind, const char *bucket, JsonNode *answer, GError **error);
/* The bytes of an entry's value, however it came. (transfer full) */
GBytes *qd_placement_dup_value (JsonObject *entry);

G_END_DECLS
