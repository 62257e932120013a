/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page.h"

#include <glib/gi18n.h>

#include "qd-detail-pane.h"
#include "qd-topology-card.h"
#include "qd-topology-legend.h"
#include "qd-topology-model.h"
#include "qd-topology-view.h"
#include "qd-view.h"

#define WAIT_MS 300

struct _QdTopologyPage {
  QdPage parent_instance;

  /* template */
  AdwOverlaySplitView *split;
  AdwBin *detail_bin;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkStack *stack;
  QdTopologyView *view;
  QdTopologyLegend *legend;
  GtkLabel *sentence;
  GtkWidget *legend_box;
  GtkWidget *header_end;

  QdTopologyCard *card;      /* in the view */
  QdDetailPane *detail;      /* in its bin, once something was picked */
  QdTopologyModel *model;
  QdEntity *wanted;          /* asked for before the picture was there */
  gboolean had_scene;
  guint wait_id, pane_tick;
};

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

static void
refresh_legend (QdTopologyPage *self)
{
  QdTopologyCounts counts;
  GtkRequisition size;
  g_autofree char *text = NULL, *whole = NULL;

  if (self->model == NULL)
    return;
  qd_topology_model_count (self->model, &counts);
  text = qd_topology_summarize (&counts);
  gtk_label_set_label (self->sentence, text);
  qd_topology_legend_set (self->legend, qd_topology_view_get_theme (self->view), &counts);
  gtk_widget_get_preferred_size (self->legend_box, NULL, &size);
  qd_topology_view_set_inset (self->view, size.width, size.height);
  /* Translators: the name of the picture for screen readers, then its conclusion. */
  whole = g_strdup_printf (_("Topology: %s"), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, whole, -1);
}

/* The legend shrinks with the page. */
static void
legend_visible_cb (QdTopologyPage *self)
{
  refresh_legend (self);
}

static void
restyled_cb (QdTopologyPage *self)
{
  refresh_legend (self);
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

  if (gtk_widget_get_width (GTK_WIDGET (self->split)) <= 0)
    return G_SOURCE_CONTINUE;
  self->pane_tick = 0;
  adw_overlay_split_view_set_show_sidebar (self->split, qd_topology_view_get_selected (self->view).kind != QD_PICK_NOTHING &&
                                                          !adw_overlay_split_view_get_collapsed (self->split));
  return G_SOURCE_REMOVE;
}

/* The split view cannot slide its pane in before it has a size. */
static void
show_pane (QdTopologyPage *self, gboolean shown)
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
  if (pick.kind == QD_PICK_NOTHING)
    entity = NULL;
  show_details (self, entity);
  /* At narrow widths the pane would cover the picture: it comes when asked for. */
  if (entity == NULL || !adw_overlay_split_view_get_collapsed (self->split))
    show_pane (self, entity != NULL);
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

  qd_session_set_selected (get_session (self), entity);
  show_selected (self, FALSE);
  if (entity)
    show_pane (self, TRUE);
}

static void
activated_cb (QdTopologyPage *self, guint kind, guint index)
{
  QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { kind, index });

  if (entity)
    qd_session_open (get_session (self), entity);
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
  gtk_widget_set_visible (GTK_WIDGET (self->card), entity != NULL);
}

static char *
describe_cb (QdPick pick, gpointer data)
{
  QdTopologyPage *self = data;
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);

  return entity ? qd_topology_describe (get_fleet (self), entity) : NULL;
}

/* --- Search ------------------------------------------------------------------------------------ */

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
  filter = qd_filter_new (text, NULL, 0);
  hits = g_new0 (gboolean, MAX (scene->n_nodes, 1));
  for (guint i = 0; i < scene->n_nodes; i++)
    {
      QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_NODE, i });
      hits[i] = entity && qd_filter_match (filter, entity);
    }
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
  filter = qd_filter_new (text, NULL, 0);
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
  if (qd_topology_model_get_scene (self->model) == NULL)
    gtk_stack_set_visible_child_name (self->stack, "waiting");
  return G_SOURCE_REMOVE;
}

static void
scene_cb (QdTopologyPage *self)
{
  QdScene *scene = qd_topology_model_get_scene (self->model);

  qd_topology_card_set_entity (self->card, NULL);
  qd_topology_view_set_scene (self->view, scene, qd_topology_model_get_index (self->model), self->had_scene && scene);
  self->had_scene = scene && scene->n_nodes > 0;
  g_clear_handle_id (&self->wait_id, g_source_remove);
  if (scene == NULL)
    {
      /* Only a long wait is worth a word. */
      self->wait_id = g_timeout_add (WAIT_MS, wait_cb, self);
      return;
    }
  gtk_stack_set_visible_child_name (self->stack, scene->n_nodes > 0 ? "graph" : "empty");
  refresh_legend (self);
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
updated_cb (QdTopologyPage *self, const QdPick *picks, guint n)
{
  qd_topology_view_update_scene (self->view, qd_topology_model_get_scene (self->model), picks, n);
  refresh_legend (self);
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

  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static char *
qd_topology_page_copy (QdPage *page)
{
  return describe_cb (qd_topology_view_get_selected (QD_TOPOLOGY_PAGE (page)->view), page);
}

static void
action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdTopologyPage *self = QD_TOPOLOGY_PAGE (widget);

  if (g_str_equal (name, "topology.zoom-in"))
    qd_topology_view_zoom_by (self->view, 1.4);
  else if (g_str_equal (name, "topology.zoom-out"))
    qd_topology_view_zoom_by (self->view, 1 / 1.4);
  else if (g_str_equal (name, "topology.fit"))
    qd_topology_view_fit (self->view);
  else
    qd_topology_model_arrange (self->model);
}

/* The menu stands in the window's header bar, outside of the page that its actions are installed on. */
static void
add_header_actions (QdTopologyPage *self)
{
  static const char *const names[] = { "fit", "arrange" };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (names[i], NULL);

      if (g_str_equal (names[i], "fit"))
        g_signal_connect_object (action, "activate", G_CALLBACK (qd_topology_view_fit), self->view, G_CONNECT_SWAPPED);
      else
        g_signal_connect_object (action, "activate", G_CALLBACK (qd_topology_model_arrange), self->model, G_CONNECT_SWAPPED);
      g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
    }
  gtk_widget_insert_action_group (self->header_end, "topology", G_ACTION_GROUP (group));
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

  self->model = qd_topology_model_get (session);
  qd_topology_model_watch (self->model, GTK_WIDGET (self));
  add_header_actions (self);
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
  if (self->pane_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->pane_tick);
  self->pane_tick = 0;
  if (self->view)
    qd_topology_view_set_describe (self->view, NULL, NULL);
  g_clear_object (&self->model);
  g_clear_object (&self->wanted);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_TOPOLOGY_PAGE);
  G_OBJECT_CLASS (qd_topology_page_parent_class)->dispose (object);
}

static void
qd_topology_page_class_init (QdTopologyPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  QdPageClass *page_class = QD_PAGE_CLASS (klass);
  static const char *const actions[] = { "topology.zoom-in", "topology.zoom-out", "topology.fit", "topology.arrange" };

  object_class->constructed = qd_topology_page_constructed;
  object_class->dispose = qd_topology_page_dispose;
  page_class->show_entity = qd_topology_page_show_entity;
  page_class->get_header_end = qd_topology_page_get_header_end;
  page_class->focus_search = qd_topology_page_focus_search;
  page_class->copy = qd_topology_page_copy;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, action_cb);

  g_type_ensure (QD_TYPE_TOPOLOGY_LEGEND);
  g_type_ensure (QD_TYPE_TOPOLOGY_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-topology-page.ui");
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, split);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, detail_bin);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, legend_box);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, stack);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, view);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, legend);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, sentence);
  gtk_widget_class_bind_template_child (widget_class, QdTopologyPage, header_end);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_cb);
  gtk_widget_class_bind_template_callback (widget_class, detail_closed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, hovered_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, restyled_cb);
}

static void
qd_topology_page_init (QdTopologyPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
