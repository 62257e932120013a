/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-policy-lint.h"
#include "qd-policy-schema.h"
#include "qd-policy-test.h"
#include "qd-policy-world.h"

static QdYamlFile *
read_file (const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file = qd_yaml_file_new (name, bytes, &error);

  g_assert_no_error (error);
  return file;
}

/* What is found, one a line: "LINE:COLUMN CODE". */
static char *
codes_of (GPtrArray *findings)
{
  GString *codes = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      QdYamlSpan span = qd_yaml_node_get_span (finding->place.node);

      g_string_append_printf (codes, "%u:%u %s\n", span.line, span.column, finding->code);
    }
  return g_string_free (codes, FALSE);
}

static void
expect_codes (const char *name, const char *text, const char *codes)
{
  g_autoptr (QdYamlFile) file = read_file (name, text);
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  g_autofree char *found = NULL;

  qd_policy_schema_check (file, findings);
  found = codes_of (findings);
  g_assert_cmpstr (found, ==, codes);
}

#define HEAD "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n"

static void
test_check (void)
{
  expect_codes ("a.yaml", HEAD "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8}\n", "");
  expect_codes ("a.yaml", HEAD "spec:\n  podselector: {}\n  xyz: 1\n", "5:3 unknown-field\n6:3 unknown-field\n");
  expect_codes ("a.yaml", HEAD "spec:\n  podSelector:\n    matchLabels:\n      app: no\n      on: x\n      v: 1.20\n",
                "7:12 unquoted\n8:7 unquoted-key\n9:10 unquoted\n");
  expect_codes ("a.yaml", HEAD "spec:\n  podSelector: []\n  ingress: {}\n  policyTypes: Ingress\n", "5:16 type\n6:12 type\n7:16 type\n");
  expect_codes ("a.yaml", HEAD "spec:\n  ingress:\n  - ports:\n    - port: yes\n      endPort: '80'\n    - port: 80\n    - port: http\n    - protocol: 6\n",
                "7:13 unquoted\n8:16 type\n11:17 unquoted\n");
  expect_codes ("a.yaml", HEAD "spec:\n  podSelector:\n  ingress:\n  -\n  - from:\n", "");
  expect_codes ("a.yaml", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  sepc: {}\n", "6:3 unknown-field\n");
  expect_codes ("a.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n- sepc: {}\n", "4:3 unknown-field\n");
  expect_codes ("a.yaml", "apiVersion: v1\nkind: ConfigMap\nxyz: yes\n", "");
  expect_codes ("a.policytest.yaml", "tests:\n- form: a/b\n  to: yes\n", "2:3 unknown-field\n3:7 unquoted\n");
}

static void
test_words (void)
{
  g_autoptr (QdYamlFile) file = read_file ("a.yaml", HEAD "spec:\n  podselector: {matchLabels: {app: on}}\n  podSelector: {matchLabels: {app: on}}\n");
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  const QdPolicyFinding *finding;

  qd_policy_schema_check (file, findings);
  g_assert_cmpuint (findings->len, ==, 2);
  finding = g_ptr_array_index (findings, 0);
  g_assert_cmpstr (finding->message, ==, "“podselector” is no field of this, and has no effect: is “podSelector” meant?");
  finding = g_ptr_array_index (findings, 1);
  g_assert_cmpstr (finding->message, ==, "“app” must be a string; on without quotes is a boolean");
}

static void
test_follow (void)
{
  const QdPolicySchema *schema = qd_policy_schema_find ("networking.k8s.io/v1", "NetworkPolicy"), *inner;
  const QdPolicyField *field;

  g_assert_null (qd_policy_schema_follow (schema, "", &inner));
  g_assert_true (inner == schema);
  field = qd_policy_schema_follow (schema, "/spec/ingress/0/from/12/podSelector/matchExpressions/0/operator", &inner);
  g_assert_cmpstr (field->name, ==, "operator");
  g_assert_true (g_strv_contains (field->values, "NotIn"));
  g_assert_null (inner);
  field = qd_policy_schema_follow (schema, "/spec/ingress/0/from/1", &inner);
  g_assert_cmpstr (field->name, ==, "from");
  g_assert_nonnull (qd_policy_schema_get_field (inner, "ipBlock"));
  field = qd_policy_schema_follow (schema, "/spec/podSelector/matchLabels/app", &inner);
  g_assert_cmpstr (field->name, ==, "matchLabels");
  g_assert_null (inner);
  g_assert_null (qd_policy_schema_follow (schema, "/spec/nowhere/0", &inner));
  g_assert_null (inner);
  g_assert_null (qd_policy_schema_find ("networking.k8s.io/v1beta1", "NetworkPolicy"));
  g_assert_null (qd_policy_schema_suggest (schema, "completely-other"));
}

/* Every field: a name, a help, a schema exactly where there are objects; no name twice. */
static guint
walk (const QdPolicySchema *schema, guint depth)
{
  guint n = 0;

  g_assert_cmpuint (depth, <, 12);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const QdPolicyField *field = &schema->fields[i];
      gboolean objects = field->type == QD_POLICY_FIELD_OBJECT || field->type == QD_POLICY_FIELD_LIST;

      g_assert_true (field->doc != NULL && g_str_has_suffix (field->doc, "."));
      g_assert_true (objects == (field->schema != NULL));
      g_assert_true (qd_policy_schema_get_field (schema, field->name) == field);
      g_assert_true (qd_policy_schema_suggest (schema, field->name) == field);
      g_assert_nonnull (qd_policy_field_type_get_name (field->type));
      n += 1 + (objects ? walk (field->schema, depth + 1) : 0);
    }
  return n;
}

/* A document with everything that the schema has: the reader of policies knows all of it, too. */
static void
append_everything (GString *out, const QdPolicySchema *schema, guint indent, const char *api_version, const char *kind)
{
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const QdPolicyField *field = &schema->fields[i];
      const char *value = field->values != NULL ? field->values[0] : strstr (field->name, "cidr") != NULL ? "10.0.0.0/8" : "x";

      if (field->type == QD_POLICY_FIELD_ANY)
        continue;
      g_string_append_printf (out, "%*s%s:", (int) indent, "", field->name);
      switch (field->type)
        {
        case QD_POLICY_FIELD_OBJECT:
          g_string_append_c (out, '\n');
          append_everything (out, field->schema, indent + 2, NULL, NULL);
          break;
        case QD_POLICY_FIELD_LIST:
          g_string_append_printf (out, "\n%*s-\n", (int) indent, "");
          append_everything (out, field->schema, indent + 2, NULL, NULL);
          break;
        case QD_POLICY_FIELD_STRINGS:
          g_string_append_printf (out, " [%s]\n", value);
          break;
        case QD_POLICY_FIELD_LABELS:
          g_string_append (out, " {k: v}\n");
          break;
        case QD_POLICY_FIELD_INT:
        case QD_POLICY_FIELD_PORT:
          g_string_append (out, " 1\n");
          break;
        default:
          g_string_append_printf (out, " %s\n", api_version != NULL && i == 0 ? api_version : kind != NULL && i == 1 ? kind : value);
        }
    }
}

static void
test_reader_agrees (void)
{
  static const char *const kinds[][2] = {
    { "networking.k8s.io/v1", "NetworkPolicy" },
    { "policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy" },
    { "policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy" },
    { "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const QdPolicySchema *schema = qd_policy_schema_find (kinds[i][0], kinds[i][1]);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (QdYamlFile) file = NULL;
      g_autoptr (QdPolicyWorld) world = NULL;
      GPtrArray *findings;

      g_assert_cmpuint (walk (schema, 0), >, 30);
      append_everything (text, schema, 0, kinds[i][0], kinds[i][1]);
      expect_codes ("a.yaml", text->str, "");
      file = read_file ("a.yaml", text->str);
      world = qd_policy_world_new (&file, 1, NULL);
      findings = qd_policy_world_get_findings (world);
      for (guint k = 0; k < findings->len; k++)
        {
          const QdPolicyFinding *finding = g_ptr_array_index (findings, k);

          if (g_str_equal (finding->code, "unknown-field") || g_str_equal (finding->code, "type"))
            g_error ("the reader does not know what the schema has: %s\n%s", finding->message, text->str);
        }
    }
}

/* --- All together --- */

/* What both the schemas and the reader see is said once; files and places are in order; tests come last. */
static void
test_lint (void)
{
  g_autoptr (QdYamlFile) first = read_file ("a.yaml", HEAD "spec:\n  podSelector: {matchLabels: {app: no}}\n  podselector: {}\n  ingress:\n  - from:\n    - {}\n");
  g_autoptr (QdYamlFile) second = read_file ("b.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: b}\nspec: {podSelector: {}, x: 1}\n");
  g_autoptr (QdYamlFile) test = read_file ("c.policytest.yaml", "tests: [{from: a/b, to: a/b, port: 1, expect: maybe}]\n");
  QdYamlFile *files[] = { first, second };
  g_autoptr (GPtrArray) findings = qd_policy_lint (files, 2, &test, 1, NULL);
  g_autofree char *codes = codes_of (findings);

  g_assert_cmpstr (codes, ==, "5:36 unquoted\n6:3 unknown-field\n9:7 empty-peer\n4:25 unknown-field\n1:47 expect\n");
}

/* --- Files of tests --- */

static void
test_tests (void)
{
  g_autoptr (QdYamlFile) file = read_file ("a.policytest.yaml", "tests:\n- name: one\n  from: shop/web\n  to: shop/db[StatefulSet]\n  port: 5432\n  expect: allow\n"
                                                                "- {from: 10.0.0.1, to: 'a/b', port: 53/UDP, expect: deny}\n---\ntests: [{from: 'fd00::1', to: a/b, port: '80', expect: deny}]\n");
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  g_autoptr (GPtrArray) tests = qd_policy_tests_read (file, findings);
  const QdPolicyTest *test;

  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_cmpuint (tests->len, ==, 3);
  test = g_ptr_array_index (tests, 0);
  g_assert_cmpstr (test->name, ==, "one");
  g_assert_cmpstr (test->to, ==, "shop/db[StatefulSet]");
  g_assert_cmpuint (test->port, ==, 5432);
  g_assert_true (test->allow && test->protocol == QD_PROTOCOL_TCP);
  test = g_ptr_array_index (tests, 1);
  g_assert_cmpstr (test->name, ==, "10.0.0.1 to a/b, 53/UDP");
  g_assert_true (!test->allow && test->protocol == QD_PROTOCOL_UDP);
  g_assert_cmpuint (qd_yaml_node_get_span (test->from_place.node).line, ==, 7);
}

static void
test_wrong_tests (void)
{
  g_autoptr (QdYamlFile) file = read_file ("a.policytest.yaml",
                                           "tests:\n- {from: web, to: a/b, port: 80, expect: allow}\n- {from: a/b, to: a/b, port: 0, expect: allow}\n"
                                           "- {from: a/b, to: a/b, port: 80/ICMP, expect: allow}\n- {from: a/b, to: a/b, port: 80, expect: yes}\n"
                                           "- {from: a/b, to: a/b, port: 80, expect: maybe}\n- {to: a/b, port: 80, expect: deny}\n- {from: 'a/b[]', to: a/b/c, port: 1.5, expect: deny}\n"
                                           "-\n---\nx: 1\n---\ntests: {from: a/b}\n");
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  g_autoptr (GPtrArray) tests = qd_policy_tests_read (file, findings);
  g_autofree char *codes = codes_of (findings);

  g_assert_cmpuint (tests->len, ==, 0);
  g_assert_cmpstr (codes, ==, "5:42 unquoted\n8:36 unquoted\n11:1 unknown-field\n13:8 type\n2:10 end\n3:30 port\n4:30 port\n6:42 expect\n7:3 required\n8:10 end\n8:23 end\n9:2 required\n11:1 required\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/schema/check", test_check);
  g_test_add_func ("/policy/schema/words", test_words);
  g_test_add_func ("/policy/schema/follow", test_follow);
  g_test_add_func ("/policy/schema/reader-agrees", test_reader_agrees);
  g_test_add_func ("/policy/schema/lint", test_lint);
  g_test_add_func ("/policy/schema/tests", test_tests);
  g_test_add_func ("/policy/schema/wrong-tests", test_wrong_tests);
  return g_test_run ();
}
