/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-hub.h"

#include "qd-credentials.h"
#include "qd-time.h"

static char *
os_name (void)
{
  char *name = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);

  return name ? name : g_strdup ("unknown");
}

static void
add_versions (GString *report)
{
  g_autofree char *os = os_name ();
  g_autofree char *now = qd_time_format_iso (g_get_real_time ());

  g_string_append_printf (report, "Quarterdeck %s, report of %s\n", QD_VERSION, now);
  g_string_append_printf (report, "System: %s, GLib %u.%u.%u\n", os, glib_major_version, glib_minor_version,
                          glib_micro_version);
  g_string_append_printf (report, "Keyring: %s\n", qd_credentials_is_persistent ()
                                                     ? "used, or not asked yet"
                                                     : "none: secrets last for the session");
}

static void
add_field (GString *report, QdEntity *entity, const char *title, guint field)
{
  g_autofree char *text = qd_entity_format (entity, field);

  if (text && *text)
    g_string_append_printf (report, "  %s: %s\n", title, text);
}

/* Addresses have no user names or passwords in them: qd_hub_add() takes them out. */
static void
add_connections (GString *report, QdHub *hub)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (hub);

  g_string_append_printf (report, "\nConnections: %u\n", endpoints->len);
  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), endpoint->id, QD_KIND_CONNECTION, endpoint->id);

      g_string_append_printf (report, "- %s (%s) %s%s%s\n", endpoint->name ? endpoint->name : endpoint->id,
                              endpoint->driver ? endpoint->driver : "?", endpoint->url,
                              endpoint->environment && *endpoint->environment ? ", " : "",
                              endpoint->environment ? endpoint->environment : "");
      g_string_append_printf (report, "  TLS: %s%s\n", endpoint->ca_file ? "own authority" : "system authorities",
                              endpoint->pinned_sha256 ? ", pinned certificate" : "");
      if (entity == NULL)
        continue;
      add_field (report, entity, "State", QD_CONNECTION_STATE);
      add_field (report, entity, "Detail", QD_CONNECTION_DETAIL);
      add_field (report, entity, "As of", QD_CONNECTION_AS_OF);
      add_field (report, entity, "Role", QD_CONNECTION_ROLE);
      add_field (report, entity, "Offers", QD_CONNECTION_OFFERS);
      add_field (report, entity, "Epoch", QD_CONNECTION_EPOCH);
      add_field (report, entity, "Sequence", QD_CONNECTION_SEQ);
    }
}

static void
add_counts (GString *report, QdHub *hub)
{
  g_string_append (report, "\nIn the model\n");
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      guint counts[QD_STATUS_DOWN + 1] = { 0 };

      g_string_append_printf (report, "- %s: %u", qd_schema_get (kind)->plural,
                              qd_fleet_count (qd_hub_get_fleet (hub), kind));
      qd_fleet_count_status (qd_hub_get_fleet (hub), kind, NULL, counts);
      for (guint status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
        if (counts[status] > 0)
          g_string_append_printf (report, ", %u %s", counts[status], qd_status_to_string (status));
      g_string_append_c (report, '\n');
    }
}

static void
add_queue (GString *report, QdHub *hub)
{
  QdQueue *queue = qd_drain_get_queue (qd_hub_get_drain (hub));
  guint64 pushed, merged, refused;

  qd_queue_get_counts (queue, &pushed, &merged, &refused);
  g_string_append_printf (report, "\nQueue: %u waiting; %" G_GUINT64_FORMAT " pushed, %" G_GUINT64_FORMAT
                          " merged, %" G_GUINT64_FORMAT " held back\n",
                          qd_queue_get_length (queue), pushed, merged, refused);
  if (qd_hub_get_store (hub))
    {
      g_autofree char *text = qd_store_describe (qd_hub_get_store (hub));

      g_string_append_printf (report, "Store: %s\n", text);
    }
  else
    g_string_append (report, "Store: none\n");
}

/**
 * qd_hub_report:
 * @self: the hub
 *
 * Returns: (transfer full): a report for troubleshooting, in English, without secrets: versions,
 *   connections with their states and errors, counts, queue and store figures
 */
char *
qd_hub_report (QdHub *self)
{
  GString *report = g_string_new (NULL);

  add_versions (report);
  add_connections (report, self);
  add_counts (report, self);
  add_queue (report, self);
  return g_string_free (report, FALSE);
}
