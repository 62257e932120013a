/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>
#include <glib/gi18n.h>


enum { SIGNAL_HOVERED, SIGNAL_SELECTED, SIGNAL_ACTIVATED, SIGNAL_RESTYLED, SIGNAL_VIEWPORT, SIGNAL_MARKED, SIGNAL_DROPPED, SIGNAL_MENU, N_SIGNALS };
static guint signals[N_SIGNALS];

static void accessible_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdTopologyView, qd_topology_view, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

/* --- Picking ----------------------------------------------------------------------------------- */

QdPick
qd_topology_view_pick_at (QdTopologyView *self, double x, double y)
{
  const QdViewport *viewport = &self->state.viewport;
  const QdScene *scene = self->state.scene;
  double ux, uy;
  int found;

  if (scene == NULL || self->index == NULL)
    return QD_NO_PICK;
  ux = viewport->x + (x - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0) / viewport->zoom;
  uy = viewport->y + (y - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0) / viewport->zoom;
  found = qd_graph_index_find_node (self->index, ux, uy, 24 / viewport->zoom);
  if (found >= 0)
    {
      double far = hypot (scene->positions[found].x - ux, scene->positions[found].y - uy) * viewport->zoom;
      if (far <= qd_graph_node_radius (&scene->nodes[found], viewport->zoom) + 6)
        return (QdPick) { QD_PICK_NODE, (guint) found };
    }
  found = qd_graph_index_find_edge (self->index, ux, uy, 5 / viewport->zoom);
  return found >= 0 ? (QdPick) { QD_PICK_EDGE, (guint) found } : QD_NO_PICK;
}

double
qd_topology_view_get_fade (QdTopologyView *self)
{
  return self->state.hover.kind != QD_PICK_NOTHING || self->state.hits || self->state.carried ? 1 : 0;
}

void
qd_topology_view_fade_to (QdTopologyView *self, double target)
{
  if (self->state.fade == target && adw_animation_get_state (self->veil) != ADW_ANIMATION_PLAYING)
    return;
  adw_animation_pause (self->veil);
  adw_timed_animation_set_value_from (ADW_TIMED_ANIMATION (self->veil), self->state.fade);
  adw_timed_animation_set_value_to (ADW_TIMED_ANIMATION (self->veil), target);
  adw_animation_play (self->veil);
}

static void
veil_cb (double value, gpointer data)
{
  QdTopologyView *self = data;

  self->state.fade = value;
  gtk_widget_queue_draw (self->overlay);
}

void
qd_topology_view_set_hover (QdTopologyView *self, QdPick pick)
{
  if (qd_pick_equal (self->state.hover, pick))
    return;
  self->state.hover = pick;
  qd_topology_view_fade_to (self, qd_topology_view_get_fade (self));
  gtk_widget_queue_draw (self->overlay);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), pick.kind != QD_PICK_NOTHING ? "pointer" : NULL);
  if (self->card)
    {
      gtk_widget_set_visible (self->card, pick.kind != QD_PICK_NOTHING);
      gtk_widget_queue_allocate (GTK_WIDGET (self));
    }
  g_signal_emit (self, signals[SIGNAL_HOVERED], 0, (guint) pick.kind, pick.index);
}

static void
reveal (QdTopologyView *self, QdPick pick)
{
  const QdScene *scene = self->state.scene;
  QdViewport next = self->state.viewport;
  double w = gtk_widget_get_width (GTK_WIDGET (self)) / next.zoom / 2 * 0.85;
  double h = gtk_widget_get_height (GTK_WIDGET (self)) / next.zoom / 2 * 0.85;
  double x, y;

  if (pick.kind == QD_PICK_NODE)
    {
      x = scene->positions[pick.index].x;
      y = scene->positions[pick.index].y;
    }
  else
    {
      const QdGraphEdge *edge = &scene->edges[pick.index];

      if (edge->src >= scene->n_nodes || edge->dst >= scene->n_nodes)
        return;
      x = (scene->positions[edge->src].x + scene->positions[edge->dst].x) / 2;
      y = (scene->positions[edge->src].y + scene->positions[edge->dst].y) / 2;
    }
  if (fabs (x - next.x) <= w && fabs (y - next.y) <= h)
    return;
  next.x = x;
  next.y = y;
  qd_topology_view_glide_to (self, next);
}

static void
announce (QdTopologyView *self, QdPick pick)
{
  g_autofree char *text = self->describe ? self->describe (pick, self->describe_data) : NULL;

  if (text)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

void
qd_topology_view_set_focus (QdTopologyView *self, QdPick pick)
{
  self->state.focus = pick;
  gtk_widget_queue_draw (self->overlay);
  if (pick.kind == QD_PICK_NOTHING)
    {
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT);
      return;
    }
  reveal (self, pick);
  announce (self, pick);
  if (pick.kind == QD_PICK_NODE)
    gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT,
                                    qd_topology_item_get (self, pick.index), -1);
}

void
qd_topology_view_pick (QdTopologyView *self, QdPick pick, gboolean activate)
{
  if (activate)
    {
      g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, (guint) pick.kind, pick.index);
      return;
    }
  if (pick.kind != QD_PICK_NOTHING)
    self->fitted = FALSE;
  qd_topology_view_set_selected (self, pick, FALSE);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, (guint) pick.kind, pick.index);
}

void
qd_topology_view_set_selected (QdTopologyView *self, QdPick pick, gboolean bring)
{
  const QdScene *scene;
  QdPick before;

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  scene = self->state.scene;
  if (scene == NULL || (pick.kind == QD_PICK_NODE && pick.index >= scene->n_nodes) ||
      (pick.kind == QD_PICK_EDGE && pick.index >= scene->n_edges))
    pick = QD_NO_PICK;
  before = self->state.selected;
  self->state.selected = pick;
  qd_topology_items_refresh (self, before);
  qd_topology_items_refresh (self, pick);
  gtk_widget_queue_draw (self->overlay);
  if (bring && pick.kind != QD_PICK_NOTHING)
    reveal (self, pick);
}

void
qd_topology_view_set_hits (QdTopologyView *self, gboolean *hits)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  g_free (self->state.hits);
  self->state.hits = hits;
  qd_topology_view_fade_to (self, qd_topology_view_get_fade (self));
  gtk_widget_queue_draw (self->overlay);
}

/* --- Several ----------------------------------------------------------------------------------- */

void
qd_topology_view_set_marks (QdTopologyView *self, gboolean *marks)
{
  guint n = 0;

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  for (guint i = 0; marks && self->state.scene && i < self->state.scene->n_nodes; i++)
    n += marks[i] != FALSE;
  if (n == 0)
    g_clear_pointer (&marks, g_free);
  if (marks == NULL && self->state.marks == NULL)
    return;
  g_free (self->state.marks);
  self->state.marks = marks;
  self->state.n_marks = n;
  gtk_widget_queue_draw (self->overlay);
  g_signal_emit (self, signals[SIGNAL_MARKED], 0, 0, n);
}

GArray *
qd_topology_view_get_marked (QdTopologyView *self)
{
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; self->state.marks && i < self->state.scene->n_nodes; i++)
    if (self->state.marks[i])
      g_array_append_val (nodes, i);
  if (nodes->len == 0 && self->state.selected.kind == QD_PICK_NODE)
    g_array_append_val (nodes, self->state.selected.index);
  return nodes;
}

void
qd_topology_view_emit_dropped (QdTopologyView *self)
{
  g_signal_emit (self, signals[SIGNAL_DROPPED], 0, 0, self->state.carried->len);
}

const guint *
qd_topology_view_get_carried (QdTopologyView *self, guint *n, const QdPoint **places)
{
  *n = self->state.carried ? self->state.carried->len : 0;
  *places = self->state.carried_to;
  return *n > 0 ? (const guint *) (gpointer) self->state.carried->data : NULL;
}

void
qd_topology_view_cancel_drag (QdTopologyView *self)
{
  qd_topology_view_stop_carrying (self);
}

void
qd_topology_view_emit_viewport (QdTopologyView *self)
{
  g_signal_emit (self, signals[SIGNAL_VIEWPORT], 0, 0, 0);
}

void
qd_topology_view_emit_menu (QdTopologyView *self, QdPick pick)
{
  g_signal_emit (self, signals[SIGNAL_MENU], 0, (guint) pick.kind, pick.index);
}

void
qd_topology_view_get_menu_point (QdTopologyView *self, GdkRectangle *at)
{
  *at = (GdkRectangle) { (int) self->pointer_x, (int) self->pointer_y, 1, 1 };
}

QdPick qd_topology_view_get_hover (QdTopologyView *self) { return self->state.hover; }
QdPick qd_topology_view_get_selected (QdTopologyView *self) { return self->state.selected; }
QdPick qd_topology_view_get_focus (QdTopologyView *self) { return self->state.focus; }
QdScene *qd_topology_view_get_scene (QdTopologyView *self) { return self->state.scene; }

graphene_rect_t
qd_topology_view_get_node_box (QdTopologyView *self, guint node)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const QdScene *scene = self->state.scene;
  double x = qd_viewport_to_x (&self->state.viewport, gtk_widget_get_width (widget), scene->positions[node].x);
  double y = qd_viewport_to_y (&self->state.viewport, gtk_widget_get_height (widget), scene->positions[node].y);
  double r = qd_graph_node_radius (&scene->nodes[node], self->state.viewport.zoom);

  return GRAPHENE_RECT_INIT ((float) (x - r), (float) (y - r), (float) (2 * r), (float) (2 * r));
}

/* --- The scene --------------------------------------------------------------------------------- */

void
qd_topology_view_set_scene (QdTopologyView *self, QdScene *scene, QdGraphIndex *index, gboolean keep)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  g_clear_pointer (&self->state.scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->edge_items, g_ptr_array_unref);
  self->state.scene = scene ? qd_scene_ref (scene) : NULL;
  self->index = index ? qd_graph_index_ref (index) : NULL;
  self->state.selected = self->state.focus = QD_NO_PICK;
  qd_topology_view_stop_carrying (self);
  qd_topology_view_set_marks (self, NULL);
  qd_topology_view_set_route (self, NULL);
  qd_topology_glow_clear (self);
  qd_topology_view_set_hover (self, QD_NO_PICK);
  qd_topology_view_set_hits (self, NULL);
  qd_topology_canvas_reset (QD_TOPOLOGY_CANVAS (self->canvas));
  if (scene && (!keep || self->fitted || !(self->state.viewport.zoom > 0)))
    {
      qd_topology_view_move_to (self, qd_topology_view_whole (self));
      self->fitted = TRUE;
    }
  qd_topology_figures_move (QD_TOPOLOGY_FIGURES (self->figures), TRUE);
  gtk_widget_queue_draw (self->overlay);
}

void
qd_topology_view_update_scene (QdTopologyView *self, QdScene *scene, const QdPick *picks, guint n)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self) && scene != NULL);

  if (self->interactive)
    qd_topology_glow_add (self, scene, picks, n);
  qd_scene_ref (scene);
  g_clear_pointer (&self->state.scene, qd_scene_unref);
  self->state.scene = scene;
  qd_topology_canvas_touch (QD_TOPOLOGY_CANVAS (self->canvas), picks, n);
  qd_topology_figures_move (QD_TOPOLOGY_FIGURES (self->figures), TRUE);
  gtk_widget_queue_draw (self->overlay);
  for (guint i = 0; self->items && i < n; i++)
    qd_topology_items_refresh (self, picks[i]);
}

void
qd_topology_view_dress (QdTopologyView *self, QdScene *scene)
{
  const QdPick all = { QD_PICK_NODE, 0 };

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self) && scene != NULL);

  qd_topology_glow_clear (self);
  qd_scene_ref (scene);
  g_clear_pointer (&self->state.scene, qd_scene_unref);
  self->state.scene = scene;
  qd_topology_canvas_touch (QD_TOPOLOGY_CANVAS (self->canvas), &all, 1);
  gtk_widget_queue_draw (self->overlay);
}

void
qd_topology_view_set_route (QdTopologyView *self, GArray *edges)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  if (edges && edges->len == 0)
    g_clear_pointer (&edges, g_array_unref);
  g_clear_pointer (&self->state.route, g_array_unref);
  self->state.route = edges;
  gtk_widget_queue_draw (self->overlay);
}

void
qd_topology_view_move_scene (QdTopologyView *self, QdScene *scene, QdGraphIndex *index)
{
  const QdPick all = { QD_PICK_NODE, 0 };

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self) && scene != NULL);

  qd_scene_ref (scene);
  g_clear_pointer (&self->state.scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  self->state.scene = scene;
  self->index = index ? qd_graph_index_ref (index) : NULL;
  qd_topology_canvas_touch (QD_TOPOLOGY_CANVAS (self->canvas), &all, 1);
  qd_topology_view_let_go (self);
  if (self->fitted && self->interactive)
    qd_topology_view_fit (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (self->overlay);
}

void
qd_topology_view_set_interactive (QdTopologyView *self, gboolean interactive)
{
  self->interactive = interactive;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  qd_topology_theme_load (&self->state.theme, GTK_WIDGET (self), &self->probes, interactive);
}

void
qd_topology_view_set_card (QdTopologyView *self, GtkWidget *card)
{
  g_clear_pointer (&self->card, gtk_widget_unparent);
  self->card = card;
  gtk_widget_set_parent (card, GTK_WIDGET (self));
  gtk_widget_set_visible (card, FALSE);
  gtk_widget_set_can_target (card, FALSE);
}

void
qd_topology_view_set_describe (QdTopologyView *self, char *(*describe) (QdPick, gpointer), gpointer data)
{
  self->describe = describe;
  self->describe_data = data;
}

/* --- The widget -------------------------------------------------------------------------------- */

static void
qd_topology_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                          int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  gboolean interactive = QD_TOPOLOGY_VIEW (widget)->interactive;

  *minimum = interactive ? 120 : 80;
  *natural = interactive ? (orientation == GTK_ORIENTATION_HORIZONTAL ? 800 : 600) : 220;
}

/* The card stands beside the thing, on the side where there is room. */
static void
allocate_card (QdTopologyView *self, int width, int height)
{
  GtkRequisition size;
  double x = self->pointer_x, y = self->pointer_y, reach = 16;
  GtkAllocation at;

  gtk_widget_get_preferred_size (self->card, NULL, &size);
  if (self->state.hover.kind == QD_PICK_NODE && self->state.scene)
    {
      graphene_rect_t box = qd_topology_view_get_node_box (self, self->state.hover.index);
      x = box.origin.x + box.size.width / 2;
      y = box.origin.y + box.size.height / 2;
      reach += box.size.width / 2;
    }
  at.width = MIN (size.width, width);
  at.height = MIN (size.height, height);
  at.x = (int) (x + reach + at.width <= width - 6 ? x + reach : x - reach - at.width);
  at.y = (int) (y + reach + at.height <= height - 6 ? y + reach : y - reach - at.height);
  at.x = CLAMP (at.x, 6, MAX (6, width - at.width - 6));
  at.y = CLAMP (at.y, 6, MAX (6, height - at.height - 6));
  gtk_widget_size_allocate (self->card, &at, -1);
}

static void
qd_topology_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (widget);

  /* What somebody looks at stays where it is when a pane opens beside it. */
  if (!self->fitted && self->width > 0 && self->state.viewport.zoom > 0 && (width != self->width || height != self->height))
    {
      QdViewport at = self->state.viewport;

      if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_LTR)
        at.x += (width - self->width) / 2.0 / at.zoom;
      else
        at.x -= (width - self->width) / 2.0 / at.zoom;
      at.y += (height - self->height) / 2.0 / at.zoom;
      qd_topology_view_go (self, at);
    }
  self->width = width;
  self->height = height;
  gtk_widget_allocate (self->canvas, width, height, -1, NULL);
  gtk_widget_allocate (self->figures, width, height, -1, NULL);
  gtk_widget_allocate (self->overlay, width, height, -1, NULL);
  if (self->card && gtk_widget_get_visible (self->card))
    allocate_card (self, width, height);
  if (self->fitted && self->state.scene && adw_animation_get_state (self->glide) != ADW_ANIMATION_PLAYING)
    {
      QdViewport all = qd_topology_view_whole (self);
      if (fabs (all.zoom - self->state.viewport.zoom) > 1e-9 || all.x != self->state.viewport.x || all.y != self->state.viewport.y)
        qd_topology_view_go (self, all);
    }
}

static void
theme_cb (QdTopologyView *self)
{
  qd_topology_theme_load (&self->state.theme, GTK_WIDGET (self), &self->probes, self->interactive);
  qd_topology_canvas_reset (QD_TOPOLOGY_CANVAS (self->canvas));
  gtk_widget_queue_draw (self->overlay);
  g_signal_emit (self, signals[SIGNAL_RESTYLED], 0, 0, 0);
}

/* The picture as it would be drawn now, for a legend. */
const QdGraphTheme *
qd_topology_view_get_theme (QdTopologyView *self)
{
  return &self->state.theme;
}

static void
qd_topology_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (widget);
  QdGraphTheme theme;

  GTK_WIDGET_CLASS (qd_topology_view_parent_class)->css_changed (widget, change);
  if (self->probes.widgets[0] == NULL)
    return;
  qd_topology_theme_load (&theme, widget, &self->probes, self->interactive);
  if (memcmp (&theme, &self->state.theme, sizeof theme) != 0)
    theme_cb (self);
}

static gboolean
qd_topology_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (widget);

  if (!gtk_widget_has_focus (widget))
    return gtk_widget_grab_focus (widget);
  if (!self->interactive || (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD))
    return FALSE;
  return qd_topology_view_focus_next (self, direction == GTK_DIR_TAB_BACKWARD);
}

static void
qd_topology_view_dispose (GObject *object)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (object);

  g_clear_handle_id (&self->settle_id, g_source_remove);
  qd_topology_view_stop_carrying (self);
  qd_topology_glow_clear (self);
  if (self->glide)
    adw_animation_pause (self->glide);
  if (self->veil)
    adw_animation_pause (self->veil);
  g_clear_object (&self->glide);
  g_clear_object (&self->veil);
  qd_topology_probes_remove (&self->probes);
  g_clear_pointer (&self->card, gtk_widget_unparent);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_pointer (&self->figures, gtk_widget_unparent);
  g_clear_pointer (&self->canvas, gtk_widget_unparent);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->edge_items, g_ptr_array_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_clear_pointer (&self->state.scene, qd_scene_unref);
  g_clear_pointer (&self->state.hits, g_free);
  g_clear_pointer (&self->state.marks, g_free);
  g_clear_pointer (&self->state.route, g_array_unref);
  G_OBJECT_CLASS (qd_topology_view_parent_class)->dispose (object);
}

static void
qd_topology_view_class_init (QdTopologyViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  static const char *const names[N_SIGNALS] = { "hovered", "selected", "activated", "restyled", "viewport", "marked", "dropped", "menu" };

  object_class->dispose = qd_topology_view_dispose;
  widget_class->measure = qd_topology_view_measure;
  widget_class->size_allocate = qd_topology_view_size_allocate;
  widget_class->css_changed = qd_topology_view_css_changed;
  widget_class->focus = qd_topology_view_focus;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_set_css_name (widget_class, "topologyview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_topology_view_init (QdTopologyView *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->interactive = TRUE;
  self->state.viewport = (QdViewport) { 0, 0, 0 };
  self->canvas = qd_topology_canvas_new (&self->state);
  self->figures = qd_topology_figures_new (&self->state);
  self->overlay = qd_topology_overlay_new (&self->state);
  gtk_widget_set_parent (self->canvas, GTK_WIDGET (self));
  gtk_widget_set_parent (self->figures, GTK_WIDGET (self));
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  qd_topology_probes_add (&self->probes, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  qd_topology_theme_load (&self->state.theme, GTK_WIDGET (self), &self->probes, TRUE);

  self->glide = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, 220,
                                         adw_callback_animation_target_new (qd_topology_view_glide_cb, self, NULL));
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->glide), ADW_EASE_OUT_CUBIC);
  self->veil = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, 140,
                                        adw_callback_animation_target_new (veil_cb, self, NULL));
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (theme_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (theme_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::accent-color-rgba", G_CALLBACK (theme_cb), self, G_CONNECT_SWAPPED);
  qd_topology_view_add_input (self);
  qd_topology_view_add_drag (self);
  qd_topology_view_add_keys (self);
}

/* --- Children for assistive technologies ------------------------------------------------------- */

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (accessible);

  if (self->state.scene == NULL || self->state.scene->n_nodes == 0)
    return NULL;
  return GTK_ACCESSIBLE (g_object_ref (qd_topology_item_get (self, 0)));
}

static void
accessible_init (GtkAccessibleInterface *iface)
{
  iface->get_first_accessible_child = get_first_accessible_child;
}

GtkWidget *
qd_topology_view_new (void)
{
  return g_object_new (QD_TYPE_TOPOLOGY_VIEW, NULL);
}

void
qd_topology_view_set_figures (QdTopologyView *self, char *(*tell) (QdPick, gpointer), gpointer data)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  qd_topology_figures_set_tell (QD_TOPOLOGY_FIGURES (self->figures), tell, data);
}
