/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Cloudlysis driver against servers that answer in the shapes that its documentation gives, and in some that it does not rule out. */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define UUID "7b1f5f0e-3d0a-4a5e-9a25-0d8f6a1b2c3d"

typedef struct {
  SoupServer *server;
  char *url;
  const char *service;     /* "aggregate", "runner": a node; NULL: the control API */
  gboolean ready, broken, forbids;
  char *asked, *body, *tenant, *query, *correlation, *trace;  /* of the last POST, or of what was asked about one tenant */
} Stub;

static const char *metrics =
  "# TYPE aggregate_in_flight_commands gauge\n"
  "aggregate_in_flight_commands{tenant_id=\"tenant-a\"} 3\n"
  "aggregate_in_flight_commands{tenant_id=\"tenant-b\"} 0\n"
  "%s_build_info{service=\"%s\",version=\"1.4.2\",git_sha=\"9f3c1d\"} 1\n"
  "this is no sample\n";

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
note (Stub *stub, SoupServerMessage *message, const char *path)
{
  g_autoptr (GBytes) bytes = soup_message_body_flatten (soup_server_message_get_request_body (message));

  g_set_str (&stub->asked, path);
  g_free (stub->body);
  stub->body = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_set_str (&stub->query, g_uri_get_query (soup_server_message_get_uri (message)));
  g_set_str (&stub->correlation, soup_message_headers_get_one (soup_server_message_get_request_headers (message), "x-correlation-id"));
  g_set_str (&stub->trace, soup_message_headers_get_one (soup_server_message_get_request_headers (message), "traceparent"));
  g_set_str (&stub->tenant, soup_message_headers_get_one (soup_server_message_get_request_headers (message), "x-tenant-id"));
}

static void
node_answers (Stub *stub, SoupServerMessage *message, const char *path)
{
  g_autofree char *text = NULL;

  if (g_str_equal (path, "/health"))
    answer (message, 200, "application/json", "{\"status\":\"ok\",\"shard_id\":\"shard-2\",\"storage\":{\"free_mb\":812}}");
  else if (g_str_equal (path, "/ready"))
    answer (message, stub->ready ? 200 : 503, "application/json", stub->ready ? "true" : "false");
  else if (g_str_equal (path, "/metrics"))
    {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      text = g_strdup_printf (metrics, stub->service, stub->service);
#pragma GCC diagnostic pop
      answer (message, 200, "text/plain", text);
    }
  else if (g_str_equal (path, "/admin/tenants") && g_str_equal (stub->service, "gateway"))
    answer (message, 404, "text/plain", "not found");
  else if (g_str_equal (path, "/admin/tenants"))
    answer (message, 200, "application/json", "[\"tenant-a\",\"tenant-b\"]");
  else if (g_str_equal (soup_server_message_get_method (message), "POST"))
    {
      note (stub, message, path);
      answer (message, 200, "application/json", "{\"draining\":true}");
    }
  else
    answer (message, 404, "text/plain", "not found");
}

static void
control_answers (Stub *stub, SoupServerMessage *message, const char *path)
{
  const char *bearer = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");

  if (g_str_equal (path, "/health"))
    answer (message, 200, "text/plain", "OK");
  else if (g_strcmp0 (bearer, "Bearer let-me-in") != 0)
    answer (message, 401, "application/json", "{\"error\":\"unauthorized\"}");
  else if (g_str_equal (path, "/admin/v1/tenants") && stub->forbids)
    answer (message, 403, "application/json", "{\"error\":\"forbidden\"}");
  else if (g_str_equal (path, "/admin/v1/tenants"))
    answer (message, 200, "application/json",
            "{\"tenants\":[{\"tenant_id\":\"" UUID "\",\"name\":\"Acme\",\"status\":\"Suspended\",\"subscription\":{\"tier\":\"pro\"}},{\"nothing\":1},7]}");
  else if (g_str_equal (path, "/admin/v1/tenants/" UUID))
    {
      note (stub, message, path);
      answer (message, 200, "application/json", "{\"tenant_id\":\"" UUID "\"}");
    }
  else
    answer (message, 404, "text/html", "<html></html>");
}

static void
handler_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stub *stub = data;

  if (stub->broken)
    answer (message, 500, "application/json", "{\"error\":\"storage\"}");
  else if (stub->service)
    node_answers (stub, message, path);
  else
    control_answers (stub, message, path);
}

static Stub *
stub_new (const char *service)
{
  Stub *stub = g_new0 (Stub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  stub->service = service;
  stub->ready = TRUE;
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
  g_free (stub->url);
  g_free (stub->asked);
  g_free (stub->body);
  g_free (stub->tenant);
  g_free (stub->query);
  g_free (stub->correlation);
  g_free (stub->trace);
  g_free (stub);
}

static TestModel *
model_of (Stub *stub, const char *token)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("cl", "Cloudlysis", "cloudlysis", stub->url);

  endpoint->token = g_strdup (token);
  return test_model_new (endpoint);
}

static gboolean
offers (TestModel *model, const char *feature)
{
  const char *text = qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "cl"), QD_CONNECTION_OFFERS);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", feature);

  return text && strstr (text, quoted);
}

static void
test_node (void)
{
  Stub *stub = stub_new ("aggregate");
  TestModel *model = model_of (stub, NULL);
  g_autoptr (GError) error = NULL;
  QdEntity *shard, *tenant;
  JsonNode *node;
  gint64 number;

  test_until (g_str_equal (test_model_state (model), "live"), 20);
  shard = test_model_find (model, QD_KIND_SHARD, "aggregate.shard-2");
  g_assert_nonnull (shard);
  g_assert_cmpint (qd_entity_get_status (shard), ==, QD_STATUS_WELL);
  g_assert_cmpstr (qd_entity_get_string (shard, QD_SHARD_VERSION), ==, "1.4.2");
  g_assert_true (qd_entity_get_int (shard, QD_SHARD_N_TENANTS, &number) && number == 2);
  g_assert_true (qd_entity_get_int (shard, QD_SHARD_IN_FLIGHT, &number) && number == 3);
  /* What nobody measured is not zero. */
  g_assert_false (qd_entity_get_int (shard, QD_SHARD_LAG, &number));
  tenant = test_model_find (model, QD_KIND_TENANT, "tenant-a");
  g_assert_cmpstr (qd_entity_get_string (tenant, QD_TENANT_AGGREGATE), ==, "shard-2");
  g_assert_true (qd_entity_get_int (tenant, QD_TENANT_IN_FLIGHT, &number) && number == 3);
  g_assert_nonnull (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "cl"), QD_FIELD_EXTRA), "free_mb"));
  g_assert_true (offers (model, "shards.drain") && !offers (model, "shards.replay") && !offers (model, "tenants.write"));

  node = test_model_command (model, "shard.drain", "{\"id\":\"aggregate.shard-2\",\"tenant\":\"tenant-a\",\"reason\":\"move\"}", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_assert_cmpstr (stub->asked, ==, "/admin/drain");
  g_assert_cmpstr (stub->body, ==, "{\"tenant_id\":\"tenant-a\"}");
  g_assert_cmpstr (stub->tenant, ==, "tenant-a");
  g_assert_null (test_model_command (model, "shard.drain", "{\"id\":\"aggregate.shard-2\",\"dry_run\":true}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  g_clear_error (&error);
  g_assert_null (test_model_command (model, "tenant.suspend", "{\"id\":\"tenant-a\",\"reason\":\"x\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);

  stub->ready = FALSE;
  qd_driver_refresh (model->driver);
  test_until (g_strcmp0 (qd_entity_get_string (shard, QD_FIELD_STATUS_TEXT), "starting") == 0, 20);
  stub->broken = TRUE;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "stale"), 20);
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 2);
  test_model_free (model);
  stub_free (stub);
}

static void
test_runner (void)
{
  Stub *stub = stub_new ("runner");
  TestModel *model = model_of (stub, NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  test_until (g_str_equal (test_model_state (model), "live") && offers (model, "shards.replay"), 20);
  node = test_model_command (model, "shard.replay", "{\"id\":\"runner.shard-2\",\"tenant\":\"tenant-a\",\"saga\":\"fulfilment\",\"mode\":\"checkpoint_only\",\"reason\":\"x\"}", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_assert_cmpstr (stub->asked, ==, "/admin/replay");
  g_assert_cmpstr (stub->body, ==, "{\"tenant_id\":\"tenant-a\",\"saga_name\":\"fulfilment\",\"mode\":\"checkpoint_only\"}");
  g_assert_null (test_model_command (model, "shard.replay", "{\"id\":\"runner.shard-2\",\"tenant\":\"tenant-a\",\"saga\":\"fulfilment\",\"mode\":\"everything\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  test_model_free (model);
  stub_free (stub);
}

/* A gateway hosts nobody, and hands the draining of a tenant on to the runners. */
static void
test_gateway (void)
{
  Stub *stub = stub_new ("gateway");
  TestModel *model = model_of (stub, "let-me-in");
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  test_until (g_str_equal (test_model_state (model), "live") && offers (model, "shards.drain"), 20);
  g_assert_true (!offers (model, "tenants") && !offers (model, "shards") && !offers (model, "shards.replay"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_SHARD), ==, 0);
  node = test_model_command (model, "shard.drain", "{\"id\":\"runner\",\"tenant\":\"tenant-a\",\"wait_ms\":0,\"reason\":\"move\","
                                                   "\"request_id\":\"7b1f5f0e-3d0a-4a5e-9a25-0d8f6a1b2c3d\"}", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_assert_cmpstr (stub->asked, ==, "/admin/runner/drain");
  g_assert_cmpstr (stub->query, ==, "wait_ms=0");
  g_assert_cmpstr (stub->tenant, ==, "tenant-a");
  g_assert_cmpstr (stub->correlation, ==, "7b1f5f0e-3d0a-4a5e-9a25-0d8f6a1b2c3d");
  g_assert_true (g_str_has_prefix (stub->trace, "00-7b1f5f0e3d0a4a5e9a250d8f6a1b2c3d-"));
  g_assert_null (test_model_command (model, "shard.drain", "{\"id\":\"runner\",\"reason\":\"move\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  test_model_free (model);
  stub_free (stub);
}

static void
test_control (void)
{
  Stub *stub = stub_new (NULL);
  TestModel *model = model_of (stub, "let-me-in");
  g_autoptr (GError) error = NULL;
  QdEntity *tenant;
  JsonNode *node;

  test_until (g_str_equal (test_model_state (model), "live"), 20);
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 1);
  tenant = test_model_find (model, QD_KIND_TENANT, UUID);
  g_assert_cmpstr (qd_entity_get_name (tenant), ==, "Acme");
  g_assert_cmpint (qd_entity_get_status (tenant), ==, QD_STATUS_MAINTENANCE);
  g_assert_nonnull (strstr (qd_entity_get_string (tenant, QD_FIELD_EXTRA), "subscription"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_SHARD), ==, 0);
  g_assert_true (offers (model, "tenants") && !offers (model, "shards") && !offers (model, "tenants.write"));
  node = test_model_command (model, "tenant.get", "{\"id\":\"" UUID "\"}", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_assert_cmpstr (stub->tenant, ==, UUID);
  g_assert_null (test_model_command (model, "tenant.get", "{\"id\":\"nobody\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  test_model_free (model);

  /* Tenants that we may not see are no reason to see nothing. */
  stub->forbids = TRUE;
  model = model_of (stub, "let-me-in");
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  g_assert_cmpstr (test_model_detail (model), ==, "You may not see: Tenants");
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 0);
  stub->forbids = FALSE;
  qd_driver_refresh (model->driver);
  test_until (test_model_count (model, QD_KIND_TENANT) == 1 && *test_model_detail (model) == '\0', 20);
  test_model_free (model);

  model = model_of (stub, "a guess");
  test_until (g_str_equal (test_model_state (model), "refused"), 20);
  test_model_free (model);
  stub_free (stub);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/cloudlysis/node", test_node);
  g_test_add_func ("/drivers/cloudlysis/runner", test_runner);
  g_test_add_func ("/drivers/cloudlysis/gateway", test_gateway);
  g_test_add_func ("/drivers/cloudlysis/control", test_control);
  return g_test_run ();
}
