/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"

#include "qd-rebalance-private.h"

#include <math.h>

/* A way from one node to another: who would go, and what that costs. */
typedef struct {
  guint tenant;     /* G_MAXUINT: nobody may */
  int cost;
} Arc;

typedef struct {
  QdRebalanceWork *work;
  Arc *arcs;        /* n_nodes x n_nodes, from x to */
  int *cost;        /* by node: of the cheapest way there from one that has too many; G_MAXINT: none */
  guint *before;    /* by node, on that way */
} Flow;

/* --- Where to -------------------------------------------------------------------------------------------- */

/* Whether @a is the better one of two with room: emptier when one more is there, then less busy. */
static gboolean
is_better (const QdRebalanceNode *a, const QdRebalanceNode *b)
{
  gint64 full_a = (a->n + 1) * b->room, full_b = (b->n + 1) * a->room;
  gboolean known_a = !isnan (a->shard->load), known_b = !isnan (b->shard->load);

  if (full_a != full_b)
    return full_a < full_b;
  if (known_a && known_b)
    return a->shard->load < b->shard->load;
  return known_a && !known_b;
}

static gboolean
has_room (const QdRebalanceNode *node)
{
  return node->n < node->room;
}

/* The best open shard with room for @tenant; G_MAXUINT: there is none. */
static guint
find_room (const QdRebalanceWork *self, guint tenant)
{
  guint best = G_MAXUINT;

  for (guint k = 0; k < self->n_shards; k++)
    if (has_room (&self->nodes[k]) && k != self->at[tenant] && qd_rebalance_may_be (self, tenant, k)
        && (best == G_MAXUINT || is_better (&self->nodes[k], &self->nodes[best])))
      best = k;
  return best;
}

/* A path of cost one is the cheapest there is while nobody is a guest, and the cost of cheapest paths never falls: so all those
 * are taken first, which is most of the work, without looking for them. */
static void
take_direct (QdRebalanceWork *self)
{
  for (guint k = 0; k < self->n_nodes; k++)
    {
      QdRebalanceNode *node = &self->nodes[k];

      for (guint i = 0; i < node->mine->len && qd_rebalance_excess (node) > 0;)
        {
          guint tenant = g_array_index (node->mine, guint, i), to = find_room (self, tenant);

          if (to != G_MAXUINT)
            qd_rebalance_work_move (self, tenant, to);
          else
            i++;
        }
    }
}

/* --- Who would go ------------------------------------------------------------------------------------------ */

static void
offer (Arc *arc, guint tenant, int cost)
{
  if (arc->tenant == G_MAXUINT || cost < arc->cost)
    *arc = (Arc) { tenant, cost };
}

static void
update_arcs (Flow *flow, guint from)
{
  const QdRebalanceWork *self = flow->work;
  const QdRebalanceNode *node = &self->nodes[from];

  for (guint to = 0; to < self->n_nodes; to++)
    {
      Arc *arc = &flow->arcs[(gsize) from * self->n_nodes + to];

      *arc = (Arc) { G_MAXUINT, 0 };
      if (to == from)
        continue;
      for (guint i = 0; i < node->guests->len; i++)
        {
          guint tenant = g_array_index (node->guests, guint, i);

          if (self->home[tenant] == to)
            offer (arc, tenant, -1);
          else if (qd_rebalance_may_be (self, tenant, to))
            offer (arc, tenant, 0);
        }
      for (guint i = 0; i < node->mine->len && arc->tenant == G_MAXUINT; i++)
        if (qd_rebalance_may_be (self, g_array_index (node->mine, guint, i), to))
          offer (arc, g_array_index (node->mine, guint, i), 1);
    }
}

/* --- By what way --------------------------------------------------------------------------------------------- */

/* Costs may be negative, circles of negative cost there are none (or the flow would not have been the cheapest). */
static void
find_ways (Flow *flow)
{
  const QdRebalanceWork *self = flow->work;
  guint n = self->n_nodes;
  gboolean changed = TRUE;

  for (guint k = 0; k < n; k++)
    {
      flow->cost[k] = qd_rebalance_excess (&self->nodes[k]) > 0 ? 0 : G_MAXINT;
      flow->before[k] = G_MAXUINT;
    }
  for (guint round = 0; changed && round < n; round++)
    {
      changed = FALSE;
      for (guint from = 0; from < n; from++)
        for (guint to = 0; flow->cost[from] != G_MAXINT && to < n; to++)
          {
            const Arc *arc = &flow->arcs[(gsize) from * n + to];

            if (arc->tenant == G_MAXUINT || flow->cost[from] + arc->cost >= flow->cost[to])
              continue;
            flow->cost[to] = flow->cost[from] + arc->cost;
            flow->before[to] = from;
            changed = TRUE;
          }
    }
}

static guint
find_end (Flow *flow)
{
  const QdRebalanceWork *self = flow->work;
  guint best = G_MAXUINT;

  for (guint k = 0; k < self->n_shards; k++)
    if (has_room (&self->nodes[k]) && flow->cost[k] != G_MAXINT
        && (best == G_MAXUINT || flow->cost[k] < flow->cost[best]
            || (flow->cost[k] == flow->cost[best] && is_better (&self->nodes[k], &self->nodes[best]))))
      best = k;
  return best;
}

/* From the end backwards, so that who leaves a node is not who has just come. */
static void
take_way (Flow *flow, guint end)
{
  guint n = flow->work->n_nodes;

  for (guint to = end; flow->before[to] != G_MAXUINT; to = flow->before[to])
    qd_rebalance_work_move (flow->work, flow->arcs[(gsize) flow->before[to] * n + to].tenant, to);
  for (guint at = end; at != G_MAXUINT; at = flow->before[at])
    update_arcs (flow, at);
}

static gboolean
has_excess (const QdRebalanceWork *self)
{
  for (guint k = 0; k < self->n_nodes; k++)
    if (qd_rebalance_excess (&self->nodes[k]) > 0)
      return TRUE;
  return FALSE;
}

void
qd_rebalance_solve (QdRebalanceWork *self)
{
  gsize n = self->n_nodes;
  Flow flow = { .work = self };
  guint end;

  take_direct (self);
  if (!has_excess (self))
    return;
  flow.arcs = g_new (Arc, n * n);
  flow.cost = g_new (int, n);
  flow.before = g_new (guint, n);
  for (guint k = 0; k < n; k++)
    update_arcs (&flow, k);
  while (has_excess (self))
    {
      find_ways (&flow);
      if ((end = find_end (&flow)) == G_MAXUINT)
        break;
      take_way (&flow, end);
    }
  g_free (flow.arcs);
  g_free (flow.cost);
  g_free (flow.before);
}

guint8 *
qd_rebalance_reach (const QdRebalanceWork *self, guint node)
{
  guint8 *seen = g_new0 (guint8, self->n_nodes);
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));

  seen[node] = 1;
  g_array_append_val (open, node);
  for (guint i = 0; i < open->len; i++)
    {
      const QdRebalanceNode *from = &self->nodes[g_array_index (open, guint, i)];

      for (guint to = 0; to < self->n_nodes; to++)
        for (guint list = 0; list < 2 && !seen[to]; list++)
          {
            GArray *tenants = list == 0 ? from->mine : from->guests;

            for (guint t = 0; t < tenants->len && !seen[to]; t++)
              if (qd_rebalance_may_be (self, g_array_index (tenants, guint, t), to))
                {
                  seen[to] = 1;
                  g_array_append_val (open, to);
                }
          }
    }
  return seen;
}
