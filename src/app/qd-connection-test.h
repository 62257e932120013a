/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-driver.h"

G_BEGIN_DECLS

/* Connects to @endpoint as a driver would, waits until it is live or says why not, and lets go.
 * Nothing of it reaches the fleet. Main thread; returns at once. */
void qd_connection_test_async (const QdEndpoint *endpoint, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* What the endpoint said it is and offers, in words. */
char *qd_connection_test_finish (GAsyncResult *result, GError **error);

G_END_DECLS
