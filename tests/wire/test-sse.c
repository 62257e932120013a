/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-sse.h"

#include <string.h>

#include "qd-io.h"
#include "wire-test.h"

/* --- The parser: any split of the bytes gives the same events -------------------------------- */

static void
note_cb (const char *id, const char *event, const char *data, gsize length, gpointer user_data)
{
  g_assert_cmpuint (strlen (data), ==, length);
  g_string_append_printf (user_data, "<%s|%s|%s>", id, event, data);
}

/* Events of @bytes cut at random places (@seed 0: not at all; 1: at each byte). */
static char *
parse_cut (const char *bytes, gsize length, guint seed, guint *retry)
{
  GString *out = g_string_new (NULL);
  QdSseParser *parser = qd_sse_parser_new (note_cb, out);
  g_autoptr(GRand) random = g_rand_new_with_seed (seed);
  g_autoptr(GError) error = NULL;

  for (gsize at = 0, n; at < length; at += n)
    {
      n = seed == 0 ? length : seed == 1 ? 1 : (gsize) g_rand_int_range (random, 1, 12);
      n = MIN (n, length - at);
      g_assert_true (qd_sse_parser_feed (parser, bytes + at, n, &error));
      g_assert_no_error (error);
    }
  *retry = qd_sse_parser_get_retry_ms (parser);
  qd_sse_parser_free (parser);
  return g_string_free (out, FALSE);
}

/* The slow and simple answer: the whole text at once, line by line. Only for valid UTF-8 without NUL. */
static char *
parse_simply (const char *text)
{
  g_autoptr(GRegex) newline = g_regex_new ("\r\n|\r|\n", G_REGEX_RAW, 0, NULL);
  g_auto(GStrv) lines = g_regex_split (newline, g_str_has_prefix (text, "\xEF\xBB\xBF") ? text + 3 : text, 0);
  GString *out = g_string_new (NULL);
  g_autofree char *id = g_strdup ("");
  g_autofree char *event = g_strdup ("");
  g_autoptr(GPtrArray) data = g_ptr_array_new_with_free_func (g_free);

  /* What follows the last newline is no line yet. */
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      g_auto(GStrv) parts = g_strsplit (lines[i], ":", 2);
      const char *name = parts[0] ? parts[0] : "";
      const char *value = parts[0] && parts[1] ? parts[1] : "";

      if (*value == ' ')
        value++;
      if (*lines[i] == '\0')
        {
          if (data->len > 0)
            {
              g_autofree char *joined = NULL;
              g_ptr_array_add (data, NULL);
              joined = g_strjoinv ("\n", (char **) data->pdata);
              g_string_append_printf (out, "<%s|%s|%s>", id, *event ? event : "message", joined);
            }
          g_ptr_array_set_size (data, 0);
          g_free (event);
          event = g_strdup ("");
        }
      else if (g_str_equal (name, "data"))
        g_ptr_array_add (data, g_strdup (value));
      else if (g_str_equal (name, "event"))
        g_set_str (&event, value);
      else if (g_str_equal (name, "id"))
        g_set_str (&id, value);
    }
  return g_string_free (out, FALSE);
}

static char *
random_stream (GRand *random)
{
  static const char *const pieces[] = { "data", "event", "id", "retry", ":", ": ", " ", "\n", "\r", "\r\n", "\n\n", "x", "é", "12",
                                        "data: a\n", "data:b\r\n", "event: up\n", "id: 7\n", "retry: 5\n", ": ping\n", "data\n", "dataa: c\n", "\xEF\xBB\xBF" };
  GString *out = g_string_new (NULL);
  guint n = (guint) g_rand_int_range (random, 1, 60);

  for (guint i = 0; i < n; i++)
    g_string_append (out, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
  return g_string_free (out, FALSE);
}

static void
test_property (void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());

  for (guint round = 0; round < 4000; round++)
    {
      g_autofree char *text = random_stream (random);
      g_autofree char *expected = parse_simply (text);

      for (guint seed = 0; seed < 5; seed++)
        {
          guint retry;
          g_autofree char *got = parse_cut (text, strlen (text), seed, &retry);
          if (!g_str_equal (got, expected))
            {
              g_autofree char *shown = g_strescape (text, NULL);
              g_error ("“%s” cut by %u gives %s, not %s", shown, seed, got, expected);
            }
        }
    }
}

static void
test_examples (void)
{
  static const struct { const char *bytes; gsize length; const char *expected; } cases[] = {
    { "data: YHOO\ndata: +2\ndata: 10\n\n", 0, "<|message|YHOO\n+2\n10>" },
    { ": test stream\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n", 0, "<1|message|first><|message|second><|message| third>" },
    { "data\n\ndata\ndata\n\ndata:", 0, "<|message|><|message|\n>" },
    { "\xEF\xBB\xBF" "data: a\n\n", 0, "<|message|a>" },
    { "event: x\n\ndata: a\n\n", 0, "<|message|a>" },
    { "id: 1\0002\ndata: a\n\n", 17, "<|message|a>" },
    { "data: \xff\n\n", 0, "<|message|\xEF\xBF\xBD>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint seed = 0; seed < 8; seed++)
      {
        gsize length = cases[i].length ? cases[i].length : strlen (cases[i].bytes);
        guint retry;
        g_autofree char *got = parse_cut (cases[i].bytes, length, seed, &retry);
        g_assert_cmpstr (got, ==, cases[i].expected);
      }
}

static void
test_retry (void)
{
  static const struct { const char *bytes; guint ms; } cases[] = {
    { "retry: 1500\n", 1500 }, { "retry: -1\n", 0 }, { "retry: 5s\n", 0 }, { "retry\n", 0 },
    { "retry: 99999999999999999\n", 24 * 3600 * 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint retry;
      g_autofree char *got = parse_cut (cases[i].bytes, strlen (cases[i].bytes), 0, &retry);
      g_assert_cmpuint (retry, ==, cases[i].ms);
    }
}

static void
test_limits (void)
{
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');

  for (guint newline = 0; newline < 2; newline++)
    {
      g_autoptr(GString) out = g_string_new (NULL);
      QdSseParser *parser = qd_sse_parser_new (note_cb, out);
      g_autoptr(GError) error = NULL;
      guint n = 0;

      /* One endless line, or one event of endless lines. */
      for (; n < 10 && error == NULL; n++)
        {
          if (newline || n == 0)
            qd_sse_parser_feed (parser, newline ? "\ndata:" : "data:", newline ? 6 : 5, &error);
          if (error == NULL)
            qd_sse_parser_feed (parser, line, 1024 * 1024, &error);
        }
      g_assert_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TOO_LARGE);
      g_assert_cmpuint (n, <=, 6);
      g_assert_false (qd_sse_parser_feed (parser, "\n", 1, NULL));
      qd_sse_parser_free (parser);
    }
}

/* --- The stream ---------------------------------------------------------------------------- */

typedef struct
{
  QdHttp *http;
  const char *path;
  const char *last_id;
  guint idle_s;
  QdSse *stream;
  gboolean opened, closed, gone, close_on_event;
  guint events, closings, lates;
  GString *seen;
  GError *error;
} Client;

static void
opened_cb (QdSse *stream, gpointer data)
{
  TELL (((Client *) data)->opened = TRUE);
}

static void
event_cb (QdSse *stream, const char *id, const char *event, const char *text, gsize length, gpointer data)
{
  Client *self = data;

  TELL (note_cb (id, event, text, length, self->seen); self->events++);
  if (self->close_on_event)
    {
      qd_sse_close (g_steal_pointer (&self->stream));
      TELL (self->gone = TRUE);
    }
}

static void
closed_cb (QdSse *stream, const GError *error, gpointer data)
{
  Client *self = data;

  TELL (self->error = g_error_copy (error); self->closings++; self->closed = TRUE);
}

static void
late_cb (QdSse *stream, const GError *error, gpointer data)
{
  Client *self = data;

  g_assert_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (error->message, "no byte came for 1 second"));
  g_assert_nonnull (strstr (error->message, self->path));
  TELL (self->lates++);
}

static const QdSseEvents events = { opened_cb, event_cb, closed_cb, late_cb };

static gboolean
open_cb (gpointer data)
{
  Client *self = data;

  self->stream = qd_sse_open (self->http, self->path, self->last_id, self->idle_s, &events, self);
  return G_SOURCE_REMOVE;
}

static gboolean
close_cb (gpointer data)
{
  Client *self = data;

  if (self->stream != NULL)
    qd_sse_close (self->stream);
  TELL (self->gone = TRUE);
  return G_SOURCE_REMOVE;
}

static Client *
client_new (const char *url, const char *path, guint idle_s, guint timeout_ms, gboolean close_on_event)
{
  QdHttpOptions options = { .base_url = url, .timeout_ms = timeout_ms };
  Client *self = g_new0 (Client, 1);

  self->http = qd_http_new (&options, NULL);
  self->path = path;
  self->last_id = "41";
  self->idle_s = idle_s;
  self->close_on_event = close_on_event;
  self->seen = g_string_new (NULL);
  qd_io_invoke (open_cb, self, NULL);
  return self;
}

static void
client_free (Client *self)
{
  if (!self->close_on_event)
    qd_io_invoke (close_cb, self, NULL);
  AWAIT (self->gone);
  g_assert_cmpuint (self->closings, <=, 1);
  qd_http_unref (self->http);
  g_clear_error (&self->error);
  g_string_free (self->seen, TRUE);
  g_free (self);
}

/* The server of /late answers when its client has noticed that it does not. */
static Client *late_client;

static void
answer_late (GIOStream *stream)
{
  AWAIT (late_client != NULL && late_client->lates > 0);
  raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n", -1);
}

static void
raw_cb (GIOStream *stream, const char *head, gpointer data)
{
  static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";
  char c;

  if (g_str_has_prefix (head, "GET /410"))
    raw_write (stream, "HTTP/1.1 410 Gone\r\nContent-Type: application/problem+json\r\nContent-Length: 20\r\n\r\n{\"detail\":\"too old\"}", -1);
  else if (g_str_has_prefix (head, "GET /html"))
    raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>", -1);
  else if (g_str_has_prefix (head, "GET /good"))
    {
      g_assert_nonnull (strcasestr (head, "last-event-id: 41"));
      raw_write (stream, ok, -1);
      raw_write (stream, "id: 42\nevent: up\nda", -1);
      raw_write (stream, "ta: a\n\nid: 43\ndata: b\n\ndata: half", -1);
    }
  else if (g_str_has_prefix (head, "GET /silent"))
    {
      raw_write (stream, ok, -1);
      raw_write (stream, "data: a\n\n", -1);
      g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL);
    }
  else if (g_str_has_prefix (head, "GET /late"))
    answer_late (stream);
  else if (g_str_has_prefix (head, "GET /endless"))
    {
      g_autofree char *line = g_strnfill (6 * 1024 * 1024, 'x');
      raw_write (stream, ok, -1);
      raw_write (stream, line, -1);
    }
}

static void
assert_closes (const char *url, const char *path, QdWireError code, const char *words, const char *seen)
{
  Client *client = client_new (url, path, 1, 10000, FALSE);

  AWAIT (client->closed);
  g_assert_error (client->error, QD_WIRE_ERROR, (int) code);
  if (strstr (client->error->message, words) == NULL || strstr (client->error->message, path) == NULL)
    g_error ("“%s” does not say “%s”", client->error->message, words);
  g_assert_cmpstr (client->seen->str, ==, seen);
  client_free (client);
}

static void
test_stream (void)
{
  RawServer *server = raw_server_new (raw_cb, NULL);
  g_autofree char *dead = g_strdup_printf ("http://127.0.0.1:%u", test_free_port ());
  Client *client;

  assert_closes (server->url, "/good", QD_WIRE_ERROR_CLOSED, "closed", "<42|up|a><43|message|b>");
  assert_closes (server->url, "/410", QD_WIRE_ERROR_GONE, "too old", "");
  assert_closes (server->url, "/html", QD_WIRE_ERROR_PROTOCOL, "text/html", "");
  assert_closes (server->url, "/silent", QD_WIRE_ERROR_TIMEOUT, "1 second", "<|message|a>");
  assert_closes (server->url, "/endless", QD_WIRE_ERROR_TOO_LARGE, "4 MiB", "");
  assert_closes (server->url, "/nothing", QD_WIRE_ERROR_CLOSED, "closed", "");
  assert_closes (dead, "/x", QD_WIRE_ERROR_UNREACHABLE, "127.0.0.1", "");

  /* Closed from inside a callback: the second event of the chunk is not told. */
  client = client_new (server->url, "/good", 1, 10000, TRUE);
  AWAIT (client->gone);
  g_assert_cmpuint (client->events, ==, 1);
  client_free (client);
  raw_server_free (server);
}

static void
test_late (void)
{
  RawServer *server = raw_server_new (raw_cb, NULL);
  Client *client = client_new (server->url, "/late", 30, 1000, FALSE);

  TELL (late_client = client);
  /* It was waited for: what comes then is taken, and it is late once only. */
  AWAIT (client->closed);
  g_assert_true (client->opened);
  g_assert_cmpstr (client->seen->str, ==, "<|message|a>");
  g_assert_cmpuint (client->lates, ==, 1);
  TELL (late_client = NULL);
  client_free (client);

  /* One that answers in time is never late. */
  client = client_new (server->url, "/good", 30, 10000, FALSE);
  AWAIT (client->closed);
  g_assert_cmpuint (client->lates, ==, 0);
  client_free (client);
  raw_server_free (server);
}

/* Closing at any moment is quiet. */
static void
test_close_early (void)
{
  RawServer *server = raw_server_new (raw_cb, NULL);

  for (guint i = 0; i < 60; i++)
    {
      Client *client = client_new (server->url, i % 2 ? "/silent" : "/good", 30, 10000, FALSE);

      g_usleep (i * 40);
      client_free (client);
    }
  raw_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/sse/property", test_property);
  g_test_add_func ("/wire/sse/examples", test_examples);
  g_test_add_func ("/wire/sse/retry", test_retry);
  g_test_add_func ("/wire/sse/limits", test_limits);
  g_test_add_func ("/wire/sse/stream", test_stream);
  g_test_add_func ("/wire/sse/late", test_late);
  g_test_add_func ("/wire/sse/close-early", test_close_early);
  return g_test_run ();
}
