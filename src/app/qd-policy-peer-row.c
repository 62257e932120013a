/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-peer-row.h"

#include <glib/gi18n.h>

#include "qd-policy-entry.h"
#include "qd-policy-selector-row.h"

#define MAX_EXCEPTS 64

struct _QdPolicyPeerRow {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  QdPolicyDirection direction;
  guint rule, peer;
  char *block;                /* as it is written; what an exception must lie within */
  GtkWidget *form, *remove, *odd;
  GtkWidget *namespaces_box, *namespaces, *pods_box, *pods;
  GtkWidget *block_box, *cidr, *excepts, *add_except;
  GPtrArray *except_rows;     /* of GtkBox: an entry and what removes it */
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (QdPolicyPeerRow, qd_policy_peer_row, ADW_TYPE_BIN)

/* --- Changes ------------------------------------------------------------------------------- */

static void
form_cb (QdPolicyPeerRow *self)
{
  guint form = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->form));
  QdPolicyEdit *edit;

  if (self->updating || form > QD_PEER_FORM_BLOCK)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_peer_form (edit, self->direction, self->rule, self->peer, form);
  qd_policy_builder_end (self->builder, edit);
}

static void
remove_cb (QdPolicyPeerRow *self)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_remove_peer (edit, self->direction, self->rule, self->peer);
  qd_policy_builder_end (self->builder, edit);
}

static gboolean
check_block_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_block (text, error);
}

static gboolean
check_except_cb (gpointer owner, const char *text, GError **error)
{
  QdPolicyPeerRow *self = owner;

  return qd_policy_check_except (self->block != NULL ? self->block : "", text, error);
}

static gboolean
cidr_cb (QdPolicyPeerRow *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_block (edit, self->direction, self->rule, self->peer, text);
  return qd_policy_builder_end (self->builder, edit);
}

/* The number of the exception that @widget stands in. */
static guint
except_of (QdPolicyPeerRow *self, GtkWidget *widget)
{
  for (guint i = 0; i < self->except_rows->len; i++)
    if (gtk_widget_is_ancestor (widget, self->except_rows->pdata[i]))
      return i;
  return QD_YAML_END;
}

static gboolean
except_cb (QdPolicyPeerRow *self, const char *text, GtkWidget *entry)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_except (edit, self->direction, self->rule, self->peer, except_of (self, entry), text);
  return qd_policy_builder_end (self->builder, edit);
}

static void
remove_except_cb (QdPolicyPeerRow *self, GtkWidget *button)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_remove_except (edit, self->direction, self->rule, self->peer, except_of (self, button));
  if (qd_policy_builder_end (self->builder, edit))
    gtk_widget_grab_focus (self->add_except);
}

/* --- Showing ------------------------------------------------------------------------------- */

static QdPeerForm
form_of (const QdYamlNode *node)
{
  gboolean pods = qd_yaml_node_get_type (qd_yaml_node_get (node, "podSelector")) != QD_YAML_NULL;
  gboolean namespaces = qd_yaml_node_get_type (qd_yaml_node_get (node, "namespaceSelector")) != QD_YAML_NULL;
  gboolean block = qd_yaml_node_get_type (qd_yaml_node_get (node, "ipBlock")) != QD_YAML_NULL;

  if (block == (pods || namespaces))
    return (QdPeerForm) GTK_INVALID_LIST_POSITION;
  return block ? QD_PEER_FORM_BLOCK : pods && namespaces ? QD_PEER_FORM_BOTH : pods ? QD_PEER_FORM_PODS : QD_PEER_FORM_NAMESPACES;
}

static void
add_except_row (QdPolicyPeerRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry = qd_policy_entry_new (_("Exception from the block"), NULL, FALSE, check_except_cb, self);
  GtkWidget *remove = qd_policy_button_new ("window-close-symbolic", _("Remove Exception"));

  gtk_widget_set_valign (remove, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), remove);
  gtk_box_append (GTK_BOX (self->excepts), box);
  g_ptr_array_add (self->except_rows, box);
  g_signal_connect_swapped (entry, "commit", G_CALLBACK (except_cb), self);
  g_signal_connect_swapped (remove, "clicked", G_CALLBACK (remove_except_cb), self);
}

static void
show_excepts (QdPolicyPeerRow *self, const QdYamlNode *list)
{
  guint n = MIN (qd_yaml_node_get_length (list), MAX_EXCEPTS);

  while (self->except_rows->len < n)
    add_except_row (self);
  while (self->except_rows->len > n)
    gtk_box_remove (GTK_BOX (self->excepts), g_ptr_array_steal_index (self->except_rows, self->except_rows->len - 1));
  for (guint i = 0; i < n; i++)
    {
      const char *text = qd_yaml_node_get_text (qd_yaml_node_get_item (list, i));

      qd_policy_entry_set_text (QD_POLICY_ENTRY (gtk_widget_get_first_child (self->except_rows->pdata[i])), text != NULL ? text : "");
    }
}

static void
show_block (QdPolicyPeerRow *self, const QdYamlNode *block)
{
  const char *cidr = qd_yaml_node_get_text (qd_yaml_node_get (block, "cidr"));

  g_set_str (&self->block, cidr);
  qd_policy_entry_set_text (QD_POLICY_ENTRY (self->cidr), cidr != NULL ? cidr : "");
  show_excepts (self, qd_yaml_node_get (block, "except"));
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_policy_peer_row_finalize (GObject *object)
{
  QdPolicyPeerRow *self = QD_POLICY_PEER_ROW (object);

  g_ptr_array_unref (self->except_rows);
  g_free (self->block);
  G_OBJECT_CLASS (qd_policy_peer_row_parent_class)->finalize (object);
}

static void
qd_policy_peer_row_class_init (QdPolicyPeerRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_policy_peer_row_finalize;
}

static void
qd_policy_peer_row_init (QdPolicyPeerRow *self)
{
  self->except_rows = g_ptr_array_new ();
}

static GtkWidget *
head_new (QdPolicyPeerRow *self)
{
  const char *const forms[] = { _("Pods in this namespace"), _("Whole namespaces"), _("Pods in namespaces"), _("Addresses"), NULL };
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->form = gtk_drop_down_new_from_strings (forms);
  gtk_widget_set_hexpand (self->form, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->form), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Who is meant"), -1);
  self->remove = qd_policy_button_new ("window-close-symbolic", _("Remove Peer"));
  gtk_box_append (GTK_BOX (head), self->form);
  gtk_box_append (GTK_BOX (head), self->remove);
  g_signal_connect_swapped (self->form, "notify::selected", G_CALLBACK (form_cb), self);
  g_signal_connect_swapped (self->remove, "clicked", G_CALLBACK (remove_cb), self);
  return head;
}

static GtkWidget *
block_new (QdPolicyPeerRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->cidr = qd_policy_entry_new (_("Block of addresses"), "10.0.0.0/8", FALSE, check_block_cb, self);
  self->excepts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->add_except = qd_policy_entry_new (_("One more exception from the block"), _("Add an exception"), TRUE, check_except_cb, self);
  gtk_box_append (GTK_BOX (box), self->cidr);
  gtk_box_append (GTK_BOX (box), qd_policy_label_new (_("Except"), "caption-heading"));
  gtk_box_append (GTK_BOX (box), self->excepts);
  gtk_box_append (GTK_BOX (box), self->add_except);
  g_signal_connect_swapped (self->cidr, "commit", G_CALLBACK (cidr_cb), self);
  g_signal_connect_swapped (self->add_except, "commit", G_CALLBACK (except_cb), self);
  return box;
}

GtkWidget *
qd_policy_peer_row_new (QdPolicyBuilder *builder)
{
  QdPolicyPeerRow *self = g_object_new (QD_TYPE_POLICY_PEER_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->builder = builder;
  self->namespaces = qd_policy_selector_row_new (builder, TRUE, _("Every namespace"));
  self->pods = qd_policy_selector_row_new (builder, FALSE, _("All pods"));
  self->namespaces_box = qd_policy_field_new (_("Namespaces with"), self->namespaces);
  self->pods_box = qd_policy_field_new (_("Pods with"), self->pods);
  self->block_box = block_new (self);
  self->odd = qd_policy_label_new (_("This is neither selectors nor one block of addresses. Choose what it is to be, or edit it in the text."), "caption");
  gtk_box_append (GTK_BOX (box), head_new (self));
  gtk_box_append (GTK_BOX (box), self->odd);
  gtk_box_append (GTK_BOX (box), self->namespaces_box);
  gtk_box_append (GTK_BOX (box), self->pods_box);
  gtk_box_append (GTK_BOX (box), self->block_box);
  gtk_widget_add_css_class (box, "qd-policy-peer");
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

void
qd_policy_peer_row_set (QdPolicyPeerRow *self, QdPolicyDirection direction, guint rule, guint peer, const QdYamlNode *node, gboolean alone)
{
  const QdPolicyView *view = qd_policy_builder_get_view (self->builder);
  QdPeerForm form = form_of (node);
  g_autofree char *path = qd_policy_path_peer (direction, rule, peer);
  g_autofree char *namespaces = g_strconcat (path, "/namespaceSelector", NULL), *pods = g_strconcat (path, "/podSelector", NULL);
  const char *own = qd_policy_draft_get_policy (view->draft)->namespace;

  self->direction = direction;
  self->rule = rule;
  self->peer = peer;
  self->updating = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->form), form);
  self->updating = FALSE;
  gtk_widget_set_visible (self->odd, form > QD_PEER_FORM_BLOCK);
  gtk_widget_set_visible (self->namespaces_box, form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH);
  gtk_widget_set_visible (self->pods_box, form == QD_PEER_FORM_PODS || form == QD_PEER_FORM_BOTH);
  gtk_widget_set_visible (self->block_box, form == QD_PEER_FORM_BLOCK);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->namespaces), namespaces, qd_yaml_node_get (node, "namespaceSelector"), NULL);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->pods), pods, qd_yaml_node_get (node, "podSelector"),
                              form == QD_PEER_FORM_PODS ? own : NULL);
  if (form == QD_PEER_FORM_BLOCK)
    show_block (self, qd_yaml_node_get (node, "ipBlock"));
  gtk_widget_set_sensitive (self->remove, !alone);
  gtk_widget_set_tooltip_text (self->remove, alone ? _("The only one: without it, everyone would be meant") : _("Remove Peer"));
}

void
qd_policy_peer_row_edit (QdPolicyPeerRow *self)
{
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->form)) == QD_PEER_FORM_BLOCK)
    qd_policy_entry_edit (QD_POLICY_ENTRY (self->cidr));
  else
    gtk_widget_grab_focus (self->form);
}
