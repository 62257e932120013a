/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <math.h>

#define SETTLE_MS 90
/* Room about the whole, for labels: across and down. */
#define MARGIN_ACROSS 120.0
#define MARGIN_DOWN 40.0
#define MARGIN_SMALL 10.0
#define LABEL_ROOM_ACROSS 56
#define LABEL_ROOM_DOWN 22
#define INSET_STEPS 5

/* --- Moving ------------------------------------------------------------------------------------ */

/* The zoom at which all fits into @width x @height pixels. */
static double
zoom_for (QdTopologyView *self, double width, double height)
{
  const QdScene *scene = self->state.scene;
  double across = self->interactive ? MIN (MARGIN_ACROSS, width * 0.21) : MARGIN_SMALL;
  double down = self->interactive ? MARGIN_DOWN : MARGIN_SMALL;

  return CLAMP (MIN ((width - 2 * across) / MAX (scene->right - scene->left, 0.5),
                     (height - 2 * down) / MAX (scene->bottom - scene->top, 0.5)), 0.5, 130);
}

/* TRUE when nothing of the picture would lie under what covers the lower start corner. */
static gboolean
spares_inset (QdTopologyView *self, const QdViewport *viewport, int width, int height)
{
  const QdScene *scene = self->state.scene;
  gboolean ltr = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_LTR;

  for (guint i = 0; i < scene->n_nodes && self->inset_height > 0; i++)
    {
      double x = qd_viewport_to_x (viewport, width, scene->positions[i].x);
      double y = qd_viewport_to_y (viewport, height, scene->positions[i].y);

      if (y > height - self->inset_height - LABEL_ROOM_DOWN &&
          (ltr ? x < self->inset_width + LABEL_ROOM_ACROSS : x > width - self->inset_width - LABEL_ROOM_ACROSS))
        return FALSE;
    }
  return TRUE;
}

/* All of the picture, as large as can be, in the middle or no farther from it than what covers the
 * corner demands: beside that or above it. */
QdViewport
qd_topology_view_whole (QdTopologyView *self)
{
  const QdScene *scene = self->state.scene;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double towards_end = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_LTR ? -1 : 1;
  const QdViewport middle = { (scene->left + scene->right) / 2, (scene->top + scene->bottom) / 2, 40 };
  QdViewport best = middle;

  if (width <= 0 || height <= 0)
    return middle;
  best.zoom = 0;
  for (int step = 0; step <= INSET_STEPS; step++)
    {
      double across = MIN (self->inset_width + LABEL_ROOM_ACROSS, width / 2) * step / INSET_STEPS;
      double down = MIN (self->inset_height + LABEL_ROOM_DOWN, height / 2) * step / INSET_STEPS;
      QdViewport beside = middle, above = middle;

      beside.zoom = zoom_for (self, width - across, height - self->inset_top);
      beside.x += towards_end * across / 2 / beside.zoom;
      beside.y -= self->inset_top / 2.0 / beside.zoom;
      above.zoom = zoom_for (self, width, height - self->inset_top - down);
      above.y += (down - self->inset_top) / 2 / above.zoom;
      if (beside.zoom > best.zoom && (step == INSET_STEPS || spares_inset (self, &beside, width, height)))
        best = beside;
      if (above.zoom > best.zoom && (step == INSET_STEPS || spares_inset (self, &above, width, height)))
        best = above;
    }
  return best;
}

double
qd_topology_view_fit_zoom (QdTopologyView *self)
{
  return self->state.scene ? qd_topology_view_whole (self).zoom : 40;
}

static gboolean
settle_cb (gpointer data)
{
  QdTopologyView *self = data;

  self->settle_id = 0;
  qd_topology_canvas_move (QD_TOPOLOGY_CANVAS (self->canvas), TRUE);
  qd_topology_figures_move (QD_TOPOLOGY_FIGURES (self->figures), TRUE);
  return G_SOURCE_REMOVE;
}

static void
moved (QdTopologyView *self)
{
  qd_topology_canvas_move (QD_TOPOLOGY_CANVAS (self->canvas), FALSE);
  qd_topology_figures_move (QD_TOPOLOGY_FIGURES (self->figures), FALSE);
  gtk_widget_queue_draw (self->overlay);
  if (self->card && gtk_widget_get_visible (self->card))
    gtk_widget_queue_allocate (GTK_WIDGET (self));
  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, settle_cb, self);
  qd_topology_view_emit_viewport (self);
}

/* Somewhere of the picture always stays in sight. */
static QdViewport
limit (QdTopologyView *self, QdViewport viewport)
{
  const QdScene *scene = self->state.scene;
  double fit = qd_topology_view_fit_zoom (self);

  viewport.zoom = CLAMP (viewport.zoom, MIN (fit * 0.6, 20), MAX (QD_TOPOLOGY_MAX_ZOOM, fit));
  if (scene)
    {
      double rim = 1 + MAX (self->inset_width, self->inset_height) / viewport.zoom;

      viewport.x = CLAMP (viewport.x, scene->left - rim, scene->right + rim);
      viewport.y = CLAMP (viewport.y, scene->top - rim, scene->bottom + rim);
    }
  return viewport;
}

void
qd_topology_view_go (QdTopologyView *self, QdViewport viewport)
{
  self->state.viewport = limit (self, viewport);
  moved (self);
}

void
qd_topology_view_move_to (QdTopologyView *self, QdViewport viewport)
{
  adw_animation_reset (self->glide);
  self->fitted = FALSE;
  qd_topology_view_go (self, viewport);
}

/* Zooming is about the one point that both viewports show at the same place. */
void
qd_topology_view_glide_cb (double t, gpointer data)
{
  QdTopologyView *self = data;
  QdViewport a = self->from, b = self->to, at = b;

  if (t <= 0)
    return;
  at.zoom = a.zoom * pow (b.zoom / a.zoom, t);
  if (fabs (b.zoom / a.zoom - 1) < 0.01)
    {
      at.x = a.x + (b.x - a.x) * t;
      at.y = a.y + (b.y - a.y) * t;
    }
  else
    {
      double px = (b.x * b.zoom - a.x * a.zoom) / (b.zoom - a.zoom);
      double py = (b.y * b.zoom - a.y * a.zoom) / (b.zoom - a.zoom);

      at.x = px + (a.x - px) * a.zoom / at.zoom;
      at.y = py + (a.y - py) * a.zoom / at.zoom;
    }
  qd_topology_view_go (self, at);
}

void
qd_topology_view_glide_to (QdTopologyView *self, QdViewport viewport)
{
  adw_animation_pause (self->glide);
  self->from = self->state.viewport;
  self->to = limit (self, viewport);
  self->fitted = FALSE;
  adw_animation_reset (self->glide);
  adw_animation_play (self->glide);
}

QdViewport
qd_topology_view_zoom_at (QdTopologyView *self, const QdViewport *viewport, double factor, double x, double y)
{
  double dx = x - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  double dy = y - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  QdViewport next = *viewport;

  next.zoom = viewport->zoom * factor;
  next = limit (self, next);
  next.x = viewport->x + dx / viewport->zoom - dx / next.zoom;
  next.y = viewport->y + dy / viewport->zoom - dy / next.zoom;
  return next;
}

void
qd_topology_view_fit (QdTopologyView *self)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  if (self->state.scene == NULL)
    return;
  qd_topology_view_glide_to (self, qd_topology_view_whole (self));
  self->fitted = TRUE;
}

void
qd_topology_view_zoom_to (QdTopologyView *self, const guint *nodes, guint n)
{
  const QdScene *scene;
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  QdViewport next;

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  scene = self->state.scene;
  if (scene == NULL || n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      left = MIN (left, scene->positions[nodes[i]].x);
      right = MAX (right, scene->positions[nodes[i]].x);
      top = MIN (top, scene->positions[nodes[i]].y);
      bottom = MAX (bottom, scene->positions[nodes[i]].y);
    }
  next = (QdViewport) { (left + right) / 2, (top + bottom) / 2, 0 };
  next.zoom = MIN ((width - 2 * MARGIN_ACROSS) / MAX (right - left, 1), (height - 4 * MARGIN_DOWN) / MAX (bottom - top, 1));
  /* One node alone does not fill the window. */
  next.zoom = CLAMP (next.zoom, 2, MAX (90, self->state.viewport.zoom));
  qd_topology_view_glide_to (self, next);
}

gboolean
qd_topology_view_sees_all (QdTopologyView *self)
{
  const QdScene *scene = self->state.scene;
  const QdViewport *at = &self->state.viewport;
  double w, h;

  if (scene == NULL || !(at->zoom > 0))
    return TRUE;
  w = gtk_widget_get_width (GTK_WIDGET (self)) / at->zoom / 2;
  h = gtk_widget_get_height (GTK_WIDGET (self)) / at->zoom / 2;
  return scene->left >= at->x - w && scene->right <= at->x + w && scene->top >= at->y - h && scene->bottom <= at->y + h;
}

void
qd_topology_view_set_inset_top (QdTopologyView *self, int height)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  if (height == self->inset_top)
    return;
  self->inset_top = height;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
qd_topology_view_set_inset (QdTopologyView *self, int width, int height)
{
  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  if (width == self->inset_width && height == self->inset_height)
    return;
  self->inset_width = width;
  self->inset_height = height;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
qd_topology_view_zoom_by (QdTopologyView *self, double factor)
{
  QdViewport from;

  g_return_if_fail (QD_IS_TOPOLOGY_VIEW (self));

  /* Several in a row add up, though the first is still gliding. */
  from = adw_animation_get_state (self->glide) == ADW_ANIMATION_PLAYING ? self->to : self->state.viewport;
  qd_topology_view_glide_to (self, qd_topology_view_zoom_at (self, &from, factor,
                                                             gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                                                             gtk_widget_get_height (GTK_WIDGET (self)) / 2.0));
}

void
qd_topology_view_get_viewport (QdTopologyView *self, QdViewport *viewport)
{
  *viewport = self->state.viewport;
}

void
qd_topology_view_set_viewport (QdTopologyView *self, const QdViewport *viewport)
{
  qd_topology_view_move_to (self, *viewport);
}

gboolean
qd_topology_view_is_settled (QdTopologyView *self)
{
  return self->settle_id == 0 && adw_animation_get_state (self->glide) != ADW_ANIMATION_PLAYING &&
         qd_topology_canvas_is_complete (QD_TOPOLOGY_CANVAS (self->canvas));
}
