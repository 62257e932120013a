/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-topology-model.h"

G_BEGIN_DECLS

/* Two nodes and what may join them. */
typedef struct {
  const char *words;
  guint8 from_status, to_status, edge_status, from_kind, to_kind;
  guint from_degree, to_degree, members;
  float capacity, score;
  guint8 joined, directed, pinned, stale;
  guint8 mark;           /* QdGraphMark */
} QdTopologySample;

/* The picture of it, as a large one would have it: @reach units from the middle each, of which 48 pixels are one. (transfer full) */
GdkPaintable *qd_topology_sample_draw (const QdTopologySample *sample, const QdGraphTheme *theme, int width, int height, float reach, double scale);

/**
 * QdTopologyLegend:
 *
 * What the shapes and dashes mean, and how many there are of each state that occurs.
 */
#define QD_TYPE_TOPOLOGY_LEGEND (qd_topology_legend_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyLegend, qd_topology_legend, QD, TOPOLOGY_LEGEND, AdwBin)

GtkWidget *qd_topology_legend_new (void);
void qd_topology_legend_set (QdTopologyLegend *self, const QdGraphTheme *theme, const QdTopologyCounts *counts);
/* How many paths are marked because all that they carry would be cut off, or some of it; what there is none of is not said. */
void qd_topology_legend_set_cut (QdTopologyLegend *self, guint drained, guint thinned);

/* All that the picture says by its looks: size, width, colour, dash, direction, pins, groups. (transfer floating) */
GtkWidget *qd_topology_legend_new_key (const QdGraphTheme *theme);

G_END_DECLS
