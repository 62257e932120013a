/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-world.h"

#include <string.h>

#include "lab-json.h"
#include "lab-proc.h"
#include "lab-rng.h"

#define WINDOW_SECONDS 120
#define WINDOWS_BACK   4
#define MAX_INCIDENTS  24

/* What incidents do to one path. */
typedef struct
{
  double latency_add, jitter_add, loss_add, use_add;
  gboolean down;
  const LabIncident *why;
} Effect;

const char *
lab_incident_kind_name (LabIncidentKind kind)
{
  static const char *const names[] = { "fibre_cut", "power_loss", "congestion" };

  return names[kind];
}

static void
aim (const LabWorld *world, LabIncident *incident, guint64 h)
{
  const LabPath *path = &world->paths[lab_mix (h) % world->n_paths];
  guint site = path->src;

  switch (incident->kind)
    {
    case LAB_INCIDENT_FIBRE_CUT:
      incident->corridor = path->corridor;
      break;
    case LAB_INCIDENT_POWER_LOSS:
      /* The headquarters has its own generator. */
      site = site == 0 ? path->dst : site;
      incident->site = (gint32) site;
      break;
    case LAB_INCIDENT_CONGESTION:
    default:
      incident->site = (gint32) site;
      break;
    }
  g_strlcpy (incident->where, world->sites[site].location_label[0] != '\0'
                                ? world->sites[site].location_label
                                : world->sites[site].name,
             sizeof incident->where);
}

/* The incident that window @w holds of @kind, if the seed wants one there. */
static gboolean
scheduled (const LabWorld *world, gint64 w, LabIncidentKind kind, LabIncident *out)
{
  static const double chance[] = { 0.30, 0.35, 0.55 };
  static const gint64 shortest[] = { 50, 40, 60 };
  guint64 h = lab_hash (world->seed, 0x14c1 + kind, (guint64) w);

  if (world->n_paths == 0 || lab_unit (h) >= chance[kind])
    return FALSE;
  memset (out, 0, sizeof *out);
  out->kind = kind;
  out->id = h;
  out->corridor = out->site = -1;
  out->begin = w * WINDOW_SECONDS + (gint64) (lab_mix (h + 1) % WINDOW_SECONDS);
  out->end = out->begin + shortest[kind] + (gint64) (lab_mix (h + 2) % 150);
  aim (world, out, h);
  return TRUE;
}

guint
lab_sim_active (const LabWorld *world, gint64 tick, LabIncident *out, guint max)
{
  guint n = 0;

  for (guint i = 0; i < world->incidents->len && n < max; i++)
    {
      const LabIncident *incident = &g_array_index (world->incidents, LabIncident, i);

      if (tick >= incident->begin && tick < incident->end)
        out[n++] = *incident;
    }
  for (gint64 w = tick / WINDOW_SECONDS - WINDOWS_BACK + 1; w <= tick / WINDOW_SECONDS; w++)
    for (guint kind = 0; kind < LAB_N_INCIDENT_KINDS && n < max; kind++)
      if (scheduled (world, w, kind, &out[n]) && tick >= out[n].begin && tick < out[n].end)
        n++;
  return n;
}

/* A site without power comes back before its incident ends, and then catches up. */
static gboolean
is_dark (const LabIncident *incident, gint64 tick)
{
  return tick < incident->end - MAX (5, (incident->end - incident->begin) / 5);
}

static void
add_fibre_cut (const LabWorld *world, const LabPath *path, guint index, const LabIncident *incident, Effect *effect)
{
  guint64 h = lab_hash (world->seed, incident->id, index);

  if (lab_unit (h) < 0.2)
    effect->down = TRUE;
  effect->latency_add += 12 + path->base_latency_ms * (0.4 + lab_unit (lab_mix (h)));
  effect->jitter_add += 4 + 10 * lab_unit (lab_mix (h + 1));
  effect->loss_add += 1.2 + 5 * lab_unit (lab_mix (h + 2));
  effect->why = incident;
}

static Effect
effect_on (const LabWorld *world, const LabPath *path, guint index, gint64 tick,
           const LabIncident *incidents, guint n)
{
  Effect effect = { 0 };

  for (guint i = 0; i < n; i++)
    {
      const LabIncident *incident = &incidents[i];
      gboolean ours = incident->site == (gint32) path->src || incident->site == (gint32) path->dst;

      if (incident->kind == LAB_INCIDENT_FIBRE_CUT && incident->corridor == path->corridor)
        add_fibre_cut (world, path, index, incident, &effect);
      else if (incident->kind == LAB_INCIDENT_POWER_LOSS && ours && is_dark (incident, tick))
        {
          effect.down = TRUE;
          effect.why = incident;
        }
      else if (incident->kind == LAB_INCIDENT_CONGESTION && ours)
        {
          /* Every path of the site is fuller, some too full. */
          effect.use_add += 0.4 + 0.6 * lab_unit (lab_hash (world->seed, incident->id, index));
          effect.why = incident;
        }
    }
  return effect;
}

/* Least at 4 in the morning where the path begins, most at 4 in the afternoon: 0 to 1. */
static double
daily (const LabWorld *world, const LabPath *path, gint64 tick)
{
  double lon = world->sites[path->src].lon;
  double hours = (double) (tick % 86400) / 3600 + (isnan (lon) ? 0 : lon / 15);

  return 0.5 - 0.5 * cos ((hours - 4) / 24 * 2 * G_PI);
}

static double
use_of (const LabWorld *world, const LabPath *path, guint index, gint64 tick, const Effect *effect)
{
  guint64 what = 0x05e00000u + index;

  return MAX (0.01, path->background * (0.3 + 0.7 * daily (world, path, tick)) +
                    path->flow_mbps / path->capacity_mbps + effect->use_add +
                    0.06 * lab_noise (world->seed, what, tick, 37));
}

static int
score_of (const LabPathMetrics *m)
{
  double score = 100 - m->latency_ms / 12 - m->jitter_ms * 0.8 - m->packet_loss_pct * 12;

  return (int) CLAMP (score, 0, 100);
}

static void
measure_with (const LabWorld *world, const LabPath *path, guint index, gint64 tick,
              const Effect *effect, LabPathMetrics *out)
{
  double use, queue;

  memset (out, 0, sizeof *out);
  if (effect->down || path->status == LAB_PATH_DOWN)
    {
      out->packet_loss_pct = 100;
      return;
    }
  use = use_of (world, path, index, tick, effect);
  /* Waiting grows as 1/(1 - use), as in a queue with random arrivals, up to a full buffer. */
  queue = MIN (60, 0.6 * use / MAX (0.01, 1.02 - MIN (use, 1)));
  out->reachable = TRUE;
  out->latency_ms = path->base_latency_ms * (1 + 0.02 * lab_noise (world->seed, 0x1a0000000u + index, tick, 11)) +
                    queue + effect->latency_add +
                    path->base_jitter_ms * lab_unit (lab_hash (world->seed, 0x2a0000000u + index, (guint64) tick));
  out->jitter_ms = path->base_jitter_ms * (0.5 + lab_unit (lab_hash (world->seed, 0x3a0000000u + index, (guint64) tick))) +
                   queue * 0.25 + effect->jitter_add;
  out->packet_loss_pct = 0.02 * lab_unit (lab_hash (world->seed, 0x4a0000000u + index, (guint64) tick)) +
                         effect->loss_add + (use > 0.97 ? MIN (8, (use - 0.97) * 25) : 0);
  out->bandwidth_mbps = path->capacity_mbps * MIN (use, 1) * (1 - MIN (0.9, out->packet_loss_pct / 100));
  out->score = score_of (out);
}

void
lab_sim_measure_path (const LabWorld *world, const LabPath *path, gint64 tick, LabPathMetrics *out)
{
  LabIncident incidents[MAX_INCIDENTS];
  guint n = lab_sim_active (world, tick, incidents, MAX_INCIDENTS);
  guint index = (guint) (path - world->paths);
  Effect effect = effect_on (world, path, index, tick, incidents, n);

  effect.down = path->status == LAB_PATH_DOWN;
  measure_with (world, path, index, tick, &effect, out);
}

void
lab_sim_measure_past (const LabWorld *world, guint index, const LabPath *then, gint64 tick,
                      LabPathMetrics *out)
{
  LabIncident incidents[MAX_INCIDENTS];
  guint n = lab_sim_active (world, tick, incidents, MAX_INCIDENTS);
  Effect effect = effect_on (world, then, index, tick, incidents, n);

  measure_with (world, then, index, tick, &effect, out);
}

static void
measure_gpu (const LabWorld *world, const LabGpuModel *model, guint64 what, gint64 tick, LabGpu *out)
{
  double busy = 0.5 + 0.5 * lab_noise (world->seed, what, tick, 23);

  out->utilization_pct = 100 * CLAMP (busy * 1.2 - 0.1, 0, 1);
  out->vram_used_mb = model->vram_total_mb * (0.55 + 0.35 * lab_unit (lab_hash (world->seed, what, (guint64) tick / 300)));
  out->temperature_c = 38 + 40 * busy;
  out->power_w = 60 + 360 * busy;
}

void
lab_sim_measure_node (const LabWorld *world, const LabNode *node, gint64 tick, LabNodeMetrics *out)
{
  guint64 what = 0x40de0000u + (guint64) (node - world->nodes) * 16;
  double busy;

  if (!node->simulated)
    {
      lab_proc_read (out);
      return;
    }
  memset (out, 0, sizeof *out);
  busy = 0.5 + 0.5 * lab_noise (world->seed, what, tick, 41);
  out->cpu_pct = 4 + 70 * busy * busy + 4 * lab_unit (lab_hash (world->seed, what + 1, (guint64) tick));
  out->memory_pct = 35 + 30 * (0.5 + 0.5 * lab_noise (world->seed, what + 2, tick, 307));
  out->disk_pct = 30 + 50 * lab_unit (lab_hash (world->seed, what + 3, 0)) + 0.5 * lab_noise (world->seed, what + 3, tick, 3600);
  out->net_rx_bps = 2e6 + 4e8 * busy * busy * lab_unit (lab_hash (world->seed, what + 4, 0));
  out->net_tx_bps = out->net_rx_bps * (0.2 + 0.5 * lab_unit (lab_hash (world->seed, what + 5, (guint64) tick / 30)));
  out->load1 = node->cores * out->cpu_pct / 100;
  out->pressure_cpu = busy > 0.7 ? (busy - 0.7) * 40 : 0;
  out->pressure_memory = 0;
  out->pressure_io = busy > 0.8 ? (busy - 0.8) * 30 : 0;
  for (guint i = 0; i < node->n_gpus; i++)
    measure_gpu (world, &node->gpu_model[i], what + 6 + i, tick, &out->gpu[i]);
}

static void
emit (LabWorld *world, const char *type, const char *severity, const char *source, GString *data)
{
  lab_json_end (data, '}');
  if (world->emit != NULL)
    world->emit (world, type, severity, source, data->str, world->emit_data);
}

static void
touch_path (LabWorld *world, LabPath *path)
{
  path->revision++;
  if (!path->urgent)
    {
      path->urgent = TRUE;
      g_queue_push_tail (&world->urgent, GUINT_TO_POINTER ((guint) (path - world->paths)));
    }
}

static char *
reason_for (const LabPath *path, LabPathStatus status, const Effect *effect)
{
  if (status == LAB_PATH_UP)
    return NULL;
  if (effect->why == NULL)
    return status == LAB_PATH_DOWN ? g_strdup ("A site of this path is out of service")
                                   : g_strdup_printf ("Flows fill it: %.0f of %.0f Mbit/s",
                                                      path->flow_mbps, path->capacity_mbps);
  switch (effect->why->kind)
    {
    case LAB_INCIDENT_FIBRE_CUT:
      return status == LAB_PATH_DOWN
               ? g_strdup_printf ("No answer: fibre cut near %s", effect->why->where)
               : g_strdup_printf ("Loss %.1f %%, rerouted: fibre cut near %s", effect->loss_add, effect->why->where);
    case LAB_INCIDENT_POWER_LOSS:
      return g_strdup_printf ("No answer: %s has lost power", effect->why->where);
    case LAB_INCIDENT_CONGESTION:
    default:
      return g_strdup_printf ("Congestion around %s", effect->why->where);
    }
}

static void
set_path_status (LabWorld *world, LabPath *path, LabPathStatus status, char *reason)
{
  LabPathStatus old = path->status;
  g_autoptr (GString) data = g_string_new ("{");

  g_free (path->reason);
  path->reason = reason;
  path->status = status;
  touch_path (world, path);
  if (!lab_path_visible (world, path))
    return;
  lab_json_string (data, "path_id", path->id);
  lab_json_string (data, "old_status", lab_path_status_name (old));
  lab_json_string (data, "new_status", lab_path_status_name (status));
  lab_json_string (data, "reason", reason != NULL ? reason : "Back to normal");
  lab_json_int (data, "revision", (gint64) path->revision);
  emit (world, "path_status_change",
        status == LAB_PATH_UP ? "info" : status == LAB_PATH_DEGRADED ? "warning" : "critical",
        path->id, data);
}

void
lab_sim_fail_over (LabWorld *world, LabPath *path, gboolean away, const char *why)
{
  g_autoptr (GString) data = g_string_new ("{");

  if (path->backup < 0 || path->failed_over == away)
    return;
  path->failed_over = away;
  world->carriers_changed = TRUE;
  touch_path (world, path);
  if (!lab_path_visible (world, path))
    return;
  lab_json_string (data, "path_id", path->id);
  lab_json_string (data, "backup_path_id", world->paths[path->backup].id);
  lab_json_bool (data, "failed_over", away);
  lab_json_int (data, "flows_moved", path->home_flows);
  lab_json_string (data, "reason", why);
  lab_json_int (data, "revision", (gint64) path->revision);
  emit (world, away ? "path_failover" : "path_failback", away ? "warning" : "info", path->id, data);
}

static void
step_path (LabWorld *world, LabPath *path, const LabIncident *incidents, guint n)
{
  guint index = (guint) (path - world->paths);
  Effect effect = effect_on (world, path, index, world->tick, incidents, n);
  const LabSite *src = &world->sites[path->src], *dst = &world->sites[path->dst];
  double use = use_of (world, path, index, world->tick, &effect);
  LabPathStatus status;

  path->congested = path->congested ? use > 0.85 : use > 0.97;
  if (effect.down || src->removed || dst->removed || src->status == LAB_SITE_INACTIVE ||
      dst->status == LAB_SITE_INACTIVE)
    status = LAB_PATH_DOWN;
  else if (effect.loss_add >= 1 || path->congested)
    status = LAB_PATH_DEGRADED;
  else
    status = LAB_PATH_UP;

  if (status != path->status)
    set_path_status (world, path, status, reason_for (path, status, &effect));
  if (status == LAB_PATH_DOWN && !path->failed_over && path->backup >= 0 &&
      world->paths[path->backup].status != LAB_PATH_DOWN)
    lab_sim_fail_over (world, path, TRUE, path->reason);
  else if (status == LAB_PATH_UP && path->failed_over && !path->manual_failover)
    lab_sim_fail_over (world, path, FALSE, "The path is back");
  world->n_up += status == LAB_PATH_UP;
  world->n_degraded += status == LAB_PATH_DEGRADED;
  world->n_down += status == LAB_PATH_DOWN;
}

static void
set_site_status (LabWorld *world, LabSite *site, LabSiteStatus status, const char *reason)
{
  LabSiteStatus old = site->status;
  g_autoptr (GString) data = g_string_new ("{");

  site->status = status;
  site->revision++;
  for (guint i = 0; i < site->n_endpoints; i++)
    site->endpoints[i].reachable = status != LAB_SITE_INACTIVE;
  if (site->removed)
    return;
  lab_json_string (data, "site_id", site->id);
  lab_json_string (data, "site_name", site->name);
  lab_json_string (data, "old_status", lab_site_status_name (old));
  lab_json_string (data, "new_status", lab_site_status_name (status));
  lab_json_string (data, "reason", reason);
  lab_json_int (data, "revision", (gint64) site->revision);
  emit (world, "site_status_change",
        status == LAB_SITE_INACTIVE ? "critical" : status == LAB_SITE_DEGRADED ? "warning" : "info",
        site->id, data);
}

static void
step_site (LabWorld *world, guint index, const LabIncident *incidents, guint n)
{
  LabSite *site = &world->sites[index];
  LabSiteStatus status = site->maintenance ? LAB_SITE_MAINTENANCE : LAB_SITE_ACTIVE;
  const char *reason = site->maintenance ? "An administrator put it into maintenance" : "Back to normal";

  for (guint i = 0; i < n; i++)
    if (incidents[i].kind == LAB_INCIDENT_POWER_LOSS && incidents[i].site == (gint32) index)
      {
        gboolean dark = is_dark (&incidents[i], world->tick);

        status = dark ? LAB_SITE_INACTIVE : LAB_SITE_DEGRADED;
        reason = dark ? "Lost power" : "Power is back, services are starting";
      }
  if (status != site->status)
    set_site_status (world, site, status, reason);
  if (status != LAB_SITE_INACTIVE)
    site->last_seen = world->tick * G_USEC_PER_SEC;
}

static void
step_node (LabWorld *world, LabNode *node)
{
  gboolean online = node->site < 0 || world->sites[node->site].status != LAB_SITE_INACTIVE;
  g_autoptr (GString) data = NULL;

  if (online == node->online)
    return;
  node->online = online;
  node->revision++;
  data = g_string_new ("{");
  lab_json_string (data, "node_id", node->id);
  lab_json_string (data, "node_name", node->name);
  lab_json_string (data, "old_status", online ? "offline" : "online");
  lab_json_string (data, "new_status", online ? "online" : "offline");
  lab_json_string (data, "reason", online ? "It answers again" : "Its site has lost power");
  lab_json_int (data, "revision", (gint64) node->revision);
  emit (world, "node_status_change", online ? "info" : "critical", node->id, data);
}

/* Now and then a policy turns a flow away. */
static void
maybe_block (LabWorld *world)
{
  guint64 h = lab_hash (world->seed, 0xb10c, (guint64) world->tick);
  g_autoptr (GString) data = NULL;
  const LabFlow *flow;
  char src[20], dst[20];

  if (world->n_flows == 0 || h % 7 != 0)
    return;
  flow = NULL;
  for (guint i = 0; i < 200; i++)
    {
      const LabFlow *candidate = &world->flows[(lab_mix (h) + i) % world->n_flows];

      if (candidate->status == LAB_FLOW_BLOCKED)
        {
          flow = candidate;
          break;
        }
    }
  if (flow == NULL)
    return;
  g_snprintf (src, sizeof src, "%u.%u.%u.%u", flow->src_ip >> 24, flow->src_ip >> 16 & 255, flow->src_ip >> 8 & 255, flow->src_ip & 255);
  g_snprintf (dst, sizeof dst, "%u.%u.%u.%u", flow->dst_ip >> 24, flow->dst_ip >> 16 & 255, flow->dst_ip >> 8 & 255, flow->dst_ip & 255);
  data = g_string_new ("{");
  lab_json_begin (data, "flow", '{');
  lab_json_string (data, "src", src);
  lab_json_string (data, "dst", dst);
  lab_json_int (data, "port", flow->dst_port);
  lab_json_string (data, "protocol", lab_protocol_name (flow->protocol));
  lab_json_end (data, '}');
  lab_json_string (data, "policy_id", lab_policies[flow->policy].id);
  lab_json_string (data, "policy_name", lab_policies[flow->policy].name);
  emit (world, "policy_block", "warning", lab_policies[flow->policy].id, data);
}

static void
forget_past_incidents (LabWorld *world)
{
  for (guint i = world->incidents->len; i > 0; i--)
    if (g_array_index (world->incidents, LabIncident, i - 1).end <= world->tick)
      g_array_remove_index (world->incidents, i - 1);
}

void
lab_sim_step (LabWorld *world, gint64 tick)
{
  LabIncident incidents[MAX_INCIDENTS];
  guint n;

  world->tick = tick;
  forget_past_incidents (world);
  n = lab_sim_active (world, tick, incidents, MAX_INCIDENTS);
  lab_flows_step (world);
  for (guint i = 0; i < world->n_sites; i++)
    step_site (world, i, incidents, n);
  world->n_up = world->n_degraded = world->n_down = 0;
  for (guint i = 0; i < world->n_paths; i++)
    step_path (world, &world->paths[i], incidents, n);
  for (guint i = 0; i < world->n_nodes; i++)
    step_node (world, &world->nodes[i]);
  if (world->carriers_changed)
    lab_flows_carry (world);
  world->carriers_changed = FALSE;
  maybe_block (world);
}

void
lab_sim_incident (LabWorld *world, const LabIncident *incident)
{
  g_array_append_val (world->incidents, *incident);
  lab_sim_step (world, world->tick);
}

void
lab_sim_clear (LabWorld *world)
{
  g_array_set_size (world->incidents, 0);
  lab_sim_step (world, world->tick);
}
