/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The NATS driver against the lab's own nats-server. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

static void
wait_live (TestModel *model)
{
  test_until (g_str_equal (test_model_state (model), "live"), 20);
}

static void
test_alone (void)
{
  TestLab *lab = test_lab_new ("--sites 8 --paths 20 --flows 10 --rate 100");
  g_autoptr (QdEndpoint) endpoint = NULL;
  TestModel *model;
  QdEntity *node, *entry;
  gint64 clients = 0;

  if (lab == NULL)
    return;
  endpoint = test_lab_endpoint (lab, "nats", "admin");
  model = test_model_new (endpoint);
  wait_live (model);

  /* The buckets and the server itself are there when it says that it is live. */
  entry = test_model_find (model, QD_KIND_KV_ENTRY, "AGGREGATE_PLACEMENT/aggregate_placement");
  g_assert_nonnull (entry);
  g_assert_nonnull (strstr (qd_entity_get_string (entry, QD_KV_VALUE), "tenant"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_NODE), ==, 1);
  node = qd_entity_list_peek (qd_fleet_get_list (model->fleet, QD_KIND_NODE), 0);
  g_assert_cmpstr (qd_entity_get_string (node, QD_NODE_KIND), ==, "nats-server");
  g_assert_nonnull (qd_entity_get_string (node, QD_NODE_VERSION));
  g_assert_true (qd_entity_get_int (node, QD_NODE_CLIENTS, &clients));
  g_assert_cmpint (clients, >=, 1);

  /* Metrics of paths that nobody listed make no paths. */
  test_spin (300);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 0);
  test_model_free (model);

  g_set_str (&endpoint->password, "wrong");
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "refused"), 10);
  g_assert_cmpuint (strlen (test_model_detail (model)), >, 10);
  test_model_free (model);
  test_lab_free (lab);
}

static void
test_feeds (void)
{
  TestLab *lab = test_lab_new ("--sites 8 --paths 20 --flows 10 --rate 200");
  g_autoptr (QdEndpoint) http = NULL;
  g_autoptr (QdEndpoint) nats = NULL;
  g_autoptr (QdDriver) second = NULL;
  TestModel *model;
  QdEntity *path;
  gint64 before = 0, now = 0;

  if (lab == NULL)
    return;
  http = test_lab_endpoint (lab, "node-api", "admin");
  model = test_model_new (http);
  wait_live (model);
  /* The socket of the HTTP side is stopped, so that what moves now moved by NATS. */
  test_lab_set_faults (lab, "/ws/metrics:stall");
  test_spin (300);
  path = qd_entity_list_peek (qd_fleet_get_list (model->fleet, QD_KIND_PATH), 3);
  qd_entity_get_int (path, QD_PATH_METRIC_SEQ, &before);

  nats = test_lab_endpoint (lab, "nats", "admin");
  nats->feeds = g_strdup (http->id);
  test_model_add (model, nats, &second);
  test_until (qd_entity_get_int (path, QD_PATH_METRIC_SEQ, &now) && now > before + 3, 20);
  g_assert_cmpuint (test_model_count (model, QD_KIND_PATH), ==, 20);
  qd_driver_stop (second);
  g_clear_object (&second);
  test_model_free (model);
  test_lab_free (lab);
}

static void
kill_nats_of (TestLab *lab)
{
  const char *pid = g_subprocess_get_identifier (lab->process);
  g_autofree char *path = g_strdup_printf ("/proc/%s/task/%s/children", pid, pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) children = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  children = g_strsplit (text, " ", -1);
  for (guint i = 0; children[i]; i++)
    {
      g_autofree char *comm = g_strdup_printf ("/proc/%s/comm", children[i]);
      g_autofree char *name = NULL;

      if (g_file_get_contents (comm, &name, NULL, NULL) && g_str_has_prefix (name, "nats-server"))
        kill (atoi (children[i]), SIGKILL);
    }
}

static void
test_restart (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 8 --flows 10 --rate 50");
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;
  TestModel *model;
  QdEntity *connection;
  gint64 entries;

  if (lab == NULL)
    return;
  endpoint = test_lab_endpoint (lab, "nats", "admin");
  model = test_model_new (endpoint);
  wait_live (model);
  entries = test_model_count (model, QD_KIND_KV_ENTRY);
  connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  g_assert_nonnull (connection);

  /* nats-server dies alone: the lab starts it again at the same address. */
  kill_nats_of (lab);
  test_until (!g_str_equal (test_model_state (model), "live"), 20);
  test_until (g_str_equal (test_model_state (model), "live"), 30);
  test_until (test_model_count (model, QD_KIND_KV_ENTRY) == entries, 10);

  /* The server goes with the lab, and comes back elsewhere: to this address nobody answers. */
  test_lab_kill (lab);
  test_until (g_str_equal (test_model_state (model), "stale"), 20);
  g_assert_cmpuint (test_model_count (model, QD_KIND_KV_ENTRY), ==, entries);
  g_assert_cmpuint (strlen (test_model_detail (model)), >, 5);
  test_model_free (model);
  test_lab_free (lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/nats/alone", test_alone);
  g_test_add_func ("/drivers/nats/feeds", test_feeds);
  g_test_add_func ("/drivers/nats/restart", test_restart);
  return g_test_run ();
}
