/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* A small generator of our own: the same numbers on every machine and GLib. */
typedef struct { guint64 state; } QdRandom;

static inline guint64
qd_random_next (QdRandom *self)
{
  guint64 z = (self->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* In [-1, 1). */
static inline double
qd_random_signed (QdRandom *self)
{
  return (double) (qd_random_next (self) >> 11) / (double) (1ull << 52) - 1.0;
}

typedef struct { double x, y; } QdVec;

/* One connected component (or any subset) as neighbour lists over 0..n-1: the neighbours of i are
 * targets[first[i]] to targets[first[i + 1] - 1], each neighbour once, no loops. */
typedef struct {
  guint n;
  guint *first;
  guint *targets;
} QdAdjacency;

static inline guint qd_adjacency_degree (const QdAdjacency *self, guint i) { return self->first[i + 1] - self->first[i]; }

static inline gboolean
qd_cancelled (const int *cancelled)
{
  return cancelled != NULL && g_atomic_int_get (cancelled);
}

/* The first @k are a sample of 0 to @n - 1 without repetition; the rest follow. (transfer full) */
guint *qd_random_sample (QdRandom *random, guint n, guint k);

/* Hops from some nodes to all: one over those from @measured[c] to i in @inverse[i * @stride + c], 0 from itself. */
typedef struct {
  guint n, n_measured;
  const guint *measured;
  const float *inverse;
  gsize stride;
} QdPivotSource;

/* Coordinates from the graph distances to a few pivots; about one unit an edge. */
void qd_pivot_layout (const QdAdjacency *adjacency, const QdPivotSource *source, QdVec *out, QdRandom *random);
/* The same where no distances are known yet. */
void qd_pivot_layout_quick (const QdAdjacency *adjacency, QdVec *out, QdRandom *random);

/* Moves @positions to where springs and repulsion balance. @mobility: per node, how far it may go
 * (1 freely, 0 not at all), or NULL; @anchors: with mobility, where a node is drawn back to.
 * FALSE when cancelled. */
gboolean qd_force_refine (const QdAdjacency *adjacency, QdVec *positions, const float *mobility,
                          guint max_rounds, double step, const int *cancelled);

/* Pushes nodes that are closer than @distance apart, a few rounds. */
void qd_force_separate (QdVec *positions, guint n, double distance, const float *mobility, guint rounds);

/* Where edge @i lies among those that join the same two nodes: 0 for the middle one, else how many
 * lanes aside, seen from the node with the lower index. Made once, on any thread. */
const gint8 *qd_graph_get_lanes (QdGraph *self);

G_END_DECLS
