/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit against a real lab and its real NATS: what is done is in the stream, once and in order, whoever was away meanwhile. */
#include "config.h"

#include "driver-fixture.h"
#include "qd-audit-show.h"
#include "qd-audit.h"
#include "qd-json.h"
#include "store-testing.h"

typedef struct {
  TestLab *lab;
  Place place;
  char *journal;
  QdHub *hub, *other;
  GAsyncResult *result;
} Fixture;

static gboolean
is_live (QdHub *hub, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), id, QD_KIND_CONNECTION, id);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

/* A program on this desk: a window, or qdctl. */
static QdHub *
make_hub (Fixture *self)
{
  g_autoptr (QdEndpoint) control = test_lab_endpoint (self->lab, "node-api", "admin"), nats = test_lab_endpoint (self->lab, "nats", "admin");
  QdHub *hub = qd_hub_new (NULL);

  qd_hub_keep_audit (hub, self->journal);
  g_set_str (&control->id, "control");
  g_set_str (&nats->id, "nats");
  g_set_str (&nats->feeds, "control");
  g_assert_true (qd_hub_add (hub, control, FALSE, NULL));
  g_assert_true (qd_hub_add (hub, nats, FALSE, NULL));
  test_until (is_live (hub, "control") && is_live (hub, "nats"), 30);
  return hub;
}

static void
end_hub (QdHub *hub)
{
  qd_hub_stop (hub);
  test_spin (50);
  g_object_unref (hub);
}

static JsonNode *
ask (Fixture *self, const char *verb, const char *subject)
{
  g_autoptr (JsonObject) args = json_object_new ();
  QdDriver *driver = qd_hub_get_driver (self->hub, "nats");

  json_object_set_string_member (args, "stream", QD_AUDIT_STREAM);
  json_object_set_string_member (args, "subject", subject);
  json_object_set_string_member (args, "after", "0");
  json_object_set_string_member (args, "limit", "256");
  g_clear_object (&self->result);
  qd_driver_command_async (driver, verb, args, NULL, result_cb, &self->result);
  test_until (self->result != NULL, 20);
  return qd_driver_command_finish (driver, self->result, NULL);
}

static guint
count_published (Fixture *self)
{
  g_autoptr (JsonNode) answer = ask (self, "stream.read", "audit.*");
  JsonArray *items = answer ? qd_json_get_array (qd_json_object (answer), "items") : NULL;

  return items ? json_array_get_length (items) : 0;
}

/* All of the journal, line by line. */
static void
assert_published (Fixture *self)
{
  g_autoptr (GPtrArray) lines = qd_audit_journal_after (self->journal, 0, 10000, NULL);
  g_autoptr (JsonNode) answer = ask (self, "stream.read", "audit.*");
  JsonArray *items = qd_json_get_array (qd_json_object (answer), "items");

  g_assert_cmpuint (json_array_get_length (items), ==, lines->len);
  for (guint i = 0; i < lines->len; i++)
    g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (items, i), "payload", NULL), ==, lines->pdata[i]);
}

static void
note (QdHub *hub, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DexFuture) future = qd_audit_note (qd_hub_get_audit (hub), &(QdAuditFacts) { .what = "path.test", .outcome = "succeeded", .connection = "control" });

      test_until (!dex_future_is_pending (future), 20);
      g_assert_true (dex_future_is_resolved (future));
    }
}

static void
act (Fixture *self)
{
  QdEntityList *paths = qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_PATH);
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  test_until (qd_entity_list_get_length (paths) > 0, 30);
  json_object_set_string_member (args, "id", qd_entity_get_id (qd_entity_list_peek (paths, 0)));
  g_clear_object (&self->result);
  g_free (qd_hub_run (self->hub, "control", "path.test", args, NULL, NULL, NULL, result_cb, &self->result));
  test_until (self->result != NULL, 30);
  answer = qd_hub_run_finish (self->hub, self->result, &error);
  g_assert_no_error (error);
}

static void
assert_intact (Fixture *self, guint n_records)
{
  QdAudit *audit = qd_hub_get_audit (self->hub);
  const QdAuditVerdict *verdict;

  g_clear_object (&self->result);
  qd_audit_verify_async (audit, NULL, result_cb, &self->result);
  test_until (self->result != NULL, 30);
  verdict = qd_audit_verify_finish (audit, self->result, NULL);
  g_assert_nonnull (verdict);
  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  g_assert_cmpint (verdict->n_records, ==, n_records);
  g_assert_cmpuint (verdict->n_anchors, >=, 2);
}

/* What another desk would see of it. */
static void
assert_shown (Fixture *self, guint n)
{
  g_autofree char *nothing = g_build_filename (self->place.folder, "another.jsonl", NULL);
  g_autofree char *mine = g_steal_pointer (&self->journal);
  g_autoptr (QdAuditShow) show = NULL;
  QdEntityList *list;
  QdHub *desk;

  self->journal = g_strdup (nothing);
  desk = make_hub (self);
  list = qd_fleet_get_list (qd_hub_get_fleet (desk), QD_KIND_AUDIT);
  show = qd_audit_show_new (desk);
  test_until (qd_entity_list_get_length (list) == n, 30);
  g_assert_cmpint (qd_entity_get (qd_entity_list_peek (list, 0), QD_AUDIT_IN_STREAM)->type, ==, QD_VALUE_BOOL);
  g_assert_cmpint (qd_entity_get (qd_entity_list_peek (list, 0), QD_AUDIT_ON_DESK)->type, ==, QD_VALUE_NONE);
  g_clear_object (&show);
  end_hub (desk);
  g_free (self->journal);
  self->journal = g_steal_pointer (&mine);
}

static void
test_lab (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 12 --paths 20 --flows 20 --rate 50") };

  if (self.lab == NULL)
    return;
  place_init (&self.place);
  self.journal = g_build_filename (self.place.folder, "audit.jsonl", NULL);
  self.hub = make_hub (&self);
  act (&self);
  act (&self);
  test_until (count_published (&self) == 4, 30);
  assert_published (&self);
  /* Nobody is there: it is recorded all the same, and follows. */
  test_lab_kill (self.lab);
  test_until (!is_live (self.hub, "nats"), 30);
  note (self.hub, 5);
  test_lab_start (self.lab);
  test_until (is_live (self.hub, "nats") && is_live (self.hub, "control"), 60);
  test_until (count_published (&self) == 9, 60);
  assert_published (&self);
  /* Two programs of this desk at once. */
  self.other = make_hub (&self);
  for (guint i = 0; i < 10; i++)
    {
      note (self.hub, 1);
      note (self.other, 1);
    }
  test_until (count_published (&self) == 29, 60);
  assert_published (&self);
  test_spin (300);
  assert_intact (&self, 29);
  assert_shown (&self, 29);
  end_hub (self.other);
  g_clear_object (&self.result);
  end_hub (self.hub);
  test_lab_free (self.lab);
  place_clear (&self.place);
  g_free (self.journal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit/lab", test_lab);
  return g_test_run ();
}
