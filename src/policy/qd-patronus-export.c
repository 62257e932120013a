/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-patronus-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-policy-schema.h"

/* From Kubernetes to Patronus. What is read here was found valid by the reader of policies before, so that members are of their types. */

#define MAX_LISTS 4

typedef struct {
  QdPatronusWork work;
  QdPatronusShape shape;
  GHashTable *unknown;   /* nodes of keys that are no fields; their findings are made */
} Export;

#define lose(self, node, code, ...) qd_patronus_say (&(self)->work, QD_POLICY_WARNING, (node), (code), __VA_ARGS__)
#define tell(self, node, code, ...) qd_patronus_say (&(self)->work, QD_POLICY_NOTE, (node), (code), __VA_ARGS__)

static gboolean
is_response (Export *self)
{
  return self->shape == QD_PATRONUS_RESPONSE;
}

static const char *
text_of (const QdYamlNode *map, const char *key)
{
  return qd_yaml_node_get_string (qd_yaml_node_get (map, key));
}

/* --- Selectors -------------------------------------------------------------------------------------------------------- */

static void
write_values (const QdYamlNode *expression, JsonObject *made)
{
  const QdYamlNode *list = qd_yaml_node_get (expression, "values");
  JsonArray *values = qd_patronus_add_array (made, "values");

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const char *value = qd_yaml_node_get_string (qd_yaml_node_get_item (list, i));

      json_array_add_string_element (values, value ? value : "");
    }
}

/* Into the member @name of @into; what is not there selects all. */
static void
write_selector (const QdYamlNode *map, JsonObject *into, const char *name)
{
  JsonObject *selector = qd_patronus_add_object (into, name), *labels = qd_patronus_add_object (selector, "match_labels");
  JsonArray *expressions = qd_patronus_add_array (selector, "match_expressions");
  const QdYamlNode *pairs = qd_yaml_node_get (map, "matchLabels"), *list = qd_yaml_node_get (map, "matchExpressions");

  for (guint i = 0; i < qd_yaml_node_get_length (pairs); i++)
    qd_patronus_set_text (labels, qd_yaml_node_get_string (qd_yaml_node_get_key (pairs, i)), qd_yaml_node_get_string (qd_yaml_node_get_value (pairs, i)));
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i);
      JsonObject *made = json_object_new ();

      qd_patronus_set_text (made, "key", text_of (node, "key"));
      qd_patronus_set_text (made, "operator", text_of (node, "operator"));
      write_values (node, made);
      json_array_add_object_element (expressions, made);
    }
}

/* The name of the one namespace that a selector means by its name; NULL: it is no such selector. */
static const char *
find_namespace (const QdYamlNode *selector)
{
  const QdYamlNode *labels = qd_yaml_node_get (selector, "matchLabels");
  const char *name;

  if (qd_yaml_node_get_length (labels) != 1 || qd_yaml_node_get_length (qd_yaml_node_get (selector, "matchExpressions")) > 0)
    return NULL;
  name = text_of (labels, QD_PATRONUS_NAMESPACE_LABEL);
  return name && *name ? name : NULL;
}

/* --- Peers ------------------------------------------------------------------------------------------------------------- */

static void
write_block (Export *self, const QdYamlNode *block, JsonObject *peer)
{
  JsonObject *made = is_response (self) ? peer : qd_patronus_add_object (peer, "ip_block");
  const QdYamlNode *list = qd_yaml_node_get (block, "except");
  JsonArray *excepts;

  if (is_response (self))
    qd_patronus_set_text (peer, "type", "ipBlock");
  qd_patronus_set_text (made, "cidr", text_of (block, "cidr"));
  excepts = qd_patronus_add_array (made, "except");
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    json_array_add_string_element (excepts, qd_yaml_node_get_string (qd_yaml_node_get_item (list, i)));
}

/* FALSE: Patronus has no such peer, which was said. */
static gboolean
write_pods (Export *self, const QdYamlNode *node, JsonObject *peer)
{
  const QdYamlNode *pods = qd_yaml_node_get (node, "podSelector"), *namespaces = qd_yaml_node_get (node, "namespaceSelector");
  gboolean both = !qd_policy_node_is_null (pods) && !qd_policy_node_is_null (namespaces);
  const char *name = both ? find_namespace (namespaces) : NULL;

  if (!is_response (self) && !qd_policy_node_is_null (namespaces))
    {
      if (both)
        lose (self, namespaces, "namespace-selector", _("Patronus would drop the namespaceSelector and let in pods of other namespaces: the peer is left out"));
      else
        lose (self, namespaces, "namespace-selector", _("Patronus refuses a peer with a namespaceSelector alone: the peer is left out"));
      return FALSE;
    }
  if (both && name == NULL)
    {
      lose (self, namespaces, "namespace-selector", _("Patronus knows a namespace beside a podSelector by its name alone: the peer is left out"));
      return FALSE;
    }
  if (!is_response (self))
    write_selector (pods, peer, "pod_selector");
  else if (qd_policy_node_is_null (pods))
    {
      qd_patronus_set_text (peer, "type", "namespaceSelector");
      write_selector (namespaces, peer, "selector");
    }
  else
    {
      qd_patronus_set_text (peer, "type", "podSelector");
      if (name)
        qd_patronus_set_text (peer, "namespace", name);
      else
        json_object_set_null_member (peer, "namespace");
      write_selector (pods, peer, "selector");
    }
  return TRUE;
}

/* FALSE: none of the peers is left, and the rule must not mean everyone. */
static gboolean
write_peers (Export *self, const QdYamlNode *rule, const char *name, JsonObject *made)
{
  const QdYamlNode *list = qd_yaml_node_get (rule, name);
  JsonArray *peers = qd_patronus_add_array (made, name);

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i), *block = qd_yaml_node_get (node, "ipBlock");
      JsonObject *peer = json_object_new ();

      if (!qd_policy_node_is_null (block))
        write_block (self, block, peer);
      else if (!write_pods (self, node, peer))
        {
          json_object_unref (peer);
          continue;
        }
      json_array_add_object_element (peers, peer);
    }
  return qd_yaml_node_get_length (list) == 0 || json_array_get_length (peers) > 0;
}

/* --- Ports ------------------------------------------------------------------------------------------------------------- */

static void
write_ports (Export *self, const QdYamlNode *rule, JsonObject *made)
{
  const QdYamlNode *list = qd_yaml_node_get (rule, "ports");
  JsonArray *ports = qd_patronus_add_array (made, "ports");

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i), *end = qd_yaml_node_get (node, "endPort");
      const char *protocol = text_of (node, "protocol"), *name = text_of (node, "port");
      JsonObject *port = json_object_new ();
      gint64 number = 0, last = 0;

      qd_patronus_set_text (port, "protocol", protocol ? protocol : "TCP");
      if (name)
        qd_patronus_set_text (port, "port", name);
      else if (qd_yaml_node_get_int (qd_yaml_node_get (node, "port"), &number))
        json_object_set_int_member (port, "port", number);
      else
        {
          /* Every port: a number is what it takes without doubt. */
          json_object_set_int_member (port, "port", 1);
          last = 65535;
        }
      if (qd_yaml_node_get_int (end, &last) || last)
        json_object_set_int_member (port, "end_port", last);
      else
        json_object_set_null_member (port, "end_port");
      if (name)
        tell (self, qd_yaml_node_get (node, "port"), "named-port", _("Patronus looks a port's name up among well-known services, and not among a pod's ports"));
      json_array_add_object_element (ports, port);
    }
}

/* --- Policies ---------------------------------------------------------------------------------------------------------- */

static void
write_rules (Export *self, const QdYamlNode *spec, const char *name, const char *peers_name, JsonArray *rules)
{
  const QdYamlNode *list = qd_yaml_node_get (spec, name);

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i);
      JsonObject *rule = json_object_new ();

      if (write_peers (self, node, peers_name, rule))
        {
          write_ports (self, node, rule);
          json_array_add_object_element (rules, rule);
          continue;
        }
      lose (self, node, "rule", _("none of its peers is left, and without peers a rule means everyone: the rule is left out"));
      json_object_unref (rule);
    }
}

/* As the API fills them in: Ingress always, Egress where there are rules of it. */
static void
write_types (const QdYamlNode *spec, JsonObject *into)
{
  const QdYamlNode *list = qd_yaml_node_get (spec, "policyTypes");
  JsonArray *types = qd_patronus_add_array (into, "policy_types");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const char *type = qd_yaml_node_get_string (qd_yaml_node_get_item (list, i));

      if (type && g_hash_table_add (seen, (gpointer) type))
        json_array_add_string_element (types, type);
    }
  if (qd_yaml_node_get_length (list) > 0)
    return;
  json_array_add_string_element (types, "Ingress");
  if (qd_yaml_node_get_length (qd_yaml_node_get (spec, "egress")) > 0)
    json_array_add_string_element (types, "Egress");
}

/* What an annotation of ours says; NULL: nothing. */
static const char *
annotation (const QdYamlNode *metadata, const char *name)
{
  g_autofree char *key = g_strconcat (QD_PATRONUS_PREFIX, name, NULL);

  return text_of (qd_yaml_node_get (metadata, "annotations"), key);
}

static gint64
get_priority (Export *self, const QdYamlNode *metadata)
{
  const char *text = annotation (metadata, "priority");
  guint64 number = QD_PATRONUS_PRIORITY;

  if (text && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    lose (self, qd_yaml_node_get (metadata, "annotations"), "priority", _("“%s” is no priority: a whole number from 0 to %u"), text, G_MAXUINT32);
  return (gint64) number;
}

static gboolean
get_enabled (Export *self, const QdYamlNode *metadata)
{
  const char *text = annotation (metadata, "enabled");

  if (text && !g_str_equal (text, "true") && !g_str_equal (text, "false"))
    lose (self, qd_yaml_node_get (metadata, "annotations"), "enabled", _("“%s” is neither true nor false: the policy is switched on"), text);
  return g_strcmp0 (text, "false") != 0;
}

/* Labels and annotations of others, and the rest of the metadata. What the server itself wrote there is no loss. */
static void
say_metadata (Export *self, const QdYamlNode *metadata)
{
  static const char *const kept[] = { "name", "namespace", "labels", "annotations", NULL };
  static const char *const servers[] = { "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields",
                                         "selfLink", NULL };
  static const char *const maps[] = { "labels", "annotations" };

  for (guint m = 0; m < G_N_ELEMENTS (maps); m++)
    {
      const QdYamlNode *map = qd_yaml_node_get (metadata, maps[m]);

      for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
        if (m == 0 || !g_str_has_prefix (qd_yaml_node_get_string (qd_yaml_node_get_key (map, i)), QD_PATRONUS_PREFIX))
          lose (self, qd_yaml_node_get_key (map, i), maps[m], m == 0 ? _("Patronus keeps no labels of a policy") : _("Patronus keeps no annotations"));
    }
  for (guint i = 0; i < qd_yaml_node_get_length (metadata); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (metadata, i);
      const char *name = qd_yaml_node_get_string (key);

      if (g_hash_table_contains (self->unknown, key) || g_strv_contains (kept, name) || qd_policy_node_is_null (qd_yaml_node_get_value (metadata, i)))
        continue;
      if (g_strv_contains (servers, name))
        tell (self, key, "server", _("the server wrote this; it is left out"));
      else
        lose (self, key, "metadata", _("Patronus has no “%s”"), name);
    }
}

/* The name that it came with, where it was not renamed since; else NULL. */
static const char *
get_first (const QdYamlNode *metadata, const char *which, const char *now)
{
  const char *first = annotation (metadata, which);
  g_autofree char *made = first ? qd_patronus_make_name (first, g_str_equal (which, "namespace")) : NULL;

  return made && g_str_has_prefix (now, made) ? first : NULL;
}

static const char *
get_name (const QdYamlNode *metadata)
{
  const char *name = text_of (metadata, "name"), *first = get_first (metadata, "name", name ? name : "");

  return first ? first : name ? name : "";
}

static const char *
get_namespace (const QdYamlNode *metadata)
{
  const char *written = text_of (metadata, "namespace"), *namespace = written && *written ? written : "default";
  const char *first = get_first (metadata, "namespace", namespace);

  return first ? first : namespace;
}

static void
write_policy (Export *self, const QdYamlNode *object)
{
  const QdYamlNode *metadata = qd_yaml_node_get (object, "metadata"), *spec = qd_yaml_node_get (object, "spec"), *status = qd_yaml_node_get (object, "status");
  const char *id = annotation (metadata, "id");
  JsonObject *made = json_object_new (), *body;
  gint64 priority = get_priority (self, metadata);
  gboolean enabled = get_enabled (self, metadata);

  if (is_response (self) && id)
    qd_patronus_set_text (made, "id", id);
  qd_patronus_set_text (made, "name", get_name (metadata));
  qd_patronus_set_text (made, "namespace", get_namespace (metadata));
  body = is_response (self) ? made : qd_patronus_add_object (made, "spec");
  write_selector (qd_yaml_node_get (spec, "podSelector"), body, "pod_selector");
  write_types (spec, body);
  write_rules (self, spec, "ingress", "from", qd_patronus_add_array (body, is_response (self) ? "ingress_rules" : "ingress"));
  write_rules (self, spec, "egress", "to", qd_patronus_add_array (body, is_response (self) ? "egress_rules" : "egress"));
  json_object_set_boolean_member (body, "enabled", enabled);
  json_object_set_int_member (body, "priority", priority);
  if (!is_response (self) && id)
    tell (self, qd_yaml_node_get (metadata, "annotations"), "id", _("the id “%s” goes into the address of a PUT, not into what is sent"), id);
  if (!qd_policy_node_is_null (status))
    tell (self, status, "server", _("the server wrote this; it is left out"));
  say_metadata (self, metadata);
  g_ptr_array_add (self->work.conversion->objects, qd_patronus_wrap (made));
}

/* --- Documents --------------------------------------------------------------------------------------------------------- */

/* There are policies of that kind's name in other groups, which say it all otherwise. */
static gboolean
is_network_policy (const char *kind, const char *api_version)
{
  return g_str_equal (kind, "NetworkPolicy") &&
         (api_version == NULL || g_str_has_prefix (api_version, "networking.k8s.io/") || g_str_has_prefix (api_version, "extensions/"));
}

static void
write_node (Export *self, const QdYamlNode *object, const char *list_kind, const char *list_version, guint depth)
{
  static const char *const admin[] = { "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", NULL };
  const char *kind = qd_yaml_node_get (object, "kind") ? text_of (object, "kind") : list_kind;
  const char *api_version = qd_yaml_node_get (object, "apiVersion") ? text_of (object, "apiVersion") : list_version;
  const QdYamlNode *items = qd_yaml_node_get (object, "items");
  g_autofree char *item_kind = NULL;

  if (kind == NULL || depth > MAX_LISTS)
    {
      if (!qd_policy_node_is_null (object))
        tell (self, object, "passed-over", _("this is passed over: it has no kind, and is no object of Kubernetes"));
      return;
    }
  if (g_str_has_suffix (kind, "List") && qd_yaml_node_get_type (items) == QD_YAML_SEQ)
    {
      item_kind = g_str_equal (kind, "List") ? NULL : g_strndup (kind, strlen (kind) - strlen ("List"));
      self->work.conversion->list = TRUE;
      for (guint i = 0; i < qd_yaml_node_get_length (items); i++)
        write_node (self, qd_yaml_node_get_item (items, i), item_kind, item_kind ? api_version : NULL, depth + 1);
    }
  else if (is_network_policy (kind, api_version))
    write_policy (self, object);
  else if (g_strv_contains (admin, kind))
    lose (self, object, "admin-kind", _("Patronus has no %s: it allows, and cannot deny or pass"), kind);
  else
    tell (self, object, "passed-over", _("%s is passed over: it does not say who may talk to whom"), kind);
}

/* Errors of the API's own validation, and fields that it drops. FALSE: it refuses something. */
static gboolean
check (Export *self, QdYamlFile *file)
{
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new (&file, 1, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  GPtrArray *read = qd_policy_world_get_findings (world);

  for (guint i = 0; i < read->len; i++)
    if (((const QdPolicyFinding *) g_ptr_array_index (read, i))->severity == QD_POLICY_ERROR)
      qd_patronus_take (&self->work, QD_POLICY_ERROR, g_ptr_array_index (read, i));
  qd_policy_schema_check (file, found);
  for (guint i = 0; i < found->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (found, i);

      if (!g_str_equal (finding->code, "unknown-field"))
        continue;
      qd_patronus_take (&self->work, QD_POLICY_WARNING, finding);
      g_hash_table_add (self->unknown, (gpointer) finding->place.node);
    }
  return !qd_policy_world_is_invalid (world);
}

QdPatronusConversion *
qd_patronus_export (QdYamlFile *file, QdPatronusShape shape)
{
  Export self = { .shape = shape, .unknown = g_hash_table_new (NULL, NULL) };
  QdPatronusConversion *conversion;
  gboolean valid;

  g_return_val_if_fail (shape != QD_PATRONUS_NONE, NULL);
  qd_patronus_work_begin (&self.work, file);
  conversion = self.work.conversion;
  valid = check (&self, file);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file) && valid; i++)
    write_node (&self, qd_yaml_file_get_document (file, i), NULL, NULL, 0);
  conversion->list |= conversion->objects->len > 1;
  qd_patronus_say_comments (&self.work);
  if (conversion->objects->len)
    qd_patronus_say_difference (&self.work);
  g_hash_table_unref (self.unknown);
  return qd_patronus_work_end (&self.work);
}
