/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit.h"

G_BEGIN_DECLS

/* What was done about one thing last, as this desk's journal has it. */
typedef struct {
  char *summary, *outcome;
  char *who, *why;          /* NULL: not told */
  gint64 at_us;
} QdAuditRecent;

/* Reads backwards on a worker until @max records that are about @thing, or name it, are found, or as much was read as is worth it. */
void qd_audit_recent_async (QdAudit *self, const char *thing, guint max, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* The newest first. (element-type QdAuditRecent) (transfer full) NULL with an error. */
GPtrArray *qd_audit_recent_finish (QdAudit *self, GAsyncResult *result, GError **error);

G_END_DECLS
