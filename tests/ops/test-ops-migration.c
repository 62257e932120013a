/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving tenants against buckets, a stream and shards in memory: to the end and back, whoever dies, sleeps or does not answer, and when. */
#include "config.h"

#include <string.h>

#include "migration-fixture.h"
#include "qd-json.h"
#include "qd-lease.h"

/* --- To the end ------------------------------------------------------------------------------------------ */

static void
test_moves (Fixture *fixture, gconstpointer data)
{
  g_autofree char *error = NULL, *state = move_acme (fixture, NULL, &error), *other = NULL, *text = NULL;
  g_autoptr (GPtrArray) records = NULL;
  QdJobRecord *record;
  QdEntity *entity;

  g_assert_cmpstr (error, ==, NULL);
  g_assert_cmpstr (state, ==, "succeeded");
  assert_moved (fixture);
  other = fake_fleet_get_place (fixture->fleet, "runner", "other");
  g_assert_cmpstr (other, ==, "shard-1");
  g_assert_cmpuint (fake_fleet_get_n_puts (fixture->fleet, "RUNNER_PLACEMENT"), ==, 1);
  g_assert_cmpuint (fake_fleet_get_n_leases (fixture->fleet), ==, 0);
  g_assert_cmpuint (fake_fleet_get_n_told (fixture->fleet, FROM, "shard.drain", "acme"), ==, 1);
  g_assert_cmpuint (fake_fleet_get_n_told (fixture->fleet, TO, "shard.warmup", "acme"), ==, 1);
  records = list_jobs (fixture->hub);
  g_assert_cmpuint (records->len, ==, 1);
  record = g_ptr_array_index (records, 0);
  g_assert_cmpstr (qd_job_record_get_state (record), ==, "succeeded");
  g_assert_cmpstr (qd_json_get_string (record->json, "reason", ""), ==, "because");
  assert_orderly (fixture, record->id);
  entity = qd_fleet_lookup (qd_hub_get_fleet (fixture->hub), "nats", QD_KIND_JOB, record->id);
  g_assert_nonnull (entity);
  g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_STATE), ==, "succeeded");
  g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_ACTS_ON), ==, "control");
  g_assert_cmpstr (qd_entity_get_name (entity), ==, "Move acme (runner) from shard-1 to shard-2");
  text = qd_job_record_to_text (record);
  g_assert_nonnull (strstr (text, "Drain acme on shard-1"));
  g_assert_nonnull (strstr (text, "because"));
}

/* --- Whoever dies ---------------------------------------------------------------------------------------- */

/* One death at change @nth, and another process that goes on. FALSE when there were not so many changes. */
static gboolean
die_and_go_on (Fixture *fixture, guint nth, gboolean carried_out)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (GPtrArray) records = NULL;
  gboolean died;

  fixture->carried_out = carried_out;
  died = die_elsewhere (fixture, nth, tenants, 1, 0);
  /* The minute is over. */
  fake_fleet_expire_leases (fixture->fleet);
  records = list_jobs (fixture->hub);
  if (records->len == 0)
    {
      g_autofree char *state = NULL;

      assert_at_home (fixture);
      state = move_acme (fixture, NULL, NULL);
      g_assert_cmpstr (state, ==, "succeeded");
    }
  else
    {
      QdJobRecord *record = g_ptr_array_index (records, 0);

      g_assert_cmpuint (records->len, ==, 1);
      if (!qd_job_record_is_over (record))
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (QdMigrationOutcome) outcome = go_on (fixture->hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_FORWARD, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (outcome->error, ==, NULL);
          g_assert_cmpstr (outcome->state, ==, "succeeded");
        }
      assert_orderly (fixture, record->id);
    }
  assert_moved (fixture);
  g_assert_cmpuint (fake_fleet_get_n_puts (fixture->fleet, "RUNNER_PLACEMENT"), ==, 1);
  return died;
}

static void
test_deaths (gconstpointer carried_out)
{
  guint n = 0;
  gboolean died = TRUE;

  for (guint nth = 1; died; nth++)
    {
      Fixture fixture = { 0 };

      set_up (&fixture, NULL);
      died = die_and_go_on (&fixture, nth, GPOINTER_TO_INT (carried_out));
      n += died;
      tear_down (&fixture, NULL);
    }
  /* Two leases, seven records, drain, place, two reloads, warm-up, two leases given back. */
  g_assert_cmpuint (n, ==, 16);
}

/* Who goes on may go back instead, wherever the other died. */
static void
test_deaths_back (void)
{
  for (guint nth = 4; nth <= 14; nth++)
    {
      static const char *const tenants[] = { "acme" };
      Fixture fixture = { 0 };
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (QdMigrationOutcome) outcome = NULL;
      g_autoptr (GError) error = NULL;
      QdJobRecord *record;

      set_up (&fixture, NULL);
      fixture.carried_out = nth % 2;
      g_assert_true (die_elsewhere (&fixture, nth, tenants, 1, 0));
      fake_fleet_expire_leases (fixture.fleet);
      records = list_jobs (fixture.hub);
      record = g_ptr_array_index (records, 0);
      g_assert_false (qd_job_record_is_over (record));
      outcome = go_on (fixture.hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_WAY_BACK, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (outcome->state, ==, "cancelled");
      assert_at_home (&fixture);
      assert_orderly (&fixture, record->id);
      tear_down (&fixture, NULL);
    }
}

/* --- Whoever sleeps -------------------------------------------------------------------------------------- */

/* It falls asleep with a command on the way; another goes on to the end; then it wakes. */
static void
test_sleeper (void)
{
  for (guint nth = 3; nth <= 13; nth++)
    {
      static const char *const tenants[] = { "acme" };
      Fixture fixture = { 0 };
      g_autoptr (QdHub) first = NULL;
      g_autoptr (GPtrArray) all = NULL, records = NULL;
      g_autoptr (GError) error = NULL;
      QdJobRecord *record;
      guint n_written;
      g_autofree char *subject = NULL;
      g_autoptr (GPtrArray) before = NULL, after = NULL;

      set_up (&fixture, NULL);
      first = sleep_elsewhere (&fixture, nth, tenants, 1, 0);
      records = list_jobs (fixture.hub);
      g_assert_cmpuint (records->len, ==, 1);
      record = g_ptr_array_index (records, 0);
      if (!qd_job_record_is_over (record))
        {
          g_autoptr (QdMigrationOutcome) outcome = go_on (fixture.hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_FORWARD, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (outcome->state, ==, "succeeded");
        }
      subject = g_strconcat ("jobs.", record->id, NULL);
      before = fake_fleet_list_payloads (fixture.fleet, subject);
      n_written = before->len;
      fake_fleet_set_asleep (fixture.fleet, first, FALSE);
      all = outcomes (&fixture, first);
      after = fake_fleet_list_payloads (fixture.fleet, subject);
      /* It wrote nothing more, and changed nothing. */
      g_assert_cmpuint (after->len, ==, n_written);
      assert_moved (&fixture);
      assert_orderly (&fixture, record->id);
      g_assert_cmpuint (fake_fleet_get_n_puts (fixture.fleet, "RUNNER_PLACEMENT"), ==, 1);
      end_hub (first);
      tear_down (&fixture, NULL);
    }
}

/* --- Answers that are lost --------------------------------------------------------------------------------- */

static void
test_lost_answers (Fixture *fixture, gconstpointer data)
{
  static const char *const verbs[] = { "kv.put", "stream.publish", "shard.drain", "shard.reload", "shard.warmup", "kv.delete" };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *error = NULL, *state = NULL;
      g_autoptr (GPtrArray) records = NULL;

      fake_fleet_lose_answers (fixture->fleet, verbs[i], i < 2 ? 3 : 1);
      state = move_acme (fixture, NULL, &error);
      g_assert_cmpstr (error, ==, NULL);
      g_assert_cmpstr (state, ==, "succeeded");
      assert_moved (fixture);
      g_assert_cmpuint (fake_fleet_lose_answers (fixture->fleet, "", 0), ==, 0);
      records = list_jobs (fixture->hub);
      g_assert_cmpuint (records->len, ==, i + 1);
      assert_orderly (fixture, ((QdJobRecord *) g_ptr_array_index (records, i))->id);
      /* Home again, for the next. */
      fake_fleet_add_tenant (fixture->fleet, "runner", "acme", "shard-1", FALSE);
      fake_fleet_expire_leases (fixture->fleet);
    }
}

/* --- Cancelling ------------------------------------------------------------------------------------------- */

static void
test_cancel (void)
{
  static const char *const verbs[] = { "shard.drain", "shard.reload", "shard.warmup" };

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      Fixture fixture = { .at_verb = verbs[i], .at = 1, .cancels = TRUE };
      g_autofree char *error = NULL, *state = NULL;
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (GError) refused = NULL;
      g_autoptr (QdMigrationOutcome) none = NULL, again = NULL;

      set_up (&fixture, NULL);
      fake_fleet_set_func (fixture.fleet, at_command, &fixture);
      state = move_acme (&fixture, NULL, &error);
      fake_fleet_set_func (fixture.fleet, NULL, NULL);
      g_assert_cmpstr (state, ==, "cancelled");
      g_assert_nonnull (strstr (error, "acme is on shard-1 as before"));
      assert_at_home (&fixture);
      g_assert_cmpuint (fake_fleet_get_n_leases (fixture.fleet), ==, 0);
      records = list_jobs (fixture.hub);
      /* It has gone back already; but it can be done again, from the beginning. */
      none = go_on (fixture.hub, ((QdJobRecord *) g_ptr_array_index (records, 0))->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_WAY_BACK, &refused);
      g_assert_null (none);
      g_assert_error (refused, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
      again = go_on (fixture.hub, ((QdJobRecord *) g_ptr_array_index (records, 0))->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_FORWARD, NULL);
      g_assert_cmpstr (again->state, ==, "succeeded");
      assert_moved (&fixture);
      assert_orderly (&fixture, again->job);
      tear_down (&fixture, NULL);
    }
}

/* Somebody at another desk asks. */
static void
test_cancel_from_elsewhere (Fixture *fixture, gconstpointer data)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (QdHub) other = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = plan_for (fixture, fixture->hub, tenants, 1);
  g_autoptr (GPtrArray) all = NULL, records = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  fake_fleet_connect (fixture->fleet, other);
  fake_fleet_set_tenant (fixture->fleet, FROM, "acme", "in_flight", 5);
  fake_fleet_set_stuck (fixture->fleet, FROM, TRUE);
  run (fixture, fixture->hub, plan, 0, 0);
  wait_until (fake_fleet_get_n_told (fixture->fleet, FROM, "shard.drain", "acme") > 0);
  records = list_jobs (other);
  qd_migration_cancel_async (other, "nats", ((QdJobRecord *) g_ptr_array_index (records, 0))->id, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_migration_cancel_finish (other, result, &error));
  g_assert_no_error (error);
  g_object_unref (result);
  /* What is left may be quicker than it is listened now and then: it is heard all the same. */
  if (data)
    fake_fleet_set_stuck (fixture->fleet, FROM, FALSE);
  all = outcomes (fixture, fixture->hub);
  g_assert_cmpstr (((QdMigrationOutcome *) g_ptr_array_index (all, 0))->state, ==, "cancelled");
  assert_at_home (fixture);
  end_hub (other);
}

/* --- What does not come to an end -------------------------------------------------------------------------- */

static void
test_too_late (Fixture *fixture, gconstpointer data)
{
  QdMigrationBounds bounds;
  g_autofree char *error = NULL, *state = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (QdMigrationOutcome) again = NULL;
  QdJobRecord *record;

  qd_migration_bounds_init (&bounds);
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    bounds.limit_s[i] = 1;
  fake_fleet_set_stuck (fixture->fleet, TO, TRUE);
  state = move_acme (fixture, &bounds, &error);
  g_assert_cmpstr (state, ==, "failed");
  g_assert_nonnull (strstr (error, "Not within 1 seconds"));
  g_assert_nonnull (strstr (error, "not warm"));
  g_assert_nonnull (strstr (error, "on shard-1 as before"));
  assert_at_home (fixture);
  records = list_jobs (fixture->hub);
  record = g_ptr_array_index (records, 0);
  assert_orderly (fixture, record->id);
  /* Mended, it is done again from the first step. */
  fake_fleet_set_stuck (fixture->fleet, TO, FALSE);
  again = go_on (fixture->hub, record->id, QD_MIGRATION_DRAIN, QD_MIGRATION_FORWARD, NULL);
  g_assert_cmpstr (again->state, ==, "succeeded");
  assert_moved (fixture);
}

/* Somebody places it elsewhere meanwhile: that is not undone. */
static gboolean
place_elsewhere (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data)
{
  if (g_str_equal (verb, "shard.drain"))
    fake_fleet_put (fleet, "RUNNER_PLACEMENT", "acme", "shard-3");
  return TRUE;
}

static void
test_moved_by_another (Fixture *fixture, gconstpointer data)
{
  g_autofree char *error = NULL, *state = NULL, *place = NULL;

  fake_fleet_set_func (fixture->fleet, place_elsewhere, NULL);
  state = move_acme (fixture, NULL, &error);
  g_assert_cmpstr (state, ==, "failed");
  g_assert_nonnull (strstr (error, "shard-3"));
  place = fake_fleet_get_place (fixture->fleet, "runner", "acme");
  g_assert_cmpstr (place, ==, "shard-3");
}

static void
test_blocked (Fixture *fixture, gconstpointer data)
{
  g_autofree char *error = NULL, *state = NULL;
  g_autoptr (GPtrArray) records = NULL;

  fake_fleet_set_frozen (fixture->fleet, TRUE);
  state = move_acme (fixture, NULL, &error);
  g_assert_cmpstr (state, ==, "blocked");
  g_assert_nonnull (strstr (error, "frozen"));
  records = list_jobs (fixture->hub);
  g_assert_cmpuint (records->len, ==, 0);
  assert_at_home (fixture);
}

/* --- Many ---------------------------------------------------------------------------------------------------- */

static gboolean
count_under_way (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data)
{
  Fixture *fixture = data;
  const char *key = qd_json_get_string (args, "key", "");
  gboolean lease = g_str_equal (qd_json_get_string (args, "bucket", ""), "JOB_LEASES") && g_str_has_prefix (key, "tenant.");

  if (lease && g_str_equal (verb, "kv.put"))
    fixture->n_under_way++;
  else if (lease && g_str_equal (verb, "kv.delete"))
    fixture->n_under_way--;
  fixture->most_under_way = MAX (fixture->most_under_way, fixture->n_under_way);
  return TRUE;
}

static gboolean
lag_ends_cb (gpointer data)
{
  fake_fleet_set_tenant (((Fixture *) data)->fleet, FROM, "t0", "lag", 0);
  return G_SOURCE_REMOVE;
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  const char *tenants[20];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free), all = NULL;
  g_autoptr (QdMigrationPlan) plan = NULL;

  fake_fleet_add_shard (fixture->fleet, "runner", "shard-9", 100);
  for (guint i = 0; i < G_N_ELEMENTS (tenants); i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("t%u", i));
      tenants[i] = g_ptr_array_index (names, i);
      fake_fleet_add_tenant (fixture->fleet, "runner", tenants[i], "shard-1", FALSE);
    }
  /* Its capacity is told by nobody. */
  fake_fleet_add_shard (fixture->fleet, "runner", "shard-2", -1);
  /* The first waits until it is less behind; the last is none that there is. */
  fake_fleet_set_tenant (fixture->fleet, FROM, "t0", "lag", 1000000);
  tenants[19] = "nobody";
  plan = plan_for (fixture, fixture->hub, tenants, G_N_ELEMENTS (tenants));
  g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 18);
  fake_fleet_set_func (fixture->fleet, count_under_way, fixture);
  g_timeout_add (1500, lag_ends_cb, fixture);
  run (fixture, fixture->hub, plan, 3, 30);
  all = outcomes (fixture, fixture->hub);
  for (guint i = 0; i < all->len; i++)
    {
      QdMigrationOutcome *outcome = g_ptr_array_index (all, i);

      g_assert_cmpstr (outcome->tenant, ==, tenants[i]);
      g_assert_cmpstr (outcome->state, ==, i == 19 ? "blocked" : "succeeded");
    }
  g_assert_cmpuint (fixture->most_under_way, ==, 3);
  g_assert_cmpuint (fixture->n_under_way, ==, 0);
}

/* --- Leases ---------------------------------------------------------------------------------------------------- */

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *error = NULL, *state = NULL;

  fake_fleet_put (fixture->fleet, QD_LEASE_BUCKET, "tenant.acme", "{\"desk\":\"bob@elsewhere\",\"host\":\"elsewhere\",\"pid\":7,\"token\":\"x\"}");
  state = move_acme (fixture, NULL, &error);
  g_assert_cmpstr (state, ==, "failed");
  g_assert_nonnull (strstr (error, "bob@elsewhere"));
  assert_at_home (fixture);
  g_assert_cmpuint (fake_fleet_get_n_leases (fixture->fleet), ==, 1);
}

/* --- Seeing them ------------------------------------------------------------------------------------------------ */

/* A Quarterdeck that only looks on sees the job of one that died, says so, and goes on with it once the minute is over. */
static void
test_takes_over (Fixture *fixture, gconstpointer data)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (GPtrArray) records = NULL;
  const char *job;
  QdEntity *entity;

  g_assert_true (die_elsewhere (fixture, 8, tenants, 1, 0));
  records = list_jobs (fixture->hub);
  job = ((QdJobRecord *) g_ptr_array_index (records, 0))->id;
  qd_job_stream_watch (fixture->hub, TRUE);
  wait_until ((entity = qd_fleet_lookup (qd_hub_get_fleet (fixture->hub), "nats", QD_KIND_JOB, job)) != NULL);
  g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_STATE), ==, "running");
  /* Its lease is there still: it may be alive. */
  for (guint i = 0; i < 100; i++)
    turn ();
  g_assert_cmpuint (fake_fleet_get_n_puts (fixture->fleet, "RUNNER_PLACEMENT"), <=, 1);
  g_assert_cmpstr (qd_entity_get_string (entity, QD_JOB_STATE), ==, "running");
  fake_fleet_expire_leases (fixture->fleet);
  wait_until (g_strcmp0 (qd_entity_get_string (entity, QD_JOB_STATE), "succeeded") == 0);
  assert_moved (fixture);
  assert_orderly (fixture, job);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ops/migration/moves", Fixture, NULL, set_up, test_moves, tear_down);
  g_test_add ("/ops/migration/moves-in-map", Fixture, "map", set_up, test_moves, tear_down);
  g_test_add_data_func ("/ops/migration/deaths-before", GINT_TO_POINTER (FALSE), test_deaths);
  g_test_add_data_func ("/ops/migration/deaths-after", GINT_TO_POINTER (TRUE), test_deaths);
  g_test_add_func ("/ops/migration/deaths-back", test_deaths_back);
  g_test_add_func ("/ops/migration/sleeper", test_sleeper);
  g_test_add ("/ops/migration/lost-answers", Fixture, NULL, set_up, test_lost_answers, tear_down);
  g_test_add_func ("/ops/migration/cancel", test_cancel);
  g_test_add ("/ops/migration/cancel-from-elsewhere", Fixture, NULL, set_up, test_cancel_from_elsewhere, tear_down);
  g_test_add ("/ops/migration/cancel-quick-steps", Fixture, "quick", set_up, test_cancel_from_elsewhere, tear_down);
  g_test_add ("/ops/migration/too-late", Fixture, NULL, set_up, test_too_late, tear_down);
  g_test_add ("/ops/migration/moved-by-another", Fixture, NULL, set_up, test_moved_by_another, tear_down);
  g_test_add ("/ops/migration/blocked", Fixture, NULL, set_up, test_blocked, tear_down);
  g_test_add ("/ops/migration/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/ops/migration/taken", Fixture, NULL, set_up, test_taken, tear_down);
  g_test_add ("/ops/migration/takes-over", Fixture, NULL, set_up, test_takes_over, tear_down);
  return g_test_run ();
}
