/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-review.h"

#include <glib/gi18n.h>

#include "qd-form-dialog.h"
#include "qd-placement-words.h"

/* More rows than that are counted, not listed. */
#define MAX_ROWS 200

struct _QdPlacementReview {
  AdwDialog parent_instance;

  QdPlacementBoard *board;
  GtkWidget *page, *reason, *name, *migrate, *confirm;
  char *type_name;                 /* NULL: none is asked */
  gboolean allowed;
  guint n_free;
};

G_DEFINE_FINAL_TYPE (QdPlacementReview, qd_placement_review, ADW_TYPE_DIALOG)

static guint confirmed_signal;

/* --- What speaks against it --------------------------------------------------------------------------------- */

static char *
find_objection (QdPlacementBoard *board, const QdPlacementMove *move)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (board);
  const QdRollShard *to = qd_placement_roll_get_shard (roll, move->to);

  return to != NULL ? qd_placement_roll_check (roll, move->tenant, to, qd_placement_board_count_then (board, move->to))
                    : g_strdup_printf (_("Nothing is known of %s."), move->to);
}

GArray *
qd_placement_review_list_free_moves (QdPlacementBoard *board)
{
  GArray *moves = qd_placement_board_list_moves (board);

  for (guint i = 0; i < moves->len;)
    {
      g_autofree char *against = find_objection (board, &g_array_index (moves, QdPlacementMove, i));

      if (against != NULL)
        g_array_remove_index (moves, i);
      else
        i++;
    }
  return moves;
}

/* --- What is shown -------------------------------------------------------------------------------------------- */

static GtkWidget *
add_group (QdPlacementReview *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (group));
  return group;
}

static void
add_row (GtkWidget *group, const char *title, const char *subtitle, gboolean warned)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (warned)
    {
      GtkWidget *image = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

      gtk_widget_add_css_class (image, "qd-degraded");
      gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Left out"), -1);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

static void
add_more (GtkWidget *group, guint n)
{
  g_autofree char *text = g_strdup_printf (ngettext ("and %u more", "and %u more", n), n);

  add_row (group, text, NULL, FALSE);
}

static void
show_moves (QdPlacementReview *self)
{
  g_autoptr (GArray) moves = qd_placement_board_list_moves (self->board);
  g_autofree char *title = g_strdup_printf (ngettext ("%u move", "%u moves", moves->len), moves->len), *left_out = NULL;
  GtkWidget *group = add_group (self, title);
  guint n_against = 0;

  for (guint i = 0; i < moves->len; i++)
    {
      const QdPlacementMove *move = &g_array_index (moves, QdPlacementMove, i);
      g_autofree char *against = find_objection (self->board, move), *text = qd_placement_tell_move (move);

      n_against += against != NULL;
      if (i < MAX_ROWS)
        add_row (group, text, against != NULL ? against : qd_placement_board_get_why (self->board, move->tenant->id), against != NULL);
    }
  if (moves->len > MAX_ROWS)
    add_more (group, moves->len - MAX_ROWS);
  self->n_free = moves->len - n_against;
  if (n_against == 0)
    return;
  left_out = g_strdup_printf (ngettext ("Something speaks against %u of them: it is left out and stays in the plan.",
                                        "Something speaks against %u of them: they are left out and stay in the plan.", n_against), n_against);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), left_out);
}

/* How full the shards would be that the plan touches. */
static void
show_shards (QdPlacementReview *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  GtkWidget *group = add_group (self, _("Tenants by Shard"));
  guint n = 0;

  for (guint i = 0; i < roll->shards->len; i++)
    {
      const QdRollShard *shard = roll->shards->pdata[i];
      guint now = qd_placement_board_count_now (self->board, shard->id), then = qd_placement_board_count_then (self->board, shard->id);
      g_autofree char *text = NULL;

      if (now == then || n++ >= MAX_ROWS)
        continue;
      text = qd_placement_tell_fill (self->board, shard);
      add_row (group, shard->id, text, FALSE);
    }
  if (n > MAX_ROWS)
    add_more (group, n - MAX_ROWS);
  gtk_widget_set_visible (group, n > 0);
}

static void
show_blocks (QdPlacementReview *self, const QdRebalance *proposal)
{
  GtkWidget *group;

  if (proposal == NULL || proposal->blocks->len == 0)
    return;
  group = add_group (self, _("What Could Not Be Solved"));
  for (guint i = 0; i < proposal->blocks->len && i < MAX_ROWS; i++)
    {
      const QdRebalanceBlock *block = proposal->blocks->pdata[i];

      add_row (group, block->shard, block->why, TRUE);
    }
  if (proposal->blocks->len > MAX_ROWS)
    add_more (group, proposal->blocks->len - MAX_ROWS);
}

/* --- What must be said ----------------------------------------------------------------------------------------- */

gboolean
qd_placement_review_can_confirm (QdPlacementReview *self)
{
  g_autofree char *reason = self->reason != NULL ? g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->reason)))) : NULL;
  gboolean named = self->name == NULL || g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->name)), self->type_name) == 0;

  return self->allowed && self->n_free > 0 && reason != NULL && *reason != '\0' && named;
}

static void
update_confirm (QdPlacementReview *self)
{
  gtk_widget_set_sensitive (self->confirm, qd_placement_review_can_confirm (self));
}

static GtkWidget *
add_entry (QdPlacementReview *self, GtkWidget *group, const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (row), TRUE);
  g_signal_connect_object (row, "changed", G_CALLBACK (update_confirm), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static void
show_questions (QdPlacementReview *self, const QdPlacementReviewInfo *info)
{
  GtkWidget *group = add_group (self, _("Confirm"));
  g_autofree char *escaped = NULL;

  self->allowed = info->refused == NULL;
  escaped = g_markup_escape_text (info->refused != NULL ? info->refused : info->note, -1);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), escaped);
  add_row (group, _("Where"), info->where, FALSE);
  if (info->refused != NULL)
    return;
  if (info->can_migrate)
    {
      self->migrate = adw_switch_row_new ();
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->migrate), _("Drain first, verify after"));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (self->migrate), _("A job for each tenant, and a way back from each step"));
      adw_switch_row_set_active (ADW_SWITCH_ROW (self->migrate), TRUE);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->migrate);
    }
  self->reason = add_entry (self, group, _("Reason"));
  if (info->production)
    {
      g_autofree char *title = g_strdup_printf (_("Type “%s” to confirm"), info->where);

      self->type_name = g_strdup (info->where);
      self->name = add_entry (self, group, title);
    }
}

/* --- The dialog --------------------------------------------------------------------------------------------------- */

void
qd_placement_review_confirm (QdPlacementReview *self)
{
  g_autofree char *reason = NULL;

  if (!qd_placement_review_can_confirm (self))
    return;
  reason = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->reason))));
  g_signal_emit (self, confirmed_signal, 0, reason, self->migrate != NULL && adw_switch_row_get_active (ADW_SWITCH_ROW (self->migrate)));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
build (QdPlacementReview *self, const QdPlacementReviewInfo *info)
{
  GtkWidget *view = adw_toolbar_view_new (), *header = adw_header_bar_new ();

  self->page = adw_preferences_page_new ();
  self->confirm = gtk_button_new_with_mnemonic (_(info->verb));
  gtk_widget_add_css_class (self->confirm, "suggested-action");
  g_signal_connect_object (self->confirm, "clicked", G_CALLBACK (qd_placement_review_confirm), self, G_CONNECT_SWAPPED);
  qd_form_dialog_pack (ADW_DIALOG (self), ADW_HEADER_BAR (header), self->confirm);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), header);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), self->page);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), _("Review Plan"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 560);
  adw_dialog_set_content_height (ADW_DIALOG (self), 640);
  show_blocks (self, info->proposal);
  show_moves (self);
  show_shards (self);
  show_questions (self, info);
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->confirm);
  if (self->reason != NULL)
    adw_dialog_set_focus (ADW_DIALOG (self), self->reason);
  update_confirm (self);
}

static void
qd_placement_review_dispose (GObject *object)
{
  QdPlacementReview *self = QD_PLACEMENT_REVIEW (object);

  g_clear_object (&self->board);
  g_clear_pointer (&self->type_name, g_free);
  G_OBJECT_CLASS (qd_placement_review_parent_class)->dispose (object);
}

static void
qd_placement_review_class_init (QdPlacementReviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_review_dispose;
  confirmed_signal = g_signal_new ("confirmed", QD_TYPE_PLACEMENT_REVIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                   G_TYPE_BOOLEAN);
}

static void
qd_placement_review_init (QdPlacementReview *self)
{
}

AdwDialog *
qd_placement_review_new (QdPlacementBoard *board, const QdPlacementReviewInfo *info)
{
  QdPlacementReview *self = g_object_new (QD_TYPE_PLACEMENT_REVIEW, NULL);

  self->board = g_object_ref (board);
  build (self, info);
  return ADW_DIALOG (self);
}

void
qd_placement_review_set_texts (QdPlacementReview *self, const char *reason, const char *name)
{
  if (self->reason != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->reason), reason);
  if (self->name != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->name), name);
}

void
qd_placement_review_set_migrate (QdPlacementReview *self, gboolean migrate)
{
  if (self->migrate != NULL)
    adw_switch_row_set_active (ADW_SWITCH_ROW (self->migrate), migrate);
}
