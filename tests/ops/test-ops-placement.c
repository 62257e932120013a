/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placing tenants by way of the hub, on a real lab's buckets: who may, what a lost race leaves, what history knows. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-capability.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "qd-placement.h"

typedef struct { TestLab *lab; QdHub *hub; GAsyncResult *result; } Fixture;

static const char *
state_of (QdHub *hub, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), id, QD_KIND_CONNECTION, id);
  const char *state = entity ? qd_entity_get_string (entity, QD_CONNECTION_STATE) : NULL;

  return state ? state : "";
}

static gboolean
knows_permissions (QdHub *hub, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), id, QD_KIND_CONNECTION, id);

  return entity && qd_entity_get (entity, QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON;
}

static void
add (Fixture *self, const char *driver, const char *user, const char *id, const char *feeds, const char *environment)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, driver, user);
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, feeds);
  g_set_str (&endpoint->environment, environment);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  test_until (g_str_equal (state_of (self->hub, id), "live"), 30);
}

static gboolean
begin (Fixture *self)
{
  *self = (Fixture) { test_lab_new ("--sites 3 --paths 3 --flows 3 --rate 5") };
  if (self->lab == NULL)
    return FALSE;
  self->hub = qd_hub_new (NULL);
  return TRUE;
}

static void
end (Fixture *self)
{
  g_clear_object (&self->result);
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  test_lab_free (self->lab);
}

static void
came_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *) data)->result = g_object_ref (result);
}

static void
await_result (Fixture *self)
{
  test_until (self->result != NULL, 30);
}

static QdPlacementMap *
read_map (Fixture *self, QdPlacementKind kind)
{
  g_autoptr (GError) error = NULL;
  QdPlacementMap *map;

  g_clear_object (&self->result);
  qd_placement_read_async (self->hub, "nats", kind, NULL, NULL, came_cb, self);
  await_result (self);
  map = qd_placement_read_finish (self->hub, self->result, &error);
  g_assert_no_error (error);
  return map;
}

/* "tenant=shard" for each word; nothing behind the sign: off the map. */
static QdPlacementEdit *
edit (Fixture *self, QdPlacementMap *base, const char *words, const char *reason, GError **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_auto (GStrv) all = g_strsplit (words, " ", -1);
  g_autofree char *id = NULL;

  for (guint i = 0; all[i]; i++)
    {
      g_auto (GStrv) two = g_strsplit (all[i], "=", 2);

      g_ptr_array_add (changes, qd_placement_change_new (two[0], *two[1] ? two[1] : NULL));
    }
  g_clear_object (&self->result);
  id = qd_placement_edit_async (self->hub, "nats", base, changes, reason, NULL, came_cb, self);
  await_result (self);
  return qd_placement_edit_finish (self->hub, self->result, error);
}

static QdPlacementMergeRow *
row_of (QdPlacementEdit *edit, const char *tenant)
{
  for (guint i = 0; i < edit->rows->len; i++)
    if (g_str_equal (((QdPlacementMergeRow *) g_ptr_array_index (edit->rows, i))->tenant, tenant))
      return g_ptr_array_index (edit->rows, i);
  return NULL;
}

/* In both encodings: who comes second writes nothing, sees all three, and goes on over what is there. */
static void
test_lost_race (void)
{
  static const QdPlacementKind kinds[] = { QD_PLACEMENT_AGGREGATE, QD_PLACEMENT_RUNNER };
  Fixture f;

  if (!begin (&f))
    return;
  add (&f, "nats", "operator", "nats", NULL, "");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (QdPlacementMap) base = read_map (&f, kinds[i]), after = NULL;
      g_autoptr (QdPlacementEdit) first = NULL, second = NULL, third = NULL, nothing = NULL;
      g_autoptr (GPtrArray) rest = NULL;
      g_autoptr (GError) error = NULL;
      guint jobs;

      first = edit (&f, base, "tenant-acme=shard-2 tenant-new=shard-1", "first", &error);
      g_assert_no_error (error);
      g_assert_null (first->rows);
      g_assert_cmpstr (qd_placement_map_get_shard (first->now, "tenant-acme"), ==, "shard-2");

      second = edit (&f, base, "tenant-acme=shard-7", "second", &error);
      g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strchr (error->message, '@'));
      g_assert_cmpuint (second->n_written, ==, 0);
      g_assert_cmpint (row_of (second, "tenant-acme")->outcome, ==, QD_PLACEMENT_MERGE_CONFLICT);
      g_assert_cmpstr (row_of (second, "tenant-acme")->base, ==, "shard-1");
      g_assert_cmpstr (row_of (second, "tenant-acme")->theirs, ==, "shard-2");
      g_assert_cmpint (row_of (second, "tenant-new")->outcome, ==, QD_PLACEMENT_MERGE_THEIRS);
      g_clear_error (&error);

      /* Decided: mine. Over what is there now, and theirs beside it stays. */
      rest = qd_placement_merge_get_changes (second->rows, TRUE);
      g_assert_cmpuint (rest->len, ==, 1);
      third = edit (&f, second->now, "tenant-acme=shard-7", "third", &error);
      g_assert_no_error (error);
      after = read_map (&f, kinds[i]);
      g_assert_cmpstr (qd_placement_map_get_shard (after, "tenant-acme"), ==, "shard-7");
      g_assert_cmpstr (qd_placement_map_get_shard (after, "tenant-new"), ==, "shard-1");
      g_assert_true (qd_placement_map_equal (after, third->now));

      /* What is so already is no job. */
      jobs = qd_entity_list_get_length (qd_fleet_get_list (qd_hub_get_fleet (f.hub), QD_KIND_JOB));
      nothing = edit (&f, after, "tenant-acme=shard-7", "again", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (nothing->n_writes, ==, 0);
      g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (qd_hub_get_fleet (f.hub), QD_KIND_JOB)), ==, jobs);
    }
  end (&f);
}

/* Of several keys those before the lost one are written, and that is said. */
static void
test_part (void)
{
  Fixture f;
  g_autoptr (QdPlacementMap) base = NULL, after = NULL;
  g_autoptr (QdPlacementEdit) theirs = NULL, mine = NULL;
  g_autoptr (GError) error = NULL;

  if (!begin (&f))
    return;
  add (&f, "nats", "operator", "nats", NULL, "");
  base = read_map (&f, QD_PLACEMENT_RUNNER);
  theirs = edit (&f, base, "tenant-globex=shard-9", "theirs", &error);
  g_assert_no_error (error);
  mine = edit (&f, base, "tenant-acme=shard-5 tenant-globex=shard-5 tenant-initech=shard-5", "mine", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "1 of 3"));
  g_assert_cmpint (row_of (mine, "tenant-acme")->outcome, ==, QD_PLACEMENT_MERGE_SAME);
  g_assert_cmpint (row_of (mine, "tenant-globex")->outcome, ==, QD_PLACEMENT_MERGE_CONFLICT);
  g_assert_cmpint (row_of (mine, "tenant-initech")->outcome, ==, QD_PLACEMENT_MERGE_MINE);
  after = read_map (&f, QD_PLACEMENT_RUNNER);
  g_assert_true (qd_placement_map_equal (after, mine->now));
  end (&f);
}

/* One that is cancelled before it has begun writes nothing, and says so of each. */
static void
test_cancelled (void)
{
  Fixture f;
  g_autoptr (QdPlacementMap) base = NULL, after = NULL;
  g_autoptr (QdPlacementEdit) edited = NULL;
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (JsonNode) steps = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  QdEntity *job;

  if (!begin (&f))
    return;
  add (&f, "nats", "operator", "nats", NULL, "");
  base = read_map (&f, QD_PLACEMENT_RUNNER);
  g_ptr_array_add (changes, qd_placement_change_new ("tenant-acme", "shard-5"));
  g_ptr_array_add (changes, qd_placement_change_new ("tenant-globex", "shard-5"));
  g_cancellable_cancel (cancellable);
  g_clear_object (&f.result);
  id = qd_placement_edit_async (f.hub, "nats", base, changes, "because", cancellable, came_cb, &f);
  await_result (&f);
  edited = qd_placement_edit_finish (f.hub, f.result, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (edited->n_written, ==, 0);
  job = qd_fleet_lookup (qd_hub_get_fleet (f.hub), QD_HUB_LOCAL, QD_KIND_JOB, id);
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_STATE), ==, "cancelled");
  steps = qd_json_parse (qd_entity_get_string (job, QD_JOB_STEPS), -1, "steps", NULL);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (steps)), ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (json_node_get_array (steps), i), "state", ""), ==, "cancelled");
  after = read_map (&f, QD_PLACEMENT_RUNNER);
  g_assert_true (qd_placement_map_equal (base, after));
  end (&f);
}

static void
check_refused (Fixture *self, QdPlacementMap *base, const char *reason, int code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementEdit) edited = edit (self, base, "tenant-acme=shard-5", reason, &error);

  g_assert_null (edited);
  g_assert_error (error, QD_DRIVER_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
}

/* The server of NATS lets this account write, but the role that one signed in with to the control API does not allow it. */
static void
test_permission (void)
{
  Fixture f;
  g_autoptr (QdPlacementMap) base = NULL;
  g_autofree char *nats = NULL, *why = NULL;

  if (!begin (&f))
    return;
  add (&f, "node-api", "viewer", "control", NULL, "");
  add (&f, "nats", "admin", "nats", "control", "");
  test_until (knows_permissions (f.hub, "control"), 30);
  nats = qd_placement_find_connection (f.hub, "control");
  g_assert_cmpstr (nats, ==, "nats");
  base = read_map (&f, QD_PLACEMENT_RUNNER);
  g_assert_true (qd_capability_allowed (qd_hub_get_fleet (f.hub), "nats", QD_PLACEMENT_SET, NULL));
  g_assert_false (qd_placement_allowed (f.hub, "nats", QD_PLACEMENT_SET, &why));
  g_assert_nonnull (strstr (why, "scale.migrate"));
  check_refused (&f, base, "because", QD_DRIVER_ERROR_REFUSED, "scale.migrate");
  end (&f);
}

static void
test_guards (void)
{
  Fixture f;
  g_autoptr (QdPlacementMap) base = NULL;

  if (!begin (&f))
    return;
  add (&f, "nats", "operator", "nats", NULL, "prod");
  base = read_map (&f, QD_PLACEMENT_AGGREGATE);
  check_refused (&f, base, "because", QD_DRIVER_ERROR_REFUSED, "unlock");
  qd_hub_unlock (f.hub, "nats", 5);
  check_refused (&f, base, "", QD_DRIVER_ERROR_INVALID, "reason");
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/placement/lost-race", test_lost_race);
  g_test_add_func ("/ops/placement/part", test_part);
  g_test_add_func ("/ops/placement/cancelled", test_cancelled);
  g_test_add_func ("/ops/placement/permission", test_permission);
  g_test_add_func ("/ops/placement/guards", test_guards);
  return g_test_run ();
}
