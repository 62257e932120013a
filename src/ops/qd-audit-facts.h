/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* What an action is about, for the audit: the thing, and what it was before and is to be after. */
typedef struct {
  char *on;             /* its id; NULL: of none */
  JsonNode *before;     /* NULL: not known, or it was not there */
  JsonNode *after;      /* NULL: nothing is left of it, or the action has no content */
} QdAuditSubject;

/* Of a verb with its arguments, as the fleet is now: before it is carried out. Holds no secret. */
void qd_audit_subject_init (QdAuditSubject *self, QdFleet *fleet, const char *connection, const char *verb, JsonObject *args);
void qd_audit_subject_clear (QdAuditSubject *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdAuditSubject, qd_audit_subject_clear)

/* A copy without what is secret: members called so are left out, and so is who signs in in addresses; what is too large for a record is
 * told by its size and its sum. (transfer full) (nullable) */
JsonNode *qd_audit_clean (JsonNode *node);
/* The same of a text. (transfer full) (nullable) */
char *qd_audit_clean_text (const char *text);

G_END_DECLS
