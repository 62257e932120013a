/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a server what it would do, before it does it. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-policy-ask-private.h"

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-json.h"
#include "qd-preflight.h"

/* --- One step as a command ------------------------------------------------------------------------------------ */

JsonObject *
qd_policy_step_args (const QdPolicyApplied *applied, guint nth, gboolean dry_run, const char **verb)
{
  const QdAppliedStep *step = g_ptr_array_index (applied->steps, nth);
  JsonObject *args = json_object_new ();
  /* The same however often it is sent, and no other step's; asking is another question than doing. */
  g_autofree char *key = g_strdup_printf ("%s/%u%s", applied->job, nth, dry_run ? "/ask" : "");

  *verb = step->kind == QD_PLAN_DELETE ? "policy.delete" : "policy.put";
  json_object_set_string_member (args, "idempotency_key", key);
  json_object_set_string_member (args, "reason", applied->reason);
  json_object_set_boolean_member (args, "dry_run", dry_run);
  if (step->after)
    json_object_set_member (args, "object", json_node_copy (step->after));
  if (step->kind == QD_PLAN_CREATE)
    {
      if (!step->enabled)
        json_object_set_boolean_member (args, "enabled", FALSE);
      return args;
    }
  json_object_set_string_member (args, "id", step->id);
  json_object_set_string_member (args, "revision", step->revision_before ? step->revision_before : "");
  return args;
}

/* --- What is said of it --------------------------------------------------------------------------------------- */

static void
remark_free (gpointer data)
{
  QdPolicyRemark *self = data;

  g_free (self->key);
  g_free (self->code);
  g_free (self->text);
  g_free (self);
}

static void
add_remark (GPtrArray *remarks, const char *key, gboolean blocker, const char *code, const char *text)
{
  QdPolicyRemark *remark = g_new (QdPolicyRemark, 1);

  *remark = (QdPolicyRemark) { g_strdup (key), blocker, g_strdup (code), g_strdup (text) };
  g_ptr_array_add (remarks, remark);
}

/* What is lost of a policy is said when it is applied first, or when there is more of it. */
static gboolean
is_told (const QdAppliedStep *step, const char *code)
{
  static const char *const lost[] = { "labels", "annotations", "metadata", NULL };

  return step->told && g_strv_contains (lost, code);
}

/* They are objects with a code and a detail, or only sentences. @step: NULL where the question was about one command alone. */
static void
take_remarks (GPtrArray *remarks, const QdAppliedStep *step, JsonObject *answer, const char *member, gboolean blocker)
{
  JsonArray *array = answer ? qd_json_get_array (answer, member) : NULL;
  const char *key = step ? step->key : NULL;

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = qd_json_object (node);

      if (object && !blocker && step && is_told (step, qd_json_get_string (object, "code", "")))
        continue;
      if (object)
        add_remark (remarks, key, blocker, qd_json_get_string (object, "code", ""), qd_json_get_string (object, "detail", qd_json_get_string (object, "code", "")));
      else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        add_remark (remarks, key, blocker, "", json_node_get_string (node));
    }
}

/* A refusal of the question is the answer to it. FALSE: it is about something else than the step. */
static gboolean
take_refusal (GPtrArray *remarks, const char *key, const GError *error)
{
  static const struct { int code; const char *word; } refusals[] = {
    { QD_DRIVER_ERROR_INVALID, "invalid" }, { QD_DRIVER_ERROR_CONFLICT, "conflict" }, { QD_DRIVER_ERROR_MISSING, "missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (g_error_matches (error, QD_DRIVER_ERROR, refusals[i].code))
      {
        add_remark (remarks, key, TRUE, refusals[i].word, error->message);
        return TRUE;
      }
  return FALSE;
}

GPtrArray *
qd_policy_preflight (const QdPolicyApplied *applied, QdPolicySend send, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) remarks = g_ptr_array_new_with_free_func (remark_free);

  for (guint i = 0; i < applied->steps->len; i++)
    {
      const QdAppliedStep *step = g_ptr_array_index (applied->steps, i);
      const char *key = step->key, *verb;
      g_autoptr (JsonObject) args = qd_policy_step_args (applied, i, TRUE, &verb);
      g_autoptr (GError) cause = NULL;
      g_autoptr (JsonNode) answer = send (data, verb, args, &cause);

      if (answer)
        {
          take_remarks (remarks, step, qd_json_object (answer), "blockers", TRUE);
          take_remarks (remarks, step, qd_json_object (answer), "warnings", FALSE);
        }
      else if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED))
        {
          add_remark (remarks, key, FALSE, "no-preflight", _("This server cannot be asked beforehand what a change would do"));
          break;
        }
      else if (!take_refusal (remarks, key, cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
    }
  return g_steal_pointer (&remarks);
}

/* --- Outside of a job --------------------------------------------------------------------------------------------- */

typedef struct { GTask *task; QdHub *hub; QdPolicyApplied *applied; } Preflight;

static void
preflight_free (gpointer data)
{
  Preflight *self = data;

  g_object_unref (self->task);
  g_object_unref (self->hub);
  qd_policy_applied_free (self->applied);
  g_free (self);
}

/* Nothing is changed by it, so it is no job. */
static JsonNode *
send_plain (gpointer data, const char *verb, JsonObject *args, GError **error)
{
  Preflight *self = data;
  QdDriver *driver = qd_hub_get_driver (self->hub, self->applied->connection);
  g_autoptr (DexPromise) promise = NULL;
  const GValue *value;

  if (driver == NULL)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, _("The connection has been removed: add it again to do this"));
      return NULL;
    }
  promise = dex_promise_new ();
  qd_driver_command_async (driver, verb, args, g_task_get_cancellable (self->task), qd_job_answered_cb, dex_ref (promise));
  if (!dex_await (dex_ref (promise), error))
    return NULL;
  value = dex_future_get_value (DEX_FUTURE (promise), error);
  return value ? g_value_dup_boxed (value) : NULL;
}

static DexFuture *
preflight_fiber (gpointer data)
{
  Preflight *self = data;
  GError *error = NULL;
  GPtrArray *remarks = qd_policy_preflight (self->applied, send_plain, self, &error);

  if (remarks)
    g_task_return_pointer (self->task, remarks, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (self->task, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_policy_preflight_async (QdHub *hub, QdPolicyPlan *plan, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  const QdCapability *row = qd_capability_get (QD_POLICIES_APPLY);
  g_autofree char *id = g_uuid_string_random ();
  GTask *task = g_task_new (hub, cancellable, callback, data);
  Preflight *self;
  GError *error;

  g_task_set_source_tag (task, qd_policy_preflight_async);
  error = qd_hub_object (hub, qd_policy_plan_get_connection (plan), row, row->verb, NULL, "preflight");
  if (error)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self = g_new (Preflight, 1);
  *self = (Preflight) { task, g_object_ref (hub), qd_policy_applied_new (plan, id, "preflight") };
  dex_future_disown (dex_scheduler_spawn (NULL, 0, preflight_fiber, self, preflight_free));
}

GPtrArray *
qd_policy_preflight_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- One command ------------------------------------------------------------------------------------------------------ */

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GPtrArray) remarks = g_ptr_array_new_with_free_func (remark_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (answer)
    {
      take_remarks (remarks, NULL, qd_json_object (answer), "blockers", TRUE);
      take_remarks (remarks, NULL, qd_json_object (answer), "warnings", FALSE);
    }
  /* Where a password is wanted first, the job itself asks for it. */
  if (answer || g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED) ||
      g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP) || take_refusal (remarks, NULL, error))
    g_task_return_pointer (task, g_steal_pointer (&remarks), (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  json_object_set_member (data, name, json_node_copy (node));
}

void
qd_preflight_async (QdHub *hub, const char *connection, const char *verb, JsonObject *args, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (hub, cancellable, callback, data);
  g_autoptr (JsonObject) question = json_object_new ();
  GError *error = qd_hub_object (hub, connection, qd_capability_get (verb), verb, args, "preflight");
  QdDriver *driver = error ? NULL : qd_hub_get_driver (hub, connection);

  g_task_set_source_tag (task, qd_preflight_async);
  if (driver == NULL && error == NULL)
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, _("The connection has been removed: add it again to do this"));
  if (error)
    {
      g_task_return_error (task, error);
      return;
    }
  json_object_foreach_member (args, copy_member, question);
  /* Asking is another question than doing. */
  json_object_remove_member (question, "idempotency_key");
  json_object_set_boolean_member (question, "dry_run", TRUE);
  qd_driver_command_async (driver, verb, question, cancellable, answered_cb, g_steal_pointer (&task));
}

GPtrArray *
qd_preflight_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
