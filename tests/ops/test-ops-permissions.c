/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every action of the table and every role, against a real lab: what docs/permissions.md does not give is refused before anything
 * is sent, and refused by the lab where it is sent all the same. */
#include "config.h"

#include "driver-fixture.h"
#include "permissions-page.h"
#include "qd-audit.h"
#include "qd-capability.h"
#include "qd-freeze.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "qd-permission.h"
#include "qd-placement.h"
#include "store-testing.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  Place place;
  char *journal;
  TestPermissions *page;
  GPtrArray *roles;     /* the page's */
  guint n_recorded;     /* refusals that have to be in the journal */
} Fixture;

static gboolean
page_gives (Fixture *self, const char *role, const char *permission)
{
  return test_permissions_give (self->page, role, permission);
}

static QdEntity *
connection_of (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id);
}

static gboolean
is_known (Fixture *self, const char *role)
{
  QdEntity *entity = connection_of (self, role);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0 &&
         qd_entity_get (entity, QD_CONNECTION_PERMISSIONS)->type == QD_VALUE_JSON;
}

static gboolean
is_offered (Fixture *self, const char *role, const QdCapability *row)
{
  gboolean known;

  return row->feature == NULL || qd_permission_lists (connection_of (self, role), QD_CONNECTION_OFFERS, row->feature, &known);
}

static gboolean
begin (Fixture *self)
{
  *self = (Fixture) { NULL };
  place_init (&self->place);
  self->journal = g_build_filename (self->place.folder, "audit.jsonl", NULL);
  self->lab = test_lab_new ("--sites 20 --paths 30 --flows 50 --rate 50");
  if (self->lab == NULL)
    return FALSE;
  self->page = test_permissions_new ();
  self->roles = self->page->roles;
  self->hub = qd_hub_new (NULL);
  qd_hub_keep_audit (self->hub, self->journal);
  for (guint i = 0; i < self->roles->len; i++)
    {
      g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, "node-api", self->roles->pdata[i]);
      g_autoptr (GError) error = NULL;

      g_set_str (&endpoint->id, self->roles->pdata[i]);
      g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
      test_until (is_known (self, self->roles->pdata[i]), 30);
    }
  return TRUE;
}

static void
end (Fixture *self)
{
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  test_permissions_free (self->page);
  test_lab_free (self->lab);
  place_clear (&self->place);
  g_free (self->journal);
}

/* How many refusals are in the journal. */
static guint
count_recorded (Fixture *self)
{
  g_autoptr (GPtrArray) lines = qd_audit_journal_after (self->journal, 0, 100000, NULL);
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *outcome = qd_audit_line_dup (lines->pdata[i], strlen (lines->pdata[i]), "outcome");

      n += g_strcmp0 (outcome, "refused") == 0;
    }
  return n;
}

/* What any action could want to be told. */
static JsonObject *
make_args (void)
{
  static const char *const texts[] = { "id", "revision", "reason", "name", "kind", "tenant", "saga", "mode", "view", "plan", "from", "to", "state" };
  JsonObject *args = json_object_new ();
  JsonObject *object = json_object_new (), *metadata = json_object_new (), *changes = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    json_object_set_string_member (args, texts[i], "x1");
  json_object_set_string_member (args, "mode", "checkpoint_only");
  json_object_set_string_member (args, "kind", "branch");
  json_object_set_boolean_member (args, "enabled", TRUE);
  json_object_set_boolean_member (args, "frozen", TRUE);
  json_object_set_string_member (changes, "name", "x1");
  json_object_set_object_member (args, "changes", changes);
  json_object_set_string_member (metadata, "name", "x1");
  json_object_set_string_member (metadata, "namespace", "default");
  json_object_set_string_member (object, "apiVersion", "networking.k8s.io/v1");
  json_object_set_string_member (object, "kind", "NetworkPolicy");
  json_object_set_object_member (object, "metadata", metadata);
  json_object_set_object_member (object, "spec", json_object_new ());
  json_object_set_object_member (args, "object", object);
  json_object_set_array_member (args, "flows", json_array_new ());
  return args;
}

/* By the hub, which is how window, palette and qdctl do it: refused with the permission's name. */
static void
check_refused_here (Fixture *self, const char *role, const QdCapability *row)
{
  g_autoptr (JsonObject) args = make_args ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *named = g_strdup_printf ("(%s)", role);
  g_autofree char *id = qd_hub_run (self->hub, role, row->verb, args, NULL, "a test", NULL, result_cb, &result);

  test_until (result != NULL, 10);
  answer = qd_hub_run_finish (self->hub, result, &error);
  if (answer)
    g_error ("%s as %s is not refused", row->verb, role);
  if (!g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || strstr (error->message, row->permission) == NULL)
    g_error ("%s as %s: \"%s\" does not name %s", row->verb, role, error->message, row->permission);
  if (strstr (error->message, named) == NULL)
    g_error ("%s: \"%s\" does not name the role %s", row->verb, error->message, role);
  self->n_recorded++;
}

/* As qdctl --dry-run asks: the same is asked of the permissions first, and nothing is sent. */
static void
check_refused_dry (Fixture *self, const char *role, const QdCapability *row)
{
  g_autoptr (JsonObject) args = make_args ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  qd_hub_dry_run (self->hub, role, row->verb, args, NULL, NULL, result_cb, &result);
  test_until (result != NULL, 10);
  answer = qd_hub_run_finish (self->hub, result, &error);
  if (answer || !g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || strstr (error->message, row->permission) == NULL)
    g_error ("%s --dry-run as %s is not refused for want of %s", row->verb, role, row->permission);
  /* A look that was refused is recorded once. */
  self->n_recorded += row->query ? 0 : 1;
}

/* Past the hub, by the driver alone. */
static void
check_refused_there (Fixture *self, const char *role, const QdCapability *row)
{
  g_autoptr (JsonObject) args = make_args ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  qd_driver_command_async (qd_hub_get_driver (self->hub, role), row->verb, args, NULL, result_cb, &result);
  test_until (result != NULL, 30);
  answer = qd_driver_command_finish (qd_hub_get_driver (self->hub, role), result, &error);
  if (answer || !g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED))
    g_error ("the lab does not refuse %s to %s: %s", row->verb, role, answer ? "it answers" : error->message);
}

static void
test_every_action (void)
{
  Fixture self;
  guint n, refused = 0;
  const QdCapability *rows = qd_capability_all (&n);

  if (!begin (&self))
    return;
  for (guint r = 0; r < self.roles->len; r++)
    for (guint i = 0; i < n; i++)
      {
        const char *role = self.roles->pdata[r];
        gboolean gives = page_gives (&self, role, rows[i].permission);

        if (rows[i].permission == NULL || g_str_equal (rows[i].verb, "policies.apply"))
          continue;
        /* What is NATS' is offered by another connection. */
        if (!is_offered (&self, "admin", &rows[i]))
          continue;
        /* A list that a role may not see is found out to be so: then the feature is not offered to it, which is a refusal too. */
        if (gives)
          test_until (qd_capability_allowed (qd_hub_get_fleet (self.hub), role, rows[i].verb, NULL), 20);
        else
          {
            refused++;
            if (is_offered (&self, role, &rows[i]) && !rows[i].engine)
              {
                check_refused_here (&self, role, &rows[i]);
                check_refused_dry (&self, role, &rows[i]);
              }
            g_assert_false (qd_capability_allowed (qd_hub_get_fleet (self.hub), role, rows[i].verb, NULL));
            /* The steps of an engine are actions of their own. */
            if (!rows[i].engine)
              check_refused_there (&self, role, &rows[i]);
          }
      }
  g_test_message ("%u refusals, each twice", refused);
  g_assert_cmpuint (refused, >, 50);
  g_assert_cmpuint (count_recorded (&self), ==, self.n_recorded);
  end (&self);
}

static GError *
send_plain (Fixture *self, const char *connection, const char *verb, JsonObject *args)
{
  QdDriver *driver = qd_hub_get_driver (self->hub, connection);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) answer = NULL;
  GError *error = NULL;

  qd_driver_command_async (driver, verb, args, NULL, result_cb, &result);
  test_until (result != NULL, 30);
  answer = qd_driver_command_finish (driver, result, &error);
  return error;
}

/* --- A freeze ---------------------------------------------------------------------------------------------------- */

/* About what there is in every lab. */
static JsonObject *
make_real_args (const char *verb)
{
  JsonObject *args = make_args ();

  json_object_set_string_member (args, "id", g_str_has_prefix (verb, "shard.") ? "aggregate.shard-1" : "tenant-acme");
  json_object_set_string_member (args, "tenant", "tenant-acme");
  if (!g_str_equal (verb, "tenant.update"))
    json_object_remove_member (args, "revision");
  return args;
}

static gboolean
is_frozen (Fixture *self)
{
  g_autofree char *told = qd_freeze_tell (connection_of (self, "admin"));

  return told != NULL;
}

static void
set_frozen (Fixture *self, gboolean frozen)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (GError) error = NULL;

  json_object_set_boolean_member (args, "frozen", frozen);
  json_object_set_string_member (args, "reason", "stocktaking");
  error = send_plain (self, "admin", "freeze.set", args);
  g_assert_no_error (error);
  test_until (is_frozen (self) == frozen, 20);
}

/* What the page marks, and nothing else, is offered to nobody while changes are frozen, and the lab refuses it by itself. */
static guint
check_frozen (Fixture *self, const QdCapability *row)
{
  gboolean held = g_hash_table_contains (self->page->held, row->verb);
  g_autofree char *why = NULL;
  g_autoptr (JsonObject) args = make_real_args (row->verb);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (row->frozen, ==, held);
  if (!is_offered (self, "admin", row))
    return 0;
  if (qd_capability_allowed (qd_hub_get_fleet (self->hub), "admin", row->verb, &why) == held || (held && strstr (why, "stocktaking") == NULL))
    g_error ("%s while changes are frozen: %s", row->verb, why ? why : "offered");
  if (row->engine || !(held || g_str_has_prefix (row->verb, "shard.")))
    return held;
  error = send_plain (self, "admin", row->verb, args);
  if (held ? !g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) || strstr (error->message, "stocktaking") == NULL
           : error != NULL && strstr (error->message, "stocktaking") != NULL)
    g_error ("the lab, whose changes are frozen, of %s: %s", row->verb, error ? error->message : "done");
  return held;
}

static void
test_freeze (void)
{
  Fixture self;
  guint n, held = 0;
  const QdCapability *rows = qd_capability_all (&n);

  if (!begin (&self))
    return;
  test_until (qd_fleet_lookup (qd_hub_get_fleet (self.hub), "admin", QD_KIND_SHARD, "aggregate.shard-1") &&
                  qd_fleet_lookup (qd_hub_get_fleet (self.hub), "admin", QD_KIND_TENANT, "tenant-acme"),
              60);
  set_frozen (&self, TRUE);
  for (guint i = 0; i < n; i++)
    held += check_frozen (&self, &rows[i]);
  g_assert_cmpuint (held, >=, 9);
  set_frozen (&self, FALSE);
  for (guint i = 0; i < n; i++)
    g_assert_true (!is_offered (&self, "admin", &rows[i]) || qd_capability_allowed (qd_hub_get_fleet (self.hub), "admin", rows[i].verb, NULL));
  end (&self);
}

/* --- NATS ------------------------------------------------------------------------------------------------------- */

/* Whether @role may publish to @subject. */
static gboolean
page_lets_publish (Fixture *self, const char *role, const char *subject)
{
  GPtrArray *permissions = g_hash_table_lookup (self->page->subjects, subject);

  if (g_str_equal (role, "admin") || g_str_equal (role, "owner") || g_str_equal (role, "break-glass"))
    return TRUE;
  for (guint i = 0; i < permissions->len; i++)
    if (*(char *) permissions->pdata[i] == '\0' || page_gives (self, role, permissions->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
set_texts (JsonObject *args, const char *first, ...)
{
  va_list list;

  va_start (list, first);
  for (const char *name = first; name; name = va_arg (list, const char *))
    json_object_set_string_member (args, name, va_arg (list, const char *));
  va_end (list);
}

/* What writes to @subject, over a revision that cannot be: who may is told that somebody else was quicker. */
static JsonObject *
make_write (const char *subject, const char *verb)
{
  JsonObject *args = json_object_new ();
  g_auto (GStrv) tokens = g_strsplit (subject, ".", 3);

  if (g_str_has_prefix (verb, "kv."))
    set_texts (args, "bucket", tokens[1], "key", "nobody", "value", "x", "revision", "999999999", NULL);
  else
    set_texts (args, "stream", g_str_equal (tokens[0], "jobs") ? "JOBS" : g_str_equal (tokens[0], "audit") ? "AUDIT" : "AGGREGATE_EVENTS", "subject",
               g_str_equal (tokens[0], "tenant") ? "tenant.nobody.aggregate.a.b" : g_str_equal (tokens[0], "jobs") ? "jobs.nobody" : "audit.nobody",
               "payload", "x", "expect_last", "999999999", NULL);
  return args;
}

static GError *
send_by_hub (Fixture *self, const char *connection, const char *verb, JsonObject *args)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) answer = NULL;
  GError *error = NULL;

  g_free (qd_hub_run (self->hub, connection, verb, args, NULL, "a test", NULL, result_cb, &result));
  test_until (result != NULL, 30);
  answer = qd_hub_run_finish (self->hub, result, &error);
  return error;
}

static void
check_writes (Fixture *self, const char *role, const char *nats, guint *refused)
{
  static const char *const verbs[] = { "kv.put", "kv.delete", "stream.publish" };
  GHashTableIter iter;
  gpointer subject;

  g_hash_table_iter_init (&iter, self->page->subjects);
  while (g_hash_table_iter_next (&iter, &subject, NULL))
    for (guint v = 0; v < G_N_ELEMENTS (verbs); v++)
      {
        gboolean is_kv = g_str_has_prefix (subject, "$KV."), may = page_lets_publish (self, role, subject);
        g_autoptr (JsonObject) args = make_write (subject, verbs[v]), again = make_write (subject, verbs[v]);
        g_autoptr (GError) plain = NULL, by_hub = NULL;

        if (is_kv != g_str_has_prefix (verbs[v], "kv."))
          continue;
        plain = send_plain (self, nats, verbs[v], args);
        by_hub = send_by_hub (self, nats, verbs[v], again);
        if (!g_error_matches (plain, QD_DRIVER_ERROR, may ? QD_DRIVER_ERROR_CONFLICT : QD_DRIVER_ERROR_REFUSED))
          g_error ("%s to %s as %s, past Quarterdeck: %s", verbs[v], (char *) subject, role, plain ? plain->message : "it was done");
        if (!g_error_matches (by_hub, QD_DRIVER_ERROR, may ? QD_DRIVER_ERROR_CONFLICT : QD_DRIVER_ERROR_REFUSED))
          g_error ("%s to %s as %s: %s", verbs[v], (char *) subject, role, by_hub ? by_hub->message : "it was done");
        *refused += may ? 0 : 1;
        self->n_recorded += may ? 0 : 1;
      }
}

/* What everybody may. */
static void
check_reads (Fixture *self, const char *role, const char *nats)
{
  static const struct { const char *verb, *args; } looks[] = {
    { "kv.get", "{\"bucket\":\"AGGREGATE_PLACEMENT\",\"key\":\"aggregate_placement\"}" },
    { "kv.history", "{\"bucket\":\"AGGREGATE_PLACEMENT\",\"key\":\"aggregate_placement\"}" },
    { "kv.all", "{\"bucket\":\"RUNNER_PLACEMENT\"}" },
    { "stream.info", "{\"stream\":\"JOBS\"}" },
    { "stream.read", "{\"stream\":\"JOBS\",\"subject\":\"jobs.>\"}" },
    { "stream.read", "{\"stream\":\"EVENTS\",\"subject\":\"fleet.events.>\",\"limit\":\"3\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autoptr (JsonNode) args = qd_json_parse (looks[i].args, -1, "args", NULL);
      g_autoptr (GError) error = send_by_hub (self, nats, looks[i].verb, qd_json_object (args));

      /* Who looks after one tenant is kept from what is about others. */
      if (g_str_equal (role, "support") && strstr (looks[i].args, "EVENTS"))
        {
          g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
          self->n_recorded++;
        }
      else if (error)
        g_error ("%s as %s: %s", looks[i].verb, role, error->message);
    }
}

/* Placing is an action of the page; NATS has no permissions, so those of the control API count. */
static void
check_placing (Fixture *self, const char *role, const char *nats, guint *refused)
{
  gboolean may = page_gives (self, role, "scale.migrate");
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *why = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_placement_allowed (self->hub, nats, "placement.view", NULL));
  g_assert_cmpint (qd_placement_allowed (self->hub, nats, "placement.set", &why), ==, may);
  if (may)
    return;
  g_assert_nonnull (strstr (why, "scale.migrate"));
  g_assert_nonnull (strstr (why, role));
  error = send_by_hub (self, nats, "placement.set", args);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "scale.migrate"));
  self->n_recorded++;
  (*refused)++;
}

/* The records of other desks: what the page says of them is asked before, and the server refuses by itself. */
static void
check_audit (Fixture *self, const char *role, const char *nats, guint *refused)
{
  static const char *const verbs[] = { QD_AUDIT_VIEW, QD_AUDIT_EXPORT };
  static const char *const ways[] = { "stream.read", "stream.last" };
  gboolean may = page_gives (self, role, QD_AUDIT_VIEW);

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *why = NULL;

      g_assert_cmpint (qd_capability_permitted (qd_hub_get_fleet (self->hub), role, verbs[i], &why), ==, page_gives (self, role, verbs[i]));
      if (why && (strstr (why, verbs[i]) == NULL || strstr (why, role) == NULL))
        g_error ("%s as %s: %s", verbs[i], role, why);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (JsonObject) args = json_object_new ();
      g_autoptr (GError) error = NULL;

      set_texts (args, "stream", "AUDIT", "subject", "audit.nobody", NULL);
      error = send_plain (self, nats, ways[i], args);
      if (g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED) == may)
        g_error ("%s of the audit as %s: %s", ways[i], role, error ? error->message : "answered");
      *refused += may ? 0 : 1;
    }
}

static gboolean
is_live (Fixture *self, const char *id)
{
  QdEntity *entity = connection_of (self, id);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

static void
test_nats (void)
{
  Fixture self;
  guint refused = 0;

  if (!begin (&self))
    return;
  for (guint r = 0; r < self.roles->len; r++)
    {
      const char *role = self.roles->pdata[r];
      g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self.lab, "nats", role);
      g_autofree char *nats = g_strconcat (role, "-nats", NULL);

      g_set_str (&endpoint->id, nats);
      g_set_str (&endpoint->feeds, role);
      g_assert_true (qd_hub_add (self.hub, endpoint, FALSE, NULL));
      test_until (is_live (&self, nats), 30);
      check_writes (&self, role, nats, &refused);
      check_reads (&self, role, nats);
      check_placing (&self, role, nats, &refused);
      check_audit (&self, role, nats, &refused);
    }
  g_test_message ("%u refusals in NATS, each twice", refused);
  g_assert_cmpuint (refused, >, 50);
  g_assert_cmpuint (count_recorded (&self), ==, self.n_recorded);
  end (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/permissions/every-action", test_every_action);
  g_test_add_func ("/ops/permissions/freeze", test_freeze);
  g_test_add_func ("/ops/permissions/nats", test_nats);
  return g_test_run ();
}
