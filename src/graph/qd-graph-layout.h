/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* --- Layouts ----------------------------------------------------------------------------------- */

typedef enum {
  QD_LAYOUT_FORCE,           /* by the net alone: distance on the page as distance in hops */
  QD_LAYOUT_GEOGRAPHIC,      /* by latitude and longitude */
  QD_LAYOUT_TIERS,           /* hubs in the middle, rings of what hangs from them around */
  QD_LAYOUT_CLUSTERS,        /* each cluster a disc of its own */
} QdLayoutAlgorithm;

#define QD_N_LAYOUTS 4

/* "force", "geographic", "tiers", "clusters": for files, settings and command lines. */
const char *qd_layout_algorithm_to_name (QdLayoutAlgorithm algorithm);
gboolean qd_layout_algorithm_from_name (const char *name, QdLayoutAlgorithm *out);

typedef struct _QdGeoMap QdGeoMap;

typedef struct {
  QdLayoutAlgorithm algorithm;
  guint64 seed;
  const QdPoint *before;         /* by node, NAN where there is none: a node that has one moves little; or NULL */
  const guint8 *pinned;          /* by node, not 0: stays at its place in @before to the last bit; or NULL */
  const char *const *folded;     /* names of clusters folded into one node, up to NULL: their nodes share a place; or NULL */
  const QdGeoMap *map;           /* geographic: or NULL, that of @before or else the graph's own */
  const int *cancelled;          /* looked at about every 10 ms; or NULL */
} QdLayoutOptions;

/* Positions for every node, by index, all finite; in units of one typical short edge, and centred on
 * 0,0 where @before has none. The same graph and options give the same result. To arrange anew around
 * pinned nodes, give only these in @before. Any thread. NULL when cancelled. (transfer full) */
QdPoint *qd_graph_lay_out (QdGraph *graph, const QdLayoutOptions *options);

/* --- Live -------------------------------------------------------------------------------------- */

/* A layout that gives way while a node is dragged: at rest where it begins, whatever laid it out.
 * One thread at a time. */
typedef struct _QdLayoutLive QdLayoutLive;
QdLayoutLive *qd_layout_live_new (QdGraph *graph, const QdPoint *positions, const guint8 *pinned);
void qd_layout_live_free (QdLayoutLive *self);
/* Holds node @node at (@x, @y) until it is let go. */
void qd_layout_live_hold (QdLayoutLive *self, guint node, float x, float y);
/* @pin: it stays where it is from now on, else it is free again. */
void qd_layout_live_let_go (QdLayoutLive *self, guint node, gboolean pin);
/* Moves all nodes one step; FALSE when nothing moved that an eye could see. */
gboolean qd_layout_live_step (QdLayoutLive *self);
/* By node, borrowed, good until the next step. */
const QdPoint *qd_layout_live_get_positions (QdLayoutLive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdLayoutLive, qd_layout_live_free)

/* --- Maps -------------------------------------------------------------------------------------- */

/* How the geographic layout turns degrees into positions: equirectangular about the middle latitude
 * where all is within one continent, Equal Earth beyond. Immutable. */
QdGeoMap *qd_geo_map_new (QdGraph *graph);     /* NULL: no node has coordinates. (transfer full) */
/* The map by which most of the nodes stand where they do, so that a graticule fits them and newcomers come to stand
 * among them, also when the graph's own map would be another by now; its own where they stand otherwise. */
QdGeoMap *qd_geo_map_new_for_positions (QdGraph *graph, const QdPoint *positions);
QdGeoMap *qd_geo_map_ref (QdGeoMap *self);
void qd_geo_map_unref (QdGeoMap *self);
QdPoint qd_geo_map_project (const QdGeoMap *self, double latitude, double longitude);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGeoMap, qd_geo_map_unref)

typedef struct {
  gboolean parallel;     /* of equal latitude, else a meridian */
  double degrees;        /* north and east positive */
  guint first, n;        /* its points: QdGraticule.points[first] and on */
} QdGraticuleLine;

typedef struct {
  QdGraticuleLine *lines;
  guint n_lines;
  QdPoint *points;
  double spacing;        /* degrees between two lines */
} QdGraticule;

/* The lines of latitude and longitude that cross the rectangle from (@left, @top) to (@right, @bottom)
 * in positions, @spacing degrees apart; 0: about six each way, at round degrees. Pieces of one line out of different
 * rectangles fit together. (transfer full) */
QdGraticule *qd_geo_map_make_graticule (const QdGeoMap *self, double left, double top, double right, double bottom, double spacing);
/* Round degrees that are @apart units or more apart at the middle of the map. */
double qd_geo_map_choose_spacing (const QdGeoMap *self, double apart);
void qd_graticule_free (QdGraticule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraticule, qd_graticule_free)

/* --- Folding ----------------------------------------------------------------------------------- */

/* A graph in which each folded cluster is one node and the edges that then join the same two nodes
 * in the same direction are one. For every node and edge of the model it tells where it is now. */
typedef struct {
  QdGraph *graph;        /* the folded graph; its own reference */
  guint *node_of;        /* by node of the model: its node in @graph */
  guint *edge_of;        /* by edge of the model: its edge in @graph, G_MAXUINT: within a folded cluster */
  guint *count;          /* by node of @graph: how many of the model it stands for */
  guint *representative; /* by node of @graph: the first node of the model that it stands for */
  guint n_folded;        /* nodes of the model that are in folded clusters of more than one */
} QdGraphFold;

/* @folded: names of clusters, up to NULL. What @graph lacks is no error. A folded node has the
 * cluster's name as label, "cluster:" and the name as id, and the worst status of its nodes; its
 * place is their mean. An edge that stands for several has the worst status and score, the sum of
 * capacities, the least latency and loss. Any thread. (transfer full) */
QdGraphFold *qd_graph_fold (QdGraph *graph, const char *const *folded);
void qd_graph_fold_free (QdGraphFold *self);
/* Positions of the folded graph out of the model's: the mean of what is folded. (transfer full) */
QdPoint *qd_graph_fold_positions (const QdGraphFold *self, const QdPoint *positions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphFold, qd_graph_fold_free)

G_END_DECLS
