/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-subject.h"

#include <glib/gi18n.h>

#include "qd-policy-entry.h"
#include "qd-policy-selector-row.h"
#include "qd-policy-words.h"

#define MAX_FINDINGS 8

struct _QdPolicySubject {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;     /* we are within it */
  GtkWidget *name, *namespace_box, *namespace;
  GtkWidget *standing;          /* of the others: when it is asked */
  GtkWidget *tier_box, *tier, *priority_box, *priority;
  GtkWidget *form_box, *form;   /* of the others: whole namespaces, or pods */
  GtkWidget *namespaces_box, *namespaces, *selector_box, *selector;
  GtkWidget *workloads_box, *workloads;
  GtkWidget *types_box, *types, *isolates[QD_POLICY_N_DIRECTIONS], *implied;
  GtkWidget *findings_group, *findings;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (QdPolicySubject, qd_policy_subject, ADW_TYPE_BIN)

/* --- Changes ------------------------------------------------------------------------------- */

static gboolean
check_name_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_name (text, error);
}

static gboolean
check_namespace_cb (gpointer owner, const char *text, GError **error)
{
  return *text == '\0' || qd_policy_check_namespace (text, error);
}

static gboolean
name_cb (QdPolicySubject *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_name (edit, text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
namespace_cb (QdPolicySubject *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_namespace (edit, text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
check_priority_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_priority (text, NULL, error);
}

static gboolean
priority_cb (QdPolicySubject *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_priority (edit, text);
  return qd_policy_builder_end (self->builder, edit);
}

static void
tier_cb (QdPolicySubject *self)
{
  guint active = adw_toggle_group_get_active (ADW_TOGGLE_GROUP (self->tier));
  QdPolicyEdit *edit;

  if (self->updating || active > 1)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_tier (edit, active == 0 ? QD_POLICY_TIER_ADMIN : QD_POLICY_TIER_BASELINE);
  if (!qd_policy_builder_end (self->builder, edit))
    qd_policy_subject_update (self, FALSE);
}

static void
form_cb (QdPolicySubject *self)
{
  guint active = adw_toggle_group_get_active (ADW_TOGGLE_GROUP (self->form));
  QdPolicyEdit *edit;

  if (self->updating || active > 1)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_subject (edit, active == 1);
  if (!qd_policy_builder_end (self->builder, edit))
    qd_policy_subject_update (self, FALSE);
}

static void
types_cb (QdPolicySubject *self)
{
  QdPolicyEdit *edit;

  if (self->updating)
    return;
  edit = qd_policy_builder_begin (self->builder);
  qd_policy_edit_set_types (edit, adw_switch_row_get_active (ADW_SWITCH_ROW (self->isolates[QD_POLICY_INGRESS])),
                            adw_switch_row_get_active (ADW_SWITCH_ROW (self->isolates[QD_POLICY_EGRESS])));
  if (!qd_policy_builder_end (self->builder, edit))
    qd_policy_subject_update (self, FALSE);
}

static void
go_cb (QdPolicySubject *self, GtkListBoxRow *row)
{
  guint i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "qd-finding"));
  GPtrArray *findings = qd_policy_draft_get_findings (qd_policy_builder_get_view (self->builder)->draft);

  if (i < findings->len)
    qd_policy_builder_go (self->builder, ((const QdPolicyFinding *) findings->pdata[i])->place.node);
}

/* --- Building ------------------------------------------------------------------------------ */

static GtkWidget *
toggles_new (QdPolicySubject *self, const char *name, const char *first, const char *second, GCallback callback)
{
  GtkWidget *group = adw_toggle_group_new ();
  const char *const labels[] = { first, second };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_label (toggle, labels[i]);
      adw_toggle_group_add (ADW_TOGGLE_GROUP (group), toggle);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (group), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (group, "notify::active", callback, self);
  return group;
}

static GtkWidget *
names_new (QdPolicySubject *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->name = qd_policy_entry_new (_("Name"), NULL, FALSE, check_name_cb, self);
  /* TRANSLATORS: shown where a policy names no namespace; the word is Kubernetes' own */
  self->namespace = qd_policy_entry_new (_("Namespace"), _("default"), FALSE, check_namespace_cb, self);
  self->namespace_box = qd_policy_field_new (_("Namespace"), self->namespace);
  self->standing = qd_policy_label_new (NULL, "heading");
  self->tier = toggles_new (self, _("Tier"), C_("policy tier", "Admin"), C_("policy tier", "Baseline"), G_CALLBACK (tier_cb));
  self->tier_box = qd_policy_field_new (_("Tier"), self->tier);
  self->priority = qd_policy_entry_new (_("Priority"), "0", FALSE, check_priority_cb, self);
  self->priority_box = qd_policy_field_new (_("Priority, 0 comes first"), self->priority);
  gtk_box_append (GTK_BOX (box), self->standing);
  gtk_box_append (GTK_BOX (box), qd_policy_field_new (_("Name"), self->name));
  gtk_box_append (GTK_BOX (box), self->namespace_box);
  gtk_box_append (GTK_BOX (box), self->tier_box);
  gtk_box_append (GTK_BOX (box), self->priority_box);
  g_signal_connect_swapped (self->name, "commit", G_CALLBACK (name_cb), self);
  g_signal_connect_swapped (self->namespace, "commit", G_CALLBACK (namespace_cb), self);
  g_signal_connect_swapped (self->priority, "commit", G_CALLBACK (priority_cb), self);
  return box;
}

static GtkWidget *
list_new (const char *name)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return list;
}

static void
add_switch (QdPolicySubject *self, QdPolicyDirection direction, const char *title)
{
  self->isolates[direction] = adw_switch_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->isolates[direction]), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->isolates[direction]), title);
  gtk_list_box_append (GTK_LIST_BOX (self->types), self->isolates[direction]);
  g_signal_connect_swapped (self->isolates[direction], "notify::active", G_CALLBACK (types_cb), self);
}

static void
qd_policy_subject_class_init (QdPolicySubjectClass *klass)
{
}

static void
qd_policy_subject_init (QdPolicySubject *self)
{
}

GtkWidget *
qd_policy_subject_new (QdPolicyBuilder *builder)
{
  QdPolicySubject *self = g_object_new (QD_TYPE_POLICY_SUBJECT, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->builder = builder;
  self->form = toggles_new (self, _("What is selected"), _("Whole Namespaces"), _("Pods"), G_CALLBACK (form_cb));
  self->form_box = qd_policy_field_new (_("Selects"), self->form);
  self->namespaces = qd_policy_selector_row_new (builder, QD_POLICY_LABELS_OF_NAMESPACES, _("Every namespace"));
  self->namespaces_box = qd_policy_field_new (_("In namespaces with"), self->namespaces);
  self->selector = qd_policy_selector_row_new (builder, QD_POLICY_LABELS_OF_PODS, _("All pods of the namespace"));
  self->selector_box = qd_policy_field_new (_("Selects pods with"), self->selector);
  gtk_box_append (GTK_BOX (card), names_new (self));
  gtk_box_append (GTK_BOX (card), self->form_box);
  gtk_box_append (GTK_BOX (card), self->namespaces_box);
  gtk_box_append (GTK_BOX (card), self->selector_box);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "qd-policy-body");
  self->workloads = list_new (_("Selected workloads"));
  self->types = list_new (_("What is isolated"));
  add_switch (self, QD_POLICY_INGRESS, _("Isolate incoming traffic"));
  add_switch (self, QD_POLICY_EGRESS, _("Isolate outgoing traffic"));
  self->findings = list_new (_("To be looked at"));
  g_signal_connect_swapped (self->findings, "row-activated", G_CALLBACK (go_cb), self);
  self->findings_group = qd_policy_field_new (_("To be looked at in the text"), self->findings);
  gtk_box_append (GTK_BOX (box), card);
  self->workloads_box = qd_policy_field_new (_("Selected now"), self->workloads);
  gtk_box_append (GTK_BOX (box), self->workloads_box);
  self->implied = qd_policy_label_new (_("Not written in the policy: it follows from its rules"), "caption");
  gtk_widget_add_css_class (self->implied, "dimmed");
  self->types_box = qd_policy_field_new (_("Isolation"), self->types);
  gtk_box_append (GTK_BOX (self->types_box), self->implied);
  gtk_box_append (GTK_BOX (box), self->types_box);
  gtk_box_append (GTK_BOX (box), self->findings_group);
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

/* --- Showing ------------------------------------------------------------------------------- */

static void
show_names (QdPolicySubject *self, const QdPolicyView *view, gboolean other)
{
  const QdYamlNode *root = qd_policy_draft_get_node (view->draft), *metadata = qd_yaml_node_get (root, "metadata");
  const char *name = qd_yaml_node_get_text (qd_yaml_node_get (metadata, "name")), *namespace = qd_yaml_node_get_text (qd_yaml_node_get (metadata, "namespace"));
  const char *priority = qd_yaml_node_get_text (qd_yaml_node_get (qd_yaml_node_get (root, "spec"), "priority"));
  void (*show) (QdPolicyEntry *entry, const char *text) = other ? qd_policy_entry_reset : qd_policy_entry_set_text;

  show (QD_POLICY_ENTRY (self->name), name != NULL ? name : "");
  show (QD_POLICY_ENTRY (self->namespace), namespace != NULL ? namespace : "");
  show (QD_POLICY_ENTRY (self->priority), priority != NULL ? priority : "");
  gtk_widget_set_visible (self->namespace_box, view->kind == QD_POLICY_NETWORK);
  gtk_widget_set_visible (self->priority_box, view->kind == QD_POLICY_ADMIN_NETWORK || view->kind == QD_POLICY_CLUSTER_NETWORK);
}

/* When it is asked among others, and of which sort it is. */
static char *
say_standing (const QdPolicy *policy)
{
  const char *kind = qd_policy_kind_to_string (policy->kind);

  if (policy->kind == QD_POLICY_NETWORK)
    return g_strdup ("");
  return g_strdup_printf (policy->tier == QD_POLICY_TIER_BASELINE ? _("%s: where no network policy isolates") : _("%s: before all network policies"), kind);
}

static void
show_standing (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  g_autofree char *standing = say_standing (policy);

  qd_policy_label_set (self->standing, standing);
  gtk_widget_set_visible (self->standing, view->kind != QD_POLICY_NETWORK);
  gtk_widget_set_visible (self->tier_box, view->kind == QD_POLICY_CLUSTER_NETWORK);
  self->updating = TRUE;
  adw_toggle_group_set_active (ADW_TOGGLE_GROUP (self->tier), policy->tier == QD_POLICY_TIER_BASELINE);
  self->updating = FALSE;
}

/* The pods of a NetworkPolicy, or the subject of another. */
static void
show_selectors (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  const QdYamlNode *root = qd_policy_draft_get_node (view->draft);
  const QdYamlNode *subject = qd_yaml_node_get (qd_yaml_node_get (root, "spec"), "subject");
  gboolean network = view->kind == QD_POLICY_NETWORK, pods = qd_yaml_node_get_type (qd_yaml_node_get (subject, "pods")) == QD_YAML_MAP;
  QdPeerForm form = pods ? QD_PEER_FORM_BOTH : QD_PEER_FORM_NAMESPACES;
  g_autofree char *of_pods = qd_policy_path_selector (view->kind, form, network ? "/spec" : "/spec/subject", FALSE);
  g_autofree char *of_namespaces = qd_policy_path_selector (view->kind, form, "/spec/subject", TRUE);

  gtk_widget_set_visible (self->form_box, !network);
  self->updating = TRUE;
  adw_toggle_group_set_active (ADW_TOGGLE_GROUP (self->form), pods);
  self->updating = FALSE;
  gtk_widget_set_visible (self->namespaces_box, !network);
  gtk_widget_set_visible (self->selector_box, network || pods);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->namespaces), of_namespaces, qd_yaml_node_find (root, of_namespaces), NULL);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->selector), of_pods, qd_yaml_node_find (root, of_pods), policy->namespace);
}

static GtkWidget *
row_at (GtkWidget *list, guint i)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) i);

  if (row == NULL)
    {
      row = GTK_LIST_BOX_ROW (adw_action_row_new ());
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 4);
      gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (row));
    }
  return GTK_WIDGET (row);
}

static void
cut_rows (GtkWidget *list, guint n)
{
  for (GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) n); row != NULL;
       row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) n))
    gtk_list_box_remove (GTK_LIST_BOX (list), GTK_WIDGET (row));
}

static void
set_row (GtkWidget *row, const char *title, const char *subtitle)
{
  if (g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), title) != 0)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), subtitle) != 0)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
}

void
qd_policy_subject_update_meant (QdPolicySubject *self)
{
  const QdPolicyView *view = qd_policy_builder_get_view (self->builder);
  GPtrArray *selected = view->meant != NULL ? qd_policy_meant_get_selected (view->meant) : NULL;
  guint n = view->meant != NULL ? qd_policy_meant_get_n_selected (view->meant) : 0;
  g_autofree char *more = NULL;

  /* Until it is known, what was shown stays. */
  if (selected == NULL)
    return;
  gtk_widget_set_visible (self->workloads_box, TRUE);
  for (guint i = 0; i < selected->len; i++)
    {
      const QdPolicyWorkload *workload = selected->pdata[i];
      g_autofree char *where = g_strdup_printf ("%s · %s", workload->namespace->name, workload->kind);

      set_row (row_at (self->workloads, i), workload->name, where);
    }
  if (n > selected->len)
    more = g_strdup_printf (ngettext ("%u more workload", "%u more workloads", n - selected->len), n - selected->len);
  else if (n == 0)
    more = g_strdup (_("Selects no workload that is known here"));
  if (more != NULL)
    set_row (row_at (self->workloads, selected->len), more, NULL);
  cut_rows (self->workloads, selected->len + (more != NULL));
}

static void
show_types (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  gboolean both = policy->applies[QD_POLICY_INGRESS] && policy->applies[QD_POLICY_EGRESS];

  gtk_widget_set_visible (self->types_box, view->kind == QD_POLICY_NETWORK);
  gtk_widget_set_visible (self->implied, qd_yaml_node_get_length (qd_yaml_node_find (qd_policy_draft_get_node (view->draft), "/spec/policyTypes")) == 0);
  self->updating = TRUE;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      const char *words = qd_policy_say_isolation (policy, d);

      adw_switch_row_set_active (ADW_SWITCH_ROW (self->isolates[d]), policy->applies[d]);
      if (g_strcmp0 (adw_action_row_get_subtitle (ADW_ACTION_ROW (self->isolates[d])), words) != 0)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (self->isolates[d]), words);
      /* A policy isolates something: its last direction stays. */
      gtk_widget_set_sensitive (self->isolates[d], both || !policy->applies[d]);
    }
  self->updating = FALSE;
}

/* What is about a rule is told by its card. */
static gboolean
is_told (const QdPolicyFinding *finding, const QdPolicy *policy)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint i = 0; i < policy->rules[d]->len; i++)
      if (qd_policy_finding_is_about (finding, ((const QdPolicyRule *) policy->rules[d]->pdata[i])->place.node))
        return TRUE;
  return FALSE;
}

static void
show_findings (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  GPtrArray *findings = qd_policy_draft_get_findings (view->draft);
  guint shown = 0;

  for (guint i = 0; i < findings->len && shown < MAX_FINDINGS; i++)
    {
      const QdPolicyFinding *finding = findings->pdata[i];
      GtkWidget *row;

      if (is_told (finding, policy))
        continue;
      row = row_at (self->findings, shown++);
      g_object_set_data (G_OBJECT (row), "qd-finding", GUINT_TO_POINTER (i));
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      set_row (row, finding->message, NULL);
    }
  cut_rows (self->findings, shown);
  gtk_widget_set_visible (self->findings_group, shown > 0);
}

void
qd_policy_subject_update (QdPolicySubject *self, gboolean other)
{
  const QdPolicyView *view = qd_policy_builder_get_view (self->builder);
  const QdPolicy *policy = qd_policy_draft_get_policy (view->draft);

  show_names (self, view, other);
  show_standing (self, view, policy);
  show_selectors (self, view, policy);
  if (other || view->world == NULL)
    gtk_widget_set_visible (self->workloads_box, FALSE);
  qd_policy_subject_update_meant (self);
  show_types (self, view, policy);
  show_findings (self, view, policy);
}
