/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-end-button.h"

#include <string.h>

#include <glib/gi18n.h>

struct _QdPolicyEndButton {
  GtkWidget parent_instance;

  GtkWidget *button, *popover, *label, *search, *list;
  GtkStringFilter *filter;
  GtkStringList *names;      /* of ends; filled when it is first opened */
  char *name;
  QdPolicyEnds *ends;
  QdPolicyEval *eval;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (QdPolicyEndButton, qd_policy_end_button, GTK_TYPE_WIDGET)

static void
choose (QdPolicyEndButton *self, guint end, const char *address)
{
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  g_signal_emit (self, chosen_signal, 0, end, address);
}

static gboolean
choose_text (QdPolicyEndButton *self, const char *text)
{
  guint i = qd_policy_ends_find_text (self->ends, text);

  if (i == QD_POLICY_NO_END)
    return FALSE;
  choose (self, qd_policy_ends_get (self->ends, i)->now, NULL);
  return TRUE;
}

static gboolean
choose_first (QdPolicyEndButton *self, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; *folded != '\0' && i < qd_policy_ends_get_n (self->ends); i++)
    if (strstr (qd_policy_ends_get (self->ends, i)->key, folded) != NULL)
      {
        choose (self, qd_policy_ends_get (self->ends, i)->now, NULL);
        return TRUE;
      }
  return FALSE;
}

gboolean
qd_policy_end_button_enter (QdPolicyEndButton *self, const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  QdAddress address;

  if (self->ends == NULL)
    return FALSE;
  if (qd_address_parse (trimmed, &address))
    {
      choose (self, qd_policy_eval_find_address (self->eval, &address), trimmed);
      return TRUE;
    }
  return choose_text (self, trimmed) || choose_first (self, trimmed);
}

static void
search_activate_cb (QdPolicyEndButton *self)
{
  if (!qd_policy_end_button_enter (self, gtk_editable_get_text (GTK_EDITABLE (self->search))))
    gtk_widget_error_bell (self->search);
}

static void
search_changed_cb (QdPolicyEndButton *self)
{
  gtk_string_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
row_activated_cb (QdPolicyEndButton *self, guint position)
{
  g_autoptr (GtkStringObject) item = g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (self->list))), position);

  if (item != NULL)
    choose_text (self, gtk_string_object_get_string (item));
}

/* --- The list ------------------------------------------------------------------------------------ */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (gtk_list_item_get_item (item)));
}

static void
shown_cb (QdPolicyEndButton *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  if (g_list_model_get_n_items (G_LIST_MODEL (self->names)) == 0)
    for (guint i = 0; self->ends != NULL && i < qd_policy_ends_get_n (self->ends); i++)
      gtk_string_list_append (self->names, qd_policy_ends_get (self->ends, i)->text);
  gtk_widget_grab_focus (self->search);
}

static GtkWidget *
make_list (QdPolicyEndButton *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkExpression *string = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  GtkFilterListModel *filtered;
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  self->names = gtk_string_list_new (NULL);
  self->filter = gtk_string_filter_new (string);
  filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->names)), GTK_FILTER (g_object_ref (self->filter)));
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (filtered))), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (self->list), TRUE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Workloads and addresses"), -1);
  g_signal_connect_object (self->list, "activate", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  return scroller;
}

static GtkWidget *
make_popover (QdPolicyEndButton *self)
{
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Name or address"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Name or address"), -1);
  gtk_widget_set_size_request (self->search, 260, -1);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (search_activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), make_list (self));
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  g_signal_connect_object (popover, "show", G_CALLBACK (shown_cb), self, G_CONNECT_SWAPPED);
  return popover;
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_end_button_dispose (GObject *object)
{
  QdPolicyEndButton *self = QD_POLICY_END_BUTTON (object);

  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_object (&self->names);
  g_clear_object (&self->filter);
  G_OBJECT_CLASS (qd_policy_end_button_parent_class)->dispose (object);
}

static void
qd_policy_end_button_finalize (GObject *object)
{
  QdPolicyEndButton *self = QD_POLICY_END_BUTTON (object);

  g_clear_pointer (&self->ends, qd_policy_ends_unref);
  g_clear_pointer (&self->eval, qd_policy_eval_unref);
  g_free (self->name);
  G_OBJECT_CLASS (qd_policy_end_button_parent_class)->finalize (object);
}

static void
qd_policy_end_button_class_init (QdPolicyEndButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_end_button_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_end_button_finalize;

  /**
   * QdPolicyEndButton::chosen:
   * @end: of the evaluation
   * @address: (nullable): the very one that was typed
   */
  chosen_signal = g_signal_new ("chosen", QD_TYPE_POLICY_END_BUTTON, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_policy_end_button_init (QdPolicyEndButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->button = gtk_menu_button_new ();
  self->label = gtk_label_new (NULL);
  self->popover = make_popover (self);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_hexpand (self->label, TRUE);
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), box);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), self->popover);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
}

/**
 * qd_policy_end_button_new:
 *
 * Returns: (transfer floating): a button that means nobody
 */
GtkWidget *
qd_policy_end_button_new (const char *name)
{
  QdPolicyEndButton *self = g_object_new (QD_TYPE_POLICY_END_BUTTON, NULL);

  self->name = g_strdup (name);
  return GTK_WIDGET (self);
}

void
qd_policy_end_button_set (QdPolicyEndButton *self, QdPolicyEnds *ends, QdPolicyEval *eval, const char *text)
{
  g_autofree char *label = NULL;

  if (self->ends != ends)
    {
      g_clear_pointer (&self->ends, qd_policy_ends_unref);
      self->ends = ends != NULL ? qd_policy_ends_ref (ends) : NULL;
      gtk_string_list_splice (self->names, 0, g_list_model_get_n_items (G_LIST_MODEL (self->names)), NULL);
    }
  if (self->eval != eval)
    {
      g_clear_pointer (&self->eval, qd_policy_eval_unref);
      self->eval = eval != NULL ? qd_policy_eval_ref (eval) : NULL;
    }
  label = g_strdup_printf ("%s: %s", self->name, text);
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_sensitive (self->button, ends != NULL);
}
