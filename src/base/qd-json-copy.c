/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"
#include "qd-json-copy.h"

static void
copy_member (JsonObject *object, const char *name, JsonNode *value, gpointer into)
{
  json_object_set_member (into, name, qd_json_copy (value));
}

static void
copy_element (JsonArray *array, guint nth, JsonNode *value, gpointer into)
{
  json_array_add_element (into, qd_json_copy (value));
}

JsonNode *
qd_json_copy (JsonNode *node)
{
  JsonNode *copy = json_node_new (json_node_get_node_type (node));
  GValue value = G_VALUE_INIT;

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      json_node_take_object (copy, json_object_new ());
      json_object_foreach_member (json_node_get_object (node), copy_member, json_node_get_object (copy));
      break;
    case JSON_NODE_ARRAY:
      json_node_take_array (copy, json_array_sized_new (json_array_get_length (json_node_get_array (node))));
      json_array_foreach_element (json_node_get_array (node), copy_element, json_node_get_array (copy));
      break;
    case JSON_NODE_VALUE:
      json_node_get_value (node, &value);
      json_node_set_value (copy, &value);
      g_value_unset (&value);
      break;
    case JSON_NODE_NULL:
    default:
      break;
    }
  return copy;
}
