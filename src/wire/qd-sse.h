/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-http.h"

G_BEGIN_DECLS

/* The parser alone, for any bytes (WHATWG HTML, "Server-sent events"): fuzzed. */
typedef struct _QdSseParser QdSseParser;
typedef void (*QdSseFunc) (const char *id, const char *event, const char *data, gsize length, gpointer user_data);
QdSseParser *qd_sse_parser_new (QdSseFunc func, gpointer user_data);
/* FALSE with an error when a line or an event is over 4 MiB. */
gboolean qd_sse_parser_feed (QdSseParser *self, const char *bytes, gsize length, GError **error);
guint qd_sse_parser_get_retry_ms (QdSseParser *self);  /* 0: never said */
void qd_sse_parser_free (QdSseParser *self);

/* One stream, from opening to closing. I/O thread. Free it by qd_sse_close(), once, also after
 * `closed`; no callback comes after that. `late`, once at most, says that the opening has not been
 * answered for a while; it is waited for until @idle_s is over. */
typedef struct _QdSse QdSse;
typedef struct {
  void (*opened) (QdSse *self, gpointer data);
  void (*event) (QdSse *self, const char *id, const char *event, const char *text, gsize length, gpointer data);
  void (*closed) (QdSse *self, const GError *error, gpointer data);
  void (*late) (QdSse *self, const GError *error, gpointer data);   /* or NULL */
} QdSseEvents;
QdSse *qd_sse_open (QdHttp *http, const char *path, const char *last_event_id, guint idle_s, const QdSseEvents *events, gpointer data);
void qd_sse_close (QdSse *self);

G_END_DECLS
