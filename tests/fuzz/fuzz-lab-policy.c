/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"
#include "config.h"

#include "lab-policy.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Whatever the bytes are, the lab says what is wrong, or gives a verdict on every pair of pods. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (LabCluster) cluster = lab_cluster_new ();
  g_autoptr (GError) error = NULL;
  LabSwitches switches = { size % 2, size % 3 == 0 };

  if (!lab_cluster_add_yaml (cluster, (const char *) data, size, &error))
    {
      g_assert_nonnull (error);
      return 0;
    }
  lab_cluster_settle (cluster);
  for (guint i = 0; i < MIN (cluster->pods->len, 20); i++)
    for (guint k = 0; k < MIN (cluster->pods->len, 20); k++)
      {
        LabEnd src = lab_end_of_pod (g_ptr_array_index (cluster->pods, i));
        LabEnd dst = lab_end_of_pod (g_ptr_array_index (cluster->pods, k));

        lab_policy_verdict (cluster, &switches, &src, &dst, LAB_TCP, 80);
      }
  return 0;
}
