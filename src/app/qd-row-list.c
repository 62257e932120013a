/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-row-list.h"

#include <glib/gi18n.h>

#include "qd-state.h"
#include "qd-table-page.h"

typedef struct {
  GtkWidget *row, *image, *figure;
  QdEntity *entity;
  gboolean has_state;
} QdRowListRow;

struct _QdRowList {
  AdwBin parent_instance;

  QdSession *session;
  char *page;
  char *filter;
  char *empty;
  GtkWidget *group;
  GtkWidget *list;
  GtkWidget *placeholder;
  GArray *rows;         /* QdRowListRow */
  guint used;
};

G_DEFINE_FINAL_TYPE (QdRowList, qd_row_list, ADW_TYPE_BIN)

static void
row_clear (gpointer data)
{
  QdRowListRow *row = data;

  g_clear_object (&row->entity);
  g_clear_object (&row->image);
}

static void
row_activated_cb (QdRowList *self, GtkListBoxRow *activated)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      QdRowListRow *row = &g_array_index (self->rows, QdRowListRow, i);

      if (row->row == GTK_WIDGET (activated) && row->entity != NULL)
        qd_session_open (self->session, row->entity);
    }
}

static void
show_all_cb (QdRowList *self)
{
  if (self->filter != NULL)
    qd_table_page_open_filtered (self->session, GTK_WIDGET (self), self->page, self->filter);
  else
    qd_session_open_page (self->session, self->page);
}

static void
qd_row_list_dispose (GObject *object)
{
  QdRowList *self = QD_ROW_LIST (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->rows, g_array_unref);
  g_clear_pointer (&self->page, g_free);
  g_clear_pointer (&self->filter, g_free);
  g_clear_pointer (&self->empty, g_free);
  G_OBJECT_CLASS (qd_row_list_parent_class)->dispose (object);
}

static void
qd_row_list_class_init (QdRowListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_row_list_dispose;
}

static void
qd_row_list_init (QdRowList *self)
{
  self->rows = g_array_new (FALSE, TRUE, sizeof (QdRowListRow));
  g_array_set_clear_func (self->rows, row_clear);
  self->group = adw_preferences_group_new ();
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), self->list);
  adw_bin_set_child (ADW_BIN (self), self->group);
}

static void
add_show_all (QdRowList *self, const char *title)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_("Show _All"));
  g_autofree char *name = g_strdup_printf (_("Show all: %s"), title);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (show_all_cb), self);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self->group), button);
}

GtkWidget *
qd_row_list_new (QdSession *session, const char *title, const char *page, const char *empty)
{
  QdRowList *self = g_object_new (QD_TYPE_ROW_LIST, NULL);

  self->session = g_object_ref (session);
  self->page = g_strdup (page);
  self->empty = g_strdup (empty);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  if (page != NULL)
    add_show_all (self, title);
  if (empty != NULL)
    {
      self->placeholder = gtk_label_new (empty);
      gtk_widget_add_css_class (self->placeholder, "dimmed");
      gtk_widget_set_margin_top (self->placeholder, 12);
      gtk_widget_set_margin_bottom (self->placeholder, 12);
      gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), self->placeholder);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), empty != NULL);
  return GTK_WIDGET (self);
}

void
qd_row_list_set_filter (QdRowList *self, const char *filter)
{
  g_set_str (&self->filter, filter);
}

void
qd_row_list_begin (QdRowList *self)
{
  self->used = 0;
}

static QdRowListRow *
append_row (QdRowList *self)
{
  QdRowListRow row = { .row = adw_action_row_new (), .image = g_object_ref_sink (qd_state_image_new (QD_STATUS_UNKNOWN)), .figure = gtk_label_new (NULL) };

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row.row), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row.row), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row.row), 2);
  gtk_widget_add_css_class (row.figure, "numeric");
  gtk_widget_add_css_class (row.figure, "dimmed");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row.row), row.figure);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row.row), TRUE);
  gtk_list_box_append (GTK_LIST_BOX (self->list), row.row);
  g_array_append_val (self->rows, row);
  return &g_array_index (self->rows, QdRowListRow, self->rows->len - 1);
}

/* AdwActionRow sets what it is given even when it is the same, which costs a layout. */
static void
set_row_text (QdRowListRow *row, const char *title, const char *subtitle, const char *figure)
{
  if (g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row->row)), title) != 0)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), title);
  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (row->row)), subtitle) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row->row), subtitle != NULL ? subtitle : "");
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (row->figure)), figure) != 0)
    gtk_label_set_text (GTK_LABEL (row->figure), figure != NULL ? figure : "");
}

void
qd_row_list_add (QdRowList *self, QdEntity *entity, QdStatus status, const char *title, const char *subtitle, const char *figure)
{
  QdRowListRow *row = self->used < self->rows->len ? &g_array_index (self->rows, QdRowListRow, self->used) : append_row (self);

  self->used++;
  g_set_object (&row->entity, entity);
  qd_state_image_set (row->image, status);
  row->has_state = status != QD_STATUS_NONE;
  set_row_text (row, title, subtitle, figure);
}

/* Where one has a state, the others have as much room before their titles; where none has, there is none. */
static void
align_titles (QdRowList *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    any = any || g_array_index (self->rows, QdRowListRow, i).has_state;
  for (guint i = 0; i < self->rows->len; i++)
    {
      QdRowListRow *row = &g_array_index (self->rows, QdRowListRow, i);

      if (any && gtk_widget_get_parent (row->image) == NULL)
        adw_action_row_add_prefix (ADW_ACTION_ROW (row->row), row->image);
      else if (!any && gtk_widget_get_parent (row->image) != NULL)
        adw_action_row_remove (ADW_ACTION_ROW (row->row), row->image);
      if (gtk_widget_get_opacity (row->image) == (row->has_state ? 1 : 0))
        continue;
      gtk_widget_set_opacity (row->image, row->has_state ? 1 : 0);
      gtk_accessible_update_state (GTK_ACCESSIBLE (row->image), GTK_ACCESSIBLE_STATE_HIDDEN, !row->has_state, -1);
    }
}

void
qd_row_list_end (QdRowList *self)
{
  while (self->rows->len > self->used)
    {
      gtk_list_box_remove (GTK_LIST_BOX (self->list), g_array_index (self->rows, QdRowListRow, self->rows->len - 1).row);
      g_array_set_size (self->rows, self->rows->len - 1);
    }
  align_titles (self);
  gtk_widget_set_visible (GTK_WIDGET (self), self->used > 0 || self->empty != NULL);
}
