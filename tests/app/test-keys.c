/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By the keyboard alone: the page of drafts, the page of routing policies and their order, a tenant's subpages, in the real window with a real
 * keyboard's events. */
#include "config.h"

#include <locale.h>

#include <X11/keysym.h>

#include "app-fixture.h"
#include "policy-fixture.h"
#include "qd-application.h"
#include "qd-grid.h"
#include "qd-routing-actions.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-routing-sorter.h"
#include "qd-settings.h"
#include "qd-table-page.h"

#define CONNECTION "quay"

typedef struct { QdHub *hub; QdWindow *window; GtkWidget *page; } Fixture;

static void
apply (Fixture *self, QdKind kind, const char *id, guint field, QdValue value)
{
  QdDelta *delta = qd_delta_new (g_intern_static_string (CONNECTION), kind, id, QD_DELTA_PATCH);

  qd_delta_set (delta, field, value);
  qd_fleet_apply (qd_hub_get_fleet (self->hub), delta);
  qd_delta_unref (delta);
}

static void
add_policy (Fixture *self, const char *id, const char *name, int priority)
{
  apply (self, QD_KIND_ROUTING, id, QD_FIELD_NAME, qd_value_string (name));
  apply (self, QD_KIND_ROUTING, id, QD_FIELD_REVISION, qd_value_string ("1"));
  apply (self, QD_KIND_ROUTING, id, QD_ROUTING_PRIORITY, qd_value_int (priority));
  apply (self, QD_KIND_ROUTING, id, QD_ROUTING_ENABLED, qd_value_bool (TRUE));
  apply (self, QD_KIND_ROUTING, id, QD_ROUTING_PREFERENCE, qd_value_string ("LowestCost"));
}

static QdEntity *
get_policy (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), g_intern_static_string (CONNECTION), QD_KIND_ROUTING, id);
}

static void
set_up (Fixture *self, const char *page)
{
  self->hub = qd_hub_new (NULL);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  qd_fleet_begin (qd_hub_get_fleet (self->hub));
  apply (self, QD_KIND_CONNECTION, CONNECTION, QD_CONNECTION_STATE, qd_value_string ("offline"));
  add_policy (self, "a", "Voice", 10);
  add_policy (self, "b", "Offices", 20);
  add_policy (self, "c", "Backup", 30);
  qd_fleet_commit (qd_hub_get_fleet (self->hub));
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, page));
  fixture_settle (GTK_WIDGET (self->window));
  self->page = GTK_WIDGET (qd_window_get_page (self->window));
  /* No window manager: keys go to where the pointer is. */
  policy_fixture_move (400, 400);
}

static void
tear_down (Fixture *self)
{
  qd_routing_drafts_forget (qd_routing_drafts_of (self->hub));
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  g_object_unref (self->hub);
}

static GtkWidget *
get_dialog (Fixture *self)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window)));
}

static GtkWidget *
get_focus (Fixture *self)
{
  return gtk_root_get_focus (GTK_ROOT (self->window));
}

static gboolean
focus_is_in (Fixture *self, GtkWidget *widget)
{
  GtkWidget *focus = get_focus (self);

  return focus && widget && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* Until the focus is within @widget, as often as it takes. */
static void
tab_to (Fixture *self, GtkWidget *widget)
{
  for (guint i = 0; i < 60 && !focus_is_in (self, widget); i++)
    {
      GtkWidget *before = get_focus (self);

      policy_fixture_press (XK_Tab, 0);
      WAIT_UNTIL (get_focus (self) != before);
    }
  g_assert_true (focus_is_in (self, widget));
}

static guint
count_drafts (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (qd_routing_drafts_of (self->hub)));
}

static void
keep_draft (Fixture *self, const char *id, const char *name)
{
  g_autoptr (JsonObject) base = qd_routing_object_of (get_policy (self, id)), mine = qd_routing_object_normalize (base);

  json_object_set_string_member (mine, "name", name);
  qd_routing_drafts_put (qd_routing_drafts_of (self->hub), CONNECTION, id, base, "1", mine);
}

/* Down to one, Enter opens it, Escape goes back, what was typed stays; Delete lets go of it. */
static void
test_drafts (void)
{
  Fixture self = { 0 };
  GtkWidget *list;

  set_up (&self, "drafts");
  keep_draft (&self, "a", "Voice and video");
  keep_draft (&self, "b", "Offices and shops");
  WAIT_UNTIL ((list = fixture_find (self.page, GTK_TYPE_LIST_VIEW, NULL)) != NULL);
  fixture_settle (GTK_WIDGET (self.window));
  tab_to (&self, list);
  policy_fixture_press (XK_Home, 0);
  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (get_dialog (&self) != NULL && fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name") != NULL);
  /* The name is in focus, and is typed over. */
  WAIT_UNTIL (focus_is_in (&self, fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name")));
  policy_fixture_press (XK_a, XK_Control_L);
  policy_fixture_press (XK_x, 0);
  WAIT_UNTIL (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (fixture_find (get_dialog (&self), ADW_TYPE_ENTRY_ROW, "Name"))), "x"));
  /* Nobody answers: what is saved is kept. */
  policy_fixture_press (XK_s, XK_Control_L);
  WAIT_UNTIL (get_dialog (&self) == NULL);
  g_assert_cmpuint (count_drafts (&self), ==, 2);

  WAIT_UNTIL (focus_is_in (&self, list));
  policy_fixture_press (XK_End, 0);
  policy_fixture_press (XK_Delete, 0);
  WAIT_UNTIL (count_drafts (&self) == 1);
  tear_down (&self);
}

static int
index_of (Fixture *self, const char *name)
{
  GtkWidget *row = get_dialog (self) ? fixture_find (get_dialog (self), ADW_TYPE_ACTION_ROW, name) : NULL;

  return row ? gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) : -1;
}

/* The order: down with Alt and back, the focus goes with the row. */
static void
test_order (void)
{
  Fixture self = { 0 };

  set_up (&self, "routing");
  qd_routing_sorter_present (qd_window_get_session (self.window), self.page, CONNECTION, get_policy (&self, "a"));
  WAIT_UNTIL (index_of (&self, "Voice") == 0 && focus_is_in (&self, fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "Voice")));
  policy_fixture_press (XK_Down, XK_Alt_L);
  WAIT_UNTIL (index_of (&self, "Voice") == 1);
  WAIT_UNTIL (focus_is_in (&self, fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "Voice")));
  policy_fixture_press (XK_Down, XK_Alt_L);
  WAIT_UNTIL (index_of (&self, "Voice") == 2);
  WAIT_UNTIL (focus_is_in (&self, fixture_find (get_dialog (&self), ADW_TYPE_ACTION_ROW, "Voice")));
  policy_fixture_press (XK_Up, XK_Alt_L);
  WAIT_UNTIL (index_of (&self, "Voice") == 1);
  policy_fixture_press (XK_Escape, 0);
  WAIT_UNTIL (get_dialog (&self) == NULL);
  tear_down (&self);
}

/* The page: to the table, down to a policy, and what it is stands beside it. */
static void
test_routing (void)
{
  Fixture self = { 0 };
  QdTable *table;

  set_up (&self, "routing");
  table = qd_table_page_get_table (QD_TABLE_PAGE (self.page));
  WAIT_UNTIL (qd_view_get_length (qd_table_get_view (table)) == 3);
  tab_to (&self, fixture_find (self.page, QD_TYPE_GRID, NULL));
  policy_fixture_press (XK_Home, XK_Control_L);
  policy_fixture_press (XK_Down, 0);
  policy_fixture_press (XK_space, 0);
  WAIT_UNTIL (qd_table_get_selected (table) != NULL);
  WAIT_UNTIL (qd_session_get_selected (qd_window_get_session (self.window)) == qd_table_get_selected (table));
  tear_down (&self);
}

static void
add_tenant (Fixture *self, const char *id, const char *name, const char *shard)
{
  qd_fleet_begin (qd_hub_get_fleet (self->hub));
  apply (self, QD_KIND_TENANT, id, QD_FIELD_NAME, qd_value_string (name));
  apply (self, QD_KIND_TENANT, id, QD_FIELD_STATUS_TEXT, qd_value_string ("active"));
  apply (self, QD_KIND_TENANT, id, QD_TENANT_RUNNER, qd_value_string (shard));
  qd_fleet_commit (qd_hub_get_fleet (self->hub));
}

static GtkWidget *
row (Fixture *self, const char *title)
{
  return fixture_find (self->page, ADW_TYPE_ACTION_ROW, title);
}

static gboolean
says_runner_is_on (Fixture *self, const char *shard)
{
  GtkWidget *found = row (self, "Runner");
  const char *text = found != NULL ? adw_action_row_get_subtitle (ADW_ACTION_ROW (found)) : NULL;

  return text != NULL && g_str_has_prefix (text, shard);
}

/* Into a subpage and back to the row that one came from; it is followed, and stays from tenant to tenant. */
static void
go_through_tenants (GtkTextDirection direction)
{
  gboolean rtl = direction == GTK_TEXT_DIR_RTL;
  Fixture self = { 0 };
  QdTable *table;

  gtk_widget_set_default_direction (direction);
  set_up (&self, "tenants");
  add_tenant (&self, "a", "Acme", "shard-1");
  add_tenant (&self, "b", "Globex", "shard-2");
  table = qd_table_page_get_table (QD_TABLE_PAGE (self.page));
  WAIT_UNTIL (qd_view_get_length (qd_table_get_view (table)) == 2);
  tab_to (&self, fixture_find (self.page, QD_TYPE_GRID, NULL));
  policy_fixture_press (XK_Home, XK_Control_L);
  policy_fixture_press (XK_space, 0);
  /* Laid out: before, it is nowhere that a key could lead to. */
  WAIT_UNTIL (row (&self, "Placement") != NULL && gtk_widget_get_height (row (&self, "Placement")) > 0);
  tab_to (&self, gtk_widget_get_parent (row (&self, "Placement")));
  WAIT_UNTIL (focus_is_in (&self, row (&self, "Placement")));
  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (says_runner_is_on (&self, "shard-1") && row (&self, "Activity") == NULL);
  add_tenant (&self, "a", "Acme", "shard-3");
  WAIT_UNTIL (says_runner_is_on (&self, "shard-3"));
  g_assert_null (row (&self, "Activity"));

  policy_fixture_press (XK_Escape, 0);
  WAIT_UNTIL (row (&self, "Runner") == NULL && focus_is_in (&self, row (&self, "Placement")));
  policy_fixture_press (XK_Down, 0);
  WAIT_UNTIL (focus_is_in (&self, row (&self, "Activity")));
  policy_fixture_press (XK_Up, 0);
  WAIT_UNTIL (focus_is_in (&self, row (&self, "Placement")));
  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (says_runner_is_on (&self, "shard-3") && row (&self, "Activity") == NULL);
  WAIT_UNTIL (!focus_is_in (&self, row (&self, "Placement")));
  policy_fixture_press (rtl ? XK_Right : XK_Left, XK_Alt_L);
  WAIT_UNTIL (row (&self, "Runner") == NULL && focus_is_in (&self, row (&self, "Placement")));

  policy_fixture_press (XK_Return, 0);
  WAIT_UNTIL (says_runner_is_on (&self, "shard-3") && row (&self, "Activity") == NULL);
  g_assert_true (qd_table_select (table, qd_fleet_lookup (qd_hub_get_fleet (self.hub), g_intern_static_string (CONNECTION), QD_KIND_TENANT, "b")));
  WAIT_UNTIL (says_runner_is_on (&self, "shard-2"));
  g_assert_null (row (&self, "Activity"));
  tear_down (&self);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
test_tenant (void)
{
  go_through_tenants (GTK_TEXT_DIR_LTR);
}

static void
test_tenant_rtl (void)
{
  go_through_tenants (GTK_TEXT_DIR_RTL);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-keys-XXXXXX", NULL);
  int code;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  g_test_add_func ("/keys/drafts", test_drafts);
  g_test_add_func ("/keys/order", test_order);
  g_test_add_func ("/keys/routing", test_routing);
  g_test_add_func ("/keys/tenant", test_tenant);
  g_test_add_func ("/keys/tenant-rtl", test_tenant_rtl);
  code = g_test_run ();
  {
    char *rm[] = { (char *) "rm", (char *) "-rf", data, NULL };

    g_spawn_sync (NULL, rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  }
  return code;
}
