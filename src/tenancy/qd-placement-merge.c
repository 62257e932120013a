/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"
#include "qd-placement-map.h"

#include <string.h>

#include "qd-placement-private.h"

static void
diff_free (gpointer data)
{
  QdPlacementDiff *self = data;

  g_free (self->tenant);
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

static void
add_diff (GPtrArray *rows, const char *tenant, const char *from, const char *to)
{
  QdPlacementDiff *row = g_new (QdPlacementDiff, 1);

  *row = (QdPlacementDiff) { g_strdup (tenant), g_strdup (from), g_strdup (to) };
  g_ptr_array_add (rows, row);
}

/* Both are in order of tenant: one walk through the two. */
GPtrArray *
qd_placement_map_diff (const QdPlacementMap *from, const QdPlacementMap *to)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (diff_free);
  guint i = 0, j = 0;

  while (i < from->places->len || j < to->places->len)
    {
      const QdPlacement *a = i < from->places->len ? g_ptr_array_index (from->places, i) : NULL;
      const QdPlacement *b = j < to->places->len ? g_ptr_array_index (to->places, j) : NULL;
      int order = a == NULL ? 1 : b == NULL ? -1 : strcmp (a->tenant, b->tenant);

      if (order < 0)
        add_diff (rows, a->tenant, a->shard, NULL);
      else if (order > 0)
        add_diff (rows, b->tenant, NULL, b->shard);
      else if (!g_str_equal (a->shard, b->shard))
        add_diff (rows, a->tenant, a->shard, b->shard);
      i += order <= 0;
      j += order >= 0;
    }
  return rows;
}

static void
merge_row_free (gpointer data)
{
  QdPlacementMergeRow *self = data;

  g_free (self->tenant);
  g_free (self->base);
  g_free (self->mine);
  g_free (self->theirs);
  g_free (self);
}

static void
merge_tenant (GPtrArray *rows, const char *tenant, const char *base, const char *mine, const char *theirs)
{
  gboolean i_did = g_strcmp0 (base, mine) != 0, they_did = g_strcmp0 (base, theirs) != 0;
  QdPlacementMergeRow *row;

  if (!i_did && !they_did)
    return;
  row = g_new (QdPlacementMergeRow, 1);
  *row = (QdPlacementMergeRow) { g_strdup (tenant), g_strdup (base), g_strdup (mine), g_strdup (theirs), QD_PLACEMENT_MERGE_MINE };
  if (!i_did)
    row->outcome = QD_PLACEMENT_MERGE_THEIRS;
  else if (they_did)
    row->outcome = g_strcmp0 (mine, theirs) == 0 ? QD_PLACEMENT_MERGE_SAME : QD_PLACEMENT_MERGE_CONFLICT;
  g_ptr_array_add (rows, row);
}

static void
collect (GHashTable *tenants, const QdPlacementMap *map)
{
  for (guint i = 0; i < map->places->len; i++)
    g_hash_table_add (tenants, ((QdPlacement *) g_ptr_array_index (map->places, i))->tenant);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
qd_placement_merge (const QdPlacementMap *base, GPtrArray *changes, const QdPlacementMap *theirs)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (merge_row_free);
  g_autoptr (GHashTable) tenants = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) mine = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = NULL;

  collect (tenants, base);
  collect (tenants, theirs);
  for (guint i = 0; i < changes->len; i++)
    {
      QdPlacementChange *change = g_ptr_array_index (changes, i);

      g_hash_table_insert (mine, change->tenant, change);
      g_hash_table_add (tenants, change->tenant);
    }
  names = g_hash_table_get_keys_as_ptr_array (tenants);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *tenant = g_ptr_array_index (names, i);
      const char *before = qd_placement_map_get_shard (base, tenant);
      QdPlacementChange *change = g_hash_table_lookup (mine, tenant);

      merge_tenant (rows, tenant, before, change ? change->shard : before, qd_placement_map_get_shard (theirs, tenant));
    }
  return rows;
}

GPtrArray *
qd_placement_merge_get_changes (GPtrArray *rows, gboolean take_mine)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);

  for (guint i = 0; i < rows->len; i++)
    {
      QdPlacementMergeRow *row = g_ptr_array_index (rows, i);

      if (row->outcome == QD_PLACEMENT_MERGE_MINE || (take_mine && row->outcome == QD_PLACEMENT_MERGE_CONFLICT))
        g_ptr_array_add (changes, qd_placement_change_new (row->tenant, row->mine));
    }
  return changes;
}

guint
qd_placement_merge_count (GPtrArray *rows, QdPlacementOutcome outcome)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += ((QdPlacementMergeRow *) g_ptr_array_index (rows, i))->outcome == outcome;
  return n;
}
