/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text at twice its size, a window as narrow as a telephone: nothing needs more room than there is. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "qd-application.h"
#include "qd-confirm-dialog.h"
#include "qd-connection-dialog.h"
#include "qd-palette.h"
#include "qd-preferences.h"
#include "qd-report.h"
#include "qd-settings.h"
#include "qd-shortcuts.h"
#include "qd-site-dialog.h"

#define NARROW 360
#define PAPER "paper:5e0c1d5e-88a1-4bde-9d5c-0a6c5f1e2b77"
/* A header bar reaches over the edges by a pixel. */
#define SLACK 2

static int
least_width (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

/* Tells the way from @widget down to what asks for so much. */
static void
explain (GtkWidget *widget, guint depth)
{
  GtkWidget *widest = NULL;
  int most = 0;

  g_test_message ("%*s%s %s needs %d px", depth, "", G_OBJECT_TYPE_NAME (widget),
                  GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : "", least_width (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child) && least_width (child) > most)
      {
        most = least_width (child);
        widest = child;
      }
  if (widest != NULL)
    explain (widest, depth + 1);
}

static guint n_wide;

/* What the toolkit itself says of it: a breakpoint hides from measuring that its child needs more. */
static void
count_exceeding_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_test_message ("%s", message);
  if (strstr (message, " exceeds "))
    n_wide++;
}

/* What one decides by is read whole: the title before it is cut off. */
static void
check_buttons (GtkWidget *widget, const char *what)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_ancestor (widget, GTK_TYPE_BUTTON) &&
      pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))))
    {
      n_wide++;
      g_test_message ("%s: the button “%s” is cut off", what, gtk_label_get_text (GTK_LABEL (widget)));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child))
      check_buttons (child, what);
}

static gboolean
scrolls_sideways (GtkWidget *widget)
{
  GtkPolicyType policy;

  if (!GTK_IS_SCROLLED_WINDOW (widget))
    return FALSE;
  gtk_scrolled_window_get_policy (GTK_SCROLLED_WINDOW (widget), &policy, NULL);
  return policy != GTK_POLICY_NEVER;
}

/* Shades, dimmed backgrounds and the like: parts of the toolkit's own that nobody reads. */
static gboolean
is_part (GtkWidget *widget)
{
  return g_str_has_suffix (G_OBJECT_TYPE_NAME (widget), "Gizmo");
}

/* What is shown has its place within the window, or in something that can be scrolled there. A
 * breakpoint asks for little and gives its child what it asks for all the same: so it is looked at
 * where things are, not at what they ask for. */
static void
check_inside (GtkWidget *window, GtkWidget *widget, const char *what)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_compute_bounds (widget, window, &bounds))
    return;
  if (bounds.size.width > 0 && !is_part (widget) && (bounds.origin.x < -SLACK || bounds.origin.x + bounds.size.width > NARROW + SLACK))
    {
      n_wide++;
      g_test_message ("%s: a %s lies from %.0f to %.0f px", what, G_OBJECT_TYPE_NAME (widget), (double) bounds.origin.x,
                      (double) (bounds.origin.x + bounds.size.width));
      explain (widget, 1);
      return;
    }
  if (scrolls_sideways (widget))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_inside (window, child, what);
}

static void
check (GtkWidget *widget, const char *what)
{
  check_inside (GTK_WIDGET (gtk_widget_get_root (widget)), widget, what);
}

static gboolean
is_narrow (gpointer window)
{
  return qd_window_is_narrow (window) && gtk_widget_get_width (window) == NARROW;
}

static QdWindow *
open_narrow (QdHub *hub)
{
  QdWindow *window = qd_window_new (NULL, hub);

  gtk_window_present (GTK_WINDOW (window));
  fixture_settle (GTK_WIDGET (window));
  gtk_window_set_default_size (GTK_WINDOW (window), NARROW, 720);
  if (!fixture_wait (is_narrow, window))
    explain (GTK_WIDGET (window), 0);
  g_assert_true (is_narrow (window));
  return window;
}

static void
set_scale (int percent)
{
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", percent * 96 * 1024 / 100, NULL);
}

static void
add_path (QdFleet *fleet, guint i)
{
  g_autofree char *id = g_strdup_printf ("p%u", i), *end = g_strdup_printf ("s%u", i);
  g_autoptr (QdDelta) delta = qd_delta_new ("c1", QD_KIND_PATH, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_PATH_SRC, qd_value_string (end));
  qd_delta_set (delta, QD_PATH_DST, qd_value_string ("long"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_DEGRADED));
  qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (1234.5));
  qd_delta_set (delta, QD_PATH_LOSS_PCT, qd_value_double (99.99));
  qd_delta_set (delta, QD_PATH_BANDWIDTH_MBPS, qd_value_double (98765.4));
  qd_fleet_apply (fleet, delta);
}

/* Long words of a language and of a fleet. */
static void
add_long_name (QdHub *hub)
{
  QdDelta *delta = qd_delta_new ("c1", QD_KIND_SITE, "long", QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string ("zweigstelle-donaudampfschifffahrtsgesellschaft-unterwasserkabelanlandestelle"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_DOWN));
  qd_fleet_begin (qd_hub_get_fleet (hub));
  qd_fleet_apply (qd_hub_get_fleet (hub), delta);
  for (guint i = 0; i < 9; i++)
    add_path (qd_hub_get_fleet (hub), i);
  qd_fleet_commit (qd_hub_get_fleet (hub));
  qd_delta_unref (delta);
}

/* The name of the page can be read beside its buttons. */
static void
check_title (GtkWidget *widget, const char *what)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "title") && gtk_widget_get_ancestor (widget, ADW_TYPE_HEADER_BAR) &&
      pango_layout_is_ellipsized (gtk_label_get_layout (GTK_LABEL (widget))))
    {
      n_wide++;
      g_test_message ("%s: the title “%s” is cut off", what, gtk_label_get_text (GTK_LABEL (widget)));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_mapped (child))
      check_title (child, what);
}

static void
check_pages (QdWindow *window, QdHub *hub)
{
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  for (guint i = 0; i < n; i++)
    {
      qd_window_show_page (window, pages[i].id);
      fixture_settle (GTK_WIDGET (window));
      check (GTK_WIDGET (qd_window_get_page (window)), pages[i].id);
      if (g_str_equal (pages[i].id, "topology"))
        check_title (GTK_WIDGET (window), pages[i].id);
    }
  qd_window_open_entity (window, qd_fleet_lookup (qd_hub_get_fleet (hub), "c1", QD_KIND_SITE, "long"));
  fixture_settle (GTK_WIDGET (window));
  check (GTK_WIDGET (qd_window_get_page (window)), "the details of a site");
  /* with the header bar, and with what lies beside it */
  check (gtk_window_get_child (GTK_WINDOW (window)), "the window");
}

static void
check_shown (QdWindow *window, const char *what)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));

  fixture_settle (GTK_WIDGET (window));
  g_assert_nonnull (dialog);
  check (GTK_WIDGET (dialog), what);
  check_buttons (GTK_WIDGET (dialog), what);
  adw_dialog_force_close (dialog);
}

static void
check_dialog (QdWindow *window, AdwDialog *dialog, const char *what)
{
  adw_dialog_present (dialog, GTK_WIDGET (window));
  check_shown (window, what);
}

/* A file with a long name, which is not there. */
static void
add_paper (QdHub *hub)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (PAPER, "donaudampfschifffahrtsgesellschaft", "paper", "paper:donaudampfschifffahrtsgesellschaft.graphml");
  g_autoptr (GError) error = NULL;

  qd_hub_add (hub, endpoint, FALSE, &error);
  g_assert_no_error (error);
}

static void
check_dialogs (QdWindow *window, QdHub *hub)
{
  QdFleet *fleet = qd_hub_get_fleet (hub);
  QdConfirmation confirmation = { .title = "Remove site", .where = "Harbour", .verb = "site.delete", .type_name = "harbour-1", .fleet = fleet,
                                  .target = qd_fleet_lookup (fleet, "c1", QD_KIND_SITE, "long") };

  check_dialog (window, qd_connection_dialog_new (hub, NULL), "the dialog of a connection");
  check_dialog (window, qd_preferences_new (hub), "the preferences");
  check_dialog (window, qd_shortcuts_dialog_new (), "the shortcuts");
  check_dialog (window, qd_report_new ("a report"), "the report");
  check_dialog (window, ADW_DIALOG (qd_confirm_dialog_new (&confirmation)), "the confirmation");
  qd_window_edit_paper (window, PAPER);
  check_shown (window, "the dialog of a paper fleet");
  qd_window_show_palette (window, "har");
  check_shown (window, "the search");
  qd_site_dialog_present (qd_window_get_session (window), GTK_WIDGET (window), confirmation.target);
  check_shown (window, "the form of a site");
}

static void
test_fits (gconstpointer data)
{
  g_autoptr (QdHub) hub = qd_hub_new (NULL);
  QdWindow *window;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  set_scale (GPOINTER_TO_INT (data));
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  fixture_fill (hub, "stale", 42);
  add_long_name (hub);
  add_paper (hub);
  n_wide = 0;
  window = open_narrow (hub);
  check_pages (window, hub);
  check_dialogs (window, hub);
  qd_window_set_welcome (window, TRUE);
  fixture_settle (GTK_WIDGET (window));
  check (gtk_window_get_child (GTK_WINDOW (window)), "the welcome page");
  g_assert_cmpuint (n_wide, ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
  set_scale (100);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  /* The toolkit warns of the first thing that is too wide: all of them are wanted. */
  g_log_set_handler ("Adwaita", G_LOG_LEVEL_WARNING, count_exceeding_cb, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  adw_init ();
  qd_app_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/quarterdeck/Quarterdeck/icons");

  g_test_add_data_func ("/large/100", GINT_TO_POINTER (100), test_fits);
  g_test_add_data_func ("/large/200", GINT_TO_POINTER (200), test_fits);
  return g_test_run ();
}
