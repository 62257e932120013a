/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <stdio.h>

#include <glib/gi18n.h>

#include "qd-policy-test.h"

/* All tests of all files; NULL, after saying what is wrong with them. */
static GPtrArray *
read_tests (QdctlPolicyInput *input)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  g_autoptr (GPtrArray) tests = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_test_free);
  gboolean invalid = FALSE;

  for (guint i = 0; i < input->tests->len; i++)
    g_ptr_array_extend_and_steal (tests, qd_policy_tests_read (g_ptr_array_index (input->tests, i), findings));
  for (guint i = 0; i < findings->len; i++)
    {
      g_autofree char *line = qd_policy_finding_to_text (g_ptr_array_index (findings, i));

      fprintf (stderr, "%s\n", line);
      invalid |= ((const QdPolicyFinding *) g_ptr_array_index (findings, i))->severity == QD_POLICY_ERROR;
    }
  if (!invalid && tests->len == 0)
    qdctl_complain (_("there are no tests: they are in files that end in .policytest.yaml"));
  return invalid || tests->len == 0 ? NULL : g_steal_pointer (&tests);
}

/* One line of TAP. A # in a name would begin a directive. */
static void
print_result (guint number, const QdPolicyTest *test, QdPolicyTestResult result, const char *why)
{
  g_autofree char *name = g_strdup (test->name), *place = qd_policy_place_to_text (&test->place);
  g_autofree char *line = NULL;

  g_strdelimit (name, "#\n\r", ' ');
  if (result == QD_POLICY_TEST_PASSED)
    line = g_strdup_printf ("ok %u - %s\n", number, name);
  else
    line = g_strdup_printf ("not ok %u - %s\n# %s: %s\n", number, name, place, why);
  qdctl_print (line);
}

QdExit
qdctl_policy_test (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (QdctlPolicyInput) input = { .tests = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref) };
  g_autoptr (QdPolicyEval) eval = qdctl_policy_eval (&input, paths, 0, options);
  g_autoptr (GPtrArray) tests = eval ? read_tests (&input) : NULL;
  g_autofree char *plan = NULL;
  gboolean passed = TRUE;

  if (tests == NULL)
    return QD_EXIT_BAD_INPUT;
  plan = g_strdup_printf ("TAP version 13\n1..%u\n", tests->len);
  qdctl_print (plan);
  for (guint i = 0; i < tests->len; i++)
    {
      const QdPolicyTest *test = g_ptr_array_index (tests, i);
      g_autofree char *why = NULL;
      QdPolicyTestResult result = qd_policy_test_run (test, eval, &why);

      print_result (i + 1, test, result, why);
      passed &= result == QD_POLICY_TEST_PASSED;
    }
  return qdctl_policy_exit (&input, passed ? QD_EXIT_YES : QD_EXIT_NO);
}
