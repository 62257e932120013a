/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-decode.h"

#include <math.h>
#include <string.h>

#include "qd-json.h"
#include "qd-time.h"

/* One JSON member and the field that it fills. */
typedef struct {
  const char *name;
  guint field;
} Member;

static const Member site_members[] = {
  { "name", QD_FIELD_NAME },
  { "status", QD_FIELD_STATUS },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "kind", QD_SITE_KIND },
  { "endpoints", QD_SITE_ENDPOINTS },
  { "version", QD_SITE_VERSION },
  { "created_at", QD_SITE_CREATED_AT },
  { "last_seen", QD_SITE_LAST_SEEN },
  { NULL },
};

static const Member path_members[] = {
  { "status", QD_FIELD_STATUS },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "src_site", QD_PATH_SRC },
  { "dst_site", QD_PATH_DST },
  { "src_endpoint", QD_PATH_SRC_ENDPOINT },
  { "dst_endpoint", QD_PATH_DST_ENDPOINT },
  { "wg_interface", QD_PATH_INTERFACE },
  { NULL },
};

static const Member path_metric_members[] = {
  { "latency_ms", QD_PATH_LATENCY_MS },
  { "jitter_ms", QD_PATH_JITTER_MS },
  { "packet_loss_pct", QD_PATH_LOSS_PCT },
  { "bandwidth_mbps", QD_PATH_BANDWIDTH_MBPS },
  { "capacity_mbps", QD_PATH_CAPACITY_MBPS },
  { "mtu", QD_PATH_MTU },
  { "score", QD_PATH_SCORE },
  { "measured_at", QD_PATH_MEASURED_AT },
  { "seq", QD_PATH_METRIC_SEQ },
  { NULL },
};

static const Member flow_members[] = {
  { "src_ip", QD_FLOW_SRC_IP },
  { "src_port", QD_FLOW_SRC_PORT },
  { "dst_ip", QD_FLOW_DST_IP },
  { "dst_port", QD_FLOW_DST_PORT },
  { "protocol", QD_FLOW_PROTOCOL },
  { "path_id", QD_FLOW_PATH },
  { "policy_id", QD_FLOW_POLICY },
  { "policy_name", QD_FLOW_POLICY_NAME },
  { "status", QD_FLOW_STATE },
  { "bytes_tx", QD_FLOW_BYTES_TX },
  { "bytes_rx", QD_FLOW_BYTES_RX },
  { "started_at", QD_FLOW_STARTED_AT },
  { "last_seen_at", QD_FLOW_LAST_SEEN },
  { "decision", QD_FLOW_DECISION },
  { "simulated", QD_FIELD_SIMULATED },
  { NULL },
};

static const Member node_members[] = {
  { "name", QD_FIELD_NAME },
  { "status", QD_FIELD_STATUS },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "kind", QD_NODE_KIND },
  { "role", QD_NODE_KIND },
  { "site_id", QD_NODE_SITE },
  { "site", QD_NODE_SITE },
  { "address", QD_NODE_ADDRESS },
  { "version", QD_NODE_VERSION },
  { "uptime_s", QD_NODE_UPTIME_S },
  { "last_seen", QD_NODE_LAST_SEEN },
  { NULL },
};

static const Member node_metric_members[] = {
  { "cpu_pct", QD_NODE_CPU_PCT },
  { "memory_pct", QD_NODE_MEMORY_PCT },
  { "disk_pct", QD_NODE_DISK_PCT },
  { "net_rx_bps", QD_NODE_NET_RX_BPS },
  { "net_tx_bps", QD_NODE_NET_TX_BPS },
  { "pressure_cpu", QD_NODE_PRESSURE_CPU },
  { "gpu", QD_NODE_GPUS },
  { "uptime_s", QD_NODE_UPTIME_S },
  { "seq", QD_NODE_METRIC_SEQ },
  { NULL },
};

static const Member event_members[] = {
  { "type", QD_EVENT_TYPE },
  { "severity", QD_EVENT_SEVERITY },
  { "at", QD_EVENT_AT },
  { "timestamp", QD_EVENT_AT },
  { "source", QD_EVENT_SOURCE },
  { "seq", QD_EVENT_SEQ },
  { "data", QD_EVENT_DATA },
  { NULL },
};

static const Member job_members[] = {
  { "kind", QD_JOB_KIND },
  { "state", QD_JOB_STATE },
  { "steps", QD_JOB_STEPS },
  { "progress", QD_JOB_PROGRESS },
  { "created_by", QD_JOB_CREATED_BY },
  { "reason", QD_JOB_REASON },
  { "created_at", QD_JOB_STARTED_AT },
  { "started_at", QD_JOB_STARTED_AT },
  { "ended_at", QD_JOB_ENDED_AT },
  { "revision", QD_FIELD_REVISION },
  { NULL },
};

static const Member routing_members[] = {
  { "name", QD_FIELD_NAME },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "priority", QD_ROUTING_PRIORITY },
  { "enabled", QD_ROUTING_ENABLED },
  { "match", QD_ROUTING_MATCH },
  { "path_preference", QD_ROUTING_PREFERENCE },
  { "failover", QD_ROUTING_FAILOVER },
  { NULL },
};

static const Member tenant_members[] = {
  { "name", QD_FIELD_NAME },
  { "status", QD_FIELD_STATUS },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "plan", QD_TENANT_PLAN },
  { "quotas", QD_TENANT_QUOTAS },
  { "flags", QD_TENANT_FLAGS },
  { "contacts", QD_TENANT_CONTACTS },
  { "health", QD_TENANT_HEALTH },
  { "in_flight", QD_TENANT_IN_FLIGHT },
  { "lag", QD_TENANT_LAG },
  { "kill_switch", QD_TENANT_KILL_SWITCH },
  { "created_at", QD_TENANT_CREATED_AT },
  { NULL },
};

static const Member tenant_placement_members[] = {
  { "aggregate", QD_TENANT_AGGREGATE },
  { "projection", QD_TENANT_PROJECTION },
  { "runner", QD_TENANT_RUNNER },
  { NULL },
};

static const Member shard_members[] = {
  { "name", QD_FIELD_NAME },
  { "status", QD_FIELD_STATUS },
  { "revision", QD_FIELD_REVISION },
  { "labels", QD_FIELD_LABELS },
  { "simulated", QD_FIELD_SIMULATED },
  { "kind", QD_SHARD_KIND },
  { "shard", QD_SHARD_SHARD },
  { "address", QD_SHARD_ADDRESS },
  { "region", QD_SHARD_REGION },
  { "capacity", QD_SHARD_CAPACITY },
  { "load", QD_SHARD_LOAD },
  { "version", QD_SHARD_VERSION },
  { "git_sha", QD_SHARD_GIT_SHA },
  { "storage", QD_SHARD_STORAGE },
  { "in_flight", QD_SHARD_IN_FLIGHT },
  { "lag", QD_SHARD_LAG },
  { "tenants", QD_SHARD_TENANTS },
  { "as_of", QD_SHARD_AS_OF },
  { NULL },
};

static const Member *const members_of_kind[QD_N_KINDS] = {
  [QD_KIND_SITE] = site_members, [QD_KIND_PATH] = path_members,   [QD_KIND_FLOW] = flow_members,
  [QD_KIND_NODE] = node_members, [QD_KIND_EVENT] = event_members, [QD_KIND_JOB] = job_members,
  [QD_KIND_ROUTING] = routing_members, [QD_KIND_TENANT] = tenant_members, [QD_KIND_SHARD] = shard_members,
};

/* --- Values ---------------------------------------------------------------------------------- */

static gboolean
node_number (JsonNode *node, double *value)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_INT64)
    *value = (double) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  else if (type == G_TYPE_BOOLEAN)
    *value = json_node_get_boolean (node);
  else if (type == G_TYPE_STRING)
    {
      char *end = NULL;
      const char *text = json_node_get_string (node);

      *value = g_ascii_strtod (text, &end);
      if (end == text || *end != '\0')
        return FALSE;
    }
  else
    return FALSE;
  return isfinite (*value);
}

static char *
node_text (JsonNode *node)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!JSON_NODE_HOLDS_VALUE (node))
    return JSON_NODE_HOLDS_NULL (node) ? NULL : qd_json_to_text (node, FALSE);
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_strdup (json_node_get_string (node));
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "true" : "false");
    default:
      return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, json_node_get_double (node)));
    }
}

static gboolean
node_time (JsonNode *node, gint64 *us)
{
  double seconds;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
      qd_time_parse (json_node_get_string (node), us))
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || !node_number (node, &seconds) || fabs (seconds) > 1e11)
    return FALSE;
  *us = (gint64) (seconds * G_USEC_PER_SEC);
  return TRUE;
}

static QdValue
value_of (JsonNode *node, QdType type)
{
  g_autofree char *text = NULL;
  double number;
  gint64 us;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return QD_NO_VALUE;
  switch (type)
    {
    case QD_VALUE_BOOL:
      return JSON_NODE_HOLDS_VALUE (node) && node_number (node, &number) ? qd_value_bool (number != 0) : QD_NO_VALUE;
    case QD_VALUE_INT:
      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
        return qd_value_int (json_node_get_int (node));
      return JSON_NODE_HOLDS_VALUE (node) && node_number (node, &number) && fabs (number) < 9e18
               ? qd_value_int ((gint64) number)
               : QD_NO_VALUE;
    case QD_VALUE_DOUBLE:
      return JSON_NODE_HOLDS_VALUE (node) && node_number (node, &number) ? qd_value_double (number) : QD_NO_VALUE;
    case QD_VALUE_TIME:
      return node_time (node, &us) ? qd_value_time (us) : QD_NO_VALUE;
    case QD_VALUE_STATUS:
      text = node_text (node);
      return text ? qd_value_status (qd_status_parse (text)) : QD_NO_VALUE;
    case QD_VALUE_JSON:
      text = qd_json_to_text (node, FALSE);
      return qd_value_json (text);
    case QD_VALUE_STRING:
      text = node_text (node);
      return qd_value_string (text);
    case QD_VALUE_NONE:
    default:
      return QD_NO_VALUE;
    }
}

void
qd_decode_field (QdDelta *delta, guint field, JsonNode *node)
{
  const QdSchema *schema = qd_schema_get (qd_delta_get_key (delta)->kind);

  g_return_if_fail (field < schema->n_fields);
  qd_delta_set (delta, field, value_of (node, schema->fields[field].type));
  if (field == QD_FIELD_STATUS)
    qd_delta_set (delta, QD_FIELD_STATUS_TEXT, value_of (node, QD_VALUE_STRING));
}

static const Member *
find_member (const Member *members, const char *name)
{
  for (; members->name; members++)
    if (g_str_equal (members->name, name))
      return members;
  return NULL;
}

static void
set_members (QdDelta *delta, const Member *members, JsonObject *object)
{
  for (; members->name; members++)
    {
      JsonNode *node = json_object_get_member (object, members->name);

      if (node)
        qd_decode_field (delta, members->field, node);
    }
}

/* --- What is peculiar to a kind ---------------------------------------------------------------- */

static void
site_extras (QdDelta *delta, JsonObject *object)
{
  JsonObject *location = qd_json_get_object (object, "location");
  JsonNode *node = json_object_get_member (object, "location");

  if (location)
    {
      static const Member place[] = { { "lat", QD_SITE_LATITUDE }, { "lon", QD_SITE_LONGITUDE },
                                      { "label", QD_SITE_LOCATION }, { NULL } };

      set_members (delta, place, location);
    }
  else if (node && JSON_NODE_HOLDS_VALUE (node))
    qd_decode_field (delta, QD_SITE_LOCATION, node);
}

gboolean
qd_decode_metrics_are_empty (JsonObject *metrics)
{
  static const char *const zeros[] = { "latency_ms", "jitter_ms", "packet_loss_pct", "bandwidth_mbps", "score" };
  double value = 0;

  for (guint i = 0; i < G_N_ELEMENTS (zeros); i++)
    if (!qd_json_get_number (metrics, zeros[i], &value) || value != 0)
      return FALSE;
  return qd_json_get_number (metrics, "mtu", &value) && value == 1500;
}

void
qd_decode_path_metrics (QdDelta *delta, JsonObject *metrics)
{
  gint64 at;

  if (qd_decode_metrics_are_empty (metrics))
    return;
  set_members (delta, path_metric_members, metrics);
  if (qd_json_get_time (metrics, "measured_at", &at))
    qd_delta_set_stamp (delta, at);
}

static void
path_extras (QdDelta *delta, JsonObject *object)
{
  JsonObject *metrics = qd_json_get_object (object, "metrics");
  JsonNode *seq = json_object_get_member (object, "metric_seq");

  if (metrics)
    qd_decode_path_metrics (delta, metrics);
  if (seq)
    qd_decode_field (delta, QD_PATH_METRIC_SEQ, seq);
}

static void
node_extras (QdDelta *delta, JsonObject *object)
{
  JsonObject *metrics = qd_json_get_object (object, "metrics");
  JsonObject *pressure = metrics ? qd_json_get_object (metrics, "pressure") : NULL;
  JsonNode *seq = json_object_get_member (object, "metric_seq");
  gint64 at, booted;

  if (metrics)
    set_members (delta, node_metric_members, metrics);
  if (pressure && json_object_get_member (pressure, "cpu"))
    qd_decode_field (delta, QD_NODE_PRESSURE_CPU, json_object_get_member (pressure, "cpu"));
  if (seq)
    qd_decode_field (delta, QD_NODE_METRIC_SEQ, seq);
  if ((metrics && qd_json_get_time (metrics, "measured_at", &at)) || qd_json_get_time (object, "measured_at", &at))
    {
      qd_delta_set_stamp (delta, at);
      qd_delta_set (delta, QD_NODE_LAST_SEEN, qd_value_time (at));
      if (qd_json_get_time (object, "booted_at", &booted) && booted <= at)
        qd_delta_set (delta, QD_NODE_UPTIME_S, qd_value_double ((double) (at - booted) / G_USEC_PER_SEC));
    }
}

static void
set_subject (QdDelta *delta, guint kind_field, guint id_field, int kind, const char *id)
{
  const QdSchema *schema = qd_schema_get (qd_delta_get_key (delta)->kind);

  if (kind < 0)
    {
      if (schema->fields[kind_field].type == QD_VALUE_INT)
        qd_delta_set (delta, kind_field, qd_value_int (-1));
      return;
    }
  if (schema->fields[kind_field].type == QD_VALUE_INT)
    qd_delta_set (delta, kind_field, qd_value_int (kind));
  else
    qd_delta_set (delta, kind_field, qd_value_string (qd_schema_get (kind)->id));
  qd_delta_set (delta, id_field, qd_value_string (id));
}

static void
event_extras (QdDelta *delta, JsonObject *object)
{
  const char *type = qd_json_get_string (object, "type", "");
  JsonObject *data = qd_json_get_object (object, "data");
  g_autofree char *id = NULL;
  int kind = qd_decode_subject (type, data ? data : object, &id);

  set_subject (delta, QD_EVENT_SUBJECT_KIND, QD_EVENT_SUBJECT_ID, kind, id);
}

static void
job_extras (QdDelta *delta, JsonObject *object)
{
  JsonObject *target = qd_json_get_object (object, "target");
  const char *job_kind = qd_json_get_string (object, "kind", "");
  const char *dot = strpbrk (job_kind, "._-");
  JsonNode *error = json_object_get_member (object, "error");
  g_autofree char *id = NULL;

  if (error && JSON_NODE_HOLDS_OBJECT (error))
    {
      JsonObject *inner = json_node_get_object (error);
      const char *text = qd_json_get_string (inner, "detail", qd_json_get_string (inner, "title", NULL));

      qd_delta_set (delta, QD_JOB_ERROR, text ? qd_value_string (text) : value_of (error, QD_VALUE_STRING));
    }
  else if (error)
    qd_decode_field (delta, QD_JOB_ERROR, error);

  if (target && (id = qd_json_dup_id (target, "id")))
    set_subject (delta, QD_JOB_TARGET_KIND, QD_JOB_TARGET_ID,
                 qd_schema_find_kind (qd_json_get_string (target, "kind", "")), id);
  else if (dot && (id = qd_json_dup_id (object, "target")))
    {
      /* "path_test" of "path-0007": the kind of job says what its target is. */
      g_autofree char *word = g_strndup (job_kind, dot - job_kind);

      set_subject (delta, QD_JOB_TARGET_KIND, QD_JOB_TARGET_ID, qd_schema_find_kind (word), id);
      qd_delta_set (delta, QD_JOB_TARGET_ID, qd_value_string (id));
    }
  else
    {
      int kind = qd_decode_subject ("", object, &id);

      if (kind >= 0)
        set_subject (delta, QD_JOB_TARGET_KIND, QD_JOB_TARGET_ID, kind, id);
    }
}

/* A tenant that somebody suspended or is moving is in nobody's way; one that is archived has no health. */
static void
tenant_extras (QdDelta *delta, JsonObject *object)
{
  static const struct { const char *word; QdStatus status; } states[] = {
    { "provisioning", QD_STATUS_MAINTENANCE }, { "migrating", QD_STATUS_MAINTENANCE }, { "draining", QD_STATUS_MAINTENANCE },
    { "suspended", QD_STATUS_MAINTENANCE }, { "archived", QD_STATUS_NONE },
  };
  JsonObject *placement = qd_json_get_object (object, "placement");
  const char *word = qd_json_get_string (object, "status", "");

  if (placement)
    set_members (delta, tenant_placement_members, placement);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (word, states[i].word) == 0)
      qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (states[i].status));
}

static void
shard_extras (QdDelta *delta, JsonObject *object)
{
  JsonArray *tenants = qd_json_get_array (object, "tenants");

  if (tenants)
    qd_delta_set (delta, QD_SHARD_N_TENANTS, qd_value_int (json_array_get_length (tenants)));
}

/* --- Extra ------------------------------------------------------------------------------------- */

/* Read by the functions above, or said by the delta itself. */
static gboolean
is_known (QdKind kind, const char *name)
{
  static const char *const known[QD_N_KINDS] = {
    [QD_KIND_SITE] = " location ",
    [QD_KIND_PATH] = " metrics metric_seq ",
    [QD_KIND_FLOW] = " flow_id ",
    [QD_KIND_NODE] = " metrics metric_seq measured_at booted_at ",
    [QD_KIND_EVENT] = " epoch ",
    [QD_KIND_JOB] = " target error ",
    [QD_KIND_TENANT] = " placement ",
  };
  g_autofree char *word = NULL;

  if (g_str_equal (name, "id") || find_member (members_of_kind[kind], name))
    return TRUE;
  word = g_strdup_printf (" %s ", name);
  return known[kind] && strstr (known[kind], word);
}

static void
set_extra (QdDelta *delta, QdKind kind, JsonObject *object)
{
  g_autoptr (JsonObject) extra = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    if (!is_known (kind, name))
      {
        if (extra == NULL)
          extra = json_object_new ();
        json_object_set_member (extra, name, json_node_copy (node));
      }
  if (extra == NULL)
    return;
  root = json_node_init_object (json_node_alloc (), extra);
  text = qd_json_to_text (root, FALSE);
  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json (text));
}

/* --- Public -------------------------------------------------------------------------------------- */

QdDelta *
qd_decode (const char *connection, QdKind kind, JsonObject *object, QdDeltaOp op)
{
  g_autofree char *id = qd_json_dup_id (object, "id");
  QdDelta *delta;

  g_return_val_if_fail (kind < QD_N_KINDS && members_of_kind[kind] != NULL, NULL);
  if (id == NULL && kind == QD_KIND_FLOW)
    id = qd_json_dup_id (object, "flow_id");
  if (id == NULL && kind == QD_KIND_PATH)
    id = qd_json_dup_id (object, "path_id");
  if (id == NULL || *id == '\0' || strlen (id) > QD_DECODE_MAX_ID)
    return NULL;

  delta = qd_delta_new (connection, kind, id, op);
  set_members (delta, members_of_kind[kind], object);
  switch (kind)
    {
    case QD_KIND_SITE: site_extras (delta, object); break;
    case QD_KIND_PATH: path_extras (delta, object); break;
    case QD_KIND_NODE: node_extras (delta, object); break;
    case QD_KIND_EVENT: event_extras (delta, object); break;
    case QD_KIND_JOB: job_extras (delta, object); break;
    case QD_KIND_TENANT: tenant_extras (delta, object); break;
    case QD_KIND_SHARD: shard_extras (delta, object); break;
    default: break;
    }
  set_extra (delta, kind, object);
  return delta;
}

guint
qd_decode_list (QdOutlet *outlet, QdKind kind, JsonArray *list, QdDeltaOp op)
{
  guint n = json_array_get_length (list), bad = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (list, i));
      QdDelta *delta = object ? qd_decode (qd_outlet_get_connection (outlet), kind, object, op) : NULL;

      if (delta)
        qd_outlet_send (outlet, delta);
      else
        bad++;
    }
  return bad;
}

int
qd_decode_subject (const char *type, JsonObject *data, char **id)
{
  /* The most particular first: a job's data also names the path that it tests. */
  static const struct { const char *member, *object, *prefix; QdKind kind; } clues[] = {
    { "job_id", "job", "job", QD_KIND_JOB },   { "flow_id", "flow", "flow", QD_KIND_FLOW },
    { "path_id", "path", "path", QD_KIND_PATH }, { "node_id", "node", "node", QD_KIND_NODE },
    { "tenant_id", "tenant", "tenant", QD_KIND_TENANT }, { "shard_id", "shard", "shard", QD_KIND_SHARD },
    { "site_id", "site", "site", QD_KIND_SITE }, { "routing_policy_id", "routing_policy", "routing_policy", QD_KIND_ROUTING },
  };
  g_autofree char *word = g_ascii_strdown (type, -1);

  *id = NULL;
  if (data == NULL)
    return -1;
  /* The type's own prefix wins over the members. */
  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < G_N_ELEMENTS (clues); i++)
      {
        JsonObject *inner = qd_json_get_object (data, clues[i].object);

        if (pass == 0 && !g_str_has_prefix (word, clues[i].prefix))
          continue;
        *id = qd_json_dup_id (data, clues[i].member);
        if (*id == NULL && inner)
          *id = qd_json_dup_id (inner, "id");
        if (*id && **id)
          return clues[i].kind;
        g_clear_pointer (id, g_free);
      }
  return -1;
}
