/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-private.h"

G_BEGIN_DECLS

/* Room's own: which paths and links begin or end at which site or node, and which jobs stand for
 * which of a server's, whether or not these are known (yet). */
typedef struct _QdEdges QdEdges;

QdEdges *qd_edges_new (void);
void qd_edges_free (QdEdges *self);

/* Whether things of @kind have ends, and which kind these are. */
gboolean qd_edges_has_ends (QdKind kind, QdKind *end_kind);
/* Which job of a server's @job stands for; the id is borrowed from @job. FALSE: none. */
gboolean qd_edges_get_server_job (QdEntity *job, QdKey *key);
void qd_edges_add (QdEdges *self, QdEntity *edge);      /* by the ends it has now */
void qd_edges_remove (QdEdges *self, QdEntity *edge);
/* Borrowed; NULL when there are none. */
GPtrArray *qd_edges_at (QdEdges *self, const QdKey *end);

G_END_DECLS
