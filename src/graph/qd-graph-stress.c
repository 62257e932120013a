/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qd-graph-hops.h"
#include "qd-graph-kernels.h"

/* Distance on the page as distance in hops: the sum over pairs of (|xi - xj| - d)² / d², stress, is made small.
 *
 * The start are the pivots' coordinates. Then one node after the other goes to where the majorant of its share
 * is least (E. Gansner, Y. Koren, S. North, "Graph drawing by stress majorization", Graph Drawing 2004, the
 * localized form), and a little beyond, which gets there sooner. Small nets take all pairs into account. In
 * large ones a node looks at its neighbours, at a few pivots, each of which stands for the nodes near it
 * (M. Ortmann, M. Klimenta, U. Brandes, "A sparse stress model", Graph Drawing 2016), and at a few nodes two
 * hops away, which part the leaves of one hub.
 *
 * Where a net is dense, hops say little: nearly all pairs are two or three apart, and the least stress is a disc
 * of hair. There neighbours draw each other closer by a force that fades with their distance, as between the
 * points of L. van der Maaten and G. Hinton's t-SNE (2008; for graphs J. Kruiger et al., "Graph layouts by
 * t-SNE", 2017), so that what can be together is, and what cannot does not pull; this costs little stress. */

#define ALL_PAIRS 1200         /* up to so many nodes */
#define FADES_AT 0.4f          /* hops: at this distance attraction is half */
#define ATTRACTION 0.02f       /* per node in the net, to begin with */
#define LEAST 0.235            /* of what it begins with */
#define PRICE_ALL 0.05         /* stress may grow by that much for it */
#define PRICE_SAMPLE 0.016    /* where it is only estimated: it grows by more than that */
#define REPULSION 0.4f
#define CALM 0.006             /* hops that a node moves in a round, on average: then it is done */
#define PLAIN_ROUNDS 40
#define SMALL 150              /* so few take twice as many */
#define EARLY_ROUNDS 14        /* before attraction is thought of */
#define CLOSE_BLOCKS 11         /* each of so many rounds, then it is seen what attraction costs */
#define BLOCK_ROUNDS 5
#define ESTIMATED 200          /* nodes by which stress is estimated */
#define FAR_TERMS 4            /* nodes two hops away that a node looks at */
#define FAR_SHARE 0.03         /* and their share of its weights */

typedef struct {
  const QdAdjacency *adjacency;
  const QdKernels *kernels;
  const int *cancelled;
  guint n;
  float *x, *y;
  float *total;            /* by node: the sum of its weights */

  guint n_measured;        /* nodes from which hops are known: all, or the pivots */
  guint *measured;
  gsize stride;            /* of the rows below, one a node */
  float *inverse;          /* one over the hops; with pivots: their weight times the hops */
  float *weight;           /* with pivots: their weight */
  float *pivot_x, *pivot_y;
  guint *pivot_of;         /* by node: its number among the pivots, G_MAXUINT: none */

  guint *far_first, *far;  /* with pivots: nodes two hops away */
  float *far_weight;       /* by node */

  float attraction, repulsion;
  double n_pairs;          /* by which stress is estimated; 0: not counted yet */
} Stress;

static void
stress_clear (Stress *self)
{
  g_aligned_free (self->x);
  g_aligned_free (self->y);
  g_aligned_free (self->total);
  g_free (self->measured);
  g_aligned_free (self->inverse);
  g_aligned_free (self->weight);
  g_aligned_free (self->pivot_x);
  g_aligned_free (self->pivot_y);
  g_free (self->pivot_of);
  g_free (self->far_first);
  g_free (self->far);
  g_free (self->far_weight);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stress, stress_clear)

/* --- What a node looks at ------------------------------------------------------------------------ */

static guint
count_pivots (guint n)
{
  return n <= ALL_PAIRS ? n : n <= 6000 ? 2 * QD_HOPS_LANES : n <= 12000 ? QD_HOPS_LANES : n <= 30000 ? QD_HOPS_LANES / 2 : QD_HOPS_LANES / 4;
}

static gboolean
measure_hops (Stress *self, QdRandom *random)
{
  g_autoptr (QdHops) hops = qd_hops_new (self->adjacency);

  self->n_measured = count_pivots (self->n);
  self->measured = qd_random_sample (random, self->n, self->n_measured < self->n ? self->n_measured : 0);
  self->stride = QD_PADDED (self->n_measured);
  self->inverse = qd_floats_new (self->n * self->stride);
  for (guint s = 0; s < self->n_measured; s += QD_HOPS_LANES)
    {
      if (qd_cancelled (self->cancelled))
        return FALSE;
      qd_hops_measure (hops, self->measured + s, MIN (QD_HOPS_LANES, self->n_measured - s), self->inverse + s, self->stride);
    }
  return TRUE;
}

static void
weigh_all_pairs (Stress *self)
{
  for (guint i = 0; i < self->n; i++)
    for (guint j = 0; j < self->n; j++)
      self->total[i] += self->inverse[i * self->stride + j] * self->inverse[i * self->stride + j];
}

/* Pivots are a sample, and each stands for as many nodes as any other. (The weights by regions that the paper
 * has do worse where nearly all nodes are two or three hops apart: regions are then a matter of chance.) What is
 * next to a node is its neighbour, and not a pivot too. */
static gboolean
weigh_pivots (Stress *self)
{
  const float stands_for = (float) self->n / (float) self->n_measured;

  self->pivot_of = g_new (guint, self->n);
  memset (self->pivot_of, 0xff, self->n * sizeof *self->pivot_of);
  for (guint p = 0; p < self->n_measured; p++)
    self->pivot_of[self->measured[p]] = p;
  self->weight = qd_floats_new (self->n * self->stride);
  self->pivot_x = qd_floats_new (self->n_measured);
  self->pivot_y = qd_floats_new (self->n_measured);
  for (guint i = 0; i < self->n; i++)
    {
      float total = 0;

      if (i % 1000 == 0 && qd_cancelled (self->cancelled))
        return FALSE;
      for (gsize k = i * self->stride; k < (i + 1) * self->stride; k++)
        {
          float inverse = self->inverse[k] < 0.9f ? self->inverse[k] : 0;

          self->weight[k] = stands_for * inverse * inverse;
          self->inverse[k] = stands_for * inverse;
          total += self->weight[k];
        }
      self->total[i] = total + (float) qd_adjacency_degree (self->adjacency, i);
    }
  return TRUE;
}

static gboolean
are_neighbours (const QdAdjacency *adjacency, guint a, guint b)
{
  guint low = adjacency->first[a], high = adjacency->first[a + 1];

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (adjacency->targets[middle] == b)
        return TRUE;
      if (adjacency->targets[middle] < b)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

/* Draws a few of the nodes two hops away, and gives them the weight of as many as there may be, but
 * never more than a small share of all that a node looks at. */
static void
choose_far (Stress *self, QdRandom *random)
{
  const QdAdjacency *adjacency = self->adjacency;
  guint at = 0;

  self->far_first = g_new (guint, self->n + 1);
  self->far = g_new (guint, (gsize) self->n * FAR_TERMS);
  self->far_weight = g_new0 (float, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      guint degree = qd_adjacency_degree (adjacency, i), begin = at;
      double there_are = 0;

      self->far_first[i] = at;
      for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
        there_are += qd_adjacency_degree (adjacency, adjacency->targets[e]) - 1;
      for (guint k = 0; degree > 0 && there_are > 0 && k < FAR_TERMS; k++)
        {
          guint middle = adjacency->targets[adjacency->first[i] + qd_random_next (random) % degree];
          guint j = adjacency->targets[adjacency->first[middle] + qd_random_next (random) % qd_adjacency_degree (adjacency, middle)];

          if (j != i && !are_neighbours (adjacency, i, j))
            self->far[at++] = j;
        }
      if (at > begin)
        self->far_weight[i] = (float) MIN (0.25 * MAX (there_are / FAR_TERMS, 1), FAR_SHARE * self->total[i] / (at - begin));
      self->total[i] += self->far_weight[i] * (float) (at - begin);
    }
  self->far_first[self->n] = at;
}

/* --- Moving -------------------------------------------------------------------------------------- */

/* Along edges: the share of stress that no pivot has, and what draws neighbours close. Returns by how much
 * that adds to the node's weights. */
static float
pull_edges (const Stress *self, guint i, const float at[2], float out[2])
{
  const QdAdjacency *adjacency = self->adjacency;
  const float fades = 1 / (FADES_AT * FADES_AT);
  float added = 0;

  for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
    {
      float dx = at[0] - self->x[adjacency->targets[e]], dy = at[1] - self->y[adjacency->targets[e]];
      float r2 = dx * dx + dy * dy + 1e-12f, pull = 0;

      if (self->weight)
        pull = 1 / sqrtf (r2) - 1;
      if (self->attraction > 0)
        {
          float draw = self->attraction / (1 + fades * r2);

          pull -= draw;
          added += draw;
        }
      out[0] += dx * pull;
      out[1] += dy * pull;
    }
  return added;
}

static void
pull_far (const Stress *self, guint i, const float at[2], float out[2])
{
  for (guint e = self->far_first[i]; e < self->far_first[i + 1]; e++)
    {
      float dx = at[0] - self->x[self->far[e]], dy = at[1] - self->y[self->far[e]];
      float pull = self->far_weight[i] * (2 / sqrtf (dx * dx + dy * dy + 1e-12f) - 1);

      out[0] += dx * pull;
      out[1] += dy * pull;
    }
}

/* Moves each node once; returns how far they went, on average (root of the mean square). */
static double
do_round (Stress *self, float beyond)
{
  double moved = 0;

  for (guint i = 0; i < self->n; i++)
    {
      const float at[2] = { self->x[i], self->y[i] };
      const float *row = self->inverse + i * self->stride;
      float out[2], step = self->total[i];

      if (self->weight)
        {
          self->kernels->pull_weighted (self->stride, self->pivot_x, self->pivot_y, self->weight + i * self->stride, row, at, out);
          pull_far (self, i, at, out);
        }
      else
        self->kernels->pull (self->stride, self->x, self->y, row, self->repulsion, at, out);
      if (self->weight || self->attraction > 0)
        step += pull_edges (self, i, at, out);
      step = step > 0 ? beyond / step : 0;
      self->x[i] += out[0] * step;
      self->y[i] += out[1] * step;
      moved += (double) (out[0] * out[0] + out[1] * out[1]) * step * step;
      if (self->weight && self->pivot_of[i] != G_MAXUINT)
        {
          self->pivot_x[self->pivot_of[i]] = self->x[i];
          self->pivot_y[self->pivot_of[i]] = self->y[i];
        }
    }
  return sqrt (moved / MAX (self->n, 1));
}

static gboolean
do_rounds (Stress *self, guint rounds, float beyond)
{
  for (guint r = 0; r < rounds; r++)
    {
      if (qd_cancelled (self->cancelled))
        return FALSE;
      if (do_round (self, beyond) < CALM)
        break;
    }
  return TRUE;
}

/* Of each node that is looked at, how many pairs that is, as often as their weights count. */
static double
count_pairs (const Stress *self, guint step)
{
  double pairs = 0;

  for (guint i = 0; i < self->n; i += step)
    {
      const float *row = self->inverse + i * self->stride;
      guint count = 0;

      for (guint c = 0; c < self->n_measured; c++)
        count += row[c] > 0;
      pairs += count;
    }
  return self->weight ? pairs * self->n / self->n_measured : pairs;
}

/* Stress as it is now, by what is measured, of some nodes: with weights w = 1 / d², of which each pair has one,
 * 1 - (Σ w d r)² / (Σ w d² Σ w r²). */
static double
estimate_stress (Stress *self)
{
  guint step = MAX (self->n / ESTIMATED, 1);
  const float *x = self->weight ? self->pivot_x : self->x, *y = self->weight ? self->pivot_y : self->y;
  float *squares = self->weight ? NULL : qd_floats_new (self->n);
  double first = 0, second = 0;

  if (self->n_pairs <= 0)
    self->n_pairs = count_pairs (self, step);
  for (guint i = 0; i < self->n; i += step)
    {
      const float at[2] = { self->x[i], self->y[i] };
      const float *row = self->inverse + i * self->stride;
      float out[2];

      for (guint j = 0; squares && j < self->n; j++)
        squares[j] = row[j] * row[j];
      self->kernels->compare (self->stride, x, y, squares ? squares : self->weight + i * self->stride, row, at, out);
      first += out[0];
      second += out[1];
    }
  g_aligned_free (squares);
  return second > 0 ? 1 - first * first / (self->n_pairs * second) : 0;
}

static void
set_positions (Stress *self, const QdVec *positions)
{
  for (guint i = 0; i < self->n; i++)
    {
      self->x[i] = (float) positions[i].x;
      self->y[i] = (float) positions[i].y;
    }
  for (guint p = 0; self->weight && p < self->n_measured; p++)
    {
      self->pivot_x[p] = self->x[self->measured[p]];
      self->pivot_y[p] = self->y[self->measured[p]];
    }
}

static gboolean
weigh (Stress *self, QdRandom *random)
{
  if (self->n_measured == self->n)
    weigh_all_pairs (self);
  else if (weigh_pivots (self))
    choose_far (self, random);
  return !qd_cancelled (self->cancelled);
}

static gboolean
find_start (Stress *self, QdVec *positions, QdRandom *random)
{
  const QdPivotSource source = { self->n, self->n_measured, self->measured, self->inverse, self->stride };

  qd_pivot_layout (self->adjacency, &source, positions, random);
  return !qd_cancelled (self->cancelled);
}

/* Draws neighbours closer, as strongly as the price allows: every few rounds the force is set anew. */
static gboolean
draw_close (Stress *self, double stress, double dense)
{
  const double most = dense * ATTRACTION * self->n;
  const double allowed = stress * (1 + dense * (self->weight ? PRICE_SAMPLE : PRICE_ALL));

  self->attraction = (float) most;
  self->repulsion = (float) dense * REPULSION;
  for (guint block = 0; block < CLOSE_BLOCKS; block++)
    {
      if (!do_rounds (self, BLOCK_ROUNDS, 1.3f))
        return FALSE;
      if (block + 2 < CLOSE_BLOCKS)
        self->attraction = (float) CLAMP (self->attraction * CLAMP (pow (allowed / estimate_stress (self), 15), 0.6, 1.6),
                                          LEAST * most, most);
    }
  return TRUE;
}

/* Sets positions, one unit a hop, of one component. FALSE when cancelled. */
static gboolean
lay_out_by_stress (const QdAdjacency *adjacency, QdVec *positions, QdRandom *random, const int *cancelled)
{
  guint n = adjacency->n;
  g_auto (Stress) self = { .adjacency = adjacency, .kernels = qd_kernels_get (), .cancelled = cancelled, .n = n,
                           .x = qd_floats_new (n), .y = qd_floats_new (n), .total = qd_floats_new (n) };
  double stress, dense;

  if (!measure_hops (&self, random) || !find_start (&self, positions, random) || !weigh (&self, random))
    return FALSE;
  set_positions (&self, positions);
  if (!do_rounds (&self, EARLY_ROUNDS, 1.6f))
    return FALSE;
  stress = estimate_stress (&self);
  dense = CLAMP ((stress - 0.05) / 0.05, 0, 1);
  if (!(dense > 0 ? draw_close (&self, stress, dense) : do_rounds (&self, n <= SMALL ? 2 * PLAIN_ROUNDS : PLAIN_ROUNDS, 1.7f)))
    return FALSE;
  for (guint i = 0; i < n; i++)
    positions[i] = (QdVec) { self.x[i], self.y[i] };
  return TRUE;
}

gboolean
qd_arrange_by_force (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out)
{
  if (!lay_out_by_stress (adjacency, out, &job->random, job->options->cancelled))
    return FALSE;
  qd_layout_scale (out, part->n, 1.0 / MAX (qd_layout_typical_length (adjacency, out), 1e-6));
  qd_force_separate (out, part->n, QD_LAYOUT_SPACING, NULL, 12);
  return TRUE;
}
