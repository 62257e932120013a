/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

/* --- What is drawn while there is an answer ---------------------------------------------------- */

static guint8
look_of (GHashTable *looks, QdEntity *entity)
{
  return (guint8) GPOINTER_TO_UINT (g_hash_table_lookup (looks, entity));
}

/* A folded group is lost when all in it are, and lit when any is. */
static guint8
look_of_group (GHashTable *looks, const QdTopologyGroup *group)
{
  guint lost = 0, lit = 0;

  for (guint i = 0; i < group->members->len; i++)
    {
      guint8 look = look_of (looks, group->members->pdata[i]);

      lost += look == QD_LOOK_LOST;
      lit += look != QD_LOOK_DIM;
    }
  return lost == group->members->len ? QD_LOOK_LOST : lit > 0 ? QD_LOOK_LIT : QD_LOOK_DIM;
}

/* What carries less is seen wherever it is drawn, as a part of what joins groups too, and so are its ends. */
static void
dress_drained (QdTopologyPage *self, QdScene *scene, GHashTable *looks, guint8 *nodes, guint8 *edges)
{
  GHashTableIter iter;
  gpointer entity, look;

  g_hash_table_iter_init (&iter, looks);
  while (g_hash_table_iter_next (&iter, &entity, &look))
    {
      QdPick pick = GPOINTER_TO_UINT (look) >= QD_LOOK_DRAINED ? qd_topology_model_find (self->model, entity) : QD_NO_PICK;

      if (pick.kind != QD_PICK_EDGE)
        continue;
      edges[pick.index] = MAX (edges[pick.index], (guint8) GPOINTER_TO_UINT (look));
      nodes[scene->edges[pick.index].src] = nodes[scene->edges[pick.index].dst] = QD_LOOK_LIT;
    }
}

static QdScene *
dress (QdTopologyPage *self, QdScene *scene, GHashTable *looks)
{
  g_autofree guint8 *nodes = g_new0 (guint8, MAX (scene->n_nodes, 1)), *edges = g_new0 (guint8, MAX (scene->n_edges, 1));

  for (guint i = 0; i < scene->n_nodes; i++)
    {
      const QdTopologyGroup *group = qd_topology_model_get_group (self->model, i);
      QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_NODE, i });

      nodes[i] = group ? look_of_group (looks, group) : entity ? look_of (looks, entity) : QD_LOOK_DIM;
    }
  for (guint i = 0; i < scene->n_edges; i++)
    {
      QdEntity *entity = qd_topology_model_get_entity (self->model, (QdPick) { QD_PICK_EDGE, i });

      /* A node's tie to its site is as they are. */
      edges[i] = entity ? look_of (looks, entity) : MIN (nodes[scene->edges[i].src], nodes[scene->edges[i].dst]);
    }
  dress_drained (self, scene, looks, nodes, edges);
  return qd_scene_dress (scene, nodes, edges);
}

QdScene *
qd_topology_page_dup_scene (QdTopologyPage *self)
{
  QdScene *scene = qd_topology_model_get_scene (self->model);
  const QdTopologyAnswer *answer = self->panel ? qd_topology_panel_get_answer (self->panel) : NULL;

  if (scene == NULL)
    return NULL;
  if (self->past && qd_topology_past_is_shown (self->past))
    return qd_topology_past_dress (self->past, self->model, scene);
  return answer && g_hash_table_size (answer->looks) > 0 ? dress (self, scene, answer->looks) : qd_scene_ref (scene);
}

/* The best path lies over the picture, in the accent's colour. */
void
qd_topology_page_show_route (QdTopologyPage *self)
{
  const QdTopologyAnswer *answer = self->panel ? qd_topology_panel_get_answer (self->panel) : NULL;
  g_autoptr (GArray) route = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; answer && i < answer->route->len; i++)
    {
      QdPick pick = qd_topology_model_find (self->model, answer->route->pdata[i]);

      if (pick.kind == QD_PICK_EDGE)
        g_array_append_val (route, pick.index);
    }
  qd_topology_view_set_route (self->view, g_steal_pointer (&route));
}

void
qd_topology_page_redress (QdTopologyPage *self)
{
  g_autoptr (QdScene) scene = qd_topology_page_dup_scene (self);

  if (scene == NULL)
    return;
  qd_topology_view_dress (self->view, scene);
  qd_topology_minimap_set_scene (self->minimap, scene);
  qd_topology_page_show_route (self);
}

/* --- What is said above the picture ------------------------------------------------------------ */

void
qd_topology_page_update_asking (QdTopologyPage *self)
{
  const QdTopologyAnswer *answer = self->panel ? qd_topology_panel_get_answer (self->panel) : NULL;
  gboolean asking = self->panel && qd_topology_panel_get_question (self->panel);
  g_autofree char *text = NULL;

  if (self->path_from)
    text = g_strdup_printf (_("From %s: choose where to"), qd_entity_get_name (self->path_from));
  else if (asking)
    text = g_strdup (answer ? answer->sentence : "…");
  gtk_widget_set_visible (self->asking_box, text != NULL);
  gtk_widget_set_visible (self->asking_more, asking && self->path_from == NULL);
  gtk_label_set_label (self->asking_label, text ? text : "");
  gtk_widget_set_visible (self->side_switcher, asking);
}

/* A path that was just found is brought into sight. */
static void
reveal_route (QdTopologyPage *self)
{
  const QdTopologyAnswer *answer = qd_topology_panel_get_answer (self->panel);
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  QdScene *scene = qd_topology_view_get_scene (self->view);

  if (answer == NULL || self->route_seen)
    return;
  self->route_seen = TRUE;
  for (guint i = 0; scene && i < answer->route->len; i++)
    {
      QdPick pick = qd_topology_model_find (self->model, answer->route->pdata[i]);

      if (pick.kind != QD_PICK_EDGE)
        continue;
      g_array_append_val (nodes, scene->edges[pick.index].src);
      g_array_append_val (nodes, scene->edges[pick.index].dst);
    }
  qd_topology_view_zoom_to (self->view, (const guint *) (gpointer) nodes->data, nodes->len);
}

static void
answered_cb (QdTopologyPage *self)
{
  qd_topology_page_update_asking (self);
  qd_topology_page_redress (self);
  qd_topology_page_refresh_legend (self);
  reveal_route (self);
}

static void
chosen_cb (QdTopologyPage *self, QdEntity *entity)
{
  QdPick pick = qd_topology_model_find (self->model, entity);

  if (pick.kind == QD_PICK_NOTHING)
    {
      qd_session_open (qd_topology_page_get_session (self), entity);
      return;
    }
  qd_session_set_selected (qd_topology_page_get_session (self), entity);
  adw_view_stack_set_visible_child_name (self->side_stack, "answer");
}

/* --- Asking ------------------------------------------------------------------------------------ */

void
qd_topology_page_show_answer (QdTopologyPage *self)
{
  if (self->panel == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->side_stack, "answer");
  qd_topology_page_show_pane (self, TRUE);
}

void
qd_topology_page_ask (QdTopologyPage *self, QdTopologyAsk what, GPtrArray *about)
{
  if (self->panel == NULL)
    {
      self->panel = QD_TOPOLOGY_PANEL (qd_topology_panel_new (qd_topology_page_get_session (self)));
      g_signal_connect_object (self->panel, "answered", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->panel, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
      adw_bin_set_child (self->answer_bin, GTK_WIDGET (self->panel));
    }
  g_clear_object (&self->path_from);
  self->route_seen = FALSE;
  qd_topology_panel_ask (self->panel, qd_topology_question_new (what, about));
  qd_topology_page_update_cut (self);
  qd_topology_page_show_answer (self);
}

void
qd_topology_page_stop_asking (QdTopologyPage *self)
{
  g_clear_object (&self->path_from);
  if (self->panel && qd_topology_panel_get_question (self->panel))
    qd_topology_panel_ask (self->panel, NULL);
  qd_topology_page_update_cut (self);
  adw_view_stack_set_visible_child_name (self->side_stack, "details");
  qd_topology_page_update_asking (self);
  if (qd_topology_view_get_selected (self->view).kind == QD_PICK_NOTHING)
    qd_topology_page_show_pane (self, FALSE);
}

/* What is in a node: a thing, or all that is folded into it. */
static void
add_things (QdTopologyPage *self, GPtrArray *things, QdPick pick)
{
  const QdTopologyGroup *group = pick.kind == QD_PICK_NODE ? qd_topology_model_get_group (self->model, pick.index) : NULL;
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);

  for (guint i = 0; group && i < group->members->len; i++)
    g_ptr_array_add (things, group->members->pdata[i]);
  if (entity)
    g_ptr_array_add (things, entity);
}

void
qd_topology_page_ask_about (QdTopologyPage *self, QdTopologyAsk what, QdPick pick, const guint *nodes, guint n)
{
  g_autoptr (GPtrArray) things = g_ptr_array_new ();

  if (pick.kind == QD_PICK_EDGE)
    add_things (self, things, pick);
  for (guint i = 0; i < n && pick.kind != QD_PICK_EDGE; i++)
    add_things (self, things, (QdPick) { QD_PICK_NODE, nodes[i] });
  if (things->len > 0)
    qd_topology_page_ask (self, what, things);
}

void
qd_topology_page_begin_path (QdTopologyPage *self, QdEntity *from)
{
  g_set_object (&self->path_from, from);
  qd_topology_page_update_asking (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

gboolean
qd_topology_page_end_path (QdTopologyPage *self, QdEntity *to)
{
  g_autoptr (QdEntity) from = NULL;
  QdKind kind = to ? qd_entity_get_kind (to) : QD_N_KINDS;
  g_autoptr (GPtrArray) ends = NULL;

  if (self->path_from == NULL || to == self->path_from || (kind != QD_KIND_SITE && kind != QD_KIND_NODE))
    return FALSE;
  from = g_object_ref (self->path_from);
  ends = g_ptr_array_new ();
  g_ptr_array_add (ends, from);
  g_ptr_array_add (ends, to);
  qd_topology_page_ask (self, QD_ASK_PATHS, ends);
  return TRUE;
}
