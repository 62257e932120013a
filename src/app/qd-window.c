/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-window-private.h"

#include <glib/gi18n.h>

#include "qd-connection-switcher.h"
#include "qd-job-notice.h"
#include "qd-settings.h"
#include "qd-welcome.h"

G_DEFINE_FINAL_TYPE (QdWindow, qd_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- Pages -------------------------------------------------------------------------------------- */

static void
replace_header_end (QdWindow *self, GtkWidget *widget)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->header_end))) != NULL)
    gtk_box_remove (self->header_end, child);
  if (widget != NULL)
    gtk_box_append (self->header_end, widget);
}

static QdPage *
ensure_page (QdWindow *self, const QdPageInfo *info)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->page_stack, info->id);

  if (page == NULL)
    {
      page = GTK_WIDGET (qd_page_new (info, self->session));
      gtk_accessible_update_property (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_PROPERTY_LABEL, _(info->title), -1);
      gtk_stack_add_named (self->page_stack, page, info->id);
    }
  return QD_PAGE (page);
}

gboolean
qd_window_show_page (QdWindow *self, const char *id)
{
  const QdPageInfo *info = qd_page_info_find (id);
  QdPage *page;

  g_return_val_if_fail (QD_IS_WINDOW (self), FALSE);

  if (info == NULL)
    return FALSE;
  page = ensure_page (self, info);
  if (page != self->page)
    {
      self->page = page;
      replace_header_end (self, qd_page_get_header_end (page));
      gtk_stack_set_visible_child (self->page_stack, GTK_WIDGET (page));
      adw_navigation_page_set_title (self->content_page, qd_page_get_title (page));
    }
  qd_window_sidebar_select (self, id);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  return TRUE;
}

const char *
qd_window_get_page_id (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), NULL);
  return self->page != NULL ? qd_page_get_id (self->page) : NULL;
}

QdPage *
qd_window_get_page (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), NULL);
  return self->page;
}

gboolean
qd_window_open_entity (QdWindow *self, QdEntity *entity)
{
  const QdPageInfo *info;
  QdEntity *ours;

  g_return_val_if_fail (QD_IS_WINDOW (self), FALSE);
  g_return_val_if_fail (QD_IS_ENTITY (entity), FALSE);

  /* A server's job that one of ours stands for is shown as that one. */
  ours = qd_entity_is_listed (entity) ? NULL
                                      : qd_fleet_lookup (qd_session_get_fleet (self->session), QD_HUB_LOCAL, QD_KIND_JOB,
                                                         qd_entity_get_string (entity, QD_JOB_SHOWN_AS));
  if (ours != NULL)
    entity = ours;
  info = qd_page_info_for_kind (qd_entity_get_kind (entity));
  qd_session_set_selected (self->session, entity);
  if (info == NULL || !qd_window_show_page (self, info->id))
    return FALSE;
  return qd_page_show_entity (self->page, entity);
}

static void
open_cb (QdWindow *self, QdEntity *entity)
{
  qd_window_open_entity (self, entity);
}

static void
page_cb (QdWindow *self, const char *id)
{
  qd_window_show_page (self, id);
}

/* --- Toasts ------------------------------------------------------------------------------------- */

static void
toast_cb (QdWindow *self, const char *text, const char *button, GClosure *closure)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  if (button != NULL && closure != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_timeout (toast, 10);
      g_signal_connect_closure (toast, "button-clicked", closure, FALSE);
    }
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

/* --- The main menu ------------------------------------------------------------------------------ */

/* Made when it is first opened: the first frame does without. */
static void
create_menu_cb (GtkMenuButton *button, gpointer menu)
{
  if (gtk_menu_button_get_popover (button) == NULL)
    gtk_menu_button_set_menu_model (button, menu);
}

/* --- Welcome ------------------------------------------------------------------------------------ */

void
qd_window_set_welcome (QdWindow *self, gboolean welcome)
{
  g_return_if_fail (QD_IS_WINDOW (self));

  if (welcome && gtk_stack_get_child_by_name (self->root_stack, "welcome") == NULL)
    gtk_stack_add_named (self->root_stack, qd_welcome_new (), "welcome");
  gtk_stack_set_visible_child_name (self->root_stack, welcome ? "welcome" : "main");
}

gboolean
qd_window_get_welcome (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), FALSE);
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->root_stack), "welcome") == 0;
}

void
qd_window_set_problem (QdWindow *self, const char *problem)
{
  GtkWidget *welcome;

  g_return_if_fail (QD_IS_WINDOW (self));

  welcome = gtk_stack_get_child_by_name (self->root_stack, "welcome");
  if (welcome != NULL)
    qd_welcome_set_problem (QD_WELCOME (welcome), problem);
}

/* --- State that outlives the window -------------------------------------------------------------- */

/* Whether a window of this size would leave nothing of any screen: such a one is maximized, as shells that arrange
 * windows do by themselves. Its shadow and round corners, which nobody would see, would be drawn at each frame. */
static gboolean
fills_screen (int width, int height)
{
  GListModel *monitors = gdk_display_get_monitors (gdk_display_get_default ());
  guint n = g_list_model_get_n_items (monitors);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, i);
      GdkRectangle area;

      gdk_monitor_get_geometry (monitor, &area);
      if (width < area.width || height < area.height)
        return FALSE;
    }
  return n > 0;
}

static void
restore_state (QdWindow *self)
{
  GSettings *settings = qd_settings_get_default ();
  int width = g_settings_get_int (settings, "window-width"), height = g_settings_get_int (settings, "window-height");
  g_autofree char *page = g_settings_get_string (settings, "page");
  g_autofree char *connection = g_settings_get_string (settings, "connection");

  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (settings, "window-maximized") || fills_screen (width, height))
    gtk_window_maximize (GTK_WINDOW (self));
  qd_session_set_connection (self->session, connection);
  if (!qd_window_show_page (self, page))
    qd_window_show_page (self, "overview");
  qd_window_set_welcome (self, !g_settings_get_boolean (settings, "configured"));
}

static void
save_state (QdWindow *self)
{
  GSettings *settings = qd_settings_get_default ();
  QdEntity *selected = qd_session_get_selected (self->session);
  const char *connection = qd_session_get_connection (self->session);
  g_autofree char *selection = NULL;
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (width >= 360 && height >= 294)
    {
      g_settings_set_int (settings, "window-width", width);
      g_settings_set_int (settings, "window-height", height);
    }
  /* That it had no choice here is not what somebody wants elsewhere. */
  g_settings_set_boolean (settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)) && !fills_screen (width, height));
  g_settings_set_string (settings, "connection", connection != NULL ? connection : "");
  g_settings_set_boolean (settings, "configured", !qd_window_get_welcome (self));
  if (self->page != NULL)
    g_settings_set_string (settings, "page", qd_page_get_id (self->page));
  if (selected != NULL)
    {
      g_autofree char *id = g_uri_escape_string (qd_entity_get_id (selected), NULL, TRUE);

      selection = g_strdup_printf ("quarterdeck://%s/%s", qd_entity_get_schema (selected)->id, id);
    }
  g_settings_set_string (settings, "selection", selection != NULL ? selection : "");
}

static gboolean
qd_window_close_request (GtkWindow *window)
{
  save_state (QD_WINDOW (window));
  return GTK_WINDOW_CLASS (qd_window_parent_class)->close_request (window);
}

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_window_dispose (GObject *object)
{
  QdWindow *self = QD_WINDOW (object);

  g_clear_handle_id (&self->figures_id, g_source_remove);
  self->page = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_WINDOW);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_window_parent_class)->dispose (object);
}

static void
qd_window_class_init (QdWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = qd_window_close_request;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-window.ui");
  gtk_widget_class_bind_template_child (widget_class, QdWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, root_stack);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, primary_menu);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, switcher_box);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, sidebar_list);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, header_bar);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, header_end);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, production_button);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, production_content);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, offline_banner);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, freeze_banner);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, page_stack);
  gtk_widget_class_bind_template_child (widget_class, QdWindow, narrow_breakpoint);
  qd_window_actions_class_init (widget_class);
  qd_window_paper_class_init (widget_class);
}

static void
qd_window_init (QdWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (self->menu_button, create_menu_cb, g_object_ref (self->primary_menu), g_object_unref);
}

/**
 * qd_window_new:
 * @application: the application, or %NULL in tests
 * @hub: all connections
 *
 * Makes a window on @hub, as the last one was left. Main thread.
 *
 * Returns: (transfer none): the window, owned by GTK until it is closed
 */
QdWindow *
qd_window_new (AdwApplication *application, QdHub *hub)
{
  QdWindow *self;

  g_return_val_if_fail (QD_IS_HUB (hub), NULL);

  self = g_object_new (QD_TYPE_WINDOW, "application", application, NULL);
  self->session = qd_session_new (hub);
  g_signal_connect_object (self->session, "open", G_CALLBACK (open_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "page", G_CALLBACK (page_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "toast", G_CALLBACK (toast_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->switcher_box, qd_connection_switcher_new (self->session));
  qd_window_sidebar_setup (self);
  qd_window_status_setup (self);
  qd_window_paper_setup (self);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (gtk_widget_get_ancestor (GTK_WIDGET (self->offline_banner), ADW_TYPE_TOOLBAR_VIEW)),
                                qd_job_notice_new (self->session));
  restore_state (self);
  return self;
}

QdSession *
qd_window_get_session (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), NULL);
  return self->session;
}

gboolean
qd_window_get_banner_revealed (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), FALSE);
  return adw_banner_get_revealed (self->offline_banner);
}

const char *
qd_window_get_banner_text (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), NULL);
  return adw_banner_get_title (self->offline_banner);
}

gboolean
qd_window_is_narrow (QdWindow *self)
{
  g_return_val_if_fail (QD_IS_WINDOW (self), FALSE);
  return adw_navigation_split_view_get_collapsed (self->split_view);
}
