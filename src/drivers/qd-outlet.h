/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-sink.h"

G_BEGIN_DECLS

/**
 * QdOutlet:
 *
 * Where the I/O side of a driver puts its deltas. It outlives the driver object, so that a late
 * answer finds a closed door instead of a freed sink. Any thread; reference counted, atomic.
 */
typedef struct _QdOutlet QdOutlet;

QdOutlet *qd_outlet_new (const char *connection, const QdSink *sink);
QdOutlet *qd_outlet_ref (QdOutlet *self);
void qd_outlet_unref (QdOutlet *self);
/* Interned. */
const char *qd_outlet_get_connection (QdOutlet *self);
const QdSink *qd_outlet_get_sink (QdOutlet *self);
/* Takes @delta; drops it once closed. */
void qd_outlet_send (QdOutlet *self, QdDelta *delta);
/* Nothing gets out after this returns, but for a push that waits for room in a full queue: then it
 * gives up waiting after 20 ms, for this is called on the main thread. */
void qd_outlet_close (QdOutlet *self);
void qd_outlet_reopen (QdOutlet *self);

/* Tells the connection's state when it or its detail changed. "live" also renews as-of. */
void qd_outlet_state (QdOutlet *self, const char *state, const char *detail);
gboolean qd_outlet_is_live (QdOutlet *self);
/* Good data came in now: as-of is renewed, every five seconds at most. */
void qd_outlet_fresh (QdOutlet *self);
void qd_outlet_snapshot (QdOutlet *self, QdKind kind, gboolean begin);
void qd_outlet_remove (QdOutlet *self, QdKind kind, const char *id);
/* A new PATCH of the connection's own entity, to be filled and sent. */
QdDelta *qd_outlet_connection_delta (QdOutlet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdOutlet, qd_outlet_unref)

G_END_DECLS
