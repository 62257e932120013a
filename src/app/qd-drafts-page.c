/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-drafts-page.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-draft-compare.h"
#include "qd-draft-files.h"
#include "qd-draft-row.h"
#include "qd-routing-dialog.h"

/* Ages are told in minutes. */
#define AGE_S 20

struct _QdDraftsPage {
  QdPage parent_instance;

  QdDraftList *files;
  QdRoutingDrafts *policies;
  GListModel *all;          /* of both */
  GtkWidget *stack, *list, *more;
  GPtrArray *rows;          /* QdDraftRow, bound to something; borrowed */
  guint timer;
};

G_DEFINE_FINAL_TYPE (QdDraftsPage, qd_drafts_page, QD_TYPE_PAGE)

static QdSession *
get_session (QdDraftsPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

/* --- Rows -------------------------------------------------------------------------------------------- */

static void
setup_cb (QdDraftsPage *self, GtkListItem *item)
{
  gtk_list_item_set_child (item, qd_draft_row_new (get_session (self)));
}

static void
bind_cb (QdDraftsPage *self, GtkListItem *item)
{
  GtkWidget *row = gtk_list_item_get_child (item);
  g_autofree char *label = qd_draft_dup_label (get_session (self), gtk_list_item_get_item (item));

  qd_draft_row_set_draft (QD_DRAFT_ROW (row), gtk_list_item_get_item (item));
  gtk_list_item_set_accessible_label (item, label);
  g_ptr_array_add (self->rows, row);
}

static void
unbind_cb (QdDraftsPage *self, GtkListItem *item)
{
  GtkWidget *row = gtk_list_item_get_child (item);

  g_ptr_array_remove_fast (self->rows, row);
  qd_draft_row_set_draft (QD_DRAFT_ROW (row), NULL);
}

static void
update_rows (QdDraftsPage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    qd_draft_row_update (g_ptr_array_index (self->rows, i));
}

static gboolean
age_cb (gpointer data)
{
  update_rows (data);
  return G_SOURCE_CONTINUE;
}

/* --- Which is shown ------------------------------------------------------------------------------------- */

static void
update (QdDraftsPage *self)
{
  guint n = g_list_model_get_n_items (self->all), more = qd_draft_list_get_n_more (self->files);
  g_autofree char *text = g_strdup_printf (ngettext ("%u older draft is not listed", "%u older drafts are not listed", more), more);

  gtk_label_set_text (GTK_LABEL (self->more), text);
  gtk_widget_set_visible (self->more, more > 0);
  if (n > 0)
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "list");
  else if (qd_draft_list_is_loaded (self->files) && qd_routing_drafts_is_loaded (self->policies))
    gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "empty");
}

/* --- What is done with one -------------------------------------------------------------------------------- */

static void
open_policy (QdDraftsPage *self, QdRoutingDraft *draft)
{
  /* What it holds goes with a newer one while the dialog types on. */
  g_autoptr (QdRoutingDraft) held = g_object_ref (draft);

  qd_routing_dialog_present (get_session (self), GTK_WIDGET (self), qd_routing_draft_get_connection (held), qd_routing_draft_get_id (held),
                             qd_routing_draft_get_base (held), qd_routing_draft_get_revision (held), qd_routing_draft_get_mine (held));
}

typedef struct {
  QdDraftsPage *page;
  char *connection, *id, *revision;
  JsonObject *base, *mine;
} Discarded;

static void
discarded_free (gpointer data, GClosure *closure)
{
  Discarded *self = data;

  g_object_unref (self->page);
  g_free (self->connection);
  g_free (self->id);
  g_free (self->revision);
  g_clear_pointer (&self->base, json_object_unref);
  json_object_unref (self->mine);
  g_free (self);
}

static void
bring_back_cb (Discarded *self)
{
  if (qd_routing_drafts_find (self->page->policies, self->connection, self->id) == NULL)
    qd_routing_drafts_put (self->page->policies, self->connection, self->id, self->base, self->revision, self->mine);
}

static void
discard_policy (QdDraftsPage *self, QdRoutingDraft *draft)
{
  JsonObject *base = qd_routing_draft_get_base (draft);
  Discarded *gone = g_new (Discarded, 1);

  *gone = (Discarded) { g_object_ref (self), g_strdup (qd_routing_draft_get_connection (draft)), g_strdup (qd_routing_draft_get_id (draft)),
                        g_strdup (qd_routing_draft_get_revision (draft)), base ? json_object_ref (base) : NULL,
                        json_object_ref (qd_routing_draft_get_mine (draft)) };
  qd_routing_drafts_remove (self->policies, gone->connection, gone->id);
  qd_session_toast_action (get_session (self), _("Draft discarded"), _("_Undo"), G_CALLBACK (bring_back_cb), gone, discarded_free);
}

static void
compared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdDraftsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdDraftTexts) texts = qd_draft_list_read_finish (QD_DRAFT_LIST (source), result, &error);
  g_autofree char *title = g_object_steal_data (source, "qd-compared"), *text = NULL;

  if (get_session (self) == NULL)
    return;
  if (texts)
    {
      qd_draft_compare_file (GTK_WIDGET (self), title ? title : "", texts);
      return;
    }
  text = g_strdup_printf (_("Could not read the draft: %s"), error->message);
  qd_session_toast (get_session (self), text);
}

static void
run_on_file (QdDraftsPage *self, const char *what, const char *path)
{
  if (g_str_equal (what, "draft.open"))
    qd_draft_file_open (get_session (self), GTK_WIDGET (self), path);
  else if (g_str_equal (what, "draft.save"))
    qd_draft_file_save (get_session (self), self->files, path);
  else if (g_str_equal (what, "draft.discard"))
    qd_draft_file_discard (get_session (self), self->files, path);
  else
    {
      g_object_set_data_full (G_OBJECT (self->files), "qd-compared", g_filename_display_basename (path), g_free);
      qd_draft_list_read (self->files, path, compared_cb, g_object_ref (self));
    }
}

static void
run_on_policy (QdDraftsPage *self, const char *what, QdRoutingDraft *draft)
{
  if (g_str_equal (what, "draft.compare"))
    qd_draft_compare_policy (GTK_WIDGET (self), qd_session_get_fleet (get_session (self)), draft);
  else if (g_str_equal (what, "draft.discard"))
    discard_policy (self, draft);
  else
    open_policy (self, draft);
}

static void
draft_cb (GtkWidget *widget, const char *name, GVariant *key)
{
  QdDraftsPage *self = QD_DRAFTS_PAGE (widget);
  const char *connection, *id;
  QdRoutingDraft *draft;

  g_variant_get (key, "(&s&s)", &connection, &id);
  if (*connection == '\0')
    run_on_file (self, name, id);
  else if ((draft = qd_routing_drafts_find (self->policies, connection, id)))
    run_on_policy (self, name, draft);
}

static void
activate_cb (QdDraftsPage *self, guint position)
{
  g_autoptr (GObject) draft = g_list_model_get_item (self->all, position);
  g_autoptr (GVariant) key = draft ? g_variant_ref_sink (qd_draft_key (draft)) : NULL;

  if (key)
    draft_cb (GTK_WIDGET (self), "draft.open", key);
}

/* Delete discards the one in focus, which a toast takes back. */
static gboolean
delete_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdDraftsPage *self = QD_DRAFTS_PAGE (widget);
  GtkSingleSelection *selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (self->list)));
  GObject *draft = gtk_single_selection_get_selected_item (selection);
  g_autoptr (GVariant) key = draft ? g_variant_ref_sink (qd_draft_key (draft)) : NULL;

  if (key == NULL)
    return GDK_EVENT_PROPAGATE;
  draft_cb (widget, "draft.discard", key);
  return GDK_EVENT_STOP;
}

static void
problem_cb (QdDraftsPage *self, const char *problem)
{
  if (get_session (self))
    qd_session_toast (get_session (self), problem);
}

/* --- The page ------------------------------------------------------------------------------------------------ */

static void
qd_drafts_page_map (GtkWidget *widget)
{
  QdDraftsPage *self = QD_DRAFTS_PAGE (widget);

  GTK_WIDGET_CLASS (qd_drafts_page_parent_class)->map (widget);
  qd_draft_list_refresh (self->files);
  update_rows (self);
  self->timer = g_timeout_add_seconds (AGE_S, age_cb, self);
}

static void
qd_drafts_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&QD_DRAFTS_PAGE (widget)->timer, g_source_remove);
  GTK_WIDGET_CLASS (qd_drafts_page_parent_class)->unmap (widget);
}

static gboolean
qd_drafts_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (QD_DRAFTS_PAGE (widget)->list) || GTK_WIDGET_CLASS (qd_drafts_page_parent_class)->grab_focus (widget);
}

static void
show_policies_cb (QdDraftsPage *self)
{
  qd_session_open_page (get_session (self), "policies");
}

static GtkWidget *
build_empty (QdDraftsPage *self)
{
  GtkWidget *page = adw_status_page_new (), *button = gtk_button_new_with_mnemonic (_("Open _Network Policies"));

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "qd-drafts-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _("No Drafts"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _("What you change in a policy and do not save at once is kept here, whatever happens."));
  /* Its words are the widest thing where text is large. */
  gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (show_policies_cb), self, G_CONNECT_SWAPPED);
  adw_status_page_set_child (ADW_STATUS_PAGE (page), button);
  return page;
}

static GtkWidget *
build_list (QdDraftsPage *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *clamp = adw_clamp_scrollable_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSingleSelection *selection = gtk_single_selection_new (g_object_ref (self->all));

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory);
  gtk_list_view_set_show_separators (GTK_LIST_VIEW (self->list), TRUE);
  gtk_widget_add_css_class (self->list, "rich-list");
  gtk_widget_add_css_class (self->list, "qd-draft-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Drafts"), -1);
  g_signal_connect_object (self->list, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  adw_clamp_scrollable_set_maximum_size (ADW_CLAMP_SCROLLABLE (clamp), 860);
  adw_clamp_scrollable_set_child (ADW_CLAMP_SCROLLABLE (clamp), self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), clamp);
  gtk_widget_set_vexpand (scrolled, TRUE);
  self->more = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->more, "dimmed");
  gtk_widget_set_margin_top (self->more, 6);
  gtk_widget_set_margin_bottom (self->more, 6);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), self->more);
  return box;
}

static void
qd_drafts_page_constructed (GObject *object)
{
  QdDraftsPage *self = QD_DRAFTS_PAGE (object);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", "drafts", NULL);
  GListStore *both = g_list_store_new (G_TYPE_LIST_MODEL);
  QdEntityList *known;

  G_OBJECT_CLASS (qd_drafts_page_parent_class)->constructed (object);
  known = qd_fleet_get_list (qd_session_get_fleet (get_session (self)), QD_KIND_ROUTING);
  self->files = qd_draft_list_new (folder);
  self->policies = g_object_ref (qd_routing_drafts_of (qd_session_get_hub (get_session (self))));
  g_list_store_append (both, self->policies);
  g_list_store_append (both, self->files);
  self->all = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (both)));
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), "looking");
  gtk_stack_add_named (GTK_STACK (self->stack), build_empty (self), "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), build_list (self), "list");
  adw_bin_set_child (ADW_BIN (self), self->stack);
  g_signal_connect_object (self->all, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->files, "looked", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->files, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->policies, "loaded", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (known, "items-updated", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (known, "items-changed", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
qd_drafts_page_dispose (GObject *object)
{
  QdDraftsPage *self = QD_DRAFTS_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  adw_bin_set_child (ADW_BIN (self), NULL);
  g_clear_object (&self->all);
  g_clear_object (&self->files);
  g_clear_object (&self->policies);
  G_OBJECT_CLASS (qd_drafts_page_parent_class)->dispose (object);
}

static void
qd_drafts_page_finalize (GObject *object)
{
  g_ptr_array_unref (QD_DRAFTS_PAGE (object)->rows);
  G_OBJECT_CLASS (qd_drafts_page_parent_class)->finalize (object);
}

static void
qd_drafts_page_class_init (QdDraftsPageClass *klass)
{
  static const char *const actions[] = { "draft.open", "draft.compare", "draft.save", "draft.discard" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_drafts_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_drafts_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_drafts_page_finalize;
  widget_class->map = qd_drafts_page_map;
  widget_class->unmap = qd_drafts_page_unmap;
  widget_class->grab_focus = qd_drafts_page_grab_focus;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], "(ss)", draft_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Delete, 0, delete_cb, NULL);
}

static void
qd_drafts_page_init (QdDraftsPage *self)
{
  self->rows = g_ptr_array_new ();
}
