/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>
#include <math.h>

G_BEGIN_DECLS

typedef enum
{
  LAB_SITE_ACTIVE,
  LAB_SITE_DEGRADED,
  LAB_SITE_INACTIVE,
  LAB_SITE_MAINTENANCE,
  LAB_N_SITE_STATUS
} LabSiteStatus;

typedef enum
{
  LAB_PATH_UP,
  LAB_PATH_DEGRADED,
  LAB_PATH_DOWN
} LabPathStatus;

typedef enum
{
  LAB_SITE_HQ,
  LAB_SITE_BRANCH,
  LAB_SITE_CLOUD,
  LAB_SITE_NODE,
  LAB_N_SITE_KIND
} LabSiteKind;

typedef enum
{
  LAB_FLOW_ACTIVE,
  LAB_FLOW_IDLE,
  LAB_FLOW_BLOCKED,
  LAB_FLOW_CLOSED
} LabFlowStatus;

#define LAB_MAX_ENDPOINTS 8

typedef struct
{
  char address[56];
  char interface_type[16];
  double cost_per_gb;
  gboolean reachable;
} LabEndpoint;

typedef struct
{
  char *id;
  char *name;
  char *location_label;
  char *labels;                 /* a JSON object as text */
  char *version;
  LabSiteKind kind;
  LabSiteStatus status;
  double lat, lon;              /* NAN when the site has no place */
  LabEndpoint endpoints[LAB_MAX_ENDPOINTS];
  guint n_endpoints;
  gint64 created_at;            /* unix µs */
  gint64 last_seen;
  guint64 revision;
  guint64 updated_seq;
  gboolean simulated;
  gboolean maintenance;         /* asked for by an admin: stays until taken back */
  gboolean removed;
  gboolean edited;              /* differs from what the seed gives: kept in the database */
} LabSite;

typedef struct
{
  double latency_ms, jitter_ms, packet_loss_pct, bandwidth_mbps;
  int score;
  gboolean reachable;           /* FALSE: latency and jitter have no sample */
} LabPathMetrics;

typedef struct
{
  char id[32];
  guint src, dst;
  guint8 src_endpoint, dst_endpoint;
  LabPathStatus status;
  char *reason;                 /* why it is not up */
  double base_latency_ms, base_jitter_ms, capacity_mbps, background;
  gint32 corridor;              /* the trench it lies in: one cut takes all that share it */
  gint32 backup;                /* index of the path that takes over, or -1 */
  gboolean failed_over;         /* its flows are on the backup */
  gboolean manual_failover;
  gboolean congested;
  gboolean urgent;              /* changed: its next frame goes first */
  double flow_mbps;             /* what the flows put on it now */
  guint home_flows;             /* flows that belong on it */
  LabPathMetrics metrics;       /* as last sent */
  gint64 measured_at;
  guint64 metric_seq;
  guint64 revision;
  guint64 updated_seq;
} LabPath;

typedef struct
{
  guint32 src_ip, dst_ip;
  guint16 src_port, dst_port;
  guint8 protocol;              /* 6, 17 or 1 */
  guint8 policy;
  guint8 status;                /* LabFlowStatus */
  guint8 bumped;                /* times an admin had it decided anew */
  gint32 home_path;             /* what the policy prefers */
  gint32 path;                  /* what carries it now, or -1 */
  gint32 generation;
  float mbps;
  gint64 started;               /* unix s */
  guint32 life;
  guint32 phase;
} LabFlow;

typedef struct
{
  char name[40];
  int vram_total_mb;
} LabGpuModel;

typedef struct
{
  double utilization_pct, vram_used_mb, temperature_c, power_w;
} LabGpu;

#define LAB_MAX_GPUS 4

typedef struct
{
  double cpu_pct, memory_pct, disk_pct, net_rx_bps, net_tx_bps, load1;
  double pressure_cpu, pressure_memory, pressure_io;    /* NAN when the kernel has none */
  LabGpu gpu[LAB_MAX_GPUS];
} LabNodeMetrics;

typedef struct
{
  char *id;
  char *name;
  char *role;
  char *os;
  char *kernel;
  char *address;
  gint32 site;                  /* index, or -1 */
  gboolean simulated;
  gboolean online;
  int cores;
  double memory_total_mb, disk_total_gb;
  gint64 boot_at;               /* unix s */
  guint n_gpus;
  LabGpuModel gpu_model[LAB_MAX_GPUS];
  LabNodeMetrics metrics;
  gint64 measured_at;
  guint64 metric_seq;
  guint64 revision;
  guint64 updated_seq;
} LabNode;

typedef enum
{
  LAB_INCIDENT_FIBRE_CUT,
  LAB_INCIDENT_POWER_LOSS,
  LAB_INCIDENT_CONGESTION,
  LAB_N_INCIDENT_KINDS
} LabIncidentKind;

typedef struct
{
  LabIncidentKind kind;
  guint64 id;
  gint64 begin, end;            /* unix s */
  gint32 corridor;              /* of a fibre cut */
  gint32 site;                  /* of a power loss or a congestion */
  char where[64];
} LabIncident;

typedef struct
{
  const char *id;
  const char *name;
  const char *preference;
  gboolean deny;
} LabPolicy;

extern const LabPolicy lab_policies[];
extern const guint lab_n_policies;

typedef struct LabWorld LabWorld;

/* Called for each thing that happens; @data is a JSON object as text. Takes no ownership. */
typedef void (*LabEmitFunc) (LabWorld *world, const char *type, const char *severity,
                             const char *source, const char *data, gpointer user_data);

struct LabWorld
{
  guint64 seed;
  gint64 tick;                  /* unix s: the world is a function of seed and tick */
  guint64 revision_base;

  LabSite *sites;
  guint n_sites, max_sites;
  LabPath *paths;
  guint n_paths;
  LabFlow *flows;
  guint n_flows;
  GArray *habits;               /* of LabHabitFlow */
  LabNode *nodes;
  guint n_nodes;

  GHashTable *site_index;       /* id → index + 1 */
  GHashTable *path_index;
  GHashTable *node_index;
  guint *site_path_start;       /* n_sites + 1 offsets into site_paths */
  guint *site_paths;
  GArray *incidents;            /* LabIncident: those an admin caused */
  GQueue urgent;                /* indices of paths whose frame goes first */

  guint next_path, next_node;   /* round robin */
  guint64 frames;
  guint n_up, n_degraded, n_down;
  gboolean carriers_changed;

  LabEmitFunc emit;
  gpointer emit_data;
};

LabWorld *lab_world_new         (guint64 seed, gint64 tick);
void      lab_world_free        (LabWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabWorld, lab_world_free)

/* Fills an empty world. Sites and paths may have come from a file before. */
void      lab_world_generate    (LabWorld *world, guint sites, guint paths);
LabSite  *lab_world_add_site    (LabWorld *world, const char *id, const char *name,
                                 LabSiteKind kind, double lat, double lon, const char *label);
gboolean  lab_world_add_path    (LabWorld *world, guint src, guint dst, double capacity_mbps);

/* Everything that needs all sites and paths: backups, flows, nodes, first measurement. */
void      lab_world_settle      (LabWorld *world, guint flows);

/* JSON as the API lists it: {"sites":[…],"paths":[…]}. */
gboolean  lab_world_load_json   (LabWorld *world, const char *data, gsize length, GError **error);

LabSite  *lab_world_site        (LabWorld *world, const char *id);
LabPath  *lab_world_path        (LabWorld *world, const char *id);
LabNode  *lab_world_node        (LabWorld *world, const char *id);
gboolean  lab_path_visible      (const LabWorld *world, const LabPath *path);
guint     lab_world_count_sites (const LabWorld *world);
guint     lab_world_count_paths (const LabWorld *world);

/* A digest of all that is simulated, for telling two worlds apart. */
guint64   lab_world_digest      (const LabWorld *world);

/* lab-sim.c: one tick, and what one path or node measures at a tick. */
void      lab_sim_step          (LabWorld *world, gint64 tick);
void      lab_sim_measure_path  (const LabWorld *world, const LabPath *path, gint64 tick,
                                 LabPathMetrics *out);
/* The same for a tick gone by; @then is a copy of path @index with the status it had. */
void      lab_sim_measure_past  (const LabWorld *world, guint index, const LabPath *then,
                                 gint64 tick, LabPathMetrics *out);
void      lab_sim_measure_node  (const LabWorld *world, const LabNode *node, gint64 tick,
                                 LabNodeMetrics *out);
void      lab_sim_incident      (LabWorld *world, const LabIncident *incident);
void      lab_sim_clear         (LabWorld *world);
void      lab_sim_fail_over     (LabWorld *world, LabPath *path, gboolean away, const char *why);
guint     lab_sim_active        (const LabWorld *world, gint64 tick, LabIncident *out, guint max);
const char *lab_incident_kind_name (LabIncidentKind kind);

/* lab-flows-sim.c: flows come, go and follow the paths. */
void      lab_flows_make        (LabWorld *world, guint flows);
void      lab_flows_step        (LabWorld *world);
void      lab_flow_bytes        (const LabWorld *world, guint index, gint64 *tx, gint64 *rx);
void      lab_flows_carry       (LabWorld *world);
void      lab_flow_decide       (LabWorld *world, guint index);

const char *lab_site_status_name (LabSiteStatus status);
const char *lab_site_kind_name   (LabSiteKind kind);
const char *lab_path_status_name (LabPathStatus status);
const char *lab_flow_status_name (LabFlowStatus status);
const char *lab_protocol_name    (guint8 protocol);
gboolean    lab_site_status_parse (const char *text, LabSiteStatus *status);
gboolean    lab_site_kind_parse   (const char *text, LabSiteKind *kind);

#define LAB_CAPACITY_DEFAULT 1000.0

G_END_DECLS
