/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-address.h"
#include "qd-policy-finding.h"
#include "qd-port-set.h"
#include "qd-selector.h"

G_BEGIN_DECLS

/* What a set of manifests says: namespaces, workloads, services and policies. Immutable, reference counted, readable by
 * any thread. All that is borrowed from it lives as long as it does. */
typedef struct _QdPolicyWorld QdPolicyWorld;

typedef struct {
  QdPolicyPlace place;   /* without a node: only mentioned */
  char *name;            /* interned */
  QdLabels *labels;      /* kubernetes.io/metadata.name among them */
} QdPolicyNamespace;

typedef struct { char *name; guint16 port; QdProtocol protocol; } QdPolicyContainerPort;   /* name: interned, or NULL */

/* A pod, or the template that pods are made from. */
typedef struct {
  QdPolicyPlace place;
  QdLabels *labels;
  QdPolicyContainerPort *ports;   /* sorted by name, protocol, port; none twice */
  guint n_ports;
  QdAddress *addresses;           /* of status.podIP and podIPs; of a template none */
  guint n_addresses;
  QdAddress *node_addresses;      /* of status.hostIP and hostIPs */
  guint n_node_addresses;
  char *node;                     /* spec.nodeName; interned; NULL: not known */
  gboolean host_network;
} QdPolicyPod;

typedef struct {
  QdPolicyPlace place;     /* of its own document; where that is not there, of its first pod */
  char *kind, *name;       /* as in "ns/name[Kind]" */
  const QdPolicyNamespace *namespace;
  char *text;              /* "ns/name[Kind]" */
  GPtrArray *pods;         /* of QdPolicyPod: those that are there, else the template's one */
} QdPolicyWorkload;

typedef struct { QdPolicyPlace place; char *name; guint16 port, target; char *target_name; QdProtocol protocol; } QdPolicyServicePort;

typedef struct {
  QdPolicyPlace place;
  char *name, *namespace;
  QdSelector *selector;    /* NULL: it selects no pods */
  GArray *ports;           /* of QdPolicyServicePort; a target is a number or a name; 0 and NULL: the same as the port */
} QdPolicyService;

/* --- Policies ----------------------------------------------------------------------------------------------- */

typedef enum { QD_POLICY_EGRESS, QD_POLICY_INGRESS, QD_POLICY_N_DIRECTIONS } QdPolicyDirection;

typedef enum {
  QD_POLICY_ADMIN_NETWORK,     /* AdminNetworkPolicy */
  QD_POLICY_BASELINE_ADMIN,    /* BaselineAdminNetworkPolicy */
  QD_POLICY_CLUSTER_NETWORK,   /* ClusterNetworkPolicy */
  QD_POLICY_NETWORK,           /* NetworkPolicy */
} QdPolicyKind;

const char *qd_policy_kind_to_string (QdPolicyKind kind);
/* How many entries its lists of rules, peers and ports may have; of a NetworkPolicy G_MAXUINT. */
guint qd_policy_kind_max_entries (QdPolicyKind kind);

typedef enum { QD_POLICY_TIER_ADMIN, QD_POLICY_TIER_NETWORK, QD_POLICY_TIER_BASELINE } QdPolicyTier;
typedef enum { QD_POLICY_ALLOW, QD_POLICY_DENY, QD_POLICY_PASS } QdPolicyAction;

typedef enum {
  QD_POLICY_PEER_PODS,
  QD_POLICY_PEER_NETWORKS,   /* ipBlock, or networks */
  QD_POLICY_PEER_NODES,      /* not evaluated: matches nothing */
  QD_POLICY_PEER_DOMAINS,    /* not evaluated: matches nothing */
  QD_POLICY_PEER_UNKNOWN,    /* empty, or of a newer API: the rule fails closed */
} QdPolicyPeerKind;

/* One block of addresses: @cidr without @excepts. */
typedef struct {
  QdPolicyPlace place;
  QdAddressRange cidr;
  GArray *excepts;    /* of QdAddressRange */
  GArray *ranges;     /* what is left of it, as qd_address_ranges_subtract() returns it */
} QdPolicyBlock;

typedef struct {
  QdPolicyPlace place;
  QdPolicyPeerKind kind;
  QdSelector *namespaces;   /* of PODS: NULL is the policy's own namespace */
  QdSelector *pods;         /* of PODS: NULL is every pod there */
  GPtrArray *blocks;        /* of NETWORKS: of QdPolicyBlock */
  GStrv domains;            /* of DOMAINS */
} QdPolicyPeer;

typedef struct {
  QdPolicyPlace place;
  gboolean any_protocol;    /* a named port of the admin policies */
  QdProtocol protocol;
  guint16 first, last;      /* inclusive; 0 and 0 with a name */
  char *name;               /* interned; NULL: by number */
} QdPolicyPort;

typedef struct {
  QdPolicyPlace place;
  char *name;               /* of admin policies; NULL: none */
  QdPolicyAction action;    /* of a NetworkPolicy always ALLOW */
  gboolean any_peer;        /* from or to is not there, or empty */
  gboolean any_port;
  gboolean fails_closed;    /* one of its peers is UNKNOWN */
  GPtrArray *peers;         /* of QdPolicyPeer */
  GArray *ports;            /* of QdPolicyPort */
} QdPolicyRule;

typedef struct {
  QdPolicyPlace place;
  QdPolicyKind kind;
  QdPolicyTier tier;
  char *name;
  char *namespace;          /* interned; of a NetworkPolicy, else NULL */
  char *text;               /* "NetworkPolicy ns/name" */
  int priority;             /* of the admin policies */
  QdSelector *namespaces;   /* the subject's; NULL: its own */
  QdSelector *pods;         /* the subject's; NULL: all of those namespaces */
  gboolean applies[QD_POLICY_N_DIRECTIONS];     /* a NetworkPolicy: it isolates; others: it has rules */
  GPtrArray *rules[QD_POLICY_N_DIRECTIONS];     /* of QdPolicyRule, as they are written, even where it does not apply */
} QdPolicy;

/* --- Reading ------------------------------------------------------------------------------------------------ */

/* Reads @files (references are kept). It never fails: what is wrong is among the findings, and what can be understood of it is there. With
 * @previous (or NULL), what that world read out of the very same files is shared, so that an edit costs what the edited file costs. */
QdPolicyWorld *qd_policy_world_new (QdYamlFile *const *files, guint n_files, QdPolicyWorld *previous);
/* How what a cluster has meets what the files say. Where both have the same object, that of the files counts. */
typedef enum {
  QD_POLICY_LIVE_AUTO,      /* the cluster's workloads, where no file has any */
  QD_POLICY_LIVE_NEVER,
  QD_POLICY_LIVE_INSTEAD,   /* the cluster's namespaces and workloads, and none of the files' */
  QD_POLICY_LIVE_BESIDE,    /* both */
} QdPolicyLiveMode;
/* What is known of a cluster that the files are for. */
typedef struct {
  QdYamlFile *objects;        /* what it has, as a list of objects; its policies are left out. NULL: that is not known */
  QdPolicyLiveMode mode;
  const char *const *off;     /* which policies it has switched off ("NetworkPolicy shop/web"): a note says so, and they do not count. NULL: none */
} QdPolicyCluster;
/* As above, with what is known of a @cluster (or NULL). */
QdPolicyWorld *qd_policy_world_new_live (QdYamlFile *const *files, guint n_files, const QdPolicyCluster *cluster, QdPolicyWorld *previous);
/* Whether what a cluster has is part of it. */
gboolean qd_policy_world_is_live (QdPolicyWorld *self);
QdPolicyWorld *qd_policy_world_ref (QdPolicyWorld *self);
void qd_policy_world_unref (QdPolicyWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyWorld, qd_policy_world_unref)

/* Of const QdPolicyFinding, in the order of the files. */
GPtrArray *qd_policy_world_get_findings (QdPolicyWorld *self);
/* Whether a finding is an error: verdicts of such a world are not to be given out. */
gboolean qd_policy_world_is_invalid (QdPolicyWorld *self);

GPtrArray *qd_policy_world_get_namespaces (QdPolicyWorld *self);   /* of const QdPolicyNamespace, by name */
GPtrArray *qd_policy_world_get_workloads (QdPolicyWorld *self);    /* of const QdPolicyWorkload, by namespace, name and kind */
GPtrArray *qd_policy_world_get_services (QdPolicyWorld *self);     /* of const QdPolicyService */
/* Of const QdPolicy, in the order in which they are asked: by tier, priority and name. */
GPtrArray *qd_policy_world_get_policies (QdPolicyWorld *self);
/* How many more there are that are switched off. */
guint qd_policy_world_get_n_off (QdPolicyWorld *self);
/* The order of workloads. */
int qd_policy_workload_compare (const QdPolicyWorkload *a, const QdPolicyWorkload *b);
const QdPolicyNamespace *qd_policy_world_find_namespace (QdPolicyWorld *self, const char *name);

/* Whether @pattern of a peer's domainNames stands for @domain: "*.example.com" for what is below it, not for itself. */
gboolean qd_policy_domain_matches (const char *pattern, const char *domain);

G_END_DECLS
