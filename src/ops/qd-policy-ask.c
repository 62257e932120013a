/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server has, and what would have to be done for it to have what the files say. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-policy-ask-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-json.h"

/* A verb, and what a worker makes of its answer. */
typedef struct { const char *verb; GTaskThreadFunc read; GDestroyNotify free; } Question;

/* One question; which of these it needs depends on it. */
typedef struct {
  GTask *task;
  const Question *question;
  QdHub *hub;
  QdRemotes *remotes;
  char *connection, *folder, *job;
  GArray *texts;             /* QdAnalysisText, whose names and bytes are its own */
  /* on a worker */
  JsonNode *answer;
  QdRemoteSet *bases;
  QdPolicyApplied *applied;
  gboolean refreshed;
} Ask;

static void
text_clear (gpointer data)
{
  QdAnalysisText *text = data;

  g_free ((char *) text->name);
  g_bytes_unref (text->mine);
}

static void
ask_free (gpointer data)
{
  Ask *self = data;

  g_object_unref (self->task);
  g_object_unref (self->hub);
  g_clear_object (&self->remotes);
  g_free (self->connection);
  g_free (self->folder);
  g_free (self->job);
  g_clear_pointer (&self->texts, g_array_unref);
  g_clear_pointer (&self->answer, json_node_unref);
  g_clear_pointer (&self->bases, qd_remote_set_free);
  g_clear_pointer (&self->applied, qd_policy_applied_free);
  g_free (self);
}

static Ask *
ask_new (QdHub *hub, QdRemotes *remotes, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data,
         gpointer tag)
{
  Ask *self = g_new0 (Ask, 1);

  self->task = g_task_new (hub, cancellable, callback, data);
  g_task_set_source_tag (self->task, tag);
  self->hub = g_object_ref (hub);
  self->remotes = remotes ? g_object_ref (remotes) : NULL;
  self->connection = g_strdup (connection);
  return self;
}

static void
spawn (Ask *self, DexFiberFunc fiber)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, fiber, self, ask_free));
}

/* --- Waiting, in a fiber --------------------------------------------------------------------------------------- */

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  JsonNode *node = qd_hub_run_finish (QD_HUB (source), result, &error);

  if (node)
    dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, node);
  else
    dex_promise_reject (promise, error);
}

static gboolean
await_answer (Ask *self, const char *verb, GError **error)
{
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autofree char *id = qd_hub_run (self->hub, self->connection, verb, NULL, NULL, NULL, g_task_get_cancellable (self->task), asked_cb,
                                    dex_ref (promise));

  if (!dex_await (dex_ref (promise), error))
    return FALSE;
  self->answer = g_value_dup_boxed (dex_future_get_value (DEX_FUTURE (promise), NULL));
  return TRUE;
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;

  dex_promise_resolve_boolean (promise, TRUE);
}

/* @func returns a pointer by its task; it may use @self, which waits. Returns what it gave. */
static gpointer
await_worker (Ask *self, GTaskThreadFunc func, GError **error)
{
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autoptr (GTask) task = g_task_new (NULL, NULL, worked_cb, dex_ref (promise));

  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, func);
  dex_await (dex_ref (promise), NULL);
  return g_task_propagate_pointer (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;

  dex_promise_resolve_object (promise, g_object_ref (result));
}

/* The result of one of the remotes' questions, to be finished. */
static GAsyncResult *
await_result (DexPromise *promise)
{
  return dex_await_object (DEX_FUTURE (promise), NULL);
}

void
qd_policy_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, error);
}

static gboolean
await_bases (Ask *self, GError **error)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GAsyncResult) result = NULL;

  qd_remotes_load_async (self->remotes, self->folder, self->connection, NULL, loaded_cb, dex_ref (promise));
  result = await_result (promise);
  self->bases = qd_remotes_load_finish (self->remotes, result, error);
  return self->bases != NULL;
}

static void
give (Ask *self, gpointer value, GDestroyNotify free, GError *error)
{
  if (value)
    g_task_return_pointer (self->task, value, free);
  else
    g_task_return_error (self->task, error);
}

/* --- Lists --------------------------------------------------------------------------------------------------------- */

static void
list_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Ask *self = data;
  GError *error = NULL;
  guint n_odd;
  GPtrArray *theirs = qd_policy_theirs_from_json (self->answer, &n_odd, &error);

  if (theirs && n_odd > 0)
    g_message ("%u of the policies of a server cannot be read and are left out", n_odd);
  if (theirs)
    g_task_return_pointer (task, theirs, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static DexFuture *
question_fiber (gpointer data)
{
  Ask *self = data;
  GError *error = NULL;
  gpointer value = await_answer (self, self->question->verb, &error) ? await_worker (self, self->question->read, &error) : NULL;

  give (self, value, self->question->free, error);
  return dex_future_new_for_boolean (TRUE);
}

static void
put_question (const Question *question, QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer data, gpointer tag)
{
  Ask *self = ask_new (hub, NULL, connection, cancellable, callback, data, tag);

  self->question = question;
  spawn (self, question_fiber);
}

void
qd_policy_list_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const Question list = { "policies.list", list_thread, (GDestroyNotify) g_ptr_array_unref };

  put_question (&list, hub, connection, cancellable, callback, data, qd_policy_list_async);
}

GPtrArray *
qd_policy_list_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
off_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Ask *self = data;
  GError *error = NULL;
  guint n_odd;
  g_autoptr (GPtrArray) theirs = qd_policy_theirs_from_json (self->answer, &n_odd, &error), off = NULL;

  g_clear_pointer (&self->answer, json_node_unref);
  if (theirs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  off = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < theirs->len; i++)
    if (!((QdPolicyTheirs *) g_ptr_array_index (theirs, i))->enabled)
      g_ptr_array_add (off, g_strdup (((QdPolicyTheirs *) g_ptr_array_index (theirs, i))->key));
  g_ptr_array_sort (off, compare_words);
  g_ptr_array_add (off, NULL);
  g_task_return_pointer (task, g_ptr_array_free (g_steal_pointer (&off), FALSE), (GDestroyNotify) g_strfreev);
}

void
qd_policy_off_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const Question off = { "policies.list", off_thread, (GDestroyNotify) g_strfreev };

  put_question (&off, hub, connection, cancellable, callback, data, qd_policy_off_async);
}

GStrv
qd_policy_off_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* As kubectl prints a list of many kinds. */
static void
workloads_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Ask *self = data;
  JsonArray *items = qd_json_list (self->answer, "workloads");
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *list = json_object_new ();
  char *text;

  json_node_take_object (root, list);
  if (items == NULL)
    {
      g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("The server’s answer is no list of workloads"));
      return;
    }
  json_object_set_string_member (list, "apiVersion", "v1");
  json_object_set_string_member (list, "kind", "List");
  json_object_set_array_member (list, "items", json_array_ref (items));
  text = qd_json_to_text (root, TRUE);
  /* Thousands of workloads taken apart on the main thread would be a stall. */
  g_clear_pointer (&self->answer, json_node_unref);
  g_task_return_pointer (task, g_bytes_new_take (text, strlen (text)), (GDestroyNotify) g_bytes_unref);
}

void
qd_policy_workloads_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const Question workloads = { "workloads.list", workloads_thread, (GDestroyNotify) g_bytes_unref };

  put_question (&workloads, hub, connection, cancellable, callback, data, qd_policy_workloads_async);
}

GBytes *
qd_policy_workloads_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Plans --------------------------------------------------------------------------------------------------------------- */

static void
plan_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Ask *self = data;
  GError *error = NULL;
  guint n_odd;
  g_autoptr (GPtrArray) theirs = qd_policy_theirs_from_json (self->answer, &n_odd, &error);
  QdPolicyPlan *plan;

  if (theirs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (self->applied)
    plan = qd_policy_applied_plan_back (self->applied, theirs);
  else
    {
      plan = qd_policy_plan_new ((QdAnalysisText *) self->texts->data, self->texts->len, self->bases, theirs);
      self->refreshed = qd_policy_plan_refresh_bases (plan, self->bases);
    }
  g_task_return_pointer (task, plan, (GDestroyNotify) qd_policy_plan_unref);
}

/* What jobs did that a run before this one did not end is noted in the bases, as their end would have. */
static void
await_ends (Ask *self)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) all = NULL;

  qd_remotes_list_applied_async (self->remotes, self->folder, self->connection, NULL, loaded_cb, dex_ref (promise));
  result = await_result (promise);
  all = qd_remotes_list_applied_finish (self->remotes, result, NULL);
  for (guint i = all ? all->len : 0; i-- > 0;)
    {
      const QdPolicyApplied *one = g_ptr_array_index (all, i);
      g_autoptr (GError) error = NULL;
      DexPromise *saved;

      if (one->ended || qd_hub_is_at (self->hub, one->job))
        continue;
      saved = dex_promise_new ();
      qd_remotes_end_applied_async (self->remotes, one, qd_policy_saved_cb, dex_ref (saved));
      if (!dex_await (DEX_FUTURE (saved), &error))
        g_message ("What job %s did could not be noted: %s", one->job, error->message);
    }
}

static void
await_save (Ask *self)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GError) error = NULL;

  qd_remotes_save_async (self->remotes, self->bases, qd_policy_saved_cb, dex_ref (promise));
  if (!dex_await (DEX_FUTURE (promise), &error))
    g_message ("What a server has could not be noted: %s", error->message);
}

static DexFuture *
plan_fiber (gpointer data)
{
  Ask *self = data;
  GError *error = NULL;
  QdPolicyPlan *plan = NULL;

  if (await_answer (self, "policies.list", &error))
    {
      await_ends (self);
      if (await_bases (self, &error))
        plan = await_worker (self, plan_thread, &error);
      if (self->refreshed)
        await_save (self);
    }
  give (self, plan, (GDestroyNotify) qd_policy_plan_unref, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_policy_plan_async (QdHub *hub, QdRemotes *remotes, const char *connection, const char *folder, const QdAnalysisText *texts,
                      guint n_texts, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Ask *self = ask_new (hub, remotes, connection, cancellable, callback, data, qd_policy_plan_async);

  self->folder = g_strdup (folder);
  self->texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_array_set_clear_func (self->texts, text_clear);
  for (guint i = 0; i < n_texts; i++)
    {
      const QdAnalysisText copy = { g_strdup (texts[i].name), texts[i].mine ? g_bytes_ref (texts[i].mine) : NULL, NULL };

      g_array_append_val (self->texts, copy);
    }
  spawn (self, plan_fiber);
}

QdPolicyPlan *
qd_policy_plan_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- The way back ------------------------------------------------------------------------------------------------------ */

static gboolean
await_applied (Ask *self, GError **error)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GAsyncResult) result = NULL;

  qd_remotes_load_applied_async (self->remotes, self->job, NULL, loaded_cb, dex_ref (promise));
  result = await_result (promise);
  self->applied = qd_remotes_load_applied_finish (self->remotes, result, error);
  if (self->applied == NULL)
    return FALSE;
  if (qd_hub_is_at (self->hub, self->job))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("This job is still under way: cancel it, or wait for its end"));
  else if (!qd_policy_applied_can_revert (self->applied))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("This job changed nothing: there is nothing to take back"));
  else
    return TRUE;
  return FALSE;
}

static DexFuture *
revert_fiber (gpointer data)
{
  Ask *self = data;
  GError *error = NULL;
  QdPolicyPlan *plan = NULL;

  if (await_applied (self, &error))
    {
      self->connection = g_strdup (self->applied->connection);
      if (await_answer (self, "policies.list", &error))
        plan = await_worker (self, plan_thread, &error);
    }
  give (self, plan, (GDestroyNotify) qd_policy_plan_unref, error);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_policy_revert_async (QdHub *hub, QdRemotes *remotes, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Ask *self = ask_new (hub, remotes, NULL, cancellable, callback, data, qd_policy_revert_async);

  self->job = g_strdup (job);
  spawn (self, revert_fiber);
}

QdPolicyPlan *
qd_policy_revert_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
