/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-columns.h"

struct _QdGridColumns {
  GObject parent_instance;

  GArray *columns;    /* QdGridColumn, in their order */
  guint sort;
  gboolean descending;
  int width;
};

G_DEFINE_FINAL_TYPE (QdGridColumns, qd_grid_columns, G_TYPE_OBJECT)

enum { CHANGED, SORTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static QdGridColumn *
column_at (QdGridColumns *self, guint i)
{
  return &g_array_index (self->columns, QdGridColumn, i);
}

static void
column_clear (gpointer data)
{
  g_free (((QdGridColumn *) data)->title);
}

static void
qd_grid_columns_finalize (GObject *object)
{
  g_array_unref (QD_GRID_COLUMNS (object)->columns);
  G_OBJECT_CLASS (qd_grid_columns_parent_class)->finalize (object);
}

static void
qd_grid_columns_class_init (QdGridColumnsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_grid_columns_finalize;

  signals[CHANGED] = g_signal_new ("changed", QD_TYPE_GRID_COLUMNS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SORTED] = g_signal_new ("sorted", QD_TYPE_GRID_COLUMNS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_grid_columns_init (QdGridColumns *self)
{
  self->columns = g_array_new (FALSE, TRUE, sizeof (QdGridColumn));
  g_array_set_clear_func (self->columns, column_clear);
  self->sort = QD_GRID_NO_COLUMN;
}

/**
 * qd_grid_columns_new:
 *
 * Returns: (transfer full): no columns, sorted by nothing
 */
QdGridColumns *
qd_grid_columns_new (void)
{
  return g_object_new (QD_TYPE_GRID_COLUMNS, NULL);
}

void
qd_grid_columns_add (QdGridColumns *self, const QdGridColumn *column)
{
  QdGridColumn added = *column;

  added.title = g_strdup (column->title);
  added.x = added.allocated = 0;
  g_array_append_val (self->columns, added);
  g_signal_emit (self, signals[CHANGED], 0);
}

guint
qd_grid_columns_get_n (QdGridColumns *self)
{
  return self->columns->len;
}

const QdGridColumn *
qd_grid_columns_get (QdGridColumns *self, guint i)
{
  return i < self->columns->len ? column_at (self, i) : NULL;
}

guint
qd_grid_columns_find (QdGridColumns *self, guint field)
{
  for (guint i = 0; i < self->columns->len; i++)
    if (column_at (self, i)->field == field)
      return i;
  return QD_GRID_NO_COLUMN;
}

guint
qd_grid_columns_next (QdGridColumns *self, guint i)
{
  while (i < self->columns->len && !column_at (self, i)->visible)
    i++;
  return i < self->columns->len ? i : QD_GRID_NO_COLUMN;
}

void
qd_grid_columns_set_visible (QdGridColumns *self, guint i, gboolean visible)
{
  g_return_if_fail (i < self->columns->len);

  if (column_at (self, i)->visible == !!visible)
    return;
  column_at (self, i)->visible = !!visible;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
qd_grid_columns_set_width (QdGridColumns *self, guint i, int width)
{
  g_return_if_fail (i < self->columns->len);

  QdGridColumn *column = column_at (self, i);
  width = MAX (width, QD_GRID_MIN_WIDTH);
  if (column->width == width && !column->expand)
    return;
  column->width = width;
  column->expand = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
qd_grid_columns_move (QdGridColumns *self, guint from, guint to)
{
  g_return_if_fail (from < self->columns->len && to < self->columns->len);

  if (from == to)
    return;
  QdGridColumn moved = *column_at (self, from);
  /* Moved by hand: the array would free the title. */
  for (guint i = from; i < to; i++)
    *column_at (self, i) = *column_at (self, i + 1);
  for (guint i = from; i > to; i--)
    *column_at (self, i) = *column_at (self, i - 1);
  *column_at (self, to) = moved;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
qd_grid_columns_set_sort (QdGridColumns *self, guint field, gboolean descending)
{
  descending = !!descending;
  if (self->sort == field && self->descending == descending)
    return;
  self->sort = field;
  self->descending = descending;
  g_signal_emit (self, signals[SORTED], 0);
}

guint
qd_grid_columns_get_sort (QdGridColumns *self, gboolean *descending)
{
  if (descending != NULL)
    *descending = self->descending;
  return self->sort;
}

gboolean
qd_grid_columns_layout (QdGridColumns *self, int width, gboolean rtl)
{
  int natural = 0, n_expand = 0, x = 0, extra;
  gboolean changed = FALSE;

  for (guint i = 0; i < self->columns->len; i++)
    if (column_at (self, i)->visible)
      {
        natural += column_at (self, i)->width;
        n_expand += column_at (self, i)->expand;
      }
  extra = MAX (width - natural, 0);
  self->width = MAX (width, natural);
  for (guint i = 0; i < self->columns->len; i++)
    {
      QdGridColumn *column = column_at (self, i);

      if (!column->visible)
        continue;
      int allocated = column->width + (column->expand ? extra / n_expand : 0);
      int left = rtl ? self->width - x - allocated : x;
      changed |= left != column->x || allocated != column->allocated;
      column->x = left;
      column->allocated = allocated;
      x += allocated;
    }
  return changed;
}

int
qd_grid_columns_get_width (QdGridColumns *self)
{
  return self->width;
}

guint
qd_grid_columns_at (QdGridColumns *self, double x)
{
  for (guint i = 0; i < self->columns->len; i++)
    {
      const QdGridColumn *column = column_at (self, i);

      if (column->visible && x >= column->x && x < column->x + column->allocated)
        return i;
    }
  return QD_GRID_NO_COLUMN;
}
