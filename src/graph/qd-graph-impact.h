/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* A node that is cut off when something fails. */
typedef struct {
  guint node;
  guint part;            /* those with one number are still joined to each other */
  guint8 no_way_there;   /* the rest does not reach it any more */
  guint8 no_way_back;    /* it does not reach the rest any more */
} QdGraphLost;

/* What comes of some nodes and edges failing. "The rest" is the largest set of nodes, of those that hung together with
 * what fails, that still reach each other both ways; of two as large, the one with the first node. */
typedef struct {
  guint8 *rest;          /* by node: it is of the rest */
  guint n_rest;
  GArray *lost;          /* of QdGraphLost, by node */
  guint n_parts;
  GArray *edges;         /* of guint: edges that carried something and go with what fails */
  GArray *stranded;      /* of guint: usable edges of which an end is lost: what uses them is cut off with it */
} QdGraphImpact;

/* What becomes unreachable when the nodes and edges fail together, and which edges go with them: flows and tenants are
 * found by these edges' ids. Edges that are down count as gone already; direction is honoured. Linear in the size of the graph.
 * NULL when @cancelled. Any thread. */
QdGraphImpact *qd_graph_find_impact (QdGraph *graph, const guint *nodes, guint n_nodes, const guint *edges, guint n_edges,
                                     const int *cancelled);
void qd_graph_impact_free (QdGraphImpact *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphImpact, qd_graph_impact_free)

/* Where one failure parts what hangs together, direction ignored: by node, 1 for an articulation point; by edge, 1 for a bridge.
 * Edges that are down count for nothing. */
typedef struct { guint8 *nodes, *edges; guint n_nodes, n_edges; } QdGraphCuts;
QdGraphCuts *qd_graph_find_cuts (QdGraph *graph, const int *cancelled);
void qd_graph_cuts_free (QdGraphCuts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphCuts, qd_graph_cuts_free)

G_END_DECLS
