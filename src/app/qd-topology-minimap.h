/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-view.h"

G_BEGIN_DECLS

/**
 * QdTopologyMinimap:
 *
 * The whole picture, small, with what another view sees of it as a rectangle, which can be dragged.
 * Hidden while that view sees everything.
 */
#define QD_TYPE_TOPOLOGY_MINIMAP (qd_topology_minimap_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyMinimap, qd_topology_minimap, QD, TOPOLOGY_MINIMAP, GtkWidget)

GtkWidget *qd_topology_minimap_new (void);
/* @view: the one that is steered; not owned, NULL before it goes. */
void qd_topology_minimap_set_view (QdTopologyMinimap *self, QdTopologyView *view);
/* The view's scene is another, or only looks different. */
void qd_topology_minimap_set_scene (QdTopologyMinimap *self, QdScene *scene);
void qd_topology_minimap_update_scene (QdTopologyMinimap *self, QdScene *scene, const QdPick *picks, guint n);
/* Whether it is wanted at all. */
void qd_topology_minimap_set_wanted (QdTopologyMinimap *self, gboolean wanted);
/* What the rectangle covers, in the widget's pixels. */
void qd_topology_minimap_get_frame (QdTopologyMinimap *self, graphene_rect_t *frame);

G_END_DECLS
