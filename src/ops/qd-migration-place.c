/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where tenants are placed, as the buckets have it, and placing one by compare-and-set. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

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

static QdPlacementMap *
read_map (QdMigration *self, GError **error)
{
  JsonObject *args;
  g_autoptr (JsonNode) answer = NULL;
  QdPlacementKind kind;

  if (!parse_kind (self, &kind, error))
    return NULL;
  args = json_object_new ();
  json_object_set_string_member (args, "bucket", qd_placement_kind_get_bucket (kind));
  answer = qd_migration_send (self, self->nats, "kv.all", args, error);
  return answer ? qd_placement_map_from_json (kind, NULL, answer, error) : NULL;
}

char *
qd_migration_get_place (QdMigration *self, GError **error)
{
  g_autoptr (QdPlacementMap) map = read_map (self, error);

  return map ? g_strdup (qd_placement_map_get_shard (map, self->move->tenant)) : NULL;
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
  g_autoptr (QdPlacementMap) map = read_map (self, error);
  g_autoptr (GPtrArray) changes = NULL, writes = NULL;

  if (map == NULL)
    return FALSE;
  if (g_strcmp0 (qd_placement_map_get_shard (map, self->move->tenant), from) != 0)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("%s is not on %s any more"), self->move->tenant, from);
      return FALSE;
    }
  changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_ptr_array_add (changes, qd_placement_change_new (self->move->tenant, to));
  writes = qd_placement_map_plan (map, changes, error);
  /* One tenant is one key, or one place in one. */
  return writes && (writes->len == 0 || write_down (self, g_ptr_array_index (writes, 0), error));
}

static void
take_map (QdMigrationWorld *world, const QdPlacementMap *map)
{
  const char *kind = qd_placement_kind_get_name (qd_placement_map_get_kind (map));

  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *placement = qd_placement_map_get_nth (map, i);

      qd_migration_world_place (world, kind, placement->tenant, placement->shard);
    }
}

/* A fleet may do without one of the kinds. */
gboolean
qd_migration_read_places (QdHub *hub, const char *nats, const char *only, QdMigrationWorld *world, GError **error)
{
  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      if (only != NULL && !g_str_equal (only, qd_placement_kind_get_name (kind)))
        continue;
      g_autoptr (GError) cause = NULL;
      g_autoptr (JsonNode) answer = qd_ask (hub, nats, "kv.all", &cause, "bucket", qd_placement_kind_get_bucket (kind), NULL);
      g_autoptr (QdPlacementMap) map = answer ? qd_placement_map_from_json (kind, NULL, answer, &cause) : NULL;

      if (map)
        take_map (world, map);
      else if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
  return TRUE;
}
