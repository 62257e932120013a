/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-delta.h"

G_BEGIN_DECLS

/**
 * QdEntity:
 *
 * One thing of the fleet, of any kind. Main thread only. Changed by its QdFleet alone.
 * Emits ::changed (guint64 mask of changed fields, bit = field number) once per drain at most.
 */
#define QD_TYPE_ENTITY (qd_entity_get_type ())
G_DECLARE_FINAL_TYPE (QdEntity, qd_entity, QD, ENTITY, GObject)

/* How the id of a paper fleet begins: a connection that is a drawing, read from a file, with nobody behind it. */
#define QD_PAPER_PREFIX "paper:"
gboolean qd_connection_is_paper (const char *connection);

const QdKey *qd_entity_get_key (QdEntity *self);
QdKind qd_entity_get_kind (QdEntity *self);
const char *qd_entity_get_id (QdEntity *self);
const char *qd_entity_get_connection (QdEntity *self);
const QdSchema *qd_entity_get_schema (QdEntity *self);
/* FALSE for a server's job that one of ours stands for: lists and counts leave it out. */
gboolean qd_entity_is_listed (QdEntity *self);
/* The connection (not NULL) under which it is shown: a job of ours under the one that it acts on. */
const char *qd_entity_get_place (QdEntity *self);
/* Whether it is drawn on paper: never live, never stale, and among what is real only where it is asked for by name. */
gboolean qd_entity_is_paper (QdEntity *self);
/* Whether it is listed where @connection is shown (NULL: where all that are no paper are). */
gboolean qd_entity_belongs (QdEntity *self, const char *connection);
const char *qd_entity_get_name (QdEntity *self);      /* its name, or its id when it has none; never NULL */
QdStatus qd_entity_get_status (QdEntity *self);
const QdValue *qd_entity_get (QdEntity *self, guint field);         /* never NULL; QD_VALUE_NONE when absent */
const char *qd_entity_get_string (QdEntity *self, guint field);     /* NULL when absent */
gboolean qd_entity_get_double (QdEntity *self, guint field, double *value);  /* of int, double or bool */
gboolean qd_entity_get_int (QdEntity *self, guint field, gint64 *value);
gint64 qd_entity_get_stamp (QdEntity *self);
/* Monotonic µs of the last drain that changed it. */
gint64 qd_entity_get_changed_at (QdEntity *self);
/* Lower-cased text of the searched fields, made on demand and dropped when one changes. Borrowed. */
const char *qd_entity_get_search_text (QdEntity *self);
char *qd_entity_format (QdEntity *self, guint field);               /* for people; with a path id shown as its name etc. left to callers */
/* {"id":…,"connection":…, fields by their machine names…}. */
void qd_entity_add_json (QdEntity *self, JsonBuilder *builder);

G_END_DECLS
