/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Audit page in the real window on a real lab: what was done is there, can be found, and says whether it is whole. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-action-popover.h"
#include "qd-application.h"
#include "qd-audit-detail.h"
#include "qd-audit-keep.h"
#include "qd-audit-write.h"
#include "qd-audit.h"
#include "qd-credentials.h"
#include "qd-detail-pane.h"
#include "qd-json.h"
#include "qd-settings.h"
#include "qd-table-page.h"

#define USER "admin"

typedef struct {
  TestLab *lab;
  char *folder, *journal;
  QdHub *hub;
  QdWindow *window;
  QdPage *page;
  QdEntity *path;       /* what is acted on */
  GString *toasts;
  GAsyncResult *result;
} Fixture;

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, Fixture *self)
{
  g_string_append_printf (self->toasts, "%s\n", text);
}

static QdEntityList *
get_list (Fixture *self, QdKind kind)
{
  return qd_fleet_get_list (qd_hub_get_fleet (self->hub), kind);
}

/* The first path that is up: one that is down fails over to nothing. */
static QdEntity *
find_path (Fixture *self)
{
  QdEntityList *paths = get_list (self, QD_KIND_PATH);

  for (guint i = 0; i < qd_entity_list_get_length (paths); i++)
    if (qd_entity_get_status (qd_entity_list_peek (paths, i)) == QD_STATUS_WELL)
      return qd_entity_list_peek (paths, i);
  return NULL;
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  qd_credentials_clear_finish (result, NULL);
  *(gboolean *) data = TRUE;
}

/* Another test had another journal, which the keyring (or what stands for it here) may know of. */
static void
forget_anchor (void)
{
  gboolean cleared = FALSE;

  qd_credentials_clear ("audit", NULL, cleared_cb, &cleared);
  test_until (cleared, 20);
}

static gboolean
set_up_with (Fixture *self, const char *options)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Fixture) { .lab = test_lab_new (options) };
  if (self->lab == NULL)
    return FALSE;
  forget_anchor ();
  self->folder = g_dir_make_tmp ("qd-audit-XXXXXX", NULL);
  self->journal = g_build_filename (self->folder, "audit.jsonl", NULL);
  self->toasts = g_string_new (NULL);
  self->hub = qd_hub_new (NULL);
  qd_hub_keep_audit (self->hub, self->journal);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  endpoint = test_lab_endpoint (self->lab, "node-api", USER);
  g_set_str (&endpoint->id, USER);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (qd_entity_list_get_length (get_list (self, QD_KIND_PATH)) >= 20, 30);
  test_until ((self->path = find_path (self)) != NULL, 30);
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (qd_window_get_session (self->window), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  fixture_settle (GTK_WIDGET (self->window));
  return TRUE;
}

static gboolean
set_up (Fixture *self)
{
  /* Nothing goes down by itself, so that a path that is up can be failed over whenever a slow machine comes to it; and of this fleet the
   * first one that is up has a backup that is up, too. */
  return set_up_with (self, "--seed 11 --sites 12 --paths 20 --flows 20 --rate 0 --no-nats");
}

static void
tear_down (Fixture *self)
{
  char *rm[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  g_clear_object (&self->result);
  g_spawn_sync (NULL, rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_string_free (self->toasts, TRUE);
  g_free (self->folder);
  g_free (self->journal);
  test_lab_free (self->lab);
}

static QdTable *
open_page (Fixture *self)
{
  g_assert_true (qd_window_show_page (self->window, "audit"));
  fixture_settle (GTK_WIDGET (self->window));
  self->page = qd_window_get_page (self->window);
  return qd_table_page_get_table (QD_TABLE_PAGE (self->page));
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_set_object ((GAsyncResult **) data, result);
}

/* Does something to a path, or is refused. The job's id. */
static char *
act (Fixture *self, const char *verb, const char *reason)
{
  QdEntity *path = self->path;
  g_autoptr (JsonObject) args = json_object_new ();
  char *id;

  json_object_set_string_member (args, "id", qd_entity_get_id (path));
  g_clear_object (&self->result);
  id = qd_hub_run (self->hub, USER, verb, args, NULL, reason, NULL, finished_cb, &self->result);
  test_until (self->result != NULL, 30);
  return id;
}

static guint
count_shown (QdTable *table)
{
  return qd_view_get_length (qd_table_get_view (table));
}

static QdEntity *
find_record (Fixture *self, const char *job, const char *outcome)
{
  QdEntityList *list = get_list (self, QD_KIND_AUDIT);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *record = qd_entity_list_peek (list, i);

      if ((job == NULL || g_strcmp0 (qd_entity_get_string (record, QD_AUDIT_JOB), job) == 0) &&
          g_strcmp0 (qd_entity_get_string (record, QD_AUDIT_OUTCOME), outcome) == 0)
        return record;
    }
  return NULL;
}

/* A label below @from that begins so. */
static gboolean
says (GtkWidget *from, const char *begin)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (from)), begin))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (says (child, begin))
      return TRUE;
  return FALSE;
}

static guint
count_events (Fixture *self, QdEntity *record)
{
  QdEntityList *events = get_list (self, QD_KIND_EVENT);
  guint n = 0;

  for (guint i = 0; i < qd_entity_list_get_length (events); i++)
    n += qd_audit_detail_is_of_request (record, qd_entity_list_peek (events, i));
  return n;
}

static QdEntity *
find_event (Fixture *self, const char *request)
{
  QdEntityList *events = get_list (self, QD_KIND_EVENT);

  for (guint i = 0; i < qd_entity_list_get_length (events); i++)
    {
      g_autofree char *of = qd_audit_detail_dup_request (qd_entity_list_peek (events, i));

      if (g_strcmp0 (of, request) == 0)
        return qd_entity_list_peek (events, i);
    }
  return NULL;
}

/* --- What was done is there -------------------------------------------------------------------------------------- */

static void
test_page (void)
{
  Fixture self;
  QdTable *table;
  QdEntity *record;
  g_autofree char *job = NULL, *refused = NULL;

  if (!set_up (&self))
    return;
  table = open_page (&self);
  test_until (says (GTK_WIDGET (self.page), "Intact at"), 20);
  g_assert_cmpuint (count_shown (table), ==, 0);
  job = act (&self, "path.failover", "fibre cut");
  refused = act (&self, "path.failover", NULL);
  test_until (count_shown (table) == 3, 20);
  record = find_record (&self, job, "succeeded");
  g_assert_nonnull (record);
  g_assert_cmpstr (qd_entity_get_string (record, QD_AUDIT_WHY), ==, "fibre cut");
  /* With its job, its thing, and what the server tells of the same request. */
  g_assert_true (qd_audit_detail_find_job (qd_hub_get_fleet (self.hub), record) != NULL);
  g_assert_true (qd_audit_detail_find_thing (qd_hub_get_fleet (self.hub), record) == self.path);
  test_until (count_events (&self, record) > 0, 20);
  test_until (find_event (&self, job) != NULL, 20);
  g_assert_true (qd_window_open_entity (self.window, record));
  test_until (qd_table_get_selected (table) == record, 10);
  test_until (says (GTK_WIDGET (self.page), "Related") && says (GTK_WIDGET (self.page), "Recent Events"), 10);
  /* Searched and filtered as anything. */
  qd_table_set_filter_text (table, "outcome:refused");
  test_until (count_shown (table) == 1, 10);
  qd_table_set_filter_text (table, "who:" USER " why:fibre");
  test_until (count_shown (table) == 2, 10);
  qd_table_set_filter_text (table, "nothing-of-the-kind");
  test_until (count_shown (table) == 0, 10);
  tear_down (&self);
}

/* From what the server tells of a request to what was recorded of it, where nobody has looked at the page of records before. */
static void
test_correlated (void)
{
  Fixture self;
  g_autofree char *job = NULL;
  g_autoptr (GPtrArray) records = NULL;

  if (!set_up (&self))
    return;
  job = act (&self, "path.failover", "fibre cut");
  test_until (find_event (&self, job) != NULL, 20);
  g_assert_cmpuint (qd_entity_list_get_length (get_list (&self, QD_KIND_AUDIT)), ==, 0);
  g_assert_true (qd_window_open_entity (self.window, find_event (&self, job)));
  test_until (says (GTK_WIDGET (self.window), "Audit record"), 20);
  records = qd_audit_detail_find_records (qd_hub_get_fleet (self.hub), find_event (&self, job), 10);
  g_assert_cmpuint (records->len, ==, 2);
  for (guint i = 0; i < records->len; i++)
    {
      g_assert_cmpstr (qd_entity_get_string (records->pdata[i], QD_AUDIT_JOB), ==, job);
      g_assert_true (qd_audit_detail_is_of_request (records->pdata[i], find_event (&self, job)));
    }
  /* The job leads there as well. */
  g_assert_true (qd_window_open_entity (self.window, qd_audit_detail_find_job (qd_hub_get_fleet (self.hub), records->pdata[0])));
  test_until (says (GTK_WIDGET (qd_window_get_page (self.window)), "Audit record"), 20);
  tear_down (&self);
}

/* An event names its request in one of several ways, of which a trace is one. */
static void
test_traced (void)
{
  static const char *const request = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
  static const char *const ways[] = {
    "{\"correlation_id\":\"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9\"}", "{\"request_id\":\"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9\"}",
    "{\"trace_id\":\"0a1b2c3d4e5f60718293a4b5c6d7e8f9\"}", "{\"traceparent\":\"00-0a1b2c3d4e5f60718293a4b5c6d7e8f9-0011223344556677-01\"}",
    "{\"traceparent\":\"00-0a1b\"}", "{\"trace_id\":7}", "no JSON with a trace_id", "{}",
  };
  g_autoptr (QdFleet) fleet = qd_fleet_new ();

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *id = g_strdup_printf ("event-%u", i), *of = NULL;
      QdDelta *delta = qd_delta_new ("c", QD_KIND_EVENT, id, QD_DELTA_UPSERT);

      qd_delta_set (delta, QD_EVENT_DATA, qd_value_string (ways[i]));
      qd_fleet_begin (fleet);
      qd_fleet_apply (fleet, delta);
      qd_fleet_commit (fleet);
      qd_delta_unref (delta);
      of = qd_audit_detail_dup_request (qd_fleet_lookup (fleet, "c", QD_KIND_EVENT, id));
      g_assert_cmpstr (of, ==, i < 4 ? request : NULL);
    }
}

/* The page says where the chain is broken. */
static void
test_broken (void)
{
  Fixture self;
  g_autofree char *text = NULL, *job = NULL;

  if (!set_up (&self))
    return;
  job = act (&self, "path.test", NULL);
  open_page (&self);
  test_until (says (GTK_WIDGET (self.page), "Intact at"), 20);
  g_assert_true (g_file_get_contents (self.journal, &text, NULL, NULL));
  memcpy (strstr (text, "path.test"), "path.TEST", strlen ("path.TEST"));
  g_assert_true (g_file_set_contents (self.journal, text, -1, NULL));
  gtk_widget_activate_action (GTK_WIDGET (self.page), "audit.verify", NULL);
  test_until (says (GTK_WIDGET (self.page), "Broken at"), 20);
  g_assert_cmpint (qd_audit_get_verdict (qd_hub_get_audit (self.hub))->place, ==, 1);
  tear_down (&self);
}

/* --- Taken elsewhere, and kept for so long ------------------------------------------------------------------------- */

static void
test_export (void)
{
  Fixture self;
  g_autofree char *path = NULL, *text = NULL, *journal = NULL, *csv_path = NULL, *csv = NULL, *job = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (g_free);

  if (!set_up (&self))
    return;
  open_page (&self);
  job = act (&self, "path.test", NULL);
  test_until (qd_entity_list_get_length (get_list (&self, QD_KIND_AUDIT)) == 2, 20);
  for (guint n = 1; n <= 2; n++)
    for (guint i = 0; i < 2; i++)
      {
        QdEntity *record = qd_entity_list_peek (get_list (&self, QD_KIND_AUDIT), i);
        gint64 number;

        if (qd_entity_get_int (record, QD_AUDIT_N, &number) && number == n)
          g_ptr_array_add (records, g_strdup (qd_entity_get_string (record, QD_AUDIT_RECORD)));
      }
  path = g_build_filename (self.folder, "out.jsonl", NULL);
  csv_path = g_build_filename (self.folder, "out.csv", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path), csv_file = g_file_new_for_path (csv_path);
  qd_audit_write (qd_window_get_session (self.window), self.page, records, file);
  test_until (strstr (self.toasts->str, "2 records exported") != NULL, 20);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (self.journal, &journal, NULL, NULL));
  g_assert_cmpstr (text, ==, journal);
  g_string_truncate (self.toasts, 0);
  qd_audit_write (qd_window_get_session (self.window), self.page, records, csv_file);
  test_until (strstr (self.toasts->str, "2 records exported") != NULL, 20);
  g_assert_true (g_file_get_contents (csv_path, &csv, NULL, NULL));
  g_assert_true (g_str_has_prefix (csv, "at,who,"));
  tear_down (&self);
}

static void
test_keep (void)
{
  Fixture self;
  QdAudit *audit;
  AdwDialog *dialog;
  GtkWidget *days;

  if (!set_up (&self))
    return;
  open_page (&self);
  audit = qd_hub_get_audit (self.hub);
  gtk_widget_activate_action (GTK_WIDGET (self.page), "audit.keep", NULL);
  test_until (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window)) != NULL, 10);
  dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window));
  days = g_object_get_data (G_OBJECT (dialog), "qd-days");
  g_assert_cmpfloat (adw_spin_row_get_value (ADW_SPIN_ROW (days)), ==, QD_AUDIT_DAYS);
  adw_spin_row_set_value (ADW_SPIN_ROW (days), 90);
  fixture_press (GTK_WIDGET (dialog), "_Save");
  test_until (qd_audit_get_limits (audit).days == 90, 10);
  test_until (find_record (&self, NULL, "succeeded") != NULL, 10);
  g_assert_cmpstr (qd_entity_get_string (find_record (&self, NULL, "succeeded"), QD_AUDIT_WHAT), ==, "audit.limits");
  tear_down (&self);
}

/* --- Of other desks ------------------------------------------------------------------------------------------------- */

static gboolean
is_ready (Fixture *self, const char *control, const char *nats)
{
  QdFleet *fleet = qd_hub_get_fleet (self->hub);
  QdEntity *one = qd_fleet_lookup (fleet, control, QD_KIND_CONNECTION, control), *other = qd_fleet_lookup (fleet, nats, QD_KIND_CONNECTION, nats);

  return one != NULL && other != NULL && qd_entity_get (one, QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON &&
         g_strcmp0 (qd_entity_get_string (other, QD_CONNECTION_STATE), "live") == 0;
}

/* Both connections of the fleet, as @role. */
static void
sign_in (Fixture *self, const char *role)
{
  g_autoptr (QdEndpoint) control = test_lab_endpoint (self->lab, "node-api", role), nats = test_lab_endpoint (self->lab, "nats", role);

  g_set_str (&control->id, role);
  g_free (nats->id);
  nats->id = g_strconcat (role, "-nats", NULL);
  g_set_str (&nats->feeds, role);
  g_assert_true (qd_hub_add (self->hub, control, FALSE, NULL));
  g_assert_true (qd_hub_add (self->hub, nats, FALSE, NULL));
  test_until (is_ready (self, role, nats->id), 30);
}

static void
publish_record (Fixture *self, const char *nats)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (JsonNode) answer = NULL;
  QdDriver *driver = qd_hub_get_driver (self->hub, nats);

  json_object_set_string_member (args, "stream", "AUDIT");
  json_object_set_string_member (args, "subject", "audit.another-desk");
  json_object_set_string_member (args, "payload", "{\"desk\":\"another-desk\",\"n\":1,\"what\":\"path.test\",\"outcome\":\"succeeded\",\"who\":\"ada\"}");
  g_clear_object (&self->result);
  qd_driver_command_async (driver, "stream.publish", args, NULL, finished_cb, &self->result);
  test_until (self->result != NULL, 20);
  answer = qd_driver_command_finish (driver, self->result, NULL);
  g_assert_nonnull (answer);
}

/* The first below @from of that type. */
static GtkWidget *
find_of_type (GtkWidget *from, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (from, type) ? from : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_of_type (child, type);
  return found;
}

/* The button of the page's menu with this label, as it is when the menu opens. */
static GtkWidget *
find_in_menu (Fixture *self, const char *label)
{
  GtkWidget *popover = find_of_type (GTK_WIDGET (self->page), QD_TYPE_ACTION_POPOVER);

  qd_action_popover_fill (QD_ACTION_POPOVER (popover));
  for (GtkWidget *row = gtk_widget_get_first_child (gtk_widget_get_parent (find_of_type (popover, GTK_TYPE_BUTTON))); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    if (GTK_IS_BUTTON (row) && g_str_equal (gtk_label_get_text (GTK_LABEL (find_of_type (row, GTK_TYPE_LABEL))), label))
      return row;
  g_error ("there is no “%s”", label);
}

/* They are seen with one permission and exported with another; what this desk did is always its owner's. */
static void
test_others (void)
{
  Fixture self;
  QdTable *table;
  g_autofree char *job = NULL;

  if (!set_up_with (&self, "--sites 12 --paths 20 --flows 20 --rate 0 --shards 0"))
    return;
  job = act (&self, "path.test", NULL);
  sign_in (&self, "operator");
  publish_record (&self, "operator-nats");
  table = open_page (&self);
  test_until (says (GTK_WIDGET (self.page), "Your role on"), 20);
  test_until (count_shown (table) == 2, 20);
  g_assert_null (qd_table_get_no_export (table));
  g_assert_true (gtk_widget_get_sensitive (find_in_menu (&self, "Export Records…")));
  sign_in (&self, "break-glass");
  gtk_widget_set_visible (GTK_WIDGET (self.page), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self.page), TRUE);
  test_until (count_shown (table) == 3, 30);
  test_until (qd_table_get_no_export (table) != NULL, 20);
  g_assert_nonnull (strstr (qd_table_get_no_export (table), "audit.export"));
  g_assert_nonnull (strstr (qd_table_get_no_export (table), "(break-glass)"));
  g_assert_false (gtk_widget_get_sensitive (find_in_menu (&self, "Export Records…")));
  g_assert_true (gtk_widget_get_sensitive (find_in_menu (&self, "Export Own Records…")));
  tear_down (&self);
}

/* A journal that cannot be read is told to who asks for records of a request as well. */
static void
test_unread (void)
{
  Fixture self;
  g_autofree char *job = NULL;

  if (!set_up (&self))
    return;
  job = act (&self, "path.failover", "fibre cut");
  test_until (find_event (&self, job) != NULL, 20);
  g_assert_cmpint (g_unlink (self.journal), ==, 0);
  g_assert_cmpint (g_mkdir (self.journal, 0700), ==, 0);
  g_assert_true (qd_window_open_entity (self.window, find_event (&self, job)));
  test_until (strstr (self.toasts->str, "cannot be read") != NULL, 20);
  tear_down (&self);
}

/* --- As many as are shown at all ------------------------------------------------------------------------------------ */

/* Sanitizers make what is large ten times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define N_MANY 10000
#else
#define N_MANY 100000
#endif

static void
write_many (const char *path)
{
  g_autoptr (GString) text = g_string_new (NULL);
  QdAuditMark mark = { 0 };

  for (guint i = 0; i < N_MANY; i++)
    {
      g_autoptr (JsonObject) record = json_object_new ();
      g_autofree char *line = NULL, *on = g_strdup_printf ("path-%u", i % 500);

      json_object_set_string_member (record, "at", "2026-11-28T01:02:03.000Z");
      json_object_set_string_member (record, "desk", "bridge-0a1b2c3d");
      json_object_set_string_member (record, "who", i % 3 ? "ada" : "olga");
      json_object_set_string_member (record, "what", "path.test");
      json_object_set_string_member (record, "on", on);
      json_object_set_string_member (record, "connection", USER);
      json_object_set_string_member (record, "outcome", i % 100 ? "succeeded" : "refused");
      line = qd_audit_line_make (record, &mark, &mark, NULL);
      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
}

static void
test_many (void)
{
  Fixture self;
  QdTable *table;

  if (!set_up (&self))
    return;
  write_many (self.journal);
  table = open_page (&self);
  test_until (count_shown (table) == N_MANY, 100);
  qd_table_set_filter_text (table, "outcome:refused who:olga");
  test_until (count_shown (table) == N_MANY / 300 + 1, 30);
  test_until (says (GTK_WIDGET (self.page), "Intact at"), 60);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-audit-data-XXXXXX", NULL);
  int code;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  /* libadwaita 1.7 warns of itself when the heading of a question needs two lines. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/audit/page", test_page);
  g_test_add_func ("/audit/correlated", test_correlated);
  g_test_add_func ("/audit/traced", test_traced);
  g_test_add_func ("/audit/broken", test_broken);
  g_test_add_func ("/audit/export", test_export);
  g_test_add_func ("/audit/keep", test_keep);
  g_test_add_func ("/audit/others", test_others);
  g_test_add_func ("/audit/unread", test_unread);
  g_test_add_func ("/audit/many", test_many);
  code = g_test_run ();
  {
    char *rm[] = { (char *) "rm", (char *) "-rf", data, NULL };

    g_spawn_sync (NULL, rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  }
  return code;
}
