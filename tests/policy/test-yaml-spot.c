/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit.h"
#include "qd-yaml-spot.h"
#include "random-yaml.h"

static QdYamlSpot *
find_at (const char *text, gsize length, gsize offset)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return qd_yaml_spot_find (bytes, offset);
}

/* The place is where the "^" is, which is no part of the text. */
static QdYamlSpot *
find_mark (const char *marked)
{
  const char *mark = strchr (marked, '^');
  g_autofree char *text = g_strdup_printf ("%.*s%s", (int) (mark - marked), marked, mark + 1);

  return find_at (text, strlen (text), (gsize) (mark - marked));
}

/* --- Places that are written by hand ----------------------------------------------------------------------------- */

static void
test_examples (void)
{
  static const struct { const char *text, *map, *value, *list, *word; } rows[] = {
    { "^", "", "", "", "" },
    { "ki^", "", "", "", "ki" },
    { "kind: A\n^", "", NULL, NULL, "" },
    { "kind: A\nspec:\n  ^", "/spec", "/spec", "/spec", "" },
    { "kind: A\nspec:\n^", "", NULL, "/spec", "" },
    { "kind: A\nspec:\n  pod^", "/spec", "/spec", "/spec", "pod" },
    { "spec:\n  pod^\n  types: []\n", "/spec", "/spec", "/spec", "pod" },
    { "spec:\n  a: 1\n  pod^", "/spec", NULL, NULL, "pod" },
    { "spec:\n  a: 1\n  pod^\n  b: 2\n", "/spec", NULL, NULL, "pod" },
    { "spec:\n  a: 1\n    ^", NULL, NULL, NULL, "" },
    { "spec:\n  a: 1\n ^", NULL, NULL, NULL, "" },
    { "spec:\n  ports:\n  - protocol: ^", NULL, "/spec/ports/0/protocol", NULL, "" },
    { "spec:\n  ports:\n  - protocol:^", NULL, "/spec/ports/0/protocol", NULL, "" },
    { "spec:\n  ports:\n  - protocol: TC^P # x", NULL, "/spec/ports/0/protocol", NULL, "TC" },
    { "spec:\n  ports:\n  - protocol: TCP # x^", NULL, NULL, NULL, "" },
    { "spec:\n  ports:\n  - ^", "/spec/ports/0", "/spec/ports/0", NULL, "" },
    { "spec:\n  ports:\n  - port: 1\n  ^", "/spec", NULL, "/spec/ports", "" },
    { "spec:\n  ports:\n  - port: 1\n    ^", "/spec/ports/0", NULL, NULL, "" },
    { "spec:\n  ports:\n  - port: 1\n    ^\n  - port: 2\n", "/spec/ports/0", NULL, NULL, "" },
    { "spec:\n  ports:\n    - port: 1\n    ^", NULL, NULL, "/spec/ports", "" },
    { "types:\n- In^", "/types/0", "/types/0", NULL, "In" },
    { "types: [Ingress, ^", NULL, "/types/1", NULL, "" },
    { "types: [Ingress, Eg^]\nx: 1\n", NULL, "/types/1", NULL, "Eg" },
    { "types: [^]", NULL, "/types/0", NULL, "" },
    { "a: {^}", "/a", NULL, NULL, "" },
    { "a: {b: 1, c^}", "/a", NULL, NULL, "c" },
    { "a: {b: ^", NULL, "/a/b", NULL, "" },
    { "{\"a\": {\"b\": 1, \"c^\": 2}}", "/a", NULL, NULL, "c" },
    { "{\"a\": [{\"b\": \"c^\"}]}", NULL, "/a/0/b", NULL, "c" },
    /* What somebody forgot to close does not swallow what follows. */
    { "types: [Ingress\nspec:\n  ^", "/spec", "/spec", "/spec", "" },
    { "name: \"x\nspec:\n  ^", "/spec", "/spec", "/spec", "" },
    { "a: |\n  text\n  ^more\nb: 1\n", NULL, NULL, NULL, "" },
    { "a: |\n  text\n^", "", NULL, NULL, "" },
    { "# comm^ent\n", NULL, NULL, NULL, "" },
    { "a: 1\n---\nb:\n  ^", "/b", "/b", "/b", "" },
    { "a: 1\n--- # x\n^", "", "", "", "" },
    { "a/b~c:\n  ^", "/a~1b~0c", "/a~1b~0c", "/a~1b~0c", "" },
    { "a: &x\n  ^", "/a", "/a", "/a", "" },
    { "a:\r\n  b: 1\r\n  ^\r\n", "/a", NULL, NULL, "" },
    { "- - a: 1\n    ^", "/0/0", NULL, NULL, "" },
    { "a: one\n  two^\nb: 1\n", NULL, NULL, NULL, "" },
    { "\357\273\277ki^", "", "", "", "ki" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (QdYamlSpot) spot = find_mark (rows[i].text);

      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (spot->map, ==, rows[i].map);
      g_assert_cmpstr (spot->value, ==, rows[i].value);
      g_assert_cmpstr (spot->list, ==, rows[i].list);
      g_assert_cmpstr (spot->word, ==, rows[i].word);
    }
}

/* What is in the maps around, before the place and after it. */
static void
test_around (void)
{
  g_autoptr (QdYamlSpot) spot = find_mark ("apiVersion: v1\nmetadata:\n  namespace: 'shop'\n  name: x # c\nspec:\n  a: 1\n  ^\n  z:\n    deep: 1\n  b: two\n"
                                           "kind: \"K\"\n---\nother: 1\n");
  g_autoptr (QdYamlSpot) late = find_mark ("spec:\n  ^\n  b: 1\nmetadata: {name: n}\n"), word = find_mark ("a: 1\nke^y: 2\n");
  g_autofree char *version = qd_yaml_spot_dup_scalar (spot, "", "apiVersion"), *kind = qd_yaml_spot_dup_scalar (spot, "", "kind");
  g_autofree char *namespace = qd_yaml_spot_dup_metadata (spot, "", "namespace"), *name = qd_yaml_spot_dup_metadata (spot, "", "name");
  g_autofree char *two = qd_yaml_spot_dup_scalar (spot, "/spec", "b"), *late_name = qd_yaml_spot_dup_metadata (late, "", "name");

  g_assert_cmpstr (version, ==, "v1");
  g_assert_cmpstr (kind, ==, "K");
  g_assert_cmpstr (namespace, ==, "shop");
  g_assert_cmpstr (name, ==, "x");
  g_assert_cmpstr (two, ==, "two");
  g_assert_true (qd_yaml_spot_has_key (spot, "/spec", "a") && qd_yaml_spot_has_key (spot, "/spec", "z"));
  g_assert_false (qd_yaml_spot_has_key (spot, "/spec", "deep") || qd_yaml_spot_has_key (spot, "", "other"));
  g_assert_true (qd_yaml_spot_has_key (late, "/spec", "b"));
  g_assert_cmpstr (late_name, ==, "n");
  g_assert_false (qd_yaml_spot_has_key (word, "", "key"));
  g_assert_true (qd_yaml_spot_has_key (word, "", "a") && word->has_colon);
}

static void
test_style (void)
{
  g_autoptr (QdYamlSpot) none = find_mark ("a: 1\n^"), two = find_mark ("a:\n    b:\n      - c\n    ^");

  g_assert_cmpuint (none->step, ==, 2);
  g_assert_cmpuint (none->dash, ==, 0);
  g_assert_cmpuint (two->step, ==, 4);
  g_assert_cmpuint (two->dash, ==, 2);
  g_assert_cmpuint (two->column, ==, 4);
}

static void
test_pointers (void)
{
  g_autofree char *parent = qd_yaml_pointer_dup_parent ("/a/b~1c"), *last = qd_yaml_pointer_dup_last ("/a/b~1c~0d"), *top = qd_yaml_pointer_dup_parent ("/a");

  g_assert_cmpstr (parent, ==, "/a");
  g_assert_cmpstr (last, ==, "b/c~d");
  g_assert_cmpstr (top, ==, "");
}

/* --- Any document ------------------------------------------------------------------------------------------------ */

/* At each key the place is that of the node, in the whole text, and in the text as it was when one had written up to there. */
static void
check_node (const QdYamlNode *node, GString *path, const char *text, gsize length, guint *n)
{
  gsize before = path->len;

  for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
    {
      const QdYamlNode *key = qd_yaml_node_get_key (node, i);

      if (key)
        {
          gsize at = qd_yaml_node_get_span (key).start;
          g_autoptr (QdYamlSpot) whole = find_at (text, length, at), cut = find_at (text, at, at);

          if (g_strcmp0 (whole->map, path->str) != 0 || g_strcmp0 (cut->map, path->str) != 0)
            g_error ("%s: %s, cut %s, at %" G_GSIZE_FORMAT " of\n%s", path->str, whole->map, cut->map, at, text);
          g_assert_cmpstr (whole->text, ==, qd_yaml_node_get_text (key));
          g_assert_true (whole->has_colon);
          for (guint k = 0; k < qd_yaml_node_get_length (node); k++)
            g_assert_cmpint (qd_yaml_spot_has_key (whole, path->str, qd_yaml_node_get_text (qd_yaml_node_get_key (node, k))), ==, k != i);
          qd_yaml_pointer_append (path, qd_yaml_node_get_text (key));
          ++*n;
        }
      else
        g_string_append_printf (path, "/%u", i);
      check_node (key ? qd_yaml_node_get_value (node, i) : qd_yaml_node_get_item (node, i), path, text, length, n);
      g_string_truncate (path, before);
    }
}

static void
test_random (gconstpointer json)
{
  GRand *rand = g_rand_new_with_seed (11);
  guint n = 0, documents = 3000;

  for (guint i = 0; i < documents; i++)
    {
      g_autoptr (JsonNode) value = random_value (rand, 4);
      guint comments;
      g_autofree char *text = json ? random_json (rand, value) : random_yaml (rand, value, &comments);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      g_autoptr (QdYamlFile) file = qd_yaml_file_new (json ? "f.json" : "f.yaml", bytes, NULL);
      g_autoptr (GString) path = g_string_new (NULL);

      g_assert_nonnull (file);
      check_node (qd_yaml_file_get_document (file, 0), path, text, strlen (text), &n);
    }
  g_assert_cmpuint (n, >, documents);
  g_rand_free (rand);
}

/* Whatever is written, and wherever one is in it: there is an answer, and its word is where the place is. */
static void
test_anywhere (void)
{
  static const char letters[] = "a: -{}[],\"'#|>&*!\n\n  \r\t?%";
  GRand *rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (JsonNode) value = random_value (rand, 4);
      guint comments;
      g_autofree char *text = random_yaml (rand, value, &comments);
      gsize length = strlen (text);

      for (guint k = 0; length > 0 && k < 3; k++)
        text[g_rand_int_range (rand, 0, (int) length)] = letters[g_rand_int_range (rand, 0, (int) strlen (letters))];
      for (gsize at = 0; at <= length; at += 1 + length / 200)
        {
          g_autoptr (QdYamlSpot) spot = find_at (text, length, at), cut = find_at (text, at, at);

          g_assert_true (spot->start <= at && at <= spot->end && spot->end <= length);
          g_assert_true (cut->start <= at && cut->end == at);
        }
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/yaml-spot/examples", test_examples);
  g_test_add_func ("/yaml-spot/around", test_around);
  g_test_add_func ("/yaml-spot/style", test_style);
  g_test_add_func ("/yaml-spot/pointers", test_pointers);
  g_test_add_func ("/yaml-spot/anywhere", test_anywhere);
  g_test_add_data_func ("/yaml-spot/random-yaml", NULL, test_random);
  g_test_add_data_func ("/yaml-spot/random-json", "json", test_random);
  return g_test_run ();
}
