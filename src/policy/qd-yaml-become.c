/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-yaml-become.h"

#include <string.h>

#include "qd-yaml-edit-private.h"

/* The text as it is by now, and where in it we are. */
typedef struct {
  QdYamlFile *file;
  guint document;
  GString *path;
  GError **error;
} Becoming;

static gboolean become (Becoming *self, JsonNode *wanted);

/* Takes the outcome of one change. */
static gboolean
step (Becoming *self, QdYamlFile *changed)
{
  if (changed == NULL)
    return FALSE;
  qd_yaml_file_unref (self->file);
  self->file = changed;
  return TRUE;
}

/* Each change makes another file of other nodes: what is here is looked up anew. */
static const QdYamlNode *
here (const Becoming *self)
{
  return qd_yaml_node_find (qd_yaml_file_get_document (self->file, self->document), self->path->str);
}

static gboolean
become_at (Becoming *self, const char *key, JsonNode *wanted)
{
  gsize length = self->path->len;
  gboolean done;

  qd_yaml_pointer_append (self->path, key);
  done = become (self, wanted);
  g_string_truncate (self->path, length);
  return done;
}

static gboolean
remove_at (Becoming *self, const char *key)
{
  gsize length = self->path->len;
  gboolean done;

  qd_yaml_pointer_append (self->path, key);
  done = step (self, qd_yaml_edit_remove (self->file, self->document, self->path->str, NULL, self->error));
  g_string_truncate (self->path, length);
  return done;
}

/* --- Maps --- */

static guint
number_of_key (const QdYamlNode *map, const char *key)
{
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    if (g_strcmp0 (qd_yaml_node_get_string (qd_yaml_node_get_key (map, i)), key) == 0)
      return i;
  return QD_YAML_END;
}

static gboolean
remove_keys (Becoming *self, JsonObject *wanted)
{
  for (guint i = qd_yaml_node_get_length (here (self)); i > 0; i--)
    {
      g_autofree char *key = g_strdup (qd_yaml_node_get_string (qd_yaml_node_get_key (here (self), i - 1)));

      if (!json_object_has_member (wanted, key) && !remove_at (self, key))
        return FALSE;
    }
  return TRUE;
}

/* A new key stands behind the one that is before it in @wanted. */
static gboolean
change_keys (Becoming *self, JsonObject *wanted)
{
  g_autoptr (GList) keys = json_object_get_members (wanted);
  const char *before = NULL;

  for (GList *l = keys; l != NULL; before = l->data, l = l->next)
    {
      JsonNode *value = json_object_get_member (wanted, l->data);
      guint at = before != NULL ? number_of_key (here (self), before) + 1 : 0;

      if (qd_yaml_node_get (here (self), l->data) != NULL ? !become_at (self, l->data, value)
                                                           : !step (self, qd_yaml_edit_insert_key (self->file, self->document, self->path->str,
                                                                                                   at, l->data, value, NULL, self->error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
shares_a_key (const QdYamlNode *node, JsonObject *wanted)
{
  for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
    if (json_object_has_member (wanted, qd_yaml_node_get_string (qd_yaml_node_get_key (node, i))))
      return TRUE;
  return FALSE;
}

/* --- Sequences --- */

static gboolean
same_item (const QdYamlNode *node, guint i, JsonArray *wanted, guint k)
{
  return qd_yaml_node_equals_json (qd_yaml_node_get_item (node, i), json_array_get_element (wanted, k));
}

/* Whether what differs, from @first to @last of both, is one item that has moved; then from and to where. */
static gboolean
find_move (const QdYamlNode *node, JsonArray *wanted, guint first, guint last, guint *from, guint *to)
{
  gboolean down = TRUE, up = TRUE;

  if (first >= last)
    return FALSE;
  for (guint i = first; i < last; i++)
    {
      down = down && same_item (node, i + 1, wanted, i);
      up = up && same_item (node, i, wanted, i + 1);
    }
  down = down && same_item (node, first, wanted, last);
  up = up && same_item (node, last, wanted, first);
  *from = down ? first : last;
  *to = down ? last : first;
  return down || up;
}

static gboolean
change_items (Becoming *self, JsonArray *wanted)
{
  guint n = qd_yaml_node_get_length (here (self)), m = json_array_get_length (wanted), first = 0, same = 0, from, to;

  while (first < MIN (n, m) && same_item (here (self), first, wanted, first))
    first++;
  while (same < MIN (n, m) - first && same_item (here (self), n - 1 - same, wanted, m - 1 - same))
    same++;
  if (n == m && find_move (here (self), wanted, first, n - 1 - same, &from, &to))
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", self->path->str, from);

      return step (self, qd_yaml_edit_move (self->file, self->document, path, to, NULL, self->error));
    }
  for (guint i = first; i < MIN (n, m) - same; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      if (!become_at (self, key, json_array_get_element (wanted, i)))
        return FALSE;
    }
  for (guint i = n; i > m; i--)
    {
      g_autofree char *key = g_strdup_printf ("%u", i - 1 - same);

      if (!remove_at (self, key))
        return FALSE;
    }
  for (guint i = n; i < m; i++)
    if (!step (self, qd_yaml_edit_insert_item (self->file, self->document, self->path->str, i - same,
                                               json_array_get_element (wanted, i - same), NULL, self->error)))
      return FALSE;
  return TRUE;
}

/* --- Anything --- */

/* Brackets with a comment between them are filled, and not written anew: the comment stays. */
static gboolean
is_to_fill (const QdYamlNode *node, JsonNode *wanted)
{
  if (node == NULL || !qd_yaml_has_inner_comment (node))
    return FALSE;
  if (qd_yaml_node_get_type (node) == QD_YAML_MAP)
    return JSON_NODE_HOLDS_OBJECT (wanted) && json_object_get_size (json_node_get_object (wanted)) > 0;
  return JSON_NODE_HOLDS_ARRAY (wanted) && json_array_get_length (json_node_get_array (wanted)) > 0;
}

static gboolean
become (Becoming *self, JsonNode *wanted)
{
  const QdYamlNode *node = here (self);

  if (node != NULL && qd_yaml_node_equals_json (node, wanted))
    return TRUE;
  if (is_to_fill (node, wanted))
    return JSON_NODE_HOLDS_OBJECT (wanted) ? change_keys (self, json_node_get_object (wanted)) : change_items (self, json_node_get_array (wanted));
  if (qd_yaml_node_get_type (node) == QD_YAML_MAP && JSON_NODE_HOLDS_OBJECT (wanted) && shares_a_key (node, json_node_get_object (wanted)))
    return remove_keys (self, json_node_get_object (wanted)) && change_keys (self, json_node_get_object (wanted));
  if (qd_yaml_node_get_type (node) == QD_YAML_SEQ && JSON_NODE_HOLDS_ARRAY (wanted) && qd_yaml_node_get_length (node) > 0 &&
      json_array_get_length (json_node_get_array (wanted)) > 0)
    return change_items (self, json_node_get_array (wanted));
  return step (self, qd_yaml_edit_set (self->file, self->document, self->path->str, wanted, NULL, self->error));
}

/* Whether a text may be cut before byte @i: not within a character, nor between CR and LF. */
static gboolean
may_cut (const char *text, gsize n, gsize i)
{
  return i == 0 || i >= n || ((text[i] & 0xc0) != 0x80 && !(text[i - 1] == '\r' && text[i] == '\n'));
}

/* One splice that makes @after of @before: whatever both begin and end with stays. */
static void
splice_between (QdYamlSplice *splice, const QdYamlFile *before, const QdYamlFile *after)
{
  gsize n, m, first = 0, same = 0;
  const char *old = g_bytes_get_data (qd_yaml_file_get_bytes (before), &n), *new = g_bytes_get_data (qd_yaml_file_get_bytes (after), &m);

  while (first < MIN (n, m) && old[first] == new[first])
    first++;
  while (!may_cut (old, n, first) || !may_cut (new, m, first))
    first--;
  while (same < MIN (n, m) - first && old[n - 1 - same] == new[m - 1 - same])
    same++;
  while (same > 0 && (!may_cut (old, n, n - same) || !may_cut (new, m, m - same)))
    same--;
  *splice = (QdYamlSplice) { first, n - first - same, m - first - same, g_strndup (new + first, m - first - same) };
}

QdYamlFile *
qd_yaml_become (QdYamlFile *file, guint document, const char *path, JsonNode *wanted, QdYamlSplice *splice, GError **error)
{
  g_autoptr (GString) pointer = g_string_new (path);
  Becoming self = { qd_yaml_file_ref (file), document, pointer, error };

  g_return_val_if_fail (file != NULL && path != NULL && wanted != NULL, NULL);
  if (!become (&self, wanted))
    {
      qd_yaml_file_unref (self.file);
      return NULL;
    }
  if (splice != NULL)
    splice_between (splice, file, self.file);
  return self.file;
}
