/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-question.h"

#include "qd-graph-impact.h"
#include "qd-graph-neighbour.h"

G_BEGIN_DECLS

/* A question while it is looked into: the snapshot for the main thread, numbers for the worker. */
typedef struct {
  QdFleet *fleet;
  QdTopologyQuestion *question;
  QdTopologySnapshot *snapshot;
  GArray *nodes, *edges;       /* guint: what it is about */
  int cancelled;
  guint *hops;                 /* what the worker found: one of these */
  QdGraphPaths *paths;
  QdGraphImpact *impact;
  GPtrArray *flows;            /* of QdEntity: those that suffer, the first of them */
  guint n_flows, n_active;
} QdTopologyInquiry;

/* qd-topology-answer.c: what the worker found, in words. Main thread. */
QdTopologyAnswer *qd_topology_inquiry_tell (QdTopologyInquiry *self);

G_END_DECLS
