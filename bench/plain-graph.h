/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

G_BEGIN_DECLS

/* The graph in a file of numbers: "N M", then M lines "source target", from 0. NULL when it is none. (transfer full) */
QdGraph *bench_read_graph (const char *path);
/* As many lines "x y" as @graph has nodes. NULL when it is none. (transfer full) */
QdPoint *bench_read_positions (const char *path, QdGraph *graph);

G_END_DECLS
