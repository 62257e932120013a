/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"
#include "qd-rebalance.h"

G_BEGIN_DECLS

/* A shard of one service kind, as the fleet knows it. */
typedef struct {
  char *id;                  /* within its kind: "shard-2" */
  char *entity;              /* id of its entity; NULL: tenants are placed there and nobody knows it */
  char *region, *version, *git_sha;   /* or NULL */
  char **labels;             /* "key=value", sorted */
  char *state_text;          /* the server's own word, or NULL */
  QdStatus status;
  QdRebalanceState state;
  gboolean unhealthy;        /* its storage says so */
  gint64 capacity;           /* tenants; -1: not known, as for the others */
  gint64 in_flight, lag;
  double load;               /* events a second; NAN: not known */
  gint64 as_of;              /* microseconds; 0: not known */
} QdRollShard;

typedef struct {
  char *id, *name;
  char *shard;               /* where it is placed; NULL: nowhere */
  char *region;              /* where it must be; NULL: anywhere */
  char *pinned;              /* why it must not be moved now, a sentence; NULL: it may */
  char *state_text;          /* or NULL */
  QdStatus status;
  gint64 in_flight, lag;     /* of this service kind; -1: not known */
} QdRollTenant;

/**
 * QdPlacementRoll:
 *
 * Who is where: the shards of one service kind and the tenants on them, as they are known at one moment.
 */
typedef struct {
  char *kind;                /* "runner" */
  GPtrArray *shards;         /* of QdRollShard, in natural order */
  GPtrArray *tenants;        /* of QdRollTenant, in natural order */
  GHashTable *shards_by_id, *tenants_by_id;   /* borrow from both */
  int refs;
} QdPlacementRoll;

/* The shards and tenants that @control has, nobody placed yet. @kind: "aggregate", "projection" or "runner". Main thread. */
QdPlacementRoll *qd_placement_roll_new (QdFleet *fleet, const char *control, const char *kind);
/* Adds a shard as it tells of itself (the record in the bucket SHARDS). FALSE: it is of another kind, is there already, or is no record. */
gboolean qd_placement_roll_add_record (QdPlacementRoll *self, JsonObject *record);
/* Puts @tenant on @shard; both need not be known. */
void qd_placement_roll_place (QdPlacementRoll *self, const char *tenant, const char *shard);
/* To be called when all are placed. */
void qd_placement_roll_finish (QdPlacementRoll *self, QdFleet *fleet, const char *control);
/* From then on it is never changed, and may be read by any thread. */
QdPlacementRoll *qd_placement_roll_ref (QdPlacementRoll *self);
void qd_placement_roll_unref (QdPlacementRoll *self);

QdRollShard *qd_placement_roll_get_shard (const QdPlacementRoll *self, const char *id);        /* NULL: there is none */
QdRollTenant *qd_placement_roll_get_tenant (const QdPlacementRoll *self, const char *id);
/* The fewest moves that bring it in order. (transfer full) */
QdRebalance *qd_placement_roll_plan (const QdPlacementRoll *self);
/* The same, so that nobody is left on @shard; only who is there is moved. */
QdRebalance *qd_placement_roll_plan_empty (const QdPlacementRoll *self, const char *shard);
/* Why @tenant should not be moved to @shard, of which it would be the @n_then th; NULL: nothing speaks against it. (transfer full) */
char *qd_placement_roll_check (const QdPlacementRoll *self, const QdRollTenant *tenant, const QdRollShard *shard, guint n_then);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlacementRoll, qd_placement_roll_unref)

G_END_DECLS
