/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-policy-schema.h"
#include "qd-policy-test.h"
#include "qd-yaml-format.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What a node has lies in it, in order; what it says can be asked for. */
static void
walk (const QdYamlNode *node, gsize from, gsize to, guint *budget)
{
  QdYamlSpan span = qd_yaml_node_get_span (node);
  gint64 integer;
  double number;
  gboolean truth, seq = qd_yaml_node_get_type (node) == QD_YAML_SEQ;

  g_assert_true (span.start >= from && span.start <= span.end && span.end <= to && span.line > 0 && span.column > 0);
  qd_yaml_node_get_int (node, &integer);
  qd_yaml_node_get_double (node, &number);
  qd_yaml_node_get_bool (node, &truth);
  g_assert_true (qd_yaml_node_get_string (node) == NULL || g_utf8_validate (qd_yaml_node_get_string (node), -1, NULL));
  for (guint i = 0; i < qd_yaml_node_get_length (node) && *budget > 0; i++, *budget -= 1)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (node, i);
      const QdYamlNode *value = seq ? qd_yaml_node_get_item (node, i) : qd_yaml_node_get_value (node, i);

      g_assert_true (seq || qd_yaml_node_get (node, qd_yaml_node_get_string (key)) == value);
      /* What is merged or stands for something else lies elsewhere. */
      walk (value, 0, G_MAXSIZE, budget);
    }
}

/* Formatting what is formatted changes nothing. */
static void
format (QdYamlFile *file)
{
  g_autoptr (QdYamlFile) once = qd_yaml_format (file, NULL);
  g_autoptr (QdYamlFile) twice = once != NULL ? qd_yaml_format (once, NULL) : NULL;

  g_assert_true (once == NULL || (twice != NULL && g_bytes_equal (qd_yaml_file_get_bytes (once), qd_yaml_file_get_bytes (twice))));
}

/* What the schemas say of it, as a policy or as a file of tests. */
static void
check (QdYamlFile *file)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);

  qd_policy_schema_check (file, findings);
  if (qd_policy_is_test_file (qd_yaml_file_get_name (file)))
    g_ptr_array_unref (qd_policy_tests_read (file, findings));
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      g_assert_true (finding->place.node != NULL && qd_yaml_node_get_file (finding->place.node) == file);
      g_assert_true (g_utf8_validate (finding->message, -1, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *name = size % 2 ? "it.policytest.yaml" : "it.yaml";
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new (name, bytes, &error);
  guint budget = 20000;

  g_assert_true ((file == NULL) == (error != NULL));
  if (file == NULL)
    {
      g_assert_true (g_str_has_prefix (error->message, name) && strpbrk (error->message, "\n\r\033") == NULL);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *document = qd_yaml_file_get_document (file, i);

      walk (document, 0, size, &budget);
      if (size < 10000)
        g_assert_true (budget == 0 || qd_yaml_node_equal (document, document));
    }
  check (file);
  if (size < 10000)
    format (file);
  return 0;
}
