/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-cell.h"

struct _QdGridCell {
  GObject parent_instance;

  QdGridRow *row;          /* not owned; it owns us. NULL when it has gone */
  guint field;
  GtkATContext *context;
};

typedef enum { PROP_ACCESSIBLE_ROLE = 1 } QdGridCellProperty;

static void accessible_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdGridCell, qd_grid_cell, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

static const QdGridColumn *
get_column (QdGridCell *self, guint *i)
{
  QdGridColumns *columns = qd_grid_row_get_look (self->row)->columns;

  *i = qd_grid_columns_find (columns, self->field);
  return qd_grid_columns_get (columns, *i);
}

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  QdGridCell *self = QD_GRID_CELL (accessible);

  if (self->context == NULL)
    {
      GdkDisplay *display = self->row != NULL ? gtk_widget_get_display (GTK_WIDGET (self->row)) : gdk_display_get_default ();

      self->context = gtk_at_context_create (GTK_ACCESSIBLE_ROLE_GRID_CELL, accessible, display);
      if (self->context == NULL)
        return NULL;
      qd_grid_cell_refresh (self);
    }
  return g_object_ref (self->context);
}

static gboolean
get_platform_state (GtkAccessible *accessible, GtkAccessiblePlatformState state)
{
  return FALSE;
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  QdGridCell *self = QD_GRID_CELL (accessible);

  return self->row != NULL ? GTK_ACCESSIBLE (g_object_ref (self->row)) : NULL;
}

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  return NULL;
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  QdGridCell *self = QD_GRID_CELL (accessible);
  guint i;

  if (self->row == NULL || get_column (self, &i) == NULL)
    return NULL;
  return qd_grid_row_dup_cell (self->row, i + 1);
}

static gboolean
get_bounds (GtkAccessible *accessible, int *x, int *y, int *width, int *height)
{
  QdGridCell *self = QD_GRID_CELL (accessible);
  guint i;
  const QdGridColumn *column = self->row != NULL ? get_column (self, &i) : NULL;

  if (column == NULL || !column->visible)
    return FALSE;
  *x = column->x;
  *y = 0;
  *width = MAX (column->allocated, 1);
  *height = MAX (gtk_widget_get_height (GTK_WIDGET (self->row)), 1);
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
qd_grid_cell_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((QdGridCellProperty) id)
    {
    case PROP_ACCESSIBLE_ROLE:
      g_value_set_enum (value, GTK_ACCESSIBLE_ROLE_GRID_CELL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The role is fixed: writing it is part of the interface, and has no effect. */
static void
qd_grid_cell_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_ACCESSIBLE_ROLE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
qd_grid_cell_dispose (GObject *object)
{
  QdGridCell *self = QD_GRID_CELL (object);

  self->row = NULL;
  g_clear_object (&self->context);
  G_OBJECT_CLASS (qd_grid_cell_parent_class)->dispose (object);
}

static void
qd_grid_cell_class_init (QdGridCellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qd_grid_cell_get_property;
  object_class->set_property = qd_grid_cell_set_property;
  object_class->dispose = qd_grid_cell_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
}

static void
qd_grid_cell_init (QdGridCell *self)
{
}

/**
 * qd_grid_cell_new:
 * @row: the row it is of
 * @field: what the row shows in it
 *
 * Returns: (transfer full): a cell
 */
QdGridCell *
qd_grid_cell_new (QdGridRow *row, guint field)
{
  QdGridCell *self = g_object_new (QD_TYPE_GRID_CELL, NULL);

  self->row = row;
  self->field = field;
  return self;
}

void
qd_grid_cell_refresh (QdGridCell *self)
{
  guint i;
  const QdGridColumn *column = self->row != NULL ? get_column (self, &i) : NULL;

  if (self->context == NULL || column == NULL)
    return;
  g_autofree char *text = qd_grid_row_dup_text (self->row, self->field);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : "",
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, column->title, -1);
}

void
qd_grid_cell_drop (QdGridCell *self)
{
  self->row = NULL;
}
