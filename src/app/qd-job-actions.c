/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-job-actions.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-display.h"
#include "qd-hub-production.h"
#include "qd-job-desk.h"
#include "qd-json.h"
#include "qd-production.h"

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
  g_autofree char *program = qd_job_desk_dup_program (job);
  gboolean shared = qd_job_action_is_shared (job);

  if (program)
    return NULL;
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

/* What is wanted of one job, or of those of a batch, and who is to know when nothing came of it. */
typedef struct {
  QdSession *session;
  GPtrArray *jobs;
  char *batch;               /* NULL: it is one job */
  const char *verb;          /* "job.retry", "job.cancel" */
  QdMigrationStep step;
  void (*failed) (QdEntity *job, gpointer data);
  GWeakRef data;
} Wish;

static void
wish_free (gpointer data)
{
  Wish *self = data;

  g_weak_ref_clear (&self->data);
  g_ptr_array_unref (self->jobs);
  g_object_unref (self->session);
  g_free (self->batch);
  g_free (self);
}

static Wish *
wish_new (QdSession *session, const char *batch, const char *verb, QdMigrationStep step, void (*failed) (QdEntity *job, gpointer data), GObject *data)
{
  Wish *self = g_new0 (Wish, 1);

  self->session = g_object_ref (session);
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  self->batch = g_strdup (batch);
  self->verb = g_intern_string (verb);
  self->step = step;
  self->failed = failed;
  g_weak_ref_init (&self->data, data);
  return self;
}

static void
tell_failed (Wish *self)
{
  g_autoptr (GObject) data = g_weak_ref_get (&self->data);

  for (guint i = 0; self->failed && data && i < self->jobs->len; i++)
    self->failed (self->jobs->pdata[i], data);
}

/* Takes @self. @error: nothing was done. */
static void
wish_end (Wish *self, const GError *error)
{
  if (error)
    {
      qd_session_toast (self->session, error->message);
      tell_failed (self);
    }
  wish_free (self);
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

/* Takes @wish. */
static void
send (Wish *wish)
{
  QdHub *hub = qd_session_get_hub (wish->session);
  QdEntity *job = wish->jobs->pdata[0];
  const char *nats = qd_entity_get_connection (job), *id = qd_entity_get_id (job);
  gboolean cancel = g_str_equal (wish->verb, "job.cancel");

  if (wish->batch && cancel)
    qd_migration_cancel_batch_async (hub, nats, wish->batch, NULL, cancelled_cb, wish);
  else if (wish->batch)
    qd_migration_go_on_batch_async (hub, nats, wish->batch, NULL, rest_gone_on_cb, wish);
  else if (cancel)
    qd_migration_cancel_async (hub, nats, id, NULL, cancelled_cb, wish);
  else
    qd_migration_go_on_async (hub, nats, id, wish->step, QD_MIGRATION_FORWARD, NULL, gone_on_cb, wish);
}

/* --- In production --------------------------------------------------------------------------------------- */

/* The reason that all of them have; "" where they have several. Borrowed. */
static const char *
find_reason (GPtrArray *jobs)
{
  const char *reason = qd_entity_get_string (jobs->pdata[0], QD_JOB_REASON);

  for (guint i = 1; i < jobs->len; i++)
    if (g_strcmp0 (reason, qd_entity_get_string (jobs->pdata[i], QD_JOB_REASON)) != 0)
      return "";
  return reason ? reason : "";
}

/* What is called off before it has begun leaves all as it is. */
static gboolean
changes_something (GPtrArray *jobs, const char *verb)
{
  for (guint i = 0; i < jobs->len; i++)
    if (!g_str_equal (verb, "job.cancel") || qd_job_action_was_begun (jobs->pdata[i]))
      return TRUE;
  return FALSE;
}

/* What the step is for, in a sentence. (transfer full), or NULL. */
static char *
dup_step_name (QdEntity *job, QdMigrationStep step)
{
  const char *text = qd_entity_get_string (job, QD_JOB_STEPS);
  g_autoptr (JsonNode) node = text && step < QD_N_MIGRATION_STEPS ? qd_json_parse (text, -1, "steps", NULL) : NULL;
  JsonArray *steps = node ? qd_json_array (node) : NULL;

  for (guint i = 0; steps && i < json_array_get_length (steps); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (steps, i));

      if (object && g_strcmp0 (qd_json_get_string (object, "id", NULL), qd_migration_step_to_string (step)) == 0)
        return g_strdup (qd_json_get_string (object, "name", NULL));
    }
  return NULL;
}

static char *
describe_effect (GPtrArray *jobs, const Wish *wish)
{
  if (jobs->len > 1)
    return NULL;
  return g_str_equal (wish->verb, "job.cancel") ? qd_job_action_describe_cancel (jobs->pdata[0]) : dup_step_name (jobs->pdata[0], wish->step);
}

/* All that is wanted of one fleet is asked for once. */
typedef struct { GPtrArray *wishes, *jobs; } Request;

static void
request_free (Request *self)
{
  g_ptr_array_unref (self->wishes);
  g_ptr_array_unref (self->jobs);
  g_free (self);
}

/* Takes the request. */
static void
answered_cb (gboolean may, gpointer data)
{
  Request *self = data;

  for (guint i = 0; i < self->wishes->len; i++)
    if (may)
      send (self->wishes->pdata[i]);
    else
      {
        tell_failed (self->wishes->pdata[i]);
        wish_free (self->wishes->pdata[i]);
      }
  request_free (self);
}

/* Takes the request. */
static void
ask (Request *self, GtkWidget *parent)
{
  Wish *wish = self->wishes->pdata[0];
  QdFleet *fleet = qd_session_get_fleet (wish->session);
  const char *nats = qd_entity_get_connection (self->jobs->pdata[0]);
  QdEntity *connection = qd_fleet_lookup (fleet, nats, QD_KIND_CONNECTION, nats);
  gboolean cancel = g_str_equal (wish->verb, "job.cancel"), one = self->jobs->len == 1;
  const char *title = cancel ? _("Go back with job") : _("Go on with job");
  g_autofree char *effect = describe_effect (self->jobs, wish);
  QdConfirmation confirmation = {
    .title = title,
    .where = connection ? qd_entity_get_name (connection) : nats,
    .target = one ? self->jobs->pdata[0] : NULL,
    .targets = one ? NULL : self->jobs,
    .verb = wish->verb,
    .fleet = fleet,
    .effect = effect,
    .note = cancel ? _("Go on with it: it begins again with its first step") : _("Cancel it: what it has done is undone then"),
    .reason = find_reason (self->jobs),
    .type_name = connection ? qd_entity_get_name (connection) : nats,
  };

  qd_production_ask (wish->session, parent, nats, one ? qd_entity_get_name (self->jobs->pdata[0]) : title,
                     changes_something (self->jobs, wish->verb) ? &confirmation : NULL, answered_cb, self);
}

/* In place of what is to be asked for; else it is sent. Takes @wish. */
static void
begin (GHashTable *requests, Wish *wish)
{
  const char *nats = qd_entity_get_connection (wish->jobs->pdata[0]);
  Request *request = g_hash_table_lookup (requests, nats);

  if (!qd_hub_is_production (qd_session_get_hub (wish->session), nats))
    {
      send (wish);
      return;
    }
  if (request == NULL)
    {
      request = g_new (Request, 1);
      *request = (Request) { g_ptr_array_new (), g_ptr_array_new_with_free_func (g_object_unref) };
      g_hash_table_insert (requests, (gpointer) nats, request);
    }
  g_ptr_array_add (request->wishes, wish);
  for (guint i = 0; i < wish->jobs->len; i++)
    g_ptr_array_add (request->jobs, g_object_ref (wish->jobs->pdata[i]));
}

/* Takes all of @wishes (Wish). */
static void
begin_all (GPtrArray *wishes, GtkWidget *parent)
{
  g_autoptr (GHashTable) requests = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer request;

  for (guint i = 0; i < wishes->len; i++)
    begin (requests, wishes->pdata[i]);
  g_hash_table_iter_init (&iter, requests);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    ask (request, parent);
}

/* --- What is wanted -------------------------------------------------------------------------------------- */

static void
run_single (QdSession *session, GtkWidget *parent, QdEntity *job, const char *verb, QdMigrationStep step)
{
  g_autoptr (GPtrArray) wishes = g_ptr_array_new ();
  Wish *wish = wish_new (session, NULL, verb, step, NULL, NULL);

  g_ptr_array_add (wish->jobs, g_object_ref (job));
  g_ptr_array_add (wishes, wish);
  begin_all (wishes, parent);
}

void
qd_job_action_run (QdSession *session, GtkWidget *parent, QdEntity *job, const char *verb)
{
  run_single (session, parent, job, verb, QD_N_MIGRATION_STEPS);
}

void
qd_job_action_go_on_from (QdSession *session, GtkWidget *parent, QdEntity *job, QdMigrationStep step)
{
  run_single (session, parent, job, "job.retry", step);
}

static char *
dup_batch (QdEntity *job)
{
  g_autoptr (JsonNode) extra = dup_extra (job);
  JsonObject *batch = extra ? qd_json_get_object (qd_json_object (extra), "batch") : NULL;

  return batch ? g_strdup (qd_json_get_string (batch, "id", NULL)) : NULL;
}

void
qd_job_action_run_all (QdSession *session, GtkWidget *parent, GPtrArray *jobs, const char *verb, void (*failed) (QdEntity *job, gpointer data),
                       GObject *data)
{
  g_autoptr (GHashTable) batches = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) wishes = g_ptr_array_new ();

  for (guint i = 0; i < jobs->len; i++)
    {
      g_autofree char *batch = jobs->len > 1 ? dup_batch (jobs->pdata[i]) : NULL;
      Wish *wish = batch ? g_hash_table_lookup (batches, batch) : NULL;

      if (wish == NULL)
        {
          wish = wish_new (session, batch, verb, QD_N_MIGRATION_STEPS, failed, data);
          g_ptr_array_add (wishes, wish);
          if (batch)
            g_hash_table_insert (batches, wish->batch, wish);
        }
      g_ptr_array_add (wish->jobs, g_object_ref (jobs->pdata[i]));
    }
  begin_all (wishes, parent);
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
