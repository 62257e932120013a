/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

/* A search formats a hundred thousand of these: printf would take most of its time. */
static char *
append_number (char *at, guint value)
{
  char digits[12];
  guint n = 0;

  do
    digits[n++] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);
  while (n > 0)
    *at++ = digits[--n];
  return at;
}

static char *
append_ip (char *at, guint32 ip)
{
  for (gint shift = 24; shift >= 0; shift -= 8)
    {
      at = append_number (at, ip >> shift & 255);
      *at++ = '.';
    }
  return at - 1;
}

#define IP_SIZE 16
#define ID_SIZE 64

static void
format_ip (char buf[IP_SIZE], guint32 ip)
{
  *append_ip (buf, ip) = '\0';
}

static void
format_id (char buf[ID_SIZE], const LabFlow *flow)
{
  char *at = g_stpcpy (buf, lab_protocol_name (flow->protocol));

  *at++ = '-';
  at = append_ip (at, flow->src_ip);
  *at++ = '-';
  at = append_number (at, flow->src_port);
  *at++ = '-';
  at = append_ip (at, flow->dst_ip);
  *at++ = '-';
  at = append_number (at, flow->dst_port);
  *at = '\0';
}

static void
write_step (GString *out, const char *policy, const char *rule, const char *verdict, const char *why)
{
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "policy_id", policy);
  lab_json_string (out, "rule", rule);
  lab_json_string (out, "verdict", verdict);
  lab_json_string (out, "why", why);
  lab_json_end (out, '}');
}

/* Why the flow goes where it goes: the policies in turn, then the path. */
static void
write_decision (LabServer *server, GString *out, const LabFlow *flow)
{
  const LabPolicy *policy = &lab_policies[flow->policy];
  g_autofree char *match = g_strdup_printf ("protocol %s, destination port %u", lab_protocol_name (flow->protocol), flow->dst_port);

  lab_json_begin (out, "decision", '[');
  write_step (out, policy->id, "match", policy->deny ? "deny" : "allow", match);
  if (!policy->deny && flow->path >= 0)
    {
      const LabPath *home = &server->world->paths[flow->home_path], *path = &server->world->paths[flow->path];
      g_autofree char *why = g_strdup_printf ("%s prefers %s: %s", policy->name, policy->preference, home->id);

      write_step (out, policy->id, "path_preference", "select", why);
      if (path != home)
        {
          g_autofree char *moved = g_strdup_printf ("%s is %s: %s took over", home->id, lab_path_status_name (home->status), path->id);

          write_step (out, policy->id, "failover", "move", moved);
        }
    }
  lab_json_end (out, ']');
}

static void
write_flow (LabServer *server, GString *out, const char *key, guint index)
{
  const LabWorld *world = server->world;
  const LabFlow *flow = &world->flows[index];
  const LabPolicy *policy = &lab_policies[flow->policy];
  char id[ID_SIZE], ip[IP_SIZE];
  gint64 tx, rx;

  lab_flow_bytes (world, index, &tx, &rx);
  format_id (id, flow);
  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", id);
  format_ip (ip, flow->src_ip);
  lab_json_string (out, "src_ip", ip);
  format_ip (ip, flow->dst_ip);
  lab_json_string (out, "dst_ip", ip);
  lab_json_int (out, "src_port", flow->src_port);
  lab_json_int (out, "dst_port", flow->dst_port);
  lab_json_string (out, "protocol", lab_protocol_name (flow->protocol));
  lab_json_string (out, "path_id", flow->path >= 0 ? world->paths[flow->path].id : NULL);
  lab_json_string (out, "policy_id", policy->id);
  lab_json_string (out, "policy_name", policy->name);
  lab_json_string (out, "status", lab_flow_status_name (flow->status));
  lab_json_int (out, "bytes_tx", tx);
  lab_json_int (out, "bytes_rx", rx);
  lab_json_time (out, "started_at", flow->started * G_USEC_PER_SEC);
  lab_json_time (out, "last_seen_at", world->tick * G_USEC_PER_SEC);
  write_decision (server, out, flow);
  lab_json_bool (out, "simulated", TRUE);
  lab_json_end (out, '}');
}

static int
by_number (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

static int
compare_flows (const LabServer *server, guint a, guint b, guint key)
{
  const LabFlow *x = &server->world->flows[a], *y = &server->world->flows[b];
  gint64 tx[2], rx[2];

  switch (key)
    {
    case 0:
      return by_number (x->src_ip, y->src_ip);
    case 1:
      return by_number (x->dst_ip, y->dst_ip);
    case 2:
      return by_number (x->src_port, y->src_port);
    case 3:
      return by_number (x->dst_port, y->dst_port);
    case 4:
      return strcmp (lab_protocol_name (x->protocol), lab_protocol_name (y->protocol));
    case 5:
      return by_number (x->path, y->path);
    case 6:
      return strcmp (lab_policies[x->policy].name, lab_policies[y->policy].name);
    case 7:
      return strcmp (lab_flow_status_name (x->status), lab_flow_status_name (y->status));
    case 8:
    case 9:
      lab_flow_bytes (server->world, a, &tx[0], &rx[0]);
      lab_flow_bytes (server->world, b, &tx[1], &rx[1]);
      return key == 8 ? by_number (tx[0], tx[1]) : by_number (rx[0], rx[1]);
    default:
      return by_number (x->started, y->started);
    }
}

typedef struct
{
  const char *ip, *protocol, *policy, *status, *q;
  gint64 port;
  gint32 path;
  gboolean any_path;
} FlowFilter;

static gboolean
match_ip (const char *want, guint32 ip)
{
  char text[IP_SIZE];

  format_ip (text, ip);
  return g_str_has_prefix (text, want);
}

static gboolean
match_flow (LabRequest *request, guint index, gpointer data)
{
  const LabFlow *flow = &request->server->world->flows[index];
  const LabPolicy *policy = &lab_policies[flow->policy];
  const FlowFilter *filter = data;
  char id[ID_SIZE];

  if ((!filter->any_path && flow->path != filter->path) ||
      (filter->port >= 0 && flow->src_port != filter->port && flow->dst_port != filter->port) ||
      (filter->protocol != NULL && g_ascii_strcasecmp (filter->protocol, lab_protocol_name (flow->protocol)) != 0) ||
      (filter->status != NULL && g_ascii_strcasecmp (filter->status, lab_flow_status_name (flow->status)) != 0) ||
      (filter->policy != NULL && !g_str_equal (filter->policy, policy->id) && !g_str_equal (filter->policy, policy->name)) ||
      (filter->ip != NULL && !match_ip (filter->ip, flow->src_ip) && !match_ip (filter->ip, flow->dst_ip)))
    return FALSE;
  if (filter->q == NULL)
    return TRUE;
  format_id (id, flow);
  return lab_text_contains (id, filter->q) || lab_text_contains (policy->name, filter->q) ||
         lab_text_contains (lab_flow_status_name (flow->status), filter->q);
}

void
lab_flows_list (LabRequest *request)
{
  static const char *const keys[] = { "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "path_id", "policy_name",
                                      "status", "bytes_tx", "bytes_rx", "started_at", NULL };
  const char *port = lab_request_query (request, "port"), *path_id = lab_request_query (request, "path");
  FlowFilter filter = { .ip = lab_request_query (request, "ip"), .protocol = lab_request_query (request, "protocol"),
                        .policy = lab_request_query (request, "policy"), .status = lab_request_query (request, "status"),
                        .q = lab_request_query (request, "q"), .port = -1, .any_path = path_id == NULL };
  LabList list = { .n = request->server->world->n_flows, .sort_keys = keys, .compare = compare_flows,
                   .match = match_flow, .write = write_flow, .data = &filter };

  if (port != NULL && !g_ascii_string_to_signed (port, 10, 0, 65535, &filter.port, NULL))
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "port=%s: give a number from 0 to 65535", port);
      return;
    }
  if (path_id != NULL)
    {
      const LabPath *path = lab_world_path (request->server->world, path_id);

      filter.path = path != NULL ? (gint32) (path - request->server->world->paths) : G_MININT32;
    }
  lab_list_reply (request, &list);
}

static gboolean
find_flow (LabRequest *request, guint *index)
{
  const LabWorld *world = request->server->world;
  char id[ID_SIZE];

  for (guint i = 0; i < world->n_flows; i++)
    {
      format_id (id, &world->flows[i]);
      if (g_str_equal (id, request->params[0]))
        {
          *index = i;
          return TRUE;
        }
    }
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no flow %s: it may have ended", request->params[0]);
  return FALSE;
}

void
lab_flows_get (LabRequest *request)
{
  guint index;

  if (find_flow (request, &index))
    write_flow (request->server, request->out, NULL, index);
}

/* Forgets what was decided about the flow and decides anew. */
void
lab_flows_delete (LabRequest *request)
{
  LabWorld *world = request->server->world;
  g_autoptr (GString) data = NULL;
  guint index;
  LabFlow *flow;
  gint32 before;

  if (!find_flow (request, &index))
    return;
  flow = &world->flows[index];
  if (request->dry_run)
    {
      lab_request_plan (request, "decide the flow anew", request->params[0], "/path_id", NULL, NULL, NULL, NULL);
      return;
    }
  before = flow->path;
  lab_flow_decide (world, index);
  data = g_string_new ("{");
  lab_json_string (data, "flow_id", request->params[0]);
  lab_json_string (data, "old_path_id", before >= 0 ? world->paths[before].id : NULL);
  lab_json_string (data, "new_path_id", flow->path >= 0 ? world->paths[flow->path].id : NULL);
  lab_json_string (data, "by", request->username);
  lab_json_string (data, "reason", lab_request_reason (request));
  lab_json_end (data, '}');
  lab_events_emit (request->server, "flow_reevaluated", "info", request->params[0], data->str);
  write_flow (request->server, request->out, NULL, index);
}
