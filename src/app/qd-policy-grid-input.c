/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-grid-private.h"

#include "qd-policy-csv.h"

typedef enum { MOVE_LINES, MOVE_PAGES, MOVE_ENDS, MOVE_CORNERS } Move;

/* --- Where the keyboard is ----------------------------------------------------------------------- */

static guint
end_at (QdPolicyGrid *self, QdPolicyWay way, guint line)
{
  return qd_policy_axis_get (&self->axes[way], line)->end;
}

gboolean
qd_policy_grid_get_selection (QdPolicyGrid *self, QdPolicySpot *first, QdPolicySpot *last)
{
  QdPolicySpot a = self->anchor, b = self->cursor;

  if (!qd_policy_grid_is_cell (self, a) || !qd_policy_grid_is_cell (self, b) || (a.row == b.row && a.column == b.column))
    return FALSE;
  *first = (QdPolicySpot) { MIN (a.row, b.row), MIN (a.column, b.column) };
  *last = (QdPolicySpot) { MAX (a.row, b.row), MAX (a.column, b.column) };
  return TRUE;
}

static void
tell_reader (QdPolicyGrid *self)
{
  GtkAccessible *cell = qd_policy_grid_item_get_cell (self, self->cursor);

  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ACTIVE_DESCENDANT, cell, -1);
}

void
qd_policy_grid_set_cursor (QdPolicyGrid *self, QdPolicySpot spot, gboolean extend)
{
  self->cursor = spot;
  self->cursor_end[QD_POLICY_DOWN] = end_at (self, QD_POLICY_DOWN, spot.row);
  self->cursor_end[QD_POLICY_ACROSS] = end_at (self, QD_POLICY_ACROSS, spot.column);
  if (!extend || !qd_policy_grid_is_cell (self, self->anchor))
    self->anchor = spot;
  qd_policy_grid_reveal (self);
  tell_reader (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
qd_policy_grid_activate (QdPolicyGrid *self, QdPolicySpot spot)
{
  g_signal_emit_by_name (self, "activated", end_at (self, QD_POLICY_DOWN, spot.row), end_at (self, QD_POLICY_ACROSS, spot.column));
}

/* --- Keys ---------------------------------------------------------------------------------------- */

/* Into the first cell that is in sight. */
static QdPolicySpot
find_start (QdPolicyGrid *self)
{
  QdPolicySpot spot;
  guint end;

  qd_policy_grid_get_seen (self, QD_POLICY_DOWN, &spot.row, &end);
  qd_policy_grid_get_seen (self, QD_POLICY_ACROSS, &spot.column, &end);
  return (QdPolicySpot) { qd_policy_axis_nearest (&self->axes[QD_POLICY_DOWN], spot.row, 1),
                          qd_policy_axis_nearest (&self->axes[QD_POLICY_ACROSS], spot.column, 1) };
}

static guint
move_line (QdPolicyGrid *self, QdPolicyWay way, Move move, int by, guint from)
{
  const QdPolicyAxis *axis = &self->axes[way];
  guint first, end;

  if (move == MOVE_ENDS || move == MOVE_CORNERS)
    return qd_policy_axis_nearest (axis, by < 0 ? 0 : G_MAXUINT32, by < 0 ? 1 : -1);
  qd_policy_grid_get_seen (self, way, &first, &end);
  return qd_policy_axis_nearest (axis, (gint64) from + by * (move == MOVE_PAGES ? MAX ((int) (end - first) - 2, 1) : 1), by);
}

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  int way, move, by;
  gboolean extend;
  QdPolicySpot to = self->cursor;

  g_variant_get (args, "(iiib)", &way, &move, &by, &extend);
  if (self->axes[QD_POLICY_DOWN].n_ends == 0 || self->axes[QD_POLICY_ACROSS].n_ends == 0)
    return FALSE;
  if (way == QD_POLICY_ACROSS && move == MOVE_LINES && gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    by = -by;
  if (!qd_policy_grid_is_cell (self, to))
    to = find_start (self);
  else
    {
      if (way == QD_POLICY_DOWN || move == MOVE_CORNERS)
        to.row = move_line (self, QD_POLICY_DOWN, (Move) move, by, to.row);
      if (way == QD_POLICY_ACROSS || move == MOVE_CORNERS)
        to.column = move_line (self, QD_POLICY_ACROSS, (Move) move, by, to.column);
    }
  qd_policy_grid_set_cursor (self, to, extend);
  return TRUE;
}

static gboolean
activate_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);

  if (!qd_policy_grid_is_cell (self, self->cursor))
    return FALSE;
  qd_policy_grid_activate (self, self->cursor);
  return TRUE;
}

static gboolean
select_all_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  QdPolicySpot first = { qd_policy_axis_nearest (&self->axes[QD_POLICY_DOWN], 0, 1), qd_policy_axis_nearest (&self->axes[QD_POLICY_ACROSS], 0, 1) };
  QdPolicySpot last = { qd_policy_axis_nearest (&self->axes[QD_POLICY_DOWN], G_MAXUINT32, -1),
                        qd_policy_axis_nearest (&self->axes[QD_POLICY_ACROSS], G_MAXUINT32, -1) };

  if (!qd_policy_grid_is_cell (self, first))
    return FALSE;
  self->anchor = first;
  qd_policy_grid_set_cursor (self, last, TRUE);
  return TRUE;
}

/* Escape lets go of a rectangle; what is not selected lets others have the key. */
static gboolean
select_none_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  QdPolicySpot first, last;

  if (!qd_policy_grid_get_selection (self, &first, &last))
    return FALSE;
  qd_policy_grid_set_cursor (self, self->cursor, FALSE);
  return TRUE;
}

/* --- Copying ------------------------------------------------------------------------------------- */

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyGrid) self = data;
  g_autoptr (GBytes) bytes = qd_policy_csv_finish (result, NULL);
  g_autofree char *text = NULL;
  GdkContentProvider *providers[2];
  g_autoptr (GdkContentProvider) both = NULL;

  /* Of another one that was begun since, or of nothing that is there any more. */
  if (bytes == NULL || g_task_get_cancellable (G_TASK (result)) != self->copying)
    return;
  g_clear_object (&self->copying);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  providers[0] = gdk_content_provider_new_for_bytes ("text/csv", bytes);
  providers[1] = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  both = gdk_content_provider_new_union (providers, 2);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), both);
}

static GArray *
list_ends (QdPolicyGrid *self, QdPolicyWay way, guint first, guint last)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = first; i <= last; i++)
    if (!qd_policy_axis_is_heading (&self->axes[way], i))
      {
        guint end = end_at (self, way, i);

        g_array_append_val (ends, end);
      }
  return ends;
}

static gboolean
copy_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  QdPolicySpot first, last;

  if (self->copying != NULL)
    g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  if (qd_policy_grid_get_selection (self, &first, &last))
    {
      g_autoptr (GArray) rows = list_ends (self, QD_POLICY_DOWN, first.row, last.row);
      g_autoptr (GArray) columns = list_ends (self, QD_POLICY_ACROSS, first.column, last.column);

      self->copying = g_cancellable_new ();
      qd_policy_csv_table_async (self->ends, rows, columns, self->copying, copied_cb, g_object_ref (self));
      return TRUE;
    }
  if (!qd_policy_grid_is_cell (self, self->cursor))
    return FALSE;
  g_autofree char *text = qd_policy_ends_describe (self->ends, self->cursor_end[QD_POLICY_DOWN], self->cursor_end[QD_POLICY_ACROSS]);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  return TRUE;
}

/* --- Bindings ------------------------------------------------------------------------------------ */

static void
add_move (GtkWidgetClass *klass, guint key, guint keypad_key, GdkModifierType modifiers, QdPolicyWay way, Move move, int by)
{
  guint keys[] = { key, keypad_key };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint shift = 0; shift < 2; shift++)
      gtk_widget_class_add_binding (klass, keys[i], (GdkModifierType) (modifiers | (shift ? GDK_SHIFT_MASK : 0)), move_cb, "(iiib)",
                                    (int) way, (int) move, by, (gboolean) shift);
}

void
qd_policy_grid_class_add_bindings (GtkWidgetClass *klass)
{
  static const guint activate[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_ISO_Enter, GDK_KEY_space };

  add_move (klass, GDK_KEY_Up, GDK_KEY_KP_Up, 0, QD_POLICY_DOWN, MOVE_LINES, -1);
  add_move (klass, GDK_KEY_Down, GDK_KEY_KP_Down, 0, QD_POLICY_DOWN, MOVE_LINES, 1);
  add_move (klass, GDK_KEY_Left, GDK_KEY_KP_Left, 0, QD_POLICY_ACROSS, MOVE_LINES, -1);
  add_move (klass, GDK_KEY_Right, GDK_KEY_KP_Right, 0, QD_POLICY_ACROSS, MOVE_LINES, 1);
  add_move (klass, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, 0, QD_POLICY_DOWN, MOVE_PAGES, -1);
  add_move (klass, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, 0, QD_POLICY_DOWN, MOVE_PAGES, 1);
  add_move (klass, GDK_KEY_Page_Up, GDK_KEY_KP_Page_Up, GDK_ALT_MASK, QD_POLICY_ACROSS, MOVE_PAGES, -1);
  add_move (klass, GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, GDK_ALT_MASK, QD_POLICY_ACROSS, MOVE_PAGES, 1);
  add_move (klass, GDK_KEY_Home, GDK_KEY_KP_Home, 0, QD_POLICY_ACROSS, MOVE_ENDS, -1);
  add_move (klass, GDK_KEY_End, GDK_KEY_KP_End, 0, QD_POLICY_ACROSS, MOVE_ENDS, 1);
  add_move (klass, GDK_KEY_Home, GDK_KEY_KP_Home, GDK_CONTROL_MASK, QD_POLICY_DOWN, MOVE_CORNERS, -1);
  add_move (klass, GDK_KEY_End, GDK_KEY_KP_End, GDK_CONTROL_MASK, QD_POLICY_DOWN, MOVE_CORNERS, 1);
  for (guint i = 0; i < G_N_ELEMENTS (activate); i++)
    gtk_widget_class_add_binding (klass, activate[i], 0, activate_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_a, GDK_CONTROL_MASK, select_all_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_Escape, 0, select_none_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_c, GDK_CONTROL_MASK, copy_cb, NULL);
  gtk_widget_class_add_binding (klass, GDK_KEY_Insert, GDK_CONTROL_MASK, copy_cb, NULL);
}

/* --- The pointer --------------------------------------------------------------------------------- */

static void
set_hover (QdPolicyGrid *self, QdPolicySpot spot)
{
  if (self->hover.row == spot.row && self->hover.column == spot.column)
    return;
  self->hover = spot;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (QdPolicyGrid *self, double x, double y)
{
  QdPolicySpot spot;

  set_hover (self, qd_policy_grid_pick (self, x, y, &spot) ? spot : (QdPolicySpot) { QD_POLICY_NO_LINE, QD_POLICY_NO_LINE });
}

static void
leave_cb (QdPolicyGrid *self)
{
  set_hover (self, (QdPolicySpot) { QD_POLICY_NO_LINE, QD_POLICY_NO_LINE });
}

static void
released_cb (QdPolicyGrid *self, int n_press, double x, double y, GtkGesture *gesture)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  QdPolicySpot spot;

  if (!qd_policy_grid_pick (self, x, y, &spot))
    return;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  qd_policy_grid_set_cursor (self, spot, (state & GDK_SHIFT_MASK) != 0);
  if ((state & GDK_SHIFT_MASK) == 0 && n_press == 1)
    qd_policy_grid_activate (self, spot);
}

void
qd_policy_grid_ensure_cursor (QdPolicyGrid *self)
{
  if (gtk_widget_has_focus (GTK_WIDGET (self)) && self->axes[QD_POLICY_DOWN].n_ends > 0 &&
      self->axes[QD_POLICY_ACROSS].n_ends > 0 && !qd_policy_grid_is_cell (self, self->cursor))
    qd_policy_grid_set_cursor (self, find_start (self), FALSE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
qd_policy_grid_watch_input (QdPolicyGrid *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new (), *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (qd_policy_grid_ensure_cursor), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
