/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"
#include "qd-topology-private.h"
#include "qd-view.h"

G_BEGIN_DECLS

/* What of the fleet is drawn, and how. All borrowed. */
typedef struct {
  const char *connection;   /* NULL: all */
  QdFilter *filter;         /* NULL: everything; applies to sites and nodes */
  const char *group_by;     /* see qd-topology-groups.h */
  GHashTable *folded;       /* names of groups that are drawn as one; or NULL */
} QdTopologyScope;

/* Several things that are drawn as one. */
typedef struct { char *name; GPtrArray *members; } QdTopologyGroup;

/* The fleet at one moment as arrays, and which thing each element stands for. */
typedef struct {
  QdGraph *graph;
  GPtrArray *nodes;      /* of QdEntity, owned, by node; NULL: a folded group */
  GPtrArray *groups;     /* of QdTopologyGroup, owned, by node; NULL: an entity */
  GPtrArray *edges;      /* of QdEntity, owned, by edge; NULL: a node's tie to its site. Where one edge
                            stands for several, the worst of them */
  GHashTable *numbers;   /* QdEntity → its number + 1, among nodes or edges by its kind; what is folded has its group's */
  QdTopologyTally tally;
  QdTopologyCounts counts;
} QdTopologySnapshot;

/* The sites, paths, nodes and links in @scope. Main thread. */
QdTopologySnapshot *qd_topology_snapshot_new (QdFleet *fleet, const QdTopologyScope *scope);
void qd_topology_snapshot_free (QdTopologySnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdTopologySnapshot, qd_topology_snapshot_free)

/* The name of a node's place: see QdPlaces. (transfer full) */
char *qd_topology_snapshot_get_key (const QdTopologySnapshot *self, guint node);
/* TRUE when both have the same things in the same order with the same ends: places still hold. */
gboolean qd_topology_snapshot_same_shape (const QdTopologySnapshot *a, const QdTopologySnapshot *b);
/* TRUE when a node or edge would be drawn differently. */
gboolean qd_topology_node_differs (const QdGraphNode *a, const QdGraphNode *b);
gboolean qd_topology_edge_differs (const QdGraphEdge *a, const QdGraphEdge *b);
/* What is drawn of @entity now, without its name and ends. */
void qd_topology_read_node (QdFleet *fleet, QdEntity *entity, QdGraphNode *node);
/* In steps, as it is drawn. */
float qd_topology_round_score (double score);
void qd_topology_read_edge (QdFleet *fleet, QdEntity *entity, QdGraphEdge *edge);

G_END_DECLS
