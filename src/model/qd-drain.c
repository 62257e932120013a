/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-drain.h"

#define QUEUE_LIMIT 65536u
#define CHUNK 256
#define BUDGET_US 4000
#define IDLE_INTERVAL_MS 100
#define WAIT_US 100000

/* What pushing threads hold of the drain: the ticker changes under the lock. */
typedef struct { GMutex lock; QdTicker *ticker; } Wake;

struct _QdDrain {
  GObject parent_instance;

  QdFleet *fleet;
  QdQueue *queue;
  GThread *thread;         /* the main one */
  Wake wake;
  QdTicker *ticker;
  gulong tick_handler;
  gint64 budget_us;
  gboolean draining;
  gboolean closed;
  GQueue overflow;         /* what handlers of ours pushed onto a full queue; main thread */
  GHashTable *complained;  /* connections (interned) whose undecodable message was logged */
  guint64 n_applied, n_undecodable;

  void (*probe) (gint64 sent_us, gpointer data);
  gpointer probe_data;
};

G_DEFINE_FINAL_TYPE (QdDrain, qd_drain, G_TYPE_OBJECT)

static guint drained_signal;

static gboolean
is_barrier (gconstpointer delta)
{
  return qd_delta_get_op (delta) == QD_DELTA_SNAPSHOT_BEGIN;
}

static void
free_delta (gpointer delta)
{
  qd_delta_unref (delta);
}

static const QdQueueClass queue_class = {
  .hash = qd_delta_hash,
  .equal = qd_delta_same_key,
  .merge = qd_delta_merge,
  .free = free_delta,
  .barrier = is_barrier,
};

/* Any thread. */
static void
request_tick (gpointer data)
{
  Wake *wake = data;

  g_mutex_lock (&wake->lock);
  if (wake->ticker != NULL)
    qd_ticker_request (wake->ticker);
  g_mutex_unlock (&wake->lock);
}

static void
complain (QdDrain *self, QdDelta *delta, const GError *error)
{
  const QdKey *key = qd_delta_get_key (delta);

  self->n_undecodable++;
  if (g_hash_table_add (self->complained, (gpointer) key->connection))
    g_debug ("%s: a message about %s \"%s\" could not be read, and later ones may not be reported: %s", key->connection,
             qd_schema_get (key->kind)->id, key->id, error->message);
}

static void
apply (QdDrain *self, QdDelta *delta, gint64 *oldest_sent)
{
  g_autoptr (GError) error = NULL;
  gint64 sent = qd_delta_get_sent (delta);

  if (!qd_delta_decode (delta, &error))
    complain (self, delta, error);
  else
    qd_fleet_apply (self->fleet, delta);
  if (sent != 0 && self->probe != NULL)
    self->probe (sent, self->probe_data);
  if (sent != 0 && (*oldest_sent == 0 || sent < *oldest_sent))
    *oldest_sent = sent;
  qd_delta_unref (delta);
}

static void
refill (QdDrain *self)
{
  while (!g_queue_is_empty (&self->overflow) && qd_queue_push (self->queue, g_queue_peek_head (&self->overflow)))
    g_queue_pop_head (&self->overflow);
}

/* Applies chunks until @deadline_us, at least one. Returns whether more waits. */
static gboolean
drain_until (QdDrain *self, gint64 deadline_us)
{
  /* All at once, if there is time for all, is told the queue in one go. */
  guint most = deadline_us == G_MAXINT64 ? MAX (qd_queue_get_length (self->queue), CHUNK) : CHUNK;
  g_autofree gpointer *items = g_new (gpointer, most);
  guint n, applied = 0;
  gint64 oldest_sent = 0;

  if (self->draining)
    return FALSE;
  self->draining = TRUE;
  qd_fleet_begin (self->fleet);
  do
    {
      n = qd_queue_pop (self->queue, items, most);
      for (guint i = 0; i < n; i++)
        apply (self, items[i], &oldest_sent);
      applied += n;
      refill (self);
    }
  while (n > 0 && g_get_monotonic_time () < deadline_us);
  qd_fleet_commit (self->fleet);
  self->n_applied += applied;
  if (applied > 0)
    g_signal_emit (self, drained_signal, 0, applied, oldest_sent);
  self->draining = FALSE;
  return qd_queue_get_length (self->queue) > 0;
}

static void
tick_cb (QdDrain *self, gint64 deadline_us)
{
  g_autoptr (QdDrain) kept = g_object_ref (self);

  if (!self->closed && drain_until (self, MIN (deadline_us, g_get_monotonic_time () + self->budget_us)))
    request_tick (&self->wake);
}

static void
take_ticker (QdDrain *self, QdTicker *ticker)
{
  g_mutex_lock (&self->wake.lock);
  self->wake.ticker = ticker;
  g_mutex_unlock (&self->wake.lock);
  if (self->ticker != NULL)
    g_clear_signal_handler (&self->tick_handler, self->ticker);
  g_set_object (&self->ticker, ticker);
  if (ticker != NULL)
    self->tick_handler = g_signal_connect_swapped (ticker, "tick", G_CALLBACK (tick_cb), self);
}

static void
qd_drain_dispose (GObject *object)
{
  qd_drain_close (QD_DRAIN (object));
  G_OBJECT_CLASS (qd_drain_parent_class)->dispose (object);
}

static void
qd_drain_finalize (GObject *object)
{
  QdDrain *self = QD_DRAIN (object);

  g_queue_clear_full (&self->overflow, free_delta);
  g_clear_pointer (&self->queue, qd_queue_unref);
  g_clear_object (&self->fleet);
  g_hash_table_unref (self->complained);
  g_mutex_clear (&self->wake.lock);
  G_OBJECT_CLASS (qd_drain_parent_class)->finalize (object);
}

static void
qd_drain_class_init (QdDrainClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_drain_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_drain_finalize;

  /**
   * QdDrain::drained:
   * @applied: how many deltas
   * @oldest_sent_us: the earliest monotonic time at which one of them left its sender, 0 unknown
   */
  drained_signal = g_signal_new ("drained", QD_TYPE_DRAIN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_INT64);
}

static void
qd_drain_init (QdDrain *self)
{
  self->thread = g_thread_self ();
  self->budget_us = BUDGET_US;
  g_mutex_init (&self->wake.lock);
  g_queue_init (&self->overflow);
  self->complained = g_hash_table_new (NULL, NULL);
  self->queue = qd_queue_new (&queue_class, QUEUE_LIMIT, request_tick, &self->wake);
}

/**
 * qd_drain_new:
 * @fleet: what it fills; no one else should
 *
 * To be called on the main thread.
 *
 * Returns: (transfer full): a drain with a 100 ms timer
 */
QdDrain *
qd_drain_new (QdFleet *fleet)
{
  g_return_val_if_fail (QD_IS_FLEET (fleet), NULL);

  QdDrain *self = g_object_new (QD_TYPE_DRAIN, NULL);
  self->fleet = g_object_ref (fleet);
  qd_drain_set_ticker (self, NULL);
  return self;
}

/**
 * qd_drain_get_queue:
 *
 * Returns: (transfer none): the queue between the pushing threads and this one
 */
QdQueue *
qd_drain_get_queue (QdDrain *self)
{
  return self->queue;
}

/* Waiting would be waiting for ourselves. */
static void
push_from_main (QdDrain *self, QdDelta *delta)
{
  if (g_queue_is_empty (&self->overflow) && qd_queue_push (self->queue, delta))
    return;
  if (self->draining)
    {
      g_queue_push_tail (&self->overflow, delta);
      return;
    }
  qd_drain_flush (self);
  if (!qd_queue_push (self->queue, delta))
    g_queue_push_tail (&self->overflow, delta);
}

/**
 * qd_drain_push:
 * @delta: (transfer full): what is now true
 *
 * Any thread that holds a reference to the drain. When the queue is full, an I/O thread waits for
 * room, and so stops reading its socket; the main thread applies what waits instead.
 */
void
qd_drain_push (QdDrain *self, QdDelta *delta)
{
  if (g_thread_self () == self->thread)
    {
      push_from_main (self, delta);
      return;
    }
  while (!qd_queue_push (self->queue, delta))
    qd_queue_wait_space (self->queue, WAIT_US);
}

/**
 * qd_drain_set_ticker:
 * @ticker: (nullable): where ticks come from; %NULL for a 100 ms timer
 */
void
qd_drain_set_ticker (QdDrain *self, QdTicker *ticker)
{
  g_return_if_fail (QD_IS_DRAIN (self));

  if (self->closed)
    return;
  g_autoptr (QdTicker) timer = ticker == NULL ? qd_timer_ticker_new (IDLE_INTERVAL_MS) : g_object_ref (ticker);
  take_ticker (self, timer);
  if (qd_queue_get_length (self->queue) > 0)
    request_tick (&self->wake);
}

/**
 * qd_drain_set_budget:
 * @budget_us: the most time to spend in one tick, in microseconds
 */
void
qd_drain_set_budget (QdDrain *self, gint64 budget_us)
{
  self->budget_us = budget_us;
}

void
qd_drain_flush (QdDrain *self)
{
  g_return_if_fail (QD_IS_DRAIN (self));

  while (drain_until (self, G_MAXINT64))
    ;
}

void
qd_drain_get_counts (QdDrain *self, guint64 *applied, guint64 *undecodable)
{
  if (applied != NULL)
    *applied = self->n_applied;
  if (undecodable != NULL)
    *undecodable = self->n_undecodable;
}

/**
 * qd_drain_set_probe:
 * @applied: (nullable) (scope forever): called on the main thread for each delta that says when it
 *   was sent
 */
void
qd_drain_set_probe (QdDrain *self, void (*applied) (gint64 sent_us, gpointer data), gpointer data)
{
  self->probe = applied;
  self->probe_data = data;
}

/**
 * qd_drain_close:
 *
 * Ends it: nobody waits for room any more, what is pushed from now on is dropped, no tick is handled.
 */
void
qd_drain_close (QdDrain *self)
{
  g_return_if_fail (QD_IS_DRAIN (self));

  self->closed = TRUE;
  qd_queue_close (self->queue);
  take_ticker (self, NULL);
}
