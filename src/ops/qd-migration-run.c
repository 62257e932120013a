/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many moves at once, and what a plan is made of. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-json.h"
#include "qd-placement.h"

#define SHARDS_BUCKET "SHARDS"
#define LOOK_AGAIN_MS 1000

/* --- Looking ----------------------------------------------------------------------------------------------------------------- */

static gboolean
read_shards (QdHub *hub, const char *nats, QdMigrationWorld *world, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "kv.all", &cause, "bucket", SHARDS_BUCKET, NULL);
  JsonArray *items = answer && qd_json_object (answer) ? qd_json_get_array (qd_json_object (answer), "items") : NULL;

  if (answer == NULL)
    {
      if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
        g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, _("The shards of this fleet do not tell of themselves: there is no bucket %s"),
                     SHARDS_BUCKET);
      else
        g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *entry = qd_json_object (json_array_get_element (items, i));
      const char *value = entry ? qd_json_get_string (entry, "value", NULL) : NULL;
      g_autoptr (JsonNode) node = value ? qd_json_parse (value, -1, SHARDS_BUCKET, NULL) : NULL;
      g_autoptr (GError) wrong = NULL;
      QdShardRecord *record = qd_shard_record_from_json (node ? qd_json_object (node) : NULL, &wrong);

      if (record)
        g_ptr_array_add (world->shards, record);
      else
        g_message ("An entry of %s is left out: %s", SHARDS_BUCKET, wrong->message);
    }
  return TRUE;
}

/* A fleet without the stream has no jobs that others would know of. */
static gboolean
read_jobs (QdHub *hub, const char *nats, QdMigrationWorld *world, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GPtrArray) records = qd_job_stream_read_all (hub, nats, 0, NULL, &cause);

  if (records == NULL && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  for (guint i = 0; records && i < records->len; i++)
    {
      const QdJobRecord *record = g_ptr_array_index (records, i);
      g_autoptr (QdMigrationMove) move = qd_job_record_is_over (record) ? NULL : qd_migration_move_from_record (record);

      if (move)
        g_hash_table_replace (world->busy, g_strdup (move->tenant),
                              g_strdup_printf (_("job %s moves it from %s to %s"), record->id, move->from, move->to));
    }
  return TRUE;
}

/* A control API that knows no freeze has none. */
static gboolean
read_freeze (QdHub *hub, const char *control, QdMigrationWorld *world, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, control, "freeze.get", &cause, NULL);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;

  world->frozen = object && qd_json_get_bool (object, "frozen", FALSE);
  if (answer || g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING) || g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

QdMigrationWorld *
qd_migration_look (QdHub *hub, const char *control, const char *nats, GError **error)
{
  g_autoptr (QdMigrationWorld) world = qd_migration_world_new ();

  if (!read_freeze (hub, control, world, error) || !read_shards (hub, nats, world, error) || !qd_migration_read_places (hub, nats, world, error) || !read_jobs (hub, nats, world, error))
    return NULL;
  return g_steal_pointer (&world);
}

static char *
find_nats (QdHub *hub, const char *control, GError **error)
{
  char *nats = qd_placement_find_connection (hub, control);

  if (nats == NULL)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("No NATS connection feeds “%s”: placements and jobs live there, so add it first"),
                 qd_hub_get_connection_name (hub, control));
  return nats;
}

static DexFuture *
look_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const char *control = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *nats = find_nats (hub, control, &error);
  QdMigrationWorld *world = nats ? qd_migration_look (hub, control, nats, &error) : NULL;

  if (world)
    g_task_return_pointer (task, world, (GDestroyNotify) qd_migration_world_free);
  else
    g_task_return_error (task, error);
  return dex_future_new_for_boolean (TRUE);
}

static void
spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, func, data, destroy));
}

void
qd_migration_look_async (QdHub *hub, const char *control, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);

  g_task_set_source_tag (task, qd_migration_look_async);
  g_task_set_task_data (task, g_strdup (control), g_free);
  spawn (look_fiber, task, g_object_unref);
}

QdMigrationWorld *
qd_migration_look_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Many -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  gatomicrefcount refs;
  QdHub *hub;                /* referenced */
  GTask *task;
  char *control, *nats, *reason;
  GPtrArray *moves;          /* QdMigrationMove */
  QdMigrationBounds bounds;
  GPtrArray *outcomes;       /* QdMigrationOutcome or NULL, by the place of the move */
  GArray *begun;             /* gboolean */
  guint at_once, n_running;
  gint64 until_us;           /* monotonic: so long what is blocked may wait */
  gboolean cancelled;
  gulong cancel_handler;
  GPtrArray *running;        /* QdMigration */
  DexPromise *news;          /* one has ended */
} Batch;

/* One of a batch, in a fiber of its own. */
typedef struct { Batch *batch; guint nth; } One;

static void
batch_unref (gpointer data)
{
  Batch *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->task);
  g_ptr_array_unref (self->moves);
  g_ptr_array_unref (self->outcomes);
  g_ptr_array_unref (self->running);
  g_array_unref (self->begun);
  g_free (self->control);
  g_free (self->nats);
  g_free (self->reason);
  dex_clear (&self->news);
  g_object_unref (self->hub);
  g_free (self);
}

static QdMigrationOutcome *
outcome_of (const QdMigrationMove *move, const char *state, const char *error)
{
  QdMigrationOutcome *outcome = g_new0 (QdMigrationOutcome, 1);

  outcome->tenant = g_strdup (move->tenant);
  outcome->kind = g_strdup (move->kind);
  outcome->from = g_strdup (move->from);
  outcome->to = g_strdup (move->to);
  outcome->state = g_strdup (state);
  outcome->error = g_strdup (error);
  return outcome;
}

static void
tell_news (Batch *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->news)))
    dex_promise_resolve_boolean (self->news, TRUE);
}

static void
set_outcome (Batch *self, guint nth, QdMigrationOutcome *outcome)
{
  g_clear_pointer ((QdMigrationOutcome **) &g_ptr_array_index (self->outcomes, nth), qd_migration_outcome_free);
  self->outcomes->pdata[nth] = outcome;
}

static DexFuture *
one_fiber (gpointer data)
{
  One *one = data;
  Batch *self = one->batch;
  const QdMigrationMove *move = g_ptr_array_index (self->moves, one->nth);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigration) migration = qd_migration_begin (self->hub, self->control, self->nats, move, &self->bounds, self->reason, &error);

  if (migration)
    {
      gboolean done;

      g_ptr_array_add (self->running, migration);
      if (self->cancelled)
        qd_migration_cancel (migration);
      done = qd_migration_carry_out (migration, &error);
      g_ptr_array_remove_fast (self->running, migration);
      set_outcome (self, one->nth, qd_migration_to_outcome (migration, done, error));
    }
  else if (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && g_get_monotonic_time () < self->until_us)
    {
      /* Somebody works on the same tenant: it waits, without a place among those at once. */
      self->n_running--;
      tell_news (self);
      qd_pause (self->hub, LOOK_AGAIN_MS);
      self->n_running++;
      g_array_index (self->begun, gboolean, one->nth) = FALSE;
    }
  else
    set_outcome (self, one->nth, outcome_of (move, "failed", error->message));
  self->n_running--;
  tell_news (self);
  return dex_future_new_for_boolean (TRUE);
}

static void
one_free (gpointer data)
{
  One *one = data;

  batch_unref (one->batch);
  g_free (one);
}

static void
begin_one (Batch *self, guint nth)
{
  One *one = g_new (One, 1);

  g_atomic_ref_count_inc (&self->refs);
  *one = (One) { self, nth };
  g_array_index (self->begun, gboolean, nth) = TRUE;
  self->n_running++;
  spawn (one_fiber, one, one_free);
}

static char *
join_blockers (const QdMigrationMove *move)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < move->blockers->len; i++)
    g_string_append_printf (text, "%s%s", text->len ? ". " : "", ((QdMigrationBlocker *) g_ptr_array_index (move->blockers, i))->text);
  return g_string_free (text, FALSE);
}

/* Blocked by what may go by itself, and there is time still. */
static gboolean
may_wait (Batch *self, const QdMigrationMove *move)
{
  for (guint i = 0; i < move->blockers->len; i++)
    if (!qd_migration_block_passes (((QdMigrationBlocker *) g_ptr_array_index (move->blockers, i))->block))
      return FALSE;
  return !self->cancelled && g_get_monotonic_time () < self->until_us;
}

static gboolean
is_waiting (Batch *self, guint nth)
{
  return self->outcomes->pdata[nth] == NULL && !g_array_index (self->begun, gboolean, nth);
}

/* Who is on the way has its room on the target already. */
static void
count_as_there (QdMigrationWorld *world, const QdMigrationMove *move, gboolean on_the_way)
{
  if (on_the_way && move->to)
    qd_migration_world_place (world, move->kind, move->tenant, move->to);
}

/* Begins what can be, of those that wait, whatever stands before them. Returns how many wait still. */
static guint
begin_free_ones (Batch *self, QdMigrationWorld *world)
{
  guint n_waiting = 0;

  for (guint i = 0; i < self->moves->len; i++)
    count_as_there (world, g_ptr_array_index (self->moves, i),
                    g_array_index (self->begun, gboolean, i) && self->outcomes->pdata[i] == NULL);
  for (guint i = 0; i < self->moves->len; i++)
    {
      QdMigrationMove *move = g_ptr_array_index (self->moves, i);
      g_autofree char *why = NULL;

      if (!is_waiting (self, i))
        continue;
      if (self->cancelled)
        {
          set_outcome (self, i, outcome_of (move, "cancelled", _("Not begun")));
          continue;
        }
      if (self->n_running >= self->at_once)
        {
          n_waiting++;
          continue;
        }
      qd_migration_move_check (move, world);
      if (move->blockers->len == 0)
        {
          begin_one (self, i);
          count_as_there (world, move, TRUE);
        }
      else if (may_wait (self, move))
        n_waiting++;
      else
        set_outcome (self, i, outcome_of (move, "blocked", (why = join_blockers (move))));
    }
  return n_waiting;
}

static void
fail_waiting (Batch *self, const GError *error)
{
  for (guint i = 0; i < self->moves->len; i++)
    if (is_waiting (self, i))
      set_outcome (self, i, outcome_of (g_ptr_array_index (self->moves, i), "failed", error->message));
}

static void
await_news (Batch *self)
{
  DexFuture *pause = self->n_running < self->at_once ? dex_timeout_new_msec (LOOK_AGAIN_MS) : dex_future_new_infinite ();

  dex_await (dex_future_first (dex_ref (self->news), pause, dex_ref (self->hub->ending), NULL), NULL);
  dex_clear (&self->news);
  self->news = dex_promise_new ();
}

static void
run_all (Batch *self)
{
  guint n_waiting = self->moves->len;

  while ((n_waiting > 0 || self->n_running > 0) && !self->hub->stopped)
    {
      if (n_waiting > 0 && (self->n_running < self->at_once || self->cancelled))
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (QdMigrationWorld) world = qd_migration_look (self->hub, self->control, self->nats, &error);

          if (world)
            {
              world->bounds = self->bounds;
              n_waiting = begin_free_ones (self, world);
            }
          else if (!qd_is_out_of_reach (error) || self->cancelled || g_get_monotonic_time () >= self->until_us)
            {
              fail_waiting (self, error);
              n_waiting = 0;
            }
        }
      if (n_waiting > 0 || self->n_running > 0)
        await_news (self);
      /* Who found the tenant taken waits again. */
      n_waiting = 0;
      for (guint i = 0; i < self->moves->len; i++)
        n_waiting += is_waiting (self, i);
    }
}

static DexFuture *
batch_fiber (gpointer data)
{
  Batch *self = data;
  GTask *task = g_steal_pointer (&self->task);

  run_all (self);
  if (self->cancel_handler)
    g_cancellable_disconnect (g_task_get_cancellable (task), self->cancel_handler);
  for (guint i = 0; i < self->moves->len; i++)
    if (self->outcomes->pdata[i] == NULL)
      set_outcome (self, i, outcome_of (g_ptr_array_index (self->moves, i), "failed", _("Quarterdeck ended")));
  g_task_return_pointer (task, g_ptr_array_ref (self->outcomes), (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (task);
  return dex_future_new_for_boolean (TRUE);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  Batch *self = data;

  self->cancelled = TRUE;
  for (guint i = 0; i < self->running->len; i++)
    qd_migration_cancel (g_ptr_array_index (self->running, i));
  tell_news (self);
}

static QdMigrationMove *
move_copy (const QdMigrationMove *move)
{
  QdMigrationMove *copy = qd_migration_move_new (move->tenant, move->kind, move->from, move->to);

  copy->source_down = move->source_down;
  return copy;
}

void
qd_migration_run_async (QdHub *hub, const char *control, const QdMigrationPlan *plan, const char *reason, guint at_once, guint wait_s,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);
  GError *error = qd_hub_object (hub, control, qd_capability_get (QD_TENANT_MIGRATE), QD_TENANT_MIGRATE, NULL, reason);
  g_autofree char *nats = error ? NULL : find_nats (hub, control, &error);
  Batch *self;

  g_task_set_source_tag (task, qd_migration_run_async);
  g_task_set_check_cancellable (task, FALSE);
  if (error)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self = g_new0 (Batch, 1);
  g_atomic_ref_count_init (&self->refs);
  self->hub = g_object_ref (hub);
  self->task = task;
  self->control = g_strdup (control);
  self->nats = g_steal_pointer (&nats);
  self->reason = g_strdup (reason);
  self->bounds = plan->bounds;
  self->at_once = at_once ? at_once : QD_MIGRATIONS_AT_ONCE;
  self->until_us = g_get_monotonic_time () + (gint64) wait_s * G_USEC_PER_SEC;
  self->moves = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_migration_move_free);
  self->outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_migration_outcome_free);
  self->running = g_ptr_array_new ();
  self->begun = g_array_new (FALSE, TRUE, sizeof (gboolean));
  self->news = dex_promise_new ();
  for (guint i = 0; i < plan->moves->len; i++)
    g_ptr_array_add (self->moves, move_copy (g_ptr_array_index (plan->moves, i)));
  g_ptr_array_set_size (self->outcomes, plan->moves->len);
  g_array_set_size (self->begun, plan->moves->len);
  if (cancellable)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
  spawn (batch_fiber, self, batch_unref);
}

GPtrArray *
qd_migration_run_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Going on ---------------------------------------------------------------------------------------------------------------- */

typedef struct { char *nats, *job; QdMigrationStep step; gboolean back; } GoOn;

static void
go_on_free (gpointer data)
{
  GoOn *self = data;

  g_free (self->nats);
  g_free (self->job);
  g_free (self);
}

static GError *
object_to (QdHub *hub, const char *nats)
{
  g_autofree char *control = qd_hub_find_control (hub, nats);

  if (control == NULL)
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("No control connection is fed by this NATS connection: add it to go on"));
  /* The reason is in the record. */
  return qd_hub_object (hub, control, qd_capability_get (QD_TENANT_MIGRATE), QD_TENANT_MIGRATE, NULL, "-");
}

static DexFuture *
go_on_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  GoOn *what = g_task_get_task_data (task);
  GError *error = object_to (hub, what->nats);
  g_autoptr (QdMigration) migration = error ? NULL : qd_migration_take_up (hub, what->nats, what->job, what->step, what->back, &error);
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

static GTask *
go_on_task (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, gboolean back, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);
  GoOn *what = g_new (GoOn, 1);

  *what = (GoOn) { g_strdup (nats), g_strdup (job), step, back };
  g_task_set_task_data (task, what, go_on_free);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

void
qd_migration_go_on_async (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, gboolean back, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = go_on_task (hub, nats, job, step, back, cancellable, callback, data);

  g_task_set_source_tag (task, qd_migration_go_on_async);
  spawn (go_on_fiber, task, g_object_unref);
}

QdMigrationOutcome *
qd_migration_go_on_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Cancelling -------------------------------------------------------------------------------------------------------------- */

/* Whoever works on it is asked; where nobody does, the way back is gone here. */
static gboolean
cancel_it (QdHub *hub, GoOn *what, GError **error)
{
  QdMigration *own = g_hash_table_lookup (hub->owned, what->job);
  g_autoptr (QdMigration) migration = NULL;
  g_autoptr (QdLeaseHolder) holder = NULL;
  g_autoptr (QdJobRecord) record = NULL;
  g_autoptr (GError) cause = NULL;

  if (own)
    {
      qd_migration_cancel (own);
      return TRUE;
    }
  record = qd_job_stream_read (hub, what->nats, what->job, error);
  if (record == NULL)
    return FALSE;
  if (qd_job_record_is_over (record) && g_str_equal (qd_job_record_get_state (record), "succeeded"))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("The job has ended already"));
      return FALSE;
    }
  holder = qd_lease_look (hub, what->nats, what->job, &cause);
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (holder && !holder->dead)
    return qd_job_stream_ask (hub, what->nats, what->job, "cancel", error);
  migration = qd_migration_take_up (hub, what->nats, what->job, QD_N_MIGRATION_STEPS, TRUE, error);
  if (migration == NULL)
    return FALSE;
  qd_migration_carry_out (migration, &cause);
  if (g_str_equal (qd_job_record_get_state (migration->record), "cancelled"))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static DexFuture *
cancel_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  GoOn *what = g_task_get_task_data (task);
  GError *error = object_to (hub, what->nats);

  if (error == NULL && cancel_it (hub, what, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_cancel_async (QdHub *hub, const char *nats, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = go_on_task (hub, nats, job, QD_N_MIGRATION_STEPS, TRUE, cancellable, callback, data);

  g_task_set_source_tag (task, qd_migration_cancel_async);
  spawn (cancel_fiber, task, g_object_unref);
}

gboolean
qd_migration_cancel_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
