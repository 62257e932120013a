/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-ws.h"

#include <string.h>

char *
lab_ws_handshake (const char *key)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *accept = NULL;
  guint8 digest[20];
  gsize n = sizeof digest;

  g_checksum_update (sha1, (const guchar *) key, -1);
  g_checksum_update (sha1, (const guchar *) "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (sha1, digest, &n);
  accept = g_base64_encode (digest, n);
  return g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
}

void
lab_ws_append (GByteArray *out, LabWsOpcode opcode, const char *data, gsize length)
{
  guint8 head[10] = { (guint8) (0x80 | opcode) };
  guint n = 2;

  if (length < 126)
    head[1] = (guint8) length;
  else if (length < 65536)
    {
      head[1] = 126;
      head[2] = (guint8) (length >> 8);
      head[3] = (guint8) length;
      n = 4;
    }
  else
    {
      head[1] = 127;
      for (guint i = 0; i < 8; i++)
        head[2 + i] = (guint8) ((guint64) length >> (56 - 8 * i));
      n = 10;
    }
  g_byte_array_append (out, head, n);
  g_byte_array_append (out, (const guint8 *) data, (guint) length);
}

gssize
lab_ws_parse (guint8 *data, gsize length, LabWsFrame *frame)
{
  gsize n = 2, body;
  guint8 *mask;

  if (length < 2)
    return 0;
  /* No extension was agreed on, and a client masks all it sends. */
  if ((data[0] & 0x70) != 0 || (data[1] & 0x80) == 0)
    return -1;
  frame->opcode = data[0] & 0x0f;
  body = data[1] & 0x7f;
  if (frame->opcode >= 8 && body > 125)
    return -1;
  if (body == 127)
    return -1;
  if (body == 126)
    {
      if (length < 4)
        return 0;
      body = (gsize) data[2] << 8 | data[3];
      n = 4;
    }
  if (length < n + 4 + body)
    return 0;
  mask = data + n;
  for (gsize i = 0; i < body; i++)
    data[n + 4 + i] ^= mask[i % 4];
  frame->data = (const char *) data + n + 4;
  frame->length = body;
  return (gssize) (n + 4 + body);
}
