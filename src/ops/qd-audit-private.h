/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit.h"
#include "qd-job.h"

G_BEGIN_DECLS

typedef struct _QdAuditStreams QdAuditStreams;

struct _QdAudit {
  GObject parent;
  QdHub *hub;                 /* borrowed; NULL once it has stopped */
  QdAuditLog *log;
  char *desk;
  QdAuditMark head;           /* as far as it was seen */
  QdAuditVerdict *verdict;
  QdAuditLimits limits;
  QdAuditStreams *streams;
  GCancellable *cancellable;
  guint retention_timer;      /* once a day */
  guint anchor_timer;         /* the keyring's, a little after the last record */
  gboolean doubted;           /* the keyring's anchor is not confirmed, and that was said */
};

QdAudit *qd_audit_new (QdHub *hub, const char *path);
/* Nothing more is said or sent; what was appended is on the disk when this returns. */
void qd_audit_stop (QdAudit *self);
void qd_audit_changed (QdAudit *self);

/* In a fiber: up to @limit lines with numbers over @after. NULL with @error, or when it has stopped. */
GPtrArray *qd_audit_await_after (QdAudit *self, gint64 after, guint limit, GError **error);
/* In a fiber: whether the journal has the record that @anchor knows, or had, as far as it can be told. An anchor is only ever moved on from one
 * that is confirmed: else nobody could tell any more that a journal was cut off, or made anew. */
gboolean qd_audit_confirms (QdAudit *self, const QdAuditAnchor *anchor);

/* --- The streams (qd-audit-stream.c) --- */
QdAuditStreams *qd_audit_streams_new (QdAudit *audit);
void qd_audit_streams_free (QdAuditStreams *self);
/* There is more in the journal, or a connection has changed. */
void qd_audit_streams_wake (QdAuditStreams *self);
/* Whether any stream takes records: the keyring need not hold the anchor then. */
gboolean qd_audit_streams_is_up (QdAuditStreams *self);
char *qd_audit_streams_dup_trouble (QdAuditStreams *self);
/* In a fiber: what the streams that can be reached know of this desk. (element-type QdAuditAnchor) */
void qd_audit_streams_collect (QdAuditStreams *self, GPtrArray *anchors);

/* --- Jobs (qd-audit-job.c) --- */
/* In the job's fiber: records what has become of it, and waits until that is on the disk. */
void qd_job_audit (QdJob *self, const char *outcome);
/* The same of one step of work, which is an action of its own. */
void qd_job_audit_step (QdJob *self, const char *what, const char *on, JsonNode *before, JsonNode *after, const char *outcome, const char *cause);
/* A run before this one did not end it. Waits for nothing. */
void qd_job_audit_interrupted (QdJob *self);

G_END_DECLS
