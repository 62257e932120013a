/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-header.h"

#define GRIP 5            /* so near to a column's end one takes hold of it */
#define DRAG_FROM 12      /* so far a title is drawn before it is a drag */
#define KEY_STEP 16

typedef enum { DRAG_NONE, DRAG_MAYBE, DRAG_MOVE, DRAG_RESIZE } Drag;

typedef struct { guint field; GtkWidget *button, *label, *arrow; } Title;

struct _QdGridHeader {
  GtkWidget parent_instance;

  QdGridColumns *columns;
  GArray *titles;         /* Title, as they were added */
  GtkAdjustment *hadjustment;

  Drag drag;
  guint dragged;          /* its field */
  double from_x;
  int from_width;
};

G_DEFINE_FINAL_TYPE (QdGridHeader, qd_grid_header, GTK_TYPE_WIDGET)

static Title *
title_at (QdGridHeader *self, guint i)
{
  return &g_array_index (self->titles, Title, i);
}

static const QdGridColumn *
column_of (QdGridHeader *self, guint field)
{
  return qd_grid_columns_get (self->columns, qd_grid_columns_find (self->columns, field));
}

static gboolean
is_rtl (QdGridHeader *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

/* --- Sorting ------------------------------------------------------------------------------------- */

static void
clicked_cb (QdGridHeader *self, GtkWidget *button)
{
  gboolean descending;
  guint sort = qd_grid_columns_get_sort (self->columns, &descending);

  for (guint i = 0; i < self->titles->len; i++)
    if (title_at (self, i)->button == button)
      {
        guint field = title_at (self, i)->field;

        qd_grid_columns_set_sort (self->columns, field, field == sort && !descending);
        return;
      }
}

static void
update_sort (QdGridHeader *self)
{
  gboolean descending;
  guint sort = qd_grid_columns_get_sort (self->columns, &descending);

  for (guint i = 0; i < self->titles->len; i++)
    {
      Title *title = title_at (self, i);
      gboolean sorted = title->field == sort;
      GtkAccessibleSort how = !sorted ? GTK_ACCESSIBLE_SORT_NONE : descending ? GTK_ACCESSIBLE_SORT_DESCENDING : GTK_ACCESSIBLE_SORT_ASCENDING;

      gtk_widget_set_visible (title->arrow, sorted);
      if (sorted)
        gtk_image_set_from_icon_name (GTK_IMAGE (title->arrow), descending ? "pan-down-symbolic" : "pan-up-symbolic");
      gtk_accessible_update_property (GTK_ACCESSIBLE (title->button), GTK_ACCESSIBLE_PROPERTY_SORT, how, -1);
    }
}

/* --- Titles -------------------------------------------------------------------------------------- */

/* As many titles as there are columns; a column's title is never another. */
static void
add_titles (QdGridHeader *self)
{
  for (guint i = self->titles->len; i < qd_grid_columns_get_n (self->columns); i++)
    {
      const QdGridColumn *column = qd_grid_columns_get (self->columns, i);
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
      Title title = { .field = column->field, .label = gtk_label_new (column->title), .arrow = gtk_image_new () };

      title.button = g_object_new (GTK_TYPE_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_COLUMN_HEADER, NULL);
      gtk_label_set_ellipsize (GTK_LABEL (title.label), PANGO_ELLIPSIZE_END);
      gtk_label_set_xalign (GTK_LABEL (title.label), column->is_number ? 1 : 0);
      gtk_widget_set_hexpand (title.label, column->is_number);
      gtk_widget_set_tooltip_text (title.button, column->title);
      gtk_accessible_update_property (GTK_ACCESSIBLE (title.button), GTK_ACCESSIBLE_PROPERTY_LABEL, column->title, -1);
      gtk_widget_add_css_class (title.arrow, "qd-sort-arrow");
      gtk_widget_set_visible (title.arrow, FALSE);
      /* The arrow stands where the title is not: figures end under the end of their title. */
      gtk_box_append (GTK_BOX (box), column->is_number ? title.arrow : title.label);
      gtk_box_append (GTK_BOX (box), column->is_number ? title.label : title.arrow);
      gtk_button_set_child (GTK_BUTTON (title.button), box);
      g_signal_connect_swapped (title.button, "clicked", G_CALLBACK (clicked_cb), self);
      gtk_widget_set_parent (title.button, GTK_WIDGET (self));
      g_array_append_val (self->titles, title);
    }
}

/* In the tree, and so for the keyboard and for readers, titles stand as they are seen. */
static void
order_titles (QdGridHeader *self)
{
  GtkWidget *previous = NULL;

  for (guint i = 0; i < qd_grid_columns_get_n (self->columns); i++)
    for (guint j = 0; j < self->titles->len; j++)
      {
        const QdGridColumn *column = qd_grid_columns_get (self->columns, i);
        Title *title = title_at (self, j);

        if (title->field != column->field)
          continue;
        if (gtk_widget_get_prev_sibling (title->button) != previous)
          gtk_widget_insert_after (title->button, GTK_WIDGET (self), previous);
        gtk_widget_set_visible (title->button, column->visible);
        previous = title->button;
      }
}

static void
columns_changed_cb (QdGridHeader *self)
{
  add_titles (self);
  order_titles (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* --- Dragging ------------------------------------------------------------------------------------ */

/* The column whose end is at @x. */
static guint
grip_at (QdGridHeader *self, double x)
{
  guint found = QD_GRID_NO_COLUMN;

  for (guint i = 0; (i = qd_grid_columns_next (self->columns, i)) != QD_GRID_NO_COLUMN; i++)
    {
      const QdGridColumn *column = qd_grid_columns_get (self->columns, i);
      double end = is_rtl (self) ? column->x : column->x + column->allocated;

      if (x >= end - GRIP && x <= end + GRIP)
        found = i;
    }
  return found;
}

static void
drag_begin_cb (QdGridHeader *self, double x, double y, GtkGesture *gesture)
{
  guint grip = grip_at (self, x), at = grip != QD_GRID_NO_COLUMN ? grip : qd_grid_columns_at (self->columns, x);
  const QdGridColumn *column = qd_grid_columns_get (self->columns, at);

  self->drag = column == NULL ? DRAG_NONE : grip != QD_GRID_NO_COLUMN ? DRAG_RESIZE : DRAG_MAYBE;
  if (column == NULL)
    return;
  self->dragged = column->field;
  self->from_x = x;
  self->from_width = column->allocated;
  if (self->drag == DRAG_RESIZE)
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

/* It changes places with what it was drawn over, as soon as it will stay under the pointer there. */
static void
drag_title_to (QdGridHeader *self, double x)
{
  guint from = qd_grid_columns_find (self->columns, self->dragged), to = qd_grid_columns_at (self->columns, x);
  const QdGridColumn *dragged = qd_grid_columns_get (self->columns, from), *over = qd_grid_columns_get (self->columns, to);

  if (dragged == NULL || over == NULL || dragged == over)
    return;
  if (over->x > dragged->x ? x > over->x + over->allocated - dragged->allocated : x < over->x + dragged->allocated)
    qd_grid_columns_move (self->columns, from, to);
}

static void
drag_update_cb (QdGridHeader *self, double dx, double dy, GtkGesture *gesture)
{
  if (self->drag == DRAG_MAYBE && (dx > DRAG_FROM || dx < -DRAG_FROM))
    {
      self->drag = DRAG_MOVE;
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
    }
  if (self->drag == DRAG_RESIZE)
    qd_grid_columns_set_width (self->columns, qd_grid_columns_find (self->columns, self->dragged),
                               self->from_width + (int) (is_rtl (self) ? -dx : dx));
  else if (self->drag == DRAG_MOVE)
    drag_title_to (self, self->from_x + dx);
}

static void
drag_end_cb (QdGridHeader *self)
{
  self->drag = DRAG_NONE;
}

static void
motion_cb (QdGridHeader *self, double x, double y)
{
  gboolean grip = self->drag == DRAG_RESIZE || grip_at (self, x) != QD_GRID_NO_COLUMN;

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), grip ? "col-resize" : NULL);
}

static void
watch_pointer (QdGridHeader *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}

/* --- Keys ---------------------------------------------------------------------------------------- */

static const QdGridColumn *
get_focused (QdGridHeader *self, guint *at)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self));

  for (guint i = 0; focus != NULL && i < self->titles->len; i++)
    if (title_at (self, i)->button == focus)
      {
        *at = qd_grid_columns_find (self->columns, title_at (self, i)->field);
        return column_of (self, title_at (self, i)->field);
      }
  return NULL;
}

static gboolean
resize_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdGridHeader *self = QD_GRID_HEADER (widget);
  guint at;
  const QdGridColumn *column = get_focused (self, &at);

  if (column == NULL)
    return FALSE;
  qd_grid_columns_set_width (self->columns, at, column->allocated + KEY_STEP * (is_rtl (self) ? -1 : 1) * g_variant_get_int32 (args));
  return TRUE;
}

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdGridHeader *self = QD_GRID_HEADER (widget);
  int by = g_variant_get_int32 (args) * (is_rtl (self) ? -1 : 1);
  guint at, n = qd_grid_columns_get_n (self->columns);

  if (get_focused (self, &at) == NULL)
    return FALSE;
  for (guint to = at + (guint) by; to < n; to += (guint) by)
    if (qd_grid_columns_get (self->columns, to)->visible)
      {
        qd_grid_columns_move (self->columns, at, to);
        break;
      }
  return TRUE;
}

static void
add_bindings (GtkWidgetClass *widget_class)
{
  static const struct { guint key; int by; } arrows[] = {
    { GDK_KEY_Left, -1 }, { GDK_KEY_KP_Left, -1 }, { GDK_KEY_Right, 1 }, { GDK_KEY_KP_Right, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    {
      gtk_widget_class_add_binding (widget_class, arrows[i].key, GDK_CONTROL_MASK, resize_cb, "i", arrows[i].by);
      gtk_widget_class_add_binding (widget_class, arrows[i].key, GDK_CONTROL_MASK | GDK_SHIFT_MASK, move_cb, "i", arrows[i].by);
    }
}

/* --- The widget ---------------------------------------------------------------------------------- */

static void
qd_grid_header_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  QdGridHeader *self = QD_GRID_HEADER (widget);

  *minimum = *natural = 0;
  for (guint i = 0; i < self->titles->len; i++)
    {
      int least, wanted;

      if (!gtk_widget_get_visible (title_at (self, i)->button))
        continue;
      gtk_widget_measure (title_at (self, i)->button, orientation, -1, &least, &wanted, NULL, NULL);
      if (orientation == GTK_ORIENTATION_HORIZONTAL)
        continue;
      *minimum = MAX (*minimum, least);
      *natural = MAX (*natural, wanted);
    }
}

static void
qd_grid_header_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdGridHeader *self = QD_GRID_HEADER (widget);

  for (guint i = 0; i < self->titles->len; i++)
    {
      const QdGridColumn *column = column_of (self, title_at (self, i)->field);

      if (gtk_widget_get_visible (title_at (self, i)->button))
        gtk_widget_size_allocate (title_at (self, i)->button, &(GtkAllocation) { column->x, 0, column->allocated, height }, -1);
    }
}

static void
qd_grid_header_set_focus_child (GtkWidget *widget, GtkWidget *child)
{
  QdGridHeader *self = QD_GRID_HEADER (widget);
  const QdGridColumn *column;
  guint at;
  int x;

  GTK_WIDGET_CLASS (qd_grid_header_parent_class)->set_focus_child (widget, child);
  column = child != NULL ? get_focused (self, &at) : NULL;
  if (column == NULL || self->hadjustment == NULL)
    return;
  x = is_rtl (self) ? qd_grid_columns_get_width (self->columns) - column->x - column->allocated : column->x;
  gtk_adjustment_clamp_page (self->hadjustment, x, x + column->allocated);
}

static void
qd_grid_header_dispose (GObject *object)
{
  QdGridHeader *self = QD_GRID_HEADER (object);

  for (guint i = 0; i < self->titles->len; i++)
    gtk_widget_unparent (title_at (self, i)->button);
  g_array_set_size (self->titles, 0);
  g_clear_object (&self->columns);
  g_clear_object (&self->hadjustment);
  G_OBJECT_CLASS (qd_grid_header_parent_class)->dispose (object);
}

static void
qd_grid_header_finalize (GObject *object)
{
  g_array_unref (QD_GRID_HEADER (object)->titles);
  G_OBJECT_CLASS (qd_grid_header_parent_class)->finalize (object);
}

static void
qd_grid_header_class_init (QdGridHeaderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_grid_header_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_grid_header_finalize;
  widget_class->measure = qd_grid_header_measure;
  widget_class->size_allocate = qd_grid_header_size_allocate;
  widget_class->set_focus_child = qd_grid_header_set_focus_child;
  add_bindings (widget_class);
  gtk_widget_class_set_css_name (widget_class, "header");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ROW);
}

static void
qd_grid_header_init (QdGridHeader *self)
{
  self->titles = g_array_new (FALSE, TRUE, sizeof (Title));
  watch_pointer (self);
}

/**
 * qd_grid_header_new:
 * @columns: whose titles it shows
 *
 * Returns: (transfer floating): a header
 */
GtkWidget *
qd_grid_header_new (QdGridColumns *columns)
{
  QdGridHeader *self = g_object_new (QD_TYPE_GRID_HEADER, NULL);

  self->columns = g_object_ref (columns);
  g_signal_connect_object (columns, "changed", G_CALLBACK (columns_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (columns, "sorted", G_CALLBACK (update_sort), self, G_CONNECT_SWAPPED);
  columns_changed_cb (self);
  update_sort (self);
  return GTK_WIDGET (self);
}

void
qd_grid_header_set_hadjustment (QdGridHeader *self, GtkAdjustment *adjustment)
{
  g_set_object (&self->hadjustment, adjustment);
}
