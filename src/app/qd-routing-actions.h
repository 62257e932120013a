/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* What is done with routing policies. @parent: a widget that dialogs stand on. */

/* Whether policies of @connection can be edited: now, or as a draft while nobody answers. @why: (out) (optional) */
gboolean qd_routing_can_edit (QdSession *session, const char *connection, char **why);
/* Whether its server can be asked now. */
gboolean qd_routing_is_live (QdSession *session, const char *connection);
/* (transfer full) The arguments of a verb about @policy as it is now. */
JsonObject *qd_routing_args (QdEntity *policy);

/* Whether there is a place for a new one; when not, *@why (transfer full) says what is missing. */
gboolean qd_routing_can_create (QdSession *session, char **why);
void qd_routing_create (QdSession *session, GtkWidget *parent);
void qd_routing_edit (QdSession *session, GtkWidget *parent, QdEntity *policy);
void qd_routing_duplicate (QdSession *session, GtkWidget *parent, QdEntity *policy);
void qd_routing_switch (QdSession *session, GtkWidget *parent, QdEntity *policy, gboolean on);
void qd_routing_delete (QdSession *session, GtkWidget *parent, QdEntity *policy);
/* The page of flows, with those that run by it. */
void qd_routing_show_flows (QdSession *session, GtkWidget *parent, QdEntity *policy);

/* A toast: @text, and Undo, which makes @before of @after again where nobody else changed that meanwhile.
 * @before: (nullable): NULL: there was none, and it is removed again. */
void qd_routing_tell_done (QdSession *session, GtkWidget *parent, const char *text, const char *connection, const char *id,
                           JsonObject *before, JsonObject *after);

G_END_DECLS
