/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

/* A node as assistive technologies see it: drawn by nobody, made when asked for. */
struct _QdTopologyItem {
  GObject parent_instance;

  QdTopologyView *view;   /* not owned; it owns us. NULL when the scene has gone */
  guint node;
  GtkATContext *context;
};

typedef enum { PROP_ACCESSIBLE_ROLE = 1 } QdTopologyItemProperty;

static void accessible_init (GtkAccessibleInterface *iface);

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
get_platform_state (GtkAccessible *accessible, GtkAccessiblePlatformState state)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE:
      return self->view != NULL;
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED:
      return self->view && self->view->state.focus.kind == QD_PICK_NODE && self->view->state.focus.index == self->node &&
             gtk_widget_has_focus (GTK_WIDGET (self->view));
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
    default:
      return FALSE;
    }
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  return self->view ? GTK_ACCESSIBLE (g_object_ref (self->view)) : NULL;
}

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  return NULL;
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);

  if (self->view == NULL || self->view->state.scene == NULL || self->node + 1 >= self->view->state.scene->n_nodes)
    return NULL;
  return GTK_ACCESSIBLE (g_object_ref (qd_topology_item_get (self->view, self->node + 1)));
}

static gboolean
get_bounds (GtkAccessible *accessible, int *x, int *y, int *width, int *height)
{
  QdTopologyItem *self = QD_TOPOLOGY_ITEM (accessible);
  graphene_rect_t box;

  if (self->view == NULL || self->view->state.scene == NULL)
    return FALSE;
  box = qd_topology_view_get_node_box (self->view, self->node);
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

/* Says anew what there is to say of the node. */
void
qd_topology_item_refresh (QdTopologyItem *self)
{
  g_autofree char *text = NULL;

  if (self->context == NULL || self->view == NULL || self->view->state.scene == NULL)
    return;
  if (self->view->describe)
    text = self->view->describe ((QdPick) { QD_PICK_NODE, self->node }, self->view->describe_data);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text ? text : self->view->state.scene->nodes[self->node].label, -1);
}

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

QdTopologyItem *
qd_topology_item_get (QdTopologyView *view, guint node)
{
  if (view->items == NULL)
    {
      view->items = g_ptr_array_new_with_free_func (item_drop);
      g_ptr_array_set_size (view->items, (int) view->state.scene->n_nodes);
    }
  if (view->items->pdata[node] == NULL)
    {
      QdTopologyItem *item = g_object_new (QD_TYPE_TOPOLOGY_ITEM, NULL);
      item->view = view;
      item->node = node;
      view->items->pdata[node] = item;
    }
  return view->items->pdata[node];
}
