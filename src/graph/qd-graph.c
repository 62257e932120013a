/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-private.h"

#include <math.h>
#include <string.h>

struct _QdGraph {
  gatomicrefcount ref_count;
  QdGraph *original;     /* whose strings these are; NULL: they are its own */
  guint n_nodes, n_edges;
  QdGraphNode *nodes;
  QdGraphEdge *edges;
  QdGraphAttribute *attributes;
  guint n_attributes;

  GMutex lock;
  gint8 *lanes;          /* by edge, made when first asked for */
};

/**
 * qd_graph_new:
 * @n_nodes: how many nodes
 * @n_edges: how many edges
 *
 * Makes a graph whose nodes and edges are zeroed, with unknown coordinates and figures.
 * The strings put into it belong to it.
 */
QdGraph *
qd_graph_new (guint n_nodes, guint n_edges)
{
  QdGraph *self = g_new0 (QdGraph, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->n_nodes = n_nodes;
  self->n_edges = n_edges;
  self->nodes = g_new0 (QdGraphNode, n_nodes);
  self->edges = g_new0 (QdGraphEdge, n_edges);
  for (guint i = 0; i < n_nodes; i++)
    self->nodes[i].latitude = self->nodes[i].longitude = NAN;
  for (guint i = 0; i < n_edges; i++)
    self->edges[i].score = self->edges[i].capacity_mbps = self->edges[i].latency_ms = self->edges[i].loss_pct = NAN;
  return self;
}

/**
 * qd_graph_copy:
 * @self: a graph
 *
 * Makes a graph of the same things between the same ends, which may then be made to look otherwise
 * (not to be called otherwise: strings are shared with @self). What is said of the whole is left out. Any thread.
 */
QdGraph *
qd_graph_copy (QdGraph *self)
{
  QdGraph *copy = g_new0 (QdGraph, 1);

  g_atomic_ref_count_init (&copy->ref_count);
  g_mutex_init (&copy->lock);
  copy->original = qd_graph_ref (self->original ? self->original : self);
  copy->n_nodes = self->n_nodes;
  copy->n_edges = self->n_edges;
  copy->nodes = g_memdup2 (self->nodes, self->n_nodes * sizeof (QdGraphNode));
  copy->edges = g_memdup2 (self->edges, self->n_edges * sizeof (QdGraphEdge));
  return copy;
}

QdGraph *
qd_graph_ref (QdGraph *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_graph_unref (QdGraph *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_nodes && self->original == NULL; i++)
    {
      g_free (self->nodes[i].id);
      g_free (self->nodes[i].label);
      g_free (self->nodes[i].cluster);
      qd_graph_attributes_free (self->nodes[i].attributes, self->nodes[i].n_attributes);
    }
  for (guint i = 0; i < self->n_edges && self->original == NULL; i++)
    {
      g_free (self->edges[i].id);
      qd_graph_attributes_free (self->edges[i].attributes, self->edges[i].n_attributes);
    }
  qd_graph_attributes_free (self->attributes, self->n_attributes);
  g_free (self->nodes);
  g_free (self->edges);
  g_free (self->lanes);
  g_clear_pointer (&self->original, qd_graph_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

QdGraphNode *
qd_graph_nodes (QdGraph *self, guint *n)
{
  if (n)
    *n = self->n_nodes;
  return self->nodes;
}

QdGraphEdge *
qd_graph_edges (QdGraph *self, guint *n)
{
  if (n)
    *n = self->n_edges;
  return self->edges;
}

QdGraphAttribute *
qd_graph_attributes (QdGraph *self, guint *n)
{
  if (n)
    *n = self->n_attributes;
  return self->attributes;
}

void
qd_graph_set_attributes (QdGraph *self, QdGraphAttribute *attributes, guint n)
{
  qd_graph_attributes_free (self->attributes, self->n_attributes);
  self->attributes = attributes;
  self->n_attributes = n;
}

void
qd_graph_attributes_free (QdGraphAttribute *attributes, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_ref_string_release (attributes[i].name);
      g_free (attributes[i].value);
    }
  g_free (attributes);
}

/* --- Edges that share their two ends --------------------------------------------------------- */

typedef struct { guint a, b, edge; } EndPair;

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const EndPair *l = a, *r = b;

  if (l->a != r->a)
    return l->a < r->a ? -1 : 1;
  if (l->b != r->b)
    return l->b < r->b ? -1 : 1;
  return l->edge < r->edge ? -1 : l->edge > r->edge;
}

static gint8 *
find_lanes (QdGraph *self)
{
  gint8 *lanes = g_new0 (gint8, MAX (self->n_edges, 1));
  g_autofree EndPair *pairs = g_new (EndPair, MAX (self->n_edges, 1));

  for (guint i = 0; i < self->n_edges; i++)
    pairs[i] = (EndPair) { MIN (self->edges[i].src, self->edges[i].dst),
                           MAX (self->edges[i].src, self->edges[i].dst), i };
  qsort (pairs, self->n_edges, sizeof *pairs, compare_pairs);

  for (guint i = 0, end; i < self->n_edges; i = end)
    {
      for (end = i + 1; end < self->n_edges && pairs[end].a == pairs[i].a && pairs[end].b == pairs[i].b; end++)
        ;
      /* Twice the distance from the middle, so that two edges bow by ±1 and three by -2, 0, 2. */
      for (guint k = i; k < end; k++)
        lanes[pairs[k].edge] = (gint8) CLAMP (2 * (int) (k - i) - (int) (end - i - 1), -60, 60);
    }
  return lanes;
}

const gint8 *
qd_graph_get_lanes (QdGraph *self)
{
  /* The ends are the same. */
  if (self->original)
    return qd_graph_get_lanes (self->original);
  g_mutex_lock (&self->lock);
  if (self->lanes == NULL)
    self->lanes = find_lanes (self);
  g_mutex_unlock (&self->lock);
  return self->lanes;
}

static guint
loop_course (QdPoint at, int lane, QdPoint *points)
{
  const guint n = QD_GRAPH_MAX_COURSE;
  double r = 0.13 + 0.03 * fabs ((double) lane);

  for (guint i = 0; i < n; i++)
    {
      double angle = G_PI / 2 + 2 * G_PI * i / (n - 1);
      points[i] = (QdPoint) { (float) (at.x + r * cos (angle)), (float) (at.y - r + r * sin (angle)) };
    }
  return n;
}

guint
qd_graph_edge_course (QdGraph *self, const QdPoint *positions, guint edge, QdPoint *points)
{
  const QdGraphEdge *e = &self->edges[edge];
  QdPoint a, b;
  int lane;
  double dx, dy, length, bow;
  const guint n = 13;

  if (e->src >= self->n_nodes || e->dst >= self->n_nodes)
    return 0;
  a = positions[e->src];
  b = positions[e->dst];
  if (!isfinite (a.x) || !isfinite (a.y) || !isfinite (b.x) || !isfinite (b.y))
    return 0;
  lane = qd_graph_get_lanes (self)[edge];
  if (e->src == e->dst)
    return loop_course (a, lane, points);

  points[0] = (QdPoint) { a.x, a.y };
  if (lane == 0)
    {
      points[1] = (QdPoint) { b.x, b.y };
      return 2;
    }
  /* The bow's side is fixed by the nodes' order, so that there and back do not coincide. */
  dx = b.x - a.x;
  dy = b.y - a.y;
  length = hypot (dx, dy);
  if (length < 1e-6)
    {
      points[1] = (QdPoint) { b.x, b.y };
      return 2;
    }
  bow = (e->src < e->dst ? 1 : -1) * lane * MIN (0.07, length * 0.06);
  for (guint i = 1; i < n; i++)
    {
      double t = (double) i / (n - 1), up = 4 * t * (1 - t) * bow;
      points[i] = (QdPoint) { (float) (a.x + t * dx - up * dy / length),
                              (float) (a.y + t * dy + up * dx / length) };
    }
  return n;
}

/* --- Sizes ----------------------------------------------------------------------------------- */

/**
 * qd_graph_node_radius:
 * @node: a node
 * @zoom: pixels a unit
 *
 * How big @node is drawn, in pixels: grows with the number of its paths, and what needs
 * attention is never too small to have a shape.
 */
double
qd_graph_node_radius (const QdGraphNode *node, double zoom)
{
  double base = CLAMP (zoom * 0.11, 1.6, 8.5);
  double by_paths = MIN (0.75 + 0.13 * log2 (1.0 + node->degree), 1.7);
  double by_kind = node->kind == 1 ? 1.2 : node->kind == 3 ? 0.85 : 1.0;
  gboolean calm = node->status <= 1;

  return MAX (base * by_paths * by_kind, calm ? 1.6 : 4.0);
}

double
qd_graph_edge_width (const QdGraphEdge *edge, double zoom)
{
  double by_capacity = 1.0, by_zoom = CLAMP (zoom / 60.0, 0.6, 1.25);

  if (isfinite (edge->capacity_mbps) && edge->capacity_mbps > 0)
    by_capacity = CLAMP (1.0 + 0.5 * log10 (edge->capacity_mbps / 100.0), 0.8, 3.2);
  return MAX (by_capacity * by_zoom, 0.9) + (edge->status > 3 || edge->mark != QD_GRAPH_PLAIN ? 0.6 : 0);
}
