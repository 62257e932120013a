/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <math.h>
#include <string.h>

#include "lab-json.h"
#include "lab-shard-build.h"

/* A change is told at most so often, and that nothing has changed so often, too. */
#define TELL_US  (250 * 1000)
#define ALIVE_US (5 * G_USEC_PER_SEC)

static int
compare_tenants (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const LabTenant *const *) a)->id, (*(const LabTenant *const *) b)->id);
}

static GPtrArray *
sorted_tenants (const LabShard *shard)
{
  GPtrArray *tenants = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (tenants, value);
  g_ptr_array_sort (tenants, compare_tenants);
  return tenants;
}

const char *
lab_shard_status (const LabShard *shard)
{
  GHashTableIter iter;
  gpointer value;

  if (shard->draining)
    return "draining";
  if (shard->placement == NULL || !lab_placement_synced (shard->placement))
    return "starting";
  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((const LabTenant *) value)->placed && !((const LabTenant *) value)->owned && ((const LabTenant *) value)->state.epoch == 0)
      return "starting";
  return "ready";
}

static const char *
version_of (const LabShard *shard)
{
  return shard->config.version != NULL ? shard->config.version : QD_VERSION;
}

static void
write_known (GString *out, const char *key, gint64 value)
{
  if (value < 0)
    lab_json_null (out, key);
  else
    lab_json_int (out, key, value);
}

static void
write_tenant (GString *out, const LabTenant *tenant)
{
  char sum[17];

  g_snprintf (sum, sizeof sum, "%016" G_GINT64_MODIFIER "x", tenant->state.sum);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "id", tenant->id);
  lab_json_bool (out, "accepting", lab_tenant_accepts (tenant));
  lab_json_bool (out, "drained", lab_tenant_is_drained (tenant));
  lab_json_bool (out, "warm", tenant->warm);
  write_known (out, "in_flight", tenant->in_flight);
  write_known (out, "lag", tenant->lag);
  lab_json_int (out, "count", (gint64) tenant->state.count);
  lab_json_string (out, "checksum", sum);
  lab_json_int (out, "seq", (gint64) tenant->state.seq);
  lab_json_end (out, '}');
}

static void
write_what_it_does (GString *out, const LabShard *shard)
{
  if (g_str_equal (shard->config.kind, "runner"))
    {
      lab_json_begin (out, "sagas", '[');
      lab_json_string (out, NULL, LAB_SAGA);
      lab_json_end (out, ']');
    }
  if (g_str_equal (shard->config.kind, "projection"))
    {
      lab_json_begin (out, "views", '[');
      lab_json_string (out, NULL, LAB_VIEW);
      lab_json_end (out, ']');
    }
}

/* What is known of all of them together; -1 where it is known of none. */
static gint64
sum_up (const GPtrArray *tenants, gsize offset)
{
  gint64 sum = tenants->len == 0 ? 0 : -1;

  for (guint i = 0; i < tenants->len; i++)
    {
      gint64 value = G_STRUCT_MEMBER (gint64, g_ptr_array_index (tenants, i), offset);

      if (value >= 0)
        sum = MAX (sum, 0) + value;
    }
  return sum;
}

/* The record but for its last member and its end. */
static GString *
describe (LabShard *shard, const char *status)
{
  g_autoptr (GPtrArray) tenants = sorted_tenants (shard);
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", shard->port);
  GString *out = g_string_sized_new (512);

  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "id", shard->config.id);
  lab_json_string (out, "kind", shard->config.kind);
  lab_json_string (out, "shard", shard->config.shard);
  lab_json_string (out, "address", address);
  lab_json_string (out, "status", status != NULL ? status : lab_shard_status (shard));
  lab_json_string (out, "storage", shard->storage_ok && !shard->config.storage_bad ? "healthy" : "unhealthy");
  lab_json_string (out, "region", shard->config.region);
  lab_json_raw (out, "labels", shard->config.labels);
  lab_json_int (out, "capacity", shard->config.capacity);
  lab_json_double (out, "load", lab_shard_load (shard), 1);
  lab_json_string (out, "version", version_of (shard));
  lab_json_string (out, "git_sha", g_str_equal (LAB_GIT_SHA, "unknown") ? NULL : LAB_GIT_SHA);
  write_known (out, "in_flight", sum_up (tenants, G_STRUCT_OFFSET (LabTenant, in_flight)));
  write_known (out, "lag", sum_up (tenants, G_STRUCT_OFFSET (LabTenant, lag)));
  write_what_it_does (out, shard);
  lab_json_begin (out, "tenants", '[');
  for (guint i = 0; i < tenants->len; i++)
    write_tenant (out, g_ptr_array_index (tenants, i));
  lab_json_end (out, ']');
  return out;
}

static char *
end_record (GString *out)
{
  lab_json_time (out, "as_of", g_get_real_time ());
  lab_json_end (out, '}');
  return g_string_free (out, FALSE);
}

char *
lab_shard_describe (LabShard *shard, const char *status)
{
  return end_record (describe (shard, status));
}

/* --- Prometheus --- */

static void
write_series (GString *out, const LabShard *shard, const GPtrArray *tenants, const char *name, const char *type, const char *help, gsize offset)
{
  g_string_append_printf (out, "# HELP %s_%s %s\n# TYPE %s_%s %s\n", shard->config.kind, name, help, shard->config.kind, name, type);
  for (guint i = 0; i < tenants->len; i++)
    {
      const LabTenant *tenant = g_ptr_array_index (tenants, i);
      gint64 value = G_STRUCT_MEMBER (gint64, tenant, offset);

      if (value >= 0)
        g_string_append_printf (out, "%s_%s{tenant_id=\"%s\"} %" G_GINT64_FORMAT "\n", shard->config.kind, name, tenant->id, value);
    }
}

static char *
measure (const LabShard *shard)
{
  g_autoptr (GPtrArray) tenants = sorted_tenants (shard);
  GString *out = g_string_new (NULL);
  const char *kind = shard->config.kind;

  write_series (out, shard, tenants, "in_flight_commands", "gauge", "delivered and not acknowledged", G_STRUCT_OFFSET (LabTenant, in_flight));
  write_series (out, shard, tenants, "consumer_lag", "gauge", "not delivered yet", G_STRUCT_OFFSET (LabTenant, lag));
  write_series (out, shard, tenants, "processed_total", "counter", "events whose effects are there", G_STRUCT_OFFSET (LabTenant, state.count));
  g_string_append_printf (out, "# HELP %s_processing_errors_total writes of a state that did not work\n# TYPE %s_processing_errors_total counter\n"
                               "%s_processing_errors_total %" G_GUINT64_FORMAT "\n", kind, kind, kind, shard->errors);
  g_string_append_printf (out, "# HELP %s_build_info what runs\n# TYPE %s_build_info gauge\n"
                               "%s_build_info{service=\"%s\",version=\"%s\",git_sha=\"%s\"} 1\n", kind, kind, kind, kind, version_of (shard), LAB_GIT_SHA);
  return g_string_free (out, FALSE);
}

/* --- Telling --- */

static void
keep (LabShard *shard, const char *record)
{
  g_mutex_lock (&shard->lock);
  g_set_str (&shard->record, record);
  g_free (shard->metrics);
  shard->metrics = measure (shard);
  g_mutex_unlock (&shard->lock);
}

static void
publish (LabShard *shard, const char *record)
{
  g_autofree char *subject = g_strdup_printf ("$KV.SHARDS.%s", shard->config.id);

  if (!lab_shard_is_away (shard))
    natsConnection_PublishString (shard->connection, subject, record);
}

void
lab_shard_tell (LabShard *shard, gint64 now)
{
  g_autofree char *record = NULL;
  GString *out;

  if (now - shard->record_at < TELL_US)
    return;
  out = describe (shard, NULL);
  if (g_strcmp0 (out->str, shard->last_record) == 0 && now - shard->record_at < ALIVE_US)
    {
      g_string_free (out, TRUE);
      return;
    }
  g_set_str (&shard->last_record, out->str);
  shard->record_at = now;
  record = end_record (out);
  publish (shard, record);
  keep (shard, record);
}

void
lab_shard_tell_down (LabShard *shard)
{
  g_autofree char *record = lab_shard_describe (shard, "down");

  publish (shard, record);
}
