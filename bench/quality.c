/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How good layouts of one graph are, ours and others' alike; knows nothing of how ours come about:
 *   bench-quality GRAPH POSITIONS…
 * GRAPH: "N M", then M lines "source target", from 0; POSITIONS: N lines "x y". One JSON line for each:
 *   {"stress","neighbourhood","crossings","sampled"}
 * stress: the least over scales s of the mean, over pairs of one component, of ((s |xi - xj| - d) / d)², d in
 * hops. neighbourhood: the mean over nodes of the Jaccard index of its neighbours and as many nearest nodes.
 * crossings: of edges that share no end; beyond 20,000 edges estimated from a sample, and marked.
 * Parallel edges and loops count once and not at all. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define EXACT_EDGES 20000
#define SAMPLES 20000000u

typedef struct { guint a, b; } Edge;

typedef struct {
  guint n, m;
  Edge *edges;           /* each pair once, a < b */
  guint *first, *targets;
  guint16 *hops;         /* n * n; 0: itself or out of reach */
} Graph;

typedef struct { double x, y; } Place;

static int
compare_edges (const void *a, const void *b)
{
  const Edge *l = a, *r = b;

  return l->a != r->a ? (l->a < r->a ? -1 : 1) : l->b != r->b ? (l->b < r->b ? -1 : 1) : 0;
}

static gboolean
read_graph (Graph *self, const char *path)
{
  FILE *in = fopen (path, "re");
  guint declared, kept = 0;

  if (in == NULL || fscanf (in, "%u %u", &self->n, &declared) != 2 || self->n == 0 || self->n > 20000 || declared > 10000000)
    return FALSE;
  self->edges = g_new (Edge, declared + 1);
  for (guint i = 0; i < declared; i++)
    {
      guint a, b;

      if (fscanf (in, "%u %u", &a, &b) != 2 || a >= self->n || b >= self->n)
        return FALSE;
      if (a != b)
        self->edges[kept++] = (Edge) { MIN (a, b), MAX (a, b) };
    }
  fclose (in);
  qsort (self->edges, kept, sizeof (Edge), compare_edges);
  for (guint i = 0; i < kept; i++)
    if (self->m == 0 || compare_edges (&self->edges[self->m - 1], &self->edges[i]) != 0)
      self->edges[self->m++] = self->edges[i];
  return TRUE;
}

static void
index_neighbours (Graph *self)
{
  guint *at = g_new0 (guint, self->n + 1);

  self->first = g_new0 (guint, self->n + 1);
  self->targets = g_new (guint, 2 * self->m + 1);
  for (guint i = 0; i < self->m; i++)
    {
      self->first[self->edges[i].a + 1]++;
      self->first[self->edges[i].b + 1]++;
    }
  for (guint i = 0; i < self->n; i++)
    self->first[i + 1] += self->first[i];
  memcpy (at, self->first, sizeof (guint) * (self->n + 1));
  for (guint i = 0; i < self->m; i++)
    {
      self->targets[at[self->edges[i].a]++] = self->edges[i].b;
      self->targets[at[self->edges[i].b]++] = self->edges[i].a;
    }
  g_free (at);
}

/* Breadth first from every node. */
static void
count_hops (Graph *self)
{
  guint *queue = g_new (guint, self->n);

  self->hops = g_new0 (guint16, (gsize) self->n * self->n);
  for (guint from = 0; from < self->n; from++)
    {
      guint16 *hops = self->hops + (gsize) from * self->n;
      guint head = 0, tail = 0;

      queue[tail++] = from;
      while (head < tail)
        {
          guint u = queue[head++];

          for (guint k = self->first[u]; k < self->first[u + 1]; k++)
            {
              guint v = self->targets[k];

              if (v == from || hops[v] != 0)
                continue;
              hops[v] = (guint16) (hops[u] + 1);
              queue[tail++] = v;
            }
        }
    }
  g_free (queue);
}

/* With a = |xi - xj| / d it is the mean of (s a - 1)², least where s = Σa / Σa². */
static double
measure_stress (const Graph *self, const Place *places)
{
  double sum = 0, squares = 0, pairs = 0;

  for (guint i = 0; i < self->n; i++)
    for (guint j = i + 1; j < self->n; j++)
      {
        guint16 hops = self->hops[(gsize) i * self->n + j];
        double a;

        if (hops == 0)
          continue;
        a = hypot (places[i].x - places[j].x, places[i].y - places[j].y) / hops;
        sum += a;
        squares += a * a;
        pairs++;
      }
  return pairs > 0 && squares > 0 ? MAX (1 - sum * sum / squares / pairs, 0) : 0;
}

typedef struct { double far; guint node; } Near;

static gboolean
is_farther (Near a, Near b)
{
  return a.far > b.far || (a.far == b.far && a.node > b.node);
}

/* Keeps the @k nearest so far in @heap, the farthest of them on top. */
static void
keep_nearest (Near *heap, guint *count, guint k, Near next)
{
  guint at;

  if (*count < k)
    {
      for (at = (*count)++; at > 0 && is_farther (next, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
      heap[at] = next;
      return;
    }
  if (!is_farther (heap[0], next))
    return;
  for (at = 0; 2 * at + 1 < k;)
    {
      guint child = 2 * at + 1;

      if (child + 1 < k && is_farther (heap[child + 1], heap[child]))
        child++;
      if (!is_farther (heap[child], next))
        break;
      heap[at] = heap[child];
      at = child;
    }
  heap[at] = next;
}

static double
measure_neighbourhood (const Graph *self, const Place *places)
{
  Near *near = g_new (Near, self->n);
  double sum = 0;
  guint counted = 0;

  for (guint v = 0; v < self->n; v++)
    {
      guint k = self->first[v + 1] - self->first[v], count = 0, common = 0;

      if (k == 0)
        continue;
      for (guint u = 0; u < self->n; u++)
        if (u != v)
          keep_nearest (near, &count, k, (Near) { hypot (places[u].x - places[v].x, places[u].y - places[v].y), u });
      for (guint i = 0; i < k; i++)
        common += self->hops[(gsize) v * self->n + near[i].node] == 1;
      sum += (double) common / (2 * k - common);
      counted++;
    }
  g_free (near);
  return counted > 0 ? sum / counted : 1;
}

static double
turn (Place a, Place b, Place c)
{
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static gboolean
do_cross (const Place *places, Edge e, Edge f)
{
  Place a = places[e.a], b = places[e.b], c = places[f.a], d = places[f.b];

  if (e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b)
    return FALSE;
  return turn (a, b, c) * turn (a, b, d) < 0 && turn (c, d, a) * turn (c, d, b) < 0;
}

static int
compare_left (const void *a, const void *b, void *data)
{
  const Place *places = data;
  const Edge *l = a, *r = b;
  double x = MIN (places[l->a].x, places[l->b].x), y = MIN (places[r->a].x, places[r->b].x);

  return x < y ? -1 : x > y;
}

static double
count_crossings (const Graph *self, const Place *places)
{
  Edge *edges = g_memdup2 (self->edges, sizeof (Edge) * MAX (self->m, 1));
  guint64 count = 0;

  qsort_r (edges, self->m, sizeof (Edge), compare_left, (void *) (gsize) places);
  for (guint i = 0; i < self->m; i++)
    {
      double right = MAX (places[edges[i].a].x, places[edges[i].b].x);

      for (guint j = i + 1; j < self->m && MIN (places[edges[j].a].x, places[edges[j].b].x) <= right; j++)
        count += do_cross (places, edges[i], edges[j]);
    }
  g_free (edges);
  return (double) count;
}

static double
sample_crossings (const Graph *self, const Place *places)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  guint64 count = 0;

  for (guint i = 0; i < SAMPLES; i++)
    count += do_cross (places, self->edges[g_rand_int (rand) % self->m], self->edges[g_rand_int (rand) % self->m]);
  return (double) count / SAMPLES * self->m * (self->m - 1.0) / 2;
}

static void
judge (const Graph *self, const char *path)
{
  g_autofree Place *places = g_new (Place, self->n);
  FILE *in = fopen (path, "re");
  gboolean exact = self->m <= EXACT_EDGES;

  for (guint i = 0; i < self->n; i++)
    if (in == NULL || fscanf (in, "%lf %lf", &places[i].x, &places[i].y) != 2 || !isfinite (places[i].x) || !isfinite (places[i].y))
      {
        fprintf (stderr, "bench-quality: %s has no place for node %u\n", path, i);
        puts ("{\"error\":\"a node without a place\"}");
        return;
      }
  fclose (in);
  printf ("{\"stress\":%.6f,\"neighbourhood\":%.6f,\"crossings\":%.0f,\"sampled\":%s}\n", measure_stress (self, places),
          measure_neighbourhood (self, places), exact ? count_crossings (self, places) : sample_crossings (self, places),
          exact ? "false" : "true");
}

int
main (int argc, char **argv)
{
  Graph graph = { 0 };

  if (argc < 3)
    {
      fputs ("usage: bench-quality GRAPH POSITIONS…\n", stderr);
      return 2;
    }
  if (!read_graph (&graph, argv[1]))
    {
      fprintf (stderr, "bench-quality: %s is no graph\n", argv[1]);
      return 2;
    }
  index_neighbours (&graph);
  count_hops (&graph);
  for (int i = 2; i < argc; i++)
    judge (&graph, argv[i]);
  return 0;
}
