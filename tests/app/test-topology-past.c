/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "qd-topology-past.h"
#include "topology-fixture.h"

static QdGraphNode *
get_node (Fixture *fixture, guint site)
{
  return &qd_topology_view_get_scene (fixture->view)->nodes[node_of (fixture, site)];
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static QdStatus
status_at (Fixture *fixture, QdTopologyPast *past, gint64 at_us)
{
  qd_topology_past_set_time (past, at_us);
  return qd_topology_past_get_status (past, get_site (fixture, 3));
}

static void
assert_states (Fixture *fixture, QdTopologyPast *past, gint64 first, gint64 second, gint64 third)
{
  g_assert_cmpint (status_at (fixture, past, first), ==, QD_STATUS_WELL);
  g_assert_cmpint (status_at (fixture, past, second), ==, QD_STATUS_DOWN);
  g_assert_cmpint (qd_topology_past_get_status (past, get_site (fixture, 4)), ==, QD_STATUS_WELL);
  g_assert_cmpint (status_at (fixture, past, third), ==, QD_STATUS_DEGRADED);
}

/* Until what it still reads has come. */
static void
let_go (QdTopologyPast *past)
{
  g_object_add_weak_pointer (G_OBJECT (past), (gpointer *) &past);
  g_object_unref (past);
  WAIT_UNTIL (past == NULL);
}

/* What was recorded is told as it was, from the store as well as from what happened since. */
static void
test_states (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("qd-topology-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autoptr (QdStore) store = qd_store_new (path);
  g_autoptr (QdTopologyPast) past = NULL, witness = NULL;
  Fixture fixture = { 0 };
  gint64 first, second, third;
  guint changes = 0;

  set_up_with (&fixture, store, 700, 500);
  qd_store_record (store, fixture.fleet);
  fill_fleet (&fixture, 12, 20);
  open_page (&fixture);
  wait_scene (&fixture, 12);
  witness = qd_topology_past_new (fixture.session);
  pause_for (5);
  first = g_get_real_time ();
  pause_for (5);
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_DOWN);
  pause_for (5);
  second = g_get_real_time ();
  pause_for (5);
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_DEGRADED);
  pause_for (5);
  third = g_get_real_time ();
  /* Who was there knows at once. */
  g_signal_connect_swapped (witness, "changed", G_CALLBACK (count_cb), &changes);
  qd_topology_past_load (witness);
  WAIT_UNTIL (changes >= 2);
  assert_states (&fixture, witness, first, second, third);
  /* What is written behind is there some time later. */
  for (guint i = 0; i < 400; i++)
    {
      g_clear_object (&past);
      past = qd_topology_past_new (fixture.session);
      changes = 0;
      g_signal_connect_swapped (past, "changed", G_CALLBACK (count_cb), &changes);
      qd_topology_past_load (past);
      WAIT_UNTIL (changes >= 2);
      if (status_at (&fixture, past, second) == QD_STATUS_DOWN && status_at (&fixture, past, third) == QD_STATUS_DEGRADED)
        break;
      pause_for (50);
    }
  set_status (&fixture, QD_KIND_SITE, "s3", QD_STATUS_WELL);
  assert_states (&fixture, past, first, second, third);
  {
    QdTopologyCounts counts;
    qd_topology_past_count (past, &counts);
    g_assert_cmpuint (counts.sites[QD_STATUS_DEGRADED], ==, 1);
    g_assert_cmpuint (counts.sites[QD_STATUS_WELL], ==, 11);
  }
  qd_topology_past_set_time (past, first - 5 * G_TIME_SPAN_HOUR);
  g_assert_false (qd_topology_past_is_recorded (past, first - 5 * G_TIME_SPAN_HOUR));
  g_assert_cmpint (qd_topology_past_get_status (past, get_site (&fixture, 4)), ==, QD_STATUS_UNKNOWN);
  let_go (g_steal_pointer (&past));
  let_go (g_steal_pointer (&witness));
  tear_down (&fixture);
  qd_store_close (store);
  remove_folder (folder);
}

/* The slider shows the past, and says so; one act leads back. */
static void
test_slider (void)
{
  Fixture fixture = { 0 };
  GtkRange *slider;

  set_up (&fixture, 1000, 700);
  fill_fleet (&fixture, 20, 30);
  open_page (&fixture);
  wait_scene (&fixture, 20);
  gtk_widget_activate_action (fixture.page, "topology.past", NULL);
  slider = GTK_RANGE (find_widget (fixture.page, GTK_TYPE_SCALE));
  g_assert_nonnull (slider);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (fixture.view), "qd-past"));
  gtk_range_set_value (slider, 600);
  wait_settled (&fixture);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (fixture.view), "qd-past"));
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (get_node (&fixture, i)->status, ==, QD_STATUS_UNKNOWN);
  /* What happens now is not seen there. */
  set_status (&fixture, QD_KIND_SITE, "s2", QD_STATUS_DOWN);
  pause_for (1200);
  g_assert_cmpint (get_node (&fixture, 2)->status, ==, QD_STATUS_UNKNOWN);
  g_assert_null (fixture.view->state.glows);
  keep_picture (&fixture, "past");
  gtk_widget_activate_action (fixture.page, "topology.escape", NULL);
  wait_settled (&fixture);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (fixture.view), "qd-past"));
  g_assert_cmpint (get_node (&fixture, 2)->status, ==, QD_STATUS_DOWN);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  if (!topology_init (&argc, &argv))
    return 0;
  g_test_add_func ("/app/topology-past/states", test_states);
  g_test_add_func ("/app/topology-past/slider", test_slider);
  return g_test_run ();
}
