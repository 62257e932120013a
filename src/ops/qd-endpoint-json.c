/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-endpoint-json.h"

#include "qd-json.h"

#define MAX_CONNECTIONS 256

typedef struct { const char *name; gsize offset; } Member;

/* What is kept. A secret is not in this table, and so never in the file. */
static const Member members[] = {
  { "id", G_STRUCT_OFFSET (QdEndpoint, id) },
  { "name", G_STRUCT_OFFSET (QdEndpoint, name) },
  { "driver", G_STRUCT_OFFSET (QdEndpoint, driver) },
  { "url", G_STRUCT_OFFSET (QdEndpoint, url) },
  { "environment", G_STRUCT_OFFSET (QdEndpoint, environment) },
  { "user", G_STRUCT_OFFSET (QdEndpoint, user) },
  { "ca_file", G_STRUCT_OFFSET (QdEndpoint, ca_file) },
  { "pinned_sha256", G_STRUCT_OFFSET (QdEndpoint, pinned_sha256) },
  { "monitor_url", G_STRUCT_OFFSET (QdEndpoint, monitor_url) },
  { "feeds", G_STRUCT_OFFSET (QdEndpoint, feeds) },
};

/**
 * qd_endpoints_to_json:
 * @endpoints: (element-type QdEndpoint): the endpoints
 *
 * Returns: (transfer full): a JSON array, without passwords and tokens
 */
char *
qd_endpoints_to_json (GPtrArray *endpoints)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      json_builder_begin_object (builder);
      for (guint m = 0; m < G_N_ELEMENTS (members); m++)
        {
          const char *text = G_STRUCT_MEMBER (char *, endpoint, members[m].offset);

          if (text == NULL)
            continue;
          json_builder_set_member_name (builder, members[m].name);
          json_builder_add_string_value (builder, text);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return qd_json_to_text (root, FALSE);
}

static QdEndpoint *
read_one (JsonObject *object)
{
  QdEndpoint *endpoint;

  if (object == NULL || qd_json_get_string (object, "id", NULL) == NULL ||
      qd_json_get_string (object, "url", NULL) == NULL)
    return NULL;
  endpoint = qd_endpoint_new (NULL, NULL, NULL, NULL);
  for (guint m = 0; m < G_N_ELEMENTS (members); m++)
    {
      char **place = &G_STRUCT_MEMBER (char *, endpoint, members[m].offset);
      const char *text = qd_json_get_string (object, members[m].name, *place);

      g_set_str (place, text);
    }
  return endpoint;
}

/**
 * qd_endpoints_from_json:
 * @text: (nullable): what qd_endpoints_to_json() wrote
 * @n_unreadable: (out): how many entries were not connections
 *
 * Returns: (transfer full) (element-type QdEndpoint): the endpoints; none when @text is damaged
 */
GPtrArray *
qd_endpoints_from_json (const char *text, guint *n_unreadable)
{
  GPtrArray *endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_endpoint_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "connections", &error) : NULL;
  JsonArray *array = qd_json_array (node);

  *n_unreadable = text && array == NULL;
  for (guint i = 0; array && i < MIN (json_array_get_length (array), MAX_CONNECTIONS); i++)
    {
      QdEndpoint *endpoint = read_one (qd_json_object (json_array_get_element (array, i)));

      if (endpoint)
        g_ptr_array_add (endpoints, endpoint);
      else
        (*n_unreadable)++;
    }
  if (error)
    g_warning ("The list of connections cannot be read: %s", error->message);
  return endpoints;
}
