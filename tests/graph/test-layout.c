/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"

#include "qd-graph-layout.h"
#include "qd-graph-quality.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

static void
assert_sane (QdGraph *graph, const QdPoint *positions)
{
  guint n;

  g_assert_nonnull (positions);
  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (isfinite (positions[i].x) && isfinite (positions[i].y));
      g_assert_cmpfloat (fabsf (positions[i].x), <, 1e5f);
      g_assert_cmpfloat (fabsf (positions[i].y), <, 1e5f);
    }
}

static double
distance (QdPoint a, QdPoint b)
{
  return hypot ((double) a.x - b.x, (double) a.y - b.y);
}

static double
nearest_pair (const QdPoint *positions, guint n)
{
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      best = MIN (best, distance (positions[i], positions[j]));
  return best;
}

static void
test_same_again (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (400, 1200, 7);
  g_autofree QdPoint *a = qd_graph_layout (graph, NULL, 1, NULL);
  g_autofree QdPoint *b = qd_graph_layout (graph, NULL, 1, NULL);
  g_autofree QdPoint *c = qd_graph_layout (graph, NULL, 2, NULL);

  assert_sane (graph, a);
  g_assert_cmpmem (a, 400 * sizeof *a, b, 400 * sizeof *b);
  g_assert_true (memcmp (a, c, 400 * sizeof *a) != 0);
}

static void
test_odd_graphs (void)
{
  static const guint sizes[][2] = { { 0, 0 }, { 1, 0 }, { 1, 3 }, { 2, 0 }, { 2, 1 }, { 2, 5 }, { 3, 2 },
                                    { 12, 0 }, { 12, 6 }, { 30, 300 }, { 200, 20 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint32 seed = 0; seed < 5; seed++)
      {
        g_autoptr (QdGraph) graph = fixture_random (sizes[i][0], sizes[i][1], seed);
        g_autofree QdPoint *positions = qd_graph_layout (graph, NULL, seed, NULL);

        assert_sane (graph, positions);
        if (sizes[i][0] > 1)
          g_assert_cmpfloat (nearest_pair (positions, sizes[i][0]), >, 0.1);
      }
}

static void
test_bad_input (void)
{
  g_autoptr (QdGraph) graph = fixture_random (20, 40, 3);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdPoint before[20];
  g_autofree QdPoint *positions = NULL;

  edges[0].src = 20;
  edges[1].dst = G_MAXUINT;
  for (guint i = 0; i < 20; i++)
    {
      before[i] = (QdPoint) { i % 3 ? NAN : i, i % 5 ? (float) i : INFINITY };
      nodes[i].latitude = i % 2 ? NAN : INFINITY;
      nodes[i].longitude = 1e300;
    }
  positions = qd_graph_layout (graph, before, 1, NULL);
  assert_sane (graph, positions);
}

static void
test_same_place_before (void)
{
  g_autoptr (QdGraph) graph = fixture_random (50, 80, 3);
  QdPoint before[50] = { 0 };
  g_autofree QdPoint *positions = NULL;

  for (guint i = 25; i < 50; i++)
    before[i] = (QdPoint) { NAN, NAN };
  positions = qd_graph_layout (graph, before, 1, NULL);
  assert_sane (graph, positions);
}

static void
test_cancel_before (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (300, 900, 7);
  int cancelled = 1;

  g_assert_null (qd_graph_layout (graph, NULL, 1, &cancelled));
}

static gpointer
cancel_cb (gpointer data)
{
  g_usleep (20000);
  g_atomic_int_set ((int *) data, 1);
  return NULL;
}

typedef struct { int *cancelled; gulong after_us; clockid_t clock; double at; } Canceller;

/* What a thread has had of the processor, so that it does not matter what else the machine does. */
static double
clock_ms (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static gpointer
cancel_later_cb (gpointer data)
{
  Canceller *self = data;

  g_usleep (self->after_us);
  self->at = clock_ms (self->clock);
  g_atomic_int_set (self->cancelled, 1);
  return NULL;
}

static void
test_cancel_during (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (20000, 60000, 7);
  int cancelled = 0;
  GThread *thread = g_thread_new ("cancel", cancel_cb, &cancelled);
  gint64 began = g_get_monotonic_time ();

  g_assert_null (qd_graph_layout (graph, NULL, 1, &cancelled));
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  g_thread_join (thread);
}

/* Ten more nodes: all that was there stays where it was, or gives way a little. */
static void
test_stays (void)
{
  g_autoptr (QdGraph) old = fixture_fleet (300, 700, 5);
  g_autoptr (QdGraph) grown = qd_graph_new (310, 710);
  g_autofree QdPoint *first = qd_graph_layout (old, NULL, 1, NULL);
  g_autofree QdPoint *second = NULL;
  QdPoint before[310];
  double worst = 0;
  guint m;
  QdGraphEdge *from = qd_graph_edges (old, &m), *to = qd_graph_edges (grown, NULL);

  for (guint i = 0; i < m; i++)
    {
      to[i].src = from[i].src;
      to[i].dst = from[i].dst;
    }
  for (guint i = 0; i < 10; i++)
    {
      to[m + i].src = 300 + i;
      to[m + i].dst = i * 7;
      before[300 + i] = (QdPoint) { NAN, NAN };
    }
  memcpy (before, first, 300 * sizeof *first);
  second = qd_graph_layout (grown, before, 1, NULL);
  assert_sane (grown, second);
  for (guint i = 0; i < 300; i++)
    worst = MAX (worst, distance (first[i], second[i]));
  g_assert_cmpfloat (worst, <, 0.5);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpfloat (distance (second[300 + i], second[i * 7]), <, 8);
  g_assert_cmpfloat (nearest_pair (second, 310), >, 0.05);
}

/* A new component goes beside what was there, not into it. */
static void
test_new_component (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (6, 4);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  const QdPoint before[6] = { { 0, 0 }, { 1, 0 }, { 0.5, 1 }, { NAN, NAN }, { NAN, NAN }, { NAN, NAN } };
  g_autofree QdPoint *after = NULL;

  edges[0].src = 0, edges[0].dst = 1;
  edges[1].src = 1, edges[1].dst = 2;
  edges[2].src = 3, edges[2].dst = 4;
  edges[3].src = 4, edges[3].dst = 5;
  after = qd_graph_layout (graph, before, 1, NULL);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (distance (after[i], before[i]), ==, 0);
  for (guint i = 3; i < 6; i++)
    g_assert_cmpfloat (after[i].y, >, 1);
}

/* Nodes that are joined to nothing, some of them known: each has its own place. */
static void
test_alone (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (12, 0);
  g_autofree QdPoint *fresh = qd_graph_layout (graph, NULL, 1, NULL);
  g_autofree QdPoint *after = NULL;
  QdPoint before[12];

  g_assert_cmpfloat (nearest_pair (fresh, 12), >=, 0.9);
  for (guint i = 0; i < 12; i++)
    before[i] = i % 3 == 1 ? (QdPoint) { i, 5 } : (QdPoint) { NAN, NAN };
  after = qd_graph_layout (graph, before, 1, NULL);
  for (guint i = 1; i < 12; i += 3)
    g_assert_cmpfloat (distance (after[i], before[i]), ==, 0);
  g_assert_cmpfloat (nearest_pair (after, 12), >=, 0.9);
}

/* East is right of west and north above south, where the nodes know. */
static void
test_turned_by_map (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (60, 59);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  g_autofree QdPoint *positions = NULL;

  for (guint i = 0; i < 60; i++)
    {
      nodes[i].longitude = i;
      nodes[i].latitude = i * 0.5;
    }
  for (guint i = 0; i < 59; i++)
    edges[i].src = i, edges[i].dst = i + 1;
  positions = qd_graph_layout (graph, NULL, 3, NULL);
  g_assert_cmpfloat (positions[59].x, >, positions[0].x);
  g_assert_cmpfloat (positions[59].y, <, positions[0].y);
}

/* --- Extremes ------------------------------------------------------------------------------------- */

static QdGraph *
make_star (guint n)
{
  QdGraph *graph = qd_graph_new (n, n - 1);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 1; i < n; i++)
    edges[i - 1].src = 0, edges[i - 1].dst = i;
  return graph;
}

static QdGraph *
make_path (guint n)
{
  QdGraph *graph = qd_graph_new (n, n - 1);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 1; i < n; i++)
    edges[i - 1].src = i - 1, edges[i - 1].dst = i;
  return graph;
}

static QdGraph *
make_cliques (guint size, guint count)
{
  QdGraph *graph = qd_graph_new (size * count, size * (size - 1) / 2 * count);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  guint m = 0;

  for (guint c = 0; c < count; c++)
    for (guint i = 0; i < size; i++)
      for (guint j = 0; j < i; j++, m++)
        edges[m].src = c * size + i, edges[m].dst = c * size + j;
  return graph;
}

static QdGraph *
make_tree (guint n)
{
  QdGraph *graph = qd_graph_new (n, n - 1);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 1; i < n; i++)
    edges[i - 1].src = i, edges[i - 1].dst = (i - 1) / 3;
  return graph;
}

/* How many nodes have another nearer than @least: by a grid, as there are many. */
static guint
count_crowded (const QdPoint *positions, guint n, double least)
{
  g_autoptr (GHashTable) cells = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint crowded = 0;

  for (guint i = 0; i < n; i++)
    {
      gint64 key = ((gint64) floor (positions[i].x / least) * ((gint64) 1 << 32)) ^ ((gint64) floor (positions[i].y / least) & 0xffffffff);

      if (!g_hash_table_add (cells, g_memdup2 (&key, sizeof key)))
        crowded++;
    }
  return crowded;
}

static void
check_extreme (const char *name, QdGraph *graph)
{
  guint n;

  qd_graph_nodes (graph, &n);
  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    {
      QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .seed = 1 };
      double began = clock_ms (CLOCK_THREAD_CPUTIME_ID), ms;
      g_autofree QdPoint *positions = qd_graph_lay_out (graph, &options);
      guint crowded;

      ms = clock_ms (CLOCK_THREAD_CPUTIME_ID) - began;
      assert_sane (graph, positions);
      crowded = count_crowded (positions, n, 0.05);
      g_test_message ("%s of %u, %s: %.1f ms, %u crowded", name, n, qd_layout_algorithm_to_name ((QdLayoutAlgorithm) a), ms, crowded);
      g_assert_cmpuint (crowded, <=, n / 50);
      g_assert_cmpfloat (ms, <, 20000);
    }
  qd_graph_unref (graph);
}

static void
test_extremes (void)
{
  check_extreme ("star", make_star (50000));
  check_extreme ("star", make_star (900));
  check_extreme ("path", make_path (20000));
  check_extreme ("path", make_path (1000));
  check_extreme ("clique", make_cliques (300, 1));
  check_extreme ("cliques", make_cliques (30, 60));
  check_extreme ("tree", make_tree (15000));
  check_extreme ("alone", qd_graph_new (20000, 0));
  check_extreme ("pairs", make_cliques (2, 5000));
}

/* A short path lies nearly straight, and a ring of eight is round. */
static void
test_shapes (void)
{
  g_autoptr (QdGraph) path = make_path (30), ring = qd_graph_new (8, 8);
  QdGraphEdge *edges = qd_graph_edges (ring, NULL);
  g_autofree QdPoint *at = qd_graph_layout (path, NULL, 1, NULL), *round = NULL;
  double shortest = G_MAXDOUBLE, longest = 0;

  g_assert_cmpfloat (distance (at[0], at[29]), >, 27 * distance (at[14], at[15]));
  for (guint i = 0; i < 8; i++)
    edges[i].src = i, edges[i].dst = (i + 1) % 8;
  round = qd_graph_layout (ring, NULL, 1, NULL);
  for (guint i = 0; i < 8; i++)
    {
      shortest = MIN (shortest, distance (round[i], round[(i + 4) % 8]));
      longest = MAX (longest, distance (round[i], round[(i + 4) % 8]));
    }
  g_assert_cmpfloat (longest, <, 1.1 * shortest);
}

/* --- Beside a plain one ---------------------------------------------------------------------------- */

/* All distances by breadth first, from each node. */
static double *
hops_between (QdGraph *graph, guint *n)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  double *hops;
  gboolean again = TRUE;

  qd_graph_nodes (graph, n);
  hops = g_new (double, (gsize) *n * *n);
  for (guint i = 0; i < *n * *n; i++)
    hops[i] = i % (*n + 1) == 0 ? 0 : INFINITY;
  while (again)
    {
      again = FALSE;
      for (guint e = 0; e < m; e++)
        for (guint k = 0; k < *n; k++)
          {
            double *a = &hops[edges[e].src * *n + k], *b = &hops[edges[e].dst * *n + k];

            if (*a > *b + 1)
              *a = *b + 1, again = TRUE;
            else if (*b > *a + 1)
              *b = *a + 1, again = TRUE;
          }
    }
  return hops;
}

/* Stress majorization as plainly as it can be written: from a random start, a node at a time, in doubles, to the
 * end. The least stress of a few starts. */
static double
plain_majorization (QdGraph *graph)
{
  guint n;
  g_autofree double *hops = hops_between (graph, &n), *x = g_new (double, n), *y = g_new (double, n);
  g_autofree QdPoint *at = g_new (QdPoint, n);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  double best = INFINITY;

  for (guint start = 0; start < 3; start++)
    {
      for (guint i = 0; i < n; i++)
        x[i] = g_rand_double_range (rand, -9, 9), y[i] = g_rand_double_range (rand, -9, 9);
      for (guint round = 0; round < 160; round++)
        for (guint i = 0; i < n; i++)
          {
            double sx = 0, sy = 0, total = 0;

            for (guint j = 0; j < n; j++)
              if (j != i && isfinite (hops[i * n + j]))
                {
                  double d = hops[i * n + j], r = MAX (hypot (x[i] - x[j], y[i] - y[j]), 1e-9), w = 1 / (d * d);

                  sx += w * (x[j] + d * (x[i] - x[j]) / r);
                  sy += w * (y[j] + d * (y[i] - y[j]) / r);
                  total += w;
                }
            x[i] = total > 0 ? sx / total : x[i];
            y[i] = total > 0 ? sy / total : y[i];
          }
      for (guint i = 0; i < n; i++)
        at[i] = (QdPoint) { (float) x[i], (float) y[i] };
      best = MIN (best, qd_graph_measure_stress (graph, at, NULL));
    }
  return best;
}

/* Of a real network, the stress is that of majorization, or a tenth more. */
static void
test_stress (gconstpointer data)
{
  g_autoptr (QdGraph) graph = fixture_real (data);
  g_autofree QdPoint *positions = NULL;
  double ours, plain;

  if (graph == NULL)
    return;
  positions = qd_graph_layout (graph, NULL, 1, NULL);
  ours = qd_graph_measure_stress (graph, positions, NULL);
  plain = plain_majorization (graph);
  g_test_message ("%s: stress %.5f, plain majorization %.5f", (const char *) data, ours, plain);
  g_assert_cmpfloat (ours, <=, 1.1 * plain);
}

/* In a dense net neighbours stand together far more than chance has it, which stress by itself does not do. */
static void
test_dense (void)
{
  for (guint n = 900; n <= 3600; n *= 2)
    {
      g_autoptr (QdGraph) graph = fixture_fleet (n, n * 8, 3);
      g_autofree QdPoint *positions = qd_graph_layout (graph, NULL, 1, NULL);
      QdGraphQuality quality = qd_graph_measure_quality (graph, positions);

      g_test_message ("%u: stress %.4f, neighbourhood %.4f", n, quality.stress, quality.neighbourhood);
      g_assert_cmpfloat (quality.stress, <, 0.2);
      g_assert_cmpfloat (quality.neighbourhood, >, 0.1);
    }
}

/* Whenever it is cancelled, it ends soon. */
static void
test_cancel_soon (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (5000, 40000, 7);
  double worst = 0;

  for (guint k = 0; k < 24; k++)
    {
      int cancelled = 0;
      Canceller canceller = { &cancelled, 2000 + k * 7000 };
      g_autofree QdPoint *positions = NULL;
      GThread *thread;
      double ended;

      pthread_getcpuclockid (pthread_self (), &canceller.clock);
      thread = g_thread_new ("cancel", cancel_later_cb, &canceller);
      positions = qd_graph_layout (graph, NULL, 1, &cancelled);
      ended = clock_ms (canceller.clock);
      g_thread_join (thread);
      if (positions == NULL)
        worst = MAX (worst, ended - canceller.at);
    }
  g_test_message ("ended %.1f ms later at most", worst);
#ifdef __SANITIZE_ADDRESS__
  worst /= 5;
#endif
  g_assert_cmpfloat (worst, <, 100);
}

/* Neighbours are nearer to each other than any two nodes are on average. */
static void
test_real (gconstpointer data)
{
  g_autoptr (QdGraph) graph = fixture_real (data);
  g_autofree QdPoint *positions = NULL;
  const QdGraphEdge *edges;
  guint n, m, pairs = 0;
  double along = 0, any = 0;

  if (graph == NULL)
    return;
  positions = qd_graph_layout (graph, NULL, 1, NULL);
  assert_sane (graph, positions);
  qd_graph_nodes (graph, &n);
  edges = qd_graph_edges (graph, &m);
  for (guint i = 0; i < m; i++)
    along += distance (positions[edges[i].src], positions[edges[i].dst]) / m;
  for (guint i = 0; i < n; i += 1 + n / 200)
    for (guint j = i + 1; j < n; j++, pairs++)
      any += distance (positions[i], positions[j]);
  any /= pairs;
  g_test_message ("%s: edge %.2f, any pair %.2f", (const char *) data, along, any);
  g_assert_cmpfloat (along * 1.4, <, any);
}

/* 1,000 nodes and 10,000 edges well within the second; the figure itself is the bench's. */
static void
test_fast_enough (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (1000, 10000, 1);
  double began = clock_ms (CLOCK_THREAD_CPUTIME_ID), ms;
  g_autofree QdPoint *positions = qd_graph_layout (graph, NULL, 1, NULL);

  ms = clock_ms (CLOCK_THREAD_CPUTIME_ID) - began;
  assert_sane (graph, positions);
  g_test_message ("laid out in %.1f ms", ms);
  g_assert_cmpfloat (ms, <, 3000);
}

int
main (int argc, char *argv[])
{
  static const char *const real[] = { "Abilene", "Geant2012", "Interoute", "UsCarrier", "Cogentco", "Kdl", "openflights" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/layout/same-again", test_same_again);
  g_test_add_func ("/graph/layout/odd-graphs", test_odd_graphs);
  g_test_add_func ("/graph/layout/bad-input", test_bad_input);
  g_test_add_func ("/graph/layout/same-place-before", test_same_place_before);
  g_test_add_func ("/graph/layout/cancel-before", test_cancel_before);
  g_test_add_func ("/graph/layout/cancel-during", test_cancel_during);
  g_test_add_func ("/graph/layout/stays", test_stays);
  g_test_add_func ("/graph/layout/new-component", test_new_component);
  g_test_add_func ("/graph/layout/alone", test_alone);
  g_test_add_func ("/graph/layout/turned-by-map", test_turned_by_map);
  g_test_add_func ("/graph/layout/cancel-soon", test_cancel_soon);
  g_test_add_func ("/graph/layout/dense", test_dense);
  g_test_add_func ("/graph/layout/extremes", test_extremes);
  g_test_add_func ("/graph/layout/shapes", test_shapes);
  g_test_add_func ("/graph/layout/fast-enough", test_fast_enough);
  for (guint i = 0; i < G_N_ELEMENTS (real); i++)
    {
      g_autofree char *path = g_strdup_printf ("/graph/layout/real/%s", real[i]);
      g_autofree char *stress = g_strdup_printf ("/graph/layout/stress/%s", real[i]);

      g_test_add_data_func (path, real[i], test_real);
      /* The plain one takes too long for the large ones; the bench looks at these. */
      if (i < 5)
        g_test_add_data_func (stress, real[i], test_stress);
    }
  return g_test_run ();
}
