/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-ticker.h"

G_BEGIN_DECLS

/**
 * QdFrameTicker:
 *
 * A QdTicker that ticks in the update phase of a mapped window's frame clock, so that what arrived
 * is in the very frame that is painted next; and by a 100 ms timer while no frame comes (no window
 * is mapped, or the compositor asks for none).
 */
#define QD_TYPE_FRAME_TICKER (qd_frame_ticker_get_type ())
G_DECLARE_FINAL_TYPE (QdFrameTicker, qd_frame_ticker, QD, FRAME_TICKER, GObject)

QdFrameTicker *qd_frame_ticker_new (void);
/* Follows @window from its mapping to its unmapping; several windows may be followed. Main thread. */
void qd_frame_ticker_add_window (QdFrameTicker *self, GtkWidget *window);

G_END_DECLS
