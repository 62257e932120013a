/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workspace's policies to a server, and back: the engine of the window's dialog, without it. */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy-apply.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-json.h"
#include "qd-workspace.h"

typedef struct {
  QdctlSession *session;
  const QdctlPolicyOptions *options;
  QdRemotes *remotes;
  const char *reverts;       /* the job to go back from; NULL: the files are applied */
  char *folder, *only;
  GArray *texts;             /* QdAnalysisText, its members owned */
  GStrvBuilder *unread;      /* what of the files could not be read */
  gboolean careful;          /* so nothing is removed */
  gboolean partial;          /* something could not be read, and it goes on all the same */
  QdctlPolicyReport report;
  GBytes *workloads;
  char *job;
  guint n_told;              /* of the job's steps */
  GError *error;
} Work;

static void
work_clear (Work *self)
{
  g_clear_object (&self->remotes);
  g_clear_pointer (&self->texts, g_array_unref);
  g_clear_pointer (&self->unread, g_strv_builder_unref);
  g_clear_pointer (&self->report.plan, qd_policy_plan_unref);
  g_clear_pointer (&self->report.remarks, g_ptr_array_unref);
  g_clear_pointer (&self->report.impact, qd_policy_impact_free);
  g_clear_pointer (&self->report.flows, qdctl_policy_flows_free);
  g_clear_pointer (&self->report.applied, qd_policy_applied_free);
  g_clear_pointer (&self->workloads, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self->folder);
  g_free (self->only);
  g_free (self->job);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* --- Files ------------------------------------------------------------------------------------------- */

/* Takes @bytes. */
static void
add_text (Work *self, const char *name, GBytes *bytes)
{
  const QdAnalysisText text = { g_strdup (name), bytes, NULL };

  g_array_append_val (self->texts, text);
}

static void
fail_text (Work *self, const char *name, const char *why)
{
  g_autofree char *line = g_strdup_printf (_("%s: cannot be read: %s"), name, why);

  g_strv_builder_add (self->unread, line);
  self->careful = TRUE;
}

static gboolean
read_folder (Work *self, GError **error)
{
  g_autoptr (QdWorkspace) workspace = qd_workspace_new (self->folder, NULL, error);

  if (workspace == NULL)
    return FALSE;
  for (guint i = 0; i < qd_workspace_get_n_files (workspace); i++)
    {
      const char *name = qd_workspace_get_file (workspace, i)->name;
      g_autoptr (GError) cause = NULL;
      GBytes *bytes = qd_workspace_read (workspace, name, NULL, &cause);

      if (bytes)
        add_text (self, name, bytes);
      else
        fail_text (self, name, cause->message);
    }
  for (const char *const *p = qd_workspace_get_problems (workspace); *p; p++)
    {
      g_strv_builder_add (self->unread, *p);
      self->careful = TRUE;
    }
  return TRUE;
}

/* What was agreed on is remembered of a folder, as the window does it: a file is one of those in its folder, or in one above (find_workspace()). */
static gboolean
read_path (Work *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path), parent = g_file_get_parent (file);
  g_autofree char *whole = g_file_get_path (file);
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  /* It is remembered by its name, and told. */
  if (whole && !g_utf8_validate (whole, -1, NULL))
    {
      qdctl_complain (_("%s cannot be read: %s"), path, _("the name is not UTF-8"));
      return FALSE;
    }
  if (whole && g_file_test (whole, G_FILE_TEST_IS_DIR))
    {
      self->folder = g_steal_pointer (&whole);
      if (read_folder (self, &error))
        return TRUE;
      qdctl_complain ("%s", error->message);
      return FALSE;
    }
  bytes = whole ? qdctl_read (whole, QD_WORKSPACE_MAX_BYTES, &error) : NULL;
  if (bytes == NULL || g_bytes_get_size (bytes) > QD_WORKSPACE_MAX_BYTES)
    {
      g_clear_pointer (&bytes, g_bytes_unref);
      qdctl_complain (_("%s cannot be read: %s"), path, error ? error->message : _("it is too large"));
      return FALSE;
    }
  self->folder = parent ? g_file_get_path (parent) : g_strdup (whole);
  self->only = g_path_get_basename (whole);
  self->report.only = self->only;
  add_text (self, self->only, bytes);
  return TRUE;
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;
  g_autofree char *workspace = qd_remotes_find_finish (QD_REMOTES (source), result, NULL);

  if (workspace)
    g_set_str (&self->folder, workspace);
  g_main_loop_quit (self->session->loop);
}

/* A workspace has files in the folders below it: those of one file are remembered where the whole of it is. */
static void
find_workspace (Work *self)
{
  g_autofree char *file = g_build_filename (self->folder, self->only, NULL);
  QdAnalysisText *text = &g_array_index (self->texts, QdAnalysisText, 0);
  const char *name;

  qd_remotes_find_async (self->remotes, file, self->session->connection, found_cb, self);
  g_main_loop_run (self->session->loop);
  name = file + strlen (self->folder);
  g_set_str (&self->only, name + (*name == '/'));
  self->report.only = self->only;
  g_free ((char *) text->name);
  text->name = g_strdup (self->only);
}

/* --- Asking ------------------------------------------------------------------------------------------- */

static void
planned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->report.plan = qd_policy_plan_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
reverting_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->report.plan = qd_policy_revert_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
workloads_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->workloads = qd_policy_workloads_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
impact_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->report.impact = qd_policy_impact_finish (result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static void
remarked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->report.remarks = qd_policy_preflight_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

static gboolean
ask_plan (Work *self)
{
  QdctlSession *session = self->session;

  g_clear_pointer (&self->report.plan, qd_policy_plan_unref);
  if (self->reverts)
    qd_policy_revert_async (session->hub, self->remotes, self->reverts, NULL, reverting_cb, self);
  else
    qd_policy_plan_async (session->hub, self->remotes, session->connection, self->folder, (const QdAnalysisText *) self->texts->data,
                          self->texts->len, NULL, planned_cb, self);
  g_main_loop_run (session->loop);
  return self->report.plan != NULL;
}

/* Who may talk then, and which flows that were seen are cut off. Where that cannot be known, it is said. */
static void
ask_traffic (Work *self)
{
  QdctlSession *session = self->session;
  QdFleet *fleet = qd_hub_get_fleet (session->hub);
  g_autofree char *why = NULL;

  if (!qd_capability_allowed (fleet, session->connection, "workloads.list", &why))
    {
      qdctl_complain (_("who may talk then cannot be said: %s"), why);
      return;
    }
  qd_policy_workloads_async (session->hub, session->connection, NULL, workloads_cb, self);
  g_main_loop_run (session->loop);
  if (self->workloads)
    {
      qd_policy_impact_async (self->report.plan, self->workloads, &self->options->reading, NULL, impact_cb, self);
      g_main_loop_run (session->loop);
    }
  if (self->error)
    qdctl_complain (_("who may talk then cannot be said: %s"), self->error->message);
  g_clear_error (&self->error);
  self->report.flows = qdctl_policy_flows_of (fleet, session->connection);
}

/* --- What is decided beforehand ------------------------------------------------------------------------ */

/* The choice that was given is for all conflicts; and of what could not be read nothing is removed. */
static void
settle (Work *self)
{
  const char *whose = self->options->take;

  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->report.plan); i++)
    {
      const QdPlanStep *step = qd_policy_plan_get_step (self->report.plan, i);
      gboolean meant = qdctl_policy_is_meant (&self->report, step);

      if (step->kind == QD_PLAN_CONFLICT && meant && whose)
        qd_policy_plan_take (self->report.plan, i, g_str_equal (whose, "mine") ? QD_MERGE_MINE : QD_MERGE_THEIRS);
      if (step->kind == QD_PLAN_DELETE && (self->careful || !meant))
        qd_policy_plan_set_included (self->report.plan, i, FALSE);
    }
}

/* FALSE, after saying so, where something could not be read and nobody said to go on. */
static gboolean
check_problems (Work *self)
{
  const char *const *problems = qd_policy_plan_get_problems (self->report.plan);
  g_auto (GStrv) unread = g_strv_builder_end (self->unread);

  for (guint i = 0; unread[i]; i++)
    qdctl_complain ("%s", unread[i]);
  for (guint i = 0; problems[i]; i++)
    qdctl_complain ("%s", problems[i]);
  self->partial = *unread || *problems;
  if (!self->partial || self->options->keep_going)
    return TRUE;
  qdctl_complain (_("nothing is applied while something cannot be read; with --keep-going the rest is, and nothing is removed"));
  return FALSE;
}

/* --- Only said ------------------------------------------------------------------------------------------- */

static guint
count_blockers (const Work *self)
{
  guint n = 0;

  for (guint i = 0; self->report.remarks && i < self->report.remarks->len; i++)
    n += ((const QdPolicyRemark *) g_ptr_array_index (self->report.remarks, i))->blocker;
  return n;
}

static QdExit
dry_run (Work *self)
{
  QdctlSession *session = self->session;
  guint n = qd_policy_plan_get_n_changes (self->report.plan);
  QdExit code = QD_EXIT_YES;

  if (n > 0)
    {
      qd_policy_preflight_async (session->hub, self->report.plan, NULL, remarked_cb, self);
      g_main_loop_run (session->loop);
      /* Who may not is told so, with all that he may know. */
      if (self->error)
        code = qdctl_complain_error (g_steal_pointer (&self->error));
      ask_traffic (self);
    }
  self->report.state = "planned";
  if (self->options->json)
    qdctl_policy_print_report (&self->report);
  else if (n == 0 && qdctl_policy_count_conflicts (&self->report) == 0)
    qdctl_print (_("There is nothing to apply.\n"));
  else
    qdctl_policy_print_plan (&self->report);
  if (code == QD_EXIT_YES && (count_blockers (self) > 0 || qdctl_policy_count_conflicts (&self->report) > 0))
    code = QD_EXIT_NO;
  return code;
}

/* --- Doing ------------------------------------------------------------------------------------------------- */

static void
applied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *self = data;

  self->report.applied = qd_policy_apply_finish (QD_HUB (source), result, &self->error);
  g_main_loop_quit (self->session->loop);
}

/* A line for each step that has ended. */
static void
tell_steps (gpointer data)
{
  Work *self = data;
  QdEntity *job = self->job ? qd_fleet_lookup (qd_hub_get_fleet (self->session->hub), QD_HUB_LOCAL, QD_KIND_JOB, self->job) : NULL;
  const char *said = job ? qd_entity_get_string (job, QD_JOB_STEPS) : NULL;
  g_autoptr (JsonNode) node = said ? qd_json_parse (said, -1, "steps", NULL) : NULL;
  JsonArray *steps = qd_json_array (node);

  for (; steps && self->n_told < json_array_get_length (steps); self->n_told++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (steps, self->n_told));
      const char *state = qd_json_get_string (step, "state", ""), *detail = qd_json_get_string (step, "detail", "");
      g_autofree char *line = NULL, *plain = NULL;

      if (g_str_equal (state, "queued") || g_str_equal (state, "running") || g_str_equal (state, "waiting"))
        return;
      line = g_strdup_printf ("%s: %s%s%s\n", qd_json_get_string (step, "name", ""), state, *detail ? ": " : "", detail);
      plain = qdctl_dup_plain (line, TRUE);
      qdctl_print (plain);
      qdctl_flush ();
    }
}

static void
end_early (gpointer data)
{
  Work *self = data;

  qd_hub_cancel_job (self->session->hub, self->job);
}

/* Somebody was quicker: what both sides say now, of which some may go together without anybody's help. */
static void
tell_race (Work *self)
{
  g_autoptr (GError) lost = g_steal_pointer (&self->error);

  if (!ask_plan (self))
    qdctl_complain ("%s", self->error->message);
  else if (qdctl_policy_count_conflicts (&self->report) == 0)
    qdctl_complain (_("their changes and yours do not touch: apply again, and both are merged"));
  else if (!self->options->json)
    qdctl_policy_print_conflicts (&self->report);
  g_clear_error (&self->error);
  self->error = g_steal_pointer (&lost);
}

static QdExit
judge (const Work *self)
{
  if (self->error == NULL)
    return QD_EXIT_YES;
  if (self->report.applied && qd_policy_applied_can_revert (self->report.applied))
    return QD_EXIT_PARTIAL;
  return qdctl_exit_for_error (self->error);
}

static void
tell_end (Work *self)
{
  const QdPolicyApplied *applied = self->report.applied;
  g_autofree char *sentence = applied ? qd_policy_applied_to_sentence (applied) : NULL;
  g_autofree char *line = applied ? g_strdup_printf (_("%s by job %s\n"), sentence, applied->job) : NULL;

  if (self->error)
    qdctl_complain ("%s", self->error->message);
  if (applied == NULL || !qd_policy_applied_can_revert (applied))
    return;
  if (!self->options->json)
    qdctl_print (line);
  if (self->error)
    qdctl_complain (_("“qdctl policy revert %s” takes back what was done"), applied->job);
}

static QdExit
carry_out (Work *self)
{
  QdctlSession *session = self->session;
  QdExit code;

  qdctl_print_to_the_end ();
  if (!self->options->json)
    qdctl_session_on_jobs (session, tell_steps, self);
  self->job = qd_policy_apply_async (session->hub, self->remotes, self->report.plan, self->options->reason, NULL, applied_cb, self);
  qdctl_session_on_interrupt (session, _("ending after the step that is under way; once more to end at once"), end_early, self);
  g_main_loop_run (session->loop);
  qdctl_session_on_interrupt (session, NULL, NULL, NULL);
  if (!self->options->json)
    tell_steps (self);
  qdctl_session_on_jobs (session, NULL, NULL);
  self->report.state = self->error == NULL ? "succeeded" : g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "cancelled" : "failed";
  code = judge (self);
  if (g_error_matches (self->error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    tell_race (self);
  self->report.error = self->error;
  if (self->options->json)
    qdctl_policy_print_report (&self->report);
  tell_end (self);
  return code;
}

/* --- Both of them -------------------------------------------------------------------------------------------- */

static QdExit
go (Work *self)
{
  guint n_conflicts;

  if (!ask_plan (self))
    return qdctl_complain_error (g_steal_pointer (&self->error));
  if (!check_problems (self))
    return QD_EXIT_BAD_INPUT;
  settle (self);
  if (self->options->dry_run)
    return dry_run (self);
  n_conflicts = qdctl_policy_count_conflicts (&self->report);
  if (n_conflicts == 0 && qd_policy_plan_get_n_changes (self->report.plan) > 0)
    return carry_out (self);
  self->report.state = n_conflicts > 0 ? "conflict" : "succeeded";
  if (self->options->json)
    qdctl_policy_print_report (&self->report);
  else if (n_conflicts > 0)
    qdctl_policy_print_conflicts (&self->report);
  else
    qdctl_print (_("There is nothing to apply.\n"));
  if (n_conflicts == 0)
    return QD_EXIT_YES;
  qdctl_complain (g_dngettext (GETTEXT_PACKAGE, "nothing was applied: %u policy was changed here and there; --take mine or theirs decides it",
                               "nothing was applied: %u policies were changed here and there; --take mine or theirs decides them", n_conflicts),
                  n_conflicts);
  return QD_EXIT_NO;
}

static QdExit
run (Work *self)
{
  QdctlSession session;
  g_autofree char *folder = qd_remotes_dup_folder ();
  QdExit code = qdctl_session_open (&session, &self->options->target);

  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  self->session = &session;
  self->remotes = qd_remotes_new (folder);
  if (self->only)
    find_workspace (self);
  code = go (self);
  qdctl_session_close (&session);
  return code == QD_EXIT_YES && self->partial ? QD_EXIT_PARTIAL : code;
}

static gboolean
check (const QdctlPolicyOptions *options)
{
  if (options->take && !g_str_equal (options->take, "mine") && !g_str_equal (options->take, "theirs"))
    {
      qdctl_complain (_("--take is mine or theirs, not “%s”"), options->take);
      return FALSE;
    }
  return qdctl_check_reason (QD_POLICIES_APPLY, options->reason, options->dry_run);
}

QdExit
qdctl_policy_apply (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (Work) self = { .options = options };

  self.texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_array_set_clear_func (self.texts, (GDestroyNotify) qd_analysis_text_clear);
  self.unread = g_strv_builder_new ();
  return check (options) && read_path (&self, paths[0]) ? run (&self) : QD_EXIT_BAD_INPUT;
}

QdExit
qdctl_policy_revert (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (Work) self = { .options = options, .reverts = paths[0] };

  self.unread = g_strv_builder_new ();
  return check (options) && qdctl_check_ids ("revert", paths) ? run (&self) : QD_EXIT_BAD_INPUT;
}
