/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-policy-examples.h"
#include "qd-settings.h"

#define FOLDER_KEY "policy-folder"
#define RECENT_KEY "policy-recent"
#define MAX_RECENT 8

/* --- Recent -------------------------------------------------------------------------------------------- */

static void
fill_recent (QdPolicyPage *self)
{
  g_auto (GStrv) folders = g_settings_get_strv (qd_settings_get_default (), RECENT_KEY);

  g_menu_remove_all (self->recent);
  for (guint i = 0; folders[i]; i++)
    {
      g_autofree char *name = g_filename_display_basename (folders[i]);
      g_autoptr (GMenuItem) item = g_menu_item_new (NULL, NULL);

      g_menu_item_set_label (item, name);
      g_menu_item_set_action_and_target (item, "policy.open-recent", "s", folders[i]);
      g_menu_append_item (self->recent, item);
    }
}

/* With one write: a file of settings waits for the disk with each. */
static void
remember (QdPolicyPage *self, const char *folder)
{
  GSettings *settings = qd_settings_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GObject) backend = NULL;
  g_autoptr (GSettings) both = NULL;
  g_auto (GStrv) before = g_settings_get_strv (settings, RECENT_KEY);
  g_autoptr (GPtrArray) after = g_ptr_array_new ();

  g_ptr_array_add (after, (char *) folder);
  for (guint i = 0; before[i] && after->len < MAX_RECENT; i++)
    if (!g_str_equal (before[i], folder))
      g_ptr_array_add (after, before[i]);
  g_ptr_array_add (after, NULL);
  g_object_get (settings, "settings-schema", &schema, "backend", &backend, NULL);
  both = g_settings_new_full (schema, (gpointer) backend, NULL);
  g_settings_delay (both);
  g_settings_set_strv (both, RECENT_KEY, (const char *const *) after->pdata);
  g_settings_set_string (both, FOLDER_KEY, folder);
  g_settings_apply (both);
  fill_recent (self);
}

static gboolean
remember_cb (gpointer data)
{
  QdPolicyPage *self = data;

  self->remember_id = 0;
  if (qd_workbench_get_folder (self->workbench))
    remember (self, qd_workbench_get_folder (self->workbench));
  return G_SOURCE_REMOVE;
}

void
qd_policy_page_remember (QdPolicyPage *self)
{
  if (self->remember_id == 0)
    return;
  g_source_remove (self->remember_id);
  remember_cb (self);
}

/* --- Opening ------------------------------------------------------------------------------------------- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) self = data;
  g_autoptr (GError) error = NULL;

  if (qd_workbench_open_finish (QD_WORKBENCH (source), result, &error))
    {
      /* Where settings are a file that is written, that is no work for the turn in which a folder comes. */
      if (self->workbench && qd_workbench_get_folder (self->workbench) && self->remember_id == 0)
        self->remember_id = g_idle_add (remember_cb, self);
      return;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->workbench)
    qd_policy_page_tell_error (self, _("Could not open the folder."), error);
}

void
qd_policy_page_open_folder (QdPolicyPage *self, const char *folder)
{
  qd_policy_page_flush (self);
  qd_policy_page_remember (self);
  qd_policy_page_show_document (self, NULL);
  qd_workbench_open (self->workbench, folder, opened_cb, g_object_ref (self));
}

void
qd_policy_page_open_file (QdPolicyPage *self, const char *folder, const char *name)
{
  if (g_strcmp0 (qd_workbench_get_folder (self->workbench), folder) == 0 && qd_workbench_find (self->workbench, name))
    {
      qd_policy_page_go_to (self, name, 1, 1);
      return;
    }
  qd_policy_page_open_folder (self, folder);
  g_set_str (&self->wanted, name);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *path = file ? g_file_get_path (file) : NULL;

  /* Nothing was chosen, or the window is gone. */
  if (path && self->workbench)
    qd_policy_page_open_folder (self, path);
}

void
qd_policy_page_choose_folder (QdPolicyPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Open a Folder of Policies"));
  gtk_file_dialog_set_accept_label (dialog, _("_Open"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, chosen_cb, g_object_ref (self));
}

static void
example_ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = qd_policy_examples_unpack_finish (result, &error);

  if (self->workbench == NULL)
    return;
  if (folder)
    qd_policy_page_open_folder (self, folder);
  else
    qd_policy_page_tell_error (self, _("Could not lay out the example."), error);
}

void
qd_policy_page_open_example (QdPolicyPage *self, const char *name)
{
  qd_policy_examples_unpack (name, example_ready_cb, g_object_ref (self));
}

void
qd_policy_page_close_folder (QdPolicyPage *self)
{
  qd_policy_page_flush (self);
  qd_policy_page_remember (self);
  qd_policy_page_show_document (self, NULL);
  qd_workbench_close (self->workbench);
  g_settings_set_string (qd_settings_get_default (), FOLDER_KEY, "");
}

/* Local data is being erased: what is open closes, and what was typed in it goes. */
static void
setting_cb (QdPolicyPage *self)
{
  g_autofree char *folder = g_settings_get_string (qd_settings_get_default (), FOLDER_KEY);

  if (*folder != '\0' || self->workbench == NULL || qd_workbench_get_folder (self->workbench) == NULL)
    return;
  g_clear_handle_id (&self->remember_id, g_source_remove);
  qd_policy_page_show_document (self, NULL);
  qd_workbench_forget (self->workbench);
}

/* What was open when the window closed is open again. */
void
qd_policy_page_read_recent (QdPolicyPage *self)
{
  g_autofree char *folder = g_settings_get_string (qd_settings_get_default (), FOLDER_KEY);

  g_signal_connect_object (qd_settings_get_default (), "changed::" FOLDER_KEY, G_CALLBACK (setting_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_settings_get_default (), "changed::" RECENT_KEY, G_CALLBACK (fill_recent), self, G_CONNECT_SWAPPED);
  fill_recent (self);
  if (*folder != '\0')
    qd_policy_page_open_folder (self, folder);
  else
    gtk_stack_set_visible_child_name (self->stack, "empty");
}
