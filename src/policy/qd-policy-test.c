/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-test.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-address.h"
#include "qd-policy-explain.h"
#include "qd-policy-read-private.h"
#include "qd-policy-schema.h"

void
qd_policy_test_free (QdPolicyTest *self)
{
  g_free (self->name);
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

gboolean
qd_policy_is_test_file (const char *name)
{
  return g_str_has_suffix (name, ".policytest.yaml") || g_str_has_suffix (name, ".policytest.yml");
}

/* NAMESPACE/NAME, with or without [KIND], or an address. */
static gboolean
is_end (const char *text)
{
  QdAddress address;
  const char *slash = strchr (text, '/'), *open = strchr (text, '[');

  if (qd_address_parse (text, &address))
    return TRUE;
  if (slash == NULL || slash == text || strchr (slash + 1, '/') != NULL || slash[1] == '\0' || slash[1] == '[')
    return FALSE;
  return open == NULL || (open > slash && strlen (open) > 2 && text[strlen (text) - 1] == ']');
}

static char *
read_end (QdPolicyReader *reader, const QdYamlNode *map, const char *key, QdPolicyPlace *place)
{
  const QdYamlNode *node = qd_yaml_node_get (map, key);
  const char *text = qd_yaml_node_get_string (node);

  *place = qd_policy_reader_place (reader, node);
  if (qd_policy_node_is_null (node))
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), key);
  else if (text != NULL && !is_end (text))
    qd_policy_reader_refuse (reader, node, "end", _("“%s” is neither NAMESPACE/NAME, NAMESPACE/NAME[KIND] nor an address"), text);
  else if (text != NULL)
    return g_strdup (text);
  return NULL;
}

static gboolean
parse_port (const char *text, QdPolicyTest *test)
{
  g_autofree char *upper = g_ascii_strup (text, -1);
  g_auto (GStrv) parts = g_strsplit (upper, "/", 2);
  guint64 port;

  test->protocol = QD_PROTOCOL_TCP;
  if (parts[0] == NULL || !g_ascii_string_to_unsigned (parts[0], 10, QD_PORT_MIN, QD_PORT_MAX, &port, NULL))
    return FALSE;
  test->port = (guint16) port;
  return parts[1] == NULL || qd_protocol_parse (parts[1], &test->protocol);
}

static gboolean
read_port (QdPolicyReader *reader, const QdYamlNode *map, QdPolicyTest *test)
{
  const QdYamlNode *node = qd_yaml_node_get (map, "port");
  QdYamlType type = qd_yaml_node_get_type (node);

  if (type == QD_YAML_NULL)
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), "port");
  else if (type == QD_YAML_STRING || type == QD_YAML_INT)
    {
      if (parse_port (qd_yaml_node_get_text (node), test))
        return TRUE;
      qd_policy_reader_refuse (reader, node, "port", _("“%s” is no port: a number from 1 to 65535, and TCP, UDP or SCTP, as 80/TCP"),
                               qd_yaml_node_get_text (node));
    }
  return FALSE;
}

static gboolean
read_expect (QdPolicyReader *reader, const QdYamlNode *map, QdPolicyTest *test)
{
  const QdYamlNode *node = qd_yaml_node_get (map, "expect");
  const char *word = qd_yaml_node_get_string (node);

  test->allow = g_strcmp0 (word, "allow") == 0;
  if (qd_policy_node_is_null (node))
    qd_policy_reader_refuse (reader, map, "required", _("“%s” is missing"), "expect");
  else if (word != NULL && !test->allow && strcmp (word, "deny") != 0)
    qd_policy_reader_refuse (reader, node, "expect", _("“%s” cannot be expected: allow and deny can"), word);
  return test->allow || g_strcmp0 (word, "deny") == 0;
}

static void
read_test (QdPolicyReader *reader, const QdYamlNode *map, GPtrArray *tests)
{
  QdPolicyTest *test = g_new0 (QdPolicyTest, 1);
  gboolean port, expect;

  test->place = qd_policy_reader_place (reader, map);
  test->from = read_end (reader, map, "from", &test->from_place);
  test->to = read_end (reader, map, "to", &test->to_place);
  port = read_port (reader, map, test);
  expect = read_expect (reader, map, test);
  if (test->from == NULL || test->to == NULL || !port || !expect)
    {
      qd_policy_test_free (test);
      return;
    }
  test->name = g_strdup (qd_yaml_node_get_string (qd_yaml_node_get (map, "name")));
  if (test->name == NULL)
    test->name = g_strdup_printf (_("%s to %s, %u/%s"), test->from, test->to, test->port, qd_protocol_to_string (test->protocol));
  g_ptr_array_add (tests, test);
}

GPtrArray *
qd_policy_tests_read (QdYamlFile *file, GPtrArray *findings)
{
  GPtrArray *tests = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_test_free);
  QdPolicyReader reader = { file, findings };

  qd_policy_schema_check (file, findings);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *document = qd_yaml_file_get_document (file, i), *list = qd_yaml_node_get (document, "tests");

      if (qd_yaml_node_get_type (document) == QD_YAML_MAP && list == NULL)
        qd_policy_reader_refuse (&reader, document, "required", _("“%s” is missing"), "tests");
      for (guint k = 0; qd_yaml_node_get_type (list) == QD_YAML_SEQ && k < qd_yaml_node_get_length (list); k++)
        if (qd_yaml_node_get_type (qd_yaml_node_get_item (list, k)) == QD_YAML_MAP)
          read_test (&reader, qd_yaml_node_get_item (list, k), tests);
        else if (qd_policy_node_is_null (qd_yaml_node_get_item (list, k)))
          qd_policy_reader_refuse (&reader, qd_yaml_node_get_item (list, k), "required", _("“%s” is missing"), "from");
    }
  return tests;
}

/* --- Running ---------------------------------------------------------------------------------------------------- */

static gboolean
find_end (QdPolicyEval *eval, const char *text, guint *end, const char **name, char **why)
{
  QdAddress address;
  guint other = QD_POLICY_NO_END;

  *name = NULL;
  if (qd_address_parse (text, &address))
    {
      *end = qd_policy_eval_find_address (eval, &address);
      *name = qd_policy_eval_get_workload (eval, *end) ? NULL : text;
      return TRUE;
    }
  *end = qd_policy_eval_find_workload (eval, text, &other);
  if (*end == QD_POLICY_NO_END)
    *why = g_strdup_printf (_("there is no workload “%s”: one is named as NAMESPACE/NAME or NAMESPACE/NAME[KIND], what is outside by its IP address"), text);
  else if (other != QD_POLICY_NO_END)
    *why = g_strdup_printf (_("“%s” is more than one: “%s” and “%s”"), text, qd_policy_eval_get_text (eval, *end), qd_policy_eval_get_text (eval, other));
  return *why == NULL;
}

QdPolicyTestResult
qd_policy_test_run (const QdPolicyTest *self, QdPolicyEval *eval, char **why)
{
  QdPolicyFlow flow = { .protocol = self->protocol, .port = self->port };
  g_autoptr (QdPolicyExplanation) explanation = NULL;

  *why = NULL;
  if (!find_end (eval, self->from, &flow.src, &flow.src_name, why) || !find_end (eval, self->to, &flow.dst, &flow.dst_name, why))
    return QD_POLICY_TEST_BROKEN;
  /* The explanation says the same, and takes as long as there are policies: it is for what did not pass. */
  if (qd_port_set_contains (qd_policy_eval_get (eval, flow.src, flow.dst), self->protocol, self->port) == self->allow)
    return QD_POLICY_TEST_PASSED;
  explanation = qd_policy_explain (eval, &flow);
  if (explanation->allowed == self->allow)
    return QD_POLICY_TEST_PASSED;
  *why = g_strdup (explanation->text);
  return QD_POLICY_TEST_FAILED;
}

gboolean
qd_policy_test_find_ends (const QdPolicyTest *self, QdPolicyEval *eval, guint *src, guint *dst)
{
  g_autofree char *why = NULL;
  const char *name;

  return find_end (eval, self->from, src, &name, &why) && find_end (eval, self->to, dst, &name, &why);
}

QdPolicyFinding *
qd_policy_test_to_finding (const QdPolicyTest *self, QdPolicyTestResult result, const char *why)
{
  if (result == QD_POLICY_TEST_PASSED)
    return NULL;
  if (result == QD_POLICY_TEST_BROKEN)
    return qd_policy_finding_new (QD_POLICY_WARNING, "test-broken", &self->place, g_strdup_printf (_("The test “%s” cannot be run: %s"), self->name, why));
  return qd_policy_finding_new (QD_POLICY_WARNING, "test-failed", &self->place, g_strdup_printf (_("The test “%s” fails: %s"), self->name, why));
}

char *
qd_policy_test_name_end (QdPolicyEval *eval, guint end)
{
  const QdAddressRange *range = qd_policy_eval_get_range (eval, end);

  return range ? qd_address_to_text (&range->first) : g_strdup (qd_policy_eval_get_text (eval, end));
}
