/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs in the real window on a real lab: a job of ours is shown once, with the connection that it acts
 * on; and what the server wants the password for once more is asked in the window. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-capability.h"
#include "qd-confirm-dialog.h"
#include "qd-display.h"
#include "qd-entity-actions.h"
#include "qd-job-actions.h"
#include "qd-settings.h"
#include "qd-table-page.h"
#include "qd-table-text.h"

#define USER "admin"
#define STEP_UP_S 2

typedef struct {
  TestLab *lab;
  FixtureDesk desk;
  char *password;
  gint64 signed_in_at;
} Fixture;

static QdEntityList *
get_list (Fixture *fixture, QdKind kind)
{
  return qd_fleet_get_list (qd_hub_get_fleet (fixture->desk.hub), kind);
}

static gboolean
set_up (Fixture *fixture)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  *fixture = (Fixture) { .lab = test_lab_new ("--sites 12 --paths 20 --flows 20 --rate 50 --no-nats --step-up " G_STRINGIFY (STEP_UP_S)) };
  if (fixture->lab == NULL)
    return FALSE;
  fixture_desk_init (&fixture->desk);
  endpoint = test_lab_endpoint (fixture->lab, "node-api", USER);
  g_set_str (&endpoint->id, USER);
  fixture->password = g_strdup (endpoint->password);
  g_assert_true (qd_hub_add (fixture->desk.hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (qd_entity_list_get_length (get_list (fixture, QD_KIND_SITE)) >= 12 &&
              qd_entity_list_get_length (get_list (fixture, QD_KIND_PATH)) >= 20, 30);
  fixture->signed_in_at = g_get_monotonic_time ();
  fixture_desk_show (&fixture->desk, NULL);
  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  fixture_desk_clear (&fixture->desk);
  g_free (fixture->password);
  test_lab_free (fixture->lab);
}

static QdTable *
show_table (Fixture *fixture, const char *page)
{
  g_assert_true (qd_window_show_page (fixture->desk.window, page));
  fixture_settle (GTK_WIDGET (fixture->desk.window));
  return qd_table_page_get_table (QD_TABLE_PAGE (qd_window_get_page (fixture->desk.window)));
}

/* The job of ours that was begun last. */
static QdEntity *
our_job (Fixture *fixture)
{
  QdEntityList *jobs = get_list (fixture, QD_KIND_JOB);

  for (guint i = qd_entity_list_get_length (jobs); i-- > 0;)
    if (g_str_equal (qd_entity_get_connection (qd_entity_list_peek (jobs, i)), QD_HUB_LOCAL))
      return qd_entity_list_peek (jobs, i);
  return NULL;
}

static const char *
state_of (Fixture *fixture)
{
  QdEntity *job = our_job (fixture);

  return job != NULL ? qd_entity_get_string (job, QD_JOB_STATE) : NULL;
}

/* --- Shown once --------------------------------------------------------------------------------- */

static QdEntity *
server_job (Fixture *fixture)
{
  QdEntity *ours = our_job (fixture);

  return ours != NULL ? qd_fleet_lookup (qd_hub_get_fleet (fixture->desk.hub), USER, QD_KIND_JOB,
                                         qd_entity_get_string (ours, QD_JOB_SERVER_JOB)) : NULL;
}

/* Which paths are down hangs on the hour, and the test of such a one fails. */
static QdEntity *
first_well_path (Fixture *fixture)
{
  QdEntityList *paths = get_list (fixture, QD_KIND_PATH);

  for (guint i = 0; i < qd_entity_list_get_length (paths); i++)
    if (qd_entity_get_status (qd_entity_list_peek (paths, i)) == QD_STATUS_WELL)
      return qd_entity_list_peek (paths, i);
  return qd_entity_list_peek (paths, 0);
}

static void
test_shown_once (void)
{
  static const char *const shown[] = { NULL, USER, "another" };
  Fixture fixture;
  g_autoptr (JsonObject) args = json_object_new ();
  QdEntity *path;
  QdView *view;

  if (!set_up (&fixture))
    return;
  view = qd_table_get_view (show_table (&fixture, "jobs"));
  path = first_well_path (&fixture);
  json_object_set_string_member (args, "id", qd_entity_get_id (path));
  qd_session_run (qd_window_get_session (fixture.desk.window), fixture.desk.window, path, "path.test", args, "Test it", NULL, NULL);
  test_until (server_job (&fixture) != NULL && g_strcmp0 (state_of (&fixture), "succeeded") == 0, 30);
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      qd_session_set_connection (qd_window_get_session (fixture.desk.window), shown[i]);
      fixture_settle (GTK_WIDGET (fixture.desk.window));
      g_assert_false (qd_view_contains (view, server_job (&fixture)));
      g_assert_cmpint (qd_view_contains (view, our_job (&fixture)), ==, g_strcmp0 (shown[i], "another") != 0);
    }
  qd_session_set_connection (qd_window_get_session (fixture.desk.window), NULL);
  /* What leads to the server's job leads to ours; what ours is about is found where it acts. */
  g_assert_true (qd_window_open_entity (fixture.desk.window, server_job (&fixture)));
  g_assert_true (qd_session_get_selected (qd_window_get_session (fixture.desk.window)) == our_job (&fixture));
  g_assert_true (qd_fleet_get_end (qd_hub_get_fleet (fixture.desk.hub), our_job (&fixture), FALSE) == path);
  tear_down (&fixture);
}

/* --- The password once more --------------------------------------------------------------------- */

static GtkWidget *
get_dialog (Fixture *fixture)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->desk.window)));
}

static gboolean
asks (Fixture *fixture, const char *heading)
{
  GtkWidget *dialog = get_dialog (fixture);

  return dialog != NULL && ADW_IS_ALERT_DIALOG (dialog) && fixture_find (dialog, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL) != NULL &&
         g_strcmp0 (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), heading) == 0;
}

static void
give_password (Fixture *fixture, const char *password)
{
  GtkWidget *entry = fixture_find (get_dialog (fixture), ADW_TYPE_PASSWORD_ENTRY_ROW, NULL);

  /* Nothing is not sent. */
  g_assert_false (adw_alert_dialog_get_response_enabled (ADW_ALERT_DIALOG (get_dialog (fixture)), "confirm"));
  gtk_editable_set_text (GTK_EDITABLE (entry), password);
  fixture_press (get_dialog (fixture), "_Continue");
}

/* Removes the first site, up to where the server, since the login is some seconds old, wants to be
 * sure. Returns the site's id. */
static char *
remove_site (Fixture *fixture)
{
  QdTable *table = show_table (fixture, "sites");
  QdEntity *site = qd_view_peek (qd_table_get_view (table), 0);
  char *id = g_strdup (qd_entity_get_id (site));

  g_assert_true (qd_table_select (table, site));
  fixture_settle (GTK_WIDGET (fixture->desk.window));
  test_until (g_get_monotonic_time () - fixture->signed_in_at > (STEP_UP_S + 1) * G_USEC_PER_SEC, 10);
  gtk_widget_activate_action (GTK_WIDGET (table), "row.site.delete", NULL);
  fixture_settle (GTK_WIDGET (fixture->desk.window));
  g_assert_true (QD_IS_CONFIRM_DIALOG (get_dialog (fixture)));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (get_dialog (fixture)), "It was sold", qd_entity_get_name (site));
  fixture_press (get_dialog (fixture), "Remove site");
  test_until (asks (fixture, "Confirm Who You Are"), 30);
  g_assert_cmpstr (state_of (fixture), ==, "waiting");
  return id;
}

static gboolean
has_site (Fixture *fixture, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (fixture->desk.hub), USER, QD_KIND_SITE, id) != NULL;
}

static void
test_password (void)
{
  Fixture fixture;
  g_autofree char *id = NULL;

  if (!set_up (&fixture))
    return;
  id = remove_site (&fixture);
  for (guint i = 0; i < 2; i++)
    {
      gpointer before = get_dialog (&fixture);

      g_object_add_weak_pointer (before, &before);
      give_password (&fixture, "not the password");
      test_until (before == NULL && asks (&fixture, "Wrong Password"), 30);
      g_assert_true (has_site (&fixture, id));
      g_assert_cmpstr (state_of (&fixture), ==, "waiting");
    }
  g_test_message ("%s", adw_alert_dialog_get_body (ADW_ALERT_DIALOG (get_dialog (&fixture))));
  give_password (&fixture, fixture.password);
  test_until (!has_site (&fixture, id) && strstr (fixture.desk.toasts->str, "Done: ") != NULL, 30);
  g_assert_cmpstr (state_of (&fixture), ==, "succeeded");
  g_assert_null (strstr (qd_entity_get_string (our_job (&fixture), QD_JOB_STEPS), fixture.password));
  /* Its details say in words for people how it went. */
  g_assert_true (qd_window_open_entity (fixture.desk.window, our_job (&fixture)));
  test_until (fixture_find (GTK_WIDGET (fixture.desk.window), ADW_TYPE_ACTION_ROW, "State") != NULL, 10);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (fixture_find (GTK_WIDGET (fixture.desk.window), ADW_TYPE_ACTION_ROW, "State"))),
                   ==, "Done");
  tear_down (&fixture);
}

static void
test_password_cancelled (void)
{
  Fixture fixture;
  g_autofree char *id = NULL;

  if (!set_up (&fixture))
    return;
  id = remove_site (&fixture);
  fixture_press (get_dialog (&fixture), "_Cancel");
  test_until (g_strcmp0 (state_of (&fixture), "cancelled") == 0 && strstr (fixture.desk.toasts->str, "Cancelled: ") != NULL, 30);
  g_assert_nonnull (strstr (qd_entity_get_string (our_job (&fixture), QD_JOB_ERROR), "nothing was changed"));
  g_assert_true (has_site (&fixture, id));

  /* Cancelled in the list of jobs, the question goes. */
  g_free (id);
  id = remove_site (&fixture);
  qd_hub_cancel_job (fixture.desk.hub, qd_entity_get_id (our_job (&fixture)));
  test_until (g_strcmp0 (state_of (&fixture), "cancelled") == 0 && get_dialog (&fixture) == NULL, 30);
  g_assert_true (has_site (&fixture, id));
  tear_down (&fixture);
}

/* --- Words ------------------------------------------------------------------------------------------ */

/* People read what is done; what goes elsewhere has the verb. */
static void
test_words (void)
{
  static const guint fields[] = { QD_JOB_KIND };
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdDelta) delta = qd_delta_new ("here", QD_KIND_JOB, "1", QD_DELTA_UPSERT), record = qd_delta_new ("here", QD_KIND_AUDIT, "1", QD_DELTA_UPSERT);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();
  g_autofree char *shown = NULL, *told = NULL, *plain = NULL, *json = NULL, *text = NULL;
  const QdCapability *all;
  guint n;

  all = qd_capability_all (&n);
  for (guint i = 0; i < n; i++)
    {
      if (strpbrk (qd_display_verb (all[i].verb), "._"))
        g_error ("%s is shown as %s", all[i].verb, qd_display_verb (all[i].verb));
      g_assert_cmpstr (qd_display_verb (all[i].verb), ==, all[i].title);
    }
  g_assert_cmpstr (qd_display_verb ("path_test"), ==, qd_capability_get ("path.test")->title);
  g_assert_cmpstr (qd_display_verb ("path-failover"), ==, qd_capability_get ("path.failover")->title);
  g_assert_cmpstr (qd_display_verb ("reindex_all"), ==, "reindex_all");
  g_assert_cmpstr (qd_display_verb (""), ==, "");
  g_assert_null (qd_display_verb (NULL));

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string ("Move acme"));
  qd_delta_set (delta, QD_JOB_KIND, qd_value_string ("tenant.migrate"));
  qd_delta_set (record, QD_AUDIT_WHAT, qd_value_string ("connection.unlock"));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_apply (fleet, record);
  qd_fleet_commit (fleet);
  g_ptr_array_add (jobs, qd_fleet_lookup (fleet, "here", QD_KIND_JOB, "1"));
  shown = qd_display_field (fleet, jobs->pdata[0], QD_JOB_KIND);
  told = qd_display_field (fleet, qd_fleet_lookup (fleet, "here", QD_KIND_AUDIT, "1"), QD_AUDIT_WHAT);
  plain = qd_table_text_plain (fleet, jobs, fields, 1);
  json = qd_table_text_json (jobs);
  text = qd_job_action_to_text (jobs->pdata[0]);
  g_assert_cmpstr (shown, ==, "Move tenant");
  g_assert_cmpstr (told, ==, "Unlock production");
  g_assert_cmpstr (plain, ==, "tenant.migrate\n");
  g_assert_nonnull (strstr (json, "\"tenant.migrate\""));
  g_assert_nonnull (strstr (text, "tenant.migrate"));
}

/* What is read is what one looks for, and what a column is sorted by; programs' words are found too. */
static void
check_found (QdKind kind, guint field, const char *const *verbs)
{
  static const struct { const char *text; const char *verb; } looks[] = {
    { "tenant.migrate", "tenant.migrate" }, { "\"move tenant\"", "tenant.migrate" }, { "MIGRATE", "tenant.migrate" },
    { "remove", "site.delete" },            { "site.delete", "site.delete" },         { "reindex_all", "reindex_all" },
  };
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdView) view = qd_view_new (qd_fleet_get_list (fleet, kind));
  const char *name = qd_schema_get (kind)->fields[field].id;

  qd_fleet_begin (fleet);
  for (guint i = 0; verbs[i] != NULL; i++)
    {
      g_autoptr (QdDelta) delta = qd_delta_new ("here", kind, verbs[i], QD_DELTA_UPSERT);

      qd_delta_set (delta, field, qd_value_string (verbs[i]));
      qd_fleet_apply (fleet, delta);
    }
  qd_fleet_commit (fleet);
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    for (guint by_name = 0; by_name < 2; by_name++)
      {
        g_autofree char *text = g_strconcat (by_name ? name : "", by_name ? ":" : "", looks[i].text, NULL);
        g_autoptr (QdFilter) filter = qd_filter_new (text, NULL, 0);

        qd_view_set_filter (view, filter);
        if (qd_view_get_length (view) != 1 || g_strcmp0 (qd_entity_get_string (qd_view_peek (view, 0), field), looks[i].verb) != 0)
          g_error ("“%s” finds %u", text, qd_view_get_length (view));
      }
  qd_view_set_filter (view, NULL);
  for (guint descending = 0; descending < 2; descending++)
    {
      qd_view_set_sort (view, field, descending);
      for (guint i = 1; i < qd_view_get_length (view); i++)
        {
          g_autofree char *before = qd_display_field (fleet, qd_view_peek (view, i - 1), field), *after = qd_display_field (fleet, qd_view_peek (view, i), field);
          int order = g_ascii_strcasecmp (before, after);

          g_assert_cmpint (descending ? -order : order, <, 0);
        }
    }
}

static void
test_words_found (void)
{
  /* By these they would be in another order. */
  static const char *const verbs[] = { "flow.reevaluate", "path.failover", "path.test", "reindex_all", "site.delete", "tenant.migrate", "tenant.suspend", NULL };

  check_found (QD_KIND_JOB, QD_JOB_KIND, verbs);
  check_found (QD_KIND_AUDIT, QD_AUDIT_WHAT, verbs);
}

/* What another program of this desk works on is its own to end, and that is said. */
static void
test_of_another (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdDelta) delta = qd_delta_new (QD_HUB_LOCAL, QD_KIND_JOB, "1", QD_DELTA_UPSERT), end = qd_delta_new (QD_HUB_LOCAL, QD_KIND_JOB, "1", QD_DELTA_PATCH);
  g_autofree char *why = NULL, *over = NULL;
  QdEntity *job;

  qd_delta_set (delta, QD_JOB_KIND, qd_value_string ("policies.apply"));
  qd_delta_set (delta, QD_JOB_STATE, qd_value_string ("running"));
  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json ("{\"program\":\"qdctl\"}"));
  qd_delta_set (end, QD_JOB_STATE, qd_value_string ("succeeded"));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
  job = qd_fleet_lookup (fleet, QD_HUB_LOCAL, QD_KIND_JOB, "1");
  g_assert_false (qd_entity_action_allowed (NULL, job, "job.cancel", &why));
  g_assert_nonnull (strstr (why, "qdctl"));
  g_assert_null (qd_job_action_describe_cancel (job));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, end);
  qd_fleet_commit (fleet);
  g_assert_false (qd_entity_action_allowed (NULL, job, "job.cancel", &over));
  g_assert_null (strstr (over, "qdctl"));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();

  /* libadwaita 1.7 warns of itself when the heading of a question needs two lines. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/jobs/words", test_words);
  g_test_add_func ("/jobs/words-found", test_words_found);
  g_test_add_func ("/jobs/of-another", test_of_another);
  g_test_add_func ("/jobs/shown-once", test_shown_once);
  g_test_add_func ("/jobs/password", test_password);
  g_test_add_func ("/jobs/password-cancelled", test_password_cancelled);
  return g_test_run ();
}
