/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>

#include "qd-yaml-spot.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The first two bytes say where in the rest the place is. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gsize offset = size > 2 ? ((gsize) data[0] << 8 | data[1]) % (size - 1) : 0;
  g_autoptr (GBytes) bytes = size > 2 ? g_bytes_new (data + 2, size - 2) : g_bytes_new (data, 0);
  g_autoptr (QdYamlSpot) spot = qd_yaml_spot_find (bytes, offset);
  gsize length = g_bytes_get_size (bytes);

  g_assert_true (spot->start <= spot->end && spot->end <= length && spot->start <= offset && offset <= spot->end);
  g_assert_true (spot->word != NULL && spot->text != NULL);
  if (spot->map)
    qd_yaml_spot_has_key (spot, spot->map, "kind");
  g_free (qd_yaml_spot_dup_scalar (spot, "", "kind"));
  g_free (qd_yaml_spot_dup_metadata (spot, "", "name"));
  return 0;
}
