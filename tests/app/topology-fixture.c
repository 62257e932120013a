/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "topology-fixture.h"

#include <glib/gstdio.h>

#define RESOURCES "/io/github/quarterdeck/Quarterdeck"

GResource *qd_app_get_resource (void);

/* --- A fleet ------------------------------------------------------------------------------------ */

void
apply (Fixture *fixture, QdKind kind, const char *id, QdDeltaOp op, guint field, QdValue value)
{
  QdDelta *delta = qd_delta_new (fixture->connection, kind, id, op);

  if (value.type != QD_VALUE_NONE)
    qd_delta_set (delta, field, value);
  qd_fleet_apply (fixture->fleet, delta);
  qd_delta_unref (delta);
}

void
set_status (Fixture *fixture, QdKind kind, const char *id, QdStatus status)
{
  qd_fleet_begin (fixture->fleet);
  apply (fixture, kind, id, QD_DELTA_PATCH, QD_FIELD_STATUS, qd_value_status (status));
  qd_fleet_commit (fixture->fleet);
}

void
add_site (Fixture *fixture, guint i)
{
  static const char *const names[] = { "Hamburg", "Lisbon", "Oslo", "Prague", "Riga", "Seville", "Turin", "Utrecht", "Vienna", "Zagreb" };
  g_autofree char *id = g_strdup_printf ("s%u", i);
  g_autofree char *name = i < 10 ? g_strdup (names[i]) : g_strdup_printf ("%s %u", names[i % 10], i / 10 + 1);

  apply (fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string (name));
  apply (fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  apply (fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_SITE_KIND, qd_value_string (i < 4 ? "hub" : "branch"));
}

void
add_path (Fixture *fixture, guint i, guint src, guint dst)
{
  g_autofree char *id = g_strdup_printf ("p%u", i);
  g_autofree char *from = g_strdup_printf ("s%u", src), *to = g_strdup_printf ("s%u", dst);

  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_SRC, qd_value_string (from));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_DST, qd_value_string (to));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_LATENCY_MS, qd_value_double (10 + i % 40));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_LOSS_PCT, qd_value_double (0.01 * (i % 7)));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_SCORE, qd_value_double (70 + i % 30));
  apply (fixture, QD_KIND_PATH, id, QD_DELTA_PATCH, QD_PATH_CAPACITY_MBPS, qd_value_double (i % 3 ? 1000 : 10000));
}

void
fill_fleet (Fixture *fixture, guint sites, guint paths)
{
  guint hubs = MAX (sites / 10, 1);

  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < sites; i++)
    add_site (fixture, i);
  for (guint i = 0; i < paths; i++)
    add_path (fixture, i, i < sites ? i : (i * 7919) % sites, i < sites ? (i < hubs ? (i + 1) % hubs : i % hubs) : (i * 104729 / 3) % sites);
  qd_fleet_commit (fixture->fleet);
}

/* --- The window --------------------------------------------------------------------------------- */

GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type);
      if (found)
        return found;
    }
  return NULL;
}

void
set_up_with (Fixture *fixture, QdStore *store, int width, int height)
{
  fixture->connection = g_intern_static_string ("test");
  fixture->hub = qd_hub_new (store);
  fixture->fleet = qd_hub_get_fleet (fixture->hub);
  fixture->session = qd_session_new (fixture->hub);
  qd_fleet_begin (fixture->fleet);
  apply (fixture, QD_KIND_CONNECTION, fixture->connection, QD_DELTA_PATCH, QD_CONNECTION_STATE, qd_value_string ("live"));
  qd_fleet_commit (fixture->fleet);
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, height);
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
}

void
set_up (Fixture *fixture, int width, int height)
{
  set_up_with (fixture, NULL, width, height);
}

void
open_page (Fixture *fixture)
{
  fixture->page = GTK_WIDGET (qd_page_new (qd_page_info_find ("topology"), fixture->session));
  /* The minimap has one too: ours is the one that can be steered. */
  fixture->view = QD_TOPOLOGY_VIEW (find_widget (fixture->page, QD_TYPE_TOPOLOGY_VIEW));
  fixture->model = qd_topology_model_get (fixture->session);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->page);
  gtk_window_present (GTK_WINDOW (fixture->window));
}

void
wait_scene (Fixture *fixture, guint n)
{
  WAIT_UNTIL (qd_topology_view_get_scene (fixture->view) && qd_topology_view_get_scene (fixture->view)->n_nodes == n);
  WAIT_UNTIL (!qd_topology_model_is_busy (fixture->model));
  WAIT_UNTIL (qd_topology_view_is_settled (fixture->view));
  g_assert_cmpuint (qd_topology_view_get_scene (fixture->view)->n_nodes, ==, n);
}

void
tear_down (Fixture *fixture)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->model), (gpointer *) &fixture->model);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_object_unref (fixture->model);
  WAIT_UNTIL (fixture->model == NULL);
  g_assert_finalize_object (fixture->session);
  qd_hub_stop (fixture->hub);
  g_object_unref (fixture->hub);
}

static GskRenderNode *
take_node (Fixture *fixture)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (fixture->window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (fixture->window), gtk_widget_get_height (fixture->window));
  return gtk_snapshot_free_to_node (snapshot);
}

/* Where QD_TEST_SHOTS names a folder, what is seen is kept there for people to look at. */
void
keep_picture (Fixture *fixture, const char *name)
{
  const char *folder = g_getenv ("QD_TEST_SHOTS");
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;
  /* There is none while the window waits to be drawn anew. */
  WAIT_UNTIL (node != NULL || (node = take_node (fixture)) != NULL);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (fixture->window)), node, NULL);
  path = g_strdup_printf ("%s/topology-%s.png", folder, name);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

void
pause_for (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;
  WAIT_UNTIL (g_get_monotonic_time () >= end);
}

static void
got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(char **) data = qd_store_get_finish (QD_STORE (source), result, &error);
  g_assert_no_error (error);
  if (*(char **) data == NULL)
    *(char **) data = g_strdup ("");
}

void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_assert_no_errno (g_unlink (path));
    }
  g_assert_no_errno (g_rmdir (folder));
}

char *
read_setting (QdStore *store, const char *name)
{
  char *json = NULL;

  qd_store_get_async (store, name, got_cb, &json);
  WAIT_UNTIL (json != NULL);
  return json;
}

QdEntity *
get_site (Fixture *fixture, guint i)
{
  g_autofree char *id = g_strdup_printf ("s%u", i);

  return qd_fleet_lookup (fixture->fleet, fixture->connection, QD_KIND_SITE, id);
}

guint
node_of (Fixture *fixture, guint site)
{
  QdPick pick = qd_topology_model_find (fixture->model, get_site (fixture, site));

  g_assert_cmpint (pick.kind, ==, QD_PICK_NODE);
  return pick.index;
}

void
wait_settled (Fixture *fixture)
{
  WAIT_UNTIL (!qd_topology_model_is_busy (fixture->model) && qd_topology_view_is_settled (fixture->view));
}

/* As the application itself would have it. */
static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  GdkDisplay *display = gdk_display_get_default ();

  gtk_css_provider_load_from_resource (provider, RESOURCES "/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), RESOURCES "/icons");
}

gboolean
topology_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display: build-aux/with-display gives one\n");
      return FALSE;
    }
  adw_init ();
  g_resources_register (qd_app_get_resource ());
  load_style ();
  return TRUE;
}
