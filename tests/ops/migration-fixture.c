/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "migration-fixture.h"

#include <string.h>

#include "qd-json.h"
#include "qd-lease.h"

gint64 fake_now_us;

static gint64
fake_clock (void)
{
  return fake_now_us;
}

void
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

void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
end_hub (QdHub *hub)
{
  qd_hub_stop (hub);
  for (guint i = 0; i < 20; i++)
    turn ();
}

void
tear_down (Fixture *fixture, gconstpointer data)
{
  end_hub (fixture->hub);
  g_clear_object (&fixture->result);
  g_clear_object (&fixture->cancellable);
  turn ();
  /* A fiber that waits for a worker has it still. */
  wait_until (G_OBJECT (fixture->hub)->ref_count == 1);
  g_assert_finalize_object (g_steal_pointer (&fixture->hub));
  fake_fleet_free (fixture->fleet);
  qd_lease_set_clock (NULL, 0);
}

/* --- Doing --------------------------------------------------------------------------------------------- */

QdMigrationPlan *
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

void
run (Fixture *fixture, QdHub *hub, QdMigrationPlan *plan, guint at_once, guint wait_s)
{
  g_clear_object (&fixture->result);
  qd_migration_run_async (hub, "control", plan, "because", at_once, wait_s, fixture->cancellable, result_cb, &fixture->result);
}

GPtrArray *
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
char *
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

GPtrArray *
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

QdMigrationOutcome *
go_on (QdHub *hub, const char *job, QdMigrationStep step, QdMigrationWay way, GError **error)
{
  GAsyncResult *result = NULL;
  QdMigrationOutcome *outcome;

  qd_migration_go_on_async (hub, "nats", job, step, way, NULL, result_cb, &result);
  wait_until (result != NULL);
  outcome = qd_migration_go_on_finish (hub, result, error);
  g_object_unref (result);
  return outcome;
}

void
assert_moved (Fixture *fixture)
{
  g_autofree char *place = fake_fleet_get_place (fixture->fleet, "runner", "acme");

  g_assert_cmpstr (place, ==, "shard-2");
  g_assert_true (fake_fleet_takes_work (fixture->fleet, TO, "acme"));
  g_assert_false (fake_fleet_takes_work (fixture->fleet, FROM, "acme"));
}

void
assert_at_home (Fixture *fixture)
{
  g_autofree char *place = fake_fleet_get_place (fixture->fleet, "runner", "acme");

  g_assert_cmpstr (place, ==, "shard-1");
  g_assert_true (fake_fleet_takes_work (fixture->fleet, FROM, "acme"));
  g_assert_false (fake_fleet_takes_work (fixture->fleet, TO, "acme"));
}

/* Every record of a job: an attempt's steps are begun in order, none twice, each under a lease that is not older than the one before. */
void
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
          /* One that waits for long is written down once more, with what it waits for. */
          if ((int) now != step || strstr (g_ptr_array_index (payloads, i), "waits_since") == NULL)
            g_assert_cmpint ((int) now, >, step);
          step = now;
        }
      else if (g_str_equal (word, "back"))
        back = TRUE;
      attempt = this_attempt;
      lease = this_lease;
    }
}

static gboolean
die_cb (gpointer data)
{
  qd_hub_stop (data);
  return G_SOURCE_REMOVE;
}

/* At the command that the test chose, the process ends: before it was carried out, or after. */
gboolean
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

gboolean
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

/* --- Another process ------------------------------------------------------------------------------------ */

QdHub *
begin_elsewhere (Fixture *fixture, FakeFleetFunc func, const char *const *tenants, guint n, guint at_once)
{
  QdHub *hub = qd_hub_new (NULL);
  g_autoptr (QdMigrationPlan) plan = NULL;

  fake_fleet_connect (fixture->fleet, hub);
  plan = plan_for (fixture, hub, tenants, n);
  fixture->n_seen = 0;
  fixture->dies = hub;
  fake_fleet_set_func (fixture->fleet, func, fixture);
  run (fixture, hub, plan, at_once, 0);
  return hub;
}

gboolean
die_elsewhere (Fixture *fixture, guint nth, const char *const *tenants, guint n, guint at_once)
{
  g_autoptr (QdHub) hub = NULL;
  g_autoptr (GPtrArray) all = NULL;

  fixture->at = nth;
  hub = begin_elsewhere (fixture, at_command, tenants, n, at_once);
  all = outcomes (fixture, hub);
  end_hub (hub);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
  return fixture->n_seen >= nth;
}

QdHub *
sleep_elsewhere (Fixture *fixture, guint nth, const char *const *tenants, guint n, guint at_once)
{
  QdHub *hub;

  fixture->at = nth;
  hub = begin_elsewhere (fixture, sleep_at, tenants, n, at_once);
  wait_until (fixture->dies == NULL);
  for (guint i = 0; i < 50; i++)
    turn ();
  g_assert_null (fixture->result);
  fake_fleet_expire_leases (fixture->fleet);
  fake_now_us += 120 * G_USEC_PER_SEC;
  return hub;
}
