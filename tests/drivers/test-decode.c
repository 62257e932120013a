/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From JSON to deltas: what is known, what is not, and what is nonsense. */
#include "config.h"

#include <string.h>

#include "qd-decode.h"
#include "qd-driver.h"
#include "qd-json.h"
#include "qd-nats-monitor.h"

static QdDelta *
decode (QdKind kind, const char *text)
{
  g_autoptr (JsonNode) node = qd_json_parse (text, -1, "test", NULL);

  g_assert_nonnull (node);
  return qd_decode ("c", kind, qd_json_object (node), QD_DELTA_UPSERT);
}

static const QdValue *
field_of (QdDelta *delta, guint wanted)
{
  for (guint i = 0; i < qd_delta_get_n_fields (delta); i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      if (field == wanted)
        return value;
    }
  return NULL;
}

static void
assert_string (QdDelta *delta, guint field, const char *text)
{
  const QdValue *value = field_of (delta, field);

  g_assert_nonnull (value);
  g_assert_true (value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON);
  g_assert_cmpstr (value->v.s, ==, text);
}

static void
test_site (void)
{
  g_autoptr (QdDelta) site = decode (QD_KIND_SITE,
    "{\"id\":7,\"name\":\"HQ\",\"status\":\"MAINTENANCE\",\"kind\":\"hq\",\"location\":{\"lat\":47.5,\"lon\":null,\"label\":\"Zürich\"},"
    "\"labels\":{\"a\":\"b\"},\"created_at\":\"2025-10-10T10:00:00+02:00\",\"last_seen\":1760000000,\"revision\":3,\"simulated\":true,\"colour\":\"blue\"}");
  g_autoptr (QdDelta) odd = decode (QD_KIND_SITE, "{\"id\":\"x\",\"status\":\"frobnicating\",\"location\":\"the attic\",\"labels\":7}");

  g_assert_cmpstr (qd_delta_get_key (site)->id, ==, "7");
  assert_string (site, QD_FIELD_NAME, "HQ");
  g_assert_cmpint (field_of (site, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_MAINTENANCE);
  assert_string (site, QD_FIELD_STATUS_TEXT, "MAINTENANCE");
  g_assert_cmpfloat (field_of (site, QD_SITE_LATITUDE)->v.d, ==, 47.5);
  g_assert_cmpint (field_of (site, QD_SITE_LONGITUDE)->type, ==, QD_VALUE_NONE);
  assert_string (site, QD_SITE_LOCATION, "Zürich");
  assert_string (site, QD_FIELD_REVISION, "3");
  g_assert_cmpint (field_of (site, QD_SITE_CREATED_AT)->v.i, ==, G_GINT64_CONSTANT (1760083200000000));
  g_assert_cmpint (field_of (site, QD_SITE_LAST_SEEN)->v.i, ==, G_GINT64_CONSTANT (1760000000000000));
  assert_string (site, QD_FIELD_EXTRA, "{\"colour\":\"blue\"}");

  g_assert_cmpint (field_of (odd, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_UNKNOWN);
  assert_string (odd, QD_FIELD_STATUS_TEXT, "frobnicating");
  assert_string (odd, QD_SITE_LOCATION, "the attic");
}

/* Where a tenant lives stands in an object of its own; what somebody did to it on purpose is no trouble. */
static void
test_tenant (void)
{
  g_autoptr (QdDelta) tenant = decode (QD_KIND_TENANT,
    "{\"id\":\"tenant-acme\",\"name\":\"Acme\",\"status\":\"Suspended\",\"plan\":\"team\",\"quotas\":{\"users\":3},\"flags\":{},\"contacts\":[],"
    "\"placement\":{\"aggregate\":\"shard-1\",\"projection\":null,\"runner\":\"shard-2\"},\"health\":null,\"in_flight\":0,\"lag\":12,"
    "\"kill_switch\":true,\"created_at\":\"2026-01-12T09:30:00.000Z\",\"revision\":4,\"billing\":\"monthly\"}");
  g_autoptr (QdDelta) odd = decode (QD_KIND_TENANT, "{\"id\":\"x\",\"status\":\"hibernating\",\"placement\":\"everywhere\",\"lag\":\"much\"}");
  g_autoptr (QdDelta) gone = decode (QD_KIND_TENANT, "{\"id\":\"x\",\"status\":\"archived\"}");

  assert_string (tenant, QD_TENANT_AGGREGATE, "shard-1");
  g_assert_cmpint (field_of (tenant, QD_TENANT_PROJECTION)->type, ==, QD_VALUE_NONE);
  assert_string (tenant, QD_TENANT_RUNNER, "shard-2");
  assert_string (tenant, QD_FIELD_STATUS_TEXT, "Suspended");
  g_assert_cmpint (field_of (tenant, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_MAINTENANCE);
  g_assert_cmpint (field_of (tenant, QD_TENANT_HEALTH)->type, ==, QD_VALUE_NONE);
  g_assert_cmpint (field_of (tenant, QD_TENANT_IN_FLIGHT)->v.i, ==, 0);
  g_assert_cmpint (field_of (tenant, QD_TENANT_LAG)->v.i, ==, 12);
  g_assert_true (field_of (tenant, QD_TENANT_KILL_SWITCH)->v.i);
  assert_string (tenant, QD_TENANT_QUOTAS, "{\"users\":3}");
  assert_string (tenant, QD_FIELD_EXTRA, "{\"billing\":\"monthly\"}");

  g_assert_cmpint (field_of (odd, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_UNKNOWN);
  g_assert_null (field_of (odd, QD_TENANT_RUNNER));
  g_assert_cmpint (field_of (odd, QD_TENANT_LAG)->type, ==, QD_VALUE_NONE);
  g_assert_cmpint (field_of (gone, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_NONE);
}

static void
test_shard (void)
{
  g_autoptr (QdDelta) shard = decode (QD_KIND_SHARD,
    "{\"id\":\"runner.shard-2\",\"kind\":\"runner\",\"shard\":\"shard-2\",\"address\":\"http://127.0.0.1:9\",\"status\":\"ready\",\"storage\":\"healthy\","
    "\"region\":\"eu\",\"labels\":{\"disk\":\"ssd\"},\"capacity\":40,\"load\":12.5,\"version\":\"1.4.0\",\"git_sha\":\"abc\",\"in_flight\":2,\"lag\":0,"
    "\"tenants\":[{\"id\":\"tenant-acme\",\"lag\":0},{\"id\":\"tenant-globex\",\"lag\":0}],\"as_of\":\"2026-11-28T00:00:00Z\"}");
  g_autoptr (QdDelta) odd = decode (QD_KIND_SHARD, "{\"id\":\"x\",\"tenants\":7}");

  assert_string (shard, QD_SHARD_KIND, "runner");
  assert_string (shard, QD_SHARD_SHARD, "shard-2");
  g_assert_cmpint (field_of (shard, QD_FIELD_STATUS)->v.i, ==, QD_STATUS_WELL);
  g_assert_cmpint (field_of (shard, QD_SHARD_N_TENANTS)->v.i, ==, 2);
  g_assert_cmpfloat (field_of (shard, QD_SHARD_LOAD)->v.d, ==, 12.5);
  g_assert_null (field_of (shard, QD_FIELD_EXTRA));
  g_assert_null (field_of (odd, QD_SHARD_N_TENANTS));
}

static void
test_path (void)
{
  g_autoptr (QdDelta) none = decode (QD_KIND_PATH,
    "{\"id\":18446744073709551615,\"status\":\"Up\",\"metrics\":{\"latency_ms\":0.0,\"jitter_ms\":0.0,\"packet_loss_pct\":0.0,"
    "\"bandwidth_mbps\":0.0,\"mtu\":1500,\"score\":0,\"measured_at\":\"2025-10-10T12:30:45Z\"}}");
  g_autoptr (QdDelta) some = decode (QD_KIND_PATH,
    "{\"id\":\"p\",\"src_site\":1,\"dst_site\":\"b\",\"metrics\":{\"latency_ms\":null,\"packet_loss_pct\":100,\"mtu\":1500,\"score\":0,"
    "\"measured_at\":\"2025-10-10T12:30:45Z\"},\"metric_seq\":9}");

  g_assert_cmpstr (qd_delta_get_key (none)->id, ==, "18446744073709551615");
  g_assert_null (field_of (none, QD_PATH_SCORE));
  g_assert_null (field_of (none, QD_PATH_MTU));
  g_assert_cmpint (qd_delta_get_stamp (none), ==, 0);
  g_assert_cmpint (field_of (some, QD_PATH_LATENCY_MS)->type, ==, QD_VALUE_NONE);
  g_assert_cmpfloat (field_of (some, QD_PATH_LOSS_PCT)->v.d, ==, 100);
  g_assert_cmpint (field_of (some, QD_PATH_METRIC_SEQ)->v.i, ==, 9);
  assert_string (some, QD_PATH_SRC, "1");
  g_assert_cmpint (qd_delta_get_stamp (some), >, 0);
}

static void
test_subject (void)
{
  static const struct { const char *type, *data; int kind; const char *id; } cases[] = {
    { "site_joined", "{\"site_id\":\"s\",\"path_id\":\"p\"}", QD_KIND_SITE, "s" },
    { "PATH_FAILOVER", "{\"path_id\":\"7\",\"reason\":\"x\"}", QD_KIND_PATH, "7" },
    { "job_changed", "{\"job_id\":\"j\",\"path_id\":\"p\"}", QD_KIND_JOB, "j" },
    { "fibre_cut", "{\"path_id\":12}", QD_KIND_PATH, "12" },
    { "something", "{\"site\":{\"id\":\"in\"}}", QD_KIND_SITE, "in" },
    { "CACHE_CLEARED", "{\"total_cleared\":4}", -1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = qd_json_parse (cases[i].data, -1, "test", NULL);
      g_autofree char *id = NULL;

      g_assert_cmpint (qd_decode_subject (cases[i].type, qd_json_object (node), &id), ==, cases[i].kind);
      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

static void
test_nonsense (void)
{
  static const char *const texts[] = {
    "{}", "{\"id\":null}", "{\"id\":{}}", "{\"id\":\"\"}", "{\"id\":[1]}",
    "{\"id\":\"x\",\"name\":[],\"status\":{},\"metrics\":7,\"location\":[[]],\"labels\":null,\"data\":7,\"at\":{},\"target\":[],\"error\":{},"
    "\"bytes_tx\":1e300,\"src_port\":\"abc\",\"progress\":\"half\",\"decision\":3,\"steps\":null,\"simulated\":\"yes\",\"kind\":\"\\u0000\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (QdKind kind = QD_KIND_SITE; kind <= QD_KIND_JOB; kind++)
      {
        g_autoptr (QdDelta) delta = NULL;

        if (kind == QD_KIND_LINK)
          continue;
        delta = decode (kind, texts[i]);
        g_assert_true ((delta != NULL) == (i == G_N_ELEMENTS (texts) - 1));
      }
}

static void
test_duration (void)
{
  static const struct { const char *text; double ms; } good[] = {
    { "1.5ms", 1.5 }, { "830µs", 0.83 }, { "830us", 0.83 }, { "2s", 2000 }, { "1m2s", 62000 }, { "1d2h", 93600000 }, { "5ns", 5e-6 },
  };
  static const char *const bad[] = { "", "ms", "7", "1.5 ms", "3 parsecs", "1mx" };
  double ms;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (qd_nats_parse_duration_ms (good[i].text, &ms));
      g_assert_cmpfloat_with_epsilon (ms, good[i].ms, good[i].ms * 1e-9);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (qd_nats_parse_duration_ms (bad[i], &ms));
  g_assert_false (qd_nats_parse_duration_ms (NULL, &ms));
}

static void
keep_cb (gpointer data, QdDelta *delta)
{
  g_ptr_array_add (data, delta);
}

static void
test_monitor (void)
{
  const char *varz = "{\"server_id\":\"NA\",\"server_name\":\"a\",\"version\":\"2.10.27\",\"host\":\"0.0.0.0\",\"port\":4222,\"connections\":3,"
                     "\"cpu\":2.5,\"mem\":1000,\"start\":\"2026-11-20T14:00:00.5Z\",\"now\":\"2026-11-20T14:01:00.5Z\"}";
  const char *routez = "{\"routes\":[{\"rid\":4,\"remote_id\":\"NB\",\"remote_name\":\"b\",\"rtt\":\"1.5ms\",\"in_bytes\":10,\"out_bytes\":20,\"pending_size\":0},"
                       "{\"rid\":5,\"remote_id\":\"NB\",\"remote_name\":\"b\"},7,{\"rid\":6}]}";
  const char *gatewayz = "{\"outbound_gateways\":{\"east\":{\"connection\":{\"cid\":9,\"rtt\":\"40ms\"}}}}";
  const char *leafz = "{\"leafs\":[{\"name\":\"edge\",\"id\":3,\"rtt\":\"9ms\"}]}";
  const char *const texts[] = { varz, routez, gatewayz, leafz };
  JsonNode *nodes[4];
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  const QdSink sink = { keep_cb, deltas };
  g_autoptr (QdOutlet) outlet = qd_outlet_new ("c", &sink);
  QdNatsReading reading = { 0 };
  guint servers = 0, links = 0;

  for (guint i = 0; i < 4; i++)
    nodes[i] = qd_json_parse (texts[i], -1, "z", NULL);
  reading = (QdNatsReading) { qd_json_object (nodes[0]), qd_json_object (nodes[1]), qd_json_object (nodes[2]), qd_json_object (nodes[3]), NULL };
  qd_nats_monitor_take (outlet, &reading);
  for (guint i = 0; i < deltas->len; i++)
    {
      QdDelta *delta = g_ptr_array_index (deltas, i);

      if (qd_delta_get_op (delta) != QD_DELTA_UPSERT)
        continue;
      servers += qd_delta_get_key (delta)->kind == QD_KIND_NODE;
      links += qd_delta_get_key (delta)->kind == QD_KIND_LINK;
      if (g_str_equal (qd_delta_get_key (delta)->id, "NA"))
        {
          g_assert_cmpfloat (field_of (delta, QD_NODE_UPTIME_S)->v.d, ==, 60);
          g_assert_cmpint (field_of (delta, QD_NODE_CLIENTS)->v.i, ==, 3);
        }
    }
  g_assert_cmpuint (servers, ==, 4);
  g_assert_cmpuint (links, ==, 4);
  for (guint i = 0; i < 4; i++)
    json_node_unref (nodes[i]);
}

static void
nothing_cb (gpointer data, QdDelta *delta)
{
  qd_delta_unref (delta);
}

static void
test_endpoints (void)
{
  static const struct { const char *driver, *url; gboolean ok; } cases[] = {
    { "node-api", "http://127.0.0.1:1", TRUE },  { "node-api", "https://example.org/prefix", TRUE }, { "node-api", "nats://127.0.0.1:1", FALSE },
    { "node-api", "nonsense", FALSE },           { "node-api", "", FALSE },                          { "nats", "nats://127.0.0.1:1", TRUE },
    { "nats", "nats://a:1,nats://b:2", TRUE },   { "nats", "http://127.0.0.1:1", FALSE },            { "no-such", "http://127.0.0.1:1", FALSE },
    { "auto", "http://127.0.0.1:1", TRUE },      { "patronus", "http://[::1]:8443", TRUE },
  };
  const QdSink sink = { nothing_cb, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("id", "name", cases[i].driver, cases[i].url);
      g_autoptr (GError) error = NULL;
      g_autoptr (QdDriver) driver = qd_driver_new_for_endpoint (endpoint, &sink, &error);

      g_assert_true ((driver != NULL) == cases[i].ok);
      if (!cases[i].ok)
        g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
      else
        g_assert_cmpstr (qd_driver_get_endpoint (driver)->url, ==, cases[i].url);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/decode/site", test_site);
  g_test_add_func ("/drivers/decode/tenant", test_tenant);
  g_test_add_func ("/drivers/decode/shard", test_shard);
  g_test_add_func ("/drivers/decode/path", test_path);
  g_test_add_func ("/drivers/decode/subject", test_subject);
  g_test_add_func ("/drivers/decode/nonsense", test_nonsense);
  g_test_add_func ("/drivers/decode/duration", test_duration);
  g_test_add_func ("/drivers/decode/monitor", test_monitor);
  g_test_add_func ("/drivers/decode/endpoints", test_endpoints);
  return g_test_run ();
}
