/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-view.h"

G_BEGIN_DECLS

/* For measuring: moves that any picture of the same graph can repeat, and what they need to know of it. */

typedef enum { QD_TOPOLOGY_PAN, QD_TOPOLOGY_ZOOM } QdTopologyMove;

/* Looks where this move is @seconds after it began: pan: all in sight, to and fro by a third of the view; zoom: the
 * middle, from all in sight to eight times as near and back in four seconds. */
void qd_topology_view_do_move (QdTopologyView *self, QdTopologyMove move, double seconds);

/* One JSON object: {"nodes","edges","settled","width","height","left","top","right","bottom","zoom"}: how much is shown in
 * how large a view, the box around it in units, and the zoom from which moves begin. (transfer full) */
char *qd_topology_view_report (QdTopologyView *self);
/* Writes the places ("x y" a node) to @path.positions and the graph ("N M", then "source target") to @path.edges. */
gboolean qd_topology_view_save_plain (QdTopologyView *self, const char *path, GError **error);

G_END_DECLS
