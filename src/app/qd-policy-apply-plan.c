/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the dialog shows of a plan: its policies, what both changed, what it does to who may talk. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-apply-private.h"

#include <glib/gi18n.h>

#include "qd-policy-apply-diff.h"
#include "qd-policy-conflict.h"

/* So many rows of a kind are made: nobody reads more, and the count says how many there are. */
#define MAX_ROWS 200
#define MAX_FLOWS 50

/* --- Rows ------------------------------------------------------------------------------------------------ */

static void
add_row (QdPolicyApply *self, AdwPreferencesGroup *group, GtkWidget *row)
{
  adw_preferences_group_add (group, row);
  g_object_set_data (G_OBJECT (row), "group", group);
  g_ptr_array_add (self->rows, row);
}

static void
clear_impact (QdPolicyApply *self)
{
  for (guint i = 0; i < self->impact_rows->len; i++)
    adw_expander_row_remove (g_object_get_data (self->impact_rows->pdata[i], "group"), self->impact_rows->pdata[i]);
  g_ptr_array_set_size (self->impact_rows, 0);
}

void
qd_policy_apply_clear (QdPolicyApply *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (g_object_get_data (self->rows->pdata[i], "group"), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
}

static GtkWidget *
make_row (GType type, const char *title, const char *subtitle)
{
  GtkWidget *row = g_object_new (type, NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_object_set (row, "subtitle", subtitle, NULL);
  return row;
}

/* Why something becomes of it, or not; and that it is not in force on the server. */
static GtkWidget *
make_step_row (GType type, const QdPlanStep *step)
{
  g_autofree char *off = step->theirs && !step->enabled ? g_strdup_printf (_("%s. It is switched off there, and stays so"), step->why) : NULL;

  return make_row (type, step->key, off ? off : step->why);
}

static void
add_more (QdPolicyApply *self, AdwPreferencesGroup *group, guint n)
{
  g_autofree char *text = NULL;

  if (n <= MAX_ROWS)
    return;
  text = g_strdup_printf (ngettext ("And %'u more", "And %'u more", n - MAX_ROWS), n - MAX_ROWS);
  add_row (self, group, make_row (ADW_TYPE_ACTION_ROW, text, NULL));
}

/* What a row is about, in a plan that is there as long as the row is. */
typedef struct { QdPolicyApply *dialog; guint nth; QdMergeKind whose; } About;

static About *
about_new (QdPolicyApply *dialog, guint nth, QdMergeKind whose)
{
  About *about = g_new (About, 1);

  *about = (About) { dialog, nth, whose };
  return about;
}

static void
about_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

/* --- Changes ------------------------------------------------------------------------------------------------ */

static const char *
word_of (const QdPlanStep *step)
{
  switch (step->kind)
    {
    case QD_PLAN_CREATE: return _("New");
    case QD_PLAN_DELETE: return _("Deleted");
    case QD_PLAN_UPDATE: return step->merged ? _("Merged") : _("Changed");
    default: return "";
    }
}

static void
included_cb (About *about, GtkCheckButton *check)
{
  qd_policy_plan_set_included (about->dialog->plan, about->nth, gtk_check_button_get_active (check));
  qd_policy_apply_plan_changed (about->dialog, FALSE);
}

/* A difference is worked out when somebody wants to see it. */
static void
expanded_cb (About *about, GParamSpec *pspec, AdwExpanderRow *row)
{
  const QdPlanStep *step = qd_policy_plan_get_step (about->dialog->plan, about->nth);
  GtkWidget *line;

  if (!adw_expander_row_get_expanded (row) || g_object_get_data (G_OBJECT (row), "filled"))
    return;
  g_object_set_data (G_OBJECT (row), "filled", row);
  line = gtk_list_box_row_new ();
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (line), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), qd_policy_apply_diff_new (step->theirs, step->result));
  adw_expander_row_add_row (row, line);
}

static void
add_change (QdPolicyApply *self, guint nth)
{
  const QdPlanStep *step = qd_policy_plan_get_step (self->plan, nth);
  GtkWidget *row = make_step_row (ADW_TYPE_EXPANDER_ROW, step), *check = gtk_check_button_new (), *word = gtk_label_new (word_of (step));
  g_autofree char *name = g_strdup_printf (_("Apply %s"), step->key);

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), step->included);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_data (check, "toggled", G_CALLBACK (included_cb), about_new (self, nth, QD_MERGE_SAME), about_free, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (word, "caption");
  gtk_widget_add_css_class (word, step->kind == QD_PLAN_DELETE ? "error" : step->kind == QD_PLAN_CREATE ? "success" : "dimmed");
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), check);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), word);
  g_signal_connect_data (row, "notify::expanded", G_CALLBACK (expanded_cb), about_new (self, nth, QD_MERGE_SAME), about_free, G_CONNECT_SWAPPED);
  add_row (self, self->changes_group, row);
}

/* --- Conflicts ------------------------------------------------------------------------------------------------ */

typedef struct { QdPolicyApply *dialog; QdPolicyPlan *plan; guint nth; } Deciding;

static void
deciding_free (gpointer data)
{
  Deciding *deciding = data;

  qd_policy_plan_unref (deciding->plan);
  g_object_unref (deciding->dialog);
  g_free (deciding);
}

static void
decided_cb (const QdMergeKind *choices, gpointer data)
{
  Deciding *deciding = data;
  g_autoptr (GError) error = NULL;

  /* The server was asked again: then there is another plan. */
  if (deciding->dialog->plan != deciding->plan || deciding->dialog->job)
    return;
  if (!qd_policy_plan_resolve (deciding->plan, deciding->nth, choices, &error))
    qd_session_toast (deciding->dialog->session, error->message);
  qd_policy_apply_plan_changed (deciding->dialog, TRUE);
}

static void
compare_cb (About *about)
{
  QdPolicyApply *self = about->dialog;
  const QdPlanStep *step = qd_policy_plan_get_step (self->plan, about->nth);
  Deciding *deciding = g_new (Deciding, 1);

  *deciding = (Deciding) { g_object_ref (self), qd_policy_plan_ref (self->plan), about->nth };
  adw_dialog_present (qd_policy_conflict_new (step->merge, step->mine, step->theirs, decided_cb, deciding, deciding_free), GTK_WIDGET (self));
}

static void
take_cb (About *about)
{
  QdPolicyApply *self = about->dialog;

  qd_policy_plan_take (self->plan, about->nth, about->whose);
  qd_policy_apply_plan_changed (self, TRUE);
}

static GtkWidget *
make_button (QdPolicyApply *self, const char *label, const char *key, GCallback callback, About *about)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, key, -1);
  g_signal_connect_data (button, "clicked", callback, about, about_free, G_CONNECT_SWAPPED);
  return button;
}

/* Of there and not there, there is nothing to compare: it is the one or the other. */
static void
add_conflict (QdPolicyApply *self, guint nth)
{
  const QdPlanStep *step = qd_policy_plan_get_step (self->plan, nth);
  GtkWidget *row = make_step_row (ADW_TYPE_ACTION_ROW, step);

  if (step->merge)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_button (self, _("_Compare…"), step->key, G_CALLBACK (compare_cb), about_new (self, nth, QD_MERGE_CONFLICT)));
  else
    {
      GtkWidget *mine = make_button (self, step->mine ? _("_Keep Mine") : _("_Delete It"), step->key, G_CALLBACK (take_cb), about_new (self, nth, QD_MERGE_MINE));
      GtkWidget *theirs = make_button (self, step->theirs ? _("Keep _Theirs") : _("Leave It _Deleted"), step->key, G_CALLBACK (take_cb), about_new (self, nth, QD_MERGE_THEIRS));

      adw_action_row_add_suffix (ADW_ACTION_ROW (row), mine);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), theirs);
    }
  add_row (self, self->conflicts_group, row);
}

/* --- The plan ------------------------------------------------------------------------------------------------- */

static guint
add_steps (QdPolicyApply *self)
{
  guint changes = 0, others = 0;

  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->plan); i++)
    {
      const QdPlanStep *step = qd_policy_plan_get_step (self->plan, i);

      if (step->kind == QD_PLAN_CONFLICT)
        add_conflict (self, i);
      else if (step->kind == QD_PLAN_CREATE || step->kind == QD_PLAN_UPDATE || step->kind == QD_PLAN_DELETE)
        {
          if (changes++ < MAX_ROWS)
            add_change (self, i);
        }
      else if (step->kind == QD_PLAN_BEHIND || (step->kind == QD_PLAN_FOREIGN && self->reverts == NULL))
        {
          if (others++ < MAX_ROWS)
            add_row (self, self->server_group, make_step_row (ADW_TYPE_ACTION_ROW, step));
        }
    }
  add_more (self, self->changes_group, changes);
  add_more (self, self->server_group, others);
  gtk_widget_set_visible (GTK_WIDGET (self->server_group), others > 0);
  return changes;
}

static guint
add_problems (QdPolicyApply *self)
{
  const char *const *problems = qd_policy_plan_get_problems (self->plan);
  guint n = g_strv_length ((char **) problems);

  for (guint i = 0; i < MIN (n, MAX_ROWS); i++)
    add_row (self, self->problems_group, make_row (ADW_TYPE_ACTION_ROW, problems[i], NULL));
  add_more (self, self->problems_group, n);
  gtk_widget_set_visible (GTK_WIDGET (self->problems_group), n > 0);
  return n;
}

static void
show_none (QdPolicyApply *self)
{
  guint n = qd_policy_plan_count (self->plan, QD_PLAN_FOREIGN) + qd_policy_plan_count (self->plan, QD_PLAN_BEHIND);
  g_autofree char *text = NULL;

  if (self->reverts)
    text = g_strdup (_("The server is as it was before."));
  else if (n > 0)
    text = g_strdup_printf (ngettext ("The server has what the files say, and %'u policy more that can be got from there.",
                                      "The server has what the files say, and %'u policies more that can be got from there.", n), n);
  else
    text = g_strdup (_("The server has what the files say."));
  adw_status_page_set_description (self->none_page, text);
  gtk_stack_set_visible_child_name (self->stack, "none");
}

void
qd_policy_apply_show_plan (QdPolicyApply *self)
{
  guint conflicts = qd_policy_plan_count (self->plan, QD_PLAN_CONFLICT), changes, problems;
  g_autofree char *title = NULL;

  qd_policy_apply_clear (self);
  problems = add_problems (self);
  changes = add_steps (self);
  title = g_strdup_printf (ngettext ("%'u Change", "%'u Changes", changes), changes);
  adw_preferences_group_set_title (self->changes_group, title);
  gtk_widget_set_visible (GTK_WIDGET (self->changes_group), changes > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->impact_group), changes > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->conflicts_group), conflicts > 0);
  if (changes + conflicts + problems == 0)
    show_none (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "plan");
}

/* --- What the server says ----------------------------------------------------------------------------------------- */

static void
add_remark (QdPolicyApply *self, const char *title, const char *subtitle, gboolean blocker)
{
  GtkWidget *row = make_row (ADW_TYPE_ACTION_ROW, title, subtitle), *icon;

  icon = gtk_image_new_from_icon_name (blocker ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  gtk_widget_add_css_class (icon, blocker ? "error" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, blocker ? _("It would be refused") : _("Warning"), -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_preferences_group_add (self->remarks_group, row);
  g_ptr_array_add (self->remark_rows, row);
}

void
qd_policy_apply_show_remarks (QdPolicyApply *self, const GError *error)
{
  guint n = self->remarks ? MIN (self->remarks->len, MAX_ROWS) : 0;

  for (guint i = 0; i < self->remark_rows->len; i++)
    adw_preferences_group_remove (self->remarks_group, self->remark_rows->pdata[i]);
  g_ptr_array_set_size (self->remark_rows, 0);
  for (guint i = 0; i < n; i++)
    {
      const QdPolicyRemark *remark = self->remarks->pdata[i];

      add_remark (self, remark->key, remark->text, remark->blocker);
    }
  if (error)
    add_remark (self, _("The server could not be asked what it would do"), error->message, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->remarks_group), self->remark_rows->len > 0);
}

/* --- Who may talk ------------------------------------------------------------------------------------------------ */

static void
add_line (QdPolicyApply *self, AdwPreferencesRow *expander, const char *title, const char *subtitle)
{
  GtkWidget *row = make_row (ADW_TYPE_ACTION_ROW, title, subtitle);

  adw_preferences_row_set_title_selectable (ADW_PREFERENCES_ROW (row), TRUE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
  g_object_set_data (G_OBJECT (row), "group", expander);
  g_ptr_array_add (self->impact_rows, row);
}

static void
show_lines (QdPolicyApply *self, AdwPreferencesRow *expander, const char *title, GPtrArray *lines, guint n)
{
  adw_preferences_row_set_title (expander, title);
  gtk_widget_set_visible (GTK_WIDGET (expander), n > 0);
  for (guint i = 0; i < lines->len; i++)
    add_line (self, expander, lines->pdata[i], NULL);
  if (n > lines->len)
    {
      g_autofree char *more = g_strdup_printf (ngettext ("And %'u more", "And %'u more", n - lines->len), n - lines->len);

      add_line (self, expander, more, NULL);
    }
}

/* What it is as long as it is not the connections themselves. */
static char *
describe_impact (QdPolicyApply *self)
{
  const char *why = self->workloads_fault ? self->workloads_fault : self->impact ? self->impact->fault : NULL;

  if (why)
    return g_strdup_printf (_("Not known: %s"), why);
  if (self->impact == NULL)
    return g_strdup (_("It is being worked out"));
  return self->impact->n_allowed + self->impact->n_denied == 0 ? g_strdup (_("Everybody may reach whom they may reach now")) : NULL;
}

void
qd_policy_apply_show_impact (QdPolicyApply *self)
{
  QdPolicyImpact *impact = self->impact && self->impact->after ? self->impact : NULL;
  g_autofree char *text = describe_impact (self), *allowed = NULL, *denied = NULL;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  guint n = impact ? impact->n_allowed : 0, m = impact ? impact->n_denied : 0;

  clear_impact (self);
  gtk_widget_set_visible (GTK_WIDGET (self->impact_row), text != NULL);
  adw_preferences_row_set_title (self->impact_row, text ? text : "");
  allowed = g_strdup_printf (ngettext ("%'u pair may connect on more ports", "%'u pairs may connect on more ports", n), n);
  denied = g_strdup_printf (ngettext ("%'u pair may connect on fewer ports", "%'u pairs may connect on fewer ports", m), m);
  show_lines (self, self->allowed_row, allowed, impact ? impact->allowed : none, n);
  show_lines (self, self->denied_row, denied, impact ? impact->denied : none, m);
  qd_policy_apply_show_flows (self);
}

void
qd_policy_apply_show_flows (QdPolicyApply *self)
{
  g_autofree char *text = self->impact && self->impact->after ? qd_policy_flows_dup_sentence (self->flows) : NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->flows));

  for (guint i = self->impact_rows->len; i > 0; i--)
    if (g_object_get_data (self->impact_rows->pdata[i - 1], "group") == (gpointer) self->flows_row)
      {
        adw_expander_row_remove (ADW_EXPANDER_ROW (self->flows_row), self->impact_rows->pdata[i - 1]);
        g_ptr_array_remove_index (self->impact_rows, i - 1);
      }
  gtk_widget_set_visible (GTK_WIDGET (self->flows_row), text != NULL);
  adw_preferences_row_set_title (self->flows_row, text ? text : "");
  /* Enabled, it unfolds: that is left to who reads. */
  if (adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (self->flows_row)) != (n > 0))
    {
      adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (self->flows_row), n > 0);
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self->flows_row), FALSE);
    }
  for (guint i = 0; text && i < MIN (n, MAX_FLOWS); i++)
    {
      g_autoptr (QdPolicyFlowRow) row = g_list_model_get_item (G_LIST_MODEL (self->flows), i);
      g_autofree char *ends = qd_policy_flow_row_dup_ends (row), *port = qd_policy_flow_row_dup_port (row), *rate = qd_policy_flow_row_dup_rate (row);
      g_autofree char *line = g_strdup_printf ("%s, %s%s%s", ends, port, rate ? ", " : "", rate ? rate : "");

      add_line (self, self->flows_row, line, qd_policy_flow_row_get_why (row));
    }
}
