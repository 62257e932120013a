/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-application-private.h"

#include <glib/gi18n.h>

#include "qd-connection-dialog.h"
#include "qd-log.h"
#include "qd-paper-import.h"
#include "qd-preferences.h"
#include "qd-report.h"
#include "qd-routing-drafts.h"
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

static void
add_connection_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  QdApplication *self = data;

  adw_dialog_present (qd_connection_dialog_new (self->hub, NULL), qd_application_get_parent (self));
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  QdApplication *self = data;

  adw_dialog_present (qd_preferences_new (self->hub), qd_application_get_parent (self));
}

static void
report_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  QdApplication *self = data;
  g_autofree char *text = qd_hub_report (self->hub);

  adw_dialog_present (qd_report_new (text), qd_application_get_parent (self));
}

/* --- Erasing ------------------------------------------------------------------------------------ */

static void
erased_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdApplication) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (qd_store_erase_finish (QD_STORE (source), result, &error))
    text = g_strdup (_("Local data is erased"));
  else
    text = g_strdup_printf (_("Could not erase local data: %s"), error->message);
  qd_application_update_welcome (self);
  qd_application_say (self, text);
}

/* On a worker. What is not ours to delete is not followed to: links are taken away as such. */
static void
delete_tree (GFile *file)
{
  g_autoptr (GFileEnumerator) children =
    g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  GFile *child = NULL;

  while (children && g_file_enumerator_iterate (children, NULL, &child, NULL, NULL) && child)
    delete_tree (child);
  /* may wait: this is a worker */
  g_file_delete (file, NULL, NULL);
}

static void
delete_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  static const char *const folders[] = { "drafts", "examples", "remotes" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (g_get_user_data_dir (), "quarterdeck", folders[i], NULL);
      g_autoptr (GFile) folder = g_file_new_for_path (path);

      delete_tree (folder);
    }
  g_task_return_boolean (task, TRUE);
}

/* Drafts of policies, of whatever folder, the examples that were laid out, and what is remembered of servers' policies. */
static void
erase_policy_work (QdApplication *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  g_task_run_in_thread (task, delete_work);
}

static void
reset_settings (void)
{
  static const char *const keys[] = { "page", "connection", "selection", "configured", "lab", "appearance", "log-level", "policy-folder", "policy-recent", "policy-workloads" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (qd_settings_get_default (), keys[i]);
}

/* Connections first: each takes its secrets from the keyring with it, and stops writing to the store. */
static void
erase_response_cb (QdApplication *self, const char *response)
{
  g_autoptr (GPtrArray) endpoints = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  if (g_strcmp0 (response, "erase") != 0)
    return;
  self->want_lab = FALSE;
  endpoints = qd_hub_list_endpoints (self->hub);
  for (guint i = 0; i < endpoints->len; i++)
    g_ptr_array_add (ids, g_strdup (((QdEndpoint *) g_ptr_array_index (endpoints, i))->id));
  for (guint i = 0; i < ids->len; i++)
    qd_hub_remove (self->hub, g_ptr_array_index (ids, i));
  qd_lab_stop (self->lab);
  qd_paper_sweep (self->hub, TRUE);
  reset_settings ();
  qd_routing_drafts_forget (qd_routing_drafts_of (self->hub));
  erase_policy_work (self);
  qd_store_erase_async (self->store, erased_cb, g_object_ref (self));
}

static void
erase_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Erase Local Data?"), NULL));

  adw_alert_dialog_set_body (dialog, _("Connections, their passwords, history, the journal of jobs, drafts of policies and settings are deleted from this computer, for good. No fleet is touched."));
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "erase", _("_Erase"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "erase", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (erase_response_cb), data, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), qd_application_get_parent (data));
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = about_cb },
  { .name = "add-connection", .activate = add_connection_cb },
  { .name = "erase", .activate = erase_cb },
  { .name = "preferences", .activate = preferences_cb },
  { .name = "report", .activate = report_cb },
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
