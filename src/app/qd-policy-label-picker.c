/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-label-picker.h"

#include <glib/gi18n.h>
#include <string.h>

#include "qd-policy-known.h"

#define MAX_ROWS 60

typedef enum { MODE_IS, MODE_ONE_OF, MODE_NONE_OF, MODE_EXISTS, MODE_MISSING } Mode;

struct _QdPolicyLabelPicker {
  GtkPopover parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  QdPolicyLabelsOf of;
  char *path, *namespace;
  GtkWidget *mode, *search, *list, *fault;
};

G_DEFINE_FINAL_TYPE (QdPolicyLabelPicker, qd_policy_label_picker, GTK_TYPE_POPOVER)

static Mode
get_mode (QdPolicyLabelPicker *self)
{
  return (Mode) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->mode));
}

static gboolean
wants_values (QdPolicyLabelPicker *self)
{
  return get_mode (self) <= MODE_NONE_OF;
}

/* --- Rows ---------------------------------------------------------------------------------- */

static void
add_row (QdPolicyLabelPicker *self, const char *key, const char *value, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *title = value != NULL ? g_strdup_printf ("%s=%s", key, value) : g_strdup (key);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "qd-key", g_strdup (key), g_free);
  g_object_set_data_full (G_OBJECT (row), "qd-value", g_strdup (value), g_free);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
}

static gboolean
is_wanted (const QdPolicyKnownLabel *choice, const char *text)
{
  g_autofree char *label = choice->value != NULL ? g_strdup_printf ("%s=%s", choice->key, choice->value) : g_strdup (choice->key);

  return *text == '\0' || strstr (label, text) != NULL;
}

static char *
say_count (QdPolicyLabelPicker *self, guint count)
{
  return self->of == QD_POLICY_LABELS_OF_NAMESPACES ? g_strdup_printf (ngettext ("%u namespace", "%u namespaces", count), count)
                             : g_strdup_printf (ngettext ("%u workload", "%u workloads", count), count);
}

static const char *
say_none (QdPolicyLabelPicker *self)
{
  switch (self->of)
    {
    case QD_POLICY_LABELS_OF_NAMESPACES: return _("No namespace has it");
    case QD_POLICY_LABELS_OF_NODES: return _("The labels of nodes are not known here");
    case QD_POLICY_LABELS_OF_PODS: default: return _("No workload has it");
    }
}

/* What was typed, where it is a condition that nothing meets yet. */
static void
add_typed (QdPolicyLabelPicker *self, const char *text, gboolean known)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = equals != NULL ? g_strndup (text, (gsize) (equals - text)) : g_strdup (text);
  g_autoptr (GError) error = NULL;
  gboolean whole = wants_values (self) ? equals != NULL : *text != '\0' && equals == NULL;
  gboolean valid = !whole || (qd_policy_check_label_key (key, &error) && (equals == NULL || qd_policy_check_label_value (equals + 1, &error)));

  gtk_widget_set_visible (self->fault, !valid);
  qd_policy_label_set (self->fault, valid ? "" : error->message);
  if (whole && valid && !known)
    add_row (self, key, equals != NULL ? equals + 1 : NULL, say_none (self));
}

static void
fill (QdPolicyLabelPicker *self)
{
  QdPolicyWorld *world = qd_policy_builder_get_view (self->builder)->world;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autoptr (GPtrArray) sorted = NULL;
  gboolean known = FALSE;
  guint shown = 0;

  /* Nodes are no part of what is read here. */
  if (world != NULL && self->of != QD_POLICY_LABELS_OF_NODES)
    sorted = qd_policy_known_labels (world, self->of == QD_POLICY_LABELS_OF_NAMESPACES, self->namespace, wants_values (self));
  gtk_list_box_remove_all (GTK_LIST_BOX (self->list));
  for (guint i = 0; sorted != NULL && i < sorted->len; i++)
    {
      const QdPolicyKnownLabel *choice = sorted->pdata[i];
      g_autofree char *count = say_count (self, choice->count);
      g_autofree char *label = choice->value != NULL ? g_strdup_printf ("%s=%s", choice->key, choice->value) : g_strdup (choice->key);

      known = known || g_str_equal (label, text);
      if (is_wanted (choice, text) && shown++ < MAX_ROWS)
        add_row (self, choice->key, choice->value, count);
    }
  add_typed (self, text, known);
}

/* --- Taking one ---------------------------------------------------------------------------- */

static void
take_cb (QdPolicyLabelPicker *self, GtkListBoxRow *row)
{
  const char *key = g_object_get_data (G_OBJECT (row), "qd-key"), *value = g_object_get_data (G_OBJECT (row), "qd-value");
  Mode mode = get_mode (self);
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  if (mode == MODE_IS)
    qd_policy_edit_set_label (edit, self->path, key, value);
  else if (wants_values (self))
    qd_policy_edit_set_value (edit, self->path, key, mode == MODE_ONE_OF ? QD_SELECTOR_IN : QD_SELECTOR_NOT_IN, value, TRUE);
  else
    qd_policy_edit_add_presence (edit, self->path, key, mode == MODE_EXISTS ? QD_SELECTOR_EXISTS : QD_SELECTOR_DOES_NOT_EXIST);
  gtk_popover_popdown (GTK_POPOVER (self));
  qd_policy_builder_end (self->builder, edit);
}

static void
activate_cb (QdPolicyLabelPicker *self)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);

  if (first != NULL)
    take_cb (self, first);
}

static void
show_cb (QdPolicyLabelPicker *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  fill (self);
  gtk_widget_grab_focus (self->search);
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_policy_label_picker_finalize (GObject *object)
{
  QdPolicyLabelPicker *self = QD_POLICY_LABEL_PICKER (object);

  g_free (self->path);
  g_free (self->namespace);
  G_OBJECT_CLASS (qd_policy_label_picker_parent_class)->finalize (object);
}

static void
qd_policy_label_picker_class_init (QdPolicyLabelPickerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_label_picker_finalize;
}

static void
qd_policy_label_picker_init (QdPolicyLabelPicker *self)
{
}

static GtkWidget *
scrolled_list (QdPolicyLabelPicker *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *none = qd_policy_label_new (_("None is known. Type one as key=value"), "dimmed");

  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), none);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Labels"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 60);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  return scrolled;
}

GtkWidget *
qd_policy_label_picker_new (QdPolicyBuilder *builder, QdPolicyLabelsOf of)
{
  QdPolicyLabelPicker *self = g_object_new (QD_TYPE_POLICY_LABEL_PICKER, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  const char *const modes[] = { _("Has the label"), _("Has one of the values"), _("Has none of the values"), _("Has any value"), _("Lacks the label"), NULL };

  self->builder = builder;
  self->of = of;
  self->mode = gtk_drop_down_new_from_strings (modes);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mode), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Condition"), -1);
  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Find or type key=value"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Find a label, or type key=value"), -1);
  self->fault = qd_policy_label_new (NULL, "error");
  gtk_widget_set_size_request (box, 260, -1);
  gtk_box_append (GTK_BOX (box), self->mode);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->fault);
  gtk_box_append (GTK_BOX (box), scrolled_list (self));
  gtk_widget_set_visible (self->fault, FALSE);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  g_signal_connect_swapped (self->mode, "notify::selected", G_CALLBACK (fill), self);
  g_signal_connect_swapped (self->search, "changed", G_CALLBACK (fill), self);
  g_signal_connect_swapped (self->search, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (take_cb), self);
  g_signal_connect_swapped (self, "show", G_CALLBACK (show_cb), self);
  return GTK_WIDGET (self);
}

void
qd_policy_label_picker_set (QdPolicyLabelPicker *self, const char *path, const char *namespace)
{
  g_set_str (&self->path, path);
  g_set_str (&self->namespace, namespace);
}
