/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-yaml-edit.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-edit-private.h"

/* --- Splices --- */

void
qd_yaml_splice_clear (QdYamlSplice *self)
{
  g_free (self->inserted);
  *self = (QdYamlSplice) { 0 };
}

GBytes *
qd_yaml_splice_apply (const QdYamlSplice *self, GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  GByteArray *out = g_byte_array_sized_new ((guint) (length - self->removed + self->length));

  if (self->offset > 0)
    g_byte_array_append (out, (const guint8 *) text, (guint) self->offset);
  if (self->length > 0)
    g_byte_array_append (out, (const guint8 *) self->inserted, (guint) self->length);
  if (self->offset + self->removed < length)
    g_byte_array_append (out, (const guint8 *) text + self->offset + self->removed, (guint) (length - self->offset - self->removed));
  return g_byte_array_free_to_bytes (out);
}

/* --- Values --- */

JsonNode *
qd_yaml_node_to_json (const QdYamlNode *node)
{
  JsonNode *json = json_node_alloc ();
  gint64 integer;
  double number;
  gboolean truth;

  switch (qd_yaml_node_get_type (node))
    {
    case QD_YAML_MAP:
      json_node_take_object (json_node_init (json, JSON_NODE_OBJECT), json_object_new ());
      for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
        json_object_set_member (json_node_get_object (json), qd_yaml_node_get_string (qd_yaml_node_get_key (node, i)),
                                qd_yaml_node_to_json (qd_yaml_node_get_value (node, i)));
      return json;
    case QD_YAML_SEQ:
      json_node_take_array (json_node_init (json, JSON_NODE_ARRAY), json_array_new ());
      for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
        json_array_add_element (json_node_get_array (json), qd_yaml_node_to_json (qd_yaml_node_get_item (node, i)));
      return json;
    case QD_YAML_STRING:
      return json_node_init_string (json, qd_yaml_node_get_string (node));
    case QD_YAML_BOOL:
      qd_yaml_node_get_bool (node, &truth);
      return json_node_init_boolean (json, truth);
    case QD_YAML_INT:
      if (qd_yaml_node_get_int (node, &integer))
        return json_node_init_int (json, integer);
      G_GNUC_FALLTHROUGH;
    case QD_YAML_FLOAT:
      qd_yaml_node_get_double (node, &number);
      return json_node_init_double (json, number);
    default:
      return json_node_init_null (json);
    }
}

static gboolean
scalar_equals (const QdYamlNode *node, JsonNode *json)
{
  GType type = JSON_NODE_HOLDS_VALUE (json) ? json_node_get_value_type (json) : G_TYPE_INVALID;
  gint64 integer;
  double number;
  gboolean truth;

  if (type == G_TYPE_STRING)
    return g_strcmp0 (qd_yaml_node_get_string (node), json_node_get_string (json)) == 0;
  if (type == G_TYPE_BOOLEAN)
    return qd_yaml_node_get_bool (node, &truth) && !truth == !json_node_get_boolean (json);
  if (type == G_TYPE_INT64)
    return qd_yaml_node_get_int (node, &integer) && integer == json_node_get_int (json);
  if (type == G_TYPE_DOUBLE)
    return qd_yaml_node_get_double (node, &number) && !(number < json_node_get_double (json)) && !(number > json_node_get_double (json));
  return type == G_TYPE_INVALID && JSON_NODE_HOLDS_NULL (json) && qd_yaml_node_get_type (node) == QD_YAML_NULL;
}

gboolean
qd_yaml_node_equals_json (const QdYamlNode *node, JsonNode *json)
{
  guint n = qd_yaml_node_get_length (node);

  if (qd_yaml_node_get_type (node) == QD_YAML_SEQ)
    {
      JsonArray *array = JSON_NODE_HOLDS_ARRAY (json) ? json_node_get_array (json) : NULL;
      gboolean same = array != NULL && json_array_get_length (array) == n;

      for (guint i = 0; same && i < n; i++)
        same = qd_yaml_node_equals_json (qd_yaml_node_get_item (node, i), json_array_get_element (array, i));
      return same;
    }
  if (qd_yaml_node_get_type (node) == QD_YAML_MAP)
    {
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (json) ? json_node_get_object (json) : NULL;
      gboolean same = object != NULL && json_object_get_size (object) == n;

      for (guint i = 0; same && i < n; i++)
        {
          JsonNode *member = json_object_get_member (object, qd_yaml_node_get_string (qd_yaml_node_get_key (node, i)));

          same = member != NULL && qd_yaml_node_equals_json (qd_yaml_node_get_value (node, i), member);
        }
      return same;
    }
  return scalar_equals (node, json);
}

/* --- Did it do what it should --- */

typedef enum { SET, INSERT, REMOVE, MOVE } Operation;

typedef struct {
  Operation operation;
  QdYamlTrail trail;
  guint document;
  guint level;             /* of the value that is set, else of the container */
  guint at, to;
  const char *key;
  JsonNode *value;
} Edit;

static gboolean
same_entry (const QdYamlNode *old, guint i, const QdYamlNode *new, guint k)
{
  if (old->type == QD_YAML_MAP && g_strcmp0 (qd_yaml_node_get_string (qd_yaml_entry_key (old, i)),
                                             qd_yaml_node_get_string (qd_yaml_entry_key (new, k))) != 0)
    return FALSE;
  return qd_yaml_node_equal (qd_yaml_entry_value (old, i), qd_yaml_entry_value (new, k));
}

/* The number in the old container of entry @i of the new one; -1: it is the new entry. */
static gint64
old_number (const Edit *self, guint i)
{
  switch (self->operation)
    {
    case INSERT:
      return i < self->at ? i : i == self->at ? -1 : (gint64) i - 1;
    case REMOVE:
      return i < self->at ? i : i + 1;
    case MOVE:
      if (i == self->to)
        return self->at;
      return i >= self->at && i < self->to ? i + 1 : i <= self->at && i > self->to ? i - 1 : i;
    default:
      return i;
    }
}

static gboolean
container_as_asked (const Edit *self, const QdYamlNode *old, const QdYamlNode *new)
{
  guint n = qd_yaml_entries (old), expected = n + (self->operation == INSERT) - (self->operation == REMOVE);

  if (new->type != (self->operation != INSERT ? old->type : self->key != NULL ? QD_YAML_MAP : QD_YAML_SEQ) || qd_yaml_entries (new) != expected)
    return FALSE;
  for (guint i = 0; i < expected; i++)
    {
      gint64 before = old_number (self, i);

      if (before >= 0 ? !same_entry (old, (guint) before, new, i)
                      : (self->key != NULL && g_strcmp0 (qd_yaml_node_get_string (qd_yaml_entry_key (new, i)), self->key) != 0) ||
                        !qd_yaml_node_equals_json (qd_yaml_entry_value (new, i), self->value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
as_asked (const Edit *self, const QdYamlNode *old, const QdYamlNode *new, guint level)
{
  if (level == self->level)
    return self->operation == SET ? qd_yaml_node_equals_json (new, self->value) : container_as_asked (self, old, new);
  if (old->type != new->type || qd_yaml_entries (old) != qd_yaml_entries (new))
    return FALSE;
  for (guint i = 0; i < qd_yaml_entries (old); i++)
    if (i != self->trail.index[level] ? !same_entry (old, i, new, i)
                                      : (old->type == QD_YAML_MAP &&
                                         g_strcmp0 (qd_yaml_node_get_string (qd_yaml_entry_key (old, i)),
                                                    qd_yaml_node_get_string (qd_yaml_entry_key (new, i))) != 0) ||
                                        !as_asked (self, qd_yaml_entry_value (old, i), qd_yaml_entry_value (new, i), level + 1))
      return FALSE;
  return TRUE;
}

static gboolean
file_as_asked (const Edit *self, const QdYamlFile *old, const QdYamlFile *new)
{
  guint n = qd_yaml_file_get_n_documents (old);

  if (n == 0)
    return qd_yaml_file_get_n_documents (new) == 1 && qd_yaml_node_equals_json (qd_yaml_file_get_document (new, 0), self->value);
  if (qd_yaml_file_get_n_documents (new) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const QdYamlNode *before = qd_yaml_file_get_document (old, i), *after = qd_yaml_file_get_document (new, i);

      if (i == self->document ? !as_asked (self, before, after, 0) : !qd_yaml_node_equal (before, after))
        return FALSE;
    }
  return TRUE;
}

/* --- Editing --- */

static gboolean
edit_fault (QdYamlFile *file, const char *path, const char *cause, GError **error)
{
  g_autofree char *words = g_strdup_printf (_("“%s” cannot be changed: %s"), path, cause);

  return qd_yaml_fault (error, QD_YAML_ERROR_EDIT, file->name, 0, 0, words);
}

static gboolean
write_change (Edit *self, QdYamlChange *change)
{
  g_autoptr (GString) out = NULL;

  if (self->trail.n == 0)
    {
      const QdYamlFile *file = change->trail->file;

      out = g_string_new (qd_yaml_begins_line (file, file->places.length) ? "" : change->form.eol);
      qd_yaml_emit_root (out, self->value, &change->form);
      g_string_append (out, change->form.eol);
      qd_yaml_change_splice (change, file->places.length, file->places.length, out->str);
      return TRUE;
    }
  switch (self->operation)
    {
    case SET:
      return qd_yaml_change_set (change, self->level, self->value, TRUE);
    case INSERT:
      return qd_yaml_change_insert (change, self->level, self->at, self->key, self->value);
    case REMOVE:
      return qd_yaml_change_remove (change, self->level, self->at);
    default:
      return qd_yaml_change_move (change, self->level, self->at, self->to);
    }
}

/* The file after @splice, where that means what was asked for. */
static QdYamlFile *
try_splice (const Edit *self, QdYamlFile *file, const QdYamlSplice *splice)
{
  g_autoptr (GBytes) bytes = qd_yaml_splice_apply (splice, file->bytes);
  g_autoptr (QdYamlFile) changed = qd_yaml_file_new (file->name, bytes, NULL);

  return changed != NULL && file_as_asked (self, file, changed) ? g_steal_pointer (&changed) : NULL;
}

/* Writes the change, reads it back and compares. What is not understood in the plainest spelling may be in quotes; and a
 * text of many lines that has come to the end of a file without a line end there needs one. */
static QdYamlFile *
run (Edit *self, QdYamlFile *file, const char *path, QdYamlSplice *splice, GError **error)
{
  g_auto (QdYamlSplice) made = { 0 };
  QdYamlChange change = { .trail = &self->trail, .form = qd_yaml_trail_form (&self->trail), .splice = &made };
  QdYamlFile *changed = NULL;

  for (int quoted = 0; changed == NULL && quoted < 2; quoted++)
    {
      change.form.quote = quoted;
      if (!write_change (self, &change))
        break;
      changed = try_splice (self, file, &made);
      if (changed == NULL && made.offset + made.removed == file->places.length)
        {
          g_autofree char *ended = g_strconcat (made.inserted, change.form.eol, NULL);

          qd_yaml_change_splice (&change, made.offset, made.offset + made.removed, ended);
          changed = try_splice (self, file, &made);
        }
    }
  if (changed == NULL)
    edit_fault (file, path, _("its text cannot be changed alone; an anchor that is used elsewhere, or the way it is written, does not allow it"), error);
  else if (splice != NULL)
    {
      *splice = made;
      made = (QdYamlSplice) { 0 };
    }
  return changed;
}

static gboolean
edit_init (Edit *self, Operation operation, QdYamlFile *file, guint document, const char *path, JsonNode *value, GError **error)
{
  *self = (Edit) { .operation = operation, .document = document, .value = value };
  if (qd_yaml_file_get_n_documents (file) == 0 && document == 0 && operation == SET && *path == '\0')
    {
      self->trail.file = file;
      return TRUE;
    }
  if (!qd_yaml_trail_follow (&self->trail, file, document, path, error))
    return FALSE;
  self->level = self->trail.n - 1;
  return TRUE;
}

static gboolean
want_there (Edit *self, QdYamlFile *file, const char *path, GError **error)
{
  return self->trail.rest == NULL || edit_fault (file, path, _("there is no such place"), error);
}

QdYamlFile *
qd_yaml_edit_set (QdYamlFile *file, guint document, const char *path, JsonNode *value, QdYamlSplice *splice, GError **error)
{
  Edit edit;
  QdYamlFile *changed = NULL;
  const char *rest;

  g_return_val_if_fail (file != NULL && path != NULL && value != NULL, NULL);
  if (edit_init (&edit, SET, file, document, path, value, error))
    {
      rest = edit.trail.rest;
      if (rest != NULL)
        {
          const QdYamlNode *container = edit.trail.nodes[edit.level];
          g_autofree char *next = g_strdup_printf ("%u", qd_yaml_entries (container));

          edit.operation = INSERT;
          edit.at = qd_yaml_entries (container);
          edit.key = container->type == QD_YAML_SEQ ? NULL : rest;
          if (container->type == QD_YAML_SEQ && strcmp (rest, "-") != 0 && strcmp (rest, next) != 0)
            edit_fault (file, path, _("there is no such place"), error);
          else
            changed = run (&edit, file, path, splice, error);
        }
      else
        changed = run (&edit, file, path, splice, error);
    }
  qd_yaml_trail_clear (&edit.trail);
  return changed;
}

static QdYamlFile *
insert (QdYamlFile *file, guint document, const char *path, guint at, const char *key, JsonNode *value, QdYamlSplice *splice, GError **error)
{
  Edit edit;
  QdYamlFile *changed = NULL;

  if (edit_init (&edit, INSERT, file, document, path, value, error) && want_there (&edit, file, path, error))
    {
      const QdYamlNode *container = edit.trail.nodes[edit.level];

      edit.at = MIN (at, qd_yaml_entries (container));
      edit.key = key;
      if (qd_yaml_node_is_alias (container))
        edit_fault (file, path, _("on the way is an alias; change what it stands for"), error);
      else if (container->type != QD_YAML_NULL && container->type != (key != NULL ? QD_YAML_MAP : QD_YAML_SEQ))
        edit_fault (file, path, key != NULL ? _("it is no map") : _("it is no sequence"), error);
      else if (key != NULL && qd_yaml_node_get (container, key) != NULL)
        edit_fault (file, path, _("the map has this key already"), error);
      else
        changed = run (&edit, file, path, splice, error);
    }
  qd_yaml_trail_clear (&edit.trail);
  return changed;
}

QdYamlFile *
qd_yaml_edit_insert_key (QdYamlFile *file, guint document, const char *path, guint at, const char *key, JsonNode *value,
                         QdYamlSplice *splice, GError **error)
{
  g_return_val_if_fail (file != NULL && path != NULL && key != NULL && value != NULL, NULL);
  return insert (file, document, path, at, key, value, splice, error);
}

QdYamlFile *
qd_yaml_edit_insert_item (QdYamlFile *file, guint document, const char *path, guint at, JsonNode *value, QdYamlSplice *splice, GError **error)
{
  g_return_val_if_fail (file != NULL && path != NULL && value != NULL, NULL);
  return insert (file, document, path, at, NULL, value, splice, error);
}

/* Of an entry: its container is what is looked at. */
static QdYamlFile *
rearrange (Operation operation, QdYamlFile *file, guint document, const char *path, guint to, QdYamlSplice *splice, GError **error)
{
  Edit edit;
  QdYamlFile *changed = NULL;

  if (edit_init (&edit, operation, file, document, path, NULL, error) && want_there (&edit, file, path, error))
    {
      if (edit.level == 0)
        edit_fault (file, path, _("a whole document cannot be taken out or moved"), error);
      else
        {
          edit.level--;
          edit.trail.n--;
          edit.at = edit.trail.index[edit.level];
          edit.to = MIN (to, qd_yaml_entries (edit.trail.nodes[edit.level]) - 1);
          changed = run (&edit, file, path, splice, error);
        }
    }
  qd_yaml_trail_clear (&edit.trail);
  return changed;
}

QdYamlFile *
qd_yaml_edit_remove (QdYamlFile *file, guint document, const char *path, QdYamlSplice *splice, GError **error)
{
  g_return_val_if_fail (file != NULL && path != NULL, NULL);
  return rearrange (REMOVE, file, document, path, 0, splice, error);
}

QdYamlFile *
qd_yaml_edit_move (QdYamlFile *file, guint document, const char *path, guint to, QdYamlSplice *splice, GError **error)
{
  g_return_val_if_fail (file != NULL && path != NULL, NULL);
  return rearrange (MOVE, file, document, path, to, splice, error);
}
