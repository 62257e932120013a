/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit-line.h"

G_BEGIN_DECLS

/* The audit journal of this desk: one file, a record a line, which several programs may append to at once. All here waits
 * for the disk: from a worker only. */

/* Appends @record (its "n", "prev", "hash" and "desk" are set here) and returns once it is on the disk. What the end of a run cut off before
 * is removed first, and that it was is a record of its own. A desk's first record gives it its name. */
gboolean qd_audit_journal_append (const char *path, JsonObject *record, QdAuditMark *mark, GError **error);

/**
 * QdAuditReader:
 *
 * The lines of a journal as it was when it was opened, in either direction. What is appended meanwhile is not seen.
 */
typedef struct _QdAuditReader QdAuditReader;

/* A journal that is not there reads as empty. */
QdAuditReader *qd_audit_reader_open (const char *path, gboolean backwards, GError **error);
void qd_audit_reader_free (QdAuditReader *self);
/* The next line, without its newline; borrowed until the next call. FALSE at the end, or with @error. A line of more than QD_AUDIT_MAX_LINE
 * may come as an empty one. */
gboolean qd_audit_reader_next (QdAuditReader *self, const char **line, gsize *length, GError **error);
/* Where the line that next() gave last begins, in bytes from the file's beginning. */
gint64 qd_audit_reader_get_offset (QdAuditReader *self);
/* Bytes of whole lines. */
gint64 qd_audit_reader_get_size (QdAuditReader *self);
/* Bytes behind the last whole line: of a record that was being written when something ended the program. */
gsize qd_audit_reader_get_torn (QdAuditReader *self);
/* Which file it is: another one took its place when this has changed. */
guint64 qd_audit_reader_get_inode (QdAuditReader *self);
gboolean qd_audit_reader_exists (QdAuditReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdAuditReader, qd_audit_reader_free)

/* Up to @limit records with numbers over @after, oldest first: the first ones of those. (element-type utf8), freed with the array. */
GPtrArray *qd_audit_journal_after (const char *path, gint64 after, guint limit, GError **error);
/* The name of this desk; NULL while there is no record. (transfer full) */
char *qd_audit_journal_dup_desk (const char *path, QdAuditMark *head, GError **error);

/* How much is kept; 0: no bound. */
typedef struct { guint days; gint64 max_bytes; } QdAuditLimits;
/* Removes the oldest records beyond @limits, and leaves a record of it in the chain: the number and hash of the last that is gone. Nothing
 * is removed that is not sound (QD_AUDIT_ERROR_BROKEN), nor the newest record. @record: as for append, with what is to be said besides. */
gboolean qd_audit_journal_retain (const char *path, const QdAuditLimits *limits, gint64 now_us, JsonObject *record, gint64 *n_removed,
                                  GError **error);

/* What a record of retention is called ("what"), and one of a torn end. */
#define QD_AUDIT_RETENTION "audit.retention"
#define QD_AUDIT_TORN "audit.torn"

G_END_DECLS
