/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

static void
write_gpus (GString *out, const LabNode *node, const LabNodeMetrics *m)
{
  lab_json_begin (out, "gpu", '[');
  for (guint i = 0; i < node->n_gpus; i++)
    {
      lab_json_begin (out, NULL, '{');
      lab_json_int (out, "index", i);
      lab_json_string (out, "name", node->gpu_model[i].name);
      lab_json_double (out, "utilization_pct", m->gpu[i].utilization_pct, 1);
      lab_json_double (out, "vram_used_mb", m->gpu[i].vram_used_mb, 0);
      lab_json_int (out, "vram_total_mb", node->gpu_model[i].vram_total_mb);
      lab_json_double (out, "temperature_c", m->gpu[i].temperature_c, 1);
      lab_json_double (out, "power_w", m->gpu[i].power_w, 0);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
}

void
lab_nodes_write_metrics (GString *out, const char *key, const LabNode *node, const LabNodeMetrics *m)
{
  lab_json_begin (out, key, '{');
  lab_json_double (out, "cpu_pct", m->cpu_pct, 1);
  lab_json_double (out, "memory_pct", m->memory_pct, 1);
  lab_json_double (out, "disk_pct", m->disk_pct, 1);
  lab_json_double (out, "net_rx_bps", m->net_rx_bps, 0);
  lab_json_double (out, "net_tx_bps", m->net_tx_bps, 0);
  lab_json_double (out, "load1", m->load1, 2);
  lab_json_begin (out, "pressure", '{');
  lab_json_double (out, "cpu", m->pressure_cpu, 2);
  lab_json_double (out, "memory", m->pressure_memory, 2);
  lab_json_double (out, "io", m->pressure_io, 2);
  lab_json_end (out, '}');
  write_gpus (out, node, m);
  lab_json_end (out, '}');
}

static void
write_node (LabServer *server, GString *out, const char *key, guint index)
{
  const LabWorld *world = server->world;
  const LabNode *node = &world->nodes[index];

  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", node->id);
  lab_json_string (out, "name", node->name);
  lab_json_string (out, "role", node->role);
  lab_json_string (out, "status", node->online ? "online" : "offline");
  lab_json_string (out, "site_id", node->site >= 0 ? world->sites[node->site].id : NULL);
  lab_json_string (out, "address", node->address);
  lab_json_string (out, "os", node->os);
  lab_json_string (out, "kernel", node->kernel);
  lab_json_int (out, "cores", node->cores);
  lab_json_double (out, "memory_total_mb", node->memory_total_mb, 0);
  lab_json_double (out, "disk_total_gb", node->disk_total_gb, 0);
  lab_json_time (out, "booted_at", node->boot_at * G_USEC_PER_SEC);
  if (node->online)
    lab_nodes_write_metrics (out, "metrics", node, &node->metrics);
  else
    lab_json_null (out, "metrics");
  lab_json_time (out, "measured_at", node->measured_at);
  lab_json_int (out, "metric_seq", (gint64) node->metric_seq);
  lab_json_bool (out, "simulated", node->simulated);
  lab_json_int (out, "revision", (gint64) node->revision);
  lab_json_end (out, '}');
}

static int
compare_nodes (const LabServer *server, guint a, guint b, guint key)
{
  const LabNode *x = &server->world->nodes[a], *y = &server->world->nodes[b];

  switch (key)
    {
    case 0:
      return strcmp (x->name, y->name);
    case 1:
      return (int) x->online - (int) y->online;
    case 2:
      return x->metrics.cpu_pct < y->metrics.cpu_pct ? -1 : x->metrics.cpu_pct > y->metrics.cpu_pct;
    case 3:
      return x->metrics.memory_pct < y->metrics.memory_pct ? -1 : x->metrics.memory_pct > y->metrics.memory_pct;
    default:
      return strcmp (x->role, y->role);
    }
}

typedef struct
{
  const char *status, *role, *q;
} NodeFilter;

static gboolean
match_node (LabRequest *request, guint index, gpointer data)
{
  const LabNode *node = &request->server->world->nodes[index];
  const NodeFilter *filter = data;

  return (filter->status == NULL || g_ascii_strcasecmp (filter->status, node->online ? "online" : "offline") == 0) &&
         (filter->role == NULL || g_ascii_strcasecmp (filter->role, node->role) == 0) &&
         (filter->q == NULL || lab_text_contains (node->name, filter->q) || lab_text_contains (node->id, filter->q));
}

void
lab_nodes_list (LabRequest *request)
{
  static const char *const keys[] = { "name", "status", "cpu_pct", "memory_pct", "role", NULL };
  NodeFilter filter = { lab_request_query (request, "status"), lab_request_query (request, "role"),
                        lab_request_query (request, "q") };
  LabList list = { .n = request->server->world->n_nodes, .sort_keys = keys, .compare = compare_nodes,
                   .match = match_node, .write = write_node, .data = &filter };

  lab_list_reply (request, &list);
}

void
lab_nodes_get (LabRequest *request)
{
  LabNode *node = lab_world_node (request->server->world, request->params[0]);

  if (node == NULL)
    {
      lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no node %s", request->params[0]);
      return;
    }
  lab_request_etag (request, node->revision);
  write_node (request->server, request->out, NULL, (guint) (node - request->server->world->nodes));
}
