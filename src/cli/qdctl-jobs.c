/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-migration.h"

#define LOOK_MS 500

typedef struct {
  QdctlSession *session;
  const char *id;            /* what is gone on with here */
  gboolean batch;            /* it is a batch */
  GPtrArray *records;
  QdJobRecord *record;
  QdMigrationOutcome *outcome;
  QdMigrationCancelled cancelled;
  GPtrArray *outcomes;
  GError *error;
} Work;

/* --- Asking ------------------------------------------------------------------------------------- */

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->records = qd_job_stream_list_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->record = qd_job_stream_get_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
gone_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->outcome = qd_migration_go_on_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->cancelled = qd_migration_cancel_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
rest_ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->outcomes = qd_migration_run_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

/* --- Showing ------------------------------------------------------------------------------------ */

static void
print_line (const QdJobRecord *record)
{
  double progress = 0;
  g_autoptr (GString) line = g_string_new (NULL);

  qd_json_get_number (record->json, "progress", &progress);
  qdctl_append_plain (line, record->id);
  g_string_append_printf (line, "  %-11s  %3.0f %%  ", record->interrupted ? "interrupted" : qd_job_record_get_state (record), CLAMP (progress, 0, 1) * 100);
  qdctl_append_plain (line, qd_json_get_string (record->json, "summary", ""));
  g_string_append_c (line, '\n');
  qdctl_print (line->str);
}

static void
print_text (const QdJobRecord *record)
{
  g_autofree char *text = qd_job_record_to_text (record), *plain = qdctl_dup_plain (text, TRUE);

  qdctl_print (plain);
}

/* @batch NULL: all of them. */
static gboolean
is_listed (const QdJobRecord *record, const char *batch)
{
  return batch == NULL || g_strcmp0 (qd_job_record_get_batch (record), batch) == 0;
}

static QdExit
list (Work *work, const char *batch, gboolean json)
{
  qd_job_stream_list_async (work->session->hub, work->session->nats, NULL, listed_cb, work);
  g_main_loop_run (work->session->loop);
  if (work->records == NULL)
    return qdctl_complain_error (g_steal_pointer (&work->error));
  if (json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < work->records->len; i++)
        {
          const QdJobRecord *record = g_ptr_array_index (work->records, i);

          if (!is_listed (record, batch))
            continue;
          json_object_set_boolean_member (record->json, "interrupted", record->interrupted);
          json_array_add_object_element (array, json_object_ref (record->json));
        }
      json_node_take_array (node, array);
      qdctl_print_json (node);
    }
  for (guint i = 0; !json && i < work->records->len; i++)
    print_line (g_ptr_array_index (work->records, i));
  g_clear_pointer (&work->records, g_ptr_array_unref);
  return QD_EXIT_YES;
}

static gboolean
get (Work *work, const char *id)
{
  g_clear_pointer (&work->record, qd_job_record_free);
  qd_job_stream_get_async (work->session->hub, work->session->nats, id, NULL, got_cb, work);
  g_main_loop_run (work->session->loop);
  return work->record != NULL;
}

static QdExit
show (Work *work, const char *id, gboolean json)
{
  if (!get (work, id))
    return qdctl_complain_error (g_steal_pointer (&work->error));
  if (json)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), work->record->json);

      json_object_set_boolean_member (work->record->json, "interrupted", work->record->interrupted);
      qdctl_print_json (node);
    }
  else
    print_text (work->record);
  return QD_EXIT_YES;
}

/* Prints it whenever it has changed, until it is over: a line of JSON each time, or its text. */
static QdExit
watch (Work *work, const char *id, gboolean json)
{
  guint64 seen = 0;

  for (;;)
    {
      if (!get (work, id))
        return qdctl_complain_error (g_steal_pointer (&work->error));
      if (work->record->seq != seen)
        {
          g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), work->record->json);
          g_autofree char *text = json ? qd_json_to_text (node, FALSE) : NULL;

          if (json)
            qdctl_print (text);
          if (json)
            qdctl_print ("\n");
          else
            print_text (work->record);
          qdctl_flush ();
          seen = work->record->seq;
        }
      if (qd_job_record_is_over (work->record))
        return g_str_equal (qd_job_record_get_state (work->record), "succeeded") ? QD_EXIT_YES : QD_EXIT_NO;
      qdctl_pause (work->session->loop, LOOK_MS);
    }
}

/* --- Doing -------------------------------------------------------------------------------------- */

/* Where there is no job of that id, it may be that of a batch; which of both says what there is not. */
static gboolean
is_batch (Work *work, const char *id)
{
  gboolean found = FALSE;

  if (get (work, id) || !g_error_matches (work->error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    {
      g_clear_error (&work->error);
      return FALSE;
    }
  g_clear_error (&work->error);
  qd_job_stream_list_async (work->session->hub, work->session->nats, NULL, listed_cb, work);
  g_main_loop_run (work->session->loop);
  g_clear_error (&work->error);
  for (guint i = 0; work->records && i < work->records->len && !found; i++)
    found = is_listed (g_ptr_array_index (work->records, i), id);
  g_clear_pointer (&work->records, g_ptr_array_unref);
  return found;
}

/* Says what speaks against it. What a job, or all of a batch, has come to is an answer, and no misuse; where there is nothing to go on by is. */
static QdExit
refuse (Work *work, const char *id, gboolean batch, QdMigrationStep step)
{
  QdExit code = qdctl_complain_error (g_steal_pointer (&work->error));
  g_autofree char *why = NULL;
  gboolean past = batch;

  if (code != QD_EXIT_BAD_INPUT || work->session->speaks_nats)
    return code;
  if (!batch && get (work, id))
    past = qd_job_record_is_over (work->record) || (step < QD_N_MIGRATION_STEPS && !qd_migration_may_begin (work->record, step, &why));
  g_clear_error (&work->error);
  return past ? QD_EXIT_NO : code;
}

/* What it came to: who works on it is only asked, and that is no end yet. */
static void
tell_cancelled (QdMigrationCancelled came_to)
{
  if (came_to == QD_MIGRATION_WAS_QUEUED)
    qdctl_print (_("It had not begun, and does not any more.\n"));
  else if (came_to == QD_MIGRATION_WAS_ASKED)
    qdctl_print (_("Who works on it was asked: the step under way is undone, and it goes back.\n"));
  else
    qdctl_print (_("It has gone back.\n"));
}

static QdExit
cancel (Work *work, const char *id, gboolean json)
{
  gboolean batch = is_batch (work, id);

  if (batch)
    qd_migration_cancel_batch_async (work->session->hub, work->session->nats, id, NULL, cancelled_cb, work);
  else
    qd_migration_cancel_async (work->session->hub, work->session->nats, id, NULL, cancelled_cb, work);
  g_main_loop_run (work->session->loop);
  if (work->cancelled == QD_MIGRATION_NOT_CANCELLED)
    return refuse (work, id, batch, QD_N_MIGRATION_STEPS);
  if (json)
    return batch ? list (work, id, TRUE) : show (work, id, TRUE);
  tell_cancelled (work->cancelled);
  return QD_EXIT_YES;
}

/* Who goes on with it here is asked to go back. */
static void
go_back (gpointer data)
{
  Work *work = data;

  if (work->batch)
    qd_migration_cancel_batch_async (work->session->hub, work->session->nats, work->id, NULL, NULL, NULL);
  else
    qd_migration_cancel_async (work->session->hub, work->session->nats, work->id, NULL, NULL, NULL);
}

/* Until it has ended, which it does by itself, or is told to go back. */
static void
follow (Work *work, const char *id, gboolean batch)
{
  work->id = id;
  work->batch = batch;
  qdctl_print_to_the_end ();
  qdctl_session_on_interrupt (work->session, NULL, go_back, work);
  g_main_loop_run (work->session->loop);
  qdctl_session_on_interrupt (work->session, NULL, NULL, NULL);
}

static QdExit
retry_batch (Work *work, const char *batch, gboolean json)
{
  QdExit code;

  qd_migration_go_on_batch_async (work->session->hub, work->session->nats, batch, NULL, rest_ended_cb, work);
  follow (work, batch, TRUE);
  if (work->outcomes == NULL)
    return refuse (work, batch, TRUE, QD_N_MIGRATION_STEPS);
  code = qdctl_print_outcomes (work->outcomes, json);
  if (work->outcomes->len == 0)
    {
      qdctl_complain (_("all of batch %s has ended: there is nothing to go on with"), batch);
      code = QD_EXIT_NO;
    }
  g_clear_pointer (&work->outcomes, g_ptr_array_unref);
  return code;
}

static QdExit
retry (Work *work, const char *id, QdMigrationStep step, gboolean json)
{
  QdExit code;

  qd_migration_go_on_async (work->session->hub, work->session->nats, id, step, QD_MIGRATION_FORWARD, NULL, gone_on_cb, work);
  follow (work, id, FALSE);
  if (work->outcome == NULL)
    return refuse (work, id, FALSE, step);
  code = show (work, id, json);
  if (code == QD_EXIT_YES && !g_str_equal (work->outcome->state, "succeeded"))
    code = QD_EXIT_NO;
  g_clear_pointer (&work->outcome, qd_migration_outcome_free);
  return code;
}

static QdExit
act (QdctlSession *session, GStrv words, QdMigrationStep step, gboolean json)
{
  Work work = { .session = session };
  QdExit code;

  if (g_str_equal (words[0], "list"))
    code = list (&work, NULL, json);
  else if (g_str_equal (words[0], "show"))
    code = show (&work, words[1], json);
  else if (g_str_equal (words[0], "watch"))
    code = watch (&work, words[1], json);
  else if (g_str_equal (words[0], "cancel"))
    code = cancel (&work, words[1], json);
  else if (step == QD_N_MIGRATION_STEPS && is_batch (&work, words[1]))
    code = retry_batch (&work, words[1], json);
  else
    code = retry (&work, words[1], step, json);
  g_clear_pointer (&work.record, qd_job_record_free);
  return code;
}

typedef struct {
  QdctlListOptions list;
  char *nats, *from;
} Options;

static void
options_clear (Options *self)
{
  qdctl_list_options_clear (&self->list);
  g_free (self->nats);
  g_free (self->from);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The options that each takes, with a blank before and behind. */
static const struct Action { const char *name, *options; } actions[] = {
  { NULL, " filter sort json csv " },
  { "list", " nats json " },
  { "show", " nats json " },
  { "watch", " nats json " },
  { "cancel", " nats json " },
  { "retry", " nats from json " },
};

static const struct Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (actions[i].name, name) == 0)
      return &actions[i];
  qdctl_complain_needs ("jobs", "list, show, watch, cancel, retry");
  return NULL;
}

/* A dot would make another subject of it, a star that of all jobs. */
static gboolean
check_id (const char *action, const char *id)
{
  if (*id && strpbrk (id, ".*> \t\r\n") == NULL && g_utf8_validate (id, -1, NULL))
    return TRUE;
  qdctl_complain (_("%s: “%s” is no id"), action, id);
  return FALSE;
}

static gboolean
check (const struct Action *action, GStrv words, const GOptionEntry *entries, const Options *options, QdMigrationStep *step)
{
  g_autofree char *name = action->name ? g_strconcat ("jobs ", action->name, NULL) : g_strdup ("jobs");

  *step = QD_N_MIGRATION_STEPS;
  if (!qdctl_check_taken (name, action->options, entries))
    return FALSE;
  if (action->name == NULL)
    return TRUE;
  if (g_str_equal (action->name, "list") && words[1])
    qdctl_complain (_("%s takes no argument “%s”"), name, words[1]);
  else if (!g_str_equal (action->name, "list") && (words[1] == NULL || words[2]))
    qdctl_complain (_("jobs %s needs the id of one job, or of a batch"), action->name);
  else if (options->from && !qd_migration_step_parse (options->from, step))
    qdctl_complain (_("--from: there is no step “%s”; the steps are drain, settle, place, reload, warm-up and verify"), options->from);
  else
    return words[1] == NULL || check_id (name, words[1]);
  return FALSE;
}

/**
 * qdctl_jobs:
 *
 * `qdctl jobs` lists the jobs of a connection as every list does; with a word behind it, it is about the jobs that live in NATS.
 */
QdExit
qdctl_jobs (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (GStrv) words = NULL;
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    QDCTL_LIST_ENTRIES (options.list),
    { "nats", 0, 0, G_OPTION_ARG_STRING, &options.nats, N_("The address of the fleet's NATS servers"), N_("URL") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, N_("For retry: the step to begin with; else where it stopped"), N_("STEP") },
    { NULL },
  };
  const struct Action *action;
  QdMigrationStep step;
  QdctlSession session;
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  action = find_action (words[0]);
  if (action == NULL || !check (action, words, entries, &options, &step))
    return QD_EXIT_BAD_INPUT;
  if (action->name == NULL)
    return qdctl_list_run (name, &target, &options.list);
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = qdctl_session_add_nats (&session, &target, options.nats);
  if (code == QD_EXIT_YES || code == QD_EXIT_PARTIAL)
    code = act (&session, words, step, options.list.json);
  qdctl_session_close (&session);
  return code;
}
