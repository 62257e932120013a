/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-migration.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* What can be done with jobs that live in NATS: any Quarterdeck may go on with them, or ask who does to go back. */

gboolean qd_job_action_is_shared (QdEntity *job);
/* Any job: it has ended, one way or the other. */
gboolean qd_job_action_is_over (QdEntity *job);
/* Nobody works on it, and it is not over. */
gboolean qd_job_action_is_left (QdEntity *job);
gboolean qd_job_action_was_begun (QdEntity *job);
/* Who wrote its record last: "ada@bridge". (transfer full) */
char *qd_job_action_dup_desk (QdEntity *job);
/* That its owner died, and what became of it, where people here are to be told. (transfer full), or NULL. */
char *qd_job_action_dup_news (QdEntity *job);
/* Any job: what cancelling it now does with the step that it is in. (transfer full), or NULL where it cannot be. */
char *qd_job_action_describe_cancel (QdEntity *job);
/* "job.retry" and "job.cancel". */
gboolean qd_job_action_allowed (QdSession *session, QdEntity *job, const char *verb, char **why);
/* In production the name is asked for first, on @parent. */
void qd_job_action_run (QdSession *session, GtkWidget *parent, QdEntity *job, const char *verb);
void qd_job_action_go_on_from (QdSession *session, GtkWidget *parent, QdEntity *job, QdMigrationStep step);
/* The same to each of @jobs (QdEntity); those of one batch as one, as many at once as it was begun with. @failed is told of each with which nothing
 * was done, as long as @data lives. */
void qd_job_action_run_all (QdSession *session, GtkWidget *parent, GPtrArray *jobs, const char *verb, void (*failed) (QdEntity *job, gpointer data),
                            GObject *data);
/* Any job, with its steps, as text for a ticket. */
void qd_job_action_copy (GtkWidget *widget, QdEntity *job);
char *qd_job_action_to_text (QdEntity *job);

G_END_DECLS
