/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where tenants are placed, as the buckets have it, and placing one by compare-and-set. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

#include "qd-apart-private.h"
#include "qd-ask-private.h"
#include "qd-json.h"
#include "qd-placement-ask.h"

static gboolean
parse_kind (QdMigration *self, QdPlacementKind *kind, GError **error)
{
  if (qd_placement_kind_parse (self->move->kind, kind))
    return TRUE;
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("There is no placement of “%s”: there are aggregate, projection and runner"),
               self->move->kind);
  return FALSE;
}

/* A map of all tenants there are, to be taken apart on a worker. */
typedef struct {
  QdPlacementKind kind;
  JsonNode *answer;
  const char *tenant, *from, *to;    /* @to NULL: it is only asked where the tenant is */
  char *now;
  GPtrArray *writes;                 /* QdPlacementWrite; NULL: there is nothing to write */
  GError *error;
} Reading;

static void
reading_clear (Reading *self)
{
  g_clear_pointer (&self->answer, json_node_unref);
  g_clear_pointer (&self->writes, g_ptr_array_unref);
  g_clear_pointer (&self->now, g_free);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static void
plan_write (Reading *self, const QdPlacementMap *map)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);

  if (g_strcmp0 (self->now, self->from) != 0)
    {
      g_set_error (&self->error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("Somebody else has placed %s: on %s"), self->tenant,
                   self->now ? self->now : _("no shard"));
      return;
    }
  g_ptr_array_add (changes, qd_placement_change_new (self->tenant, self->to));
  self->writes = qd_placement_map_plan (map, changes, &self->error);
}

static void
take_apart (gpointer data)
{
  Reading *self = data;
  g_autoptr (QdPlacementMap) map = qd_placement_map_from_json (self->kind, qd_placement_kind_get_bucket (self->kind), self->answer, &self->error);

  g_clear_pointer (&self->answer, json_node_unref);
  if (map == NULL)
    return;
  self->now = g_strdup (qd_placement_map_get_shard (map, self->tenant));
  if (self->to && g_strcmp0 (self->now, self->to) != 0)
    plan_write (self, map);
}

static gboolean
read_map (QdMigration *self, Reading *reading, GError **error)
{
  JsonObject *args;

  if (!parse_kind (self, &reading->kind, error))
    return FALSE;
  reading->tenant = self->move->tenant;
  args = json_object_new ();
  json_object_set_string_member (args, "bucket", qd_placement_kind_get_bucket (reading->kind));
  reading->answer = qd_migration_send (self, self->nats, "kv.all", args, error);
  if (reading->answer == NULL)
    return FALSE;
  qd_apart (take_apart, reading);
  if (reading->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reading->error));
  return FALSE;
}

char *
qd_migration_get_place (QdMigration *self, GError **error)
{
  g_auto (Reading) reading = { .kind = 0 };

  return read_map (self, &reading, error) ? g_steal_pointer (&reading.now) : NULL;
}

/* Who and why stand beside the value, as with every placement of ours. */
static JsonObject *
dup_headers (QdMigration *self)
{
  g_autofree char *desk = qd_desk_name (), *why = g_strdup (qd_json_get_string (self->record->json, "reason", ""));
  JsonObject *headers = json_object_new ();

  json_object_set_string_member (headers, QD_PLACEMENT_WHO, g_strdelimit (desk, "\r\n", ' '));
  if (*why)
    json_object_set_string_member (headers, QD_PLACEMENT_WHY, g_strdelimit (why, "\r\n", ' '));
  json_object_set_string_member (headers, QD_PLACEMENT_EDIT, self->record->id);
  return headers;
}

static gboolean
write_down (QdMigration *self, const QdPlacementWrite *write, GError **error)
{
  g_autofree char *revision = g_strdup_printf ("%" G_GUINT64_FORMAT, write->revision);
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "bucket", write->bucket);
  json_object_set_string_member (args, "key", write->key);
  json_object_set_string_member (args, "value", write->value);
  json_object_set_string_member (args, "revision", revision);
  json_object_set_object_member (args, "headers", dup_headers (self));
  answer = qd_ask_with (self->hub, self->nats, "kv.put", args, error);
  return answer != NULL;
}

gboolean
qd_migration_set_place (QdMigration *self, const char *from, const char *to, GError **error)
{
  g_auto (Reading) reading = { .from = from, .to = to };

  /* One tenant is one key, or one place in one. */
  return read_map (self, &reading, error) &&
         (reading.writes == NULL || reading.writes->len == 0 || write_down (self, g_ptr_array_index (reading.writes, 0), error));
}
