/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>

#include "qd-status.h"

#define KEY_STEP 1.4
#define PAN_STEP 72.0
#define MAX_TAB_STOPS 50

/* --- Keys -------------------------------------------------------------------------------------- */

typedef struct { guint node; guint rank; guint degree; } Stop;

static int
compare_stops (gconstpointer a, gconstpointer b)
{
  const Stop *l = a, *r = b;

  if (l->rank != r->rank)
    return l->rank > r->rank ? -1 : 1;
  if (l->degree != r->degree)
    return l->degree > r->degree ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

/* Where Tab stops: at what needs attention, worst first, and where something would change; where all is well, at the best connected. */
static GArray *
find_stops (QdTopologyView *self)
{
  const QdScene *scene = self->state.scene;
  GArray *stops = g_array_new (FALSE, FALSE, sizeof (Stop));
  guint best = 0;

  for (guint i = 0; i < scene->n_nodes; i++)
    {
      const QdGraphNode *node = &scene->nodes[i];
      Stop stop = { i, node->status, node->degree };

      if (node->status >= QD_STATUS_DEGRADED || node->marked)
        g_array_append_val (stops, stop);
      if (node->degree > scene->nodes[best].degree)
        best = i;
    }
  g_array_sort (stops, compare_stops);
  if (stops->len > MAX_TAB_STOPS)
    g_array_set_size (stops, MAX_TAB_STOPS);
  if (stops->len == 0)
    {
      Stop stop = { best, 0, 0 };
      g_array_append_val (stops, stop);
    }
  return stops;
}

/* FALSE when there is no further stop, and the focus should leave. */
gboolean
qd_topology_view_focus_next (QdTopologyView *self, gboolean backward)
{
  g_autoptr (GArray) stops = NULL;
  int at = -1;

  if (self->state.scene == NULL || self->state.scene->n_nodes == 0)
    return FALSE;
  stops = find_stops (self);
  for (guint i = 0; i < stops->len && self->state.focus.kind == QD_PICK_NODE; i++)
    if (g_array_index (stops, Stop, i).node == self->state.focus.index)
      at = (int) i;
  at += backward ? -1 : 1;
  if (at < 0 || at >= (int) stops->len)
    {
      qd_topology_view_set_focus (self, QD_NO_PICK);
      return FALSE;
    }
  qd_topology_view_set_focus (self, (QdPick) { QD_PICK_NODE, g_array_index (stops, Stop, at).node });
  return TRUE;
}

/* How well @to lies in direction (@dx, @dy) from @from: less is better, infinite for the other half. */
static double
judge (QdPoint from, QdPoint to, double dx, double dy)
{
  double x = to.x - from.x, y = to.y - from.y, along = x * dx + y * dy, across = fabs (x * dy - y * dx);

  if (along <= 1e-6 || across > along * 1.7)
    return INFINITY;
  return along + 2 * across;
}

static void
focus_towards (QdTopologyView *self, double dx, double dy)
{
  QdScene *scene = self->state.scene;
  guint here = self->state.focus.index, best = here, n;
  const guint *at = qd_scene_edges_at (scene, here, &n);
  double least = INFINITY;

  for (guint i = 0; i < n; i++)
    {
      guint other = qd_scene_other_end (scene, at[i], here);
      double cost;

      if (other == here)
        continue;
      cost = judge (scene->positions[here], scene->positions[other], dx, dy);
      if (cost < least)
        {
          least = cost;
          best = other;
        }
    }
  for (guint i = 0; i < scene->n_nodes && best == here; i++)
    {
      double cost = i == here ? INFINITY : judge (scene->positions[here], scene->positions[i], dx, dy);

      if (cost < least)
        {
          least = cost;
          best = i;
        }
      if (i + 1 == scene->n_nodes && isinf (least))
        break;
    }
  if (best != here)
    qd_topology_view_set_focus (self, (QdPick) { QD_PICK_NODE, best });
}

static int
compare_edges (gconstpointer a, gconstpointer b, gpointer data)
{
  const QdGraphEdge *edges = data;
  guint l = *(const guint *) a, r = *(const guint *) b;
  gboolean marked = edges[l].mark != QD_GRAPH_PLAIN, other = edges[r].mark != QD_GRAPH_PLAIN;

  if (marked != other)
    return marked ? -1 : 1;
  return l < r ? -1 : l > r;
}

/* From a node to one of its edges after the other, those that would change first, and back to the node. */
static gboolean
focus_edge (QdTopologyView *self, int step)
{
  QdScene *scene = self->state.scene;
  QdPick focus = self->state.focus;
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (guint));
  const guint *at;
  guint n;
  int here = -1;

  if (scene == NULL || focus.kind == QD_PICK_NOTHING)
    return GDK_EVENT_PROPAGATE;
  if (focus.kind == QD_PICK_NODE)
    self->focus_node = focus.index;
  at = qd_scene_edges_at (scene, self->focus_node, &n);
  g_array_append_vals (sorted, at, n);
  g_array_sort_with_data (sorted, compare_edges, scene->edges);
  for (guint i = 0; i < n && focus.kind == QD_PICK_EDGE; i++)
    if (g_array_index (sorted, guint, i) == focus.index)
      here = (int) i;
  here += focus.kind == QD_PICK_NODE && step < 0 ? (int) n : step;
  if (here < 0 || here >= (int) n)
    qd_topology_view_set_focus (self, (QdPick) { QD_PICK_NODE, self->focus_node });
  else
    qd_topology_view_set_focus (self, (QdPick) { QD_PICK_EDGE, g_array_index (sorted, guint, here) });
  return GDK_EVENT_STOP;
}

static gboolean
arrow (QdTopologyView *self, double dx, double dy, gboolean pan)
{
  if (self->state.scene == NULL)
    return GDK_EVENT_PROPAGATE;
  if (!pan && self->state.focus.kind == QD_PICK_NODE)
    focus_towards (self, dx, dy);
  else
    {
      QdViewport next = adw_animation_get_state (self->glide) == ADW_ANIMATION_PLAYING ? self->to : self->state.viewport;
      next.x += dx * PAN_STEP / next.zoom;
      next.y += dy * PAN_STEP / next.zoom;
      qd_topology_view_glide_to (self, next);
    }
  return GDK_EVENT_STOP;
}

static gboolean
escape (QdTopologyView *self)
{
  if (self->dragging)
    {
      qd_topology_view_stop_carrying (self);
      return GDK_EVENT_STOP;
    }
  if (self->state.focus.kind == QD_PICK_EDGE)
    {
      qd_topology_view_set_focus (self, (QdPick) { QD_PICK_NODE, self->focus_node });
      return GDK_EVENT_STOP;
    }
  if (self->state.focus.kind == QD_PICK_NOTHING && self->state.selected.kind == QD_PICK_NOTHING && self->state.n_marks == 0)
    return GDK_EVENT_PROPAGATE;
  qd_topology_view_set_marks (self, NULL);
  qd_topology_view_set_focus (self, QD_NO_PICK);
  qd_topology_view_pick (self, QD_NO_PICK, FALSE);
  return GDK_EVENT_STOP;
}

/* The menu of what is in focus (or else selected) stands beside it. */
static void
menu_by_key (QdTopologyView *self)
{
  QdPick pick = self->state.focus.kind != QD_PICK_NOTHING ? self->state.focus : self->state.selected;

  self->pointer_x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  self->pointer_y = gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  if (pick.kind == QD_PICK_NODE)
    {
      graphene_rect_t box = qd_topology_view_get_node_box (self, pick.index);
      self->pointer_x = box.origin.x + box.size.width / 2;
      self->pointer_y = box.origin.y + box.size.height;
    }
  qd_topology_view_emit_menu (self, pick);
}

static gboolean
key_cb (QdTopologyView *self, guint key, guint code, GdkModifierType state)
{
  gboolean pan = (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;

  if (state & GDK_ALT_MASK)
    return GDK_EVENT_PROPAGATE;
  if (!self->interactive)
    {
      if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_space)
        return GDK_EVENT_PROPAGATE;
      qd_topology_view_pick (self, QD_NO_PICK, TRUE);
      return GDK_EVENT_STOP;
    }
  switch (key)
    {
    case GDK_KEY_plus: case GDK_KEY_equal: case GDK_KEY_KP_Add:
      qd_topology_view_zoom_by (self, KEY_STEP);
      return GDK_EVENT_STOP;
    case GDK_KEY_minus: case GDK_KEY_KP_Subtract:
      qd_topology_view_zoom_by (self, 1 / KEY_STEP);
      return GDK_EVENT_STOP;
    case GDK_KEY_0: case GDK_KEY_KP_0: case GDK_KEY_Home:
      qd_topology_view_fit (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Left: case GDK_KEY_KP_Left: return arrow (self, -1, 0, pan);
    case GDK_KEY_Right: case GDK_KEY_KP_Right: return arrow (self, 1, 0, pan);
    case GDK_KEY_Up: case GDK_KEY_KP_Up: return arrow (self, 0, -1, pan);
    case GDK_KEY_Down: case GDK_KEY_KP_Down: return arrow (self, 0, 1, pan);
    case GDK_KEY_Page_Down: case GDK_KEY_KP_Page_Down: return focus_edge (self, 1);
    case GDK_KEY_Page_Up: case GDK_KEY_KP_Page_Up: return focus_edge (self, -1);
    case GDK_KEY_Escape: return escape (self);
    case GDK_KEY_Menu:
      menu_by_key (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_F10:
      if (!(state & GDK_SHIFT_MASK))
        return GDK_EVENT_PROPAGATE;
      menu_by_key (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Return: case GDK_KEY_KP_Enter: case GDK_KEY_space:
      if (self->state.focus.kind == QD_PICK_NOTHING)
        return GDK_EVENT_PROPAGATE;
      /* What is selected already is opened. */
      qd_topology_view_pick (self, self->state.focus, qd_pick_equal (self->state.focus, self->state.selected));
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

void
qd_topology_view_add_keys (QdTopologyView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
