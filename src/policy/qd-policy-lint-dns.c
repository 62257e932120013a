/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

#include <glib/gi18n.h>

/* Egress that was closed and opened again for what is needed, but not for names: the commonest thing to be forgotten. Who may reach nobody at all is
 * meant to, and who may reach addresses alone may do without. */

#define DNS_PORT 53u

/* Who answers for names here. */
typedef struct {
  guint group;
  const QdPolicyWorkload *workload;
  guint ports;      /* a set */
} Server;

typedef struct {
  QdPolicyLint *lint;
  GArray *servers;      /* of Server */
  guint ports;          /* UDP and TCP 53 */
} Asking;

/* What is found for one policy. */
typedef struct {
  guint n;                         /* workloads */
  guint group;                     /* of the first of them */
  const QdPolicyWorkload *first;
  gboolean reaches_pods;           /* not addresses alone */
  gboolean admin;                  /* policies of the admin have a say as well */
} Forgotten;

/* --- Who answers ------------------------------------------------------------------------------------------------ */

static gboolean
is_name_of_dns (const char *text)
{
  return text && (strstr (text, "coredns") || strstr (text, "kube-dns") || g_str_equal (text, "dns-default") || g_str_equal (text, "dns"));
}

/* By what it is called, or by a port of UDP that is 53. */
static gboolean
answers_for_names (const QdPolicyWorkload *workload, const QdPolicyPod *pod)
{
  static const char *const keys[] = { "k8s-app", "app.kubernetes.io/name", "app" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (is_name_of_dns (qd_labels_get (pod->labels, keys[i])))
      return TRUE;
  for (guint i = 0; i < pod->n_ports; i++)
    if (pod->ports[i].protocol == QD_PROTOCOL_UDP && pod->ports[i].port == DNS_PORT)
      return TRUE;
  return is_name_of_dns (workload->name);
}

/* 53, and whatever it calls its ports for it: a service may lead 53 elsewhere. */
static guint
server_ports (const Asking *self, const QdPolicyPod *pod)
{
  guint ports = self->ports;

  for (guint i = 0; i < pod->n_ports; i++)
    if (pod->ports[i].name && g_str_has_prefix (pod->ports[i].name, "dns"))
      ports = qd_port_store_union (self->lint->in.store, ports,
                                   qd_port_store_add_range (self->lint->in.store, pod->ports[i].protocol, pod->ports[i].port, pod->ports[i].port));
  return ports;
}

static void
find_servers (Asking *self)
{
  QdPolicyLint *lint = self->lint;

  for (guint group = 0; group < lint->n_groups; group++)
    for (guint i = lint->first_holder[group]; i < lint->first_holder[group + 1]; i++)
      {
        const QdPolicyWorkload *workload = qd_policy_eval_get_workload (lint->eval, g_array_index (lint->holders, guint, i));
        const QdPolicyPod *pod = g_ptr_array_index (workload->pods, 0);
        Server server = { group, workload, 0 };

        if (!answers_for_names (workload, pod))
          continue;
        server.ports = server_ports (self, pod);
        g_array_append_val (self->servers, server);
      }
}

/* --- Who asks --------------------------------------------------------------------------------------------------- */

static gboolean
names_port (const QdPolicyRule *rule)
{
  for (guint i = 0; i < rule->ports->len; i++)
    {
      const QdPolicyPort *port = &g_array_index (rule->ports, QdPolicyPort, i);

      if (port->name ? g_str_has_prefix (port->name, "dns") || g_str_equal (port->name, "domain")
                     : port->protocol != QD_PROTOCOL_SCTP && port->first <= DNS_PORT && port->last >= DNS_PORT)
        return TRUE;
    }
  return FALSE;
}

/* Whether a rule may well be the one for names, though nobody that is here shows it: it is about 53 and whoever answers is not here, or all that it
 * is about is not here. */
static gboolean
may_be_for_names (const Asking *self, const QdPolicyLintRule *rule)
{
  if (rule->rule->action == QD_POLICY_DENY)
    return FALSE;
  if (names_port (rule->rule) && self->servers->len == 0)
    return TRUE;
  return !rule->certain && (rule->rule->any_port || names_port (rule->rule));
}

static gboolean
is_remembered (const Asking *self, const QdPolicyRow *row)
{
  QdPortStore *store = self->lint->in.store;

  for (guint i = 0; i < self->servers->len; i++)
    {
      const Server *server = &g_array_index (self->servers, Server, i);

      if (qd_port_store_intersect (store, row->groups[server->group], server->ports) != QD_PORTS_NONE)
        return TRUE;
    }
  for (guint i = 0; i < self->lint->in.columns->ranges->len; i++)
    if (row->ranges[i] != QD_PORTS_NONE && qd_port_store_intersect (store, row->ranges[i], self->ports) != QD_PORTS_NONE)
      return TRUE;
  for (guint i = 0; i < row->n_policies; i++)
    {
      const GArray *rules = qd_policy_lint_find (self->lint, row->policies[i])->rules[QD_POLICY_EGRESS];

      for (guint r = 0; r < rules->len; r++)
        if (may_be_for_names (self, &g_array_index (rules, QdPolicyLintRule, r)))
          return TRUE;
    }
  return FALSE;
}

static gboolean
reaches (const guint *cells, guint n)
{
  for (guint i = 0; i < n; i++)
    if (cells[i] != QD_PORTS_NONE)
      return TRUE;
  return FALSE;
}

/* Where it is said: the first policy of the row that isolates and allows something. */
static const QdPolicy *
policy_to_blame (const QdPolicyRow *row)
{
  for (guint i = 0; i < row->n_policies; i++)
    if (row->policies[i]->tier == QD_POLICY_TIER_NETWORK && row->policies[i]->rules[QD_POLICY_EGRESS]->len > 0)
      return row->policies[i];
  return NULL;
}

/* Who answers for names asks others, but by address. */
static gboolean
is_server (const Asking *self, guint group)
{
  for (guint i = 0; i < self->servers->len; i++)
    if (g_array_index (self->servers, Server, i).group == group)
      return TRUE;
  return FALSE;
}

static void
look_at_row (const Asking *self, const QdPolicyLintRow *row, Forgotten *forgotten)
{
  QdPolicyLint *lint = self->lint;
  gboolean pods = reaches (row->row->groups, lint->n_groups);

  if ((!pods && !reaches (row->row->ranges, lint->in.columns->ranges->len)) || is_remembered (self, row->row))
    return;
  for (guint i = 0; i < row->groups->len; i++)
    {
      guint group = g_array_index (row->groups, guint, i);

      if (is_server (self, group))
        continue;
      if (forgotten->first == NULL)
        {
          forgotten->first = qd_policy_lint_holder (lint, group);
          forgotten->group = group;
        }
      forgotten->n += lint->first_holder[group + 1] - lint->first_holder[group];
    }
  forgotten->reaches_pods = forgotten->reaches_pods || pods;
  forgotten->admin = forgotten->admin || qd_policy_lint_row_has (row->row, QD_POLICY_TIER_ADMIN);
}

/* --- Saying it -------------------------------------------------------------------------------------------------- */

/* How to select a server: a label that says what it is. */
static const QdLabel *
label_of (const QdPolicyPod *pod)
{
  static const char *const keys[] = { "k8s-app", "app.kubernetes.io/name", "app" };

  for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
    for (guint i = 0; i < pod->labels->n; i++)
      if (g_str_equal (pod->labels->labels[i].key, keys[k]))
        return &pod->labels->labels[i];
  return pod->labels->n ? &pod->labels->labels[0] : NULL;
}

static void
add_selector (JsonBuilder *builder, const char *name, const char *key, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "matchLabels");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_ports (JsonBuilder *builder, const QdPortSet *ports)
{
  json_builder_set_member_name (builder, "ports");
  json_builder_begin_array (builder);
  for (QdProtocol protocol = QD_N_PROTOCOLS; protocol-- > 0;)
    {
      guint n;
      const QdPortRange *ranges = qd_port_set_get_ranges (ports, protocol, &n);

      for (guint i = 0; i < n; i++)
        {
          json_builder_begin_object (builder);
          json_builder_set_member_name (builder, "protocol");
          json_builder_add_string_value (builder, qd_protocol_to_string (protocol));
          json_builder_set_member_name (builder, "port");
          json_builder_add_int_value (builder, ranges[i].first);
          if (ranges[i].last > ranges[i].first)
            {
              json_builder_set_member_name (builder, "endPort");
              json_builder_add_int_value (builder, ranges[i].last);
            }
          json_builder_end_object (builder);
        }
    }
  json_builder_end_array (builder);
}

/* A rule that lets it ask @server; NULL: the one that Kubernetes installs. */
static JsonNode *
make_rule (const Asking *self, const Server *server)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const QdLabel *label = server ? label_of (g_ptr_array_index (server->workload->pods, 0)) : NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "to");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_selector (builder, "namespaceSelector", "kubernetes.io/metadata.name", server ? server->workload->namespace->name : "kube-system");
  if (server == NULL)
    add_selector (builder, "podSelector", "k8s-app", "kube-dns");
  else if (label)
    add_selector (builder, "podSelector", label->key, label->value);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  add_ports (builder, qd_port_store_get (self->lint->in.store, server ? server->ports : self->ports));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* Pods in their node's network are not selected as pods. */
static gboolean
can_be_selected (const Asking *self, const Server *server)
{
  return server == NULL || (!g_array_index (self->lint->in.columns->groups, QdPolicyGroup, server->group).exempt &&
                            qd_labels_get (server->workload->namespace->labels, "kubernetes.io/metadata.name"));
}

static QdPolicyProof *
prove (const Asking *self, guint group, const Server *server)
{
  guint ports = qd_port_store_add_range (self->lint->in.store, QD_PROTOCOL_UDP, DNS_PORT, DNS_PORT);

  if (server)
    return qd_policy_lint_prove (self->lint, group, server->group, ports, QD_POLICY_EGRESS_NO);
  return qd_policy_lint_prove_any (self->lint, QD_POLICY_EGRESS, group, NULL, ports, QD_POLICY_EGRESS_NO);
}

static void
say (const Asking *self, const QdPolicy *policy, const Forgotten *forgotten)
{
  const Server *server = self->servers->len ? &g_array_index (self->servers, Server, 0) : NULL;
  const QdYamlNode *egress = qd_yaml_node_get (qd_yaml_node_get (policy->place.node, "spec"), "egress");
  QdPolicySeverity severity = forgotten->reaches_pods ? QD_POLICY_WARNING : QD_POLICY_NOTE;
  QdPolicyFinding *finding;

  finding = qd_policy_lint_say (self->lint, severity, policy, egress, "dns-forgotten",
                                forgotten->n == 1
                                  ? g_strdup_printf (_("%s may reach others, but nobody on UDP or TCP 53: it will not find them by name"), forgotten->first->text)
                                  : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s and %u more may reach others, but nobody on UDP or TCP 53: they will not find them by name",
                                                                  "%s and %u more may reach others, but nobody on UDP or TCP 53: they will not find them by name", forgotten->n - 1),
                                                     forgotten->first->text, forgotten->n - 1));
  finding->proof = prove (self, forgotten->group, server);
  if (!forgotten->admin && can_be_selected (self, server))
    finding->fix = qd_policy_fix_add_egress (policy, g_strdup_printf (_("Allow DNS to %s"), server ? server->workload->namespace->name : "kube-system"),
                                             make_rule (self, server));
}

void
qd_policy_lint_dns (QdPolicyLint *self)
{
  Asking asking = { self, g_array_new (FALSE, FALSE, sizeof (Server)), 0 };
  g_autofree Forgotten *forgotten = g_new0 (Forgotten, MAX (self->policies->len, 1));

  asking.ports = qd_port_store_union (self->in.store, qd_port_store_add_range (self->in.store, QD_PROTOCOL_UDP, DNS_PORT, DNS_PORT),
                                      qd_port_store_add_range (self->in.store, QD_PROTOCOL_TCP, DNS_PORT, DNS_PORT));
  find_servers (&asking);
  for (guint i = 0; i < self->rows[QD_POLICY_EGRESS]->len && !qd_policy_lint_is_over (self); i++)
    {
      const QdPolicyLintRow *row = &g_array_index (self->rows[QD_POLICY_EGRESS], QdPolicyLintRow, i);
      const QdPolicy *policy = policy_to_blame (row->row);

      if (policy)
        look_at_row (&asking, row, &forgotten[GPOINTER_TO_UINT (g_hash_table_lookup (self->by_policy, policy)) - 1]);
    }
  for (guint i = 0; i < self->policies->len; i++)
    if (forgotten[i].first)
      say (&asking, g_array_index (self->policies, QdPolicyLintPolicy, i).policy, &forgotten[i]);
  g_array_unref (asking.servers);
}
