/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-snapshot.h"

#include <math.h>

enum { KIND_SITE, KIND_HUB, KIND_CLOUD, KIND_NODE };

typedef struct { guint src, dst; QdEntity *entity; } Edge;

static gboolean
is_shown (QdEntity *entity, const char *connection)
{
  return connection == NULL || g_strcmp0 (qd_entity_get_connection (entity), connection) == 0;
}

static guint8
kind_of (QdEntity *entity)
{
  static const char *const hubs[] = { "hub", "hq", "headquarters", "datacenter", "data-center", "dc", "core" };
  const char *kind;

  if (qd_entity_get_kind (entity) == QD_KIND_NODE)
    return KIND_NODE;
  kind = qd_entity_get_string (entity, QD_SITE_KIND);
  if (kind == NULL)
    return KIND_SITE;
  for (guint i = 0; i < G_N_ELEMENTS (hubs); i++)
    if (g_ascii_strcasecmp (kind, hubs[i]) == 0)
      return KIND_HUB;
  return g_ascii_strncasecmp (kind, "cloud", 5) == 0 ? KIND_CLOUD : KIND_SITE;
}

void
qd_topology_read_node (QdFleet *fleet, QdEntity *entity, QdGraphNode *node)
{
  node->status = (guint8) qd_entity_get_status (entity);
  node->stale = (guint8) qd_fleet_is_stale (fleet, entity);
  node->kind = kind_of (entity);
  if (qd_entity_get_kind (entity) == QD_KIND_SITE)
    {
      if (!qd_entity_get_double (entity, QD_SITE_LATITUDE, &node->latitude))
        node->latitude = NAN;
      if (!qd_entity_get_double (entity, QD_SITE_LONGITUDE, &node->longitude))
        node->longitude = NAN;
    }
}

void
qd_topology_read_edge (QdFleet *fleet, QdEntity *entity, QdGraphEdge *edge)
{
  double value;

  edge->status = (guint8) qd_entity_get_status (entity);
  edge->stale = (guint8) qd_fleet_is_stale (fleet, entity);
  edge->score = edge->capacity_mbps = edge->latency_ms = edge->loss_pct = NAN;
  if (qd_entity_get_kind (entity) != QD_KIND_PATH)
    return;
  /* In steps of ten: a score that wavers by one redraws nothing. */
  if (qd_entity_get_double (entity, QD_PATH_SCORE, &value))
    edge->score = (float) MIN (floor (CLAMP (value, 0, 100) / 10) * 10, 80);
  if (qd_entity_get_double (entity, QD_PATH_CAPACITY_MBPS, &value))
    edge->capacity_mbps = (float) value;
  if (qd_entity_get_double (entity, QD_PATH_LATENCY_MS, &value))
    edge->latency_ms = (float) value;
  if (qd_entity_get_double (entity, QD_PATH_LOSS_PCT, &value))
    edge->loss_pct = (float) value;
}

static gboolean
float_differs (float a, float b)
{
  return isnan (a) != isnan (b) || (!isnan (a) && a != b);
}

gboolean
qd_topology_node_differs (const QdGraphNode *a, const QdGraphNode *b)
{
  return a->status != b->status || a->stale != b->stale || a->kind != b->kind;
}

gboolean
qd_topology_edge_differs (const QdGraphEdge *a, const QdGraphEdge *b)
{
  return a->status != b->status || a->stale != b->stale || float_differs (a->score, b->score) ||
         float_differs (a->capacity_mbps, b->capacity_mbps);
}

static void
add_nodes (QdTopologySnapshot *self, QdEntityList *list, const char *connection)
{
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);

      if (!is_shown (entity, connection))
        continue;
      g_ptr_array_add (self->nodes, g_object_ref (entity));
      g_hash_table_insert (self->numbers, entity, GUINT_TO_POINTER (self->nodes->len));
    }
}

static void
add_edges (QdTopologySnapshot *self, QdFleet *fleet, QdEntityList *list, const char *connection, GArray *edges)
{
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      QdEntity *src, *dst;
      Edge edge;

      if (!is_shown (entity, connection))
        continue;
      src = qd_fleet_get_end (fleet, entity, FALSE);
      dst = qd_fleet_get_end (fleet, entity, TRUE);
      edge.src = src ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, src)) : 0;
      edge.dst = dst ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, dst)) : 0;
      edge.entity = entity;
      if (edge.src && edge.dst)
        g_array_append_val (edges, edge);
    }
}

/* A node that says at which site it stands is tied to that. */
static void
add_ties (QdTopologySnapshot *self, QdFleet *fleet, GArray *edges)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      QdEntity *node = self->nodes->pdata[i], *site;
      const char *id = qd_entity_get_kind (node) == QD_KIND_NODE ? qd_entity_get_string (node, QD_NODE_SITE) : NULL;
      Edge edge = { i + 1, 0, NULL };

      site = id ? qd_fleet_lookup (fleet, qd_entity_get_connection (node), QD_KIND_SITE, id) : NULL;
      edge.dst = site ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, site)) : 0;
      if (edge.dst)
        g_array_append_val (edges, edge);
    }
}

static void
fill (QdTopologySnapshot *self, QdFleet *fleet, GArray *edges)
{
  QdGraphNode *nodes = qd_graph_nodes (self->graph, NULL);
  QdGraphEdge *drawn = qd_graph_edges (self->graph, NULL);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      nodes[i].id = g_strdup (qd_entity_get_id (self->nodes->pdata[i]));
      nodes[i].label = g_strdup (qd_entity_get_name (self->nodes->pdata[i]));
      qd_topology_read_node (fleet, self->nodes->pdata[i], &nodes[i]);
    }
  for (guint i = 0; i < edges->len; i++)
    {
      const Edge *edge = &g_array_index (edges, Edge, i);

      drawn[i].src = edge->src - 1;
      drawn[i].dst = edge->dst - 1;
      nodes[edge->src - 1].degree++;
      nodes[edge->dst - 1].degree++;
      g_ptr_array_add (self->edges, edge->entity ? g_object_ref (edge->entity) : NULL);
      if (edge->entity)
        {
          qd_topology_read_edge (fleet, edge->entity, &drawn[i]);
          drawn[i].id = g_strdup (qd_entity_get_id (edge->entity));
          g_hash_table_insert (self->numbers, edge->entity, GUINT_TO_POINTER (i + 1));
        }
    }
}

static void
unref_if_any (gpointer object)
{
  if (object)
    g_object_unref (object);
}

QdTopologySnapshot *
qd_topology_snapshot_new (QdFleet *fleet, const char *connection)
{
  QdTopologySnapshot *self = g_new0 (QdTopologySnapshot, 1);
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));

  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  self->edges = g_ptr_array_new_with_free_func (unref_if_any);
  self->numbers = g_hash_table_new (NULL, NULL);
  add_nodes (self, qd_fleet_get_list (fleet, QD_KIND_SITE), connection);
  add_nodes (self, qd_fleet_get_list (fleet, QD_KIND_NODE), connection);
  add_edges (self, fleet, qd_fleet_get_list (fleet, QD_KIND_PATH), connection, edges);
  add_edges (self, fleet, qd_fleet_get_list (fleet, QD_KIND_LINK), connection, edges);
  add_ties (self, fleet, edges);
  self->graph = qd_graph_new (self->nodes->len, edges->len);
  fill (self, fleet, edges);
  return self;
}

void
qd_topology_snapshot_free (QdTopologySnapshot *self)
{
  g_clear_pointer (&self->graph, qd_graph_unref);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->edges, g_ptr_array_unref);
  g_free (self);
}

gboolean
qd_topology_snapshot_same_shape (const QdTopologySnapshot *a, const QdTopologySnapshot *b)
{
  const QdGraphNode *an = qd_graph_nodes (a->graph, NULL), *bn = qd_graph_nodes (b->graph, NULL);
  const QdGraphEdge *ae = qd_graph_edges (a->graph, NULL), *be = qd_graph_edges (b->graph, NULL);

  if (a->nodes->len != b->nodes->len || a->edges->len != b->edges->len)
    return FALSE;
  for (guint i = 0; i < a->nodes->len; i++)
    if (a->nodes->pdata[i] != b->nodes->pdata[i] || g_strcmp0 (an[i].label, bn[i].label) != 0)
      return FALSE;
  for (guint i = 0; i < a->edges->len; i++)
    if (a->edges->pdata[i] != b->edges->pdata[i] || ae[i].src != be[i].src || ae[i].dst != be[i].dst)
      return FALSE;
  return TRUE;
}
