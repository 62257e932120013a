/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reconnecting for ever without hammering: exponential with full jitter, bounded. */
typedef struct { guint attempt; guint base_ms; guint cap_ms; } QdBackoff;

#define QD_BACKOFF_INIT { 0, 250, 15000 }
guint qd_backoff_next_ms (QdBackoff *self);  /* how long to wait before the next attempt */
void qd_backoff_reset (QdBackoff *self);

G_END_DECLS
