/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-nats-commands.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-wire-error.h"

#define MAX_READ 10000

/* One verb under way: it goes from function to function until its task is answered. */
typedef struct {
  QdNats *nats;
  GTask *task;
  char *bucket, *key;          /* or */
  char *stream, *subject;
  gboolean only_puts;          /* leave markers out */
  guint64 after;
  GError *conflict;            /* while what is there now is being looked up */
  guint64 told;                /* the sequence that the conflict is over, as far as it was told */
} Command;

static Command *
command_new (QdNats *nats, GTask *task)
{
  Command *self = g_new0 (Command, 1);

  self->nats = qd_nats_ref (nats);
  self->task = task;
  return self;
}

static void
command_free (Command *self)
{
  g_object_unref (self->task);
  g_clear_error (&self->conflict);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self->stream);
  g_free (self->subject);
  qd_nats_unref (self->nats);
  g_free (self);
}

/* Takes @object. */
static JsonNode *
node_of (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

/* Takes @answer. */
static void
succeed (Command *self, JsonObject *answer)
{
  g_task_return_pointer (self->task, node_of (answer), (GDestroyNotify) json_node_unref);
  command_free (self);
}

/* Takes @error. */
static void
fail (Command *self, GError *error)
{
  g_task_return_error (self->task, error);
  command_free (self);
}

/* @changes: it was a change, which the server may have made although nobody heard so. */
static GError *
translate (const GError *error, gboolean changes)
{
  GError *own = qd_driver_translate_error (error, NULL);

  if (error->domain != QD_WIRE_ERROR)
    return own;
  if (error->code == QD_WIRE_ERROR_NOT_FOUND)
    own->code = QD_DRIVER_ERROR_MISSING;
  else if (error->code == QD_WIRE_ERROR_TOO_LARGE)
    own->code = QD_DRIVER_ERROR_INVALID;
  else if (error->code == QD_WIRE_ERROR_BUSY || error->code == QD_WIRE_ERROR_CANCELLED)
    own->code = QD_DRIVER_ERROR_UNREACHABLE;
  if (changes && (error->code == QD_WIRE_ERROR_TIMEOUT || error->code == QD_WIRE_ERROR_CLOSED || error->code == QD_WIRE_ERROR_CANCELLED))
    qd_driver_error_set_lost (own);
  return own;
}

/* --- What is there, as JSON ------------------------------------------------------------------- */

/* Bytes that are no text come in base64, under another name. */
static void
add_bytes (JsonObject *object, const char *name, GBytes *bytes)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;

  if (length == 0 || g_utf8_validate_len (data, length, NULL))
    {
      text = g_strndup (data ? data : "", length);
      json_object_set_string_member (object, name, text);
      return;
    }
  text = g_base64_encode ((const guchar *) data, length);
  other = g_strconcat (name, "_base64", NULL);
  json_object_set_string_member (object, other, text);
}

/* What the writer put there, without what JetStream itself is told by headers. */
static void
add_headers (JsonObject *object, const QdNatsMessage *message, gboolean always)
{
  JsonObject *headers = json_object_new ();

  for (char **header = message->headers; header && *header; header += 2)
    if (!g_str_has_prefix (header[0], "Nats-Expected-") && !g_str_equal (header[0], "KV-Operation"))
      {
        g_autofree char *value = g_utf8_make_valid (header[1], -1);

        json_object_set_string_member (headers, header[0], value);
      }
  if (always || json_object_get_size (headers) > 0)
    json_object_set_object_member (object, "headers", g_steal_pointer (&headers));
  g_clear_pointer (&headers, json_object_unref);
}

static JsonObject *
entry_to_json (Command *self, const QdNatsMessage *message)
{
  static const char *const operations[] = { [QD_KV_PUT] = "put", [QD_KV_DELETE] = "delete", [QD_KV_PURGE] = "purge" };
  JsonObject *object = json_object_new ();
  gsize prefix = strlen ("$KV..") + strlen (self->bucket);

  json_object_set_string_member (object, "bucket", self->bucket);
  json_object_set_string_member (object, "key", strlen (message->subject) > prefix ? message->subject + prefix : "");
  add_bytes (object, "value", message->payload);
  json_object_set_int_member (object, "revision", (gint64) message->seq);
  json_object_set_int_member (object, "at_us", message->at_us);
  json_object_set_string_member (object, "operation", operations[qd_nats_message_get_operation (message)]);
  add_headers (object, message, FALSE);
  return object;
}

static JsonObject *
message_to_json (Command *self, const QdNatsMessage *message)
{
  JsonObject *object;

  if (self->bucket)
    return entry_to_json (self, message);
  object = json_object_new ();
  json_object_set_string_member (object, "subject", message->subject);
  json_object_set_int_member (object, "seq", (gint64) message->seq);
  json_object_set_int_member (object, "at_us", message->at_us);
  add_bytes (object, "payload", message->payload);
  add_headers (object, message, TRUE);
  return object;
}

/* --- Arguments ---------------------------------------------------------------------------------- */

/* A decimal number in a string (or a number: people type them). */
static gboolean
get_number (JsonObject *args, const char *name, gboolean needed, guint64 fallback, guint64 *value, GError **error)
{
  g_autofree char *text = qd_json_dup_id (args, name);

  *value = fallback;
  if (text == NULL && !needed)
    return TRUE;
  if (text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, value, NULL))
    return TRUE;
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
               text ? _("“%s” is not a number: it is “%s”") : _("“%s” is missing"), name, text ? text : "");
  return FALSE;
}

/* (transfer full) the bytes of @name, or of its base64 twin. */
static GBytes *
get_bytes (JsonObject *args, const char *name, GError **error)
{
  g_autofree char *other = g_strconcat (name, "_base64", NULL);
  const char *text = qd_json_get_string (args, name, NULL);
  const char *encoded = qd_json_get_string (args, other, NULL);
  gsize length = 0;
  guchar *decoded;

  if (text)
    return g_bytes_new (text, strlen (text));
  if (encoded == NULL)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“%s” is missing"), name);
      return NULL;
    }
  decoded = g_base64_decode (encoded, &length);
  return g_bytes_new_take (decoded, length);
}

/* (transfer full) (nullable) "headers", names and values by turns; @message_id with them. */
static char **
dup_headers (JsonObject *args, const char *message_id)
{
  JsonObject *object = qd_json_get_object (args, "headers");
  g_autoptr (GList) names = object ? json_object_get_members (object) : NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (GList *l = names; l; l = l->next)
    {
      char *value = qd_json_dup_id (object, l->data);

      if (value == NULL)
        continue;
      g_ptr_array_add (all, g_strdup (l->data));
      g_ptr_array_add (all, value);
    }
  if (message_id)
    {
      g_ptr_array_add (all, g_strdup ("Nats-Msg-Id"));
      g_ptr_array_add (all, g_strdup (message_id));
    }
  if (all->len == 0)
    return NULL;
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

/* Reads two words that name a place. */
static gboolean
get_place (JsonObject *args, const char *first, char **one, const char *second, char **two, GError **error)
{
  const char *a, *b = NULL;

  if (!qd_driver_need_arg (args, first, &a, error) || (second && !qd_driver_need_arg (args, second, &b, error)))
    return FALSE;
  *one = g_strdup (a);
  if (second)
    *two = g_strdup (b);
  return TRUE;
}

/* --- Answers ------------------------------------------------------------------------------------- */

static void
found_cb (QdNatsMessage *message, const GError *error, gpointer data)
{
  Command *self = data;

  if (error)
    fail (self, translate (error, FALSE));
  else
    succeed (self, message_to_json (self, message));
}

static void
read_cb (GPtrArray *messages, gboolean more, const GError *error, gpointer data)
{
  Command *self = data;
  JsonObject *answer;
  JsonArray *items;
  guint64 last = self->after;

  if (error)
    {
      fail (self, translate (error, FALSE));
      return;
    }
  answer = json_object_new ();
  items = json_array_new ();
  for (guint i = 0; i < messages->len; i++)
    {
      QdNatsMessage *message = g_ptr_array_index (messages, i);

      last = MAX (last, message->seq);
      if (!self->only_puts || qd_nats_message_get_operation (message) == QD_KV_PUT)
        json_array_add_object_element (items, message_to_json (self, message));
    }
  json_object_set_array_member (answer, "items", items);
  if (self->stream)
    {
      json_object_set_int_member (answer, "last_seq", (gint64) last);
      json_object_set_boolean_member (answer, "more", more);
    }
  succeed (self, answer);
}

static void
info_cb (const QdNatsStreamInfo *info, const GError *error, gpointer data)
{
  Command *self = data;
  JsonObject *answer;
  JsonArray *subjects;

  if (error)
    {
      fail (self, translate (error, FALSE));
      return;
    }
  answer = json_object_new ();
  subjects = json_array_new ();
  for (char **subject = info->subjects; *subject; subject++)
    json_array_add_string_element (subjects, *subject);
  json_object_set_string_member (answer, "stream", self->stream);
  json_object_set_int_member (answer, "first_seq", (gint64) info->first_seq);
  json_object_set_int_member (answer, "last_seq", (gint64) info->last_seq);
  json_object_set_int_member (answer, "messages", (gint64) info->messages);
  json_object_set_int_member (answer, "bytes", (gint64) info->bytes);
  json_object_set_array_member (answer, "subjects", subjects);
  json_object_set_int_member (answer, "n_subjects", (gint64) info->n_subjects);
  succeed (self, answer);
}

/* Somebody was quicker: with what, or, where that may not be read, with which message. */
static void
current_cb (QdNatsMessage *message, const GError *error, gpointer data)
{
  Command *self = data;
  GError *conflict = g_steal_pointer (&self->conflict);

  if (message)
    qd_driver_error_take_current (conflict, node_of (message_to_json (self, message)));
  else if (self->told > 0)
    {
      JsonObject *current = json_object_new ();

      json_object_set_string_member (current, "subject", self->subject);
      json_object_set_int_member (current, "seq", (gint64) self->told);
      qd_driver_error_take_current (conflict, node_of (current));
    }
  fail (self, conflict);
}

static void
stored_cb (guint64 seq, gboolean duplicate, const GError *error, gpointer data)
{
  Command *self = data;
  JsonObject *answer;

  if (error && error->code == QD_WIRE_ERROR_CONFLICT)
    {
      self->conflict = translate (error, TRUE);
      self->told = self->stream ? seq : 0;
      if (self->bucket)
        qd_nats_kv_get (self->nats, self->bucket, self->key, current_cb, self);
      else
        qd_nats_stream_last (self->nats, self->stream, self->subject, current_cb, self);
      return;
    }
  if (error)
    {
      fail (self, translate (error, TRUE));
      return;
    }
  answer = json_object_new ();
  json_object_set_int_member (answer, self->bucket ? "revision" : "seq", (gint64) seq);
  if (self->stream)
    json_object_set_boolean_member (answer, "duplicate", duplicate);
  succeed (self, answer);
}

/* --- The verbs ------------------------------------------------------------------------------------ */

static gboolean
kv_get (Command *self, JsonObject *args, GError **error)
{
  if (!get_place (args, "bucket", &self->bucket, "key", &self->key, error))
    return FALSE;
  qd_nats_kv_get (self->nats, self->bucket, self->key, found_cb, self);
  return TRUE;
}

static gboolean
kv_put (Command *self, JsonObject *args, GError **error)
{
  g_auto (GStrv) headers = dup_headers (args, NULL);
  g_autoptr (GBytes) value = NULL;
  guint64 revision;

  if (!get_place (args, "bucket", &self->bucket, "key", &self->key, error) ||
      !get_number (args, "revision", TRUE, 0, &revision, error) || (value = get_bytes (args, "value", error)) == NULL)
    return FALSE;
  qd_nats_kv_put (self->nats, self->bucket, self->key, (const char *const *) headers, value, revision, stored_cb, self);
  return TRUE;
}

static gboolean
kv_delete (Command *self, JsonObject *args, GError **error)
{
  g_auto (GStrv) headers = dup_headers (args, NULL);
  guint64 revision;

  if (!get_place (args, "bucket", &self->bucket, "key", &self->key, error) ||
      !get_number (args, "revision", TRUE, 0, &revision, error))
    return FALSE;
  qd_nats_kv_delete (self->nats, self->bucket, self->key, (const char *const *) headers, revision, stored_cb, self);
  return TRUE;
}

static gboolean
kv_history (Command *self, JsonObject *args, GError **error)
{
  if (!get_place (args, "bucket", &self->bucket, "key", &self->key, error))
    return FALSE;
  qd_nats_kv_read (self->nats, self->bucket, self->key, read_cb, self);
  return TRUE;
}

static gboolean
kv_all (Command *self, JsonObject *args, GError **error)
{
  if (!get_place (args, "bucket", &self->bucket, NULL, NULL, error))
    return FALSE;
  self->only_puts = TRUE;
  qd_nats_kv_read (self->nats, self->bucket, NULL, read_cb, self);
  return TRUE;
}

static gboolean
stream_publish (Command *self, JsonObject *args, GError **error)
{
  g_auto (GStrv) headers = dup_headers (args, qd_json_get_string (args, "message_id", NULL));
  g_autoptr (GBytes) payload = NULL;
  guint64 expected;

  if (!get_place (args, "stream", &self->stream, "subject", &self->subject, error) ||
      !get_number (args, "expect_last", FALSE, QD_NATS_ANY, &expected, error) || (payload = get_bytes (args, "payload", error)) == NULL)
    return FALSE;
  qd_nats_stream_publish (self->nats, self->stream, self->subject, (const char *const *) headers, payload, expected, stored_cb, self);
  return TRUE;
}

static gboolean
stream_last (Command *self, JsonObject *args, GError **error)
{
  if (!get_place (args, "stream", &self->stream, "subject", &self->subject, error))
    return FALSE;
  qd_nats_stream_last (self->nats, self->stream, self->subject, found_cb, self);
  return TRUE;
}

static gboolean
stream_read (Command *self, JsonObject *args, GError **error)
{
  guint64 limit;

  if (!get_place (args, "stream", &self->stream, "subject", &self->subject, error) ||
      !get_number (args, "after", FALSE, 0, &self->after, error) || !get_number (args, "limit", FALSE, 0, &limit, error))
    return FALSE;
  qd_nats_stream_read (self->nats, self->stream, self->subject, self->after, (guint) MIN (limit, MAX_READ), FALSE, read_cb, self);
  return TRUE;
}

static gboolean
stream_info (Command *self, JsonObject *args, GError **error)
{
  if (!get_place (args, "stream", &self->stream, NULL, NULL, error))
    return FALSE;
  qd_nats_stream_info (self->nats, self->stream, info_cb, self);
  return TRUE;
}

gboolean
qd_nats_command (QdNats *nats, const char *verb, JsonObject *args, GTask *task)
{
  static const struct {
    const char *verb;
    gboolean (*begin) (Command *self, JsonObject *args, GError **error);
  } verbs[] = {
    { "kv.get", kv_get },           { "kv.put", kv_put },         { "kv.delete", kv_delete },
    { "kv.history", kv_history },   { "kv.all", kv_all },         { "stream.publish", stream_publish },
    { "stream.last", stream_last }, { "stream.read", stream_read }, { "stream.info", stream_info },
  };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].verb, verb))
      {
        Command *self = command_new (nats, task);
        GError *error = NULL;

        if (!verbs[i].begin (self, args, &error))
          fail (self, error);
        return TRUE;
      }
  return FALSE;
}
