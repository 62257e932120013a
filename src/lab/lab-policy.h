/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * The lab's own reading of network policies: NetworkPolicy (networking.k8s.io/v1), AdminNetworkPolicy and
 * BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1), ClusterNetworkPolicy (v1alpha2). It is
 * the second opinion about what the client says, so it is written to be seen to be right: it asks every
 * policy, every rule and every peer about one flow at a time, and remembers nothing between two flows.
 */

typedef enum
{
  LAB_TCP,
  LAB_UDP,
  LAB_SCTP,
  LAB_N_PROTOCOLS
} LabProtocol;

typedef enum
{
  LAB_INGRESS,
  LAB_EGRESS,
  LAB_N_DIRECTIONS
} LabDirection;

typedef struct
{
  guint8 bytes[16];
  guint length;                 /* 4 or 16 */
} LabAddress;

typedef struct
{
  LabAddress address;
  guint bits;                   /* of the prefix */
} LabCidr;

typedef struct
{
  char *key;
  char *value;
} LabLabel;

typedef enum
{
  LAB_IN,
  LAB_NOT_IN,
  LAB_EXISTS,
  LAB_DOES_NOT_EXIST
} LabOperator;

typedef struct
{
  char *key;
  LabOperator operator;
  GPtrArray *values;            /* texts */
} LabExpression;

typedef struct
{
  GArray *labels;               /* LabLabel: all must be there */
  GArray *expressions;          /* LabExpression: all must hold */
} LabSelector;

typedef struct
{
  char *name;
  LabProtocol protocol;
  guint port;
} LabContainerPort;

/* A pod, or what a workload's template says of all its pods. */
typedef struct
{
  char *namespace;
  char *name;                   /* of the workload that it is one of */
  char *kind;                   /* "Deployment", "Pod", … */
  char *pod_name;               /* of the pod itself; NULL where it comes from a template */
  const GArray *namespace_labels;
  GArray *labels;               /* LabLabel */
  GArray *ports;                /* LabContainerPort */
  GArray *addresses;            /* LabAddress: status.podIP, podIPs */
  GArray *host_addresses;       /* LabAddress: status.hostIP, hostIPs */
  GArray *all_addresses;        /* both: what a pod of the host's network is to others */
  char *node;                   /* spec.nodeName, may be NULL */
  guint node_number;            /* the same for pods that are known to be on one node */
  gboolean host_network;
} LabPod;

typedef struct
{
  LabSelector *namespaces;      /* NULL: only those of the policy's own namespace */
  LabSelector *pods;            /* NULL: all */
  GArray *blocks;               /* LabCidr, NULL where the peer is not about addresses */
  GArray *excepts;              /* LabCidr */
  gboolean elsewhere;           /* nodes or domain names: nothing that is known here */
  gboolean unknown;             /* nothing that this API knows: the rule fails closed */
} LabPeer;

typedef struct
{
  gboolean any_protocol;        /* of a name: whatever protocol the container gives it */
  LabProtocol protocol;
  char *name;                   /* NULL: a number */
  guint first, last;
} LabPort;

typedef enum
{
  LAB_ALLOW,
  LAB_DENY,
  LAB_PASS
} LabAction;

typedef struct
{
  LabAction action;
  gboolean any_peer;            /* no peers are named: everyone */
  gboolean any_port;
  GArray *peers;                /* LabPeer */
  GArray *ports;                /* LabPort */
} LabRule;

typedef enum
{
  LAB_TIER_ADMIN,
  LAB_TIER_NETWORK,
  LAB_TIER_BASELINE
} LabTier;

typedef struct
{
  char *kind;
  char *namespace;              /* NULL for cluster-wide ones */
  char *name;
  LabTier tier;
  gint64 priority;
  LabSelector *subject_namespaces; /* NULL: the policy's own */
  LabSelector *subject_pods;
  gboolean isolates[LAB_N_DIRECTIONS]; /* of a NetworkPolicy: what its policy types are */
  GArray *rules[LAB_N_DIRECTIONS]; /* LabRule */
} LabNetworkPolicy;

typedef struct
{
  gboolean host_network_pod;    /* pods of the host's network are pods as all others */
  gboolean ip_block_external;   /* ipBlock is about addresses outside of the cluster alone */
} LabSwitches;

typedef struct
{
  GPtrArray *pods;              /* LabPod */
  GPtrArray *policies;          /* LabNetworkPolicy, in the order in which they are asked */
  GHashTable *namespaces;       /* name → GArray of LabLabel */
  GHashTable *seen;             /* "kind/namespace/name" of every object */
  GHashTable *owners;           /* "kind/namespace/name" → "Kind/name" of the owner */
  guint skipped;                /* objects of other kinds */
} LabCluster;

/* One end of a flow: a pod, or addresses. */
typedef struct
{
  const LabPod *pod;
  const GArray *addresses;      /* LabAddress: the pod's, or where there is none, what is meant */
  gboolean is_node;             /* no pod, but within the cluster all the same */
} LabEnd;

typedef enum
{
  LAB_BY_DEFAULT,               /* nobody had a say */
  LAB_BY_ITSELF,                /* a pod and itself */
  LAB_BY_NODE,                  /* a pod and its node */
  LAB_BY_ADMIN,
  LAB_BY_NETWORK,               /* a rule, or where @policy has no rule that matched, isolation */
  LAB_BY_BASELINE,
  LAB_NOT_COVERED               /* a pod of the host's network, an address: nobody's policies */
} LabBy;

/* What one direction says, and who decided. */
typedef struct
{
  gboolean allow;
  LabBy by;
  const LabNetworkPolicy *policy; /* NULL where none decided */
  gint rule;                    /* its index, -1 where no rule matched */
} LabDecision;

typedef struct
{
  gboolean allow;
  LabDecision way[LAB_N_DIRECTIONS];
} LabVerdict;

/* lab-policy-text.c: words, addresses, selectors. */
gboolean    lab_address_parse    (const char *text, LabAddress *address);
gboolean    lab_address_equal    (const LabAddress *a, const LabAddress *b);
gboolean    lab_addresses_meet   (const GArray *some, const GArray *others);
gboolean    lab_cidr_parse       (const char *text, LabCidr *cidr);
gboolean    lab_cidr_contains    (const LabCidr *cidr, const LabAddress *address);
gboolean    lab_cidr_within      (const LabCidr *inner, const LabCidr *outer);
char       *lab_address_text     (const LabAddress *address);
gboolean    lab_is_dns_name      (const char *text, gsize max, gboolean dots);
gboolean    lab_is_label_key     (const char *text);
gboolean    lab_is_label_value   (const char *text);
gboolean    lab_is_port_name     (const char *text);
gboolean    lab_is_domain        (const char *text);
gboolean    lab_protocol_read    (const char *text, LabProtocol *protocol);
const char *lab_protocol_text    (LabProtocol protocol);
const char *lab_label_value      (const GArray *labels, const char *key);

/* lab-policy-read.c, lab-policy-rules.c: objects in, a cluster out. */
LabCluster *lab_cluster_new      (void);
void        lab_cluster_free     (LabCluster *cluster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCluster, lab_cluster_free)

/* Takes one object, or a list of them. FALSE with what is wrong and where, as a JSON pointer. */
gboolean    lab_cluster_add      (LabCluster *cluster, JsonNode *object, GError **error);
gboolean    lab_cluster_add_yaml (LabCluster *cluster, const char *text, gsize length, GError **error);

/* After the last object: namespaces and owners are found, policies put in order. */
void        lab_cluster_settle   (LabCluster *cluster);

/* The policy that @object is; NULL with @error set. */
LabNetworkPolicy *lab_network_policy_read (JsonObject *object, GError **error);
void        lab_network_policy_free (LabNetworkPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabNetworkPolicy, lab_network_policy_free)

/* Whether an object is one of the four kinds of policy. */
gboolean    lab_is_policy        (JsonObject *object);

/* The pods whose workload is called @name, "ns/name" or "ns/name[Kind]". Free the array alone. */
GPtrArray  *lab_cluster_find     (const LabCluster *cluster, const char *name);

/* lab-policy-eval.c */
LabEnd      lab_end_of_pod       (const LabPod *pod);
gboolean    lab_selector_matches (const LabSelector *selector, const GArray *labels);
gboolean    lab_policy_selects   (const LabNetworkPolicy *policy, const LabPod *pod, const LabSwitches *switches);
LabVerdict  lab_policy_verdict   (const LabCluster *cluster, const LabSwitches *switches, const LabEnd *src,
                                  const LabEnd *dst, LabProtocol protocol, guint port);

/* Why, in a sentence. Free it. */
char       *lab_decision_text    (const LabDecision *decision, LabDirection direction);

G_END_DECLS
