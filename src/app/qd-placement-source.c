/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-source.h"

#include <string.h>

#include <glib/gi18n.h>

/* --- Which connections ---------------------------------------------------------------------------------------- */

static gboolean
has_any (QdFleet *fleet, QdKind kind, const char *connection)
{
  QdEntityList *list = qd_fleet_get_list (fleet, kind);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_strcmp0 (qd_entity_get_connection (qd_entity_list_peek (list, i)), connection) == 0)
      return TRUE;
  return FALSE;
}

/* A NATS connection and whom it feeds: itself where it says nothing. */
static gboolean
is_pair_of (const QdEndpoint *endpoint, const char *shown)
{
  return shown == NULL || g_strcmp0 (endpoint->id, shown) == 0 || g_strcmp0 (endpoint->feeds, shown) == 0;
}

void
qd_placement_source_find (QdPlacementSource *self, QdSession *session)
{
  QdFleet *fleet = qd_session_get_fleet (session);
  const char *shown = qd_session_get_connection (session);
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (qd_session_get_hub (session));

  *self = (QdPlacementSource) { NULL, NULL };
  for (guint i = 0; i < endpoints->len; i++)
    {
      const QdEndpoint *endpoint = endpoints->pdata[i];
      gboolean better = self->nats == NULL || (!has_any (fleet, QD_KIND_KV_ENTRY, self->nats) && has_any (fleet, QD_KIND_KV_ENTRY, endpoint->id));

      if (g_strcmp0 (endpoint->driver, "nats") != 0 || !is_pair_of (endpoint, shown) || !better)
        continue;
      self->nats = g_intern_string (endpoint->id);
      self->control = g_intern_string (endpoint->feeds != NULL ? endpoint->feeds : endpoint->id);
    }
  if (self->control == NULL && shown != NULL)
    self->control = g_intern_string (shown);
}

/* --- What is in the buckets --------------------------------------------------------------------------------------- */

static void
add_entry (GArray *entries, QdEntity *entity)
{
  const char *value = qd_entity_get_string (entity, QD_KV_VALUE);
  gint64 revision = 0;
  QdPlacementEntry entry = { qd_entity_get_string (entity, QD_KV_KEY), value, value != NULL ? strlen (value) : 0, 0, 0 };
  const QdValue *at = qd_entity_get (entity, QD_KV_AT);

  if (entry.key == NULL || value == NULL || !qd_entity_get_int (entity, QD_KV_REVISION, &revision))
    return;
  entry.revision = (guint64) revision;
  entry.at_us = at->type == QD_VALUE_TIME ? at->v.i : 0;
  g_array_append_val (entries, entry);
}

QdPlacementMap *
qd_placement_source_read_map (const QdPlacementSource *self, QdFleet *fleet, QdPlacementKind kind)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (QdPlacementEntry));
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_KV_ENTRY);

  for (guint i = 0; self->nats != NULL && i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);

      if (g_strcmp0 (qd_entity_get_connection (entity), self->nats) == 0
          && g_strcmp0 (qd_entity_get_string (entity, QD_KV_BUCKET), qd_placement_kind_get_bucket (kind)) == 0)
        add_entry (entries, entity);
    }
  return qd_placement_map_new (kind, NULL, (const QdPlacementEntry *) (void *) entries->data, entries->len);
}

QdPlacementRoll *
qd_placement_source_read_roll (const QdPlacementSource *self, QdFleet *fleet, const QdPlacementMap *map)
{
  QdPlacementRoll *roll = qd_placement_roll_new (fleet, self->control, qd_placement_kind_get_name (qd_placement_map_get_kind (map)));

  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *place = qd_placement_map_get_nth (map, i);

      qd_placement_roll_place (roll, place->tenant, place->shard);
    }
  qd_placement_roll_finish (roll, fleet, self->control);
  return roll;
}

char *
qd_placement_source_tell_findings (const QdPlacementMap *map)
{
  GPtrArray *findings = qd_placement_map_get_findings (map);
  const QdPlacementFinding *first = findings->len > 0 ? findings->pdata[0] : NULL;

  if (first == NULL)
    return NULL;
  if (findings->len == 1)
    return g_strdup (first->text);
  return g_strdup_printf (ngettext ("%s (and %u more)", "%s (and %u more)", findings->len - 1), first->text, findings->len - 1);
}
