/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-grid.h"
#include "qd-policy-matrix.h"

G_BEGIN_DECLS

/* For tests. */
QdPolicyGrid *qd_policy_matrix_get_grid (QdPolicyMatrix *self);
guint64 qd_policy_matrix_get_n_asked (QdPolicyMatrix *self);   /* cells, by the main thread, since the evaluations were set */

G_END_DECLS
