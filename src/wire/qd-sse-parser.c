/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-sse.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_RETRY_MS (24 * 3600 * 1000)

struct _QdSseParser
{
  QdSseFunc func;
  gpointer user_data;
  GString *line;
  GString *data;
  char *event;
  char *id;                    /* of the last event; survives events without one */
  guint retry_ms;
  guint bom;                   /* bytes of a byte order mark seen at the start; 3: past it */
  gboolean after_cr;
  gboolean broken;
};

/**
 * qd_sse_parser_new: (skip)
 * @func: called for each event, from inside qd_sse_parser_feed(); its strings are borrowed and
 *   valid UTF-8
 */
QdSseParser *
qd_sse_parser_new (QdSseFunc func, gpointer user_data)
{
  QdSseParser *self = g_new0 (QdSseParser, 1);

  self->func = func;
  self->user_data = user_data;
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->id = g_strdup ("");
  return self;
}

void
qd_sse_parser_free (QdSseParser *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->event);
  g_free (self->id);
  g_free (self);
}

guint
qd_sse_parser_get_retry_ms (QdSseParser *self)
{
  return self->retry_ms;
}

/* A blank line: what was gathered is an event, unless there is no data. */
static void
dispatch (QdSseParser *self)
{
  if (self->data->len > 0)
    {
      const char *event = self->event != NULL && *self->event ? self->event : "message";

      g_string_truncate (self->data, self->data->len - 1); /* the last line's newline */
      if (g_utf8_validate_len (self->data->str, self->data->len, NULL))
        self->func (self->id, event, self->data->str, self->data->len, self->user_data);
      else
        {
          g_autofree char *valid = g_utf8_make_valid (self->data->str, self->data->len);
          self->func (self->id, event, valid, strlen (valid), self->user_data);
        }
    }
  g_string_truncate (self->data, 0);
  g_clear_pointer (&self->event, g_free);
}

static void
set_retry (QdSseParser *self, const char *value)
{
  guint64 ms;

  /* The standard: digits only, else ignored. The bound is ours. */
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &ms, NULL))
    self->retry_ms = MIN (ms, MAX_RETRY_MS);
}

static void
process_line (QdSseParser *self)
{
  char *text = self->line->str;
  gsize length = self->line->len;
  char *colon = memchr (text, ':', length);
  gsize name = colon ? (gsize) (colon - text) : length;
  gsize start = colon ? name + 1 : length;

  if (length == 0)
    {
      dispatch (self);
      return;
    }
  if (start < length && text[start] == ' ')
    start++;
  if (name == 4 && memcmp (text, "data", 4) == 0)
    {
      g_string_append_len (self->data, text + start, length - start);
      g_string_append_c (self->data, '\n');
    }
  else if (name == 5 && memcmp (text, "event", 5) == 0)
    {
      g_free (self->event);
      self->event = g_utf8_make_valid (text + start, length - start);
    }
  else if (name == 2 && memcmp (text, "id", 2) == 0 && memchr (text + start, '\0', length - start) == NULL)
    {
      g_free (self->id);
      self->id = g_utf8_make_valid (text + start, length - start);
    }
  else if (name == 5 && memcmp (text, "retry", 5) == 0)
    set_retry (self, text + start);
}

static gboolean
refuse (QdSseParser *self, GError **error)
{
  self->broken = TRUE;
  g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TOO_LARGE,
               _("an event of the stream is larger than 4 MiB, which is the most that is read"));
  return FALSE;
}

/* Eats a byte order mark at the very start, however it is split. Returns how many bytes it used. */
static gsize
skip_bom (QdSseParser *self, const char *bytes, gsize length)
{
  static const char bom[] = "\xEF\xBB\xBF";
  gsize used = 0;

  while (self->bom < 3 && used < length)
    {
      if (bytes[used] != bom[self->bom])
        {
          g_string_append_len (self->line, bom, self->bom);
          self->bom = 3;
          break;
        }
      self->bom++;
      used++;
    }
  return used;
}

/**
 * qd_sse_parser_feed:
 * @bytes: the next bytes of the stream, cut anywhere
 *
 * Returns: %FALSE with @error %QD_WIRE_ERROR_TOO_LARGE when a line or an event is over 4 MiB; the
 *   parser is of no more use then
 */
gboolean
qd_sse_parser_feed (QdSseParser *self, const char *bytes, gsize length, GError **error)
{
  gsize i = skip_bom (self, bytes, length);

  if (self->broken)
    return refuse (self, error);
  while (i < length)
    {
      gsize n;

      if (self->after_cr)
        {
          self->after_cr = FALSE;
          if (bytes[i] == '\n')
            {
              i++;
              continue;
            }
        }
      for (n = i; n < length && bytes[n] != '\n' && bytes[n] != '\r'; n++)
        ;
      if (self->line->len + (n - i) > MAX_BYTES)
        return refuse (self, error);
      g_string_append_len (self->line, bytes + i, n - i);
      if (n == length)
        return TRUE;
      self->after_cr = bytes[n] == '\r';
      process_line (self);
      g_string_truncate (self->line, 0);
      if (self->data->len > MAX_BYTES)
        return refuse (self, error);
      i = n + 1;
    }
  return TRUE;
}
