/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* Which way a neighbourhood reaches. */
typedef enum {
  QD_GRAPH_AROUND,       /* over each edge, whichever way it leads */
  QD_GRAPH_DOWNSTREAM,   /* where traffic from there can go */
  QD_GRAPH_UPSTREAM,     /* where traffic that comes there can be from */
} QdGraphReach;

/* How many hops each node is from the nearest of @centres; G_MAXUINT for what is more than @hops away or not joined.
 * @usable_only: not over edges that are down. (transfer full), one a node. Any thread. NULL when @cancelled. */
guint *qd_graph_find_neighbourhood (QdGraph *graph, const guint *centres, guint n_centres, guint hops,
                                    QdGraphReach reach, gboolean usable_only, const int *cancelled);

G_END_DECLS
