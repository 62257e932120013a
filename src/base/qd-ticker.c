/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-ticker.h"

G_DEFINE_INTERFACE (QdTicker, qd_ticker, G_TYPE_OBJECT)

static guint tick_signal;

static void
qd_ticker_default_init (QdTickerInterface *iface)
{
  /**
   * QdTicker::tick:
   * @deadline_us: monotonic microseconds by which handlers should be done
   */
  tick_signal = g_signal_new ("tick", QD_TYPE_TICKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_INT64);
}

/**
 * qd_ticker_request:
 *
 * Asks for one tick soon. Any thread; asking again before it came changes nothing.
 */
void
qd_ticker_request (QdTicker *self)
{
  g_return_if_fail (QD_IS_TICKER (self));
  QD_TICKER_GET_IFACE (self)->request (self);
}

/**
 * qd_ticker_tick:
 * @deadline_us: monotonic microseconds by which handlers should be done
 *
 * Emits ::tick. For implementations, on the main thread.
 */
void
qd_ticker_tick (QdTicker *self, gint64 deadline_us)
{
  g_return_if_fail (QD_IS_TICKER (self));
  g_signal_emit (self, tick_signal, 0, deadline_us);
}

/* --- The one that a timer drives --- */

#define QD_TYPE_TIMER_TICKER (qd_timer_ticker_get_type ())
G_DECLARE_FINAL_TYPE (QdTimerTicker, qd_timer_ticker, QD, TIMER_TICKER, GObject)

struct _QdTimerTicker {
  GObject parent_instance;
  gint64 interval_us;

  GSource *source;      /* its ready time is the only thing that other threads touch */
  gint64 last_tick;     /* atomic by the lock */
  gboolean pending;
  gboolean ticking;     /* a tick is being handled, */
  gboolean again;       /* and its handler asked for another */
  GMutex lock;
};

static void qd_timer_ticker_iface_init (QdTickerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdTimerTicker, qd_timer_ticker, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (QD_TYPE_TICKER, qd_timer_ticker_iface_init))

static void
schedule_locked (QdTimerTicker *self, gint64 at)
{
  if (self->source == NULL)
    return;
  self->pending = TRUE;
  g_source_set_ready_time (self->source, at);
}

static void
qd_timer_ticker_request (QdTicker *ticker)
{
  QdTimerTicker *self = QD_TIMER_TICKER (ticker);

  g_mutex_lock (&self->lock);
  if (self->ticking)
    self->again = TRUE;
  else if (!self->pending)
    schedule_locked (self, MAX (g_get_monotonic_time (), self->last_tick + self->interval_us));
  g_mutex_unlock (&self->lock);
}

static gboolean
tick_cb (gpointer data)
{
  g_autoptr (QdTimerTicker) self = g_object_ref (data);
  gint64 begun = g_get_monotonic_time (), done;

  g_mutex_lock (&self->lock);
  if (self->source == NULL)
    {
      g_mutex_unlock (&self->lock);
      return G_SOURCE_REMOVE;
    }
  g_source_set_ready_time (self->source, -1);
  self->pending = FALSE;
  self->ticking = TRUE;
  self->last_tick = begun;
  g_mutex_unlock (&self->lock);

  qd_ticker_tick (QD_TICKER (self), begun + self->interval_us / 2);

  g_mutex_lock (&self->lock);
  self->ticking = FALSE;
  done = g_get_monotonic_time ();
  if (self->again)
    {
      /* More waits: go on soon, but leave the loop at least half of its time. */
      self->again = FALSE;
      schedule_locked (self, done + MIN (self->interval_us, MAX (done - begun, 1000)));
    }
  g_mutex_unlock (&self->lock);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch_cb };

static void
qd_timer_ticker_dispose (GObject *object)
{
  QdTimerTicker *self = QD_TIMER_TICKER (object);

  g_mutex_lock (&self->lock);
  g_autoptr (GSource) source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);
  if (source != NULL)
    g_source_destroy (source);
  G_OBJECT_CLASS (qd_timer_ticker_parent_class)->dispose (object);
}

static void
qd_timer_ticker_finalize (GObject *object)
{
  g_mutex_clear (&QD_TIMER_TICKER (object)->lock);
  G_OBJECT_CLASS (qd_timer_ticker_parent_class)->finalize (object);
}

static void
qd_timer_ticker_iface_init (QdTickerInterface *iface)
{
  iface->request = qd_timer_ticker_request;
}

static void
qd_timer_ticker_class_init (QdTimerTickerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_timer_ticker_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_timer_ticker_finalize;
}

static void
qd_timer_ticker_init (QdTimerTicker *self)
{
  g_mutex_init (&self->lock);
  self->last_tick = G_MININT64 / 2;
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "qd-timer-ticker");
  g_source_set_callback (self->source, tick_cb, self, NULL);
  g_source_attach (self->source, NULL);
}

/**
 * qd_timer_ticker_new:
 * @interval_ms: the least time between ticks that are asked for one by one
 *
 * A ticker on the default main context that needs no window. A tick that is asked for from within
 * a tick (more waits) comes sooner.
 *
 * Returns: (transfer full): a ticker
 */
QdTicker *
qd_timer_ticker_new (guint interval_ms)
{
  QdTimerTicker *self = g_object_new (QD_TYPE_TIMER_TICKER, NULL);

  self->interval_us = MAX (interval_ms, 1) * (gint64) 1000;
  return QD_TICKER (self);
}
