/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-frame.h"
#include "lab-hijack.h"
#include "lab-json.h"
#include "lab-ws.h"

#define PING_SECONDS 15
#define DEAD_SECONDS 50         /* three pings without any answer */
#define BATCH_MAX    500
#define EVENTS_AHEAD (256 * 1024)
#define PENDING_MAX  (4 * 1024 * 1024)
#define PENDING_CALM (256 * 1024)
#define MAX_STREAMS  256
#define MAX_HEARD    50         /* --strict: messages a second from a client */

typedef enum
{
  STREAM_WS_EVENTS,
  STREAM_WS_METRICS,
  STREAM_SSE
} StreamKind;

/* One long connection. What waits for its socket is bounded; what does not fit is counted. */
typedef struct
{
  LabServer *server;
  StreamKind kind;
  char *path;
  const char *tenant;           /* whose events alone it may hear; NULL: all */
  GIOStream *io;
  GPollableInputStream *in;
  GPollableOutputStream *out;
  GSource *read_source, *write_source;
  GByteArray *pending, *received;
  gsize sent;                   /* of pending */
  guint64 cursor;               /* last event sent */
  guint64 missed;
  gint64 heard_at;
  gint64 second;                /* of the monotonic clock, in which the messages were counted */
  guint heard;                  /* messages of the client in that second */
  guint ping;
  guint dropping;           /* idle source that frees it */
  gboolean stalled;             /* a fault: half a frame went out and nothing more will */
  gboolean closing;             /* ends when pending is out */
  gboolean dead;
} Stream;

struct LabStreams
{
  LabServer *server;
  GPtrArray *streams;
  guint64 messages[2];
};

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* The client that goes away first is the usual end of a stream. */
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

static void
free_stream (gpointer data)
{
  Stream *stream = data;

  clear_source (&stream->read_source);
  clear_source (&stream->write_source);
  g_clear_handle_id (&stream->ping, g_source_remove);
  g_clear_handle_id (&stream->dropping, g_source_remove);
  g_io_stream_close_async (stream->io, G_PRIORITY_DEFAULT, NULL, closed_cb, NULL);
  g_object_unref (stream->io);
  g_byte_array_unref (stream->pending);
  g_byte_array_unref (stream->received);
  g_free (stream->path);
  g_free (stream);
}

static gboolean
drop_cb (gpointer user_data)
{
  Stream *stream = user_data;

  stream->dropping = 0;
  g_ptr_array_remove (stream->server->streams->streams, stream);
  return G_SOURCE_REMOVE;
}

/* The stream may be in use up the stack: it goes from the main loop. */
static void
drop (Stream *stream)
{
  if (stream->dead)
    return;
  stream->dead = TRUE;
  clear_source (&stream->read_source);
  clear_source (&stream->write_source);
  g_clear_handle_id (&stream->ping, g_source_remove);
  stream->dropping = g_idle_add_full (G_PRIORITY_DEFAULT, drop_cb, stream, NULL);
}

static void feed (Stream *stream);
static void push (Stream *stream);

static gboolean
writable_cb (GObject *source, gpointer user_data)
{
  Stream *stream = user_data;

  clear_source (&stream->write_source);
  push (stream);
  return G_SOURCE_REMOVE;
}

/* Writes what the socket takes now; the rest when it is writable. */
static void
push (Stream *stream)
{
  while (!stream->dead && stream->write_source == NULL && stream->sent < stream->pending->len)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (stream->out, stream->pending->data + stream->sent,
                                                             stream->pending->len - stream->sent, NULL, &error);

      if (n > 0)
        stream->sent += (gsize) n;
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          stream->write_source = g_pollable_output_stream_create_source (stream->out, NULL);
          g_source_set_callback (stream->write_source, G_SOURCE_FUNC (writable_cb), stream, NULL);
          g_source_attach (stream->write_source, g_main_context_get_thread_default ());
        }
      else
        drop (stream);
    }
  if (stream->dead || stream->sent < stream->pending->len)
    return;
  stream->sent = 0;
  g_byte_array_set_size (stream->pending, 0);
  if (stream->closing)
    drop (stream);
  else if (!stream->stalled)
    feed (stream);
}

static gsize
waiting (const Stream *stream)
{
  return stream->pending->len - stream->sent;
}

static void
append_big (Stream *stream)
{
  g_autofree char *text = g_malloc (LAB_BIG_BODY + 1);

  memset (text, 'a', LAB_BIG_BODY);
  text[0] = text[LAB_BIG_BODY - 1] = '"';
  if (stream->kind == STREAM_SSE)
    {
      g_byte_array_append (stream->pending, (const guint8 *) "data: ", 6);
      g_byte_array_append (stream->pending, (const guint8 *) text, LAB_BIG_BODY);
      g_byte_array_append (stream->pending, (const guint8 *) "\n\n", 2);
    }
  else
    lab_ws_append (stream->pending, LAB_WS_TEXT, text, LAB_BIG_BODY);
}

/* What a fault makes of the frame that begins at @from. */
static void
spoil (Stream *stream, gsize from)
{
  LabFault fault = lab_faults_draw (stream->server->faults, stream->path);
  gsize length = stream->pending->len - from;

  switch (fault.kind)
    {
    case LAB_FAULT_DROP:
      g_byte_array_set_size (stream->pending, (guint) from);
      break;
    case LAB_FAULT_TRUNCATE:
      g_byte_array_set_size (stream->pending, (guint) (from + length / 2));
      stream->closing = TRUE;
      break;
    case LAB_FAULT_CLOSE:
      g_byte_array_set_size (stream->pending, (guint) from);
      stream->closing = TRUE;
      break;
    case LAB_FAULT_STALL:
      g_byte_array_set_size (stream->pending, (guint) (from + length / 2));
      stream->stalled = TRUE;
      break;
    case LAB_FAULT_GARBLE:
      for (gsize i = from + 4; i < stream->pending->len; i += 1 + (gsize) g_random_int_range (3, 40))
        stream->pending->data[i] = (guint8) g_random_int_range (0, 256);
      break;
    case LAB_FAULT_BIG:
      append_big (stream);
      break;
    default:
      break;
    }
}

static void
append_message (Stream *stream, const char *text, gsize length, const char *type, guint64 seq)
{
  gsize from = stream->pending->len;

  if (stream->stalled || stream->closing)
    return;
  if (stream->kind == STREAM_SSE)
    {
      g_autofree char *head = g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: ", seq, type);

      g_byte_array_append (stream->pending, (const guint8 *) head, (guint) strlen (head));
      g_byte_array_append (stream->pending, (const guint8 *) text, (guint) length);
      g_byte_array_append (stream->pending, (const guint8 *) "\n\n", 2);
    }
  else
    lab_ws_append (stream->pending, LAB_WS_TEXT, text, length);
  stream->server->streams->messages[stream->kind == STREAM_WS_METRICS]++;
  spoil (stream, from);
}

static void
append_lagged (Stream *stream, guint64 missed, guint64 seq)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"lagged\",\"missed\":%" G_GUINT64_FORMAT ",\"seq\":%" G_GUINT64_FORMAT "}",
                                           missed, seq);

  append_message (stream, text, strlen (text), "lagged", seq);
}

/* Up to BATCH_MAX events after the cursor, as one message when there are several. */
static void
append_events (Stream *stream)
{
  LabServer *server = stream->server;
  guint64 last = lab_events_seq (server), end = MIN (last, stream->cursor + BATCH_MAX);
  const char *type = NULL;

  if (stream->kind == STREAM_SSE || end == stream->cursor + 1)
    for (; stream->cursor < end; stream->cursor++)
      {
        const char *text = lab_events_text_for (server, stream->cursor + 1, stream->tenant, &type);

        append_message (stream, text, strlen (text), type, stream->cursor + 1);
      }
  else
    {
      g_autoptr (GString) batch = g_string_new ("{\"type\":\"batch\",\"items\":[");

      for (; stream->cursor < end; stream->cursor++)
        lab_json_raw (batch, NULL, lab_events_text_for (server, stream->cursor + 1, stream->tenant, &type));
      g_string_append (batch, "]}");
      append_message (stream, batch->str, batch->len, "batch", stream->cursor);
    }
}

/* Events wait in the log, not in the stream: a slow client is behind, and skips only what the log has dropped. */
static void
feed (Stream *stream)
{
  if (stream->kind == STREAM_WS_METRICS || stream->dead || stream->stalled || stream->closing)
    return;
  while (stream->cursor < lab_events_seq (stream->server) && waiting (stream) < EVENTS_AHEAD &&
         !stream->stalled && !stream->closing)
    {
      guint64 first = lab_events_first (stream->server);

      if (stream->cursor + 1 < first)
        {
          append_lagged (stream, first - 1 - stream->cursor, first - 1);
          stream->cursor = first - 1;
        }
      append_events (stream);
    }
  if (waiting (stream) > 0)
    push (stream);
}

void
lab_streams_events (LabServer *server)
{
  /* As the lab ends, what was committed last is still told of. */
  for (guint i = 0; server->streams != NULL && i < server->streams->streams->len; i++)
    feed (g_ptr_array_index (server->streams->streams, i));
}

static void
feed_frames (Stream *stream, const GString *text, guint n, guint64 total)
{
  if (stream->kind != STREAM_WS_METRICS || stream->dead || stream->stalled)
    return;
  if (waiting (stream) > (stream->missed > 0 ? PENDING_CALM : PENDING_MAX))
    {
      stream->missed += n;
      return;
    }
  if (stream->missed > 0)
    append_lagged (stream, stream->missed, total - n);
  stream->missed = 0;
  append_message (stream, text->str, text->len, NULL, 0);
  push (stream);
}

void
lab_streams_frames (LabServer *server, GPtrArray *frames)
{
  LabStreams *streams = server->streams;

  if (!lab_streams_wanted (streams))
    return;
  for (guint from = 0; from < frames->len; from += BATCH_MAX)
    {
      guint n = MIN (frames->len - from, BATCH_MAX);
      g_autoptr (GString) text = g_string_sized_new (n * 256 + 32);

      if (n > 1)
        g_string_append (text, "{\"type\":\"batch\",\"items\":[");
      for (guint i = from; i < from + n; i++)
        lab_json_raw (text, NULL, lab_frame_text (g_ptr_array_index (frames, i)));
      if (n > 1)
        g_string_append (text, "]}");
      for (guint i = 0; i < streams->streams->len; i++)
        feed_frames (g_ptr_array_index (streams->streams, i), text, n, server->world->frames - frames->len + from + n);
    }
}

gboolean
lab_streams_wanted (LabStreams *streams)
{
  for (guint i = 0; i < streams->streams->len; i++)
    if (((Stream *) g_ptr_array_index (streams->streams, i))->kind == STREAM_WS_METRICS)
      return TRUE;
  return FALSE;
}

/* --- What clients send --- */

/* Says why with a code of RFC 6455, section 7.4.1, and ends the stream. */
static void
close_because (Stream *stream, guint code, const char *why)
{
  g_autofree char *text = g_strdup_printf ("%c%c%s", (char) (code >> 8), (char) (code & 0xff), why);

  lab_ws_append (stream->pending, LAB_WS_CLOSE, text, strlen (why) + 2);
  stream->closing = TRUE;
}

/* --strict: fifty messages in a second and no more. Pings and pongs are no messages. */
static gboolean
talks_too_much (Stream *stream)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  if (second != stream->second)
    stream->heard = 0;
  stream->second = second;
  return ++stream->heard > MAX_HEARD && stream->server->options->strict;
}

static void
take_frame (Stream *stream, const LabWsFrame *frame)
{
  if (stream->closing)
    return;
  switch (frame->opcode)
    {
    case LAB_WS_CLOSE:
      lab_ws_append (stream->pending, LAB_WS_CLOSE, frame->data, MIN (frame->length, 2));
      stream->closing = TRUE;
      break;
    case LAB_WS_PING:
      lab_ws_append (stream->pending, LAB_WS_PONG, frame->data, frame->length);
      break;
    case LAB_WS_PONG:
      break;
    default:
      /* Nothing is asked of a client but to listen; 1008: policy violation. */
      if (talks_too_much (stream))
        close_because (stream, 1008, "more than 50 messages in a second");
      break;
    }
}

static void
take_bytes (Stream *stream)
{
  LabWsFrame frame;
  gssize used;

  stream->heard_at = g_get_monotonic_time ();
  if (stream->kind == STREAM_SSE)
    {
      g_byte_array_set_size (stream->received, 0);
      return;
    }
  while ((used = lab_ws_parse (stream->received->data, stream->received->len, &frame)) > 0)
    {
      take_frame (stream, &frame);
      g_byte_array_remove_range (stream->received, 0, (guint) used);
    }
  if (used < 0)
    close_because (stream, 1002, "");
  if (waiting (stream) > 0)
    push (stream);
}

static gboolean
readable_cb (GObject *source, gpointer user_data)
{
  Stream *stream = user_data;
  guint8 buf[8192];
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (stream->in, buf, sizeof buf, NULL, &error);

  if (n > 0)
    {
      g_byte_array_append (stream->received, buf, (guint) n);
      take_bytes (stream);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    drop (stream);
  return stream->dead ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static gboolean
ping_cb (gpointer user_data)
{
  Stream *stream = user_data;

  if (stream->stalled)
    return G_SOURCE_CONTINUE;
  if (stream->kind != STREAM_SSE && g_get_monotonic_time () - stream->heard_at > DEAD_SECONDS * G_USEC_PER_SEC)
    {
      stream->ping = 0;
      drop (stream);
      return G_SOURCE_REMOVE;
    }
  if (waiting (stream) < PENDING_MAX)
    {
      if (stream->kind == STREAM_SSE)
        g_byte_array_append (stream->pending, (const guint8 *) ": ping\n\n", 8);
      else
        lab_ws_append (stream->pending, LAB_WS_PING, "lab", 3);
    }
  push (stream);
  return stream->dead ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* --- How a stream begins --- */

typedef struct
{
  StreamKind kind;
  guint64 cursor;
  char *head;
} Opening;

static void
opened_cb (LabRequest *request, GIOStream *io, gpointer user_data)
{
  Opening *opening = user_data;
  LabServer *server = request->server;
  Stream *stream;

  if (io == NULL || !G_IS_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (io)) ||
      !G_IS_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (io)))
    {
      g_clear_object (&io);
      g_free (opening->head);
      g_free (opening);
      lab_request_free (request);
      return;
    }
  stream = g_new0 (Stream, 1);
  stream->server = server;
  stream->kind = opening->kind;
  stream->cursor = opening->cursor;
  stream->path = g_strdup (request->path);
  stream->tenant = lab_request_tenant (request);
  stream->io = io;
  stream->in = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (io));
  stream->out = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (io));
  stream->pending = g_byte_array_new ();
  stream->received = g_byte_array_new ();
  stream->heard_at = g_get_monotonic_time ();
  stream->read_source = g_pollable_input_stream_create_source (stream->in, NULL);
  g_source_set_callback (stream->read_source, G_SOURCE_FUNC (readable_cb), stream, NULL);
  g_source_attach (stream->read_source, g_main_context_get_thread_default ());
  stream->ping = g_timeout_add_seconds (PING_SECONDS, ping_cb, stream);
  g_ptr_array_add (server->streams->streams, stream);
  g_byte_array_append (stream->pending, (const guint8 *) opening->head, (guint) strlen (opening->head));
  g_free (opening->head);
  g_free (opening);
  lab_request_free (request);
  push (stream);
}

static gboolean
find_start (LabRequest *request, guint64 *cursor)
{
  LabServer *server = request->server;
  const char *after = lab_request_header (request, "Last-Event-ID");
  const char *epoch = lab_request_query (request, "epoch");

  *cursor = lab_events_seq (server);
  if (after == NULL)
    after = lab_request_query (request, "after");
  if (after == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (after, 10, 0, G_MAXINT64, cursor, NULL))
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "after=%s: give the seq of an event", after);
      return FALSE;
    }
  if (*cursor + 1 >= lab_events_first (server) && *cursor <= lab_events_seq (server) &&
      (epoch == NULL || g_str_equal (epoch, lab_events_epoch (server))))
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_GONE,
                       "events after %" G_GUINT64_FORMAT " are not kept in epoch %s (%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                       " are): read the lists anew", *cursor, lab_events_epoch (server), lab_events_first (server),
                       lab_events_seq (server));
  return FALSE;
}

static void
begin_stream (LabRequest *request, StreamKind kind, char *head, guint64 cursor)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->kind = kind;
  opening->cursor = cursor;
  opening->head = head;
  request->held = TRUE;
  lab_prometheus_count (request->server->prometheus, "GET", request->route->pattern, kind == STREAM_SSE ? 200 : 101, 0);
  lab_hijack (request, opened_cb, opening);
}

static gboolean
has_room (LabRequest *request)
{
  if (request->server->streams->streams->len < MAX_STREAMS)
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "%d streams are open: close one first", MAX_STREAMS);
  return FALSE;
}

static void
begin_websocket (LabRequest *request, StreamKind kind)
{
  const char *key = lab_request_header (request, "Sec-WebSocket-Key");
  const char *upgrade = lab_request_header (request, "Upgrade"), *version = lab_request_header (request, "Sec-WebSocket-Version");
  guint64 cursor = 0;

  if (!has_room (request) || (kind == STREAM_WS_EVENTS && !find_start (request, &cursor)))
    return;
  if (key == NULL || strlen (key) > 64 || upgrade == NULL || g_ascii_strcasecmp (upgrade, "websocket") != 0 ||
      g_strcmp0 (version, "13") != 0)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Upgrade", "websocket");
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Sec-WebSocket-Version", "13");
      lab_request_problem (request, 426, "%s is a WebSocket (version 13)", request->path);
      return;
    }
  begin_stream (request, kind, lab_ws_handshake (key), cursor);
}

void
lab_ws_events (LabRequest *request)
{
  begin_websocket (request, STREAM_WS_EVENTS);
}

void
lab_ws_metrics (LabRequest *request)
{
  begin_websocket (request, STREAM_WS_METRICS);
}

void
lab_sse_events (LabRequest *request)
{
  guint64 cursor;

  if (has_room (request) && find_start (request, &cursor))
    begin_stream (request, STREAM_SSE,
                  g_strdup ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                            "Connection: close\r\n\r\nretry: 1000\n\n"), cursor);
}

LabStreams *
lab_streams_new (LabServer *server)
{
  LabStreams *streams = g_new0 (LabStreams, 1);

  streams->server = server;
  streams->streams = g_ptr_array_new_with_free_func (free_stream);
  return streams;
}

void
lab_streams_free (LabStreams *streams)
{
  g_ptr_array_unref (streams->streams);
  g_free (streams);
}

void
lab_streams_count (LabStreams *streams, guint *events, guint *metrics, guint *sse)
{
  guint n[3] = { 0 };

  for (guint i = 0; i < streams->streams->len; i++)
    n[((Stream *) g_ptr_array_index (streams->streams, i))->kind]++;
  *events = n[STREAM_WS_EVENTS];
  *metrics = n[STREAM_WS_METRICS];
  *sse = n[STREAM_SSE];
}

guint64
lab_streams_messages (LabStreams *streams, gboolean metrics)
{
  return streams->messages[metrics];
}
