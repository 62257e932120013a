/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"
#include "qd-shard-record.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

static void
tenant_free (gpointer data)
{
  QdShardTenant *tenant = data;

  g_free (tenant->id);
  g_free (tenant->checksum);
  g_free (tenant);
}

/* Servers are free to tell fewer figures than there are: none is no zero. */
static gint64
figure (JsonObject *object, const char *name)
{
  gint64 value;

  return qd_json_get_int (object, name, &value) && value >= 0 ? value : -1;
}

static void
take_tenant (QdShardRecord *self, JsonNode *node)
{
  JsonObject *object = qd_json_object (node);
  g_autofree char *id = object ? qd_json_dup_id (object, "id") : NULL;
  QdShardTenant *tenant;

  if (id == NULL || *id == '\0')
    return;
  tenant = g_new0 (QdShardTenant, 1);
  tenant->accepting = qd_json_get_bool (object, "accepting", TRUE);
  tenant->drained = qd_json_get_bool (object, "drained", FALSE);
  tenant->warm = qd_json_get_bool (object, "warm", FALSE);
  tenant->in_flight = figure (object, "in_flight");
  tenant->lag = figure (object, "lag");
  tenant->count = figure (object, "count");
  tenant->seq = figure (object, "seq");
  tenant->checksum = qd_json_dup_id (object, "checksum");
  tenant->id = g_steal_pointer (&id);
  g_hash_table_replace (self->tenants, tenant->id, tenant);
}

char *
qd_shard_id (const char *kind, const char *shard)
{
  return g_strdup_printf ("%s.%s", kind, shard);
}

/* A full id says both; either may be given beside it. */
static gboolean
take_names (QdShardRecord *self, JsonObject *object)
{
  const char *dot = self->id ? strchr (self->id, '.') : NULL;

  self->kind = g_strdup (qd_json_get_string (object, "kind", NULL));
  self->shard = qd_json_dup_id (object, "shard");
  if (self->kind == NULL && dot)
    self->kind = g_strndup (self->id, dot - self->id);
  if (self->shard == NULL && dot)
    self->shard = g_strdup (dot + 1);
  if (self->kind == NULL || self->shard == NULL || *self->kind == '\0' || *self->shard == '\0')
    return FALSE;
  if (self->id == NULL)
    self->id = qd_shard_id (self->kind, self->shard);
  return TRUE;
}

QdShardRecord *
qd_shard_record_from_json (JsonObject *object, GError **error)
{
  g_autoptr (QdShardRecord) self = g_new0 (QdShardRecord, 1);
  JsonArray *tenants = object ? qd_json_get_array (object, "tenants") : NULL;

  self->tenants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, tenant_free);
  if (object)
    self->id = qd_json_dup_id (object, "id");
  if (object == NULL || !take_names (self, object))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("This is no record of a shard: it has no id, or no kind and shard"));
      return NULL;
    }
  self->status = g_strdup (qd_json_get_string (object, "status", ""));
  self->storage = g_strdup (qd_json_get_string (object, "storage", NULL));
  self->version = g_strdup (qd_json_get_string (object, "version", NULL));
  self->capacity = figure (object, "capacity");
  for (guint i = 0; tenants && i < json_array_get_length (tenants); i++)
    take_tenant (self, json_array_get_element (tenants, i));
  return g_steal_pointer (&self);
}

void
qd_shard_record_free (QdShardRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->kind);
  g_free (self->shard);
  g_free (self->status);
  g_free (self->storage);
  g_free (self->version);
  g_clear_pointer (&self->tenants, g_hash_table_unref);
  g_free (self);
}

const QdShardTenant *
qd_shard_record_get_tenant (const QdShardRecord *self, const char *tenant)
{
  return self && tenant ? g_hash_table_lookup (self->tenants, tenant) : NULL;
}

gboolean
qd_shard_record_is (const QdShardRecord *self, const char *status)
{
  return self && g_ascii_strcasecmp (self->status, status) == 0;
}
