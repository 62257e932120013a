/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-topology-model.h"

G_BEGIN_DECLS

/**
 * QdTopologyLegend:
 *
 * What the shapes and dashes mean, and how many there are of each state that occurs.
 */
#define QD_TYPE_TOPOLOGY_LEGEND (qd_topology_legend_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyLegend, qd_topology_legend, QD, TOPOLOGY_LEGEND, AdwBin)

GtkWidget *qd_topology_legend_new (void);
void qd_topology_legend_set (QdTopologyLegend *self, const QdGraphTheme *theme, const QdTopologyCounts *counts);

/* All that the picture says by its looks: size, width, colour, dash, direction, pins, groups. (transfer floating) */
GtkWidget *qd_topology_legend_new_key (const QdGraphTheme *theme);

G_END_DECLS
