/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>

#include "qd-json.h"
#include "qd-nats-private.h"
#include "qd-time.h"

#define MAX_HEADERS 64

static QdNatsMessage *
message_new (const char *subject, guint64 seq, gint64 at_us, GBytes *payload)
{
  QdNatsMessage *self = g_new0 (QdNatsMessage, 1);

  g_atomic_ref_count_init (&self->refs);
  self->subject = g_strdup (subject);
  self->seq = seq;
  self->at_us = at_us;
  self->payload = payload;
  return self;
}

QdNatsMessage *
qd_nats_message_ref (QdNatsMessage *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_nats_message_unref (QdNatsMessage *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->subject);
  g_bytes_unref (self->payload);
  g_strfreev (self->headers);
  g_free (self);
}

const char *
qd_nats_message_get_header (const QdNatsMessage *self, const char *name)
{
  for (char **header = self->headers; header != NULL && *header != NULL; header += 2)
    if (g_ascii_strcasecmp (header[0], name) == 0)
      return header[1];
  return NULL;
}

QdKvOperation
qd_nats_message_get_operation (const QdNatsMessage *self)
{
  const char *operation = qd_nats_message_get_header (self, "KV-Operation");

  /* A server that lets an entry grow old may leave a marker of its own. */
  if (operation == NULL && qd_nats_message_get_header (self, "Nats-Marker-Reason") != NULL)
    return QD_KV_PURGE;
  if (g_strcmp0 (operation, "DEL") == 0)
    return QD_KV_DELETE;
  return g_strcmp0 (operation, "PURGE") == 0 ? QD_KV_PURGE : QD_KV_PUT;
}

/* Takes @headers and ends it, when it holds any. */
static void
take_headers (QdNatsMessage *self, GPtrArray *headers)
{
  if (headers->len == 0)
    {
      g_ptr_array_unref (headers);
      return;
    }
  g_ptr_array_add (headers, NULL);
  self->headers = (char **) g_ptr_array_free (headers, FALSE);
}

QdNatsMessage *
qd_nats_message_new_for (natsMsg *msg, guint64 seq, gint64 at_us)
{
  QdNatsMessage *self = message_new (natsMsg_GetSubject (msg), seq, at_us,
                                     g_bytes_new (natsMsg_GetData (msg), (gsize) natsMsg_GetDataLength (msg)));
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);
  const char **names = NULL;
  int n = 0;

  if (natsMsgHeader_Keys (msg, &names, &n) == NATS_OK)
    for (int i = 0; i < MIN (n, MAX_HEADERS); i++)
      {
        const char *value = NULL;

        if (natsMsgHeader_Get (msg, names[i], &value) != NATS_OK || value == NULL)
          continue;
        g_ptr_array_add (headers, g_strdup (names[i]));
        g_ptr_array_add (headers, g_strdup (value));
      }
  free (names);
  take_headers (self, headers);
  return self;
}

QdNatsMessage *
qd_nats_message_new_for_direct (natsMsg *msg)
{
  const char *subject = NULL, *seq = NULL, *at = NULL;
  guint64 number = 0;
  gint64 at_us = 0;
  QdNatsMessage *self;

  if (natsMsgHeader_Get (msg, "Nats-Subject", &subject) != NATS_OK || natsMsgHeader_Get (msg, "Nats-Sequence", &seq) != NATS_OK ||
      !g_ascii_string_to_unsigned (seq, 10, 1, G_MAXINT64, &number, NULL))
    return NULL;
  if (natsMsgHeader_Get (msg, "Nats-Time-Stamp", &at) == NATS_OK && at != NULL)
    qd_time_parse (at, &at_us);
  self = qd_nats_message_new_for (msg, number, at_us);
  g_set_str (&self->subject, subject);
  return self;
}

/* "NATS/1.0\r\nName: value\r\n…\r\n" */
static void
read_headers (QdNatsMessage *self, const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\r\n", MAX_HEADERS + 2);
  GPtrArray *headers = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL && i <= MAX_HEADERS; i++)
    {
      const char *colon = strchr (lines[i], ':');

      if (colon == NULL || colon == lines[i])
        continue;
      g_ptr_array_add (headers, g_strndup (lines[i], (gsize) (colon - lines[i])));
      g_ptr_array_add (headers, g_strstrip (g_strdup (colon + 1)));
    }
  take_headers (self, headers);
}

/* NULL, like an empty one, where there is none. */
static char *
decode (JsonObject *object, const char *name, gsize *length)
{
  const char *encoded = qd_json_get_string (object, name, NULL);

  *length = 0;
  return encoded != NULL ? (char *) g_base64_decode (encoded, length) : NULL;
}

QdNatsMessage *
qd_nats_message_new_for_json (JsonObject *object)
{
  const char *subject = qd_json_get_string (object, "subject", NULL);
  gint64 seq = 0, at_us = 0;
  gsize length, n;
  char *payload;
  g_autofree char *headers = NULL;
  g_autofree char *text = NULL;
  QdNatsMessage *self;

  if (subject == NULL || !qd_json_get_int (object, "seq", &seq) || seq <= 0)
    return NULL;
  qd_json_get_time (object, "time", &at_us);
  payload = decode (object, "data", &length);
  self = message_new (subject, (guint64) seq, at_us, g_bytes_new_take (payload, length));
  headers = decode (object, "hdrs", &n);
  text = g_strndup (headers ? headers : "", n);
  read_headers (self, text);
  return self;
}
