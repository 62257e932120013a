/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-flows-view.h"

#include <glib/gi18n.h>

#include "qd-time.h"

/* A small window has other things to show as well. */
#define MIN_HEIGHT 96
#define MAX_HEIGHT 180

struct _QdPolicyFlowsView {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *button, *icon, *sentence, *arrow;
  GtkWidget *revealer, *of;
  GtkSingleSelection *selection;

  QdPolicyFlows *flows;
  QdSession *session;
  GCancellable *cancellable;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (QdPolicyFlowsView, qd_policy_flows_view, GTK_TYPE_WIDGET)

/* --- What it says --------------------------------------------------------------------------------- */

static void
show_icon (QdPolicyFlowsView *self, gboolean any)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), any ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_remove_css_class (self->icon, any ? "success" : "warning");
  gtk_widget_add_css_class (self->icon, any ? "warning" : "success");
}

static void
show_source (QdPolicyFlowsView *self)
{
  g_autofree char *time = qd_time_format_local (qd_policy_flows_get_as_of (self->flows)), *text = NULL;
  guint n = qd_policy_flows_get_n_seen (self->flows);

  text = g_strdup_printf (ngettext ("Of %'u flow, as of %s", "Of %'u flows, as of %s", n), n, time);
  gtk_label_set_label (GTK_LABEL (self->of), text);
}

static void
update_arrow (QdPolicyFlowsView *self)
{
  gboolean open = qd_policy_flows_view_get_open (self);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow), open ? "pan-down-symbolic" : "pan-up-symbolic");
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), open);
  gtk_widget_set_visible (self->revealer, open);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
}

static void
update_copy (QdPolicyFlowsView *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "cut.copy", gtk_single_selection_get_selected_item (self->selection) != NULL);
}

static void
changed_cb (QdPolicyFlowsView *self)
{
  g_autofree char *text = qd_policy_flows_dup_sentence (self->flows);
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->flows)) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL);
  if (text == NULL)
    return;
  gtk_label_set_label (GTK_LABEL (self->sentence), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  show_icon (self, any);
  show_source (self);
  gtk_widget_set_visible (self->arrow, any);
  gtk_widget_set_sensitive (self->button, any);
  if (!any)
    qd_policy_flows_view_set_open (self, FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "cut.export", any);
  update_copy (self);
}

/* --- Rows ----------------------------------------------------------------------------------------- */

static GtkWidget *
make_label (const char *style, gboolean grows)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), grows ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_hexpand (label, grows);
  if (style)
    gtk_widget_add_css_class (label, style);
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = make_label (NULL, TRUE), *rate = make_label ("numeric", FALSE), *why = make_label ("caption", TRUE);

  gtk_label_set_ellipsize (GTK_LABEL (why), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_start (box, 9);
  gtk_widget_set_margin_end (box, 9);
  gtk_widget_set_margin_top (box, 3);
  gtk_widget_set_margin_bottom (box, 3);
  gtk_widget_add_css_class (why, "dimmed");
  gtk_box_append (GTK_BOX (line), title);
  gtk_box_append (GTK_BOX (line), rate);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), why);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *line = gtk_widget_get_first_child (gtk_list_item_get_child (item)), *title = gtk_widget_get_first_child (line);
  GtkWidget *rate = gtk_widget_get_next_sibling (title), *why = gtk_widget_get_next_sibling (line);
  QdPolicyFlowRow *row = gtk_list_item_get_item (item);
  g_autofree char *text = qd_policy_flow_row_dup_ends (row), *a_day = qd_policy_flow_row_dup_rate (row), *all = qd_policy_flow_row_dup_text (row);
  g_autofree char *port = qd_policy_flow_row_dup_port (row), *reason = g_strdup_printf ("%s · %s", port, qd_policy_flow_row_get_why (row));

  gtk_label_set_label (GTK_LABEL (title), text);
  gtk_label_set_label (GTK_LABEL (rate), a_day ? a_day : "");
  gtk_label_set_label (GTK_LABEL (why), reason);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (item), all);
  gtk_list_item_set_accessible_label (item, all);
}

static void
activate_cb (QdPolicyFlowsView *self, guint position)
{
  g_autoptr (QdPolicyFlowRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (row)
    g_signal_emit (self, chosen_signal, 0, row);
}

/* --- Taking it elsewhere -------------------------------------------------------------------------- */

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyFlowsView *self = QD_POLICY_FLOWS_VIEW (widget);
  QdPolicyFlowRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autofree char *text = row ? qd_policy_flow_row_dup_text (row) : NULL;

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  qd_session_toast (self->session, _("Copied"));
}

static void
topology_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qd_session_show_cut (QD_POLICY_FLOWS_VIEW (widget)->session);
}

typedef struct { QdPolicyFlowsView *self; GFile *file; } Export;

static void
export_free (Export *export)
{
  g_object_unref (export->self);
  g_object_unref (export->file);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
tell_export (QdPolicyFlowsView *self, const GError *error)
{
  if (self->session && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    qd_session_toast (self->session, error ? error->message : _("Saved"));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyFlowsView) self = data;
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (source), result, NULL, &error);
  tell_export (self, error);
}

static void
csv_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = qd_policy_flows_csv_finish (result, &error);

  if (bytes)
    g_file_replace_contents_bytes_async (export->file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, export->self->cancellable, written_cb,
                                         g_object_ref (export->self));
  else
    tell_export (export->self, error);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyFlowsView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  Export *export;

  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
        tell_export (self, error);
      return;
    }
  if (self->session == NULL)
    return;
  export = g_new (Export, 1);
  *export = (Export) { g_object_ref (self), g_steal_pointer (&file) };
  qd_policy_flows_csv_async (self->flows, self->cancellable, csv_cb, export);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPolicyFlowsView *self = QD_POLICY_FLOWS_VIEW (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Export as CSV"));
  gtk_file_dialog_set_initial_name (dialog, "flows-cut-off.csv");
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), self->cancellable, file_chosen_cb, g_object_ref (self));
}

/* --- The widget ------------------------------------------------------------------------------------- */

static void
qd_policy_flows_view_dispose (GObject *object)
{
  QdPolicyFlowsView *self = QD_POLICY_FLOWS_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->flows);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_policy_flows_view_parent_class)->dispose (object);
}

static void
qd_policy_flows_view_finalize (GObject *object)
{
  g_object_unref (QD_POLICY_FLOWS_VIEW (object)->cancellable);
  G_OBJECT_CLASS (qd_policy_flows_view_parent_class)->finalize (object);
}

static void
qd_policy_flows_view_class_init (QdPolicyFlowsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_policy_flows_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_flows_view_finalize;
  chosen_signal = g_signal_new ("chosen", QD_TYPE_POLICY_FLOWS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_POLICY_FLOW_ROW);
  gtk_widget_class_install_action (widget_class, "cut.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "cut.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "cut.topology", NULL, topology_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "cut.copy", NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
make_button (QdPolicyFlowsView *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->icon = gtk_image_new ();
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_widget_set_hexpand (self->sentence, TRUE);
  gtk_widget_add_css_class (self->sentence, "caption");
  self->arrow = gtk_image_new ();
  gtk_box_append (GTK_BOX (line), self->icon);
  gtk_box_append (GTK_BOX (line), self->sentence);
  gtk_box_append (GTK_BOX (line), self->arrow);
  self->button = gtk_toggle_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->button), line);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_set_margin_start (self->button, 6);
  gtk_widget_set_margin_end (self->button, 6);
  gtk_widget_set_margin_top (self->button, 3);
  gtk_widget_set_margin_bottom (self->button, 3);
  g_signal_connect_object (self->button, "toggled", G_CALLBACK (update_arrow), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_tool (const char *icon, const char *action, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
make_list (QdPolicyFlowsView *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list, *scrolled = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (update_copy), self, G_CONNECT_SWAPPED);
  list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Observed flows that are cut off"), -1);
  g_signal_connect_object (list, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), MIN_HEIGHT);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), MAX_HEIGHT);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  return scrolled;
}

static void
make_revealer (QdPolicyFlowsView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->of = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->of), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->of), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->of, TRUE);
  gtk_widget_set_margin_start (self->of, 9);
  gtk_widget_add_css_class (self->of, "caption");
  gtk_widget_add_css_class (self->of, "dimmed");
  gtk_widget_add_css_class (self->of, "numeric");
  gtk_box_append (GTK_BOX (tools), self->of);
  gtk_box_append (GTK_BOX (tools), make_tool ("qd-topology-symbolic", "cut.topology", _("Show on the Topology")));
  gtk_box_append (GTK_BOX (tools), make_tool ("edit-copy-symbolic", "cut.copy", _("Copy this flow")));
  gtk_box_append (GTK_BOX (tools), make_tool ("document-save-symbolic", "cut.export", _("Export as CSV…")));
  gtk_widget_add_css_class (tools, "toolbar");
  gtk_box_append (GTK_BOX (box), tools);
  gtk_box_append (GTK_BOX (box), make_list (self));
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), box);
  gtk_revealer_set_transition_type (GTK_REVEALER (self->revealer), GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
}

static void
qd_policy_flows_view_init (QdPolicyFlowsView *self)
{
  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  make_button (self);
  make_revealer (self);
  gtk_box_append (GTK_BOX (self->box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (self->box), self->button);
  gtk_box_append (GTK_BOX (self->box), self->revealer);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Observed flows"), -1);
  update_arrow (self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * qd_policy_flows_view_new:
 *
 * Returns: (transfer floating): what shows @flows
 */
GtkWidget *
qd_policy_flows_view_new (QdPolicyFlows *flows, QdSession *session)
{
  QdPolicyFlowsView *self = g_object_new (QD_TYPE_POLICY_FLOWS_VIEW, NULL);

  self->flows = g_object_ref (flows);
  self->session = g_object_ref (session);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (flows));
  g_signal_connect_object (flows, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

void
qd_policy_flows_view_set_open (QdPolicyFlowsView *self, gboolean open)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->button), open);
}

gboolean
qd_policy_flows_view_get_open (QdPolicyFlowsView *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->button));
}
