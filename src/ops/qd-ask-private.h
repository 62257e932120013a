/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/* In a fiber that holds the hub: sends @verb to a driver with what follows (names and texts in turn, then NULL), and waits for the answer.
 * A hub that is stopped meanwhile ends the waiting: G_IO_ERROR_CANCELLED. */
JsonNode *qd_ask (QdHub *hub, const char *connection, const char *verb, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* The same; takes @args. */
JsonNode *qd_ask_with (QdHub *hub, const char *connection, const char *verb, JsonObject *args, GError **error);
/* Asks without waiting: resolves by the answer. Takes @args. (transfer full) */
DexPromise *qd_ask_begin (QdHub *hub, const char *connection, const char *verb, JsonObject *args);
/* Waits for @ms, or less when the hub is stopped. */
void qd_pause (QdHub *hub, guint ms);

/* Whether it may have been done all the same, or may be done a moment later: nobody answered. */
gboolean qd_is_out_of_reach (const GError *error);

/* The control connection that @nats feeds; qd_placement_find_connection() is the other way round. (transfer full), or NULL. */
char *qd_hub_find_control (QdHub *hub, const char *nats);
gboolean qd_hub_is_live (QdHub *hub, const char *connection);

/* "ada@bridge": who acts, on which machine. (transfer full) */
char *qd_desk_name (void);

G_END_DECLS
