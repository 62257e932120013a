/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-explain-side.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-state.h"

/* So many rows at first, and with each press of the button below them. */
#define N_ROWS 40

struct _QdPolicyExplainSide {
  GtkWidget parent_instance;

  GtkWidget *box, *image, *sentence, *list, *more, *rest, *rest_list;
  char *title;
  const QdPolicySide *side;
  GPtrArray *told, *passed;   /* of QdPolicyStep, borrowed: about the subject, and of policies that do not select it */
  guint n_told, n_passed;     /* that have rows */
};

static guint place_signal;

G_DEFINE_FINAL_TYPE (QdPolicyExplainSide, qd_policy_explain_side, GTK_TYPE_WIDGET)

/* --- Rows ---------------------------------------------------------------------------------------- */

static const QdPolicyPlace *
get_place (const QdPolicyStep *step)
{
  const QdPolicyPlace *place = step->rule != NULL ? &step->rule->place : &step->policy->place;

  return place->file != NULL && place->node != NULL ? place : NULL;
}

/* A shape for what a step came to, and the word for it. */
static QdStatus
get_mark (const QdPolicyStep *step, const char **word)
{
  static const QdStatus states[] = { QD_STATUS_WELL, QD_STATUS_DOWN, QD_STATUS_DEGRADED };
  static const char *const words[] = { N_("Allows it"), N_("Denies it"), N_("Passes it on") };

  switch (step->kind)
    {
    case QD_POLICY_STEP_MATCHED:
      *word = _(words[step->rule->action]);
      return states[step->rule->action];
    case QD_POLICY_STEP_MISSED: *word = _("Not about this"); return QD_STATUS_UNKNOWN;
    case QD_POLICY_STEP_SELECTED: *word = _("Selects it"); return QD_STATUS_NONE;
    case QD_POLICY_STEP_NOT_ASKED: *word = _("Not asked"); return QD_STATUS_NONE;
    case QD_POLICY_STEP_NOT_SELECTED:
    default: *word = _("Does not select it"); return QD_STATUS_NONE;
    }
}

static void
row_activated_cb (QdPolicyExplainSide *self, GtkListBoxRow *row)
{
  const QdPolicyStep *step = g_object_get_data (G_OBJECT (row), "step");
  const QdPolicyPlace *place = step != NULL ? get_place (step) : NULL;
  QdYamlSpan span;

  if (place == NULL)
    return;
  span = qd_yaml_node_get_span (place->node);
  g_signal_emit (self, place_signal, 0, qd_yaml_file_get_name (place->file), span.line, span.column);
}

static GtkWidget *
make_mark (const QdPolicyStep *step)
{
  const char *word;
  QdStatus status = get_mark (step, &word);
  GtkWidget *image = qd_state_image_new (status);

  gtk_widget_set_size_request (image, 16, 16);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, word, -1);
  return image;
}

/* Rules stand a little in from the policy that they are of. */
static GtkWidget *
make_row (const QdPolicyStep *step)
{
  const QdPolicyPlace *place = get_place (step);
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *where = place != NULL ? qd_policy_place_to_text (place) : NULL;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), step->text);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), where != NULL ? where : "");
  if (step->rule != NULL)
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), make_mark (step));
  if (step->kind == QD_POLICY_STEP_NOT_ASKED || step->kind == QD_POLICY_STEP_NOT_SELECTED)
    gtk_widget_add_css_class (row, "dimmed");
  if (place != NULL)
    {
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
    }
  g_object_set_data (G_OBJECT (row), "step", (gpointer) step);
  return row;
}

static void
add_rows (GtkWidget *list, GPtrArray *steps, guint *n)
{
  guint end = MIN (*n + N_ROWS, steps->len);

  for (; *n < end; ++*n)
    gtk_list_box_append (GTK_LIST_BOX (list), make_row (g_ptr_array_index (steps, *n)));
}

static void
more_cb (QdPolicyExplainSide *self)
{
  add_rows (self->list, self->told, &self->n_told);
  gtk_widget_set_visible (self->more, self->n_told < self->told->len);
}

/* Of policies that do not select it there are many: their rows are made when somebody looks. */
static void
expanded_cb (QdPolicyExplainSide *self)
{
  if (!gtk_expander_get_expanded (GTK_EXPANDER (self->rest)))
    return;
  while (self->n_passed < MIN (self->passed->len, 5 * N_ROWS))
    add_rows (self->rest_list, self->passed, &self->n_passed);
}

static void
show_steps (QdPolicyExplainSide *self)
{
  g_autofree char *rest = NULL;

  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  gtk_list_box_remove_all (GTK_LIST_BOX (self->rest_list));
  g_ptr_array_set_size (self->told, 0);
  g_ptr_array_set_size (self->passed, 0);
  self->n_told = self->n_passed = 0;
  for (guint i = 0; self->side != NULL && i < self->side->steps->len; i++)
    {
      QdPolicyStep *step = g_ptr_array_index (self->side->steps, i);

      g_ptr_array_add (step->kind == QD_POLICY_STEP_NOT_SELECTED ? self->passed : self->told, step);
    }
  more_cb (self);
  rest = g_strdup_printf (ngettext ("%u policy does not select it", "%u policies do not select it", self->passed->len), self->passed->len);
  gtk_expander_set_label (GTK_EXPANDER (self->rest), rest);
  gtk_widget_set_visible (self->list, self->told->len > 0);
  gtk_widget_set_visible (self->rest, self->passed->len > 0);
  expanded_cb (self);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_explain_side_dispose (GObject *object)
{
  QdPolicyExplainSide *self = QD_POLICY_EXPLAIN_SIDE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_explain_side_parent_class)->dispose (object);
}

static void
qd_policy_explain_side_finalize (GObject *object)
{
  QdPolicyExplainSide *self = QD_POLICY_EXPLAIN_SIDE (object);

  g_ptr_array_unref (self->told);
  g_ptr_array_unref (self->passed);
  g_free (self->title);
  G_OBJECT_CLASS (qd_policy_explain_side_parent_class)->finalize (object);
}

static void
qd_policy_explain_side_class_init (QdPolicyExplainSideClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_explain_side_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_explain_side_finalize;

  /**
   * QdPolicyExplainSide::place:
   * @file: the name of a file, and
   * @line: where in it, from 1
   * @column: in characters, from 1
   */
  place_signal = g_signal_new ("place", QD_TYPE_POLICY_EXPLAIN_SIDE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
make_list (QdPolicyExplainSide *self)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  return list;
}

static void
qd_policy_explain_side_init (QdPolicyExplainSide *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->told = g_ptr_array_new ();
  self->passed = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->image = qd_state_image_new (QD_STATUS_NONE);
  gtk_widget_set_valign (self->image, GTK_ALIGN_START);
  gtk_widget_set_margin_top (self->image, 2);
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_label_set_selectable (GTK_LABEL (self->sentence), TRUE);
  gtk_widget_set_focusable (self->sentence, FALSE);
  gtk_widget_set_hexpand (self->sentence, TRUE);
  gtk_box_append (GTK_BOX (line), self->image);
  gtk_box_append (GTK_BOX (line), self->sentence);
  gtk_box_append (GTK_BOX (self->box), line);
  self->list = make_list (self);
  gtk_box_append (GTK_BOX (self->box), self->list);
  self->more = gtk_button_new_with_label (_("Show More"));
  gtk_widget_set_halign (self->more, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->more, "clicked", G_CALLBACK (more_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->more);
  self->rest = gtk_expander_new (NULL);
  self->rest_list = make_list (self);
  gtk_widget_set_margin_top (self->rest_list, 12);
  gtk_expander_set_child (GTK_EXPANDER (self->rest), self->rest_list);
  g_signal_connect_object (self->rest, "notify::expanded", G_CALLBACK (expanded_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->rest);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

/**
 * qd_policy_explain_side_new:
 *
 * Returns: (transfer floating): a side of nothing, under @title
 */
GtkWidget *
qd_policy_explain_side_new (const char *title)
{
  QdPolicyExplainSide *self = g_object_new (QD_TYPE_POLICY_EXPLAIN_SIDE, NULL);
  GtkWidget *heading = gtk_label_new (title);

  self->title = g_strdup (title);
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_box_prepend (GTK_BOX (self->box), heading);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return GTK_WIDGET (self);
}

void
qd_policy_explain_side_set (QdPolicyExplainSide *self, const QdPolicySide *side)
{
  self->side = side;
  gtk_label_set_text (GTK_LABEL (self->sentence), side != NULL ? side->text : "");
  qd_state_image_set (self->image, side == NULL ? QD_STATUS_NONE : side->allowed ? QD_STATUS_WELL : QD_STATUS_DOWN);
  show_steps (self);
}

void
qd_policy_explain_side_append_text (QdPolicyExplainSide *self, GString *out)
{
  if (self->side == NULL)
    return;
  g_string_append_printf (out, "\n%s\n%s\n", self->title, self->side->text);
  for (guint i = 0; i < self->side->steps->len; i++)
    {
      const QdPolicyStep *step = g_ptr_array_index (self->side->steps, i);
      const QdPolicyPlace *place = get_place (step);
      g_autofree char *where = place != NULL ? qd_policy_place_to_text (place) : NULL;

      g_string_append_printf (out, step->rule != NULL ? "    %s" : "  %s", step->text);
      if (where != NULL)
        g_string_append_printf (out, " (%s)", where);
      g_string_append_c (out, '\n');
    }
}
