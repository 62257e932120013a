/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-cell.h"

struct _QdGridCell {
  QdDrawnItem parent_instance;

  guint field;
};

G_DEFINE_FINAL_TYPE (QdGridCell, qd_grid_cell, QD_TYPE_DRAWN_ITEM)

/* Of a cell that has one. */
static QdGridRow *
get_row (QdDrawnItem *item)
{
  return QD_GRID_ROW (qd_drawn_item_get_widget (item));
}

static const QdGridColumn *
get_column (QdDrawnItem *item, guint *i)
{
  QdGridColumns *columns = qd_grid_row_get_look (get_row (item))->columns;

  *i = qd_grid_columns_find (columns, QD_GRID_CELL (item)->field);
  return qd_grid_columns_get (columns, *i);
}

static GtkAccessibleRole
get_role (QdDrawnItem *item)
{
  return GTK_ACCESSIBLE_ROLE_GRID_CELL;
}

static GtkAccessible *
dup_parent (QdDrawnItem *item)
{
  return GTK_ACCESSIBLE (g_object_ref (get_row (item)));
}

static GtkAccessible *
dup_next (QdDrawnItem *item)
{
  guint i;

  return get_column (item, &i) != NULL ? qd_grid_row_dup_cell (get_row (item), i + 1) : NULL;
}

static gboolean
get_bounds (QdDrawnItem *item, int *x, int *y, int *width, int *height)
{
  guint i;
  const QdGridColumn *column = get_column (item, &i);

  if (column == NULL || !column->visible)
    return FALSE;
  *x = column->x;
  *y = 0;
  *width = MAX (column->allocated, 1);
  *height = MAX (gtk_widget_get_height (GTK_WIDGET (get_row (item))), 1);
  return TRUE;
}

static void
refresh (QdDrawnItem *item)
{
  guint i;
  const QdGridColumn *column = get_column (item, &i);
  g_autofree char *text = column != NULL ? qd_grid_row_dup_text (get_row (item), QD_GRID_CELL (item)->field) : NULL;

  if (column != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : "",
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, column->title, -1);
}

static void
qd_grid_cell_class_init (QdGridCellClass *klass)
{
  QdDrawnItemClass *item_class = QD_DRAWN_ITEM_CLASS (klass);

  item_class->get_role = get_role;
  item_class->refresh = refresh;
  item_class->dup_parent = dup_parent;
  item_class->dup_next = dup_next;
  item_class->get_bounds = get_bounds;
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

  qd_drawn_item_set_widget (QD_DRAWN_ITEM (self), GTK_WIDGET (row));
  self->field = field;
  return self;
}

void
qd_grid_cell_refresh (QdGridCell *self)
{
  if (qd_drawn_item_is_heard (QD_DRAWN_ITEM (self)) && qd_drawn_item_get_widget (QD_DRAWN_ITEM (self)) != NULL)
    refresh (QD_DRAWN_ITEM (self));
}

void
qd_grid_cell_drop (QdGridCell *self)
{
  qd_drawn_item_set_widget (QD_DRAWN_ITEM (self), NULL);
}
