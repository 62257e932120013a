/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-drawn-item.h"
#include "qd-policy-grid-private.h"

/* A row in sight or a cell in it, as assistive technologies see it: drawn by the grid, made when asked for. */
#define QD_TYPE_POLICY_GRID_ITEM (qd_policy_grid_item_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGridItem, qd_policy_grid_item, QD, POLICY_GRID_ITEM, QdDrawnItem)

struct _QdPolicyGridItem {
  QdDrawnItem parent_instance;

  QdPolicySpot spot;       /* of a row: no column */
};

G_DEFINE_FINAL_TYPE (QdPolicyGridItem, qd_policy_grid_item, QD_TYPE_DRAWN_ITEM)

/* Of one that has it. */
static QdPolicyGrid *
get_grid (QdDrawnItem *item)
{
  return QD_POLICY_GRID (qd_drawn_item_get_widget (item));
}

static const QdPolicySpot *
get_spot (QdDrawnItem *item)
{
  return &QD_POLICY_GRID_ITEM (item)->spot;
}

static gboolean
is_row (QdDrawnItem *item)
{
  return get_spot (item)->column == QD_POLICY_NO_LINE;
}

static const QdPolicyLine *
get_line (QdDrawnItem *item, QdPolicyWay way)
{
  return qd_policy_axis_get (&get_grid (item)->axes[way], way == QD_POLICY_DOWN ? get_spot (item)->row : get_spot (item)->column);
}

/* How many headings are before a line is not what a reader counts. */
static int
count_ends (const QdPolicyAxis *axis, guint line)
{
  int n = 0;

  for (guint heading = 0; heading <= line; heading = qd_policy_axis_get (axis, heading)->next)
    n++;
  return (int) line + 1 - n;
}

static GtkAccessibleRole
get_role (QdDrawnItem *item)
{
  return is_row (item) ? GTK_ACCESSIBLE_ROLE_ROW : GTK_ACCESSIBLE_ROLE_GRID_CELL;
}

static void
refresh (QdDrawnItem *item)
{
  QdPolicyGrid *grid = get_grid (item);
  g_autofree char *text = NULL;

  gtk_accessible_update_relation (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_RELATION_ROW_INDEX,
                                  count_ends (&grid->axes[QD_POLICY_DOWN], get_spot (item)->row) + 1, -1);
  if (is_row (item))
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      qd_policy_ends_get (grid->ends, get_line (item, QD_POLICY_DOWN)->end)->text, -1);
      return;
    }
  text = qd_policy_ends_describe (grid->ends, get_line (item, QD_POLICY_DOWN)->end, get_line (item, QD_POLICY_ACROSS)->end);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_RELATION_COL_INDEX,
                                  count_ends (&grid->axes[QD_POLICY_ACROSS], get_spot (item)->column) + 1, -1);
}

static gboolean
is_focusable (QdDrawnItem *item)
{
  return !is_row (item);
}

static gboolean
is_focused (QdDrawnItem *item)
{
  const QdPolicySpot *spot = get_spot (item);

  return get_grid (item)->cursor.row == spot->row && get_grid (item)->cursor.column == spot->column && gtk_widget_has_focus (GTK_WIDGET (get_grid (item)));
}

/* --- Finding them -------------------------------------------------------------------------------- */

static QdPolicyGridItem *
get_item (QdPolicyGrid *grid, QdPolicySpot spot)
{
  gint64 key = (gint64) ((guint64) spot.row << 32 | spot.column);
  QdPolicyGridItem *item;

  if (grid->items == NULL)
    grid->items = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  item = g_hash_table_lookup (grid->items, &key);
  if (item == NULL)
    {
      item = g_object_new (QD_TYPE_POLICY_GRID_ITEM, NULL);
      qd_drawn_item_set_widget (QD_DRAWN_ITEM (item), GTK_WIDGET (grid));
      item->spot = spot;
      g_hash_table_insert (grid->items, g_memdup2 (&key, sizeof key), item);
    }
  return item;
}

/* The first line from @from on that is seen and is one of the ends. */
static guint
find_seen (QdPolicyGrid *grid, QdPolicyWay way, guint from)
{
  guint first, end;

  qd_policy_grid_get_seen (grid, way, &first, &end);
  for (guint i = MAX (first, from); i < end; i++)
    if (!qd_policy_axis_is_heading (&grid->axes[way], i))
      return i;
  return QD_POLICY_NO_LINE;
}

GtkAccessible *
qd_policy_grid_item_dup_row (QdPolicyGrid *self, guint from)
{
  guint row = self->ends != NULL ? find_seen (self, QD_POLICY_DOWN, from) : QD_POLICY_NO_LINE;

  return row != QD_POLICY_NO_LINE ? GTK_ACCESSIBLE (g_object_ref (get_item (self, (QdPolicySpot) { row, QD_POLICY_NO_LINE }))) : NULL;
}

static GtkAccessible *
dup_cell (QdDrawnItem *row, guint from)
{
  guint column = find_seen (get_grid (row), QD_POLICY_ACROSS, from);

  return column != QD_POLICY_NO_LINE ? GTK_ACCESSIBLE (g_object_ref (get_item (get_grid (row), (QdPolicySpot) { get_spot (row)->row, column }))) : NULL;
}

GtkAccessible *
qd_policy_grid_item_get_cell (QdPolicyGrid *self, QdPolicySpot spot)
{
  return GTK_ACCESSIBLE (get_item (self, spot));
}

/* Others may hold one when what it is of goes: it then has nothing to say. */
void
qd_policy_grid_items_drop (QdPolicyGrid *self)
{
  GHashTableIter iter;
  gpointer item;

  if (self->items == NULL)
    return;
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      qd_drawn_item_set_widget (item, NULL);
      g_object_unref (item);
    }
  g_clear_pointer (&self->items, g_hash_table_unref);
}

static GtkAccessible *
dup_parent (QdDrawnItem *item)
{
  if (is_row (item))
    return GTK_ACCESSIBLE (g_object_ref (get_grid (item)));
  return GTK_ACCESSIBLE (g_object_ref (get_item (get_grid (item), (QdPolicySpot) { get_spot (item)->row, QD_POLICY_NO_LINE })));
}

static GtkAccessible *
dup_first_child (QdDrawnItem *item)
{
  return is_row (item) ? dup_cell (item, 0) : NULL;
}

static GtkAccessible *
dup_next (QdDrawnItem *item)
{
  return is_row (item) ? qd_policy_grid_item_dup_row (get_grid (item), get_spot (item)->row + 1) : dup_cell (item, get_spot (item)->column + 1);
}

static gboolean
get_bounds (QdDrawnItem *item, int *x, int *y, int *width, int *height)
{
  QdPolicyGrid *grid = get_grid (item);

  *x = is_row (item) ? 0 : qd_policy_grid_line_to_pixel (grid, QD_POLICY_ACROSS, get_spot (item)->column);
  *y = is_row (item) ? qd_policy_grid_line_to_pixel (grid, QD_POLICY_DOWN, get_spot (item)->row) : 0;
  *width = is_row (item) ? gtk_widget_get_width (GTK_WIDGET (grid)) : grid->cell;
  *height = grid->cell;
  return TRUE;
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_grid_item_class_init (QdPolicyGridItemClass *klass)
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
qd_policy_grid_item_init (QdPolicyGridItem *self)
{
}
