/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies at a server that does with them what the real Patronus does. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "patronus-stub.h"
#include "qd-json.h"

static TestModel *
model_of (PatronusStub *stub)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("pat", "Patronus", "patronus", stub->url);
  TestModel *model = test_model_new (endpoint);

  test_until (g_str_equal (test_model_state (model), "live"), 10);
  return model;
}

static JsonObject *
item_at (JsonNode *list, guint i)
{
  return json_array_get_object_element (qd_json_get_array (json_node_get_object (list), "items"), i);
}

static JsonNode *
list_of (TestModel *model)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = test_model_command (model, "policies.list", "{}", &error);

  g_assert_no_error (error);
  return node;
}

static gint64
changes_of (TestModel *model)
{
  gint64 at = 0;

  qd_entity_get_int (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_POLICIES, &at);
  return at;
}

/* --- Reading ------------------------------------------------------------------------------------------------------------------ */

static void
test_list (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (JsonNode) list = NULL, again = NULL, one = NULL;
  g_autoptr (GError) error = NULL;
  gint64 before;

  patronus_stub_add (stub, PATRONUS_BIG, "web", ",\"enabled\":false,\"priority\":7");
  patronus_stub_add (stub, "7", "db", PATRONUS_ON);
  patronus_stub_add (stub, "8", "bad", ",\"priority\":-1");
  model = model_of (stub);
  g_assert_nonnull (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_OFFERS), "\"policies.write\""));
  list = list_of (model);
  again = list_of (model);
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (json_node_get_object (list), "items")), ==, 2);
  g_assert_true (json_node_equal (list, again));
  g_assert_cmpstr (qd_json_get_string (item_at (list, 0), "id", ""), ==, "policy-7");
  g_assert_cmpstr (qd_json_get_string (item_at (list, 1), "id", ""), ==, "policy-" PATRONUS_BIG);
  g_assert_false (qd_json_get_bool (item_at (list, 1), "enabled", TRUE));
  g_assert_cmpstr (qd_json_get_string (qd_json_get_object (qd_json_get_object (qd_json_get_object (item_at (list, 1), "object"), "metadata"), "annotations"),
                                       "quarterdeck.github.io/patronus-priority", ""), ==, "7");
  g_assert_null (qd_json_get_object (qd_json_get_object (qd_json_get_object (item_at (list, 0), "object"), "metadata"), "annotations"));
  one = test_model_command (model, "policy.get", "{\"id\":\"policy-" PATRONUS_BIG "\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qd_json_get_string (json_node_get_object (one), "revision", "x"), ==, qd_json_get_string (item_at (list, 1), "revision", "y"));
  g_assert_null (test_model_command (model, "policy.get", "{\"id\":\"policy-9\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);

  /* Nobody says that policies changed: it is seen all the same, and the order is none of it. */
  before = changes_of (model);
  g_assert_cmpint (before, >, 0);
  qd_driver_refresh (model->driver);
  test_spin (300);
  g_assert_cmpint (changes_of (model), ==, before);
  patronus_stub_add (stub, "9", "more", PATRONUS_ON);
  qd_driver_refresh (model->driver);
  test_until (changes_of (model) > before, 10);
  g_assert_cmpstr (stub->log->str, ==, "");
  test_model_free (model);
  patronus_stub_free (stub);
}

static void
test_not_offered (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (GError) error = NULL;

  stub->policies_offered = FALSE;
  model = model_of (stub);
  g_assert_null (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_OFFERS), "policies"));
  g_assert_null (test_model_command (model, "policies.list", "{}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  test_model_free (model);
  patronus_stub_free (stub);
}

/* --- Changing ------------------------------------------------------------------------------------------------------------------ */

#define OBJECT(name, rules) \
  "\"object\":{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\"}," \
  "\"spec\":{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},\"ingress\":[" rules "]}}"
#define WEB OBJECT ("web", "{\"from\":[{\"podSelector\":{}}],\"ports\":[{\"port\":80}]}")
#define WIDE OBJECT ("web", "{\"from\":[{\"podSelector\":{},\"namespaceSelector\":{}}]}")

static char *
with_revision (const char *object, JsonNode *item)
{
  return g_strdup_printf ("{%s,\"revision\":\"%s\"}", object, qd_json_get_string (json_node_get_object (item), "revision", ""));
}

static void
test_put (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model = model_of (stub);
  g_autoptr (GError) error = NULL, conflict = NULL, stale = NULL;
  g_autoptr (JsonNode) made = test_model_command (model, "policy.put", "{" WEB ",\"enabled\":false}", &error), replaced = NULL;
  g_autofree char *again = NULL, *old = NULL;
  gint64 before = changes_of (model);

  g_assert_no_error (error);
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\n");
  g_assert_cmpstr (qd_json_get_string (json_node_get_object (made), "id", ""), ==, "policy-" PATRONUS_BIG);
  g_assert_nonnull (strstr (stub->last_body, "\"pod_selector\""));
  g_assert_null (strstr (stub->last_body, "Selector"));
  g_assert_null (test_model_command (model, "policy.put", "{" WEB "}", &conflict));
  g_assert_error (conflict, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_true (json_node_equal (qd_driver_error_get_current (conflict), made));

  /* A replacement goes to the bare number, and what was off stays off. */
  old = with_revision (OBJECT ("web", "{}"), made);
  replaced = test_model_command (model, "policy.put", old, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\nPUT /api/v1/policies/" PATRONUS_BIG "\n");
  g_assert_false (qd_json_get_bool (json_node_get_object (replaced), "enabled", TRUE));
  test_until (changes_of (model) > before, 10);

  /* The same base once more: it is another policy by now, and nothing is sent. */
  g_assert_null (test_model_command (model, "policy.put", old, &stale));
  g_assert_error (stale, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_true (json_node_equal (qd_driver_error_get_current (stale), replaced));
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\nPUT /api/v1/policies/" PATRONUS_BIG "\n");

  /* It started anew, and forgot. */
  g_hash_table_remove_all (stub->policies);
  again = with_revision (WEB, replaced);
  g_clear_error (&stale);
  g_assert_null (test_model_command (model, "policy.put", again, &stale));
  g_assert_error (stale, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  test_model_free (model);
  patronus_stub_free (stub);
}

static void
test_refused (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model = model_of (stub);
  static const char *const bad[] = {
    "{" WIDE "}",
    "{" OBJECT ("web", "{\"from\":[{}]}") "}",
    "{\"object\":{\"apiVersion\":\"policy.networking.k8s.io/v1alpha1\",\"kind\":\"AdminNetworkPolicy\",\"metadata\":{\"name\":\"a\"},"
    "\"spec\":{\"priority\":1,\"subject\":{\"namespaces\":{}}}}}",
    "{\"object\":{\"kind\":\"Pod\"}}", "{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (test_model_command (model, "policy.put", bad[i], &error));
      g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
    }
  g_assert_cmpstr (stub->log->str, ==, "");
  test_model_free (model);
  patronus_stub_free (stub);
}

static guint
count (JsonNode *plan, const char *what)
{
  return json_array_get_length (qd_json_get_array (json_node_get_object (plan), what));
}

static void
test_plan (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) create = NULL, replace = NULL, list = NULL;
  g_autofree char *args = NULL;

  patronus_stub_add (stub, "7", "web", PATRONUS_ON);
  model = model_of (stub);
  list = list_of (model);
  create = test_model_command (model, "policy.put", "{" OBJECT ("new", "{}") ",\"dry_run\":true}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (create, "plan"), ==, 1);
  g_assert_cmpuint (count (create, "blockers"), ==, 0);
  g_assert_cmpuint (count (create, "warnings"), ==, 0);
  args = g_strdup_printf ("{" WIDE ",\"dry_run\":true,\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  replace = test_model_command (model, "policy.put", args, &error);
  g_assert_no_error (error);
  /* The peer, and its rule; no guard, and not in one step. */
  g_assert_cmpuint (count (replace, "blockers"), ==, 2);
  g_assert_cmpuint (count (replace, "warnings"), ==, 2);
  g_assert_cmpstr (stub->log->str, ==, "");
  test_model_free (model);
  patronus_stub_free (stub);
}

static void
test_remove (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL, gone = NULL;
  g_autofree char *args = NULL;

  patronus_stub_add (stub, PATRONUS_BIG, "web", PATRONUS_ON);
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{\"id\":\"policy-" PATRONUS_BIG "\",\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  g_assert_null (test_model_command (model, "policy.delete", "{\"id\":\"policy-" PATRONUS_BIG "\",\"revision\":\"other\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpstr (stub->log->str, ==, "");
  stub->keeps = TRUE;
  g_assert_null (test_model_command (model, "policy.delete", args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED);
  g_clear_error (&error);
  stub->keeps = FALSE;
  gone = test_model_command (model, "policy.delete", args, &error);
  g_assert_no_error (error);
  g_assert_nonnull (gone);
  g_assert_cmpuint (g_hash_table_size (stub->policies), ==, 0);
  /* The server would say yes to this, too. */
  g_assert_null (test_model_command (model, "policy.delete", args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  g_assert_cmpstr (stub->log->str, ==, "DELETE /api/v1/policies/" PATRONUS_BIG "\nDELETE /api/v1/policies/" PATRONUS_BIG "\n");
  test_model_free (model);
  patronus_stub_free (stub);
}

static void
test_enable (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL, off = NULL;
  g_autofree char *args = NULL;

  patronus_stub_add (stub, "7", "web", ",\"enabled\":true,\"priority\":9");
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{\"id\":\"policy-7\",\"enabled\":false,\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  off = test_model_command (model, "policy.enable", args, &error);
  g_assert_no_error (error);
  g_assert_false (qd_json_get_bool (json_node_get_object (off), "enabled", TRUE));
  g_assert_cmpint (json_object_get_int_member (g_hash_table_lookup (stub->policies, "7"), "priority"), ==, 9);
  g_assert_true (json_node_equal (json_object_get_member (json_node_get_object (off), "object"), json_object_get_member (item_at (list, 0), "object")));
  test_model_free (model);
  patronus_stub_free (stub);
}

/* A server that fails between removing and adding: it is said what that means. */
static void
test_broken (void)
{
  PatronusStub *stub = patronus_stub_new (FALSE, TRUE);
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL;
  g_autofree char *args = NULL;

  patronus_stub_add (stub, "7", "web", PATRONUS_ON);
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{" WEB ",\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  stub->breaks = TRUE;
  g_assert_null (test_model_command (model, "policy.put", args, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "Internal error"));
  g_assert_nonnull (strstr (error->message, "removes a policy before"));
  test_model_free (model);
  patronus_stub_free (stub);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/patronus-policies/list", test_list);
  g_test_add_func ("/drivers/patronus-policies/not-offered", test_not_offered);
  g_test_add_func ("/drivers/patronus-policies/put", test_put);
  g_test_add_func ("/drivers/patronus-policies/refused", test_refused);
  g_test_add_func ("/drivers/patronus-policies/plan", test_plan);
  g_test_add_func ("/drivers/patronus-policies/remove", test_remove);
  g_test_add_func ("/drivers/patronus-policies/enable", test_enable);
  g_test_add_func ("/drivers/patronus-policies/broken", test_broken);
  return g_test_run ();
}
