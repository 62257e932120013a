/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-policy-diff.h"
#include "qd-policy-explain.h"
#include "qd-policy-lint.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any file is a world, however wrong: what is wrong is said with a place in it, and what can be understood of it can be asked for, in each reading. */

#define MAX_ENDS 12
#define MAX_FIXES 6

static void
check_findings (QdPolicyWorld *world, gsize size)
{
  GPtrArray *findings = qd_policy_world_get_findings (world);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *text = qd_policy_finding_to_text (finding);
      QdYamlSpan span = qd_yaml_node_get_span (finding->place.node);

      g_assert_true (g_str_has_prefix (text, "it:") && g_utf8_validate (text, -1, NULL) && finding->code && *finding->message);
      g_assert_true (span.start <= span.end && span.end <= size);
    }
}

/* An explanation agrees with connectivity, whatever the world is. */
static void
check_flow (QdPolicyEval *eval, guint src, guint dst, guint port)
{
  QdPolicyFlow flow = { src, dst, NULL, NULL, port % QD_N_PROTOCOLS, port };
  g_autoptr (QdPolicyExplanation) explanation = qd_policy_explain (eval, &flow);

  g_assert_cmpint (explanation->allowed, ==, qd_port_set_contains (qd_policy_eval_get (eval, src, dst), flow.protocol, port));
  g_assert_true (g_utf8_validate (explanation->text, -1, NULL));
}

static void
check_eval (QdPolicyEval *eval)
{
  static const guint ports[] = { 1, 53, 80, 443, 8080, 65535 };
  guint n = qd_policy_eval_get_n_ends (eval);

  for (guint src = 0; src < MIN (n, MAX_ENDS); src++)
    for (guint dst = 0; dst < MIN (n, MAX_ENDS); dst++)
      check_flow (eval, src, n - 1 - dst, ports[(src + dst) % G_N_ELEMENTS (ports)]);
}

/* Whatever the world is, its findings can be said, and a fix makes a file that can be read, or says why not. */
static void
check_lint (QdPolicyWorld *world, QdPolicyEval *eval, QdYamlFile *file)
{
  g_autoptr (GPtrArray) findings = qd_policy_lint_world (world, eval, &file, 1, NULL, 0, NULL);

  for (guint i = 0, fixes = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *flow = finding->proof ? qd_policy_proof_to_text (finding->proof) : NULL;
      g_auto (QdYamlSplice) splice = { 0 };
      g_autoptr (QdYamlFile) changed = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (*finding->message && g_utf8_validate (finding->message, -1, NULL) && (flow == NULL || g_utf8_validate (flow, -1, NULL)));
      if (finding->fix == NULL || fixes++ >= MAX_FIXES)
        continue;
      changed = qd_policy_fix_apply (finding->fix, &splice, &error);
      g_assert_true ((changed != NULL) == (error == NULL) && *qd_policy_fix_get_title (finding->fix));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("it", bytes, NULL);
  g_autoptr (QdPolicyWorld) world = file ? qd_policy_world_new (&file, 1, NULL) : NULL;
  QdPolicyEval *before = NULL;

  if (world == NULL)
    return 0;
  check_findings (world, size);
  for (guint reading = 0; reading < 4; reading++)
    {
      QdPolicyOptions options = { reading & 1, reading >> 1 };
      QdPolicyEval *eval = qd_policy_eval_new (world, &options, before);
      g_autoptr (QdPolicyDiff) diff = qd_policy_eval_get_n_ends (eval) <= 4 * MAX_ENDS ? qd_policy_diff_new (eval, eval) : NULL;

      check_eval (eval);
      if (reading == 0)
        check_lint (world, eval, file);
      g_assert_true (diff == NULL || qd_policy_diff_get_changes (diff)->len == 0);
      g_clear_pointer (&before, qd_policy_eval_unref);
      before = eval;
    }
  qd_policy_eval_unref (before);
  return 0;
}
