/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* What the readers of objects stand on: members that are there, of the type that the API wants. */

QdPolicyPlace
qd_policy_reader_place (QdPolicyReader *self, const QdYamlNode *node)
{
  return (QdPolicyPlace) { self->file, node };
}

void
qd_policy_reader_say (QdPolicyReader *self, QdPolicySeverity severity, const QdYamlNode *node, const char *code, const char *format, ...)
{
  QdPolicyPlace place = qd_policy_reader_place (self, node);
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->findings, qd_policy_finding_new (severity, code, &place, g_strdup_vprintf (format, args)));
  va_end (args);
}

gboolean
qd_policy_node_is_null (const QdYamlNode *node)
{
  return qd_yaml_node_get_type (node) == QD_YAML_NULL;
}

gboolean
qd_policy_reader_expect (QdPolicyReader *self, const QdYamlNode *node, QdYamlType type, const char *name)
{
  QdYamlType is = qd_yaml_node_get_type (node);

  if (is == type || is == QD_YAML_NULL)
    return is == type;
  /* A bare yes, or 1.20, where a string is meant: the commonest of these mistakes has a plain way out. */
  if (type == QD_YAML_STRING && is != QD_YAML_MAP && is != QD_YAML_SEQ)
    qd_policy_reader_refuse (self, node, "type", _("“%s” must be a string, and %s is %s: put it in quotes"), name, qd_yaml_node_get_text (node),
                             qd_yaml_type_get_name (is));
  else
    qd_policy_reader_refuse (self, node, "type", _("“%s” must be %s, not %s"), name, qd_yaml_type_get_name (type), qd_yaml_type_get_name (is));
  return FALSE;
}

const QdYamlNode *
qd_policy_reader_get (QdPolicyReader *self, const QdYamlNode *map, const char *key, QdYamlType type)
{
  const QdYamlNode *node = qd_yaml_node_get (map, key);

  return qd_policy_reader_expect (self, node, type, key) ? node : NULL;
}

const char *
qd_policy_reader_get_item (QdPolicyReader *self, const QdYamlNode *list, guint i, const char *name, const QdYamlNode **node)
{
  *node = qd_yaml_node_get_item (list, i);
  if (qd_policy_node_is_null (*node))
    return "";
  return qd_policy_reader_expect (self, *node, QD_YAML_STRING, name) ? qd_yaml_node_get_string (*node) : NULL;
}

const char *
qd_policy_reader_get_string (QdPolicyReader *self, const QdYamlNode *map, const char *key)
{
  const QdYamlNode *node = qd_policy_reader_get (self, map, key, QD_YAML_STRING);

  return node ? qd_yaml_node_get_string (node) : NULL;
}

gboolean
qd_policy_reader_get_int (QdPolicyReader *self, const QdYamlNode *map, const char *key, const char *code, int min, int max, int *value)
{
  const QdYamlNode *node = qd_policy_reader_get (self, map, key, QD_YAML_INT);
  gint64 number = 0;

  if (node == NULL)
    return FALSE;
  if (!qd_yaml_node_get_int (node, &number) || number < min || number > max)
    {
      qd_policy_reader_refuse (self, node, code, _("“%s” is a whole number from %d to %d"), key, min, max);
      return FALSE;
    }
  *value = (int) number;
  return TRUE;
}

gboolean
qd_policy_reader_get_bool (QdPolicyReader *self, const QdYamlNode *map, const char *key)
{
  const QdYamlNode *node = qd_policy_reader_get (self, map, key, QD_YAML_BOOL);
  gboolean value = FALSE;

  return node && qd_yaml_node_get_bool (node, &value) && value;
}

void
qd_policy_reader_know (QdPolicyReader *self, const QdYamlNode *map, const char *const *keys)
{
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_key (map, i);
      const char *key = qd_yaml_node_get_string (node);

      if (key == NULL || !g_strv_contains (keys, key))
        qd_policy_reader_say (self, QD_POLICY_WARNING, node, "unknown-field", _("“%s” is no field of this, and has no effect"), key ? key : "");
    }
}

void
qd_policy_reader_bound (QdPolicyReader *self, const QdYamlNode *list, const char *key, guint max)
{
  if (list && qd_yaml_node_get_length (list) > max)
    qd_policy_reader_refuse (self, list, "too-many", _("“%s” has at most %u entries, not %u"), key, max, qd_yaml_node_get_length (list));
}

guint
qd_policy_reader_count (const QdYamlNode *map, const char *const *keys)
{
  guint n = 0;

  for (guint i = 0; keys[i]; i++)
    n += !qd_policy_node_is_null (qd_yaml_node_get (map, keys[i]));
  return n;
}
