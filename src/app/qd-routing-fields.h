/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/* A routing policy as a JSON object, as the node API spells it, taken apart into the fields that people
 * change one by one: what was changed, by whom, and what becomes of both changes. Pure; main thread. */
typedef enum {
  QD_ROUTING_AT_NAME,
  QD_ROUTING_AT_PRIORITY,
  QD_ROUTING_AT_ENABLED,
  QD_ROUTING_AT_SRC_CIDR,
  QD_ROUTING_AT_DST_CIDR,
  QD_ROUTING_AT_SRC_PORT,
  QD_ROUTING_AT_DST_PORTS,
  QD_ROUTING_AT_PROTOCOL,
  QD_ROUTING_AT_CLASS,
  QD_ROUTING_AT_DSCP,
  QD_ROUTING_AT_PREFERENCE,
  QD_ROUTING_AT_PRIMARY,
  QD_ROUTING_AT_BACKUPS,
  QD_ROUTING_AT_THRESHOLD,
  QD_ROUTING_AT_FAILBACK,
  QD_ROUTING_AT_DELAY,
  QD_ROUTING_N_AT
} QdRoutingAt;

/* For people: "Source block". */
const char *qd_routing_at_get_title (QdRoutingAt at);

/* (transfer full) What is known of @policy, all fields there, null where there is none; no id, no revision. */
JsonObject *qd_routing_object_of (QdEntity *policy);
/* (transfer full) The same of an object that a server or a draft gave; what is no field of ours is left out. */
JsonObject *qd_routing_object_normalize (JsonObject *object);
/* (transfer full) One that matches everything and prefers low latency. */
JsonObject *qd_routing_object_new (void);
/* (transfer full) Its text, a field a line: what drafts keep. */
char *qd_routing_object_to_text (JsonObject *object);

/* Borrowed; NULL where there is none or it is null. */
JsonNode *qd_routing_object_get (JsonObject *object, QdRoutingAt at);
/* @node: (transfer full) (nullable) */
void qd_routing_object_set (JsonObject *object, QdRoutingAt at, JsonNode *node);
/* Which fields differ, a bit 1 << QdRoutingAt each. */
guint qd_routing_object_diff (JsonObject *a, JsonObject *b);
/* (transfer full) What makes @after of @before: a merge patch (RFC 7396). */
JsonObject *qd_routing_object_patch (JsonObject *before, JsonObject *after);
/* (transfer full) @theirs with what @mine changed of @base. Where both changed a field, and differently, it is among @conflicts and mine is
 * in the answer. */
JsonObject *qd_routing_object_merge (JsonObject *base, JsonObject *mine, JsonObject *theirs, guint *conflicts);

/* (transfer full) The value of a field for people; "—" for none. @fleet, @connection: (nullable): where paths are called by name. */
char *qd_routing_object_tell (JsonObject *object, QdRoutingAt at, QdFleet *fleet, const char *connection);
/* (transfer full) A line for each field that differs: "Priority: 10 → 20". Empty when none does. */
char *qd_routing_object_describe (JsonObject *before, JsonObject *after, QdFleet *fleet, const char *connection);

G_END_DECLS
