/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people want of a job that is there: to go on with it, or that it goes back. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-audit-private.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-json.h"

typedef struct { char *nats, *id; QdMigrationStep step; QdMigrationWay way; } Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_free (self->nats);
  g_free (self->id);
  g_free (self);
}

static GTask *
task_for (QdHub *hub, Wish wish, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data, gpointer tag)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);

  wish.nats = g_strdup (wish.nats);
  wish.id = g_strdup (wish.id);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, g_memdup2 (&wish, sizeof wish), wish_free);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

static void
spawn (DexFiberFunc func, GTask *task)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, func, task, g_object_unref));
}

GError *
qd_migration_object_to (QdHub *hub, const char *nats)
{
  g_autofree char *control = qd_hub_find_control (hub, nats);
  GError *error;

  if (control == NULL)
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("No control connection is fed by this NATS connection: add it to go on"));
  /* The reason is in the record. */
  error = qd_hub_object (hub, control, qd_capability_get (QD_TENANT_MIGRATE), QD_TENANT_MIGRATE, NULL, "-");
  if (error == NULL && qd_hub_is_locked (hub, nats))
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED, _("“%s” is production and locked against changes: unlock it first"),
                         qd_hub_get_connection_name (hub, nats));
  return error;
}

/* In a fiber: what speaks against it, and is in the audit then. */
static GError *
object_and_record (QdHub *hub, const Wish *wish, const char *what)
{
  g_autoptr (GError) lost = NULL;
  GError *error = qd_migration_object_to (hub, wish->nats);
  QdAuditFacts facts = { .what = what, .outcome = "refused", .connection = wish->nats, .on = wish->id, .job = wish->id };

  if (error == NULL)
    return NULL;
  facts.error = error->message;
  if (!dex_await (qd_audit_note (hub->audit, &facts), &lost))
    g_message ("A refusal has no audit record: %s", lost->message);
  return error;
}

/* --- Going on ---------------------------------------------------------------------------------------------------------------- */

static DexFuture *
go_on_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const Wish *wish = g_task_get_task_data (task);
  GError *error = object_and_record (hub, wish, wish->way == QD_MIGRATION_WAY_BACK ? "job.go-back" : "job.go-on");
  g_autoptr (QdMigration) migration = error ? NULL : qd_migration_take_up (hub, wish->nats, wish->id, wish->step, wish->way, &error);
  g_autoptr (GError) cause = NULL;
  gboolean done;

  if (migration == NULL)
    {
      g_task_return_error (task, error);
      return dex_future_new_for_boolean (FALSE);
    }
  done = qd_migration_carry_out (migration, &cause);
  g_task_return_pointer (task, qd_migration_to_outcome (migration, done, cause), (GDestroyNotify) qd_migration_outcome_free);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_go_on_async (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, QdMigrationWay way, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  spawn (go_on_fiber, task_for (hub, (Wish) { (char *) nats, (char *) job, step, way }, cancellable, callback, data, qd_migration_go_on_async));
}

QdMigrationOutcome *
qd_migration_go_on_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Cancelling -------------------------------------------------------------------------------------------------------------- */

/* Nobody works on it: the way back is gone here. */
static QdMigrationCancelled
go_back_here (QdHub *hub, const Wish *wish, const char *job, GError **error)
{
  g_autoptr (QdMigration) migration = qd_migration_take_up (hub, wish->nats, job, QD_N_MIGRATION_STEPS, QD_MIGRATION_WAY_BACK, error);
  g_autoptr (GError) cause = NULL;

  if (migration == NULL)
    return QD_MIGRATION_NOT_CANCELLED;
  qd_migration_carry_out (migration, &cause);
  if (g_str_equal (qd_job_record_get_state (migration->record), "cancelled"))
    return QD_MIGRATION_WENT_BACK;
  g_propagate_error (error, g_steal_pointer (&cause));
  return QD_MIGRATION_NOT_CANCELLED;
}

static QdMigrationCancelled
cancel_begun (QdHub *hub, const Wish *wish, const QdJobRecord *record, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (QdLeaseHolder) holder = NULL;

  if (qd_job_record_is_over (record) && (g_str_equal (qd_job_record_get_state (record), "succeeded") || !qd_job_record_was_begun (record)))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("The job has ended already"));
      return QD_MIGRATION_NOT_CANCELLED;
    }
  holder = qd_lease_look (hub, wish->nats, record->id, &cause);
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return QD_MIGRATION_NOT_CANCELLED;
    }
  if (holder == NULL || holder->dead)
    return go_back_here (hub, wish, record->id, error);
  if (!qd_job_stream_ask (hub, wish->nats, record->id, "cancel", error))
    return QD_MIGRATION_NOT_CANCELLED;
  qd_migration_audit (hub, wish->nats, record, "job.cancel", NULL);
  return QD_MIGRATION_WAS_ASKED;
}

/* What waited has been begun meanwhile, or ended. */
static QdMigrationCancelled
cancel_after_all (QdHub *hub, const Wish *wish, const char *job, GError **error)
{
  g_autoptr (QdJobRecord) record = qd_job_stream_read (hub, wish->nats, job, error);
  QdMigration *own = g_hash_table_lookup (hub->owned, job);

  if (record == NULL)
    return QD_MIGRATION_NOT_CANCELLED;
  if (own)
    {
      qd_migration_cancel (own);
      qd_migration_audit (hub, wish->nats, record, "job.cancel", NULL);
      return QD_MIGRATION_GOES_BACK;
    }
  return g_str_equal (qd_job_record_get_state (record), "cancelled") ? QD_MIGRATION_WAS_QUEUED : cancel_begun (hub, wish, record, error);
}

/* Begun meanwhile, what waited is cancelled as what is under way. */
static QdMigrationCancelled
cancel_one (QdHub *hub, const Wish *wish, const char *job, GError **error)
{
  QdMigration *own = g_hash_table_lookup (hub->owned, job);
  g_autoptr (QdJobRecord) record = NULL;
  g_autoptr (GError) cause = NULL;

  if (own)
    {
      qd_migration_cancel (own);
      qd_migration_audit (hub, wish->nats, own->record, "job.cancel", NULL);
      return QD_MIGRATION_GOES_BACK;
    }
  record = qd_job_stream_read (hub, wish->nats, job, error);
  if (record == NULL)
    return QD_MIGRATION_NOT_CANCELLED;
  if (!qd_job_record_is_queued (record))
    return cancel_begun (hub, wish, record, error);
  if (qd_migration_dequeue (hub, wish->nats, job, "cancelled", _("Not begun"), &cause))
    {
      qd_migration_audit (hub, wish->nats, record, "job.cancel", NULL);
      return QD_MIGRATION_WAS_QUEUED;
    }
  if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return QD_MIGRATION_NOT_CANCELLED;
    }
  return cancel_after_all (hub, wish, job, error);
}

static void
return_cancelled (GTask *task, QdMigrationCancelled came_to, GError *error)
{
  if (came_to == QD_MIGRATION_NOT_CANCELLED)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, came_to);
}

static DexFuture *
cancel_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const Wish *wish = g_task_get_task_data (task);
  GError *error = object_and_record (hub, wish, "job.cancel");
  QdMigrationCancelled came_to = error ? QD_MIGRATION_NOT_CANCELLED : cancel_one (hub, wish, wish->id, &error);

  return_cancelled (task, came_to, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_cancel_async (QdHub *hub, const char *nats, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  spawn (cancel_fiber, task_for (hub, (Wish) { .nats = (char *) nats, .id = (char *) job }, cancellable, callback, data, qd_migration_cancel_async));
}

QdMigrationCancelled
qd_migration_cancel_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  gssize came_to;

  g_return_val_if_fail (g_task_is_valid (result, hub), QD_MIGRATION_NOT_CANCELLED);
  came_to = g_task_propagate_int (G_TASK (result), error);
  return came_to > 0 ? (QdMigrationCancelled) came_to : QD_MIGRATION_NOT_CANCELLED;
}

/* One that cannot be cancelled does not keep the others from being. */
static QdMigrationCancelled
cancel_all (QdHub *hub, const Wish *wish, GError **error)
{
  g_autoptr (GPtrArray) open = qd_migration_read_batch (hub, wish->nats, wish->id, error);
  QdMigrationCancelled furthest = QD_MIGRATION_NOT_CANCELLED;
  g_autoptr (GError) first = NULL;

  if (open == NULL)
    return QD_MIGRATION_NOT_CANCELLED;
  for (guint i = open->len; i-- > 0 && !hub->stopped;)
    {
      g_autoptr (GError) cause = NULL;
      QdMigrationCancelled came_to = cancel_one (hub, wish, ((QdJobRecord *) g_ptr_array_index (open, i))->id, &cause);

      furthest = MAX (furthest, came_to);
      if (cause && first == NULL)
        first = g_steal_pointer (&cause);
    }
  if (open->len == 0)
    g_set_error (&first, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("The batch has ended already"));
  if (first == NULL)
    return furthest;
  g_propagate_error (error, g_steal_pointer (&first));
  return QD_MIGRATION_NOT_CANCELLED;
}

static DexFuture *
cancel_batch_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const Wish *wish = g_task_get_task_data (task);
  GError *error = object_and_record (hub, wish, "job.cancel");
  QdMigrationCancelled came_to = error ? QD_MIGRATION_NOT_CANCELLED : cancel_all (hub, wish, &error);

  return_cancelled (task, came_to, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_cancel_batch_async (QdHub *hub, const char *nats, const char *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  spawn (cancel_batch_fiber,
         task_for (hub, (Wish) { .nats = (char *) nats, .id = (char *) batch }, cancellable, callback, data, qd_migration_cancel_batch_async));
}
