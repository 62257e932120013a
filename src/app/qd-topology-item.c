/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

#include <glib/gi18n.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* How many neighbours are told of; a hub has thousands. */
#define MAX_RELATED 200
#define MAX_NAMED 8

/* A node, or an edge at the node in focus, as assistive technologies see it: drawn by nobody, made when
 * asked for. */
struct _QdTopologyItem {
  QdDrawnItem parent_instance;

  QdPick pick;
  guint position;         /* of an edge, among those of its node */
};

static QdTopologyItem *get_edge_item (QdTopologyView *view, guint position);

G_DEFINE_FINAL_TYPE (QdTopologyItem, qd_topology_item, QD_TYPE_DRAWN_ITEM)

/* NULL when its scene has gone. */
static QdTopologyView *
get_view (gpointer item)
{
  return (QdTopologyView *) qd_drawn_item_get_widget (item);
}

static const QdPick *
get_pick (QdDrawnItem *item)
{
  return &QD_TOPOLOGY_ITEM (item)->pick;
}

static GtkAccessibleRole
get_role (QdDrawnItem *item)
{
  return GTK_ACCESSIBLE_ROLE_LIST_ITEM;
}

static void
refresh (QdDrawnItem *item)
{
  qd_topology_item_refresh (QD_TOPOLOGY_ITEM (item));
}

static gboolean
is_in_focus (QdDrawnItem *item)
{
  return get_pick (item)->kind == QD_PICK_NODE && qd_pick_equal (get_view (item)->state.focus, *get_pick (item));
}

static gboolean
is_focusable (QdDrawnItem *item)
{
  return get_pick (item)->kind == QD_PICK_NODE;
}

static gboolean
is_focused (QdDrawnItem *item)
{
  return is_in_focus (item) && gtk_widget_has_focus (GTK_WIDGET (get_view (item)));
}

static GtkAccessible *
dup_parent (QdDrawnItem *item)
{
  QdTopologyView *view = get_view (item);

  if (get_pick (item)->kind == QD_PICK_EDGE)
    return GTK_ACCESSIBLE (g_object_ref (qd_topology_item_get (view, view->edges_of)));
  return GTK_ACCESSIBLE (g_object_ref (view));
}

/* Of the node in focus, its edges. */
static GtkAccessible *
dup_first_child (QdDrawnItem *item)
{
  QdTopologyItem *first = is_in_focus (item) ? get_edge_item (get_view (item), 0) : NULL;

  return first ? GTK_ACCESSIBLE (g_object_ref (first)) : NULL;
}

static GtkAccessible *
dup_next (QdDrawnItem *item)
{
  QdTopologyView *view = get_view (item);
  QdTopologyItem *next = NULL;

  if (view->state.scene == NULL)
    return NULL;
  if (get_pick (item)->kind == QD_PICK_EDGE)
    next = get_edge_item (view, QD_TOPOLOGY_ITEM (item)->position + 1);
  else if (get_pick (item)->index + 1 < view->state.scene->n_nodes)
    next = qd_topology_item_get (view, get_pick (item)->index + 1);
  return next ? GTK_ACCESSIBLE (g_object_ref (next)) : NULL;
}

static graphene_rect_t
get_edge_box (QdTopologyView *view, guint edge)
{
  const QdScene *scene = view->state.scene;
  graphene_rect_t from = qd_topology_view_get_node_box (view, scene->edges[edge].src);
  graphene_rect_t to = qd_topology_view_get_node_box (view, scene->edges[edge].dst), all;

  graphene_rect_union (&from, &to, &all);
  return all;
}

static gboolean
get_bounds (QdDrawnItem *item, int *x, int *y, int *width, int *height)
{
  QdTopologyView *view = get_view (item);
  graphene_rect_t box;

  if (view->state.scene == NULL)
    return FALSE;
  box = get_pick (item)->kind == QD_PICK_EDGE ? get_edge_box (view, get_pick (item)->index) : qd_topology_view_get_node_box (view, get_pick (item)->index);
  *x = (int) box.origin.x;
  *y = (int) box.origin.y;
  *width = MAX ((int) box.size.width, 1);
  *height = MAX ((int) box.size.height, 1);
  return TRUE;
}

static void
qd_topology_item_class_init (QdTopologyItemClass *klass)
{
  QdDrawnItemClass *item_class = QD_DRAWN_ITEM_CLASS (klass);

  item_class->get_role = get_role;
  item_class->refresh = refresh;
  item_class->dup_parent = dup_parent;
  item_class->dup_first_child = dup_first_child;
  item_class->dup_next = dup_next;
  item_class->get_bounds = get_bounds;
  item_class->is_focusable = is_focusable;
  item_class->is_focused = is_focused;
}

static void
qd_topology_item_init (QdTopologyItem *self)
{
}

/* --- What there is to say ---------------------------------------------------------------------- */

/* GTK 4.18 frees the first link alone of a relation's list: not what ./dev asan is to find. */
static GtkAccessibleList *
list_of (GList *items)
{
#ifdef __SANITIZE_ADDRESS__
  GtkAccessibleList *list;

  __lsan_disable ();
  list = gtk_accessible_list_new_from_list (items);
  __lsan_enable ();
  return list;
#else
  return gtk_accessible_list_new_from_list (items);
#endif
}

static void
relate (QdTopologyItem *self, GPtrArray *others)
{
  GtkAccessibleRelation relation = GTK_ACCESSIBLE_RELATION_FLOW_TO;
  GValue value = G_VALUE_INIT;
  g_autoptr (GList) list = NULL;

  if (others->len == 0)
    {
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (self), relation);
      return;
    }
  g_value_init (&value, gtk_accessible_list_get_type ());
  /* not gtk_accessible_list_new_from_array(): in GTK 4.18 it takes empty arrays only, and gives NULL otherwise */
  for (guint i = others->len; i > 0; i--)
    list = g_list_prepend (list, g_ptr_array_index (others, i - 1));
  g_value_take_boxed (&value, list_of (list));
  gtk_accessible_update_relation_value (GTK_ACCESSIBLE (self), 1, &relation, &value);
  g_value_unset (&value);
}

/* A node's neighbours, by relation and by name: each once. */
static void
tell_neighbours (QdTopologyItem *self)
{
  QdScene *scene = get_view (self)->state.scene;
  guint n;
  const guint *edges = qd_scene_edges_at (scene, self->pick.index, &n);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      guint other = qd_scene_other_end (scene, edges[i], self->pick.index);

      if (other == self->pick.index || !g_hash_table_add (seen, GUINT_TO_POINTER (other + 1)))
        continue;
      if (others->len < MAX_RELATED)
        g_ptr_array_add (others, qd_topology_item_get (get_view (self), other));
      if (others->len <= MAX_NAMED)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", scene->nodes[other].label ? scene->nodes[other].label : "");
    }
  relate (self, others);
  if (g_hash_table_size (seen) == 0)
    g_string_assign (names, _("Has no neighbours"));
  else
    {
      guint count = g_hash_table_size (seen);
      g_autofree char *head = g_strdup_printf (ngettext ("%'u neighbour: ", "%'u neighbours: ", count), count);

      g_string_prepend (names, head);
      if (count > MAX_NAMED)
        g_string_append (names, "…");
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, names->str, -1);
}

static void
tell_ends (QdTopologyItem *self)
{
  const QdGraphEdge *edge = &get_view (self)->state.scene->edges[self->pick.index];
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  g_ptr_array_add (others, qd_topology_item_get (get_view (self), edge->src == get_view (self)->edges_of ? edge->dst : edge->src));
  relate (self, others);
}

void
qd_topology_item_refresh (QdTopologyItem *self)
{
  g_autofree char *text = NULL;
  const char *label = "";

  if (!qd_drawn_item_is_heard (QD_DRAWN_ITEM (self)) || get_view (self) == NULL || get_view (self)->state.scene == NULL)
    return;
  if (get_view (self)->describe)
    text = get_view (self)->describe (self->pick, get_view (self)->describe_data);
  if (self->pick.kind == QD_PICK_NODE && get_view (self)->state.scene->nodes[self->pick.index].label)
    label = get_view (self)->state.scene->nodes[self->pick.index].label;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text ? text : label, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED,
                               qd_pick_equal (get_view (self)->state.selected, self->pick), -1);
  if (self->pick.kind == QD_PICK_NODE)
    tell_neighbours (self);
  else
    tell_ends (self);
}

/* --- Making them ------------------------------------------------------------------------------- */

/* An item may be held by others when its scene goes: it then has nothing to say. */
static void
item_drop (gpointer data)
{
  if (data)
    {
      qd_drawn_item_set_widget (data, NULL);
      g_object_unref (data);
    }
}

static QdTopologyItem *
item_new (QdTopologyView *view, QdPick pick, guint position)
{
  QdTopologyItem *item = g_object_new (QD_TYPE_TOPOLOGY_ITEM, NULL);

  qd_drawn_item_set_widget (QD_DRAWN_ITEM (item), GTK_WIDGET (view));
  item->pick = pick;
  item->position = position;
  return item;
}

QdTopologyItem *
qd_topology_item_get (QdTopologyView *view, guint node)
{
  if (view->items == NULL)
    {
      view->items = g_ptr_array_new_with_free_func (item_drop);
      g_ptr_array_set_size (view->items, (int) view->state.scene->n_nodes);
    }
  if (view->items->pdata[node] == NULL)
    view->items->pdata[node] = item_new (view, (QdPick) { QD_PICK_NODE, node }, 0);
  return view->items->pdata[node];
}

/* Borrowed; NULL past the last edge of the node in focus. */
static QdTopologyItem *
get_edge_item (QdTopologyView *view, guint position)
{
  guint n;
  const guint *edges;

  if (view->state.scene == NULL || view->state.focus.kind != QD_PICK_NODE)
    return NULL;
  if (view->edge_items && view->edges_of != view->state.focus.index)
    g_clear_pointer (&view->edge_items, g_ptr_array_unref);
  edges = qd_scene_edges_at (view->state.scene, view->state.focus.index, &n);
  if (position >= n)
    return NULL;
  if (view->edge_items == NULL)
    {
      view->edges_of = view->state.focus.index;
      view->edge_items = g_ptr_array_new_with_free_func (item_drop);
      g_ptr_array_set_size (view->edge_items, (int) n);
    }
  if (view->edge_items->pdata[position] == NULL)
    view->edge_items->pdata[position] = item_new (view, (QdPick) { QD_PICK_EDGE, edges[position] }, position);
  return view->edge_items->pdata[position];
}

void
qd_topology_items_refresh (QdTopologyView *view, QdPick pick)
{
  if (pick.kind == QD_PICK_NODE && view->items && pick.index < view->items->len && view->items->pdata[pick.index])
    qd_topology_item_refresh (view->items->pdata[pick.index]);
  for (guint i = 0; pick.kind == QD_PICK_EDGE && view->edge_items && i < view->edge_items->len; i++)
    if (view->edge_items->pdata[i] && QD_TOPOLOGY_ITEM (view->edge_items->pdata[i])->pick.index == pick.index)
      qd_topology_item_refresh (view->edge_items->pdata[i]);
}
