/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-edit.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"
#include "qd-policy-read-private.h"

/* Changes of label selectors, and what may be written into a policy. */

static const char *const selector_order[] = { "matchLabels", "matchExpressions", NULL };
static const char *const expression_order[] = { "key", "operator", "values", NULL };
static const char *const no_order[] = { NULL };
static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };

/* --- Selectors ---------------------------------------------------------------------------------------------------- */

/* The map at @path, a JSON pointer without escapes; the last step is made where it is not there. */
static JsonObject *
find_selector (QdPolicyEdit *self, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);
  JsonNode *node = self->root;

  for (guint i = 1; node != NULL && parts[i] != NULL; i++)
    {
      if (JSON_NODE_HOLDS_ARRAY (node))
        {
          guint64 at = g_ascii_strtoull (parts[i], NULL, 10);

          node = at < json_array_get_length (json_node_get_array (node)) ? json_array_get_element (json_node_get_array (node), (guint) at) : NULL;
        }
      else if (JSON_NODE_HOLDS_OBJECT (node) && parts[i + 1] == NULL)
        return qd_policy_edit_map (self, json_node_get_object (node), parts[i], no_order);
      else if (JSON_NODE_HOLDS_OBJECT (node))
        node = json_object_get_member (json_node_get_object (node), parts[i]);
      else
        node = NULL;
    }
  qd_policy_edit_fail (self, _("There is no such entry any more"));
  return NULL;
}

/* What is empty says nothing, and goes. */
static void
drop_empty (JsonObject *selector)
{
  for (guint i = 0; selector_order[i] != NULL; i++)
    {
      JsonNode *node = json_object_get_member (selector, selector_order[i]);

      if (node != NULL && ((JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) == 0) ||
                           (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0)))
        json_object_remove_member (selector, selector_order[i]);
    }
}

static gboolean
check_pair (QdPolicyEdit *self, const char *key, const char *value)
{
  GError *error = NULL;

  if (qd_policy_check_label_key (key, &error) && (value == NULL || qd_policy_check_label_value (value, &error)))
    return TRUE;
  qd_policy_edit_fail (self, "%s", error->message);
  g_clear_error (&error);
  return FALSE;
}

void
qd_policy_edit_set_label (QdPolicyEdit *self, const char *selector, const char *key, const char *value)
{
  /* What is wrong already may be taken out. */
  JsonObject *object = value == NULL || check_pair (self, key, value) ? find_selector (self, selector) : NULL;
  JsonObject *labels = object != NULL ? qd_policy_edit_map (self, object, "matchLabels", selector_order) : NULL;

  if (labels == NULL)
    return;
  if (value != NULL)
    qd_policy_edit_put (labels, key, json_node_init_string (json_node_alloc (), value), no_order);
  else if (json_object_has_member (labels, key))
    json_object_remove_member (labels, key);
  drop_empty (object);
}

static const char *
get_word (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

/* The number of the first expression of @key and @operator; -1: none. */
static int
find_expression (JsonArray *list, const char *key, QdSelectorOperator operator)
{
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && g_strcmp0 (get_word (json_node_get_object (node), "key"), key) == 0 &&
          g_strcmp0 (get_word (json_node_get_object (node), "operator"), operators[operator]) == 0)
        return (int) i;
    }
  return -1;
}

static JsonObject *
append_expression (JsonArray *list, const char *key, QdSelectorOperator operator)
{
  JsonObject *expression = json_object_new ();

  json_object_set_string_member (expression, "key", key);
  json_object_set_string_member (expression, "operator", operators[operator]);
  json_array_add_object_element (list, expression);
  return expression;
}

static int
find_text (JsonArray *values, const char *value)
{
  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      JsonNode *node = json_array_get_element (values, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), value) == 0)
        return (int) i;
    }
  return -1;
}

void
qd_policy_edit_set_value (QdPolicyEdit *self, const char *selector, const char *key, QdSelectorOperator operator, const char *value, gboolean on)
{
  JsonObject *object = check_pair (self, key, value) ? find_selector (self, selector) : NULL, *expression;
  JsonArray *list = object != NULL ? qd_policy_edit_list (self, object, "matchExpressions", selector_order) : NULL, *values;
  int at = list != NULL ? find_expression (list, key, operator) : -1, there;

  if (list == NULL)
    return;
  if (at >= 0 || on)
    {
      expression = at >= 0 ? json_array_get_object_element (list, (guint) at) : append_expression (list, key, operator);
      values = qd_policy_edit_list (self, expression, "values", expression_order);
      there = values != NULL ? find_text (values, value) : -1;
      if (values != NULL && on && there < 0)
        json_array_add_string_element (values, value);
      else if (values != NULL && !on && there >= 0)
        json_array_remove_element (values, (guint) there);
      if (values != NULL && json_array_get_length (values) == 0)
        json_array_remove_element (list, (guint) at);
    }
  drop_empty (object);
}

void
qd_policy_edit_add_presence (QdPolicyEdit *self, const char *selector, const char *key, QdSelectorOperator operator)
{
  JsonObject *object = check_pair (self, key, NULL) ? find_selector (self, selector) : NULL;
  JsonArray *list = object != NULL ? qd_policy_edit_list (self, object, "matchExpressions", selector_order) : NULL;

  if (list != NULL && find_expression (list, key, operator) < 0)
    append_expression (list, key, operator);
}

void
qd_policy_edit_remove_expression (QdPolicyEdit *self, const char *selector, guint expression)
{
  JsonObject *object = find_selector (self, selector);
  JsonArray *list = object != NULL ? qd_policy_edit_list (self, object, "matchExpressions", selector_order) : NULL;

  if (list == NULL || expression >= json_array_get_length (list))
    {
      qd_policy_edit_fail (self, _("There is no such entry any more"));
      return;
    }
  json_array_remove_element (list, expression);
  drop_empty (object);
}

/* --- Checks ------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, char *message)
{
  g_set_error_literal (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, message);
  g_free (message);
  return FALSE;
}

gboolean
qd_policy_check_name (const char *text, GError **error)
{
  if (qd_policy_is_name (text))
    return TRUE;
  return refuse (error, g_strdup (_("A name is lower-case letters, digits, - and . that begin and end with a letter or digit, at most 253")));
}

gboolean
qd_policy_check_namespace (const char *text, GError **error)
{
  if (qd_policy_is_namespace_name (text))
    return TRUE;
  return refuse (error, g_strdup_printf (_("“%s” is no name of a namespace"), text));
}

gboolean
qd_policy_check_label_key (const char *text, GError **error)
{
  if (qd_policy_is_label_key (text))
    return TRUE;
  return refuse (error, g_strdup_printf (_("“%s” is no label key: at most 63 letters, digits and -_. that begin and end with a letter or digit, "
                                           "perhaps behind a DNS name and a slash"), text));
}

gboolean
qd_policy_check_label_value (const char *text, GError **error)
{
  if (qd_policy_is_label_value (text))
    return TRUE;
  return refuse (error, g_strdup_printf (_("“%s” is no value of a label: at most 63 letters, digits and -_. that begin and end with a letter or digit"), text));
}

gboolean
qd_policy_check_block (const char *text, GError **error)
{
  QdAddressRange range;

  if (qd_address_range_parse (text, &range))
    return TRUE;
  return refuse (error, g_strdup_printf (_("“%s” is no block of addresses, such as 10.0.0.0/8 or fd00::/8: a single address has its prefix too"), text));
}

gboolean
qd_policy_check_domain (const char *text, GError **error)
{
  if (qd_policy_is_domain_pattern (text))
    return TRUE;
  return refuse (error, g_strdup_printf (_("“%s” is no domain name: a name with a dot in it, perhaps with *. before it"), text));
}

gboolean
qd_policy_check_rule_name (const char *text, GError **error)
{
  if (g_utf8_strlen (text, -1) <= QD_POLICY_MAX_RULE_NAME)
    return TRUE;
  return refuse (error, g_strdup_printf (_("the name of a rule has at most %d characters"), QD_POLICY_MAX_RULE_NAME));
}

gboolean
qd_policy_check_priority (const char *text, int *priority, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, QD_POLICY_MAX_PRIORITY, &number, NULL))
    return refuse (error, g_strdup_printf (_("“%s” is no priority: a whole number from 0, which comes first, to %d"), text, QD_POLICY_MAX_PRIORITY));
  if (priority != NULL)
    *priority = (int) number;
  return TRUE;
}

gboolean
qd_policy_check_except (const char *block, const char *text, GError **error)
{
  QdAddressRange whole, part;

  if (!qd_policy_check_block (block, error) || !qd_policy_check_block (text, error))
    return FALSE;
  qd_address_range_parse (block, &whole);
  qd_address_range_parse (text, &part);
  if (qd_address_range_includes (&whole, &part) && !qd_address_range_includes (&part, &whole))
    return TRUE;
  return refuse (error, g_strdup_printf (_("%s is not a part of %s"), text, block));
}

/* A number from 1 to 65535, and where it ends; 0: it is none. */
static guint
read_number (const char *text, const char **end)
{
  guint64 number;
  char *stop;

  if (!g_ascii_isdigit (*text))
    return 0;
  number = g_ascii_strtoull (text, &stop, 10);
  *end = stop;
  return number > QD_PORT_MAX ? 0 : (guint) number;
}

gboolean
qd_policy_check_port (const char *text, guint *first, guint *last, GError **error)
{
  const char *end = text;
  guint from = read_number (text, &end), to = from;
  gboolean valid, name = qd_policy_is_port_name (text);

  if (*text == '\0')
    {
      from = QD_PORT_MIN;
      to = QD_PORT_MAX;
    }
  else if (from > 0 && *end == '-')
    to = read_number (end + 1, &end);
  valid = name || (from > 0 && to >= from && *end == '\0');
  if (first != NULL)
    *first = name ? 0 : from;
  if (last != NULL)
    *last = name ? 0 : to;
  return valid || refuse (error, g_strdup_printf (_("“%s” is no port: a number from 1 to 65535, a range such as 8000-8100, or a name such as http"), text));
}
