/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"
#include "qd-graph-field.h"
#include "qd-graph-kernels.h"
#include "qd-graph-layout.h"

#include <math.h>
#include <string.h>

/* The layout that gives way while a node is dragged, and the forces that move it. */

static double
distance (QdPoint a, QdPoint b)
{
  return hypot ((double) a.x - b.x, (double) a.y - b.y);
}

/* The tree beside the sum over all pairs. Bodies in clumps, some at one place, some far out. */
static void
test_field (void)
{
  static const guint sizes[] = { 1, 2, 7, 600, 1500, 1501, 4000 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint n = sizes[s];
      g_autoptr (GRand) rand = g_rand_new_with_seed (s);
      g_autofree float *x = g_new (float, n), *y = g_new (float, n), *mass = g_new (float, n);
      g_autoptr (QdField) field = NULL;
      double error = 0, size = 0;

      for (guint i = 0; i < n; i++)
        {
          x[i] = (float) (g_rand_int_range (rand, 0, 4) * 30 + g_rand_double_range (rand, -3, 3));
          y[i] = (float) (i % 50 == 0 ? 900 : g_rand_double_range (rand, -3, 3));
          if (i % 40 == 1)
            x[i] = 7, y[i] = 7;
          mass[i] = (float) g_rand_double_range (rand, 0.5, 3);
        }
      field = qd_field_new (n, mass);
      qd_field_place (field, x, y);
      for (guint i = 0; i < n; i++)
        {
          double fx = 0, fy = 0, sum = 0;
          float out[3];

          for (guint j = 0; j < n; j++)
            if (j != i)
              {
                double dx = (double) x[i] - x[j], dy = (double) y[i] - y[j], strength = mass[j] / (dx * dx + dy * dy + QD_FIELD_SOFT);

                fx += dx * strength;
                fy += dy * strength;
                sum += strength;
              }
          qd_field_repel (field, i, out);
          error += hypot (out[0] - fx, out[1] - fy) / n;
          size += hypot (fx, fy) / n;
          g_assert_cmpfloat_with_epsilon (out[2], sum, (n <= 1500 ? 1e-3 : 0.2) * sum + 0.01);
        }
      g_test_message ("%u bodies: mean force %g, mean error %g", n, size, error);
      g_assert_cmpfloat (error, <=, n <= 1500 ? 1e-3 * size : 0.02 * size);
    }
}

/* Wide registers give what narrow ones do, to the last bit, and both what the formulas say. */
static void
test_kernels (void)
{
  const QdKernels *these = qd_kernels_get (), *plain = qd_kernels_get_plain ();
  const guint n = 203;
  float *arrays[5];
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint k = 0; k < G_N_ELEMENTS (arrays); k++)
    {
      arrays[k] = qd_floats_new (n);
      for (guint i = 0; i < n; i++)
        arrays[k][i] = (float) (k < 2 ? g_rand_double_range (rand, -20, 20) : i % 7 == 0 ? 0 : 1.0 / g_rand_int_range (rand, 1, 9));
    }
  for (guint i = 0; i < n; i++)
    {
      const float at[2] = { arrays[0][i], arrays[1][i] };
      float a[4][3] = { 0 }, b[4][3] = { 0 };
      double x = 0, y = 0, sum = 0, wx = 0, size = 1;

      for (guint run = 0; run < 2; run++)
        {
          const QdKernels *kernels = run ? plain : these;
          float (*out)[3] = run ? b : a;

          kernels->pull (QD_PADDED (n), arrays[0], arrays[1], arrays[2], 0.4f, at, out[0]);
          kernels->pull_weighted (QD_PADDED (n), arrays[0], arrays[1], arrays[2], arrays[3], at, out[1]);
          kernels->compare (QD_PADDED (n), arrays[0], arrays[1], arrays[2], arrays[3], at, out[2]);
          kernels->repel (QD_PADDED (n), arrays[0], arrays[1], arrays[4], 0.01f, at, out[3]);
        }
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
      for (guint j = 0; j < n; j++)
        {
          double dx = (double) at[0] - arrays[0][j], dy = (double) at[1] - arrays[1][j], r = hypot (dx, dy), q = arrays[2][j];

          if (j == i || r == 0)
            continue;
          x += dx * (q / r - q * q + (q > 0 && 1 / r < 20 ? 0.4 / (r * r) : 0));
          y += dy * (q / r - q * q + (q > 0 && 1 / r < 20 ? 0.4 / (r * r) : 0));
          wx += dx * (arrays[3][j] / r - q);
          sum += arrays[3][j] * r;
          size += fabs (dx) * (q + 1) + fabs (dy);
        }
      g_assert_cmpfloat_with_epsilon (a[0][0], x, 1e-4 * size);
      g_assert_cmpfloat_with_epsilon (a[0][1], y, 1e-4 * size);
      g_assert_cmpfloat_with_epsilon (a[1][0], wx, 1e-4 * size);
      g_assert_cmpfloat_with_epsilon (a[2][0], sum, 1e-4 * sum);
    }
  for (guint k = 0; k < G_N_ELEMENTS (arrays); k++)
    g_aligned_free (arrays[k]);
}

/* Nothing moves by itself, whatever laid it out. */
static void
test_rests (void)
{
  for (guint a = 0; a < QD_N_LAYOUTS; a++)
    for (guint n = 200; n <= 2000; n *= 10)
      {
        g_autoptr (QdGraph) graph = fixture_fleet (n, n * 3, 2);
        QdLayoutOptions options = { .algorithm = (QdLayoutAlgorithm) a, .seed = 1 };
        g_autofree QdPoint *at = qd_graph_lay_out (graph, &options);
        g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, at, NULL);

        g_assert_false (qd_layout_live_step (live));
        g_assert_cmpmem (qd_layout_live_get_positions (live), n * sizeof *at, at, n * sizeof *at);
      }
}

/* A leaf's hub is dragged: the hub is where it is held, what is pinned does not move at all, its neighbours come along,
 * all of it comes to rest, and it is the same each time. */
static void
test_drag (void)
{
  const guint n = 500;
  g_autoptr (QdGraph) graph = fixture_fleet (n, 600, 3);
  g_autofree QdPoint *at = qd_graph_layout (graph, NULL, 1, NULL), *first = NULL;
  guint8 pinned[500] = { 0 };
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 100; i < 120; i++)
    pinned[i] = 1;
  for (guint time = 0; time < 2; time++)
    {
      g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, at, pinned);
      const QdPoint *now;
      guint steps = 0, came = 0, joined = 0;

      qd_layout_live_hold (live, 5, at[5].x + 10, at[5].y + 4);
      while (qd_layout_live_step (live) && steps < 1000)
        steps++;
      g_test_message ("at rest after %u steps", steps);
      g_assert_cmpuint (steps, <, 1000);
      now = qd_layout_live_get_positions (live);
      g_assert_true (now[5].x == at[5].x + 10 && now[5].y == at[5].y + 4);
      for (guint i = 0; i < n; i++)
        {
          g_assert_true (isfinite (now[i].x) && isfinite (now[i].y));
          if (pinned[i])
            g_assert_cmpmem (&now[i], sizeof *now, &at[i], sizeof *at);
        }
      for (guint e = 0; e < m; e++)
        if ((edges[e].src == 5) != (edges[e].dst == 5))
          {
            guint other = edges[e].src == 5 ? edges[e].dst : edges[e].src;

            joined++;
            came += pinned[other] || distance (now[other], now[5]) < distance (at[other], now[5]);
          }
      g_assert_cmpuint (came * 10, >=, joined * 8);
      if (first)
        g_assert_cmpmem (first, n * sizeof *first, now, n * sizeof *now);
      else
        first = g_memdup2 (now, n * sizeof *now);

      /* Let go and pinned, it stays; free, it may go back. */
      qd_layout_live_let_go (live, 5, TRUE);
      qd_layout_live_step (live);
      g_assert_true (qd_layout_live_get_positions (live)[5].x == at[5].x + 10);
      qd_layout_live_let_go (live, 5, FALSE);
      qd_layout_live_step (live);
      g_assert_true (qd_layout_live_get_positions (live)[5].x != at[5].x + 10);
    }
}

/* Dragged about wildly, in dense nets and thin ones, nothing is thrown out, and it settles. */
static void
test_wild (void)
{
  for (guint32 seed = 0; seed < 12; seed++)
    {
      guint n = 20 + seed * 40, steps = 0;
      g_autoptr (QdGraph) graph = fixture_random (n, n * (1 + seed % 6), seed);
      g_autofree QdPoint *at = qd_graph_layout (graph, NULL, seed, NULL);
      g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, at, NULL);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      double reach = 30;

      for (guint i = 0; i < n; i++)
        reach = MAX (reach, hypot (at[i].x, at[i].y));
      for (guint k = 0; k < 100; k++)
        {
          qd_layout_live_hold (live, seed, (float) g_rand_double_range (rand, -30, 30), (float) g_rand_double_range (rand, -30, 30));
          qd_layout_live_step (live);
        }
      while (qd_layout_live_step (live) && steps < 1000)
        steps++;
      g_assert_cmpuint (steps, <, 1000);
      for (guint i = 0; i < n; i++)
        g_assert_cmpfloat (hypot (qd_layout_live_get_positions (live)[i].x, qd_layout_live_get_positions (live)[i].y), <, 3 * reach + 60);
    }
}

static void
test_empty (void)
{
  for (guint n = 0; n < 3; n++)
    {
      g_autoptr (QdGraph) graph = fixture_random (n, 0, 1);
      const QdPoint at[2] = { { 0, 0 }, { 0, 0 } };
      g_autoptr (QdLayoutLive) live = qd_layout_live_new (graph, at, NULL);

      g_assert_false (qd_layout_live_step (live));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/layout-live/field", test_field);
  g_test_add_func ("/graph/layout-live/kernels", test_kernels);
  g_test_add_func ("/graph/layout-live/rests", test_rests);
  g_test_add_func ("/graph/layout-live/drag", test_drag);
  g_test_add_func ("/graph/layout-live/wild", test_wild);
  g_test_add_func ("/graph/layout-live/empty", test_empty);
  return g_test_run ();
}
