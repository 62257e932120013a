/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-audit-private.h"
#include "qd-hub-private.h"
#include "qd-json.h"

#define MAX_TRIES 4
#define RETRY_FIRST_MS 300
/* How long the server may be silent about a job before it is asked again, and how often. */
#define ASK_AGAIN_MS 5000
#define MAX_SILENT_ASKS 6

/* What is sent: the job's one command, or one of its work. */
typedef struct { const char *verb; JsonObject *args; gboolean repeatable; guint attempts; } Sending;

/* --- Sending --------------------------------------------------------------------------------- */

void
qd_job_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
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
  /* What the server tells of it later carries the same id. */
  if (args && !json_object_has_member (args, "request_id"))
    json_object_set_string_member (args, "request_id", self->id);
  promise = dex_promise_new ();
  qd_driver_command_async (driver, verb, args, self->sending, qd_job_answered_cb, dex_ref (promise));
  if (!await_or_cancel (self, dex_ref (promise), error))
    return NULL;
  value = dex_future_get_value (DEX_FUTURE (promise), error);
  return value ? g_value_dup_boxed (value) : NULL;
}

gboolean
qd_job_is_cancelled (QdJob *self)
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
send_command (QdJob *self, Sending *what, GError **error)
{
  for (guint attempt = 1; !qd_job_is_cancelled (self); attempt++)
    {
      g_autoptr (GError) cause = NULL;
      JsonNode *answer = send_once (self, what->verb, what->args, &cause);

      what->attempts++;
      if (answer)
        return answer;
      if (!what->repeatable || attempt == MAX_TRIES ||
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
  return qd_job_is_cancelled (self) ? NULL : g_steal_pointer (&password);
}

static gboolean
send_password (QdJob *self, const char *password, GError **error)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) cause = NULL;

  json_object_set_string_member (args, "password", password);
  answer = send_once (self, "auth.step-up", args, &cause);
  qd_job_audit_step (self, "auth.step-up", NULL, NULL, NULL, answer ? "succeeded" : "refused", cause ? cause->message : NULL);
  if (cause)
    g_propagate_error (error, g_steal_pointer (&cause));
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

      qd_job_add_step (self, _("Confirm who you are"), "waiting", NULL);
      qd_job_show (self);
      password = await_password (self, wrong);
      if (password == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled: your password was not confirmed, nothing was changed"));
          return FALSE;
        }
      if (send_password (self, password, &cause))
        break;
      if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || qd_job_is_cancelled (self))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      qd_job_end_step (self, "failed", cause->message);
      g_set_str (&wrong, cause->message);
    }
  qd_job_end_step (self, "succeeded", NULL);
  self->state = "running";
  return TRUE;
}

/* A command's step ends there, and it is sent in another; a step of work goes on. */
static gboolean
confirm_within (QdJob *self, const GError *cause, GError **error)
{
  guint step = self->step;
  gboolean done;

  if (self->work.run == NULL)
    qd_job_end_step (self, "failed", cause->message);
  done = confirm (self, error);
  if (self->work.run)
    self->step = step;
  return done;
}

/* Sends it; where the server wants to be sure that it is still us, and somebody is there to be asked,
 * again once that is confirmed. The same key goes with it: what was refused was not done. */
static JsonNode *
send_confirmed (QdJob *self, Sending *what, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      JsonNode *answer;

      if (self->work.run == NULL)
        {
          qd_job_add_step (self, _("Send to the server"), "running", NULL);
          qd_job_show (self);
        }
      answer = send_command (self, what, &cause);
      if (answer)
        return answer;
      if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP) || qd_job_is_cancelled (self) ||
          !qd_hub_can_ask_password (self->hub))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      if (!confirm_within (self, cause, error))
        return NULL;
    }
}

JsonNode *
qd_job_send (QdJob *self, const char *verb, JsonObject *args, gboolean repeatable, guint *attempts, GError **error)
{
  Sending what = { verb, args, repeatable, 0 };
  JsonNode *answer = send_confirmed (self, &what, error);

  if (attempts)
    *attempts = what.attempts;
  return answer;
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
  self->step = MAX (json_array_get_length (array), 1) - 1;
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
    qd_job_show (self);
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

  while (!qd_job_is_cancelled (self) && qd_hub_get_driver (self->hub, self->connection))
    {
      QdEntity *theirs = qd_fleet_lookup (qd_hub_get_fleet (self->hub), self->connection, QD_KIND_JOB, self->server_job);
      const char *end = theirs ? look_at (self, theirs) : NULL;

      if (end)
        return end;
      if (wait_for_news (self) || qd_job_is_cancelled (self) || !is_live (self))
        continue;
      if (theirs == NULL && ++silent == MAX_SILENT_ASKS)
        break;
      ask_again (self);
    }
  if (qd_job_is_cancelled (self))
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
  qd_job_show (self);
  qd_job_journal (self, "end", end);
  qd_job_audit (self, qd_audit_outcome (end, error));
  if (self->journal_lost || self->audit_lost)
    qd_job_show (self);
  if (self->work.ended)
    self->work.ended (self, self->work_data, error);
  give_back (self, answer, error);
  if (self->hub)
    qd_hub_job_ended (self->hub, self->id);
}

static void
fail (QdJob *self, GError *error)
{
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  qd_job_end_step (self, cancelled ? "cancelled" : "failed", error->message);
  finish (self, cancelled ? "cancelled" : "failed", NULL, error);
}

/* Sends it; FALSE when that was the end of it. */
static gboolean
begin (QdJob *self, JsonNode **answer)
{
  Sending what = { self->verb, self->args, self->repeatable, 0 };
  GError *error = NULL;
  JsonObject *object;

  qd_job_journal (self, "send", "running");
  qd_job_audit (self, "begun");
  *answer = send_confirmed (self, &what, &error);
  if (*answer == NULL)
    {
      fail (self, error);
      return FALSE;
    }
  qd_job_end_step (self, "succeeded", NULL);
  object = qd_json_object (*answer);
  self->server_job = object ? qd_json_dup_id (object, "job_id") : NULL;
  qd_job_show (self);
  return TRUE;
}

static DexFuture *
work_fiber (gpointer data)
{
  QdJob *self = data;
  GError *error = NULL;

  qd_job_audit (self, "begun");
  if (self->work.run (self, self->work_data, &error))
    finish (self, "succeeded", NULL, NULL);
  else
    finish (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "cancelled" : "failed", NULL, error);
  return dex_future_new_for_boolean (TRUE);
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
      qd_job_journal (self, "follow", "running");
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

QdJob *
qd_job_alloc (QdHub *hub, const char *id, const char *connection, const char *verb)
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
  QdJob *self = qd_job_alloc (hub, id, connection, capability->verb);
  g_autofree char *key = g_uuid_string_random ();

  self->summary = g_strdup (summary && *summary ? summary : _(capability->title));
  self->reason = g_strdup (reason);
  self->repeatable = capability->repeatable;
  self->task = task;
  if (args)
    json_object_foreach_member (args, qd_job_copy_member, self->args);
  if (!json_object_has_member (self->args, "idempotency_key"))
    json_object_set_string_member (self->args, "idempotency_key", key);
  if (reason)
    json_object_set_string_member (self->args, "reason", reason);
  return self;
}

QdJob *
qd_job_new_work (QdHub *hub, const char *id, const char *connection, const QdCapability *capability, const char *summary,
                 const char *reason, const QdJobWork *work, gpointer data)
{
  QdJob *self = qd_job_alloc (hub, id, connection, capability->verb);

  self->summary = g_strdup (summary);
  self->reason = g_strdup (reason);
  self->work = *work;
  self->work_data = data;
  return self;
}

QdJob *
qd_job_new_resumed (QdHub *hub, GPtrArray *entries)
{
  QdJob *self = qd_job_from_journal (hub, entries);

  if (self->server_job == NULL || qd_hub_get_driver (hub, self->connection) == NULL)
    {
      qd_job_unref (self);
      return NULL;
    }
  self->resumed = TRUE;
  return self;
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
  if (self->work.free)
    self->work.free (self->work_data);
  g_free (self->id);
  g_free (self->connection);
  g_free (self->verb);
  g_free (self->summary);
  g_free (self->reason);
  g_free (self->server_job);
  g_free (self->error);
  g_free (self->program);
  g_free (self->user);
  json_object_unref (self->args);
  json_array_unref (self->steps);
  g_object_unref (self->sending);
  qd_audit_subject_clear (&self->subject);
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

  qd_job_show (self);
  if (cancellable)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);
  self->state = "running";
  dex_future_disown (dex_scheduler_spawn (NULL, 0, self->work.run ? work_fiber : job_fiber, qd_job_ref (self), (GDestroyNotify) qd_job_unref));
}

static void
cancel_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (answer || qd_job_has_ended (self->state))
    return;
  g_set_str (&self->error, error->message);
  qd_job_show (self);
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

/* Work ends after its step; who was asked for a password need not answer. */
static gboolean
stop_work (QdJob *self)
{
  g_autoptr (DexPromise) waiting = self->password ? dex_ref (self->password) : NULL;

  if (self->work.run == NULL)
    return FALSE;
  self->stop_asked = TRUE;
  if (waiting && dex_future_is_pending (DEX_FUTURE (waiting)))
    dex_promise_reject (waiting, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
  return TRUE;
}

gboolean
qd_job_is_stopping (QdJob *self)
{
  return self->stop_asked || qd_job_is_cancelled (self);
}

/* Before the server has answered: lets go, and what it still answers is dropped. After: asks it to
 * stop, and goes on following; a second time lets go. */
void
qd_job_cancel (QdJob *self)
{
  if (qd_job_is_cancelled (self) || qd_job_has_ended (self->state) || stop_work (self) || ask_server_to_cancel (self))
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
  if (self->hub && !qd_job_has_ended (self->state))
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

const char *
qd_job_get_connection (QdJob *self)
{
  return self->connection;
}
