/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"
#include "qd-queue.h"
#include "qd-ticker.h"

G_BEGIN_DECLS

/**
 * QdDrain:
 *
 * Carries deltas from the queue that the I/O threads fill into the fleet, a slice at each tick and
 * within its budget, so that a flood slows nothing but itself.
 * Emits ::drained (guint applied, gint64 oldest sent stamp or 0) after each commit.
 */
#define QD_TYPE_DRAIN (qd_drain_get_type ())
G_DECLARE_FINAL_TYPE (QdDrain, qd_drain, QD, DRAIN, GObject)

QdDrain *qd_drain_new (QdFleet *fleet);
/* The queue to push QdDeltas into, from any thread: qd_drain_push() does it. */
QdQueue *qd_drain_get_queue (QdDrain *self);
/* Any thread. Takes @delta. When the queue is full it waits (backpressure: never call it on the main
 * thread with more than a handful) until there is room. */
void qd_drain_push (QdDrain *self, QdDelta *delta);
/* Ticks come from here from now on; NULL: a 100 ms timer. Main thread. */
void qd_drain_set_ticker (QdDrain *self, QdTicker *ticker);
void qd_drain_set_budget (QdDrain *self, gint64 budget_us);
/* Applies all that waits, now (tests, qdctl, start-up from the cache). */
void qd_drain_flush (QdDrain *self);
/* Since the drain was made: deltas applied, and raw ones that could not be decoded. */
void qd_drain_get_counts (QdDrain *self, guint64 *applied, guint64 *undecodable);
/* For measuring: @applied hears the sent stamp of each delta that has one, as it is applied. NULL: no more. */
void qd_drain_set_probe (QdDrain *self, void (*applied) (gint64 sent_us, gpointer data), gpointer data);
void qd_drain_close (QdDrain *self);

G_END_DECLS
