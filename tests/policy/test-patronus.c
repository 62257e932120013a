/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-patronus-policy.h"
#include "qd-patronus-routing.h"
#include "qd-policy-diff.h"
#include "qd-policy-object.h"
#include "qd-yaml-edit.h"
#include "worlds.h"

static QdYamlFile *
read_file (const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file = qd_yaml_file_new (name, bytes, &error);

  g_assert_no_error (error);
  return file;
}

/* JSON, a sequence of them. */
static QdYamlFile *
file_of (GPtrArray *objects)
{
  g_autoptr (GString) text = g_string_new ("[");

  for (guint i = 0; i < objects->len; i++)
    {
      g_autofree char *one = json_to_string (g_ptr_array_index (objects, i), FALSE);

      g_string_append_printf (text, "%s%s", i ? "," : "", one);
    }
  g_string_append_c (text, ']');
  return read_file ("it.json", text->str);
}

/* YAML, a document each. */
static QdYamlFile *
manifest_of (GPtrArray *objects)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < objects->len; i++)
    {
      g_autofree char *one = qd_yaml_write (g_ptr_array_index (objects, i));

      g_string_append_printf (text, "---\n%s", one);
    }
  return read_file ("it.yaml", text->str);
}

/* "LINE:COLUMN WORD CODE FIELD", a line each, without what is about all of it. */
static char *
codes_of (const QdPatronusConversion *conversion)
{
  GString *codes = g_string_new (NULL);

  for (guint i = 0; i < conversion->findings->len; i++)
    {
      const QdPatronusFinding *finding = g_ptr_array_index (conversion->findings, i);

      g_assert_true (*finding->message && g_utf8_validate (finding->message, -1, NULL));
      if (!g_str_equal (finding->code, "default-deny") && !g_str_equal (finding->code, "labels-alone"))
        g_string_append_printf (codes, "%u:%u %s %s %s\n", finding->span.line, finding->span.column, qd_patronus_finding_get_word (finding), finding->code, finding->field);
    }
  return g_string_free (codes, FALSE);
}

static void
expect_import (const char *text, const char *codes)
{
  g_autoptr (QdYamlFile) file = read_file ("it.json", text);
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_import (file);
  g_autofree char *found = codes_of (conversion);

  g_assert_cmpstr (found, ==, codes);
}

static void
expect_export (const char *text, QdPatronusShape shape, const char *codes)
{
  g_autoptr (QdYamlFile) file = read_file ("it.yaml", text);
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_export (file, shape);
  g_autofree char *found = codes_of (conversion);

  g_assert_cmpstr (found, ==, codes);
}

/* --- The spellings that the real server has -------------------------------------------------------------------------- */

#define TOLD \
  "{\"id\":\"policy-11529215046068469760\",\"name\":\"backend-ingress\",\"namespace\":\"default\"," \
  "\"pod_selector\":{\"match_labels\":{\"app\":\"backend\"},\"match_expressions\":[{\"key\":\"tier\",\"operator\":\"In\",\"values\":[\"a\"]}]}," \
  "\"policy_types\":[\"Ingress\"]," \
  "\"ingress_rules\":[{\"from\":[{\"type\":\"podSelector\",\"namespace\":null,\"selector\":{\"match_labels\":{\"app\":\"frontend\"},\"match_expressions\":[]}}," \
  "{\"type\":\"namespaceSelector\",\"selector\":{\"match_labels\":{},\"match_expressions\":[]}}," \
  "{\"type\":\"ipBlock\",\"cidr\":\"10.0.0.0/8\",\"except\":[\"10.1.0.0/16\"]}]," \
  "\"ports\":[{\"protocol\":\"TCP\",\"port\":8080,\"end_port\":null}]}]," \
  "\"egress_rules\":[],\"enabled\":true,\"priority\":100}"
#define ASKED \
  "{\"name\":\"backend-ingress\",\"namespace\":\"default\"," \
  "\"spec\":{\"pod_selector\":{\"match_labels\":{\"app\":\"backend\"},\"match_expressions\":[]}," \
  "\"policy_types\":[\"Ingress\"]," \
  "\"ingress\":[{\"from\":[{\"pod_selector\":{\"match_labels\":{\"app\":\"frontend\"}}}," \
  "{\"ip_block\":{\"cidr\":\"10.0.0.0/8\",\"except\":[\"10.1.0.0/16\"]}}]," \
  "\"ports\":[{\"protocol\":\"TCP\",\"port\":8080,\"end_port\":null}]}]," \
  "\"egress\":[],\"priority\":100,\"enabled\":true}}"

static const char told_in_kubernetes[] =
  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: backend-ingress\n  namespace: default\n  annotations:\n"
  "    quarterdeck.github.io/patronus-id: policy-11529215046068469760\nspec:\n  podSelector:\n    matchLabels:\n      app: backend\n    matchExpressions:\n"
  "    - key: tier\n      operator: In\n      values:\n      - a\n  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n"
  "          app: frontend\n    - namespaceSelector: {}\n    - ipBlock:\n        cidr: 10.0.0.0/8\n        except:\n        - 10.1.0.0/16\n    ports:\n"
  "    - protocol: TCP\n      port: 8080\n";

static void
test_response (void)
{
  g_autoptr (QdYamlFile) file = read_file ("it.json", TOLD), wanted = read_file ("it.yaml", told_in_kubernetes);
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_import (file), back = NULL;
  g_autoptr (QdYamlFile) made = manifest_of (conversion->objects);

  g_assert_false (conversion->lossy || conversion->invalid || conversion->list);
  g_assert_true (qd_yaml_node_equal (qd_yaml_file_get_document (made, 0), qd_yaml_file_get_document (wanted, 0)));
  back = qd_patronus_export (made, QD_PATRONUS_RESPONSE);
  g_assert_false (back->lossy);
  g_assert_true (qd_yaml_node_equals_json (qd_yaml_file_get_document (file, 0), g_ptr_array_index (back->objects, 0)));
}

static void
test_request (void)
{
  g_autoptr (QdYamlFile) file = read_file ("it.json", ASKED);
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_import (file), back = NULL;
  g_autoptr (QdYamlFile) made = manifest_of (conversion->objects), again = NULL;

  g_assert_false (conversion->lossy || conversion->invalid);
  back = qd_patronus_export (made, QD_PATRONUS_REQUEST);
  g_assert_false (back->lossy);
  again = file_of (back->objects);
  /* What was left out is there now, and means the same. */
  g_assert_nonnull (qd_yaml_node_find (qd_yaml_file_get_document (again, 0), "/0/spec/ingress/0/from/0/pod_selector/match_expressions"));
  g_assert_cmpuint (qd_yaml_node_get_length (qd_yaml_node_find (qd_yaml_file_get_document (again, 0), "/0/spec/ingress/0/from")), ==, 2);
}

/* --- What each way says ---------------------------------------------------------------------------------------------- */

#define ASK(spec) "{\"name\":\"a\",\"namespace\":\"b\",\"spec\":{\"policy_types\":[\"Ingress\"]," spec "}}"
#define FROM(peer) ASK ("\"pod_selector\":{},\"ingress\":[{\"from\":[" peer "]}]")

static void
test_traps (void)
{
  expect_import (ASK ("\"pod_selector\":{}"), "");
  /* An unreadable selector is an empty one to the server. */
  expect_import (ASK ("\"pod_selector\":{\"pod_selector\":{\"match_labels\":{\"app\":\"x\"}}}"), "1:80 error empty-selector spec.pod_selector.pod_selector\n");
  expect_import (ASK ("\"pod_selector\":{\"matchLabels\":{\"app\":\"x\"}}"), "1:80 error empty-selector spec.pod_selector.matchLabels\n");
  expect_import (FROM ("{\"pod_selector\":{\"matchLabels\":{}}}"), "1:119 error empty-selector spec.ingress[0].from[0].pod_selector.matchLabels\n");
  expect_import (ASK ("\"ingress\":[]"), "1:36 error required spec\n");
  expect_import ("{\"name\":\"a\",\"spec\":{\"pod_selector\":{}}}", "1:1 error required \n1:20 error required spec\n");
  expect_import (FROM ("{\"namespace_selector\":{}}"), "1:102 error required spec.ingress[0].from[0]\n");
  expect_import (FROM ("{}"), "1:102 error empty-peer spec.ingress[0].from[0]\n");
  expect_import (FROM ("{\"namespace_selector\":{},\"pod_selector\":{}}"), "1:124 lost namespace-selector spec.ingress[0].from[0].namespace_selector\n");
  expect_import (FROM ("{\"ip_block\":{\"cidr\":\"10.0.0.1\"}}"), "1:122 note rewritten spec.ingress[0].from[0].ip_block.cidr\n");
  expect_import (FROM ("{\"ip_block\":{\"cidr\":\"10.0.0.0/8\",\"except\":[\"11.0.0.0/8\"]}}"),
                 "1:145 error except-outside spec.ingress[0].from[0].ip_block.except[0]\n");
  expect_import (ASK ("\"pod_selector\":{\"match_expressions\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}"), "1:101 error required spec.pod_selector.match_expressions[0]\n");
  expect_import (ASK ("\"pod_selector\":{\"match_expressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[]}]}"),
                 "1:137 error values spec.pod_selector.match_expressions[0].values\n");
  expect_import (ASK ("\"pod_selector\":{},\"ingress\":[{\"ports\":[{\"port\":80}]}]"), "1:103 note rewritten spec.ingress[0].ports[0]\n");
  expect_import (ASK ("\"pod_selector\":{},\"ingress\":[{\"ports\":[{\"protocol\":\"ICMP\",\"port\":0,\"end_port\":1}]}]"),
                 "1:115 error protocol spec.ingress[0].ports[0].protocol\n1:129 error port spec.ingress[0].ports[0].port\n");
  expect_import (ASK ("\"pod_selector\":{},\"ingress\":[{\"ports\":[{\"protocol\":\"TCP\",\"port\":\"http\",\"end_port\":81}]}]"),
                 "1:146 error end-port spec.ingress[0].ports[0].end_port\n");
  expect_import (ASK ("\"pod_selector\":{},\"enabled\":false,\"priority\":7,\"podSelector\":1"),
                 "1:92 lost enabled spec.enabled\n1:109 note priority spec.priority\n1:111 lost unknown-field spec.podSelector\n");
  expect_import ("{\"name\":\"a\",\"namespace\":\"b\",\"spec\":{\"pod_selector\":{},\"policy_types\":[]}}", "1:1 lost policy-type \n");
  expect_import ("{\"name\":\"a\",\"namespace\":\"b\",\"spec\":{\"pod_selector\":{},\"policy_types\":[\"ingress\"]}}", "1:71 error policy-type spec.policy_types[0]\n");
  expect_import ("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}", "1:1 error shape \n");
  expect_import ("[{\"x\":1}]", "1:2 error shape [0]\n");
  expect_import ("{\"name\":\"My Policy\",\"namespace\":\"b\",\"pod_selector\":{},\"policy_types\":[\"Ingress\"]}", "1:1 note rewritten \n");
}

#define NP "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"

static void
test_lost (void)
{
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}}\n", QD_PATRONUS_REQUEST, "");
  expect_export (NP "metadata: {name: a, labels: {x: y}, annotations: {b.c/d: e, quarterdeck.github.io/patronus-priority: '7'}, uid: u, ownerReferences: []}\n"
                 "spec: {podSelector: {}}\nstatus: {x: 1}\n", QD_PATRONUS_REQUEST,
                 "3:30 lost labels metadata.labels.x\n3:51 lost annotations metadata.annotations.\"b.c/d\"\n3:108 note server metadata.uid\n"
                 "3:116 lost metadata metadata.ownerReferences\n5:9 note server status\n");
  expect_export (NP "metadata: {name: a}\n# of mine\n# and more\nspec:\n  podSelector: {} # this\n  foo: 1\n", QD_PATRONUS_REQUEST,
                 "4:1 lost comment \n7:19 lost comment \n8:3 lost unknown-field spec.foo\n");
  /* Comments are told from what looks like one. */
  expect_export (NP "metadata: {name: a}\nspec:\n  podSelector:\n    matchLabels: {a: 'x'}\n", QD_PATRONUS_REQUEST, "");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}, {podSelector: {}}]}]}\n", QD_PATRONUS_REQUEST,
                 "4:63 lost namespace-selector spec.ingress[0].from[0].namespaceSelector\n");
  /* A rule without any peer left would let in everyone. */
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}\n", QD_PATRONUS_REQUEST,
                 "4:35 lost rule spec.ingress[0]\n4:63 lost namespace-selector spec.ingress[0].from[0].namespaceSelector\n");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}\n", QD_PATRONUS_RESPONSE, "");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}, namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}}]}]}\n",
                 QD_PATRONUS_RESPONSE, "");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}, namespaceSelector: {matchLabels: {a: b}}}, {podSelector: {}}]}]}\n",
                 QD_PATRONUS_RESPONSE, "4:80 lost namespace-selector spec.ingress[0].from[0].namespaceSelector\n");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{ports: [{port: http}]}]}\n", QD_PATRONUS_REQUEST,
                 "4:51 note named-port spec.ingress[0].ports[0].port\n");
  expect_export ("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}\nspec: {priority: 1, subject: {namespaces: {}}}\n"
                 "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", QD_PATRONUS_REQUEST, "1:1 lost admin-kind \n6:1 note passed-over \n");
  expect_export ("apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {selector: all()}\n", QD_PATRONUS_REQUEST, "1:1 note passed-over \n");
  expect_export (NP "metadata: {name: a}\nspec: {podSelector: {}, ingress: [{from: [{}]}]}\n", QD_PATRONUS_REQUEST, "4:43 error empty-peer spec.ingress[0].from[0]\n");
}

/* Every port of a protocol has a spelling of its own on either side, and comes back in it. */
static void
test_every_port (void)
{
  g_autoptr (QdYamlFile) file = read_file ("it.yaml", NP "metadata: {name: a, namespace: b}\nspec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: UDP}]}]}\n");
  g_autoptr (QdPatronusConversion) there = qd_patronus_export (file, QD_PATRONUS_REQUEST), back = NULL;
  g_autoptr (QdYamlFile) made = file_of (there->objects);

  g_assert_cmpint (qd_yaml_node_get_length (qd_yaml_node_find (qd_yaml_file_get_document (made, 0), "/0/spec/ingress/0/ports")), ==, 1);
  g_assert_nonnull (qd_yaml_node_find (qd_yaml_file_get_document (made, 0), "/0/spec/ingress/0/ports/0/end_port"));
  back = qd_patronus_import (made);
  g_assert_true (qd_yaml_node_equals_json (qd_yaml_file_get_document (file, 0), g_ptr_array_index (back->objects, 0)));
}

/* What comes back from a server is the same policy as far as anybody compares them: with nothing in its lists, too. */
static void
test_same_object (void)
{
  static const char *const specs[] = {
    "{podSelector: {}, ingress: []}", "{podSelector: {matchLabels: {}}, egress: [], policyTypes: [Egress]}",
    "{podSelector: {matchExpressions: []}, ingress: [{from: [], ports: []}, {}]}", "{podSelector: {matchLabels: {a: b}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: []}}]}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autofree char *text = g_strconcat (NP "metadata: {name: a}\nspec: ", specs[i], "\n", NULL);
      g_autoptr (QdYamlFile) file = read_file ("it.yaml", text), made = NULL;
      g_autoptr (QdPatronusConversion) there = qd_patronus_export (file, QD_PATRONUS_REQUEST), back = NULL;
      g_autoptr (JsonNode) written = qd_yaml_node_to_json (qd_yaml_file_get_document (file, 0));

      made = file_of (there->objects);
      back = qd_patronus_import (made);
      g_assert_true (qd_policy_object_equal (written, g_ptr_array_index (back->objects, 0)));
    }
  /* Nothing that means something else is the same. */
  {
    g_autoptr (JsonNode) none = json_from_string ("{\"kind\":\"NetworkPolicy\",\"spec\":{\"ingress\":[]}}", NULL);
    g_autoptr (JsonNode) all = json_from_string ("{\"kind\":\"NetworkPolicy\",\"spec\":{\"ingress\":[{}]}}", NULL);
    g_autoptr (JsonNode) admin = json_from_string ("{\"kind\":\"AdminNetworkPolicy\",\"spec\":{\"ingress\":[{\"from\":[]}]}}", NULL);
    g_autoptr (JsonNode) other = json_from_string ("{\"kind\":\"AdminNetworkPolicy\",\"spec\":{\"ingress\":[{}]}}", NULL);

    g_assert_false (qd_policy_object_equal (none, all) || qd_policy_object_equal (admin, other));
  }
}

static void
test_number (void)
{
  g_autofree char *bare = qd_patronus_dup_number ("18446744073709551615"), *named = qd_patronus_dup_number ("policy-7");

  g_assert_cmpstr (bare, ==, "18446744073709551615");
  g_assert_cmpstr (named, ==, "7");
  g_assert_null (qd_patronus_dup_number ("policy-"));
  g_assert_null (qd_patronus_dup_number ("policy-1/../2"));
  g_assert_null (qd_patronus_dup_number ("18446744073709551616"));
  g_assert_null (qd_patronus_dup_number (NULL));
}

/* --- Out of Patronus and back: always the same ------------------------------------------------------------------------- */

static void
add_selector (Dice *dice, GString *text)
{
  static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };
  guint labels = dice_below (dice, 3), expressions = dice_below (dice, 3);

  g_string_append (text, "{\"match_labels\":{");
  for (guint i = 0; i < labels; i++)
    g_string_append_printf (text, "%s\"k%u\":\"%s\"", i ? "," : "", i, dice_chance (dice, 20) ? "" : dice_chance (dice, 20) ? "no" : "v1");
  g_string_append (text, "},\"match_expressions\":[");
  for (guint i = 0; i < expressions; i++)
    {
      guint operator = dice_below (dice, 4);

      g_string_append_printf (text, "%s{\"key\":\"x.y/k\",\"operator\":\"%s\",\"values\":[%s]}", i ? "," : "", operators[operator],
                              operator > 1 ? "" : dice_chance (dice, 50) ? "\"a\"" : "\"b\",\"1.20\",\"\"");
    }
  g_string_append (text, "]}");
}

static void
add_peer (Dice *dice, GString *text, gboolean response)
{
  guint which = dice_below (dice, response ? 3 : 2);

  if (which == 0)
    {
      g_string_append (text, response ? "{\"type\":\"ipBlock\"," : "{\"ip_block\":{");
      g_string_append (text, dice_chance (dice, 50) ? "\"cidr\":\"10.0.0.0/8\",\"except\":[\"10.1.0.0/16\",\"10.2.0.0/16\"]" : "\"cidr\":\"fd00::/8\",\"except\":[]");
      g_string_append (text, response ? "}" : "}}");
      return;
    }
  if (response)
    g_string_append_printf (text, "{\"type\":\"%s\",%s\"selector\":", which == 1 ? "podSelector" : "namespaceSelector",
                            which == 2 ? "" : dice_chance (dice, 50) ? "\"namespace\":null," : "\"namespace\":\"prod\",");
  else
    g_string_append (text, "{\"pod_selector\":");
  add_selector (dice, text);
  g_string_append_c (text, '}');
}

static void
add_rules (Dice *dice, GString *text, gboolean response, const char *peers)
{
  static const char *const ports[] = { "{\"protocol\":\"TCP\",\"port\":80,\"end_port\":null}", "{\"protocol\":\"UDP\",\"port\":\"dns\",\"end_port\":null}",
                                       "{\"protocol\":\"SCTP\",\"port\":1,\"end_port\":65535}", "{\"protocol\":\"TCP\",\"port\":8000,\"end_port\":8000}" };
  guint rules = dice_below (dice, 3);

  g_string_append_c (text, '[');
  for (guint i = 0; i < rules; i++)
    {
      guint n = dice_below (dice, 3), m = dice_below (dice, 3);

      g_string_append_printf (text, "%s{\"%s\":[", i ? "," : "", peers);
      for (guint k = 0; k < n; k++)
        {
          g_string_append (text, k ? "," : "");
          add_peer (dice, text, response);
        }
      g_string_append (text, "],\"ports\":[");
      for (guint k = 0; k < m; k++)
        g_string_append_printf (text, "%s%s", k ? "," : "", ports[dice_below (dice, 4)]);
      g_string_append (text, "]}");
    }
  g_string_append_c (text, ']');
}

static void
add_policy (Dice *dice, GString *text, gboolean response)
{
  static const char *const names[] = { "web", "web", "My Policy", "web!", "été", "a.b-c", "" };
  static const char *const types[] = { "\"Ingress\"", "\"Egress\"", "\"Ingress\",\"Egress\"", "\"Egress\",\"Ingress\"" };

  g_string_append_c (text, '{');
  if (response)
    g_string_append_printf (text, "\"id\":\"policy-%" G_GUINT64_FORMAT "\",", dice_next (dice));
  g_string_append_printf (text, "\"name\":\"%s\",\"namespace\":\"%s\",", names[dice_below (dice, G_N_ELEMENTS (names))],
                          dice_chance (dice, 70) ? "default" : dice_chance (dice, 50) ? "prod" : "The Others");
  g_string_append (text, response ? "\"pod_selector\":" : "\"spec\":{\"pod_selector\":");
  add_selector (dice, text);
  g_string_append_printf (text, ",\"policy_types\":[%s],\"%s\":", types[dice_below (dice, 4)], response ? "ingress_rules" : "ingress");
  add_rules (dice, text, response, "from");
  g_string_append_printf (text, ",\"%s\":", response ? "egress_rules" : "egress");
  add_rules (dice, text, response, "to");
  g_string_append_printf (text, ",\"enabled\":%s,\"priority\":%u}", dice_chance (dice, 80) ? "true" : "false", dice_chance (dice, 50) ? 100 : dice_below (dice, 1000));
  g_string_append (text, response ? "" : "}");
}

static void
check_there_and_back (guint64 seed, gboolean response)
{
  Dice dice = { seed };
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (QdYamlFile) file = NULL, made = NULL;
  g_autoptr (QdPatronusConversion) there = NULL, back = NULL;
  g_autoptr (QdPolicyWorld) world = NULL;
  guint n = 1 + dice_below (&dice, 4);

  for (guint i = 0; i < n; i++)
    {
      g_string_append (text, i ? "," : "");
      add_policy (&dice, text, response);
    }
  g_string_append_c (text, ']');
  file = read_file ("it.json", text->str);
  there = qd_patronus_import (file);
  g_assert_false (there->invalid);
  g_assert_cmpuint (there->objects->len, ==, n);
  made = manifest_of (there->objects);
  /* It is what Kubernetes takes, every policy with a name of its own. */
  world = qd_policy_world_new (&made, 1, NULL);
  g_assert_false (qd_policy_world_is_invalid (world));
  back = qd_patronus_export (made, response ? QD_PATRONUS_RESPONSE : QD_PATRONUS_REQUEST);
  g_assert_false (back->invalid || back->lossy);
  g_assert_cmpuint (back->objects->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_true (qd_yaml_node_equals_json (qd_yaml_node_get_item (qd_yaml_file_get_document (file, 0), i), g_ptr_array_index (back->objects, i)));
}

static void
test_there_and_back (void)
{
  for (guint64 seed = 1; seed <= 2000; seed++)
    check_there_and_back (seed, seed & 1);
}

/* --- Out of Kubernetes and back, on generated worlds ---------------------------------------------------------------------- */

static gboolean
is_policy (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  return object && g_strcmp0 (json_object_get_string_member_with_default (object, "kind", NULL), "NetworkPolicy") == 0;
}

/* What a world has beside its NetworkPolicies, lists taken apart. */
static void
add_others (GPtrArray *documents, JsonNode *node, const char *kind, const char *version)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *items = object && json_object_has_member (object, "items") ? json_object_get_member (object, "items") : NULL;
  const char *own = object ? json_object_get_string_member_with_default (object, "kind", kind) : NULL;

  if (own && g_str_has_suffix (own, "List") && items && JSON_NODE_HOLDS_ARRAY (items))
    {
      g_autofree char *item_kind = g_str_equal (own, "List") ? NULL : g_strndup (own, strlen (own) - 4);

      for (guint i = 0; i < json_array_get_length (json_node_get_array (items)); i++)
        add_others (documents, json_array_get_element (json_node_get_array (items), i), item_kind,
                    json_object_get_string_member_with_default (object, "apiVersion", version));
      return;
    }
  if (is_policy (node) || g_strcmp0 (own, "NetworkPolicy") == 0)
    return;
  node = json_node_copy (node);
  if (object && kind && !json_object_has_member (object, "kind"))
    {
      g_autofree char *text = json_to_string (node, FALSE);

      json_node_unref (node);
      node = json_from_string (text, NULL);
      json_object_set_string_member (json_node_get_object (node), "kind", kind);
      json_object_set_string_member (json_node_get_object (node), "apiVersion", version);
    }
  g_ptr_array_add (documents, node);
}

/* Whether something is allowed after that was not before, or (@both) the other way round. */
static void
check_verdicts (QdYamlFile *before_file, QdYamlFile *after_file, gboolean both, guint64 seed)
{
  const QdPolicyOptions options = { 0 };
  g_autoptr (QdPolicyWorld) before_world = qd_policy_world_new (&before_file, 1, NULL), after_world = qd_policy_world_new (&after_file, 1, NULL);
  g_autoptr (QdPolicyEval) before = qd_policy_eval_new (before_world, &options, NULL), after = qd_policy_eval_new (after_world, &options, NULL);
  g_autoptr (QdPolicyDiff) diff = qd_policy_diff_new (before, after);
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  g_assert_false (qd_policy_world_is_invalid (after_world));
  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);

      if (both || !qd_port_set_is_none (change->allowed))
        g_error ("seed %" G_GUINT64_FORMAT ": %s => %s", seed, change->src, change->dst);
    }
}

/* TRUE: nothing was lost. */
static gboolean
check_world (guint64 seed, QdPatronusShape shape)
{
  g_autoptr (GPtrArray) documents = worlds_make (seed), others = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autofree char *text = worlds_to_yaml (documents, seed);
  g_autoptr (QdYamlFile) file = read_file ("it.yaml", text), told = NULL, after = NULL, before = NULL;
  g_autoptr (QdPatronusConversion) there = qd_patronus_export (file, shape), back = NULL;
  gboolean lossy = FALSE;

  g_assert_false (there->invalid);
  for (guint i = 0; i < there->findings->len; i++)
    {
      const QdPatronusFinding *finding = g_ptr_array_index (there->findings, i);

      /* What does not say who may talk to whom. */
      lossy |= finding->severity == QD_POLICY_WARNING && (g_str_equal (finding->code, "namespace-selector") || g_str_equal (finding->code, "rule"));
    }
  told = file_of (there->objects);
  back = qd_patronus_import (told);
  g_assert_false (back->invalid || back->lossy);
  for (guint i = 0; i < documents->len; i++)
    add_others (others, g_ptr_array_index (documents, i), NULL, NULL);
  for (guint i = 0; i < back->objects->len; i++)
    g_ptr_array_add (others, json_node_copy (g_ptr_array_index (back->objects, i)));
  after = manifest_of (others);
  before = manifest_of (documents);
  check_verdicts (before, after, !lossy, seed);
  return !lossy && back->objects->len > 0;
}

static void
test_worlds (void)
{
  guint whole = 0;

  for (guint64 seed = 1; seed <= 500; seed++)
    whole += check_world (seed, seed & 1 ? QD_PATRONUS_RESPONSE : QD_PATRONUS_REQUEST);
  g_test_message ("%u of 500 worlds lost nothing", whole);
  g_assert_cmpuint (whole, >, 40);
}

/* --- Routing policies ------------------------------------------------------------------------------------------------------ */

static void
expect_routing (const char *text, gboolean export, guint n, const char *codes)
{
  g_autoptr (QdYamlFile) file = read_file ("it.yaml", text);
  g_autoptr (QdPatronusConversion) conversion = export ? qd_patronus_routing_export (file) : qd_patronus_routing_import (file);
  g_autofree char *found = codes_of (conversion);

  g_assert_cmpstr (found, ==, codes);
  g_assert_cmpuint (conversion->objects->len, ==, n);
}

static void
test_routing (void)
{
  expect_routing ("{name: a, priority: 10, path_preference: LowestCost, match: {dst_port_range: '443'}}\n", TRUE, 1, "");
  expect_routing ("{name: a, priority: 10, path_preference: LowestCost, match: {dscp: 3}}\n", TRUE, 0, "1:68 lost dscp match.dscp\n");
  expect_routing ("{name: a, priority: 10, path_preference: LowestCost, match: {application_class: voice}}\n", TRUE, 0,
                  "1:81 lost application-class match.application_class\n");
  expect_routing ("{name: a, id: x, priority: 1001, path_preference: {custom: {loss: 1, mos: 2}}, failover: {primary: p}}\n", TRUE, 1,
                  "1:15 lost id id\n1:28 lost priority priority\n1:75 lost weight path_preference.custom.mos\n1:90 lost failover failover\n");
  expect_routing ("{name: a, priority: 10, path_preference: {custom: {mos: 2}}}\n", TRUE, 0, "1:57 lost weight path_preference.custom.mos\n");
  expect_routing ("{name: a, priority: x, path_preference: LowestCost, foo: 1}\n", TRUE, 0, "1:21 error type priority\n1:53 lost unknown-field foo\n");
  expect_routing ("{name: a, priority: 10, match_rules: {protocol: 17}, path_preference: LowestCost}\n", FALSE, 1, "");
  expect_routing ("{name: a, priority: 1001, match_rules: {protocol: 47, x: 1}, path_preference: LowestCost}\n", FALSE, 0,
                  "1:21 lost priority priority\n1:40 lost unknown-field match_rules\n1:40 lost protocol match_rules\n");
  expect_routing ("{name: a, priority: 1, match_rules: '{', path_preference: Fast, x: 1}\n", FALSE, 0,
                  "1:37 error json match_rules\n1:65 lost unknown-field x\n");
  expect_routing ("{name: '', match_rules: {dst_port_range: [2, 1]}, path_preference: Fast}\n", FALSE, 0,
                  "1:1 error name \n1:1 error priority \n1:25 error match-rules match_rules\n1:68 error preference path_preference\n");
}

/* Rows become routing policies that are valid, and the same rows again. */
static void
test_rows (void)
{
  static const char *const preferences[] = { "\\\"LowestLatency\\\"", "\\\"HighestBandwidth\\\"", "\\\"LowestCost\\\"",
                                             "{\\\"Custom\\\":{\\\"latency_weight\\\":0.5,\\\"jitter_weight\\\":0.25,\\\"loss_weight\\\":1.5,\\\"bandwidth_weight\\\":0.0,"
                                             "\\\"cost_weight\\\":1000.0}}" };
  static const char *const protocols[] = { "null", "1", "6", "17" };

  for (guint64 seed = 1; seed <= 500; seed++)
    {
      Dice dice = { seed };
      g_autoptr (GString) text = g_string_new ("[");
      g_autoptr (QdYamlFile) file = NULL, made = NULL;
      g_autoptr (QdPatronusConversion) there = NULL, back = NULL;
      guint n = 1 + dice_below (&dice, 4);

      for (guint i = 0; i < n; i++)
        {
          guint first = 1 + dice_below (&dice, 65535), last = first + dice_below (&dice, 65536 - first);

          g_string_append_printf (text, "%s{\"policy_id\":\"%" G_GUINT64_FORMAT "\",\"name\":\"p%u\",\"priority\":%u,\"match_rules\":\"{\\\"src_ip\\\":%s,\\\"dst_ip\\\":%s,"
                                  "\\\"src_port\\\":%s,\\\"dst_port_range\\\":", i ? "," : "", dice_next (&dice), i, 1000 - i - dice_below (&dice, 2) * 10,
                                  dice_chance (&dice, 50) ? "null" : "\\\"10.0.0.0/8\\\"", dice_chance (&dice, 50) ? "null" : "\\\"10.1.2.3/32\\\"",
                                  dice_chance (&dice, 50) ? "null" : "5060");
          if (dice_chance (&dice, 50))
            g_string_append (text, "null");
          else
            g_string_append_printf (text, "[%u,%u]", first, last);
          g_string_append_printf (text, ",\\\"protocol\\\":%s,\\\"application_class\\\":%s}\",\"path_preference\":\"%s\",\"enabled\":%u}", protocols[dice_below (&dice, 4)],
                                  dice_chance (&dice, 50) ? "null" : "\\\"VoIP\\\"", preferences[dice_below (&dice, 4)], dice_below (&dice, 2));
        }
      g_string_append_c (text, ']');
      file = read_file ("it.json", text->str);
      there = qd_patronus_routing_import (file);
      g_assert_false (there->lossy);
      g_assert_cmpuint (there->objects->len, ==, n);
      made = file_of (there->objects);
      back = qd_patronus_routing_export (made);
      g_assert_false (back->lossy);
      g_assert_cmpuint (back->objects->len, ==, n);
      /* They come in the order in which they are asked. */
      for (guint i = 0; i < n; i++)
        {
          gboolean found = FALSE;

          for (guint k = 0; k < n; k++)
            found |= qd_yaml_node_equals_json (qd_yaml_node_get_item (qd_yaml_file_get_document (file, 0), i), g_ptr_array_index (back->objects, k));
          g_assert_true (found);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/patronus/response", test_response);
  g_test_add_func ("/policy/patronus/request", test_request);
  g_test_add_func ("/policy/patronus/traps", test_traps);
  g_test_add_func ("/policy/patronus/lost", test_lost);
  g_test_add_func ("/policy/patronus/every-port", test_every_port);
  g_test_add_func ("/policy/patronus/same-object", test_same_object);
  g_test_add_func ("/policy/patronus/number", test_number);
  g_test_add_func ("/policy/patronus/there-and-back", test_there_and_back);
  g_test_add_func ("/policy/patronus/worlds", test_worlds);
  g_test_add_func ("/policy/patronus/routing", test_routing);
  g_test_add_func ("/policy/patronus/rows", test_rows);
  return g_test_run ();
}
