/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/* Who may reach whom, as CSV (RFC 4180), written on a worker thread: to ask for all cells takes its time. */

/* A line for each pair of ends that may connect, or may no more: from, to, connections, and, when there is a before, what they were. As in the list of connections,
 * nobody's to itself, and none from outside to outside. */
void qd_policy_csv_list_async (QdPolicyEnds *ends, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* A rectangle: sources down, destinations across. @rows, @columns: of guint, ends; references are kept. */
void qd_policy_csv_table_async (QdPolicyEnds *ends, GArray *rows, GArray *columns, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full): of either; NULL with @error. */
GBytes *qd_policy_csv_finish (GAsyncResult *result, GError **error);

G_END_DECLS
