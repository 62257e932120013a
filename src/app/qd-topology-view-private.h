/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-view.h"

G_BEGIN_DECLS

struct _QdTopologyView {
  GtkWidget parent_instance;

  /* children */
  GtkWidget *canvas, *overlay, *card;
  QdTopologyProbes probes;

  QdTopologyState state;
  QdGraphIndex *index;
  gboolean interactive;
  gboolean fitted;            /* shows all until somebody moves */
  int width, height;          /* as last allocated */
  int inset_width, inset_height;

  /* moving */
  AdwAnimation *glide;
  QdViewport from, to;
  AdwAnimation *veil;
  guint settle_id;
  QdViewport drag_from;
  double pinch_zoom;
  double pointer_x, pointer_y;
  gboolean dragging;

  /* for assistive technologies */
  char *(*describe) (QdPick pick, gpointer data);
  gpointer describe_data;
  GPtrArray *items;           /* QdTopologyItem by node, made when asked for; NULL slots */
};

/* The limits of zoom, in pixels a unit. */
#define QD_TOPOLOGY_MAX_ZOOM 320.0
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

/* qd-topology-input.c */
void qd_topology_view_add_input (QdTopologyView *self);
gboolean qd_topology_view_focus_next (QdTopologyView *self, gboolean backward);

/* qd-topology-item.c */
#define QD_TYPE_TOPOLOGY_ITEM (qd_topology_item_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyItem, qd_topology_item, QD, TOPOLOGY_ITEM, GObject)
QdTopologyItem *qd_topology_item_get (QdTopologyView *view, guint node);   /* borrowed, made when missing */
void qd_topology_item_refresh (QdTopologyItem *self);

G_END_DECLS
