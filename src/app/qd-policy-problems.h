/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-problem.h"

G_BEGIN_DECLS

/**
 * QdPolicyProblems:
 *
 * What is wrong, as a list to go through. ::chosen (QdProblem); ::fix (QdProblem) where its fix is to be made.
 */
#define QD_TYPE_POLICY_PROBLEMS (qd_policy_problems_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyProblems, qd_policy_problems, QD, POLICY_PROBLEMS, GtkWidget)

GtkWidget *qd_policy_problems_new (void);
/* Of QdProblem. */
void qd_policy_problems_set_model (QdPolicyProblems *self, GListModel *problems);
/* Goes on to the one after what is selected, and tells. */
void qd_policy_problems_next (QdPolicyProblems *self);
/* "2 errors, 1 warning", or that there is none. (transfer full) */
char *qd_policy_problems_summarize (GListModel *problems);
/* A button that makes the fix of @problem: it calls @fix with @owner and the problem, while both are there. NULL: there is none. */
typedef void (*QdPolicyFixFunc) (gpointer owner, QdProblem *problem);
GtkWidget *qd_policy_fix_button_new (QdProblem *problem, QdPolicyFixFunc fix, gpointer owner);
/* The shape and the colour of a severity. */
void qd_policy_problems_set_icon (GtkImage *image, QdPolicySeverity severity);

G_END_DECLS
