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
 * waits up to @wait_s beside the others, and holds up none; by anything else it is not begun. Cancelling goes back with those under
 * way. The answer has an outcome for each move, in the plan's order; an error is for what kept all of it from being begun. */
void qd_migration_run_async (QdHub *hub, const char *control, const QdMigrationPlan *plan, const char *reason, guint at_once, guint wait_s,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_migration_run_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Goes on with a job that nobody works on: one that was interrupted, where it was; one that failed or was cancelled, from @step
 * (QD_N_MIGRATION_STEPS: where it stopped, or from the first after a way back). @back: goes the way back instead. */
void qd_migration_go_on_async (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, gboolean back, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);
QdMigrationOutcome *qd_migration_go_on_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Asks whoever works on it to go the way back; where nobody does, that is done here. Answers once it is asked or done. */
void qd_migration_cancel_async (QdHub *hub, const char *nats, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean qd_migration_cancel_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* What a record says is to be done; NULL where it is no migration. */
QdMigrationMove *qd_migration_move_from_record (const QdJobRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationOutcome, qd_migration_outcome_free)

G_END_DECLS
