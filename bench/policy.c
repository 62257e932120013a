/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "manifests.h"
#include "qd-policy-lint.h"

/* policy PODS POLICIES alike|apart: what it costs to say who may talk to whom: reading the files, the world, the evaluation, every pair
 * of workloads and ranges, what is to be said about it all (lint), and what an edit of one policy costs afterwards; beside as many look-ups in a plain table. "alike" pods come in
 * fives with the same labels, as replicas do; "apart" each has a label of its own that some policy asks for. One JSON line. */

#define EDITS 50

static double
ms_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / 1000.0;
}

/* --- Measuring -------------------------------------------------------------------------------------------------- */

static guint64
ask_all (QdPolicyEval *eval, guint64 *n_pairs)
{
  guint n = qd_policy_eval_get_n_ends (eval);
  guint64 sum = 0;

  for (guint src = 0; src < n; src++)
    for (guint dst = 0; dst < n; dst++)
      sum += qd_port_set_get_id (qd_policy_eval_get (eval, src, dst));
  *n_pairs = (guint64) n * n;
  return sum;
}

/* All that is to be said about the files, as it is looked for at each pause of typing. */
static double
measure_lint (GPtrArray *files, QdPolicyWorld *world, QdPolicyEval *eval, guint *n_findings)
{
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GPtrArray) findings = qd_policy_lint_world (world, eval, (QdYamlFile **) files->pdata, files->len, NULL, 0, NULL);

  *n_findings = findings->len;
  return ms_since (begin);
}

/* As many look-ups as there are pairs, in a table that is there already. */
static double
measure_floor (guint64 n_pairs)
{
  guint n = 4096;
  g_autofree guint *table = g_new0 (guint, (gsize) n * n);
  volatile guint64 sum = 0;
  gint64 begin = g_get_monotonic_time ();

  for (guint64 i = 0; i < n_pairs; i++)
    sum += table[i * 2654435761u % ((guint64) n * n)];
  return ms_since (begin);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *l = a, *r = b;

  return (*l > *r) - (*l < *r);
}

typedef enum { EDIT_RULE, EDIT_ADDRESSES, EDIT_POD } Edit;

/* The file that is edited, and what it says then: another policy in one's place, a block of addresses that was not there before, another label. */
static char *
make_edit (const Shape *shape, Edit edit, guint number, guint n_files, guint *which)
{
  guint policy = any (shape->rand, shape->n_policies), pods = any (shape->rand, (shape->n_pods + PODS_PER_FILE - 1) / PODS_PER_FILE);
  g_autofree char *text = NULL;

  *which = edit == EDIT_POD ? 1 + pods : n_files - shape->n_policies + policy;
  if (edit == EDIT_POD)
    return make_pods (shape, pods * PODS_PER_FILE, number + 1);
  text = make_policy (shape, policy);
  if (edit == EDIT_RULE)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s  - to:\n    - ipBlock: {cidr: 172.16.%u.0/24}\n", text, number);
}

/* Each edit is answered when its world is evaluated, from the text on. */
static void
measure_edits (const Shape *shape, GPtrArray *files, Edit edit, double *median, double *p95)
{
  g_autoptr (QdPolicyWorld) world = make_world (files, NULL);
  g_autoptr (QdPolicyEval) eval = qd_policy_eval_new (world, NULL, NULL);
  double took[EDITS];

  for (guint i = 0; i < EDITS; i++)
    {
      guint which;
      g_autofree char *text = make_edit (shape, edit, i, files->len, &which);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      gint64 begin = g_get_monotonic_time ();
      QdPolicyWorld *now;
      QdPolicyEval *next;

      qd_yaml_file_unref (files->pdata[which]);
      files->pdata[which] = qd_yaml_file_new ("edited.yaml", bytes, NULL);
      now = make_world (files, world);
      next = qd_policy_eval_new (now, NULL, eval);
      took[i] = ms_since (begin);
      qd_policy_eval_unref (eval);
      eval = next;
      qd_policy_world_unref (world);
      world = now;
    }
  qsort (took, EDITS, sizeof *took, compare_doubles);
  *median = took[EDITS / 2];
  *p95 = took[EDITS * 95 / 100];
}

int
main (int argc, char **argv)
{
  Shape shape = { g_rand_new_with_seed (20), argc == 4 ? (guint) atoi (argv[1]) : 0, argc == 4 ? (guint) atoi (argv[2]) : 0, 0, FALSE };
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (QdPolicyWorld) world = NULL;
  g_autoptr (QdPolicyEval) eval = NULL;
  double parse, read, evaluate, pairs, lint, edit[3][2];
  guint n_findings;
  guint64 n_pairs, sum;
  struct rusage usage;
  gint64 begin;

  if (shape.n_pods == 0 || shape.n_pods > 65536 || shape.n_policies == 0 || shape.n_policies > 100000)
    {
      g_printerr ("usage: bench-policy PODS POLICIES alike|apart\n");
      return 2;
    }
  shape.apart = g_str_equal (argv[3], "apart");
  shape.n_spaces = (shape.n_pods + PODS_PER_SPACE - 1) / PODS_PER_SPACE;
  begin = g_get_monotonic_time ();
  files = read_files (&shape);
  parse = ms_since (begin);
  begin = g_get_monotonic_time ();
  world = make_world (files, NULL);
  read = ms_since (begin);
  begin = g_get_monotonic_time ();
  eval = qd_policy_eval_new (world, NULL, NULL);
  evaluate = ms_since (begin);
  begin = g_get_monotonic_time ();
  sum = ask_all (eval, &n_pairs);
  pairs = ms_since (begin);
  lint = measure_lint (files, world, eval, &n_findings);
  getrusage (RUSAGE_SELF, &usage);
  for (Edit i = EDIT_RULE; i <= EDIT_POD; i++)
    measure_edits (&shape, files, i, &edit[i][0], &edit[i][1]);
  g_print ("{\"parse_ms\":%.3f,\"read_ms\":%.3f,\"evaluate_ms\":%.3f,\"lint_ms\":%.3f,\"findings\":%u,\"pairs_ms\":%.3f,\"pairs\":%" G_GUINT64_FORMAT ",\"floor_ms\":%.3f,\"classes\":%u,\"rows\":%u,"
           "\"edit_ms\":%.3f,\"edit_p95_ms\":%.3f,\"recut_ms\":%.3f,\"recut_p95_ms\":%.3f,\"relabel_ms\":%.3f,\"relabel_p95_ms\":%.3f,\"rss_mb\":%.1f,"
           "\"sum\":%" G_GUINT64_FORMAT "}\n",
           parse, read, evaluate, lint, n_findings, pairs, n_pairs, measure_floor (n_pairs), qd_policy_eval_get_n_classes (eval), qd_policy_eval_get_n_rows (eval), edit[0][0], edit[0][1], edit[1][0],
           edit[1][1], edit[2][0], edit[2][1], (double) usage.ru_maxrss / 1024.0, sum);
  g_rand_free (shape.rand);
  return 0;
}
