/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "manifests.h"

/* NetworkPolicy, statement by statement: the number in a test's name is that of the statement of the specification that it
 * holds the room to. */

/* Two namespaces, and pods a, b, c in each. */
#define SPACES NAMESPACE ("x", "team: red") NAMESPACE ("z", "team: blue")
#define PODS                                                                                                       \
  SPACES POD ("x", "a", "app: a, tier: front") POD ("x", "b", "app: b") POD ("x", "c", "app: c, tier: back")         \
    POD ("z", "a", "app: a") POD ("z", "b", "app: b, tier: back")

static void
test_01 (void)
{
  check (PODS, "x/a > x/b", ALL, "x/a > z/b", ALL, "x/a > 192.0.2.1", ALL, "192.0.2.1 > x/a", ALL, "x/a > 2001:db8::1", ALL, NULL);
  /* Isolated for ingress, and not for egress. */
  check (PODS NP ("x", "in", "{podSelector: {matchLabels: {app: a}}, ingress: []}"), "x/b > x/a", NONE, "x/a > x/b", ALL, "z/b > x/b", ALL, NULL);
}

static void
test_02 (void)
{
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress]}"), "x/b > x/a", NONE, "x/a > x/b", ALL, "z/b > z/a", ALL, NULL);
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress]}"), "x/b > x/a", ALL, "x/a > x/b", NONE, NULL);
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress, Egress]}"), "x/b > x/a", NONE, "x/a > x/b", NONE, NULL);
}

static void
test_03 (void)
{
#define SUBJECT "podSelector: {matchLabels: {app: a}}"
  check (PODS NP ("x", "p", "{" SUBJECT "}"), "x/b > x/a", NONE, "x/a > x/b", ALL, NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", policyTypes: []}"), "x/b > x/a", NONE, "x/a > x/b", ALL, NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", egress: []}"), "x/b > x/a", NONE, "x/a > x/b", ALL, NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", egress: [{ports: [{port: 80}]}]}"), "x/b > x/a", NONE, "x/a > x/b", "TCP 80", NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", policyTypes: [Ingress], egress: [{ports: [{port: 80}]}]}"), "x/b > x/a", NONE, "x/a > x/b", ALL, NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", policyTypes: [Egress], ingress: [{ports: [{port: 80}]}]}"), "x/b > x/a", ALL, "x/a > x/b", NONE, NULL);
  check (PODS NP ("x", "p", "{" SUBJECT ", policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}], egress: [{}]}"), "x/b > x/a", "TCP 80", "x/a > x/b", ALL, NULL);
}

static void
test_04 (void)
{
  check (PODS NP ("x", "p", "{podSelector: {}, ingress: []}"), "z/a > x/a", NONE, "z/a > x/b", NONE, "z/a > x/c", NONE, "x/a > z/a", ALL, "z/b > z/a", ALL, NULL);
  /* A selector that is not there is the empty one. */
  check (PODS NP ("x", "p", "{policyTypes: [Ingress]}"), "z/a > x/b", NONE, "x/a > z/a", ALL, NULL);
}

static void
test_05 (void)
{
#define ONE NP ("x", "one", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: b}}}], ports: [{port: 80}]}]}")
#define TWO NP ("x", "two", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 443}]}]}")
#define DENY NP ("x", "deny", "{podSelector: {}, ingress: []}")
#define SUM "x/b > x/a", "TCP 80,443", "x/c > x/a", "TCP 443", "x/b > x/c", "TCP 80", "x/a > x/c", NONE, NULL
  check (PODS ONE TWO DENY, SUM);
  check (PODS DENY TWO ONE, SUM);
  check (TWO PODS DENY ONE, SUM);
}

static void
test_06 (void)
{
#define OUT NP ("x", "out", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{ports: [{port: 80, endPort: 90}]}]}")
#define IN NP ("x", "in", "{podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 85, endPort: 99}]}]}")
  check (PODS OUT IN, "x/a > x/b", "TCP 85-90", "x/a > x/c", "TCP 80-90", "x/c > x/b", "TCP 85-99", "x/b > x/a", ALL, NULL);
}

static void
test_07 (void)
{
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: []}"), "x/b > x/a", NONE, "192.0.2.1 > x/a", NONE, NULL);
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, policyTypes: [Ingress]}"), "x/b > x/a", NONE, "192.0.2.1 > x/a", NONE, NULL);
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{}]}"), "x/b > x/a", ALL, "192.0.2.1 > x/a", ALL, "z/a > x/a", ALL, NULL);
}

static void
test_08 (void)
{
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [], ports: [{port: 80}]}]}"), "z/b > x/a", "TCP 80", "192.0.2.1 > x/a",
         "TCP 80", NULL);
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {matchLabels: {app: b}}}], ports: []}]}"), "x/b > x/a", ALL,
         "x/c > x/a", NONE, "192.0.2.1 > x/a", NONE, NULL);
  /* Any of the peers, and any of the ports. */
  check (PODS NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {matchLabels: {app: b}}}, {podSelector: {matchLabels: {app: c}}}], "
                            "ports: [{port: 80}, {protocol: UDP, port: 53}]}]}"),
         "x/b > x/a", "TCP 80,UDP 53", "x/c > x/a", "TCP 80,UDP 53", "z/b > x/a", NONE, NULL);
}

static void
test_09 (void)
{
#define FROM(peers) NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [" peers "]}]}")
  check (PODS FROM ("{podSelector: {matchLabels: {app: b}}}"), "x/b > x/a", ALL, "z/b > x/a", NONE, NULL);
  check (PODS FROM ("{namespaceSelector: {matchLabels: {team: blue}}}"), "z/a > x/a", ALL, "z/b > x/a", ALL, "x/b > x/a", NONE, NULL);
  check (PODS FROM ("{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: b}}}"), "z/b > x/a", ALL, "z/a > x/a", NONE, "x/b > x/a", NONE, NULL);
  check (PODS FROM ("{namespaceSelector: {matchLabels: {team: blue}}}, {podSelector: {matchLabels: {app: b}}}"), "z/b > x/a", ALL, "z/a > x/a", ALL, "x/b > x/a", ALL,
         "x/c > x/a", NONE, NULL);
}

static void
test_10 (void)
{
  check (PODS FROM ("{namespaceSelector: {}}"), "x/b > x/a", ALL, "z/a > x/a", ALL, "192.0.2.1 > x/a", NONE, NULL);
  check (PODS FROM ("{podSelector: {}}"), "x/b > x/a", ALL, "z/a > x/a", NONE, "192.0.2.1 > x/a", NONE, NULL);
  check (PODS FROM ("{namespaceSelector: {}, podSelector: {matchLabels: {tier: back}}}"), "x/c > x/a", ALL, "z/b > x/a", ALL, "x/b > x/a", NONE, NULL);
}

static void
test_11 (void)
{
#define BY_NAME FROM ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: z}}}")
  check (PODS BY_NAME, "z/a > x/a", ALL, "x/b > x/a", NONE, NULL);
  check (POD ("x", "a", "app: a") POD ("x", "b", "") POD ("z", "a", "") BY_NAME, "z/a > x/a", ALL, "x/b > x/a", NONE, NULL);
  check (POD ("x", "a", "app: a") POD ("z", "a", "") FROM ("{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}"), "z/a > x/a", NONE, NULL);
}

static void
test_12 (void)
{
  check (PODS FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.3.4/32]}}"), "10.0.0.1 > x/a", ALL, "10.1.0.0 > x/a", NONE, "10.1.255.255 > x/a", NONE,
         "10.2.0.0 > x/a", ALL, "10.2.3.4 > x/a", NONE, "10.2.3.5 > x/a", ALL, "11.0.0.0 > x/a", NONE, "9.255.255.255 > x/a", NONE, "x/b > x/a", NONE, NULL);
  check (PODS FROM ("{ipBlock: {cidr: 'fd00::/8', except: ['fd01::/16']}}"), "fd00::1 > x/a", ALL, "fd01::1 > x/a", NONE, "fe00::1 > x/a", NONE, "10.0.0.1 > x/a", NONE, NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}}"), "except-outside", "5:102");
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: ['fd00::/16']}}"), "except-outside", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}"), "except-outside", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.0.0/8]}}"), "except-outside", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.1}}"), "cidr", "5:81");
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}"), "mixed-peer", NULL);
  check_invalid (FROM ("{ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}}"), "mixed-peer", NULL);
}

static void
test_13 (void)
{
#define ADDRESSED POD_WITH ("x", "a", "app: a", "", "") POD_WITH ("x", "b", "", "", "podIP: 10.0.0.5") POD_WITH ("x", "c", "", "", "podIPs: [{ip: 10.1.0.5}, {ip: 'fd00::5'}]") POD ("x", "d", "")
#define BLOCK FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}")
#define SIX FROM ("{ipBlock: {cidr: 'fd00::/8'}}")
  check (ADDRESSED BLOCK, "x/b > x/a", ALL, "x/c > x/a", NONE, "x/d > x/a", NONE, "10.0.0.6 > x/a", ALL, NULL);
  check_with (ADDRESSED BLOCK, QD_POLICY_HOST_EXEMPT, QD_POLICY_BLOCK_EXTERNAL, "x/b > x/a", NONE, "x/c > x/a", NONE, "10.0.0.6 > x/a", ALL, NULL);
  check (ADDRESSED SIX, "x/b > x/a", NONE, "x/c > x/a", ALL, "10.0.0.6 > x/a", NONE, "fd00::6 > x/a", ALL, NULL);
  /* What one block excepts, another rule may allow. */
  check (ADDRESSED BLOCK NP ("x", "q", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/24}}], ports: [{port: 80}]}]}"), "10.1.0.9 > x/a", "TCP 80",
         "10.1.1.9 > x/a", NONE, "x/c > x/a", "TCP 80", NULL);
  check (ADDRESSED FROM ("{ipBlock: {cidr: 0.0.0.0/0}}"), "x/b > x/a", ALL, "x/d > x/a", NONE, "192.0.2.1 > x/a", ALL, "2001:db8::1 > x/a", NONE, NULL);
}

static void
test_14 (void)
{
#define HOSTS                                                                                                                              \
  POD ("x", "a", "app: a") POD_WITH ("x", "h", "app: h", "hostNetwork: true, nodeName: n1", "podIP: 10.0.0.1, hostIP: 10.0.0.1")            \
    POD_WITH ("x", "g", "app: h", "hostNetwork: true, nodeName: n2", "") POD_WITH ("x", "near", "app: near", "nodeName: n1", "")
#define TIGHT NP ("x", "tight", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: h}}}]}], egress: []}")
  /* Not covered as subjects, and as peers they are their nodes. */
  check (HOSTS TIGHT, "x/h > x/g", ALL, "x/g > x/h", ALL, "192.0.2.1 > x/h", ALL, "x/h > x/a", NONE, "x/a > x/h", NONE, NULL);
  check_with (HOSTS TIGHT, QD_POLICY_HOST_POD, QD_POLICY_BLOCK_ALL, "x/h > x/g", NONE, "192.0.2.1 > x/h", NONE, "x/a > x/h", NONE, NULL);
  check_with (HOSTS NP ("x", "in", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: h}}}]}]}"), QD_POLICY_HOST_POD, QD_POLICY_BLOCK_ALL, "x/h > x/a",
              ALL, "x/a > x/h", NONE, "x/near > x/h", NONE, NULL);
  /* A block that holds the node's address matches; a rule for everyone matches; a pod and its own node are never kept apart. */
  check (HOSTS NP ("x", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}], ports: [{port: 80}]}, {ports: [{port: 90}]}]}"), "x/h > x/a", "TCP 80,90",
         "x/g > x/a", "TCP 90", "x/h > x/near", ALL, "x/near > x/h", ALL, "x/near > x/a", "TCP 90", NULL);
  check (HOSTS TIGHT, "x/near > x/h", ALL, "x/h > x/near", ALL, "x/near > x/g", NONE, NULL);
  /* One node that some know by its name, some by its address. */
  check (POD_WITH ("x", "one", "", "nodeName: n1", "hostIP: 10.0.0.1") POD_WITH ("x", "two", "", "hostNetwork: true", "podIP: 10.0.0.1") POD_WITH ("x", "three", "", "nodeName: n1", "")
           POD_WITH ("x", "four", "", "nodeName: n2", "") TIGHT,
         "x/two > x/one", ALL, "x/two > x/three", ALL, "x/three > x/two", ALL, "x/two > x/four", NONE, "x/one > x/three", NONE, NULL);
  /* A pod to itself. */
  check (HOSTS TIGHT, "x/a > x/a", ALL, NULL);
}

static void
test_15 (void)
{
#define EXPRESSION(text) FROM ("{podSelector: {matchExpressions: [" text "]}}")
  check (PODS EXPRESSION ("{key: app, operator: In, values: [b, z]}"), "x/b > x/a", ALL, "x/c > x/a", NONE, NULL);
  check (PODS EXPRESSION ("{key: tier, operator: NotIn, values: [back]}"), "x/b > x/a", ALL, "x/c > x/a", NONE, NULL);
  check (PODS EXPRESSION ("{key: tier, operator: Exists}"), "x/b > x/a", NONE, "x/c > x/a", ALL, NULL);
  check (PODS EXPRESSION ("{key: tier, operator: DoesNotExist}"), "x/b > x/a", ALL, "x/c > x/a", NONE, NULL);
  check (PODS FROM ("{podSelector: {matchLabels: {tier: back}, matchExpressions: [{key: app, operator: In, values: [b]}]}}"), "x/b > x/a", NONE, "x/c > x/a", NONE, NULL);
  check (PODS FROM ("{podSelector: {matchLabels: {app: c, tier: back}}}"), "x/c > x/a", ALL, "x/b > x/a", NONE, NULL);
  check_invalid (EXPRESSION ("{key: app, operator: In, values: []}"), "selector-values", NULL);
  check_invalid (EXPRESSION ("{key: app, operator: NotIn}"), "selector-values", NULL);
  check_invalid (EXPRESSION ("{key: app, operator: Exists, values: [a]}"), "selector-values", NULL);
  check_invalid (EXPRESSION ("{key: app, operator: DoesNotExist, values: [a]}"), "selector-values", NULL);
  check_invalid (EXPRESSION ("{key: app, operator: Equals, values: [a]}"), "operator", NULL);
  check_invalid (EXPRESSION ("{key: app, values: [a]}"), "required", NULL);
  check_invalid (EXPRESSION ("{operator: Exists}"), "required", NULL);
}

static void
test_16 (void)
{
#define PORTS(ports) NP ("x", "p", "{podSelector: {matchLabels: {app: a}}, ingress: [{ports: [" ports "]}]}")
  check (PODS PORTS ("{port: 80}"), "x/b > x/a", "TCP 80", NULL);
  check (PODS PORTS ("{protocol: UDP, port: 53}"), "x/b > x/a", "UDP 53", NULL);
  check (PODS PORTS ("{protocol: SCTP}"), "x/b > x/a", "SCTP 1-65535", NULL);
  check (PODS PORTS ("{}"), "x/b > x/a", "TCP 1-65535", NULL);
  check_invalid (PORTS ("{protocol: ICMP, port: 80}"), "protocol", NULL);
  check_invalid (PORTS ("{protocol: tcp, port: 80}"), "protocol", NULL);
}

static void
test_17 (void)
{
#define NAMED_PODS                                                                                                                            \
  POD_WITH ("x", "a", "app: a", "containers: [{name: c, ports: [{name: web, containerPort: 8080}, {name: dns, protocol: UDP, containerPort: 5353}]}]", "") \
    POD_WITH ("x", "b", "app: b", "containers: [{name: c, ports: [{name: web, containerPort: 9090}]}, {name: d, ports: [{name: web, protocol: SCTP, containerPort: 7}]}]", "podIP: 10.0.0.7") \
      POD ("x", "c", "app: c")
  /* In ingress the name is the selected pod's, whoever asks. */
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, ingress: [{ports: [{port: web}]}]}"), "x/c > x/a", "TCP 8080", "x/a > x/b", "TCP 9090", "x/a > x/c", NONE,
         "192.0.2.1 > x/a", "TCP 8080", NULL);
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, ingress: [{ports: [{port: web, protocol: SCTP}]}]}"), "x/a > x/b", "SCTP 7", "x/c > x/a", NONE, NULL);
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, ingress: [{ports: [{port: dns, protocol: UDP}]}]}"), "x/c > x/a", "UDP 5353", "x/c > x/b", NONE, NULL);
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, ingress: [{ports: [{port: dns}]}]}"), "x/c > x/a", NONE, NULL);
  /* In egress it is the peer's. */
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: web}]}]}"), "x/a > x/b", "TCP 9090", "x/b > x/a", "TCP 8080",
         "x/c > x/a", "TCP 8080", "x/a > x/c", NONE, "x/a > 192.0.2.1", NONE, NULL);
  check (NAMED_PODS NP ("x", "p", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: web}]}]}"), "x/a > x/b", "TCP 9090",
         "x/a > 10.0.0.8", NONE, NULL);
}

static void
test_18 (void)
{
  check (PODS PORTS ("{port: 80, endPort: 90}"), "x/b > x/a", "TCP 80-90", NULL);
  check (PODS PORTS ("{port: 80, endPort: 80}"), "x/b > x/a", "TCP 80", NULL);
  check (PODS PORTS ("{port: 1, endPort: 65535}"), "x/b > x/a", "TCP 1-65535", NULL);
  check_invalid (PORTS ("{port: 80, endPort: 79}"), "end-port", NULL);
  check_invalid (PORTS ("{endPort: 80}"), "end-port", NULL);
  check_invalid (PORTS ("{port: web, endPort: 80}"), "end-port", NULL);
  check_invalid (PORTS ("{port: 80, endPort: 65536}"), "port", NULL);
}

static void
test_19 (void)
{
  check (PODS PORTS ("{port: 80, endPort: 85}, {port: 86, endPort: 90}, {port: 88, endPort: 95}, {port: 100}"), "x/b > x/a", "TCP 80-95,100", NULL);
  check (PODS PORTS ("{protocol: TCP}, {protocol: UDP}"), "x/b > x/a", "TCP 1-65535,UDP 1-65535", NULL);
  check (PODS PORTS ("{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}"), "x/b > x/a", ALL, NULL);
  check (PODS PORTS ("{protocol: SCTP}, {protocol: UDP}") NP ("x", "q", "{podSelector: {}, ingress: [{ports: [{port: 1, endPort: 1000}]}, {ports: [{port: 1001, endPort: 65535}]}]}"),
         "x/b > x/a", ALL, NULL);
}

/* Bugs of well-known tools. */

static void
test_not_to_get_wrong (void)
{
  /* Deny-all judged as allow; an isolated pod with no rule shown as open. */
  check (PODS NP ("x", "deny", "{podSelector: {}, policyTypes: [Ingress, Egress]}"), "x/a > x/b", NONE, "z/a > x/a", NONE, "x/a > z/a", NONE, "x/a > 192.0.2.1", NONE, "192.0.2.1 > x/a", NONE, NULL);
  check (PODS NP ("x", "deny", "{podSelector: {}, policyTypes: [Egress]}"), "x/a > x/b", NONE, "z/a > x/a", ALL, NULL);
  /* A combined selector as two entries. */
  check (PODS FROM ("{namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {app: b}}}"), "x/b > x/a", ALL, "x/c > x/a", NONE, "z/b > x/a", NONE, NULL);
  /* NotIn that fails where the key is missing. */
  check (PODS FROM ("{namespaceSelector: {matchExpressions: [{key: gone, operator: NotIn, values: [z]}]}}"), "x/b > x/a", ALL, "z/a > x/a", ALL, NULL);
  /* policyTypes that forget Egress. */
  check (PODS NP ("x", "p", "{podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {app: b}}}]}]}"), "x/a > x/c", NONE, NULL);
  /* A named port resolved on the source. */
  check (NAMED_PODS NP ("x", "p", "{podSelector: {matchLabels: {app: c}}, ingress: [{ports: [{port: web}]}]}"), "x/a > x/c", NONE, NULL);
  /* An empty from treated as nobody. */
  check (PODS NP ("x", "p", "{podSelector: {}, ingress: [{from: []}]}"), "z/a > x/a", ALL, "192.0.2.1 > x/a", ALL, NULL);
  check (PODS NP ("x", "p", "{podSelector: {}, policyTypes: [Egress], egress: [{to: []}]}"), "x/a > 192.0.2.1", ALL, NULL);
  /* An except applied to the wrong block. */
  check (PODS FROM ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 10.0.0.0/15}}"), "10.1.0.1 > x/a", ALL, "10.0.0.1 > x/a", ALL, "10.2.0.1 > x/a", ALL, NULL);
}

/* 33. The API's own validation: what namespaces are called is a label, which has no dots. */
static void
test_names_of_namespaces (void)
{
  check_invalid ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n", "name", "3:18");
  check_invalid ("apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: 10.0.0.0}\n", "name", "3:32");
  check_invalid ("apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a-name-that-is-longer-than-the-sixty-three-characters-that-it-may-have}\n", "name", NULL);
}

int
main (int argc, char **argv)
{
  static void (*const tests[]) (void) = {
    test_01, test_02, test_03, test_04, test_05, test_06, test_07, test_08, test_09, test_10, test_11, test_12, test_13, test_14, test_15, test_16, test_17, test_18, test_19,
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *name = g_strdup_printf ("/policy/network/statement-%02u", i + 1);

      g_test_add_func (name, tests[i]);
    }
  g_test_add_func ("/policy/network/not-to-get-wrong", test_not_to_get_wrong);
  g_test_add_func ("/policy/network/names-of-namespaces", test_names_of_namespaces);
  return g_test_run ();
}
