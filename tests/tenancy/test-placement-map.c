/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps of placements: what is read, what an edit leaves alone, what a merge decides. */
#include "config.h"

#include <string.h>

#include <json-glib/json-glib.h>

#include "qd-placement-map.h"


static QdPlacementMap *
map_of_text (QdPlacementKind kind, const char *key, const char *text)
{
  QdPlacementEntry entry = { key, text, strlen (text), 7, 0 };

  return qd_placement_map_new (kind, NULL, &entry, 1);
}

static GPtrArray *
changes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
}

static GPtrArray *
one_change (const char *tenant, const char *shard)
{
  GPtrArray *changes = changes_new ();

  g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
  return changes;
}

/* What @text becomes by one change. */
static void
check_edit (const char *text, const char *tenant, const char *shard, const char *wanted)
{
  g_autoptr (QdPlacementMap) map = map_of_text (QD_PLACEMENT_AGGREGATE, "aggregate_placement", text);
  g_autoptr (GPtrArray) changes = one_change (tenant, shard);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) writes = qd_placement_map_plan (map, changes, &error);
  QdPlacementWrite *write;

  g_assert_no_error (error);
  if (wanted == NULL)
    {
      g_assert_cmpuint (writes->len, ==, 0);
      return;
    }
  g_assert_cmpuint (writes->len, ==, 1);
  write = g_ptr_array_index (writes, 0);
  g_assert_cmpstr (write->value, ==, wanted);
  g_assert_cmpstr (write->key, ==, "aggregate_placement");
  g_assert_cmpstr (write->bucket, ==, "AGGREGATE_PLACEMENT");
  g_assert_cmpuint (write->revision, ==, 7);
}

static void
test_splice (void)
{
  check_edit ("{\"a\":\"x\",\"b\":\"y\"}", "b", "z", "{\"a\":\"x\",\"b\":\"z\"}");
  check_edit ("{\"a\":\"x\",\"b\":\"y\"}", "b", "y", NULL);
  check_edit ("{\"a\":\"x\",\"b\":\"y\"}", "c", NULL, NULL);
  check_edit ("{}", "a", "x", "{\"a\":\"x\"}");
  check_edit (" { } ", "a", "x", " {\"a\":\"x\" } ");
  check_edit ("{\n  \"b\" : \"y\",\n  \"a\": \"x\"\n}\n", "c", "z", "{\n  \"b\" : \"y\",\n  \"a\": \"x\",\n  \"c\": \"z\"\n}\n");
  check_edit ("{\n  \"b\" : \"y\",\n  \"a\": \"x\"\n}\n", "b", NULL, "{\n  \"a\": \"x\"\n}\n");
  check_edit ("{\n  \"b\" : \"y\",\n  \"a\": \"x\"\n}\n", "a", NULL, "{\n  \"b\" : \"y\"\n}\n");
  check_edit ("{ \"a\": \"x\" }", "a", NULL, "{  }");
  /* What is not understood stays; what was broken is mended by placing it. */
  check_edit ("{\"v\":3,\"a\":{\"deep\":[1,\"}\"]},\"b\":\"y\"}", "b", "z", "{\"v\":3,\"a\":{\"deep\":[1,\"}\"]},\"b\":\"z\"}");
  check_edit ("{\"v\":3,\"a\":{\"deep\":[1,\"}\"]},\"b\":\"y\"}", "a", "z", "{\"v\":3,\"a\":\"z\",\"b\":\"y\"}");
  /* Names are what they say, however they are spelled. */
  check_edit ("{\"\\u0061\":\"x\",\"b\":\"y\"}", "a", "z", "{\"\\u0061\":\"z\",\"b\":\"y\"}");
  check_edit ("{\"a\":\"x\",\"a\":\"y\",\"b\":\"q\"}", "a", "z", "{\"a\":\"z\",\"b\":\"q\"}");
  check_edit ("{\"a\":\"x\",\"a\":\"y\",\"b\":\"q\"}", "a", "y", "{\"a\":\"y\",\"b\":\"q\"}");
  check_edit ("{\"a\":\"x\",\"b\":\"q\",\"a\":\"y\"}", "a", NULL, "{\"b\":\"q\"}");
}

/* --- Recognising ------------------------------------------------------------------------------------ */

#define ENTRY(key, value) { key, value, sizeof (value) - 1, 5, 0 }

static void
test_encodings (void)
{
  static const QdPlacementEntry keys[] = { ENTRY ("tenant-b", "shard-2"), ENTRY ("tenant-a", "shard-1") };
  static const QdPlacementEntry other[] = { ENTRY ("placement", " {\"t\":\"shard-1\"}") };
  static const QdPlacementEntry mixed[] = { ENTRY ("odd", "{\"t\":\"shard-1\"}"), ENTRY ("tenant-a", "shard-1") };
  static const QdPlacementEntry beside[] = { ENTRY ("aggregate_placement", "{\"t\":\"shard-1\"}"), ENTRY ("tenant-a", "shard-1") };
  g_autoptr (QdPlacementMap) map = qd_placement_map_new (QD_PLACEMENT_AGGREGATE, NULL, keys, 2);
  QdPlacementFinding *finding;

  /* A kind's documents name an encoding; what is there decides. */
  g_assert_cmpint (qd_placement_map_get_encoding (map), ==, QD_PLACEMENT_KEYS);
  g_assert_cmpuint (qd_placement_map_get_length (map), ==, 2);
  g_assert_cmpstr (qd_placement_map_get_nth (map, 0)->tenant, ==, "tenant-a");
  g_assert_cmpuint (qd_placement_map_find (map, "tenant-b")->revision, ==, 5);
  g_assert_null (qd_placement_map_get_key (map));
  g_clear_pointer (&map, qd_placement_map_unref);

  map = qd_placement_map_new (QD_PLACEMENT_RUNNER, "OTHER", other, 1);
  g_assert_cmpint (qd_placement_map_get_encoding (map), ==, QD_PLACEMENT_OBJECT);
  g_assert_cmpstr (qd_placement_map_get_key (map), ==, "placement");
  g_assert_cmpstr (qd_placement_map_get_shard (map, "t"), ==, "shard-1");
  g_assert_cmpstr (qd_placement_map_get_bucket (map), ==, "OTHER");
  g_clear_pointer (&map, qd_placement_map_unref);

  map = qd_placement_map_new (QD_PLACEMENT_RUNNER, NULL, mixed, 2);
  g_assert_cmpint (qd_placement_map_get_encoding (map), ==, QD_PLACEMENT_KEYS);
  finding = g_ptr_array_index (qd_placement_map_get_findings (map), 0);
  g_assert_cmpint (finding->problem, ==, QD_PLACEMENT_FINDING_BROKEN_VALUE);
  g_assert_cmpstr (finding->key, ==, "odd");
  g_clear_pointer (&map, qd_placement_map_unref);

  map = qd_placement_map_new (QD_PLACEMENT_AGGREGATE, NULL, beside, 2);
  g_assert_cmpint (qd_placement_map_get_encoding (map), ==, QD_PLACEMENT_OBJECT);
  finding = g_ptr_array_index (qd_placement_map_get_findings (map), 0);
  g_assert_cmpint (finding->problem, ==, QD_PLACEMENT_FINDING_BESIDE);
  g_assert_null (qd_placement_map_get_shard (map, "tenant-a"));
  g_clear_pointer (&map, qd_placement_map_unref);

  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      g_autoptr (GPtrArray) changes = one_change ("t", "shard-9");
      g_autoptr (GPtrArray) writes = NULL;
      QdPlacementWrite *write;

      map = qd_placement_map_new (kind, NULL, NULL, 0);
      g_assert_cmpint (qd_placement_map_get_encoding (map), ==, kind == QD_PLACEMENT_AGGREGATE ? QD_PLACEMENT_OBJECT : QD_PLACEMENT_KEYS);
      writes = qd_placement_map_plan (map, changes, NULL);
      write = g_ptr_array_index (writes, 0);
      g_assert_cmpuint (write->revision, ==, 0);
      g_assert_cmpstr (write->key, ==, kind == QD_PLACEMENT_AGGREGATE ? "aggregate_placement" : "t");
      g_assert_cmpstr (write->value, ==, kind == QD_PLACEMENT_AGGREGATE ? "{\"t\":\"shard-9\"}" : "shard-9");
      g_clear_pointer (&map, qd_placement_map_unref);
    }
}

/* --- What is wrong ------------------------------------------------------------------------------------ */

static void
check_finding (const char *text, QdPlacementProblem problem, guint line, guint column, const char *tenant)
{
  g_autoptr (QdPlacementMap) map = map_of_text (QD_PLACEMENT_AGGREGATE, "aggregate_placement", text);
  QdPlacementFinding *finding;

  g_assert_cmpuint (qd_placement_map_get_findings (map)->len, ==, 1);
  finding = g_ptr_array_index (qd_placement_map_get_findings (map), 0);
  g_test_message ("%u:%u %s", finding->line, finding->column, finding->text);
  g_assert_cmpint (finding->problem, ==, problem);
  g_assert_cmpuint (finding->line, ==, line);
  g_assert_cmpuint (finding->column, ==, column);
  g_assert_cmpstr (finding->tenant, ==, tenant);
}

static void
test_findings (void)
{
  g_autoptr (QdPlacementMap) broken = map_of_text (QD_PLACEMENT_AGGREGATE, "aggregate_placement", "{\"a\":");
  g_autoptr (GPtrArray) changes = one_change ("a", "shard-1");
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementMap) bytes = NULL;
  static const QdPlacementEntry odd[] = { { "t", "sh\0ard", 6, 1, 0 }, ENTRY ("u", "\xff\xfe"), ENTRY ("v", "shard-1\n"), ENTRY ("w", "") };

  check_finding ("{\"a\":\"x\",\n \"b\": 3}", QD_PLACEMENT_FINDING_BROKEN_VALUE, 2, 7, "b");
  check_finding ("{\"a\":\"\"}", QD_PLACEMENT_FINDING_BROKEN_VALUE, 1, 7, "a");
  check_finding ("{\"ä.b\":\"x\",\"ok\":\"y\"}", QD_PLACEMENT_FINDING_TENANT, 1, 3, "ä.b");
  check_finding ("{\"ok\":\"y\",\"two words\":\"x\"}", QD_PLACEMENT_FINDING_TENANT, 1, 12, "two words");
  check_finding ("{\"a\":\"x\",\"a\":\"x\"}", QD_PLACEMENT_FINDING_TWICE, 1, 11, "a");
  check_finding ("{\"a\":\"x\",\"a\":\"y\"}", QD_PLACEMENT_FINDING_TWO_SHARDS, 1, 11, "a");
  check_finding ("{\"a\":\"x,y\"}", QD_PLACEMENT_FINDING_TWO_SHARDS, 1, 7, "a");
  check_finding ("{\"a\":\"x\"", QD_PLACEMENT_FINDING_BROKEN_MAP, 1, 1, NULL);
  check_finding ("[]", QD_PLACEMENT_FINDING_BROKEN_MAP, 1, 1, NULL);

  g_assert_true (qd_placement_map_is_broken (broken));
  g_assert_null (qd_placement_map_plan (broken, changes, &error));
  g_assert_error (error, QD_PLACEMENT_ERROR, QD_PLACEMENT_ERROR_BROKEN);

  /* Nobody is lost: what cannot be understood is not placed, is said, and is written over only as it was seen. */
  bytes = qd_placement_map_new (QD_PLACEMENT_RUNNER, NULL, odd, G_N_ELEMENTS (odd));
  g_assert_cmpuint (qd_placement_map_get_length (bytes), ==, 0);
  g_assert_cmpuint (qd_placement_map_get_findings (bytes)->len, ==, 4);
  g_ptr_array_set_size (changes, 0);
  g_ptr_array_add (changes, qd_placement_change_new ("u", "shard-2"));
  {
    g_autoptr (GPtrArray) writes = qd_placement_map_plan (bytes, changes, NULL);

    g_assert_cmpuint (writes->len, ==, 1);
    g_assert_cmpuint (((QdPlacementWrite *) g_ptr_array_index (writes, 0))->revision, ==, 5);
  }
}

static void
check_refused (QdPlacementKind kind, const char *tenant, const char *shard, const char *other, int code)
{
  g_autoptr (QdPlacementMap) map = qd_placement_map_new (kind, NULL, NULL, 0);
  g_autoptr (GPtrArray) changes = one_change (tenant, shard);
  g_autoptr (GError) error = NULL;

  if (other)
    g_ptr_array_add (changes, qd_placement_change_new (tenant, other));
  g_assert_null (qd_placement_map_plan (map, changes, &error));
  g_assert_error (error, QD_PLACEMENT_ERROR, code);
  g_assert_nonnull (strstr (error->message, tenant));
}

static void
test_refused (void)
{
  check_refused (QD_PLACEMENT_RUNNER, "acme", "shard-1,shard-2", NULL, QD_PLACEMENT_ERROR_TWO_SHARDS);
  check_refused (QD_PLACEMENT_RUNNER, "acme", "shard-1", "shard-2", QD_PLACEMENT_ERROR_TWO_SHARDS);
  check_refused (QD_PLACEMENT_AGGREGATE, "acme", "shard-1; shard-2", NULL, QD_PLACEMENT_ERROR_TWO_SHARDS);
  check_refused (QD_PLACEMENT_AGGREGATE, "acme.north", "shard-1", NULL, QD_PLACEMENT_ERROR_TENANT);
  check_refused (QD_PLACEMENT_RUNNER, "acme north", "shard-1", NULL, QD_PLACEMENT_ERROR_TENANT);
  check_refused (QD_PLACEMENT_RUNNER, "Ä", "shard-1", NULL, QD_PLACEMENT_ERROR_TENANT);
  check_refused (QD_PLACEMENT_RUNNER, "acme", "shard\n", NULL, QD_PLACEMENT_ERROR_SHARD);
  check_refused (QD_PLACEMENT_RUNNER, "acme", "", NULL, QD_PLACEMENT_ERROR_SHARD);
}

/* --- Random maps ----------------------------------------------------------------------------------------- */

static const char *
random_space (void)
{
  static const char *const spaces[] = { "", "", "", " ", "\n  ", "\t", " \r\n" };

  return spaces[g_test_rand_int_range (0, G_N_ELEMENTS (spaces))];
}

/* A random JSON object, member by member: @pieces gets the bytes of each, @placed what it says. */
static char *
random_text (guint n, GPtrArray *pieces, GPtrArray *names, GHashTable *placed)
{
  GString *text = g_string_new (random_space ());

  g_string_append_c (text, '{');
  for (guint i = 0; i < n; i++)
    {
      static const char *const odd[] = { "3", "null", "[1,{\"a\":\"}\"}]", "{\"x\":\"\\\"}\"}", "\"no shard\"", "-1.5e3", "true" };
      char *name = g_strdup_printf ("tenant-%u", i);
      gboolean strange = g_test_rand_int_range (0, 6) == 0;
      g_autofree char *shard = strange ? g_strdup (odd[g_test_rand_int_range (0, G_N_ELEMENTS (odd))])
                                       : g_strdup_printf ("\"shard-%d\"", g_test_rand_int_range (0, 5));
      char *piece = g_strdup_printf ("\"%s\"%s:%s%s", name, random_space (), random_space (), shard);

      g_string_append_printf (text, "%s%s%s%s", i ? "," : "", random_space (), piece, random_space ());
      g_ptr_array_add (pieces, piece);
      g_ptr_array_add (names, name);
      if (!strange)
        g_hash_table_insert (placed, g_strdup (name), g_strndup (shard + 1, strlen (shard) - 2));
    }
  g_string_append_printf (text, "%s}%s", random_space (), random_space ());
  return g_string_free (text, FALSE);
}

/* What json-glib makes of @text: only members that are strings and shards. */
static GHashTable *
parse_plainly (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  GHashTable *placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) error = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING && strchr (json_node_get_string (node), ' ') == NULL)
      g_hash_table_insert (placed, g_strdup (name), json_node_dup_string (node));
  return placed;
}

static void
assert_same (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key, value;

  g_assert_cmpuint (g_hash_table_size (a), ==, g_hash_table_size (b));
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_assert_cmpstr (value, ==, g_hash_table_lookup (b, key));
}

static void
assert_map (QdPlacementMap *map, GHashTable *placed)
{
  g_assert_cmpuint (qd_placement_map_get_length (map), ==, g_hash_table_size (placed));
  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *place = qd_placement_map_get_nth (map, i);

      g_assert_cmpstr (place->shard, ==, g_hash_table_lookup (placed, place->tenant));
      g_assert_true (i == 0 || strcmp (qd_placement_map_get_nth (map, i - 1)->tenant, place->tenant) < 0);
    }
}

/* Some random changes, also done to @placed. */
static GPtrArray *
random_changes (guint n, GHashTable *placed, GHashTable *touched)
{
  GPtrArray *changes = changes_new ();

  for (guint i = 0, m = (guint) g_test_rand_int_range (0, 6); i < m; i++)
    {
      g_autofree char *tenant = g_strdup_printf ("tenant-%d", g_test_rand_int_range (0, (int) n + 3));
      g_autofree char *shard = g_test_rand_int_range (0, 3) ? g_strdup_printf ("shard-%d", g_test_rand_int_range (0, 5)) : NULL;

      if (!g_hash_table_add (touched, g_strdup (tenant)))
        continue;
      g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
      if (shard)
        g_hash_table_insert (placed, g_strdup (tenant), g_steal_pointer (&shard));
      else
        g_hash_table_remove (placed, tenant);
    }
  return changes;
}

/* An edit of a random object says what it should to another parser, and leaves the bytes of all others as they were. */
static void
test_random_objects (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      guint n = (guint) g_test_rand_int_range (0, 12);
      g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free), names = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GHashTable) placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_autoptr (GHashTable) touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_autofree char *text = random_text (n, pieces, names, placed);
      g_autoptr (QdPlacementMap) map = map_of_text (QD_PLACEMENT_AGGREGATE, "aggregate_placement", text);
      g_autoptr (GPtrArray) changes = NULL, writes = NULL;
      g_autoptr (QdPlacementMap) after = NULL;
      g_autoptr (GHashTable) plain = NULL;
      const char *result, *at;

      assert_map (map, placed);
      changes = random_changes (n, placed, touched);
      writes = qd_placement_map_plan (map, changes, NULL);
      g_assert_cmpuint (writes->len, <=, 1);
      after = qd_placement_map_apply (map, writes, 8);
      assert_map (after, placed);
      result = writes->len ? ((QdPlacementWrite *) g_ptr_array_index (writes, 0))->value : text;
      plain = parse_plainly (result);
      assert_same (plain, placed);
      at = result;
      for (guint i = 0; i < n; i++)
        if (!g_hash_table_contains (touched, g_ptr_array_index (names, i)))
          {
            at = strstr (at, g_ptr_array_index (pieces, i));
            g_assert_nonnull (at);
            at += strlen (g_ptr_array_index (pieces, i));
          }
      if (writes->len == 0)
        g_assert_true (qd_placement_map_equal (map, after));
    }
}

static QdPlacementMap *
map_of_keys (GHashTable *placed)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (QdPlacementEntry));
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, placed);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      QdPlacementEntry entry = { key, value, strlen (value), (guint64) atoi ((char *) key + strlen ("tenant-")) + 100, 0 };

      g_array_append_val (entries, entry);
    }
  return qd_placement_map_new (QD_PLACEMENT_RUNNER, NULL, (const QdPlacementEntry *) entries->data, entries->len);
}

static GHashTable *
random_placed (guint n)
{
  GHashTable *placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < n; i++)
    if (g_test_rand_int_range (0, 3))
      g_hash_table_insert (placed, g_strdup_printf ("tenant-%u", i), g_strdup_printf ("shard-%d", g_test_rand_int_range (0, 4)));
  return placed;
}

/* With a key for each: each write is one that is needed, over just the revision that was seen. */
static void
test_random_keys (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      guint n = (guint) g_test_rand_int_range (1, 12);
      g_autoptr (GHashTable) placed = random_placed (n);
      g_autoptr (GHashTable) touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_autoptr (QdPlacementMap) map = map_of_keys (placed);
      g_autoptr (GPtrArray) changes = random_changes (n, placed, touched);
      g_autoptr (GPtrArray) writes = qd_placement_map_plan (map, changes, NULL);
      g_autoptr (QdPlacementMap) after = qd_placement_map_apply (map, writes, 1000);
      g_autoptr (GPtrArray) differences = qd_placement_map_diff (map, after);

      assert_map (after, placed);
      g_assert_cmpuint (writes->len, ==, differences->len);
      for (guint i = 0; i < writes->len; i++)
        {
          QdPlacementWrite *write = g_ptr_array_index (writes, i);
          QdPlacementDiff *difference = g_ptr_array_index (differences, i);
          const QdPlacement *before = qd_placement_map_find (map, write->key);

          g_assert_cmpstr (write->key, ==, difference->tenant);
          g_assert_cmpstr (write->value, ==, difference->to);
          g_assert_cmpuint (write->revision, ==, before ? before->revision : 0);
        }
    }
}

/* --- Merging ------------------------------------------------------------------------------------------- */

/* What a merge should say of one tenant, by the plainest of rules. */
static int
expected_outcome (const char *base, const char *mine, const char *theirs)
{
  if (g_strcmp0 (base, mine) == 0)
    return g_strcmp0 (base, theirs) == 0 ? -1 : QD_PLACEMENT_MERGE_THEIRS;
  if (g_strcmp0 (base, theirs) == 0)
    return QD_PLACEMENT_MERGE_MINE;
  return g_strcmp0 (mine, theirs) == 0 ? QD_PLACEMENT_MERGE_SAME : QD_PLACEMENT_MERGE_CONFLICT;
}

/* Nobody's change is lost: who alone changed a tenant has his way, whichever encoding, and only a true conflict waits for somebody. */
static void
test_merge (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      guint n = 10;
      g_autoptr (GHashTable) base_placed = random_placed (n), theirs_placed = random_placed (n);
      g_autoptr (GHashTable) mine_placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_autoptr (GHashTable) touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_autoptr (QdPlacementMap) base = map_of_keys (base_placed), theirs = map_of_keys (theirs_placed), merged = NULL;
      g_autoptr (GPtrArray) changes = NULL, rows = NULL, rest = NULL, writes = NULL;
      gboolean take_mine = g_test_rand_int_range (0, 2);
      GHashTableIter iter;
      gpointer key, value;
      guint nth = 0;

      g_hash_table_iter_init (&iter, base_placed);
      while (g_hash_table_iter_next (&iter, &key, &value))
        g_hash_table_insert (mine_placed, g_strdup (key), g_strdup (value));
      changes = random_changes (n, mine_placed, touched);
      rows = qd_placement_merge (base, changes, theirs);
      rest = qd_placement_merge_get_changes (rows, take_mine);
      writes = qd_placement_map_plan (theirs, rest, NULL);
      merged = qd_placement_map_apply (theirs, writes, 1000);
      for (guint i = 0; i < n + 3; i++)
        {
          g_autofree char *tenant = g_strdup_printf ("tenant-%u", i);
          const char *b = g_hash_table_lookup (base_placed, tenant), *m = g_hash_table_lookup (mine_placed, tenant),
                     *t = g_hash_table_lookup (theirs_placed, tenant);
          int outcome = expected_outcome (b, m, t);
          gboolean mine = outcome == QD_PLACEMENT_MERGE_MINE || (outcome == QD_PLACEMENT_MERGE_CONFLICT && take_mine);

          g_assert_cmpstr (qd_placement_map_get_shard (merged, tenant), ==, mine ? m : t);
          for (guint r = 0; r < rows->len; r++)
            {
              QdPlacementMergeRow *row = g_ptr_array_index (rows, r);

              if (!g_str_equal (row->tenant, tenant))
                continue;
              g_assert_cmpint (row->outcome, ==, outcome);
              g_assert_cmpstr (row->mine, ==, m);
              outcome = -1;
              nth++;
            }
          g_assert_cmpint (outcome, ==, -1);
        }
      g_assert_cmpuint (nth, ==, rows->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tenancy/placement-map/splice", test_splice);
  g_test_add_func ("/tenancy/placement-map/encodings", test_encodings);
  g_test_add_func ("/tenancy/placement-map/findings", test_findings);
  g_test_add_func ("/tenancy/placement-map/refused", test_refused);
  g_test_add_func ("/tenancy/placement-map/random-objects", test_random_objects);
  g_test_add_func ("/tenancy/placement-map/random-keys", test_random_keys);
  g_test_add_func ("/tenancy/placement-map/merge", test_merge);
  return g_test_run ();
}
