/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs whose owner was killed, in the next window on a real lab: it says so, goes on or back; and what can be done with a job, step by step. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-confirm-dialog.h"
#include "qd-job-notice.h"
#include "qd-json.h"
#include "qd-migration.h"
#include "qd-placement.h"

#define TARGET "runner.shard-2"
/* Twice as long as a lease: whoever is alive has it. */
#define PATIENCE_S 90

typedef struct {
  TestLab *lab;
  FixtureDesk desk;
  GPtrArray *tenants;      /* of runner's shard-1 */
  const char *production;  /* which connection of the fleet is; or NULL */
} Fixture;

/* --- The lab ---------------------------------------------------------------------------------------- */

static JsonObject *
find_shard (JsonArray *items, const char *id)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *shard = json_array_get_object_element (items, i);

      if (g_str_equal (qd_json_get_string (shard, "id", ""), id))
        return shard;
    }
  g_assert_not_reached ();
}

static void
signal_shard (Fixture *fixture, const char *id, int number)
{
  g_autoptr (JsonNode) answer = test_lab_request (fixture->lab, "GET", "/lab/v1/shards", NULL);
  gint64 pid;

  g_assert_true (qd_json_get_int (find_shard (qd_json_get_array (qd_json_object (answer), "items"), id), "pid", &pid));
  g_assert_cmpint (kill ((pid_t) pid, number), ==, 0);
}

static gboolean
are_all_ready (Fixture *fixture)
{
  g_autoptr (JsonNode) answer = test_lab_request (fixture->lab, "GET", "/admin/v1/scale/shards", NULL);
  JsonArray *items = qd_json_get_array (qd_json_object (answer), "items");

  for (guint i = 0; i < json_array_get_length (items); i++)
    if (!g_str_equal (qd_json_get_string (json_array_get_object_element (items, i), "status", ""), "ready"))
      return FALSE;
  return json_array_get_length (items) == 6;
}

/* Those that a runner's shard has and takes work for. */
static GPtrArray *
list_tenants (Fixture *fixture, const char *id)
{
  g_autoptr (JsonNode) answer = test_lab_request (fixture->lab, "GET", "/admin/v1/scale/shards", NULL);
  JsonArray *tenants = qd_json_get_array (find_shard (qd_json_get_array (qd_json_object (answer), "items"), id), "tenants");
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < json_array_get_length (tenants); i++)
    {
      JsonObject *tenant = json_array_get_object_element (tenants, i);

      if (qd_json_get_bool (tenant, "accepting", FALSE))
        g_ptr_array_add (names, g_strdup (qd_json_get_string (tenant, "id", "")));
    }
  return names;
}

static gboolean
works_on (Fixture *fixture, const char *tenant, const char *id)
{
  g_autoptr (GPtrArray) names = list_tenants (fixture, id);

  return g_ptr_array_find_with_equal_func (names, tenant, g_str_equal, NULL);
}

static gboolean
set_up (Fixture *fixture)
{
  *fixture = (Fixture) { .lab = test_lab_new ("--sites 3 --paths 3 --flows 0 --rate 5") };
  if (fixture->lab == NULL)
    return FALSE;
  test_until (are_all_ready (fixture), 60);
  fixture->tenants = list_tenants (fixture, "runner.shard-1");
  g_assert_cmpuint (fixture->tenants->len, >=, 2);
  return TRUE;
}

static void
add_connection (Fixture *fixture, const char *driver, const char *id, const char *feeds)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (fixture->lab, driver, "admin");
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, feeds);
  if (g_strcmp0 (id, fixture->production) == 0)
    g_set_str (&endpoint->environment, "prod");
  g_assert_true (qd_hub_add (fixture->desk.hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
}

static gboolean
is_live (Fixture *fixture, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (fixture->desk.hub), id, QD_KIND_CONNECTION, id);
  g_autofree char *why = NULL;

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0 &&
         qd_placement_allowed (fixture->desk.hub, "harbour-nats", QD_PLACEMENT_SET, &why);
}

/* The window as it starts. */
static void
open_window (Fixture *fixture)
{
  fixture_desk_init (&fixture->desk);
  add_connection (fixture, "node-api", "harbour", NULL);
  add_connection (fixture, "nats", "harbour-nats", "harbour");
  qd_job_stream_watch (fixture->desk.hub, TRUE);
  fixture_desk_show (&fixture->desk, "jobs");
  test_until (is_live (fixture, "harbour") && is_live (fixture, "harbour-nats"), 40);
}

static void
tear_down (Fixture *fixture)
{
  fixture_desk_clear (&fixture->desk);
  g_ptr_array_unref (fixture->tenants);
  test_lab_free (fixture->lab);
}

/* --- Who is killed ------------------------------------------------------------------------------------ */

static char *
qdctl_path (void)
{
  return g_build_filename (g_getenv ("QD_BUILD_ROOT"), "src", "cli", "qdctl", NULL);
}

/* Moves the first @n tenants, one at a time, to a shard that has fallen asleep, and is killed in the midst of the first. */
static void
be_killed (Fixture *fixture, guint n)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;
  static const char *const words[] = { "--kind", "runner", "--to", "shard-2", "--reason", "room is needed", "--at-once", "1", "--limit", "reload=600" };
  gboolean placed = FALSE;

  signal_shard (fixture, TARGET, SIGSTOP);
  g_ptr_array_add (argv, qdctl_path ());
  g_ptr_array_add (argv, g_strdup ("migrate"));
  g_ptr_array_add (argv, g_strdup ("run"));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (argv, g_strdup (fixture->tenants->pdata[i]));
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
  for (const char *const *option = (const char *const[]) { "--url", fixture->lab->http, "--nats", fixture->lab->nats, "--credentials",
                                                           fixture->lab->credentials, "--role", "admin", NULL }; *option; option++)
    g_ptr_array_add (argv, g_strdup (*option));
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  while (!placed)
    {
      g_autofree char *line = g_data_input_stream_read_line (out, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_nonnull (line);
      placed = g_str_has_prefix (line, "Place ");
    }
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  signal_shard (fixture, TARGET, SIGCONT);
}

/* --- What the window says ----------------------------------------------------------------------------- */

static GtkWidget *
get_notice (Fixture *fixture)
{
  return fixture_find (GTK_WIDGET (fixture->desk.window), QD_TYPE_JOB_NOTICE, NULL);
}

static const char *
get_text (Fixture *fixture)
{
  GtkWidget *notice = get_notice (fixture);

  return notice ? qd_job_notice_get_text (QD_JOB_NOTICE (notice)) : NULL;
}

/* The job that moves that tenant. */
static QdEntity *
find_job (Fixture *fixture, const char *tenant)
{
  QdEntityList *jobs = qd_fleet_get_list (qd_hub_get_fleet (fixture->desk.hub), QD_KIND_JOB);

  for (guint i = 0; i < qd_entity_list_get_length (jobs); i++)
    if (g_strcmp0 (qd_entity_get_string (qd_entity_list_peek (jobs, i), QD_JOB_TARGET_ID), tenant) == 0)
      return qd_entity_list_peek (jobs, i);
  return NULL;
}

static gboolean
is_job (Fixture *fixture, const char *tenant, const char *state)
{
  QdEntity *job = find_job (fixture, tenant);

  return job && g_strcmp0 (qd_entity_get_string (job, QD_JOB_STATE), state) == 0;
}

/* --- One job ---------------------------------------------------------------------------------------------- */

static void
test_go_on (void)
{
  Fixture fixture;
  const char *tenant;

  if (!set_up (&fixture))
    return;
  tenant = fixture.tenants->pdata[0];
  be_killed (&fixture, 1);
  open_window (&fixture);
  test_until (get_text (&fixture) != NULL, PATIENCE_S);
  g_test_message ("%s", get_text (&fixture));
  g_assert_nonnull (strstr (get_text (&fixture), "ended in the midst of"));
  g_assert_nonnull (strstr (get_text (&fixture), tenant));
  /* It is looked at where all jobs are. */
  fixture_press (get_notice (&fixture), "_Look at Job");
  test_until (qd_session_get_selected (qd_window_get_session (fixture.desk.window)) == find_job (&fixture, tenant), 10);
  fixture_press (get_notice (&fixture), "_Go On");
  test_until (is_job (&fixture, tenant, "succeeded"), PATIENCE_S);
  test_until (works_on (&fixture, tenant, TARGET), 30);
  /* What was asked for is no news. */
  test_until (get_text (&fixture) == NULL, 10);
  tear_down (&fixture);
}

/* Left alone, it is gone on with as soon as its lease is over, and the window says so. */
static void
test_taken_over (void)
{
  Fixture fixture;
  const char *tenant;

  if (!set_up (&fixture))
    return;
  tenant = fixture.tenants->pdata[0];
  be_killed (&fixture, 1);
  open_window (&fixture);
  test_until (is_job (&fixture, tenant, "succeeded"), PATIENCE_S);
  test_until (works_on (&fixture, tenant, TARGET), 30);
  test_until (get_text (&fixture) != NULL && strstr (get_text (&fixture), "and it is done") != NULL, 10);
  fixture_press (get_notice (&fixture), "_Look at Job");
  test_until (qd_session_get_selected (qd_window_get_session (fixture.desk.window)) == find_job (&fixture, tenant), 10);
  tear_down (&fixture);
}

/* --- A batch --------------------------------------------------------------------------------------------- */

static void
test_batch (gconstpointer back)
{
  Fixture fixture;
  const char *state = back ? "cancelled" : "succeeded";

  if (!set_up (&fixture))
    return;
  be_killed (&fixture, 2);
  open_window (&fixture);
  test_until (get_text (&fixture) != NULL && strstr (get_text (&fixture), "2 jobs are left undone") != NULL, PATIENCE_S);
  g_test_message ("%s", get_text (&fixture));
  fixture_press (get_notice (&fixture), back ? "Go _Back" : "_Go On");
  test_until (is_job (&fixture, fixture.tenants->pdata[0], state) && is_job (&fixture, fixture.tenants->pdata[1], state), PATIENCE_S);
  for (guint i = 0; i < 2; i++)
    test_until (works_on (&fixture, fixture.tenants->pdata[i], back ? "runner.shard-1" : TARGET), 30);
  test_until (get_text (&fixture) == NULL, 10);
  tear_down (&fixture);
}

/* --- In the pane -------------------------------------------------------------------------------------------- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(QdMigrationWorld **) data = qd_migration_look_finish (QD_HUB (source), result, NULL);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GPtrArray **) data = qd_migration_run_finish (QD_HUB (source), result, NULL);
}

/* Whether words that begin so are in sight. */
static gboolean
says (GtkWidget *from, const char *text)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (from)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static GtkWidget *
find_again (Fixture *fixture)
{
  return fixture_find (GTK_WIDGET (fixture->desk.window), GTK_TYPE_MENU_BUTTON, "Go On _From");
}

/* The rows of the menu of steps that can be chosen, and *@n_rows of all. */
static guint
count_steps (GtkWidget *button, guint *n_rows, GtkListBoxRow **first)
{
  GtkWidget *list;
  guint n = 0;

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  test_until (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)) != NULL, 10);
  list = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  test_until (fixture_find (list, GTK_TYPE_LIST_BOX, NULL) != NULL, 10);
  list = fixture_find (list, GTK_TYPE_LIST_BOX, NULL);
  *n_rows = 0;
  for (GtkWidget *row = gtk_widget_get_first_child (list); row; row = gtk_widget_get_next_sibling (row))
    {
      if (gtk_widget_is_sensitive (row) && n++ == 0)
        *first = GTK_LIST_BOX_ROW (row);
      g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), !=, "");
      (*n_rows)++;
    }
  return n;
}

/* Moves the first tenant to a shard that has fallen asleep. */
static void
begin_move (Fixture *fixture, GPtrArray **outcomes)
{
  QdMigrationWorld *world = NULL;
  g_autoptr (QdMigrationPlan) plan = NULL;

  signal_shard (fixture, TARGET, SIGSTOP);
  qd_migration_look_async (fixture->desk.hub, "harbour", NULL, looked_cb, &world);
  test_until (world != NULL, 20);
  plan = qd_migration_plan_new (world, &(QdMigrationWish) { fixture->tenants->pdata[0], "runner", NULL, "shard-2" }, 1);
  qd_migration_world_free (world);
  plan->bounds.limit_s[QD_MIGRATION_RELOAD] = plan->bounds.back_s = 600;
  qd_migration_run_async (fixture->desk.hub, "harbour", plan, "room is needed", 0, 0, NULL, ran_cb, outcomes);
  test_until (is_job (fixture, fixture->tenants->pdata[0], "running"), 20);
  g_assert_true (qd_window_open_entity (fixture->desk.window, find_job (fixture, fixture->tenants->pdata[0])));
}

static void
choose_first_step (Fixture *fixture)
{
  GtkListBoxRow *row = NULL;
  guint n_rows;

  test_until (find_again (fixture) != NULL && gtk_widget_get_sensitive (find_again (fixture)), 10);
  g_assert_cmpuint (count_steps (find_again (fixture), &n_rows, &row), ==, 1);
  g_assert_cmpuint (n_rows, ==, QD_N_MIGRATION_STEPS);
  g_signal_emit_by_name (gtk_widget_get_parent (GTK_WIDGET (row)), "row-activated", row);
}

static void
test_pane (void)
{
  Fixture fixture;
  GPtrArray *outcomes = NULL;
  const char *tenant;

  if (!set_up (&fixture))
    return;
  tenant = fixture.tenants->pdata[0];
  open_window (&fixture);
  begin_move (&fixture, &outcomes);
  /* Before it is cancelled it says what that does; what cannot be done while it runs is off. */
  test_until (says (GTK_WIDGET (fixture.desk.window), "Cancelled, the step under way is undone"), 10);
  g_assert_false (gtk_widget_get_sensitive (find_again (&fixture)));
  fixture_press (GTK_WIDGET (fixture.desk.window), "_Cancel Job");
  test_until (strstr (fixture.desk.toasts->str, "The step under way is undone, and it goes back") != NULL, 20);
  signal_shard (&fixture, TARGET, SIGCONT);
  test_until (is_job (&fixture, tenant, "cancelled") && outcomes != NULL, PATIENCE_S);
  test_until (works_on (&fixture, tenant, "runner.shard-1"), 30);
  g_ptr_array_unref (outcomes);
  /* Gone back, it may begin again with its first step alone. */
  choose_first_step (&fixture);
  test_until (is_job (&fixture, tenant, "succeeded"), PATIENCE_S);
  test_until (works_on (&fixture, tenant, TARGET), 30);
  test_until (find_again (&fixture) != NULL && !gtk_widget_get_sensitive (find_again (&fixture)), 10);
  tear_down (&fixture);
}

/* --- In production -------------------------------------------------------------------------------------------- */

static AdwDialog *
get_dialog (Fixture *fixture)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->desk.window));
}

static gboolean
asks (Fixture *fixture, GType type)
{
  AdwDialog *dialog = get_dialog (fixture);

  return dialog && G_TYPE_FROM_INSTANCE (dialog) == type;
}

static void
answer (Fixture *fixture, const char *response)
{
  AdwDialog *dialog = get_dialog (fixture);

  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  g_signal_emit_by_name (dialog, "response", response);
  adw_dialog_force_close (dialog);
  test_until (dialog == NULL, 10);
}

/* What is asked before anything is done: the name of the connection, and no reason, as the job has one. */
static void
check_asked (Fixture *fixture, const char *reason)
{
  const char *const wrong[] = { "", "harbour", "acme" };
  QdEntity *nats = qd_fleet_lookup (qd_hub_get_fleet (fixture->desk.hub), "harbour-nats", QD_KIND_CONNECTION, "harbour-nats");
  AdwAlertDialog *dialog;

  test_until (asks (fixture, QD_TYPE_CONFIRM_DIALOG), 10);
  dialog = ADW_ALERT_DIALOG (get_dialog (fixture));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "because", wrong[i]);
      g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
    }
  test_until (says (GTK_WIDGET (dialog), reason), 10);
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "because", qd_entity_get_name (nats));
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "do"));
}

/* A production that is locked is gone on with by nobody: first it is unlocked, then its name is typed; who is not asked to the end does nothing. */
static void
test_production_left (gconstpointer production)
{
  Fixture fixture;
  const char *tenant;

  if (!set_up (&fixture))
    return;
  fixture.production = production;
  tenant = fixture.tenants->pdata[0];
  be_killed (&fixture, 1);
  open_window (&fixture);
  test_until (get_text (&fixture) != NULL, PATIENCE_S);
  fixture_press (get_notice (&fixture), "_Go On");
  test_until (asks (&fixture, ADW_TYPE_ALERT_DIALOG), 10);
  answer (&fixture, "cancel");
  test_until (get_text (&fixture) != NULL, 10);
  g_assert_true (is_job (&fixture, tenant, "waiting"));
  g_assert_true (qd_hub_is_locked (fixture.desk.hub, production));
  fixture_press (get_notice (&fixture), "_Go On");
  test_until (asks (&fixture, ADW_TYPE_ALERT_DIALOG), 10);
  answer (&fixture, "unlock");
  g_assert_false (qd_hub_is_locked (fixture.desk.hub, production));
  check_asked (&fixture, "room is needed");
  answer (&fixture, "do");
  test_until (is_job (&fixture, tenant, "succeeded"), PATIENCE_S);
  test_until (works_on (&fixture, tenant, TARGET), 30);
  tear_down (&fixture);
}

/* What was begun in production is not sent back, and not begun again, without its name; whichever of the two connections is production. */
static void
test_production_pane (void)
{
  Fixture fixture;
  GPtrArray *outcomes = NULL;
  const char *tenant;

  if (!set_up (&fixture))
    return;
  fixture.production = "harbour-nats";
  tenant = fixture.tenants->pdata[0];
  open_window (&fixture);
  qd_hub_unlock (fixture.desk.hub, "harbour-nats", 10);
  begin_move (&fixture, &outcomes);
  fixture_press (GTK_WIDGET (fixture.desk.window), "_Cancel Job");
  check_asked (&fixture, "room is needed");
  answer (&fixture, "cancel");
  g_assert_cmpstr (fixture.desk.toasts->str, ==, "");
  g_assert_true (is_job (&fixture, tenant, "running"));
  fixture_press (GTK_WIDGET (fixture.desk.window), "_Cancel Job");
  check_asked (&fixture, "Cancelled, the step under way is undone");
  answer (&fixture, "do");
  test_until (strstr (fixture.desk.toasts->str, "The step under way is undone, and it goes back") != NULL, 20);
  signal_shard (&fixture, TARGET, SIGCONT);
  test_until (is_job (&fixture, tenant, "cancelled") && outcomes != NULL, PATIENCE_S);
  g_ptr_array_unref (outcomes);
  fixture_press (GTK_WIDGET (fixture.desk.window), "_Go On");
  check_asked (&fixture, "room is needed");
  answer (&fixture, "cancel");
  choose_first_step (&fixture);
  check_asked (&fixture, "room is needed");
  g_assert_true (is_job (&fixture, tenant, "cancelled"));
  answer (&fixture, "do");
  test_until (is_job (&fixture, tenant, "succeeded"), PATIENCE_S);
  test_until (works_on (&fixture, tenant, TARGET), 30);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();

  /* A popover without a window manager, and libadwaita 1.7 of itself, warn. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/jobs-left/go-on", test_go_on);
  g_test_add_func ("/jobs-left/taken-over", test_taken_over);
  g_test_add_data_func ("/jobs-left/batch-on", NULL, test_batch);
  g_test_add_data_func ("/jobs-left/batch-back", "back", test_batch);
  g_test_add_func ("/jobs-left/pane", test_pane);
  g_test_add_data_func ("/jobs-left/production-left", "harbour-nats", test_production_left);
  g_test_add_func ("/jobs-left/production-pane", test_production_pane);
  return g_test_run ();
}
