/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-remote-private.h"
#include "qd-remote.h"

#define FORMAT 1
/* A policy has a dozen levels; what is deeper could be written and never be read again. */
#define MAX_OBJECT_DEPTH 48

struct _QdRemoteSet {
  char *folder, *connection;
  GHashTable *entries;       /* key → QdRemoteEntry */
};

static void
entry_free (gpointer data)
{
  QdRemoteEntry *self = data;

  g_free (self->key);
  g_free (self->id);
  g_free (self->revision);
  g_free (self->document);
  json_node_unref (self->base);
  g_free (self);
}

QdRemoteSet *
qd_remote_set_new (const char *folder, const char *connection)
{
  QdRemoteSet *self = g_new0 (QdRemoteSet, 1);

  self->folder = g_strdup (folder);
  self->connection = g_strdup (connection);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  return self;
}

void
qd_remote_set_free (QdRemoteSet *self)
{
  g_free (self->folder);
  g_free (self->connection);
  g_hash_table_unref (self->entries);
  g_free (self);
}

const char *
qd_remote_set_get_folder (const QdRemoteSet *self)
{
  return self->folder;
}

const char *
qd_remote_set_get_connection (const QdRemoteSet *self)
{
  return self->connection;
}

guint
qd_remote_set_get_n (const QdRemoteSet *self)
{
  return g_hash_table_size (self->entries);
}

const QdRemoteEntry *
qd_remote_set_find (const QdRemoteSet *self, const char *key)
{
  return g_hash_table_lookup (self->entries, key);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const QdRemoteEntry *const *) a)->key, (*(const QdRemoteEntry *const *) b)->key);
}

GPtrArray *
qd_remote_set_list (const QdRemoteSet *self)
{
  GPtrArray *list = g_hash_table_get_values_as_ptr_array (self->entries);

  g_ptr_array_sort (list, compare_entries);
  return list;
}

gboolean
qd_json_is_deeper (JsonNode *node, guint depth)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      JsonNode *value;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, NULL, &value))
        if (depth == 0 || qd_json_is_deeper (value, depth - 1))
          return TRUE;
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      if (depth == 0 || qd_json_is_deeper (json_array_get_element (json_node_get_array (node), i), depth - 1))
        return TRUE;
  return FALSE;
}

static gboolean
put (QdRemoteSet *self, const QdRemoteEntry *from)
{
  QdRemoteEntry *entry;

  if (qd_json_is_deeper (from->base, MAX_OBJECT_DEPTH) ||
      (g_hash_table_size (self->entries) >= QD_REMOTE_MAX_ENTRIES && !g_hash_table_contains (self->entries, from->key)))
    return FALSE;
  entry = g_new0 (QdRemoteEntry, 1);
  entry->key = g_strdup (from->key);
  entry->id = g_strdup (from->id);
  entry->revision = g_strdup (from->revision);
  entry->document = g_strdup (from->document);
  entry->base = json_node_ref (from->base);
  entry->at_us = from->at_us;
  g_hash_table_replace (self->entries, entry->key, entry);
  return TRUE;
}

gboolean
qd_remote_set_put (QdRemoteSet *self, const char *key, const char *id, const char *revision, const char *document, JsonNode *base)
{
  const QdRemoteEntry entry = { (char *) key, (char *) (id ? id : ""), (char *) (revision ? revision : ""),
                                (char *) (document ? document : ""), base, g_get_real_time () };

  return put (self, &entry);
}

void
qd_remote_set_remove (QdRemoteSet *self, const char *key)
{
  g_hash_table_remove (self->entries, key);
}

QdRemoteSet *
qd_remote_set_copy (const QdRemoteSet *self)
{
  QdRemoteSet *copy = qd_remote_set_new (self->folder, self->connection);
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    put (copy, entry);
  return copy;
}

/* --- On the disk -------------------------------------------------------------------------------------- */

GBytes *
qd_remote_set_to_bytes (const QdRemoteSet *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GPtrArray) list = qd_remote_set_list (self);
  JsonObject *object = json_object_new ();
  JsonArray *entries = json_array_new ();
  char *text;

  json_node_take_object (root, object);
  json_object_set_int_member (object, "remote", FORMAT);
  json_object_set_string_member (object, "folder", self->folder);
  json_object_set_string_member (object, "connection", self->connection);
  json_object_set_array_member (object, "entries", entries);
  for (guint i = 0; i < list->len; i++)
    {
      const QdRemoteEntry *entry = g_ptr_array_index (list, i);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "key", entry->key);
      json_object_set_string_member (one, "id", entry->id);
      json_object_set_string_member (one, "revision", entry->revision);
      json_object_set_string_member (one, "document", entry->document);
      json_object_set_int_member (one, "at_us", entry->at_us);
      json_object_set_member (one, "base", json_node_copy (entry->base));
      json_array_add_object_element (entries, one);
    }
  text = qd_json_to_text (root, FALSE);
  return g_bytes_new_take (text, strlen (text));
}

static gboolean
read_entry (QdRemoteSet *self, JsonObject *object)
{
  QdRemoteEntry entry = { 0 };

  if (object == NULL || !json_object_has_member (object, "base") || !JSON_NODE_HOLDS_OBJECT (json_object_get_member (object, "base")))
    return FALSE;
  entry.key = (char *) qd_json_get_string (object, "key", NULL);
  entry.id = (char *) qd_json_get_string (object, "id", NULL);
  entry.revision = (char *) qd_json_get_string (object, "revision", NULL);
  entry.document = (char *) qd_json_get_string (object, "document", NULL);
  entry.base = json_object_get_member (object, "base");
  qd_json_get_int (object, "at_us", &entry.at_us);
  return entry.key && entry.id && entry.revision && entry.document && !qd_remote_set_find (self, entry.key) && put (self, &entry);
}

QdRemoteSet *
qd_remote_set_parse (const char *bytes, gsize length, const char *origin, GError **error)
{
  g_autoptr (JsonNode) root = length <= QD_REMOTE_MAX_BYTES ? qd_json_parse (bytes, (gssize) length, origin, error) : NULL;
  JsonObject *object = root ? qd_json_object (root) : NULL;
  JsonArray *entries = object ? qd_json_get_array (object, "entries") : NULL;
  const char *folder = object ? qd_json_get_string (object, "folder", NULL) : NULL;
  const char *connection = object ? qd_json_get_string (object, "connection", NULL) : NULL;
  g_autoptr (QdRemoteSet) self = NULL;
  gint64 format = 0;

  if (root == NULL && length <= QD_REMOTE_MAX_BYTES)
    return NULL;
  if (object)
    qd_json_get_int (object, "remote", &format);
  if (format > FORMAT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("%s: a newer Quarterdeck has written this"), origin);
      return NULL;
    }
  if (format == FORMAT && entries && folder && connection)
    self = qd_remote_set_new (folder, connection);
  for (guint i = 0; self && i < json_array_get_length (entries); i++)
    if (!read_entry (self, qd_json_object (json_array_get_element (entries, i))))
      g_clear_pointer (&self, qd_remote_set_free);
  if (self == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: this is not what is remembered of a server’s policies, or not all of it"), origin);
  return g_steal_pointer (&self);
}
