/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* What a file holds: a graph, and where its nodes stand. Immutable once read. */
typedef struct {
  QdGraph *graph;
  QdPoint *positions;    /* by node; NAN where the file gives none */
  guint8 *pinned;        /* by node */
  guint n_placed;        /* how many have a position */
} QdGraphFile;

/* Takes @graph, @positions (or NULL: none has one) and @pinned (or NULL: none is), one a node. */
QdGraphFile *qd_graph_file_new (QdGraph *graph, QdPoint *positions, guint8 *pinned);
void qd_graph_file_free (QdGraphFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphFile, qd_graph_file_free)

#define QD_GRAPH_ERROR (qd_graph_error_quark ())
GQuark qd_graph_error_quark (void);
typedef enum {
  QD_GRAPH_ERROR_SYNTAX,      /* it is not what it says it is */
  QD_GRAPH_ERROR_TOO_LARGE,   /* more than is read or drawn */
  QD_GRAPH_ERROR_CANCELLED,
  QD_GRAPH_ERROR_FAILED,      /* a picture could not be made */
} QdGraphError;

#define QD_GRAPH_MAX_FILE (64u * 1024u * 1024u)
#define QD_GRAPH_MAX_NODES 1000000u
#define QD_GRAPH_MAX_EDGES 4000000u

/* Reads GraphML or our JSON (docs/topology-json.md), whichever @bytes are. @name is what errors call the file: one line,
 * "NAME: line L, column C: FAULT". Any thread; checks @cancelled now and then. */
QdGraphFile *qd_graph_read (GBytes *bytes, const char *name, const int *cancelled, GError **error);

G_END_DECLS
