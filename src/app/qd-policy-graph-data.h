/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/**
 * QdPolicyGraph:
 *
 * Who may reach whom as nodes and lines, and what a change newly allows and newly denies: what a picture of it shows. Where there is
 * too much for a picture, ends that are alike and then whole namespaces stand together as one node, and it says how many of what are
 * not shown by themselves. Immutable, reference counted, any thread may ask.
 */
typedef struct _QdPolicyGraph QdPolicyGraph;

typedef enum {
  QD_POLICY_GRAPH_WORKLOAD,
  QD_POLICY_GRAPH_RANGE,       /* of addresses outside */
  QD_POLICY_GRAPH_ALIKE,       /* ends of one group that no policy tells apart, now or before */
  QD_POLICY_GRAPH_GROUP,       /* all of a namespace, or all that is outside */
  QD_POLICY_GRAPH_REST,        /* namespaces beyond those that a picture can have */
} QdPolicyGraphSort;

typedef struct {
  guint8 sort;                 /* QdPolicyGraphSort */
  guint8 outside;              /* it has ranges */
  guint8 gone;                 /* nothing of it is there now */
  guint8 changed;              /* a line at it has changed */
  guint group;                 /* of the ends */
  guint first, n;              /* its ends: qd_policy_graph_get_members() from the first one on */
  char *id;                    /* the same for the same node in another state of the manifests */
} QdPolicyGraphNode;

enum { QD_POLICY_GRAPH_THERE, QD_POLICY_GRAPH_BACK, QD_POLICY_GRAPH_N_WAYS };

/* All connections between two nodes that changed in one way. */
typedef struct {
  guint a, b;                  /* nodes, a <= b; equal: among what stands together */
  guint8 change;               /* QdPolicyCellChange */
  guint64 n[QD_POLICY_GRAPH_N_WAYS];               /* pairs of ends: from a to b, and from b to a; among themselves all are the former */
  guint src[QD_POLICY_GRAPH_N_WAYS], dst[QD_POLICY_GRAPH_N_WAYS];   /* one of the pairs of either way, where there is one */
  /* What it is about, of all pairs together: of SAME what may pass, of ALLOWED and MIXED what is newly allowed, of DENIED what is newly denied. */
  const QdPortSet *ports[QD_POLICY_GRAPH_N_WAYS];
  const QdPortSet *first[QD_POLICY_GRAPH_N_WAYS];  /* the same of the one pair */
  const QdPortSet *lost[QD_POLICY_GRAPH_N_WAYS];   /* of MIXED: what is newly denied; else nothing */
  guint8 uniform[QD_POLICY_GRAPH_N_WAYS];          /* it is the same for each pair */
} QdPolicyGraphLine;

/* What is to be shown. */
typedef struct {
  gboolean only_changes;       /* what has not changed is left out, where there is a before */
  GHashTable *folded, *open;   /* names of groups that stand together, or apart though there is much; NULL: none */
  guint max_nodes, max_lines;  /* more stand together; 0: as many as one can look at */
} QdPolicyGraphScope;

/* How much there is, and what became of it. */
typedef struct {
  guint workloads, drawn, together, filtered;      /* drawn by themselves + standing together + left out = workloads */
  guint ranges, ranges_drawn, ranges_together, ranges_filtered;
  guint bundles;                                   /* nodes in which ends stand together */
  guint64 lines, lines_drawn;                      /* of the nodes that are there */
  guint64 pairs[QD_POLICY_N_CELL_CHANGES];         /* connections in each way, in all; of SAME without those that are none */
} QdPolicyGraphTally;

/* Takes as long as it takes: on a worker. @cancelled is looked at now and then. NULL: it was set. (transfer full) */
QdPolicyGraph *qd_policy_graph_new (QdPolicyEval *now, QdPolicyEval *before, const QdPolicyGraphScope *scope, const int *cancelled);
QdPolicyGraph *qd_policy_graph_ref (QdPolicyGraph *self);
void qd_policy_graph_unref (QdPolicyGraph *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyGraph, qd_policy_graph_unref)

QdPolicyEnds *qd_policy_graph_get_ends (QdPolicyGraph *self);
const QdPolicyGraphNode *qd_policy_graph_get_nodes (QdPolicyGraph *self, guint *n);
const QdPolicyGraphLine *qd_policy_graph_get_lines (QdPolicyGraph *self, guint *n);
const guint *qd_policy_graph_get_members (QdPolicyGraph *self);   /* numbers of ends */
const QdPolicyGraphTally *qd_policy_graph_get_tally (QdPolicyGraph *self);
/* By its id; G_MAXUINT: it is not there. */
guint qd_policy_graph_find_node (QdPolicyGraph *self, const char *id);
/* The node that has @end; G_MAXUINT: it is left out. */
guint qd_policy_graph_find_end (QdPolicyGraph *self, guint end);

G_END_DECLS
