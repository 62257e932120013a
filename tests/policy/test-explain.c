/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"
#include "manifests.h"

#include <string.h>

#include "qd-policy-explain.h"

/* What an explanation holds: who decided, and what each policy and rule is said to have done. That its verdict is right is among the laws. */

static QdPolicyExplanation *
ask (QdPolicyEval *eval, const char *from, const char *to, guint port)
{
  QdPolicyFlow flow = { find_end (eval, from), find_end (eval, to), NULL, NULL, QD_PROTOCOL_TCP, port };
  static QdAddress src, dst;

  if (qd_address_parse (from, &src))
    flow.src_address = &src;
  if (qd_address_parse (to, &dst))
    flow.dst_address = &dst;
  return qd_policy_explain (eval, &flow);
}

/* "selected p, missed p 0, matched p 1": the kinds of the steps, the names of policies, the indexes of rules. */
static void
assert_steps (const QdPolicySide *side, const char *wanted)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < side->steps->len; i++)
    {
      const QdPolicyStep *step = g_ptr_array_index (side->steps, i);

      g_assert_nonnull (strstr (step->text, step->rule ? "Rule" : step->policy->text));
      g_string_append_printf (text, "%s%s %s", i ? ", " : "", qd_policy_step_kind_to_string (step->kind), step->policy->name);
      if (step->rule)
        g_string_append_printf (text, " %u", step->index);
    }
  g_assert_cmpstr (text->str, ==, wanted);
}

#define PODS NAMESPACE ("x", "team: red") POD ("x", "a", "app: a") POD ("x", "b", "app: b") POD_WITH ("w", "c", "app: c", "nodeName: n1", "hostIP: 192.0.2.7, podIP: 10.0.0.3")
#define IN NP ("x", "in", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [{podSelector: {matchLabels: {app: z}}}]}, {ports: [{port: 80}]}]}")
#define OTHER NP ("x", "other", "{podSelector: {matchLabels: {app: b}}, ingress: []}")

static void
test_network (void)
{
  g_autoptr (QdPolicyEval) eval = make_eval (PODS IN OTHER NP ("w", "elsewhere", "{podSelector: {}, ingress: []}"), NULL);
  g_autoptr (QdPolicyExplanation) good = ask (eval, "x/b", "x/a", 80), bad = ask (eval, "x/b", "x/a", 81);

  g_assert_true (good->allowed);
  g_assert_cmpint (good->sides[QD_POLICY_EGRESS].reason, ==, QD_POLICY_REASON_DEFAULT);
  g_assert_cmpint (good->sides[QD_POLICY_INGRESS].reason, ==, QD_POLICY_REASON_RULE);
  g_assert_cmpstr (good->sides[QD_POLICY_INGRESS].policy->name, ==, "in");
  assert_steps (&good->sides[QD_POLICY_INGRESS], "selected in, missed in 0, matched in 1, not-selected other");
  assert_steps (&good->sides[QD_POLICY_EGRESS], "");
  g_assert_false (bad->allowed);
  g_assert_cmpint (bad->decided, ==, QD_POLICY_INGRESS);
  g_assert_cmpint (bad->sides[QD_POLICY_INGRESS].reason, ==, QD_POLICY_REASON_ISOLATED);
  assert_steps (&bad->sides[QD_POLICY_INGRESS], "selected in, missed in 0, missed in 1, not-selected other");
  g_assert_nonnull (strstr (((QdPolicyStep *) bad->sides[QD_POLICY_INGRESS].steps->pdata[2])->text, "80/TCP"));
  g_assert_nonnull (strstr (bad->text, "x/b[Pod] may not connect to x/a[Pod] on port 81/TCP. Ingress of x/a[Pod] is denied: NetworkPolicy x/in isolates"));
}

static void
test_tiers (void)
{
  g_autoptr (QdPolicyEval) eval = make_eval (
    PODS IN ANP ("first", 1, "subject: {namespaces: {matchLabels: {team: red}}}, ingress: [{action: Pass, from: [{namespaces: {}}], ports: [{portNumber: {port: 81}}]}, "
                             "{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: c}}}}]}]")
      ANP ("second", 2, "subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]")
        ANP ("third", 3, "subject: {namespaces: {matchLabels: {team: blue}}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]")
          BANP ("subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]"),
    NULL);
  g_autoptr (QdPolicyExplanation) passed = ask (eval, "x/b", "x/a", 81), denied = ask (eval, "w/c", "x/a", 80), later = ask (eval, "x/b", "x/a", 80), baseline = ask (eval, "x/a", "x/b", 81);

  assert_steps (&passed->sides[QD_POLICY_INGRESS], "selected first, matched first 0, not-asked second, not-asked third, selected in, missed in 0, missed in 1");
  g_assert_cmpint (passed->sides[QD_POLICY_INGRESS].reason, ==, QD_POLICY_REASON_ISOLATED);
  assert_steps (&denied->sides[QD_POLICY_INGRESS], "selected first, missed first 0, matched first 1, not-asked second, not-asked third");
  g_assert_cmpint (denied->sides[QD_POLICY_INGRESS].reason, ==, QD_POLICY_REASON_RULE);
  g_assert_nonnull (strstr (denied->text, "rule 2 of AdminNetworkPolicy first denies it"));
  assert_steps (&later->sides[QD_POLICY_INGRESS], "selected first, missed first 0, missed first 1, selected second, matched second 0, not-asked third");
  assert_steps (&baseline->sides[QD_POLICY_INGRESS], "selected first, matched first 0, not-asked second, not-asked third, not-selected in, selected default, matched default 0");
  g_assert_false (baseline->allowed);
}

static void
test_uncovered (void)
{
  g_autoptr (QdPolicyEval) eval = make_eval (PODS NP ("w", "shut", "{podSelector: {}, policyTypes: [Ingress, Egress]}") POD_WITH ("x", "h", "", "hostNetwork: true", ""), NULL);
  g_autoptr (QdPolicyExplanation) outside = ask (eval, "192.0.2.1", "x/a", 80), host = ask (eval, "x/h", "x/a", 80), self = ask (eval, "w/c", "w/c", 80);
  g_autoptr (QdPolicyExplanation) node = ask (eval, "192.0.2.7", "w/c", 80), back = ask (eval, "w/c", "192.0.2.7", 80), other = ask (eval, "192.0.2.8", "w/c", 80);

  g_assert_cmpint (outside->sides[QD_POLICY_EGRESS].reason, ==, QD_POLICY_REASON_OUTSIDE);
  g_assert_cmpint (host->sides[QD_POLICY_EGRESS].reason, ==, QD_POLICY_REASON_HOST_NETWORK);
  g_assert_cmpint (self->sides[QD_POLICY_EGRESS].reason, ==, QD_POLICY_REASON_SAME);
  g_assert_true (self->allowed);
  /* A pod's own node, by its address. */
  g_assert_true (node->allowed);
  g_assert_true (back->allowed);
  g_assert_cmpint (node->sides[QD_POLICY_INGRESS].reason, ==, QD_POLICY_REASON_SAME);
  g_assert_false (other->allowed);
}

/* Pods of one workload that differ: an address asks for the very one that has it. */
static void
test_one_of_many (void)
{
#define MEMBER(name, labels, address)                                                                                                             \
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: x, labels: {" labels "}, ownerReferences: [{kind: ReplicaSet, name: set}]}\nstatus: {podIP: " address "}\n"
  g_autoptr (QdPolicyEval) eval = make_eval (MEMBER ("one", "app: one", "10.0.0.1") MEMBER ("two", "app: two", "10.0.0.2") POD ("x", "a", "")
                                               NP ("x", "shut", "{podSelector: {matchLabels: {app: one}}, ingress: []}"), NULL);
  g_autoptr (QdPolicyExplanation) any = ask (eval, "x/a", "x/set[ReplicaSet]", 80), one = ask (eval, "x/a", "10.0.0.1", 80), two = ask (eval, "x/a", "10.0.0.2", 80);

  assert_ports (eval, "x/a > x/set", ALL);
  g_assert_true (any->allowed);
  g_assert_false (one->allowed);
  g_assert_true (two->allowed);
}

/* Why a peer is not the one, in each of the ways in which it can be another. */
static void
test_reasons (void)
{
  static const struct { const char *peer, *from, *why; } cases[] = {
    { "{podSelector: {matchLabels: {app: z}}}", "x/b", "its podSelector asks for app=z" },
    { "{podSelector: {}}", "w/c", "it is about the namespace x" },
    { "{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [blue, red]}]}}", "w/c", "its namespaceSelector asks for team in (blue,red)" },
    { "{namespaceSelector: {}}", "192.0.2.1", "it is about pods, and 192.0.2.0-192.0.2.255[External] is outside the cluster" },
    { "{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}", "10.1.2.3", "it excepts 10.1.0.0-10.1.255.255, where 10.1.0.0 is" },
    { "{ipBlock: {cidr: 10.0.0.0/8}}", "x/b", "it is about addresses, and that of x/b[Pod] is not known" },
    { "{ipBlock: {cidr: 10.9.0.0/16}}", "w/c", "it is about 10.9.0.0-10.9.255.255, and not about 10.0.0.3" },
    { "{podSelector: {matchLabels: {app: z}}}, {namespaceSelector: {matchLabels: {team: blue}}}", "x/b", "from[0]: its podSelector asks for app=z; from[1]: its namespaceSelector asks for team=blue" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *yaml = g_strdup_printf (PODS NP ("x", "in", "{podSelector: {matchLabels: {app: a}}, ingress: [{from: [%s]}]}")
                                                 NP ("x", "cut", "{podSelector: {matchLabels: {app: none}}, ingress: [{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}"), cases[i].peer);
      g_autoptr (QdPolicyEval) eval = make_eval (yaml, NULL);
      g_autoptr (QdPolicyExplanation) explanation = ask (eval, cases[i].from, "x/a", 80);
      g_autofree char *wanted = g_strconcat ("Rule 1 is not about this: ", cases[i].why, NULL);
      const QdPolicyStep *step = g_ptr_array_index (explanation->sides[QD_POLICY_INGRESS].steps, 2);

      g_assert_cmpstr (step->text, ==, wanted);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/explain/network", test_network);
  g_test_add_func ("/policy/explain/tiers", test_tiers);
  g_test_add_func ("/policy/explain/uncovered", test_uncovered);
  g_test_add_func ("/policy/explain/one-of-many", test_one_of_many);
  g_test_add_func ("/policy/explain/reasons", test_reasons);
  return g_test_run ();
}
