/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* What is shown of a field wherever it is shown. */

/* As a person reads it: ids of things that are known as their names, progress as a percentage. (transfer full) */
char *qd_display_field (QdFleet *fleet, QdEntity *entity, guint field);
/* The same with its unit: "12.3 ms". Empty when absent. */
char *qd_display_field_with_unit (QdFleet *fleet, QdEntity *entity, guint field);
/* "Down since 14:02:11 (5 min)"; what it is doing for what has no health. */
char *qd_display_state_sentence (QdFleet *fleet, QdEntity *entity);
/* Behind a word for @entity's state: " for 5 min", ", seen just now", or nothing when it is not known. */
void qd_display_append_since (GString *text, QdEntity *entity);
/* The state that says how well @entity is, whatever its kind says it in. */
QdStatus qd_display_status (QdEntity *entity);
/* Whether numbers stand in the field: aligned to the right. */
gboolean qd_display_is_number (const QdField *field);
/* The field that says what @kind's things are doing, if they have no health: -1 if they have. */
int qd_display_state_field (QdKind kind);
/* What a job's kind or a record's verb is called: "Move tenant" for "tenant.migrate", "Test path" for a server's own "path_test". One that is not known
 * stays as it is. */
const char *qd_display_verb (const char *verb);
/* From now on jobs and records are searched and sorted by what their verbs are called, too: once, as the program begins. */
void qd_display_init (void);
/* Whether such a verb is in the field: programs want it as it is. */
gboolean qd_display_holds_verb (QdKind kind, guint field);
/* What a server's word for a state or severity means, in the reader's language. */
const char *qd_display_word (const char *word);
QdStatus qd_display_status_of_word (const char *word);

G_END_DECLS
