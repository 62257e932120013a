/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moving tenants against buckets, a stream and shards in memory: to the end and back, whoever dies, sleeps or does not answer, and when. */
#include "config.h"

#include <string.h>

#include "fake-fleet.h"
#include "qd-json.h"
#include "qd-lease.h"
#include "qd-migration.h"
#include "store-testing.h"

#define FROM "runner.shard-1"
#define TO "runner.shard-2"

typedef struct {
  FakeFleet *fleet;
  QdHub *hub;
  GAsyncResult *result;
  GCancellable *cancellable;
  /* What the fleet's func does: at the nth command of that name (or any that changes something) … */
  const char *at_verb, *at_key;
  guint at, n_seen;
  gboolean carried_out, cancels;
  QdHub *dies;
  guint n_under_way, most_under_way;
} Fixture;

static gint64 fake_now_us;

static gint64
fake_clock (void)
{
  return fake_now_us;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_now_us = G_USEC_PER_SEC;
  qd_lease_set_clock (fake_clock, 0);
  fixture->fleet = fake_fleet_new ();
  fake_fleet_add_shard (fixture->fleet, "runner", "shard-1", 10);
  fake_fleet_add_shard (fixture->fleet, "runner", "shard-2", 10);
  fake_fleet_add_tenant (fixture->fleet, "runner", "acme", "shard-1", data != NULL);
  fake_fleet_add_tenant (fixture->fleet, "runner", "other", "shard-1", data != NULL);
  fixture->hub = qd_hub_new (NULL);
  fake_fleet_connect (fixture->fleet, fixture->hub);
  fixture->cancellable = g_cancellable_new ();
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
end_hub (QdHub *hub)
{
  qd_hub_stop (hub);
  for (guint i = 0; i < 20; i++)
    turn ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  end_hub (fixture->hub);
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->cancellable);
  turn ();
  g_assert_finalize_object (g_steal_pointer (&fixture->hub));
  fake_fleet_free (fixture->fleet);
  qd_lease_set_clock (NULL, 0);
}

/* --- Doing --------------------------------------------------------------------------------------------- */

static QdMigrationPlan *
plan_for (Fixture *fixture, QdHub *hub, const char *const *tenants, guint n)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationWorld) world = NULL;
  g_autofree QdMigrationWish *wishes = g_new0 (QdMigrationWish, n);

  qd_migration_look_async (hub, "control", NULL, result_cb, &result);
  wait_until (result != NULL);
  world = qd_migration_look_finish (hub, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  for (guint i = 0; i < n; i++)
    wishes[i] = (QdMigrationWish) { tenants[i], "runner", NULL, "shard-2" };
  return qd_migration_plan_new (world, wishes, n);
}

static void
run (Fixture *fixture, QdHub *hub, QdMigrationPlan *plan, guint at_once, guint wait_s)
{
  g_clear_object (&fixture->result);
  qd_migration_run_async (hub, "control", plan, "because", at_once, wait_s, fixture->cancellable, result_cb, &fixture->result);
}

static GPtrArray *
outcomes (Fixture *fixture, QdHub *hub)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *all;

  wait_until (fixture->result != NULL);
  all = qd_migration_run_finish (hub, fixture->result, &error);
  g_assert_no_error (error);
  return all;
}

/* Moves acme; the state that it ended in, and *@error (both of the one outcome). */
static char *
move_acme (Fixture *fixture, const QdMigrationBounds *bounds, char **error)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (QdMigrationPlan) plan = plan_for (fixture, fixture->hub, tenants, 1);
  g_autoptr (GPtrArray) all = NULL;
  QdMigrationOutcome *outcome;

  if (bounds)
    plan->bounds = *bounds;
  run (fixture, fixture->hub, plan, 0, 0);
  all = outcomes (fixture, fixture->hub);
  g_assert_cmpuint (all->len, ==, 1);
  outcome = g_ptr_array_index (all, 0);
  if (error)
    *error = g_strdup (outcome->error);
  return g_strdup (outcome->state);
}

static GPtrArray *
list_jobs (QdHub *hub)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *records;

  qd_job_stream_list_async (hub, "nats", NULL, result_cb, &result);
  wait_until (result != NULL);
  records = qd_job_stream_list_finish (hub, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return records;
}

static QdMigrationOutcome *
go_on (QdHub *hub, const char *job, QdMigrationStep step, gboolean back, GError **error)
{
  GAsyncResult *result = NULL;
  QdMigrationOutcome *outcome;

  qd_migration_go_on_async (hub, "nats", job, step, back, NULL, result_cb, &result);
  wait_until (result != NULL);
  outcome = qd_migration_go_on_finish (hub, result, error);
  g_object_unref (result);
  return outcome;
}

static void
assert_moved (Fixture *fixture)
{
  g_autofree char *place = fake_fleet_get_place (fixture->fleet, "runner", "acme");

  g_assert_cmpstr (place, ==, "shard-2");
  g_assert_true (fake_fleet_takes_work (fixture->fleet, TO, "acme"));
  g_assert_false (fake_fleet_takes_work (fixture->fleet, FROM, "acme"));
}

static void
assert_at_home (Fixture *fixture)
{
  g_autofree char *place = fake_fleet_get_place (fixture->fleet, "runner", "acme");

  g_assert_cmpstr (place, ==, "shard-1");
  g_assert_true (fake_fleet_takes_work (fixture->fleet, FROM, "acme"));
  g_assert_false (fake_fleet_takes_work (fixture->fleet, TO, "acme"));
}

/* Every record of a job: an attempt's steps are begun in order, none twice, each under a lease that is not older than the one before. */
static void
assert_orderly (Fixture *fixture, const char *job)
{
  g_autofree char *subject = g_strconcat ("jobs.", job, NULL);
  g_autoptr (GPtrArray) payloads = fake_fleet_list_payloads (fixture->fleet, subject);
  gint64 attempt = 0, lease = 0;
  int step = -1;
  gboolean back = FALSE;

  g_assert_cmpuint (payloads->len, >, 0);
  for (guint i = 0; i < payloads->len; i++)
    {
      g_autoptr (JsonNode) node = qd_json_parse (g_ptr_array_index (payloads, i), -1, subject, NULL);
      JsonObject *record = qd_json_object (node);
      const char *word = qd_json_get_string (record, "step", "");
      QdMigrationStep now;
      gint64 this_attempt, this_lease;

      g_assert_true (qd_json_get_int (record, "attempt", &this_attempt) && qd_json_get_int (record, "lease", &this_lease));
      g_assert_cmpint (this_attempt, >=, attempt);
      g_assert_cmpint (this_lease, >=, lease);
      if (this_attempt > attempt)
        {
          step = -1;
          back = FALSE;
        }
      if (g_str_equal (qd_json_get_string (record, "state", ""), "running") && qd_migration_step_parse (word, &now))
        {
          g_assert_false (back);
          g_assert_cmpint ((int) now, >, step);
          step = now;
        }
      else if (g_str_equal (word, "back"))
        back = TRUE;
      attempt = this_attempt;
      lease = this_lease;
    }
}

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

static gboolean
die_cb (gpointer data)
{
  qd_hub_stop (data);
  return G_SOURCE_REMOVE;
}

/* At the command that the test chose, the process ends: before it was carried out, or after. */
static gboolean
at_command (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data)
{
  Fixture *fixture = data;

  if (fixture->at_verb ? !g_str_equal (fixture->at_verb, verb) : !changes)
    return TRUE;
  if (fixture->at_key && !g_str_equal (fixture->at_key, qd_json_get_string (args, "key", "")))
    return TRUE;
  if (++fixture->n_seen != fixture->at)
    return TRUE;
  if (fixture->cancels)
    {
      g_cancellable_cancel (fixture->cancellable);
      return TRUE;
    }
  if (fixture->carried_out)
    fake_fleet_lose_answers (fleet, verb, 1);
  g_idle_add_full (G_PRIORITY_HIGH, die_cb, fixture->dies, NULL);
  return fixture->carried_out;
}

/* One death at change @nth, and another process that goes on. FALSE when there were not so many changes. */
static gboolean
die_and_go_on (Fixture *fixture, guint nth, gboolean carried_out)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (QdHub) first = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autoptr (GPtrArray) all = NULL, records = NULL;
  gboolean died;

  fake_fleet_connect (fixture->fleet, first);
  plan = plan_for (fixture, first, tenants, 1);
  fixture->n_seen = 0;
  fixture->at = nth;
  fixture->carried_out = carried_out;
  fixture->dies = first;
  fake_fleet_set_func (fixture->fleet, at_command, fixture);
  run (fixture, first, plan, 0, 0);
  all = outcomes (fixture, first);
  end_hub (first);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
  died = fixture->n_seen >= nth;
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
          g_autoptr (QdMigrationOutcome) outcome = go_on (fixture->hub, record->id, QD_N_MIGRATION_STEPS, FALSE, &error);

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
      g_autoptr (QdHub) first = NULL;
      g_autoptr (QdMigrationPlan) plan = NULL;
      g_autoptr (GPtrArray) all = NULL, records = NULL;
      g_autoptr (QdMigrationOutcome) outcome = NULL;
      g_autoptr (GError) error = NULL;
      QdJobRecord *record;

      set_up (&fixture, NULL);
      first = qd_hub_new (NULL);
      fake_fleet_connect (fixture.fleet, first);
      plan = plan_for (&fixture, first, tenants, 1);
      fixture.at = nth;
      fixture.carried_out = nth % 2;
      fixture.dies = first;
      fake_fleet_set_func (fixture.fleet, at_command, &fixture);
      run (&fixture, first, plan, 0, 0);
      all = outcomes (&fixture, first);
      end_hub (first);
      fake_fleet_set_func (fixture.fleet, NULL, NULL);
      fake_fleet_expire_leases (fixture.fleet);
      records = list_jobs (fixture.hub);
      record = g_ptr_array_index (records, 0);
      g_assert_false (qd_job_record_is_over (record));
      outcome = go_on (fixture.hub, record->id, QD_N_MIGRATION_STEPS, TRUE, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (outcome->state, ==, "cancelled");
      assert_at_home (&fixture);
      assert_orderly (&fixture, record->id);
      tear_down (&fixture, NULL);
    }
}

/* --- Whoever sleeps -------------------------------------------------------------------------------------- */

static gboolean
sleep_at (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data)
{
  Fixture *fixture = data;

  if (changes && fixture->dies && ++fixture->n_seen == fixture->at)
    {
      fake_fleet_set_asleep (fleet, fixture->dies, TRUE);
      fixture->dies = NULL;
    }
  return TRUE;
}

/* It falls asleep with a command on the way; another goes on to the end; then it wakes. */
static void
test_sleeper (void)
{
  for (guint nth = 3; nth <= 13; nth++)
    {
      static const char *const tenants[] = { "acme" };
      Fixture fixture = { 0 };
      g_autoptr (QdHub) first = NULL;
      g_autoptr (QdMigrationPlan) plan = NULL;
      g_autoptr (GPtrArray) all = NULL, records = NULL;
      g_autoptr (GError) error = NULL;
      QdJobRecord *record;
      guint n_written;
      g_autofree char *subject = NULL;
      g_autoptr (GPtrArray) before = NULL, after = NULL;

      set_up (&fixture, NULL);
      first = qd_hub_new (NULL);
      fake_fleet_connect (fixture.fleet, first);
      plan = plan_for (&fixture, first, tenants, 1);
      fixture.at = nth;
      fixture.dies = first;
      fake_fleet_set_func (fixture.fleet, sleep_at, &fixture);
      run (&fixture, first, plan, 0, 0);
      wait_until (fixture.dies == NULL);
      for (guint i = 0; i < 50; i++)
        turn ();
      g_assert_null (fixture.result);
      /* While it sleeps, its lease goes, and its clock has gone on when it wakes. */
      fake_fleet_expire_leases (fixture.fleet);
      fake_now_us += 120 * G_USEC_PER_SEC;
      records = list_jobs (fixture.hub);
      g_assert_cmpuint (records->len, ==, 1);
      record = g_ptr_array_index (records, 0);
      if (!qd_job_record_is_over (record))
        {
          g_autoptr (QdMigrationOutcome) outcome = go_on (fixture.hub, record->id, QD_N_MIGRATION_STEPS, FALSE, &error);

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
      none = go_on (fixture.hub, ((QdJobRecord *) g_ptr_array_index (records, 0))->id, QD_N_MIGRATION_STEPS, TRUE, &refused);
      g_assert_null (none);
      g_assert_error (refused, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
      again = go_on (fixture.hub, ((QdJobRecord *) g_ptr_array_index (records, 0))->id, QD_N_MIGRATION_STEPS, FALSE, NULL);
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
  again = go_on (fixture->hub, record->id, QD_MIGRATION_DRAIN, FALSE, NULL);
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

/* --- Batches ---------------------------------------------------------------------------------------------------- */

static const char *const batch_tenants[] = { "acme", "t1", "t2", "t3", "other" };

/* A batch of the first @n, @at_once at a time, in a process that dies at change @nth or at the lease of @tenant (NULL: only that). */
static guint
die_in_batch (Fixture *fixture, guint n, guint at_once, guint nth, const char *tenant)
{
  g_autoptr (QdHub) first = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *key = tenant ? g_strconcat ("tenant.", tenant, NULL) : NULL;

  for (guint i = 1; i < 4; i++)
    fake_fleet_add_tenant (fixture->fleet, "runner", batch_tenants[i], "shard-1", FALSE);
  fake_fleet_connect (fixture->fleet, first);
  plan = plan_for (fixture, first, batch_tenants, n);
  fixture->n_seen = 0;
  fixture->at = nth;
  fixture->at_verb = NULL;
  fixture->at_key = key;
  fixture->dies = first;
  fake_fleet_set_func (fixture->fleet, at_command, fixture);
  run (fixture, first, plan, at_once, 0);
  all = outcomes (fixture, first);
  end_hub (first);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
  fixture->at_key = NULL;
  fake_fleet_expire_leases (fixture->fleet);
  return fixture->n_seen;
}

static QdMigrationCancelled
cancel (QdHub *hub, const char *id, gboolean batch, GError **error)
{
  GAsyncResult *result = NULL;
  QdMigrationCancelled came_to;

  if (batch)
    qd_migration_cancel_batch_async (hub, "nats", id, NULL, result_cb, &result);
  else
    qd_migration_cancel_async (hub, "nats", id, NULL, result_cb, &result);
  wait_until (result != NULL);
  came_to = qd_migration_cancel_finish (hub, result, error);
  g_object_unref (result);
  return came_to;
}

static GPtrArray *
go_on_batch (Fixture *fixture, const char *batch)
{
  g_clear_object (&fixture->result);
  qd_migration_go_on_batch_async (fixture->hub, "nats", batch, NULL, result_cb, &fixture->result);
  return outcomes (fixture, fixture->hub);
}

/* The record of that tenant's move. */
static QdJobRecord *
record_of (GPtrArray *records, const char *tenant)
{
  for (guint i = 0; i < records->len; i++)
    {
      QdJobRecord *record = g_ptr_array_index (records, i);

      if (g_strcmp0 (qd_json_get_string (qd_json_get_object (record->json, "plan"), "tenant", NULL), tenant) == 0)
        return record;
    }
  g_assert_not_reached ();
}

static void
assert_place (Fixture *fixture, const char *tenant, const char *shard)
{
  g_autofree char *place = fake_fleet_get_place (fixture->fleet, "runner", tenant);

  g_assert_cmpstr (place, ==, shard);
}

/* Killed between the second and the third of five: the others are there, and are gone on with, but for the one that is cancelled. */
static void
test_batch_left (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL, all = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  const char *batch;

  die_in_batch (fixture, 5, 1, 1, "t2");
  records = list_jobs (fixture->hub);
  g_assert_cmpuint (records->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      QdJobRecord *record = record_of (records, batch_tenants[i]);

      g_assert_cmpstr (qd_job_record_get_state (record), ==, i < 2 ? "succeeded" : "queued");
      g_assert_cmpint (record->interrupted, ==, i >= 2);
      assert_place (fixture, batch_tenants[i], i < 2 ? "shard-2" : "shard-1");
    }
  batch = qd_job_record_get_batch (record_of (records, "t3"));
  g_assert_cmpint (cancel (fixture->hub, record_of (records, "t3")->id, FALSE, &error), ==, QD_MIGRATION_WAS_QUEUED);
  g_assert_no_error (error);
  g_assert_cmpint (cancel (fixture->hub, record_of (records, "t3")->id, FALSE, &error), ==, QD_MIGRATION_NOT_CANCELLED);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_clear_error (&error);
  all = go_on_batch (fixture, batch);
  g_assert_cmpuint (all->len, ==, 2);
  for (guint i = 0; i < all->len; i++)
    g_assert_cmpstr (((QdMigrationOutcome *) g_ptr_array_index (all, i))->state, ==, "succeeded");
  for (guint i = 0; i < 5; i++)
    assert_place (fixture, batch_tenants[i], i == 3 ? "shard-1" : "shard-2");
  g_assert_cmpuint (fake_fleet_get_n_puts (fixture->fleet, "RUNNER_PLACEMENT"), ==, 4);
  g_assert_cmpuint (fake_fleet_get_n_leases (fixture->fleet), ==, 0);
  g_assert_cmpint (cancel (fixture->hub, batch, TRUE, &error), ==, QD_MIGRATION_NOT_CANCELLED);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
}

/* The same is cancelled as a whole: what is half done goes back, what has not begun does not. */
static void
test_batch_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL, after = NULL;
  g_autoptr (QdMigrationOutcome) again = NULL;
  g_autoptr (GError) error = NULL;

  /* The lease of the batch, five records, then per move two leases, seven records, drain, place, two reloads, warm-up and two leases given
   * back: in the midst of the third. */
  die_in_batch (fixture, 5, 1, 6 + 16 + 16 + 8, NULL);
  records = list_jobs (fixture->hub);
  g_assert_cmpstr (qd_job_record_get_state (record_of (records, "t2")), ==, "running");
  g_assert_cmpint (cancel (fixture->hub, qd_job_record_get_batch (record_of (records, "t2")), TRUE, &error), ==, QD_MIGRATION_WENT_BACK);
  g_assert_no_error (error);
  after = list_jobs (fixture->hub);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpstr (qd_job_record_get_state (record_of (after, batch_tenants[i])), ==, i < 2 ? "succeeded" : "cancelled");
      assert_place (fixture, batch_tenants[i], i < 2 ? "shard-2" : "shard-1");
      g_assert_true (fake_fleet_takes_work (fixture->fleet, i < 2 ? TO : FROM, batch_tenants[i]));
    }
  /* One that was cancelled before it had begun may be begun after all. */
  again = go_on (fixture->hub, record_of (records, "t3")->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_FORWARD, NULL);
  g_assert_cmpstr (again->state, ==, "succeeded");
  assert_place (fixture, "t3", "shard-2");
}

/* Wherever it dies: nothing has begun while not all are written down, and what is there comes to its end, each once. */
static void
test_batch_deaths (gconstpointer carried_out)
{
  guint n_died = 0;

  for (guint nth = 1;; nth++)
    {
      Fixture fixture = { .carried_out = GPOINTER_TO_INT (carried_out) };
      g_autoptr (GPtrArray) records = NULL;
      gboolean died;

      set_up (&fixture, NULL);
      died = die_in_batch (&fixture, 3, 2, nth, NULL) >= nth;
      n_died += died;
      records = list_jobs (fixture.hub);
      if (records->len < 3)
        {
          g_assert_cmpuint (fake_fleet_get_n_puts (fixture.fleet, "RUNNER_PLACEMENT"), ==, 0);
          g_assert_cmpuint (fake_fleet_get_n_told (fixture.fleet, FROM, "shard.drain", "acme"), ==, 0);
        }
      if (records->len > 0)
        {
          g_autoptr (GPtrArray) all = go_on_batch (&fixture, qd_job_record_get_batch (g_ptr_array_index (records, 0)));

          for (guint i = 0; i < all->len; i++)
            g_assert_cmpstr (((QdMigrationOutcome *) g_ptr_array_index (all, i))->state, ==, "succeeded");
          for (guint i = 0; i < records->len; i++)
            assert_orderly (&fixture, ((QdJobRecord *) g_ptr_array_index (records, i))->id);
          g_assert_cmpuint (fake_fleet_get_n_puts (fixture.fleet, "RUNNER_PLACEMENT"), ==, records->len);
          g_assert_cmpuint (fake_fleet_get_n_leases (fixture.fleet), ==, 0);
        }
      tear_down (&fixture, NULL);
      if (!died)
        break;
    }
  /* The lease of the batch and giving it back, three records, and three times a move. */
  g_assert_cmpuint (n_died, ==, 2 + 3 + 3 * 16);
}

/* Asleep between two moves, while another goes on with the rest: it begins no more when it wakes. */
static void
test_batch_sleeper (void)
{
  for (guint nth = 20; nth <= 40; nth += 2)
    {
      Fixture fixture = { 0 };
      g_autoptr (QdHub) first = NULL;
      g_autoptr (QdMigrationPlan) plan = NULL;
      g_autoptr (GPtrArray) all = NULL, records = NULL, rest = NULL;

      set_up (&fixture, NULL);
      for (guint i = 1; i < 4; i++)
        fake_fleet_add_tenant (fixture.fleet, "runner", batch_tenants[i], "shard-1", FALSE);
      first = qd_hub_new (NULL);
      fake_fleet_connect (fixture.fleet, first);
      plan = plan_for (&fixture, first, batch_tenants, 5);
      fixture.at = nth;
      fixture.dies = first;
      fake_fleet_set_func (fixture.fleet, sleep_at, &fixture);
      run (&fixture, first, plan, 1, 0);
      wait_until (fixture.dies == NULL);
      for (guint i = 0; i < 50; i++)
        turn ();
      fake_fleet_expire_leases (fixture.fleet);
      fake_now_us += 120 * G_USEC_PER_SEC;
      records = list_jobs (fixture.hub);
      rest = go_on_batch (&fixture, qd_job_record_get_batch (g_ptr_array_index (records, 0)));
      g_clear_object (&fixture.result);
      fake_fleet_set_asleep (fixture.fleet, first, FALSE);
      end_hub (first);
      for (guint i = 0; i < 5; i++)
        assert_place (&fixture, batch_tenants[i], "shard-2");
      for (guint i = 0; i < records->len; i++)
        assert_orderly (&fixture, ((QdJobRecord *) g_ptr_array_index (records, i))->id);
      g_assert_cmpuint (fake_fleet_get_n_puts (fixture.fleet, "RUNNER_PLACEMENT"), ==, 5);
      tear_down (&fixture, NULL);
    }
}

/* --- From which step --------------------------------------------------------------------------------------------- */

static void
assert_may (const QdJobRecord *record, QdMigrationStep last)
{
  for (QdMigrationStep step = 0; step < QD_N_MIGRATION_STEPS; step++)
    {
      g_autofree char *why = NULL;
      gboolean may = qd_migration_may_begin (record, step, &why);

      g_assert_cmpint (may, ==, step <= last);
      g_assert_cmpint (why == NULL, ==, may);
    }
}

/* Half done it may begin again with each step up to where it is; once it has gone back, with the first alone. */
static void
test_from_step (Fixture *fixture, gconstpointer data)
{
  static const char *const tenants[] = { "acme" };
  g_autoptr (QdHub) first = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autoptr (GPtrArray) all = NULL, records = NULL, after = NULL;
  g_autoptr (QdMigrationOutcome) outcome = NULL, back = NULL, none = NULL, over = NULL;
  g_autoptr (GError) error = NULL;
  QdJobRecord *record;

  fake_fleet_connect (fixture->fleet, first);
  plan = plan_for (fixture, first, tenants, 1);
  fixture->at_verb = "shard.warmup";
  fixture->at = 1;
  fixture->dies = first;
  fake_fleet_set_func (fixture->fleet, at_command, fixture);
  run (fixture, first, plan, 0, 0);
  all = outcomes (fixture, first);
  end_hub (first);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
  fake_fleet_expire_leases (fixture->fleet);
  records = list_jobs (fixture->hub);
  record = g_ptr_array_index (records, 0);
  assert_may (record, QD_MIGRATION_WARM_UP);
  none = go_on (fixture->hub, record->id, QD_MIGRATION_VERIFY, QD_MIGRATION_FORWARD, &error);
  g_assert_null (none);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "verify"));
  g_clear_error (&error);
  back = go_on (fixture->hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_WAY_BACK, NULL);
  g_assert_cmpstr (back->state, ==, "cancelled");
  after = list_jobs (fixture->hub);
  assert_may (g_ptr_array_index (after, 0), QD_MIGRATION_DRAIN);
  /* Who would take it over, as it was when he looked, finds that it has ended. */
  over = go_on (fixture->hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_TAKE_OVER, &error);
  g_assert_null (over);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  assert_at_home (fixture);
  outcome = go_on (fixture->hub, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_FORWARD, NULL);
  g_assert_cmpstr (outcome->state, ==, "succeeded");
  assert_moved (fixture);
  assert_orderly (fixture, record->id);
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
  g_autoptr (QdHub) first = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autoptr (GPtrArray) all = NULL, records = NULL;
  const char *job;
  QdEntity *entity;

  fake_fleet_connect (fixture->fleet, first);
  plan = plan_for (fixture, first, tenants, 1);
  fixture->at = 8;
  fixture->dies = first;
  fake_fleet_set_func (fixture->fleet, at_command, fixture);
  run (fixture, first, plan, 0, 0);
  all = outcomes (fixture, first);
  end_hub (first);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
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
  g_test_add ("/ops/migration/too-late", Fixture, NULL, set_up, test_too_late, tear_down);
  g_test_add ("/ops/migration/moved-by-another", Fixture, NULL, set_up, test_moved_by_another, tear_down);
  g_test_add ("/ops/migration/blocked", Fixture, NULL, set_up, test_blocked, tear_down);
  g_test_add ("/ops/migration/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/ops/migration/batch-left", Fixture, NULL, set_up, test_batch_left, tear_down);
  g_test_add ("/ops/migration/batch-cancelled", Fixture, NULL, set_up, test_batch_cancelled, tear_down);
  g_test_add_data_func ("/ops/migration/batch-deaths-before", GINT_TO_POINTER (FALSE), test_batch_deaths);
  g_test_add_data_func ("/ops/migration/batch-deaths-after", GINT_TO_POINTER (TRUE), test_batch_deaths);
  g_test_add_func ("/ops/migration/batch-sleeper", test_batch_sleeper);
  g_test_add ("/ops/migration/from-step", Fixture, NULL, set_up, test_from_step, tear_down);
  g_test_add ("/ops/migration/taken", Fixture, NULL, set_up, test_taken, tear_down);
  g_test_add ("/ops/migration/takes-over", Fixture, NULL, set_up, test_takes_over, tear_down);
  return g_test_run ();
}
