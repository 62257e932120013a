/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"
#include "qd-topology.h"

G_BEGIN_DECLS

/* The fleet at one moment as arrays, and which thing each element stands for. */
typedef struct {
  QdGraph *graph;
  GPtrArray *nodes;      /* of QdEntity, owned, by node */
  GPtrArray *edges;      /* of QdEntity, owned, by edge; NULL: a node's tie to its site */
  GHashTable *numbers;   /* QdEntity → its number + 1, among nodes or edges by its kind */
} QdTopologySnapshot;

/* The sites, paths, nodes and links of @connection, or of all with %NULL. Main thread. */
QdTopologySnapshot *qd_topology_snapshot_new (QdFleet *fleet, const char *connection);
void qd_topology_snapshot_free (QdTopologySnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdTopologySnapshot, qd_topology_snapshot_free)

/* TRUE when both have the same things in the same order with the same ends: places still hold. */
gboolean qd_topology_snapshot_same_shape (const QdTopologySnapshot *a, const QdTopologySnapshot *b);
/* TRUE when a node or edge would be drawn differently. */
gboolean qd_topology_node_differs (const QdGraphNode *a, const QdGraphNode *b);
gboolean qd_topology_edge_differs (const QdGraphEdge *a, const QdGraphEdge *b);
/* What is drawn of @entity now, without its name and ends. */
void qd_topology_read_node (QdFleet *fleet, QdEntity *entity, QdGraphNode *node);
void qd_topology_read_edge (QdFleet *fleet, QdEntity *entity, QdGraphEdge *edge);

G_END_DECLS
