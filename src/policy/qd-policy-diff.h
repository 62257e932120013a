/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* What may pass from @src to @dst in the one set of manifests, and not in the other. */
typedef struct {
  char *src, *dst;             /* as evaluations call their ends; ranges are cut where either set tells addresses apart */
  const QdPortSet *allowed;    /* newly */
  const QdPortSet *denied;     /* newly */
} QdPolicyChange;

typedef struct _QdPolicyDiff QdPolicyDiff;

/* Compares two evaluations. A workload that only one of them has may connect to nobody in the other, and nobody to it. Mirrored, newly allowed and
 * newly denied change places. */
QdPolicyDiff *qd_policy_diff_new (QdPolicyEval *before, QdPolicyEval *after);
void qd_policy_diff_free (QdPolicyDiff *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyDiff, qd_policy_diff_free)

/* Of const QdPolicyChange, by source and destination: workloads by name, then ranges. Empty: the two allow the same. */
GPtrArray *qd_policy_diff_get_changes (QdPolicyDiff *self);

G_END_DECLS
