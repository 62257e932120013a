/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-model.h"

#include <glib/gi18n.h>

static char *
with_unit (QdEntity *entity, guint field)
{
  g_autofree char *text = qd_entity_format (entity, field);
  const char *unit = qd_entity_get_schema (entity)->fields[field].unit;

  return unit && *text ? g_strdup_printf ("%s %s", text, unit) : g_steal_pointer (&text);
}

static void
add_figure (GString *out, QdEntity *entity, guint field)
{
  const QdField *info = &qd_entity_get_schema (entity)->fields[field];
  g_autofree char *text = NULL, *title = NULL;

  if (qd_entity_get (entity, field)->type == QD_VALUE_NONE || info->title == NULL)
    return;
  text = with_unit (entity, field);
  title = g_utf8_strdown (_(info->title), -1);
  g_string_append_printf (out, ", %s %s", title, text);
}

/* How many of a site's paths are not well. */
static void
add_paths (GString *out, QdFleet *fleet, QdEntity *entity)
{
  GPtrArray *edges = qd_fleet_get_edges (fleet, entity);
  guint n = edges ? edges->len : 0, bad = 0;

  for (guint i = 0; i < n; i++)
    bad += qd_entity_get_status (edges->pdata[i]) >= QD_STATUS_DEGRADED;
  if (n == 0)
    return;
  g_string_append (out, ", ");
  g_string_append_printf (out, ngettext ("%u path", "%u paths", n), n);
  if (bad > 0)
    {
      g_string_append (out, ", ");
      g_string_append_printf (out, ngettext ("%u of them needs attention", "%u of them need attention", bad), bad);
    }
}

/**
 * qd_topology_describe:
 * @fleet: the fleet
 * @entity: a site, node, path or link
 *
 * Says in a sentence how @entity is, the conclusion first.
 *
 * Returns: (transfer full): "Path HQ → East: Degraded, loss 2.3 %, latency 31 ms"
 */
char *
qd_topology_describe (QdFleet *fleet, QdEntity *entity)
{
  GString *out = g_string_new (NULL);
  const char *state = qd_status_get_label (qd_entity_get_status (entity));
  const char *name = qd_entity_get_name (entity);

  switch (qd_entity_get_kind (entity))
    {
    case QD_KIND_SITE: g_string_append_printf (out, _("Site %s: %s"), name, state); break;
    case QD_KIND_PATH: g_string_append_printf (out, _("Path %s: %s"), name, state); break;
    case QD_KIND_NODE: g_string_append_printf (out, _("Node %s: %s"), name, state); break;
    case QD_KIND_LINK: g_string_append_printf (out, _("Link %s: %s"), name, state); break;
    default: g_string_append_printf (out, "%s: %s", name, state); break;
    }
  if (qd_entity_get_kind (entity) == QD_KIND_PATH)
    {
      add_figure (out, entity, QD_PATH_LOSS_PCT);
      add_figure (out, entity, QD_PATH_LATENCY_MS);
    }
  else if (qd_entity_get_kind (entity) == QD_KIND_LINK)
    add_figure (out, entity, QD_LINK_RTT_MS);
  else
    add_paths (out, fleet, entity);
  if (qd_fleet_is_stale (fleet, entity))
    {
      g_string_append (out, ", ");
      g_string_append (out, _("not live"));
    }
  return g_string_free (out, FALSE);
}
