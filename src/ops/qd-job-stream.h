/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Jobs that live in NATS, so that every Quarterdeck sees them and another can go on with them. A job's record is the last message of
 * the subject jobs.ID in the stream JOBS: the whole job as JSON, in the shape that jobs have everywhere, and besides
 *   "plan" {…}: what is to be done      "step": the step under way      "lease": the revision of the lease under which it was written
 *   "desk": who wrote it      "attempt": how often it was begun      "acts_on"?: never written, each desk has its own names
 *   "batch"? {"id","nth","of","at_once","wait_s"}: what it was begun together with; while it is "queued" (attempt 0) it is nobody's own,
 *   and who has the lease batch.ID begins it      "left"? {"desk","step","at"}: who died in it, and where, before it was gone on with
 * It is only ever written on top of the one that the writer saw (expect_last), so that of two owners one is refused before it begins
 * anything. What somebody else asks of the owner is a message of jobs.ID.ask. */
#define QD_JOB_STREAM "JOBS"

typedef struct {
  char *id;
  JsonObject *json;
  guint64 seq;             /* of the stream; 0: not written yet */
  gboolean interrupted;    /* it is not over, and nobody works on it: only as qd_job_stream_list_finish() and -get_finish() give it */
} QdJobRecord;

QdJobRecord *qd_job_record_new (const char *id);
/* A message of the stream, as stream.last and stream.read give it. NULL with an error where it is none. */
QdJobRecord *qd_job_record_from_message (JsonObject *message, GError **error);
QdJobRecord *qd_job_record_copy (const QdJobRecord *self);
void qd_job_record_free (QdJobRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdJobRecord, qd_job_record_free)
/* succeeded, failed or cancelled. */
gboolean qd_job_record_is_over (const QdJobRecord *self);
const char *qd_job_record_get_state (const QdJobRecord *self);
/* It waits for its turn in a batch. */
gboolean qd_job_record_is_queued (const QdJobRecord *self);
/* Anything of it ever was. */
gboolean qd_job_record_was_begun (const QdJobRecord *self);
/* The id of its batch, or NULL. */
const char *qd_job_record_get_batch (const QdJobRecord *self);
/* The key of JOB_LEASES that says whether somebody works on it, or sees to its turn. (transfer full) */
char *qd_job_record_dup_lease_key (const QdJobRecord *self);

/* These are for fibers on the main context. */
/* QD_DRIVER_ERROR_MISSING: there is none of that id. */
QdJobRecord *qd_job_stream_read (QdHub *hub, const char *nats, const char *id, GError **error);
/* Reads it again: TRUE when somebody has written it since, and @record is what is there now. */
gboolean qd_job_stream_has_moved (QdHub *hub, const char *nats, QdJobRecord *record);
/* The newest record of each job, oldest first, (element-type QdJobRecord). @after: only of what was written after that sequence;
 * *@last: the last that was looked at. */
GPtrArray *qd_job_stream_read_all (QdHub *hub, const char *nats, guint64 after, guint64 *last, GError **error);
/* One try on top of what was seen; an answer that was lost is looked for. QD_DRIVER_ERROR_CONFLICT: somebody else has written it since. */
gboolean qd_job_stream_write (QdHub *hub, const char *nats, QdJobRecord *record, GError **error);
/* Asks the owner: "cancel". */
gboolean qd_job_stream_ask (QdHub *hub, const char *nats, const char *id, const char *what, GError **error);
/* The sequence of the last thing asked, 0: nothing; *@what is what. */
guint64 qd_job_stream_get_asked (QdHub *hub, const char *nats, const char *id, char **what, GError **error);

/* These are for everybody. The newest record of each job, oldest first, (element-type QdJobRecord). */
void qd_job_stream_list_async (QdHub *hub, const char *nats, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_job_stream_list_finish (QdHub *hub, GAsyncResult *result, GError **error);
/* One job's. */
void qd_job_stream_get_async (QdHub *hub, const char *nats, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdJobRecord *qd_job_stream_get_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Shows it as a job entity of @nats. */
void qd_job_stream_tell (QdHub *hub, const char *nats, const QdJobRecord *record);

/* From now on shows the jobs of all NATS connections of @hub as they come to be and change. @take_over: goes on with those whose owner
 * has been dead for a minute. */
void qd_job_stream_watch (QdHub *hub, gboolean take_over);

/* For people who paste it into a ticket: what, how it ended, a line a step. (transfer full) */
char *qd_job_record_to_text (const QdJobRecord *self);

G_END_DECLS
