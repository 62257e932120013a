/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-card.h"

#include <adwaita.h>

#include "qd-pixels.h"
#include "qd-placement-places.h"
#include "qd-placement-words.h"
#include "qd-state.h"

/* The facts take so much where there is room; what changes in them does not change how wide a card wants to be. */
#define FACTS_CHARS 24

/* So many bytes of pictures are kept for cards that are out of sight: beyond that, a card is drawn when it comes into sight. */
#define MAX_KEPT (24 * 1024 * 1024)
#define PIXEL_BYTES 4
/* What of a card's state is seen. */
#define SEEN_FLAGS (GTK_STATE_FLAG_DROP_ACTIVE | GTK_STATE_FLAG_BACKDROP | GTK_STATE_FLAG_INSENSITIVE)

struct _QdPlacementCard {
  GtkWidget parent_instance;

  QdPlacementBoard *board;
  char *shard;
  GtkListItem *item;               /* borrowed while it is bound */
  char *told;                      /* what the item's label says */
  QdStatus status;
  GtkWidget *box, *state, *title, *fill, *places, *word, *facts;

  GskRenderNode *picture;          /* of all of it, as it was drawn last; or NULL */
  gsize bytes;
  int width, height, scale;        /* and of what size that was */
  gboolean is_back;                /* in sight again, and not drawn since */
};

G_DEFINE_FINAL_TYPE (QdPlacementCard, qd_placement_card, GTK_TYPE_WIDGET)

static gsize kept;               /* bytes of all pictures */

static void
drop_picture (QdPlacementCard *self)
{
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  kept -= self->bytes;
  self->bytes = 0;
}

/* To be called for whatever is seen to change: what a card has in it was not drawn when a picture was shown in its place, so that GTK
 * thinks that it is about to be, and does not say so again. */
static void
look_again (QdPlacementCard *self)
{
  drop_picture (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- What is said --------------------------------------------------------------------------------------------- */

/* What it says already is left alone: a new text is a new layout. */
static gboolean
say (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) == 0)
    return FALSE;
  gtk_label_set_text (GTK_LABEL (label), text);
  return TRUE;
}

static gboolean
say_facts (QdPlacementCard *self, const char *facts)
{
  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (self->facts)), facts) == 0)
    return FALSE;
  gtk_inscription_set_text (GTK_INSCRIPTION (self->facts), facts);
  gtk_widget_set_tooltip_text (self->facts, facts);
  gtk_widget_set_visible (self->facts, *facts != '\0');
  return TRUE;
}

static gboolean
show_status (QdPlacementCard *self, QdStatus status)
{
  if (self->status == status)
    return FALSE;
  self->status = status;
  qd_state_image_set (self->state, status);
  return TRUE;
}

static gboolean
show_over (QdPlacementCard *self, gboolean over)
{
  if (gtk_widget_has_css_class (self->fill, "qd-down") == over)
    return FALSE;
  if (over)
    gtk_widget_add_css_class (self->fill, "qd-down");
  else
    gtk_widget_remove_css_class (self->fill, "qd-down");
  return TRUE;
}

static void
tell (QdPlacementCard *self, const QdRollShard *shard)
{
  g_autofree char *label = qd_placement_tell_shard (self->board, shard);

  if (self->item == NULL || !g_set_str (&self->told, label))
    return;
  gtk_list_item_set_accessible_label (self->item, label);
}

static void
update (QdPlacementCard *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const QdRollShard *shard = roll != NULL && self->shard != NULL ? qd_placement_roll_get_shard (roll, self->shard) : NULL;
  g_autofree char *fill = NULL, *facts = NULL;
  const char *word;
  gboolean changed = qd_placement_places_update (QD_PLACEMENT_PLACES (self->places)), over;

  if (changed)
    look_again (self);
  if (shard == NULL)
    return;
  fill = qd_placement_tell_fill (self->board, shard);
  facts = qd_placement_tell_facts (shard);
  word = qd_placement_get_state_word (shard);
  over = shard->capacity >= 0 && qd_placement_board_count_then (self->board, shard->id) > shard->capacity;
  changed = show_status (self, shard->status) | say (self->title, shard->id) | say (self->fill, fill) | say (self->word, word != NULL ? word : "")
            | say_facts (self, facts) | show_over (self, over);
  gtk_widget_set_visible (self->word, word != NULL);
  tell (self, shard);
  if (changed)
    look_again (self);
}

static gboolean
drop_cb (QdPlacementCard *self, const GValue *value)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  const char *const *tenants = roll != NULL ? qd_placement_drag_get (value, roll->kind) : NULL;

  /* while it was dragged, another kind may have been turned to, whose shards have the same names */
  return self->shard != NULL && tenants != NULL && qd_placement_board_move (self->board, tenants, self->shard);
}

/* What is too long for it is cut off, so that what changes in it moves nothing. */
static GtkWidget *
add_facts (GtkWidget *box)
{
  GtkWidget *facts = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (facts), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (facts), FACTS_CHARS);
  gtk_widget_set_hexpand (facts, TRUE);
  gtk_widget_set_visible (facts, FALSE);
  gtk_widget_add_css_class (facts, "caption");
  gtk_widget_add_css_class (facts, "dimmed");
  gtk_box_append (GTK_BOX (box), facts);
  return facts;
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

  self->status = QD_STATUS_UNKNOWN;
  self->state = qd_state_image_new (self->status);
  gtk_box_append (GTK_BOX (line), self->state);
  self->title = add_label (line, "heading", TRUE);
  self->fill = add_label (line, "numeric", FALSE);
  self->places = qd_placement_places_new (self->board);
  self->word = add_label (foot, "caption-heading", FALSE);
  self->facts = add_facts (foot);
  gtk_box_append (GTK_BOX (self->box), line);
  gtk_box_append (GTK_BOX (self->box), self->places);
  gtk_box_append (GTK_BOX (self->box), foot);
  gtk_widget_set_vexpand (foot, TRUE);
  gtk_widget_set_valign (foot, GTK_ALIGN_END);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* --- The widget --------------------------------------------------------------------------------------------- */

static GskRenderNode *
draw (QdPlacementCard *self)
{
  GtkSnapshot *inner = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  graphene_rect_t bounds;

  gtk_widget_snapshot_child (GTK_WIDGET (self), self->box, inner);
  node = gtk_snapshot_free_to_node (inner);
  if (node == NULL)
    return NULL;
  gsk_render_node_get_bounds (node, &bounds);
  /* with the line around it */
  graphene_rect_round_extents (&bounds, &bounds);
  return qd_pixels_flatten (GTK_WIDGET (self), node, &bounds);
}

static gboolean
has_picture (QdPlacementCard *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return self->picture != NULL && self->width == gtk_widget_get_width (widget) && self->height == gtk_widget_get_height (widget)
         && self->scale == gtk_widget_get_scale_factor (widget);
}

static void
keep_picture (QdPlacementCard *self, GskRenderNode *picture)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int scale = gtk_widget_get_scale_factor (widget);
  gsize bytes = (gsize) gtk_widget_get_width (widget) * (gsize) gtk_widget_get_height (widget) * (gsize) (scale * scale) * PIXEL_BYTES;

  drop_picture (self);
  if (picture == NULL || !qd_pixels_are_wanted (widget) || kept + bytes > MAX_KEPT)
    return;
  self->picture = gsk_render_node_ref (picture);
  self->bytes = bytes;
  kept += bytes;
  self->width = gtk_widget_get_width (widget);
  self->height = gtk_widget_get_height (widget);
  self->scale = scale;
}

/* GTK asks for this when something of the card has changed, and when it comes into sight: then it is as it was. */
static void
qd_placement_card_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdPlacementCard *self = QD_PLACEMENT_CARD (widget);
  g_autoptr (GskRenderNode) picture = NULL;

  if (self->is_back && has_picture (self))
    picture = gsk_render_node_ref (self->picture);
  else
    {
      picture = draw (self);
      keep_picture (self, picture);
    }
  self->is_back = FALSE;
  if (picture != NULL)
    gtk_snapshot_append_node (snapshot, picture);
}

static void
qd_placement_card_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (qd_placement_card_parent_class)->map (widget);
  QD_PLACEMENT_CARD (widget)->is_back = TRUE;
}

static void
qd_placement_card_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (qd_placement_card_parent_class)->css_changed (widget, change);
  look_again (QD_PLACEMENT_CARD (widget));
}

static void
qd_placement_card_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GTK_WIDGET_CLASS (qd_placement_card_parent_class)->state_flags_changed (widget, before);
  if (((gtk_widget_get_state_flags (widget) ^ before) & SEEN_FLAGS) != 0)
    look_again (QD_PLACEMENT_CARD (widget));
}

/* A label turns about by itself; an inscription begins at the left whatever the direction. */
static void
align_facts (QdPlacementCard *self)
{
  if (self->facts != NULL)
    gtk_inscription_set_xalign (GTK_INSCRIPTION (self->facts), gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? 1 : 0);
}

static void
qd_placement_card_direction_changed (GtkWidget *widget, GtkTextDirection before)
{
  GTK_WIDGET_CLASS (qd_placement_card_parent_class)->direction_changed (widget, before);
  align_facts (QD_PLACEMENT_CARD (widget));
  look_again (QD_PLACEMENT_CARD (widget));
}

static void
qd_placement_card_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (qd_placement_card_parent_class)->system_setting_changed (widget, setting);
  look_again (QD_PLACEMENT_CARD (widget));
}

static void
qd_placement_card_dispose (GObject *object)
{
  QdPlacementCard *self = QD_PLACEMENT_CARD (object);

  drop_picture (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->told, g_free);
  g_clear_object (&self->board);
  g_clear_pointer (&self->shard, g_free);
  G_OBJECT_CLASS (qd_placement_card_parent_class)->dispose (object);
}

static void
qd_placement_card_class_init (QdPlacementCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_placement_card_dispose;
  widget_class->snapshot = qd_placement_card_snapshot;
  widget_class->map = qd_placement_card_map;
  widget_class->css_changed = qd_placement_card_css_changed;
  widget_class->state_flags_changed = qd_placement_card_state_flags_changed;
  widget_class->direction_changed = qd_placement_card_direction_changed;
  widget_class->system_setting_changed = qd_placement_card_system_setting_changed;
  gtk_widget_class_set_css_name (widget_class, "placementcard");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
qd_placement_card_init (QdPlacementCard *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "qd-placement-card");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
qd_placement_card_new (QdPlacementBoard *board)
{
  QdPlacementCard *self = g_object_new (QD_TYPE_PLACEMENT_CARD, NULL);

  self->board = g_object_ref (board);
  build (self);
  align_facts (self);
  g_signal_connect_object (board, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  /* the colours of what is in it, where its own stay */
  g_signal_connect_object (adw_style_manager_get_default (), "notify", G_CALLBACK (look_again), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
qd_placement_card_set_shard (QdPlacementCard *self, const char *shard, GtkListItem *item)
{
  self->item = item;
  g_clear_pointer (&self->told, g_free);
  g_set_str (&self->shard, shard);
  qd_placement_places_set_shard (QD_PLACEMENT_PLACES (self->places), shard);
  update (self);
}

const char *
qd_placement_card_get_shard (QdPlacementCard *self)
{
  return self->shard;
}
