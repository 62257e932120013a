/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-policy-apply.h"
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPolicyApply:
 *
 * What applying policies to a connection would do, and then how it goes: each policy with its difference, what both changed side by side, who may talk
 * to whom then and which observed flows are cut off; a reason, in production the connection's name; steps; the way back. It asks the server by itself.
 * ::applied: all that was to be done is done.
 */
#define QD_TYPE_POLICY_APPLY (qd_policy_apply_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyApply, qd_policy_apply, QD, POLICY_APPLY, AdwDialog)

/* To @connection, of the @folder's @texts (copied). @options: how policies are read. */
AdwDialog *qd_policy_apply_new (QdSession *session, const char *connection, const char *folder, const QdAnalysisText *texts, guint n_texts,
                                const QdPolicyOptions *options);
/* The way back from a job that changed policies of @connection. */
AdwDialog *qd_policy_apply_new_revert (QdSession *session, const char *connection, const char *job);
/* What is shown; NULL: the server has not answered yet, or could not be asked. */
QdPolicyPlan *qd_policy_apply_get_plan (QdPolicyApply *self);
/* Types into its fields, as a user would; @name is ignored where none is asked. */
void qd_policy_apply_set_texts (QdPolicyApply *self, const char *reason, const char *name);

/* Where the program keeps what was fetched and applied; borrowed. */
QdRemotes *qd_policy_apply_get_remotes (void);
/* Whether policies can be applied to @connection now. When not, @why says in words what is missing. */
gboolean qd_policy_apply_is_allowed (QdSession *session, const char *connection, char **why);

G_END_DECLS
