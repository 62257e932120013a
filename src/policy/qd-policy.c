/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <glib/gi18n.h>

/* Policies, their rules and peers: making and freeing them. */

const char *
qd_policy_kind_to_string (QdPolicyKind kind)
{
  switch (kind)
    {
    case QD_POLICY_ADMIN_NETWORK: return "AdminNetworkPolicy";
    case QD_POLICY_BASELINE_ADMIN: return "BaselineAdminNetworkPolicy";
    case QD_POLICY_CLUSTER_NETWORK: return "ClusterNetworkPolicy";
    case QD_POLICY_NETWORK: default: return "NetworkPolicy";
    }
}

guint
qd_policy_kind_max_entries (QdPolicyKind kind)
{
  switch (kind)
    {
    case QD_POLICY_ADMIN_NETWORK: case QD_POLICY_BASELINE_ADMIN: return 100;
    case QD_POLICY_CLUSTER_NETWORK: return 25;
    case QD_POLICY_NETWORK: default: return G_MAXUINT;
    }
}

static void
free_block (gpointer data)
{
  QdPolicyBlock *self = data;

  g_array_unref (self->excepts);
  g_clear_pointer (&self->ranges, g_array_unref);
  g_free (self);
}

static void
free_peer (gpointer data)
{
  QdPolicyPeer *self = data;

  g_clear_pointer (&self->namespaces, qd_selector_unref);
  g_clear_pointer (&self->pods, qd_selector_unref);
  g_ptr_array_unref (self->blocks);
  g_strfreev (self->domains);
  g_free (self);
}

static void
clear_port (gpointer data)
{
  QdPolicyPort *self = data;

  g_clear_pointer (&self->name, g_ref_string_release);
}

static void
free_rule (gpointer data)
{
  QdPolicyRule *self = data;

  g_ptr_array_unref (self->peers);
  g_array_unref (self->ports);
  g_free (self->name);
  g_free (self);
}

QdPolicyBlock *
qd_policy_block_new (QdPolicyReader *self, const QdYamlNode *node, const char *cidr)
{
  QdPolicyBlock *block;
  QdAddressRange range;

  if (!qd_address_range_parse (cidr, &range))
    {
      qd_policy_reader_refuse (self, node, "cidr", _("“%s” is no block of addresses, such as 10.0.0.0/8 or fd00::/8: a single address has its prefix too"), cidr);
      return NULL;
    }
  block = g_new0 (QdPolicyBlock, 1);
  block->place = qd_policy_reader_place (self, node);
  block->cidr = range;
  block->excepts = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  return block;
}

QdPolicyPeer *
qd_policy_peer_new (QdPolicyReader *self, const QdYamlNode *node)
{
  QdPolicyPeer *peer = g_new0 (QdPolicyPeer, 1);

  peer->place = qd_policy_reader_place (self, node);
  peer->kind = QD_POLICY_PEER_UNKNOWN;
  peer->blocks = g_ptr_array_new_with_free_func (free_block);
  return peer;
}

QdPolicyRule *
qd_policy_rule_new (QdPolicyReader *self, const QdYamlNode *node)
{
  QdPolicyRule *rule = g_new0 (QdPolicyRule, 1);

  rule->place = qd_policy_reader_place (self, node);
  rule->peers = g_ptr_array_new_with_free_func (free_peer);
  rule->ports = g_array_new (FALSE, FALSE, sizeof (QdPolicyPort));
  g_array_set_clear_func (rule->ports, clear_port);
  return rule;
}

QdPolicy *
qd_policy_new (QdPolicyKind kind, QdPolicyTier tier, const QdPolicyDocument *document)
{
  QdPolicy *self = g_new0 (QdPolicy, 1);

  self->kind = kind;
  self->tier = tier;
  self->place = document->place;
  self->name = g_strdup (document->name);
  if (document->namespace)
    self->namespace = g_ref_string_acquire (document->namespace);
  self->text = self->namespace ? g_strdup_printf ("%s %s/%s", qd_policy_kind_to_string (kind), self->namespace, self->name)
                               : g_strdup_printf ("%s %s", qd_policy_kind_to_string (kind), self->name);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    self->rules[d] = g_ptr_array_new_with_free_func (free_rule);
  return self;
}

void
qd_policy_free (QdPolicy *self)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_ptr_array_unref (self->rules[d]);
  g_clear_pointer (&self->namespaces, qd_selector_unref);
  g_clear_pointer (&self->pods, qd_selector_unref);
  g_clear_pointer (&self->namespace, g_ref_string_release);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}
