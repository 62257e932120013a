/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-diff.h"
#include "qd-policy-plan.h"

G_BEGIN_DECLS

/**
 * QdPolicyImpact:
 *
 * What applying a plan does to who may talk to whom, among the workloads of where it is applied. Immutable.
 */
typedef struct {
  QdPolicyEval *before, *after;   /* NULL: nobody can say, see @fault */
  GPtrArray *allowed;        /* char *: "shop/web → shop/db: TCP 5432", the first QD_POLICY_IMPACT_SHOWN of them */
  GPtrArray *denied;
  guint n_allowed, n_denied;
  char *fault;               /* why nobody can say; NULL: it is said */
} QdPolicyImpact;

#define QD_POLICY_IMPACT_SHOWN 200

/* @live: the workloads there, as a list of objects; what @plan includes now counts. On a worker: the plan may change meanwhile. */
void qd_policy_impact_async (QdPolicyPlan *plan, GBytes *live, const QdPolicyOptions *options, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);
QdPolicyImpact *qd_policy_impact_finish (GAsyncResult *result, GError **error);
void qd_policy_impact_free (QdPolicyImpact *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyImpact, qd_policy_impact_free)

G_END_DECLS
