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

/* --- The order of the hubs ----------------------------------------------------------------------- */

typedef struct { guint a, b, weight; } Pair;

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *l = a, *r = b;

  if (l->weight != r->weight)
    return l->weight > r->weight ? -1 : 1;
  if (l->a != r->a)
    return l->a < r->a ? -1 : 1;
  return l->b < r->b ? -1 : l->b > r->b;
}

/* How many edges lead from what hangs from one hub to what hangs from another: each such pair of hubs. */
static GArray *
count_pairs (const Tiers *self)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  guint kept = 0;

  for (guint i = 0; i < self->adjacency->n; i++)
    for (guint e = self->adjacency->first[i]; e < self->adjacency->first[i + 1]; e++)
      {
        Pair pair = { self->root[i], self->root[self->adjacency->targets[e]], 1 };

        if (pair.a < pair.b)
          g_array_append_val (pairs, pair);
      }
  g_array_sort (pairs, compare_pairs);
  for (guint k = 0; k < pairs->len; k++)
    {
      Pair *pair = &g_array_index (pairs, Pair, k), *last = kept ? &g_array_index (pairs, Pair, kept - 1) : NULL;

      if (last && last->a == pair->a && last->b == pair->b)
        last->weight++;
      else
        g_array_index (pairs, Pair, kept++) = *pair;
    }
  g_array_set_size (pairs, kept);
  g_array_sort (pairs, compare_pairs);
  return pairs;
}

/* Hubs in rows: each is joined to at most two others. */
typedef struct {
  guint *next[2];          /* by root: whom it stands beside, G_MAXUINT: nobody */
  guint *row;              /* by root: a name of its row, to be looked up again */
} Rows;

static guint
find_row (const Rows *rows, guint root)
{
  while (rows->row[root] != root)
    root = rows->row[root] = rows->row[rows->row[root]];
  return root;
}

/* Those with the most in common stand side by side, as long as each has a side free and no ring closes. */
static void
join_rows (Rows *rows, const GArray *pairs)
{
  for (guint k = 0; k < pairs->len; k++)
    {
      const Pair *pair = &g_array_index (pairs, Pair, k);
      guint a = find_row (rows, pair->a), b = find_row (rows, pair->b);

      if (a == b || rows->next[1][pair->a] != G_MAXUINT || rows->next[1][pair->b] != G_MAXUINT)
        continue;
      rows->next[rows->next[0][pair->a] != G_MAXUINT][pair->a] = pair->b;
      rows->next[rows->next[0][pair->b] != G_MAXUINT][pair->b] = pair->a;
      rows->row[a] = b;
    }
}

/* Which hub comes first, second and so on: the rows one after the other, each from the end that comes
 * first in the order that there was. */
static guint *
read_rows (const Rows *rows, guint n)
{
  guint *place_of = g_new (guint, n), at = 0;
  g_autofree guint8 *done = g_new0 (guint8, n);

  for (guint root = 0; root < n; root++)
    for (guint now = root, before = G_MAXUINT; !done[now] && (now != root || rows->next[1][root] == G_MAXUINT);)
      {
        guint next = rows->next[0][now] != before ? rows->next[0][now] : rows->next[1][now];

        done[now] = 1;
        place_of[now] = at++;
        before = now;
        if (next == G_MAXUINT)
          break;
        now = next;
      }
  return place_of;
}

/* Gives the hubs the order in which they stand on the circle. */
static void
sort_roots (Tiers *self)
{
  guint n = self->n_roots;
  g_autoptr (GArray) pairs = NULL;
  g_autofree guint *place_of = NULL, *hubs = NULL, *left = NULL, *right = NULL, *row = NULL;
  Rows rows;

  if (n < 3)
    return;
  pairs = count_pairs (self);
  rows = (Rows) { { left = g_new (guint, n), right = g_new (guint, n) }, row = g_new (guint, n) };
  for (guint r = 0; r < n; r++)
    {
      left[r] = right[r] = G_MAXUINT;
      row[r] = r;
    }
  join_rows (&rows, pairs);
  place_of = read_rows (&rows, n);
  hubs = g_memdup2 (self->order, n * sizeof *hubs);
  for (guint r = 0; r < n; r++)
    self->order[place_of[r]] = hubs[r];
  for (guint i = 0; i < self->adjacency->n; i++)
    self->root[i] = place_of[self->root[i]];
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
  find_levels (&self);
  sort_roots (&self);
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
