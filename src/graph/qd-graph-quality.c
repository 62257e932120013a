/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-quality.h"

#include <math.h>
#include <string.h>

#include "qd-graph-hops.h"
#include "qd-graph-layout-private.h"

#define SAMPLE_SOURCES 2000
#define SAMPLE_PAIRS 4000000
#define SAMPLE_SEED 20260101

/* --- Stress -------------------------------------------------------------------------------------- */

/* With q = 1 / d, the mean of (s r q - 1)² is least at s = Σ r q / Σ r² q², where it is
 * 1 - (Σ r q)² / (N Σ r² q²). */
double
qd_graph_measure_stress (QdGraph *graph, const QdPoint *positions, gboolean *sampled)
{
  g_auto (QdAdjacency) adjacency = { 0 };
  g_autoptr (QdHops) hops = NULL;
  g_autofree guint *sources = NULL;
  g_autofree float *inverse = NULL;
  QdRandom random = { SAMPLE_SEED };
  guint n_sources;
  double first = 0, second = 0, pairs = 0;

  qd_adjacency_init (&adjacency, graph);
  hops = qd_hops_new (&adjacency);
  n_sources = adjacency.n <= QD_QUALITY_EXACT_NODES ? adjacency.n : SAMPLE_SOURCES;
  sources = qd_random_sample (&random, adjacency.n, n_sources < adjacency.n ? n_sources : 0);
  inverse = g_new (float, MAX ((gsize) adjacency.n * QD_HOPS_LANES, 1));
  for (guint s = 0; s < n_sources; s += QD_HOPS_LANES)
    {
      guint count = MIN (QD_HOPS_LANES, n_sources - s);

      qd_hops_measure (hops, sources + s, count, inverse, QD_HOPS_LANES);
      for (guint i = 0; i < adjacency.n; i++)
        for (guint k = 0; k < count; k++)
          {
            double q = inverse[(gsize) i * QD_HOPS_LANES + k], dx, dy, ratio;

            if (q <= 0)
              continue;
            /* One over the hops was rounded: the hops are whole. */
            q = 1 / rint (1 / q);
            dx = (double) positions[i].x - positions[sources[s + k]].x;
            dy = (double) positions[i].y - positions[sources[s + k]].y;
            ratio = sqrt (dx * dx + dy * dy) * q;
            first += ratio;
            second += ratio * ratio;
            pairs++;
          }
    }
  if (sampled)
    *sampled = n_sources < adjacency.n;
  if (pairs == 0)
    return NAN;
  return second > 0 ? MAX (1 - first * first / (pairs * second), 0) : 1;
}

/* --- Neighbourhoods ------------------------------------------------------------------------------ */

typedef struct { double d2; guint node; } Near;

static gboolean
near_is_farther (const Near *a, const Near *b)
{
  return a->d2 != b->d2 ? a->d2 > b->d2 : a->node > b->node;
}

/* The nearest so far, the farthest of them on top. */
typedef struct { Near *items; guint n, most; } Heap;

static void
heap_sink (Heap *self, guint at)
{
  for (;;)
    {
      guint child = 2 * at + 1;
      Near swapped = self->items[at];

      if (child >= self->n)
        return;
      if (child + 1 < self->n && near_is_farther (&self->items[child + 1], &self->items[child]))
        child++;
      if (!near_is_farther (&self->items[child], &swapped))
        return;
      self->items[at] = self->items[child];
      self->items[child] = swapped;
      at = child;
    }
}

static void
heap_offer (Heap *self, Near near)
{
  if (self->n == self->most)
    {
      if (self->n == 0 || !near_is_farther (&self->items[0], &near))
        return;
      self->items[0] = near;
      heap_sink (self, 0);
      return;
    }
  self->items[self->n++] = near;
  for (guint at = self->n - 1; at > 0 && near_is_farther (&self->items[at], &self->items[(at - 1) / 2]); at = (at - 1) / 2)
    {
      Near swapped = self->items[at];

      self->items[at] = self->items[(at - 1) / 2];
      self->items[(at - 1) / 2] = swapped;
    }
}

/* A uniform grid, about two nodes a cell where they are spread evenly. */
typedef struct {
  const QdPoint *positions;
  guint side;
  double left, top, cell;
  guint *first, *nodes;
} Grid;

static void
grid_clear (Grid *self)
{
  g_free (self->first);
  g_free (self->nodes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grid, grid_clear)

static guint
grid_column (const Grid *self, double at, double from)
{
  return (guint) CLAMP ((at - from) / self->cell, 0, self->side - 1);
}

static void
grid_init (Grid *self, const QdPoint *positions, guint n)
{
  double right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE;

  self->positions = positions;
  self->left = self->top = G_MAXDOUBLE;
  for (guint i = 0; i < n; i++)
    {
      self->left = MIN (self->left, positions[i].x);
      self->top = MIN (self->top, positions[i].y);
      right = MAX (right, positions[i].x);
      bottom = MAX (bottom, positions[i].y);
    }
  self->side = (guint) CLAMP (sqrt (n / 2.0), 1, 2000);
  self->cell = MAX (MAX (right - self->left, bottom - self->top), 1e-6) / self->side;
  self->first = g_new0 (guint, (gsize) self->side * self->side + 1);
  self->nodes = g_new (guint, MAX (n, 1));
  for (guint pass = 0; pass < 2; pass++)
    {
      for (guint i = n; i-- > 0;)
        {
          gsize at = (gsize) grid_column (self, positions[i].y, self->top) * self->side + grid_column (self, positions[i].x, self->left);

          if (pass == 0)
            self->first[at]++;
          else
            self->nodes[--self->first[at]] = i;
        }
      /* After the first pass each cell holds its end, and the second counts down to its begin. */
      for (gsize c = 1; pass == 0 && c <= (gsize) self->side * self->side; c++)
        self->first[c] += self->first[c - 1];
    }
}

static void
grid_offer_cell (const Grid *self, guint node, gint64 column, gint64 row, Heap *heap)
{
  gsize cell = (gsize) (row * self->side + column);

  for (guint k = self->first[cell]; k < self->first[cell + 1]; k++)
    {
      guint i = self->nodes[k];
      double dx = (double) self->positions[i].x - self->positions[node].x, dy = (double) self->positions[i].y - self->positions[node].y;

      if (i != node)
        heap_offer (heap, (Near) { dx * dx + dy * dy, i });
    }
}

/* Square rings of cells around the node's own, until what is in the heap is nearer than the next ring. */
static void
grid_find_nearest (const Grid *self, guint node, Heap *heap)
{
  gint64 column = grid_column (self, self->positions[node].x, self->left);
  gint64 row = grid_column (self, self->positions[node].y, self->top), side = self->side;

  for (gint64 ring = 0; ring < side; ring++)
    {
      double reach = (ring - 1) * self->cell;

      if (heap->n == heap->most && reach > 0 && heap->items[0].d2 < reach * reach)
        return;
      for (gint64 y = MAX (row - ring, 0); y <= MIN (row + ring, side - 1); y++)
        {
          gint64 step = y == row - ring || y == row + ring || ring == 0 ? 1 : 2 * ring;

          for (gint64 x = column - ring; x <= column + ring; x += step)
            if (x >= 0 && x < side)
              grid_offer_cell (self, node, x, y, heap);
        }
    }
}

double
qd_graph_measure_neighbourhood (QdGraph *graph, const QdPoint *positions)
{
  g_auto (QdAdjacency) adjacency = { 0 };
  g_auto (Grid) grid = { 0 };
  g_autofree Near *items = NULL;
  g_autofree guint *mark = NULL;
  double sum = 0;
  guint counted = 0;

  qd_adjacency_init (&adjacency, graph);
  grid_init (&grid, positions, adjacency.n);
  items = g_new (Near, MAX (adjacency.n, 1));
  mark = g_new0 (guint, MAX (adjacency.n, 1));
  for (guint i = 0; i < adjacency.n; i++)
    {
      guint degree = qd_adjacency_degree (&adjacency, i), both = 0;
      Heap heap = { items, 0, degree };

      if (degree == 0)
        continue;
      for (guint e = adjacency.first[i]; e < adjacency.first[i + 1]; e++)
        mark[adjacency.targets[e]] = i + 1;
      grid_find_nearest (&grid, i, &heap);
      for (guint k = 0; k < heap.n; k++)
        both += mark[items[k].node] == i + 1;
      sum += (double) both / (degree + heap.n - both);
      counted++;
    }
  return counted ? sum / counted : NAN;
}

/* --- Crossings ----------------------------------------------------------------------------------- */

typedef struct { double left, right, top, bottom; QdPoint a, b; guint from, to; } Segment;

static int
compare_segments (gconstpointer a, gconstpointer b)
{
  const Segment *l = a, *r = b;

  return l->left < r->left ? -1 : l->left > r->left;
}

static Segment *
list_segments (QdGraph *graph, const QdPoint *positions, guint *count)
{
  g_auto (QdAdjacency) adjacency = { 0 };
  Segment *out;

  qd_adjacency_init (&adjacency, graph);
  out = g_new (Segment, MAX (adjacency.first[adjacency.n] / 2, 1));
  *count = 0;
  for (guint i = 0; i < adjacency.n; i++)
    for (guint e = adjacency.first[i]; e < adjacency.first[i + 1]; e++)
      if (i < adjacency.targets[e])
        {
          QdPoint a = positions[i], b = positions[adjacency.targets[e]];

          out[(*count)++] = (Segment) { MIN (a.x, b.x), MAX (a.x, b.x), MIN (a.y, b.y), MAX (a.y, b.y), a, b, i, adjacency.targets[e] };
        }
  return out;
}

/* On which side of the line from @a to @b @c is. */
static double
side_of (QdPoint a, QdPoint b, QdPoint c)
{
  return ((double) b.x - a.x) * ((double) c.y - a.y) - ((double) b.y - a.y) * ((double) c.x - a.x);
}

static gboolean
segments_meet (const Segment *p, const Segment *q)
{
  double a, b, c, d;

  if (p->left > q->right || q->left > p->right || p->top > q->bottom || q->top > p->bottom)
    return FALSE;
  if (p->from == q->from || p->from == q->to || p->to == q->from || p->to == q->to)
    return FALSE;
  a = side_of (p->a, p->b, q->a);
  b = side_of (p->a, p->b, q->b);
  if ((a > 0 && b > 0) || (a < 0 && b < 0))
    return FALSE;
  c = side_of (q->a, q->b, p->a);
  d = side_of (q->a, q->b, p->b);
  /* All on one line: their boxes meet, and on a line that is all it takes. */
  return !((c > 0 && d > 0) || (c < 0 && d < 0));
}

static double
count_crossings (Segment *segments, guint n)
{
  double count = 0;

  qsort (segments, n, sizeof *segments, compare_segments);
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n && segments[j].left <= segments[i].right; j++)
      count += segments_meet (&segments[i], &segments[j]);
  return count;
}

static double
sample_crossings (const Segment *segments, guint n)
{
  QdRandom random = { SAMPLE_SEED };
  guint64 met = 0;

  for (guint k = 0; k < SAMPLE_PAIRS; k++)
    {
      guint i = (guint) (qd_random_next (&random) % n), j = (guint) (qd_random_next (&random) % (n - 1));

      j += j >= i;
      met += segments_meet (&segments[i], &segments[j]);
    }
  return (double) met / SAMPLE_PAIRS * ((double) n * (n - 1) / 2);
}

double
qd_graph_measure_crossings (QdGraph *graph, const QdPoint *positions, gboolean *sampled)
{
  guint n;
  g_autofree Segment *segments = list_segments (graph, positions, &n);

  if (sampled)
    *sampled = n > QD_QUALITY_EXACT_EDGES;
  return n > QD_QUALITY_EXACT_EDGES ? sample_crossings (segments, n) : count_crossings (segments, n);
}

QdGraphQuality
qd_graph_measure_quality (QdGraph *graph, const QdPoint *positions)
{
  QdGraphQuality out = { 0 };

  out.stress = qd_graph_measure_stress (graph, positions, &out.stress_sampled);
  out.neighbourhood = qd_graph_measure_neighbourhood (graph, positions);
  out.crossings = qd_graph_measure_crossings (graph, positions, &out.crossings_sampled);
  return out;
}
