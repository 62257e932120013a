/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-window-private.h"

#include <glib/gi18n.h>

#include "qd-palette.h"
#include "qd-routing-actions.h"
#include "qd-shortcuts.h"

/* What the search offers to do. */
static const struct {
  const char *action;
  const char *title;
  gboolean (*can) (QdSession *session, char **why);  /* NULL: anybody can */
} palette_actions[] = {
  { "win.refresh", N_("Refresh") },
  { "app.add-connection", N_("Add a connection") },
  { "app.start-lab", N_("Start the lab") },
  { "win.import-topology", N_("Import a topology") },
  { "win.new-routing-policy", N_("Create a routing policy"), qd_routing_can_create },
  { "app.preferences", N_("Preferences") },
  { "win.shortcuts", N_("Keyboard shortcuts") },
  { "app.report", N_("Troubleshooting report") },
  { "app.erase", N_("Erase local data") },
  { "app.about", N_("About Quarterdeck") },
};

static void
refresh_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_session_refresh (QD_WINDOW (widget)->session);
}

static void
search_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdWindow *self = QD_WINDOW (widget);

  if (self->page == NULL || qd_window_get_welcome (self))
    return;
  /* a page without a search of its own is searched by the one for everything */
  if (!qd_page_focus_search (self->page))
    qd_window_show_palette (self, NULL);
}

static void
palette_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_window_show_palette (QD_WINDOW (widget), NULL);
}

static void
shortcuts_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (qd_shortcuts_dialog_new (), widget);
}

static void
page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_window_show_page (QD_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* Alt+1 … Alt+9: the sidebar's pages in order. */
static void
nth_page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  guint n, nth = g_variant_get_int32 (parameter);
  const QdPageInfo *pages = qd_page_list (&n);

  if (nth < n)
    qd_window_show_page (QD_WINDOW (widget), pages[nth].id);
}

/* From the search: no page need be open for it. */
static void
new_routing_policy_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_routing_create (QD_WINDOW (widget)->session, widget);
}

static void
copy_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdWindow *self = QD_WINDOW (widget);
  g_autofree char *text = self->page != NULL ? qd_page_copy (self->page) : NULL;

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

void
qd_window_actions_class_init (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.refresh", NULL, refresh_cb);
  gtk_widget_class_install_action (klass, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (klass, "win.palette", NULL, palette_cb);
  gtk_widget_class_install_action (klass, "win.shortcuts", NULL, shortcuts_cb);
  gtk_widget_class_install_action (klass, "win.page", "s", page_cb);
  gtk_widget_class_install_action (klass, "win.nth-page", "i", nth_page_cb);
  gtk_widget_class_install_action (klass, "win.copy", NULL, copy_cb);
  gtk_widget_class_install_action (klass, "win.new-routing-policy", NULL, new_routing_policy_cb);

  gtk_widget_class_add_binding_action (klass, GDK_KEY_F5, 0, "win.refresh", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_r, GDK_CONTROL_MASK, "win.refresh", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_f, GDK_CONTROL_MASK, "win.search", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_k, GDK_CONTROL_MASK, "win.palette", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_question, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.shortcuts", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_question, GDK_CONTROL_MASK, "win.shortcuts", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_c, GDK_CONTROL_MASK, "win.copy", NULL);
  for (int i = 0; i < 9; i++)
    gtk_widget_class_add_binding_action (klass, GDK_KEY_1 + i, GDK_ALT_MASK, "win.nth-page", "i", i);
}

void
qd_window_show_palette (QdWindow *self, const char *text)
{
  const char *actions[3 * G_N_ELEMENTS (palette_actions) + 1] = { NULL };
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  AdwDialog *palette;

  g_return_if_fail (QD_IS_WINDOW (self));

  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (palette_actions); i++)
    {
      char *why = NULL;

      actions[3 * i] = palette_actions[i].action;
      actions[3 * i + 1] = _(palette_actions[i].title);
      if (palette_actions[i].can != NULL && !palette_actions[i].can (self->session, &why))
        g_ptr_array_add (reasons, why);
      actions[3 * i + 2] = why != NULL ? why : "";
    }
  palette = qd_palette_new (self->session, GTK_WIDGET (self), actions);
  if (text != NULL)
    qd_palette_set_text (QD_PALETTE (palette), text);
  adw_dialog_present (palette, GTK_WIDGET (self));
}
