/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-page-private.h"

#include <glib/gi18n.h>

#include "qd-placement-bar.h"
#include "qd-placement-card.h"
#include "qd-placement-side.h"
#include "qd-placement-versions.h"
#include "qd-placement-words.h"
#include "qd-time.h"

/* Figures are shown anew at most so often. */
#define EVERY_MS 1000

G_DEFINE_FINAL_TYPE (QdPlacementPage, qd_placement_page, QD_TYPE_PAGE)

static QdSession *
get_session (QdPlacementPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

/* --- What is said ------------------------------------------------------------------------------------------- */

/* The connection of the two that is not live and of which the window does not say so itself. */
static QdEntity *
find_stale (QdPlacementPage *self)
{
  const char *const both[] = { self->source.nats, self->source.control };
  const char *shown = qd_session_get_connection (get_session (self));
  QdFleet *fleet = qd_session_get_fleet (get_session (self));

  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    {
      QdEntity *connection = both[i] != NULL ? qd_fleet_lookup (fleet, both[i], QD_KIND_CONNECTION, both[i]) : NULL;

      if (shown == NULL || g_strcmp0 (shown, both[i]) == 0)
        continue;
      if (connection != NULL && g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), "live") != 0)
        return connection;
    }
  return NULL;
}

static char *
tell_age (QdEntity *connection)
{
  const QdValue *as_of = qd_entity_get (connection, QD_CONNECTION_AS_OF);
  g_autofree char *time = as_of->type == QD_VALUE_TIME ? qd_time_format_local (as_of->v.i) : NULL;

  return time != NULL ? g_strdup_printf (_("%s is not live. This is as of %s."), qd_entity_get_name (connection), time)
                      : g_strdup_printf (_("%s is not live."), qd_entity_get_name (connection));
}

static guint
count_troubled (const QdPlacementRoll *roll, QdPlacementBoard *board)
{
  guint n = 0;

  for (guint i = 0; i < roll->shards->len; i++)
    {
      const QdRollShard *shard = roll->shards->pdata[i];
      gint64 room = shard->state == QD_REBALANCE_OPEN ? shard->capacity : 0;

      n += room >= 0 && qd_placement_board_count_now (board, shard->id) > room;
    }
  return n;
}

static gboolean
is_any_known (const QdPlacementRoll *roll)
{
  for (guint i = 0; i < roll->shards->len; i++)
    if (((const QdRollShard *) roll->shards->pdata[i])->entity != NULL)
      return TRUE;
  return FALSE;
}

static char *
tell_all (QdPlacementPage *self, const QdPlacementRoll *roll)
{
  guint n = roll->shards->len, troubled = count_troubled (roll, self->board), nowhere = qd_placement_board_get_tenants (self->board, NULL)->len;
  g_autoptr (GString) text = g_string_new (NULL);

  /* what nobody has reported is not judged */
  if (!is_any_known (roll))
    return g_strdup_printf (ngettext ("Tenants are placed on %u shard, which has not reported.", "Tenants are placed on %u shards, of which none has reported.", n), n);
  if (troubled == 0)
    g_string_append (text, n == 1 ? _("The shard has room for its tenants.") : _("All shards have room for their tenants."));
  else
    g_string_append_printf (text, ngettext ("%u of %u shard has more tenants than it can take.", "%u of %u shards have more tenants than they can take.", n),
                            troubled, n);
  if (nowhere > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, ngettext ("%u tenant is placed nowhere.", "%u tenants are placed nowhere.", nowhere), nowhere);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
set_banner (GtkWidget *banner, const char *text)
{
  if (text != NULL)
    adw_banner_set_title (ADW_BANNER (banner), text);
  adw_banner_set_revealed (ADW_BANNER (banner), text != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (banner), GTK_ACCESSIBLE_STATE_HIDDEN, text == NULL, -1);
}

static void
say_nothing_there (QdPlacementPage *self)
{
  AdwStatusPage *page = ADW_STATUS_PAGE (self->status);

  if (self->source.control == NULL && self->source.nats == NULL)
    {
      adw_status_page_set_title (page, _("No Placements"));
      adw_status_page_set_description (page, _("Connect to a control API and to the NATS that has its placement buckets."));
    }
  else if (self->source.nats == NULL)
    {
      adw_status_page_set_title (page, _("No NATS Connection"));
      adw_status_page_set_description (page, _("Placements are kept in NATS. Add a NATS connection that belongs to this one."));
    }
  else
    {
      adw_status_page_set_title (page, _("No Shards"));
      adw_status_page_set_description (page, _("No shard of this kind has reported, and nobody is placed on one."));
    }
}

static void
update_words (QdPlacementPage *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  g_autofree char *text = roll != NULL ? tell_all (self, roll) : NULL;

  gtk_label_set_text (GTK_LABEL (self->sentence), text != NULL ? text : "");
  gtk_widget_set_visible (self->sentence, roll != NULL && roll->shards->len > 0
                                            && !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->versions_button)));
}

/* --- What can be done ------------------------------------------------------------------------------------------ */

static void
update_actions (QdPlacementPage *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  guint n = qd_placement_board_get_n_moves (self->board);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.undo", qd_placement_board_can_undo (self->board));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.redo", qd_placement_board_can_redo (self->board));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.discard", n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.review", n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "placement.rebalance", roll != NULL && is_any_known (roll) && self->proposing == NULL);
}

/* --- Showing ------------------------------------------------------------------------------------------------------ */

static gboolean
has_same_shards (QdPlacementPage *self, const QdPlacementRoll *roll)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->shards)) != roll->shards->len)
    return FALSE;
  for (guint i = 0; i < roll->shards->len; i++)
    if (g_strcmp0 (gtk_string_list_get_string (self->shards, i), ((const QdRollShard *) roll->shards->pdata[i])->id) != 0)
      return FALSE;
  return TRUE;
}

static void
update_shards (QdPlacementPage *self, const QdPlacementRoll *roll)
{
  g_autoptr (GPtrArray) ids = NULL;

  if (has_same_shards (self, roll))
    return;
  ids = g_ptr_array_new ();
  for (guint i = 0; i < roll->shards->len; i++)
    g_ptr_array_add (ids, ((QdRollShard *) roll->shards->pdata[i])->id);
  g_ptr_array_add (ids, NULL);
  gtk_string_list_splice (self->shards, 0, g_list_model_get_n_items (G_LIST_MODEL (self->shards)), (const char *const *) ids->pdata);
}

static void
show_view (QdPlacementPage *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  gboolean versions = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->versions_button));
  const char *view = versions ? "versions" : roll != NULL && roll->shards->len > 0 ? "grid" : "status";

  if (versions)
    {
      qd_placement_versions_update (QD_PLACEMENT_VERSIONS (self->versions), qd_session_get_fleet (get_session (self)), self->source.control);
      adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), FALSE);
    }
  update_words (self);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), view);
}

/* Shards tell of themselves all the time; who is placed where is read anew only when a bucket says something else. */
static void
read_map (QdPlacementPage *self)
{
  const char *nats = self->source.nats;

  qd_placement_source_find (&self->source, get_session (self));
  if (self->map != NULL && !self->map_is_old && nats == self->source.nats && qd_placement_map_get_kind (self->map) == self->kind)
    return;
  g_clear_pointer (&self->map, qd_placement_map_unref);
  self->map = qd_placement_source_read_map (&self->source, qd_session_get_fleet (get_session (self)), self->kind);
  self->map_is_old = FALSE;
}

static void
refresh (QdPlacementPage *self)
{
  QdFleet *fleet = qd_session_get_fleet (get_session (self));
  g_autoptr (QdPlacementRoll) roll = NULL;
  g_autofree char *problem = NULL;
  QdEntity *stale;

  self->dirty = FALSE;
  self->shown_at = g_get_monotonic_time ();
  read_map (self);
  roll = qd_placement_source_read_roll (&self->source, fleet, self->map);
  problem = qd_placement_source_tell_findings (self->map);
  stale = find_stale (self);
  if (problem == NULL && stale != NULL)
    problem = tell_age (stale);
  update_shards (self, roll);
  qd_placement_board_set_roll (self->board, g_steal_pointer (&roll));
  set_banner (self->problem, problem);
  say_nothing_there (self);
  show_view (self);
}

static gboolean
timer_cb (gpointer data)
{
  QdPlacementPage *self = data;

  self->timer = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

/* What comes often is shown once a second; what comes after a while, at once. */
static void
queue_refresh (QdPlacementPage *self)
{
  gint64 age_ms = (g_get_monotonic_time () - self->shown_at) / 1000;

  self->dirty = TRUE;
  if (self->timer == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->timer = g_timeout_add (age_ms >= EVERY_MS ? 0 : (guint) (EVERY_MS - age_ms), timer_cb, self);
}

static void
entries_cb (QdPlacementPage *self)
{
  self->map_is_old = TRUE;
  queue_refresh (self);
}

/* Of another bucket, such as what shards keep there: nothing of it is shown. */
static void
entries_updated_cb (QdPlacementPage *self, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    if (g_strcmp0 (qd_entity_get_string (entries->pdata[i], QD_KV_BUCKET), qd_placement_kind_get_bucket (self->kind)) == 0)
      {
        entries_cb (self);
        return;
      }
}

static void
map_cb (QdPlacementPage *self)
{
  if (self->dirty)
    refresh (self);
}

static void
board_cb (QdPlacementPage *self)
{
  update_words (self);
  update_actions (self);
}

gboolean
qd_placement_page_is_gone (QdPlacementPage *self)
{
  return self->board == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL;
}

/* --- Moving about ---------------------------------------------------------------------------------------------------- */

QdPlacementBoard *
qd_placement_page_get_board (QdPlacementPage *self)
{
  return self->board;
}

void
qd_placement_page_show_shard (QdPlacementPage *self, const char *shard)
{
  qd_placement_side_set_shard (QD_PLACEMENT_SIDE (self->side), shard);
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), TRUE);
}

void
qd_placement_page_close (QdPlacementPage *self)
{
  qd_placement_board_discard (self->board);
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), FALSE);
}

static void
activate_cb (QdPlacementPage *self, guint position)
{
  const char *shard = gtk_string_list_get_string (self->shards, position);

  if (shard == NULL)
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  qd_placement_page_show_shard (self, shard);
  qd_placement_side_focus (QD_PLACEMENT_SIDE (self->side));
}

static void
close_cb (QdPlacementPage *self)
{
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), FALSE);
  gtk_widget_grab_focus (self->grid);
}

static void
search_cb (QdPlacementPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  qd_placement_board_set_filter (self->board, text);
  if (*text != '\0')
    adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), TRUE);
}

static void
kind_cb (QdPlacementPage *self)
{
  QdPlacementKind kind;

  if (!qd_placement_kind_parse (adw_toggle_group_get_active_name (ADW_TOGGLE_GROUP (self->kinds)), &kind) || kind == self->kind)
    return;
  self->kind = kind;
  g_cancellable_cancel (self->proposing);
  g_clear_object (&self->proposing);
  g_clear_pointer (&self->proposal, qd_rebalance_free);
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), FALSE);
  refresh (self);
}

/* --- Actions ----------------------------------------------------------------------------------------------------------- */

static void
action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdPlacementPage *self = QD_PLACEMENT_PAGE (widget);

  if (g_str_equal (name, "placement.undo"))
    qd_placement_board_undo (self->board);
  else if (g_str_equal (name, "placement.redo"))
    qd_placement_board_redo (self->board);
  else if (g_str_equal (name, "placement.discard"))
    {
      g_clear_pointer (&self->proposal, qd_rebalance_free);
      qd_placement_board_discard (self->board);
    }
  else if (g_str_equal (name, "placement.review"))
    qd_placement_page_review (self);
  else if (g_str_equal (name, "placement.rebalance"))
    qd_placement_page_propose (self, NULL);
}

/* --- Building ------------------------------------------------------------------------------------------------------------- */

static void
setup_cb (QdPlacementPage *self, GtkListItem *item)
{
  gtk_list_item_set_child (item, qd_placement_card_new (self->board));
}

static void
bind_cb (QdPlacementPage *self, GtkListItem *item)
{
  qd_placement_card_set_shard (QD_PLACEMENT_CARD (gtk_list_item_get_child (item)), gtk_string_object_get_string (gtk_list_item_get_item (item)), item);
}

static void
unbind_cb (QdPlacementPage *self, GtkListItem *item)
{
  qd_placement_card_set_shard (QD_PLACEMENT_CARD (gtk_list_item_get_child (item)), NULL, NULL);
}

static GtkWidget *
build_grid (QdPlacementPage *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  self->grid = gtk_grid_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shards)))), factory);
  gtk_grid_view_set_max_columns (GTK_GRID_VIEW (self->grid), 8);
  gtk_grid_view_set_single_click_activate (GTK_GRID_VIEW (self->grid), TRUE);
  gtk_widget_add_css_class (self->grid, "qd-placement-grid");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Shards"), -1);
  g_signal_connect_object (self->grid, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->grid);
  return scroller;
}

static GtkWidget *
build_kinds (QdPlacementPage *self)
{
  self->kinds = adw_toggle_group_new ();
  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_name (toggle, qd_placement_kind_get_name (kind));
      adw_toggle_set_label (toggle, _(qd_placement_get_kind_title (kind)));
      adw_toggle_group_add (ADW_TOGGLE_GROUP (self->kinds), toggle);
    }
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->kinds), qd_placement_kind_get_name (self->kind));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->kinds), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Service kind"), -1);
  g_signal_connect_object (self->kinds, "notify::active-name", G_CALLBACK (kind_cb), self, G_CONNECT_SWAPPED);
  return self->kinds;
}

static GtkWidget *
build_tools (QdPlacementPage *self)
{
  GtkWidget *tools = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (tools), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (tools), 6);
  adw_wrap_box_append (ADW_WRAP_BOX (tools), build_kinds (self));
  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Search tenants"));
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (self->search), 60);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search tenants"), -1);
  gtk_widget_set_hexpand (self->search, TRUE);
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (search_cb), self, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (tools), self->search);
  self->rebalance = gtk_button_new_with_mnemonic (_("Re_balance"));
  gtk_widget_set_tooltip_text (self->rebalance, _("Propose the fewest moves after which every shard has room"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->rebalance), "placement.rebalance");
  adw_wrap_box_append (ADW_WRAP_BOX (tools), self->rebalance);
  gtk_widget_add_css_class (tools, "qd-placement-head");
  return tools;
}

static GtkWidget *
build_split (QdPlacementPage *self)
{
  self->side = qd_placement_side_new (self->board);
  g_signal_connect_object (self->side, "move", G_CALLBACK (qd_placement_page_choose), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->side, "history", G_CALLBACK (qd_placement_page_show_history), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->side, "menu", G_CALLBACK (qd_placement_page_fill_menu), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->side, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  self->status = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->status), "qd-nodes-symbolic");
  self->versions = qd_placement_versions_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), build_grid (self), "grid");
  gtk_stack_add_named (GTK_STACK (self->stack), self->versions, "versions");
  gtk_stack_add_named (GTK_STACK (self->stack), self->status, "status");
  self->split = adw_overlay_split_view_new ();
  adw_overlay_split_view_set_sidebar_position (ADW_OVERLAY_SPLIT_VIEW (self->split), GTK_PACK_END);
  adw_overlay_split_view_set_content (ADW_OVERLAY_SPLIT_VIEW (self->split), self->stack);
  adw_overlay_split_view_set_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), self->side);
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->split), FALSE);
  adw_overlay_split_view_set_sidebar_width_unit (ADW_OVERLAY_SPLIT_VIEW (self->split), ADW_LENGTH_UNIT_PX);
  adw_overlay_split_view_set_min_sidebar_width (ADW_OVERLAY_SPLIT_VIEW (self->split), 300);
  adw_overlay_split_view_set_max_sidebar_width (ADW_OVERLAY_SPLIT_VIEW (self->split), 360);
  gtk_widget_set_vexpand (self->split, TRUE);
  return self->split;
}

static GtkWidget *
build_breakpoints (QdPlacementPage *self, GtkWidget *child)
{
  GtkWidget *bin = adw_breakpoint_bin_new ();
  AdwBreakpoint *narrow = adw_breakpoint_new (adw_breakpoint_condition_parse ("max-width: 720sp"));

  adw_breakpoint_add_setters (narrow, G_OBJECT (self->split), "collapsed", TRUE, G_OBJECT (self->split), "max-sidebar-width", 720.0,
                              G_OBJECT (self->split), "sidebar-width-fraction", 1.0, NULL);
  gtk_widget_set_size_request (bin, 340, 200);
  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (bin), child);
  adw_breakpoint_bin_add_breakpoint (ADW_BREAKPOINT_BIN (bin), narrow);
  return bin;
}

static void
build (QdPlacementPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->versions_button = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->versions_button), "view-list-symbolic");
  gtk_widget_set_tooltip_text (self->versions_button, _("Show versions by shard"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->versions_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Show versions by shard"), -1);
  g_signal_connect_object (self->versions_button, "toggled", G_CALLBACK (show_view), self, G_CONNECT_SWAPPED);
  self->end = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  gtk_box_append (GTK_BOX (self->end), self->versions_button);
  gtk_box_append (GTK_BOX (self->end), qd_placement_page_build_menu (self));
  self->problem = adw_banner_new ("");
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_widget_add_css_class (self->sentence, "title-4");
  gtk_widget_add_css_class (self->sentence, "qd-placement-sentence");
  self->bar = qd_placement_bar_new (self->board);
  gtk_box_append (GTK_BOX (box), self->problem);
  gtk_box_append (GTK_BOX (box), build_tools (self));
  gtk_box_append (GTK_BOX (box), self->sentence);
  gtk_box_append (GTK_BOX (box), build_split (self));
  gtk_box_append (GTK_BOX (box), self->bar);
  adw_bin_set_child (ADW_BIN (self), build_breakpoints (self, box));
}

/* --- QdPage ------------------------------------------------------------------------------------------------------------------ */

static GtkWidget *
qd_placement_page_get_header_end (QdPage *page)
{
  return QD_PLACEMENT_PAGE (page)->end;
}

static void
qd_placement_page_focus_search (QdPage *page)
{
  gtk_widget_grab_focus (QD_PLACEMENT_PAGE (page)->search);
}

static gboolean
qd_placement_page_show_entity (QdPage *page, QdEntity *entity)
{
  QdPlacementPage *self = QD_PLACEMENT_PAGE (page);
  QdPlacementKind kind;

  if (qd_entity_get_kind (entity) != QD_KIND_SHARD || !qd_placement_kind_parse (qd_entity_get_string (entity, QD_SHARD_KIND), &kind))
    return FALSE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->versions_button), FALSE);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->kinds), qd_placement_kind_get_name (kind));
  qd_placement_page_show_shard (self, qd_entity_get_string (entity, QD_SHARD_SHARD));
  return TRUE;
}

static char *
qd_placement_page_copy (QdPage *page)
{
  g_autoptr (GArray) moves = qd_placement_board_list_moves (QD_PLACEMENT_PAGE (page)->board);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < moves->len; i++)
    {
      g_autofree char *move = qd_placement_tell_move (&g_array_index (moves, QdPlacementMove, i));

      g_string_append_printf (text, "%s\n", move);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static void
follow (QdPlacementPage *self)
{
  static const QdKind followed[] = { QD_KIND_CONNECTION, QD_KIND_TENANT, QD_KIND_SHARD };
  QdFleet *fleet = qd_session_get_fleet (get_session (self));
  QdEntityList *entries = qd_fleet_get_list (fleet, QD_KIND_KV_ENTRY);

  g_signal_connect_object (entries, "items-changed", G_CALLBACK (entries_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entries, "items-updated", G_CALLBACK (entries_updated_cb), self, G_CONNECT_SWAPPED);
  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    {
      g_signal_connect_object (qd_fleet_get_list (fleet, followed[i]), "items-changed", G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (qd_fleet_get_list (fleet, followed[i]), "items-updated", G_CALLBACK (queue_refresh), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (get_session (self), "notify::connection", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (map_cb), NULL);
}

/* The first that has anybody, so that one does not begin before an empty page. */
static QdPlacementKind
find_first_kind (QdPlacementPage *self)
{
  qd_placement_source_find (&self->source, get_session (self));
  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      g_autoptr (QdPlacementMap) map = qd_placement_source_read_map (&self->source, qd_session_get_fleet (get_session (self)), kind);

      if (qd_placement_map_get_length (map) > 0)
        return kind;
    }
  return QD_PLACEMENT_AGGREGATE;
}

static void
qd_placement_page_constructed (GObject *object)
{
  QdPlacementPage *self = QD_PLACEMENT_PAGE (object);

  G_OBJECT_CLASS (qd_placement_page_parent_class)->constructed (object);
  self->kind = find_first_kind (self);
  build (self);
  g_signal_connect_object (self->board, "changed", G_CALLBACK (board_cb), self, G_CONNECT_SWAPPED);
  follow (self);
  refresh (self);
}

static void
qd_placement_page_dispose (GObject *object)
{
  QdPlacementPage *self = QD_PLACEMENT_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->proposing);
  g_clear_object (&self->proposing);
  g_clear_pointer (&self->proposal, qd_rebalance_free);
  g_clear_object (&self->end);
  g_clear_object (&self->shards);
  g_clear_object (&self->board);
  g_clear_pointer (&self->map, qd_placement_map_unref);
  G_OBJECT_CLASS (qd_placement_page_parent_class)->dispose (object);
}

static void
qd_placement_page_class_init (QdPlacementPageClass *klass)
{
  static const char *const actions[] = { "placement.undo", "placement.redo", "placement.discard", "placement.review", "placement.rebalance" };
  QdPageClass *page_class = QD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = qd_placement_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_placement_page_dispose;
  page_class->get_header_end = qd_placement_page_get_header_end;
  page_class->focus_search = qd_placement_page_focus_search;
  page_class->show_entity = qd_placement_page_show_entity;
  page_class->copy = qd_placement_page_copy;
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "placement.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "placement.redo", NULL);
}

static void
qd_placement_page_init (QdPlacementPage *self)
{
  self->board = qd_placement_board_new ();
  self->shards = gtk_string_list_new (NULL);
}
