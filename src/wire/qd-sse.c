/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-sse.h"

#include <glib/gi18n-lib.h>

#include "qd-io.h"
#include "qd-wire-private.h"

#define CHUNK (16 * 1024)
#define MAX_ERROR_BODY (64 * 1024)
#define DEFAULT_IDLE_S 60

/* The caller holds one reference until qd_sse_close(), each operation under way another. */
struct _QdSse
{
  guint refs;
  QdHttp *http;
  QdSseEvents events;
  gpointer data;
  QdSseParser *parser;
  SoupMessage *message;
  char *endpoint;
  GCancellable *cancellable;
  GSource *timer;
  GSource *late_timer;         /* until the opening is answered */
  gint64 idle_us;
  gint64 moved_us;
  GByteArray *error_body;
  gboolean sending;            /* until libsoup has its answer */
  gboolean idle;
  gboolean over;               /* nothing may be called back any more */
};

static void
stop_timers (QdSse *self)
{
  qd_io_timeout_stop (&self->timer);
  qd_io_timeout_stop (&self->late_timer);
}

static void
sse_unref (QdSse *self)
{
  if (--self->refs > 0)
    return;
  stop_timers (self);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->error_body, g_byte_array_unref);
  qd_sse_parser_free (self->parser);
  qd_http_unref (self->http);
  g_free (self->endpoint);
  g_free (self);
}

static void
closed (QdSse *self, const GError *error)
{
  if (self->over)
    return;
  self->over = TRUE;
  stop_timers (self);
  g_cancellable_cancel (self->cancellable);
  self->events.closed (self, error, self->data);
}

static void
closed_with_cause (QdSse *self, const GError *cause)
{
  g_autoptr(GError) error = NULL;

  if (self->idle)
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT, _("%s: the stream was silent for %u seconds"),
                         self->endpoint, (guint) (self->idle_us / G_USEC_PER_SEC));
  else
    error = qd_wire_error_from_io (self->endpoint, self->message, cause);
  closed (self, error);
}

static void
event_cb (const char *id, const char *event, const char *text, gsize length, gpointer data)
{
  QdSse *self = data;

  /* A callback may have closed the stream in the middle of a chunk. */
  if (!self->over)
    self->events.event (self, id, event, text, length, self->data);
}

static gboolean
timer_cb (gpointer data)
{
  QdSse *self = data;
  gint64 left = self->moved_us + self->idle_us - g_get_monotonic_time ();

  qd_io_timeout_stop (&self->timer);
  if (left > 0)
    self->timer = qd_io_timeout_add (left / 1000 + 1, timer_cb, self, NULL);
  else
    {
      self->idle = TRUE;
      g_cancellable_cancel (self->cancellable);
    }
  return G_SOURCE_REMOVE;
}

static void
refused (QdSse *self)
{
  g_autofree char *type = qd_wire_media_type (soup_message_get_response_headers (self->message));
  g_autoptr(GBytes) body = g_bytes_new (self->error_body->data, self->error_body->len);
  guint status = soup_message_get_status (self->message);
  g_autoptr(GError) error = NULL;

  if (status >= 400)
    error = qd_wire_error_from_status (self->endpoint, status, type, body);
  else
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL,
                         _("%s: expected an event stream, but the server answered %u with %s"), self->endpoint,
                         status, *type ? type : _("no content type"));
  closed (self, error);
}

/* Returns FALSE when the stream is over. */
static gboolean
take_chunk (QdSse *self, const char *bytes, gsize length)
{
  g_autoptr(GError) error = NULL;

  if (self->error_body != NULL)
    {
      g_byte_array_append (self->error_body, (const guint8 *) bytes, length);
      if (length > 0 && self->error_body->len < MAX_ERROR_BODY)
        return TRUE;
      refused (self);
      return FALSE;
    }
  if (length == 0)
    {
      error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CLOSED, _("%s: the server closed the stream"), self->endpoint);
      closed (self, error);
      return FALSE;
    }
  if (!qd_sse_parser_feed (self->parser, bytes, length, &error))
    {
      g_prefix_error (&error, "%s: ", self->endpoint);
      closed (self, error);
      return FALSE;
    }
  return TRUE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdSse *self = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &cause);
  gsize length;
  const char *chunk;

  if (self->over)
    {
      sse_unref (self);
      return;
    }
  if (bytes == NULL)
    {
      closed_with_cause (self, cause);
      sse_unref (self);
      return;
    }
  self->moved_us = g_get_monotonic_time ();
  chunk = g_bytes_get_data (bytes, &length);
  if (take_chunk (self, chunk, length) && !self->over)
    g_input_stream_read_bytes_async (G_INPUT_STREAM (source), CHUNK, G_PRIORITY_DEFAULT, self->cancellable, read_cb, self);
  else
    sse_unref (self);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdSse *self = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &cause);
  g_autofree char *type = NULL;

  self->sending = FALSE;
  if (self->over || stream == NULL)
    {
      if (!self->over)
        closed_with_cause (self, cause);
      sse_unref (self);
      return;
    }
  qd_io_timeout_stop (&self->late_timer);
  self->moved_us = g_get_monotonic_time ();
  type = qd_wire_media_type (soup_message_get_response_headers (self->message));
  if (soup_message_get_status (self->message) != 200 || !g_str_equal (type, "text/event-stream"))
    self->error_body = g_byte_array_new ();
  else if (self->events.opened != NULL)
    self->events.opened (self, self->data);
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, self->cancellable, read_cb, self);
}

static gboolean
late_cb (gpointer data)
{
  QdSse *self = data;
  g_autoptr(GError) error = qd_wire_error_silent (self->endpoint, qd_http_get_late_ms (self->http));

  qd_io_timeout_stop (&self->late_timer);
  self->events.late (self, error, self->data);
  return G_SOURCE_REMOVE;
}

static gboolean
failed_early_cb (gpointer data)
{
  QdSse *self = data;
  g_autoptr(GError) error = g_object_steal_data (G_OBJECT (self->cancellable), "qd-error");

  closed (self, error);
  sse_unref (self);
  return G_SOURCE_REMOVE;
}

/**
 * qd_sse_open:
 * @path: begins with "/"
 * @last_event_id: (nullable): where to resume
 * @idle_s: silence that closes the stream; 0: 60
 * @events: copied
 *
 * Opens a stream. Callbacks come later, never from inside. The caller calls qd_sse_close() once,
 * after `closed` too.
 *
 * Returns: (transfer full): the stream
 */
QdSse *
qd_sse_open (QdHttp *http, const char *path, const char *last_event_id, guint idle_s, const QdSseEvents *events, gpointer data)
{
  const char *headers[] = { "Accept", "text/event-stream", "Cache-Control", "no-cache",
                            last_event_id && *last_event_id ? "Last-Event-ID" : NULL, last_event_id, NULL };
  QdSse *self = g_new0 (QdSse, 1);
  GError *error = NULL;
  SoupSession *session;

  self->refs = 2;
  self->http = qd_http_ref (http);
  self->events = *events;
  self->data = data;
  self->parser = qd_sse_parser_new (event_cb, self);
  self->cancellable = g_cancellable_new ();
  self->idle_us = (idle_s ? idle_s : DEFAULT_IDLE_S) * (gint64) G_USEC_PER_SEC;
  self->moved_us = g_get_monotonic_time ();
  session = qd_http_get_session (http, &error);
  self->message = session ? qd_http_prepare (http, "GET", path, headers, &error) : NULL;
  if (self->message == NULL)
    {
      g_object_set_data_full (G_OBJECT (self->cancellable), "qd-error", error, (GDestroyNotify) g_error_free);
      qd_io_invoke (failed_early_cb, self, NULL);
      return self;
    }
  self->endpoint = qd_wire_endpoint ("GET", soup_message_get_uri (self->message));
  self->timer = qd_io_timeout_add (self->idle_us / 1000 + 1, timer_cb, self, NULL);
  if (self->events.late != NULL)
    self->late_timer = qd_io_timeout_add (qd_http_get_late_ms (http), late_cb, self, NULL);
  self->sending = TRUE;
  soup_session_send_async (session, self->message, G_PRIORITY_DEFAULT, self->cancellable, sent_cb, self);
  return self;
}

/**
 * qd_sse_close:
 * @self: (transfer full): the stream
 *
 * Ends the stream; no callback comes after this.
 */
void
qd_sse_close (QdSse *self)
{
  self->over = TRUE;
  qd_io_timeout_stop (&self->late_timer);
  /* What is being sent is left alone (see abandon() in qd-http.c): its own timer ends it at the latest. */
  if (!self->sending)
    {
      stop_timers (self);
      g_cancellable_cancel (self->cancellable);
    }
  sse_unref (self);
}
