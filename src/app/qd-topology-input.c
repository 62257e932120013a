/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>

#include "qd-status.h"

#define WHEEL_STEP 1.28
#define KEY_STEP 1.4
#define PAN_STEP 72.0
#define MAX_TAB_STOPS 50

/* --- Pointer ----------------------------------------------------------------------------------- */

static void
motion_cb (QdTopologyView *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
  if (!self->dragging && self->interactive)
    qd_topology_view_set_hover (self, qd_topology_view_pick_at (self, x, y));
}

static void
leave_cb (QdTopologyView *self)
{
  qd_topology_view_set_hover (self, QD_NO_PICK);
}

static void
drag_begin_cb (QdTopologyView *self, double x, double y)
{
  self->drag_from = self->state.viewport;
  self->dragging = FALSE;
}

static void
drag_update_cb (QdTopologyView *self, double dx, double dy, GtkGesture *gesture)
{
  QdViewport next = self->drag_from;

  if (!self->interactive)
    return;
  if (!self->dragging)
    {
      if (!gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy))
        return;
      self->dragging = TRUE;
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
      qd_topology_view_set_hover (self, QD_NO_PICK);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
    }
  next.x -= dx / next.zoom;
  next.y -= dy / next.zoom;
  qd_topology_view_move_to (self, next);
}

static void
drag_end_cb (QdTopologyView *self)
{
  if (self->dragging)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
  self->dragging = FALSE;
}

static void
click_cb (QdTopologyView *self, int n_press, double x, double y)
{
  QdPick pick;

  if (self->dragging)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  pick = qd_topology_view_pick_at (self, x, y);
  if (!self->interactive)
    {
      qd_topology_view_pick (self, pick, TRUE);
      return;
    }
  self->state.focus = pick.kind == QD_PICK_NODE ? pick : QD_NO_PICK;
  if (n_press == 1)
    qd_topology_view_pick (self, pick, FALSE);
  else if (n_press == 2 && pick.kind != QD_PICK_NOTHING)
    qd_topology_view_pick (self, pick, TRUE);
  else if (n_press == 2)
    qd_topology_view_glide_to (self, qd_topology_view_zoom_at (self, &self->state.viewport, 1.8, x, y));
}

/* A wheel zooms at the pointer; two fingers on a touchpad move, and with Ctrl zoom. */
static gboolean
scroll_cb (QdTopologyView *self, double dx, double dy, GtkEventControllerScroll *scroll)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  gboolean fingers = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_SURFACE;

  if (!self->interactive)
    return GDK_EVENT_PROPAGATE;
  if (fingers && !(state & GDK_CONTROL_MASK))
    {
      QdViewport next = self->state.viewport;
      next.x += dx / next.zoom;
      next.y += dy / next.zoom;
      qd_topology_view_move_to (self, next);
    }
  else if (fingers)
    qd_topology_view_move_to (self, qd_topology_view_zoom_at (self, &self->state.viewport, exp (-dy / 120),
                                                              self->pointer_x, self->pointer_y));
  else if (state & GDK_SHIFT_MASK)
    {
      QdViewport next = self->state.viewport;
      next.x += (dx + dy) * PAN_STEP / next.zoom;
      qd_topology_view_glide_to (self, next);
    }
  else
    {
      QdViewport from = adw_animation_get_state (self->glide) == ADW_ANIMATION_PLAYING ? self->to : self->state.viewport;
      qd_topology_view_glide_to (self, qd_topology_view_zoom_at (self, &from, pow (WHEEL_STEP, -dy),
                                                                 self->pointer_x, self->pointer_y));
    }
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (QdTopologyView *self)
{
  self->drag_from = self->state.viewport;
}

static void
pinch_cb (QdTopologyView *self, double factor, GtkGesture *gesture)
{
  double x, y;

  if (!self->interactive || !gtk_gesture_get_bounding_box_center (gesture, &x, &y))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  qd_topology_view_move_to (self, qd_topology_view_zoom_at (self, &self->drag_from, factor, x, y));
}

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

/* Where Tab stops: at what needs attention, worst first; where all is well, at the best connected. */
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

      if (node->status >= QD_STATUS_DEGRADED)
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
  const QdScene *scene = self->state.scene;
  guint here = self->state.focus.index, best = here;
  double least = INFINITY;

  for (guint i = 0; i < scene->n_edges; i++)
    {
      const QdGraphEdge *edge = &scene->edges[i];
      guint other = edge->src == here ? edge->dst : edge->dst == here ? edge->src : here;
      double cost;

      if (other == here || other >= scene->n_nodes)
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
  if (self->state.focus.kind == QD_PICK_NOTHING && self->state.selected.kind == QD_PICK_NOTHING)
    return GDK_EVENT_PROPAGATE;
  qd_topology_view_set_focus (self, QD_NO_PICK);
  qd_topology_view_pick (self, QD_NO_PICK, FALSE);
  return GDK_EVENT_STOP;
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
    case GDK_KEY_Escape: return escape (self);
    case GDK_KEY_Return: case GDK_KEY_KP_Enter: case GDK_KEY_space:
      if (self->state.focus.kind == QD_PICK_NOTHING)
        return GDK_EVENT_PROPAGATE;
      qd_topology_view_pick (self, self->state.focus, FALSE);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
focus_changed_cb (QdTopologyView *self)
{
  gtk_widget_queue_draw (self->overlay);
}

/* --- All --------------------------------------------------------------------------------------- */

void
qd_topology_view_add_input (QdTopologyView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new (), *pinch = gtk_gesture_zoom_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_changed_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_changed_cb), self);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (click_cb), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, focus);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
}
