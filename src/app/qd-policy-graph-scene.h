/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-graph-data.h"
#include "qd-topology-places.h"
#include "qd-topology-private.h"

G_BEGIN_DECLS

/* What is to be drawn, and how it stood so far. */
typedef struct {
  QdPolicyEval *now, *before;          /* before: NULL: there is none */
  gboolean only_changes;
  QdPlaces *places;                    /* where nodes stand, by their id, and which groups are folded: QD_POLICY_GRAPH_FOLDED or QD_POLICY_GRAPH_OPEN
                                          before their name. NULL: nothing is known */
} QdPolicyGraphWish;

#define QD_POLICY_GRAPH_FOLDED '-'
#define QD_POLICY_GRAPH_OPEN '+'

/* A picture, as a worker made it. */
typedef struct {
  QdPolicyGraph *data;
  QdGraph *graph;                      /* nodes and edges are the data's nodes and lines */
  QdPoint *positions;
  QdGraphIndex *index;
  gboolean arranged;                   /* not all stands where it stood */
} QdPolicyGraphPicture;

void qd_policy_graph_picture_free (QdPolicyGraphPicture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyGraphPicture, qd_policy_graph_picture_free)

/* On a worker: who may reach whom, and a place for each. @wish is copied; cancelled, it ends within some 10 ms. */
void qd_policy_graph_draw_async (const QdPolicyGraphWish *wish, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
QdPolicyGraphPicture *qd_policy_graph_draw_finish (GAsyncResult *result, GError **error);
/* The same at once: for benches and tests. NULL: @cancelled was set. (transfer full) */
QdPolicyGraphPicture *qd_policy_graph_draw (const QdPolicyGraphWish *wish, const int *cancelled);

/* Where nodes stand from now on, and each group as a whole. */
void qd_policy_graph_note_places (QdPlaces *to, QdGraph *graph, const QdPoint *places);

/* The graph that is drawn: what looks how. (transfer full) */
QdGraph *qd_policy_graph_to_graph (QdPolicyGraph *data);

/* A circle about places; not the smallest, but the same for the same ones in any order. */
typedef struct { QdPoint at; float radius; } QdPolicyGraphDisc;
QdPolicyGraphDisc qd_policy_graph_find_disc (const QdPoint *places, guint n);

G_END_DECLS
