/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-metric.h"

#define IDLE_S 45                 /* the server pings every 15 s */
#define POLL_MS 2000
#define STEADY_US (10 * G_USEC_PER_SEC)  /* a stream that lived that long may come back at once */
#define LIVED_US (1 * G_USEC_PER_SEC)    /* and one that lived that long, soon: it is no server that lets in and throws out */
#define LIVED_ATTEMPTS 2

static void events_open (QdNodeSession *self);
static void metrics_open (QdNodeSession *self);

static guint
idle_s (QdNodeSession *self)
{
  return self->endpoint->idle_s ? self->endpoint->idle_s : IDLE_S;
}

/* --- What both streams share --------------------------------------------------------------------- */

static void
stream_stop (QdNodeStream *stream)
{
  qd_io_timeout_stop (&stream->retry);
  g_clear_pointer (&stream->socket, qd_websocket_close);
  g_clear_pointer (&stream->sse, qd_sse_close);
  stream->open = FALSE;
}

static void
stream_opened (QdNodeSession *self, QdNodeStream *stream, const char *name)
{
  stream->open = stream->decided = TRUE;
  stream->offered = TRUE;
  stream->opened_us = g_get_monotonic_time ();
  qd_node_is_there (self);
  qd_node_offer (self, name, TRUE);
  qd_node_set_problem (self, name, NULL);
}

/* Another one's 401 may have brought a new token since this one was opened. */
static void
stream_refused (QdNodeSession *self, const QdNodeStream *stream, const GError *error)
{
  if (g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNAUTHORIZED) && stream->token_run == self->token_run)
    qd_node_auth_renew (self);
}

static void
stream_late (QdNodeSession *self, QdNodeStream *stream, const char *name, const GError *error)
{
  if (!self->stopped && !stream->open)
    qd_node_set_problem (self, name, error->message);
}

/* A route that has worked is not one that the server does not have, whatever it answers for a while. */
static gboolean
stream_is_absent (const QdNodeStream *stream, const GError *error)
{
  if (stream->opened_us > 0)
    return FALSE;
  return g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND) ||
         g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
}

/* Returns after how long to try again. */
static guint
stream_lost (QdNodeSession *self, QdNodeStream *stream, const char *name, const GError *error)
{
  gint64 lived_us = stream->open ? g_get_monotonic_time () - stream->opened_us : 0;
  gboolean thrown_out = stream->open && lived_us <= LIVED_US;

  stream->open = FALSE;
  if (lived_us > STEADY_US)
    qd_backoff_reset (&stream->backoff);
  else if (lived_us > LIVED_US)
    stream->backoff.attempt = MIN (stream->backoff.attempt, LIVED_ATTEMPTS);
  qd_node_set_problem (self, name, error ? error->message : _("The server closed the stream"));
  return thrown_out ? qd_backoff_next_ms (&stream->backoff) : qd_node_wait_ms (self, &stream->backoff, error);
}

/* --- Events ------------------------------------------------------------------------------------------ */

static gboolean
events_retry_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->events.retry, g_source_unref);
  events_open (self);
  return G_SOURCE_REMOVE;
}

static void
events_text (QdNodeSession *self, const char *text, gsize length, const char *origin)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_json_parse (text, length, origin, &error);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonArray *items;

  if (object == NULL)
    {
      /* One event that cannot be read is a gap: its number tells whether it mattered. */
      g_message ("%s%s: %s", qd_http_get_base_url (self->http), origin, error ? error->message : "not an object");
      qd_node_events_catch_up (self);
      return;
    }
  items = g_strcmp0 (qd_json_get_string (object, "type", NULL), "batch") == 0 ? qd_json_get_array (object, "items") : NULL;
  if (items == NULL)
    qd_node_events_take (self, object, FALSE);
  else
    for (guint i = 0; i < json_array_get_length (items); i++)
      {
        JsonObject *event = qd_json_object (json_array_get_element (items, i));

        if (event)
          qd_node_events_take (self, event, FALSE);
      }
  qd_node_events_tell_seq (self);
}

static void
events_opened (QdNodeSession *self)
{
  stream_opened (self, &self->events, "events");
  if (self->events.openings++ == 0)
    return;
  /* The server may have died meanwhile: what it never told as an event is seen in its lists only. */
  qd_node_events_catch_up (self);
  qd_node_lists_read (self);
}

void
qd_node_events_failed (QdNodeSession *self, const GError *error)
{
  guint wait_ms = stream_lost (self, &self->events, "events", error);

  stream_stop (&self->events);
  qd_node_timer (self, &self->events.retry, wait_ms, events_retry_cb, self);
}

static void
events_closed (QdNodeSession *self, const GError *error)
{
  guint wait_ms;

  if (stream_is_absent (&self->events, error) && self->events.transport != QD_NODE_BY_POLLING)
    {
      self->events.transport++;
      events_open (self);
      return;
    }
  if (g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_GONE))
    {
      qd_node_session_resync (self, "the server's history does not reach back to where we were");
      return;
    }
  stream_refused (self, &self->events, error);
  wait_ms = stream_lost (self, &self->events, "events", error);
  qd_node_timer (self, &self->events.retry, wait_ms, events_retry_cb, self);
}

static void ws_opened_cb (QdWebSocket *socket, gpointer data) { events_opened (data); }

static void
ws_text_cb (QdWebSocket *socket, GBytes *message, gpointer data)
{
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  events_text (data, text, length, "/ws/events");
}

static void
ws_closed_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->events.socket, qd_websocket_close);
  events_closed (self, error);
}

static void
ws_late_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  stream_late (self, &self->events, "events", error);
}

static void sse_opened_cb (QdSse *sse, gpointer data) { events_opened (data); }

static void
sse_event_cb (QdSse *sse, const char *id, const char *event, const char *text, gsize length, gpointer data)
{
  events_text (data, text, length, "/api/v1/events/stream");
}

static void
sse_closed_cb (QdSse *sse, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->events.sse, qd_sse_close);
  events_closed (self, error);
}

static void
sse_late_cb (QdSse *sse, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  stream_late (self, &self->events, "events", error);
}

static void
poll_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  JsonArray *items = error ? NULL : qd_json_list (node, "events");
  g_autoptr (GError) odd = NULL;
  guint wait_ms = POLL_MS;

  if (self->stopped || self->events.transport != QD_NODE_BY_POLLING)
    return;
  if (error && self->events.openings == 0 && qd_driver_is_not_offered (error, response))
    {
      self->events.offered = FALSE;
      self->events.decided = TRUE;
      qd_node_offer (self, "events", FALSE);
      qd_node_set_problem (self, "events", NULL);
      return;
    }
  if (error && response && response->status == 410)
    {
      qd_node_session_resync (self, "the server's history does not reach back to where we were");
      return;
    }
  if (error == NULL && (items == NULL || !qd_node_events_are_events (items)))
    error = odd = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s/api/v1/events answered with a list of things that are no events"),
                               qd_http_get_base_url (self->http));
  if (error)
    wait_ms = stream_lost (self, &self->events, "events", error);
  else
    {
      if (!self->events.open)
        events_opened (self);
      for (guint i = 0; items && i < json_array_get_length (items); i++)
        {
          JsonObject *event = qd_json_object (json_array_get_element (items, i));

          if (event)
            qd_node_events_take (self, event, FALSE);
        }
      qd_node_events_tell_seq (self);
    }
  qd_node_timer (self, &self->events.retry, wait_ms * (qd_node_slow (self) ? 5 : 1), events_retry_cb, self);
}

static void
events_open (QdNodeSession *self)
{
  static const QdWebSocketEvents socket_events = { ws_opened_cb, ws_text_cb, ws_closed_cb, ws_late_cb };
  static const QdSseEvents sse_events = { sse_opened_cb, sse_event_cb, sse_closed_cb, sse_late_cb };
  gint64 after = MAX (self->seq, 0);
  g_autofree char *path = NULL;
  g_autofree char *last = NULL;

  if (self->stopped || self->events.socket || self->events.sse)
    return;
  self->events.offered = TRUE;
  self->events.token_run = self->token_run;
  switch (self->events.transport)
    {
    case QD_NODE_BY_WEBSOCKET:
      path = g_strdup_printf ("/ws/events?after=%" G_GINT64_FORMAT, after);
      self->events.socket = qd_websocket_open (self->http, path, idle_s (self), &socket_events, self);
      break;
    case QD_NODE_BY_SSE:
      last = g_strdup_printf ("%" G_GINT64_FORMAT, after);
      self->events.sse = qd_sse_open (self->http, "/api/v1/events/stream", last, idle_s (self), &sse_events, self);
      break;
    case QD_NODE_BY_POLLING:
      path = g_strdup_printf ("/api/v1/events?after=%" G_GINT64_FORMAT "&limit=1000", after);
      qd_node_get (self, path, poll_cb, NULL);
      break;
    }
}

/* --- Metrics ------------------------------------------------------------------------------------------- */

static gboolean
metrics_retry_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->metrics.retry, g_source_unref);
  metrics_open (self);
  return G_SOURCE_REMOVE;
}

static void
metrics_opened_cb (QdWebSocket *socket, gpointer data)
{
  QdNodeSession *self = data;

  stream_opened (self, &self->metrics, "metrics");
  /* What was measured since the lists were read and until now went to nobody: where the world stands
   * still, or measures seldom, nothing else would tell it. */
  qd_node_list_read_soon (self, QD_NODE_PATHS);
  qd_node_list_read_soon (self, QD_NODE_NODES);
}

static void
metrics_text_cb (QdWebSocket *socket, GBytes *message, gpointer data)
{
  QdNodeSession *self = data;
  g_autoptr (GError) error = NULL;

  if (qd_metric_take_frame (self->outlet, message, &error))
    {
      qd_outlet_fresh (self->outlet);
      if (self->metrics.garbled)
        qd_node_set_problem (self, "metrics", NULL);
      self->metrics.garbled = FALSE;
      return;
    }
  if (!self->metrics.garbled)
    {
      g_autofree char *text = g_strdup_printf ("%s/ws/metrics: %s", qd_http_get_base_url (self->http), error->message);

      qd_node_set_problem (self, "metrics", text);
    }
  self->metrics.garbled = TRUE;
}

static void
metrics_closed_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->metrics.socket, qd_websocket_close);
  if (stream_is_absent (&self->metrics, error))
    {
      self->metrics.offered = FALSE;
      qd_node_offer (self, "metrics", FALSE);
      qd_node_set_problem (self, "metrics", NULL);
      return;
    }
  stream_refused (self, &self->metrics, error);
  qd_node_timer (self, &self->metrics.retry, stream_lost (self, &self->metrics, "metrics", error),
                 metrics_retry_cb, self);
}

static void
metrics_late_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  QdNodeSession *self = data;

  stream_late (self, &self->metrics, "metrics", error);
}

static void
metrics_open (QdNodeSession *self)
{
  static const QdWebSocketEvents events = { metrics_opened_cb, metrics_text_cb, metrics_closed_cb, metrics_late_cb };

  if (self->stopped || self->metrics.socket)
    return;
  self->metrics.token_run = self->token_run;
  self->metrics.socket = qd_websocket_open (self->http, "/ws/metrics", idle_s (self), &events, self);
}

/* --- Both ------------------------------------------------------------------------------------------------ */

void
qd_node_streams_start (QdNodeSession *self)
{
  qd_node_events_begin (self);
  if (self->events.retry == NULL && !self->events.open)
    events_open (self);
  if (self->metrics.retry == NULL && !self->metrics.open)
    metrics_open (self);
}

void
qd_node_streams_retry (QdNodeSession *self)
{
  if (self->events.retry)
    {
      qd_io_timeout_stop (&self->events.retry);
      events_open (self);
    }
  if (self->metrics.retry)
    {
      qd_io_timeout_stop (&self->metrics.retry);
      metrics_open (self);
    }
}

void
qd_node_streams_stop (QdNodeSession *self)
{
  stream_stop (&self->events);
  stream_stop (&self->metrics);
}
