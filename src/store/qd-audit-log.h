/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit-verify.h"

G_BEGIN_DECLS

/**
 * QdAuditLog:
 *
 * The audit journal, for the main thread: what is appended goes to the disk in its order on a thread of its own, what is
 * read is read on workers. Nothing here waits. ::appended once records are on the disk.
 */
#define QD_TYPE_AUDIT_LOG (qd_audit_log_get_type ())
G_DECLARE_FINAL_TYPE (QdAuditLog, qd_audit_log, QD, AUDIT_LOG, GObject)

QdAuditLog *qd_audit_log_new (const char *path);
const char *qd_audit_log_get_path (QdAuditLog *self);

/* Takes a reference of @record, which nobody may change any more. The callback comes when it is durable, or cannot be. */
void qd_audit_log_append_async (QdAuditLog *self, JsonObject *record, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_audit_log_append_finish (QdAuditLog *self, GAsyncResult *result, QdAuditMark *mark, GError **error);

/* As qd_audit_verify(). Takes a reference of @anchors. */
void qd_audit_log_verify_async (QdAuditLog *self, GPtrArray *anchors, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
QdAuditVerdict *qd_audit_log_verify_finish (QdAuditLog *self, GAsyncResult *result, GError **error);

/* As qd_audit_journal_after(). */
void qd_audit_log_after_async (QdAuditLog *self, gint64 after, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *qd_audit_log_after_finish (QdAuditLog *self, GAsyncResult *result, GError **error);

/* As qd_audit_journal_dup_desk(). */
void qd_audit_log_desk_async (QdAuditLog *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
char *qd_audit_log_desk_finish (QdAuditLog *self, GAsyncResult *result, QdAuditMark *head, GError **error);

/* As qd_audit_journal_retain(). -1 with @error, else how many records went. Takes a reference of @record. */
void qd_audit_log_retain_async (QdAuditLog *self, const QdAuditLimits *limits, JsonObject *record, GAsyncReadyCallback callback, gpointer user_data);
gint64 qd_audit_log_retain_finish (QdAuditLog *self, GAsyncResult *result, GError **error);

/* Waits until all that was appended is on the disk; only when the program ends. */
void qd_audit_log_close (QdAuditLog *self);

G_END_DECLS
