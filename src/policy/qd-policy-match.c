/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-match-private.h"

#include <glib/gi18n.h>

/* One policy, one peer, one port against one pod, read as it is written. The evaluation does this for all at once with sets; here it is done once
 * more in the plainest way, and says why. */

/* @name is the field that the selector stands in. */
static char *
match_selector (const QdSelector *selector, const QdLabels *labels, const char *name)
{
  const QdRequirement *unmet;
  g_autofree char *text = NULL;

  if (selector == NULL)
    return NULL;
  if (selector->invalid)
    return g_strdup_printf (_("its %s is invalid"), name);
  unmet = qd_selector_find_unmet (selector, labels);
  if (unmet == NULL)
    return NULL;
  text = qd_requirement_to_text (unmet);
  return g_strdup_printf (_("its %s asks for %s"), name, text);
}

/* Pods of what @namespaces selects, or of @own where it is NULL, that @pods selects. */
static char *
match_pods (const QdSelector *namespaces, const char *own, const QdSelector *pods, const QdPolicyWho *who)
{
  char *why;

  if (who->pod == NULL)
    return g_strdup_printf (_("it is about pods, and %s is outside the cluster"), who->name);
  if (who->exempt)
    return g_strdup_printf (_("it is about pods, and %s is seen as its node"), who->name);
  if (namespaces == NULL && who->namespace->name != own)
    return g_strdup_printf (_("it is about the namespace %s"), own);
  why = match_selector (namespaces, who->namespace->labels, "namespaceSelector");
  return why ? why : match_selector (pods, who->pod->labels, "podSelector");
}

char *
qd_policy_match_subject (const QdPolicy *policy, const QdPolicyWho *who)
{
  return match_pods (policy->namespaces, policy->namespace, policy->pods, who);
}

/* --- Addresses -------------------------------------------------------------------------------------------------- */

static char *
describe_range (const QdAddressRange *range)
{
  g_autofree char *first = qd_address_to_text (&range->first), *last = qd_address_to_text (&range->last);

  return qd_address_compare (&range->first, &range->last) == 0 ? g_strdup (first) : g_strconcat (first, "-", last, NULL);
}

static char *
match_block (const QdPolicyBlock *block, const QdAddress *address)
{
  g_autofree char *cidr = NULL, *text = NULL;

  if (qd_address_ranges_find (block->ranges, address) >= 0)
    return NULL;
  text = qd_address_to_text (address);
  for (guint i = 0; i < block->excepts->len; i++)
    if (qd_address_range_contains (&g_array_index (block->excepts, QdAddressRange, i), address))
      {
        cidr = describe_range (&g_array_index (block->excepts, QdAddressRange, i));
        return g_strdup_printf (_("it excepts %s, where %s is"), cidr, text);
      }
  cidr = describe_range (&block->cidr);
  return g_strdup_printf (_("it is about %s, and not about %s"), cidr, text);
}

/* Any of the blocks, any of the addresses. */
static char *
match_blocks (const QdPolicyPeer *peer, const QdAddress *addresses, guint n)
{
  char *first = NULL;

  for (guint b = 0; b < peer->blocks->len; b++)
    for (guint i = 0; i < n; i++)
      {
        char *why = match_block (g_ptr_array_index (peer->blocks, b), &addresses[i]);

        if (why == NULL)
          {
            g_free (first);
            return NULL;
          }
        if (first)
          g_free (why);
        else
          first = why;
      }
  return first ? first : g_strdup (_("it names no address"));
}

static char *
match_networks (const QdPolicy *policy, const QdPolicyPeer *peer, const QdPolicyWho *who, const QdPolicyOptions *options)
{
  g_autoptr (GArray) addresses = NULL;

  if (who->pod == NULL)
    return match_blocks (peer, &who->range->first, 1);
  if (policy->kind == QD_POLICY_NETWORK && options->ip_block == QD_POLICY_BLOCK_EXTERNAL)
    return g_strdup_printf (_("it is about addresses outside, and %s is in the cluster"), who->name);
  addresses = g_array_new (FALSE, FALSE, sizeof (QdAddress));
  if (who->pod->n_addresses)
    g_array_append_vals (addresses, who->pod->addresses, who->pod->n_addresses);
  if (who->exempt && who->pod->n_node_addresses)
    g_array_append_vals (addresses, who->pod->node_addresses, who->pod->n_node_addresses);
  if (addresses->len == 0)
    return g_strdup_printf (_("it is about addresses, and that of %s is not known"), who->name);
  return match_blocks (peer, (const QdAddress *) (gpointer) addresses->data, addresses->len);
}

char *
qd_policy_match_peer (const QdPolicy *policy, const QdPolicyPeer *peer, const QdPolicyWho *who, const QdPolicyOptions *options)
{
  switch (peer->kind)
    {
    case QD_POLICY_PEER_PODS:
      return match_pods (peer->namespaces, policy->namespace, peer->pods, who);
    case QD_POLICY_PEER_NETWORKS:
      return match_networks (policy, peer, who, options);
    case QD_POLICY_PEER_NODES:
      return g_strdup (_("it is about nodes, which are not evaluated"));
    case QD_POLICY_PEER_DOMAINS:
      return g_strdup (_("it is about domain names, which are not evaluated"));
    case QD_POLICY_PEER_UNKNOWN:
    default:
      return g_strdup (_("it is not known whom it is about"));
    }
}

/* --- Ports ------------------------------------------------------------------------------------------------------ */

static gboolean
match_port (const QdPolicyPort *self, const QdPolicyWho *destination, QdProtocol protocol, guint port)
{
  if (!self->any_protocol && self->protocol != protocol)
    return FALSE;
  if (self->name == NULL)
    return self->first <= port && port <= self->last;
  /* Who is outside, or seen as a node, has no names for its ports. */
  for (guint i = 0; destination->pod && !destination->exempt && i < destination->pod->n_ports; i++)
    {
      const QdPolicyContainerPort *there = &destination->pod->ports[i];

      if (there->name == self->name && there->protocol == protocol && there->port == port)
        return TRUE;
    }
  return FALSE;
}

static void
describe_port (const QdPolicyPort *port, GString *text)
{
  if (text->len)
    g_string_append (text, ", ");
  if (port->name)
    g_string_append_printf (text, "%s", port->name);
  else if (port->first == port->last)
    g_string_append_printf (text, "%u", port->first);
  else
    g_string_append_printf (text, "%u-%u", port->first, port->last);
  if (!port->any_protocol)
    g_string_append_printf (text, "/%s", qd_protocol_to_string (port->protocol));
}

char *
qd_policy_match_ports (const QdPolicyRule *rule, const QdPolicyWho *destination, QdProtocol protocol, guint port)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (rule->any_port)
    return NULL;
  for (guint i = 0; i < rule->ports->len; i++)
    {
      const QdPolicyPort *one = &g_array_index (rule->ports, QdPolicyPort, i);

      if (match_port (one, destination, protocol, port))
        return NULL;
      describe_port (one, text);
    }
  return g_strdup_printf (_("its ports are %s"), text->str);
}
