/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* Which edges a question goes over, and which way. */
typedef enum {
  QD_ARCS_OUT = 0,              /* the way that traffic goes */
  QD_ARCS_IN = 1 << 0,          /* against it */
  QD_ARCS_BOTH = 1 << 1,        /* direction ignored */
  QD_ARCS_DOWN_TOO = 1 << 2,    /* over edges that are down as well */
} QdArcsFlags;

/* Edges as seen from their nodes: the arcs of node i are first[i] to first[i + 1] - 1. An edge that goes both
 * ways is two arcs; loops, and edges that end nowhere, are none. */
typedef struct {
  guint n, n_arcs;
  guint *first;
  guint *to;
  guint *edge;
} QdArcs;

/* Whether @edge carries anything: it is not down. */
gboolean qd_graph_edge_is_usable (const QdGraphEdge *edge);

/* @skip: (nullable): by edge, non-zero: leave it out. */
void qd_arcs_init (QdArcs *self, QdGraph *graph, QdArcsFlags flags, const guint8 *skip);
void qd_arcs_clear (QdArcs *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdArcs, qd_arcs_clear)

/* Marks in @seen (by node; what is set already is a wall) all that the nodes of @queue lead to; @queue has room for all
 * nodes and begins with @n of them. Returns how many there are in it then; @hops, (nullable): how far each
 * is, filled for the nodes of @queue already; at most @limit of them. */
guint qd_arcs_flood (const QdArcs *self, guint8 *seen, guint *queue, guint n, guint *hops, guint limit);

G_END_DECLS
