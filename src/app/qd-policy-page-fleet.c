/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the shown connection has to do with the policies of a folder: whose workloads they are about, and which flows a change cuts off. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-policy-seen.h"
#include "qd-settings.h"
#include "qd-time.h"

#define WORKLOADS_KEY "policy-workloads"

/* --- Whose workloads ----------------------------------------------------------------------------------- */

static QdPolicyLiveMode
get_mode (void)
{
  g_autofree char *whose = g_settings_get_string (qd_settings_get_default (), WORKLOADS_KEY);

  return g_str_equal (whose, "files") ? QD_POLICY_LIVE_NEVER : g_str_equal (whose, "live") ? QD_POLICY_LIVE_INSTEAD
         : g_str_equal (whose, "both") ? QD_POLICY_LIVE_BESIDE : QD_POLICY_LIVE_AUTO;
}

/* Whether the analysis that is shown has the connection's workloads in it. */
static gboolean
is_live (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);

  return analysis && qd_policy_world_is_live (qd_analysis_get_world (analysis));
}

static void
fill_menu (QdPolicyPage *self, const char *name)
{
  g_autoptr (GMenu) menu = g_menu_new (), items = g_menu_new ();
  g_autofree char *escaped = NULL, *live = NULL;
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);

  /* In a menu it would be a mnemonic. */
  escaped = g_strjoinv ("__", parts);
  live = g_strdup_printf (_("From %s"), escaped);
  g_menu_append (items, _("From the _Files"), "policy.workloads::files");
  g_menu_append (items, live, "policy.workloads::live");
  g_menu_append (items, _("From _Both"), "policy.workloads::both");
  g_menu_append_section (menu, _("Workloads"), G_MENU_MODEL (items));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->live_button), G_MENU_MODEL (menu));
}

static char *
describe_live (QdPolicyPage *self, QdPolicyLiveMode mode)
{
  g_autofree char *time = qd_time_format_local (qd_policy_live_get_as_of (self->live)), *whose = NULL;
  const char *name = qd_policy_live_get_name (self->live);

  if (!is_live (self))
    return g_strdup (_("Workloads from files"));
  whose = mode == QD_POLICY_LIVE_BESIDE ? g_strdup_printf (_("files and %s"), name) : g_strdup (name);
  return g_strdup_printf (qd_policy_live_is_online (self->live) ? _("Workloads from %s, as of %s") : _("Workloads from %s, offline, as of %s"), whose, time);
}

static void
show_live (QdPolicyPage *self)
{
  QdPolicyLiveMode mode = get_mode ();
  const char *name = qd_policy_live_get_name (self->live), *fault = qd_policy_live_get_fault (self->live);
  gboolean any = name && (qd_policy_live_get_text (self->live) || qd_policy_live_is_online (self->live));
  const char *state = !is_live (self) ? "files" : mode == QD_POLICY_LIVE_BESIDE ? "both" : "live";
  g_autofree char *text = any ? describe_live (self, mode) : NULL;

  gtk_widget_set_visible (self->live_button, any);
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "workloads")), g_variant_new_string (state));
  if (!any)
    return;
  if (g_set_str (&self->live_name, name))
    fill_menu (self, name);
  gtk_label_set_label (self->live_label, text);
  gtk_widget_set_tooltip_text (self->live_button, fault ? fault : _("Whose workloads the policies are asked about"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->live_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

char *
qd_policy_page_dup_unknown (QdPolicyPage *self)
{
  if (get_mode () == QD_POLICY_LIVE_NEVER || !qd_policy_live_is_silent (self->live))
    return NULL;
  return g_strdup_printf (_("“%s” does not tell which workloads it has: put their manifests into this folder, and the policies are asked about those."),
                          qd_policy_live_get_name (self->live));
}

void
qd_policy_page_choose_workloads (QdPolicyPage *self, const char *whose)
{
  g_settings_set_string (qd_settings_get_default (), WORKLOADS_KEY, whose);
}

/* --- Flows --------------------------------------------------------------------------------------------- */

/* What a change would cut off is looked at while somebody looks at the change. */
static void
update_flows (QdPolicyPage *self)
{
  QdAnalysis *analysis = gtk_widget_get_mapped (GTK_WIDGET (self)) ? qd_workbench_get_analysis (self->workbench) : NULL;

  qd_policy_flows_set_evals (self->flows, analysis ? qd_analysis_get_before (analysis) : NULL, analysis ? qd_analysis_get_eval (analysis) : NULL);
}

static void
mapped_cb (QdPolicyPage *self)
{
  if (self->live == NULL)
    return;
  qd_policy_live_set_active (self->live, gtk_widget_get_mapped (GTK_WIDGET (self)));
  update_flows (self);
}

void
qd_policy_page_explain_seen (QdPolicyPage *self, const QdPolicySeen *seen)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);
  QdPolicyEval *eval = analysis ? qd_analysis_get_eval (analysis) : NULL;
  guint src, dst;

  adw_view_stack_set_visible_child_name (self->views, "matrix");
  self->asked_flow = eval == NULL;
  if (eval == NULL)
    {
      self->asked_seen = *seen;
      return;
    }
  src = qd_policy_eval_find_address (eval, &seen->src);
  dst = qd_policy_eval_find_address (eval, &seen->dst);
  qd_policy_page_note_explained (self, src, dst);
  qd_policy_matrix_select (self->matrix, src, dst);
  qd_policy_explain_pane_set_seen (self->why, eval, seen);
  qd_policy_page_reveal_why (self);
}

static void
flow_chosen_cb (QdPolicyPage *self, QdPolicyFlowRow *row)
{
  qd_policy_page_explain_seen (self, qd_policy_flow_row_get_seen (row));
}

static void
explain_cb (QdPolicyPage *self, QdEntity *flow)
{
  QdPolicySeen seen;

  if (qd_policy_seen_read (flow, &seen))
    qd_policy_page_explain_seen (self, &seen);
}

/* Other pages offer to explain what can be explained. */
static void
tell_session (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);
  g_autofree char *unknown = qd_policy_page_dup_unknown (self);
  const char *why = NULL;

  if (analysis && qd_analysis_get_eval (analysis) == NULL)
    why = _("The policies that are open have errors: no verdict is given out before they are mended");
  else if (analysis && qd_policy_eval_get_n_workloads (qd_analysis_get_eval (analysis)) == 0)
    why = unknown ? unknown : _("The policies that are open have no workloads to be about");
  qd_session_set_unexplained (qd_policy_page_get_session (self), why);
}

static void
live_cb (QdPolicyPage *self)
{
  QdPolicyLiveMode mode = get_mode ();
  gboolean wanted = mode != QD_POLICY_LIVE_NEVER;
  GBytes *text = wanted ? qd_policy_live_get_text (self->live) : NULL;
  g_autofree char *name = text ? g_strdup_printf (_("Workloads of %s"), qd_policy_live_get_name (self->live)) : NULL;
  const QdAnalysisLive live = { name, text, mode, wanted ? qd_policy_live_get_off (self->live) : NULL };

  qd_workbench_set_live (self->workbench, &live);
  show_live (self);
  qd_policy_page_show_matrix (self);
  if (qd_workbench_get_analysis (self->workbench) == NULL)
    return;
  qd_policy_page_show_reading (self);
  tell_session (self);
}

/* --- All ----------------------------------------------------------------------------------------------- */

void
qd_policy_page_update_fleet (QdPolicyPage *self)
{
  show_live (self);
  update_flows (self);
  tell_session (self);
}

void
qd_policy_page_setup_fleet (QdPolicyPage *self)
{
  QdSession *session = qd_policy_page_get_session (self);

  self->live = qd_policy_live_new (session);
  self->flows = qd_policy_flows_new (session);
  self->flows_view = QD_POLICY_FLOWS_VIEW (qd_policy_flows_view_new (self->flows, session));
  adw_bin_set_child (self->flows_bin, GTK_WIDGET (self->flows_view));
  gtk_widget_insert_action_group (self->live_button, "policy", G_ACTION_GROUP (self->actions));
  g_signal_connect_object (self->flows_view, "chosen", G_CALLBACK (flow_chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->live, "changed", G_CALLBACK (live_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_settings_get_default (), "changed::" WORKLOADS_KEY, G_CALLBACK (live_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "explain", G_CALLBACK (explain_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "map", G_CALLBACK (mapped_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "unmap", G_CALLBACK (mapped_cb), self, G_CONNECT_SWAPPED);
  live_cb (self);
}

void
qd_policy_page_dispose_fleet (QdPolicyPage *self)
{
  if (self->live)
    g_signal_handlers_disconnect_by_data (self->live, self);
  g_clear_object (&self->live);
  if (self->flows)
    qd_policy_flows_set_evals (self->flows, NULL, NULL);
  g_clear_object (&self->flows);
}
