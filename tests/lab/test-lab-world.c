/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-test"
#include "config.h"

#include <string.h>

#include "lab-faults.h"
#include "lab-json.h"
#include "lab-options.h"
#include "lab-permissions.h"
#include "lab-server.h"
#include "lab-world.h"
#include "lab-ws.h"

#define TICK G_GINT64_CONSTANT (1790000000)

static LabWorld *
make_world (guint64 seed, guint sites, guint paths, guint flows)
{
  LabWorld *world = lab_world_new (seed, TICK);

  lab_world_generate (world, sites, paths);
  lab_world_settle (world, flows);
  return world;
}

static void
run (LabWorld *world, guint ticks)
{
  for (guint i = 0; i < ticks; i++)
    lab_sim_step (world, world->tick + 1);
}

static void
test_same_seed_same_world (void)
{
  g_autoptr (LabWorld) a = make_world (7, 60, 240, 1000);
  g_autoptr (LabWorld) b = make_world (7, 60, 240, 1000);
  g_autoptr (LabWorld) c = make_world (8, 60, 240, 1000);

  for (guint i = 0; i < 20; i++)
    {
      run (a, 30);
      run (b, 30);
      run (c, 30);
      g_assert_cmpuint (lab_world_digest (a), ==, lab_world_digest (b));
      g_assert_cmpuint (lab_world_digest (a), !=, lab_world_digest (c));
    }
}

/* Nothing random is remembered: what a tick measures does not depend on the ticks before it. */
static void
test_history_is_what_was (void)
{
  g_autoptr (LabWorld) world = make_world (3, 40, 160, 0);
  LabPathMetrics then[160], again;

  for (guint i = 0; i < 160; i++)
    lab_sim_measure_path (world, &world->paths[i], world->tick, &then[i]);
  run (world, 200);
  for (guint i = 0; i < 160; i++)
    {
      LabPath path = world->paths[i];

      if (!then[i].reachable)
        continue;
      path.status = LAB_PATH_UP;
      lab_sim_measure_past (world, i, &path, TICK, &again);
      g_assert_cmpfloat (again.latency_ms, ==, then[i].latency_ms);
      g_assert_cmpfloat (again.packet_loss_pct, ==, then[i].packet_loss_pct);
    }
}

typedef struct
{
  guint degraded, down, up, failover, failback, site_down, site_up;
} Story;

static void
story_cb (LabWorld *world, const char *type, const char *severity, const char *source, const char *data, gpointer user_data)
{
  Story *story = user_data;
  g_autoptr (JsonNode) node = lab_json_parse (data, strlen (data), NULL);
  const char *to;

  g_assert_nonnull (node);
  to = lab_json_get_string (json_node_get_object (node), "new_status", "");
  if (g_str_equal (type, "path_status_change"))
    {
      story->degraded += g_str_equal (to, "degraded");
      story->down += g_str_equal (to, "down");
      story->up += g_str_equal (to, "up");
    }
  story->failover += g_str_equal (type, "path_failover");
  story->failback += g_str_equal (type, "path_failback");
  if (g_str_equal (type, "site_status_change"))
    {
      story->site_down += g_str_equal (to, "inactive");
      story->site_up += g_str_equal (to, "active");
    }
}

static void
test_it_tells_a_story (void)
{
  g_autoptr (LabWorld) world = make_world (1, 42, 160, 2000);
  Story story = { 0 };

  world->emit = story_cb;
  world->emit_data = &story;
  run (world, 1800);
  g_test_message ("in half an hour: %u degraded, %u down, %u up again, %u failovers, %u failbacks, %u sites dark, %u back",
                  story.degraded, story.down, story.up, story.failover, story.failback, story.site_down, story.site_up);
  g_assert_cmpuint (story.degraded, >, 0);
  g_assert_cmpuint (story.down, >, 0);
  g_assert_cmpuint (story.up, >, 0);
  g_assert_cmpuint (story.failover, >, 0);
  g_assert_cmpuint (story.failback, >, 0);
  g_assert_cmpuint (story.site_down, >, 0);
  g_assert_cmpuint (story.site_up, >, 0);
  /* Trouble is the exception. */
  g_assert_cmpuint (world->n_up, >, world->n_paths / 2);
}

static void
test_a_cut_takes_all_in_the_trench (void)
{
  g_autoptr (LabWorld) world = make_world (5, 200, 2000, 5000);
  LabIncident cut = { .kind = LAB_INCIDENT_FIBRE_CUT, .id = 99, .begin = TICK, .end = TICK + 60, .site = -1 };
  guint n = 0;

  cut.corridor = world->paths[0].corridor;
  lab_sim_incident (world, &cut);
  for (guint i = 0; i < world->n_paths; i++)
    if (world->paths[i].corridor == cut.corridor)
      {
        g_assert_cmpint (world->paths[i].status, !=, LAB_PATH_UP);
        n++;
      }
  g_assert_cmpuint (n, >, 1);
  lab_sim_clear (world);
}

static void
test_congestion_fills_a_site (void)
{
  g_autoptr (LabWorld) world = make_world (6, 100, 800, 2000);
  LabIncident jam = { .kind = LAB_INCIDENT_CONGESTION, .id = 7, .begin = TICK, .end = TICK + 60, .corridor = -1, .site = 1 };
  guint degraded = 0, touching = 0;

  lab_sim_incident (world, &jam);
  for (guint i = 0; i < world->n_paths; i++)
    if (world->paths[i].src == 1 || world->paths[i].dst == 1)
      {
        touching++;
        degraded += world->paths[i].status != LAB_PATH_UP;
      }
  g_assert_cmpuint (touching, >, 4);
  g_assert_cmpuint (degraded, >, 0);
}

static void
test_flows_follow_the_failover (void)
{
  g_autoptr (LabWorld) world = make_world (2, 20, 60, 3000);
  LabPath *path = NULL;
  gint32 index = 0;
  guint on_backup = 0;

  for (guint i = 0; path == NULL && i < world->n_paths; i++)
    if (world->paths[i].status == LAB_PATH_UP && world->paths[i].backup >= 0 && world->paths[i].home_flows > 0)
      {
        path = &world->paths[i];
        index = (gint32) i;
      }
  g_assert_nonnull (path);
  lab_sim_fail_over (world, path, TRUE, "a test");
  lab_flows_carry (world);
  for (guint i = 0; i < world->n_flows; i++)
    {
      g_assert_cmpint (world->flows[i].path, !=, index);
      on_backup += world->flows[i].home_path == index && world->flows[i].path == path->backup;
    }
  g_assert_cmpuint (on_backup, >, 0);
}

static void
test_largest_world_starts_soon (void)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (LabWorld) world = make_world (1, LAB_MAX_SITES, LAB_MAX_PATHS, LAB_MAX_FLOWS);
  double ms = (double) (g_get_monotonic_time () - begin) / 1000;

  g_test_message ("%u sites, %u paths, %u flows in %.0f ms", world->n_sites, world->n_paths, world->n_flows, ms);
  g_assert_cmpuint (world->n_sites, ==, LAB_MAX_SITES);
  g_assert_cmpuint (world->n_paths, ==, LAB_MAX_PATHS);
  g_assert_cmpfloat (ms, <, 2000);
}

static void
test_odd_sizes (void)
{
  for (guint sites = 1; sites <= 4; sites++)
    for (guint paths = 0; paths <= 3; paths++)
      {
        g_autoptr (LabWorld) world = make_world (1, sites, paths, paths);

        run (world, 400);
        g_assert_cmpuint (world->n_sites, ==, sites);
        g_assert_cmpuint (world->n_paths, <=, paths);
      }
}

static void
test_faults (void)
{
  static const char *const good[] = { "", "*:500", "/api/v1/sites*:delay=500@0.3,/ws/*:stall", "*:drop@0", "a:big@1", "x:y:html" };
  static const char *const bad[] = { "x", ":500", "*:nonsense", "*:delay=abc", "*:500@2", "*:500@-1", "*:500@", "*:delay=1e99" };
  g_autoptr (LabFaults) faults = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LabFaults) parsed = lab_faults_parse (good[i], &error);

      g_assert_no_error (error);
      g_assert_nonnull (parsed);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_faults_parse (bad[i], &error));
      g_assert_nonnull (error);
    }
  faults = lab_faults_parse ("/a*:delay=20,/b:401@0,*:html@1", NULL);
  g_assert_cmpint (lab_faults_draw (faults, "/abc").kind, ==, LAB_FAULT_DELAY);
  g_assert_cmpfloat (lab_faults_draw (faults, "/abc").arg, ==, 20);
  g_assert_cmpint (lab_faults_draw (faults, "/b").kind, ==, LAB_FAULT_HTML);
}

static LabWorld *
load (const char *text, GError **error)
{
  g_autoptr (LabWorld) world = lab_world_new (1, TICK);

  if (!lab_graphml_load (world, text, strlen (text), error))
    return NULL;
  lab_world_settle (world, 10);
  return g_steal_pointer (&world);
}

static void
test_graphml (void)
{
  const char *good =
    "<graphml><key attr.name=\"label\" id=\"k1\" for=\"node\"/><key attr.name=\"Latitude\" id=\"k2\"/>"
    "<key attr.name=\"Longitude\" id=\"k3\"/><key attr.name=\"LinkSpeedRaw\" id=\"k4\"/><graph>"
    "<node id=\"a\"><data key=\"k1\">Here &amp; there</data><data key=\"k2\">47.5</data><data key=\"k3\">8.25</data></node>"
    "<node id=\"b\"><data key=\"k2\">999</data></node><node id=\"b\"/>"
    "<edge source=\"a\" target=\"b\"><data key=\"k4\">2500000000</data></edge><edge source=\"a\" target=\"b\"/>"
    "<edge source=\"a\" target=\"a\"/><edge source=\"a\" target=\"nowhere\"/></graph></graphml>";
  g_autoptr (GError) error = NULL;
  g_autoptr (LabWorld) world = load (good, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (world->n_sites, ==, 2);
  g_assert_cmpuint (world->n_paths, ==, 2);
  g_assert_cmpstr (world->sites[0].name, ==, "Here & there");
  g_assert_cmpfloat (world->sites[0].lat, ==, 47.5);
  g_assert_true (isnan (world->sites[1].lat));
  g_assert_cmpfloat (world->paths[0].capacity_mbps, ==, 2500);
  g_assert_cmpfloat (world->paths[1].capacity_mbps, ==, LAB_CAPACITY_DEFAULT);
}

static void
test_graphml_hostile (void)
{
  g_autoptr (GString) deep = g_string_new ("<graphml>");
  const char *const bad[] = { "", "x", "<graphml>", "<graphml></graphml>", "<graphml><graph><node id=\"a\"></graph>",
                              "<!DOCTYPE x [<!ENTITY a \"b\">]><graphml>&a;</graphml>", "\xff\xfe<graphml/>", deep->str };

  for (guint i = 0; i < 5000; i++)
    g_string_append (deep, "<x>");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load (i + 1 < G_N_ELEMENTS (bad) ? bad[i] : deep->str, &error));
      g_assert_nonnull (error);
    }
}

static void
test_real_networks (void)
{
  static const struct { const char *name; guint nodes, edges; } known[] = {
    { "Abilene", 11, 14 }, { "Geant2012", 40, 61 }, { "Interoute", 110, 156 }, { "UsCarrier", 158, 189 },
    { "Cogentco", 197, 245 }, { "Kdl", 754, 899 }, { "openflights", 3214, 18858 },
  };
  const char *root = g_getenv ("QD_SOURCE_ROOT");

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.graphml", known[i].name);
      g_autofree char *file = g_build_filename (root != NULL ? root : ".", "..", "shared", "data", "topologies", name, NULL);
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (LabWorld) world = NULL;

      if (!g_file_get_contents (file, &text, NULL, NULL))
        {
          g_test_skip ("the collection of real networks is not beside the source");
          return;
        }
      world = load (text, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (world->n_sites, ==, known[i].nodes);
      g_assert_cmpuint (world->n_paths, ==, known[i].edges);
    }
}

static void
test_frames_of_a_websocket (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *head = lab_ws_handshake ("dGhlIHNhbXBsZSBub25jZQ==");
  guint8 hello[] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 };
  LabWsFrame frame;

  /* The examples of RFC 6455, sections 1.3 and 5.7. */
  g_assert_nonnull (strstr (head, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  for (gsize n = 0; n < sizeof hello; n++)
    {
      guint8 part[sizeof hello];

      memcpy (part, hello, sizeof hello);
      g_assert_cmpint (lab_ws_parse (part, n, &frame), ==, 0);
    }
  g_assert_cmpint (lab_ws_parse (hello, sizeof hello, &frame), ==, sizeof hello);
  g_assert_cmpmem (frame.data, frame.length, "Hello", 5);
  for (guint i = 0; i < 20000; i++)
    {
      guint8 noise[48];

      for (guint k = 0; k < sizeof noise; k++)
        noise[k] = (guint8) g_test_rand_int ();
      g_assert_cmpint (lab_ws_parse (noise, (gsize) g_test_rand_int_range (0, sizeof noise + 1), &frame), <=, (int) sizeof noise);
    }
  lab_ws_append (out, LAB_WS_TEXT, "hi", 2);
  g_assert_cmpmem (out->data, out->len, "\x81\x02hi", 4);
}

static void
test_json_text (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;
  const char *nasty = "a\"b\\c\n\t\x01\x7f\xff{[:, \xe2\x82\xac";
  g_autofree char *valid = g_utf8_make_valid (nasty, -1);

  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "first:{", nasty);
  lab_json_begin (out, "list", '[');
  lab_json_int (out, NULL, G_MININT64);
  lab_json_double (out, NULL, NAN, 2);
  lab_json_bool (out, NULL, TRUE);
  lab_json_end (out, ']');
  lab_json_end (out, '}');
  node = lab_json_parse (out->str, out->len, NULL);
  g_assert_nonnull (node);
  g_assert_cmpstr (lab_json_get_string (json_node_get_object (node), "first:{", NULL), ==, valid);
  g_assert_cmpuint (json_array_get_length (lab_json_get_array (json_node_get_object (node), "list")), ==, 3);
}

static void
test_times (void)
{
  static const char *const same[] = { "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678+00:00", "2026-01-02T04:04:05.678+01:00",
                                      "2026-01-02T03:04:05.678", "1767323045.678" };
  static const char *const bad[] = { "", "x", "2026-13-01T00:00:00Z", "-5", "1e400", "12x", "nan" };
  char buf[32];
  gint64 us;

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_assert_true (lab_time_parse (same[i], &us));
      lab_time_format (buf, us + 1);
      g_assert_cmpstr (buf, ==, same[0]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (lab_time_parse (bad[i], &us));
}

static void
test_permissions (void)
{
  guint n;
  const LabRoute *routes = lab_http_routes (&n);

  for (guint i = 0; i < lab_n_permissions; i++)
    {
      g_assert_true (lab_role_may (LAB_ROLE_OWNER, lab_permissions[i].name));
      for (guint k = 0; k < i; k++)
        g_assert_cmpstr (lab_permissions[i].name, !=, lab_permissions[k].name);
    }
  g_assert_false (lab_role_may (LAB_ROLE_OPERATOR, "sdwan.sites.delete"));
  g_assert_false (lab_role_may (LAB_ROLE_VIEWER, "sdwan.sites.manage"));
  /* Every route's permission is in the table: lab_role_may() warns, and so fails, when it is not. */
  for (guint i = 0; i < n; i++)
    if (routes[i].permission != NULL)
      g_assert_true (lab_role_may (LAB_ROLE_OWNER, routes[i].permission));
}

static void
test_options (void)
{
  static const char *const bad[] = { "--sites=0", "--sites=5001", "--rate=-2", "--port=70000", "--address=0.0.0.0",
                                     "--address=nonsense", "stray" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *argv[] = { "quarterdeck-lab", bad[i], NULL };
      g_auto (GStrv) args = g_strdupv ((char **) argv);
      g_autoptr (GError) error = NULL;
      LabOptions options;

      lab_options_init (&options);
      g_assert_false (lab_options_parse (&options, &args, &error));
      g_assert_nonnull (error);
      lab_options_clear (&options);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/world/same-seed-same-world", test_same_seed_same_world);
  g_test_add_func ("/lab/world/history-is-what-was", test_history_is_what_was);
  g_test_add_func ("/lab/world/it-tells-a-story", test_it_tells_a_story);
  g_test_add_func ("/lab/world/a-cut-takes-all-in-the-trench", test_a_cut_takes_all_in_the_trench);
  g_test_add_func ("/lab/world/congestion-fills-a-site", test_congestion_fills_a_site);
  g_test_add_func ("/lab/world/flows-follow-the-failover", test_flows_follow_the_failover);
  g_test_add_func ("/lab/world/largest-world-starts-soon", test_largest_world_starts_soon);
  g_test_add_func ("/lab/world/odd-sizes", test_odd_sizes);
  g_test_add_func ("/lab/faults", test_faults);
  g_test_add_func ("/lab/graphml", test_graphml);
  g_test_add_func ("/lab/graphml/hostile", test_graphml_hostile);
  g_test_add_func ("/lab/graphml/real-networks", test_real_networks);
  g_test_add_func ("/lab/ws", test_frames_of_a_websocket);
  g_test_add_func ("/lab/json", test_json_text);
  g_test_add_func ("/lab/time", test_times);
  g_test_add_func ("/lab/permissions", test_permissions);
  g_test_add_func ("/lab/options", test_options);
  return g_test_run ();
}
