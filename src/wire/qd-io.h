/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The one thread on which HTTP, WebSocket and SSE happen. Made at first use, never ended but by the process. */
GMainContext *qd_io_get_context (void);
gboolean qd_io_is_current (void);
/* Runs @func once on the I/O thread, soon; on it already: still later, never nested. */
void qd_io_invoke (GSourceFunc func, gpointer data, GDestroyNotify destroy);
/* A timeout on the I/O thread. (transfer full) */
GSource *qd_io_timeout_add (guint ms, GSourceFunc func, gpointer data, GDestroyNotify destroy);
/* Ends and clears one, if there is one. */
void qd_io_timeout_stop (GSource **timeout);

G_END_DECLS
