/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <adwaita.h>
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

#include "qd-status.h"
#include "qd-topology-view-private.h"
#include "wait.h"

/* The picture under a real pointer and real keys. */
typedef struct {
  Display *display;        /* the tester's own connection */
  GtkWidget *window;
  QdTopologyView *view;
  QdScene *scene;
  QdGraphIndex *index;
  guint kind, number;      /* last picked; kind 99: nothing yet */
  guint marked, dropped;   /* how many, last */
  guint menu;              /* what kind of thing a menu was last asked for; 99: none */
  QdPoint dropped_at[6];
} Fixture;

static void
selected_cb (QdTopologyView *view, guint kind, guint number, gpointer data)
{
  Fixture *fixture = data;

  fixture->kind = kind;
  fixture->number = number;
}

static void
marked_cb (QdTopologyView *view, guint kind, guint n, gpointer data)
{
  ((Fixture *) data)->marked = n;
}

static void
dropped_cb (QdTopologyView *view, guint kind, guint n, gpointer data)
{
  Fixture *fixture = data;
  const QdPoint *places;

  g_assert_nonnull (qd_topology_view_get_carried (view, &fixture->dropped, &places));
  memcpy (fixture->dropped_at, places, sizeof fixture->dropped_at);
}

static void
menu_cb (QdTopologyView *view, guint kind, guint number, gpointer data)
{
  ((Fixture *) data)->menu = kind;
}

/* A row of five and one above the middle, which is down. */
static void
set_up (Fixture *fixture)
{
  static const QdPoint places[6] = { { -2, 0 }, { -1, 0 }, { 0, 0 }, { 1, 0 }, { 2, 0 }, { 0, -1.5f } };
  g_autoptr (QdGraph) graph = qd_graph_new (6, 5);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < 6; i++)
    {
      nodes[i].label = g_strdup_printf ("Site %u", i);
      nodes[i].status = i == 5 ? QD_STATUS_DOWN : QD_STATUS_WELL;
    }
  for (guint i = 0; i < 5; i++)
    {
      edges[i].src = i == 4 ? 2 : i;
      edges[i].dst = i + 1;
      edges[i].status = QD_STATUS_WELL;
    }
  fixture->kind = fixture->menu = 99;
  fixture->scene = qd_scene_new (graph, g_memdup2 (places, sizeof places));
  fixture->index = qd_graph_index_new (graph, places);
  fixture->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (fixture->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 800, 600);
  fixture->view = QD_TOPOLOGY_VIEW (qd_topology_view_new ());
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  g_signal_connect (fixture->view, "selected", G_CALLBACK (selected_cb), fixture);
  g_signal_connect (fixture->view, "marked", G_CALLBACK (marked_cb), fixture);
  g_signal_connect (fixture->view, "dropped", G_CALLBACK (dropped_cb), fixture);
  g_signal_connect (fixture->view, "menu", G_CALLBACK (menu_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  qd_topology_view_set_scene (fixture->view, fixture->scene, fixture->index, FALSE);
  WAIT_UNTIL (gtk_widget_get_width (GTK_WIDGET (fixture->view)) == 800 && qd_topology_view_is_settled (fixture->view));
  fixture->display = XOpenDisplay (NULL);
  g_assert_nonnull (fixture->display);
}

static void
tear_down (Fixture *fixture)
{
  XCloseDisplay (fixture->display);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  qd_graph_index_unref (fixture->index);
  qd_scene_unref (fixture->scene);
}

static void
point_at (Fixture *fixture, double x, double y)
{
  XTestFakeMotionEvent (fixture->display, -1, (int) lrint (x), (int) lrint (y), 0);
  XFlush (fixture->display);
  WAIT_UNTIL (fabs (fixture->view->pointer_x - x) < 1.5 && fabs (fixture->view->pointer_y - y) < 1.5);
}

static void
button (Fixture *fixture, guint number, gboolean down)
{
  XTestFakeButtonEvent (fixture->display, number, down, 0);
  XFlush (fixture->display);
}

static void
press (Fixture *fixture, KeySym key)
{
  XTestFakeKeyEvent (fixture->display, XKeysymToKeycode (fixture->display, key), True, 0);
  XTestFakeKeyEvent (fixture->display, XKeysymToKeycode (fixture->display, key), False, 0);
  XFlush (fixture->display);
}

static void
hold (Fixture *fixture, KeySym key, gboolean down)
{
  XTestFakeKeyEvent (fixture->display, XKeysymToKeycode (fixture->display, key), down, 0);
  XFlush (fixture->display);
}

static graphene_point_t
middle_of (Fixture *fixture, guint node)
{
  graphene_rect_t box = qd_topology_view_get_node_box (fixture->view, node);
  return GRAPHENE_POINT_INIT (box.origin.x + box.size.width / 2, box.origin.y + box.size.height / 2);
}

static void
test_hover_and_click (void)
{
  Fixture fixture = { 0 };
  graphene_point_t at, next;

  set_up (&fixture);
  at = middle_of (&fixture, 1);
  next = middle_of (&fixture, 2);
  point_at (&fixture, 20, 580);
  point_at (&fixture, at.x, at.y);
  g_assert_true (qd_pick_equal (qd_topology_view_get_hover (fixture.view), ((QdPick) { QD_PICK_NODE, 1 })));
  point_at (&fixture, (at.x + next.x) / 2, at.y);
  g_assert_true (qd_pick_equal (qd_topology_view_get_hover (fixture.view), ((QdPick) { QD_PICK_EDGE, 1 })));
  point_at (&fixture, 20, 580);
  g_assert_cmpint (qd_topology_view_get_hover (fixture.view).kind, ==, QD_PICK_NOTHING);

  point_at (&fixture, next.x, next.y);
  button (&fixture, 1, TRUE);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (fixture.kind == QD_PICK_NODE && fixture.number == 2);
  point_at (&fixture, 20, 580);
  button (&fixture, 1, TRUE);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (fixture.kind == QD_PICK_NOTHING);
  tear_down (&fixture);
}

/* What is under the pointer stays under it while the wheel turns. */
static void
test_wheel (void)
{
  Fixture fixture = { 0 };
  graphene_point_t before, after;
  double zoom;

  set_up (&fixture);
  before = middle_of (&fixture, 3);
  zoom = fixture.view->state.viewport.zoom;
  point_at (&fixture, before.x, before.y);
  button (&fixture, 4, TRUE);
  button (&fixture, 4, FALSE);
  WAIT_UNTIL (fixture.view->state.viewport.zoom > zoom * 1.2 && qd_topology_view_is_settled (fixture.view));
  after = middle_of (&fixture, 3);
  g_assert_cmpfloat_with_epsilon (after.x, before.x, 2);
  g_assert_cmpfloat_with_epsilon (after.y, before.y, 2);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.view));
  press (&fixture, XK_0);
  WAIT_UNTIL (fabs (fixture.view->state.viewport.zoom - zoom) < 0.01);
  tear_down (&fixture);
}

static void
test_drag (void)
{
  Fixture fixture = { 0 };
  graphene_point_t before, after;

  set_up (&fixture);
  before = middle_of (&fixture, 2);
  point_at (&fixture, 300, 500);
  button (&fixture, 1, TRUE);
  for (int i = 1; i <= 5; i++)
    point_at (&fixture, 300 + i * 12, 500 - i * 8);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (!fixture.view->dragging && qd_topology_view_is_settled (fixture.view));
  after = middle_of (&fixture, 2);
  g_assert_cmpfloat_with_epsilon (after.x - before.x, 60, 2);
  g_assert_cmpfloat_with_epsilon (after.y - before.y, -40, 2);
  g_assert_cmpuint (fixture.kind, ==, 99);
  tear_down (&fixture);
}

/* A node that is dragged goes along, and its edges with it; nothing else moves, nothing is picked. */
static void
test_carry (void)
{
  Fixture fixture = { 0 };
  graphene_point_t at, other;
  double zoom;

  set_up (&fixture);
  at = middle_of (&fixture, 1);
  other = middle_of (&fixture, 4);
  zoom = fixture.view->state.viewport.zoom;
  point_at (&fixture, at.x, at.y);
  button (&fixture, 1, TRUE);
  for (int i = 1; i <= 5; i++)
    point_at (&fixture, at.x + i * 10, at.y + i * 16);
  g_assert_cmpuint (fixture.view->state.carried->len, ==, 1);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (fixture.dropped == 1);
  g_assert_cmpfloat_with_epsilon (fixture.dropped_at[1].x, -1 + 50 / zoom, 2 / zoom);
  g_assert_cmpfloat_with_epsilon (fixture.dropped_at[1].y, 80 / zoom, 2 / zoom);
  g_assert_cmpfloat (fixture.dropped_at[2].x, ==, 0);
  g_assert_cmpfloat (middle_of (&fixture, 4).x, ==, other.x);
  g_assert_cmpuint (fixture.kind, ==, 99);
  /* Nobody took it: it goes back. */
  qd_topology_view_cancel_drag (fixture.view);
  g_assert_null (fixture.view->state.carried);

  /* Escape gives a drag up. */
  fixture.dropped = 0;
  gtk_widget_grab_focus (GTK_WIDGET (fixture.view));
  point_at (&fixture, at.x, at.y);
  button (&fixture, 1, TRUE);
  for (int i = 1; i <= 5; i++)
    point_at (&fixture, at.x + i * 10, at.y);
  WAIT_UNTIL (fixture.view->state.carried);
  press (&fixture, XK_Escape);
  WAIT_UNTIL (fixture.view->state.carried == NULL);
  point_at (&fixture, at.x + 90, at.y + 90);
  g_assert_null (fixture.view->state.carried);
  button (&fixture, 1, FALSE);
  point_at (&fixture, 20, 580);
  g_assert_cmpuint (fixture.dropped, ==, 0);
  tear_down (&fixture);
}

/* A rectangle takes what lies in it; what is taken together is dragged together. */
static void
test_band (void)
{
  Fixture fixture = { 0 };
  graphene_point_t first, second;

  set_up (&fixture);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.view));
  first = middle_of (&fixture, 1);
  second = middle_of (&fixture, 2);
  hold (&fixture, XK_Shift_L, TRUE);
  point_at (&fixture, first.x - 30, first.y + 40);
  button (&fixture, 1, TRUE);
  point_at (&fixture, first.x, first.y + 20);
  point_at (&fixture, second.x - 20, second.y - 10);
  point_at (&fixture, second.x + 25, second.y - 25);
  g_assert_true (fixture.view->state.banding);
  button (&fixture, 1, FALSE);
  hold (&fixture, XK_Shift_L, FALSE);
  WAIT_UNTIL (fixture.marked == 2);
  g_assert_true (fixture.view->state.marks[1] && fixture.view->state.marks[2]);

  point_at (&fixture, second.x, second.y);
  button (&fixture, 1, TRUE);
  for (int i = 1; i <= 5; i++)
    point_at (&fixture, second.x, second.y + i * 12);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (fixture.dropped == 2);
  qd_topology_view_cancel_drag (fixture.view);

  hold (&fixture, XK_Control_L, TRUE);
  point_at (&fixture, first.x, first.y);
  button (&fixture, 1, TRUE);
  button (&fixture, 1, FALSE);
  WAIT_UNTIL (fixture.marked == 1);
  hold (&fixture, XK_Control_L, FALSE);
  press (&fixture, XK_Escape);
  WAIT_UNTIL (fixture.marked == 0);
  g_assert_null (fixture.view->state.marks);
  tear_down (&fixture);
}

static void
test_menu (void)
{
  Fixture fixture = { 0 };
  graphene_point_t at;

  set_up (&fixture);
  at = middle_of (&fixture, 3);
  point_at (&fixture, at.x, at.y);
  button (&fixture, 3, TRUE);
  button (&fixture, 3, FALSE);
  WAIT_UNTIL (fixture.menu == QD_PICK_NODE);
  point_at (&fixture, 20, 580);
  button (&fixture, 3, TRUE);
  button (&fixture, 3, FALSE);
  WAIT_UNTIL (fixture.menu == QD_PICK_NOTHING);
  press (&fixture, XK_Tab);
  WAIT_UNTIL (qd_topology_view_get_focus (fixture.view).kind == QD_PICK_NODE);
  press (&fixture, XK_Menu);
  WAIT_UNTIL (fixture.menu == QD_PICK_NODE);
  g_assert_cmpuint (fixture.kind, ==, 99);
  tear_down (&fixture);
}

static gboolean
is_focused (Fixture *fixture, guint node)
{
  return qd_pick_equal (qd_topology_view_get_focus (fixture->view), ((QdPick) { QD_PICK_NODE, node }));
}

static void
test_keys (void)
{
  Fixture fixture = { 0 };
  double x;

  set_up (&fixture);
  point_at (&fixture, 20, 580);
  gtk_widget_grab_focus (GTK_WIDGET (fixture.view));
  press (&fixture, XK_Tab);
  WAIT_UNTIL (is_focused (&fixture, 5));      /* the one that is down */
  press (&fixture, XK_Down);
  WAIT_UNTIL (is_focused (&fixture, 2));
  press (&fixture, XK_Right);
  WAIT_UNTIL (is_focused (&fixture, 3));
  press (&fixture, XK_Left);
  WAIT_UNTIL (is_focused (&fixture, 2));
  press (&fixture, XK_Return);
  WAIT_UNTIL (fixture.kind == QD_PICK_NODE && fixture.number == 2);
  press (&fixture, XK_Escape);
  WAIT_UNTIL (fixture.kind == QD_PICK_NOTHING && qd_topology_view_get_focus (fixture.view).kind == QD_PICK_NOTHING);
  /* With nothing in focus, arrows move the picture. */
  x = fixture.view->state.viewport.x;
  press (&fixture, XK_Right);
  WAIT_UNTIL (fixture.view->state.viewport.x > x + 0.2);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no X display: with-xvfb gives one\n");
      return 0;
    }
  adw_init ();
  g_test_add_func ("/app/topology-input/hover-and-click", test_hover_and_click);
  g_test_add_func ("/app/topology-input/wheel", test_wheel);
  g_test_add_func ("/app/topology-input/drag", test_drag);
  g_test_add_func ("/app/topology-input/carry", test_carry);
  g_test_add_func ("/app/topology-input/band", test_band);
  g_test_add_func ("/app/topology-input/menu", test_menu);
  g_test_add_func ("/app/topology-input/keys", test_keys);
  return g_test_run ();
}
