/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-edit-private.h"

/* Nodes looked at to learn how a file is indented. */
#define FORM_BUDGET 4000

/* --- Text --- */

gsize
qd_yaml_line_start (const QdYamlFile *file, gsize at)
{
  const char *text = qd_yaml_file_source (file);

  while (at > file->places.bom && text[at - 1] != '\n' && text[at - 1] != '\r')
    at--;
  return at;
}

gsize
qd_yaml_line_end (const QdYamlFile *file, gsize at)
{
  const char *text = qd_yaml_file_source (file);

  while (at < file->places.length && text[at] != '\n' && text[at] != '\r')
    at++;
  return at;
}

gsize
qd_yaml_next_line (const QdYamlFile *file, gsize at)
{
  const char *text = qd_yaml_file_source (file);

  at = qd_yaml_line_end (file, at);
  if (at + 1 < file->places.length && text[at] == '\r' && text[at + 1] == '\n')
    return at + 2;
  return MIN (at + 1, file->places.length);
}

gsize
qd_yaml_skip_spaces (const QdYamlFile *file, gsize at)
{
  const char *text = qd_yaml_file_source (file);

  while (at < file->places.length && (text[at] == ' ' || text[at] == '\t'))
    at++;
  return at;
}

gsize
qd_yaml_skip_blank (const QdYamlFile *file, gsize at)
{
  const char *text = qd_yaml_file_source (file);

  for (;;)
    {
      at = qd_yaml_skip_spaces (file, at);
      if (at < file->places.length && text[at] == '#')
        at = qd_yaml_line_end (file, at);
      if (at >= file->places.length || (text[at] != '\n' && text[at] != '\r'))
        return at;
      at++;
    }
}

guint
qd_yaml_column (const QdYamlFile *file, gsize at)
{
  guint line, column;

  qd_yaml_places_locate (&file->places, at, &line, &column);
  return column - 1;
}

gboolean
qd_yaml_begins_line (const QdYamlFile *file, gsize at)
{
  return qd_yaml_skip_spaces (file, qd_yaml_line_start (file, at)) >= at;
}

/* --- Entries --- */

guint
qd_yaml_entries (const QdYamlNode *container)
{
  return container->type == QD_YAML_MAP || container->type == QD_YAML_SEQ ? qd_yaml_node_get_raw (container).length : 0;
}

const QdYamlNode *
qd_yaml_entry_key (const QdYamlNode *container, guint i)
{
  return container->type == QD_YAML_MAP ? qd_yaml_file_child (container->file, qd_yaml_node_get_raw (container).first + i * 2) : NULL;
}

const QdYamlNode *
qd_yaml_entry_value (const QdYamlNode *container, guint i)
{
  guint32 first = qd_yaml_node_get_raw (container).first;

  return qd_yaml_file_child (container->file, container->type == QD_YAML_MAP ? first + i * 2 + 1 : first + i);
}

/* Behind the anchor and tag of a node. */
gsize
qd_yaml_content_start (const QdYamlNode *node)
{
  const char *text = qd_yaml_file_source (node->file);
  gsize at = node->start;

  if ((node->flags & (QD_YAML_FLAG_ANCHOR | QD_YAML_FLAG_TAG)) == 0)
    return at;
  while (at < node->end && (text[at] == '&' || text[at] == '!'))
    {
      while (at < node->end && strchr (" \t\r\n", text[at]) == NULL)
        at++;
      at = MIN (qd_yaml_skip_blank (node->file, at), node->end);
    }
  return at;
}

gboolean
qd_yaml_is_bracketed (const QdYamlNode *container)
{
  gsize at = qd_yaml_content_start (container);
  char c = at < container->end ? qd_yaml_file_source (container->file)[at] : '\0';

  return container->style == QD_YAML_STYLE_FLOW && (c == '{' || c == '[') && container->end > at + 1;
}

gboolean
qd_yaml_has_inner_comment (const QdYamlNode *container)
{
  gsize open = qd_yaml_content_start (container) + 1;

  return (container->type == QD_YAML_MAP || container->type == QD_YAML_SEQ) && !qd_yaml_node_is_alias (container) &&
         qd_yaml_entries (container) == 0 && qd_yaml_is_bracketed (container) &&
         memchr (qd_yaml_file_source (container->file) + open, '#', container->end - open) != NULL;
}

gsize
qd_yaml_entry_end (const QdYamlNode *container, guint i)
{
  const QdYamlNode *key = qd_yaml_entry_key (container, i), *value = qd_yaml_entry_value (container, i);

  return MAX (value->end, key != NULL ? key->end : qd_yaml_entry_start (container, i) + (container->style == QD_YAML_STYLE_BLOCK ? 1 : 0));
}

/* Where the dash, the key or the ? before it is. */
gsize
qd_yaml_entry_start (const QdYamlNode *container, guint i)
{
  const QdYamlNode *key = qd_yaml_entry_key (container, i);
  const char *text = qd_yaml_file_source (container->file);
  gboolean bracketed = container->style == QD_YAML_STYLE_FLOW;
  gsize at;

  if (bracketed && key == NULL)
    return qd_yaml_entry_value (container, i)->start;
  if (i == 0)
    at = qd_yaml_content_start (container) + (qd_yaml_is_bracketed (container) ? 1 : 0);
  else
    at = MAX (qd_yaml_entry_value (container, i - 1)->end, key != NULL ? qd_yaml_entry_key (container, i - 1)->end : 0);
  if (key == NULL && i > 0 && text[at] == '-' && qd_yaml_entry_value (container, i - 1)->start == at)
    at++;
  at = qd_yaml_skip_blank (container->file, at);
  if (bracketed && i > 0 && at < container->file->places.length && text[at] == ',')
    at = qd_yaml_skip_blank (container->file, at + 1);
  return key != NULL ? MIN (at, key->start) : at;
}

/* A comment alone on its line at @line, in column @column; G_MAXUINT: further right than @than. */
static gboolean
is_comment_line (const QdYamlFile *file, gsize line, guint column, guint than)
{
  gsize at = qd_yaml_skip_spaces (file, line);

  if (at >= file->places.length || qd_yaml_file_source (file)[at] != '#')
    return FALSE;
  return column == G_MAXUINT ? at - line > than : at - line == column;
}

gsize
qd_yaml_lead (const QdYamlNode *container, guint i)
{
  const QdYamlFile *file = container->file;
  gsize start = qd_yaml_entry_start (container, i), line = qd_yaml_line_start (file, start);
  gsize before = i > 0 ? qd_yaml_line_end (file, qd_yaml_entry_end (container, i - 1)) : 0;
  guint column = qd_yaml_column (file, start);
  gsize lead = start;

  if (!qd_yaml_begins_line (file, start))
    return start;
  while (line > file->places.bom)
    {
      gsize above = line - 1;

      if (above > 0 && qd_yaml_file_source (file)[above] == '\n' && qd_yaml_file_source (file)[above - 1] == '\r')
        above--;
      above = qd_yaml_line_start (file, above);
      if ((i > 0 && above <= before) || !is_comment_line (file, above, column, 0))
        break;
      line = above;
      lead = qd_yaml_skip_spaces (file, line);
    }
  return lead;
}

gsize
qd_yaml_tail (const QdYamlNode *container, guint i)
{
  const QdYamlFile *file = container->file;
  const char *text = qd_yaml_file_source (file);
  guint column = qd_yaml_column (file, qd_yaml_entry_start (container, i));
  gsize end = qd_yaml_entry_end (container, i), at = qd_yaml_skip_spaces (file, end), next;

  if (at < file->places.length && text[at] == '#' && at > end)
    end = qd_yaml_line_end (file, at);
  else if (at >= file->places.length || text[at] == '\n' || text[at] == '\r')
    end = container->style == QD_YAML_STYLE_BLOCK ? MAX (end, at) : end;
  /* Comments further right than a block entry are within it. */
  while (container->style == QD_YAML_STYLE_BLOCK && (next = qd_yaml_next_line (file, end)) > end && next < file->places.length &&
         is_comment_line (file, next, G_MAXUINT, column))
    end = qd_yaml_line_end (file, next);
  return end;
}

/* --- Ways --- */

static gboolean
edit_fault (const QdYamlFile *file, const char *path, const char *cause, GError **error)
{
  g_autofree char *words = g_strdup_printf (_("“%s” cannot be changed: %s"), path, cause);

  return qd_yaml_fault (error, QD_YAML_ERROR_EDIT, file->name, 0, 0, words);
}

static char *
unescape (const char *part, gsize length)
{
  GString *out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (part[i] == '~' && i + 1 < length && (part[i + 1] == '0' || part[i + 1] == '1'))
      g_string_append_c (out, part[++i] == '0' ? '~' : '/');
    else
      g_string_append_c (out, part[i]);
  return g_string_free (out, FALSE);
}

void
qd_yaml_pointer_append (GString *pointer, const char *key)
{
  g_string_append_c (pointer, '/');
  for (; *key != '\0'; key++)
    if (*key == '~' || *key == '/')
      g_string_append (pointer, *key == '~' ? "~0" : "~1");
    else
      g_string_append_c (pointer, *key);
}

/* The next part of a pointer, which @path is set to the end of. */
static char *
next_part (const char **path)
{
  gsize length = strcspn (*path + 1, "/");
  char *part = unescape (*path + 1, length);

  *path += 1 + length;
  return part;
}

/* The number of the written entry that @part names, or -1. */
static gint64
find_entry (const QdYamlNode *node, const char *part)
{
  guint64 i;

  if (node->type == QD_YAML_SEQ)
    return g_ascii_string_to_unsigned (part, 10, 0, G_MAXUINT32, &i, NULL) && i < node->length ? (gint64) i : -1;
  for (guint k = 0; k < qd_yaml_entries (node); k++)
    if (g_strcmp0 (qd_yaml_node_get_string (qd_yaml_entry_key (node, k)), part) == 0)
      return k;
  return -1;
}

const QdYamlNode *
qd_yaml_node_find (const QdYamlNode *root, const char *path)
{
  while (root != NULL && *path == '/')
    {
      g_autofree char *part = next_part (&path);
      guint64 i;

      if (qd_yaml_node_get_type (root) == QD_YAML_MAP)
        root = qd_yaml_node_get (root, part);
      else
        root = g_ascii_string_to_unsigned (part, 10, 0, G_MAXUINT32, &i, NULL) ? qd_yaml_node_get_item (root, (guint) i) : NULL;
    }
  return *path == '\0' ? root : NULL;
}

void
qd_yaml_trail_clear (QdYamlTrail *self)
{
  g_clear_pointer (&self->rest, g_free);
}

/* One step down. FALSE where there is nothing by that name; then it is the rest. */
static gboolean
step (QdYamlTrail *self, const char *part)
{
  const QdYamlNode *node = self->nodes[self->n - 1];
  gint64 i = find_entry (node, part);

  if (i < 0)
    return FALSE;
  self->index[self->n - 1] = (guint) i;
  self->nodes[self->n++] = qd_yaml_entry_value (node, (guint) i);
  return TRUE;
}

/**
 * qd_yaml_trail_follow:
 * @path: a JSON pointer
 *
 * Goes from the root of a document to what @path names. The last part may name nothing yet: that is the rest.
 *
 * Returns: %FALSE with an error where the way ends before
 */
gboolean
qd_yaml_trail_follow (QdYamlTrail *self, QdYamlFile *file, guint document, const char *path, GError **error)
{
  const char *at = path;

  *self = (QdYamlTrail) { .file = file };
  if (document >= qd_yaml_file_get_n_documents (file))
    return edit_fault (file, path, _("there is no such document"), error);
  if (*path != '\0' && *path != '/')
    return edit_fault (file, path, _("a path begins with /"), error);
  self->nodes[self->n++] = qd_yaml_file_get_document (file, document);
  while (*at == '/')
    {
      const QdYamlNode *node = self->nodes[self->n - 1];
      g_autofree char *part = next_part (&at);

      if (qd_yaml_node_is_alias (node))
        return edit_fault (file, path, _("on the way is an alias; change what it stands for"), error);
      if (node->type != QD_YAML_MAP && node->type != QD_YAML_SEQ && (node->type != QD_YAML_NULL || *at != '\0'))
        return edit_fault (file, path, _("on the way is neither a map nor a sequence"), error);
      if (node->type != QD_YAML_NULL && self->n <= QD_YAML_MAX_DEPTH && step (self, part))
        continue;
      if (*at != '\0')
        return edit_fault (file, path, _("there is no such place"), error);
      self->rest = g_steal_pointer (&part);
    }
  return TRUE;
}

/* --- How the surroundings write --- */

typedef struct { guint step, dash; int indent_seq; guint budget; } Learn;

static void
learn_pair (Learn *self, const QdYamlNode *container, const QdYamlNode *value)
{
  guint outer = qd_yaml_column (container->file, qd_yaml_content_start (container));
  guint inner = qd_yaml_column (container->file, qd_yaml_content_start (value));

  if (qd_yaml_node_is_alias (value) || value->style != QD_YAML_STYLE_BLOCK)
    return;
  if (container->type == QD_YAML_SEQ)
    {
      if (self->dash == 0 && !qd_yaml_begins_line (container->file, qd_yaml_content_start (value)) && inner > outer + 1)
        self->dash = inner - outer;
    }
  else if (value->type == QD_YAML_SEQ)
    {
      if (self->indent_seq < 0)
        self->indent_seq = inner > outer;
      if (self->step == 0 && inner > outer)
        self->step = inner - outer;
    }
  else if (self->step == 0 && inner > outer)
    self->step = inner - outer;
}

static void
learn_from (Learn *self, const QdYamlNode *node)
{
  if (node->style != QD_YAML_STYLE_BLOCK || qd_yaml_node_is_alias (node))
    return;
  for (guint i = 0; i < qd_yaml_entries (node) && self->budget > 0; i++)
    {
      self->budget--;
      learn_pair (self, node, qd_yaml_entry_value (node, i));
    }
  for (guint i = 0; i < qd_yaml_entries (node) && self->budget > 0; i++)
    learn_from (self, qd_yaml_entry_value (node, i));
}

/* Within brackets: what stands between entries, and between a key and its value. */
static void
learn_brackets (const QdYamlNode *node, QdYamlForm *form)
{
  const char *text = qd_yaml_file_source (node->file);

  for (guint i = 0; i < qd_yaml_entries (node); i++)
    {
      const QdYamlNode *key = qd_yaml_entry_key (node, i), *value = qd_yaml_entry_value (node, i);

      if (key != NULL && form->json)
        {
          gboolean tight = text[value->start - 1] == ':';

          form->colon = tight ? ":" : ": ";
          form->comma = tight ? "," : ", ";
        }
      if (i > 0)
        form->comma = text[qd_yaml_entry_start (node, i) - 1] == ',' ? "," : ", ";
    }
}

static gboolean
is_multi_line (const QdYamlNode *node)
{
  return qd_yaml_line_end (node->file, node->start) < node->end;
}

QdYamlForm
qd_yaml_trail_form (const QdYamlTrail *self)
{
  QdYamlForm form = { .eol = "\n", .json = qd_yaml_file_is_json (self->file), .comma = ", ", .colon = ": " };
  Learn learn = { .indent_seq = -1, .budget = FORM_BUDGET };
  const char *newline = memchr (qd_yaml_file_source (self->file), '\n', self->file->places.length);

  if (newline != NULL && newline > qd_yaml_file_source (self->file) && newline[-1] == '\r')
    form.eol = "\r\n";
  for (guint i = self->n; i > 0; i--)
    {
      const QdYamlNode *node = self->nodes[i - 1];

      if (!form.json)
        learn_from (&learn, node);
      else if (learn.step == 0 && qd_yaml_entries (node) > 0 && is_multi_line (node))
        {
          guint outer = (guint) (qd_yaml_skip_spaces (self->file, qd_yaml_line_start (self->file, node->start)) -
                                 qd_yaml_line_start (self->file, node->start));
          guint inner = qd_yaml_column (self->file, qd_yaml_entry_start (node, 0));

          learn.step = inner > outer && qd_yaml_begins_line (self->file, qd_yaml_entry_start (node, 0)) ? inner - outer : 0;
        }
    }
  for (guint i = 0; i < self->n; i++)
    if (self->nodes[i]->style == QD_YAML_STYLE_FLOW && !qd_yaml_node_is_alias (self->nodes[i]))
      learn_brackets (self->nodes[i], &form);
  form.step = learn.step != 0 ? learn.step : 2;
  form.dash = learn.dash != 0 ? learn.dash : 2;
  form.indent_seq = learn.indent_seq > 0;
  return form;
}
