/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-audit-journal.h"

G_BEGIN_DECLS

/* What was noted of a desk's chain outside of it: in a stream, or in the keyring. */
typedef struct { char *desk; QdAuditMark mark; char *where; } QdAuditAnchor;
QdAuditAnchor *qd_audit_anchor_new (const char *desk, const QdAuditMark *mark, const char *where);
void qd_audit_anchor_free (QdAuditAnchor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdAuditAnchor, qd_audit_anchor_free)
/* {"desk","n","hash"} as text, and back; NULL where it is none. */
char *qd_audit_anchor_to_text (const char *desk, const QdAuditMark *mark);
QdAuditAnchor *qd_audit_anchor_parse (const char *text, const char *where);

typedef enum {
  QD_AUDIT_INTACT,
  QD_AUDIT_EMPTY,        /* there is no record, and none was anchored */
  QD_AUDIT_ALTERED,      /* the record at the place is not what was written */
  QD_AUDIT_MISSING,      /* those from the place to place_to are gone from among the others */
  QD_AUDIT_REORDERED,    /* the record at the place is not where it belongs */
  QD_AUDIT_CUT_OFF,      /* those from the place to place_to are gone from the end */
} QdAuditState;

typedef struct {
  QdAuditState state;
  gint64 place, place_to;    /* the first record that is concerned, and the last; 0 where intact */
  guint64 line;              /* of the file, from 1; 0 where it is none */
  char *desk;                /* NULL where there is no record */
  gint64 first;              /* the first record that is kept */
  QdAuditMark head;          /* the last one, as far as it was intact */
  gint64 n_records;          /* that were looked at */
  gint64 n_removed;          /* that retention has removed */
  gsize torn;                /* bytes of a record that was never told as done */
  guint n_anchors;           /* that were held against it */
  gint64 at_us;              /* when */
} QdAuditVerdict;

void qd_audit_verdict_free (QdAuditVerdict *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdAuditVerdict, qd_audit_verdict_free)
const char *qd_audit_state_to_word (QdAuditState state);   /* "altered" */
/* What it means, for people: one sentence, or a few. (transfer full) */
char *qd_audit_verdict_to_sentence (const QdAuditVerdict *self);

/* Reads a whole journal and finds the first record that was altered, is missing, stands elsewhere, or was cut off. Waits for the disk: from a
 * worker. @anchors: (element-type QdAuditAnchor) (nullable). NULL with an error: it could not be read. */
QdAuditVerdict *qd_audit_verify (const char *path, GPtrArray *anchors, GCancellable *cancellable, GError **error);

G_END_DECLS
