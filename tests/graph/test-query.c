/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "fixtures.h"
#include "qd-graph-impact.h"
#include "qd-graph-neighbour.h"
#include "qd-graph-path.h"
#include "qd-status.h"

/* Paths, impacts, cuts and neighbourhoods of a thousand random graphs against the plainest answers there are. */

#define ROUNDS 1000
#define MAX_N 10

/* Loops, parallel edges, one-way edges, edges that are down, lossy, or not measured. */
static QdGraph *
make_graph (GRand *rand, guint max_n, gboolean directions)
{
  guint n = (guint) g_rand_int_range (rand, 1, (gint32) max_n + 1);
  guint m = (guint) g_rand_int_range (rand, 0, (gint32) (2 * n + 1));
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  gboolean all_known = g_rand_boolean (rand);

  for (guint i = 0; i < m; i++)
    {
      edges[i].src = (guint) g_rand_int_range (rand, 0, (gint32) n);
      edges[i].dst = (guint) g_rand_int_range (rand, 0, (gint32) n);
      edges[i].directed = directions && g_rand_int_range (rand, 0, 3) == 0;
      edges[i].status = g_rand_int_range (rand, 0, 8) == 0 ? QD_STATUS_DOWN : QD_STATUS_WELL;
      if (all_known || g_rand_int_range (rand, 0, 4))
        edges[i].latency_ms = (float) g_rand_int_range (rand, 0, 40) / 4;
      if (all_known || g_rand_int_range (rand, 0, 4))
        edges[i].loss_pct = g_rand_int_range (rand, 0, 12) == 0 ? 100 : (float) g_rand_int_range (rand, 0, 8) * 3.5f;
    }
  return graph;
}

/* --- Paths ------------------------------------------------------------------------------------------ */

typedef struct { guint unknown, hops; double metric; } Price;

static double
price_of (const QdGraphEdge *edge, QdGraphMetric by)
{
  return by == QD_GRAPH_BY_HOPS ? 0 : by == QD_GRAPH_BY_LATENCY ? edge->latency_ms : -log (1 - edge->loss_pct / 100.0);
}

static gboolean
is_used (const QdGraphEdge *edge, QdGraphMetric by)
{
  return edge->status != QD_STATUS_DOWN && edge->src != edge->dst && !(by == QD_GRAPH_BY_LOSS && edge->loss_pct >= 100);
}

static int
compare_prices (gconstpointer a, gconstpointer b)
{
  const Price *l = a, *r = b;

  if (l->unknown != r->unknown)
    return l->unknown < r->unknown ? -1 : 1;
  if (fabs (l->metric - r->metric) > 1e-8)
    return l->metric < r->metric ? -1 : 1;
  return l->hops < r->hops ? -1 : l->hops > r->hops;
}

/* Every path without a circle, by walking all of them. */
static void
walk_all (QdGraph *graph, guint at, guint to, QdGraphMetric by, Price price, guint visited, GArray *prices)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  if (at == to)
    {
      g_array_append_val (prices, price);
      return;
    }
  for (guint i = 0; i < m; i++)
    {
      guint next = edges[i].src == at ? edges[i].dst : edges[i].dst == at && !edges[i].directed ? edges[i].src : at;
      double own = price_of (&edges[i], by);
      Price more = { price.unknown + isnan (own), price.hops + 1, price.metric + (isnan (own) ? 0 : own) };

      if (next != at && !(visited & 1u << next) && is_used (&edges[i], by))
        walk_all (graph, next, to, by, more, visited | 1u << next, prices);
    }
}

static Price
check_path (QdGraph *graph, const QdGraphPath *path, guint from, guint to, QdGraphMetric by)
{
  const QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  Price price = { .hops = path->n_edges };
  double latency = 0, arrives = 1;
  guint visited = 0;

  g_assert_cmpuint (path->nodes[0], ==, from);
  g_assert_cmpuint (path->nodes[path->n_edges], ==, to);
  for (guint i = 0; i < path->n_edges; i++)
    {
      const QdGraphEdge *edge = &edges[path->edges[i]];
      guint a = path->nodes[i], b = path->nodes[i + 1];
      double own = price_of (edge, by);

      g_assert_true (is_used (edge, by));
      g_assert_true ((edge->src == a && edge->dst == b) || (!edge->directed && edge->src == b && edge->dst == a));
      g_assert_false (visited & 1u << b);
      visited |= 1u << a;
      price.unknown += isnan (own);
      price.metric += isnan (own) ? 0 : own;
      latency += edge->latency_ms;
      arrives *= 1 - edge->loss_pct / 100.0;
    }
  g_assert_cmpuint (path->unknown, ==, price.unknown);
  g_assert_true (isnan (latency) ? isnan (path->latency_ms) : path->latency_ms == latency);
  g_assert_true (isnan (arrives) ? isnan (path->loss_pct) : fabs (path->loss_pct - 100 * (1 - arrives)) < 1e-9);
  return price;
}

static void
check_paths (QdGraph *graph, guint from, guint to, QdGraphMetric by, guint count)
{
  g_autoptr (QdGraphPaths) paths = qd_graph_find_paths (graph, from, to, by, count, NULL);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Price));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  walk_all (graph, from, to, by, (Price) { 0 }, 1u << from, all);
  g_array_sort (all, compare_prices);
  g_assert_cmpuint (paths->paths->len, ==, MIN (all->len, count));
  g_assert_true ((paths->apart == QD_GRAPH_JOINED) == (all->len > 0));
  for (guint i = 0; i < paths->paths->len; i++)
    {
      const QdGraphPath *path = g_ptr_array_index (paths->paths, i);
      Price price = check_path (graph, path, from, to, by);
      GString *text = g_string_new (NULL);

      g_assert_cmpint (compare_prices (&price, &g_array_index (all, Price, i)), ==, 0);
      for (guint k = 0; k < path->n_edges; k++)
        g_string_append_printf (text, "%u ", path->edges[k]);
      g_assert_true (g_hash_table_add (seen, g_string_free_and_steal (text)));
    }
}

static void
test_paths (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraph) graph = make_graph (rand, 8, TRUE);
      guint n;

      qd_graph_nodes (graph, &n);
      for (guint by = QD_GRAPH_BY_LATENCY; by <= QD_GRAPH_BY_HOPS; by++)
        {
          guint from = (guint) g_rand_int_range (rand, 0, (gint32) n), to = (guint) g_rand_int_range (rand, 0, (gint32) n);

          check_paths (graph, from, to, by, 1);
          check_paths (graph, from, to, by, (guint) g_rand_int_range (rand, 2, 40));
        }
    }
}

/* On larger graphs the best alone, against rounds of relaxing every edge (Bellman and Ford). */
static void
test_best (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);

  for (guint round = 0; round < 100; round++)
    {
      g_autoptr (QdGraph) graph = make_graph (rand, 120, TRUE);
      guint n, m, from = 0, to;
      g_autofree Price *least = NULL;
      gboolean moved = TRUE;
      const QdGraphEdge *edges = qd_graph_edges (graph, &m);
      g_autoptr (QdGraphPaths) paths = NULL;

      qd_graph_nodes (graph, &n);
      to = n - 1;
      least = g_new (Price, n);
      for (guint i = 0; i < n; i++)
        least[i] = (Price) { i == from ? 0 : G_MAXUINT, 0, 0 };
      while (moved)
        {
          moved = FALSE;
          for (guint i = 0; i < 2 * m; i++)
            {
              const QdGraphEdge *edge = &edges[i / 2];
              guint a = i % 2 ? edge->dst : edge->src, b = i % 2 ? edge->src : edge->dst;
              double own = edge->latency_ms;
              Price price = { least[a].unknown + isnan (own), least[a].hops + 1, least[a].metric + (isnan (own) ? 0 : own) };

              if (least[a].unknown == G_MAXUINT || (i % 2 && edge->directed) || !is_used (edge, QD_GRAPH_BY_LATENCY) ||
                  compare_prices (&price, &least[b]) >= 0)
                continue;
              least[b] = price;
              moved = TRUE;
            }
        }
      paths = qd_graph_find_paths (graph, from, to, QD_GRAPH_BY_LATENCY, 3, NULL);
      g_assert_cmpuint (paths->paths->len > 0, ==, least[to].unknown != G_MAXUINT);
      if (paths->paths->len > 0)
        {
          const QdGraphPath *path = g_ptr_array_index (paths->paths, 0);

          g_assert_cmpuint (path->unknown, ==, least[to].unknown);
          g_assert_cmpuint (path->n_edges, ==, least[to].hops);
          if (path->unknown == 0)
            g_assert_cmpfloat (path->latency_ms, ==, least[to].metric);
        }
    }
}

static void
test_apart (void)
{
  g_autoptr (QdGraph) graph = qd_graph_new (5, 3);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  const struct { guint from, to; QdGraphMetric by; QdGraphApart apart; } cases[] = {
    { 0, 1, QD_GRAPH_BY_LATENCY, QD_GRAPH_APART_DOWN }, { 1, 2, QD_GRAPH_BY_LATENCY, QD_GRAPH_JOINED },
    { 2, 1, QD_GRAPH_BY_LATENCY, QD_GRAPH_APART_WAY },  { 2, 3, QD_GRAPH_BY_LOSS, QD_GRAPH_APART_LOSS },
    { 2, 3, QD_GRAPH_BY_HOPS, QD_GRAPH_JOINED },        { 0, 3, QD_GRAPH_BY_LOSS, QD_GRAPH_APART_DOWN },
    { 0, 4, QD_GRAPH_BY_HOPS, QD_GRAPH_APART },         { 4, 4, QD_GRAPH_BY_LOSS, QD_GRAPH_JOINED },
  };

  edges[0] = (QdGraphEdge) { .src = 0, .dst = 1, .status = QD_STATUS_DOWN };
  edges[1] = (QdGraphEdge) { .src = 1, .dst = 2, .directed = TRUE };
  edges[2] = (QdGraphEdge) { .src = 2, .dst = 3, .loss_pct = 100 };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (QdGraphPaths) paths = qd_graph_find_paths (graph, cases[i].from, cases[i].to, cases[i].by, 2, NULL);

      g_assert_cmpint (paths->apart, ==, cases[i].apart);
      g_assert_cmpuint (paths->paths->len, ==, cases[i].apart == QD_GRAPH_JOINED);
    }
}

/* --- Impact ------------------------------------------------------------------------------------------ */

typedef struct { gboolean reaches[MAX_N][MAX_N]; } Matrix;

static gboolean
carries (const QdGraphEdge *edge, const gboolean *failed)
{
  return edge->status != QD_STATUS_DOWN && !failed[edge->src] && !failed[edge->dst];
}

static void
close_matrix (QdGraph *graph, const gboolean *failed, const gboolean *gone, gboolean undirected, Matrix *matrix)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  qd_graph_nodes (graph, &n);
  memset (matrix, 0, sizeof *matrix);
  for (guint i = 0; i < n; i++)
    matrix->reaches[i][i] = TRUE;
  for (guint i = 0; i < m; i++)
    if (carries (&edges[i], failed) && !gone[i])
      {
        matrix->reaches[edges[i].src][edges[i].dst] = TRUE;
        if (!edges[i].directed || undirected)
          matrix->reaches[edges[i].dst][edges[i].src] = TRUE;
      }
  for (guint k = 0; k < n; k++)
    for (guint i = 0; i < n; i++)
      for (guint j = 0; j < n; j++)
        if (matrix->reaches[i][k] && matrix->reaches[k][j])
          matrix->reaches[i][j] = TRUE;
}

static void
check_impact (QdGraph *graph, const gboolean *failed, const gboolean *gone, const QdGraphImpact *impact)
{
  static const gboolean none[64];
  guint n, m, n_rest = 0, k = 0, n_edges = 0, n_stranded = 0;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  Matrix before, after, weak, weak_after;
  gboolean near[MAX_N] = { 0 }, rest[MAX_N] = { 0 }, lost[MAX_N] = { 0 };
  guint part_of[MAX_N];

  qd_graph_nodes (graph, &n);
  close_matrix (graph, none, none, FALSE, &before);
  close_matrix (graph, failed, gone, FALSE, &after);
  close_matrix (graph, none, none, TRUE, &weak);
  close_matrix (graph, failed, gone, TRUE, &weak_after);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      near[j] |= failed[i] && weak.reaches[i][j];
  for (guint e = 0; e < m; e++)
    for (guint j = 0; j < n; j++)
      near[j] |= gone[e] && edges[e].status != QD_STATUS_DOWN && weak.reaches[edges[e].src][j];
  for (guint i = 0; i < n; i++)
    {
      guint size = 0;

      for (guint j = 0; j < n; j++)
        size += !failed[j] && after.reaches[i][j] && after.reaches[j][i];
      if (!near[i] || failed[i] || size <= n_rest)
        continue;
      n_rest = size;
      for (guint j = 0; j < n; j++)
        rest[j] = !failed[j] && after.reaches[i][j] && after.reaches[j][i];
    }
  g_assert_cmpuint (impact->n_rest, ==, n_rest);
  for (guint i = 0; i < n; i++)
    {
      gboolean there = FALSE, back = FALSE;

      g_assert_cmpint (impact->rest[i], ==, rest[i]);
      for (guint r = 0; r < n; r++)
        if (rest[r])
          {
            there |= before.reaches[r][i] && !after.reaches[r][i];
            back |= before.reaches[i][r] && !after.reaches[i][r];
          }
      /* The rest reach each other, so that what one does not reach, none does; but before, another may have. */
      for (guint r = 0; r < n; r++)
        if (rest[r])
          {
            there &= !after.reaches[r][i];
            back &= !after.reaches[i][r];
          }
      if (failed[i] || !(there || back))
        continue;
      g_assert_cmpuint (k, <, impact->lost->len);
      g_assert_cmpuint (g_array_index (impact->lost, QdGraphLost, k).node, ==, i);
      g_assert_cmpint (g_array_index (impact->lost, QdGraphLost, k).no_way_there, ==, there);
      g_assert_cmpint (g_array_index (impact->lost, QdGraphLost, k).no_way_back, ==, back);
      part_of[i] = g_array_index (impact->lost, QdGraphLost, k++).part;
      g_assert_cmpuint (part_of[i], <, impact->n_parts);
      lost[i] = TRUE;
    }
  g_assert_cmpuint (impact->lost->len, ==, k);
  for (guint e = 0; e < m; e++)
    {
      gboolean usable = edges[e].status != QD_STATUS_DOWN;

      if (usable && (gone[e] || failed[edges[e].src] || failed[edges[e].dst]))
        g_assert_cmpuint (g_array_index (impact->edges, guint, n_edges++), ==, e);
      else if (usable && (lost[edges[e].src] || lost[edges[e].dst]))
        g_assert_cmpuint (g_array_index (impact->stranded, guint, n_stranded++), ==, e);
      if (usable && !gone[e] && lost[edges[e].src] && lost[edges[e].dst])
        g_assert_cmpuint (part_of[edges[e].src], ==, part_of[edges[e].dst]);
    }
  g_assert_cmpuint (impact->edges->len, ==, n_edges);
  g_assert_cmpuint (impact->stranded->len, ==, n_stranded);
}

static void
test_impact (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraph) graph = make_graph (rand, MAX_N, round % 2);
      guint n, m;

      qd_graph_nodes (graph, &n);
      qd_graph_edges (graph, &m);
      for (guint i = 0; i < n + m; i++)
        {
          gboolean failed[64] = { 0 }, gone[64] = { 0 };
          guint nodes[2] = { i, (guint) g_rand_int_range (rand, 0, (gint32) n) }, edge = i - n;
          guint n_nodes = i < n ? 1 + g_rand_boolean (rand) : 0;
          g_autoptr (QdGraphImpact) impact = qd_graph_find_impact (graph, nodes, n_nodes, &edge, i >= n, NULL);

          for (guint k = 0; k < n_nodes; k++)
            failed[nodes[k]] = TRUE;
          if (i >= n)
            gone[edge] = TRUE;
          check_impact (graph, failed, gone, impact);
        }
    }
}

/* How many pieces there are, direction ignored, of what is not failed. */
static guint
count_pieces (QdGraph *graph, const gboolean *failed, const gboolean *gone)
{
  guint n, pieces = 0;
  Matrix matrix;

  close_matrix (graph, failed, gone, TRUE, &matrix);
  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    {
      gboolean first = !failed[i];

      for (guint j = 0; j < i; j++)
        first &= failed[j] || !matrix.reaches[i][j];
      pieces += first;
    }
  return pieces;
}

static void
test_cuts (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (14);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraph) graph = make_graph (rand, MAX_N, TRUE);
      g_autoptr (QdGraphCuts) cuts = qd_graph_find_cuts (graph, NULL);
      gboolean failed[64] = { 0 }, gone[64] = { 0 };
      guint n, m, n_nodes = 0, n_edges = 0, pieces = count_pieces (graph, failed, gone);

      qd_graph_nodes (graph, &n);
      qd_graph_edges (graph, &m);
      for (guint i = 0; i < n; i++)
        {
          failed[i] = TRUE;
          g_assert_cmpint (cuts->nodes[i], ==, count_pieces (graph, failed, gone) > pieces);
          failed[i] = FALSE;
          n_nodes += cuts->nodes[i];
        }
      for (guint i = 0; i < m; i++)
        {
          gone[i] = TRUE;
          g_assert_cmpint (cuts->edges[i], ==, count_pieces (graph, failed, gone) > pieces);
          gone[i] = FALSE;
          n_edges += cuts->edges[i];
        }
      g_assert_cmpuint (cuts->n_nodes, ==, n_nodes);
      g_assert_cmpuint (cuts->n_edges, ==, n_edges);
    }
}

/* A chain as long as a fleet can be: what walks deep must not end on the stack. */
static void
test_chain (void)
{
  guint n = 300000, middle = n / 2;
  g_autoptr (QdGraph) graph = qd_graph_new (n, n - 1);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  g_autoptr (QdGraphImpact) impact = NULL;
  g_autoptr (QdGraphCuts) cuts = NULL;
  g_autoptr (QdGraphPaths) paths = NULL;

  for (guint i = 0; i + 1 < n; i++)
    edges[i] = (QdGraphEdge) { .src = i, .dst = i + 1, .latency_ms = 1 };
  impact = qd_graph_find_impact (graph, &middle, 1, NULL, 0, NULL);
  g_assert_cmpuint (impact->n_rest, ==, n / 2);
  g_assert_cmpuint (impact->lost->len, ==, n - 1 - n / 2);
  g_assert_cmpuint (impact->n_parts, ==, 1);
  cuts = qd_graph_find_cuts (graph, NULL);
  g_assert_cmpuint (cuts->n_nodes, ==, n - 2);
  g_assert_cmpuint (cuts->n_edges, ==, n - 1);
  paths = qd_graph_find_paths (graph, 0, n - 1, QD_GRAPH_BY_LATENCY, 1, NULL);
  g_assert_cmpfloat (((QdGraphPath *) g_ptr_array_index (paths->paths, 0))->latency_ms, ==, n - 1);
}

/* --- Neighbourhood ------------------------------------------------------------------------------------- */

static void
test_neighbourhood (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (15);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraph) graph = make_graph (rand, MAX_N, TRUE);
      QdGraphReach reach = (QdGraphReach) (round % 3);
      gboolean usable = round % 2;
      guint n, m, hops = (guint) g_rand_int_range (rand, 0, 5);
      guint far[MAX_N][MAX_N], centres[2];
      g_autofree guint *found = NULL;
      const QdGraphEdge *edges = qd_graph_edges (graph, &m);

      qd_graph_nodes (graph, &n);
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
          far[i][j] = i == j ? 0 : 1000;
      for (guint i = 0; i < m; i++)
        if (edges[i].src != edges[i].dst && !(usable && edges[i].status == QD_STATUS_DOWN))
          {
            if (!edges[i].directed || reach != QD_GRAPH_UPSTREAM)
              far[edges[i].src][edges[i].dst] = 1;
            if (!edges[i].directed || reach != QD_GRAPH_DOWNSTREAM)
              far[edges[i].dst][edges[i].src] = 1;
          }
      for (guint k = 0; k < n; k++)
        for (guint i = 0; i < n; i++)
          for (guint j = 0; j < n; j++)
            far[i][j] = MIN (far[i][j], far[i][k] + far[k][j]);
      centres[0] = (guint) g_rand_int_range (rand, 0, (gint32) n);
      centres[1] = (guint) g_rand_int_range (rand, 0, (gint32) n);
      found = qd_graph_find_neighbourhood (graph, centres, 2, hops, reach, usable, NULL);
      for (guint i = 0; i < n; i++)
        {
          guint least = MIN (far[centres[0]][i], far[centres[1]][i]);

          g_assert_cmpuint (found[i], ==, least <= hops ? least : G_MAXUINT);
        }
    }
}

static void
test_cancelled (void)
{
  g_autoptr (QdGraph) graph = fixture_fleet (200, 400, 1);
  const int yes = 1;
  guint node = 0;

  g_assert_null (qd_graph_find_paths (graph, 0, 100, QD_GRAPH_BY_HOPS, 5, &yes));
  g_assert_null (qd_graph_find_impact (graph, &node, 1, NULL, 0, &yes));
  g_assert_null (qd_graph_find_cuts (graph, &yes));
  g_assert_null (qd_graph_find_neighbourhood (graph, &node, 1, 2, QD_GRAPH_AROUND, FALSE, &yes));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/query/paths", test_paths);
  g_test_add_func ("/graph/query/best", test_best);
  g_test_add_func ("/graph/query/apart", test_apart);
  g_test_add_func ("/graph/query/impact", test_impact);
  g_test_add_func ("/graph/query/cuts", test_cuts);
  g_test_add_func ("/graph/query/chain", test_chain);
  g_test_add_func ("/graph/query/neighbourhood", test_neighbourhood);
  g_test_add_func ("/graph/query/cancelled", test_cancelled);
  return g_test_run ();
}
