/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-audit-page.h"

#include <glib/gi18n.h>

#include "qd-action-popover.h"
#include "qd-audit-keep.h"
#include "qd-audit-show.h"
#include "qd-audit-write.h"
#include "qd-state.h"
#include "qd-time.h"

typedef struct
{
  QdTablePage parent_instance;

  QdAuditShow *show;
  GCancellable *cancellable;
  GtkWidget *image, *state, *trouble, *verify;
  gboolean verifying;
  char *error;           /* why it could not be verified */
} QdAuditPage;
typedef struct { QdTablePageClass parent_class; } QdAuditPageClass;

G_DEFINE_TYPE (QdAuditPage, qd_audit_page, QD_TYPE_TABLE_PAGE)

static QdAuditPage *
page_of (gpointer widget)
{
  return (QdAuditPage *) widget;
}

static QdHub *
get_hub (QdAuditPage *self)
{
  return qd_session_get_hub (qd_page_get_session (QD_PAGE (self)));
}

static QdAudit *
get_audit (QdAuditPage *self)
{
  return qd_hub_get_audit (get_hub (self));
}

/* --- What is said above the table ------------------------------------------------------------------------------- */

static char *
tell_chain (QdAuditPage *self, QdStatus *status)
{
  QdAudit *audit = get_audit (self);
  const QdAuditVerdict *verdict = audit != NULL ? qd_audit_get_verdict (audit) : NULL;
  g_autofree char *when = NULL, *sentence = NULL;

  *status = QD_STATUS_UNKNOWN;
  if (audit == NULL)
    return g_strdup (_("Nothing is recorded on this desk"));
  if (self->verifying)
    return g_strdup (_("Verifying the chain of records…"));
  if (self->error != NULL)
    return g_strdup_printf (_("Could not verify the chain: %s"), self->error);
  if (verdict == NULL)
    return g_strdup (_("The chain of records was not verified yet"));
  *status = verdict->state <= QD_AUDIT_EMPTY ? QD_STATUS_WELL : QD_STATUS_DOWN;
  when = qd_time_format_local (verdict->at_us);
  sentence = qd_audit_verdict_to_sentence (verdict);
  if (verdict->state <= QD_AUDIT_EMPTY)
    /* TRANSLATORS: a time, and a sentence about the chain of audit records */
    return g_strdup_printf (_("Intact at %s: %s"), when, sentence);
  return g_strdup_printf (_("Broken at %s: %s. Keep a copy of the journal, and ask who could write to it"), when, sentence);
}

static void
set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text ? text : "") != 0)
    gtk_label_set_text (GTK_LABEL (label), text ? text : "");
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
}

static void
update (QdAuditPage *self)
{
  QdStatus status;
  g_autofree char *chain = tell_chain (self, &status);
  g_autofree char *waiting = get_audit (self) != NULL ? qd_audit_dup_trouble (get_audit (self)) : NULL;
  g_autofree char *unread = self->show != NULL ? qd_audit_show_dup_trouble (self->show) : NULL;
  g_autofree char *denied = NULL;
  g_autofree char *both = waiting != NULL && unread != NULL ? g_strdup_printf ("%s\n%s", waiting, unread) : g_strdup (waiting != NULL ? waiting : unread);

  if (self->show != NULL)
    qd_audit_show_may_export (self->show, &denied);
  qd_state_image_set (self->image, status);
  set_text (self->state, chain);
  set_text (self->trouble, both);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "audit.verify", get_audit (self) != NULL && !self->verifying);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "audit.keep", get_audit (self) != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "audit.export", denied == NULL);
  qd_table_set_no_export (qd_table_page_get_table (QD_TABLE_PAGE (self)), denied);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GObject) held = data;
  QdAuditPage *self = page_of (held);
  g_autoptr (GError) error = NULL;

  qd_audit_verify_finish (QD_AUDIT (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->verifying = FALSE;
  g_set_str (&self->error, error != NULL ? error->message : NULL);
  update (self);
}

static void
verify (QdAuditPage *self)
{
  if (get_audit (self) == NULL || self->verifying)
    return;
  self->verifying = TRUE;
  update (self);
  qd_audit_verify_async (get_audit (self), self->cancellable, verified_cb, g_object_ref (self));
}

/* --- Actions ---------------------------------------------------------------------------------------------------- */

static void
verify_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  verify (page_of (widget));
}

static void
keep_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdAuditPage *self = page_of (widget);

  if (get_audit (self) != NULL)
    adw_dialog_present (qd_audit_keep_new (get_audit (self)), widget);
}

/* Of what is shown, in its order. */
static void
export (QdAuditPage *self, gboolean all)
{
  QdView *view = qd_table_get_view (qd_table_page_get_table (QD_TABLE_PAGE (self)));
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < qd_view_get_length (view); i++)
    if (all || qd_entity_get (qd_view_peek (view, i), QD_AUDIT_ON_DESK)->type != QD_VALUE_NONE)
      g_ptr_array_add (records, g_strdup (qd_entity_get_string (qd_view_peek (view, i), QD_AUDIT_RECORD)));
  qd_audit_write_ask (qd_page_get_session (QD_PAGE (self)), self, records);
}

static void
export_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  export (page_of (widget), TRUE);
}

static void
export_own_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  export (page_of (widget), FALSE);
}

/* --- The menu ---------------------------------------------------------------------------------------------------- */

static void
export_all (QdAuditPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "audit.export", NULL);
}

static void
export_own (QdAuditPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "audit.export-own", NULL);
}

static void
keep (QdAuditPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "audit.keep", NULL);
}

static void
fill_cb (QdAuditPage *self, QdActionPopover *popover)
{
  g_autofree char *why = NULL;

  if (self->show != NULL)
    qd_audit_show_may_export (self->show, &why);
  qd_action_popover_add (popover, _("_Export Records…"), _("Writes all that is shown to a file."), why, G_CALLBACK (export_all), self, NULL);
  qd_action_popover_add (popover, _("Export _Own Records…"), _("Writes what is shown of this desk's journal to a file."), NULL, G_CALLBACK (export_own), self, NULL);
  qd_action_popover_add_separator (popover);
  qd_action_popover_add (popover, _("_Keep Records For…"), _("How long records stay on this desk."),
                         get_audit (self) == NULL ? _("Nothing is recorded on this desk") : NULL, G_CALLBACK (keep), self, NULL);
}

/* --- The object ------------------------------------------------------------------------------------------------- */

/* The records are read when they are first looked at: that costs, and most days nobody does. */
static void
qd_audit_page_map (GtkWidget *widget)
{
  QdAuditPage *self = page_of (widget);

  GTK_WIDGET_CLASS (qd_audit_page_parent_class)->map (widget);
  if (self->show == NULL)
    {
      self->show = qd_audit_show_new (get_hub (self));
      g_signal_connect_object (self->show, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      verify (self);
    }
  else
    qd_audit_show_refresh (self->show);
}

static void
qd_audit_page_dispose (GObject *object)
{
  QdAuditPage *self = page_of (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->show);
  G_OBJECT_CLASS (qd_audit_page_parent_class)->dispose (object);
}

static void
qd_audit_page_finalize (GObject *object)
{
  QdAuditPage *self = page_of (object);

  g_object_unref (self->cancellable);
  g_free (self->error);
  G_OBJECT_CLASS (qd_audit_page_parent_class)->finalize (object);
}

static GtkWidget *
build_menu (QdAuditPage *self)
{
  QdActionPopover *popover = qd_action_popover_new ();

  g_signal_connect_object (popover, "fill", G_CALLBACK (fill_cb), self, G_CONNECT_SWAPPED);
  return qd_action_popover_make_button (popover, _("More about the records"));
}

static GtkWidget *
label_new (const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  return label;
}

static GtkWidget *
build_bar (QdAuditPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_widget_set_valign (self->image, GTK_ALIGN_CENTER);
  self->state = label_new (NULL);
  self->trouble = label_new ("dimmed");
  gtk_widget_add_css_class (self->trouble, "caption");
  gtk_box_append (GTK_BOX (text), self->state);
  gtk_box_append (GTK_BOX (text), self->trouble);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_set_valign (text, GTK_ALIGN_CENTER);
  self->verify = gtk_button_new_with_mnemonic (_("_Verify"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->verify), "audit.verify");
  gtk_widget_set_valign (self->verify, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->verify, _("Follow the chain of records from the first to the last"));
  gtk_box_append (GTK_BOX (bar), self->image);
  gtk_box_append (GTK_BOX (bar), text);
  gtk_box_append (GTK_BOX (bar), self->verify);
  gtk_box_append (GTK_BOX (bar), build_menu (self));
  gtk_widget_set_margin_start (bar, 8);
  gtk_widget_set_margin_end (bar, 8);
  gtk_widget_set_margin_top (bar, 6);
  return bar;
}

static void
qd_audit_page_constructed (GObject *object)
{
  QdAuditPage *self = page_of (object);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (GtkWidget) table = NULL;

  G_OBJECT_CLASS (qd_audit_page_parent_class)->constructed (object);
  table = g_object_ref (adw_bin_get_child (ADW_BIN (self)));
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_set_vexpand (table, TRUE);
  gtk_box_append (GTK_BOX (box), build_bar (self));
  gtk_box_append (GTK_BOX (box), table);
  adw_bin_set_child (ADW_BIN (self), box);
  if (get_audit (self) != NULL)
    g_signal_connect_object (get_audit (self), "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
qd_audit_page_class_init (QdAuditPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_audit_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_audit_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_audit_page_finalize;
  widget_class->map = qd_audit_page_map;
  gtk_widget_class_install_action (widget_class, "audit.verify", NULL, verify_cb);
  gtk_widget_class_install_action (widget_class, "audit.keep", NULL, keep_cb);
  gtk_widget_class_install_action (widget_class, "audit.export", NULL, export_cb);
  gtk_widget_class_install_action (widget_class, "audit.export-own", NULL, export_own_cb);
  page_class->kinds[0] = QD_KIND_AUDIT;
  page_class->n_kinds = 1;
}

static void
qd_audit_page_init (QdAuditPage *self)
{
  self->cancellable = g_cancellable_new ();
}
