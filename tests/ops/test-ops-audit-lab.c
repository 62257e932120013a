/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit against a real lab and its real NATS: what is done is in the stream, once and in order, whoever was away meanwhile. */
#include "config.h"

#include <string.h>

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

/* A program on a desk: a window, or qdctl. */
static QdHub *
make_hub_of (Fixture *self, const char *role, const char *journal, QdStore *store)
{
  g_autoptr (QdEndpoint) control = test_lab_endpoint (self->lab, "node-api", role), nats = test_lab_endpoint (self->lab, "nats", role);
  QdHub *hub = qd_hub_new (store);

  qd_hub_keep_audit (hub, journal);
  g_set_str (&control->id, "control");
  g_set_str (&nats->id, "nats");
  g_set_str (&nats->feeds, "control");
  g_assert_true (qd_hub_add (hub, control, FALSE, NULL));
  g_assert_true (qd_hub_add (hub, nats, FALSE, NULL));
  if (store != NULL)
    {
      g_autoptr (GAsyncResult) started = NULL;

      qd_hub_start_async (hub, NULL, result_cb, &started);
      test_until (started != NULL, 30);
      g_assert_true (qd_hub_start_finish (hub, started, NULL));
    }
  test_until (is_live (hub, "control") && is_live (hub, "nats"), 30);
  return hub;
}

static QdHub *
make_hub (Fixture *self)
{
  return make_hub_of (self, "admin", self->journal, NULL);
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
  g_autoptr (JsonNode) answer = NULL;

  test_until (qd_entity_list_get_length (paths) > 0, 30);
  json_object_set_string_member (args, "id", qd_entity_get_id (qd_entity_list_peek (paths, 0)));
  g_clear_object (&self->result);
  g_free (qd_hub_run (self->hub, "control", "path.test", args, NULL, NULL, NULL, result_cb, &self->result));
  test_until (self->result != NULL, 30);
  /* A fibre may be cut in the lab just now: what came of it is recorded either way. */
  answer = qd_hub_run_finish (self->hub, self->result, NULL);
}

static void
assert_intact_of (Fixture *self, QdHub *hub, guint n_records, guint n_anchors)
{
  QdAudit *audit = qd_hub_get_audit (hub);
  const QdAuditVerdict *verdict;

  g_clear_object (&self->result);
  qd_audit_verify_async (audit, NULL, result_cb, &self->result);
  test_until (self->result != NULL, 30);
  verdict = qd_audit_verify_finish (audit, self->result, NULL);
  g_assert_nonnull (verdict);
  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  g_assert_cmpint (verdict->n_records, ==, n_records);
  g_assert_cmpint (verdict->head.n, ==, n_records);
  g_assert_cmpuint (verdict->n_anchors, >=, n_anchors);
}

static void
assert_intact (Fixture *self, guint n_records)
{
  assert_intact_of (self, self->hub, n_records, 2);
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

/* --- Two desks, one stream ------------------------------------------------------------------------------------------ */

static JsonArray *
items_of (JsonNode *answer)
{
  return answer ? qd_json_get_array (qd_json_object (answer), "items") : NULL;
}

/* What is under the desk's own subject is its journal, line by line, and the anchor knows the last. */
static void
assert_desk_published (Fixture *self, QdHub *hub, const char *journal)
{
  const char *desk = qd_audit_get_desk (qd_hub_get_audit (hub));
  g_autoptr (GPtrArray) lines = qd_audit_journal_after (journal, 0, 10000, NULL);
  g_autofree char *subject = g_strconcat ("audit.", desk, NULL), *anchors = g_strconcat ("audit.anchor.", desk, NULL);
  g_autoptr (JsonNode) records = ask (self, "stream.read", subject), last = ask (self, "stream.last", anchors);
  JsonArray *items = items_of (records);
  g_autoptr (QdAuditAnchor) anchor = NULL;
  QdAuditLine line;

  g_assert_nonnull (items);
  g_assert_cmpuint (json_array_get_length (items), ==, lines->len);
  for (guint i = 0; i < lines->len; i++)
    g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (items, i), "payload", NULL), ==, lines->pdata[i]);
  g_assert_nonnull (last);
  anchor = qd_audit_anchor_parse (qd_json_get_string (qd_json_object (last), "payload", NULL), "the stream");
  g_assert_nonnull (anchor);
  g_assert_true (qd_audit_line_parse (&line, lines->pdata[lines->len - 1], strlen (lines->pdata[lines->len - 1])));
  g_assert_cmpint (anchor->mark.n, ==, lines->len);
  g_assert_cmpstr (anchor->mark.hash, ==, line.mark.hash);
  g_assert_cmpstr (anchor->desk, ==, desk);
}

static gint64
anchored (Fixture *self, QdHub *hub)
{
  g_autofree char *subject = g_strconcat ("audit.anchor.", qd_audit_get_desk (qd_hub_get_audit (hub)), NULL);
  g_autoptr (JsonNode) last = ask (self, "stream.last", subject);
  g_autoptr (QdAuditAnchor) anchor = last ? qd_audit_anchor_parse (qd_json_get_string (qd_json_object (last), "payload", NULL), NULL) : NULL;

  return anchor ? anchor->mark.n : 0;
}

#define N_EACH 60

/* Both at once, without waiting for each other. */
static void
note_on_both (QdHub *const *desks)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < N_EACH; i++)
    for (guint d = 0; d < 2; d++)
      g_ptr_array_add (futures, qd_audit_note (qd_hub_get_audit (desks[d]), &(QdAuditFacts) { .what = "path.test", .outcome = "succeeded", .connection = "control" }));
  for (guint i = 0; i < futures->len; i++)
    test_until (dex_future_is_resolved (futures->pdata[i]), 30);
}

static void
test_two_desks (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 4 --paths 4 --flows 4 --rate 0 --shards 0") };
  Place places[2];
  QdHub *desks[2];
  char *journals[2];

  if (self.lab == NULL)
    return;
  for (guint d = 0; d < 2; d++)
    {
      place_init (&places[d]);
      journals[d] = g_build_filename (places[d].folder, "audit.jsonl", NULL);
      desks[d] = make_hub_of (&self, "admin", journals[d], qd_store_new (places[d].path));
    }
  self.hub = desks[0];
  note_on_both (desks);
  for (guint d = 0; d < 2; d++)
    test_until (anchored (&self, desks[d]) == N_EACH, 60);
  g_assert_cmpstr (qd_audit_get_desk (qd_hub_get_audit (desks[0])), !=, qd_audit_get_desk (qd_hub_get_audit (desks[1])));
  /* And again while the server goes away and comes back. */
  test_lab_kill (self.lab);
  test_until (!is_live (desks[0], "nats") && !is_live (desks[1], "nats"), 30);
  note_on_both (desks);
  test_lab_start (self.lab);
  for (guint d = 0; d < 2; d++)
    test_until (is_live (desks[d], "nats"), 60);
  for (guint d = 0; d < 2; d++)
    test_until (anchored (&self, desks[d]) == 2 * N_EACH, 60);
  g_assert_cmpuint (count_published (&self), ==, 4 * N_EACH);
  for (guint d = 0; d < 2; d++)
    {
      g_autofree char *trouble = qd_audit_dup_trouble (qd_hub_get_audit (desks[d]));

      g_assert_cmpstr (trouble, ==, NULL);
      assert_desk_published (&self, desks[d], journals[d]);
      assert_intact_of (&self, desks[d], 2 * N_EACH, 2);
    }
  /* One that was tampered with breaks its own chain alone. */
  {
    g_autofree char *text = NULL;

    g_assert_true (g_file_get_contents (journals[1], &text, NULL, NULL));
    memcpy (strstr (text, "path.test"), "path.TEST", strlen ("path.TEST"));
    g_assert_true (g_file_set_contents (journals[1], text, -1, NULL));
    g_clear_object (&self.result);
    qd_audit_verify_async (qd_hub_get_audit (desks[1]), NULL, result_cb, &self.result);
    test_until (self.result != NULL, 30);
    g_assert_cmpint (qd_audit_verify_finish (qd_hub_get_audit (desks[1]), self.result, NULL)->state, >, QD_AUDIT_EMPTY);
    assert_intact_of (&self, desks[0], 2 * N_EACH, 2);
  }
  g_clear_object (&self.result);
  for (guint d = 0; d < 2; d++)
    {
      end_hub (desks[d]);
      place_clear (&places[d]);
      g_free (journals[d]);
    }
  test_lab_free (self.lab);
}

/* --- Who may not read it ----------------------------------------------------------------------------------------------- */

/* A desk that may not read the stream goes on where it was, also a program that begins anew, and two of them at once. */
static void
test_blind (void)
{
  Fixture self = { .lab = test_lab_new ("--sites 4 --paths 4 --flows 4 --rate 0 --shards 0") };
  g_autofree char *nothing = NULL;
  g_autofree char *trouble = NULL;
  QdHub *one, *two;

  if (self.lab == NULL)
    return;
  place_init (&self.place);
  self.journal = g_build_filename (self.place.folder, "audit.jsonl", NULL);
  nothing = g_build_filename (self.place.folder, "nothing.jsonl", NULL);
  self.hub = make_hub_of (&self, "admin", nothing, NULL);
  one = make_hub_of (&self, "operator", self.journal, NULL);
  note (one, 3);
  test_until (count_published (&self) == 3 && anchored (&self, one) == 3, 30);
  end_hub (one);
  one = make_hub_of (&self, "operator", self.journal, NULL);
  note (one, 2);
  test_until (count_published (&self) == 5 && anchored (&self, one) == 5, 30);
  two = make_hub_of (&self, "operator", self.journal, NULL);
  for (guint i = 0; i < 5; i++)
    {
      note (one, 1);
      note (two, 1);
    }
  test_until (count_published (&self) == 15 && anchored (&self, one) == 15, 60);
  assert_published (&self);
  trouble = qd_audit_dup_trouble (qd_hub_get_audit (one));
  g_assert_cmpstr (trouble, ==, NULL);
  assert_intact_of (&self, one, 15, 1);
  end_hub (two);
  end_hub (one);
  g_clear_object (&self.result);
  end_hub (self.hub);
  test_lab_free (self.lab);
  place_clear (&self.place);
  g_free (self.journal);
}

/* What is shown of it, and may be exported, as docs/permissions.md has it. */
static void
test_shown (void)
{
  static const struct { const char *role; gboolean view, export; } roles[] = {
    { "operator", FALSE, FALSE }, { "support", FALSE, FALSE }, { "break-glass", TRUE, FALSE }, { "security-admin", TRUE, TRUE },
  };
  Fixture self = { .lab = test_lab_new ("--sites 4 --paths 4 --flows 4 --rate 0 --shards 0") };

  if (self.lab == NULL)
    return;
  place_init (&self.place);
  self.journal = g_build_filename (self.place.folder, "audit.jsonl", NULL);
  self.hub = make_hub (&self);
  note (self.hub, 4);
  test_until (count_published (&self) == 4, 30);
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      g_autofree char *journal = g_strdup_printf ("%s/%s.jsonl", self.place.folder, roles[i].role), *named = g_strdup_printf ("(%s)", roles[i].role);
      g_autofree char *trouble = NULL, *why = NULL;
      QdHub *hub = make_hub_of (&self, roles[i].role, journal, NULL);
      QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (hub), QD_KIND_AUDIT);
      g_autoptr (QdAuditShow) show = NULL;

      test_until (qd_entity_get (qd_fleet_lookup (qd_hub_get_fleet (hub), "control", QD_KIND_CONNECTION, "control"), QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON, 30);
      show = qd_audit_show_new (hub);
      test_until (!qd_audit_show_is_loading (show) && (!roles[i].view || qd_entity_list_get_length (list) == 4), 30);
      trouble = qd_audit_show_dup_trouble (show);
      if (roles[i].view)
        g_assert_cmpstr (trouble, ==, NULL);
      else
        {
          g_assert_cmpuint (qd_entity_list_get_length (list), ==, 0);
          g_assert_nonnull (strstr (trouble, "audit.view"));
          g_assert_nonnull (strstr (trouble, named));
        }
      /* Where nothing of a stream is shown, there is nothing that could not be exported. */
      g_assert_cmpint (qd_audit_show_may_export (show, &why), ==, roles[i].export || !roles[i].view);
      if (why)
        {
          g_assert_nonnull (strstr (why, "audit.export"));
          g_assert_nonnull (strstr (why, named));
        }
      g_clear_object (&show);
      end_hub (hub);
    }
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
  g_test_add_func ("/audit/lab/two-desks", test_two_desks);
  g_test_add_func ("/audit/lab/blind", test_blind);
  g_test_add_func ("/audit/lab/shown", test_shown);
  return g_test_run ();
}
