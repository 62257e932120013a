/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-words.h"

#include <string.h>

#include <glib/gi18n.h>

/* What a sentence names before it says "and more". */
#define MAX_NAMED 6
#define NAME_LABEL "kubernetes.io/metadata.name"

/* --- Selectors ---------------------------------------------------------------------------------------------------- */

static char *
say_requirement (const QdRequirement *self)
{
  GString *values = g_string_new (NULL);
  g_autofree char *list = NULL;

  for (guint i = 0; i < self->n_values; i++)
    g_string_append_printf (values, "%s%s", i > 0 ? ", " : "", self->values[i]);
  list = g_string_free (values, FALSE);
  switch (self->operator)
    {
    case QD_SELECTOR_IN:
      return self->n_values == 1 ? g_strdup_printf ("%s=%s", self->key, list)
                                 /* TRANSLATORS: a label's name, and the values of which it has one */
                                 : g_strdup_printf (_("%s in (%s)"), self->key, list);
    case QD_SELECTOR_NOT_IN:
      /* TRANSLATORS: a label's name, and the values of which it has none */
      return self->n_values == 1 ? g_strdup_printf ("%s≠%s", self->key, list) : g_strdup_printf (_("%s not in (%s)"), self->key, list);
    case QD_SELECTOR_EXISTS:
      /* TRANSLATORS: a label's name: the label is there, with whatever value */
      return g_strdup_printf (_("any %s"), self->key);
    case QD_SELECTOR_DOES_NOT_EXIST:
    default:
      /* TRANSLATORS: a label's name: the label is not there */
      return g_strdup_printf (_("no %s"), self->key);
    }
}

char *
qd_policy_say_selector (const QdSelector *selector)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < selector->requirements->len; i++)
    {
      g_autofree char *word = say_requirement (&g_array_index (selector->requirements, QdRequirement, i));

      if (i > 0)
        /* TRANSLATORS: between two conditions that both must hold: "app=web and tier=front" */
        g_string_append (text, _(" and "));
      g_string_append (text, word);
    }
  return g_string_free (text, FALSE);
}

/* The one name that a selector of namespaces asks for, or NULL. */
static const char *
asked_name (const QdSelector *selector)
{
  const QdRequirement *requirement;

  if (selector->invalid || selector->requirements->len != 1)
    return NULL;
  requirement = &g_array_index (selector->requirements, QdRequirement, 0);
  return requirement->operator == QD_SELECTOR_IN && requirement->n_values == 1 && g_str_equal (requirement->key, NAME_LABEL)
           ? requirement->values[0] : NULL;
}

static gboolean
selects_all (const QdSelector *selector)
{
  return selector == NULL || qd_selector_is_all (selector);
}

/* --- Peers -------------------------------------------------------------------------------------------------------- */

static char *
say_pods_here (const QdSelector *pods, const char *with)
{
  return selects_all (pods) ? g_strdup (_("All pods in this namespace")) : g_strdup_printf (_("Pods with %s in this namespace"), with);
}

static char *
say_pods (const QdPolicyPeer *peer)
{
  g_autofree char *with = peer->pods != NULL ? qd_policy_say_selector (peer->pods) : g_strdup ("");
  g_autofree char *where = NULL;
  gboolean all = selects_all (peer->pods);
  const char *name;

  if ((peer->pods != NULL && peer->pods->invalid) || (peer->namespaces != NULL && peer->namespaces->invalid))
    return g_strdup (_("Nobody: a selector is invalid"));
  if (peer->namespaces == NULL)
    return say_pods_here (peer->pods, with);
  name = asked_name (peer->namespaces);
  where = qd_policy_say_selector (peer->namespaces);
  if (name != NULL)
    return all ? g_strdup_printf (_("All pods in namespace %s"), name) : g_strdup_printf (_("Pods with %s in namespace %s"), with, name);
  if (qd_selector_is_all (peer->namespaces))
    return all ? g_strdup (_("All pods in every namespace")) : g_strdup_printf (_("Pods with %s in every namespace"), with);
  return all ? g_strdup_printf (_("All pods in any namespace with %s"), where)
             : g_strdup_printf (_("Pods with %s in any namespace with %s"), with, where);
}

/* As it is written; a range would say the same in more words. */
static const char *
block_text (const QdPolicyBlock *block)
{
  const char *text = qd_yaml_node_get_string (block->place.node);

  return text != NULL ? text : "?";
}

/* "10.0.0.0/8, 192.168.0.0/16, …" */
static char *
say_list (const QdYamlNode *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (qd_yaml_node_get_length (list), MAX_NAMED); i++)
    {
      const char *item = qd_yaml_node_get_string (qd_yaml_node_get_item (list, i));

      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", item != NULL ? item : "?");
    }
  if (qd_yaml_node_get_length (list) > MAX_NAMED)
    g_string_append (text, ", …");
  return g_string_free (text, FALSE);
}

static char *
say_networks (const QdPolicyPeer *peer)
{
  const QdYamlNode *block = qd_yaml_node_get (peer->place.node, "ipBlock");
  g_autofree char *excepts = say_list (qd_yaml_node_get (block, "except"));
  g_autofree char *networks = say_list (qd_yaml_node_get (peer->place.node, "networks"));

  if (block == NULL)
    return g_strdup_printf (_("Addresses in %s"), networks);
  if (*excepts == '\0')
    return g_strdup_printf (_("Addresses in %s"), peer->blocks->len > 0 ? block_text (peer->blocks->pdata[0]) : "?");
  return g_strdup_printf (_("Addresses in %s except %s"), peer->blocks->len > 0 ? block_text (peer->blocks->pdata[0]) : "?", excepts);
}

char *
qd_policy_say_peer (const QdPolicyPeer *peer)
{
  switch (peer->kind)
    {
    case QD_POLICY_PEER_PODS:
      return say_pods (peer);
    case QD_POLICY_PEER_NETWORKS:
      return say_networks (peer);
    case QD_POLICY_PEER_NODES:
      return g_strdup (_("Nodes of the cluster"));
    case QD_POLICY_PEER_DOMAINS:
      {
        g_autofree char *list = peer->domains != NULL ? g_strjoinv (", ", peer->domains) : g_strdup ("?");

        return g_strdup_printf (_("Domains %s"), list);
      }
    case QD_POLICY_PEER_UNKNOWN:
    default:
      return g_strdup (_("Something that is not understood here"));
    }
}

/* --- Ports -------------------------------------------------------------------------------------------------------- */

char *
qd_policy_say_port (const QdPolicyPort *port)
{
  const char *protocol = qd_protocol_to_string (port->protocol);

  if (port->name != NULL)
    return port->any_protocol ? g_strdup_printf (_("port %s"), port->name) : g_strdup_printf ("%s %s", protocol, port->name);
  if (port->first <= QD_PORT_MIN && port->last == QD_PORT_MAX)
    return g_strdup_printf (_("every %s port"), protocol);
  if (port->last > port->first)
    return g_strdup_printf ("%s %u–%u", protocol, port->first, port->last);
  return g_strdup_printf ("%s %u", protocol, port->first);
}

/* --- Rules -------------------------------------------------------------------------------------------------------- */

static char *
say_peers (const QdPolicyRule *rule)
{
  GString *text = g_string_new (NULL);

  if (rule->any_peer)
    g_string_append (text, _("Everyone, inside and outside of the cluster"));
  else if (rule->peers->len == 0)
    g_string_append (text, _("Nobody: what is written is not understood"));
  for (guint i = 0; i < MIN (rule->peers->len, MAX_NAMED); i++)
    {
      g_autofree char *peer = qd_policy_say_peer (rule->peers->pdata[i]);

      if (i > 0)
        /* TRANSLATORS: between two kinds of peers of which each is allowed */
        g_string_append (text, _("; also: "));
      g_string_append (text, peer);
    }
  if (rule->peers->len > MAX_NAMED)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", rule->peers->len - MAX_NAMED), rule->peers->len - MAX_NAMED);
  return g_string_free (text, FALSE);
}

static char *
say_ports (const QdPolicyRule *rule)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (rule->ports->len, MAX_NAMED); i++)
    {
      g_autofree char *port = qd_policy_say_port (&g_array_index (rule->ports, QdPolicyPort, i));

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", port);
    }
  if (rule->ports->len > MAX_NAMED)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", rule->ports->len - MAX_NAMED), rule->ports->len - MAX_NAMED);
  return g_string_free (text, FALSE);
}

char *
qd_policy_say_rule (const QdPolicyRule *rule)
{
  g_autofree char *peers = say_peers (rule), *ports = say_ports (rule);

  if (rule->any_port)
    return g_strdup_printf (_("%s, on every port"), peers);
  if (rule->ports->len == 0)
    return g_strdup_printf (_("%s, on no port"), peers);
  /* TRANSLATORS: who, and on which ports: "Pods with app=web in this namespace, on TCP 8080" */
  return g_strdup_printf (_("%s, on %s"), peers, ports);
}

const char *
qd_policy_say_isolation (const QdPolicy *policy, QdPolicyDirection direction)
{
  gboolean none = policy->rules[direction]->len == 0;

  if (!policy->applies[direction])
    return _("Left alone");
  if (direction == QD_POLICY_INGRESS)
    return none ? _("Isolated: nothing comes in") : _("Isolated: only what is allowed here comes in");
  return none ? _("Isolated: nothing goes out") : _("Isolated: only what is allowed here goes out");
}
