/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <string.h>

#include <glib/gi18n.h>

#define MAX_LABEL 63
#define MAX_DOMAIN 253
#define MAX_PORT_NAME 15

/* --- How names are spelled: apimachinery's validation ----------------------------------------------------------- */

static gboolean
is_spelled (const char *text, gsize length, gsize max, const char *inside, gboolean capitals)
{
  if (length == 0 || length > max)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      gboolean alnum = g_ascii_isdigit (text[i]) || (capitals ? g_ascii_isalpha (text[i]) : g_ascii_islower (text[i]));

      if (!alnum && (i == 0 || i + 1 == length || strchr (inside, text[i]) == NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_subdomain (const char *text, gsize length)
{
  if (length == 0 || length > MAX_DOMAIN)
    return FALSE;
  for (const char *end = text + length;;)
    {
      const char *dot = memchr (text, '.', (gsize) (end - text));
      gsize part = (gsize) ((dot ? dot : end) - text);

      if (!is_spelled (text, part, MAX_DOMAIN, "-", FALSE))
        return FALSE;
      if (dot == NULL)
        return TRUE;
      text = dot + 1;
    }
}

gboolean
qd_policy_is_name (const char *text)
{
  return is_subdomain (text, strlen (text));
}

gboolean
qd_policy_is_namespace_name (const char *text)
{
  return strlen (text) <= MAX_LABEL && strchr (text, '.') == NULL && qd_policy_is_name (text);
}

gboolean
qd_policy_is_label_value (const char *text)
{
  return *text == '\0' || is_spelled (text, strlen (text), MAX_LABEL, "-_.", TRUE);
}

gboolean
qd_policy_is_label_key (const char *text)
{
  const char *slash = strchr (text, '/');

  if (slash && !is_subdomain (text, (gsize) (slash - text)))
    return FALSE;
  text = slash ? slash + 1 : text;
  return is_spelled (text, strlen (text), MAX_LABEL, "-_.", TRUE);
}

gboolean
qd_policy_is_port_name (const char *text)
{
  gboolean letter = FALSE;

  for (const char *p = text; *p; p++)
    letter |= g_ascii_islower (*p);
  return letter && strstr (text, "--") == NULL && is_spelled (text, strlen (text), MAX_PORT_NAME, "-", FALSE);
}

gboolean
qd_policy_is_domain_pattern (const char *text)
{
  g_auto (GStrv) parts = NULL;
  guint n;

  if (g_str_has_prefix (text, "*."))
    text += 2;
  parts = g_strsplit (text, ".", -1);
  n = g_strv_length (parts);
  /* One dot at the end names the root. */
  if (n && *parts[n - 1] == '\0')
    n--;
  for (guint i = 0; i < n; i++)
    if (!is_spelled (parts[i], strlen (parts[i]), MAX_DOMAIN, "-_", TRUE))
      return FALSE;
  return n > 1;
}

gboolean
qd_policy_domain_matches (const char *pattern, const char *domain)
{
  gsize p = strlen (pattern), d = strlen (domain);

  p -= p && pattern[p - 1] == '.';
  d -= d && domain[d - 1] == '.';
  if (g_str_has_prefix (pattern, "*."))
    return d > p - 1 && g_ascii_strncasecmp (domain + d - (p - 1), pattern + 1, p - 1) == 0;
  return d == p && g_ascii_strncasecmp (domain, pattern, p) == 0;
}

/* --- Labels ----------------------------------------------------------------------------------------------------- */

static gboolean
check_key (QdPolicyReader *self, const QdYamlNode *node, const char *key)
{
  if (qd_policy_is_label_key (key))
    return TRUE;
  qd_policy_reader_refuse (self, node, "label-key",
                           _("“%s” is no label key: at most 63 letters, digits and -_. that begin and end with a letter or digit, "
                             "perhaps behind a DNS name and a slash"), key);
  return FALSE;
}

/* The text of a label's value, also where it is not a string, so that what is around it can still be understood. */
static const char *
read_value (QdPolicyReader *self, const QdYamlNode *node, const char *key, gboolean *valid)
{
  const char *value = qd_yaml_node_get_string (node);

  *valid = FALSE;
  if (qd_policy_node_is_null (node))
    {
      /* JSON's null is the empty string here. */
      *valid = TRUE;
      return "";
    }
  if (value == NULL && !qd_policy_reader_expect (self, node, QD_YAML_STRING, key))
    return qd_yaml_node_get_text (node);
  *valid = qd_policy_is_label_value (value);
  if (!*valid)
    qd_policy_reader_refuse (self, node, "label-value",
                             _("“%s” is no value of a label: at most 63 letters, digits and -_. that begin and end with a letter or digit"), value);
  return value;
}

QdLabels *
qd_policy_read_labels (QdPolicyReader *self, const QdYamlNode *map)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (guint i = 0; map && i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_key (map, i);
      const char *key = qd_yaml_node_get_string (node), *value;
      gboolean valid;

      if (key == NULL || !check_key (self, node, key))
        continue;
      value = read_value (self, qd_yaml_node_get_value (map, i), key, &valid);
      if (value == NULL)
        continue;
      g_ptr_array_add (pairs, (char *) key);
      g_ptr_array_add (pairs, (char *) value);
    }
  g_ptr_array_add (pairs, NULL);
  return qd_labels_new ((char **) pairs->pdata);
}

/* --- Selectors -------------------------------------------------------------------------------------------------- */

static gboolean
read_match_labels (QdPolicyReader *self, const QdYamlNode *map, QdSelector *selector)
{
  gboolean all_valid = TRUE;

  for (guint i = 0; map && i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_key (map, i);
      const char *key = qd_yaml_node_get_string (node), *value;
      gboolean valid;

      value = key ? read_value (self, qd_yaml_node_get_value (map, i), key, &valid) : NULL;
      if (value == NULL || !valid || !check_key (self, node, key))
        all_valid = FALSE;
      else
        qd_selector_add (selector, key, QD_SELECTOR_IN, &value, 1);
    }
  return all_valid;
}

static gboolean
read_operator (QdPolicyReader *self, const QdYamlNode *expression, QdSelectorOperator *operator)
{
  static const char *const names[] = { "In", "NotIn", "Exists", "DoesNotExist" };
  const char *name = qd_policy_reader_get_string (self, expression, "operator");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i]) == 0)
      {
        *operator = i;
        return TRUE;
      }
  if (name)
    qd_policy_reader_refuse (self, qd_yaml_node_get (expression, "operator"), "operator",
                             _("“%s” is no operator: In, NotIn, Exists and DoesNotExist are"), name);
  else if (qd_policy_node_is_null (qd_yaml_node_get (expression, "operator")))
    qd_policy_reader_refuse (self, expression, "required", _("“%s” is missing"), "operator");
  return FALSE;
}

static gboolean
read_expression (QdPolicyReader *self, const QdYamlNode *expression, QdSelector *selector)
{
  static const char *const known[] = { "key", "operator", "values", NULL };
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  gboolean valid = TRUE, wants_values;
  const QdYamlNode *list;
  const char *key;
  QdSelectorOperator operator;

  /* A null is the empty expression, which has neither key nor operator. */
  if (!qd_policy_node_is_null (expression) && !qd_policy_reader_expect (self, expression, QD_YAML_MAP, "matchExpressions"))
    return FALSE;
  qd_policy_reader_know (self, expression, known);
  key = qd_policy_reader_get_string (self, expression, "key");
  if (key == NULL && qd_policy_node_is_null (qd_yaml_node_get (expression, "key")))
    qd_policy_reader_refuse (self, expression, "required", _("“%s” is missing"), "key");
  list = qd_policy_reader_get (self, expression, "values", QD_YAML_SEQ);
  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    {
      gboolean one;
      const char *value = read_value (self, qd_yaml_node_get_item (list, i), "values", &one);

      valid = valid && value && one;
      g_ptr_array_add (values, (char *) value);
    }
  if (!read_operator (self, expression, &operator) || key == NULL || !check_key (self, qd_yaml_node_get (expression, "key"), key) || !valid)
    return FALSE;
  wants_values = operator == QD_SELECTOR_IN || operator == QD_SELECTOR_NOT_IN;
  if (wants_values != (values->len > 0))
    {
      qd_policy_reader_refuse (self, list ? list : expression, "selector-values",
                               wants_values ? _("In and NotIn need values") : _("Exists and DoesNotExist take no values"));
      return FALSE;
    }
  qd_selector_add (selector, key, operator, (const char *const *) values->pdata, values->len);
  return TRUE;
}

QdSelector *
qd_policy_read_selector (QdPolicyReader *self, const QdYamlNode *map, const char *key)
{
  static const char *const known[] = { "matchLabels", "matchExpressions", NULL };
  const QdYamlNode *node = qd_yaml_node_get (map, key), *list;
  g_autoptr (QdSelector) selector = NULL;

  if (qd_policy_node_is_null (node))
    return NULL;
  selector = qd_selector_new ();
  if (qd_policy_reader_expect (self, node, QD_YAML_MAP, key))
    {
      qd_policy_reader_know (self, node, known);
      list = qd_policy_reader_get (self, node, "matchExpressions", QD_YAML_SEQ);
      selector->invalid = (!qd_policy_node_is_null (qd_yaml_node_get (node, "matchExpressions")) && list == NULL) ||
                          !read_match_labels (self, qd_policy_reader_get (self, node, "matchLabels", QD_YAML_MAP), selector) ||
                          (!qd_policy_node_is_null (qd_yaml_node_get (node, "matchLabels")) &&
                           qd_yaml_node_get_type (qd_yaml_node_get (node, "matchLabels")) != QD_YAML_MAP);
      for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
        if (!read_expression (self, qd_yaml_node_get_item (list, i), selector))
          selector->invalid = TRUE;
    }
  else
    selector->invalid = TRUE;
  qd_selector_finish (selector);
  return g_steal_pointer (&selector);
}
