/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is made of a record: passed over, taken, or where to stop. */
typedef enum { QD_AUDIT_SCAN_NEXT, QD_AUDIT_SCAN_TAKEN, QD_AUDIT_SCAN_STOP } QdAuditScanStep;
typedef QdAuditScanStep (*QdAuditScanFunc) (const char *line, gsize length, gpointer data);

/* How much of the journal is looked at: whatever comes first. */
typedef struct { guint max; gint64 max_bytes; } QdAuditScanBounds;

/* Reads a journal backwards from the newest record, on a worker. A journal that is not there yet holds nothing. FALSE with @error, also where
 * some was taken before it. */
gboolean qd_audit_scan (const char *path, const QdAuditScanBounds *bounds, QdAuditScanFunc func, gpointer data, GCancellable *cancellable, GError **error);

G_END_DECLS
