/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a real lab says blocks the plan of a move: versions that are not the same, a storage that is not well, a tenant that is being moved. And
 * who is moved while a shard does not answer. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "qd-migration.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  GAsyncResult *result;
} Fixture;

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *) data)->result = g_object_ref (result);
}

static void
add (Fixture *self, const char *driver, const char *id, const char *feeds)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, driver, "admin");
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, feeds);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
}

static QdMigrationWorld *
look (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  QdMigrationWorld *world;

  qd_migration_look_async (self->hub, "control", NULL, keep_result, self);
  test_until (self->result != NULL, 30);
  world = qd_migration_look_finish (self->hub, self->result, &error);
  g_clear_object (&self->result);
  g_assert_no_error (error);
  return world;
}

/* What speaks against moving acme's runner to the other shard now: bits of QdMigrationBlock. */
static guint
blocks (Fixture *self)
{
  QdMigrationWish wish = { "tenant-acme", "runner", NULL, "runner.shard-2" };
  g_autoptr (QdMigrationWorld) world = look (self);
  g_autoptr (QdMigrationPlan) plan = NULL;
  guint bits = 0;

  plan = qd_migration_plan_new (world, &wish, 1);
  for (guint i = 0; i < ((QdMigrationMove *) plan->moves->pdata[0])->blockers->len; i++)
    bits |= 1u << ((QdMigrationBlocker *) ((QdMigrationMove *) plan->moves->pdata[0])->blockers->pdata[i])->block;
  return bits;
}

static void
tell (Fixture *self, const char *body)
{
  json_node_unref (test_lab_request (self->lab, "POST", "/lab/v1/shards", body));
}

static gboolean
is_ready (Fixture *self)
{
  for (guint i = 1; i <= 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("runner.shard-%u", i);
      QdEntity *shard = qd_fleet_lookup (qd_hub_get_fleet (self->hub), "control", QD_KIND_SHARD, id);

      if (shard == NULL || g_strcmp0 (qd_entity_get_string (shard, QD_FIELD_STATUS_TEXT), "ready") != 0)
        return FALSE;
    }
  return TRUE;
}

#define BIT(block) (1u << QD_MIGRATION_ ## block)

static void
test_blocked (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 4 --paths 6 --flows 10 --rate 0 --mixed-versions") };

  if (self.lab == NULL)
    return;
  self.hub = qd_hub_new (NULL);
  add (&self, "node-api", "control", NULL);
  add (&self, "nats", "nats", "control");
  test_until (is_ready (&self), 60);
  test_until (blocks (&self) == BIT (VERSION), 60);
  tell (&self, "{\"id\":\"runner.shard-2\",\"version\":null}");
  test_until (blocks (&self) == 0, 60);
  tell (&self, "{\"id\":\"runner.shard-2\",\"storage\":\"unhealthy\"}");
  test_until (blocks (&self) == BIT (STORAGE), 60);
  tell (&self, "{\"id\":\"runner.shard-2\",\"storage\":null}");
  tell (&self, "{\"id\":\"runner.shard-1\",\"storage\":\"unhealthy\",\"version\":\"0.0.1\"}");
  test_until (blocks (&self) == (BIT (STORAGE) | BIT (VERSION)), 60);
  tell (&self, "{\"id\":\"runner.shard-1\",\"storage\":null,\"version\":null}");
  test_until (blocks (&self) == 0, 60);
  qd_hub_stop (self.hub);
  test_spin (50);
  g_object_unref (self.hub);
  test_lab_free (self.lab);
}

/* --- A shard that does not answer -------------------------------------------------------------------------------- */

#define N_EACH 20
/* How long a step may take; and how long those take that have not to wait for one, on a slow machine. */
#define LIMIT_S 150
#define SOON_S 60

static pid_t
pid_of (Fixture *self, const char *shard)
{
  g_autoptr (JsonNode) answer = test_lab_request (self->lab, "GET", "/lab/v1/shards", NULL);
  JsonArray *items = qd_json_get_array (qd_json_object (answer), "items");
  gint64 pid = 0;

  for (guint i = 0; i < json_array_get_length (items); i++)
    if (g_str_equal (qd_json_get_string (qd_json_object (json_array_get_element (items, i)), "id", ""), shard))
      g_assert_true (qd_json_get_int (qd_json_object (json_array_get_element (items, i)), "pid", &pid));
  g_assert_cmpint (pid, >, 0);
  return (pid_t) pid;
}

static guint
count_on (QdMigrationWorld *world, const char *shard)
{
  const QdShardRecord *record = qd_migration_world_get_shard (world, "runner", shard);
  GHashTableIter iter;
  gpointer tenant;
  guint n = 0;

  if (record == NULL)
    return 0;
  g_hash_table_iter_init (&iter, record->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &tenant))
    n += ((QdShardTenant *) tenant)->accepting;
  return n;
}

static gboolean
has_on (Fixture *self, const char *shard, guint n)
{
  g_autoptr (QdMigrationWorld) world = look (self);

  return count_on (world, shard) == n;
}

static QdEntity *
job_of (Fixture *self, const char *tenant)
{
  GListModel *jobs = G_LIST_MODEL (qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_JOB));

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (QdEntity) job = g_list_model_get_item (jobs, i);

      if (g_strcmp0 (qd_entity_get_string (job, QD_JOB_TARGET_ID), tenant) == 0)
        return job;
    }
  return NULL;
}

/* A job says what it waits for, and since when. */
static gboolean
one_says_why (Fixture *self)
{
  GListModel *jobs = G_LIST_MODEL (qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_JOB));

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (QdEntity) job = g_list_model_get_item (jobs, i);
      const char *steps = qd_entity_get_string (job, QD_JOB_STEPS);

      /* It does not answer, and later is known to be down. */
      if (steps && (strstr (steps, "runner.shard-1 does not answer (since ") || strstr (steps, "runner.shard-1 is down (since ")) &&
          strstr (steps, "\"waits_since\":\"20"))
        return TRUE;
    }
  return FALSE;
}

static guint
count_ended (Fixture *self, const GPtrArray *moves, const char *from)
{
  guint n = 0;

  for (guint i = 0; i < moves->len; i++)
    {
      const QdMigrationMove *move = g_ptr_array_index (moves, i);
      QdEntity *job = g_str_equal (move->from, from) ? job_of (self, move->tenant) : NULL;

      n += job && g_strcmp0 (qd_entity_get_string (job, QD_JOB_STATE), "succeeded") == 0;
    }
  return n;
}

/* All that are on the two shards, to the two that have nobody: those of the one that will not answer first. */
static QdMigrationPlan *
plan_anew (Fixture *self, QdMigrationPlan *before)
{
  g_autoptr (QdMigrationWorld) world = look (self);
  QdMigrationWish wishes[2 * N_EACH];
  guint n = 0;

  for (guint shard = 1; shard <= 2; shard++)
    {
      const QdShardRecord *record = qd_migration_world_get_shard (world, "runner", shard == 1 ? "shard-1" : "shard-2");
      GHashTableIter iter;
      gpointer tenant;

      g_hash_table_iter_init (&iter, record->tenants);
      while (g_hash_table_iter_next (&iter, &tenant, NULL))
        wishes[n++] = (QdMigrationWish) { tenant, "runner", NULL, shard == 1 ? "shard-3" : "shard-4" };
    }
  g_assert_cmpuint (n, ==, 2 * N_EACH);
  g_clear_pointer (&before, qd_migration_plan_free);
  return qd_migration_plan_new (world, wishes, n);
}

/* Those who wait for it have no place among those at once: all the others are where they should be long before a step's time is over. Once it
 * answers, each of its own is moved, or is where it was and works there. */
static void
test_silent_shard (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 2 --paths 1 --flows 0 --rate 0 --shards 4 --placed-on 2 --tenants 40 --events 50") };
  QdMigrationPlan *plan = NULL;
  g_autoptr (GPtrArray) outcomes = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began;
  guint n_moved = 0;
  pid_t pid;

  if (self.lab == NULL)
    return;
  self.hub = qd_hub_new (NULL);
  add (&self, "node-api", "control", NULL);
  add (&self, "nats", "nats", "control");
  test_until (is_ready (&self), 60);
  test_until (has_on (&self, "shard-1", N_EACH) && has_on (&self, "shard-2", N_EACH), 60);
  test_until (qd_migration_plan_get_n_free (plan = plan_anew (&self, plan)) == 2 * N_EACH, 60);
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    plan->bounds.limit_s[i] = LIMIT_S;
  pid = pid_of (&self, "runner.shard-1");
  kill (pid, SIGSTOP);
  began = g_get_monotonic_time ();
  qd_migration_run_async (self.hub, "control", plan, "because", 8, 0, NULL, keep_result, &self);
  test_until (one_says_why (&self), SOON_S);
  test_until (count_ended (&self, plan->moves, "shard-2") == N_EACH, SOON_S);
  g_test_message ("all others after %.1f s", (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC);
  kill (pid, SIGCONT);
  test_until (self.result != NULL, 2 * LIMIT_S);
  outcomes = qd_migration_run_finish (self.hub, self.result, &error);
  g_clear_object (&self.result);
  g_assert_no_error (error);
  g_assert_cmpuint (outcomes->len, ==, 2 * N_EACH);
  for (guint i = 0; i < outcomes->len; i++)
    {
      const QdMigrationOutcome *outcome = g_ptr_array_index (outcomes, i);

      g_test_message ("%s from %s: %s %s", outcome->tenant, outcome->from, outcome->state, outcome->error ? outcome->error : "");
      n_moved += g_str_equal (outcome->from, "shard-1") && g_str_equal (outcome->state, "succeeded");
    }
  test_until (has_on (&self, "shard-4", N_EACH) && has_on (&self, "shard-3", n_moved) && has_on (&self, "shard-1", N_EACH - n_moved), 60);
  qd_migration_plan_free (plan);
  qd_hub_stop (self.hub);
  test_spin (50);
  g_object_unref (self.hub);
  test_lab_free (self.lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/blocked", test_blocked);
  g_test_add_func ("/ops/silent-shard", test_silent_shard);
  return g_test_run ();
}
