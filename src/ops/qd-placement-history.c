/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-placement.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-capability.h"
#include "qd-json.h"
#include "qd-placement-ask.h"

static void
revision_free (gpointer data)
{
  QdPlacementRevision *self = data;

  g_free (self->bucket);
  g_free (self->key);
  g_free (self->value);
  g_free (self->operation);
  g_free (self->who);
  g_free (self->as);
  g_free (self->why);
  qd_placement_map_unref (self->map);
  g_free (self);
}

static QdPlacementRevision *
read_revision (QdPlacementMap *map, const char *key, JsonObject *item)
{
  QdPlacementRevision *self = g_new0 (QdPlacementRevision, 1);
  JsonObject *headers = qd_json_get_object (item, "headers");
  g_autoptr (GBytes) bytes = qd_placement_dup_value (item);
  QdPlacementEntry entry = { .key = key };
  gint64 revision = 0;
  gboolean put;

  self->bucket = g_strdup (qd_placement_map_get_bucket (map));
  self->key = g_strdup (key);
  self->operation = g_strdup (qd_json_get_string (item, "operation", "put"));
  qd_json_get_int (item, "revision", &revision);
  qd_json_get_int (item, "at_us", &self->at_us);
  self->revision = (guint64) revision;
  if (headers)
    {
      self->who = g_strdup (qd_json_get_string (headers, QD_PLACEMENT_WHO, NULL));
      self->as = g_strdup (qd_json_get_string (headers, QD_PLACEMENT_AS, NULL));
      self->why = g_strdup (qd_json_get_string (headers, QD_PLACEMENT_WHY, NULL));
    }
  put = g_str_equal (self->operation, "put");
  if (put)
    self->value = g_strdup (qd_json_get_string (item, "value", NULL));
  entry.value = g_bytes_get_data (bytes, &entry.length);
  entry.revision = self->revision;
  entry.at_us = self->at_us;
  self->map = qd_placement_map_new (qd_placement_map_get_kind (map), self->bucket, &entry, put ? 1 : 0);
  return self;
}

typedef struct { QdPlacementMap *map; char *key; } History;

static void
history_free (gpointer data)
{
  History *self = data;

  qd_placement_map_unref (self->map);
  g_free (self->key);
  g_free (self);
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  History *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  JsonArray *items = object ? qd_json_get_array (object, "items") : NULL;
  g_autoptr (GPtrArray) revisions = g_ptr_array_new_with_free_func (revision_free);

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *item = qd_json_object (json_array_get_element (items, i));

      if (item)
        g_ptr_array_add (revisions, read_revision (self->map, self->key, item));
    }
  g_task_return_pointer (task, g_steal_pointer (&revisions), (GDestroyNotify) g_ptr_array_unref);
}

void
qd_placement_history_async (QdHub *hub, const char *nats, QdPlacementMap *map, const char *tenant, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (hub, cancellable, callback, user_data);
  const char *key = qd_placement_map_get_encoding (map) == QD_PLACEMENT_OBJECT ? qd_placement_map_get_key (map) : tenant;
  g_autoptr (JsonObject) args = json_object_new ();
  History *self = g_new (History, 1);
  g_autofree char *why = NULL;
  g_autofree char *id = NULL;

  *self = (History) { qd_placement_map_ref (map), g_strdup (key) };
  g_task_set_task_data (task, self, history_free);
  g_task_set_source_tag (task, qd_placement_history_async);
  if (key == NULL)
    g_task_return_new_error_literal (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                                     _("Each tenant has a history of its own here: say whose"));
  else if (!qd_placement_allowed (hub, nats, QD_PLACEMENT_VIEW, &why))
    g_task_return_new_error_literal (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED, why);
  else
    {
      json_object_set_string_member (args, "bucket", qd_placement_map_get_bucket (map));
      json_object_set_string_member (args, "key", key);
      id = qd_hub_run (hub, nats, "kv.history", args, NULL, NULL, cancellable, history_cb, task);
      return;
    }
  g_object_unref (task);
}

GPtrArray *
qd_placement_history_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
