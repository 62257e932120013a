/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-yaml-format.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-yaml-edit-private.h"

#define STEP 2

/* The text is copied from front to back: entries to their new columns, and what is between them line by line. */
typedef struct {
  const QdYamlFile *file;
  const char *text;
  GString *out;
  const char *eol;
  gsize at;                       /* how far it is copied */
  struct { guint old, new; } levels[QD_YAML_MAX_DEPTH + 1];   /* columns of the blocks around what was copied last */
  guint n_levels;
} Format;

/* --- Lines --- */

static void
append_line (Format *self, gsize start, gsize end)
{
  while (end > start && (self->text[end - 1] == ' ' || self->text[end - 1] == '\t'))
    end--;
  g_string_append_len (self->out, self->text + start, (gssize) (end - start));
}

static gsize
leading (const Format *self, gsize line, gsize end)
{
  gsize n = 0;

  while (line + n < end && self->text[line + n] == ' ')
    n++;
  return n;
}

/* Byte order marks at the beginning of a line, which libyaml passes over; the first of a file would become its own. */
static gsize
skip_marks (const Format *self, gsize at)
{
  while (at + 3 <= self->file->places.length && memcmp (self->text + at, "\xef\xbb\xbf", 3) == 0)
    at += 3;
  return at;
}

static gsize
next_line (const Format *self, gsize at)
{
  return skip_marks (self, qd_yaml_next_line (self->file, at));
}

/* The new column of a comment in column @column, before an entry that goes from @old to @new. Further right than that
 * entry, it belongs to the innermost block before that begins no further right. */
static guint
comment_column (const Format *self, guint column, guint old, guint new)
{
  if (column <= old)
    return new;
  for (guint i = self->n_levels; i > 0 && self->levels[i - 1].old >= old; i--)
    if (self->levels[i - 1].old <= column)
      return self->levels[i - 1].new;
  return new;
}

/* Copies up to @to, which begins an entry in column @old or a value, and goes into column @new; or past the end, all. */
static void
copy_gap (Format *self, gsize to, guint old, guint new)
{
  gsize line = self->at, end = qd_yaml_line_end (self->file, line);
  gsize length = self->file->places.length;
  gboolean blank = FALSE, beginning = self->out->len == 0;

  if (!beginning && to > end && line < length)
    {
      append_line (self, line, end);
      g_string_append (self->out, self->eol);
      line = next_line (self, line);
    }
  for (; line < length && (end = qd_yaml_line_end (self->file, line)) < to; line = next_line (self, line))
    {
      gsize first = qd_yaml_skip_spaces (self->file, line);

      if (first >= end)
        {
          blank = self->out->len > 0;
          continue;
        }
      if (blank)
        g_string_append (self->out, self->eol);
      blank = FALSE;
      if (self->text[first] == '#')
        qd_yaml_indent (self->out, comment_column (self, (guint) (first - line), old, new));
      append_line (self, self->text[first] == '#' ? first : line, end);
      g_string_append (self->out, self->eol);
    }
  if (blank)
    g_string_append (self->out, self->eol);
  self->at = MIN (to, length);
  if (to > length)
    return;
  if (qd_yaml_skip_spaces (self->file, line) >= to)
    qd_yaml_indent (self->out, new);
  else if (to > line)
    g_string_append_len (self->out, self->text + line, (gssize) (to - line));
}

/* Copies a value that may go over lines; those after the first go along with the entry, from column @old to @new. */
static void
copy_lines (Format *self, gsize start, gsize end, guint old, guint new, guint least)
{
  for (gsize line = start; line < end; line = qd_yaml_next_line (self->file, line))
    {
      gsize stop = MIN (qd_yaml_line_end (self->file, line), end), lead = leading (self, line, stop);

      if (line > start)
        g_string_append (self->out, self->eol);
      if (line > start && lead < stop - line && self->text[line + lead] != '\t')
        {
          gint64 moved = (gint64) lead + new - old;

          qd_yaml_indent (self->out, (guint) MAX (moved, (gint64) least));
          line += lead;
        }
      append_line (self, line, stop);
    }
  self->at = end;
}

/* The column of the text of a block scalar, whose header ends at @header; @parent is that of its entry. */
static guint
content_column (const Format *self, const QdYamlNode *node, gsize header, guint parent, guint *digit)
{
  gsize at = node->start;

  *digit = 0;
  while (at < header && self->text[at] != '|' && self->text[at] != '>')
    at++;
  for (; at < header && self->text[at] != '#'; at++)
    if (g_ascii_isdigit (self->text[at]))
      {
        *digit = (guint) (self->text[at] - '0');
        return parent + *digit;
      }
  for (gsize line = qd_yaml_next_line (self->file, header); line < node->end; line = qd_yaml_next_line (self->file, line))
    {
      gsize end = qd_yaml_line_end (self->file, line), lead = leading (self, line, end);

      if (line + lead < end)
        return (guint) lead;
    }
  return 0;
}

static void
copy_block_scalar (Format *self, const QdYamlNode *node, guint old, guint new)
{
  gsize header = MIN (qd_yaml_line_end (self->file, node->start), node->end);
  guint digit, from = content_column (self, node, header, old, &digit), to = digit > 0 ? new + digit : new + STEP;

  append_line (self, node->start, header);
  for (gsize line = qd_yaml_next_line (self->file, header); header < node->end; line = qd_yaml_next_line (self->file, line))
    {
      gsize end = MIN (qd_yaml_line_end (self->file, line), node->end), lead = MIN (leading (self, line, end), from);

      g_string_append (self->out, self->eol);
      /* Where all lines are blank, blanks mean nothing. */
      if (line + lead < end && (from > 0 || digit > 0))
        {
          qd_yaml_indent (self->out, to);
          g_string_append_len (self->out, self->text + line + lead, (gssize) (end - line - lead));
        }
      if (end >= node->end)
        break;
    }
  self->at = node->end;
}

/* --- Nodes --- */

static gboolean
is_block (const QdYamlNode *node)
{
  return (node->type == QD_YAML_MAP || node->type == QD_YAML_SEQ) && node->style == QD_YAML_STYLE_BLOCK && !qd_yaml_node_is_alias (node);
}

static void
copy_value (Format *self, const QdYamlNode *node, guint old, guint new)
{
  gboolean block = !qd_yaml_node_is_alias (node) && (node->style == QD_YAML_STYLE_LITERAL || node->style == QD_YAML_STYLE_FOLDED);

  /* Below an anchor or tag on a line of its own it is moved as it is. */
  if (block && qd_yaml_line_end (self->file, node->start) >= qd_yaml_content_start (node))
    copy_block_scalar (self, node, old, new);
  else
    copy_lines (self, node->start, node->end, old, new, node->style == QD_YAML_STYLE_PLAIN ? new + 1 : new);
}

static void copy_block (Format *self, const QdYamlNode *node, guint column, gboolean here);

/* A map or sequence below its key, or beside its dash. */
static void
copy_inner_block (Format *self, const QdYamlNode *container, const QdYamlNode *node, guint new)
{
  gboolean in_seq = container->type == QD_YAML_SEQ;
  guint inner = new + (node->type == QD_YAML_SEQ && !in_seq ? 0 : STEP);
  gsize content = qd_yaml_content_start (node);

  if (in_seq && qd_yaml_skip_spaces (self->file, self->at) < qd_yaml_line_end (self->file, self->at) && content == node->start &&
      content < qd_yaml_line_end (self->file, self->at))
    g_string_append_c (self->out, ' ');
  else if (in_seq && content == node->start && memchr (self->text + self->at, '#', content - self->at) == NULL)
    g_string_append_c (self->out, ' ');
  else
    copy_gap (self, content, qd_yaml_column (self->file, content), inner);
  self->at = content;
  copy_block (self, node, inner, TRUE);
}

static void
copy_entry (Format *self, const QdYamlNode *container, guint i, guint new)
{
  const QdYamlNode *key = qd_yaml_entry_key (container, i), *value = qd_yaml_entry_value (container, i);
  gsize start = qd_yaml_entry_start (container, i);
  guint old = qd_yaml_column (self->file, start);

  if (key != NULL && self->text[start] == '?' && start < key->start)
    {
      copy_lines (self, start, qd_yaml_entry_end (container, i), old, new, new);
      return;
    }
  if (key != NULL)
    copy_lines (self, key->start, key->end, old, new, new);
  g_string_append_c (self->out, key != NULL ? ':' : '-');
  self->at = key != NULL ? qd_yaml_skip_blank (self->file, key->end) + 1 : start + 1;
  if (is_block (value))
    copy_inner_block (self, container, value, new);
  else if (value->start < value->end)
    {
      if (qd_yaml_line_end (self->file, self->at) >= value->start)
        g_string_append_c (self->out, ' ');
      else
        copy_gap (self, value->start, G_MAXUINT, new + STEP);
      copy_value (self, value, old, new);
    }
}

/* @here: its first entry comes where the text is now. */
static void
copy_block (Format *self, const QdYamlNode *node, guint column, gboolean here)
{
  guint level = self->n_levels;

  for (guint i = 0; i < qd_yaml_entries (node); i++)
    {
      gsize start = qd_yaml_entry_start (node, i);
      guint old = qd_yaml_column (self->file, start);

      if (i > 0 || !here)
        copy_gap (self, start, old, column);
      self->n_levels = level + 1;
      self->levels[level].old = old;
      self->levels[level].new = column;
      copy_entry (self, node, i, column);
    }
}

/* The indentation of a text at the top is its own matter, and so are the blanks in it where it keeps its lines. */
static void
copy_top (Format *self, const QdYamlNode *root)
{
  if (root->style != QD_YAML_STYLE_LITERAL && root->style != QD_YAML_STYLE_FOLDED)
    {
      copy_lines (self, root->start, root->end, 0, 0, 0);
      return;
    }
  for (gsize line = root->start; line < root->end; line = qd_yaml_next_line (self->file, line))
    {
      gsize end = MIN (qd_yaml_line_end (self->file, line), root->end);

      g_string_append (self->out, line > root->start ? self->eol : "");
      g_string_append_len (self->out, self->text + line, (gssize) (end - line));
    }
  if (root->end > root->start && strchr ("\r\n", self->text[root->end - 1]) != NULL)
    g_string_append (self->out, self->eol);
  self->at = root->end;
}

static void
copy_document (Format *self, const QdYamlNode *root)
{
  self->n_levels = 0;
  if (!is_block (root))
    {
      copy_gap (self, root->start, 0, 0);
      copy_top (self, root);
      return;
    }
  copy_gap (self, qd_yaml_content_start (root), 0, 0);
  copy_block (self, root, 0, TRUE);
}

/* What comes after the last document. Returns how long the text is without the blanks at its end. */
static gsize
copy_rest (Format *self)
{
  gsize length;

  copy_gap (self, self->file->places.length + 1, 0, 0);
  for (length = self->out->len; length > 0 && strchr (" \t\r\n", self->out->str[length - 1]) != NULL;)
    length--;
  return length;
}

/* --- JSON --- */

static void
copy_json (Format *self, const QdYamlNode *node, guint indent)
{
  guint n = qd_yaml_entries (node);

  if (node->type != QD_YAML_MAP && node->type != QD_YAML_SEQ)
    {
      g_string_append_len (self->out, self->text + node->start, (gssize) (node->end - node->start));
      return;
    }
  g_string_append_c (self->out, node->type == QD_YAML_MAP ? '{' : '[');
  for (guint i = 0; i < n; i++)
    {
      const QdYamlNode *key = qd_yaml_entry_key (node, i);

      g_string_append_printf (self->out, "%s%s", i > 0 ? "," : "", self->eol);
      qd_yaml_indent (self->out, indent + STEP);
      if (key != NULL)
        {
          g_string_append_len (self->out, self->text + key->start, (gssize) (key->end - key->start));
          g_string_append (self->out, ": ");
        }
      copy_json (self, qd_yaml_entry_value (node, i), indent + STEP);
    }
  if (n > 0)
    {
      g_string_append (self->out, self->eol);
      qd_yaml_indent (self->out, indent);
    }
  g_string_append_c (self->out, node->type == QD_YAML_MAP ? '}' : ']');
}

/* --- The whole --- */

static QdYamlFile *
read_again (QdYamlFile *file, const char *text, gsize length, const char *end)
{
  g_autofree char *whole = g_strdup_printf ("%.*s%s", (int) length, text, end);
  g_autoptr (GBytes) bytes = g_bytes_new (whole, strlen (whole));
  g_autoptr (QdYamlFile) formatted = qd_yaml_file_new (file->name, bytes, NULL);
  guint n = qd_yaml_file_get_n_documents (file);

  if (formatted == NULL || qd_yaml_file_get_n_documents (formatted) != n)
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!qd_yaml_node_equal (qd_yaml_file_get_document (file, i), qd_yaml_file_get_document (formatted, i)))
      return NULL;
  return g_steal_pointer (&formatted);
}

QdYamlFile *
qd_yaml_format (QdYamlFile *file, GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (file->places.length + 1);
  QdYamlTrail none = { .file = file };
  Format self = { .file = file, .text = qd_yaml_file_source (file), .out = out, .eol = qd_yaml_trail_form (&none).eol, .at = file->places.bom };
  gboolean json = qd_yaml_file_is_json (file);
  QdYamlFile *formatted;
  gsize length;

  self.at = skip_marks (&self, self.at);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    if (json)
      {
        g_string_append (out, i > 0 ? self.eol : "");
        copy_json (&self, qd_yaml_file_get_document (file, i), 0);
      }
    else
      copy_document (&self, qd_yaml_file_get_document (file, i));
  length = json ? out->len : copy_rest (&self);
  formatted = read_again (file, out->str, length, length > 0 ? self.eol : "");
  /* A text of many lines at the end may be one without a last line end, or one that counts them all. */
  if (formatted == NULL)
    formatted = read_again (file, out->str, length, "");
  if (formatted == NULL)
    formatted = read_again (file, out->str, out->len, "");
  if (formatted == NULL)
    qd_yaml_fault (error, QD_YAML_ERROR_EDIT, file->name, 0, 0, _("the text cannot be formatted without changing what it means"));
  return formatted;
}
