/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-frame-ticker.h"

#define FALLBACK_MS 100
/* What a tick may take of a frame, when frames come. */
#define FRAME_SHARE_US 6000

struct _QdFrameTicker
{
  GObject parent_instance;

  /* Set by any thread; cleared by the main thread when it ticks. */
  gint wanted;
  /* Whether an idle source on its way to the main thread waits (atomic). */
  gint idle_pending;

  /* Borrowed: the clock of the window mapped last; NULL while none is. */
  GdkFrameClock *clock;
  gulong update_id;
  guint fallback_id;
};

static void qd_frame_ticker_request (QdTicker *ticker);

static void
ticker_iface_init (QdTickerInterface *iface)
{
  iface->request = qd_frame_ticker_request;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdFrameTicker, qd_frame_ticker, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (QD_TYPE_TICKER, ticker_iface_init))

static void
tick (QdFrameTicker *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->wanted, TRUE, FALSE))
    return;
  g_clear_handle_id (&self->fallback_id, g_source_remove);
  qd_ticker_tick (QD_TICKER (self), g_get_monotonic_time () + FRAME_SHARE_US);
}

static gboolean
fallback_cb (gpointer data)
{
  QdFrameTicker *self = data;

  self->fallback_id = 0;
  tick (self);
  return G_SOURCE_REMOVE;
}

static void
update_cb (QdFrameTicker *self)
{
  tick (self);
}

/* Main thread: asks the clock for a frame, and arms the timer for when none comes. */
static void
schedule (QdFrameTicker *self)
{
  if (self->clock != NULL)
    gdk_frame_clock_request_phase (self->clock, GDK_FRAME_CLOCK_PHASE_UPDATE);
  if (self->fallback_id == 0)
    self->fallback_id = g_timeout_add (FALLBACK_MS, fallback_cb, self);
}

static gboolean
idle_cb (gpointer data)
{
  QdFrameTicker *self = data;

  g_atomic_int_set (&self->idle_pending, FALSE);
  if (g_atomic_int_get (&self->wanted))
    schedule (self);
  return G_SOURCE_REMOVE;
}

static void
qd_frame_ticker_request (QdTicker *ticker)
{
  QdFrameTicker *self = QD_FRAME_TICKER (ticker);

  g_atomic_int_set (&self->wanted, TRUE);
  if (g_main_context_is_owner (NULL))
    schedule (self);
  else if (g_atomic_int_compare_and_exchange (&self->idle_pending, FALSE, TRUE))
    g_idle_add_full (G_PRIORITY_HIGH, idle_cb, g_object_ref (self), g_object_unref);
}

static void
set_clock (QdFrameTicker *self, GdkFrameClock *clock)
{
  if (self->clock == clock)
    return;
  if (self->clock != NULL)
    g_signal_handler_disconnect (self->clock, self->update_id);
  g_set_object (&self->clock, clock);
  self->update_id = 0;
  if (clock == NULL)
    return;
  self->update_id = g_signal_connect_swapped (clock, "update", G_CALLBACK (update_cb), self);
  if (g_atomic_int_get (&self->wanted))
    schedule (self);
}

static void
map_cb (QdFrameTicker *self, GtkWidget *window)
{
  set_clock (self, gtk_widget_get_frame_clock (window));
}

static void
unmap_cb (QdFrameTicker *self, GtkWidget *window)
{
  if (self->clock == gtk_widget_get_frame_clock (window))
    set_clock (self, NULL);
}

static void
qd_frame_ticker_dispose (GObject *object)
{
  QdFrameTicker *self = QD_FRAME_TICKER (object);

  g_clear_handle_id (&self->fallback_id, g_source_remove);
  set_clock (self, NULL);
  G_OBJECT_CLASS (qd_frame_ticker_parent_class)->dispose (object);
}

static void
qd_frame_ticker_class_init (QdFrameTickerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_frame_ticker_dispose;
}

static void
qd_frame_ticker_init (QdFrameTicker *self)
{
}

QdFrameTicker *
qd_frame_ticker_new (void)
{
  return g_object_new (QD_TYPE_FRAME_TICKER, NULL);
}

void
qd_frame_ticker_add_window (QdFrameTicker *self, GtkWidget *window)
{
  g_return_if_fail (QD_IS_FRAME_TICKER (self));
  g_return_if_fail (GTK_IS_WINDOW (window));

  g_signal_connect_object (window, "map", G_CALLBACK (map_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "unmap", G_CALLBACK (unmap_cb), self, G_CONNECT_SWAPPED);
  if (gtk_widget_get_mapped (window))
    map_cb (self, window);
}
