/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-drawn-item.h"

typedef struct {
  GtkWidget *widget;       /* not owned; it owns us */
  GtkATContext *context;
} QdDrawnItemPrivate;

typedef enum { PROP_ACCESSIBLE_ROLE = 1 } QdDrawnItemProperty;

static void accessible_init (GtkAccessibleInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (QdDrawnItem, qd_drawn_item, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (QdDrawnItem)
                                  G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

static QdDrawnItemPrivate *
priv_of (gpointer self)
{
  return qd_drawn_item_get_instance_private (self);
}

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  QdDrawnItem *self = QD_DRAWN_ITEM (accessible);
  QdDrawnItemPrivate *priv = priv_of (self);

  if (priv->context == NULL)
    {
      GdkDisplay *display = priv->widget != NULL ? gtk_widget_get_display (priv->widget) : gdk_display_get_default ();

      priv->context = gtk_at_context_create (QD_DRAWN_ITEM_GET_CLASS (self)->get_role (self), accessible, display);
      if (priv->context == NULL)
        return NULL;
      if (priv->widget != NULL)
        QD_DRAWN_ITEM_GET_CLASS (self)->refresh (self);
    }
  return g_object_ref (priv->context);
}

static gboolean
get_platform_state (GtkAccessible *accessible, GtkAccessiblePlatformState state)
{
  QdDrawnItem *self = QD_DRAWN_ITEM (accessible);
  QdDrawnItemClass *klass = QD_DRAWN_ITEM_GET_CLASS (self);

  if (priv_of (self)->widget == NULL)
    return FALSE;
  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE: return klass->is_focusable != NULL && klass->is_focusable (self);
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED: return klass->is_focused != NULL && klass->is_focused (self);
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
    default: return FALSE;
    }
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  return priv_of (accessible)->widget != NULL ? QD_DRAWN_ITEM_GET_CLASS (accessible)->dup_parent (QD_DRAWN_ITEM (accessible)) : NULL;
}

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  QdDrawnItemClass *klass = QD_DRAWN_ITEM_GET_CLASS (accessible);

  return priv_of (accessible)->widget != NULL && klass->dup_first_child != NULL ? klass->dup_first_child (QD_DRAWN_ITEM (accessible)) : NULL;
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  return priv_of (accessible)->widget != NULL ? QD_DRAWN_ITEM_GET_CLASS (accessible)->dup_next (QD_DRAWN_ITEM (accessible)) : NULL;
}

static gboolean
get_bounds (GtkAccessible *accessible, int *x, int *y, int *width, int *height)
{
  return priv_of (accessible)->widget != NULL &&
         QD_DRAWN_ITEM_GET_CLASS (accessible)->get_bounds (QD_DRAWN_ITEM (accessible), x, y, width, height);
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

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_drawn_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((QdDrawnItemProperty) id)
    {
    case PROP_ACCESSIBLE_ROLE:
      g_value_set_enum (value, (int) QD_DRAWN_ITEM_GET_CLASS (object)->get_role (QD_DRAWN_ITEM (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The role is fixed: writing it is part of the interface, and has no effect. */
static void
qd_drawn_item_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_ACCESSIBLE_ROLE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
qd_drawn_item_dispose (GObject *object)
{
  QdDrawnItemPrivate *priv = priv_of (object);

  priv->widget = NULL;
  g_clear_object (&priv->context);
  G_OBJECT_CLASS (qd_drawn_item_parent_class)->dispose (object);
}

static void
qd_drawn_item_class_init (QdDrawnItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qd_drawn_item_get_property;
  object_class->set_property = qd_drawn_item_set_property;
  object_class->dispose = qd_drawn_item_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
}

static void
qd_drawn_item_init (QdDrawnItem *self)
{
}

GtkWidget *
qd_drawn_item_get_widget (QdDrawnItem *self)
{
  return priv_of (self)->widget;
}

void
qd_drawn_item_set_widget (QdDrawnItem *self, GtkWidget *widget)
{
  priv_of (self)->widget = widget;
}

gboolean
qd_drawn_item_is_heard (QdDrawnItem *self)
{
  return priv_of (self)->context != NULL;
}
