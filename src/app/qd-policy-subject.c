/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-subject.h"

#include <glib/gi18n.h>

#include "qd-policy-entry.h"
#include "qd-policy-selector-row.h"
#include "qd-policy-who.h"
#include "qd-policy-words.h"

#define MAX_WORKLOADS 5
#define MAX_FINDINGS 8

struct _QdPolicySubject {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;     /* we are within it */
  GtkWidget *names, *name, *namespace;
  GtkWidget *tier;              /* of admin policies: what and which priority */
  GtkWidget *selector_box, *selector, *admin_selector;
  GtkWidget *workloads_box, *workloads;
  GtkWidget *types, *isolates[QD_POLICY_N_DIRECTIONS];
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
names_new (QdPolicySubject *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->name = qd_policy_entry_new (_("Name"), NULL, FALSE, check_name_cb, self);
  /* TRANSLATORS: shown where a policy names no namespace; the word is Kubernetes' own */
  self->namespace = qd_policy_entry_new (_("Namespace"), _("default"), FALSE, check_namespace_cb, self);
  gtk_box_append (GTK_BOX (box), qd_policy_field_new (_("Name"), self->name));
  gtk_box_append (GTK_BOX (box), qd_policy_field_new (_("Namespace"), self->namespace));
  g_signal_connect_swapped (self->name, "commit", G_CALLBACK (name_cb), self);
  g_signal_connect_swapped (self->namespace, "commit", G_CALLBACK (namespace_cb), self);
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
  self->names = names_new (self);
  self->tier = qd_policy_label_new (NULL, "heading");
  self->selector = qd_policy_selector_row_new (builder, FALSE, _("All pods of the namespace"));
  self->selector_box = qd_policy_field_new (_("Selects pods with"), self->selector);
  self->admin_selector = qd_policy_label_new (NULL, NULL);
  gtk_box_append (GTK_BOX (card), self->tier);
  gtk_box_append (GTK_BOX (card), self->names);
  gtk_box_append (GTK_BOX (card), self->selector_box);
  gtk_box_append (GTK_BOX (card), self->admin_selector);
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
  gtk_box_append (GTK_BOX (box), qd_policy_field_new (_("Isolation"), self->types));
  gtk_box_append (GTK_BOX (box), self->findings_group);
  adw_bin_set_child (ADW_BIN (self), box);
  return GTK_WIDGET (self);
}

/* --- Showing ------------------------------------------------------------------------------- */

static void
show_names (QdPolicySubject *self, const QdPolicyView *view, gboolean other)
{
  const QdYamlNode *metadata = qd_yaml_node_get (qd_policy_draft_get_node (view->draft), "metadata");
  const char *name = qd_yaml_node_get_text (qd_yaml_node_get (metadata, "name")), *namespace = qd_yaml_node_get_text (qd_yaml_node_get (metadata, "namespace"));
  void (*show) (QdPolicyEntry *entry, const char *text) = other ? qd_policy_entry_reset : qd_policy_entry_set_text;

  show (QD_POLICY_ENTRY (self->name), name != NULL ? name : "");
  show (QD_POLICY_ENTRY (self->namespace), namespace != NULL ? namespace : "");
  gtk_widget_set_visible (self->names, view->editable);
}

static char *
say_tier (const QdPolicy *policy)
{
  switch (policy->kind)
    {
    case QD_POLICY_ADMIN_NETWORK:
      return g_strdup_printf (_("%s: before all network policies, priority %d"), policy->name, policy->priority);
    case QD_POLICY_BASELINE_ADMIN:
      return g_strdup_printf (_("%s: where no network policy isolates"), policy->name);
    case QD_POLICY_CLUSTER_NETWORK:
      return policy->tier == QD_POLICY_TIER_BASELINE ? g_strdup_printf (_("%s: where no network policy isolates, priority %d"), policy->name, policy->priority)
                                                     : g_strdup_printf (_("%s: before all network policies, priority %d"), policy->name, policy->priority);
    case QD_POLICY_NETWORK:
    default:
      return g_strdup ("");
    }
}

/* The subject of an admin policy is said as a peer is. */
static void
show_admin (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  QdPolicyPeer subject = { .kind = QD_POLICY_PEER_PODS, .namespaces = policy->namespaces, .pods = policy->pods };
  g_autofree char *tier = say_tier (policy), *words = view->editable ? g_strdup ("") : qd_policy_say_peer (&subject);

  qd_policy_label_set (self->tier, tier);
  qd_policy_label_set (self->admin_selector, words);
  gtk_widget_set_visible (self->tier, !view->editable);
  gtk_widget_set_visible (self->admin_selector, !view->editable);
  gtk_widget_set_visible (self->selector_box, view->editable);
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

static void
show_workloads (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  g_autoptr (GPtrArray) selected = view->world != NULL ? qd_policy_find_selected (view->world, policy, &view->options) : NULL;
  guint n = selected != NULL ? selected->len : 0, shown = n > MAX_WORKLOADS ? MAX_WORKLOADS : n;
  g_autofree char *more = NULL;

  gtk_widget_set_visible (self->workloads_box, selected != NULL);
  for (guint i = 0; i < shown; i++)
    {
      const QdPolicyWorkload *workload = selected->pdata[i];
      g_autofree char *where = g_strdup_printf ("%s · %s", workload->namespace->name, workload->kind);

      set_row (row_at (self->workloads, i), workload->name, where);
    }
  if (n > shown)
    more = g_strdup_printf (ngettext ("%u more workload", "%u more workloads", n - shown), n - shown);
  else if (n == 0)
    more = g_strdup (_("Selects no workload that is known here"));
  if (more != NULL)
    set_row (row_at (self->workloads, shown), more, NULL);
  cut_rows (self->workloads, shown + (more != NULL));
}

static void
show_types (QdPolicySubject *self, const QdPolicyView *view, const QdPolicy *policy)
{
  gboolean both = policy->applies[QD_POLICY_INGRESS] && policy->applies[QD_POLICY_EGRESS];

  gtk_widget_set_visible (gtk_widget_get_parent (self->types), view->editable);
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
  const QdYamlNode *spec = qd_yaml_node_get (qd_policy_draft_get_node (view->draft), "spec");

  show_names (self, view, other);
  show_admin (self, view, policy);
  qd_policy_selector_row_set (QD_POLICY_SELECTOR_ROW (self->selector), "/spec/podSelector", qd_yaml_node_get (spec, "podSelector"), policy->namespace);
  show_workloads (self, view, policy);
  show_types (self, view, policy);
  show_findings (self, view, policy);
}
