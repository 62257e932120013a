/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-tenant-facts.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-placement.h"

const QdTenantService qd_tenant_services[QD_TENANT_N_SERVICES] = {
  { QD_TENANT_AGGREGATE, "aggregate", N_("Aggregate") },
  { QD_TENANT_PROJECTION, "projection", N_("Projection") },
  { QD_TENANT_RUNNER, "runner", N_("Runner") },
};

QdEntity *
qd_tenant_find_shard (QdSession *session, QdEntity *tenant, guint service, const char **name)
{
  g_autofree char *id = NULL;

  *name = qd_entity_get_string (tenant, qd_tenant_services[service].field);
  if (*name == NULL)
    return NULL;
  id = g_strdup_printf ("%s.%s", qd_tenant_services[service].kind, *name);
  return qd_fleet_lookup (qd_session_get_fleet (session), qd_entity_get_connection (tenant), QD_KIND_SHARD, id);
}

JsonObject *
qd_tenant_find_record (QdEntity *shard, const char *tenant)
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

/* --- The buckets --------------------------------------------------------------------------------------------------- */

static void
note_trouble (QdTenantDocuments *self, GError *error)
{
  if (self->trouble == NULL && error != NULL)
    self->trouble = g_strdup (error->message);
  g_clear_error (&error);
}

/* Of one name, the one of that version and the newest of all. */
static void
take_bundle (QdTenantDocuments *self, const char *key, const char *value)
{
  GError *error = NULL;
  QdDefinitionBundle *bundle;

  if (self->applied == NULL)
    return;
  bundle = qd_definition_bundle_new (key, value, &error);
  note_trouble (self, error);
  if (bundle == NULL || !g_str_equal (bundle->bundle, self->applied->bundle))
    g_clear_pointer (&bundle, qd_definition_bundle_free);
  else if (self->bundle == NULL && g_str_equal (bundle->version, self->applied->version))
    self->bundle = bundle;
  else if (qd_definition_compare_versions (bundle->version, self->newest != NULL ? self->newest->version : self->applied->version) > 0)
    {
      g_clear_pointer (&self->newest, qd_definition_bundle_free);
      self->newest = bundle;
    }
  else
    qd_definition_bundle_free (bundle);
}

void
qd_tenant_documents_init (QdTenantDocuments *self, QdSession *session, QdEntity *tenant)
{
  QdEntityList *entries = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_KV_ENTRY);
  g_autofree char *feed = qd_placement_find_connection (qd_session_get_hub (session), qd_entity_get_connection (tenant));
  g_autofree char *applied = g_strdup_printf ("applied.%s", qd_entity_get_id (tenant));
  g_autoptr (GPtrArray) bundles = g_ptr_array_new ();
  GError *error = NULL;

  *self = (QdTenantDocuments) { .config = qd_effective_config_new (qd_entity_get_id (tenant)) };
  self->feed = feed != NULL ? g_intern_string (feed) : NULL;
  for (guint i = 0; feed != NULL && i < qd_entity_list_get_length (entries); i++)
    {
      QdEntity *entry = qd_entity_list_peek (entries, i);
      const char *bucket = qd_entity_get_string (entry, QD_KV_BUCKET), *key, *value;

      if (bucket == NULL || (!g_str_equal (bucket, "CONFIG") && !g_str_equal (bucket, "DEFINITIONS")) || !g_str_equal (qd_entity_get_connection (entry), feed))
        continue;
      key = qd_entity_get_string (entry, QD_KV_KEY);
      value = qd_entity_get_string (entry, QD_KV_VALUE);
      if (key == NULL || value == NULL)
        continue;
      if (*bucket == 'C')
        qd_effective_config_take (self->config, key, value);
      else if (g_str_has_prefix (key, "bundle."))
        g_ptr_array_add (bundles, entry);
      else if (g_str_equal (key, applied))
        self->applied = qd_definition_applied_new (key, value, &error);
    }
  note_trouble (self, error);
  for (guint i = 0; i < bundles->len; i++)
    take_bundle (self, qd_entity_get_string (bundles->pdata[i], QD_KV_KEY), qd_entity_get_string (bundles->pdata[i], QD_KV_VALUE));
}

void
qd_tenant_documents_clear (QdTenantDocuments *self)
{
  g_clear_pointer (&self->config, qd_effective_config_free);
  g_clear_pointer (&self->applied, qd_definition_applied_free);
  g_clear_pointer (&self->bundle, qd_definition_bundle_free);
  g_clear_pointer (&self->newest, qd_definition_bundle_free);
  g_clear_pointer (&self->trouble, g_free);
}
