/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-peer-row.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-entry.h"
#include "qd-policy-selector-row.h"
#include "qd-policy-word-list.h"

struct _QdPolicyPeerRow {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  QdPolicyKind kind;
  QdPolicyDirection direction;
  guint rule, peer;
  char *block;                /* as it is written; what an exception must lie within */
  GArray *forms;              /* of QdPeerForm: as the list has them */
  QdPeerForm shown;
  GtkWidget *form, *remove, *odd, *meant;
  GtkWidget *namespaces_box, *namespaces, *pods_box, *pods, *nodes_box, *nodes;
  GtkWidget *block_box, *cidr, *excepts;
  GtkWidget *networks, *domains, *not_evaluated;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (QdPolicyPeerRow, qd_policy_peer_row, ADW_TYPE_BIN)

/* --- Changes ------------------------------------------------------------------------------- */

static void
form_cb (QdPolicyPeerRow *self)
{
  guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->form));
  QdPolicyEdit *edit;

  /* What is set back while it is being told is told once more. */
  if (self->updating || at >= self->forms->len || g_array_index (self->forms, QdPeerForm, at) == self->shown)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_peer_form (edit, self->direction, self->rule, self->peer, g_array_index (self->forms, QdPeerForm, at));
  /* What is not to be goes back to what is. */
  if (!qd_policy_builder_end (self->builder, edit))
    qd_policy_builder_refresh (self->builder);
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
check_domain_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_domain (text, error);
}

static gboolean
cidr_cb (QdPolicyPeerRow *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_block (edit, self->direction, self->rule, self->peer, text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
except_cb (QdPolicyPeerRow *self, guint except, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_except (edit, self->direction, self->rule, self->peer, except, text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
remove_except_cb (QdPolicyPeerRow *self, guint except)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_remove_except (edit, self->direction, self->rule, self->peer, except);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
word_cb (QdPolicyPeerRow *self, guint word, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_word (edit, self->direction, self->rule, self->peer, word, text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
remove_word_cb (QdPolicyPeerRow *self, guint word)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_remove_word (edit, self->direction, self->rule, self->peer, word);
  return qd_policy_builder_end (self->builder, edit);
}

/* --- Showing ------------------------------------------------------------------------------- */

static gboolean
has (const QdYamlNode *node, const char *key)
{
  return qd_yaml_node_get_type (qd_yaml_node_get (node, key)) != QD_YAML_NULL;
}

static QdPeerForm
network_form_of (const QdYamlNode *node)
{
  gboolean pods = has (node, "podSelector"), namespaces = has (node, "namespaceSelector"), block = has (node, "ipBlock");

  if (block == (pods || namespaces))
    return QD_N_PEER_FORMS;
  return block ? QD_PEER_FORM_BLOCK : pods && namespaces ? QD_PEER_FORM_BOTH : pods ? QD_PEER_FORM_PODS : QD_PEER_FORM_NAMESPACES;
}

/* QD_N_PEER_FORMS: none of them, or several. */
static QdPeerForm
form_of (QdPolicyKind kind, const QdYamlNode *node)
{
  static const struct { const char *key; QdPeerForm form; } fields[] = {
    { "namespaces", QD_PEER_FORM_NAMESPACES }, { "pods", QD_PEER_FORM_BOTH }, { "networks", QD_PEER_FORM_BLOCK },
    { "nodes", QD_PEER_FORM_NODES }, { "domainNames", QD_PEER_FORM_DOMAINS },
  };
  QdPeerForm form = QD_N_PEER_FORMS;
  guint n = 0;

  if (kind == QD_POLICY_NETWORK)
    return network_form_of (node);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (has (node, fields[i].key))
      {
        form = fields[i].form;
        n++;
      }
  return n == 1 ? form : QD_N_PEER_FORMS;
}

static void
show_block (QdPolicyPeerRow *self, const QdYamlNode *block)
{
  const char *cidr = qd_yaml_node_get_text (qd_yaml_node_get (block, "cidr"));

  g_set_str (&self->block, cidr);
  qd_policy_entry_set_text (QD_POLICY_ENTRY (self->cidr), cidr != NULL ? cidr : "");
  qd_policy_word_list_set (QD_POLICY_WORD_LIST (self->excepts), qd_yaml_node_get (block, "except"), FALSE);
}

/* What a rule of that kind can say of its peers in that direction. */
static void
fill_forms (QdPolicyPeerRow *self, QdPolicyKind kind, QdPolicyDirection direction)
{
  g_autoptr (GtkStringList) names = NULL;

  if (self->forms->len > 0 && self->kind == kind && self->direction == direction)
    return;
  self->kind = kind;
  self->direction = direction;
  g_array_set_size (self->forms, 0);
  names = gtk_string_list_new (NULL);
  for (QdPeerForm form = 0; form < QD_N_PEER_FORMS; form++)
    if (qd_policy_kind_has_form (kind, direction, form))
      {
        g_array_append_val (self->forms, form);
        gtk_string_list_append (names, qd_policy_form_name (form));
      }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->form), G_LIST_MODEL (names));
}

static void
select_form (QdPolicyPeerRow *self, QdPeerForm form)
{
  guint at = GTK_INVALID_LIST_POSITION;

  self->shown = form;
  for (guint i = 0; i < self->forms->len; i++)
    if (g_array_index (self->forms, QdPeerForm, i) == form)
      at = i;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->form), at);
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_policy_peer_row_finalize (GObject *object)
{
  QdPolicyPeerRow *self = QD_POLICY_PEER_ROW (object);

  g_array_unref (self->forms);
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
  self->forms = g_array_new (FALSE, FALSE, sizeof (QdPeerForm));
}

static GtkWidget *
head_new (QdPolicyPeerRow *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->form = gtk_drop_down_new (NULL, NULL);
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
words_new (QdPolicyPeerRow *self, const QdPolicyWordNames *names, QdPolicyEntryCheck check, GCallback set, GCallback remove)
{
  GtkWidget *list = qd_policy_word_list_new (names, check, self);

  g_signal_connect_swapped (list, "set", set, self);
  g_signal_connect_swapped (list, "remove", remove, self);
  return list;
}

static GtkWidget *
block_new (QdPolicyPeerRow *self)
{
  const QdPolicyWordNames names = { _("Exception from the block"), _("One more exception from the block"), _("Add an exception"), _("Remove Exception") };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->cidr = qd_policy_entry_new (_("Block of addresses"), "10.0.0.0/8", FALSE, check_block_cb, self);
  self->excepts = words_new (self, &names, check_except_cb, G_CALLBACK (except_cb), G_CALLBACK (remove_except_cb));
  gtk_box_append (GTK_BOX (box), self->cidr);
  gtk_box_append (GTK_BOX (box), qd_policy_label_new (_("Except"), "caption-heading"));
  gtk_box_append (GTK_BOX (box), self->excepts);
  g_signal_connect_swapped (self->cidr, "commit", G_CALLBACK (cidr_cb), self);
  return box;
}

GtkWidget *
qd_policy_peer_row_new (QdPolicyBuilder *builder)
{
  const QdPolicyWordNames networks = { _("Block of addresses"), _("One more block of addresses"), _("Add a block, 10.0.0.0/8"), _("Remove Block") };
  const QdPolicyWordNames domains = { _("Domain name"), _("One more domain name"), _("Add a name, *.example.com"), _("Remove Name") };
  QdPolicyPeerRow *self = g_object_new (QD_TYPE_POLICY_PEER_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->builder = builder;
  self->namespaces = qd_policy_selector_row_new (builder, QD_POLICY_LABELS_OF_NAMESPACES, _("Every namespace"));
  self->pods = qd_policy_selector_row_new (builder, QD_POLICY_LABELS_OF_PODS, _("All pods"));
  self->nodes = qd_policy_selector_row_new (builder, QD_POLICY_LABELS_OF_NODES, _("Every node"));
  self->namespaces_box = qd_policy_field_new (_("Namespaces with"), self->namespaces);
  self->pods_box = qd_policy_field_new (_("Pods with"), self->pods);
  self->nodes_box = qd_policy_field_new (_("Nodes with"), self->nodes);
  self->block_box = block_new (self);
  self->networks = words_new (self, &networks, check_block_cb, G_CALLBACK (word_cb), G_CALLBACK (remove_word_cb));
  self->domains = words_new (self, &domains, check_domain_cb, G_CALLBACK (word_cb), G_CALLBACK (remove_word_cb));
  self->odd = qd_policy_label_new (_("This is neither selectors nor one block of addresses. Choose what it is to be, or edit it in the text."), "caption");
  self->not_evaluated = qd_policy_label_new (_("Which addresses these have is not known here: verdicts leave them out."), "caption");
  self->meant = qd_policy_label_new (NULL, "caption");
  gtk_widget_add_css_class (self->meant, "dimmed");
  gtk_box_append (GTK_BOX (box), head_new (self));
  gtk_box_append (GTK_BOX (box), self->odd);
  gtk_box_append (GTK_BOX (box), self->namespaces_box);
  gtk_box_append (GTK_BOX (box), self->pods_box);
  gtk_box_append (GTK_BOX (box), self->nodes_box);
  gtk_box_append (GTK_BOX (box), self->block_box);
  gtk_box_append (GTK_BOX (box), self->networks);
  gtk_box_append (GTK_BOX (box), self->domains);
  gtk_box_append (GTK_BOX (box), self->not_evaluated);
  gtk_box_append (GTK_BOX (box), self->meant);
  gtk_widget_add_css_class (box, "qd-policy-peer");
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

/* Each kind has its selectors in its own place below @path, where @node is. */
static void
show_selectors (QdPolicyPeerRow *self, const char *path, const QdYamlNode *node, QdPeerForm form)
{
  gboolean both = form == QD_PEER_FORM_BOTH;
  g_autofree char *namespaces = qd_policy_path_selector (self->kind, form, path, TRUE), *pods = qd_policy_path_selector (self->kind, form, path, FALSE);
  g_autofree char *nodes = qd_policy_path_selector (self->kind, QD_PEER_FORM_NODES, path, FALSE);
  const char *own = qd_policy_draft_get_policy (qd_policy_builder_get_view (self->builder)->draft)->namespace;

  gtk_widget_set_visible (self->namespaces_box, form == QD_PEER_FORM_NAMESPACES || both);
  gtk_widget_set_visible (self->pods_box, form == QD_PEER_FORM_PODS || both);
  gtk_widget_set_visible (self->nodes_box, form == QD_PEER_FORM_NODES);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->namespaces), namespaces, qd_yaml_node_find (node, namespaces + strlen (path)), NULL);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->pods), pods, qd_yaml_node_find (node, pods + strlen (path)), form == QD_PEER_FORM_PODS ? own : NULL);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->nodes), nodes, qd_yaml_node_find (node, nodes + strlen (path)), NULL);
}

void
qd_policy_peer_row_set (QdPolicyPeerRow *self, QdPolicyDirection direction, guint rule, guint peer, const QdYamlNode *node, gboolean alone)
{
  QdPolicyKind kind = qd_policy_builder_get_view (self->builder)->kind;
  QdPeerForm form = form_of (kind, node);
  g_autofree char *path = qd_policy_path_peer (direction, rule, peer);
  gboolean network = kind == QD_POLICY_NETWORK;

  self->updating = TRUE;
  fill_forms (self, kind, direction);
  self->rule = rule;
  self->peer = peer;
  select_form (self, form);
  self->updating = FALSE;
  gtk_widget_set_visible (self->odd, form == QD_N_PEER_FORMS);
  show_selectors (self, path, node, form);
  gtk_widget_set_visible (self->block_box, network && form == QD_PEER_FORM_BLOCK);
  gtk_widget_set_visible (self->networks, !network && form == QD_PEER_FORM_BLOCK);
  gtk_widget_set_visible (self->domains, form == QD_PEER_FORM_DOMAINS);
  gtk_widget_set_visible (self->not_evaluated, form == QD_PEER_FORM_NODES || form == QD_PEER_FORM_DOMAINS);
  if (network && form == QD_PEER_FORM_BLOCK)
    show_block (self, qd_yaml_node_get (node, "ipBlock"));
  qd_policy_word_list_set (QD_POLICY_WORD_LIST (self->networks), qd_yaml_node_get (node, "networks"), TRUE);
  qd_policy_word_list_set (QD_POLICY_WORD_LIST (self->domains), qd_yaml_node_get (node, "domainNames"), TRUE);
  gtk_widget_set_sensitive (self->remove, !alone);
  gtk_widget_set_tooltip_text (self->remove, !alone ? _("Remove Peer") : network ? _("The only one: without it, everyone would be meant")
                                                                                 : _("The only one: without it, nobody would be meant"));
  qd_policy_peer_row_update_meant (self);
}

/* What it means now, where that is known; else what was shown stays until it is. */
void
qd_policy_peer_row_update_meant (QdPolicyPeerRow *self)
{
  QdPolicyMeant *meant = qd_policy_builder_get_view (self->builder)->meant;
  const QdPolicyMany *many = meant != NULL ? qd_policy_meant_get_peer (meant, self->direction, self->rule, self->peer) : NULL;
  g_autofree char *text = NULL;

  if (many == NULL)
    return;
  if (many->names != NULL)
    text = g_strdup_printf (ngettext ("%u workload: %s", "%u workloads: %s", many->n), many->n, many->names);
  else if (!gtk_widget_get_visible (self->block_box) && !gtk_widget_get_visible (self->networks) && !gtk_widget_get_visible (self->not_evaluated))
    text = g_strdup (_("No workload that is known here"));
  qd_policy_label_set (self->meant, text != NULL ? text : "");
  gtk_widget_set_visible (self->meant, text != NULL);
}

void
qd_policy_peer_row_edit (QdPolicyPeerRow *self)
{
  if (gtk_widget_get_visible (self->block_box))
    qd_policy_entry_edit (QD_POLICY_ENTRY (self->cidr));
  else if (gtk_widget_get_visible (self->networks))
    qd_policy_word_list_edit (QD_POLICY_WORD_LIST (self->networks));
  else if (gtk_widget_get_visible (self->domains))
    qd_policy_word_list_edit (QD_POLICY_WORD_LIST (self->domains));
  else
    gtk_widget_grab_focus (self->form);
}
