/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-shard-record.h"

G_BEGIN_DECLS

/* Moving tenants from shard to shard, as data: what is done in which order, what would change, what speaks against it, how long each
 * step may take, and the way back. Pure; carried out by src/ops/qd-migration.h. */

typedef enum {
  QD_MIGRATION_DRAIN,      /* the source takes no new work for the tenant */
  QD_MIGRATION_SETTLE,     /* nothing is in flight there, and its lag is under the bound */
  QD_MIGRATION_PLACE,      /* the placement says the target, by compare-and-set */
  QD_MIGRATION_RELOAD,     /* both read their placement anew */
  QD_MIGRATION_WARM_UP,    /* the target makes itself ready */
  QD_MIGRATION_VERIFY,     /* the target has it and takes work, the source has it no more, and nothing was lost */
  QD_N_MIGRATION_STEPS
} QdMigrationStep;

/* "drain", "settle", "place", "reload", "warm-up", "verify". */
const char *qd_migration_step_to_string (QdMigrationStep step);
gboolean qd_migration_step_parse (const char *text, QdMigrationStep *step);

/* What is too much, and how long a step may take. */
typedef struct {
  gint64 max_in_flight, max_lag;
  guint limit_s[QD_N_MIGRATION_STEPS];
  guint back_s;             /* the way back, all of it */
} QdMigrationBounds;
void qd_migration_bounds_init (QdMigrationBounds *self);
JsonObject *qd_migration_bounds_to_json (const QdMigrationBounds *self);
/* What @object does not say, or says out of reason, stays as it is. */
void qd_migration_bounds_take_json (QdMigrationBounds *self, JsonObject *object);

typedef enum {
  QD_MIGRATION_IN_FLIGHT, QD_MIGRATION_LAG, QD_MIGRATION_STORAGE, QD_MIGRATION_CAPACITY, QD_MIGRATION_VERSION, QD_MIGRATION_BUSY,
  QD_MIGRATION_FROZEN, QD_MIGRATION_TARGET_DOWN, QD_MIGRATION_TARGET_STARTING, QD_MIGRATION_TARGET_DRAINING, QD_MIGRATION_MOVED,
  QD_MIGRATION_NOWHERE, QD_MIGRATION_THERE, QD_MIGRATION_NO_TARGET,
  QD_N_MIGRATION_BLOCKS
} QdMigrationBlock;

typedef struct {
  QdMigrationBlock block;
  char *text;               /* a sentence for people */
} QdMigrationBlocker;

/* "lag-too-high" and the like. */
const char *qd_migration_block_to_string (QdMigrationBlock block);
/* Whether it may go by itself: what only waits for that is looked at again, and never holds up others. */
gboolean qd_migration_block_passes (QdMigrationBlock block);

/* One tenant of one kind from one shard to another. */
typedef struct {
  char *tenant, *kind;
  char *from, *to;          /* shards: "shard-1"; @from NULL: it is nowhere */
  gboolean source_down;     /* there is nobody to drain: the target takes up what the source left */
  GPtrArray *blockers;      /* QdMigrationBlocker; empty: it can be begun */
} QdMigrationMove;

/* What somebody wants. */
typedef struct {
  const char *tenant, *kind;
  const char *from;         /* where it is thought to be; NULL: wherever it is */
  const char *to;           /* "shard-2" or "runner.shard-2"; NULL: where there is the most room */
} QdMigrationWish;

/* What is known when a plan is made. */
typedef struct {
  GPtrArray *shards;        /* QdShardRecord */
  GHashTable *placement;    /* "KIND TENANT" → shard, as the buckets have it */
  GHashTable *busy;         /* tenant → what is done to it by whom, for people */
  gboolean frozen;
  QdMigrationBounds bounds;
} QdMigrationWorld;

QdMigrationWorld *qd_migration_world_new (void);
void qd_migration_world_free (QdMigrationWorld *self);
void qd_migration_world_place (QdMigrationWorld *self, const char *kind, const char *tenant, const char *shard);
const char *qd_migration_world_get_place (const QdMigrationWorld *self, const char *kind, const char *tenant);
/* Borrowed, or NULL. @shard: "shard-2". */
const QdShardRecord *qd_migration_world_get_shard (const QdMigrationWorld *self, const char *kind, const char *shard);

typedef struct {
  GPtrArray *moves;         /* QdMigrationMove, in the order in which they are begun */
  QdMigrationBounds bounds;
} QdMigrationPlan;

/* A plan for each of @wishes, in their order: those that go before count for the room on a shard. */
QdMigrationPlan *qd_migration_plan_new (const QdMigrationWorld *world, const QdMigrationWish *wishes, guint n);
/* All tenants that the placement has on @shard ("runner.shard-1"), each to where the most room is then. */
QdMigrationPlan *qd_migration_plan_new_for_node (const QdMigrationWorld *world, const char *shard);
void qd_migration_plan_free (QdMigrationPlan *self);
/* How many have no blocker. */
guint qd_migration_plan_get_n_free (const QdMigrationPlan *self);
/* {"moves":[{"tenant","kind","from","to","plan":[{"step","target","text","limit_s","back","would_change"?}],"blockers":[{"code","detail"}]}]} */
JsonNode *qd_migration_plan_to_json (const QdMigrationPlan *self);
/* For people: a line a step, what blocks it, the way back. */
char *qd_migration_plan_to_text (const QdMigrationPlan *self);
/* "Move tenant-a (runner) from shard-1 to shard-2". */
char *qd_migration_move_to_sentence (const QdMigrationMove *self);

QdMigrationMove *qd_migration_move_new (const char *tenant, const char *kind, const char *from, const char *to);
void qd_migration_move_free (QdMigrationMove *self);
/* What a step does, and how it is taken back, as sentences. */
char *qd_migration_step_to_sentence (QdMigrationStep step, const QdMigrationMove *move);
char *qd_migration_step_back_to_sentence (QdMigrationStep step, const QdMigrationMove *move);

/* Looks at whether @move could be begun now, and puts what speaks against it into its blockers, anew. */
void qd_migration_move_check (QdMigrationMove *move, const QdMigrationWorld *world);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationPlan, qd_migration_plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationWorld, qd_migration_world_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationMove, qd_migration_move_free)

G_END_DECLS
