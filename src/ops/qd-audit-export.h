/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum { QD_AUDIT_JSONL, QD_AUDIT_CSV } QdAuditFormat;

/* The titles of the columns of CSV, with the end of the line. */
void qd_audit_append_csv_head (GString *out);
/* A record as it is in the journal or a stream, in @format, with the end of the line. JSON lines are the bytes that were hashed. */
void qd_audit_append_record (GString *out, QdAuditFormat format, const char *record, gsize length);

/* Says on the main thread how many of how many records are written. */
typedef void (*QdAuditProgress) (guint n, guint of, gpointer data);
/* Writes @records (element-type utf8, a reference is taken, not to be changed) to @file on a worker. A file that was there is replaced once all is
 * written; when it is cancelled, nothing has happened to it. @progress: (nullable) (scope notified). */
void qd_audit_export_async (GPtrArray *records, QdAuditFormat format, GFile *file, QdAuditProgress progress, gpointer data, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_audit_export_finish (GAsyncResult *result, guint *n, GError **error);

G_END_DECLS
