/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Patronus driver against a server that answers in the shapes that the real one sends. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "patronus-stub.h"
#include "qd-json.h"

static TestModel *
model_of (PatronusStub *stub, const char *driver, const char *password)
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
  PatronusStub *stub = patronus_stub_new (TRUE, FALSE);
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
  path = test_model_find (model, QD_KIND_PATH, PATRONUS_BIG);
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
  patronus_stub_free (stub);
}

static void
test_not_offered (void)
{
  PatronusStub *stub = patronus_stub_new (TRUE, FALSE);
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
  patronus_stub_free (stub);
}

static void
test_login (void)
{
  PatronusStub *stub = patronus_stub_new (TRUE, FALSE);
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
  patronus_stub_free (stub);
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
