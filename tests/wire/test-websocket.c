/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-websocket.h"

#include <string.h>

#include "qd-io.h"
#include "wire-test.h"

/* --- The client ---------------------------------------------------------------------------- */

typedef struct
{
  QdHttp *http;
  const char *path;
  guint idle_s;
  QdWebSocket *socket;
  gboolean opened, closed, gone;
  guint texts, closings, refused_after, lates;
  char *last;
  GError *error;
} Client;

static void
opened_cb (QdWebSocket *socket, gpointer data)
{
  TELL (((Client *) data)->opened = TRUE);
}

static void
text_cb (QdWebSocket *socket, GBytes *message, gpointer data)
{
  Client *self = data;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  g_assert_true (qd_io_is_current ());
  TELL (g_free (self->last); self->last = g_strndup (text, length); self->texts++);
}

static void
closed_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  Client *self = data;

  TELL (self->error = g_error_copy (error); self->closings++; self->closed = TRUE);
}

static void
late_cb (QdWebSocket *socket, const GError *error, gpointer data)
{
  Client *self = data;

  g_assert_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (error->message, self->path));
  g_assert_false (self->opened || self->closed);
  TELL (self->lates++);
}

static const QdWebSocketEvents events = { opened_cb, text_cb, closed_cb, late_cb };

static gboolean
open_cb (gpointer data)
{
  Client *self = data;

  self->socket = qd_websocket_open (self->http, self->path, self->idle_s, &events, self);
  return G_SOURCE_REMOVE;
}

static gboolean
close_cb (gpointer data)
{
  Client *self = data;

  qd_websocket_close (self->socket);
  TELL (self->gone = TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
send_cb (gpointer data)
{
  qd_websocket_send (((Client *) data)->socket, "hello");
  return G_SOURCE_REMOVE;
}

static gboolean
send_many_cb (gpointer data)
{
  guint sent = 0;

  while (qd_websocket_send (((Client *) data)->socket, "hello"))
    sent++;
  TELL (((Client *) data)->refused_after = sent);
  return G_SOURCE_REMOVE;
}

static Client *
client_new (const char *url, const char *path, guint idle_s)
{
  QdHttpOptions options = { .base_url = url, .timeout_ms = 1000 };
  Client *self = g_new0 (Client, 1);

  self->http = qd_http_new (&options, NULL);
  self->path = path;
  self->idle_s = idle_s;
  qd_io_invoke (open_cb, self, NULL);
  return self;
}

static void
client_free (Client *self)
{
  qd_io_invoke (close_cb, self, NULL);
  AWAIT (self->gone);
  g_assert_cmpuint (self->closings, <=, 1);
  qd_http_unref (self->http);
  g_clear_error (&self->error);
  g_free (self->last);
  g_free (self);
}

static void
assert_closes (const char *url, const char *path, QdWireError code, const char *words)
{
  Client *client = client_new (url, path, 2);

  AWAIT (client->closed);
  g_assert_error (client->error, QD_WIRE_ERROR, (int) code);
  if (strstr (client->error->message, words) == NULL || strstr (client->error->message, path) == NULL)
    g_error ("“%s” does not say “%s”", client->error->message, words);
  client_free (client);
}

/* --- A real server ------------------------------------------------------------------------- */

static void
echo_cb (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer data)
{
  soup_websocket_connection_send_text (connection, g_bytes_get_data (message, NULL));
}

static void
connected_cb (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection, gpointer data)
{
  if (g_str_equal (path, "/orderly"))
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "restarting");
  else if (g_str_equal (path, "/large"))
    {
      g_autofree char *text = g_strnfill (5 * 1024 * 1024, 'x');
      soup_websocket_connection_send_text (connection, text);
    }
  else
    {
      soup_websocket_connection_send_text (connection, "welcome");
      g_signal_connect (connection, "message", G_CALLBACK (echo_cb), NULL);
    }
  g_object_set_data_full (G_OBJECT (server), g_intern_string (path), g_object_ref (connection), g_object_unref);
}

static void
add_websocket (gpointer data)
{
  soup_server_add_websocket_handler (((TestServer *) data)->server, NULL, NULL, NULL, connected_cb, NULL, NULL);
}

static void
plain_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  /* WebSockets alone are served. */
}

static void
test_good (void)
{
  TestServer *server = test_server_new (NULL, plain_cb, NULL);
  Client *client;

  test_thread_call (server->thread, add_websocket, server);
  client = client_new (server->url, "/ws?token=secret", 2);
  AWAIT (client->opened && client->texts == 1);
  g_assert_cmpstr (client->last, ==, "welcome");
  qd_io_invoke (send_cb, client, NULL);
  AWAIT (client->texts == 2);
  g_assert_cmpstr (client->last, ==, "hello");
  /* A silent server that answers pings is alive. */
  g_usleep (3 * G_USEC_PER_SEC);
  g_assert_false (client->closed);
  client_free (client);

  assert_closes (server->url, "/orderly", QD_WIRE_ERROR_CLOSED, "restarting");
  assert_closes (server->url, "/large", QD_WIRE_ERROR_TOO_LARGE, "/large");
  test_server_free (server);
}

/* --- Faults -------------------------------------------------------------------------------- */

static void
raw_cb (GIOStream *stream, const char *head, gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  g_autofree char *accept = NULL;
  char buffer[256];

  if (g_str_has_prefix (head, "GET /401"))
    raw_write (stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", -1);
  else if (g_str_has_prefix (head, "GET /html"))
    raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>", -1);
  else if (g_str_has_prefix (head, "GET /deaf"))
    while (g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL) > 0)
      ;
  else if (!g_str_has_prefix (head, "GET /nothing"))
    {
      accept = raw_websocket_accept (head);
      raw_write (stream, accept, -1);
      if (g_str_has_prefix (head, "GET /midframe"))
        raw_write (stream, "\x81\x7e\x01\x00half", 8);
      else if (g_str_has_prefix (head, "GET /badframe"))
        raw_write (stream, "\xf3\x05hello", 7);
      else if (g_str_has_prefix (head, "GET /badutf8"))
        raw_write (stream, "\x81\x02\xff\xfe", 4);
      else
        while (g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL) > 0)
          ;                    /* takes our pings and never answers */
      if (g_str_has_prefix (head, "GET /badframe") || g_str_has_prefix (head, "GET /badutf8"))
        while (g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL) > 0)
          ;
    }
}

static void
test_faults (void)
{
  RawServer *server = raw_server_new (raw_cb, NULL);
  g_autofree char *dead = g_strdup_printf ("http://127.0.0.1:%u", test_free_port ());
  Client *client;

  assert_closes (server->url, "/401", QD_WIRE_ERROR_UNAUTHORIZED, "401");
  assert_closes (server->url, "/html", QD_WIRE_ERROR_PROTOCOL, "200");
  assert_closes (server->url, "/nothing", QD_WIRE_ERROR_CLOSED, "closed");
  assert_closes (server->url, "/midframe", QD_WIRE_ERROR_CLOSED, "");
  assert_closes (server->url, "/badframe", QD_WIRE_ERROR_PROTOCOL, "");
  assert_closes (server->url, "/badutf8", QD_WIRE_ERROR_PROTOCOL, "");
  assert_closes (server->url, "/mute", QD_WIRE_ERROR_TIMEOUT, "2 seconds");
  assert_closes (server->url, "/deaf", QD_WIRE_ERROR_TIMEOUT, "2 seconds");
  /* Nobody answers the opening: that is told once, before it is given up. */
  client = client_new (server->url, "/deaf", 3);
  AWAIT (client->closed);
  g_assert_cmpuint (client->lates, ==, 1);
  client_free (client);
  assert_closes (dead, "/ws", QD_WIRE_ERROR_UNREACHABLE, "127.0.0.1");
  raw_server_free (server);
}

/* Closing at any moment is quiet. */
static void
test_close_early (void)
{
  RawServer *server = raw_server_new (raw_cb, NULL);

  for (guint i = 0; i < 40; i++)
    {
      Client *client = client_new (server->url, "/mute", 2);

      g_usleep (i * 50);
      client_free (client);
    }
  raw_server_free (server);
}

/* However much there is to say, no second has more than fifty messages, and none is lost. */
static void
test_rate (void)
{
  TestServer *server = test_server_new (NULL, plain_cb, NULL);
  Client *client;
  gint64 began, took;

  test_thread_call (server->thread, add_websocket, server);
  client = client_new (server->url, "/echo", 10);
  AWAIT (client->opened);
  began = g_get_monotonic_time ();
  qd_io_invoke (send_many_cb, client, NULL);
  AWAIT (client->refused_after > 0);
  g_assert_cmpuint (client->refused_after, >=, 1000);
  AWAIT (client->texts >= 151);
  took = g_get_monotonic_time () - began;
  /* Fifty at once, fifty a second later, and fifty one more second later. */
  g_assert_cmpint (took, >=, 2 * G_USEC_PER_SEC);
  g_assert_false (client->closed);
  client_free (client);
  test_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/websocket/good", test_good);
  g_test_add_func ("/wire/websocket/faults", test_faults);
  g_test_add_func ("/wire/websocket/rate", test_rate);
  g_test_add_func ("/wire/websocket/close-early", test_close_early);
  return g_test_run ();
}
