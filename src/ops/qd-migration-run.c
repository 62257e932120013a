/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many moves at once. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-json.h"

#define LOOK_AGAIN_MS 1000
#define TAKE_AGAIN_MS 100

static void
spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, func, data, destroy));
}

/* --- Many -------------------------------------------------------------------------------------------------------------------- */

/* Where a move stands. */
typedef struct {
  char *job;                 /* its record's, where it is in the stream before it begins */
  gboolean queues;           /* it is to be */
  gboolean begun;
  gboolean taken;            /* somebody who died had begun it */
} Turn;

typedef struct {
  gatomicrefcount refs;
  QdHub *hub;                /* referenced */
  GTask *task;
  char *control, *nats, *reason;
  char *id;
  QdLease *lease;            /* of the batch; NULL: it is one move, or all of it has failed */
  GPtrArray *moves;          /* QdMigrationMove */
  QdMigrationBounds bounds;
  GPtrArray *outcomes;       /* QdMigrationOutcome or NULL, by the place of the move */
  GArray *turns;             /* Turn, by the place of the move */
  guint at_once, wait_s;
  guint n_open;              /* fibers of those that were begun */
  guint n_running;           /* those that have a place of @at_once */
  guint n_returning;         /* those that wait for one again */
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
  g_array_unref (self->turns);
  if (self->lease)
    qd_lease_let_go (self->lease);
  g_clear_pointer (&self->lease, qd_lease_unref);
  g_free (self->id);
  g_free (self->control);
  g_free (self->nats);
  g_free (self->reason);
  dex_clear (&self->news);
  g_object_unref (self->hub);
  g_free (self);
}

static Turn *
turn_of (Batch *self, guint nth)
{
  return &g_array_index (self->turns, Turn, nth);
}

static void
turn_clear (gpointer data)
{
  g_free (((Turn *) data)->job);
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

/* It has ended without having begun here. What is in the stream says so too, unless somebody has begun or ended it there. */
static void
settle (Batch *self, guint nth, const char *state, const char *text)
{
  const QdMigrationMove *move = g_ptr_array_index (self->moves, nth);
  const Turn *turn = turn_of (self, nth);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdJobRecord) record = NULL;
  QdMigrationOutcome *outcome;

  if (turn->job && !qd_migration_dequeue (self->hub, self->nats, turn->job, g_str_equal (state, "cancelled") ? state : "failed", text, &error))
    record = qd_job_stream_read (self->hub, self->nats, turn->job, NULL);
  if (error && record == NULL)
    g_message ("What became of job %s is not in the stream: %s", turn->job, error->message);
  if (record && qd_job_record_is_over (record))
    outcome = qd_migration_outcome_of_record (record);
  else
    {
      outcome = outcome_of (move, state, text);
      outcome->job = g_strdup (turn->job);
    }
  set_outcome (self, nth, outcome);
}

/* Somebody else has it now; how it ended there, if it has. */
static void
take_their_outcome (Batch *self, guint nth, QdMigration *migration, const GError *error)
{
  g_autoptr (QdJobRecord) record = qd_job_stream_read (self->hub, self->nats, migration->record->id, NULL);
  QdMigrationOutcome *outcome = record && qd_job_record_is_over (record) ? qd_migration_outcome_of_record (record)
                                                                         : qd_migration_to_outcome (migration, FALSE, error);

  if (outcome->error == NULL)
    outcome->error = g_strdup (error->message);
  set_outcome (self, nth, outcome);
}

static QdMigration *
begin_migration (Batch *self, guint nth, GError **error)
{
  const char *job = turn_of (self, nth)->job;

  if (job)
    return qd_migration_take_up (self->hub, self->nats, job, QD_N_MIGRATION_STEPS, QD_MIGRATION_TAKE_OVER, error);
  return qd_migration_begin (self->hub, self->control, self->nats, g_ptr_array_index (self->moves, nth), &self->bounds, self->reason, error);
}

/* --- Places: whoever waits for a shard that does not answer has none --- */

static void
leave_place (gpointer data)
{
  Batch *self = data;

  self->n_running--;
  tell_news (self);
}

static void
take_place (gpointer data)
{
  Batch *self = data;

  self->n_returning++;
  while (self->n_running >= self->at_once && !self->cancelled && !self->hub->stopped)
    qd_pause (self->hub, TAKE_AGAIN_MS);
  self->n_returning--;
  self->n_running++;
}

/* Somebody waits for one of its shards, which does not answer: it would, too. Those that are known to be down are for qd_migration_move_check(). */
static gboolean
would_stand_by (Batch *self, const QdMigrationMove *move, const QdMigrationWorld *world)
{
  const char *const shards[] = { move->from, move->to };

  for (guint i = 0; i < self->running->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (shards); k++)
      {
        const QdMigration *other = g_ptr_array_index (self->running, i);
        const QdShardRecord *record = shards[k] && other->stands_by ? qd_migration_world_get_shard (world, move->kind, shards[k]) : NULL;

        if (record && g_str_equal (record->id, other->stands_by) && !qd_shard_record_is (record, "down"))
          return TRUE;
      }
  return FALSE;
}

static DexFuture *
one_fiber (gpointer data)
{
  One *one = data;
  Batch *self = one->batch;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigration) migration = begin_migration (self, one->nth, &error);

  if (migration)
    {
      gboolean done;

      g_ptr_array_add (self->running, migration);
      migration->places = (QdMigrationPlaces) { leave_place, take_place, self };
      if (self->cancelled)
        qd_migration_cancel (migration);
      done = qd_migration_carry_out (migration, &error);
      g_ptr_array_remove_fast (self->running, migration);
      if (migration->lost && !self->hub->stopped)
        take_their_outcome (self, one->nth, migration, error);
      else
        set_outcome (self, one->nth, qd_migration_to_outcome (migration, done, error));
    }
  else if (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && g_get_monotonic_time () < self->until_us)
    {
      /* Somebody works on the same tenant: it waits, without a place among those at once. */
      self->n_running--;
      tell_news (self);
      qd_pause (self->hub, LOOK_AGAIN_MS);
      self->n_running++;
      turn_of (self, one->nth)->begun = FALSE;
    }
  else
    settle (self, one->nth, "failed", error->message);
  self->n_open--;
  self->n_running -= migration == NULL || migration->stands_by == NULL;
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
  turn_of (self, nth)->begun = TRUE;
  self->n_open++;
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

/* Another of them, that has not ended (@outcomes NULL: none has), leaves the shard where @move goes. */
static gboolean
gets_room (const QdMigrationMove *move, GPtrArray *moves, GPtrArray *outcomes)
{
  for (guint i = 0; i < moves->len; i++)
    {
      const QdMigrationMove *other = g_ptr_array_index (moves, i);

      if ((outcomes == NULL || outcomes->pdata[i] == NULL) && g_strcmp0 (other->kind, move->kind) == 0 && g_strcmp0 (other->from, move->to) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Blocked by nothing but what may go by itself, or with those that make room for it. */
static gboolean
has_hope (const QdMigrationMove *move, GPtrArray *moves, GPtrArray *outcomes)
{
  for (guint i = 0; i < move->blockers->len; i++)
    {
      QdMigrationBlock block = ((QdMigrationBlocker *) g_ptr_array_index (move->blockers, i))->block;

      if (!qd_migration_block_passes (block) && (block != QD_MIGRATION_CAPACITY || !gets_room (move, moves, outcomes)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
lacks_room_alone (const QdMigrationMove *move)
{
  return move->blockers->len == 1 && ((QdMigrationBlocker *) g_ptr_array_index (move->blockers, 0))->block == QD_MIGRATION_CAPACITY;
}

/* Who waits for those under way of the same batch waits as long as there are any: that is no longer than it takes. */
static gboolean
may_wait (Batch *self, const QdMigrationMove *move)
{
  return !self->cancelled && has_hope (move, self->moves, self->outcomes) &&
         (g_get_monotonic_time () < self->until_us || (self->n_open > 0 && lacks_room_alone (move)));
}

static gboolean
is_waiting (Batch *self, guint nth)
{
  return self->outcomes->pdata[nth] == NULL && !turn_of (self, nth)->begun;
}

/* Who is on the way has its room on the target already. */
static void
count_as_there (QdMigrationWorld *world, const QdMigrationMove *move, gboolean on_the_way)
{
  if (on_the_way && move->to)
    qd_migration_world_place (world, move->kind, move->tenant, move->to);
}

/* Those that were begun come first. */
static gboolean
has_place (Batch *self)
{
  return self->n_running + self->n_returning < self->at_once;
}

/* Begins what can be, of those that wait, whatever stands before them. Returns how many wait still. */
static guint
begin_free_ones (Batch *self, QdMigrationWorld *world)
{
  g_autofree gboolean *blocked = g_new0 (gboolean, self->moves->len);
  guint n_waiting = 0;

  for (guint i = 0; i < self->moves->len; i++)
    count_as_there (world, g_ptr_array_index (self->moves, i),
                    turn_of (self, i)->begun && self->outcomes->pdata[i] == NULL);
  for (guint i = 0; i < self->moves->len; i++)
    {
      QdMigrationMove *move = g_ptr_array_index (self->moves, i);

      if (!is_waiting (self, i))
        continue;
      if (self->cancelled)
        {
          settle (self, i, "cancelled", _("Not begun"));
          continue;
        }
      if (!has_place (self) || would_stand_by (self, move, world))
        {
          n_waiting++;
          continue;
        }
      qd_migration_move_check (move, world);
      /* What it was checked for has been done before it was begun. */
      if (move->blockers->len == 0 || turn_of (self, i)->taken)
        {
          begin_one (self, i);
          count_as_there (world, move, TRUE);
        }
      else
        blocked[i] = TRUE;
    }
  /* Only now is it known who is under way. */
  for (guint i = 0; i < self->moves->len; i++)
    {
      g_autofree char *why = NULL;

      if (blocked[i] && may_wait (self, g_ptr_array_index (self->moves, i)))
        n_waiting++;
      else if (blocked[i])
        settle (self, i, "blocked", (why = join_blockers (g_ptr_array_index (self->moves, i))));
    }
  return n_waiting;
}

static void
fail_waiting (Batch *self, const GError *error)
{
  for (guint i = 0; i < self->moves->len; i++)
    if (is_waiting (self, i))
      settle (self, i, "failed", error->message);
}

/* The rest of it is for who has it now. */
static gboolean
has_lost_batch (Batch *self)
{
  if (self->lease == NULL || qd_lease_is_held (self->lease))
    return FALSE;
  for (guint i = 0; i < self->moves->len; i++)
    if (is_waiting (self, i))
      {
        set_outcome (self, i, outcome_of (g_ptr_array_index (self->moves, i), "failed", _("Somebody else sees to the rest of this batch now")));
        ((QdMigrationOutcome *) self->outcomes->pdata[i])->job = g_strdup (turn_of (self, i)->job);
      }
  return TRUE;
}

static void
await_news (Batch *self)
{
  dex_await (dex_future_first (dex_ref (self->news), dex_timeout_new_msec (LOOK_AGAIN_MS), dex_ref (self->hub->ending), NULL), NULL);
  dex_clear (&self->news);
  self->news = dex_promise_new ();
}

/* The kind that all of them are of: the placements of others, of every tenant there is, need not be read at each look. NULL: there are several. */
static const char *
find_only_kind (Batch *self)
{
  const char *kind = self->moves->len > 0 ? ((QdMigrationMove *) g_ptr_array_index (self->moves, 0))->kind : NULL;

  for (guint i = 1; kind && i < self->moves->len; i++)
    if (!g_str_equal (((QdMigrationMove *) g_ptr_array_index (self->moves, i))->kind, kind))
      return NULL;
  return kind;
}

static void
run_all (Batch *self)
{
  g_autoptr (QdMigrationLook) look = qd_migration_look_new (self->hub, self->control, self->nats, find_only_kind (self));
  guint n_waiting = self->moves->len;

  while ((n_waiting > 0 || self->n_open > 0) && !self->hub->stopped)
    {
      if (has_lost_batch (self))
        n_waiting = 0;
      if (n_waiting > 0 && (has_place (self) || self->cancelled))
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (QdMigrationWorld) world = qd_migration_look_again (look, &error);

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
      if (n_waiting > 0 || self->n_open > 0)
        await_news (self);
      /* Who found the tenant taken waits again. */
      n_waiting = 0;
      for (guint i = 0; i < self->moves->len; i++)
        n_waiting += is_waiting (self, i);
    }
}

/* Before the first begins, all are where they outlive this process. */
static gboolean
queue_all (Batch *self, GError **error)
{
  const QdMigrationBatch batch = { self->id, self->at_once, self->wait_s };

  for (guint i = 0; i < self->moves->len && !self->cancelled; i++)
    {
      Turn *turn = turn_of (self, i);

      if (!turn->queues)
        continue;
      turn->job = qd_migration_queue (self->hub, self->control, self->nats, g_ptr_array_index (self->moves, i), &self->bounds, self->reason, &batch, i,
                                      self->moves->len, error);
      if (turn->job == NULL)
        return FALSE;
    }
  return TRUE;
}

/* One move alone has no rest that could be left. */
static gboolean
begin_batch (Batch *self, GError **error)
{
  if (self->moves->len < 2)
    return TRUE;
  self->lease = qd_migration_batch_take (self->hub, self->nats, self->id, error);
  return self->lease && queue_all (self, error);
}

static void
end_batch (Batch *self)
{
  if (self->lease && !self->hub->stopped)
    qd_lease_give_back (self->lease);
}

static DexFuture *
batch_fiber (gpointer data)
{
  Batch *self = data;
  GTask *task = g_steal_pointer (&self->task);
  g_autoptr (GError) error = NULL;

  if (self->lease || begin_batch (self, &error))
    run_all (self);
  else
    fail_waiting (self, error);
  end_batch (self);
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

/* Takes @task. */
static Batch *
batch_new (QdHub *hub, const char *control, const char *nats, GTask *task)
{
  Batch *self = g_new0 (Batch, 1);

  g_atomic_ref_count_init (&self->refs);
  self->hub = g_object_ref (hub);
  self->task = task;
  self->control = g_strdup (control);
  self->nats = g_strdup (nats);
  self->moves = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_migration_move_free);
  self->outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_migration_outcome_free);
  self->running = g_ptr_array_new ();
  self->turns = g_array_new (FALSE, TRUE, sizeof (Turn));
  g_array_set_clear_func (self->turns, turn_clear);
  self->news = dex_promise_new ();
  return self;
}

/* Takes @move. */
static void
batch_add (Batch *self, QdMigrationMove *move, Turn turn)
{
  g_ptr_array_add (self->moves, move);
  g_array_append_val (self->turns, turn);
  g_ptr_array_add (self->outcomes, NULL);
}

static void
batch_start (Batch *self, guint at_once, guint wait_s)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  self->at_once = at_once ? at_once : QD_MIGRATIONS_AT_ONCE;
  self->wait_s = wait_s;
  self->until_us = g_get_monotonic_time () + (gint64) wait_s * G_USEC_PER_SEC;
  if (cancellable)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
  spawn (batch_fiber, self, batch_unref);
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
  g_autofree char *nats = error ? NULL : qd_migration_find_nats (hub, control, &error);
  Batch *self;

  g_task_set_source_tag (task, qd_migration_run_async);
  g_task_set_check_cancellable (task, FALSE);
  if (error)
    {
      qd_hub_refuse (hub, task, control, QD_TENANT_MIGRATE, NULL, reason, error);
      return;
    }
  self = batch_new (hub, control, nats, task);
  self->id = g_uuid_string_random ();
  self->reason = g_strdup (reason);
  self->bounds = plan->bounds;
  for (guint i = 0; i < plan->moves->len; i++)
    {
      const QdMigrationMove *move = g_ptr_array_index (plan->moves, i);

      batch_add (self, move_copy (move), (Turn) { .queues = has_hope (move, plan->moves, NULL) });
    }
  batch_start (self, at_once, wait_s);
}

GPtrArray *
qd_migration_run_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- The rest of a batch ------------------------------------------------------------------------------------------------------- */

static guint
batch_number (GPtrArray *records, const char *name, guint most)
{
  QdJobRecord *first = records->len > 0 ? g_ptr_array_index (records, 0) : NULL;
  JsonObject *object = first ? qd_json_get_object (first->json, "batch") : NULL;
  gint64 number = 0;

  if (object)
    qd_json_get_int (object, name, &number);
  return (guint) CLAMP (number, 0, (gint64) most);
}

/* Its moves have limits of their own, in their records; what is checked before one begins has those of the first. */
static void
take_records (Batch *self, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      const QdJobRecord *record = g_ptr_array_index (records, i);
      QdMigrationMove *move = qd_migration_move_from_record (record);
      JsonObject *plan = qd_json_get_object (record->json, "plan");

      if (move == NULL)
        continue;
      if (self->moves->len == 0)
        {
          qd_migration_bounds_init (&self->bounds);
          qd_migration_bounds_take_json (&self->bounds, plan ? qd_json_get_object (plan, "bounds") : NULL);
        }
      batch_add (self, move, (Turn) { .job = g_strdup (record->id), .taken = !qd_job_record_is_queued (record) });
    }
}

typedef struct { char *nats, *batch; } Rest;

static void
rest_free (gpointer data)
{
  Rest *self = data;

  g_free (self->nats);
  g_free (self->batch);
  g_free (self);
}

static void
audit_batch (QdHub *hub, const Rest *rest, const QdJobRecord *first)
{
  g_autofree char *why = g_strdup_printf (_("%s ended before all of batch %s had begun"), qd_json_get_string (first->json, "desk", "?"), rest->batch);

  qd_migration_audit (hub, rest->nats, first, "job.go-on", why);
}

/* The lease first: what is read after it is ours to begin. */
static Batch *
take_batch (QdHub *hub, const Rest *rest, GTask *task, GError **error)
{
  g_autofree char *control = qd_hub_find_control (hub, rest->nats);
  g_autoptr (QdLease) lease = qd_migration_batch_take (hub, rest->nats, rest->batch, error);
  g_autoptr (GPtrArray) records = lease ? qd_migration_read_batch (hub, rest->nats, rest->batch, error) : NULL;
  Batch *self;

  if (records == NULL)
    {
      if (lease)
        qd_lease_give_back (lease);
      return NULL;
    }
  if (records->len > 0)
    audit_batch (hub, rest, g_ptr_array_index (records, 0));
  self = batch_new (hub, control, rest->nats, g_object_ref (task));
  self->id = g_strdup (rest->batch);
  self->lease = g_steal_pointer (&lease);
  take_records (self, records);
  batch_start (self, batch_number (records, "at_once", 64), batch_number (records, "wait_s", 86400));
  return self;
}

static DexFuture *
go_on_batch_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const Rest *rest = g_task_get_task_data (task);
  GError *error = qd_migration_object_to (hub, rest->nats);

  if (error)
    qd_hub_refuse (hub, g_object_ref (task), rest->nats, QD_TENANT_MIGRATE, NULL, NULL, error);
  else if (take_batch (hub, rest, task, &error) == NULL)
    g_task_return_error (task, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_migration_go_on_batch_async (QdHub *hub, const char *nats, const char *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);
  Rest *rest = g_new (Rest, 1);

  *rest = (Rest) { g_strdup (nats), g_strdup (batch) };
  g_task_set_source_tag (task, qd_migration_go_on_batch_async);
  g_task_set_task_data (task, rest, rest_free);
  g_task_set_check_cancellable (task, FALSE);
  spawn (go_on_batch_fiber, task, g_object_unref);
}
