/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-audit-write.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-audit-export.h"

/* What is over sooner needs no dialog. */
#define SHOW_AFTER_MS 300

typedef struct
{
  QdSession *session;
  GtkWidget *parent;        /* weak */
  GPtrArray *records;
  GCancellable *cancellable;
  AdwDialog *dialog;        /* a reference, once it is shown */
  GtkWidget *bar;
  guint timer;
} Writing;

static void
writing_free (Writing *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->dialog != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->dialog, self);
      adw_dialog_force_close (self->dialog);
    }
  g_clear_object (&self->dialog);
  g_clear_weak_pointer (&self->parent);
  g_object_unref (self->session);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->records);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writing, writing_free)

/* --- How far it is ---------------------------------------------------------------------------------------------- */

static void
cancel_cb (Writing *self)
{
  g_cancellable_cancel (self->cancellable);
}

static gboolean
show_cb (gpointer data)
{
  Writing *self = data;

  self->timer = 0;
  if (self->parent == NULL)
    return G_SOURCE_REMOVE;
  self->dialog = g_object_ref_sink (adw_alert_dialog_new (_("Exporting Records"), NULL));
  self->bar = gtk_progress_bar_new ();
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->bar), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Records that are written"), -1);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (self->dialog), self->bar);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (self->dialog), "cancel", _("_Cancel"));
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (self->dialog), "cancel");
  g_signal_connect_swapped (self->dialog, "response", G_CALLBACK (cancel_cb), self);
  adw_dialog_present (self->dialog, self->parent);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (guint n, guint of, gpointer data)
{
  Writing *self = data;
  g_autofree char *text = NULL;

  if (self->dialog == NULL)
    return;
  text = g_strdup_printf (_("%'u of %'u"), n, of);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), (double) n / MAX (of, 1));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->bar), text);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Writing) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n;

  if (qd_audit_export_finish (result, &n, &error))
    text = g_strdup_printf (ngettext ("%'u record exported", "%'u records exported", n), n);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup (_("Cancelled: nothing was exported"));
  else
    text = g_strdup_printf (_("Could not export: %s"), error->message);
  qd_session_toast (self->session, text);
}

/* --- Which file ------------------------------------------------------------------------------------------------- */

void
qd_audit_write (QdSession *session, gpointer parent, GPtrArray *records, GFile *file)
{
  Writing *self = g_new0 (Writing, 1);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = g_ascii_strdown (name ? name : "", -1);

  self->session = g_object_ref (session);
  g_set_weak_pointer (&self->parent, GTK_WIDGET (parent));
  self->records = g_ptr_array_ref (records);
  self->cancellable = g_cancellable_new ();
  self->timer = g_timeout_add (SHOW_AFTER_MS, show_cb, self);
  qd_audit_export_async (records, g_str_has_suffix (lower, ".csv") ? QD_AUDIT_CSV : QD_AUDIT_JSONL, file, progress_cb, self, self->cancellable,
                         written_cb, self);
}

typedef struct { QdSession *session; GtkWidget *parent; GPtrArray *records; } Asking;

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Asking *asking = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && asking->parent != NULL)
    qd_audit_write (asking->session, asking->parent, asking->records, file);
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    qd_session_toast (asking->session, error->message);
  g_clear_weak_pointer (&asking->parent);
  g_object_unref (asking->session);
  g_ptr_array_unref (asking->records);
  g_free (asking);
}

static void
add_filter (GListStore *filters, const char *name, const char *suffix)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, suffix);
  g_list_store_append (filters, filter);
}

void
qd_audit_write_ask (QdSession *session, gpointer parent, GPtrArray *records)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  Asking *asking = g_new0 (Asking, 1);

  add_filter (filters, _("JSON lines, as they are chained"), "jsonl");
  add_filter (filters, _("CSV, for spreadsheets"), "csv");
  gtk_file_dialog_set_title (dialog, _("Export Records"));
  gtk_file_dialog_set_initial_name (dialog, "audit.jsonl");
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  asking->session = g_object_ref (session);
  g_set_weak_pointer (&asking->parent, GTK_WIDGET (parent));
  asking->records = g_ptr_array_ref (records);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (parent))), NULL, chosen_cb, asking);
}
