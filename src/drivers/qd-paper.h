/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-graph-read.h"
#include "qd-sink.h"

G_BEGIN_DECLS

/* Paper fleets: a network in a file, looked at as if it were a fleet. The connection's id begins with
 * QD_PAPER_PREFIX, and a copy of the file stands among the program's data under the rest of it. */

#define QD_PAPER_MAX_NODES 100000u
#define QD_PAPER_MAX_EDGES 500000u

/* Where the copy of @connection is, or would be; NULL when that is no paper fleet's id. (transfer full) */
char *qd_paper_dup_path (const char *connection);
/* The folder of all copies. (transfer full) */
char *qd_paper_dup_folder (void);

/* Reads @file, at most QD_GRAPH_MAX_FILE bytes of it. @bytes: (optional): what was read. Any thread but the main one. */
QdGraphFile *qd_paper_read (GFile *file, const char *name, GBytes **bytes, GCancellable *cancellable, GError **error);

/* Each node's QdKind: QD_KIND_SITE or QD_KIND_NODE. Nodes are nodes only where what joins them can be said of
 * links, and of the site that a node stands at; else all are sites. (transfer full) */
guint8 *qd_paper_find_kinds (const QdGraphFile *file);

/* Tells all of @file as snapshots of @connection. FALSE when it was cancelled. Any thread. */
gboolean qd_paper_tell (const QdGraphFile *file, const char *connection, const QdSink *sink, GCancellable *cancellable);

G_END_DECLS
