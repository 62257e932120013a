/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>

#define WHEEL_STEP 1.28
#define PAN_STEP 72.0

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

/* With Ctrl a node is taken to the others, or away from them. */
static void
toggle_mark (QdTopologyView *self, guint node)
{
  const QdScene *scene = self->state.scene;
  gboolean *marks = g_new0 (gboolean, scene->n_nodes);
  g_autoptr (GArray) before = qd_topology_view_get_marked (self);

  for (guint i = 0; i < before->len; i++)
    marks[g_array_index (before, guint, i)] = TRUE;
  marks[node] = !marks[node];
  qd_topology_view_set_marks (self, marks);
}

static void
click_cb (QdTopologyView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
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
  if (state & GDK_CONTROL_MASK)
    {
      if (n_press == 1 && pick.kind == QD_PICK_NODE)
        toggle_mark (self, pick.index);
      return;
    }
  qd_topology_view_set_marks (self, NULL);
  if (n_press == 1)
    qd_topology_view_pick (self, pick, FALSE);
  else if (n_press == 2 && pick.kind != QD_PICK_NOTHING)
    qd_topology_view_pick (self, pick, TRUE);
  else if (n_press == 2)
    qd_topology_view_glide_to (self, qd_topology_view_zoom_at (self, &self->state.viewport, 1.8, x, y));
}

static void
menu_cb (QdTopologyView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  if (!self->interactive)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  self->pointer_x = x;
  self->pointer_y = y;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  qd_topology_view_emit_menu (self, qd_topology_view_pick_at (self, x, y));
}

static void
long_press_cb (QdTopologyView *self, double x, double y, GtkGesture *gesture)
{
  if (!self->dragging)
    menu_cb (self, 1, x, y, gesture);
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
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new (), *pinch = gtk_gesture_zoom_new ();
  GtkGesture *menu = gtk_gesture_click_new (), *press = gtk_gesture_long_press_new ();

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_changed_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_changed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (click_cb), self);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect_swapped (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (menu, "pressed", G_CALLBACK (menu_cb), self);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (long_press_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, focus);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (menu));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (press));
}
