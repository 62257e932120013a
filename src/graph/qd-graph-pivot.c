/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-hops.h"

#include <math.h>
#include <string.h>

/* Pivot MDS (U. Brandes, C. Pich, "Eigensolver methods for progressive multidimensional scaling
 * of large data", Graph Drawing 2006): the distances to a few pivots, squared and double-centred,
 * and the two directions in which they vary most. */

#define MAX_PIVOTS 40

/* Each next pivot is the node farthest from those before, among those from which distances are known.
 * Column p of @columns: hops to it. Returns how many there are. */
static guint
choose_pivots (const QdPivotSource *source, float *columns)
{
  guint k = MIN (source->n_measured, MAX_PIVOTS), pivot = 0;
  g_autofree float *nearest = g_new (float, source->n_measured);

  for (guint c = 0; c < source->n_measured; c++)
    nearest[c] = G_MAXFLOAT;
  for (guint p = 0; p < k; p++)
    {
      float *column = columns + (gsize) p * source->n;
      guint farthest = 0;

      for (guint i = 0; i < source->n; i++)
        {
          float inverse = source->inverse[i * source->stride + pivot];
          column[i] = inverse > 0 ? 1 / inverse : 0;
        }
      for (guint c = 0; c < source->n_measured; c++)
        {
          nearest[c] = MIN (nearest[c], column[source->measured[c]]);
          if (nearest[c] > nearest[farthest])
            farthest = c;
        }
      pivot = farthest;
    }
  return k;
}

static void
square_and_centre (float *columns, guint n, guint k)
{
  g_autofree double *row_mean = g_new0 (double, n);
  double total = 0;

  for (guint p = 0; p < k; p++)
    for (guint i = 0; i < n; i++)
      {
        float *d = &columns[(gsize) p * n + i];
        *d *= *d;
        row_mean[i] += *d / k;
      }
  for (guint i = 0; i < n; i++)
    total += row_mean[i] / n;
  for (guint p = 0; p < k; p++)
    {
      float *column = columns + (gsize) p * n;
      double mean = 0;

      for (guint i = 0; i < n; i++)
        mean += column[i] / n;
      for (guint i = 0; i < n; i++)
        column[i] = (float) (-0.5 * (column[i] - row_mean[i] - mean + total));
    }
}

/* The strongest eigenvector of @matrix (k x k, symmetric), orthogonal to @other if given. */
static double
power_iterate (const double *matrix, guint k, const double *other, double *vector, QdRandom *random)
{
  double next[MAX_PIVOTS], length = 0;

  for (guint i = 0; i < k; i++)
    vector[i] = qd_random_signed (random);
  for (guint round = 0; round < 60; round++)
    {
      double dot = 0;

      for (guint i = 0; other && i < k; i++)
        dot += vector[i] * other[i];
      for (guint i = 0; other && i < k; i++)
        vector[i] -= dot * other[i];
      length = 0;
      for (guint i = 0; i < k; i++)
        {
          next[i] = 0;
          for (guint j = 0; j < k; j++)
            next[i] += matrix[i * k + j] * vector[j];
          length += next[i] * next[i];
        }
      length = sqrt (length);
      if (length < 1e-9)
        break;
      for (guint i = 0; i < k; i++)
        vector[i] = next[i] / length;
    }
  return length;
}

static void
make_axes (const float *columns, guint n, guint k, QdVec *out, QdRandom *random)
{
  g_autofree double *matrix = g_new0 (double, k * k);
  double u[MAX_PIVOTS], v[MAX_PIVOTS];
  gboolean flat;

  for (guint p = 0; p < k; p++)
    for (guint q = p; q < k; q++)
      {
        const float *a = columns + (gsize) p * n, *b = columns + (gsize) q * n;
        double sum = 0;

        for (guint i = 0; i < n; i++)
          sum += (double) a[i] * b[i];
        matrix[p * k + q] = matrix[q * k + p] = sum;
      }
  power_iterate (matrix, k, NULL, u, random);
  flat = power_iterate (matrix, k, u, v, random) < 1e-6;

  for (guint i = 0; i < n; i++)
    {
      out[i] = (QdVec) { 0, 0 };
      for (guint p = 0; p < k; p++)
        {
          double value = columns[(gsize) p * n + i];
          out[i].x += value * u[p];
          if (!flat)
            out[i].y += value * v[p];
        }
    }
}

static double
mean_edge_length (const QdAdjacency *adjacency, const QdVec *positions)
{
  double sum = 0;
  guint count = 0;

  for (guint i = 0; i < adjacency->n; i++)
    for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++, count++)
      sum += hypot (positions[adjacency->targets[e]].x - positions[i].x,
                    positions[adjacency->targets[e]].y - positions[i].y);
  return count ? sum / count : 0;
}

void
qd_pivot_layout (const QdAdjacency *adjacency, const QdPivotSource *source, QdVec *out, QdRandom *random)
{
  guint n = source->n, k = MIN (source->n_measured, MAX_PIVOTS);
  g_autofree float *columns = g_new (float, (gsize) n * MAX (k, 1));
  double mean, scale;

  choose_pivots (source, columns);
  square_and_centre (columns, n, k);
  make_axes (columns, n, k, out, random);
  mean = mean_edge_length (adjacency, out);
  scale = mean > 1e-9 ? 1.0 / mean : 0;
  /* Leaves of one hub have the same distances to everything: a little noise parts them. */
  for (guint i = 0; i < n; i++)
    {
      out[i].x = out[i].x * scale + 0.15 * qd_random_signed (random);
      out[i].y = out[i].y * scale + 0.15 * qd_random_signed (random);
    }
}

void
qd_pivot_layout_quick (const QdAdjacency *adjacency, QdVec *out, QdRandom *random)
{
  guint n = adjacency->n, k = MIN (n, QD_HOPS_LANES);
  g_autofree guint *sources = qd_random_sample (random, n, k);
  g_autofree float *inverse = g_new (float, (gsize) n * k);
  g_autoptr (QdHops) hops = qd_hops_new (adjacency);
  const QdPivotSource source = { n, k, sources, inverse, k };

  qd_hops_measure (hops, sources, k, inverse, k);
  qd_pivot_layout (adjacency, &source, out, random);
}

guint *
qd_random_sample (QdRandom *random, guint n, guint k)
{
  guint *all = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    all[i] = i;
  for (guint i = 0; i < k; i++)
    {
      guint other = i + (guint) (qd_random_next (random) % (n - i)), swapped = all[i];

      all[i] = all[other];
      all[other] = swapped;
    }
  return all;
}
