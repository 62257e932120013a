/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-apply-dialog.h"
#include "qd-policy-flows.h"
#include "qd-policy-impact.h"

G_BEGIN_DECLS

struct _QdPolicyApply {
  AdwDialog parent_instance;

  AdwWindowTitle *title;
  GtkWidget *cancel_button, *apply_button, *revert_button;
  AdwBanner *stale_banner;
  GtkStack *stack;
  AdwStatusPage *fault_page, *none_page;
  AdwPreferencesGroup *problems_group, *remarks_group, *conflicts_group, *changes_group, *impact_group, *server_group;
  GtkWidget *reason_bar;
  AdwPreferencesRow *impact_row, *denied_row, *allowed_row, *flows_row, *reason_row, *name_row;
  GtkLabel *state_label, *error_label;
  GtkProgressBar *progress_bar;
  AdwBin *steps_bin;
  GtkWidget *steps;          /* QdRowList */

  QdSession *session;
  char *connection, *folder;
  GArray *texts;             /* QdAnalysisText, its members owned */
  QdPolicyOptions options;
  char *reverts;             /* the job that this is the way back from; NULL: none */

  GCancellable *asking;      /* of what the server is asked; NULL: nothing is */
  QdPolicyPlan *plan;        /* NULL: not known */
  GBytes *workloads;         /* of the connection; NULL: it offers none, or has not said yet */
  char *workloads_fault;     /* why they are not known; NULL: they are, or are asked for */
  GCancellable *comparing;   /* NULL: nothing is compared */
  QdPolicyImpact *impact;    /* NULL: not known */
  QdPolicyFlows *flows;
  GCancellable *preflight;   /* NULL: the server is not being asked what it would do */
  GPtrArray *remarks;        /* QdPolicyRemark; NULL: not known */
  GPtrArray *remark_rows;    /* borrowed from their group */
  GPtrArray *rows;           /* those that the plan's groups have, borrowed from them, each with its group ("group") */
  GPtrArray *impact_rows;    /* the same of who may talk, each with its expander ("group") */
  gint64 n_changes_there;    /* how often policies there had changed when they were asked for */

  char *job;                 /* NULL: not applied */
  gboolean over;
};

/* qd-policy-apply-plan.c: shows what the plan says. */
void qd_policy_apply_show_plan (QdPolicyApply *self);
void qd_policy_apply_show_impact (QdPolicyApply *self);
void qd_policy_apply_show_flows (QdPolicyApply *self);
/* @error: it could not be asked, or NULL. */
void qd_policy_apply_show_remarks (QdPolicyApply *self, const GError *error);
void qd_policy_apply_clear (QdPolicyApply *self);

/* qd-policy-apply-dialog.c: something of the plan is another by what was chosen here. */
void qd_policy_apply_plan_changed (QdPolicyApply *self, gboolean other_rows);

G_END_DECLS
