/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job shows of itself, and what the journal keeps of it. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-audit-private.h"
#include "qd-hub-private.h"
#include "qd-job-desk-private.h"
#include "qd-json.h"
#include "qd-time.h"

/* Work of many steps is not shown more often. */
#define SHOW_EVERY_US (100 * 1000)

/* --- What is shown --------------------------------------------------------------------------- */

static void
add_member (JsonBuilder *builder, const char *name, const char *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static char *
builder_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return qd_json_to_text (root, FALSE);
}

static char *
dup_extra (QdJob *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_member (builder, "connection", self->connection);
  add_member (builder, "verb", self->verb);
  add_member (builder, "server_job", self->server_job);
  add_member (builder, "program", self->program);
  json_builder_end_object (builder);
  return builder_to_text (builder);
}

static char *
dup_steps (QdJob *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);

  json_node_set_array (node, self->steps);
  return qd_json_to_text (node, FALSE);
}

/* What a verb is about: "site.delete" a site. */
static int
target_kind (const char *verb)
{
  g_autofree char *kind = g_strndup (verb, strcspn (verb, "."));

  return qd_schema_find_kind (kind);
}

void
qd_job_add_step (QdJob *self, const char *name, const char *state, const char *detail)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());
  JsonObject *step = json_object_new ();

  json_object_set_string_member (step, "name", name);
  json_object_set_string_member (step, "state", state);
  json_object_set_string_member (step, "started_at", now);
  if (detail)
    json_object_set_string_member (step, "detail", detail);
  json_array_add_object_element (self->steps, step);
  self->step = json_array_get_length (self->steps) - 1;
}

void
qd_job_begin_step (QdJob *self, guint nth)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());
  JsonObject *step = json_array_get_object_element (self->steps, nth);

  self->step = nth;
  json_object_set_string_member (step, "state", "running");
  json_object_set_string_member (step, "started_at", now);
}

void
qd_job_end_step (QdJob *self, const char *state, const char *detail)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());
  guint n = json_array_get_length (self->steps);
  JsonObject *step;

  if (self->step >= n)
    return;
  step = json_array_get_object_element (self->steps, self->step);
  json_object_set_string_member (step, "state", state);
  json_object_set_string_member (step, "ended_at", now);
  if (detail)
    json_object_set_string_member (step, "detail", detail);
}

void
qd_job_close_steps (QdJob *self, guint nth)
{
  for (self->step = nth; self->step < json_array_get_length (self->steps); self->step++)
    if (g_str_equal (qd_json_get_string (json_array_get_object_element (self->steps, self->step), "state", ""), "queued"))
      qd_job_end_step (self, "cancelled", _("Not begun"));
}

gboolean
qd_job_has_ended (const char *state)
{
  return g_str_equal (state, "succeeded") || g_str_equal (state, "failed") || g_str_equal (state, "cancelled");
}

static void
set_target (QdJob *self, QdDelta *delta)
{
  const char *target = qd_json_get_string (self->args, "id", NULL);
  int kind = target_kind (self->verb);

  if (target && kind >= 0)
    {
      qd_delta_set (delta, QD_JOB_TARGET_KIND, qd_value_int (kind));
      qd_delta_set (delta, QD_JOB_TARGET_ID, qd_value_string (target));
    }
}

void
qd_job_show_soon (QdJob *self)
{
  if (g_get_monotonic_time () - self->shown_us > SHOW_EVERY_US)
    qd_job_show (self);
}

void
qd_job_show (QdJob *self)
{
  g_autofree char *extra = dup_extra (self), *steps = dup_steps (self);
  QdEntity *connection;
  QdDelta *delta;

  if (self->hub == NULL)
    return;
  self->shown_us = g_get_monotonic_time ();
  connection = qd_fleet_lookup (qd_hub_get_fleet (self->hub), self->connection, QD_KIND_CONNECTION, self->connection);
  delta = qd_delta_new (QD_HUB_LOCAL, QD_KIND_JOB, self->id, QD_DELTA_PATCH);
  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (self->summary));
  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json (extra));
  qd_delta_set (delta, QD_JOB_KIND, qd_value_string (self->verb));
  qd_delta_set (delta, QD_JOB_ACTS_ON, qd_value_string (self->connection));
  /* Who cancels a job has not begun it, and does not stand for it. */
  if (self->server_job && !g_str_equal (self->verb, "job.cancel"))
    qd_delta_set (delta, QD_JOB_SERVER_JOB, qd_value_string (self->server_job));
  qd_delta_set (delta, QD_JOB_STATE, qd_value_string (self->state));
  qd_delta_set (delta, QD_JOB_STEPS, qd_value_json (steps));
  qd_delta_set (delta, QD_JOB_PROGRESS, qd_value_double (self->progress));
  qd_delta_set (delta, QD_JOB_ERROR, qd_value_string (self->error));
  qd_delta_set (delta, QD_JOB_REASON, qd_value_string (self->reason));
  qd_delta_set (delta, QD_JOB_STARTED_AT, qd_value_time (self->started_at));
  if (self->program)
    qd_delta_set (delta, QD_JOB_CREATED_BY, qd_value_string (self->user));
  else if (connection)
    qd_delta_set (delta, QD_JOB_CREATED_BY,
                  qd_value_string (qd_entity_get_string (connection, QD_CONNECTION_USER)));
  set_target (self, delta);
  if (qd_job_has_ended (self->state))
    qd_delta_set (delta, QD_JOB_ENDED_AT, qd_value_time (self->ended_at ? self->ended_at : g_get_real_time ()));
  qd_hub_apply (self->hub, delta);
}

/* --- Journal --------------------------------------------------------------------------------- */

static void
journal_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;

  if (qd_store_journal_finish (QD_STORE (source), result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, error);
}

static char *
dup_journal_detail (QdJob *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonObject) owner = self->hub->journal ? qd_job_desk_describe_us (self) : NULL;

  json_builder_begin_object (builder);
  add_member (builder, "connection", self->connection);
  add_member (builder, "verb", self->verb);
  add_member (builder, "summary", self->summary);
  add_member (builder, "reason", self->reason);
  add_member (builder, "server_job", self->server_job);
  add_member (builder, "error", self->error);
  if (self->hub->journal)
    {
      json_builder_set_member_name (builder, "owner");
      json_builder_add_value (builder, json_node_init_object (json_node_alloc (), owner));
    }
  json_builder_set_member_name (builder, "args");
  json_builder_add_value (builder, json_node_init_object (json_node_alloc (), self->args));
  json_builder_end_object (builder);
  return builder_to_text (builder);
}

static gboolean
write_line (QdJob *self, const char *step, const char *state, GError **error)
{
  g_autofree char *detail = dup_journal_detail (self);
  g_autoptr (DexPromise) promise = NULL;

  if (self->hub->store == NULL)
    return qd_job_desk_write (self, step, state, detail, error);
  promise = dex_promise_new ();
  qd_store_journal_async (self->hub->store, self->id, step, state, detail, NULL, journal_cb, dex_ref (promise));
  return dex_await (dex_ref (DEX_FUTURE (promise)), error);
}

/* Puts a line on disk and waits until it is there. A desk that cannot write does not stop an admin
 * from acting, but the job says that it was not journalled. In the fiber only. */
void
qd_job_journal (QdJob *self, const char *step, const char *state)
{
  g_autoptr (GError) error = NULL;
  guint under_way = self->step;

  if (self->hub == NULL || (self->hub->store == NULL && self->hub->journal == NULL))
    return;
  if (write_line (self, step, state, &error) || self->journal_lost)
    return;
  self->journal_lost = TRUE;
  g_message ("Job %s is not in the journal: %s", self->id, error->message);
  qd_job_add_step (self, _("Journal"), "failed", error->message);
  self->step = under_way;
}

void
qd_job_plan_steps (QdJob *self, const char *const *names)
{
  JsonArray *todo = json_array_new ();

  for (; *names; names++)
    {
      qd_job_add_step (self, *names, "queued", NULL);
      json_array_add_string_element (todo, *names);
    }
  json_object_set_array_member (self->args, QD_JOB_TODO, todo);
  qd_job_journal (self, "begin", "running");
  json_object_remove_member (self->args, QD_JOB_TODO);
}

/* --- Out of the journal ---------------------------------------------------------------------- */

void
qd_job_copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer into)
{
  json_object_set_member (into, name, json_node_copy (node));
}

/* Work says in its first line what it is going to do, and then a line before and after each of it. */
static gboolean
take_todo (QdJob *self, GPtrArray *entries)
{
  QdJournalEntry *first = g_ptr_array_index (entries, 0);
  g_autoptr (JsonNode) node = qd_json_parse (first->detail ? first->detail : "{}", -1, "journal", NULL);
  JsonObject *detail = qd_json_object (node), *args = detail ? qd_json_get_object (detail, "args") : NULL;
  JsonArray *todo = args ? qd_json_get_array (args, QD_JOB_TODO) : NULL;
  guint n = todo ? json_array_get_length (todo) : 0, at = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *name = json_array_get_element (todo, i);

      if (JSON_NODE_HOLDS_VALUE (name) && json_node_get_value_type (name) == G_TYPE_STRING)
        qd_job_add_step (self, json_node_get_string (name), "queued", NULL);
    }
  n = json_array_get_length (self->steps);
  for (guint i = 1; i < entries->len; i++)
    {
      const QdJournalEntry *entry = g_ptr_array_index (entries, i);

      while (at < n && !g_str_equal (qd_json_get_string (json_array_get_object_element (self->steps, at), "name", ""), entry->step))
        at++;
      if (at == n)
        break;
      self->step = at;
      qd_job_end_step (self, g_str_equal (entry->state, QD_JOB_STEP_DONE) ? "succeeded" : g_str_equal (entry->state, "running") ? "running" : "failed",
                       NULL);
    }
  return todo != NULL;
}

/* Of work that was cut off: what was done, what may have been, and what was not. */
static void
tell_todo (QdJob *self)
{
  guint n = json_array_get_length (self->steps), done = 0, open = 0;

  for (guint i = 0; i < n; i++)
    {
      const char *state = qd_json_get_string (json_array_get_object_element (self->steps, i), "state", "");

      self->step = i;
      if (g_str_equal (state, "succeeded"))
        done++;
      else if (g_str_equal (state, "running"))
        {
          open++;
          qd_job_end_step (self, "failed", _("Quarterdeck ended before the server had answered: whether it was done is not known"));
        }
      else if (g_str_equal (state, "queued"))
        qd_job_end_step (self, "cancelled", _("Not begun"));
    }
  self->error = g_strdup_printf (_("interrupted: Quarterdeck ended in the midst of this. Steps that were done: %u of %u; not known whether "
                                   "they were done: %u. Compare with the server again, or take back what was done"), done, n, open);
}

/* Reads what the journal says of a job: the newest line knows most. */
QdJob *
qd_job_from_journal (QdHub *hub, GPtrArray *entries)
{
  QdJournalEntry *last = g_ptr_array_index (entries, entries->len - 1), *first = g_ptr_array_index (entries, 0);
  g_autoptr (JsonNode) node = qd_json_parse (last->detail ? last->detail : "{}", -1, "journal", NULL);
  JsonObject *detail = qd_json_object (node), *args = detail ? qd_json_get_object (detail, "args") : NULL;
  g_autoptr (JsonObject) none = json_object_new ();
  QdJob *self;

  if (detail == NULL)
    detail = none;
  self = qd_job_alloc (hub, last->job, qd_json_get_string (detail, "connection", ""), qd_json_get_string (detail, "verb", ""));
  self->summary = g_strdup (qd_json_get_string (detail, "summary", last->job));
  self->reason = g_strdup (qd_json_get_string (detail, "reason", NULL));
  self->server_job = g_strdup (qd_json_get_string (detail, "server_job", NULL));
  self->started_at = first->at_us;
  if (args)
    json_object_foreach_member (args, qd_job_copy_member, self->args);
  self->todo = take_todo (self, entries);
  for (guint i = 0; !self->todo && i < entries->len; i++)
    {
      QdJournalEntry *entry = g_ptr_array_index (entries, i);

      qd_job_add_step (self, entry->step, i + 1 < entries->len ? "succeeded" : entry->state, NULL);
    }
  return self;
}

void
qd_job_tell_interrupted (QdHub *hub, GPtrArray *entries)
{
  g_autoptr (QdJob) self = qd_job_from_journal (hub, entries);
  QdStore *store = qd_hub_get_store (hub);
  g_autofree char *detail = NULL;

  if (self->todo)
    tell_todo (self);
  else if (g_str_equal (self->verb, QD_TENANT_MIGRATE))
    self->error = g_strdup (_("interrupted: Quarterdeck ended in the midst of this. How far it came is in the stream of jobs: it is shown here, "
                              "and can be gone on with, once its NATS connection is live"));
  else if (self->server_job)
    self->error = g_strdup_printf (_("interrupted: Quarterdeck ended while the server worked on this as job %s: "
                                     "look there for how it ended"), self->server_job);
  else
    self->error = g_strdup (_("interrupted: Quarterdeck ended before the server had answered: look whether it was "
                              "done before you do it again"));
  self->state = "failed";
  if (!self->todo)
    qd_job_end_step (self, "failed", self->error);
  qd_job_show (self);
  qd_job_audit_interrupted (self);
  detail = dup_journal_detail (self);
  if (store)
    qd_store_journal_async (store, self->id, "end", "interrupted", detail, NULL, NULL, NULL);
}
