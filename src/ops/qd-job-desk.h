/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Jobs of other programs on this desk, as qdctl: they write them into the journal of whose store it is, and say in each line who they are; a hub
 * with a store shows them among its own, under way and ended, and takes up those whose program ended in their midst. */

/* From now on @hub, which has no store, writes its jobs into the journal of the store at @path, where there is one. */
void qd_hub_keep_jobs (QdHub *hub, const char *path);
/* Looks into the journal for jobs of others now and every few seconds, until the hub is stopped. */
void qd_hub_watch_desk (QdHub *hub);
/* Which program works on a job of this desk, where it is another one that is there still: NULL: none. (transfer full) */
char *qd_job_desk_dup_program (QdEntity *job);

/* For tests: how often to look. */
void qd_job_desk_set_pause (guint ms);

G_END_DECLS
