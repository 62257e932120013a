/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-bins.h"

#include <math.h>

#include "qd-graph-symbol.h"
#include "qd-status.h"

#define MAX_CELLS 48           /* a side */
#define MAX_PIXEL 1e8          /* beyond, drawing clamps as well */
#define EDGE_REACH 6.0         /* half of the widest line, and a little */
#define SIGN_REACH 16.0        /* the sign of one that is marked */

/* What is in each cell: items[first[c]] to items[first[c + 1] - 1]. */
typedef struct {
  guint *first;
  guint *items;
} Lists;

struct _QdGraphBins {
  double cell;                 /* device pixels */
  double left, top;            /* of the grid, in cells */
  int columns, rows;
  Lists edges, nodes;
};

typedef struct { guint cell, item; } Entry;

typedef struct {
  const QdGraphBins *bins;
  GArray *entries;             /* of Entry, items ascending */
  guint *last;                 /* by cell: the item put there last, + 1 */
} Builder;

static double
to_pixel (float at, double zoom)
{
  return CLAMP ((double) at * zoom, -MAX_PIXEL, MAX_PIXEL);
}

static int
column_of (const QdGraphBins *self, double x)
{
  return (int) CLAMP (floor (x / self->cell) - self->left, 0, self->columns - 1);
}

static int
row_of (const QdGraphBins *self, double y)
{
  return (int) CLAMP (floor (y / self->cell) - self->top, 0, self->rows - 1);
}

/* What lies beyond the grid belongs to the cells at its border, for those who ask as well. */
static void
init_grid (QdGraphBins *self, const QdPoint *positions, guint n, double zoom, double side)
{
  double left = MAX_PIXEL, top = MAX_PIXEL, right = -MAX_PIXEL, bottom = -MAX_PIXEL;

  for (guint i = 0; i < n; i++)
    if (isfinite (positions[i].x) && isfinite (positions[i].y))
      {
        double x = to_pixel (positions[i].x, zoom), y = to_pixel (positions[i].y, zoom);

        left = MIN (left, x);
        right = MAX (right, x);
        top = MIN (top, y);
        bottom = MAX (bottom, y);
      }
  if (right < left)
    left = right = top = bottom = 0;
  self->cell = side;
  while (MAX (right - left, bottom - top) > (MAX_CELLS - 1) * self->cell)
    self->cell *= 2;
  self->left = floor (left / self->cell);
  self->top = floor (top / self->cell);
  self->columns = (int) (floor (right / self->cell) - self->left) + 1;
  self->rows = (int) (floor (bottom / self->cell) - self->top) + 1;
}

static void
put (Builder *builder, int column, int row, guint item)
{
  guint cell = (guint) (row * builder->bins->columns + column);
  Entry entry = { cell, item };

  if (builder->last[cell] == item + 1)
    return;
  builder->last[cell] = item + 1;
  g_array_append_val (builder->entries, entry);
}

static void
put_box (Builder *builder, double left, double top, double right, double bottom, guint item)
{
  for (int row = row_of (builder->bins, top), last = row_of (builder->bins, bottom); row <= last; row++)
    for (int column = column_of (builder->bins, left), end = column_of (builder->bins, right); column <= end; column++)
      put (builder, column, row, item);
}

/* A slanting line touches few of the cells in its box: column by column, the rows that it crosses. */
static void
put_line (Builder *builder, double x0, double y0, double x1, double y1, double margin, guint item)
{
  const QdGraphBins *bins = builder->bins;
  double from_x = MIN (x0, x1), to_x = MAX (x0, x1), from_y = x0 <= x1 ? y0 : y1, to_y = x0 <= x1 ? y1 : y0;
  int first = column_of (bins, from_x - margin), last = column_of (bins, to_x + margin);
  double slope = to_x - from_x > 1e-9 ? (to_y - from_y) / (to_x - from_x) : 0;

  for (int column = first; column <= last; column++)
    {
      double left = column == 0 ? from_x : CLAMP ((bins->left + column) * bins->cell - margin, from_x, to_x);
      double right = column == bins->columns - 1 ? to_x : CLAMP ((bins->left + column + 1) * bins->cell + margin, from_x, to_x);
      double a = left <= from_x ? from_y : from_y + (left - from_x) * slope;
      double b = right >= to_x ? to_y : from_y + (right - from_x) * slope;
      int end = row_of (bins, MAX (a, b) + margin);

      for (int row = row_of (bins, MIN (a, b) - margin); row <= end; row++)
        put (builder, column, row, item);
    }
}

static void
finish (Builder *builder, Lists *lists)
{
  guint n = (guint) (builder->bins->columns * builder->bins->rows);
  const Entry *entries = (const Entry *) (gpointer) builder->entries->data;
  g_autofree guint *fill = NULL;

  lists->first = g_new0 (guint, n + 1);
  for (guint i = 0; i < builder->entries->len; i++)
    lists->first[entries[i].cell + 1]++;
  for (guint i = 0; i < n; i++)
    lists->first[i + 1] += lists->first[i];
  fill = g_memdup2 (lists->first, (n + 1) * sizeof *fill);
  lists->items = g_new (guint, MAX (builder->entries->len, 1));
  for (guint i = 0; i < builder->entries->len; i++)
    lists->items[fill[entries[i].cell]++] = entries[i].item;
  g_array_set_size (builder->entries, 0);
  for (guint i = 0; i < n; i++)
    builder->last[i] = 0;
}

static void
put_edges (Builder *builder, QdGraph *graph, const QdPoint *positions, double zoom, double scale)
{
  guint m;

  qd_graph_edges (graph, &m);
  for (guint i = 0; i < m; i++)
    {
      QdPoint points[QD_GRAPH_MAX_COURSE];
      guint count = qd_graph_edge_course (graph, positions, i, points);

      for (guint k = 1; k < count; k++)
        put_line (builder, to_pixel (points[k - 1].x, zoom), to_pixel (points[k - 1].y, zoom), to_pixel (points[k].x, zoom),
                  to_pixel (points[k].y, zoom), (qd_graph_edges (graph, NULL)[i].mark != QD_GRAPH_PLAIN ? SIGN_REACH : EDGE_REACH) * scale, i);
    }
}

static void
put_nodes (Builder *builder, QdGraph *graph, const QdPoint *positions, double zoom, double scale)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);

  for (guint i = 0; i < n; i++)
    {
      QdGraphNode worst = nodes[i];
      double x, y, reach;

      if (!isfinite (positions[i].x) || !isfinite (positions[i].y))
        continue;
      /* As large as it may yet become. */
      worst.status = QD_STATUS_DOWN;
      reach = (qd_graph_node_radius (&worst, zoom / scale) * 1.25 + QD_SYMBOL_MARGIN) * scale + 2;
      x = to_pixel (positions[i].x, zoom);
      y = to_pixel (positions[i].y, zoom);
      put_box (builder, x - reach, y - reach, x + reach, y + reach, i);
    }
}

QdGraphBins *
qd_graph_bins_new (QdGraph *graph, const QdPoint *positions, double zoom, double scale, double side)
{
  QdGraphBins *self = g_new0 (QdGraphBins, 1);
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autofree guint *last = NULL;
  Builder builder = { self, entries, NULL };
  guint n;

  qd_graph_nodes (graph, &n);
  init_grid (self, positions, n, zoom, side);
  builder.last = last = g_new0 (guint, (gsize) self->columns * (gsize) self->rows);
  put_edges (&builder, graph, positions, zoom, scale);
  finish (&builder, &self->edges);
  put_nodes (&builder, graph, positions, zoom, scale);
  finish (&builder, &self->nodes);
  return self;
}

void
qd_graph_bins_free (QdGraphBins *self)
{
  g_free (self->edges.first);
  g_free (self->edges.items);
  g_free (self->nodes.first);
  g_free (self->nodes.items);
  g_free (self);
}

static int
compare_uint (gconstpointer a, gconstpointer b)
{
  guint l = *(const guint *) a, r = *(const guint *) b;

  return l < r ? -1 : l > r;
}

static const guint *
get (const QdGraphBins *self, const Lists *lists, const QdPixelBox *box, GArray *scratch, guint *n)
{
  int left = column_of (self, box->left), right = column_of (self, MAX (box->left, box->right - 1));
  int top = row_of (self, box->top), bottom = row_of (self, MAX (box->top, box->bottom - 1));
  guint *found, kept = 0;

  if (left == right && top == bottom)
    {
      guint cell = (guint) (top * self->columns + left);

      *n = lists->first[cell + 1] - lists->first[cell];
      return lists->items + lists->first[cell];
    }
  g_array_set_size (scratch, 0);
  for (int row = top; row <= bottom; row++)
    {
      /* The cells of a row follow one another. */
      guint first = lists->first[row * self->columns + left], end = lists->first[row * self->columns + right + 1];

      g_array_append_vals (scratch, lists->items + first, end - first);
    }
  g_array_sort (scratch, compare_uint);
  found = (guint *) (gpointer) scratch->data;
  for (guint i = 0; i < scratch->len; i++)
    if (i == 0 || found[i] != found[i - 1])
      found[kept++] = found[i];
  *n = kept;
  return found;
}

const guint *
qd_graph_bins_get_edges (const QdGraphBins *self, const QdPixelBox *box, GArray *scratch, guint *n)
{
  return get (self, &self->edges, box, scratch, n);
}

const guint *
qd_graph_bins_get_nodes (const QdGraphBins *self, const QdPixelBox *box, GArray *scratch, guint *n)
{
  return get (self, &self->nodes, box, scratch, n);
}
