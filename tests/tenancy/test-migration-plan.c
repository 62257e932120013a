/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of migrations: what is in them, and what speaks against them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "qd-json.h"
#include "qd-migration-plan.h"

static QdShardRecord *
shard (const char *json)
{
  g_autoptr (JsonNode) node = qd_json_parse (json, -1, "shard", NULL);
  g_autoptr (GError) error = NULL;
  QdShardRecord *record = qd_shard_record_from_json (qd_json_object (node), &error);

  g_assert_no_error (error);
  return record;
}

/* Two shards of each other, a tenant on the first. */
static QdMigrationWorld *
world_new (void)
{
  QdMigrationWorld *world = qd_migration_world_new ();

  g_ptr_array_add (world->shards, shard ("{\"id\":\"runner.shard-1\",\"status\":\"ready\",\"storage\":\"healthy\",\"version\":\"1\",\"capacity\":4,"
                                         "\"tenants\":[{\"id\":\"acme\",\"accepting\":true,\"in_flight\":3,\"lag\":10,\"count\":7,\"seq\":9}]}"));
  g_ptr_array_add (world->shards, shard ("{\"kind\":\"runner\",\"shard\":\"shard-2\",\"status\":\"ready\",\"storage\":\"healthy\",\"version\":\"1\",\"capacity\":2}"));
  qd_migration_world_place (world, "runner", "acme", "shard-1");
  return world;
}

static QdShardRecord *
nth_shard (QdMigrationWorld *world, guint nth)
{
  return g_ptr_array_index (world->shards, nth);
}

static QdMigrationPlan *
plan_for (QdMigrationWorld *world, const char *tenant, const char *from, const char *to)
{
  QdMigrationWish wish = { tenant, "runner", from, to };

  return qd_migration_plan_new (world, &wish, 1);
}

static QdMigrationMove *
nth_move (QdMigrationPlan *plan, guint nth)
{
  return g_ptr_array_index (plan->moves, nth);
}

static void
test_free (void)
{
  g_autoptr (QdMigrationWorld) world = world_new ();
  g_autoptr (QdMigrationPlan) plan = plan_for (world, "acme", NULL, "runner.shard-2");
  g_autoptr (JsonNode) node = qd_migration_plan_to_json (plan);
  g_autofree char *text = qd_migration_plan_to_text (plan);
  JsonObject *move = json_array_get_object_element (qd_json_get_array (qd_json_object (node), "moves"), 0);
  JsonArray *steps = qd_json_get_array (move, "plan");
  JsonObject *change;

  g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 1);
  g_assert_cmpstr (nth_move (plan, 0)->from, ==, "shard-1");
  g_assert_cmpstr (nth_move (plan, 0)->to, ==, "shard-2");
  g_assert_cmpuint (json_array_get_length (steps), ==, QD_N_MIGRATION_STEPS);
  for (guint i = 0; i < QD_N_MIGRATION_STEPS; i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);
      QdMigrationStep parsed;
      gint64 limit;

      g_assert_true (qd_migration_step_parse (qd_json_get_string (step, "step", NULL), &parsed));
      g_assert_cmpuint (parsed, ==, i);
      g_assert_true (qd_json_get_int (step, "limit_s", &limit) && limit > 0);
      g_assert_cmpuint (strlen (qd_json_get_string (step, "back", "")), >, 10);
      g_assert_nonnull (strstr (text, qd_json_get_string (step, "text", "?")));
      g_assert_cmpint (json_object_has_member (step, "would_change"), ==, i == QD_MIGRATION_PLACE);
    }
  change = qd_json_get_object (json_array_get_object_element (steps, QD_MIGRATION_PLACE), "would_change");
  g_assert_cmpstr (qd_json_get_string (change, "before", ""), ==, "shard-1");
  g_assert_cmpstr (qd_json_get_string (change, "after", ""), ==, "shard-2");
}

/* One fault each, and just the blocker that is for it. */
static void
break_world (QdMigrationWorld *world, QdMigrationBlock what)
{
  QdShardRecord *source = nth_shard (world, 0), *target = nth_shard (world, 1);
  QdShardTenant *tenant = (QdShardTenant *) qd_shard_record_get_tenant (source, "acme");

  switch (what)
    {
    case QD_MIGRATION_IN_FLIGHT:
      tenant->in_flight = world->bounds.max_in_flight + 1;
      break;
    case QD_MIGRATION_LAG:
      tenant->lag = world->bounds.max_lag + 1;
      break;
    case QD_MIGRATION_STORAGE:
      g_set_str (&target->storage, "unhealthy");
      break;
    case QD_MIGRATION_CAPACITY:
      target->capacity = 0;
      break;
    case QD_MIGRATION_VERSION:
      g_set_str (&target->version, "2");
      break;
    case QD_MIGRATION_BUSY:
      g_hash_table_insert (world->busy, g_strdup ("acme"), g_strdup ("job 7"));
      break;
    case QD_MIGRATION_FROZEN:
      world->frozen = TRUE;
      break;
    case QD_MIGRATION_TARGET_DOWN:
      g_set_str (&target->status, "down");
      break;
    case QD_MIGRATION_TARGET_STARTING:
      g_set_str (&target->status, "starting");
      break;
    case QD_MIGRATION_TARGET_DRAINING:
      g_set_str (&target->status, "draining");
      break;
    case QD_MIGRATION_MOVED:
      qd_migration_world_place (world, "runner", "acme", "shard-3");
      break;
    case QD_MIGRATION_NOWHERE:
      g_hash_table_remove_all (world->placement);
      break;
    case QD_MIGRATION_THERE:
      qd_migration_world_place (world, "runner", "acme", "shard-2");
      break;
    case QD_MIGRATION_NO_TARGET:
      g_set_str (&target->status, "down");
      break;
    case QD_N_MIGRATION_BLOCKS:
    default:
      g_assert_not_reached ();
    }
}

static void
test_blocked (void)
{
  for (guint i = 0; i < QD_N_MIGRATION_BLOCKS; i++)
    {
      g_autoptr (QdMigrationWorld) world = world_new ();
      g_autoptr (QdMigrationPlan) plan = NULL;
      g_autofree char *text = NULL;
      const QdMigrationBlocker *blocker;

      break_world (world, i);
      plan = plan_for (world, "acme", i == QD_MIGRATION_MOVED ? "shard-1" : NULL, i == QD_MIGRATION_NO_TARGET ? NULL : "shard-2");
      g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 0);
      g_assert_cmpuint (nth_move (plan, 0)->blockers->len, ==, 1);
      blocker = g_ptr_array_index (nth_move (plan, 0)->blockers, 0);
      g_assert_cmpstr (qd_migration_block_to_string (blocker->block), ==, qd_migration_block_to_string (i));
      text = qd_migration_plan_to_text (plan);
      g_assert_nonnull (strstr (text, blocker->text));
    }
}

/* Who says how long to wait waits for a shard that comes back, and not for what only people change. */
static void
test_passes (void)
{
  static const gboolean passes[QD_N_MIGRATION_BLOCKS] = {
    [QD_MIGRATION_IN_FLIGHT] = TRUE,   [QD_MIGRATION_LAG] = TRUE,         [QD_MIGRATION_STORAGE] = TRUE,
    [QD_MIGRATION_BUSY] = TRUE,        [QD_MIGRATION_TARGET_DOWN] = TRUE, [QD_MIGRATION_TARGET_STARTING] = TRUE,
  };

  for (guint i = 0; i < QD_N_MIGRATION_BLOCKS; i++)
    g_assert_cmpint (qd_migration_block_passes (i), ==, passes[i]);
}

static void
test_bounds_hold (void)
{
  g_autoptr (QdMigrationWorld) world = world_new ();
  QdShardTenant *tenant = (QdShardTenant *) qd_shard_record_get_tenant (nth_shard (world, 0), "acme");
  g_autoptr (QdMigrationPlan) plan = NULL;

  tenant->in_flight = world->bounds.max_in_flight;
  tenant->lag = world->bounds.max_lag;
  plan = plan_for (world, "acme", "shard-1", "shard-2");
  g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 1);
}

/* Those before count for the room of those behind, and leave room where they were. */
static void
test_room (void)
{
  g_autoptr (QdMigrationWorld) world = world_new ();
  static const char *const names[] = { "a", "b", "c" };
  QdMigrationWish wishes[4];
  g_autoptr (QdMigrationPlan) plan = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      qd_migration_world_place (world, "runner", names[i], "shard-1");
      wishes[i] = (QdMigrationWish) { names[i], "runner", NULL, "shard-2" };
    }
  wishes[3] = (QdMigrationWish) { "a", "runner", NULL, "shard-2" };
  plan = qd_migration_plan_new (world, wishes, 4);
  g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 2);
  g_assert_cmpuint (nth_move (plan, 0)->blockers->len, ==, 0);
  g_assert_cmpuint (nth_move (plan, 1)->blockers->len, ==, 0);
  g_assert_cmpuint (((QdMigrationBlocker *) g_ptr_array_index (nth_move (plan, 2)->blockers, 0))->block, ==, QD_MIGRATION_CAPACITY);
  /* The one that is named twice. */
  g_assert_cmpuint (nth_move (plan, 3)->blockers->len, >, 0);
}

/* A whole node: each tenant to where the most room is, none left out, no shard over its capacity. */
static void
test_node (void)
{
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (QdMigrationWorld) world = qd_migration_world_new ();
      g_autoptr (QdMigrationPlan) plan = NULL;
      guint n_shards = (guint) g_rand_int_range (rand, 2, 7), n_tenants = (guint) g_rand_int_range (rand, 0, 30), n = 0, room = 0;
      guint counts[8] = { 0 }, arrived[8] = { 0 }, capacity[8];

      for (guint i = 0; i < n_shards; i++)
        {
          g_autofree char *json = NULL;

          capacity[i] = (guint) g_rand_int_range (rand, 0, 12);
          json = g_strdup_printf ("{\"id\":\"runner.shard-%u\",\"status\":\"ready\",\"capacity\":%u}", i, capacity[i]);
          g_ptr_array_add (world->shards, shard (json));
        }
      for (guint i = 0; i < n_tenants; i++)
        {
          g_autofree char *name = g_strdup_printf ("t%u", i), *place = NULL;
          guint at = (guint) g_rand_int_range (rand, 0, (int) n_shards);

          place = g_strdup_printf ("shard-%u", at);
          qd_migration_world_place (world, "runner", name, place);
          qd_migration_world_place (world, "aggregate", name, "shard-0");
          counts[at]++;
        }
      n = counts[0];
      for (guint i = 1; i < n_shards; i++)
        room += counts[i] < capacity[i] ? capacity[i] - counts[i] : 0;
      plan = qd_migration_plan_new_for_node (world, "runner.shard-0");
      g_assert_cmpuint (plan->moves->len, ==, n);
      g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, MIN (n, room));
      for (guint i = 0; i < n; i++)
        {
          const QdMigrationMove *move = nth_move (plan, i);

          g_assert_cmpstr (move->kind, ==, "runner");
          g_assert_cmpstr (move->from, ==, "shard-0");
          if (move->blockers->len > 0)
            continue;
          g_assert_cmpstr (move->to, !=, "shard-0");
          arrived[atoi (move->to + strlen ("shard-"))]++;
        }
      for (guint i = 1; i < n_shards; i++)
        g_assert_true (arrived[i] == 0 || counts[i] + arrived[i] <= capacity[i]);
    }
}

/* A source that is down has nobody to drain: that blocks nothing, and is said. */
static void
test_source_down (void)
{
  g_autoptr (QdMigrationWorld) world = world_new ();
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autofree char *sentence = NULL;

  g_ptr_array_remove_index (world->shards, 0);
  plan = plan_for (world, "acme", NULL, "shard-2");
  g_assert_cmpuint (qd_migration_plan_get_n_free (plan), ==, 1);
  g_assert_true (nth_move (plan, 0)->source_down);
  sentence = qd_migration_step_to_sentence (QD_MIGRATION_DRAIN, nth_move (plan, 0));
  g_assert_nonnull (strstr (sentence, "down"));
}

static void
test_bounds_json (void)
{
  QdMigrationBounds bounds, again;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonNode) bad = qd_json_parse ("{\"drain\":-1,\"settle\":\"x\",\"place\":99999999,\"max_lag\":-5,\"back\":0}", -1, "bounds", NULL);

  qd_migration_bounds_init (&bounds);
  again = bounds;
  qd_migration_bounds_take_json (&again, qd_json_object (bad));
  g_assert_cmpmem (&bounds, sizeof bounds, &again, sizeof again);
  bounds.max_lag = 5;
  bounds.limit_s[QD_MIGRATION_WARM_UP] = 17;
  bounds.back_s = 9;
  object = qd_migration_bounds_to_json (&bounds);
  qd_migration_bounds_take_json (&again, object);
  g_assert_cmpmem (&bounds, sizeof bounds, &again, sizeof again);
}

static void
test_records (void)
{
  static const char *const bad[] = { "{}", "{\"id\":\"nodot\"}", "{\"kind\":\"runner\"}", "{\"id\":\".\"}", "{\"id\":7}" };
  g_autoptr (QdShardRecord) record = shard ("{\"id\":\"runner.shard-1\",\"tenants\":[7,{},{\"id\":\"\"},{\"id\":5,\"in_flight\":-3,\"lag\":null,\"count\":\"x\"},{\"id\":\"5\",\"drained\":true}]}");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = qd_json_parse (bad[i], -1, "bad", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (qd_shard_record_from_json (qd_json_object (node), &error));
      g_assert_nonnull (error);
    }
  g_assert_cmpint (record->capacity, ==, -1);
  g_assert_cmpuint (g_hash_table_size (record->tenants), ==, 1);
  g_assert_true (qd_shard_record_get_tenant (record, "5")->drained);
  g_assert_cmpint (qd_shard_record_get_tenant (record, "5")->lag, ==, -1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tenancy/migration-plan/free", test_free);
  g_test_add_func ("/tenancy/migration-plan/blocked", test_blocked);
  g_test_add_func ("/tenancy/migration-plan/passes", test_passes);
  g_test_add_func ("/tenancy/migration-plan/bounds-hold", test_bounds_hold);
  g_test_add_func ("/tenancy/migration-plan/room", test_room);
  g_test_add_func ("/tenancy/migration-plan/node", test_node);
  g_test_add_func ("/tenancy/migration-plan/source-down", test_source_down);
  g_test_add_func ("/tenancy/migration-plan/bounds-json", test_bounds_json);
  g_test_add_func ("/tenancy/migration-plan/records", test_records);
  return g_test_run ();
}
