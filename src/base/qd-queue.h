/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdQueue:
 *
 * A bounded queue from any threads to one consumer, in which a newer item may be merged into one
 * of the same key that still waits. It is how I/O threads hand facts to the main thread: fifteen
 * thousand messages a second become a set of changed entities.
 */
typedef struct _QdQueue QdQueue;

/**
 * QdQueueClass:
 * @hash: hash of an item's key
 * @equal: whether two items have the same key
 * @merge: takes both; returns the one item that stands for both in the older one's place, or %NULL
 *   when they must both be kept (then neither was consumed). %NULL: nothing merges.
 * @free: frees an item
 * @barrier: (nullable): whether later items may not be merged into those from before this one
 */
typedef struct {
  guint (*hash) (gconstpointer item);
  gboolean (*equal) (gconstpointer a, gconstpointer b);
  gpointer (*merge) (gpointer older, gpointer newer);
  GDestroyNotify free;
  gboolean (*barrier) (gconstpointer item);
} QdQueueClass;

/* @wake is called (on the pushing thread) when the queue goes from empty to not empty. */
QdQueue *qd_queue_new (const QdQueueClass *klass, guint limit, void (*wake) (gpointer), gpointer wake_data);
QdQueue *qd_queue_ref (QdQueue *self);
void qd_queue_unref (QdQueue *self);

/* Takes @item. Returns FALSE and leaves @item to the caller when the queue is full and it could not
 * be merged: the caller stops reading its socket and tries again after qd_queue_wait_space(). */
gboolean qd_queue_push (QdQueue *self, gpointer item);

/* Blocks a worker or I/O thread (never the main thread) until there is room, @timeout_us passes or
 * the queue is closed. Returns TRUE when there is room. */
gboolean qd_queue_wait_space (QdQueue *self, gint64 timeout_us);

/* Takes up to @max items in order of first arrival. Returns (transfer full) the number put in @items. */
guint qd_queue_pop (QdQueue *self, gpointer *items, guint max);
guint qd_queue_get_length (QdQueue *self);

/* How many pushes were merged into a waiting item, and refused, since the queue was made. */
void qd_queue_get_counts (QdQueue *self, guint64 *pushed, guint64 *merged, guint64 *refused);
void qd_queue_close (QdQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdQueue, qd_queue_unref)

G_END_DECLS
