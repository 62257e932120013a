/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-patronus-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* From Patronus to Kubernetes. A server fills in what a request leaves out, drops what it does not know and takes an unreadable selector for an
 * empty one, which matches everything: what is written is then not what is in force, and here it is an error. */

typedef struct {
  QdPatronusWork work;
  QdPatronusShape shape;    /* of the policy that is read */
  GHashTable *names;        /* "namespace/name" that are given out */
} Import;

#define refuse(self, node, code, ...) qd_patronus_say (&(self)->work, QD_POLICY_ERROR, (node), (code), __VA_ARGS__)
#define lose(self, node, code, ...) qd_patronus_say (&(self)->work, QD_POLICY_WARNING, (node), (code), __VA_ARGS__)
#define tell(self, node, code, ...) qd_patronus_say (&(self)->work, QD_POLICY_NOTE, (node), (code), __VA_ARGS__)

/* --- Members ------------------------------------------------------------------------------------------------------- */

/* A member of that type; NULL where it is not there or null, and, after saying so, where it is something else. */
static const QdYamlNode *
member (Import *self, const QdYamlNode *map, const char *key, QdYamlType type)
{
  const QdYamlNode *node = qd_yaml_node_get (map, key);

  if (qd_policy_node_is_null (node))
    return NULL;
  if (qd_yaml_node_get_type (node) == type)
    return node;
  refuse (self, node, "type", _("“%s” must be %s, not %s"), key, qd_yaml_type_get_name (type), qd_yaml_type_get_name (qd_yaml_node_get_type (node)));
  return NULL;
}

static const QdYamlNode *
required (Import *self, const QdYamlNode *map, const char *key, QdYamlType type)
{
  if (qd_policy_node_is_null (qd_yaml_node_get (map, key)))
    refuse (self, map, "required", _("“%s” is missing"), key);
  return member (self, map, key, type);
}

static void
know (Import *self, const QdYamlNode *map, const char *const *keys)
{
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    if (!g_strv_contains (keys, qd_yaml_node_get_string (qd_yaml_node_get_key (map, i))))
      lose (self, qd_yaml_node_get_key (map, i), "unknown-field", _("“%s” is no field of this, and has no effect"),
            qd_yaml_node_get_string (qd_yaml_node_get_key (map, i)));
}

/* --- Selectors ------------------------------------------------------------------------------------------------------- */

/* "matchLabels", or a selector in a selector: the server reads an empty one, which matches everything. */
static gboolean
is_selector (Import *self, const QdYamlNode *map)
{
  static const char *const known[] = { "match_labels", "match_expressions", NULL };
  gboolean good = TRUE;

  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (map, i);

      if (g_strv_contains (known, qd_yaml_node_get_string (key)))
        continue;
      refuse (self, key, "empty-selector", _("Patronus does not read “%s” here, and without it the selector matches more than it says: match_labels and "
                                             "match_expressions are what it reads"), qd_yaml_node_get_string (key));
      good = FALSE;
    }
  return good;
}

static void
read_labels (Import *self, const QdYamlNode *map, JsonObject *selector)
{
  JsonObject *labels = qd_yaml_node_get_length (map) ? qd_patronus_add_object (selector, "matchLabels") : NULL;

  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (map, i), *value = qd_yaml_node_get_value (map, i);
      const char *text = qd_yaml_node_get_string (value);

      if (!qd_policy_is_label_key (qd_yaml_node_get_string (key)))
        refuse (self, key, "label-key", _("“%s” is no label key in Kubernetes"), qd_yaml_node_get_string (key));
      else if (text == NULL || !qd_policy_is_label_value (text))
        refuse (self, value, "label-value", _("this is no value of a label in Kubernetes: a string of at most 63 letters, digits and -_. that begins and ends with a "
                                              "letter or digit"));
      else
        qd_patronus_set_text (labels, qd_yaml_node_get_string (key), text);
    }
}

static gboolean
read_values (Import *self, const QdYamlNode *expression, gboolean wanted, JsonObject *made)
{
  const QdYamlNode *list = required (self, expression, "values", QD_YAML_SEQ);
  guint n = qd_yaml_node_get_length (list);
  JsonArray *values;

  if (list == NULL)
    return FALSE;
  if (wanted != (n > 0))
    {
      if (wanted)
        refuse (self, list, "values", _("In and NotIn need values"));
      else
        lose (self, list, "values", _("Exists and DoesNotExist have no values in Kubernetes, and no use for them here"));
      return !wanted;
    }
  values = wanted ? qd_patronus_add_array (made, "values") : NULL;
  for (guint i = 0; i < n; i++)
    {
      const char *text = qd_yaml_node_get_string (qd_yaml_node_get_item (list, i));

      if (text && qd_policy_is_label_value (text))
        json_array_add_string_element (values, text);
      else
        refuse (self, qd_yaml_node_get_item (list, i), "label-value", _("this is no value of a label in Kubernetes: a string of at most 63 letters, digits and -_. that "
                                                                        "begins and ends with a letter or digit"));
    }
  return TRUE;
}

static void
read_expression (Import *self, const QdYamlNode *node, JsonArray *expressions)
{
  static const char *const known[] = { "key", "operator", "values", NULL };
  static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist", NULL };
  const char *key, *operator;
  JsonObject *made;

  if (qd_yaml_node_get_type (node) != QD_YAML_MAP)
    {
      refuse (self, node, "type", _("“%s” must be %s, not %s"), "match_expressions", qd_yaml_type_get_name (QD_YAML_MAP),
              qd_yaml_type_get_name (qd_yaml_node_get_type (node)));
      return;
    }
  know (self, node, known);
  key = qd_yaml_node_get_string (required (self, node, "key", QD_YAML_STRING));
  operator = qd_yaml_node_get_string (required (self, node, "operator", QD_YAML_STRING));
  if (key && !qd_policy_is_label_key (key))
    refuse (self, qd_yaml_node_get (node, "key"), "label-key", _("“%s” is no label key in Kubernetes"), key);
  if (operator && !g_strv_contains (operators, operator))
    refuse (self, qd_yaml_node_get (node, "operator"), "operator", _("“%s” is no operator: In, NotIn, Exists and DoesNotExist are"), operator);
  if (key == NULL || operator == NULL)
    return;
  made = json_object_new ();
  qd_patronus_set_text (made, "key", key);
  qd_patronus_set_text (made, "operator", operator);
  read_values (self, node, g_str_equal (operator, "In") || g_str_equal (operator, "NotIn"), made);
  json_array_add_object_element (expressions, made);
}

/* Into the member @name of @into. */
static void
read_selector (Import *self, const QdYamlNode *map, JsonObject *into, const char *name)
{
  JsonObject *selector = qd_patronus_add_object (into, name);
  const QdYamlNode *list;
  JsonArray *expressions;

  if (map == NULL || !is_selector (self, map))
    return;
  read_labels (self, member (self, map, "match_labels", QD_YAML_MAP), selector);
  list = member (self, map, "match_expressions", QD_YAML_SEQ);
  expressions = qd_yaml_node_get_length (list) ? qd_patronus_add_array (selector, "matchExpressions") : NULL;
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    read_expression (self, qd_yaml_node_get_item (list, i), expressions);
}

/* --- Peers ------------------------------------------------------------------------------------------------------------ */

/* A block; Patronus takes a single address for one, too. NULL: it is none, which was said. (transfer full) */
static char *
read_block_text (Import *self, const QdYamlNode *node, QdAddressRange *range)
{
  const char *text = qd_yaml_node_get_string (node);
  QdAddress address;

  if (text && qd_address_range_parse (text, range))
    return g_strdup (text);
  if (text && qd_address_parse (text, &address))
    {
      tell (self, node, "rewritten", _("a single address needs its prefix in Kubernetes"));
      *range = (QdAddressRange) { address, address };
      return g_strdup_printf ("%s/%u", text, address.family == 4 ? 32 : 128);
    }
  refuse (self, node, "cidr", _("“%s” is no block of addresses, such as 10.0.0.0/8 or fd00::/8: a single address has its prefix too"), text ? text : "");
  return NULL;
}

static void
read_block (Import *self, const QdYamlNode *map, JsonObject *peer)
{
  const QdYamlNode *cidr = required (self, map, "cidr", QD_YAML_STRING), *list = member (self, map, "except", QD_YAML_SEQ);
  QdAddressRange whole, part;
  g_autofree char *text = cidr ? read_block_text (self, cidr, &whole) : NULL;
  JsonObject *block = qd_patronus_add_object (peer, "ipBlock");
  JsonArray *excepts;

  if (text == NULL)
    return;
  qd_patronus_set_text (block, "cidr", text);
  excepts = qd_yaml_node_get_length (list) ? qd_patronus_add_array (block, "except") : NULL;
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);
      g_autofree char *except = read_block_text (self, item, &part);

      if (except == NULL)
        continue;
      if (!qd_address_range_includes (&whole, &part) || qd_address_range_includes (&part, &whole))
        refuse (self, item, "except-outside", _("“%s” is not a part of the block that it is taken from"), except);
      json_array_add_string_element (excepts, except);
    }
}

/* {"type":"podSelector","namespace":…,"selector":{…}} */
static void
read_told_peer (Import *self, const QdYamlNode *node, JsonObject *peer)
{
  static const char *const known[] = { "type", "namespace", "selector", NULL };
  static const char *const of_block[] = { "type", "cidr", "except", NULL };
  const QdYamlNode *type = required (self, node, "type", QD_YAML_STRING);
  const char *word = qd_yaml_node_get_string (type), *namespace;

  if (word == NULL)
    return;
  if (g_str_equal (word, "ipBlock"))
    {
      know (self, node, of_block);
      read_block (self, node, peer);
      return;
    }
  know (self, node, known);
  if (g_str_equal (word, "namespaceSelector"))
    read_selector (self, required (self, node, "selector", QD_YAML_MAP), peer, "namespaceSelector");
  else if (!g_str_equal (word, "podSelector"))
    refuse (self, type, "peer", _("“%s” is no kind of peer: podSelector, namespaceSelector and ipBlock are"), word);
  else
    {
      read_selector (self, required (self, node, "selector", QD_YAML_MAP), peer, "podSelector");
      namespace = qd_yaml_node_get_string (member (self, node, "namespace", QD_YAML_STRING));
      if (namespace && (*namespace == '\0' || !qd_policy_is_label_value (namespace)))
        refuse (self, qd_yaml_node_get (node, "namespace"), "name", _("“%s” is no name of a namespace"), namespace);
      else if (namespace)
        qd_patronus_set_text (qd_patronus_add_object (qd_patronus_add_object (peer, "namespaceSelector"), "matchLabels"), QD_PATRONUS_NAMESPACE_LABEL, namespace);
    }
}

/* {"pod_selector":{…}} or {"ip_block":{…}} */
static void
read_asked_peer (Import *self, const QdYamlNode *node, JsonObject *peer)
{
  static const char *const known[] = { "pod_selector", "namespace_selector", "ip_block", NULL };
  static const char *const of_block[] = { "cidr", "except", NULL };
  const QdYamlNode *pods = qd_yaml_node_get (node, "pod_selector"), *namespaces = qd_yaml_node_get (node, "namespace_selector"),
                   *block = qd_yaml_node_get (node, "ip_block");

  know (self, node, known);
  if (!qd_policy_node_is_null (pods))
    {
      read_selector (self, member (self, node, "pod_selector", QD_YAML_MAP), peer, "podSelector");
      if (!qd_policy_node_is_null (namespaces))
        lose (self, namespaces, "namespace-selector", _("Patronus drops a namespace_selector beside a pod_selector: the peer is every pod of those labels"));
      if (!qd_policy_node_is_null (block))
        lose (self, block, "mixed-peer", _("Patronus reads the pod_selector alone where an ip_block stands beside it"));
    }
  else if (!qd_policy_node_is_null (block))
    {
      block = member (self, node, "ip_block", QD_YAML_MAP);
      if (block)
        know (self, block, of_block);
      if (block)
        read_block (self, block, peer);
      if (!qd_policy_node_is_null (namespaces))
        lose (self, namespaces, "namespace-selector", _("Patronus drops a namespace_selector beside an ip_block"));
    }
  else if (!qd_policy_node_is_null (namespaces))
    refuse (self, node, "required", _("Patronus refuses a peer with a namespace_selector alone: a pod_selector is missing"));
  else
    refuse (self, node, "empty-peer", _("a peer has a pod_selector or an ip_block: this one has neither"));
}

static void
read_peers (Import *self, const QdYamlNode *rule, const char *name, JsonObject *made)
{
  const QdYamlNode *list = member (self, rule, name, QD_YAML_SEQ);
  JsonArray *peers = qd_yaml_node_get_length (list) ? qd_patronus_add_array (made, name) : NULL;

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i);
      JsonObject *peer = json_object_new ();

      if (qd_yaml_node_get_type (node) != QD_YAML_MAP)
        refuse (self, node, "type", _("“%s” must be %s, not %s"), name, qd_yaml_type_get_name (QD_YAML_MAP), qd_yaml_type_get_name (qd_yaml_node_get_type (node)));
      else if (self->shape == QD_PATRONUS_RESPONSE)
        read_told_peer (self, node, peer);
      else
        read_asked_peer (self, node, peer);
      json_array_add_object_element (peers, peer);
    }
}

/* --- Ports ------------------------------------------------------------------------------------------------------------ */

static void
read_number (Import *self, const QdYamlNode *map, const QdYamlNode *port, JsonObject *made)
{
  const QdYamlNode *end = qd_yaml_node_get (map, "end_port");
  gint64 first = 0, last;

  if (qd_yaml_node_get_type (port) == QD_YAML_STRING && qd_policy_is_port_name (qd_yaml_node_get_string (port)))
    qd_patronus_set_text (made, "port", qd_yaml_node_get_string (port));
  else if (qd_yaml_node_get_int (port, &first) && first >= 1 && first <= 65535)
    json_object_set_int_member (made, "port", first);
  else if (!qd_policy_node_is_null (port))
    {
      refuse (self, port, "port", _("this is no port: a number from 1 to 65535, or a name such as http"));
      return;
    }
  if (qd_policy_node_is_null (end))
    return;
  if (first == 0)
    refuse (self, end, "end-port", _("end_port needs a port that is a number"));
  else if (!qd_yaml_node_get_int (end, &last) || last < first || last > 65535)
    refuse (self, end, "end-port", _("end_port is a number that is not below the port, and at most 65535"));
  else if (first > 1 || last < 65535)
    json_object_set_int_member (made, "endPort", last);
  else
    /* Every port, as Kubernetes says it: so it is written where it comes from there. */
    json_object_remove_member (made, "port");
}

static void
read_port (Import *self, const QdYamlNode *node, JsonArray *ports)
{
  static const char *const known[] = { "protocol", "port", "end_port", NULL };
  static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };
  const char *protocol;
  gboolean every;

  if (qd_yaml_node_get_type (node) != QD_YAML_MAP)
    {
      refuse (self, node, "type", _("“%s” must be %s, not %s"), "ports", qd_yaml_type_get_name (QD_YAML_MAP), qd_yaml_type_get_name (qd_yaml_node_get_type (node)));
      return;
    }
  know (self, node, known);
  protocol = qd_yaml_node_get_string (member (self, node, "protocol", QD_YAML_STRING));
  every = qd_policy_node_is_null (qd_yaml_node_get (node, "protocol"));
  if (protocol && !g_strv_contains (protocols, protocol))
    refuse (self, qd_yaml_node_get (node, "protocol"), "protocol", _("“%s” is no protocol: TCP, UDP and SCTP are"), protocol);
  if (every)
    tell (self, node, "rewritten", _("without a protocol this is every one in Patronus, and TCP in Kubernetes: it becomes an entry for each"));
  for (guint i = 0; i < (every ? g_strv_length ((char **) protocols) : 1); i++)
    {
      JsonObject *made = json_object_new ();

      qd_patronus_set_text (made, "protocol", every ? protocols[i] : protocol);
      read_number (self, node, qd_yaml_node_get (node, "port"), made);
      json_array_add_object_element (ports, made);
    }
}

/* --- Policies --------------------------------------------------------------------------------------------------------- */

static void
read_rules (Import *self, const QdYamlNode *list, const char *peers_name, JsonObject *spec, const char *name)
{
  const char *const known[] = { peers_name, "ports", NULL };
  JsonArray *rules = qd_yaml_node_get_length (list) ? qd_patronus_add_array (spec, name) : NULL;

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node = qd_yaml_node_get_item (list, i), *ports;
      JsonObject *rule = json_object_new ();
      JsonArray *made;

      json_array_add_object_element (rules, rule);
      if (qd_yaml_node_get_type (node) != QD_YAML_MAP)
        {
          refuse (self, node, "type", _("“%s” must be %s, not %s"), name, qd_yaml_type_get_name (QD_YAML_MAP), qd_yaml_type_get_name (qd_yaml_node_get_type (node)));
          continue;
        }
      know (self, node, known);
      read_peers (self, node, peers_name, rule);
      ports = member (self, node, "ports", QD_YAML_SEQ);
      made = qd_yaml_node_get_length (ports) ? qd_patronus_add_array (rule, "ports") : NULL;
      for (guint k = 0; k < qd_yaml_node_get_length (ports); k++)
        read_port (self, qd_yaml_node_get_item (ports, k), made);
    }
}

/* FALSE: it names no direction, and Kubernetes has no word for that. */
static gboolean
read_types (Import *self, const QdYamlNode *map, JsonObject *spec)
{
  const QdYamlNode *list = required (self, map, "policy_types", QD_YAML_SEQ);
  JsonArray *types = json_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const char *type = qd_yaml_node_get_string (qd_yaml_node_get_item (list, i));

      if (g_strcmp0 (type, "Ingress") != 0 && g_strcmp0 (type, "Egress") != 0)
        refuse (self, qd_yaml_node_get_item (list, i), "policy-type", _("“%s” is no type of policy: Ingress and Egress are"), type ? type : "");
      else if (g_hash_table_add (seen, (gpointer) type))
        json_array_add_string_element (types, type);
    }
  json_object_set_array_member (spec, "policyTypes", types);
  return list == NULL || qd_yaml_node_get_length (list) > 0;
}

static void
annotate (JsonObject *metadata, const char *name, const char *value)
{
  g_autofree char *key = g_strconcat (QD_PATRONUS_PREFIX, name, NULL);
  JsonObject *annotations;

  if (!json_object_has_member (metadata, "annotations"))
    qd_patronus_add_object (metadata, "annotations");
  annotations = json_object_get_object_member (metadata, "annotations");
  qd_patronus_set_text (annotations, key, value);
}

static void
set_name (Import *self, JsonObject *metadata, const char *name, const char *namespace)
{
  g_autofree char *base = qd_patronus_make_name (name, FALSE);
  g_autofree char *made = g_strdup (base);
  char *key = g_strconcat (namespace, "/", made, NULL);

  for (guint i = 2; g_hash_table_contains (self->names, key); i++)
    {
      g_free (key);
      g_free (made);
      made = g_strdup_printf ("%s-%u", base, i);
      key = g_strconcat (namespace, "/", made, NULL);
    }
  g_hash_table_add (self->names, key);
  qd_patronus_set_text (metadata, "name", made);
  if (!g_str_equal (made, name))
    annotate (metadata, "name", name);
}

static void
read_identity (Import *self, const QdYamlNode *map, JsonObject *metadata)
{
  const char *name = qd_yaml_node_get_string (required (self, map, "name", QD_YAML_STRING));
  const char *namespace = qd_yaml_node_get_string (required (self, map, "namespace", QD_YAML_STRING));
  g_autofree char *valid = NULL;
  const QdYamlNode *id = qd_yaml_node_get (map, "id");

  if (name == NULL || namespace == NULL)
    return;
  valid = qd_patronus_make_name (namespace, TRUE);
  set_name (self, metadata, name, valid);
  qd_patronus_set_text (metadata, "namespace", valid);
  if (!g_str_equal (valid, namespace))
    annotate (metadata, "namespace", namespace);
  if (json_object_has_member (metadata, "annotations"))
    tell (self, map, "rewritten", _("“%s” of “%s” becomes “%s” of “%s”: Kubernetes takes no such name, or has it already; an annotation keeps the first"), name, namespace,
          json_object_get_string_member (metadata, "name"), valid);
  if (!qd_policy_node_is_null (id) && qd_yaml_node_get_text (id))
    annotate (metadata, "id", qd_yaml_node_get_text (id));
  else if (!qd_policy_node_is_null (id))
    refuse (self, id, "type", _("“%s” must be %s, not %s"), "id", qd_yaml_type_get_name (QD_YAML_STRING), qd_yaml_type_get_name (qd_yaml_node_get_type (id)));
}

static void
read_standing (Import *self, const QdYamlNode *map, JsonObject *metadata)
{
  const QdYamlNode *priority = member (self, map, "priority", QD_YAML_INT), *enabled = member (self, map, "enabled", QD_YAML_BOOL);
  gint64 number = QD_PATRONUS_PRIORITY;
  gboolean on = TRUE;
  g_autofree char *text = NULL;

  if (priority && (!qd_yaml_node_get_int (priority, &number) || number < 0 || number > G_MAXUINT32))
    refuse (self, priority, "priority", _("a priority is a whole number from 0 to %u"), G_MAXUINT32);
  if (number != QD_PATRONUS_PRIORITY)
    {
      text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
      annotate (metadata, "priority", text);
      tell (self, priority, "priority", _("a priority has no effect in Kubernetes, and none among policies that only allow; an annotation keeps it"));
    }
  if (enabled && qd_yaml_node_get_bool (enabled, &on) && !on)
    {
      annotate (metadata, "enabled", "false");
      lose (self, enabled, "enabled", _("this policy is switched off, which Kubernetes has no word for: it is in force once it is applied; an annotation keeps it"));
    }
}

static void
read_policy (Import *self, const QdYamlNode *map)
{
  static const char *const of_response[] = { "id", "name", "namespace", "pod_selector", "policy_types", "ingress_rules", "egress_rules", "enabled", "priority", NULL };
  static const char *const of_request[] = { "id", "name", "namespace", "spec", NULL };
  static const char *const of_spec[] = { "pod_selector", "policy_types", "ingress", "egress", "priority", "enabled", NULL };
  JsonObject *object = json_object_new (), *metadata, *spec;
  const QdYamlNode *from;

  self->shape = qd_patronus_get_shape (map);
  know (self, map, self->shape == QD_PATRONUS_REQUEST ? of_request : of_response);
  from = self->shape == QD_PATRONUS_REQUEST ? member (self, map, "spec", QD_YAML_MAP) : map;
  if (from && self->shape == QD_PATRONUS_REQUEST)
    know (self, from, of_spec);
  qd_patronus_set_text (object, "apiVersion", "networking.k8s.io/v1");
  qd_patronus_set_text (object, "kind", "NetworkPolicy");
  metadata = qd_patronus_add_object (object, "metadata");
  spec = qd_patronus_add_object (object, "spec");
  read_identity (self, map, metadata);
  read_standing (self, from, metadata);
  read_selector (self, required (self, from, "pod_selector", QD_YAML_MAP), spec, "podSelector");
  if (!read_types (self, from, spec))
    {
      lose (self, map, "policy-type", _("the policy names no direction and has no effect; Kubernetes has no word for that, and it is left out"));
      json_object_unref (object);
      return;
    }
  read_rules (self, member (self, from, self->shape == QD_PATRONUS_REQUEST ? "ingress" : "ingress_rules", QD_YAML_SEQ), "from", spec, "ingress");
  read_rules (self, member (self, from, self->shape == QD_PATRONUS_REQUEST ? "egress" : "egress_rules", QD_YAML_SEQ), "to", spec, "egress");
  g_ptr_array_add (self->work.conversion->objects, qd_patronus_wrap (object));
}

/* --- Documents -------------------------------------------------------------------------------------------------------- */

static void
read_one (Import *self, const QdYamlNode *node)
{
  const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (node, "kind"));

  if (qd_policy_node_is_null (node))
    return;
  if (qd_patronus_get_shape (node) != QD_PATRONUS_NONE)
    read_policy (self, node);
  else if (kind)
    refuse (self, node, "shape", _("this is a %s of Kubernetes, and no policy of Patronus"), kind);
  else
    refuse (self, node, "shape", _("this is no policy of Patronus: it has neither a “spec” nor a “pod_selector”"));
}

static void
read_document (Import *self, const QdYamlNode *document)
{
  static const char *const keys[] = { "policies", "items" };
  const QdYamlNode *list = qd_yaml_node_get_type (document) == QD_YAML_SEQ ? document : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys) && list == NULL && qd_patronus_get_shape (document) == QD_PATRONUS_NONE; i++)
    if (qd_yaml_node_get (document, "kind") == NULL && qd_yaml_node_get_type (qd_yaml_node_get (document, keys[i])) == QD_YAML_SEQ)
      list = qd_yaml_node_get (document, keys[i]);
  if (list == NULL)
    {
      read_one (self, document);
      return;
    }
  self->work.conversion->list = TRUE;
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    read_one (self, qd_yaml_node_get_item (list, i));
}

QdPatronusConversion *
qd_patronus_import (QdYamlFile *file)
{
  Import self = { .names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  qd_patronus_work_begin (&self.work, file);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    read_document (&self, qd_yaml_file_get_document (file, i));
  self.work.conversion->list |= self.work.conversion->objects->len > 1;
  qd_patronus_say_comments (&self.work);
  if (self.work.conversion->objects->len)
    qd_patronus_say_difference (&self.work);
  g_hash_table_unref (self.names);
  return qd_patronus_work_end (&self.work);
}
