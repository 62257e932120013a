/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology.h"

/* @n nodes joined into one net with about @m edges: regions with hubs, the same for a seed. */
QdGraph *fixture_fleet (guint n, guint m, guint32 seed);
/* @n nodes and @m edges between any of them, loops and parallels included. */
QdGraph *fixture_random (guint n, guint m, guint32 seed);
/* One of the real networks beside the tree; NULL (and the test skipped) where it is not there. */
QdGraph *fixture_real (const char *name);
QdGraphTheme fixture_theme (void);
/* Sets the degrees from the edges. */
void fixture_count_degrees (QdGraph *graph);
