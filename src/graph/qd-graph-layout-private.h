/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-layout.h"
#include "qd-graph-private.h"

G_BEGIN_DECLS

#define QD_LAYOUT_SPACING 0.55      /* no two nodes closer than this */
#define QD_LAYOUT_GAP 1.6           /* between components */

/* --- Components -------------------------------------------------------------------------------- */

typedef struct {
  guint n;
  guint *nodes;           /* indexes in the graph, ascending; borrowed from QdParts.order */
} QdPart;

typedef struct {
  QdAdjacency all;
  guint *order;           /* nodes by component */
  GArray *parts;          /* of QdPart, largest first */
  guint *local;           /* a node's index within its component */
} QdParts;

/* Neighbour lists of the whole graph, without loops, repeats and edges to nowhere. */
void qd_adjacency_init (QdAdjacency *self, QdGraph *graph);
void qd_adjacency_clear (QdAdjacency *self);
void qd_parts_init (QdParts *self, QdGraph *graph);
/* The same with the parts given: @part_of by node, below @n_parts; edges between parts are left out. */
void qd_parts_init_grouped (QdParts *self, QdGraph *graph, const guint *part_of, guint n_parts);
void qd_parts_clear (QdParts *self);
void qd_parts_get_adjacency (const QdParts *self, const QdPart *part, QdAdjacency *out);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdParts, qd_parts_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdAdjacency, qd_adjacency_clear)

/* --- Scale, turn, pack -------------------------------------------------------------------------- */

typedef struct { double left, top, right, bottom; } QdBox;
QdBox qd_box_of (const QdVec *positions, guint n);
void qd_layout_scale (QdVec *positions, guint n, double factor);
void qd_layout_centre (QdVec *positions, guint n);
double qd_layout_typical_length (const QdAdjacency *adjacency, const QdVec *positions);
/* Turns a centred component as the map has it, else lies it down. */
void qd_layout_turn (const QdGraphNode *nodes, const QdPart *part, QdVec *positions);
/* Nodes that are joined to nothing stand in rows of their own, as one block, and are packed as one. Of
 * @layouts the first @n_joined are components; returns how many there are then. */
guint qd_pack_alone (QdVec **layouts, guint *counts, guint n_joined, guint n);
/* Sets components on shelves from (@x, @y) on, no shelf wider than @width, each in the middle of its
 * shelf's height. */
void qd_pack_shelves (QdVec **layouts, const guint *counts, guint n, double x, double y, double width);
double qd_pack_width (QdVec **layouts, const guint *counts, guint n);

/* --- Arrangements ------------------------------------------------------------------------------- */

/* What one layout is about. */
typedef struct {
  QdGraph *graph;
  const QdLayoutOptions *options;
  QdRandom random;
} QdLayoutJob;

static inline gboolean
qd_layout_job_is_cancelled (const QdLayoutJob *self)
{
  return qd_cancelled (self->options->cancelled);
}

/* One component by itself, about 0,0. FALSE when cancelled. */
gboolean qd_arrange_by_force (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out);
gboolean qd_arrange_in_tiers (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out);
/* Likewise of any nodes, joined or not: @part's, with @adjacency between them. */
gboolean qd_arrange_group (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out);
/* A live layout of any nodes; @adjacency is copied. */
QdLayoutLive *qd_layout_live_new_for (const QdAdjacency *adjacency, const QdPoint *positions, const guint8 *pinned);
/* All nodes of the graph at once. */
gboolean qd_arrange_on_map (QdLayoutJob *job, QdVec *out);
gboolean qd_arrange_clusters (QdLayoutJob *job, const QdParts *clusters, QdVec *out);

G_END_DECLS
