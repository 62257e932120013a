/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-merge.h"

#include <string.h>

#include <git2.h>
#include <glib/gi18n-lib.h>

#include "qd-git-private.h"

#define MAX_BYTES (64 * 1024 * 1024)

typedef enum { MINE, THEIRS, N_SIDES } Side;

/* Lines @from until @to of the base became as many lines of a side; lines count from 0. */
typedef struct {
  gsize from, to;
  gsize side_from, side_to;
} Change;

struct _QdMerge {
  GBytes *base, *side[N_SIDES];
  GArray *pieces;            /* QdMergePiece */
  guint n_conflicts;
};

/* --- Lines ------------------------------------------------------------------------------------ */

/* Returns: where each line begins, and after the last one the end of the text. */
static GArray *
find_lines (GBytes *bytes)
{
  GArray *starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize size, at = 0;
  const char *text = g_bytes_get_data (bytes, &size);

  while (at < size)
    {
      const char *end = memchr (text + at, '\n', size - at);

      g_array_append_val (starts, at);
      at = end ? (gsize) (end - text) + 1 : size;
    }
  g_array_append_val (starts, size);
  return starts;
}

static QdMergeRange
bytes_of (GArray *starts, gsize from, gsize to)
{
  return (QdMergeRange) { g_array_index (starts, gsize, from), g_array_index (starts, gsize, to) };
}

static gboolean
is_equal (GBytes *a, QdMergeRange of_a, GBytes *b, QdMergeRange of_b)
{
  const char *in_a = g_bytes_get_data (a, NULL), *in_b = g_bytes_get_data (b, NULL);
  gsize length = of_a.end - of_a.start;

  return length == of_b.end - of_b.start && (length == 0 || memcmp (in_a + of_a.start, in_b + of_b.start, length) == 0);
}

/* --- Changes ------------------------------------------------------------------------------------ */

/* A hunk of no lines is said to begin at the line before it, and lines count from 1. */
static gsize
first_line (int start, int lines)
{
  return (gsize) (lines > 0 ? start - 1 : start);
}

static int
hunk_cb (const git_diff_delta *delta, const git_diff_hunk *hunk, void *data)
{
  gsize from = first_line (hunk->old_start, hunk->old_lines);
  gsize side_from = first_line (hunk->new_start, hunk->new_lines);
  Change change = { from, from + (gsize) hunk->old_lines, side_from, side_from + (gsize) hunk->new_lines };

  g_array_append_val ((GArray *) data, change);
  return 0;
}

static GArray *
find_changes (GBytes *base, GBytes *side, GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (Change));
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  gsize base_size, side_size;
  const char *base_text = g_bytes_get_data (base, &base_size), *side_text = g_bytes_get_data (side, &side_size);
  int status;

  options.context_lines = 0;
  options.interhunk_lines = 0;
  options.flags = GIT_DIFF_FORCE_TEXT | GIT_DIFF_INDENT_HEURISTIC;
  status = git_diff_buffers (base_text ? base_text : "", base_size, NULL, side_text ? side_text : "", side_size, NULL,
                             &options, NULL, NULL, hunk_cb, NULL, changes);
  if (status < 0)
    {
      qd_git_set_error (error, status, _("the texts cannot be compared"));
      return NULL;
    }
  return g_steal_pointer (&changes);
}

/* --- Pieces --------------------------------------------------------------------------------------- */

/* Where the walk is: a line of each text, and the next change of each side. */
typedef struct {
  QdMerge *merge;
  GArray *lines, *side_lines[N_SIDES];
  GArray *changes[N_SIDES];
  gsize at, side_at[N_SIDES];
  guint next[N_SIDES];
} Walk;

static const Change *
next_change (const Walk *self, Side side)
{
  return self->next[side] < self->changes[side]->len ? &g_array_index (self->changes[side], Change, self->next[side]) : NULL;
}

static void
add_piece (Walk *self, QdMergeKind kind, gsize to, gsize mine_to, gsize theirs_to)
{
  const QdMergePiece piece = {
    kind,
    bytes_of (self->lines, self->at, to),
    bytes_of (self->side_lines[MINE], self->side_at[MINE], mine_to),
    bytes_of (self->side_lines[THEIRS], self->side_at[THEIRS], theirs_to),
  };

  g_array_append_val (self->merge->pieces, piece);
  self->at = to;
  self->side_at[MINE] = mine_to;
  self->side_at[THEIRS] = theirs_to;
  self->merge->n_conflicts += kind == QD_MERGE_CONFLICT;
}

/* Up to line @to of the base nobody changed anything. */
static void
add_same (Walk *self, gsize to)
{
  gsize n = to - self->at;

  if (n > 0)
    add_piece (self, QD_MERGE_SAME, to, self->side_at[MINE] + n, self->side_at[THEIRS] + n);
}

/* Takes all changes of @side that touch the lines until *@to, and moves *@to to their end. */
static gboolean
take_touching (Walk *self, Side side, gsize *to)
{
  const Change *change;
  gboolean took = FALSE;

  while ((change = next_change (self, side)) && change->from <= *to)
    {
      *to = MAX (*to, change->to);
      self->next[side]++;
      took = TRUE;
    }
  return took;
}

/* The line of @side that stands where line @to of the base does: no change of that side crosses it. */
static gsize
line_of (const Walk *self, Side side, gsize to)
{
  const Change *last = self->next[side] > 0 ? &g_array_index (self->changes[side], Change, self->next[side] - 1) : NULL;

  return last ? last->side_to + (to - last->to) : to;
}

static QdMergeKind
kind_of (Walk *self, gboolean mine, gboolean theirs, gsize mine_to, gsize theirs_to)
{
  QdMerge *merge = self->merge;

  if (!theirs)
    return QD_MERGE_MINE;
  if (!mine)
    return QD_MERGE_THEIRS;
  return is_equal (merge->side[MINE], bytes_of (self->side_lines[MINE], self->side_at[MINE], mine_to),
                   merge->side[THEIRS], bytes_of (self->side_lines[THEIRS], self->side_at[THEIRS], theirs_to))
             ? QD_MERGE_BOTH : QD_MERGE_CONFLICT;
}

/* The next change of either side, with all that touches it. */
static gboolean
add_change (Walk *self)
{
  const Change *mine = next_change (self, MINE), *theirs = next_change (self, THEIRS);
  gboolean by_mine = FALSE, by_theirs = FALSE, more = TRUE;
  gsize to, mine_to, theirs_to;

  if (mine == NULL && theirs == NULL)
    return FALSE;
  to = MIN (mine ? mine->from : G_MAXSIZE, theirs ? theirs->from : G_MAXSIZE);
  add_same (self, to);
  while (more)
    {
      gboolean first = take_touching (self, MINE, &to), second = take_touching (self, THEIRS, &to);

      by_mine |= first;
      by_theirs |= second;
      more = first || second;
    }
  mine_to = line_of (self, MINE, to);
  theirs_to = line_of (self, THEIRS, to);
  add_piece (self, kind_of (self, by_mine, by_theirs, mine_to, theirs_to), to, mine_to, theirs_to);
  return TRUE;
}

static void
cut (Walk *self)
{
  while (add_change (self))
    ;
  add_same (self, self->lines->len - 1);
}

QdMerge *
qd_merge_new (GBytes *base, GBytes *mine, GBytes *theirs, GError **error)
{
  g_autoptr (QdMerge) self = g_new0 (QdMerge, 1);
  g_autoptr (GArray) lines = NULL, mine_lines = NULL, their_lines = NULL, my_changes = NULL, their_changes = NULL;
  Walk walk = { .merge = self };

  self->base = g_bytes_ref (base);
  self->side[MINE] = g_bytes_ref (mine);
  self->side[THEIRS] = g_bytes_ref (theirs);
  self->pieces = g_array_new (FALSE, FALSE, sizeof (QdMergePiece));
  if (g_bytes_get_size (base) > MAX_BYTES || g_bytes_get_size (mine) > MAX_BYTES || g_bytes_get_size (theirs) > MAX_BYTES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("Texts of more than 64 MiB are not compared"));
      return NULL;
    }
  qd_git_begin ();
  my_changes = find_changes (base, mine, error);
  their_changes = my_changes ? find_changes (base, theirs, error) : NULL;
  if (their_changes == NULL)
    return NULL;
  walk.lines = lines = find_lines (base);
  walk.side_lines[MINE] = mine_lines = find_lines (mine);
  walk.side_lines[THEIRS] = their_lines = find_lines (theirs);
  walk.changes[MINE] = my_changes;
  walk.changes[THEIRS] = their_changes;
  cut (&walk);
  return g_steal_pointer (&self);
}

void
qd_merge_free (QdMerge *self)
{
  g_bytes_unref (self->base);
  g_bytes_unref (self->side[MINE]);
  g_bytes_unref (self->side[THEIRS]);
  g_array_unref (self->pieces);
  g_free (self);
}

gboolean
qd_merge_is_of (const QdMerge *self, GBytes *mine, GBytes *theirs)
{
  return g_bytes_equal (self->side[MINE], mine) && g_bytes_equal (self->side[THEIRS], theirs);
}

guint
qd_merge_get_n_pieces (const QdMerge *self)
{
  return self->pieces->len;
}

const QdMergePiece *
qd_merge_get_piece (const QdMerge *self, guint nth)
{
  g_return_val_if_fail (nth < self->pieces->len, NULL);
  return &g_array_index (self->pieces, QdMergePiece, nth);
}

guint
qd_merge_get_n_conflicts (const QdMerge *self)
{
  return self->n_conflicts;
}

static void
append (GByteArray *text, GBytes *bytes, QdMergeRange range)
{
  if (range.end > range.start)
    g_byte_array_append (text, (const guint8 *) g_bytes_get_data (bytes, NULL) + range.start, (guint) (range.end - range.start));
}

GBytes *
qd_merge_get_text (const QdMerge *self, const QdMergeKind *choice)
{
  GByteArray *text = g_byte_array_new ();
  guint conflict = 0;

  g_return_val_if_fail (choice != NULL || self->n_conflicts == 0, NULL);
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const QdMergePiece *piece = &g_array_index (self->pieces, QdMergePiece, i);
      QdMergeKind whose = piece->kind == QD_MERGE_CONFLICT ? choice[conflict++] : piece->kind;

      if (whose == QD_MERGE_THEIRS)
        append (text, self->side[THEIRS], piece->theirs);
      else
        append (text, self->side[MINE], piece->mine);
    }
  return g_byte_array_free_to_bytes (text);
}

/* --- Some lines of it --------------------------------------------------------------------------- */

QdMergeRange
qd_merge_range_head (GBytes *text, QdMergeRange range, guint n)
{
  const char *data = g_bytes_get_data (text, NULL);
  gsize at = range.start;

  for (; n > 0 && at < range.end; n--)
    {
      const char *end = memchr (data + at, '\n', range.end - at);

      at = end ? (gsize) (end - data) + 1 : range.end;
    }
  return (QdMergeRange) { range.start, at };
}

QdMergeRange
qd_merge_range_tail (GBytes *text, QdMergeRange range, guint n)
{
  const char *data = g_bytes_get_data (text, NULL);
  gsize at = range.end;

  for (; n > 0 && at > range.start; n--)
    {
      /* What ends a line is no line of its own. */
      const char *end = memrchr (data + range.start, '\n', at - range.start - 1);

      at = end ? (gsize) (end - data) + 1 : range.start;
    }
  return (QdMergeRange) { at, range.end };
}

/* --- On a worker -------------------------------------------------------------------------------- */

typedef struct { GBytes *base, *mine, *theirs; } Texts;

static void
texts_free (gpointer data)
{
  Texts *self = data;

  g_bytes_unref (self->base);
  g_bytes_unref (self->mine);
  g_bytes_unref (self->theirs);
  g_free (self);
}

static void
merge_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Texts *texts = data;
  GError *error = NULL;
  QdMerge *self = qd_merge_new (texts->base, texts->mine, texts->theirs, &error);

  if (self)
    g_task_return_pointer (task, self, (GDestroyNotify) qd_merge_free);
  else
    g_task_return_error (task, error);
}

void
qd_merge_async (gpointer source, GBytes *base, GBytes *mine, GBytes *theirs, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (source, NULL, callback, data);
  Texts *texts = g_new (Texts, 1);

  *texts = (Texts) { base ? g_bytes_ref (base) : g_bytes_new (NULL, 0), g_bytes_ref (mine), g_bytes_ref (theirs) };
  g_task_set_source_tag (task, qd_merge_async);
  g_task_set_task_data (task, texts, texts_free);
  g_task_run_in_thread (task, merge_thread);
}

QdMerge *
qd_merge_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, qd_merge_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
qd_merge_was_of (GAsyncResult *result, GBytes *mine, GBytes *theirs)
{
  const Texts *texts = g_task_get_task_data (G_TASK (result));

  return texts->mine == mine && texts->theirs == theirs;
}
