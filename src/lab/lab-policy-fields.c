/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-policy-fields.h"

#include <gio/gio.h>

gboolean
lab_field_wrong (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: %s", path, text);
  return FALSE;
}

static JsonNode *
field (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
wrong_type (GError **error, const char *path, const char *name, const char *wanted)
{
  g_autofree char *where = g_strdup_printf ("%s/%s", path, name);

  return lab_field_wrong (error, where, "this must be %s", wanted);
}

static gboolean
is_value (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

gboolean
lab_field_text (JsonObject *object, const char *name, const char *path, const char **text, GError **error)
{
  JsonNode *node = field (object, name);

  *text = NULL;
  if (node == NULL)
    return TRUE;
  if (!is_value (node, G_TYPE_STRING))
    return wrong_type (error, path, name, "a text");
  *text = json_node_get_string (node);
  return TRUE;
}

gboolean
lab_field_number (JsonObject *object, const char *name, const char *path, gint64 *number, gboolean *given, GError **error)
{
  JsonNode *node = field (object, name);

  *number = 0;
  *given = node != NULL;
  if (node == NULL)
    return TRUE;
  if (!is_value (node, G_TYPE_INT64))
    return wrong_type (error, path, name, "a whole number");
  *number = json_node_get_int (node);
  return TRUE;
}

gboolean
lab_field_bool (JsonObject *object, const char *name, const char *path, gboolean *value, GError **error)
{
  JsonNode *node = field (object, name);

  *value = FALSE;
  if (node == NULL)
    return TRUE;
  if (!is_value (node, G_TYPE_BOOLEAN))
    return wrong_type (error, path, name, "true or false");
  *value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
lab_field_object (JsonObject *object, const char *name, const char *path, JsonObject **found, GError **error)
{
  JsonNode *node = field (object, name);

  *found = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return wrong_type (error, path, name, "an object");
  *found = json_node_get_object (node);
  return TRUE;
}

gboolean
lab_field_list (JsonObject *object, const char *name, const char *path, JsonArray **found, GError **error)
{
  JsonNode *node = field (object, name);

  *found = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong_type (error, path, name, "a list");
  *found = json_node_get_array (node);
  return TRUE;
}

JsonObject *
lab_element_object (JsonArray *array, guint i, const char *path, GError **error)
{
  JsonNode *node = json_array_get_element (array, i);

  if (JSON_NODE_HOLDS_NULL (node))
    return json_object_new ();
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_ref (json_node_get_object (node));
  lab_field_wrong (error, path, "this must be an object");
  return NULL;
}

const char *
lab_element_text (JsonArray *array, guint i, const char *path, GError **error)
{
  JsonNode *node = json_array_get_element (array, i);

  /* Null is the empty text, as in the API. */
  if (JSON_NODE_HOLDS_NULL (node))
    return "";
  if (is_value (node, G_TYPE_STRING))
    return json_node_get_string (node);
  lab_field_wrong (error, path, "this must be a text");
  return NULL;
}

/* --- Labels --- */

static void
clear_label (gpointer data)
{
  g_free (((LabLabel *) data)->key);
  g_free (((LabLabel *) data)->value);
}

GArray *
lab_labels_new (void)
{
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (LabLabel));

  g_array_set_clear_func (labels, clear_label);
  return labels;
}

void
lab_labels_set (GArray *labels, const char *key, const char *value)
{
  LabLabel label = { g_strdup (key), g_strdup (value) };

  for (guint i = 0; i < labels->len; i++)
    if (g_str_equal (g_array_index (labels, LabLabel, i).key, key))
      {
        g_array_remove_index (labels, i);
        break;
      }
  g_array_append_val (labels, label);
}

gboolean
lab_field_labels (JsonObject *object, const char *name, const char *path, GArray *labels, GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s/%s", path, name);
  JsonObject *found;
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (!lab_field_object (object, name, path, &found, error))
    return FALSE;
  if (found == NULL)
    return TRUE;
  json_object_iter_init (&iter, found);
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = JSON_NODE_HOLDS_NULL (value) ? "" : is_value (value, G_TYPE_STRING) ? json_node_get_string (value) : NULL;

      if (!lab_is_label_key (key))
        return lab_field_wrong (error, where, "\"%s\" is no key of a label", key);
      if (text == NULL)
        return lab_field_wrong (error, where, "the value of \"%s\" must be a text: put it in quotes", key);
      if (!lab_is_label_value (text))
        return lab_field_wrong (error, where, "\"%s\" is no value of a label", text);
      lab_labels_set (labels, key, text);
    }
  return TRUE;
}

/* --- Selectors --- */

static void
clear_expression (gpointer data)
{
  g_free (((LabExpression *) data)->key);
  g_ptr_array_unref (((LabExpression *) data)->values);
}

LabSelector *
lab_selector_new (void)
{
  LabSelector *selector = g_new (LabSelector, 1);

  selector->labels = lab_labels_new ();
  selector->expressions = g_array_new (FALSE, FALSE, sizeof (LabExpression));
  g_array_set_clear_func (selector->expressions, clear_expression);
  return selector;
}

void
lab_selector_free (LabSelector *selector)
{
  if (selector == NULL)
    return;
  g_array_unref (selector->labels);
  g_array_unref (selector->expressions);
  g_free (selector);
}

static gboolean
read_operator (const char *text, LabOperator *operator)
{
  static const char *const names[] = { "In", "NotIn", "Exists", "DoesNotExist" };

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      {
        *operator = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_values (JsonObject *object, const char *path, LabExpression *expression, GError **error)
{
  gboolean wanted = expression->operator == LAB_IN || expression->operator == LAB_NOT_IN;
  JsonArray *values;
  guint n;

  if (!lab_field_list (object, "values", path, &values, error))
    return FALSE;
  n = values != NULL ? json_array_get_length (values) : 0;
  if (wanted != (n > 0))
    return lab_field_wrong (error, path, "%s", wanted ? "In and NotIn need values" : "Exists and DoesNotExist have no values");
  for (guint i = 0; i < n; i++)
    {
      const char *value = lab_element_text (values, i, path, error);

      if (value == NULL)
        return FALSE;
      if (!lab_is_label_value (value))
        return lab_field_wrong (error, path, "\"%s\" is no value of a label", value);
      g_ptr_array_add (expression->values, g_strdup (value));
    }
  return TRUE;
}

static gboolean
read_expression (JsonObject *object, const char *path, LabSelector *selector, GError **error)
{
  LabExpression expression = { NULL, LAB_IN, g_ptr_array_new_with_free_func (g_free) };
  const char *key, *operator;

  g_array_append_val (selector->expressions, expression);
  if (!lab_field_text (object, "key", path, &key, error) || !lab_field_text (object, "operator", path, &operator, error))
    return FALSE;
  if (key == NULL || !lab_is_label_key (key))
    return lab_field_wrong (error, path, "an expression needs the key of a label");
  if (!read_operator (operator, &expression.operator))
    return lab_field_wrong (error, path, "the operator must be In, NotIn, Exists or DoesNotExist");
  expression.key = g_strdup (key);
  g_array_index (selector->expressions, LabExpression, selector->expressions->len - 1) = expression;
  return read_values (object, path, &expression, error);
}

static gboolean
fill_selector (JsonObject *object, const char *path, LabSelector *selector, GError **error)
{
  JsonArray *expressions;

  if (!lab_field_labels (object, "matchLabels", path, selector->labels, error) ||
      !lab_field_list (object, "matchExpressions", path, &expressions, error))
    return FALSE;
  for (guint i = 0; expressions != NULL && i < json_array_get_length (expressions); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/matchExpressions/%u", path, i);
      g_autoptr (JsonObject) expression = lab_element_object (expressions, i, where, error);

      if (expression == NULL || !read_expression (expression, where, selector, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lab_field_selector (JsonObject *object, const char *name, const char *path, LabSelector **selector, GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s/%s", path, name);
  JsonObject *found;

  *selector = NULL;
  if (!lab_field_object (object, name, path, &found, error))
    return FALSE;
  if (found == NULL)
    return TRUE;
  *selector = lab_selector_new ();
  if (fill_selector (found, where, *selector, error))
    return TRUE;
  g_clear_pointer (selector, lab_selector_free);
  return FALSE;
}

/* --- Names --- */

gboolean
lab_field_names (JsonObject *object, gboolean namespaced, const char **namespace, const char **name, GError **error)
{
  JsonObject *metadata;

  *namespace = NULL;
  if (!lab_field_object (object, "metadata", "", &metadata, error))
    return FALSE;
  if (metadata == NULL)
    return lab_field_wrong (error, "/metadata", "this is missing: an object needs a name");
  if (!lab_field_text (metadata, "name", "/metadata", name, error) ||
      (namespaced && !lab_field_text (metadata, "namespace", "/metadata", namespace, error)))
    return FALSE;
  if (*name == NULL || !lab_is_dns_name (*name, 253, TRUE))
    return lab_field_wrong (error, "/metadata/name", "a name is made of small letters, digits, - and .");
  if (namespaced && (*namespace == NULL || **namespace == '\0'))
    *namespace = "default";
  if (namespaced && !lab_is_dns_name (*namespace, 63, FALSE))
    return lab_field_wrong (error, "/metadata/namespace", "a namespace is made of small letters, digits and -");
  return TRUE;
}
