/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* WebSocket framing, RFC 6455 section 5: the server's side of it. */
typedef enum
{
  LAB_WS_CONTINUATION = 0,
  LAB_WS_TEXT = 1,
  LAB_WS_BINARY = 2,
  LAB_WS_CLOSE = 8,
  LAB_WS_PING = 9,
  LAB_WS_PONG = 10
} LabWsOpcode;

#define LAB_WS_MAX_RECEIVED 65536

typedef struct
{
  LabWsOpcode opcode;
  const char *data;             /* unmasked, inside the buffer that was parsed */
  gsize length;
} LabWsFrame;

/* The whole head of the answer that switches protocols. */
char  *lab_ws_handshake (const char *key);
void   lab_ws_append    (GByteArray *out, LabWsOpcode opcode, const char *data, gsize length);

/* Bytes used by the first frame, unmasking it in place; 0: not all there; -1: against the protocol. */
gssize lab_ws_parse     (guint8 *data, gsize length, LabWsFrame *frame);

G_END_DECLS
