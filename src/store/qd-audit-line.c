/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"

#include "qd-audit-line.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-canonical.h"
#include "qd-json-scan.h"

const char QD_AUDIT_GENESIS[] = "0000000000000000000000000000000000000000000000000000000000000000";

G_DEFINE_QUARK (qd-audit-error-quark, qd_audit_error)

/* --- Making -------------------------------------------------------------------------------------------------- */

char *
qd_audit_line_make (JsonObject *record, const QdAuditMark *after, QdAuditMark *mark, GError **error)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), record);
  g_autofree char *bare = NULL, *hash = NULL;
  char *text;

  json_object_remove_member (record, "hash");
  json_object_set_int_member (record, "n", after->n + 1);
  json_object_set_string_member (record, "prev", after->n > 0 ? after->hash : QD_AUDIT_GENESIS);
  bare = qd_json_to_canonical (node);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, bare, -1);
  json_object_set_string_member (record, "hash", hash);
  text = qd_json_to_canonical (node);
  if (strlen (text) >= QD_AUDIT_MAX_LINE)
    {
      g_set_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_TOO_LARGE, _("A record of %u KiB is too large for the audit journal"),
                   (guint) (strlen (text) / 1024));
      g_free (text);
      return NULL;
    }
  mark->n = after->n + 1;
  g_strlcpy (mark->hash, hash, sizeof mark->hash);
  return text;
}

/* --- Reading ------------------------------------------------------------------------------------------------- */

static gboolean
take_hash (const QdJsonSlice *value, char *into)
{
  if (value->type != QD_JSON_STRING || value->escaped || value->length != QD_AUDIT_HASH_LENGTH)
    return FALSE;
  memcpy (into, value->text, value->length);
  into[value->length] = '\0';
  return TRUE;
}

/* The hash of all but the member whose name's and value's text are @name and @value, and the comma before it. */
static gboolean
is_hash_of (const char *text, gsize length, const QdJsonSlice *name, const QdJsonSlice *value, const char *hash)
{
  g_autoptr (GChecksum) sum = NULL;
  gsize from = (gsize) (name->text - text), to = (gsize) (value->text - text) + value->length + 1;

  if (from < 3 || text[from - 2] != ',' || to > length)
    return FALSE;
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) text, (gssize) (from - 2));
  g_checksum_update (sum, (const guchar *) text + to, (gssize) (length - to));
  return g_str_equal (g_checksum_get_string (sum), hash);
}

gboolean
qd_audit_line_parse (QdAuditLine *self, const char *text, gsize length)
{
  QdJsonSlice whole, name, value, hash_name = { 0 }, hash = { 0 };
  QdJsonIter iter;
  guint n_hash = 0, n_prev = 0, n_n = 0;

  *self = (QdAuditLine) { 0 };
  if (length == 0 || length > QD_AUDIT_MAX_LINE || text[0] != '{' || text[length - 1] != '}' ||
      !qd_json_slice_parse (&whole, text, length, NULL) || whole.type != QD_JSON_OBJECT)
    return FALSE;
  qd_json_iter_init (&iter, &whole);
  while (qd_json_iter_next (&iter, &name, &value))
    if (qd_json_slice_is (&name, "hash") && take_hash (&value, self->mark.hash))
      {
        hash_name = name;
        hash = value;
        n_hash++;
      }
    else if (qd_json_slice_is (&name, "prev"))
      n_prev += take_hash (&value, self->prev) ? 1 : 2;
    else if (qd_json_slice_is (&name, "n"))
      n_n += qd_json_slice_get_int (&value, &self->mark.n) && self->mark.n > 0 ? 1 : 2;
    else if (qd_json_slice_is (&name, "at") && value.type == QD_JSON_STRING)
      qd_json_slice_get_time (&value, &self->at_us);
    else if (qd_json_slice_is (&name, "hash"))
      n_hash += 2;
  if (n_hash != 1 || n_prev != 1 || n_n != 1)
    return FALSE;
  self->sound = is_hash_of (text, length, &hash_name, &hash, self->mark.hash);
  return TRUE;
}

char *
qd_audit_line_dup (const char *text, gsize length, const char *member)
{
  QdJsonSlice whole, name, value;
  QdJsonIter iter;

  if (!qd_json_slice_parse (&whole, text, length, NULL) || whole.type != QD_JSON_OBJECT)
    return NULL;
  qd_json_iter_init (&iter, &whole);
  while (qd_json_iter_next (&iter, &name, &value))
    if (qd_json_slice_is (&name, member))
      return value.type == QD_JSON_STRING ? qd_json_slice_dup (&value) : NULL;
  return NULL;
}
