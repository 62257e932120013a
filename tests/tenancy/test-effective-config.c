/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds for a tenant, held against a merge that is written down once more; and definitions and the order of their versions. */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include <string.h>

#include "qd-definition.h"
#include "qd-effective-config.h"
#include "qd-json.h"

/* --- The simple answer: RFC 7396 as its pseudocode has it, then every leaf by its path ----------------------------- */

static JsonNode *
merge (JsonNode *target, JsonNode *patch)
{
  JsonObject *result = json_object_new (), *from = target != NULL ? qd_json_object (target) : NULL, *over = qd_json_object (patch);
  g_autoptr (GList) names = NULL, more = NULL;
  JsonNode *node;

  if (over == NULL)
    {
      json_object_unref (result);
      return json_node_copy (patch);
    }
  names = from != NULL ? json_object_get_members (from) : NULL;
  more = json_object_get_members (over);
  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (result, l->data, json_node_copy (json_object_get_member (from, l->data)));
  for (GList *l = more; l != NULL; l = l->next)
    {
      node = json_object_get_member (over, l->data);
      if (JSON_NODE_HOLDS_NULL (node))
        json_object_remove_member (result, l->data);
      else
        json_object_set_member (result, l->data, merge (from != NULL && json_object_has_member (from, l->data) ? json_object_get_member (from, l->data) : NULL, node));
    }
  node = json_node_init_object (json_node_alloc (), result);
  json_object_unref (result);
  return node;
}

static void
flatten (GHashTable *leaves, const char *path, JsonNode *node)
{
  JsonObject *object = qd_json_object (node);
  g_autoptr (GList) names = object != NULL ? json_object_get_members (object) : NULL;

  if (object == NULL || json_object_get_size (object) == 0)
    g_hash_table_insert (leaves, g_strdup (path), qd_json_to_text (node, FALSE));
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *longer = g_strdup_printf ("%s.%s", path, (const char *) l->data);

      flatten (leaves, longer, json_object_get_member (object, l->data));
    }
}

static JsonNode *
random_node (GRand *rand, guint depth, gboolean nulls)
{
  JsonNode *node = json_node_alloc ();
  JsonObject *object;

  switch (g_rand_int_range (rand, 0, depth < 4 ? 6 : 3))
    {
    case 0:
      return json_node_init_int (node, g_rand_int_range (rand, 0, 3));
    case 1:
      return json_node_init_boolean (node, g_rand_boolean (rand));
    case 2:
      if (nulls)
        return json_node_init_null (node);
      return json_node_init_int (node, 7);
    default:
      object = json_object_new ();
      for (int i = g_rand_int_range (rand, 0, 4); i > 0; i--)
        {
          const char name[2] = { (char) ('a' + g_rand_int_range (rand, 0, 4)), '\0' };

          json_object_set_member (object, name, random_node (rand, depth + 1, nulls));
        }
      json_node_init_object (node, object);
      json_object_unref (object);
      return node;
    }
}

/* An empty object holds nothing: the simple answer has it where all members of one were taken away, which is no value. */
static void
drop_empty (GHashTable *leaves)
{
  GHashTableIter iter;
  gpointer text;

  g_hash_table_iter_init (&iter, leaves);
  while (g_hash_table_iter_next (&iter, NULL, &text))
    if (g_str_equal (text, "{}"))
      g_hash_table_iter_remove (&iter);
}

static void
test_merge (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (JsonNode) general = random_node (rand, 0, FALSE), own = random_node (rand, 0, TRUE), merged = NULL;
      g_autofree char *general_text = qd_json_to_text (general, FALSE), *own_text = qd_json_to_text (own, FALSE);
      g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_autoptr (QdEffectiveConfig) config = qd_effective_config_new ("t");
      g_autoptr (GPtrArray) values = NULL;
      guint n = 0;

      qd_effective_config_take (config, "global.x", general_text);
      qd_effective_config_take (config, "tenant.t.x", own_text);
      qd_effective_config_take (config, "tenant.u.x", "{\"a\":99}");
      values = qd_effective_config_get_values (config);
      merged = merge (general, own);
      if (!JSON_NODE_HOLDS_NULL (merged))
        flatten (wanted, "x", merged);
      drop_empty (wanted);
      for (guint i = 0; i < values->len; i++)
        {
          const QdConfigValue *value = values->pdata[i];

          g_assert_true (i == 0 || strcmp (((const QdConfigValue *) values->pdata[i - 1])->path, value->path) < 0);
          if (value->value == NULL || g_str_equal (value->value, "{}"))
            continue;
          n++;
          if (g_strcmp0 (g_hash_table_lookup (wanted, value->path), value->value) != 0)
            g_error ("%s over %s: %s is %s", own_text, general_text, value->path, value->value);
          g_assert_cmpint (value->differs, ==, g_strcmp0 (value->value, value->general) != 0);
          if (value->source == QD_CONFIG_GLOBAL)
            g_assert_cmpstr (value->value, ==, value->general);
        }
      if (n != g_hash_table_size (wanted))
        g_error ("%s over %s: %u values", own_text, general_text, n);
    }
}

static const QdConfigValue *
find (GPtrArray *values, const char *path)
{
  for (guint i = 0; i < values->len; i++)
    if (g_str_equal (((const QdConfigValue *) values->pdata[i])->path, path))
      return values->pdata[i];
  return NULL;
}

static void
test_example (void)
{
  g_autoptr (QdEffectiveConfig) config = qd_effective_config_new ("acme");
  g_autoptr (GPtrArray) values = NULL;
  const QdConfigValue *value;
  double number;

  qd_effective_config_take (config, "global.limits", "{\"concurrency\":8,\"batch\":200,\"mode\":\"fair\"}");
  qd_effective_config_take (config, "tenant.acme.limits", "{\"concurrency\":16,\"batch\":null,\"burst\":40}");
  qd_effective_config_take (config, "global.motd", "no JSON");
  qd_effective_config_take (config, "tenant.acmeother.limits", "{\"concurrency\":1}");
  qd_effective_config_take (config, "something.else", "1");
  values = qd_effective_config_get_values (config);
  g_assert_cmpuint (values->len, ==, 5);
  value = find (values, "limits.concurrency");
  g_assert_cmpstr (value->value, ==, "16");
  g_assert_cmpstr (value->general, ==, "8");
  g_assert_true (value->differs && value->source == QD_CONFIG_TENANT);
  value = find (values, "limits.batch");
  g_assert_null (value->value);
  g_assert_cmpstr (value->general, ==, "200");
  value = find (values, "limits.mode");
  g_assert_cmpstr (value->value, ==, "fair");
  g_assert_false (value->differs);
  g_assert_null (find (values, "limits.burst")->general);
  g_assert_cmpstr (find (values, "motd")->value, ==, "no JSON");
  g_assert_true (qd_effective_config_get_number (config, "limits", "concurrency", &number) && number == 16);
  g_assert_false (qd_effective_config_get_number (config, "limits", "batch", &number));
  g_assert_false (qd_effective_config_get_number (config, "limits", "mode", &number));
  g_assert_false (qd_effective_config_get_number (config, "nothing", "at-all", &number));
}

/* --- Definitions ------------------------------------------------------------------------------------------------------ */

static void
test_definitions (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdDefinitionBundle) bundle = qd_definition_bundle_new ("bundle.core.2", "{\"bundle\":\"core\",\"version\":2,\"created_at\":\"2026-01-02T03:04:05Z\","
                                                                    "\"aggregates\":[{\"name\":\"account\"},\"order\",7,{}],\"sagas\":\"none\"}", &error);
  g_autoptr (QdDefinitionApplied) applied = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (bundle->version, ==, "2");
  g_assert_cmpuint (bundle->parts[QD_DEFINITION_AGGREGATES]->len, ==, 2);
  g_assert_cmpstr (bundle->parts[QD_DEFINITION_AGGREGATES]->pdata[1], ==, "order");
  g_assert_cmpuint (bundle->parts[QD_DEFINITION_SAGAS]->len, ==, 0);
  g_assert_cmpint (bundle->created_us, ==, G_GINT64_CONSTANT (1767323045000000));
  applied = qd_definition_applied_new ("applied.t", "{\"bundle\":\"core\",\"version\":\"1.4.0\",\"by\":\"ada\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (applied->by, ==, "ada");
  g_assert_cmpint (applied->at_us, ==, -1);
  g_assert_null (qd_definition_applied_new ("applied.t", "{\"bundle\":\"core\"}", &error));
  g_assert_nonnull (strstr (error->message, "applied.t"));
  g_clear_error (&error);
  g_assert_null (qd_definition_bundle_new ("bundle.x", "[", &error));
  g_assert_nonnull (error);
}

/* The example of Semantic Versioning 2.0.0, and what is none. */
static void
test_versions (void)
{
  static const char *const order[] = { "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                       "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0-1", "2.0.0", "10.0.0", "99999999999999999999999.0", "main" };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < G_N_ELEMENTS (order); j++)
      {
        int told = qd_definition_compare_versions (order[i], order[j]);

        if ((told > 0) - (told < 0) != (i > j) - (i < j))
          g_error ("%s and %s: %d", order[i], order[j], told);
      }
  g_assert_cmpint (qd_definition_compare_versions ("1.0.0+5", "1.0.0+7"), ==, 0);
  g_assert_cmpint (qd_definition_compare_versions ("", ""), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tenancy/config/merge", test_merge);
  g_test_add_func ("/tenancy/config/example", test_example);
  g_test_add_func ("/tenancy/definitions/read", test_definitions);
  g_test_add_func ("/tenancy/definitions/versions", test_versions);
  return g_test_run ();
}
