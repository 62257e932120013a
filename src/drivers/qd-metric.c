/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-metric.h"

#include <string.h>

#include "qd-decode.h"
#include "qd-json-scan.h"
#include "qd-json.h"

#define MAX_ITEMS 10000

typedef enum { NUMBER, TEXT, PRESSURE /* the member "cpu" of an object */ } How;

typedef struct {
  const char *name;
  guint field;
  How how;
} Measure;

static const Measure path_measures[] = {
  { "latency_ms", QD_PATH_LATENCY_MS, NUMBER },
  { "jitter_ms", QD_PATH_JITTER_MS, NUMBER },
  { "packet_loss_pct", QD_PATH_LOSS_PCT, NUMBER },
  { "bandwidth_mbps", QD_PATH_BANDWIDTH_MBPS, NUMBER },
  { "capacity_mbps", QD_PATH_CAPACITY_MBPS, NUMBER },
  { "mtu", QD_PATH_MTU, NUMBER },
  { "score", QD_PATH_SCORE, NUMBER },
  { NULL },
};

static const Measure node_measures[] = {
  { "cpu_pct", QD_NODE_CPU_PCT, NUMBER },
  { "memory_pct", QD_NODE_MEMORY_PCT, NUMBER },
  { "disk_pct", QD_NODE_DISK_PCT, NUMBER },
  { "net_rx_bps", QD_NODE_NET_RX_BPS, NUMBER },
  { "net_tx_bps", QD_NODE_NET_TX_BPS, NUMBER },
  { "pressure", QD_NODE_PRESSURE_CPU, PRESSURE },
  { "gpu", QD_NODE_GPUS, TEXT },
  { "uptime_s", QD_NODE_UPTIME_S, NUMBER },
  { NULL },
};

/* What a metric says besides its measures. */
typedef struct {
  QdKind kind;
  char id[QD_DECODE_MAX_ID + 1];
  gint64 stamp_us;
  gint64 sent_us;
  gint64 seq;
  QdJsonSlice metrics;
} Head;

/* --- The head ---------------------------------------------------------------------------------- */

static void
read_head (const QdJsonSlice *object, Head *head)
{
  QdJsonIter iter;
  QdJsonSlice name, value;

  head->kind = QD_N_KINDS;
  head->id[0] = '\0';
  head->stamp_us = head->sent_us = 0;
  head->seq = -1;
  head->metrics.type = QD_JSON_NONE;
  qd_json_iter_init (&iter, object);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      if (qd_json_slice_is (&name, "metrics"))
        head->metrics = value;
      else if (qd_json_slice_is (&name, "path_id") && qd_json_slice_copy (&value, head->id, sizeof head->id))
        head->kind = QD_KIND_PATH;
      else if (qd_json_slice_is (&name, "node_id") && qd_json_slice_copy (&value, head->id, sizeof head->id))
        head->kind = QD_KIND_NODE;
      else if (qd_json_slice_is (&name, "timestamp"))
        qd_json_slice_get_time (&value, &head->stamp_us);
      else if (qd_json_slice_is (&name, "seq"))
        qd_json_slice_get_int (&value, &head->seq);
      else if (qd_json_slice_is (&name, "sent_us"))
        qd_json_slice_get_int (&value, &head->sent_us);
    }
}

/* --- Decoding ------------------------------------------------------------------------------------ */

static guint
seq_field (QdKind kind)
{
  return kind == QD_KIND_PATH ? QD_PATH_METRIC_SEQ : QD_NODE_METRIC_SEQ;
}

static void
set_measure (QdDelta *delta, const Measure *measure, const QdJsonSlice *value)
{
  double number;

  if (measure->how == PRESSURE)
    {
      const Measure cpu = { "cpu", measure->field, NUMBER };
      QdJsonIter iter;
      QdJsonSlice name, inner;

      qd_json_iter_init (&iter, value);
      while (value->type == QD_JSON_OBJECT && qd_json_iter_next (&iter, &name, &inner))
        if (qd_json_slice_is (&name, cpu.name))
          set_measure (delta, &cpu, &inner);
      return;
    }
  if (measure->how == TEXT)
    {
      g_autofree char *text = g_strndup (value->text, value->length);

      if (value->type == QD_JSON_ARRAY || value->type == QD_JSON_OBJECT)
        qd_delta_set (delta, measure->field, qd_value_json (text));
      return;
    }
  /* A null is "no sample now": the cell becomes empty. */
  if (value->type == QD_JSON_NULL)
    qd_delta_set (delta, measure->field, QD_NO_VALUE);
  else if (qd_json_slice_get_number (value, &number))
    {
      const QdField *field = &qd_schema_get (qd_delta_get_key (delta)->kind)->fields[measure->field];

      qd_delta_set (delta, measure->field,
                    field->type == QD_VALUE_INT ? qd_value_int ((gint64) CLAMP (number, -9e18, 9e18))
                                                : qd_value_double (number));
    }
}

static void
set_measures (QdDelta *delta, const Measure *measures, const QdJsonSlice *metrics)
{
  QdJsonIter iter;
  QdJsonSlice name, value;

  qd_json_iter_init (&iter, metrics);
  while (qd_json_iter_next (&iter, &name, &value))
    for (const Measure *m = measures; m->name; m++)
      if (qd_json_slice_is (&name, m->name))
        {
          set_measure (delta, m, &value);
          break;
        }
}

static void
set_head (QdDelta *delta, QdKind kind, gint64 stamp_us, gint64 seq, gint64 sent_us)
{
  if (stamp_us > 0)
    {
      qd_delta_set_stamp (delta, stamp_us);
      if (kind == QD_KIND_PATH)
        qd_delta_set (delta, QD_PATH_MEASURED_AT, qd_value_time (stamp_us));
      else
        qd_delta_set (delta, QD_NODE_LAST_SEEN, qd_value_time (stamp_us));
    }
  if (seq >= 0)
    qd_delta_set (delta, seq_field (kind), qd_value_int (seq));
  if (sent_us > 0)
    qd_delta_set_sent (delta, sent_us);
}

static gboolean
decode (QdDelta *delta, QdKind kind, const Measure *measures, const char *bytes, gsize length, GError **error)
{
  QdJsonSlice whole;
  Head head;

  if (!qd_json_slice_parse (&whole, bytes, length, error))
    return FALSE;
  read_head (&whole, &head);
  if (head.metrics.type == QD_JSON_OBJECT)
    set_measures (delta, measures, &head.metrics);
  set_head (delta, kind, head.stamp_us, head.seq, head.sent_us);
  return TRUE;
}

gboolean
qd_metric_decode_path (QdDelta *delta, const char *bytes, gsize length, GError **error)
{
  return decode (delta, QD_KIND_PATH, path_measures, bytes, length, error);
}

gboolean
qd_metric_decode_node (QdDelta *delta, const char *bytes, gsize length, GError **error)
{
  return decode (delta, QD_KIND_NODE, node_measures, bytes, length, error);
}

/* --- The same from a tree --------------------------------------------------------------------------- */

static gboolean
decode_tree (QdDelta *delta, QdKind kind, const Measure *measures, const char *bytes, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = qd_json_parse (bytes, length, "metric", error);
  JsonObject *object, *metrics;
  gint64 stamp = 0, seq = -1, sent = 0;

  if (node == NULL)
    return FALSE;
  object = qd_json_object (node);
  if (object == NULL)
    return TRUE;
  metrics = qd_json_get_object (object, "metrics");
  for (; metrics && measures->name; measures++)
    {
      JsonObject *holder = measures->how == PRESSURE ? qd_json_get_object (metrics, measures->name) : metrics;
      JsonNode *member = holder ? json_object_get_member (holder, measures->how == PRESSURE ? "cpu" : measures->name) : NULL;
      GType type = member && JSON_NODE_HOLDS_VALUE (member) ? json_node_get_value_type (member) : G_TYPE_INVALID;

      if (measures->how == TEXT ? member && (JSON_NODE_HOLDS_ARRAY (member) || JSON_NODE_HOLDS_OBJECT (member))
                                : member && (JSON_NODE_HOLDS_NULL (member) || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE))
        qd_decode_field (delta, measures->field, member);
    }
  qd_json_get_time (object, "timestamp", &stamp);
  qd_json_get_int (object, "seq", &seq);
  qd_json_get_int (object, "sent_us", &sent);
  set_head (delta, kind, stamp, seq, sent);
  return TRUE;
}

gboolean
qd_metric_decode_path_tree (QdDelta *delta, const char *bytes, gsize length, GError **error)
{
  return decode_tree (delta, QD_KIND_PATH, path_measures, bytes, length, error);
}

gboolean
qd_metric_decode_node_tree (QdDelta *delta, const char *bytes, gsize length, GError **error)
{
  return decode_tree (delta, QD_KIND_NODE, node_measures, bytes, length, error);
}

/* --- Frames ------------------------------------------------------------------------------------------- */

static void
send_raw (QdOutlet *outlet, const char *connection, QdKind kind, const char *id, GBytes *bytes, const Head *head)
{
  QdDelta *delta = qd_delta_new_raw (connection, kind, id, bytes,
                                     kind == QD_KIND_PATH ? qd_metric_decode_path : qd_metric_decode_node);

  /* Known before decoding, so that the newer of two is told without reading either. */
  if (head->stamp_us > 0)
    qd_delta_set_stamp (delta, head->stamp_us);
  if (head->sent_us > 0)
    qd_delta_set_sent (delta, head->sent_us);
  qd_outlet_send (outlet, delta);
}

static void
take_item (QdOutlet *outlet, GBytes *frame, const char *start, const QdJsonSlice *item)
{
  g_autoptr (GBytes) piece = NULL;
  Head head;

  if (item->type != QD_JSON_OBJECT)
    return;
  read_head (item, &head);
  if (head.kind == QD_N_KINDS || head.id[0] == '\0' || head.metrics.type != QD_JSON_OBJECT)
    return;
  piece = g_bytes_new_from_bytes (frame, item->text - start, item->length);
  send_raw (outlet, qd_outlet_get_connection (outlet), head.kind, head.id, piece, &head);
}

gboolean
qd_metric_take_frame (QdOutlet *outlet, GBytes *frame, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (frame, &length);
  QdJsonSlice whole, name, value, items = { 0 };
  QdJsonIter iter;
  guint n = 0;

  if (!qd_json_slice_parse (&whole, text, length, error))
    return FALSE;
  qd_json_iter_init (&iter, &whole);
  while (whole.type == QD_JSON_OBJECT && qd_json_iter_next (&iter, &name, &value))
    if (value.type == QD_JSON_ARRAY && qd_json_slice_is (&name, "items"))
      items = value;
  if (items.type != QD_JSON_ARRAY)
    {
      take_item (outlet, frame, text, &whole);
      return TRUE;
    }
  qd_json_iter_init (&iter, &items);
  while (n++ < MAX_ITEMS && qd_json_iter_next (&iter, NULL, &value))
    take_item (outlet, frame, text, &value);
  return TRUE;
}

void
qd_metric_take (QdOutlet *outlet, const char *connection, QdKind kind, const char *id, const char *bytes, gsize length)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);
  QdJsonSlice whole;
  Head head;

  /* One that cannot be read has no stamp either; its decoder will say what is wrong with it. */
  if (length > 0 && qd_json_slice_parse (&whole, bytes, length, NULL))
    read_head (&whole, &head);
  else
    head = (Head) { .kind = QD_N_KINDS };
  send_raw (outlet, connection, kind, id, copy, &head);
}
