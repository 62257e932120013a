/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-neighbour.h"

#include "qd-graph-path-arcs.h"
#include "qd-graph-private.h"

/**
 * qd_graph_find_neighbourhood:
 * @centres: indexes of nodes; those that are none are passed over
 * @hops: how far to go; 0: the centres alone
 * @usable_only: not over edges that are down
 * @cancelled: (nullable): set from another thread to stop
 *
 * Finds what is around some nodes, by a breadth first search over all of @graph: linear in its size.
 *
 * Returns: (transfer full) (nullable): by node, how many hops it is away, or %G_MAXUINT; %NULL when cancelled
 */
guint *
qd_graph_find_neighbourhood (QdGraph *graph, const guint *centres, guint n_centres, guint hops,
                             QdGraphReach reach, gboolean usable_only, const int *cancelled)
{
  QdArcsFlags flags = reach == QD_GRAPH_AROUND ? QD_ARCS_BOTH : reach == QD_GRAPH_UPSTREAM ? QD_ARCS_IN : QD_ARCS_OUT;
  g_auto (QdArcs) arcs = { 0 };
  g_autofree guint8 *seen = NULL;
  g_autofree guint *queue = NULL;
  guint n, count = 0;
  guint *distances;

  if (qd_cancelled (cancelled))
    return NULL;
  qd_arcs_init (&arcs, graph, flags | (usable_only ? 0 : QD_ARCS_DOWN_TOO), NULL);
  n = arcs.n;
  if (qd_cancelled (cancelled))
    return NULL;
  seen = g_new0 (guint8, MAX (n, 1));
  queue = g_new (guint, MAX (n, 1));
  distances = g_new (guint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    distances[i] = G_MAXUINT;
  for (guint i = 0; i < n_centres; i++)
    if (centres[i] < n && !seen[centres[i]])
      {
        seen[centres[i]] = 1;
        distances[centres[i]] = 0;
        queue[count++] = centres[i];
      }
  qd_arcs_flood (&arcs, seen, queue, count, distances, hops);
  return distances;
}
