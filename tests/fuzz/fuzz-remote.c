/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a server's policies and of jobs that changed them, and what a server says that it has: all of it may be cut or changed. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "qd-json.h"
#include "qd-policy-applied.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
plan (QdRemoteSet *bases, GPtrArray *theirs, GBytes *text)
{
  const QdAnalysisText texts[] = { { "fuzz.yaml", text, NULL } };
  g_autoptr (QdPolicyPlan) all = qd_policy_plan_new (texts, 1, bases, theirs);

  for (guint i = 0; i < qd_policy_plan_get_n_steps (all); i++)
    g_assert_nonnull (qd_policy_plan_get_step (all, i)->why);
  qd_policy_plan_refresh_bases (all, bases);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL, odd = NULL;
  g_autoptr (QdRemoteSet) set = qd_remote_set_parse ((const char *) data, size, "fuzz", &error);
  g_autoptr (QdPolicyApplied) applied = qd_policy_applied_parse ((const char *) data, size, "fuzz", &odd);
  g_autoptr (JsonNode) node = qd_json_parse ((const char *) data, (gssize) size, "fuzz", NULL);
  g_autoptr (GBytes) text = g_bytes_new (data, size);
  guint n_odd;
  g_autoptr (GPtrArray) theirs = node ? qd_policy_theirs_from_json (node, &n_odd, NULL) : NULL;

  g_assert_true ((set != NULL) == (error == NULL));
  g_assert_true ((applied != NULL) == (odd == NULL));
  if (set)
    {
      g_autoptr (GBytes) bytes = qd_remote_set_to_bytes (set);
      g_autoptr (QdRemoteSet) again = qd_remote_set_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "fuzz", NULL);

      g_assert_nonnull (again);
      g_assert_cmpuint (qd_remote_set_get_n (again), ==, qd_remote_set_get_n (set));
    }
  if (theirs == NULL)
    theirs = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_theirs_free);
  if (applied)
    {
      g_autoptr (QdPolicyPlan) back = qd_policy_applied_plan_back (applied, theirs);

      qd_policy_applied_replay (applied, (const char *) data, size);
      g_assert_nonnull (back);
    }
  if (set == NULL)
    set = qd_remote_set_new ("/", "fuzz");
  plan (set, theirs, text);
  return 0;
}
