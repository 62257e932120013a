/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

/* One group of actions serves the page, its context menu, and the menu in the window's header bar,
 * which stands outside of the page. */

static QdEntity *
get_menu_entity (QdTopologyPage *self)
{
  return qd_topology_model_get_entity (self->model, self->menu_pick);
}

/* What an action is about: all that are selected when the menu's thing is one of them, or else that alone. */
static GArray *
get_nodes (QdTopologyPage *self)
{
  g_autoptr (GArray) marked = qd_topology_view_get_marked (self->view);
  GArray *one;

  if (self->menu_pick.kind != QD_PICK_NODE)
    return g_steal_pointer (&marked);
  for (guint i = 0; i < marked->len; i++)
    if (g_array_index (marked, guint, i) == self->menu_pick.index)
      return g_steal_pointer (&marked);
  one = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (one, self->menu_pick.index);
  return one;
}

/* In the menu where there is no room for a button. */
static void
search_cb (QdTopologyPage *self)
{
  gtk_toggle_button_set_active (self->search_button, TRUE);
}

static void
filter_cb (QdTopologyPage *self)
{
  gtk_toggle_button_set_active (self->filter_button, !gtk_toggle_button_get_active (self->filter_button));
}

static void
zoom_in_cb (QdTopologyPage *self)
{
  qd_topology_view_zoom_by (self->view, 1.4);
}

static void
zoom_out_cb (QdTopologyPage *self)
{
  qd_topology_view_zoom_by (self->view, 1 / 1.4);
}

static void
fit_cb (QdTopologyPage *self)
{
  qd_topology_view_fit (self->view);
}

static void
zoom_selection_cb (QdTopologyPage *self)
{
  g_autoptr (GArray) nodes = qd_topology_view_get_marked (self->view);

  qd_topology_view_zoom_to (self->view, (const guint *) (gpointer) nodes->data, nodes->len);
}

static void
clear_selection_cb (QdTopologyPage *self)
{
  qd_topology_view_set_marks (self->view, NULL);
}

static void
select_all_cb (QdTopologyPage *self)
{
  QdScene *scene = qd_topology_view_get_scene (self->view);
  gboolean *marks;

  if (scene == NULL)
    return;
  marks = g_new (gboolean, MAX (scene->n_nodes, 1));
  for (guint i = 0; i < scene->n_nodes; i++)
    marks[i] = TRUE;
  qd_topology_view_set_marks (self->view, marks);
}

/* --- Arranging --------------------------------------------------------------------------------- */

static void
arrange_cb (QdTopologyPage *self)
{
  qd_topology_model_arrange (self->model);
}

static void
set_pinned (QdTopologyPage *self, gboolean pinned)
{
  g_autoptr (GArray) nodes = get_nodes (self);

  qd_topology_model_set_pinned (self->model, (const guint *) (gpointer) nodes->data, nodes->len, pinned);
}

static void
pin_cb (QdTopologyPage *self)
{
  set_pinned (self, TRUE);
}

static void
unpin_cb (QdTopologyPage *self)
{
  set_pinned (self, FALSE);
}

static void
unpin_all_cb (QdTopologyPage *self)
{
  qd_topology_model_unpin_all (self->model);
}

static void
set_folded (QdTopologyPage *self, gboolean folded)
{
  g_autoptr (GArray) nodes = get_nodes (self);
  g_autofree char *group = nodes->len > 0 ? qd_topology_model_dup_group (self->model, g_array_index (nodes, guint, 0)) : NULL;

  if (group)
    qd_topology_model_set_folded (self->model, group, folded);
}

static void
fold_cb (QdTopologyPage *self)
{
  set_folded (self, TRUE);
}

static void
unfold_cb (QdTopologyPage *self)
{
  set_folded (self, FALSE);
}

static void
fold_all_cb (QdTopologyPage *self)
{
  qd_topology_model_fold_all (self->model, TRUE);
}

static void
unfold_all_cb (QdTopologyPage *self)
{
  qd_topology_model_fold_all (self->model, FALSE);
}

static void
undo_cb (QdTopologyPage *self)
{
  qd_topology_model_undo (self->model);
}

static void
redo_cb (QdTopologyPage *self)
{
  qd_topology_model_redo (self->model);
}

/* --- What the menu is about -------------------------------------------------------------------- */

static void
details_cb (QdTopologyPage *self)
{
  QdEntity *entity = get_menu_entity (self);

  if (entity == NULL)
    return;
  qd_session_set_selected (qd_topology_page_get_session (self), entity);
  qd_topology_page_show_pane (self, TRUE);
}

static void
open_cb (QdTopologyPage *self)
{
  QdEntity *entity = get_menu_entity (self);

  if (entity)
    qd_session_open (qd_topology_page_get_session (self), entity);
}

static void
copy_cb (QdTopologyPage *self)
{
  g_autofree char *text = qd_topology_page_copy_text (self);

  if (text)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

/* --- Questions --------------------------------------------------------------------------------- */

static void
ask (QdTopologyPage *self, QdTopologyAsk what)
{
  g_autoptr (GArray) nodes = get_nodes (self);

  qd_topology_page_ask_about (self, what, self->menu_pick, (const guint *) (gpointer) nodes->data, nodes->len);
}

static void
neighbourhood_cb (QdTopologyPage *self)
{
  ask (self, QD_ASK_NEIGHBOURHOOD);
}

static void
impact_cb (QdTopologyPage *self)
{
  ask (self, QD_ASK_IMPACT);
}

static void
path_from_cb (QdTopologyPage *self)
{
  if (get_menu_entity (self))
    qd_topology_page_begin_path (self, get_menu_entity (self));
}

static void
path_to_cb (QdTopologyPage *self)
{
  qd_topology_page_end_path (self, get_menu_entity (self));
}

static void
path_between_cb (QdTopologyPage *self)
{
  g_autoptr (GArray) nodes = qd_topology_view_get_marked (self->view);

  if (nodes->len == 2)
    qd_topology_page_ask_about (self, QD_ASK_PATHS, QD_NO_PICK, (const guint *) (gpointer) nodes->data, 2);
}

static void
cut_cb (QdTopologyPage *self)
{
  qd_topology_page_ask_cut (self);
}

static void
show_answer_cb (QdTopologyPage *self)
{
  qd_topology_page_show_answer (self);
}

static void
stop_asking_cb (QdTopologyPage *self)
{
  qd_topology_page_stop_asking (self);
}

static void
live_cb (QdTopologyPage *self)
{
  qd_topology_page_show_past (self, FALSE);
}

/* The past first, then what was asked. */
static void
escape_cb (QdTopologyPage *self)
{
  if (gtk_revealer_get_reveal_child (self->past_revealer))
    live_cb (self);
  else
    qd_topology_page_stop_asking (self);
}

static void
play_cb (QdTopologyPage *self)
{
  qd_topology_page_play (self);
}

/* --- Out of the window ------------------------------------------------------------------------- */

static void
export_cb (QdTopologyPage *self)
{
  qd_topology_page_export (self);
}

static void
print_cb (QdTopologyPage *self)
{
  qd_topology_page_print (self);
}

static void
stop_export_cb (QdTopologyPage *self)
{
  qd_topology_page_stop_export (self);
}

/* --- Choices ----------------------------------------------------------------------------------- */

static void
layout_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdTopologyPage *self = data;

  qd_topology_model_set_layout (self->model, g_variant_get_string (value, NULL));
  qd_topology_page_update_actions (self);
}

static void
group_by_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdTopologyPage *self = data;

  qd_topology_model_set_group_by (self->model, g_variant_get_string (value, NULL));
  qd_topology_page_update_actions (self);
}

static void
table_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  qd_topology_page_set_table (data, g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

static void
past_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  qd_topology_page_show_past (data, g_variant_get_boolean (value));
}

static void
minimap_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdTopologyPage *self = data;

  qd_topology_minimap_set_wanted (self->minimap, g_variant_get_boolean (value));
  g_simple_action_set_state (action, value);
}

/* --- All --------------------------------------------------------------------------------------- */

static const struct { const char *name; void (*run) (QdTopologyPage *self); } plain[] = {
  { "search", search_cb },
  { "filter", filter_cb },
  { "zoom-in", zoom_in_cb },
  { "zoom-out", zoom_out_cb },
  { "fit", fit_cb },
  { "zoom-selection", zoom_selection_cb },
  { "select-all", select_all_cb },
  { "clear-selection", clear_selection_cb },
  { "arrange", arrange_cb },
  { "pin", pin_cb },
  { "unpin", unpin_cb },
  { "unpin-all", unpin_all_cb },
  { "fold", fold_cb },
  { "unfold", unfold_cb },
  { "fold-all", fold_all_cb },
  { "unfold-all", unfold_all_cb },
  { "undo", undo_cb },
  { "redo", redo_cb },
  { "details", details_cb },
  { "open", open_cb },
  { "copy", copy_cb },
  { "neighbourhood", neighbourhood_cb },
  { "impact", impact_cb },
  { "path-from", path_from_cb },
  { "path-to", path_to_cb },
  { "path-between", path_between_cb },
  { "cut", cut_cb },
  { "show-answer", show_answer_cb },
  { "stop-asking", stop_asking_cb },
  { "escape", escape_cb },
  { "live", live_cb },
  { "play", play_cb },
  { "export", export_cb },
  { "print", print_cb },
  { "stop-export", stop_export_cb },
};

static void
add_stateful (QdTopologyPage *self, const char *name, GVariant *state, gpointer change)
{
  const GVariantType *type = g_variant_is_of_type (state, G_VARIANT_TYPE_BOOLEAN) ? NULL : g_variant_get_type (state);
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (name, type, state);

  g_signal_connect (action, "change-state", G_CALLBACK (change), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static GAction *
get_action (QdTopologyPage *self, const char *name)
{
  return g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);
}

static void
enable (QdTopologyPage *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (get_action (self, name)), enabled);
}

void
qd_topology_page_update_actions (QdTopologyPage *self)
{
  QdTopologyUndo *undo = qd_topology_model_get_undo (self->model);
  QdScene *scene = qd_topology_model_get_scene (self->model);
  const char *group_by = qd_topology_model_get_group_by (self->model);
  QdTopologyTally tally;
  gboolean any = scene && scene->n_nodes > 0, pinned = FALSE;
  gboolean is_paper = qd_connection_is_paper (qd_session_get_connection (qd_topology_page_get_session (self)));

  for (guint i = 0; any && i < scene->n_nodes && !pinned; i++)
    pinned = scene->nodes[i].pinned;
  qd_topology_model_get_tally (self->model, &tally);
  enable (self, "undo", qd_topology_undo_can_undo (undo));
  enable (self, "redo", qd_topology_undo_can_redo (undo));
  enable (self, "arrange", any);
  enable (self, "export", any && self->exporting == NULL);
  enable (self, "print", any && self->exporting == NULL);
  g_simple_action_set_state (G_SIMPLE_ACTION (get_action (self, "past")),
                             g_variant_new_boolean (gtk_revealer_get_reveal_child (self->past_revealer)));
  enable (self, "search", !gtk_widget_get_visible (GTK_WIDGET (self->search_button)));
  enable (self, "filter", !gtk_widget_get_visible (GTK_WIDGET (self->filter_button)));
  /* Paper has no yesterday. */
  enable (self, "past", !is_paper);
  enable (self, "unpin-all", pinned);
  enable (self, "fold-all", any && *group_by != '\0' && tally.drawn > 0);
  enable (self, "unfold-all", tally.groups > 0);
  g_simple_action_set_state (G_SIMPLE_ACTION (get_action (self, "layout")),
                             g_variant_new_string (qd_topology_model_get_layout (self->model)));
  g_simple_action_set_state (G_SIMPLE_ACTION (get_action (self, "group-by")), g_variant_new_string (group_by));
}

/* A menu that was opened has its thing; keys and buttons are about what is selected. */
static void
activate_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  QdTopologyPage *self = data;
  const char *name = g_action_get_name (G_ACTION (action));

  if (self->menu == NULL)
    self->menu_pick = qd_topology_view_get_selected (self->view);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (plain[i].name, name))
      plain[i].run (self);
}

static void
add_shortcut (GtkShortcutController *controller, const char *trigger, const char *action)
{
  gtk_shortcut_controller_add_shortcut (controller, gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger),
                                                                      gtk_named_action_new (action)));
}

static void
add_shortcuts (QdTopologyPage *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), "<Control>z", "topology.undo");
  add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), "<Control><Shift>z", "topology.redo");
  add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), "<Control>a", "topology.select-all");
  add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), "Escape", "topology.escape");
  add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), "<Control>p", "topology.print");
  /* After the view and the entries, which have a use of their own for some of these. */
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
qd_topology_page_add_actions (QdTopologyPage *self)
{
  self->actions = g_simple_action_group_new ();
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (plain[i].name, NULL);

      g_signal_connect (action, "activate", G_CALLBACK (activate_cb), self);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
  add_stateful (self, "layout", g_variant_new_string ("force"), layout_cb);
  add_stateful (self, "group-by", g_variant_new_string (""), group_by_cb);
  add_stateful (self, "minimap", g_variant_new_boolean (TRUE), minimap_cb);
  add_stateful (self, "past", g_variant_new_boolean (FALSE), past_cb);
  add_stateful (self, "table", g_variant_new_boolean (FALSE), table_cb);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "topology", G_ACTION_GROUP (self->actions));
  gtk_widget_insert_action_group (self->header_end, "topology", G_ACTION_GROUP (self->actions));
  g_signal_connect_object (qd_topology_model_get_undo (self->model), "changed", G_CALLBACK (qd_topology_page_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_button, "notify::visible", G_CALLBACK (qd_topology_page_update_actions), self, G_CONNECT_SWAPPED);
  add_shortcuts (self);
}
