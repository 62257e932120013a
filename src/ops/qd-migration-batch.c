/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moves that wait for their turn are in the stream as well, so that they outlive who began the batch. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-json.h"
#include "qd-time.h"

QdLease *
qd_migration_batch_take (QdHub *hub, const char *nats, const char *batch, GError **error)
{
  g_autofree char *key = g_strconcat ("batch.", batch, NULL);

  return qd_lease_take (hub, nats, key, error);
}

/* Who writes a record, and when. */
static void
sign (QdJobRecord *record)
{
  g_autofree char *desk = qd_desk_name (), *now = qd_time_format_iso (g_get_real_time ());

  json_object_set_string_member (record->json, "desk", desk);
  json_object_set_string_member (record->json, "updated_at", now);
}

char *
qd_migration_queue (QdHub *hub, const char *control, const char *nats, const QdMigrationMove *move, const QdMigrationBounds *bounds,
                    const char *reason, const QdMigrationBatch *batch, guint nth, guint of, GError **error)
{
  g_autoptr (QdJobRecord) record = qd_migration_record_new (hub, control, move, bounds, reason);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", batch->id);
  json_object_set_int_member (object, "nth", nth);
  json_object_set_int_member (object, "of", of);
  json_object_set_int_member (object, "at_once", batch->at_once);
  json_object_set_int_member (object, "wait_s", batch->wait_s);
  json_object_set_object_member (record->json, "batch", object);
  json_object_set_string_member (record->json, "state", "queued");
  json_object_set_int_member (record->json, "attempt", 0);
  json_object_set_int_member (record->json, "lease", 0);
  sign (record);
  if (!qd_job_stream_write (hub, nats, record, error))
    return NULL;
  qd_job_stream_tell (hub, nats, record);
  return g_strdup (record->id);
}

gboolean
qd_migration_dequeue (QdHub *hub, const char *nats, const char *job, const char *state, const char *why, GError **error)
{
  g_autoptr (QdJobRecord) record = qd_job_stream_read (hub, nats, job, error);
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());

  if (record == NULL)
    return FALSE;
  if (!qd_job_record_is_queued (record))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("Job %s waits no more: somebody has begun or ended it"), job);
      return FALSE;
    }
  json_object_set_string_member (record->json, "state", state);
  json_object_set_string_member (record->json, "error", why);
  json_object_set_string_member (record->json, "ended_at", now);
  sign (record);
  if (!qd_job_stream_write (hub, nats, record, error))
    return FALSE;
  qd_job_stream_tell (hub, nats, record);
  return TRUE;
}

static gint64
place_in_batch (const QdJobRecord *record)
{
  JsonObject *batch = qd_json_get_object (record->json, "batch");
  gint64 nth = 0;

  if (batch)
    qd_json_get_int (batch, "nth", &nth);
  return nth;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  gint64 one = place_in_batch (*(QdJobRecord *const *) a), two = place_in_batch (*(QdJobRecord *const *) b);

  return (one > two) - (one < two);
}

GPtrArray *
qd_migration_read_batch (QdHub *hub, const char *nats, const char *batch, GError **error)
{
  g_autoptr (GPtrArray) all = qd_job_stream_read_all (hub, nats, 0, NULL, error);
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_job_record_free);
  gboolean found = FALSE;

  if (all == NULL)
    return NULL;
  for (guint i = 0; i < all->len; i++)
    {
      const QdJobRecord *record = g_ptr_array_index (all, i);

      if (g_strcmp0 (qd_job_record_get_batch (record), batch) != 0)
        continue;
      found = TRUE;
      if (!qd_job_record_is_over (record))
        g_ptr_array_add (open, qd_job_record_copy (record));
    }
  if (!found)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, _("There is no batch “%s” in the stream %s"), batch, QD_JOB_STREAM);
      return NULL;
    }
  g_ptr_array_sort (open, compare_places);
  return g_steal_pointer (&open);
}

QdMigrationOutcome *
qd_migration_outcome_of_record (const QdJobRecord *record)
{
  g_autoptr (QdMigrationMove) move = qd_migration_move_from_record (record);
  QdMigrationOutcome *outcome = g_new0 (QdMigrationOutcome, 1);

  outcome->job = g_strdup (record->id);
  outcome->tenant = g_strdup (move ? move->tenant : "");
  outcome->kind = g_strdup (move ? move->kind : "");
  outcome->from = g_strdup (move ? move->from : "");
  outcome->to = g_strdup (move ? move->to : "");
  outcome->state = g_strdup (qd_job_record_is_over (record) ? qd_job_record_get_state (record) : "failed");
  outcome->error = g_strdup (qd_json_get_string (record->json, "error", NULL));
  return outcome;
}
