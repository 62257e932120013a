/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a real lab says blocks the plan of a move: versions that are not the same, a storage that is not well, a tenant that is being moved. */
#include "config.h"

#include "driver-fixture.h"
#include "qd-hub.h"
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

/* What speaks against moving acme's runner to the other shard now: bits of QdMigrationBlock. */
static guint
blocks (Fixture *self)
{
  QdMigrationWish wish = { "tenant-acme", "runner", NULL, "runner.shard-2" };
  g_autoptr (QdMigrationWorld) world = NULL;
  g_autoptr (QdMigrationPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  guint bits = 0;

  qd_migration_look_async (self->hub, "control", NULL, keep_result, self);
  test_until (self->result != NULL, 30);
  world = qd_migration_look_finish (self->hub, self->result, &error);
  g_clear_object (&self->result);
  g_assert_no_error (error);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/blocked", test_blocked);
  return g_test_run ();
}
