/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hub against a real lab: jobs to their end, who may, conflict, and the last known state. */
#include "config.h"

#include "driver-fixture.h"
#include "qd-capability.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "store-testing.h"

typedef struct { TestLab *lab; QdHub *hub; GAsyncResult *result; } Fixture;

static gboolean
begin (Fixture *fixture)
{
  fixture->lab = test_lab_new ("--sites 30 --paths 80 --flows 100 --rate 100 --no-nats");
  if (fixture->lab == NULL)
    return FALSE;
  fixture->hub = qd_hub_new (NULL);
  return TRUE;
}

static void
end (Fixture *fixture)
{
  g_clear_object (&fixture->result);
  qd_hub_stop (fixture->hub);
  test_spin (50);
  g_clear_object (&fixture->hub);
  test_lab_free (fixture->lab);
}

static QdEntity *
connection_of (QdHub *hub, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (hub), id, QD_KIND_CONNECTION, id);
}

static const char *
state_of (QdHub *hub, const char *id)
{
  QdEntity *entity = connection_of (hub, id);

  return entity ? qd_entity_get_string (entity, QD_CONNECTION_STATE) : NULL;
}

/* Signs in as @user, under an id of the same name. */
static void
add (Fixture *fixture, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (fixture->lab, "node-api", user);
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, user);
  g_assert_true (qd_hub_add (fixture->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (g_strcmp0 (state_of (fixture->hub, user), "live") == 0 &&
              qd_entity_get (connection_of (fixture->hub, user), QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON, 20);
}

/* Runs @verb to its end. @args: JSON text. */
static JsonNode *
run (Fixture *fixture, const char *user, const char *verb, const char *args, const char *reason, GError **error)
{
  g_autoptr (JsonNode) node = qd_json_parse (args, -1, "args", NULL);
  g_autofree char *id = NULL;

  g_clear_object (&fixture->result);
  id = qd_hub_run (fixture->hub, user, verb, qd_json_object (node), NULL, reason, NULL, result_cb, &fixture->result);
  test_until (fixture->result != NULL, 30);
  return qd_hub_run_finish (fixture->hub, fixture->result, error);
}

static QdEntity *
first (Fixture *fixture, QdKind kind, const char *connection)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (fixture->hub), kind);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_str_equal (qd_entity_get_connection (qd_entity_list_peek (list, i)), connection))
      return qd_entity_list_peek (list, i);
  return NULL;
}

/* Every verb of the table that the lab has a role for: the table and the server agree on who may. */
static void
test_roles (void)
{
  Fixture fixture = { 0 };
  QdFleet *fleet;
  g_autoptr (GError) error = NULL;
  g_autofree char *args = NULL;

  if (!begin (&fixture))
    return;
  fleet = qd_hub_get_fleet (fixture.hub);
  add (&fixture, "admin");
  add (&fixture, "viewer");
  test_until (first (&fixture, QD_KIND_PATH, "viewer") != NULL && first (&fixture, QD_KIND_FLOW, "admin") != NULL, 20);
  test_until (first (&fixture, QD_KIND_FLOW, "viewer") != NULL, 20);
  for (guint i = 0, n; i < (qd_capability_all (&n), n); i++)
    {
      const QdCapability *row = &qd_capability_all (&n)[i];

      /* Steps of engines are another connection's to offer; the role is asked here all the same. What others did is not for all who look. */
      if (row->engine)
        {
          gboolean audit = g_str_has_prefix (row->verb, "audit.");

          g_assert_true (qd_capability_permitted (fleet, "admin", row->verb, NULL));
          g_assert_cmpint (qd_capability_permitted (fleet, "viewer", row->verb, NULL), ==, (row->query && !audit) || row->permission == NULL);
          continue;
        }
      /* What is offered is found list by list. */
      test_until (qd_capability_allowed (fleet, "admin", row->verb, NULL), 20);
      g_assert_cmpint (qd_capability_allowed (fleet, "viewer", row->verb, NULL), ==, row->query);
    }
  args = g_strdup_printf ("{\"id\":\"%s\"}", qd_entity_get_id (first (&fixture, QD_KIND_PATH, "viewer")));
  g_assert_null (run (&fixture, "viewer", "path.test", args, NULL, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  end (&fixture);
}

/* One that is up: which are not hangs on the hour, and the test of such a one fails. */
static QdEntity *
first_well_path (Fixture *fixture, const char *connection)
{
  QdEntityList *paths = qd_fleet_get_list (qd_hub_get_fleet (fixture->hub), QD_KIND_PATH);

  for (guint i = 0; i < qd_entity_list_get_length (paths); i++)
    {
      QdEntity *path = qd_entity_list_peek (paths, i);

      if (g_strcmp0 (qd_entity_get_connection (path), connection) == 0 && qd_entity_get_status (path) == QD_STATUS_WELL)
        return path;
    }
  return NULL;
}

static void
test_job (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) tested = NULL;
  g_autofree char *args = NULL, *path = NULL;
  QdEntity *job;

  if (!begin (&fixture))
    return;
  add (&fixture, "operator");
  test_until (first_well_path (&fixture, "operator") != NULL, 20);
  path = g_strdup (qd_entity_get_id (first_well_path (&fixture, "operator")));
  args = g_strdup_printf ("{\"id\":\"%s\"}", path);
  tested = run (&fixture, "operator", "path.test", args, NULL, &error);
  g_assert_no_error (error);
  job = first (&fixture, QD_KIND_JOB, QD_HUB_LOCAL);
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_STATE), ==, "succeeded");
  g_assert_nonnull (strstr (qd_entity_get_string (job, QD_JOB_STEPS), "measure"));
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_TARGET_ID), ==, path);
  end (&fixture);
}

/* What is hard to undo wants the password once more: the server says so, and takes it. */
static void
test_step_up (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *args = NULL, *password = NULL, *given = NULL;

  fixture.lab = test_lab_new ("--sites 30 --paths 80 --flows 100 --rate 100 --no-nats --step-up 1");
  if (fixture.lab == NULL)
    return;
  fixture.hub = qd_hub_new (NULL);
  add (&fixture, "admin");
  test_until (first (&fixture, QD_KIND_PATH, "admin") != NULL, 20);
  args = g_strdup_printf ("{\"id\":\"%s\"}", qd_entity_get_id (first (&fixture, QD_KIND_PATH, "admin")));
  for (guint i = 0; i < 20 && !g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP); i++)
    {
      g_clear_error (&error);
      g_clear_pointer (&answer, json_node_unref);
      test_spin (300);
      answer = run (&fixture, "admin", "path.failover", args, "a test", &error);
    }
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP);
  g_assert_nonnull (strstr (error->message, "/failover"));
  g_clear_error (&error);
  /* Nobody is signed out by that. */
  g_assert_cmpstr (state_of (fixture.hub, "admin"), ==, "live");

  g_assert_null (run (&fixture, "admin", "auth.step-up", "{\"password\":\"wrong\"}", NULL, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  g_clear_error (&error);
  password = test_lab_dup_password (fixture.lab, "admin", FALSE);
  given = g_strdup_printf ("{\"password\":\"%s\"}", password);
  answer = run (&fixture, "admin", "auth.step-up", given, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&answer, json_node_unref);
  /* Done, or stopped by what the network is: but not for the password. */
  answer = run (&fixture, "admin", "path.failover", args, "a test", &error);
  g_assert_false (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP));
  end (&fixture);
}

/* A site's whole life; what two change at once is a conflict. */
static void
test_site (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) made = NULL, changed = NULL, removed = NULL;
  g_autofree char *id = NULL, *update = NULL, *remove = NULL, *revision = NULL;
  QdFleet *fleet;

  if (!begin (&fixture))
    return;
  fleet = qd_hub_get_fleet (fixture.hub);
  add (&fixture, "admin");
  made = run (&fixture, "admin", "site.create", "{\"name\":\"Test Bay\",\"kind\":\"branch\",\"latitude\":\"54.3\",\"longitude\":\"10.1\"}",
              NULL, &error);
  g_assert_no_error (error);
  id = qd_json_dup_id (qd_json_object (made), "id");
  g_assert_nonnull (id);
  test_until (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, id) != NULL, 20);
  revision = g_strdup (qd_entity_get_string (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, id), QD_FIELD_REVISION));
  update = g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\",\"changes\":{\"name\":\"Test Bay 2\"}}", id, revision);
  changed = run (&fixture, "admin", "site.update", update, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (run (&fixture, "admin", "site.update", update, NULL, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_clear_error (&error);
  test_until (g_str_equal (qd_entity_get_name (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, id)), "Test Bay 2"), 20);
  g_set_str (&revision, qd_entity_get_string (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, id), QD_FIELD_REVISION));
  remove = g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\"}", id, revision);
  g_assert_null (run (&fixture, "admin", "site.delete", remove, NULL, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);
  removed = run (&fixture, "admin", "site.delete", remove, "closed down", &error);
  g_assert_no_error (error);
  test_until (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, id) == NULL, 20);
  end (&fixture);
}

static void
start (QdHub *hub)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  qd_hub_start_async (hub, NULL, result_cb, &result);
  test_until (result != NULL, 20);
  g_assert_true (qd_hub_start_finish (hub, result, &error));
  g_assert_no_error (error);
}

/* Yesterday's state is there at once, says that it is, and gives way to what is so now. */
static void
test_last_state (void)
{
  Fixture fixture = { 0 };
  g_autofree char *gone = NULL, *path = NULL;
  QdFleet *fleet;
  QdEntity *entity;
  Place place;

  if (!begin (&fixture))
    return;
  place_init (&place);
  qd_hub_stop (fixture.hub);
  g_object_unref (fixture.hub);
  for (guint run_nr = 0; run_nr < 2; run_nr++)
    {
      g_autoptr (QdStore) store = qd_store_new (place.path);
      g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (fixture.lab, "node-api", "admin");

      fixture.hub = qd_hub_new (store);
      fleet = qd_hub_get_fleet (fixture.hub);
      g_set_str (&endpoint->id, "admin");
      g_assert_true (qd_hub_add (fixture.hub, endpoint, TRUE, NULL));
      start (fixture.hub);
      if (run_nr == 1)
        {
          g_assert_cmpstr (state_of (fixture.hub, "admin"), !=, "live");
          g_assert_nonnull (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, gone));
          entity = first (&fixture, QD_KIND_PATH, "admin");
          g_assert_nonnull (entity);
          g_assert_true (qd_fleet_is_stale (fleet, entity));
        }
      test_until (g_strcmp0 (state_of (fixture.hub, "admin"), "live") == 0, 20);
      test_until (first (&fixture, QD_KIND_SITE, "admin") != NULL, 20);
      if (run_nr == 0)
        {
          gone = g_strdup (qd_entity_get_id (first (&fixture, QD_KIND_SITE, "admin")));
          test_until (first (&fixture, QD_KIND_PATH, "admin") != NULL, 20);
        }
      else
        test_until (qd_fleet_lookup (fleet, "admin", QD_KIND_SITE, gone) == NULL, 20);
      qd_hub_stop (fixture.hub);
      test_spin (50);
      g_clear_object (&fixture.hub);
      if (run_nr == 0)
        {
          path = g_strdup_printf ("/api/v1/sites/%s", gone);
          g_autoptr (JsonNode) paths = test_lab_request (fixture.lab, "GET", path, NULL);
          g_autofree char *revision = qd_json_dup_id (qd_json_object (paths), "revision");
          Fixture other = { .lab = fixture.lab, .hub = qd_hub_new (NULL) };
          g_autofree char *args = g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\"}", gone, revision);
          g_autoptr (GError) error = NULL;
          g_autoptr (JsonNode) answer = NULL;

          /* While nobody looks, somebody removes it. */
          add (&other, "admin");
          answer = run (&other, "admin", "site.delete", args, "moved away", &error);
          g_assert_no_error (error);
          g_clear_object (&other.result);
          qd_hub_stop (other.hub);
          test_spin (50);
          g_clear_object (&other.hub);
        }
    }
  test_lab_free (fixture.lab);
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub-lab/step-up", test_step_up);
  g_test_add_func ("/hub-lab/roles", test_roles);
  g_test_add_func ("/hub-lab/job", test_job);
  g_test_add_func ("/hub-lab/site", test_site);
  g_test_add_func ("/hub-lab/last-state", test_last_state);
  return g_test_run ();
}
