/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdFrameProbe:
 *
 * What the benches see of a window from inside: when frames were painted and what they cost, how old
 * the messages were that they first showed, and how long the main thread was held. Only where the
 * environment names a file in QD_BENCH_LOG; it costs nothing otherwise. Writes one JSON line a second
 * and one for each command that it reads from the standard input.
 */
void qd_frame_probe_attach (GtkWidget *window, QdHub *hub);

G_END_DECLS
