/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-grid-private.h"

/* A row in sight or a cell in it, as assistive technologies see it: drawn by the grid, made when asked for. */
#define QD_TYPE_POLICY_GRID_ITEM (qd_policy_grid_item_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGridItem, qd_policy_grid_item, QD, POLICY_GRID_ITEM, GObject)

struct _QdPolicyGridItem {
  GObject parent_instance;

  QdPolicyGrid *grid;      /* not owned; it owns us. NULL when it shows something else */
  QdPolicySpot spot;       /* of a row: no column */
  GtkATContext *context;
};

typedef enum { PROP_ACCESSIBLE_ROLE = 1 } QdPolicyGridItemProperty;

static void accessible_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyGridItem, qd_policy_grid_item, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

static gboolean
is_row (QdPolicyGridItem *self)
{
  return self->spot.column == QD_POLICY_NO_LINE;
}

static const QdPolicyLine *
get_line (QdPolicyGridItem *self, QdPolicyWay way)
{
  return qd_policy_axis_get (&self->grid->axes[way], way == QD_POLICY_DOWN ? self->spot.row : self->spot.column);
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

static void
refresh (QdPolicyGridItem *self)
{
  QdPolicyGrid *grid = self->grid;
  g_autofree char *text = NULL;

  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ROW_INDEX,
                                  count_ends (&grid->axes[QD_POLICY_DOWN], self->spot.row) + 1, -1);
  if (is_row (self))
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      qd_policy_ends_get (grid->ends, get_line (self, QD_POLICY_DOWN)->end)->text, -1);
      return;
    }
  text = qd_policy_ends_describe (grid->ends, get_line (self, QD_POLICY_DOWN)->end, get_line (self, QD_POLICY_ACROSS)->end);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_COL_INDEX,
                                  count_ends (&grid->axes[QD_POLICY_ACROSS], self->spot.column) + 1, -1);
}

static GtkATContext *
get_at_context (GtkAccessible *accessible)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  if (self->context == NULL)
    {
      GdkDisplay *display = self->grid != NULL ? gtk_widget_get_display (GTK_WIDGET (self->grid)) : gdk_display_get_default ();

      self->context = gtk_at_context_create (is_row (self) ? GTK_ACCESSIBLE_ROLE_ROW : GTK_ACCESSIBLE_ROLE_GRID_CELL, accessible, display);
      if (self->context == NULL)
        return NULL;
      if (self->grid != NULL)
        refresh (self);
    }
  return g_object_ref (self->context);
}

static gboolean
is_cursor (QdPolicyGridItem *self)
{
  return self->grid != NULL && self->grid->cursor.row == self->spot.row && self->grid->cursor.column == self->spot.column;
}

static gboolean
get_platform_state (GtkAccessible *accessible, GtkAccessiblePlatformState state)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  switch (state)
    {
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSABLE: return self->grid != NULL && !is_row (self);
    case GTK_ACCESSIBLE_PLATFORM_STATE_FOCUSED: return is_cursor (self) && gtk_widget_has_focus (GTK_WIDGET (self->grid));
    case GTK_ACCESSIBLE_PLATFORM_STATE_ACTIVE:
    default: return FALSE;
    }
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
      item->grid = grid;
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
dup_cell (QdPolicyGridItem *row, guint from)
{
  guint column = row->grid != NULL ? find_seen (row->grid, QD_POLICY_ACROSS, from) : QD_POLICY_NO_LINE;

  return column != QD_POLICY_NO_LINE ? GTK_ACCESSIBLE (g_object_ref (get_item (row->grid, (QdPolicySpot) { row->spot.row, column }))) : NULL;
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
      QD_POLICY_GRID_ITEM (item)->grid = NULL;
      g_object_unref (item);
    }
  g_clear_pointer (&self->items, g_hash_table_unref);
}

static GtkAccessible *
get_accessible_parent (GtkAccessible *accessible)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  if (self->grid == NULL)
    return NULL;
  if (is_row (self))
    return GTK_ACCESSIBLE (g_object_ref (self->grid));
  return GTK_ACCESSIBLE (g_object_ref (get_item (self->grid, (QdPolicySpot) { self->spot.row, QD_POLICY_NO_LINE })));
}

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  return is_row (self) ? dup_cell (self, 0) : NULL;
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  if (self->grid == NULL)
    return NULL;
  return is_row (self) ? qd_policy_grid_item_dup_row (self->grid, self->spot.row + 1) : dup_cell (self, self->spot.column + 1);
}

static gboolean
get_bounds (GtkAccessible *accessible, int *x, int *y, int *width, int *height)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (accessible);

  if (self->grid == NULL)
    return FALSE;
  *x = is_row (self) ? 0 : qd_policy_grid_line_to_pixel (self->grid, QD_POLICY_ACROSS, self->spot.column);
  *y = is_row (self) ? qd_policy_grid_line_to_pixel (self->grid, QD_POLICY_DOWN, self->spot.row) : 0;
  *width = is_row (self) ? gtk_widget_get_width (GTK_WIDGET (self->grid)) : self->grid->cell;
  *height = self->grid->cell;
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

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_grid_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch ((QdPolicyGridItemProperty) id)
    {
    case PROP_ACCESSIBLE_ROLE:
      g_value_set_enum (value, is_row (QD_POLICY_GRID_ITEM (object)) ? GTK_ACCESSIBLE_ROLE_ROW : GTK_ACCESSIBLE_ROLE_GRID_CELL);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The role is fixed: writing it is part of the interface, and has no effect. */
static void
qd_policy_grid_item_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_ACCESSIBLE_ROLE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
qd_policy_grid_item_dispose (GObject *object)
{
  QdPolicyGridItem *self = QD_POLICY_GRID_ITEM (object);

  self->grid = NULL;
  g_clear_object (&self->context);
  G_OBJECT_CLASS (qd_policy_grid_item_parent_class)->dispose (object);
}

static void
qd_policy_grid_item_class_init (QdPolicyGridItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qd_policy_grid_item_get_property;
  object_class->set_property = qd_policy_grid_item_set_property;
  object_class->dispose = qd_policy_grid_item_dispose;
  g_object_class_override_property (object_class, PROP_ACCESSIBLE_ROLE, "accessible-role");
}

static void
qd_policy_grid_item_init (QdPolicyGridItem *self)
{
}
