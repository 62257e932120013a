/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdTopologyTwin:
 *
 * The same as the picture, as tables: sites, nodes, paths, links. What is selected in one is selected
 * in the other. Its tables are made when it is first shown. Emits ::several (GPtrArray of QdEntity, borrowed) when
 * more than one thing is selected, or no longer.
 */
#define QD_TYPE_TOPOLOGY_TWIN (qd_topology_twin_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyTwin, qd_topology_twin, QD, TOPOLOGY_TWIN, AdwBin)

GtkWidget *qd_topology_twin_new (QdSession *session);
/* What sites and nodes are filtered by. */
void qd_topology_twin_set_filter (QdTopologyTwin *self, const char *text);
/* What is selected in the picture, and so here; empty: one thing or none, which the session knows. */
void qd_topology_twin_set_several (QdTopologyTwin *self, GPtrArray *entities);
void qd_topology_twin_focus_search (QdTopologyTwin *self);

G_END_DECLS
