/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-private.h"

#include <math.h>

#define MIN_LEVEL_AGE_US (120 * 1000)
#define PATIENCE_US (150 * 1000)
#define BASE_SIDE 640.0

/* The picture itself. Three levels lie over one another: a coarse one of the whole, so that there is
 * always something; the one before, scaled, until the present one is complete; and the present one. */
struct _QdTopologyCanvas {
  GtkWidget parent_instance;

  const QdTopologyState *state;   /* the view's */
  QdTileLevel *base, *before, *now;
  gint64 now_since;
  double rest_zoom;               /* the zoom when the viewport moved last, */
  gint64 rest_since;              /* and since when it has been that */
  gboolean complete;
  gboolean base_complete;         /* it has been, once */
};

G_DEFINE_FINAL_TYPE (QdTopologyCanvas, qd_topology_canvas, GTK_TYPE_WIDGET)

static double
get_scale (QdTopologyCanvas *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));
  GdkSurface *surface = native ? gtk_native_get_surface (native) : NULL;

  return surface ? gdk_surface_get_scale (surface) : gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static void
ready_cb (gpointer data)
{
  gtk_widget_queue_draw (data);
}

static void
drop_levels (QdTopologyCanvas *self)
{
  g_clear_pointer (&self->base, qd_tile_level_close);
  g_clear_pointer (&self->before, qd_tile_level_close);
  g_clear_pointer (&self->now, qd_tile_level_close);
}

static void
add_base (QdTopologyCanvas *self)
{
  const QdScene *scene = self->state->scene;
  double side = MAX (MAX (scene->right - scene->left, scene->bottom - scene->top), 1);
  QdGraphTheme theme = self->state->theme;

  /* Scaled up, letters would only be smears. */
  theme.font[0] = '\0';
  self->base_complete = FALSE;
  self->base = qd_tile_level_new (self->state->scene, &theme, MIN (BASE_SIDE / side, 60), 1, ready_cb, self);
}

static void
add_level (QdTopologyCanvas *self)
{
  QdTileLevel *level = qd_tile_level_new (self->state->scene, &self->state->theme, self->state->viewport.zoom,
                                          get_scale (self), ready_cb, self);

  /* A level that never got anywhere is no help as a stand-in. */
  if (self->now && (self->complete || self->before == NULL))
    {
      g_clear_pointer (&self->before, qd_tile_level_close);
      self->before = g_steal_pointer (&self->now);
    }
  g_clear_pointer (&self->now, qd_tile_level_close);
  self->now = level;
  self->now_since = g_get_monotonic_time ();
  self->complete = FALSE;
}

/* Only where no tile of @top will lie. */
static void
draw_paper (QdTopologyCanvas *self, GtkSnapshot *snapshot, QdTileLevel *top, int width, int height)
{
  GdkRGBA paper = qd_topology_rgba (self->state->theme.background, 1);
  cairo_region_t *bare = qd_tile_level_find_bare (top, &self->state->viewport, width, height);

  for (int i = 0; i < cairo_region_num_rectangles (bare); i++)
    {
      cairo_rectangle_int_t box;

      cairo_region_get_rectangle (bare, i, &box);
      gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT ((float) box.x, (float) box.y, (float) box.width, (float) box.height));
    }
  cairo_region_destroy (bare);
}

/* The new level comes as a whole where that is soon: two of them in one frame cost more than one, and look
 * patched. Who waits longer sees it come piece by piece. */
static gboolean
waits_for_whole (QdTopologyCanvas *self)
{
  return self->before != NULL && !self->complete && g_get_monotonic_time () - self->now_since < PATIENCE_US;
}

/* What is below a tile is not drawn: without a graphics card, each layer costs as much as all the rest of a frame. */
static void
draw_levels (QdTopologyCanvas *self, GtkSnapshot *snapshot, const QdViewport *viewport, int width, int height)
{
  gboolean waits = waits_for_whole (self);
  QdTileLevel *top = waits ? self->before : self->now, *below = waits ? self->now : self->before;
  GtkWidget *widget = GTK_WIDGET (self);
  double scale = get_scale (self);
  cairo_region_t *gaps = qd_tile_level_find_gaps (top, viewport, width, height);

  draw_paper (self, snapshot, top, width, height);
  if (!cairo_region_is_empty (gaps))
    {
      cairo_region_t *deep = below ? qd_tile_level_find_gaps (below, viewport, width, height) : cairo_region_copy (gaps);

      cairo_region_intersect (deep, gaps);
      qd_tile_level_draw (self->base, widget, snapshot, viewport, scale, deep);
      if (below)
        qd_tile_level_draw (below, widget, snapshot, viewport, scale, gaps);
      cairo_region_destroy (deep);
    }
  qd_tile_level_draw (top, widget, snapshot, viewport, scale, NULL);
  cairo_region_destroy (gaps);
}

static void
qd_topology_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdTopologyCanvas *self = QD_TOPOLOGY_CANVAS (widget);
  const QdTopologyState *state = self->state;
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GdkRGBA paper = qd_topology_rgba (state->theme.background, 1);
  QdViewport viewport = state->viewport;

  if (state->scene == NULL || state->scene->n_nodes == 0 || !(viewport.zoom > 0) || width <= 0 || height <= 0)
    {
      gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
      return;
    }
  if (self->now && fabs (qd_tile_level_get_scale (self->now) - get_scale (self)) > 0.001)
    drop_levels (self);
  if (self->now == NULL)
    add_level (self);
  if (self->base == NULL)
    add_base (self);

  /* Once the coarse one is there, it is drawn anew only for those who move about: not at each change. */
  if (!self->complete && (self->before != NULL || !self->base_complete))
    self->base_complete |= qd_tile_level_want (self->base, &viewport, width, height);
  self->complete = qd_tile_level_want (self->now, &viewport, width, height);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw_levels (self, snapshot, &viewport, width, height);
  gtk_snapshot_pop (snapshot);
  if (self->complete)
    {
      g_clear_pointer (&self->before, qd_tile_level_close);
      qd_tile_level_trim (self->now, &viewport, width, height);
    }
}

static void
qd_topology_canvas_unrealize (GtkWidget *widget)
{
  drop_levels (QD_TOPOLOGY_CANVAS (widget));
  GTK_WIDGET_CLASS (qd_topology_canvas_parent_class)->unrealize (widget);
}

static void
qd_topology_canvas_dispose (GObject *object)
{
  drop_levels (QD_TOPOLOGY_CANVAS (object));
  G_OBJECT_CLASS (qd_topology_canvas_parent_class)->dispose (object);
}

static void
qd_topology_canvas_class_init (QdTopologyCanvasClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_topology_canvas_dispose;
  widget_class->snapshot = qd_topology_canvas_snapshot;
  widget_class->unrealize = qd_topology_canvas_unrealize;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_topology_canvas_init (QdTopologyCanvas *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
qd_topology_canvas_new (const QdTopologyState *state)
{
  QdTopologyCanvas *self = g_object_new (QD_TYPE_TOPOLOGY_CANVAS, NULL);

  self->state = state;
  return GTK_WIDGET (self);
}

void
qd_topology_canvas_reset (QdTopologyCanvas *self)
{
  drop_levels (self);
  self->complete = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The box of what a pick's look may reach, in units: a node with its label, an edge with its bow. */
static void
touch_one (QdTopologyCanvas *self, QdTileLevel *level, QdPick pick)
{
  const QdScene *scene = self->state->scene;
  double pixel = 1 / qd_tile_level_get_zoom (level);
  QdPoint points[QD_GRAPH_MAX_COURSE];
  double left, top, right, bottom;
  guint n;

  if (pick.kind == QD_PICK_NODE)
    {
      /* Which labels have room depends on what is wrong, so they may change anywhere. */
      qd_tile_level_touch (level, -G_MAXDOUBLE, -G_MAXDOUBLE, G_MAXDOUBLE, G_MAXDOUBLE);
      return;
    }
  n = qd_graph_edge_course (scene->graph, scene->positions, pick.index, points);
  left = top = G_MAXDOUBLE;
  right = bottom = -G_MAXDOUBLE;
  for (guint i = 1; i < n; i++)
    {
      /* In pieces: a long slanting edge touches few of the tiles in its box. */
      guint steps = (guint) CLAMP (hypot (points[i].x - points[i - 1].x, points[i].y - points[i - 1].y) / pixel / 128, 1, 64);

      for (guint k = 0; k < steps; k++)
        {
          double t0 = (double) k / steps, t1 = (double) (k + 1) / steps;
          double x0 = points[i - 1].x + t0 * (points[i].x - points[i - 1].x);
          double x1 = points[i - 1].x + t1 * (points[i].x - points[i - 1].x);
          double y0 = points[i - 1].y + t0 * (points[i].y - points[i - 1].y);
          double y1 = points[i - 1].y + t1 * (points[i].y - points[i - 1].y);

          left = MIN (x0, x1) - 4 * pixel;
          right = MAX (x0, x1) + 4 * pixel;
          top = MIN (y0, y1) - 4 * pixel;
          bottom = MAX (y0, y1) + 4 * pixel;
          qd_tile_level_touch (level, left, top, right, bottom);
        }
    }
}

void
qd_topology_canvas_touch (QdTopologyCanvas *self, const QdPick *picks, guint n)
{
  QdTileLevel *levels[] = { self->base, self->now };
  gboolean any_node = FALSE;

  for (guint i = 0; i < n; i++)
    any_node |= picks[i].kind == QD_PICK_NODE;
  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      if (levels[l] == NULL)
        continue;
      qd_tile_level_set_scene (levels[l], self->state->scene);
      for (guint i = 0; i < n; i++)
        if (!any_node || picks[i].kind == QD_PICK_NODE)
          {
            touch_one (self, levels[l], picks[i]);
            if (any_node)
              break;
          }
    }
  g_clear_pointer (&self->before, qd_tile_level_close);
  self->complete = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Whoever pans on after zooming sees scaled tiles no longer than the zoom takes to come to rest. */
static gboolean
is_at_rest (QdTopologyCanvas *self, double zoom)
{
  gint64 now = g_get_monotonic_time ();

  if (zoom != self->rest_zoom)
    {
      self->rest_zoom = zoom;
      self->rest_since = now;
    }
  return now - self->rest_since > MIN_LEVEL_AGE_US;
}

void
qd_topology_canvas_move (QdTopologyCanvas *self, gboolean settled)
{
  double zoom = self->state->viewport.zoom;
  gboolean rests = is_at_rest (self, zoom);

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->now == NULL || self->state->scene == NULL)
    return;
  if (fabs (qd_tile_level_get_zoom (self->now) / zoom - 1) > 1e-6)
    {
      double ratio = qd_tile_level_get_zoom (self->now) / zoom;
      gboolean far = ratio > 1.6 || ratio < 0.62;

      if (settled || rests || (far && g_get_monotonic_time () - self->now_since > MIN_LEVEL_AGE_US))
        add_level (self);
    }
}

gboolean
qd_topology_canvas_is_complete (QdTopologyCanvas *self)
{
  if (self->state->scene == NULL || self->state->scene->n_nodes == 0)
    return TRUE;
  return self->complete && self->now && fabs (qd_tile_level_get_zoom (self->now) / self->state->viewport.zoom - 1) < 1e-6;
}
