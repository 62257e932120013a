/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies at a server that does with them what the real Patronus does: another spelling in than out, lists in no order, ids of 64 bits, a
 * PUT that removes and adds, a DELETE that always says yes, and text where a request has the wrong form. */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define BIG "11529215046068469760"

typedef struct {
  SoupServer *server;
  char *url;
  GHashTable *policies;    /* number → JsonObject, as it answers */
  GString *log;            /* what was asked but GET: "POST /api/v1/policies\n" */
  char *last_body;
  guint64 next;
  guint turn;              /* each list begins with another */
  gboolean html;           /* no such route: the index page */
  gboolean keeps;          /* says that it removed, and did not */
  gboolean breaks;         /* a PUT that fails between removing and adding */
} Stub;

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static char *
text_of (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
answer_list (Stub *stub, SoupServerMessage *message)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GPtrArray) numbers = g_hash_table_get_keys_as_ptr_array (stub->policies);

  g_ptr_array_sort (numbers, by_number);
  stub->turn++;
  for (guint i = 0; i < numbers->len; i++)
    {
      g_autofree char *one = text_of (g_hash_table_lookup (stub->policies, g_ptr_array_index (numbers, (i + stub->turn) % numbers->len)));

      g_string_append_printf (text, "%s%s", i ? "," : "", one);
    }
  g_string_append_c (text, ']');
  answer (message, 200, "application/json", text->str);
}

/* --- As it reads a request ---------------------------------------------------------------------------------------------- */

static JsonObject *
read_selector (JsonObject *from)
{
  JsonObject *selector = json_object_new ();
  JsonObject *labels = qd_json_get_object (from, "match_labels");
  JsonArray *expressions = qd_json_get_array (from, "match_expressions");

  json_object_set_object_member (selector, "match_labels", labels ? json_object_ref (labels) : json_object_new ());
  json_object_set_array_member (selector, "match_expressions", expressions ? json_array_ref (expressions) : json_array_new ());
  return selector;
}

/* NULL: 422. */
static JsonArray *
read_rules (JsonObject *spec, const char *name, const char *peers)
{
  JsonArray *rules = qd_json_get_array (spec, name), *made = json_array_new ();

  for (guint i = 0; rules && i < json_array_get_length (rules); i++)
    {
      JsonObject *rule = json_array_get_object_element (rules, i), *told = json_object_new ();
      JsonArray *list = qd_json_get_array (rule, peers), *all = json_array_new (), *ports = qd_json_get_array (rule, "ports");

      for (guint k = 0; list && k < json_array_get_length (list); k++)
        {
          JsonObject *peer = json_array_get_object_element (list, k), *one = json_object_new ();
          JsonObject *pods = qd_json_get_object (peer, "pod_selector"), *block = qd_json_get_object (peer, "ip_block");

          g_assert_true (pods || block);
          json_object_set_string_member (one, "type", pods ? "podSelector" : "ipBlock");
          if (pods)
            {
              json_object_set_null_member (one, "namespace");
              json_object_set_object_member (one, "selector", read_selector (pods));
            }
          else
            {
              json_object_set_string_member (one, "cidr", qd_json_get_string (block, "cidr", ""));
              json_object_set_array_member (one, "except", json_array_ref (qd_json_get_array (block, "except")));
            }
          json_array_add_object_element (all, one);
        }
      json_object_set_array_member (told, peers, all);
      json_object_set_array_member (told, "ports", ports ? json_array_ref (ports) : json_array_new ());
      json_array_add_object_element (made, told);
    }
  return made;
}

/* NULL: what is missing is told as axum tells it. */
static JsonObject *
read_request (const char *body, const char *number)
{
  g_autoptr (JsonNode) node = json_from_string (body, NULL);
  JsonObject *from = node ? json_node_get_object (node) : NULL, *spec = from ? qd_json_get_object (from, "spec") : NULL, *policy;
  JsonObject *pods = spec ? qd_json_get_object (spec, "pod_selector") : NULL;
  double priority = 100;
  g_autofree char *id = g_strconcat ("policy-", number, NULL);

  if (pods == NULL || qd_json_get_array (spec, "policy_types") == NULL || qd_json_get_string (from, "namespace", NULL) == NULL)
    return NULL;
  qd_json_get_number (spec, "priority", &priority);
  policy = json_object_new ();
  json_object_set_string_member (policy, "id", id);
  json_object_set_string_member (policy, "name", qd_json_get_string (from, "name", ""));
  json_object_set_string_member (policy, "namespace", qd_json_get_string (from, "namespace", ""));
  json_object_set_object_member (policy, "pod_selector", read_selector (pods));
  json_object_set_array_member (policy, "policy_types", json_array_ref (qd_json_get_array (spec, "policy_types")));
  json_object_set_array_member (policy, "ingress_rules", read_rules (spec, "ingress", "from"));
  json_object_set_array_member (policy, "egress_rules", read_rules (spec, "egress", "to"));
  json_object_set_boolean_member (policy, "enabled", qd_json_get_bool (spec, "enabled", TRUE));
  json_object_set_int_member (policy, "priority", (gint64) priority);
  return policy;
}

static void
put (Stub *stub, SoupServerMessage *message, const char *number)
{
  JsonObject *policy = read_request (stub->last_body, number);
  g_autofree char *text = NULL;

  if (policy == NULL)
    {
      answer (message, 422, "text/plain; charset=utf-8", "Failed to deserialize the JSON body into the target type");
      return;
    }
  text = text_of (policy);
  g_hash_table_insert (stub->policies, g_strdup (number), policy);
  answer (message, 200, "application/json", text);
}

static void
handle_one (Stub *stub, SoupServerMessage *message, const char *method, const char *number)
{
  JsonObject *found = g_hash_table_lookup (stub->policies, number);
  g_autofree char *text = found ? text_of (found) : NULL;
  guint64 ignored;

  if (!g_ascii_string_to_unsigned (number, 10, 0, G_MAXUINT64, &ignored, NULL))
    answer (message, 400, "application/json", "{\"error\":\"Invalid policy ID\",\"status\":400}");
  else if (g_str_equal (method, "GET"))
    answer (message, found ? 200 : 404, "application/json", found ? text : "{\"error\":\"Policy not found\",\"status\":404}");
  else if (g_str_equal (method, "DELETE"))
    {
      if (!stub->keeps)
        g_hash_table_remove (stub->policies, number);
      answer (message, 200, "application/json", "{\"success\":true}");
    }
  else if (stub->breaks)
    {
      g_hash_table_remove (stub->policies, number);
      answer (message, 500, "application/json", "{\"error\":\"Internal error\",\"status\":500}");
    }
  else
    put (stub, message, number);
}

static void
handler_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stub *stub = data;
  const char *method = soup_server_message_get_method (message);
  gboolean about = g_str_has_prefix (path, "/api/v1/policies");

  if (about && !g_str_equal (method, "GET"))
    {
      g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));

      g_string_append_printf (stub->log, "%s %s\n", method, path);
      g_free (stub->last_body);
      stub->last_body = g_strndup (g_bytes_get_data (bytes, NULL) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
    }
  if (g_str_equal (path, "/api/v1/sites") || g_str_equal (path, "/api/v1/paths") || g_str_equal (path, "/api/v1/flows"))
    answer (message, 200, "application/json", "[]");
  else if (!about || stub->html)
    answer (message, 200, "text/html", "<!DOCTYPE html><html><body>Patronus</body></html>");
  else if (g_str_has_prefix (path, "/api/v1/policies/"))
    handle_one (stub, message, method, path + strlen ("/api/v1/policies/"));
  else if (g_str_equal (method, "GET"))
    answer_list (stub, message);
  else
    {
      g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, stub->next++);

      put (stub, message, number);
    }
}

static Stub *
stub_new (void)
{
  Stub *stub = g_new0 (Stub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  stub->policies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  stub->log = g_string_new (NULL);
  stub->next = G_GUINT64_CONSTANT (11529215046068469760);
  stub->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (stub->server, NULL, handler_cb, stub, NULL);
  soup_server_listen_local (stub->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (stub->server);
  stub->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return stub;
}

static void
stub_free (Stub *stub)
{
  soup_server_disconnect (stub->server);
  g_object_unref (stub->server);
  g_hash_table_unref (stub->policies);
  g_string_free (stub->log, TRUE);
  g_free (stub->last_body);
  g_free (stub->url);
  g_free (stub);
}

static TestModel *
model_of (Stub *stub)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("pat", "Patronus", "patronus", stub->url);
  TestModel *model = test_model_new (endpoint);

  test_until (g_str_equal (test_model_state (model), "live"), 10);
  return model;
}

/* A policy that is there already, as the server has it. */
static void
add (Stub *stub, const char *number, const char *name, const char *more)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":\"policy-%s\",\"name\":\"%s\",\"namespace\":\"shop\",\"pod_selector\":{\"match_labels\":{\"app\":\"%s\",\"a\":\"b\"},"
                                           "\"match_expressions\":[]},\"policy_types\":[\"Ingress\"],\"ingress_rules\":[],\"egress_rules\":[]%s}", number, name, name, more);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  g_hash_table_insert (stub->policies, g_strdup (number), json_object_ref (json_node_get_object (node)));
}

#define ON ",\"enabled\":true,\"priority\":100"

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
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (JsonNode) list = NULL, again = NULL, one = NULL;
  g_autoptr (GError) error = NULL;
  gint64 before;

  add (stub, BIG, "web", ",\"enabled\":false,\"priority\":7");
  add (stub, "7", "db", ON);
  add (stub, "8", "bad", ",\"priority\":-1");
  model = model_of (stub);
  g_assert_nonnull (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_OFFERS), "\"policies.write\""));
  list = list_of (model);
  again = list_of (model);
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (json_node_get_object (list), "items")), ==, 2);
  g_assert_true (json_node_equal (list, again));
  g_assert_cmpstr (qd_json_get_string (item_at (list, 0), "id", ""), ==, "policy-7");
  g_assert_cmpstr (qd_json_get_string (item_at (list, 1), "id", ""), ==, "policy-" BIG);
  g_assert_false (qd_json_get_bool (item_at (list, 1), "enabled", TRUE));
  g_assert_cmpstr (qd_json_get_string (qd_json_get_object (qd_json_get_object (qd_json_get_object (item_at (list, 1), "object"), "metadata"), "annotations"),
                                       "quarterdeck.github.io/patronus-priority", ""), ==, "7");
  g_assert_null (qd_json_get_object (qd_json_get_object (qd_json_get_object (item_at (list, 0), "object"), "metadata"), "annotations"));
  one = test_model_command (model, "policy.get", "{\"id\":\"policy-" BIG "\"}", &error);
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
  add (stub, "9", "more", ON);
  qd_driver_refresh (model->driver);
  test_until (changes_of (model) > before, 10);
  g_assert_cmpstr (stub->log->str, ==, "");
  test_model_free (model);
  stub_free (stub);
}

static void
test_not_offered (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;

  stub->html = TRUE;
  model = model_of (stub);
  g_assert_null (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_OFFERS), "policies"));
  g_assert_null (test_model_command (model, "policies.list", "{}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  test_model_free (model);
  stub_free (stub);
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
  Stub *stub = stub_new ();
  TestModel *model = model_of (stub);
  g_autoptr (GError) error = NULL, conflict = NULL, stale = NULL;
  g_autoptr (JsonNode) made = test_model_command (model, "policy.put", "{" WEB ",\"enabled\":false}", &error), replaced = NULL;
  g_autofree char *again = NULL, *old = NULL;
  gint64 before = changes_of (model);

  g_assert_no_error (error);
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\n");
  g_assert_cmpstr (qd_json_get_string (json_node_get_object (made), "id", ""), ==, "policy-" BIG);
  g_assert_nonnull (strstr (stub->last_body, "\"pod_selector\""));
  g_assert_null (strstr (stub->last_body, "Selector"));
  g_assert_null (test_model_command (model, "policy.put", "{" WEB "}", &conflict));
  g_assert_error (conflict, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_true (json_node_equal (qd_driver_error_get_current (conflict), made));

  /* A replacement goes to the bare number, and what was off stays off. */
  old = with_revision (OBJECT ("web", "{}"), made);
  replaced = test_model_command (model, "policy.put", old, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\nPUT /api/v1/policies/" BIG "\n");
  g_assert_false (qd_json_get_bool (json_node_get_object (replaced), "enabled", TRUE));
  test_until (changes_of (model) > before, 10);

  /* The same base once more: it is another policy by now, and nothing is sent. */
  g_assert_null (test_model_command (model, "policy.put", old, &stale));
  g_assert_error (stale, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_true (json_node_equal (qd_driver_error_get_current (stale), replaced));
  g_assert_cmpstr (stub->log->str, ==, "POST /api/v1/policies\nPUT /api/v1/policies/" BIG "\n");

  /* It started anew, and forgot. */
  g_hash_table_remove_all (stub->policies);
  again = with_revision (WEB, replaced);
  g_clear_error (&stale);
  g_assert_null (test_model_command (model, "policy.put", again, &stale));
  g_assert_error (stale, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  test_model_free (model);
  stub_free (stub);
}

static void
test_refused (void)
{
  Stub *stub = stub_new ();
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
  stub_free (stub);
}

static guint
count (JsonNode *plan, const char *what)
{
  return json_array_get_length (qd_json_get_array (json_node_get_object (plan), what));
}

static void
test_plan (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) create = NULL, replace = NULL, list = NULL;
  g_autofree char *args = NULL;

  add (stub, "7", "web", ON);
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
  stub_free (stub);
}

static void
test_remove (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL, gone = NULL;
  g_autofree char *args = NULL;

  add (stub, BIG, "web", ON);
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{\"id\":\"policy-" BIG "\",\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  g_assert_null (test_model_command (model, "policy.delete", "{\"id\":\"policy-" BIG "\",\"revision\":\"other\"}", &error));
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
  g_assert_cmpstr (stub->log->str, ==, "DELETE /api/v1/policies/" BIG "\nDELETE /api/v1/policies/" BIG "\n");
  test_model_free (model);
  stub_free (stub);
}

static void
test_enable (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL, off = NULL;
  g_autofree char *args = NULL;

  add (stub, "7", "web", ",\"enabled\":true,\"priority\":9");
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{\"id\":\"policy-7\",\"enabled\":false,\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  off = test_model_command (model, "policy.enable", args, &error);
  g_assert_no_error (error);
  g_assert_false (qd_json_get_bool (json_node_get_object (off), "enabled", TRUE));
  g_assert_cmpint (json_object_get_int_member (g_hash_table_lookup (stub->policies, "7"), "priority"), ==, 9);
  g_assert_true (json_node_equal (json_object_get_member (json_node_get_object (off), "object"), json_object_get_member (item_at (list, 0), "object")));
  test_model_free (model);
  stub_free (stub);
}

/* A server that fails between removing and adding: it is said what that means. */
static void
test_broken (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = NULL;
  g_autofree char *args = NULL;

  add (stub, "7", "web", ON);
  model = model_of (stub);
  list = list_of (model);
  args = g_strdup_printf ("{" WEB ",\"revision\":\"%s\"}", qd_json_get_string (item_at (list, 0), "revision", ""));
  stub->breaks = TRUE;
  g_assert_null (test_model_command (model, "policy.put", args, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "Internal error"));
  g_assert_nonnull (strstr (error->message, "removes a policy before"));
  test_model_free (model);
  stub_free (stub);
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
