/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-rebalance.h"

G_BEGIN_DECLS

/* Where tenants can be counted. There is one for each shard, one for each shard that tenants name and nobody knows, and one for each shard
 * that has tenants which it does not suit: these stand there with no place of their own, so that they must go. */
typedef struct {
  const char *id;                  /* borrowed */
  const QdRebalanceShard *shard;   /* NULL: not known, or a place of the unsuited */
  guint place;                     /* the shard's own node; of a shard's node, its own number */
  gint64 room;                     /* how many may be there */
  guint n;                         /* how many are, by the plan so far */
  guint n_pinned, n_begin;         /* of them, who may not move; how many stood there at the beginning */
  GArray *mine, *guests;           /* of guint: movable tenants that began here, and elsewhere; in order */
} QdRebalanceNode;

/* Tenants are numbered in the order in which they are preferred for a move. */
typedef struct {
  const QdRebalanceTenant **tenants;
  guint *home, *at;                /* nodes by tenant; G_MAXUINT: nowhere */
  guint8 *stuck;                   /* by tenant: pinned, or unsuited with nowhere to go */
  guint n_tenants, n_shards, n_nodes;
  QdRebalanceNode *nodes;
  guint8 *allowed;                 /* n_tenants x n_shards */
  guint bound;
} QdRebalanceWork;

void qd_rebalance_work_init (QdRebalanceWork *self, const QdRebalanceShard *shards, guint n_shards, const QdRebalanceTenant *tenants, guint n_tenants);
/* Puts everybody where they are now; the unsuited beside their shards, but for those that are stuck. */
void qd_rebalance_work_reset (QdRebalanceWork *self);
void qd_rebalance_work_clear (QdRebalanceWork *self);
/* Moves @tenant to @node. */
void qd_rebalance_work_move (QdRebalanceWork *self, guint tenant, guint node);
/* Finds the flow; what is left over cannot be helped. */
void qd_rebalance_solve (QdRebalanceWork *self);
/* The nodes (by flag, n_nodes) that somebody could get to from @node if others gave way. (transfer full) */
guint8 *qd_rebalance_reach (const QdRebalanceWork *self, guint node);
/* Moves and blocks of a state that is solved. */
void qd_rebalance_explain (const QdRebalanceWork *self, QdRebalance *plan);

static inline gboolean
qd_rebalance_may_be (const QdRebalanceWork *self, guint tenant, guint node)
{
  return self->home[tenant] == node || (node < self->n_shards && self->allowed[(gsize) tenant * self->n_shards + node]);
}

static inline guint
qd_rebalance_excess (const QdRebalanceNode *node)
{
  return node->n > node->room ? (guint) (node->n - node->room) : 0;
}

G_END_DECLS
