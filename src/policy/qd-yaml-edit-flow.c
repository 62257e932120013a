/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit-private.h"

/* Within brackets: entries with commas between them, on one line or each on its own; YAML's or JSON's. */

static char *
indent_of (const QdYamlFile *file, gsize at)
{
  gsize line = qd_yaml_line_start (file, at);

  return g_strndup (qd_yaml_file_source (file) + line, qd_yaml_skip_spaces (file, line) - line);
}

/* Behind the comma that follows entry @i, or 0 where none does. */
static gsize
comma_end (const QdYamlNode *container, guint i)
{
  gsize at = qd_yaml_skip_blank (container->file, qd_yaml_entry_end (container, i));

  return at < container->end && qd_yaml_file_source (container->file)[at] == ',' ? at + 1 : 0;
}

/* The text of a new entry. On lines of their own JSON's maps and lists have lines of their own, too. */
static char *
entry_text (const QdYamlForm *form, const char *key, JsonNode *value, const char *indent)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (key != NULL)
    {
      qd_yaml_emit_key (out, key, TRUE, form);
      g_string_append (out, form->colon);
    }
  if (form->json && indent != NULL)
    qd_yaml_emit_pretty (out, value, indent, form);
  else
    qd_yaml_emit_flow (out, value, form);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
spans_lines (const QdYamlNode *node)
{
  return qd_yaml_line_end (node->file, node->start) < node->end;
}

static void
insert_first (QdYamlChange *self, const QdYamlNode *container, const char *key, JsonNode *value)
{
  const QdYamlFile *file = self->trail->file;
  gsize open = qd_yaml_content_start (container) + 1, close = container->end - 1;
  gboolean blank = memchr (qd_yaml_file_source (file) + open, '#', close - open) == NULL;
  g_autofree char *outer = NULL, *inner = NULL, *text = NULL, *whole = NULL;

  if (self->form.json && spans_lines (self->trail->nodes[0]))
    {
      g_autoptr (GString) more = NULL;

      outer = indent_of (file, container->start);
      more = g_string_new (outer);
      qd_yaml_indent (more, self->form.step);
      text = entry_text (&self->form, key, value, more->str);
      whole = g_strconcat (self->form.eol, more->str, text, self->form.eol, outer, NULL);
    }
  else
    {
      text = entry_text (&self->form, key, value, NULL);
      /* A comment is none where it touches what is before it. */
      whole = g_strconcat (text, qd_yaml_file_source (file)[open] == '#' ? " " : "", NULL);
    }
  qd_yaml_change_splice (self, open, blank ? close : open, whole);
}

static void
insert_last (QdYamlChange *self, const QdYamlNode *container, const char *key, JsonNode *value)
{
  const QdYamlFile *file = self->trail->file;
  guint n = qd_yaml_entries (container);
  gsize start = qd_yaml_entry_start (container, n - 1), end = qd_yaml_entry_end (container, n - 1);
  gsize comma = comma_end (container, n - 1), from = comma != 0 ? comma : end;
  gsize rest = qd_yaml_skip_spaces (file, from), line_end = qd_yaml_line_end (file, from);
  gboolean own_line = qd_yaml_begins_line (file, start);
  gboolean comment = rest < line_end && qd_yaml_file_source (file)[rest] == '#';
  g_autofree char *indent = indent_of (file, start), *text = entry_text (&self->form, key, value, own_line ? indent : NULL);
  g_autofree char *behind = comment ? g_strndup (qd_yaml_file_source (file) + from, line_end - from) : g_strdup ("");
  g_autoptr (GString) out = g_string_new (comma != 0 ? "" : ",");

  g_string_append (out, behind);
  if (own_line || comment)
    g_string_append_printf (out, "%s%s", self->form.eol, indent);
  else
    g_string_append (out, self->form.comma + 1);
  g_string_append (out, text);
  if (comma != 0)
    g_string_append_c (out, ',');
  qd_yaml_change_splice (self, from, comment ? line_end : from, out->str);
}

void
qd_yaml_flow_insert (QdYamlChange *self, const QdYamlNode *container, guint at, const char *key, JsonNode *value)
{
  const QdYamlFile *file = self->trail->file;
  gboolean own_line;

  if (qd_yaml_entries (container) == 0)
    {
      insert_first (self, container, key, value);
      return;
    }
  if (at >= qd_yaml_entries (container))
    {
      insert_last (self, container, key, value);
      return;
    }
  gsize start = qd_yaml_entry_start (container, at);
  g_autofree char *indent = indent_of (file, start), *text = NULL, *whole = NULL;
  own_line = qd_yaml_begins_line (file, start);
  text = entry_text (&self->form, key, value, own_line ? indent : NULL);
  whole = own_line ? g_strconcat (text, ",", self->form.eol, indent, NULL) : g_strconcat (text, self->form.comma, NULL);
  start = qd_yaml_lead (container, at);
  qd_yaml_change_splice (self, start, start, whole);
}

/* Whether entry @i has its lines for itself. */
static gboolean
owns_lines (const QdYamlNode *container, guint i)
{
  const QdYamlFile *file = container->file;
  gsize comma = comma_end (container, i), at = qd_yaml_skip_spaces (file, comma != 0 ? comma : qd_yaml_entry_end (container, i));

  return qd_yaml_begins_line (file, qd_yaml_entry_start (container, i)) &&
         (at >= file->places.length || strchr ("#\r\n", qd_yaml_file_source (file)[at]) != NULL);
}

static gboolean
has_hash (const QdYamlFile *file, gsize start, gsize end)
{
  return end > start && memchr (qd_yaml_file_source (file) + start, '#', end - start) != NULL;
}

void
qd_yaml_flow_remove (QdYamlChange *self, const QdYamlNode *container, guint i)
{
  const QdYamlFile *file = self->trail->file;
  guint n = qd_yaml_entries (container);
  gsize start = qd_yaml_entry_start (container, i), end = qd_yaml_entry_end (container, i), comma = comma_end (container, i);
  gsize before = i > 0 ? qd_yaml_entry_end (container, i - 1) : 0;

  if (n == 1)
    {
      gsize open = qd_yaml_content_start (container) + 1, close = container->end - 1;

      if (!has_hash (file, open, start) && !has_hash (file, end, close))
        qd_yaml_change_splice (self, open, close, "");
      else
        qd_yaml_change_splice (self, start, comma != 0 ? comma : end, "");
    }
  else if (i == n - 1 && (comma == 0 || !owns_lines (container, i)) && !has_hash (file, before, start))
    qd_yaml_change_splice (self, before, end, "");
  else if (owns_lines (container, i))
    qd_yaml_change_splice (self, qd_yaml_line_start (file, qd_yaml_lead (container, i)),
                           qd_yaml_next_line (file, comma != 0 ? comma : end), "");
  else if (i < n - 1 && !has_hash (file, end, qd_yaml_entry_start (container, i + 1)))
    qd_yaml_change_splice (self, start, qd_yaml_entry_start (container, i + 1), "");
  else
    qd_yaml_change_splice (self, start, comma != 0 ? comma : end, "");
}
