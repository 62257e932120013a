/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routing policies between the node-api driver and the real lab: what is there, what happens to it, who was quicker. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

static TestModel *
model_of (TestLab *lab, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (lab, "node-api", user);

  return test_model_new (endpoint);
}

static gboolean
is_ready (TestModel *model)
{
  QdEntity *connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  const char *offers = connection ? qd_entity_get_string (connection, QD_CONNECTION_OFFERS) : NULL;

  return g_str_equal (test_model_state (model), "live") && offers && strstr (offers, "\"routing_policies.write\"");
}

static const char *
revision_of (TestModel *model, const char *id)
{
  QdEntity *policy = test_model_find (model, QD_KIND_ROUTING, id);

  return policy ? qd_entity_get_string (policy, QD_FIELD_REVISION) : NULL;
}

static gint64
priority_of (TestModel *model, const char *id)
{
  QdEntity *policy = test_model_find (model, QD_KIND_ROUTING, id);
  gint64 priority;

  return policy && qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &priority) ? priority : -1;
}

static char *
change (TestModel *model, const char *id, const char *changes)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"revision\":\"%s\",\"changes\":%s}", id, revision_of (model, id), changes);
}

/* Whether the model has what the lab says, and nothing else. */
static gboolean
same_as_lab (TestModel *model, TestLab *lab)
{
  g_autoptr (GHashTable) theirs = test_lab_list (lab, "/api/v1/routing-policies");
  QdEntityList *ours = qd_fleet_get_list (model->fleet, QD_KIND_ROUTING);

  if (qd_entity_list_get_length (ours) != g_hash_table_size (theirs))
    return FALSE;
  for (guint i = 0; i < qd_entity_list_get_length (ours); i++)
    {
      QdEntity *policy = qd_entity_list_peek (ours, i);
      JsonObject *object = g_hash_table_lookup (theirs, qd_entity_get_id (policy));
      g_autofree char *revision = object ? qd_json_dup_id (object, "revision") : NULL;
      gint64 priority;
      double enabled;

      if (object == NULL || g_strcmp0 (revision, qd_entity_get_string (policy, QD_FIELD_REVISION)) != 0 ||
          g_strcmp0 (qd_json_get_string (object, "name", NULL), qd_entity_get_name (policy)) != 0 ||
          !qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &priority) || priority != json_object_get_int_member (object, "priority") ||
          !qd_entity_get_double (policy, QD_ROUTING_ENABLED, &enabled) || (enabled != 0) != json_object_get_boolean_member (object, "enabled"))
        return FALSE;
      g_assert_nonnull (strstr (qd_entity_get_string (policy, QD_ROUTING_MATCH), "\"dst_port_range\""));
      g_assert_nonnull (strstr (qd_entity_get_string (policy, QD_ROUTING_FAILOVER), "\"failback\""));
      g_assert_nonnull (qd_entity_get_string (policy, QD_ROUTING_PREFERENCE));
      g_assert_cmpint (qd_entity_get (policy, QD_FIELD_EXTRA)->type, ==, QD_VALUE_NONE);
    }
  return TRUE;
}

/* How many active flows name each policy is what counting them says. */
static gboolean
same_flows (TestModel *model)
{
  QdEntityList *policies = qd_fleet_get_list (model->fleet, QD_KIND_ROUTING), *flows = qd_fleet_get_list (model->fleet, QD_KIND_FLOW);
  gint64 all = 0;

  for (guint i = 0; i < qd_entity_list_get_length (policies); i++)
    {
      QdEntity *policy = qd_entity_list_peek (policies, i);
      gint64 n = 0, said;

      for (guint j = 0; j < qd_entity_list_get_length (flows); j++)
        n += g_strcmp0 (qd_entity_get_string (qd_entity_list_peek (flows, j), QD_FLOW_POLICY), qd_entity_get_id (policy)) == 0 &&
             g_strcmp0 (qd_entity_get_string (qd_entity_list_peek (flows, j), QD_FLOW_STATE), "active") == 0;
      if (!qd_entity_get_int (policy, QD_ROUTING_FLOWS, &said) || said != n)
        return FALSE;
      all += n;
    }
  return all > 0;
}

static void
test_verbs (void)
{
  TestLab *lab = test_lab_new ("--sites 12 --paths 40 --flows 300 --rate 50 --seed 6 --no-nats");
  g_autofree char *args = NULL;
  g_autoptr (GError) error = NULL;
  TestModel *model;
  JsonNode *node;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  test_until (is_ready (model) && same_as_lab (model, lab), 20);
  test_until (test_model_count (model, QD_KIND_FLOW) == 300 && same_flows (model), 20);

  node = test_model_command (model, "routing.create", "{\"name\":\"Käse\",\"priority\":7,\"path_preference\":\"LowestCost\",\"dry_run\":true}", &error);
  g_assert_no_error (error);
  g_assert_nonnull (qd_json_get_array (qd_json_object (node), "plan"));
  json_node_unref (node);
  node = test_model_command (model, "routing.create", "{\"id\":\"cheese\",\"name\":\"Käse\",\"priority\":7,\"match\":{\"protocol\":\"tcp\"},"
                                                      "\"path_preference\":{\"custom\":{\"latency_weight\":3,\"cost_weight\":1}},\"enabled\":false}", &error);
  g_assert_no_error (error);
  json_node_unref (node);
  test_until (priority_of (model, "cheese") == 7, 10);
  g_assert_nonnull (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_ROUTING, "cheese"), QD_ROUTING_PREFERENCE), "latency_weight"));

  args = g_strdup_printf ("{\"id\":\"cheese\",\"revision\":\"%s\",\"enabled\":true}", revision_of (model, "cheese"));
  node = test_model_command (model, "routing.enable", args, &error);
  g_assert_no_error (error);
  json_node_unref (node);
  /* The revision that was seen before is stale now. */
  g_assert_null (test_model_command (model, "routing.enable", args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_clear_pointer (&args, g_free);
  test_until (g_strcmp0 (revision_of (model, "cheese"), "2") == 0, 10);

  args = change (model, "cheese", "{\"path_preference\":{\"custom\":{\"cost_weight\":null,\"loss_weight\":2}},\"match\":{\"protocol\":null}}");
  node = test_model_command (model, "routing.update", args, &error);
  g_assert_no_error (error);
  json_node_unref (node);
  g_clear_pointer (&args, g_free);
  test_until (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_ROUTING, "cheese"), QD_ROUTING_PREFERENCE), "loss_weight"), 10);
  g_assert_null (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_ROUTING, "cheese"), QD_ROUTING_PREFERENCE), "cost_weight"));

  g_assert_null (test_model_command (model, "routing.update", "{\"id\":\"cheese\",\"changes\":{\"priority\":3}}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);
  args = change (model, "cheese", "{\"match\":{\"dst_port_range\":\"9-1\"}}");
  g_assert_null (test_model_command (model, "routing.update", args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "such as 443"));
  g_clear_error (&error);
  g_clear_pointer (&args, g_free);

  args = g_strdup_printf ("{\"id\":\"cheese\",\"revision\":\"%s\",\"reason\":\"eaten\"}", revision_of (model, "cheese"));
  node = test_model_command (model, "routing.delete", args, &error);
  g_assert_no_error (error);
  json_node_unref (node);
  test_until (test_model_find (model, QD_KIND_ROUTING, "cheese") == NULL && same_as_lab (model, lab), 10);
  test_model_free (model);
  test_lab_free (lab);
}

static gboolean
both_are_at (TestModel *first, TestModel *second, int revision)
{
  g_autofree char *text = g_strdup_printf ("%d", revision);

  return g_strcmp0 (revision_of (first, "policy-bulk"), text) == 0 && g_strcmp0 (revision_of (second, "policy-bulk"), text) == 0;
}

/* Two who change one policy at once, from the same revision: one is done, the other is told, and with what is there
 * then it does its own on top. In the end nothing is lost. */
static void
test_race (void)
{
  TestLab *lab = test_lab_new ("--sites 8 --paths 20 --flows 20 --rate 20 --no-nats");
  g_autoptr (GError) error = NULL;
  TestModel *first, *second;

  if (lab == NULL)
    return;
  first = model_of (lab, "admin");
  second = model_of (lab, "operator");
  test_until (is_ready (first) && is_ready (second), 20);
  for (int round = 0; round < 6; round++)
    {
      g_autofree char *priority = g_strdup_printf ("{\"priority\":%d}", 100 + round), *delay = g_strdup_printf ("{\"failover\":{\"delay_s\":%d}}", 10 + round);
      g_autofree char *of_first = NULL, *of_second = NULL, *again = NULL;
      JsonNode *node;

      test_until (both_are_at (first, second, 2 * round + 1), 10);
      of_first = change (first, "policy-bulk", priority);
      of_second = change (second, "policy-bulk", delay);
      node = test_model_command (round % 2 ? second : first, "routing.update", round % 2 ? of_second : of_first, &error);
      g_assert_no_error (error);
      json_node_unref (node);
      g_assert_null (test_model_command (round % 2 ? first : second, "routing.update", round % 2 ? of_first : of_second, &error));
      g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
      g_clear_error (&error);
      /* Who lost is shown what is there, without asking. */
      test_until (both_are_at (first, second, 2 * round + 2), 10);
      again = change (round % 2 ? first : second, "policy-bulk", round % 2 ? priority : delay);
      node = test_model_command (round % 2 ? first : second, "routing.update", again, &error);
      g_assert_no_error (error);
      json_node_unref (node);
      test_until (priority_of (first, "policy-bulk") == 100 + round && priority_of (second, "policy-bulk") == 100 + round, 10);
      g_clear_pointer (&again, g_free);
      again = g_strdup_printf ("\"delay_s\":%d", 10 + round);
      test_until (strstr (qd_entity_get_string (test_model_find (first, QD_KIND_ROUTING, "policy-bulk"), QD_ROUTING_FAILOVER), again) &&
                  strstr (qd_entity_get_string (test_model_find (second, QD_KIND_ROUTING, "policy-bulk"), QD_ROUTING_FAILOVER), again), 10);
    }
  test_model_free (second);
  test_model_free (first);
  test_lab_free (lab);
}

/* What others do is heard of by itself. */
static void
test_events (void)
{
  TestLab *lab = test_lab_new ("--sites 8 --paths 20 --flows 20 --rate 20 --no-nats");
  g_autoptr (JsonNode) made = NULL;
  TestModel *model;
  g_autoptr (GError) error = NULL;
  g_autofree char *args = NULL;

  if (lab == NULL)
    return;
  model = model_of (lab, "viewer");
  test_until (is_ready (model), 20);
  made = test_lab_request (lab, "POST", "/api/v1/routing-policies", "{\"id\":\"theirs\",\"name\":\"Theirs\",\"priority\":1,\"path_preference\":\"LowestCost\"}");
  test_until (priority_of (model, "theirs") == 1 && same_as_lab (model, lab), 10);
  /* A viewer views. */
  args = change (model, "theirs", "{\"priority\":2}");
  g_assert_null (test_model_command (model, "routing.update", args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  g_assert_cmpint (priority_of (model, "theirs"), ==, 1);
  test_model_free (model);
  test_lab_free (lab);
}

/* A server that has no such route is no broken one; and one that had, and cannot answer now, has not lost them. */
static void
test_absent (void)
{
  static const char *const faults[] = { "/api/v1/routing-policies:404", "/api/v1/routing-policies:html" };
  TestLab *lab = test_lab_new ("--sites 8 --paths 20 --flows 20 --rate 20 --no-nats");
  TestModel *model;

  if (lab == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      QdEntity *connection;

      test_lab_set_faults (lab, faults[i]);
      model = model_of (lab, "admin");
      test_until (g_str_equal (test_model_state (model), "live"), 20);
      connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
      g_assert_null (strstr (qd_entity_get_string (connection, QD_CONNECTION_OFFERS), "routing_policies"));
      g_assert_cmpuint (test_model_count (model, QD_KIND_ROUTING), ==, 0);
      test_model_free (model);
    }
  test_lab_set_faults (lab, "");
  model = model_of (lab, "admin");
  test_until (is_ready (model), 20);
  test_lab_set_faults (lab, faults[1]);
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "stale"), 30);
  g_assert_nonnull (strstr (test_model_detail (model), "/api/v1/routing-policies"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_ROUTING), ==, 5);
  test_lab_set_faults (lab, "");
  test_until (g_str_equal (test_model_state (model), "live"), 60);
  test_model_free (model);
  test_lab_free (lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/routing/verbs", test_verbs);
  g_test_add_func ("/drivers/routing/race", test_race);
  g_test_add_func ("/drivers/routing/events", test_events);
  g_test_add_func ("/drivers/routing/absent", test_absent);
  return g_test_run ();
}
