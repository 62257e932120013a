/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"
#include "qd-policy-applied.h"
#include "qd-policy-plan.h"

G_BEGIN_DECLS

/* Policies from and to a server. Everything here is for the main thread and never waits; files and the comparison are on workers.
 *
 * Whether a connection can: qd_capability_allowed (fleet, connection, "policies.list"), "workloads.list", and "policies.apply" for
 * changing any; the answer says why not. That somebody else changed policies there is told by the connection's field
 * QD_CONNECTION_POLICIES, a number that grows: plan, or list, again. */

/* What the server's policies are now, as (element-type QdPolicyTheirs). */
void qd_policy_list_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_policy_list_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Which of them the server has switched off: their keys (qd_policy_object_dup_key()), sorted. (transfer full) */
void qd_policy_off_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GStrv qd_policy_off_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* The connection's workloads, as the text of a file that qd_analysis_new() reads: a Kubernetes List in JSON. */
void qd_policy_workloads_async (QdHub *hub, const char *connection, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GBytes *qd_policy_workloads_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* Asks the server, and says what applying @texts (copied) would do. What is remembered is brought up to date on the way. */
void qd_policy_plan_async (QdHub *hub, QdRemotes *remotes, const char *connection, const char *folder, const QdAnalysisText *texts,
                           guint n_texts, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdPolicyPlan *qd_policy_plan_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* What the server says of a step before it is done. */
typedef struct {
  char *key;           /* of the step */
  gboolean blocker;    /* it would be refused; else a warning */
  char *code, *text;   /* the server's word for it, and its sentence */
} QdPolicyRemark;

/* Asks what each step that is included would do (dry_run): (element-type QdPolicyRemark), empty where there is nothing to be said. To be
 * shown beside the plan; an apply asks again. */
void qd_policy_preflight_async (QdHub *hub, QdPolicyPlan *plan, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_policy_preflight_finish (QdHub *hub, GAsyncResult *result, GError **error);

/**
 * qd_policy_apply_async:
 *
 * Carries out what @plan includes as one job: shown, journalled and cancelled as every other job is. First the server is asked what
 * each step would do (dry_run): a blocker, or a refusal, ends it before anything is changed. Then each step in turn, with the
 * revision that was seen (If-Match): a copy that was changed since then is not overwritten, and ends the job there. Cancelling ends it
 * after the step that is under way. @reason is needed. Steps that are conflicts are left out.
 *
 * Returns: (transfer full): the job's id. qd_policy_apply_finish() gives what was done and what was not, however it ended, and
 * @error when not all was done; both NULL and @error: it was not begun.
 */
char *qd_policy_apply_async (QdHub *hub, QdRemotes *remotes, QdPolicyPlan *plan, const char *reason, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
QdPolicyApplied *qd_policy_apply_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* The way back from a job: what it created is deleted, what it changed gets its text from before, what it deleted is created again, each
 * only on top of what the job left. What somebody changed since then is merged where that does not touch, and a conflict where it does.
 * To be shown as every plan, and given to qd_policy_apply_async(). Works for a job that failed or was cut off halfway, too. */
void qd_policy_revert_async (QdHub *hub, QdRemotes *remotes, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdPolicyPlan *qd_policy_revert_finish (QdHub *hub, GAsyncResult *result, GError **error);

G_END_DECLS
