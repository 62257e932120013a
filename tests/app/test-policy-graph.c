/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of who may reach whom in a real window: what a change would do is marked in place, and one click away from its reason. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <X11/keysym.h>

#include "manifests.h"
#include "policy-fixture.h"
#include "qd-graph-style.h"
#include "qd-policy-explain.h"
#include "qd-policy-explain-pane.h"
#include "qd-policy-graph-view-private.h"

typedef struct {
  GtkWidget *window;
  QdPolicyGraphView *graph;
  QdTopologyView *view;
  QdPolicyEval *before, *now;
  guint src, dst, port, n_explained;
  QdProtocol protocol;
  char *listed;
} Fixture;

static void
explain_cb (Fixture *fixture, guint src, guint dst, guint protocol, guint port)
{
  fixture->src = src;
  fixture->dst = dst;
  fixture->protocol = (QdProtocol) protocol;
  fixture->port = port;
  fixture->n_explained++;
}

static void
list_cb (Fixture *fixture, const char *filter)
{
  g_set_str (&fixture->listed, filter);
}

static void
wait_drawn (Fixture *fixture)
{
  WAIT_UNTIL (!qd_policy_graph_view_is_busy (fixture->graph) && qd_policy_graph_view_get_data (fixture->graph) != NULL);
  WAIT_UNTIL (qd_topology_view_is_settled (fixture->view));
}

static void
set_up (Fixture *fixture)
{
  fixture->before = policy_fixture_shop (FALSE);
  fixture->now = policy_fixture_shop (TRUE);
  fixture->graph = QD_POLICY_GRAPH_VIEW (qd_policy_graph_view_new ());
  fixture->view = qd_policy_graph_view_get_view (fixture->graph);
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1000, 720);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->graph));
  g_signal_connect_swapped (fixture->graph, "explain", G_CALLBACK (explain_cb), fixture);
  g_signal_connect_swapped (fixture->graph, "list", G_CALLBACK (list_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (gtk_widget_get_width (fixture->window) == 1000);
}

static void
tear_down (Fixture *fixture)
{
  gpointer graph = fixture->graph;

  g_object_add_weak_pointer (G_OBJECT (fixture->graph), &graph);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  WAIT_UNTIL (graph == NULL);
  qd_policy_eval_unref (fixture->before);
  qd_policy_eval_unref (fixture->now);
  g_free (fixture->listed);
}

static void
show_change (Fixture *fixture)
{
  qd_policy_graph_view_set_evals (fixture->graph, fixture->now, fixture->before);
  wait_drawn (fixture);
}

static const QdPolicyGraphLine *
get_lines (Fixture *fixture, guint *n)
{
  return qd_policy_graph_get_lines (qd_policy_graph_view_get_data (fixture->graph), n);
}

static guint
find_workload (Fixture *fixture, const char *text)
{
  QdPolicyGraph *data = qd_policy_graph_view_get_data (fixture->graph);
  guint end = qd_policy_ends_find_text (qd_policy_graph_get_ends (data), text);

  g_assert_cmpuint (end, !=, QD_POLICY_NO_END);
  return qd_policy_graph_find_end (data, end);
}

/* --- Marks --------------------------------------------------------------------------------------- */

/* Each line is marked as the matrix marks the pair that it stands for, and nothing else is. */
static void
check_marks (Fixture *fixture, guint seen[QD_POLICY_N_CELL_CHANGES])
{
  static const guint8 changes[] = { QD_POLICY_CELL_SAME, QD_POLICY_CELL_ALLOWED, QD_POLICY_CELL_DENIED, QD_POLICY_CELL_MIXED };
  QdScene *scene = qd_topology_view_get_scene (fixture->view);
  QdPolicyEnds *ends = qd_policy_graph_get_ends (qd_policy_graph_view_get_data (fixture->graph));
  guint n;
  const QdPolicyGraphLine *lines = get_lines (fixture, &n);

  g_assert_cmpuint (scene->n_edges, ==, n);
  for (guint i = 0; i < n; i++)
    {
      guint way = lines[i].n[QD_POLICY_GRAPH_THERE] > 0 ? QD_POLICY_GRAPH_THERE : QD_POLICY_GRAPH_BACK;
      QdPolicyCell cell = qd_policy_ends_get_cell (ends, lines[i].src[way], lines[i].dst[way]);

      g_assert_cmpuint (changes[scene->edges[i].mark], ==, cell.change);
      seen[cell.change]++;
    }
}

static void
test_marks (void)
{
  Fixture fixture = { 0 };
  guint none[QD_POLICY_N_CELL_CHANGES] = { 0 }, seen[QD_POLICY_N_CELL_CHANGES] = { 0 };

  set_up (&fixture);
  qd_policy_graph_view_set_evals (fixture.graph, fixture.before, NULL);
  wait_drawn (&fixture);
  check_marks (&fixture, none);
  g_assert_cmpuint (none[QD_POLICY_CELL_ALLOWED] + none[QD_POLICY_CELL_DENIED] + none[QD_POLICY_CELL_MIXED], ==, 0);
  g_assert_cmpuint (none[QD_POLICY_CELL_SAME], >, 0);
  g_assert_false (gtk_widget_get_visible (fixture.graph->tally_box));
  show_change (&fixture);
  check_marks (&fixture, seen);
  for (guint i = 0; i < QD_POLICY_N_CELL_CHANGES; i++)
    g_assert_cmpuint (seen[i], >, 0);
  policy_fixture_pictures (fixture.window, "graph");
  tear_down (&fixture);
}

#define PAIR DEPLOYMENT ("shop", "web", "app: web", "containers: [{name: c}]") DEPLOYMENT ("shop", "db", "app: db", "containers: [{name: c}]") \
             DEPLOYMENT ("lab", "bench", "app: bench", "containers: [{name: c}]") NP ("lab", "all", "{podSelector: {}, policyTypes: [Ingress, Egress]}")

/* What is hidden is said, and comes back. */
static void
test_only_changes (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) before = make_eval (PAIR, NULL);
  g_autoptr (QdPolicyEval) now = make_eval (PAIR NP ("shop", "db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 5432}]}]}"), NULL);
  const QdPolicyGraphTally *tally;
  const char *text;
  guint all, n;

  set_up (&fixture);
  qd_policy_graph_view_set_evals (fixture.graph, now, before);
  wait_drawn (&fixture);
  all = qd_topology_view_get_scene (fixture.view)->n_nodes;
  qd_policy_graph_view_set_only_changes (fixture.graph, TRUE);
  wait_drawn (&fixture);
  get_lines (&fixture, &n);
  tally = qd_policy_graph_get_tally (qd_policy_graph_view_get_data (fixture.graph));
  g_assert_cmpuint (tally->filtered + tally->ranges_filtered, ==, all - qd_topology_view_get_scene (fixture.view)->n_nodes);
  g_assert_cmpuint (tally->filtered, >, 0);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (qd_topology_view_get_scene (fixture.view)->edges[i].mark, !=, QD_GRAPH_PLAIN);
  text = gtk_label_get_text (GTK_LABEL (fixture.graph->tally_label));
  g_assert_true (gtk_widget_get_visible (fixture.graph->tally_box));
  g_assert_nonnull (strstr (text, " shown: "));
  qd_policy_graph_view_set_only_changes (fixture.graph, FALSE);
  wait_drawn (&fixture);
  g_assert_cmpuint (qd_topology_view_get_scene (fixture.view)->n_nodes, ==, all);
  /* Where nothing would change, that is said. */
  qd_policy_graph_view_set_only_changes (fixture.graph, TRUE);
  qd_policy_graph_view_set_evals (fixture.graph, fixture.now, fixture.now);
  wait_drawn (&fixture);
  g_assert_true (gtk_widget_get_visible (fixture.graph->empty));
  tear_down (&fixture);
}

/* --- Why ----------------------------------------------------------------------------------------- */

static gboolean
find_spot (Fixture *fixture, guint line, double *x, double *y)
{
  QdScene *scene = qd_topology_view_get_scene (fixture->view);
  graphene_point_t at;
  QdGraphNode sign;
  QdViewport viewport;
  QdPoint place;

  if (!qd_graph_edge_sign (scene->graph, scene->positions, line, &place, &sign))
    return FALSE;
  qd_topology_view_get_viewport (fixture->view, &viewport);
  *x = qd_viewport_to_x (&viewport, gtk_widget_get_width (GTK_WIDGET (fixture->view)), place.x);
  *y = qd_viewport_to_y (&viewport, gtk_widget_get_height (GTK_WIDGET (fixture->view)), place.y);
  /* Where lines cross, another one may lie on top. */
  if (!qd_pick_equal (qd_topology_view_pick_at (fixture->view, *x, *y), (QdPick) { QD_PICK_EDGE, line }))
    return FALSE;
  g_assert_true (gtk_widget_compute_point (GTK_WIDGET (fixture->view), fixture->window, &GRAPHENE_POINT_INIT ((float) *x, (float) *y), &at));
  *x = at.x;
  *y = at.y;
  return TRUE;
}

/* The explanation of the flow that was asked for says what the line says. */
static void
check_why (Fixture *fixture, const QdPolicyGraphLine *line, QdPolicyExplainPane *pane)
{
  QdPolicyFlow flow = { .src = fixture->src, .dst = fixture->dst };
  g_autoptr (QdPolicyExplanation) why = NULL;
  g_autofree char *text = NULL;

  qd_policy_explain_pane_set_flow (pane, fixture->now, fixture->src, fixture->dst);
  if (fixture->port > 0)
    qd_policy_explain_pane_show_port (pane, fixture->protocol, fixture->port);
  g_assert_true (qd_policy_explain_pane_get_flow (pane, &flow.src, &flow.dst, &flow.protocol, &flow.port));
  why = qd_policy_explain (fixture->now, &flow);
  g_assert_cmpint (why->allowed, ==, line->change != QD_POLICY_CELL_DENIED);
  if (fixture->port > 0)
    g_assert_cmpuint (flow.port, ==, fixture->port);
  WAIT_UNTIL (text != NULL || (text = qd_policy_explain_pane_dup_text (pane)) != NULL);
  g_assert_nonnull (strstr (text, "\n"));
}

static void
test_click (void)
{
  Fixture fixture = { 0 };
  QdPolicyExplainPane *pane = g_object_ref_sink (QD_POLICY_EXPLAIN_PANE (qd_policy_explain_pane_new ()));
  guint n, clicked = 0;

  set_up (&fixture);
  show_change (&fixture);
  get_lines (&fixture, &n);
  for (guint i = 0; i < n && clicked < 6; i++)
    {
      guint before = fixture.n_explained, src, dst, port;
      QdProtocol protocol = QD_PROTOCOL_TCP;
      double x, y;

      if (!qd_policy_graph_pick_flow (qd_policy_graph_view_get_data (fixture.graph), i, &src, &dst, &protocol, &port) || !find_spot (&fixture, i, &x, &y))
        continue;
      policy_fixture_click (x, y);
      WAIT_UNTIL (fixture.n_explained == before + 1);
      g_assert_cmpuint (fixture.src, ==, src);
      g_assert_cmpuint (fixture.dst, ==, dst);
      check_why (&fixture, &get_lines (&fixture, &n)[i], pane);
      WAIT_UNTIL (qd_topology_view_is_settled (fixture.view));
      clicked++;
    }
  g_assert_cmpuint (clicked, >=, 3);
  g_object_unref (pane);
  tear_down (&fixture);
}

/* --- Keys and screen readers ---------------------------------------------------------------------- */

static void
press (guint key, guint modifier)
{
  policy_fixture_press (key, modifier);
}

static void
test_keys (void)
{
  Fixture fixture = { 0 };
  QdScene *scene;
  QdPick focus;

  set_up (&fixture);
  show_change (&fixture);
  scene = qd_topology_view_get_scene (fixture.view);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.graph));
  /* To what would change, and on to what of it. */
  press (XK_Tab, 0);
  WAIT_UNTIL (qd_topology_view_get_focus (fixture.view).kind == QD_PICK_NODE);
  focus = qd_topology_view_get_focus (fixture.view);
  g_assert_true (scene->nodes[focus.index].marked);
  press (XK_Page_Down, 0);
  WAIT_UNTIL (qd_topology_view_get_focus (fixture.view).kind == QD_PICK_EDGE);
  g_assert_cmpuint (scene->edges[qd_topology_view_get_focus (fixture.view).index].mark, !=, QD_GRAPH_PLAIN);
  press (XK_Return, 0);
  WAIT_UNTIL (qd_topology_view_get_selected (fixture.view).kind == QD_PICK_EDGE);
  g_assert_true (qd_pick_equal (qd_topology_view_get_selected (fixture.view), qd_topology_view_get_focus (fixture.view)));
  press (XK_Page_Up, 0);
  WAIT_UNTIL (qd_pick_equal (qd_topology_view_get_focus (fixture.view), focus));
  press (XK_Return, 0);
  WAIT_UNTIL (gtk_widget_get_visible (fixture.graph->pick_box));
  g_assert_true (qd_pick_equal (qd_topology_view_get_selected (fixture.view), focus));
  press (XK_Escape, 0);
  WAIT_UNTIL (!gtk_widget_get_visible (fixture.graph->pick_box));
  g_assert_cmpint (qd_topology_view_get_focus (fixture.view).kind, ==, QD_PICK_NOTHING);
  tear_down (&fixture);
}

static void
check_label (GtkAccessible *accessible, const char *label)
{
  g_autofree char *problem = gtk_test_accessible_check_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, label);

  g_assert_cmpstr (problem, ==, NULL);
}

/* What is told can be looked at only where nothing can be announced (GTK 4.18): in a process of its own. */
static void
test_reader (void)
{
  g_test_trap_subprocess ("/app/policy-graph/reader/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_reader_inside (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GtkAccessible) first = NULL;
  g_autofree char *said = NULL, *changes = NULL, *name = NULL;
  QdPolicyGraph *data;

  set_up (&fixture);
  show_change (&fixture);
  data = qd_policy_graph_view_get_data (fixture.graph);
  changes = qd_policy_graph_tell_changes (data);
  name = g_strdup_printf ("Who may reach whom: %s", changes);
  check_label (GTK_ACCESSIBLE (fixture.view), name);
  first = gtk_accessible_get_first_accessible_child (GTK_ACCESSIBLE (fixture.view));
  g_object_unref (gtk_accessible_get_at_context (first));
  said = qd_policy_graph_describe_node (data, 0);
  check_label (first, said);
  g_assert_nonnull (strstr (said, "data/backup: "));
  tear_down (&fixture);
}

/* --- Who is selected, and who is searched ---------------------------------------------------------- */

static void
test_neighbours (void)
{
  Fixture fixture = { 0 };
  guint node, n;
  const QdPolicyGraphLine *lines;
  QdScene *scene;

  set_up (&fixture);
  show_change (&fixture);
  node = find_workload (&fixture, "data/redis");
  qd_topology_view_pick (fixture.view, (QdPick) { QD_PICK_NODE, node }, FALSE);
  scene = qd_topology_view_get_scene (fixture.view);
  lines = get_lines (&fixture, &n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (scene->edges[i].dim, ==, lines[i].a != node && lines[i].b != node);
  g_assert_true (gtk_widget_get_visible (fixture.graph->pick_box));
  g_assert_true (g_str_has_prefix (gtk_label_get_text (GTK_LABEL (fixture.graph->pick_label)), "data/redis: "));
  gtk_widget_activate (fixture.graph->in_button);
  WAIT_UNTIL (fixture.listed != NULL);
  g_assert_cmpstr (fixture.listed, ==, "> data/redis[deployment]");
  /* It stays selected when something is edited. */
  qd_policy_graph_view_set_evals (fixture.graph, fixture.before, fixture.before);
  wait_drawn (&fixture);
  g_assert_cmpuint (qd_topology_view_get_selected (fixture.view).index, ==, find_workload (&fixture, "data/redis"));
  tear_down (&fixture);
}

static void
test_search (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  show_change (&fixture);
  qd_policy_graph_view_set_filter (fixture.graph, "SHOP web > redis");
  g_assert_true (fixture.view->state.hits[find_workload (&fixture, "shop/web")]);
  g_assert_true (fixture.view->state.hits[find_workload (&fixture, "data/redis")]);
  g_assert_false (fixture.view->state.hits[find_workload (&fixture, "shop/cart")]);
  qd_policy_graph_view_find_next (fixture.graph);
  g_assert_cmpuint (qd_topology_view_get_selected (fixture.view).index, ==, find_workload (&fixture, "data/redis"));
  qd_policy_graph_view_find_next (fixture.graph);
  g_assert_cmpuint (qd_topology_view_get_selected (fixture.view).index, ==, find_workload (&fixture, "shop/web"));
  qd_policy_graph_view_set_filter (fixture.graph, "");
  g_assert_null (fixture.view->state.hits);
  tear_down (&fixture);
}

/* --- Arranging ----------------------------------------------------------------------------------- */

static void
test_fold (void)
{
  Fixture fixture = { 0 };
  g_autofree QdPoint *places = NULL;
  QdScene *scene;
  guint n;

  set_up (&fixture);
  show_change (&fixture);
  scene = qd_topology_view_get_scene (fixture.view);
  n = scene->n_nodes;
  places = g_memdup2 (scene->positions, n * sizeof *places);
  qd_policy_graph_view_set_folded (fixture.graph, "shop", TRUE);
  wait_drawn (&fixture);
  scene = qd_topology_view_get_scene (fixture.view);
  g_assert_cmpuint (scene->n_nodes, <, n);
  g_assert_cmpuint (qd_policy_graph_find_node (qd_policy_graph_view_get_data (fixture.graph), "group shop"), !=, G_MAXUINT);
  g_assert_true (gtk_widget_get_visible (fixture.graph->tally_box));
  policy_fixture_pictures (fixture.window, "graph-folded");
  gtk_widget_grab_focus (GTK_WIDGET (fixture.graph));
  press (XK_z, XK_Control_L);
  WAIT_UNTIL (qd_topology_view_get_scene (fixture.view)->n_nodes == n);
  wait_drawn (&fixture);
  scene = qd_topology_view_get_scene (fixture.view);
  g_assert_cmpmem (scene->positions, n * sizeof *places, places, n * sizeof *places);
  tear_down (&fixture);
}

/* However fast somebody types, the last one counts, and nothing is drawn for what is over. */
static void
test_newest (void)
{
  Fixture fixture = { 0 };
  g_autoptr (QdPolicyEval) last = policy_fixture_many (310, 9);

  set_up (&fixture);
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (QdPolicyEval) eval = policy_fixture_many (300, i);

      qd_policy_graph_view_set_evals (fixture.graph, eval, NULL);
      g_main_context_iteration (NULL, FALSE);
    }
  qd_policy_graph_view_set_evals (fixture.graph, last, NULL);
  wait_drawn (&fixture);
  g_assert_cmpuint (qd_policy_graph_get_tally (qd_policy_graph_view_get_data (fixture.graph))->workloads, ==, 310);
  g_assert_cmpuint (qd_policy_graph_get_tally (qd_policy_graph_view_get_data (fixture.graph))->together, >, 0);
  policy_fixture_pictures (fixture.window, "graph-many");
  qd_policy_graph_view_set_evals (fixture.graph, NULL, NULL);
  g_assert_null (qd_policy_graph_view_get_data (fixture.graph));
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_test_subprocess ())
    g_setenv ("GTK_A11Y", "test", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  adw_init ();
  g_test_add_func ("/app/policy-graph/marks", test_marks);
  g_test_add_func ("/app/policy-graph/only-changes", test_only_changes);
  g_test_add_func ("/app/policy-graph/click", test_click);
  g_test_add_func ("/app/policy-graph/keys", test_keys);
  g_test_add_func ("/app/policy-graph/reader", test_reader);
  g_test_add_func ("/app/policy-graph/reader/subprocess", test_reader_inside);
  g_test_add_func ("/app/policy-graph/neighbours", test_neighbours);
  g_test_add_func ("/app/policy-graph/search", test_search);
  g_test_add_func ("/app/policy-graph/fold", test_fold);
  g_test_add_func ("/app/policy-graph/newest", test_newest);
  return g_test_run ();
}
