/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* What can be done with a thing: verbs of the capability table, run through the session. */

/* The verbs for things of @kind, in order; NULL-terminated. */
const char *const *qd_entity_actions_get (QdKind kind);
const char *qd_entity_action_get_label (const char *verb);   /* on buttons and in menus, with a mnemonic */
gboolean qd_entity_action_is_destructive (const char *verb);
/* FALSE: @entity is none of those that @verb is for, or, of on and off, is so already: it need not be shown beside it. */
gboolean qd_entity_action_concerns (QdEntity *entity, const char *verb);
/* Whether @verb makes sense for @entity as it is now; *@why says why not. */
gboolean qd_entity_action_allowed (QdSession *session, QdEntity *entity, const char *verb, char **why);
/* Does it, with whatever it asks first. @parent: where dialogs stand. */
void qd_entity_action_run (QdSession *session, GtkWidget *parent, QdEntity *entity, const char *verb);
/* Whether @verb can be done with many things of its kind at once; and doing it. */
gboolean qd_entity_action_takes_many (const char *verb);
void qd_entity_action_run_many (QdSession *session, GtkWidget *parent, GPtrArray *entities, const char *verb);

G_END_DECLS
