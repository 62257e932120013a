/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-private.h"

G_BEGIN_DECLS

/* Distances in hops from up to so many nodes at once. */
#define QD_HOPS_LANES 256

/* Room for the work; one thread at a time. @adjacency is borrowed. */
typedef struct _QdHops QdHops;
QdHops *qd_hops_new (const QdAdjacency *adjacency);
void qd_hops_free (QdHops *self);
/* Sets @out[i * @stride + s] to one over the hops from @sources[s] to node i, for all i: 0 for the source
 * itself and for what it does not reach. Returns the most hops of any. */
guint qd_hops_measure (QdHops *self, const guint *sources, guint n_sources, float *out, gsize stride);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdHops, qd_hops_free)

G_END_DECLS
