/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-nats-monitor.h"

#include <string.h>

#include "qd-backoff.h"
#include "qd-io.h"
#include "qd-json.h"

#define EVERY_MS 5000
#define MAX_LINKS 1000

enum { VARZ, ROUTEZ, GATEWAYZ, LEAFZ, JSZ, N_PAGES };
static const char *const pages[N_PAGES] = { "/varz", "/routez", "/gatewayz", "/leafz", "/jsz" };

struct _QdNatsMonitor {
  gatomicrefcount refs;
  QdOutlet *outlet;
  QdHttp *http;
  GCancellable *cancellable;
  gboolean stopped;
  GSource *timer;
  QdBackoff backoff;
  guint waiting;
  JsonNode *answers[N_PAGES];
  char *problem;
  void (*told) (const char *problem, gpointer);
  gpointer data;
  GDestroyNotify destroy;
};

QdNatsMonitor *
qd_nats_monitor_new (QdOutlet *outlet, QdHttp *http, void (*told) (const char *problem, gpointer),
                     gpointer data, GDestroyNotify destroy)
{
  QdNatsMonitor *self = g_new0 (QdNatsMonitor, 1);

  g_atomic_ref_count_init (&self->refs);
  self->outlet = qd_outlet_ref (outlet);
  self->http = qd_http_ref (http);
  self->cancellable = g_cancellable_new ();
  self->backoff = (QdBackoff) QD_BACKOFF_INIT;
  self->told = told;
  self->data = data;
  self->destroy = destroy;
  return self;
}

QdNatsMonitor *
qd_nats_monitor_ref (QdNatsMonitor *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
forget_answers (QdNatsMonitor *self)
{
  for (guint i = 0; i < N_PAGES; i++)
    g_clear_pointer (&self->answers[i], json_node_unref);
  g_clear_pointer (&self->problem, g_free);
}

void
qd_nats_monitor_unref (QdNatsMonitor *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  forget_answers (self);
  if (self->destroy)
    self->destroy (self->data);
  g_object_unref (self->cancellable);
  qd_http_unref (self->http);
  qd_outlet_unref (self->outlet);
  g_free (self);
}

/* --- From the pages to the model ------------------------------------------------------------------- */

gboolean
qd_nats_parse_duration_ms (const char *text, double *ms)
{
  static const struct { const char *unit; double ms; } units[] = {
    { "ns", 1e-6 }, { "µs", 1e-3 }, { "us", 1e-3 }, { "ms", 1 }, { "s", 1e3 },
    { "m", 6e4 },   { "h", 3.6e6 }, { "d", 8.64e7 }, { "y", 3.1536e10 },
  };

  *ms = 0;
  if (text == NULL || *text == '\0')
    return FALSE;
  while (*text)
    {
      char *end = NULL;
      double number = g_ascii_strtod (text, &end);
      guint i;

      if (end == text)
        return FALSE;
      for (i = 0; i < G_N_ELEMENTS (units); i++)
        {
          gsize length = strlen (units[i].unit);

          if (strncmp (end, units[i].unit, length) == 0 && !g_ascii_isalpha (end[length]))
            break;
        }
      if (i == G_N_ELEMENTS (units))
        return FALSE;
      *ms += number * units[i].ms;
      text = end + strlen (units[i].unit);
    }
  return TRUE;
}

static void
set_string (QdDelta *delta, guint field, JsonObject *object, const char *name)
{
  const char *text = qd_json_get_string (object, name, NULL);

  if (text && *text)
    qd_delta_set (delta, field, qd_value_string (text));
}

static void
set_int (QdDelta *delta, guint field, JsonObject *object, const char *name)
{
  gint64 value;

  if (qd_json_get_int (object, name, &value))
    qd_delta_set (delta, field, qd_value_int (value));
}

/* What has no field of its own is kept under the server's own names. */
static void
set_extra (QdDelta *delta, JsonObject *varz, JsonObject *jsz)
{
  static const char *const names[] = { "mem", "in_msgs", "out_msgs", "in_bytes", "out_bytes", "slow_consumers",
                                       "subscriptions", "routes", "leafnodes", "total_connections", "cores" };
  static const char *const stream_names[] = { "memory", "storage", "streams", "consumers", "messages", "bytes" };
  g_autoptr (JsonObject) extra = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (json_object_has_member (varz, names[i]))
      json_object_set_member (extra, names[i], json_node_copy (json_object_get_member (varz, names[i])));
  if (jsz)
    {
      JsonObject *jetstream = json_object_new ();

      for (guint i = 0; i < G_N_ELEMENTS (stream_names); i++)
        if (json_object_has_member (jsz, stream_names[i]))
          json_object_set_member (jetstream, stream_names[i], json_node_copy (json_object_get_member (jsz, stream_names[i])));
      json_object_set_object_member (extra, "jetstream", jetstream);
    }
  node = json_node_init_object (json_node_alloc (), extra);
  text = qd_json_to_text (node, FALSE);
  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json (text));
}

static void
send_server (QdOutlet *outlet, const char *id, const QdNatsReading *reading)
{
  JsonObject *varz = reading->varz;
  QdDelta *delta = qd_delta_new (qd_outlet_get_connection (outlet), QD_KIND_NODE, id, QD_DELTA_UPSERT);
  g_autofree char *address = NULL;
  gint64 start, now, port;
  double number;

  set_string (delta, QD_FIELD_NAME, varz, "server_name");
  set_string (delta, QD_NODE_VERSION, varz, "version");
  set_int (delta, QD_NODE_CLIENTS, varz, "connections");
  qd_delta_set (delta, QD_NODE_KIND, qd_value_string ("nats-server"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string ("up"));
  if (qd_json_get_number (varz, "cpu", &number))
    qd_delta_set (delta, QD_NODE_CPU_PCT, qd_value_double (number));
  if (qd_json_get_int (varz, "port", &port))
    {
      address = g_strdup_printf ("%s:%" G_GINT64_FORMAT, qd_json_get_string (varz, "host", ""), port);
      qd_delta_set (delta, QD_NODE_ADDRESS, qd_value_string (address));
    }
  if (qd_json_get_time (varz, "now", &now))
    {
      qd_delta_set (delta, QD_NODE_LAST_SEEN, qd_value_time (now));
      if (qd_json_get_time (varz, "start", &start) && start <= now)
        qd_delta_set (delta, QD_NODE_UPTIME_S, qd_value_double ((double) (now - start) / G_USEC_PER_SEC));
    }
  set_extra (delta, varz, reading->jsz);
  qd_outlet_send (outlet, delta);
}

/* The other end of a link: it is there, and that is all that is known of it from here. */
static void
send_peer (QdOutlet *outlet, const char *id, const char *name)
{
  QdDelta *delta = qd_delta_new (qd_outlet_get_connection (outlet), QD_KIND_NODE, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name && *name ? name : id));
  qd_delta_set (delta, QD_NODE_KIND, qd_value_string ("nats-server"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_UNKNOWN));
  qd_outlet_send (outlet, delta);
}

static void
send_link (QdOutlet *outlet, const char *type, const char *src, const char *dst, const char *number, JsonObject *object)
{
  g_autofree char *id = g_strdup_printf ("%s:%s:%s:%s", type, src, dst, number ? number : "");
  QdDelta *delta = qd_delta_new (qd_outlet_get_connection (outlet), QD_KIND_LINK, id, QD_DELTA_UPSERT);
  double ms;

  qd_delta_set (delta, QD_LINK_TYPE, qd_value_string (type));
  qd_delta_set (delta, QD_LINK_SRC, qd_value_string (src));
  qd_delta_set (delta, QD_LINK_DST, qd_value_string (dst));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string ("up"));
  set_int (delta, QD_LINK_IN_BYTES, object, "in_bytes");
  set_int (delta, QD_LINK_OUT_BYTES, object, "out_bytes");
  set_int (delta, QD_LINK_PENDING, object, "pending_size");
  if (qd_nats_parse_duration_ms (qd_json_get_string (object, "rtt", NULL), &ms))
    qd_delta_set (delta, QD_LINK_RTT_MS, qd_value_double (ms));
  qd_outlet_send (outlet, delta);
}

typedef struct { QdOutlet *outlet; const char *self_id; GHashTable *peers; GPtrArray *links; } Take;
typedef struct { const char *type; char *dst; char *number; JsonObject *object; } Link;

static void
link_free (gpointer data)
{
  Link *link = data;

  g_free (link->dst);
  g_free (link->number);
  g_free (link);
}

static void
note_link (Take *take, const char *type, char *dst, const char *name, JsonObject *object, const char *number_name)
{
  Link *link;

  if (dst == NULL || *dst == '\0' || take->links->len >= MAX_LINKS)
    {
      g_free (dst);
      return;
    }
  if (!g_str_equal (dst, take->self_id))
    g_hash_table_replace (take->peers, g_strdup (dst), g_strdup (name ? name : dst));
  link = g_new0 (Link, 1);
  link->type = type;
  link->dst = dst;
  link->number = qd_json_dup_id (object, number_name);
  link->object = object;
  g_ptr_array_add (take->links, link);
}

static void
note_list (Take *take, const char *type, JsonObject *page, const char *list, const char *id_name, const char *name_name, const char *number_name)
{
  JsonArray *items = page ? qd_json_get_array (page, list) : NULL;

  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (items, i));

      if (object)
        note_link (take, type, qd_json_dup_id (object, id_name), qd_json_get_string (object, name_name, NULL), object, number_name);
    }
}

static void
note_gateways (Take *take, JsonObject *page)
{
  JsonObject *outbound = page ? qd_json_get_object (page, "outbound_gateways") : NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (outbound == NULL)
    return;
  json_object_iter_init (&iter, outbound);
  while (json_object_iter_next (&iter, &name, &node))
    {
      JsonObject *gateway = qd_json_object (node);
      JsonObject *connection = gateway ? qd_json_get_object (gateway, "connection") : NULL;

      if (connection)
        note_link (take, "gateway", g_strdup (name), name, connection, "cid");
    }
}

void
qd_nats_monitor_take (QdOutlet *outlet, const QdNatsReading *reading)
{
  g_autofree char *id = qd_json_dup_id (reading->varz, "server_id");
  g_autoptr (GHashTable) peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (link_free);
  Take take = { outlet, id, peers, links };
  GHashTableIter iter;
  gpointer peer, name;

  if (id == NULL)
    return;
  note_list (&take, "route", reading->routez, "routes", "remote_id", "remote_name", "rid");
  note_list (&take, "leaf", reading->leafz, "leafs", "name", "name", "id");
  note_gateways (&take, reading->gatewayz);

  qd_outlet_snapshot (outlet, QD_KIND_NODE, TRUE);
  send_server (outlet, id, reading);
  g_hash_table_iter_init (&iter, peers);
  while (g_hash_table_iter_next (&iter, &peer, &name))
    send_peer (outlet, peer, name);
  qd_outlet_snapshot (outlet, QD_KIND_NODE, FALSE);
  qd_outlet_snapshot (outlet, QD_KIND_LINK, TRUE);
  for (guint i = 0; i < links->len; i++)
    {
      const Link *link = g_ptr_array_index (links, i);

      send_link (outlet, link->type, id, link->dst, link->number, link->object);
    }
  qd_outlet_snapshot (outlet, QD_KIND_LINK, FALSE);
}

/* --- Reading --------------------------------------------------------------------------------------------- */

static gboolean
due_cb (gpointer data)
{
  QdNatsMonitor *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  qd_nats_monitor_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
next_after (QdNatsMonitor *self, guint ms)
{
  if (self->timer)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (!self->stopped)
    self->timer = qd_io_timeout_add (ms, due_cb, self, NULL);
}

static void
all_answered (QdNatsMonitor *self)
{
  QdNatsReading reading = { 0 };
  JsonObject **slots[N_PAGES] = { &reading.varz, &reading.routez, &reading.gatewayz, &reading.leafz, &reading.jsz };

  for (guint i = 0; i < N_PAGES; i++)
    *slots[i] = self->answers[i] ? qd_json_object (self->answers[i]) : NULL;
  if (reading.varz)
    {
      qd_nats_monitor_take (self->outlet, &reading);
      qd_backoff_reset (&self->backoff);
      next_after (self, EVERY_MS);
    }
  else
    next_after (self, MAX (1000, qd_backoff_next_ms (&self->backoff)));
  self->told (reading.varz ? NULL : self->problem ? self->problem : "/varz", self->data);
  forget_answers (self);
}

typedef struct { QdNatsMonitor *monitor; guint page; } Asked;

static void
answered_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Asked *asked = data;
  QdNatsMonitor *self = asked->monitor;

  if (!self->stopped)
    {
      if (error == NULL && node)
        self->answers[asked->page] = json_node_ref (node);
      else if (error && asked->page == VARZ)
        g_set_str (&self->problem, error->message);
      if (--self->waiting == 0)
        all_answered (self);
    }
  qd_nats_monitor_unref (self);
  g_free (asked);
}

void
qd_nats_monitor_refresh (QdNatsMonitor *self)
{
  if (self->stopped || self->waiting > 0)
    return;
  if (self->timer)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  forget_answers (self);
  self->waiting = N_PAGES;
  for (guint i = 0; i < N_PAGES; i++)
    {
      Asked *asked = g_new (Asked, 1);

      *asked = (Asked) { qd_nats_monitor_ref (self), i };
      qd_http_send_json (self->http, "GET", pages[i], NULL, NULL, self->cancellable, answered_cb, asked);
    }
}

void
qd_nats_monitor_start (QdNatsMonitor *self)
{
  qd_nats_monitor_refresh (self);
}

void
qd_nats_monitor_stop (QdNatsMonitor *self)
{
  self->stopped = TRUE;
  if (self->timer)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_cancellable_cancel (self->cancellable);
}
