/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"
#include "qd-workbench.h"

G_BEGIN_DECLS

/**
 * QdSession:
 *
 * What one window is looking at: the hub, which connection is shown, what is selected. Pages bind
 * to it and never to each other. Properties (notify): connection (string or NULL: all), selected
 * (QdEntity or NULL), workbench (QdWorkbench or NULL; read only). Signals: ::open (QdEntity) asks the window to go where that thing is shown,
 * ::toast (string, string button or NULL, GClosure or NULL), ::page (string id) asks for a page,
 * ::explain (QdEntity) asks why policies let a flow pass, or do not; ::cut asks which paths carry flows
 * that the change of policies at hand cuts off.
 */
#define QD_TYPE_SESSION (qd_session_get_type ())
G_DECLARE_FINAL_TYPE (QdSession, qd_session, QD, SESSION, GObject)

QdSession *qd_session_new (QdHub *hub);
QdHub *qd_session_get_hub (QdSession *self);
QdFleet *qd_session_get_fleet (QdSession *self);
const char *qd_session_get_connection (QdSession *self);           /* NULL: all */
void qd_session_set_connection (QdSession *self, const char *connection);
QdEntity *qd_session_get_selected (QdSession *self);
void qd_session_set_selected (QdSession *self, QdEntity *entity);
void qd_session_open (QdSession *self, QdEntity *entity);
void qd_session_open_page (QdSession *self, const char *page_id);
/* Shows why policies let @flow pass, or do not. */
void qd_session_explain (QdSession *self, QdEntity *flow);
/* Shows on the topology which paths carry flows that the change of policies at hand cuts off. */
void qd_session_show_cut (QdSession *self);
/* Why nothing can be explained with policies now; NULL: it can, as far as is known. */
const char *qd_session_get_unexplained (QdSession *self);
void qd_session_set_unexplained (QdSession *self, const char *why);
void qd_session_toast (QdSession *self, const char *text);
/* A toast with a button; @callback (@data, swapped) runs when it is pressed, @destroy when it can no more be. */
void qd_session_toast_action (QdSession *self, const char *text, const char *button,
                              GCallback callback, gpointer data, GClosureNotify destroy);
/* The connection that a command without a target goes to: the shown one, or the first that allows @verb; NULL when none does. */
/* Why no connection allows @verb: of those that offer it, what the role lacks. (transfer full) */
char *qd_session_why_nowhere (QdSession *self, const char *verb);
const char *qd_session_find_connection (QdSession *self, const char *verb);
/* What the window's page of network policies works on, while there is one; NULL otherwise. Borrowed. */
QdWorkbench *qd_session_get_workbench (QdSession *self);
void qd_session_set_workbench (QdSession *self, QdWorkbench *workbench);
/* Looks at everything shown anew. */
void qd_session_refresh (QdSession *self);
/* Runs a verb as a job with whatever it needs first: says why it cannot be, asks for a reason and
 * (in production) the name where the impact is high, then qd_hub_run(); tells the end in a toast,
 * with Undo where @undo_verb is not NULL (args made by the caller, both borrowed). @parent: a widget. */
void qd_session_run (QdSession *self, gpointer parent, QdEntity *target, const char *verb, JsonObject *args, const char *summary,
                     const char *undo_verb, JsonObject *undo_args);

/* The same to each of @targets (QdEntity, of one connection), one after the other, asked for once; @left_out: what of the choice it is not done to, and
 * why, for people; NULL: nothing. */
void qd_session_run_many (QdSession *self, gpointer parent, GPtrArray *targets, const char *verb, JsonObject *args, const char *summary,
                          const char *undo_verb, JsonObject *undo_args, const char *left_out);

/* Where a job is begun in another way than by qd_session_run(): asks for the password when the server wants it once more. @summary: what the job
 * does, for people. To be freed when the job has ended. */
typedef struct _QdPasswordWatch QdPasswordWatch;
QdPasswordWatch *qd_password_watch_new (QdSession *session, gpointer parent, const char *job, const char *summary);
void qd_password_watch_free (QdPasswordWatch *self);

G_END_DECLS
