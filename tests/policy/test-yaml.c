/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-yaml.h"

static QdYamlFile *
read_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return qd_yaml_file_new ("f.yaml", bytes, error);
}

static QdYamlFile *
read_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  QdYamlFile *file = read_text (text, &error);

  g_assert_no_error (error);
  return file;
}

/* --- As the API's own reader --- */

/* Equal as JSON is: 1 and 1.0 are one number. */
static gboolean
same (const QdYamlNode *a, const QdYamlNode *b)
{
  QdYamlType type = qd_yaml_node_get_type (a);
  double left, right;
  gint64 mine, theirs;

  if (qd_yaml_node_get_int (a, &mine) && qd_yaml_node_get_int (b, &theirs))
    return mine == theirs;
  if (qd_yaml_node_get_double (a, &left) && qd_yaml_node_get_double (b, &right))
    return fabs (left - right) <= fabs (left) * 1e-15;
  if (a == NULL || b == NULL)
    return type == QD_YAML_NULL && qd_yaml_node_get_type (b) == QD_YAML_NULL;
  if (type != qd_yaml_node_get_type (b) || qd_yaml_node_get_length (a) != qd_yaml_node_get_length (b))
    return FALSE;
  for (guint i = 0; i < qd_yaml_node_get_length (a); i++)
    if (type == QD_YAML_SEQ ? !same (qd_yaml_node_get_item (a, i), qd_yaml_node_get_item (b, i))
                            : !same (qd_yaml_node_get_value (a, i),
                                     qd_yaml_node_get (b, qd_yaml_node_get_string (qd_yaml_node_get_key (a, i)))))
      return FALSE;
  return type == QD_YAML_MAP || type == QD_YAML_SEQ || qd_yaml_node_equal (a, b);
}

/* Calls @each for what reader.jsonl has: what reader.go, which is sigs.k8s.io/yaml 1.6, made of each text. */
static void
each_row (void (*each) (const char *yaml, const char *json))
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "policy", "data", "reader.jsonl", NULL);
  g_autofree char *all = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_file_get_contents (path, &all, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) lines = g_strsplit (all, "\n", -1);
  for (; lines[n] != NULL && *lines[n] != '\0'; n++)
    {
      g_autoptr (QdYamlFile) line = read_good (lines[n]);
      const QdYamlNode *row = qd_yaml_file_get_document (line, 0);

      each (qd_yaml_node_get_string (qd_yaml_node_get (row, "yaml")), qd_yaml_node_get_string (qd_yaml_node_get (row, "json")));
    }
  g_assert_cmpuint (n, >, 1700);
}

static void
check_reader (const char *yaml, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = read_text (yaml, &error);
  g_autoptr (QdYamlFile) expected = json != NULL ? read_good (json) : NULL;

  if ((file == NULL) != (expected == NULL))
    g_error ("«%s» is «%s», but: %s", yaml, json, file == NULL ? error->message : "it was read");
  if (file != NULL && !same (qd_yaml_file_get_document (file, 0), qd_yaml_file_get_document (expected, 0)))
    g_error ("«%s» is «%s», but another value was read", yaml, json);
}

static void
test_reader (void)
{
  each_row (check_reader);
}

/* Where this reader says no and the API's guesses, and where it merges. */
static void
test_stricter (void)
{
  static const struct { const char *yaml, *error; } rows[] = {
    { "1: a\n'1': b", "f.yaml:2:1: the key “1” is already at line 1, column 1" },
    { "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n", "f.yaml:5:3: the key “c” is already at line 3, column 3" },
    { "{\"a\": 1, \"b\": 2,\n \"a\": 3}", "f.yaml:2:2: the key “a” is already at line 1, column 2" },
    { "a: 1\n...\n}}}", "f.yaml:3:1: the document ends before this; another begins with a line “---”" },
    { "a: 1\n<<: {a: 2}\n", "f.yaml:2:1: << brings the key “a” of line 1, column 1 again, and would win over it; put << first, or merge a list" },
    { "<<: 3\n", "f.yaml:1:5: only maps can be merged with <<" },
    { "a: &x [*x]", "f.yaml:1:8: *x stands for something that it is in itself" },
    { "a: *x", "f.yaml:1:4: *x stands for nothing: no &x comes before it" },
    { "a: \"b\\0c\"", "f.yaml:1:4: the text holds a character of value zero" },
    { "é: [é, \x01]", "f.yaml:1:8: this control character cannot stand in YAML" },
    { "\xef\xbb\xbf" "a: b: c\n", "f.yaml:1:5: no key can stand here: check the indentation, or put text that has “: ” in it in quotes" },
    { "a:\r\n  - b\r\n c: d\r\n", "f.yaml:3:2: a key is expected here: check the indentation, and that what stands above is complete" },
    { "a:\n\tb: 1", "f.yaml:2:1: nothing can begin with this character: put it in quotes, or indent with spaces instead of tabs" },
    { "\xff\xfe" "a", "f.yaml:1:1: the text is UTF-16; save it as UTF-8" },
    { "a: \n\xff", "f.yaml:2:1: the text is not UTF-8" },
    { "[a]: b", "f.yaml:1:1: a key is a map or a sequence; it must be a string" },
    { "a: .inf", "f.yaml:1:4: the API has no such number; put it in quotes if it is a name" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) file = read_text (rows[i].yaml, &error);

      g_assert_null (file);
      g_assert_cmpstr (error->message, ==, rows[i].error);
    }
}

static void
test_merge (void)
{
  g_autoptr (QdYamlFile) file = read_good ("m: &m {a: 1, b: 2, c: 3}\nn: &n {b: 4, d: 5}\n"
                                           "x:\n  <<: *m\n  b: 6\n  e: 7\nz:\n  <<: [*n, *m]\n'<<': s\n");
  g_autoptr (QdYamlFile) x = read_good ("{a: 1, b: 6, c: 3, e: 7}");
  g_autoptr (QdYamlFile) z = read_good ("{a: 1, b: 4, c: 3, d: 5}");
  const QdYamlNode *root = qd_yaml_file_get_document (file, 0);

  g_assert_true (qd_yaml_node_equal (qd_yaml_node_get (root, "x"), qd_yaml_file_get_document (x, 0)));
  g_assert_true (qd_yaml_node_equal (qd_yaml_node_get (root, "z"), qd_yaml_file_get_document (z, 0)));
  g_assert_cmpstr (qd_yaml_node_get_string (qd_yaml_node_get (root, "<<")), ==, "s");
}

/* What JSON has and YAML has not, and several values in a row. */
static void
test_json (void)
{
  g_autofree char *name = g_strnfill (2000, 'k');
  g_autofree char *text = g_strdup_printf ("{\"a\"\n:\t\"\\ud83d\\ude00\\/\\u0041\",\t\"%s\": [1, -0.5e3, true, null]}\n{\"b\": 2}", name);
  g_autoptr (QdYamlFile) file = read_good (text);
  g_autoptr (QdYamlFile) flow = read_good ("{a: yes, b: [x,],}");
  const QdYamlNode *root = qd_yaml_file_get_document (file, 0);

  g_assert_true (qd_yaml_file_is_json (file));
  g_assert_cmpuint (qd_yaml_file_get_n_documents (file), ==, 2);
  g_assert_cmpstr (qd_yaml_node_get_string (qd_yaml_node_get (root, "a")), ==, "😀/A");
  g_assert_cmpuint (qd_yaml_node_get_length (qd_yaml_node_get (root, name)), ==, 4);
  g_assert_false (qd_yaml_file_is_json (flow));
  g_assert_cmpint (qd_yaml_node_get_type (qd_yaml_node_get (qd_yaml_file_get_document (flow, 0), "a")), ==, QD_YAML_BOOL);
}

static void
test_keys (void)
{
  g_autoptr (GString) text = g_string_new ("yes: 1\n0x10: 2\n'3': 3\n1.50: 4\n");
  const QdYamlNode *root, *key;

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "key-%u: %u\n", i, i);
  g_autoptr (QdYamlFile) file = read_good (text->str);
  root = qd_yaml_file_get_document (file, 0);
  g_assert_cmpuint (qd_yaml_node_get_length (root), ==, 5004);
  for (guint i = 0; i < 5000; i += 7)
    {
      g_autofree char *name = g_strdup_printf ("key-%u", i);
      gint64 value;

      g_assert_true (qd_yaml_node_get_int (qd_yaml_node_get (root, name), &value));
      g_assert_cmpint (value, ==, i);
    }
  g_assert_null (qd_yaml_node_get (root, "key-5000"));
  g_assert_nonnull (qd_yaml_node_get (root, "16"));
  g_assert_nonnull (qd_yaml_node_get (root, "3"));
  g_assert_nonnull (qd_yaml_node_get (root, "1.5"));
  key = qd_yaml_node_get_key (root, 0);
  g_assert_cmpstr (qd_yaml_node_get_string (key), ==, "true");
  g_assert_cmpstr (qd_yaml_node_get_text (key), ==, "yes");
  g_assert_true (qd_yaml_node_is_plain (key));
  g_assert_false (qd_yaml_node_is_plain (qd_yaml_node_get_key (root, 2)));
  g_assert_null (qd_yaml_node_get (NULL, "a"));
  g_assert_null (qd_yaml_node_get (key, "a"));
  g_assert_null (qd_yaml_node_get_item (root, 0));
}

/* --- Bounds --- */

static void
refuse (const char *text, const char *cause)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = read_text (text, &error);

  g_assert_null (file);
  if (strstr (error->message, cause) == NULL)
    g_error ("“%s” does not say “%s”", error->message, cause);
}

static void
test_bounds (void)
{
  g_autoptr (GString) laughs = g_string_new ("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
  g_autoptr (GString) merges = g_string_new (NULL);
  g_autofree char *deep = g_strnfill (QD_YAML_MAX_DEPTH - 1, '['), *deeper = g_strnfill (300000, '['), *close = g_strnfill (QD_YAML_MAX_DEPTH - 1, ']');
  g_autofree char *fits = g_strconcat (deep, "x", close, NULL), *flow = g_strconcat (deep, "&x y, 'z'", close, NULL);
  g_autofree char *one_more = g_strconcat ("[", fits, "]", NULL);
  g_autoptr (QdYamlFile) good = read_good (fits), good_flow = read_good (flow);
  g_autoptr (GString) links = g_string_new ("a0: &a0 [x]\n");

  refuse (one_more, "more than 128 deep");
  refuse (deeper, "f.yaml:1:129: values are nested more than 128 deep");
  for (guint i = 1; i < 12; i++)
    g_string_append_printf (laughs, "a%u: &a%u [*a%u, *a%u, *a%u, *a%u, *a%u]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1);
  refuse (laughs->str, "stand for more than 400000 values");
  for (guint i = 1; i < 140; i++)
    g_string_append_printf (links, "a%u: &a%u [*a%u]\n", i, i, i - 1);
  refuse (links->str, "more than 128 deep");
  g_string_append (merges, "m: &m {");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (merges, "k%u: [1, 2], ", i);
  g_string_append (merges, "}\nn:\n");
  for (guint i = 0; i < 500; i++)
    g_string_append (merges, "- <<: *m\n");
  refuse (merges->str, "f.yaml:");
}

/* --- Places --- */

/* Line and column by the simplest count. */
static void
locate (const char *text, gsize offset, guint *line, guint *column)
{
  const char *p = text;

  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    p += 3;
  for (*line = *column = 1; p < text + offset; p = g_utf8_next_char (p))
    if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
      {
        *line += 1;
        *column = 1;
      }
    else
      *column += 1;
}

static guint spans;

static void
check_span (const char *text, const QdYamlNode *node, gsize from, gsize to)
{
  QdYamlSpan span = qd_yaml_node_get_span (node);
  QdYamlType type = qd_yaml_node_get_type (node);
  g_autofree char *slice = g_strndup (text + span.start, span.end - span.start);
  guint line, column;

  spans++;
  g_assert_cmpuint (span.start, >=, from);
  g_assert_cmpuint (span.end, >=, span.start);
  g_assert_cmpuint (span.end, <=, to);
  locate (text, span.start, &line, &column);
  g_assert_cmpuint (span.line, ==, line);
  g_assert_cmpuint (span.column, ==, column);
  if (qd_yaml_node_is_alias (node))
    {
      g_assert_true (*slice == '*');
      return;
    }
  if (*slice != '\0')
    g_assert_null (strchr (" \t\r\n,", slice[0]));
  if (qd_yaml_node_get_text (node) != NULL && qd_yaml_node_is_plain (node) && strpbrk (slice, "\r\n&") == NULL &&
      strstr (slice, "\xc2\x85") == NULL && strstr (slice, "\xe2\x80\xa8") == NULL)
    g_assert_cmpstr (slice, ==, qd_yaml_node_get_text (node));
  if (type != QD_YAML_MAP && type != QD_YAML_SEQ)
    {
      if (*slice == '"' || *slice == '\'')
        g_assert_true (strlen (slice) > 1 && slice[strlen (slice) - 1] == *slice);
      return;
    }
  if (*slice == '[' || *slice == '{')
    g_assert_true (slice[strlen (slice) - 1] == (*slice == '[' ? ']' : '}') || type == QD_YAML_MAP);
  from = span.start;
  for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (node, i);
      const QdYamlNode *value = type == QD_YAML_MAP ? qd_yaml_node_get_value (node, i) : qd_yaml_node_get_item (node, i);

      if (key != NULL)
        check_span (text, key, from, span.end);
      check_span (text, value, key != NULL ? qd_yaml_node_get_span (key).end : from, span.end);
      from = qd_yaml_node_get_span (value).end;
    }
}

static void
check_spans (const char *text)
{
  g_autoptr (QdYamlFile) file = read_text (text, NULL);
  gsize from = 0;

  for (guint i = 0; file != NULL && i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *document = qd_yaml_file_get_document (file, i);

      check_span (text, document, from, strlen (text));
      from = qd_yaml_node_get_span (document).end;
    }
}

static void
check_places (const char *yaml, const char *json)
{
  g_auto (GStrv) lines = g_strsplit (yaml, "\n", -1);
  g_autofree char *crlf = g_strjoinv ("\r\n", lines), *accents = g_strjoinv (" # é中😀\n", lines);
  g_autofree char *bom = *yaml == '%' ? g_strdup (yaml) : g_strconcat ("\xef\xbb\xbf# é😀\n\n# 中\r\n", crlf, NULL);

  if (strstr (yaml, "<<") != NULL)
    return;
  check_spans (yaml);
  check_spans (crlf);
  check_spans (bom);
  check_spans (accents);
}

static void
test_places (void)
{
  each_row (check_places);
  g_assert_cmpuint (spans, >, 10000);
}

static void
test_documents (void)
{
  g_autoptr (QdYamlFile) file = read_good ("# first\n---\na: 1\n---\n# nothing\n---\n- x\n...\n---\n");
  g_autoptr (QdYamlFile) empty = read_good ("# only a comment\n");

  g_assert_cmpuint (qd_yaml_file_get_n_documents (file), ==, 4);
  g_assert_cmpint (qd_yaml_node_get_type (qd_yaml_file_get_document (file, 1)), ==, QD_YAML_NULL);
  g_assert_cmpint (qd_yaml_node_get_type (qd_yaml_file_get_document (file, 2)), ==, QD_YAML_SEQ);
  g_assert_nonnull (qd_yaml_file_get_document (file, 3));
  g_assert_null (qd_yaml_file_get_document (file, 4));
  g_assert_cmpuint (qd_yaml_file_get_n_documents (empty), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/yaml/reader", test_reader);
  g_test_add_func ("/policy/yaml/stricter", test_stricter);
  g_test_add_func ("/policy/yaml/merge", test_merge);
  g_test_add_func ("/policy/yaml/json", test_json);
  g_test_add_func ("/policy/yaml/keys", test_keys);
  g_test_add_func ("/policy/yaml/bounds", test_bounds);
  g_test_add_func ("/policy/yaml/places", test_places);
  g_test_add_func ("/policy/yaml/documents", test_documents);
  return g_test_run ();
}
