/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-folds.h"

#include <string.h>

#define FOLDS_KEY "qd-policy-folds"
#define TAG "qd-fold"
/* So far it is looked for what is below a line: more than that is not a gap of blank lines. */
#define MAX_GAP 200

/* What is hidden: from the beginning of a line to that of another, or to the end of the text. */
typedef struct { GtkTextMark *start, *end; } Fold;

struct _QdPolicyFolds {
  GObject parent_instance;
  GtkTextBuffer *buffer;   /* borrowed: it owns this */
  GtkTextTag *tag;
  GPtrArray *folds;        /* of Fold */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (QdPolicyFolds, qd_policy_folds, G_TYPE_OBJECT)

/* --- Lines ----------------------------------------------------------------------------------------------- */

typedef enum { BLANK, COMMENT, MARKER, DASH, OTHER } LineKind;
typedef struct { LineKind kind; int indent; } Line;

static gunichar
next_char (GtkTextIter *at)
{
  return gtk_text_iter_forward_char (at) ? gtk_text_iter_get_char (at) : 0;
}

static gboolean
is_end (gunichar c)
{
  return c == 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static Line
read_line (GtkTextBuffer *buffer, int number)
{
  Line line = { BLANK, 0 };
  GtkTextIter at, next;
  gunichar c;

  gtk_text_buffer_get_iter_at_line (buffer, &at, number);
  for (c = gtk_text_iter_get_char (&at); c == ' '; c = next_char (&at))
    line.indent++;
  if (c == '\t' || is_end (c))
    return line;
  next = at;
  if (c == '#')
    line.kind = COMMENT;
  else if (c == '-' && is_end (next_char (&next)))
    line.kind = DASH;
  else if (c == '-' && line.indent == 0 && gtk_text_iter_get_char (&next) == '-' && next_char (&next) == '-' && is_end (next_char (&next)))
    line.kind = MARKER;
  else
    line.kind = OTHER;
  return line;
}

/* Whether @below belongs to @header, where all between does. */
static gboolean
is_below (Line header, Line below)
{
  if (below.kind == MARKER)
    return FALSE;
  if (header.kind == MARKER)
    return TRUE;
  return below.indent > header.indent || (below.indent == header.indent && below.kind == DASH && header.kind == OTHER);
}

static gboolean
is_header (LineKind kind)
{
  return kind == MARKER || kind == DASH || kind == OTHER;
}

/* The last line that belongs to @number; @number itself where none does. @all: else it is enough that there is one. */
static int
find_last (QdPolicyFolds *self, int number, gboolean all)
{
  int n = gtk_text_buffer_get_line_count (self->buffer), last = number;
  Line header = read_line (self->buffer, number);

  if (!is_header (header.kind))
    return number;
  for (int i = number + 1; i < n && (all || i < number + MAX_GAP); i++)
    {
      Line line = read_line (self->buffer, i);

      /* A comment ends nothing, wherever it is. */
      if (line.kind == BLANK || (line.kind == COMMENT && !is_below (header, line)))
        continue;
      if (!is_below (header, line))
        break;
      last = i;
      if (!all)
        break;
    }
  return last;
}

/* --- Folds ----------------------------------------------------------------------------------------------- */

static void
get_range (QdPolicyFolds *self, const Fold *fold, GtkTextIter *start, GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_mark (self->buffer, start, fold->start);
  gtk_text_buffer_get_iter_at_mark (self->buffer, end, fold->end);
}

static int
get_header (QdPolicyFolds *self, const Fold *fold)
{
  GtkTextIter start;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &start, fold->start);
  return gtk_text_iter_get_line (&start) - 1;
}

static Fold *
find_fold (QdPolicyFolds *self, guint line)
{
  g_autoptr (GSList) marks = NULL;
  Fold *found = NULL;
  GtkTextIter at;

  if (self->folds->len == 0 || !gtk_text_buffer_get_iter_at_line (self->buffer, &at, (int) line + 1))
    return NULL;
  marks = gtk_text_iter_get_marks (&at);
  for (GSList *mark = marks; mark && !found; mark = mark->next)
    found = g_object_get_data (mark->data, FOLDS_KEY);
  return found;
}

static void
fold_free (QdPolicyFolds *self, Fold *fold)
{
  gtk_text_buffer_delete_mark (self->buffer, fold->start);
  gtk_text_buffer_delete_mark (self->buffer, fold->end);
  g_free (fold);
}

static void
hide (QdPolicyFolds *self, const Fold *fold)
{
  GtkTextIter start, end;

  get_range (self, fold, &start, &end);
  gtk_text_buffer_apply_tag (self->buffer, self->tag, &start, &end);
}

/* What was folded within it stays folded. */
static void
open_fold (QdPolicyFolds *self, Fold *fold)
{
  GtkTextIter start, end;

  get_range (self, fold, &start, &end);
  gtk_text_buffer_remove_tag (self->buffer, self->tag, &start, &end);
  g_ptr_array_remove_fast (self->folds, fold);
  fold_free (self, fold);
  for (guint i = 0; i < self->folds->len; i++)
    {
      const Fold *other = g_ptr_array_index (self->folds, i);
      GtkTextIter at, to;

      get_range (self, other, &at, &to);
      if (gtk_text_iter_compare (&at, &end) < 0 && gtk_text_iter_compare (&to, &start) > 0)
        hide (self, other);
    }
}

/* Where a cursor would be among what is hidden: at the very end of the text too, where that is not on a line of its own. */
static gboolean
is_inside (QdPolicyFolds *self, const Fold *fold, const GtkTextIter *at)
{
  GtkTextIter start, end;

  get_range (self, fold, &start, &end);
  if (gtk_text_iter_compare (at, &start) < 0)
    return FALSE;
  return gtk_text_iter_compare (at, &end) < 0 || (gtk_text_iter_equal (at, &end) && !gtk_text_iter_starts_line (&end));
}

/* Opens all that @is_touched says. */
static void
open_where (QdPolicyFolds *self, gboolean (*is_touched) (QdPolicyFolds *, const Fold *, gconstpointer), gconstpointer data)
{
  gboolean any = FALSE;

  for (guint i = self->folds->len; i > 0; i--)
    if (i <= self->folds->len && is_touched (self, g_ptr_array_index (self->folds, i - 1), data))
      {
        open_fold (self, g_ptr_array_index (self->folds, i - 1));
        i = self->folds->len + 1;
        any = TRUE;
      }
  if (any)
    g_signal_emit (self, changed_signal, 0);
}

/* --- What happens to the text ------------------------------------------------------------------------------ */

static gboolean
holds_place (QdPolicyFolds *self, const Fold *fold, gconstpointer at)
{
  return is_inside (self, fold, at);
}

typedef struct { GtkTextIter start, end; gboolean breaks; } Edit;

/* Whether it reaches into what is hidden, or breaks the line that the fold hangs from, or joins something to it. */
static gboolean
is_edited (QdPolicyFolds *self, const Fold *fold, gconstpointer data)
{
  const Edit *edit = data;
  GtkTextIter start, end, header;

  get_range (self, fold, &start, &end);
  header = start;
  gtk_text_iter_backward_char (&header);
  if (gtk_text_iter_equal (&edit->start, &edit->end))
    return is_inside (self, fold, &edit->start) ||
           (edit->breaks && gtk_text_iter_get_line (&edit->start) == gtk_text_iter_get_line (&header) && !gtk_text_iter_starts_line (&edit->start));
  return gtk_text_iter_compare (&edit->start, &end) < 0 && gtk_text_iter_compare (&edit->end, &header) > 0;
}

static void
insert_cb (QdPolicyFolds *self, GtkTextIter *at, const char *text, int length)
{
  const Edit edit = { *at, *at, memchr (text, '\n', (gsize) length) != NULL };

  if (self->folds->len > 0)
    open_where (self, is_edited, &edit);
}

static void
delete_cb (QdPolicyFolds *self, GtkTextIter *start, GtkTextIter *end)
{
  const Edit edit = { *start, *end, FALSE };

  if (self->folds->len > 0 && !gtk_text_iter_equal (start, end))
    open_where (self, is_edited, &edit);
}

static void
mark_cb (QdPolicyFolds *self, const GtkTextIter *at, GtkTextMark *mark)
{
  if (self->folds->len > 0 && (mark == gtk_text_buffer_get_insert (self->buffer) || mark == gtk_text_buffer_get_selection_bound (self->buffer)))
    open_where (self, holds_place, at);
}

/* --- Asking and telling ------------------------------------------------------------------------------------ */

gboolean
qd_policy_folds_can_fold (QdPolicyFolds *self, guint line)
{
  return find_last (self, (int) line, FALSE) > (int) line;
}

guint
qd_policy_folds_get_hidden (QdPolicyFolds *self, guint line)
{
  const Fold *fold = find_fold (self, line);
  GtkTextIter start, end;

  if (fold == NULL)
    return 0;
  get_range (self, fold, &start, &end);
  return (guint) (gtk_text_iter_get_line (&end) - gtk_text_iter_get_line (&start) + !gtk_text_iter_starts_line (&end));
}

gboolean
qd_policy_folds_is_hidden (QdPolicyFolds *self, guint line)
{
  GtkTextIter at;

  if (self->folds->len == 0 || !gtk_text_buffer_get_iter_at_line (self->buffer, &at, (int) line))
    return FALSE;
  return gtk_text_iter_has_tag (&at, self->tag);
}

/* Who is within goes to the line that stays. */
static void
lead_out (QdPolicyFolds *self, guint line, const Fold *fold)
{
  GtkTextMark *marks[] = { gtk_text_buffer_get_insert (self->buffer), gtk_text_buffer_get_selection_bound (self->buffer) };
  gboolean inside = FALSE;
  GtkTextIter at;

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      gtk_text_buffer_get_iter_at_mark (self->buffer, &at, marks[i]);
      inside |= is_inside (self, fold, &at);
    }
  if (!inside)
    return;
  gtk_text_buffer_get_iter_at_line (self->buffer, &at, (int) line);
  if (!gtk_text_iter_ends_line (&at))
    gtk_text_iter_forward_to_line_end (&at);
  gtk_text_buffer_place_cursor (self->buffer, &at);
}

static gboolean
fold_quietly (QdPolicyFolds *self, guint line)
{
  int last = find_last (self, (int) line, TRUE);
  GtkTextIter start, end;
  Fold *fold;

  if (last <= (int) line || find_fold (self, line))
    return FALSE;
  gtk_text_buffer_get_iter_at_line (self->buffer, &start, (int) line + 1);
  if (!gtk_text_buffer_get_iter_at_line (self->buffer, &end, last + 1))
    gtk_text_buffer_get_end_iter (self->buffer, &end);
  fold = g_new0 (Fold, 1);
  fold->start = gtk_text_buffer_create_mark (self->buffer, NULL, &start, TRUE);
  fold->end = gtk_text_buffer_create_mark (self->buffer, NULL, &end, TRUE);
  g_object_set_data (G_OBJECT (fold->start), FOLDS_KEY, fold);
  lead_out (self, line, fold);
  g_ptr_array_add (self->folds, fold);
  hide (self, fold);
  return TRUE;
}

gboolean
qd_policy_folds_fold (QdPolicyFolds *self, guint line)
{
  gboolean done = fold_quietly (self, line);

  if (done)
    g_signal_emit (self, changed_signal, 0);
  return done;
}

gboolean
qd_policy_folds_unfold (QdPolicyFolds *self, guint line)
{
  Fold *fold = find_fold (self, line);

  if (fold == NULL)
    return FALSE;
  open_fold (self, fold);
  g_signal_emit (self, changed_signal, 0);
  return TRUE;
}

gboolean
qd_policy_folds_find_around (QdPolicyFolds *self, guint line, guint *header)
{
  int indent = G_MAXINT;

  for (int i = (int) line; i >= 0; i--)
    {
      Line above = read_line (self->buffer, i);
      gboolean outer = above.kind == MARKER || above.indent < indent || i == (int) line;

      /* The key over a list that is not indented is as deep as its dashes. */
      if (above.kind == BLANK || above.kind == COMMENT || (!outer && !(above.kind == OTHER && above.indent == indent)))
        continue;
      if (find_fold (self, (guint) i) == NULL && find_last (self, i, TRUE) >= MAX ((int) line, i + 1))
        {
          *header = (guint) i;
          return TRUE;
        }
      indent = above.indent;
      if (above.kind == MARKER)
        break;
    }
  return FALSE;
}

void
qd_policy_folds_fold_all (QdPolicyFolds *self)
{
  int n = gtk_text_buffer_get_line_count (self->buffer), least = G_MAXINT;

  for (int i = 0; i < n && least > 0; i++)
    {
      Line line = read_line (self->buffer, i);

      if (line.kind == DASH || line.kind == OTHER)
        least = MIN (least, line.indent);
    }
  for (int i = 0; i < n; i++)
    {
      Line line = read_line (self->buffer, i);

      if ((line.kind == DASH || line.kind == OTHER) && line.indent == least)
        fold_quietly (self, (guint) i);
    }
  g_signal_emit (self, changed_signal, 0);
}

void
qd_policy_folds_unfold_all (QdPolicyFolds *self)
{
  while (self->folds->len > 0)
    open_fold (self, g_ptr_array_index (self->folds, self->folds->len - 1));
  g_signal_emit (self, changed_signal, 0);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const guint left = *(const guint *) a, right = *(const guint *) b;

  return left < right ? -1 : left > right;
}

GArray *
qd_policy_folds_get_folded (QdPolicyFolds *self)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->folds->len; i++)
    {
      guint line = (guint) get_header (self, g_ptr_array_index (self->folds, i));

      g_array_append_val (lines, line);
    }
  g_array_sort (lines, compare_lines);
  return lines;
}

/* --- The object -------------------------------------------------------------------------------------------- */

static void
qd_policy_folds_finalize (GObject *object)
{
  QdPolicyFolds *self = QD_POLICY_FOLDS (object);

  /* The marks go with the buffer. */
  g_ptr_array_set_free_func (self->folds, g_free);
  g_ptr_array_unref (self->folds);
  G_OBJECT_CLASS (qd_policy_folds_parent_class)->finalize (object);
}

static void
qd_policy_folds_class_init (QdPolicyFoldsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_folds_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_POLICY_FOLDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_policy_folds_init (QdPolicyFolds *self)
{
  self->folds = g_ptr_array_new ();
}

QdPolicyFolds *
qd_policy_folds_of (GtkTextBuffer *buffer)
{
  QdPolicyFolds *self = g_object_get_data (G_OBJECT (buffer), FOLDS_KEY);

  if (self)
    return self;
  self = g_object_new (QD_TYPE_POLICY_FOLDS, NULL);
  self->buffer = buffer;
  self->tag = gtk_text_buffer_create_tag (buffer, TAG, "invisible", TRUE, NULL);
  g_signal_connect_object (buffer, "insert-text", G_CALLBACK (insert_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "delete-range", G_CALLBACK (delete_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "mark-set", G_CALLBACK (mark_cb), self, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (buffer), FOLDS_KEY, self, g_object_unref);
  return self;
}
