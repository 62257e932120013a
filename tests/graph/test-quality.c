/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"
#include "qd-graph-quality.h"

#include <math.h>
#include <string.h>

/* Each figure beside one that is worked out from its definition, the slow and simple way. */

#define N 60

typedef struct { gboolean joined[N][N]; double hops[N][N]; guint n; } Naive;

static void
naive_init (Naive *self, QdGraph *graph)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  memset (self, 0, sizeof *self);
  qd_graph_nodes (graph, &self->n);
  for (guint i = 0; i < m; i++)
    if (edges[i].src != edges[i].dst)
      self->joined[edges[i].src][edges[i].dst] = self->joined[edges[i].dst][edges[i].src] = TRUE;
  for (guint i = 0; i < self->n; i++)
    for (guint j = 0; j < self->n; j++)
      self->hops[i][j] = i == j ? 0 : self->joined[i][j] ? 1 : INFINITY;
  for (guint k = 0; k < self->n; k++)
    for (guint i = 0; i < self->n; i++)
      for (guint j = 0; j < self->n; j++)
        self->hops[i][j] = MIN (self->hops[i][j], self->hops[i][k] + self->hops[k][j]);
}

static double
stress_at (const Naive *self, const QdPoint *at, double scale)
{
  double sum = 0, pairs = 0;

  for (guint i = 0; i < self->n; i++)
    for (guint j = i + 1; j < self->n; j++)
      if (isfinite (self->hops[i][j]))
        {
          double off = scale * hypot ((double) at[i].x - at[j].x, (double) at[i].y - at[j].y) - self->hops[i][j];

          sum += off * off / (self->hops[i][j] * self->hops[i][j]);
          pairs++;
        }
  return pairs > 0 ? sum / pairs : NAN;
}

/* The scale is searched for, not solved for. */
static double
naive_stress (const Naive *self, const QdPoint *at)
{
  double low = 1e-6, high = 1e3;

  for (guint round = 0; round < 300; round++)
    {
      double a = low + (high - low) / 3, b = high - (high - low) / 3;

      if (stress_at (self, at, a) < stress_at (self, at, b))
        high = b;
      else
        low = a;
    }
  return stress_at (self, at, (low + high) / 2);
}

static double
naive_neighbourhood (const Naive *self, const QdPoint *at)
{
  double sum = 0, counted = 0;

  for (guint i = 0; i < self->n; i++)
    {
      gboolean taken[N] = { FALSE };
      guint degree = 0, both = 0, either = 0;

      for (guint j = 0; j < self->n; j++)
        degree += self->joined[i][j];
      if (degree == 0)
        continue;
      for (guint k = 0; k < degree; k++)
        {
          guint best = G_MAXUINT;
          double nearest = INFINITY;

          for (guint j = 0; j < self->n; j++)
            {
              double dx = (double) at[j].x - at[i].x, dy = (double) at[j].y - at[i].y;

              if (j == i || taken[j] || dx * dx + dy * dy >= nearest)
                continue;
              nearest = dx * dx + dy * dy;
              best = j;
            }
          taken[best] = TRUE;
        }
      for (guint j = 0; j < self->n; j++)
        {
          both += taken[j] && self->joined[i][j];
          either += taken[j] || self->joined[i][j];
        }
      sum += (double) both / either;
      counted++;
    }
  return counted > 0 ? sum / counted : NAN;
}

/* Two segments have a point in common where a point of one is on the other: solved for. */
static double
naive_crossings (const Naive *self, const QdPoint *at)
{
  double count = 0;

  for (guint a = 0; a < self->n; a++)
    for (guint b = a + 1; b < self->n; b++)
      for (guint c = a + 1; self->joined[a][b] && c < self->n; c++)
        for (guint d = c + 1; c != b && d < self->n; d++)
          {
            double ux = (double) at[b].x - at[a].x, uy = (double) at[b].y - at[a].y;
            double vx = (double) at[d].x - at[c].x, vy = (double) at[d].y - at[c].y;
            double wx = (double) at[c].x - at[a].x, wy = (double) at[c].y - at[a].y;
            double det = ux * vy - uy * vx, s = (wx * vy - wy * vx) / det, t = (wx * uy - wy * ux) / det;

            if (d == b || !self->joined[c][d])
              continue;
            count += s >= 0 && s <= 1 && t >= 0 && t <= 1;
          }
  return count;
}

static QdPoint *
scatter (guint n, guint32 seed, double grid)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  QdPoint *at = g_new (QdPoint, n);

  for (guint i = 0; i < n; i++)
    {
      at[i] = (QdPoint) { (float) g_rand_double_range (rand, -9, 9), (float) g_rand_double_range (rand, -9, 9) };
      if (grid > 0)
        at[i] = (QdPoint) { (float) (rint (at[i].x / grid) * grid), (float) (rint (at[i].y / grid) * grid) };
    }
  return at;
}

static void
assert_same (double a, double b)
{
  if (isnan (b))
    g_assert_true (isnan (a));
  else
    g_assert_cmpfloat_with_epsilon (a, b, 1e-6 * MAX (1, fabs (b)));
}

static void
test_as_defined (void)
{
  for (guint32 seed = 0; seed < 300; seed++)
    {
      guint n = 2 + seed % (N - 2), m = seed * 7 % 200;
      g_autoptr (QdGraph) graph = fixture_random (n, m, seed);
      g_autofree QdPoint *at = scatter (n, seed, 0);
      g_autofree Naive *naive = g_new (Naive, 1);
      QdGraphQuality quality = qd_graph_measure_quality (graph, at);

      naive_init (naive, graph);
      assert_same (quality.stress, naive_stress (naive, at));
      assert_same (quality.neighbourhood, naive_neighbourhood (naive, at));
      assert_same (quality.crossings, naive_crossings (naive, at));
      g_assert_false (quality.stress_sampled || quality.crossings_sampled);
    }
}

/* Many at the same distance: the lower index is the nearer. */
static void
test_ties (void)
{
  for (guint32 seed = 0; seed < 100; seed++)
    {
      g_autoptr (QdGraph) graph = fixture_random (40, 80, seed);
      g_autofree QdPoint *at = scatter (40, seed, 3);
      g_autofree Naive *naive = g_new (Naive, 1);

      naive_init (naive, graph);
      assert_same (qd_graph_measure_neighbourhood (graph, at), naive_neighbourhood (naive, at));
      assert_same (qd_graph_measure_stress (graph, at, NULL), naive_stress (naive, at));
    }
}

static QdGraph *
make_path (guint n)
{
  QdGraph *graph = qd_graph_new (n, n - 1);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i + 1 < n; i++)
    edges[i].src = i, edges[i].dst = i + 1;
  return graph;
}

/* A straight path is perfect, at any scale. */
static void
test_perfect (void)
{
  g_autoptr (QdGraph) graph = make_path (700);
  g_autofree QdPoint *at = g_new (QdPoint, 700);
  QdGraphQuality quality;

  for (guint i = 0; i < 700; i++)
    at[i] = (QdPoint) { 0.375f * (float) i, 0 };
  quality = qd_graph_measure_quality (graph, at);
  g_assert_cmpfloat (quality.stress, <, 1e-9);
  /* All but the two ends have their two neighbours nearest; so have these. */
  g_assert_cmpfloat_with_epsilon (quality.neighbourhood, 1, 1e-9);
  g_assert_cmpfloat (quality.crossings, ==, 0);
}

/* What touches, and what lies on one line, has a point in common. */
static void
test_touching (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (4, 3);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  const QdPoint touching[4] = { { 0, 0 }, { 4, 0 }, { 2, 0 }, { 2, 3 } };
  const QdPoint on_line[4] = { { 0, 0 }, { 2, 2 }, { 1, 1 }, { 3, 3 } };
  const QdPoint apart[4] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 } };

  edges[0].src = 0, edges[0].dst = 1;
  edges[1].src = 2, edges[1].dst = 3;
  edges[2].src = 3, edges[2].dst = 2;
  g_assert_cmpfloat (qd_graph_measure_crossings (graph, touching, NULL), ==, 1);
  g_assert_cmpfloat (qd_graph_measure_crossings (graph, on_line, NULL), ==, 1);
  g_assert_cmpfloat (qd_graph_measure_crossings (graph, apart, NULL), ==, 0);
}

static void
test_empty (void)
{
  for (guint n = 0; n < 3; n++)
    {
      g_autoptr (QdGraph) graph = fixture_random (n, 0, 1);
      const QdPoint at[2] = { { 0, 0 }, { 0, 0 } };
      QdGraphQuality quality = qd_graph_measure_quality (graph, at);

      g_assert_true (isnan (quality.stress) && isnan (quality.neighbourhood));
      g_assert_cmpfloat (quality.crossings, ==, 0);
    }
}

/* Beyond the limits it says that it sampled, and is near what it would be. */
static void
test_sampled (void)
{
  g_autoptr (QdGraph) graph = fixture_random (9000, 24000, 4), small = NULL;
  g_autofree QdPoint *at = scatter (9000, 4, 0);
  QdGraphQuality quality = qd_graph_measure_quality (graph, at);
  gboolean sampled;
  double exact;

  g_assert_true (quality.stress_sampled && quality.crossings_sampled);
  /* Random segments over one square: as many pairs in a hundred cross whatever their number. */
  small = fixture_random (9000, 4000, 4);
  exact = qd_graph_measure_crossings (small, at, &sampled);
  g_assert_false (sampled);
  g_assert_cmpfloat_with_epsilon (quality.crossings / 36.0 / exact, 1, 0.08);
  g_assert_cmpfloat (quality.stress, >, 0.05);
  g_assert_cmpfloat (quality.stress, <, 0.6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/quality/as-defined", test_as_defined);
  g_test_add_func ("/graph/quality/ties", test_ties);
  g_test_add_func ("/graph/quality/perfect", test_perfect);
  g_test_add_func ("/graph/quality/touching", test_touching);
  g_test_add_func ("/graph/quality/empty", test_empty);
  g_test_add_func ("/graph/quality/sampled", test_sampled);
  return g_test_run ();
}
