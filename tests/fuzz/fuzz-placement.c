/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-placement-map.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* One change does that, and nothing else: to no other tenant, and to no bytes that it need not touch. */
static void
edit (QdPlacementMap *map, const char *tenant, const char *shard)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_autoptr (GPtrArray) writes = NULL;
  g_autoptr (QdPlacementMap) after = NULL;
  g_autoptr (GPtrArray) differences = NULL;

  g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
  writes = qd_placement_map_plan (map, changes, NULL);
  if (writes == NULL)
    {
      if (!qd_placement_map_is_broken (map) && qd_placement_is_tenant (tenant, -1))
        g_error ("an edit was refused that can be done");
      return;
    }
  after = qd_placement_map_apply (map, writes, 2);
  if (g_strcmp0 (qd_placement_map_get_shard (after, tenant), shard) != 0)
    g_error ("the edit did not do what it should");
  differences = qd_placement_map_diff (map, after);
  for (guint i = 0; i < differences->len; i++)
    if (!g_str_equal (((QdPlacementDiff *) g_ptr_array_index (differences, i))->tenant, tenant))
      g_error ("the edit did something to another tenant");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  QdPlacementEntry entry = { "aggregate_placement", (const char *) data, size, 1, 0 };
  QdPlacementEntry key = { "tenant", (const char *) data, size, 1, 0 };
  g_autoptr (QdPlacementMap) map = qd_placement_map_new (QD_PLACEMENT_AGGREGATE, NULL, &entry, 1);
  g_autoptr (QdPlacementMap) keys = qd_placement_map_new (QD_PLACEMENT_RUNNER, NULL, &key, 1);

  for (guint i = 0; i < qd_placement_map_get_findings (map)->len; i++)
    if (!g_utf8_validate (((QdPlacementFinding *) g_ptr_array_index (qd_placement_map_get_findings (map), i))->text, -1, NULL))
      g_error ("a finding is no text");
  if (qd_placement_map_get_encoding (map) != QD_PLACEMENT_OBJECT)
    g_error ("the documented key is the map");
  for (guint i = 0; i < MIN (qd_placement_map_get_length (map), 8); i++)
    {
      edit (map, qd_placement_map_get_nth (map, i)->tenant, "shard-new");
      edit (map, qd_placement_map_get_nth (map, i)->tenant, NULL);
    }
  edit (map, "tenant-new", "shard-new");
  edit (keys, "tenant", "shard-new");
  return 0;
}
