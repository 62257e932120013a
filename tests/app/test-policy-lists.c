/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of thousands: what was found anew changes only what differs, and rows come in portions. */
#include "config.h"

#include <string.h>

#include "qd-problem.h"
#include "qd-slow-list.h"

#define FILES 4

/* A policy with fields that no policy has, on so many lines. */
static GBytes *
random_text (GRand *rand)
{
  GString *text = g_string_new ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n");

  for (guint i = 0; i < 12; i++)
    if (g_rand_boolean (rand))
      g_string_append_printf (text, "  %c%u: 1\n", 'a' + g_rand_int_range (rand, 0, 3), i);
  if (g_rand_int_range (rand, 0, 8) == 0)
    g_string_append (text, "  - [\n");
  return g_string_free_to_bytes (text);
}

static char *
tell (GListModel *list)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (list, i);

      g_string_append_printf (text, "%s:%u:%u %d %s\n", qd_problem_get_file (problem), qd_problem_get_line (problem), qd_problem_get_column (problem),
                              (int) qd_problem_get_severity (problem), qd_problem_get_message (problem));
    }
  return g_string_free (text, FALSE);
}

static void
count_cb (guint *touched, guint position, guint removed, guint added)
{
  *touched += removed + added;
}

static void
test_update (void)
{
  static const char *const names[FILES] = { "a.yaml", "b.yaml", "c.yaml", "d.yaml" };
  const QdPolicyOptions options = { 0 };
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (GListStore) list = g_list_store_new (QD_TYPE_PROBLEM);
  QdAnalysisText texts[FILES];
  QdAnalysis *before = NULL;
  guint touched = 0;

  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (count_cb), &touched);
  for (guint i = 0; i < FILES; i++)
    texts[i] = (QdAnalysisText) { names[i], random_text (rand), NULL };
  for (guint round = 0; round < 200; round++)
    {
      QdAnalysis *analysis = qd_analysis_new (texts, FILES, &options, before);
      g_autoptr (GListStore) fresh = qd_problem_list_new (analysis);
      g_autofree char *wanted = tell (G_LIST_MODEL (fresh)), *found = NULL;
      guint i = (guint) g_rand_int_range (rand, 0, FILES);

      qd_problem_list_update (list, analysis);
      found = tell (G_LIST_MODEL (list));
      g_assert_cmpstr (found, ==, wanted);
      /* Once more changes nothing. */
      touched = 0;
      qd_problem_list_update (list, analysis);
      g_assert_cmpuint (touched, ==, 0);
      g_clear_pointer (&before, qd_analysis_unref);
      before = analysis;
      g_bytes_unref (texts[i].mine);
      texts[i].mine = random_text (rand);
    }
  qd_analysis_unref (before);
  for (guint i = 0; i < FILES; i++)
    g_bytes_unref (texts[i].mine);
}

static void
test_slow (void)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GListModel) slow = qd_slow_list_new (G_LIST_MODEL (names));
  g_auto (GStrv) many = g_new0 (char *, 1001);
  guint most = 0, last;

  for (guint i = 0; i < 1000; i++)
    many[i] = g_strdup_printf ("%u", i);
  gtk_string_list_splice (names, 0, 0, (const char *const *) many);
  last = g_list_model_get_n_items (slow);
  g_assert_cmpuint (last, <, 100);
  while (g_list_model_get_n_items (slow) < 1000)
    {
      g_assert_true (g_main_context_iteration (NULL, FALSE));
      most = MAX (most, g_list_model_get_n_items (slow) - last);
      last = g_list_model_get_n_items (slow);
    }
  g_assert_cmpuint (most, <, 100);
  /* Whole, it follows what happens. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  gtk_string_list_splice (names, 0, 0, (const char *const *) many);
  g_assert_cmpuint (g_list_model_get_n_items (slow), ==, 2000);
  gtk_string_list_splice (names, 0, 2000, NULL);
  g_assert_cmpuint (g_list_model_get_n_items (slow), ==, 0);
  gtk_string_list_splice (names, 0, 0, (const char *const *) many);
  g_assert_cmpuint (g_list_model_get_n_items (slow), <, 100);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy-lists/update", test_update);
  g_test_add_func ("/policy-lists/slow", test_slow);
  return g_test_run ();
}
