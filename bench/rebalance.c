/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "qd-rebalance.h"

/* rebalance TENANTS SHARDS: what a plan costs, in worlds that have room and in such that have hardly any, with tenants that may be anywhere
 * and such that may not; beside the first room that comes, which knows neither the fewest moves nor why. One JSON line a world. */

#define RUNS 20

typedef struct { const char *name; double room; guint bound_of_8, down; } Kind;   /* places a tenant; tenants of eight with a region */
typedef struct { QdRebalanceShard *shards; QdRebalanceTenant *tenants; guint n_shards, n_tenants; } World;

static const Kind kinds[] = {
  { "half again as much room", 1.5, 0, 0 },
  { "room for one in twenty, regions", 1.05, 4, 0 },
  { "no room to spare, regions", 1.0, 6, 0 },
  { "a tenth of the shards down", 1.3, 3, 10 },
  { "less room than tenants", 0.9, 4, 0 },
};

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

static void
make_world (World *world, const Kind *kind, guint n_tenants, guint n_shards, GRand *rand)
{
  static const char *const regions[] = { "north", "south", "west", "east" };

  *world = (World) { g_new0 (QdRebalanceShard, n_shards), g_new0 (QdRebalanceTenant, n_tenants), n_shards, n_tenants };
  for (guint i = 0; i < n_shards; i++)
    {
      g_autofree char *id = g_strdup_printf ("shard-%03u", i + 1);
      double places = kind->room * n_tenants;

      world->shards[i] = (QdRebalanceShard) { .id = g_intern_string (id), .region = regions[i % 4], .load = g_rand_double (rand),
        .capacity = (gint64) (floor (places * (i + 1) / n_shards) - floor (places * i / n_shards)),
        .state = kind->down > 0 && i % kind->down == 0 ? QD_REBALANCE_DOWN : QD_REBALANCE_OPEN };
    }
  for (guint i = 0; i < n_tenants; i++)
    {
      g_autofree char *id = g_strdup_printf ("tenant-%05u", i + 1);
      guint one = any (rand, n_shards), other = any (rand, n_shards), at = MIN (one, other);   /* the first shards have most of them */

      world->tenants[i] = (QdRebalanceTenant) { .id = g_intern_string (id), .shard = world->shards[at].id, .waiting = any (rand, 500),
        .region = any (rand, 8) < kind->bound_of_8 ? regions[any (rand, 4)] : NULL };
    }
}

/* Who is too many goes to the first shard that has room. */
static guint
take_first_room (const World *world)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gint64 *n = g_new0 (gint64, world->n_shards);
  guint moves = 0;

  for (guint i = 0; i < world->n_shards; i++)
    g_hash_table_insert (numbers, (gpointer) world->shards[i].id, GUINT_TO_POINTER (i));
  for (guint i = 0; i < world->n_tenants; i++)
    n[GPOINTER_TO_UINT (g_hash_table_lookup (numbers, world->tenants[i].shard))]++;
  for (guint i = 0; i < world->n_tenants; i++)
    {
      guint at = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, world->tenants[i].shard));

      if (world->shards[at].state == QD_REBALANCE_OPEN && n[at] <= world->shards[at].capacity && qd_rebalance_suits (&world->tenants[i], &world->shards[at]))
        continue;
      for (guint to = 0; to < world->n_shards; to++)
        if (world->shards[to].state == QD_REBALANCE_OPEN && n[to] < world->shards[to].capacity && qd_rebalance_suits (&world->tenants[i], &world->shards[to]))
          {
            n[at]--;
            n[to]++;
            moves++;
            break;
          }
    }
  return moves;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *l = a, *r = b;

  return *l < *r ? -1 : *l > *r;
}

static double
ms_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / 1000.0;
}

static void
measure (const Kind *kind, guint n_tenants, guint n_shards)
{
  double took[RUNS], floors[RUNS];
  guint moves = 0, left = 0, first = 0;

  for (guint run = 0; run < RUNS; run++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (run);
      g_autoptr (QdRebalance) plan = NULL;
      gint64 begin;
      World world;

      make_world (&world, kind, n_tenants, n_shards, rand);
      begin = g_get_monotonic_time ();
      plan = qd_rebalance_plan (world.shards, world.n_shards, world.tenants, world.n_tenants);
      took[run] = ms_since (begin);
      begin = g_get_monotonic_time ();
      first = take_first_room (&world);
      floors[run] = ms_since (begin);
      moves = plan->moves->len;
      left = plan->blocks->len;
      g_free (world.shards);
      g_free (world.tenants);
    }
  qsort (took, RUNS, sizeof *took, compare_doubles);
  qsort (floors, RUNS, sizeof *floors, compare_doubles);
  g_print ("{\"figure\":\"%s\",\"median_ms\":%.3f,\"worst_ms\":%.3f,\"floor_ms\":%.3f,\"moves\":%u,\"blocked_shards\":%u,\"floor_moves\":%u}\n",
           kind->name, took[RUNS / 2], took[RUNS - 1], floors[RUNS / 2], moves, left, first);
}

int
main (int argc, char **argv)
{
  guint n_tenants = argc == 3 ? (guint) atoi (argv[1]) : 0, n_shards = argc == 3 ? (guint) atoi (argv[2]) : 0;

  if (n_tenants < 1 || n_tenants > 100000 || n_shards < 1 || n_shards > 5000)
    {
      g_printerr ("usage: bench-rebalance TENANTS SHARDS\n");
      return 2;
    }
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    measure (&kinds[k], n_tenants, n_shards);
  return 0;
}
