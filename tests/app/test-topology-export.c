/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "qd-graph-read.h"
#include "qd-topology-export.h"
#include "qd-topology-filter-bar.h"
#include "topology-fixture.h"

typedef struct { gboolean done, saved; GError *error; } Outcome;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->saved = qd_topology_save_finish (result, &outcome->error);
  outcome->done = TRUE;
}

static Outcome
save (Fixture *fixture, const char *folder, const char *name, GCancellable *cancellable)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  Outcome outcome = { 0 };

  qd_topology_save_async (fixture->model, file, qd_topology_view_get_theme (fixture->view), "Test", cancellable, saved_cb, &outcome);
  WAIT_UNTIL (outcome.done);
  return outcome;
}

static char *
load (const char *folder, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, what)); at += strlen (what))
    n++;
  return n;
}

/* All there is is written, whatever is shown of it, and where it stands. */
static void
test_whole_graph (void)
{
  static const char *const texts[] = { "net.json", "net.graphml" };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("qd-topology-XXXXXX", &error);
  Fixture fixture = { 0 };
  QdPoint place;
  guint node;

  set_up (&fixture, 900, 600);
  fill_fleet (&fixture, 40, 70);
  open_page (&fixture);
  wait_scene (&fixture, 40);
  node = node_of (&fixture, 2);
  place = (QdPoint) { 2.5f, -1.25f };
  g_assert_true (qd_topology_model_move (fixture.model, &node, 1, &place));
  wait_settled (&fixture);
  qd_topology_filter_bar_set_text (QD_TOPOLOGY_FILTER_BAR (find_widget (fixture.page, QD_TYPE_TOPOLOGY_FILTER_BAR)), "kind:hub");
  wait_scene (&fixture, 4);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Outcome outcome = save (&fixture, folder, texts[i], NULL);
      gsize length;
      char *text;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (QdGraphFile) file = NULL;
      QdGraphNode *nodes;
      guint n, m;

      g_assert_no_error (outcome.error);
      g_assert_true (outcome.saved);
      text = load (folder, texts[i], &length);
      bytes = g_bytes_new_take (text, length);
      file = qd_graph_read (bytes, texts[i], NULL, &error);
      g_assert_no_error (error);
      nodes = qd_graph_nodes (file->graph, &n);
      qd_graph_edges (file->graph, &m);
      g_assert_cmpuint (n, ==, 40);
      g_assert_cmpuint (m, ==, 70);
      g_assert_cmpuint (file->n_placed, ==, 40);
      for (guint k = 0; k < n; k++)
        if (g_str_equal (nodes[k].id, "s2"))
          {
            g_assert_cmpfloat (file->positions[k].x, ==, 2.5f);
            g_assert_cmpfloat (file->positions[k].y, ==, -1.25f);
            g_assert_true (file->pinned[k]);
          }
    }
  {
    Outcome outcome = save (&fixture, folder, "net.svg", NULL);
    gsize length;
    g_autofree char *text = NULL;

    g_assert_no_error (outcome.error);
    text = load (folder, "net.svg", &length);
    g_assert_cmpuint (count (text, "<title>"), >=, 40 + 70);
  }
  {
    Outcome outcome = save (&fixture, folder, "net.png", NULL);

    g_assert_no_error (outcome.error);
  }
  {
    Outcome outcome = save (&fixture, folder, "net.xyz", NULL);

    g_assert_false (outcome.saved);
    g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
    g_assert_nonnull (strstr (outcome.error->message, "net.xyz"));
    g_clear_error (&outcome.error);
  }
  {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    Outcome outcome;

    g_cancellable_cancel (cancellable);
    outcome = save (&fixture, folder, "never.svg", cancellable);
    g_assert_false (outcome.saved);
    g_clear_error (&outcome.error);
  }
  tear_down (&fixture);
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  if (!topology_init (&argc, &argv))
    return 0;
  g_test_add_func ("/app/topology-export/whole-graph", test_whole_graph);
  return g_test_run ();
}
