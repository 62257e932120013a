/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-yaml-spot-private.h"

#include <string.h>

/* A key is on one line, and no longer than that. */
#define MAX_KEY 1024

/* --- Tokens ------------------------------------------------------------------------------------------------------ */

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static inline gboolean
ends_word (const Scan *s, gsize pos)
{
  return pos >= s->length || is_blank (s->text[pos]) || s->text[pos] == '\r' || s->text[pos] == '\n';
}

static gboolean
is_dash (const Scan *s, gsize pos)
{
  return pos < s->length && s->text[pos] == '-' && ends_word (s, pos + 1);
}

static gsize
find_line_end (const Scan *s, gsize pos)
{
  const char *end = pos < s->length ? memchr (s->text + pos, '\n', s->length - pos) : NULL;

  return end ? (gsize) (end - s->text) : s->length;
}

/* Before the line end, whichever it is. */
static gsize
trim_line (const Scan *s, gsize start, gsize end)
{
  return end > start && s->text[end - 1] == '\r' ? end - 1 : end;
}

static gsize
skip_blanks (const Scan *s, gsize pos, gsize end)
{
  while (pos < end && is_blank (s->text[pos]))
    pos++;
  return pos;
}

static gsize
trim (const Scan *s, gsize start, gsize end)
{
  while (end > start && is_blank (s->text[end - 1]))
    end--;
  return end;
}

/* The end of what is in quotes from @pos on, after the closing one; @end where there is none before it. */
static gsize
skip_quoted (const Scan *s, gsize pos, gsize end, gboolean *closed)
{
  char quote = s->text[pos];

  *closed = FALSE;
  for (pos++; pos < end; pos++)
    if (s->text[pos] == '\\' && quote == '"')
      pos++;
    else if (s->text[pos] == quote && quote == '\'' && pos + 1 < end && s->text[pos + 1] == quote)
      pos++;
    else if (s->text[pos] == quote)
      {
        *closed = TRUE;
        return pos + 1;
      }
  return end;
}

/* "KEY:" at @pos; @colon becomes where the colon is. */
static gboolean
find_key (const Scan *s, gsize pos, gsize end, Range *key, gsize *colon)
{
  gboolean closed = TRUE;
  gsize at = pos;

  if (pos >= end || strchr (",[]{}#|>%@`", s->text[pos]) != NULL)
    return FALSE;
  end = MIN (end, pos + MAX_KEY);
  if (s->text[pos] == '"' || s->text[pos] == '\'')
    {
      gsize after = skip_quoted (s, pos, end, &closed);

      at = skip_blanks (s, after, end);
      *key = (Range) { pos, after };
      *colon = at;
      return closed && at < end && s->text[at] == ':' && ends_word (s, at + 1);
    }
  for (; at < end; at++)
    if (s->text[at] == '#' && at > pos && is_blank (s->text[at - 1]))
      return FALSE;
    else if (s->text[at] == ':' && ends_word (s, at + 1))
      break;
  *key = (Range) { pos, trim (s, pos, at) };
  *colon = at;
  return at < end && key->end > key->start && !(s->text[pos] == '?' && ends_word (s, pos + 1));
}

/* Anchors and tags, which stand before a value. */
static gsize
skip_properties (const Scan *s, gsize pos, gsize end)
{
  while (pos < end && (s->text[pos] == '&' || s->text[pos] == '!'))
    {
      while (pos < end && !is_blank (s->text[pos]))
        pos++;
      pos = skip_blanks (s, pos, end);
    }
  return pos;
}

/* Where a plain scalar of a block ends. */
static gsize
find_plain_end (const Scan *s, gsize pos, gsize end)
{
  const char *text = s->text, *hash = text + pos;

  while ((hash = memchr (hash, '#', (gsize) (text + end - hash))) != NULL)
    if (hash > text + pos && is_blank (hash[-1]))
      return trim (s, pos, (gsize) (hash - text));
    else
      hash++;
  return trim (s, pos, end);
}

/* --- Brackets ---------------------------------------------------------------------------------------------------- */

/* Whether the line at @pos goes on with what is around brackets or quotes that somebody forgot to close. */
static gboolean
is_beyond (const Scan *s, gsize pos, int column)
{
  gsize end = trim_line (s, pos, find_line_end (s, pos)), content = skip_blanks (s, pos, end), colon;
  Range key;

  if (content == end || (int) (content - pos) > column)
    return content - pos == 0 && end - pos == 3 && strncmp (s->text + pos, "---", 3) == 0;
  return is_dash (s, content) || find_key (s, content, end, &key, &colon);
}

static void
take_flow_token (Scan *s, Range token)
{
  Frame *frame = top (s);
  gsize after = token.end;

  while (after < s->length && strchr (" \t\r\n", s->text[after]) != NULL)
    after++;
  if (frame->kind == MAP && !frame->after_colon)
    {
      if (!frame->filled)
        {
          const Entry entry = { .key = token };

          g_array_append_val (frame->entries, entry);
        }
      qd_yaml_scan_find_in_key (s, token, frame->column, after < s->length && s->text[after] == ':');
    }
  else
    {
      if (frame->kind == SEQ && !frame->filled)
        frame->n++;
      if (frame->kind == MAP && !frame->filled && last_entry (frame))
        last_entry (frame)->value = token;
      qd_yaml_scan_find_in_value (s, token, FALSE);
    }
  frame->filled = TRUE;
}

static gsize
skip_flow_plain (const Scan *s, gsize pos)
{
  gsize start = pos;

  for (; pos < s->length && strchr (",[]{}\r\n", s->text[pos]) == NULL; pos++)
    {
      if (s->text[pos] == ':' && (ends_word (s, pos + 1) || strchr (",[]{}", s->text[pos + 1]) != NULL))
        break;
      if (s->text[pos] == '#' && pos > start && is_blank (s->text[pos - 1]))
        break;
    }
  return MAX (trim (s, start, pos), start + 1);
}

/* One step within brackets. FALSE: they were never closed. */
static gboolean
step_flow (Scan *s, gsize *pos, int column)
{
  char c = s->text[*pos];
  Frame *frame = top (s);
  gboolean closed;

  if (s->cursor == *pos && strchr ("{}[],: \t\r\n", c) != NULL && c != '\0')
    qd_yaml_scan_offer_flow (s);
  if (c == '\n' && *pos + 1 < s->length && is_beyond (s, *pos + 1, column))
    return FALSE;
  switch (c)
    {
    case ' ': case '\t': case '\r': case '\n':
      break;
    case '{': case '[':
      frame->n += frame->kind == SEQ && !frame->filled;
      frame->filled = TRUE;
      qd_yaml_scan_push (s, c == '{' ? MAP : SEQ, column, TRUE);
      break;
    case '}': case ']':
      qd_yaml_scan_pop (s);
      break;
    case ',':
      frame->after_colon = frame->filled = FALSE;
      break;
    case ':':
      frame->after_colon = frame->kind == MAP;
      frame->filled = FALSE;
      break;
    case '#':
      *pos = find_line_end (s, *pos) - 1;
      break;
    case '"': case '\'':
      {
        gsize end = skip_quoted (s, *pos, s->length, &closed);

        if (!closed)
          end = trim_line (s, *pos, find_line_end (s, *pos));
        take_flow_token (s, (Range) { *pos, end });
        *pos = end - 1;
      }
      break;
    default:
      {
        gsize end = skip_flow_plain (s, *pos);

        take_flow_token (s, (Range) { *pos, end });
        *pos = end - 1;
      }
    }
  ++*pos;
  return TRUE;
}

/* Reads brackets from the opening one on; what comes after them on their last line is nothing. */
static void
take_flow (Scan *s, gsize pos)
{
  guint base = s->stack->len;
  int column = top (s)->column;

  top (s)->open = FALSE;
  qd_yaml_scan_push (s, s->text[pos] == '{' ? MAP : SEQ, column, TRUE);
  pos++;
  while (s->stack->len > base && pos < s->length && s->stack->len < QD_YAML_SCAN_MAX_DEPTH)
    if (!step_flow (s, &pos, column))
      break;
  if (s->stack->len > base && s->cursor == pos && pos == s->length)
    qd_yaml_scan_offer_flow (s);
  qd_yaml_scan_pop_to (s, base);
  s->pos = find_line_end (s, pos) + 1;
}

/* --- Blocks ------------------------------------------------------------------------------------------------------ */

/* A text of more lines: all that is indented deeper than what it belongs to. */
static void
skip_literal (Scan *s)
{
  int column = top (s)->column;

  top (s)->open = FALSE;
  while (s->pos < s->length)
    {
      gsize end = find_line_end (s, s->pos), shown = trim_line (s, s->pos, end), content = skip_blanks (s, s->pos, shown);

      if (content < shown && (int) (content - s->pos) <= column)
        return;
      if (column < 0 && content == s->pos && shown - content >= 3 && strncmp (s->text + content, "---", 3) == 0)
        return;
      if (is_within (s, s->pos, end))
        {
          if (content < shown || (int) (s->cursor - s->pos) > column)
            qd_yaml_scan_find (s);
          else
            qd_yaml_scan_offer_line (s, (Range) { s->cursor, s->cursor }, (int) (s->cursor - s->pos));
        }
      s->pos = end + 1;
    }
}

static void
take_quoted (Scan *s, gsize pos, gsize line_end)
{
  Frame *frame = top (s);
  gboolean closed;
  gsize end = skip_quoted (s, pos, s->length, &closed);

  for (gsize next = find_line_end (s, pos); closed && next < end; next = find_line_end (s, next + 1))
    closed = !is_beyond (s, next + 1, frame->column);
  if (!closed)
    end = trim (s, pos, line_end);
  frame->open = FALSE;
  if (last_entry (frame) && frame->kind == MAP)
    last_entry (frame)->value = (Range) { pos, end };
  qd_yaml_scan_find_in_value (s, (Range) { pos, end }, FALSE);
  s->pos = find_line_end (s, end) + 1;
}

static gboolean
is_literal (const Scan *s, gsize pos, gsize end)
{
  if (s->text[pos] != '|' && s->text[pos] != '>')
    return FALSE;
  for (pos++; pos < end && !is_blank (s->text[pos]); pos++)
    if (strchr ("+-0123456789", s->text[pos]) == NULL)
      return FALSE;
  return TRUE;
}

/* What stands behind a colon or a dash, or alone on its line. TRUE: it was no plain word. */
static gboolean
take_value (Scan *s, gsize pos, gsize end)
{
  if (s->text[pos] == '{' || s->text[pos] == '[')
    {
      if (s->cursor == pos)
        qd_yaml_scan_find_in_value (s, (Range) { pos, pos }, FALSE);
      take_flow (s, pos);
    }
  else if (s->text[pos] == '"' || s->text[pos] == '\'')
    take_quoted (s, pos, end);
  else if (is_literal (s, pos, end))
    skip_literal (s);
  else
    return FALSE;
  return TRUE;
}

static void
take_plain (Scan *s, gsize pos, gsize end)
{
  Frame *frame = top (s);
  const Range word = { pos, find_plain_end (s, pos, end) };

  frame->open = FALSE;
  if (frame->kind == MAP && last_entry (frame))
    last_entry (frame)->value = word;
  qd_yaml_scan_find_in_value (s, word, FALSE);
}

static void
take_entry (Scan *s, Range key, gsize colon, gsize end, int column)
{
  const Entry entry = { .key = key };
  gsize value = skip_properties (s, skip_blanks (s, colon + 1, end), end);
  Frame *frame = top (s);

  if (frame->kind != MAP || frame->column != column)
    frame = qd_yaml_scan_push (s, MAP, column, FALSE);
  g_array_append_val (frame->entries, entry);
  frame->open = TRUE;
  frame->half = -1;
  qd_yaml_scan_find_in_key (s, key, column, TRUE);
  if (value < end && s->text[value] != '#')
    {
      if (!take_value (s, value, end))
        take_plain (s, value, end);
      return;
    }
  if (s->cursor > colon && s->cursor <= value)
    qd_yaml_scan_find_in_value (s, (Range) { s->cursor, s->cursor }, s->cursor == colon + 1);
}

/* A word that is no key yet, or a scalar: where a map could be, in a list, or as the value of the key above. */
static void
take_word (Scan *s, gsize pos, gsize end, int column, gboolean first)
{
  Frame *frame = top (s);
  const Range word = { pos, find_plain_end (s, pos, end) };

  if (frame->kind == MAP && frame->column == column)
    {
      if (is_within (s, word.start, word.end))
        qd_yaml_scan_offer_line (s, word, column);
      return;
    }
  if (is_within (s, word.start, word.end))
    {
      if (first)
        qd_yaml_scan_offer_line (s, word, column);
      else
        qd_yaml_scan_offer_item (s, word, column);
    }
  frame->open = FALSE;
  frame->half = column;
}

/* The dash at @pos, whose list is on top already or begins with it. Returns: where the item begins, or 0: nothing is there yet */
static gsize
take_dash (Scan *s, gsize pos, gsize end, int column)
{
  Frame *frame = top (s);
  gsize next = skip_blanks (s, pos + 1, end);

  if (frame->kind != SEQ || frame->column != column)
    frame = qd_yaml_scan_push (s, SEQ, column, FALSE);
  frame->n++;
  frame->open = TRUE;
  frame->half = -1;
  if (next < end && s->text[next] != '#')
    return next;
  if (is_within (s, pos + 2, next))
    qd_yaml_scan_offer_item (s, (Range) { s->cursor, s->cursor }, column + (int) (s->cursor - pos));
  return 0;
}

static void
take_node (Scan *s, gsize pos, gsize end, int column)
{
  gboolean first = TRUE;
  gsize colon, content;
  Range key;

  while (is_dash (s, pos) && s->stack->len < QD_YAML_SCAN_MAX_DEPTH)
    {
      gsize next = take_dash (s, pos, end, column);

      if (next == 0)
        return;
      column += (int) (next - pos);
      pos = next;
      first = FALSE;
    }
  content = skip_properties (s, pos, end);
  if (content == end || s->text[content] == '#')
    return;
  if (find_key (s, content, end, &key, &colon))
    take_entry (s, key, colon, end, column);
  else if (!take_value (s, content, end))
    take_word (s, content, end, column, first);
}

/* Closes what ended before this line. FALSE: the line goes on with a scalar, or is out of place. */
static gboolean
close_for (Scan *s, gsize content, int column)
{
  gboolean dash = is_dash (s, content), popped = FALSE;

  while (top (s)->column > column)
    {
      qd_yaml_scan_pop (s);
      popped = TRUE;
    }
  if (top (s)->kind == SEQ && top (s)->column == column && !dash)
    {
      qd_yaml_scan_pop (s);
      popped = TRUE;
    }
  if (top (s)->column < column)
    return popped || top (s)->open || top (s)->half == column;
  return !dash || top (s)->kind == SEQ || top (s)->open;
}

static gboolean
is_marker (const Scan *s, gsize pos, const char *marker)
{
  return s->length - pos >= 3 && strncmp (s->text + pos, marker, 3) == 0 && ends_word (s, pos + 3);
}

/* FALSE: all is known. */
static gboolean
take_marker (Scan *s, gsize pos, gsize end)
{
  gsize value = skip_blanks (s, pos + 3, end);

  if (s->found)
    return FALSE;
  qd_yaml_scan_begin_document (s);
  if (is_within (s, pos, pos + 3))
    qd_yaml_scan_find (s);
  value = skip_properties (s, value, end);
  if (value < end && s->text[value] != '#' && !take_value (s, value, end))
    take_plain (s, value, end);
  return TRUE;
}

static gboolean
take_line (Scan *s)
{
  gsize start = s->pos, line_end = find_line_end (s, start), end = trim_line (s, start, line_end);
  gsize content = skip_blanks (s, start, end);
  int column = (int) (content - start);

  s->pos = line_end + 1;
  if (content == end)
    {
      if (is_within (s, start, line_end))
        qd_yaml_scan_offer_line (s, (Range) { s->cursor, s->cursor }, (int) (MIN (s->cursor, end) - start));
    }
  else if (column == 0 && (is_marker (s, start, "---") || is_marker (s, start, "...")))
    return take_marker (s, start, end);
  else if (s->text[content] != '#' && !(s->text[content] == '%' && s->stack->len == 1) && close_for (s, content, column))
    take_node (s, content, end, column);
  if (is_within (s, start, line_end))
    qd_yaml_scan_find (s);
  return s->stack->len < QD_YAML_SCAN_MAX_DEPTH;
}

/* --- Asking ------------------------------------------------------------------------------------------------------ */

/* What is before the document that the place is in says nothing about it. */
static gsize
find_document (const Scan *s)
{
  gsize start = find_line_end (s, s->cursor);

  for (;;)
    {
      const char *line = start > 0 ? memrchr (s->text, '\n', start) : NULL;
      gsize begin = line ? (gsize) (line + 1 - s->text) : 0;

      if (begin == 0 || (begin <= s->cursor && is_marker (s, begin, "---")))
        return begin;
      start = begin - 1;
    }
}

QdYamlSpot *
qd_yaml_spot_find (GBytes *bytes, gsize offset)
{
  QdYamlSpot *spot = g_new0 (QdYamlSpot, 1);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  Scan s = { .text = length > 0 ? text : "", .length = length, .cursor = MIN (offset, length), .spot = spot };

  *spot = (QdYamlSpot) { .bytes = g_bytes_ref (bytes), .word = g_strdup (""), .text = g_strdup (""), .start = s.cursor, .end = s.cursor };
  spot->frames = g_ptr_array_new_with_free_func (qd_yaml_scan_around_free);
  s.stack = g_ptr_array_new_with_free_func (qd_yaml_scan_frame_unref);
  s.spare = g_ptr_array_new_with_free_func (qd_yaml_scan_frame_unref);
  g_ptr_array_add (s.stack, qd_yaml_scan_frame_new (&s, ROOT, -1, FALSE));
  qd_yaml_scan_begin_document (&s);
  s.pos = find_document (&s);
  if (s.pos == 0 && length >= 3 && memcmp (text, "\357\273\277", 3) == 0)
    s.pos = 3;
  while (s.pos < length && take_line (&s))
    ;
  if (!s.found && (length == 0 || text[length - 1] == '\n') && s.pos >= length)
    qd_yaml_scan_offer_line (&s, (Range) { s.cursor, s.cursor }, 0);
  qd_yaml_scan_pop_to (&s, 1);
  g_ptr_array_unref (s.stack);
  g_ptr_array_unref (s.spare);
  return spot;
}

void
qd_yaml_spot_free (QdYamlSpot *self)
{
  g_ptr_array_unref (self->frames);
  g_bytes_unref (self->bytes);
  g_free (self->map);
  g_free (self->value);
  g_free (self->list);
  g_free (self->word);
  g_free (self->text);
  g_free (self);
}

static const Frame *
find_around (const QdYamlSpot *self, const char *path)
{
  for (guint i = self->frames->len; i > 0; i--)
    {
      const Around *around = g_ptr_array_index (self->frames, i - 1);

      if (around->frame->kind == MAP && g_strcmp0 (around->path, path) == 0)
        return around->frame;
    }
  return NULL;
}

static const Entry *
find_entry (const QdYamlSpot *self, const char *path, const char *key)
{
  const char *text = g_bytes_get_data (self->bytes, NULL);
  const Frame *frame = find_around (self, path);

  for (guint i = 0; frame && i < frame->entries->len; i++)
    {
      const Entry *entry = &g_array_index (frame->entries, Entry, i);
      g_autofree char *name = qd_yaml_scan_dup_unquoted (text, entry->key);

      if (g_str_equal (name, key) && !(entry->key.start == self->start && !self->is_value))
        return entry;
    }
  return NULL;
}

gboolean
qd_yaml_spot_has_key (const QdYamlSpot *self, const char *path, const char *key)
{
  return find_entry (self, path, key) != NULL;
}

char *
qd_yaml_spot_dup_scalar (const QdYamlSpot *self, const char *path, const char *key)
{
  const Entry *entry = find_entry (self, path, key);

  return entry && entry->value.end > entry->value.start ? qd_yaml_scan_dup_unquoted (g_bytes_get_data (self->bytes, NULL), entry->value) : NULL;
}

char *
qd_yaml_spot_dup_metadata (const QdYamlSpot *self, const char *path, const char *key)
{
  const Frame *frame = find_around (self, path);

  for (guint i = 0; frame && i < G_N_ELEMENTS (qd_yaml_scan_metadata_keys); i++)
    if (g_str_equal (qd_yaml_scan_metadata_keys[i], key) && frame->metadata[i].end > frame->metadata[i].start)
      return qd_yaml_scan_dup_unquoted (g_bytes_get_data (self->bytes, NULL), frame->metadata[i]);
  return NULL;
}

char *
qd_yaml_pointer_dup_parent (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash ? g_strndup (path, (gsize) (slash - path)) : g_strdup ("");
}

char *
qd_yaml_pointer_dup_last (const char *path)
{
  const char *slash = strrchr (path, '/');
  g_auto (GStrv) slashes = g_strsplit (slash ? slash + 1 : path, "~1", -1);
  g_autofree char *with_slashes = g_strjoinv ("/", slashes);
  g_auto (GStrv) tildes = g_strsplit (with_slashes, "~0", -1);

  return g_strjoinv ("~", tildes);
}
