/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdTicker:
 *
 * What decides when the drain runs: the frame clock of a mapped window, a timer while there is
 * none, or a command line's own loop. Lives on the main thread, but for qd_ticker_request().
 */
#define QD_TYPE_TICKER (qd_ticker_get_type ())
G_DECLARE_INTERFACE (QdTicker, qd_ticker, QD, TICKER, GObject)

struct _QdTickerInterface {
  GTypeInterface parent;
  /* Asks for one tick soon. Any thread. */
  void (*request) (QdTicker *self);
};

void qd_ticker_request (QdTicker *self);

/* Emits ::tick with the deadline in monotonic microseconds by which its handlers should be done. */
void qd_ticker_tick (QdTicker *self, gint64 deadline_us);

/* A ticker driven by a timer of @interval_ms on the default main context: for no window, qdctl, tests. */
QdTicker *qd_timer_ticker_new (guint interval_ms);

G_END_DECLS
