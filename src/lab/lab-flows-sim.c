/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-world.h"

#include "lab-rng.h"
#include "lab-workloads.h"

/* One flow in so many is between the pods of the cluster, as their habits have it. */
#define HABIT_EACH 16

const LabPolicy lab_policies[] = {
  { "policy-default", "Default", "LowestLatency", FALSE },
  { "policy-voip", "VoIP and video", "LowestLatency", FALSE },
  { "policy-backup", "Nightly backup", "LowestCost", FALSE },
  { "policy-bulk", "Bulk transfer", "HighestBandwidth", FALSE },
  { "policy-saas", "Office applications", "LowestPacketLoss", FALSE },
  { "policy-ssh-block", "Block SSH", NULL, TRUE },
  { "policy-telnet-block", "Block Telnet", NULL, TRUE },
};

const guint lab_n_policies = G_N_ELEMENTS (lab_policies);

typedef struct
{
  guint16 port;
  guint8 protocol;
  guint8 policy;
  float mbps;
} Service;

static const Service services[] = {
  { 443, 6, 4, 0.9f }, { 443, 6, 0, 0.6f },  { 443, 17, 4, 0.8f }, { 80, 6, 0, 0.3f },
  { 53, 17, 0, 0.01f }, { 5060, 17, 1, 0.1f }, { 16384, 17, 1, 1.2f }, { 22, 6, 5, 0.1f },
  { 445, 6, 3, 3.0f },  { 873, 6, 2, 4.0f },  { 5432, 6, 0, 0.7f }, { 8080, 6, 0, 0.4f },
  { 3389, 6, 0, 0.5f }, { 23, 6, 6, 0.02f },  { 6379, 6, 0, 0.3f }, { 9000, 6, 3, 2.0f },
};

/* Which path carries the flow now: its own, the backup that took over, or none. */
static gint32
carrier_of (const LabWorld *world, gint32 home)
{
  const LabPath *path;

  if (home < 0)
    return -1;
  path = &world->paths[home];
  return path->failed_over && path->backup >= 0 ? path->backup : home;
}

void
lab_flow_decide (LabWorld *world, guint index)
{
  LabFlow *flow = &world->flows[index];

  flow->path = lab_policies[flow->policy].deny ? -1 : carrier_of (world, flow->home_path);
}

/* What policies let pass or not is another matter: this is what was seen on the wire, and no routing policy blocks it. */
static void
become_habit (const LabWorld *world, LabFlow *flow, guint64 g)
{
  const LabHabitFlow *habit = &g_array_index (world->habits, LabHabitFlow, g % world->habits->len);

  flow->src_ip = habit->src;
  flow->dst_ip = habit->dst;
  flow->dst_port = habit->port;
  flow->protocol = habit->protocol;
  flow->policy = 0;
}

/* Slot @index gets the flow that the seed puts there in @generation. */
static void
make_flow (LabWorld *world, guint index, gint32 generation)
{
  LabFlow *flow = &world->flows[index];
  guint64 h = lab_hash (world->seed, 0xf1000000u + index, (guint64) generation + ((guint64) flow->bumped << 32));
  const Service *service = &services[h % G_N_ELEMENTS (services)];
  guint64 g = lab_mix (h);
  guint a = 0, b = 0;
  double share;

  flow->generation = generation;
  flow->home_path = world->n_paths > 0 ? (gint32) (g % world->n_paths) : -1;
  if (flow->home_path >= 0)
    {
      a = world->paths[flow->home_path].src;
      b = world->paths[flow->home_path].dst;
    }
  flow->src_ip = 10u << 24 | (a & 0xfff) << 12 | (guint32) (g >> 20 & 0xfff);
  flow->dst_ip = 10u << 24 | (b & 0xfff) << 12 | (guint32) (g >> 32 & 0xfff);
  flow->src_port = (guint16) (32768 + (g >> 44) % 28000);
  flow->dst_port = service->port;
  flow->protocol = service->protocol;
  flow->policy = service->policy;
  if (index % HABIT_EACH == 1 && world->habits->len > 0)
    become_habit (world, flow, g);
  flow->status = lab_policies[flow->policy].deny ? LAB_FLOW_BLOCKED
                 : h >> 40 & 7 ? LAB_FLOW_ACTIVE : LAB_FLOW_IDLE;
  flow->started = (gint64) generation * flow->life - flow->phase;
  /* All flows together fill about a fifth of what the paths can carry. */
  share = world->n_flows > 0 ? MIN (1, 30.0 * world->n_paths / world->n_flows) : 1;
  flow->mbps = flow->status == LAB_FLOW_ACTIVE
                 ? (float) (service->mbps * share * (0.3 + 1.5 * lab_unit (lab_mix (g)))) : 0;
  lab_flow_decide (world, index);
}

static gint32
generation_at (const LabFlow *flow, gint64 tick)
{
  return (gint32) ((tick + flow->phase) / flow->life);
}

void
lab_flows_make (LabWorld *world, guint flows)
{
  LabWorkloads *workloads = lab_workloads_new (world->seed);

  world->n_flows = flows;
  world->flows = g_new0 (LabFlow, flows + 1);
  world->habits = lab_workloads_flows (workloads);
  lab_workloads_free (workloads);
  for (guint i = 0; i < flows; i++)
    {
      LabFlow *flow = &world->flows[i];
      guint64 h = lab_hash (world->seed, 0x11fe, i);

      flow->life = 60 + (guint32) (h % 1740);
      flow->phase = (guint32) ((h >> 32) % flow->life);
      make_flow (world, i, generation_at (flow, world->tick));
    }
}

void
lab_flows_step (LabWorld *world)
{
  for (guint i = 0; i < world->n_paths; i++)
    {
      world->paths[i].flow_mbps = 0;
      world->paths[i].home_flows = 0;
    }
  for (guint i = 0; i < world->n_flows; i++)
    {
      LabFlow *flow = &world->flows[i];
      gint32 generation = generation_at (flow, world->tick);

      if (generation != flow->generation)
        make_flow (world, i, generation);
      if (flow->home_path >= 0 && flow->status != LAB_FLOW_BLOCKED)
        world->paths[flow->home_path].home_flows++;
      if (flow->path >= 0 && world->paths[flow->path].status != LAB_PATH_DOWN)
        world->paths[flow->path].flow_mbps += flow->mbps;
    }
}

void
lab_flows_carry (LabWorld *world)
{
  for (guint i = 0; i < world->n_flows; i++)
    lab_flow_decide (world, i);
}

void
lab_flow_bytes (const LabWorld *world, guint index, gint64 *tx, gint64 *rx)
{
  const LabFlow *flow = &world->flows[index];
  gint64 age = MAX (0, world->tick - flow->started);
  guint64 h = lab_hash (world->seed, 0xb17e, index);

  *tx = (gint64) (flow->mbps * 125000 * (double) age * (0.1 + 0.5 * lab_unit (h)));
  *rx = (gint64) (flow->mbps * 125000 * (double) age) - *tx;
  if (flow->status == LAB_FLOW_IDLE)
    *tx = *rx = (gint64) (h % 20000);
}
