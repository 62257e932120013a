/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shots-policy.h"

#include <glib/gstdio.h>

#include "qd-policy-apply-private.h"
#include "qd-policy-page-private.h"
#include "qd-topology-page-private.h"

#define POLICY "default/backend-ingress-policy.yaml"
/* What is unfolded or slid in is there by then. */
#define REST_MS 700

typedef enum { OPENING, GETTING, EDITING, LOOKING, GOING, RESTING } Stage;

static struct {
  QdWindow *window;
  char *folder;
  QdShotsPolicy what;
  QdPolicyPage *page;        /* the window's, which keeps it */
  Stage stage;
  gint64 at;
} script;

static gboolean
is_quiet (QdPolicyPage *page)
{
  return g_strcmp0 (qd_workbench_get_folder (page->workbench), script.folder) == 0 && !qd_workbench_is_loading (page->workbench) &&
         !qd_workbench_is_analysing (page->workbench);
}

/* TRUE: done */
static gboolean
act (QdPolicyPage *page, const char *action)
{
  if (!g_action_group_get_action_enabled (G_ACTION_GROUP (page->actions), action))
    return FALSE;
  g_action_group_activate_action (G_ACTION_GROUP (page->actions), action, NULL);
  return TRUE;
}

static gboolean
edit (QdPolicyPage *page)
{
  QdDocument *document = qd_workbench_find (page->workbench, POLICY);
  GBytes *mine = document ? qd_document_get_mine (document) : NULL;
  GString *text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (mine == NULL || qd_policy_live_get_text (page->live) == NULL)
    return FALSE;
  text = g_string_new_len (g_bytes_get_data (mine, NULL), (gssize) g_bytes_get_size (mine));
  g_string_replace (text, "port: 8080", "port: 8081", 1);
  bytes = g_string_free_to_bytes (text);
  qd_policy_page_show_document (page, document);
  qd_workbench_set_text (page->workbench, document, bytes);
  return TRUE;
}

static gboolean
look (QdPolicyPage *page)
{
  if (qd_policy_flows_get_n_seen (page->flows) == 0 || !qd_policy_flows_is_known (page->flows))
    return FALSE;
  adw_view_stack_set_visible_child_name (page->views, "matrix");
  qd_policy_flows_view_set_open (page->flows_view, script.what != QD_SHOTS_POLICY_APPLY);
  return TRUE;
}

/* The first change is unfolded. */
static gboolean
is_compared (void)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (script.window));
  QdPolicyApply *self = QD_IS_POLICY_APPLY (dialog) ? QD_POLICY_APPLY (dialog) : NULL;

  if (self == NULL || self->plan == NULL || self->impact == NULL || self->preflight != NULL || self->rows->len == 0)
    return FALSE;
  if (ADW_IS_EXPANDER_ROW (self->rows->pdata[0]))
    adw_expander_row_set_expanded (self->rows->pdata[0], TRUE);
  qd_policy_apply_set_texts (self, "Metrics moved to another port", "");
  return TRUE;
}

/* What is seen beside the list of what is cut off. */
static gboolean
go (QdPolicyPage *page)
{
  if (script.what == QD_SHOTS_POLICY_APPLY)
    return act (page, "apply");
  if (script.what == QD_SHOTS_POLICY_TOPOLOGY)
    qd_session_show_cut (qd_window_get_session (script.window));
  return TRUE;
}

static gboolean
is_there (void)
{
  QdTopologyPage *page;

  if (script.what == QD_SHOTS_POLICY_APPLY)
    return is_compared ();
  if (script.what == QD_SHOTS_POLICY_CUT)
    return TRUE;
  page = QD_TOPOLOGY_PAGE (qd_window_get_page (script.window));
  return page->panel && qd_topology_panel_get_answer (page->panel) && qd_topology_view_is_settled (page->view);
}

static gboolean
take_step (void)
{
  QdPolicyPage *page = script.page;

  switch (script.stage)
    {
    case OPENING: return is_quiet (page) && act (page, "get");
    case GETTING: return is_quiet (page) && edit (page);
    case EDITING: return is_quiet (page) && look (page);
    case LOOKING: return go (page);
    case GOING: return is_there ();
    case RESTING:
    default: return FALSE;
    }
}

void
qd_shots_policy_begin (QdWindow *window, QdShotsPolicy what)
{
  script.window = window;
  script.what = what;
  script.stage = OPENING;
  script.folder = g_dir_make_tmp ("qd-shots-XXXXXX", NULL);
  qd_window_show_page (window, "policies");
  script.page = QD_POLICY_PAGE (qd_window_get_page (window));
  qd_policy_page_open_folder (script.page, script.folder);
}

gboolean
qd_shots_policy_step (void)
{
  while (script.stage < RESTING && take_step ())
    {
      script.stage++;
      script.at = g_get_monotonic_time ();
    }
  return script.stage == RESTING && g_get_monotonic_time () - script.at > REST_MS * 1000;
}

void
qd_shots_policy_end (void)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (script.window));
  g_autofree char *folder = g_steal_pointer (&script.folder);

  if (dialog)
    adw_dialog_force_close (dialog);
  if (script.what == QD_SHOTS_POLICY_TOPOLOGY)
    gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (script.window)), "topology.stop-asking", NULL);
  act (script.page, "close");
  /* Nothing was saved into it. */
  g_rmdir (folder);
}
