/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"

#include "config.h"

#include "qd-line-diff.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-merge.h"

/* So many lines of what stays are shown before and after what changes. */
#define CONTEXT_LINES 3
/* A policy of more than that is compared elsewhere. */
#define MAX_BYTES (256u * 1024u)

static void
tell_range (GBytes *bytes, QdMergeRange range, QdLinePart part, QdLineDiffFunc tell, gpointer data)
{
  if (range.end > range.start)
    tell (part, (const char *) g_bytes_get_data (bytes, NULL) + range.start, range.end - range.start, data);
}

static void
tell_same (GBytes *bytes, QdMergeRange range, gboolean first, gboolean last, QdLineDiffFunc tell, gpointer data)
{
  gsize head = first ? range.start : qd_merge_range_head (bytes, range, CONTEXT_LINES).end;
  gsize tail = last ? range.end : qd_merge_range_tail (bytes, range, CONTEXT_LINES).start;

  if (head >= tail)
    {
      tell_range (bytes, range, QD_LINE_STAYS, tell, data);
      return;
    }
  tell_range (bytes, (QdMergeRange) { range.start, head }, QD_LINE_STAYS, tell, data);
  tell (QD_LINE_LEFT_OUT, "…\n", strlen ("…\n"), data);
  tell_range (bytes, (QdMergeRange) { tail, range.end }, QD_LINE_STAYS, tell, data);
}

gboolean
qd_line_diff (GBytes *before, GBytes *after, QdLineDiffFunc tell, gpointer data)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  GBytes *old = before ? before : nothing, *new = after ? after : nothing;
  g_autoptr (QdMerge) merge = NULL;

  if (g_bytes_get_size (old) > MAX_BYTES || g_bytes_get_size (new) > MAX_BYTES)
    return FALSE;
  merge = qd_merge_new (old, new, old, NULL);
  for (guint i = 0; merge && i < qd_merge_get_n_pieces (merge); i++)
    {
      const QdMergePiece *piece = qd_merge_get_piece (merge, i);

      if (piece->kind == QD_MERGE_SAME)
        tell_same (old, piece->base, i == 0, i + 1 == qd_merge_get_n_pieces (merge), tell, data);
      else
        {
          tell_range (old, piece->base, QD_LINE_GOES, tell, data);
          tell_range (new, piece->mine, QD_LINE_COMES, tell, data);
        }
    }
  return merge != NULL;
}

/* --- As text ---------------------------------------------------------------------------------------- */

static const char *
mark_of (QdLinePart part)
{
  return part == QD_LINE_GOES ? "− " : part == QD_LINE_COMES ? "+ " : "  ";
}

void
qd_line_diff_append (GString *out, QdLinePart part, const char *text, gsize length)
{
  for (const char *end = text + length; text < end;)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text)), *stop = newline ? newline : end;

      g_string_append (out, mark_of (part));
      g_string_append_len (out, text, stop - text);
      g_string_append_c (out, '\n');
      text = newline ? newline + 1 : end;
    }
}

static void
append_cb (QdLinePart part, const char *text, gsize length, gpointer data)
{
  qd_line_diff_append (data, part, text, length);
}

char *
qd_line_diff_to_text (GBytes *before, GBytes *after)
{
  GString *out = g_string_new (NULL);

  if (!qd_line_diff (before, after, append_cb, out))
    g_string_append (out, _("Too large to show"));
  return g_string_free (out, FALSE);
}
