/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>

#include "lab-options.h"
#include "lab-server.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whatever the bytes: refused with a reason, or a network whose paths join two of its sites. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (LabWorld) world = lab_world_new (1, 1790000000);
  g_autoptr (GError) error = NULL;
  gboolean ok = lab_graphml_load (world, (const char *) data, size, &error);

  g_assert_true (ok == (error == NULL));
  g_assert_cmpuint (world->n_sites, <=, LAB_MAX_SITES);
  g_assert_cmpuint (world->n_paths, <=, LAB_MAX_PATHS);
  if (ok)
    g_assert_cmpuint (world->n_sites, >, 0);
  for (guint i = 0; i < world->n_paths; i++)
    {
      g_assert_cmpuint (world->paths[i].src, <, world->n_sites);
      g_assert_cmpuint (world->paths[i].dst, <, world->n_sites);
      g_assert_true (world->paths[i].src != world->paths[i].dst);
      g_assert_true (isfinite (world->paths[i].base_latency_ms) && world->paths[i].capacity_mbps > 0);
    }
  return 0;
}
