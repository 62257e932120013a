/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>
#include <string.h>

/* Hub and spoke: the hubs on a circle, each with a sector of its own, and in it rings of what is one
 * hop away, two hops away and so on (a radial layered drawing: G. Wills, "NicheWorks", Graph Drawing
 * 1997). A ring that has too many for its arc has several rows. */

#define ROW 1.0            /* between rows and between nodes of one row */
#define TIER 1.8           /* between tiers */
#define EVEN_SHARE 0.5     /* how much of the circle is dealt out evenly; the rest by size */

typedef struct { double key; guint node; } Keyed;

typedef struct {
  const QdAdjacency *adjacency;
  guint n_roots, n_levels;
  guint *order;            /* breadth first; the roots come first */
  guint *level, *parent, *root;
  double *angle;           /* where a node stands, as seen from the middle */
  double *middle, *width;  /* by root: its sector */
} Tiers;

static void
tiers_clear (Tiers *self)
{
  g_free (self->order);
  g_free (self->level);
  g_free (self->parent);
  g_free (self->root);
  g_free (self->angle);
  g_free (self->middle);
  g_free (self->width);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tiers, tiers_clear)

static int
compare_keyed (gconstpointer a, gconstpointer b)
{
  const Keyed *l = a, *r = b;

  if (l->key != r->key)
    return l->key < r->key ? -1 : 1;
  return l->node < r->node ? -1 : l->node > r->node;
}

/* The hubs; where none is marked, what most hang from. */
static void
find_roots (Tiers *self, const QdGraphNode *nodes, const QdPart *part)
{
  guint best = 0;

  for (guint i = 0; i < part->n; i++)
    {
      if (nodes[part->nodes[i]].kind == 1)
        self->order[self->n_roots++] = i;
      if (qd_adjacency_degree (self->adjacency, i) > qd_adjacency_degree (self->adjacency, best))
        best = i;
    }
  if (self->n_roots == 0)
    self->order[self->n_roots++] = best;
}

/* Hubs that are joined stand near each other on the circle: they go by their direction in a quick
 * layout of the whole. */
static void
sort_roots (Tiers *self, QdRandom *random)
{
  g_autofree QdVec *quick = g_new (QdVec, self->adjacency->n);
  g_autofree Keyed *keyed = g_new (Keyed, self->n_roots);
  QdVec middle = { 0, 0 };

  if (self->n_roots < 3)
    return;
  qd_pivot_layout_quick (self->adjacency, quick, random);
  for (guint r = 0; r < self->n_roots; r++)
    {
      middle.x += quick[self->order[r]].x / self->n_roots;
      middle.y += quick[self->order[r]].y / self->n_roots;
    }
  for (guint r = 0; r < self->n_roots; r++)
    keyed[r] = (Keyed) { atan2 (quick[self->order[r]].y - middle.y, quick[self->order[r]].x - middle.x), self->order[r] };
  qsort (keyed, self->n_roots, sizeof *keyed, compare_keyed);
  for (guint r = 0; r < self->n_roots; r++)
    self->order[r] = keyed[r].node;
}

static void
find_levels (Tiers *self)
{
  guint n = self->adjacency->n, tail = self->n_roots;

  for (guint i = 0; i < n; i++)
    self->level[i] = G_MAXUINT;
  for (guint r = 0; r < self->n_roots; r++)
    {
      self->level[self->order[r]] = 0;
      self->root[self->order[r]] = r;
      self->parent[self->order[r]] = self->order[r];
    }
  for (guint head = 0; head < tail; head++)
    {
      guint i = self->order[head];

      for (guint e = self->adjacency->first[i]; e < self->adjacency->first[i + 1]; e++)
        {
          guint j = self->adjacency->targets[e];

          if (self->level[j] != G_MAXUINT)
            continue;
          self->level[j] = self->level[i] + 1;
          self->root[j] = self->root[i];
          self->parent[j] = i;
          self->order[tail++] = j;
        }
    }
  self->n_levels = self->level[self->order[n - 1]] + 1;
}

static void
deal_sectors (Tiers *self)
{
  guint n = self->adjacency->n;
  double at = 0;

  self->middle = g_new (double, self->n_roots);
  self->width = g_new0 (double, self->n_roots);
  for (guint i = 0; i < n; i++)
    self->width[self->root[i]] += 1;
  for (guint r = 0; r < self->n_roots; r++)
    {
      self->width[r] = 2 * G_PI * (EVEN_SHARE / self->n_roots + (1 - EVEN_SHARE) * self->width[r] / n);
      self->middle[r] = at + self->width[r] / 2;
      at += self->width[r];
    }
}

static double
turn_between (double from, double to)
{
  return remainder (to - from, 2 * G_PI);
}

/* Where in its sector a node would like to be: by its parent first, then towards the other hubs
 * that it reaches. */
static double
wish_of (const Tiers *self, guint i)
{
  guint root = self->root[i], count = 0;
  double parent = turn_between (self->middle[root], self->angle[self->parent[i]]), pull = 0;

  if (self->level[i] > 1)
    return self->angle[self->parent[i]];
  for (guint e = self->adjacency->first[i]; e < self->adjacency->first[i + 1]; e++)
    if (self->root[self->adjacency->targets[e]] != root)
      {
        pull += turn_between (self->middle[root], self->middle[self->root[self->adjacency->targets[e]]]);
        count++;
      }
  return parent + (count ? pull / count : 0);
}

/* Sets the nodes of one level: @order of @count; returns the radius at which the next one may begin. */
static double
set_level (Tiers *self, guint *order, guint count, double radius, QdVec *out)
{
  g_autofree Keyed *keyed = g_new (Keyed, count);
  g_autofree guint *in_sector = g_new0 (guint, self->n_roots), *first = g_new0 (guint, self->n_roots + 1);
  double deepest = radius;

  for (guint i = 0; i < count; i++)
    {
      in_sector[self->root[order[i]]]++;
      keyed[i] = (Keyed) { wish_of (self, order[i]), order[i] };
    }
  for (guint r = 0; r < self->n_roots; r++)
    {
      first[r + 1] = first[r] + in_sector[r];
      /* As many rows as would fill it to twice its inner radius at most. */
      radius = MAX (radius, ROW * sqrt (in_sector[r] / self->width[r]));
      in_sector[r] = 0;
    }
  qsort (keyed, count, sizeof *keyed, compare_keyed);
  for (guint i = 0; i < count; i++)
    {
      guint node = keyed[i].node, r = self->root[node], in_it = first[r + 1] - first[r], k = in_sector[r]++;
      double room = self->width[r] * 0.94;
      guint rows = (guint) MAX (ceil (ROW * in_it / (room * radius) - 1e-9), 1);
      double angle = self->middle[r] + room * ((k + 0.5) / in_it - 0.5), at = radius + ROW * (k % rows);

      self->angle[node] = angle;
      out[node] = (QdVec) { at * cos (angle), at * sin (angle) };
      deepest = MAX (deepest, at);
    }
  return deepest;
}

gboolean
qd_arrange_in_tiers (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out)
{
  guint n = part->n, begin, end;
  g_auto (Tiers) self = { .adjacency = adjacency, .order = g_new (guint, n), .level = g_new (guint, n),
                          .parent = g_new (guint, n), .root = g_new (guint, n), .angle = g_new0 (double, n) };
  double radius;

  find_roots (&self, qd_graph_nodes (job->graph, NULL), part);
  sort_roots (&self, &job->random);
  find_levels (&self);
  deal_sectors (&self);
  radius = self.n_roots == 1 ? 0 : MAX (TIER, 1.3 * self.n_roots / (2 * G_PI * EVEN_SHARE));
  for (guint r = 0; r < self.n_roots; r++)
    {
      self.angle[self.order[r]] = self.middle[r];
      out[self.order[r]] = (QdVec) { radius * cos (self.middle[r]), radius * sin (self.middle[r]) };
    }
  for (begin = self.n_roots; begin < n; begin = end)
    {
      if (qd_layout_job_is_cancelled (job))
        return FALSE;
      for (end = begin; end < n && self.level[self.order[end]] == self.level[self.order[begin]]; end++)
        ;
      radius = set_level (&self, self.order + begin, end - begin, radius + TIER, out);
    }
  return TRUE;
}
