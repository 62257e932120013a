/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-analysis.h"

G_BEGIN_DECLS

/**
 * QdPolicyOutcome:
 *
 * A test of policies and what became of it, as the list shows it. Immutable.
 */
#define QD_TYPE_POLICY_OUTCOME (qd_policy_outcome_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyOutcome, qd_policy_outcome, QD, POLICY_OUTCOME, GObject)

/* Those of @analysis: what did not pass first, else in the order of the files. (transfer full) */
GListStore *qd_policy_outcome_list_new (QdAnalysis *analysis);
const char *qd_policy_outcome_get_file (QdPolicyOutcome *self);
guint qd_policy_outcome_get_line (QdPolicyOutcome *self);          /* from 1 */
guint qd_policy_outcome_get_column (QdPolicyOutcome *self);
const char *qd_policy_outcome_get_name (QdPolicyOutcome *self);
const char *qd_policy_outcome_get_result (QdPolicyOutcome *self);  /* "Passed", "Failed", "Broken", "Not run": translated */
gboolean qd_policy_outcome_has_passed (QdPolicyOutcome *self);
/* Its ends in the analysis's evaluation and its port, "5432/TCP". FALSE: they are not known. */
gboolean qd_policy_outcome_get_flow (QdPolicyOutcome *self, guint *src, guint *dst, const char **port);

/**
 * QdPolicyTests:
 *
 * Tests of policies as a list: what each expects, what it got, and why. ::chosen (QdPolicyOutcome) to go to where it is written; ::why
 * (QdPolicyOutcome) to have it explained.
 */
#define QD_TYPE_POLICY_TESTS (qd_policy_tests_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyTests, qd_policy_tests, QD, POLICY_TESTS, GtkWidget)

GtkWidget *qd_policy_tests_new (void);
/* Of QdPolicyOutcome. */
void qd_policy_tests_set_model (QdPolicyTests *self, GListModel *outcomes);
/* "12 of 14 tests pass". (transfer full) */
char *qd_policy_tests_summarize (GListModel *outcomes);

G_END_DECLS
