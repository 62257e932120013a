/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/**
 * QdPolicyMatrix:
 *
 * Who may reach whom: sources down, destinations across, and in each square how much may pass and, beside an earlier state, what is newly
 * allowed and newly denied. Below it, what the marks mean.
 */
#define QD_TYPE_POLICY_MATRIX (qd_policy_matrix_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyMatrix, qd_policy_matrix, QD, POLICY_MATRIX, GtkWidget)

GtkWidget *qd_policy_matrix_new (void);
/* @now (NULL: nothing is shown), and what was before the change (NULL: there is none). References are kept. */
void qd_policy_matrix_set_evals (QdPolicyMatrix *self, QdPolicyEval *now, QdPolicyEval *before);
/* Rows and columns whose names have all words of @text (NULL: any). "shop > data": rows and columns each by their own. */
void qd_policy_matrix_set_filter (QdPolicyMatrix *self, const char *text);
/* Rows and columns in which something has changed, once it is known: it is worked out elsewhere. Nothing is hidden while there is no before. */
void qd_policy_matrix_set_only_changes (QdPolicyMatrix *self, gboolean only);
gboolean qd_policy_matrix_get_only_changes (QdPolicyMatrix *self);

/* How many rows and columns are seen: for what to say when it is none. */
guint qd_policy_matrix_get_n_rows (QdPolicyMatrix *self);
guint qd_policy_matrix_get_n_columns (QdPolicyMatrix *self);
/* How many pairs have changed in a way. FALSE: it is not known yet (notify::counted tells), or there is no before. */
gboolean qd_policy_matrix_get_n_changed (QdPolicyMatrix *self, QdPolicyCellChange change, guint64 *n);

/* Ends of now. Brings the cell to sight and the keyboard to it; what is filtered out is not found. */
gboolean qd_policy_matrix_select (QdPolicyMatrix *self, guint src, guint dst);
/* Where the keyboard is; FALSE: nowhere, or at what is not there now. */
gboolean qd_policy_matrix_get_selected (QdPolicyMatrix *self, guint *src, guint *dst);
/* What is drawn there; FALSE: it is not in sight. */
gboolean qd_policy_matrix_get_cell (QdPolicyMatrix *self, guint src, guint dst, QdPolicyCell *cell);

/* All of it, filtered or not, as qd_policy_csv_list_async() writes it. */
void qd_policy_matrix_export_async (QdPolicyMatrix *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *qd_policy_matrix_export_finish (QdPolicyMatrix *self, GAsyncResult *result, GError **error);

G_END_DECLS
