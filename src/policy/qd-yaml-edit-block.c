/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit-private.h"

void
qd_yaml_change_splice (QdYamlChange *self, gsize start, gsize end, const char *text)
{
  g_free (self->splice->inserted);
  *self->splice = (QdYamlSplice) { .offset = start, .removed = end - start, .length = strlen (text), .inserted = g_strdup (text) };
}

static char *
dup_text (const QdYamlFile *file, gsize start, gsize end)
{
  return g_strndup (qd_yaml_file_source (file) + start, end - start);
}

static gboolean
has_comment (const QdYamlFile *file, gsize start, gsize end)
{
  return memchr (qd_yaml_file_source (file) + start, '#', end - start) != NULL;
}

/* Each on a line of its own; the first one beside what is written already, where that is nothing. */
static void
append_comments (GString *out, const char *text, guint indent, const QdYamlForm *form)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*g_strstrip (lines[i]) == '\0')
        continue;
      if (i == 0 && out->len == 0)
        g_string_append_c (out, ' ');
      else
        {
          g_string_append (out, form->eol);
          qd_yaml_indent (out, indent + form->step);
        }
      g_string_append (out, lines[i]);
    }
}

/* Empty brackets give way to entries: the comments between them and behind them stay, before the entries. Returns where what is replaced ends. */
static gsize
take_comments (GString *out, const QdYamlNode *value, JsonNode *json, guint indent, const QdYamlForm *form)
{
  const QdYamlFile *file = value->file;
  gsize comment = qd_yaml_skip_spaces (file, value->end), end;

  if (qd_yaml_entries (value) > 0 || !qd_yaml_is_bracketed (value) || qd_yaml_node_is_alias (value) || JSON_NODE_HOLDS_VALUE (json))
    return value->end;
  if (qd_yaml_has_inner_comment (value))
    {
      g_autofree char *within = dup_text (file, qd_yaml_content_start (value) + 1, value->end - 1);

      append_comments (out, within, indent, form);
    }
  end = qd_yaml_line_end (file, comment);
  if (comment < file->places.length && qd_yaml_file_source (file)[comment] == '#')
    {
      g_autofree char *behind = dup_text (file, comment, end);

      append_comments (out, behind, indent, form);
      return end;
    }
  return value->end;
}

/* Behind the colon or the dash of a block entry; 0 where a key has no colon. */
static gsize
indicator_end (const QdYamlNode *container, guint i)
{
  const QdYamlNode *key = qd_yaml_entry_key (container, i);
  gsize at = key != NULL ? qd_yaml_skip_blank (container->file, key->end) : qd_yaml_entry_start (container, i);

  if (key != NULL && (at >= container->file->places.length || qd_yaml_file_source (container->file)[at] != ':'))
    return 0;
  return at + 1;
}

/* --- Setting --- */

static void
set_root (QdYamlChange *self, JsonNode *value)
{
  const QdYamlNode *node = self->trail->nodes[0];
  const QdYamlFile *file = self->trail->file;
  g_autoptr (GString) out = g_string_new (NULL), comments = g_string_new (NULL);
  gsize end = take_comments (comments, node, value, 0, &self->form);

  if (comments->len > 0)
    g_string_append_printf (out, "%s%s", g_strchug (comments->str), self->form.eol);
  if (node->start == node->end && !qd_yaml_begins_line (file, node->start))
    g_string_append (out, self->form.eol);
  if (node->style == QD_YAML_STYLE_FLOW && qd_yaml_entries (node) > 0 && !self->form.json && !qd_yaml_emits_inline (value, &self->form))
    qd_yaml_emit_flow (out, value, &self->form);
  else
    {
      /* Beside a --- there is no room for the first line of a block. */
      if (out->len == 0 && node->start != node->end && !qd_yaml_begins_line (file, node->start) && !qd_yaml_emits_inline (value, &self->form))
        g_string_append (out, self->form.eol);
      qd_yaml_emit_root (out, value, &self->form);
    }
  if (node->start == node->end && qd_yaml_begins_line (file, node->start))
    g_string_append (out, self->form.eol);
  qd_yaml_change_splice (self, node->start, end, out->str);
}

/* What of the comments between an indicator and its value stays: all of them, or those beside the indicator. */
static char *
kept_comments (const QdYamlFile *file, gsize start, gsize end, gboolean all)
{
  gsize stop = all ? end : MIN (end, qd_yaml_line_end (file, start));

  if (!has_comment (file, start, stop))
    return g_strdup ("");
  return g_strchomp (dup_text (file, start, stop));
}

/* The value of a block entry becomes one on the line of its key or dash. */
static void
set_inline (QdYamlChange *self, const QdYamlNode *value, gsize after, const char *text, gboolean keep_lead)
{
  const QdYamlFile *file = self->trail->file;
  g_autofree char *whole = NULL, *comments = NULL;

  if (value->start != value->end && qd_yaml_line_end (file, after) >= value->start)
    {
      qd_yaml_change_splice (self, value->start, value->end, text);
      return;
    }
  comments = kept_comments (file, after, value->start, keep_lead);
  whole = g_strconcat (" ", text, comments, NULL);
  qd_yaml_change_splice (self, after, value->end, whole);
}

/* It becomes a map or a sequence below, or text of many lines. */
static void
set_below (QdYamlChange *self, const QdYamlNode *container, guint i, gsize after, JsonNode *json, gboolean keep_lead)
{
  const QdYamlFile *file = self->trail->file;
  const QdYamlNode *value = qd_yaml_entry_value (container, i);
  guint indent = qd_yaml_column (file, qd_yaml_entry_start (container, i));
  gsize end = value->end, comment = qd_yaml_skip_spaces (file, end);
  g_autofree char *comments = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (qd_yaml_line_end (file, after) >= end && comment < file->places.length && qd_yaml_file_source (file)[comment] == '#')
    {
      /* The comment behind the value stays on that line. */
      end = qd_yaml_line_end (file, comment);
      comments = dup_text (file, comment, end);
      g_string_append_printf (out, " %s", comments);
    }
  else
    {
      comments = kept_comments (file, after, value->start, keep_lead);
      g_string_append (out, comments);
      end = take_comments (out, value, json, indent, &self->form);
    }
  if (container->type == QD_YAML_MAP)
    qd_yaml_emit_after_key (out, json, indent, &self->form);
  else
    qd_yaml_emit_after_dash (out, json, indent, out->len > 0, &self->form);
  qd_yaml_change_splice (self, after, end, out->str);
}

static void
set_in_flow (QdYamlChange *self, const QdYamlNode *container, guint i, JsonNode *json)
{
  const QdYamlFile *file = self->trail->file;
  const QdYamlNode *key = qd_yaml_entry_key (container, i), *value = qd_yaml_entry_value (container, i);
  g_autoptr (GString) out = g_string_new (NULL);

  if (key != NULL && value->start == value->end)
    g_string_append (out, value->start == key->end ? ": " : " ");
  if (self->form.json && qd_yaml_begins_line (file, qd_yaml_entry_start (container, i)))
    {
      gsize line = qd_yaml_line_start (file, qd_yaml_entry_start (container, i));
      g_autofree char *indent = dup_text (file, line, qd_yaml_skip_spaces (file, line));

      qd_yaml_emit_pretty (out, json, indent, &self->form);
    }
  else
    qd_yaml_emit_flow (out, json, &self->form);
  qd_yaml_change_splice (self, value->start, value->end, out->str);
}

/* A text in quotes gives way to one in the same quotes where those can hold it. */
static void
emit_like (GString *out, const QdYamlNode *old, JsonNode *json, const QdYamlForm *form)
{
  QdYamlForm like = *form;
  gboolean text = JSON_NODE_HOLDS_VALUE (json) && json_node_get_value_type (json) == G_TYPE_STRING;
  const char *string = text ? json_node_get_string (json) : NULL;

  if (text && !form->quote && old->type == QD_YAML_STRING && old->style == QD_YAML_STYLE_SINGLE && strpbrk (string, "'\n\r\t\b\f") == NULL &&
      g_str_is_ascii (string) && strcspn (string, "\x1b\x7f") == strlen (string))
    {
      g_string_append_printf (out, "'%s'", string);
      return;
    }
  like.quote = form->quote || (text && old->type == QD_YAML_STRING && old->style == QD_YAML_STYLE_DOUBLE && strpbrk (string, "\"\\") == NULL);
  qd_yaml_emit_after_key (out, json, 0, &like);
  g_string_erase (out, 0, 1);
}

gboolean
qd_yaml_change_set (QdYamlChange *self, guint level, JsonNode *json, gboolean keep_lead)
{
  const QdYamlNode *value = self->trail->nodes[level], *container = level > 0 ? self->trail->nodes[level - 1] : NULL;
  guint i = level > 0 ? self->trail->index[level - 1] : 0;
  g_autoptr (GString) text = g_string_new (NULL);
  gsize after;

  if (container == NULL)
    set_root (self, json);
  else if (container->style == QD_YAML_STYLE_FLOW)
    set_in_flow (self, container, i, json);
  else if ((after = indicator_end (container, i)) == 0)
    return FALSE;
  else if (qd_yaml_emits_inline (json, &self->form))
    {
      emit_like (text, value, json, &self->form);
      set_inline (self, value, after, text->str, keep_lead);
    }
  else if (value->style == QD_YAML_STYLE_FLOW && qd_yaml_entries (value) > 0 && !qd_yaml_node_is_alias (value))
    {
      qd_yaml_emit_flow (text, json, &self->form);
      set_inline (self, value, after, text->str, keep_lead);
    }
  else
    set_below (self, container, i, after, json, keep_lead);
  return TRUE;
}

/* --- Inserting --- */

/* A map or sequence of that one entry. */
static JsonNode *
only_entry (const char *key, JsonNode *value)
{
  JsonNode *node = json_node_alloc ();

  if (key != NULL)
    {
      JsonObject *object = json_object_new ();

      json_object_set_member (object, key, json_node_copy (value));
      json_node_init_object (node, object);
      json_object_unref (object);
    }
  else
    {
      JsonArray *array = json_array_new ();

      json_array_add_element (array, json_node_copy (value));
      json_node_init_array (node, array);
      json_array_unref (array);
    }
  return node;
}

static void
insert_in_block (QdYamlChange *self, const QdYamlNode *container, guint at, const char *key, JsonNode *value)
{
  const QdYamlFile *file = self->trail->file;
  guint n = qd_yaml_entries (container), indent = qd_yaml_column (file, qd_yaml_entry_start (container, 0));
  g_autoptr (GString) out = g_string_new (NULL);
  gsize place;

  if (at >= n)
    {
      place = qd_yaml_tail (container, n - 1);
      g_string_append (out, self->form.eol);
      qd_yaml_indent (out, indent);
    }
  else
    place = qd_yaml_lead (container, at);
  if (key != NULL)
    {
      qd_yaml_emit_key (out, key, FALSE, &self->form);
      g_string_append_c (out, ':');
      qd_yaml_emit_after_key (out, value, indent, &self->form);
    }
  else
    {
      g_string_append_c (out, '-');
      qd_yaml_emit_after_dash (out, value, indent, FALSE, &self->form);
    }
  if (at < n)
    {
      g_string_append (out, self->form.eol);
      qd_yaml_indent (out, indent);
    }
  qd_yaml_change_splice (self, place, place, out->str);
}

gboolean
qd_yaml_change_insert (QdYamlChange *self, guint level, guint at, const char *key, JsonNode *value)
{
  const QdYamlNode *container = self->trail->nodes[level], *outer = level > 0 ? self->trail->nodes[level - 1] : NULL;
  gboolean in_block = outer == NULL || outer->style == QD_YAML_STYLE_BLOCK;

  if (qd_yaml_entries (container) > 0 && container->style == QD_YAML_STYLE_BLOCK)
    insert_in_block (self, container, at, key, value);
  else if (container->type == QD_YAML_NULL || (qd_yaml_entries (container) == 0 && in_block && !self->form.json))
    {
      g_autoptr (JsonNode) whole = only_entry (key, value);

      return qd_yaml_change_set (self, level, whole, TRUE);
    }
  else if (qd_yaml_is_bracketed (container))
    qd_yaml_flow_insert (self, container, at, key, value);
  else
    return FALSE;
  return TRUE;
}

/* --- Removing --- */

static void
remove_from_block (QdYamlChange *self, const QdYamlNode *container, guint i)
{
  const QdYamlFile *file = self->trail->file;
  gsize start = qd_yaml_entry_start (container, i), end = qd_yaml_tail (container, i);

  if (!qd_yaml_begins_line (file, start))
    {
      /* It shares its line with a dash that stays: what comes next moves up there. */
      while (end < file->places.length && strchr (" \t\r\n", qd_yaml_file_source (file)[end]) != NULL)
        end++;
      qd_yaml_change_splice (self, start, end, "");
      return;
    }
  start = qd_yaml_line_start (file, qd_yaml_lead (container, i));
  if (qd_yaml_next_line (file, end) == qd_yaml_line_end (file, end) && start > file->places.bom)
    {
      /* The last line has no line end, and shall have none. */
      const char *text = qd_yaml_file_source (file);

      start -= start > 1 && text[start - 1] == '\n' && text[start - 2] == '\r' ? 2 : 1;
      qd_yaml_change_splice (self, start, end, "");
      return;
    }
  qd_yaml_change_splice (self, start, qd_yaml_next_line (file, end), "");
}

gboolean
qd_yaml_change_remove (QdYamlChange *self, guint level, guint i)
{
  const QdYamlNode *container = self->trail->nodes[level];

  if (container->style == QD_YAML_STYLE_FLOW)
    {
      if (!qd_yaml_is_bracketed (container))
        return FALSE;
      qd_yaml_flow_remove (self, container, i);
      return TRUE;
    }
  if (qd_yaml_entries (container) > 1)
    {
      remove_from_block (self, container, i);
      return TRUE;
    }
  g_autoptr (JsonNode) empty = json_node_alloc ();
  if (container->type == QD_YAML_MAP)
    json_node_take_object (json_node_init (empty, JSON_NODE_OBJECT), json_object_new ());
  else
    json_node_take_array (json_node_init (empty, JSON_NODE_ARRAY), json_array_new ());
  return qd_yaml_change_set (self, level, empty, FALSE);
}

/* --- Moving --- */

/* The entry itself, with its comments where they can come along. */
static void
body_of (const QdYamlNode *container, guint i, gsize *start, gsize *end)
{
  gboolean block = container->style == QD_YAML_STYLE_BLOCK;

  *start = qd_yaml_lead (container, i);
  *end = block ? qd_yaml_tail (container, i) : qd_yaml_entry_end (container, i);
}

/* Entries change places; what is between them stays. */
gboolean
qd_yaml_change_move (QdYamlChange *self, guint level, guint from, guint to)
{
  const QdYamlNode *container = self->trail->nodes[level];
  guint low = MIN (from, to), high = MAX (from, to);
  g_autoptr (GString) out = g_string_new (NULL);
  gsize start, end, next, stop = 0;

  if (container->style == QD_YAML_STYLE_FLOW && !qd_yaml_is_bracketed (container))
    return FALSE;
  for (guint i = low; i <= high; i++)
    {
      guint source = i == to ? from : from < to ? i + 1 : i - 1;
      gsize here_start, here_end;

      body_of (container, source, &start, &end);
      g_string_append_len (out, qd_yaml_file_source (container->file) + start, (gssize) (end - start));
      body_of (container, i, &here_start, &here_end);
      stop = here_end;
      if (i < high)
        {
          body_of (container, i + 1, &next, &end);
          g_string_append_len (out, qd_yaml_file_source (container->file) + here_end, (gssize) (next - here_end));
        }
    }
  body_of (container, low, &start, &end);
  qd_yaml_change_splice (self, start, stop, out->str);
  return TRUE;
}
