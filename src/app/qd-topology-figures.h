/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-private.h"

G_BEGIN_DECLS

/* The last step of detail: near enough, each edge in sight says its figures at the middle of what is seen of it.
 * A layer of the view; what is wrong comes first, and nothing is written over anything. */
#define QD_TYPE_TOPOLOGY_FIGURES (qd_topology_figures_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyFigures, qd_topology_figures, QD, TOPOLOGY_FIGURES, GtkWidget)

/* From how many pixels a unit on. */
#define QD_TOPOLOGY_FIGURES_ZOOM 120.0

GtkWidget *qd_topology_figures_new (const QdTopologyState *state);
/* @tell: what is known of an edge in a few characters, (transfer full), or NULL: nothing is. */
void qd_topology_figures_set_tell (QdTopologyFigures *self, char *(*tell) (QdPick pick, gpointer data), gpointer data);
/* The viewport or the scene is another; @settled: no more for now. */
void qd_topology_figures_move (QdTopologyFigures *self, gboolean settled);
/* How many there are, and what the @i-th says. */
guint qd_topology_figures_get_n (QdTopologyFigures *self);
const char *qd_topology_figures_get_text (QdTopologyFigures *self, guint i);

G_END_DECLS
