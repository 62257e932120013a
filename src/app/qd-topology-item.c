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
  GObject parent_instance;

  QdTopologyView *view;   /* not owned; it owns us. NULL when the scene has gone */
  QdPick pick;
  guint position;         /* of an edge, among those of its node */
  GtkATContext *context;
};

typedef enum { PROP_ACCESSIBLE_ROLE = 1 } QdTopologyItemProperty;

static void accessible_init (GtkAccessibleInterface *iface);
static QdTopologyItem *get_edge_item (QdTopologyView *view, guint position);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdTopologyItem, qd_topology_item, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  if (self->context == NULL)
    {
      GdkDisplay *display = self->view ? gtk_widget_get_display (GTK_WIDGET (self->view)) : gdk_display_get_default ();

      self->context = gtk_at_context_create (GTK_ACCESSIBLE_ROLE_LIST_ITEM, accessible, display);
      if (self->context == NULL)
        return NULL;
      qd_topology_item_refresh (self);
    }
  return g_object_ref (self->context);
}

static gboolean
is_in_focus (QdTopologyItem *self)
{
  return self->view && self->pick.kind == QD_PICK_NODE && qd_pick_equal (self->view->state.focus, self->pick);
}

static gboolean
get_platform_state (GtkAccessible *accessible, GtkAccessiblePlatformState state)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE:
      return self->view != NULL && self->pick.kind == QD_PICK_NODE;
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED:
      return is_in_focus (self) && gtk_widget_has_focus (GTK_WIDGET (self->view));
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
    default:
      return FALSE;
    }
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  if (self->view == NULL)
    return NULL;
  if (self->pick.kind == QD_PICK_EDGE)
    return GTK_ACCESSIBLE (g_object_ref (qd_topology_item_get (self->view, self->view->edges_of)));
  return GTK_ACCESSIBLE (g_object_ref (self->view));
}

/* Of the node in focus, its edges. */
static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible), *item = is_in_focus (self) ? get_edge_item (self->view, 0) : NULL;

  return item ? GTK_ACCESSIBLE (g_object_ref (item)) : NULL;
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible), *next = NULL;

  if (self->view == NULL || self->view->state.scene == NULL)
    return NULL;
  if (self->pick.kind == QD_PICK_EDGE)
    next = get_edge_item (self->view, self->position + 1);
  else if (self->pick.index + 1 < self->view->state.scene->n_nodes)
    next = qd_topology_item_get (self->view, self->pick.index + 1);
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
get_bounds (GtkAccessible *accessible, int *x, int *y, int *width, int *height)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);
  graphene_rect_t box;

  if (self->view == NULL || self->view->state.scene == NULL)
    return FALSE;
  box = self->pick.kind == QD_PICK_EDGE ? get_edge_box (self->view, self->pick.index)
                                        : qd_topology_view_get_node_box (self->view, self->pick.index);
  *x = (int) box.origin.x;
  *y = (int) box.origin.y;
  *width = MAX ((int) box.size.width, 1);
  *height = MAX ((int) box.size.height, 1);
  return TRUE;
}

static void
accessible_init (GtkAccessibleInterface *iface)
{
  iface->get_at_context = get_at_context;
  iface->get_platform_state = get_platform_state;
  iface->get_accessible_parent = get_accessible_parent;
  iface->get_first_accessible_child = get_first_accessible_child;
  iface->get_next_accessible_sibling = get_next_accessible_sibling;
  iface->get_bounds = get_bounds;
}

static void
qd_topology_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((QdTopologyItemProperty) id)
    {
    case PROP_ACCESSIBLE_ROLE:
      g_value_set_enum (value, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The role is fixed: writing it is part of the interface, and has no effect. */
static void
qd_topology_item_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_ACCESSIBLE_ROLE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
qd_topology_item_dispose (GObject *object)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (object);

  self->view = NULL;
  g_clear_object (&self->context);
  G_OBJECT_CLASS (qd_topology_item_parent_class)->dispose (object);
}

static void
qd_topology_item_class_init (QdTopologyItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qd_topology_item_get_property;
  object_class->set_property = qd_topology_item_set_property;
  object_class->dispose = qd_topology_item_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
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
  QdScene *scene = self->view->state.scene;
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
        g_ptr_array_add (others, qd_topology_item_get (self->view, other));
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
  const QdGraphEdge *edge = &self->view->state.scene->edges[self->pick.index];
  g_autoptr (GPtrArray) others = g_ptr_array_new ();

  g_ptr_array_add (others, qd_topology_item_get (self->view, edge->src == self->view->edges_of ? edge->dst : edge->src));
  relate (self, others);
}

void
qd_topology_item_refresh (QdTopologyItem *self)
{
  g_autofree char *text = NULL;
  const char *label = "";

  if (self->context == NULL || self->view == NULL || self->view->state.scene == NULL)
    return;
  if (self->view->describe)
    text = self->view->describe (self->pick, self->view->describe_data);
  if (self->pick.kind == QD_PICK_NODE && self->view->state.scene->nodes[self->pick.index].label)
    label = self->view->state.scene->nodes[self->pick.index].label;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text ? text : label, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED,
                               qd_pick_equal (self->view->state.selected, self->pick), -1);
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
      QD_TOPOLOGY_ITEM (data)->view = NULL;
      g_object_unref (data);
    }
}

static QdTopologyItem *
item_new (QdTopologyView *view, QdPick pick, guint position)
{
  QdTopologyItem *item = g_object_new (QD_TYPE_TOPOLOGY_ITEM, NULL);

  item->view = view;
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
