/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-placement.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-json.h"
#include "qd-placement-ask.h"

char *
qd_placement_find_connection (QdHub *hub, const char *connection)
{
  g_autoptr (GPtrArray) all = qd_hub_list_endpoints (hub);

  for (guint i = 0; i < all->len; i++)
    {
      const QdEndpoint *endpoint = g_ptr_array_index (all, i);

      if (g_strcmp0 (endpoint->driver, "nats") == 0 &&
          (g_strcmp0 (endpoint->id, connection) == 0 || g_strcmp0 (endpoint->feeds, connection) == 0))
        return g_strdup (endpoint->id);
    }
  return NULL;
}

gboolean
qd_placement_allowed (QdHub *hub, const char *nats, const char *verb, char **why)
{
  return qd_hub_allows (hub, nats, verb, NULL, why);
}

/* --- Reading ------------------------------------------------------------------------------------------- */

GBytes *
qd_placement_dup_value (JsonObject *entry)
{
  const char *text = qd_json_get_string (entry, "value", NULL);
  const char *encoded = qd_json_get_string (entry, "value_base64", NULL);
  gsize length = 0;
  guchar *decoded;

  if (encoded == NULL)
    return g_bytes_new (text ? text : "", text ? strlen (text) : 0);
  decoded = g_base64_decode (encoded, &length);
  return g_bytes_new_take (decoded, length);
}

QdPlacementMap *
qd_placement_map_from_json (QdPlacementKind kind, const char *bucket, JsonNode *answer, GError **error)
{
  JsonObject *object = qd_json_object (answer);
  JsonArray *items = object ? qd_json_get_array (object, "items") : NULL;
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (QdPlacementEntry));

  if (items == NULL)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("The bucket %s did not say what is in it"), bucket);
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = qd_json_object (json_array_get_element (items, i));
      const char *key = item ? qd_json_get_string (item, "key", NULL) : NULL;
      QdPlacementEntry entry = { .key = key };
      gint64 revision = 0;

      if (key == NULL || g_strcmp0 (qd_json_get_string (item, "operation", "put"), "put") != 0)
        continue;
      g_ptr_array_add (values, qd_placement_dup_value (item));
      entry.value = g_bytes_get_data (g_ptr_array_index (values, values->len - 1), &entry.length);
      qd_json_get_int (item, "revision", &revision);
      qd_json_get_int (item, "at_us", &entry.at_us);
      entry.revision = (guint64) revision;
      g_array_append_val (entries, entry);
    }
  return qd_placement_map_new (kind, bucket, (const QdPlacementEntry *) entries->data, entries->len);
}

typedef struct {
  QdPlacementKind kind;
  char *bucket;
  JsonNode *answer;
} Read;

static void
read_free (gpointer data)
{
  Read *self = data;

  g_free (self->bucket);
  g_clear_pointer (&self->answer, json_node_unref);
  g_free (self);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Read *self = data;
  GError *error = NULL;
  QdPlacementMap *map = qd_placement_map_from_json (self->kind, self->bucket, self->answer, &error);

  if (map)
    g_task_return_pointer (task, map, (GDestroyNotify) qd_placement_map_unref);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Read *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  if (self->answer)
    g_task_run_in_thread (task, read_thread);
  else
    g_task_return_error (task, error);
}

/**
 * qd_placement_read_async:
 * @hub: the hub
 * @nats: a NATS connection
 * @kind: of which service
 * @bucket: (nullable): where; %NULL: the kind's own
 *
 * Reads a kind's map as it is now.
 */
void
qd_placement_read_async (QdHub *hub, const char *nats, QdPlacementKind kind, const char *bucket, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (hub, cancellable, callback, user_data);
  g_autoptr (JsonObject) args = json_object_new ();
  Read *self = g_new0 (Read, 1);
  g_autofree char *why = NULL;
  g_autofree char *id = NULL;

  self->kind = kind;
  self->bucket = g_strdup (bucket ? bucket : qd_placement_kind_get_bucket (kind));
  g_task_set_task_data (task, self, read_free);
  g_task_set_source_tag (task, qd_placement_read_async);
  if (!qd_placement_allowed (hub, nats, QD_PLACEMENT_VIEW, &why))
    {
      g_task_return_new_error_literal (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED, why);
      g_object_unref (task);
      return;
    }
  json_object_set_string_member (args, "bucket", self->bucket);
  id = qd_hub_run (hub, nats, "kv.all", args, NULL, NULL, cancellable, read_cb, task);
}

QdPlacementMap *
qd_placement_read_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
