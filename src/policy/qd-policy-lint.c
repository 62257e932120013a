/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-lint.h"

#include <string.h>

#include "qd-policy-fix-private.h"
#include "qd-policy-lint-private.h"
#include "qd-policy-read-private.h"
#include "qd-policy-schema.h"
#include "qd-policy-test.h"
#include "qd-routing.h"

const char *
qd_policy_severity_to_string (QdPolicySeverity severity)
{
  static const char *const words[] = { "note", "warning", "error" };

  return severity < G_N_ELEMENTS (words) ? words[severity] : "note";
}

/* Which of two findings comes first: by file as they were given, then by place. */
static int
compare (gconstpointer a, gconstpointer b, gpointer order)
{
  const QdPolicyFinding *left = *(QdPolicyFinding *const *) a, *right = *(QdPolicyFinding *const *) b;
  guint mine = GPOINTER_TO_UINT (g_hash_table_lookup (order, left->place.file)), theirs = GPOINTER_TO_UINT (g_hash_table_lookup (order, right->place.file));
  gsize here = qd_yaml_node_get_span (left->place.node).start, there = qd_yaml_node_get_span (right->place.node).start;

  if (mine != theirs)
    return mine < theirs ? -1 : 1;
  return here < there ? -1 : here > there;
}

/* The schemas and the reader of policies see some of the same faults; the one that was said first has the better words. */
static gboolean
is_said (const QdPolicyFinding *finding, GHashTable *places)
{
  const char *code = g_hash_table_lookup (places, finding->place.node);

  if (finding->place.node == NULL || code == NULL)
    return FALSE;
  return g_str_equal (code, finding->code) || (g_str_equal (finding->code, "type") && g_str_equal (code, "unquoted"));
}

/* What policies mean, and whether it can be meant. Of a search that was given up nothing is said: half of it would come and go. */
static void
look (QdPolicyWorld *world, QdPolicyEval *eval, GPtrArray *findings, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  QdPolicyLint lint;

  qd_policy_lint_init (&lint, world, eval, found, cancellable);
  qd_policy_lint_fields (&lint);
  if (eval)
    {
      qd_policy_lint_names (&lint);
      qd_policy_lint_redundant (&lint);
      qd_policy_lint_sides (&lint);
      qd_policy_lint_dns (&lint);
    }
  if (!qd_policy_lint_is_over (&lint))
    g_ptr_array_extend_and_steal (findings, g_steal_pointer (&found));
  qd_policy_lint_clear (&lint);
}

GPtrArray *
qd_policy_lint (QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests, const QdPolicyOptions *options)
{
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new (files, n_files, NULL);
  g_autoptr (QdPolicyEval) eval = qd_policy_world_is_invalid (world) ? NULL : qd_policy_eval_new (world, options, NULL);

  return qd_policy_lint_world (world, eval, files, n_files, tests, n_tests, NULL);
}

static void
add_reader_fixes (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      if (finding->fix == NULL)
        finding->fix = qd_policy_fix_of_reader (finding);
    }
}

GPtrArray *
qd_policy_lint_world (QdPolicyWorld *world, QdPolicyEval *eval, QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests,
                      GCancellable *cancellable)
{
  GPtrArray *findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL), order = g_hash_table_new (NULL, NULL);
  GPtrArray *read = qd_policy_world_get_findings (world);
  g_autoptr (QdRoutingSet) routing = qd_routing_set_new (files, n_files);
  GPtrArray *routes = qd_routing_set_get_findings (routing);

  for (guint i = 0; i < n_files; i++)
    {
      g_hash_table_insert (order, files[i], GUINT_TO_POINTER (i));
      qd_policy_schema_check (files[i], findings);
    }
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      g_hash_table_insert (places, (gpointer) finding->place.node, (gpointer) finding->code);
    }
  for (guint i = 0; i < read->len; i++)
    if (!is_said (g_ptr_array_index (read, i), places))
      g_ptr_array_add (findings, qd_policy_finding_copy (g_ptr_array_index (read, i)));
  for (guint i = 0; i < routes->len; i++)
    g_ptr_array_add (findings, qd_policy_finding_copy (g_ptr_array_index (routes, i)));
  for (guint i = 0; i < n_tests; i++)
    {
      g_hash_table_insert (order, tests[i], GUINT_TO_POINTER (n_files + i));
      g_ptr_array_unref (qd_policy_tests_read (tests[i], findings));
    }
  add_reader_fixes (findings);
  look (world, eval, findings, cancellable);
  g_ptr_array_sort_with_data (findings, compare, order);
  return findings;
}
