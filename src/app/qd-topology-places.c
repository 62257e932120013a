/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-places.h"

#include <math.h>
#include <string.h>

#include "qd-json.h"

#define MAX_PLACES 100000
#define MAX_COORDINATE 1e5
#define MAX_FOLDED 10000
#define STEPS 1024.0

typedef struct { QdPoint at; gboolean known, pinned; } Place;

struct _QdPlaces {
  GHashTable *by_key;     /* text → Place */
  GHashTable *settings;   /* text → text */
  GHashTable *folded;     /* text as a set */
  guint n_edges, n_pinned;
  /* While something is being changed: how it was. */
  GHashTable *old_places; /* text → Place; not known: there was none */
  GHashTable *old_settings;
  GHashTable *old_folded; /* text → GINT_TO_POINTER (was folded + 1) */
};

static const char *const setting_names[] = { "layout", "group" };

QdPlaces *
qd_places_new (void)
{
  QdPlaces *self = g_new0 (QdPlaces, 1);

  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
stop_noting (QdPlaces *self)
{
  g_clear_pointer (&self->old_places, g_hash_table_unref);
  g_clear_pointer (&self->old_settings, g_hash_table_unref);
  g_clear_pointer (&self->old_folded, g_hash_table_unref);
}

void
qd_places_free (QdPlaces *self)
{
  stop_noting (self);
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->settings);
  g_hash_table_unref (self->folded);
  g_free (self);
}

char *
qd_places_key (QdEntity *entity)
{
  return g_strdup_printf ("%s/%s/%s", qd_entity_get_connection (entity), qd_entity_get_schema (entity)->id,
                          qd_entity_get_id (entity));
}

/* No connection has an empty name. */
char *
qd_places_group_key (const char *group)
{
  return g_strdup_printf ("/group/%s", group);
}

/* --- Places ------------------------------------------------------------------------------------ */

static Place
look_up (QdPlaces *self, const char *key)
{
  const Place *known = g_hash_table_lookup (self->by_key, key);

  return known ? *known : (Place) { 0 };
}

/* Not known: there is none any more. */
static void
put (QdPlaces *self, const char *key, Place place)
{
  if (self->old_places && !g_hash_table_contains (self->old_places, key))
    {
      Place old = look_up (self, key);
      g_hash_table_insert (self->old_places, g_strdup (key), g_memdup2 (&old, sizeof old));
    }
  if (place.known && g_hash_table_size (self->by_key) >= MAX_PLACES && !g_hash_table_contains (self->by_key, key))
    return;
  self->n_pinned += (guint) place.pinned - (guint) look_up (self, key).pinned;
  if (!place.known)
    g_hash_table_remove (self->by_key, key);
  else
    g_hash_table_insert (self->by_key, g_strdup (key), g_memdup2 (&place, sizeof place));
}

static float
round_coordinate (float value)
{
  return (float) (round ((double) CLAMP (value, -MAX_COORDINATE, MAX_COORDINATE) * STEPS) / STEPS);
}

gboolean
qd_places_get_key (QdPlaces *self, const char *key, QdPoint *place)
{
  const Place *known = g_hash_table_lookup (self->by_key, key);

  if (known)
    *place = known->at;
  return known != NULL;
}

void
qd_places_set_key (QdPlaces *self, const char *key, QdPoint place)
{
  Place next = look_up (self, key);
  QdPoint at = { round_coordinate (place.x), round_coordinate (place.y) };

  if (!isfinite (at.x) || !isfinite (at.y) || (next.known && next.at.x == at.x && next.at.y == at.y))
    return;
  next.at = at;
  next.known = TRUE;
  put (self, key, next);
}

gboolean
qd_places_get (QdPlaces *self, QdEntity *entity, QdPoint *place)
{
  g_autofree char *key = qd_places_key (entity);

  return qd_places_get_key (self, key, place);
}

void
qd_places_set (QdPlaces *self, QdEntity *entity, QdPoint place)
{
  g_autofree char *key = qd_places_key (entity);

  qd_places_set_key (self, key, place);
}

gboolean
qd_places_is_pinned (QdPlaces *self, const char *key)
{
  const Place *known = g_hash_table_lookup (self->by_key, key);

  return known && known->pinned;
}

void
qd_places_set_pinned (QdPlaces *self, const char *key, gboolean pinned)
{
  Place place = look_up (self, key);

  if (!place.known || place.pinned == pinned)
    return;
  place.pinned = pinned;
  put (self, key, place);
}

void
qd_places_loosen (QdPlaces *self)
{
  GHashTableIter iter;
  gpointer key, value;
  g_autoptr (GPtrArray) loose = g_ptr_array_new_with_free_func (g_free);

  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!((Place *) value)->pinned)
      g_ptr_array_add (loose, g_strdup (key));
  for (guint i = 0; i < loose->len; i++)
    put (self, loose->pdata[i], (Place) { 0 });
  self->n_edges = 0;
}

void
qd_places_clear (QdPlaces *self)
{
  stop_noting (self);
  g_hash_table_remove_all (self->by_key);
  g_hash_table_remove_all (self->settings);
  g_hash_table_remove_all (self->folded);
  self->n_edges = self->n_pinned = 0;
}

guint
qd_places_get_n_pinned (QdPlaces *self)
{
  return self->n_pinned;
}

QdPlaces *
qd_places_copy (QdPlaces *self)
{
  QdPlaces *copy = qd_places_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    put (copy, key, *(Place *) value);
  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    qd_places_set_setting (copy, key, value);
  g_hash_table_iter_init (&iter, self->folded);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (copy->folded, g_strdup (key));
  copy->n_edges = self->n_edges;
  return copy;
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

/* --- Settings ---------------------------------------------------------------------------------- */

const char *
qd_places_get_setting (QdPlaces *self, const char *name)
{
  const char *value = g_hash_table_lookup (self->settings, name);

  return value ? value : "";
}

void
qd_places_set_setting (QdPlaces *self, const char *name, const char *value)
{
  if (g_strcmp0 (qd_places_get_setting (self, name), value) == 0)
    return;
  if (self->old_settings && !g_hash_table_contains (self->old_settings, name))
    g_hash_table_insert (self->old_settings, g_strdup (name), g_strdup (qd_places_get_setting (self, name)));
  g_hash_table_insert (self->settings, g_strdup (name), g_strdup (value));
}

gboolean
qd_places_is_folded (QdPlaces *self, const char *group)
{
  return g_hash_table_contains (self->folded, group);
}

void
qd_places_set_folded (QdPlaces *self, const char *group, gboolean folded)
{
  gboolean before = qd_places_is_folded (self, group);

  if (before == folded || (folded && g_hash_table_size (self->folded) >= MAX_FOLDED))
    return;
  if (self->old_folded && !g_hash_table_contains (self->old_folded, group))
    g_hash_table_insert (self->old_folded, g_strdup (group), GINT_TO_POINTER (before + 1));
  if (folded)
    g_hash_table_add (self->folded, g_strdup (group));
  else
    g_hash_table_remove (self->folded, group);
}

GHashTable *
qd_places_get_folded (QdPlaces *self)
{
  return self->folded;
}

/* --- Changes ----------------------------------------------------------------------------------- */

typedef struct { char *key; Place before, after; } PlaceChange;
typedef struct { char *name, *before, *after; } SettingChange;
typedef struct { char *group; gboolean before; } FoldChange;

struct _QdPlacesChange {
  GArray *places, *settings, *folds;
};

static void
clear_place (gpointer data)
{
  g_free (((PlaceChange *) data)->key);
}

static void
clear_setting (gpointer data)
{
  SettingChange *change = data;

  g_free (change->name);
  g_free (change->before);
  g_free (change->after);
}

static void
clear_fold (gpointer data)
{
  g_free (((FoldChange *) data)->group);
}

void
qd_places_change_free (QdPlacesChange *self)
{
  g_array_unref (self->places);
  g_array_unref (self->settings);
  g_array_unref (self->folds);
  g_free (self);
}

guint
qd_places_change_get_size (const QdPlacesChange *self)
{
  return self->places->len;
}

void
qd_places_begin (QdPlaces *self)
{
  if (qd_places_is_noting (self))
    return;
  self->old_places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->old_settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->old_folded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

gboolean
qd_places_is_noting (QdPlaces *self)
{
  return self->old_places != NULL;
}

static gboolean
same_place (const Place *a, const Place *b)
{
  return a->known == b->known && a->pinned == b->pinned && a->at.x == b->at.x && a->at.y == b->at.y;
}

static void
note_places (QdPlaces *self, QdPlacesChange *change)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->old_places);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      PlaceChange one = { NULL, *(Place *) value, look_up (self, key) };

      if (same_place (&one.before, &one.after))
        continue;
      one.key = g_strdup (key);
      g_array_append_val (change->places, one);
    }
}

QdPlacesChange *
qd_places_end (QdPlaces *self)
{
  g_autoptr (QdPlacesChange) change = NULL;
  GHashTableIter iter;
  gpointer key, value;

  if (!qd_places_is_noting (self))
    return NULL;
  change = g_new0 (QdPlacesChange, 1);
  change->places = g_array_new (FALSE, FALSE, sizeof (PlaceChange));
  change->settings = g_array_new (FALSE, FALSE, sizeof (SettingChange));
  change->folds = g_array_new (FALSE, FALSE, sizeof (FoldChange));
  g_array_set_clear_func (change->places, clear_place);
  g_array_set_clear_func (change->settings, clear_setting);
  g_array_set_clear_func (change->folds, clear_fold);
  note_places (self, change);
  g_hash_table_iter_init (&iter, self->old_settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (value, qd_places_get_setting (self, key)) != 0)
      {
        SettingChange one = { g_strdup (key), g_strdup (value), g_strdup (qd_places_get_setting (self, key)) };
        g_array_append_val (change->settings, one);
      }
  g_hash_table_iter_init (&iter, self->old_folded);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (GPOINTER_TO_INT (value) - 1 != qd_places_is_folded (self, key))
      {
        FoldChange one = { g_strdup (key), GPOINTER_TO_INT (value) - 1 };
        g_array_append_val (change->folds, one);
      }
  stop_noting (self);
  return change->places->len + change->settings->len + change->folds->len > 0 ? g_steal_pointer (&change) : NULL;
}

void
qd_places_apply (QdPlaces *self, const QdPlacesChange *change, gboolean back)
{
  for (guint i = 0; i < change->places->len; i++)
    {
      const PlaceChange *one = &g_array_index (change->places, PlaceChange, i);
      put (self, one->key, back ? one->before : one->after);
    }
  for (guint i = 0; i < change->settings->len; i++)
    {
      const SettingChange *one = &g_array_index (change->settings, SettingChange, i);
      qd_places_set_setting (self, one->name, back ? one->before : one->after);
    }
  for (guint i = 0; i < change->folds->len; i++)
    {
      const FoldChange *one = &g_array_index (change->folds, FoldChange, i);
      qd_places_set_folded (self, one->group, back ? one->before : !one->before);
    }
}

/* --- As text ----------------------------------------------------------------------------------- */

static void
write_positions (QdPlaces *self, JsonBuilder *builder)
{
  GHashTableIter iter;
  gpointer key, value;

  json_builder_set_member_name (builder, "positions");
  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Place *place = value;

      json_builder_set_member_name (builder, key);
      json_builder_begin_array (builder);
      json_builder_add_double_value (builder, place->at.x);
      json_builder_add_double_value (builder, place->at.y);
      if (place->pinned)
        json_builder_add_int_value (builder, 1);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static gboolean
has_settings (QdPlaces *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (setting_names); i++)
    if (*qd_places_get_setting (self, setting_names[i]))
      return TRUE;
  return g_hash_table_size (self->folded) > 0;
}

char *
qd_places_save (QdPlaces *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  GHashTableIter iter;
  gpointer key;

  if (g_hash_table_size (self->by_key) == 0 && !has_settings (self))
    return NULL;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "edges");
  json_builder_add_int_value (builder, self->n_edges);
  for (guint i = 0; i < G_N_ELEMENTS (setting_names); i++)
    {
      json_builder_set_member_name (builder, setting_names[i]);
      json_builder_add_string_value (builder, qd_places_get_setting (self, setting_names[i]));
    }
  json_builder_set_member_name (builder, "folded");
  json_builder_begin_array (builder);
  g_hash_table_iter_init (&iter, self->folded);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    json_builder_add_string_value (builder, key);
  json_builder_end_array (builder);
  write_positions (self, builder);
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

static void
read_settings (QdPlaces *self, JsonObject *object)
{
  JsonArray *folded = qd_json_get_array (object, "folded");

  for (guint i = 0; i < G_N_ELEMENTS (setting_names); i++)
    qd_places_set_setting (self, setting_names[i], qd_json_get_string (object, setting_names[i], ""));
  for (guint i = 0; folded && i < json_array_get_length (folded); i++)
    {
      JsonNode *node = json_array_get_element (folded, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        qd_places_set_folded (self, json_node_get_string (node), TRUE);
    }
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
  read_settings (self, qd_json_object (root));
  json_object_iter_init (&iter, places);
  while (json_object_iter_next (&iter, &name, &node) && n < MAX_PLACES)
    {
      JsonArray *array = qd_json_array (node);
      guint length = array ? json_array_get_length (array) : 0;
      Place place = { .known = TRUE };
      double x, y, pinned = 0;

      if (length < 2 || length > 3 || !read_number (array, 0, &x) || !read_number (array, 1, &y) ||
          (length == 3 && !read_number (array, 2, &pinned)))
        continue;
      place.at = (QdPoint) { round_coordinate ((float) x), round_coordinate ((float) y) };
      place.pinned = pinned != 0;
      put (self, name, place);
      n++;
    }
  return n;
}
