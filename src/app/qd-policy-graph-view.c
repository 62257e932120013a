/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-view-private.h"

#include <string.h>

#include <glib/gi18n.h>

enum { SIGNAL_EXPLAIN, SIGNAL_LIST, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdPolicyGraphView, qd_policy_graph_view, GTK_TYPE_WIDGET)

/* --- What is selected ---------------------------------------------------------------------------- */

/* Who is connected with the node that is selected; the rest stands back. */
static QdScene *
dress (QdPolicyGraphView *self, guint node)
{
  g_autofree guint8 *nodes = g_new0 (guint8, MAX (self->scene->n_nodes, 1)), *edges = g_new0 (guint8, MAX (self->scene->n_edges, 1));
  guint n;
  const guint *at = qd_scene_edges_at (self->scene, node, &n);
  QdScene *scene;

  nodes[node] = QD_LOOK_LIT;
  for (guint i = 0; i < n; i++)
    {
      edges[at[i]] = QD_LOOK_LIT;
      nodes[qd_scene_other_end (self->scene, at[i], node)] = QD_LOOK_LIT;
    }
  scene = qd_scene_dress (self->scene, nodes, edges);
  qd_policy_graph_groups_extend (self->data, scene);
  return scene;
}

void
qd_policy_graph_view_show_selected (QdPolicyGraphView *self)
{
  guint node = self->selected != NULL && self->data != NULL ? qd_policy_graph_find_node (self->data, self->selected) : G_MAXUINT;
  g_autoptr (QdScene) scene = NULL;

  if (self->scene == NULL)
    return;
  scene = node != G_MAXUINT ? dress (self, node) : qd_scene_ref (self->scene);
  qd_topology_view_dress (self->view, scene);
  if (node != G_MAXUINT)
    qd_topology_view_set_selected (self->view, (QdPick) { QD_PICK_NODE, node }, FALSE);
  qd_policy_graph_view_update_pick (self);
}

static void
explain (QdPolicyGraphView *self, guint line)
{
  QdProtocol protocol = QD_PROTOCOL_TCP;
  guint src, dst, port;

  if (qd_policy_graph_pick_flow (self->data, line, &src, &dst, &protocol, &port))
    g_signal_emit (self, signals[SIGNAL_EXPLAIN], 0, src, dst, (guint) protocol, port);
}

static void
selected_cb (QdPolicyGraphView *self, guint kind, guint index)
{
  guint n;

  if (self->data == NULL)
    return;
  g_clear_pointer (&self->selected, g_free);
  if (kind == QD_PICK_NODE)
    self->selected = g_strdup (qd_policy_graph_get_nodes (self->data, &n)[index].id);
  qd_policy_graph_view_show_selected (self);
  if (kind == QD_PICK_EDGE)
    explain (self, index);
}

void
qd_policy_graph_view_list (QdPolicyGraphView *self, guint index, gboolean out)
{
  QdPolicyEnds *ends = qd_policy_graph_get_ends (self->data);
  guint n;
  const QdPolicyGraphNode *node = &qd_policy_graph_get_nodes (self->data, &n)[index];
  g_autofree char *name = NULL, *filter = NULL;

  if (node->sort == QD_POLICY_GRAPH_REST)
    return;
  if (node->sort == QD_POLICY_GRAPH_GROUP)
    name = node->outside ? g_strdup ("[external]") : g_strconcat (qd_policy_ends_get_group (ends, node->group), "/", NULL);
  else
    name = g_strdup (qd_policy_ends_get (ends, qd_policy_graph_get_members (self->data)[node->first])->key);
  filter = out ? g_strdup_printf ("%s >", name) : g_strdup_printf ("> %s", name);
  g_signal_emit (self, signals[SIGNAL_LIST], 0, filter);
}

/* What stands together opens; what stands alone is shown with all whom it may reach. */
static void
activated_cb (QdPolicyGraphView *self, guint kind, guint index)
{
  const QdPolicyGraphNode *node;
  guint n;

  if (self->data == NULL || kind == QD_PICK_NOTHING)
    return;
  if (kind == QD_PICK_EDGE)
    {
      explain (self, index);
      return;
    }
  node = &qd_policy_graph_get_nodes (self->data, &n)[index];
  if (node->sort == QD_POLICY_GRAPH_GROUP)
    qd_policy_graph_view_set_folded (self, qd_policy_ends_get_group (qd_policy_graph_get_ends (self->data), node->group), FALSE);
  else
    qd_policy_graph_view_list (self, index, TRUE);
}

void
qd_policy_graph_view_select (QdPolicyGraphView *self, guint src, guint dst)
{
  QdPolicyEnds *ends = self->data != NULL ? qd_policy_graph_get_ends (self->data) : NULL;
  guint from = ends != NULL ? qd_policy_ends_find (ends, src) : QD_POLICY_NO_END, to = ends != NULL ? qd_policy_ends_find (ends, dst) : QD_POLICY_NO_END;
  guint a, b, n;
  const QdPolicyGraphLine *lines;

  g_return_if_fail (QD_IS_POLICY_GRAPH_VIEW (self));

  if (from == QD_POLICY_NO_END || to == QD_POLICY_NO_END)
    return;
  a = qd_policy_graph_find_end (self->data, from);
  b = qd_policy_graph_find_end (self->data, to);
  lines = qd_policy_graph_get_lines (self->data, &n);
  for (guint i = 0; i < n; i++)
    if (lines[i].n[a <= b ? QD_POLICY_GRAPH_THERE : QD_POLICY_GRAPH_BACK] > 0 && lines[i].a == MIN (a, b) && lines[i].b == MAX (a, b))
      {
        qd_topology_view_set_selected (self->view, (QdPick) { QD_PICK_EDGE, i }, TRUE);
        return;
      }
  qd_topology_view_set_selected (self->view, QD_NO_PICK, FALSE);
}

/* --- Search -------------------------------------------------------------------------------------- */

/* Whether an end of @node has all of @words (folded). */
static gboolean
has_words (QdPolicyGraphView *self, guint node, char **words)
{
  QdPolicyEnds *ends = qd_policy_graph_get_ends (self->data);
  const guint *members = qd_policy_graph_get_members (self->data);
  guint n;
  const QdPolicyGraphNode *at = &qd_policy_graph_get_nodes (self->data, &n)[node];

  for (guint i = 0; i < at->n; i++)
    {
      const char *key = qd_policy_ends_get (ends, members[at->first + i])->key;
      gboolean all = TRUE;

      for (guint k = 0; words[k] != NULL && all; k++)
        all = strstr (key, words[k]) != NULL;
      if (all)
        return TRUE;
    }
  return FALSE;
}

/* "a > b" finds a and b. */
static gboolean *
find_hits (QdPolicyGraphView *self)
{
  g_autofree char *folded = self->filter != NULL ? g_utf8_casefold (self->filter, -1) : g_strdup ("");
  g_auto (GStrv) sides = NULL;
  gboolean *hits;
  guint n;

  g_strdelimit (g_strstrip (folded), "\t", ' ');
  if (*folded == '\0' || self->data == NULL)
    return NULL;
  qd_policy_graph_get_nodes (self->data, &n);
  hits = g_new0 (gboolean, MAX (n, 1));
  sides = g_strsplit (folded, strstr (folded, "→") != NULL ? "→" : ">", 2);
  for (guint i = 0; sides[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (sides[i]), " ", -1);

      for (guint k = 0; k < n && *sides[i] != '\0'; k++)
        hits[k] |= has_words (self, k, words);
    }
  return hits;
}

void
qd_policy_graph_view_show_hits (QdPolicyGraphView *self)
{
  qd_topology_view_set_hits (self->view, find_hits (self));
}

void
qd_policy_graph_view_set_filter (QdPolicyGraphView *self, const char *text)
{
  g_return_if_fail (QD_IS_POLICY_GRAPH_VIEW (self));

  if (g_set_str (&self->filter, text))
    qd_policy_graph_view_show_hits (self);
}

void
qd_policy_graph_view_find_next (QdPolicyGraphView *self)
{
  g_autofree gboolean *hits = find_hits (self);
  QdPick selected = qd_topology_view_get_selected (self->view);
  guint from = selected.kind == QD_PICK_NODE ? selected.index + 1 : 0, n = self->scene != NULL ? self->scene->n_nodes : 0;

  for (guint i = 0; hits != NULL && i < n; i++)
    if (hits[(from + i) % n])
      {
        g_set_str (&self->selected, self->scene->nodes[(from + i) % n].id);
        qd_policy_graph_view_show_selected (self);
        qd_topology_view_set_selected (self->view, (QdPick) { QD_PICK_NODE, (from + i) % n }, TRUE);
        return;
      }
}

/* --- The picture --------------------------------------------------------------------------------- */

static gboolean
same_things (const QdScene *a, const QdScene *b)
{
  if (a == NULL || a->n_nodes != b->n_nodes || a->n_edges != b->n_edges)
    return FALSE;
  for (guint i = 0; i < a->n_nodes; i++)
    if (!g_str_equal (a->nodes[i].id, b->nodes[i].id) || !g_str_equal (a->nodes[i].label, b->nodes[i].label) || a->nodes[i].stale != b->nodes[i].stale)
      return FALSE;
  for (guint i = 0; i < a->n_edges; i++)
    if (!g_str_equal (a->edges[i].id, b->edges[i].id) || a->edges[i].src != b->edges[i].src || a->edges[i].directed != b->edges[i].directed)
      return FALSE;
  return TRUE;
}

/* Where everything stands now is where it will stand again; an act of the admin that led to it is done. */
static void
note_places (QdPolicyGraphView *self, const QdScene *scene)
{
  QdPlacesChange *change;

  qd_policy_graph_note_places (self->places, scene->graph, scene->positions);
  change = qd_places_end (self->places);
  if (change != NULL)
    qd_topology_undo_push (self->undo, change);
}

static void
show_scene (QdPolicyGraphView *self, QdScene *scene, QdGraphIndex *index)
{
  gboolean same = same_things (self->scene, scene), moved = !same;
  QdPick focus = qd_topology_view_get_focus (self->view);
  g_autofree char *focused = focus.kind == QD_PICK_NODE && self->scene != NULL ? g_strdup (self->scene->nodes[focus.index].id) : NULL;
  guint node = focused != NULL ? qd_policy_graph_find_node (self->data, focused) : G_MAXUINT;

  for (guint i = 0; i < scene->n_nodes && !moved; i++)
    moved = scene->positions[i].x != self->scene->positions[i].x || scene->positions[i].y != self->scene->positions[i].y;
  if (!same)
    {
      qd_topology_view_set_scene (self->view, scene, index, self->scene != NULL && self->scene->n_nodes > 0);
      if (node != G_MAXUINT)
        qd_topology_view_set_focus (self->view, (QdPick) { QD_PICK_NODE, node });
    }
  else if (moved)
    qd_topology_view_move_scene (self->view, scene, index);
  else
    qd_topology_view_update_scene (self->view, scene, NULL, 0);
  g_clear_pointer (&self->scene, qd_scene_unref);
  self->scene = qd_scene_ref (scene);
  if (moved)
    qd_topology_minimap_set_scene (self->minimap, scene);
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyGraphView) self = data;
  g_autoptr (QdPolicyGraphPicture) picture = qd_policy_graph_draw_finish (result, NULL);
  g_autoptr (QdScene) scene = NULL;

  if (picture == NULL || g_task_get_cancellable (G_TASK (result)) != self->drawing)
    return;
  g_clear_object (&self->drawing);
  scene = qd_scene_new (picture->graph, g_steal_pointer (&picture->positions));
  qd_policy_graph_groups_extend (picture->data, scene);
  g_clear_pointer (&self->data, qd_policy_graph_unref);
  self->data = qd_policy_graph_ref (picture->data);
  note_places (self, scene);
  qd_policy_graph_view_update_parts (self);
  show_scene (self, scene, picture->index);
  qd_policy_graph_groups_set (self->groups, self->data, scene->positions);
  qd_policy_graph_view_show_selected (self);
  qd_policy_graph_view_show_hits (self);
}

static void
stop_drawing (QdPolicyGraphView *self)
{
  if (self->drawing != NULL)
    g_cancellable_cancel (self->drawing);
  g_clear_object (&self->drawing);
}

static void
show_nothing (QdPolicyGraphView *self)
{
  g_clear_pointer (&self->data, qd_policy_graph_unref);
  g_clear_pointer (&self->scene, qd_scene_unref);
  qd_topology_view_set_scene (self->view, NULL, NULL, FALSE);
  qd_topology_minimap_set_scene (self->minimap, NULL);
  qd_policy_graph_groups_set (self->groups, NULL, NULL);
  qd_policy_graph_view_update_parts (self);
  qd_policy_graph_view_update_pick (self);
}

void
qd_policy_graph_view_draw (QdPolicyGraphView *self)
{
  const QdPolicyGraphWish wish = { self->now, self->before, self->only_changes, self->places };

  stop_drawing (self);
  if (self->now == NULL)
    {
      show_nothing (self);
      return;
    }
  self->drawing = g_cancellable_new ();
  qd_policy_graph_draw_async (&wish, self->drawing, drawn_cb, g_object_ref (self));
}

/* --- Arranging ----------------------------------------------------------------------------------- */

static void
dropped_cb (QdPolicyGraphView *self)
{
  const QdPoint *places;
  guint n;
  const guint *nodes = qd_topology_view_get_carried (self->view, &n, &places);

  if (self->scene == NULL || n == 0)
    return;
  qd_places_begin (self->places);
  for (guint i = 0; i < n; i++)
    qd_places_set_key (self->places, self->scene->nodes[nodes[i]].id, places[nodes[i]]);
  qd_policy_graph_view_draw (self);
}

static void
set_sign (QdPolicyGraphView *self, char sign, const char *group, gboolean on)
{
  g_autofree char *name = g_strdup_printf ("%c%s", sign, group);

  qd_places_set_folded (self->places, name, on);
}

void
qd_policy_graph_view_set_folded (QdPolicyGraphView *self, const char *group, gboolean folded)
{
  qd_places_begin (self->places);
  set_sign (self, QD_POLICY_GRAPH_FOLDED, group, folded);
  set_sign (self, QD_POLICY_GRAPH_OPEN, group, !folded);
  /* A namespace takes more room than what stands for it, or less: the others give way. */
  qd_places_loosen (self->places);
  qd_policy_graph_view_draw (self);
}

static gboolean
step (QdPolicyGraphView *self, gboolean back)
{
  QdPlacesChange *under_way = qd_places_end (self->places);
  const QdPlacesChange *change;

  if (under_way != NULL)
    qd_topology_undo_push (self->undo, under_way);
  change = back ? qd_topology_undo_step_back (self->undo) : qd_topology_undo_step_forward (self->undo);
  if (change == NULL)
    return FALSE;
  qd_places_apply (self->places, change, back);
  qd_policy_graph_view_draw (self);
  return TRUE;
}

static gboolean
undo_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  return step (QD_POLICY_GRAPH_VIEW (widget), TRUE);
}

static gboolean
redo_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  return step (QD_POLICY_GRAPH_VIEW (widget), FALSE);
}

/* --- What it says -------------------------------------------------------------------------------- */

static char *
describe_cb (QdPick pick, gpointer data)
{
  QdPolicyGraphView *self = data;

  if (self->data == NULL || pick.kind == QD_PICK_NOTHING)
    return NULL;
  return pick.kind == QD_PICK_NODE ? qd_policy_graph_describe_node (self->data, pick.index) : qd_policy_graph_describe_line (self->data, pick.index);
}

static char *
figures_cb (QdPick pick, gpointer data)
{
  QdPolicyGraphView *self = data;

  return self->data != NULL && pick.kind == QD_PICK_EDGE ? qd_policy_graph_label_line (self->data, pick.index) : NULL;
}

static void
hovered_cb (QdPolicyGraphView *self, guint kind, guint index)
{
  g_autofree char *text = describe_cb ((QdPick) { kind, index }, self);

  gtk_label_set_text (GTK_LABEL (self->card), text != NULL ? text : "");
  gtk_widget_set_visible (self->card, text != NULL);
}

/* --- The object ---------------------------------------------------------------------------------- */

static gboolean
qd_policy_graph_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (QD_POLICY_GRAPH_VIEW (widget)->view));
}

static void
qd_policy_graph_view_dispose (GObject *object)
{
  QdPolicyGraphView *self = QD_POLICY_GRAPH_VIEW (object);

  stop_drawing (self);
  if (self->overlay != NULL)
    {
      qd_topology_view_set_describe (self->view, NULL, NULL);
      qd_topology_view_set_figures (self->view, NULL, NULL);
      qd_topology_minimap_set_view (self->minimap, NULL);
    }
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_pointer (&self->legend, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_graph_view_parent_class)->dispose (object);
}

static void
qd_policy_graph_view_finalize (GObject *object)
{
  QdPolicyGraphView *self = QD_POLICY_GRAPH_VIEW (object);

  g_clear_pointer (&self->now, qd_policy_eval_unref);
  g_clear_pointer (&self->before, qd_policy_eval_unref);
  g_clear_pointer (&self->data, qd_policy_graph_unref);
  g_clear_pointer (&self->scene, qd_scene_unref);
  qd_places_free (self->places);
  g_object_unref (self->undo);
  g_free (self->filter);
  g_free (self->selected);
  G_OBJECT_CLASS (qd_policy_graph_view_parent_class)->finalize (object);
}

static void
qd_policy_graph_view_class_init (QdPolicyGraphViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_policy_graph_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_graph_view_finalize;
  widget_class->grab_focus = qd_policy_graph_view_grab_focus;

  /**
   * QdPolicyGraphView::explain:
   * @src: who, and
   * @dst: whom: ends of now
   * @protocol: (type QdProtocol): on which port,
   * @port: or 0: on any
   */
  signals[SIGNAL_EXPLAIN] = g_signal_new ("explain", QD_TYPE_POLICY_GRAPH_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 4, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT);
  /**
   * QdPolicyGraphView::list:
   * @filter: of whom somebody wants to see all: as a filter of the matrix
   */
  signals[SIGNAL_LIST] = g_signal_new ("list", QD_TYPE_POLICY_GRAPH_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, undo_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, redo_cb, NULL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "policygraph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
qd_policy_graph_view_init (QdPolicyGraphView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->places = qd_places_new ();
  self->undo = qd_topology_undo_new ();
  self->view = QD_TOPOLOGY_VIEW (qd_topology_view_new ());
  qd_policy_graph_view_add_parts (self);
  qd_topology_view_set_describe (self->view, describe_cb, self);
  qd_topology_view_set_figures (self->view, figures_cb, self);
  g_signal_connect_object (self->view, "selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "hovered", G_CALLBACK (hovered_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "dropped", G_CALLBACK (dropped_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "restyled", G_CALLBACK (qd_policy_graph_view_update_parts), self, G_CONNECT_SWAPPED);
  qd_policy_graph_view_update_parts (self);
}

/**
 * qd_policy_graph_view_new:
 *
 * Returns: (transfer floating): a picture of nothing
 */
GtkWidget *
qd_policy_graph_view_new (void)
{
  return g_object_new (QD_TYPE_POLICY_GRAPH_VIEW, NULL);
}

void
qd_policy_graph_view_set_evals (QdPolicyGraphView *self, QdPolicyEval *now, QdPolicyEval *before)
{
  g_return_if_fail (QD_IS_POLICY_GRAPH_VIEW (self));

  if (now == self->now && before == self->before)
    return;
  if (now != NULL)
    qd_policy_eval_ref (now);
  if (before != NULL)
    qd_policy_eval_ref (before);
  g_clear_pointer (&self->now, qd_policy_eval_unref);
  g_clear_pointer (&self->before, qd_policy_eval_unref);
  self->now = now;
  self->before = before;
  qd_policy_graph_view_draw (self);
}

void
qd_policy_graph_view_set_only_changes (QdPolicyGraphView *self, gboolean only)
{
  g_return_if_fail (QD_IS_POLICY_GRAPH_VIEW (self));

  if (self->only_changes == !!only)
    return;
  self->only_changes = !!only;
  if (self->now != NULL)
    qd_policy_graph_view_draw (self);
}

QdTopologyView *
qd_policy_graph_view_get_view (QdPolicyGraphView *self)
{
  return self->view;
}

QdPolicyGraph *
qd_policy_graph_view_get_data (QdPolicyGraphView *self)
{
  return self->data;
}

gboolean
qd_policy_graph_view_is_busy (QdPolicyGraphView *self)
{
  return self->drawing != NULL;
}
