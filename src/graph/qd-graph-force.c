/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-private.h"

#include <math.h>
#include <string.h>

/* Springs along edges and repulsion between all nodes, the latter by Barnes and Hut's quadtree
 * (Nature 324, 1986), with the step that grows while it pays and shrinks when it does not
 * (Y. Hu, "Efficient and high quality force-directed graph drawing", 2005). */

#define THETA2 (0.95 * 0.95)
#define MAX_DEPTH 28

typedef struct {
  double x, y, mass;   /* the mass' centre (sums until the tree is complete) */
  double size;         /* the square's side */
  int child[4];        /* -1: none */
  int node;            /* the one node in it, -1: none or more than one */
  guint count;
} Cell;

typedef struct {
  Cell *cells;
  guint n, size;
} Tree;

static int
tree_add_cell (Tree *tree, double size)
{
  if (tree->n == tree->size)
    {
      tree->size = MAX (64, tree->size * 2);
      tree->cells = g_renew (Cell, tree->cells, tree->size);
    }
  tree->cells[tree->n] = (Cell) { .size = size, .child = { -1, -1, -1, -1 }, .node = -1 };
  return (int) tree->n++;
}

/* Which quarter of the square at (@left, @top) holds @at: bit 0 right, bit 1 below. */
static int
quarter_of (QdVec at, double left, double top, double half)
{
  return (at.x >= left + half) + 2 * (at.y >= top + half);
}

static void
cell_add (Cell *cell, QdVec at, double mass)
{
  cell->x += at.x * mass;
  cell->y += at.y * mass;
  cell->mass += mass;
  cell->count++;
}

static int
tree_get_child (Tree *tree, int at, int quarter)
{
  if (tree->cells[at].child[quarter] < 0)
    {
      int sub = tree_add_cell (tree, tree->cells[at].size / 2);
      tree->cells[at].child[quarter] = sub;
    }
  return tree->cells[at].child[quarter];
}

static void
tree_insert (Tree *tree, const QdVec *positions, const double *masses, guint node, double left, double top)
{
  int at = 0;

  for (guint depth = 0;; depth++)
    {
      double half = tree->cells[at].size / 2;
      int alone = tree->cells[at].node, quarter;

      cell_add (&tree->cells[at], positions[node], masses[node]);
      if (tree->cells[at].count == 1)
        {
          tree->cells[at].node = (int) node;
          return;
        }
      tree->cells[at].node = -1;
      if (depth == MAX_DEPTH)
        return;
      if (alone >= 0)
        {
          /* The one that was alone here goes one level down first. */
          int sub = tree_get_child (tree, at, quarter_of (positions[alone], left, top, half));
          cell_add (&tree->cells[sub], positions[alone], masses[alone]);
          tree->cells[sub].node = alone;
        }
      quarter = quarter_of (positions[node], left, top, half);
      at = tree_get_child (tree, at, quarter);
      left += quarter & 1 ? half : 0;
      top += quarter & 2 ? half : 0;
    }
}

static void
tree_build (Tree *tree, const QdVec *positions, const double *masses, guint n)
{
  double left = G_MAXDOUBLE, top = G_MAXDOUBLE, right = -G_MAXDOUBLE, bottom = -G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    {
      left = MIN (left, positions[i].x);
      right = MAX (right, positions[i].x);
      top = MIN (top, positions[i].y);
      bottom = MAX (bottom, positions[i].y);
    }
  tree->n = 0;
  tree_add_cell (tree, MAX (MAX (right - left, bottom - top), 1e-6) * 1.0001);
  for (guint i = 0; i < n; i++)
    tree_insert (tree, positions, masses, i, left, top);
  for (guint i = 0; i < tree->n; i++)
    if (tree->cells[i].mass > 0)
      {
        tree->cells[i].x /= tree->cells[i].mass;
        tree->cells[i].y /= tree->cells[i].mass;
      }
}

static QdVec
tree_repulsion (const Tree *tree, const QdVec *positions, const double *masses, guint i)
{
  int stack[4 * (MAX_DEPTH + 2)], depth = 0;
  QdVec at = positions[i], force = { 0, 0 };

  stack[depth++] = 0;
  while (depth > 0)
    {
      const Cell *cell = &tree->cells[stack[--depth]];
      double dx, dy, d2;

      if (cell->node == (int) i)
        continue;
      dx = at.x - cell->x;
      dy = at.y - cell->y;
      d2 = dx * dx + dy * dy;
      if (cell->node >= 0 || cell->size * cell->size < THETA2 * d2 ||
          (cell->child[0] < 0 && cell->child[1] < 0 && cell->child[2] < 0 && cell->child[3] < 0))
        {
          double strength = cell->mass / MAX (d2, 1e-4);
          force.x += dx * strength;
          force.y += dy * strength;
          continue;
        }
      for (guint q = 0; q < 4; q++)
        if (cell->child[q] >= 0)
          stack[depth++] = cell->child[q];
    }
  force.x *= masses[i];
  force.y *= masses[i];
  return force;
}

/* One node's total force. Springs grow with the square of the length, so that clusters keep
 * together, and are the weaker the more others both ends have: else the thick of the net would be
 * drawn into a knot, and lone leaves be driven far out. */
static QdVec
total_force (const QdAdjacency *adjacency, const Tree *tree, const QdVec *positions,
             const double *masses, guint i)
{
  guint degree = qd_adjacency_degree (adjacency, i);
  QdVec force = tree_repulsion (tree, positions, masses, i);

  for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
    {
      guint target = adjacency->targets[e];
      QdVec to = positions[target];
      double strength = 1 / sqrt ((double) MIN (degree, qd_adjacency_degree (adjacency, target)));
      double dx = to.x - positions[i].x, dy = to.y - positions[i].y;
      double length = sqrt (dx * dx + dy * dy);

      force.x += dx * length * strength;
      force.y += dy * length * strength;
    }
  return force;
}

static double *
make_masses (const QdAdjacency *adjacency)
{
  double *masses = g_new (double, adjacency->n);

  for (guint i = 0; i < adjacency->n; i++)
    masses[i] = sqrt (sqrt (1.0 + qd_adjacency_degree (adjacency, i)));
  return masses;
}

gboolean
qd_force_refine (const QdAdjacency *adjacency, QdVec *positions, const float *mobility,
                 guint max_rounds, double step, QdRandom *random, const int *cancelled)
{
  guint n = adjacency->n, progress = 0;
  g_autofree double *masses = make_masses (adjacency);
  g_autofree QdVec *next = g_new (QdVec, n);
  double before = G_MAXDOUBLE, smallest = step * 0.01;
  Tree tree = { 0 };
  gboolean completed = TRUE;

  for (guint round = 0; round < max_rounds && step > smallest; round++)
    {
      double energy = 0;

      if (qd_cancelled (cancelled))
        {
          completed = FALSE;
          break;
        }
      tree_build (&tree, positions, masses, n);
      for (guint i = 0; i < n; i++)
        {
          double reach = mobility ? mobility[i] : 1.0, length, along;
          QdVec force;

          next[i] = positions[i];
          if (reach <= 0)
            continue;
          force = total_force (adjacency, &tree, positions, masses, i);
          length = hypot (force.x, force.y);
          energy += length * length * reach;
          if (!(length > 1e-9) || !isfinite (length))
            continue;
          along = MIN (step, length) * reach / length;
          next[i].x += force.x * along;
          next[i].y += force.y * along;
        }
      memcpy (positions, next, n * sizeof *next);
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
  g_free (tree.cells);
  return completed;
}

/* --- Parting ----------------------------------------------------------------------------------- */

typedef struct { gint64 cell; guint node; } Placed;

static int
compare_placed (gconstpointer a, gconstpointer b)
{
  const Placed *l = a, *r = b;

  if (l->cell != r->cell)
    return l->cell < r->cell ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

static gint64
cell_of (double x, double y, double size)
{
  return (gint64) ((guint64) (gint64) floor (x / size) << 32) ^ ((gint64) floor (y / size) & 0xffffffff);
}

static void
part (QdVec *positions, guint a, guint b, double distance, const float *mobility)
{
  double dx = positions[b].x - positions[a].x, dy = positions[b].y - positions[a].y;
  double d = hypot (dx, dy), ma = mobility ? mobility[a] : 1, mb = mobility ? mobility[b] : 1, push;

  if (d >= distance || ma + mb <= 0)
    return;
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
}

static guint
find_cell (const Placed *placed, guint n, gint64 cell)
{
  guint low = 0, high = n;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (placed[middle].cell < cell)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
qd_force_separate (QdVec *positions, guint n, double distance, const float *mobility, guint rounds)
{
  g_autofree Placed *placed = g_new (Placed, MAX (n, 1));

  for (guint round = 0; round < rounds; round++)
    {
      for (guint i = 0; i < n; i++)
        placed[i] = (Placed) { cell_of (positions[i].x, positions[i].y, distance), i };
      qsort (placed, n, sizeof *placed, compare_placed);
      for (guint i = 0; i < n; i++)
        {
          QdVec at = positions[placed[i].node];

          for (int cx = -1; cx <= 1; cx++)
            for (int cy = -1; cy <= 1; cy++)
              {
                gint64 cell = cell_of (at.x + cx * distance, at.y + cy * distance, distance);

                for (guint k = find_cell (placed, n, cell); k < n && placed[k].cell == cell; k++)
                  if (placed[k].node > placed[i].node)
                    part (positions, placed[i].node, placed[k].node, distance, mobility);
              }
        }
    }
}
