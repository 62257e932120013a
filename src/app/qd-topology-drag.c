/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>

/* Where nothing is, a drag moves the picture; a node it carries along, with all that are selected
 * with it; with Shift it draws a rectangle about what is to be selected. */

/* --- Nodes ------------------------------------------------------------------------------------- */

static void
forget_carried (QdTopologyView *self)
{
  if (self->carry_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->carry_tick);
  self->carry_tick = 0;
  g_clear_pointer (&self->state.carried, g_array_unref);
  g_clear_pointer (&self->state.carried_to, g_free);
}

void
qd_topology_view_stop_carrying (QdTopologyView *self)
{
  gboolean any = self->state.carried != NULL || self->state.banding;

  forget_carried (self);
  self->state.banding = FALSE;
  self->drag_kind = QD_DRAG_PAN;
  /* What of the drag is still to come has no meaning. */
  self->dragging = FALSE;
  if (!any || self->overlay == NULL)
    return;
  qd_topology_view_fade_to (self, qd_topology_view_get_fade (self));
  gtk_widget_queue_draw (self->overlay);
}

static gboolean
let_go_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (widget);

  if (!qd_topology_canvas_is_complete (QD_TOPOLOGY_CANVAS (self->canvas)))
    return G_SOURCE_CONTINUE;
  self->carry_tick = 0;
  qd_topology_view_stop_carrying (self);
  return G_SOURCE_REMOVE;
}

void
qd_topology_view_let_go (QdTopologyView *self)
{
  if (self->state.carried == NULL || self->dragging)
    return;
  for (guint i = 0; i < self->state.scene->n_nodes; i++)
    self->state.carried_to[i] = self->state.scene->positions[i];
  if (self->carry_tick == 0)
    self->carry_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), let_go_cb, NULL, NULL);
}

static void
take_up (QdTopologyView *self, guint node)
{
  const QdScene *scene = self->state.scene;

  forget_carried (self);
  self->state.carried = g_array_new (FALSE, FALSE, sizeof (guint));
  self->state.carried_to = g_memdup2 (scene->positions, scene->n_nodes * sizeof (QdPoint));
  if (self->state.marks && self->state.marks[node])
    for (guint i = 0; i < scene->n_nodes; i++)
      if (self->state.marks[i])
        g_array_append_val (self->state.carried, i);
  if (self->state.carried->len == 0)
    g_array_append_val (self->state.carried, node);
  self->drag_kind = QD_DRAG_CARRY;
  qd_topology_view_fade_to (self, 1);
}

static void
carry (QdTopologyView *self, double dx, double dy)
{
  const QdScene *scene = self->state.scene;

  for (guint i = 0; i < self->state.carried->len; i++)
    {
      guint node = g_array_index (self->state.carried, guint, i);

      self->state.carried_to[node].x = scene->positions[node].x + (float) (dx / self->state.viewport.zoom);
      self->state.carried_to[node].y = scene->positions[node].y + (float) (dy / self->state.viewport.zoom);
    }
  gtk_widget_queue_draw (self->overlay);
}

/* --- A rectangle ------------------------------------------------------------------------------- */

static void
band (QdTopologyView *self, double dx, double dy)
{
  self->state.band = GRAPHENE_RECT_INIT ((float) MIN (self->press_x, self->press_x + dx),
                                         (float) MIN (self->press_y, self->press_y + dy), (float) fabs (dx), (float) fabs (dy));
  gtk_widget_queue_draw (self->overlay);
}

static void
mark_in_band (QdTopologyView *self)
{
  const QdScene *scene = self->state.scene;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  gboolean *marks = g_new0 (gboolean, MAX (scene->n_nodes, 1));

  for (guint i = 0; i < scene->n_nodes; i++)
    {
      graphene_point_t at = GRAPHENE_POINT_INIT ((float) qd_viewport_to_x (&self->state.viewport, width, scene->positions[i].x),
                                                 (float) qd_viewport_to_y (&self->state.viewport, height, scene->positions[i].y));
      marks[i] = graphene_rect_contains_point (&self->state.band, &at);
    }
  qd_topology_view_set_marks (self, marks);
}

/* --- The gesture ------------------------------------------------------------------------------- */

static void
drag_begin_cb (QdTopologyView *self, double x, double y)
{
  self->drag_from = self->state.viewport;
  self->dragging = FALSE;
  self->press_x = x;
  self->press_y = y;
}

static void
begin (QdTopologyView *self, GtkGesture *gesture)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  QdPick pick = qd_topology_view_pick_at (self, self->press_x, self->press_y);

  self->drag_kind = QD_DRAG_PAN;
  if (self->state.scene && (state & GDK_SHIFT_MASK))
    {
      self->drag_kind = QD_DRAG_BAND;
      self->state.banding = TRUE;
    }
  else if (pick.kind == QD_PICK_NODE)
    take_up (self, pick.index);
  self->dragging = TRUE;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  qd_topology_view_set_hover (self, QD_NO_PICK);
  if (self->drag_kind != QD_DRAG_BAND)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
}

static void
drag_update_cb (QdTopologyView *self, double dx, double dy, GtkGesture *gesture)
{
  QdViewport next = self->drag_from;

  if (!self->interactive)
    return;
  if (!self->dragging)
    {
      /* A drag that was given up stays so until the button is let go. */
      if (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)) == NULL ||
          gtk_gesture_get_sequence_state (gesture, gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture))) ==
            GTK_EVENT_SEQUENCE_CLAIMED ||
          !gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy))
        return;
      begin (self, gesture);
    }
  switch (self->drag_kind)
    {
    case QD_DRAG_CARRY:
      carry (self, dx, dy);
      break;
    case QD_DRAG_BAND:
      band (self, dx, dy);
      break;
    case QD_DRAG_PAN:
    default:
      next.x -= dx / next.zoom;
      next.y -= dy / next.zoom;
      qd_topology_view_move_to (self, next);
      break;
    }
}

static void
drag_end_cb (QdTopologyView *self)
{
  if (!self->dragging)
    return;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
  self->dragging = FALSE;
  if (self->drag_kind == QD_DRAG_BAND)
    {
      self->state.banding = FALSE;
      mark_in_band (self);
      gtk_widget_queue_draw (self->overlay);
    }
  else if (self->drag_kind == QD_DRAG_CARRY)
    qd_topology_view_emit_dropped (self);
  self->drag_kind = QD_DRAG_PAN;
}

static void
drag_cancel_cb (QdTopologyView *self)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
  qd_topology_view_stop_carrying (self);
}

void
qd_topology_view_add_drag (QdTopologyView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect_swapped (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
