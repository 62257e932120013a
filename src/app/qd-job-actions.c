/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-job-actions.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-display.h"
#include "qd-json.h"

gboolean
qd_job_action_is_shared (QdEntity *job)
{
  return g_strcmp0 (qd_entity_get_string (job, QD_JOB_KIND), QD_TENANT_MIGRATE) == 0 &&
         !g_str_equal (qd_entity_get_connection (job), QD_HUB_LOCAL);
}

/* --- What a job says of itself --------------------------------------------------------------------- */

static JsonNode *
dup_extra (QdEntity *job)
{
  const char *text = qd_entity_get_string (job, QD_FIELD_EXTRA);
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "extra", NULL) : NULL;

  return node && qd_json_object (node) ? g_steal_pointer (&node) : NULL;
}

static char *
dup_member (QdEntity *job, const char *name)
{
  g_autoptr (JsonNode) extra = dup_extra (job);

  return extra ? g_strdup (qd_json_get_string (qd_json_object (extra), name, NULL)) : NULL;
}

gboolean
qd_job_action_is_left (QdEntity *job)
{
  return qd_job_action_is_shared (job) && g_strcmp0 (qd_entity_get_string (job, QD_JOB_STATE), "waiting") == 0;
}

gboolean
qd_job_action_was_begun (QdEntity *job)
{
  g_autoptr (JsonNode) extra = dup_extra (job);
  gint64 attempt;

  return extra == NULL || !qd_json_get_int (qd_json_object (extra), "attempt", &attempt) || attempt > 0;
}

char *
qd_job_action_dup_desk (QdEntity *job)
{
  char *desk = dup_member (job, "desk");

  return desk ? desk : g_strdup ("?");
}

char *
qd_job_action_dup_news (QdEntity *job)
{
  const char *text = qd_entity_get_string (job, QD_FIELD_EXTRA);

  /* Of the many jobs that there are next to none has any. */
  return text && strstr (text, "\"news\"") ? dup_member (job, "news") : NULL;
}

/* --- What cancelling does ---------------------------------------------------------------------------- */

gboolean
qd_job_action_is_over (QdEntity *job)
{
  const char *state = qd_entity_get_string (job, QD_JOB_STATE);

  return g_strcmp0 (state, "succeeded") == 0 || g_strcmp0 (state, "failed") == 0 || g_strcmp0 (state, "cancelled") == 0;
}

static char *
describe_shared (QdEntity *job)
{
  g_autoptr (JsonNode) extra = dup_extra (job);
  JsonObject *object = extra ? qd_json_object (extra) : NULL, *plan = object ? qd_json_get_object (object, "plan") : NULL;
  const char *tenant = plan ? qd_json_get_string (plan, "tenant", NULL) : NULL, *from = plan ? qd_json_get_string (plan, "from", NULL) : NULL;
  const char *desk = object ? qd_json_get_string (object, "desk", NULL) : NULL;
  g_autofree char *here = g_strdup_printf ("%s@%s", g_get_user_name (), g_get_host_name ());

  if (tenant == NULL || from == NULL)
    return NULL;
  if (!qd_job_action_was_begun (job))
    return g_strdup_printf (_("Cancelled, it does not begin: %s stays on %s"), tenant, from);
  if (g_strcmp0 (qd_json_get_string (object, "step", NULL), "back") == 0 && !qd_job_action_is_over (job))
    return g_strdup_printf (_("It goes back already: %s is on %s again in the end"), tenant, from);
  if (qd_job_action_is_left (job) || qd_job_action_is_over (job))
    return g_strdup_printf (_("Cancelled, the step that it stopped in is undone, and those before it: %s is on %s again in the end"), tenant, from);
  if (g_strcmp0 (desk, here) == 0)
    return g_strdup_printf (_("Cancelled, the step under way is undone, and those before it: %s is on %s again in the end"), tenant, from);
  return g_strdup_printf (_("%s works on it, and is asked: the step under way is undone then, and those before it; %s is on %s again in the end"),
                          desk ? desk : "?", tenant, from);
}

char *
qd_job_action_describe_cancel (QdEntity *job)
{
  const char *state = qd_entity_get_string (job, QD_JOB_STATE), *kind = qd_entity_get_string (job, QD_JOB_KIND);
  gboolean shared = qd_job_action_is_shared (job);

  if (qd_job_action_is_over (job) && !(shared && g_strcmp0 (state, "failed") == 0))
    return NULL;
  if (shared)
    return describe_shared (job);
  if (!g_str_equal (qd_entity_get_connection (job), QD_HUB_LOCAL))
    return g_strdup (_("Cancelled, the server decides what becomes of the step under way"));
  if (g_strcmp0 (kind, QD_POLICIES_APPLY) == 0 || g_strcmp0 (kind, QD_PLACEMENT_SET) == 0)
    return g_strdup (_("Cancelled, the step under way is finished, and the ones after it are not begun; what is done stays"));
  return g_strdup (_("Cancelled, the server is asked to end it; what it has done by then stays"));
}

/* --- Whether it can be ------------------------------------------------------------------------------ */

/* Somebody works on it, or it has ended, or it waits for who goes on. */
static gboolean
fits (QdEntity *job, const char *verb, char **why)
{
  const char *state = qd_entity_get_string (job, QD_JOB_STATE);

  if (g_strcmp0 (state, "succeeded") == 0)
    *why = g_strdup (_("It is over"));
  else if (g_str_equal (verb, "job.retry") && g_strcmp0 (state, "running") == 0)
    *why = g_strdup (_("It is under way"));
  else if (g_str_equal (verb, "job.retry") && g_strcmp0 (state, "queued") == 0)
    *why = g_strdup (_("It waits for its turn"));
  else if (g_str_equal (verb, "job.cancel") && g_strcmp0 (state, "cancelled") == 0)
    *why = g_strdup (qd_job_action_was_begun (job) ? _("It has gone back already") : _("It was cancelled before it had begun"));
  else
    return TRUE;
  return FALSE;
}

gboolean
qd_job_action_allowed (QdSession *session, QdEntity *job, const char *verb, char **why)
{
  const char *control = qd_entity_get_string (job, QD_JOB_ACTS_ON);

  if (g_str_equal (verb, "job.revert"))
    {
      *why = g_strdup (_("Only what changed policies can be reverted from here"));
      return FALSE;
    }
  if (control == NULL)
    {
      *why = g_strdup (_("The control connection that this is about is not among the connections: add it first"));
      return FALSE;
    }
  return fits (job, verb, why) && qd_capability_allowed (qd_session_get_fleet (session), control, QD_TENANT_MIGRATE, why);
}

/* --- Doing it ----------------------------------------------------------------------------------------- */

/* What was asked for, and who is to know when nothing came of it. */
typedef struct {
  QdSession *session;
  GPtrArray *jobs;
  void (*failed) (QdEntity *job, gpointer data);
  GWeakRef data;
} Wish;

static Wish *
wish_new (QdSession *session, void (*failed) (QdEntity *job, gpointer data), GObject *data)
{
  Wish *self = g_new0 (Wish, 1);

  self->session = g_object_ref (session);
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  self->failed = failed;
  g_weak_ref_init (&self->data, data);
  return self;
}

/* Takes @self. @error: nothing was done. */
static void
wish_end (Wish *self, const GError *error)
{
  g_autoptr (GObject) data = g_weak_ref_get (&self->data);

  if (error)
    qd_session_toast (self->session, error->message);
  for (guint i = 0; error && self->failed && data && i < self->jobs->len; i++)
    self->failed (self->jobs->pdata[i], data);
  g_weak_ref_clear (&self->data);
  g_ptr_array_unref (self->jobs);
  g_object_unref (self->session);
  g_free (self);
}

static const char *
tell_cancelled (QdMigrationCancelled came_to)
{
  switch (came_to)
    {
    case QD_MIGRATION_WAS_QUEUED:
      return _("Cancelled before it had begun");
    case QD_MIGRATION_WAS_ASKED:
      return _("Who works on it was asked: the step under way is undone, and it goes back");
    case QD_MIGRATION_GOES_BACK:
      return _("The step under way is undone, and it goes back");
    case QD_MIGRATION_WENT_BACK:
      return _("It has gone back");
    case QD_MIGRATION_NOT_CANCELLED:
    default:
      return "";
    }
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Wish *wish = data;
  g_autoptr (GError) error = NULL;
  QdMigrationCancelled came_to = qd_migration_cancel_finish (QD_HUB (source), result, &error);

  if (came_to != QD_MIGRATION_NOT_CANCELLED)
    qd_session_toast (wish->session, tell_cancelled (came_to));
  wish_end (wish, error);
}

/* How it ended is seen in the job. */
static void
gone_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationOutcome) outcome = qd_migration_go_on_finish (QD_HUB (source), result, &error);

  wish_end (data, outcome ? NULL : error);
}

static void
rest_gone_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes = qd_migration_run_finish (QD_HUB (source), result, &error);

  wish_end (data, outcomes ? NULL : error);
}

/* Takes @wish, of one job. */
static void
run_one (Wish *wish, const char *verb, QdMigrationStep step)
{
  QdHub *hub = qd_session_get_hub (wish->session);
  QdEntity *job = wish->jobs->pdata[0];
  const char *nats = qd_entity_get_connection (job), *id = qd_entity_get_id (job);

  if (g_str_equal (verb, "job.cancel"))
    qd_migration_cancel_async (hub, nats, id, NULL, cancelled_cb, wish);
  else
    qd_migration_go_on_async (hub, nats, id, step, QD_MIGRATION_FORWARD, NULL, gone_on_cb, wish);
}

static void
run_single (QdSession *session, QdEntity *job, const char *verb, QdMigrationStep step, void (*failed) (QdEntity *job, gpointer data), GObject *data)
{
  Wish *wish = wish_new (session, failed, data);

  g_ptr_array_add (wish->jobs, g_object_ref (job));
  run_one (wish, verb, step);
}

void
qd_job_action_run (QdSession *session, QdEntity *job, const char *verb)
{
  run_single (session, job, verb, QD_N_MIGRATION_STEPS, NULL, NULL);
}

void
qd_job_action_go_on_from (QdSession *session, QdEntity *job, QdMigrationStep step)
{
  run_single (session, job, "job.retry", step, NULL, NULL);
}

static char *
dup_batch (QdEntity *job)
{
  g_autoptr (JsonNode) extra = dup_extra (job);
  JsonObject *batch = extra ? qd_json_get_object (qd_json_object (extra), "batch") : NULL;

  return batch ? g_strdup (qd_json_get_string (batch, "id", NULL)) : NULL;
}

/* Takes @wish, of the jobs of one batch. */
static void
run_batch (Wish *wish, const char *verb, const char *batch)
{
  QdHub *hub = qd_session_get_hub (wish->session);
  const char *nats = qd_entity_get_connection (wish->jobs->pdata[0]);

  if (g_str_equal (verb, "job.cancel"))
    qd_migration_cancel_batch_async (hub, nats, batch, NULL, cancelled_cb, wish);
  else
    qd_migration_go_on_batch_async (hub, nats, batch, NULL, rest_gone_on_cb, wish);
}

void
qd_job_action_run_all (QdSession *session, GPtrArray *jobs, const char *verb, void (*failed) (QdEntity *job, gpointer data), GObject *data)
{
  g_autoptr (GHashTable) batches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer batch, wish;

  for (guint i = 0; i < jobs->len; i++)
    {
      char *id = jobs->len > 1 ? dup_batch (jobs->pdata[i]) : NULL;
      Wish *of_batch = id ? g_hash_table_lookup (batches, id) : NULL;

      if (id && of_batch == NULL)
        g_hash_table_insert (batches, g_strdup (id), of_batch = wish_new (session, failed, data));
      if (of_batch)
        g_ptr_array_add (of_batch->jobs, g_object_ref (jobs->pdata[i]));
      else
        run_single (session, jobs->pdata[i], verb, QD_N_MIGRATION_STEPS, failed, data);
      g_free (id);
    }
  g_hash_table_iter_init (&iter, batches);
  while (g_hash_table_iter_next (&iter, &batch, &wish))
    run_batch (wish, verb, batch);
}

/* --- As text ------------------------------------------------------------------------------------------ */

char *
qd_job_action_to_text (QdEntity *job)
{
  const char *steps = qd_entity_get_string (job, QD_JOB_STEPS), *error = qd_entity_get_string (job, QD_JOB_ERROR);
  const char *reason = qd_entity_get_string (job, QD_JOB_REASON), *kind = qd_entity_get_string (job, QD_JOB_KIND);
  g_autoptr (JsonNode) node = steps ? qd_json_parse (steps, -1, "steps", NULL) : NULL;
  JsonArray *array = node ? qd_json_array (node) : NULL;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n%s: %s\n", qd_entity_get_name (job), qd_entity_get_id (job),
                          qd_display_word (qd_entity_get_string (job, QD_JOB_STATE)));
  if (kind && *kind)
    g_string_append_printf (text, "%s: %s\n", _("Kind"), kind);
  if (reason && *reason)
    g_string_append_printf (text, _("Reason: %s\n"), reason);
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (array, i));
      const char *detail = step ? qd_json_get_string (step, "detail", NULL) : NULL;

      if (step)
        g_string_append_printf (text, "  %s: %s%s%s\n", qd_display_word (qd_json_get_string (step, "state", NULL)),
                                qd_json_get_string (step, "name", ""), detail ? ": " : "", detail ? detail : "");
    }
  if (error && *error)
    g_string_append_printf (text, "%s\n", error);
  return g_string_free (text, FALSE);
}

void
qd_job_action_copy (GtkWidget *widget, QdEntity *job)
{
  g_autofree char *text = qd_job_action_to_text (job);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}
