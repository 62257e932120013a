/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-private.h"

#include <math.h>
#include <string.h>

/* A cell of the grid lists the nodes that stand in it and the edges that touch it. */
typedef struct { guint *first, *items; } Lists;

struct _QdGraphIndex {
  gatomicrefcount ref_count;
  QdGraph *graph;
  QdPoint *positions;
  double left, top, cell;
  guint columns, rows;
  Lists nodes, edges;
};

typedef struct { guint left, top, right, bottom; } Range;

static guint
clamp_cell (double value, guint count)
{
  return (guint) CLAMP (value, 0.0, (double) count - 1);
}

static Range
range_of (const QdGraphIndex *self, double left, double top, double right, double bottom)
{
  return (Range) {
    clamp_cell (floor ((left - self->left) / self->cell), self->columns),
    clamp_cell (floor ((top - self->top) / self->cell), self->rows),
    clamp_cell (floor ((right - self->left) / self->cell), self->columns),
    clamp_cell (floor ((bottom - self->top) / self->cell), self->rows),
  };
}

static gboolean
point_counts (QdPoint point)
{
  return isfinite (point.x) && isfinite (point.y);
}

static void
measure (QdGraphIndex *self, guint n)
{
  double right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE, width, height;
  guint side = (guint) CLAMP (sqrt ((double) n) * 1.5, 1, 256);

  self->left = self->top = G_MAXDOUBLE;
  for (guint i = 0; i < n; i++)
    if (point_counts (self->positions[i]))
      {
        self->left = MIN (self->left, self->positions[i].x);
        right = MAX (right, self->positions[i].x);
        self->top = MIN (self->top, self->positions[i].y);
        bottom = MAX (bottom, self->positions[i].y);
      }
  if (right < self->left)
    self->left = self->top = right = bottom = 0;
  width = right - self->left;
  height = bottom - self->top;
  self->cell = MAX (MAX (width, height) / side, 0.25);
  self->columns = (guint) (width / self->cell) + 1;
  self->rows = (guint) (height / self->cell) + 1;
}

typedef void (*CellFunc) (QdGraphIndex *self, guint cell, guint item, gpointer data);

/* Calls @func once for each cell that piece a-b of @edge touches, or its neighbours in a row. */
static void
walk_piece (QdGraphIndex *self, guint edge, QdPoint a, QdPoint b, CellFunc func, gpointer data)
{
  Range range = range_of (self, MIN (a.x, b.x), MIN (a.y, b.y), MAX (a.x, b.x), MAX (a.y, b.y));

  for (guint row = range.top; row <= range.bottom; row++)
    {
      double y0 = self->top + row * self->cell, y1 = y0 + self->cell;
      double x0 = MIN (a.x, b.x), x1 = MAX (a.x, b.x);
      Range part;

      /* What lies outside of the grid belongs to its border rows. */
      if (fabs (b.y - a.y) > 1e-12 && row > 0 && row + 1 < self->rows)
        {
          double t0 = CLAMP ((y0 - a.y) / (b.y - a.y), 0, 1), t1 = CLAMP ((y1 - a.y) / (b.y - a.y), 0, 1);
          double xa = a.x + t0 * (b.x - a.x), xb = a.x + t1 * (b.x - a.x);
          x0 = MIN (xa, xb) - 1e-9;
          x1 = MAX (xa, xb) + 1e-9;
        }
      part = range_of (self, x0, y0, x1, y0);
      for (guint column = part.left; column <= part.right; column++)
        func (self, row * self->columns + column, edge, data);
    }
}

typedef struct { guint *counts; guint *last; Lists *lists; } Filling;

static void
count_cb (QdGraphIndex *self, guint cell, guint item, gpointer data)
{
  Filling *filling = data;

  if (filling->last[cell] != item + 1)
    filling->counts[cell + 1]++;
  filling->last[cell] = item + 1;
}

static void
fill_cb (QdGraphIndex *self, guint cell, guint item, gpointer data)
{
  Filling *filling = data;

  if (filling->last[cell] != item + 1)
    filling->lists->items[filling->counts[cell]++] = item;
  filling->last[cell] = item + 1;
}

static void
walk_nodes (QdGraphIndex *self, CellFunc func, gpointer data)
{
  guint n;

  qd_graph_nodes (self->graph, &n);
  for (guint i = 0; i < n; i++)
    if (point_counts (self->positions[i]))
      {
        QdPoint at = self->positions[i];
        Range range = range_of (self, at.x, at.y, at.x, at.y);
        func (self, range.top * self->columns + range.left, i, data);
      }
}

static void
walk_edges (QdGraphIndex *self, CellFunc func, gpointer data)
{
  guint m;

  qd_graph_edges (self->graph, &m);
  for (guint i = 0; i < m; i++)
    {
      QdPoint points[QD_GRAPH_MAX_COURSE];
      guint count = qd_graph_edge_course (self->graph, self->positions, i, points);

      for (guint k = 1; k < count; k++)
        walk_piece (self, i, points[k - 1], points[k], func, data);
    }
}

static void
fill_lists (QdGraphIndex *self, Lists *lists, void (*walk) (QdGraphIndex *, CellFunc, gpointer))
{
  guint cells = self->columns * self->rows;
  g_autofree guint *last = g_new0 (guint, cells);
  g_autofree guint *at = NULL;
  Filling filling;

  lists->first = g_new0 (guint, cells + 1);
  filling = (Filling) { lists->first, last, lists };
  walk (self, count_cb, &filling);
  for (guint i = 0; i < cells; i++)
    lists->first[i + 1] += lists->first[i];
  lists->items = g_new (guint, MAX (lists->first[cells], 1));
  at = g_memdup2 (lists->first, (cells + 1) * sizeof *at);
  memset (last, 0, cells * sizeof *last);
  filling.counts = at;
  walk (self, fill_cb, &filling);
}

/**
 * qd_graph_index_new:
 * @graph: a graph
 * @positions: its nodes' positions; copied
 *
 * Makes a grid for finding what is under the pointer. Any thread.
 */
QdGraphIndex *
qd_graph_index_new (QdGraph *graph, const QdPoint *positions)
{
  QdGraphIndex *self = g_new0 (QdGraphIndex, 1);
  guint n;

  g_atomic_ref_count_init (&self->ref_count);
  self->graph = qd_graph_ref (graph);
  qd_graph_nodes (graph, &n);
  self->positions = n ? g_memdup2 (positions, n * sizeof *positions) : g_new0 (QdPoint, 1);
  measure (self, n);
  fill_lists (self, &self->nodes, walk_nodes);
  fill_lists (self, &self->edges, walk_edges);
  return self;
}

QdGraphIndex *
qd_graph_index_ref (QdGraphIndex *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_graph_index_unref (QdGraphIndex *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->nodes.first);
  g_free (self->nodes.items);
  g_free (self->edges.first);
  g_free (self->edges.items);
  g_free (self->positions);
  qd_graph_unref (self->graph);
  g_free (self);
}

static double
distance_to_piece (QdPoint a, QdPoint b, double x, double y)
{
  double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  double t = length2 > 0 ? CLAMP (((x - a.x) * dx + (y - a.y) * dy) / length2, 0, 1) : 0;

  return hypot (a.x + t * dx - x, a.y + t * dy - y);
}

static double
distance_to_edge (QdGraphIndex *self, guint edge, double x, double y)
{
  QdPoint points[QD_GRAPH_MAX_COURSE];
  guint count = qd_graph_edge_course (self->graph, self->positions, edge, points);
  double best = G_MAXDOUBLE;

  for (guint k = 1; k < count; k++)
    best = MIN (best, distance_to_piece (points[k - 1], points[k], x, y));
  return best;
}

static double
distance_to_node (QdGraphIndex *self, guint node, double x, double y)
{
  return hypot (self->positions[node].x - x, self->positions[node].y - y);
}

/* The nearest item within @radius; of equally near ones that with the lowest index. */
static int
find (QdGraphIndex *self, const Lists *lists, double x, double y, double radius,
      double (*measure_one) (QdGraphIndex *, guint, double, double))
{
  Range range;
  double best = G_MAXDOUBLE;
  int found = -1;

  if (!isfinite (x) || !isfinite (y) || !(radius >= 0))
    return -1;
  range = range_of (self, x - radius, y - radius, x + radius, y + radius);
  for (guint row = range.top; row <= range.bottom; row++)
    for (guint column = range.left; column <= range.right; column++)
      {
        guint cell = row * self->columns + column;

        for (guint k = lists->first[cell]; k < lists->first[cell + 1]; k++)
          {
            guint item = lists->items[k];
            double distance = measure_one (self, item, x, y);

            if (distance <= radius && (distance < best || (distance == best && (int) item < found)))
              {
                best = distance;
                found = (int) item;
              }
          }
      }
  return found;
}

int
qd_graph_index_find_node (QdGraphIndex *self, double x, double y, double radius)
{
  return find (self, &self->nodes, x, y, radius, distance_to_node);
}

int
qd_graph_index_find_edge (QdGraphIndex *self, double x, double y, double radius)
{
  return find (self, &self->edges, x, y, radius, distance_to_edge);
}
