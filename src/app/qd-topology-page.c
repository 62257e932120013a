/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

#include "qd-topology-groups.h"

#define WAIT_MS 300

G_DEFINE_FINAL_TYPE (QdTopologyPage, qd_topology_page, QD_TYPE_PAGE)

static QdSession *
get_session (QdTopologyPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

static QdFleet *
get_fleet (QdTopologyPage *self)
{
  return qd_session_get_fleet (get_session (self));
}

/* --- The sentence and the legend --------------------------------------------------------------- */

void
qd_topology_page_refresh_legend (QdTopologyPage *self)
{
  QdTopologyCounts counts;
  GtkRequisition size;
  guint drained, thinned;
  g_autofree char *text = NULL, *whole = NULL;

  if (self->model == NULL)
    return;
  if (self->past && qd_topology_past_is_shown (self->past))
    qd_topology_past_count (self->past, &counts);
  else
    qd_topology_model_count (self->model, &counts);
  text = qd_topology_summarize (&counts);
  gtk_label_set_label (self->sentence, text);
  qd_topology_legend_set (self->legend, qd_topology_view_get_theme (self->view), &counts);
  qd_topology_page_count_cut (self, &drained, &thinned);
  qd_topology_legend_set_cut (self->legend, drained, thinned);
  gtk_widget_get_preferred_size (self->legend_box, NULL, &size);
  qd_topology_view_set_inset (self->view, size.width, size.height);
  /* Translators: the name of the picture for screen readers, then its conclusion. */
  whole = g_strdup_printf (_("Topology: %s"), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, whole, -1);
}

/* As the picture looks when it opens. */
static void
fill_key_cb (GtkMenuButton *button, gpointer data)
{
  QdTopologyPage *self = data;
  GtkWidget *popover = gtk_popover_new ();

  gtk_popover_set_child (GTK_POPOVER (popover), qd_topology_legend_new_key (qd_topology_view_get_theme (self->view)));
  gtk_menu_button_set_popover (button, popover);
}

/* The legend shrinks with the page. */
static void
legend_visible_cb (QdTopologyPage *self)
{
  qd_topology_page_refresh_legend (self);
}

static void
restyled_cb (QdTopologyPage *self)
{
  qd_topology_page_refresh_legend (self);
}

/* --- What is picked ---------------------------------------------------------------------------- */

static void
show_details (QdTopologyPage *self, QdEntity *entity)
{
  if (self->detail == NULL && entity == NULL)
    return;
  if (self->detail == NULL)
    {
      self->detail = QD_DETAIL_PANE (qd_detail_pane_new (get_session (self)));
      adw_bin_set_child (self->detail_bin, GTK_WIDGET (self->detail));
    }
  qd_detail_pane_set_entity (self->detail, entity);
}

static gboolean
pane_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (widget);
  gboolean asked = self->panel && qd_topology_panel_get_question (self->panel);

  if (gtk_widget_get_width (GTK_WIDGET (self->split)) <= 0)
    return G_SOURCE_CONTINUE;
  self->pane_tick = 0;
  adw_overlay_split_view_set_show_sidebar (self->split, (asked || qd_topology_view_get_selected (self->view).kind != QD_PICK_NOTHING) &&
                                                          !adw_overlay_split_view_get_collapsed (self->split));
  return G_SOURCE_REMOVE;
}

/* The split view cannot slide its pane in before it has a size. */
void
qd_topology_page_show_pane (QdTopologyPage *self, gboolean shown)
{
  if (gtk_widget_get_width (GTK_WIDGET (self->split)) > 0)
    adw_overlay_split_view_set_show_sidebar (self->split, shown);
  else if (shown && self->pane_tick == 0)
    self->pane_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), pane_tick_cb, NULL, NULL);
}

static void
show_selected (QdTopologyPage *self, gboolean reveal)
{
  QdEntity *entity = qd_session_get_selected (get_session (self));
  QdPick pick = qd_topology_model_find (self->model, entity);

  qd_topology_view_set_selected (self->view, pick, reveal);
  if (pick.kind == QD_PICK_NOTHING && !self->as_table)
    entity = NULL;
  show_details (self, entity);
  /* What was asked stays beside the picture. */
  if (entity == NULL && self->panel && qd_topology_panel_get_question (self->panel))
    {
      adw_view_stack_set_visible_child_name (self->side_stack, "answer");
      return;
    }
  adw_view_stack_set_visible_child_name (self->side_stack, "details");
  /* At narrow widths the pane would cover the picture: it comes when asked for. */
  if (entity == NULL || !adw_overlay_split_view_get_collapsed (self->split))
    qd_topology_page_show_pane (self, entity != NULL);
}

static void
session_selected_cb (QdTopologyPage *self)
{
  show_selected (self, TRUE);
}

static void
selected_cb (QdTopologyPage *self, guint kind, guint index)
{
  QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { kind, index });

  if (qd_topology_page_end_path (self, entity))
    return;
  qd_session_set_selected (get_session (self), entity);
  show_selected (self, FALSE);
  if (entity)
    qd_topology_page_show_pane (self, TRUE);
}

static void
activated_cb (QdTopologyPage *self, guint kind, guint index)
{
  QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { kind, index });

  if (entity)
    qd_session_open (get_session (self), entity);
}

/* --- Several ----------------------------------------------------------------------------------- */

/* A folded group stands for all that is in it. */
static GPtrArray *
list_marked (QdTopologyPage *self, guint n)
{
  GPtrArray *entities = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) nodes = n > 0 ? qd_topology_view_get_marked (self->view) : g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < nodes->len; i++)
    {
      guint node = g_array_index (nodes, guint, i);
      const QdTopologyGroup *group = qd_topology_model_get_group (self->model, node);
      QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_NODE, node });

      if (entity)
        g_ptr_array_add (entities, g_object_ref (entity));
      for (guint k = 0; group && k < group->members->len; k++)
        g_ptr_array_add (entities, g_object_ref (group->members->pdata[k]));
    }
  return entities;
}

/* Things that are selected stay so whatever number they have by now; those that are not drawn any more do not. */
static void
mark_several (QdTopologyPage *self)
{
  QdScene *scene = qd_topology_view_get_scene (self->view);
  gboolean *marks = scene && self->several->len > 1 ? g_new0 (gboolean, MAX (scene->n_nodes, 1)) : NULL;

  for (guint i = 0; marks && i < self->several->len; i++)
    {
      QdPick pick = qd_topology_model_find (self->model, self->several->pdata[i]);

      if (pick.kind == QD_PICK_NODE)
        marks[pick.index] = TRUE;
    }
  qd_topology_view_set_marks (self->view, marks);
}

static void
marked_cb (QdTopologyPage *self, guint kind, guint n)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%'u selected", "%'u selected", n), n);

  gtk_widget_set_visible (self->marks_box, n > 1);
  gtk_label_set_label (self->marks_label, text);
  if (!self->marking)
    {
      g_ptr_array_unref (self->several);
      self->several = list_marked (self, n);
      if (self->twin)
        qd_topology_twin_set_several (self->twin, self->several);
    }
  if (n > 1 && !self->marking)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->view), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
dropped_cb (QdTopologyPage *self)
{
  const QdPoint *places;
  guint n;
  const guint *nodes = qd_topology_view_get_carried (self->view, &n, &places);
  g_autofree QdPoint *to = g_new (QdPoint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    to[i] = places[nodes[i]];
  if (!qd_topology_model_move (self->model, nodes, n, to))
    qd_topology_view_cancel_drag (self->view);
}

static void
menu_cb (QdTopologyPage *self, guint kind, guint index)
{
  qd_topology_page_show_menu (self, (QdPick) { kind, index });
}

/* What was filtered or folded away comes back. */
static void
show_all_cb (QdTopologyPage *self)
{
  qd_topology_filter_bar_set_text (self->filter_bar, "");
  qd_topology_model_fold_all (self->model, FALSE);
}

static void
detail_closed_cb (QdTopologyPage *self)
{
  adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
sidebar_cb (QdTopologyPage *self)
{
  /* A pane that was swept away leaves nothing selected behind it. */
  if (!adw_overlay_split_view_get_show_sidebar (self->split) && self->model &&
      qd_topology_view_get_selected (self->view).kind != QD_PICK_NOTHING)
    qd_session_set_selected (get_session (self), NULL);
}

static void
hovered_cb (QdTopologyPage *self, guint kind, guint index)
{
  QdEntity *entity = self->model ? qd_topology_model_get_entity (self->model, (QdPick) { kind, index }) : NULL;

  qd_topology_card_set_entity (self->card, entity);
  if (entity && self->past && qd_topology_past_is_shown (self->past))
    qd_topology_card_set_past (self->card, qd_topology_past_get_status (self->past, entity), qd_topology_past_get_time (self->past));
  qd_topology_card_set_note (self->card, entity ? qd_topology_page_get_note (self, entity) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->card), entity != NULL);
}

static char *
describe_cb (QdPick pick, gpointer data)
{
  QdTopologyPage *self = data;
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);
  const char *note = entity ? qd_topology_page_get_note (self, entity) : NULL;
  g_autofree char *text = entity ? qd_topology_describe (get_fleet (self), entity) : NULL;

  return note ? g_strdup_printf ("%s. %s", text, note) : g_steal_pointer (&text);
}

/* In the past, the figures of now would be wrong. */
static char *
figures_cb (QdPick pick, gpointer data)
{
  QdTopologyPage *self = data;
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);

  return entity && !(self->past && qd_topology_past_is_shown (self->past)) ? qd_topology_tell_figures (entity) : NULL;
}

/* --- Search ------------------------------------------------------------------------------------ */

/* A folded group is found by any that is in it. */
static gboolean
is_hit (QdTopologyPage *self, QdFilter *filter, guint node)
{
  QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_NODE, node });
  const QdTopologyGroup *group = qd_topology_model_get_group (self->model, node);

  if (group == NULL)
    return entity && qd_filter_match (filter, entity);
  for (guint i = 0; i < group->members->len; i++)
    if (qd_filter_match (filter, group->members->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
search_changed_cb (QdTopologyPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  QdScene *scene = self->model ? qd_topology_model_get_scene (self->model) : NULL;
  g_autoptr (QdFilter) filter = NULL;
  gboolean *hits;

  if (scene == NULL || *text == '\0')
    {
      qd_topology_view_set_hits (self->view, NULL);
      return;
    }
  filter = qd_filter_new (text, QD_FILTER_ANYWHERE, 0);
  hits = g_new0 (gboolean, MAX (scene->n_nodes, 1));
  for (guint i = 0; i < scene->n_nodes; i++)
    hits[i] = is_hit (self, filter, i);
  qd_topology_view_set_hits (self->view, hits);
}

/* Enter goes from one that was found to the next. */
static void
search_next_cb (QdTopologyPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  QdScene *scene = self->model ? qd_topology_model_get_scene (self->model) : NULL;
  QdPick selected = qd_topology_view_get_selected (self->view);
  g_autoptr (QdFilter) filter = NULL;

  if (scene == NULL || *text == '\0')
    return;
  filter = qd_filter_new (text, QD_FILTER_ANYWHERE, 0);
  for (guint i = 0, from = selected.kind == QD_PICK_NODE ? selected.index + 1 : 0; i < scene->n_nodes; i++)
    {
      QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_NODE, (from + i) % scene->n_nodes });

      if (entity == NULL || !qd_filter_match (filter, entity))
        continue;
      qd_session_set_selected (get_session (self), entity);
      return;
    }
}

static void
search_mode_cb (QdTopologyPage *self)
{
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    qd_topology_view_set_hits (self->view, NULL);
  else
    search_changed_cb (self);
}

/* --- The scene --------------------------------------------------------------------------------- */

static gboolean
wait_cb (gpointer data)
{
  QdTopologyPage *self = data;

  self->wait_id = 0;
  if (qd_topology_model_get_scene (self->model) == NULL && !self->as_table)
    gtk_stack_set_visible_child_name (self->stack, "waiting");
  return G_SOURCE_REMOVE;
}

void
qd_topology_page_show_content (QdTopologyPage *self)
{
  QdTopologyTally tally;

  qd_topology_model_get_tally (self->model, &tally);
  /* Where a filter leaves nothing, the picture says so. */
  gtk_stack_set_visible_child_name (self->stack, self->as_table ? "table" : tally.total > 0 ? "graph" : "empty");
}

/* What is selected in the table is what is selected in the picture. */
static void
several_cb (QdTopologyPage *self, GPtrArray *entities)
{
  self->marking = TRUE;
  g_ptr_array_set_size (self->several, 0);
  for (guint i = 0; i < entities->len && entities->len > 1; i++)
    g_ptr_array_add (self->several, g_object_ref (entities->pdata[i]));
  mark_several (self);
  self->marking = FALSE;
}

void
qd_topology_page_set_table (QdTopologyPage *self, gboolean as_table)
{
  self->as_table = as_table;
  if (as_table && self->twin == NULL)
    {
      self->twin = QD_TOPOLOGY_TWIN (qd_topology_twin_new (get_session (self)));
      adw_bin_set_child (self->table_bin, GTK_WIDGET (self->twin));
      g_signal_connect_object (self->twin, "several", G_CALLBACK (several_cb), self, G_CONNECT_SWAPPED);
    }
  if (self->twin)
    {
      g_autofree char *text = qd_topology_filter_bar_dup_text (self->filter_bar);
      qd_topology_twin_set_filter (self->twin, text);
      qd_topology_twin_set_several (self->twin, self->several);
    }
  qd_topology_page_show_content (self);
}

/* What there is to group by hangs on what is there. */
static void
fill_groups (QdTopologyPage *self)
{
  g_autoptr (GPtrArray) choices = qd_topology_group_choices (get_fleet (self), qd_session_get_connection (get_session (self)));

  if (g_menu_model_get_n_items (G_MENU_MODEL (self->groups)) == (int) choices->len + 1)
    return;
  while (g_menu_model_get_n_items (G_MENU_MODEL (self->groups)) > 1)
    g_menu_remove (self->groups, 1);
  for (guint i = 0; i < choices->len; i++)
    {
      g_autofree char *title = qd_topology_group_title (choices->pdata[i]);
      g_autoptr (GMenuItem) item = g_menu_item_new (title, NULL);

      g_menu_item_set_action_and_target (item, "topology.group-by", "s", choices->pdata[i]);
      g_menu_append_item (self->groups, item);
    }
}

static void
scene_cb (QdTopologyPage *self)
{
  g_autoptr (QdScene) scene = qd_topology_page_dup_scene (self);

  qd_topology_card_set_entity (self->card, NULL);
  self->marking = TRUE;
  qd_topology_view_set_scene (self->view, scene, qd_topology_model_get_index (self->model), self->had_scene && scene);
  self->marking = FALSE;
  if (scene)
    mark_several (self);
  else
    g_ptr_array_set_size (self->several, 0);
  self->had_scene = scene && scene->n_nodes > 0;
  g_clear_handle_id (&self->wait_id, g_source_remove);
  if (scene == NULL)
    {
      /* Another connection: what was asked of the one before has no meaning. */
      qd_topology_page_stop_asking (self);
      if (gtk_revealer_get_reveal_child (self->past_revealer))
        qd_topology_page_show_past (self, FALSE);
      /* Only a long wait is worth a word. */
      self->wait_id = g_timeout_add (WAIT_MS, wait_cb, self);
      return;
    }
  qd_topology_minimap_set_scene (self->minimap, scene);
  qd_topology_page_show_route (self);
  if (self->panel)
    qd_topology_panel_ask_again (self->panel);
  qd_topology_page_show_content (self);
  qd_topology_page_update_tally (self);
  qd_topology_page_update_actions (self);
  fill_groups (self);
  qd_topology_page_refresh_legend (self);
  if (gtk_search_bar_get_search_mode (self->search_bar))
    search_changed_cb (self);
  if (self->wanted)
    {
      g_autoptr (QdEntity) wanted = g_steal_pointer (&self->wanted);
      qd_session_set_selected (get_session (self), wanted);
    }
  show_selected (self, FALSE);
}

static void
moved_cb (QdTopologyPage *self)
{
  g_autoptr (QdScene) scene = qd_topology_page_dup_scene (self);

  qd_topology_view_move_scene (self->view, scene, qd_topology_model_get_index (self->model));
  qd_topology_minimap_set_scene (self->minimap, scene);
  qd_topology_page_update_tally (self);
  qd_topology_page_update_actions (self);
}

static void
updated_cb (QdTopologyPage *self, const QdPick *picks, guint n)
{
  g_autoptr (QdScene) scene = qd_topology_page_dup_scene (self);

  /* What is drawn is not what is now: nothing glows. */
  if (scene != qd_topology_model_get_scene (self->model))
    qd_topology_page_redress (self);
  else
    {
      qd_topology_view_update_scene (self->view, scene, picks, n);
      qd_topology_minimap_update_scene (self->minimap, scene, picks, n);
    }
  if (self->panel)
    qd_topology_panel_ask_again (self->panel);
  qd_topology_page_update_tally (self);
  qd_topology_page_refresh_legend (self);
}

/* --- As a page --------------------------------------------------------------------------------- */

static gboolean
qd_topology_page_show_entity (QdPage *page, QdEntity *entity)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (page);
  QdKind kind = qd_entity_get_kind (entity);

  if (kind != QD_KIND_SITE && kind != QD_KIND_NODE && kind != QD_KIND_PATH && kind != QD_KIND_LINK)
    return FALSE;
  if (qd_topology_model_find (self->model, entity).kind == QD_PICK_NOTHING)
    g_set_object (&self->wanted, entity);
  qd_session_set_selected (get_session (self), entity);
  show_selected (self, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  return TRUE;
}

static GtkWidget *
qd_topology_page_get_header_end (QdPage *page)
{
  return QD_TOPOLOGY_PAGE (page)->header_end;
}

static void
qd_topology_page_focus_search (QdPage *page)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (page);

  if (self->as_table)
    {
      qd_topology_twin_focus_search (self->twin);
      return;
    }
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

/* Of several, a line each. */
char *
qd_topology_page_copy_text (QdTopologyPage *self)
{
  g_autoptr (GArray) marked = qd_topology_view_get_marked (self->view);
  GString *out;

  if (marked->len <= 1)
    return describe_cb (self->menu ? self->menu_pick : qd_topology_view_get_selected (self->view), self);
  out = g_string_new (NULL);
  for (guint i = 0; i < marked->len; i++)
    {
      g_autofree char *line = describe_cb ((QdPick) { QD_PICK_NODE, g_array_index (marked, guint, i) }, self);

      if (line)
        g_string_append_printf (out, "%s\n", line);
    }
  return g_string_free (out, FALSE);
}

static char *
qd_topology_page_copy (QdPage *page)
{
  return qd_topology_page_copy_text (QD_TOPOLOGY_PAGE (page));
}

static void
qd_topology_page_constructed (GObject *object)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (object);
  QdSession *session;

  G_OBJECT_CLASS (qd_topology_page_parent_class)->constructed (object);
  session = get_session (self);
  self->card = QD_TOPOLOGY_CARD (qd_topology_card_new (get_fleet (self)));
  gtk_widget_add_css_class (GTK_WIDGET (self->card), "qd-topology-card");
  qd_topology_view_set_card (self->view, GTK_WIDGET (self->card));
  qd_topology_view_set_describe (self->view, describe_cb, self);
  qd_topology_view_set_figures (self->view, figures_cb, self);

  self->model = qd_topology_model_get (session);
  qd_topology_model_watch (self->model, GTK_WIDGET (self));
  qd_topology_page_add_actions (self);
  qd_topology_page_add_filter (self);
  qd_topology_page_add_past (self);
  qd_topology_page_add_cut (self);
  qd_topology_minimap_set_view (self->minimap, self->view);
  gtk_menu_button_set_create_popup_func (self->key_button, fill_key_cb, self, NULL);
  g_signal_connect_object (self->model, "moved", G_CALLBACK (moved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "scene", G_CALLBACK (scene_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "updated", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->legend, "notify::visible", G_CALLBACK (legend_visible_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (session_selected_cb), self, G_CONNECT_SWAPPED);
  scene_cb (self);
}

static void
qd_topology_page_dispose (GObject *object)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (object);

  g_clear_handle_id (&self->wait_id, g_source_remove);
  g_clear_handle_id (&self->play_id, g_source_remove);
  qd_topology_page_stop_export (self);
  if (self->pane_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->pane_tick);
  self->pane_tick = 0;
  if (self->view)
    {
      qd_topology_view_set_describe (self->view, NULL, NULL);
      qd_topology_view_set_figures (self->view, NULL, NULL);
    }
  if (self->minimap)
    qd_topology_minimap_set_view (self->minimap, NULL);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  if (self->actions)
    {
      gtk_widget_insert_action_group (GTK_WIDGET (self), "topology", NULL);
      gtk_widget_insert_action_group (self->header_end, "topology", NULL);
    }
  g_clear_object (&self->actions);
  g_clear_object (&self->path_from);
  g_clear_object (&self->workbench);
  g_clear_object (&self->cut);
  g_clear_object (&self->past);
  g_clear_object (&self->exporting);
  g_clear_object (&self->model);
  g_clear_object (&self->wanted);
  g_clear_pointer (&self->several, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_TOPOLOGY_PAGE);
  G_OBJECT_CLASS (qd_topology_page_parent_class)->dispose (object);
}

static void
qd_topology_page_class_init (QdTopologyPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  QdPageClass *page_class = QD_PAGE_CLASS (klass);

  object_class->constructed = qd_topology_page_constructed;
  object_class->dispose = qd_topology_page_dispose;
  page_class->show_entity = qd_topology_page_show_entity;
  page_class->get_header_end = qd_topology_page_get_header_end;
  page_class->focus_search = qd_topology_page_focus_search;
  page_class->copy = qd_topology_page_copy;
  g_type_ensure (QD_TYPE_TOPOLOGY_LEGEND);
  g_type_ensure (QD_TYPE_TOPOLOGY_MINIMAP);
  g_type_ensure (QD_TYPE_TOPOLOGY_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-topology-page.ui");
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, split);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, detail_bin);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, legend_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, stack);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, past_label);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, export_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, export_label);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, past_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, play_button);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, past_scale);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, past_revealer);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, key_button);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, table_bin);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, groups);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, answer_bin);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, side_switcher);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, side_stack);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, cut_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, asking_label);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, asking_more);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, asking_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, marks_label);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, marks_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, paper_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, tally_label);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, tally_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, minimap);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, filter_revealer);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, view);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, legend);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, sentence);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, header_end);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, search_button);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, filter_button);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_cb);
  gtk_widget_class_bind_template_callback (widget_class, detail_closed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, restyled_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, dropped_cb);
  gtk_widget_class_bind_template_callback (widget_class, marked_cb);
}

static void
qd_topology_page_init (QdTopologyPage *self)
{
  self->several = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
}
