/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-action-popover.h"

#define WIDTH 280
#define WIDTH_CHARS 36

struct _QdActionPopover {
  GtkPopover parent_instance;

  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (QdActionPopover, qd_action_popover, GTK_TYPE_POPOVER)

static guint fill_signal;

void
qd_action_popover_fill (QdActionPopover *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  g_signal_emit (self, fill_signal, 0);
}

static void
qd_action_popover_show (GtkWidget *widget)
{
  qd_action_popover_fill (QD_ACTION_POPOVER (widget));
  GTK_WIDGET_CLASS (qd_action_popover_parent_class)->show (widget);
}

static void
qd_action_popover_class_init (QdActionPopoverClass *klass)
{
  GTK_WIDGET_CLASS (klass)->show = qd_action_popover_show;
  fill_signal = g_signal_new ("fill", QD_TYPE_ACTION_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_action_popover_init (QdActionPopover *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_size_request (self->box, WIDTH, -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 480);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->box);
  gtk_popover_set_child (GTK_POPOVER (self), scroller);
}

QdActionPopover *
qd_action_popover_new (void)
{
  return g_object_new (QD_TYPE_ACTION_POPOVER, NULL);
}

static void
clicked_cb (GtkButton *button, gpointer data)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (button), QD_TYPE_ACTION_POPOVER);

  gtk_popover_popdown (GTK_POPOVER (popover));
}

static GtkWidget *
make_words (GtkWidget *button, const char *label, const char *text)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *title = gtk_label_new_with_mnemonic (label), *below = gtk_label_new (text);

  gtk_label_set_mnemonic_widget (GTK_LABEL (title), button);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (below), 0);
  gtk_label_set_wrap (GTK_LABEL (below), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (below), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (below), WIDTH_CHARS);
  gtk_widget_add_css_class (below, "caption");
  gtk_widget_add_css_class (below, "dimmed");
  gtk_box_append (GTK_BOX (words), title);
  gtk_box_append (GTK_BOX (words), below);
  return words;
}

void
qd_action_popover_add (QdActionPopover *self, const char *label, const char *text, const char *why, GCallback callback, gpointer data,
                       GClosureNotify destroy)
{
  GtkWidget *button = gtk_button_new (), *words = make_words (button, label, why != NULL ? why : text);

  gtk_button_set_child (GTK_BUTTON (button), words);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "qd-action-row");
  gtk_widget_set_sensitive (button, why == NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, gtk_label_get_text (GTK_LABEL (gtk_widget_get_first_child (words))),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why != NULL ? why : text, -1);
  g_signal_connect (button, "clicked", G_CALLBACK (clicked_cb), NULL);
  g_signal_connect_data (button, "clicked", callback, data, destroy, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), button);
}

void
qd_action_popover_add_separator (QdActionPopover *self)
{
  if (gtk_widget_get_first_child (self->box) != NULL)
    gtk_box_append (GTK_BOX (self->box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

GtkWidget *
qd_action_popover_make_button (QdActionPopover *self, const char *name)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), GTK_WIDGET (self));
  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return button;
}
