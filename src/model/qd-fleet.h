/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-list.h"

G_BEGIN_DECLS

/**
 * QdFleet:
 *
 * Everything that is known, of all connections, by kind. The only writer of the model; main thread.
 * Keeps what is derived: a path's name from its sites' names, a site's number of paths, since when
 * a status holds. Emits ::committed once after each batch, and ::status-changed (QdEntity, old,
 * new) for each transition.
 */
#define QD_TYPE_FLEET (qd_fleet_get_type ())
G_DECLARE_FINAL_TYPE (QdFleet, qd_fleet, QD, FLEET, GObject)

QdFleet *qd_fleet_new (void);
QdEntityList *qd_fleet_get_list (QdFleet *self, QdKind kind);                                        /* borrowed */
QdEntity *qd_fleet_lookup (QdFleet *self, const char *connection, QdKind kind, const char *id);      /* borrowed or NULL */
/* The paths (or links) that begin or end at @entity; borrowed, NULL when none. Valid until the next commit. */
GPtrArray *qd_fleet_get_edges (QdFleet *self, QdEntity *entity);
/* The site, path or node that an event or job is about, or that an edge begins or ends at. */
QdEntity *qd_fleet_get_end (QdFleet *self, QdEntity *edge, gboolean destination);

/* Between begin and commit, deltas are applied silently; commit tells the lists' listeners, once each. */
void qd_fleet_begin (QdFleet *self);
void qd_fleet_apply (QdFleet *self, QdDelta *delta);
void qd_fleet_commit (QdFleet *self);
void qd_fleet_forget_connection (QdFleet *self, const char *connection);

/* How many updates were dropped because what they are about is not known. */
guint64 qd_fleet_get_n_dropped (QdFleet *self);

/* How many of @kind there are to be listed, of all connections. */
guint qd_fleet_count (QdFleet *self, QdKind kind);
/* How many entities of @kind have each status (array of QD_STATUS_DOWN + 1), of one connection or, with NULL, all. */
void qd_fleet_count_status (QdFleet *self, QdKind kind, const char *connection, guint *counts);
/* TRUE when the entity's connection is not live now: what is shown of it is as of ::as-of. */
gboolean qd_fleet_is_stale (QdFleet *self, QdEntity *entity);

G_END_DECLS
