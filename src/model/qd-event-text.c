/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-event-text.h"

#include <glib/gi18n-lib.h>

#include "qd-json.h"

/* The name of what an event is about: as it is known, as the event says, or its id. */
static char *
dup_subject (QdFleet *fleet, QdEntity *event, JsonObject *data)
{
  static const char *const names[] = { "site_name", "path_name", "node_name", "policy_name", "name", "site_id", "path_id", "node_id" };
  const char *id = qd_entity_get_string (event, QD_EVENT_SUBJECT_ID);
  gint64 kind;

  if (id != NULL && qd_entity_get_int (event, QD_EVENT_SUBJECT_KIND, &kind) && kind >= 0 && kind < QD_N_KINDS)
    {
      QdEntity *subject = qd_fleet_lookup (fleet, qd_entity_get_connection (event), (QdKind) kind, id);

      if (subject != NULL)
        return g_strdup (qd_entity_get_name (subject));
    }
  for (guint i = 0; data != NULL && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = qd_json_dup_id (data, names[i]);

      if (name != NULL && *name != '\0')
        return g_steal_pointer (&name);
    }
  return g_strdup (id);
}

static const struct { const char *type, *label; } types[] = {
  { "site_joined", N_("Site joined") },
  { "site_created", N_("Site created") },
  { "site_updated", N_("Site changed") },
  { "site_removed", N_("Site removed") },
  { "site_deleted", N_("Site removed") },
  { "site_status_change", N_("State of a site") },
  { "path_status_change", N_("State of a path") },
  { "node_status_change", N_("State of a node") },
  { "path_failover", N_("Failover") },
  { "path_failback", N_("Failback") },
  { "policy_block", N_("Stopped by a policy") },
  { "policy_created", N_("Policy created") },
  { "policy_updated", N_("Policy changed") },
  { "policy_removed", N_("Policy removed") },
  { "policy_deleted", N_("Policy removed") },
  { "routing_policy_created", N_("Routing policy created") },
  { "routing_policy_updated", N_("Routing policy changed") },
  { "routing_policy_removed", N_("Routing policy removed") },
  { "job_updated", N_("Job changed") },
  { "flow_reevaluated", N_("Flow decided anew") },
};

/**
 * qd_event_type_dup_label:
 * @type: (nullable): what an event is of, as the server calls it, "policy_block" or "POLICY_BLOCK"
 *
 * Returns: (transfer full): that in words; "Disk nearly full" for "disk_nearly_full", which nobody told us of
 */
char *
qd_event_type_dup_label (const char *type)
{
  g_autofree char *text = NULL;

  if (type == NULL || *type == '\0')
    return g_strdup ("");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (type, types[i].type) == 0)
      return g_strdup (_(types[i].label));
  text = g_strdelimit (g_ascii_strdown (type, -1), "_.-", ' ');
  text[0] = g_ascii_toupper (text[0]);
  return g_steal_pointer (&text);
}

static char *
describe_block (JsonObject *data, const char *policy)
{
  JsonObject *flow = data != NULL ? qd_json_get_object (data, "flow") : NULL;
  const char *src = flow != NULL ? qd_json_get_string (flow, "src", NULL) : NULL;
  const char *dst = flow != NULL ? qd_json_get_string (flow, "dst", NULL) : NULL;
  g_autofree char *port = flow != NULL ? qd_json_dup_id (flow, "port") : NULL;

  if (src == NULL || dst == NULL)
    return NULL;
  if (port == NULL)
    return g_strdup_printf (_("%s stopped %s → %s"), policy, src, dst);
  return g_strdup_printf (_("%s stopped %s → %s:%s"), policy, src, dst, port);
}

static char *
describe_change (JsonObject *data, const char *subject)
{
  const char *word = qd_json_get_string (data, "new_status", qd_json_get_string (data, "status", NULL));
  QdStatus status = word != NULL ? qd_status_parse (word) : QD_STATUS_NONE;

  switch (status)
    {
    case QD_STATUS_WELL:
      return g_strdup_printf (_("%s is well again"), subject);
    case QD_STATUS_MAINTENANCE:
      return g_strdup_printf (_("%s is in maintenance"), subject);
    case QD_STATUS_DEGRADED:
      return g_strdup_printf (_("%s is degraded"), subject);
    case QD_STATUS_DOWN:
      return g_strdup_printf (_("%s is down"), subject);
    case QD_STATUS_UNKNOWN:
      return g_strdup_printf (_("The state of %s is unknown"), subject);
    case QD_STATUS_NONE:
    default:
      return NULL;
    }
}

static char *
describe_known (const char *type, JsonObject *data, const char *subject)
{
  if (subject == NULL)
    return NULL;
  if (g_str_equal (type, "policy_block"))
    return describe_block (data, subject);
  if (g_str_has_suffix (type, "status_change") && data != NULL)
    return describe_change (data, subject);
  if (g_str_equal (type, "path_failover"))
    return g_strdup_printf (_("%s failed over"), subject);
  if (g_str_equal (type, "path_failback"))
    return g_strdup_printf (_("%s carries its flows again"), subject);
  return NULL;
}

/**
 * qd_event_describe:
 * @fleet: where the names of things are
 * @event: an event
 *
 * Returns: (transfer full): what happened, in words
 */
char *
qd_event_describe (QdFleet *fleet, QdEntity *event)
{
  const char *type = qd_entity_get_string (event, QD_EVENT_TYPE);
  const char *json = qd_entity_get_string (event, QD_EVENT_DATA);
  g_autoptr (JsonNode) node = json != NULL ? qd_json_parse (json, -1, "event", NULL) : NULL;
  JsonObject *data = node != NULL ? qd_json_object (node) : NULL;
  g_autofree char *subject = dup_subject (fleet, event, data);
  g_autofree char *folded = type != NULL ? g_ascii_strdown (type, -1) : NULL;
  g_autofree char *text = folded != NULL ? describe_known (folded, data, subject) : NULL;
  const char *reason = data != NULL ? qd_json_get_string (data, "reason", NULL) : NULL;

  if (type == NULL || *type == '\0')
    return g_strdup (qd_entity_get_name (event));
  if (text == NULL && subject != NULL)
    {
      g_autofree char *what = qd_event_type_dup_label (type);

      text = g_strdup_printf (_("%s: %s"), what, subject);
    }
  else if (text == NULL)
    text = qd_event_type_dup_label (type);
  if (reason == NULL || *reason == '\0')
    return g_steal_pointer (&text);
  return g_strdup_printf (_("%s: %s"), text, reason);
}
