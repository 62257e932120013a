/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-private.h"

G_BEGIN_DECLS

/* Room's own: how many flows run by which routing policy, whether or not that is known (yet), and how many
 * flows a connection has told of at all. */
typedef struct _QdCarried QdCarried;

QdCarried *qd_carried_new (void);
void qd_carried_free (QdCarried *self);

/* The policy that @flow runs by now; NULL when it does not run, or by none. Borrowed from @flow. */
GRefString *qd_carried_get_policy (QdEntity *flow);
/* One more (@by 1) or less (-1) of @policy's. */
void qd_carried_count (QdCarried *self, const char *connection, GRefString *policy, int by);
/* A flow came or went; TRUE when it is the first or was the last of its connection. */
gboolean qd_carried_note_flow (QdCarried *self, const char *connection, int by);
/* How many flows run by @policy; absent where no flow of the connection is known: none is not the same as not told. */
QdValue qd_carried_get (QdCarried *self, const char *connection, GRefString *policy);

G_END_DECLS
