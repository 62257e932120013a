/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "manifests.h"
#include "qd-policy-graph-view-private.h"

/* policy-graph PODS POLICIES alike|apart: what it costs to have a picture of what an edit of one policy changes: on the worker the nodes and lines, the
 * same with places for all, again after the next edit, and of what has changed alone; and, where there is a display, how long the main thread is
 * held at most from the analysis to the picture, and how long that takes. One JSON line. */

#define EDITS 10

static double
ms_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / 1000.0;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *l = a, *r = b;

  return (*l > *r) - (*l < *r);
}

static double
find_median (double *took, guint n)
{
  qsort (took, n, sizeof *took, compare_doubles);
  return took[n / 2];
}

/* Another policy in the place of one. */
static QdPolicyEval *
edit (const Shape *shape, GPtrArray *files, QdPolicyEval *before)
{
  guint policy = any (shape->rand, shape->n_policies), which = files->len - shape->n_policies + policy;
  g_autofree char *text = make_policy (shape, policy);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (QdPolicyWorld) world = NULL;
  QdYamlFile *saved = files->pdata[which];

  files->pdata[which] = qd_yaml_file_new ("edited.yaml", bytes, NULL);
  world = make_world (files, qd_policy_eval_get_world (before));
  qd_yaml_file_unref (files->pdata[which]);
  files->pdata[which] = saved;
  return qd_policy_eval_new (world, NULL, before);
}

typedef struct { double data, first, again, changes; guint nodes, lines; } Worker;

static void
measure_worker (const Shape *shape, GPtrArray *files, QdPolicyEval *saved, Worker *worker)
{
  double data[EDITS], first[EDITS], again[EDITS], changes[EDITS];

  for (guint i = 0; i < EDITS; i++)
    {
      g_autoptr (QdPolicyEval) now = edit (shape, files, saved);
      const QdPolicyGraphScope scope = { 0 };
      g_autoptr (QdPlaces) places = qd_places_new ();
      const QdPolicyGraphWish wish = { now, saved, FALSE, places }, only = { now, saved, TRUE, NULL };
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (QdPolicyGraph) graph = qd_policy_graph_new (now, saved, &scope, NULL);
      g_autoptr (QdPolicyGraphPicture) picture = NULL, next = NULL, few = NULL;

      data[i] = ms_since (begin);
      begin = g_get_monotonic_time ();
      picture = qd_policy_graph_draw (&wish, NULL);
      first[i] = ms_since (begin);
      qd_policy_graph_note_places (places, picture->graph, picture->positions);
      begin = g_get_monotonic_time ();
      next = qd_policy_graph_draw (&wish, NULL);
      again[i] = ms_since (begin);
      begin = g_get_monotonic_time ();
      few = qd_policy_graph_draw (&only, NULL);
      changes[i] = ms_since (begin);
      qd_graph_nodes (picture->graph, &worker->nodes);
      qd_graph_edges (picture->graph, &worker->lines);
    }
  worker->data = find_median (data, EDITS);
  worker->first = find_median (first, EDITS);
  worker->again = find_median (again, EDITS);
  worker->changes = find_median (changes, EDITS);
}

/* From an analysis to its picture: all of it, and the longest that the main thread was held. */
static double
show (QdPolicyGraphView *view, QdPolicyEval *now, QdPolicyEval *saved, double *held)
{
  gint64 begin = g_get_monotonic_time ();

  *held = 0;
  qd_policy_graph_view_set_evals (view, now, saved);
  *held = ms_since (begin);
  while (qd_policy_graph_view_is_busy (view) || !qd_topology_view_is_settled (qd_policy_graph_view_get_view (view)))
    {
      gint64 at;

      /* Waiting is not working. */
      if (!g_main_context_pending (NULL))
        {
          g_usleep (200);
          continue;
        }
      at = g_get_monotonic_time ();
      g_main_context_iteration (NULL, FALSE);
      *held = MAX (*held, ms_since (at));
    }
  return ms_since (begin);
}

static void
measure_window (const Shape *shape, GPtrArray *files, QdPolicyEval *saved, double *whole, double *held)
{
  GtkWidget *window = gtk_window_new ();
  QdPolicyGraphView *view = QD_POLICY_GRAPH_VIEW (qd_policy_graph_view_new ());
  double all[EDITS], most[EDITS], first;

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_window_set_child (GTK_WINDOW (window), GTK_WIDGET (view));
  gtk_window_present (GTK_WINDOW (window));
  show (view, saved, NULL, &first);
  for (guint i = 0; i < EDITS; i++)
    {
      g_autoptr (QdPolicyEval) now = edit (shape, files, saved);

      all[i] = show (view, now, saved, &most[i]);
    }
  *whole = find_median (all, EDITS);
  *held = find_median (most, EDITS);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  Shape shape = { g_rand_new_with_seed (20), argc == 4 ? (guint) atoi (argv[1]) : 0, argc == 4 ? (guint) atoi (argv[2]) : 0, 0, FALSE };
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (QdPolicyWorld) world = NULL;
  g_autoptr (QdPolicyEval) saved = NULL;
  Worker worker = { 0 };
  double whole = 0, held = 0;

  if (shape.n_pods == 0 || shape.n_pods > 65536 || shape.n_policies == 0 || shape.n_policies > 100000)
    {
      g_printerr ("usage: bench-policy-graph PODS POLICIES alike|apart\n");
      return 2;
    }
  shape.apart = g_str_equal (argv[3], "apart");
  shape.n_spaces = (shape.n_pods + PODS_PER_SPACE - 1) / PODS_PER_SPACE;
  files = read_files (&shape);
  world = make_world (files, NULL);
  saved = qd_policy_eval_new (world, NULL, NULL);
  measure_worker (&shape, files, saved, &worker);
  if (gtk_init_check ())
    {
      adw_init ();
      measure_window (&shape, files, saved, &whole, &held);
    }
  g_print ("{\"data_ms\":%.3f,\"first_ms\":%.3f,\"again_ms\":%.3f,\"changes_ms\":%.3f,\"nodes\":%u,\"lines\":%u,\"picture_ms\":%.3f,\"held_ms\":%.3f}\n", worker.data, worker.first,
           worker.again, worker.changes, worker.nodes, worker.lines, whole, held);
  g_rand_free (shape.rand);
  return 0;
}
