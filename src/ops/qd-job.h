/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-capability.h"
#include "qd-hub.h"

G_BEGIN_DECLS

/* One change on its way: journalled, sent, followed to its end, shown all the while as a job entity
 * of connection QD_HUB_LOCAL. Main thread. */
typedef struct _QdJob QdJob;

/* @task gets the server's answer or the error. Takes @task; the rest is copied or referenced. */
QdJob *qd_job_new (QdHub *hub, const char *id, const char *connection, const QdCapability *capability,
                   JsonObject *args, const char *summary, const char *reason, GTask *task);
/* A job of the run before this one, which the server had taken as @server_job: only to be followed. */
QdJob *qd_job_new_resumed (QdHub *hub, GPtrArray *entries);
QdJob *qd_job_ref (QdJob *self);
void qd_job_unref (QdJob *self);
void qd_job_start (QdJob *self);
void qd_job_cancel (QdJob *self);
/* The password that it waits for; nothing happens when it waits for none. */
void qd_job_confirm (QdJob *self, const char *password);
/* The hub goes: nothing more is said or done. */
void qd_job_abandon (QdJob *self);
/* The list of jobs, or a connection's state, has changed: look again. */
void qd_job_wake (QdJob *self);
const char *qd_job_get_id (QdJob *self);
const char *qd_job_get_connection (QdJob *self);

/* Tells of a job that a run before this one did not end. (element-type QdJournalEntry), of one job. */
void qd_job_tell_interrupted (QdHub *hub, GPtrArray *entries);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdJob, qd_job_unref)

G_END_DECLS
