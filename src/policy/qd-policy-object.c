/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-object.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-yaml-edit.h"

/* What servers add to an object, and what they say of it. */
static const char *const server_members[] = { "status", "id", "revision", "enabled", "reason", NULL };
static const char *const server_metadata[] = { "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation",
                                               "managedFields", "resourceVersion", "selfLink", "uid", NULL };
static const char *const server_annotations[] = { "kubectl.kubernetes.io/last-applied-configuration", NULL };

static const struct { const char *kind, *group; gboolean namespaced; } kinds[] = {
  { "NetworkPolicy", "networking.k8s.io/", TRUE },
  { "AdminNetworkPolicy", "policy.networking.k8s.io/", FALSE },
  { "BaselineAdminNetworkPolicy", "policy.networking.k8s.io/", FALSE },
  { "ClusterNetworkPolicy", "policy.networking.k8s.io/", FALSE },
};

static gboolean
is_namespaced (JsonObject *object)
{
  return strcmp (qd_json_get_string (object, "kind", ""), "NetworkPolicy") == 0;
}

char *
qd_policy_object_dup_key (JsonNode *node)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *metadata = object ? qd_json_get_object (object, "metadata") : NULL;
  const char *kind = object ? qd_json_get_string (object, "kind", "") : "";
  const char *api = object ? qd_json_get_string (object, "apiVersion", "") : "";
  const char *name = metadata ? qd_json_get_string (metadata, "name", "") : "";
  const char *namespace = metadata ? qd_json_get_string (metadata, "namespace", "default") : "default";

  for (guint i = 0; *name && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind) && g_str_has_prefix (api, kinds[i].group))
      return kinds[i].namespaced ? g_strdup_printf ("%s %s/%s", kind, *namespace ? namespace : "default", name)
                                 : g_strdup_printf ("%s %s", kind, name);
  return NULL;
}

/* --- Copying ------------------------------------------------------------------------------------------------ */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
sorted_names (JsonObject *object)
{
  GPtrArray *names = g_ptr_array_new ();
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, (char *) name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* A number that has no fraction is the same however it is written. */
static JsonNode *
copy_scalar (JsonNode *node)
{
  double number;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_DOUBLE)
    return json_node_copy (node);
  number = json_node_get_double (node);
  if (floor (number) != number || fabs (number) > 9007199254740992.0)
    return json_node_copy (node);
  return json_node_init_int (json_node_alloc (), (gint64) number);
}

static JsonNode *
copy_sorted (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *from = json_node_get_object (node);
      g_autoptr (JsonObject) to = json_object_new ();
      g_autoptr (GPtrArray) names = sorted_names (from);

      for (guint i = 0; i < names->len; i++)
        {
          JsonNode *value = json_object_get_member (from, g_ptr_array_index (names, i));

          if (!JSON_NODE_HOLDS_NULL (value))
            json_object_set_member (to, g_ptr_array_index (names, i), copy_sorted (value));
        }
      return json_node_init_object (json_node_alloc (), to);
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *from = json_node_get_array (node);
      g_autoptr (JsonArray) to = json_array_new ();

      for (guint i = 0; i < json_array_get_length (from); i++)
        json_array_add_element (to, copy_sorted (json_array_get_element (from, i)));
      return json_node_init_array (json_node_alloc (), to);
    }
  return copy_scalar (node);
}

static void
remove_members (JsonObject *object, const char *const *names)
{
  for (guint i = 0; names[i]; i++)
    if (json_object_has_member (object, names[i]))
      json_object_remove_member (object, names[i]);
}

/* An empty one says as much as none. */
static void
remove_empty (JsonObject *object, const char *name)
{
  JsonObject *inner = qd_json_get_object (object, name);

  if (inner && json_object_get_size (inner) == 0)
    json_object_remove_member (object, name);
}

JsonNode *
qd_policy_object_strip (JsonNode *node)
{
  JsonNode *copy, *sorted;
  JsonObject *object, *metadata, *annotations;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  copy = copy_sorted (node);
  object = json_node_get_object (copy);
  remove_members (object, server_members);
  metadata = qd_json_get_object (object, "metadata");
  if (metadata == NULL)
    return copy;
  remove_members (metadata, server_metadata);
  annotations = qd_json_get_object (metadata, "annotations");
  if (annotations)
    remove_members (annotations, server_annotations);
  remove_empty (metadata, "annotations");
  remove_empty (metadata, "labels");
  if (!is_namespaced (object) || *qd_json_get_string (metadata, "namespace", "") != '\0')
    return copy;
  json_object_set_string_member (metadata, "namespace", "default");
  sorted = copy_sorted (copy);
  json_node_unref (copy);
  return sorted;
}

/* --- What a server does not keep --------------------------------------------------------------------------------- */

static void
copy_member (JsonObject *from, const char *name, JsonObject *to)
{
  JsonNode *value = from ? json_object_get_member (from, name) : NULL;

  if (value)
    json_object_set_member (to, name, json_node_copy (value));
  else if (json_object_has_member (to, name))
    json_object_remove_member (to, name);
}

JsonNode *
qd_policy_object_lend (JsonNode *node, JsonNode *model, const char *const *keeps)
{
  static const char *const own[] = { "name", "namespace" };
  g_autoptr (JsonNode) copy = qd_policy_object_strip (node), other = keeps && model ? qd_policy_object_strip (model) : NULL;
  JsonObject *object = copy ? json_node_get_object (copy) : NULL;
  JsonObject *metadata = object ? qd_json_get_object (object, "metadata") : NULL;
  JsonObject *lent = other ? qd_json_get_object (json_node_get_object (other), "metadata") : NULL, *annotations;

  if (metadata == NULL || lent == NULL)
    return g_steal_pointer (&copy);
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    copy_member (metadata, own[i], lent);
  if (qd_json_get_object (lent, "annotations") == NULL)
    json_object_set_object_member (lent, "annotations", json_object_new ());
  annotations = json_object_get_object_member (lent, "annotations");
  for (guint i = 0; keeps[i]; i++)
    copy_member (qd_json_get_object (metadata, "annotations"), keeps[i], annotations);
  json_object_set_object_member (object, "metadata", json_object_ref (lent));
  return qd_policy_object_strip (copy);
}

/* --- What the API fills in ------------------------------------------------------------------------------------ */

static void
set_protocol (JsonObject *port)
{
  if (!json_object_has_member (port, "protocol"))
    json_object_set_string_member (port, "protocol", "TCP");
}

static void
complete_port (JsonObject *port, gboolean network)
{
  static const char *const forms[] = { "portNumber", "portRange" };

  if (network)
    set_protocol (port);
  for (guint i = 0; !network && i < G_N_ELEMENTS (forms); i++)
    if (qd_json_get_object (port, forms[i]))
      set_protocol (qd_json_get_object (port, forms[i]));
}

static void
complete_rules (JsonObject *spec, const char *direction, gboolean network)
{
  JsonArray *rules = qd_json_get_array (spec, direction);

  for (guint i = 0; rules && i < json_array_get_length (rules); i++)
    {
      JsonObject *rule = qd_json_object (json_array_get_element (rules, i));
      JsonArray *ports = rule ? qd_json_get_array (rule, "ports") : NULL;

      for (guint p = 0; ports && p < json_array_get_length (ports); p++)
        {
          JsonObject *port = qd_json_object (json_array_get_element (ports, p));

          if (port)
            complete_port (port, network);
        }
    }
}

/* Which of the two it isolates; the order in which they are written does not count. */
static void
complete_types (JsonObject *spec)
{
  static const char *const words[] = { "Egress", "Ingress" };
  JsonArray *types = qd_json_get_array (spec, "policyTypes"), *egress = qd_json_get_array (spec, "egress");
  g_autoptr (JsonArray) all = json_array_new ();
  gboolean has[G_N_ELEMENTS (words)] = { egress && json_array_get_length (egress) > 0, TRUE };
  guint known = 0;

  for (guint w = 0; types && json_array_get_length (types) > 0 && w < G_N_ELEMENTS (words); w++)
    {
      has[w] = FALSE;
      for (guint i = 0; i < json_array_get_length (types); i++)
        {
          JsonNode *type = json_array_get_element (types, i);
          gboolean same = JSON_NODE_HOLDS_VALUE (type) && g_strcmp0 (json_node_get_string (type), words[w]) == 0;

          known += same;
          has[w] |= same;
        }
    }
  /* What is not understood is compared as it is written. */
  if (types && known != json_array_get_length (types))
    return;
  for (guint w = 0; w < G_N_ELEMENTS (words); w++)
    if (has[w])
      json_array_add_string_element (all, words[w]);
  json_object_set_array_member (spec, "policyTypes", g_steal_pointer (&all));
}

/* In a NetworkPolicy a list that is empty says what none says, and so does a selector's empty map of labels: the API leaves them out. An empty
 * selector is another thing than none. */
static void
remove_empty_lists (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      remove_empty_lists (json_array_get_element (json_node_get_array (node), i));
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GPtrArray) names = sorted_names (object);

      for (guint i = 0; i < names->len; i++)
        {
          const char *name = g_ptr_array_index (names, i);
          JsonNode *value = json_object_get_member (object, name);

          remove_empty_lists (value);
          if (JSON_NODE_HOLDS_ARRAY (value) ? json_array_get_length (json_node_get_array (value)) == 0
                                            : g_str_equal (name, "matchLabels") && JSON_NODE_HOLDS_OBJECT (value) && json_object_get_size (json_node_get_object (value)) == 0)
            json_object_remove_member (object, name);
        }
    }
}

/* One text for all objects that say the same. */
static char *
normal_text (JsonNode *node)
{
  g_autoptr (JsonNode) copy = qd_policy_object_strip (node), sorted = NULL;
  JsonObject *object = copy ? json_node_get_object (copy) : NULL;
  JsonObject *spec = object ? qd_json_get_object (object, "spec") : NULL;

  if (object == NULL)
    return NULL;
  if (spec)
    {
      gboolean network = is_namespaced (object);

      complete_rules (spec, "ingress", network);
      complete_rules (spec, "egress", network);
      if (network)
        {
          complete_types (spec);
          remove_empty_lists (json_object_get_member (object, "spec"));
        }
    }
  sorted = copy_sorted (copy);
  return qd_json_to_text (sorted, FALSE);
}

gboolean
qd_policy_object_equal (JsonNode *a, JsonNode *b)
{
  g_autofree char *one = NULL, *other = NULL;

  if (a == b || a == NULL || b == NULL)
    return a == b;
  one = normal_text (a);
  other = normal_text (b);
  return g_strcmp0 (one, other) == 0;
}

/* --- Texts -------------------------------------------------------------------------------------------------------- */

GBytes *
qd_policy_object_to_text (JsonNode *object)
{
  g_autoptr (JsonNode) stripped = qd_policy_object_strip (object);
  char *text;

  g_return_val_if_fail (stripped != NULL, NULL);
  text = qd_yaml_write (stripped);
  return g_bytes_new_take (text, strlen (text));
}

JsonNode *
qd_policy_object_from_text (const char *name, GBytes *text, GError **error)
{
  g_autoptr (QdYamlFile) file = qd_yaml_file_new (name, text, error);
  const QdYamlNode *document;

  if (file == NULL)
    return NULL;
  document = qd_yaml_file_get_document (file, 0);
  if (qd_yaml_file_get_n_documents (file) != 1 || qd_yaml_node_get_type (document) != QD_YAML_MAP)
    {
      g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_SYNTAX, _("%s: there must be one policy, and nothing else"), name);
      return NULL;
    }
  return qd_yaml_node_to_json (document);
}
