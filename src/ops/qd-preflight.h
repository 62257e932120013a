/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-apply.h"

G_BEGIN_DECLS

/**
 * qd_preflight_async:
 * @hub: all connections
 * @connection: which of them
 * @verb: a command that takes dry_run
 * @args: its arguments, as they will be sent
 * @cancellable: (nullable)
 * @callback: called when the answer is there
 * @data: for @callback
 *
 * Asks the server what one command would do, and does nothing: no job, no record. Main thread.
 */
void qd_preflight_async (QdHub *hub, const char *connection, const char *verb, JsonObject *args, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer data);
/* What the server says: (element-type QdPolicyRemark), empty where there is nothing to be said; a refusal of the question is a blocker. A server
 * that cannot be asked says nothing. NULL with @error (QD_DRIVER_ERROR) where the question was not answered. (transfer full) */
GPtrArray *qd_preflight_finish (QdHub *hub, GAsyncResult *result, GError **error);

G_END_DECLS
