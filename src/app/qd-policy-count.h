/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/* How many pairs of ends have changed in which way, and in which rows and columns they are. */
typedef struct {
  guint64 n[QD_POLICY_N_CELL_CHANGES];   /* by QdPolicyCellChange; without an end and itself, and without those between addresses outside */
  guint8 *rows, *columns;                /* by end: whether something there has changed */
} QdPolicyCount;

void qd_policy_count_free (QdPolicyCount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyCount, qd_policy_count_free)

/* Asks for all cells, on a worker thread. */
void qd_policy_count_async (QdPolicyEnds *ends, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
QdPolicyCount *qd_policy_count_finish (GAsyncResult *result, GError **error);

G_END_DECLS
