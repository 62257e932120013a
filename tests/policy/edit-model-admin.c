/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "edit-model-admin.h"

#include <stdlib.h>
#include <string.h>

#include "qd-policy-edit.h"
#include "random-yaml.h"

const char *const model_domains[] = { "example.com", "*.example.org", "a.b.example.net" };
const char *const model_networks[] = { "10.0.0.0/8", "192.168.0.0/16", "fd00::/8", "192.0.2.7/32", "0.0.0.0/0" };
static const char *const kinds[] = { "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy" };
static const char *const protocols[] = { "TCP", "UDP", "SCTP" };

static const char *
action_word (QdPolicyKind kind, int action)
{
  static const char *const words[] = { "Allow", "Deny", "Pass" };

  return action == 0 && kind == QD_POLICY_CLUSTER_NETWORK ? "Accept" : words[action];
}

/* --- Random ones --------------------------------------------------------------------------------------------------- */

gboolean
admin_may_name_ports (Rule *rule)
{
  for (guint i = 0; i < rule->peers->len; i++)
    if (((Peer *) rule->peers->pdata[i])->form >= QD_PEER_FORM_BLOCK)
      return FALSE;
  return TRUE;
}

gboolean
admin_names_ports (Rule *rule)
{
  for (guint i = 0; i < rule->ports->len; i++)
    {
      const char *text = ((Port *) rule->ports->pdata[i])->text;

      if (*text != '\0' && atoi (text) == 0)
        return TRUE;
    }
  return FALSE;
}

/* As a new one is. */
Peer *
admin_peer_new (int form)
{
  Peer *peer = model_peer_new ();

  peer->form = form;
  peer->namespaces.there = form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH;
  peer->pods.there = form == QD_PEER_FORM_BOTH;
  peer->nodes.there = form == QD_PEER_FORM_NODES;
  if (form == QD_PEER_FORM_BLOCK || form == QD_PEER_FORM_DOMAINS)
    g_ptr_array_add (peer->words, g_strdup (form == QD_PEER_FORM_BLOCK ? "192.0.2.0/24" : "example.com"));
  return peer;
}

static Peer *
random_peer (GRand *rand, QdPolicyKind kind, guint direction, int action)
{
  int last = direction == 1 ? QD_PEER_FORM_BOTH : kind == QD_POLICY_BASELINE_ADMIN || action != 0 ? QD_PEER_FORM_NODES : QD_PEER_FORM_DOMAINS;
  Peer *peer = admin_peer_new (g_rand_int_range (rand, QD_PEER_FORM_NAMESPACES, last + 1));

  if (peer->namespaces.there)
    model_random_selector (rand, &peer->namespaces);
  if (peer->pods.there)
    model_random_selector (rand, &peer->pods);
  if (peer->nodes.there)
    model_random_selector (rand, &peer->nodes);
  for (int n = peer->words->len > 0 ? g_rand_int_range (rand, 0, 3) : 0; n > 0; n--)
    g_ptr_array_add (peer->words, g_strdup (peer->form == QD_PEER_FORM_BLOCK ? PICK (rand, model_networks) : PICK (rand, model_domains)));
  return peer;
}

static Rule *
random_rule (GRand *rand, QdPolicyKind kind, guint direction)
{
  Rule *rule = model_rule_new ();

  rule->action = g_rand_int_range (rand, 0, kind == QD_POLICY_BASELINE_ADMIN ? 2 : 3);
  rule->name = g_rand_boolean (rand) ? g_strdup ("a rule") : NULL;
  for (int k = g_rand_int_range (rand, 1, 3); k > 0; k--)
    g_ptr_array_add (rule->peers, random_peer (rand, kind, direction, rule->action));
  for (int k = g_rand_int_range (rand, 0, 3); k > 0; k--)
    {
      const char *text = PICK (rand, model_port_texts);

      if (!g_str_equal (text, "http") || admin_may_name_ports (rule))
        g_ptr_array_add (rule->ports, model_port_new (g_rand_int_range (rand, 0, 3), text));
    }
  return rule;
}

Model *
admin_model_random (GRand *rand, QdPolicyKind kind)
{
  Model *self = model_new (kind);

  self->name = g_strdup ("default");
  self->priority = kind == QD_POLICY_BASELINE_ADMIN ? 0 : g_rand_int_range (rand, 0, 1001);
  self->tier = kind == QD_POLICY_ADMIN_NETWORK || (kind == QD_POLICY_CLUSTER_NETWORK && g_rand_boolean (rand)) ? QD_POLICY_TIER_ADMIN : QD_POLICY_TIER_BASELINE;
  self->pods.there = g_rand_boolean (rand);
  model_random_selector (rand, &self->namespaces);
  if (self->pods.there)
    model_random_selector (rand, &self->pods);
  for (guint d = 0; d < 2; d++)
    for (int n = g_rand_int_range (rand, 0, 4); n > 0; n--)
      g_ptr_array_add (self->rules[d], random_rule (rand, kind, d));
  return self;
}

/* --- As JSON ------------------------------------------------------------------------------------------------------- */

static JsonNode *
take_object (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), object);
  return node;
}

/* { namespaces: … } or { pods: … }, of a peer or a subject. */
static JsonObject *
selectors_to_json (Selector *namespaces, Selector *pods)
{
  JsonObject *object = json_object_new (), *both;

  if (!pods->there)
    {
      json_object_set_object_member (object, "namespaces", model_selector_to_json (namespaces));
      return object;
    }
  both = json_object_new ();
  json_object_set_object_member (both, "podSelector", model_selector_to_json (pods));
  json_object_set_object_member (both, "namespaceSelector", model_selector_to_json (namespaces));
  json_object_set_object_member (object, "pods", both);
  return object;
}

static JsonObject *
peer_to_json (Peer *peer)
{
  JsonObject *object;
  JsonArray *words;

  if (peer->namespaces.there)
    return selectors_to_json (&peer->namespaces, &peer->pods);
  object = json_object_new ();
  if (peer->nodes.there)
    {
      json_object_set_object_member (object, "nodes", model_selector_to_json (&peer->nodes));
      return object;
    }
  words = json_array_new ();
  for (guint i = 0; i < peer->words->len; i++)
    json_array_add_string_element (words, peer->words->pdata[i]);
  json_object_set_array_member (object, peer->form == QD_PEER_FORM_BLOCK ? "networks" : "domainNames", words);
  return object;
}

static JsonObject *
port_to_json (Port *port, gboolean cluster, GRand *rand)
{
  JsonObject *object = json_object_new (), *value = json_object_new (), *inner;
  const char *dash = strchr (port->text, '-');
  int first = *port->text == '\0' ? 1 : atoi (port->text), last = *port->text == '\0' ? 65535 : dash != NULL ? atoi (dash + 1) : first;
  g_autofree char *lower = g_ascii_strdown (protocols[port->protocol], -1);

  if (first == 0)
    {
      json_object_unref (value);
      json_object_set_string_member (object, cluster ? "destinationNamedPort" : "namedPort", port->text);
      return object;
    }
  if (last == first)
    json_object_set_int_member (value, cluster ? "number" : "port", first);
  else
    {
      json_object_set_int_member (value, "end", last);
      json_object_set_int_member (value, "start", first);
    }
  if (!cluster)
    {
      if (port->protocol != 0 || g_rand_boolean (rand))
        json_object_set_string_member (value, "protocol", protocols[port->protocol]);
      json_object_set_object_member (object, last == first ? "portNumber" : "portRange", value);
      return object;
    }
  if (last > first)
    {
      inner = value;
      value = json_object_new ();
      json_object_set_object_member (value, "range", inner);
    }
  inner = value;
  value = json_object_new ();
  json_object_set_object_member (value, "destinationPort", inner);
  json_object_set_object_member (object, lower, value);
  return object;
}

static JsonObject *
rule_to_json (Rule *rule, QdPolicyKind kind, guint direction, GRand *rand)
{
  JsonObject *object = json_object_new ();
  JsonArray *peers = json_array_new (), *ports = json_array_new ();
  gboolean cluster = kind == QD_POLICY_CLUSTER_NETWORK;

  for (guint i = 0; i < rule->peers->len; i++)
    json_array_add_object_element (peers, peer_to_json (rule->peers->pdata[i]));
  for (guint i = 0; i < rule->ports->len; i++)
    json_array_add_object_element (ports, port_to_json (rule->ports->pdata[i], cluster, rand));
  if (rule->name != NULL)
    json_object_set_string_member (object, "name", rule->name);
  json_object_set_array_member (object, direction == 0 ? "to" : "from", peers);
  if (rule->ports->len > 0)
    json_object_set_array_member (object, cluster ? "protocols" : "ports", ports);
  else
    json_array_unref (ports);
  json_object_set_string_member (object, "action", action_word (kind, rule->action));
  return object;
}

JsonNode *
admin_model_to_json (Model *self, GRand *rand)
{
  JsonObject *top = json_object_new (), *metadata = json_object_new (), *spec = json_object_new ();

  json_object_set_string_member (top, "apiVersion", self->kind == QD_POLICY_CLUSTER_NETWORK ? "policy.networking.k8s.io/v1alpha2" : "policy.networking.k8s.io/v1alpha1");
  json_object_set_string_member (top, "kind", kinds[self->kind]);
  json_object_set_string_member (metadata, "name", self->name);
  json_object_set_member (metadata, "annotations", random_value (rand, 3));
  json_object_set_object_member (top, "metadata", metadata);
  if (self->kind == QD_POLICY_CLUSTER_NETWORK)
    json_object_set_string_member (spec, "tier", self->tier == QD_POLICY_TIER_ADMIN ? "Admin" : "Baseline");
  if (self->kind != QD_POLICY_BASELINE_ADMIN)
    json_object_set_int_member (spec, "priority", self->priority);
  json_object_set_object_member (spec, "subject", selectors_to_json (&self->namespaces, &self->pods));
  for (guint d = 0; d < 2; d++)
    {
      JsonArray *list = json_array_new ();

      for (guint i = 0; i < self->rules[d]->len; i++)
        json_array_add_object_element (list, rule_to_json (self->rules[d]->pdata[i], self->kind, d, rand));
      if (self->rules[d]->len > 0)
        json_object_set_array_member (spec, d == 0 ? "egress" : "ingress", list);
      else
        json_array_unref (list);
    }
  json_object_set_object_member (top, "spec", spec);
  return take_object (top);
}

/* --- In words ------------------------------------------------------------------------------------------------------ */

static void
tell_peer (GString *out, Peer *peer)
{
  g_autofree char *namespaces = model_tell_selector (&peer->namespaces), *pods = model_tell_selector (&peer->pods);

  if (peer->namespaces.there)
    g_string_append_printf (out, "  peer %s / %s\n", namespaces, pods);
  else if (peer->nodes.there)
    {
      g_autofree char *nodes = model_tell_selector (&peer->nodes);

      g_string_append_printf (out, "  nodes %s\n", nodes);
    }
  else
    {
      g_string_append (out, peer->form == QD_PEER_FORM_BLOCK ? "  networks" : "  domains");
      for (guint i = 0; i < peer->words->len; i++)
        {
          QdAddressRange range;
          g_autofree char *block = qd_address_range_parse (peer->words->pdata[i], &range) ? qd_address_range_to_text (&range) : NULL;

          g_string_append_printf (out, " %s", block != NULL ? block : (char *) peer->words->pdata[i]);
        }
      g_string_append_c (out, '\n');
    }
}

char *
admin_model_tell (Model *self)
{
  GString *out = g_string_new (NULL);
  g_autofree char *namespaces = model_tell_selector (&self->namespaces), *pods = model_tell_selector (&self->pods);

  g_string_append_printf (out, "%s %s tier %d priority %d for %s / %s\n", kinds[self->kind], self->name, self->tier, self->priority, namespaces, pods);
  for (guint d = 0; d < 2; d++)
    for (guint i = 0; i < self->rules[d]->len; i++)
      {
        Rule *rule = self->rules[d]->pdata[i];

        g_string_append_printf (out, "%s %d %s%s\n", d == 0 ? "egress" : "ingress", rule->action, rule->name != NULL ? rule->name : "-",
                                rule->ports->len == 0 ? " anyport" : "");
        for (guint k = 0; k < rule->peers->len; k++)
          tell_peer (out, rule->peers->pdata[k]);
        model_tell_ports (out, rule->ports, TRUE);
      }
  return g_string_free (out, FALSE);
}

/* Which nodes are meant is read from what is written: nothing else keeps it. */
static char *
tell_nodes (const QdYamlNode *node)
{
  Selector selector;
  const QdYamlNode *labels = qd_yaml_node_get (node, "matchLabels"), *expressions = qd_yaml_node_get (node, "matchExpressions");
  static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };
  char *text;

  model_selector_init (&selector, TRUE);
  for (guint i = 0; i < qd_yaml_node_get_length (labels); i++)
    model_label (&selector, qd_yaml_node_get_string (qd_yaml_node_get_key (labels, i)), qd_yaml_node_get_string (qd_yaml_node_get_value (labels, i)));
  for (guint i = 0; i < qd_yaml_node_get_length (expressions); i++)
    {
      const QdYamlNode *one = qd_yaml_node_get_item (expressions, i), *values = qd_yaml_node_get (one, "values");
      Expression *made;
      int operator = 0;

      while (!g_str_equal (operators[operator], qd_yaml_node_get_string (qd_yaml_node_get (one, "operator"))))
        operator++;
      made = model_add_expression (&selector, qd_yaml_node_get_string (qd_yaml_node_get (one, "key")), operator);
      for (guint k = 0; k < qd_yaml_node_get_length (values); k++)
        g_ptr_array_add (made->values, g_strdup (qd_yaml_node_get_string (qd_yaml_node_get_item (values, k))));
    }
  text = model_tell_selector (&selector);
  g_array_unref (selector.labels);
  g_array_unref (selector.expressions);
  return text;
}

static void
tell_read_peer (GString *out, const QdPolicyPeer *peer)
{
  g_autofree char *namespaces = model_tell_read_selector (peer->namespaces), *pods = model_tell_read_selector (peer->pods);
  g_autofree char *nodes = NULL;

  switch (peer->kind)
    {
    case QD_POLICY_PEER_PODS:
      g_string_append_printf (out, "  peer %s / %s\n", namespaces, pods);
      break;
    case QD_POLICY_PEER_NODES:
      nodes = tell_nodes (qd_yaml_node_get (peer->place.node, "nodes"));
      g_string_append_printf (out, "  nodes %s\n", nodes);
      break;
    case QD_POLICY_PEER_NETWORKS:
      g_string_append (out, "  networks");
      for (guint i = 0; i < peer->blocks->len; i++)
        {
          g_autofree char *text = qd_address_range_to_text (&((const QdPolicyBlock *) peer->blocks->pdata[i])->cidr);

          g_string_append_printf (out, " %s", text);
        }
      g_string_append_c (out, '\n');
      break;
    case QD_POLICY_PEER_DOMAINS:
      g_string_append (out, "  domains");
      for (guint i = 0; peer->domains[i] != NULL; i++)
        g_string_append_printf (out, " %s", peer->domains[i]);
      g_string_append_c (out, '\n');
      break;
    case QD_POLICY_PEER_UNKNOWN:
    default:
      g_string_append (out, "  unknown\n");
      break;
    }
}

char *
admin_model_tell_policy (const QdPolicy *policy)
{
  GString *out = g_string_new (NULL);
  g_autofree char *namespaces = model_tell_read_selector (policy->namespaces), *pods = model_tell_read_selector (policy->pods);

  g_string_append_printf (out, "%s %s tier %d priority %d for %s / %s\n", kinds[policy->kind], policy->name, policy->tier, policy->priority, namespaces, pods);
  for (guint d = 0; d < 2; d++)
    for (guint i = 0; i < policy->rules[d]->len; i++)
      {
        const QdPolicyRule *rule = policy->rules[d]->pdata[i];

        g_string_append_printf (out, "%s %d %s%s\n", d == 0 ? "egress" : "ingress", rule->action, rule->name != NULL ? rule->name : "-",
                                rule->any_port ? " anyport" : "");
        for (guint k = 0; k < rule->peers->len; k++)
          tell_read_peer (out, rule->peers->pdata[k]);
        model_tell_read_ports (out, rule);
      }
  return g_string_free (out, FALSE);
}
