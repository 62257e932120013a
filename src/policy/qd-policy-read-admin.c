/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* policy.networking.k8s.io: AdminNetworkPolicy and BaselineAdminNetworkPolicy v1alpha1, ClusterNetworkPolicy v1alpha2. */

#define MAX_NETWORKS 25

typedef struct {
  QdPolicyReader *reader;
  QdPolicyKind kind;
  QdPolicyDirection direction;
  gboolean named_port;    /* of the rule at hand: it has one */
  const QdYamlNode *no_named_port;   /* a peer of it that has no names for ports */
} Rules;

static gboolean
is_cluster (const Rules *self)
{
  return self->kind == QD_POLICY_CLUSTER_NETWORK;
}

/* --- Peers and subjects ------------------------------------------------------------------------------------------- */

/* A selector that must be there; one that is not selects nothing, and that was said. */
static QdSelector *
require_selector (QdPolicyReader *self, const QdYamlNode *map, const char *key)
{
  QdSelector *selector = qd_policy_read_selector (self, map, key);

  if (selector)
    return selector;
  qd_policy_reader_refuse (self, map, "required", _("“%s” is missing"), key);
  selector = qd_selector_new ();
  selector->invalid = TRUE;
  qd_selector_finish (selector);
  return selector;
}

static void
read_pods (QdPolicyReader *self, const QdYamlNode *node, QdSelector **namespaces, QdSelector **pods)
{
  static const char *const known[] = { "namespaceSelector", "podSelector", NULL };

  qd_policy_reader_know (self, node, known);
  *namespaces = require_selector (self, node, "namespaceSelector");
  *pods = require_selector (self, node, "podSelector");
}

static void
read_subject (QdPolicyReader *self, const QdYamlNode *spec, QdPolicy *policy)
{
  static const char *const known[] = { "namespaces", "pods", NULL };
  const QdYamlNode *node = qd_policy_reader_get (self, spec, "subject", QD_YAML_MAP), *pods;

  if (node)
    qd_policy_reader_know (self, node, known);
  if (qd_policy_reader_count (node, known) != 1)
    {
      qd_policy_reader_refuse (self, node ? node : policy->place.node, "subject", _("a subject has either namespaces or pods"));
      policy->namespaces = qd_selector_new ();
      policy->namespaces->invalid = TRUE;
      qd_selector_finish (policy->namespaces);
      return;
    }
  pods = qd_policy_reader_get (self, node, "pods", QD_YAML_MAP);
  if (pods)
    read_pods (self, pods, &policy->namespaces, &policy->pods);
  else
    policy->namespaces = require_selector (self, node, "namespaces");
}

static void
read_networks (Rules *self, const QdYamlNode *list, QdPolicyPeer *peer)
{
  peer->kind = QD_POLICY_PEER_NETWORKS;
  qd_policy_reader_bound (self->reader, list, "networks", MAX_NETWORKS);
  if (qd_yaml_node_get_length (list) == 0)
    qd_policy_reader_refuse (self->reader, list, "required", _("“%s” is empty"), "networks");
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node;
      const char *text = qd_policy_reader_get_item (self->reader, list, i, "networks", &node);
      QdPolicyBlock *block = text ? qd_policy_block_new (self->reader, node, text) : NULL;

      if (block == NULL)
        continue;
      block->ranges = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
      g_array_append_val (block->ranges, block->cidr);
      g_ptr_array_add (peer->blocks, block);
    }
}

static void
read_domains (Rules *self, const QdYamlNode *list, QdPolicyPeer *peer, QdPolicyAction action)
{
  g_autoptr (GStrvBuilder) domains = g_strv_builder_new ();

  peer->kind = QD_POLICY_PEER_DOMAINS;
  if (action != QD_POLICY_ALLOW)
    qd_policy_reader_refuse (self->reader, list, "domain-action", _("domainNames may stand in rules that accept, and in no others"));
  qd_policy_reader_bound (self->reader, list, "domainNames", MAX_NETWORKS);
  if (qd_yaml_node_get_length (list) == 0)
    qd_policy_reader_refuse (self->reader, list, "required", _("“%s” is empty"), "domainNames");
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node;
      const char *text = qd_policy_reader_get_item (self->reader, list, i, "domainNames", &node);

      if (text == NULL)
        continue;
      if (!qd_policy_is_domain_pattern (text))
        qd_policy_reader_refuse (self->reader, node, "domain", _("“%s” is no domain name: a name with a dot in it, perhaps with *. before it"), text);
      g_strv_builder_add (domains, text);
    }
  peer->domains = g_strv_builder_end (domains);
  qd_policy_reader_say (self->reader, QD_POLICY_NOTE, list, "not-evaluated", _("domainNames are not evaluated: which addresses a name has is not known here"));
}

/* Which of the fields of a peer is there; NULL when it is none that is known, or more than one, which was said. */
static const char *
find_field (Rules *self, const QdYamlNode *node)
{
  /* A source is never an address, a node or a name. */
  static const char *const destinations[] = { "namespaces", "pods", "networks", "nodes", "domainNames", NULL }, *const sources[] = { "namespaces", "pods", NULL };
  const char *const *known = self->direction == QD_POLICY_EGRESS ? destinations : sources;
  guint n = qd_policy_reader_count (node, known);

  if (qd_yaml_node_get_length (node) == 0 || (n == 0 && qd_policy_node_is_null (qd_yaml_node_get_value (node, 0))))
    qd_policy_reader_refuse (self->reader, node, "empty-peer", _("a peer has one field that says who it is: this one is empty"));
  else if (n > 1)
    qd_policy_reader_refuse (self->reader, node, "mixed-peer", _("a peer has one field that says who it is: each of these needs an entry of its own"));
  else if (n == 0)
    qd_policy_reader_say (self->reader, QD_POLICY_WARNING, node, "unknown-peer",
                          _("this kind of peer is not known: the rule fails closed, as it does where a cluster does not know it"));
  for (guint i = 0; n == 1 && known[i]; i++)
    if (!qd_policy_node_is_null (qd_yaml_node_get (node, known[i])))
      return known[i];
  return NULL;
}

static QdPolicyPeer *
read_peer (Rules *self, const QdYamlNode *node, QdPolicyAction action, const char *list_name)
{
  QdPolicyPeer *peer = qd_policy_peer_new (self->reader, node);
  const char *field;
  const QdYamlNode *value;
  gboolean is_list;

  if (!qd_policy_node_is_null (node) && !qd_policy_reader_expect (self->reader, node, QD_YAML_MAP, list_name))
    return peer;
  field = find_field (self, node);
  if (field == NULL)
    return peer;
  is_list = g_str_equal (field, "networks") || g_str_equal (field, "domainNames");
  value = qd_policy_reader_get (self->reader, node, field, is_list ? QD_YAML_SEQ : QD_YAML_MAP);
  if (value == NULL)
    return peer;
  if (g_str_equal (field, "namespaces"))
    {
      peer->kind = QD_POLICY_PEER_PODS;
      peer->namespaces = qd_policy_read_selector (self->reader, node, field);
    }
  else if (g_str_equal (field, "pods"))
    {
      peer->kind = QD_POLICY_PEER_PODS;
      read_pods (self->reader, value, &peer->namespaces, &peer->pods);
    }
  else if (g_str_equal (field, "networks"))
    read_networks (self, value, peer);
  else if (g_str_equal (field, "domainNames"))
    read_domains (self, value, peer, action);
  else
    {
      QdSelector *nodes = qd_policy_read_selector (self->reader, node, field);

      g_clear_pointer (&nodes, qd_selector_unref);
      peer->kind = QD_POLICY_PEER_NODES;
      qd_policy_reader_say (self->reader, QD_POLICY_NOTE, value, "not-evaluated", _("nodes are not evaluated: which addresses they have is not known here"));
    }
  if (peer->kind != QD_POLICY_PEER_PODS)
    self->no_named_port = node;
  return peer;
}

/* --- Ports ------------------------------------------------------------------------------------------------------ */

static gboolean
read_range (Rules *self, const QdYamlNode *node, QdPolicyPort *port)
{
  static const char *const cluster[] = { "start", "end", NULL }, *const admin[] = { "protocol", "start", "end", NULL };
  int first, last;

  qd_policy_reader_know (self->reader, node, is_cluster (self) ? cluster : admin);
  if (!qd_policy_reader_get_int (self->reader, node, "start", "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &first) ||
      !qd_policy_reader_get_int (self->reader, node, "end", "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &last))
    {
      if (qd_policy_reader_count (node, cluster) < 2)
        qd_policy_reader_refuse (self->reader, node, "required", _("a range has a start and an end"));
      return FALSE;
    }
  if (is_cluster (self) ? last <= first : last < first)
    {
      qd_policy_reader_refuse (self->reader, node, "end-port", _("the range ends at %d, which is not beyond its start, %d"), last, first);
      return FALSE;
    }
  port->first = (guint16) first;
  port->last = (guint16) last;
  return TRUE;
}

static gboolean
read_number (Rules *self, const QdYamlNode *map, const char *key, QdPolicyPort *port)
{
  int number;

  if (!qd_policy_reader_get_int (self->reader, map, key, "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &number))
    {
      if (qd_policy_node_is_null (qd_yaml_node_get (map, key)))
        qd_policy_reader_refuse (self->reader, map, "required", _("“%s” is missing"), key);
      return FALSE;
    }
  port->first = port->last = (guint16) number;
  return TRUE;
}

static gboolean
read_port_name (Rules *self, const QdYamlNode *map, const char *key, QdPolicyPort *port)
{
  const char *name = qd_policy_reader_get_string (self->reader, map, key);

  if (name == NULL)
    return FALSE;
  if (!qd_policy_is_port_name (name))
    {
      qd_policy_reader_refuse (self->reader, qd_yaml_node_get (map, key), "port-name",
                               _("“%s” is no name of a port: at most 15 lower-case letters, digits and -, one letter at least"), name);
      return FALSE;
    }
  port->any_protocol = TRUE;
  port->name = g_ref_string_new_intern (name);
  self->named_port = TRUE;
  return TRUE;
}

/* v1alpha1: portNumber, portRange or namedPort. */
static gboolean
read_admin_port (Rules *self, const QdYamlNode *node, QdPolicyPort *port)
{
  static const char *const known[] = { "portNumber", "portRange", "namedPort", NULL }, *const number[] = { "protocol", "port", NULL };
  const QdYamlNode *value;
  const char *protocol;

  qd_policy_reader_know (self->reader, node, known);
  if (qd_policy_reader_count (node, known) != 1)
    {
      qd_policy_reader_refuse (self->reader, node, "port", _("a port is one of portNumber, portRange and namedPort"));
      return FALSE;
    }
  if (!qd_policy_node_is_null (qd_yaml_node_get (node, "namedPort")))
    return read_port_name (self, node, "namedPort", port);
  value = qd_policy_reader_get (self->reader, node, "portNumber", QD_YAML_MAP);
  if (value)
    qd_policy_reader_know (self->reader, value, number);
  else
    value = qd_policy_reader_get (self->reader, node, "portRange", QD_YAML_MAP);
  protocol = qd_policy_reader_get_string (self->reader, value, "protocol");
  if (protocol && !qd_protocol_parse (protocol, &port->protocol))
    {
      qd_policy_reader_refuse (self->reader, qd_yaml_node_get (value, "protocol"), "protocol", _("“%s” is no protocol: TCP, UDP and SCTP are"), protocol);
      return FALSE;
    }
  if (value == NULL)
    return FALSE;
  return qd_yaml_node_get (node, "portNumber") == value ? read_number (self, value, "port", port) : read_range (self, value, port);
}

/* v1alpha2: tcp, udp or sctp with a destinationPort, or destinationNamedPort. */
static gboolean
read_cluster_port (Rules *self, const QdYamlNode *node, QdPolicyPort *port)
{
  static const char *const known[] = { "tcp", "udp", "sctp", "destinationNamedPort", NULL }, *const protocol[] = { "destinationPort", NULL };
  static const char *const destination[] = { "number", "range", NULL };
  const QdYamlNode *value = NULL, *range;

  qd_policy_reader_know (self->reader, node, known);
  if (qd_policy_reader_count (node, known) != 1)
    {
      qd_policy_reader_refuse (self->reader, node, "port", _("a protocol is one of tcp, udp, sctp and destinationNamedPort"));
      return FALSE;
    }
  if (!qd_policy_node_is_null (qd_yaml_node_get (node, "destinationNamedPort")))
    return read_port_name (self, node, "destinationNamedPort", port);
  for (guint i = 0; value == NULL && i < QD_N_PROTOCOLS; i++)
    {
      value = qd_policy_reader_get (self->reader, node, known[i], QD_YAML_MAP);
      port->protocol = i;
    }
  if (value)
    qd_policy_reader_know (self->reader, value, protocol);
  range = qd_policy_reader_get (self->reader, value, "destinationPort", QD_YAML_MAP);
  if (range == NULL || qd_policy_reader_count (range, destination) != 1)
    {
      qd_policy_reader_refuse (self->reader, range ? range : node, "port", _("a destinationPort is either a number or a range"));
      return FALSE;
    }
  qd_policy_reader_know (self->reader, range, destination);
  if (!qd_policy_node_is_null (qd_yaml_node_get (range, "number")))
    return read_number (self, range, "number", port);
  range = qd_policy_reader_get (self->reader, range, "range", QD_YAML_MAP);
  return range && read_range (self, range, port);
}

static void
read_ports (Rules *self, const QdYamlNode *node, QdPolicyRule *rule)
{
  const char *list_name = is_cluster (self) ? "protocols" : "ports";
  const QdYamlNode *list = qd_policy_reader_get (self->reader, node, list_name, QD_YAML_SEQ);

  qd_policy_reader_bound (self->reader, list, list_name, qd_policy_kind_max_entries (self->kind));
  if (list && qd_yaml_node_get_length (list) == 0 && is_cluster (self))
    qd_policy_reader_refuse (self->reader, list, "required", _("“%s” is empty"), list_name);
  rule->any_port = qd_yaml_node_get_length (list) == 0 && (list || qd_policy_node_is_null (qd_yaml_node_get (node, list_name)));
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);
      QdPolicyPort port = { qd_policy_reader_place (self->reader, item), .protocol = QD_PROTOCOL_TCP };

      if (!qd_policy_reader_expect (self->reader, item, QD_YAML_MAP, list_name))
        {
          if (qd_policy_node_is_null (item))
            qd_policy_reader_refuse (self->reader, item, "port", _("“%s” is empty"), list_name);
          continue;
        }
      if (is_cluster (self) ? read_cluster_port (self, item, &port) : read_admin_port (self, item, &port))
        g_array_append_val (rule->ports, port);
    }
}

/* --- Rules ------------------------------------------------------------------------------------------------------ */

static void
read_action (Rules *self, const QdYamlNode *node, QdPolicyRule *rule)
{
  const char *word = qd_policy_reader_get_string (self->reader, node, "action"), *allow = is_cluster (self) ? "Accept" : "Allow";
  const char *names[] = { allow, "Deny", self->kind == QD_POLICY_BASELINE_ADMIN ? NULL : "Pass" };

  rule->action = QD_POLICY_DENY;
  for (guint i = 0; word && i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (word, names[i]) == 0)
      {
        rule->action = i;
        return;
      }
  if (word && names[2])
    qd_policy_reader_refuse (self->reader, qd_yaml_node_get (node, "action"), "action", _("“%s” is no action here: %s, Deny and Pass are"), word, allow);
  else if (word)
    qd_policy_reader_refuse (self->reader, qd_yaml_node_get (node, "action"), "action", _("“%s” is no action here: %s and Deny are"), word, allow);
  else if (qd_policy_node_is_null (qd_yaml_node_get (node, "action")))
    qd_policy_reader_refuse (self->reader, node, "required", _("“%s” is missing"), "action");
}

static void
read_peers (Rules *self, const QdYamlNode *node, QdPolicyRule *rule)
{
  const char *list_name = self->direction == QD_POLICY_EGRESS ? "to" : "from";
  const QdYamlNode *list = qd_policy_reader_get (self->reader, node, list_name, QD_YAML_SEQ);

  if (qd_yaml_node_get_length (list) == 0)
    {
      if (list || qd_policy_node_is_null (qd_yaml_node_get (node, list_name)))
        qd_policy_reader_refuse (self->reader, list ? list : node, "no-peers", _("“%s” needs an entry: unlike in a NetworkPolicy, none is not everyone"), list_name);
      return;
    }
  qd_policy_reader_bound (self->reader, list, list_name, qd_policy_kind_max_entries (self->kind));
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    {
      QdPolicyPeer *peer = read_peer (self, qd_yaml_node_get_item (list, i), rule->action, list_name);

      rule->fails_closed |= peer->kind == QD_POLICY_PEER_UNKNOWN;
      g_ptr_array_add (rule->peers, peer);
    }
}

static QdPolicyRule *
read_rule (Rules *self, const QdYamlNode *node)
{
  const char *const known[] = { "name", "action", self->direction == QD_POLICY_EGRESS ? "to" : "from", is_cluster (self) ? "protocols" : "ports", NULL };
  QdPolicyRule *rule = qd_policy_rule_new (self->reader, node);

  self->named_port = FALSE;
  self->no_named_port = NULL;
  if (!qd_policy_reader_expect (self->reader, node, QD_YAML_MAP, self->direction == QD_POLICY_EGRESS ? "egress" : "ingress"))
    {
      rule->action = QD_POLICY_DENY;
      if (qd_policy_node_is_null (node))
        qd_policy_reader_refuse (self->reader, node, "required", _("“%s” is missing"), "action");
      return rule;
    }
  qd_policy_reader_know (self->reader, node, known);
  rule->name = g_strdup (qd_policy_reader_get_string (self->reader, node, "name"));
  if (rule->name && g_utf8_strlen (rule->name, -1) > QD_POLICY_MAX_RULE_NAME)
    qd_policy_reader_refuse (self->reader, qd_yaml_node_get (node, "name"), "name", _("the name of a rule has at most %d characters"), QD_POLICY_MAX_RULE_NAME);
  read_action (self, node, rule);
  read_peers (self, node, rule);
  read_ports (self, node, rule);
  if (self->named_port && self->no_named_port)
    qd_policy_reader_refuse (self->reader, self->no_named_port, "named-port",
                             _("networks, nodes and domainNames have no ports with names: the rule may not have a named port"));
  return rule;
}

static void
read_rules (QdPolicyReader *self, const QdYamlNode *spec, QdPolicy *policy, QdPolicyDirection direction)
{
  const char *list_name = direction == QD_POLICY_EGRESS ? "egress" : "ingress";
  const QdYamlNode *list = qd_policy_reader_get (self, spec, list_name, QD_YAML_SEQ);
  Rules rules = { self, policy->kind, direction, FALSE, NULL };

  qd_policy_reader_bound (self, list, list_name, qd_policy_kind_max_entries (policy->kind));
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    g_ptr_array_add (policy->rules[direction], read_rule (&rules, qd_yaml_node_get_item (list, i)));
  policy->applies[direction] = policy->rules[direction]->len > 0;
}

static QdPolicyTier
read_tier (QdPolicyReader *self, const QdYamlNode *spec, const QdYamlNode *object)
{
  const char *word = qd_policy_reader_get_string (self, spec, "tier");

  if (g_strcmp0 (word, "Admin") == 0)
    return QD_POLICY_TIER_ADMIN;
  if (g_strcmp0 (word, "Baseline") == 0)
    return QD_POLICY_TIER_BASELINE;
  if (word)
    qd_policy_reader_refuse (self, qd_yaml_node_get (spec, "tier"), "tier", _("“%s” is no tier: Admin and Baseline are"), word);
  else if (qd_policy_node_is_null (qd_yaml_node_get (spec, "tier")))
    qd_policy_reader_refuse (self, spec ? spec : object, "required", _("“%s” is missing"), "tier");
  return QD_POLICY_TIER_ADMIN;
}

void
qd_policy_read_admin_policy (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  static const char *const known[][6] = {
    { "priority", "subject", "ingress", "egress", NULL },
    { "subject", "ingress", "egress", NULL },
    { "tier", "priority", "subject", "ingress", "egress", NULL },
  };
  const QdYamlNode *spec = qd_policy_reader_get (self, object, "spec", QD_YAML_MAP);
  QdPolicyTier tier = QD_POLICY_TIER_ADMIN;
  QdPolicyKind kind = QD_POLICY_ADMIN_NETWORK;
  QdPolicy *policy;

  if (g_str_equal (document->kind, qd_policy_kind_to_string (QD_POLICY_BASELINE_ADMIN)))
    {
      kind = QD_POLICY_BASELINE_ADMIN;
      tier = QD_POLICY_TIER_BASELINE;
      if (!g_str_equal (document->name, "default"))
        qd_policy_reader_refuse (self, qd_yaml_node_get (qd_yaml_node_get (object, "metadata"), "name"), "baseline-name",
                                 _("there is one BaselineAdminNetworkPolicy, and it is called default"));
    }
  else if (g_str_equal (document->kind, qd_policy_kind_to_string (QD_POLICY_CLUSTER_NETWORK)))
    {
      kind = QD_POLICY_CLUSTER_NETWORK;
      tier = read_tier (self, spec, object);
    }
  policy = document->policy = qd_policy_new (kind, tier, document);
  qd_policy_reader_know (self, spec, known[kind]);
  if (kind != QD_POLICY_BASELINE_ADMIN &&
      !qd_policy_reader_get_int (self, spec, "priority", "priority", 0, QD_POLICY_MAX_PRIORITY, &policy->priority) &&
      qd_policy_node_is_null (qd_yaml_node_get (spec, "priority")))
    qd_policy_reader_refuse (self, spec ? spec : object, "required", _("“%s” is missing"), "priority");
  read_subject (self, spec, policy);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    read_rules (self, spec, policy, d);
}
