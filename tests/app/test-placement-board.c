/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan of moves: steps forwards and backwards against plain copies of what was, and what becomes of it when the fleet moves on. */
#include "config.h"

#include <string.h>

#include "placement-fixture.h"
#include "qd-placement-board.h"
#include "qd-placement-history.h"

#define TENANTS 12
#define SHARDS 4
#define STEPS 400

static const char *
name (const char *what, guint i)
{
  g_autofree char *text = g_strdup_printf ("%s-%u", what, i);

  return g_intern_string (text);
}

/* @at: by tenant, a shard's number; SHARDS: nowhere. */
static QdPlacementRoll *
make_roll (QdFleet *fleet, const guint *at)
{
  QdPlacementRoll *roll = qd_placement_roll_new (fleet, PLACEMENT_CONTROL, "runner");

  for (guint i = 0; i < TENANTS; i++)
    qd_placement_roll_place (roll, name ("tenant", i), at[i] < SHARDS ? name ("shard", at[i] + 1) : NULL);
  qd_placement_roll_finish (roll, fleet, PLACEMENT_CONTROL);
  return roll;
}

typedef struct { guint at[TENANTS]; } Places;

static void
check (QdPlacementBoard *board, const Places *home, const Places *want)
{
  g_autoptr (GArray) moves = qd_placement_board_list_moves (board);
  guint n = 0, now[SHARDS] = { 0 }, then[SHARDS] = { 0 };

  for (guint i = 0; i < TENANTS; i++)
    {
      const char *place = qd_placement_board_get_place (board, name ("tenant", i));

      g_assert_cmpstr (place, ==, want->at[i] < SHARDS ? name ("shard", want->at[i] + 1) : NULL);
      n += want->at[i] != home->at[i];
      if (home->at[i] < SHARDS)
        now[home->at[i]]++;
      if (want->at[i] < SHARDS)
        then[want->at[i]]++;
    }
  g_assert_cmpuint (moves->len, ==, n);
  g_assert_cmpuint (qd_placement_board_get_n_moves (board), ==, n);
  for (guint i = 0; i < SHARDS; i++)
    {
      g_assert_cmpuint (qd_placement_board_count_now (board, name ("shard", i + 1)), ==, now[i]);
      g_assert_cmpuint (qd_placement_board_count_then (board, name ("shard", i + 1)), ==, then[i]);
    }
}

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

static void
test_board_steps (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (QdPlacementBoard) board = qd_placement_board_new ();
  g_autoptr (GArray) before = g_array_new (FALSE, FALSE, sizeof (Places)), after = g_array_new (FALSE, FALSE, sizeof (Places));
  Places home, want;
  guint back = 0;

  for (guint i = 0; i < TENANTS; i++)
    home.at[i] = i < SHARDS ? i : any (rand, SHARDS + 1);   /* everybody has one, so that all shards are there */
  want = home;
  qd_placement_board_set_roll (board, make_roll (fleet, home.at));
  check (board, &home, &want);
  for (guint step = 0; step < STEPS; step++)
    {
      guint what = any (rand, 10);

      if (what < 5)
        {
          const char *tenants[3] = { NULL };
          guint to = any (rand, SHARDS), n = 1 + any (rand, 2);
          Places old = want;

          for (guint k = 0; k < n; k++)
            {
              guint tenant = any (rand, TENANTS);

              tenants[k] = name ("tenant", tenant);
              want.at[tenant] = to;
            }
          g_assert_true (qd_placement_board_move (board, tenants, name ("shard", to + 1)) == (memcmp (&old, &want, sizeof old) != 0));
          if (memcmp (&old, &want, sizeof old) != 0)
            {
              g_array_append_val (before, old);
              g_array_set_size (after, 0);
            }
        }
      else if (what < 8)
        {
          g_assert_true (qd_placement_board_can_undo (board) == (before->len > 0));
          qd_placement_board_undo (board);
          if (before->len > 0)
            {
              g_array_append_val (after, want);
              want = g_array_index (before, Places, before->len - 1);
              g_array_set_size (before, before->len - 1);
              back++;
            }
        }
      else
        {
          g_assert_true (qd_placement_board_can_redo (board) == (after->len > 0));
          qd_placement_board_redo (board);
          if (after->len > 0)
            {
              g_array_append_val (before, want);
              want = g_array_index (after, Places, after->len - 1);
              g_array_set_size (after, after->len - 1);
            }
        }
      check (board, &home, &want);
    }
  g_assert_cmpuint (back, >, STEPS / 10);
  qd_placement_board_discard (board);
  check (board, &home, &home);
}

/* What comes true elsewhere is no move any more; what somebody else does is where it is then. */
static void
test_board_moves_on (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdPlacementBoard) board = qd_placement_board_new ();
  Places home = { { 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3 } }, want;
  const char *const two[] = { "tenant-0", "tenant-1", NULL };

  qd_placement_board_set_roll (board, make_roll (fleet, home.at));
  g_assert_true (qd_placement_board_move (board, two, "shard-4"));
  g_assert_false (qd_placement_board_move (board, two, "shard-4"));
  g_assert_false (qd_placement_board_move (board, two, "shard-nowhere"));
  want = home;
  want.at[0] = want.at[1] = 3;
  check (board, &home, &want);
  home.at[0] = 3;
  home.at[5] = want.at[5] = 0;
  qd_placement_board_set_roll (board, make_roll (fleet, home.at));
  check (board, &home, &want);
  g_assert_cmpuint (qd_placement_board_get_n_moves (board), ==, 1);
  qd_placement_board_drop (board, two);
  check (board, &home, &home);
  g_assert_false (qd_placement_board_can_undo (board));
}

static void
test_board_proposal (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdFleet *fleet = qd_hub_get_fleet (hub);
  g_autoptr (QdPlacementBoard) board = qd_placement_board_new ();
  Places home = { { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3 } };
  QdPlacementRoll *roll;
  g_autoptr (QdRebalance) plan = NULL;
  g_autoptr (GArray) moves = NULL;
  const char *const mine[] = { "tenant-11", NULL };

  for (guint i = 1; i <= SHARDS; i++)
    placement_fixture_shard (hub, "runner", i, 4, "ready", "north", "1.0");
  placement_fixture_shard (hub, "aggregate", 1, 1, "ready", "north", "1.0");
  roll = make_roll (fleet, home.at);
  g_assert_cmpuint (roll->shards->len, ==, SHARDS);
  plan = qd_placement_roll_plan (roll);
  g_assert_cmpuint (plan->moves->len, ==, 4);
  qd_placement_board_set_roll (board, roll);
  qd_placement_board_move (board, mine, "shard-1");
  qd_placement_board_take (board, plan);
  moves = qd_placement_board_list_moves (board);
  g_assert_cmpuint (moves->len, ==, 4);
  for (guint i = 0; i < moves->len; i++)
    {
      const QdPlacementMove *move = &g_array_index (moves, QdPlacementMove, i);
      const QdRebalanceMove *proposed = plan->moves->pdata[i];

      g_assert_cmpstr (move->tenant->id, ==, proposed->tenant);
      g_assert_cmpstr (move->to, ==, proposed->to);
      g_assert_cmpstr (qd_placement_board_get_why (board, move->tenant->id), ==, proposed->why);
    }
  /* one step back is what was planned before */
  qd_placement_board_undo (board);
  g_assert_cmpuint (qd_placement_board_get_n_moves (board), ==, 1);
  g_assert_cmpstr (qd_placement_board_get_place (board, "tenant-11"), ==, "shard-1");
}

/* What speaks against a move. */
static void
test_roll_objections (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdFleet *fleet = qd_hub_get_fleet (hub);
  g_autoptr (QdPlacementRoll) roll = NULL;
  static const struct { const char *tenant, *shard, *word; guint n; } cases[] = {
    { "free", "shard-2", NULL, 1 },          { "free", "shard-2", "room for 2", 3 },      { "free", "shard-3", "draining", 1 },
    { "free", "shard-4", "down", 1 },        { "bound", "shard-2", "region north", 1 },   { "free", "shard-5", "2.0", 1 },
    { "free", "shard-9", "Nothing is known", 1 },
  };

  placement_fixture_shard (hub, "runner", 1, 4, "ready", "north", "1.0");
  placement_fixture_shard (hub, "runner", 2, 2, "ready", "south", "1.0");
  placement_fixture_shard (hub, "runner", 3, 4, "draining", "north", "1.0");
  placement_fixture_shard (hub, "runner", 4, 4, "down", "north", "1.0");
  placement_fixture_shard (hub, "runner", 5, 4, "ready", "north", "2.0");
  placement_fixture_tenant (hub, "free", NULL);
  placement_fixture_tenant (hub, "bound", "north");
  roll = qd_placement_roll_new (fleet, PLACEMENT_CONTROL, "runner");
  qd_placement_roll_place (roll, "free", "shard-1");
  qd_placement_roll_place (roll, "bound", "shard-1");
  qd_placement_roll_place (roll, "lost", "shard-9");
  qd_placement_roll_finish (roll, fleet, PLACEMENT_CONTROL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *why = qd_placement_roll_check (roll, qd_placement_roll_get_tenant (roll, cases[i].tenant),
                                                      qd_placement_roll_get_shard (roll, cases[i].shard), cases[i].n);

      if (cases[i].word == NULL)
        g_assert_null (why);
      else
        {
          g_assert_nonnull (why);
          g_assert_nonnull (strstr (why, cases[i].word));
        }
    }
}

/* A shard's figures of its tenants are for its own kind: shards of other kinds have the same names. */
static void
test_roll_figures (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  static const struct { const char *kind, *tenants; } shards[] = {
    { "projection", "[{\"id\":\"first\",\"lag\":7,\"in_flight\":70}]" },
    { "runner", "[{\"id\":\"first\",\"lag\":3,\"in_flight\":30}]" },
    { "aggregate", "[{\"id\":\"first\",\"lag\":5,\"in_flight\":50}]" },
  };

  placement_fixture_tenant (hub, "first", "north");
  for (gsize i = 0; i < G_N_ELEMENTS (shards); i++)
    {
      g_autofree char *id = g_strdup_printf ("%s.shard-1", shards[i].kind);

      placement_fixture_shard (hub, shards[i].kind, 1, 4, "ready", "north", "1.0");
      placement_fixture_set (hub, QD_KIND_SHARD, id, QD_SHARD_TENANTS, qd_value_json (shards[i].tenants));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (shards); i++)
    {
      g_autoptr (QdPlacementRoll) roll = qd_placement_roll_new (qd_hub_get_fleet (hub), PLACEMENT_CONTROL, shards[i].kind);
      const QdRollTenant *tenant;
      static const gint64 lags[] = { 7, 3, 5 };

      qd_placement_roll_place (roll, "first", "shard-1");
      qd_placement_roll_finish (roll, qd_hub_get_fleet (hub), PLACEMENT_CONTROL);
      tenant = qd_placement_roll_get_tenant (roll, "first");
      g_assert_cmpint (tenant->lag, ==, lags[i]);
      g_assert_cmpint (tenant->in_flight, ==, 10 * lags[i]);
    }
}

/* However its name is written in JSON, a region that a tenant is bound to is found. */
static void
test_roll_region (void)
{
  static const struct { const char *flags, *region; } cases[] = {
    { "{\"region\":\"north\"}", "north" },      { "{\"re\\u0067ion\":\"north\"}", "north" }, { "{\"beta\":true}", NULL },
    { "{\"beta\":\"\\\"region\\\"\"}", NULL }, { "{\"old\":{\"region\":\"x\"}}", NULL },  { "{\"region\":\"\"}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (QdHub) hub = qd_hub_new (NULL);
      g_autoptr (QdPlacementRoll) roll = NULL;

      placement_fixture_tenant (hub, "first", NULL);
      placement_fixture_set (hub, QD_KIND_TENANT, "first", QD_TENANT_FLAGS, qd_value_json (cases[i].flags));
      roll = qd_placement_roll_new (qd_hub_get_fleet (hub), PLACEMENT_CONTROL, "runner");
      g_assert_cmpstr (qd_placement_roll_get_tenant (roll, "first")->region, ==, cases[i].region);
    }
}

static QdPlacementMap *
make_map (const char *key, const char *value, guint64 revision)
{
  QdPlacementEntry entry = { key, value, value != NULL ? strlen (value) : 0, revision, 0 };

  return qd_placement_map_new (QD_PLACEMENT_RUNNER, NULL, &entry, value != NULL ? 1 : 0);
}

/* Where it was, with what left it where it was left out, and what cannot be read as well. */
static void
test_history (void)
{
  static const char *const values[] = { "{\"a\":\"s1\",\"b\":\"s1\"}", "{\"a\":\"s1\",\"b\":\"s2\"}", "{broken", "{\"a\":\"s3\"}", NULL };
  QdPlacementRevision revisions[G_N_ELEMENTS (values)] = { { NULL } };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GArray) a = NULL, b = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      revisions[i].revision = i + 1;
      revisions[i].map = make_map ("placement", values[i], i + 1);
      g_ptr_array_add (all, &revisions[i]);
    }
  a = qd_placement_history_read (all, "a");
  b = qd_placement_history_read (all, "b");
  g_assert_cmpuint (a->len, ==, 3);
  g_assert_null (g_array_index (a, QdPlacementStay, 0).shard);
  g_assert_cmpstr (g_array_index (a, QdPlacementStay, 1).shard, ==, "s3");
  g_assert_cmpuint (g_array_index (a, QdPlacementStay, 1).revision->revision, ==, 4);
  g_assert_cmpstr (g_array_index (a, QdPlacementStay, 2).shard, ==, "s1");
  g_assert_cmpuint (b->len, ==, 3);
  g_assert_null (g_array_index (b, QdPlacementStay, 0).shard);
  g_assert_cmpstr (g_array_index (b, QdPlacementStay, 1).shard, ==, "s2");
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    qd_placement_map_unref (revisions[i].map);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/placement-board/steps", test_board_steps);
  g_test_add_func ("/placement-board/moves-on", test_board_moves_on);
  g_test_add_func ("/placement-board/proposal", test_board_proposal);
  g_test_add_func ("/placement-board/objections", test_roll_objections);
  g_test_add_func ("/placement-board/figures", test_roll_figures);
  g_test_add_func ("/placement-board/region", test_roll_region);
  g_test_add_func ("/placement-board/history", test_history);
  return g_test_run ();
}
