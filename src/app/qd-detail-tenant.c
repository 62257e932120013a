/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-tenant.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-json.h"

#define MAX_KEYS 12

static const struct { guint field; const char *kind, *title; } services[] = {
  { QD_TENANT_AGGREGATE, "aggregate", N_("Aggregate") },
  { QD_TENANT_PROJECTION, "projection", N_("Projection") },
  { QD_TENANT_RUNNER, "runner", N_("Runner") },
};

/* The shard that @tenant is on, as far as one is known; *@name what the placement says. */
static QdEntity *
find_shard (QdSession *session, QdEntity *tenant, guint service, const char **name)
{
  g_autofree char *id = NULL;

  *name = qd_entity_get_string (tenant, services[service].field);
  if (*name == NULL)
    return NULL;
  id = g_strdup_printf ("%s.%s", services[service].kind, *name);
  return qd_fleet_lookup (qd_session_get_fleet (session), qd_entity_get_connection (tenant), QD_KIND_SHARD, id);
}

void
qd_detail_tenant_fill_placement (QdRowList *list, QdSession *session, QdEntity *tenant)
{
  qd_row_list_begin (list);
  for (guint i = 0; tenant != NULL && i < G_N_ELEMENTS (services); i++)
    {
      const char *name, *region, *version;
      QdEntity *shard = find_shard (session, tenant, i, &name);
      g_autofree char *state = NULL, *text = NULL;

      if (name == NULL)
        continue;
      state = shard != NULL ? qd_display_state_sentence (qd_session_get_fleet (session), shard) : NULL;
      region = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_REGION) : NULL;
      version = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_VERSION) : NULL;
      text = g_strjoin (" · ", name, state != NULL ? state : _("no such shard reports"), region != NULL ? region : version, region != NULL ? version : NULL, NULL);
      qd_row_list_add (list, shard, shard != NULL ? qd_display_status (shard) : QD_STATUS_UNKNOWN, _(services[i].title), text, NULL);
    }
  qd_row_list_end (list);
}

/* (transfer full) (nullable): what @shard says of @tenant. */
static JsonObject *
find_record (QdEntity *shard, const char *tenant)
{
  const char *text = shard != NULL ? qd_entity_get_string (shard, QD_SHARD_TENANTS) : NULL;
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "tenants", NULL) : NULL;
  JsonArray *array = node != NULL ? qd_json_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (array, i));

      if (object != NULL && g_strcmp0 (qd_json_get_string (object, "id", NULL), tenant) == 0)
        return json_object_ref (object);
    }
  return NULL;
}

static char *
tell_record (JsonObject *record)
{
  GString *text = g_string_new (NULL);
  gint64 number;

  if (qd_json_get_int (record, "in_flight", &number))
    g_string_append_printf (text, _("%'d in flight"), (int) CLAMP (number, 0, G_MAXINT));
  if (qd_json_get_int (record, "lag", &number))
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      g_string_append_printf (text, _("%'d waiting"), (int) CLAMP (number, 0, G_MAXINT));
    }
  if (qd_json_get_bool (record, "drained", FALSE))
    g_string_append_printf (text, " · %s", _("drained"));
  else if (!qd_json_get_bool (record, "accepting", TRUE))
    g_string_append_printf (text, " · %s", _("takes no work"));
  if (!qd_json_get_bool (record, "warm", TRUE))
    g_string_append_printf (text, " · %s", _("not warm yet"));
  return g_string_free (text, FALSE);
}

void
qd_detail_tenant_fill_health (QdRowList *list, QdSession *session, QdEntity *tenant)
{
  qd_row_list_begin (list);
  for (guint i = 0; tenant != NULL && i < G_N_ELEMENTS (services); i++)
    {
      const char *name, *storage;
      QdEntity *shard = find_shard (session, tenant, i, &name);
      g_autoptr (JsonObject) record = find_record (shard, qd_entity_get_id (tenant));
      g_autofree char *text = NULL;

      if (record == NULL)
        continue;
      text = tell_record (record);
      storage = qd_entity_get_string (shard, QD_SHARD_STORAGE);
      qd_row_list_add (list, shard, qd_display_status_of_word (storage), _(services[i].title), text,
                       g_strcmp0 (storage, "unhealthy") == 0 ? _("storage unhealthy") : NULL);
    }
  qd_row_list_end (list);
}

/* Whether @entry's connection is the NATS of @connection. */
static gboolean
feeds (QdSession *session, const char *entry, const char *connection)
{
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (qd_session_get_hub (session), entry);

  return endpoint != NULL && g_strcmp0 (endpoint->feeds, connection) == 0;
}

void
qd_detail_tenant_fill_config (QdRowList *list, QdSession *session, QdEntity *tenant)
{
  QdEntityList *entries = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_KV_ENTRY);
  g_autofree char *prefix = tenant != NULL ? g_strdup_printf ("tenant.%s.", qd_entity_get_id (tenant)) : NULL;
  guint n = 0;

  qd_row_list_begin (list);
  for (guint i = 0; tenant != NULL && i < qd_entity_list_get_length (entries) && n < MAX_KEYS; i++)
    {
      QdEntity *entry = qd_entity_list_peek (entries, i);
      const char *key = qd_entity_get_string (entry, QD_KV_KEY);

      if (key == NULL || !g_str_has_prefix (key, prefix) || g_strcmp0 (qd_entity_get_string (entry, QD_KV_BUCKET), "CONFIG") != 0 ||
          !feeds (session, qd_entity_get_connection (entry), qd_entity_get_connection (tenant)))
        continue;
      qd_row_list_add (list, NULL, QD_STATUS_NONE, key + strlen (prefix), qd_entity_get_string (entry, QD_KV_VALUE), NULL);
      n++;
    }
  qd_row_list_end (list);
}
