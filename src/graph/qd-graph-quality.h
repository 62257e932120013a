/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* How well a picture shows its graph. */
typedef struct {
  double stress;             /* 0 is perfect; NAN where no two nodes are joined */
  gboolean stress_sampled;
  double neighbourhood;      /* 0..1, 1 is perfect; NAN where no two nodes are joined */
  double crossings;          /* pairs of edges that cross */
  gboolean crossings_sampled;
} QdGraphQuality;

/* Beyond these, a sample of this size is measured. */
#define QD_QUALITY_EXACT_NODES 8000      /* stress: beyond, pairs from 2,000 nodes to all others */
#define QD_QUALITY_EXACT_EDGES 20000     /* crossings: beyond, four million pairs of edges */

/* Stress: the minimum over scales s > 0 of the mean, over the pairs of nodes of one component, of
 * ((s |xi - xj| - d) / d)², d in hops; parallel edges and loops ignored (T. Kamada, S. Kawai, 1989, as
 * E. Gansner, Y. Koren and S. North weight it, Graph Drawing 2004). */
double qd_graph_measure_stress (QdGraph *graph, const QdPoint *positions, gboolean *sampled);
/* The mean, over nodes that have neighbours, of the Jaccard index of a node's neighbours and its
 * deg(v) nearest placed nodes (of equally near ones, the lower index). */
double qd_graph_measure_neighbourhood (QdGraph *graph, const QdPoint *positions);
/* Pairs of edges, straight, without a common end, that have a point in common. Parallel edges count once. */
double qd_graph_measure_crossings (QdGraph *graph, const QdPoint *positions, gboolean *sampled);
QdGraphQuality qd_graph_measure_quality (QdGraph *graph, const QdPoint *positions);

G_END_DECLS
