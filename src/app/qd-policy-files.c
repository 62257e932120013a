/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-files.h"

#include <glib/gi18n.h>

#include "qd-slow-list.h"

struct _QdPolicyFiles {
  GtkWidget parent_instance;
  GtkWidget *scrolled;
  GtkSingleSelection *selection;
  QdDocument *wanted;     /* to be selected; not owned, and only compared */
  gboolean silent;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (QdPolicyFiles, qd_policy_files, GTK_TYPE_WIDGET)

/* --- A row ---------------------------------------------------------------------------------------------- */

typedef struct {
  GtkWidget *icon, *title, *folder, *unsaved;
  QdDocument *document;
} Row;

/* The worst there is to say, as a shape and a word; what is well is a plain file. */
static void
show_state (Row *row)
{
  const char *icon = "text-x-generic-symbolic", *style = "dimmed", *word = NULL;
  guint errors = qd_document_get_n_errors (row->document), warnings = qd_document_get_n_warnings (row->document);

  if (qd_document_is_conflicted (row->document))
    icon = "dialog-warning-symbolic", style = "error", word = _("Changed by somebody else too");
  else if (errors > 0)
    icon = "dialog-error-symbolic", style = "error", word = _("Has errors");
  else if (warnings > 0)
    icon = "dialog-warning-symbolic", style = "warning", word = _("Has warnings");
  gtk_image_set_from_icon_name (GTK_IMAGE (row->icon), icon);
  for (guint i = 0; i < 3; i++)
    gtk_widget_remove_css_class (row->icon, ((const char *[]) { "dimmed", "error", "warning" })[i]);
  gtk_widget_add_css_class (row->icon, style);
  gtk_widget_set_tooltip_text (row->icon, word);
}

static void
show_title (Row *row)
{
  const char *name = qd_document_get_name (row->document), *slash = strrchr (name, '/');
  g_autofree char *folder = slash ? g_strndup (name, (gsize) (slash - name)) : NULL;
  gboolean dirty = qd_document_is_dirty (row->document);

  gtk_label_set_label (GTK_LABEL (row->title), slash ? slash + 1 : name);
  gtk_label_set_label (GTK_LABEL (row->folder), folder ? folder : "");
  gtk_widget_set_visible (row->folder, folder != NULL);
  gtk_widget_set_visible (row->unsaved, dirty);
  if (dirty)
    gtk_widget_add_css_class (row->title, "heading");
  else
    gtk_widget_remove_css_class (row->title, "heading");
}

static char *
describe (QdDocument *document)
{
  g_autoptr (GString) text = g_string_new (qd_document_get_name (document));
  guint errors = qd_document_get_n_errors (document), warnings = qd_document_get_n_warnings (document);

  if (qd_document_is_dirty (document))
    g_string_append_printf (text, ", %s", _("not saved"));
  if (qd_document_is_conflicted (document))
    g_string_append_printf (text, ", %s", _("changed by somebody else too"));
  if (errors > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%'u error", "%'u errors", errors), errors);
    }
  if (warnings > 0)
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, ngettext ("%'u warning", "%'u warnings", warnings), warnings);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
notify_cb (QdDocument *document, GParamSpec *pspec, GtkListItem *item)
{
  Row *row = g_object_get_data (G_OBJECT (item), "row");
  g_autofree char *words = describe (document);

  show_state (row);
  show_title (row);
  gtk_list_item_set_accessible_label (item, words);
}

static GtkWidget *
make_label (const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  if (style)
    {
      gtk_widget_add_css_class (label, "caption");
      gtk_widget_add_css_class (label, style);
    }
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  Row *row = g_new0 (Row, 1);

  row->icon = gtk_image_new ();
  row->title = make_label (NULL);
  row->folder = make_label ("dimmed");
  row->unsaved = gtk_image_new_from_icon_name ("document-edit-symbolic");
  gtk_widget_add_css_class (row->unsaved, "dimmed");
  gtk_widget_set_tooltip_text (row->unsaved, _("Not saved"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (words), row->title);
  gtk_box_append (GTK_BOX (words), row->folder);
  gtk_box_append (GTK_BOX (box), row->icon);
  gtk_box_append (GTK_BOX (box), words);
  gtk_box_append (GTK_BOX (box), row->unsaved);
  gtk_list_item_set_child (item, box);
  g_object_set_data_full (G_OBJECT (item), "row", row, g_free);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  Row *row = g_object_get_data (G_OBJECT (item), "row");

  row->document = gtk_list_item_get_item (item);
  g_signal_connect (row->document, "notify", G_CALLBACK (notify_cb), item);
  notify_cb (row->document, NULL, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  Row *row = g_object_get_data (G_OBJECT (item), "row");

  g_signal_handlers_disconnect_by_func (row->document, notify_cb, item);
  row->document = NULL;
}

/* --- The list ------------------------------------------------------------------------------------------- */

static void
selected_cb (QdPolicyFiles *self)
{
  QdDocument *document = gtk_single_selection_get_selected_item (self->selection);

  if (document && !self->silent)
    self->wanted = document;
  if (document && !self->silent)
    g_signal_emit (self, chosen_signal, 0, document);
}

void
qd_policy_files_select (QdPolicyFiles *self, QdDocument *document)
{
  GListModel *model = gtk_single_selection_get_model (self->selection);
  guint position = GTK_INVALID_LIST_POSITION;

  self->wanted = document;

  for (guint i = 0; document && position == GTK_INVALID_LIST_POSITION && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (QdDocument) item = g_list_model_get_item (model, i);

      if (item == document)
        position = i;
    }
  self->silent = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->silent = FALSE;
}

/* What is to be selected may come with a later portion. */
static void
items_cb (QdPolicyFiles *self)
{
  if (self->wanted && gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    qd_policy_files_select (self, self->wanted);
}

static void
qd_policy_files_dispose (GObject *object)
{
  QdPolicyFiles *self = QD_POLICY_FILES (object);

  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (qd_policy_files_parent_class)->dispose (object);
}

static void
qd_policy_files_class_init (QdPolicyFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_files_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  chosen_signal = g_signal_new ("chosen", QD_TYPE_POLICY_FILES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_DOCUMENT);
}

static void
qd_policy_files_init (QdPolicyFiles *self)
{
}

GtkWidget *
qd_policy_files_new (QdWorkbench *workbench)
{
  QdPolicyFiles *self = g_object_new (QD_TYPE_POLICY_FILES, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  self->selection = gtk_single_selection_new (qd_slow_list_new (qd_workbench_get_documents (workbench)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_cb), self, G_CONNECT_SWAPPED);
  list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Files"), -1);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), list);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
