/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-queue.h"

#define FIRST_SLOTS 256u

struct _QdQueue {
  gatomicrefcount refs;
  QdQueueClass klass;
  guint limit;

  GMutex lock;
  GCond space;
  gpointer *slots;       /* a ring; its length is a power of two and grows up to the limit */
  guint n_slots;
  guint64 head;          /* counts items, so that an index keeps its meaning while the ring turns */
  guint64 tail;
  GHashTable *index;     /* item → its number, of the newest item of each key */
  gboolean closed;
  guint64 pushed, merged, refused;

  /* Held while waking, so that no wake is under way once qd_queue_close() returned. */
  GMutex wake_lock;
  void (*wake) (gpointer);
  gpointer wake_data;
};

static inline gpointer *
slot_of (QdQueue *self, guint64 number)
{
  return &self->slots[number & (self->n_slots - 1)];
}

static void
grow (QdQueue *self)
{
  guint n = self->n_slots * 2;
  gpointer *slots = g_new (gpointer, n);

  for (guint64 i = self->head; i < self->tail; i++)
    slots[i & (n - 1)] = *slot_of (self, i);
  g_free (self->slots);
  self->slots = slots;
  self->n_slots = n;
}

/* TRUE when @item was merged into one that waits. */
static gboolean
try_merge (QdQueue *self, gpointer item)
{
  gpointer older, number, both;

  if (self->index == NULL || !g_hash_table_lookup_extended (self->index, item, &older, &number))
    return FALSE;
  guint64 at = (guint64) GPOINTER_TO_SIZE (number);
  /* The index is keyed by the items themselves: out before the merge may free one. */
  g_hash_table_remove (self->index, older);
  both = self->klass.merge (older, item);
  if (both == NULL)
    {
      g_hash_table_insert (self->index, older, number);
      return FALSE;
    }
  *slot_of (self, at) = both;
  g_hash_table_insert (self->index, both, number);
  self->merged++;
  return TRUE;
}

static void
append (QdQueue *self, gpointer item)
{
  if (self->tail - self->head == self->n_slots)
    grow (self);
  *slot_of (self, self->tail) = item;
  if (self->index != NULL)
    {
      if (self->klass.barrier != NULL && self->klass.barrier (item))
        g_hash_table_remove_all (self->index);
      g_hash_table_replace (self->index, item, GSIZE_TO_POINTER ((gsize) self->tail));
    }
  self->tail++;
}

/**
 * qd_queue_new:
 * @klass: how items are told apart, merged and freed; copied
 * @limit: the most items that may wait
 * @wake: (nullable): called on the pushing thread when the queue goes from empty to not empty; it
 *   must not close the queue
 *
 * Returns: (transfer full): a queue
 */
QdQueue *
qd_queue_new (const QdQueueClass *klass, guint limit, void (*wake) (gpointer), gpointer wake_data)
{
  g_return_val_if_fail (klass != NULL && klass->free != NULL && limit > 0, NULL);

  QdQueue *self = g_new0 (QdQueue, 1);
  g_atomic_ref_count_init (&self->refs);
  self->klass = *klass;
  self->limit = limit;
  g_mutex_init (&self->lock);
  g_mutex_init (&self->wake_lock);
  g_cond_init (&self->space);
  self->n_slots = FIRST_SLOTS;
  self->slots = g_new (gpointer, self->n_slots);
  if (klass->merge != NULL)
    self->index = g_hash_table_new (klass->hash, klass->equal);
  self->wake = wake;
  self->wake_data = wake_data;
  return self;
}

QdQueue *
qd_queue_ref (QdQueue *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_queue_unref (QdQueue *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->index, g_hash_table_unref);
  for (guint64 i = self->head; i < self->tail; i++)
    self->klass.free (*slot_of (self, i));
  g_free (self->slots);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->wake_lock);
  g_cond_clear (&self->space);
  g_free (self);
}

static void
wake_consumer (QdQueue *self)
{
  g_mutex_lock (&self->wake_lock);
  if (self->wake != NULL)
    self->wake (self->wake_data);
  g_mutex_unlock (&self->wake_lock);
}

/**
 * qd_queue_push:
 * @item: (transfer full): what to add; it stays the caller's when %FALSE is returned
 *
 * Adds @item, or merges it into one of the same key that waits. Any thread. A closed queue frees
 * what is pushed, for nobody will take it, and says %TRUE.
 *
 * Returns: %FALSE when the queue is full
 */
gboolean
qd_queue_push (QdQueue *self, gpointer item)
{
  gboolean was_empty = FALSE;

  g_mutex_lock (&self->lock);
  if (self->closed)
    {
      g_mutex_unlock (&self->lock);
      self->klass.free (item);
      return TRUE;
    }
  if (!try_merge (self, item))
    {
      if (self->tail - self->head >= self->limit)
        {
          self->refused++;
          g_mutex_unlock (&self->lock);
          return FALSE;
        }
      was_empty = self->tail == self->head;
      append (self, item);
    }
  self->pushed++;
  g_mutex_unlock (&self->lock);

  if (was_empty)
    wake_consumer (self);
  return TRUE;
}

/**
 * qd_queue_wait_space:
 * @timeout_us: the longest wait, in microseconds
 *
 * Blocks a worker or I/O thread until there is room, the time is up or the queue is closed.
 *
 * Returns: whether there is room
 */
gboolean
qd_queue_wait_space (QdQueue *self, gint64 timeout_us)
{
  gint64 until = g_get_monotonic_time () + MAX (timeout_us, 0);
  gboolean room;

  g_mutex_lock (&self->lock);
  while (!self->closed && self->tail - self->head >= self->limit)
    if (!g_cond_wait_until (&self->space, &self->lock, until))
      break;
  room = self->tail - self->head < self->limit;
  g_mutex_unlock (&self->lock);
  return room;
}

/**
 * qd_queue_pop:
 * @items: (out caller-allocates) (transfer full): room for @max items
 *
 * Takes up to @max items, in order of first arrival.
 *
 * Returns: how many were put in @items
 */
guint
qd_queue_pop (QdQueue *self, gpointer *items, guint max)
{
  guint n;
  gboolean was_full, all;

  g_mutex_lock (&self->lock);
  n = (guint) MIN ((guint64) max, self->tail - self->head);
  was_full = self->tail - self->head >= self->limit;
  all = n == self->tail - self->head;
  if (self->index != NULL && all)
    g_hash_table_remove_all (self->index);
  for (guint i = 0; i < n; i++)
    {
      gpointer key, number, item = *slot_of (self, self->head + i);

      if (self->index != NULL && !all && g_hash_table_lookup_extended (self->index, item, &key, &number) && key == item)
        g_hash_table_remove (self->index, item);
      items[i] = item;
    }
  self->head += n;
  if (was_full && n > 0)
    g_cond_broadcast (&self->space);
  g_mutex_unlock (&self->lock);
  return n;
}

/**
 * qd_queue_get_length:
 *
 * Returns: how many items wait; by the time it is read it may be another number
 */
guint
qd_queue_get_length (QdQueue *self)
{
  g_mutex_lock (&self->lock);
  guint n = (guint) (self->tail - self->head);
  g_mutex_unlock (&self->lock);
  return n;
}

/**
 * qd_queue_get_counts:
 * @pushed: (out) (optional): pushes that were taken, the merged ones among them
 * @merged: (out) (optional): pushes that were merged into a waiting item
 * @refused: (out) (optional): pushes that found the queue full
 */
void
qd_queue_get_counts (QdQueue *self, guint64 *pushed, guint64 *merged, guint64 *refused)
{
  g_mutex_lock (&self->lock);
  if (pushed != NULL)
    *pushed = self->pushed;
  if (merged != NULL)
    *merged = self->merged;
  if (refused != NULL)
    *refused = self->refused;
  g_mutex_unlock (&self->lock);
}

/**
 * qd_queue_close:
 *
 * Ends the pushing: who waits for room goes on, what is pushed from now on is freed, and the wake
 * function is not called any more once this returned. What waits can still be popped.
 */
void
qd_queue_close (QdQueue *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->space);
  g_mutex_unlock (&self->lock);

  g_mutex_lock (&self->wake_lock);
  self->wake = NULL;
  g_mutex_unlock (&self->wake_lock);
}
