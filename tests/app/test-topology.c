/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <time.h>
#include <adwaita.h>

#include "qd-topology-mini.h"
#include "qd-topology-places.h"
#include "qd-topology-snapshot.h"
#include "topology-fixture.h"

/* --- Tests -------------------------------------------------------------------------------------- */

static void
test_shows_fleet (void)
{
  Fixture fixture = { 0 };
  QdScene *scene;
  QdEntity *path;
  QdPick pick;

  set_up (&fixture, 1100, 700);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  scene = qd_topology_view_get_scene (fixture.view);
  g_assert_cmpuint (scene->n_edges, ==, 70);
  path = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p5");
  pick = qd_topology_model_find (fixture.model, path);
  g_assert_cmpint (pick.kind, ==, QD_PICK_EDGE);
  g_assert_true (qd_topology_model_get_entity (fixture.model, pick) == path);
  keep_picture (&fixture, "light");
  tear_down (&fixture);
}

/* A state that changes is drawn; the places stay, and a figure that changes draws nothing anew. */
/* Near enough, a path says its figures, and they are those of now; a loop, and all that is far out, says nothing. */
static void
test_figures (void)
{
  Fixture fixture = { 0 };
  QdTopologyFigures *figures;
  const QdScene *scene;
  QdViewport viewport;
  guint a, b, edge;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 2, 2);
  open_page (&fixture);
  wait_scene (&fixture, 2);
  figures = QD_TOPOLOGY_FIGURES (fixture.view->figures);
  scene = qd_topology_view_get_scene (fixture.view);
  edge = qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p1")).index;
  a = scene->edges[edge].src;
  b = scene->edges[edge].dst;
  viewport = (QdViewport) { (scene->positions[a].x + scene->positions[b].x) / 2, (scene->positions[a].y + scene->positions[b].y) / 2, 300 };
  qd_topology_view_set_viewport (fixture.view, &viewport);
  WAIT_UNTIL (g_strcmp0 (qd_topology_figures_get_text (figures, 0), "11.0 ms · 0.01 %") == 0);
  g_assert_cmpuint (qd_topology_figures_get_n (figures), ==, 1);
  qd_fleet_begin (fixture.fleet);
  apply (&fixture, QD_KIND_PATH, "p1", QD_DELTA_PATCH, QD_PATH_LATENCY_MS, qd_value_double (77));
  apply (&fixture, QD_KIND_PATH, "p1", QD_DELTA_PATCH, QD_PATH_LOSS_PCT, qd_value_double (2.5));
  qd_fleet_commit (fixture.fleet);
  WAIT_UNTIL (g_strcmp0 (qd_topology_figures_get_text (figures, 0), "77.0 ms · 2.50 %") == 0);
  keep_picture (&fixture, "figures");

  viewport.zoom = QD_TOPOLOGY_FIGURES_ZOOM / 2;
  qd_topology_view_set_viewport (fixture.view, &viewport);
  WAIT_UNTIL (qd_topology_figures_get_n (figures) == 0);
  tear_down (&fixture);
}

static void
test_follows_changes (void)
{
  Fixture fixture = { 0 };
  QdScene *before, *after;
  QdEntity *site;
  g_autofree QdPoint *places = NULL;
  QdPick pick;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 30, 50);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  site = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s7");
  pick = qd_topology_model_find (fixture.model, site);
  before = qd_topology_view_get_scene (fixture.view);
  places = g_memdup2 (before->positions, 30 * sizeof (QdPoint));

  set_status (&fixture, QD_KIND_SITE, "s7", QD_STATUS_DOWN);
  set_status (&fixture, QD_KIND_PATH, "p3", QD_STATUS_DEGRADED);
  WAIT_UNTIL (qd_topology_view_get_scene (fixture.view)->nodes[pick.index].status == QD_STATUS_DOWN);
  after = qd_topology_view_get_scene (fixture.view);
  g_assert_cmpmem (places, 30 * sizeof (QdPoint), after->positions, 30 * sizeof (QdPoint));
  WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
  keep_picture (&fixture, "changed");

  qd_fleet_begin (fixture.fleet);
  apply (&fixture, QD_KIND_PATH, "p4", QD_DELTA_PATCH, QD_PATH_LATENCY_MS, qd_value_double (77));
  qd_fleet_commit (fixture.fleet);
  pause_for (600);
  g_assert_true (qd_topology_view_get_scene (fixture.view) == after);
  tear_down (&fixture);
}

/* Sites that come and go: those that stay hardly move. */
static void
test_grows_and_shrinks (void)
{
  Fixture fixture = { 0 };
  QdPick pick;
  QdEntity *site;
  QdPoint before, after;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 30, 50);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  site = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s12");
  pick = qd_topology_model_find (fixture.model, site);
  before = qd_topology_view_get_scene (fixture.view)->positions[pick.index];

  qd_fleet_begin (fixture.fleet);
  add_site (&fixture, 30);
  add_path (&fixture, 50, 30, 0);
  apply (&fixture, QD_KIND_SITE, "s3", QD_DELTA_REMOVE, 0, QD_NO_VALUE);
  qd_fleet_commit (fixture.fleet);
  wait_scene (&fixture, 30);
  WAIT_UNTIL (qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s30")).kind ==
              QD_PICK_NODE);
  pick = qd_topology_model_find (fixture.model, site);
  after = qd_topology_view_get_scene (fixture.view)->positions[pick.index];
  g_assert_cmpfloat (hypotf (after.x - before.x, after.y - before.y), <, 0.6f);
  tear_down (&fixture);
}

/* Sites that came before their paths stand in rows: with the paths, all is laid out anew. */
static void
test_paths_come_late (void)
{
  Fixture fixture = { 0 };
  QdScene *scene;
  double along = 0, any = 0;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 60, 0);
  open_page (&fixture);
  wait_scene (&fixture, 60);
  g_assert_cmpuint (qd_topology_view_get_scene (fixture.view)->n_edges, ==, 0);
  qd_fleet_begin (fixture.fleet);
  for (guint i = 0; i < 60; i++)
    add_path (&fixture, i, i, (i * 17 + 17) % 60);
  qd_fleet_commit (fixture.fleet);
  WAIT_UNTIL (qd_topology_view_get_scene (fixture.view)->n_edges == 60 && !qd_topology_model_is_busy (fixture.model));
  scene = qd_topology_view_get_scene (fixture.view);
  for (guint i = 0; i < 60; i++)
    {
      QdPoint a = scene->positions[scene->edges[i].src], b = scene->positions[scene->edges[i].dst];

      along += hypot (a.x - b.x, a.y - b.y) / 60;
      for (guint k = 0; k < 60; k++)
        any += hypot (a.x - scene->positions[k].x, a.y - scene->positions[k].y) / 3600;
    }
  g_assert_cmpfloat (along * 1.5, <, any);
  tear_down (&fixture);
}

static void
test_selection (void)
{
  Fixture fixture = { 0 };
  QdEntity *site, *path;
  g_autofree char *text = NULL;

  set_up (&fixture, 1100, 700);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  site = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s9");
  path = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p9");
  qd_session_set_selected (fixture.session, site);
  g_assert_cmpint (qd_topology_view_get_selected (fixture.view).kind, ==, QD_PICK_NODE);
  g_assert_true (qd_page_show_entity (QD_PAGE (fixture.page), path));
  g_assert_cmpint (qd_topology_view_get_selected (fixture.view).kind, ==, QD_PICK_EDGE);
  g_assert_true (qd_session_get_selected (fixture.session) == path);
  text = qd_page_copy (QD_PAGE (fixture.page));
  g_assert_nonnull (strstr (text, qd_entity_get_name (path)));
  pause_for (400);
  WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
  keep_picture (&fixture, "selected");
  qd_session_set_selected (fixture.session, NULL);
  g_assert_cmpint (qd_topology_view_get_selected (fixture.view).kind, ==, QD_PICK_NOTHING);
  tear_down (&fixture);
}

static GtkWidget *
find_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_text (child, text);
      if (found)
        return found;
    }
  return NULL;
}

/* What is under the pointer is lit, and its card says how it is. */
static void
test_hover (void)
{
  Fixture fixture = { 0 };
  graphene_rect_t box;
  QdPick pick, found;

  set_up (&fixture, 1100, 700);
  fill_fleet (&fixture, 40, 70);
  set_status (&fixture, QD_KIND_PATH, "p11", QD_STATUS_DEGRADED);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  pick = qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s2"));
  box = qd_topology_view_get_node_box (fixture.view, pick.index);
  found = qd_topology_view_pick_at (fixture.view, box.origin.x + 3, box.origin.y + box.size.height / 2);
  g_assert_true (qd_pick_equal (found, pick));
  g_assert_cmpint (qd_topology_view_pick_at (fixture.view, 2, 2).kind, ==, QD_PICK_NOTHING);
  qd_topology_view_set_hover (fixture.view, pick);
  g_assert_true (gtk_widget_get_visible (fixture.view->card));
  /* A state that has just come is no "0 s" old. */
  g_assert_nonnull (find_text (fixture.view->card, "Well, seen just now"));
  WAIT_UNTIL (fixture.view->state.fade == 1);
  keep_picture (&fixture, "hover-node");

  pick = qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p11"));
  qd_topology_view_set_hover (fixture.view, pick);
  pause_for (100);
  keep_picture (&fixture, "hover-path");
  qd_topology_view_set_hover (fixture.view, QD_NO_PICK);
  g_assert_false (gtk_widget_get_visible (fixture.view->card));
  WAIT_UNTIL (fixture.view->state.fade == 0);
  tear_down (&fixture);
}

/* Tab goes from the worst on, and then out. */
static void
test_keyboard (void)
{
  static const char *const worst[] = { "s5", "s3", "s8" };
  Fixture fixture = { 0 };
  guint n = 0;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 30, 50);
  set_status (&fixture, QD_KIND_SITE, "s5", QD_STATUS_DOWN);
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_DEGRADED);
  set_status (&fixture, QD_KIND_SITE, "s8", QD_STATUS_DEGRADED);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.view));
  while (qd_topology_view_focus_next (fixture.view, FALSE))
    {
      QdEntity *entity = qd_topology_model_get_entity (fixture.model, qd_topology_view_get_focus (fixture.view));

      g_assert_cmpuint (n, <, G_N_ELEMENTS (worst));
      g_assert_cmpstr (qd_entity_get_id (entity), ==, worst[n++]);
    }
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpint (qd_topology_view_get_focus (fixture.view).kind, ==, QD_PICK_NOTHING);
  tear_down (&fixture);
}

/* What was asked for before there was a picture is shown when there is one. */
static void
test_shown_later (void)
{
  Fixture fixture = { 0 };
  QdEntity *site;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 20, 30);
  open_page (&fixture);
  site = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s9");
  g_assert_true (qd_page_show_entity (QD_PAGE (fixture.page), site));
  wait_scene (&fixture, 20);
  g_assert_cmpint (qd_topology_view_get_selected (fixture.view).kind, ==, QD_PICK_NODE);
  tear_down (&fixture);
}

static void
test_describe (void)
{
  Fixture fixture = { 0 };
  g_autofree char *path = NULL, *site = NULL;

  set_up (&fixture, 400, 400);
  fill_fleet (&fixture, 5, 8);
  open_page (&fixture);
  set_status (&fixture, QD_KIND_PATH, "p3", QD_STATUS_DEGRADED);
  path = qd_topology_describe (fixture.fleet, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p3"));
  g_assert_nonnull (strstr (path, "Degraded"));
  g_assert_nonnull (strstr (path, "ms"));
  site = qd_topology_describe (fixture.fleet, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s3"));
  g_assert_nonnull (strstr (site, "Prague"));
  g_assert_nonnull (strstr (site, "1 of them"));
  wait_scene (&fixture, 5);
  tear_down (&fixture);
}

static void
test_zoom_and_fit (void)
{
  Fixture fixture = { 0 };
  QdViewport fit, zoomed, back;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 40, 60);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  qd_topology_view_get_viewport (fixture.view, &fit);
  qd_topology_view_zoom_by (fixture.view, 2);
  qd_topology_view_zoom_by (fixture.view, 1.5);
  WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
  qd_topology_view_get_viewport (fixture.view, &zoomed);
  g_assert_cmpfloat_with_epsilon (zoomed.zoom, fit.zoom * 3, 0.01);
  g_assert_cmpfloat_with_epsilon (zoomed.x, fit.x, 0.01);
  keep_picture (&fixture, "zoomed");
  gtk_widget_activate_action (fixture.page, "topology.fit", NULL);
  WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
  qd_topology_view_get_viewport (fixture.view, &back);
  g_assert_cmpfloat_with_epsilon (back.zoom, fit.zoom, 0.001);
  tear_down (&fixture);
}

/* Every node can be reached by assistive technologies, under a name. */
static void
test_accessible (void)
{
  Fixture fixture = { 0 };
  GtkAccessible *child;
  guint n = 0;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 25, 40);
  open_page (&fixture);
  wait_scene (&fixture, 25);
  child = gtk_accessible_get_first_accessible_child (GTK_ACCESSIBLE (fixture.view));
  while (child)
    {
      GtkAccessible *parent = gtk_accessible_get_accessible_parent (child), *next;
      int x, y, width, height;

      g_assert_true (parent == GTK_ACCESSIBLE (fixture.view));
      g_assert_true (gtk_accessible_get_bounds (child, &x, &y, &width, &height));
      g_assert_cmpint (x, >=, 0);
      g_assert_cmpint (x + width, <=, 900);
      n++;
      next = gtk_accessible_get_next_accessible_sibling (child);
      g_object_unref (parent);
      g_object_unref (child);
      child = next;
    }
  g_assert_cmpuint (n, ==, 25);
  tear_down (&fixture);
}

static void
test_empty (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, 700, 500);
  open_page (&fixture);
  WAIT_UNTIL (qd_topology_view_get_scene (fixture.view) != NULL && !qd_topology_model_is_busy (fixture.model));
  g_assert_cmpuint (qd_topology_view_get_scene (fixture.view)->n_nodes, ==, 0);
  pause_for (400);
  keep_picture (&fixture, "empty");
  tear_down (&fixture);
}

static void
test_places (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPlaces) places = qd_places_new ();
  g_autoptr (QdPlaces) again = qd_places_new ();
  g_autofree char *json = NULL;
  QdEntity *site;
  QdPoint place = { 0, 0 };

  set_up (&fixture, 400, 300);
  fill_fleet (&fixture, 3, 3);
  open_page (&fixture);
  wait_scene (&fixture, 3);
  site = qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s1");
  qd_places_set (places, site, (QdPoint) { 1.5f, -2.25f });
  json = qd_places_save (places);
  g_assert_cmpuint (qd_places_load (again, json), ==, 1);
  g_assert_true (qd_places_get (again, site, &place));
  g_assert_cmpfloat (place.x, ==, 1.5f);
  g_assert_cmpfloat (place.y, ==, -2.25f);
  g_assert_cmpuint (qd_places_load (again, "{\"positions\":{\"a\":[1],\"b\":[1e99,0],\"c\":\"x\",\"d\":[\"1\",2]}}"), ==, 0);
  g_assert_cmpuint (qd_places_load (again, "[]"), ==, 0);
  tear_down (&fixture);
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_store_set_finish (QD_STORE (source), result, &error));
  *(gboolean *) data = TRUE;
}

/* What was laid out is found again as it was, by the next window on the same desk. */
static void
test_places_are_kept (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("qd-topology-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  QdPoint places[2] = { 0 };

  g_assert_no_error (error);
  for (guint round = 0; round < 2; round++)
    {
      Fixture fixture = { 0 };
      g_autoptr (QdStore) store = qd_store_new (path);
      g_autofree char *json = NULL;
      QdPick pick;

      set_up_with (&fixture, store, 700, 500);
      fill_fleet (&fixture, 25, 40);
      open_page (&fixture);
      wait_scene (&fixture, 25);
      json = read_setting (store, "topology/*");
      while (*json == '\0')
        {
          g_free (json);
          json = read_setting (store, "topology/*");
        }
      g_assert_nonnull (strstr (json, "test/site/s11"));
      pick = qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s11"));
      places[round] = qd_topology_view_get_scene (fixture.view)->positions[pick.index];
      /* The second time, one place is not as any layout would have it. */
      if (round == 0)
        {
          gboolean done = FALSE;
          g_autofree char *moved = g_strdup_printf ("{\"edges\":40,\"positions\":{\"test/site/s11\":[%.3f,%.3f]", places[0].x + 3, places[0].y - 2);
          g_autoptr (GString) all = g_string_new (moved);

          for (guint i = 0; i < 25; i++)
            {
              QdPoint at;
              g_autofree char *id = g_strdup_printf ("s%u", i);

              pick = qd_topology_model_find (fixture.model, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, id));
              at = qd_topology_view_get_scene (fixture.view)->positions[pick.index];
              if (i != 11)
                g_string_append_printf (all, ",\"test/site/s%u\":[%.3f,%.3f]", i, at.x, at.y);
            }
          g_string_append (all, "}}");
          qd_store_set_async (store, "topology/*", all->str, set_cb, &done);
          WAIT_UNTIL (done);
        }
      tear_down (&fixture);
      qd_store_close (store);
    }
  remove_folder (folder);
  g_assert_cmpfloat_with_epsilon (places[1].x, places[0].x + 3, 0.01);
  g_assert_cmpfloat_with_epsilon (places[1].y, places[0].y - 2, 0.01);
}

static void
test_styles (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  Fixture fixture = { 0 };
  guint32 light;

  set_up (&fixture, 1100, 700);
  fill_fleet (&fixture, 120, 260);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", 20 + i * 13);
      g_autofree char *path = g_strdup_printf ("p%u", 25 + i * 13);
      set_status (&fixture, QD_KIND_SITE, id, (QdStatus) (QD_STATUS_MAINTENANCE + i % 4));
      set_status (&fixture, QD_KIND_PATH, path, (QdStatus) (QD_STATUS_MAINTENANCE + i % 4));
    }
  open_page (&fixture);
  wait_scene (&fixture, 120);
  light = qd_topology_view_get_theme (fixture.view)->background;
  keep_picture (&fixture, "styles-light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  WAIT_UNTIL (qd_topology_view_get_theme (fixture.view)->dark && qd_topology_view_is_settled (fixture.view));
  g_assert_cmphex (qd_topology_view_get_theme (fixture.view)->background, !=, light);
  pause_for (300);
  WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
  keep_picture (&fixture, "styles-dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
  tear_down (&fixture);
}

static void
test_narrow (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, 360, 640);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  g_assert_cmpint (gtk_widget_get_width (fixture.page), ==, 360);
  keep_picture (&fixture, "narrow");
  qd_session_set_selected (fixture.session, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_SITE, "s2"));
  tear_down (&fixture);
}

static void
test_mini (void)
{
  Fixture fixture = { 0 };
  GtkWidget *mini;

  set_up (&fixture, 320, 220);
  fill_fleet (&fixture, 60, 120);
  mini = qd_topology_mini_new (fixture.session);
  fixture.view = QD_TOPOLOGY_VIEW (find_widget (mini, QD_TYPE_TOPOLOGY_VIEW));
  fixture.model = qd_topology_model_get (fixture.session);
  gtk_window_set_child (GTK_WINDOW (fixture.window), mini);
  gtk_window_present (GTK_WINDOW (fixture.window));
  wait_scene (&fixture, 60);
  keep_picture (&fixture, "mini");
  tear_down (&fixture);
}

/* --- Work per frame ----------------------------------------------------------------------------- */

static gint64 frame_began;

/* Of this thread alone: what others do on the machine is not our work. */
static gint64
thread_time_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
before_paint_cb (GdkFrameClock *clock, gpointer data)
{
  frame_began = thread_time_us ();
}

static void
after_paint_cb (GdkFrameClock *clock, gpointer data)
{
  double ms = (double) (thread_time_us () - frame_began) / 1000;
  g_array_append_val ((GArray *) data, ms);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double l = *(const double *) a, r = *(const double *) b;
  return l < r ? -1 : l > r;
}

/* Panning over 1,000 sites and 10,000 paths. The bound is loose, the figure is told. */
static void
test_pan_is_cheap (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (double));
  GdkFrameClock *clock;
  QdViewport viewport;
  double p95;

  set_up (&fixture, 1280, 800);
  fill_fleet (&fixture, 1000, 10000);
  open_page (&fixture);
  wait_scene (&fixture, 1000);
  keep_picture (&fixture, "thousand");
  {
    gint64 began = g_get_monotonic_time ();
    qd_topology_snapshot_free (qd_topology_snapshot_new (fixture.fleet, &(QdTopologyScope) { 0 }));
    g_test_message ("a snapshot of the fleet took %.2f ms", (double) (g_get_monotonic_time () - began) / 1000);
  }
  qd_topology_view_get_viewport (fixture.view, &viewport);
  viewport.zoom *= 2.2;
  clock = gtk_widget_get_frame_clock (fixture.window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), frames);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), frames);
  for (guint i = 0; i < 90; i++)
    {
      viewport.x += cos (i * 0.07) * 0.3;
      viewport.y += sin (i * 0.07) * 0.3;
      qd_topology_view_set_viewport (fixture.view, &viewport);
      pause_for (16);
    }
  g_signal_handlers_disconnect_by_data (clock, frames);
  g_assert_cmpuint (frames->len, >, 10);
  g_array_sort (frames, compare_doubles);
  p95 = g_array_index (frames, double, frames->len * 95 / 100);
  g_test_message ("%u frames, p50 %.2f ms, p95 %.2f ms", frames->len, g_array_index (frames, double, frames->len / 2), p95);
  g_assert_cmpfloat (p95, <, 30);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  if (!topology_init (&argc, &argv))
    return 0;
  g_test_add_func ("/app/topology/shows-fleet", test_shows_fleet);
  g_test_add_func ("/app/topology/figures", test_figures);
  g_test_add_func ("/app/topology/follows-changes", test_follows_changes);
  g_test_add_func ("/app/topology/grows-and-shrinks", test_grows_and_shrinks);
  g_test_add_func ("/app/topology/paths-come-late", test_paths_come_late);
  g_test_add_func ("/app/topology/selection", test_selection);
  g_test_add_func ("/app/topology/hover", test_hover);
  g_test_add_func ("/app/topology/keyboard", test_keyboard);
  g_test_add_func ("/app/topology/shown-later", test_shown_later);
  g_test_add_func ("/app/topology/describe", test_describe);
  g_test_add_func ("/app/topology/zoom-and-fit", test_zoom_and_fit);
  g_test_add_func ("/app/topology/accessible", test_accessible);
  g_test_add_func ("/app/topology/empty", test_empty);
  g_test_add_func ("/app/topology/places", test_places);
  g_test_add_func ("/app/topology/places-are-kept", test_places_are_kept);
  g_test_add_func ("/app/topology/styles", test_styles);
  g_test_add_func ("/app/topology/narrow", test_narrow);
  g_test_add_func ("/app/topology/mini", test_mini);
  g_test_add_func ("/app/topology/pan-is-cheap", test_pan_is_cheap);
  return g_test_run ();
}
