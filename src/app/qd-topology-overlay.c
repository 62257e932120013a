/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-private.h"

#include <math.h>

#include "qd-graph-style.h"

#define MAX_LIT_EDGES 600
#define MAX_LABELS 40
#define MAX_MARKS 600
/* In larger pictures few labels are shown, and to find out which takes longer than a frame should. */
#define MAX_PLACED 400

/* What lies over the picture and changes with the pointer: a veil over all, and above it what is
 * lit: the thing under the pointer with its paths and their ends, what is selected, what was found. */
struct _QdTopologyOverlay {
  GtkWidget parent_instance;

  const QdTopologyState *state;   /* the view's */
  GHashTable *symbols;            /* packed look → GdkTexture */
  QdGraphTheme symbols_theme;
  double symbols_scale;
  guint n_labels;                 /* drawn in this frame */
  QdGraphLabel *labels;           /* where the picture has them, at the zoom and of the scene below */
  double labels_zoom;
  QdScene *labels_scene;
};

G_DEFINE_FINAL_TYPE (QdTopologyOverlay, qd_topology_overlay, GTK_TYPE_WIDGET)

static graphene_point_t
place_of (QdTopologyOverlay *self, QdPoint at)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return GRAPHENE_POINT_INIT (
    (float) qd_viewport_to_x (&self->state->viewport, gtk_widget_get_width (widget), at.x),
    (float) qd_viewport_to_y (&self->state->viewport, gtk_widget_get_height (widget), at.y));
}

static gboolean
is_seen (QdTopologyOverlay *self, graphene_point_t at, float rim)
{
  return at.x > -rim && at.y > -rim && at.x < gtk_widget_get_width (GTK_WIDGET (self)) + rim &&
         at.y < gtk_widget_get_height (GTK_WIDGET (self)) + rim;
}

/* While nodes are dragged, they and their edges are where the pointer has them. */
static const QdPoint *
get_places (QdTopologyOverlay *self)
{
  return self->state->carried_to ? self->state->carried_to : self->state->scene->positions;
}

/* --- Symbols ----------------------------------------------------------------------------------- */

static GdkTexture *
get_symbol (QdTopologyOverlay *self, const QdGraphNode *node, double radius)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  guint key = qd_graph_symbol_key (node, radius);
  GdkTexture *texture;

  if (memcmp (&self->symbols_theme, &self->state->theme, sizeof self->symbols_theme) != 0 || self->symbols_scale != scale)
    {
      g_hash_table_remove_all (self->symbols);
      self->symbols_theme = self->state->theme;
      self->symbols_scale = scale;
    }
  texture = g_hash_table_lookup (self->symbols, GUINT_TO_POINTER (key));
  if (texture == NULL)
    {
      int size;
      gsize stride;
      g_autoptr (GBytes) bytes = qd_graph_draw_symbol (node, &self->state->theme, qd_graph_symbol_radius (key), scale, &size, &stride);

      texture = gdk_memory_texture_new (size, size, GDK_MEMORY_DEFAULT, bytes, stride);
      g_hash_table_insert (self->symbols, GUINT_TO_POINTER (key), texture);
    }
  return texture;
}

static void
draw_symbol (QdTopologyOverlay *self, GtkSnapshot *snapshot, const QdGraphNode *node, double radius, QdPoint place)
{
  graphene_point_t at = place_of (self, place);
  GdkTexture *texture;
  float half;

  if (!is_seen (self, at, 30))
    return;
  texture = get_symbol (self, node, radius);
  half = (float) (gdk_texture_get_width (texture) / self->symbols_scale / 2);
  gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (at.x - half, at.y - half, 2 * half, 2 * half));
}

static void
draw_sign (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint edge)
{
  QdGraphNode sign;
  QdPoint at;

  if (qd_graph_edge_sign (self->state->scene->graph, get_places (self), edge, &at, &sign))
    draw_symbol (self, snapshot, &sign, QD_GRAPH_SIGN_RADIUS, at);
}

/* --- Edges ------------------------------------------------------------------------------------- */

static void
set_dash (GskStroke *stroke, const QdEdgeStyle *style)
{
  float dash[G_N_ELEMENTS (style->dash)];

  for (guint i = 0; i < G_N_ELEMENTS (dash); i++)
    dash[i] = (float) style->dash[i];
  if (dash[0] > 0)
    gsk_stroke_set_dash (stroke, dash, G_N_ELEMENTS (dash));
}

static void
append_points (QdTopologyOverlay *self, GskPathBuilder *builder, const QdPoint *points, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      graphene_point_t at = place_of (self, points[i]);

      if (i == 0)
        gsk_path_builder_move_to (builder, at.x, at.y);
      else
        gsk_path_builder_line_to (builder, at.x, at.y);
    }
}

static void
draw_arrow (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint edge, float width, const GdkRGBA *colour)
{
  QdPoint points[3];
  GskPathBuilder *builder;
  g_autoptr (GskPath) path = NULL;
  GskStroke *stroke;

  if (!qd_graph_edge_arrow (self->state->scene->graph, get_places (self), edge, self->state->viewport.zoom, points))
    return;
  builder = gsk_path_builder_new ();
  append_points (self, builder, points, 3);
  path = gsk_path_builder_free_to_path (builder);
  stroke = gsk_stroke_new (width);
  gtk_snapshot_append_stroke (snapshot, path, stroke, colour);
  gsk_stroke_free (stroke);
}

static void
draw_edge (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint edge, const GdkRGBA *halo)
{
  const QdTopologyState *state = self->state;
  QdEdgeStyle style = qd_graph_edge_style (&state->scene->edges[edge], &state->theme, state->viewport.zoom, 1);
  double width = style.width + 0.6;
  GdkRGBA colour = qd_topology_rgba (style.colour, 1);
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint n = qd_graph_edge_course (state->scene->graph, get_places (self), edge, points);
  GskPathBuilder *builder;
  GskPath *path;
  GskStroke *stroke;

  if (n < 2)
    return;
  builder = gsk_path_builder_new ();
  append_points (self, builder, points, n);
  path = gsk_path_builder_free_to_path (builder);
  if (halo)
    {
      stroke = gsk_stroke_new ((float) width + 6);
      gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
      gtk_snapshot_append_stroke (snapshot, path, stroke, halo);
      gsk_stroke_free (stroke);
    }
  stroke = gsk_stroke_new ((float) width);
  set_dash (stroke, &style);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &colour);
  gsk_stroke_free (stroke);
  gsk_path_unref (path);
  draw_arrow (self, snapshot, edge, (float) width, &colour);
  draw_sign (self, snapshot, edge);
}

/* --- Nodes ------------------------------------------------------------------------------------- */

static void
draw_ring (GtkSnapshot *snapshot, graphene_point_t at, double radius, double width, const GdkRGBA *colour)
{
  GskRoundedRect outline;
  const float widths[4] = { (float) width, (float) width, (float) width, (float) width };
  const GdkRGBA colours[4] = { *colour, *colour, *colour, *colour };
  float r = (float) radius;

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (at.x - r, at.y - r, 2 * r, 2 * r), r);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

static void
draw_node (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint node)
{
  const QdTopologyState *state = self->state;
  const QdGraphNode *n = &state->scene->nodes[node];

  draw_symbol (self, snapshot, n, qd_graph_node_radius (n, state->viewport.zoom), get_places (self)[node]);
}

/* Where the picture below has its label: there it is written over, rather than twice. */
static const QdGraphLabel *
find_label (QdTopologyOverlay *self, guint node)
{
  const QdTopologyState *state = self->state;

  if (state->scene->n_nodes > MAX_PLACED || state->carried)
    return NULL;
  if (self->labels == NULL || self->labels_scene != state->scene || self->labels_zoom != state->viewport.zoom)
    {
      g_free (self->labels);
      self->labels = qd_graph_place_labels (state->scene->graph, state->scene->positions, &state->theme,
                                            state->viewport.zoom, NULL);
      g_clear_pointer (&self->labels_scene, qd_scene_unref);
      self->labels_scene = qd_scene_ref (state->scene);
      self->labels_zoom = state->viewport.zoom;
    }
  return self->labels[node].shown ? &self->labels[node] : NULL;
}

static void
draw_label (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint node, gboolean bold)
{
  const QdTopologyState *state = self->state;
  const QdGraphNode *n = &state->scene->nodes[node];
  graphene_point_t at = place_of (self, get_places (self)[node]);
  double reach = qd_graph_node_radius (n, state->viewport.zoom) + (n->kind == 1 ? 5 : 2);
  GdkRGBA ink = qd_topology_rgba (state->theme.foreground, 1), paper = qd_topology_rgba (state->theme.background, 0.86);
  PangoFontDescription *font;
  g_autoptr (PangoLayout) layout = NULL;
  const QdGraphLabel *placed;
  GskRoundedRect box;
  PangoRectangle extents;
  int width, height;
  float left, top;

  if (!n->label || !is_seen (self, at, 10) || self->n_labels >= MAX_LABELS || !state->theme.font[0])
    return;
  self->n_labels++;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), n->label);
  font = pango_font_description_from_string (state->theme.font);
  if (bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, 200 * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  /* Right to left, the words are at the other end of the width that they may take. */
  pango_layout_get_pixel_extents (layout, NULL, &extents);
  width = extents.width;
  height = extents.height;
  placed = find_label (self, node);
  if (placed)
    {
      graphene_point_t origin = place_of (self, (QdPoint) { 0, 0 });
      left = floorf (origin.x + (float) (placed->left + (placed->width - width) / 2));
      top = floorf (origin.y + (float) placed->top);
    }
  else
    {
      left = floorf (at.x - (float) width / 2);
      top = floorf (at.y + (float) reach);
    }
  gsk_rounded_rect_init_from_rect (&box, &GRAPHENE_RECT_INIT (left - 4, top, (float) width + 8, (float) height), 5);
  gtk_snapshot_push_rounded_clip (snapshot, &box);
  gtk_snapshot_append_color (snapshot, &paper, &box.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (left - (float) extents.x, top));
  gtk_snapshot_append_layout (snapshot, layout, &ink);
  gtk_snapshot_restore (snapshot);
}

/* --- What is lit ------------------------------------------------------------------------------- */

static void
light_node (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint node)
{
  QdScene *scene = self->state->scene;
  guint n;
  const guint *edges = qd_scene_edges_at (scene, node, &n);

  n = MIN (n, MAX_LIT_EDGES);
  for (guint i = 0; i < n; i++)
    draw_edge (self, snapshot, edges[i], NULL);
  for (guint i = 0; i < n; i++)
    draw_node (self, snapshot, qd_scene_other_end (scene, edges[i], node));
  for (guint i = 0; i < n && n <= 12; i++)
    draw_label (self, snapshot, qd_scene_other_end (scene, edges[i], node), FALSE);
  draw_node (self, snapshot, node);
  draw_label (self, snapshot, node, TRUE);
}

/* What is being dragged, as far as there is not too much of it. */
static void
light_carried (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  GArray *carried = self->state->carried;

  if (carried->len == 1)
    {
      light_node (self, snapshot, g_array_index (carried, guint, 0));
      return;
    }
  for (guint i = 0, lit = 0; i < carried->len && lit < MAX_LIT_EDGES; i++)
    {
      guint node = g_array_index (carried, guint, i), n;
      const guint *edges = qd_scene_edges_at (self->state->scene, node, &n);

      for (guint k = 0; k < n && lit < MAX_LIT_EDGES; k++, lit++)
        draw_edge (self, snapshot, edges[k], NULL);
    }
  for (guint i = 0; i < carried->len; i++)
    draw_node (self, snapshot, g_array_index (carried, guint, i));
}

static void
draw_marks (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  const QdTopologyState *state = self->state;
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  guint drawn = 0;

  for (guint i = 0; i < state->scene->n_nodes && drawn < MAX_MARKS; i++)
    {
      graphene_point_t at;

      if (!state->marks[i])
        continue;
      at = place_of (self, get_places (self)[i]);
      if (!is_seen (self, at, 20))
        continue;
      draw_ring (snapshot, at, qd_graph_node_radius (&state->scene->nodes[i], state->viewport.zoom) + 5, 2, accent);
      drawn++;
    }
}

static void
draw_route (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  const QdTopologyState *state = self->state;
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GdkRGBA soft = *accent;
  guint n = MIN (state->route->len, MAX_LIT_EDGES);

  soft.alpha = 0.4f;
  for (guint i = 0; i < n; i++)
    draw_edge (self, snapshot, g_array_index (state->route, guint, i), &soft);
  for (guint i = 0; i < n; i++)
    {
      const QdGraphEdge *edge = &state->scene->edges[g_array_index (state->route, guint, i)];

      draw_node (self, snapshot, edge->src);
      draw_node (self, snapshot, edge->dst);
    }
}

static void
draw_band (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GdkRGBA soft = *accent;
  GskRoundedRect outline;
  const float widths[4] = { 1, 1, 1, 1 };
  const GdkRGBA colours[4] = { *accent, *accent, *accent, *accent };

  soft.alpha = 0.15f;
  gtk_snapshot_append_color (snapshot, &soft, &self->state->band);
  gsk_rounded_rect_init_from_rect (&outline, &self->state->band, 0);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

/* A ring that grows and fades. */
static void
draw_glow (QdTopologyOverlay *self, GtkSnapshot *snapshot, const QdTopologyGlow *glow, double age)
{
  const QdTopologyState *state = self->state;
  double strength = (1 - age) * (1 - age);
  GdkRGBA colour;

  if (glow->pick.kind == QD_PICK_NODE && glow->pick.index < state->scene->n_nodes)
    {
      const QdGraphNode *node = &state->scene->nodes[glow->pick.index];
      graphene_point_t at = place_of (self, get_places (self)[glow->pick.index]);

      if (!is_seen (self, at, 60))
        return;
      colour = qd_topology_rgba (qd_graph_status_colour (node->status, FALSE, &state->theme), strength * 0.8);
      draw_ring (snapshot, at, qd_graph_node_radius (node, state->viewport.zoom) + 6 + 16 * age, 3, &colour);
    }
  else if (glow->pick.kind == QD_PICK_EDGE && glow->pick.index < state->scene->n_edges)
    {
      colour = qd_topology_rgba (qd_graph_edge_colour (&state->scene->edges[glow->pick.index], &state->theme), strength * 0.5);
      draw_edge (self, snapshot, glow->pick.index, &colour);
    }
}

static void
draw_glows (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));
  gint64 now = clock ? gdk_frame_clock_get_frame_time (clock) : 0;

  for (guint i = 0; i < self->state->glows->len; i++)
    {
      const QdTopologyGlow *glow = &g_array_index (self->state->glows, QdTopologyGlow, i);

      draw_glow (self, snapshot, glow, CLAMP ((double) (now - glow->since_us) / QD_TOPOLOGY_GLOW_US, 0, 1));
    }
}

static void
light_edge (QdTopologyOverlay *self, GtkSnapshot *snapshot, guint edge)
{
  const QdGraphEdge *e = &self->state->scene->edges[edge];
  GdkRGBA halo = qd_topology_rgba (qd_graph_edge_colour (e, &self->state->theme), 0.25);

  draw_edge (self, snapshot, edge, &halo);
  if (e->src >= self->state->scene->n_nodes || e->dst >= self->state->scene->n_nodes)
    return;
  draw_node (self, snapshot, e->src);
  draw_node (self, snapshot, e->dst);
  draw_label (self, snapshot, e->src, TRUE);
  draw_label (self, snapshot, e->dst, TRUE);
}

static void
light_hits (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  const QdTopologyState *state = self->state;
  GdkRGBA ring = qd_topology_rgba (state->theme.foreground, 0.85);

  for (guint i = 0; i < state->scene->n_nodes; i++)
    if (state->hits[i])
      {
        graphene_point_t at = place_of (self, state->scene->positions[i]);
        if (!is_seen (self, at, 20))
          continue;
        draw_node (self, snapshot, i);
        draw_ring (snapshot, at, qd_graph_node_radius (&state->scene->nodes[i], state->viewport.zoom) + 5, 1.5, &ring);
        draw_label (self, snapshot, i, TRUE);
      }
}

static void
light_pick (QdTopologyOverlay *self, GtkSnapshot *snapshot, QdPick pick)
{
  if (pick.kind == QD_PICK_NODE)
    light_node (self, snapshot, pick.index);
  else if (pick.kind == QD_PICK_EDGE)
    light_edge (self, snapshot, pick.index);
}

static void
draw_selection (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  const QdTopologyState *state = self->state;
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (style);
  GdkRGBA soft = *accent;

  soft.alpha = 0.35f;
  if (state->selected.kind == QD_PICK_EDGE)
    {
      const QdGraphEdge *edge = &state->scene->edges[state->selected.index];

      draw_edge (self, snapshot, state->selected.index, &soft);
      if (edge->src < state->scene->n_nodes && edge->dst < state->scene->n_nodes)
        {
          draw_node (self, snapshot, edge->src);
          draw_node (self, snapshot, edge->dst);
          draw_label (self, snapshot, edge->src, TRUE);
          draw_label (self, snapshot, edge->dst, TRUE);
        }
    }
  else if (state->selected.kind == QD_PICK_NODE)
    {
      const QdGraphNode *node = &state->scene->nodes[state->selected.index];
      graphene_point_t at = place_of (self, get_places (self)[state->selected.index]);
      double r = qd_graph_node_radius (node, state->viewport.zoom) + (node->kind == 1 || node->kind == 2 ? 7 : 5);

      draw_ring (snapshot, at, r + 3, 4, &soft);
      draw_ring (snapshot, at, r, 2, accent);
      draw_node (self, snapshot, state->selected.index);
      draw_label (self, snapshot, state->selected.index, TRUE);
    }
}

static void
draw_focus (QdTopologyOverlay *self, GtkSnapshot *snapshot)
{
  const QdTopologyState *state = self->state;
  g_autoptr (GdkRGBA) accent = NULL;
  const QdGraphNode *node;
  graphene_point_t at;

  if (state->focus.kind == QD_PICK_NOTHING || !gtk_widget_has_visible_focus (gtk_widget_get_parent (GTK_WIDGET (self))))
    return;
  accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  if (state->focus.kind == QD_PICK_EDGE)
    {
      accent->alpha = 0.5f;
      draw_edge (self, snapshot, state->focus.index, accent);
      return;
    }
  node = &state->scene->nodes[state->focus.index];
  at = place_of (self, state->scene->positions[state->focus.index]);
  draw_ring (snapshot, at, qd_graph_node_radius (node, state->viewport.zoom) + 11, 2, accent);
  draw_label (self, snapshot, state->focus.index, TRUE);
}

static void
qd_topology_overlay_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdTopologyOverlay *self = QD_TOPOLOGY_OVERLAY (widget);
  const QdTopologyState *state = self->state;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (state->scene == NULL || state->scene->n_nodes == 0)
    return;
  self->n_labels = 0;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (state->fade > 0 && (state->hover.kind != QD_PICK_NOTHING || state->hits || state->carried))
    {
      GdkRGBA veil = qd_topology_rgba (state->theme.background, state->fade * (state->theme.high_contrast ? 0.6 : 0.78));
      gtk_snapshot_append_color (snapshot, &veil, &GRAPHENE_RECT_INIT (0, 0, width, height));
    }
  if (state->hits)
    light_hits (self, snapshot);
  if (state->route)
    draw_route (self, snapshot);
  if (state->glows)
    draw_glows (self, snapshot);
  if (state->marks)
    draw_marks (self, snapshot);
  draw_selection (self, snapshot);
  if (state->carried)
    light_carried (self, snapshot);
  if (state->banding)
    draw_band (self, snapshot);
  light_pick (self, snapshot, state->hover);
  draw_focus (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

static void
qd_topology_overlay_finalize (GObject *object)
{
  g_hash_table_unref (QD_TOPOLOGY_OVERLAY (object)->symbols);
  g_free (QD_TOPOLOGY_OVERLAY (object)->labels);
  g_clear_pointer (&QD_TOPOLOGY_OVERLAY (object)->labels_scene, qd_scene_unref);
  G_OBJECT_CLASS (qd_topology_overlay_parent_class)->finalize (object);
}

static void
qd_topology_overlay_class_init (QdTopologyOverlayClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_topology_overlay_finalize;
  widget_class->snapshot = qd_topology_overlay_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_topology_overlay_init (QdTopologyOverlay *self)
{
  self->symbols = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
qd_topology_overlay_new (const QdTopologyState *state)
{
  QdTopologyOverlay *self = g_object_new (QD_TYPE_TOPOLOGY_OVERLAY, NULL);

  self->state = state;
  return GTK_WIDGET (self);
}
