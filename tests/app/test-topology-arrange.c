/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "qd-topology-filter-bar.h"
#include "qd-topology-minimap.h"
#include "topology-fixture.h"

static QdScene *
get_scene (Fixture *fixture)
{
  return qd_topology_view_get_scene (fixture->view);
}

static QdPoint *
copy_places (Fixture *fixture)
{
  return g_memdup2 (get_scene (fixture)->positions, MAX (get_scene (fixture)->n_nodes, 1) * sizeof (QdPoint));
}

static void
assert_places (Fixture *fixture, const QdPoint *places)
{
  guint n = get_scene (fixture)->n_nodes;

  g_assert_cmpmem (get_scene (fixture)->positions, n * sizeof (QdPoint), places, n * sizeof (QdPoint));
}

static void
act (Fixture *fixture, const char *action, const char *target)
{
  if (target)
    gtk_widget_activate_action (fixture->page, action, "s", target);
  else
    gtk_widget_activate_action (fixture->page, action, NULL);
  wait_settled (fixture);
}

/* What is seen is what there is, less what is told to be hidden. */
static void
assert_tally (Fixture *fixture, guint total)
{
  QdTopologyTally tally;

  qd_topology_model_get_tally (fixture->model, &tally);
  g_assert_cmpuint (tally.drawn + tally.folded + tally.filtered, ==, tally.total);
  g_assert_cmpuint (tally.total, ==, total);
  g_assert_cmpuint (get_scene (fixture)->n_nodes, ==, tally.drawn + tally.groups);
}

static const char *
get_tally_text (Fixture *fixture)
{
  QdTopologyTally tally;
  static char *text;

  qd_topology_model_get_tally (fixture->model, &tally);
  g_free (text);
  text = qd_topology_tally_format (&tally);
  return text;
}

/* --- Pins -------------------------------------------------------------------------------------- */

static void
pin_some (Fixture *fixture, guint n)
{
  g_autofree guint *nodes = g_new (guint, n);
  g_autofree QdPoint *to = g_new (QdPoint, n);

  for (guint i = 0; i < n; i++)
    {
      nodes[i] = node_of (fixture, i * 2 + 1);
      to[i] = get_scene (fixture)->positions[nodes[i]];
      to[i].x += 1.37f + (float) i * 0.1f;
      to[i].y -= 0.71f;
    }
  g_assert_true (qd_topology_model_move (fixture->model, nodes, n, to));
  wait_settled (fixture);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (qd_topology_model_is_pinned (fixture->model, nodes[i]));
      g_assert_cmpfloat_with_epsilon (get_scene (fixture)->positions[nodes[i]].x, to[i].x, 0.001f);
    }
}

static double
get_diameter (Fixture *fixture)
{
  QdScene *scene = get_scene (fixture);

  return hypot (scene->right - scene->left, scene->bottom - scene->top);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double l = *(const double *) a, r = *(const double *) b;
  return l < r ? -1 : l > r;
}

/* Fifty more: what is pinned has not moved at all, what was there before hardly. */
static void
test_pins_hold (void)
{
  Fixture fixture = { 0 };
  QdPoint before[200];
  g_autoptr (GArray) drifts = g_array_new (FALSE, FALSE, sizeof (double));

  set_up (&fixture, 1000, 700);
  fill_fleet (&fixture, 200, 320);
  open_page (&fixture);
  wait_scene (&fixture, 200);
  pin_some (&fixture, 20);
  keep_picture (&fixture, "pinned");
  for (guint i = 0; i < 200; i++)
    before[i] = get_scene (&fixture)->positions[node_of (&fixture, i)];
  qd_fleet_begin (fixture.fleet);
  for (guint i = 0; i < 50; i++)
    {
      add_site (&fixture, 200 + i);
      add_path (&fixture, 400 + i, 200 + i, i % 20);
    }
  qd_fleet_commit (fixture.fleet);
  wait_scene (&fixture, 250);
  for (guint i = 0; i < 200; i++)
    {
      QdPoint after = get_scene (&fixture)->positions[node_of (&fixture, i)];
      double drift = hypot (after.x - before[i].x, after.y - before[i].y);

      if (i % 2 == 1 && i < 40)
        g_assert_cmpfloat (drift, ==, 0.0);
      else
        g_array_append_val (drifts, drift);
    }
  g_array_sort (drifts, compare_doubles);
  g_test_message ("median drift %.4f of %.1f", g_array_index (drifts, double, drifts->len / 2), get_diameter (&fixture));
  g_assert_cmpfloat (g_array_index (drifts, double, drifts->len / 2), <, 0.05 * get_diameter (&fixture));

  /* Nor when all the rest is arranged anew, or by another layout. */
  act (&fixture, "topology.arrange", NULL);
  act (&fixture, "topology.layout", "tiers");
  for (guint i = 1; i < 40; i += 2)
    {
      QdPoint after = get_scene (&fixture)->positions[node_of (&fixture, i)];
      g_assert_cmpfloat (hypot (after.x - before[i].x, after.y - before[i].y), ==, 0.0);
    }
  tear_down (&fixture);
}

/* The next window on the same desk has all where it was, to the bit, and pinned what was. */
static void
test_restart (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("qd-topology-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autofree QdPoint *places = NULL;

  g_assert_no_error (error);
  for (guint round = 0; round < 2; round++)
    {
      Fixture fixture = { 0 };
      g_autoptr (QdStore) store = qd_store_new (path);

      set_up_with (&fixture, store, 800, 600);
      fill_fleet (&fixture, 60, 90);
      open_page (&fixture);
      wait_scene (&fixture, 60);
      if (round == 0)
        {
          act (&fixture, "topology.layout", "tiers");
          pin_some (&fixture, 20);
          places = copy_places (&fixture);
        }
      else
        {
          assert_places (&fixture, places);
          g_assert_cmpstr (qd_topology_model_get_layout (fixture.model), ==, "tiers");
          for (guint i = 0; i < 60; i++)
            g_assert_cmpint (qd_topology_model_is_pinned (fixture.model, node_of (&fixture, i)), ==, i % 2 == 1 && i < 40);
        }
      tear_down (&fixture);
      qd_store_close (store);
    }
  remove_folder (folder);
}

/* --- Undo -------------------------------------------------------------------------------------- */

/* Whatever the admin did, in any order, is taken back step by step to the bit. */
static void
test_undo (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func (g_free);
  guint node;
  QdPoint to;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  g_ptr_array_add (states, copy_places (&fixture));
  node = node_of (&fixture, 7);
  to = (QdPoint) { 3, -2 };
  g_assert_true (qd_topology_model_move (fixture.model, &node, 1, &to));
  wait_settled (&fixture);
  g_ptr_array_add (states, copy_places (&fixture));
  act (&fixture, "topology.layout", "tiers");
  g_ptr_array_add (states, copy_places (&fixture));
  act (&fixture, "topology.arrange", NULL);
  qd_topology_model_set_pinned (fixture.model, &node, 1, FALSE);
  wait_settled (&fixture);
  act (&fixture, "topology.layout", "geographic");
  g_ptr_array_add (states, copy_places (&fixture));

  act (&fixture, "topology.undo", NULL);
  g_assert_cmpstr (qd_topology_model_get_layout (fixture.model), ==, "tiers");
  assert_places (&fixture, states->pdata[2]);
  act (&fixture, "topology.undo", NULL);
  g_assert_true (qd_topology_model_is_pinned (fixture.model, node));
  assert_places (&fixture, states->pdata[2]);
  while (qd_topology_undo_can_undo (qd_topology_model_get_undo (fixture.model)) &&
         !g_str_equal (qd_topology_model_get_layout (fixture.model), "force"))
    act (&fixture, "topology.undo", NULL);
  assert_places (&fixture, states->pdata[1]);
  act (&fixture, "topology.undo", NULL);
  assert_places (&fixture, states->pdata[0]);
  g_assert_false (qd_topology_undo_can_undo (qd_topology_model_get_undo (fixture.model)));
  while (qd_topology_undo_can_redo (qd_topology_model_get_undo (fixture.model)))
    act (&fixture, "topology.redo", NULL);
  assert_places (&fixture, states->pdata[3]);
  tear_down (&fixture);
}

/* --- Folding and filters ----------------------------------------------------------------------- */

static void
label_sites (Fixture *fixture, guint n)
{
  static const char *const regions[] = { "{\"region\":\"north\"}", "{\"tier\":\"b\",\"region\":\"south\"}", "{\"region\": \"far east\"}", "{}" };

  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);
      apply (fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_FIELD_LABELS, qd_value_json (regions[i % 4]));
    }
  qd_fleet_commit (fixture->fleet);
}

static void
test_fold (void)
{
  Fixture fixture = { 0 };
  g_autofree QdPoint *places = NULL;
  guint group;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 40, 70);
  label_sites (&fixture, 40);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  places = copy_places (&fixture);
  act (&fixture, "topology.group-by", "label:region");
  qd_topology_model_set_folded (fixture.model, "north", TRUE);
  wait_settled (&fixture);
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 31);
  assert_tally (&fixture, 40);
  g_assert_cmpstr (get_tally_text (&fixture), ==, "30 of 40 shown: 10 folded into 1 group");
  group = node_of (&fixture, 0);
  g_assert_cmpuint (get_scene (&fixture)->nodes[group].members, ==, 10);
  g_assert_cmpuint (node_of (&fixture, 4), ==, group);
  set_status (&fixture, QD_KIND_SITE, "s4", QD_STATUS_DOWN);
  WAIT_UNTIL (get_scene (&fixture)->nodes[group].status == QD_STATUS_DOWN);
  wait_settled (&fixture);
  keep_picture (&fixture, "folded");
  act (&fixture, "topology.fold-all", NULL);
  assert_tally (&fixture, 40);
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 13);
  act (&fixture, "topology.undo", NULL);
  act (&fixture, "topology.undo", NULL);
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 40);
  assert_places (&fixture, places);
  g_assert_null (get_tally_text (&fixture));
  act (&fixture, "topology.layout", "clusters");
  keep_picture (&fixture, "clusters");
  tear_down (&fixture);
}

static void
set_filter (Fixture *fixture, const char *text)
{
  qd_topology_filter_bar_set_text (QD_TOPOLOGY_FILTER_BAR (find_widget (fixture->page, QD_TYPE_TOPOLOGY_FILTER_BAR)), text);
  wait_settled (fixture);
}

static void
test_filter (void)
{
  Fixture fixture = { 0 };
  g_autofree QdPoint *places = NULL;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 40, 70);
  label_sites (&fixture, 40);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  places = copy_places (&fixture);
  set_filter (&fixture, "kind:hub");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 4);
  assert_tally (&fixture, 40);
  g_assert_cmpstr (get_tally_text (&fixture), ==, "4 of 40 shown: filtered");
  keep_picture (&fixture, "filtered");
  set_filter (&fixture, "label.region:south");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 10);
  set_filter (&fixture, "\"label.region:far east\"");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 10);
  set_filter (&fixture, "label.tier:b -label.region:south");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 0);
  assert_tally (&fixture, 40);

  /* What comes to match is seen, what no longer does is not. */
  set_filter (&fixture, "status:down,degraded");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 0);
  set_status (&fixture, QD_KIND_SITE, "s5", QD_STATUS_DOWN);
  set_status (&fixture, QD_KIND_SITE, "s6", QD_STATUS_DEGRADED);
  WAIT_UNTIL (get_scene (&fixture)->n_nodes == 2);
  set_status (&fixture, QD_KIND_SITE, "s5", QD_STATUS_WELL);
  WAIT_UNTIL (get_scene (&fixture)->n_nodes == 1);
  wait_settled (&fixture);
  assert_tally (&fixture, 40);
  set_filter (&fixture, "");
  g_assert_cmpuint (get_scene (&fixture)->n_nodes, ==, 40);
  assert_places (&fixture, places);
  tear_down (&fixture);
}

/* Drawn, folded and filtered are always all there is, whatever is done. */
static void
test_nothing_is_lost (void)
{
  static const char *const filters[] = { "", "kind:hub", "status:well", "a", "-label.region:north", "nothing like this" };
  static const char *const groups[] = { "", "kind", "label:region", "location" };
  static const char *const acts[] = { "topology.fold-all", "topology.unfold-all", "topology.undo", "topology.redo", "topology.arrange" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  Fixture fixture = { 0 };
  guint total = 30;

  set_up (&fixture, 700, 500);
  fill_fleet (&fixture, 30, 45);
  label_sites (&fixture, 30);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  for (guint i = 0; i < 60; i++)
    {
      switch (g_rand_int_range (rand, 0, 5))
        {
        case 0: set_filter (&fixture, filters[g_rand_int_range (rand, 0, G_N_ELEMENTS (filters))]); break;
        case 1: act (&fixture, "topology.group-by", groups[g_rand_int_range (rand, 0, G_N_ELEMENTS (groups))]); break;
        case 2:
          qd_fleet_begin (fixture.fleet);
          add_site (&fixture, total);
          add_path (&fixture, 100 + total, total, 0);
          total++;
          qd_fleet_commit (fixture.fleet);
          break;
        default: act (&fixture, acts[g_rand_int_range (rand, 0, G_N_ELEMENTS (acts))], NULL); break;
        }
      wait_settled (&fixture);
      assert_tally (&fixture, total);
    }
  tear_down (&fixture);
}

/* --- Looking about ----------------------------------------------------------------------------- */

static void
test_minimap (void)
{
  Fixture fixture = { 0 };
  QdTopologyMinimap *minimap;
  graphene_rect_t frame;
  QdViewport viewport;

  set_up (&fixture, 1000, 700);
  fill_fleet (&fixture, 80, 120);
  set_status (&fixture, QD_KIND_SITE, "s9", QD_STATUS_DOWN);
  open_page (&fixture);
  wait_scene (&fixture, 80);
  minimap = QD_TOPOLOGY_MINIMAP (find_widget (fixture.page, QD_TYPE_TOPOLOGY_MINIMAP));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (minimap)));
  qd_topology_view_zoom_by (fixture.view, 3);
  wait_settled (&fixture);
  WAIT_UNTIL (gtk_widget_get_visible (GTK_WIDGET (minimap)) && gtk_widget_get_width (GTK_WIDGET (minimap)) > 0);
  qd_topology_minimap_get_frame (minimap, &frame);
  g_assert_cmpfloat (frame.size.width, <, gtk_widget_get_width (GTK_WIDGET (minimap)));
  g_assert_cmpfloat_with_epsilon (frame.size.width / frame.size.height, (float) gtk_widget_get_width (GTK_WIDGET (fixture.view)) /
                                  (float) gtk_widget_get_height (GTK_WIDGET (fixture.view)), 0.01f);
  pause_for (300);
  keep_picture (&fixture, "minimap");
  qd_topology_view_get_viewport (fixture.view, &viewport);
  viewport.x += 1;
  qd_topology_view_set_viewport (fixture.view, &viewport);
  {
    graphene_rect_t moved;
    qd_topology_minimap_get_frame (minimap, &moved);
    g_assert_cmpfloat (moved.origin.x, >, frame.origin.x);
  }
  act (&fixture, "topology.minimap", NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (minimap)));
  tear_down (&fixture);
}

static void
test_several (void)
{
  Fixture fixture = { 0 };
  gboolean *marks = g_new0 (gboolean, 40);
  g_autofree char *text = NULL;
  QdViewport all, near;
  guint lines = 0;

  set_up (&fixture, 1000, 700);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  qd_topology_view_get_viewport (fixture.view, &all);
  for (guint i = 4; i < 9; i++)
    marks[node_of (&fixture, i)] = TRUE;
  qd_topology_view_set_marks (fixture.view, marks);
  text = qd_page_copy (QD_PAGE (fixture.page));
  for (const char *at = text; (at = strchr (at, '\n')); at++)
    lines++;
  g_assert_cmpuint (lines, ==, 5);
  act (&fixture, "topology.pin", NULL);
  for (guint i = 0; i < 40; i++)
    g_assert_cmpint (qd_topology_model_is_pinned (fixture.model, node_of (&fixture, i)), ==, i >= 4 && i < 9);
  act (&fixture, "topology.zoom-selection", NULL);
  qd_topology_view_get_viewport (fixture.view, &near);
  g_assert_cmpfloat (near.zoom, >=, all.zoom);
  for (guint i = 4; i < 9; i++)
    {
      graphene_rect_t box = qd_topology_view_get_node_box (fixture.view, node_of (&fixture, i));
      g_assert_cmpfloat (box.origin.x, >=, 0);
      g_assert_cmpfloat (box.origin.x + box.size.width, <=, 1000);
    }
  keep_picture (&fixture, "several");
  act (&fixture, "topology.clear-selection", NULL);
  g_assert_null (fixture.view->state.marks);
  tear_down (&fixture);
}

static gboolean
shows_what_is (Fixture *fixture)
{
  QdScene *scene = qd_topology_model_get_scene (fixture->model);

  for (guint i = 0; i < scene->n_nodes; i++)
    if (scene->nodes[i].status != qd_entity_get_status (qd_topology_model_get_entity (fixture->model, (QdPick) { QD_PICK_NODE, i })))
      return FALSE;
  for (guint i = 0; i < scene->n_edges; i++)
    if (scene->edges[i].status != qd_entity_get_status (qd_topology_model_get_entity (fixture->model, (QdPick) { QD_PICK_EDGE, i })))
      return FALSE;
  return TRUE;
}

/* Only what changed is looked at: it comes to the same as looking at all. */
static void
test_follows_all (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  Fixture fixture = { 0 };

  set_up (&fixture, 700, 500);
  fill_fleet (&fixture, 30, 60);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  for (guint round = 0; round < 8; round++)
    {
      QdTopologyCounts counts;
      guint sites[QD_STATUS_DOWN + 1], paths[QD_STATUS_DOWN + 1];

      for (guint i = 0; i < 12; i++)
        {
          gboolean site = g_rand_boolean (rand);
          g_autofree char *id = g_strdup_printf ("%s%d", site ? "s" : "p", g_rand_int_range (rand, 0, site ? 30 : 60));

          set_status (&fixture, site ? QD_KIND_SITE : QD_KIND_PATH, id, (QdStatus) g_rand_int_range (rand, QD_STATUS_WELL, QD_STATUS_DOWN + 1));
        }
      WAIT_UNTIL (shows_what_is (&fixture));
      qd_topology_model_count (fixture.model, &counts);
      qd_fleet_count_status (fixture.fleet, QD_KIND_SITE, NULL, sites);
      qd_fleet_count_status (fixture.fleet, QD_KIND_PATH, NULL, paths);
      g_assert_cmpmem (counts.sites, sizeof sites, sites, sizeof sites);
      g_assert_cmpmem (counts.paths, sizeof paths, paths, sizeof paths);
    }
  /* Another name is another picture. */
  qd_fleet_begin (fixture.fleet);
  apply (&fixture, QD_KIND_SITE, "s4", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("Elsewhere"));
  qd_fleet_commit (fixture.fleet);
  WAIT_UNTIL (!qd_topology_model_is_busy (fixture.model) &&
              g_strcmp0 (qd_topology_model_get_scene (fixture.model)->nodes[node_of (&fixture, 4)].label, "Elsewhere") == 0);
  tear_down (&fixture);
}

/* Another state glows once, and settles. */
static void
test_glow (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, 800, 600);
  fill_fleet (&fixture, 30, 40);
  open_page (&fixture);
  wait_scene (&fixture, 30);
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_DOWN);
  WAIT_UNTIL (fixture.view->state.glows != NULL);
  pause_for (250);
  keep_picture (&fixture, "glow");
  WAIT_UNTIL (fixture.view->state.glows == NULL && fixture.view->glow_tick == 0);
  g_object_set (gtk_widget_get_settings (fixture.window), "gtk-enable-animations", FALSE, NULL);
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_WELL);
  WAIT_UNTIL (get_scene (&fixture)->nodes[node_of (&fixture, 3)].status == QD_STATUS_WELL);
  g_assert_null (fixture.view->state.glows);
  g_object_set (gtk_widget_get_settings (fixture.window), "gtk-enable-animations", TRUE, NULL);
  tear_down (&fixture);
}

/* Laid out by latitude and longitude, the picture is on a map, whatever becomes of its things; otherwise it is not. */
static void
test_map (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, 1200, 800);
  fill_fleet (&fixture, 40, 60);
  qd_fleet_begin (fixture.fleet);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      apply (&fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_SITE_LATITUDE, qd_value_double (38 + (i * 7) % 24));
      apply (&fixture, QD_KIND_SITE, id, QD_DELTA_PATCH, QD_SITE_LONGITUDE, qd_value_double (-8 + (i * 11) % 37));
    }
  qd_fleet_commit (fixture.fleet);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  g_assert_null (qd_topology_view_get_scene (fixture.view)->map);
  act (&fixture, "topology.layout", "geographic");
  wait_settled (&fixture);
  g_assert_nonnull (qd_topology_view_get_scene (fixture.view)->map);
  keep_picture (&fixture, "map");
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_DOWN);
  WAIT_UNTIL (qd_topology_view_get_scene (fixture.view)->nodes[node_of (&fixture, 3)].status == QD_STATUS_DOWN);
  g_assert_nonnull (qd_topology_view_get_scene (fixture.view)->map);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  wait_settled (&fixture);
  keep_picture (&fixture, "map-dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_LIGHT);
  act (&fixture, "topology.layout", "force");
  wait_settled (&fixture);
  g_assert_null (qd_topology_view_get_scene (fixture.view)->map);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  if (!topology_init (&argc, &argv))
    return 0;
  g_test_add_func ("/app/topology-arrange/pins-hold", test_pins_hold);
  g_test_add_func ("/app/topology-arrange/restart", test_restart);
  g_test_add_func ("/app/topology-arrange/map", test_map);
  g_test_add_func ("/app/topology-arrange/undo", test_undo);
  g_test_add_func ("/app/topology-arrange/fold", test_fold);
  g_test_add_func ("/app/topology-arrange/filter", test_filter);
  g_test_add_func ("/app/topology-arrange/nothing-is-lost", test_nothing_is_lost);
  g_test_add_func ("/app/topology-arrange/minimap", test_minimap);
  g_test_add_func ("/app/topology-arrange/several", test_several);
  g_test_add_func ("/app/topology-arrange/follows-all", test_follows_all);
  g_test_add_func ("/app/topology-arrange/glow", test_glow);
  return g_test_run ();
}
