/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done from a table's rows, in the real window on a real lab: the menu of a row, changing and
 * removing a site and taking it back; filters that are kept; export through the toolkit's own dialog. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-confirm-dialog.h"
#include "qd-json.h"
#include "qd-settings.h"
#include "qd-table-page.h"
#include "store-testing.h"

#define USER "admin"

typedef struct {
  TestLab *lab;
  FixtureDesk desk;
  QdTable *table;
} Fixture;

static QdEntityList *
sites (Fixture *fixture)
{
  return qd_fleet_get_list (qd_hub_get_fleet (fixture->desk.hub), QD_KIND_SITE);
}

static void
sign_in (Fixture *fixture)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (fixture->lab, "node-api", USER);
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, USER);
  g_assert_true (qd_hub_add (fixture->desk.hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (qd_entity_list_get_length (sites (fixture)) >= 12, 30);
}

static gboolean
set_up (Fixture *fixture)
{
  *fixture = (Fixture) { .lab = test_lab_new ("--sites 12 --paths 20 --flows 20 --rate 50 --no-nats") };
  if (fixture->lab == NULL)
    return FALSE;
  fixture_desk_init (&fixture->desk);
  sign_in (fixture);
  fixture_desk_show (&fixture->desk, "sites");
  fixture->table = qd_table_page_get_table (QD_TABLE_PAGE (qd_window_get_page (fixture->desk.window)));
  return TRUE;
}

static void
tear_down (Fixture *fixture)
{
  fixture_desk_clear (&fixture->desk);
  test_lab_free (fixture->lab);
}

/* --- Finding what a person would see ------------------------------------------------------------ */

static GtkWidget *
get_dialog (Fixture *fixture)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (fixture->desk.window)));
}

static QdEntity *
select_first (Fixture *fixture)
{
  QdEntity *site = qd_view_peek (qd_table_get_view (fixture->table), 0);

  g_assert_true (qd_table_select (fixture->table, site));
  fixture_settle (GTK_WIDGET (fixture->desk.window));
  return site;
}

/* --- The tests ---------------------------------------------------------------------------------- */

/* Whether @model, its sections included, has that action. */
static gboolean
has_action (GMenuModel *model, const char *action)
{
  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (model, i, G_MENU_LINK_SECTION);
      g_autofree char *found = NULL;

      if (section != NULL && has_action (section, action))
        return TRUE;
      if (g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_ACTION, "s", &found) && g_str_equal (found, action))
        return TRUE;
    }
  return FALSE;
}

static void
test_menu (void)
{
  Fixture fixture;
  GtkWidget *menu;

  if (!set_up (&fixture))
    return;
  /* Of nothing there is no menu. */
  gtk_widget_activate_action (GTK_WIDGET (fixture.table), "table.menu", NULL);
  g_assert_null (fixture_find (GTK_WIDGET (fixture.table), GTK_TYPE_POPOVER_MENU, NULL));
  select_first (&fixture);
  gtk_widget_activate_action (GTK_WIDGET (fixture.table), "table.menu", NULL);
  test_until (fixture_find (GTK_WIDGET (fixture.table), GTK_TYPE_POPOVER_MENU, NULL) != NULL, 10);
  menu = fixture_find (GTK_WIDGET (fixture.table), GTK_TYPE_POPOVER_MENU, NULL);
  for (const char *const *action = (const char *const[]) { "row.site.update", "row.site.delete", "table.copy-text", "table.copy-json",
                                                           "table.copy-curl", NULL }; *action != NULL; action++)
    g_assert_true (has_action (gtk_popover_menu_get_menu_model (GTK_POPOVER_MENU (menu)), *action));
  gtk_popover_popdown (GTK_POPOVER (menu));
  /* What the menu says is what it does. */
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture.table), "row.site.update", NULL));
  fixture_settle (GTK_WIDGET (fixture.desk.window));
  g_assert_nonnull (get_dialog (&fixture));
  g_assert_cmpstr (adw_dialog_get_title (ADW_DIALOG (get_dialog (&fixture))), ==, "Edit Site");
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&fixture)));
  tear_down (&fixture);
}

static void
test_undo_edit (void)
{
  Fixture fixture;
  g_autofree char *before = NULL;
  QdEntity *site;

  if (!set_up (&fixture))
    return;
  site = select_first (&fixture);
  before = g_strdup (qd_entity_get_name (site));
  gtk_widget_activate_action (GTK_WIDGET (fixture.table), "row.site.update", NULL);
  fixture_settle (GTK_WIDGET (fixture.desk.window));
  gtk_editable_set_text (GTK_EDITABLE (fixture_find (get_dialog (&fixture), ADW_TYPE_ENTRY_ROW, "Name")), "a-new-name");
  fixture_press (get_dialog (&fixture), "_Save");
  test_until (fixture.desk.undo != NULL && g_str_equal (qd_entity_get_name (site), "a-new-name"), 30);
  g_assert_nonnull (strstr (fixture.desk.toasts->str, "Changed a-new-name"));
  fixture_desk_undo (&fixture.desk);
  test_until (g_str_equal (qd_entity_get_name (site), before), 30);

  g_autofree char *path = g_strdup_printf ("/api/v1/sites/%s", qd_entity_get_id (site));
  g_autoptr (JsonNode) served = test_lab_request (fixture.lab, "GET", path, NULL);
  g_assert_cmpstr (qd_json_get_string (qd_json_object (served), "name", NULL), ==, before);
  tear_down (&fixture);
}

static QdEntity *
find_site (Fixture *fixture, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (fixture->desk.hub), USER, QD_KIND_SITE, id);
}

static void
test_undo_removal (void)
{
  Fixture fixture;
  g_autofree char *id = NULL, *name = NULL;
  QdEntity *site;

  if (!set_up (&fixture))
    return;
  site = select_first (&fixture);
  id = g_strdup (qd_entity_get_id (site));
  name = g_strdup (qd_entity_get_name (site));
  gtk_widget_activate_action (GTK_WIDGET (fixture.table), "row.site.delete", NULL);
  fixture_settle (GTK_WIDGET (fixture.desk.window));
  g_assert_true (QD_IS_CONFIRM_DIALOG (get_dialog (&fixture)));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (get_dialog (&fixture)), "It was sold", name);
  g_signal_emit_by_name (get_dialog (&fixture), "response", "do");
  adw_dialog_force_close (ADW_DIALOG (get_dialog (&fixture)));
  test_until (fixture.desk.undo != NULL && find_site (&fixture, id) == NULL, 30);
  g_assert_null (qd_table_get_selected (fixture.table));
  fixture_desk_undo (&fixture.desk);
  test_until (find_site (&fixture, id) != NULL, 30);
  g_assert_cmpstr (qd_entity_get_name (find_site (&fixture, id)), ==, name);
  tear_down (&fixture);
}

/* --- Filters that are kept ---------------------------------------------------------------------- */

typedef struct { QdHub *hub; QdSession *session; GtkWidget *window; QdTable *table; } Plain;

/* As the program does when it starts. @path: of what it keeps, or NULL. */
static void
open_plain (Plain *plain, const char *path)
{
  g_autoptr (QdStore) store = path != NULL ? qd_store_new (path) : NULL;

  plain->hub = qd_hub_new (store);
  plain->session = qd_session_new (plain->hub);
  fixture_fill (plain->hub, "live", 50);
  plain->table = QD_TABLE (qd_table_new (plain->session, QD_KIND_SITE));
  plain->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (plain->window), 900, 600);
  adw_window_set_content (ADW_WINDOW (plain->window), GTK_WIDGET (plain->table));
  gtk_window_present (GTK_WINDOW (plain->window));
  fixture_settle (plain->window);
}

static void
close_plain (Plain *plain)
{
  fixture_close (GTK_WINDOW (plain->window));
  g_object_unref (plain->session);
  qd_hub_stop (plain->hub);
  g_object_unref (plain->hub);
}

static GtkWidget *
open_options (Plain *plain)
{
  GtkWidget *button = fixture_find (GTK_WIDGET (plain->table), GTK_TYPE_MENU_BUTTON, NULL);

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  fixture_settle (plain->window);
  return GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
}

static void
test_saved_filters (void)
{
  Place place;
  Plain plain;
  GtkWidget *options;

  place_init (&place);
  open_plain (&plain, place.path);
  qd_table_set_filter_text (plain.table, "status:down");
  options = open_options (&plain);
  g_assert_null (fixture_find (options, GTK_TYPE_BUTTON, "status:down"));
  fixture_press (options, "_Save This Filter");
  test_until (fixture_find (options, GTK_TYPE_BUTTON, "status:down") != NULL, 10);
  close_plain (&plain);

  /* Another window has it, uses it and forgets it. */
  open_plain (&plain, place.path);
  g_assert_cmpstr (qd_table_get_filter_text (plain.table), ==, "");
  options = open_options (&plain);
  test_until (fixture_find (options, GTK_TYPE_BUTTON, "status:down") != NULL, 10);
  fixture_press (options, "status:down");
  g_assert_cmpstr (qd_table_get_filter_text (plain.table), ==, "status:down");
  g_assert_cmpuint (qd_view_get_length (qd_table_get_view (plain.table)), ==, 5);
  options = open_options (&plain);
  test_until (fixture_find (options, GTK_TYPE_BUTTON, "status:down") != NULL, 10);
  g_signal_emit_by_name (gtk_widget_get_next_sibling (fixture_find (options, GTK_TYPE_BUTTON, "status:down")), "clicked");
  test_until (fixture_find (options, GTK_TYPE_BUTTON, "status:down") == NULL, 10);
  close_plain (&plain);

  open_plain (&plain, place.path);
  options = open_options (&plain);
  test_spin (300);   /* what is read from the store would be there by now */
  g_assert_null (fixture_find (options, GTK_TYPE_BUTTON, "status:down"));
  close_plain (&plain);
  place_clear (&place);
}

/* --- Export ------------------------------------------------------------------------------------- */

G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static GtkWidget *
find_chooser (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWidget) toplevel = g_list_model_get_item (toplevels, i);

      if (GTK_IS_FILE_CHOOSER (toplevel) && gtk_widget_get_mapped (toplevel))
        return toplevel;
    }
  return NULL;
}

/* Whether the file it would give ends so. */
static gboolean
chooses (GtkWidget *chooser, const char *end)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  return file != NULL && g_str_has_suffix (g_file_peek_path (file), end);
}

static void
exported_cb (QdSession *session, const char *text, const char *button, GClosure *closure, char **told)
{
  g_set_str (told, text);
}

static void
test_export (void)
{
  Place place;
  Plain plain;
  g_autofree char *told = NULL, *contents = NULL, *path = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *chooser;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the toolkit's dialog of files leaks what it reads of them");
  return;
#endif
  place_init (&place);
  open_plain (&plain, NULL);
  g_signal_connect (plain.session, "toast", G_CALLBACK (exported_cb), &told);
  qd_table_set_filter_text (plain.table, "status:down");
  gtk_widget_activate_action (GTK_WIDGET (plain.table), "table.export", NULL);
  test_until (find_chooser () != NULL, 20);
  chooser = find_chooser ();
  path = g_build_filename (place.folder, "down.csv", NULL);
  test_until (chooses (chooser, "sites.csv"), 20);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), path);
  test_until (chooses (chooser, path), 20);
  g_signal_emit_by_name (gtk_dialog_get_widget_for_response (GTK_DIALOG (chooser), GTK_RESPONSE_ACCEPT), "clicked");
  test_until (told != NULL, 20);
  g_assert_cmpstr (told, ==, "5 rows exported");
  g_assert_true (g_file_get_contents (path, &contents, NULL, &error));
  g_assert_true (g_str_has_prefix (contents, "id,connection,name,"));
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *cell = g_strdup_printf ("\r\ns%u,", i);

      g_assert_true ((strstr (contents, cell) != NULL) == (i % 10 == 0));
    }
  close_plain (&plain);
  place_clear (&place);
}

G_GNUC_END_IGNORE_DEPRECATIONS

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();

  /* libadwaita 1.7 warns of itself when the heading of a question needs two lines. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  g_test_add_func ("/table-menus/menu", test_menu);
  g_test_add_func ("/table-actions/undo-edit", test_undo_edit);
  g_test_add_func ("/table-actions/undo-removal", test_undo_removal);
  g_test_add_func ("/table-menus/saved-filters", test_saved_filters);
  g_test_add_func ("/table-actions/export", test_export);
  return g_test_run ();
}
