/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-yaml-spot-private.h"

#include <string.h>

#include "qd-yaml-edit.h"

#define DEFAULT_STEP 2

const char *const qd_yaml_scan_metadata_keys[QD_YAML_SCAN_N_METADATA] = { "name", "namespace" };

/* --- Frames ------------------------------------------------------------------------------------------------------ */

Frame *
qd_yaml_scan_frame_new (Scan *s, FrameKind kind, int column, gboolean flow)
{
  Frame *self = s->spare->len > 0 ? g_ptr_array_steal_index_fast (s->spare, s->spare->len - 1) : g_new0 (Frame, 1);
  GArray *entries = self->entries ? self->entries : g_array_new (FALSE, FALSE, sizeof (Entry));

  *self = (Frame) { .refs = 1, .kind = kind, .column = column, .flow = flow, .half = -1, .entries = entries };
  return self;
}

static Frame *
frame_ref (Frame *self)
{
  self->refs++;
  return self;
}

void
qd_yaml_scan_frame_unref (gpointer data)
{
  Frame *self = data;

  if (--self->refs > 0)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

void
qd_yaml_scan_around_free (gpointer data)
{
  Around *self = data;

  qd_yaml_scan_frame_unref (self->frame);
  g_free (self->path);
  g_free (self);
}

/* Without quotes; escapes are undone where a key or a word can have them. (transfer full) */
char *
qd_yaml_scan_dup_unquoted (const char *text, Range range)
{
  gsize n = range.end - range.start;
  const char *at = text + range.start;
  char quote = n > 0 && (*at == '"' || *at == '\'') ? *at : '\0';
  GString *out;

  if (quote == '\0')
    return g_strndup (at, n);
  out = g_string_new (NULL);
  for (gsize i = 1; i < n; i++)
    {
      if (at[i] == quote && quote == '\'' && i + 1 < n && at[i + 1] == quote)
        i++;
      else if (at[i] == quote)
        break;
      else if (at[i] == '\\' && quote == '"' && i + 1 < n)
        i++;
      g_string_append_c (out, at[i]);
    }
  return g_string_free (out, FALSE);
}

/* The path of the frame number @n, counted from the document; one more than there are: of what the last one holds. */
static char *
path_of (const Scan *s, guint n)
{
  GString *path = g_string_new (NULL);

  for (guint i = 0; i < n && i < s->stack->len; i++)
    {
      const Frame *frame = frame_at (s, i);

      if (frame->kind == SEQ)
        g_string_append_printf (path, "/%u", frame->n > 0 ? frame->n - 1 : 0);
      else if (frame->kind == MAP && last_entry (frame))
        {
          g_autofree char *key = qd_yaml_scan_dup_unquoted (s->text, last_entry (frame)->key);

          qd_yaml_pointer_append (path, key);
        }
    }
  return g_string_free (path, FALSE);
}

static void
keep (Scan *s, Frame *frame, char *path)
{
  Around *around = g_new0 (Around, 1);

  *around = (Around) { frame_ref (frame), path };
  g_ptr_array_add (s->spot->frames, around);
}

static void
note_step (Scan *s, const Frame *parent, FrameKind kind, int column)
{
  gboolean *known = kind == MAP ? &s->has_step : &s->has_dash;
  int by = column - parent->column;

  if (parent->kind != MAP || parent->flow || *known || by < 0 || by > 8)
    return;
  *known = TRUE;
  *(kind == MAP ? &s->spot->step : &s->spot->dash) = (guint) by;
}

Frame *
qd_yaml_scan_push (Scan *s, FrameKind kind, int column, gboolean flow)
{
  Frame *parent = top (s), *frame = qd_yaml_scan_frame_new (s, kind, column, flow);

  parent->open = FALSE;
  if (!flow)
    note_step (s, parent, kind, column);
  if (s->pending == parent && kind == MAP && (int) s->spot->column == column)
    keep (s, frame, g_strdup (s->spot->map));
  s->pending = NULL;
  g_ptr_array_add (s->stack, frame);
  return frame;
}

/* Whether what is written there is @key, with or without quotes. */
static gboolean
says (const char *text, Range range, const char *key)
{
  gsize n = range.end - range.start, length = strlen (key);
  gsize quotes = n == length + 2 && strchr ("\"'", text[range.start]) != NULL;

  return n == length + 2 * quotes && strncmp (text + range.start + quotes, key, length) == 0;
}

/* What a map says in its metadata is known to the map, when that is closed. */
static void
tell_metadata (Scan *s, const Frame *frame, Frame *parent)
{
  const Entry *entry = parent->kind == MAP ? last_entry (parent) : NULL;

  if (entry == NULL || frame->kind != MAP || !says (s->text, entry->key, "metadata"))
    return;
  for (guint i = 0; i < frame->entries->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (qd_yaml_scan_metadata_keys); k++)
      if (says (s->text, g_array_index (frame->entries, Entry, i).key, qd_yaml_scan_metadata_keys[k]))
        parent->metadata[k] = g_array_index (frame->entries, Entry, i).value;
}

void
qd_yaml_scan_pop (Scan *s)
{
  Frame *frame = top (s);

  tell_metadata (s, frame, frame_at (s, s->stack->len - 2));
  if (s->pending == frame)
    s->pending = NULL;
  if (frame->refs > 1)
    {
      g_ptr_array_remove_index (s->stack, s->stack->len - 1);
      return;
    }
  g_array_set_size (frame->entries, 0);
  g_ptr_array_add (s->spare, g_ptr_array_steal_index (s->stack, s->stack->len - 1));
}

void
qd_yaml_scan_pop_to (Scan *s, guint length)
{
  while (s->stack->len > length)
    qd_yaml_scan_pop (s);
}

void
qd_yaml_scan_begin_document (Scan *s)
{
  qd_yaml_scan_pop_to (s, 1);
  g_ptr_array_set_size (s->stack, 0);
  g_ptr_array_add (s->stack, qd_yaml_scan_frame_new (s, ROOT, -1, FALSE));
  top (s)->open = TRUE;
  if (!s->found)
    {
      s->has_step = s->has_dash = FALSE;
      s->spot->step = DEFAULT_STEP;
      s->spot->dash = 0;
    }
}

/* --- The place --------------------------------------------------------------------------------------------------- */

/* FALSE: it was found before. */
gboolean
qd_yaml_scan_find (Scan *s)
{
  if (s->found)
    return FALSE;
  s->found = TRUE;
  for (guint i = 0; i < s->stack->len; i++)
    keep (s, frame_at (s, i), path_of (s, i));
  return TRUE;
}

static void
set_word (Scan *s, Range range, int column)
{
  QdYamlSpot *spot = s->spot;

  spot->start = range.start;
  spot->end = range.end;
  spot->quoted = range.end > range.start && strchr ("\"'", s->text[range.start]) != NULL;
  g_free (spot->word);
  g_free (spot->text);
  spot->word = g_strndup (s->text + MIN (s->cursor, range.start + spot->quoted), s->cursor > range.start + spot->quoted ? s->cursor - range.start - spot->quoted : 0);
  spot->text = qd_yaml_scan_dup_unquoted (s->text, range);
  spot->column = (guint) MAX (column, 0);
}

/* A key of the map on top. */
void
qd_yaml_scan_find_in_key (Scan *s, Range key, int column, gboolean has_colon)
{
  if (!is_within (s, key.start, key.end) || !qd_yaml_scan_find (s))
    return;
  set_word (s, key, column);
  s->spot->map = path_of (s, s->stack->len - 1);
  s->spot->has_colon = has_colon;
  s->spot->flow = top (s)->flow;
}

void
qd_yaml_scan_find_in_value (Scan *s, Range value, gboolean needs_space)
{
  if (!is_within (s, value.start, value.end) || !qd_yaml_scan_find (s))
    return;
  set_word (s, value, top (s)->column);
  s->spot->value = path_of (s, s->stack->len);
  s->spot->flow = top (s)->flow;
  s->spot->is_value = TRUE;
  s->spot->needs_space = needs_space;
}

/* What may begin where nothing is yet, or a word that may become anything: at @column of a line of its own. */
void
qd_yaml_scan_offer_line (Scan *s, Range word, int column)
{
  guint at = s->stack->len - 1;
  const Frame *frame;
  gboolean popped;

  while (frame_at (s, at)->column > column)
    at--;
  frame = frame_at (s, at);
  popped = at + 1 < s->stack->len;
  if (!qd_yaml_scan_find (s))
    return;
  set_word (s, word, column);
  if (frame->kind == MAP && frame->column == column)
    {
      s->spot->map = path_of (s, at);
      if (!popped && frame->open)
        s->spot->list = path_of (s, at + 1);
    }
  else if (frame->kind == SEQ && frame->column == column)
    {
      s->spot->list = path_of (s, at);
      if (frame_at (s, at - 1)->kind == MAP && frame_at (s, at - 1)->column == column)
        s->spot->map = path_of (s, at - 1);
    }
  else if (!popped && (frame->open || frame->half == column))
    {
      s->spot->map = path_of (s, at + 1);
      s->spot->value = g_strdup (s->spot->map);
      s->spot->list = frame->kind != SEQ ? g_strdup (s->spot->map) : NULL;
      s->pending = frame_at (s, at);
    }
}

/* Behind a dash. */
void
qd_yaml_scan_offer_item (Scan *s, Range word, int column)
{
  if (!qd_yaml_scan_find (s))
    return;
  set_word (s, word, column);
  s->spot->map = path_of (s, s->stack->len);
  s->spot->value = g_strdup (s->spot->map);
  s->pending = top (s);
}

void
qd_yaml_scan_offer_flow (Scan *s)
{
  const Frame *frame = top (s);

  if (!qd_yaml_scan_find (s))
    return;
  s->spot->flow = TRUE;
  if (frame->filled)
    return;
  if (frame->kind == MAP && !frame->after_colon)
    s->spot->map = path_of (s, s->stack->len - 1);
  else if (frame->kind == MAP)
    s->spot->value = path_of (s, s->stack->len);
  else
    {
      g_autofree char *list = path_of (s, s->stack->len - 1);

      s->spot->value = g_strdup_printf ("%s/%u", list, frame->n);
    }
  s->spot->is_value = s->spot->value != NULL;
}
