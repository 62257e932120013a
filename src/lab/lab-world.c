/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-world.h"

#include <string.h>

#include "lab-json.h"
#include "lab-cities.h"
#include "lab-options.h"
#include "lab-rng.h"

static const char *const site_status_names[] = { "active", "degraded", "inactive", "maintenance" };
static const char *const site_kind_names[] = { "hq", "branch", "cloud", "node" };
static const char *const path_status_names[] = { "up", "degraded", "down" };
static const char *const flow_status_names[] = { "active", "idle", "blocked", "closed" };

const char *
lab_site_status_name (LabSiteStatus status)
{
  return site_status_names[status];
}

const char *
lab_site_kind_name (LabSiteKind kind)
{
  return site_kind_names[kind];
}

const char *
lab_path_status_name (LabPathStatus status)
{
  return path_status_names[status];
}

const char *
lab_flow_status_name (LabFlowStatus status)
{
  return flow_status_names[status];
}

const char *
lab_protocol_name (guint8 protocol)
{
  return protocol == 6 ? "tcp" : protocol == 17 ? "udp" : "icmp";
}

static gboolean
find_name (const char *text, const char *const *names, guint n, guint *found)
{
  for (guint i = 0; text != NULL && i < n; i++)
    if (g_ascii_strcasecmp (text, names[i]) == 0)
      {
        *found = i;
        return TRUE;
      }
  return FALSE;
}

gboolean
lab_site_status_parse (const char *text, LabSiteStatus *status)
{
  guint found;

  if (!find_name (text, site_status_names, G_N_ELEMENTS (site_status_names), &found))
    return FALSE;
  *status = found;
  return TRUE;
}

gboolean
lab_site_kind_parse (const char *text, LabSiteKind *kind)
{
  guint found;

  if (!find_name (text, site_kind_names, G_N_ELEMENTS (site_kind_names), &found))
    return FALSE;
  *kind = found;
  return TRUE;
}

LabWorld *
lab_world_new (guint64 seed, gint64 tick)
{
  LabWorld *world = g_new0 (LabWorld, 1);

  world->seed = seed;
  world->tick = tick;
  world->site_index = g_hash_table_new (g_str_hash, g_str_equal);
  world->path_index = g_hash_table_new (g_str_hash, g_str_equal);
  world->node_index = g_hash_table_new (g_str_hash, g_str_equal);
  world->incidents = g_array_new (FALSE, FALSE, sizeof (LabIncident));
  g_queue_init (&world->urgent);
  world->paths = g_new0 (LabPath, LAB_MAX_PATHS);
  return world;
}

void
lab_world_free (LabWorld *world)
{
  for (guint i = 0; i < world->n_sites; i++)
    {
      g_free (world->sites[i].id);
      g_free (world->sites[i].name);
      g_free (world->sites[i].location_label);
      g_free (world->sites[i].labels);
      g_free (world->sites[i].version);
    }
  for (guint i = 0; i < world->n_paths; i++)
    g_free (world->paths[i].reason);
  for (guint i = 0; i < world->n_nodes; i++)
    {
      g_free (world->nodes[i].id);
      g_free (world->nodes[i].name);
      g_free (world->nodes[i].role);
      g_free (world->nodes[i].os);
      g_free (world->nodes[i].kernel);
      g_free (world->nodes[i].address);
    }
  g_hash_table_unref (world->site_index);
  g_hash_table_unref (world->path_index);
  g_hash_table_unref (world->node_index);
  g_array_unref (world->incidents);
  g_queue_clear (&world->urgent);
  g_free (world->sites);
  g_free (world->paths);
  g_free (world->flows);
  g_clear_pointer (&world->habits, g_array_unref);
  g_free (world->nodes);
  g_free (world->site_path_start);
  g_free (world->site_paths);
  g_free (world);
}

static void
give_endpoints (LabWorld *world, LabSite *site, guint index)
{
  static const char *const types[] = { "fiber", "lte", "mpls", "cable" };
  guint64 h = lab_hash (world->seed, 0xe9d, index);

  site->n_endpoints = site->kind == LAB_SITE_BRANCH ? 2 : 3;
  for (guint i = 0; i < site->n_endpoints; i++)
    {
      LabEndpoint *endpoint = &site->endpoints[i];
      const char *type = types[i == 0 ? 0 : (h >> (8 * i)) % G_N_ELEMENTS (types)];

      /* 198.18.0.0/15 is set aside for benchmarks (RFC 2544): nobody's real address. */
      g_snprintf (endpoint->address, sizeof endpoint->address, "198.%u.%u.%u:51820",
                  18 + (index >> 14 & 1), index >> 6 & 255, (index << 2 & 252) + i);
      g_strlcpy (endpoint->interface_type, type, sizeof endpoint->interface_type);
      endpoint->cost_per_gb = g_str_equal (type, "lte") ? 4.5 : g_str_equal (type, "mpls") ? 0.8 : 0;
      endpoint->reachable = TRUE;
    }
}

static void
index_site (LabWorld *world, guint index)
{
  g_hash_table_insert (world->site_index, world->sites[index].id, GUINT_TO_POINTER (index + 1));
}

LabSite *
lab_world_add_site (LabWorld *world, const char *id, const char *name, LabSiteKind kind,
                    double lat, double lon, const char *label)
{
  LabSite *site;
  guint index = world->n_sites;

  if (index >= 2 * LAB_MAX_SITES || g_hash_table_contains (world->site_index, id))
    return NULL;
  if (index == world->max_sites)
    {
      world->max_sites = MAX (64, world->max_sites * 2);
      world->sites = g_renew (LabSite, world->sites, world->max_sites);
    }
  site = &world->sites[index];
  memset (site, 0, sizeof *site);
  site->id = g_strdup (id);
  site->name = g_strdup (name);
  site->kind = kind;
  site->lat = lat;
  site->lon = lon;
  site->location_label = g_strdup (label != NULL ? label : "");
  site->version = g_strdup_printf ("1.%u.%u", 4 + (guint) (lab_hash (world->seed, 0x7e5, index) % 3),
                                   (guint) (lab_hash (world->seed, 0x7e6, index) % 8));
  site->created_at = (1735689600 + (gint64) (lab_hash (world->seed, 0xc4ea, index) % 20000000)) *
                     G_USEC_PER_SEC;
  site->last_seen = world->tick * G_USEC_PER_SEC;
  site->revision = world->revision_base + 1;
  site->simulated = TRUE;
  site->labels = g_strdup ("{}");
  give_endpoints (world, site, index);
  world->n_sites++;
  index_site (world, index);
  return site;
}

static LabSiteKind
kind_of (guint index)
{
  if (index == 0)
    return LAB_SITE_HQ;
  if (index < 4 || index % 50 == 7)
    return LAB_SITE_HQ;
  if (index == 4 || index == 7 || index == 8 || index == 9 || index % 11 == 10)
    return LAB_SITE_CLOUD;
  return LAB_SITE_BRANCH;
}

static void
generate_site (LabWorld *world, guint index)
{
  static const char *const tiers[] = { "gold", "silver", "bronze" };
  const LabCity *city = &lab_cities[index % lab_n_cities];
  guint round = index / lab_n_cities;
  LabSiteKind kind = kind_of (index);
  g_autofree char *slug = g_ascii_strdown (city->name, -1);
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  double lat = city->lat, lon = city->lon;
  LabSite *site;

  for (char *p = slug; *p != '\0'; p++)
    if (*p == ' ')
      *p = '-';
  if (round > 0)
    {
      double reach = 1.0 + 0.15 * MIN (round, 40);

      lat = CLAMP (lat + reach * (lab_unit (lab_hash (world->seed, 0x1a7, index)) * 2 - 1), -80, 80);
      lon += 1.4 * reach * (lab_unit (lab_hash (world->seed, 0x104, index)) * 2 - 1);
      lon = lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
    }
  id = g_strdup_printf ("site-%04u", index + 1);
  name = index == 0 ? g_strdup ("headquarters")
         : round == 0 ? g_strdup_printf ("%s-%s", site_kind_names[kind], slug)
                      : g_strdup_printf ("%s-%s-%u", site_kind_names[kind], slug, round + 1);
  site = lab_world_add_site (world, id, name, kind, lat, lon, city->name);
  g_free (site->labels);
  site->labels = g_strdup_printf ("{\"region\":\"%s\",\"tier\":\"%s\"}",
                                  lon < -30 ? "americas" : lon < 60 ? "emea" : "apac",
                                  kind == LAB_SITE_HQ ? "gold" : tiers[lab_hash (world->seed, 0x71e, index) % 3]);
}

/* Great-circle distance in kilometres (haversine); sites without a place count as 500 km apart. */
static double
distance_km (const LabSite *a, const LabSite *b)
{
  double rad = G_PI / 180, x, y;

  if (isnan (a->lat) || isnan (b->lat) || isnan (a->lon) || isnan (b->lon))
    return 500;
  x = sin ((b->lat - a->lat) * rad / 2);
  y = sin ((b->lon - a->lon) * rad / 2);
  return 12742 * asin (sqrt (MIN (1, x * x + cos (a->lat * rad) * cos (b->lat * rad) * y * y)));
}

/* Paths whose middles lie in one cell of 6 by 9 degrees share a trench. */
static gint32
corridor_of (const LabSite *a, const LabSite *b)
{
  double lat, lon;

  if (isnan (a->lat) || isnan (b->lat))
    return 0;
  lat = (a->lat + b->lat) / 2;
  lon = (a->lon + b->lon) / 2;
  return (gint32) (floor ((lat + 90) / 6) * 64 + floor ((lon + 180) / 9)) + 1;
}

gboolean
lab_world_add_path (LabWorld *world, guint src, guint dst, double capacity_mbps)
{
  guint index = world->n_paths;
  LabPath *path;
  guint64 h;

  if (index >= LAB_MAX_PATHS || src == dst || src >= world->n_sites || dst >= world->n_sites)
    return FALSE;
  path = &world->paths[index];
  h = lab_hash (world->seed, 0x9a74, index);
  g_snprintf (path->id, sizeof path->id, "path-%05u", index + 1);
  path->src = src;
  path->dst = dst;
  path->src_endpoint = (guint8) (h % world->sites[src].n_endpoints);
  path->dst_endpoint = (guint8) ((h >> 8) % world->sites[dst].n_endpoints);
  /* Light in glass covers 200 km a millisecond, cables run 1.4 times the straight line, twice. */
  path->base_latency_ms = 0.8 + lab_unit (h) * 2 +
                          distance_km (&world->sites[src], &world->sites[dst]) / 200 * 1.4 * 2;
  path->base_jitter_ms = 0.2 + 0.03 * path->base_latency_ms * lab_unit (lab_mix (h));
  path->capacity_mbps = capacity_mbps;
  path->background = 0.15 + 0.3 * lab_unit (lab_mix (h + 1));
  path->corridor = corridor_of (&world->sites[src], &world->sites[dst]);
  path->backup = -1;
  path->revision = world->revision_base + 1;
  path->metric_seq = (guint64) world->tick * 100000;
  world->n_paths++;
  g_hash_table_insert (world->path_index, path->id, GUINT_TO_POINTER (index + 1));
  return TRUE;
}

static double
generated_capacity (LabWorld *world, guint src, guint dst)
{
  static const double steps[] = { 100, 200, 500, 1000 };
  gboolean backbone = world->sites[src].kind != LAB_SITE_BRANCH &&
                      world->sites[dst].kind != LAB_SITE_BRANCH;

  return backbone ? 10000 : steps[lab_hash (world->seed, 0xcaba, world->n_paths) % 4];
}

/* The nearest site that is not a branch, other than @not. */
static guint
nearest_hub (const LabWorld *world, const guint *hubs, guint n_hubs, guint site, guint not)
{
  double best = G_MAXDOUBLE;
  guint found = 0;

  for (guint i = 0; i < n_hubs; i++)
    {
      double d = distance_km (&world->sites[site], &world->sites[hubs[i]]);

      if (hubs[i] != site && hubs[i] != not && d < best)
        {
          best = d;
          found = hubs[i];
        }
    }
  return found;
}

static void
generate_paths (LabWorld *world, guint paths)
{
  g_autofree guint *hubs = g_new (guint, world->n_sites);
  guint n_hubs = 0;

  for (guint i = 0; i < world->n_sites; i++)
    if (world->sites[i].kind != LAB_SITE_BRANCH && (i < 16 || n_hubs < 64))
      hubs[n_hubs++] = i;

  for (guint i = 1; i < world->n_sites && world->n_paths < paths; i++)
    {
      guint hub = nearest_hub (world, hubs, n_hubs, i, G_MAXUINT);

      /* Hubs hang together by the headquarters; branches hang from the nearest hub. */
      if (world->sites[i].kind != LAB_SITE_BRANCH)
        hub = 0;
      lab_world_add_path (world, i, hub, generated_capacity (world, i, hub));
    }
  for (guint i = 1; i < world->n_sites && world->n_paths < paths; i++)
    {
      guint first = nearest_hub (world, hubs, n_hubs, i, G_MAXUINT);
      guint second = nearest_hub (world, hubs, n_hubs, i, first);
      guint hub = world->sites[i].kind == LAB_SITE_BRANCH ? second : first;

      if (hub != i)
        lab_world_add_path (world, i, hub, generated_capacity (world, i, hub));
    }
  for (guint64 k = 0; world->n_paths < paths && world->n_sites > 1; k++)
    {
      guint a = (guint) (lab_hash (world->seed, 0xa, k) % world->n_sites);
      guint b = k % 3 == 0 ? hubs[lab_hash (world->seed, 0xb, k) % n_hubs]
                           : (guint) (lab_hash (world->seed, 0xb, k) % world->n_sites);

      if (a != b)
        lab_world_add_path (world, a, b, generated_capacity (world, a, b));
    }
}

void
lab_world_generate (LabWorld *world, guint sites, guint paths)
{
  for (guint i = 0; i < sites; i++)
    generate_site (world, i);
  generate_paths (world, paths);
}

static void
link_sites_to_paths (LabWorld *world)
{
  guint *at;

  world->site_path_start = g_new0 (guint, world->n_sites + 1);
  world->site_paths = g_new0 (guint, 2 * world->n_paths + 1);
  for (guint i = 0; i < world->n_paths; i++)
    {
      world->site_path_start[world->paths[i].src + 1]++;
      world->site_path_start[world->paths[i].dst + 1]++;
    }
  for (guint i = 0; i < world->n_sites; i++)
    world->site_path_start[i + 1] += world->site_path_start[i];
  at = g_memdup2 (world->site_path_start, (world->n_sites + 1) * sizeof (guint));
  for (guint i = 0; i < world->n_paths; i++)
    {
      world->site_paths[at[world->paths[i].src]++] = i;
      world->site_paths[at[world->paths[i].dst]++] = i;
    }
  g_free (at);
}

/* The backup of a path is another one from the same site, of another trench where there is one. */
static void
choose_backup (LabWorld *world, guint index)
{
  LabPath *path = &world->paths[index];
  gint64 best = -1;

  for (guint end = 0; end < 2; end++)
    {
      guint site = end == 0 ? path->src : path->dst;
      guint from = world->site_path_start[site], to = world->site_path_start[site + 1];

      for (guint i = from; i < MIN (to, from + 64); i++)
        {
          guint other = world->site_paths[i];
          const LabPath *candidate = &world->paths[other];
          gint64 rank;

          if (other == index)
            continue;
          rank = (candidate->corridor != path->corridor ? 4 : 0) + (end == 0 ? 2 : 0) +
                 (candidate->capacity_mbps >= path->capacity_mbps ? 1 : 0);
          if (rank > best)
            {
              best = rank;
              path->backup = (gint32) other;
            }
        }
    }
}

static LabNode *
add_node (LabWorld *world, const char *id, const char *name, const char *role, gint32 site)
{
  LabNode *node = &world->nodes[world->n_nodes++];
  guint64 h = lab_hash (world->seed, 0x40de, world->n_nodes);

  node->id = g_strdup (id);
  node->name = g_strdup (name);
  node->role = g_strdup (role);
  node->os = g_strdup ("NixOS 24.11");
  node->kernel = g_strdup ("6.6.63");
  node->address = g_strdup_printf ("198.19.%u.%u", world->n_nodes >> 8 & 255, world->n_nodes & 255);
  node->site = site;
  node->simulated = TRUE;
  node->online = TRUE;
  node->cores = 8 << (h % 3);
  node->memory_total_mb = 16384 << (h >> 8) % 4;
  node->disk_total_gb = 500 << (h >> 16) % 3;
  node->boot_at = world->tick - (gint64) (h % 5000000);
  node->revision = world->revision_base + 1;
  node->metric_seq = (guint64) world->tick * 100000;
  g_hash_table_insert (world->node_index, node->id, GUINT_TO_POINTER (world->n_nodes));
  return node;
}

static void
add_gpu (LabNode *node, const char *name, int vram_mb)
{
  LabGpuModel *gpu = &node->gpu_model[node->n_gpus++];

  g_strlcpy (gpu->name, name, sizeof gpu->name);
  gpu->vram_total_mb = vram_mb;
}

/* This machine first, the three inference machines, then one edge box for each of up to 200 sites. */
static void
make_nodes (LabWorld *world)
{
  guint edges = MIN (200, world->n_sites / 4);
  LabNode *node;

  world->nodes = g_new0 (LabNode, 4 + edges);
  node = add_node (world, "node-local", g_get_host_name (), "this machine", -1);
  node->simulated = FALSE;
  node = add_node (world, "node-hydra-ai", "hydra-ai", "inference", 0);
  add_gpu (node, "NVIDIA GeForce RTX 5090", 32607);
  add_gpu (node, "NVIDIA GeForce RTX 4090", 24564);
  node = add_node (world, "node-hydra-compute", "hydra-compute", "worker", 0);
  add_gpu (node, "NVIDIA GeForce RTX 5070 Ti", 16303);
  add_node (world, "node-hydra-storage", "hydra-storage", "storage", 0);
  for (guint i = 0; i < edges; i++)
    {
      guint site = (guint) ((guint64) i * world->n_sites / edges);
      g_autofree char *id = g_strdup_printf ("node-edge-%04u", site + 1);
      g_autofree char *name = g_strdup_printf ("edge-%s", world->sites[site].name);

      add_node (world, id, name, "edge", (gint32) site);
    }
}

void
lab_world_settle (LabWorld *world, guint flows)
{
  link_sites_to_paths (world);
  for (guint i = 0; i < world->n_paths; i++)
    choose_backup (world, i);
  make_nodes (world);
  lab_flows_make (world, flows);
  lab_sim_step (world, world->tick);
  for (guint i = 0; i < world->n_paths; i++)
    {
      lab_sim_measure_path (world, &world->paths[i], world->tick, &world->paths[i].metrics);
      world->paths[i].measured_at = world->tick * G_USEC_PER_SEC;
      world->paths[i].urgent = FALSE;
    }
  g_queue_clear (&world->urgent);
  for (guint i = 0; i < world->n_nodes; i++)
    {
      lab_sim_measure_node (world, &world->nodes[i], world->tick, &world->nodes[i].metrics);
      world->nodes[i].measured_at = world->tick * G_USEC_PER_SEC;
    }
}

static gboolean
load_json_site (LabWorld *world, JsonObject *object)
{
  JsonObject *location = lab_json_get_object (object, "location");
  const char *id = lab_json_get_string (object, "id", NULL);
  LabSiteKind kind = LAB_SITE_BRANCH;

  if (id == NULL || *id == '\0' || strlen (id) > 128 || world->n_sites >= LAB_MAX_SITES)
    return FALSE;
  lab_site_kind_parse (lab_json_get_string (object, "kind", NULL), &kind);
  return lab_world_add_site (world, id, lab_json_get_string (object, "name", id), kind,
                             lab_json_get_double (location, "lat", NAN),
                             lab_json_get_double (location, "lon", NAN),
                             lab_json_get_string (location, "label", "")) != NULL;
}

static gboolean
load_json_path (LabWorld *world, JsonObject *object)
{
  JsonObject *metrics = lab_json_get_object (object, "metrics");
  const char *src = lab_json_get_string (object, "src_site", "");
  const char *dst = lab_json_get_string (object, "dst_site", "");
  LabSite *a = lab_world_site (world, src), *b = lab_world_site (world, dst);
  double capacity = lab_json_get_double (object, "capacity_mbps",
                      lab_json_get_double (metrics, "capacity_mbps", LAB_CAPACITY_DEFAULT));

  return a != NULL && b != NULL &&
         lab_world_add_path (world, (guint) (a - world->sites), (guint) (b - world->sites),
                             CLAMP (capacity, 0.1, 1e6));
}

gboolean
lab_world_load_json (LabWorld *world, const char *data, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = lab_json_parse (data, length, error);
  JsonObject *top;
  JsonArray *sites, *paths;

  if (root == NULL)
    return FALSE;
  top = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  sites = lab_json_get_array (top, "sites");
  paths = lab_json_get_array (top, "paths");
  for (guint i = 0; sites != NULL && i < json_array_get_length (sites); i++)
    {
      JsonNode *node = json_array_get_element (sites, i);

      if (!JSON_NODE_HOLDS_OBJECT (node) || !load_json_site (world, json_node_get_object (node)))
        g_message ("site %u of the file is left out: it has no id, a repeated one, or is one too many", i);
    }
  for (guint i = 0; paths != NULL && i < json_array_get_length (paths); i++)
    {
      JsonNode *node = json_array_get_element (paths, i);

      if (!JSON_NODE_HOLDS_OBJECT (node) || !load_json_path (world, json_node_get_object (node)))
        g_message ("path %u of the file is left out: it does not join two of its sites", i);
    }
  if (world->n_sites > 0)
    return TRUE;
  g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                       "the file holds no sites: expected {\"sites\":[{\"id\",\"name\",\"location\"}],"
                       "\"paths\":[{\"src_site\",\"dst_site\"}]}");
  return FALSE;
}

static guint
find_index (GHashTable *table, const char *id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (table, id));
}

LabSite *
lab_world_site (LabWorld *world, const char *id)
{
  guint index = find_index (world->site_index, id);

  return index != 0 ? &world->sites[index - 1] : NULL;
}

LabPath *
lab_world_path (LabWorld *world, const char *id)
{
  guint index = find_index (world->path_index, id);

  return index != 0 ? &world->paths[index - 1] : NULL;
}

LabNode *
lab_world_node (LabWorld *world, const char *id)
{
  guint index = find_index (world->node_index, id);

  return index != 0 ? &world->nodes[index - 1] : NULL;
}

gboolean
lab_path_visible (const LabWorld *world, const LabPath *path)
{
  return !world->sites[path->src].removed && !world->sites[path->dst].removed;
}

guint
lab_world_count_sites (const LabWorld *world)
{
  guint n = 0;

  for (guint i = 0; i < world->n_sites; i++)
    n += !world->sites[i].removed;
  return n;
}

guint
lab_world_count_paths (const LabWorld *world)
{
  guint n = 0;

  for (guint i = 0; i < world->n_paths; i++)
    n += lab_path_visible (world, &world->paths[i]);
  return n;
}

static guint64
mix_double (guint64 h, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  return lab_mix (h ^ bits);
}

guint64
lab_world_digest (const LabWorld *world)
{
  guint64 h = world->seed;

  for (guint i = 0; i < world->n_sites; i++)
    {
      h = lab_mix (h ^ g_str_hash (world->sites[i].name) ^ world->sites[i].status);
      h = mix_double (mix_double (h, world->sites[i].lat), world->sites[i].lon);
    }
  for (guint i = 0; i < world->n_paths; i++)
    {
      LabPathMetrics m;

      lab_sim_measure_path (world, &world->paths[i], world->tick, &m);
      h = mix_double (mix_double (h, m.latency_ms), m.packet_loss_pct);
      h = lab_mix (h ^ world->paths[i].status ^ (guint64) world->paths[i].failed_over << 8);
    }
  for (guint i = 0; i < world->n_flows; i++)
    h = lab_mix (h ^ world->flows[i].src_ip ^ (guint64) world->flows[i].path << 32 ^
                 (guint64) world->flows[i].status << 24);
  for (guint i = 0; i < world->n_nodes; i++)
    if (world->nodes[i].simulated)
      h = mix_double (h, world->nodes[i].metrics.cpu_pct);
  return h;
}
