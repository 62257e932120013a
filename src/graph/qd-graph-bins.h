/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* Which nodes and edges can be seen in which square of a picture, so that drawing one tile looks at
 * these alone. By places only: what things look like may change meanwhile. Immutable. */
typedef struct _QdGraphBins QdGraphBins;

/* @zoom: device pixels a unit; @scale: device pixels a pixel; @side: of a tile, in device pixels: bins are
 * such squares, counted from 0,0, or two, four, … to a side where there would be too many. (transfer full) */
QdGraphBins *qd_graph_bins_new (QdGraph *graph, const QdPoint *positions, double zoom, double scale, double side);
void qd_graph_bins_free (QdGraphBins *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphBins, qd_graph_bins_free)

/* A box in device pixels, the right and lower borders not in it. */
typedef struct { double left, top, right, bottom; } QdPixelBox;

/* The numbers of the edges (nodes) that may reach into @box: ascending, each once, and surely all. They
 * lie in @self or, where several bins had to be joined, in @scratch (of guint). */
const guint *qd_graph_bins_get_edges (const QdGraphBins *self, const QdPixelBox *box, GArray *scratch, guint *n);
const guint *qd_graph_bins_get_nodes (const QdGraphBins *self, const QdPixelBox *box, GArray *scratch, guint *n);

G_END_DECLS
