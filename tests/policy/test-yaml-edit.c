/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit.h"
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

static JsonNode *
json (const char *text)
{
  g_autoptr (QdYamlFile) file = read_good (text);

  return qd_yaml_node_to_json (qd_yaml_file_get_document (file, 0));
}

static char *
dup_bytes (const QdYamlFile *file)
{
  gsize length;
  const char *text = g_bytes_get_data (qd_yaml_file_get_bytes (file), &length);

  return g_strndup (text, length);
}

/* What is outside the splice is what it was, and the splice makes the one of the other. */
static void
check_splice (const char *before, const char *after, const QdYamlSplice *splice)
{
  g_assert_cmpuint (splice->offset + splice->removed, <=, strlen (before));
  g_autofree char *made = g_strdup_printf ("%.*s%s%s", (int) splice->offset, before, splice->inserted, before + splice->offset + splice->removed);
  g_assert_cmpstr (made, ==, after);
}

/* --- Examples --- */

typedef struct { const char *name, *operation, *path, *value, *before, *after; } Example;

static const Example examples[] = {
  { "a scalar keeps its comment and its place", "set", "/a/b", "d", "a:\n  b:   c  # why\n", "a:\n  b:   d  # why\n" },
  { "quotes where they must be", "set", "/a", "'yes'", "a: c\n", "a: \"yes\"\n" },
  { "quotes as before", "set", "/a", "d", "a: \"c\"\n", "a: \"d\"\n" },
  { "what was empty", "set", "/a", "1", "a: # why\nb: 2\n", "a: 1 # why\nb: 2\n" },
  { "a map for a scalar", "set", "/a", "{x: 1, k: [z]}", "a: c # why\nb: 2\n", "a: # why\n  x: 1\n  k:\n  - z\nb: 2\n" },
  { "as the file indents", "set", "/b", "{x: [1]}", "a:\n    k:\n        - c\nb: 2\n", "a:\n    k:\n        - c\nb:\n    x:\n        - 1\n" },
  { "a scalar for a map", "set", "/a", "x", "a:   # why\n  b: 1\n  c: 2\nd: 3\n", "a: x   # why\nd: 3\n" },
  { "brackets stay brackets", "set", "/a", "[x, 'y']", "a: [b] # why\n", "a: [x, \"y\"] # why\n" },
  { "empty brackets open", "set", "/a/-", "x", "a: []\nb: 1\n", "a:\n- x\nb: 1\n" },
  { "an empty map opens", "set", "/a/k", "x", "spec:\n  b: 1\na: {}\n", "spec:\n  b: 1\na:\n  k: x\n" },
  { "a comment in empty brackets stays", "set", "/a/-", "{x: 1}", "a: [ # none yet\n  # and why\n] # end\nb: 1\n",
    "a: # none yet\n  # and why\n  # end\n- x: 1\nb: 1\n" },
  { "a comment in an empty map stays", "insert 0", "/s/a", "1", "s:\n  a: [\n    # none yet\n  ]\n", "s:\n  a:\n    # none yet\n  - 1\n" },
  { "a comment in empty brackets within brackets", "insert 0", "/s/a", "1", "s: {a: [ # none yet\n  ]}\n", "s: {a: [1 # none yet\n  ]}\n" },
  { "a comment right behind a bracket", "insert 0", "/s/a", "1", "s: {a: [# none yet\n  ]}\n", "s: {a: [1 # none yet\n  ]}\n" },
  { "a comment in a file of empty brackets", "key 0", "", "1", "{ # none yet\n}\n", "# none yet\nnew: 1\n" },
  { "a comment above empty brackets, and one in them", "insert 0", "/a", "1", "a: # why\n  [ # none\n  ]\n", "a: # why\n  # none\n- 1\n" },
  { "a comment in what is named", "insert 0", "/a", "1", "a: &x [ # none\n  ]\n", "a: # none\n- 1\n" },
  { "a missing key comes last", "set", "/a/k", "x", "a:\n  b: 1  # one\n  # two\nc: 3\n", "a:\n  b: 1  # one\n  k: x\n  # two\nc: 3\n" },
  { "an item below the last one", "set", "/a/-", "{x: 1, k: 2}", "a:\n- x: 0\nb: 1\n", "a:\n- x: 0\n- x: 1\n  k: 2\nb: 1\n" },
  { "items further right", "set", "/a/-", "z", "a:\n    - x\n    - y # why\n", "a:\n    - x\n    - y # why\n    - z\n" },
  { "no line end at the end", "set", "/b", "2", "a: 1", "a: 1\nb: 2" },
  { "CR LF", "set", "/b", "{x: 1}", "a: 1\r\n", "a: 1\r\nb:\r\n  x: 1\r\n" },
  { "within brackets", "set", "/a/-", "c", "a: [b]\n", "a: [b, c]\n" },
  { "within brackets over lines", "set", "/a/-", "d", "a: [\n  b, # one\n  c # two\n]\n", "a: [\n  b, # one\n  c, # two\n  d\n]\n" },
  { "JSON in lines", "set", "/a/y", "[1]", "{\n  \"a\": {\n    \"x\": 0\n  }\n}\n", "{\n  \"a\": {\n    \"x\": 0,\n    \"y\": [\n      1\n    ]\n  }\n}\n" },
  { "JSON in one line", "set", "/b", "x", "{\"a\":1}", "{\"a\":1,\"b\":\"x\"}" },
  { "text of many lines", "set", "/a", "\"x\\ny\\n\"", "a: c\nb: 1\n", "a: |\n  x\n  y\nb: 1\n" },
  { "remove with its comments", "remove", "/b", NULL, "a: 1\n# about b\n# more\nb: 2 # two\n\n# about c\nc: 3\n", "a: 1\n\n# about c\nc: 3\n" },
  { "remove the first beside a dash", "remove", "/0/a", NULL, "- a: 1\n  # about b\n  b: 2\n", "- # about b\n  b: 2\n" },
  { "remove the only one", "remove", "/a/b", NULL, "a:\n  # about b\n  b: 2\nc: 1\n", "a: {}\nc: 1\n" },
  { "remove the only item", "remove", "/a/0", NULL, "a:   # why\n- x\nc: 1\n", "a: []   # why\nc: 1\n" },
  { "remove the last line", "remove", "/b", NULL, "a: 1\nb: 2", "a: 1" },
  { "remove within brackets", "remove", "/a/1", NULL, "a: [b, c, d]\n", "a: [b, d]\n" },
  { "remove the last within brackets", "remove", "/a/1", NULL, "a: [b, c]\n", "a: [b]\n" },
  { "remove a line within brackets", "remove", "/a/0", NULL, "a: [\n  b, # one\n  c # two\n]\n", "a: [\n  c # two\n]\n" },
  { "remove from JSON", "remove", "/b", NULL, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1\n}\n" },
  { "move down", "move 2", "/a/0", NULL, "a:\n# about x\n- x: 1\n  y: 2\n- y # why\n\n- z\n", "a:\n- y # why\n- z\n\n# about x\n- x: 1\n  y: 2\n" },
  { "move up", "move 0", "/c", NULL, "a: 1\nb: 2\nc: # three\n  d: 3\n", "c: # three\n  d: 3\na: 1\nb: 2\n" },
  { "move within brackets", "move 0", "/a/2", NULL, "a: [b,  c, d]\n", "a: [d,  b, c]\n" },
  { "insert above the comments", "insert 1", "/a", "k", "a:\n- x\n# about z\n- z\n", "a:\n- x\n- k\n# about z\n- z\n" },
  { "insert before the first", "insert 0", "/0/a", "k: 1", "- a:\n  - b\n", "- a:\n  - k: 1\n  - b\n" },
  { "insert a first key beside a dash", "key 0", "/0", "1", "- a: 1\n  b: 2\n", "- new: 1\n  a: 1\n  b: 2\n" },
  { "insert a first key within brackets", "key 0", "/a", "1", "a: {b: 2}\n", "a: {new: 1, b: 2}\n" },
  { "a new file", "set", "", "{a: [1]}", "", "a:\n- 1\n" },
  { "another document stays", "set", "/a", "2", "a: 1\n--- # next\na:   1\n", "a: 2\n--- # next\na:   1\n" },
};

static QdYamlFile *
apply (QdYamlFile *file, const Example *example, QdYamlSplice *splice, GError **error)
{
  g_autoptr (JsonNode) value = example->value != NULL ? json (example->value) : NULL;
  guint at = strchr (example->operation, ' ') != NULL ? (guint) atoi (strchr (example->operation, ' ') + 1) : 0;

  switch (*example->operation)
    {
    case 's':
      return qd_yaml_edit_set (file, 0, example->path, value, splice, error);
    case 'r':
      return qd_yaml_edit_remove (file, 0, example->path, splice, error);
    case 'm':
      return qd_yaml_edit_move (file, 0, example->path, at, splice, error);
    case 'i':
      return qd_yaml_edit_insert_item (file, 0, example->path, at, value, splice, error);
    default:
      return qd_yaml_edit_insert_key (file, 0, example->path, at, "new", value, splice, error);
    }
}

static void
test_examples (void)
{
  guint wrong = 0;

  for (guint i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) file = read_good (examples[i].before);
      g_auto (QdYamlSplice) splice = { 0 };
      g_autoptr (QdYamlFile) changed = apply (file, &examples[i], &splice, &error);
      g_autofree char *after = changed != NULL ? dup_bytes (changed) : g_strdup (error->message);

      if (strcmp (after, examples[i].after) != 0)
        {
          g_printerr ("# %s:\n%s\n# instead of:\n%s\n", examples[i].name, after, examples[i].after);
          wrong++;
        }
      else
        check_splice (examples[i].before, after, &splice);
    }
  g_assert_cmpuint (wrong, ==, 0);
}

static void
test_refused (void)
{
  static const Example rows[] = {
    { "anchor", "set", "/a/b", "2", "a: &x\n  b: 1\nc: *x\n", "an anchor that is used elsewhere" },
    { "alias", "set", "/c/b", "2", "a: &x\n  b: 1\nc: *x\n", "on the way is an alias" },
    { "beyond", "set", "/a/b/c", "2", "a: {}\n", "there is no such place" },
    { "scalar", "set", "/a/b", "2", "a: 1\n", "neither a map nor a sequence" },
    { "index", "set", "/a/5", "2", "a: [1]\n", "there is no such place" },
    { "twice", "key 0", "", "2", "new: 1\n", "the map has this key already" },
    { "root", "remove", "", NULL, "new: 1\n", "a whole document" },
    { "list", "insert 0", "", "2", "new: 1\n", "it is no sequence" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) file = read_good (rows[i].before);
      g_autoptr (QdYamlFile) changed = apply (file, &rows[i], NULL, &error);

      g_assert_null (changed);
      g_assert_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT);
      if (strstr (error->message, rows[i].after) == NULL)
        g_error ("“%s” does not say “%s”", error->message, rows[i].after);
    }
}

/* --- Random edits of random files, against a plain tree --- */

static guint
size_of (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node));
  return JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_length (json_node_get_array (node)) : 0;
}

static JsonNode *
child_of (JsonNode *node, guint i, const char **name)
{
  *name = NULL;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_element (json_node_get_array (node), i);
  g_autoptr (GList) names = json_object_get_members (json_node_get_object (node));
  *name = g_list_nth_data (names, i);
  return json_object_get_member (json_node_get_object (node), *name);
}

/* The container anew from its entries, which are in @order; -1 stands for the new one. */
static void
rebuild (JsonNode *container, GArray *order, const char *key, JsonNode *value)
{
  g_autoptr (JsonNode) old = json_node_copy (container);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();
  gboolean map = JSON_NODE_HOLDS_OBJECT (container);

  for (guint i = 0; i < order->len; i++)
    {
      int from = g_array_index (order, int, i);
      const char *name = key;
      JsonNode *node = from < 0 ? value : child_of (old, (guint) from, &name);

      if (map)
        json_object_set_member (object, name, json_node_copy (node));
      else
        json_array_add_element (array, json_node_copy (node));
    }
  if (map)
    json_node_set_object (container, object);
  else
    json_node_set_array (container, array);
  json_object_unref (object);
  json_array_unref (array);
}

typedef struct { guint edits, refused, comments_lost; } Tally;

static guint
count_comments (const char *text)
{
  guint n = 0;

  for (const char *p = strstr (text, "#c"); p != NULL; p = strstr (p + 1, "#c"))
    n++;
  return n;
}

/* One random edit of @file, which means @model, and the same of the model. NULL: it was refused. */
static QdYamlFile *
edit_once (GRand *rand, QdYamlFile *file, JsonNode *model, Tally *tally)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (JsonNode) value = random_value (rand, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *key = random_key (rand), *before = dup_bytes (file), *after = NULL, *wanted = NULL, *found = NULL;
  g_auto (QdYamlSplice) splice = { 0 };
  JsonNode *node = model, *container = NULL;
  QdYamlFile *changed;
  const char *name;
  guint i = 0, n, at;
  int operation, none = -1;
  gboolean loses = FALSE;

  while (size_of (node) > 0 && (container == NULL || g_rand_double (rand) < .7))
    {
      i = (guint) g_rand_int_range (rand, 0, (int) size_of (node));
      container = node;
      node = child_of (container, i, &name);
      if (name != NULL)
        qd_yaml_pointer_append (path, name);
      else
        g_string_append_printf (path, "/%u", i);
    }
  operation = container == NULL ? 0 : g_rand_int_range (rand, 0, 4);
  if (size_of (node) == 0 && (JSON_NODE_HOLDS_OBJECT (node) || JSON_NODE_HOLDS_ARRAY (node)) && g_rand_boolean (rand))
    {
      /* The first entry of an empty one. */
      operation = 1;
      container = node;
      g_string_append (path, "/");
    }
  n = container != NULL ? size_of (container) : 0;
  for (guint k = 0; k < n; k++)
    g_array_append_vals (order, &(int) { (int) k }, 1);
  at = (guint) g_rand_int_range (rand, 0, (int) n + 1);
  if (operation == 1)
    {
      while (JSON_NODE_HOLDS_OBJECT (container) && json_object_has_member (json_node_get_object (container), key))
        {
          g_autofree char *other = g_strconcat (key, "x", NULL);
          g_free (key);
          key = g_steal_pointer (&other);
        }
      g_string_truncate (path, (gsize) (strrchr (path->str, '/') - path->str));
      changed = JSON_NODE_HOLDS_OBJECT (container) ? qd_yaml_edit_insert_key (file, 0, path->str, at, key, value, &splice, &error)
                                                   : qd_yaml_edit_insert_item (file, 0, path->str, at, value, &splice, &error);
      g_array_insert_val (order, at, none);
    }
  else if (operation == 2)
    {
      changed = qd_yaml_edit_remove (file, 0, path->str, &splice, &error);
      g_array_remove_index (order, i);
      loses = TRUE;
    }
  else if (operation == 3)
    {
      int moved = (int) i;

      at = (guint) g_rand_int_range (rand, 0, (int) n);
      changed = qd_yaml_edit_move (file, 0, path->str, at, &splice, &error);
      g_array_remove_index (order, i);
      g_array_insert_val (order, at, moved);
    }
  else
    {
      changed = qd_yaml_edit_set (file, 0, path->str, value, &splice, &error);
      /* What is written over lines has its own comments. */
      loses = JSON_NODE_HOLDS_OBJECT (node) || JSON_NODE_HOLDS_ARRAY (node) ||
              (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING);
    }
  tally->edits++;
  if (changed == NULL)
    {
      tally->refused++;
      if (g_getenv ("QD_TEST_REFUSED") != NULL)
        g_printerr ("# operation %d at %u, %s\n%s\n", operation, at, error->message, before);
      return NULL;
    }
  if (operation == 0 && container == NULL)
    {
      g_autofree char *text = json_to_string (value, FALSE);
      g_autoptr (JsonNode) copy = json_from_string (text, NULL);

      if (JSON_NODE_HOLDS_OBJECT (value))
        json_node_set_object (json_node_init (model, JSON_NODE_OBJECT), json_node_get_object (value));
      else if (JSON_NODE_HOLDS_ARRAY (value))
        json_node_set_array (json_node_init (model, JSON_NODE_ARRAY), json_node_get_array (value));
      else if (JSON_NODE_HOLDS_NULL (value))
        json_node_init_null (model);
      else
        {
          g_auto (GValue) scalar = G_VALUE_INIT;

          json_node_get_value (value, &scalar);
          json_node_set_value (json_node_init (model, JSON_NODE_VALUE), &scalar);
        }
    }
  else if (operation == 0)
    {
      child_of (container, i, &name);
      g_autofree char *same = g_strdup (name);
      g_array_index (order, int, i) = -1;
      rebuild (container, order, same, value);
    }
  else
    rebuild (container, order, key, value);
  after = dup_bytes (changed);
  check_splice (before, after, &splice);
  g_autoptr (JsonNode) now = qd_yaml_node_to_json (qd_yaml_file_get_document (changed, 0));
  found = json_to_string (now, FALSE);
  wanted = json_to_string (model, FALSE);
  if (strcmp (found, wanted) != 0)
    g_error ("operation %d at %s:\n%s\nbecame\n%s\nwhich is\n%s\nand not\n%s", operation, path->str, before, after, found, wanted);
  if (!loses && count_comments (before) != count_comments (after))
    {
      tally->comments_lost++;
      g_error ("operation %d at %s lost a comment:\n%s\nbecame\n%s", operation, path->str, before, after);
    }
  return changed;
}

static void
run_random (gboolean as_json, guint rounds, guint edits, double allowed)
{
  Tally tally = { 0 };

  for (guint round = 0; round < rounds; round++)
    {
      guint32 seed = (guint32) g_test_rand_int ();
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (JsonNode) model = random_value (rand, 4);
      guint n_comments;
      g_autofree char *text = NULL;
      g_autoptr (QdYamlFile) file = NULL;

      if (as_json && size_of (model) == 0)
        continue;
      text = as_json ? random_json (rand, model) : random_yaml (rand, model, &n_comments);
      file = read_good (text);
      g_assert_cmpint (qd_yaml_file_is_json (file), >=, as_json);
      if (!qd_yaml_node_equals_json (qd_yaml_file_get_document (file, 0), model))
        g_error ("the writer of random files is wrong:\n%s", text);
      for (guint i = 0; i < edits; i++)
        {
          QdYamlFile *next = edit_once (rand, file, model, &tally);

          if (next == NULL)
            break;
          qd_yaml_file_unref (file);
          file = next;
        }
    }
  g_test_message ("%u edits, %u refused", tally.edits, tally.refused);
  g_assert_cmpfloat (tally.refused, <=, tally.edits * allowed);
}

static void
test_random_yaml (void)
{
  run_random (FALSE, 3000, 6, 0);
}

static void
test_random_json (void)
{
  run_random (TRUE, 1000, 6, 0);
}

/* What is written anew is read as what it was. */
static void
test_write (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
      g_autoptr (JsonNode) value = random_value (rand, 4);
      g_autofree char *text = qd_yaml_write (value);
      g_autoptr (QdYamlFile) file = read_good (text);

      if (!qd_yaml_node_equals_json (qd_yaml_file_get_document (file, 0), value))
        g_error ("%s", text);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/yaml-edit/examples", test_examples);
  g_test_add_func ("/policy/yaml-edit/refused", test_refused);
  g_test_add_func ("/policy/yaml-edit/random-yaml", test_random_yaml);
  g_test_add_func ("/policy/yaml-edit/random-json", test_random_json);
  g_test_add_func ("/policy/yaml-edit/write", test_write);
  return g_test_run ();
}
