/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Quits @loop on SIGINT, SIGTERM and SIGHUP. Once a process, before it has threads; nothing is given back. */
gboolean lab_end_on_signals (GMainLoop *loop, GError **error);

G_END_DECLS
