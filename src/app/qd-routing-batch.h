/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"

G_BEGIN_DECLS

/* Several routing policies that get other priorities, one after the other, each only if it is still what was seen. */
typedef struct _QdRoutingBatch QdRoutingBatch;

QdRoutingBatch *qd_routing_batch_new (QdSession *session, const char *connection);
void qd_routing_batch_add (QdRoutingBatch *self, QdEntity *policy, int priority);
guint qd_routing_batch_get_n (QdRoutingBatch *self);
/* Takes it. Each is a job of its own; a toast tells the end, with Undo for what was done. */
void qd_routing_batch_run (QdRoutingBatch *self);
void qd_routing_batch_free (QdRoutingBatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdRoutingBatch, qd_routing_batch_free)

G_END_DECLS
