/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"

#include "qd-effective-config.h"

#include <string.h>

#include "qd-json.h"

/* What is said under one name; either may be NULL. */
typedef struct {
  JsonNode *general, *own;
} Document;

struct _QdEffectiveConfig {
  char *prefix;             /* of the tenant's keys */
  GTree *documents;         /* name → Document, by name */
};

static void
document_free (gpointer data)
{
  Document *self = data;

  g_clear_pointer (&self->general, json_node_unref);
  g_clear_pointer (&self->own, json_node_unref);
  g_free (self);
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (a, b);
}

QdEffectiveConfig *
qd_effective_config_new (const char *tenant)
{
  QdEffectiveConfig *self = g_new0 (QdEffectiveConfig, 1);

  self->prefix = g_strdup_printf ("tenant.%s.", tenant);
  self->documents = g_tree_new_full (compare_names, NULL, g_free, document_free);
  return self;
}

void
qd_effective_config_free (QdEffectiveConfig *self)
{
  g_tree_unref (self->documents);
  g_free (self->prefix);
  g_free (self);
}

/* What is no JSON is a text. */
static JsonNode *
parse (const char *key, const char *value)
{
  JsonNode *node = qd_json_parse (value, -1, key, NULL);

  return node != NULL ? node : json_node_init_string (json_node_alloc (), value);
}

void
qd_effective_config_take (QdEffectiveConfig *self, const char *key, const char *value)
{
  gboolean own = g_str_has_prefix (key, self->prefix);
  const char *name = own ? key + strlen (self->prefix) : g_str_has_prefix (key, "global.") ? key + strlen ("global.") : NULL;
  Document *document;
  JsonNode **place;

  if (name == NULL || *name == '\0')
    return;
  document = g_tree_lookup (self->documents, name);
  if (document == NULL)
    {
      document = g_new0 (Document, 1);
      g_tree_insert (self->documents, g_strdup (name), document);
    }
  place = own ? &document->own : &document->general;
  g_clear_pointer (place, json_node_unref);
  *place = parse (key, value);
}

/* --- Values ---------------------------------------------------------------------------------------------------- */

static void
value_free (gpointer data)
{
  QdConfigValue *self = data;

  g_free (self->path);
  g_free (self->value);
  g_free (self->general);
  g_free (self);
}

static char *
tell (JsonNode *node)
{
  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return qd_json_to_text (node, FALSE);
}

/* An object with members, whose members are told of one by one. */
static JsonObject *
opened (JsonNode *node, guint depth)
{
  JsonObject *object = node != NULL && depth < QD_CONFIG_MAX_DEPTH ? qd_json_object (node) : NULL;

  return object != NULL && json_object_get_size (object) > 0 ? object : NULL;
}

/* A member that is null takes away what holds for all (RFC 7396); one with the same name and another type takes its place. */
static gboolean
is_null (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_NULL (node);
}

static void
add_value (GPtrArray *values, const char *path, JsonNode *general, JsonNode *own)
{
  QdConfigValue *value;

  if (general == NULL && (own == NULL || is_null (own)))
    return;
  value = g_new0 (QdConfigValue, 1);
  value->path = g_strdup (path);
  value->general = tell (general);
  value->value = own == NULL ? g_strdup (value->general) : is_null (own) ? NULL : tell (own);
  value->source = own != NULL ? QD_CONFIG_TENANT : QD_CONFIG_GLOBAL;
  value->differs = g_strcmp0 (value->value, value->general) != 0;
  g_ptr_array_add (values, value);
}

static void add_values (GPtrArray *values, const char *path, JsonNode *general, JsonNode *own, guint depth);

static void
add_member (GPtrArray *values, const char *path, const char *name, JsonNode *general, JsonNode *own, guint depth)
{
  g_autofree char *longer = g_strdup_printf ("%s.%s", path, name);

  add_values (values, longer, general, own, depth + 1);
}

static void
add_values (GPtrArray *values, const char *path, JsonNode *general, JsonNode *own, guint depth)
{
  JsonObject *low = opened (general, depth), *high = opened (own, depth);
  g_autoptr (GList) names = low != NULL ? json_object_get_members (low) : NULL;
  g_autoptr (GList) more = high != NULL ? json_object_get_members (high) : NULL;

  /* An object that is there and says nothing leaves all as it is. */
  if (low != NULL && own != NULL && qd_json_object (own) != NULL && high == NULL && json_object_get_size (qd_json_object (own)) == 0)
    own = NULL;
  if ((low == NULL || (own != NULL && high == NULL)) && high == NULL)
    {
      add_value (values, path, general, own);
      return;
    }
  for (GList *l = names; l != NULL; l = l->next)
    add_member (values, path, l->data, json_object_get_member (low, l->data),
                high != NULL && json_object_has_member (high, l->data) ? json_object_get_member (high, l->data) : NULL, depth);
  for (GList *l = more; l != NULL; l = l->next)
    if (low == NULL || !json_object_has_member (low, l->data))
      add_member (values, path, l->data, NULL, json_object_get_member (high, l->data), depth);
}

static int
compare_values (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const QdConfigValue *const *) a)->path, (*(const QdConfigValue *const *) b)->path);
}

static gboolean
add_document (gpointer key, gpointer value, gpointer data)
{
  const Document *document = value;

  add_values (data, key, document->general, document->own, 0);
  return FALSE;
}

GPtrArray *
qd_effective_config_get_values (QdEffectiveConfig *self)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (value_free);

  g_tree_foreach (self->documents, add_document, values);
  g_ptr_array_sort (values, compare_values);
  return values;
}

gboolean
qd_effective_config_get_number (QdEffectiveConfig *self, const char *name, const char *member, double *number)
{
  const Document *document = g_tree_lookup (self->documents, name);
  JsonObject *own = document != NULL && document->own != NULL ? qd_json_object (document->own) : NULL;
  JsonObject *general = document != NULL && document->general != NULL ? qd_json_object (document->general) : NULL;

  if (document == NULL || (document->own != NULL && own == NULL))
    return FALSE;
  if (own != NULL && json_object_has_member (own, member))
    return qd_json_get_number (own, member, number);
  return general != NULL && qd_json_get_number (general, member, number);
}
