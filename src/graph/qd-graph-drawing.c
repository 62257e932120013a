/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-drawing-private.h"

#include <math.h>

#include "qd-graph-style.h"

static void
shape_clear (gpointer data)
{
  QdDrawingShape *self = data;

  g_mutex_clear (&self->lock);
  g_clear_pointer (&self->bins, qd_graph_bins_free);
  g_clear_pointer (&self->map, qd_geo_map_unref);
  g_free (self->positions);
}

static void
labels_clear (gpointer data)
{
  QdDrawingLabels *self = data;

  g_mutex_clear (&self->lock);
  g_free (self->boxes);
  g_free (self->shown);
}

static QdDrawingLabels *
labels_new (void)
{
  QdDrawingLabels *self = g_atomic_rc_box_new0 (QdDrawingLabels);

  g_mutex_init (&self->lock);
  return self;
}

static QdGraphDrawing *
drawing_new (QdGraph *graph, const QdGraphTheme *theme, double zoom, double scale)
{
  QdGraphDrawing *self = g_new0 (QdGraphDrawing, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->graph = qd_graph_ref (graph);
  self->theme = *theme;
  self->zoom = zoom;
  self->scale = scale;
  return self;
}

static QdDrawingShape *
shape_new (QdGraph *graph, const QdPoint *positions)
{
  QdDrawingShape *self = g_atomic_rc_box_new0 (QdDrawingShape);
  guint n;

  qd_graph_nodes (graph, &n);
  g_mutex_init (&self->lock);
  self->positions = g_memdup2 (positions, n * sizeof *positions);
  return self;
}

QdGraphDrawing *
qd_graph_drawing_new (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme, double zoom, double scale)
{
  QdGraphDrawing *self;

  if (!(zoom > 0) || !(scale > 0) || !isfinite (zoom) || !isfinite (scale))
    return NULL;
  self = drawing_new (graph, theme, zoom, scale);
  self->shape = shape_new (graph, positions);
  self->labels = labels_new ();
  return self;
}

void
qd_graph_drawing_set_map (QdGraphDrawing *self, QdGeoMap *map)
{
  g_clear_pointer (&self->shape->map, qd_geo_map_unref);
  self->shape->map = qd_geo_map_ref (map);
}

/* Labels hang on what each node says and how much it matters. */
static gboolean
labels_stay (QdGraph *one, QdGraph *two)
{
  guint n, m;
  const QdGraphNode *a = qd_graph_nodes (one, &n), *b = qd_graph_nodes (two, &m);

  if (n != m)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (a[i].status != b[i].status || a[i].kind != b[i].kind || a[i].degree != b[i].degree ||
        a[i].dim != b[i].dim ||
        g_strcmp0 (a[i].label, b[i].label) != 0)
      return FALSE;
  return TRUE;
}

/* A sign reaches further than its edge, and labels keep off it. */
static gboolean
signs_stay (QdGraph *one, QdGraph *two)
{
  guint n, m;
  const QdGraphEdge *a = qd_graph_edges (one, &n), *b = qd_graph_edges (two, &m);

  for (guint i = 0; i < MIN (n, m); i++)
    if ((a[i].mark != QD_GRAPH_PLAIN) != (b[i].mark != QD_GRAPH_PLAIN) || (a[i].mark != QD_GRAPH_PLAIN && a[i].dim != b[i].dim))
      return FALSE;
  return n == m;
}

QdGraphDrawing *
qd_graph_drawing_update (QdGraphDrawing *self, QdGraph *graph)
{
  QdGraphDrawing *other = drawing_new (graph, &self->theme, self->zoom, self->scale);

  if (signs_stay (self->graph, graph))
    other->shape = g_atomic_rc_box_acquire (self->shape);
  else
    {
      other->shape = shape_new (graph, self->shape->positions);
      other->shape->map = self->shape->map ? qd_geo_map_ref (self->shape->map) : NULL;
    }
  other->labels = other->shape == self->shape && labels_stay (self->graph, graph) ? g_atomic_rc_box_acquire (self->labels) : labels_new ();
  return other;
}

QdGraphDrawing *
qd_graph_drawing_ref (QdGraphDrawing *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_graph_drawing_unref (QdGraphDrawing *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_atomic_rc_box_release_full (self->shape, shape_clear);
  g_atomic_rc_box_release_full (self->labels, labels_clear);
  qd_graph_unref (self->graph);
  g_free (self);
}

const QdDrawingShape *
qd_graph_drawing_get_shape (QdGraphDrawing *self)
{
  QdDrawingShape *shape = self->shape;

  g_mutex_lock (&shape->lock);
  if (shape->bins == NULL)
    {
      shape->calm = qd_graph_calm_strength (self->graph, shape->positions, self->zoom);
      shape->bins = qd_graph_bins_new (self->graph, shape->positions, self->zoom * self->scale, self->scale,
                                       QD_DRAWING_TILE * self->scale);
    }
  g_mutex_unlock (&shape->lock);
  return shape;
}

const QdDrawingLabels *
qd_graph_drawing_get_placed (QdGraphDrawing *self)
{
  QdDrawingLabels *labels = self->labels;
  guint n;

  g_mutex_lock (&labels->lock);
  if (labels->boxes == NULL)
    {
      qd_graph_nodes (self->graph, &n);
      labels->boxes = qd_graph_place_labels (self->graph, self->shape->positions, &self->theme, self->zoom, &labels->width);
      labels->shown = g_new (guint, MAX (n, 1));
      for (guint i = 0; i < n; i++)
        if (labels->boxes[i].shown)
          labels->shown[labels->n_shown++] = i;
    }
  g_mutex_unlock (&labels->lock);
  return labels;
}
