/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libdex.h>

#include "qd-hub-private.h"
#include "qd-json.h"
#include "qd-time.h"

#define MAX_TRIES 4
#define RETRY_FIRST_MS 300
/* How long the server may be silent about a job before it is asked again, and how often. */
#define ASK_AGAIN_MS 5000
#define MAX_SILENT_ASKS 6

struct _QdJob {
  gatomicrefcount refs;
  QdHub *hub;                       /* borrowed; NULL once abandoned */
  char *id;
  char *connection;
  char *verb;
  char *summary;
  char *reason;
  char *server_job;
  char *error;
  JsonObject *args;
  JsonArray *steps;
  GTask *task;                      /* NULL for a resumed one, and once it has returned */
  GCancellable *sending;            /* stops waiting for the answer */
  DexPromise *cancelled;            /* rejected by qd_job_cancel() */
  DexPromise *woken;                /* while it waits for news of the server's job */
  DexPromise *password;             /* while it waits for who one is to be confirmed */
  gulong cancel_handler;
  gint64 started_at;
  const char *state;                /* static */
  double progress;
  gboolean repeatable, resumed, journal_lost, cancel_asked;
};

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

static void
add_step (QdJob *self, const char *name, const char *state, const char *detail)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());
  JsonObject *step = json_object_new ();

  json_object_set_string_member (step, "name", name);
  json_object_set_string_member (step, "state", state);
  json_object_set_string_member (step, "started_at", now);
  if (detail)
    json_object_set_string_member (step, "detail", detail);
  json_array_add_object_element (self->steps, step);
}

/* Says how the last step ended. */
static void
end_step (QdJob *self, const char *state, const char *detail)
{
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());
  guint n = json_array_get_length (self->steps);
  JsonObject *step;

  if (n == 0)
    return;
  step = json_array_get_object_element (self->steps, n - 1);
  json_object_set_string_member (step, "state", state);
  json_object_set_string_member (step, "ended_at", now);
  if (detail)
    json_object_set_string_member (step, "detail", detail);
}

static gboolean
has_ended (const char *state)
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

static void
show (QdJob *self)
{
  g_autofree char *extra = dup_extra (self), *steps = dup_steps (self);
  QdEntity *connection;
  QdDelta *delta;

  if (self->hub == NULL)
    return;
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
  if (connection)
    qd_delta_set (delta, QD_JOB_CREATED_BY,
                  qd_value_string (qd_entity_get_string (connection, QD_CONNECTION_USER)));
  set_target (self, delta);
  if (has_ended (self->state))
    qd_delta_set (delta, QD_JOB_ENDED_AT, qd_value_time (g_get_real_time ()));
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

  json_builder_begin_object (builder);
  add_member (builder, "connection", self->connection);
  add_member (builder, "verb", self->verb);
  add_member (builder, "summary", self->summary);
  add_member (builder, "reason", self->reason);
  add_member (builder, "server_job", self->server_job);
  add_member (builder, "error", self->error);
  json_builder_set_member_name (builder, "args");
  json_builder_add_value (builder, json_node_init_object (json_node_alloc (), self->args));
  json_builder_end_object (builder);
  return builder_to_text (builder);
}

/* Puts a line on disk and waits until it is there. A desk that cannot write does not stop an admin
 * from acting, but the job says that it was not journalled. In the fiber only. */
static void
journal (QdJob *self, const char *step, const char *state)
{
  QdStore *store = self->hub ? qd_hub_get_store (self->hub) : NULL;
  g_autofree char *detail = NULL;
  g_autoptr (GError) error = NULL;
  DexPromise *promise;

  if (store == NULL)
    return;
  detail = dup_journal_detail (self);
  promise = dex_promise_new ();
  qd_store_journal_async (store, self->id, step, state, detail, NULL, journal_cb, dex_ref (promise));
  if (dex_await (DEX_FUTURE (promise), &error) || self->journal_lost)
    return;
  self->journal_lost = TRUE;
  g_message ("Job %s is not in the journal: %s", self->id, error->message);
  add_step (self, _("Journal"), "failed", error->message);
}

/* --- Sending --------------------------------------------------------------------------------- */

static void
command_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  JsonNode *node = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (node)
    dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, node);
  else
    dex_promise_reject (promise, error);
}

/* Waits for @future (taken) or for the job to be cancelled, whichever comes first. */
static gboolean
await_or_cancel (QdJob *self, DexFuture *future, GError **error)
{
  return dex_await (dex_future_first (future, dex_ref (self->cancelled), NULL), error);
}

static JsonNode *
send_once (QdJob *self, const char *verb, JsonObject *args, GError **error)
{
  QdDriver *driver = qd_hub_get_driver (self->hub, self->connection);
  g_autoptr (DexPromise) promise = NULL;
  const GValue *value;

  if (driver == NULL)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE,
                   _("The connection has been removed: add it again to do this"));
      return NULL;
    }
  promise = dex_promise_new ();
  qd_driver_command_async (driver, verb, args, self->sending, command_cb, dex_ref (promise));
  if (!await_or_cancel (self, dex_ref (promise), error))
    return NULL;
  value = dex_future_get_value (DEX_FUTURE (promise), error);
  return value ? g_value_dup_boxed (value) : NULL;
}

static gboolean
is_cancelled (QdJob *self)
{
  return self->hub == NULL || dex_future_is_rejected (DEX_FUTURE (self->cancelled));
}

/* Waits for @ms, or less when the job is cancelled. */
static void
pause_for (QdJob *self, guint ms)
{
  await_or_cancel (self, dex_timeout_new_msec (ms), NULL);
}

/* Sends it, and again while the server cannot be reached, if its idempotency key makes that safe. */
static JsonNode *
send_command (QdJob *self, GError **error)
{
  for (guint attempt = 1; !is_cancelled (self); attempt++)
    {
      g_autoptr (GError) cause = NULL;
      JsonNode *answer = send_once (self, self->verb, self->args, &cause);

      if (answer)
        return answer;
      if (!self->repeatable || attempt == MAX_TRIES ||
          !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      pause_for (self, RETRY_FIRST_MS << attempt);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  return NULL;
}

/* --- Confirming who one is --------------------------------------------------------------------- */

/* Waits until somebody gave a password. NULL when it was cancelled instead. */
static char *
await_password (QdJob *self, const char *wrong)
{
  g_autofree char *password = NULL;

  self->password = dex_promise_new ();
  qd_hub_ask_password (self->hub, self->id, wrong);
  if (await_or_cancel (self, dex_ref (self->password), NULL))
    password = g_value_dup_string (dex_future_get_value (DEX_FUTURE (self->password), NULL));
  dex_clear (&self->password);
  return is_cancelled (self) ? NULL : g_steal_pointer (&password);
}

static gboolean
send_password (QdJob *self, const char *password, GError **error)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (JsonNode) answer = NULL;

  json_object_set_string_member (args, "password", password);
  answer = send_once (self, "auth.step-up", args, error);
  return answer != NULL;
}

/* Asks for the password until it is right, somebody cancels, or the server cannot be asked. */
static gboolean
confirm (QdJob *self, GError **error)
{
  g_autofree char *wrong = NULL;

  self->state = "waiting";
  for (;;)
    {
      g_autofree char *password = NULL;
      g_autoptr (GError) cause = NULL;

      add_step (self, _("Confirm who you are"), "waiting", NULL);
      show (self);
      password = await_password (self, wrong);
      if (password == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled: your password was not confirmed, nothing was changed"));
          return FALSE;
        }
      if (send_password (self, password, &cause))
        break;
      if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || is_cancelled (self))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      end_step (self, "failed", cause->message);
      g_set_str (&wrong, cause->message);
    }
  end_step (self, "succeeded", NULL);
  self->state = "running";
  return TRUE;
}

/* Sends it; where the server wants to be sure that it is still us, and somebody is there to be asked,
 * again once that is confirmed. The same key goes with it: what was refused was not done. */
static JsonNode *
send_confirmed (QdJob *self, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      JsonNode *answer;

      add_step (self, _("Send to the server"), "running", NULL);
      show (self);
      answer = send_command (self, &cause);
      if (answer)
        return answer;
      if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP) || is_cancelled (self) ||
          !qd_hub_can_ask_password (self->hub))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      end_step (self, "failed", cause->message);
      if (!confirm (self, error))
        return NULL;
    }
}

/* --- Following the server's job --------------------------------------------------------------- */

/* The words that servers have for the end of a job, as ours. */
static const char *
end_of (const char *word)
{
  static const char *const words[][2] = {
    { "succeeded", "succeeded" }, { "success", "succeeded" }, { "completed", "succeeded" },
    { "complete", "succeeded" }, { "done", "succeeded" }, { "failed", "failed" },
    { "error", "failed" }, { "cancelled", "cancelled" }, { "canceled", "cancelled" },
  };

  for (guint i = 0; word && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i][0]) == 0)
      return words[i][1];
  return NULL;
}

static void
take_steps (QdJob *self, QdEntity *theirs)
{
  const char *text = qd_entity_get_string (theirs, QD_JOB_STEPS);
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "job steps", NULL) : NULL;
  JsonArray *array = qd_json_array (node);

  if (array == NULL)
    return;
  json_array_unref (self->steps);
  self->steps = json_array_ref (array);
}

/* Shows what the server's job has come to. Returns its end (static), or NULL while it goes on. */
static const char *
look_at (QdJob *self, QdEntity *theirs)
{
  const char *word = qd_entity_get_string (theirs, QD_JOB_STATE), *end = end_of (word);

  take_steps (self, theirs);
  qd_entity_get_double (theirs, QD_JOB_PROGRESS, &self->progress);
  if (end == NULL)
    self->state = g_strcmp0 (word, "waiting") == 0 ? "waiting" : "running";
  else if (!g_str_equal (end, "succeeded"))
    g_set_str (&self->error, qd_entity_get_string (theirs, QD_JOB_ERROR));
  if (end == NULL)
    show (self);
  return end;
}

static gboolean
is_live (QdJob *self)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (self->hub), self->connection, QD_KIND_CONNECTION,
                                      self->connection);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

/* Waits for a change in the list of jobs. FALSE when there was none for a while. */
static gboolean
wait_for_news (QdJob *self)
{
  self->woken = dex_promise_new ();
  if (await_or_cancel (self, dex_future_first (dex_ref (self->woken), dex_timeout_new_msec (ASK_AGAIN_MS), NULL), NULL))
    return TRUE;
  dex_clear (&self->woken);
  return FALSE;
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  /* A driver that cannot look at one job looks at everything. */
  if (answer == NULL && g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED))
    qd_driver_refresh (QD_DRIVER (source));
  else if (answer == NULL)
    g_debug ("The server does not tell of a job: %s", error->message);
}

/* Its answer becomes the job's entity, as every other news of it does. */
static void
ask_again (QdJob *self)
{
  QdDriver *driver = qd_hub_get_driver (self->hub, self->connection);
  g_autoptr (JsonObject) args = json_object_new ();

  json_object_set_string_member (args, "id", self->server_job);
  if (driver)
    qd_driver_command_async (driver, "job.get", args, self->sending, asked_cb, NULL);
}

/* Returns how the server's job ended (static), or NULL when that cannot be known. It may take as
 * long as it takes; only a server that is connected and does not list the job ends the waiting. */
static const char *
follow (QdJob *self, GError **error)
{
  guint silent = 0;

  while (!is_cancelled (self) && qd_hub_get_driver (self->hub, self->connection))
    {
      QdEntity *theirs = qd_fleet_lookup (qd_hub_get_fleet (self->hub), self->connection, QD_KIND_JOB, self->server_job);
      const char *end = theirs ? look_at (self, theirs) : NULL;

      if (end)
        return end;
      if (wait_for_news (self) || is_cancelled (self) || !is_live (self))
        continue;
      if (theirs == NULL && ++silent == MAX_SILENT_ASKS)
        break;
      ask_again (self);
    }
  if (is_cancelled (self))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  else
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED,
                 _("The server took this as job %s, but does not say how it ended: look at its list of jobs"),
                 self->server_job);
  return NULL;
}

/* --- The whole of it ------------------------------------------------------------------------- */

/* Gives @answer (taken) or @error (taken) to who asked, once. */
static void
give_back (QdJob *self, JsonNode *answer, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (task && self->cancel_handler)
    g_cancellable_disconnect (g_task_get_cancellable (task), self->cancel_handler);
  self->cancel_handler = 0;
  if (task && error)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (task)
    g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) json_node_unref);
  g_clear_error (&error);
  g_clear_pointer (&answer, json_node_unref);
}

/* Shows and journals the end, then tells it. Takes @answer and @error. */
static void
finish (QdJob *self, const char *end, JsonNode *answer, GError *error)
{
  self->state = end;
  if (g_str_equal (end, "succeeded"))
    self->progress = 1;
  if (error && !g_str_equal (end, "succeeded"))
    g_set_str (&self->error, error->message);
  show (self);
  journal (self, "end", end);
  if (self->journal_lost)
    show (self);
  give_back (self, answer, error);
  if (self->hub)
    qd_hub_job_ended (self->hub, self->id);
}

static void
fail (QdJob *self, GError *error)
{
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  end_step (self, cancelled ? "cancelled" : "failed", error->message);
  finish (self, cancelled ? "cancelled" : "failed", NULL, error);
}

/* Sends it; FALSE when that was the end of it. */
static gboolean
begin (QdJob *self, JsonNode **answer)
{
  GError *error = NULL;
  JsonObject *object;

  journal (self, "send", "running");
  *answer = send_confirmed (self, &error);
  if (*answer == NULL)
    {
      fail (self, error);
      return FALSE;
    }
  end_step (self, "succeeded", NULL);
  object = qd_json_object (*answer);
  self->server_job = object ? qd_json_dup_id (object, "job_id") : NULL;
  show (self);
  return TRUE;
}

static DexFuture *
job_fiber (gpointer data)
{
  QdJob *self = data;
  g_autoptr (JsonNode) answer = NULL;
  GError *error = NULL;
  const char *end = "succeeded";

  if (!self->resumed && !begin (self, &answer))
    return dex_future_new_for_boolean (FALSE);
  if (self->server_job)
    {
      journal (self, "follow", "running");
      end = follow (self, &error);
      if (end == NULL)
        {
          fail (self, error);
          return dex_future_new_for_boolean (FALSE);
        }
    }
  if (!g_str_equal (end, "succeeded"))
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, "%s",
                         self->error && *self->error ? self->error : _("The server’s job did not succeed"));
  finish (self, end, g_steal_pointer (&answer), error);
  return dex_future_new_for_boolean (TRUE);
}

/* --- Life ------------------------------------------------------------------------------------ */

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  json_object_set_member (user_data, name, json_node_copy (node));
}

static QdJob *
job_alloc (QdHub *hub, const char *id, const char *connection, const char *verb)
{
  QdJob *self = g_new0 (QdJob, 1);

  g_atomic_ref_count_init (&self->refs);
  self->hub = hub;
  self->id = g_strdup (id);
  self->connection = g_strdup (connection);
  self->verb = g_strdup (verb);
  self->args = json_object_new ();
  self->steps = json_array_new ();
  self->sending = g_cancellable_new ();
  self->cancelled = dex_promise_new ();
  self->started_at = g_get_real_time ();
  self->state = "queued";
  return self;
}

QdJob *
qd_job_new (QdHub *hub, const char *id, const char *connection, const QdCapability *capability,
            JsonObject *args, const char *summary, const char *reason, GTask *task)
{
  QdJob *self = job_alloc (hub, id, connection, capability->verb);
  g_autofree char *key = g_uuid_string_random ();

  self->summary = g_strdup (summary && *summary ? summary : _(capability->title));
  self->reason = g_strdup (reason);
  self->repeatable = capability->repeatable;
  self->task = task;
  if (args)
    json_object_foreach_member (args, copy_member, self->args);
  if (!json_object_has_member (self->args, "idempotency_key"))
    json_object_set_string_member (self->args, "idempotency_key", key);
  if (reason)
    json_object_set_string_member (self->args, "reason", reason);
  return self;
}

/* Reads what the journal says of a job: the newest line knows most. */
static QdJob *
job_from_journal (QdHub *hub, GPtrArray *entries)
{
  QdJournalEntry *last = g_ptr_array_index (entries, entries->len - 1), *first = g_ptr_array_index (entries, 0);
  g_autoptr (JsonNode) node = qd_json_parse (last->detail ? last->detail : "{}", -1, "journal", NULL);
  JsonObject *detail = qd_json_object (node), *args = detail ? qd_json_get_object (detail, "args") : NULL;
  g_autoptr (JsonObject) none = json_object_new ();
  QdJob *self;

  if (detail == NULL)
    detail = none;
  self = job_alloc (hub, last->job, qd_json_get_string (detail, "connection", ""), qd_json_get_string (detail, "verb", ""));
  self->summary = g_strdup (qd_json_get_string (detail, "summary", last->job));
  self->reason = g_strdup (qd_json_get_string (detail, "reason", NULL));
  self->server_job = g_strdup (qd_json_get_string (detail, "server_job", NULL));
  self->started_at = first->at_us;
  if (args)
    json_object_foreach_member (args, copy_member, self->args);
  for (guint i = 0; i < entries->len; i++)
    {
      QdJournalEntry *entry = g_ptr_array_index (entries, i);

      add_step (self, entry->step, i + 1 < entries->len ? "succeeded" : entry->state, NULL);
    }
  return self;
}

QdJob *
qd_job_new_resumed (QdHub *hub, GPtrArray *entries)
{
  QdJob *self = job_from_journal (hub, entries);

  if (self->server_job == NULL || qd_hub_get_driver (hub, self->connection) == NULL)
    {
      qd_job_unref (self);
      return NULL;
    }
  self->resumed = TRUE;
  return self;
}

void
qd_job_tell_interrupted (QdHub *hub, GPtrArray *entries)
{
  g_autoptr (QdJob) self = job_from_journal (hub, entries);
  QdStore *store = qd_hub_get_store (hub);
  g_autofree char *detail = NULL;

  if (self->server_job)
    self->error = g_strdup_printf (_("interrupted: Quarterdeck ended while the server worked on this as job %s: "
                                     "look there for how it ended"), self->server_job);
  else
    self->error = g_strdup (_("interrupted: Quarterdeck ended before the server had answered: look whether it was "
                              "done before you do it again"));
  self->state = "failed";
  end_step (self, "failed", self->error);
  show (self);
  detail = dup_journal_detail (self);
  if (store)
    qd_store_journal_async (store, self->id, "end", "interrupted", detail, NULL, NULL, NULL);
}

QdJob *
qd_job_ref (QdJob *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_job_unref (QdJob *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  give_back (self, NULL, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
  g_free (self->id);
  g_free (self->connection);
  g_free (self->verb);
  g_free (self->summary);
  g_free (self->reason);
  g_free (self->server_job);
  g_free (self->error);
  json_object_unref (self->args);
  json_array_unref (self->steps);
  g_object_unref (self->sending);
  dex_clear (&self->cancelled);
  dex_clear (&self->woken);
  dex_clear (&self->password);
  g_free (self);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  qd_job_cancel (user_data);
}

void
qd_job_start (QdJob *self)
{
  GCancellable *cancellable = self->task ? g_task_get_cancellable (self->task) : NULL;

  show (self);
  if (cancellable)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
  self->state = "running";
  dex_future_disown (dex_scheduler_spawn (NULL, 0, job_fiber, qd_job_ref (self), (GDestroyNotify) qd_job_unref));
}

static void
cancel_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (answer || has_ended (self->state))
    return;
  g_set_str (&self->error, error->message);
  show (self);
}

/* TRUE when the server has been asked to stop it: then its job says how that ended. */
static gboolean
ask_server_to_cancel (QdJob *self)
{
  QdDriver *driver = qd_hub_get_driver (self->hub, self->connection);
  g_autoptr (JsonObject) args = NULL;
  g_autofree char *key = NULL;

  if (driver == NULL || self->server_job == NULL || self->cancel_asked)
    return FALSE;
  self->cancel_asked = TRUE;
  args = json_object_new ();
  key = g_uuid_string_random ();
  json_object_set_string_member (args, "id", self->server_job);
  json_object_set_string_member (args, "idempotency_key", key);
  qd_driver_command_async (driver, "job.cancel", args, NULL, cancel_sent_cb, qd_job_ref (self));
  return TRUE;
}

/* Before the server has answered: lets go, and what it still answers is dropped. After: asks it to
 * stop, and goes on following; a second time lets go. */
void
qd_job_cancel (QdJob *self)
{
  if (is_cancelled (self) || has_ended (self->state) || ask_server_to_cancel (self))
    return;
  dex_promise_reject (self->cancelled, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
  g_cancellable_cancel (self->sending);
}

void
qd_job_confirm (QdJob *self, const char *password)
{
  g_autoptr (DexPromise) waiting = self->password ? dex_ref (self->password) : NULL;

  if (waiting && dex_future_is_pending (DEX_FUTURE (waiting)))
    dex_promise_resolve_string (waiting, g_strdup (password));
}

void
qd_job_abandon (QdJob *self)
{
  if (self->hub && !has_ended (self->state))
    {
      self->hub = NULL;
      dex_promise_reject (self->cancelled, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
      g_cancellable_cancel (self->sending);
    }
  self->hub = NULL;
}

void
qd_job_wake (QdJob *self)
{
  g_autoptr (DexPromise) woken = g_steal_pointer (&self->woken);

  if (woken)
    dex_promise_resolve_boolean (woken, TRUE);
}

const char *
qd_job_get_id (QdJob *self)
{
  return self->id;
}
