/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>

#include "qd-graph-impact.h"
#include "qd-graph-neighbour.h"
#include "qd-graph-path.h"
#include "qd-status.h"

/* query NODES EDGES: what a question about a network costs a worker: paths by each metric, with and without alternatives, impact,
 * cuts, a neighbourhood; beside a plain breadth first search over the same edges. One JSON line a question. */

#define QUESTIONS 200

typedef enum { BY_LATENCY, BY_LOSS, BY_HOPS, EIGHT_BY_LATENCY, EIGHT_BY_HOPS, NODE_FAILS, EDGE_FAILS, CUTS, NEIGHBOURHOOD, N_QUESTIONS } Question;

static const char *const names[N_QUESTIONS] = {
  "path by latency", "path by loss", "path by hops", "8 paths by latency", "8 paths by hops", "impact of a node", "impact of an edge",
  "all single points of failure", "3 hops around a node",
};

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

/* Hubs that spokes hang from, and a mesh of all with all. */
static QdGraph *
make_fleet (GRand *rand, guint n, guint m, guint hubs)
{
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < m; i++)
    {
      edges[i].src = i + 1 < n ? i + 1 : any (rand, n);
      edges[i].dst = i + 1 < n ? any (rand, MIN (i + 1, hubs)) : any (rand, n);
      edges[i].status = any (rand, 50) == 0 ? QD_STATUS_DOWN : QD_STATUS_WELL;
      edges[i].latency_ms = (float) g_rand_double_range (rand, 1, 80);
      edges[i].loss_pct = (float) g_rand_double_range (rand, 0, 2);
    }
  return graph;
}

static void
ask (QdGraph *graph, GRand *rand, Question question)
{
  static const QdGraphMetric metrics[] = { QD_GRAPH_BY_LATENCY, QD_GRAPH_BY_LOSS, QD_GRAPH_BY_HOPS, QD_GRAPH_BY_LATENCY, QD_GRAPH_BY_HOPS };
  guint n, m, node, edge;

  qd_graph_nodes (graph, &n);
  qd_graph_edges (graph, &m);
  node = any (rand, n);
  edge = any (rand, m);
  switch (question)
    {
    case BY_LATENCY: case BY_LOSS: case BY_HOPS: case EIGHT_BY_LATENCY: case EIGHT_BY_HOPS:
      qd_graph_paths_free (qd_graph_find_paths (graph, node, any (rand, n), metrics[question], question < EIGHT_BY_LATENCY ? 1 : 8, NULL));
      break;
    case NODE_FAILS: qd_graph_impact_free (qd_graph_find_impact (graph, &node, 1, NULL, 0, NULL)); break;
    case EDGE_FAILS: qd_graph_impact_free (qd_graph_find_impact (graph, NULL, 0, &edge, 1, NULL)); break;
    case CUTS: qd_graph_cuts_free (qd_graph_find_cuts (graph, NULL)); break;
    case NEIGHBOURHOOD: g_free (qd_graph_find_neighbourhood (graph, &node, 1, 3, QD_GRAPH_AROUND, FALSE, NULL)); break;
    case N_QUESTIONS: default: break;
    }
}

/* What there is to beat: who is next to whom, and one walk over it, written down with nothing else in mind. */
static void
walk (QdGraph *graph, guint from)
{
  guint n, m, head = 0, count = 1;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  g_autofree guint *first = NULL, *next = g_new (guint, 2 * (gsize) m), *queue = NULL;
  g_autofree guint8 *seen = NULL;

  qd_graph_nodes (graph, &n);
  first = g_new (guint, n);
  queue = g_new (guint, n);
  seen = g_new0 (guint8, n);
  for (guint i = 0; i < n; i++)
    first[i] = G_MAXUINT;
  for (guint i = 0; i < 2 * m; i++)
    {
      guint at = i % 2 ? edges[i / 2].dst : edges[i / 2].src;

      next[i] = first[at];
      first[at] = i;
    }
  queue[0] = from;
  seen[from] = 1;
  while (head < count)
    for (guint i = first[queue[head++]]; i != G_MAXUINT; i = next[i])
      {
        guint to = i % 2 ? edges[i / 2].src : edges[i / 2].dst;

        if (edges[i / 2].status != QD_STATUS_DOWN && !seen[to])
          {
            seen[to] = 1;
            queue[count++] = to;
          }
      }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *l = a, *r = b;

  return *l < *r ? -1 : *l > *r;
}

static double
ms_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / 1000.0;
}

static void
measure (QdGraph *graph, const char *kind, Question question)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  double took[QUESTIONS], floors[QUESTIONS];
  guint n;

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < QUESTIONS; i++)
    {
      gint64 begin = g_get_monotonic_time ();

      ask (graph, rand, question);
      took[i] = ms_since (begin);
      begin = g_get_monotonic_time ();
      walk (graph, i * 7919 % n);
      floors[i] = ms_since (begin);
    }
  qsort (took, QUESTIONS, sizeof *took, compare_doubles);
  qsort (floors, QUESTIONS, sizeof *floors, compare_doubles);
  g_print ("{\"figure\":\"%s\",\"detail\":\"%s\",\"median_ms\":%.3f,\"p95_ms\":%.3f,\"worst_ms\":%.3f,\"floor_ms\":%.3f}\n", names[question], kind,
           took[QUESTIONS / 2], took[QUESTIONS * 95 / 100], took[QUESTIONS - 1], floors[QUESTIONS / 2]);
}

int
main (int argc, char **argv)
{
  static const struct { const char *name; guint share; } kinds[] = { { "hub and spoke", 100 }, { "partial mesh", 1 } };
  guint n = argc == 3 ? (guint) atoi (argv[1]) : 0, m = argc == 3 ? (guint) atoi (argv[2]) : 0;

  if (n < 2 || n > 1000000 || m < n || m > 4000000)
    {
      g_printerr ("usage: bench-query NODES EDGES\n");
      return 2;
    }
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (42);
      g_autoptr (QdGraph) graph = make_fleet (rand, n, m, MAX (n / kinds[k].share, 1));

      for (Question question = 0; question < N_QUESTIONS; question++)
        measure (graph, kinds[k].name, question);
    }
  return 0;
}
