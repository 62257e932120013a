/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workspace's policies from and to a real lab: created, changed, removed, raced for, merged and taken back. */
#include "config.h"

#include <string.h>

#include "ops-fixture.h"
#include "qd-capability.h"
#include "qd-json.h"

typedef OpsFixture Fixture;

static gboolean
begin (Fixture *fixture)
{
  TestLab *lab = test_lab_new ("--sites 10 --paths 20 --flows 20 --rate 0 --no-nats");

  if (lab == NULL)
    return FALSE;
  ops_fixture_init (fixture, lab);
  return TRUE;
}

/* Signs in as @user, under an id of the same name, and waits until it knows that there are policies. */
static void
add (Fixture *fixture, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (fixture->lab, "node-api", user);

  g_set_str (&endpoint->id, user);
  g_assert_true (qd_hub_add (fixture->hub, endpoint, FALSE, NULL));
  ops_wait_for_policies (fixture, user);
  test_until (qd_entity_get (ops_connection (fixture, user), QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON, 20);
}

/* --- What is waited for ------------------------------------------------------------------------------------- */

/* The port that the server's policy of that name opens; 0: there is none. By another way than what is tested. */
static int
port_there (Fixture *fixture, const char *name)
{
  g_autoptr (GHashTable) all = test_lab_list (fixture->lab, "/api/v1/policies");
  g_autofree char *id = g_strconcat ("networkpolicy.default.", name, NULL);
  JsonObject *object = g_hash_table_lookup (all, id), *rule, *port;
  gint64 number = 0;

  if (object == NULL)
    return 0;
  rule = json_array_get_object_element (qd_json_get_array (qd_json_get_object (object, "spec"), "ingress"), 0);
  port = json_array_get_object_element (qd_json_get_array (rule, "ports"), 0);
  g_assert_true (qd_json_get_int (port, "port", &number));
  return (int) number;
}

/* Somebody else, with curl. */
static void
write_there (Fixture *fixture, const char *name, const char *app, int port)
{
  g_autofree char *path = g_strconcat ("/api/v1/policies/networkpolicy.default.", name, NULL);
  g_autofree char *body = g_strdup_printf ("{\"name\":\"policy.put\",\"object\":{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\","
                                           "\"metadata\":{\"name\":\"%s\",\"namespace\":\"default\"},\"spec\":{\"podSelector\":{\"matchLabels\":{\"app\":\"%s\"}},"
                                           "\"policyTypes\":[\"Ingress\"],\"ingress\":[{\"from\":[{\"podSelector\":{}}],\"ports\":[{\"protocol\":\"TCP\",\"port\":%d}]}]}}}",
                                           name, app, port);
  g_autoptr (JsonNode) node = qd_json_parse (body, -1, "body", NULL), now = test_lab_request (fixture->lab, "GET", path, NULL), done = NULL;
  g_autofree char *revision = qd_json_dup_id (qd_json_object (now), "revision");
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (qd_json_object (node), "revision", revision);
  g_clear_object (&fixture->result);
  qd_driver_command_async (qd_hub_get_driver (fixture->hub, "operator"), "policy.put", qd_json_object (node), NULL, ops_result_cb, &fixture->result);
  test_until (fixture->result != NULL, 20);
  done = qd_driver_command_finish (qd_hub_get_driver (fixture->hub, "operator"), fixture->result, &error);
  g_assert_no_error (error);
}

/* --- The tests ------------------------------------------------------------------------------------------------ */

static void
test_life (void)
{
  Fixture fixture = { 0 };
  g_autofree char *one = policy_text ("t-one", "backend", 80), *changed = policy_text ("t-one", "backend", 8081), *two = policy_text ("t-two", "cache", 6379);
  g_autofree char *both = g_strconcat (one, "---\n", two, NULL), *job = NULL, *second = NULL, *third = NULL;
  g_autoptr (QdPolicyPlan) plan = NULL, nothing = NULL, foreign = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) events = NULL;
  QdEntity *entity;
  GHashTableIter iter;
  gpointer event;
  guint reasons = 0;
  gint64 at;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  at = ops_policies_at (&fixture, "admin");
  g_assert_cmpint (at, >, 0);
  plan = ops_plan (&fixture, "/w", "admin", both);
  ops_assert_kind (plan, "t-one", QD_PLAN_CREATE);
  ops_assert_kind (plan, "backend-ingress-policy", QD_PLAN_FOREIGN);
  /* Without a reason nothing is done. */
  g_assert_null (ops_apply (&fixture, plan, "", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  job = ops_apply_text (&fixture, "/w", "admin", both);
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 80);
  entity = qd_fleet_lookup (qd_hub_get_fleet (fixture.hub), QD_HUB_LOCAL, QD_KIND_JOB, job);
  g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_STATE), ==, "succeeded");
  g_assert_nonnull (strstr (qd_entity_get_string (entity, QD_JOB_STEPS), "Create NetworkPolicy default/t-two"));
  g_assert_null (strstr (qd_entity_get_string (entity, QD_JOB_STEPS), "queued"));
  /* Who listens is told that they changed. */
  test_until (ops_policies_at (&fixture, "admin") > at, 20);
  nothing = ops_plan (&fixture, "/w", "admin", both);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (nothing), ==, 0);
  g_assert_cmpuint (qd_policy_plan_count (nothing, QD_PLAN_UNCHANGED), ==, 2);
  /* Changed and removed at once; another workspace has nothing to do with them. */
  second = ops_apply_text (&fixture, "/w", "admin", changed);
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 8081);
  g_assert_cmpint (port_there (&fixture, "t-two"), ==, 0);
  foreign = ops_plan (&fixture, "/elsewhere", "admin", "{}\n");
  g_assert_cmpuint (qd_policy_plan_get_n_changes (foreign), ==, 0);
  third = ops_apply_text (&fixture, "/w", "admin", "{}\n");
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 0);
  g_assert_cmpint (port_there (&fixture, "backend-ingress-policy"), !=, 0);
  /* The server knows who and why. */
  events = test_lab_list (fixture.lab, "/api/v1/events");
  g_hash_table_iter_init (&iter, events);
  while (g_hash_table_iter_next (&iter, NULL, &event))
    if (g_str_has_prefix (qd_json_get_string (event, "type", ""), "policy_"))
      {
        JsonObject *details = qd_json_get_object (event, "data");

        reasons += g_strcmp0 (qd_json_get_string (details, "reason", NULL), "a test") == 0 && g_strcmp0 (qd_json_get_string (details, "by", NULL), "admin") == 0;
      }
  g_assert_cmpuint (reasons, ==, 5);
  ops_fixture_clear (&fixture);
}

/* Two who saw the same: the first is done, the second is told before anything of it is, and loses nothing. */
static void
test_race (void)
{
  Fixture fixture = { 0 };
  g_autofree char *text = policy_text ("t-race", "backend", 80), *mine = policy_text ("t-race", "backend", 81), *theirs = policy_text ("t-race", "backend", 82);
  g_autofree char *other = policy_text ("t-other", "cache", 6379), *mine_too = g_strconcat (mine, "---\n", other, NULL), *job = NULL, *again = NULL;
  g_autoptr (QdPolicyPlan) plan = NULL, after = NULL, conflict = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  add (&fixture, "operator");
  job = ops_apply_text (&fixture, "/w", "admin", text);
  plan = ops_plan (&fixture, "/w", "admin", mine_too);
  write_there (&fixture, "t-race", "backend", 82);
  applied = ops_apply (&fixture, plan, "a test", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "Nothing was changed"));
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_NOT), ==, 2);
  g_assert_false (qd_policy_applied_can_revert (applied));
  g_assert_cmpint (port_there (&fixture, "t-race"), ==, 82);
  g_assert_cmpint (port_there (&fixture, "t-other"), ==, 0);
  /* Compared again, it is a conflict; decided, it is done. */
  conflict = ops_plan (&fixture, "/w", "admin", mine_too);
  ops_assert_kind (conflict, "t-race", QD_PLAN_CONFLICT);
  g_assert_true (ops_step (conflict, "t-race") == qd_policy_plan_get_step (conflict, 0));
  g_assert_nonnull (strstr (g_bytes_get_data (ops_step (conflict, "t-race")->theirs, NULL), "port: 82"));
  qd_policy_plan_take (conflict, 0, QD_MERGE_MINE);
  g_clear_error (&error);
  g_clear_pointer (&applied, qd_policy_applied_free);
  applied = ops_apply (&fixture, conflict, "decided", &error);
  g_assert_no_error (error);
  g_assert_cmpint (port_there (&fixture, "t-race"), ==, 81);
  g_assert_cmpint (port_there (&fixture, "t-other"), ==, 6379);
  ops_fixture_clear (&fixture);
}

/* What the other changed elsewhere in it is in what is applied. */
static void
test_merge (void)
{
  Fixture fixture = { 0 };
  g_autofree char *text = policy_text ("t-merge", "backend", 80), *mine = policy_text ("t-merge", "backend", 81), *job = NULL, *second = NULL;
  g_autoptr (QdPolicyPlan) plan = NULL, behind = NULL;
  g_autoptr (GHashTable) all = NULL;
  JsonObject *object;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  add (&fixture, "operator");
  job = ops_apply_text (&fixture, "/w", "admin", text);
  write_there (&fixture, "t-merge", "cache", 80);
  plan = ops_plan (&fixture, "/w", "admin", mine);
  ops_assert_kind (plan, "t-merge", QD_PLAN_UPDATE);
  g_assert_true (ops_step (plan, "t-merge")->merged);
  second = ops_apply_text (&fixture, "/w", "admin", mine);
  all = test_lab_list (fixture.lab, "/api/v1/policies");
  object = qd_json_get_object (qd_json_get_object (g_hash_table_lookup (all, "networkpolicy.default.t-merge"), "spec"), "podSelector");
  g_assert_cmpstr (qd_json_get_string (qd_json_get_object (object, "matchLabels"), "app", NULL), ==, "cache");
  g_assert_cmpint (port_there (&fixture, "t-merge"), ==, 81);
  behind = ops_plan (&fixture, "/w", "admin", mine);
  ops_assert_kind (behind, "t-merge", QD_PLAN_BEHIND);
  ops_fixture_clear (&fixture);
}

/* Everything as it was: created, changed, removed, and what was switched off. */
static void
test_back (void)
{
  Fixture fixture = { 0 };
  g_autofree char *one = policy_text ("t-one", "backend", 80), *two = policy_text ("t-two", "cache", 6379), *changed = policy_text ("t-one", "backend", 81);
  g_autofree char *three = policy_text ("t-three", "frontend", 443), *before = g_strconcat (one, "---\n", two, NULL),
                  *after = g_strconcat (changed, "---\n", three, NULL), *job = NULL, *second = NULL;
  g_autoptr (QdPolicyPlan) back = NULL, plan = NULL, none = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (JsonNode) off = NULL, now = NULL;
  g_autoptr (GError) error = NULL;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  job = ops_apply_text (&fixture, "/w", "admin", before);
  now = test_lab_request (fixture.lab, "GET", "/api/v1/policies/networkpolicy.default.t-two", NULL);
  off = qd_json_parse ("{\"id\":\"networkpolicy.default.t-two\",\"enabled\":false}", -1, "x", NULL);
  json_object_set_member (qd_json_object (off), "revision", json_node_copy (json_object_get_member (qd_json_object (now), "revision")));
  g_clear_object (&fixture.result);
  g_free (qd_hub_run (fixture.hub, "admin", "policy.enable", qd_json_object (off), NULL, NULL, NULL, ops_result_cb, &fixture.result));
  test_until (fixture.result != NULL, 20);
  g_clear_pointer (&now, json_node_unref);
  now = qd_hub_run_finish (fixture.hub, fixture.result, &error);
  g_assert_no_error (error);
  g_assert_false (qd_json_get_bool (qd_json_object (now), "enabled", TRUE));

  second = ops_apply_text (&fixture, "/w", "admin", after);
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 81);
  g_assert_cmpint (port_there (&fixture, "t-two"), ==, 0);
  g_assert_cmpint (port_there (&fixture, "t-three"), ==, 443);
  back = ops_way_back (&fixture, second, &error);
  g_assert_no_error (error);
  ops_assert_kind (back, "t-one", QD_PLAN_UPDATE);
  ops_assert_kind (back, "t-two", QD_PLAN_CREATE);
  ops_assert_kind (back, "t-three", QD_PLAN_DELETE);
  applied = ops_apply (&fixture, back, "taken back", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (applied->reverts, ==, second);
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 80);
  g_assert_cmpint (port_there (&fixture, "t-two"), ==, 6379);
  g_assert_cmpint (port_there (&fixture, "t-three"), ==, 0);
  g_clear_pointer (&now, json_node_unref);
  now = test_lab_request (fixture.lab, "GET", "/api/v1/policies/networkpolicy.default.t-two", NULL);
  g_assert_false (qd_json_get_bool (qd_json_get_object (qd_json_object (now), "status"), "enabled", TRUE));
  /* The files still want what was taken back. */
  plan = ops_plan (&fixture, "/w", "admin", after);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (plan), ==, 3);
  g_assert_cmpuint (qd_policy_plan_count (plan, QD_PLAN_CONFLICT), ==, 0);
  none = ops_way_back (&fixture, "no-such-job", &error);
  g_assert_null (none);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  ops_fixture_clear (&fixture);
}

/* Somebody changed what the job left: it is said, and not touched. */
static void
test_back_after_others (void)
{
  Fixture fixture = { 0 };
  g_autofree char *text = policy_text ("t-one", "backend", 80), *mine = policy_text ("t-one", "backend", 81), *job = NULL, *second = NULL;
  g_autoptr (QdPolicyPlan) back = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  add (&fixture, "operator");
  job = ops_apply_text (&fixture, "/w", "admin", text);
  second = ops_apply_text (&fixture, "/w", "admin", mine);
  write_there (&fixture, "t-one", "backend", 9000);
  back = ops_way_back (&fixture, second, &error);
  g_assert_no_error (error);
  ops_assert_kind (back, "t-one", QD_PLAN_CONFLICT);
  applied = ops_apply (&fixture, back, "taken back", &error);
  g_assert_null (applied);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 9000);
  ops_fixture_clear (&fixture);
}

/* The client does not begin, and the server would not let it. */
static void
test_viewer (void)
{
  Fixture fixture = { 0 };
  g_autofree char *text = policy_text ("t-one", "backend", 80);
  g_autoptr (QdPolicyPlan) plan = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;
  const char *verbs[] = { "policy.put", "policy.delete", "policy.enable" };

  if (!begin (&fixture))
    return;
  add (&fixture, "viewer");
  plan = ops_plan (&fixture, "/w", "viewer", text);
  ops_assert_kind (plan, "t-one", QD_PLAN_CREATE);
  applied = ops_apply (&fixture, plan, "a test", &error);
  g_assert_null (applied);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "sdwan.policies.manage"));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autoptr (JsonNode) args = qd_json_parse ("{\"id\":\"networkpolicy.default.backend-ingress-policy\",\"revision\":\"1\",\"enabled\":false,\"object\":"
                                                 "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"backend-ingress-policy\"},"
                                                 "\"spec\":{\"podSelector\":{}}}}", -1, "x", NULL);
      g_autoptr (JsonNode) answer = NULL;

      g_clear_error (&error);
      g_clear_object (&fixture.result);
      qd_driver_command_async (qd_hub_get_driver (fixture.hub, "viewer"), verbs[i], qd_json_object (args), NULL, ops_result_cb, &fixture.result);
      test_until (fixture.result != NULL, 20);
      answer = qd_driver_command_finish (qd_hub_get_driver (fixture.hub, "viewer"), fixture.result, &error);
      g_assert_null (answer);
      g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
    }
  g_assert_cmpint (port_there (&fixture, "t-one"), ==, 0);
  ops_fixture_clear (&fixture);
}

/* What the server would refuse is known before anything is changed; what it has to say is said. */
static void
test_preflight (void)
{
  Fixture fixture = { 0 };
  g_autofree char *good = policy_text ("t-good", "backend", 80), *bad = policy_text ("t-bad", "backend", 99999), *nobody = policy_text ("t-nobody", "nobody", 80);
  g_autofree char *all = g_strconcat (good, "---\n", bad, "---\n", nobody, NULL);
  g_autoptr (QdPolicyPlan) plan = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GPtrArray) remarks = NULL;
  g_autoptr (GError) error = NULL;
  guint blockers = 0, warnings = 0;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  plan = ops_plan (&fixture, "/w", "admin", all);
  g_clear_object (&fixture.result);
  qd_policy_preflight_async (fixture.hub, plan, NULL, ops_result_cb, &fixture.result);
  test_until (fixture.result != NULL, 20);
  remarks = qd_policy_preflight_finish (fixture.hub, fixture.result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < remarks->len; i++)
    {
      const QdPolicyRemark *remark = g_ptr_array_index (remarks, i);

      blockers += remark->blocker && g_str_has_suffix (remark->key, "/t-bad") && strstr (remark->text, "port");
      warnings += !remark->blocker && g_str_has_suffix (remark->key, "/t-nobody") && strstr (remark->text, "selects no pod");
    }
  g_assert_cmpuint (blockers, ==, 1);
  g_assert_cmpuint (warnings, ==, 1);
  applied = ops_apply (&fixture, plan, "a test", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "t-bad"));
  g_assert_cmpint (port_there (&fixture, "t-good"), ==, 0);
  ops_fixture_clear (&fixture);
}

/* The workloads are a file that a workspace can be read with. */
static void
test_workloads (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GBytes) text = NULL;
  g_autoptr (QdAnalysis) analysis = NULL;
  g_autoptr (GPtrArray) theirs = NULL;
  g_autoptr (GError) error = NULL;
  gboolean found = FALSE;

  if (!begin (&fixture))
    return;
  add (&fixture, "viewer");
  test_until (qd_capability_allowed (qd_hub_get_fleet (fixture.hub), "viewer", "workloads.list", NULL), 20);
  qd_policy_workloads_async (fixture.hub, "viewer", NULL, ops_result_cb, &fixture.result);
  test_until (fixture.result != NULL, 20);
  text = qd_policy_workloads_finish (fixture.hub, fixture.result, &error);
  g_assert_no_error (error);
  const QdAnalysisText texts[] = { { "workloads.json", text, NULL } };
  analysis = qd_analysis_new (texts, 1, NULL, NULL);
  g_assert_cmpuint (qd_analysis_get_faults (analysis)->len, ==, 0);
  g_assert_false (qd_policy_world_is_invalid (qd_analysis_get_world (analysis)));
  for (guint i = 0; i < qd_policy_world_get_workloads (qd_analysis_get_world (analysis))->len; i++)
    found |= g_str_equal (((QdPolicyWorkload *) g_ptr_array_index (qd_policy_world_get_workloads (qd_analysis_get_world (analysis)), i))->text,
                          "default/backend[Deployment]");
  g_assert_true (found);
  g_clear_object (&fixture.result);
  qd_policy_list_async (fixture.hub, "viewer", NULL, ops_result_cb, &fixture.result);
  test_until (fixture.result != NULL, 20);
  theirs = qd_policy_list_finish (fixture.hub, fixture.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (theirs->len, ==, 6);
  ops_fixture_clear (&fixture);
}

/* A server that answers late, slowly, or not at all to some: in the end all is there once, or said not to be. */
static void
test_faults (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GString) all = g_string_new ("{}\n");
  g_autoptr (QdPolicyPlan) plan = NULL, rest = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  if (!begin (&fixture))
    return;
  add (&fixture, "admin");
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("t-%u", i), *text = policy_text (name, "backend", 80 + (int) i);

      g_string_append_printf (all, "---\n%s", text);
    }
  plan = ops_plan (&fixture, "/w", "admin", all->str);
  test_lab_set_faults (fixture.lab, "/api/v1/policies*:close@0.3,/api/v1/policies*:429=1@0.1,/api/v1/policies*:truncate@0.1");
  for (guint round = 0; round < 30; round++)
    {
      g_clear_error (&error);
      g_clear_pointer (&applied, qd_policy_applied_free);
      applied = ops_apply (&fixture, plan, "a test", &error);
      if (error == NULL)
        break;
      g_assert_nonnull (applied);
      test_lab_set_faults (fixture.lab, "");
      g_clear_pointer (&plan, qd_policy_plan_unref);
      plan = ops_plan (&fixture, "/w", "admin", all->str);
      /* What was sent and not answered is there, or not: the comparison sees which, and it is in nobody's way. */
      g_assert_cmpuint (qd_policy_plan_count (plan, QD_PLAN_CONFLICT), ==, 0);
      if (qd_policy_plan_get_n_changes (plan) == 0)
        break;
      test_lab_set_faults (fixture.lab, "/api/v1/policies*:close@0.2,/api/v1/policies*:truncate@0.1");
    }
  test_lab_set_faults (fixture.lab, "");
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("t-%u", i);

      g_assert_cmpint (port_there (&fixture, name), ==, 80 + (int) i);
    }
  rest = ops_plan (&fixture, "/w", "admin", all->str);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (rest), ==, 0);
  ops_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops-policy/life", test_life);
  g_test_add_func ("/ops-policy/race", test_race);
  g_test_add_func ("/ops-policy/merge", test_merge);
  g_test_add_func ("/ops-policy/back", test_back);
  g_test_add_func ("/ops-policy/back-after-others", test_back_after_others);
  g_test_add_func ("/ops-policy/viewer", test_viewer);
  g_test_add_func ("/ops-policy/preflight", test_preflight);
  g_test_add_func ("/ops-policy/workloads", test_workloads);
  g_test_add_func ("/ops-policy/faults", test_faults);
  return g_test_run ();
}
