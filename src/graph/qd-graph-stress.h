/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-layout-private.h"

G_BEGIN_DECLS

gboolean qd_stress_lay_out (const QdAdjacency *adjacency, QdVec *positions, QdRandom *random, const int *cancelled);

G_END_DECLS
