/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-selector-row.h"

#include <glib/gi18n.h>

#include "qd-policy-label-picker.h"

#define MAX_CHIPS 64

/* One condition as it is written: of matchLabels by its key, of matchExpressions by its number. */
typedef struct { GtkWidget *button, *label; char *key; guint expression; } Chip;

struct _QdPolicySelectorRow {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  char *path;
  GtkWidget *box, *all, *add, *picker;
  GArray *chips;              /* of Chip: those in use come first */
  guint used;
};

G_DEFINE_FINAL_TYPE (QdPolicySelectorRow, qd_policy_selector_row, ADW_TYPE_BIN)

static void
remove_cb (QdPolicySelectorRow *self, GtkWidget *button)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  for (guint i = 0; i < self->used; i++)
    {
      Chip *chip = &g_array_index (self->chips, Chip, i);

      if (chip->button == button && chip->key != NULL)
        qd_policy_edit_set_label (edit, self->path, chip->key, NULL);
      else if (chip->button == button)
        qd_policy_edit_remove_expression (edit, self->path, chip->expression);
    }
  qd_policy_builder_end (self->builder, edit);
}

/* --- Chips --------------------------------------------------------------------------------- */

static void
clear_chip (gpointer data)
{
  g_free (((Chip *) data)->key);
}

static Chip *
make_chip (QdPolicySelectorRow *self)
{
  Chip chip = { gtk_button_new (), gtk_label_new (NULL), NULL, 0 };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *image = gtk_image_new_from_icon_name ("window-close-symbolic");
  GtkWidget *before = self->used > 0 ? g_array_index (self->chips, Chip, self->used - 1).button : self->all;

  gtk_image_set_pixel_size (GTK_IMAGE (image), 12);
  gtk_label_set_ellipsize (GTK_LABEL (chip.label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_append (GTK_BOX (box), chip.label);
  gtk_box_append (GTK_BOX (box), image);
  gtk_button_set_child (GTK_BUTTON (chip.button), box);
  gtk_widget_add_css_class (chip.button, "qd-chip");
  g_signal_connect_swapped (chip.button, "clicked", G_CALLBACK (remove_cb), self);
  adw_wrap_box_insert_child_after (ADW_WRAP_BOX (self->box), chip.button, before);
  g_array_append_val (self->chips, chip);
  return &g_array_index (self->chips, Chip, self->chips->len - 1);
}

static void
use_chip (QdPolicySelectorRow *self, const char *text, const char *key, guint expression)
{
  Chip *chip;
  g_autofree char *tip = g_strdup_printf (_("Remove %s"), text);

  if (self->used >= MAX_CHIPS)
    return;
  chip = self->used < self->chips->len ? &g_array_index (self->chips, Chip, self->used) : make_chip (self);
  self->used++;
  g_set_str (&chip->key, key);
  chip->expression = expression;
  qd_policy_label_set (chip->label, text);
  gtk_widget_set_tooltip_text (chip->button, tip);
  gtk_widget_set_visible (chip->button, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip->button), GTK_ACCESSIBLE_PROPERTY_LABEL, tip, -1);
}

/* The text of what may be anything. */
static const char *
text_of (const QdYamlNode *node)
{
  const char *text = qd_yaml_node_get_text (node);

  return text != NULL ? text : node != NULL ? "?" : "";
}

static char *
say_expression (const QdYamlNode *node)
{
  const char *key = text_of (qd_yaml_node_get (node, "key")), *operator = text_of (qd_yaml_node_get (node, "operator"));
  const QdYamlNode *list = qd_yaml_node_get (node, "values");
  g_autoptr (GString) values = g_string_new (NULL);

  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    g_string_append_printf (values, "%s%s", i > 0 ? ", " : "", text_of (qd_yaml_node_get_item (list, i)));
  if (g_str_equal (operator, "In"))
    return g_strdup_printf (_("%s in (%s)"), key, values->str);
  if (g_str_equal (operator, "NotIn"))
    return g_strdup_printf (_("%s not in (%s)"), key, values->str);
  if (g_str_equal (operator, "Exists"))
    return g_strdup_printf (_("any %s"), key);
  if (g_str_equal (operator, "DoesNotExist"))
    return g_strdup_printf (_("no %s"), key);
  return g_strdup_printf ("%s %s (%s)", key, operator, values->str);
}

static void
show_chips (QdPolicySelectorRow *self, const QdYamlNode *node)
{
  const QdYamlNode *labels = qd_yaml_node_get (node, "matchLabels"), *expressions = qd_yaml_node_get (node, "matchExpressions");

  for (guint i = 0; qd_yaml_node_get_type (labels) == QD_YAML_MAP && i < qd_yaml_node_get_length (labels); i++)
    {
      const char *key = qd_yaml_node_get_string (qd_yaml_node_get_key (labels, i));
      g_autofree char *text = g_strdup_printf ("%s=%s", key, text_of (qd_yaml_node_get_value (labels, i)));

      use_chip (self, text, key, 0);
    }
  for (guint i = 0; i < qd_yaml_node_get_length (expressions); i++)
    {
      g_autofree char *text = say_expression (qd_yaml_node_get_item (expressions, i));

      use_chip (self, text, NULL, i);
    }
}

/* What had the focus and is no more leaves it to what adds. */
static void
hide_rest (QdPolicySelectorRow *self)
{
  for (guint i = self->used; i < self->chips->len; i++)
    {
      GtkWidget *button = g_array_index (self->chips, Chip, i).button;

      if (gtk_widget_has_focus (button))
        gtk_widget_grab_focus (self->add);
      gtk_widget_set_visible (button, FALSE);
    }
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_policy_selector_row_finalize (GObject *object)
{
  QdPolicySelectorRow *self = QD_POLICY_SELECTOR_ROW (object);

  g_array_unref (self->chips);
  g_free (self->path);
  G_OBJECT_CLASS (qd_policy_selector_row_parent_class)->finalize (object);
}

static void
qd_policy_selector_row_class_init (QdPolicySelectorRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_selector_row_finalize;
}

static void
qd_policy_selector_row_init (QdPolicySelectorRow *self)
{
  self->chips = g_array_new (FALSE, FALSE, sizeof (Chip));
  g_array_set_clear_func (self->chips, clear_chip);
}

GtkWidget *
qd_policy_selector_row_new (QdPolicyBuilder *builder, QdPolicyLabelsOf of, const char *all)
{
  QdPolicySelectorRow *self = g_object_new (QD_TYPE_POLICY_SELECTOR_ROW, NULL);
  const char *const names[] = { _("Add a condition on pods"), _("Add a condition on namespaces"), _("Add a condition on nodes") }, *name = names[of];

  self->builder = builder;
  self->box = adw_wrap_box_new ();
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->box), 6);
  self->all = gtk_label_new (all);
  gtk_label_set_ellipsize (GTK_LABEL (self->all), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->all, "dimmed");
  self->add = gtk_menu_button_new ();
  self->picker = qd_policy_label_picker_new (builder, of);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->add), self->picker);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->add), "list-add-symbolic");
  gtk_widget_add_css_class (self->add, "qd-chip-add");
  gtk_widget_set_tooltip_text (self->add, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  adw_wrap_box_append (ADW_WRAP_BOX (self->box), self->all);
  adw_wrap_box_append (ADW_WRAP_BOX (self->box), self->add);
  adw_bin_set_child (ADW_BIN (self), self->box);
  return GTK_WIDGET (self);
}

void
qd_policy_selector_row_set (QdPolicySelectorRow *self, const char *path, const QdYamlNode *node, const char *namespace)
{
  g_set_str (&self->path, path);
  qd_policy_label_picker_set (QD_POLICY_LABEL_PICKER (self->picker), path, namespace);
  self->used = 0;
  show_chips (self, node);
  hide_rest (self);
  gtk_widget_set_visible (self->all, self->used == 0);
}
