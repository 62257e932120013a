/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds a permission where: random lists of what is held, beside the plain reading of them. */
#include "config.h"

#include "qd-fleet.h"
#include "qd-json.h"
#include "qd-permission.h"

static const char *const permissions[] = { "tenants.update", "tenants.view", "scale.migrate", "sdwan.paths.test" };
static const char *const patterns[] = { "tenants.update", "tenants.view", "scale.migrate", "sdwan.paths.test", "tenants.*", "sdwan.*", "*", "tenants", "scale.migrated" };
static const char *const tenants[] = { "acme", "globex", "initech" };
static const char *const environments[] = { "", "dev", "prod" };
static const char *const scopes[] = { NULL, "global", "environment", "tenant" };

typedef struct { const char *name, *scope, *id; } Entry;

static const char *
any (GRand *random, const char *const *of, guint n)
{
  return of[g_rand_int_range (random, 0, (gint32) n)];
}

#define ANY(random, of) any (random, of, G_N_ELEMENTS (of))

static void
add_entry (JsonArray *array, const Entry *entry)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "permission", entry->name);
  if (entry->scope)
    json_object_set_string_member (object, "scope", entry->scope);
  if (entry->id)
    json_object_set_string_member (object, "scope_id", entry->id);
  json_array_add_object_element (array, object);
}

/* The plain reading: the name is meant if it is the same, all, or all that begins so; the place is meant if it is everywhere, or the same. */
static gboolean
expect (const Entry *entries, guint n, const char *permission, const char *environment, const QdConcern *concern)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *start = g_strndup (entries[i].name, strlen (entries[i].name) - 1);
      gboolean named = strcmp (entries[i].name, permission) == 0 || strcmp (entries[i].name, "*") == 0 ||
                       (g_str_has_suffix (entries[i].name, ".*") && g_str_has_prefix (permission, start));
      gboolean placed = TRUE;

      if (entries[i].scope && strcmp (entries[i].scope, "environment") == 0)
        placed = *environment == '\0' || strcmp (environment, entries[i].id) == 0;
      else if (entries[i].scope && strcmp (entries[i].scope, "tenant") == 0)
        placed = concern->what == QD_CONCERNS_NO_TENANT || concern->what == QD_CONCERNS_SOME_TENANT ||
                 (concern->what == QD_CONCERNS_TENANT && strcmp (concern->tenant, entries[i].id) == 0);
      if (named && placed)
        return TRUE;
    }
  return FALSE;
}

static QdEntity *
tell (QdFleet *fleet, const char *environment, JsonArray *array)
{
  QdDelta *delta = qd_delta_new ("c", QD_KIND_CONNECTION, "c", QD_DELTA_UPSERT);
  g_autoptr (JsonNode) node = array ? json_node_init_array (json_node_alloc (), array) : NULL;
  g_autofree char *text = node ? qd_json_to_text (node, FALSE) : NULL;

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string ("Harbour"));
  qd_delta_set (delta, QD_CONNECTION_ENVIRONMENT, qd_value_string (environment));
  qd_delta_set (delta, QD_CONNECTION_ROLE, qd_value_string ("support"));
  if (text)
    qd_delta_set (delta, QD_CONNECTION_PERMISSIONS, qd_value_json (text));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
  qd_delta_unref (delta);
  return qd_fleet_lookup (fleet, "c", QD_KIND_CONNECTION, "c");
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261128);
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  guint held = 0;

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (JsonArray) array = json_array_new ();
      Entry entries[4];
      guint n = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (entries) + 1);
      const char *environment = ANY (random, environments), *permission = ANY (random, permissions);
      QdConcern concern = { g_rand_int_range (random, QD_CONCERNS_NO_TENANT, QD_CONCERNS_ALL_TENANTS + 1), ANY (random, tenants) };
      g_autofree char *why = NULL;
      gboolean wanted;

      for (guint i = 0; i < n; i++)
        {
          entries[i] = (Entry) { ANY (random, patterns), ANY (random, scopes), NULL };
          if (g_strcmp0 (entries[i].scope, "tenant") == 0)
            entries[i].id = ANY (random, tenants);
          else if (g_strcmp0 (entries[i].scope, "environment") == 0)
            entries[i].id = environments[g_rand_int_range (random, 1, G_N_ELEMENTS (environments))];
          add_entry (array, &entries[i]);
        }
      wanted = expect (entries, n, permission, environment, &concern);
      g_assert_cmpint (qd_permission_holds (tell (fleet, environment, array), permission, &concern, &why), ==, wanted);
      g_assert_cmpint (why == NULL, ==, wanted);
      if (why)
        {
          g_assert_nonnull (strstr (why, permission));
          g_assert_nonnull (strstr (why, "support"));
          g_assert_true (concern.what != QD_CONCERNS_TENANT || strstr (why, concern.tenant));
        }
      held += wanted;
    }
  g_assert_cmpuint (held, >, 500);
  g_assert_cmpuint (held, <, 2500);
}

/* A server that has no notion of permissions is asked; a scope that nobody knows is the server's business. */
static void
test_unknown (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (JsonArray) array = json_array_new ();
  QdConcern concern = { QD_CONCERNS_TENANT, "acme" };
  gboolean known;

  g_assert_true (qd_permission_holds (tell (fleet, "dev", NULL), "tenants.update", &concern, NULL));
  add_entry (array, &(Entry) { "tenants.update", "planet", "mars" });
  g_assert_true (qd_permission_holds (tell (fleet, "dev", array), "tenants.update", &concern, NULL));
  g_assert_false (qd_permission_holds (tell (fleet, "dev", array), "tenants.create", &concern, NULL));
  g_assert_true (qd_permission_lists (tell (fleet, "dev", array), QD_CONNECTION_PERMISSIONS, "tenants.update", &known));
  g_assert_true (known);
  g_assert_false (qd_permission_lists (tell (fleet, "dev", array), QD_CONNECTION_OFFERS, "tenants", &known));
  g_assert_false (known);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/permission/random", test_random);
  g_test_add_func ("/permission/unknown", test_unknown);
  return g_test_run ();
}
