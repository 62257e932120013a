/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-http.h"

G_BEGIN_DECLS

/* One WebSocket, from opening to closing; connecting again is the caller's. All calls and callbacks
 * on the I/O thread. A message is at most 4 MiB. Silence of @idle_s (with our own pings) closes it. */
typedef struct _QdWebSocket QdWebSocket;

typedef struct {
  void (*opened) (QdWebSocket *self, gpointer data);
  void (*text) (QdWebSocket *self, GBytes *message, gpointer data);
  /* Last callback, exactly once; @error says why (QD_WIRE_ERROR_CLOSED for an orderly close by the server). */
  void (*closed) (QdWebSocket *self, const GError *error, gpointer data);
  /* Or NULL. Once at most: the opening has not been answered for a while; it is waited for until @idle_s is over. */
  void (*late) (QdWebSocket *self, const GError *error, gpointer data);
} QdWebSocketEvents;

/* Never calls back from inside. Free it by qd_websocket_close(), once, also after `closed`. */
QdWebSocket *qd_websocket_open (QdHttp *http, const char *path, guint idle_s, const QdWebSocketEvents *events, gpointer data);
gboolean qd_websocket_send (QdWebSocket *self, const char *text);
/* Closes and frees; no callback comes after this returns. */
void qd_websocket_close (QdWebSocket *self);

G_END_DECLS
