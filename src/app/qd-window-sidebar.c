/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-window-private.h"

#include <glib/gi18n.h>

/* A row carries its page's info and its badge under these names. */
#define ROW_INFO "qd-page-info"
#define ROW_BADGE "qd-badge"

static const QdPageInfo *
row_get_info (gpointer row)
{
  return g_object_get_data (G_OBJECT (row), ROW_INFO);
}

static GtkWidget *
create_row (const QdPageInfo *info)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name (info->icon_name);
  GtkWidget *title = gtk_label_new (_(info->title));
  GtkWidget *badge = gtk_label_new (NULL);

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (badge, "qd-badge");
  gtk_widget_set_visible (badge, FALSE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), badge);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, _(info->title), -1);
  g_object_set_data (G_OBJECT (row), ROW_INFO, (gpointer) info);
  g_object_set_data (G_OBJECT (row), ROW_BADGE, badge);
  return row;
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const QdPageInfo *info = row_get_info (row);
  const QdPageInfo *above = before != NULL ? row_get_info (before) : NULL;
  GtkWidget *label;

  if (info->group == NULL || (above != NULL && g_strcmp0 (above->group, info->group) == 0))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  if (gtk_list_box_row_get_header (row) != NULL)
    return;
  label = gtk_label_new (_(info->group));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "qd-sidebar-heading");
  gtk_list_box_row_set_header (row, label);
}

static void
activated_cb (QdWindow *self, GtkListBoxRow *row)
{
  qd_window_show_page (self, row_get_info (row)->id);
}

void
qd_window_sidebar_setup (QdWindow *self)
{
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  gtk_list_box_set_header_func (self->sidebar_list, header_cb, NULL, NULL);
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (self->sidebar_list, create_row (&pages[i]));
  g_signal_connect_object (self->sidebar_list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
}

void
qd_window_sidebar_select (QdWindow *self, const char *id)
{
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sidebar_list, i);

      if (row == NULL)
        return;
      if (g_strcmp0 (row_get_info (row)->id, id) == 0)
        {
          gtk_list_box_select_row (self->sidebar_list, row);
          return;
        }
    }
}

/* --- Badges ------------------------------------------------------------------------------------- */

static guint
count_jobs (QdWindow *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_JOB);
  const char *connection = qd_session_get_connection (self->session);
  guint n = qd_entity_list_get_length (list), count = 0;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *job = qd_entity_list_peek (list, i);
      const char *state = qd_entity_get_string (job, QD_JOB_STATE);

      if (!qd_entity_belongs (job, connection))
        continue;
      if (g_strcmp0 (state, "running") == 0 || g_strcmp0 (state, "queued") == 0 || g_strcmp0 (state, "waiting") == 0)
        count++;
    }
  return count;
}

static void
set_badge (GtkListBoxRow *row, guint count, const char *css_class, const char *description)
{
  GtkWidget *badge = g_object_get_data (G_OBJECT (row), ROW_BADGE);
  g_autofree char *text = g_strdup_printf ("%'u", count);
  const char *told = gtk_widget_get_tooltip_text (badge);

  gtk_widget_set_visible (badge, count > 0);
  if (count == 0)
    {
      gtk_widget_set_tooltip_text (badge, NULL);
      gtk_accessible_reset_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
      return;
    }
  /* What it tells says how it looks, too; classes that come and go cost a frame even when they are the same. */
  if (g_strcmp0 (told, description) == 0 && g_strcmp0 (gtk_label_get_text (GTK_LABEL (badge)), text) == 0)
    return;
  gtk_label_set_text (GTK_LABEL (badge), text);
  gtk_widget_remove_css_class (badge, "qd-down");
  gtk_widget_remove_css_class (badge, "qd-degraded");
  if (css_class != NULL)
    gtk_widget_add_css_class (badge, css_class);
  gtk_widget_set_tooltip_text (badge, description);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

static void
update_health_badge (QdWindow *self, GtkListBoxRow *row, const QdKind *kinds, guint n_kinds)
{
  guint down = 0, degraded = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < n_kinds; i++)
    {
      guint counts[QD_STATUS_DOWN + 1] = { 0 };

      qd_fleet_count_status (qd_session_get_fleet (self->session), kinds[i],
                             qd_session_get_connection (self->session), counts);
      down += counts[QD_STATUS_DOWN];
      degraded += counts[QD_STATUS_DEGRADED];
    }
  text = g_strdup_printf (_("%u down, %u degraded"), down, degraded);
  set_badge (row, down + degraded, down > 0 ? "qd-down" : "qd-degraded", text);
}

/* The number of things that need attention, at each page's row. */
void
qd_window_sidebar_update_badges (QdWindow *self)
{
  static const QdKind sites[] = { QD_KIND_SITE, QD_KIND_NODE }, paths[] = { QD_KIND_PATH };

  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sidebar_list, i);
      const char *id;

      if (row == NULL)
        return;
      id = row_get_info (row)->id;
      if (g_str_equal (id, "sites"))
        update_health_badge (self, row, sites, G_N_ELEMENTS (sites));
      else if (g_str_equal (id, "paths"))
        update_health_badge (self, row, paths, G_N_ELEMENTS (paths));
      else if (g_str_equal (id, "jobs"))
        {
          guint n = count_jobs (self);
          g_autofree char *text = g_strdup_printf (ngettext ("%u job under way", "%u jobs under way", n), n);

          set_badge (row, n, NULL, text);
        }
    }
}
