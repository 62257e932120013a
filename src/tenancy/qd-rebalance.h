/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  QD_REBALANCE_OPEN,       /* takes tenants while there is room */
  QD_REBALANCE_DRAINING,   /* is to be empty */
  QD_REBALANCE_DOWN,       /* serves nobody: is to be empty as well */
} QdRebalanceState;

/* A shard as the rebalancer sees it. All is borrowed for the length of the call. */
typedef struct {
  const char *id;
  const char *region;              /* or NULL */
  const char *const *labels;       /* "key=value", or NULL */
  gint64 capacity;                 /* tenants; negative: not known, and then it is full with whom it has */
  double load;                     /* events a second; NAN: not known. The lower of two that are as full is preferred */
  QdRebalanceState state;
} QdRebalanceShard;

typedef struct {
  const char *id;
  const char *shard;               /* NULL: placed nowhere, and left there */
  const char *region;              /* where it must be; NULL: anywhere */
  const char *const *labels;       /* what its shard must have, each as "key=value"; or NULL */
  gint64 waiting;                  /* in flight and lag; negative: not known. Who has the least is moved first */
  const char *pinned;              /* why it must stay where it is, a sentence; NULL: it may move */
} QdRebalanceTenant;

typedef enum {
  QD_REBALANCE_OVER,               /* its shard has more tenants than room */
  QD_REBALANCE_EMPTYING,           /* its shard is draining, down or not known */
  QD_REBALANCE_UNSUITED,           /* its shard lacks what it needs */
  QD_REBALANCE_ROOM,               /* another takes its place, who may be in fewer */
} QdRebalanceCause;

typedef struct {
  char *tenant, *from, *to;
  QdRebalanceCause cause;
  gboolean brief;                  /* carried out in this order, its target has one too many until a later move */
  char *why;                       /* for people: one or two sentences */
} QdRebalanceMove;

/* What could not be brought in order. */
typedef struct {
  char *shard;
  guint n;                         /* tenants too many there */
  char *why;                       /* for people */
} QdRebalanceBlock;

typedef struct {
  GPtrArray *moves;                /* of QdRebalanceMove, in an order in which they can be carried out */
  GPtrArray *blocks;               /* of QdRebalanceBlock, in order of the shards */
  guint bound;                     /* that many must move, whatever one does */
  guint n_unplaced;                /* tenants placed nowhere: no move is about them */
} QdRebalance;

QdRebalance *qd_rebalance_plan (const QdRebalanceShard *shards, guint n_shards, const QdRebalanceTenant *tenants, guint n_tenants);
void qd_rebalance_free (QdRebalance *self);
/* The plan in one or two sentences. (transfer full) */
char *qd_rebalance_tell (const QdRebalance *self);
/* Whether @tenant may be on @shard, as far as region and labels go. */
gboolean qd_rebalance_suits (const QdRebalanceTenant *tenant, const QdRebalanceShard *shard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdRebalance, qd_rebalance_free)

G_END_DECLS
