/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-field.h"

#include <math.h>
#include <string.h>

#include "qd-graph-kernels.h"

/* J. Barnes and P. Hut's tree (Nature 324, 1986) over bodies in the order of their Morton codes: a cell is a run
 * of them, and the cells lie in the order in which they are walked, each with the number of the one that
 * follows when it is taken as a whole. No pointer is followed and nothing is allocated while it is walked. */

#define ALL_PAIRS 1500      /* up to so many, all pairs are quicker */
#define LEAF 12             /* bodies */
#define THETA2 (0.9f * 0.9f)
#define BITS 16             /* of each coordinate in a code: as deep as the tree gets */

typedef struct {
  float x, y, mass;         /* the mass' centre */
  float reach2;             /* beyond that distance, squared, it is taken as a whole */
  guint first, n;           /* its bodies, in the tree's order */
  guint skip;               /* the next cell that is not within it */
  gboolean leaf;
} Cell;

struct _QdField {
  const QdKernels *kernels;
  guint n;
  float *mass;
  float *x, *y;             /* by body where all pairs are looked at, else in the tree's order */
  float *sorted_mass;
  guint32 *codes;
  guint *order, *spare;     /* bodies in the tree's order */
  guint32 *spare_codes;
  guint *rank;              /* by body: its place in that order */
  Cell *cells;
  guint n_cells, size;
};

QdField *
qd_field_new (guint n, const float *mass)
{
  QdField *self = g_new0 (QdField, 1);

  self->kernels = qd_kernels_get ();
  self->n = n;
  self->mass = qd_floats_new (n);
  memcpy (self->mass, mass, n * sizeof *mass);
  self->x = qd_floats_new (n);
  self->y = qd_floats_new (n);
  if (n > ALL_PAIRS)
    {
      self->sorted_mass = qd_floats_new (n);
      self->codes = g_new (guint32, n);
      self->spare_codes = g_new (guint32, n);
      self->order = g_new (guint, n);
      self->spare = g_new (guint, n);
      self->rank = g_new (guint, n);
    }
  return self;
}

void
qd_field_free (QdField *self)
{
  g_aligned_free (self->mass);
  g_aligned_free (self->x);
  g_aligned_free (self->y);
  g_aligned_free (self->sorted_mass);
  g_free (self->codes);
  g_free (self->spare_codes);
  g_free (self->order);
  g_free (self->spare);
  g_free (self->rank);
  g_free (self->cells);
  g_free (self);
}

/* The bits of @v with a zero before each. */
static guint32
spread_bits (guint32 v)
{
  v = (v | v << 8) & 0x00ff00ff;
  v = (v | v << 4) & 0x0f0f0f0f;
  v = (v | v << 2) & 0x33333333;
  return (v | v << 1) & 0x55555555;
}

/* By a byte at a time, the least first: stable, so that equal codes keep the bodies' order. */
static void
sort_codes (QdField *self)
{
  for (guint shift = 0; shift < 32; shift += 8)
    {
      guint count[257] = { 0 };
      guint32 *codes = self->spare_codes;
      guint *order = self->spare;

      for (guint i = 0; i < self->n; i++)
        count[(self->codes[i] >> shift & 255) + 1]++;
      for (guint b = 0; b < 256; b++)
        count[b + 1] += count[b];
      for (guint i = 0; i < self->n; i++)
        {
          guint to = count[self->codes[i] >> shift & 255]++;

          codes[to] = self->codes[i];
          order[to] = self->order[i];
        }
      self->spare_codes = self->codes;
      self->spare = self->order;
      self->codes = codes;
      self->order = order;
    }
}

static guint
add_cell (QdField *self, guint first, guint n, float side)
{
  Cell cell = { .first = first, .n = n, .leaf = TRUE };

  for (guint k = first; k < first + n; k++)
    {
      cell.x += self->x[k] * self->sorted_mass[k];
      cell.y += self->y[k] * self->sorted_mass[k];
      cell.mass += self->sorted_mass[k];
    }
  if (cell.mass > 0)
    {
      cell.x /= cell.mass;
      cell.y /= cell.mass;
    }
  cell.reach2 = side * side / THETA2;
  if (self->n_cells == self->size)
    {
      self->size = MAX (256, self->size * 2);
      self->cells = g_renew (Cell, self->cells, self->size);
    }
  self->cells[self->n_cells] = cell;
  return self->n_cells++;
}

/* One past the last body from @first on whose code has @prefix in its upper bits. */
static guint
end_of_quarter (const QdField *self, guint first, guint end, guint32 last_code)
{
  while (first < end)
    {
      guint middle = (first + end) / 2;

      if (self->codes[middle] <= last_code)
        first = middle + 1;
      else
        end = middle;
    }
  return first;
}

static void
build (QdField *self, guint first, guint n, guint level, guint32 prefix, float side)
{
  guint cell = add_cell (self, first, n, side), end = first + n;

  if (n > LEAF && level < BITS)
    {
      guint below = 2 * (BITS - level - 1);      /* bits of a quarter's codes that differ */

      self->cells[cell].leaf = FALSE;
      for (guint32 quarter = 0; quarter < 4 && first < end; quarter++)
        {
          guint32 code = prefix | quarter << below;
          guint to = end_of_quarter (self, first, end, code | (guint32) ((1ull << below) - 1));

          if (to > first)
            build (self, first, to - first, level + 1, code, side / 2);
          first = to;
        }
    }
  self->cells[cell].skip = self->n_cells;
}

void
qd_field_place (QdField *self, const float *x, const float *y)
{
  float left = G_MAXFLOAT, top = G_MAXFLOAT, right = -G_MAXFLOAT, bottom = -G_MAXFLOAT, side, scale;

  if (self->n <= ALL_PAIRS)
    {
      memcpy (self->x, x, self->n * sizeof *x);
      memcpy (self->y, y, self->n * sizeof *y);
      return;
    }
  for (guint i = 0; i < self->n; i++)
    {
      left = MIN (left, x[i]);
      right = MAX (right, x[i]);
      top = MIN (top, y[i]);
      bottom = MAX (bottom, y[i]);
    }
  side = MAX (MAX (right - left, bottom - top), 1e-6f);
  scale = (float) ((1 << BITS) - 1) / side;
  for (guint i = 0; i < self->n; i++)
    {
      self->order[i] = i;
      self->codes[i] = spread_bits ((guint32) ((x[i] - left) * scale)) | spread_bits ((guint32) ((y[i] - top) * scale)) << 1;
    }
  sort_codes (self);
  for (guint k = 0; k < self->n; k++)
    {
      guint i = self->order[k];

      self->rank[i] = k;
      self->x[k] = x[i];
      self->y[k] = y[i];
      self->sorted_mass[k] = self->mass[i];
    }
  self->n_cells = 0;
  build (self, 0, self->n, 0, 0, side);
}

static void
add_bodies (const QdField *self, guint own, guint first, guint n, float x, float y, float out[3])
{
  for (guint k = first; k < first + n; k++)
    {
      float dx = x - self->x[k], dy = y - self->y[k];
      float strength = k == own ? 0 : self->sorted_mass[k] / (dx * dx + dy * dy + QD_FIELD_SOFT);

      out[0] += dx * strength;
      out[1] += dy * strength;
      out[2] += strength;
    }
}

void
qd_field_repel (const QdField *self, guint i, float out[3])
{
  if (self->n <= ALL_PAIRS)
    {
      const float at[2] = { self->x[i], self->y[i] };

      self->kernels->repel (QD_PADDED (self->n), self->x, self->y, self->mass, QD_FIELD_SOFT, at, out);
      /* Itself, at no distance. */
      out[2] -= self->mass[i] / QD_FIELD_SOFT;
      return;
    }
  out[0] = out[1] = out[2] = 0;
  for (guint c = 0, own = self->rank[i]; c < self->n_cells;)
    {
      const Cell *cell = &self->cells[c];
      float dx = self->x[own] - cell->x, dy = self->y[own] - cell->y, d2 = dx * dx + dy * dy;

      if (d2 > cell->reach2 && (own < cell->first || own >= cell->first + cell->n))
        {
          float strength = cell->mass / (d2 + QD_FIELD_SOFT);

          out[0] += dx * strength;
          out[1] += dy * strength;
          out[2] += strength;
          c = cell->skip;
        }
      else if (cell->leaf)
        {
          add_bodies (self, own, cell->first, cell->n, self->x[own], self->y[own], out);
          c = cell->skip;
        }
      else
        c++;
    }
}
