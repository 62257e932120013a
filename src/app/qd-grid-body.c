/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-body.h"

#include <math.h>

#include "qd-grid-row.h"

/* A row that has the focus and is out of sight is not farther away than so many rows: floats draw it. */
#define FAR_ROWS 4

struct _QdGridBody {
  GtkWidget parent_instance;

  GtkWidget *icons;
  GPtrArray *rows;           /* QdGridRow, in no order; our children */
  QdGridLook look;

  QdView *view;
  QdGridSelection *selection;
  GtkAdjustment *vadjustment;

  QdEntity *cursor;          /* where the keyboard is; owned */
  guint cursor_position;
  QdEntity *anchor;          /* where a range begins; owned */
  gboolean reveal;           /* the cursor, once there is a height */

  int x, width;              /* of the rows */
  int row_height;
  gboolean placing;
};

G_DEFINE_FINAL_TYPE (QdGridBody, qd_grid_body, GTK_TYPE_WIDGET)

static guint activated_signal;

enum { MOVE_LINES, MOVE_PAGES, MOVE_ENDS };

/* --- Where rows are ------------------------------------------------------------------------------ */

static QdGridRow *
row_at (QdGridBody *self, guint i)
{
  return self->rows->pdata[i];
}

static int
get_value (QdGridBody *self)
{
  /* Whole pixels: text that stands between two is blurred, and drawn anew for each fraction. */
  return self->vadjustment != NULL ? (int) round (gtk_adjustment_get_value (self->vadjustment)) : 0;
}

static void
configure (QdGridBody *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double upper = (double) qd_view_get_length (self->view) * self->row_height, value;

  if (self->vadjustment == NULL)
    return;
  self->placing = TRUE;
  value = CLAMP (gtk_adjustment_get_value (self->vadjustment), 0, MAX (upper - height, 0));
  gtk_adjustment_configure (self->vadjustment, value, 0, MAX (upper, height), self->row_height, height * 0.9, height);
  self->placing = FALSE;
}

static QdGridRow *
get_focus_row (QdGridBody *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_get_parent (focus) == GTK_WIDGET (self) && QD_IS_GRID_ROW (focus) ? QD_GRID_ROW (focus) : NULL;
}

static QdGridRow *
find_row (QdGridBody *self, QdEntity *entity)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (qd_grid_row_get_entity (row_at (self, i)) == entity)
      return row_at (self, i);
  return NULL;
}

static QdGridRow *
add_row (QdGridBody *self)
{
  GtkWidget *row = qd_grid_row_new (&self->look);

  gtk_widget_set_child_visible (row, FALSE);
  gtk_widget_set_parent (row, GTK_WIDGET (self));
  g_ptr_array_add (self->rows, row);
  return QD_GRID_ROW (row);
}

static void
show_row (QdGridBody *self, QdGridRow *row, guint position)
{
  QdEntity *entity = qd_view_peek (self->view, position);

  qd_grid_row_set (row, entity, position);
  qd_grid_row_set_selected (row, qd_grid_selection_contains (self->selection, entity));
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_ROW_INDEX, (int) position + 1, -1);
  gtk_widget_set_child_visible (GTK_WIDGET (row), entity != NULL);
}

static gboolean
is_right (QdGridBody *self, QdGridRow *row)
{
  QdEntity *entity = qd_grid_row_get_entity (row);

  return entity != NULL && qd_view_peek (self->view, qd_grid_row_get_position (row)) == entity;
}

/* The row that has the focus keeps it: when its thing is gone, it takes what is in its place now. */
static void
keep_focus_row (QdGridBody *self, QdGridRow *row)
{
  guint n = qd_view_get_length (self->view);
  QdGridRow *other;

  if (row == NULL || is_right (self, row) || n == 0)
    return;
  guint position = MIN (qd_grid_row_get_position (row), n - 1);
  other = find_row (self, qd_view_peek (self->view, position));
  if (other != NULL)
    qd_grid_row_set (other, NULL, 0);
  show_row (self, row, position);
  g_set_object (&self->cursor, qd_grid_row_get_entity (row));
  self->cursor_position = position;
}

/* Gives every position from @first to before @end a row, of those there are if possible. */
static void
assign_rows (QdGridBody *self, guint first, guint end)
{
  g_autofree QdGridRow **slots = g_new0 (QdGridRow *, end - first + 1);
  g_autoptr (GPtrArray) spare = g_ptr_array_new ();
  QdGridRow *focus = get_focus_row (self);

  keep_focus_row (self, focus);
  for (guint i = 0; i < self->rows->len; i++)
    {
      QdGridRow *row = row_at (self, i);
      guint position = qd_grid_row_get_position (row);
      gboolean right = is_right (self, row);

      if (right && position >= first && position < end && slots[position - first] == NULL)
        slots[position - first] = row;
      else if (row != focus || !right)
        g_ptr_array_add (spare, row);
    }
  for (guint position = first; position < end; position++)
    {
      QdGridRow *row = slots[position - first];

      if (row == NULL)
        row = spare->len > 0 ? g_ptr_array_steal_index (spare, spare->len - 1) : add_row (self);
      show_row (self, row, position);
    }
  for (guint i = 0; i < spare->len; i++)
    show_row (self, spare->pdata[i], G_MAXUINT);
}

static void
update_rows (QdGridBody *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self)), value = get_value (self);
  guint n = qd_view_get_length (self->view);
  guint first = MIN ((guint) (value / self->row_height), n);
  guint end = height > 0 ? MIN ((guint) ((value + height + self->row_height - 1) / self->row_height), n) : first;

  assign_rows (self, first, MAX (first, end));
}

/* --- What the view tells ------------------------------------------------------------------------- */

static int
compare_shifts (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* Where @position is after a change; what was replaced is looked for. G_MAXUINT32: gone. */
static guint
follow (QdGridBody *self, QdEntity *entity, guint position, guint at, guint removed, guint added)
{
  if (position < at)
    return position;
  return position >= at + removed ? position + added - removed : qd_view_find (self->view, entity);
}

/* Rows take their new positions along with their things. Returns how far, mostly: the middle one of
 * all their ways, which some that moved on their own account do not change. */
static gint64
follow_rows (QdGridBody *self, guint at, guint removed, guint added)
{
  g_autoptr (GArray) shifts = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->rows->len; i++)
    {
      QdEntity *entity = qd_grid_row_get_entity (row_at (self, i));
      guint before = qd_grid_row_get_position (row_at (self, i)), now;
      gint64 shift;

      if (entity == NULL)
        continue;
      now = follow (self, entity, before, at, removed, added);
      if (now == G_MAXUINT32)
        continue;
      qd_grid_row_set_position (row_at (self, i), now);
      shift = (gint64) now - before;
      g_array_append_val (shifts, shift);
    }
  g_array_sort (shifts, compare_shifts);
  return shifts->len > 0 ? g_array_index (shifts, gint64, shifts->len / 2) : 0;
}

/* Whoever reads or works in the rows goes on doing so where they are, whatever comes above. At the
 * top, what comes there is what one wants to see, unless one is at work. */
static void
items_changed_cb (QdGridBody *self, guint at, guint removed, guint added)
{
  gboolean in_use = (gtk_widget_get_state_flags (GTK_WIDGET (self)) & (GTK_STATE_FLAG_PRELIGHT | GTK_STATE_FLAG_FOCUS_WITHIN)) != 0;
  gint64 shift = follow_rows (self, at, removed, added);

  if (self->cursor != NULL)
    {
      guint now = follow (self, self->cursor, self->cursor_position, at, removed, added);

      if (now != G_MAXUINT32)
        self->cursor_position = now;
    }
  configure (self);
  if (shift != 0 && self->vadjustment != NULL && (in_use || get_value (self) > 0))
    gtk_adjustment_set_value (self->vadjustment, gtk_adjustment_get_value (self->vadjustment) + (double) (shift * self->row_height));
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ROW_COUNT, (int) qd_view_get_length (self->view), -1);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
selection_changed_cb (QdGridBody *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    qd_grid_row_set_selected (row_at (self, i), qd_grid_selection_contains (self->selection, qd_grid_row_get_entity (row_at (self, i))));
}

/* --- The keyboard's place ------------------------------------------------------------------------ */

static void
reveal_cursor (QdGridBody *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double top = (double) self->cursor_position * self->row_height;

  self->reveal = height <= 0;
  if (self->vadjustment == NULL || self->reveal)
    return;
  configure (self);
  gtk_adjustment_clamp_page (self->vadjustment, top, top + self->row_height);
}

static void
set_cursor (QdGridBody *self, guint position, gboolean focus)
{
  QdGridRow *row;

  g_set_object (&self->cursor, qd_view_peek (self->view, position));
  self->cursor_position = position;
  if (self->cursor == NULL)
    return;
  reveal_cursor (self);
  update_rows (self);
  row = find_row (self, self->cursor);
  if (focus && row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
  update_rows (self);
}

/* Where the keyboard is now: where it was, or what took its place. */
static guint
get_cursor (QdGridBody *self)
{
  guint n = qd_view_get_length (self->view);

  if (self->cursor == NULL || n == 0)
    return G_MAXUINT;
  if (qd_view_peek (self->view, self->cursor_position) != self->cursor)
    {
      guint at = qd_view_find (self->view, self->cursor);

      self->cursor_position = at != G_MAXUINT32 ? at : MIN (self->cursor_position, n - 1);
      g_set_object (&self->cursor, qd_view_peek (self->view, self->cursor_position));
    }
  return self->cursor_position;
}

static void
set_anchor (QdGridBody *self, guint position)
{
  g_set_object (&self->anchor, qd_view_peek (self->view, position));
}

/* Selects as the keys held say: nothing more, a range, or one more or less. */
static void
select_at (QdGridBody *self, guint position, gboolean toggle, gboolean extend)
{
  guint anchor = extend && self->anchor != NULL ? qd_view_find (self->view, self->anchor) : G_MAXUINT32;
  QdEntity *entity = qd_view_peek (self->view, position);

  if (entity == NULL)
    return;
  if (extend && anchor != G_MAXUINT32)
    {
      qd_grid_selection_set_range (self->selection, anchor, position);
      return;
    }
  set_anchor (self, position);
  if (toggle)
    qd_grid_selection_toggle (self->selection, entity);
  else
    qd_grid_selection_set_only (self->selection, entity);
}

static guint
get_target (QdGridBody *self, int kind, int by)
{
  guint n = qd_view_get_length (self->view), cursor = get_cursor (self);
  int page = MAX (gtk_widget_get_height (GTK_WIDGET (self)) / self->row_height - 1, 1);
  gint64 to;

  if (kind == MOVE_ENDS)
    return by < 0 ? 0 : n - 1;
  if (cursor == G_MAXUINT)
    return (guint) MIN (get_value (self) / self->row_height, (int) n - 1);
  to = (gint64) cursor + by * (kind == MOVE_PAGES ? page : 1);
  return (guint) CLAMP (to, 0, (gint64) n - 1);
}

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdGridBody *self = QD_GRID_BODY (widget);
  int kind, by, modifiers;
  guint target;

  g_variant_get (args, "(iii)", &kind, &by, &modifiers);
  if (qd_view_get_length (self->view) == 0)
    return FALSE;
  /* From the first row upwards lie the titles. */
  if (kind == MOVE_LINES && by < 0 && get_cursor (self) == 0 && !(modifiers & GDK_SHIFT_MASK))
    return gtk_widget_child_focus (gtk_widget_get_parent (widget), GTK_DIR_UP);
  target = get_target (self, kind, by);
  if (modifiers & GDK_SHIFT_MASK)
    select_at (self, target, FALSE, TRUE);
  else if (!(modifiers & GDK_CONTROL_MASK))
    select_at (self, target, FALSE, FALSE);
  set_cursor (self, target, TRUE);
  return TRUE;
}

static gboolean
select_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdGridBody *self = QD_GRID_BODY (widget);
  guint cursor = get_cursor (self);
  int modifiers;

  g_variant_get (args, "(i)", &modifiers);
  if (cursor == G_MAXUINT)
    return FALSE;
  select_at (self, cursor, (modifiers & GDK_CONTROL_MASK) != 0, (modifiers & GDK_SHIFT_MASK) != 0);
  return TRUE;
}

static gboolean
select_all_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  qd_grid_selection_set_all (QD_GRID_BODY (widget)->selection);
  return TRUE;
}

static gboolean
select_none_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  qd_grid_selection_clear (QD_GRID_BODY (widget)->selection);
  return TRUE;
}

static gboolean
activate_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdGridBody *self = QD_GRID_BODY (widget);
  guint cursor = get_cursor (self);

  if (cursor == G_MAXUINT)
    return FALSE;
  g_signal_emit (self, activated_signal, 0, self->cursor);
  return TRUE;
}

static gboolean
qd_grid_body_focus (GtkWidget *widget, GtkDirectionType direction)
{
  QdGridBody *self = QD_GRID_BODY (widget);
  guint cursor = get_cursor (self);

  /* One stop: the arrows go from row to row. */
  if (get_focus_row (self) != NULL || qd_view_get_length (self->view) == 0)
    return FALSE;
  set_cursor (self, cursor != G_MAXUINT ? cursor : get_target (self, MOVE_LINES, 0), TRUE);
  return get_focus_row (self) != NULL;
}

static gboolean
qd_grid_body_grab_focus (GtkWidget *widget)
{
  return get_focus_row (QD_GRID_BODY (widget)) != NULL || qd_grid_body_focus (widget, GTK_DIR_TAB_FORWARD);
}

/* --- The pointer --------------------------------------------------------------------------------- */

static guint
position_at (QdGridBody *self, double y)
{
  double at = (y + get_value (self)) / self->row_height;

  return y >= 0 && at < qd_view_get_length (self->view) ? (guint) at : G_MAXUINT;
}

static void
pressed_cb (QdGridBody *self, int n_press, double x, double y)
{
  guint position = position_at (self, y);

  if (n_press == 2 && position != G_MAXUINT)
    g_signal_emit (self, activated_signal, 0, qd_view_peek (self->view, position));
}

static void
released_cb (QdGridBody *self, int n_press, double x, double y, GtkGesture *gesture)
{
  guint position = position_at (self, y);
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (n_press != 1 || position == G_MAXUINT)
    return;
  select_at (self, position, (state & GDK_CONTROL_MASK) != 0, (state & GDK_SHIFT_MASK) != 0);
  set_cursor (self, position, TRUE);
}

static void
watch_pointer (QdGridBody *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

/* --- The widget ---------------------------------------------------------------------------------- */

static void
qd_grid_body_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  QdGridBody *self = QD_GRID_BODY (widget);
  int height;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  gtk_widget_measure (self->rows->pdata[0], orientation, -1, NULL, &height, NULL, NULL);
  self->row_height = MAX (height, 1);
  *minimum = self->row_height;
  *natural = self->row_height * 10;
}

static void
place_row (QdGridBody *self, QdGridRow *row, int value, int height)
{
  gint64 y = (gint64) qd_grid_row_get_position (row) * self->row_height - value;

  y = CLAMP (y, -(gint64) FAR_ROWS * self->row_height, height + (gint64) FAR_ROWS * self->row_height);
  gtk_widget_measure (GTK_WIDGET (row), GTK_ORIENTATION_VERTICAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_size_allocate (GTK_WIDGET (row), &(GtkAllocation) { self->x, (int) y, self->width, self->row_height }, -1);
}

static void
qd_grid_body_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdGridBody *self = QD_GRID_BODY (widget);

  configure (self);
  if (self->reveal)
    reveal_cursor (self);
  update_rows (self);
  for (guint i = 0; i < self->rows->len; i++)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row_at (self, i))))
      place_row (self, row_at (self, i), get_value (self), height);
}

static void
qd_grid_body_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdGridBody *self = QD_GRID_BODY (widget);

  for (guint i = 0; i < self->rows->len; i++)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row_at (self, i))))
      gtk_widget_snapshot_child (widget, GTK_WIDGET (row_at (self, i)), snapshot);
}

/* --- For readers: rows as they stand, not as they were made -------------------------------------- */

static GtkAccessible *
dup_row_from (QdGridBody *self, guint position)
{
  QdGridRow *next = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    {
      QdGridRow *row = row_at (self, i);

      if (qd_grid_row_get_entity (row) != NULL && qd_grid_row_get_position (row) >= position &&
          (next == NULL || qd_grid_row_get_position (row) < qd_grid_row_get_position (next)))
        next = row;
    }
  return next != NULL ? GTK_ACCESSIBLE (g_object_ref (next)) : NULL;
}

static GtkAccessible *
next_row (gpointer data, QdGridRow *row)
{
  return qd_grid_row_get_entity (row) != NULL ? dup_row_from (data, qd_grid_row_get_position (row) + 1) : NULL;
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_grid_body_dispose (GObject *object)
{
  QdGridBody *self = QD_GRID_BODY (object);

  while (self->rows->len > 0)
    {
      g_autoptr (GtkWidget) row = g_object_ref (g_ptr_array_steal_index (self->rows, self->rows->len - 1));

      /* Whoever still holds it holds nothing that looks at us. */
      qd_grid_row_set (QD_GRID_ROW (row), NULL, 0);
      gtk_widget_unparent (row);
      g_object_run_dispose (G_OBJECT (row));
    }
  g_clear_pointer (&self->icons, gtk_widget_unparent);
  qd_grid_body_set_vadjustment (self, NULL);
  g_clear_object (&self->cursor);
  g_clear_object (&self->anchor);
  G_OBJECT_CLASS (qd_grid_body_parent_class)->dispose (object);
}

static void
qd_grid_body_finalize (GObject *object)
{
  QdGridBody *self = QD_GRID_BODY (object);

  g_ptr_array_unref (self->rows);
  g_object_unref (self->look.fleet);
  g_object_unref (self->look.columns);
  g_object_unref (self->view);
  g_object_unref (self->selection);
  G_OBJECT_CLASS (qd_grid_body_parent_class)->finalize (object);
}

static void
add_move (GtkWidgetClass *widget_class, guint key, guint keypad_key, int kind, int by)
{
  static const int modifiers[] = { 0, GDK_SHIFT_MASK, GDK_CONTROL_MASK, GDK_SHIFT_MASK | GDK_CONTROL_MASK };

  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++)
    {
      gtk_widget_class_add_binding (widget_class, key, (GdkModifierType) modifiers[i], move_cb, "(iii)", kind, by, modifiers[i]);
      gtk_widget_class_add_binding (widget_class, keypad_key, (GdkModifierType) modifiers[i], move_cb, "(iii)", kind, by, modifiers[i]);
    }
}

static void
add_bindings (GtkWidgetClass *widget_class)
{
  static const int modifiers[] = { 0, GDK_SHIFT_MASK, GDK_CONTROL_MASK };

  add_move (widget_class, GDK_KEY_Up, GDK_KEY_KP_Up, MOVE_LINES, -1);
  add_move (widget_class, GDK_KEY_Down, GDK_KEY_KP_Down, MOVE_LINES, 1);
  add_move (widget_class, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, MOVE_PAGES, -1);
  add_move (widget_class, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, MOVE_PAGES, 1);
  add_move (widget_class, GDK_KEY_Home, GDK_KEY_KP_Home, MOVE_ENDS, -1);
  add_move (widget_class, GDK_KEY_End, GDK_KEY_KP_End, MOVE_ENDS, 1);
  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++)
    {
      gtk_widget_class_add_binding (widget_class, GDK_KEY_space, (GdkModifierType) modifiers[i], select_cb, "(i)", modifiers[i]);
      gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Space, (GdkModifierType) modifiers[i], select_cb, "(i)", modifiers[i]);
    }
  gtk_widget_class_add_binding (widget_class, GDK_KEY_a, GDK_CONTROL_MASK, select_all_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_slash, GDK_CONTROL_MASK, select_all_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_A, GDK_CONTROL_MASK | GDK_SHIFT_MASK, select_none_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_backslash, GDK_CONTROL_MASK, select_none_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Return, 0, activate_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_KP_Enter, 0, activate_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_ISO_Enter, 0, activate_cb, NULL);
}

static void
qd_grid_body_class_init (QdGridBodyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_grid_body_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_grid_body_finalize;
  widget_class->measure = qd_grid_body_measure;
  widget_class->size_allocate = qd_grid_body_size_allocate;
  widget_class->snapshot = qd_grid_body_snapshot;
  widget_class->focus = qd_grid_body_focus;
  widget_class->grab_focus = qd_grid_body_grab_focus;

  /**
   * QdGridBody::activated:
   * @entity: the thing whose row was opened
   */
  activated_signal = g_signal_new ("activated", QD_TYPE_GRID_BODY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  add_bindings (widget_class);
  gtk_widget_class_set_css_name (widget_class, "listview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ROW_GROUP);
}

static void
qd_grid_body_init (QdGridBody *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->rows = g_ptr_array_new ();
  self->row_height = 32;
  self->icons = qd_grid_icons_new ();
  gtk_widget_set_parent (self->icons, widget);
  gtk_widget_set_child_visible (self->icons, FALSE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (widget, "view");
  watch_pointer (self);
}

/**
 * qd_grid_body_new:
 *
 * Returns: (transfer floating): rows for all of @view; all that is given is referenced
 */
GtkWidget *
qd_grid_body_new (QdFleet *fleet, QdView *view, QdKind kind, QdGridColumns *columns, QdGridSelection *selection)
{
  QdGridBody *self = g_object_new (QD_TYPE_GRID_BODY, NULL);

  self->look = (QdGridLook) { .fleet = g_object_ref (fleet), .schema = qd_schema_get (kind), .columns = g_object_ref (columns),
                              .icons = QD_GRID_ICONS (self->icons), .next_row = next_row, .data = self };
  self->view = g_object_ref (view);
  self->selection = g_object_ref (selection);
  add_row (self);
  g_signal_connect_object (view, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (selection, "changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

static void
value_changed_cb (QdGridBody *self)
{
  if (!self->placing)
    gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
qd_grid_body_set_vadjustment (QdGridBody *self, GtkAdjustment *adjustment)
{
  if (self->vadjustment != NULL)
    g_signal_handlers_disconnect_by_func (self->vadjustment, value_changed_cb, self);
  if (!g_set_object (&self->vadjustment, adjustment) || adjustment == NULL)
    return;
  g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  configure (self);
}

void
qd_grid_body_set_x (QdGridBody *self, int x, int width, int seen)
{
  if (self->x == x && self->width == width && self->look.right == seen - x)
    return;
  self->x = x;
  self->width = width;
  self->look.left = -x;
  self->look.right = seen - x;
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_queue_draw (GTK_WIDGET (row_at (self, i)));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

int
qd_grid_body_get_row_height (QdGridBody *self)
{
  return self->row_height;
}

void
qd_grid_body_refresh (QdGridBody *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      qd_grid_row_refresh (row_at (self, i));
      gtk_widget_queue_draw (GTK_WIDGET (row_at (self, i)));
    }
}

QdEntity *
qd_grid_body_pick (QdGridBody *self, double x, double y)
{
  return qd_view_peek (self->view, position_at (self, y));
}

void
qd_grid_body_go (QdGridBody *self, QdEntity *entity, gboolean focus)
{
  guint position = qd_view_find (self->view, entity);

  if (position == G_MAXUINT32)
    return;
  set_anchor (self, position);
  set_cursor (self, position, focus);
}

void
qd_grid_body_scroll_to_top (QdGridBody *self)
{
  self->reveal = FALSE;
  if (self->vadjustment != NULL)
    gtk_adjustment_set_value (self->vadjustment, 0);
}

gboolean
qd_grid_body_get_cursor_box (QdGridBody *self, graphene_rect_t *box)
{
  guint cursor = get_cursor (self);
  gint64 y = (gint64) cursor * self->row_height - get_value (self);

  if (cursor == G_MAXUINT || y < 0 || y >= gtk_widget_get_height (GTK_WIDGET (self)))
    return FALSE;
  *box = GRAPHENE_RECT_INIT ((float) self->x, (float) y, (float) self->width, (float) self->row_height);
  return TRUE;
}
