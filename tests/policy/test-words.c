/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "manifests.h"
#include "qd-policy-draft.h"
#include "qd-policy-edit.h"
#include "qd-policy-who.h"
#include "qd-policy-words.h"

#define RULE(rule) NP ("shop", "p", "{podSelector: {}, ingress: [" rule "]}")

static QdPolicyDraft *
draft_of (const char *yaml)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (yaml, strlen (yaml));
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("p.yaml", bytes, NULL);

  return qd_policy_draft_new (file, 0);
}

static void
check_rule (const char *yaml, const char *sentence)
{
  g_autoptr (QdPolicyDraft) draft = draft_of (yaml);
  const QdPolicy *policy = qd_policy_draft_get_policy (draft);
  g_autofree char *said = qd_policy_say_rule (policy->rules[QD_POLICY_INGRESS]->pdata[0]);

  g_assert_cmpstr (said, ==, sentence);
}

static void
test_rules (void)
{
  check_rule (RULE ("{}"), "Everyone, inside and outside of the cluster, on every port");
  check_rule (RULE ("{from: [{podSelector: {matchLabels: {app: web}}, namespaceSelector: {matchLabels: {team: shop}}}], ports: [{port: 8080}]}"),
              "Pods with app=web in any namespace with team=shop, on TCP 8080");
  check_rule (RULE ("{from: [{podSelector: {}}]}"), "All pods in this namespace, on every port");
  check_rule (RULE ("{from: [{namespaceSelector: {}}], ports: [{protocol: UDP}]}"), "All pods in every namespace, on every UDP port");
  check_rule (RULE ("{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: tools}}}], ports: [{port: 1, endPort: 9}, {port: http, protocol: SCTP}]}"),
              "All pods in namespace tools, on TCP 1–9, SCTP http");
  check_rule (RULE ("{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}, {ipBlock: {cidr: 'fd00::/8'}}]}"),
              "Addresses in 10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16; also: Addresses in fd00::/8, on every port");
  check_rule (RULE ("{from: [{podSelector: {matchExpressions: [{key: tier, operator: In, values: [b, a]}, {key: old, operator: DoesNotExist}, "
                    "{key: new, operator: Exists}, {key: env, operator: NotIn, values: [x]}]}}]}"),
              "Pods with env≠x and any new and no old and tier in (a, b) in this namespace, on every port");
  check_rule (RULE ("{from: [{podSelector: {matchLabels: {app: [1]}}}]}"), "Nobody: a selector is invalid, on every port");
  check_rule (RULE ("{from: 3}"), "Nobody: what is written is not understood, on every port");
}

static void
test_isolation (void)
{
  static const struct { const char *yaml; const char *ingress, *egress; } cases[] = {
    { NP ("a", "p", "{podSelector: {}}"), "Isolated: nothing comes in", "Left alone" },
    { NP ("a", "p", "{podSelector: {}, egress: [{}]}"), "Isolated: nothing comes in",
      "Isolated: only what is allowed here goes out" },
    { NP ("a", "p", "{podSelector: {}, policyTypes: [Egress], ingress: [{}]}"), "Left alone", "Isolated: nothing goes out" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (QdPolicyDraft) draft = draft_of (cases[i].yaml);

      g_assert_cmpstr (qd_policy_say_isolation (qd_policy_draft_get_policy (draft), QD_POLICY_INGRESS), ==, cases[i].ingress);
      g_assert_cmpstr (qd_policy_say_isolation (qd_policy_draft_get_policy (draft), QD_POLICY_EGRESS), ==, cases[i].egress);
    }
}

static const char world_text[] =
  NAMESPACE ("shop", "team: shop") NAMESPACE ("tools", "team: ops")
  POD_WITH ("shop", "web", "app: web", "containers: [{name: c}]", "podIP: 10.1.2.3")
  POD ("shop", "db", "app: db") POD ("tools", "probe", "app: web")
  POD_WITH ("shop", "node", "app: web", "hostNetwork: true, containers: [{name: c}]", "podIP: 10.9.9.9, hostIP: 10.9.9.9");

static char *
names (GPtrArray *workloads)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < workloads->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", ((const QdPolicyWorkload *) workloads->pdata[i])->text);
  g_ptr_array_unref (workloads);
  return g_string_free (text, FALSE);
}

static void
check_meant (const char *yaml, const QdPolicyOptions *options, const char *wanted)
{
  g_autoptr (QdPolicyWorld) world = make_world (world_text);
  g_autoptr (QdPolicyDraft) draft = draft_of (yaml);
  const QdPolicy *policy = qd_policy_draft_get_policy (draft);
  g_autofree char *found = names (qd_policy_find_meant (world, policy, policy->rules[QD_POLICY_INGRESS]->pdata[0], options));

  g_assert_cmpstr (found, ==, wanted);
}

static void
test_who (void)
{
  QdPolicyOptions pods = { .host_network = QD_POLICY_HOST_POD }, external = { .ip_block = QD_POLICY_BLOCK_EXTERNAL };
  g_autoptr (QdPolicyWorld) world = make_world (world_text);
  g_autoptr (QdPolicyDraft) draft = draft_of (NP ("shop", "p", "{podSelector: {matchLabels: {app: web}}}"));
  g_autofree char *selected = names (qd_policy_find_selected (world, qd_policy_draft_get_policy (draft), NULL));
  g_autofree char *all = names (qd_policy_find_selected (world, qd_policy_draft_get_policy (draft), &pods));

  g_assert_cmpstr (selected, ==, "shop/web[Pod]");
  g_assert_cmpstr (all, ==, "shop/node[Pod] shop/web[Pod]");
  check_meant (RULE ("{from: [{podSelector: {matchLabels: {app: web}}}]}"), NULL, "shop/web[Pod]");
  check_meant (RULE ("{from: [{podSelector: {matchLabels: {app: web}}, namespaceSelector: {}}]}"), NULL, "shop/web[Pod] tools/probe[Pod]");
  check_meant (RULE ("{from: [{namespaceSelector: {matchLabels: {team: ops}}}]}"), NULL, "tools/probe[Pod]");
  check_meant (RULE ("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"), NULL, "shop/node[Pod] shop/web[Pod]");
  check_meant (RULE ("{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}"), NULL, "shop/node[Pod]");
  check_meant (RULE ("{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}"), &external, "");
  check_meant (RULE ("{from: [{podSelector: {matchLabels: {app: none}}}]}"), NULL, "");
}

/* What the API would refuse is refused before it is written. */
static void
test_checks (void)
{
  guint first, last;

  g_assert_true (qd_policy_check_port ("80", &first, &last, NULL) && first == 80 && last == 80);
  g_assert_true (qd_policy_check_port ("80-90", &first, &last, NULL) && first == 80 && last == 90);
  g_assert_true (qd_policy_check_port ("", &first, &last, NULL) && first == 1 && last == 65535);
  g_assert_true (qd_policy_check_port ("http", &first, &last, NULL) && first == 0);
  for (const char *const *bad = (const char *const[]) { "0", "65536", "90-80", "80-", "-80", "80 ", "HTTP", "a-name-that-is-too-long", "99999999999", NULL }; *bad; bad++)
    g_assert_false (qd_policy_check_port (*bad, NULL, NULL, NULL));
  g_assert_true (qd_policy_check_except ("10.0.0.0/8", "10.1.0.0/16", NULL));
  g_assert_false (qd_policy_check_except ("10.0.0.0/8", "10.0.0.0/8", NULL));
  g_assert_false (qd_policy_check_except ("10.0.0.0/8", "11.0.0.0/16", NULL));
  g_assert_false (qd_policy_check_except ("10.0.0.0/8", "fd00::/16", NULL));
  g_assert_false (qd_policy_check_block ("10.0.0.1", NULL));
  g_assert_false (qd_policy_check_label_key ("a b", NULL));
  g_assert_false (qd_policy_check_label_value ("-a", NULL));
  g_assert_false (qd_policy_check_name ("Web", NULL));
  g_assert_true (qd_policy_check_name ("a.b", NULL));
  g_assert_false (qd_policy_check_namespace ("a.b", NULL));
}

typedef void (*Refused) (QdPolicyEdit *edit);

static void only_peer (QdPolicyEdit *edit) { qd_policy_edit_remove_peer (edit, QD_POLICY_INGRESS, 0, 0); }
static void only_port (QdPolicyEdit *edit) { qd_policy_edit_remove_port (edit, QD_POLICY_INGRESS, 0, 0); }
static void no_rule (QdPolicyEdit *edit) { qd_policy_edit_remove_rule (edit, QD_POLICY_INGRESS, 7); }
static void no_type (QdPolicyEdit *edit) { qd_policy_edit_set_types (edit, FALSE, FALSE); }
static void bad_name (QdPolicyEdit *edit) { qd_policy_edit_set_name (edit, "A B"); }
static void bad_key (QdPolicyEdit *edit) { qd_policy_edit_set_label (edit, "/spec/podSelector", "a b", "c"); }
static void bad_except (QdPolicyEdit *edit) { qd_policy_edit_set_except (edit, QD_POLICY_INGRESS, 0, 0, QD_YAML_END, "10.0.0.0/8"); }
static void no_list (QdPolicyEdit *edit) { qd_policy_edit_add_rule (edit, QD_POLICY_EGRESS, 0, QD_PEER_FORM_PODS); }
static void aliased (QdPolicyEdit *edit) { qd_policy_edit_set_label (edit, "/spec/ingress/0/from/0/podSelector", "app", "other"); }

/* What would open more than is meant, or cannot be written, is refused with a reason, and nothing is changed. */
static void
test_refused (void)
{
  static const Refused all[] = { only_peer, only_port, no_rule, no_type, bad_name, bad_key, bad_except, no_list, aliased };
  const char *yaml = "kind: NetworkPolicy\nmetadata: {name: p}\nlabels: &l {app: web}\n"
                     "spec:\n  podSelector: {}\n  egress: none\n  ingress:\n  - from: [{podSelector: {matchLabels: *l}}]\n    ports: [{port: 1}]\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (yaml, strlen (yaml));
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("p.yaml", bytes, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (QdPolicyEdit) edit = qd_policy_edit_new (file, 0);
      g_auto (QdYamlSplice) splice = { 0 };
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) changed = NULL;

      all[i] (edit);
      changed = qd_policy_edit_end (edit, &splice, &error);
      g_assert_null (changed);
      g_assert_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT);
      g_assert_cmpuint (strlen (error->message), >, 10);
      g_assert_null (splice.inserted);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/words/rules", test_rules);
  g_test_add_func ("/policy/words/isolation", test_isolation);
  g_test_add_func ("/policy/words/who", test_who);
  g_test_add_func ("/policy/words/checks", test_checks);
  g_test_add_func ("/policy/words/refused", test_refused);
  return g_test_run ();
}
