/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may, the lock, and a job's way from the button to its end, against a driver that obeys the test. */
#include "config.h"

#include "fake-driver.h"
#include "qd-capability.h"
#include "qd-endpoint-json.h"
#include "qd-json.h"
#include "store-testing.h"

#define ALL "[\"sites.write\",\"paths.test\",\"paths.failover\",\"flows.search\",\"jobs\",\"jobs.cancel\"]"
#define MAY "[\"sdwan.sites.manage\",\"sdwan.paths.*\",\"sdwan.flows.view\",{\"permission\":\"jobs.cancel\",\"scope\":\"global\"}]"

typedef struct {
  QdHub *hub;
  FakeDriver *driver;
  GAsyncResult *result;
  guint n_finished;
  char *finished_state;
} Fixture;

static void
finished_cb (QdHub *hub, QdEntity *job, Fixture *fixture)
{
  fixture->n_finished++;
  g_set_str (&fixture->finished_state, qd_entity_get_string (job, QD_JOB_STATE));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->hub = qd_hub_new (NULL);
  fixture->driver = fake_driver_add (fixture->hub, "c", data ? data : "dev", ALL, MAY);
  g_signal_connect (fixture->hub, "job-finished", G_CALLBACK (finished_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  qd_hub_stop (fixture->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->result);
  g_assert_finalize_object (fixture->hub);
  g_free (fixture->finished_state);
}

static JsonObject *
args_of (const char *id)
{
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "id", id);
  return args;
}

static char *
run (Fixture *fixture, const char *verb, const char *reason, GCancellable *cancellable)
{
  g_autoptr (JsonObject) args = args_of ("7");

  g_clear_object (&fixture->result);
  return qd_hub_run (fixture->hub, "c", verb, args, "Do it", reason, cancellable, result_cb, &fixture->result);
}

static JsonNode *
end_of_run (Fixture *fixture, GError **error)
{
  wait_until (fixture->result != NULL);
  return qd_hub_run_finish (fixture->hub, fixture->result, error);
}

static QdEntity *
job_of (Fixture *fixture, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (fixture->hub), QD_HUB_LOCAL, QD_KIND_JOB, id);
}

#define assert_refused(fixture, verb, reason, code, part)                                \
  G_STMT_START                                                                          \
    {                                                                                   \
      g_autoptr (GError) refused = NULL;                                                \
      g_autofree char *refused_id = run (fixture, verb, reason, NULL);                  \
      g_assert_null (end_of_run (fixture, &refused));                                   \
      g_assert_error (refused, QD_DRIVER_ERROR, code);                                  \
      g_assert_nonnull (strstr (refused->message, part));                               \
      g_assert_null (job_of (fixture, refused_id));                                     \
      g_assert_cmpuint (fake_driver_get_n_commands ((fixture)->driver), ==, 0);         \
    }                                                                                   \
  G_STMT_END

/* --- Who may --------------------------------------------------------------------------------- */

static void
test_capability (Fixture *fixture, gconstpointer data)
{
  QdFleet *fleet = qd_hub_get_fleet (fixture->hub);
  guint n;
  const QdCapability *table = qd_capability_all (&n);
  g_autofree char *why = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (qd_capability_get (table[i].verb) == &table[i]);
      g_assert_false (table[i].high_impact && table[i].query);
    }
  g_assert_true (qd_capability_allowed (fleet, "c", "site.create", &why));
  g_assert_null (why);
  /* By a wildcard, and by an object. */
  g_assert_true (qd_capability_allowed (fleet, "c", "path.failover", NULL));
  g_assert_true (qd_capability_allowed (fleet, "c", "job.cancel", NULL));
  /* The one half, then the other. */
  g_assert_false (qd_capability_allowed (fleet, "c", "site.delete", &why));
  g_assert_nonnull (strstr (why, "sdwan.sites.delete"));
  g_assert_nonnull (strstr (why, "operator"));
  g_clear_pointer (&why, g_free);
  g_assert_false (qd_capability_allowed (fleet, "c", "path.history", &why));
  g_assert_nonnull (strstr (why, "does not offer"));
  g_clear_pointer (&why, g_free);
  g_assert_false (qd_capability_allowed (fleet, "nobody", "path.test", &why));
  g_clear_pointer (&why, g_free);
  g_assert_false (qd_capability_allowed (fleet, "c", "no.such", &why));
  g_clear_pointer (&why, g_free);
  fake_driver_send_state (fixture->driver, "stale");
  qd_drain_flush (qd_hub_get_drain (fixture->hub));
  g_assert_false (qd_capability_allowed (fleet, "c", "path.test", &why));
  g_assert_nonnull (strstr (why, "not connected"));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  assert_refused (fixture, "site.delete", "because", QD_DRIVER_ERROR_REFUSED, "sdwan.sites.delete");
  assert_refused (fixture, "no.such", NULL, QD_DRIVER_ERROR_INVALID, "no.such");
  assert_refused (fixture, "path.failover", NULL, QD_DRIVER_ERROR_INVALID, "reason");
  assert_refused (fixture, "path.failover", "", QD_DRIVER_ERROR_INVALID, "reason");
  g_assert_cmpuint (fixture->n_finished, ==, 0);
}

/* A server without a notion of permissions is asked. */
static void
test_no_permissions (Fixture *fixture, gconstpointer data)
{
  fake_driver_add (fixture->hub, "open", "dev", ALL, NULL);
  g_assert_true (qd_capability_allowed (qd_hub_get_fleet (fixture->hub), "open", "site.delete", NULL));
}

/* A permission for one tenant reaches that one: not another, and not what is about all of them. */
static void
test_scopes (Fixture *fixture, gconstpointer data)
{
  QdFleet *fleet = qd_hub_get_fleet (fixture->hub);
  g_autoptr (JsonObject) acme = json_object_new (), globex = json_object_new ();
  g_autofree char *why = NULL;

  fake_driver_add (fixture->hub, "scoped", "dev", "[\"tenants.write\"]",
                   "[{\"permission\":\"scale.migrate\",\"scope\":\"tenant\",\"scope_id\":\"acme\"},"
                   "{\"permission\":\"tenants.update\",\"scope\":\"tenant\",\"scope_id\":\"acme\"}]");
  json_object_set_string_member (acme, "id", "acme");
  json_object_set_string_member (globex, "id", "globex");
  g_assert_false (qd_capability_permitted (fleet, "scoped", "placement.view", NULL));
  g_assert_false (qd_capability_permitted (fleet, "scoped", "placement.set", &why));
  g_assert_nonnull (strstr (why, "acme"));
  g_assert_true (qd_capability_allowed (fleet, "scoped", "tenant.update", NULL));
  g_assert_true (qd_capability_allowed_on (fleet, "scoped", "tenant.update", acme, NULL));
  g_assert_false (qd_capability_allowed_on (fleet, "scoped", "tenant.update", globex, NULL));
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_lock (Fixture *fixture, gconstpointer data)
{
  guint n_changes = 0;
  g_autofree char *id = NULL;

  g_signal_connect_swapped (fixture->hub, "connections-changed", G_CALLBACK (count_cb), &n_changes);
  g_assert_true (qd_hub_is_locked (fixture->hub, "c"));
  assert_refused (fixture, "path.test", NULL, QD_DRIVER_ERROR_REFUSED, "locked");
  qd_hub_unlock (fixture->hub, "c", 10);
  g_assert_false (qd_hub_is_locked (fixture->hub, "c"));
  g_assert_cmpuint (n_changes, ==, 1);
  id = run (fixture, "path.test", NULL, NULL);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  qd_hub_unlock (fixture->hub, "c", 0);
  g_assert_true (qd_hub_is_locked (fixture->hub, "c"));
  g_assert_false (qd_hub_is_locked (fixture->hub, "nobody"));
}

/* Looking changes nothing: production may be looked at, and no job is made of it. */
static void
test_query (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "flows.search", NULL, NULL);
  g_autoptr (JsonNode) answer = NULL;

  g_assert_cmpuint (fake_driver_get_n_waiting (fixture->driver), ==, 1);
  g_assert_null (job_of (fixture, id));
  fake_driver_answer (fixture->driver, "{\"items\":[]}", 0, NULL);
  answer = end_of_run (fixture, &error);
  g_assert_no_error (error);
  g_assert_nonnull (answer);
}

/* --- A job's way ------------------------------------------------------------------------------ */

static void
test_job (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.failover", "fibre cut", NULL);
  g_autoptr (JsonNode) answer = NULL;
  QdEntity *job = job_of (fixture, id);
  JsonObject *args;
  double progress;

  g_assert_nonnull (job);
  g_assert_cmpstr (qd_entity_get_name (job), ==, "Do it");
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  args = fake_driver_get_args (fixture->driver, 0);
  g_assert_cmpstr (json_object_get_string_member (args, "reason"), ==, "fibre cut");
  g_assert_cmpstr (json_object_get_string_member (args, "id"), ==, "7");
  g_assert_true (g_uuid_string_is_valid (json_object_get_string_member (args, "idempotency_key")));
  fake_driver_answer (fixture->driver, "{\"job_id\":\"s-1\"}", 0, NULL);
  fake_driver_send_job (fixture->driver, "s-1", "running", 0.5, NULL);
  wait_until (qd_entity_get_double (job, QD_JOB_PROGRESS, &progress) && progress == 0.5);
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_STATE), ==, "running");
  g_assert_nonnull (strstr (qd_entity_get_string (job, QD_JOB_STEPS), "theirs"));
  g_assert_nonnull (strstr (qd_entity_get_string (job, QD_FIELD_EXTRA), "s-1"));
  g_assert_null (fixture->result);
  /* The server's and ours are one to whoever looks, wherever its connection is shown. */
  g_assert_cmpuint (qd_fleet_count (qd_hub_get_fleet (fixture->hub), QD_KIND_JOB), ==, 1);
  g_assert_true (qd_entity_belongs (job, "c") && qd_entity_belongs (job, NULL) && !qd_entity_belongs (job, "d"));
  g_assert_false (qd_entity_is_listed (qd_fleet_lookup (qd_hub_get_fleet (fixture->hub), "c", QD_KIND_JOB, "s-1")));
  fake_driver_send_job (fixture->driver, "s-1", "SUCCEEDED", 1, NULL);
  answer = end_of_run (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qd_json_get_string (qd_json_object (answer), "job_id", NULL), ==, "s-1");
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_STATE), ==, "succeeded");
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_CREATED_BY), ==, "olga");
  g_assert_cmpint (qd_entity_get (job, QD_JOB_ENDED_AT)->type, ==, QD_VALUE_TIME);
  wait_until (fixture->n_finished == 1);
}

static void
test_job_fails (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_send_job (fixture->driver, "s-2", "failed", 0.3, "no route");
  fake_driver_answer (fixture->driver, "{\"job_id\":\"s-2\"}", 0, NULL);
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "no route");
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "failed");
  wait_until (fixture->n_finished == 1);
}

/* The same key goes out again while the server cannot be reached, where the server keeps keys. */
static void
test_retry (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL);
  g_autoptr (JsonNode) answer = NULL;

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_UNREACHABLE, "gone");
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (fake_driver_get_args (fixture->driver, 0), "idempotency_key"), ==,
                   json_object_get_string_member (fake_driver_get_args (fixture->driver, 1), "idempotency_key"));
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  answer = end_of_run (fixture, &error);
  g_assert_no_error (error);
}

/* Where it does not, it goes out once. */
static void
test_no_retry (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "site.update", NULL, NULL);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_UNREACHABLE, "gone");
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE);
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 1);
}

/* --- Who one is ------------------------------------------------------------------------------- */

typedef struct { char *job, *wrong; guint n; } Asked;

static void
password_needed_cb (QdHub *hub, QdEntity *job, const char *wrong, Asked *asked)
{
  g_set_str (&asked->job, qd_entity_get_id (job));
  g_set_str (&asked->wrong, wrong);
  asked->n++;
}

static void
asked_clear (Asked *asked)
{
  g_free (asked->job);
  g_free (asked->wrong);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static void
give_password (Fixture *fixture, const char *id, const char *password)
{
  guint n = fake_driver_get_n_commands (fixture->driver);

  qd_hub_confirm_job (fixture->hub, id, password);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_cmpstr (fake_driver_get_verb (fixture->driver, n), ==, "auth.step-up");
  g_assert_cmpstr (json_object_get_string_member (fake_driver_get_args (fixture->driver, n), "password"), ==, password);
}

/* One job, which asks until the password is right, and then does what it was to do. */
static void
test_password (Fixture *fixture, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autoptr (JsonNode) answer = NULL;

  g_signal_connect (fixture->hub, "password-needed", G_CALLBACK (password_needed_cb), &asked);
  id = run (fixture, "path.test", NULL, NULL);
  qd_hub_confirm_job (fixture->hub, id, "nobody asked");
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_STEP_UP, "sign in again");
  wait_until (asked.n == 1);
  g_assert_cmpstr (asked.job, ==, id);
  g_assert_null (asked.wrong);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "waiting");
  give_password (fixture, id, "mistyped");
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_REFUSED, "that is not it");
  wait_until (asked.n == 2);
  g_assert_cmpstr (asked.wrong, ==, "that is not it");
  give_password (fixture, id, "right");
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_cmpstr (fake_driver_get_verb (fixture->driver, 3), ==, "path.test");
  g_assert_cmpstr (json_object_get_string_member (fake_driver_get_args (fixture->driver, 0), "idempotency_key"), ==,
                   json_object_get_string_member (fake_driver_get_args (fixture->driver, 3), "idempotency_key"));
  g_assert_false (json_object_has_member (fake_driver_get_args (fixture->driver, 3), "password"));
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  answer = end_of_run (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "succeeded");
  g_assert_cmpuint (qd_fleet_count (qd_hub_get_fleet (fixture->hub), QD_KIND_JOB), ==, 1);
}

static void
test_password_cancelled (Fixture *fixture, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_signal_connect (fixture->hub, "password-needed", G_CALLBACK (password_needed_cb), &asked);
  id = run (fixture, "path.test", NULL, NULL);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_STEP_UP, "sign in again");
  wait_until (asked.n == 1);
  qd_hub_cancel_job (fixture->hub, id);
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "cancelled");
  g_assert_nonnull (strstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_ERROR), "nothing was changed"));
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 1);
}

/* The hub goes while somebody is asked. */
static void
test_password_left (Fixture *fixture, gconstpointer data)
{
  g_auto (Asked) asked = { 0 };
  g_autofree char *id = NULL;

  g_signal_connect (fixture->hub, "password-needed", G_CALLBACK (password_needed_cb), &asked);
  id = run (fixture, "path.test", NULL, NULL);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_STEP_UP, "sign in again");
  wait_until (asked.n == 1);
  qd_hub_stop (fixture->hub);
  wait_until (fixture->result != NULL);
}

static void
test_nobody_to_ask (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_STEP_UP, "sign in again");
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_STEP_UP);
}

/* Cancelled before the answer: the answer that comes later changes nothing. */
static void
test_cancel_early (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *id = run (fixture, "path.test", NULL, cancellable);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_cancellable_cancel (cancellable);
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fake_driver_answer (fixture->driver, "{\"job_id\":\"s-3\"}", 0, NULL);
  fake_driver_send_job (fixture->driver, "s-3", "succeeded", 1, NULL);
  wait_until (fixture->n_finished == 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "cancelled");
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 1);
}

/* Cancelled after it: the server is asked, and says how it ended. */
static void
test_cancel_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_send_job (fixture->driver, "s-4", "running", 0.1, NULL);
  fake_driver_answer (fixture->driver, "{\"job_id\":\"s-4\"}", 0, NULL);
  wait_until (g_strcmp0 (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), "running") == 0 &&
              strstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STEPS), "theirs"));
  qd_hub_cancel_job (fixture->hub, id);
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_cmpstr (fake_driver_get_verb (fixture->driver, 1), ==, "job.cancel");
  g_assert_cmpstr (json_object_get_string_member (fake_driver_get_args (fixture->driver, 1), "id"), ==, "s-4");
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  fake_driver_send_job (fixture->driver, "s-4", "cancelled", 0.1, NULL);
  g_assert_null (end_of_run (fixture, &error));
  wait_until (fixture->n_finished == 1);
  g_assert_cmpstr (fixture->finished_state, ==, "cancelled");
}

/* As the list of jobs does it, which knows only the job. */
static void
test_cancel_as_verb (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL), *none = NULL;
  g_autoptr (JsonObject) args = args_of (id);
  g_autoptr (GAsyncResult) told = NULL;
  g_autoptr (JsonNode) answer = NULL;

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_false (qd_fleet_is_stale (qd_hub_get_fleet (fixture->hub), job_of (fixture, id)));
  g_assert_true (qd_capability_allowed (qd_hub_get_fleet (fixture->hub), QD_HUB_LOCAL, "job.cancel", NULL));
  none = qd_hub_run (fixture->hub, QD_HUB_LOCAL, "job.cancel", args, NULL, NULL, NULL, result_cb, &told);
  wait_until (told != NULL);
  answer = qd_hub_run_finish (fixture->hub, told, &error);
  g_assert_no_error (error);
  g_assert_null (end_of_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The connection is taken away under it. */
static void
test_removed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = run (fixture, "path.test", NULL, NULL);
  g_autoptr (GPtrArray) left = NULL;
  QdFleet *fleet = qd_hub_get_fleet (fixture->hub);

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, "{\"job_id\":\"s-5\"}", 0, NULL);
  qd_hub_remove (fixture->hub, "c");
  g_assert_null (qd_fleet_lookup (fleet, "c", QD_KIND_CONNECTION, "c"));
  g_assert_null (end_of_run (fixture, &error));
  left = qd_hub_list_endpoints (fixture->hub);
  g_assert_cmpuint (left->len, ==, 0);
  g_assert_cmpstr (qd_entity_get_string (job_of (fixture, id), QD_JOB_STATE), ==, "failed");
}

/* --- Kept ------------------------------------------------------------------------------------ */

static void
start (QdHub *hub)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  qd_hub_start_async (hub, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_hub_start_finish (hub, result, &error));
  g_assert_no_error (error);
}

/* A program that ended in the middle of two jobs: the one that the server has is followed to its
 * end, of the other it is told that it was interrupted, and both but once. */
static void
test_interrupted (void)
{
  g_autofree char *sent = NULL, *taken = NULL;
  Place place;

  place_init (&place);
  {
    g_autoptr (QdHub) hub = qd_hub_new (qd_store_new (place.path));
    Fixture fixture = { .hub = hub }, other;

    g_object_unref (qd_hub_get_store (hub));
    start (hub);
    fixture.driver = fake_driver_add (hub, "c", "dev", ALL, MAY);
    taken = run (&fixture, "path.test", NULL, NULL);
    wait_until (fake_driver_get_n_waiting (fixture.driver) == 1);
    fake_driver_answer (fixture.driver, "{\"job_id\":\"s-9\"}", 0, NULL);
    wait_until (strstr (qd_entity_get_string (job_of (&fixture, taken), QD_FIELD_EXTRA), "s-9"));
    /* The journal's line comes after; the other one is sent once it is there. */
    other = fixture;
    sent = run (&other, "site.update", "again", NULL);
    wait_until (fake_driver_get_n_waiting (fixture.driver) == 1);
    qd_hub_stop (hub);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_clear_object (&fixture.result);
    g_clear_object (&other.result);
    g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM journal"), ==, 3);
  }
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (QdStore) store = qd_store_new (place.path);
      g_autoptr (QdHub) hub = qd_hub_new (store);
      Fixture fixture = { .hub = hub };
      const char *error;

      fixture.driver = fake_driver_add (hub, "c", "dev", ALL, MAY);
      g_assert_false (fake_driver_is_started (fixture.driver));
      start (hub);
      g_assert_true (fake_driver_is_started (fixture.driver));
      error = qd_entity_get_string (job_of (&fixture, sent), QD_JOB_ERROR);
      g_assert_true (g_str_has_prefix (error, "interrupted"));
      g_assert_cmpstr (qd_entity_get_string (job_of (&fixture, sent), QD_JOB_STATE), ==, "failed");
      if (round == 0)
        {
          g_signal_connect (hub, "job-finished", G_CALLBACK (finished_cb), &fixture);
          fake_driver_send_job (fixture.driver, "s-9", "succeeded", 1, NULL);
          wait_until (fixture.n_finished == 1);
        }
      g_assert_cmpstr (qd_entity_get_string (job_of (&fixture, taken), QD_JOB_STATE), ==, "succeeded");
      qd_hub_stop (hub);
      g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM journal WHERE state = 'interrupted'"), ==, 1);
      g_free (fixture.finished_state);
    }
  place_clear (&place);
}

static QdEndpoint *
nats_endpoint (const char *id)
{
  return qd_endpoint_new (id, id, "nats", "nats://127.0.0.1:1");
}

/* What is added before the kept ones are read does not push them out. */
static void
test_kept (void)
{
  Place place;

  place_init (&place);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (QdStore) store = qd_store_new (place.path);
      g_autoptr (QdHub) hub = qd_hub_new (store);
      g_autofree char *id = g_strdup_printf ("id-%u", round);
      g_autoptr (QdEndpoint) endpoint = nats_endpoint (id), passing = nats_endpoint ("passing");
      g_autoptr (GPtrArray) all = NULL;

      g_assert_true (qd_hub_add (hub, endpoint, TRUE, NULL));
      g_assert_true (qd_hub_add (hub, passing, FALSE, NULL));
      start (hub);
      all = qd_hub_list_endpoints (hub);
      g_assert_cmpuint (all->len, ==, round + 2);
      for (guint i = 0; i < 2; i++)
        {
          g_autofree char *name = qd_hub_dup_workloads_name (i == 0 ? "id-0" : "id-1");

          qd_store_set_async (store, name, "{}", NULL, NULL);
        }
      if (round == 1)
        qd_hub_remove (hub, "id-0");
      qd_hub_stop (hub);
      if (round == 1)
        g_assert_cmpint (ask_file (place.path, "SELECT json NOT LIKE '%id-0%' AND json LIKE '%id-1%' AND json NOT LIKE"
                                               " '%passing%' FROM setting WHERE name = 'connections'"), ==, 1);
      /* What was kept of a connection's workloads goes with it. */
      g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM setting WHERE name LIKE 'policy-workloads:%'"), ==, round == 0 ? 2 : 1);
    }
  place_clear (&place);
}

static void
test_endpoints (void)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_endpoint_free), again = NULL;
  g_autofree char *json = NULL;
  QdEndpoint *endpoint = qd_endpoint_new ("id-1", "Büro \"HQ\"", "nats", "nats://127.0.0.1:4222");
  guint n;

  endpoint->user = g_strdup ("olga");
  endpoint->password = g_strdup ("hunter2");
  endpoint->token = g_strdup ("tok-tok");
  endpoint->feeds = g_strdup ("id-0");
  g_ptr_array_add (endpoints, endpoint);
  json = qd_endpoints_to_json (endpoints);
  g_assert_null (strstr (json, "hunter2"));
  g_assert_null (strstr (json, "tok-tok"));
  again = qd_endpoints_from_json (json, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_cmpstr (((QdEndpoint *) again->pdata[0])->name, ==, "Büro \"HQ\"");
  g_assert_cmpstr (((QdEndpoint *) again->pdata[0])->feeds, ==, "id-0");
  g_assert_cmpstr (((QdEndpoint *) again->pdata[0])->user, ==, "olga");
  g_assert_null (((QdEndpoint *) again->pdata[0])->password);
  g_ptr_array_unref (again);
  again = qd_endpoints_from_json ("[1,{},{\"id\":\"a\",\"url\":\"http://x\"},{\"id\":5}]", &n);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_cmpuint (n, ==, 3);
}

/* No secret gets into the report, whatever way it came in. */
static void
test_report (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("n", "Bus", "nats", "nats://bob:hunter2@127.0.0.1:1,nats://127.0.0.1:2");
  g_autoptr (GError) error = NULL;
  g_autofree char *report = NULL;

  endpoint->token = g_strdup ("tok-tok");
  g_assert_true (qd_hub_add (hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (qd_driver_get_endpoint (qd_hub_get_driver (hub, "n"))->password, ==, "hunter2");
  g_assert_cmpstr (qd_driver_get_endpoint (qd_hub_get_driver (hub, "n"))->user, ==, "bob");
  qd_drain_flush (qd_hub_get_drain (hub));
  report = qd_hub_report (hub);
  g_assert_nonnull (strstr (report, "nats://127.0.0.1:1,nats://127.0.0.1:2"));
  g_assert_null (strstr (report, "hunter2"));
  g_assert_null (strstr (report, "tok-tok"));
  endpoint->driver[0] = 'x';
  g_assert_false (qd_hub_add (hub, endpoint, FALSE, &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  qd_hub_stop (hub);
}

#define ADD(name, environment, func) g_test_add ("/hub/" name, Fixture, environment, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("capability", NULL, test_capability);
  ADD ("refused", NULL, test_refused);
  ADD ("no-permissions", NULL, test_no_permissions);
  ADD ("scopes", NULL, test_scopes);
  ADD ("lock", "prod", test_lock);
  ADD ("query", "prod", test_query);
  ADD ("job", NULL, test_job);
  ADD ("job-fails", NULL, test_job_fails);
  ADD ("retry", NULL, test_retry);
  ADD ("no-retry", NULL, test_no_retry);
  ADD ("password", NULL, test_password);
  ADD ("password-cancelled", NULL, test_password_cancelled);
  ADD ("password-left", NULL, test_password_left);
  ADD ("nobody-to-ask", NULL, test_nobody_to_ask);
  ADD ("cancel-early", NULL, test_cancel_early);
  ADD ("cancel-late", NULL, test_cancel_late);
  ADD ("cancel-as-verb", NULL, test_cancel_as_verb);
  ADD ("removed", NULL, test_removed);
  g_test_add_func ("/hub/interrupted", test_interrupted);
  g_test_add_func ("/hub/kept", test_kept);
  g_test_add_func ("/hub/endpoints", test_endpoints);
  g_test_add_func ("/hub/report", test_report);
  return g_test_run ();
}
