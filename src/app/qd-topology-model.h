/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"
#include "qd-topology-private.h"

G_BEGIN_DECLS

/**
 * QdTopologyModel:
 *
 * The fleet as a picture: follows the sites, paths, nodes and links of the session's connection, has
 * them laid out on a worker, and remembers their places. Main thread.
 * Signals: ::scene: all is new (numbers too); ::updated (pointer to QdPick, uint n): these look different.
 */
#define QD_TYPE_TOPOLOGY_MODEL (qd_topology_model_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyModel, qd_topology_model, QD, TOPOLOGY_MODEL, GObject)

/* The session's one model, made when first wanted. (transfer full) */
QdTopologyModel *qd_topology_model_get (QdSession *session);
QdScene *qd_topology_model_get_scene (QdTopologyModel *self);          /* borrowed, NULL before the first */
QdGraphIndex *qd_topology_model_get_index (QdTopologyModel *self);     /* borrowed, NULL before the first */
/* TRUE while a layout is under way. */
gboolean qd_topology_model_is_busy (QdTopologyModel *self);
/* The thing that is shown as @pick; borrowed, NULL when there is none (a node's tie to its site). */
QdEntity *qd_topology_model_get_entity (QdTopologyModel *self, QdPick pick);
QdPick qd_topology_model_find (QdTopologyModel *self, QdEntity *entity);
/* Lays all out from nothing. */
void qd_topology_model_arrange (QdTopologyModel *self);
/* Keeps the picture up to date while @view is mapped: while nobody looks, it is left as it was. */
void qd_topology_model_watch (QdTopologyModel *self, GtkWidget *view);
/* How many of what is in the picture have each status. */
typedef struct {
  guint sites[QD_STATUS_DOWN + 1], nodes[QD_STATUS_DOWN + 1], paths[QD_STATUS_DOWN + 1], links[QD_STATUS_DOWN + 1];
} QdTopologyCounts;
void qd_topology_model_count (QdTopologyModel *self, QdTopologyCounts *counts);
/* The picture's conclusion: "3 of 42 sites and 1 of 15 nodes need attention", "All 42 sites are well". (transfer full) */
char *qd_topology_summarize (const QdTopologyCounts *counts);

/* A sentence that says how @entity is: "Path HQ to East: degraded, loss 2.3 %". (transfer full) */
char *qd_topology_describe (QdFleet *fleet, QdEntity *entity);

G_END_DECLS
