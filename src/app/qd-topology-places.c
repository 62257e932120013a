/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-places.h"

#include <math.h>

#include "qd-json.h"

#define MAX_PLACES 100000
#define MAX_COORDINATE 1e5

struct _QdPlaces {
  GHashTable *by_key;   /* text → QdPoint */
  guint n_edges;
};

QdPlaces *
qd_places_new (void)
{
  QdPlaces *self = g_new0 (QdPlaces, 1);

  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
qd_places_free (QdPlaces *self)
{
  g_hash_table_unref (self->by_key);
  g_free (self);
}

static char *
key_of (QdEntity *entity)
{
  return g_strdup_printf ("%s/%s/%s", qd_entity_get_connection (entity), qd_entity_get_schema (entity)->id,
                          qd_entity_get_id (entity));
}

gboolean
qd_places_get (QdPlaces *self, QdEntity *entity, QdPoint *place)
{
  g_autofree char *key = key_of (entity);
  const QdPoint *known = g_hash_table_lookup (self->by_key, key);

  if (known)
    *place = *known;
  return known != NULL;
}

void
qd_places_set (QdPlaces *self, QdEntity *entity, QdPoint place)
{
  if (g_hash_table_size (self->by_key) < MAX_PLACES)
    g_hash_table_insert (self->by_key, key_of (entity), g_memdup2 (&place, sizeof place));
}

void
qd_places_clear (QdPlaces *self)
{
  g_hash_table_remove_all (self->by_key);
  self->n_edges = 0;
}

guint
qd_places_get_edges (QdPlaces *self)
{
  return self->n_edges;
}

void
qd_places_set_edges (QdPlaces *self, guint n_edges)
{
  self->n_edges = n_edges;
}

char *
qd_places_save (QdPlaces *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  GHashTableIter iter;
  gpointer key, value;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "edges");
  json_builder_add_int_value (builder, self->n_edges);
  json_builder_set_member_name (builder, "positions");
  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const QdPoint *place = value;

      json_builder_set_member_name (builder, key);
      json_builder_begin_array (builder);
      json_builder_add_double_value (builder, round (place->x * 1000) / 1000);
      json_builder_add_double_value (builder, round (place->y * 1000) / 1000);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return qd_json_to_text (root, FALSE);
}

static gboolean
read_number (JsonArray *array, guint i, double *value)
{
  JsonNode *node = json_array_get_element (array, i);

  if (!JSON_NODE_HOLDS_VALUE (node) ||
      (json_node_get_value_type (node) != G_TYPE_DOUBLE && json_node_get_value_type (node) != G_TYPE_INT64))
    return FALSE;
  *value = json_node_get_double (node);
  return isfinite (*value) && fabs (*value) < MAX_COORDINATE;
}

guint
qd_places_load (QdPlaces *self, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json ? qd_json_parse (json, -1, "saved topology", &error) : NULL;
  JsonObject *places = root ? qd_json_get_object (qd_json_object (root), "positions") : NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gint64 n_edges;
  guint n = 0;

  if (error)
    g_warning ("Places of the topology were not restored: %s; it is laid out anew", error->message);
  if (places == NULL)
    return 0;
  if (qd_json_get_int (qd_json_object (root), "edges", &n_edges))
    self->n_edges = (guint) CLAMP (n_edges, 0, G_MAXINT);
  json_object_iter_init (&iter, places);
  while (json_object_iter_next (&iter, &name, &node) && n < MAX_PLACES)
    {
      JsonArray *pair = qd_json_array (node);
      double x, y;

      if (pair == NULL || json_array_get_length (pair) != 2 || !read_number (pair, 0, &x) || !read_number (pair, 1, &y))
        continue;
      g_hash_table_insert (self->by_key, g_strdup (name), g_memdup2 (&(QdPoint) { (float) x, (float) y }, sizeof (QdPoint)));
      n++;
    }
  return n;
}
