/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "manifests.h"

#include <string.h>

#include "qd-policy-lint.h"

/* What lint says of small worlds: where, how bad it is, the flow that shows it and the file after its fix. That flows and fixes are right on any world
 * is asked of the lab's evaluator (compare-lint.c). Each world that has a fault stands beside one that has it not. */

static GPtrArray *
lint (const char *yaml, QdYamlFile **file)
{
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
  g_autoptr (GError) error = NULL;

  *file = qd_yaml_file_new ("world.yaml", bytes, &error);
  g_assert_no_error (error);
  return qd_policy_lint (file, 1, NULL, 0, NULL);
}

static const QdPolicyFinding *
find_only (GPtrArray *findings, const char *code)
{
  const QdPolicyFinding *found = NULL;

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      if (!g_str_equal (finding->code, code))
        continue;
      if (found != NULL)
        g_error ("%s is told twice: %s; %s", code, found->message, finding->message);
      found = finding;
    }
  return found;
}

/* The world has one finding of that @code, at the beginning of the first @place in it, shown by @flow (NULL: by none), which its fix, whose title is
 * @title (NULL: it has none), takes away. */
static void
check_lint (const char *yaml, const char *code, QdPolicySeverity severity, const char *place, const char *flow, const char *title)
{
  g_autoptr (QdYamlFile) file = NULL;
  g_autoptr (GPtrArray) findings = lint (yaml, &file);
  const QdPolicyFinding *finding = find_only (findings, code);
  g_autofree char *text = NULL;

  if (finding == NULL)
    g_error ("%s is not told of\n%s", code, yaml);
  text = finding->proof ? qd_policy_proof_to_text (finding->proof) : NULL;
  g_assert_cmpint (finding->severity, ==, severity);
  g_assert_cmpstr (text, ==, flow);
  if (!g_str_has_prefix (yaml + qd_yaml_node_get_span (finding->place.node).start, place))
    g_error ("%s is told at “%s”", code, yaml + qd_yaml_node_get_span (finding->place.node).start);
  g_assert_cmpstr (finding->fix ? qd_policy_fix_get_title (finding->fix) : NULL, ==, title);
  if (finding->fix)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) changed = qd_policy_fix_apply (finding->fix, NULL, &error);
      g_autoptr (GPtrArray) left = NULL;

      g_assert_no_error (error);
      left = qd_policy_lint (&changed, 1, NULL, 0, NULL);
      g_assert_null (find_only (left, code));
    }
}

static void
check_silent (const char *yaml, const char *code)
{
  g_autoptr (QdYamlFile) file = NULL;
  g_autoptr (GPtrArray) findings = lint (yaml, &file);
  const QdPolicyFinding *finding = find_only (findings, code);

  if (finding != NULL)
    g_error ("%s is told: %s", code, finding->message);
}

/* What the file is after the fix of @code: all else stays byte for byte. */
static void
check_fixed (const char *yaml, const char *code, const char *wanted)
{
  g_autoptr (QdYamlFile) file = NULL, changed = NULL;
  g_autoptr (GPtrArray) findings = lint (yaml, &file);
  const QdPolicyFinding *finding = find_only (findings, code);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_nonnull (finding);
  g_assert_nonnull (finding->fix);
  changed = qd_policy_fix_apply (finding->fix, NULL, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (qd_yaml_file_get_bytes (changed), NULL), g_bytes_get_size (qd_yaml_file_get_bytes (changed)));
  g_assert_cmpstr (text, ==, wanted);
}

#define PORTS(port) "containers: [{name: c, ports: [" port "]}]"
#define WEB POD_WITH ("shop", "web", "app: web", PORTS ("{name: http, containerPort: 8080}"), "")
#define API POD_WITH ("shop", "api", "app: api", PORTS ("{name: http, containerPort: 8000}"), "")
#define SHOP WEB API
#define DNS DEPLOYMENT ("kube-system", "coredns", "k8s-app: kube-dns", PORTS ("{name: dns, containerPort: 53, protocol: UDP}"))

/* --- Types and rules --- */

static void
test_types (void)
{
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{}], egress: [{ports: [{port: 53}]}]}"),
              "rules-without-type", QD_POLICY_WARNING, "[{ports: [{port: 53}]}]", "shop/web[Pod] → 192.0.2.1, TCP 443: allowed",
              "Remove “egress”, which has no effect");
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{}]}"), "type-without-rules",
              QD_POLICY_WARNING, "Egress]", "shop/web[Pod] → 192.0.2.1, TCP 443: denied by egress", "Write egress: []");
  check_silent (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{}], egress: []}"),
                "type-without-rules");
  check_lint (SHOP NP ("shop", "p", "{podSelector: {}, policyTypes: [Ingress]}"), "type-without-rules", QD_POLICY_NOTE, "Ingress]",
              "192.0.2.1 → shop/api[Pod], TCP 8000: denied by ingress", NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {}, policyTypes: [Egress, Ingress]}"), "type-without-rules", QD_POLICY_NOTE, "Ingress]",
              "192.0.2.1 → shop/api[Pod], TCP 8000: denied by ingress", NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {}, egress: []}"), "egress-not-isolated", QD_POLICY_WARNING, "[]}",
              "shop/api[Pod] → 192.0.2.1, TCP 443: allowed", NULL);
  check_silent (SHOP NP ("shop", "p", "{podSelector: {}, policyTypes: [Egress], egress: []}"), "egress-not-isolated");
}

static void
test_default_types (void)
{
#define OUT "{podSelector: {matchLabels: {app: web}}, egress: [{ports: [{port: 443}, {port: 53, protocol: UDP}]}]}"
  check_lint (SHOP NP ("shop", "p", OUT), "isolates-by-default", QD_POLICY_WARNING, "[{ports: [{port: 443}",
              "192.0.2.1 → shop/web[Pod], TCP 8080: denied by ingress", "Write policyTypes: [Ingress, Egress]");
  /* Another isolates it anyway, or it is said. */
  check_silent (SHOP NP ("shop", "p", OUT) NP ("shop", "q", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), "isolates-by-default");
  check_silent (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [], egress: [{}]}"), "isolates-by-default");
  check_silent (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{}]}"), "isolates-by-default");
#undef OUT
}

/* --- What is empty, and what means nobody --- */

static void
test_empty (void)
{
  check_lint (SHOP NP ("shop", "p", "{ingress: [{from: [{podSelector: {}}]}]}"), "selects-everything", QD_POLICY_WARNING, "{ingress:", NULL, NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"), "selects-everything", QD_POLICY_NOTE, "{}, policyTypes", NULL, NULL);
  check_silent (SHOP NP ("shop", "p", "{podSelector: {}, policyTypes: [Ingress]}"), "selects-everything");
  check_silent (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}"), "selects-everything");
  check_lint (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]"), "selects-everything", QD_POLICY_NOTE,
              "{namespaces: {}}, ingress", NULL, NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: []}]}"), "empty-list", QD_POLICY_WARNING, "[]}",
              "192.0.2.1 → shop/web[Pod], TCP 8080: allowed", NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}], ports: []}]}"), "empty-list",
              QD_POLICY_WARNING, "[]}", "shop/api[Pod] → shop/web[Pod], TCP 8080: allowed", NULL);
  check_silent (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{}]}"), "empty-list");
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {}}]}]}"), "peer-everything",
              QD_POLICY_NOTE, "{namespaceSelector: {}}", NULL, NULL);
}

static void
test_nobody (void)
{
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: wbe}}, ingress: [{}]}"), "selects-nothing", QD_POLICY_WARNING, "{matchLabels: {app: wbe}}",
              NULL, NULL);
  check_lint (SHOP NP ("other", "p", "{podSelector: {}, ingress: [{}]}"), "selects-nothing", QD_POLICY_NOTE, "{}, ingress", NULL, NULL);
  /* Without workloads there is nothing to be said. */
  check_silent (NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}"), "selects-nothing");
  check_silent (NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}"), "peer-nothing");
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: ipa}}}]}]}"), "peer-nothing",
              QD_POLICY_WARNING, "{podSelector: {matchLabels: {app: ipa}}}", NULL, NULL);
  check_lint (SHOP NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}"), "peer-nothing",
              QD_POLICY_NOTE, "{namespaceSelector: {matchLabels: {team: x}}}", NULL, NULL);
  check_lint (SHOP POD_WITH ("shop", "node", "app: node", "hostNetwork: true, containers: [{name: c}]", "")
                NP ("shop", "p", "{podSelector: {matchLabels: {app: node}}, ingress: [{}]}"), "selects-nothing", QD_POLICY_WARNING, "{matchLabels: {app: node}}", NULL, NULL);
}

static void
test_ports (void)
{
#define IN(port) NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [" port "]}]}")
  check_lint (SHOP IN ("{port: htpp}"), "unresolved-port", QD_POLICY_WARNING, "{port: htpp}", NULL, NULL);
  check_lint (SHOP IN ("{port: http, protocol: UDP}"), "unresolved-port", QD_POLICY_WARNING, "{port: http, protocol: UDP}", NULL, NULL);
  check_silent (SHOP IN ("{port: http}"), "unresolved-port");
#undef IN
  /* Of egress the name is the other end's. */
  check_lint (SHOP POD ("shop", "db", "app: db") NP ("shop", "p", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: http}]}]}"),
              "unresolved-port", QD_POLICY_WARNING, "{port: http}", NULL, NULL);
}

/* --- What changes nothing --- */

#define ONE(rules) NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}, ingress: [" rules "]}")
#define FROM_API "{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 8080}]}"

static void
test_rules (void)
{
  check_lint (SHOP ONE ("{from: [{podSelector: {}}]}, " FROM_API), "shadowed-rule", QD_POLICY_WARNING, FROM_API, "shop/api[Pod] → shop/web[Pod], TCP 8080: allowed",
              "Remove the rule");
  check_lint (SHOP ONE (FROM_API ", " FROM_API), "shadowed-rule", QD_POLICY_WARNING, FROM_API "]}", "shop/api[Pod] → shop/web[Pod], TCP 8080: allowed",
              "Remove the rule");
  /* Two together allow what the third does. */
  check_lint (SHOP ONE ("{ports: [{port: 1, endPort: 100}]}, {ports: [{port: 101, endPort: 200}]}, {ports: [{port: 50, endPort: 150}]}"), "shadowed-rule",
              QD_POLICY_WARNING, "{ports: [{port: 50, endPort: 150}]}", "192.0.2.1 → shop/web[Pod], TCP 80: allowed", "Remove the rule");
  check_silent (SHOP ONE ("{ports: [{port: 1, endPort: 100}]}, {ports: [{port: 102, endPort: 200}]}, {ports: [{port: 50, endPort: 150}]}"), "shadowed-rule");
  /* What is not here may mean something elsewhere. */
  check_silent (SHOP ONE ("{from: [{podSelector: {}}]}, {from: [{podSelector: {matchLabels: {app: api}}}, {podSelector: {matchLabels: {app: later}}}]}"),
                "shadowed-rule");
}

#define DENY "{action: Deny, from: [{namespaces: {}}]}"
#define LET "{action: Allow, from: [{namespaces: {}}], ports: [{portNumber: {port: 8080}}]}"

static void
test_reach (void)
{
  check_lint (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [" DENY ", " LET "]"), "unreachable-rule", QD_POLICY_WARNING, LET,
              "shop/web[Pod] → shop/api[Pod], TCP 8080: denied by ingress", "Remove the rule");
  check_silent (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [" LET ", " DENY "]"), "unreachable-rule");
  /* All of it: then it is the policy. */
  check_lint (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [" DENY "]") ANP ("b", 2, "subject: {namespaces: {}}, ingress: [" LET "]"), "redundant-policy",
              QD_POLICY_WARNING, "apiVersion: policy", "shop/web[Pod] → shop/api[Pod], TCP 8080: denied by ingress", "Remove the policy");
  check_lint (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [" DENY "]") ONE (FROM_API), "unreachable-rule", QD_POLICY_WARNING, FROM_API,
              "shop/api[Pod] → shop/web[Pod], TCP 8080: denied by ingress", "Remove the rule");
  check_silent (SHOP ANP ("a", 1, "subject: {namespaces: {}}, ingress: [{action: Pass, from: [{namespaces: {}}]}]") ONE (FROM_API), "unreachable-rule");
  /* The baseline is there for who is not isolated yet. */
  check_silent (SHOP BANP ("subject: {namespaces: {}}, ingress: [" DENY "]") NP ("shop", "p", "{podSelector: {}, ingress: [{}]}"), "unreachable-rule");
}

static void
test_policies (void)
{
  check_lint (SHOP ONE (FROM_API) NP ("shop", "q", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), "redundant-policy", QD_POLICY_WARNING,
              "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p,", "shop/api[Pod] → shop/web[Pod], TCP 8080: allowed", "Remove the policy");
  /* It isolates what no other does; or it has no rules, and says what holds for pods to come. */
  check_silent (SHOP ONE (FROM_API) NP ("shop", "q", "{podSelector: {matchLabels: {app: api}}, ingress: [{}]}"), "redundant-policy");
  check_silent (SHOP ONE (FROM_API) NP ("shop", "q", "{podSelector: {}, ingress: []}"), "redundant-policy");
  /* Of two that are the same the first stays. */
  check_lint (SHOP ONE (FROM_API) NP ("shop", "q", "{podSelector: {matchLabels: {app: web}}, ingress: [" FROM_API "]}"), "redundant-policy", QD_POLICY_WARNING,
              "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: q,", "shop/api[Pod] → shop/web[Pod], TCP 8080: allowed", "Remove the policy");
  check_fixed (WEB "# kept\n" NP ("shop", "p", "{podSelector: {}, ingress: [{}]}") "# this one goes\n" NP ("shop", "q", "{podSelector: {}, ingress: [{}]} # here")
                 "---\n# the last\n" API, "redundant-policy",
               WEB "# kept\n" NP ("shop", "p", "{podSelector: {}, ingress: [{}]}") "# this one goes\n" "---\n# the last\n" API);
}

/* --- Two ends --- */

static void
test_sides (void)
{
#define OPEN NP ("shop", "in", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: http}]}]}")
#define CLOSED(rule) NP ("shop", "out", "{podSelector: {matchLabels: {app: api}}, policyTypes: [Egress], egress: [" rule "]}")
  check_lint (SHOP OPEN CLOSED (""), "ingress-without-egress", QD_POLICY_WARNING, "{podSelector: {matchLabels: {app: api}}}",
              "shop/api[Pod] → shop/web[Pod], TCP 8080: denied by egress", NULL);
  check_silent (SHOP OPEN CLOSED ("{ports: [{port: 8080}]}"), "ingress-without-egress");
  check_silent (SHOP OPEN, "ingress-without-egress");
#undef CLOSED
#undef OPEN
#define OUT NP ("shop", "out", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: api}}}]}]}")
  check_lint (SHOP OUT NP ("shop", "in", "{podSelector: {matchLabels: {app: api}}, ingress: []}"), "egress-without-ingress", QD_POLICY_WARNING,
              "{podSelector: {matchLabels: {app: api}}}", "shop/web[Pod] → shop/api[Pod], TCP 8000: denied by ingress", NULL);
  check_silent (SHOP OUT NP ("shop", "in", "{podSelector: {matchLabels: {app: api}}, ingress: [{ports: [{port: 8000}]}]}"), "egress-without-ingress");
#undef OUT
}

static void
test_bystander (void)
{
#define SHARED(name, port) POD_WITH ("shop", name, "tier: back, app: " name, PORTS ("{containerPort: " port "}"), "")
#define BACK NP ("shop", "back", "{podSelector: {matchLabels: {tier: back}}, ingress: [{ports: [{port: 8080}]}]}")
  check_lint (SHARED ("one", "8080") SHARED ("two", "5432") BACK, "isolates-bystander", QD_POLICY_WARNING, "{matchLabels: {tier: back}}",
              "192.0.2.1 → shop/two[Pod], TCP 5432: denied by ingress", NULL);
  check_silent (SHARED ("one", "8080") SHARED ("two", "8080") BACK, "isolates-bystander");
  check_silent (SHARED ("one", "8080") SHARED ("two", "5432") BACK NP ("shop", "two", "{podSelector: {matchLabels: {app: two}}, ingress: [{}]}"), "isolates-bystander");
#undef BACK
#undef SHARED
}

/* --- DNS --- */

#define TO_API "{to: [{podSelector: {matchLabels: {app: api}}}]}"
#define EGRESS(rules) NP ("shop", "out", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [" rules "]}")
#define TO_DNS "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], " \
               "ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}"

static void
test_dns (void)
{
  check_lint (SHOP DNS EGRESS (TO_API), "dns-forgotten", QD_POLICY_WARNING, "[" TO_API "]", "shop/web[Pod] → kube-system/coredns[Deployment], UDP 53: denied by egress",
              "Allow DNS to kube-system");
  check_lint (SHOP EGRESS (TO_API), "dns-forgotten", QD_POLICY_WARNING, "[" TO_API "]", "shop/web[Pod] → 192.0.2.1, UDP 53: denied by egress",
              "Allow DNS to kube-system");
  check_fixed (SHOP DNS EGRESS (TO_API), "dns-forgotten", SHOP DNS EGRESS (TO_API ", " TO_DNS));
  check_silent (SHOP DNS EGRESS (TO_API ", " TO_DNS), "dns-forgotten");
  check_silent (SHOP EGRESS (TO_API ", " TO_DNS), "dns-forgotten");
  check_silent (SHOP DNS EGRESS (TO_API ", {to: [{ipBlock: {cidr: 169.254.20.10/32}}], ports: [{protocol: UDP, port: 53}]}"), "dns-forgotten");
  check_silent (SHOP DNS EGRESS (TO_API ", {ports: [{protocol: UDP, port: 53}]}"), "dns-forgotten");
  /* Nothing at all is meant; who may reach addresses alone may do without. */
  check_silent (SHOP DNS EGRESS (""), "dns-forgotten");
  check_lint (SHOP DNS EGRESS ("{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}"), "dns-forgotten", QD_POLICY_NOTE, "[{to: [{ipBlock",
              "shop/web[Pod] → kube-system/coredns[Deployment], UDP 53: denied by egress", "Allow DNS to kube-system");
}

/* --- Fixes --- */

static void
test_fixes (void)
{
  check_fixed ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n  podSelector:\n    matchLabels:\n      app: yes   # on\n  ingress: []\n",
               "unquoted",
               "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n  podSelector:\n    matchLabels:\n      app: \"yes\"   # on\n  ingress: []\n");
  check_fixed (NP ("x", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16, 10.1.0.0/16]}}]}]}"), "except-outside",
               NP ("x", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}"));
  /* Taking the last rule away must not open egress. */
  check_fixed (SHOP ANP ("a", 1, "subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}, {namespaces: {}}]}]")
                 "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {}\n  ingress:\n  - {}\n  egress:\n  # gone\n  - ports:\n    - port: 1\n",
               "unreachable-rule",
               SHOP ANP ("a", 1, "subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: [0.0.0.0/0, '::/0']}, {namespaces: {}}]}]")
                 "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  - Egress\n  ingress:\n  - {}\n  egress: []\n  # gone\n");
}

/* A larger exception takes all of its block: without it the rule would mean more. */
static void
test_no_fix (void)
{
  g_autoptr (QdYamlFile) file = NULL;
  g_autoptr (GPtrArray) findings = lint (NP ("x", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/7]}}]}]}"), &file);

  g_assert_nonnull (find_only (findings, "except-outside"));
  g_assert_null (find_only (findings, "except-outside")->fix);
}

/* Of a search that was given up nothing is said that needs the whole world, and all that the files say by themselves. */
static void
test_cancelled (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (SHOP DNS EGRESS (TO_API) "---\nkind: Thing\n", strlen (SHOP DNS EGRESS (TO_API) "---\nkind: Thing\n"));
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("world.yaml", bytes, NULL);
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new (&file, 1, NULL);
  g_autoptr (QdPolicyEval) eval = qd_policy_eval_new (world, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) before = qd_policy_lint_world (world, eval, &file, 1, NULL, 0, cancellable), after = NULL;

  g_cancellable_cancel (cancellable);
  after = qd_policy_lint_world (world, eval, &file, 1, NULL, 0, cancellable);
  g_assert_nonnull (find_only (before, "dns-forgotten"));
  g_assert_null (find_only (after, "dns-forgotten"));
  g_assert_nonnull (find_only (after, "passed-over"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/lint/types", test_types);
  g_test_add_func ("/policy/lint/default-types", test_default_types);
  g_test_add_func ("/policy/lint/empty", test_empty);
  g_test_add_func ("/policy/lint/nobody", test_nobody);
  g_test_add_func ("/policy/lint/ports", test_ports);
  g_test_add_func ("/policy/lint/rules", test_rules);
  g_test_add_func ("/policy/lint/reach", test_reach);
  g_test_add_func ("/policy/lint/policies", test_policies);
  g_test_add_func ("/policy/lint/sides", test_sides);
  g_test_add_func ("/policy/lint/bystander", test_bystander);
  g_test_add_func ("/policy/lint/dns", test_dns);
  g_test_add_func ("/policy/lint/fixes", test_fixes);
  g_test_add_func ("/policy/lint/no-fix", test_no_fix);
  g_test_add_func ("/policy/lint/cancelled", test_cancelled);
  return g_test_run ();
}
