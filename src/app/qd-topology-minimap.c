/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-minimap.h"

#include <glib/gi18n.h>

#define WIDTH 168
#define HEIGHT 112
#define STEP 24.0

struct _QdTopologyMinimap {
  GtkWidget parent_instance;

  GtkWidget *small;         /* a QdTopologyView that shows all */
  QdTopologyView *view;     /* not owned */
  QdScene *scene;           /* what it would show; drawn only while it is seen */
  gboolean wanted, stale;
  gulong viewport_id;
  QdViewport drag_from;
};

G_DEFINE_FINAL_TYPE (QdTopologyMinimap, qd_topology_minimap, GTK_TYPE_WIDGET)

/* Nothing is drawn for a picture that nobody sees. */
static void
bring_up_to_date (QdTopologyMinimap *self)
{
  if (!self->stale || !gtk_widget_get_visible (GTK_WIDGET (self)))
    return;
  self->stale = FALSE;
  qd_topology_view_set_scene (QD_TOPOLOGY_VIEW (self->small), self->scene, NULL, FALSE);
}

static void
viewport_cb (QdTopologyMinimap *self)
{
  gboolean shown = self->wanted && self->view && self->scene && self->scene->n_nodes > 1 &&
                   !qd_topology_view_sees_all (self->view) && gtk_widget_get_width (GTK_WIDGET (self->view)) >= 3 * WIDTH;

  if (shown != gtk_widget_get_visible (GTK_WIDGET (self)))
    gtk_widget_set_visible (GTK_WIDGET (self), shown);
  bring_up_to_date (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
qd_topology_minimap_get_frame (QdTopologyMinimap *self, graphene_rect_t *frame)
{
  QdViewport all, seen;
  int width = gtk_widget_get_width (self->small), height = gtk_widget_get_height (self->small);
  double w, h;

  *frame = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  if (self->view == NULL)
    return;
  qd_topology_view_get_viewport (QD_TOPOLOGY_VIEW (self->small), &all);
  qd_topology_view_get_viewport (self->view, &seen);
  if (!(seen.zoom > 0) || !(all.zoom > 0))
    return;
  w = gtk_widget_get_width (GTK_WIDGET (self->view)) / seen.zoom * all.zoom;
  h = gtk_widget_get_height (GTK_WIDGET (self->view)) / seen.zoom * all.zoom;
  *frame = GRAPHENE_RECT_INIT ((float) (qd_viewport_to_x (&all, width, seen.x) - w / 2),
                               (float) (qd_viewport_to_y (&all, height, seen.y) - h / 2), (float) w, (float) h);
}

/* --- Steering ---------------------------------------------------------------------------------- */

static void
look_at (QdTopologyMinimap *self, double x, double y)
{
  QdViewport seen;

  qd_topology_view_get_viewport (self->view, &seen);
  seen.x = x;
  seen.y = y;
  qd_topology_view_set_viewport (self->view, &seen);
}

/* A press beside the rectangle brings it there; from there on it follows the pointer. */
static void
drag_begin_cb (QdTopologyMinimap *self, double x, double y)
{
  graphene_rect_t frame;
  QdViewport all;

  if (self->view == NULL)
    return;
  qd_topology_minimap_get_frame (self, &frame);
  qd_topology_view_get_viewport (QD_TOPOLOGY_VIEW (self->small), &all);
  if (!graphene_rect_contains_point (&frame, &GRAPHENE_POINT_INIT ((float) x, (float) y)))
    look_at (self, all.x + (x - gtk_widget_get_width (self->small) / 2.0) / all.zoom,
             all.y + (y - gtk_widget_get_height (self->small) / 2.0) / all.zoom);
  qd_topology_view_get_viewport (self->view, &self->drag_from);
}

static void
drag_update_cb (QdTopologyMinimap *self, double dx, double dy, GtkGesture *gesture)
{
  QdViewport all;

  if (self->view == NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  qd_topology_view_get_viewport (QD_TOPOLOGY_VIEW (self->small), &all);
  look_at (self, self->drag_from.x + dx / all.zoom, self->drag_from.y + dy / all.zoom);
}

static gboolean
key_cb (QdTopologyMinimap *self, guint key)
{
  QdViewport seen, all;
  double dx = key == GDK_KEY_Left ? -STEP : key == GDK_KEY_Right ? STEP : 0;
  double dy = key == GDK_KEY_Up ? -STEP : key == GDK_KEY_Down ? STEP : 0;

  if ((dx == 0 && dy == 0) || self->view == NULL)
    return GDK_EVENT_PROPAGATE;
  qd_topology_view_get_viewport (self->view, &seen);
  qd_topology_view_get_viewport (QD_TOPOLOGY_VIEW (self->small), &all);
  look_at (self, seen.x + dx / all.zoom, seen.y + dy / all.zoom);
  return GDK_EVENT_STOP;
}

/* --- The widget -------------------------------------------------------------------------------- */

static void
qd_topology_minimap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                             int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
qd_topology_minimap_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (QD_TOPOLOGY_MINIMAP (widget)->small, width, height, -1, NULL);
}

static void
qd_topology_minimap_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdTopologyMinimap *self = QD_TOPOLOGY_MINIMAP (widget);
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  const float widths[4] = { 1.5f, 1.5f, 1.5f, 1.5f };
  const GdkRGBA colours[4] = { *accent, *accent, *accent, *accent };
  GdkRGBA soft = *accent;
  GskRoundedRect outline;
  graphene_rect_t frame, bounds = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget), (float) gtk_widget_get_height (widget));

  gtk_widget_snapshot_child (widget, self->small, snapshot);
  qd_topology_minimap_get_frame (self, &frame);
  if (!graphene_rect_intersection (&frame, &bounds, &frame))
    return;
  soft.alpha = 0.12f;
  gtk_snapshot_append_color (snapshot, &soft, &frame);
  gsk_rounded_rect_init_from_rect (&outline, &frame, 2);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

static void
qd_topology_minimap_dispose (GObject *object)
{
  QdTopologyMinimap *self = QD_TOPOLOGY_MINIMAP (object);

  qd_topology_minimap_set_view (self, NULL);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->small, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_topology_minimap_parent_class)->dispose (object);
}

static void
qd_topology_minimap_class_init (QdTopologyMinimapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_topology_minimap_dispose;
  widget_class->measure = qd_topology_minimap_measure;
  widget_class->size_allocate = qd_topology_minimap_size_allocate;
  widget_class->snapshot = qd_topology_minimap_snapshot;
  gtk_widget_class_set_css_name (widget_class, "topologyminimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_topology_minimap_init (QdTopologyMinimap *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->wanted = TRUE;
  self->small = qd_topology_view_new ();
  qd_topology_view_set_interactive (QD_TOPOLOGY_VIEW (self->small), FALSE);
  gtk_widget_set_focusable (self->small, FALSE);
  gtk_widget_set_can_target (self->small, FALSE);
  gtk_widget_set_parent (self->small, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _("Drag to look elsewhere"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Minimap"), -1);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
qd_topology_minimap_new (void)
{
  return g_object_new (QD_TYPE_TOPOLOGY_MINIMAP, NULL);
}

void
qd_topology_minimap_set_view (QdTopologyMinimap *self, QdTopologyView *view)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MINIMAP (self));

  if (self->view)
    g_clear_signal_handler (&self->viewport_id, self->view);
  g_set_weak_pointer (&self->view, view);
  if (view)
    self->viewport_id = g_signal_connect_swapped (view, "viewport", G_CALLBACK (viewport_cb), self);
}

void
qd_topology_minimap_set_scene (QdTopologyMinimap *self, QdScene *scene)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MINIMAP (self));

  if (scene)
    qd_scene_ref (scene);
  g_clear_pointer (&self->scene, qd_scene_unref);
  self->scene = scene;
  self->stale = TRUE;
  viewport_cb (self);
}

void
qd_topology_minimap_update_scene (QdTopologyMinimap *self, QdScene *scene, const QdPick *picks, guint n)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MINIMAP (self) && scene != NULL);

  qd_scene_ref (scene);
  g_clear_pointer (&self->scene, qd_scene_unref);
  self->scene = scene;
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    self->stale = TRUE;
  else if (!self->stale)
    qd_topology_view_update_scene (QD_TOPOLOGY_VIEW (self->small), scene, picks, n);
}

void
qd_topology_minimap_set_wanted (QdTopologyMinimap *self, gboolean wanted)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MINIMAP (self));

  self->wanted = wanted;
  viewport_cb (self);
}
