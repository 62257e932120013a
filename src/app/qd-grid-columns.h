/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * QdGridColumn:
 *
 * One column: what it shows, how wide it was asked to be, and where layout() put it.
 */
typedef struct {
  guint field;
  char *title;
  gboolean is_number;     /* its figures stand at the far side */
  gboolean expand;        /* takes what is left over */
  gboolean visible;
  int width;
  int x, allocated;       /* pixels from the left, and how wide it is */
} QdGridColumn;

/**
 * QdGridColumns:
 *
 * The columns of a grid in their order, and which the rows are sorted by. ::changed when their
 * order, width or visibility did, ::sorted when the order of rows is to be another.
 */
#define QD_TYPE_GRID_COLUMNS (qd_grid_columns_get_type ())
G_DECLARE_FINAL_TYPE (QdGridColumns, qd_grid_columns, QD, GRID_COLUMNS, GObject)

#define QD_GRID_NO_COLUMN G_MAXUINT
#define QD_GRID_MIN_WIDTH 48

QdGridColumns *qd_grid_columns_new (void);
/* Appends a column; what of @column is not asked for (x, allocated) is ignored; the title is copied. */
void qd_grid_columns_add (QdGridColumns *self, const QdGridColumn *column);
guint qd_grid_columns_get_n (QdGridColumns *self);
const QdGridColumn *qd_grid_columns_get (QdGridColumns *self, guint i);
/* Where the column of @field is, shown or not: QD_GRID_NO_COLUMN when there is none. */
guint qd_grid_columns_find (QdGridColumns *self, guint field);
/* The next visible column from @i on: QD_GRID_NO_COLUMN after the last. */
guint qd_grid_columns_next (QdGridColumns *self, guint i);
void qd_grid_columns_set_visible (QdGridColumns *self, guint i, gboolean visible);
/* A column that was given a width keeps it: it expands no more. */
void qd_grid_columns_set_width (QdGridColumns *self, guint i, int width);
void qd_grid_columns_move (QdGridColumns *self, guint from, guint to);
/* By a column's field. */
void qd_grid_columns_set_sort (QdGridColumns *self, guint field, gboolean descending);
guint qd_grid_columns_get_sort (QdGridColumns *self, gboolean *descending);
/* Puts the columns side by side into @width, or as much as they need; TRUE when any is elsewhere than before. */
gboolean qd_grid_columns_layout (QdGridColumns *self, int width, gboolean rtl);
/* How wide all are together, since layout(). */
int qd_grid_columns_get_width (QdGridColumns *self);
/* The visible column at @x: QD_GRID_NO_COLUMN beside them. */
guint qd_grid_columns_at (QdGridColumns *self, double x);

G_END_DECLS
