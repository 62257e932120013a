/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change of policies that is not applied cuts off, asked of the picture. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include "qd-topology-cut.h"

/* The verdicts before and after the change at hand. FALSE: there is none, or none is given out. */
static gboolean
get_change (QdTopologyPage *self, QdPolicyEval **before, QdPolicyEval **after)
{
  QdSession *session = qd_topology_page_get_session (self);
  QdWorkbench *workbench = qd_session_get_workbench (session);
  QdAnalysis *analysis = workbench ? qd_workbench_get_analysis (workbench) : NULL;

  *before = analysis ? qd_analysis_get_before (analysis) : NULL;
  *after = analysis ? qd_analysis_get_eval (analysis) : NULL;
  /* A network on paper carries nothing. */
  return *before && *after && *before != *after && !qd_connection_is_paper (qd_session_get_connection (session));
}

static gboolean
is_asked (QdTopologyPage *self)
{
  const QdTopologyQuestion *question = self->panel ? qd_topology_panel_get_question (self->panel) : NULL;

  return question && question->ask == QD_ASK_CUT;
}

/* --- The answer ---------------------------------------------------------------------------------- */

static void
answer (QdTopologyPage *self)
{
  QdPolicyEval *before, *after;

  /* Forgetting what was asked changes it too. */
  if (!is_asked (self) || !gtk_widget_get_mapped (GTK_WIDGET (self)) || !get_change (self, &before, &after) || !qd_policy_flows_is_known (self->cut))
    return;
  qd_topology_panel_take_answer (self->panel, qd_topology_cut_tell (qd_session_get_fleet (qd_topology_page_get_session (self)), self->cut));
}

const char *
qd_topology_page_get_note (QdTopologyPage *self, QdEntity *entity)
{
  const QdTopologyAnswer *found = self->panel ? qd_topology_panel_get_answer (self->panel) : NULL;

  /* In the past it was not so. */
  return found && !(self->past && qd_topology_past_is_shown (self->past)) ? g_hash_table_lookup (found->notes, entity) : NULL;
}

void
qd_topology_page_count_cut (QdTopologyPage *self, guint *drained, guint *thinned)
{
  const QdTopologyAnswer *found = is_asked (self) ? qd_topology_panel_get_answer (self->panel) : NULL;
  GHashTableIter iter;
  gpointer look;

  *drained = *thinned = 0;
  if (found == NULL || (self->past && qd_topology_past_is_shown (self->past)))
    return;
  g_hash_table_iter_init (&iter, found->looks);
  while (g_hash_table_iter_next (&iter, NULL, &look))
    {
      *drained += GPOINTER_TO_UINT (look) == QD_LOOK_DRAINED;
      *thinned += GPOINTER_TO_UINT (look) == QD_LOOK_THINNED;
    }
}

/* --- The question -------------------------------------------------------------------------------- */

static void
need_flows (QdTopologyPage *self)
{
  if (self->cut)
    return;
  self->cut = qd_policy_flows_new (qd_topology_page_get_session (self));
  g_signal_connect_object (self->cut, "changed", G_CALLBACK (answer), self, G_CONNECT_SWAPPED);
}

void
qd_topology_page_update_cut (QdTopologyPage *self)
{
  QdPolicyEval *before, *after;
  gboolean changes, asked = is_asked (self);

  if (self->actions == NULL)
    return;
  changes = get_change (self, &before, &after);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "cut")), changes && !asked);
  gtk_widget_set_visible (self->cut_box, changes && !asked);
  /* Applied or taken back: there is nothing to be asked any more. */
  if (asked && !changes)
    {
      qd_topology_page_stop_asking (self);
      return;
    }
  asked = asked && gtk_widget_get_mapped (GTK_WIDGET (self));
  if (asked)
    need_flows (self);
  if (self->cut)
    qd_policy_flows_set_evals (self->cut, asked ? before : NULL, asked ? after : NULL);
  if (asked)
    answer (self);
}

void
qd_topology_page_ask_cut (QdTopologyPage *self)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  QdPolicyEval *before, *after;

  if (!get_change (self, &before, &after))
    return;
  if (self->as_table)
    g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "table", g_variant_new_boolean (FALSE));
  qd_topology_page_ask (self, QD_ASK_CUT, nothing);
}

static void
workbench_cb (QdTopologyPage *self)
{
  g_signal_group_set_target (self->workbench, qd_session_get_workbench (qd_topology_page_get_session (self)));
  qd_topology_page_update_cut (self);
}

void
qd_topology_page_add_cut (QdTopologyPage *self)
{
  QdSession *session = qd_topology_page_get_session (self);

  self->workbench = g_signal_group_new (QD_TYPE_WORKBENCH);
  g_signal_group_connect_swapped (self->workbench, "analysed", G_CALLBACK (qd_topology_page_update_cut), self);
  g_signal_group_connect_swapped (self->workbench, "notify::folder", G_CALLBACK (qd_topology_page_update_cut), self);
  g_signal_connect_object (session, "notify::workbench", G_CALLBACK (workbench_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (qd_topology_page_update_cut), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cut", G_CALLBACK (qd_topology_page_ask_cut), self, G_CONNECT_SWAPPED);
  /* Nothing is read while nobody looks. */
  g_signal_connect_object (self, "map", G_CALLBACK (qd_topology_page_update_cut), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "unmap", G_CALLBACK (qd_topology_page_update_cut), self, G_CONNECT_SWAPPED);
  workbench_cb (self);
}
