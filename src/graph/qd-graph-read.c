/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-read.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-graph-private.h"
#include "qd-graph-read-private.h"

#define MAX_FAULT 400

G_DEFINE_QUARK (qd-graph-error-quark, qd_graph_error)

QdGraphFile *
qd_graph_file_new (QdGraph *graph, QdPoint *positions, guint8 *pinned)
{
  QdGraphFile *self = g_new0 (QdGraphFile, 1);
  guint n;

  qd_graph_nodes (graph, &n);
  self->graph = graph;
  self->positions = positions;
  self->pinned = pinned ? pinned : g_new0 (guint8, MAX (n, 1));
  if (self->positions == NULL)
    {
      self->positions = g_new (QdPoint, MAX (n, 1));
      for (guint i = 0; i < n; i++)
        self->positions[i] = (QdPoint) { NAN, NAN };
    }
  for (guint i = 0; i < n; i++)
    self->n_placed += isfinite (self->positions[i].x) && isfinite (self->positions[i].y);
  return self;
}

void
qd_graph_file_free (QdGraphFile *self)
{
  qd_graph_unref (self->graph);
  g_free (self->positions);
  g_free (self->pinned);
  g_free (self);
}

gpointer
qd_graph_fault (GError **error, const char *name, guint line, guint column, const char *fault)
{
  g_autofree char *valid = g_utf8_make_valid (fault, -1);
  g_autofree char *whole = line ? g_strdup_printf (_("%s: line %u, column %u: %s"), name, line, column, valid)
                                : g_strdup_printf (_("%s: %s"), name, valid);
  g_autoptr (GString) text = g_string_new (NULL);

  /* What a file holds is told to a terminal: no line ends, no escapes. */
  for (const char *p = whole; *p; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) || g_utf8_get_char (p) == 0x2028 || g_utf8_get_char (p) == 0x2029)
      g_string_append_c (text, ' ');
    else if (text->len < strlen (name) + MAX_FAULT)
      g_string_append_unichar (text, g_utf8_get_char (p));
  g_set_error_literal (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_SYNTAX, text->str);
  return NULL;
}

gpointer
qd_graph_fault_cancelled (GError **error, const char *name)
{
  g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_CANCELLED, _("%s: reading was stopped"), name);
  return NULL;
}

/* --- Encodings --------------------------------------------------------------------------------------- */

/* What the XML declaration says, lower case; NULL: nothing. */
static char *
declared_encoding (const char *text, gsize length)
{
  g_autofree char *head = g_strndup (text, MIN (length, 200));
  char *end = strstr (head, "?>"), *at;
  char quote;

  if (!g_str_has_prefix (head, "<?xml") || end == NULL)
    return NULL;
  *end = '\0';
  at = strstr (head, "encoding");
  if (at == NULL)
    return NULL;
  at += strlen ("encoding");
  at += strspn (at, " \t\r\n=");
  quote = *at;
  if ((quote != '"' && quote != '\'') || (end = strchr (at + 1, quote)) == NULL)
    return NULL;
  *end = '\0';
  return g_ascii_strdown (at + 1, -1);
}

/* Which encoding @text is in when it is not UTF-8; NULL when it is. @skip: bytes of the mark at its beginning. */
static char *
find_encoding (const guchar *text, gsize length, gsize *skip)
{
  char *encoding;

  *skip = 0;
  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    *skip = 3;
  else if (length >= 2 && text[0] == 0xfe && text[1] == 0xff)
    return *skip = 2, g_strdup ("UTF-16BE");
  else if (length >= 2 && text[0] == 0xff && text[1] == 0xfe)
    return *skip = 2, g_strdup ("UTF-16LE");
  else if (length >= 2 && text[0] == 0 && text[1] == '<')
    return g_strdup ("UTF-16BE");
  else if (length >= 2 && text[0] == '<' && text[1] == 0)
    return g_strdup ("UTF-16LE");
  encoding = declared_encoding ((const char *) text + *skip, length - *skip);
  if (encoding == NULL || g_str_equal (encoding, "utf-8") || g_str_equal (encoding, "utf8") || g_str_equal (encoding, "us-ascii"))
    g_clear_pointer (&encoding, g_free);
  return encoding;
}

static gboolean
check_utf8 (const char *text, gsize length, const char *name, GError **error)
{
  const char *bad, *line_begin = text;
  guint line = 1;

  if (g_utf8_validate_len (text, length, &bad))
    return TRUE;
  for (const char *p = text; p < bad; p++)
    if (*p == '\n')
      {
        line++;
        line_begin = p + 1;
      }
  qd_graph_fault (error, name, line, (guint) (bad - line_begin) + 1,
                  bad < text + length && *bad == '\0' ? _("a zero byte: this is no text") : _("the text is not UTF-8"));
  return FALSE;
}

/**
 * qd_graph_read:
 * @bytes: the whole file; at most %QD_GRAPH_MAX_FILE
 * @name: what the file is called in errors
 * @cancelled: (nullable): set from another thread to stop
 *
 * Reads a network. What begins with `<` is GraphML (in UTF-8, UTF-16 or the encoding that it declares), all else is JSON.
 * Entities other than XML's own five are refused, and nothing that the file names is fetched.
 *
 * Returns: (transfer full): what it holds; %NULL with an error of %QD_GRAPH_ERROR, one line for a person to read
 */
QdGraphFile *
qd_graph_read (GBytes *bytes, const char *name, const int *cancelled, GError **error)
{
  gsize length, skip, at = 0;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autofree char *encoding = NULL;
  g_autofree char *converted = NULL;

  if (length > QD_GRAPH_MAX_FILE)
    {
      g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_TOO_LARGE, _("%s: more than 64 MiB, which is the most that is read"), name);
      return NULL;
    }
  if (length == 0)
    text = "";
  encoding = find_encoding ((const guchar *) text, length, &skip);
  text += skip;
  length -= skip;
  if (encoding)
    {
      g_autofree char *fault = NULL;

      converted = g_convert (text, (gssize) length, "UTF-8", encoding, NULL, &length, NULL);
      fault = g_strdup_printf (_("the text is not in the encoding %s, or it is not known"), encoding);
      if (converted == NULL)
        return qd_graph_fault (error, name, 1, 1, fault);
      text = converted;
    }
  if (!check_utf8 (text, length, name, error))
    return NULL;
  while (at < length && g_ascii_isspace (text[at]))
    at++;
  if (at == length)
    return qd_graph_fault (error, name, 1, 1, _("the file is empty"));
  if (qd_cancelled (cancelled))
    return qd_graph_fault_cancelled (error, name);
  return text[at] == '<' ? qd_graph_read_graphml (text, length, name, cancelled, error)
                         : qd_graph_read_json (text, length, name, cancelled, error);
}
