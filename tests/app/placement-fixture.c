/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "placement-fixture.h"

static void
apply (QdHub *hub, QdDelta *delta)
{
  QdFleet *fleet = qd_hub_get_fleet (hub);

  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
  qd_delta_unref (delta);
}

static QdDelta *
new_delta (const char *connection, QdKind kind, const char *id, const char *name)
{
  QdDelta *delta = qd_delta_new (connection, kind, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name));
  return delta;
}

static void
set_string (QdDelta *delta, guint field, const char *text)
{
  if (text != NULL)
    qd_delta_set (delta, field, qd_value_string (text));
}

void
placement_fixture_connect (QdHub *hub)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (PLACEMENT_NATS, "Harbour NATS", "nats", "nats://127.0.0.1:1");
  QdDelta *control = new_delta (PLACEMENT_CONTROL, QD_KIND_CONNECTION, PLACEMENT_CONTROL, "Harbour");
  g_autoptr (GError) error = NULL;

  endpoint->feeds = g_strdup (PLACEMENT_CONTROL);
  g_assert_true (qd_hub_add (hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
  qd_delta_set (control, QD_CONNECTION_STATE, qd_value_string ("live"));
  qd_delta_set (control, QD_CONNECTION_AS_OF, qd_value_time (g_get_real_time ()));
  apply (hub, control);
}

void
placement_fixture_shard (QdHub *hub, const char *kind, guint n, gint64 capacity, const char *status, const char *region, const char *version)
{
  g_autofree char *shard = g_strdup_printf ("shard-%u", n), *id = g_strdup_printf ("%s.%s", kind, shard);
  QdDelta *delta = new_delta (PLACEMENT_CONTROL, QD_KIND_SHARD, id, id);

  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (g_str_equal (status, "down") ? QD_STATUS_DOWN : QD_STATUS_WELL));
  set_string (delta, QD_FIELD_STATUS_TEXT, status);
  set_string (delta, QD_SHARD_KIND, kind);
  set_string (delta, QD_SHARD_SHARD, shard);
  set_string (delta, QD_SHARD_REGION, region);
  set_string (delta, QD_SHARD_VERSION, version);
  set_string (delta, QD_SHARD_STORAGE, "healthy");
  qd_delta_set (delta, QD_SHARD_CAPACITY, qd_value_int (capacity));
  qd_delta_set (delta, QD_SHARD_LOAD, qd_value_double (10.5 * n));
  apply (hub, delta);
}

void
placement_fixture_tenant (QdHub *hub, const char *id, const char *region)
{
  QdDelta *delta = new_delta (PLACEMENT_CONTROL, QD_KIND_TENANT, id, id);
  g_autofree char *flags = region != NULL ? g_strdup_printf ("{\"region\":\"%s\"}", region) : NULL;

  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  set_string (delta, QD_FIELD_STATUS_TEXT, "active");
  if (flags != NULL)
    qd_delta_set (delta, QD_TENANT_FLAGS, qd_value_json (flags));
  apply (hub, delta);
}

void
placement_fixture_set (QdHub *hub, QdKind kind, const char *id, guint field, QdValue value)
{
  QdDelta *delta = qd_delta_new (PLACEMENT_CONTROL, kind, id, QD_DELTA_PATCH);

  qd_delta_set (delta, field, value);
  apply (hub, delta);
}

void
placement_fixture_entry (QdHub *hub, const char *bucket, const char *key, const char *value, gint64 revision)
{
  g_autofree char *id = g_strdup_printf ("%s/%s", bucket, key);
  QdDelta *delta = new_delta (PLACEMENT_NATS, QD_KIND_KV_ENTRY, id, id);

  set_string (delta, QD_KV_BUCKET, bucket);
  set_string (delta, QD_KV_KEY, key);
  set_string (delta, QD_KV_VALUE, value);
  set_string (delta, QD_KV_OPERATION, "put");
  qd_delta_set (delta, QD_KV_REVISION, qd_value_int (revision));
  apply (hub, delta);
}

void
placement_fixture_fill (QdHub *hub, guint n_shards, guint n_tenants)
{
  static const char *const regions[] = { "north", "south" };

  for (guint i = 1; i <= n_shards; i++)
    placement_fixture_shard (hub, "runner", i, n_tenants / n_shards + 5, "ready", regions[i % 2], i == n_shards ? "1.4.1" : "1.4.2");
  for (guint i = 1; i <= n_tenants; i++)
    {
      g_autofree char *tenant = g_strdup_printf ("tenant-%04u", i);
      g_autofree char *shard = g_strdup_printf ("shard-%u", i % 10 == 0 ? 1 : i % n_shards + 1);

      placement_fixture_tenant (hub, tenant, i % 7 == 0 ? regions[(i % n_shards + 1) % 2] : NULL);
      placement_fixture_entry (hub, "RUNNER_PLACEMENT", tenant, shard, i);
    }
}
