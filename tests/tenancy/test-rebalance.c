/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qd-rebalance.h"

/* Plans on small random worlds against the answer of trying everything out; on large ones, what must hold of any plan. */

#define MAX_SHARDS 5
#define MAX_TENANTS 7
#define WORLDS 3000

typedef struct {
  QdRebalanceShard *shards;
  QdRebalanceTenant *tenants;
  guint n_shards, n_tenants;
} World;

static const char *const regions[] = { "north", "south", "west" };
static const char *const disk[] = { "disk=fast", NULL };

static const char *
name (const char *what, guint i)
{
  g_autofree char *text = g_strdup_printf ("%s-%02u", what, i);

  return g_intern_string (text);
}

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

static void
make_world (World *world, GRand *rand, guint n_shards, guint n_tenants, guint capacity, gboolean needs)
{
  *world = (World) { g_new0 (QdRebalanceShard, n_shards + 1), g_new0 (QdRebalanceTenant, n_tenants + 1), n_shards, n_tenants };
  for (guint i = 0; i < n_shards; i++)
    world->shards[i] = (QdRebalanceShard) {
      .id = name ("shard", i), .region = regions[any (rand, G_N_ELEMENTS (regions))], .labels = any (rand, 3) == 0 ? disk : NULL,
      .capacity = any (rand, capacity + 1), .load = any (rand, 4) == 0 ? NAN : g_rand_double (rand),
      .state = any (rand, 6) == 0 ? (any (rand, 2) ? QD_REBALANCE_DRAINING : QD_REBALANCE_DOWN) : QD_REBALANCE_OPEN };
  for (guint i = 0; i < n_tenants; i++)
    world->tenants[i] = (QdRebalanceTenant) {
      .id = name ("tenant", i), .shard = any (rand, 12) == 0 ? "shard-99" : world->shards[any (rand, n_shards)].id,
      .region = needs && any (rand, 3) == 0 ? regions[any (rand, G_N_ELEMENTS (regions))] : NULL,
      .labels = needs && any (rand, 6) == 0 ? disk : NULL,
      .waiting = (gint64) any (rand, 4) - 1, .pinned = any (rand, 12) == 0 ? "It is migrating." : NULL };
}

static void
clear_world (World *world)
{
  g_free (world->shards);
  g_free (world->tenants);
}

/* --- The simple answer: everything tried out ----------------------------------------------------------------- */

/* Here the rules are written down once more, and nothing is shared. */
static gboolean
fits (const QdRebalanceTenant *tenant, const QdRebalanceShard *shard)
{
  return (tenant->region == NULL || strcmp (tenant->region, shard->region) == 0)
         && (tenant->labels == NULL || shard->labels == tenant->labels);
}

typedef struct {
  const World *world;
  guint at[MAX_TENANTS];          /* n_shards: on a shard that nobody knows */
  guint left, moves;              /* the best: how many are too many, and the moves of that */
} Search;

static void
judge (Search *search)
{
  const World *world = search->world;
  guint n[MAX_SHARDS + 1] = { 0 }, left = 0, moves = 0;

  for (guint i = 0; i < world->n_tenants; i++)
    {
      const QdRebalanceTenant *tenant = &world->tenants[i];
      guint at = search->at[i];

      n[at]++;
      moves += strcmp (at < world->n_shards ? world->shards[at].id : "shard-99", tenant->shard) != 0;
      /* Without needs there are none of these. */
      left += at < world->n_shards && world->shards[at].state == QD_REBALANCE_OPEN && !fits (tenant, &world->shards[at]);
    }
  for (guint k = 0; k <= world->n_shards; k++)
    {
      guint room = k < world->n_shards && world->shards[k].state == QD_REBALANCE_OPEN ? (guint) world->shards[k].capacity : 0;

      left += n[k] > room ? n[k] - room : 0;
    }
  if (left < search->left || (left == search->left && moves < search->moves))
    {
      search->left = left;
      search->moves = moves;
    }
}

static void
try_all (Search *search, guint tenant)
{
  const World *world = search->world;

  if (tenant == world->n_tenants)
    {
      judge (search);
      return;
    }
  for (guint k = 0; k <= world->n_shards; k++)
    {
      const QdRebalanceTenant *t = &world->tenants[tenant];
      gboolean home = strcmp (k < world->n_shards ? world->shards[k].id : "shard-99", t->shard) == 0;

      if (!home && (t->pinned || k == world->n_shards || world->shards[k].state != QD_REBALANCE_OPEN || !fits (t, &world->shards[k])))
        continue;
      search->at[tenant] = k;
      try_all (search, tenant + 1);
    }
}

/* --- What must hold of any plan -------------------------------------------------------------------------------- */

static guint
count_left (const QdRebalance *plan)
{
  guint left = 0;

  for (guint i = 0; i < plan->blocks->len; i++)
    left += ((const QdRebalanceBlock *) plan->blocks->pdata[i])->n;
  return left;
}

static guint
find_shard (const World *world, const char *id)
{
  for (guint i = 0; i < world->n_shards; i++)
    if (strcmp (world->shards[i].id, id) == 0)
      return i;
  return world->n_shards;
}

/* Carries the plan out, move by move. */
static void
check_moves (const World *world, const QdRebalance *plan)
{
  g_autofree guint *n = g_new0 (guint, world->n_shards + 1);
  g_autoptr (GHashTable) moved = g_hash_table_new (g_str_hash, g_str_equal), tenants = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < world->n_tenants; i++)
    {
      n[find_shard (world, world->tenants[i].shard)]++;
      g_hash_table_insert (tenants, (gpointer) world->tenants[i].id, &world->tenants[i]);
    }
  for (guint i = 0; i < plan->moves->len; i++)
    {
      const QdRebalanceMove *move = plan->moves->pdata[i];
      const QdRebalanceTenant *tenant = g_hash_table_lookup (tenants, move->tenant);
      guint to = find_shard (world, move->to);

      g_assert_nonnull (tenant);
      g_assert_null (tenant->pinned);
      g_assert_true (g_hash_table_add (moved, move->tenant));
      g_assert_cmpstr (tenant->shard, ==, move->from);
      g_assert_cmpstr (move->from, !=, move->to);
      g_assert_cmpuint (to, <, world->n_shards);
      g_assert_true (world->shards[to].state == QD_REBALANCE_OPEN && fits (tenant, &world->shards[to]));
      g_assert_cmpuint (strlen (move->why), >, 10);
      n[find_shard (world, move->from)]--;
      n[to]++;
      if (!move->brief)
        g_assert_cmpuint (n[to], <=, world->shards[to].capacity);
    }
}

static void
test_rebalance_against_everything (gconstpointer data)
{
  gboolean needs = GPOINTER_TO_INT (data);
  guint solved = 0, hopeless = 0, chained = 0;

  for (guint seed = 0; seed < WORLDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      guint n_shards = 2 + any (rand, needs ? 3 : 2), n_tenants = 1 + any (rand, MAX_TENANTS - 1);
      World world;
      Search search = { .left = G_MAXUINT };
      g_autoptr (QdRebalance) plan = NULL;

      make_world (&world, rand, n_shards, n_tenants, 3, needs);
      search.world = &world;
      try_all (&search, 0);
      plan = qd_rebalance_plan (world.shards, n_shards, world.tenants, n_tenants);
      check_moves (&world, plan);
      /* With needs, how much can be helped is promised where all can. */
      if (search.left == 0 || !needs)
        {
          g_assert_cmpuint (count_left (plan), ==, search.left);
          g_assert_cmpuint (plan->moves->len, ==, search.moves);
        }
      else
        g_assert_cmpuint (count_left (plan), >=, 1);
      if (search.left == 0)
        g_assert_cmpuint (plan->moves->len, >=, plan->bound);
      solved += search.left == 0 && plan->moves->len > 0;
      hopeless += search.left > 0;
      chained += search.left == 0 && plan->moves->len > plan->bound;
      clear_world (&world);
    }
  /* All kinds of worlds were among them. */
  g_assert_cmpuint (solved, >, WORLDS / 30);
  g_assert_cmpuint (hopeless, >, WORLDS / 30);
  if (needs)
    g_assert_cmpuint (chained, >, 3);
}

static void
shuffle (GRand *rand, gpointer items, guint n, gsize size)
{
  g_autofree guint8 *spare = g_malloc (size);
  guint8 *bytes = items;

  for (guint i = n; i > 1; i--)
    {
      guint k = any (rand, i);

      memcpy (spare, bytes + k * size, size);
      memmove (bytes + k * size, bytes + (i - 1) * size, size);
      memcpy (bytes + (i - 1) * size, spare, size);
    }
}

static void
test_rebalance_order_of_input (void)
{
  for (guint seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (QdRebalance) one = NULL, other = NULL;
      World world;

      make_world (&world, rand, 8, 60, 14, TRUE);
      one = qd_rebalance_plan (world.shards, world.n_shards, world.tenants, world.n_tenants);
      check_moves (&world, one);
      shuffle (rand, world.shards, world.n_shards, sizeof *world.shards);
      shuffle (rand, world.tenants, world.n_tenants, sizeof *world.tenants);
      other = qd_rebalance_plan (world.shards, world.n_shards, world.tenants, world.n_tenants);
      g_assert_cmpuint (one->moves->len, ==, other->moves->len);
      g_assert_cmpuint (one->blocks->len, ==, other->blocks->len);
      for (guint i = 0; i < one->moves->len; i++)
        {
          const QdRebalanceMove *a = one->moves->pdata[i], *b = other->moves->pdata[i];

          g_assert_cmpstr (a->tenant, ==, b->tenant);
          g_assert_cmpstr (a->to, ==, b->to);
          g_assert_cmpstr (a->why, ==, b->why);
        }
      clear_world (&world);
    }
}

/* --- Examples that read like the documentation ------------------------------------------------------------------- */

static void
test_rebalance_gives_way (void)
{
  const QdRebalanceShard shards[] = { { .id = "a", .region = "north", .capacity = 1, .load = NAN }, { .id = "b", .region = "north", .capacity = 1, .load = NAN },
                                      { .id = "c", .region = "south", .capacity = 1, .load = NAN } };
  const QdRebalanceTenant tenants[] = { { .id = "one", .shard = "a", .region = "north" }, { .id = "two", .shard = "a", .region = "north" }, { .id = "three", .shard = "b" } };
  g_autoptr (QdRebalance) plan = qd_rebalance_plan (shards, 3, tenants, 3);
  const QdRebalanceMove *first = plan->moves->pdata[0];
  g_autofree char *text = qd_rebalance_tell (plan);

  g_assert_cmpuint (plan->bound, ==, 1);
  g_assert_cmpuint (plan->moves->len, ==, 2);
  g_assert_cmpuint (plan->blocks->len, ==, 0);
  g_assert_cmpstr (first->tenant, ==, "three");
  g_assert_cmpstr (first->to, ==, "c");
  g_assert_cmpint (first->cause, ==, QD_REBALANCE_ROOM);
  g_assert_cmpstr (first->why, ==, "It makes room on b for one. c then has 1 of 1 places taken.");
  g_assert_cmpstr (text, ==, "2 moves bring every shard in order; fewer cannot.");
}

static void
test_rebalance_circle (void)
{
  const QdRebalanceShard shards[] = { { .id = "a", .region = "north", .capacity = 1, .load = NAN }, { .id = "b", .region = "south", .capacity = 1, .load = NAN } };
  const QdRebalanceTenant tenants[] = { { .id = "one", .shard = "a", .region = "south" }, { .id = "two", .shard = "b", .region = "north" } };
  g_autoptr (QdRebalance) plan = qd_rebalance_plan (shards, 2, tenants, 2);
  const QdRebalanceMove *first, *second;

  g_assert_cmpuint (plan->moves->len, ==, 2);
  first = plan->moves->pdata[0];
  second = plan->moves->pdata[1];
  g_assert_true (first->brief);
  g_assert_false (second->brief);
}

static void
test_rebalance_no_room (void)
{
  const QdRebalanceShard shards[] = { { .id = "a", .capacity = 2, .load = NAN }, { .id = "b", .capacity = 1, .load = NAN }, { .id = "c", .capacity = 9, .load = NAN, .state = QD_REBALANCE_DOWN } };
  const QdRebalanceTenant tenants[] = { { .id = "1", .shard = "a" }, { .id = "2", .shard = "a" }, { .id = "3", .shard = "a" }, { .id = "4", .shard = "a" } };
  g_autoptr (QdRebalance) plan = qd_rebalance_plan (shards, 3, tenants, 4);
  const QdRebalanceBlock *block;

  g_assert_cmpuint (plan->moves->len, ==, 1);
  g_assert_cmpuint (plan->blocks->len, ==, 1);
  block = plan->blocks->pdata[0];
  g_assert_cmpstr (block->shard, ==, "a");
  g_assert_cmpuint (block->n, ==, 1);
  g_assert_nonnull (strstr (block->why, "1 more place is needed"));
}

static void
test_rebalance_nothing (void)
{
  g_autoptr (QdRebalance) empty = qd_rebalance_plan (NULL, 0, NULL, 0);
  const QdRebalanceTenant tenants[] = { { .id = "1" }, { .id = "2", .shard = "gone" } };
  g_autoptr (QdRebalance) lost = qd_rebalance_plan (NULL, 0, tenants, 2);

  g_assert_cmpuint (empty->moves->len + empty->blocks->len, ==, 0);
  g_assert_cmpuint (lost->n_unplaced, ==, 1);
  g_assert_cmpuint (lost->moves->len, ==, 0);
  g_assert_cmpuint (lost->blocks->len, ==, 1);
}

/* Where a capacity is not known, nobody is sent there and nobody away. */
static void
test_rebalance_unknown_capacity (void)
{
  const QdRebalanceShard shards[] = { { .id = "a", .capacity = -1, .load = NAN }, { .id = "b", .capacity = 1, .load = NAN }, { .id = "c", .capacity = 5, .load = NAN } };
  const QdRebalanceTenant tenants[] = { { .id = "1", .shard = "a" }, { .id = "2", .shard = "b" }, { .id = "3", .shard = "b" } };
  g_autoptr (QdRebalance) plan = qd_rebalance_plan (shards, 3, tenants, 3);

  g_assert_cmpuint (plan->moves->len, ==, 1);
  g_assert_cmpstr (((const QdRebalanceMove *) plan->moves->pdata[0])->to, ==, "c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rebalance/everything-tried/free", GINT_TO_POINTER (FALSE), test_rebalance_against_everything);
  g_test_add_data_func ("/rebalance/everything-tried/with-needs", GINT_TO_POINTER (TRUE), test_rebalance_against_everything);
  g_test_add_func ("/rebalance/order-of-input", test_rebalance_order_of_input);
  g_test_add_func ("/rebalance/gives-way", test_rebalance_gives_way);
  g_test_add_func ("/rebalance/circle", test_rebalance_circle);
  g_test_add_func ("/rebalance/no-room", test_rebalance_no_room);
  g_test_add_func ("/rebalance/nothing", test_rebalance_nothing);
  g_test_add_func ("/rebalance/unknown-capacity", test_rebalance_unknown_capacity);
  return g_test_run ();
}
