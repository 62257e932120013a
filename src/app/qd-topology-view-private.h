/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drawn-item.h"
#include "qd-topology-figures.h"
#include "qd-topology-view.h"

G_BEGIN_DECLS

struct _QdTopologyView {
  GtkWidget parent_instance;

  /* children */
  GtkWidget *canvas, *figures, *overlay, *card;
  QdTopologyProbes probes;

  QdTopologyState state;
  QdGraphIndex *index;
  gboolean interactive;
  gboolean fitted;            /* shows all until somebody moves */
  int width, height;          /* as last allocated */
  int inset_width, inset_height, inset_top;

  /* moving */
  AdwAnimation *glide;
  QdViewport from, to;
  AdwAnimation *veil;
  guint settle_id;
  QdViewport drag_from;
  double pointer_x, pointer_y;
  gboolean dragging;
  enum { QD_DRAG_PAN, QD_DRAG_CARRY, QD_DRAG_BAND } drag_kind;
  double press_x, press_y;
  guint carry_tick;           /* waits for the picture to have what was dropped */
  guint glow_tick;

  /* for assistive technologies */
  char *(*describe) (QdPick pick, gpointer data);
  gpointer describe_data;
  GPtrArray *items;           /* QdTopologyItem by node, made when asked for; NULL slots */
  GPtrArray *edge_items;      /* likewise, for the edges of one node */
  guint edges_of;             /* that node */
  guint focus_node;           /* whose edge is in focus, when one is */
};

/* The limits of zoom, in pixels a unit. */
#define QD_TOPOLOGY_MAX_ZOOM 320.0
/* The viewport that shows all. */
QdViewport qd_topology_view_whole (QdTopologyView *self);
/* Looks there, within what can be looked at; leaves a glide as it is. */
void qd_topology_view_go (QdTopologyView *self, QdViewport viewport);
void qd_topology_view_glide_cb (double t, gpointer view);
void qd_topology_view_emit_viewport (QdTopologyView *self);
double qd_topology_view_fit_zoom (QdTopologyView *self);
/* Goes there at once, and draws exactly when it has rested. */
void qd_topology_view_move_to (QdTopologyView *self, QdViewport viewport);
/* Goes there smoothly, where animations are wanted. */
void qd_topology_view_glide_to (QdTopologyView *self, QdViewport viewport);
/* The viewport after zooming by @factor with what is at (@x, @y) staying there. */
QdViewport qd_topology_view_zoom_at (QdTopologyView *self, const QdViewport *viewport, double factor, double x, double y);
void qd_topology_view_set_hover (QdTopologyView *self, QdPick pick);
void qd_topology_view_set_focus (QdTopologyView *self, QdPick pick);
QdPick qd_topology_view_pick_at (QdTopologyView *self, double x, double y);
void qd_topology_view_pick (QdTopologyView *self, QdPick pick, gboolean activate);
/* A node's rectangle in the view. */
graphene_rect_t qd_topology_view_get_node_box (QdTopologyView *self, guint node);

void qd_topology_view_fade_to (QdTopologyView *self, double target);
/* How much is to be faded as things are now. */
double qd_topology_view_get_fade (QdTopologyView *self);
void qd_topology_view_emit_dropped (QdTopologyView *self);
void qd_topology_view_emit_menu (QdTopologyView *self, QdPick pick);

/* qd-topology-input.c */
void qd_topology_view_add_input (QdTopologyView *self);
/* qd-topology-drag.c */
void qd_topology_view_add_drag (QdTopologyView *self);
void qd_topology_view_stop_carrying (QdTopologyView *self);
/* What was dropped is now in the scene: it is let go when it has been drawn there. */
void qd_topology_view_let_go (QdTopologyView *self);
/* qd-topology-keys.c */
void qd_topology_view_add_keys (QdTopologyView *self);
gboolean qd_topology_view_focus_next (QdTopologyView *self, gboolean backward);

/* qd-topology-glow.c: what of @picks has another state in @next than in the scene glows once. */
void qd_topology_glow_add (QdTopologyView *self, const QdScene *next, const QdPick *picks, guint n);
void qd_topology_glow_clear (QdTopologyView *self);

/* qd-topology-item.c */
#define QD_TYPE_TOPOLOGY_ITEM (qd_topology_item_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyItem, qd_topology_item, QD, TOPOLOGY_ITEM, QdDrawnItem)
QdTopologyItem *qd_topology_item_get (QdTopologyView *view, guint node);   /* borrowed, made when missing */
/* Says anew what there is to say. */
void qd_topology_item_refresh (QdTopologyItem *self);
void qd_topology_items_refresh (QdTopologyView *view, QdPick pick);   /* if there is one for it */

G_END_DECLS
