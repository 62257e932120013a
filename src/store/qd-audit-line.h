/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One record of the audit journal: a line of canonical JSON (qd-canonical.h), chained to the one before it by "prev" and closed by
 * "hash": SHA-256 over the line's bytes without that member. docs/audit.md has the format. */

#define QD_AUDIT_ERROR (qd_audit_error_quark ())
GQuark qd_audit_error_quark (void);
typedef enum { QD_AUDIT_ERROR_FAILED, QD_AUDIT_ERROR_BROKEN, QD_AUDIT_ERROR_TOO_LARGE } QdAuditError;

#define QD_AUDIT_MAX_LINE (256u * 1024u)
#define QD_AUDIT_HASH_LENGTH 64

/* A place in a chain: the number of a record, and its hash. @n is 0 before the first. */
typedef struct { gint64 n; char hash[QD_AUDIT_HASH_LENGTH + 1]; } QdAuditMark;

/* What a line says of itself. */
typedef struct {
  QdAuditMark mark;
  char prev[QD_AUDIT_HASH_LENGTH + 1];
  gint64 at_us;
  gboolean sound;      /* the hash is that of the line's bytes */
} QdAuditLine;

/* The hash that the first record of all is chained to. */
extern const char QD_AUDIT_GENESIS[];

/* Closes @record: sets its "n" and "prev" to follow @after, makes the text and the hash. Without a newline. NULL with
 * QD_AUDIT_ERROR_TOO_LARGE. (transfer full) */
char *qd_audit_line_make (JsonObject *record, const QdAuditMark *after, QdAuditMark *mark, GError **error);
/* FALSE when @text is no record at all. Never trusts it; the members are those of the top level, each once. */
gboolean qd_audit_line_parse (QdAuditLine *self, const char *text, gsize length);
/* A member of the top level that is a string. (transfer full) (nullable) */
char *qd_audit_line_dup (const char *text, gsize length, const char *member);

G_END_DECLS
