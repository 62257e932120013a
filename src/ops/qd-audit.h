/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-audit-log.h"
#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdAudit:
 *
 * The record of what was done and refused through a hub: into this desk's journal (QdAuditLog), which is durable before an outcome is told, and
 * from there, as soon as it can be reached, into the stream AUDIT of each fleet that a record is about. Where the stream's own end of this desk's
 * records is, there it goes on: nothing is published twice, and what happened while it was away follows. How long the chain is, is noted in the
 * stream as well, in the keyring while there is none. Main thread. Belongs to the hub.
 *
 * ::changed when what the getters say has; ::appended when the journal has more.
 */
#define QD_TYPE_AUDIT (qd_audit_get_type ())
G_DECLARE_FINAL_TYPE (QdAudit, qd_audit, QD, AUDIT, GObject)

#define QD_AUDIT_STREAM "AUDIT"

/* Where this user's journal is: beside the store. (transfer full) */
char *qd_audit_default_path (void);

/* What a record says. All may be NULL but @what and @outcome. */
typedef struct {
  const char *what;          /* a verb, or "connection.unlock" and the like */
  const char *outcome;       /* begun, succeeded, failed, cancelled, interrupted, refused */
  const char *connection;    /* its id */
  const char *on;            /* the id of the thing */
  const char *summary;       /* what people read: "Remove site HQ" */
  const char *why;
  const char *error;         /* why it failed or was refused */
  const char *job;           /* its id is the request's too */
  JsonNode *before, *after;  /* borrowed; made clean here */
} QdAuditFacts;

/* Puts a record into the journal. Resolves (a boolean) once it is on the disk, rejects when it cannot be; at once where @self is NULL: nothing is
 * recorded then. (transfer full) */
DexFuture *qd_audit_note (QdAudit *self, const QdAuditFacts *facts);
/* The same, of a verb with its arguments, where nobody waits for it. */
void qd_audit_tell (QdAudit *self, const char *connection, const char *verb, JsonObject *args, const char *why, const char *outcome,
                    const char *error);

/* How something that ended in @state, because of @cause (nullable), is recorded: what a server did not let anybody do is "refused", not
 * "failed". */
const char *qd_audit_outcome (const char *state, const GError *cause);

QdAuditLog *qd_audit_get_log (QdAudit *self);
/* The name of this desk; NULL while it has no record. */
const char *qd_audit_get_desk (QdAudit *self);

/* Follows the chain and holds what the streams and the keyring say against it. */
void qd_audit_verify_async (QdAudit *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Borrowed: until the next time. NULL with an error. */
const QdAuditVerdict *qd_audit_verify_finish (QdAudit *self, GAsyncResult *result, GError **error);
/* What was found last; NULL: not yet. Borrowed. */
const QdAuditVerdict *qd_audit_get_verdict (QdAudit *self);

/* What the keyring says of the journal at @path: a credential whose secret is for qd_audit_anchor_parse(); qd_credentials_lookup_finish(). */
void qd_audit_lookup_anchor (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* How long records are kept on this desk; 0: no bound. Kept in the store, and applied at once and each day. */
QdAuditLimits qd_audit_get_limits (QdAudit *self);
void qd_audit_set_limits (QdAudit *self, const QdAuditLimits *limits);
#define QD_AUDIT_DAYS 365
#define QD_AUDIT_BYTES (64ll << 20)

/* What keeps records from a stream, for people; NULL: nothing. (transfer full) */
char *qd_audit_dup_trouble (QdAudit *self);

/* The id of a request, as W3C Trace Context has a trace's: 32 hexadecimal digits. (transfer full) (nullable) */
char *qd_audit_trace_of (const char *request);

G_END_DECLS
