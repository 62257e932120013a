/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-apply.h"
#include "qd-policy-impact.h"
#include "qdctl-policy-flows.h"

G_BEGIN_DECLS

/* What is known of one apply, as it is printed. */
typedef struct {
  QdPolicyPlan *plan;        /* NULL: not known */
  const char *only;          /* the one file of the folder that is meant; NULL: all of them */
  GPtrArray *remarks;        /* QdPolicyRemark; NULL: the server was not asked */
  QdPolicyImpact *impact;    /* NULL: nobody asked */
  QdctlPolicyFlows *flows;   /* that were seen; NULL: nobody asked */
  QdPolicyApplied *applied;  /* NULL: nothing was begun */
  const char *state;         /* "planned", or how the job ended */
  const GError *error;
} QdctlPolicyReport;

/* Whether a step is one of those that are meant. */
gboolean qdctl_policy_is_meant (const QdctlPolicyReport *self, const QdPlanStep *step);
guint qdctl_policy_count_conflicts (const QdctlPolicyReport *self);

/* For people: what would be done, with the difference of each; what the server says to it; who may talk then; what is cut off. */
void qdctl_policy_print_plan (const QdctlPolicyReport *self);
/* What somebody has to decide: base, mine and theirs of each. */
void qdctl_policy_print_conflicts (const QdctlPolicyReport *self);
/* All that is known, as one object. */
void qdctl_policy_print_report (const QdctlPolicyReport *self);

G_END_DECLS
