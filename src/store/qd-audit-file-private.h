/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit-journal.h"

G_BEGIN_DECLS

/* What the files of the journal share. */

/* Waits for the journal's lock, and holds it until it is closed. -1 with an error. */
int qd_audit_lock (const char *path, int operation, GError **error);
/* A reader for who holds the lock. */
QdAuditReader *qd_audit_reader_open_held (const char *path, gboolean backwards, GError **error);
gboolean qd_audit_write_all (int fd, const char *bytes, gsize length);
/* Makes sure that the folder's entry of @path is on the disk. */
void qd_audit_sync_folder (const char *path);
/* Sets @error to what failed, of errno. FALSE. */
gboolean qd_audit_fail (const char *path, const char *what, GError **error);

G_END_DECLS
