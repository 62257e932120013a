/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-groups.h"

#include <string.h>
#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-label.h"

#define LABEL "label:"
/* Whose labels are looked at to know which there are. */
#define MAX_ASKED 300
#define MAX_CHOICES 24

char *
qd_topology_group_of (QdEntity *entity, const char *group_by)
{
  gboolean is_site = qd_entity_get_kind (entity) == QD_KIND_SITE;
  const char *text = NULL;

  if (g_str_has_prefix (group_by, LABEL))
    return qd_entity_dup_label (entity, group_by + strlen (LABEL));
  if (g_str_equal (group_by, "kind"))
    text = qd_entity_get_string (entity, is_site ? QD_SITE_KIND : QD_NODE_KIND);
  else if (g_str_equal (group_by, "location") && is_site)
    text = qd_entity_get_string (entity, QD_SITE_LOCATION);
  return text && *text ? g_strdup (text) : NULL;
}

static void
add_labels (GHashTable *names, QdEntity *entity)
{
  const char *json = qd_entity_get_string (entity, QD_FIELD_LABELS);
  g_autoptr (JsonNode) root = json ? qd_json_parse (json, -1, "labels", NULL) : NULL;
  JsonObject *object = root ? qd_json_object (root) : NULL;
  g_autoptr (GList) members = object ? json_object_get_members (object) : NULL;

  for (GList *member = members; member; member = member->next)
    if (g_hash_table_size (names) < MAX_CHOICES)
      g_hash_table_add (names, g_strdup (member->data));
}

GPtrArray *
qd_topology_group_choices (QdFleet *fleet, const char *connection)
{
  static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE };
  GPtrArray *choices = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) sorted = NULL;

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, kinds[k]);
      guint n = qd_entity_list_get_length (list);

      for (guint i = 0, asked = 0; i < n && asked < MAX_ASKED; i++)
        {
          QdEntity *entity = qd_entity_list_peek (list, i);

          if (!qd_entity_belongs (entity, connection))
            continue;
          add_labels (names, entity);
          asked++;
        }
    }
  sorted = g_hash_table_get_keys_as_ptr_array (names);
  g_ptr_array_sort_values (sorted, (GCompareFunc) strcmp);
  g_ptr_array_add (choices, g_strdup ("kind"));
  g_ptr_array_add (choices, g_strdup ("location"));
  for (guint i = 0; i < sorted->len; i++)
    g_ptr_array_add (choices, g_strconcat (LABEL, sorted->pdata[i], NULL));
  return choices;
}

char *
qd_topology_group_title (const char *group_by)
{
  if (g_str_has_prefix (group_by, LABEL))
    /* Translators: what things are grouped by: their label of that name. */
    return g_strdup_printf (_("Label “%s”"), group_by + strlen (LABEL));
  if (g_str_equal (group_by, "kind"))
    return g_strdup (_("Kind"));
  if (g_str_equal (group_by, "location"))
    return g_strdup (_("Location"));
  return g_strdup (_("Nothing"));
}
