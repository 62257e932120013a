/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>

/* Scaling, turning and packing of components that are laid out. */

/* --- Scale and turn ------------------------------------------------------------------------------ */

/* The @k-th smallest of @values, which are put in another order (C. Hoare, "Algorithm 65: find", 1961). */
static float
find_kth (float *values, guint n, guint k)
{
  guint low = 0, high = n - 1;

  while (low < high)
    {
      float pivot = values[low + (high - low) / 2];
      guint i = low, j = high;

      for (;;)
        {
          float swapped;

          while (values[i] < pivot)
            i++;
          while (values[j] > pivot)
            j--;
          if (i >= j)
            break;
          swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      /* What is up to j is no greater, what follows no less. */
      if (values[j] > pivot)
        j--;
      if (k <= j)
        high = j;
      else
        low = j + 1;
    }
  return values[k];
}

/* How far it is from a node to the nearest other, of a hundred or so nodes: the lower quartile. */
static double
crowding (const QdVec *positions, guint n)
{
  guint step = MAX (n / 128, 1), count = 0;
  float nearest[300];

  for (guint i = 0; i < n && count < G_N_ELEMENTS (nearest); i += step)
    {
      double best = G_MAXDOUBLE;

      for (guint j = 0; j < n; j++)
        if (j != i)
          {
            double dx = positions[j].x - positions[i].x, dy = positions[j].y - positions[i].y;
            best = MIN (best, dx * dx + dy * dy);
          }
      nearest[count++] = (float) sqrt (best);
    }
  return find_kth (nearest, count, count / 4);
}

/* One unit is the median edge, or less where nodes stand much closer than edges are long: in a dense
 * net all edges cross the whole picture, and a unit must still part neighbours. Where they crowd, it is
 * less again, up to a third, so that they need not be pushed far. */
double
qd_layout_typical_length (const QdAdjacency *adjacency, const QdVec *positions)
{
  guint n = adjacency->n, m = adjacency->first[n];
  g_autofree float *lengths = g_new (float, MAX (m, 1));
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE, room, median;

  if (m == 0)
    return 1;
  for (guint i = 0; i < n; i++)
    {
      left = MIN (left, positions[i].x);
      right = MAX (right, positions[i].x);
      top = MIN (top, positions[i].y);
      bottom = MAX (bottom, positions[i].y);
      for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
        lengths[e] = hypotf ((float) (positions[adjacency->targets[e]].x - positions[i].x),
                             (float) (positions[adjacency->targets[e]].y - positions[i].y));
    }
  median = find_kth (lengths, m, m / 2);
  room = sqrt (MAX (right - left, 1e-9) * MAX (bottom - top, 1e-9) / n);
  if (n <= 8)
    return median;
  room = MIN (median, 1.1 * room);
  return CLAMP (crowding (positions, n) / QD_LAYOUT_SPACING, room / 3, room);
}

void
qd_layout_scale (QdVec *positions, guint n, double factor)
{
  for (guint i = 0; i < n; i++)
    {
      positions[i].x *= factor;
      positions[i].y *= factor;
    }
}

void
qd_layout_centre (QdVec *positions, guint n)
{
  double x = 0, y = 0;

  for (guint i = 0; i < n; i++)
    {
      x += positions[i].x / n;
      y += positions[i].y / n;
    }
  for (guint i = 0; i < n; i++)
    {
      positions[i].x -= x;
      positions[i].y -= y;
    }
}

/* Turns (and mirrors, if that fits better) a centred component so that east is right and north is
 * up. FALSE when too few nodes know where they are. */
static gboolean
turn_by_map (const QdGraphNode *nodes, const QdPart *part, QdVec *positions)
{
  double mean_x = 0, mean_y = 0, c = 0, s = 0, mc = 0, ms = 0, angle;
  guint known = 0;
  gboolean mirror;

  for (guint i = 0; i < part->n; i++)
    if (isfinite (nodes[part->nodes[i]].latitude) && isfinite (nodes[part->nodes[i]].longitude))
      {
        known++;
        mean_x += nodes[part->nodes[i]].longitude;
        mean_y -= nodes[part->nodes[i]].latitude;
      }
  if (known < 3 || known * 2 < part->n)
    return FALSE;
  mean_x /= known;
  mean_y /= known;
  for (guint i = 0; i < part->n; i++)
    {
      const QdGraphNode *node = &nodes[part->nodes[i]];
      double mx, my;

      if (!isfinite (node->latitude) || !isfinite (node->longitude))
        continue;
      mx = (node->longitude - mean_x) * cos (CLAMP (mean_y, -80, 80) * G_PI / 180);
      my = -node->latitude - mean_y;
      c += positions[i].x * mx + positions[i].y * my;
      s += positions[i].x * my - positions[i].y * mx;
      mc += -positions[i].x * mx + positions[i].y * my;
      ms += -positions[i].x * my - positions[i].y * mx;
    }
  mirror = hypot (mc, ms) > hypot (c, s);
  angle = mirror ? atan2 (ms, mc) : atan2 (s, c);
  for (guint i = 0; i < part->n; i++)
    {
      double x = mirror ? -positions[i].x : positions[i].x, y = positions[i].y;
      positions[i] = (QdVec) { x * cos (angle) - y * sin (angle), x * sin (angle) + y * cos (angle) };
    }
  return TRUE;
}

/* Lays a centred component down: windows are wider than high. */
static void
turn_flat (QdVec *positions, guint n)
{
  double xx = 0, yy = 0, xy = 0, angle;

  for (guint i = 0; i < n; i++)
    {
      xx += positions[i].x * positions[i].x;
      yy += positions[i].y * positions[i].y;
      xy += positions[i].x * positions[i].y;
    }
  angle = -0.5 * atan2 (2 * xy, xx - yy);
  for (guint i = 0; i < n; i++)
    {
      double x = positions[i].x, y = positions[i].y;
      positions[i] = (QdVec) { x * cos (angle) - y * sin (angle), x * sin (angle) + y * cos (angle) };
    }
}

void
qd_layout_turn (const QdGraphNode *nodes, const QdPart *part, QdVec *positions)
{
  if (!turn_by_map (nodes, part, positions))
    turn_flat (positions, part->n);
}

/* --- Packing --------------------------------------------------------------------------------------- */
QdBox
qd_box_of (const QdVec *positions, guint n)
{
  QdBox box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };

  for (guint i = 0; i < n; i++)
    {
      box.left = MIN (box.left, positions[i].x);
      box.right = MAX (box.right, positions[i].x);
      box.top = MIN (box.top, positions[i].y);
      box.bottom = MAX (box.bottom, positions[i].y);
    }
  return box;
}

guint
qd_pack_alone (QdVec **layouts, guint *counts, guint n_joined, guint n)
{
  guint alone = n - n_joined, columns = (guint) MAX (ceil (sqrt (alone * 0.3)), 1);

  if (alone < 2)
    return n;
  /* They lie one behind the other in memory, being last. */
  for (guint i = 0; i < alone; i++)
    layouts[n_joined][i] = (QdVec) { (i % columns) * 1.6, (i / columns) * 1.0 };
  counts[n_joined] = alone;
  return n_joined + 1;
}

void
qd_pack_shelves (QdVec **layouts, const guint *counts, guint n, double x, double y, double width)
{
  double top = y;

  for (guint begin = 0, end; begin < n; begin = end)
    {
      double at = x, height = 0;

      for (end = begin; end < n; end++)
        {
          QdBox box = qd_box_of (layouts[end], counts[end]);

          if (end > begin && at + box.right - box.left + QD_LAYOUT_GAP > x + width)
            break;
          at += box.right - box.left + QD_LAYOUT_GAP;
          height = MAX (height, box.bottom - box.top + QD_LAYOUT_GAP);
        }
      at = x;
      for (guint i = begin; i < end; i++)
        {
          QdBox box = qd_box_of (layouts[i], counts[i]);
          double dx = at - box.left + QD_LAYOUT_GAP / 2, dy = top + height / 2 - (box.top + box.bottom) / 2;

          for (guint k = 0; k < counts[i]; k++)
            {
              layouts[i][k].x += dx;
              layouts[i][k].y += dy;
            }
          at += box.right - box.left + QD_LAYOUT_GAP;
        }
      top += height;
    }
}

double
qd_pack_width (QdVec **layouts, const guint *counts, guint n)
{
  double area = 0, widest = 0;

  for (guint i = 0; i < n; i++)
    {
      QdBox box = qd_box_of (layouts[i], counts[i]);
      area += (box.right - box.left + QD_LAYOUT_GAP) * (box.bottom - box.top + QD_LAYOUT_GAP);
      widest = MAX (widest, box.right - box.left + QD_LAYOUT_GAP);
    }
  return MAX (widest, sqrt (area * 2.2));
}
