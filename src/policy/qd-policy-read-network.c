/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* networking.k8s.io/v1 NetworkPolicy. What is absent is what Go's zero value says: a spec without podSelector selects every pod of the
 * namespace, a rule of null is the empty rule. */

/* --- Peers ------------------------------------------------------------------------------------------------------ */

static void
read_excepts (QdPolicyReader *self, const QdYamlNode *ip_block, QdPolicyBlock *block)
{
  const QdYamlNode *list = qd_policy_reader_get (self, ip_block, "except", QD_YAML_SEQ);

  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *node;
      const char *text = qd_policy_reader_get_item (self, list, i, "except", &node);
      QdAddressRange range;

      if (text == NULL)
        continue;
      if (!qd_address_range_parse (text, &range))
        qd_policy_reader_refuse (self, node, "cidr", _("“%s” is no block of addresses, such as 10.0.0.0/8 or fd00::/8: a single address has its prefix too"), text);
      else if (!qd_address_range_includes (&block->cidr, &range) || qd_address_range_includes (&range, &block->cidr))
        qd_policy_reader_refuse (self, node, "except-outside", _("“%s” is not a part of the block that it is taken from"), text);
      else
        g_array_append_val (block->excepts, range);
    }
}

static void
read_ip_block (QdPolicyReader *self, const QdYamlNode *node, QdPolicyPeer *peer)
{
  static const char *const known[] = { "cidr", "except", NULL };
  const char *cidr;
  g_autoptr (GArray) wanted = NULL;
  QdPolicyBlock *block;

  qd_policy_reader_know (self, node, known);
  cidr = qd_policy_reader_get_string (self, node, "cidr");
  if (cidr == NULL)
    {
      if (qd_policy_node_is_null (qd_yaml_node_get (node, "cidr")))
        qd_policy_reader_refuse (self, node, "required", _("“%s” is missing"), "cidr");
      return;
    }
  block = qd_policy_block_new (self, qd_yaml_node_get (node, "cidr"), cidr);
  if (block == NULL)
    return;
  read_excepts (self, node, block);
  wanted = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  g_array_append_val (wanted, block->cidr);
  block->ranges = qd_address_ranges_subtract (wanted, block->excepts);
  peer->kind = QD_POLICY_PEER_NETWORKS;
  g_ptr_array_add (peer->blocks, block);
}

static QdPolicyPeer *
read_peer (QdPolicyReader *self, const QdYamlNode *node, const char *list_name)
{
  static const char *const known[] = { "podSelector", "namespaceSelector", "ipBlock", NULL };
  QdPolicyPeer *peer = qd_policy_peer_new (self, node);
  const QdYamlNode *ip_block;

  if (!qd_policy_node_is_null (node) && !qd_policy_reader_expect (self, node, QD_YAML_MAP, list_name))
    return peer;
  qd_policy_reader_know (self, node, known);
  ip_block = qd_yaml_node_get (node, "ipBlock");
  if (qd_policy_reader_count (node, known) == 0)
    {
      qd_policy_reader_refuse (self, node, "empty-peer", _("a peer has a podSelector, a namespaceSelector or both, or an ipBlock: this one is empty"));
      return peer;
    }
  peer->pods = qd_policy_read_selector (self, node, "podSelector");
  peer->namespaces = qd_policy_read_selector (self, node, "namespaceSelector");
  if (qd_policy_node_is_null (ip_block))
    peer->kind = QD_POLICY_PEER_PODS;
  else if (peer->pods || peer->namespaces)
    qd_policy_reader_refuse (self, ip_block, "mixed-peer", _("an ipBlock stands alone: a selector beside it needs an entry of its own"));
  else if (qd_policy_reader_expect (self, ip_block, QD_YAML_MAP, "ipBlock"))
    read_ip_block (self, ip_block, peer);
  return peer;
}

/* --- Ports ------------------------------------------------------------------------------------------------------ */

static void
read_port (QdPolicyReader *self, const QdYamlNode *node, QdPolicyRule *rule)
{
  static const char *const known[] = { "protocol", "port", "endPort", NULL };
  QdPolicyPort port = { qd_policy_reader_place (self, node), FALSE, QD_PROTOCOL_TCP, QD_PORT_MIN, QD_PORT_MAX, NULL };
  const QdYamlNode *number, *end;
  const char *protocol;
  int last;

  if (!qd_policy_node_is_null (node) && !qd_policy_reader_expect (self, node, QD_YAML_MAP, "ports"))
    return;
  qd_policy_reader_know (self, node, known);
  protocol = qd_policy_reader_get_string (self, node, "protocol");
  if (protocol && !qd_protocol_parse (protocol, &port.protocol))
    {
      qd_policy_reader_refuse (self, qd_yaml_node_get (node, "protocol"), "protocol", _("“%s” is no protocol: TCP, UDP and SCTP are"), protocol);
      return;
    }
  number = qd_yaml_node_get (node, "port");
  end = qd_yaml_node_get (node, "endPort");
  if (!qd_policy_node_is_null (number))
    {
      port.first = 0;
      if (!qd_policy_read_port (self, number, &port.first, &port.name))
        return;
      port.last = port.first;
    }
  if (!qd_policy_node_is_null (end) && (port.name || qd_policy_node_is_null (number)))
    qd_policy_reader_refuse (self, end, "end-port", _("endPort needs a port that is a number"));
  else if (qd_policy_reader_get_int (self, node, "endPort", "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &last))
    {
      if (last < port.first)
        qd_policy_reader_refuse (self, end, "end-port", _("endPort %d is below port %u"), last, port.first);
      port.last = (guint16) MAX (last, port.first);
    }
  g_array_append_val (rule->ports, port);
}

/* --- Rules ------------------------------------------------------------------------------------------------------ */

static QdPolicyRule *
read_rule (QdPolicyReader *self, const QdYamlNode *node, QdPolicyDirection direction)
{
  static const char *const known[][3] = { { "to", "ports", NULL }, { "from", "ports", NULL } };
  const char *list_name = known[direction][0];
  QdPolicyRule *rule = qd_policy_rule_new (self, node);
  const QdYamlNode *peers, *ports;

  if (!qd_policy_node_is_null (node) && !qd_policy_reader_expect (self, node, QD_YAML_MAP, direction == QD_POLICY_EGRESS ? "egress" : "ingress"))
    return rule;
  qd_policy_reader_know (self, node, known[direction]);
  peers = qd_policy_reader_get (self, node, list_name, QD_YAML_SEQ);
  ports = qd_policy_reader_get (self, node, "ports", QD_YAML_SEQ);
  /* Not there, null or empty: everyone. Of another type: nobody, and it was said. */
  rule->any_peer = qd_yaml_node_get_length (peers) == 0 && (peers || qd_policy_node_is_null (qd_yaml_node_get (node, list_name)));
  rule->any_port = qd_yaml_node_get_length (ports) == 0 && (ports || qd_policy_node_is_null (qd_yaml_node_get (node, "ports")));
  for (guint i = 0; i < qd_yaml_node_get_length (peers); i++)
    g_ptr_array_add (rule->peers, read_peer (self, qd_yaml_node_get_item (peers, i), list_name));
  for (guint i = 0; i < qd_yaml_node_get_length (ports); i++)
    read_port (self, qd_yaml_node_get_item (ports, i), rule);
  return rule;
}

static void
read_types (QdPolicyReader *self, const QdYamlNode *spec, QdPolicy *policy)
{
  const QdYamlNode *types = qd_policy_reader_get (self, spec, "policyTypes", QD_YAML_SEQ);

  if (qd_yaml_node_get_length (types) == 0)
    {
      policy->applies[QD_POLICY_INGRESS] = TRUE;
      policy->applies[QD_POLICY_EGRESS] = policy->rules[QD_POLICY_EGRESS]->len > 0;
      return;
    }
  qd_policy_reader_bound (self, types, "policyTypes", QD_POLICY_N_DIRECTIONS);
  for (guint i = 0; i < qd_yaml_node_get_length (types); i++)
    {
      const QdYamlNode *node;
      const char *type = qd_policy_reader_get_item (self, types, i, "policyTypes", &node);

      if (g_strcmp0 (type, "Ingress") == 0)
        policy->applies[QD_POLICY_INGRESS] = TRUE;
      else if (g_strcmp0 (type, "Egress") == 0)
        policy->applies[QD_POLICY_EGRESS] = TRUE;
      else if (type)
        qd_policy_reader_refuse (self, node, "policy-type", _("“%s” is no type of policy: Ingress and Egress are"), type);
    }
}

void
qd_policy_read_network_policy (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  static const char *const known[] = { "podSelector", "ingress", "egress", "policyTypes", NULL };
  const QdYamlNode *spec = qd_policy_reader_get (self, object, "spec", QD_YAML_MAP);
  QdPolicy *policy = qd_policy_new (QD_POLICY_NETWORK, QD_POLICY_TIER_NETWORK, document);

  document->policy = policy;
  qd_policy_reader_know (self, spec, known);
  policy->pods = qd_policy_read_selector (self, spec, "podSelector");
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      const QdYamlNode *rules = qd_policy_reader_get (self, spec, d == QD_POLICY_EGRESS ? "egress" : "ingress", QD_YAML_SEQ);

      for (guint i = 0; i < qd_yaml_node_get_length (rules); i++)
        g_ptr_array_add (policy->rules[d], read_rule (self, qd_yaml_node_get_item (rules, i), d));
    }
  read_types (self, spec, policy);
}
