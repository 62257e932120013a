/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What drawing the topology costs a worker, and what finding what is under the pointer costs:
 *   bench-tiles GRAPH POSITIONS RUNS
 * One JSON line: {"tiles","fit_ms","near_ms","hit_us","hit_worst_us"}; *_ms are processor time of drawing every tile
 * that a view of 1080 x 700 pixels shows, all of the graph in it and the middle eight times as large; medians. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "plain-graph.h"
#include "qd-graph-drawing.h"

#define WIDTH 1080
#define HEIGHT 700
#define SIDE 256
#define HITS 20000
#define MAX_RUNS 99

static const QdGraphTheme theme = {
  .background = 0xffffff, .foreground = 0x2e3436, .edge_unknown = 0x9a9996, .well = 0x26a269, .degraded = 0xe5a50a,
  .down = 0xc01c28, .unknown = 0x77767b, .maintenance = 0x1c71d8, .font = "Cantarell 12px",
};

typedef struct { double left, top, right, bottom; } Box;

static double
now_ms (clockid_t clock)
{
  struct timespec t;

  clock_gettime (clock, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static Box
box_of (QdGraph *graph, const QdPoint *positions)
{
  Box box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  guint n;

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    {
      box.left = MIN (box.left, positions[i].x);
      box.right = MAX (box.right, positions[i].x);
      box.top = MIN (box.top, positions[i].y);
      box.bottom = MAX (box.bottom, positions[i].y);
    }
  return box;
}

/* Every tile of a view whose middle is the box's, at a zoom that is new to it. Returns how many. */
static guint
draw_view (QdGraph *graph, const QdPoint *positions, const Box *box, double zoom)
{
  g_autoptr (QdGraphDrawing) picture = qd_graph_drawing_new (graph, positions, &theme, zoom, 1);
  double side = SIDE / zoom, x = (box->left + box->right) / 2, y = (box->top + box->bottom) / 2;
  int left = (int) floor ((x - WIDTH / zoom / 2) / side), right = (int) floor ((x + WIDTH / zoom / 2) / side);
  int top = (int) floor ((y - HEIGHT / zoom / 2) / side), bottom = (int) floor ((y + HEIGHT / zoom / 2) / side);
  guint count = 0;

  for (int j = top; j <= bottom; j++)
    for (int i = left; i <= right; i++, count++)
      {
        gsize stride;

        g_bytes_unref (qd_graph_drawing_draw (picture, i * side, j * side, SIDE, SIDE, &stride));
      }
  return count;
}

static int
compare_doubles (const void *a, const void *b)
{
  double l = *(const double *) a, r = *(const double *) b;

  return l < r ? -1 : l > r;
}

static double
time_view (QdGraph *graph, const QdPoint *positions, const Box *box, double zoom, guint runs, guint *tiles)
{
  double took[MAX_RUNS];

  /* Fonts are looked up once in a worker's life. */
  draw_view (graph, positions, box, zoom);
  for (guint i = 0; i < runs; i++)
    {
      double begin = now_ms (CLOCK_THREAD_CPUTIME_ID);

      *tiles = draw_view (graph, positions, box, zoom);
      took[i] = now_ms (CLOCK_THREAD_CPUTIME_ID) - begin;
    }
  qsort (took, runs, sizeof *took, compare_doubles);
  return took[runs / 2];
}

/* Points all over the picture, as the pointer of one who looks at all of it. The mean, and what all but one in a
 * thousand stay under. */
static void
time_hits (QdGraph *graph, const QdPoint *positions, const Box *box, double zoom, double *mean, double *worst)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree double *took = g_new (double, HITS);
  QdGraphIndex *index = qd_graph_index_new (graph, positions);
  double begin = now_ms (CLOCK_MONOTONIC);

  for (guint i = 0; i < HITS; i++)
    {
      double x = g_rand_double_range (rand, box->left, box->right), y = g_rand_double_range (rand, box->top, box->bottom);
      double start = now_ms (CLOCK_MONOTONIC);

      if (qd_graph_index_find_node (index, x, y, 24 / zoom) < 0)
        qd_graph_index_find_edge (index, x, y, 5 / zoom);
      took[i] = now_ms (CLOCK_MONOTONIC) - start;
    }
  *mean = (now_ms (CLOCK_MONOTONIC) - begin) / HITS * 1000;
  qsort (took, HITS, sizeof *took, compare_doubles);
  *worst = took[HITS - HITS / 1000] * 1000;
  qd_graph_index_unref (index);
}

int
main (int argc, char **argv)
{
  g_autoptr (QdGraph) graph = argc == 4 ? bench_read_graph (argv[1]) : NULL;
  g_autofree QdPoint *positions = graph ? bench_read_positions (argv[2], graph) : NULL;
  double zoom, fit, near, mean, worst;
  guint runs, tiles;
  Box box;

  if (positions == NULL)
    {
      fputs ("usage: bench-tiles GRAPH POSITIONS RUNS\n", stderr);
      return 2;
    }
  runs = (guint) CLAMP (atoi (argv[3]), 1, MAX_RUNS);
  box = box_of (graph, positions);
  zoom = MIN (WIDTH / MAX (box.right - box.left, 1), HEIGHT / MAX (box.bottom - box.top, 1)) * 0.9;
  near = time_view (graph, positions, &box, zoom * 8, runs, &tiles);
  fit = time_view (graph, positions, &box, zoom, runs, &tiles);
  time_hits (graph, positions, &box, zoom, &mean, &worst);
  printf ("{\"tiles\":%u,\"fit_ms\":%.3f,\"near_ms\":%.3f,\"hit_us\":%.3f,\"hit_worst_us\":%.3f}\n", tiles, fit, near, mean, worst);
  return 0;
}
