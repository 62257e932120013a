/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Patronus driver against a server that answers in the shapes that the real one sends. */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define BIG "11529215046068469760"

typedef struct {
  SoupServer *server;
  char *url;
  gboolean html_flows;     /* as a build without flows does: the index page for every unknown route */
  gboolean login;
  gboolean broken;
  guint requests;
  guint logins, refreshes;
  GPtrArray *sockets;
} Stub;

static const char *sites =
  "[{\"id\":\"550e8400-e29b-41d4-a716-446655440000\",\"name\":\"headquarters\",\"status\":\"Active\","
  "\"endpoints\":[{\"address\":\"203.0.113.10:51820\",\"interface_type\":\"fiber\",\"cost_per_gb\":0.0,\"reachable\":true}],"
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_seen\":\"2025-10-10T12:30:45+00:00\"},"
  "{\"id\":\"660e8400-e29b-41d4-a716-446655440001\",\"name\":\"east\",\"status\":\"Degraded\",\"endpoints\":[],"
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_seen\":\"2025-10-10T12:30:45+00:00\"}]";

#define EMPTY_METRICS \
  "{\"latency_ms\":0.0,\"jitter_ms\":0.0,\"packet_loss_pct\":0.0,\"bandwidth_mbps\":0.0,\"mtu\":1500,\"score\":0," \
  "\"measured_at\":\"2025-10-10T12:30:45.123456789+00:00\"}"
#define PATH(id, status, interface) \
  "{\"id\":" id ",\"src_site\":\"550e8400-e29b-41d4-a716-446655440000\",\"dst_site\":\"660e8400-e29b-41d4-a716-446655440001\"," \
  "\"src_endpoint\":\"203.0.113.10:51820\",\"dst_endpoint\":\"198.51.100.4:51820\",\"wg_interface\":" interface "," \
  "\"status\":\"" status "\",\"metrics\":" EMPTY_METRICS "}"

static const char *paths = "[" PATH ("7", "Up", "\"wg0\"") "," PATH (BIG, "Down", "null") "]";
static const char *metrics_7 =
  "{\"path_id\":7,\"metrics\":{\"latency_ms\":12.3,\"jitter_ms\":2.1,\"packet_loss_pct\":null,\"bandwidth_mbps\":987.5,"
  "\"mtu\":1420,\"score\":98,\"measured_at\":\"2025-10-10T12:30:45.5Z\"}}";
static const char *flows =
  "[{\"flow_id\":42,\"src_ip\":\"10.1.1.5\",\"dst_ip\":\"10.2.3.10\",\"src_port\":51514,\"dst_port\":443,\"protocol\":\"TCP\","
  "\"protocol_num\":6,\"path_id\":7,\"policy_id\":null,\"started_at\":\"2025-10-10T12:00:00Z\",\"last_seen_at\":\"2025-10-10T12:01:00Z\","
  "\"bytes_tx\":1200,\"bytes_rx\":5400,\"packets_tx\":10,\"packets_rx\":12,\"status\":\"active\",\"duration_secs\":60,\"throughput_bps\":880.0}]";
static const char *summary =
  "{\"total_sites\":2,\"active_sites\":1,\"total_paths\":2,\"up_paths\":1,\"degraded_paths\":0,\"avg_latency_ms\":0.0,"
  "\"active_flows\":12,\"total_throughput_mbps\":0.9}";
static const char *login =
  "{\"user\":{\"id\":\"2b0c6a0e\",\"email\":\"admin@example.com\",\"name\":\"Admin\",\"role\":\"admin\","
  "\"created_at\":\"2025-10-10T10:00:00+00:00\",\"last_login\":null,\"is_active\":true},"
  "\"access_token\":\"access-1\",\"refresh_token\":\"refresh-1\",\"token_type\":\"Bearer\",\"expires_in\":900}";

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
take_login (Stub *stub, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  stub->logins++;
  if (strstr (text, "\"email\"") && strstr (text, "Correct-Horse-42"))
    answer (message, 200, "application/json", login);
  else
    answer (message, 401, "application/json", "{\"error\":\"Invalid credentials\",\"status\":401}");
}

static void
handler_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stub *stub = data;

  stub->requests++;
  if (stub->broken)
    answer (message, 500, "application/json", "{\"error\":\"Database error\",\"status\":500}");
  else if (g_str_equal (path, "/api/v1/sites"))
    answer (message, 200, "application/json", sites);
  else if (g_str_equal (path, "/api/v1/paths"))
    answer (message, 200, "application/json", paths);
  else if (g_str_equal (path, "/api/v1/paths/7/metrics"))
    answer (message, 200, "application/json", metrics_7);
  else if (g_str_has_suffix (path, "/metrics") && g_str_has_prefix (path, "/api/v1/paths/"))
    answer (message, 500, "application/json", "{\"error\":\"Internal error\",\"status\":500}");
  else if (g_str_equal (path, "/api/v1/flows") && !stub->html_flows)
    answer (message, 200, "application/json", flows);
  else if (g_str_equal (path, "/api/v1/metrics/summary"))
    answer (message, 200, "application/json", summary);
  else if (g_str_equal (path, "/api/v1/auth/login") && stub->login)
    take_login (stub, message);
  else
    answer (message, 200, "text/html", "<!DOCTYPE html><html><body>Patronus</body></html>");
}

static void
socket_cb (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection, gpointer data)
{
  Stub *stub = data;

  g_ptr_array_add (stub->sockets, g_object_ref (connection));
}

static Stub *
stub_new (void)
{
  Stub *stub = g_new0 (Stub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  stub->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  stub->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (stub->server, NULL, handler_cb, stub, NULL);
  soup_server_add_websocket_handler (stub->server, "/ws/events", NULL, NULL, socket_cb, stub, NULL);
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
  g_ptr_array_unref (stub->sockets);
  soup_server_disconnect (stub->server);
  g_object_unref (stub->server);
  g_free (stub->url);
  g_free (stub);
}

static TestModel *
model_of (Stub *stub, const char *driver, const char *password)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("pat", "Patronus", driver, stub->url);

  if (password)
    {
      endpoint->user = g_strdup ("admin@example.com");
      endpoint->password = g_strdup (password);
    }
  return test_model_new (endpoint);
}

static void
test_shapes (void)
{
  Stub *stub = stub_new ();
  TestModel *model = model_of (stub, "auto", NULL);
  QdEntity *site, *path, *flow, *connection;
  double value;
  gint64 number;

  test_until (g_str_equal (test_model_state (model), "live"), 10);
  connection = test_model_find (model, QD_KIND_CONNECTION, "pat");
  g_assert_cmpstr (qd_entity_get_string (connection, QD_CONNECTION_DRIVER), ==, "patronus");
  g_assert_null (strstr (qd_entity_get_string (connection, QD_CONNECTION_OFFERS), "write"));

  site = test_model_find (model, QD_KIND_SITE, "550e8400-e29b-41d4-a716-446655440000");
  g_assert_nonnull (site);
  g_assert_cmpint (qd_entity_get_status (site), ==, QD_STATUS_WELL);
  g_assert_cmpstr (qd_entity_get_string (site, QD_FIELD_STATUS_TEXT), ==, "Active");
  g_assert_cmpint (qd_entity_get_status (test_model_find (model, QD_KIND_SITE, "660e8400-e29b-41d4-a716-446655440001")), ==, QD_STATUS_DEGRADED);

  /* Zeros that no one measured are no figures; the real ones come by another route. */
  path = test_model_find (model, QD_KIND_PATH, "7");
  g_assert_nonnull (path);
  test_until (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &value), 10);
  g_assert_cmpfloat (value, ==, 12.3);
  g_assert_false (qd_entity_get_double (path, QD_PATH_LOSS_PCT, &value));
  g_assert_true (qd_entity_get_int (path, QD_PATH_MTU, &number));
  g_assert_cmpint (number, ==, 1420);
  path = test_model_find (model, QD_KIND_PATH, BIG);
  g_assert_nonnull (path);
  g_assert_cmpint (qd_entity_get_status (path), ==, QD_STATUS_DOWN);
  test_spin (200);
  g_assert_false (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &value));
  g_assert_false (qd_entity_get_double (path, QD_PATH_SCORE, &value));

  flow = test_model_find (model, QD_KIND_FLOW, "42");
  g_assert_nonnull (flow);
  g_assert_cmpstr (qd_entity_get_string (flow, QD_FLOW_PATH), ==, "7");
  g_assert_cmpstr (qd_entity_get_string (flow, QD_FLOW_STATE), ==, "active");
  g_assert_null (qd_entity_get_string (flow, QD_FLOW_POLICY));
  g_assert_nonnull (strstr (qd_entity_get_string (flow, QD_FIELD_EXTRA), "throughput_bps"));

  /* A later round must not wipe what was measured. */
  qd_driver_refresh (model->driver);
  test_spin (300);
  g_assert_true (qd_entity_get_double (test_model_find (model, QD_KIND_PATH, "7"), QD_PATH_LATENCY_MS, &value));
  test_model_free (model);
  stub_free (stub);
}

static void
test_not_offered (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  g_autoptr (GError) error = NULL;

  stub->html_flows = TRUE;
  model = model_of (stub, "patronus", NULL);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  g_assert_cmpuint (test_model_count (model, QD_KIND_FLOW), ==, 0);
  g_assert_null (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_OFFERS), "flows"));
  g_assert_null (test_model_command (model, "site.create", "{\"name\":\"x\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);

  stub->broken = TRUE;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "stale"), 10);
  g_assert_nonnull (strstr (test_model_detail (model), "/api/v1/sites"));
  g_assert_nonnull (strstr (test_model_detail (model), "Database error"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 2);
  stub->requests = 0;
  test_spin (1000);
  g_assert_cmpuint (stub->requests, <, 10);
  stub->broken = FALSE;
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  test_model_free (model);
  stub_free (stub);
}

static void
test_login (void)
{
  Stub *stub = stub_new ();
  TestModel *model;
  QdEntity *event = NULL;

  stub->login = TRUE;
  model = model_of (stub, "patronus", "Correct-Horse-42");
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "pat"), QD_CONNECTION_ROLE), ==, "admin");
  test_until (stub->sockets->len > 0, 10);
  soup_websocket_connection_send_text (g_ptr_array_index (stub->sockets, 0),
    "{\"type\":\"SITE_DELETED\",\"timestamp\":\"2025-10-10T12:00:00Z\",\"data\":{\"site_id\":\"660e8400-e29b-41d4-a716-446655440001\","
    "\"site_name\":\"east\",\"paths_deleted\":1,\"rows_affected\":2,\"deleted_by\":\"admin\"}}");
  test_until (test_model_count (model, QD_KIND_EVENT) == 1, 10);
  event = qd_entity_list_peek (qd_fleet_get_list (model->fleet, QD_KIND_EVENT), 0);
  g_assert_cmpstr (qd_entity_get_string (event, QD_EVENT_TYPE), ==, "SITE_DELETED");
  g_assert_cmpstr (qd_entity_get_string (event, QD_EVENT_SUBJECT_ID), ==, "660e8400-e29b-41d4-a716-446655440001");
  test_model_free (model);

  model = model_of (stub, "patronus", "wrong");
  test_until (g_str_equal (test_model_state (model), "refused"), 10);
  g_assert_nonnull (strstr (test_model_detail (model), "Invalid credentials"));
  test_model_free (model);
  stub_free (stub);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/patronus/shapes", test_shapes);
  g_test_add_func ("/drivers/patronus/not-offered", test_not_offered);
  g_test_add_func ("/drivers/patronus/login", test_login);
  return g_test_run ();
}
