/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-websocket.h"

#include <glib/gi18n-lib.h>

#include "qd-io.h"
#include "qd-wire-private.h"

#define MAX_MESSAGE (4 * 1024 * 1024)
#define DEFAULT_IDLE_S 45
/* So many messages in that time, whenever one begins to count: servers allow fifty a second, and on
 * the way to them they may bunch a little. */
#define SENDS 50
#define SENDS_US (1100 * G_GINT64_CONSTANT (1000))
#define MAX_WAITING 1000

/* The caller holds one reference until qd_websocket_close(), the handshake under way another. */
struct _QdWebSocket
{
  guint refs;
  QdHttp *http;
  QdWebSocketEvents events;
  gpointer data;
  SoupMessage *message;
  SoupWebsocketConnection *connection;
  GError *error;               /* what will be told, when it is known before the closing */
  char *endpoint;
  GCancellable *cancellable;
  GSource *timer;
  GSource *late_timer;         /* until the opening is answered */
  gint64 idle_us;
  gint64 heard_us;
  gint64 sent_us[SENDS];       /* of the last ones, round and round */
  guint n_sent;
  GQueue waiting;              /* char *: to be sent in time */
  GSource *send_timer;
  gboolean sending;            /* until libsoup has its answer */
  gboolean idle;
  gboolean over;               /* nothing may be called back any more */
};

static void
stop_timers (QdWebSocket *self)
{
  qd_io_timeout_stop (&self->timer);
  qd_io_timeout_stop (&self->late_timer);
}

static void
stop_sending (QdWebSocket *self)
{
  if (self->send_timer != NULL)
    g_source_destroy (self->send_timer);
  g_clear_pointer (&self->send_timer, g_source_unref);
  g_queue_clear_full (&self->waiting, g_free);
}

static void
drop_connection (QdWebSocket *self)
{
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  g_clear_object (&self->connection);
}

static void
websocket_unref (QdWebSocket *self)
{
  if (--self->refs > 0)
    return;
  stop_timers (self);
  stop_sending (self);
  drop_connection (self);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  qd_http_unref (self->http);
  g_free (self->endpoint);
  g_free (self);
}

static void
closed (QdWebSocket *self, GError *error)
{
  if (self->over)
    {
      g_clear_error (&error);
      return;
    }
  self->over = TRUE;
  stop_timers (self);
  stop_sending (self);
  g_clear_error (&self->error);
  self->error = error;
  self->refs++;
  self->events.closed (self, self->error, self->data);
  websocket_unref (self);
}

static GError *
idle_error (QdWebSocket *self)
{
  return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT, _("%s: the server was silent for %u seconds"),
                      self->endpoint, (guint) (self->idle_us / G_USEC_PER_SEC));
}

static gboolean
timer_cb (gpointer data)
{
  QdWebSocket *self = data;
  gint64 left = self->heard_us + self->idle_us - g_get_monotonic_time ();

  qd_io_timeout_stop (&self->timer);
  if (left > 0)
    self->timer = qd_io_timeout_add (left / 1000 + 1, timer_cb, self, NULL);
  else if (self->connection == NULL)
    {
      self->idle = TRUE;
      g_cancellable_cancel (self->cancellable);
    }
  else
    {
      /* No orderly close: nobody is there to answer it. */
      g_signal_handlers_disconnect_by_data (self->connection, self);
      g_io_stream_close_async (soup_websocket_connection_get_io_stream (self->connection), G_PRIORITY_DEFAULT,
                               NULL, NULL, NULL);
      g_clear_object (&self->connection);
      closed (self, idle_error (self));
    }
  return G_SOURCE_REMOVE;
}

static void
message_cb (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer data)
{
  QdWebSocket *self = data;

  self->heard_us = g_get_monotonic_time ();
  /* Some servers send their JSON in binary frames. */
  if (!self->over)
    self->events.text (self, message, self->data);
}

static void
pong_cb (SoupWebsocketConnection *connection, GBytes *message, gpointer data)
{
  ((QdWebSocket *) data)->heard_us = g_get_monotonic_time ();
}

static void
error_cb (SoupWebsocketConnection *connection, GError *cause, gpointer data)
{
  QdWebSocket *self = data;

  if (self->error == NULL)
    self->error = qd_wire_error_from_io (self->endpoint, self->message, cause);
}

static void
closed_cb (SoupWebsocketConnection *connection, gpointer data)
{
  QdWebSocket *self = data;
  GError *error = g_steal_pointer (&self->error);
  guint code = soup_websocket_connection_get_close_code (connection);
  const char *words = soup_websocket_connection_get_close_data (connection);

  self->refs++;
  if (error == NULL && (code == 0 || code == SOUP_WEBSOCKET_CLOSE_ABNORMAL))
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CLOSED, _("%s: the connection broke"), self->endpoint);
  else if (error == NULL)
    error = g_error_new (QD_WIRE_ERROR, code == SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION ? QD_WIRE_ERROR_FORBIDDEN : QD_WIRE_ERROR_CLOSED,
                         _("%s: the server closed the connection (%u%s%s)"), self->endpoint, code,
                         words && *words ? ": " : "", words ? words : "");
  g_signal_handlers_disconnect_by_data (connection, self);
  g_clear_object (&self->connection);
  closed (self, error);
  websocket_unref (self);
}

/* The handshake failed: an HTTP status says more than libsoup's own words. */
static void
refused (QdWebSocket *self, const GError *cause)
{
  guint status = soup_message_get_status (self->message);

  if (self->idle)
    closed (self, idle_error (self));
  else if (status >= 400)
    closed (self, qd_wire_error_from_status (self->endpoint, status, "", NULL));
  else if (cause->domain == SOUP_WEBSOCKET_ERROR)
    closed (self, g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL,
                               _("%s: the server answered %u, which opens no WebSocket (%s)"), self->endpoint, status,
                               cause->message));
  else
    closed (self, qd_wire_error_from_io (self->endpoint, self->message, cause));
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWebSocket *self = data;
  g_autoptr(GError) cause = NULL;
  SoupWebsocketConnection *connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &cause);

  self->sending = FALSE;
  if (self->over || connection == NULL)
    {
      if (!self->over)
        refused (self, cause);
      else if (connection != NULL)
        soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
      g_clear_object (&connection);
      websocket_unref (self);
      return;
    }
  qd_io_timeout_stop (&self->late_timer);
  self->connection = connection;
  self->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_MESSAGE);
  soup_websocket_connection_set_keepalive_interval (connection, MAX (1, self->idle_us / G_USEC_PER_SEC / 3));
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (connection, "pong", G_CALLBACK (pong_cb), self);
  g_signal_connect (connection, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  if (self->events.opened != NULL)
    self->events.opened (self, self->data);
  websocket_unref (self);
}

static gboolean
late_cb (gpointer data)
{
  QdWebSocket *self = data;
  g_autoptr(GError) error = qd_wire_error_silent (self->endpoint, qd_http_get_late_ms (self->http));

  qd_io_timeout_stop (&self->late_timer);
  self->events.late (self, error, self->data);
  return G_SOURCE_REMOVE;
}

static gboolean
failed_early_cb (gpointer data)
{
  QdWebSocket *self = data;

  closed (self, g_steal_pointer (&self->error));
  websocket_unref (self);
  return G_SOURCE_REMOVE;
}

/**
 * qd_websocket_open:
 * @path: begins with "/"
 * @idle_s: silence, in spite of our pings, that closes the connection; 0: 45
 * @events: copied
 *
 * Opens a WebSocket. Callbacks come later, never from inside. The caller calls
 * qd_websocket_close() once, after `closed` too.
 *
 * Returns: (transfer full): the WebSocket
 */
QdWebSocket *
qd_websocket_open (QdHttp *http, const char *path, guint idle_s, const QdWebSocketEvents *events, gpointer data)
{
  QdWebSocket *self = g_new0 (QdWebSocket, 1);
  SoupSession *session;

  self->refs = 2;
  self->http = qd_http_ref (http);
  self->events = *events;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  self->idle_us = (idle_s ? idle_s : DEFAULT_IDLE_S) * (gint64) G_USEC_PER_SEC;
  self->heard_us = g_get_monotonic_time ();
  session = qd_http_get_session (http, &self->error);
  self->message = session ? qd_http_prepare (http, "GET", path, NULL, &self->error) : NULL;
  if (self->message == NULL)
    {
      qd_io_invoke (failed_early_cb, self, NULL);
      return self;
    }
  self->endpoint = qd_wire_endpoint ("WebSocket", soup_message_get_uri (self->message));
  /* The size limit is of bytes on the wire: without compression it is one of bytes in memory too. */
  soup_message_disable_feature (self->message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->timer = qd_io_timeout_add (self->idle_us / 1000 + 1, timer_cb, self, NULL);
  if (self->events.late != NULL)
    self->late_timer = qd_io_timeout_add (qd_http_get_late_ms (http), late_cb, self, NULL);
  self->sending = TRUE;
  soup_session_websocket_connect_async (session, self->message, NULL, NULL, G_PRIORITY_DEFAULT, self->cancellable,
                                        connected_cb, self);
  return self;
}

/* Sends what may be sent now; the rest when its time comes. */
static gboolean
send_cb (gpointer data)
{
  QdWebSocket *self = data;

  if (self->send_timer != NULL)
    g_source_destroy (self->send_timer);
  g_clear_pointer (&self->send_timer, g_source_unref);
  while (!g_queue_is_empty (&self->waiting) && self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    {
      gint64 now = g_get_monotonic_time (), *oldest = &self->sent_us[self->n_sent % SENDS];
      gint64 left = self->n_sent < SENDS ? 0 : *oldest + SENDS_US - now;
      g_autofree char *text = NULL;

      if (left > 0)
        {
          self->send_timer = qd_io_timeout_add ((guint) (left / 1000 + 1), send_cb, self, NULL);
          return G_SOURCE_REMOVE;
        }
      *oldest = now;
      self->n_sent++;
      text = g_queue_pop_head (&self->waiting);
      soup_websocket_connection_send_text (self->connection, text);
    }
  return G_SOURCE_REMOVE;
}

/**
 * qd_websocket_send:
 * @text: valid UTF-8
 *
 * Sends a text message, in turn and at most fifty a second; one on a connection that is not open is
 * lost, as `closed` tells.
 *
 * Returns: FALSE when so many wait already that this one is not taken
 */
gboolean
qd_websocket_send (QdWebSocket *self, const char *text)
{
  if (self->over || self->connection == NULL)
    return TRUE;
  if (g_queue_get_length (&self->waiting) >= MAX_WAITING)
    return FALSE;
  g_queue_push_tail (&self->waiting, g_strdup (text));
  if (self->send_timer == NULL)
    send_cb (self);
  return TRUE;
}

/**
 * qd_websocket_close:
 * @self: (transfer full): the WebSocket
 *
 * Ends it; no callback comes after this.
 */
void
qd_websocket_close (QdWebSocket *self)
{
  self->over = TRUE;
  qd_io_timeout_stop (&self->late_timer);
  stop_sending (self);
  /* What is being sent is left alone (see abandon() in qd-http.c): its own timer ends it at the latest. */
  if (!self->sending)
    {
      stop_timers (self);
      g_cancellable_cancel (self->cancellable);
    }
  drop_connection (self);
  websocket_unref (self);
}
