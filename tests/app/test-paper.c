/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paper fleets in the window: how they come, stay, are told apart from what is live, and go. */
#include "config.h"

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "qd-entity-actions.h"
#include "qd-paper.h"
#include "qd-paper-import.h"
#include "qd-settings.h"
#include "qd-table.h"
#include "qd-topology-page-private.h"
#include "topology-fixture.h"

#define NET                                                                                                                     \
  "{\"format\":\"quarterdeck-topology\",\"version\":1,\"nodes\":[{\"id\":\"a\",\"label\":\"Alpha\",\"kind\":\"hub\",\"x\":0,\"y\":0,\"pinned\":true},"     \
  "{\"id\":\"b\",\"label\":\"Beta\",\"status\":\"down\",\"x\":2,\"y\":0.5},{\"id\":\"c\",\"label\":\"Gamma\",\"x\":1,\"y\":-1.25,\"pinned\":true}]," \
  "\"edges\":[{\"id\":\"ab\",\"source\":\"a\",\"target\":\"b\"},{\"id\":\"bc\",\"source\":\"b\",\"target\":\"c\",\"directed\":true}]}"

/* A desk with a store, which a program opens, closes, and opens again. */
typedef struct {
  char *folder;
  QdStore *store;
  QdHub *hub;
  QdWindow *window;
  QdSession *session;
} Desk;

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  qd_hub_start_finish (QD_HUB (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
desk_open (Desk *desk)
{
  g_autofree char *path = g_build_filename (desk->folder, "quarterdeck.db", NULL);
  gboolean started = FALSE;

  desk->store = qd_store_new (path);
  desk->hub = qd_hub_new (desk->store);
  qd_store_record (desk->store, qd_hub_get_fleet (desk->hub));
  desk->window = qd_window_new (NULL, desk->hub);
  desk->session = qd_window_get_session (desk->window);
  gtk_window_present (GTK_WINDOW (desk->window));
  qd_hub_start_async (desk->hub, NULL, started_cb, &started);
  WAIT_UNTIL (started);
}

static void
desk_close (Desk *desk)
{
  gpointer window = desk->window;

  /* As a person would: what it is like is kept. */
  g_object_add_weak_pointer (window, &window);
  gtk_window_close (GTK_WINDOW (desk->window));
  WAIT_UNTIL (window == NULL);
  qd_hub_stop (desk->hub);
  g_clear_object (&desk->hub);
  qd_store_close (desk->store);
  g_clear_object (&desk->store);
}

static void
desk_init (Desk *desk)
{
  g_autoptr (GError) error = NULL;

  g_settings_set_boolean (qd_settings_get_default (), "configured", FALSE);
  g_settings_reset (qd_settings_get_default (), "connection");
  desk->folder = g_dir_make_tmp ("qd-desk-XXXXXX", &error);
  g_assert_no_error (error);
  desk_open (desk);
}

static void
desk_clear (Desk *desk)
{
  desk_close (desk);
  remove_folder (desk->folder);
  g_free (desk->folder);
}

static GFile *
write_net (Desk *desk, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (desk->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return g_file_new_for_path (path);
}

static guint
count_sites (Desk *desk)
{
  return qd_fleet_count (qd_hub_get_fleet (desk->hub), QD_KIND_SITE);
}

static guint
count_copies (void)
{
  g_autofree char *folder = qd_paper_dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

static QdTopologyPage *
get_page (Desk *desk)
{
  return QD_TOPOLOGY_PAGE (qd_window_get_page (desk->window));
}

static QdTopologyView *
get_view (Desk *desk)
{
  return get_page (desk)->view;
}

/* Until @n nodes are drawn on the topology page. */
static QdScene *
wait_drawn (Desk *desk, guint n)
{
  WAIT_UNTIL (g_strcmp0 (qd_window_get_page_id (desk->window), "topology") == 0);
  WAIT_UNTIL (qd_topology_view_get_scene (get_view (desk)) && qd_topology_view_get_scene (get_view (desk))->n_nodes == n);
  return qd_topology_view_get_scene (get_view (desk));
}

/* As text: each node with its place and whether it is pinned there. */
static char *
write_down (QdScene *scene)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < scene->n_nodes; i++)
    g_string_append_printf (out, "%s %.9g %.9g %u\n", scene->nodes[i].label, scene->positions[i].x, scene->positions[i].y, scene->nodes[i].pinned);
  return g_string_free (out, FALSE);
}

static void
import (Desk *desk, const char *name, const char *text)
{
  g_autoptr (GFile) file = write_net (desk, name, text);

  qd_window_import (desk->window, file);
}

/* A label that is seen and holds @part. */
static GtkWidget *
find_label (GtkWidget *widget, const char *part)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), part))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_label (child, part);

      if (found)
        return found;
    }
  return NULL;
}

/* Every page can be looked at, and nothing on them says that it were live, or old. */
static void
show_pages (Desk *desk, QdEntity *site)
{
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("paper-%s", pages[i].id);

      qd_window_show_page (desk->window, pages[i].id);
      fixture_settle (GTK_WIDGET (desk->window));
      keep_picture (&(Fixture) { .window = GTK_WIDGET (desk->window) }, name);
    }
  qd_window_open_entity (desk->window, site);
  fixture_settle (GTK_WIDGET (desk->window));
  keep_picture (&(Fixture) { .window = GTK_WIDGET (desk->window) }, "paper-detail");
  qd_session_set_selected (desk->session, NULL);
  qd_window_show_page (desk->window, "topology");
}

static void
test_import (void)
{
  Desk desk = { 0 };
  QdScene *scene;
  g_autofree char *places = NULL, *why = NULL;
  const char *id;
  QdEntity *connection, *site;

  desk_init (&desk);
  WAIT_UNTIL (qd_window_get_welcome (desk.window));
  import (&desk, "three.json", NET);
  scene = wait_drawn (&desk, 3);
  g_assert_false (qd_window_get_welcome (desk.window));
  /* It stands as the file says. */
  places = write_down (scene);
  g_assert_cmpstr (places, ==, "Alpha 0 0 1\nBeta 2 0.5 0\nGamma 1 -1.25 1\n");
  g_assert_cmpuint (scene->n_edges, ==, 2);
  g_assert_cmpuint (scene->edges[0].directed + 2 * scene->edges[1].directed, ==, 2);
  id = qd_session_get_connection (desk.session);
  g_assert_true (qd_connection_is_paper (id));
  connection = qd_fleet_lookup (qd_hub_get_fleet (desk.hub), id, QD_KIND_CONNECTION, id);
  WAIT_UNTIL (g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), "paper") == 0);
  g_assert_cmpstr (qd_entity_get_name (connection), ==, "three");
  /* Never old, never a trouble, and nothing is offered that a server would do. */
  site = qd_fleet_lookup (qd_hub_get_fleet (desk.hub), id, QD_KIND_SITE, "b");
  g_assert_false (qd_fleet_is_stale (qd_hub_get_fleet (desk.hub), site));
  for (guint i = 0; i < scene->n_nodes; i++)
    g_assert_false (scene->nodes[i].stale);
  g_assert_false (qd_window_get_banner_revealed (desk.window));
  g_assert_false (qd_entity_action_allowed (desk.session, site, "site.delete", &why));
  g_assert_nonnull (strstr (why, "on paper"));
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (get_page (&desk)->actions), "past"));
  g_assert_true (gtk_widget_get_mapped (get_page (&desk)->paper_box));
  WAIT_UNTIL (qd_topology_view_is_settled (get_view (&desk)));
  keep_picture (&(Fixture) { .window = GTK_WIDGET (desk.window) }, "paper");
  show_pages (&desk, site);
  qd_window_edit_paper (desk.window, id);
  fixture_settle (GTK_WIDGET (desk.window));
  keep_picture (&(Fixture) { .window = GTK_WIDGET (desk.window) }, "paper-edit");
  adw_dialog_force_close (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (desk.window)));
  desk_clear (&desk);
}

/* After a restart without any network it is there as it was left: its name, its places, its pins. */
static void
test_restart (void)
{
  Desk desk = { 0 };
  g_autofree char *before = NULL, *after = NULL, *id = NULL;
  QdPoint to = { 5, 5 };
  guint node = 1;

  desk_init (&desk);
  import (&desk, "three.json", NET);
  wait_drawn (&desk, 3);
  id = g_strdup (qd_session_get_connection (desk.session));
  qd_hub_rename (desk.hub, id, "Planned");
  g_assert_true (qd_topology_model_move (get_page (&desk)->model, &node, 1, &to));
  WAIT_UNTIL (!qd_topology_model_is_busy (get_page (&desk)->model));
  before = write_down (wait_drawn (&desk, 3));
  g_assert_nonnull (strstr (before, "Beta 5 5 1"));
  desk_close (&desk);

  desk_open (&desk);
  g_assert_cmpstr (qd_session_get_connection (desk.session), ==, id);
  after = write_down (wait_drawn (&desk, 3));
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (qd_entity_get_name (qd_fleet_lookup (qd_hub_get_fleet (desk.hub), id, QD_KIND_CONNECTION, id)), ==, "Planned");
  desk_clear (&desk);
}

static char *
make_large (guint n, guint m)
{
  GString *out = g_string_new ("{\"nodes\":[{\"id\":\"n0\"}");

  for (guint i = 1; i < n; i++)
    g_string_append_printf (out, ",\n{\"id\":\"n%u\"}", i);
  g_string_append (out, "],\"edges\":[{\"source\":\"n0\",\"target\":\"n1\"}");
  for (guint i = 1; i < m; i++)
    g_string_append_printf (out, ",\n{\"source\":\"n%u\",\"target\":\"n%u\"}", i % n, i * 7919 % n);
  g_string_append (out, "]}");
  return g_string_free (out, FALSE);
}

/* A large drawing comes in many slices, and is shown whole: not first without its lines, and then otherwise. */
static void
test_whole_at_once (void)
{
  Desk desk = { 0 };
  g_autofree char *net = make_large (3000, 9000);
  QdScene *scene = NULL;

  desk_init (&desk);
  import (&desk, "large.json", net);
  WAIT_UNTIL (g_strcmp0 (qd_window_get_page_id (desk.window), "topology") == 0);
  WAIT_UNTIL (qd_connection_is_paper (qd_session_get_connection (desk.session)) &&
              (scene = qd_topology_view_get_scene (get_view (&desk))) != NULL);
  g_assert_cmpuint (scene->n_nodes, ==, 3000);
  g_assert_cmpuint (scene->n_edges, ==, 9000);
  desk_clear (&desk);
}

/* Whose copy is gone says so, and keeps nobody waiting. */
static void
test_lost (void)
{
  Desk desk = { 0 };
  g_autofree char *copy = NULL;

  desk_init (&desk);
  import (&desk, "three.json", NET);
  wait_drawn (&desk, 3);
  copy = qd_paper_dup_path (qd_session_get_connection (desk.session));
  desk_close (&desk);
  g_assert_no_errno (g_unlink (copy));
  desk_open (&desk);
  WAIT_UNTIL (qd_window_get_banner_revealed (desk.window));
  g_assert_true (g_str_has_prefix (qd_window_get_banner_text (desk.window), "three: cannot be read: "));
  WAIT_UNTIL (qd_topology_view_get_scene (get_view (&desk)) && !qd_topology_model_is_busy (get_page (&desk)->model));
  desk_clear (&desk);
}

/* Of lines and circles nobody says that they were well. */
static void
test_stateless (void)
{
  Desk desk = { 0 };

  desk_init (&desk);
  import (&desk, "two.json", "{\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"edges\":[{\"source\":\"a\",\"target\":\"b\"}]}");
  wait_drawn (&desk, 2);
  g_assert_cmpstr (gtk_label_get_text (get_page (&desk)->sentence), ==, "2 sites");
  qd_window_show_page (desk.window, "overview");
  fixture_settle (GTK_WIDGET (desk.window));
  g_assert_null (find_label (GTK_WIDGET (desk.window), "well"));
  g_assert_nonnull (find_label (GTK_WIDGET (desk.window), "2 sites"));
  keep_picture (&(Fixture) { .window = GTK_WIDGET (desk.window) }, "paper-stateless");
  desk_clear (&desk);
}

static gboolean
drop_on (GtkWidget *widget, GFile *file)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  g_autoptr (GSList) files = g_slist_prepend (NULL, file);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
    }
  return taken;
}

/* A file that is dropped on the window, whatever it shows, is imported. */
static void
test_drop (void)
{
  Desk desk = { 0 };
  g_autoptr (GFile) file = NULL;

  desk_init (&desk);
  file = write_net (&desk, "three.json", NET);
  g_assert_true (drop_on (GTK_WIDGET (desk.window), file));
  wait_drawn (&desk, 3);
  g_assert_true (qd_connection_is_paper (qd_session_get_connection (desk.session)));
  desk_clear (&desk);
}

/* A file that cannot be read is told about, and leaves nothing behind. */
static void
test_fault (void)
{
  Desk desk = { 0 };
  AdwDialog *dialog;
  guint copies = count_copies ();

  desk_init (&desk);
  import (&desk, "bad.json", "{\"nodes\":[\n{\"id\":\"a\"},{\"id\":\"a\"}]}");
  WAIT_UNTIL ((dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (desk.window))) != NULL);
  g_assert_cmpstr (adw_alert_dialog_get_heading (ADW_ALERT_DIALOG (dialog)), ==, "Could not import “bad.json”");
  g_test_message ("%s", adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)));
  g_assert_true (g_str_has_prefix (adw_alert_dialog_get_body (ADW_ALERT_DIALOG (dialog)), "bad.json: line 2, column "));
  g_assert_null (qd_session_get_connection (desk.session));
  g_assert_cmpuint (count_sites (&desk), ==, 0);
  g_assert_cmpuint (count_copies (), ==, copies);
  fixture_settle (GTK_WIDGET (desk.window));
  keep_picture (&(Fixture) { .window = GTK_WIDGET (desk.window) }, "paper-fault");
  adw_dialog_force_close (dialog);
  desk_clear (&desk);
}

/* The toast's way back from a removal. */
static GtkWidget *
find_undo (Desk *desk)
{
  return fixture_find (GTK_WIDGET (desk->window), GTK_TYPE_BUTTON, "_Undo");
}

static void
test_remove (void)
{
  Desk desk = { 0 };
  g_autofree char *before = NULL, *after = NULL, *id = NULL;
  guint copies = count_copies ();

  desk_init (&desk);
  import (&desk, "three.json", NET);
  before = write_down (wait_drawn (&desk, 3));
  id = g_strdup (qd_session_get_connection (desk.session));
  g_assert_cmpuint (count_copies (), ==, copies + 1);
  qd_window_remove_paper (desk.window, id);
  g_assert_null (qd_session_get_connection (desk.session));
  g_assert_cmpuint (count_sites (&desk), ==, 0);
  WAIT_UNTIL (find_undo (&desk) != NULL);
  g_signal_emit_by_name (find_undo (&desk), "clicked");
  g_assert_cmpstr (qd_session_get_connection (desk.session), ==, id);
  after = write_down (wait_drawn (&desk, 3));
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (count_copies (), ==, copies + 1);

  /* Removed and not taken back, nothing is left of it. */
  WAIT_UNTIL (find_undo (&desk) == NULL);
  qd_window_remove_paper (desk.window, id);
  WAIT_UNTIL (find_undo (&desk) != NULL);
  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (find_widget (GTK_WIDGET (desk.window), ADW_TYPE_TOAST_OVERLAY)));
  WAIT_UNTIL (count_copies () == copies);
  desk_close (&desk);
  desk_open (&desk);
  g_assert_null (qd_hub_get_driver (desk.hub, id));
  {
    g_autofree char *name = g_strdup_printf ("topology/%s", id), *places = read_setting (desk.store, name);

    g_assert_cmpstr (places, ==, "");
  }
  desk_clear (&desk);
}

/* Beside a fleet that is live, what is on paper is in no figure, table or picture of all. */
static void
test_apart (void)
{
  Desk desk = { 0 };
  guint counts[QD_STATUS_DOWN + 1];
  g_autofree char *id = NULL;

  desk_init (&desk);
  fixture_fill (desk.hub, "live", 7);
  import (&desk, "three.json", NET);
  wait_drawn (&desk, 3);
  id = g_strdup (qd_session_get_connection (desk.session));
  qd_session_set_connection (desk.session, NULL);
  wait_drawn (&desk, 7);
  g_assert_false (gtk_widget_get_visible (get_page (&desk)->paper_box));
  qd_fleet_count_status (qd_hub_get_fleet (desk.hub), QD_KIND_SITE, NULL, counts);
  g_assert_cmpuint (counts[QD_STATUS_WELL] + counts[QD_STATUS_DOWN], ==, 7);
  qd_session_set_connection (desk.session, id);
  wait_drawn (&desk, 3);
  desk_clear (&desk);
}

static void
add_labelled (Desk *desk, const char *connection, guint i)
{
  g_autofree char *id = g_strdup_printf ("s%u", i), *labels = g_strdup_printf ("{\"region\":\"%s\",\"tier\":\"%u\"}", i % 3 ? "south \\u00fc" : "north", i % 2);
  QdDelta *delta = qd_delta_new (connection, QD_KIND_SITE, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_LABELS, qd_value_json (labels));
  qd_delta_set (delta, QD_SITE_KIND, qd_value_string (i == 0 ? "hq" : "branch"));
  qd_delta_set (delta, QD_SITE_LOCATION, qd_value_string ("Zürich"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (i % 2 ? QD_STATUS_WELL : QD_STATUS_DEGRADED));
  qd_fleet_apply (qd_hub_get_fleet (desk->hub), delta);
  qd_delta_unref (delta);
}

static void
add_live (Desk *desk, const char *connection, guint n)
{
  QdFleet *fleet = qd_hub_get_fleet (desk->hub);
  QdDelta *delta = qd_delta_new (connection, QD_KIND_CONNECTION, connection, QD_DELTA_PATCH);

  qd_fleet_begin (fleet);
  qd_delta_set (delta, QD_CONNECTION_STATE, qd_value_string ("live"));
  qd_fleet_apply (fleet, delta);
  qd_delta_unref (delta);
  for (guint i = 0; i < n; i++)
    add_labelled (desk, connection, i);
  for (guint i = 1; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("p%u", i), *from = g_strdup_printf ("s%u", i);

      delta = qd_delta_new (connection, QD_KIND_PATH, id, QD_DELTA_UPSERT);
      qd_delta_set (delta, QD_PATH_SRC, qd_value_string (from));
      qd_delta_set (delta, QD_PATH_DST, qd_value_string ("s0"));
      qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (i));
      qd_fleet_apply (fleet, delta);
      qd_delta_unref (delta);
    }
  qd_fleet_commit (fleet);
}

static guint
count_matches (Desk *desk, const char *text, const char *connection)
{
  g_autoptr (QdFilter) filter = qd_filter_new (text, connection, 0);
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (desk->hub), QD_KIND_SITE);
  guint n = 0;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    n += qd_filter_match (filter, qd_entity_list_peek (list, i));
  return n;
}

/* What is exported of two live fleets that have things of one name is looked at offline as it was: the same filters find
 * as many. */
static void
test_there_and_back (void)
{
  static const char *const filters[] = { "", "kind:branch", "kind:hq", "label.region:north", "label.tier:1", "status:degraded", "location:zürich",
                                         "\"label.region:south ü\"", "-label.region:north kind:branch" };
  Desk desk = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  const char *id;

  desk_init (&desk);
  path = g_build_filename (desk.folder, "both.graphml", NULL);
  file = g_file_new_for_path (path);
  add_live (&desk, g_intern_static_string ("one"), 9);
  add_live (&desk, g_intern_static_string ("two"), 4);
  qd_window_set_welcome (desk.window, FALSE);
  qd_window_show_page (desk.window, "topology");
  wait_drawn (&desk, 13);
  qd_topology_page_export_to (get_page (&desk), file);
  WAIT_UNTIL (get_page (&desk)->exporting == NULL);
  qd_window_import (desk.window, file);
  WAIT_UNTIL (qd_connection_is_paper (qd_session_get_connection (desk.session)));
  id = qd_session_get_connection (desk.session);
  g_assert_cmpuint (wait_drawn (&desk, 13)->n_edges, ==, 11);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_test_message ("%s: %u", filters[i], count_matches (&desk, filters[i], NULL));
      g_assert_cmpuint (count_matches (&desk, filters[i], NULL), ==, count_matches (&desk, filters[i], id));
    }
  /* On the picture too, and in the table beside it. */
  qd_topology_filter_bar_set_text (get_page (&desk)->filter_bar, "label.region:north");
  wait_drawn (&desk, 5);
  gtk_widget_activate_action (GTK_WIDGET (get_page (&desk)), "topology.table", NULL);
  WAIT_UNTIL (find_widget (GTK_WIDGET (get_page (&desk)), QD_TYPE_TABLE));
  WAIT_UNTIL (qd_view_get_length (qd_table_get_view (QD_TABLE (find_widget (GTK_WIDGET (get_page (&desk)), QD_TYPE_TABLE)))) == 5);
  desk_clear (&desk);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-paper-XXXXXX", NULL), *folder = NULL, *above = NULL;
  int failed;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  if (!topology_init (&argc, &argv))
    return 0;
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  g_test_add_func ("/app/paper/import", test_import);
  g_test_add_func ("/app/paper/restart", test_restart);
  g_test_add_func ("/app/paper/whole-at-once", test_whole_at_once);
  g_test_add_func ("/app/paper/lost", test_lost);
  g_test_add_func ("/app/paper/stateless", test_stateless);
  g_test_add_func ("/app/paper/drop", test_drop);
  g_test_add_func ("/app/paper/fault", test_fault);
  g_test_add_func ("/app/paper/remove", test_remove);
  g_test_add_func ("/app/paper/apart", test_apart);
  g_test_add_func ("/app/paper/there-and-back", test_there_and_back);
  failed = g_test_run ();
  folder = qd_paper_dup_folder ();
  above = g_path_get_dirname (folder);
  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    remove_folder (folder);
  g_rmdir (above);
  g_rmdir (data);
  return failed;
}
