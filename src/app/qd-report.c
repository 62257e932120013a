/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-report.h"

#include <glib/gi18n.h>

struct _QdReport
{
  AdwDialog parent_instance;

  /* Template widgets */
  AdwToastOverlay *toast_overlay;
  GtkTextView *text_view;

  char *text;
};

G_DEFINE_FINAL_TYPE (QdReport, qd_report, ADW_TYPE_DIALOG)

static void
say (QdReport *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
copy_cb (QdReport *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text);
  say (self, _("Copied"));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdReport) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup (_("Saved"));
  else
    text = g_strdup_printf (_("Could not save the report: %s"), error->message);
  say (self, text);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdReport) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
        say (self, error->message);
      return;
    }
  bytes = g_bytes_new (self->text, strlen (self->text));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, written_cb, g_object_ref (self));
}

static void
save_cb (QdReport *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _("Save the Report"));
  gtk_file_dialog_set_initial_name (dialog, "quarterdeck-report.txt");
  gtk_file_dialog_save (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, chosen_cb, g_object_ref (self));
}

static void
qd_report_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), QD_TYPE_REPORT);
  G_OBJECT_CLASS (qd_report_parent_class)->dispose (object);
}

static void
qd_report_finalize (GObject *object)
{
  g_free (QD_REPORT (object)->text);
  G_OBJECT_CLASS (qd_report_parent_class)->finalize (object);
}

static void
qd_report_class_init (QdReportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_report_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_report_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-report.ui");
  gtk_widget_class_bind_template_child (widget_class, QdReport, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, QdReport, text_view);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
}

static void
qd_report_init (QdReport *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
qd_report_new (const char *text)
{
  QdReport *self = g_object_new (QD_TYPE_REPORT, NULL);

  self->text = g_strdup (text);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text_view), text, -1);
  return ADW_DIALOG (self);
}
