/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "manifests.h"

#include <string.h>

/* The admin policies, and what is a workload: the statements from 20 on. */

#define PODS                                                                                                     \
  NAMESPACE ("x", "team: red") NAMESPACE ("z", "team: blue")                                                      \
  POD_WITH ("x", "a", "app: a", "containers: [{name: c, ports: [{name: web, containerPort: 8080}, {name: web2, protocol: UDP, containerPort: 99}]}]", "podIP: 10.0.0.1") \
    POD ("x", "b", "app: b") POD_WITH ("z", "a", "app: a", "", "podIP: 10.9.0.1") POD ("z", "b", "app: b")

#define EVERY "subject: {namespaces: {}}"
#define OF_X "subject: {namespaces: {matchLabels: {team: red}}}"
#define FROM_ALL "from: [{namespaces: {}}]"
#define FROM_Z "from: [{namespaces: {matchLabels: {team: blue}}}]"

static void
test_20 (void)
{
#define DENY_10 ANP ("ten", 10, OF_X ", ingress: [{action: Deny, " FROM_Z "}]")
#define ALLOW_5 ANP ("five", 5, OF_X ", ingress: [{action: Allow, " FROM_Z ", ports: [{portNumber: {port: 80}}]}]")
#define ALLOW_20 ANP ("twenty", 20, OF_X ", ingress: [{action: Allow, " FROM_Z "}]")
#define CLOSED NP ("x", "closed", "{podSelector: {}, ingress: []}")
  check (PODS DENY_10, "z/a > x/a", NONE, "x/b > x/a", ALL, "192.0.2.1 > x/a", ALL, NULL);
  check (PODS DENY_10 ALLOW_5 ALLOW_20, "z/a > x/a", "TCP 80", "x/b > x/a", ALL, NULL);
  /* Admin, then the NetworkPolicy of who is isolated, then the baseline, then everything. */
  check (PODS ALLOW_5 CLOSED, "z/a > x/a", "TCP 80", "x/b > x/a", NONE, NULL);
  check (PODS BANP (EVERY ", ingress: [{action: Deny, " FROM_ALL "}]"), "z/a > x/a", NONE, "192.0.2.1 > x/a", ALL, NULL);
  check (PODS BANP (EVERY ", ingress: [{action: Deny, " FROM_ALL "}]") ALLOW_5, "z/a > x/a", "TCP 80", "x/a > z/a", NONE, NULL);
  check (PODS BANP (EVERY ", ingress: [{action: Deny, " FROM_ALL "}]") NP ("x", "open", "{podSelector: {matchLabels: {app: a}}, ingress: [{ports: [{port: 443}]}]}"), "z/a > x/a",
         "TCP 443", "z/a > x/b", NONE, NULL);
  check_told (PODS ALLOW_20 ANP ("other", 20, EVERY ", ingress: [{action: Deny, " FROM_ALL "}]"), "same-priority", QD_POLICY_WARNING);
  check_invalid ("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: other}\nspec: {" EVERY "}\n", "baseline-name", "3:18");
}

static void
test_21 (void)
{
  check (PODS ANP ("p", 1, OF_X ", ingress: [{action: Allow, " FROM_Z ", ports: [{portNumber: {port: 80}}]}, {action: Deny, " FROM_Z "}, {action: Allow, " FROM_ALL "}]"),
         "z/a > x/a", "TCP 80", "x/b > x/a", ALL, NULL);
  /* Pass skips what other admin policies say, and hands on. */
#define PASS ANP ("pass", 1, OF_X ", ingress: [{action: Pass, " FROM_Z ", ports: [{portNumber: {port: 80}}]}]")
#define DENY ANP ("deny", 2, OF_X ", ingress: [{action: Deny, " FROM_Z "}]")
  check (PODS PASS DENY, "z/a > x/a", "TCP 80", NULL);
  check (PODS PASS DENY CLOSED, "z/a > x/a", NONE, NULL);
  check (PODS PASS DENY NP ("x", "np", "{podSelector: {}, ingress: [{ports: [{port: 80}, {port: 90}]}]}"), "z/a > x/a", "TCP 80", "x/b > x/a", "TCP 80,90", NULL);
  check (PODS PASS DENY BANP (OF_X ", ingress: [{action: Deny, " FROM_Z "}]"), "z/a > x/a", NONE, NULL);
  check (PODS PASS DENY BANP (OF_X ", ingress: [{action: Allow, " FROM_Z ", ports: [{portNumber: {port: 80}}]}, {action: Deny, " FROM_Z "}]"), "z/a > x/a", "TCP 80", NULL);
  check_invalid (BANP (EVERY ", ingress: [{action: Pass, " FROM_ALL "}]"), "action", NULL);
  check_invalid (ANP ("p", 1, EVERY ", ingress: [{action: Accept, " FROM_ALL "}]"), "action", NULL);
}

static void
test_22 (void)
{
  check (PODS ANP ("p", 1, "subject: {pods: {namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {app: a}}}}, ingress: [{action: Deny, " FROM_ALL "}]"), "z/a > x/a",
         NONE, "z/a > x/b", ALL, "x/a > z/a", ALL, NULL);
  check (PODS ANP ("p", 1, OF_X ", ingress: [{action: Deny, from: [{pods: {namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: a}}}}]}]"), "z/a > x/a", NONE,
         "z/b > x/a", ALL, NULL);
  check (PODS ANP ("p", 1, OF_X ", egress: [{action: Deny, to: [{networks: [192.0.2.0/24, 10.9.0.0/16]}]}]"), "x/a > 192.0.2.1", NONE, "x/a > 192.0.3.1", ALL, "x/a > z/a", NONE,
         "x/a > z/b", ALL, "z/a > 192.0.2.1", ALL, NULL);
  check (PODS ANP ("p", 1, OF_X ", egress: [{action: Deny, to: [{nodes: {}}]}]"), "x/a > 192.0.2.1", ALL, "x/a > z/a", ALL, NULL);
  check_told (ANP ("p", 1, OF_X ", egress: [{action: Deny, to: [{nodes: {}}]}]"), "not-evaluated", QD_POLICY_NOTE);
  check_invalid (ANP ("p", 1, "subject: {}"), "subject", NULL);
  check_invalid (ANP ("p", 1, "subject: {namespaces: {}, pods: {namespaceSelector: {}, podSelector: {}}}"), "subject", NULL);
}

static void
test_23 (void)
{
#define WITH(ports) ANP ("p", 1, OF_X ", ingress: [{action: Allow, " FROM_Z ports "}, {action: Deny, " FROM_Z "}]")
  check (PODS WITH (""), "z/a > x/a", ALL, NULL);
  check (PODS WITH (", ports: [{portNumber: {port: 80}}]"), "z/a > x/a", "TCP 80", NULL);
  check (PODS WITH (", ports: [{portNumber: {port: 80, protocol: UDP}}]"), "z/a > x/a", "UDP 80", NULL);
  check (PODS WITH (", ports: [{portRange: {start: 80, end: 90}}, {portRange: {start: 1, end: 2, protocol: SCTP}}]"), "z/a > x/a", "TCP 80-90,SCTP 1-2", NULL);
  check (PODS WITH (", ports: [{namedPort: web}]"), "z/a > x/a", "TCP 8080", "z/a > x/b", NONE, NULL);
  check (PODS WITH (", ports: [{namedPort: web2}]"), "z/a > x/a", "UDP 99", NULL);
  check_invalid (WITH (", ports: [{}]"), "port", NULL);
  check_invalid (WITH (", ports: [{portNumber: {port: 80}, namedPort: web}]"), "port", NULL);
  check_invalid (WITH (", ports: [{portRange: {start: 90, end: 80}}]"), "end-port", NULL);
}

static void
test_24 (void)
{
#define DENY_80 ANP ("p", 1, OF_X ", ingress: [{action: Deny, " FROM_ALL ", ports: [{portNumber: {port: 80}}]}]")
  check (PODS DENY_80, "z/a > x/a", "TCP 1-79,81-65535,UDP 1-65535,SCTP 1-65535", NULL);
  check (PODS DENY_80 NP ("x", "np", "{podSelector: {}, ingress: [{ports: [{port: 79, endPort: 81}]}]}"), "z/a > x/a", "TCP 79,81", "192.0.2.1 > x/a", "TCP 79-81", NULL);
}

static void
test_25 (void)
{
  check (PODS ANP ("out", 1, "subject: {namespaces: {matchLabels: {team: blue}}}, egress: [{action: Allow, to: [{namespaces: {}}], ports: [{portRange: {start: 80, end: 90}}]}, {action: Deny, to: [{namespaces: {}}]}]")
           ANP ("in", 2, OF_X ", ingress: [{action: Allow, " FROM_ALL ", ports: [{portRange: {start: 85, end: 99}}]}, {action: Deny, " FROM_ALL "}]"),
         "z/a > x/a", "TCP 85-90", "x/a > z/a", ALL, "x/b > x/a", "TCP 85-99", "z/a > z/b", "TCP 80-90", NULL);
}

static void
test_26 (void)
{
  check (PODS CLOSED BANP (EVERY ", ingress: [{action: Allow, " FROM_ALL "}]"), "z/a > x/a", NONE, "x/a > z/a", ALL, NULL);
  /* No rules of ingress: it says nothing about it. */
  check (PODS ANP ("p", 1, EVERY ", egress: [{action: Deny, to: [{networks: [192.0.2.0/24]}]}]"), "z/a > x/a", ALL, "192.0.2.1 > x/a", ALL, "x/a > 192.0.2.1", NONE, NULL);
  check (PODS ANP ("p", 1, EVERY ", ingress: [], egress: []"), "z/a > x/a", ALL, NULL);
  /* A NetworkPolicy for egress leaves the baseline of ingress as it is. */
  check (PODS NP ("x", "np", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}") BANP (EVERY ", ingress: [{action: Deny, " FROM_ALL "}]"), "z/a > x/a", NONE, "x/a > 192.0.2.1", ALL, NULL);
}

static void
test_27 (void)
{
#define IN(action) ", ingress: [{action: " action ", " FROM_Z "}]"
  check (PODS CNP ("a", Admin, 10, OF_X IN ("Deny")) CNP ("b", Admin, 5, OF_X ", ingress: [{action: Accept, " FROM_Z ", protocols: [{tcp: {destinationPort: {number: 80}}}]}]"), "z/a > x/a",
         "TCP 80", NULL);
  check (PODS CNP ("a", Admin, 1, OF_X IN ("Pass")) CNP ("b", Admin, 2, OF_X IN ("Deny")), "z/a > x/a", ALL, NULL);
  check (PODS CNP ("a", Admin, 1, OF_X IN ("Pass")) CNP ("b", Baseline, 2, OF_X IN ("Deny")), "z/a > x/a", NONE, NULL);
  /* Several of the baseline, by priority; its Pass goes to the default. */
  check (PODS CNP ("a", Baseline, 10, OF_X IN ("Deny")) CNP ("b", Baseline, 5, OF_X ", ingress: [{action: Pass, " FROM_Z ", protocols: [{udp: {destinationPort: {range: {start: 5, end: 7}}}}]}]"),
         "z/a > x/a", "UDP 5-7", NULL);
  check (PODS CNP ("a", Baseline, 1, OF_X IN ("Deny")) NP ("x", "np", "{podSelector: {matchLabels: {app: a}}, ingress: [{}]}"), "z/a > x/a", ALL, "z/a > x/b", NONE, NULL);
  check_invalid (CNP ("a", Middle, 1, OF_X), "tier", NULL);
  check_invalid (CNP ("a", Admin, 1, OF_X IN ("Allow")), "action", NULL);
}

/* A list of @n of the same. */
static char *
repeat (const char *item, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i ? ", " : "", item);
  return g_string_free_and_steal (text);
}

static void
test_27_bounds (void)
{
  static const char *const lists[] = {
    "ingress: [%s]", "{action: Deny, " FROM_ALL "}",
    "ingress: [{action: Deny, from: [%s]}]", "{namespaces: {}}",
    "ingress: [{action: Deny, " FROM_ALL ", protocols: [%s]}]", "{tcp: {destinationPort: {number: 80}}}",
    "egress: [{action: Deny, to: [{networks: [%s]}]}]", "10.0.0.0/8",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i += 2)
    for (guint n = 25; n <= 26; n++)
      {
        g_autofree char *items = repeat (lists[i + 1], n), *list = g_strdup_printf (lists[i], items), *yaml = NULL;

        yaml = g_strdup_printf ("apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: a}\nspec: {tier: Admin, priority: 1, " EVERY ", %s}\n", list);
        if (n == 25)
          qd_policy_eval_unref (make_eval (yaml, NULL));
        else
          check_invalid (yaml, "too-many", NULL);
      }
}

static void
test_28 (void)
{
#define PROTOCOLS(list) CNP ("p", Admin, 1, OF_X ", ingress: [{action: Accept, " FROM_Z ", protocols: [" list "]}, {action: Deny, " FROM_Z "}]")
  check (PODS PROTOCOLS ("{tcp: {destinationPort: {number: 80}}}, {udp: {destinationPort: {range: {start: 5, end: 9}}}}, {sctp: {destinationPort: {number: 7}}}"), "z/a > x/a",
         "TCP 80,UDP 5-9,SCTP 7", NULL);
  check (PODS PROTOCOLS ("{destinationNamedPort: web}"), "z/a > x/a", "TCP 8080", NULL);
#define TO(action, peers) CNP ("p", Admin, 1, OF_X ", egress: [{action: " action ", to: [" peers "]}]")
  /* networks match pods whose address is known, however an ipBlock is read. */
  check (PODS TO ("Deny", "{networks: [10.9.0.0/16]}"), "x/a > z/a", NONE, "x/a > 10.9.9.9", NONE, "x/a > z/b", ALL, NULL);
  check_with (PODS TO ("Deny", "{networks: [10.9.0.0/16]}"), QD_POLICY_HOST_EXEMPT, QD_POLICY_BLOCK_EXTERNAL, "x/a > z/a", NONE, NULL);
  check_told (TO ("Accept", "{domainNames: ['*.example.com', example.org.]}"), "not-evaluated", QD_POLICY_NOTE);
  check_invalid (TO ("Deny", "{domainNames: [example.com]}"), "domain-action", NULL);
  check_invalid (TO ("Pass", "{domainNames: [example.com]}"), "domain-action", NULL);
  check_invalid (TO ("Accept", "{domainNames: ['www.*.com']}"), "domain", NULL);
  g_assert_true (qd_policy_domain_matches ("*.example.com", "www.example.com"));
  g_assert_true (qd_policy_domain_matches ("*.example.com", "a.b.Example.com."));
  g_assert_false (qd_policy_domain_matches ("*.example.com", "example.com"));
  g_assert_false (qd_policy_domain_matches ("*.example.com", "notexample.com"));
  g_assert_true (qd_policy_domain_matches ("example.com", "EXAMPLE.com"));
  g_assert_false (qd_policy_domain_matches ("example.com", "www.example.com"));
  /* What is not known fails closed. */
#define NEWER "{serviceAccounts: {}}"
  check (PODS TO ("Deny", NEWER), "x/a > z/a", NONE, "x/a > 192.0.2.1", NONE, "z/a > z/b", ALL, NULL);
  check (PODS TO ("Pass", NEWER), "x/a > z/a", NONE, NULL);
  check (PODS CLOSED CNP ("p", Admin, 1, OF_X ", ingress: [{action: Accept, from: [" NEWER ", {namespaces: {}}]}]"), "z/a > x/a", NONE, NULL);
  check_told (TO ("Deny", NEWER), "unknown-peer", QD_POLICY_WARNING);
  check_invalid (TO ("Deny", "{}"), "empty-peer", NULL);
}

/* --- Workloads ---------------------------------------------------------------------------------------------------- */

static void
test_29 (void)
{
  g_autoptr (GString) many = g_string_new (NAMESPACE ("x", ""));
  g_autoptr (QdPolicyEval) eval = NULL;

  check ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: x, labels: {app: other}}\nspec: {template: {metadata: {labels: {app: d}}, spec: {}}}\n" POD ("x", "a", "")
           NP ("x", "p", "{podSelector: {matchLabels: {app: other}}, ingress: []}") NP ("x", "q", "{podSelector: {matchLabels: {app: d}}, policyTypes: [Egress]}"),
         "x/a > x/d", ALL, "x/d > x/a", NONE, NULL);
  for (guint i = 0; i < 50; i++)
    g_string_append_printf (many, DEPLOYMENT ("x", "d%u", "app: a%u", "containers: [{name: c, ports: [{containerPort: 80}]}]"), i, i % 2);
  eval = make_eval (many->str, NULL);
  g_assert_cmpuint (qd_policy_eval_get_n_workloads (eval), ==, 50);
  g_assert_cmpuint (qd_policy_eval_get_n_classes (eval), ==, 2);
}

#define OWNED(kind, name, owner_kind, owner, labels, more)                                                                        \
  "---\napiVersion: " kind "\nmetadata: {name: " name ", namespace: x, labels: {" labels "}, ownerReferences: [{kind: Other, name: z}, {kind: " owner_kind \
  ", name: " owner ", controller: true}]}\n" more

static void
test_30 (void)
{
  g_autoptr (QdPolicyEval) eval = make_eval (
    DEPLOYMENT ("x", "web", "app: web", "")
      OWNED ("apps/v1\nkind: ReplicaSet", "web-1", "Deployment", "web", "", "spec: {replicas: 0, template: {metadata: {labels: {app: old}}, spec: {}}}\n")
        OWNED ("apps/v1\nkind: ReplicaSet", "web-2", "Deployment", "web", "", "spec: {template: {metadata: {labels: {app: web}}, spec: {}}}\n")
          OWNED ("v1\nkind: Pod", "web-2-a", "ReplicaSet", "web-2", "app: web, pod-template-hash: '2'", "") OWNED ("v1\nkind: Pod", "web-2-b", "ReplicaSet", "web-2", "app: web, pod-template-hash: '2'", "")
            OWNED ("v1\nkind: Pod", "lost-a", "ReplicaSet", "lost", "", "") OWNED ("v1\nkind: Pod", "job-a", "Job", "night-1", "", "")
              OWNED ("batch/v1\nkind: Job", "night-1", "CronJob", "night", "", "spec: {template: {spec: {}}}\n")
                OWNED ("v1\nkind: Pod", "etcd-n1", "Node", "n1", "", "") POD ("x", "bare", "")
                  OWNED ("apps/v1\nkind: StatefulSet", "es-data", "Elastic", "es", "", "spec: {template: {spec: {}}}\n"),
    NULL);
  static const char *const wanted[] = { "x/bare[Pod]", "x/es-data[StatefulSet]", "x/etcd-n1[Pod]", "x/lost[ReplicaSet]", "x/night[CronJob]", "x/web[Deployment]" };
  GPtrArray *web;

  g_assert_cmpuint (qd_policy_eval_get_n_workloads (eval), ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpstr (qd_policy_eval_get_text (eval, i), ==, wanted[i]);
  /* Its pods say what is so, not its templates, nor a set that wants none. */
  web = qd_policy_eval_get_workload (eval, 5)->pods;
  g_assert_cmpuint (web->len, ==, 2);
  g_assert_cmpstr (qd_labels_get (((QdPolicyPod *) web->pdata[0])->labels, "pod-template-hash"), ==, "2");
  g_assert_cmpuint (qd_policy_eval_find_workload (eval, "x/web", NULL), ==, 5);
  g_assert_cmpuint (qd_policy_eval_find_workload (eval, "x/web[Deployment]", NULL), ==, 5);
  g_assert_cmpuint (qd_policy_eval_find_workload (eval, "x/we", NULL), ==, QD_POLICY_NO_END);
  g_assert_cmpuint (qd_policy_eval_find_workload (eval, "x/web[Pod]", NULL), ==, QD_POLICY_NO_END);
}

static void
test_31 (void)
{
  g_autoptr (QdPolicyWorld) world = NULL;
  const QdPolicyFinding *finding;
  g_autofree char *one = NULL, *two = NULL;

  check ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: default}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
         "metadata: {name: p}\nspec: {podSelector: {}, ingress: []}\n",
         "default/a > default/b", NONE, NULL);
  world = make_world (POD ("x", "a", "") POD ("z", "a", "") DEPLOYMENT ("x", "a", "", "") POD ("x", "a", "app: b"));
  g_assert_true (qd_policy_world_is_invalid (world));
  g_assert_cmpuint (qd_policy_world_get_findings (world)->len, ==, 1);
  finding = g_ptr_array_index (qd_policy_world_get_findings (world), 0);
  g_assert_cmpstr (finding->code, ==, "duplicate");
  one = qd_policy_place_to_text (&finding->other);
  two = qd_policy_place_to_text (&finding->place);
  g_assert_cmpstr (one, ==, "world.yaml:2:1");
  g_assert_cmpstr (two, ==, "world.yaml:19:1");
  g_assert_nonnull (strstr (finding->message, one));
}

static void
test_32 (void)
{
  g_autoptr (QdPolicyEval) eval = make_eval (
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: x, labels: {team: red}}}\n- {apiVersion: v1, kind: Service, metadata: {name: s, namespace: x}, spec: {selector: {app: a}, "
    "ports: [{port: 80, targetPort: web}]}}\n- {apiVersion: v1, kind: PodList, items: [{metadata: {name: p, namespace: x}, spec: {}}]}\n"
    "---\napiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: q, namespace: x}, spec: {}}\n"
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n- {metadata: {name: np, namespace: x}, spec: {podSelector: {}, policyTypes: [Ingress]}}\n"
    "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: ss}\nspec: {template: {spec: {}}}\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: ds}\nspec: {template: {spec: {}}}\n"
    "---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: rs}\nspec: {template: {spec: {}}}\n---\napiVersion: v1\nkind: ReplicationController\nmetadata: {name: rc}\nspec: {template: {spec: {}}}\n"
    "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {}}}\n"
    "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: cj}\nspec: {jobTemplate: {spec: {template: {metadata: {labels: {app: cj}}}}}}\n"
    "---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n---\napiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: np, namespace: x}\nspec: {selector: all()}\n",
    NULL);
  static const char *const wanted[] = { "default/cj[CronJob]", "default/ds[DaemonSet]", "default/j[Job]", "default/rc[ReplicationController]", "default/rs[ReplicaSet]", "default/ss[StatefulSet]", "x/p[Pod]", "x/q[Pod]" };
  QdPolicyWorld *world = qd_policy_eval_get_world (eval);
  guint notes = 0;

  g_assert_cmpuint (qd_policy_eval_get_n_workloads (eval), ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpstr (qd_policy_eval_get_text (eval, i), ==, wanted[i]);
  assert_ports (eval, "x/p > x/q", NONE);
  g_assert_cmpuint (qd_policy_world_get_services (world)->len, ==, 1);
  g_assert_cmpuint (qd_policy_world_get_policies (world)->len, ==, 1);
  g_assert_cmpstr (qd_labels_get (qd_policy_world_find_namespace (world, "x")->labels, "team"), ==, "red");
  for (guint i = 0; i < qd_policy_world_get_findings (world)->len; i++)
    notes += g_strcmp0 (((QdPolicyFinding *) g_ptr_array_index (qd_policy_world_get_findings (world), i))->code, "passed-over") == 0;
  g_assert_cmpuint (notes, ==, 2);
}

static void
test_33 (void)
{
#define FROM(peers) NP ("x", "p", "{podSelector: {}, ingress: [{from: [" peers "]}]}")
#define PORTS(ports) NP ("x", "p", "{podSelector: {}, ingress: [{ports: [" ports "]}]}")
  check_invalid (FROM ("{}"), "empty-peer", "5:43");
  check_invalid (FROM ("null"), "empty-peer", NULL);
  check_invalid (PORTS ("{port: 0}"), "port", NULL);
  check_invalid (POD_WITH ("x", "a", "", "containers: [{name: c, ports: [{}]}]", ""), "required", NULL);
  check_invalid (POD_WITH ("x", "a", "", "containers: [{name: c, ports: [{containerPort: 0}]}]", ""), "port", NULL);
  check_invalid (POD_WITH ("x", "a", "", "containers: [{name: c, ports: [null]}]", ""), "required", NULL);
  check_invalid (POD_WITH ("x", "a", "", "containers: [{name: c, ports: [{name: web, containerPort: 1}, {name: web, containerPort: 2, protocol: UDP}]}]", ""), "duplicate-port", NULL);
  qd_policy_eval_unref (make_eval (POD_WITH ("x", "a", "", "containers: [{name: c, ports: [{name: '', containerPort: 1}, {name: '', containerPort: 2}]}]", ""), NULL));
  check_invalid (NP ("x", "p", "{podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}"), "too-many", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {}, policyTypes: [null]}"), "policy-type", NULL);
  check_invalid (NP ("x.a", "p", "{podSelector: {}}"), "name", NULL);
  check_invalid (NAMESPACE ("x.a", ""), "name", NULL);
  check_invalid (NP ("x", "P", "{podSelector: {}}"), "name", NULL);
  qd_policy_eval_unref (make_eval (NP ("x", "p.a", "{podSelector: {}}"), NULL));
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [null]}}"), "cidr", NULL);
  check_invalid (CNP ("p", Admin, 1, EVERY ", egress: [{action: Deny, to: [{networks: [null]}]}]"), "cidr", NULL);
  check_invalid (CNP ("p", Admin, 1, EVERY ", egress: [{action: Accept, to: [{domainNames: [null]}]}]"), "domain", NULL);
  check_invalid (PORTS ("{port: 65536}"), "port", NULL);
  check_invalid (PORTS ("{port: -1}"), "port", NULL);
  check_invalid (PORTS ("{port: 1.5}"), "port", NULL);
  check_invalid (PORTS ("{port: '80'}"), "port-name", NULL);
  check_invalid (PORTS ("{port: Web}"), "port-name", NULL);
  check_invalid (PORTS ("{port: sixteen-letters-}"), "port-name", NULL);
  check_invalid (PORTS ("{port: sixteen-letterss}"), "port-name", NULL);
  check_invalid (PORTS ("{port: a--b}"), "port-name", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {}, policyTypes: [Ingres]}"), "policy-type", "5:39");
  check_invalid (NP ("x", "p", "{podSelector: {matchLabels: {-app: a}}}"), "label-key", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {matchLabels: {Example.com/app: a}}}"), "label-key", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {matchLabels: {app: 'a b'}}}"), "label-value", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {matchLabels: {app: yes}}}"), "type", "5:41");
  check_invalid (POD ("x", "a", "version: 1.20"), "type", NULL);
  check_invalid (POD ("x", "a", "app: a_"), "label-value", NULL);
  check_invalid (NP ("x", "p", "{podSelector: {matchExpressions: [{key: a, operator: In}]}}"), "selector-values", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0}}"), "cidr", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/33}}"), "cidr", NULL);
  check_invalid (FROM ("{ipBlock: {}}"), "required", NULL);
  check_invalid (CNP ("p", Admin, 1001, EVERY), "priority", NULL);
  check_invalid (CNP ("p", Admin, -1, EVERY), "priority", NULL);
  qd_policy_eval_unref (make_eval (CNP ("p", Admin, 0, EVERY) CNP ("q", Admin, 1000, EVERY), NULL));
  check_invalid (CNP ("p", Admin, 1, EVERY ", ingress: [{action: Deny, from: []}]"), "no-peers", NULL);
  check_invalid (CNP ("p", Admin, 1, EVERY ", ingress: [{action: Deny}]"), "no-peers", NULL);
  check_invalid (CNP ("p", Admin, 1, EVERY ", egress: [{action: Deny, to: []}]"), "no-peers", NULL);
  check_invalid (CNP ("p", Admin, 1, EVERY ", ingress: [{action: Deny, " FROM_ALL ", protocols: []}]"), "required", NULL);
#define NAMED_WITH(peer) CNP ("p", Admin, 1, EVERY ", egress: [{action: Accept, to: [{namespaces: {}}, " peer "], protocols: [{destinationNamedPort: web}]}]")
  check_invalid (NAMED_WITH ("{networks: [10.0.0.0/8]}"), "named-port", NULL);
  check_invalid (NAMED_WITH ("{nodes: {}}"), "named-port", NULL);
  check_invalid (NAMED_WITH ("{domainNames: [example.com]}"), "named-port", NULL);
}

int
main (int argc, char **argv)
{
  static void (*const tests[]) (void) = { test_20, test_21, test_22, test_23, test_24, test_25, test_26, test_27, test_28, test_29, test_30, test_31, test_32, test_33 };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *name = g_strdup_printf ("/policy/admin/statement-%02u", i + 20);

      g_test_add_func (name, tests[i]);
    }
  g_test_add_func ("/policy/admin/statement-27-bounds", test_27_bounds);
  return g_test_run ();
}
