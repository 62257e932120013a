/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shots.h"

#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qd-placement-page-private.h"
#include "qd-replay-dialog.h"
#include "qd-policy-page-private.h"
#include "qd-policy-rule-card.h"
#include "qd-shots-audit.h"
#include "qd-shots-policy.h"
#include "qd-shots-tenancy.h"
#include "qd-shots-widgets.h"
#include "qd-routing-actions.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-routing-sorter.h"
#include "qd-tenant-dialog.h"

#define WIDE_WIDTH 1180
#define WIDE_HEIGHT 760
#define NARROW_WIDTH 360
#define NARROW_HEIGHT 720
#define POLL_MS 100
/* A page has this long to settle once data is live: a layout, a sort, a first snapshot. */
#define SETTLE_MS 1600
/* A picture of which nothing is drawn by then is not taken. */
#define GIVE_UP_MS 6000
/* Pictures are taken after this all the same: of what there is. */
#define PATIENCE_MS 20000

typedef struct _Shots Shots;

typedef struct
{
  const char *name;
  /* Brings the window to show it. */
  void (*show) (Shots *shots);
  /* Undoes what would be seen in later ones; NULL: nothing would. */
  void (*hide) (Shots *shots);
  /* Whether it is there to be taken; NULL: it is. */
  gboolean (*is_ready) (void);
} Scene;

struct _Shots
{
  QdApplication *application;
  QdWindow *window;
  char *folder;
  char **variants;
  char **only;           /* names of scenes; NULL: all */

  guint variant;
  guint scene;           /* pages first, then the scenes of the table below */
  gint64 shown_at;       /* 0: the scene is not shown yet */
  gboolean fresh;        /* the variant is not put on yet */
  GtkWidget *popover;    /* weak; what is taken instead of the window, on whose surface it is not; NULL: the window is */
  guint warmup_s;
  gint64 started_at;
};

/* --- Scenes ------------------------------------------------------------------------------------- */

static void
show_welcome (Shots *shots)
{
  qd_window_set_welcome (shots->window, TRUE);
}

static void
show_preferences (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (shots->window), "app.preferences", NULL);
}

static void
show_add_connection (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (shots->window), "app.add-connection", NULL);
}

static void
show_shortcuts (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (shots->window), "win.shortcuts", NULL);
}

static void
show_palette (Shots *shots)
{
  QdFleet *fleet = qd_session_get_fleet (qd_window_get_session (shots->window));
  QdEntity *site = qd_entity_list_peek (qd_fleet_get_list (fleet, QD_KIND_SITE), 0);
  g_autofree char *text = site != NULL ? g_utf8_substring (qd_entity_get_name (site), 0, 3) : g_strdup ("");

  qd_window_show_palette (shots->window, text);
}

static QdEntity *
find_worst (Shots *shots, QdKind kind)
{
  QdFleet *fleet = qd_session_get_fleet (qd_window_get_session (shots->window));
  QdEntityList *list = qd_fleet_get_list (fleet, kind);
  QdEntity *worst = NULL;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);

      if (worst == NULL || qd_entity_get_status (entity) > qd_entity_get_status (worst))
        worst = entity;
    }
  return worst;
}

/* The worst thing of a kind, opened with its details. */
static void
open_worst (Shots *shots, QdKind kind)
{
  QdEntity *worst = find_worst (shots, kind);

  if (worst != NULL)
    qd_window_open_entity (shots->window, worst);
}

/* What is asked before a change of high impact; nothing is changed. */
static void
show_confirm (Shots *shots)
{
  QdEntity *site = find_worst (shots, QD_KIND_SITE);
  g_autofree char *summary = NULL;

  if (site == NULL)
    return;
  summary = g_strdup_printf (_("Remove site %s"), qd_entity_get_name (site));
  qd_session_run (qd_window_get_session (shots->window), shots->window, site, "site.delete", NULL, summary, NULL, NULL);
}

static void
show_site (Shots *shots)
{
  open_worst (shots, QD_KIND_SITE);
}

static void
show_path (Shots *shots)
{
  open_worst (shots, QD_KIND_PATH);
}

/* The site that is up and where most paths end. */
static QdEntity *
find_hub (Shots *shots)
{
  QdEntityList *sites = qd_fleet_get_list (qd_session_get_fleet (qd_window_get_session (shots->window)), QD_KIND_SITE);
  QdEntity *hub = NULL;
  gint64 most = -1;

  for (guint i = 0; i < qd_entity_list_get_length (sites); i++)
    {
      QdEntity *site = qd_entity_list_peek (sites, i);
      gint64 paths;

      if (qd_entity_get_status (site) != QD_STATUS_WELL || !qd_entity_get_int (site, QD_SITE_PATHS, &paths) || paths <= most)
        continue;
      hub = site;
      most = paths;
    }
  return hub;
}

/* The topology with a question answered: what would go with a hub. */
static void
show_impact (Shots *shots)
{
  QdEntity *site = find_hub (shots);

  qd_window_show_page (shots->window, "topology");
  if (site == NULL)
    return;
  qd_session_set_selected (qd_window_get_session (shots->window), site);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "topology.impact", NULL);
}

static void
show_topology_table (Shots *shots)
{
  qd_window_show_page (shots->window, "topology");
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "topology.stop-asking", NULL);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "topology.table", NULL);
}

/* The next variant begins with the picture. */
static void
hide_topology_table (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "topology.table", NULL);
}

/* The policy workbench with an example in it. */
static void
show_policy (Shots *shots)
{
  qd_window_show_page (shots->window, "policies");
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.example", "s", "shop");
}

/* The same as the builder shows it. */
static void
show_policy_builder (Shots *shots)
{
  show_policy (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "builder");
}

/* A rule of it unfolded, once it is there, and then, once it has its place, in sight. */
static gboolean
unfold_cb (gpointer data)
{
  Shots *shots = data;
  GtkWidget *card = qd_shots_find (GTK_WIDGET (qd_window_get_page (shots->window)), QD_TYPE_POLICY_RULE_CARD), *scrolled;
  graphene_rect_t bounds;
  GtkAdjustment *adjustment;

  if (card == NULL || !gtk_widget_get_mapped (card))
    return G_SOURCE_CONTINUE;
  if (!qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (card)))
    {
      qd_policy_rule_card_set_expanded (QD_POLICY_RULE_CARD (card), TRUE);
      return G_SOURCE_CONTINUE;
    }
  scrolled = gtk_widget_get_ancestor (card, GTK_TYPE_SCROLLED_WINDOW);
  if (!gtk_widget_compute_bounds (card, scrolled, &bounds))
    return G_SOURCE_CONTINUE;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + bounds.origin.y - 90);
  return G_SOURCE_REMOVE;
}

/* The policies of an administrator, whose order matters. */
static void
show_policy_admin (Shots *shots)
{
  qd_window_show_page (shots->window, "policies");
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.example", "s", "tenants");
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "builder");
  g_timeout_add (100, unfold_cb, shots);
}

static void
show_policy_matrix (Shots *shots)
{
  show_policy (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "matrix");
}

/* And why: what the front may say to the API. */
static void
show_policy_why (Shots *shots)
{
  show_policy_matrix (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.explain", "(ss)", "shop/web", "shop/api");
}

static const char *get_scene_name (Shots *shots);

/* Once the folder is read. */
static gboolean
run_action_cb (gpointer data)
{
  Shots *shots = data;
  GtkWidget *page = GTK_WIDGET (qd_window_get_page (shots->window));

  if (g_strcmp0 (get_scene_name (shots), "policy-folded") != 0)
    return G_SOURCE_REMOVE;
  gtk_widget_activate_action (page, "policy.fold-all", NULL);
  return G_SOURCE_CONTINUE;
}

/* An outline of a file. */
static void
show_policy_folded (Shots *shots)
{
  show_policy (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "text");
  g_timeout_add (POLL_MS, run_action_cb, shots);
}

/* A change that is not saved: other customers, another port of the data base, and who watches. */
static gboolean
edit_policy_cb (gpointer data)
{
  static const char *const edits[][2] = {
    { "cidr: 0.0.0.0/0", "cidr: 203.0.113.0/24" }, { "port: 5432}\n---", "port: 5433}\n---" }, { "port: sql", "port: 5433" }, { "{purpose: monitoring}", "{}" },
  };
  QdPolicyPage *page = data;
  QdDocument *document = page->workbench && !qd_workbench_is_loading (page->workbench) ? qd_workbench_find (page->workbench, "policies.yaml") : NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (page->workbench == NULL)
    return G_SOURCE_REMOVE;
  if (document == NULL)
    return G_SOURCE_CONTINUE;
  text = g_string_new_len (g_bytes_get_data (qd_document_get_mine (document), NULL), (gssize) g_bytes_get_size (qd_document_get_mine (document)));
  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    g_string_replace (text, edits[i][0], edits[i][1], 1);
  bytes = g_bytes_new (text->str, text->len);
  qd_workbench_set_text (page->workbench, document, bytes);
  return G_SOURCE_REMOVE;
}

/* What a change would newly allow and newly deny. */
static void
show_policy_graph (Shots *shots)
{
  show_policy (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "graph");
  g_timeout_add_full (G_PRIORITY_DEFAULT, POLL_MS, edit_policy_cb, g_object_ref (qd_window_get_page (shots->window)), g_object_unref);
}

static void
hide_policy_graph (Shots *shots)
{
  QdPolicyPage *page = QD_POLICY_PAGE (qd_window_get_page (shots->window));
  QdDocument *document = qd_workbench_find (page->workbench, "policies.yaml");

  if (document != NULL)
    qd_workbench_revert (page->workbench, document);
  gtk_widget_activate_action (GTK_WIDGET (page), "policy.view", "s", "matrix");
  gtk_widget_activate_action (GTK_WIDGET (page), "policy.close", NULL);
}

/* What becomes of the tests beside the policies. */
static void
show_policy_tests (Shots *shots)
{
  show_policy (shots);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.view", "s", "text");
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.tests", NULL);
}

static void
hide_policy_tests (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.tests", NULL);
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.close", NULL);
}

static void
hide_policy (Shots *shots)
{
  gtk_widget_activate_action (GTK_WIDGET (qd_window_get_page (shots->window)), "policy.close", NULL);
}

/* The server's policies in a folder, one of them changed: what that cuts off, and applying it. */
static void
show_policy_cut (Shots *shots)
{
  qd_shots_policy_begin (shots->window, QD_SHOTS_POLICY_CUT);
}

static void
show_policy_apply (Shots *shots)
{
  qd_shots_policy_begin (shots->window, QD_SHOTS_POLICY_APPLY);
}

/* What the same change cuts off, as the topology shows it. */
static void
show_topology_cut (Shots *shots)
{
  qd_shots_policy_begin (shots->window, QD_SHOTS_POLICY_TOPOLOGY);
}

static void
hide_policy_script (Shots *shots)
{
  qd_shots_policy_end ();
}

static QdEntity *
first_policy (Shots *shots)
{
  return qd_entity_list_peek (qd_fleet_get_list (qd_session_get_fleet (qd_window_get_session (shots->window)), QD_KIND_ROUTING), 0);
}

/* A routing policy with its details. */
static void
show_routing_policy (Shots *shots)
{
  if (first_policy (shots) != NULL)
    qd_window_open_entity (shots->window, first_policy (shots));
}

/* A tenant with its details, or one of its subpages: "tenant-health". */
static void
show_tenant (Shots *shots)
{
  static const char *const subpages[] = { "levels", "placement", "health", "config", "definitions", "activity", "rates", NULL };
  const char *word = get_scene_name (shots) + strlen ("tenant");
  int subpage = -1;

  for (int i = 0; *word == '-' && subpages[i] != NULL; i++)
    if (g_str_equal (subpages[i], word + 1))
      subpage = i;
  qd_shots_tenant_begin (shots->window, subpage);
}

static void
show_left (Shots *shots)
{
  qd_shots_left_begin (shots->window);
}

static void
hide_left (Shots *shots)
{
  qd_shots_left_end (shots->window);
}

static void
show_freeze (Shots *shots)
{
  qd_shots_freeze_begin (shots->window);
}

static void
hide_freeze (Shots *shots)
{
  qd_shots_freeze_end (shots->window);
}

static void
show_clash (Shots *shots)
{
  qd_shots_clash_begin (shots->window);
}

static void
show_tenant_edit (Shots *shots)
{
  QdEntity *tenant = qd_entity_list_peek (qd_fleet_get_list (qd_session_get_fleet (qd_window_get_session (shots->window)), QD_KIND_TENANT), 0);

  qd_window_show_page (shots->window, "tenants");
  if (tenant != NULL)
    qd_tenant_dialog_present (qd_window_get_session (shots->window), qd_window_get_page (shots->window), tenant);
}

/* The same, being edited; nothing is changed. */
static void
show_routing_edit (Shots *shots)
{
  qd_window_show_page (shots->window, "routing");
  if (first_policy (shots) != NULL)
    qd_routing_edit (qd_window_get_session (shots->window), GTK_WIDGET (qd_window_get_page (shots->window)), first_policy (shots));
}

static void
show_routing_order (Shots *shots)
{
  qd_window_show_page (shots->window, "routing");
  if (first_policy (shots) != NULL)
    qd_routing_sorter_present (qd_window_get_session (shots->window), GTK_WIDGET (qd_window_get_page (shots->window)),
                               qd_entity_get_connection (first_policy (shots)), first_policy (shots));
}

/* A change that is kept, and a new policy. */
static void
show_drafts (Shots *shots)
{
  QdRoutingDrafts *drafts = qd_routing_drafts_of (qd_session_get_hub (qd_window_get_session (shots->window)));
  QdEntity *policy = first_policy (shots);
  g_autoptr (JsonObject) base = policy != NULL ? qd_routing_object_of (policy) : NULL, mine = NULL;

  qd_window_show_page (shots->window, "drafts");
  if (policy == NULL)
    return;
  mine = qd_routing_object_normalize (base);
  json_object_set_int_member (mine, "priority", 15);
  qd_routing_drafts_put (drafts, qd_entity_get_connection (policy), "new-shown", NULL, NULL, base);
  qd_routing_drafts_put (drafts, qd_entity_get_connection (policy), qd_entity_get_id (policy), base, "0", mine);
}

static void
hide_drafts (Shots *shots)
{
  qd_routing_drafts_forget (qd_routing_drafts_of (qd_session_get_hub (qd_window_get_session (shots->window))));
}

/* A plan with one move, and who is where it leads; nothing is changed. */
static void
show_placement_plan (Shots *shots)
{
  QdPlacementPage *page;
  const QdPlacementRoll *roll;

  qd_window_show_page (shots->window, "placement");
  page = QD_PLACEMENT_PAGE (qd_window_get_page (shots->window));
  roll = qd_placement_board_get_roll (page->board);
  for (guint i = 0; roll->shards->len >= 2 && i < roll->tenants->len; i++)
    {
      const QdRollTenant *tenant = roll->tenants->pdata[i];
      const QdRollShard *to = roll->shards->pdata[1];
      const char *const one[] = { tenant->id, NULL };

      if (tenant->shard == NULL || !qd_placement_board_move (page->board, one, to->id))
        continue;
      qd_placement_page_show_shard (page, to->id);
      return;
    }
}

static void
hide_placement_plan (Shots *shots)
{
  qd_placement_page_close (QD_PLACEMENT_PAGE (qd_window_get_page (shots->window)));
}

/* What was written of the first tenant, when and by whom. */
static void
show_placement_history (Shots *shots)
{
  QdPlacementPage *page;
  const QdPlacementRoll *roll;

  qd_window_show_page (shots->window, "placement");
  page = QD_PLACEMENT_PAGE (qd_window_get_page (shots->window));
  roll = qd_placement_board_get_roll (page->board);
  if (roll->tenants->len > 0)
    qd_placement_page_show_history (page, ((const QdRollTenant *) roll->tenants->pdata[0])->id);
}

/* What a replay asks, of the first runner. */
static void
show_placement_replay (Shots *shots)
{
  QdSession *session = qd_window_get_session (shots->window);
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_SHARD);
  g_autoptr (JsonObject) args = json_object_new ();

  qd_window_show_page (shots->window, "placement");
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_strcmp0 (qd_entity_get_string (qd_entity_list_peek (list, i), QD_SHARD_KIND), "runner") == 0)
      {
        json_object_set_string_member (args, "tenant", "acme");
        adw_dialog_present (qd_replay_dialog_new (session, qd_entity_list_peek (list, i), NULL, "shard.replay", args), GTK_WIDGET (shots->window));
        return;
      }
}

/* What runs where. */
static void
show_placement_versions (Shots *shots)
{
  qd_window_show_page (shots->window, "placement");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (QD_PLACEMENT_PAGE (qd_window_get_page (shots->window))->versions_button), TRUE);
}

static void
hide_placement_versions (Shots *shots)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (QD_PLACEMENT_PAGE (qd_window_get_page (shots->window))->versions_button), FALSE);
}

static gboolean
open_record_cb (gpointer data)
{
  Shots *shots = data;

  return g_strcmp0 (get_scene_name (shots), "audit-record") == 0 && !qd_shots_audit_open (shots->window);
}

/* What a record says of a change. */
static void
show_audit_record (Shots *shots)
{
  qd_window_show_page (shots->window, "audit");
  qd_shots_audit_act (shots->window);
  g_timeout_add (POLL_MS, open_record_cb, shots);
}

static void
show_audit_menu (Shots *shots)
{
  qd_window_show_page (shots->window, "audit");
  g_set_weak_pointer (&shots->popover, qd_shots_audit_open_menu (shots->window));
}

static void
hide_audit_menu (Shots *shots)
{
  if (shots->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (shots->popover));
  g_clear_weak_pointer (&shots->popover);
}

static void
show_many (Shots *shots)
{
  qd_shots_many_begin (shots->window);
}

static void
show_production (Shots *shots)
{
  qd_shots_production_begin (shots->window);
}

/* The plan, and what is asked before it is written. */
static void
show_placement_review (Shots *shots)
{
  show_placement_plan (shots);
  qd_placement_page_review (QD_PLACEMENT_PAGE (qd_window_get_page (shots->window)));
}

static const Scene scenes[] = {
  { "audit-record", show_audit_record },
  { "audit-menu", show_audit_menu, hide_audit_menu },
  { "policy", show_policy, hide_policy },
  { "policy-folded", show_policy_folded, hide_policy },
  { "policy-tests", show_policy_tests, hide_policy_tests },
  { "policy-builder", show_policy_builder, hide_policy },
  { "policy-admin", show_policy_admin, hide_policy },
  { "policy-matrix", show_policy_matrix, hide_policy },
  { "policy-why", show_policy_why, hide_policy },
  { "policy-graph", show_policy_graph, hide_policy_graph },
  { "policy-cut", show_policy_cut, hide_policy_script, qd_shots_policy_step },
  { "policy-apply", show_policy_apply, hide_policy_script, qd_shots_policy_step },
  { "routing-policy", show_routing_policy },
  { "routing-edit", show_routing_edit },
  { "routing-order", show_routing_order },
  { "drafts-kept", show_drafts, hide_drafts },
  { "placement-plan", show_placement_plan, hide_placement_plan },
  { "placement-review", show_placement_review, hide_placement_plan },
  { "placement-history", show_placement_history },
  { "placement-replay", show_placement_replay },
  { "placement-versions", show_placement_versions, hide_placement_versions },
  { "placement-clash", show_clash },
  { "placement-frozen", show_freeze, hide_freeze, qd_shots_freeze_step },
  { "jobs-left", show_left, hide_left },
  { "tenant", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-levels", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-placement", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-health", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-config", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-definitions", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-activity", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-rates", show_tenant, NULL, qd_shots_tenant_step },
  { "tenant-edit", show_tenant_edit },
  { "tenants-many", show_many },
  { "production", show_production },
  { "impact", show_impact },
  { "topology-cut", show_topology_cut, hide_policy_script, qd_shots_policy_step },
  { "topology-table", show_topology_table, hide_topology_table },
  { "site", show_site },
  { "path", show_path },
  { "confirm", show_confirm },
  { "palette", show_palette },
  { "preferences", show_preferences },
  { "add-connection", show_add_connection },
  { "shortcuts", show_shortcuts },
  { "welcome", show_welcome },
};

static const char *
get_scene_name (Shots *shots)
{
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  if (shots->scene < n)
    return pages[shots->scene].id;
  return shots->scene - n < G_N_ELEMENTS (scenes) ? scenes[shots->scene - n].name : NULL;
}

static void
show_scene (Shots *shots)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (shots->window));
  guint n;
  const QdPageInfo *pages = qd_page_list (&n);

  if (dialog != NULL)
    adw_dialog_force_close (dialog);
  qd_window_set_welcome (shots->window, FALSE);
  qd_session_set_selected (qd_window_get_session (shots->window), NULL);
  qd_window_show_page (shots->window, pages[shots->scene < n ? shots->scene : 0].id);
  if (g_strcmp0 (get_scene_name (shots), "audit") == 0)
    qd_shots_audit_act (shots->window);
  if (shots->scene >= n)
    scenes[shots->scene - n].show (shots);
}

static gboolean
is_ready (Shots *shots)
{
  guint n;

  qd_page_list (&n);
  return shots->scene < n || scenes[shots->scene - n].is_ready == NULL || scenes[shots->scene - n].is_ready ();
}

static void
leave_scene (Shots *shots)
{
  guint n;

  qd_page_list (&n);
  if (shots->scene >= n && scenes[shots->scene - n].hide != NULL)
    scenes[shots->scene - n].hide (shots);
}

/* --- Variants ----------------------------------------------------------------------------------- */

static void
apply_variant (Shots *shots)
{
  const char *variant = shots->variants[shots->variant];
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean narrow = g_str_has_suffix (variant, "narrow");

  adw_style_manager_set_color_scheme (style, g_str_equal (variant, "dark") ? ADW_COLOR_SCHEME_FORCE_DARK
                                                                             : ADW_COLOR_SCHEME_FORCE_LIGHT);
  /* text at 200 % */
  if (g_str_has_prefix (variant, "large"))
    g_object_set (gtk_widget_get_settings (GTK_WIDGET (shots->window)), "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  gtk_window_set_default_size (GTK_WINDOW (shots->window), narrow ? NARROW_WIDTH : WIDE_WIDTH,
                               narrow ? NARROW_HEIGHT : WIDE_HEIGHT);
}

/* --- Pictures ----------------------------------------------------------------------------------- */

/* FALSE when the window is just being laid out: there is nothing to take yet. */
static gboolean
capture (Shots *shots)
{
  GtkWidget *widget = shots->popover != NULL ? shots->popover : GTK_WIDGET (shots->window);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *name = g_strdup_printf ("%s-%s.png", get_scene_name (shots), shots->variants[shots->variant]);
  g_autofree char *path = g_build_filename (shots->folder, name, NULL);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_to_node (snapshot);
  if (node == NULL)
    {
      if (g_get_monotonic_time () / 1000 - shots->shown_at < GIVE_UP_MS)
        return FALSE;
      g_printerr (_("Could not take %s: nothing is drawn\n"), name);
      return TRUE;
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (widget)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (gdk_texture_save_to_png (texture, path))
    g_print ("%s %d×%d\n", name, width, height);
  else
    g_printerr (_("Could not write %s\n"), path);
  return TRUE;
}

/* --- One step after the other -------------------------------------------------------------------- */

static gboolean
is_live (Shots *shots)
{
  QdFleet *fleet = qd_session_get_fleet (qd_window_get_session (shots->window));
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_CONNECTION);

  if (qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_SITE)) == 0)
    return FALSE;
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_strcmp0 (qd_entity_get_string (qd_entity_list_peek (list, i), QD_CONNECTION_STATE), "live") == 0)
      return TRUE;
  return FALSE;
}

static void
finish (Shots *shots)
{
  g_application_quit (G_APPLICATION (shots->application));
  g_object_unref (shots->application);
  g_clear_weak_pointer (&shots->popover);
  g_strfreev (shots->variants);
  g_strfreev (shots->only);
  g_free (shots->folder);
  g_free (shots);
}

static void
next_scene (Shots *shots)
{
  shots->scene++;
  if (get_scene_name (shots) != NULL)
    return;
  shots->scene = 0;
  shots->fresh = TRUE;
  shots->variant++;
}

static gboolean
is_wanted (Shots *shots)
{
  return shots->only == NULL || g_strv_contains ((const char *const *) shots->only, get_scene_name (shots));
}

static gboolean
step_cb (gpointer data)
{
  Shots *shots = data;
  gint64 now = g_get_monotonic_time () / 1000;

  if (shots->scene == 0 && shots->shown_at == 0 &&
      (!is_live (shots) || now - shots->started_at < shots->warmup_s * 1000) &&
      now - shots->started_at < PATIENCE_MS + shots->warmup_s * 1000)
    return G_SOURCE_CONTINUE;
  if (shots->shown_at == 0)
    {
      if (shots->fresh)
        apply_variant (shots);
      shots->fresh = FALSE;
      while (!is_wanted (shots) && shots->variants[shots->variant] != NULL)
        next_scene (shots);
      if (shots->variants[shots->variant] == NULL)
        {
          finish (shots);
          return G_SOURCE_REMOVE;
        }
      if (shots->fresh)
        return G_SOURCE_CONTINUE;
      show_scene (shots);
      shots->shown_at = now;
      return G_SOURCE_CONTINUE;
    }
  if (!is_ready (shots) && now - shots->shown_at < PATIENCE_MS)
    return G_SOURCE_CONTINUE;
  if (now - shots->shown_at < SETTLE_MS)
    return G_SOURCE_CONTINUE;

  if (!capture (shots))
    return G_SOURCE_CONTINUE;
  leave_scene (shots);
  shots->shown_at = 0;
  next_scene (shots);
  if (shots->variants[shots->variant] != NULL)
    return G_SOURCE_CONTINUE;
  finish (shots);
  return G_SOURCE_REMOVE;
}

void
qd_shots_take (QdApplication *application, QdWindow *window, const char *folder)
{
  const char *variants = g_getenv ("QD_SHOTS_VARIANTS");
  const char *warmup = g_getenv ("QD_SHOTS_WARMUP"), *only = g_getenv ("QD_SHOTS_ONLY");
  Shots *shots = g_new0 (Shots, 1);

  g_return_if_fail (QD_IS_WINDOW (window));

  g_object_set (gtk_widget_get_settings (GTK_WIDGET (window)), "gtk-enable-animations", FALSE, NULL);
  shots->application = g_object_ref (application);
  shots->window = window;
  shots->folder = g_strdup (folder);
  shots->variants = g_strsplit (variants != NULL ? variants : "light", ",", -1);
  shots->only = only != NULL ? g_strsplit (only, ",", -1) : NULL;
  shots->fresh = TRUE;
  shots->warmup_s = warmup != NULL ? (guint) g_ascii_strtoull (warmup, NULL, 10) : 0;
  shots->started_at = g_get_monotonic_time () / 1000;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    g_printerr (_("Could not make the folder %s: %s\n"), folder, g_strerror (errno));
  g_timeout_add (POLL_MS, step_cb, shots);
}
