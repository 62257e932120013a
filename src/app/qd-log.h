/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum { QD_LOG_WARNING, QD_LOG_INFO, QD_LOG_DEBUG } QdLogLevel;

/* Takes over the log; once, before any other thread is started. */
void qd_log_init (void);
/* How much is written from now on. Any thread. */
void qd_log_set_level (QdLogLevel level);
/* "warning", "info" or "debug"; FALSE for another word. */
gboolean qd_log_level_parse (const char *word, QdLogLevel *level);

G_END_DECLS
