/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node-api driver against the real lab. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

static gboolean
same_ids (TestModel *model, TestLab *lab, QdKind kind, const char *path)
{
  g_autoptr (GHashTable) theirs = test_lab_list (lab, path);
  QdEntityList *ours = qd_fleet_get_list (model->fleet, kind);

  if (qd_entity_list_get_length (ours) != g_hash_table_size (theirs))
    {
      g_test_message ("%s: %u here, %u there", path, qd_entity_list_get_length (ours), g_hash_table_size (theirs));
      return FALSE;
    }
  for (guint i = 0; i < qd_entity_list_get_length (ours); i++)
    {
      QdEntity *entity = qd_entity_list_peek (ours, i);
      JsonObject *object = g_hash_table_lookup (theirs, qd_entity_get_id (entity));
      const char *word = object ? qd_json_get_string (object, "status", NULL) : NULL;
      g_autofree char *revision = object ? qd_json_dup_id (object, "revision") : NULL;

      if (object == NULL ||
          (kind != QD_KIND_JOB && g_strcmp0 (qd_entity_get_string (entity, QD_FIELD_STATUS_TEXT), word) != 0) ||
          (kind != QD_KIND_FLOW && g_strcmp0 (qd_entity_get_string (entity, QD_FIELD_REVISION), revision) != 0))
        {
          g_test_message ("%s %s differs: status %s there, %s here; revision %s there, %s here", path, qd_entity_get_id (entity),
                          word ? word : "none", qd_entity_get_string (entity, QD_FIELD_STATUS_TEXT), revision,
                          qd_entity_get_string (entity, QD_FIELD_REVISION));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
same_as_lab (TestModel *model, TestLab *lab)
{
  return same_ids (model, lab, QD_KIND_SITE, "/api/v1/sites") && same_ids (model, lab, QD_KIND_PATH, "/api/v1/paths") &&
         same_ids (model, lab, QD_KIND_NODE, "/api/v1/nodes") && same_ids (model, lab, QD_KIND_JOB, "/admin/v1/jobs");
}

/* The world moves while it is compared: it has to be the same once, soon. */
static void
assert_same (TestModel *model, TestLab *lab)
{
  for (int i = 0; i < 20; i++)
    {
      if (same_as_lab (model, lab))
        return;
      test_spin (300);
    }
  g_error ("the model does not become equal to the lab's lists");
}

static void
wait_live (TestModel *model)
{
  test_until (g_str_equal (test_model_state (model), "live"), 20);
}

static TestModel *
model_of (TestLab *lab, const char *driver, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (lab, driver, user);

  return test_model_new (endpoint);
}

static void
test_equal (void)
{
  TestLab *lab = test_lab_new ("--sites 30 --paths 120 --flows 2500 --rate 400 --seed 5 --no-nats");
  TestModel *model;
  QdEntity *connection;
  double latency;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 30);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 120);
  /* More than two pages. */
  g_assert_cmpuint (test_model_count (model, QD_KIND_FLOW), ==, 2500);
  g_assert_cmpuint (test_model_count (model, QD_KIND_NODE), >, 0);
  assert_same (model, lab);

  connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  g_assert_cmpstr (qd_entity_get_string (connection, QD_CONNECTION_USER), ==, "admin");
  g_assert_cmpstr (qd_entity_get_string (connection, QD_CONNECTION_ROLE), ==, "admin");
  g_assert_nonnull (strstr (qd_entity_get_string (connection, QD_CONNECTION_OFFERS), "sites.write"));
  g_assert_nonnull (strstr (qd_entity_get_string (connection, QD_CONNECTION_PERMISSIONS), "sdwan.sites.view"));
  g_assert_cmpstr (qd_entity_get_string (connection, QD_CONNECTION_EPOCH), ==, lab->epoch);

  /* The metrics move by themselves, by the socket. */
  {
    QdEntity *path = qd_entity_list_peek (qd_fleet_get_list (model->fleet, QD_KIND_PATH), 7);
    gint64 before = 0, now = 0;

    g_assert_true (qd_entity_get_double (path, QD_PATH_CAPACITY_MBPS, &latency));
    qd_entity_get_int (path, QD_PATH_METRIC_SEQ, &before);
    test_until (qd_entity_get_int (path, QD_PATH_METRIC_SEQ, &now) && now > before + 2, 20);
  }
  test_model_free (model);
  test_lab_free (lab);
}

static char *
revision_of (TestModel *model, const char *id)
{
  return g_strdup (qd_entity_get_string (test_model_find (model, QD_KIND_SITE, id), QD_FIELD_REVISION));
}

/* One that is up: which are not hangs on the hour, and the test of such a one fails. */
static const char *
find_well_path (TestModel *model)
{
  QdEntityList *paths = qd_fleet_get_list (model->fleet, QD_KIND_PATH);

  for (guint i = 0; i < qd_entity_list_get_length (paths); i++)
    if (qd_entity_get_status (qd_entity_list_peek (paths, i)) == QD_STATUS_WELL)
      return qd_entity_get_id (qd_entity_list_peek (paths, i));
  g_error ("no path of the lab is well");
}

static void
test_commands (void)
{
  TestLab *lab = test_lab_new ("--sites 12 --paths 40 --flows 100 --rate 50 --seed 6 --no-nats");
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *revision = NULL;
  g_autofree char *stale = NULL;
  g_autofree char *args = NULL;
  const char *path_id, *flow_id;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);

  node = test_model_command (model, "site.create", "{\"id\":\"new-1\",\"name\":\"Käse & <Brot>\",\"kind\":\"branch\",\"latitude\":47.5,\"longitude\":8.25,\"location\":\"Zürich\",\"dry_run\":true}", &error);
  g_assert_no_error (error);
  g_assert_nonnull (qd_json_get_array (qd_json_object (node), "plan"));
  g_clear_pointer (&node, json_node_unref);
  g_assert_null (test_model_find (model, QD_KIND_SITE, "new-1"));

  node = test_model_command (model, "site.create", "{\"id\":\"new-1\",\"name\":\"Käse & <Brot>\",\"kind\":\"branch\",\"latitude\":47.5,\"longitude\":8.25,\"location\":\"Zürich\",\"idempotency_key\":\"k1\"}", &error);
  g_assert_no_error (error);
  g_clear_pointer (&node, json_node_unref);
  test_until (test_model_find (model, QD_KIND_SITE, "new-1"), 5);
  g_assert_cmpstr (qd_entity_get_name (test_model_find (model, QD_KIND_SITE, "new-1")), ==, "Käse & <Brot>");
  g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_SITE, "new-1"), QD_SITE_LOCATION), ==, "Zürich");

  revision = revision_of (model, "new-1");
  args = g_strdup_printf ("{\"id\":\"new-1\",\"revision\":\"%s\",\"changes\":{\"name\":\"Renamed\"}}", revision);
  stale = g_strdup (args);
  node = test_model_command (model, "site.update", args, &error);
  g_assert_no_error (error);
  g_clear_pointer (&node, json_node_unref);
  test_until (g_str_equal (qd_entity_get_name (test_model_find (model, QD_KIND_SITE, "new-1")), "Renamed"), 5);

  /* The same again comes too late. */
  node = test_model_command (model, "site.update", stale, &error);
  g_assert_null (node);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_clear_error (&error);

  node = test_model_command (model, "site.delete", "{\"id\":\"new-1\"}", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);
  g_free (revision);
  revision = revision_of (model, "new-1");
  g_free (args);
  args = g_strdup_printf ("{\"id\":\"new-1\",\"revision\":\"%s\",\"reason\":\"a test\"}", revision);
  node = test_model_command (model, "site.delete", args, &error);
  g_assert_no_error (error);
  g_clear_pointer (&node, json_node_unref);
  test_until (test_model_find (model, QD_KIND_SITE, "new-1") == NULL, 5);

  path_id = find_well_path (model);
  g_free (args);
  args = g_strdup_printf ("{\"id\":\"%s\"}", path_id);
  node = test_model_command (model, "path.test", args, &error);
  g_assert_no_error (error);
  {
    g_autofree char *job = g_strdup (qd_json_get_string (qd_json_object (node), "job_id", NULL));
    QdEntity *entity = NULL;

    g_assert_nonnull (job);
    test_until ((entity = test_model_find (model, QD_KIND_JOB, job)) &&
                g_strcmp0 (qd_entity_get_string (entity, QD_JOB_STATE), "succeeded") == 0, 30);
    g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_TARGET_ID), ==, path_id);
  }
  g_clear_pointer (&node, json_node_unref);

  node = test_model_command (model, "path.history", args, &error);
  g_assert_no_error (error);
  g_clear_pointer (&node, json_node_unref);

  flow_id = qd_entity_get_id (qd_entity_list_peek (qd_fleet_get_list (model->fleet, QD_KIND_FLOW), 0));
  g_free (args);
  args = g_strdup_printf ("{\"id\":\"%s\"}", flow_id);
  node = test_model_command (model, "flow.decision", args, &error);
  g_assert_no_error (error);
  g_assert_nonnull (qd_json_get_array (qd_json_object (node), "decision"));
  g_clear_pointer (&node, json_node_unref);
  node = test_model_command (model, "flows.search", "{\"protocol\":\"TCP\",\"limit\":5}", &error);
  g_assert_no_error (error);
  g_clear_pointer (&node, json_node_unref);

  node = test_model_command (model, "no.such", "{}", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  g_clear_error (&error);

  assert_same (model, lab);
  test_model_free (model);
  test_lab_free (lab);
}

static void
test_roles (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 8 --flows 10 --rate 10 --no-nats");
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdEndpoint) endpoint = NULL;

  if (lab == NULL)
    return;
  model = model_of (lab, "auto", "viewer");
  wait_live (model);
  g_assert_null (test_model_command (model, "site.create", "{\"name\":\"x\",\"kind\":\"branch\"}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  test_model_free (model);

  /* A wrong password is said so, and not tried over and over. */
  endpoint = test_lab_endpoint (lab, "node-api", "viewer");
  g_set_str (&endpoint->password, "wrong");
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "refused"), 10);
  g_assert_nonnull (strstr (test_model_detail (model), "/api/v1/auth/login"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 0);
  test_model_free (model);
  test_lab_free (lab);
}

static void
test_restart (void)
{
  TestLab *lab = test_lab_new ("--sites 20 --paths 60 --flows 50 --rate 100 --seed 7 --no-nats");
  TestModel *model;
  g_autofree char *old_epoch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);
  node = test_model_command (model, "site.create", "{\"id\":\"kept\",\"name\":\"Kept\",\"kind\":\"branch\"}", &error);
  g_assert_no_error (error);
  old_epoch = g_strdup (lab->epoch);

  test_lab_kill (lab);
  test_until (g_str_equal (test_model_state (model), "stale"), 10);
  g_assert_cmpuint (strlen (test_model_detail (model)), >, 10);
  /* What was last known stays. */
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 21);
  test_lab_start (lab);
  g_assert_cmpstr (lab->epoch, ==, old_epoch);
  test_until (g_str_equal (test_model_state (model), "live"), 30);
  assert_same (model, lab);
  g_assert_nonnull (test_model_find (model, QD_KIND_SITE, "kept"));

  /* Another life of the server: nothing of the old one may stay. */
  test_lab_kill (lab);
  test_until (g_str_equal (test_model_state (model), "stale"), 10);
  test_lab_wipe (lab);
  test_lab_start (lab);
  g_assert_cmpstr (lab->epoch, !=, old_epoch);
  /* Its users have other passwords too: that is said, and mended by signing in. */
  test_until (g_str_equal (test_model_state (model), "refused"), 20);
  g_assert_nonnull (test_model_find (model, QD_KIND_SITE, "kept"));
  {
    g_autofree char *password = test_lab_dup_password (lab, "admin", FALSE);
    g_autofree char *args = g_strdup_printf ("{\"user\":\"admin\",\"password\":\"%s\"}", password);
    g_autoptr (JsonNode) answer = test_model_command (model, "auth.sign-in", args, &error);

    g_assert_no_error (error);
  }
  test_until (g_str_equal (test_model_state (model), "live") && test_model_find (model, QD_KIND_SITE, "kept") == NULL, 40);
  assert_same (model, lab);
  g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "lab"), QD_CONNECTION_EPOCH), ==, lab->epoch);
  test_model_free (model);
  test_lab_free (lab);
}

/* Sets @spec, reads everything anew, and waits for a message that names @route. */
static void
suffer (TestLab *lab, TestModel *model, const char *route, const char *fault, const char *words)
{
  g_autofree char *spec = g_strdup_printf ("%s:%s", route, fault);

  test_lab_set_faults (lab, spec);
  qd_driver_refresh (model->driver);
  test_until (strstr (test_model_detail (model), route) && strstr (test_model_detail (model), words), 60);
  g_test_message ("%s: %s: %s", spec, test_model_state (model), test_model_detail (model));
  g_assert_cmpstr (test_model_state (model), ==, "stale");
  /* What was last known stays. */
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 10);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 30);
  g_assert_cmpuint (test_model_count (model, QD_KIND_FLOW), ==, 50);
  g_assert_cmpuint (test_model_count (model, QD_KIND_NODE), >, 0);
}

static void
test_faults (void)
{
  static const struct { const char *route, *fault, *words; } faults[] = {
    { "/api/v1/sites", "500", "500" },        { "/api/v1/sites", "html", "text/html" },
    { "/api/v1/paths", "close", "closed in the middle" }, { "/api/v1/sites", "truncate", "closed in the middle" },
    { "/api/v1/nodes", "garble", "JSON" },    { "/api/v1/paths", "big", "a list of things" },
    { "/api/v1/nodes", "401", "401" },        { "/admin/v1/jobs", "500", "500" },
    { "/api/v1/flows", "html", "text/html" },
  };
  TestLab *lab = test_lab_new ("--sites 10 --paths 30 --flows 50 --rate 20 --no-nats");
  TestModel *model;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      suffer (lab, model, faults[i].route, faults[i].fault, faults[i].words);
      test_lab_set_faults (lab, "");
      test_until (g_str_equal (test_model_state (model), "live"), 60);
    }
  assert_same (model, lab);
  test_model_free (model);
  test_lab_free (lab);
}

static void
test_stream_faults (void)
{
  static const char *const faults[] = { "garble", "truncate", "close", "500", "html" };
  TestLab *lab = test_lab_new ("--sites 10 --paths 30 --flows 50 --rate 100 --no-nats");
  TestModel *model;
  g_autoptr (GError) error = NULL;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *spec = g_strdup_printf ("/ws/*:%s", faults[i]);
      g_autofree char *body = g_strdup_printf ("{\"id\":\"made-%u\",\"name\":\"Made %u\",\"kind\":\"branch\"}", i, i);
      g_autofree char *id = g_strdup_printf ("made-%u", i);
      g_autoptr (JsonNode) answer = NULL;

      test_lab_set_faults (lab, spec);
      /* Open sockets feel the first two; the others, new ones. */
      if (i >= 2)
        {
          test_lab_kill (lab);
          test_lab_start (lab);
          test_lab_set_faults (lab, spec);
        }
      /* Somebody else makes a site: the event of it comes through this. */
      answer = test_lab_request (lab, "POST", "/api/v1/sites", body);
      test_until (strstr (test_model_detail (model), i >= 2 ? "http" : "/ws/"), 20);
      g_test_message ("%s: %s: %s", spec, test_model_state (model), test_model_detail (model));
      g_assert_cmpstr (test_model_state (model), ==, "stale");
      test_lab_set_faults (lab, "");
      test_until (g_str_equal (test_model_state (model), "live") && test_model_find (model, QD_KIND_SITE, id), 40);
    }
  assert_same (model, lab);
  test_model_free (model);
  test_lab_free (lab);
}

static gboolean
same_metrics (TestModel *model, TestLab *lab)
{
  g_autoptr (GHashTable) theirs = test_lab_list (lab, "/api/v1/paths");
  GHashTableIter iter;
  gpointer id, object;

  g_hash_table_iter_init (&iter, theirs);
  while (g_hash_table_iter_next (&iter, &id, &object))
    {
      QdEntity *ours = test_model_find (model, QD_KIND_PATH, id);
      gint64 here = -1, there = -1;

      qd_json_get_int (object, "metric_seq", &there);
      if (ours == NULL || !qd_entity_get_int (ours, QD_PATH_METRIC_SEQ, &here) || here != there)
        return FALSE;
    }
  return TRUE;
}

/* What was measured while the stream of metrics was cut is in the lists only, and the world may stand
 * still before it is back: a figure that nobody sends again must not stay old. */
static void
test_metrics_cut (void)
{
  TestLab *lab = test_lab_new ("--sites 10 --paths 30 --flows 50 --rate 300 --no-nats");
  g_autoptr (JsonNode) still = NULL;
  TestModel *model;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "admin");
  wait_live (model);
  test_lab_set_faults (lab, "/ws/metrics:close");
  test_spin (1500);
  still = test_lab_request (lab, "POST", "/lab/v1/rate", "{\"rate\":0}");
  g_assert_false (same_metrics (model, lab));
  test_lab_set_faults (lab, "");
  test_until (same_metrics (model, lab), 30);
  test_model_free (model);
  test_lab_free (lab);
}

static void
test_strict (void)
{
  /* A hundred requests a minute have to do for a whole start and a look around. */
  TestLab *lab = test_lab_new ("--sites 40 --paths 100 --flows 500 --rate 20 --no-nats --strict");
  TestModel *model;

  if (lab == NULL)
    return;
  model = model_of (lab, "node-api", "operator");
  wait_live (model);
  qd_driver_refresh (model->driver);
  test_spin (1500);
  g_assert_cmpstr (test_model_state (model), ==, "live");
  test_model_free (model);
  test_lab_free (lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/node-api/equal", test_equal);
  g_test_add_func ("/drivers/node-api/commands", test_commands);
  g_test_add_func ("/drivers/node-api/roles", test_roles);
  g_test_add_func ("/drivers/node-api/restart", test_restart);
  g_test_add_func ("/drivers/node-api/faults", test_faults);
  g_test_add_func ("/drivers/node-api/stream-faults", test_stream_faults);
  g_test_add_func ("/drivers/node-api/metrics-cut", test_metrics_cut);
  g_test_add_func ("/drivers/node-api/strict", test_strict);
  return g_test_run ();
}
