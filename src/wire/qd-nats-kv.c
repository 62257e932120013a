/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-nats-private.h"

/* A bucket B is the stream KV_B, an entry K the last message of the subject $KV.B.K, its revision that message's sequence. */

#define MAX_ENTRIES 200000

/* What nats.c and the server allow in a key. */
static gboolean
is_key (const char *key)
{
  if (key == NULL || *key == '\0' || *key == '.' || g_str_has_suffix (key, ".") || strstr (key, "..") != NULL)
    return FALSE;
  for (; *key; key++)
    if (!g_ascii_isalnum (*key) && strchr ("-/_=.", *key) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_bucket (const char *bucket)
{
  if (bucket == NULL || *bucket == '\0')
    return FALSE;
  for (; *bucket; bucket++)
    if (!g_ascii_isalnum (*bucket) && *bucket != '-' && *bucket != '_')
      return FALSE;
  return TRUE;
}

typedef struct
{
  QdNats *nats;                /* held */
  char *bucket, *key;          /* @key NULL: all of them */
  char *stream, *subject;
  char **headers;
  GBytes *value;
  guint64 expected;
  gboolean second;             /* a create over a marker: tried with its revision */
  gboolean is_delete;
  QdNatsStoredFunc stored;
  QdNatsFoundFunc found;
  QdNatsReadFunc read;
  gpointer data;
} Entry;

static Entry *
entry_new (QdNats *nats, const char *bucket, const char *key, gpointer data)
{
  Entry *self = g_new0 (Entry, 1);

  self->nats = qd_nats_hold (nats);
  self->bucket = g_strdup (bucket);
  self->key = g_strdup (key);
  self->stream = g_strconcat ("KV_", bucket, NULL);
  self->subject = g_strdup_printf ("$KV.%s.%s", bucket, key ? key : ">");
  self->data = data;
  return self;
}

/* Tells whoever asked, exactly once, and frees. */
static void
entry_done (Entry *self, guint64 seq, QdNatsMessage *message, GPtrArray *messages, const GError *error)
{
  if (self->stored != NULL)
    self->stored (error ? 0 : seq, FALSE, error, self->data);
  if (self->found != NULL)
    self->found (message, error, self->data);
  if (self->read != NULL)
    self->read (messages, FALSE, error, self->data);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_strfreev (self->headers);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self->stream);
  g_free (self->subject);
  qd_nats_drop (self->nats);
  g_free (self);
}

static void
entry_closed (gpointer data, const GError *error)
{
  entry_done (data, 0, NULL, NULL, error);
}

/* @error in the words of buckets. (transfer full) */
static GError *
entry_error (Entry *self, const GError *error)
{
  const char *key = self->key ? self->key : "";

  switch (error->code)
    {
    case QD_WIRE_ERROR_CONFLICT:
      if (self->expected == 0)
        return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT, _("%s: %s already exists in the bucket %s"), self->nats->place, key,
                            self->bucket);
      return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT,
                          _("%s: %s in the bucket %s was changed by somebody else meanwhile: read it again"), self->nats->place, key,
                          self->bucket);
    case QD_WIRE_ERROR_NOT_FOUND:
      /* The server's words: only they tell the one from the other. */
      if (strstr (error->message, "no message found") != NULL)
        return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("%s: there is no %s in the bucket %s"), self->nats->place, key,
                            self->bucket);
      if (self->stored == NULL && strstr (error->message, "stream not found") == NULL)
        break;
      return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("%s: there is no bucket %s here"), self->nats->place, self->bucket);
    case QD_WIRE_ERROR_TIMEOUT:
    case QD_WIRE_ERROR_CLOSED:
      if (self->stored != NULL)
        return g_error_new (QD_WIRE_ERROR, error->code,
                            _("%s: no answer came to storing %s in the bucket %s: whether it was stored is not known, so look before you try again"),
                            self->nats->place, key, self->bucket);
      break;
    default:
      break;
    }
  return g_error_copy (error);
}

static gboolean
check (Entry *self, gboolean needs_key)
{
  g_autoptr(GError) error = NULL;

  if (!is_bucket (self->bucket))
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, _("%s: “%s” is no name of a bucket"), self->nats->place,
                         self->bucket ? self->bucket : "");
  else if ((needs_key || self->key != NULL) && !is_key (self->key))
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, _("%s: “%s” is no key of a bucket"), self->nats->place,
                         self->key ? self->key : "");
  if (error != NULL)
    entry_done (self, 0, NULL, NULL, error);
  return error == NULL;
}

/* --- Storing ------------------------------------------------------------------------------------- */

static void store (Entry *self, guint64 expected);

/* The last entry of the key, asked for when a create was refused: it may be a marker. */
static void
last_cb (QdNatsMessage *message, const GError *error, gpointer data)
{
  Entry *self = data;
  g_autoptr(GError) conflict = NULL;

  if (message != NULL && qd_nats_message_get_operation (message) != QD_KV_PUT)
    {
      self->second = TRUE;
      store (self, message->seq);
      return;
    }
  conflict = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT, _("%s: %s already exists in the bucket %s"), self->nats->place, self->key,
                          self->bucket);
  entry_done (self, 0, NULL, NULL, conflict);
}

static void
stored_cb (guint64 seq, gboolean duplicate, const GError *error, gpointer data)
{
  Entry *self = data;
  g_autoptr(GError) own = error ? entry_error (self, error) : NULL;

  if (own != NULL && own->code == QD_WIRE_ERROR_CONFLICT && self->expected == 0 && !self->second && !self->is_delete)
    qd_nats_stream_last (self->nats, self->stream, self->subject, last_cb, self);
  else
    entry_done (self, seq, NULL, NULL, own);
}

static void
store (Entry *self, guint64 expected)
{
  qd_nats_stream_publish (self->nats, self->stream, self->subject, (const char *const *) self->headers, self->value, expected, stored_cb,
                          self);
}

static void
run_store (QdNats *nats, gpointer data)
{
  Entry *self = data;

  if (check (self, TRUE))
    store (self, self->expected);
}

/**
 * qd_nats_kv_put:
 * @headers: (nullable): names and values by turns, ended by %NULL: kept beside the value
 * @value: (nullable): the bytes to store
 *
 * Stores a value, if the key is still as @expected_revision says.
 */
void
qd_nats_kv_put (QdNats *self, const char *bucket, const char *key, const char *const *headers, GBytes *value,
                guint64 expected_revision, QdNatsStoredFunc func, gpointer data)
{
  Entry *entry = entry_new (self, bucket, key ? key : "", data);

  entry->headers = g_strdupv ((char **) headers);
  entry->value = value ? g_bytes_ref (value) : NULL;
  entry->expected = expected_revision;
  entry->stored = func;
  qd_nats_do (self, run_store, entry_closed, entry);
}

/**
 * qd_nats_kv_delete:
 *
 * Leaves a marker, as every client of NATS does: the history stays.
 */
void
qd_nats_kv_delete (QdNats *self, const char *bucket, const char *key, const char *const *headers, guint64 expected_revision,
                   QdNatsStoredFunc func, gpointer data)
{
  Entry *entry = entry_new (self, bucket, key ? key : "", data);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (all, g_strdup ("KV-Operation"));
  g_ptr_array_add (all, g_strdup ("DEL"));
  for (; headers != NULL && *headers != NULL; headers++)
    g_ptr_array_add (all, g_strdup (*headers));
  g_ptr_array_add (all, NULL);
  entry->headers = (char **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
  entry->expected = expected_revision;
  entry->is_delete = TRUE;
  entry->stored = func;
  qd_nats_do (self, run_store, entry_closed, entry);
}

/* --- Reading --------------------------------------------------------------------------------------- */

static void
found_cb (QdNatsMessage *message, const GError *error, gpointer data)
{
  Entry *self = data;
  g_autoptr(GError) own = error ? entry_error (self, error) : NULL;

  entry_done (self, 0, message, NULL, own);
}

static void
run_get (QdNats *nats, gpointer data)
{
  Entry *self = data;

  if (check (self, TRUE))
    qd_nats_stream_last (nats, self->stream, self->subject, found_cb, self);
}

void
qd_nats_kv_get (QdNats *self, const char *bucket, const char *key, QdNatsFoundFunc func, gpointer data)
{
  Entry *entry = entry_new (self, bucket, key ? key : "", data);

  entry->found = func;
  qd_nats_do (self, run_get, entry_closed, entry);
}

/* One that changed while it was read is told twice: the later word is the last. */
static GPtrArray *
drop_older (GPtrArray *messages)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_nats_message_unref);
  g_autoptr(GHashTable) last = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < messages->len; i++)
    {
      QdNatsMessage *message = g_ptr_array_index (messages, i);

      g_hash_table_insert (last, message->subject, message);
    }
  for (guint i = 0; i < messages->len; i++)
    {
      QdNatsMessage *message = g_ptr_array_index (messages, i);

      if (g_hash_table_lookup (last, message->subject) == message)
        g_ptr_array_add (kept, qd_nats_message_ref (message));
    }
  return kept;
}

static void
read_cb (GPtrArray *messages, gboolean more, const GError *error, gpointer data)
{
  Entry *self = data;
  g_autoptr(GError) own = error ? entry_error (self, error) : NULL;
  g_autoptr(GPtrArray) kept = messages && self->key == NULL ? drop_older (messages) : NULL;

  if (own == NULL && more)
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_TOO_LARGE, _("%s: the bucket %s holds more than can be read at once"),
                       self->nats->place, self->bucket);
  entry_done (self, 0, NULL, own ? NULL : kept ? kept : messages, own);
}

static void
run_read (QdNats *nats, gpointer data)
{
  Entry *self = data;

  if (check (self, FALSE))
    qd_nats_stream_read (nats, self->stream, self->subject, 0, MAX_ENTRIES, self->key == NULL, read_cb, self);
}

/**
 * qd_nats_kv_read:
 * @key: (nullable): whose history; %NULL: the last entry of each key
 *
 * Reads a bucket, or a key of it, as it is now, markers of deletes among it. A key without any entry has an empty history.
 */
void
qd_nats_kv_read (QdNats *self, const char *bucket, const char *key, QdNatsReadFunc func, gpointer data)
{
  Entry *entry = entry_new (self, bucket, key, data);

  entry->read = func;
  qd_nats_do (self, run_read, entry_closed, entry);
}
