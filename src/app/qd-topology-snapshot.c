/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-snapshot.h"

#include <math.h>
#include <glib/gi18n.h>

#include "qd-topology-groups.h"
#include "qd-topology-places.h"

enum { KIND_SITE, KIND_HUB, KIND_CLOUD, KIND_NODE };

typedef struct { guint src, dst; QdEntity *entity; } Edge;

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
  /* Of a drawing in which nodes and sites are joined as they come. */
  if (qd_entity_is_paper (entity) && g_ascii_strcasecmp (kind, "node") == 0)
    return KIND_NODE;
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

float
qd_topology_round_score (double score)
{
  return (float) MIN (floor (CLAMP (score, 0, 100) / 10) * 10, 80);
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
    edge->score = qd_topology_round_score (value);
  if (qd_entity_get_double (entity, QD_PATH_CAPACITY_MBPS, &value))
    edge->capacity_mbps = (float) value;
  if (qd_entity_get_double (entity, QD_PATH_LATENCY_MS, &value))
    edge->latency_ms = (float) value;
  if (qd_entity_get_double (entity, QD_PATH_LOSS_PCT, &value))
    edge->loss_pct = (float) value;
  if (qd_entity_get_double (entity, QD_PATH_DIRECTED, &value))
    edge->directed = value != 0;
}

static gboolean
float_differs (float a, float b)
{
  return isnan (a) != isnan (b) || (!isnan (a) && a != b);
}

gboolean
qd_topology_node_differs (const QdGraphNode *a, const QdGraphNode *b)
{
  return a->status != b->status || a->stale != b->stale || a->kind != b->kind || a->pinned != b->pinned || a->dim != b->dim;
}

gboolean
qd_topology_edge_differs (const QdGraphEdge *a, const QdGraphEdge *b)
{
  return a->status != b->status || a->stale != b->stale || a->dim != b->dim || float_differs (a->score, b->score) ||
         float_differs (a->capacity_mbps, b->capacity_mbps);
}

/* --- Nodes ------------------------------------------------------------------------------------- */

static void
count (QdTopologyCounts *counts, QdEntity *entity)
{
  QdStatus status = qd_entity_get_status (entity);

  switch (qd_entity_get_kind (entity))
    {
    case QD_KIND_SITE: counts->sites[status]++; break;
    case QD_KIND_NODE: counts->nodes[status]++; break;
    case QD_KIND_PATH: counts->paths[status]++; break;
    case QD_KIND_LINK: counts->links[status]++; break;
    default: break;
    }
}

static void
group_free (gpointer data)
{
  QdTopologyGroup *group = data;

  if (group == NULL)
    return;
  g_free (group->name);
  g_ptr_array_unref (group->members);
  g_free (group);
}

static void
add_node (QdTopologySnapshot *self, QdEntity *entity, QdTopologyGroup *group)
{
  g_ptr_array_add (self->nodes, entity ? g_object_ref (entity) : NULL);
  g_ptr_array_add (self->groups, group);
}

/* Takes @name. Returns the node that the folded group has. */
static guint
add_to_group (QdTopologySnapshot *self, GHashTable *by_name, char *name, QdEntity *entity)
{
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (by_name, name));
  QdTopologyGroup *group;

  if (number == 0)
    {
      group = g_new0 (QdTopologyGroup, 1);
      group->name = g_strdup (name);
      group->members = g_ptr_array_new_with_free_func (g_object_unref);
      add_node (self, NULL, group);
      number = self->nodes->len;
      g_hash_table_insert (by_name, g_steal_pointer (&name), GUINT_TO_POINTER (number));
      self->tally.groups++;
    }
  g_free (name);
  group = self->groups->pdata[number - 1];
  g_ptr_array_add (group->members, g_object_ref (entity));
  self->tally.folded++;
  return number;
}

static void
add_nodes (QdTopologySnapshot *self, QdEntityList *list, const QdTopologyScope *scope, GHashTable *by_name)
{
  guint n = qd_entity_list_get_length (list);
  gboolean grouped = scope->group_by && *scope->group_by && scope->folded && g_hash_table_size (scope->folded) > 0;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      g_autofree char *name = NULL;
      guint number;

      if (!qd_entity_belongs (entity, scope->connection))
        continue;
      self->tally.total++;
      count (&self->counts, entity);
      if (scope->filter && !qd_filter_match (scope->filter, entity))
        {
          self->tally.filtered++;
          continue;
        }
      name = grouped ? qd_topology_group_of (entity, scope->group_by) : NULL;
      if (name && g_hash_table_contains (scope->folded, name))
        number = add_to_group (self, by_name, g_steal_pointer (&name), entity);
      else
        {
          add_node (self, entity, NULL);
          number = self->nodes->len;
          self->tally.drawn++;
        }
      g_hash_table_insert (self->numbers, entity, GUINT_TO_POINTER (number));
    }
}

/* --- Edges ------------------------------------------------------------------------------------- */

typedef struct {
  GArray *edges;         /* of Edge, their ends numbered from 1 */
  GHashTable *joined;    /* the two ends of what leads to a group → its number + 1 in edges */
} Edges;

static gboolean
is_group (const QdTopologySnapshot *self, guint number)
{
  return self->groups->pdata[number - 1] != NULL;
}

/* All that leads from one folded group to one other thing is one edge: as bad as its worst. */
static void
add_edge (QdTopologySnapshot *self, Edges *edges, Edge edge)
{
  gint64 key = (gint64) ((guint64) MIN (edge.src, edge.dst) << 32 | MAX (edge.src, edge.dst));
  guint number;
  Edge *known;

  if (!is_group (self, edge.src) && !is_group (self, edge.dst))
    {
      g_array_append_val (edges->edges, edge);
      number = edges->edges->len;
    }
  else if (edge.src == edge.dst)
    return;
  else if ((number = GPOINTER_TO_UINT (g_hash_table_lookup (edges->joined, &key))) == 0)
    {
      g_array_append_val (edges->edges, edge);
      number = edges->edges->len;
      g_hash_table_insert (edges->joined, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (number));
    }
  else
    {
      known = &g_array_index (edges->edges, Edge, number - 1);
      if (edge.entity && (known->entity == NULL || qd_entity_get_status (edge.entity) > qd_entity_get_status (known->entity)))
        known->entity = edge.entity;
    }
  if (edge.entity)
    g_hash_table_insert (self->numbers, edge.entity, GUINT_TO_POINTER (number));
}

static void
add_edges (QdTopologySnapshot *self, QdFleet *fleet, QdEntityList *list, const char *connection, Edges *edges)
{
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      QdEntity *src, *dst;
      Edge edge;

      if (!qd_entity_belongs (entity, connection))
        continue;
      count (&self->counts, entity);
      src = qd_fleet_get_end (fleet, entity, FALSE);
      dst = qd_fleet_get_end (fleet, entity, TRUE);
      edge.src = src ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, src)) : 0;
      edge.dst = dst ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, dst)) : 0;
      edge.entity = entity;
      if (edge.src && edge.dst)
        add_edge (self, edges, edge);
    }
}

static void
add_tie (QdTopologySnapshot *self, QdFleet *fleet, QdEntity *node, guint number, Edges *edges)
{
  const char *id = qd_entity_get_kind (node) == QD_KIND_NODE ? qd_entity_get_string (node, QD_NODE_SITE) : NULL;
  QdEntity *site = id ? qd_fleet_lookup (fleet, qd_entity_get_connection (node), QD_KIND_SITE, id) : NULL;
  Edge edge = { number, site ? GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, site)) : 0, NULL };

  if (edge.dst)
    add_edge (self, edges, edge);
}

/* A node that says at which site it stands is tied to that. */
static void
add_ties (QdTopologySnapshot *self, QdFleet *fleet, Edges *edges)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      QdTopologyGroup *group = self->groups->pdata[i];

      if (group == NULL)
        add_tie (self, fleet, self->nodes->pdata[i], i + 1, edges);
      for (guint k = 0; group && k < group->members->len; k++)
        add_tie (self, fleet, group->members->pdata[k], i + 1, edges);
    }
}

/* --- The graph --------------------------------------------------------------------------------- */

static void
fill_group (QdTopologyGroup *group, QdFleet *fleet, QdGraphNode *node)
{
  QdStatus worst = QD_STATUS_NONE;
  guint stale = 0, located = 0;
  double latitude = 0, longitude = 0, value, other;

  for (guint i = 0; i < group->members->len; i++)
    {
      QdEntity *entity = group->members->pdata[i];

      worst = MAX (worst, qd_entity_get_status (entity));
      stale += qd_fleet_is_stale (fleet, entity);
      if (qd_entity_get_kind (entity) == QD_KIND_SITE && qd_entity_get_double (entity, QD_SITE_LATITUDE, &value) &&
          qd_entity_get_double (entity, QD_SITE_LONGITUDE, &other))
        {
          latitude += value;
          longitude += other;
          located++;
        }
    }
  node->status = (guint8) worst;
  node->stale = stale == group->members->len;
  node->members = group->members->len;
  node->id = g_strdup (group->name);
  node->cluster = g_strdup (group->name);
  /* Translators: a group of things drawn as one, and how many they are. */
  node->label = g_strdup_printf (_("%s (%u)"), group->name, group->members->len);
  node->latitude = located ? latitude / located : NAN;
  node->longitude = located ? longitude / located : NAN;
}

static void
fill_node (QdTopologySnapshot *self, QdFleet *fleet, const QdTopologyScope *scope, guint i, QdGraphNode *node)
{
  QdEntity *entity = self->nodes->pdata[i];

  if (entity == NULL)
    {
      fill_group (self->groups->pdata[i], fleet, node);
      return;
    }
  node->id = g_strdup (qd_entity_get_id (entity));
  node->label = g_strdup (qd_entity_get_name (entity));
  if (scope->group_by && *scope->group_by)
    node->cluster = qd_topology_group_of (entity, scope->group_by);
  qd_topology_read_node (fleet, entity, node);
}

static void
fill (QdTopologySnapshot *self, QdFleet *fleet, const QdTopologyScope *scope, GArray *edges)
{
  QdGraphNode *nodes = qd_graph_nodes (self->graph, NULL);
  QdGraphEdge *drawn = qd_graph_edges (self->graph, NULL);

  for (guint i = 0; i < self->nodes->len; i++)
    fill_node (self, fleet, scope, i, &nodes[i]);
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
qd_topology_snapshot_new (QdFleet *fleet, const QdTopologyScope *scope)
{
  QdTopologySnapshot *self = g_new0 (QdTopologySnapshot, 1);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Edge));
  g_autoptr (GHashTable) by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) joined = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Edges edges = { list, joined };

  self->nodes = g_ptr_array_new_with_free_func (unref_if_any);
  self->groups = g_ptr_array_new_with_free_func (group_free);
  self->edges = g_ptr_array_new_with_free_func (unref_if_any);
  self->numbers = g_hash_table_new (NULL, NULL);
  add_nodes (self, qd_fleet_get_list (fleet, QD_KIND_SITE), scope, by_name);
  add_nodes (self, qd_fleet_get_list (fleet, QD_KIND_NODE), scope, by_name);
  add_edges (self, fleet, qd_fleet_get_list (fleet, QD_KIND_PATH), scope->connection, &edges);
  add_edges (self, fleet, qd_fleet_get_list (fleet, QD_KIND_LINK), scope->connection, &edges);
  add_ties (self, fleet, &edges);
  self->graph = qd_graph_new (self->nodes->len, list->len);
  fill (self, fleet, scope, list);
  return self;
}

void
qd_topology_snapshot_free (QdTopologySnapshot *self)
{
  g_clear_pointer (&self->graph, qd_graph_unref);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->edges, g_ptr_array_unref);
  g_free (self);
}

char *
qd_topology_snapshot_get_key (const QdTopologySnapshot *self, guint node)
{
  const QdTopologyGroup *group = self->groups->pdata[node];

  return group ? qd_places_group_key (group->name) : qd_places_key (self->nodes->pdata[node]);
}

gboolean
qd_topology_snapshot_same_shape (const QdTopologySnapshot *a, const QdTopologySnapshot *b)
{
  const QdGraphNode *an = qd_graph_nodes (a->graph, NULL), *bn = qd_graph_nodes (b->graph, NULL);
  const QdGraphEdge *ae = qd_graph_edges (a->graph, NULL), *be = qd_graph_edges (b->graph, NULL);

  if (a->nodes->len != b->nodes->len || a->edges->len != b->edges->len)
    return FALSE;
  for (guint i = 0; i < a->nodes->len; i++)
    if (a->nodes->pdata[i] != b->nodes->pdata[i] || g_strcmp0 (an[i].label, bn[i].label) != 0 ||
        g_strcmp0 (an[i].cluster, bn[i].cluster) != 0)
      return FALSE;
  for (guint i = 0; i < a->edges->len; i++)
    {
      if (ae[i].src != be[i].src || ae[i].dst != be[i].dst)
        return FALSE;
      /* Which of several is the worst may change at any time. */
      if (a->edges->pdata[i] != b->edges->pdata[i] && !an[ae[i].src].members && !an[ae[i].dst].members)
        return FALSE;
    }
  return TRUE;
}
