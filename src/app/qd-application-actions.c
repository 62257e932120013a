/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-application-private.h"

#include <glib/gi18n.h>

#include "qd-log.h"
#include "qd-settings.h"

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AdwDialog *dialog = adw_about_dialog_new ();

  adw_about_dialog_set_application_name (ADW_ABOUT_DIALOG (dialog), _("Quarterdeck"));
  adw_about_dialog_set_application_icon (ADW_ABOUT_DIALOG (dialog), QD_APPLICATION_ID);
  adw_about_dialog_set_version (ADW_ABOUT_DIALOG (dialog), QD_VERSION);
  adw_about_dialog_set_developer_name (ADW_ABOUT_DIALOG (dialog), _("The Quarterdeck authors"));
  adw_about_dialog_set_comments (ADW_ABOUT_DIALOG (dialog), _("See a fleet live and change it safely"));
  adw_about_dialog_set_license_type (ADW_ABOUT_DIALOG (dialog), GTK_LICENSE_GPL_3_0);
  adw_dialog_present (dialog, qd_application_get_parent (data));
}

static void
start_lab_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  qd_application_start_lab (data);
}

static void
log_level_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *word = g_variant_get_string (parameter, NULL);
  QdLogLevel level;

  if (!qd_log_level_parse (word, &level))
    return;
  qd_log_set_level (level);
  g_settings_set_enum (qd_settings_get_default (), "log-level", (int) level);
}

static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWidget *window = qd_application_get_parent (data);

  /* closing saves what the window is like */
  if (window != NULL)
    gtk_window_close (GTK_WINDOW (window));
  g_application_quit (G_APPLICATION (data));
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = about_cb },
  { .name = "start-lab", .activate = start_lab_cb },
  { .name = "log-level", .activate = log_level_cb, .parameter_type = "s" },
  { .name = "quit", .activate = quit_cb },
};

void
qd_application_actions_setup (QdApplication *self)
{
  GtkApplication *application = GTK_APPLICATION (self);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (application, "app.preferences", (const char *[]) { "<Control>comma", NULL });
  gtk_application_set_accels_for_action (application, "app.quit", (const char *[]) { "<Control>q", NULL });
  gtk_application_set_accels_for_action (application, "window.close", (const char *[]) { "<Control>w", NULL });
}
