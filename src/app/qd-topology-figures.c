/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-figures.h"

#include <math.h>

#include "qd-status.h"

#define MAX_FIGURES 60
#define REFRESH_S 1
#define PAD 4
#define LABEL_ROOM 20           /* below and above a node, where its label may stand */

typedef struct {
  QdPoint at;                   /* of its middle, in units: it moves with the picture */
  PangoLayout *layout;
  int width, height;
} Figure;

struct _QdTopologyFigures {
  GtkWidget parent_instance;

  const QdTopologyState *state; /* the view's */
  char *(*tell) (QdPick pick, gpointer data);
  gpointer data;
  GArray *placed;               /* of Figure */
  double zoom;                  /* at which they were placed */
  guint timer;
};

G_DEFINE_FINAL_TYPE (QdTopologyFigures, qd_topology_figures, GTK_TYPE_WIDGET)

static void
figure_clear (gpointer data)
{
  g_clear_object (&((Figure *) data)->layout);
}

/* --- Where there is room ----------------------------------------------------------------------- */

static gboolean
is_free (GArray *taken, const graphene_rect_t *box)
{
  for (guint i = 0; i < taken->len; i++)
    if (graphene_rect_intersection (&g_array_index (taken, graphene_rect_t, i), box, NULL))
      return FALSE;
  return TRUE;
}

/* The nodes in sight, with room for their labels. */
static void
take_nodes (QdTopologyFigures *self, GArray *taken, int width, int height)
{
  const QdScene *scene = self->state->scene;

  for (guint i = 0; i < scene->n_nodes; i++)
    {
      double r = qd_graph_node_radius (&scene->nodes[i], self->state->viewport.zoom) + 4;
      double x = qd_viewport_to_x (&self->state->viewport, width, scene->positions[i].x);
      double y = qd_viewport_to_y (&self->state->viewport, height, scene->positions[i].y);
      graphene_rect_t box = GRAPHENE_RECT_INIT ((float) (x - r), (float) (y - r - LABEL_ROOM), (float) (2 * r), (float) (2 * (r + LABEL_ROOM)));

      if (x > -r && y > -r && x < width + r && y < height + r)
        g_array_append_val (taken, box);
    }
}

/* Shortens the line to what lies within the widget (after Liang and Barsky). FALSE: none of it does. */
static gboolean
clip_line (double *x0, double *y0, double *x1, double *y1, int width, int height)
{
  double dx = *x1 - *x0, dy = *y1 - *y0, from = 0, to = 1, x = *x0, y = *y0;
  const double p[4] = { -dx, dx, -dy, dy }, q[4] = { x, width - x, y, height - y };

  for (guint i = 0; i < 4; i++)
    {
      if (p[i] == 0 && q[i] < 0)
        return FALSE;
      if (p[i] < 0)
        from = MAX (from, q[i] / p[i]);
      else if (p[i] > 0)
        to = MIN (to, q[i] / p[i]);
    }
  if (from >= to)
    return FALSE;
  *x0 = x + from * dx;
  *y0 = y + from * dy;
  *x1 = x + to * dx;
  *y1 = y + to * dy;
  return TRUE;
}

/* The middle of what is seen of edge @i, in pixels. FALSE when that is too short to bear a figure. */
static gboolean
find_middle (QdTopologyFigures *self, guint i, int width, int height, double *x, double *y)
{
  const QdScene *scene = self->state->scene;
  const QdViewport *viewport = &self->state->viewport;
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint n = qd_graph_edge_course (scene->graph, scene->positions, i, points);
  double x0, y0, x1, y1, bow_x, bow_y;

  if (n < 2 || scene->edges[i].src == scene->edges[i].dst)
    return FALSE;
  x0 = qd_viewport_to_x (viewport, width, points[0].x);
  y0 = qd_viewport_to_y (viewport, height, points[0].y);
  x1 = qd_viewport_to_x (viewport, width, points[n - 1].x);
  y1 = qd_viewport_to_y (viewport, height, points[n - 1].y);
  /* How far the middle of a bow lies beside the line between its ends. */
  bow_x = qd_viewport_to_x (viewport, width, points[n / 2].x) - (x0 + x1) / 2;
  bow_y = qd_viewport_to_y (viewport, height, points[n / 2].y) - (y0 + y1) / 2;
  if (!clip_line (&x0, &y0, &x1, &y1, width, height) || hypot (x1 - x0, y1 - y0) < 90)
    return FALSE;
  *x = (x0 + x1) / 2 + (n > 2 ? bow_x : 0);
  *y = (y0 + y1) / 2 + (n > 2 ? bow_y : 0);
  return TRUE;
}

static void
place (QdTopologyFigures *self, GArray *taken, guint edge, int width, int height)
{
  const QdViewport *viewport = &self->state->viewport;
  g_autofree char *text = NULL;
  g_autoptr (PangoLayout) layout = NULL;
  graphene_rect_t box;
  Figure figure;
  double x, y;

  if (!find_middle (self, edge, width, height, &x, &y))
    return;
  text = self->tell ((QdPick) { QD_PICK_EDGE, edge }, self->data);
  if (text == NULL)
    return;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  pango_layout_get_pixel_size (layout, &figure.width, &figure.height);
  box = GRAPHENE_RECT_INIT ((float) (x - figure.width / 2.0 - PAD), (float) (y - figure.height / 2.0 - 1),
                            (float) (figure.width + 2 * PAD), (float) (figure.height + 2));
  if (!is_free (taken, &box))
    return;
  g_array_append_val (taken, box);
  figure.at = (QdPoint) { (float) ((x - width / 2.0) / viewport->zoom + viewport->x), (float) ((y - height / 2.0) / viewport->zoom + viewport->y) };
  figure.layout = g_steal_pointer (&layout);
  g_array_append_val (self->placed, figure);
}

static gboolean
needs_attention (const QdGraphEdge *edge)
{
  return edge->mark != QD_GRAPH_PLAIN || (edge->status > QD_STATUS_WELL && edge->status <= QD_STATUS_DOWN);
}

static void
choose (QdTopologyFigures *self)
{
  const QdScene *scene = self->state->scene;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));

  g_array_set_size (self->placed, 0);
  self->zoom = self->state->viewport.zoom;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (scene == NULL || self->tell == NULL || self->zoom < QD_TOPOLOGY_FIGURES_ZOOM || width <= 0 || height <= 0)
    return;
  take_nodes (self, taken, width, height);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < scene->n_edges && self->placed->len < MAX_FIGURES; i++)
      if (needs_attention (&scene->edges[i]) == (pass == 0) && !scene->edges[i].dim)
        place (self, taken, i, width, height);
}

/* --- As a widget ------------------------------------------------------------------------------- */

static gboolean
refresh_cb (gpointer data)
{
  QdTopologyFigures *self = data;

  choose (self);
  if (self->placed->len > 0)
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

static void
qd_topology_figures_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&QD_TOPOLOGY_FIGURES (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (qd_topology_figures_parent_class)->unmap (widget);
}

static void
qd_topology_figures_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (qd_topology_figures_parent_class)->map (widget);
  qd_topology_figures_move (QD_TOPOLOGY_FIGURES (widget), TRUE);
}

static void
qd_topology_figures_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdTopologyFigures *self = QD_TOPOLOGY_FIGURES (widget);
  const QdTopologyState *state = self->state;
  GdkRGBA paper = qd_topology_rgba (state->theme.background, 0.85), ink = qd_topology_rgba (state->theme.foreground, 1);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  /* At another zoom they would not be where there is room. */
  if (fabs (state->viewport.zoom / MAX (self->zoom, 1e-6) - 1) > 1e-6)
    return;
  for (guint i = 0; i < self->placed->len; i++)
    {
      const Figure *figure = &g_array_index (self->placed, Figure, i);
      float left = (float) round (qd_viewport_to_x (&state->viewport, width, figure->at.x) - figure->width / 2.0);
      float top = (float) round (qd_viewport_to_y (&state->viewport, height, figure->at.y) - figure->height / 2.0);

      gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT (left - PAD, top - 1, figure->width + 2 * PAD, figure->height + 2));
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (left, top));
      gtk_snapshot_append_layout (snapshot, figure->layout, &ink);
      gtk_snapshot_restore (snapshot);
    }
}

static void
qd_topology_figures_finalize (GObject *object)
{
  g_array_unref (QD_TOPOLOGY_FIGURES (object)->placed);
  G_OBJECT_CLASS (qd_topology_figures_parent_class)->finalize (object);
}

static void
qd_topology_figures_class_init (QdTopologyFiguresClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_topology_figures_finalize;
  widget_class->map = qd_topology_figures_map;
  widget_class->unmap = qd_topology_figures_unmap;
  widget_class->snapshot = qd_topology_figures_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_topology_figures_init (QdTopologyFigures *self)
{
  self->placed = g_array_new (FALSE, FALSE, sizeof (Figure));
  g_array_set_clear_func (self->placed, figure_clear);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self), "numeric");
}

GtkWidget *
qd_topology_figures_new (const QdTopologyState *state)
{
  QdTopologyFigures *self = g_object_new (QD_TYPE_TOPOLOGY_FIGURES, NULL);

  self->state = state;
  return GTK_WIDGET (self);
}

void
qd_topology_figures_set_tell (QdTopologyFigures *self, char *(*tell) (QdPick pick, gpointer data), gpointer data)
{
  self->tell = tell;
  self->data = data;
  qd_topology_figures_move (self, TRUE);
}

void
qd_topology_figures_move (QdTopologyFigures *self, gboolean settled)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  /* What nobody sees is placed when it is seen. */
  if (!settled || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  choose (self);
  if (self->placed->len == 0)
    g_clear_handle_id (&self->timer, g_source_remove);
  else if (self->timer == 0)
    self->timer = g_timeout_add_seconds (REFRESH_S, refresh_cb, self);
}

guint
qd_topology_figures_get_n (QdTopologyFigures *self)
{
  return self->placed->len;
}

const char *
qd_topology_figures_get_text (QdTopologyFigures *self, guint i)
{
  return i < self->placed->len ? pango_layout_get_text (g_array_index (self->placed, Figure, i).layout) : NULL;
}
