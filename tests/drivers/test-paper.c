/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network in a file as a fleet: all of it, and nothing besides. */
#include "config.h"

#include <math.h>
#include <string.h>
#include <glib/gstdio.h>

#include "driver-fixture.h"
#include "qd-graph-write.h"
#include "qd-label.h"
#include "qd-paper.h"

#define ID "paper:3f0c1d5e-88a1-4bde-9d5c-0a6c5f1e2b77"
#define ROUNDS 40

static void
write_copy (const char *text)
{
  g_autofree char *folder = qd_paper_dup_folder (), *path = qd_paper_dup_path (ID);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static TestModel *
read_copy (const char *state)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (ID, "net", "paper", "paper:net.json");
  TestModel *model = test_model_new (endpoint);

  qd_driver_start (model->driver);
  test_until (g_strcmp0 (test_model_state (model), state) == 0, 20);
  return model;
}

static void
assert_double (QdEntity *entity, guint field, double wanted)
{
  double value = NAN;

  g_assert_true (qd_entity_get_double (entity, field, &value));
  g_assert_cmpfloat (value, ==, wanted);
}

static void
assert_label (QdEntity *entity, const char *name, const char *wanted)
{
  g_autofree char *value = qd_entity_dup_label (entity, name);

  g_assert_cmpstr (value, ==, wanted);
}

static void
test_fields (void)
{
  QdEntity *hq, *east, *path;
  TestModel *model;

  write_copy ("{\"nodes\":[{\"id\":\"hq\",\"label\":\"Headquarters\",\"kind\":\"hub\",\"status\":\"degraded\",\"stale\":true,"
              "\"latitude\":52.5,\"longitude\":13.4,\"cluster\":\"north\",\"attributes\":{\"rack\":7,\"site_kind\":\"data-center\","
              "\"location\":\"Berlin\",\"ports\":[1,2]}},{\"id\":\"east\"}],"
              "\"edges\":[{\"id\":\"p1\",\"source\":\"hq\",\"target\":\"east\",\"directed\":true,\"status\":\"down\",\"latency_ms\":12.5,"
              "\"loss_pct\":0.5,\"capacity_mbps\":1000,\"score\":61,\"attributes\":{\"carrier\":\"blue\"}}]}");
  model = read_copy ("paper");
  hq = test_model_find (model, QD_KIND_SITE, "hq");
  east = test_model_find (model, QD_KIND_SITE, "east");
  path = test_model_find (model, QD_KIND_PATH, "p1");
  g_assert_cmpstr (qd_entity_get_name (hq), ==, "Headquarters");
  g_assert_cmpstr (qd_entity_get_name (east), ==, "east");
  g_assert_cmpint (qd_entity_get_status (hq), ==, QD_STATUS_DEGRADED);
  g_assert_cmpint (qd_entity_get_status (east), ==, QD_STATUS_NONE);
  g_assert_cmpstr (qd_entity_get_string (hq, QD_SITE_KIND), ==, "data-center");
  g_assert_cmpstr (qd_entity_get_string (hq, QD_SITE_LOCATION), ==, "Berlin");
  assert_double (hq, QD_SITE_LATITUDE, 52.5);
  assert_double (hq, QD_SITE_LONGITUDE, 13.4);
  assert_label (hq, "rack", "7");
  assert_label (hq, "cluster", "north");
  assert_label (hq, "ports", NULL);
  g_assert_cmpstr (qd_entity_get_string (hq, QD_FIELD_EXTRA), ==, "{\"ports\":[1,2]}");
  g_assert_cmpstr (qd_entity_get_name (path), ==, "Headquarters → east");
  g_assert_cmpint (qd_entity_get_status (path), ==, QD_STATUS_DOWN);
  assert_double (path, QD_PATH_LATENCY_MS, 12.5);
  assert_double (path, QD_PATH_LOSS_PCT, 0.5);
  assert_double (path, QD_PATH_CAPACITY_MBPS, 1000);
  assert_double (path, QD_PATH_SCORE, 61);
  assert_double (path, QD_PATH_DIRECTED, 1);
  assert_label (path, "carrier", "blue");
  /* Paper neither grows old, nor has it been so since it was read. */
  g_assert_false (qd_fleet_is_stale (model->fleet, hq));
  g_assert_cmpint (qd_entity_get (hq, QD_FIELD_SINCE)->type, ==, QD_VALUE_NONE);
  test_model_free (model);
}

/* What the window exports of a fleet with nodes comes back as that. */
static void
test_nodes (void)
{
  TestModel *model;

  write_copy ("{\"nodes\":[{\"id\":\"hq\"},{\"id\":\"n1\",\"kind\":\"node\"},{\"id\":\"n2\",\"kind\":\"node\"}],"
              "\"edges\":[{\"source\":\"n1\",\"target\":\"hq\"},{\"id\":\"l\",\"source\":\"n1\",\"target\":\"n2\",\"latency_ms\":2}]}");
  model = read_copy ("paper");
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 1);
  g_assert_cmpuint (test_model_count (model, QD_KIND_NODE), ==, 2);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 0);
  g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_NODE, "n1"), QD_NODE_SITE), ==, "hq");
  assert_double (test_model_find (model, QD_KIND_LINK, "l"), QD_LINK_RTT_MS, 2);
  test_model_free (model);

  /* A node that stands at two sites is no node: nothing of the net may be lost. */
  write_copy ("{\"nodes\":[{\"id\":\"hq\"},{\"id\":\"hq2\"},{\"id\":\"n1\",\"kind\":\"node\"}],"
              "\"edges\":[{\"source\":\"n1\",\"target\":\"hq\"},{\"source\":\"n1\",\"target\":\"hq2\"}]}");
  model = read_copy ("paper");
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 3);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 2);
  g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_SITE, "n1"), QD_SITE_KIND), ==, "node");
  test_model_free (model);
}

static QdGraphFile *
make_file (GRand *rand)
{
  guint n = (guint) g_rand_int_range (rand, 1, 60), m = (guint) g_rand_int_range (rand, 0, 150);
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < n; i++)
    {
      nodes[i].id = g_strdup_printf ("n%u", i);
      nodes[i].kind = (guint8) g_rand_int_range (rand, 0, 4);
      nodes[i].status = (guint8) g_rand_int_range (rand, 0, QD_STATUS_DOWN + 1);
      nodes[i].latitude = nodes[i].longitude = NAN;
    }
  for (guint i = 0; i < m; i++)
    {
      edges[i].id = g_strdup_printf ("e%u", i);
      edges[i].src = (guint) g_rand_int_range (rand, 0, (int) n);
      edges[i].dst = (guint) g_rand_int_range (rand, 0, (int) n);
      edges[i].score = edges[i].capacity_mbps = edges[i].loss_pct = NAN;
      edges[i].latency_ms = g_rand_boolean (rand) ? (float) g_rand_int_range (rand, 0, 200) : NAN;
      edges[i].directed = g_rand_int_range (rand, 0, 8) == 0;
    }
  return qd_graph_file_new (graph, NULL, NULL);
}

static QdEntity *
find_either (TestModel *model, QdKind kind, QdKind other, const char *id)
{
  QdEntity *entity = test_model_find (model, kind, id);

  return entity ? entity : test_model_find (model, other, id);
}

/* Whatever the net: each node and each edge is there once, between the same ends. */
static void
test_any_net (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraphFile) file = make_file (rand);
      g_autofree char *json = qd_graph_write_json (file);
      const QdGraphNode *nodes;
      const QdGraphEdge *edges;
      TestModel *model;
      guint n, m, ties = 0;

      write_copy (json);
      model = read_copy ("paper");
      nodes = qd_graph_nodes (file->graph, &n);
      edges = qd_graph_edges (file->graph, &m);
      for (guint i = 0; i < n; i++)
        {
          QdEntity *entity = find_either (model, QD_KIND_SITE, QD_KIND_NODE, nodes[i].id);

          g_assert_nonnull (entity);
          g_assert_cmpint (qd_entity_get_status (entity), ==, nodes[i].status);
        }
      for (guint i = 0; i < m; i++)
        {
          QdEntity *entity = find_either (model, QD_KIND_PATH, QD_KIND_LINK, edges[i].id);

          if (entity == NULL)
            {
              /* Only a bare edge from a node to where it stands is not one. */
              guint node = nodes[edges[i].src].kind == 3 ? edges[i].src : edges[i].dst, site = edges[i].src + edges[i].dst - node;

              g_assert_true (isnan (edges[i].latency_ms) && !edges[i].directed);
              g_assert_cmpstr (qd_entity_get_string (test_model_find (model, QD_KIND_NODE, nodes[node].id), QD_NODE_SITE), ==, nodes[site].id);
              ties++;
              continue;
            }
          g_assert_cmpstr (qd_entity_get_id (qd_fleet_get_end (model->fleet, entity, FALSE)), ==, nodes[edges[i].src].id);
          g_assert_cmpstr (qd_entity_get_id (qd_fleet_get_end (model->fleet, entity, TRUE)), ==, nodes[edges[i].dst].id);
        }
      g_assert_cmpuint (test_model_count (model, QD_KIND_SITE) + test_model_count (model, QD_KIND_NODE), ==, n);
      g_assert_cmpuint (test_model_count (model, QD_KIND_PATH) + test_model_count (model, QD_KIND_LINK) + ties, ==, m);
      test_model_free (model);
    }
}

/* What cannot be read says which file, where, and what is wrong. */
static void
test_refused (void)
{
  static const struct { const char *text, *fault; } files[] = {
    { "{\"nodes\":[\n{\"id\":\"a\",\"latitude\":91}]}", "net: line 2, column 22: latitude: 91" },
    { "{\"nodes\":[]}", "net: there is no node in it" },
    { "<graphml><graph><edge source='a' target='b'/></graph></graphml>", "net: line 1, column " },
    { "", "net: line 1, column 1: the file is empty" },
  };
  g_autofree char *path = qd_paper_dup_path (ID);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      TestModel *model;

      write_copy (files[i].text);
      model = read_copy ("refused");
      g_test_message ("%s", test_model_detail (model));
      g_assert_true (g_str_has_prefix (test_model_detail (model), files[i].fault));
      g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 0);
      test_model_free (model);
    }
  g_assert_no_errno (g_unlink (path));
  {
    TestModel *model = read_copy ("refused");

    g_assert_true (g_str_has_prefix (test_model_detail (model), "net: cannot be read: "));
    test_model_free (model);
  }
}

/* Looked at anew, what is no more in the file is gone; and nothing that has a server is offered. */
static void
test_again (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;
  TestModel *model;

  write_copy ("{\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"edges\":[{\"source\":\"a\",\"target\":\"b\"}]}");
  model = read_copy ("paper");
  write_copy ("{\"nodes\":[{\"id\":\"b\"}]}");
  qd_driver_refresh (model->driver);
  test_until (test_model_count (model, QD_KIND_SITE) == 1, 20);
  g_assert_nonnull (test_model_find (model, QD_KIND_SITE, "b"));
  test_until (test_model_count (model, QD_KIND_PATH) == 0, 20);
  answer = test_model_command (model, "site.delete", "{\"id\":\"b\"}", &error);
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  test_model_free (model);
}

/* An id is no path. */
static void
test_ids (void)
{
  static const char *const ids[] = { "paper:", "paper:../../etc/passwd", "paper:x", "3f0c1d5e-88a1-4bde-9d5c-0a6c5f1e2b77" };
  const QdSink sink = { .delta = (void (*) (gpointer, QdDelta *)) abort };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (ids[i], "net", "paper", "paper:net.json");
      g_autoptr (GError) error = NULL;

      g_assert_null (qd_paper_dup_path (ids[i]));
      g_assert_null (qd_driver_new_for_endpoint (endpoint, &sink, &error));
      g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
    }
}

static void
clean_up (const char *data)
{
  g_autofree char *folder = qd_paper_dup_folder (), *path = qd_paper_dup_path (ID), *above = g_path_get_dirname (folder);

  g_unlink (path);
  g_rmdir (folder);
  g_rmdir (above);
  g_rmdir (data);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("qd-paper-XXXXXX", NULL);
  int failed;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paper/fields", test_fields);
  g_test_add_func ("/paper/nodes", test_nodes);
  g_test_add_func ("/paper/any-net", test_any_net);
  g_test_add_func ("/paper/refused", test_refused);
  g_test_add_func ("/paper/again", test_again);
  g_test_add_func ("/paper/ids", test_ids);
  failed = g_test_run ();
  clean_up (data);
  return failed;
}
