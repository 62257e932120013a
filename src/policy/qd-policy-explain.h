/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* Why a flow may pass, or may not: which policies were asked, what each rule said, and who decided. */

typedef enum {
  QD_POLICY_STEP_NOT_SELECTED,   /* the policy does not select the subject */
  QD_POLICY_STEP_SELECTED,       /* it does: its rules follow */
  QD_POLICY_STEP_MISSED,         /* a rule that is not about this flow */
  QD_POLICY_STEP_MATCHED,        /* a rule that is */
  QD_POLICY_STEP_NOT_ASKED,      /* the matter was decided before */
} QdPolicyStepKind;

typedef struct {
  QdPolicyStepKind kind;
  const QdPolicy *policy;
  const QdPolicyRule *rule;   /* NULL: about the policy as a whole */
  guint index;                /* of the rule in its direction, from 0 */
  char *text;                 /* why, in a sentence */
} QdPolicyStep;

typedef enum {
  QD_POLICY_REASON_OUTSIDE,        /* the subject is no pod: nothing covers it */
  QD_POLICY_REASON_HOST_NETWORK,   /* it is in its node's network */
  QD_POLICY_REASON_SAME,           /* a pod and itself, or its own node */
  QD_POLICY_REASON_RULE,           /* a rule decided */
  QD_POLICY_REASON_ISOLATED,       /* NetworkPolicies select it, and none allows this */
  QD_POLICY_REASON_DEFAULT,        /* nothing decided: then it is allowed */
} QdPolicyReason;

const char *qd_policy_reason_to_string (QdPolicyReason reason);       /* "host-network": for programs */
const char *qd_policy_step_kind_to_string (QdPolicyStepKind kind);    /* "not-selected" */
const char *qd_policy_direction_to_string (QdPolicyDirection direction);   /* "egress" */

typedef struct {
  gboolean allowed;
  QdPolicyReason reason;
  const QdPolicy *policy;     /* of RULE; of ISOLATED the first that isolates */
  const QdPolicyRule *rule;   /* of RULE */
  GPtrArray *steps;           /* of QdPolicyStep, in the order in which policies are asked */
  char *text;                 /* a sentence */
} QdPolicySide;

typedef struct {
  guint src, dst;
  const char *src_name, *dst_name;   /* as the sentences shall call them; NULL: as the evaluation does */
  QdProtocol protocol;
  guint port;
  /* The very address of an end; NULL: any of its range, or any of its pods. That of a pod's own node is never kept from the pod. */
  const QdAddress *src_address, *dst_address;
} QdPolicyFlow;

typedef struct {
  gboolean allowed;
  /* Who said no; both sides said yes where it is allowed. Of two that say no, egress comes first. */
  QdPolicyDirection decided;
  const QdPolicyPod *src_pod, *dst_pod;   /* of a workload with pods that differ, the two that this is about; NULL: outside */
  QdPolicySide sides[QD_POLICY_N_DIRECTIONS];
  char *text;                             /* the verdict and its reason, in a sentence */
} QdPolicyExplanation;

/* Of workloads with pods that differ, it is about a pair that may, or when no pair may, about the first. Agrees with qd_policy_eval_get() for every
 * flow but that of a node's address, and comes to it by another way. Points into @eval's world, which must outlive it. Any thread. */
QdPolicyExplanation *qd_policy_explain (QdPolicyEval *eval, const QdPolicyFlow *flow);
void qd_policy_explanation_free (QdPolicyExplanation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyExplanation, qd_policy_explanation_free)

G_END_DECLS
