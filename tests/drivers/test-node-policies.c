/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies by the node API: every verb against a real lab, and what servers answer that are less, or other. */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define WEB "networkpolicy.default.t-web"
#define OBJECT(port) "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"t-web\",\"namespace\":\"default\"}," \
                     "\"spec\":{\"podSelector\":{\"matchLabels\":{\"app\":\"backend\"}},\"ingress\":[{\"ports\":[{\"protocol\":\"TCP\",\"port\":" #port "}]}]}}"

static TestModel *
model_of (TestLab *lab, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (lab, "node-api", user);

  return test_model_new (endpoint);
}

static gboolean
offers (TestModel *model, const char *feature)
{
  QdEntity *connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  const char *text = connection ? qd_entity_get_string (connection, QD_CONNECTION_OFFERS) : NULL;
  g_autofree char *word = g_strdup_printf ("\"%s\"", feature);

  return text && strstr (text, word);
}

static gint64
policies_at (TestModel *model)
{
  gint64 at = 0;

  qd_entity_get_int (test_model_find (model, QD_KIND_CONNECTION, model->id), QD_CONNECTION_POLICIES, &at);
  return at;
}

static char *
revision_of (JsonNode *node)
{
  return qd_json_dup_id (qd_json_object (node), "revision");
}

static gint64
port_of (JsonObject *policy)
{
  JsonObject *spec = qd_json_get_object (qd_json_get_object (policy, "object"), "spec");
  JsonObject *rule = json_array_get_object_element (qd_json_get_array (spec, "ingress"), 0);
  gint64 port = 0;

  qd_json_get_int (json_array_get_object_element (qd_json_get_array (rule, "ports"), 0), "port", &port);
  return port;
}

/* @format: JSON with a %s for the revision. */
static JsonNode *
run_at (TestModel *model, const char *verb, const char *format, const char *revision, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (format, "REVISION", -1);
  g_autofree char *args = g_strjoinv (revision, parts);

  return test_model_command (model, verb, args, error);
}

static void
test_verbs (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 8 --flows 10 --rate 0 --no-nats");
  TestModel *model, *other;
  g_autoptr (JsonNode) plan = NULL, made = NULL, twice = NULL, read = NULL, changed = NULL, again = NULL, off = NULL, verdicts = NULL, gone = NULL;
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *current;
  gint64 before;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  other = model_of (lab, "operator");
  test_until (offers (model, "policies.write") && offers (model, "policies.simulate") && offers (model, "workloads") && offers (other, "policies"), 20);
  test_until (policies_at (other) > 0, 20);
  before = policies_at (other);

  plan = test_model_command (model, "policy.put", "{\"object\":" OBJECT (80) ",\"dry_run\":true}", &error);
  g_assert_no_error (error);
  g_assert_nonnull (qd_json_get_array (qd_json_object (plan), "warnings"));
  g_assert_null (test_model_command (model, "policy.get", "{\"id\":\"" WEB "\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  g_clear_error (&error);

  made = test_model_command (model, "policy.put", "{\"object\":" OBJECT (80) ",\"idempotency_key\":\"k\",\"enabled\":false,\"reason\":\"new\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qd_json_get_string (qd_json_object (made), "id", NULL), ==, WEB);
  g_assert_false (qd_json_get_bool (qd_json_object (made), "enabled", TRUE));
  g_assert_false (json_object_has_member (qd_json_get_object (qd_json_object (made), "object"), "status"));
  first = revision_of (made);
  /* The same again is the same answer; another one of that name is refused. */
  twice = test_model_command (model, "policy.put", "{\"object\":" OBJECT (80) ",\"idempotency_key\":\"k\",\"enabled\":false,\"reason\":\"new\"}", &error);
  g_assert_no_error (error);
  g_assert_true (json_node_equal (made, twice));
  g_assert_null (test_model_command (model, "policy.put", "{\"object\":" OBJECT (81) "}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_clear_error (&error);
  /* The other one hears of it. */
  test_until (policies_at (other) > before, 20);

  changed = run_at (model, "policy.put", "{\"object\":" OBJECT (8080) ",\"revision\":\"REVISION\"}", first, &error);
  g_assert_no_error (error);
  g_assert_false (qd_json_get_bool (qd_json_object (changed), "enabled", TRUE));
  second = revision_of (changed);
  g_assert_cmpstr (second, !=, first);
  /* Who is late is told what is there. */
  g_assert_null (run_at (other, "policy.put", "{\"object\":" OBJECT (443) ",\"id\":\"" WEB "\",\"revision\":\"REVISION\"}", first, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_nonnull (qd_driver_error_get_current (error));
  current = qd_json_object (qd_driver_error_get_current (error));
  g_assert_cmpint (port_of (current), ==, 8080);
  g_assert_cmpstr (qd_json_get_string (current, "revision", NULL), ==, second);
  g_clear_error (&error);
  g_assert_null (run_at (other, "policy.delete", "{\"id\":\"" WEB "\",\"revision\":\"REVISION\",\"reason\":\"x\"}", first, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_nonnull (qd_driver_error_get_current (error));
  g_clear_error (&error);
  /* Without a revision nothing is changed. */
  g_assert_null (test_model_command (model, "policy.delete", "{\"id\":\"" WEB "\",\"reason\":\"x\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);

  off = run_at (model, "policy.enable", "{\"id\":\"" WEB "\",\"enabled\":true,\"revision\":\"REVISION\"}", second, &error);
  g_assert_no_error (error);
  g_assert_true (qd_json_get_bool (qd_json_object (off), "enabled", FALSE));
  g_assert_cmpint (port_of (qd_json_object (off)), ==, 8080);
  third = revision_of (off);
  verdicts = test_model_command (model, "policy.simulate", "{\"id\":\"" WEB "\",\"flows\":[{\"from\":\"default/frontend\",\"to\":\"default/backend\",\"port\":22}]}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (qd_json_object (verdicts), "verdicts")), ==, 1);
  read = test_model_command (model, "policy.get", "{\"id\":\"" WEB "\"}", &error);
  g_assert_no_error (error);
  g_assert_true (json_object_has_member (qd_json_object (read), "applied_pods"));
  /* Removing wants to be told why. */
  g_assert_null (run_at (model, "policy.delete", "{\"id\":\"" WEB "\",\"revision\":\"REVISION\"}", third, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);
  gone = run_at (model, "policy.delete", "{\"id\":\"" WEB "\",\"revision\":\"REVISION\",\"reason\":\"done with\"}", third, &error);
  g_assert_no_error (error);
  g_assert_null (run_at (model, "policy.delete", "{\"id\":\"" WEB "\",\"revision\":\"REVISION\",\"reason\":\"done with\"}", third, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  test_model_free (other);
  test_model_free (model);
  test_lab_free (lab);
}

/* All pages, and what there is to select. */
static void
test_lists (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 8 --flows 10 --rate 0 --no-nats");
  TestModel *model;
  g_autoptr (JsonNode) list = NULL, workloads = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonArray *items;

  if (lab == NULL)
    return;
  for (guint i = 0; i < 205; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"n%u\"},"
                                               "\"spec\":{\"podSelector\":{}}}", i);
      g_autoptr (JsonNode) made = test_lab_request (lab, "POST", "/api/v1/policies", body);
    }
  model = model_of (lab, "viewer");
  test_until (offers (model, "policies") && offers (model, "workloads"), 20);
  list = test_model_command (model, "policies.list", "{}", &error);
  g_assert_no_error (error);
  items = qd_json_get_array (qd_json_object (list), "items");
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      g_hash_table_add (ids, qd_json_dup_id (item, "id"));
      g_assert_nonnull (qd_json_get_string (qd_json_get_object (item, "object"), "kind", NULL));
    }
  g_assert_cmpuint (g_hash_table_size (ids), ==, 205 + 6);
  workloads = test_model_command (model, "workloads.list", "{}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (qd_json_object (workloads), "items")), >, 40);
  /* The server does not let everybody. */
  g_assert_null (test_model_command (model, "policy.put", "{\"object\":" OBJECT (80) "}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  test_model_free (model);
  test_lab_free (lab);
}

static void
calm_cb (gpointer lab)
{
  test_lab_set_faults (lab, "");
}

/* A restart, and a server that has no time: asked again, nothing is done twice. */
static void
test_busy (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 8 --flows 10 --rate 0 --no-nats");
  TestModel *model;
  g_autoptr (JsonNode) made = NULL;
  g_autoptr (GError) error = NULL;
  gint64 at;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  test_until (offers (model, "policies.write"), 20);
  /* It has time after the second refusal; the client asks six times. */
  test_lab_set_faults (lab, "/api/v1/policies*:429=1");
  g_timeout_add_once (1500, calm_cb, lab);
  made = test_model_command (model, "policy.put", "{\"object\":" OBJECT (80) "}", &error);
  g_assert_no_error (error);
  at = policies_at (model);
  test_lab_kill (lab);
  test_until (g_str_equal (test_model_state (model), "stale"), 10);
  test_lab_wipe (lab);
  test_lab_start (lab);
  test_until (g_str_equal (test_model_state (model), "refused"), 20);
  {
    g_autofree char *password = test_lab_dup_password (lab, "admin", FALSE);
    g_autofree char *args = g_strdup_printf ("{\"user\":\"admin\",\"password\":\"%s\"}", password);
    g_autoptr (JsonNode) answer = test_model_command (model, "auth.sign-in", args, &error);

    g_assert_no_error (error);
  }
  /* Another life of the server: all may be other. */
  test_until (policies_at (model) > at, 30);
  test_model_free (model);
  test_lab_free (lab);
}

/* --- Servers that are less ------------------------------------------------------------------------------------ */

typedef struct { const char *policies, *type; guint status; } Answer;

static void
stub_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  const Answer *answer = data;
  const char *body = "{\"items\":[],\"total\":0,\"next\":null}", *type = "application/json";
  guint status = 200;

  if (g_str_has_prefix (path, "/api/v1/policies"))
    {
      body = answer->policies;
      type = answer->type;
      status = answer->status;
    }
  else if (g_str_has_prefix (path, "/ws") || strstr (path, "stream") || strstr (path, "auth") || strstr (path, "workloads"))
    {
      status = 404;
      body = "{}";
    }
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

#define ITEM "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"w\"},\"id\":\"w\""

static void
test_less (void)
{
  static const struct { Answer answer; gboolean reads, writes, list; } cases[] = {
    { { "{\"items\":[]}", "application/json", 200 }, TRUE, TRUE, TRUE },
    { { "[" ITEM ",\"revision\":\"a\"}]", "application/json", 200 }, TRUE, TRUE, TRUE },
    { { "[" ITEM "}]", "application/json", 200 }, TRUE, FALSE, TRUE },
    { { "[{\"id\":7,\"name\":\"another system's\"}]", "application/json", 200 }, FALSE, FALSE, FALSE },
    { { "[" ITEM "},7]", "application/json", 200 }, TRUE, FALSE, FALSE },
    { { "{}", "application/json", 200 }, FALSE, FALSE, FALSE },
    { { "{\"title\":\"no\"}", "application/problem+json", 404 }, FALSE, FALSE, FALSE },
    { { "{\"title\":\"no\"}", "application/problem+json", 403 }, FALSE, FALSE, FALSE },
    { { "<html></html>", "text/html", 200 }, FALSE, FALSE, FALSE },
    { { "{\"items\":[" ITEM ",\"revision\":1}],\"next\":\"same\"}", "application/json", 200 }, TRUE, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
      g_autoptr (QdEndpoint) endpoint = NULL;
      g_autoptr (JsonNode) list = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *url = NULL;
      GSList *uris;
      TestModel *model;

      soup_server_add_handler (server, NULL, stub_cb, (gpointer) &cases[i].answer, NULL);
      g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
      uris = soup_server_get_uris (server);
      url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
      g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
      endpoint = qd_endpoint_new ("stub", "Stub", "node-api", url);
      model = test_model_new (endpoint);
      test_until (offers (model, "sites") && offers (model, "jobs"), 20);
      test_until (offers (model, "policies") == cases[i].reads, 20);
      if (!cases[i].reads)
        test_spin (200);
      g_assert_cmpint (offers (model, "policies"), ==, cases[i].reads);
      g_assert_cmpint (offers (model, "policies.write"), ==, cases[i].writes);
      list = test_model_command (model, "policies.list", "{}", &error);
      g_assert_cmpint (list != NULL, ==, cases[i].list);
      g_assert_true ((list == NULL) == (error != NULL));
      test_model_free (model);
      soup_server_disconnect (server);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node-policies/verbs", test_verbs);
  g_test_add_func ("/node-policies/lists", test_lists);
  g_test_add_func ("/node-policies/busy", test_busy);
  g_test_add_func ("/node-policies/less", test_less);
  return g_test_run ();
}
