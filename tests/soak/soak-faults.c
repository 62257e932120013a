/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every fault of the lab on every route that the client uses, one cell after the other, with the real
 * lab and the real driver: the fault was met, a message names the endpoint and the cause, the last good
 * data are kept, the number of requests is bounded, and the client is live again soon after the fault is
 * gone. Prints one line of JSON for each cell. That no route and no fault is missing here is checked by
 * tests/meta/test-faults.py. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define SITES 10
#define PATHS 30
#define FLOWS 50
#define TIMEOUT_MS 2500      /* of the client's requests: the lab takes a second for a password when all is busy */
#define IDLE_S 2             /* of its WebSockets */
#define SSE_IDLE_S 17        /* the lab says a word every 15 s */
#define MESSAGE_MS 30000
#define LIVE_MS 25000
#define REFUSED_LIVE_MS 40000

/* --- The axes ------------------------------------------------------------------------------------ */

typedef struct { const char *name, *spec; const char *words[16]; } Fault;

/* @words: one of them is in the message, whatever the route. */
static const Fault faults[] = {
  { "delay", "delay=4000", { "no byte came", "silent for" } },
  { "drop", "drop", { "no byte came", "silent for" } },
  { "truncate", "truncate", { "closed", "broke", "no events", "JSON" } },
  { "garble", "garble", { "JSON", "not UTF-8", "frame", "WebSocket", "/ws/metrics:", "without a token", "closed", "broke", "silent" } },
  { "500", "500", { "500" } },
  { "429", "429=1", { "429" } },
  { "401", "401", { "401", "does not accept" } },
  { "html", "html", { "text/html", "opens no WebSocket" } },
  { "close", "close", { "closed", "broke", "terminated" } },
  { "stall", "stall", { "no byte came", "silent for" } },
  { "big", "big", { "something else", "no sites", "no paths", "no nodes", "no jobs", "no flows", "no events", "list of things", "without a token", "too", "large", "exceed", "no list" } },
  /* The last one: what a server does not have may be done in another way from then on. */
  { "404", "404", { "404" } },
};

typedef enum { BY_REFRESH, BY_RESTART, BY_COMMAND, BY_SITE, BY_INCIDENT_PATH, BY_INCIDENT_NODE, BY_JOB, BY_EVENT, BY_GAP, BY_CUT, BY_WAIT } How;

typedef struct {
  const char *name;          /* of the row */
  const char *glob;          /* which requests are to suffer */
  const char *says;          /* what of the endpoint the message has */
  How how;                   /* what makes the client ask */
  const char *verb, *args;   /* BY_COMMAND; ID and REVISION stand for those of what the verb is about */
  const char *also;          /* faults set before this one, in all the row */
  const char *beside;        /* a fault set with this one alone */
  const char *mute;          /* faults that need no message here: they are noticed and mended, or cannot be noticed */
  const char *without;       /* faults that this route cannot have, or that are none there */
  const char *driver;
  gboolean token;            /* signed in with a token, not with a password */
} Row;

/* One that is there, and what it is. */
#define POLICY "networkpolicy.default.office-only"
#define POLICY_OBJECT "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"office-only\"}," \
                      "\"spec\":{\"podSelector\":{}}}"
#define NO_STATUS " delay 500 429 401 404 html "

static const Row rows[] = {
  { "login", "/api/v1/auth/login", "/api/v1/auth/login", BY_RESTART },
  { "login by command", "/api/v1/auth/login", "/api/v1/auth/login", BY_COMMAND, "auth.sign-in", "{\"user\":\"admin\",\"password\":\"ID\"}" },
  /* One that refuses, is not there or gives no token is got around by the password. */
  { "refresh", "/api/v1/auth/refresh", "/api/v1/auth/refresh", BY_REFRESH, .beside = "/api/v1/nodes:401", .mute = " 401 big 404 " },
  /* A page of HTML is what many servers have for a route that they do not have: it is taken for that
   * where a session has never met the route. */
  { "me", "/api/v1/auth/me", "/api/v1/auth/me", BY_RESTART, .mute = " html 404 " },
  { "sites, at the start", "/api/v1/sites", "/api/v1/sites", BY_RESTART, .driver = "auto", .mute = " html 404 " },
  { "sites", "/api/v1/sites", "/api/v1/sites", BY_REFRESH },
  /* What the server says of a token is told of the server. */
  { "sites, with a token", "/api/v1/sites", "http://127.0.0.1:", BY_REFRESH, .token = TRUE },
  { "paths", "/api/v1/paths", "/api/v1/paths", BY_REFRESH },
  { "nodes", "/api/v1/nodes", "/api/v1/nodes", BY_REFRESH },
  { "jobs", "/admin/v1/jobs", "/admin/v1/jobs", BY_REFRESH },
  { "routing policies", "/api/v1/routing-policies", "/api/v1/routing-policies", BY_REFRESH },
  { "tenants", "/admin/v1/tenants", "/admin/v1/tenants", BY_REFRESH },
  { "shards", "/admin/v1/scale/shards", "/admin/v1/scale/shards", BY_REFRESH },
  { "flows", "/api/v1/flows", "/api/v1/flows", BY_REFRESH },
  /* Of one thing 404 is an answer: it is gone. */
  { "one site", "/api/v1/sites/*", "/api/v1/sites/", BY_SITE, .without = " 404 " },
  { "one path", "/api/v1/paths/path-*", "/api/v1/paths/path-", BY_INCIDENT_PATH, .without = " 404 " },
  { "one node", "/api/v1/nodes/*", "/api/v1/nodes/", BY_INCIDENT_NODE, .without = " 404 " },
  { "one job", "/admin/v1/jobs/*", "/admin/v1/jobs/", BY_JOB, .without = " 404 " },
  { "one flow", "/api/v1/flows/*", "/api/v1/flows/", BY_COMMAND, "flow.decision", "{\"id\":\"ID\"}" },
  { "search of flows", "/api/v1/flows", "/api/v1/flows", BY_COMMAND, "flows.search", "{\"protocol\":\"TCP\",\"limit\":5}" },
  { "history of a path", "/api/v1/paths/*/metrics", "/metrics", BY_COMMAND, "path.history", "{\"id\":\"ID\"}" },
  { "test of a path", "/api/v1/paths/*/test", "/test", BY_COMMAND, "path.test", "{\"id\":\"ID\"}" },
  { "failover", "/api/v1/paths/*/failover", "/failover", BY_COMMAND, "path.failover", "{\"id\":\"ID\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "job by command", "/admin/v1/jobs/*", "/admin/v1/jobs/", BY_COMMAND, "job.get", "{\"id\":\"ID\"}" },
  { "cancelling of a job", "/admin/v1/jobs/*/cancel", "/cancel", BY_COMMAND, "job.cancel", "{\"id\":\"ID\",\"dry_run\":true}" },
  { "new evaluation of a flow", "/api/v1/flows/*", "/api/v1/flows/", BY_COMMAND, "flow.reevaluate", "{\"id\":\"ID\",\"dry_run\":true}" },
  { "new site", "/api/v1/sites", "/api/v1/sites", BY_COMMAND, "site.create", "{\"name\":\"x\",\"kind\":\"branch\",\"dry_run\":true}" },
  { "change of a site", "/api/v1/sites/*", "/api/v1/sites/", BY_COMMAND, "site.update",
    "{\"id\":\"ID\",\"revision\":\"REVISION\",\"changes\":{\"name\":\"x\"},\"dry_run\":true}" },
  { "removal of a site", "/api/v1/sites/*", "/api/v1/sites/", BY_COMMAND, "site.delete",
    "{\"id\":\"ID\",\"revision\":\"REVISION\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "policies", "/api/v1/policies", "/api/v1/policies", BY_COMMAND, "policies.list", "{}" },
  { "workloads", "/api/v1/workloads", "/api/v1/workloads", BY_COMMAND, "workloads.list", "{}" },
  { "one policy", "/api/v1/policies/*", "/api/v1/policies/", BY_COMMAND, "policy.get", "{\"id\":\"" POLICY "\"}" },
  { "simulation of a policy", "/api/v1/policies/*/simulate", "/simulate", BY_COMMAND, "policy.simulate",
    "{\"id\":\"" POLICY "\",\"flows\":[{\"from\":\"default/frontend\",\"to\":\"default/backend\",\"port\":80}]}" },
  { "new or changed policy", "/api/v1/policies/*", "/api/v1/policies/", BY_COMMAND, "policy.put",
    "{\"id\":\"" POLICY "\",\"revision\":\"1\",\"dry_run\":true,\"object\":" POLICY_OBJECT "}" },
  { "removal of a policy", "/api/v1/policies/*", "/api/v1/policies/", BY_COMMAND, "policy.delete",
    "{\"id\":\"" POLICY "\",\"revision\":\"1\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "switching of a policy", "/api/v1/policies/*", "/api/v1/policies/", BY_COMMAND, "policy.enable",
    "{\"id\":\"" POLICY "\",\"revision\":\"1\",\"enabled\":true,\"dry_run\":true}" },
  { "one routing policy", "/api/v1/routing-policies/*", "/api/v1/routing-policies/", BY_COMMAND, "routing.get", "{\"id\":\"policy-bulk\"}" },
  { "new routing policy", "/api/v1/routing-policies", "/api/v1/routing-policies", BY_COMMAND, "routing.create",
    "{\"name\":\"x\",\"priority\":9,\"path_preference\":\"LowestCost\",\"dry_run\":true}" },
  { "change of a routing policy", "/api/v1/routing-policies/*", "/api/v1/routing-policies/", BY_COMMAND, "routing.update",
    "{\"id\":\"policy-bulk\",\"revision\":\"1\",\"changes\":{\"priority\":41},\"dry_run\":true}" },
  { "switching of a routing policy", "/api/v1/routing-policies/*", "/api/v1/routing-policies/", BY_COMMAND, "routing.enable",
    "{\"id\":\"policy-bulk\",\"revision\":\"1\",\"enabled\":false,\"dry_run\":true}" },
  { "removal of a routing policy", "/api/v1/routing-policies/*", "/api/v1/routing-policies/", BY_COMMAND, "routing.delete",
    "{\"id\":\"policy-bulk\",\"revision\":\"1\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "one tenant", "/admin/v1/tenants/*", "/admin/v1/tenants/", BY_COMMAND, "tenant.get", "{\"id\":\"tenant-acme\"}" },
  { "new tenant", "/admin/v1/tenants", "/admin/v1/tenants", BY_COMMAND, "tenant.create",
    "{\"name\":\"x\",\"plan\":\"free\",\"dry_run\":true}" },
  { "change of a tenant", "/admin/v1/tenants/*", "/admin/v1/tenants/", BY_COMMAND, "tenant.update",
    "{\"id\":\"tenant-acme\",\"revision\":\"1\",\"changes\":{\"plan\":\"free\"},\"dry_run\":true}" },
  { "suspension of a tenant", "/admin/v1/tenants/*/suspend", "/suspend", BY_COMMAND, "tenant.suspend",
    "{\"id\":\"tenant-acme\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "resumption of a tenant", "/admin/v1/tenants/*/resume", "/resume", BY_COMMAND, "tenant.resume",
    "{\"id\":\"tenant-acme\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "archiving of a tenant", "/admin/v1/tenants/*/archive", "/archive", BY_COMMAND, "tenant.archive",
    "{\"id\":\"tenant-acme\",\"reason\":\"a test\",\"dry_run\":true}" },
  { "kill switch of a tenant", "/admin/v1/tenants/*/kill-switch", "/kill-switch", BY_COMMAND, "tenant.kill-switch",
    "{\"id\":\"tenant-acme\",\"enabled\":true,\"reason\":\"a test\",\"dry_run\":true}" },
  /* No shard runs here: what is garbled are the words of a 404, which says enough. */
  { "one shard", "/admin/v1/scale/shards/*", "/admin/v1/scale/shards/", BY_COMMAND, "shard.get", "{\"id\":\"runner.shard-1\"}", .mute = " garble " },
  { "draining of a shard", "/admin/v1/scale/shards/*/drain", "/drain", BY_COMMAND, "shard.drain",
    "{\"id\":\"runner.shard-1\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "resumption of a shard", "/admin/v1/scale/shards/*/resume", "/resume", BY_COMMAND, "shard.resume",
    "{\"id\":\"runner.shard-1\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "reloading of a shard", "/admin/v1/scale/shards/*/reload", "/reload", BY_COMMAND, "shard.reload",
    "{\"id\":\"runner.shard-1\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "warming up", "/admin/v1/scale/shards/*/warmup", "/warmup", BY_COMMAND, "shard.warmup",
    "{\"id\":\"runner.shard-1\",\"tenant\":\"tenant-acme\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "replay", "/admin/v1/scale/shards/*/replay", "/replay", BY_COMMAND, "shard.replay",
    "{\"id\":\"runner.shard-1\",\"tenant\":\"tenant-acme\",\"saga\":\"fulfilment\",\"mode\":\"checkpoint_only\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "rebuilding", "/admin/v1/scale/shards/*/rebuild", "/rebuild", BY_COMMAND, "shard.rebuild",
    "{\"id\":\"runner.shard-1\",\"tenant\":\"tenant-acme\",\"view\":\"balances\",\"reason\":\"a test\",\"dry_run\":true}", .mute = " garble " },
  { "freezing", "/admin/v1/scale/freeze", "/admin/v1/scale/freeze", BY_COMMAND, "freeze.set", "{\"frozen\":false,\"reason\":\"a test\"}" },
  { "whether it is frozen", "/admin/v1/scale/freeze", "/admin/v1/scale/freeze", BY_COMMAND, "freeze.get", "{}" },
  /* Of what is left out or garbled, the number of the next event tells. What is open has had its status. */
  { "/ws/events, open", "/ws/events", "/ws/events", BY_EVENT, .mute = " drop garble ", .without = NO_STATUS },
  { "/ws/events, opening", "/ws/events", "/ws/events", BY_CUT, .mute = " truncate garble stall big " },
  { "/ws/metrics, open", "/ws/metrics", "/ws/metrics", BY_WAIT, .mute = " drop ", .without = NO_STATUS },
  { "/ws/metrics, opening", "/ws/metrics", "/ws/metrics", BY_CUT, .mute = "" },
  { "changes", "/api/v1/events", "/api/v1/events", BY_GAP, .beside = "/ws/events:drop@0.5", .mute = " 404 " },
  { "stream of events, open", "/api/v1/events/stream", "/api/v1/events/stream", BY_EVENT, .also = "/ws/events:404", .mute = " drop garble ", .without = NO_STATUS },
  { "stream of events, opening", "/api/v1/events/stream", "/api/v1/events/stream", BY_CUT, .also = "/ws/events:404", .mute = " truncate garble stall big " },
  { "polled events", "/api/v1/events", "/api/v1/events", BY_WAIT, .also = "/ws/events:404,/api/v1/events/stream:404" },
};

/* --- One cell ------------------------------------------------------------------------------------ */

typedef struct {
  TestLab *lab;
  TestModel *model;
  const Row *row;
  GPtrArray *seen;           /* what the connection said, in turn */
  char *path, *job, *password, *site, *node_site;   /* ids */
  guint made;
} Bench;

static void
look (Bench *self)
{
  const char *detail = test_model_detail (self->model);

  if (*detail && (self->seen->len == 0 || strcmp (g_ptr_array_index (self->seen, self->seen->len - 1), detail) != 0))
    g_ptr_array_add (self->seen, g_strdup (detail));
}

typedef gboolean (*Condition) (Bench *self, gconstpointer data);

static gboolean
holds (Bench *self, Condition condition, gconstpointer data, guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * (gint64) 1000;
  guint timer = test_tick_start ();
  gboolean held;

  while (look (self), !(held = condition (self, data)) && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  return held;
}

static gboolean
is_live (Bench *self, gconstpointer data)
{
  return g_str_equal (test_model_state (self->model), "live");
}

static gboolean
names (const Row *row, const Fault *fault, const char *message)
{
  if (strstr (message, row->says) == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (fault->words) && fault->words[i]; i++)
    if (strstr (message, fault->words[i]))
      return TRUE;
  return FALSE;
}

static const char *
find_message (Bench *self, const Fault *fault)
{
  for (guint i = 0; i < self->seen->len; i++)
    if (names (self->row, fault, g_ptr_array_index (self->seen, i)))
      return g_ptr_array_index (self->seen, i);
  return NULL;
}

static gboolean
was_said (Bench *self, gconstpointer fault)
{
  return find_message (self, fault) != NULL;
}

static gboolean
never (Bench *self, gconstpointer data)
{
  return FALSE;
}

/* Nothing of what was known is gone. */
static gboolean
is_kept (Bench *self)
{
  return test_model_count (self->model, QD_KIND_SITE) >= SITES && test_model_count (self->model, QD_KIND_PATH) >= PATHS &&
         test_model_count (self->model, QD_KIND_FLOW) >= FLOWS && test_model_count (self->model, QD_KIND_NODE) > 0 &&
         test_model_count (self->model, QD_KIND_JOB) > 0;
}

static void
make_site (Bench *self)
{
  g_autofree char *body = g_strdup_printf ("{\"id\":\"made-%u\",\"name\":\"Made %u\",\"kind\":\"branch\"}", self->made, self->made);
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "POST", "/api/v1/sites", body);

  self->made++;
}

static gboolean
has_made (Bench *self, gconstpointer data)
{
  g_autofree char *id = g_strdup_printf ("made-%u", self->made - 1);

  return test_model_find (self->model, QD_KIND_SITE, id) != NULL;
}

/* Anew: the one before it may not be over yet. */
static void
incident (Bench *self, const char *kind, const char *target, guint seconds)
{
  g_autofree char *body = g_strdup_printf ("{\"kind\":\"%s\",\"target\":\"%s\",\"duration_s\":%u}", kind, target, seconds);
  g_autoptr (JsonNode) calm = test_lab_request (self->lab, "DELETE", "/lab/v1/incident", NULL);
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "POST", "/lab/v1/incident", body);
}

static char *
make_job (Bench *self)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/paths/%s/test", self->path);
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "POST", path, "{}");

  return g_strdup (qd_json_get_string (qd_json_object (node), "job_id", NULL));
}

static void
set_faults (Bench *self, const char *glob, const char *fault, const char *beside)
{
  g_autoptr (GString) spec = g_string_new (self->row->also);

  if (glob)
    g_string_append_printf (spec, ",%s:%s", glob, fault);
  if (beside)
    g_string_append_printf (spec, ",%s", beside);
  test_lab_set_faults (self->lab, spec->str);
}

typedef struct { gboolean done; GError *error; } Outcome;

static void
command_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;
  g_autoptr (JsonNode) node = qd_driver_command_finish (QD_DRIVER (source), result, &outcome->error);

  outcome->done = TRUE;
}

static gboolean
is_done (Bench *self, gconstpointer data)
{
  return ((const Outcome *) data)->done;
}

/* One that is there now: flows come and go. */
static char *
dup_flow (Bench *self)
{
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "GET", "/api/v1/flows?limit=1", NULL);

  return qd_json_dup_id (json_array_get_object_element (qd_json_list (node, "flows"), 0), "id");
}

static char *
arguments_of (Bench *self)
{
  const Row *row = self->row;
  QdEntity *site = test_model_find (self->model, QD_KIND_SITE, self->site);
  g_autofree char *fresh = g_str_equal (row->verb, "job.cancel") ? make_job (self) : g_str_has_prefix (row->verb, "flow.") ? dup_flow (self) : NULL;
  const char *id = fresh ? fresh : g_str_has_prefix (row->verb, "job") ? self->job :
                   g_str_has_prefix (row->verb, "auth") ? self->password : g_str_has_prefix (row->verb, "site") ? self->site : self->path;
  g_autoptr (GString) args = g_string_new (row->args);

  g_string_replace (args, "REVISION", qd_entity_get_string (site, QD_FIELD_REVISION), 0);
  g_string_replace (args, "ID", id, 0);
  return g_strdup (args->str);
}

static gboolean
command (Bench *self)
{
  const Row *row = self->row;
  g_autofree char *args = arguments_of (self);
  g_autoptr (JsonNode) node = qd_json_parse (args, -1, row->verb, NULL);
  Outcome outcome = { 0 };
  gboolean done;

  qd_driver_command_async (self->model->driver, row->verb, qd_json_object (node), NULL, command_cb, &outcome);
  done = holds (self, is_done, &outcome, MESSAGE_MS);
  if (!done)
    g_error ("%s was never answered", row->verb);
  if (outcome.error)
    g_ptr_array_add (self->seen, g_strdup (outcome.error->message));
  g_clear_error (&outcome.error);
  return done;
}

static void
provoke (Bench *self, const Fault *fault)
{
  const Row *row = self->row;

  if (row->how == BY_CUT)
    {
      /* What is open is cut; what is then opened anew meets the fault. */
      set_faults (self, row->glob, "close", NULL);
      if (strstr (row->glob, "events"))
        make_site (self);
      holds (self, was_said, &faults[8], MESSAGE_MS);
    }
  set_faults (self, row->glob, fault->spec, row->beside);
  switch (row->how)
    {
    case BY_REFRESH:
      qd_driver_refresh (self->model->driver);
      break;
    case BY_RESTART:
      qd_driver_stop (self->model->driver);
      qd_driver_start (self->model->driver);
      break;
    case BY_COMMAND:
      command (self);
      break;
    case BY_INCIDENT_PATH:
      incident (self, "fibre_cut", self->path, 2);
      break;
    case BY_INCIDENT_NODE:
      /* For the last five seconds of it there is power again. */
      incident (self, "power_loss", self->node_site, 8);
      break;
    case BY_JOB:
      g_free (make_job (self));
      break;
    case BY_SITE:
    case BY_EVENT:
      make_site (self);
      break;
    case BY_GAP:
      /* Some are left out; the number of the next one tells. */
      for (guint i = 0; i < 12; i++)
        make_site (self);
      break;
    case BY_CUT:
    case BY_WAIT:
      break;
    }
}

/* @met: how many requests and messages met the fault of the cell itself. */
static void
count_requests (Bench *self, gint64 *requests, gint64 *hits, gint64 *met)
{
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "GET", "/lab/v1/faults", NULL);
  JsonArray *rules = qd_json_get_array (qd_json_object (node), "met");
  g_auto (GStrv) before = g_strsplit (self->row->also ? self->row->also : "", ",", -1);

  qd_json_get_int (qd_json_object (node), "requests", requests);
  qd_json_get_int (qd_json_object (node), "hits", hits);
  *met = json_array_get_int_element (rules, g_strv_length (before));
}

/* Until somebody has met the fault. */
static void
wait_met (Bench *self)
{
  gint64 until = g_get_monotonic_time () + MESSAGE_MS * (gint64) 1000, requests, hits, met;

  while (count_requests (self, &requests, &hits, &met), met == 0 && g_get_monotonic_time () < until)
    holds (self, never, NULL, 200);
}

static void
print_cell (Bench *self, const Fault *fault, const char *failed, const char *message, gint64 requests, gint64 met,
            double suffered_s, gint64 live_ms)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "route", self->row->name);
  json_object_set_string_member (object, "fault", fault->name);
  json_object_set_boolean_member (object, "ok", failed == NULL);
  if (failed)
    json_object_set_string_member (object, "failed", failed);
  if (message)
    json_object_set_string_member (object, "message", message);
  json_object_set_int_member (object, "requests", requests);
  json_object_set_int_member (object, "met", met);
  json_object_set_double_member (object, "suffered_s", (int) (suffered_s * 10) / 10.0);
  json_object_set_int_member (object, "live_ms", live_ms);
  text = qd_json_to_text (node, FALSE);
  g_print ("%s\n", text);
}

static gboolean
fault_refuses (const Row *row, const Fault *fault)
{
  return g_str_equal (row->name, "login") && g_str_equal (fault->name, "401");
}

/* Returns what is wrong (static), or NULL. */
static const char *
run_cell (Bench *self, const Fault *fault)
{
  const Row *row = self->row;
  g_autofree char *word = g_strdup_printf (" %s ", fault->name);
  gboolean mute = row->mute && strstr (row->mute, word);
  gint64 began = g_get_monotonic_time (), cleared, requests = 0, hits = 0, met = 0;
  const char *failed = NULL, *message;
  double suffered_s;

  g_ptr_array_set_size (self->seen, 0);
  provoke (self, fault);
  wait_met (self);
  if (row->how == BY_CUT)
    g_ptr_array_set_size (self->seen, 0);   /* what was said of the cut */
  /* Then it goes on for a while, in which nothing may spin. */
  if (!mute && !holds (self, was_said, fault, row->how == BY_COMMAND ? 0 : MESSAGE_MS))
    failed = "no message named the endpoint and the cause";
  holds (self, never, NULL, 1000);
  suffered_s = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  count_requests (self, &requests, &hits, &met);
  if (met == 0)
    failed = "the fault was never met";
  if (!is_kept (self))
    failed = "what was known is gone";
  if (hits > 24 + 4 * suffered_s || requests > 60 + 15 * suffered_s)
    failed = "too many requests";

  set_faults (self, NULL, NULL, NULL);
  cleared = g_get_monotonic_time ();
  make_site (self);
  /* Whom the server refused, asks it seldom: an account is soon locked. */
  if (!holds (self, is_live, NULL, fault_refuses (row, fault) ? REFUSED_LIVE_MS : LIVE_MS) || !holds (self, has_made, NULL, LIVE_MS))
    failed = failed ? failed : "not live again";
  if (failed == NULL && !is_kept (self))
    failed = "what was known is gone after the fault";
  message = find_message (self, fault);
  print_cell (self, fault, failed, message ? message : self->seen->len ? g_ptr_array_index (self->seen, self->seen->len - 1) : NULL,
              requests, met, suffered_s, (g_get_monotonic_time () - cleared) / 1000);
  return failed;
}

/* --- A row --------------------------------------------------------------------------------------- */

static char *
dup_site_of_node (Bench *self)
{
  QdEntityList *nodes = qd_fleet_get_list (self->model->fleet, QD_KIND_NODE);

  for (guint i = 0; i < qd_entity_list_get_length (nodes); i++)
    {
      const char *site = qd_entity_get_string (qd_entity_list_peek (nodes, i), QD_NODE_SITE);

      if (site && *site)
        return g_strdup (site);
    }
  g_error ("no node stands at a site");
}

static Bench *
bench_new (const Row *row)
{
  Bench *self = g_new0 (Bench, 1);
  g_autofree char *options = g_strdup_printf ("--sites %d --paths %d --flows %d --rate 40 --no-nats", SITES, PATHS, FLOWS);
  g_autoptr (QdEndpoint) endpoint = NULL;

  self->row = row;
  self->seen = g_ptr_array_new_with_free_func (g_free);
  self->lab = test_lab_new (options);
  if (self->lab == NULL)
    g_error ("quarterdeck-lab is not built");
  set_faults (self, NULL, NULL, NULL);
  endpoint = test_lab_endpoint (self->lab, row->driver ? row->driver : "node-api", "admin");
  endpoint->timeout_ms = TIMEOUT_MS;
  endpoint->idle_s = row->also ? SSE_IDLE_S : IDLE_S;
  self->password = g_strdup (endpoint->password);
  if (row->token)
    {
      endpoint->token = g_strdup (self->lab->token);
      g_clear_pointer (&endpoint->user, g_free);
      g_clear_pointer (&endpoint->password, g_free);
    }
  self->model = test_model_new (endpoint);
  if (!holds (self, is_live, NULL, LIVE_MS))
    g_error ("%s: not live at first: %s", row->name, test_model_detail (self->model));
  self->path = g_strdup (qd_entity_get_id (qd_entity_list_peek (qd_fleet_get_list (self->model->fleet, QD_KIND_PATH), 0)));
  self->site = g_strdup (qd_entity_get_id (qd_entity_list_peek (qd_fleet_get_list (self->model->fleet, QD_KIND_SITE), 0)));
  self->node_site = dup_site_of_node (self);
  self->job = make_job (self);
  test_until (test_model_find (self->model, QD_KIND_JOB, self->job), 20);
  return self;
}

static void
bench_free (Bench *self)
{
  test_model_free (self->model);
  test_lab_free (self->lab);
  g_ptr_array_unref (self->seen);
  g_free (self->path);
  g_free (self->job);
  g_free (self->password);
  g_free (self->site);
  g_free (self->node_site);
  g_free (self);
}

static gboolean
has_cell (const Row *row, const Fault *fault)
{
  g_autofree char *word = g_strdup_printf (" %s ", fault->name);

  return row->without == NULL || strstr (row->without, word) == NULL;
}

static gboolean
wanted (char **cells, const Row *row, const Fault *fault)
{
  g_autofree char *name = g_strdup_printf ("%s:%s", row->name, fault->name);
  g_autofree char *whole = g_strdup_printf ("%s:*", row->name);

  if (!has_cell (row, fault))
    return FALSE;
  return cells == NULL || g_strv_contains ((const char *const *) cells, name) || g_strv_contains ((const char *const *) cells, whole);
}

static guint
run_row (const Row *row, char **cells)
{
  Bench *bench = NULL;
  guint failures = 0;

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      if (!wanted (cells, row, &faults[i]))
        continue;
      if (bench == NULL)
        bench = bench_new (row);
      if (run_cell (bench, &faults[i]) == NULL)
        continue;
      failures++;
      g_clear_pointer (&bench, bench_free);
    }
  g_clear_pointer (&bench, bench_free);
  return failures;
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) cells = NULL;
  gboolean list = FALSE;
  const GOptionEntry entries[] = {
    { "cell", 0, 0, G_OPTION_ARG_STRING_ARRAY, &cells, "This cell only, ROUTE:FAULT or ROUTE:*; may be repeated", "CELL" },
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, "Print the names of the cells", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  guint failures = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (list)
      {
        for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
          if (has_cell (&rows[i], &faults[k]))
            g_print ("%s:%s\n", rows[i].name, faults[k].name);
      }
    else
      failures += run_row (&rows[i], cells);
  return failures > 0;
}
