/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-policy-fields.h"

#include "lab-json.h"

typedef enum
{
  KIND_NONE,
  KIND_NETWORK,
  KIND_ADMIN,
  KIND_BASELINE,
  KIND_CLUSTER
} Kind;

static const struct
{
  const char *api, *kind;
} kinds[] = {
  [KIND_NETWORK] = { "networking.k8s.io/v1", "NetworkPolicy" },
  [KIND_ADMIN] = { "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy" },
  [KIND_BASELINE] = { "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy" },
  [KIND_CLUSTER] = { "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy" },
};

static Kind
kind_of (JsonObject *object)
{
  const char *api = lab_json_get_string (object, "apiVersion", "");
  const char *kind = lab_json_get_string (object, "kind", "");

  for (guint i = KIND_NETWORK; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (api, kinds[i].api) && g_str_equal (kind, kinds[i].kind))
      return i;
  return KIND_NONE;
}

gboolean
lab_is_policy (JsonObject *object)
{
  return kind_of (object) != KIND_NONE;
}

/* --- What is made and freed --- */

static void
clear_peer (gpointer data)
{
  LabPeer *peer = data;

  lab_selector_free (peer->namespaces);
  lab_selector_free (peer->pods);
  g_clear_pointer (&peer->blocks, g_array_unref);
  g_clear_pointer (&peer->excepts, g_array_unref);
}

static void
clear_port (gpointer data)
{
  g_free (((LabPort *) data)->name);
}

static void
clear_rule (gpointer data)
{
  g_array_unref (((LabRule *) data)->peers);
  g_array_unref (((LabRule *) data)->ports);
}

static GArray *
new_list (gsize size, GDestroyNotify clear)
{
  GArray *list = g_array_new (FALSE, TRUE, (guint) size);

  g_array_set_clear_func (list, clear);
  return list;
}

static LabPeer *
add_peer (LabRule *rule)
{
  g_array_set_size (rule->peers, rule->peers->len + 1);
  return &g_array_index (rule->peers, LabPeer, rule->peers->len - 1);
}

static LabRule *
add_rule (LabNetworkPolicy *policy, LabDirection direction)
{
  LabRule rule = { .peers = new_list (sizeof (LabPeer), clear_peer), .ports = new_list (sizeof (LabPort), clear_port) };

  g_array_append_val (policy->rules[direction], rule);
  return &g_array_index (policy->rules[direction], LabRule, policy->rules[direction]->len - 1);
}

void
lab_network_policy_free (LabNetworkPolicy *policy)
{
  g_free (policy->kind);
  g_free (policy->namespace);
  g_free (policy->name);
  lab_selector_free (policy->subject_namespaces);
  lab_selector_free (policy->subject_pods);
  for (guint i = 0; i < LAB_N_DIRECTIONS; i++)
    g_array_unref (policy->rules[i]);
  g_free (policy);
}

/* --- Ports --- */

static gboolean
read_protocol (JsonObject *object, const char *path, LabProtocol *protocol, GError **error)
{
  const char *text;

  *protocol = LAB_TCP;
  if (!lab_field_text (object, "protocol", path, &text, error))
    return FALSE;
  if (text == NULL || lab_protocol_read (text, protocol))
    return TRUE;
  return lab_field_wrong (error, path, "the protocol must be TCP, UDP or SCTP");
}

static gboolean
is_port (gint64 number)
{
  return number >= 1 && number <= 65535;
}

/* port and endPort of a NetworkPolicy: a number or a name. */
static gboolean
read_network_port (JsonObject *object, const char *path, LabPort *port, GError **error)
{
  JsonNode *node = json_object_get_member (object, "port");
  gboolean has_end, has_port = node != NULL && !JSON_NODE_HOLDS_NULL (node);
  gint64 end, number;

  if (!read_protocol (object, path, &port->protocol, error) ||
      !lab_field_number (object, "endPort", path, &end, &has_end, error))
    return FALSE;
  port->first = 1;
  port->last = 65535;
  if (has_port && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      if (!lab_is_port_name (json_node_get_string (node)))
        return lab_field_wrong (error, path, "\"%s\" is no name of a port", json_node_get_string (node));
      port->name = g_strdup (json_node_get_string (node));
    }
  else if (has_port)
    {
      if (!lab_field_number (object, "port", path, &number, &has_port, error))
        return FALSE;
      if (!is_port (number) || (has_end && !is_port (end)))
        return lab_field_wrong (error, path, "a port is a number from 1 to 65535");
      if (has_end && end < number)
        return lab_field_wrong (error, path, "endPort is below port");
      port->first = (guint) number;
      port->last = has_end ? (guint) end : (guint) number;
    }
  if (has_end && (!has_port || port->name != NULL))
    return lab_field_wrong (error, path, "endPort needs a port that is a number");
  return TRUE;
}

/* start and end. Only the newer API refuses a range that is one port. */
static gboolean
read_range (JsonObject *object, gboolean may_be_one, const char *path, LabPort *port, GError **error)
{
  gboolean has_start, has_end;
  gint64 start, end;

  if (!lab_field_number (object, "start", path, &start, &has_start, error) ||
      !lab_field_number (object, "end", path, &end, &has_end, error))
    return FALSE;
  if (!is_port (start) || !is_port (end) || start > end || (start == end && !may_be_one))
    return lab_field_wrong (error, path, "a range goes from a lower to a higher port");
  port->first = (guint) start;
  port->last = (guint) end;
  return TRUE;
}

static gboolean
read_one_number (JsonObject *object, const char *name, const char *path, LabPort *port, GError **error)
{
  gboolean given;
  gint64 number;

  if (!lab_field_number (object, name, path, &number, &given, error))
    return FALSE;
  if (!is_port (number))
    return lab_field_wrong (error, path, "a port is a number from 1 to 65535");
  port->first = port->last = (guint) number;
  return TRUE;
}

static gboolean
take_port_name (LabPort *port, const char *name, const char *path, GError **error)
{
  if (!lab_is_port_name (name))
    return lab_field_wrong (error, path, "\"%s\" is no name of a port", name);
  port->any_protocol = TRUE;
  port->name = g_strdup (name);
  return TRUE;
}

/* portNumber, portRange or namedPort, one of them. */
static gboolean
read_admin_port (JsonObject *object, const char *path, LabPort *port, GError **error)
{
  JsonObject *number, *range;
  const char *name;

  if (!lab_field_object (object, "portNumber", path, &number, error) ||
      !lab_field_object (object, "portRange", path, &range, error) ||
      !lab_field_text (object, "namedPort", path, &name, error))
    return FALSE;
  if ((number != NULL) + (range != NULL) + (name != NULL) != 1)
    return lab_field_wrong (error, path, "give one of portNumber, portRange and namedPort");
  if (name != NULL)
    return take_port_name (port, name, path, error);
  if (!read_protocol (number != NULL ? number : range, path, &port->protocol, error))
    return FALSE;
  return number != NULL ? read_one_number (number, "port", path, port, error) : read_range (range, TRUE, path, port, error);
}

/* destinationPort of a protocol: number or range, one of them. */
static gboolean
read_destination (JsonObject *object, const char *path, LabPort *port, GError **error)
{
  JsonObject *destination, *range;
  gboolean has_number;
  gint64 number;

  if (!lab_field_object (object, "destinationPort", path, &destination, error))
    return FALSE;
  if (destination == NULL)
    return lab_field_wrong (error, path, "a protocol needs its destinationPort");
  if (!lab_field_number (destination, "number", path, &number, &has_number, error) ||
      !lab_field_object (destination, "range", path, &range, error))
    return FALSE;
  if (has_number == (range != NULL))
    return lab_field_wrong (error, path, "destinationPort is a number or a range");
  return has_number ? read_one_number (destination, "number", path, port, error) : read_range (range, FALSE, path, port, error);
}

/* tcp, udp, sctp or destinationNamedPort, one of them. */
static gboolean
read_cluster_port (JsonObject *object, const char *path, LabPort *port, GError **error)
{
  static const char *const names[LAB_N_PROTOCOLS] = { "tcp", "udp", "sctp" };
  JsonObject *found = NULL;
  const char *name;
  guint n = 0;

  for (guint i = 0; i < LAB_N_PROTOCOLS; i++)
    {
      JsonObject *one;

      if (!lab_field_object (object, names[i], path, &one, error))
        return FALSE;
      if (one == NULL)
        continue;
      found = one;
      port->protocol = i;
      n++;
    }
  if (!lab_field_text (object, "destinationNamedPort", path, &name, error))
    return FALSE;
  if (n + (name != NULL) != 1)
    return lab_field_wrong (error, path, "give one of tcp, udp, sctp and destinationNamedPort");
  return name != NULL ? take_port_name (port, name, path, error) : read_destination (found, path, port, error);
}

static gboolean
read_ports (Kind kind, JsonObject *object, const char *path, LabRule *rule, GError **error)
{
  const char *name = kind == KIND_CLUSTER ? "protocols" : "ports";
  JsonArray *list;

  if (!lab_field_list (object, name, path, &list, error))
    return FALSE;
  rule->any_port = list == NULL || json_array_get_length (list) == 0;
  if (kind == KIND_CLUSTER && list != NULL && (rule->any_port || json_array_get_length (list) > 25))
    return lab_field_wrong (error, path, "protocols has 1 to 25 entries, or is not there");
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/%s/%u", path, name, i);
      g_autoptr (JsonObject) one = lab_element_object (list, i, where, error);
      LabPort *port;

      if (one == NULL)
        return FALSE;
      g_array_set_size (rule->ports, i + 1);
      port = &g_array_index (rule->ports, LabPort, i);
      if (kind == KIND_NETWORK ? !read_network_port (one, where, port, error)
          : kind == KIND_CLUSTER ? !read_cluster_port (one, where, port, error)
                                 : !read_admin_port (one, where, port, error))
        return FALSE;
    }
  return TRUE;
}

/* --- Peers --- */

static gboolean
add_cidr (GArray *list, const char *text, const char *path, GError **error)
{
  LabCidr cidr;

  if (text == NULL || !lab_cidr_parse (text, &cidr))
    return lab_field_wrong (error, path, "\"%s\" is no block of addresses: write it as 10.0.0.0/8 or fd00::/8",
                            text != NULL ? text : "");
  g_array_append_val (list, cidr);
  return TRUE;
}

static gboolean
read_ip_block (JsonObject *block, const char *path, LabPeer *peer, GError **error)
{
  const char *text;
  JsonArray *list;

  peer->blocks = g_array_new (FALSE, TRUE, sizeof (LabCidr));
  peer->excepts = g_array_new (FALSE, TRUE, sizeof (LabCidr));
  if (!lab_field_text (block, "cidr", path, &text, error) || !add_cidr (peer->blocks, text, path, error) ||
      !lab_field_list (block, "except", path, &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/except/%u", path, i);

      text = lab_element_text (list, i, where, error);
      if (text == NULL || !add_cidr (peer->excepts, text, where, error))
        return FALSE;
      if (!lab_cidr_within (&g_array_index (peer->excepts, LabCidr, i), &g_array_index (peer->blocks, LabCidr, 0)))
        return lab_field_wrong (error, where, "this is not a part of the block");
    }
  return TRUE;
}

static gboolean
read_network_peer (JsonObject *object, const char *path, LabPeer *peer, GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s/ipBlock", path);
  JsonObject *block;

  if (!lab_field_selector (object, "podSelector", path, &peer->pods, error) ||
      !lab_field_selector (object, "namespaceSelector", path, &peer->namespaces, error) ||
      !lab_field_object (object, "ipBlock", path, &block, error))
    return FALSE;
  if (block == NULL && peer->pods == NULL && peer->namespaces == NULL)
    return lab_field_wrong (error, path, "a peer says whom it means: podSelector, namespaceSelector or ipBlock");
  if (block != NULL && (peer->pods != NULL || peer->namespaces != NULL))
    return lab_field_wrong (error, path, "ipBlock stands alone");
  return block == NULL || read_ip_block (block, where, peer, error);
}

/* namespaceSelector and podSelector, both. */
static gboolean
read_namespaced_pods (JsonObject *object, const char *path, LabSelector **namespaces, LabSelector **pods, GError **error)
{
  if (!lab_field_selector (object, "namespaceSelector", path, namespaces, error) ||
      !lab_field_selector (object, "podSelector", path, pods, error))
    return FALSE;
  if (*namespaces != NULL && *pods != NULL)
    return TRUE;
  return lab_field_wrong (error, path, "pods needs namespaceSelector and podSelector");
}

static gboolean
read_networks (JsonArray *list, const char *path, LabPeer *peer, GError **error)
{
  guint n = json_array_get_length (list);

  peer->blocks = g_array_new (FALSE, TRUE, sizeof (LabCidr));
  peer->excepts = g_array_new (FALSE, TRUE, sizeof (LabCidr));
  if (n == 0 || n > 25)
    return lab_field_wrong (error, path, "networks has 1 to 25 entries");
  for (guint i = 0; i < n; i++)
    {
      const char *text = lab_element_text (list, i, path, error);

      if (text == NULL || !add_cidr (peer->blocks, text, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_domains (JsonArray *list, const char *path, const LabRule *rule, LabPeer *peer, GError **error)
{
  guint n = json_array_get_length (list);

  peer->elsewhere = TRUE;
  if (rule->action != LAB_ALLOW)
    return lab_field_wrong (error, path, "domainNames can only be accepted");
  if (n == 0 || n > 25)
    return lab_field_wrong (error, path, "domainNames has 1 to 25 entries");
  for (guint i = 0; i < n; i++)
    {
      const char *text = lab_element_text (list, i, path, error);

      if (text == NULL)
        return FALSE;
      if (!lab_is_domain (text))
        return lab_field_wrong (error, path, "\"%s\" is no name of a domain", text);
    }
  return TRUE;
}

/* Whether it says anything at all, be it in words of a newer API. */
static gboolean
says_something (JsonObject *object)
{
  JsonObjectIter iter;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, NULL, &value))
    if (!JSON_NODE_HOLDS_NULL (value))
      return TRUE;
  return FALSE;
}

/* A peer of an admin's policy: one of its fields, of which ingress has only the first two. */
static gboolean
read_admin_peer (JsonObject *object, const char *path, LabDirection direction, const LabRule *rule, LabPeer *peer,
                 GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s/pods", path);
  g_autoptr (LabSelector) nodes = NULL;
  JsonObject *pods;
  JsonArray *networks = NULL, *domains = NULL;
  guint n;

  if (!lab_field_selector (object, "namespaces", path, &peer->namespaces, error) ||
      !lab_field_object (object, "pods", path, &pods, error))
    return FALSE;
  if (direction == LAB_EGRESS &&
      (!lab_field_selector (object, "nodes", path, &nodes, error) ||
       !lab_field_list (object, "networks", path, &networks, error) ||
       !lab_field_list (object, "domainNames", path, &domains, error)))
    return FALSE;
  n = (peer->namespaces != NULL) + (pods != NULL) + (nodes != NULL) + (networks != NULL) + (domains != NULL);
  peer->unknown = n == 0;
  peer->elsewhere = nodes != NULL;
  if (n > 1 || !says_something (object))
    return lab_field_wrong (error, path, "a peer has one of its fields");
  if (pods != NULL)
    return read_namespaced_pods (pods, where, &peer->namespaces, &peer->pods, error);
  if (networks != NULL)
    return read_networks (networks, path, peer, error);
  return domains == NULL || read_domains (domains, path, rule, peer, error);
}

static gboolean
read_peers (Kind kind, LabDirection direction, JsonObject *object, const char *path, LabRule *rule, GError **error)
{
  const char *name = direction == LAB_INGRESS ? "from" : "to";
  guint most = kind == KIND_NETWORK ? G_MAXUINT : kind == KIND_CLUSTER ? 25 : 100, n;
  JsonArray *list;

  if (!lab_field_list (object, name, path, &list, error))
    return FALSE;
  n = list != NULL ? json_array_get_length (list) : 0;
  if (kind != KIND_NETWORK && (n == 0 || n > most))
    return lab_field_wrong (error, path, "%s has 1 to %u entries", name, most);
  rule->any_peer = n == 0;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/%s/%u", path, name, i);
      g_autoptr (JsonObject) one = lab_element_object (list, i, where, error);
      LabPeer *peer;

      if (one == NULL)
        return FALSE;
      peer = add_peer (rule);
      if (kind == KIND_NETWORK ? !read_network_peer (one, where, peer, error)
                               : !read_admin_peer (one, where, direction, rule, peer, error))
        return FALSE;
    }
  return TRUE;
}

/* --- Rules --- */

static gboolean
read_action (Kind kind, JsonObject *object, const char *path, LabAction *action, GError **error)
{
  const char *allow = kind == KIND_CLUSTER ? "Accept" : "Allow", *text;

  *action = LAB_ALLOW;
  if (kind == KIND_NETWORK)
    return TRUE;
  if (!lab_field_text (object, "action", path, &text, error))
    return FALSE;
  if (g_strcmp0 (text, allow) == 0)
    return TRUE;
  *action = g_strcmp0 (text, "Deny") == 0 ? LAB_DENY : LAB_PASS;
  if (*action == LAB_DENY || (g_strcmp0 (text, "Pass") == 0 && kind != KIND_BASELINE))
    return TRUE;
  return lab_field_wrong (error, path, "the action must be %s, Deny%s", allow, kind == KIND_BASELINE ? "" : " or Pass");
}

/* Addresses, nodes and domains have no names for their ports. */
static gboolean
names_where_none_are (const LabRule *rule)
{
  gboolean named = FALSE, nameless = FALSE;

  for (guint i = 0; i < rule->ports->len; i++)
    named = named || g_array_index (rule->ports, LabPort, i).name != NULL;
  for (guint i = 0; i < rule->peers->len; i++)
    nameless = nameless || g_array_index (rule->peers, LabPeer, i).blocks != NULL ||
               g_array_index (rule->peers, LabPeer, i).elsewhere;
  return named && nameless;
}

static gboolean
read_rule (Kind kind, LabDirection direction, JsonObject *object, const char *path, LabRule *rule, GError **error)
{
  const char *name;

  if (!read_action (kind, object, path, &rule->action, error) ||
      !read_peers (kind, direction, object, path, rule, error) || !read_ports (kind, object, path, rule, error))
    return FALSE;
  if (kind == KIND_NETWORK)
    return TRUE;
  if (names_where_none_are (rule))
    return lab_field_wrong (error, path, "addresses, nodes and domains have no named ports");
  if (!lab_field_text (object, "name", path, &name, error))
    return FALSE;
  return name == NULL || g_utf8_strlen (name, -1) <= 100 ||
         lab_field_wrong (error, path, "the name of a rule has at most 100 characters");
}

static gboolean
read_rules (Kind kind, LabDirection direction, JsonObject *spec, LabNetworkPolicy *policy, GError **error)
{
  const char *name = direction == LAB_INGRESS ? "ingress" : "egress";
  guint most = kind == KIND_NETWORK ? G_MAXUINT : kind == KIND_CLUSTER ? 25 : 100;
  JsonArray *list;

  if (!lab_field_list (spec, name, "/spec", &list, error))
    return FALSE;
  if (list != NULL && json_array_get_length (list) > most)
    return lab_field_wrong (error, "/spec", "%s has at most %u rules", name, most);
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("/spec/%s/%u", name, i);
      g_autoptr (JsonObject) one = lab_element_object (list, i, where, error);

      if (one == NULL || !read_rule (kind, direction, one, where, add_rule (policy, direction), error))
        return FALSE;
    }
  return TRUE;
}

/* --- Policies --- */

/* The policy types: as they are given, else ingress, and egress where there are rules for it. */
static gboolean
read_types (JsonObject *spec, LabNetworkPolicy *policy, GError **error)
{
  JsonArray *list;
  guint n;

  if (!lab_field_list (spec, "policyTypes", "/spec", &list, error))
    return FALSE;
  n = list != NULL ? json_array_get_length (list) : 0;
  if (n > 2)
    return lab_field_wrong (error, "/spec/policyTypes", "there are at most two");
  for (guint i = 0; i < n; i++)
    {
      const char *text = lab_element_text (list, i, "/spec/policyTypes", error);

      if (text == NULL)
        return FALSE;
      if (!g_str_equal (text, "Ingress") && !g_str_equal (text, "Egress"))
        return lab_field_wrong (error, "/spec/policyTypes", "\"%s\" is neither Ingress nor Egress", text);
      policy->isolates[g_str_equal (text, "Ingress") ? LAB_INGRESS : LAB_EGRESS] = TRUE;
    }
  if (n == 0)
    {
      policy->isolates[LAB_INGRESS] = TRUE;
      policy->isolates[LAB_EGRESS] = policy->rules[LAB_EGRESS]->len > 0;
    }
  return TRUE;
}

/* namespaces or pods, one of them. */
static gboolean
read_subject (JsonObject *spec, LabNetworkPolicy *policy, GError **error)
{
  JsonObject *subject, *pods;

  if (!lab_field_object (spec, "subject", "/spec", &subject, error))
    return FALSE;
  if (subject == NULL)
    return lab_field_wrong (error, "/spec/subject", "this is missing: it says whom the policy is about");
  if (!lab_field_selector (subject, "namespaces", "/spec/subject", &policy->subject_namespaces, error) ||
      !lab_field_object (subject, "pods", "/spec/subject", &pods, error))
    return FALSE;
  if ((policy->subject_namespaces != NULL) == (pods != NULL))
    return lab_field_wrong (error, "/spec/subject", "give one of namespaces and pods");
  return pods == NULL ||
         read_namespaced_pods (pods, "/spec/subject/pods", &policy->subject_namespaces, &policy->subject_pods, error);
}

static gboolean
read_place (Kind kind, JsonObject *spec, LabNetworkPolicy *policy, GError **error)
{
  const char *tier;
  gboolean given;

  policy->tier = kind == KIND_BASELINE ? LAB_TIER_BASELINE : LAB_TIER_ADMIN;
  if (kind == KIND_BASELINE)
    {
      /* After all that have a number. */
      policy->priority = G_MAXINT64;
      return g_str_equal (policy->name, "default") ||
             lab_field_wrong (error, "/metadata/name", "the baseline policy is called default");
    }
  if (!lab_field_number (spec, "priority", "/spec", &policy->priority, &given, error))
    return FALSE;
  if (!given || policy->priority < 0 || policy->priority > 1000)
    return lab_field_wrong (error, "/spec/priority", "a priority is a number from 0 to 1000");
  if (kind != KIND_CLUSTER)
    return TRUE;
  if (!lab_field_text (spec, "tier", "/spec", &tier, error))
    return FALSE;
  if (g_strcmp0 (tier, "Admin") != 0 && g_strcmp0 (tier, "Baseline") != 0)
    return lab_field_wrong (error, "/spec/tier", "the tier must be Admin or Baseline");
  policy->tier = g_str_equal (tier, "Admin") ? LAB_TIER_ADMIN : LAB_TIER_BASELINE;
  return TRUE;
}

static gboolean
read_spec (Kind kind, JsonObject *spec, LabNetworkPolicy *policy, GError **error)
{
  if (kind == KIND_NETWORK)
    {
      policy->tier = LAB_TIER_NETWORK;
      if (!lab_field_selector (spec, "podSelector", "/spec", &policy->subject_pods, error))
        return FALSE;
    }
  else if (!read_place (kind, spec, policy, error) || !read_subject (spec, policy, error))
    return FALSE;
  return read_rules (kind, LAB_INGRESS, spec, policy, error) && read_rules (kind, LAB_EGRESS, spec, policy, error) &&
         (kind != KIND_NETWORK || read_types (spec, policy, error));
}

LabNetworkPolicy *
lab_network_policy_read (JsonObject *object, GError **error)
{
  g_autoptr (LabNetworkPolicy) policy = NULL;
  g_autoptr (JsonObject) nothing = json_object_new ();
  Kind kind = kind_of (object);
  const char *namespace, *name;
  JsonObject *spec;

  if (kind == KIND_NONE)
    {
      lab_field_wrong (error, "/kind", "this is none of the policies of networking.k8s.io/v1 and policy.networking.k8s.io");
      return NULL;
    }
  if (!lab_field_names (object, kind == KIND_NETWORK, &namespace, &name, error) ||
      !lab_field_object (object, "spec", "", &spec, error))
    return NULL;
  policy = g_new0 (LabNetworkPolicy, 1);
  policy->kind = g_strdup (kinds[kind].kind);
  policy->namespace = g_strdup (namespace);
  policy->name = g_strdup (name);
  for (guint i = 0; i < LAB_N_DIRECTIONS; i++)
    policy->rules[i] = new_list (sizeof (LabRule), clear_rule);
  return read_spec (kind, spec != NULL ? spec : nothing, policy, error) ? g_steal_pointer (&policy) : NULL;
}
