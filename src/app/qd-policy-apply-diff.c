/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-apply-diff.h"

#include <glib/gi18n.h>

#include "qd-line-diff.h"

static void
add_label_cb (QdLinePart part, const char *text, gsize length, gpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *valid = NULL;
  GtkWidget *label;

  qd_line_diff_append (lines, part, text, length);
  if (lines->len > 0)
    g_string_truncate (lines, lines->len - 1);
  valid = g_utf8_make_valid (lines->str, (gssize) lines->len);
  label = gtk_label_new (valid);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  /* YAML is the same from whichever side one reads; a widget does not take this over from what it is in. */
  gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_add_css_class (label, "qd-diff");
  gtk_widget_add_css_class (label, part == QD_LINE_GOES ? "qd-diff-goes" : part == QD_LINE_COMES ? "qd-diff-comes" : "dimmed");
  gtk_box_append (GTK_BOX (data), label);
}

GtkWidget *
qd_policy_apply_diff_new (GBytes *before, GBytes *after)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = gtk_scrolled_window_new ();
  g_autofree char *text = qd_line_diff_to_text (before, after);

  if (!qd_line_diff (before, after, add_label_cb, box))
    gtk_box_append (GTK_BOX (box), gtk_label_new (_("Too large to show")));
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What changes"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
  return scrolled;
}
