/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout.h"

#include <math.h>
#include <string.h>

/* A graph in which clusters are folded into one node each. */

/* Numbers the nodes of the folded graph in the order in which the model first comes to them. */
static guint
number_nodes (QdGraphFold *self, QdGraph *model, const char *const *folded, GPtrArray *clusters)
{
  guint n, n_shown = 0;
  const QdGraphNode *nodes = qd_graph_nodes (model, &n);
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; folded && folded[i]; i++)
    g_hash_table_add (wanted, (gpointer) folded[i]);
  self->node_of = g_new (guint, MAX (n, 1));
  self->representative = g_new (guint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      const char *cluster = nodes[i].cluster && g_hash_table_contains (wanted, nodes[i].cluster) ? nodes[i].cluster : NULL;
      gpointer number = cluster ? g_hash_table_lookup (numbers, cluster) : NULL;

      if (number)
        {
          self->node_of[i] = GPOINTER_TO_UINT (number) - 1;
          continue;
        }
      self->node_of[i] = n_shown;
      self->representative[n_shown++] = i;
      g_ptr_array_add (clusters, (gpointer) cluster);
      if (cluster)
        g_hash_table_insert (numbers, (gpointer) cluster, GUINT_TO_POINTER (n_shown));
    }
  return n_shown;
}

typedef struct { guint src, dst, edge; } Ends;

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  const Ends *l = a, *r = b;

  if (l->src != r->src)
    return l->src < r->src ? -1 : 1;
  if (l->dst != r->dst)
    return l->dst < r->dst ? -1 : 1;
  return l->edge < r->edge ? -1 : l->edge > r->edge;
}

/* Whether @cluster is a folded node's: several edges may then be one. */
static gboolean
edge_is_aggregated (const QdGraphFold *self, const GPtrArray *clusters, const QdGraphEdge *edge)
{
  return clusters->pdata[self->node_of[edge->src]] != NULL || clusters->pdata[self->node_of[edge->dst]] != NULL;
}

/* Numbers the edges of the folded graph, in the model's order: returns how many there are. */
static guint
number_edges (QdGraphFold *self, QdGraph *model, const GPtrArray *clusters)
{
  guint n, m, n_edges = 0;
  const QdGraphEdge *edges;
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (Ends));
  g_autofree guint *leader = NULL;

  qd_graph_nodes (model, &n);
  edges = qd_graph_edges (model, &m);
  leader = g_new (guint, MAX (m, 1));
  self->edge_of = g_new (guint, MAX (m, 1));
  for (guint i = 0; i < m; i++)
    {
      const QdGraphEdge *edge = &edges[i];
      Ends pair;

      leader[i] = i;
      if (edge->src >= n || edge->dst >= n)
        continue;
      pair = (Ends) { self->node_of[edge->src], self->node_of[edge->dst], i };
      if (!edge_is_aggregated (self, clusters, edge))
        continue;
      if (pair.src == pair.dst)
        {
          leader[i] = G_MAXUINT;
          continue;
        }
      /* Without a direction, there and back is the same. Those with one are told apart by a bit. */
      if (!edge->directed && pair.src > pair.dst)
        pair = (Ends) { pair.dst, pair.src, i };
      pair.src = pair.src * 2 + (edge->directed != 0);
      g_array_append_val (ends, pair);
    }
  g_array_sort (ends, compare_ends);
  for (guint i = 1; i < ends->len; i++)
    {
      const Ends *last = &g_array_index (ends, Ends, i - 1), *pair = &g_array_index (ends, Ends, i);

      if (pair->src == last->src && pair->dst == last->dst)
        leader[pair->edge] = leader[last->edge];
    }
  /* A leader is the first of its edges. */
  for (guint i = 0; i < m; i++)
    self->edge_of[i] = leader[i] == G_MAXUINT ? G_MAXUINT : leader[i] == i ? n_edges++ : self->edge_of[leader[i]];
  return n_edges;
}

static void
take_status (guint8 *into, guint8 *into_stale, guint8 status, guint8 stale)
{
  *into = MAX (*into, status);       /* QdStatus is in order of severity */
  *into_stale |= stale;
}

static void
fill_nodes (QdGraphFold *self, QdGraph *model, const GPtrArray *clusters)
{
  guint n, n_shown;
  const QdGraphNode *from = qd_graph_nodes (model, &n);
  QdGraphNode *to = qd_graph_nodes (self->graph, &n_shown);
  g_autofree guint *located = g_new0 (guint, MAX (n_shown, 1));

  self->count = g_new0 (guint, MAX (n_shown, 1));
  for (guint i = 0; i < n; i++)
    {
      guint at = self->node_of[i];
      QdGraphNode *node = &to[at];
      const char *cluster = clusters->pdata[at];

      if (self->count[at]++ == 0)
        {
          *node = from[i];
          node->id = cluster ? g_strconcat ("cluster:", cluster, NULL) : g_strdup (from[i].id);
          node->label = g_strdup (cluster ? cluster : from[i].label);
          node->cluster = g_strdup (from[i].cluster);
          node->degree = 0;
          if (cluster)
            node->latitude = node->longitude = NAN;
        }
      else
        take_status (&node->status, &node->stale, from[i].status, from[i].stale);
      if (cluster && from[i].kind == 1)
        node->kind = 1;
      if (!cluster || !isfinite (from[i].latitude) || !isfinite (from[i].longitude))
        continue;
      node->latitude = located[at] ? node->latitude + (from[i].latitude - node->latitude) / (located[at] + 1) : from[i].latitude;
      node->longitude = located[at] ? node->longitude + (from[i].longitude - node->longitude) / (located[at] + 1) : from[i].longitude;
      located[at]++;
    }
  for (guint i = 0; i < n_shown; i++)
    if (self->count[i] > 1)
      self->n_folded += self->count[i];
}

static float
smaller_known (float a, float b)
{
  return isnan (a) || b < a ? b : a;
}

static void
fill_edges (QdGraphFold *self, QdGraph *model)
{
  guint n, m, n_edges;
  const QdGraphEdge *from = qd_graph_edges (model, &m);
  QdGraphEdge *to = qd_graph_edges (self->graph, &n_edges);
  QdGraphNode *nodes = qd_graph_nodes (self->graph, &n);
  g_autofree guint8 *begun = g_new0 (guint8, MAX (n_edges, 1));

  for (guint i = 0; i < m; i++)
    {
      guint at = self->edge_of[i];
      QdGraphEdge *edge;

      if (at == G_MAXUINT)
        continue;
      edge = &to[at];
      if (!begun[at])
        {
          guint n_model;

          qd_graph_nodes (model, &n_model);
          begun[at] = 1;
          *edge = from[i];
          edge->id = g_strdup (from[i].id);
          /* An end that is not there stays out of reach. */
          edge->src = from[i].src < n_model ? self->node_of[from[i].src] : G_MAXUINT;
          edge->dst = from[i].dst < n_model ? self->node_of[from[i].dst] : G_MAXUINT;
          continue;
        }
      take_status (&edge->status, &edge->stale, from[i].status, from[i].stale);
      edge->score = smaller_known (edge->score, from[i].score);
      edge->latency_ms = smaller_known (edge->latency_ms, from[i].latency_ms);
      edge->loss_pct = smaller_known (edge->loss_pct, from[i].loss_pct);
      edge->capacity_mbps = isnan (edge->capacity_mbps) ? from[i].capacity_mbps
                            : isnan (from[i].capacity_mbps) ? edge->capacity_mbps
                            : edge->capacity_mbps + from[i].capacity_mbps;
    }
  for (guint i = 0; i < n_edges; i++)
    if (to[i].src < n && to[i].dst < n)
      {
        nodes[to[i].src].degree++;
        nodes[to[i].dst].degree++;
      }
}

QdGraphFold *
qd_graph_fold (QdGraph *model, const char *const *folded)
{
  QdGraphFold *self = g_new0 (QdGraphFold, 1);
  g_autoptr (GPtrArray) clusters = g_ptr_array_new ();
  guint n_shown = number_nodes (self, model, folded, clusters);
  guint n_edges = number_edges (self, model, clusters);

  self->graph = qd_graph_new (n_shown, n_edges);
  fill_nodes (self, model, clusters);
  fill_edges (self, model);
  return self;
}

void
qd_graph_fold_free (QdGraphFold *self)
{
  if (self == NULL)
    return;
  qd_graph_unref (self->graph);
  g_free (self->node_of);
  g_free (self->edge_of);
  g_free (self->count);
  g_free (self->representative);
  g_free (self);
}

/* Where all that is folded stood at one place, it is that place to the last bit. */
QdPoint *
qd_graph_fold_positions (const QdGraphFold *self, const QdPoint *positions)
{
  guint n_shown, n_model = 0;
  g_autofree guint *known = NULL;
  QdPoint *out;

  qd_graph_nodes (self->graph, &n_shown);
  for (guint i = 0; i < n_shown; i++)
    n_model += self->count[i];
  out = g_new (QdPoint, MAX (n_shown, 1));
  known = g_new0 (guint, MAX (n_shown, 1));
  for (guint i = 0; i < n_shown; i++)
    out[i] = (QdPoint) { NAN, NAN };
  for (guint i = 0; i < n_model; i++)
    {
      guint at = self->node_of[i];

      if (!isfinite (positions[i].x) || !isfinite (positions[i].y))
        continue;
      if (known[at]++ == 0)
        {
          out[at] = positions[i];
          continue;
        }
      out[at].x += (positions[i].x - out[at].x) / (float) known[at];
      out[at].y += (positions[i].y - out[at].y) / (float) known[at];
    }
  return out;
}
