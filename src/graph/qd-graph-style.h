/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* How an edge is drawn, whatever draws it. */
typedef struct {
  guint32 colour;        /* 0xRRGGBB */
  double alpha;
  double width;          /* pixels */
  double dash[4];        /* pixels on, off, on, off; all zero: unbroken */
} QdEdgeStyle;

/* @calm: how strong calm edges are, of qd_graph_calm_strength(). */
QdEdgeStyle qd_graph_edge_style (const QdGraphEdge *edge, const QdGraphTheme *theme, double zoom, double calm);
/* The arrowhead before the node that an edge leads to: an end, the point, an end, in units. FALSE: it leads both ways, or there is no room.
 * It is as wide as the edge, unbroken, and never as faint as a calm edge is. */
gboolean qd_graph_edge_arrow (QdGraph *graph, const QdPoint *positions, guint edge, double zoom, QdPoint points[3]);
double qd_graph_arrow_alpha (const QdGraphEdge *edge, const QdEdgeStyle *style);
/* Where the sign of an edge stands that is marked, in units, and what it is: a node to be drawn with this radius. FALSE: it has none. */
gboolean qd_graph_edge_sign (QdGraph *graph, const QdPoint *positions, guint edge, QdPoint *at, QdGraphNode *sign);
#define QD_GRAPH_SIGN_RADIUS 6.5
double qd_graph_calm_strength (QdGraph *graph, const QdPoint *positions, double zoom);

G_END_DECLS
