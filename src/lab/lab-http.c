/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-hijack.h"
#include "lab-json.h"
#include "lab-load.h"
#include "lab-nats.h"
#include "lab-scale.h"
#include "lab-shards.h"
#include "lab-tenants.h"
#include "lab-yaml.h"

#define MAX_BODY            (1024 * 1024)
#define REQUESTS_PER_MINUTE 100

typedef struct
{
  gint64 since;                 /* monotonic µs */
  guint used;
} LabBudget;

static const LabRoute routes[] = {
  { "GET", "/health", lab_health, NULL, LAB_ROUTE_PUBLIC },
  { "GET", "/health/live", lab_health_live, NULL, LAB_ROUTE_PUBLIC },
  { "GET", "/health/ready", lab_health_ready, NULL, LAB_ROUTE_PUBLIC },
  { "GET", "/metrics", lab_prometheus_get, "sdwan.metrics.view", LAB_ROUTE_SCRAPE },
  { "POST", "/api/v1/auth/login", lab_auth_login, NULL, LAB_ROUTE_PUBLIC },
  { "POST", "/api/v1/auth/refresh", lab_auth_refresh, NULL, LAB_ROUTE_PUBLIC },
  { "POST", "/api/v1/auth/logout", lab_auth_logout, NULL, 0 },
  { "GET", "/api/v1/auth/me", lab_auth_me, NULL, 0 },
  { "GET", "/api/v1/sites", lab_sites_list, "sdwan.sites.view", 0 },
  { "POST", "/api/v1/sites", lab_sites_create, "sdwan.sites.manage", 0 },
  { "GET", "/api/v1/sites/{id}", lab_sites_get, "sdwan.sites.view", 0 },
  { "PUT", "/api/v1/sites/{id}", lab_sites_update, "sdwan.sites.manage", 0 },
  { "PATCH", "/api/v1/sites/{id}", lab_sites_update, "sdwan.sites.manage", 0 },
  { "DELETE", "/api/v1/sites/{id}", lab_sites_delete, "sdwan.sites.delete", LAB_ROUTE_STEP_UP },
  { "GET", "/api/v1/paths", lab_paths_list, "sdwan.paths.view", 0 },
  { "GET", "/api/v1/paths/{id}", lab_paths_get, "sdwan.paths.view", 0 },
  { "GET", "/api/v1/paths/{id}/metrics", lab_paths_metrics, "sdwan.metrics.view", 0 },
  { "POST", "/api/v1/paths/{id}/test", lab_paths_test, "sdwan.paths.test", 0 },
  { "POST", "/api/v1/paths/{id}/failover", lab_paths_failover, "sdwan.paths.failover", LAB_ROUTE_STEP_UP },
  { "GET", "/api/v1/flows", lab_flows_list, "sdwan.flows.view", 0 },
  { "GET", "/api/v1/flows/{id}", lab_flows_get, "sdwan.flows.view", 0 },
  { "DELETE", "/api/v1/flows/{id}", lab_flows_delete, "sdwan.flows.delete", 0 },
  { "GET", "/api/v1/policies", lab_policies_list, "sdwan.policies.view", 0 },
  { "POST", "/api/v1/policies", lab_policies_create, "sdwan.policies.manage", LAB_ROUTE_YAML },
  { "GET", "/api/v1/policies/{id}", lab_policies_get, "sdwan.policies.view", 0 },
  { "PUT", "/api/v1/policies/{id}", lab_policies_update, "sdwan.policies.manage", LAB_ROUTE_YAML },
  { "PATCH", "/api/v1/policies/{id}", lab_policies_update, "sdwan.policies.manage", LAB_ROUTE_YAML },
  { "DELETE", "/api/v1/policies/{id}", lab_policies_delete, "sdwan.policies.manage", 0 },
  { "POST", "/api/v1/policies/{id}/simulate", lab_policies_simulate, "sdwan.policies.view", 0 },
  { "GET", "/api/v1/workloads", lab_workloads_list, "sdwan.policies.view", 0 },
  { "GET", "/api/v1/routing-policies", lab_routing_list, "sdwan.policies.view", 0 },
  { "POST", "/api/v1/routing-policies", lab_routing_create, "sdwan.policies.manage", 0 },
  { "GET", "/api/v1/routing-policies/{id}", lab_routing_get, "sdwan.policies.view", 0 },
  { "PUT", "/api/v1/routing-policies/{id}", lab_routing_update, "sdwan.policies.manage", 0 },
  { "PATCH", "/api/v1/routing-policies/{id}", lab_routing_update, "sdwan.policies.manage", 0 },
  { "DELETE", "/api/v1/routing-policies/{id}", lab_routing_delete, "sdwan.policies.manage", 0 },
  { "GET", "/api/v1/nodes", lab_nodes_list, "fleet.nodes.view", 0 },
  { "GET", "/api/v1/nodes/{id}", lab_nodes_get, "fleet.nodes.view", 0 },
  { "GET", "/api/v1/events", lab_events_list, "fleet.events.view", 0 },
  { "GET", "/api/v1/events/stream", lab_sse_events, "fleet.events.view", LAB_ROUTE_STREAM },
  { "GET", "/ws/events", lab_ws_events, "fleet.events.view", LAB_ROUTE_STREAM },
  { "GET", "/ws/metrics", lab_ws_metrics, "sdwan.metrics.view", LAB_ROUTE_STREAM },
  { "GET", "/api/v1/metrics/summary", lab_metrics_summary, "sdwan.metrics.view", 0 },
  { "GET", "/api/v1/metrics/timeseries", lab_metrics_timeseries, "sdwan.metrics.view", 0 },
  { "GET", "/admin/v1/jobs", lab_jobs_list, "jobs.view", 0 },
  { "GET", "/admin/v1/jobs/{id}", lab_jobs_get, "jobs.view", 0 },
  { "POST", "/admin/v1/jobs/{id}/cancel", lab_jobs_cancel, "jobs.cancel", 0 },
  { "GET", "/admin/v1/scale/shards", lab_scale_list, "scale.view", 0 },
  { "GET", "/admin/v1/scale/shards/{id}", lab_scale_get, "scale.view", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/drain", lab_scale_drain, "scale.drain", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/resume", lab_scale_resume, "scale.drain", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/reload", lab_scale_reload, "scale.migrate", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/warmup", lab_scale_warmup, "scale.migrate", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/replay", lab_scale_replay, "ops.drain", 0 },
  { "POST", "/admin/v1/scale/shards/{id}/rebuild", lab_scale_rebuild, "ops.drain", 0 },
  { "GET", "/admin/v1/scale/freeze", lab_scale_freeze_get, "scale.view", 0 },
  { "PUT", "/admin/v1/scale/freeze", lab_scale_freeze_put, "scale.apply", 0 },
  { "GET", "/lab/v1/load", lab_load_get, "lab.control", LAB_ROUTE_NO_FAULT },
  { "POST", "/lab/v1/load", lab_load_set, "lab.control", LAB_ROUTE_NO_FAULT },
  { "GET", "/lab/v1/nats", lab_nats_list, "lab.control", LAB_ROUTE_NO_FAULT },
  { "GET", "/lab/v1/shards", lab_shards_list, "lab.control", LAB_ROUTE_NO_FAULT },
  { "POST", "/lab/v1/shards", lab_shards_set, "lab.control", LAB_ROUTE_NO_FAULT },
  { "GET", "/admin/v1/tenants", lab_tenants_list, "tenants.view", 0 },
  { "POST", "/admin/v1/tenants", lab_tenants_create, "tenants.create", 0 },
  { "GET", "/admin/v1/tenants/{id}", lab_tenants_get, "tenants.view", 0 },
  { "PATCH", "/admin/v1/tenants/{id}", lab_tenants_update, "tenants.update", 0 },
  { "POST", "/admin/v1/tenants/{id}/suspend", lab_tenants_suspend, "tenants.update", 0 },
  { "POST", "/admin/v1/tenants/{id}/resume", lab_tenants_resume, "tenants.update", 0 },
  { "POST", "/admin/v1/tenants/{id}/archive", lab_tenants_archive, "tenants.archive", LAB_ROUTE_STEP_UP },
  { "POST", "/admin/v1/tenants/{id}/kill-switch", lab_tenants_kill_switch, "configs.apply", 0 },
  { "GET", "/lab/v1/faults", lab_control_faults_get, "lab.control", LAB_ROUTE_NO_FAULT },
  { "POST", "/lab/v1/faults", lab_control_faults, "lab.control", LAB_ROUTE_NO_FAULT },
  { "POST", "/lab/v1/rate", lab_control_rate, "lab.control", LAB_ROUTE_NO_FAULT },
  { "POST", "/lab/v1/incident", lab_control_incident, "lab.control", LAB_ROUTE_NO_FAULT },
  { "DELETE", "/lab/v1/incident", lab_control_calm, "lab.control", LAB_ROUTE_NO_FAULT },
};

const LabRoute *
lab_http_routes (guint *n)
{
  *n = G_N_ELEMENTS (routes);
  return routes;
}

/* Matches segment by segment; what a {name} took is put, unescaped, into @params. */
static gboolean
match_pattern (const char *pattern, const char *path, char **params)
{
  g_auto (GStrv) want = g_strsplit (pattern, "/", 12);
  g_auto (GStrv) have = g_strsplit (path, "/", 12);
  guint n = 0, i;

  for (i = 0; want[i] != NULL && have[i] != NULL; i++)
    if (want[i][0] != '{' ? !g_str_equal (want[i], have[i]) : have[i][0] == '\0')
      return FALSE;
  if (want[i] != NULL || have[i] != NULL)
    return FALSE;
  for (i = 0; want[i] != NULL; i++)
    if (want[i][0] == '{' && n < LAB_MAX_PARAMS)
      params[n++] = g_uri_unescape_string (have[i], NULL);
  for (i = 0; i < n; i++)
    if (params[i] == NULL || !g_utf8_validate (params[i], -1, NULL))
      {
        g_free (params[i]);
        params[i] = g_strdup ("");
      }
  return TRUE;
}

static gboolean
find_route (LabRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);
  g_autoptr (GString) allowed = g_string_new (NULL);
  gboolean head = g_str_equal (method, "HEAD");

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      char *params[LAB_MAX_PARAMS] = { NULL };

      if (!match_pattern (routes[i].pattern, request->path, params))
        continue;
      if (g_str_equal (routes[i].method, head ? "GET" : method))
        {
          request->route = &routes[i];
          memcpy (request->params, params, sizeof params);
          return TRUE;
        }
      g_string_append_printf (allowed, "%s%s", allowed->len > 0 ? ", " : "", routes[i].method);
      for (guint k = 0; k < LAB_MAX_PARAMS; k++)
        g_free (params[k]);
    }
  if (allowed->len == 0)
    {
      lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "nothing is served at %s", request->path);
      return FALSE;
    }
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Allow", allowed->str);
  lab_request_problem (request, SOUP_STATUS_METHOD_NOT_ALLOWED, "%s takes %s, not %s", request->path,
                       allowed->str, method);
  return FALSE;
}

static const char *
bearer (LabRequest *request)
{
  const char *header = lab_request_header (request, "Authorization");

  if (header != NULL && g_ascii_strncasecmp (header, "Bearer ", 7) == 0)
    return header + 7;
  return request->route->flags & LAB_ROUTE_STREAM ? lab_request_query (request, "token") : NULL;
}

static void
challenge (LabRequest *request, const char *value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "WWW-Authenticate", value);
}

static gboolean
authenticate (LabRequest *request)
{
  const char *token;

  request->username = "anonymous";
  if (request->route->flags & LAB_ROUTE_PUBLIC)
    return TRUE;
  token = bearer (request);
  if (token != NULL && request->route->flags & LAB_ROUTE_SCRAPE &&
      lab_auth_is_scraper (request->server->auth, token))
    {
      request->username = "scraper";
      return TRUE;
    }
  request->session = token != NULL ? lab_auth_session (request->server->auth, token) : NULL;
  if (request->session == NULL)
    {
      challenge (request, token != NULL ? "Bearer error=\"invalid_token\"" : "Bearer");
      lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED, "%s needs %s", request->path,
                           token != NULL ? "a valid access token: this one has expired or was never given; refresh or sign in"
                                         : "an access token: sign in at /api/v1/auth/login");
      return FALSE;
    }
  request->username = request->session->user->username;
  return TRUE;
}

/* Whether the password was given lately enough for what is hard to undo; a refreshed token is as old
 * as the login that it goes back to. A dry run changes nothing and may always be had. */
static gboolean
stepped_up (LabRequest *request)
{
  int seconds = request->server->options->step_up;
  g_autofree char *value = NULL;

  if (seconds == 0 || request->dry_run ||
      g_get_real_time () - request->session->login_at <= seconds * (gint64) G_USEC_PER_SEC)
    return TRUE;
  value = g_strdup_printf ("Bearer error=\"insufficient_user_authentication\", max_age=%d", seconds);
  challenge (request, value);
  lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED,
                       "%s %s needs a login that is at most %d s old: sign in again", request->route->method,
                       request->path, seconds);
  return FALSE;
}

static gboolean
authorise (LabRequest *request)
{
  const LabRoute *route = request->route;

  if (request->session == NULL)
    return TRUE;
  if (route->permission != NULL && !lab_role_may (request->session->user->role, route->permission))
    {
      lab_request_problem (request, SOUP_STATUS_FORBIDDEN, "%s %s needs %s, which the role %s does not have",
                           route->method, request->path, route->permission,
                           lab_role_name (request->session->user->role));
      return FALSE;
    }
  return !(route->flags & LAB_ROUTE_STEP_UP) || stepped_up (request);
}

/* --strict: a hundred requests in a minute and no more. */
static gboolean
within_budget (LabRequest *request)
{
  LabServer *server = request->server;
  LabBudget *budget;
  gint64 now = g_get_monotonic_time ();
  g_autofree char *wait = NULL;

  if (!server->options->strict)
    return TRUE;
  budget = g_hash_table_lookup (server->budgets, request->username);
  if (budget == NULL)
    {
      budget = g_new0 (LabBudget, 1);
      g_hash_table_insert (server->budgets, g_strdup (request->username), budget);
    }
  if (budget->used == 0 || now - budget->since >= 60 * G_USEC_PER_SEC)
    {
      budget->since = now;
      budget->used = 0;
    }
  if (++budget->used <= REQUESTS_PER_MINUTE)
    return TRUE;
  wait = g_strdup_printf ("%d", (int) (60 - (now - budget->since) / G_USEC_PER_SEC));
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Retry-After", wait);
  lab_request_problem (request, 429, "%s has used its %d requests of this minute: wait %s s",
                       request->username, REQUESTS_PER_MINUTE, wait);
  return FALSE;
}

/* One document of YAML, as the JSON that it stands for. */
static JsonNode *
parse_yaml (const char *data, gsize length, GError **error)
{
  g_autoptr (GPtrArray) documents = lab_yaml_parse (data, length, error);

  if (documents == NULL)
    return NULL;
  if (documents->len == 1)
    return json_node_ref (g_ptr_array_index (documents, 0));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "there are %u documents, and one is wanted", documents->len);
  return NULL;
}

static gboolean
read_body (LabRequest *request)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->message);
  const char *type = soup_message_headers_get_content_type (soup_server_message_get_request_headers (request->message), NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *data;
  gboolean yaml;

  if (body->length == 0)
    return TRUE;
  if (body->length > MAX_BODY)
    {
      lab_request_problem (request, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "the body is larger than 1 MiB");
      return FALSE;
    }
  yaml = type != NULL && request->route->flags & LAB_ROUTE_YAML && g_str_has_suffix (type, "yaml");
  if (type != NULL && !yaml && !g_str_has_suffix (type, "json"))
    {
      lab_request_problem (request, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, "%s takes application/json%s, not %s", request->path,
                           request->route->flags & LAB_ROUTE_YAML ? " or application/yaml" : "", type);
      return FALSE;
    }
  bytes = soup_message_body_flatten (body);
  data = g_bytes_get_data (bytes, &length);
  request->body = yaml ? parse_yaml (data, length, &error) : lab_json_parse (data, length, &error);
  if (request->body == NULL)
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "the body is not %s: %s", yaml ? "YAML" : "JSON", error->message);
      return FALSE;
    }
  if (JSON_NODE_HOLDS_OBJECT (request->body))
    request->object = json_node_get_object (request->body);
  return TRUE;
}

static void
serve (LabRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);

  if (!authenticate (request) || !within_budget (request) || !authorise (request) || !read_body (request))
    {
      lab_request_finish (request);
      return;
    }
  if (!g_str_equal (method, "GET") && !g_str_equal (method, "HEAD"))
    lab_server_begin (request->server);
  request->server->correlation = lab_request_header (request, "X-Correlation-Id");
  if (!lab_answers_replay (request))
    request->route->handler (request);
  request->server->correlation = NULL;
  if (!request->held)
    lab_request_finish (request);
}

static void
problem_from_fault (LabRequest *request)
{
  g_autofree char *wait = NULL;

  switch (request->fault.kind)
    {
    case LAB_FAULT_500:
      lab_request_problem (request, SOUP_STATUS_INTERNAL_SERVER_ERROR, "the lab was told to fail here (--faults)");
      break;
    case LAB_FAULT_429:
      wait = g_strdup_printf ("%.0f", MAX (1, request->fault.arg));
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Retry-After", wait);
      lab_request_problem (request, 429, "the lab was told to be busy here (--faults)");
      break;
    case LAB_FAULT_401:
      challenge (request, "Bearer error=\"invalid_token\"");
      lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED, "the lab was told to refuse here (--faults)");
      break;
    case LAB_FAULT_404:
      lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "the lab was told to have nothing here (--faults)");
      break;
    default:
      request->status = SOUP_STATUS_OK;
      request->content_type = "text/html";
      g_string_assign (request->out, "<!DOCTYPE html><html><head><title>Sign in to the network</title></head>"
                                     "<body><h1>Welcome to the hotel</h1></body></html>");
      break;
    }
}

static gboolean
serve_late_cb (gpointer user_data)
{
  LabRequest *request = user_data;

  if (request->gone)
    lab_request_free (request);
  else
    serve (request);
  return G_SOURCE_REMOVE;
}

static gboolean
forget_cb (gpointer user_data)
{
  lab_hijack_close (user_data);
  return G_SOURCE_REMOVE;
}

/* What a fault does instead of, or before, the work. TRUE when it has taken the request. */
static gboolean
misbehave (LabRequest *request)
{
  if (!(request->route->flags & LAB_ROUTE_NO_FAULT))
    {
      request->fault = lab_faults_draw (request->server->faults, request->path);
      request->server->requests++;
      request->server->hits += request->fault.kind != LAB_FAULT_NONE;
    }
  switch (request->fault.kind)
    {
    case LAB_FAULT_DELAY:
      g_timeout_add ((guint) request->fault.arg, serve_late_cb, request);
      return TRUE;
    case LAB_FAULT_DROP:
      g_timeout_add_seconds (300, forget_cb, request);
      return TRUE;
    case LAB_FAULT_CLOSE:
      lab_hijack_close (request);
      return TRUE;
    case LAB_FAULT_500:
    case LAB_FAULT_429:
    case LAB_FAULT_401:
    case LAB_FAULT_404:
    case LAB_FAULT_HTML:
      problem_from_fault (request);
      lab_request_finish (request);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
finished_cb (SoupServerMessage *message, gpointer user_data)
{
  ((LabRequest *) user_data)->gone = TRUE;
}

static void
request_cb (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  LabRequest *request = g_new0 (LabRequest, 1);
  const char *dry;

  request->server = user_data;
  request->message = g_object_ref (message);
  request->path = g_utf8_validate (path, -1, NULL) ? g_strdup (path) : g_utf8_make_valid (path, -1);
  request->query = query != NULL ? g_hash_table_ref (query) : NULL;
  request->begun = g_get_monotonic_time ();
  request->out = g_string_sized_new (512);
  request->status = SOUP_STATUS_OK;
  request->content_type = "application/json";
  dry = lab_request_query (request, "dry_run");
  request->dry_run = dry != NULL && g_str_equal (dry, "true");
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), request);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-store");
  soup_server_message_pause (message);
  if (!find_route (request))
    lab_request_finish (request);
  else if (!misbehave (request))
    serve (request);
}

/* A body that grows past the limit is refused before it is all in memory. */
static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  if (soup_server_message_get_request_body (message)->length > MAX_BODY)
    {
      GSocket *socket = soup_server_message_get_socket (message);

      if (socket != NULL)
        g_socket_shutdown (socket, TRUE, FALSE, NULL);
    }
}

static void
started_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), NULL);
}

static gboolean
listen_at (LabServer *server, guint port, GError **error)
{
  const char *text = server->options->address != NULL ? server->options->address : "127.0.0.1";
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (text, port);

  return soup_server_listen (server->soup, address, server->certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0, error);
}

/* The port of the run before, so that clients find a restarted lab where it was. */
static guint
port_before (LabServer *server)
{
  g_autofree char *file = g_build_filename (server->state_dir, "http-port", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 0;
  return (guint) MIN (g_ascii_strtoull (text, NULL, 10), 65535);
}

static void
remember_port (LabServer *server)
{
  g_autofree char *file = g_build_filename (server->state_dir, "http-port", NULL);
  g_autofree char *text = g_strdup_printf ("%u\n", server->port);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (file, text, -1, &error))
    g_message ("the next run may use another port: %s", error->message);
}

gboolean
lab_http_start (LabServer *server, GError **error)
{
  GSList *uris;
  guint before;

  server->budgets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  server->soup = soup_server_new ("server-header", "quarterdeck-lab/" QD_VERSION, NULL);
  if (server->certificate != NULL)
    soup_server_set_tls_certificate (server->soup, server->certificate);
  soup_server_add_handler (server->soup, NULL, request_cb, server, NULL);
  g_signal_connect (server->soup, "request-started", G_CALLBACK (started_cb), NULL);
  before = server->options->port == 0 ? port_before (server) : 0;
  if (!(before != 0 && listen_at (server, before, NULL)) && !listen_at (server, (guint) server->options->port, error))
    {
      g_prefix_error (error, "cannot listen on port %d: ", server->options->port);
      return FALSE;
    }
  uris = soup_server_get_uris (server->soup);
  server->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  remember_port (server);
  return TRUE;
}

void
lab_http_stop (LabServer *server)
{
  if (server->soup != NULL)
    soup_server_disconnect (server->soup);
  g_clear_object (&server->soup);
  g_clear_pointer (&server->budgets, g_hash_table_unref);
}
