/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-policy-apply.h"

#include <glib/gi18n-lib.h>

#include "qd-audit-private.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-job-return.h"
#include "qd-json.h"
#include "qd-policy-ask-private.h"
#include "qd-policy-object.h"

/* How many of the server's words a message has. */
#define MAX_REMARKS 5

typedef struct {
  QdJobReturn given;
  QdRemotes *remotes;
  QdPolicyApplied *applied;
} Apply;

static QdAppliedStep *
step_at (Apply *self, guint nth)
{
  return g_ptr_array_index (self->applied->steps, nth);
}

static char *
name_of (const QdAppliedStep *step)
{
  switch (step->kind)
    {
    case QD_PLAN_CREATE:
      return g_strdup_printf (_("Create %s"), step->key);
    case QD_PLAN_UPDATE:
      return g_strdup_printf (_("Change %s"), step->key);
    case QD_PLAN_DELETE:
      return g_strdup_printf (_("Remove %s"), step->key);
    case QD_PLAN_UNCHANGED:
    case QD_PLAN_BEHIND:
    case QD_PLAN_FOREIGN:
    case QD_PLAN_CONFLICT:
    default:
      g_return_val_if_reached (g_strdup (step->key));
    }
}

/* --- On the desk ------------------------------------------------------------------------------------------------ */

static gboolean
await_record (Apply *self, GError **error)
{
  DexPromise *promise = dex_promise_new ();

  qd_remotes_save_applied_async (self->remotes, self->applied, qd_policy_saved_cb, dex_ref (promise));
  return dex_await (DEX_FUTURE (promise), error);
}

/* The journal knows it too: a disk that is full now does not stop what has begun. */
static void
await_news (Apply *self, guint nth)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GError) error = NULL;

  qd_remotes_note_applied_async (self->remotes, self->applied, nth, qd_policy_saved_cb, dex_ref (promise));
  if (!dex_await (DEX_FUTURE (promise), &error))
    g_message ("What became of a step is not on the disk: %s", error->message);
}

static void
await_end (Apply *self, QdJob *job)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GError) error = NULL;

  self->applied->ended = TRUE;
  qd_remotes_end_applied_async (self->remotes, self->applied, qd_policy_saved_cb, dex_ref (promise));
  if (dex_await (DEX_FUTURE (promise), &error))
    return;
  g_message ("What job %s did could not be noted: %s", self->applied->job, error->message);
  qd_job_add_step (job, _("Remember what was applied"), "failed", error->message);
}

/* --- Asking first --------------------------------------------------------------------------------------------------- */

static JsonNode *
send_in_job (gpointer data, const char *verb, JsonObject *args, GError **error)
{
  if (!qd_job_is_stopping (data))
    return qd_job_send (data, verb, args, TRUE, NULL, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled: nothing was changed"));
  return NULL;
}

/* What the server said, blockers or warnings; NULL: nothing. */
static char *
dup_remarks (GPtrArray *remarks, gboolean blockers)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < remarks->len; i++)
    {
      const QdPolicyRemark *remark = g_ptr_array_index (remarks, i);

      if (remark->blocker != blockers || n++ >= MAX_REMARKS)
        continue;
      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", remark->key, remark->text);
    }
  if (n > MAX_REMARKS)
    g_string_append_printf (text, ngettext ("\nand %u more", "\nand %u more", n - MAX_REMARKS), n - MAX_REMARKS);
  return g_string_free (text, n == 0);
}

/* That somebody was quicker is the more telling one. */
static int
code_of (GPtrArray *remarks)
{
  for (guint i = 0; i < remarks->len; i++)
    if (g_str_equal (((QdPolicyRemark *) g_ptr_array_index (remarks, i))->code, "conflict"))
      return QD_DRIVER_ERROR_CONFLICT;
  return QD_DRIVER_ERROR_INVALID;
}

static gboolean
ask_first (Apply *self, QdJob *job, GError **error)
{
  g_autoptr (GPtrArray) remarks = NULL;
  g_autofree char *blockers = NULL, *warnings = NULL;

  qd_job_begin_step (job, 0);
  qd_job_show (job);
  remarks = qd_policy_preflight (self->applied, send_in_job, job, error);
  if (remarks == NULL)
    return FALSE;
  blockers = dup_remarks (remarks, TRUE);
  warnings = dup_remarks (remarks, FALSE);
  if (blockers)
    {
      g_set_error (error, QD_DRIVER_ERROR, code_of (remarks), _("Nothing was changed. The server would refuse this: %s"), blockers);
      return FALSE;
    }
  qd_job_end_step (job, "succeeded", warnings);
  return TRUE;
}

/* --- One step ------------------------------------------------------------------------------------------------------------ */

static void
take_answer (QdAppliedStep *step, JsonNode *answer)
{
  JsonObject *object = qd_json_object (answer);

  if (step->kind == QD_PLAN_DELETE || object == NULL)
    return;
  g_free (step->revision);
  step->revision = qd_json_dup_id (object, "revision");
  g_set_str (&step->id, qd_json_get_string (object, "id", step->id));
}

/* Where an answer was lost on its way, what was done is found when it is asked for again. */
static gboolean
was_done (QdAppliedStep *step, const GError *error, guint attempts)
{
  JsonNode *current = qd_driver_error_get_current (error);
  JsonObject *object = current ? qd_json_object (current) : NULL;
  g_auto (GStrv) keeps = object ? qd_policy_theirs_dup_keeps (object) : NULL;
  g_autoptr (JsonNode) there = NULL;

  if (attempts < 2)
    return FALSE;
  if (step->kind == QD_PLAN_DELETE)
    return g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  if (step->kind != QD_PLAN_UPDATE || object == NULL || !json_object_has_member (object, "object"))
    return FALSE;
  there = qd_policy_object_lend (json_object_get_member (object, "object"), step->after, (const char *const *) keeps);
  if (!qd_policy_object_equal (there, step->after))
    return FALSE;
  take_answer (step, current);
  return TRUE;
}

/* Whether a server that did not answer may have done it all the same. */
static gboolean
is_open (const GError *error)
{
  return g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gboolean
carry_out (Apply *self, QdJob *job, guint nth, GError **error)
{
  QdAppliedStep *step = step_at (self, nth);
  const char *verb;
  g_autoptr (JsonObject) args = qd_policy_step_args (self->applied, nth, FALSE, &verb);
  g_autoptr (GError) cause = NULL;
  guint attempts = 0;
  g_autoptr (JsonNode) answer = qd_job_send (job, verb, args, TRUE, &attempts, &cause);

  if (answer)
    take_answer (step, answer);
  if (answer || was_done (step, cause, attempts))
    {
      step->state = QD_APPLIED_DONE;
      return TRUE;
    }
  /* Who did not give the password sent nothing that was done. */
  step->state = is_open (cause) && attempts > 0 && !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? QD_APPLIED_UNDER_WAY
                                                                                                             : QD_APPLIED_FAILED;
  g_set_str (&step->error, cause->message);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
do_step (Apply *self, QdJob *job, guint nth, GError **error)
{
  QdAppliedStep *step = step_at (self, nth);
  g_autofree char *name = name_of (step);
  gboolean done;

  qd_job_begin_step (job, nth + 1);
  qd_job_journal (job, name, "running");
  step->state = QD_APPLIED_UNDER_WAY;
  await_news (self, nth);
  qd_job_show_soon (job);
  done = carry_out (self, job, nth, error);
  if (qd_job_is_cancelled (job))
    return FALSE;
  await_news (self, nth);
  qd_job_audit_step (job, step->kind == QD_PLAN_DELETE ? "policy.delete" : "policy.put", step->key, step->before, step->after,
                     done ? "succeeded" : qd_audit_outcome ("failed", error ? *error : NULL), step->error);
  qd_job_journal (job, name, done ? QD_JOB_STEP_DONE : QD_JOB_STEP_REFUSED);
  qd_job_end_step (job, done ? "succeeded" : "failed", step->error);
  job->progress = (nth + 1.0) / (self->applied->steps->len + 1.0);
  qd_job_show_soon (job);
  return done;
}

/* --- All of it --------------------------------------------------------------------------------------------------------------- */

static void
begin (Apply *self, QdJob *job)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  g_strv_builder_add (names, _("Ask the server what it would do"));
  for (guint i = 0; i < self->applied->steps->len; i++)
    g_strv_builder_take (names, name_of (step_at (self, i)));
  all = g_strv_builder_end (names);
  qd_job_plan_steps (job, (const char *const *) all);
}

static void
add_outcome (Apply *self, GError *error)
{
  g_autofree char *sentence = qd_policy_applied_to_sentence (self->applied);
  g_autofree char *message = NULL;

  if (qd_policy_applied_can_revert (self->applied))
    message = g_strdup_printf (_("%s. %s: compare with the server again to go on, or take back what was done"), error->message, sentence);
  else
    message = g_strdup_printf (_("%s. %s"), error->message, sentence);
  g_set_str (&error->message, message);
}

static gboolean
change (Apply *self, QdJob *job, GError **error)
{
  g_autoptr (GError) cause = NULL;

  for (guint i = 0; i < self->applied->steps->len && cause == NULL; i++)
    {
      if (qd_job_is_stopping (job))
        g_set_error (&cause, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
      else if (!do_step (self, job, i, &cause) && cause)
        g_prefix_error (&cause, "%s: ", step_at (self, i)->key);
    }
  if (qd_job_is_cancelled (job))
    {
      /* The program ends: the record says how far it came. */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
      return FALSE;
    }
  qd_job_close_steps (job, 1);
  await_end (self, job);
  if (cause == NULL)
    return TRUE;
  add_outcome (self, cause);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
apply_run (QdJob *job, gpointer data, GError **error)
{
  Apply *self = data;
  g_autoptr (GError) cause = NULL;

  begin (self, job);
  if (ask_first (self, job, &cause) && await_record (self, &cause))
    return change (self, job, error);
  job->step = 0;
  qd_job_end_step (job, g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "cancelled" : "failed", cause->message);
  qd_job_close_steps (job, 1);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static void
give_back (Apply *self, const GError *error)
{
  qd_job_return_give (&self->given, qd_policy_applied_copy (self->applied), (GDestroyNotify) qd_policy_applied_free, error);
}

static void
apply_ended (QdJob *job, gpointer data, const GError *error)
{
  give_back (data, error);
}

static void
apply_free (gpointer data)
{
  Apply *self = data;
  g_autoptr (GError) gone = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));

  give_back (self, gone);
  g_object_unref (self->remotes);
  qd_policy_applied_free (self->applied);
  g_free (self);
}

static char *
summary_of (QdHub *hub, QdPolicyPlan *plan)
{
  guint n = qd_policy_plan_get_n_changes (plan);
  const char *name = qd_hub_get_connection_name (hub, qd_policy_plan_get_connection (plan));

  if (qd_policy_plan_get_reverts (plan))
    return g_strdup_printf (ngettext ("Take back %u change of policies on “%s”", "Take back %u changes of policies on “%s”", n), n, name);
  return g_strdup_printf (ngettext ("Apply %u change of policies to “%s”", "Apply %u changes of policies to “%s”", n), n, name);
}

char *
qd_policy_apply_async (QdHub *hub, QdRemotes *remotes, QdPolicyPlan *plan, const char *reason, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  static const QdJobWork work = { apply_run, apply_ended, apply_free };
  const QdCapability *row = qd_capability_get (QD_POLICIES_APPLY);
  const char *connection = qd_policy_plan_get_connection (plan);
  char *id = g_uuid_string_random ();
  GTask *task = g_task_new (hub, cancellable, callback, data);
  g_autofree char *summary = NULL;
  GError *error = qd_hub_object (hub, connection, row, row->verb, NULL, reason);
  Apply *self;
  QdJob *job;

  g_task_set_source_tag (task, qd_policy_apply_async);
  if (error == NULL && qd_policy_plan_get_n_changes (plan) == 0)
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("There is nothing to apply"));
  if (error)
    {
      qd_hub_refuse (hub, task, connection, row->verb, NULL, reason, error);
      return id;
    }
  self = g_new0 (Apply, 1);
  qd_job_return_init (&self->given, task);
  self->remotes = g_object_ref (remotes);
  self->applied = qd_policy_applied_new (plan, id, reason);
  summary = summary_of (hub, plan);
  job = qd_job_new_work (hub, id, connection, row, summary, reason, &work, self);
  qd_job_return_follow (&self->given, job);
  qd_hub_take_job (hub, job);
  return id;
}

QdPolicyApplied *
qd_policy_apply_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return qd_job_return_finish (result, error);
}
