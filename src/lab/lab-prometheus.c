/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

typedef struct
{
  char *method;
  const char *route;
  guint status;
  guint64 count;
  double seconds;
} Counter;

struct LabPrometheus
{
  GHashTable *counters;         /* "METHOD route status" → Counter */
};

static void
free_counter (gpointer data)
{
  g_free (((Counter *) data)->method);
  g_free (data);
}

LabPrometheus *
lab_prometheus_new (void)
{
  LabPrometheus *prometheus = g_new0 (LabPrometheus, 1);

  prometheus->counters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_counter);
  return prometheus;
}

void
lab_prometheus_free (LabPrometheus *prometheus)
{
  g_hash_table_unref (prometheus->counters);
  g_free (prometheus);
}

void
lab_prometheus_count (LabPrometheus *prometheus, const char *method, const char *route, guint status, double seconds)
{
  static const char *const known[] = { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL };
  const char *safe = g_strv_contains (known, method) ? method : "other";
  g_autofree char *key = g_strdup_printf ("%s %s %u", safe, route, status);
  Counter *counter = g_hash_table_lookup (prometheus->counters, key);

  if (counter == NULL)
    {
      counter = g_new0 (Counter, 1);
      counter->method = g_strdup (safe);
      counter->route = route;
      counter->status = status;
      g_hash_table_insert (prometheus->counters, g_steal_pointer (&key), counter);
    }
  counter->count++;
  counter->seconds += seconds;
}

static void
head (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
gauge (GString *out, const char *name, const char *help, double value)
{
  head (out, name, "gauge", help);
  g_string_append_printf (out, "%s %.10g\n", name, value);
}

static void
write_requests (LabServer *server, GString *out)
{
  GHashTableIter iter;
  Counter *c;

  head (out, "dashboard_http_requests_total", "counter", "Requests answered.");
  g_hash_table_iter_init (&iter, server->prometheus->counters);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &c))
    g_string_append_printf (out, "dashboard_http_requests_total{method=\"%s\",path=\"%s\",status=\"%u\"} %" G_GUINT64_FORMAT "\n",
                            c->method, c->route, c->status, c->count);
  head (out, "dashboard_http_request_duration_seconds", "summary", "Time from the request to its answer.");
  g_hash_table_iter_init (&iter, server->prometheus->counters);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &c))
    {
      g_string_append_printf (out, "dashboard_http_request_duration_seconds_sum{method=\"%s\",path=\"%s\",status=\"%u\"} %.6f\n",
                              c->method, c->route, c->status, c->seconds);
      g_string_append_printf (out, "dashboard_http_request_duration_seconds_count{method=\"%s\",path=\"%s\",status=\"%u\"} %" G_GUINT64_FORMAT "\n",
                              c->method, c->route, c->status, c->count);
    }
}

static void
write_streams (LabServer *server, GString *out)
{
  guint events, metrics, sse;

  lab_streams_count (server->streams, &events, &metrics, &sse);
  head (out, "dashboard_websocket_connections", "gauge", "Open streams.");
  g_string_append_printf (out, "dashboard_websocket_connections{type=\"events\"} %u\n", events);
  g_string_append_printf (out, "dashboard_websocket_connections{type=\"metrics\"} %u\n", metrics);
  g_string_append_printf (out, "dashboard_websocket_connections{type=\"sse\"} %u\n", sse);
  head (out, "dashboard_websocket_messages_total", "counter", "Messages sent on streams.");
  g_string_append_printf (out, "dashboard_websocket_messages_total{type=\"events\",direction=\"outbound\"} %" G_GUINT64_FORMAT "\n",
                          lab_streams_messages (server->streams, FALSE));
  g_string_append_printf (out, "dashboard_websocket_messages_total{type=\"metrics\",direction=\"outbound\"} %" G_GUINT64_FORMAT "\n",
                          lab_streams_messages (server->streams, TRUE));
}

/* Paths of the simulated network, a few labels each, for as many as a scrape should carry. */
static void
write_paths (LabServer *server, GString *out)
{
  LabWorld *world = server->world;

  head (out, "sdwan_path_latency_ms", "gauge", "Round trip of a path.");
  for (guint i = 0; i < MIN (world->n_paths, 500); i++)
    if (lab_path_visible (world, &world->paths[i]) && world->paths[i].metrics.reachable)
      g_string_append_printf (out, "sdwan_path_latency_ms{path_id=\"%s\",simulated=\"true\"} %.2f\n", world->paths[i].id,
                              world->paths[i].metrics.latency_ms);
}

void
lab_prometheus_get (LabRequest *request)
{
  LabServer *server = request->server;
  LabWorld *world = server->world;
  GString *out = request->out;
  double seconds;
  guint64 transactions;
  guint active = 0;

  for (guint i = 0; i < world->n_flows; i++)
    active += world->flows[i].status == LAB_FLOW_ACTIVE;
  lab_store_figures (server->store, &seconds, &transactions);
  request->content_type = "text/plain; version=0.0.4; charset=utf-8";
  head (out, "lab_build_info", "gauge", "What is running.");
  g_string_append (out, "lab_build_info{service=\"quarterdeck-lab\",env=\"dev\",version=\"" QD_VERSION "\"} 1\n");
  gauge (out, "up", "Whether the service answers.", 1);
  write_requests (server, out);
  write_streams (server, out);
  head (out, "dashboard_db_query_duration_seconds", "summary", "Time in transactions.");
  g_string_append_printf (out, "dashboard_db_query_duration_seconds_sum{query=\"commit\"} %.6f\n", seconds);
  g_string_append_printf (out, "dashboard_db_query_duration_seconds_count{query=\"commit\"} %" G_GUINT64_FORMAT "\n", transactions);
  gauge (out, "dashboard_db_connections_active", "Connections to the database.", 1);
  gauge (out, "dashboard_sites_total", "Sites.", lab_world_count_sites (world));
  gauge (out, "dashboard_paths_total", "Paths.", lab_world_count_paths (world));
  gauge (out, "dashboard_active_flows_total", "Active flows.", active);
  gauge (out, "dashboard_policies_total", "Routing policies.", lab_n_policies);
  head (out, "lab_frames_total", "counter", "Metric frames sent.");
  g_string_append_printf (out, "lab_frames_total %" G_GUINT64_FORMAT "\n", world->frames);
  write_paths (server, out);
}
