/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One move as a job: its record, its leases, its steps in turn, and the way back. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-audit-private.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-json.h"
#include "qd-time.h"

#define RETRY_MS 500
#define BACK "back"

/* --- What is in a record ------------------------------------------------------------------------------------------------------- */

QdMigrationMove *
qd_migration_move_from_record (const QdJobRecord *record)
{
  JsonObject *plan = qd_json_get_object (record->json, "plan");
  const char *tenant = plan ? qd_json_get_string (plan, "tenant", NULL) : NULL, *kind = plan ? qd_json_get_string (plan, "kind", NULL) : NULL;
  const char *from = plan ? qd_json_get_string (plan, "from", NULL) : NULL, *to = plan ? qd_json_get_string (plan, "to", NULL) : NULL;
  QdMigrationMove *move;

  if (g_strcmp0 (qd_json_get_string (record->json, "kind", NULL), QD_TENANT_MIGRATE) != 0 || !tenant || !kind || !from || !to)
    return NULL;
  move = qd_migration_move_new (tenant, kind, from, to);
  move->source_down = qd_json_get_bool (plan, "source_down", FALSE);
  return move;
}

static void
put_plan (QdJobRecord *record, const QdMigrationMove *move, const QdMigrationBounds *bounds)
{
  JsonObject *plan = json_object_new ();

  json_object_set_string_member (plan, "tenant", move->tenant);
  json_object_set_string_member (plan, "kind", move->kind);
  json_object_set_string_member (plan, "from", move->from);
  json_object_set_string_member (plan, "to", move->to);
  json_object_set_boolean_member (plan, "source_down", move->source_down);
  json_object_set_object_member (plan, "bounds", qd_migration_bounds_to_json (bounds));
  json_object_set_object_member (record->json, "plan", plan);
}

static void
add_step (JsonArray *steps, const char *name)
{
  JsonObject *step = json_object_new ();

  json_object_set_string_member (step, "name", name);
  json_object_set_string_member (step, "state", "queued");
  json_array_add_object_element (steps, step);
}

static JsonArray *
put_steps (const QdJobRecord *record)
{
  JsonArray *steps = json_array_new ();

  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    add_step (steps, qd_migration_step_to_string (i));
  json_object_set_array_member (record->json, "steps", steps);
  return steps;
}

/* NULL: there is none of that name. */
static JsonObject *
find_step (const QdJobRecord *record, const char *name)
{
  JsonArray *steps = qd_json_get_array (record->json, "steps");

  for (guint i = 0; steps && i < json_array_get_length (steps); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (steps, i));

      if (step && g_strcmp0 (qd_json_get_string (step, "name", NULL), name) == 0)
        return step;
    }
  return NULL;
}

/* Made where somebody's record lacks it. */
static JsonObject *
get_step (QdMigration *self, const char *name)
{
  JsonObject *step = find_step (self->record, name);
  JsonArray *steps = qd_json_get_array (self->record->json, "steps");

  if (step)
    return step;
  if (steps == NULL)
    steps = put_steps (self->record);
  step = find_step (self->record, name);
  if (step == NULL)
    add_step (steps, name);
  return step ? step : qd_json_object (json_array_get_element (steps, json_array_get_length (steps) - 1));
}

static gboolean
is_done (const QdJobRecord *record, const char *name)
{
  JsonObject *step = find_step (record, name);

  return step && g_str_equal (qd_json_get_string (step, "state", ""), "succeeded");
}

static void
set_now (JsonObject *object, const char *name)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());

  json_object_set_string_member (object, name, now);
}

static void
set_step (QdMigration *self, const char *name, const char *state, const char *detail)
{
  JsonObject *step = get_step (self, name);

  json_object_set_string_member (step, "state", state);
  json_object_remove_member (step, "detail");
  json_object_remove_member (step, "waits_since");
  if (g_str_equal (state, "running") || g_str_equal (state, "queued"))
    {
      json_object_remove_member (step, "started_at");
      json_object_remove_member (step, "ended_at");
    }
  if (g_str_equal (state, "running"))
    set_now (step, "started_at");
  else if (!g_str_equal (state, "queued"))
    set_now (step, "ended_at");
  if (detail)
    json_object_set_string_member (step, "detail", detail);
}

static const char *
step_name (QdMigration *self)
{
  return self->back ? BACK : qd_migration_step_to_string (self->step);
}

/* --- Writing it down ----------------------------------------------------------------------------------------------------------- */

static void
journal_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_store_journal_finish (QD_STORE (source), result, &error))
    g_message ("The desk's copy of a job's journal lacks a line: %s", error->message);
}

/* The stream is the truth; the desk has a copy, so that it can tell of it while the stream is out of reach. */
static void
copy_to_journal (QdMigration *self)
{
  QdStore *store = qd_hub_get_store (self->hub);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL, *summary = qd_migration_move_to_sentence (self->move);
  const char *state = qd_job_record_get_state (self->record);
  JsonObject *detail;

  if (store == NULL)
    return;
  detail = json_object_new ();
  json_object_set_string_member (detail, "connection", self->nats);
  json_object_set_string_member (detail, "verb", QD_TENANT_MIGRATE);
  json_object_set_string_member (detail, "summary", summary);
  json_object_set_string_member (detail, "reason", qd_json_get_string (self->record->json, "reason", NULL));
  json_object_set_string_member (detail, "error", qd_json_get_string (self->record->json, "error", NULL));
  json_node_take_object (node, detail);
  text = qd_json_to_text (node, FALSE);
  qd_store_journal_async (store, self->record->id, qd_job_has_ended (state) ? "end" : step_name (self), state, text, NULL, journal_cb, NULL);
}

gboolean
qd_migration_lose (QdMigration *self, GError **error)
{
  self->lost = TRUE;
  qd_lease_let_go (self->lease);
  if (self->lock)
    qd_lease_let_go (self->lock);
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("Somebody else has gone on with job %s: it is not this process's any more"),
               self->record->id);
  return FALSE;
}

/* On top of what was seen, with the revision of the lease; again and again while nobody answers and the lease is ours. Each time the same, to the
 * letter: by that it is known again where it was stored and the answer was lost. */
gboolean
qd_migration_write_down (QdMigration *self, GError **error)
{
  g_autofree char *desk = qd_desk_name ();

  set_now (self->record->json, "updated_at");
  json_object_set_string_member (self->record->json, "desk", desk);
  json_object_set_int_member (self->record->json, "lease", (gint64) qd_lease_get_revision (self->lease));
  while (!self->hub->stopped)
    {
      g_autoptr (GError) cause = NULL;

      if (!qd_lease_is_held (self->lease))
        return qd_migration_lose (self, error);
      if (qd_job_stream_write (self->hub, self->nats, self->record, &cause))
        {
          qd_job_stream_tell (self->hub, self->nats, self->record);
          copy_to_journal (self);
          return TRUE;
        }
      if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
        return qd_migration_lose (self, error);
      if (!qd_is_out_of_reach (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      qd_pause (self->hub, RETRY_MS);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  return FALSE;
}

void
qd_migration_put_wait (QdMigration *self)
{
  JsonObject *step = get_step (self, step_name (self));
  g_autofree char *since = qd_time_format_iso (self->waits_since_us);

  json_object_set_string_member (step, "detail", self->waits_for);
  json_object_set_string_member (step, "waits_since", since);
}

/* --- One step ------------------------------------------------------------------------------------------------------------------ */

/* No step is begun that is not written down. */
static gboolean
begin_step (QdMigration *self, GError **error)
{
  self->limit_s = self->back ? self->bounds.back_s : self->bounds.limit_s[self->step];
  set_step (self, step_name (self), "running", NULL);
  json_object_set_string_member (self->record->json, "state", "running");
  json_object_set_string_member (self->record->json, "step", step_name (self));
  if (!self->back)
    {
      self->reached = MAX (self->reached, self->step);
      json_object_set_string_member (self->record->json, "reached", qd_migration_step_to_string (self->reached));
      json_object_set_double_member (self->record->json, "progress", (double) self->step / QD_N_MIGRATION_STEPS);
    }
  qd_migration_forget_wait (self);
  /* Each begins with a place, whatever the one before it waited for. */
  qd_migration_take_place (self);
  if (!qd_migration_write_down (self, error))
    return FALSE;
  self->until_us = g_get_monotonic_time () + (gint64) self->limit_s * G_USEC_PER_SEC;
  /* Steps may be quicker than it is listened: whoever asked before this one is heard before it does anything. */
  self->heard_us = 0;
  return TRUE;
}

/* Who has ended, or has lost it, says nothing more of it. */
static gboolean
is_out (QdMigration *self)
{
  return self->lost || self->hub->stopped;
}

static gboolean
do_one (QdMigration *self, GError **error)
{
  g_autofree char *detail = NULL;
  g_autoptr (GError) cause = NULL;

  if (!begin_step (self, error))
    return FALSE;
  if (self->back ? qd_migration_do_back (self, &detail, &cause) : qd_migration_do_step (self, &detail, &cause))
    {
      set_step (self, step_name (self), "succeeded", detail);
      return TRUE;
    }
  if (!is_out (self))
    set_step (self, step_name (self), g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "cancelled" : "failed", cause->message);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* --- All of it ----------------------------------------------------------------------------------------------------------------- */

static gboolean
go_forward (QdMigration *self, GError **error)
{
  for (; self->step < QD_N_MIGRATION_STEPS; self->step++)
    if (!do_one (self, error))
      return FALSE;
  return TRUE;
}

/* @cause: why it goes back; the message tells in the end where the tenant is. */
static void
go_back (QdMigration *self, GError *cause)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;

  self->back = TRUE;
  json_object_set_string_member (self->record->json, "error", cause->message);
  if (do_one (self, &error))
    {
      const char *told = qd_json_get_string (get_step (self, BACK), "detail", NULL);

      detail = told ? g_strdup_printf ("%s. %s", cause->message, told)
                    : g_strdup_printf (_("%s. %s is on %s as before"), cause->message, self->move->tenant, self->move->from);
    }
  else if (!is_out (self))
    detail = g_strdup_printf (_("%s. The way back did not work either: %s. Try it again once that is mended"), cause->message, error->message);
  if (detail)
    g_set_str (&cause->message, detail);
}

static void
close_steps (QdMigration *self)
{
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    {
      const char *name = qd_migration_step_to_string (i), *state = qd_json_get_string (get_step (self, name), "state", "");

      if (g_str_equal (state, "queued") || g_str_equal (state, "running"))
        set_step (self, name, "cancelled", _("Not begun"));
    }
}

static JsonNode *
shard_to_node (const char *kind, const char *shard)
{
  g_autoptr (JsonObject) object = shard ? json_object_new () : NULL;

  if (object == NULL)
    return NULL;
  json_object_set_string_member (object, kind, shard);
  return json_node_init_object (json_node_alloc (), object);
}

/* Waits until it is on this desk's disk. */
static void
note_audit (QdMigration *self, const char *outcome, const GError *cause)
{
  g_autofree char *summary = qd_migration_move_to_sentence (self->move);
  g_autoptr (JsonNode) before = shard_to_node (self->move->kind, self->move->from), after = shard_to_node (self->move->kind, self->move->to);
  g_autoptr (GError) error = NULL;
  QdAuditFacts facts = { .what = QD_TENANT_MIGRATE, .outcome = qd_audit_outcome (outcome, cause), .connection = self->nats, .on = self->move->tenant, .summary = summary,
                         .why = qd_json_get_string (self->record->json, "reason", NULL), .error = cause ? cause->message : NULL, .job = self->record->id,
                         .before = before, .after = after };

  if (!dex_await (qd_audit_note (self->hub->audit, &facts), &error))
    g_message ("Job %s has no audit record: %s", self->record->id, error->message);
}

static void
end (QdMigration *self, const char *state, const GError *cause)
{
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (self->record->json, "state", state);
  if (cause)
    {
      json_object_set_string_member (self->record->json, "error", cause->message);
      close_steps (self);
    }
  else
    {
      json_object_remove_member (self->record->json, "error");
      json_object_set_double_member (self->record->json, "progress", 1);
    }
  set_now (self->record->json, "ended_at");
  note_audit (self, state, cause);
  if (!qd_migration_write_down (self, &error))
    g_message ("How job %s ended is not in the stream: %s", self->record->id, error->message);
}

gboolean
qd_migration_carry_out (QdMigration *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gboolean cancelled;

  g_hash_table_insert (self->hub->owned, self->record->id, self);
  note_audit (self, "begun", NULL);
  if (self->back)
    g_set_error_literal (&cause, G_IO_ERROR, G_IO_ERROR_CANCELLED, qd_json_get_string (self->record->json, "error", _("Cancelled")));
  else if (go_forward (self, &cause))
    end (self, "succeeded", NULL);
  cancelled = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (cause && !is_out (self))
    go_back (self, cause);
  if (cause && !is_out (self))
    end (self, cancelled && g_str_equal (qd_json_get_string (get_step (self, BACK), "state", ""), "succeeded") ? "cancelled" : "failed", cause);
  g_hash_table_remove (self->hub->owned, self->record->id);
  if (is_out (self))
    {
      /* The next one sees by the leases when it may go on. */
      qd_lease_let_go (self->lease);
      qd_lease_let_go (self->lock);
    }
  else
    {
      qd_lease_give_back (self->lock);
      qd_lease_give_back (self->lease);
    }
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

void
qd_migration_cancel (QdMigration *self)
{
  self->cancel_asked = TRUE;
}

/* --- Beginning, and going on --------------------------------------------------------------------------------------------------- */

QdMigration *
qd_migration_ref (QdMigration *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_migration_unref (QdMigration *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->lease)
    qd_lease_let_go (self->lease);
  if (self->lock)
    qd_lease_let_go (self->lock);
  g_clear_pointer (&self->lease, qd_lease_unref);
  g_clear_pointer (&self->lock, qd_lease_unref);
  g_clear_pointer (&self->move, qd_migration_move_free);
  g_clear_pointer (&self->record, qd_job_record_free);
  g_object_unref (self->hub);
  g_free (self->control);
  g_free (self->nats);
  g_free (self->waits_for);
  g_free (self->waits_text);
  g_free (self->stands_by);
  g_free (self);
}

static QdMigration *
migration_new (QdHub *hub, const char *control, const char *nats)
{
  QdMigration *self = g_new0 (QdMigration, 1);

  g_atomic_ref_count_init (&self->refs);
  self->hub = g_object_ref (hub);
  self->control = g_strdup (control);
  self->nats = g_strdup (nats);
  qd_migration_bounds_init (&self->bounds);
  return self;
}

/* "tenant.acme": in the letters that keys of a bucket may have. */
static char *
lock_key (const char *tenant)
{
  GString *key = g_string_new ("tenant.");

  for (const char *c = tenant; *c; c++)
    if (g_ascii_isalnum (*c) || *c == '-' || *c == '_')
      g_string_append_c (key, *c);
    else
      g_string_append_printf (key, "=%02X", (guint) (guchar) *c);
  return g_string_free (key, FALSE);
}

static gboolean
take_leases (QdMigration *self, const char *job, const char *tenant, GError **error)
{
  g_autofree char *key = lock_key (tenant);

  self->lease = qd_lease_take (self->hub, self->nats, job, error);
  if (self->lease == NULL)
    return FALSE;
  self->lock = qd_lease_take (self->hub, self->nats, key, error);
  if (self->lock)
    return TRUE;
  qd_lease_give_back (self->lease);
  return FALSE;
}

QdJobRecord *
qd_migration_record_new (QdHub *hub, const char *control, const QdMigrationMove *move, const QdMigrationBounds *bounds, const char *reason)
{
  g_autofree char *id = g_uuid_string_random (), *summary = qd_migration_move_to_sentence (move);
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (hub), control, QD_KIND_CONNECTION, control);
  const char *user = connection ? qd_entity_get_string (connection, QD_CONNECTION_USER) : NULL;
  QdJobRecord *record = qd_job_record_new (id);

  json_object_set_string_member (record->json, "kind", QD_TENANT_MIGRATE);
  json_object_set_string_member (record->json, "summary", summary);
  json_object_set_string_member (record->json, "created_by", user ? user : g_get_user_name ());
  json_object_set_string_member (record->json, "reason", reason ? reason : "");
  put_plan (record, move, bounds);
  put_steps (record);
  return record;
}

QdMigration *
qd_migration_begin (QdHub *hub, const char *control, const char *nats, const QdMigrationMove *move, const QdMigrationBounds *bounds,
                    const char *reason, GError **error)
{
  g_autoptr (QdMigration) self = migration_new (hub, control, nats);

  self->move = qd_migration_move_new (move->tenant, move->kind, move->from, move->to);
  self->move->source_down = move->source_down;
  self->bounds = *bounds;
  self->record = qd_migration_record_new (hub, control, move, bounds, reason);
  if (!take_leases (self, self->record->id, move->tenant, error))
    return NULL;
  json_object_set_int_member (self->record->json, "attempt", 1);
  set_now (self->record->json, "started_at");
  return g_steal_pointer (&self);
}

/* The way back is behind it. */
static gboolean
at_home (QdMigration *self)
{
  return g_strcmp0 (qd_json_get_string (self->record->json, "step", NULL), BACK) == 0 &&
         g_str_equal (qd_json_get_string (get_step (self, BACK), "state", ""), "succeeded");
}

/* What it did may have been taken back, as far as that came. */
static gboolean
was_going_back (const QdJobRecord *record)
{
  return g_strcmp0 (qd_json_get_string (record->json, "step", NULL), BACK) == 0;
}

/* Where a job stopped; once a way back was begun, everything is to be done anew. */
static void
choose_step (QdMigration *self, QdMigrationStep wanted)
{
  const char *step = qd_json_get_string (self->record->json, "step", NULL);

  if (wanted < QD_N_MIGRATION_STEPS)
    self->step = wanted;
  else if (was_going_back (self->record))
    self->step = QD_MIGRATION_DRAIN;
  else if (!qd_migration_step_parse (step, &self->step))
    for (self->step = 0; self->step < QD_MIGRATION_VERIFY; self->step++)
      if (!is_done (self->record, qd_migration_step_to_string (self->step)))
        return;
}

gboolean
qd_migration_may_begin (const QdJobRecord *record, QdMigrationStep step, char **why)
{
  g_autoptr (QdMigrationMove) move = qd_migration_move_from_record (record);
  QdMigrationStep first;

  for (first = 0; first < step && is_done (record, qd_migration_step_to_string (first)); first++)
    ;
  if (move == NULL)
    *why = g_strdup (_("It is no migration"));
  else if (g_str_equal (qd_job_record_get_state (record), "succeeded"))
    *why = g_strdup (_("All of it is done"));
  else if (step > QD_MIGRATION_DRAIN && was_going_back (record))
    *why = g_strdup (_("What was done before it was taken back: begin with the first step"));
  else if (first < step)
    {
      g_autofree char *sentence = qd_migration_step_to_sentence (first, move);

      *why = g_strdup_printf (_("This comes first: %s"), sentence);
    }
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_taken (QdMigration *self, QdMigrationStep step, QdMigrationWay way, GError **error)
{
  gboolean over = qd_job_record_is_over (self->record);
  const char *state = qd_job_record_get_state (self->record);
  g_autofree char *why = NULL;

  if (g_str_equal (state, "succeeded"))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s has succeeded: there is nothing to go on with"), self->record->id);
  else if (over && way == QD_MIGRATION_WAY_BACK && (at_home (self) || !qd_job_record_was_begun (self->record)))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s has gone back already"), self->record->id);
  else if (qd_job_record_is_queued (self->record) && way == QD_MIGRATION_WAY_BACK)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s has not begun: cancel it"), self->record->id);
  else if (over && way == QD_MIGRATION_TAKE_OVER)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s has ended already"), self->record->id);
  else if (step < QD_N_MIGRATION_STEPS && !qd_migration_may_begin (self->record, step, &why))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s cannot begin with step “%s”. %s"), self->record->id,
                 qd_migration_step_to_string (step), why);
  else
    return TRUE;
  return FALSE;
}

/* A way back of an attempt before this one is none of this one. */
static void
drop_back (QdMigration *self)
{
  JsonArray *steps = qd_json_get_array (self->record->json, "steps");

  for (guint i = steps ? json_array_get_length (steps) : 0; i-- > 0;)
    {
      JsonObject *step = qd_json_object (json_array_get_element (steps, i));

      if (step && g_strcmp0 (qd_json_get_string (step, "name", NULL), BACK) == 0)
        json_array_remove_element (steps, i);
    }
}

/* Who died in it is told as long as it lasts, and after. */
static void
put_left (QdMigration *self)
{
  static const struct { const char *in_record, *as; } members[] = { { "desk", "desk" }, { "step", "step" }, { "updated_at", "at" } };
  JsonObject *left = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_string_member (left, members[i].as, qd_json_get_string (self->record->json, members[i].in_record, "?"));
  json_object_set_object_member (self->record->json, "left", left);
}

/* What is going on goes on as it was; what had ended, or is to go elsewhere, is another attempt. */
static void
prepare (QdMigration *self, QdMigrationStep step, gboolean back)
{
  gboolean over = qd_job_record_is_over (self->record);
  gint64 attempt = 1;

  if (qd_job_record_is_queued (self->record))
    set_now (self->record->json, "started_at");
  else if (!over)
    put_left (self);
  else
    json_object_remove_member (self->record->json, "left");
  self->back = back || (!over && step == QD_N_MIGRATION_STEPS && g_strcmp0 (qd_json_get_string (self->record->json, "step", NULL), BACK) == 0);
  if (!at_home (self))
    qd_migration_step_parse (qd_json_get_string (self->record->json, "reached", NULL), &self->reached);
  if (self->back)
    self->step = self->reached;
  else
    choose_step (self, step);
  qd_json_get_int (self->record->json, "attempt", &attempt);
  json_object_set_int_member (self->record->json, "attempt", attempt + 1);
  json_object_remove_member (self->record->json, "ended_at");
  if (back && !json_object_has_member (self->record->json, "error"))
    json_object_set_string_member (self->record->json, "error", _("Cancelled"));
  if (self->back)
    return;
  json_object_remove_member (self->record->json, "error");
  drop_back (self);
  for (QdMigrationStep i = self->step; i < QD_N_MIGRATION_STEPS; i++)
    set_step (self, qd_migration_step_to_string (i), "queued", NULL);
}

void
qd_migration_audit (QdHub *hub, const char *nats, const QdJobRecord *record, const char *what, const char *why)
{
  g_autoptr (GError) error = NULL;
  QdAuditFacts facts = { .what = what, .outcome = "succeeded", .connection = nats, .on = record->id, .why = why, .job = record->id,
                         .summary = qd_json_get_string (record->json, "summary", NULL) };

  if (!dex_await (qd_audit_note (hub->audit, &facts), &error))
    g_message ("That somebody wanted %s of job %s has no audit record: %s", what, record->id, error->message);
}

/* Who goes on with what another began, and why; that a turn in a batch has come is none. */
static void
audit_taken (QdMigration *self, QdMigrationWay way)
{
  const char *reason = qd_json_get_string (self->record->json, "reason", NULL);
  g_autofree char *why = NULL;

  if (qd_job_record_is_queued (self->record))
    return;
  if (!qd_job_record_is_over (self->record))
    why = g_strdup_printf (_("%s ended in the midst of step “%s”"), qd_json_get_string (self->record->json, "desk", "?"),
                           qd_json_get_string (self->record->json, "step", "?"));
  qd_migration_audit (self->hub, self->nats, self->record, way == QD_MIGRATION_TAKE_OVER ? "job.take-over" : way == QD_MIGRATION_WAY_BACK ? "job.go-back"
                      : "job.go-on", why ? why : reason);
}

QdMigration *
qd_migration_take_up (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, QdMigrationWay way, GError **error)
{
  gboolean back = way == QD_MIGRATION_WAY_BACK;
  g_autofree char *control = qd_hub_find_control (hub, nats);
  g_autoptr (QdJobRecord) seen = qd_job_stream_read (hub, nats, job, error);
  g_autoptr (QdMigration) self = NULL;
  JsonObject *plan;
  gint64 asked;

  if (seen == NULL)
    return NULL;
  self = migration_new (hub, control, nats);
  self->move = qd_migration_move_from_record (seen);
  if (self->move == NULL || control == NULL)
    {
      if (self->move)
        g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("No control connection is fed by this NATS connection: add it to go on"));
      else
        g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Job %s is no migration that can be gone on with from here"), job);
      return NULL;
    }
  if (!take_leases (self, job, self->move->tenant, error))
    return NULL;
  /* What its last owner wrote before the lease was ours. */
  self->record = qd_job_stream_read (hub, nats, job, error);
  if (self->record == NULL || !check_taken (self, step, way, error))
    {
      qd_lease_give_back (self->lock);
      qd_lease_give_back (self->lease);
      return NULL;
    }
  plan = qd_json_get_object (self->record->json, "plan");
  qd_migration_bounds_take_json (&self->bounds, plan ? qd_json_get_object (plan, "bounds") : NULL);
  /* Somebody may have asked the one before to cancel, who did not hear it any more; an attempt that somebody asks for is not meant. */
  if (back || step < QD_N_MIGRATION_STEPS || qd_job_record_is_over (self->record))
    self->asked_before = qd_job_stream_get_asked (hub, nats, job, NULL, NULL);
  else if (qd_json_get_int (self->record->json, "asked", &asked))
    self->asked_before = MAX (asked, 0);
  json_object_set_int_member (self->record->json, "asked", (gint64) self->asked_before);
  audit_taken (self, way);
  prepare (self, step, back);
  return g_steal_pointer (&self);
}

QdMigrationOutcome *
qd_migration_to_outcome (QdMigration *self, gboolean done, const GError *error)
{
  QdMigrationOutcome *outcome = g_new0 (QdMigrationOutcome, 1);
  const char *state = qd_job_record_get_state (self->record);

  outcome->job = g_strdup (self->record->id);
  outcome->tenant = g_strdup (self->move->tenant);
  outcome->kind = g_strdup (self->move->kind);
  outcome->from = g_strdup (self->move->from);
  outcome->to = g_strdup (self->move->to);
  outcome->state = g_strdup (done ? "succeeded" : qd_job_has_ended (state) && !self->lost ? state : "failed");
  outcome->error = error ? g_strdup (error->message) : NULL;
  return outcome;
}

void
qd_migration_outcome_free (QdMigrationOutcome *self)
{
  if (self == NULL)
    return;
  g_free (self->job);
  g_free (self->tenant);
  g_free (self->kind);
  g_free (self->from);
  g_free (self->to);
  g_free (self->state);
  g_free (self->error);
  g_free (self);
}
