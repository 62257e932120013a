/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* What can be done with jobs that live in NATS: any Quarterdeck may go on with them, or ask who does to go back. */

gboolean qd_job_action_is_shared (QdEntity *job);
/* "job.retry" and "job.cancel". */
gboolean qd_job_action_allowed (QdSession *session, QdEntity *job, const char *verb, char **why);
void qd_job_action_run (QdSession *session, QdEntity *job, const char *verb);
/* Any job, with its steps, as text for a ticket. */
void qd_job_action_copy (GtkWidget *widget, QdEntity *job);
char *qd_job_action_to_text (QdEntity *job);

G_END_DECLS
