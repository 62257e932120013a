/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-explain-side.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-state.h"

/* So many rows at first, and with each press of the button below them: an explanation may have thousands of steps. */
#define N_ROWS 40

typedef enum { TOLD, PASSED, N_PARTS } Part;   /* about the subject, and of policies that do not select it */

struct _QdPolicyExplainSide {
  GtkWidget parent_instance;

  GtkWidget *box, *image, *sentence, *rest;
  GtkWidget *parts[N_PARTS], *lists[N_PARTS], *more[N_PARTS];
  char *title;
  const QdPolicySide *side;
  GPtrArray *steps[N_PARTS];  /* of QdPolicyStep, borrowed */
  guint n_rows[N_PARTS];      /* that they have */
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
add_rows (QdPolicyExplainSide *self, Part part)
{
  guint end = MIN (self->n_rows[part] + N_ROWS, self->steps[part]->len);

  for (; self->n_rows[part] < end; self->n_rows[part]++)
    gtk_list_box_append (GTK_LIST_BOX (self->lists[part]), make_row (g_ptr_array_index (self->steps[part], self->n_rows[part])));
  gtk_widget_set_visible (self->more[part], end < self->steps[part]->len);
}

static void
more_cb (QdPolicyExplainSide *self, GtkWidget *button)
{
  add_rows (self, button == self->more[TOLD] ? TOLD : PASSED);
}

/* Of policies that do not select it there are many: their rows are made when somebody looks. */
static void
expanded_cb (QdPolicyExplainSide *self)
{
  if (gtk_expander_get_expanded (GTK_EXPANDER (self->rest)) && self->n_rows[PASSED] == 0)
    add_rows (self, PASSED);
}

static void
show_steps (QdPolicyExplainSide *self)
{
  g_autofree char *rest = NULL;

  for (guint i = 0; i < N_PARTS; i++)
    {
      gtk_list_box_remove_all (GTK_LIST_BOX (self->lists[i]));
      g_ptr_array_set_size (self->steps[i], 0);
      self->n_rows[i] = 0;
    }
  for (guint i = 0; self->side != NULL && i < self->side->steps->len; i++)
    {
      QdPolicyStep *step = g_ptr_array_index (self->side->steps, i);

      g_ptr_array_add (self->steps[step->kind == QD_POLICY_STEP_NOT_SELECTED ? PASSED : TOLD], step);
    }
  rest = g_strdup_printf (ngettext ("%u policy does not select it", "%u policies do not select it", self->steps[PASSED]->len), self->steps[PASSED]->len);
  gtk_expander_set_label (GTK_EXPANDER (self->rest), rest);
  gtk_widget_set_visible (self->parts[TOLD], self->steps[TOLD]->len > 0);
  gtk_widget_set_visible (self->rest, self->steps[PASSED]->len > 0);
  add_rows (self, TOLD);
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

  for (guint i = 0; i < N_PARTS; i++)
    g_ptr_array_unref (self->steps[i]);
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
make_part (QdPolicyExplainSide *self, Part part)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *list = gtk_list_box_new (), *more = gtk_button_new_with_label (_("Show More"));

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Policies and rules"), -1);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_halign (more, GTK_ALIGN_CENTER);
  g_signal_connect_object (more, "clicked", G_CALLBACK (more_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (GTK_BOX (box), more);
  self->steps[part] = g_ptr_array_new ();
  self->parts[part] = box;
  self->lists[part] = list;
  self->more[part] = more;
  return box;
}

static void
qd_policy_explain_side_init (QdPolicyExplainSide *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

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
  gtk_box_append (GTK_BOX (self->box), make_part (self, TOLD));
  self->rest = gtk_expander_new (NULL);
  gtk_expander_set_child (GTK_EXPANDER (self->rest), make_part (self, PASSED));
  gtk_widget_set_margin_top (self->parts[PASSED], 12);
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
