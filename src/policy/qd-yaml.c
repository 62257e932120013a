/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-yaml.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-private.h"

/* Characters of a cause that a line of a terminal or a log is given. */
#define MAX_CAUSE 400

G_DEFINE_QUARK (qd-yaml-error-quark, qd_yaml_error)
G_DEFINE_BOXED_TYPE (QdYamlFile, qd_yaml_file, qd_yaml_file_ref, qd_yaml_file_unref)

/* --- Faults --- */

static void
append_clean (GString *text, const char *raw)
{
  g_autofree char *valid = g_utf8_make_valid (raw, -1);
  glong n = 0;

  for (const char *p = valid; *p != '\0' && n < MAX_CAUSE; p = g_utf8_next_char (p), n++)
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029)
        g_string_append_c (text, ' ');
      else
        g_string_append_unichar (text, c);
    }
}

gboolean
qd_yaml_fault (GError **error, QdYamlError code, const char *name, guint line, guint column, const char *cause)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_clean (text, name);
  if (line > 0)
    g_string_append_printf (text, ":%u:%u", line, column);
  g_string_append (text, ": ");
  append_clean (text, cause);
  g_set_error_literal (error, QD_YAML_ERROR, (int) code, text->str);
  return FALSE;
}

gboolean
qd_yaml_fault_at (const QdYamlFile *file, gsize offset, QdYamlError code, const char *cause, GError **error)
{
  guint line, column;

  qd_yaml_places_locate (&file->places, offset, &line, &column);
  return qd_yaml_fault (error, code, file->name, line, column, cause);
}

/* --- The file --- */

static QdYamlFile *
file_alloc (const char *name, GBytes *bytes)
{
  QdYamlFile *self = g_new0 (QdYamlFile, 1);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->bytes = g_bytes_ref (bytes);
  qd_yaml_places_init (&self->places, text != NULL ? text : "", length);
  /* A guess; what is not used is not touched. */
  self->nodes = g_array_sized_new (FALSE, FALSE, sizeof (QdYamlNode), (guint) (length / 8));
  self->children = g_array_sized_new (FALSE, FALSE, sizeof (guint32), (guint) (length / 8));
  self->documents = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->keys = g_array_new (FALSE, FALSE, sizeof (QdYamlKey));
  self->index = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_array_set_size (self->index, 1);   /* so that none is at 0 */
  self->text = g_byte_array_sized_new ((guint) length);
  self->raw = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

static gboolean
check_encoding (const QdYamlFile *self, GError **error)
{
  const guchar *text = (const guchar *) self->places.text;
  gsize length = self->places.length;
  const char *bad;

  if (length >= 2 && ((text[0] == 0xff && text[1] == 0xfe) || (text[0] == 0xfe && text[1] == 0xff)))
    return qd_yaml_fault (error, QD_YAML_ERROR_ENCODING, self->name, 1, 1, _("the text is UTF-16; save it as UTF-8"));
  if (length == 0 || g_utf8_validate_len (self->places.text, length, &bad))
    return TRUE;
  return qd_yaml_fault_at (self, (gsize) (bad - self->places.text), QD_YAML_ERROR_ENCODING,
                           *bad == '\0' ? _("the text holds a character of value zero") : _("the text is not UTF-8"), error);
}

/* Forgets what a reader has read that gave up. */
static void
file_reset (QdYamlFile *self)
{
  g_array_set_size (self->nodes, 0);
  g_array_set_size (self->children, 0);
  g_array_set_size (self->documents, 0);
  g_array_set_size (self->keys, 0);
  g_array_set_size (self->index, 1);
  g_byte_array_set_size (self->text, 0);
  g_hash_table_remove_all (self->raw);
}

static gboolean
file_read (QdYamlFile *self, GError **error)
{
  if (qd_yaml_looks_like_json (self->places.text, self->places.length))
    {
      g_autoptr (QdYamlBuilder) builder = qd_yaml_builder_new (self);
      g_autoptr (GError) fault = NULL;

      self->json = qd_yaml_read_json (self, builder, &fault);
      if (self->json)
        return TRUE;
      if (fault != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&fault));
          return FALSE;
        }
      file_reset (self);
    }
  g_autoptr (QdYamlBuilder) builder = qd_yaml_builder_new (self);
  return qd_yaml_read_events (self, builder, error);
}

/**
 * qd_yaml_file_new:
 * @name: what errors call it, such as its path
 * @bytes: YAML of any number of documents, or JSON; UTF-8, with or without a byte order mark
 *
 * Reads a file as Kubernetes' API does: YAML 1.1 by the rules of sigs.k8s.io/yaml, and what begins with a bracket as JSON
 * where it is JSON. Other than there, a key that comes twice is an error, and so is what has no meaning without guessing.
 * Blocking; large files belong on a worker.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with an error of %QD_YAML_ERROR "NAME:LINE:COLUMN: cause"
 */
QdYamlFile *
qd_yaml_file_new (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (QdYamlFile) self = NULL;
  QdYamlCursor cursor = { 0 };

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  if (g_bytes_get_size (bytes) > QD_YAML_MAX_BYTES)
    {
      g_autofree char *cause = g_strdup_printf (_("the file is larger than %u MiB"), QD_YAML_MAX_BYTES >> 20);

      qd_yaml_fault (error, QD_YAML_ERROR_TOO_LARGE, name, 0, 0, cause);
      return NULL;
    }
  self = file_alloc (name, bytes);
  if (!check_encoding (self, error) || !file_read (self, error))
    return NULL;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      QdYamlNode *node = &g_array_index (self->nodes, QdYamlNode, i);

      qd_yaml_places_locate_near (&self->places, &cursor, node->start, &node->line, &node->column);
    }
  return g_steal_pointer (&self);
}

QdYamlFile *
qd_yaml_file_ref (QdYamlFile *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_yaml_file_unref (QdYamlFile *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_bytes_unref (self->bytes);
  qd_yaml_places_clear (&self->places);
  g_array_unref (self->nodes);
  g_array_unref (self->children);
  g_array_unref (self->documents);
  g_array_unref (self->keys);
  g_array_unref (self->index);
  g_byte_array_unref (self->text);
  g_hash_table_unref (self->raw);
  g_free (self);
}

const char *
qd_yaml_file_get_name (const QdYamlFile *self)
{
  return self->name;
}

GBytes *
qd_yaml_file_get_bytes (const QdYamlFile *self)
{
  return self->bytes;
}

gboolean
qd_yaml_file_is_json (const QdYamlFile *self)
{
  return self->json;
}

guint
qd_yaml_file_get_n_documents (const QdYamlFile *self)
{
  return self->documents->len;
}

const QdYamlNode *
qd_yaml_file_get_document (const QdYamlFile *self, guint i)
{
  return i < self->documents->len ? qd_yaml_file_node (self, g_array_index (self->documents, guint32, i)) : NULL;
}

QdYamlSpan
qd_yaml_file_get_place (const QdYamlFile *self, gsize offset)
{
  QdYamlSpan span = { .start = MIN (offset, self->places.length) };

  span.end = span.start;
  qd_yaml_places_locate (&self->places, span.start, &span.line, &span.column);
  return span;
}

/* --- Nodes --- */

static gboolean
is_container (const QdYamlNode *self)
{
  return self->type == QD_YAML_MAP || self->type == QD_YAML_SEQ;
}

QdYamlType
qd_yaml_node_get_type (const QdYamlNode *self)
{
  return self != NULL ? (QdYamlType) self->type : QD_YAML_NULL;
}

guint
qd_yaml_node_get_length (const QdYamlNode *self)
{
  return self != NULL && is_container (self) ? self->length : 0;
}

static const char *
text_of (const QdYamlNode *self)
{
  return (const char *) self->file->text->data + self->first;
}

/* What a key reads as. */
static const char *
key_of (const QdYamlNode *self, gsize *length)
{
  const QdYamlKey *key = &g_array_index (self->file->keys, QdYamlKey, self->extra);

  *length = key->length;
  return (const char *) self->file->text->data + key->text;
}

static gboolean
is_key (const QdYamlNode *self, const char *text, gsize length)
{
  gsize n;
  const char *key = key_of (self, &n);

  return n == length && memcmp (key, text, n) == 0;
}

/* The number of the entry of that key, or -1. */
static gint64
find_key (const QdYamlNode *map, const char *key)
{
  const QdYamlFile *file = map->file;
  gsize length = strlen (key);
  guint32 size, slot, found;

  if (map->extra == 0)
    {
      for (guint i = 0; i < map->length; i++)
        if (is_key (qd_yaml_file_child (file, map->first + i * 2), key, length))
          return i;
      return -1;
    }
  size = g_array_index (file->index, guint32, map->extra);
  for (slot = qd_yaml_hash (key, length) & (size - 1); (found = g_array_index (file->index, guint32, map->extra + 1 + slot)) != 0;
       slot = (slot + 1) & (size - 1))
    if (is_key (qd_yaml_file_child (file, map->first + (found - 1) * 2), key, length))
      return found - 1;
  return -1;
}

/**
 * qd_yaml_node_get:
 *
 * The value of @key in @map. A null that is written as a value is a node, too.
 *
 * Returns: (nullable): %NULL where @map is no map or has no such key
 */
const QdYamlNode *
qd_yaml_node_get (const QdYamlNode *map, const char *key)
{
  gint64 i = map != NULL && map->type == QD_YAML_MAP ? find_key (map, key) : -1;

  return i < 0 ? NULL : qd_yaml_file_child (map->file, map->first + (guint32) i * 2 + 1);
}

const QdYamlNode *
qd_yaml_node_get_key (const QdYamlNode *map, guint i)
{
  return map != NULL && map->type == QD_YAML_MAP && i < map->length ? qd_yaml_file_child (map->file, map->first + i * 2) : NULL;
}

const QdYamlNode *
qd_yaml_node_get_value (const QdYamlNode *map, guint i)
{
  return map != NULL && map->type == QD_YAML_MAP && i < map->length ? qd_yaml_file_child (map->file, map->first + i * 2 + 1) : NULL;
}

const QdYamlNode *
qd_yaml_node_get_item (const QdYamlNode *seq, guint i)
{
  return seq != NULL && seq->type == QD_YAML_SEQ && i < seq->length ? qd_yaml_file_child (seq->file, seq->first + i) : NULL;
}

QdYamlRange
qd_yaml_node_get_raw (const QdYamlNode *self)
{
  guint number = (guint) (self - &g_array_index (self->file->nodes, QdYamlNode, 0));
  const QdYamlRange *raw = self->flags & QD_YAML_FLAG_MERGED ? g_hash_table_lookup (self->file->raw, GUINT_TO_POINTER (number)) : NULL;

  return raw != NULL ? *raw : (QdYamlRange) { self->first, self->length };
}

const char *
qd_yaml_node_get_string (const QdYamlNode *self)
{
  if (self == NULL || self->type != QD_YAML_STRING)
    return NULL;
  return self->flags & QD_YAML_FLAG_COERCED ? text_of (self) + self->length + 1 : text_of (self);
}

static gboolean
resolve_number (const QdYamlNode *self, QdYamlScalar *scalar)
{
  if (self == NULL || (self->type != QD_YAML_INT && self->type != QD_YAML_FLOAT))
    return FALSE;
  qd_yaml_resolve (text_of (self), self->length, scalar);
  return scalar->type == QD_YAML_INT || scalar->type == QD_YAML_FLOAT;
}

gboolean
qd_yaml_node_get_int (const QdYamlNode *self, gint64 *value)
{
  QdYamlScalar scalar;

  if (self == NULL || self->type != QD_YAML_INT || !resolve_number (self, &scalar) || !scalar.is_int)
    return FALSE;
  *value = scalar.integer;
  return TRUE;
}

gboolean
qd_yaml_node_get_double (const QdYamlNode *self, double *value)
{
  QdYamlScalar scalar;

  if (!resolve_number (self, &scalar))
    return FALSE;
  *value = scalar.number;
  return TRUE;
}

gboolean
qd_yaml_node_get_bool (const QdYamlNode *self, gboolean *value)
{
  if (self == NULL || self->type != QD_YAML_BOOL)
    return FALSE;
  *value = (self->flags & QD_YAML_FLAG_TRUE) != 0;
  return TRUE;
}

const char *
qd_yaml_node_get_text (const QdYamlNode *self)
{
  return self != NULL && !is_container (self) ? text_of (self) : NULL;
}

gboolean
qd_yaml_node_is_plain (const QdYamlNode *self)
{
  return self != NULL && self->style == QD_YAML_STYLE_PLAIN && (self->flags & QD_YAML_FLAG_TAG) == 0;
}

gboolean
qd_yaml_node_is_alias (const QdYamlNode *self)
{
  return self != NULL && (self->flags & QD_YAML_FLAG_ALIAS) != 0;
}

QdYamlSpan
qd_yaml_node_get_span (const QdYamlNode *self)
{
  return self != NULL ? (QdYamlSpan) { self->start, self->end, self->line, self->column } : (QdYamlSpan) { 0 };
}

const QdYamlFile *
qd_yaml_node_get_file (const QdYamlNode *self)
{
  return self != NULL ? self->file : NULL;
}

char *
qd_yaml_node_dup_place (const QdYamlNode *self)
{
  return self != NULL ? g_strdup_printf ("%s:%u:%u", self->file->name, self->line, self->column) : NULL;
}

static gboolean
equal_scalars (const QdYamlNode *a, const QdYamlNode *b)
{
  QdYamlScalar left, right;

  switch ((QdYamlType) a->type)
    {
    case QD_YAML_NULL:
      return TRUE;
    case QD_YAML_BOOL:
      return (a->flags & QD_YAML_FLAG_TRUE) == (b->flags & QD_YAML_FLAG_TRUE);
    case QD_YAML_INT:
    case QD_YAML_FLOAT:
      resolve_number (a, &left);
      resolve_number (b, &right);
      return left.is_int == right.is_int && left.integer == right.integer && !(left.number < right.number) && !(left.number > right.number);
    default:
      return strcmp (qd_yaml_node_get_string (a), qd_yaml_node_get_string (b)) == 0;
    }
}

gboolean
qd_yaml_node_equal (const QdYamlNode *a, const QdYamlNode *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->type != b->type)
    return FALSE;
  if (!is_container (a))
    return equal_scalars (a, b);
  if (a->length != b->length)
    return FALSE;
  for (guint i = 0; i < a->length; i++)
    {
      const QdYamlNode *mine = a->type == QD_YAML_MAP ? qd_yaml_node_get_value (a, i) : qd_yaml_node_get_item (a, i);
      const QdYamlNode *theirs = a->type == QD_YAML_MAP ? qd_yaml_node_get (b, qd_yaml_node_get_string (qd_yaml_node_get_key (a, i)))
                                                        : qd_yaml_node_get_item (b, i);

      if (theirs == NULL || !qd_yaml_node_equal (mine, theirs))
        return FALSE;
    }
  return TRUE;
}

const char *
qd_yaml_type_get_name (QdYamlType type)
{
  static const char *const names[] = { N_("null"), N_("a boolean"), N_("an integer"), N_("a number"), N_("a string"), N_("a map"), N_("a sequence") };

  return type < G_N_ELEMENTS (names) ? _(names[type]) : NULL;
}
