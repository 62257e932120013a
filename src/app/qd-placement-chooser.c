/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-chooser.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-placement-words.h"
#include "qd-state.h"

struct _QdPlacementChooser {
  AdwDialog parent_instance;

  QdPlacementBoard *board;
  char **tenants;
  char *filter;              /* folded */
  GtkWidget *search, *list;
};

G_DEFINE_FINAL_TYPE (QdPlacementChooser, qd_placement_chooser, ADW_TYPE_DIALOG)

static guint chosen_signal;

/* --- What speaks against it --------------------------------------------------------------------------------- */

/* The first reason why one of them should not go there; NULL: none. */
static char *
find_objection (QdPlacementChooser *self, const QdRollShard *shard)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  guint n = qd_placement_board_count_then (self->board, shard->id);

  for (guint i = 0; self->tenants[i] != NULL; i++)
    n += g_strcmp0 (qd_placement_board_get_place (self->board, self->tenants[i]), shard->id) != 0;
  for (guint i = 0; self->tenants[i] != NULL; i++)
    {
      const QdRollTenant *tenant = qd_placement_roll_get_tenant (roll, self->tenants[i]);
      char *why = tenant != NULL && g_strcmp0 (tenant->shard, shard->id) != 0 ? qd_placement_roll_check (roll, tenant, shard, n) : NULL;

      if (why != NULL)
        return why;
    }
  return NULL;
}

static gboolean
are_all_there (QdPlacementChooser *self, const char *shard)
{
  for (guint i = 0; self->tenants[i] != NULL; i++)
    if (g_strcmp0 (qd_placement_board_get_place (self->board, self->tenants[i]), shard) != 0)
      return FALSE;
  return TRUE;
}

/* --- Rows ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
make_row (QdPlacementChooser *self, const QdRollShard *shard)
{
  GtkWidget *row = adw_action_row_new (), *image = qd_state_image_new (shard->status), *fill;
  g_autofree char *facts = qd_placement_tell_facts (shard), *text = qd_placement_tell_fill (self->board, shard), *against = find_objection (self, shard);
  g_autofree char *folded = NULL, *plain = g_strjoin (" ", shard->id, facts, NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), shard->id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), against != NULL ? against : facts);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
  fill = gtk_label_new (text);
  gtk_widget_add_css_class (fill, "numeric");
  gtk_widget_add_css_class (fill, against != NULL ? "qd-degraded" : "dimmed");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), fill);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  folded = g_utf8_casefold (plain, -1);
  g_object_set_data_full (G_OBJECT (row), "qd-shard", g_strdup (shard->id), g_free);
  g_object_set_data_full (G_OBJECT (row), "qd-text", g_steal_pointer (&folded), g_free);
  return row;
}

static gboolean
filter_cb (GtkListBoxRow *row, gpointer data)
{
  QdPlacementChooser *self = data;

  return strstr (g_object_get_data (G_OBJECT (row), "qd-text"), self->filter) != NULL;
}

static void
choose (QdPlacementChooser *self, GtkListBoxRow *row)
{
  g_autofree char *shard = g_strdup (g_object_get_data (G_OBJECT (row), "qd-shard"));

  g_signal_emit (self, chosen_signal, 0, shard);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
search_cb (QdPlacementChooser *self)
{
  g_free (self->filter);
  self->filter = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (self->list));
}

/* Enter takes the first that is left. */
static void
activate_cb (QdPlacementChooser *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) != NULL; i++)
    if (filter_cb (row, self))
      {
        choose (self, row);
        return;
      }
}

/* --- The dialog --------------------------------------------------------------------------------------------------- */

static void
build_rows (QdPlacementChooser *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);

  for (guint i = 0; roll != NULL && i < roll->shards->len; i++)
    if (!are_all_there (self, ((const QdRollShard *) roll->shards->pdata[i])->id))
      gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, roll->shards->pdata[i]));
}

static void
build (QdPlacementChooser *self)
{
  GtkWidget *view = adw_toolbar_view_new (), *scroller = gtk_scrolled_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *none = gtk_label_new (_("No shard matches"));

  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Search shards"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search shards"), -1);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_widget_set_valign (self->list, GTK_ALIGN_START);
  gtk_widget_set_margin_top (none, 24);
  gtk_widget_set_margin_bottom (none, 24);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), none);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), filter_cb, self, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Shards"), -1);
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (search_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (choose), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_widget_add_css_class (box, "qd-placement-dialog");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), scroller);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 440);
  adw_dialog_set_content_height (ADW_DIALOG (self), 560);
  adw_dialog_set_focus (ADW_DIALOG (self), self->search);
}

static void
qd_placement_chooser_dispose (GObject *object)
{
  QdPlacementChooser *self = QD_PLACEMENT_CHOOSER (object);

  g_clear_object (&self->board);
  g_clear_pointer (&self->tenants, g_strfreev);
  g_clear_pointer (&self->filter, g_free);
  G_OBJECT_CLASS (qd_placement_chooser_parent_class)->dispose (object);
}

static void
qd_placement_chooser_class_init (QdPlacementChooserClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_chooser_dispose;
  chosen_signal = g_signal_new ("chosen", QD_TYPE_PLACEMENT_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_placement_chooser_init (QdPlacementChooser *self)
{
  self->filter = g_strdup ("");
}

AdwDialog *
qd_placement_chooser_new (QdPlacementBoard *board, const char *const *tenants)
{
  QdPlacementChooser *self = g_object_new (QD_TYPE_PLACEMENT_CHOOSER, NULL);
  guint n = g_strv_length ((char **) tenants);
  const QdPlacementRoll *roll = qd_placement_board_get_roll (board);
  const QdRollTenant *one = n == 1 && roll != NULL ? qd_placement_roll_get_tenant (roll, tenants[0]) : NULL;
  g_autofree char *title = one != NULL ? g_strdup_printf (_("Move %s"), one->name) : g_strdup_printf (ngettext ("Move %u Tenant", "Move %u Tenants", n), n);

  self->board = g_object_ref (board);
  self->tenants = g_strdupv ((char **) tenants);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  build (self);
  build_rows (self);
  return ADW_DIALOG (self);
}
