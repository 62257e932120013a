/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paper fleets: networks out of files. How they come into the window, are named, and go. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-window-private.h"

#include <glib/gi18n.h>

#include "qd-paper-import.h"

/* Only a long wait is worth a word. */
#define WORD_MS 400
#define MAX_FILES 16
#define MAX_NAME 200

/* --- Coming -------------------------------------------------------------------------------------- */

typedef struct {
  QdWindow *window;
  GFile *file;
  GCancellable *cancellable;
  AdwToast *toast;      /* while there is one */
  guint timer;
} Import;

static void
import_free (Import *import)
{
  g_clear_handle_id (&import->timer, g_source_remove);
  if (import->toast)
    adw_toast_dismiss (import->toast);
  g_clear_object (&import->toast);
  g_object_unref (import->window);
  g_object_unref (import->file);
  g_object_unref (import->cancellable);
  g_free (import);
}

static gboolean
word_cb (gpointer data)
{
  Import *import = data;
  g_autofree char *name = qd_paper_import_dup_name (import->file);
  g_autofree char *text = g_strdup_printf (_("Reading “%s”"), name);

  import->timer = 0;
  import->toast = g_object_ref_sink (adw_toast_new (text));
  adw_toast_set_use_markup (import->toast, FALSE);
  adw_toast_set_button_label (import->toast, _("Give Up"));
  adw_toast_set_timeout (import->toast, 0);
  g_signal_connect_object (import->toast, "button-clicked", G_CALLBACK (g_cancellable_cancel), import->cancellable, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (import->window->toast_overlay, g_object_ref (import->toast));
  return G_SOURCE_REMOVE;
}

static void
show_fault (QdWindow *self, GFile *file, const char *fault)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, fault));
  g_autofree char *name = qd_paper_import_dup_name (file);

  adw_alert_dialog_format_heading (dialog, _("Could not import “%s”"), name);
  adw_alert_dialog_add_response (dialog, "close", _("_Close"));
  adw_alert_dialog_set_close_response (dialog, "close");
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Import *import = data;
  QdWindow *self = import->window;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = qd_paper_import_finish (result, &error);

  /* The window may be closed by now. */
  if (self->session && id)
    {
      qd_window_set_welcome (self, FALSE);
      qd_session_set_selected (self->session, NULL);
      qd_session_set_connection (self->session, id);
      qd_window_show_page (self, "topology");
    }
  else if (self->session && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !g_cancellable_is_cancelled (import->cancellable))
    show_fault (self, import->file, error->message);
  import_free (import);
}

void
qd_window_import (QdWindow *self, GFile *file)
{
  Import *import;

  g_return_if_fail (QD_IS_WINDOW (self));
  g_return_if_fail (G_IS_FILE (file));

  import = g_new0 (Import, 1);
  import->window = g_object_ref (self);
  import->file = g_object_ref (file);
  import->cancellable = g_cancellable_new ();
  import->timer = g_timeout_add (WORD_MS, word_cb, import);
  qd_paper_import_async (qd_session_get_hub (self->session), file, import->cancellable, imported_cb, import);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdWindow) self = data;
  g_autoptr (GListModel) files = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);
  guint n = files ? MIN (g_list_model_get_n_items (files), MAX_FILES) : 0;

  for (guint i = 0; i < n && self->session; i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      qd_window_import (self, file);
    }
}

static void
add_filter (GListStore *filters, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; patterns[i]; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  g_list_store_append (filters, filter);
}

static void
import_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);

  add_filter (filters, _("Graphs (GraphML, JSON)"), (const char *const[]) { "*.graphml", "*.xml", "*.json", NULL });
  add_filter (filters, _("All files"), (const char *const[]) { "*", NULL });
  gtk_file_dialog_set_title (dialog, _("Import a Topology"));
  gtk_file_dialog_set_accept_label (dialog, _("_Import"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (widget), NULL, chosen_cb, g_object_ref (widget));
}

static gboolean
drop_cb (QdWindow *self, const GValue *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));
  guint n = 0;

  for (GSList *item = files; item && n < MAX_FILES; item = item->next, n++)
    qd_window_import (self, item->data);
  return n > 0;
}

/* --- Going --------------------------------------------------------------------------------------- */

/* A paper fleet that was removed, until that can no more be taken back. */
typedef struct {
  QdHub *hub;
  QdSession *session;
  QdEndpoint *endpoint;
  gboolean back;
} Removed;

static void
removed_free (gpointer data, GClosure *closure)
{
  Removed *removed = data;

  if (!removed->back)
    qd_paper_forget (removed->hub, removed->endpoint->id);
  g_object_unref (removed->session);
  g_object_unref (removed->hub);
  qd_endpoint_free (removed->endpoint);
  g_free (removed);
}

static void
undo_cb (Removed *removed)
{
  g_autoptr (GError) error = NULL;

  removed->back = qd_hub_add (removed->hub, removed->endpoint, TRUE, &error);
  if (removed->back)
    qd_session_set_connection (removed->session, removed->endpoint->id);
  else
    qd_session_toast (removed->session, error->message);
}

void
qd_window_remove_paper (QdWindow *self, const char *connection)
{
  QdHub *hub = qd_session_get_hub (self->session);
  QdDriver *driver = qd_hub_get_driver (hub, connection);
  g_autofree char *text = NULL;
  Removed *removed;

  if (driver == NULL || !qd_connection_is_paper (connection))
    return;
  removed = g_new0 (Removed, 1);
  removed->hub = g_object_ref (hub);
  removed->session = g_object_ref (self->session);
  removed->endpoint = qd_hub_dup_endpoint (hub, connection);
  text = g_strdup_printf (_("“%s” is removed"), removed->endpoint->name);
  if (g_strcmp0 (qd_session_get_connection (self->session), connection) == 0)
    {
      qd_session_set_selected (self->session, NULL);
      qd_session_set_connection (self->session, NULL);
    }
  qd_hub_remove (hub, removed->endpoint->id);
  qd_session_toast_action (self->session, text, _("_Undo"), G_CALLBACK (undo_cb), removed, removed_free);
}

/* --- Naming -------------------------------------------------------------------------------------- */

static void
edited_cb (QdWindow *self, const char *response, AdwAlertDialog *dialog)
{
  const char *connection = g_object_get_data (G_OBJECT (dialog), "qd-connection");
  GtkEditable *entry = GTK_EDITABLE (g_object_get_data (G_OBJECT (dialog), "qd-entry"));
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  if (g_str_equal (response, "remove"))
    qd_window_remove_paper (self, connection);
  else if (g_str_equal (response, "rename") && *name != '\0')
    qd_hub_rename (qd_session_get_hub (self->session), connection, name);
}

static void
name_changed_cb (AdwAlertDialog *dialog, GtkEditable *entry)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  adw_alert_dialog_set_response_enabled (dialog, "rename", *name != '\0');
}

void
qd_window_edit_paper (QdWindow *self, const char *connection)
{
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (qd_session_get_hub (self->session), connection);
  AdwAlertDialog *dialog;
  GtkWidget *list, *entry;

  if (endpoint == NULL || !qd_connection_is_paper (connection))
    return;
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Paper Fleet"), NULL));
  adw_alert_dialog_format_body (dialog, _("A drawing read from “%s”. It is not live, and nothing that is done to it reaches a network."),
                                g_str_has_prefix (endpoint->url, QD_PAPER_PREFIX) ? endpoint->url + strlen (QD_PAPER_PREFIX) : endpoint->url);
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  entry = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _("Name"));
  gtk_editable_set_text (GTK_EDITABLE (entry), endpoint->name);
  adw_entry_row_set_max_length (ADW_ENTRY_ROW (entry), MAX_NAME);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (entry), TRUE);
  gtk_list_box_append (GTK_LIST_BOX (list), entry);
  adw_alert_dialog_set_extra_child (dialog, list);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "remove", _("_Remove"), "rename", _("Re_name"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "rename");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "qd-connection", g_strdup (connection), g_free);
  g_object_set_data (G_OBJECT (dialog), "qd-entry", entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (name_changed_cb), dialog, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "response", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
edit_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *connection = g_variant_get_string (parameter, NULL);

  /* "": the one that is shown */
  if (*connection == '\0')
    connection = qd_session_get_connection (QD_WINDOW (widget)->session);
  if (connection)
    qd_window_edit_paper (QD_WINDOW (widget), connection);
}

/* --- Class --------------------------------------------------------------------------------------- */

void
qd_window_paper_class_init (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.import-topology", NULL, import_cb);
  gtk_widget_class_install_action (klass, "win.edit-paper", "s", edit_cb);
}

void
qd_window_paper_setup (QdWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}
