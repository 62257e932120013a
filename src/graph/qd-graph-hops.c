/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-hops.h"

#include <string.h>

/* Breadth first from many nodes at once, a bit for each (M. Then et al., "The more the merrier:
 * efficient multi-source graph traversal", VLDB 2014): where nets are shallow, one pass over the edges
 * serves 256 sources. */

#define WORDS (QD_HOPS_LANES / 64)

typedef struct { guint64 w[WORDS]; } Bits;

struct _QdHops {
  const QdAdjacency *adjacency;
  Bits *seen, *now, *next;
  guint *active, *upcoming;
};

QdHops *
qd_hops_new (const QdAdjacency *adjacency)
{
  QdHops *self = g_new (QdHops, 1);
  gsize n = MAX (adjacency->n, 1);

  self->adjacency = adjacency;
  self->seen = g_new (Bits, n);
  self->now = g_new0 (Bits, n);
  self->next = g_new0 (Bits, n);
  self->active = g_new (guint, n);
  self->upcoming = g_new (guint, n);
  return self;
}

void
qd_hops_free (QdHops *self)
{
  g_free (self->seen);
  g_free (self->now);
  g_free (self->next);
  g_free (self->active);
  g_free (self->upcoming);
  g_free (self);
}

static inline gboolean
bits_any (const Bits *bits)
{
  guint64 any = 0;

  for (guint k = 0; k < WORDS; k++)
    any |= bits->w[k];
  return any != 0;
}

/* Hands on what reached each active node to its neighbours; returns how many of these are upcoming. */
static guint
spread (QdHops *self, guint n_active)
{
  const QdAdjacency *adjacency = self->adjacency;
  guint n_upcoming = 0;

  for (guint a = 0; a < n_active; a++)
    {
      guint i = self->active[a];
      Bits bits = self->now[i];

      memset (&self->now[i], 0, sizeof bits);
      for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
        {
          Bits *next = &self->next[adjacency->targets[e]];

          if (!bits_any (next))
            self->upcoming[n_upcoming++] = adjacency->targets[e];
          for (guint k = 0; k < WORDS; k++)
            next->w[k] |= bits.w[k];
        }
    }
  return n_upcoming;
}

/* Keeps of what reached the upcoming nodes what had not reached them before. */
static guint
take (QdHops *self, guint n_upcoming, float value, float *out, gsize stride)
{
  guint n_active = 0;

  for (guint a = 0; a < n_upcoming; a++)
    {
      guint i = self->upcoming[a];
      float *row = out + i * stride;
      guint64 any = 0;

      for (guint k = 0; k < WORDS; k++)
        {
          guint64 fresh = self->next[i].w[k] & ~self->seen[i].w[k];

          self->next[i].w[k] = 0;
          self->seen[i].w[k] |= fresh;
          self->now[i].w[k] = fresh;
          any |= fresh;
          for (; fresh; fresh &= fresh - 1)
            row[64 * k + (guint) __builtin_ctzll (fresh)] = value;
        }
      if (any)
        self->active[n_active++] = i;
    }
  return n_active;
}

guint
qd_hops_measure (QdHops *self, const guint *sources, guint n_sources, float *out, gsize stride)
{
  guint n = self->adjacency->n, n_active = 0, level = 0;

  g_assert (n_sources <= QD_HOPS_LANES);
  memset (self->seen, 0, n * sizeof *self->seen);
  for (guint i = 0; i < n; i++)
    memset (out + i * stride, 0, n_sources * sizeof *out);
  for (guint s = 0; s < n_sources; s++)
    {
      guint i = sources[s];

      if (!bits_any (&self->now[i]))
        self->active[n_active++] = i;
      self->now[i].w[s / 64] |= 1ull << s % 64;
      self->seen[i].w[s / 64] |= 1ull << s % 64;
    }
  while (n_active > 0)
    {
      level++;
      n_active = take (self, spread (self, n_active), 1.0f / (float) level, out, stride);
    }
  return level - (level > 0);
}
