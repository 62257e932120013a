/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-card.h"

#include "qd-placement-places.h"
#include "qd-placement-words.h"
#include "qd-state.h"

struct _QdPlacementCard {
  GtkBox parent_instance;

  QdPlacementBoard *board;
  char *shard;
  GtkListItem *item;               /* borrowed while it is bound */
  GtkWidget *state, *title, *fill, *places, *word, *facts;
};

G_DEFINE_FINAL_TYPE (QdPlacementCard, qd_placement_card, GTK_TYPE_BOX)

static void
update (QdPlacementCard *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const QdRollShard *shard = roll != NULL && self->shard != NULL ? qd_placement_roll_get_shard (roll, self->shard) : NULL;
  g_autofree char *fill = NULL, *facts = NULL, *label = NULL;
  const char *word;
  gboolean over;

  if (shard == NULL)
    return;
  fill = qd_placement_tell_fill (self->board, shard);
  facts = qd_placement_tell_facts (shard);
  word = qd_placement_get_state_word (shard);
  over = shard->capacity >= 0 && qd_placement_board_count_then (self->board, shard->id) > shard->capacity;
  qd_state_image_set (self->state, shard->status);
  gtk_label_set_text (GTK_LABEL (self->title), shard->id);
  gtk_label_set_text (GTK_LABEL (self->fill), fill);
  gtk_label_set_text (GTK_LABEL (self->facts), facts);
  gtk_label_set_text (GTK_LABEL (self->word), word != NULL ? word : "");
  gtk_widget_set_visible (self->word, word != NULL);
  gtk_widget_set_visible (self->facts, *facts != '\0');
  gtk_widget_set_tooltip_text (self->facts, facts);
  label = qd_placement_tell_shard (self->board, shard);
  if (self->item != NULL)
    gtk_list_item_set_accessible_label (self->item, label);
  if (over)
    gtk_widget_add_css_class (self->fill, "qd-down");
  else
    gtk_widget_remove_css_class (self->fill, "qd-down");
}

static gboolean
drop_cb (QdPlacementCard *self, const GValue *value)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const char *const *tenants = roll != NULL ? qd_placement_drag_get (value, roll->kind) : NULL;

  /* while it was dragged, another kind may have been turned to, whose shards have the same names */
  return self->shard != NULL && tenants != NULL && qd_placement_board_move (self->board, tenants, self->shard);
}

static GtkWidget *
add_label (GtkWidget *box, const char *style, gboolean expand)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, expand);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
build (QdPlacementCard *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkDropTarget *target = gtk_drop_target_new (QD_TYPE_PLACEMENT_DRAG, GDK_ACTION_MOVE);

  self->state = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_box_append (GTK_BOX (line), self->state);
  self->title = add_label (line, "heading", TRUE);
  self->fill = add_label (line, "numeric", FALSE);
  self->places = qd_placement_places_new (self->board);
  self->word = add_label (foot, "caption-heading", FALSE);
  self->facts = add_label (foot, "caption", TRUE);
  gtk_widget_add_css_class (self->facts, "dimmed");
  gtk_box_append (GTK_BOX (self), line);
  gtk_box_append (GTK_BOX (self), self->places);
  gtk_box_append (GTK_BOX (self), foot);
  gtk_widget_set_vexpand (foot, TRUE);
  gtk_widget_set_valign (foot, GTK_ALIGN_END);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
qd_placement_card_dispose (GObject *object)
{
  QdPlacementCard *self = QD_PLACEMENT_CARD (object);

  g_clear_object (&self->board);
  g_clear_pointer (&self->shard, g_free);
  G_OBJECT_CLASS (qd_placement_card_parent_class)->dispose (object);
}

static void
qd_placement_card_class_init (QdPlacementCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_card_dispose;
}

static void
qd_placement_card_init (QdPlacementCard *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 9);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "qd-placement-card");
}

GtkWidget *
qd_placement_card_new (QdPlacementBoard *board)
{
  QdPlacementCard *self = g_object_new (QD_TYPE_PLACEMENT_CARD, NULL);

  self->board = g_object_ref (board);
  build (self);
  g_signal_connect_object (board, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
qd_placement_card_set_shard (QdPlacementCard *self, const char *shard, GtkListItem *item)
{
  self->item = item;
  g_set_str (&self->shard, shard);
  qd_placement_places_set_shard (QD_PLACEMENT_PLACES (self->places), shard);
  update (self);
}

const char *
qd_placement_card_get_shard (QdPlacementCard *self)
{
  return self->shard;
}
