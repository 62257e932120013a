/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-placement.h"

#include <string.h>

#include "lab-json.h"

#define MAX_NAME 120

struct LabPlacement
{
  GHashTable *entries;          /* key → value, as they are in the bucket */
  GHashTable *coming;           /* between BEGIN and SYNCED */
  GHashTable *table;            /* tenant → shard; NULL: to be made anew */
  gboolean synced;
};

LabPlacement *
lab_placement_new (void)
{
  LabPlacement *placement = g_new0 (LabPlacement, 1);

  placement->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return placement;
}

void
lab_placement_free (LabPlacement *placement)
{
  g_hash_table_unref (placement->entries);
  g_clear_pointer (&placement->coming, g_hash_table_unref);
  g_clear_pointer (&placement->table, g_hash_table_unref);
  g_free (placement);
}

gboolean
lab_placement_hear (LabPlacement *placement, LabBucketWhat what, const char *key, const char *value)
{
  GHashTable *into = placement->coming != NULL ? placement->coming : placement->entries;

  switch (what)
    {
    case LAB_BUCKET_BEGIN:
      g_clear_pointer (&placement->coming, g_hash_table_unref);
      placement->coming = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      return FALSE;
    case LAB_BUCKET_PUT:
      g_hash_table_insert (into, g_strdup (key), g_strdup (value));
      break;
    case LAB_BUCKET_GONE:
      g_hash_table_remove (into, key);
      break;
    case LAB_BUCKET_SYNCED:
      if (placement->coming == NULL)
        return FALSE;
      g_hash_table_unref (placement->entries);
      placement->entries = g_steal_pointer (&placement->coming);
      placement->synced = TRUE;
      break;
    }
  if (placement->coming != NULL)
    return FALSE;
  g_clear_pointer (&placement->table, g_hash_table_unref);
  return TRUE;
}

gboolean
lab_placement_synced (const LabPlacement *placement)
{
  return placement->synced;
}

gboolean
lab_placement_names (const char *id)
{
  gsize length = strlen (id);

  if (length == 0 || length > MAX_NAME)
    return FALSE;
  return strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == length;
}

static void
read_map (GHashTable *table, const char *text)
{
  g_autoptr (JsonNode) root = lab_json_parse (text, strlen (text), NULL);
  JsonObjectIter iter;
  const char *tenant;
  JsonNode *node;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &tenant, &node))
    if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
      g_hash_table_insert (table, g_strdup (tenant), g_strdup (json_node_get_string (node)));
}

GHashTable *
lab_placement_table (LabPlacement *placement)
{
  GHashTableIter iter;
  gpointer key, value;

  if (placement->table != NULL)
    return placement->table;
  placement->table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, placement->entries);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *text = value;

      while (g_ascii_isspace (*text))
        text++;
      if (*text == '{')
        read_map (placement->table, text);
      else if (*text != '\0')
        g_hash_table_insert (placement->table, g_strdup (key), g_strchomp (g_strdup (text)));
    }
  return placement->table;
}
