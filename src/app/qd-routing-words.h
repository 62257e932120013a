/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-fleet.h"

G_BEGIN_DECLS

/* Routing policies in words. What a server wrote that is none of what the API knows is shown as it is. */

/* A path's name, else its id. Borrowed. */
const char *qd_routing_path_name (QdFleet *fleet, const char *connection, const char *id);
/* (transfer full) "Lowest latency"; "By weight: latency 3, loss 1.5". */
char *qd_routing_tell_preference (JsonNode *preference);
/* (transfer full) "udp to port 5060-5090, class voice"; @match as JSON text, or NULL. */
char *qd_routing_tell_match (const char *match);
/* (transfer full) Short: "Below 70: HQ → East, then HQ → West"; empty where there is none. @failover as JSON text, or NULL. */
char *qd_routing_tell_failover (QdFleet *fleet, const char *connection, const char *failover);
/* (transfer full) A column of a routing policy for a table; NULL for what needs no words. */
char *qd_routing_tell_field (QdFleet *fleet, QdEntity *policy, guint field);
/* (transfer full) The whole of a policy in sentences. @object: as of qd_routing_object_of(). */
char *qd_routing_tell (JsonObject *object, QdFleet *fleet, const char *connection);

G_END_DECLS
