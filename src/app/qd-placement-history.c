/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-history.h"

#include <glib/gi18n.h>

#include "qd-time.h"

/* More stays than that are counted, not listed. */
#define MAX_ROWS 100

struct _QdPlacementHistory {
  AdwDialog parent_instance;

  char *tenant;                /* NULL: of all in the key */
  GPtrArray *revisions;        /* of QdPlacementRevision, oldest first; NULL until they are there */
  GCancellable *cancellable;
  GtkWidget *stack, *status, *page;
  GtkWidget *from, *to, *difference;   /* what is compared, and the group that says how they differ */
  GPtrArray *rows;                     /* in it; borrowed */
};

G_DEFINE_FINAL_TYPE (QdPlacementHistory, qd_placement_history, ADW_TYPE_DIALOG)

enum { RESTORE, RESTORE_REVISION, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- What the history says ------------------------------------------------------------------------------------ */

GArray *
qd_placement_history_read (GPtrArray *revisions, const char *tenant)
{
  GArray *stays = g_array_new (FALSE, FALSE, sizeof (QdPlacementStay));

  for (guint i = 0; i < revisions->len; i++)
    {
      const QdPlacementRevision *revision = revisions->pdata[i];
      QdPlacementStay stay = { revision->map != NULL ? qd_placement_map_get_shard (revision->map, tenant) : NULL, revision };

      if (revision->map == NULL || qd_placement_map_is_broken (revision->map))
        continue;
      if (stays->len == 0 || g_strcmp0 (g_array_index (stays, QdPlacementStay, 0).shard, stay.shard) != 0)
        g_array_prepend_val (stays, stay);
    }
  return stays;
}

/* --- Showing it ------------------------------------------------------------------------------------------------- */

static void
say (QdPlacementHistory *self, const char *icon, const char *title, const char *text)
{
  g_autofree char *escaped = text != NULL ? g_markup_escape_text (text, -1) : NULL;

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->status), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (self->status), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->status), escaped);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->status);
}

static void
restore_cb (QdPlacementHistory *self, GtkWidget *button)
{
  g_autofree char *shard = g_strdup (g_object_get_data (G_OBJECT (button), "qd-shard"));

  g_signal_emit (self, signals[RESTORE], 0, shard);
  adw_dialog_close (ADW_DIALOG (self));
}

static GtkWidget *
make_restore (QdPlacementHistory *self, const char *shard)
{
  GtkWidget *button = gtk_button_new_with_label (_("Restore"));
  g_autofree char *name = g_strdup_printf (_("Plan to move it back to %s"), shard);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "qd-shard", g_strdup (shard), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (restore_cb), self, G_CONNECT_SWAPPED);
  return button;
}

/* "14:02:11 · revision 7 · ada@bridge: room was needed" */
static char *
tell_revision (const QdPlacementRevision *revision, gboolean short_form)
{
  g_autofree char *time = revision->at_us > 0 ? qd_time_format_local (revision->at_us) : g_strdup (_("a time that is not known"));
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision), *text = g_strdup_printf (_("%s · revision %s"), time, number);
  const char *who = revision->who != NULL ? revision->who : revision->as;

  if (who != NULL && revision->why != NULL && !short_form)
    return g_strdup_printf (_("%s · %s: %s"), text, who, revision->why);
  return who != NULL && !short_form ? g_strdup_printf (_("%s · %s"), text, who) : g_steal_pointer (&text);
}

/* "Since 14:02:11 · revision 7" */
static char *
tell_stay (const QdPlacementRevision *revision)
{
  g_autofree char *text = tell_revision (revision, FALSE);

  return g_strdup_printf (_("Since %s"), text);
}

static void
add_stay (QdPlacementHistory *self, GtkWidget *group, const QdPlacementStay *stay, const char *now)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *text = tell_stay (stay->revision);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), stay->shard != NULL ? stay->shard : _("Nowhere"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  if (stay->shard != NULL && g_strcmp0 (stay->shard, now) != 0)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_restore (self, stay->shard));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

static GtkWidget *
add_group (QdPlacementHistory *self, const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (group));
  return group;
}

static GtkWidget *
add_row (GtkWidget *group, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static void
add_more (GtkWidget *group, guint more)
{
  g_autofree char *text = g_strdup_printf (ngettext ("and %u more", "and %u more", more), more);

  add_row (group, text, NULL);
}

static void
show_stays (QdPlacementHistory *self)
{
  g_autoptr (GArray) stays = qd_placement_history_read (self->revisions, self->tenant);
  GtkWidget *group;

  if (stays->len == 0)
    return;
  group = add_group (self, _("Where It Was"), _("The newest first, as far back as the bucket keeps it. Restoring a place plans that move."));
  for (guint i = 0; i < stays->len && i < MAX_ROWS; i++)
    add_stay (self, group, &g_array_index (stays, QdPlacementStay, i), g_array_index (stays, QdPlacementStay, 0).shard);
  if (stays->len > MAX_ROWS)
    add_more (group, stays->len - MAX_ROWS);
}

/* --- Two of them ------------------------------------------------------------------------------------------------ */

/* The rows of both lists have the newest first. */
static const QdPlacementRevision *
get_chosen (QdPlacementHistory *self, GtkWidget *combo)
{
  return self->revisions->pdata[self->revisions->len - 1 - adw_combo_row_get_selected (ADW_COMBO_ROW (combo))];
}

static void
compare_cb (QdPlacementHistory *self)
{
  const QdPlacementRevision *from = get_chosen (self, self->from), *to = get_chosen (self, self->to);
  g_autoptr (GPtrArray) rows = qd_placement_map_diff (from->map, to->map);
  gboolean broken = qd_placement_map_is_broken (from->map) || qd_placement_map_is_broken (to->map);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->difference), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  if (broken || rows->len == 0)
    g_ptr_array_add (self->rows, add_row (self->difference, broken ? _("One of them cannot be read") : _("They place everybody alike"), NULL));
  for (guint i = 0; !broken && i < rows->len && i < MAX_ROWS; i++)
    {
      const QdPlacementDiff *row = rows->pdata[i];
      g_autofree char *text = g_strdup_printf (_("%s → %s"), row->from != NULL ? row->from : _("nowhere"), row->to != NULL ? row->to : _("nowhere"));

      g_ptr_array_add (self->rows, add_row (self->difference, row->tenant, text));
    }
}

static GtkWidget *
add_choice (QdPlacementHistory *self, GtkWidget *group, const char *title, GtkStringList *names, guint selected)
{
  GtkWidget *row = adw_combo_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (names));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), selected);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static void
show_comparison (QdPlacementHistory *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint n = self->revisions->len;

  if (n < 2)
    return;
  for (guint i = n; i-- > 0;)
    {
      g_autofree char *text = tell_revision (self->revisions->pdata[i], TRUE);

      gtk_string_list_append (names, text);
    }
  self->rows = g_ptr_array_new ();
  self->difference = add_group (self, _("Difference"), NULL);
  self->from = add_choice (self, self->difference, _("From"), names, 1);
  self->to = add_choice (self, self->difference, _("To"), names, 0);
  g_signal_connect_object (self->from, "notify::selected", G_CALLBACK (compare_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->to, "notify::selected", G_CALLBACK (compare_cb), self, G_CONNECT_SWAPPED);
  compare_cb (self);
}

void
qd_placement_history_compare (QdPlacementHistory *self, guint from, guint to)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->from), self->revisions->len - 1 - from);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->to), self->revisions->len - 1 - to);
}

/* --- All of them ------------------------------------------------------------------------------------------------- */

static void
restore_revision_cb (QdPlacementHistory *self, GtkWidget *button)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "qd-index"));

  g_signal_emit (self, signals[RESTORE_REVISION], 0, index);
  adw_dialog_close (ADW_DIALOG (self));
}

static GtkWidget *
make_restore_revision (QdPlacementHistory *self, guint index)
{
  const QdPlacementRevision *revision = self->revisions->pdata[index];
  GtkWidget *button = gtk_button_new_with_label (_("Restore…"));
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision), *name = g_strdup_printf (_("Put revision %s back, as a new one"), number);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "qd-index", GUINT_TO_POINTER (index));
  g_signal_connect_object (button, "clicked", G_CALLBACK (restore_revision_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static char *
tell_content (const QdPlacementRevision *revision)
{
  guint n = qd_placement_map_get_length (revision->map);

  if (!g_str_equal (revision->operation, "put"))
    return g_strdup (_("Removed"));
  if (qd_placement_map_is_broken (revision->map))
    return g_strdup (_("Cannot be read"));
  if (qd_placement_map_get_encoding (revision->map) == QD_PLACEMENT_OBJECT)
    return g_strdup_printf (ngettext ("%u tenant placed", "%u tenants placed", n), n);
  return g_strdup (n > 0 ? qd_placement_map_get_nth (revision->map, 0)->shard : _("Nowhere"));
}

static void
show_revisions (QdPlacementHistory *self)
{
  GtkWidget *group = add_group (self, _("Revisions"), _("Who wrote a revision is known where its writer left a name, as Quarterdeck does."));
  guint n = self->revisions->len;

  for (guint i = n; i-- > 0 && n - 1 - i < MAX_ROWS;)
    {
      g_autofree char *title = tell_content (self->revisions->pdata[i]), *text = tell_revision (self->revisions->pdata[i], FALSE);
      GtkWidget *row = add_row (group, title, text);

      if (i + 1 < n)
        adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_restore_revision (self, i));
    }
  if (n > MAX_ROWS)
    add_more (group, n - MAX_ROWS);
}

GPtrArray *
qd_placement_history_get_revisions (QdPlacementHistory *self)
{
  return self->revisions;
}

static void
show (QdPlacementHistory *self, GPtrArray *revisions)
{
  self->revisions = g_ptr_array_ref (revisions);
  if (revisions->len == 0)
    {
      say (self, "qd-events-symbolic", _("No History"), _("The bucket keeps no earlier revision of it."));
      return;
    }
  if (self->tenant != NULL)
    show_stays (self);
  show_comparison (self);
  show_revisions (self);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->page);
}

static void
answered_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPlacementHistory) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) revisions = qd_placement_history_finish (QD_HUB (hub), result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (revisions == NULL)
    say (self, "dialog-warning-symbolic", _("Could Not Read the History"), error->message);
  else
    show (self, revisions);
}

/* --- The dialog ----------------------------------------------------------------------------------------------------- */

static void
qd_placement_history_dispose (GObject *object)
{
  QdPlacementHistory *self = QD_PLACEMENT_HISTORY (object);

  g_clear_pointer (&self->tenant, g_free);
  g_clear_pointer (&self->revisions, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (qd_placement_history_parent_class)->dispose (object);
}

static void
qd_placement_history_finalize (GObject *object)
{
  g_clear_object (&QD_PLACEMENT_HISTORY (object)->cancellable);
  G_OBJECT_CLASS (qd_placement_history_parent_class)->finalize (object);
}

static void
qd_placement_history_closed (AdwDialog *dialog)
{
  g_cancellable_cancel (QD_PLACEMENT_HISTORY (dialog)->cancellable);
}

static void
qd_placement_history_class_init (QdPlacementHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_history_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_placement_history_finalize;
  ADW_DIALOG_CLASS (klass)->closed = qd_placement_history_closed;
  signals[RESTORE] = g_signal_new ("restore", QD_TYPE_PLACEMENT_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[RESTORE_REVISION] = g_signal_new ("restore-revision", QD_TYPE_PLACEMENT_HISTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                            G_TYPE_UINT);
}

static void
qd_placement_history_init (QdPlacementHistory *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  self->cancellable = g_cancellable_new ();
  self->page = adw_preferences_page_new ();
  self->status = adw_status_page_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), self->status, "status");
  gtk_stack_add_named (GTK_STACK (self->stack), self->page, "page");
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), self->stack);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 480);
  adw_dialog_set_content_height (ADW_DIALOG (self), 480);
  say (self, "qd-events-symbolic", _("Reading the History"), NULL);
}

AdwDialog *
qd_placement_history_new (QdHub *hub, const char *nats, QdPlacementMap *map, const char *tenant)
{
  QdPlacementHistory *self = g_object_new (QD_TYPE_PLACEMENT_HISTORY, NULL);
  g_autofree char *title = g_strdup_printf (_("Placements of %s"), tenant != NULL ? tenant : qd_placement_map_get_bucket (map));

  self->tenant = g_strdup (tenant);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  qd_placement_history_async (hub, nats, map, tenant, self->cancellable, answered_cb, g_object_ref (self));
  return ADW_DIALOG (self);
}
