/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-job-desk.h"
#include "qd-job.h"

G_BEGIN_DECLS

/* Who works on a job of this program: for the lines that it writes into another's journal. */
JsonObject *qd_job_desk_describe_us (QdJob *job);
/* In a job's fiber: a line in the journal that qd_hub_keep_jobs() named. TRUE where there is none. */
gboolean qd_job_desk_write (QdJob *job, const char *step, const char *state, const char *detail, GError **error);
/* Whether another program works on the job of these lines (QdJournalEntry). */
gboolean qd_job_desk_is_at_work (GPtrArray *lines);

G_END_DECLS
