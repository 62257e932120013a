/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-private.h"

G_BEGIN_DECLS

/**
 * QdTopologyView:
 *
 * A picture of a graph that one can move about in. Knows nodes and edges by their numbers only.
 * Signals: ::hovered (QdPickKind, index), ::selected (QdPickKind, index) when somebody picks,
 * ::activated (QdPickKind, index) on a double click or, where it is not interactive, any click;
 * ::restyled (0, 0) when its colours have changed; ::viewport (0, 0) when another part is seen;
 * ::marked (0, n) when n nodes are selected together; ::dropped (0, n) when n nodes have been dragged
 * somewhere, see qd_topology_view_get_carried(); ::menu (QdPickKind, index) when a menu is asked for.
 */
#define QD_TYPE_TOPOLOGY_VIEW (qd_topology_view_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyView, qd_topology_view, QD, TOPOLOGY_VIEW, GtkWidget)

GtkWidget *qd_topology_view_new (void);
/* Not interactive: shows all, and a click activates; no labels. */
void qd_topology_view_set_interactive (QdTopologyView *self, gboolean interactive);

/* Shows @scene (or with NULL nothing). @index: for what is under the pointer. What was hovered, selected
 * or found is forgotten: numbers mean other things now. @keep: look at the same place as before. */
void qd_topology_view_set_scene (QdTopologyView *self, QdScene *scene, QdGraphIndex *index, gboolean keep);
/* Shows @scene, which has the same things at the same places; @picks look different. */
void qd_topology_view_update_scene (QdTopologyView *self, QdScene *scene, const QdPick *picks, guint n);
/* Shows @scene, which has the same things at the same places, and all of them may look different: nothing
 * has happened to them, though. */
void qd_topology_view_dress (QdTopologyView *self, QdScene *scene);
/* These edges (guint, taken) are one path; NULL or empty: there is none. */
void qd_topology_view_set_route (QdTopologyView *self, GArray *edges);
/* Shows @scene, which has the same things at other places. */
void qd_topology_view_move_scene (QdTopologyView *self, QdScene *scene, QdGraphIndex *index);
QdScene *qd_topology_view_get_scene (QdTopologyView *self);

/* Several nodes that are selected together: an array with a gboolean for each, taken; NULL: none. */
void qd_topology_view_set_marks (QdTopologyView *self, gboolean *marks);
/* Their numbers, or that of the one node that is selected. (transfer full) (element-type guint) */
GArray *qd_topology_view_get_marked (QdTopologyView *self);
/* What is being dragged, and where each node would then be; borrowed, NULL when nothing is. */
const guint *qd_topology_view_get_carried (QdTopologyView *self, guint *n, const QdPoint **places);
/* What is being dragged goes back to where it was. */
void qd_topology_view_cancel_drag (QdTopologyView *self);
/* Where a menu that was asked for stands. */
void qd_topology_view_get_menu_point (QdTopologyView *self, GdkRectangle *at);

QdPick qd_topology_view_get_hover (QdTopologyView *self);
QdPick qd_topology_view_get_selected (QdTopologyView *self);
QdPick qd_topology_view_get_focus (QdTopologyView *self);
/* Marks @pick and, with @reveal, moves it into sight. Emits nothing. */
void qd_topology_view_set_selected (QdTopologyView *self, QdPick pick, gboolean reveal);
/* Lights these nodes (an array with a gboolean for each, taken); NULL: none. */
void qd_topology_view_set_hits (QdTopologyView *self, gboolean *hits);

void qd_topology_view_fit (QdTopologyView *self);
/* Brings these nodes into sight, as large as can be. */
void qd_topology_view_zoom_to (QdTopologyView *self, const guint *nodes, guint n);
/* TRUE when all of the picture is in sight. */
gboolean qd_topology_view_sees_all (QdTopologyView *self);
/* Something of this size lies over the lower start corner: showing all spares it. */
void qd_topology_view_set_inset (QdTopologyView *self, int width, int height);
/* Something of this height lies over the top. */
void qd_topology_view_set_inset_top (QdTopologyView *self, int height);
void qd_topology_view_zoom_by (QdTopologyView *self, double factor);
void qd_topology_view_get_viewport (QdTopologyView *self, QdViewport *viewport);
/* Jumps there, for benches and tests. */
void qd_topology_view_set_viewport (QdTopologyView *self, const QdViewport *viewport);
/* The colours that it is drawn in, without change until ::restyled. */
const QdGraphTheme *qd_topology_view_get_theme (QdTopologyView *self);
/* TRUE when nothing moves and all that is seen has been drawn. */
gboolean qd_topology_view_is_settled (QdTopologyView *self);

/* A widget shown beside what is under the pointer; hidden while there is nothing. */
void qd_topology_view_set_card (QdTopologyView *self, GtkWidget *card);
/* What a screen reader says of one thing: a sentence, (transfer full). */
void qd_topology_view_set_describe (QdTopologyView *self, char *(*describe) (QdPick pick, gpointer data), gpointer data);
/* What near edges say of themselves in a few characters, (transfer full), or NULL. */
void qd_topology_view_set_figures (QdTopologyView *self, char *(*tell) (QdPick pick, gpointer data), gpointer data);

G_END_DECLS
