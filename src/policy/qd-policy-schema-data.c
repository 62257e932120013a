/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-policy-schema.h"
#include "qd-policy-test.h"
#include "qd-routing-private.h"

#define SCHEMA(name) static const QdPolicySchema name = { name##_fields, G_N_ELEMENTS (name##_fields) }
#define FIELD(name, type, doc) { name, QD_POLICY_FIELD_##type, FALSE, NULL, NULL, doc }
#define NEEDED(name, type, doc) { name, QD_POLICY_FIELD_##type, TRUE, NULL, NULL, doc }
#define CHOICE(name, required, values, doc) { name, QD_POLICY_FIELD_STRING, required, NULL, values, doc }
#define OBJECT(name, schema, doc) { name, QD_POLICY_FIELD_OBJECT, FALSE, &schema, NULL, doc }
#define NEEDED_OBJECT(name, schema, doc) { name, QD_POLICY_FIELD_OBJECT, TRUE, &schema, NULL, doc }
#define LIST(name, schema, doc) { name, QD_POLICY_FIELD_LIST, FALSE, &schema, NULL, doc }
#define NEEDED_LIST(name, schema, doc) { name, QD_POLICY_FIELD_LIST, TRUE, &schema, NULL, doc }

static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };
static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist", NULL };
static const char *const policy_types[] = { "Ingress", "Egress", NULL };
static const char *const admin_actions[] = { "Allow", "Deny", "Pass", NULL };
static const char *const baseline_actions[] = { "Allow", "Deny", NULL };
static const char *const cluster_actions[] = { "Accept", "Deny", "Pass", NULL };
static const char *const tiers[] = { "Admin", "Baseline", NULL };
static const char *const expectations[] = { "allow", "deny", NULL };

/* --- What all objects have --- */

#define NAME_DOC N_("The name of the object, one of its kind in its namespace.")

static const QdPolicyField metadata_fields[] = {
  NEEDED ("name", STRING, NAME_DOC),
  FIELD ("namespace", STRING, N_("The namespace that the object is in; “default” where none is given.")),
  FIELD ("labels", LABELS, N_("Names and values by which others find the object.")),
  FIELD ("annotations", LABELS, N_("Notes for people and programs; nothing is selected by them.")),
  FIELD ("generateName", STRING, N_("The beginning of a name that the server completes.")),
  FIELD ("finalizers", STRINGS, N_("Who has to agree before the object is gone.")),
  FIELD ("ownerReferences", ANY, N_("The objects that this one belongs to; the server writes it.")),
  FIELD ("uid", ANY, N_("The server writes it.")),
  FIELD ("resourceVersion", ANY, N_("The server writes it.")),
  FIELD ("generation", ANY, N_("The server writes it.")),
  FIELD ("creationTimestamp", ANY, N_("The server writes it.")),
  FIELD ("deletionTimestamp", ANY, N_("The server writes it.")),
  FIELD ("deletionGracePeriodSeconds", ANY, N_("The server writes it.")),
  FIELD ("managedFields", ANY, N_("The server writes it.")),
  FIELD ("selfLink", ANY, N_("The server writes it.")),
};
SCHEMA (metadata);

#define HEAD \
  NEEDED ("apiVersion", STRING, N_("The group and version of the API that the object is of.")), \
  NEEDED ("kind", STRING, N_("What kind of object it is.")), \
  NEEDED_OBJECT ("metadata", metadata, N_("The name, namespace and labels of the object."))
#define STATUS FIELD ("status", ANY, N_("The server writes it."))

/* --- Selectors --- */

static const QdPolicyField expression_fields[] = {
  NEEDED ("key", STRING, N_("The label that is looked at.")),
  CHOICE ("operator", TRUE, operators, N_("In and NotIn compare with values; Exists and DoesNotExist ask for the label alone. NotIn is also true where the label is missing.")),
  FIELD ("values", STRINGS, N_("What In and NotIn compare with; the others have none.")),
};
SCHEMA (expression);

static const QdPolicyField selector_fields[] = {
  FIELD ("matchLabels", LABELS, N_("Labels that must all be there with these values.")),
  LIST ("matchExpressions", expression, N_("Conditions on labels that must all be true.")),
};
SCHEMA (selector);

/* --- NetworkPolicy --- */

static const QdPolicyField ip_block_fields[] = {
  NEEDED ("cidr", STRING, N_("A block of addresses such as 10.0.0.0/8 or fd00::/8.")),
  FIELD ("except", STRINGS, N_("Parts of the block that are left out; another rule may still allow them.")),
};
SCHEMA (ip_block);

static const QdPolicyField peer_fields[] = {
  OBJECT ("podSelector", selector, N_("Pods by their labels: of the policy's own namespace, or with a namespaceSelector beside it of the namespaces that it selects. Empty means all of them.")),
  OBJECT ("namespaceSelector", selector, N_("Namespaces by their labels; with a podSelector in the same entry both must match. Empty means all of them.")),
  OBJECT ("ipBlock", ip_block, N_("Addresses, meant for those outside of the cluster; it stands alone in its entry.")),
};
SCHEMA (peer);

#define PROTOCOL_DOC N_("TCP, UDP or SCTP; TCP where none is given.")

static const QdPolicyField port_fields[] = {
  CHOICE ("protocol", FALSE, protocols, PROTOCOL_DOC),
  FIELD ("port", PORT, N_("A number, or the name of a port of the pod that is talked to; all ports where none is given.")),
  FIELD ("endPort", INT, N_("The last port of a range that begins with port, which must be a number.")),
};
SCHEMA (port);

#define PORTS_DOC N_("Ports that the rule is about; absent or empty means all ports of all protocols.")

static const QdPolicyField ingress_rule_fields[] = {
  LIST ("from", peer, N_("Who may connect; one entry must match. Absent or empty means everyone, inside and outside.")),
  LIST ("ports", port, PORTS_DOC),
};
SCHEMA (ingress_rule);

static const QdPolicyField egress_rule_fields[] = {
  LIST ("to", peer, N_("Who may be connected to; one entry must match. Absent or empty means everyone, inside and outside.")),
  LIST ("ports", port, PORTS_DOC),
};
SCHEMA (egress_rule);

static const QdPolicyField network_spec_fields[] = {
  OBJECT ("podSelector", selector, N_("The pods of its namespace that the policy is about. Empty means all of them.")),
  { "policyTypes", QD_POLICY_FIELD_STRINGS, FALSE, NULL, policy_types,
    N_("The directions that the pods are isolated in. Where it is absent: Ingress, and Egress if there are egress rules.") },
  LIST ("ingress", ingress_rule, N_("What may come in; none means nothing, one empty rule means everything.")),
  LIST ("egress", egress_rule, N_("What may go out; none means nothing if Egress is among policyTypes, one empty rule means everything.")),
};
SCHEMA (network_spec);

static const QdPolicyField network_policy_fields[] = {
  HEAD,
  OBJECT ("spec", network_spec, N_("Whom the policy is about, and what is allowed to them.")),
  STATUS,
};
SCHEMA (network_policy);

/* --- What the policies of administrators have in common --- */

static const QdPolicyField pods_fields[] = {
  NEEDED_OBJECT ("namespaceSelector", selector, N_("The namespaces that the pods are in. Empty means all of them.")),
  NEEDED_OBJECT ("podSelector", selector, N_("The pods of those namespaces. Empty means all of them.")),
};
SCHEMA (pods);

#define NAMESPACES_DOC N_("All pods of the namespaces that have these labels. Empty means all namespaces.")
#define PODS_DOC N_("Pods with these labels, in namespaces with those.")
#define NETWORKS_DOC N_("Blocks of addresses such as 10.0.0.0/8.")
#define NODES_DOC N_("Nodes of the cluster by their labels; not evaluated here.")
#define DOMAINS_DOC N_("Names of domains, only in rules that accept; “*.” before a name stands for what is below it. Not evaluated here.")

static const QdPolicyField subject_fields[] = {
  OBJECT ("namespaces", selector, NAMESPACES_DOC),
  OBJECT ("pods", pods, PODS_DOC),
};
SCHEMA (subject);

static const QdPolicyField sources_fields[] = {
  OBJECT ("namespaces", selector, NAMESPACES_DOC),
  OBJECT ("pods", pods, PODS_DOC),
};
SCHEMA (sources);

static const QdPolicyField destinations_fields[] = {
  OBJECT ("namespaces", selector, NAMESPACES_DOC),
  OBJECT ("pods", pods, PODS_DOC),
  FIELD ("networks", STRINGS, NETWORKS_DOC),
  OBJECT ("nodes", selector, NODES_DOC),
  FIELD ("domainNames", STRINGS, DOMAINS_DOC),
};
SCHEMA (destinations);

#define RULE_NAME_DOC N_("A name for people; at most 100 characters.")
#define FROM_DOC N_("Whom the rule is about as the source; one entry must match, and there must be one.")
#define TO_DOC N_("Whom the rule is about as the destination; one entry must match, and there must be one.")
#define SUBJECT_DOC N_("The pods that the policy is about: either namespaces or pods.")
#define INGRESS_DOC N_("Rules for what comes in; the first one that matches decides. None says nothing about it.")
#define EGRESS_DOC N_("Rules for what goes out; the first one that matches decides. None says nothing about it.")
#define PRIORITY_DOC N_("From 0 to 1000; policies with a lower number are asked first.")

/* --- AdminNetworkPolicy and BaselineAdminNetworkPolicy --- */

#define PORT_DOC N_("A port, from 1 to 65535.")
#define START_DOC N_("The first port of the range.")
#define END_DOC N_("The last port of the range.")

static const QdPolicyField port_number_fields[] = {
  CHOICE ("protocol", FALSE, protocols, PROTOCOL_DOC),
  NEEDED ("port", INT, PORT_DOC),
};
SCHEMA (port_number);

static const QdPolicyField port_range_fields[] = {
  CHOICE ("protocol", FALSE, protocols, PROTOCOL_DOC),
  NEEDED ("start", INT, START_DOC),
  NEEDED ("end", INT, END_DOC),
};
SCHEMA (port_range);

#define NAMED_PORT_DOC N_("A port of the pod that is talked to, by its name, whatever its protocol.")

static const QdPolicyField admin_port_fields[] = {
  OBJECT ("portNumber", port_number, N_("One port of a protocol.")),
  OBJECT ("portRange", port_range, N_("A range of ports of a protocol.")),
  FIELD ("namedPort", STRING, NAMED_PORT_DOC),
};
SCHEMA (admin_port);

#define ADMIN_ACTION_DOC N_("Allow and Deny settle it; Pass leaves it to NetworkPolicies, and after them to the baseline.")

static const QdPolicyField admin_ingress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, admin_actions, ADMIN_ACTION_DOC),
  NEEDED_LIST ("from", sources, FROM_DOC),
  LIST ("ports", admin_port, PORTS_DOC),
};
SCHEMA (admin_ingress);

static const QdPolicyField admin_egress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, admin_actions, ADMIN_ACTION_DOC),
  NEEDED_LIST ("to", destinations, TO_DOC),
  LIST ("ports", admin_port, PORTS_DOC),
};
SCHEMA (admin_egress);

static const QdPolicyField admin_spec_fields[] = {
  NEEDED ("priority", INT, PRIORITY_DOC),
  NEEDED_OBJECT ("subject", subject, SUBJECT_DOC),
  LIST ("ingress", admin_ingress, INGRESS_DOC),
  LIST ("egress", admin_egress, EGRESS_DOC),
};
SCHEMA (admin_spec);

#define ADMIN_DOC N_("What administrators decide before NetworkPolicies are asked.")
#define BASELINE_DOC N_("What holds for pods that no NetworkPolicy isolates.")

static const QdPolicyField admin_policy_fields[] = { HEAD, NEEDED_OBJECT ("spec", admin_spec, ADMIN_DOC), STATUS };
SCHEMA (admin_policy);

#define BASELINE_ACTION_DOC N_("Allow or Deny.")

static const QdPolicyField baseline_ingress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, baseline_actions, BASELINE_ACTION_DOC),
  NEEDED_LIST ("from", sources, FROM_DOC),
  LIST ("ports", admin_port, PORTS_DOC),
};
SCHEMA (baseline_ingress);

static const QdPolicyField baseline_egress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, baseline_actions, BASELINE_ACTION_DOC),
  NEEDED_LIST ("to", destinations, TO_DOC),
  LIST ("ports", admin_port, PORTS_DOC),
};
SCHEMA (baseline_egress);

static const QdPolicyField baseline_spec_fields[] = {
  NEEDED_OBJECT ("subject", subject, SUBJECT_DOC),
  LIST ("ingress", baseline_ingress, INGRESS_DOC),
  LIST ("egress", baseline_egress, EGRESS_DOC),
};
SCHEMA (baseline_spec);

static const QdPolicyField baseline_policy_fields[] = { HEAD, NEEDED_OBJECT ("spec", baseline_spec, BASELINE_DOC), STATUS };
SCHEMA (baseline_policy);

/* --- ClusterNetworkPolicy --- */

static const QdPolicyField range_fields[] = {
  NEEDED ("start", INT, START_DOC),
  NEEDED ("end", INT, END_DOC),
};
SCHEMA (range);

static const QdPolicyField destination_port_fields[] = {
  FIELD ("number", INT, PORT_DOC),
  OBJECT ("range", range, N_("A range of ports instead of one.")),
};
SCHEMA (destination_port);

static const QdPolicyField protocol_fields[] = {
  OBJECT ("destinationPort", destination_port, N_("The port that is talked to: either a number or a range.")),
};
SCHEMA (protocol);

static const QdPolicyField cluster_protocol_fields[] = {
  OBJECT ("tcp", protocol, N_("A TCP port.")),
  OBJECT ("udp", protocol, N_("A UDP port.")),
  OBJECT ("sctp", protocol, N_("An SCTP port.")),
  FIELD ("destinationNamedPort", STRING, NAMED_PORT_DOC),
};
SCHEMA (cluster_protocol);

#define CLUSTER_ACTION_DOC N_("Accept and Deny settle it; Pass leaves it to what is asked after this tier.")
#define PROTOCOLS_DOC N_("Protocols and ports that the rule is about; absent means all of them.")

static const QdPolicyField cluster_ingress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, cluster_actions, CLUSTER_ACTION_DOC),
  NEEDED_LIST ("from", sources, FROM_DOC),
  LIST ("protocols", cluster_protocol, PROTOCOLS_DOC),
};
SCHEMA (cluster_ingress);

static const QdPolicyField cluster_egress_fields[] = {
  FIELD ("name", STRING, RULE_NAME_DOC),
  CHOICE ("action", TRUE, cluster_actions, CLUSTER_ACTION_DOC),
  NEEDED_LIST ("to", destinations, TO_DOC),
  LIST ("protocols", cluster_protocol, PROTOCOLS_DOC),
};
SCHEMA (cluster_egress);

static const QdPolicyField cluster_spec_fields[] = {
  CHOICE ("tier", TRUE, tiers, N_("Admin is asked before NetworkPolicies, Baseline after them.")),
  NEEDED ("priority", INT, PRIORITY_DOC),
  NEEDED_OBJECT ("subject", subject, SUBJECT_DOC),
  LIST ("ingress", cluster_ingress, INGRESS_DOC),
  LIST ("egress", cluster_egress, EGRESS_DOC),
};
SCHEMA (cluster_spec);

static const QdPolicyField cluster_policy_fields[] = {
  HEAD,
  NEEDED_OBJECT ("spec", cluster_spec, N_("What administrators decide before or after NetworkPolicies.")),
  STATUS,
};
SCHEMA (cluster_policy);

/* --- Tests --- */

static const QdPolicyField test_fields[] = {
  FIELD ("name", STRING, N_("What the test is called in reports.")),
  NEEDED ("from", STRING, N_("The source: NAMESPACE/NAME, NAMESPACE/NAME[KIND] or an address.")),
  NEEDED ("to", STRING, N_("The destination: NAMESPACE/NAME, NAMESPACE/NAME[KIND] or an address.")),
  NEEDED ("port", PORT, N_("The port that is talked to: 80, 80/TCP or 53/UDP; TCP where no protocol is given.")),
  CHOICE ("expect", TRUE, expectations, N_("Whether the connection is to be allowed or denied.")),
};
SCHEMA (test);

static const QdPolicyField tests_fields[] = {
  NEEDED_LIST ("tests", test, N_("Connections, and whether the policies beside the file allow them.")),
};
SCHEMA (tests);

/* --- Routing policies, which are no objects of Kubernetes --- */

static const char *const routing_protocols[] = { "tcp", "udp", "icmp", NULL };

static const QdPolicyField routing_match_fields[] = {
  FIELD ("src_cidr", STRING, N_("Where the flow comes from, as a block such as 10.0.0.0/8.")),
  FIELD ("dst_cidr", STRING, N_("Where the flow goes to, as a block such as 10.0.0.0/8.")),
  FIELD ("src_port", INT, N_("The port that the flow comes from, 1 to 65535.")),
  FIELD ("dst_port_range", STRING, N_("The ports that the flow goes to, in quotes: \"443\" or \"5060-5090\".")),
  CHOICE ("protocol", FALSE, routing_protocols, N_("The protocol of the flow; every one where none is given.")),
  FIELD ("application_class", STRING, N_("What the flow was recognised as, such as voice.")),
  FIELD ("dscp", INT, N_("The mark that the flow's packets carry, 0 to 63.")),
};
SCHEMA (routing_match);

static const QdPolicyField routing_failover_fields[] = {
  FIELD ("primary", STRING, N_("The path that is used while it is good; without one, the preference chooses.")),
  FIELD ("backups", STRINGS, N_("The paths that take over, in this order.")),
  FIELD ("threshold", ANY, N_("The score, 0 to 100, below which a backup takes over.")),
  FIELD ("failback", BOOL, N_("Whether the primary is used again when it is good again; yes where it is not given.")),
  FIELD ("delay_s", ANY, N_("How many seconds to wait before anything is done.")),
};
SCHEMA (routing_failover);

static const QdPolicyField routing_fields[] = {
  FIELD ("id", ANY, N_("What others call the policy by; the server makes one where none is given.")),
  NEEDED ("name", STRING, N_("What people call the policy.")),
  NEEDED ("priority", INT, N_("0 to 65535: the policy with the lowest number is asked first, and the first that fits is taken.")),
  FIELD ("enabled", BOOL, N_("Whether the policy is asked at all; yes where it is not given.")),
  OBJECT ("match", routing_match, N_("What a flow must have for the policy to fit; without anything, every flow fits.")),
  { "path_preference", QD_POLICY_FIELD_ANY, TRUE, NULL, NULL,
    N_("Which path is taken: LowestLatency, HighestBandwidth, LowestPacketLoss, LowestCost, or weights of one's own below “custom”.") },
  OBJECT ("failover", routing_failover, N_("What happens when the path is not good enough.")),
  FIELD ("revision", ANY, N_("The server writes it.")),
  FIELD ("created_at", ANY, N_("The server writes it.")),
  FIELD ("updated_at", ANY, N_("The server writes it.")),
  STATUS,
};
SCHEMA (routing);

const QdPolicySchema *
qd_routing_get_schema (void)
{
  return &routing;
}

/* --- Finding them --- */

static const struct { const char *api_version, *kind; const QdPolicySchema *schema; } kinds[] = {
  { "networking.k8s.io/v1", "NetworkPolicy", &network_policy },
  { "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", &admin_policy },
  { "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", &baseline_policy },
  { "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", &cluster_policy },
};

const QdPolicySchema *
qd_policy_schema_find (const char *api_version, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].kind, kind) == 0 && g_strcmp0 (kinds[i].api_version, api_version) == 0)
      return kinds[i].schema;
  return NULL;
}

const QdPolicySchema *
qd_policy_schema_guess (const char *api_version, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if ((api_version == NULL || g_str_equal (kinds[i].api_version, api_version)) && (kind == NULL || g_str_equal (kinds[i].kind, kind)))
      return kinds[i].schema;
  return NULL;
}

const QdPolicySchema *
qd_policy_schema_get_tests (void)
{
  return &tests;
}

gboolean
qd_policy_schema_get_kind (guint i, const char **api_version, const char **kind)
{
  if (i >= G_N_ELEMENTS (kinds))
    return FALSE;
  *api_version = kinds[i].api_version;
  *kind = kinds[i].kind;
  return TRUE;
}

const QdPolicySchema *
qd_policy_schema_of_document (const QdYamlNode *document)
{
  const QdYamlFile *file = qd_yaml_node_get_file (document);
  const char *name = file != NULL ? qd_yaml_file_get_name (file) : "";

  if (qd_policy_is_test_file (name))
    return &tests;
  if (qd_yaml_node_get_type (document) == QD_YAML_MAP && qd_routing_is_document (document) && qd_routing_find_list (document) == NULL)
    return &routing;
  return qd_policy_schema_find (qd_yaml_node_get_string (qd_yaml_node_get (document, "apiVersion")),
                                qd_yaml_node_get_string (qd_yaml_node_get (document, "kind")));
}
