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

static guint
sum_of (const guint *counts)
{
  guint sum = 0;

  for (guint i = 0; i <= QD_STATUS_DOWN; i++)
    sum += counts[i];
  return sum;
}

static guint
bad_of (const guint *counts)
{
  return counts[QD_STATUS_DEGRADED] + counts[QD_STATUS_DOWN];
}

/* "3 of 42 sites need attention", or of nodes, or of paths: the first kind that has any. */
static char *
say_bad (const QdTopologyCounts *counts)
{
  guint sites = bad_of (counts->sites), nodes = bad_of (counts->nodes), paths = bad_of (counts->paths);

  if (sites)
    return g_strdup_printf (ngettext ("%u of %u sites needs attention", "%u of %u sites need attention", sites), sites,
                            sum_of (counts->sites));
  if (nodes)
    return g_strdup_printf (ngettext ("%u of %u nodes needs attention", "%u of %u nodes need attention", nodes), nodes,
                            sum_of (counts->nodes));
  if (paths)
    return g_strdup_printf (ngettext ("%u of %u paths needs attention", "%u of %u paths need attention", paths), paths,
                            sum_of (counts->paths));
  return NULL;
}

char *
qd_topology_summarize (const QdTopologyCounts *counts)
{
  guint sites = sum_of (counts->sites), nodes = sum_of (counts->nodes);
  guint stateless = counts->sites[QD_STATUS_NONE] + counts->nodes[QD_STATUS_NONE];
  guint unknown = counts->sites[QD_STATUS_UNKNOWN] + counts->nodes[QD_STATUS_UNKNOWN] + stateless;
  char *bad = say_bad (counts);

  if (bad)
    return bad;
  /* A drawing of lines and circles says nothing of how things are. */
  if (stateless == sites + nodes && sites)
    return g_strdup_printf (ngettext ("%'u site", "%'u sites", sites), sites);
  if (stateless == sites + nodes)
    return g_strdup_printf (ngettext ("%'u node", "%'u nodes", nodes), nodes);
  if (unknown)
    return g_strdup_printf (ngettext ("The state of %u of %u is not known", "The states of %u of %u are not known", unknown),
                            unknown, sites + nodes);
  if (sites)
    return g_strdup_printf (ngettext ("The one site is well", "All %u sites are well", sites), sites);
  return g_strdup_printf (ngettext ("The one node is well", "All %u nodes are well", nodes), nodes);
}

char *
qd_topology_tell_figures (QdEntity *entity)
{
  static const guint of_path[] = { QD_PATH_LATENCY_MS, QD_PATH_LOSS_PCT }, of_link[] = { QD_LINK_RTT_MS };
  gboolean is_path = qd_entity_get_kind (entity) == QD_KIND_PATH;
  const guint *fields = is_path ? of_path : of_link;
  guint n = is_path ? G_N_ELEMENTS (of_path) : G_N_ELEMENTS (of_link);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!is_path && qd_entity_get_kind (entity) != QD_KIND_LINK)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = with_unit (entity, fields[i]);

      if (*text)
        g_string_append_printf (out, "%s%s", out->len > 0 ? " · " : "", text);
    }
  return out->len > 0 ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
