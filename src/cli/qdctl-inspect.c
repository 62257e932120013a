/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <glib/gi18n.h>

#include "qd-fleet-json.h"
#include "qd-json.h"

static void
print_json (QdFleet *fleet)
{
  g_autoptr (JsonNode) root = qd_fleet_to_json (fleet);

  qdctl_print_json (root);
}

static void
print_field (QdEntity *entity, guint field)
{
  g_autofree char *value = qd_entity_format (entity, field);
  g_autofree char *line = NULL;

  if (value == NULL || *value == '\0')
    return;
  line = g_strdup_printf ("%-12s %s\n", qd_entity_get_schema (entity)->fields[field].id, value);
  qdctl_print (line);
}

static void
print_connection (QdEntity *entity)
{
  static const guint fields[] = { QD_FIELD_NAME, QD_CONNECTION_URL, QD_CONNECTION_DRIVER, QD_CONNECTION_STATE,
                                  QD_CONNECTION_DETAIL, QD_CONNECTION_USER, QD_CONNECTION_ROLE, QD_CONNECTION_AS_OF,
                                  QD_CONNECTION_OFFERS };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    print_field (entity, fields[i]);
}

static void
print_counts (QdFleet *fleet, QdKind kind)
{
  guint counts[QD_STATUS_DOWN + 1] = { 0 };
  guint n = qd_fleet_count (fleet, kind);
  g_autoptr (GString) line = g_string_new (NULL);

  if (n == 0)
    return;
  qd_fleet_count_status (fleet, kind, NULL, counts);
  g_string_printf (line, "%-12s %u", qd_schema_get (kind)->plural, n);
  for (int status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
    if (counts[status] > 0)
      g_string_append_printf (line, "  %s %u", qd_status_to_string (status), counts[status]);
  g_string_append_c (line, '\n');
  qdctl_print (line->str);
}

QdExit
qdctl_inspect (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Print the whole model as JSON"), NULL },
    { NULL },
  };
  QdctlSession session;
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, NULL, &code))
    return code;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  if (json)
    print_json (qd_hub_get_fleet (session.hub));
  else
    {
      QdFleet *fleet = qd_hub_get_fleet (session.hub);
      QdEntity *connection = qd_fleet_lookup (fleet, session.connection, QD_KIND_CONNECTION, session.connection);

      if (connection)
        print_connection (connection);
      for (int kind = QD_KIND_CONNECTION + 1; kind < QD_N_KINDS; kind++)
        print_counts (fleet, kind);
    }
  qdctl_session_close (&session);
  return code;
}
