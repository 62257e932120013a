/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-hijack.h"

#include <string.h>

/* A stalled connection is let go after this: nothing the lab does lasts for ever. */
#define STALL_SECONDS 300

typedef struct
{
  LabRequest *request;
  LabHijackFunc func;
  gpointer user_data;
} Hijack;

static gboolean
hijack_cb (gpointer user_data)
{
  Hijack *hijack = user_data;
  GIOStream *stream = NULL;

  if (!hijack->request->gone)
    stream = soup_server_message_steal_connection (hijack->request->message);
  hijack->func (hijack->request, stream, hijack->user_data);
  return G_SOURCE_REMOVE;
}

void
lab_hijack (LabRequest *request, LabHijackFunc func, gpointer user_data)
{
  Hijack *hijack = g_new0 (Hijack, 1);

  hijack->request = request;
  hijack->func = func;
  hijack->user_data = user_data;
  g_idle_add_full (G_PRIORITY_DEFAULT, hijack_cb, hijack, g_free);
}

static gboolean
let_go_cb (gpointer user_data)
{
  g_io_stream_close (user_data, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
close_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* The peer of a connection that is cut on purpose has no answer to give. */
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

static void
wrote_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) stream = user_data;
  gboolean hold = GPOINTER_TO_INT (g_object_get_data (source, "hold"));

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL) && hold)
    g_timeout_add_seconds_full (G_PRIORITY_DEFAULT, STALL_SECONDS, let_go_cb, g_object_ref (stream),
                                g_object_unref);
  else
    g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, close_cb, NULL);
}

static void
half_cb (LabRequest *request, GIOStream *stream, gpointer user_data)
{
  GString *half = g_string_new (NULL);
  GOutputStream *out;
  GBytes *bytes;

  if (stream != NULL)
    {
      out = g_io_stream_get_output_stream (stream);
      g_string_append_printf (half, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                              request->status, lab_status_phrase (request->status),
                              request->content_type, request->out->len);
      g_string_append_len (half, request->out->str, (gssize) request->out->len / 2);
      bytes = g_string_free_to_bytes (half);
      g_object_set_data (G_OBJECT (out), "hold", user_data);
      g_object_set_data_full (G_OBJECT (out), "half", bytes, (GDestroyNotify) g_bytes_unref);
      g_output_stream_write_all_async (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                       G_PRIORITY_DEFAULT, NULL, wrote_cb, stream);
    }
  else
    g_string_free (half, TRUE);
  lab_request_free (request);
}

void
lab_hijack_half (LabRequest *request, gboolean hold)
{
  lab_hijack (request, half_cb, GINT_TO_POINTER (hold));
}

static void
cut_cb (LabRequest *request, GIOStream *stream, gpointer user_data)
{
  if (stream != NULL)
    g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, close_cb, NULL);
  g_clear_object (&stream);
  lab_request_free (request);
}

void
lab_hijack_close (LabRequest *request)
{
  lab_hijack (request, cut_cb, NULL);
}
