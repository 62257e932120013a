/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include <string.h>

#include "lab-policy.h"
#include "lab-yaml.h"

/* Three namespaces: shop (tier: gold) with web, api and db; ops with agent; a third that nobody declared. */
#define POD(namespace, name, labels, ip, more) \
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " namespace ", labels: {" labels "}}\n" \
  "spec:\n  containers:\n  - name: c\n    ports:\n" \
  "    - {name: http, containerPort: 8080}\n    - {name: dns, containerPort: 53, protocol: UDP}\n" more \
  "status: {podIP: " ip ", hostIP: 192.168.0.1}\n"

static const char base[] =
  "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: gold}}\n"
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ops}\n"
  POD ("shop", "web", "app: web", "10.0.1.1", "")
  POD ("shop", "api", "app: api, v: '2'", "10.0.1.2", "")
  POD ("shop", "db", "app: db", "10.0.1.3", "")
  POD ("ops", "agent", "app: agent", "10.0.2.1", "    - {name: admin, containerPort: 9000}\n")
  POD ("ops", "host", "app: host", "192.168.0.1", "  hostNetwork: true\n")
  POD ("far", "other", "app: web", "'fd00::1'", "");

#define NP(name, spec) "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name ", namespace: shop}\nspec: " spec "\n"
#define ANP(name, spec) "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: " name "}\nspec: " spec "\n"
#define BANP(spec) "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\nspec: " spec "\n"
#define CNP(name, spec) "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: " name "}\nspec: " spec "\n"
#define EVERYONE "namespaces: {}"
#define DB "pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}"

/* A number of netpol-semantics, what the policies are, and flows with the verdict that follows. */
typedef struct
{
  const char *statement, *policies, *flows;
} Case;

static const Case cases[] = {
  { "1", "", "shop/web shop/db TCP 80 +\nops/agent shop/db SCTP 1 +\n8.8.8.8 shop/db TCP 80 +\nshop/db 8.8.8.8 UDP 53 +" },
  { "2", NP ("a", "{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}"),
    "shop/db shop/web TCP 80 -\nshop/web shop/db TCP 80 +\nshop/db 8.8.8.8 TCP 80 -" },
  { "3", NP ("a", "{podSelector: {}, egress: []}"), "shop/web ops/agent TCP 80 +\nops/agent shop/web TCP 80 -" },
  { "3", NP ("a", "{podSelector: {}, policyTypes: [], egress: [{to: [{podSelector: {}}]}]}"),
    "shop/web ops/agent TCP 80 -\nshop/web shop/db TCP 80 -" },
  { "3", NP ("a", "{podSelector: {}, policyTypes: [Ingress], egress: [{to: [{podSelector: {}}]}], ingress: [{}]}"),
    "shop/web ops/agent TCP 80 +" },
  { "4", NP ("a", "{podSelector: {}}"), "ops/agent far/other TCP 80 +\nfar/other shop/web TCP 80 -\nfar/other shop/db TCP 80 -" },
  { "5", NP ("a", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}")
         NP ("b", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}"),
    "shop/web shop/db TCP 80 +\nshop/api shop/db TCP 80 +\nops/agent shop/db TCP 80 -" },
  { "6", NP ("a", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}")
         NP ("b", "{podSelector: {matchLabels: {app: db}}, ingress: [{}]}"), "shop/web shop/db TCP 80 -" },
  { "7", NP ("a", "{podSelector: {}, ingress: [{}]}"), "ops/agent shop/db TCP 80 +\n8.8.8.8 shop/db SCTP 9 +" },
  { "8", NP ("a", "{podSelector: {}, ingress: [{from: [], ports: [{port: 80}]}]}"),
    "ops/agent shop/db TCP 80 +\n8.8.8.8 shop/db TCP 80 +\nops/agent shop/db TCP 81 -\nops/agent shop/db UDP 80 -" },
  { "9", NP ("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}]}"),
    "far/other shop/db TCP 80 +\nops/agent shop/db TCP 80 -\nshop/api shop/db TCP 80 -" },
  { "9", NP ("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {tier: gold}}}, {podSelector: {matchLabels: {app: agent}}}]}]}"),
    "shop/api shop/db TCP 80 +\nops/agent shop/db TCP 80 -" },
  { "10", NP ("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"), "ops/agent shop/db TCP 80 +\n8.8.8.8 shop/db TCP 80 -" },
  { "10", NP ("a", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), "shop/web shop/db TCP 80 +\nops/agent shop/db TCP 80 -" },
  { "11", NP ("a", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: far}}}]}]}"),
    "far/other shop/db TCP 80 +\nops/agent shop/db TCP 80 -" },
  { "12", NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.9/16, except: [10.0.2.0/24]}}]}]}"),
    "10.0.0.0 shop/db TCP 80 +\n10.0.255.255 shop/db TCP 80 +\n10.1.0.0 shop/db TCP 80 -\n10.0.2.7 shop/db TCP 80 -\n"
    "shop/web shop/db TCP 80 +\nops/agent shop/db TCP 80 -\nfar/other shop/db TCP 80 -" },
  { "13", NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.2.0/24]}}, {ipBlock: {cidr: 10.0.2.7/32}}]}]}"),
    "10.0.2.7 shop/db TCP 80 +\n10.0.2.8 shop/db TCP 80 -\nfd00::2 shop/db TCP 80 -\nexternal\nshop/web shop/db TCP 80 -\n10.0.2.7 shop/db TCP 80 +" },
  { "14", NP ("a", "{podSelector: {}, policyTypes: [Ingress, Egress]}") ANP ("d", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}"),
    "shop/db shop/db TCP 80 +\nops/host shop/db TCP 80 +\n192.168.0.1 shop/db TCP 80 +\nfar/other ops/host TCP 80 +\nhost\nfar/other ops/host TCP 80 -" },
  { "15", NP ("a", "{podSelector: {}, ingress: [{from: [{podSelector: {matchExpressions: [{key: v, operator: NotIn, values: ['2']}]}}]}]}"),
    "shop/web shop/db TCP 80 +\nshop/api shop/db TCP 80 -" },
  { "15", NP ("a", "{podSelector: {matchLabels: {app: db}, matchExpressions: [{key: v, operator: Exists}]}}"), "shop/web shop/db TCP 80 +" },
  { "15", NP ("a", "{podSelector: {matchExpressions: [{key: v, operator: DoesNotExist}, {key: app, operator: In, values: [db, api]}]}}"),
    "shop/web shop/db TCP 80 -\nshop/web shop/api TCP 80 +" },
  { "16", NP ("a", "{podSelector: {}, ingress: [{ports: [{protocol: SCTP}]}]}"), "shop/web shop/db SCTP 65535 +\nshop/web shop/db TCP 1 -" },
  { "17", NP ("a", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: admin}, {port: dns, protocol: UDP}, {port: dns}]}]}"),
    "shop/web ops/agent TCP 9000 +\nshop/web shop/db TCP 9000 -\nshop/web shop/db UDP 53 +\nshop/web shop/db TCP 53 -\nshop/web 8.8.8.8 UDP 53 -" },
  { "18", NP ("a", "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}]}]}"),
    "shop/web shop/db TCP 79 -\nshop/web shop/db TCP 80 +\nshop/web shop/db TCP 90 +\nshop/web shop/db TCP 91 -" },
  { "20", ANP ("z", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Allow, from: [{" EVERYONE "}]}]}")
          ANP ("a", "{priority: 2, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}") NP ("m", "{podSelector: {}}"),
    "ops/agent shop/db TCP 80 +\n8.8.8.8 shop/db TCP 80 -" },
  { "21", ANP ("a", "{priority: 1, subject: {" DB "}, ingress: [{action: Pass, from: [{" DB "}]}, {action: Pass, from: [{" EVERYONE "}]}, {action: Deny, from: [{" EVERYONE "}]}]}")
          ANP ("b", "{priority: 2, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}")
          BANP ("{subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}"),
    "shop/web shop/db TCP 80 -\nshop/web shop/api TCP 80 -" },
  { "21", ANP ("a", "{priority: 1, subject: {" DB "}, ingress: [{action: Pass, from: [{" EVERYONE "}]}]}")
          ANP ("b", "{priority: 2, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}")
          NP ("m", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}"),
    "shop/web shop/db TCP 80 +\nops/agent shop/db TCP 80 -\nshop/web shop/api TCP 80 -" },
  { "22", ANP ("a", "{priority: 1, subject: {" EVERYONE "}, egress: [{action: Deny, to: [{networks: [10.0.1.0/24, 'fd00::/8']}, {nodes: {}}]}]}"),
    "ops/agent shop/db TCP 80 -\nshop/db ops/agent TCP 80 +\nshop/db 10.0.1.77 TCP 80 -\nshop/db far/other TCP 80 -\nexternal\nops/agent shop/db TCP 80 -" },
  { "23", ANP ("a", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}], ports: [{portNumber: {port: 80}}, {portRange: {protocol: UDP, start: 5, end: 7}}, {namedPort: dns}]}]}"),
    "shop/web shop/db TCP 80 -\nshop/web shop/db UDP 80 +\nshop/web shop/db UDP 4 +\nshop/web shop/db UDP 7 -\nshop/web shop/db UDP 53 -\nshop/web shop/db TCP 53 +" },
  { "24", ANP ("a", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}], ports: [{portNumber: {protocol: TCP, port: 80}}]}]}")
          NP ("m", "{podSelector: {matchLabels: {app: db}}}"), "shop/web shop/db TCP 81 -\nshop/web shop/api TCP 81 +" },
  { "26", NP ("m", "{podSelector: {matchLabels: {app: db}}}") BANP ("{subject: {" EVERYONE "}, ingress: [{action: Allow, from: [{" EVERYONE "}]}]}")
          ANP ("e", "{priority: 1, subject: {" EVERYONE "}, egress: [{action: Allow, to: [{" EVERYONE "}]}]}"), "shop/web shop/db TCP 80 -" },
  { "27", CNP ("a", "{tier: Baseline, priority: 2, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}]}]}")
          CNP ("b", "{tier: Baseline, priority: 1, subject: {" DB "}, ingress: [{action: Pass, from: [{" EVERYONE "}]}]}"),
    "shop/web shop/db TCP 80 +\nshop/web shop/api TCP 80 -" },
  { "27", CNP ("a", "{tier: Admin, priority: 0, subject: {" EVERYONE "}, ingress: [{action: Accept, from: [{" EVERYONE "}]}]}") NP ("m", "{podSelector: {}}"),
    "shop/web shop/db TCP 80 +" },
  { "28", CNP ("a", "{tier: Admin, priority: 0, subject: {" EVERYONE "}, egress: [{action: Deny, to: [{networks: [10.0.1.0/24]}], protocols: [{tcp: {destinationPort: {range: {start: 80, end: 90}}}}, {sctp: {destinationPort: {number: 9}}}]}]}"),
    "ops/agent shop/db TCP 85 -\nops/agent shop/db SCTP 9 -\nops/agent shop/db UDP 85 +\nexternal\nops/agent shop/db TCP 85 -" },
  { "28", CNP ("a", "{tier: Admin, priority: 0, subject: {" DB "}, ingress: [{action: Accept, from: [{moons: {}}, {" EVERYONE "}]}]}") NP ("m", "{podSelector: {}}"),
    "shop/web shop/db TCP 80 -" },
  { "28", CNP ("a", "{tier: Admin, priority: 0, subject: {" DB "}, ingress: [{action: Pass, from: [{moons: {}}], protocols: [{tcp: {destinationPort: {number: 5}}}]}]}"),
    "shop/web shop/db UDP 80 -\n8.8.8.8 shop/db TCP 80 -\nshop/web shop/api TCP 80 +" },
  { "28", CNP ("a", "{tier: Admin, priority: 0, subject: {" EVERYONE "}, egress: [{action: Accept, to: [{domainNames: ['*.example.org']}]}]}"), "shop/db 8.8.8.8 TCP 80 +" },
};

static LabCluster *
read_cluster (const char *policies, GError **error)
{
  g_autofree char *text = g_strconcat (base, policies, NULL);
  g_autoptr (LabCluster) cluster = lab_cluster_new ();

  if (!lab_cluster_add_yaml (cluster, text, strlen (text), error))
    return NULL;
  lab_cluster_settle (cluster);
  return g_steal_pointer (&cluster);
}

/* An address, for which @addresses is the room, or the pod of that name. */
static LabEnd
find_end (const LabCluster *cluster, const char *name, GArray *addresses)
{
  g_autoptr (GPtrArray) pods = NULL;
  LabAddress address;

  if (lab_address_parse (name, &address))
    {
      g_array_append_val (addresses, address);
      return (LabEnd){ NULL, addresses, FALSE };
    }
  pods = lab_cluster_find (cluster, name);
  g_assert_cmpuint (pods->len, ==, 1);
  return lab_end_of_pod (g_ptr_array_index (pods, 0));
}

static void
check_flow (const Case *test, const LabCluster *cluster, const LabSwitches *switches, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 5);
  g_autoptr (GArray) sources = g_array_new (FALSE, TRUE, sizeof (LabAddress));
  g_autoptr (GArray) destinations = g_array_new (FALSE, TRUE, sizeof (LabAddress));
  LabEnd src = find_end (cluster, words[0], sources), dst = find_end (cluster, words[1], destinations);
  LabProtocol protocol;
  LabVerdict verdict;

  g_assert_true (lab_protocol_read (words[2], &protocol));
  verdict = lab_policy_verdict (cluster, switches, &src, &dst, protocol, (guint) atoi (words[3]));
  for (guint i = 0; i < LAB_N_DIRECTIONS; i++)
    {
      g_autofree char *why = lab_decision_text (&verdict.way[i], i);

      g_assert_cmpuint (strlen (why), >, 10);
    }
  if (verdict.allow != (words[4][0] == '+'))
    g_error ("statement %s: %s\n%s", test->statement, line, test->policies);
}

static void
test_statements (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LabCluster) cluster = read_cluster (cases[i].policies, &error);
      g_auto (GStrv) lines = g_strsplit (cases[i].flows, "\n", -1);
      LabSwitches switches = { FALSE, FALSE };

      g_assert_no_error (error);
      for (guint k = 0; lines[k] != NULL; k++)
        if (g_str_equal (lines[k], "external"))
          switches.ip_block_external = TRUE;
        else if (g_str_equal (lines[k], "host"))
          switches.host_network_pod = TRUE;
        else
          check_flow (&cases[i], cluster, &switches, lines[k]);
    }
}

/* Statement 33, 12, 15, 16, 18, 28, 31: what the API refuses. */
static const char *const invalid[] = {
  NP ("a", "{podSelector: {}, ingress: [{from: [{}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{podSelector: null}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: 0}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: 65536}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: HTTP}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: '80'}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: a-name-too-long-}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 79}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{endPort: 79}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{port: http, endPort: 79}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{ports: [{protocol: tcp}]}]}"),
  NP ("a", "{podSelector: {}, policyTypes: [ingress]}"),
  NP ("a", "{podSelector: {}, policyTypes: Ingress}"),
  NP ("a", "{podSelector: {matchLabels: {app: yes}}}"),
  NP ("a", "{podSelector: {matchLabels: {app: 1}}}"),
  NP ("a", "{podSelector: {matchLabels: {-app: a}}}"),
  NP ("a", "{podSelector: {matchLabels: {app: 'a b'}}}"),
  NP ("a", "{podSelector: {matchExpressions: [{key: a, operator: In}]}}"),
  NP ("a", "{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]}}"),
  NP ("a", "{podSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}"),
  NP ("a", "{podSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/33}}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: ['fd00::/16']}}]}]}"),
  NP ("a", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}"),
  NP ("a", "{podSelector: {}}") NP ("a", "{podSelector: {}}"),
  NP ("A", "{podSelector: {}}"),
  ANP ("a", "{priority: 1001, subject: {" EVERYONE "}}"),
  ANP ("a", "{priority: 1, subject: {}}"),
  ANP ("a", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Accept, from: [{" EVERYONE "}]}]}"),
  ANP ("a", "{priority: 1, subject: {" EVERYONE "}, ingress: [{action: Allow, from: []}]}"),
  BANP ("{subject: {" EVERYONE "}, ingress: [{action: Pass, from: [{" EVERYONE "}]}]}"),
  CNP ("a", "{tier: Admin, priority: 1, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{}]}]}"),
  CNP ("a", "{tier: Admin, priority: -1, subject: {" EVERYONE "}}"),
  CNP ("a", "{tier: admin, priority: 1, subject: {" EVERYONE "}}"),
  CNP ("a", "{tier: Admin, priority: 1, subject: {" EVERYONE "}, ingress: [{action: Accept, from: [{" EVERYONE "}], protocols: []}]}"),
  CNP ("a", "{tier: Admin, priority: 1, subject: {" EVERYONE "}, egress: [{action: Deny, to: [{domainNames: [a.org]}]}]}"),
  CNP ("a", "{tier: Admin, priority: 1, subject: {" EVERYONE "}, egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}], protocols: [{destinationNamedPort: http}]}]}"),
  CNP ("a", "{tier: Admin, priority: 1, subject: {" EVERYONE "}, ingress: [{action: Deny, from: [{" EVERYONE "}], protocols: [{tcp: {}}]}]}"),
};

static void
test_invalid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LabCluster) cluster = read_cluster (invalid[i], &error);

      if (cluster != NULL)
        g_error ("this was taken: %s", invalid[i]);
      g_assert_nonnull (strstr (error->message, "document "));
      g_assert_nonnull (strchr (error->message, '/'));
    }
}

static void
test_workloads (void)
{
  static const char text[] =
    "apiVersion: v1\nkind: PodList\nitems:\n"
    "- {metadata: {name: web-1-a, labels: {app: web}, ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true}]}}\n"
    "- {metadata: {name: web-1-b, labels: {app: web}, ownerReferences: [{kind: ReplicaSet, name: web-1, controller: true}]}}\n"
    "- {metadata: {name: static, ownerReferences: [{kind: Node, name: n1}]}}\n"
    "---\n{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, ownerReferences: [{kind: Deployment, name: web}]}, spec: {template: {}}}\n"
    "---\n{apiVersion: batch/v1, kind: CronJob, metadata: {name: night}, spec: {jobTemplate: {spec: {template: {metadata: {labels: {job: x}}}}}}}\n"
    "---\n{apiVersion: v1, kind: List, items: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: idle, labels: {no: x}}, spec: {template: {metadata: {labels: {app: idle}}}}}, {apiVersion: v1, kind: Service, metadata: {name: s}}]}\n"
    "---\n{apiVersion: example.org/v1, kind: NetworkPolicy, metadata: {name: not-ours}}\n";
  g_autoptr (LabCluster) cluster = lab_cluster_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) web = NULL, stay = NULL, night = NULL, idle = NULL;

  lab_cluster_add_yaml (cluster, text, strlen (text), &error);
  g_assert_no_error (error);
  lab_cluster_settle (cluster);
  g_assert_cmpuint (cluster->skipped, ==, 2);
  web = lab_cluster_find (cluster, "default/web[Deployment]");
  g_assert_cmpuint (web->len, ==, 2);
  stay = lab_cluster_find (cluster, "default/static[Pod]");
  g_assert_cmpuint (stay->len, ==, 1);
  night = lab_cluster_find (cluster, "default/night");
  g_assert_cmpstr (lab_label_value (((LabPod *) g_ptr_array_index (night, 0))->labels, "job"), ==, "x");
  idle = lab_cluster_find (cluster, "default/idle");
  g_assert_null (lab_label_value (((LabPod *) g_ptr_array_index (idle, 0))->labels, "no"));
  g_assert_cmpuint (cluster->pods->len, ==, 5);
}

static char *
as_json (const char *yaml)
{
  g_autoptr (GPtrArray) documents = lab_yaml_parse (yaml, strlen (yaml), NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; documents != NULL && i < documents->len; i++)
    {
      g_autofree char *text = json_to_string (g_ptr_array_index (documents, i), FALSE);

      g_string_append_printf (out, "%s%s", i > 0 ? " " : "", text);
    }
  if (documents == NULL)
    g_string_assign (out, "!");
  return g_string_free (out, FALSE);
}

static void
test_yaml (void)
{
  static const char *const same[][2] = {
    { "a: yes\nb: 'yes'\nc: off\nd: ~\ne:\nf: null\ng: N", "{\"a\":true,\"b\":\"yes\",\"c\":false,\"d\":null,\"e\":null,\"f\":null,\"g\":false}" },
    { "[1, 0x1F, 0o17, 017, -3, 1_000, 1.5, .5, 1e3, 08, 1.2.3, -, 2026-01-01]",
      "[1,31,15,15,-3,1000,1.5,0.5,1000.0,8.0,\"1.2.3\",\"-\",\"2026-01-01\"]" },
    { "p: &a {k: [1]}\nq: *a\ny: 1", "{\"p\":{\"k\":[1]},\"q\":{\"k\":[1]},\"true\":1}" },
    { "b: &b {p: 1, q: 2}\nm:\n  <<: *b\n  q: 3", "{\"b\":{\"p\":1,\"q\":2},\"m\":{\"q\":3,\"p\":1}}" },
    { "---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n", "{\"a\":1} {\"b\":2}" },
    { "true: 1\n80: x", "{\"true\":1,\"80\":\"x\"}" },
    { "a: !!str 80\nb: |\n  two\n  lines\n", "{\"a\":\"80\",\"b\":\"two\\nlines\\n\"}" },
    { "{\"json\": [\"too\", 1]}", "{\"json\":[\"too\",1]}" },
    { "a: 1\na: 2", "!" }, { "a: *b", "!" }, { "a: &a [*a]", "!" }, { "a: [", "!" }, { "\t- x", "!" }, { "a: \x01", "!" },
    { "? [a]\n: b", "!" }, { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *json = as_json (same[i][0]);

      g_assert_cmpstr (json, ==, same[i][1]);
    }
}

/* A laugh that grows tenfold with each line, and a well without a bottom. */
static void
test_yaml_hostile (void)
{
  g_autoptr (GString) laugh = g_string_new ("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
  g_autoptr (GString) well = g_string_new (NULL);
  g_autoptr (GError) error = NULL, other = NULL;

  for (guint i = 1; i < 12; i++)
    {
      g_string_append_printf (laugh, "a%u: &a%u [", i, i);
      for (guint k = 0; k < 10; k++)
        g_string_append_printf (laugh, "*a%u,", i - 1);
      g_string_append (laugh, "]\n");
    }
  g_assert_null (lab_yaml_parse (laugh->str, laugh->len, &error));
  g_assert_nonnull (strstr (error->message, "line "));
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (well, '[');
  g_assert_null (lab_yaml_parse (well->str, well->len, &other));
  g_assert_nonnull (strstr (other->message, "64 levels"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/policy/statements", test_statements);
  g_test_add_func ("/lab/policy/invalid", test_invalid);
  g_test_add_func ("/lab/policy/workloads", test_workloads);
  g_test_add_func ("/lab/yaml/types", test_yaml);
  g_test_add_func ("/lab/yaml/hostile", test_yaml_hostile);
  return g_test_run ();
}
