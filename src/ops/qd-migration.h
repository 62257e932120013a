/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-capability.h"
#include "qd-hub.h"
#include "qd-job-stream.h"
#include "qd-migration-plan.h"

G_BEGIN_DECLS

/* Moving tenants for good: each move of a plan is a job of its own, whose record is in the stream JOBS and whose lease is in JOB_LEASES.
 * A step looks before it does, and is written down before it is begun; so a job goes on where it was, in this process or in another,
 * after any of them was killed. It ends with the tenant on the target, or back on the source.
 * Main thread; nothing waits. */
#define QD_MIGRATIONS_AT_ONCE 8

/* Looks at the shards, the placement and the jobs under way. @control: the control connection; the NATS connection that feeds it, or
 * itself, has the buckets. */
void qd_migration_look_async (QdHub *hub, const char *control, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdMigrationWorld *qd_migration_look_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* How one move ended. */
typedef struct {
  char *job;               /* NULL: it was not begun */
  char *tenant, *kind, *from, *to;
  char *state;             /* "succeeded", "failed", "cancelled"; "blocked": not begun */
  char *error;
} QdMigrationOutcome;
void qd_migration_outcome_free (QdMigrationOutcome *self);

/* Carries out what can be of @plan (copied), @at_once moves at a time (0: QD_MIGRATIONS_AT_ONCE). A move that is blocked by what may pass
 * waits up to @wait_s beside the others, and holds up none; by anything else it is not begun. Before the first of several begins, all
 * that can be are in the stream, "queued": what has not begun when the process ends can be gone on with, or cancelled, as a whole or
 * singly. Cancelling goes back with those under way. The answer has an outcome for each move, in the plan's order; an error is for what
 * kept all of it from being begun. */
void qd_migration_run_async (QdHub *hub, const char *control, const QdMigrationPlan *plan, const char *reason, guint at_once, guint wait_s,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_migration_run_finish (QdHub *hub, GAsyncResult *result, GError **error);

typedef enum {
  QD_MIGRATION_FORWARD,      /* one that was interrupted, where it was; one that failed or was cancelled, anew */
  QD_MIGRATION_WAY_BACK,
  QD_MIGRATION_TAKE_OVER,    /* forward, but only what has not ended: nobody has asked for it */
} QdMigrationWay;

/* Goes on with a job that nobody works on, from @step (QD_N_MIGRATION_STEPS: where it stopped, or from the first once a way back was
 * begun). */
void qd_migration_go_on_async (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, QdMigrationWay way, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);
QdMigrationOutcome *qd_migration_go_on_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Whether a job that nobody works on may begin again with @step: all before it must be done, and nothing of it taken back. Why not, for
 * people, in *@why. */
gboolean qd_migration_may_begin (const QdJobRecord *record, QdMigrationStep step, char **why);

/* Goes on with what has not ended of a batch that nobody works on, as many at once as it was begun with. qd_migration_run_finish() gives
 * the outcomes of those. */
void qd_migration_go_on_batch_async (QdHub *hub, const char *nats, const char *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* What cancelling came to. */
typedef enum {
  QD_MIGRATION_NOT_CANCELLED,   /* with an error */
  QD_MIGRATION_WAS_QUEUED,      /* it had not begun, and does not any more */
  QD_MIGRATION_GOES_BACK,       /* this process works on it: it undoes the step that it is in, and what was before */
  QD_MIGRATION_WAS_ASKED,       /* who works on it was asked to do that, and does so within seconds */
  QD_MIGRATION_WENT_BACK,       /* nobody worked on it: that was done here */
} QdMigrationCancelled;

/* Asks whoever works on it to go the way back; where nobody does, that is done here. Answers once it is asked or done. */
void qd_migration_cancel_async (QdHub *hub, const char *nats, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdMigrationCancelled qd_migration_cancel_finish (QdHub *hub, GAsyncResult *result, GError **error);
/* All of a batch that has not ended: from the last to the first, so that none begins meanwhile. Answers as of the one that was furthest. */
void qd_migration_cancel_batch_async (QdHub *hub, const char *nats, const char *batch, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* What a record says is to be done; NULL where it is no migration. */
QdMigrationMove *qd_migration_move_from_record (const QdJobRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationOutcome, qd_migration_outcome_free)

G_END_DECLS
