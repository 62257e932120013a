/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-problems.h"

#include <glib/gi18n.h>

#include "qd-slow-list.h"

struct _QdPolicyProblems {
  GtkWidget parent_instance;
  GListModel *problems;
  GtkWidget *scrolled;
  GtkSingleSelection *selection;
};

static guint chosen_signal, fix_signal;

G_DEFINE_FINAL_TYPE (QdPolicyProblems, qd_policy_problems, GTK_TYPE_WIDGET)

static const struct { const char *icon, *style, *word; } looks[] = {
  [QD_POLICY_NOTE] = { "dialog-information-symbolic", "dimmed", N_("Note") },
  [QD_POLICY_WARNING] = { "dialog-warning-symbolic", "warning", N_("Warning") },
  [QD_POLICY_ERROR] = { "dialog-error-symbolic", "error", N_("Error") },
};

void
qd_policy_problems_set_icon (GtkImage *image, QdPolicySeverity severity)
{
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (image), looks[i].style);
  gtk_image_set_from_icon_name (image, looks[severity].icon);
  gtk_widget_add_css_class (GTK_WIDGET (image), looks[severity].style);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, _(looks[severity].word), -1);
}

/* --- Fixes ---------------------------------------------------------------------------------------------- */

static void
fix_clicked_cb (GtkWidget *button, gpointer owner)
{
  g_autoptr (QdProblem) problem = g_object_ref (g_object_get_data (G_OBJECT (button), "problem"));
  QdPolicyFixFunc fix = (QdPolicyFixFunc) g_object_get_data (G_OBJECT (button), "fix");
  GtkWidget *popover = gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER);

  if (popover)
    gtk_popover_popdown (GTK_POPOVER (popover));
  fix (owner, problem);
}

GtkWidget *
qd_policy_fix_button_new (QdProblem *problem, QdPolicyFixFunc fix, gpointer owner)
{
  GtkWidget *button;

  if (qd_problem_get_fix (problem) == NULL)
    return NULL;
  button = gtk_button_new_with_label (qd_policy_fix_get_title (qd_problem_get_fix (problem)));
  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (button, qd_policy_fix_get_title (qd_problem_get_fix (problem)));
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (button), "problem", g_object_ref (problem), g_object_unref);
  g_object_set_data (G_OBJECT (button), "fix", (gpointer) fix);
  g_signal_connect_object (button, "clicked", G_CALLBACK (fix_clicked_cb), owner, 0);
  return button;
}

static void
fix_cb (gpointer owner, QdProblem *problem)
{
  g_signal_emit (owner, fix_signal, 0, problem);
}

/* --- The list ------------------------------------------------------------------------------------------- */

static GtkWidget *
make_label (gboolean place)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (place)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_START);
      gtk_widget_add_css_class (label, "dimmed");
      gtk_widget_add_css_class (label, "caption");
      gtk_widget_add_css_class (label, "numeric");
    }
  else
    {
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    }
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *icon = gtk_image_new ();

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_margin_top (icon, 3);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), make_label (FALSE));
  gtk_box_append (GTK_BOX (words), make_label (TRUE));
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), words);
  gtk_list_item_set_child (item, box);
}

static void
unbind_cb (QdPolicyProblems *self, GtkListItem *item)
{
  GtkWidget *box = gtk_list_item_get_child (item), *last = gtk_widget_get_last_child (box);

  if (GTK_IS_BUTTON (last))
    gtk_box_remove (GTK_BOX (box), last);
}

static void
bind_cb (QdPolicyProblems *self, GtkListItem *item)
{
  GtkWidget *icon = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *message = gtk_widget_get_first_child (gtk_widget_get_next_sibling (icon)), *place = gtk_widget_get_next_sibling (message);
  QdProblem *problem = gtk_list_item_get_item (item);
  QdPolicySeverity severity = qd_problem_get_severity (problem);
  GtkWidget *button = qd_policy_fix_button_new (problem, fix_cb, self);
  g_autofree char *where = g_strdup_printf ("%s:%u:%u", qd_problem_get_file (problem), qd_problem_get_line (problem), qd_problem_get_column (problem));
  g_autofree char *words = g_strdup_printf ("%s: %s, %s", _(looks[severity].word), qd_problem_get_message (problem), where);

  qd_policy_problems_set_icon (GTK_IMAGE (icon), severity);
  gtk_label_set_label (GTK_LABEL (message), qd_problem_get_message (problem));
  gtk_label_set_label (GTK_LABEL (place), where);
  gtk_list_item_set_accessible_label (item, words);
  if (button)
    gtk_box_append (GTK_BOX (gtk_list_item_get_child (item)), button);
}

static void
activate_cb (QdPolicyProblems *self, guint position)
{
  g_autoptr (QdProblem) problem = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (problem)
    g_signal_emit (self, chosen_signal, 0, problem);
}

void
qd_policy_problems_next (QdPolicyProblems *self)
{
  guint n = self->problems ? g_list_model_get_n_items (self->problems) : 0;
  guint at = gtk_single_selection_get_selected (self->selection);
  g_autoptr (QdProblem) problem = NULL;

  if (n == 0)
    return;
  at = at == GTK_INVALID_LIST_POSITION || at + 1 >= n ? 0 : at + 1;
  gtk_single_selection_set_selected (self->selection, at);
  problem = g_list_model_get_item (self->problems, at);
  g_signal_emit (self, chosen_signal, 0, problem);
}

/* Rows cost: there are some while they are seen. */
static void
attach (QdPolicyProblems *self, gboolean seen)
{
  g_autoptr (GListModel) slow = self->problems && seen ? qd_slow_list_new (self->problems) : NULL;

  gtk_single_selection_set_model (self->selection, slow);
}

static void
qd_policy_problems_map (GtkWidget *widget)
{
  attach (QD_POLICY_PROBLEMS (widget), TRUE);
  GTK_WIDGET_CLASS (qd_policy_problems_parent_class)->map (widget);
}

static void
qd_policy_problems_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (qd_policy_problems_parent_class)->unmap (widget);
  attach (QD_POLICY_PROBLEMS (widget), FALSE);
}

void
qd_policy_problems_set_model (QdPolicyProblems *self, GListModel *problems)
{
  if (g_set_object (&self->problems, problems))
    attach (self, gtk_widget_get_mapped (GTK_WIDGET (self)));
}

char *
qd_policy_problems_summarize (GListModel *problems)
{
  guint counts[QD_POLICY_ERROR + 1] = { 0 };
  g_autofree char *errors = NULL, *warnings = NULL, *notes = NULL;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; problems && i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (problems, i);

      counts[qd_problem_get_severity (problem)]++;
    }
  if (counts[QD_POLICY_ERROR] > 0)
    g_ptr_array_add (parts, errors = g_strdup_printf (ngettext ("%'u error", "%'u errors", counts[QD_POLICY_ERROR]), counts[QD_POLICY_ERROR]));
  if (counts[QD_POLICY_WARNING] > 0)
    g_ptr_array_add (parts, warnings = g_strdup_printf (ngettext ("%'u warning", "%'u warnings", counts[QD_POLICY_WARNING]), counts[QD_POLICY_WARNING]));
  if (counts[QD_POLICY_NOTE] > 0)
    g_ptr_array_add (parts, notes = g_strdup_printf (ngettext ("%'u note", "%'u notes", counts[QD_POLICY_NOTE]), counts[QD_POLICY_NOTE]));
  if (parts->len == 0)
    return g_strdup (_("No problems"));
  g_ptr_array_add (parts, NULL);
  /* TRANSLATORS: between the parts of a list, such as "2 errors, 1 warning" */
  text = g_strjoinv (_(", "), (char **) parts->pdata);
  return g_steal_pointer (&text);
}

static void
qd_policy_problems_dispose (GObject *object)
{
  QdPolicyProblems *self = QD_POLICY_PROBLEMS (object);

  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->problems);
  G_OBJECT_CLASS (qd_policy_problems_parent_class)->dispose (object);
}

static void
qd_policy_problems_class_init (QdPolicyProblemsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_problems_dispose;
  GTK_WIDGET_CLASS (klass)->map = qd_policy_problems_map;
  GTK_WIDGET_CLASS (klass)->unmap = qd_policy_problems_unmap;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  fix_signal = g_signal_new ("fix", QD_TYPE_POLICY_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_PROBLEM);
  chosen_signal = g_signal_new ("chosen", QD_TYPE_POLICY_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_PROBLEM);
}

static void
qd_policy_problems_init (QdPolicyProblems *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Problems"), -1);
  g_signal_connect_object (list, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), list);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}

GtkWidget *
qd_policy_problems_new (void)
{
  return g_object_new (QD_TYPE_POLICY_PROBLEMS, NULL);
}
