/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-lease.h"
#include "qd-migration.h"

G_BEGIN_DECLS

typedef struct _QdMigration QdMigration;

/* Of many at once, each under way has a place. Whoever waits for a shard that does not answer gives it up meanwhile. */
typedef struct {
  void (*leave) (gpointer data);
  /* Comes back once there is one again; or the hub ends, or all is cancelled. */
  void (*take) (gpointer data);
  gpointer data;
} QdMigrationPlaces;

/* One move on its way: a fiber that holds the hub. */
struct _QdMigration {
  gatomicrefcount refs;
  QdHub *hub;                /* referenced */
  char *control, *nats;
  QdMigrationMove *move;
  QdMigrationBounds bounds;
  QdJobRecord *record;
  QdLease *lease, *lock;     /* of the job, and of the tenant: one job at a time */
  QdMigrationStep step;      /* the one under way */
  gboolean back;             /* it goes the way back */
  QdMigrationStep reached;   /* the furthest that was begun since the tenant was last at home: what is to be taken back */
  gboolean cancel_asked;     /* by this process */
  gboolean lost;             /* somebody else works on it now */
  gint64 until_us;           /* monotonic: the step's time is over then */
  guint limit_s;
  char *waits_for;           /* what a step waits for, for people */
  const char *said_format, *waits_format;  /* the sentence that it was said in last, and when it rested last: static */
  char *waits_text;          /* as it rested last */
  gint64 waits_since_us;     /* by the calendar: since when that is what it waits for */
  gint64 rests_since_us;     /* monotonic: the same */
  gint64 shown_us, written_us;  /* monotonic: when that was last shown here, and last written down; 0: not in this step */
  QdMigrationPlaces places;  /* leave NULL: it is one alone */
  char *stands_by;           /* the shard that does not answer, "runner.shard-1": it has no place meanwhile; or NULL */
  guint64 asked_before;      /* what was asked of the owner up to here has been heard */
  gint64 heard_us;           /* monotonic: when it was last listened for */
};

QdMigration *qd_migration_ref (QdMigration *self);
void qd_migration_unref (QdMigration *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigration, qd_migration_unref)

/* All of these in its fiber. */
/* Writes down how it stands: no step is begun that is not. FALSE with an error: somebody else goes on with it, or the program ends. */
gboolean qd_migration_write_down (QdMigration *self, GError **error);
/* It is not its any more: FALSE, and an error that says so. */
gboolean qd_migration_lose (QdMigration *self, GError **error);
/* Puts what the step under way waits for, and since when, into the record. */
void qd_migration_put_wait (QdMigration *self);
/* Nothing is waited for now. */
void qd_migration_forget_wait (QdMigration *self);
/* Has its place again, if it stood by. */
void qd_migration_take_place (QdMigration *self);
/* FALSE with an error when it must not go on: the time is over, it is to be cancelled, it is somebody else's, the program ends. */
gboolean qd_migration_may_go_on (QdMigration *self, GError **error);
/* Sends @args (taken), again and again while nobody answers and it may go on. */
JsonNode *qd_migration_send (QdMigration *self, const char *connection, const char *verb, JsonObject *args, GError **error);
/* Waits for @ms, or less when @news (nullable) is there. What it waits for, if for long, is shown and written down. FALSE with an error: it is not
 * its any more. */
gboolean qd_migration_rest (QdMigration *self, DexFuture *news, guint ms, GError **error);
/* Whether @shard ("shard-1") answers: while it does not, others have its place. */
void qd_migration_mind_silence (QdMigration *self, const char *shard, gboolean silent);
/* What it waits for, for people: they read it while it lasts, and when its time is over. */
void qd_migration_say (QdMigration *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Does one step: it looks first, and is done when what it is for is so. *@detail: for people, or NULL. */
gboolean qd_migration_do_step (QdMigration *self, char **detail, GError **error);
gboolean qd_migration_do_back (QdMigration *self, char **detail, GError **error);

/* Where the tenant is placed now; NULL without an error: nowhere. */
char *qd_migration_get_place (QdMigration *self, GError **error);
/* Places it on @to by compare-and-set, if it is on @from still; TRUE where it is on @to already. QD_DRIVER_ERROR_FAILED: it is elsewhere.
 * QD_DRIVER_ERROR_CONFLICT: somebody was quicker; look again. */
gboolean qd_migration_set_place (QdMigration *self, const char *from, const char *to, GError **error);

/* A new job, or one that goes on. Both take the leases first, which may be refused: QD_DRIVER_ERROR_CONFLICT. */
QdMigration *qd_migration_begin (QdHub *hub, const char *control, const char *nats, const QdMigrationMove *move, const QdMigrationBounds *bounds,
                                 const char *reason, GError **error);
QdMigration *qd_migration_take_up (QdHub *hub, const char *nats, const char *job, QdMigrationStep step, QdMigrationWay way, GError **error);
/* To the end. TRUE: the tenant is on the target. */
gboolean qd_migration_carry_out (QdMigration *self, GError **error);
void qd_migration_cancel (QdMigration *self);
QdMigrationOutcome *qd_migration_to_outcome (QdMigration *self, gboolean done, const GError *error);

/* A batch that outlives who began it (qd-migration-batch.c). */
typedef struct { const char *id; guint at_once, wait_s; } QdMigrationBatch;
/* The lease of who sees to the turns of a batch. */
QdLease *qd_migration_batch_take (QdHub *hub, const char *nats, const char *batch, GError **error);
/* Writes down that @move is to be made, once its turn comes. (transfer full): the job's id. */
char *qd_migration_queue (QdHub *hub, const char *control, const char *nats, const QdMigrationMove *move, const QdMigrationBounds *bounds,
                          const char *reason, const QdMigrationBatch *batch, guint nth, guint of, GError **error);
/* Ends what is queued still: @state "cancelled" or "failed", and why. QD_DRIVER_ERROR_CONFLICT: somebody has begun or ended it. */
gboolean qd_migration_dequeue (QdHub *hub, const char *nats, const char *job, const char *state, const char *why, GError **error);
/* What has not ended of it, in its order, (element-type QdJobRecord). QD_DRIVER_ERROR_MISSING: there is no such batch. */
GPtrArray *qd_migration_read_batch (QdHub *hub, const char *nats, const char *batch, GError **error);
QdMigrationOutcome *qd_migration_outcome_of_record (const QdJobRecord *record);
/* A new record of @move, nothing of it done. */
QdJobRecord *qd_migration_record_new (QdHub *hub, const char *control, const QdMigrationMove *move, const QdMigrationBounds *bounds, const char *reason);
/* Begins or ends nothing, but somebody wanted it: a record of its own in the audit, beside that of the move. */
void qd_migration_audit (QdHub *hub, const char *nats, const QdJobRecord *record, const char *what, const char *why);

/* What speaks against moving tenants of the fleet whose jobs are in @nats, or NULL. */
GError *qd_migration_object_to (QdHub *hub, const char *nats);

/* The connection where the placements and jobs of @control live. (transfer full), or NULL with an error for people. */
char *qd_migration_find_nats (QdHub *hub, const char *control, GError **error);

/* Looks again and again at everything that a plan needs, where all its moves are of kind @only (NULL: of any). What has been read of the
 * jobs is not read again. For fibers on the main context; what the servers answer is taken apart on workers. */
typedef struct _QdMigrationLook QdMigrationLook;
QdMigrationLook *qd_migration_look_new (QdHub *hub, const char *control, const char *nats, const char *only);
void qd_migration_look_free (QdMigrationLook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMigrationLook, qd_migration_look_free)
/* (transfer full); one at a time. */
QdMigrationWorld *qd_migration_look_again (QdMigrationLook *look, GError **error);

G_END_DECLS
