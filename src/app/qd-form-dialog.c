/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-form-dialog.h"

#include <glib/gi18n.h>

typedef struct {
  GtkWidget *page, *banner, *save;
  gboolean saving;
} QdFormDialogPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (QdFormDialog, qd_form_dialog, ADW_TYPE_DIALOG)

static QdFormDialogPrivate *
get_private (QdFormDialog *self)
{
  return qd_form_dialog_get_instance_private (self);
}

/* --- What is said ------------------------------------------------------------------------------- */

void
qd_form_dialog_show_problem (QdFormDialog *self, const char *text)
{
  QdFormDialogPrivate *priv = get_private (self);

  gtk_label_set_text (GTK_LABEL (priv->banner), text);
  gtk_widget_set_visible (priv->banner, TRUE);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

void
qd_form_dialog_update (QdFormDialog *self)
{
  QdFormDialogPrivate *priv = get_private (self);

  gtk_widget_set_sensitive (priv->save, !priv->saving && QD_FORM_DIALOG_GET_CLASS (self)->is_complete (self));
}

void
qd_form_dialog_edited (QdFormDialog *self)
{
  QdFormDialogPrivate *priv = get_private (self);

  if (!priv->saving)
    gtk_widget_set_visible (priv->banner, FALSE);
  qd_form_dialog_update (self);
}

void
qd_form_dialog_set_saving (QdFormDialog *self, gboolean saving)
{
  get_private (self)->saving = saving;
  qd_form_dialog_update (self);
}

static void
save_cb (QdFormDialog *self)
{
  QD_FORM_DIALOG_GET_CLASS (self)->save (self);
}

/* --- Closing with something written -------------------------------------------------------------- */

static void
discard_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  if (g_strcmp0 (response, "discard") == 0)
    adw_dialog_force_close (ADW_DIALOG (user_data));
}

static void
close_attempt_cb (QdFormDialog *self)
{
  AdwAlertDialog *dialog;

  if (!QD_FORM_DIALOG_GET_CLASS (self)->is_changed (self))
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Discard Changes?"), _("What was entered is not saved")));
  adw_alert_dialog_add_responses (dialog, "keep", _("_Keep Editing"), "discard", _("_Discard"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (discard_cb), self, 0);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- The page ------------------------------------------------------------------------------------- */

char *
qd_form_dialog_dup_text (GtkWidget *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

GtkWidget *
qd_form_dialog_add_group (QdFormDialog *self, const char *title)
{
  QdFormDialogPrivate *priv = get_private (self);
  GtkWidget *group = adw_preferences_group_new ();

  if (title != NULL)
    adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (priv->page), ADW_PREFERENCES_GROUP (group));
  return group;
}

GtkWidget *
qd_form_dialog_add_entry (QdFormDialog *self, GtkWidget *group, const char *title)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_swapped (row, "changed", G_CALLBACK (qd_form_dialog_edited), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

void
qd_form_dialog_pack (AdwDialog *dialog, AdwHeaderBar *bar, GtkWidget *act)
{
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  g_signal_connect_object (cancel, "clicked", G_CALLBACK (adw_dialog_close), dialog, G_CONNECT_SWAPPED);
  adw_header_bar_set_show_start_title_buttons (bar, FALSE);
  adw_header_bar_set_show_end_title_buttons (bar, FALSE);
  gtk_button_set_can_shrink (GTK_BUTTON (cancel), TRUE);
  gtk_button_set_can_shrink (GTK_BUTTON (act), TRUE);
  adw_header_bar_pack_start (bar, cancel);
  adw_header_bar_pack_end (bar, act);
}

/* The toolkit's own title keeps room for some letters, which large text and the words of the buttons
 * leave none for. */
static void
title_changed_cb (QdFormDialog *self, GParamSpec *pspec, GtkLabel *title)
{
  gtk_label_set_text (title, adw_dialog_get_title (ADW_DIALOG (self)));
}

static GtkWidget *
title_new (QdFormDialog *self)
{
  GtkWidget *title = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (title), TRUE);
  gtk_widget_add_css_class (title, "title");
  g_signal_connect_object (self, "notify::title", G_CALLBACK (title_changed_cb), title, 0);
  return title;
}

static GtkWidget *
build_bar (QdFormDialog *self)
{
  QdFormDialogPrivate *priv = get_private (self);
  GtkWidget *bar = adw_header_bar_new ();

  priv->save = gtk_button_new_with_mnemonic (_("_Save"));
  gtk_widget_add_css_class (priv->save, "suggested-action");
  g_signal_connect_swapped (priv->save, "clicked", G_CALLBACK (save_cb), self);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), title_new (self));
  qd_form_dialog_pack (ADW_DIALOG (self), ADW_HEADER_BAR (bar), priv->save);
  return bar;
}

static GtkWidget *
build_banner (void)
{
  GtkWidget *banner = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (banner), TRUE);
  gtk_label_set_xalign (GTK_LABEL (banner), 0);
  gtk_label_set_selectable (GTK_LABEL (banner), TRUE);
  gtk_widget_add_css_class (banner, "error");
  gtk_widget_set_visible (banner, FALSE);
  return banner;
}

static void
qd_form_dialog_class_init (QdFormDialogClass *klass)
{
}

static void
qd_form_dialog_init (QdFormDialog *self)
{
  QdFormDialogPrivate *priv = get_private (self);
  GtkWidget *view = adw_toolbar_view_new (), *first = adw_preferences_group_new ();

  priv->page = adw_preferences_page_new ();
  priv->banner = build_banner ();
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), build_bar (self));
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), priv->page);
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_content_width (ADW_DIALOG (self), 460);
  adw_dialog_set_can_close (ADW_DIALOG (self), FALSE);
  adw_dialog_set_default_widget (ADW_DIALOG (self), priv->save);
  g_signal_connect (self, "close-attempt", G_CALLBACK (close_attempt_cb), NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (first), priv->banner);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (priv->page), ADW_PREFERENCES_GROUP (first));
  /* An empty group would leave a gap. */
  g_object_bind_property (priv->banner, "visible", first, "visible", G_BINDING_SYNC_CREATE);
}
