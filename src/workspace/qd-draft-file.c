/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-draft-file.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

#define FORMAT 1
#define MAX_HEAD (8 * QD_DRAFT_MAX_KEY)

static char *
make_head (const char *key, GBytes *base, GBytes *mine)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;

  json_node_take_object (node, object);
  json_object_set_int_member (object, "draft", FORMAT);
  json_object_set_string_member (object, "key", key);
  if (base)
    json_object_set_int_member (object, "base", (gint64) g_bytes_get_size (base));
  json_object_set_int_member (object, "mine", (gint64) g_bytes_get_size (mine));
  json_object_set_int_member (object, "saved_us", g_get_real_time ());
  text = qd_json_to_text (node, FALSE);
  return g_strconcat (text, "\n", NULL);
}

gboolean
qd_draft_file_write (const char *path, const char *key, GBytes *base, GBytes *mine, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree char *head = NULL;

  if (strlen (key) > QD_DRAFT_MAX_KEY || !g_utf8_validate (key, -1, NULL) || g_bytes_get_size (mine) > QD_DRAFT_MAX_TEXT ||
      (base && g_bytes_get_size (base) > QD_DRAFT_MAX_TEXT))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("no draft is kept of a text of more than %d MiB"),
                   QD_DRAFT_MAX_TEXT / (1024 * 1024));
      return FALSE;
    }
  head = make_head (key, base, mine);
  g_byte_array_append (all, (const guint8 *) head, (guint) strlen (head));
  if (base && g_bytes_get_size (base) > 0)
    g_byte_array_append (all, g_bytes_get_data (base, NULL), (guint) g_bytes_get_size (base));
  if (g_bytes_get_size (mine) > 0)
    g_byte_array_append (all, g_bytes_get_data (mine, NULL), (guint) g_bytes_get_size (mine));
  return g_file_set_contents_full (path, (const char *) all->data, all->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

QdDraft *
qd_draft_file_parse (const char *bytes, gsize length, const char *origin, GError **error)
{
  const char *end = memchr (bytes, '\n', MIN (length, MAX_HEAD));
  gsize head = end ? (gsize) (end - bytes) + 1 : 0;
  g_autoptr (JsonNode) node = end ? qd_json_parse (bytes, (gssize) head, origin, error) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  gint64 format, mine, saved = 0, base = -1;
  const char *key = object ? qd_json_get_string (object, "key", NULL) : NULL;
  QdDraft *self;

  if (end && node == NULL)
    return NULL;
  if (object)
    qd_json_get_int (object, "base", &base);
  if (key == NULL || strlen (key) > QD_DRAFT_MAX_KEY || !qd_json_get_int (object, "draft", &format) || format != FORMAT ||
      !qd_json_get_int (object, "mine", &mine) || mine < 0 || mine > QD_DRAFT_MAX_TEXT || base > QD_DRAFT_MAX_TEXT ||
      length - head != (gsize) (MAX (base, 0) + mine))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: this is no draft, or not all of it"), origin);
      return NULL;
    }
  qd_json_get_int (object, "saved_us", &saved);
  self = g_new0 (QdDraft, 1);
  self->key = g_strdup (key);
  self->base = base >= 0 ? g_bytes_new (bytes + head, (gsize) base) : NULL;
  self->mine = g_bytes_new (bytes + head + MAX (base, 0), (gsize) mine);
  self->saved_us = saved;
  return self;
}

QdDraft *
qd_draft_file_read (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  gsize length;

  if (file == NULL)
    return NULL;
  length = g_mapped_file_get_length (file);
  return qd_draft_file_parse (length > 0 ? g_mapped_file_get_contents (file) : "", length, path, error);
}
