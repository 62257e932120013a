/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every fault of the lab on every route that the client uses, one cell after the other, with the real
 * lab and the real driver: a message that names the endpoint and the cause, the last good data kept, a
 * bounded number of requests, and a client that is live again soon after the fault is gone. Prints one
 * line of JSON for each cell. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

#define SITES 10
#define PATHS 30
#define FLOWS 50
#define TIMEOUT_MS 1200      /* of the client's requests */
#define IDLE_S 2             /* of its WebSockets */
#define SSE_IDLE_S 17        /* the lab says a word every 15 s */
#define MESSAGE_S 30
#define LIVE_S 25
#define REFUSED_LIVE_S 40

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
};

typedef enum { BY_REFRESH, BY_RESTART, BY_COMMAND, BY_SITE, BY_INCIDENT_PATH, BY_INCIDENT_NODE, BY_JOB, BY_EVENT, BY_GAP, BY_CUT, BY_WAIT } How;

typedef struct {
  const char *name;          /* of the row */
  const char *glob;          /* which requests are to suffer */
  const char *says;          /* what of the endpoint the message has */
  How how;                   /* what makes the client ask */
  const char *verb, *args;   /* BY_COMMAND; %s: the id of a path, a flow or a job */
  const char *also;          /* faults set before this one, in all the row */
  const char *beside;        /* a fault set with this one alone */
  const char *mute;          /* faults that need no message here: they are noticed and mended, or cannot be noticed */
  const char *driver;
} Row;

static const Row rows[] = {
  { "login", "/api/v1/auth/login", "/api/v1/auth/login", BY_RESTART },
  { "login by command", "/api/v1/auth/login", "/api/v1/auth/login", BY_COMMAND, "auth.sign-in", "{\"user\":\"admin\",\"password\":\"%s\"}" },
  /* One that refuses, or gives no token, is got around by the password. */
  { "refresh", "/api/v1/auth/refresh", "/api/v1/auth/refresh", BY_REFRESH, .beside = "/api/v1/nodes:401", .mute = " 401 big " },
  /* A page of HTML is what many servers have for a route that they do not have: it is taken for that
   * where a session has never met the route. */
  { "me", "/api/v1/auth/me", "/api/v1/auth/me", BY_RESTART, .mute = " html " },
  { "sites, at the start", "/api/v1/sites", "/api/v1/sites", BY_RESTART, .driver = "auto", .mute = " html " },
  { "sites", "/api/v1/sites", "/api/v1/sites", BY_REFRESH },
  { "paths", "/api/v1/paths", "/api/v1/paths", BY_REFRESH },
  { "nodes", "/api/v1/nodes", "/api/v1/nodes", BY_REFRESH },
  { "jobs", "/admin/v1/jobs", "/admin/v1/jobs", BY_REFRESH },
  { "flows", "/api/v1/flows", "/api/v1/flows", BY_REFRESH },
  { "one site", "/api/v1/sites/*", "/api/v1/sites/", BY_SITE },
  { "one path", "/api/v1/paths/path-*", "/api/v1/paths/path-", BY_INCIDENT_PATH },
  { "one node", "/api/v1/nodes/*", "/api/v1/nodes/", BY_INCIDENT_NODE },
  { "one job", "/admin/v1/jobs/*", "/admin/v1/jobs/", BY_JOB },
  { "one flow", "/api/v1/flows/*", "/api/v1/flows/", BY_COMMAND, "flow.decision", "{\"id\":\"%s\"}" },
  { "search of flows", "/api/v1/flows", "/api/v1/flows", BY_COMMAND, "flows.search", "{\"protocol\":\"TCP\",\"limit\":5}" },
  { "history of a path", "/api/v1/paths/*/metrics", "/metrics", BY_COMMAND, "path.history", "{\"id\":\"%s\"}" },
  { "test of a path", "/api/v1/paths/*/test", "/test", BY_COMMAND, "path.test", "{\"id\":\"%s\"}" },
  { "failover", "/api/v1/paths/*/failover", "/failover", BY_COMMAND, "path.failover", "{\"id\":\"%s\",\"reason\":\"a test\"}" },
  { "job by command", "/admin/v1/jobs/*", "/admin/v1/jobs/", BY_COMMAND, "job.get", "{\"id\":\"%s\"}" },
  { "new site", "/api/v1/sites", "/api/v1/sites", BY_COMMAND, "site.create", "{\"name\":\"x\",\"kind\":\"branch\",\"dry_run\":true}" },
  /* Of what is left out or garbled, the number of the next event tells. */
  { "/ws/events, open", "/ws/events", "/ws/events", BY_EVENT, .mute = " delay drop garble 500 429 401 html " },
  { "/ws/events, opening", "/ws/events", "/ws/events", BY_CUT, .mute = " truncate garble stall big " },
  { "/ws/metrics, open", "/ws/metrics", "/ws/metrics", BY_WAIT, .mute = " delay drop 500 429 401 html " },
  { "/ws/metrics, opening", "/ws/metrics", "/ws/metrics", BY_CUT, .mute = "" },
  { "changes", "/api/v1/events", "/api/v1/events", BY_GAP, .beside = "/ws/events:drop@0.5" },
  { "stream of events, open", "/api/v1/events/stream", "/api/v1/events/stream", BY_EVENT, .also = "/ws/events:404", .mute = " delay drop garble 500 429 401 html " },
  { "stream of events, opening", "/api/v1/events/stream", "/api/v1/events/stream", BY_CUT, .also = "/ws/events:404", .mute = " truncate garble stall big " },
  { "polled events", "/api/v1/events", "/api/v1/events", BY_WAIT, .also = "/ws/events:404,/api/v1/events/stream:404" },
};

/* --- One cell ------------------------------------------------------------------------------------ */

typedef struct {
  TestLab *lab;
  TestModel *model;
  const Row *row;
  GPtrArray *seen;           /* what the connection said, in turn */
  char *path, *flow, *job, *password;
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
holds (Bench *self, Condition condition, gconstpointer data, guint seconds)
{
  gint64 until = g_get_monotonic_time () + seconds * (gint64) G_USEC_PER_SEC;
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
         test_model_count (self->model, QD_KIND_FLOW) == FLOWS && test_model_count (self->model, QD_KIND_NODE) > 0 &&
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

static void
incident (Bench *self, const char *kind)
{
  g_autofree char *body = g_strdup_printf ("{\"kind\":\"%s\",\"duration_s\":2}", kind);
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "POST", "/lab/v1/incident", body);
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

static gboolean
command (Bench *self)
{
  const Row *row = self->row;
  const char *id = g_str_equal (row->verb, "job.get") ? self->job : g_str_equal (row->verb, "flow.decision") ? self->flow :
                   g_str_equal (row->verb, "auth.sign-in") ? self->password : self->path;
  g_auto (GStrv) halves = g_strsplit (row->args, "%s", 2);
  g_autofree char *args = g_strjoinv (id, halves);
  g_autoptr (JsonNode) node = qd_json_parse (args, -1, row->verb, NULL);
  Outcome outcome = { 0 };
  gboolean done;

  qd_driver_command_async (self->model->driver, row->verb, qd_json_object (node), NULL, command_cb, &outcome);
  done = holds (self, is_done, &outcome, MESSAGE_S);
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
      holds (self, was_said, &faults[8], MESSAGE_S);
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
      incident (self, "fibre_cut");
      break;
    case BY_INCIDENT_NODE:
      incident (self, "power_loss");
      break;
    case BY_JOB:
      {
        g_autofree char *path = g_strdup_printf ("/api/v1/paths/%s/test", self->path);
        g_autoptr (JsonNode) node = test_lab_request (self->lab, "POST", path, "{}");
      }
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

static void
count_requests (Bench *self, gint64 *requests, gint64 *hits)
{
  g_autoptr (JsonNode) node = test_lab_request (self->lab, "GET", "/lab/v1/faults", NULL);

  qd_json_get_int (qd_json_object (node), "requests", requests);
  qd_json_get_int (qd_json_object (node), "hits", hits);
}

static void
print_cell (Bench *self, const Fault *fault, const char *failed, const char *message, gint64 requests, gint64 hits,
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
  json_object_set_int_member (object, "hits", hits);
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
  gint64 began = g_get_monotonic_time (), cleared, requests = 0, hits = 0;
  const char *failed = NULL, *message;
  double suffered_s;

  g_ptr_array_set_size (self->seen, 0);
  provoke (self, fault);
  /* Then it goes on for a while, in which nothing may spin. */
  if (!mute && !holds (self, was_said, fault, row->how == BY_COMMAND ? 0 : MESSAGE_S))
    failed = "no message named the endpoint and the cause";
  holds (self, never, NULL, 1);
  suffered_s = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  count_requests (self, &requests, &hits);
  if (!is_kept (self))
    failed = "what was known is gone";
  if (hits > 24 + 4 * suffered_s || requests > 60 + 15 * suffered_s)
    failed = "too many requests";

  set_faults (self, NULL, NULL, NULL);
  cleared = g_get_monotonic_time ();
  make_site (self);
  /* Whom the server refused, asks it seldom: an account is soon locked. */
  if (!holds (self, is_live, NULL, fault_refuses (row, fault) ? REFUSED_LIVE_S : LIVE_S) || !holds (self, has_made, NULL, LIVE_S))
    failed = failed ? failed : "not live again";
  if (failed == NULL && !is_kept (self))
    failed = "what was known is gone after the fault";
  message = find_message (self, fault);
  print_cell (self, fault, failed, message ? message : self->seen->len ? g_ptr_array_index (self->seen, self->seen->len - 1) : NULL,
              requests, hits, suffered_s, (g_get_monotonic_time () - cleared) / 1000);
  return failed;
}

/* --- A row --------------------------------------------------------------------------------------- */

static Bench *
bench_new (const Row *row)
{
  Bench *self = g_new0 (Bench, 1);
  g_autofree char *options = g_strdup_printf ("--sites %d --paths %d --flows %d --rate 40 --no-nats --die-with-parent", SITES, PATHS, FLOWS);
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autofree char *test_path = NULL;
  g_autoptr (JsonNode) node = NULL;

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
  self->model = test_model_new (endpoint);
  if (!holds (self, is_live, NULL, LIVE_S))
    g_error ("%s: not live at first: %s", row->name, test_model_detail (self->model));
  self->path = g_strdup (qd_entity_get_id (qd_entity_list_peek (qd_fleet_get_list (self->model->fleet, QD_KIND_PATH), 0)));
  self->flow = g_strdup (qd_entity_get_id (qd_entity_list_peek (qd_fleet_get_list (self->model->fleet, QD_KIND_FLOW), 0)));
  test_path = g_strdup_printf ("/api/v1/paths/%s/test", self->path);
  node = test_lab_request (self->lab, "POST", test_path, "{}");
  self->job = g_strdup (qd_json_get_string (qd_json_object (node), "job_id", NULL));
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
  g_free (self->flow);
  g_free (self->job);
  g_free (self->password);
  g_free (self);
}

static gboolean
wanted (char **cells, const char *row, const char *fault)
{
  g_autofree char *name = g_strdup_printf ("%s:%s", row, fault);
  g_autofree char *whole = g_strdup_printf ("%s:*", row);

  return cells == NULL || g_strv_contains ((const char *const *) cells, name) || g_strv_contains ((const char *const *) cells, whole);
}

static guint
run_row (const Row *row, char **cells)
{
  Bench *bench = NULL;
  guint failures = 0;

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      if (!wanted (cells, row->name, faults[i].name))
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
      for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
        g_print ("%s:%s\n", rows[i].name, faults[k].name);
    else
      failures += run_row (&rows[i], cells);
  return failures > 0;
}
