/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "qd-table.h"
#include "qd-topology-panel.h"
#include "qd-topology-filter-bar.h"
#include "topology-fixture.h"

/* Two rings of five sites each, s0 to s4 and s5 to s9, joined by one path, p10, from s0 to s5. */
static void
fill_rings (Fixture *fixture)
{
  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < 10; i++)
    add_site (fixture, i);
  for (guint i = 0; i < 10; i++)
    add_path (fixture, i, i, i < 5 ? (i + 1) % 5 : 5 + (i - 4) % 5);
  add_path (fixture, 10, 0, 5);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *id = g_strdup_printf ("f%u", i), *path = g_strdup_printf ("p%u", i % 11);

      apply (fixture, QD_KIND_FLOW, id, QD_DELTA_PATCH, QD_FLOW_PATH, qd_value_string (path));
      apply (fixture, QD_KIND_FLOW, id, QD_DELTA_PATCH, QD_FLOW_STATE, qd_value_string (i % 2 ? "active" : "idle"));
    }
  qd_fleet_commit (fixture->fleet);
}

static void
set_up_rings (Fixture *fixture)
{
  set_up (fixture, 1100, 700);
  fill_rings (fixture);
  open_page (fixture);
  wait_scene (fixture, 10);
}

static QdTopologyPanel *
get_panel (Fixture *fixture)
{
  return QD_TOPOLOGY_PANEL (find_widget (fixture->page, QD_TYPE_TOPOLOGY_PANEL));
}

static const QdTopologyAnswer *
wait_answer (Fixture *fixture)
{
  WAIT_UNTIL (get_panel (fixture) && qd_topology_panel_get_answer (get_panel (fixture)));
  wait_settled (fixture);
  return qd_topology_panel_get_answer (get_panel (fixture));
}

static void
act (Fixture *fixture, const char *action)
{
  gtk_widget_activate_action (fixture->page, action, NULL);
}

static void
select_site (Fixture *fixture, guint i)
{
  qd_session_set_selected (fixture->session, get_site (fixture, i));
}

static QdGraphNode *
get_node (Fixture *fixture, guint site)
{
  return &qd_topology_view_get_scene (fixture->view)->nodes[node_of (fixture, site)];
}

/* The titles in the list, up to a heading that is not @under. */
static guint
count_under (const QdTopologyAnswer *answer, const char *under)
{
  guint n = 0;
  gboolean counting = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (answer->rows)); i++)
    {
      g_autoptr (QdTopologyRow) row = g_list_model_get_item (G_LIST_MODEL (answer->rows), i);

      if (qd_topology_row_get_entity (row) == NULL)
        counting = g_str_has_prefix (qd_topology_row_get_title (row), under);
      else
        n += counting;
    }
  return n;
}

static void
test_impact (void)
{
  Fixture fixture = { 0 };
  const QdTopologyAnswer *answer;

  set_up_rings (&fixture);
  select_site (&fixture, 5);
  act (&fixture, "topology.impact");
  answer = wait_answer (&fixture);
  g_assert_cmpstr (answer->sentence, ==, "If Seville fails, 4 things cannot be reached any more");
  g_assert_cmpuint (count_under (answer, "Cut Off"), ==, 4);
  g_assert_cmpuint (count_under (answer, "Paths That Go Down"), ==, 3);
  /* Three paths of its own and those of the ring that is cut off: p5 to p10, with 3 flows on p5 to p7 and 2 on the rest. */
  g_assert_nonnull (strstr (answer->more, "3 paths go with it."));
  {
    guint expected = 0;
    for (guint i = 0; i < 30; i++)
      expected += i % 11 >= 5;
    g_assert_cmpuint (count_under (answer, "Flows That Suffer"), ==, expected);
  }
  g_assert_cmpint (get_node (&fixture, 7)->status, ==, QD_STATUS_DOWN);
  g_assert_cmpint (get_node (&fixture, 2)->status, ==, QD_STATUS_WELL);
  keep_picture (&fixture, "impact");

  /* What is true has not changed, only what was drawn. */
  g_assert_cmpint (qd_entity_get_status (get_site (&fixture, 7)), ==, QD_STATUS_WELL);
  act (&fixture, "topology.stop-asking");
  wait_settled (&fixture);
  g_assert_cmpint (get_node (&fixture, 7)->status, ==, QD_STATUS_WELL);

  select_site (&fixture, 2);
  act (&fixture, "topology.impact");
  answer = wait_answer (&fixture);
  g_assert_cmpstr (answer->sentence, ==, "If Oslo fails, all the rest can still be reached");
  tear_down (&fixture);
}

/* An edge can fail too; and what is filtered away counts all the same. */
static void
test_impact_of_edge (void)
{
  Fixture fixture = { 0 };
  const QdTopologyAnswer *answer;

  set_up_rings (&fixture);
  qd_session_set_selected (fixture.session, qd_fleet_lookup (fixture.fleet, fixture.connection, QD_KIND_PATH, "p10"));
  act (&fixture, "topology.impact");
  answer = wait_answer (&fixture);
  g_assert_nonnull (strstr (answer->sentence, "5 things cannot be reached any more"));
  act (&fixture, "topology.stop-asking");
  qd_topology_filter_bar_set_text (QD_TOPOLOGY_FILTER_BAR (find_widget (fixture.page, QD_TYPE_TOPOLOGY_FILTER_BAR)), "hamburg");
  wait_scene (&fixture, 1);
  select_site (&fixture, 0);
  act (&fixture, "topology.impact");
  answer = wait_answer (&fixture);
  g_assert_nonnull (strstr (answer->sentence, "4 things cannot be reached any more"));
  tear_down (&fixture);
}

static void
test_neighbourhood (void)
{
  Fixture fixture = { 0 };
  const QdTopologyAnswer *answer;
  guint lit = 0;

  set_up_rings (&fixture);
  select_site (&fixture, 0);
  act (&fixture, "topology.neighbourhood");
  answer = wait_answer (&fixture);
  g_assert_cmpstr (answer->sentence, ==, "There are 3 within 1 hop of Hamburg");
  for (guint i = 0; i < 10; i++)
    lit += !get_node (&fixture, i)->dim;
  g_assert_cmpuint (lit, ==, 4);
  keep_picture (&fixture, "neighbourhood");

  /* What changes meanwhile is seen, and told. */
  set_status (&fixture, QD_KIND_SITE, "s1", QD_STATUS_DEGRADED);
  WAIT_UNTIL (get_node (&fixture, 1)->status == QD_STATUS_DEGRADED);
  WAIT_UNTIL (qd_topology_panel_get_answer (get_panel (&fixture)) &&
              g_strcmp0 (qd_topology_panel_get_answer (get_panel (&fixture))->more, "1 of them needs attention") == 0);
  g_assert_true (get_node (&fixture, 3)->dim);
  tear_down (&fixture);
}

static void
test_path (void)
{
  Fixture fixture = { 0 };
  const QdTopologyAnswer *answer;

  set_up_rings (&fixture);
  select_site (&fixture, 1);
  act (&fixture, "topology.path-from");
  qd_topology_view_pick (fixture.view, (QdPick) { QD_PICK_NODE, node_of (&fixture, 6) }, FALSE);
  answer = wait_answer (&fixture);
  /* The latencies are 10 + the path's number: p0, p10, p5. */
  g_assert_cmpstr (answer->sentence, ==, "From Lisbon to Turin: 3 hops, 45.0 ms, 0.08 % loss");
  g_assert_cmpuint (answer->route->len, ==, 3);
  g_assert_nonnull (fixture.view->state.route);
  g_assert_cmpuint (count_under (answer, "Best"), ==, 3);
  g_assert_cmpuint (count_under (answer, "Alternative"), >, 0);
  keep_picture (&fixture, "path");
  set_status (&fixture, QD_KIND_PATH, "p10", QD_STATUS_DOWN);
  WAIT_UNTIL (qd_topology_panel_get_answer (get_panel (&fixture)) &&
              g_strcmp0 (qd_topology_panel_get_answer (get_panel (&fixture))->sentence, "There is no way from Lisbon to Turin") == 0);
  g_assert_cmpstr (qd_topology_panel_get_answer (get_panel (&fixture))->more, ==, "What would join them is down.");
  g_assert_null (fixture.view->state.route);
  tear_down (&fixture);
}

/* --- The table, and assistive technologies ----------------------------------------------------- */

static void
test_table (void)
{
  Fixture fixture = { 0 };
  QdTable *table;

  set_up_rings (&fixture);
  select_site (&fixture, 3);
  act (&fixture, "topology.table");
  WAIT_UNTIL (find_widget (fixture.page, QD_TYPE_TABLE));
  table = QD_TABLE (find_widget (fixture.page, QD_TYPE_TABLE));
  WAIT_UNTIL (qd_table_get_selected (table) == get_site (&fixture, 3));
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (table)));
  WAIT_UNTIL (!gtk_widget_get_mapped (GTK_WIDGET (fixture.view)));
  keep_picture (&fixture, "table");
  qd_table_select (table, get_site (&fixture, 8));
  WAIT_UNTIL (qd_session_get_selected (fixture.session) == get_site (&fixture, 8));
  act (&fixture, "topology.table");
  WAIT_UNTIL (gtk_widget_get_mapped (GTK_WIDGET (fixture.view)));
  g_assert_true (qd_pick_equal (qd_topology_view_get_selected (fixture.view), ((QdPick) { QD_PICK_NODE, node_of (&fixture, 8) })));
  tear_down (&fixture);
}

/* The sites of @wanted and no others are selected in the picture. */
static gboolean
are_marked (Fixture *fixture, const guint *wanted, guint n)
{
  g_autoptr (GArray) marked = qd_topology_view_get_marked (fixture->view);
  guint hits = 0;

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < marked->len; k++)
      hits += g_array_index (marked, guint, k) == node_of (fixture, wanted[i]);
  return marked->len == n && hits == n;
}

static void
mark_sites (Fixture *fixture, const guint *wanted, guint n)
{
  gboolean *marks = g_new0 (gboolean, qd_topology_view_get_scene (fixture->view)->n_nodes);

  for (guint i = 0; i < n; i++)
    marks[node_of (fixture, wanted[i])] = TRUE;
  qd_topology_view_set_marks (fixture->view, marks);
}

static gboolean
are_selected (Fixture *fixture, QdTable *table, const guint *wanted, guint n)
{
  g_autoptr (GPtrArray) selected = qd_table_get_selection (table);

  for (guint i = 0; i < n; i++)
    if (!g_ptr_array_find (selected, get_site (fixture, wanted[i]), NULL))
      return FALSE;
  return selected->len == n;
}

/* Several that are selected in one are selected in the other, and stay so when things come and numbers change. */
static void
test_table_several (void)
{
  static const guint first[] = { 2, 5, 7 }, second[] = { 1, 4 };
  Fixture fixture = { 0 };
  g_autoptr (GPtrArray) pick = g_ptr_array_new ();
  QdTable *table;
  guint n;

  set_up_rings (&fixture);
  n = qd_topology_view_get_scene (fixture.view)->n_nodes;
  mark_sites (&fixture, first, G_N_ELEMENTS (first));
  act (&fixture, "topology.table");
  WAIT_UNTIL (find_widget (fixture.page, QD_TYPE_TABLE));
  table = QD_TABLE (find_widget (fixture.page, QD_TYPE_TABLE));
  WAIT_UNTIL (are_selected (&fixture, table, first, G_N_ELEMENTS (first)));
  keep_picture (&fixture, "table-several");
  for (guint i = 0; i < G_N_ELEMENTS (second); i++)
    g_ptr_array_add (pick, get_site (&fixture, second[i]));
  qd_table_select_several (table, pick);
  act (&fixture, "topology.table");
  WAIT_UNTIL (are_marked (&fixture, second, G_N_ELEMENTS (second)));
  g_assert_null (qd_session_get_selected (fixture.session));

  qd_fleet_begin (fixture.fleet);
  add_site (&fixture, 900);
  qd_fleet_commit (fixture.fleet);
  wait_scene (&fixture, n + 1);
  g_assert_true (are_marked (&fixture, second, G_N_ELEMENTS (second)));
  /* One thing alone is not several. */
  qd_session_set_selected (fixture.session, get_site (&fixture, 3));
  qd_topology_view_set_marks (fixture.view, NULL);
  act (&fixture, "topology.table");
  WAIT_UNTIL (qd_table_get_selected (table) == get_site (&fixture, 3));
  tear_down (&fixture);
}

static guint
count_children (GtkAccessible *parent)
{
  GtkAccessible *child = gtk_accessible_get_first_accessible_child (parent);
  guint n = 0;

  while (child)
    {
      GtkAccessible *next = gtk_accessible_get_next_accessible_sibling (child);
      g_autoptr (GtkAccessible) above = gtk_accessible_get_accessible_parent (child);

      g_assert_true (above == parent);
      n++;
      g_object_unref (child);
      child = next;
    }
  return n;
}

/* The edges of the node in focus are its children; other nodes have none. */
static void
test_accessible_edges (void)
{
  Fixture fixture = { 0 };

  set_up_rings (&fixture);
  g_assert_cmpuint (count_children (GTK_ACCESSIBLE (fixture.view)), ==, 10);
  qd_topology_view_set_focus (fixture.view, (QdPick) { QD_PICK_NODE, node_of (&fixture, 0) });
  g_assert_cmpuint (count_children (GTK_ACCESSIBLE (qd_topology_item_get (fixture.view, node_of (&fixture, 0)))), ==, 3);
  g_assert_cmpuint (count_children (GTK_ACCESSIBLE (qd_topology_item_get (fixture.view, node_of (&fixture, 1)))), ==, 0);
  qd_topology_view_set_focus (fixture.view, (QdPick) { QD_PICK_NODE, node_of (&fixture, 1) });
  g_assert_cmpuint (count_children (GTK_ACCESSIBLE (qd_topology_item_get (fixture.view, node_of (&fixture, 1)))), ==, 2);
  g_assert_cmpuint (count_children (GTK_ACCESSIBLE (qd_topology_item_get (fixture.view, node_of (&fixture, 0)))), ==, 0);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  if (!topology_init (&argc, &argv))
    return 0;
  g_test_add_func ("/app/topology-questions/impact", test_impact);
  g_test_add_func ("/app/topology-questions/impact-of-edge", test_impact_of_edge);
  g_test_add_func ("/app/topology-questions/neighbourhood", test_neighbourhood);
  g_test_add_func ("/app/topology-questions/path", test_path);
  g_test_add_func ("/app/topology-questions/table", test_table);
  g_test_add_func ("/app/topology-questions/table-several", test_table_several);
  g_test_add_func ("/app/topology-questions/accessible-edges", test_accessible_edges);
  return g_test_run ();
}
