/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-hint.h"

#include <glib/gi18n.h>

#define WIDTH_CHARS 52

static GtkWidget *
add_label (GtkWidget *box, const char *text, const char *const *styles)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), WIDTH_CHARS);
  gtk_label_set_selectable (GTK_LABEL (label), FALSE);
  for (guint i = 0; styles && styles[i]; i++)
    gtk_widget_add_css_class (label, styles[i]);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
add_problem (GtkWidget *box, QdProblem *problem, QdPolicyFixFunc fix, gpointer owner)
{
  static const char *const dim[] = { "dimmed", "caption", NULL };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *icon = gtk_image_new ();
  GtkWidget *button = qd_policy_fix_button_new (problem, fix, owner);

  qd_policy_problems_set_icon (GTK_IMAGE (icon), qd_problem_get_severity (problem));
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_margin_top (icon, 2);
  gtk_widget_set_hexpand (words, TRUE);
  add_label (words, qd_problem_get_message (problem), NULL);
  if (qd_problem_get_code (problem))
    add_label (words, qd_problem_get_code (problem), dim);
  if (button)
    {
      gtk_widget_set_margin_top (button, 6);
      gtk_box_append (GTK_BOX (words), button);
    }
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), words);
  gtk_box_append (GTK_BOX (box), row);
}

static void
add_help (GtkWidget *box, const QdPolicyHelp *help)
{
  static const char *const heading[] = { "heading", NULL }, *const dim[] = { "dimmed", NULL };
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);

  add_label (line, help->title, heading);
  add_label (line, help->detail, dim);
  gtk_box_append (GTK_BOX (box), line);
  add_label (box, help->doc, NULL);
  if (help->values)
    add_label (box, help->values, dim);
  if (help->meant)
    add_label (box, help->meant, NULL);
}

GtkWidget *
qd_policy_hint_new (GPtrArray *problems, const QdPolicyHelp *help, QdPolicyFixFunc fix, gpointer owner)
{
  GtkWidget *box;

  if (problems->len == 0 && help == NULL)
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (box, "qd-policy-hint");
  for (guint i = 0; i < problems->len; i++)
    add_problem (box, g_ptr_array_index (problems, i), fix, owner);
  if (problems->len > 0 && help)
    gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  if (help)
    add_help (box, help);
  return box;
}

char *
qd_policy_hint_to_text (GPtrArray *problems, const QdPolicyHelp *help)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      QdPolicyFix *fix = qd_problem_get_fix (g_ptr_array_index (problems, i));

      g_string_append_printf (text, "%s%s", text->len ? "\n" : "", qd_problem_get_message (g_ptr_array_index (problems, i)));
      if (fix)
        /* TRANSLATORS: what would mend a problem */
        g_string_append_printf (text, _("\nFix: %s"), qd_policy_fix_get_title (fix));
    }
  if (help)
    {
      const char *lines[] = { help->doc, help->values, help->meant };

      g_string_append_printf (text, "%s%s: %s", text->len ? "\n" : "", help->title, help->detail);
      for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
        if (lines[i])
          g_string_append_printf (text, "\n%s", lines[i]);
    }
  return g_string_free (text, text->len == 0);
}
