/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

#define QD_GRAPH_MAX_PATHS 100

/* What makes a path the better one. */
typedef enum {
  QD_GRAPH_BY_LATENCY,   /* the least sum of latencies */
  QD_GRAPH_BY_LOSS,      /* the most likely that a packet arrives: the least sum of -log (1 - loss) */
  QD_GRAPH_BY_HOPS,      /* the fewest edges */
} QdGraphMetric;

/* Why there is no path: what would have to be otherwise, the least of it. */
typedef enum {
  QD_GRAPH_JOINED,       /* there is one */
  QD_GRAPH_APART_LOSS,   /* but over an edge that loses everything */
  QD_GRAPH_APART_DOWN,   /* but over an edge that is down */
  QD_GRAPH_APART_WAY,    /* but against the direction of an edge */
  QD_GRAPH_APART,        /* nothing joins the two */
} QdGraphApart;

typedef struct {
  guint n_edges;
  guint *nodes;          /* n_edges + 1 of them, from one end to the other, none twice */
  guint *edges;
  guint unknown;         /* of how many edges the metric in question is not known */
  double latency_ms;     /* of the whole; NAN when one edge's is not known */
  double loss_pct;       /* of the whole, 0..100: 1 - Π (1 - loss); NAN likewise */
} QdGraphPath;

typedef struct {
  GPtrArray *paths;      /* of QdGraphPath, the best first; empty: the two are apart */
  QdGraphApart apart;
} QdGraphPaths;

/* The best path between two nodes and up to @count - 1 alternatives to it. Edges that are down are not used; direction is
 * honoured. An edge whose metric is not known is a last resort: a path with fewer of them is better, whatever the
 * rest. NULL when @cancelled. Any thread. */
QdGraphPaths *qd_graph_find_paths (QdGraph *graph, guint from, guint to, QdGraphMetric by, guint count, const int *cancelled);
void qd_graph_paths_free (QdGraphPaths *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphPaths, qd_graph_paths_free)

const char *qd_graph_metric_to_string (QdGraphMetric metric);   /* "latency" */
gboolean qd_graph_metric_parse (const char *word, QdGraphMetric *metric);

G_END_DECLS
