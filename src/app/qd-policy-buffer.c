/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-buffer.h"

#include <string.h>

#include "qd-policy-language.h"

#define BUFFER_KEY "qd-policy-buffer"
#define CRLF_KEY "qd-policy-crlf"
#define LOCKED_KEY "qd-policy-locked"

/* Whether lines end as they do on Windows. */
static gboolean
has_crlf (const char *text, gsize length)
{
  const char *end = memchr (text, '\n', length);

  return end && end > text && end[-1] == '\r';
}

/* Enter gives the line end that the file has. */
static void
insert_text_cb (GtkTextBuffer *buffer, GtkTextIter *at, char *text, int length, gpointer data)
{
  g_autofree char *copy = NULL, *crlf = NULL;
  g_auto (GStrv) lines = NULL;

  if (g_object_get_data (G_OBJECT (buffer), CRLF_KEY) == NULL || memchr (text, '\n', (gsize) length) == NULL)
    return;
  copy = g_strndup (text, (gsize) length);
  if (has_crlf (copy, strlen (copy)))
    return;
  lines = g_strsplit (copy, "\n", -1);
  crlf = g_strjoinv ("\r\n", lines);
  g_signal_stop_emission_by_name (buffer, "insert-text");
  gtk_text_buffer_insert (buffer, at, crlf, -1);
}

static void
load (GtkSourceBuffer *buffer, GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  gboolean good = length == 0 || g_utf8_validate_len (text, length, NULL);
  g_autofree char *shown = good ? NULL : g_utf8_make_valid (text, (gssize) length);

  gtk_text_buffer_begin_irreversible_action (GTK_TEXT_BUFFER (buffer));
  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (buffer), good ? (text ? text : "") : shown, good ? (int) length : -1);
  gtk_text_buffer_end_irreversible_action (GTK_TEXT_BUFFER (buffer));
  g_object_set_data (G_OBJECT (buffer), CRLF_KEY, GINT_TO_POINTER (good && length && has_crlf (text, length)));
  g_object_set_data (G_OBJECT (buffer), LOCKED_KEY, GINT_TO_POINTER (!good));
}

static void
text_cb (QdDocument *document, GtkSourceBuffer *buffer)
{
  GBytes *mine = qd_document_get_mine (document);

  if (qd_policy_buffer_is_editable (buffer) && g_utf8_validate_len (g_bytes_get_data (mine, NULL), g_bytes_get_size (mine), NULL))
    qd_policy_buffer_set_bytes (buffer, mine);
  else
    load (buffer, mine);
}

GtkSourceBuffer *
qd_policy_buffer_of (QdDocument *document)
{
  GtkSourceBuffer *buffer = g_object_get_data (G_OBJECT (document), BUFFER_KEY);
  const char *name = qd_document_get_name (document);
  GtkTextIter start;

  if (buffer)
    return buffer;
  buffer = gtk_source_buffer_new (NULL);
  qd_policy_language_put (buffer, g_str_has_suffix (name, ".json") ? "json" : "yaml");
  gtk_source_buffer_set_implicit_trailing_newline (buffer, FALSE);
  load (buffer, qd_document_get_mine (document));
  gtk_text_buffer_get_start_iter (GTK_TEXT_BUFFER (buffer), &start);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (buffer), &start);
  g_signal_connect (buffer, "insert-text", G_CALLBACK (insert_text_cb), NULL);
  g_signal_connect_object (document, "text", G_CALLBACK (text_cb), buffer, 0);
  g_object_set_data_full (G_OBJECT (document), BUFFER_KEY, buffer, g_object_unref);
  return buffer;
}

gboolean
qd_policy_buffer_is_editable (GtkSourceBuffer *buffer)
{
  return g_object_get_data (G_OBJECT (buffer), LOCKED_KEY) == NULL;
}

static char *
dup_text (GtkSourceBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (buffer), &start, &end);
  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (buffer), &start, &end, TRUE);
}

GBytes *
qd_policy_buffer_get_bytes (GtkSourceBuffer *buffer)
{
  char *text = dup_text (buffer);

  return g_bytes_new_take (text, strlen (text));
}

/* --- Exchanging -------------------------------------------------------------------------------------- */

static void
exchange (GtkSourceBuffer *buffer, const char *text, gsize from, gsize to, const char *inserted, gsize length)
{
  GtkTextBuffer *text_buffer = GTK_TEXT_BUFFER (buffer);
  GtkTextIter start, end;
  glong first = g_utf8_strlen (text, (gssize) from);

  gtk_text_buffer_get_iter_at_offset (text_buffer, &start, (int) first);
  gtk_text_buffer_get_iter_at_offset (text_buffer, &end, (int) (first + g_utf8_strlen (text + from, (gssize) (to - from))));
  /* What is put in is what it is: its line ends are not ours to change. */
  g_signal_handlers_block_by_func (buffer, insert_text_cb, NULL);
  gtk_text_buffer_begin_user_action (text_buffer);
  gtk_text_buffer_delete (text_buffer, &start, &end);
  gtk_text_buffer_insert (text_buffer, &start, inserted, (int) length);
  gtk_text_buffer_end_user_action (text_buffer);
  g_signal_handlers_unblock_by_func (buffer, insert_text_cb, NULL);
}

static gboolean
is_start (const char *text, gsize at)
{
  return (text[at] & 0xc0) != 0x80;
}

gboolean
qd_policy_buffer_splice (GtkSourceBuffer *buffer, gsize offset, gsize removed, const char *inserted, gsize length)
{
  g_autofree char *text = dup_text (buffer);
  gsize size = strlen (text);

  if (!qd_policy_buffer_is_editable (buffer) || offset > size || removed > size - offset || !is_start (text, offset) ||
      !is_start (text, offset + removed) || !g_utf8_validate_len (inserted, length, NULL))
    return FALSE;
  exchange (buffer, text, offset, offset + removed, inserted, length);
  return TRUE;
}

void
qd_policy_buffer_set_bytes (GtkSourceBuffer *buffer, GBytes *bytes)
{
  g_autofree char *text = dup_text (buffer);
  gsize before = strlen (text), after, same = 0, tail = 0;
  const char *wanted = g_bytes_get_data (bytes, &after);

  if (before == after && (after == 0 || memcmp (text, wanted, after) == 0))
    return;
  while (same < MIN (before, after) && text[same] == wanted[same])
    same++;
  while (same > 0 && (!is_start (text, same) || (same < after && (wanted[same] & 0xc0) == 0x80)))
    same--;
  while (tail < MIN (before, after) - same && text[before - tail - 1] == wanted[after - tail - 1])
    tail++;
  while (tail > 0 && !is_start (text, before - tail))
    tail--;
  exchange (buffer, text, same, before - tail, wanted + same, after - tail - same);
}
