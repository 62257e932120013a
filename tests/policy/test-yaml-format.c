/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit.h"
#include "qd-yaml-format.h"
#include "random-yaml.h"

static QdYamlFile *
read_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file = qd_yaml_file_new ("f.yaml", bytes, &error);

  if (file == NULL)
    g_error ("%s in\n%s", error->message, text);
  return file;
}

static char *
format (const char *text)
{
  g_autoptr (QdYamlFile) file = read_good (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) formatted = qd_yaml_format (file, &error);
  gsize length;
  const char *out;

  if (formatted == NULL)
    g_error ("%s:\n%s", error->message, text);
  out = g_bytes_get_data (qd_yaml_file_get_bytes (formatted), &length);
  return length > 0 ? g_strndup (out, length) : g_strdup ("");
}

static void
test_examples (void)
{
  static const struct { const char *before, *after; } rows[] = {
    { "a:\n    b:   1   # why\n    c:\n        - x\n        -   y: 1\n            z: 2\n", "a:\n  b: 1   # why\n  c:\n  - x\n  - y: 1\n    z: 2\n" },
    { "a:\n    # about b\n    b: 1\n    # still in a\n# about c\nc: 2\n\n\n\nd: 3   \n", "a:\n  # about b\n  b: 1\n  # still in a\n# about c\nc: 2\n\nd: 3\n" },
    { "a: |\n      x\n        y\n\n      z\nb: 1", "a: |\n  x\n    y\n\n  z\nb: 1\n" },
    { "a:\n   b: |2\n       x\n", "a:\n  b: |2\n      x\n" },
    { "a:\n    b: [x,\n        y]\n", "a:\n  b: [x,\n      y]\n" },
    { "-\n    a: 1\n-   - x\n    - y\n", "- a: 1\n- - x\n  - y\n" },
    { "- # why\n    a: 1\n", "- # why\n  a: 1\n" },
    { "---\n\n# c\na: 1\n---\nb: 2\n\n", "---\n\n# c\na: 1\n---\nb: 2\n" },
    { "a: x\n     y\nb: 'z\n  w'\n", "a: x\n     y\nb: 'z\n  w'\n" },
    { "a:  &x\n     b: 1\nc:   *x\n", "a:  &x\n  b: 1\nc: *x\n" },
    { "a:   1\r\nb:\r\n    - c\r\n", "a: 1\r\nb:\r\n- c\r\n" },
    { "{\"a\":[1,{\"b\":{}}],  \"c\":\"\\u00e9\"}", "{\n  \"a\": [\n    1,\n    {\n      \"b\": {}\n    }\n  ],\n  \"c\": \"\\u00e9\"\n}\n" },
    { "", "" },
    { "# only\n\n\n# that\n\n", "# only\n\n# that\n" },
    { "a: |+\n   x\n\n", "a: |+\n  x\n\n" },
    { "--- |\n x\n", "--- |\n x\n" },
    { "a:\n  # end", "a:\n# end\n" },
    { "a:\n          # far\n     b: 1\n", "a:\n  # far\n  b: 1\n" },
    { "a: |\n  x", "a: |\n  x" },
    { ">+\n\n", ">+\n\n" },
    { "a:\n     b: !t\n       |\n       x\n", "a:\n  b: !t\n    |\n    x\n" },
    { "|+\n x\n\n\n", "|+\n x\n\n\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *after = format (rows[i].before), *again = format (after);

      if (strcmp (after, rows[i].after) != 0)
        g_error ("%s\nis formatted as\n%s\nand not as\n%s", rows[i].before, after, rows[i].after);
      g_assert_cmpstr (again, ==, after);
    }
}

static guint
count_comments (const char *text)
{
  guint n = 0;

  for (const char *p = strstr (text, "#c"); p != NULL; p = strstr (p + 1, "#c"))
    n++;
  return n;
}

static void
test_random (void)
{
  for (guint i = 0; i < 5000; i++)
    {
      guint32 seed = (guint32) g_test_rand_int ();
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (JsonNode) value = random_value (rand, 5);
      guint n_comments;
      g_autofree char *text = i % 4 == 0 ? random_json (rand, value) : random_yaml (rand, value, &n_comments);
      g_autofree char *once = format (text), *twice = format (once);
      g_autoptr (QdYamlFile) file = read_good (once);

      if (!qd_yaml_node_equals_json (qd_yaml_file_get_document (file, 0), value))
        g_error ("%s\nmeans something else than\n%s", once, text);
      if (strcmp (once, twice) != 0)
        g_error ("%s\nis formatted as\n%s\nand then as\n%s", text, once, twice);
      if (count_comments (text) != count_comments (once))
        g_error ("%s\nlost a comment in\n%s", text, once);
    }
}

/* Everything that the API's reader was asked: tags, anchors, explicit keys, brackets in all places. */
static void
test_odd (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "policy", "data", "reader.jsonl", NULL);
  g_autofree char *all = NULL;
  guint n = 0, refused = 0;

  g_assert_true (g_file_get_contents (path, &all, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (QdYamlFile) line = read_good (lines[i]);
      const char *text = qd_yaml_node_get_string (qd_yaml_node_get (qd_yaml_file_get_document (line, 0), "yaml"));
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      g_autoptr (QdYamlFile) file = qd_yaml_file_new ("f", bytes, NULL);
      g_autoptr (QdYamlFile) once = file != NULL ? qd_yaml_format (file, NULL) : NULL;
      g_autoptr (QdYamlFile) twice = once != NULL ? qd_yaml_format (once, NULL) : NULL;

      if (file == NULL)
        continue;
      n++;
      if (once == NULL)
        {
          g_test_message ("refused: %s", lines[i]);
          refused++;
        }
      else if (twice == NULL || !g_bytes_equal (qd_yaml_file_get_bytes (once), qd_yaml_file_get_bytes (twice)))
        g_error ("%s\nis formatted as\n%.*s\nand then otherwise", text, (int) g_bytes_get_size (qd_yaml_file_get_bytes (once)),
                 (const char *) g_bytes_get_data (qd_yaml_file_get_bytes (once), NULL));
    }
  g_assert_cmpuint (n, >, 1500);
  g_assert_cmpuint (refused, ==, 0);
}

/* What a text begins as does not matter: the same value, spelled in two ways of indenting, is formatted alike. */
static void
test_canonical (void)
{
  g_autofree char *wide = format ("spec:\n    ingress:\n        - from:\n              - podSelector: {}\n          ports:\n              - port: 80\n");
  g_autofree char *narrow = format ("spec:\n ingress:\n - from:\n   - podSelector: {}\n   ports:\n    - port: 80\n");

  g_assert_cmpstr (wide, ==, narrow);
  g_assert_cmpstr (wide, ==, "spec:\n  ingress:\n  - from:\n    - podSelector: {}\n    ports:\n    - port: 80\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/yaml-format/examples", test_examples);
  g_test_add_func ("/policy/yaml-format/random", test_random);
  g_test_add_func ("/policy/yaml-format/odd", test_odd);
  g_test_add_func ("/policy/yaml-format/canonical", test_canonical);
  return g_test_run ();
}
