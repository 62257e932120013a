/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/* What may pass between sorts of ends, now and before: ends that neither evaluation tells apart are one sort, and what is asked of two of them
 * is asked once. One thread at a time. */
typedef struct {
  guint number;          /* the same for cells that are alike; 0: nothing passes, neither now nor before */
  guint8 change;         /* QdPolicyCellChange */
  guint ports, lost;     /* of the store: see QdPolicyGraphLine */
} QdPolicyGraphCell;

typedef struct {
  guint n;               /* ends */
  guint first, second;   /* two of them; of one, it is both */
  gboolean outside;
} QdPolicyGraphClass;

typedef struct _QdPolicyGraphCells QdPolicyGraphCells;

QdPolicyGraphCells *qd_policy_graph_cells_new (QdPolicyEnds *ends, QdPolicyEval *now, QdPolicyEval *before);
void qd_policy_graph_cells_free (QdPolicyGraphCells *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyGraphCells, qd_policy_graph_cells_free)

guint qd_policy_graph_cells_get_n (QdPolicyGraphCells *self);
const QdPolicyGraphClass *qd_policy_graph_cells_get_class (QdPolicyGraphCells *self, guint class);
guint qd_policy_graph_cells_get_class_of (QdPolicyGraphCells *self, guint end);
/* From an end of @src to another one of @dst; that lives until the next one is asked for. */
const QdPolicyGraphCell *qd_policy_graph_cells_get (QdPolicyGraphCells *self, guint src, guint dst);
QdPortStore *qd_policy_graph_cells_get_store (QdPolicyGraphCells *self);

/* How many pairs of ends there are from the one to the other; @n and @m: how many of each are meant. */
static inline guint64
qd_policy_graph_count_pairs (guint n, guint m, gboolean same)
{
  return same ? (guint64) n * (n - 1) : (guint64) n * m;
}

G_END_DECLS
