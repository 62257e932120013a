/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-audit-facts.h"
#include "qd-job.h"

G_BEGIN_DECLS

/* Of work, in the journal: what it is going to do, and how a step ended. These are no ends of a job. */
#define QD_JOB_TODO "todo"
#define QD_JOB_STEP_DONE "done"
#define QD_JOB_STEP_REFUSED "refused"

/* What a job does that is more than one command. @run is in the job's fiber and says whether all of it was done; @ended comes once it
 * is shown and journalled, with the reason where not; @free at last, whether it ended or was let go. */
typedef struct {
  gboolean (*run) (QdJob *self, gpointer data, GError **error);
  void (*ended) (QdJob *self, gpointer data, const GError *error);
  GDestroyNotify free;
} QdJobWork;

struct _QdJob {
  gatomicrefcount refs;
  QdHub *hub;                       /* borrowed; NULL once abandoned */
  char *id;
  char *connection;
  char *verb;
  char *summary;
  char *reason;
  char *server_job;
  char *error;
  JsonObject *args;
  JsonArray *steps;
  GTask *task;                      /* NULL for a resumed one, and once it has returned */
  GCancellable *sending;            /* stops waiting for the answer */
  DexPromise *cancelled;            /* rejected by qd_job_cancel() */
  DexPromise *woken;                /* while it waits for news of the server's job */
  DexPromise *password;             /* while it waits for who one is to be confirmed */
  gulong cancel_handler;
  gint64 started_at, ended_at;      /* 0: now */
  char *program, *user;             /* of another program of this desk: which, and who signed in there; or NULL */
  const char *state;                /* static */
  double progress;
  gboolean repeatable, resumed, journal_lost, cancel_asked;
  guint step;                       /* of @steps: the one under way */
  QdJobWork work;                   /* what it does instead of sending @verb; run: NULL */
  gpointer work_data;
  gboolean todo;                    /* out of the journal: it was work */
  gboolean stop_asked;              /* of work: it ends after the step under way */
  gint64 shown_us;                  /* monotonic */
  QdAuditSubject subject;           /* for the audit, once it was looked at */
  gboolean looked, audit_lost;
};

QdJob *qd_job_alloc (QdHub *hub, const char *id, const char *connection, const char *verb);
gboolean qd_job_has_ended (const char *state);

/* Takes @data. */
QdJob *qd_job_new_work (QdHub *hub, const char *id, const char *connection, const QdCapability *capability, const char *summary,
                        const char *reason, const QdJobWork *work, gpointer data);

/* Resolves a promise, which it takes, by a driver's answer. */
void qd_job_answered_cb (GObject *source, GAsyncResult *result, gpointer promise);

/* For work, in its fiber. Sends a command, and again while the server cannot be reached if @repeatable; asks for the password where the
 * server wants it. @attempts: how often it was sent. */
JsonNode *qd_job_send (QdJob *self, const char *verb, JsonObject *args, gboolean repeatable, guint *attempts, GError **error);
/* It is to end after the step under way. */
gboolean qd_job_is_stopping (QdJob *self);
/* Nobody is there any more: nothing is sent, shown or journalled. */
gboolean qd_job_is_cancelled (QdJob *self);
/* Shows, and journals, all that it is going to do, before it begins. */
void qd_job_plan_steps (QdJob *self, const char *const *names);
/* Of those that are left from @nth on, says that they were not begun. */
void qd_job_close_steps (QdJob *self, guint nth);
/* Puts a line into the journal, and waits until it is on the disk. */
void qd_job_journal (QdJob *self, const char *step, const char *state);
void qd_job_begin_step (QdJob *self, guint nth);

/* What is shown (qd-job-record.c). */
void qd_job_show (QdJob *self);
/* The same, but not ten times a second. */
void qd_job_show_soon (QdJob *self);
void qd_job_add_step (QdJob *self, const char *name, const char *state, const char *detail);
/* Says how the step under way ended. */
void qd_job_end_step (QdJob *self, const char *state, const char *detail);

/* A JsonObjectForeach that puts a copy into the JsonObject @into. */
void qd_job_copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer into);
/* What the journal says of a job that a run before this one did not end. */
QdJob *qd_job_from_journal (QdHub *hub, GPtrArray *entries);

G_END_DECLS
