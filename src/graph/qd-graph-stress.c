/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

static guint
rounds_for (guint n)
{
  return n <= 200 ? 300 : n <= 1200 ? 160 : n <= 5000 ? 90 : 50;
}

gboolean
qd_arrange_by_force (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out)
{
  qd_pivot_layout (adjacency, out, &job->random);
  if (!qd_force_refine (adjacency, out, NULL, rounds_for (part->n), 0.5, &job->random, job->options->cancelled))
    return FALSE;
  qd_layout_scale (out, part->n, 1.0 / MAX (qd_layout_typical_length (adjacency, out), 1e-6));
  qd_force_separate (out, part->n, QD_LAYOUT_SPACING, NULL, 12);
  return TRUE;
}
