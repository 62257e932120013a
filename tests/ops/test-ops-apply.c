/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job of many changes, step by step, against a driver that answers what the test wants: what is sent, what ends it, what is left of it. */
#include "config.h"

#include <string.h>

#include "fake-driver.h"
#include "policy-fixture-ops.h"
#include "qd-json.h"
#include "store-testing.h"

#define OFFERS "[\"policies\",\"policies.write\"]"
#define MAY "[\"sdwan.policies.view\",\"sdwan.policies.manage\"]"
#define NO_BLOCKERS "{\"plan\":[],\"blockers\":[],\"warnings\":[]}"

typedef struct {
  Place place;
  QdStore *store;
  QdHub *hub;
  FakeDriver *driver;
  char *folder, *job;
  QdRemotes *remotes;
  GAsyncResult *result;
} Fixture;

static void
open_hub (Fixture *fixture)
{
  GAsyncResult *result = NULL;

  fixture->store = qd_store_new (fixture->place.path);
  fixture->hub = qd_hub_new (fixture->store);
  fixture->driver = fake_driver_add (fixture->hub, "c", "dev", OFFERS, MAY);
  qd_hub_start_async (fixture->hub, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_hub_start_finish (fixture->hub, result, NULL));
  g_object_unref (result);
  fake_driver_send_state (fixture->driver, "live");
  qd_drain_flush (qd_hub_get_drain (fixture->hub));
}

static void
close_hub (Fixture *fixture)
{
  qd_hub_stop (fixture->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->hub);
  g_clear_object (&fixture->store);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  place_init (&fixture->place);
  fixture->folder = g_dir_make_tmp ("qd-ops-apply-XXXXXX", NULL);
  fixture->remotes = qd_remotes_new (fixture->folder);
  open_hub (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->hub)
    close_hub (fixture);
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->remotes);
  remove_tree (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->job);
  place_clear (&fixture->place);
}

/* --- Steps --------------------------------------------------------------------------------------------------- */

static char *
item_of (const char *name, int port, const char *revision)
{
  return g_strdup_printf ("{\"id\":\"id-%s\",\"revision\":\"%s\",\"enabled\":true,\"object\":{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\","
                          "\"metadata\":{\"name\":\"%s\",\"namespace\":\"default\"},\"spec\":{\"podSelector\":{\"matchLabels\":{\"app\":\"a\"}},\"policyTypes\":[\"Ingress\"],"
                          "\"ingress\":[{\"from\":[{\"podSelector\":{}}],\"ports\":[{\"protocol\":\"TCP\",\"port\":%d}]}]}}}", name, revision, name, port);
}

/* Waits for the command, and checks which it is. */
static JsonObject *
command (Fixture *fixture, const char *verb, gboolean dry_run)
{
  guint nth;
  JsonObject *args;

  wait_until (fake_driver_get_n_waiting (fixture->driver) > 0);
  nth = fake_driver_get_n_commands (fixture->driver) - 1;
  args = fake_driver_get_args (fixture->driver, nth);
  g_assert_cmpstr (fake_driver_get_verb (fixture->driver, nth), ==, verb);
  g_assert_cmpint (args && qd_json_get_bool (args, "dry_run", FALSE), ==, dry_run);
  return args;
}

static void
answer (Fixture *fixture, const char *json)
{
  fake_driver_answer (fixture->driver, json, 0, NULL);
}

static void
fail (Fixture *fixture, QdDriverError code)
{
  fake_driver_answer (fixture->driver, NULL, code, "the server says no");
}

/* Three: "web" is changed, "new" is created, "old" is removed; the server has what was applied before. */
static QdPolicyPlan *
plan (Fixture *fixture)
{
  g_autofree char *web = policy_text ("web", "a", 81), *made = policy_text ("new", "a", 5), *all = g_strconcat (web, "---\n", made, NULL);
  g_autofree char *theirs_web = item_of ("web", 80, "7"), *theirs_old = item_of ("old", 1, "3");
  g_autofree char *list = g_strdup_printf ("{\"items\":[%s,%s]}", theirs_web, theirs_old);
  g_autoptr (QdRemoteSet) bases = qd_remote_set_new ("/w", "c");
  g_autoptr (JsonNode) node = qd_json_parse (list, -1, "list", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (all, strlen (all));
  const QdAnalysisText texts[] = { { "all.yaml", bytes, NULL } };
  g_autoptr (GError) error = NULL;
  guint n_odd;
  g_autoptr (GPtrArray) theirs = qd_policy_theirs_from_json (node, &n_odd, NULL);
  QdPolicyPlan *made_plan;

  for (guint i = 0; i < theirs->len; i++)
    {
      const QdPolicyTheirs *one = g_ptr_array_index (theirs, i);

      g_assert_true (qd_remote_set_put (bases, one->key, one->id, one->revision, "all.yaml", one->object));
    }
  g_clear_object (&fixture->result);
  qd_remotes_save_async (fixture->remotes, bases, result_cb, &fixture->result);
  wait_until (fixture->result != NULL);
  g_clear_object (&fixture->result);
  qd_policy_plan_async (fixture->hub, fixture->remotes, "c", "/w", texts, 1, NULL, result_cb, &fixture->result);
  command (fixture, "policies.list", FALSE);
  answer (fixture, list);
  wait_until (fixture->result != NULL);
  made_plan = qd_policy_plan_finish (fixture->hub, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (made_plan), ==, 3);
  return made_plan;
}

/* Begins it, and answers the questions that come first. */
static void
begin (Fixture *fixture)
{
  g_autoptr (QdPolicyPlan) all = plan (fixture);

  g_clear_object (&fixture->result);
  fixture->job = qd_policy_apply_async (fixture->hub, fixture->remotes, all, "because", NULL, result_cb, &fixture->result);
  command (fixture, "policy.put", TRUE);
  answer (fixture, NO_BLOCKERS);
  g_assert_cmpstr (qd_json_get_string (command (fixture, "policy.put", TRUE), "revision", NULL), ==, "7");
  answer (fixture, "{\"plan\":[],\"blockers\":[],\"warnings\":[\"take care\"]}");
  command (fixture, "policy.delete", TRUE);
  answer (fixture, NO_BLOCKERS);
}

static void
create (Fixture *fixture)
{
  g_autofree char *item = item_of ("new", 5, "1");
  JsonObject *args = command (fixture, "policy.put", FALSE);

  g_assert_false (json_object_has_member (args, "revision"));
  g_assert_nonnull (qd_json_get_string (args, "idempotency_key", NULL));
  g_assert_cmpstr (qd_json_get_string (args, "reason", NULL), ==, "because");
  answer (fixture, item);
}

static QdPolicyApplied *
end (Fixture *fixture, GError **error)
{
  wait_until (fixture->result != NULL);
  return qd_policy_apply_finish (fixture->hub, fixture->result, error);
}

static QdEntity *
job_of (Fixture *fixture)
{
  return qd_fleet_lookup (qd_hub_get_fleet (fixture->hub), QD_HUB_LOCAL, QD_KIND_JOB, fixture->job);
}

/* The state of the job's step of that name. */
static const char *
step_state (Fixture *fixture, const char *name, JsonNode **node)
{
  JsonArray *steps;

  g_clear_pointer (node, json_node_unref);
  *node = qd_json_parse (qd_entity_get_string (job_of (fixture), QD_JOB_STEPS), -1, "steps", NULL);
  steps = qd_json_array (*node);
  for (guint i = 0; i < json_array_get_length (steps); i++)
    if (g_str_equal (qd_json_get_string (json_array_get_object_element (steps, i), "name", ""), name))
      return qd_json_get_string (json_array_get_object_element (steps, i), "state", NULL);
  return NULL;
}

#define assert_step(fixture, name, wanted)                                         \
  G_STMT_START                                                                     \
    {                                                                              \
      g_autoptr (JsonNode) steps_ = NULL;                                          \
      g_assert_cmpstr (step_state (fixture, name, &steps_), ==, wanted);           \
    }                                                                              \
  G_STMT_END

static QdAppliedState
state_at (QdPolicyApplied *applied, guint nth)
{
  return ((QdAppliedStep *) g_ptr_array_index (applied->steps, nth))->state;
}

static QdRemoteSet *
bases_of (Fixture *fixture)
{
  GAsyncResult *result = NULL;
  QdRemoteSet *set;

  qd_remotes_load_async (fixture->remotes, "/w", "c", NULL, result_cb, &result);
  wait_until (result != NULL);
  set = qd_remotes_load_finish (fixture->remotes, result, NULL);
  g_object_unref (result);
  return set;
}

/* --- The tests ------------------------------------------------------------------------------------------------- */

static void
test_all (Fixture *fixture, gconstpointer data)
{
  g_autofree char *web = item_of ("web", 81, "8");
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (QdRemoteSet) bases = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *args;

  begin (fixture);
  create (fixture);
  args = command (fixture, "policy.put", FALSE);
  g_assert_cmpstr (qd_json_get_string (args, "revision", NULL), ==, "7");
  g_assert_cmpstr (qd_json_get_string (args, "id", NULL), ==, "id-web");
  answer (fixture, web);
  args = command (fixture, "policy.delete", FALSE);
  g_assert_cmpstr (qd_json_get_string (args, "revision", NULL), ==, "3");
  answer (fixture, "{}");
  applied = end (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_DONE), ==, 3);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture), QD_JOB_STATE), ==, "succeeded");
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture), QD_JOB_REASON), ==, "because");
  g_assert_nonnull (strstr (qd_entity_get_string (job_of (fixture), QD_JOB_STEPS), "take care"));
  bases = bases_of (fixture);
  g_assert_cmpuint (qd_remote_set_get_n (bases), ==, 2);
  g_assert_cmpstr (qd_remote_set_find (bases, "NetworkPolicy default/web")->revision, ==, "8");
  g_assert_null (qd_remote_set_find (bases, "NetworkPolicy default/old"));
}

/* In the midst: what was done stays done and is known, what was not begun is not. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (QdRemoteSet) bases = NULL;
  g_autoptr (GError) error = NULL;

  begin (fixture);
  create (fixture);
  command (fixture, "policy.put", FALSE);
  fail (fixture, QD_DRIVER_ERROR_CONFLICT);
  applied = end (fixture, &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "NetworkPolicy default/web: the server says no"));
  g_assert_nonnull (strstr (error->message, "1 of 3 changes"));
  g_assert_cmpint (state_at (applied, 0), ==, QD_APPLIED_DONE);
  g_assert_cmpint (state_at (applied, 1), ==, QD_APPLIED_FAILED);
  g_assert_cmpint (state_at (applied, 2), ==, QD_APPLIED_NOT);
  assert_step (fixture, "Create NetworkPolicy default/new", "succeeded");
  assert_step (fixture, "Change NetworkPolicy default/web", "failed");
  assert_step (fixture, "Remove NetworkPolicy default/old", "cancelled");
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture), QD_JOB_STATE), ==, "failed");
  bases = bases_of (fixture);
  g_assert_nonnull (qd_remote_set_find (bases, "NetworkPolicy default/new"));
  g_assert_nonnull (qd_remote_set_find (bases, "NetworkPolicy default/old"));
  /* The way back is only from what was done. */
  g_clear_object (&fixture->result);
  qd_policy_revert_async (fixture->hub, fixture->remotes, fixture->job, NULL, result_cb, &fixture->result);
  command (fixture, "policies.list", FALSE);
  {
    g_autofree char *item = item_of ("new", 5, "1"), *list = g_strdup_printf ("{\"items\":[%s]}", item);
    g_autoptr (QdPolicyPlan) back = NULL;

    answer (fixture, list);
    wait_until (fixture->result != NULL);
    back = qd_policy_revert_finish (fixture->hub, fixture->result, NULL);
    g_assert_cmpuint (qd_policy_plan_get_n_steps (back), ==, 1);
    g_assert_cmpint (qd_policy_plan_get_step (back, 0)->kind, ==, QD_PLAN_DELETE);
  }
}

static void
test_blocked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyPlan) all = plan (fixture);
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->result);
  fixture->job = qd_policy_apply_async (fixture->hub, fixture->remotes, all, "because", NULL, result_cb, &fixture->result);
  command (fixture, "policy.put", TRUE);
  answer (fixture, "{\"plan\":[],\"blockers\":[{\"code\":\"frozen\",\"detail\":\"nothing is changed on a Friday\"}],\"warnings\":[]}");
  command (fixture, "policy.put", TRUE);
  answer (fixture, NO_BLOCKERS);
  command (fixture, "policy.delete", TRUE);
  fail (fixture, QD_DRIVER_ERROR_MISSING);
  applied = end (fixture, &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "nothing is changed on a Friday"));
  g_assert_nonnull (strstr (error->message, "default/old: the server says no"));
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_NOT), ==, 3);
  /* Four commands: the list, and three questions. */
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 4);
}

/* A server that cannot be asked first is told what to do all the same. */
static void
test_no_preflight (Fixture *fixture, gconstpointer data)
{
  g_autofree char *web = item_of ("web", 81, "8");
  g_autoptr (QdPolicyPlan) all = plan (fixture);
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->result);
  fixture->job = qd_policy_apply_async (fixture->hub, fixture->remotes, all, "because", NULL, result_cb, &fixture->result);
  command (fixture, "policy.put", TRUE);
  fail (fixture, QD_DRIVER_ERROR_NOT_OFFERED);
  create (fixture);
  command (fixture, "policy.put", FALSE);
  answer (fixture, web);
  command (fixture, "policy.delete", FALSE);
  answer (fixture, "{}");
  applied = end (fixture, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (qd_entity_get_string (job_of (fixture), QD_JOB_STEPS), "cannot be asked beforehand"));
}

/* Cancelled, it ends what it is at, and begins nothing more. */
static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *item = item_of ("new", 5, "1");

  begin (fixture);
  command (fixture, "policy.put", FALSE);
  qd_hub_cancel_job (fixture->hub, fixture->job);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->result);
  answer (fixture, item);
  applied = end (fixture, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (state_at (applied, 0), ==, QD_APPLIED_DONE);
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_NOT), ==, 2);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture), QD_JOB_STATE), ==, "cancelled");
  g_assert_true (qd_policy_applied_can_revert (applied));
}

/* An answer that was lost on its way: asked again with the same key; what is gone then was removed by us. */
static void
test_lost_answers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *web = item_of ("web", 81, "8"), *key = NULL;
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  begin (fixture);
  key = g_strdup (qd_json_get_string (command (fixture, "policy.put", FALSE), "idempotency_key", NULL));
  fail (fixture, QD_DRIVER_ERROR_UNREACHABLE);
  g_assert_cmpstr (qd_json_get_string (command (fixture, "policy.put", FALSE), "idempotency_key", NULL), ==, key);
  create (fixture);   /* the same command */
  command (fixture, "policy.put", FALSE);
  answer (fixture, web);
  command (fixture, "policy.delete", FALSE);
  fail (fixture, QD_DRIVER_ERROR_UNREACHABLE);
  command (fixture, "policy.delete", FALSE);
  fail (fixture, QD_DRIVER_ERROR_MISSING);
  applied = end (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_DONE), ==, 3);
}

/* The server goes and does not come back: whether it was done is not known, and that is what is said. */
static void
test_unreachable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;

  begin (fixture);
  for (guint i = 0; i < 4; i++)
    {
      command (fixture, "policy.put", FALSE);
      fail (fixture, QD_DRIVER_ERROR_UNREACHABLE);
    }
  applied = end (fixture, &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE);
  g_assert_cmpint (state_at (applied, 0), ==, QD_APPLIED_UNDER_WAY);
  g_assert_nonnull (strstr (error->message, "not known"));
  g_assert_true (qd_policy_applied_can_revert (applied));
}

/* Cut off in its second step: the next run says what was done, what may have been and what was not; and knows the way back. */
static void
test_cut_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyApplied) known = NULL;
  g_autoptr (QdPolicyPlan) back = NULL, again = NULL;
  g_autoptr (QdRemoteSet) bases = NULL;
  g_autofree char *web = item_of ("web", 81, "8"), *made = item_of ("new", 5, "1"), *old = item_of ("old", 1, "3"),
                  *list = g_strdup_printf ("{\"items\":[%s,%s,%s]}", web, made, old);

  begin (fixture);
  create (fixture);
  command (fixture, "policy.put", FALSE);
  close_hub (fixture);
  open_hub (fixture);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture), QD_JOB_STATE), ==, "failed");
  g_assert_nonnull (strstr (qd_entity_get_string (job_of (fixture), QD_JOB_ERROR), "interrupted"));
  assert_step (fixture, "Create NetworkPolicy default/new", "succeeded");
  assert_step (fixture, "Change NetworkPolicy default/web", "failed");
  assert_step (fixture, "Remove NetworkPolicy default/old", "cancelled");
  g_clear_object (&fixture->result);
  qd_remotes_load_applied_async (fixture->remotes, fixture->job, NULL, result_cb, &fixture->result);
  wait_until (fixture->result != NULL);
  known = qd_remotes_load_applied_finish (fixture->remotes, fixture->result, NULL);
  g_assert_false (known->ended);
  g_assert_cmpint (state_at (known, 0), ==, QD_APPLIED_DONE);
  g_assert_cmpint (state_at (known, 1), ==, QD_APPLIED_UNDER_WAY);
  g_assert_cmpint (state_at (known, 2), ==, QD_APPLIED_NOT);
  /* It had been done after all. */
  g_clear_object (&fixture->result);
  qd_policy_revert_async (fixture->hub, fixture->remotes, fixture->job, NULL, result_cb, &fixture->result);
  command (fixture, "policies.list", FALSE);
  answer (fixture, list);
  wait_until (fixture->result != NULL);
  back = qd_policy_revert_finish (fixture->hub, fixture->result, NULL);
  g_assert_cmpuint (qd_policy_plan_get_n_changes (back), ==, 2);
  g_assert_cmpint (qd_policy_plan_find (back, "NetworkPolicy default/web")->kind, ==, QD_PLAN_UPDATE);
  g_assert_cmpint (qd_policy_plan_find (back, "NetworkPolicy default/new")->kind, ==, QD_PLAN_DELETE);
  /* What it did is noted with the next comparison, and what it made is known to be ours. */
  {
    g_autofree char *yaml = policy_text ("web", "a", 81);
    g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
    const QdAnalysisText texts[] = { { "all.yaml", bytes, NULL } };

    g_clear_object (&fixture->result);
    qd_policy_plan_async (fixture->hub, fixture->remotes, "c", "/w", texts, 1, NULL, result_cb, &fixture->result);
    command (fixture, "policies.list", FALSE);
    answer (fixture, list);
    wait_until (fixture->result != NULL);
    again = qd_policy_plan_finish (fixture->hub, fixture->result, NULL);
    g_assert_cmpint (qd_policy_plan_find (again, "NetworkPolicy default/new")->kind, ==, QD_PLAN_DELETE);
    g_assert_cmpint (qd_policy_plan_find (again, "NetworkPolicy default/web")->kind, ==, QD_PLAN_UNCHANGED);
  }
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyPlan) all = plan (fixture);
  g_autoptr (QdPolicyApplied) applied = NULL;
  g_autoptr (GError) error = NULL;
  guint n = fake_driver_get_n_commands (fixture->driver);

  for (guint i = 0; i < qd_policy_plan_get_n_steps (all); i++)
    qd_policy_plan_set_included (all, i, FALSE);
  g_clear_object (&fixture->result);
  fixture->job = qd_policy_apply_async (fixture->hub, fixture->remotes, all, "because", NULL, result_cb, &fixture->result);
  applied = end (fixture, &error);
  g_assert_null (applied);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_null (job_of (fixture));
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, n);
}

#define ADD(path, func) g_test_add ("/ops-apply/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("all", test_all);
  ADD ("refused", test_refused);
  ADD ("blocked", test_blocked);
  ADD ("no-preflight", test_no_preflight);
  ADD ("cancel", test_cancel);
  ADD ("lost-answers", test_lost_answers);
  ADD ("unreachable", test_unreachable);
  ADD ("cut-off", test_cut_off);
  ADD ("nothing", test_nothing);
  return g_test_run ();
}
