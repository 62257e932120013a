/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workspace's policies to a Patronus and back: with no revisions, no guard, no labels and no workloads there. */
#include "config.h"

#include <string.h>

#include "ops-fixture.h"
#include "patronus-stub.h"
#include "qd-capability.h"
#include "qd-json.h"

typedef struct { OpsFixture ops; PatronusStub *stub; } Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdEndpoint) endpoint = NULL;

  fixture->stub = patronus_stub_new (FALSE, TRUE);
  ops_fixture_init (&fixture->ops, NULL);
  endpoint = qd_endpoint_new ("pat", "Patronus", "patronus", fixture->stub->url);
  g_assert_true (qd_hub_add (fixture->ops.hub, endpoint, FALSE, NULL));
  ops_wait_for_policies (&fixture->ops, "pat");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ops_fixture_clear (&fixture->ops);
  patronus_stub_free (fixture->stub);
}

/* The server's policy of that name; NULL: it has none. By another way than what is tested. */
static JsonObject *
there (Fixture *fixture, const char *name)
{
  GHashTableIter iter;
  gpointer policy;

  g_hash_table_iter_init (&iter, fixture->stub->policies);
  while (g_hash_table_iter_next (&iter, NULL, &policy))
    if (g_str_equal (qd_json_get_string (policy, "name", ""), name))
      return policy;
  return NULL;
}

/* The port that it opens. */
static int
port_there (Fixture *fixture, const char *name)
{
  JsonObject *policy = there (fixture, name), *rule;
  gint64 port = 0;

  g_assert_nonnull (policy);
  rule = json_array_get_object_element (qd_json_get_array (policy, "ingress_rules"), 0);
  g_assert_true (qd_json_get_int (json_array_get_object_element (qd_json_get_array (rule, "ports"), 0), "port", &port));
  return (int) port;
}

static GPtrArray *
preflight (Fixture *fixture, QdPolicyPlan *plan)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *remarks;

  g_clear_object (&fixture->ops.result);
  qd_policy_preflight_async (fixture->ops.hub, plan, NULL, ops_result_cb, &fixture->ops.result);
  test_until (fixture->ops.result != NULL, 20);
  remarks = qd_policy_preflight_finish (fixture->ops.hub, fixture->ops.result, &error);
  g_assert_no_error (error);
  return remarks;
}

static guint
count_remarks (GPtrArray *remarks, const char *code)
{
  guint n = 0;

  for (guint i = 0; i < remarks->len; i++)
    n += g_str_equal (((QdPolicyRemark *) g_ptr_array_index (remarks, i))->code, code);
  return n;
}

/* With more to its metadata than a Patronus can hold. */
static char *
labelled_text (const char *name, int port, const char *label)
{
  g_autofree char *text = policy_text (name, "web", port), *more = g_strdup_printf ("  labels:\n    team: %s\n  annotations:\n    why: because\nspec:\n", label);
  g_auto (GStrv) parts = g_strsplit (text, "spec:\n", 2);

  return g_strconcat (parts[0], more, parts[1], NULL);
}

/* Created, changed and removed, by one job each; and taken back. */
static void
test_life (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = policy_text ("t-one", "web", 80), *changed = policy_text ("t-one", "web", 81), *two = policy_text ("t-two", "db", 5432);
  g_autofree char *both = g_strconcat (one, "---\n", two, NULL), *first = NULL, *second = NULL;
  g_autoptr (QdPolicyPlan) plan = NULL, nothing = NULL, back = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;
  QdEntity *job;

  patronus_stub_add (fixture->stub, "7", "other", PATRONUS_ON);
  plan = ops_plan (&fixture->ops, "/w", "pat", both);
  ops_assert_kind (plan, "t-one", QD_PLAN_CREATE);
  g_assert_cmpint (qd_policy_plan_find (plan, "NetworkPolicy shop/other")->kind, ==, QD_PLAN_FOREIGN);
  first = ops_apply_text (&fixture->ops, "/w", "pat", both);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 80);
  g_assert_cmpstr (fixture->stub->log->str, ==, "POST /api/v1/policies\nPOST /api/v1/policies\n");
  job = qd_fleet_lookup (qd_hub_get_fleet (fixture->ops.hub), QD_HUB_LOCAL, QD_KIND_JOB, first);
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_STATE), ==, "succeeded");
  nothing = ops_plan (&fixture->ops, "/w", "pat", both);
  g_assert_cmpuint (qd_policy_plan_count (nothing, QD_PLAN_UNCHANGED), ==, 2);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (nothing), ==, 0);
  second = ops_apply_text (&fixture->ops, "/w", "pat", changed);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 81);
  g_assert_null (there (fixture, "t-two"));
  g_assert_nonnull (there (fixture, "other"));
  back = ops_way_back (&fixture->ops, second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (back), ==, 2);
  applied = ops_apply (&fixture->ops, back, "taken back", &error);
  g_assert_no_error (error);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 80);
  g_assert_cmpint (port_there (fixture, "t-two"), ==, 5432);
}

/* Labels and annotations are told as lost once; after that they are agreed on, whoever changes what. */
static void
test_labels (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = labelled_text ("t-one", 80, "a"), *relabelled = labelled_text ("t-one", 80, "b"), *changed = labelled_text ("t-one", 81, "b"),
                  *job = NULL, *second = NULL;
  g_autoptr (QdPolicyPlan) create = NULL, nothing = NULL, again = NULL, update = NULL, after = NULL, gone = NULL, back = NULL, behind = NULL, foreign = NULL;
  g_autoptr (GPtrArray) told = NULL, told_again = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *rule;

  create = ops_plan (&fixture->ops, "/w", "pat", text);
  told = preflight (fixture, create);
  g_assert_cmpuint (count_remarks (told, "labels"), ==, 1);
  g_assert_cmpuint (count_remarks (told, "annotations"), ==, 1);
  job = ops_apply_text (&fixture->ops, "/w", "pat", text);
  nothing = ops_plan (&fixture->ops, "/w", "pat", text);
  ops_assert_kind (nothing, "t-one", QD_PLAN_UNCHANGED);
  /* A label alone is no change of what is there. */
  again = ops_plan (&fixture->ops, "/w", "pat", relabelled);
  ops_assert_kind (again, "t-one", QD_PLAN_UNCHANGED);
  /* Said once, it is not said with each change. */
  update = ops_plan (&fixture->ops, "/w", "pat", changed);
  ops_assert_kind (update, "t-one", QD_PLAN_UPDATE);
  g_assert_false (ops_step (update, "t-one")->merged);
  told_again = preflight (fixture, update);
  g_assert_cmpuint (count_remarks (told_again, "labels"), ==, 0);
  g_assert_cmpuint (count_remarks (told_again, "no-guard"), ==, 1);
  second = ops_apply_text (&fixture->ops, "/w", "pat", changed);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 81);
  after = ops_plan (&fixture->ops, "/w", "pat", changed);
  ops_assert_kind (after, "t-one", QD_PLAN_UNCHANGED);
  /* Nor is it a difference to another workspace that says the same. */
  foreign = ops_plan (&fixture->ops, "/elsewhere", "pat", changed);
  ops_assert_kind (foreign, "t-one", QD_PLAN_UNCHANGED);
  /* The way back is free, and so is removing. */
  back = ops_way_back (&fixture->ops, second, &error);
  g_assert_no_error (error);
  ops_assert_kind (back, "t-one", QD_PLAN_UPDATE);
  g_assert_false (ops_step (back, "t-one")->merged);
  gone = ops_plan (&fixture->ops, "/w", "pat", "{}\n");
  ops_assert_kind (gone, "t-one", QD_PLAN_DELETE);
  /* What somebody changes there is seen, and what the file takes has its labels still. */
  rule = json_array_get_object_element (qd_json_get_array (there (fixture, "t-one"), "ingress_rules"), 0);
  json_object_set_int_member (json_array_get_object_element (qd_json_get_array (rule, "ports"), 0), "port", 99);
  behind = ops_plan (&fixture->ops, "/w", "pat", changed);
  ops_assert_kind (behind, "t-one", QD_PLAN_BEHIND);
  {
    g_autoptr (GBytes) bytes = g_bytes_new (changed, strlen (changed));
    g_autoptr (QdYamlFile) file = qd_yaml_file_new ("all.yaml", bytes, NULL);
    g_autoptr (GBytes) taken = NULL;

    for (guint i = 0; i < qd_policy_plan_get_n_steps (behind); i++)
      if (qd_policy_plan_get_step (behind, i)->kind == QD_PLAN_BEHIND)
        taken = qd_policy_plan_dup_file (behind, i, file, &error);
    g_assert_no_error (error);
    g_assert_nonnull (g_strstr_len (g_bytes_get_data (taken, NULL), (gssize) g_bytes_get_size (taken), "port: 99"));
    g_assert_nonnull (g_strstr_len (g_bytes_get_data (taken, NULL), (gssize) g_bytes_get_size (taken), "    team: b\n"));
  }
}

/* An annotation that has a place there is a difference like any other. */
static void
test_priority (Fixture *fixture, gconstpointer data)
{
  static const char *const words[] = { "9", "7" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *text = policy_text ("t-one", "web", 80), *more = g_strdup_printf ("  annotations:\n    quarterdeck.github.io/patronus-priority: \"%s\"\nspec:\n", words[i]);
      g_auto (GStrv) parts = g_strsplit (text, "spec:\n", 2);
      g_autofree char *whole = g_strconcat (parts[0], more, parts[1], NULL), *job = NULL;
      g_autoptr (QdPolicyPlan) plan = ops_plan (&fixture->ops, "/w", "pat", whole), after = NULL;
      gint64 priority;

      ops_assert_kind (plan, "t-one", i == 0 ? QD_PLAN_CREATE : QD_PLAN_UPDATE);
      job = ops_apply_text (&fixture->ops, "/w", "pat", whole);
      g_assert_true (qd_json_get_int (there (fixture, "t-one"), "priority", &priority));
      g_assert_cmpint (priority, ==, i == 0 ? 9 : 7);
      after = ops_plan (&fixture->ops, "/w", "pat", whole);
      ops_assert_kind (after, "t-one", QD_PLAN_UNCHANGED);
    }
}

/* What it cannot hold is refused before anything is done; what changed meanwhile is not overwritten. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = policy_text ("t-one", "web", 80), *changed = policy_text ("t-one", "web", 81), *job = NULL;
  g_autofree char *wide = g_strconcat (good, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: t-wide, namespace: default}\n"
                                             "spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}\n", NULL);
  g_autoptr (QdPolicyPlan) plan = ops_plan (&fixture->ops, "/w", "pat", wide), update = NULL;
  g_autoptr (QdPolicyApplied) nothing = NULL, raced = NULL;
  g_autoptr (GError) error = NULL;

  nothing = ops_apply (&fixture->ops, plan, "a test", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "Nothing was changed"));
  g_assert_cmpstr (fixture->stub->log->str, ==, "");
  g_clear_error (&error);
  job = ops_apply_text (&fixture->ops, "/w", "pat", good);
  update = ops_plan (&fixture->ops, "/w", "pat", changed);
  json_object_set_int_member (there (fixture, "t-one"), "priority", 3);
  raced = ops_apply (&fixture->ops, update, "a test", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 80);
}

/* A PUT that breaks between removing and adding: it is not said to be done, and the way back makes it whole. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = policy_text ("t-one", "web", 80), *changed = policy_text ("t-one", "web", 81), *job = NULL;
  g_autoptr (QdPolicyPlan) update = NULL, again = NULL;
  g_autoptr (QdPolicyApplied) broken = NULL, mended = NULL;
  g_autoptr (GError) error = NULL;

  job = ops_apply_text (&fixture->ops, "/w", "pat", good);
  update = ops_plan (&fixture->ops, "/w", "pat", changed);
  fixture->stub->breaks = TRUE;
  broken = ops_apply (&fixture->ops, update, "a test", &error);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "removes a policy before"));
  g_assert_null (there (fixture, "t-one"));
  g_clear_error (&error);
  fixture->stub->breaks = FALSE;
  again = ops_plan (&fixture->ops, "/w", "pat", changed);
  ops_assert_kind (again, "t-one", QD_PLAN_CONFLICT);
  for (guint i = 0; i < qd_policy_plan_get_n_steps (again); i++)
    if (qd_policy_plan_get_step (again, i)->kind == QD_PLAN_CONFLICT)
      qd_policy_plan_take (again, i, QD_MERGE_MINE);
  mended = ops_apply (&fixture->ops, again, "a test", &error);
  g_assert_no_error (error);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 81);
}

/* What is switched off stays off whatever is applied to it, and is known to be off. */
static void
test_off (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = policy_text ("t-one", "web", 80), *changed = policy_text ("t-one", "web", 81), *two = policy_text ("t-two", "web", 1),
                  *both = g_strconcat (text, "---\n", two, NULL), *after = g_strconcat (changed, "---\n", two, NULL), *job = NULL, *second = NULL;
  g_auto (GStrv) off = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPolicyPlan) plan = NULL;

  job = ops_apply_text (&fixture->ops, "/w", "pat", both);
  json_object_set_boolean_member (there (fixture, "t-one"), "enabled", FALSE);
  plan = ops_plan (&fixture->ops, "/w", "pat", both);
  ops_assert_kind (plan, "t-one", QD_PLAN_UNCHANGED);
  g_assert_false (ops_step (plan, "t-one")->enabled);
  second = ops_apply_text (&fixture->ops, "/w", "pat", after);
  g_assert_cmpint (port_there (fixture, "t-one"), ==, 81);
  g_assert_false (qd_json_get_bool (there (fixture, "t-one"), "enabled", TRUE));
  g_clear_object (&fixture->ops.result);
  qd_policy_off_async (fixture->ops.hub, "pat", NULL, ops_result_cb, &fixture->ops.result);
  test_until (fixture->ops.result != NULL, 20);
  off = qd_policy_off_finish (fixture->ops.hub, fixture->ops.result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (off), ==, 1);
  g_assert_cmpstr (off[0], ==, "NetworkPolicy default/t-one");
}

/* It tells no workloads, and is not asked for any. */
static void
test_no_workloads (Fixture *fixture, gconstpointer data)
{
  g_autofree char *why = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (qd_capability_allowed (qd_hub_get_fleet (fixture->ops.hub), "pat", "workloads.list", &why));
  g_assert_nonnull (why);
  qd_policy_workloads_async (fixture->ops.hub, "pat", NULL, ops_result_cb, &fixture->ops.result);
  test_until (fixture->ops.result != NULL, 20);
  text = qd_policy_workloads_finish (fixture->ops.hub, fixture->ops.result, &error);
  g_assert_null (text);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
}

#define ADD(path, func) g_test_add ("/ops-patronus/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("life", test_life);
  ADD ("labels", test_labels);
  ADD ("priority", test_priority);
  ADD ("refused", test_refused);
  ADD ("broken", test_broken);
  ADD ("off", test_off);
  ADD ("no-workloads", test_no_workloads);
  return g_test_run ();
}
