/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-bar.h"

#include <glib/gi18n.h>

#include "qd-placement-words.h"

/* So many moves are named in the line. */
#define MAX_NAMED 3

struct _QdPlacementBar {
  AdwBin parent_instance;

  QdPlacementBoard *board;
  GtkWidget *revealer, *title, *moves;
};

G_DEFINE_FINAL_TYPE (QdPlacementBar, qd_placement_bar, ADW_TYPE_BIN)

static void
update (QdPlacementBar *self)
{
  g_autoptr (GArray) moves = qd_placement_board_list_moves (self->board);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *title = moves->len > 0 ? g_strdup_printf (ngettext ("%u move", "%u moves", moves->len), moves->len) : g_strdup (_("No moves"));

  for (guint i = 0; i < moves->len && i < MAX_NAMED; i++)
    {
      g_autofree char *move = qd_placement_tell_move (&g_array_index (moves, QdPlacementMove, i));

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", move);
    }
  if (moves->len > MAX_NAMED)
    g_string_append (text, "; …");
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->moves), text->str);
  gtk_widget_set_visible (self->moves, text->len > 0);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer),
                                 moves->len > 0 || qd_placement_board_can_undo (self->board) || qd_placement_board_can_redo (self->board));
}

static GtkWidget *
add_button (GtkWidget *box, const char *icon, const char *label, const char *name, const char *action)
{
  GtkWidget *button = icon != NULL ? gtk_button_new_from_icon_name (icon) : gtk_button_new_with_mnemonic (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, name);
  if (icon != NULL)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
      gtk_widget_add_css_class (button, "flat");
    }
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static void
build (QdPlacementBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *review;

  self->title = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  self->moves = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->moves), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->moves), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->moves, "caption");
  gtk_box_append (GTK_BOX (words), self->title);
  gtk_box_append (GTK_BOX (words), self->moves);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), words);
  add_button (box, "edit-undo-symbolic", NULL, _("Undo"), "placement.undo");
  add_button (box, "edit-redo-symbolic", NULL, _("Redo"), "placement.redo");
  add_button (box, "user-trash-symbolic", NULL, _("Discard the plan"), "placement.discard");
  review = add_button (box, NULL, _("_Review…"), _("Look at the plan and carry it out"), "placement.review");
  gtk_widget_add_css_class (review, "suggested-action");
  gtk_widget_add_css_class (box, "toolbar");
  gtk_widget_add_css_class (box, "qd-placement-bar");
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->revealer), GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), box);
  adw_bin_set_child (ADW_BIN (self), self->revealer);
}

static void
qd_placement_bar_dispose (GObject *object)
{
  g_clear_object (&QD_PLACEMENT_BAR (object)->board);
  G_OBJECT_CLASS (qd_placement_bar_parent_class)->dispose (object);
}

static void
qd_placement_bar_class_init (QdPlacementBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_bar_dispose;
}

static void
qd_placement_bar_init (QdPlacementBar *self)
{
}

GtkWidget *
qd_placement_bar_new (QdPlacementBoard *board)
{
  QdPlacementBar *self = g_object_new (QD_TYPE_PLACEMENT_BAR, NULL);

  self->board = g_object_ref (board);
  build (self);
  g_signal_connect_object (board, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
