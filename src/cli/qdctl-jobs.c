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
  g_autofree char *line = NULL, *title = g_strdup (qd_json_get_string (record->json, "summary", ""));

  qd_json_get_number (record->json, "progress", &progress);
  for (char *c = title; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  line = g_strdup_printf ("%s  %-11s  %3.0f %%  %s\n", record->id, record->interrupted ? "interrupted" : qd_job_record_get_state (record), CLAMP (progress, 0, 1) * 100, title);
  qdctl_print (line);
}

static QdExit
list (Work *work, gboolean json)
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
    {
      g_autofree char *text = qd_job_record_to_text (work->record);

      qdctl_print (text);
    }
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
          g_autofree char *text = json ? qd_json_to_text (node, FALSE) : qd_job_record_to_text (work->record);

          qdctl_print (text);
          if (json)
            qdctl_print ("\n");
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
    found = g_strcmp0 (qd_job_record_get_batch (g_ptr_array_index (work->records, i)), id) == 0;
  g_clear_pointer (&work->records, g_ptr_array_unref);
  return found;
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
cancel (Work *work, const char *id)
{
  if (is_batch (work, id))
    qd_migration_cancel_batch_async (work->session->hub, work->session->nats, id, NULL, cancelled_cb, work);
  else
    qd_migration_cancel_async (work->session->hub, work->session->nats, id, NULL, cancelled_cb, work);
  g_main_loop_run (work->session->loop);
  if (work->cancelled == QD_MIGRATION_NOT_CANCELLED)
    return qdctl_complain_error (g_steal_pointer (&work->error));
  tell_cancelled (work->cancelled);
  return QD_EXIT_YES;
}

static QdExit
retry_batch (Work *work, const char *batch, gboolean json)
{
  QdExit code;

  qd_migration_go_on_batch_async (work->session->hub, work->session->nats, batch, NULL, rest_ended_cb, work);
  g_main_loop_run (work->session->loop);
  if (work->outcomes == NULL)
    return qdctl_complain_error (g_steal_pointer (&work->error));
  code = qdctl_print_outcomes (work->outcomes, json);
  g_clear_pointer (&work->outcomes, g_ptr_array_unref);
  return code;
}

static QdExit
retry (Work *work, const char *id, QdMigrationStep step, gboolean json)
{
  QdExit code;

  qd_migration_go_on_async (work->session->hub, work->session->nats, id, step, QD_MIGRATION_FORWARD, NULL, gone_on_cb, work);
  g_main_loop_run (work->session->loop);
  if (work->outcome == NULL)
    return qdctl_complain_error (g_steal_pointer (&work->error));
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
    code = list (&work, json);
  else if (g_str_equal (words[0], "show"))
    code = show (&work, words[1], json);
  else if (g_str_equal (words[0], "watch"))
    code = watch (&work, words[1], json);
  else if (g_str_equal (words[0], "cancel"))
    code = cancel (&work, words[1]);
  else if (step == QD_N_MIGRATION_STEPS && is_batch (&work, words[1]))
    code = retry_batch (&work, words[1], json);
  else
    code = retry (&work, words[1], step, json);
  g_clear_pointer (&work.record, qd_job_record_free);
  return code;
}

static gboolean
is_action (const char *word)
{
  static const char *const actions[] = { "list", "show", "watch", "cancel", "retry", NULL };

  return g_strv_contains (actions, word);
}

static gboolean
check (GStrv words, const char *from, QdMigrationStep *step)
{
  *step = QD_N_MIGRATION_STEPS;
  if (g_str_equal (words[0], "list") && words[1])
    qdctl_complain (_("jobs list takes no job"));
  else if (!g_str_equal (words[0], "list") && (words[1] == NULL || words[2]))
    qdctl_complain (_("jobs %s needs the id of one job, or of a batch"), words[0]);
  else if (from && !g_str_equal (words[0], "retry"))
    qdctl_complain (_("--from is for jobs retry"));
  else if (from && !qd_migration_step_parse (from, step))
    qdctl_complain (_("--from: there is no step “%s”; the steps are drain, settle, place, reload, warm-up and verify"), from);
  else
    return TRUE;
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
  g_autofree char *nats = NULL, *from = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "nats", 0, 0, G_OPTION_ARG_STRING, &nats, N_("The address of the fleet's NATS servers"), N_("URL") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &from, N_("For retry: the step to begin with; else where it stopped"), N_("STEP") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Print JSON"), NULL },
    { NULL },
  };
  QdMigrationStep step;
  QdctlSession session;
  QdExit code;

  if (argc < 2 || (!is_action (argv[1]) && *argv[1] == '-' && !g_str_equal (argv[1], "--help") && !g_str_equal (argv[1], "-h")))
    return qdctl_list (name, argc, argv);
  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  if (words[0] == NULL || !is_action (words[0]))
    {
      qdctl_complain (_("jobs needs list, show, watch, cancel or retry"));
      return QD_EXIT_BAD_INPUT;
    }
  if (!check (words, from, &step))
    return QD_EXIT_BAD_INPUT;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = qdctl_session_add_nats (&session, &target, nats);
  if (code == QD_EXIT_YES || code == QD_EXIT_PARTIAL)
    code = act (&session, words, step, json);
  qdctl_session_close (&session);
  return code;
}
