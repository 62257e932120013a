/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"
#include "qd-topology-snapshot.h"
#include "qd-topology-undo.h"

G_BEGIN_DECLS

/**
 * QdTopologyModel:
 *
 * The fleet as a picture: follows the sites, paths, nodes and links of the session's connection, has
 * them laid out on a worker, and remembers their places. Main thread.
 * Signals: ::scene: all is new (numbers too); ::moved: the
 * same things (and numbers) stand elsewhere, or are pinned; ::updated (pointer to QdPick, uint n): these look different.
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
/* The things that are drawn as @node, if that is a folded group; borrowed, else NULL. */
const QdTopologyGroup *qd_topology_model_get_group (QdTopologyModel *self, guint node);

/* Shows only sites and nodes that match; NULL: everything. Places stay. */
void qd_topology_model_set_filter (QdTopologyModel *self, QdFilter *filter);
void qd_topology_model_get_tally (QdTopologyModel *self, QdTopologyTally *tally);
/* What is not seen, in words; NULL when everything is. (transfer full) */
char *qd_topology_tally_format (const QdTopologyTally *tally);

/* --- Arranging: all of this can be undone. */

/* Puts nodes somewhere and pins them there. FALSE while that cannot be. */
gboolean qd_topology_model_move (QdTopologyModel *self, const guint *nodes, guint n, const QdPoint *to);
void qd_topology_model_set_pinned (QdTopologyModel *self, const guint *nodes, guint n, gboolean pinned);
gboolean qd_topology_model_is_pinned (QdTopologyModel *self, guint node);
void qd_topology_model_unpin_all (QdTopologyModel *self);
/* Lays all but the pinned out from nothing. */
void qd_topology_model_arrange (QdTopologyModel *self);
/* As qd-graph-layout.h names them: "force". Groups are made where they are needed and there are none. */
const char *qd_topology_model_get_layout (QdTopologyModel *self);
void qd_topology_model_set_layout (QdTopologyModel *self, const char *name);
/* See qd-topology-groups.h; "": by nothing. */
const char *qd_topology_model_get_group_by (QdTopologyModel *self);
void qd_topology_model_set_group_by (QdTopologyModel *self, const char *group_by);
/* A folded group is drawn as one node. */
void qd_topology_model_set_folded (QdTopologyModel *self, const char *group, gboolean folded);
void qd_topology_model_fold_all (QdTopologyModel *self, gboolean folded);
/* The group that a node is in, or is; NULL: none. (transfer full) */
char *qd_topology_model_dup_group (QdTopologyModel *self, guint node);

void qd_topology_model_undo (QdTopologyModel *self);
void qd_topology_model_redo (QdTopologyModel *self);
QdTopologyUndo *qd_topology_model_get_undo (QdTopologyModel *self);   /* borrowed */

/* Keeps the picture up to date while @view is mapped: while nobody looks, it is left as it was. */
void qd_topology_model_watch (QdTopologyModel *self, GtkWidget *view);
/* How many of all that there are, shown or not, have each status. */
void qd_topology_model_count (QdTopologyModel *self, QdTopologyCounts *counts);
/* The picture's conclusion: "3 of 42 sites and 1 of 15 nodes need attention", "All 42 sites are well". (transfer full) */
char *qd_topology_summarize (const QdTopologyCounts *counts);

/* A sentence that says how @entity is: "Path HQ to East: degraded, loss 2.3 %". (transfer full) */
char *qd_topology_describe (QdFleet *fleet, QdEntity *entity);
/* The figures of a path or link alone: "31 ms · 2.3 %". (transfer full), NULL: none is known. */
char *qd_topology_tell_figures (QdEntity *entity);

G_END_DECLS
