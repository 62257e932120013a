/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-apply-diff.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-merge.h"

/* So many lines of what stays are shown before and after what changes. */
#define CONTEXT_LINES 3
/* A policy of more than that is compared elsewhere. */
#define MAX_BYTES (256u * 1024u)

typedef enum { STAYS, GOES, COMES, LEFT_OUT } Part;

/* Tells of a run of lines; @text is borrowed. */
typedef void (*TellFunc) (Part part, const char *text, gsize length, gpointer data);

static void
tell_range (GBytes *bytes, QdMergeRange range, Part part, TellFunc tell, gpointer data)
{
  if (range.end > range.start)
    tell (part, (const char *) g_bytes_get_data (bytes, NULL) + range.start, range.end - range.start, data);
}

static void
tell_same (GBytes *bytes, QdMergeRange range, gboolean first, gboolean last, TellFunc tell, gpointer data)
{
  gsize head = first ? range.start : qd_merge_range_head (bytes, range, CONTEXT_LINES).end;
  gsize tail = last ? range.end : qd_merge_range_tail (bytes, range, CONTEXT_LINES).start;

  if (head >= tail)
    {
      tell_range (bytes, range, STAYS, tell, data);
      return;
    }
  tell_range (bytes, (QdMergeRange) { range.start, head }, STAYS, tell, data);
  tell (LEFT_OUT, "…\n", strlen ("…\n"), data);
  tell_range (bytes, (QdMergeRange) { tail, range.end }, STAYS, tell, data);
}

/* FALSE: it is too large, or cannot be compared. */
static gboolean
compare (GBytes *before, GBytes *after, TellFunc tell, gpointer data)
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
          tell_range (old, piece->base, GOES, tell, data);
          tell_range (new, piece->mine, COMES, tell, data);
        }
    }
  return merge != NULL;
}

/* --- As text ---------------------------------------------------------------------------------------- */

static const char *
mark_of (Part part)
{
  return part == GOES ? "− " : part == COMES ? "+ " : "  ";
}

static void
append_lines (GString *out, Part part, const char *text, gsize length)
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
append_cb (Part part, const char *text, gsize length, gpointer data)
{
  append_lines (data, part, text, length);
}

char *
qd_policy_apply_diff_to_text (GBytes *before, GBytes *after)
{
  GString *out = g_string_new (NULL);

  if (!compare (before, after, append_cb, out))
    g_string_append (out, _("Too large to show"));
  return g_string_free (out, FALSE);
}

/* --- As a widget ------------------------------------------------------------------------------------ */

static void
add_label_cb (Part part, const char *text, gsize length, gpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *valid = NULL;
  GtkWidget *label;

  append_lines (lines, part, text, length);
  if (lines->len > 0)
    g_string_truncate (lines, lines->len - 1);
  valid = g_utf8_make_valid (lines->str, (gssize) lines->len);
  label = gtk_label_new (valid);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_add_css_class (label, "qd-diff");
  gtk_widget_add_css_class (label, part == GOES ? "qd-diff-goes" : part == COMES ? "qd-diff-comes" : "dimmed");
  gtk_box_append (GTK_BOX (data), label);
}

GtkWidget *
qd_policy_apply_diff_new (GBytes *before, GBytes *after)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = gtk_scrolled_window_new ();
  g_autofree char *text = qd_policy_apply_diff_to_text (before, after);

  if (!compare (before, after, add_label_cb, box))
    gtk_box_append (GTK_BOX (box), gtk_label_new (_("Too large to show")));
  /* YAML is the same from whichever side one reads. */
  gtk_widget_set_direction (box, GTK_TEXT_DIR_LTR);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What changes"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  return scrolled;
}
