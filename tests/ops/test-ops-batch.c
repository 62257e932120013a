/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many moves as one: what has not begun when their process dies is gone on with or cancelled; and with which step a job may begin again. */
#include "config.h"

#include <string.h>

#include "migration-fixture.h"
#include "qd-json.h"

/* --- Batches ---------------------------------------------------------------------------------------------------- */

static const char *const batch_tenants[] = { "acme", "t1", "t2", "t3", "other" };

/* A batch of the first @n, @at_once at a time, in a process that dies at change @nth or at the lease of @tenant (NULL: only that). FALSE: it did not. */
static gboolean
die_in_batch (Fixture *fixture, guint n, guint at_once, guint nth, const char *tenant)
{
  g_autofree char *key = tenant ? g_strconcat ("tenant.", tenant, NULL) : NULL;
  gboolean died;

  for (guint i = 1; i < 4; i++)
    fake_fleet_add_tenant (fixture->fleet, "runner", batch_tenants[i], "shard-1", FALSE);
  fixture->at_verb = NULL;
  fixture->at_key = key;
  died = die_elsewhere (fixture, nth, batch_tenants, n, at_once);
  fixture->at_key = NULL;
  fake_fleet_expire_leases (fixture->fleet);
  return died;
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
      g_autofree char *text = qd_job_record_to_text (record);

      g_assert_cmpstr (qd_job_record_get_state (record), ==, i < 2 ? "succeeded" : "queued");
      g_assert_cmpint (record->interrupted, ==, i >= 2);
      g_assert_cmpint (strstr (text, "ended before this had begun") != NULL, ==, i >= 2);
      g_assert_null (strstr (text, "in the midst"));
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
      died = die_in_batch (&fixture, 3, 2, nth, NULL);
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
      g_autoptr (GPtrArray) records = NULL, rest = NULL;

      set_up (&fixture, NULL);
      for (guint i = 1; i < 4; i++)
        fake_fleet_add_tenant (fixture.fleet, "runner", batch_tenants[i], "shard-1", FALSE);
      first = sleep_elsewhere (&fixture, nth, batch_tenants, 5, 1);
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
  g_autoptr (GPtrArray) records = NULL, after = NULL;
  g_autoptr (QdMigrationOutcome) outcome = NULL, back = NULL, none = NULL, over = NULL;
  g_autoptr (GError) error = NULL;
  QdJobRecord *record;

  fixture->at_verb = "shard.warmup";
  g_assert_true (die_elsewhere (fixture, 1, tenants, 1, 0));
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

/* Says how each of them, to the shard beside its name, ended; nobody may wait. */
static GPtrArray *
move_all (Fixture *fixture, const QdMigrationWish *wishes, guint n)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationWorld) world = NULL;
  g_autoptr (QdMigrationPlan) plan = NULL;

  qd_migration_look_async (fixture->hub, "control", NULL, result_cb, &result);
  wait_until (result != NULL);
  world = qd_migration_look_finish (fixture->hub, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  plan = qd_migration_plan_new (world, wishes, n);
  run (fixture, fixture->hub, plan, 1, 0);
  return outcomes (fixture, fixture->hub);
}

/* Room that one of the same batch makes is waited for, whatever the order; two full shards whose tenants change places have none, ever. */
static void
test_batch_room (Fixture *fixture, gconstpointer data)
{
  static const QdMigrationWish chain[] = { { "a1", "runner", NULL, "shard-4" }, { "a2", "runner", NULL, "shard-4" }, { "b1", "runner", NULL, "shard-3" } };
  static const QdMigrationWish swap[] = { { "c1", "runner", NULL, "shard-6" }, { "d1", "runner", NULL, "shard-5" } };
  g_autoptr (GPtrArray) chained = NULL, swapped = NULL;

  for (guint i = 3; i <= 6; i++)
    {
      g_autofree char *shard = g_strdup_printf ("shard-%u", i);

      fake_fleet_add_shard (fixture->fleet, "runner", shard, i < 5 ? 2 : 1);
    }
  fake_fleet_add_tenant (fixture->fleet, "runner", "a1", "shard-3", FALSE);
  fake_fleet_add_tenant (fixture->fleet, "runner", "a2", "shard-3", FALSE);
  fake_fleet_add_tenant (fixture->fleet, "runner", "b1", "shard-4", FALSE);
  fake_fleet_add_tenant (fixture->fleet, "runner", "c1", "shard-5", FALSE);
  fake_fleet_add_tenant (fixture->fleet, "runner", "d1", "shard-6", FALSE);
  chained = move_all (fixture, chain, G_N_ELEMENTS (chain));
  for (guint i = 0; i < G_N_ELEMENTS (chain); i++)
    {
      g_assert_cmpstr (((QdMigrationOutcome *) g_ptr_array_index (chained, i))->state, ==, "succeeded");
      assert_place (fixture, chain[i].tenant, chain[i].to);
    }
  swapped = move_all (fixture, swap, G_N_ELEMENTS (swap));
  for (guint i = 0; i < G_N_ELEMENTS (swap); i++)
    {
      const QdMigrationOutcome *outcome = g_ptr_array_index (swapped, i);

      g_assert_cmpstr (outcome->state, ==, "blocked");
      g_assert_nonnull (strstr (outcome->error, "has room for 1 tenant"));
      assert_place (fixture, swap[i].tenant, i == 0 ? "shard-5" : "shard-6");
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ops/migration/batch-left", Fixture, NULL, set_up, test_batch_left, tear_down);
  g_test_add ("/ops/migration/batch-cancelled", Fixture, NULL, set_up, test_batch_cancelled, tear_down);
  g_test_add_data_func ("/ops/migration/batch-deaths-before", GINT_TO_POINTER (FALSE), test_batch_deaths);
  g_test_add_data_func ("/ops/migration/batch-deaths-after", GINT_TO_POINTER (TRUE), test_batch_deaths);
  g_test_add ("/ops/migration/batch-room", Fixture, NULL, set_up, test_batch_room, tear_down);
  g_test_add_func ("/ops/migration/batch-sleeper", test_batch_sleeper);
  g_test_add ("/ops/migration/from-step", Fixture, NULL, set_up, test_from_step, tear_down);
  return g_test_run ();
}
