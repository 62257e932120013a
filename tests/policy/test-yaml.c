/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-yaml.h"

static QdYamlFile *
read_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return qd_yaml_file_new ("f.yaml", bytes, error);
}

static void
test_types (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = read_text ("a: no\nb: 'no'\nc: 012\nd: [1, x]\ny: {e: ~}\n", &error);
  const QdYamlNode *root;
  gboolean truth = TRUE;
  gint64 number;

  g_assert_no_error (error);
  root = qd_yaml_file_get_document (file, 0);
  g_assert_true (qd_yaml_node_get_bool (qd_yaml_node_get (root, "a"), &truth) && !truth);
  g_assert_cmpstr (qd_yaml_node_get_text (qd_yaml_node_get (root, "a")), ==, "no");
  g_assert_true (qd_yaml_node_is_plain (qd_yaml_node_get (root, "a")));
  g_assert_cmpstr (qd_yaml_node_get_string (qd_yaml_node_get (root, "b")), ==, "no");
  g_assert_true (qd_yaml_node_get_int (qd_yaml_node_get (root, "c"), &number));
  g_assert_cmpint (number, ==, 10);
  g_assert_cmpuint (qd_yaml_node_get_length (qd_yaml_node_get (root, "d")), ==, 2);
  g_assert_cmpint (qd_yaml_node_get_type (qd_yaml_node_get (root, "true")), ==, QD_YAML_MAP);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/yaml/types", test_types);
  return g_test_run ();
}
