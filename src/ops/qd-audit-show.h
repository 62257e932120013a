/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-audit.h"

G_BEGIN_DECLS

/**
 * QdAuditShow:
 *
 * Puts audit records into the hub's fleet, as things of kind QD_KIND_AUDIT, for as long as somebody looks at them: this desk's newest
 * from the journal, read backwards on a worker, and what the streams that are connected have of any desk, where the role there has audit.view. What is new follows.
 * ::changed when what the getters say has.
 */
#define QD_TYPE_AUDIT_SHOW (qd_audit_show_get_type ())
G_DECLARE_FINAL_TYPE (QdAuditShow, qd_audit_show, QD, AUDIT_SHOW, GObject)

/* So many of each source, the newest, are shown; the journal has the rest. */
#define QD_AUDIT_SHOWN 100000

QdAuditShow *qd_audit_show_new (QdHub *hub);
/* Looks into the streams again. */
void qd_audit_show_refresh (QdAuditShow *self);
gboolean qd_audit_show_is_loading (QdAuditShow *self);
/* Why records of this desk or of a stream are not shown; NULL: they are, or there is no stream. (transfer full) */
char *qd_audit_show_dup_trouble (QdAuditShow *self);
/* Whether what is shown of streams may be exported; else *@why says which permission is missing. This desk's own may always be. */
gboolean qd_audit_show_may_export (QdAuditShow *self, char **why);

/* Puts this desk's records of a request into the fleet, where nobody looks at all of them: soon, as anything that is heard of. */
void qd_audit_show_request_async (QdHub *hub, const char *request, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_audit_show_request_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* What a verb is called, for people: "Remove site". Borrowed. */
const char *qd_audit_get_title (const char *what);
/* A record as a delta; NULL where it is none. @kept: QD_AUDIT_ON_DESK or QD_AUDIT_IN_STREAM. */
QdDelta *qd_audit_to_delta (const char *line, gsize length, guint kept);

G_END_DECLS
