/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-clash.h"

#include <glib/gi18n.h>

/* More rows than that are counted, not listed. */
#define MAX_ROWS 100

struct _QdPlacementClash {
  AdwDialog parent_instance;
};

G_DEFINE_FINAL_TYPE (QdPlacementClash, qd_placement_clash, ADW_TYPE_DIALOG)

static guint decided_signal;

static const char *
or_nowhere (const char *shard)
{
  return shard != NULL ? shard : _("nowhere");
}

static const char *
get_outcome_word (QdPlacementOutcome outcome)
{
  switch (outcome)
    {
    case QD_PLACEMENT_MERGE_MINE: return _("Only you move it");
    case QD_PLACEMENT_MERGE_THEIRS: return _("Only they moved it");
    case QD_PLACEMENT_MERGE_SAME: return _("You both want the same");
    case QD_PLACEMENT_MERGE_CONFLICT: default: return _("You both move it, to different shards");
    }
}

static void
add_row (GtkWidget *group, const QdPlacementMergeRow *merge)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *text = g_strdup_printf (_("%s\nBefore: %s · Mine: %s · Theirs: %s"), get_outcome_word (merge->outcome), or_nowhere (merge->base),
                                           or_nowhere (merge->mine), or_nowhere (merge->theirs));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), merge->tenant);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  if (merge->outcome == QD_PLACEMENT_MERGE_CONFLICT)
    {
      GtkWidget *image = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

      gtk_widget_add_css_class (image, "qd-degraded");
      gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Conflict"), -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), image);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

/* What one must decide about comes first. */
static guint
add_rows (GtkWidget *group, GPtrArray *rows, gboolean conflicts, guint shown)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const QdPlacementMergeRow *row = rows->pdata[i];

      if ((row->outcome == QD_PLACEMENT_MERGE_CONFLICT) != conflicts)
        continue;
      if (shown++ < MAX_ROWS)
        add_row (group, row);
    }
  return shown;
}

static void
decide (QdPlacementClash *self, gboolean take_mine)
{
  g_signal_emit (self, decided_signal, 0, take_mine);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
mine_cb (QdPlacementClash *self)
{
  decide (self, TRUE);
}

static void
theirs_cb (QdPlacementClash *self)
{
  decide (self, FALSE);
}

static GtkWidget *
add_button (QdPlacementClash *self, GtkWidget *box, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
  return button;
}

static GtkWidget *
build_buttons (QdPlacementClash *self, guint n_conflicts)
{
  GtkWidget *box = adw_wrap_box_new (), *merge;

  if (n_conflicts > 0)
    {
      add_button (self, box, _("Merge, Keep _Theirs"), G_CALLBACK (theirs_cb));
      add_button (self, box, _("Merge, Write _Mine"), G_CALLBACK (mine_cb));
    }
  else
    {
      merge = add_button (self, box, _("_Merge"), G_CALLBACK (mine_cb));
      gtk_widget_add_css_class (merge, "suggested-action");
    }
  /* Side by side, or where the words of one would be cut, below one another. */
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_justify (ADW_WRAP_BOX (box), ADW_JUSTIFY_FILL);
  adw_wrap_box_set_justify_last_line (ADW_WRAP_BOX (box), TRUE);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  return box;
}

static char *
tell (guint n_conflicts)
{
  if (n_conflicts == 0)
    return g_strdup (_("Somebody else changed the placements meanwhile, but not the same tenants. A merge keeps both."));
  return g_strdup_printf (ngettext ("Somebody else changed the placements meanwhile, and %u tenant in another way than you.",
                                    "Somebody else changed the placements meanwhile, and %u tenants in another way than you.", n_conflicts), n_conflicts);
}

static void
build (QdPlacementClash *self, GPtrArray *rows)
{
  guint n_conflicts = qd_placement_merge_count (rows, QD_PLACEMENT_MERGE_CONFLICT), shown;
  GtkWidget *view = adw_toolbar_view_new (), *page = adw_preferences_page_new (), *group = adw_preferences_group_new ();
  g_autofree char *text = tell (n_conflicts);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), text);
  shown = add_rows (group, rows, TRUE, 0);
  shown = add_rows (group, rows, FALSE, shown);
  if (shown > MAX_ROWS)
    {
      g_autofree char *more = g_strdup_printf (ngettext ("and %u more", "and %u more", shown - MAX_ROWS), shown - MAX_ROWS);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), more);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_toolbar_view_add_bottom_bar (ADW_TOOLBAR_VIEW (view), build_buttons (self, n_conflicts));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), _("Placements Changed Meanwhile"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 560);
  adw_dialog_set_content_height (ADW_DIALOG (self), 520);
}

static void
qd_placement_clash_class_init (QdPlacementClashClass *klass)
{
  decided_signal = g_signal_new ("decided", QD_TYPE_PLACEMENT_CLASH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
qd_placement_clash_init (QdPlacementClash *self)
{
}

AdwDialog *
qd_placement_clash_new (GPtrArray *rows)
{
  QdPlacementClash *self = g_object_new (QD_TYPE_PLACEMENT_CLASH, NULL);

  build (self, rows);
  return ADW_DIALOG (self);
}
