/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-delta.h"

G_BEGIN_DECLS

/* Where a driver puts what it hears. Any thread; both may wait while the queue is full, which stops
 * the socket being read. QdDrain's queue stands behind it. */
typedef struct {
  void (*delta) (gpointer data, QdDelta *delta);   /* takes the delta */
  gpointer data;
} QdSink;

static inline void qd_sink_delta (const QdSink *sink, QdDelta *delta) { sink->delta (sink->data, delta); }

G_END_DECLS
