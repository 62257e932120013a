/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of routing policies in the real window on a real lab: what it says, changing one, what somebody else changes
 * meanwhile, with nobody there, and the order. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-capability.h"
#include "qd-confirm-dialog.h"
#include "qd-detail-pane.h"
#include "qd-display.h"
#include "qd-entity-actions.h"
#include "qd-json.h"
#include "qd-routing-actions.h"
#include "qd-routing-dialog.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-routing-sorter.h"
#include "qd-settings.h"
#include "qd-table-page.h"

typedef struct {
  TestLab *lab;
  FixtureDesk desk;
  QdPage *page;
  const char *user;
} Fixture;

static QdSession *
session (Fixture *self)
{
  return qd_window_get_session (self->desk.window);
}

static QdEntity *
policy (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->desk.hub), self->user, QD_KIND_ROUTING, id);
}

static gint64
priority (Fixture *self, const char *id)
{
  gint64 n;

  return policy (self, id) && qd_entity_get_int (policy (self, id), QD_ROUTING_PRIORITY, &n) ? n : -1;
}

static const char *
state (Fixture *self)
{
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (self->desk.hub), self->user, QD_KIND_CONNECTION, self->user);

  return connection ? qd_entity_get_string (connection, QD_CONNECTION_STATE) : NULL;
}

static gboolean
is_live (Fixture *self)
{
  return g_strcmp0 (state (self), "live") == 0 && qd_capability_allowed (qd_hub_get_fleet (self->desk.hub), self->user, "routing.get", NULL);
}

static gboolean
set_up (Fixture *self, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Fixture) { .lab = test_lab_new ("--sites 12 --paths 20 --flows 60 --rate 50 --no-nats"), .user = user };
  if (self->lab == NULL)
    return FALSE;
  fixture_desk_init (&self->desk);
  endpoint = test_lab_endpoint (self->lab, "node-api", user);
  g_set_str (&endpoint->id, user);
  g_assert_true (qd_hub_add (self->desk.hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (is_live (self) && policy (self, "policy-voip") != NULL, 30);
  fixture_desk_show (&self->desk, "routing");
  self->page = qd_window_get_page (self->desk.window);
  return TRUE;
}

static void
tear_down (Fixture *self)
{
  qd_routing_drafts_forget (qd_routing_drafts_of (self->desk.hub));
  fixture_desk_clear (&self->desk);
  test_lab_free (self->lab);
}

static GtkWidget *
get_dialog (Fixture *self)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->desk.window)));
}

static void
edit (Fixture *self, const char *id)
{
  qd_routing_edit (session (self), GTK_WIDGET (self->page), policy (self, id));
  test_until (get_dialog (self) != NULL && fixture_find (get_dialog (self), ADW_TYPE_SPIN_ROW, "Priority") != NULL, 10);
}

static double
get_spin (Fixture *self, const char *title)
{
  return adw_spin_row_get_value (ADW_SPIN_ROW (fixture_find (get_dialog (self), ADW_TYPE_SPIN_ROW, title)));
}

static void
set_spin (Fixture *self, const char *title, double value)
{
  adw_spin_row_set_value (ADW_SPIN_ROW (fixture_find (get_dialog (self), ADW_TYPE_SPIN_ROW, title)), value);
}

static void
set_entry (Fixture *self, const char *title, const char *text)
{
  GtkWidget *row = fixture_find (get_dialog (self), ADW_TYPE_ENTRY_ROW, title);

  g_assert_nonnull (row);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static gboolean
can_press (Fixture *self, const char *title)
{
  GtkWidget *button = fixture_find (get_dialog (self), GTK_TYPE_BUTTON, title);

  return button != NULL && gtk_widget_is_sensitive (button);
}

/* Somebody else changes it. */
static void
change_elsewhere (Fixture *self, const char *id, const char *changes)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/routing-policies/%s", id);
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "node-api", "admin");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) now = test_lab_request (self->lab, "GET", path, NULL), node = NULL;
  g_autofree char *revision = qd_json_dup_id (qd_json_object (now), "revision"), *args = NULL;
  g_autoptr (QdEndpoint) named = NULL;
  TestModel *other;

  other = test_model_new (endpoint);
  test_until (test_model_find (other, QD_KIND_ROUTING, id) != NULL, 20);
  args = g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\",\"changes\":%s}", id, revision, changes);
  node = test_model_command (other, "routing.update", args, &error);
  g_assert_no_error (error);
  /* It is done with, and nobody holds what is let go of now. */
  test_until (g_strcmp0 (qd_entity_get_string (test_model_find (other, QD_KIND_ROUTING, id), QD_FIELD_REVISION), revision) != 0, 20);
  test_spin (50);
  test_model_free (other);
}

/* --- The tests ------------------------------------------------------------------------------------------ */

/* The first that is asked stands first, in words; the details are a sentence; its flows are where it says. */
static void
test_page (void)
{
  Fixture self;
  QdTable *table;
  QdEntity *first;
  g_autofree char *match = NULL, *preference = NULL, *failover = NULL;
  gint64 flows;

  if (!set_up (&self, "admin"))
    return;
  table = qd_table_page_get_table (QD_TABLE_PAGE (self.page));
  test_until (qd_view_get_length (qd_table_get_view (table)) == 5, 10);
  first = qd_view_peek (qd_table_get_view (table), 0);
  g_assert_cmpstr (qd_entity_get_id (first), ==, "policy-voip");
  match = qd_display_field (qd_hub_get_fleet (self.desk.hub), first, QD_ROUTING_MATCH);
  preference = qd_display_field (qd_hub_get_fleet (self.desk.hub), first, QD_ROUTING_PREFERENCE);
  failover = qd_display_field (qd_hub_get_fleet (self.desk.hub), first, QD_ROUTING_FAILOVER);
  g_assert_nonnull (strstr (match, "5060-32767"));
  g_assert_cmpstr (preference, ==, "Lowest latency");
  g_assert_cmpstr (failover, ==, "Below score 70");
  g_assert_true (qd_table_select (table, first));
  fixture_settle (GTK_WIDGET (self.desk.window));
  g_assert_nonnull (fixture_find (GTK_WIDGET (self.page), GTK_TYPE_BUTTON, "Switch _Off"));
  g_assert_null (fixture_find (GTK_WIDGET (self.page), GTK_TYPE_BUTTON, "Switch _On"));

  test_until (qd_entity_get_int (first, QD_ROUTING_FLOWS, &flows), 20);
  qd_entity_action_run (session (&self), GTK_WIDGET (self.page), first, "routing.flows");
  g_assert_cmpstr (qd_window_get_page_id (self.desk.window), ==, "flows");
  table = qd_table_page_get_table (QD_TABLE_PAGE (qd_window_get_page (self.desk.window)));
  test_until (qd_entity_get_int (first, QD_ROUTING_FLOWS, &flows) && qd_view_get_length (qd_table_get_view (table)) == (guint) flows, 20);
  tear_down (&self);
}

/* Changed, taken back; switched off, and back; removed, and back. */
static void
test_change (void)
{
  Fixture self;
  double enabled;
  GtkWidget *confirm;

  if (!set_up (&self, "admin"))
    return;
  edit (&self, "policy-bulk");
  g_assert_cmpfloat (get_spin (&self, "Priority"), ==, 40);
  /* What is wrong is told as it is typed, and cannot be sent. */
  set_entry (&self, "Source block, such as 10.1.0.0/16", "10.0.0.0/99");
  g_assert_false (can_press (&self, "_Save"));
  g_assert_true (gtk_widget_has_css_class (fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Source block, such as 10.1.0.0/16"), "error"));
  set_entry (&self, "Source block, such as 10.1.0.0/16", "10.0.0.0/8");
  set_spin (&self, "Priority", 45);
  g_assert_nonnull (qd_routing_drafts_find (qd_routing_drafts_of (self.desk.hub), "admin", "policy-bulk"));
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL && priority (&self, "policy-bulk") == 45, 20);
  g_assert_nonnull (strstr (qd_entity_get_string (policy (&self, "policy-bulk"), QD_ROUTING_MATCH), "10.0.0.0/8"));
  g_assert_null (qd_routing_drafts_find (qd_routing_drafts_of (self.desk.hub), "admin", "policy-bulk"));
  fixture_desk_undo (&self.desk);
  test_until (priority (&self, "policy-bulk") == 40, 20);
  g_assert_null (strstr (qd_entity_get_string (policy (&self, "policy-bulk"), QD_ROUTING_MATCH), "10.0.0.0/8"));

  qd_entity_action_run (session (&self), GTK_WIDGET (self.page), policy (&self, "policy-bulk"), "routing.off");
  test_until (qd_entity_get_double (policy (&self, "policy-bulk"), QD_ROUTING_ENABLED, &enabled) && enabled == 0 && self.desk.undo != NULL, 20);
  fixture_desk_undo (&self.desk);
  test_until (qd_entity_get_double (policy (&self, "policy-bulk"), QD_ROUTING_ENABLED, &enabled) && enabled != 0, 20);

  qd_entity_action_run (session (&self), GTK_WIDGET (self.page), policy (&self, "policy-bulk"), "routing.delete");
  test_until ((confirm = get_dialog (&self)) != NULL && QD_IS_CONFIRM_DIALOG (confirm), 10);
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (confirm), "not needed", NULL);
  g_signal_emit_by_name (confirm, "response", "do");
  adw_dialog_force_close (ADW_DIALOG (confirm));
  test_until (policy (&self, "policy-bulk") == NULL && self.desk.undo != NULL, 20);
  fixture_desk_undo (&self.desk);
  test_until (policy (&self, "policy-bulk") != NULL && priority (&self, "policy-bulk") == 40, 20);
  tear_down (&self);
}

static void
test_create (void)
{
  Fixture self;
  QdEntityList *list;

  if (!set_up (&self, "admin"))
    return;
  list = qd_fleet_get_list (qd_hub_get_fleet (self.desk.hub), QD_KIND_ROUTING);
  qd_routing_create (session (&self), GTK_WIDGET (self.page));
  test_until (get_dialog (&self) != NULL && fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name") != NULL, 10);
  /* One without a name is none. */
  g_assert_false (can_press (&self, "_Save"));
  set_entry (&self, "Name", "Printers");
  set_spin (&self, "Priority", 55);
  set_entry (&self, "Destination ports, such as 5060-5090", "9100");
  g_assert_true (can_press (&self, "_Save"));
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL && qd_entity_list_get_length (list) == 6, 20);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (qd_routing_drafts_of (self.desk.hub))), ==, 0);
  tear_down (&self);
}

/* While one edits, somebody else changes other fields: they are taken in. The same field: one decides. */
static void
test_meanwhile (void)
{
  Fixture self;
  GtkWidget *theirs;

  if (!set_up (&self, "admin"))
    return;
  edit (&self, "policy-saas");
  set_entry (&self, "Name", "Offices");
  change_elsewhere (&self, "policy-saas", "{\"priority\":21}");
  test_until (get_spin (&self, "Priority") == 21, 20);
  g_assert_true (can_press (&self, "_Save"));
  change_elsewhere (&self, "policy-saas", "{\"name\":\"Theirs\",\"priority\":22}");
  test_until (get_spin (&self, "Priority") == 22, 20);
  /* Nothing is overwritten unseen: it waits for a decision. */
  g_assert_false (can_press (&self, "_Save"));
  theirs = fixture_find (get_dialog (&self), GTK_TYPE_CHECK_BUTTON, NULL);
  g_assert_nonnull (theirs);
  theirs = gtk_widget_get_next_sibling (theirs);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (theirs), TRUE);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name"))), ==, "Theirs");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (gtk_widget_get_prev_sibling (theirs)), TRUE);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name"))), ==, "Offices");
  g_assert_true (can_press (&self, "_Save"));
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL && g_str_equal (qd_entity_get_name (policy (&self, "policy-saas")), "Offices"), 20);
  g_assert_cmpint (priority (&self, "policy-saas"), ==, 22);
  tear_down (&self);
}

/* With nobody there a change is kept; when somebody is there again it is applied, with what happened meanwhile. */
static void
test_offline (void)
{
  Fixture self;
  QdRoutingDrafts *drafts;

  if (!set_up (&self, "admin"))
    return;
  drafts = qd_routing_drafts_of (self.desk.hub);
  test_lab_kill (self.lab);
  test_until (!is_live (&self), 20);
  edit (&self, "policy-bulk");
  set_spin (&self, "Delay in seconds", 33);
  g_assert_false (can_press (&self, "_Save"));
  fixture_press (get_dialog (&self), "_Keep as Draft");
  test_until (get_dialog (&self) == NULL, 10);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (drafts)), ==, 1);
  test_until (fixture_find (GTK_WIDGET (self.page), ADW_TYPE_BANNER, NULL) != NULL, 10);

  test_lab_start (self.lab);
  test_until (is_live (&self), 40);
  change_elsewhere (&self, "policy-bulk", "{\"priority\":41}");
  test_until (priority (&self, "policy-bulk") == 41, 20);
  edit (&self, "policy-bulk");
  g_assert_cmpfloat (get_spin (&self, "Delay in seconds"), ==, 33);
  g_assert_cmpfloat (get_spin (&self, "Priority"), ==, 41);
  fixture_press (get_dialog (&self), "_Save");
  test_until (get_dialog (&self) == NULL && strstr (qd_entity_get_string (policy (&self, "policy-bulk"), QD_ROUTING_FAILOVER), "\"delay_s\":33"), 20);
  g_assert_cmpint (priority (&self, "policy-bulk"), ==, 41);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (drafts)), ==, 0);
  tear_down (&self);
}

/* --- Beside the others, and before it is done ------------------------------------------------------------- */

/* How many rows below @from say that of the policy @name. */
static guint
count_said (GtkWidget *from, const char *name, const char *words)
{
  const char *title = ADW_IS_ACTION_ROW (from) && gtk_widget_get_mapped (from) ? adw_preferences_row_get_title (ADW_PREFERENCES_ROW (from)) : NULL;
  guint n = title && strstr (title, name) && strstr (title, words);

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_said (child, name, words);
  return n;
}

static GtkWidget *
find_said (GtkWidget *from, const char *words)
{
  if (ADW_IS_ACTION_ROW (from) && gtk_widget_get_mapped (from) && strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (from)), words))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_said (child, words);

      if (found)
        return found;
    }
  return NULL;
}

/* What fits everything and is asked first takes everything: the editor says so while that is typed, and the page once it is so. */
static void
test_findings (void)
{
  Fixture self;
  GtkWidget *banner, *row;

  if (!set_up (&self, "admin"))
    return;
  edit (&self, "policy-default");
  test_spin (400);
  g_assert_cmpuint (count_said (get_dialog (&self), "Default", "asked"), ==, 0);
  set_spin (&self, "Priority", 1);
  test_until (count_said (get_dialog (&self), "Default", "is never taken") == 4, 20);
  g_assert_cmpuint (count_said (get_dialog (&self), "“VoIP and video”", "is never taken: “Default” is asked before it"), ==, 1);
  set_spin (&self, "Priority", 15);
  test_until (count_said (get_dialog (&self), "Default", "is never taken") == 3, 20);
  set_spin (&self, "Priority", 10);
  test_until (count_said (get_dialog (&self), "“VoIP and video”", "have one priority") == 1, 20);
  set_spin (&self, "Priority", 1000);
  test_until (count_said (get_dialog (&self), "Default", "") == 0, 20);
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&self)));
  test_until (get_dialog (&self) == NULL, 10);

  change_elsewhere (&self, "policy-default", "{\"priority\":1}");
  test_until ((banner = fixture_find (GTK_WIDGET (self.page), GTK_TYPE_BUTTON, "Show _Findings")) != NULL, 20);
  banner = gtk_widget_get_ancestor (banner, ADW_TYPE_BANNER);
  test_until (adw_banner_get_revealed (ADW_BANNER (banner)), 20);
  g_assert_cmpstr (adw_banner_get_title (ADW_BANNER (banner)), ==, "4 things among these policies may not be meant");
  fixture_press (banner, "Show _Findings");
  test_until (get_dialog (&self) != NULL && (row = find_said (get_dialog (&self), "“VoIP and video” is never taken")) != NULL, 10);
  g_signal_emit_by_name (row, "activated");
  test_until (get_dialog (&self) == NULL && qd_session_get_selected (session (&self)) == policy (&self, "policy-voip"), 10);
  change_elsewhere (&self, "policy-default", "{\"priority\":1000}");
  test_until (!adw_banner_get_revealed (ADW_BANNER (banner)), 20);
  tear_down (&self);
}

static gboolean
says (GtkWidget *from, const char *words)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && strstr (gtk_label_get_text (GTK_LABEL (from)), words))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (says (child, words))
      return TRUE;
  return FALSE;
}

/* The server is asked before: what it warns of waits for a second press, what it would refuse is not sent. */
static void
test_preflight (void)
{
  Fixture self;
  g_autoptr (JsonObject) mine = NULL, now = NULL;
  QdEntityList *paths;
  g_autofree char *failover = NULL;

  if (!set_up (&self, "admin"))
    return;
  edit (&self, "policy-saas");
  set_spin (&self, "Priority", 10);
  fixture_press (get_dialog (&self), "_Save");
  test_until (says (get_dialog (&self), "VoIP and video has priority 10 too"), 20);
  g_assert_cmpint (priority (&self, "policy-saas"), ==, 20);
  g_assert_true (can_press (&self, "_Save Anyway"));
  /* Another change is another question. */
  set_spin (&self, "Priority", 11);
  g_assert_true (can_press (&self, "_Save"));
  g_assert_false (says (get_dialog (&self), "priority 10 too"));
  set_spin (&self, "Priority", 10);
  fixture_press (get_dialog (&self), "_Save");
  test_until (can_press (&self, "_Save Anyway"), 20);
  fixture_press (get_dialog (&self), "_Save Anyway");
  test_until (get_dialog (&self) == NULL && priority (&self, "policy-saas") == 10, 20);

  /* A path that is to take over from itself. */
  paths = qd_fleet_get_list (qd_hub_get_fleet (self.desk.hub), QD_KIND_PATH);
  test_until (qd_entity_list_get_length (paths) > 0, 20);
  now = qd_routing_object_of (policy (&self, "policy-bulk"));
  mine = qd_routing_object_normalize (now);
  failover = g_strdup (qd_entity_get_id (qd_entity_list_peek (paths, 0)));
  qd_routing_object_set (mine, QD_ROUTING_AT_PRIMARY, json_node_init_string (json_node_alloc (), failover));
  {
    g_autoptr (JsonArray) backups = json_array_new ();

    json_array_add_string_element (backups, failover);
    qd_routing_object_set (mine, QD_ROUTING_AT_BACKUPS, json_node_init_array (json_node_alloc (), backups));
  }
  qd_routing_dialog_present (session (&self), GTK_WIDGET (self.page), "admin", "policy-bulk", now,
                             qd_entity_get_string (policy (&self, "policy-bulk"), QD_FIELD_REVISION), mine);
  test_until (get_dialog (&self) != NULL && can_press (&self, "_Save"), 10);
  fixture_press (get_dialog (&self), "_Save");
  test_until (says (get_dialog (&self), "The server would not take this") && says (get_dialog (&self), "named before"), 20);
  g_assert_null (strstr (qd_entity_get_string (policy (&self, "policy-bulk"), QD_ROUTING_FAILOVER), failover));
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&self)));
  tear_down (&self);
}

/* From the search, wherever one is. */
static void
test_from_search (void)
{
  Fixture self;

  if (!set_up (&self, "admin"))
    return;
  g_assert_true (qd_window_show_page (self.desk.window, "overview"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self.desk.window), "win.new-routing-policy", NULL));
  test_until (get_dialog (&self) != NULL && fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name") != NULL, 10);
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&self)));
  tear_down (&self);
}

/* Moved down by its button; only what has to change is sent. */
static void
test_order (void)
{
  Fixture self;
  GtkWidget *row, *down;

  if (!set_up (&self, "admin"))
    return;
  qd_routing_sorter_present (session (&self), GTK_WIDGET (self.page), "admin", policy (&self, "policy-voip"));
  test_until (get_dialog (&self) != NULL && fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, NULL) != NULL, 10);
  g_assert_false (can_press (&self, "_Apply"));
  for (guint i = 0; i < 2; i++)
    {
      row = fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "VoIP and video");
      g_assert_nonnull (row);
      down = NULL;
      for (GtkWidget *button = fixture_find (row, GTK_TYPE_BUTTON, NULL); button != NULL; button = gtk_widget_get_next_sibling (button))
        down = button;
      g_signal_emit_by_name (down, "clicked");
      fixture_settle (GTK_WIDGET (self.desk.window));
    }
  fixture_press (get_dialog (&self), "_Apply");
  test_until (priority (&self, "policy-voip") > 30 && priority (&self, "policy-voip") < 40 && self.desk.undo != NULL, 20);
  g_assert_cmpint (priority (&self, "policy-saas"), ==, 20);
  g_assert_cmpint (priority (&self, "policy-backup"), ==, 30);
  g_assert_cmpint (priority (&self, "policy-bulk"), ==, 40);
  fixture_desk_undo (&self.desk);
  test_until (priority (&self, "policy-voip") == 10, 20);
  tear_down (&self);
}

/* A viewer sees all of it, and is told why nothing can be done. */
static void
test_viewer (void)
{
  static const char *const verbs[] = { "routing.update", "routing.duplicate", "routing.off", "routing.delete" };
  Fixture self;

  if (!set_up (&self, "viewer"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *why = NULL;

      g_assert_false (qd_entity_action_allowed (session (&self), policy (&self, "policy-voip"), verbs[i], &why));
      g_assert_nonnull (strstr (why, "sdwan.policies.manage"));
    }
  qd_routing_create (session (&self), GTK_WIDGET (self.page));
  g_assert_null (get_dialog (&self));
  g_assert_nonnull (strstr (self.desk.toasts->str, "sdwan.policies.manage"));
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-routing-XXXXXX", NULL);
  int code;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  /* libadwaita 1.7 warns of itself when the heading of a question needs two lines. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/routing/page", test_page);
  g_test_add_func ("/routing/change", test_change);
  g_test_add_func ("/routing/create", test_create);
  g_test_add_func ("/routing/meanwhile", test_meanwhile);
  g_test_add_func ("/routing/offline", test_offline);
  g_test_add_func ("/routing/findings", test_findings);
  g_test_add_func ("/routing/preflight", test_preflight);
  g_test_add_func ("/routing/from-search", test_from_search);
  g_test_add_func ("/routing/order", test_order);
  g_test_add_func ("/routing/viewer", test_viewer);
  code = g_test_run ();
  {
    char *rm[] = { (char *) "rm", (char *) "-rf", data, NULL };

    g_spawn_sync (NULL, rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  }
  return code;
}
