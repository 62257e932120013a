/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-private.h"

#include <math.h>
#include <string.h>

#include "qd-graph-field.h"

/* Springs along edges and repulsion between all nodes, with the step that grows while it pays and shrinks
 * when it does not (Y. Hu, "Efficient and high quality force-directed graph drawing", 2005). */

/* One node's total force. Springs grow with the square of the length, so that clusters keep
 * together, and are the weaker the more others both ends have: else the thick of the net would be
 * drawn into a knot, and lone leaves be driven far out. */
static QdVec
total_force (const QdAdjacency *adjacency, const QdField *field, const float *x, const float *y, const float *masses, guint i)
{
  guint degree = qd_adjacency_degree (adjacency, i);
  float repulsion[3];
  QdVec force;

  qd_field_repel (field, i, repulsion);
  force = (QdVec) { repulsion[0] * masses[i], repulsion[1] * masses[i] };
  for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
    {
      guint target = adjacency->targets[e];
      double strength = 1 / sqrt ((double) MIN (degree, qd_adjacency_degree (adjacency, target)));
      double dx = x[target] - x[i], dy = y[target] - y[i];
      double length = sqrt (dx * dx + dy * dy);

      force.x += dx * length * strength;
      force.y += dy * length * strength;
    }
  return force;
}

static float *
make_masses (const QdAdjacency *adjacency)
{
  float *masses = g_new (float, MAX (adjacency->n, 1));

  for (guint i = 0; i < adjacency->n; i++)
    masses[i] = sqrtf (sqrtf (1.0f + (float) qd_adjacency_degree (adjacency, i)));
  return masses;
}

/* Moves the nodes by one round; returns the energy of the forces. */
static double
move_once (const QdAdjacency *adjacency, QdField *field, QdVec *positions, float *x, float *y, const float *masses,
           const float *mobility, double step)
{
  double energy = 0;

  for (guint i = 0; i < adjacency->n; i++)
    {
      x[i] = (float) positions[i].x;
      y[i] = (float) positions[i].y;
    }
  qd_field_place (field, x, y);
  for (guint i = 0; i < adjacency->n; i++)
    {
      double reach = mobility ? mobility[i] : 1.0, length, along;
      QdVec force;

      if (reach <= 0)
        continue;
      force = total_force (adjacency, field, x, y, masses, i);
      length = hypot (force.x, force.y);
      energy += length * length * reach;
      if (!(length > 1e-9) || !isfinite (length))
        continue;
      along = MIN (step, length) * reach / length;
      positions[i].x += force.x * along;
      positions[i].y += force.y * along;
    }
  return energy;
}

gboolean
qd_force_refine (const QdAdjacency *adjacency, QdVec *positions, const float *mobility,
                 guint max_rounds, double step, const int *cancelled)
{
  guint progress = 0;
  g_autofree float *masses = make_masses (adjacency), *x = g_new (float, MAX (adjacency->n, 1)), *y = g_new (float, MAX (adjacency->n, 1));
  g_autoptr (QdField) field = qd_field_new (adjacency->n, masses);
  double before = G_MAXDOUBLE, smallest = step * 0.01;

  for (guint round = 0; round < max_rounds && step > smallest; round++)
    {
      double energy;

      if (qd_cancelled (cancelled))
        return FALSE;
      energy = move_once (adjacency, field, positions, x, y, masses, mobility, step);
      if (energy < before)
        {
          if (++progress >= 5)
            {
              progress = 0;
              step /= 0.9;
            }
        }
      else
        {
          progress = 0;
          step *= 0.9;
        }
      /* It must end: past half of the rounds it only cools. */
      if (round > max_rounds / 2)
        step *= 0.95;
      before = energy;
    }
  return TRUE;
}

/* --- Parting ----------------------------------------------------------------------------------- */

/* FALSE when they are far enough apart. */
static gboolean
part (QdVec *positions, guint a, guint b, double distance, const float *mobility)
{
  double dx = positions[b].x - positions[a].x, dy = positions[b].y - positions[a].y;
  double d = hypot (dx, dy), ma = mobility ? mobility[a] : 1, mb = mobility ? mobility[b] : 1, push;

  if (d >= distance || ma + mb <= 0)
    return FALSE;
  if (d < 1e-6)
    {
      /* On top of each other: any direction, but always the same. */
      double angle = 2.399963 * (a + 1) + b;
      dx = cos (angle);
      dy = sin (angle);
      d = 1;
      push = distance / (ma + mb);
    }
  else
    push = (distance - d) * 0.6 / (ma + mb);
  positions[a].x -= dx / d * push * ma;
  positions[a].y -= dy / d * push * ma;
  positions[b].x += dx / d * push * mb;
  positions[b].y += dy / d * push * mb;
  return TRUE;
}

/* A hash of the cell at (@x, @y), one of 2^@bits. */
static guint
bucket_of (gint64 x, gint64 y, guint bits)
{
  return (guint) (((guint64) x * 0x9e3779b97f4a7c15u ^ (guint64) y * 0xc2b2ae3d27d4eb4fu) * 0xd6e8feb86659fd93u >> (64 - bits));
}

/* Nodes by the bucket of their cell: those of bucket b are nodes[first[b]] to nodes[first[b + 1] - 1]. */
static void
fill_buckets (const QdVec *positions, guint n, double distance, guint bits, guint *first, guint *nodes)
{
  memset (first, 0, ((1u << bits) + 1) * sizeof *first);
  for (guint i = 0; i < n; i++)
    first[bucket_of ((gint64) floor (positions[i].x / distance), (gint64) floor (positions[i].y / distance), bits)]++;
  for (guint b = 1; b <= 1u << bits; b++)
    first[b] += first[b - 1];
  for (guint i = n; i-- > 0;)
    nodes[--first[bucket_of ((gint64) floor (positions[i].x / distance), (gint64) floor (positions[i].y / distance), bits)]] = i;
}

static gboolean
part_from_bucket (QdVec *positions, guint i, const guint *nodes, guint begin, guint end, double distance, const float *mobility)
{
  gboolean any = FALSE;

  for (guint k = begin; k < end; k++)
    {
      guint j = nodes[k];

      if (j > i && fabs (positions[j].x - positions[i].x) < distance && fabs (positions[j].y - positions[i].y) < distance)
        any |= part (positions, i, j, distance, mobility);
    }
  return any;
}

void
qd_force_separate (QdVec *positions, guint n, double distance, const float *mobility, guint rounds)
{
  guint bits = CLAMP (g_bit_storage (n) + 1, 4, 24);
  g_autofree guint *first = g_new (guint, (1u << bits) + 1), *nodes = g_new (guint, MAX (n, 1));
  gboolean any = TRUE;

  for (guint round = 0; any && round < rounds; round++)
    {
      any = FALSE;
      fill_buckets (positions, n, distance, bits, first, nodes);
      for (guint i = 0; i < n; i++)
        {
          gint64 x = (gint64) floor (positions[i].x / distance), y = (gint64) floor (positions[i].y / distance);

          for (gint64 cell = 0; cell < 9; cell++)
            {
              guint bucket = bucket_of (x + cell % 3 - 1, y + cell / 3 - 1, bits);

              any |= part_from_bucket (positions, i, nodes, first[bucket], first[bucket + 1], distance, mobility);
            }
        }
    }
}
