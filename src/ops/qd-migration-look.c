/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan of migrations is made of: placements, shards, jobs, the freeze. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

#include "qd-apart-private.h"
#include "qd-ask-private.h"
#include "qd-hub-private.h"
#include "qd-json.h"
#include "qd-placement-ask.h"

#define SHARDS_BUCKET "SHARDS"
/* What was taken out of the stream by hand is not told: so often it is read from its beginning. */
#define WHOLE_AGAIN_US (60 * G_USEC_PER_SEC)

struct _QdMigrationLook {
  QdHub *hub;                /* referenced */
  char *control, *nats, *only;
  guint64 last;              /* so far the jobs have been read */
  gint64 whole_us;           /* monotonic: when they are to be read from the beginning again */
  GHashTable *busy;          /* job → Busy */
};

/* Somebody has begun to move a tenant. */
typedef struct { char *tenant, *text; } Busy;

/* What the servers answered, to be made a world of on a worker. */
typedef struct {
  QdMigrationLook *look;
  JsonNode *shards, *places[QD_N_PLACEMENT_KINDS];
  GPtrArray *records;        /* QdJobRecord */
  QdMigrationWorld *world;
  GError *error;
} Sight;

char *
qd_migration_find_nats (QdHub *hub, const char *control, GError **error)
{
  char *nats = qd_placement_find_connection (hub, control);

  if (nats == NULL)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("No NATS connection feeds “%s”: placements and jobs live there, so add it first"),
                 qd_hub_get_connection_name (hub, control));
  return nats;
}

static void
busy_free (gpointer data)
{
  Busy *self = data;

  g_free (self->tenant);
  g_free (self->text);
  g_free (self);
}

QdMigrationLook *
qd_migration_look_new (QdHub *hub, const char *control, const char *nats, const char *only)
{
  QdMigrationLook *self = g_new0 (QdMigrationLook, 1);

  self->hub = g_object_ref (hub);
  self->control = g_strdup (control);
  self->nats = g_strdup (nats);
  self->only = g_strdup (only);
  self->busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, busy_free);
  return self;
}

void
qd_migration_look_free (QdMigrationLook *self)
{
  g_object_unref (self->hub);
  g_free (self->control);
  g_free (self->nats);
  g_free (self->only);
  g_hash_table_unref (self->busy);
  g_free (self);
}

static void
sight_clear (Sight *self)
{
  g_clear_pointer (&self->shards, json_node_unref);
  for (guint i = 0; i < QD_N_PLACEMENT_KINDS; i++)
    g_clear_pointer (&self->places[i], json_node_unref);
  g_clear_pointer (&self->records, g_ptr_array_unref);
}

/* --- Made a world of, on a worker ----------------------------------------------------------------------------------------------- */

static void
take_shards (Sight *self)
{
  JsonObject *answer = qd_json_object (self->shards);
  JsonArray *items = answer ? qd_json_get_array (answer, "items") : NULL;

  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *entry = qd_json_object (json_array_get_element (items, i));
      const char *value = entry ? qd_json_get_string (entry, "value", NULL) : NULL;
      g_autoptr (JsonNode) node = value ? qd_json_parse (value, -1, SHARDS_BUCKET, NULL) : NULL;
      g_autoptr (GError) wrong = NULL;
      QdShardRecord *record = qd_shard_record_from_json (node ? qd_json_object (node) : NULL, &wrong);

      if (record)
        g_ptr_array_add (self->world->shards, record);
      else
        g_message ("An entry of %s is left out: %s", SHARDS_BUCKET, wrong->message);
    }
}

static gboolean
take_places (Sight *self, QdPlacementKind kind)
{
  g_autoptr (QdPlacementMap) map = qd_placement_map_from_json (kind, qd_placement_kind_get_bucket (kind), self->places[kind], &self->error);

  for (guint i = 0; map && i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *placement = qd_placement_map_get_nth (map, i);

      qd_migration_world_place (self->world, qd_placement_kind_get_name (kind), placement->tenant, placement->shard);
    }
  return map != NULL;
}

static void
take_record (QdMigrationLook *self, const QdJobRecord *record)
{
  g_autoptr (QdMigrationMove) move = qd_job_record_is_over (record) ? NULL : qd_migration_move_from_record (record);
  Busy *busy;

  /* Two that wait for each other would do so for ever: who comes first is who has the tenant's lease. */
  if (move == NULL || qd_job_record_is_queued (record))
    {
      g_hash_table_remove (self->busy, record->id);
      return;
    }
  busy = g_new (Busy, 1);
  *busy = (Busy) { g_strdup (move->tenant), g_strdup_printf (_("job %s moves it from %s to %s"), record->id, move->from, move->to) };
  g_hash_table_replace (self->busy, g_strdup (record->id), busy);
}

static void
take_jobs (Sight *self)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; self->records && i < self->records->len; i++)
    take_record (self->look, g_ptr_array_index (self->records, i));
  g_hash_table_iter_init (&iter, self->look->busy);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Busy *busy = value;

      g_hash_table_replace (self->world->busy, g_strdup (busy->tenant), g_strdup (busy->text));
    }
}

static void
make_world (gpointer data)
{
  Sight *self = data;
  gboolean fine = TRUE;

  take_shards (self);
  for (QdPlacementKind kind = 0; fine && kind < QD_N_PLACEMENT_KINDS; kind++)
    fine = self->places[kind] == NULL || take_places (self, kind);
  take_jobs (self);
  sight_clear (self);
}

/* --- Asked for -------------------------------------------------------------------------------------------------------------------- */

/* A control API that knows no freeze has none. */
static gboolean
ask_freeze (Sight *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (self->look->hub, self->look->control, "freeze.get", &cause, NULL);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;

  self->world->frozen = object && qd_json_get_bool (object, "frozen", FALSE);
  if (answer || g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING) || g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
ask_shards (Sight *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  self->shards = qd_ask (self->look->hub, self->look->nats, "kv.all", &cause, "bucket", SHARDS_BUCKET, NULL);
  if (self->shards)
    return TRUE;
  if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, _("The shards of this fleet do not tell of themselves: there is no bucket %s"),
                 SHARDS_BUCKET);
  else
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* A fleet may do without one of the kinds. */
static gboolean
ask_places (Sight *self, GError **error)
{
  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      g_autoptr (GError) cause = NULL;

      if (self->look->only && g_strcmp0 (self->look->only, qd_placement_kind_get_name (kind)) != 0)
        continue;
      self->places[kind] = qd_ask (self->look->hub, self->look->nats, "kv.all", &cause, "bucket", qd_placement_kind_get_bucket (kind), NULL);
      if (self->places[kind] == NULL && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
  return TRUE;
}

/* A fleet without the stream has no jobs that others would know of. */
static gboolean
ask_jobs (Sight *self, GError **error)
{
  QdMigrationLook *look = self->look;
  g_autoptr (GError) cause = NULL;

  if (g_get_monotonic_time () >= look->whole_us)
    {
      look->whole_us = g_get_monotonic_time () + WHOLE_AGAIN_US;
      look->last = 0;
      g_hash_table_remove_all (look->busy);
    }
  self->records = qd_job_stream_read_all (look->hub, look->nats, look->last, &look->last, &cause);
  if (self->records || g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    return TRUE;
  /* What was known is not whole any more. */
  look->whole_us = 0;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

QdMigrationWorld *
qd_migration_look_again (QdMigrationLook *look, GError **error)
{
  g_autoptr (QdMigrationWorld) world = qd_migration_world_new ();
  Sight sight = { .look = look, .world = world };
  gboolean fine = ask_freeze (&sight, error) && ask_shards (&sight, error) && ask_places (&sight, error) && ask_jobs (&sight, error);

  if (fine)
    qd_apart (make_world, &sight);
  sight_clear (&sight);
  if (sight.error)
    g_propagate_error (error, sight.error);
  return fine && sight.error == NULL ? g_steal_pointer (&world) : NULL;
}

/* --- For everybody ---------------------------------------------------------------------------------------------------------------- */

static DexFuture *
look_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const char *control = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *nats = qd_migration_find_nats (hub, control, &error);
  g_autoptr (QdMigrationLook) look = nats ? qd_migration_look_new (hub, control, nats, NULL) : NULL;
  QdMigrationWorld *world = look ? qd_migration_look_again (look, &error) : NULL;

  if (world)
    g_task_return_pointer (task, world, (GDestroyNotify) qd_migration_world_free);
  else
    g_task_return_error (task, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_look_async (QdHub *hub, const char *control, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);

  g_task_set_source_tag (task, qd_migration_look_async);
  g_task_set_task_data (task, g_strdup (control), g_free);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, look_fiber, task, g_object_unref));
}

QdMigrationWorld *
qd_migration_look_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
