/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-job.h"

G_BEGIN_DECLS

/* What an asynchronous call gives back that is carried out by a job: once, a value however the job ended, and an error beside it where not all was
 * done. Main thread. */
typedef struct {
  GTask *task;               /* NULL once it has returned */
  gulong cancel_handler;
} QdJobReturn;

/* Of @task (taken). One whose job is cancelled says what was done all the same. */
void qd_job_return_init (QdJobReturn *self, GTask *task);
/* Who cancels the call cancels @job. */
void qd_job_return_follow (QdJobReturn *self, QdJob *job);
/* Gives @value (taken, freed by @free) and @error, of which either may be NULL; nothing where it has returned already. */
void qd_job_return_give (QdJobReturn *self, gpointer value, GDestroyNotify free, const GError *error);
/* The value (transfer full), and @error beside it; NULL with @error alone: nothing was begun. */
gpointer qd_job_return_finish (GAsyncResult *result, GError **error);

G_END_DECLS
