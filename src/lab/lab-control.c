/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

void
lab_health (LabRequest *request)
{
  LabServer *server = request->server;
  GString *out = request->out;

  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "status", "healthy");
  lab_json_string (out, "service", "quarterdeck-lab");
  lab_json_string (out, "version", QD_VERSION);
  lab_json_string (out, "epoch", lab_events_epoch (server));
  lab_json_int (out, "seq", (gint64) lab_events_seq (server));
  lab_json_double (out, "uptime_s", (double) (g_get_monotonic_time () - server->started_at) / G_USEC_PER_SEC, 1);
  lab_json_end (out, '}');
}

void
lab_health_live (LabRequest *request)
{
  g_string_append (request->out, "{\"status\":\"alive\"}");
}

void
lab_health_ready (LabRequest *request)
{
  g_string_append (request->out, "{\"status\":\"ready\"}");
}

void
lab_metrics_summary (LabRequest *request)
{
  LabWorld *world = request->server->world;
  guint sites[LAB_N_SITE_STATUS] = { 0 }, paths[3] = { 0 }, flows[4] = { 0 }, online = 0, measured = 0;
  double latency = 0, loss = 0, use = 0;
  GString *out = request->out;

  for (guint i = 0; i < world->n_sites; i++)
    if (!world->sites[i].removed)
      sites[world->sites[i].status]++;
  for (guint i = 0; i < world->n_paths; i++)
    {
      const LabPath *path = &world->paths[i];

      if (!lab_path_visible (world, path))
        continue;
      paths[path->status]++;
      use += path->metrics.bandwidth_mbps;
      if (!path->metrics.reachable)
        continue;
      latency += path->metrics.latency_ms;
      loss += path->metrics.packet_loss_pct;
      measured++;
    }
  for (guint i = 0; i < world->n_flows; i++)
    flows[world->flows[i].status]++;
  for (guint i = 0; i < world->n_nodes; i++)
    online += world->nodes[i].online;

  lab_json_begin (out, NULL, '{');
  lab_json_int (out, "total_sites", lab_world_count_sites (world));
  lab_json_int (out, "active_sites", sites[LAB_SITE_ACTIVE]);
  lab_json_int (out, "degraded_sites", sites[LAB_SITE_DEGRADED]);
  lab_json_int (out, "inactive_sites", sites[LAB_SITE_INACTIVE]);
  lab_json_int (out, "maintenance_sites", sites[LAB_SITE_MAINTENANCE]);
  lab_json_int (out, "total_paths", lab_world_count_paths (world));
  lab_json_int (out, "up_paths", paths[LAB_PATH_UP]);
  lab_json_int (out, "degraded_paths", paths[LAB_PATH_DEGRADED]);
  lab_json_int (out, "down_paths", paths[LAB_PATH_DOWN]);
  lab_json_int (out, "total_flows", world->n_flows);
  lab_json_int (out, "active_flows", flows[LAB_FLOW_ACTIVE]);
  lab_json_int (out, "blocked_flows", flows[LAB_FLOW_BLOCKED]);
  lab_json_int (out, "total_nodes", world->n_nodes);
  lab_json_int (out, "online_nodes", online);
  lab_json_double (out, "avg_latency_ms", measured > 0 ? latency / measured : NAN, 2);
  lab_json_double (out, "avg_packet_loss_pct", measured > 0 ? loss / measured : NAN, 3);
  lab_json_double (out, "total_bandwidth_mbps", use, 1);
  lab_json_time (out, "measured_at", world->tick * G_USEC_PER_SEC);
  lab_json_int (out, "as_of_seq", (gint64) lab_events_seq (request->server));
  lab_json_string (out, "epoch", lab_events_epoch (request->server));
  lab_json_end (out, '}');
}

/* What is set, and how many requests came since then: a client that spins is seen here. */
void
lab_control_faults_get (LabRequest *request)
{
  LabServer *server = request->server;
  guint64 met;

  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "spec", lab_faults_spec (server->faults));
  lab_json_int (request->out, "requests", (gint64) server->requests);
  lab_json_int (request->out, "hits", (gint64) server->hits);
  lab_json_begin (request->out, "met", '[');
  for (guint i = 0; lab_faults_get_met (server->faults, i, &met); i++)
    lab_json_int (request->out, NULL, (gint64) met);
  lab_json_end (request->out, ']');
  lab_json_end (request->out, '}');
}

void
lab_control_faults (LabRequest *request)
{
  g_autoptr (GError) error = NULL;
  LabFaults *faults;

  if (!lab_request_need_body (request))
    return;
  faults = lab_faults_parse (lab_json_get_string (request->object, "spec", ""), &error);
  if (faults == NULL)
    {
      lab_request_invalid (request, "/spec", "%s", error->message);
      return;
    }
  lab_faults_free (request->server->faults);
  request->server->faults = faults;
  request->server->requests = request->server->hits = 0;
  lab_control_faults_get (request);
}

/* With a rate of 0 the world stands still, so that a client's picture can be compared with it. */
void
lab_control_rate (LabRequest *request)
{
  LabServer *server = request->server;
  gint64 rate;

  if (!lab_request_need_body (request))
    return;
  rate = lab_json_get_int (request->object, "rate", -1);
  if (rate < 0 || rate > LAB_MAX_RATE || server->pump == NULL)
    {
      lab_request_invalid (request, "/rate", "rate must be from 0 to %d messages a second", LAB_MAX_RATE);
      return;
    }
  lab_pump_set_rate (server->pump, (guint) rate);
  lab_json_begin (request->out, NULL, '{');
  lab_json_int (request->out, "rate", rate);
  lab_json_int (request->out, "frames", (gint64) server->world->frames);
  lab_json_end (request->out, '}');
}

static gboolean
parse_kind (const char *text, LabIncidentKind *kind)
{
  for (guint i = 0; text != NULL && i < LAB_N_INCIDENT_KINDS; i++)
    if (g_str_equal (text, lab_incident_kind_name (i)))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* A fibre cut wants a path, the others a site; without a target, the first will do. */
static gboolean
aim (LabRequest *request, const char *target, LabIncident *incident)
{
  LabWorld *world = request->server->world;
  LabSite *site = target != NULL ? lab_world_site (world, target) : &world->sites[MIN (1, world->n_sites - 1)];
  LabPath *path = target != NULL ? lab_world_path (world, target) : &world->paths[0];

  incident->corridor = incident->site = -1;
  if (incident->kind == LAB_INCIDENT_FIBRE_CUT)
    {
      if (path == NULL || world->n_paths == 0)
        return FALSE;
      incident->corridor = path->corridor;
      site = &world->sites[path->src];
    }
  else if (site == NULL)
    return FALSE;
  else
    incident->site = (gint32) (site - world->sites);
  g_strlcpy (incident->where, site->location_label[0] != '\0' ? site->location_label : site->name, sizeof incident->where);
  return TRUE;
}

void
lab_control_incident (LabRequest *request)
{
  LabWorld *world = request->server->world;
  LabIncident incident = { 0 };
  const char *target;
  gint64 seconds;

  if (!lab_request_need_body (request))
    return;
  target = lab_json_get_string (request->object, "target", NULL);
  seconds = CLAMP (lab_json_get_int (request->object, "duration_s", 120), 1, 86400);
  if (!parse_kind (lab_json_get_string (request->object, "kind", NULL), &incident.kind))
    {
      lab_request_invalid (request, "/kind", "kind must be fibre_cut, power_loss or congestion");
      return;
    }
  if (!aim (request, target, &incident))
    {
      lab_request_invalid (request, "/target", "%s is no %s", target != NULL ? target : "the target",
                           incident.kind == LAB_INCIDENT_FIBRE_CUT ? "path" : "site");
      return;
    }
  incident.id = lab_events_seq (request->server) + 1;
  incident.begin = world->tick;
  incident.end = world->tick + seconds;
  lab_sim_incident (world, &incident);
  request->status = SOUP_STATUS_CREATED;
  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "kind", lab_incident_kind_name (incident.kind));
  lab_json_string (request->out, "where", incident.where);
  lab_json_int (request->out, "duration_s", seconds);
  lab_json_end (request->out, '}');
}

/* Ends what admins caused; what the seed has in store goes on. */
void
lab_control_calm (LabRequest *request)
{
  lab_sim_clear (request->server->world);
  g_string_append (request->out, "{\"status\":\"calm\"}");
}
