/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks again and again at what a plan is made of sees what one sees who looks for the first time. */
#include "config.h"

#include <libdex.h>

#include "migration-fixture.h"
#include "qd-ask-private.h"
#include "qd-json.h"
#include "qd-migration-private.h"

#define N_CHANGES 400

typedef struct { Fixture *fixture; guint n_read; gboolean done; } Looks;

/* What is read of the stream. */
static gboolean
count_cb (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data)
{
  Looks *self = data;

  if (g_str_equal (verb, "stream.read"))
    self->n_read += g_strcmp0 (qd_json_get_string (args, "after", "0"), "0") == 0;
  return TRUE;
}

/* A job is written as any of them may be: waiting, at work, ended, of another kind, with a plan that is none, or no JSON at all. */
static void
write_any (Looks *self)
{
  static const char *const states[] = { "queued", "running", "running", "succeeded", "failed", "cancelled" };
  static const char *const shapes[] = {
    "{\"id\":\"job-%d\",\"kind\":\"tenant.migrate\",\"state\":\"%s\",\"plan\":{\"tenant\":\"tenant-%d\",\"kind\":\"runner\",\"from\":\"shard-1\",\"to\":\"shard-2\"}}",
    "{\"id\":\"job-%d\",\"kind\":\"policy.apply\",\"state\":\"%s\",\"n\":%d}",
    "{\"id\":\"job-%d\",\"kind\":\"tenant.migrate\",\"state\":\"%s\",\"plan\":%d}",
    "{\"job-%d %s %d",
  };
  int job = g_test_rand_int_range (0, 20), shape = g_test_rand_int_range (0, 8);
  g_autofree char *subject = g_strdup_printf ("jobs.job-%d", job);
  g_autofree char *payload = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  payload = g_strdup_printf (shapes[shape < 5 ? 0 : shape - 4], job, states[g_test_rand_int_range (0, G_N_ELEMENTS (states))], g_test_rand_int_range (0, 10));
#pragma GCC diagnostic pop
  answer = qd_ask (self->fixture->hub, "nats", "stream.publish", &error, "stream", "JOBS", "subject", subject, "payload", payload, NULL);
  g_assert_no_error (error);
}

/* Two jobs may say that they move the same tenant: which of them is told is all the same. */
static void
assert_same_busy (GHashTable *one, GHashTable *two)
{
  GHashTableIter iter;
  gpointer tenant;

  g_assert_cmpuint (g_hash_table_size (one), ==, g_hash_table_size (two));
  g_hash_table_iter_init (&iter, one);
  while (g_hash_table_iter_next (&iter, &tenant, NULL))
    g_assert_true (g_hash_table_contains (two, tenant));
}

static DexFuture *
look_fiber (gpointer data)
{
  Looks *self = data;
  g_autoptr (QdMigrationLook) old = qd_migration_look_new (self->fixture->hub, "control", "nats", "runner");
  guint most_busy = 0;

  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autoptr (QdMigrationLook) fresh = qd_migration_look_new (self->fixture->hub, "control", "nats", "runner");
      g_autoptr (GError) error = NULL;
      g_autoptr (QdMigrationWorld) again = NULL, first = NULL;

      for (int n = g_test_rand_int_range (0, 4); n > 0; n--)
        write_any (self);
      again = qd_migration_look_again (old, &error);
      g_assert_no_error (error);
      first = qd_migration_look_again (fresh, &error);
      g_assert_no_error (error);
      assert_same_busy (again->busy, first->busy);
      g_assert_cmpuint (again->shards->len, ==, 2);
      g_assert_cmpuint (g_hash_table_size (again->placement), ==, g_hash_table_size (first->placement));
      most_busy = MAX (most_busy, g_hash_table_size (again->busy));
    }
  g_assert_cmpuint (most_busy, >, 1);
  self->done = TRUE;
  return dex_future_new_for_boolean (TRUE);
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  Looks looks = { .fixture = fixture };

  fake_fleet_set_func (fixture->fleet, count_cb, &looks);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, look_fiber, &looks, NULL));
  wait_until (looks.done);
  fake_fleet_set_func (fixture->fleet, NULL, NULL);
  /* The old one read from the beginning once, and once in each minute that this took. */
  g_assert_cmpuint (looks.n_read, >=, N_CHANGES + 1);
  g_assert_cmpuint (looks.n_read, <, N_CHANGES + 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add ("/look/again", Fixture, NULL, set_up, test_again, tear_down);
  return g_test_run ();
}
