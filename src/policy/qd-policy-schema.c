/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-schema.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-policy-read-private.h"
#include "qd-routing.h"

/* Names up to which one is taken for a slip of another. */
#define MAX_NAME 40

const QdPolicyField *
qd_policy_schema_get_field (const QdPolicySchema *self, const char *name)
{
  for (guint i = 0; self != NULL && i < self->n_fields; i++)
    if (g_strcmp0 (self->fields[i].name, name) == 0)
      return &self->fields[i];
  return NULL;
}

/* How many letters must be put in, left out or exchanged to make the one of the other, not minding case (Levenshtein). */
static guint
distance (const char *a, const char *b)
{
  guint row[MAX_NAME + 1], n = (guint) strlen (b);

  for (guint i = 0; i <= n; i++)
    row[i] = i;
  for (guint i = 0; a[i] != '\0'; i++)
    {
      guint corner = row[0];

      row[0] = i + 1;
      for (guint k = 0; k < n; k++)
        {
          guint exchanged = corner + (g_ascii_tolower (a[i]) != g_ascii_tolower (b[k]));

          corner = row[k + 1];
          row[k + 1] = MIN (exchanged, MIN (row[k], corner) + 1);
        }
    }
  return row[n];
}

const QdPolicyField *
qd_policy_schema_suggest (const QdPolicySchema *self, const char *name)
{
  const QdPolicyField *best = NULL;
  guint closest = G_MAXUINT;

  if (strlen (name) > MAX_NAME)
    return NULL;
  for (guint i = 0; self != NULL && i < self->n_fields; i++)
    {
      guint far = distance (name, self->fields[i].name);

      if (far < closest && far <= MAX (1, strlen (name) / 4))
        {
          best = &self->fields[i];
          closest = far;
        }
    }
  return best;
}

const QdPolicyField *
qd_policy_schema_follow (const QdPolicySchema *self, const char *path, const QdPolicySchema **inner)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  const QdPolicyField *field = NULL;
  gboolean within = FALSE;   /* an item of the list @field, or an entry of that map */

  for (guint i = 1; parts[0] != NULL && parts[i] != NULL; i++)
    {
      gboolean has_items = field != NULL && (field->type == QD_POLICY_FIELD_LIST || field->type == QD_POLICY_FIELD_STRINGS ||
                                             field->type == QD_POLICY_FIELD_LABELS);

      if (has_items && !within)
        {
          within = TRUE;
          continue;
        }
      field = qd_policy_schema_get_field (self, parts[i]);
      self = field != NULL ? field->schema : NULL;
      within = FALSE;
      if (field == NULL)
        break;
    }
  if (inner != NULL)
    *inner = self;
  return field;
}

const char *
qd_policy_field_type_get_name (QdPolicyFieldType type)
{
  static const char *const names[] = {
    N_("a string"), N_("an integer"), N_("a boolean"), N_("a number or a name"), N_("a list of strings"), N_("a map of strings"), N_("a map"), N_("a list"), N_("anything"),
  };

  return type < G_N_ELEMENTS (names) ? _(names[type]) : NULL;
}

/* --- Checking --- */

typedef struct { QdPolicyReader reader; } Check;

static void check_object (Check *self, const QdPolicySchema *schema, const QdYamlNode *map, const char *name);

static gboolean
is_scalar (const QdYamlNode *node)
{
  return qd_yaml_node_get_text (node) != NULL;
}

static void
check_string (Check *self, const QdYamlNode *node, const char *name)
{
  QdYamlType type = qd_yaml_node_get_type (node);

  if (type == QD_YAML_STRING || type == QD_YAML_NULL)
    return;
  if (is_scalar (node))
    qd_policy_reader_refuse (&self->reader, node, "unquoted", _("“%s” must be a string; %s without quotes is %s"), name, qd_yaml_node_get_text (node),
                             qd_yaml_type_get_name (type));
  else
    qd_policy_reader_refuse (&self->reader, node, "type", _("“%s” must be %s, not %s"), name, qd_yaml_type_get_name (QD_YAML_STRING),
                             qd_yaml_type_get_name (type));
}

/* Whether it is of @type; null is nothing. */
static gboolean
check_type (Check *self, const QdYamlNode *node, QdYamlType type, const char *name)
{
  QdYamlType is = qd_yaml_node_get_type (node);

  if (is != type && is != QD_YAML_NULL)
    qd_policy_reader_refuse (&self->reader, node, "type", _("“%s” must be %s, not %s"), name, qd_yaml_type_get_name (type), qd_yaml_type_get_name (is));
  return is == type;
}

/* A key that the API reads otherwise than it is written. */
static void
check_key (Check *self, const QdYamlNode *key)
{
  if (g_strcmp0 (qd_yaml_node_get_string (key), qd_yaml_node_get_text (key)) != 0)
    qd_policy_reader_say (&self->reader, QD_POLICY_WARNING, key, "unquoted-key", _("“%s” without quotes is “%s” to the API"), qd_yaml_node_get_text (key),
                          qd_yaml_node_get_string (key));
}

static void
check_labels (Check *self, const QdYamlNode *map, const char *name)
{
  if (!check_type (self, map, QD_YAML_MAP, name))
    return;
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (map, i);

      check_key (self, key);
      check_string (self, qd_yaml_node_get_value (map, i), qd_yaml_node_get_text (key));
    }
}

static void
check_list (Check *self, const QdPolicyField *field, const QdYamlNode *list)
{
  if (!check_type (self, list, QD_YAML_SEQ, field->name))
    return;
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    if (field->type == QD_POLICY_FIELD_STRINGS)
      check_string (self, qd_yaml_node_get_item (list, i), field->name);
    else
      check_object (self, field->schema, qd_yaml_node_get_item (list, i), field->name);
}

static void
check_field (Check *self, const QdPolicyField *field, const QdYamlNode *value)
{
  QdYamlType type = qd_yaml_node_get_type (value);

  switch (field->type)
    {
    case QD_POLICY_FIELD_STRING:
      check_string (self, value, field->name);
      break;
    case QD_POLICY_FIELD_INT:
      check_type (self, value, QD_YAML_INT, field->name);
      break;
    case QD_POLICY_FIELD_BOOL:
      check_type (self, value, QD_YAML_BOOL, field->name);
      break;
    case QD_POLICY_FIELD_PORT:
      if (type != QD_YAML_INT)
        check_string (self, value, field->name);
      break;
    case QD_POLICY_FIELD_LABELS:
      check_labels (self, value, field->name);
      break;
    case QD_POLICY_FIELD_OBJECT:
      check_object (self, field->schema, value, field->name);
      break;
    case QD_POLICY_FIELD_STRINGS:
    case QD_POLICY_FIELD_LIST:
      check_list (self, field, value);
      break;
    case QD_POLICY_FIELD_ANY:
    default:
      break;
    }
}

static void
check_object (Check *self, const QdPolicySchema *schema, const QdYamlNode *map, const char *name)
{
  if (!check_type (self, map, QD_YAML_MAP, name))
    return;
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (map, i);
      const char *text = qd_yaml_node_get_string (key);
      const QdPolicyField *field = qd_policy_schema_get_field (schema, text), *meant;

      if (field != NULL)
        {
          check_field (self, field, qd_yaml_node_get_value (map, i));
          continue;
        }
      meant = qd_policy_schema_suggest (schema, text);
      if (meant != NULL)
        qd_policy_reader_say (&self->reader, QD_POLICY_WARNING, key, "unknown-field", _("“%s” is no field of this, and has no effect: is “%s” meant?"), text,
                              meant->name);
      else
        qd_policy_reader_say (&self->reader, QD_POLICY_WARNING, key, "unknown-field", _("“%s” is no field of this, and has no effect"), text);
    }
}

/* Lists carry objects that have the list's version and kind where they have none of their own. */
static void
check_document (Check *self, const QdYamlNode *document)
{
  const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (document, "kind"));
  const QdYamlNode *items = kind != NULL && g_str_has_suffix (kind, "List") ? qd_yaml_node_get (document, "items") : NULL;
  const QdPolicySchema *schema = qd_policy_schema_of_document (document), *item_schema;
  g_autofree char *item_kind = items != NULL ? g_strndup (kind, strlen (kind) - strlen ("List")) : NULL;

  for (guint i = 0; i < qd_yaml_node_get_length (items); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (items, i);

      item_schema = qd_policy_schema_of_document (item);
      if (item_schema == NULL && qd_yaml_node_get (item, "kind") == NULL)
        item_schema = qd_policy_schema_find (qd_yaml_node_get_string (qd_yaml_node_get (document, "apiVersion")), item_kind);
      if (item_schema != NULL)
        check_object (self, item_schema, item, "items");
    }
  if (schema != NULL)
    check_object (self, schema, document, kind != NULL ? kind : "");
}

void
qd_policy_schema_check (QdYamlFile *file, GPtrArray *findings)
{
  Check self = { .reader = { file, findings } };

  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    if (!qd_routing_is_document (qd_yaml_file_get_document (file, i)))
      check_document (&self, qd_yaml_file_get_document (file, i));
}

void
qd_policy_schema_check_map (const QdPolicySchema *self, QdYamlFile *file, const QdYamlNode *map, const char *name, GPtrArray *findings)
{
  Check check = { .reader = { file, findings } };

  check_object (&check, self, map, name);
}
