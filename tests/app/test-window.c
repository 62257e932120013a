/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-fixture.h"
#include "qd-confirm-dialog.h"
#include "qd-connection-dialog.h"
#include "qd-overview-page.h"
#include "qd-palette.h"
#include "qd-preferences.h"
#include "qd-report.h"
#include "qd-settings.h"
#include "qd-shortcuts.h"

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static QdWindow *
open_window (QdHub *hub)
{
  QdWindow *window = qd_window_new (NULL, hub);

  gtk_window_present (GTK_WINDOW (window));
  fixture_settle (GTK_WIDGET (window));
  return window;
}

/* Closes the window and sees that it, its session and all its pages go. */
static void
close_window (QdWindow *window)
{
  gpointer weak_window = window, weak_session = qd_window_get_session (window);

  g_object_add_weak_pointer (G_OBJECT (window), &weak_window);
  g_object_add_weak_pointer (weak_session, &weak_session);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_true (fixture_wait (is_gone, &weak_window));
  g_assert_true (fixture_wait (is_gone, &weak_session));
}

static void
test_welcome (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", FALSE);
  window = open_window (hub);
  g_assert_true (qd_window_get_welcome (window));
  close_window (window);
}

static void
test_last_known (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "page", "overview");
  fixture_fill (hub, "stale", 42);
  window = open_window (hub);
  g_assert_false (qd_window_get_welcome (window));
  g_assert_cmpstr (qd_window_get_page_id (window), ==, "overview");
  g_assert_true (qd_window_get_banner_revealed (window));
  g_assert_nonnull (strstr (qd_window_get_banner_text (window), "nobody answers"));
  close_window (window);
}

/* A window that is there before anything is known shows no fleet, and the first that comes at once, not at its next look. */
static void
test_first_data (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;
  QdPage *page;
  g_autofree char *text = NULL;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "page", "overview");
  window = open_window (hub);
  page = qd_window_get_page (window);
  g_assert_false (qd_overview_page_has_data (QD_OVERVIEW_PAGE (page)));
  fixture_fill (hub, "stale", 42);
  g_assert_true (qd_overview_page_has_data (QD_OVERVIEW_PAGE (page)));
  text = qd_page_copy (page);
  g_assert_nonnull (strstr (text, "42"));
  close_window (window);
}

static gboolean
banner_is_gone (gpointer window)
{
  return !qd_window_get_banner_revealed (window);
}

static void
test_recovers (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "stale", 3);
  window = open_window (hub);
  g_assert_true (qd_window_get_banner_revealed (window));
  fixture_fill (hub, "live", 3);
  g_assert_true (fixture_wait (banner_is_gone, window));
  close_window (window);
}

/* Every page can be shown, and none outlives the window. */
static void
test_pages (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);
  g_autofree gpointer *weak = g_new0 (gpointer, n);
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "live", 20);
  window = open_window (hub);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (qd_window_show_page (window, pages[i].id));
      g_assert_cmpstr (qd_window_get_page_id (window), ==, pages[i].id);
      fixture_settle (GTK_WIDGET (window));
      weak[i] = qd_window_get_page (window);
      g_object_add_weak_pointer (weak[i], &weak[i]);
    }
  g_assert_false (qd_window_show_page (window, "no-such-page"));
  close_window (window);
  for (guint i = 0; i < n; i++)
    g_assert_true (fixture_wait (is_gone, &weak[i]));
}

static gboolean
has_results (gpointer data)
{
  return qd_palette_get_n_results (data) > 0;
}

static GtkMenuButton *
find_main_menu (GtkWidget *from)
{
  GtkMenuButton *found = GTK_IS_MENU_BUTTON (from) && gtk_menu_button_get_primary (GTK_MENU_BUTTON (from)) ? GTK_MENU_BUTTON (from) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_main_menu (child);
  return found;
}

/* The menu is there when it is asked for, and the same the next time. (That it is seen takes a seat, which this display has not.) */
static void
test_main_menu (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;
  GtkMenuButton *button;
  GtkPopover *popover;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  window = open_window (hub);
  button = find_main_menu (GTK_WIDGET (window));
  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (button)));
  gtk_menu_button_popup (button);
  popover = gtk_menu_button_get_popover (button);
  g_assert_true (GTK_IS_POPOVER_MENU (popover));
  g_assert_cmpint (g_menu_model_get_n_items (gtk_popover_menu_get_menu_model (GTK_POPOVER_MENU (popover))), ==, 2);
  gtk_menu_button_popdown (button);
  gtk_menu_button_popup (button);
  g_assert_true (gtk_menu_button_get_popover (button) == popover);
  close_window (window);
}

static void
test_palette (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;
  AdwDialog *palette;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "live", 500);
  window = open_window (hub);
  qd_window_show_palette (window, "harbour-42");
  palette = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
  g_assert_true (QD_IS_PALETTE (palette));
  g_assert_true (fixture_wait (has_results, palette));
  qd_palette_set_text (QD_PALETTE (palette), "no such thing anywhere");
  fixture_settle (GTK_WIDGET (window));
  g_assert_cmpuint (qd_palette_get_n_results (QD_PALETTE (palette)), ==, 0);
  adw_dialog_force_close (palette);
  close_window (window);
}

/* A dialog goes when it is closed. */
static void
check_dialog (QdWindow *window, AdwDialog *dialog)
{
  gpointer weak = dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  adw_dialog_present (dialog, GTK_WIDGET (window));
  fixture_settle (GTK_WIDGET (window));
  adw_dialog_force_close (dialog);
  g_assert_true (fixture_wait (is_gone, &weak));
}

static void
test_dialogs (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("x", "Harbour", "nats", "nats://127.0.0.1:4222");
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "live", 3);
  window = open_window (hub);
  check_dialog (window, qd_connection_dialog_new (hub, NULL));
  check_dialog (window, qd_connection_dialog_new (hub, endpoint));
  check_dialog (window, qd_preferences_new (hub));
  check_dialog (window, qd_shortcuts_dialog_new ());
  check_dialog (window, qd_report_new ("a report"));
  close_window (window);
}

/* A change of high impact asks for a reason, and in production for the name. */
static void
test_confirmation (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdConfirmation confirmation = { .title = "Remove site", .where = "Harbour", .verb = "site.delete", .type_name = "harbour-1" };
  AdwAlertDialog *dialog;
  QdWindow *window;

  fixture_fill (hub, "live", 3);
  confirmation.fleet = qd_hub_get_fleet (hub);
  confirmation.target = qd_fleet_lookup (confirmation.fleet, "c1", QD_KIND_SITE, "s1");
  g_assert_nonnull (confirmation.target);
  window = open_window (hub);
  dialog = ADW_ALERT_DIALOG (qd_confirm_dialog_new (&confirmation));
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
  fixture_settle (GTK_WIDGET (window));
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "It was sold", "harbour-2");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "  ", "harbour-1");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "do"));
  qd_confirm_dialog_set_texts (QD_CONFIRM_DIALOG (dialog), "It was sold", "harbour-1");
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "do"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  close_window (window);
}

static guint n_toasts;
static GClosure *last_closure;
static guint n_undone;

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure)
{
  n_toasts++;
  if (closure != NULL)
    last_closure = g_closure_ref (closure);
}

static void
undone_cb (guint *count)
{
  (*count)++;
}

static void
test_toast (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  g_autoptr (QdSession) session = qd_session_new (hub);
  GValue nobody = G_VALUE_INIT;

  g_signal_connect (session, "toast", G_CALLBACK (toast_cb), NULL);
  qd_session_toast (session, "Done");
  qd_session_toast_action (session, "Done", "Undo", G_CALLBACK (undone_cb), &n_undone, NULL);
  g_assert_cmpuint (n_toasts, ==, 2);
  g_assert_nonnull (last_closure);
  g_closure_set_marshal (last_closure, g_cclosure_marshal_VOID__VOID);
  g_value_init (&nobody, G_TYPE_OBJECT);
  g_closure_invoke (last_closure, NULL, 1, &nobody, NULL);
  g_value_unset (&nobody);
  g_assert_cmpuint (n_undone, ==, 1);
  g_closure_unref (last_closure);
  g_assert_finalize_object (g_steal_pointer (&session));
}

/* At 360 pixels the sidebar folds away, and back. */
static gboolean
is_narrow (gpointer window)
{
  return qd_window_is_narrow (window);
}

static gboolean
is_wide (gpointer window)
{
  return !qd_window_is_narrow (window);
}

static void
test_narrow (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;

  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "live", 3);
  window = open_window (hub);
  g_assert_true (fixture_wait (is_wide, window));
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 600);
  g_assert_true (fixture_wait (is_narrow, window));
  fixture_settle (GTK_WIDGET (window));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), ==, 360);
  gtk_window_set_default_size (GTK_WINDOW (window), 1180, 700);
  g_assert_true (fixture_wait (is_wide, window));
  /* not close_window(): a breakpoint of libadwaita 1.7 that was once applied keeps its window's content */
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the window was like is what the next one is. */
static void
test_state (void)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  GSettings *settings = qd_settings_get_default ();
  g_autofree char *page = NULL;
  QdWindow *window;
  gpointer weak;
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  g_settings_set_boolean (settings, "configured", TRUE);
  fixture_fill (hub, "live", 3);
  window = open_window (hub);
  qd_window_show_page (window, pages[n - 1].id);
  qd_session_set_connection (qd_window_get_session (window), "c1");
  weak = window;
  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (fixture_wait (is_gone, &weak));
  page = g_settings_get_string (settings, "page");
  g_assert_cmpstr (page, ==, pages[n - 1].id);
  window = open_window (hub);
  g_assert_cmpstr (qd_window_get_page_id (window), ==, pages[n - 1].id);
  g_assert_cmpstr (qd_session_get_connection (qd_window_get_session (window)), ==, "c1");
  close_window (window);
  g_settings_reset (settings, "page");
  g_settings_reset (settings, "connection");
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);

  g_test_add_func ("/window/welcome", test_welcome);
  g_test_add_func ("/window/last-known", test_last_known);
  g_test_add_func ("/window/first-data", test_first_data);
  g_test_add_func ("/window/recovers", test_recovers);
  g_test_add_func ("/window/pages", test_pages);
  g_test_add_func ("/window/main-menu", test_main_menu);
  g_test_add_func ("/window/palette", test_palette);
  g_test_add_func ("/window/dialogs", test_dialogs);
  g_test_add_func ("/window/confirmation", test_confirmation);
  g_test_add_func ("/window/toast", test_toast);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/state", test_state);
  return g_test_run ();
}
