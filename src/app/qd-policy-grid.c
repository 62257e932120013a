/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-grid-private.h"

#include <math.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#define CELL 24
/* Names take no more of the room than this, and no less than that many pixels. */
#define MAX_SHARE 0.42
#define MIN_HEADER 72
static const int max_header[QD_POLICY_N_WAYS] = { 260, 200 };

typedef enum { PROP_HADJUSTMENT = 1, PROP_VADJUSTMENT, PROP_HSCROLL_POLICY, PROP_VSCROLL_POLICY } QdPolicyGridProperty;

/* The names stay: nothing is pulled out from behind them. */
static gboolean
qd_policy_grid_get_border (GtkScrollable *scrollable, GtkBorder *border)
{
  QdPolicyGrid *self = QD_POLICY_GRID (scrollable);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  *border = (GtkBorder) { .top = (gint16) self->header_height, .left = rtl ? 0 : (gint16) self->header_width,
                          .right = rtl ? (gint16) self->header_width : 0 };
  return TRUE;
}

static void
scrollable_init (GtkScrollableInterface *iface)
{
  iface->get_border = qd_policy_grid_get_border;
}

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  return qd_policy_grid_item_dup_row (QD_POLICY_GRID (accessible), 0);
}

static void
accessible_init (GtkAccessibleInterface *iface)
{
  iface->get_first_accessible_child = get_first_accessible_child;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyGrid, qd_policy_grid, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init)
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, scrollable_init))

/* --- Where things are ---------------------------------------------------------------------------- */

static gboolean
is_rtl (QdPolicyGrid *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

int
qd_policy_grid_get_value (QdPolicyGrid *self, QdPolicyWay way)
{
  /* Whole pixels: what stands between two is blurred. */
  return self->adjustments[way] != NULL ? (int) round (gtk_adjustment_get_value (self->adjustments[way])) : 0;
}

static int
get_room (QdPolicyGrid *self, QdPolicyWay way)
{
  GtkWidget *widget = GTK_WIDGET (self);

  return MAX (way == QD_POLICY_DOWN ? gtk_widget_get_height (widget) - self->header_height : gtk_widget_get_width (widget) - self->header_width, 0);
}

int
qd_policy_grid_line_to_pixel (QdPolicyGrid *self, QdPolicyWay way, guint line)
{
  gint64 at = (gint64) line * self->cell - qd_policy_grid_get_value (self, way);

  if (way == QD_POLICY_DOWN)
    return (int) (self->header_height + at);
  return (int) (is_rtl (self) ? get_room (self, way) - at - self->cell : self->header_width + at);
}

void
qd_policy_grid_get_seen (QdPolicyGrid *self, QdPolicyWay way, guint *first, guint *end)
{
  int value = qd_policy_grid_get_value (self, way), room = get_room (self, way);
  guint n = qd_policy_axis_get_n (&self->axes[way]);

  *first = MIN ((guint) (value / self->cell), n);
  *end = MIN ((guint) ((value + room + self->cell - 1) / self->cell), n);
}

gboolean
qd_policy_grid_get_pinned (QdPolicyGrid *self, QdPolicyWay way, guint *heading, int *seen)
{
  const QdPolicyLine *line;
  guint first, end;

  qd_policy_grid_get_seen (self, way, &first, &end);
  if (first == end)
    return FALSE;
  line = qd_policy_axis_get (&self->axes[way], first);
  *heading = line->heading;
  *seen = self->cell;
  if (line->next < qd_policy_axis_get_n (&self->axes[way]))
    *seen = (int) CLAMP ((gint64) line->next * self->cell - qd_policy_grid_get_value (self, way), 0, self->cell);
  return TRUE;
}

graphene_rect_t
qd_policy_grid_get_body (QdPolicyGrid *self)
{
  guint heading;
  int down, across;

  if (!qd_policy_grid_get_pinned (self, QD_POLICY_DOWN, &heading, &down) ||
      !qd_policy_grid_get_pinned (self, QD_POLICY_ACROSS, &heading, &across))
    return GRAPHENE_RECT_INIT (0, 0, 0, 0);
  return GRAPHENE_RECT_INIT ((float) (is_rtl (self) ? 0 : self->header_width + across), (float) (self->header_height + down),
                             (float) MAX (get_room (self, QD_POLICY_ACROSS) - across, 0), (float) MAX (get_room (self, QD_POLICY_DOWN) - down, 0));
}

graphene_rect_t
qd_policy_grid_get_cell_box (QdPolicyGrid *self, QdPolicySpot spot)
{
  return GRAPHENE_RECT_INIT ((float) qd_policy_grid_line_to_pixel (self, QD_POLICY_ACROSS, spot.column),
                             (float) qd_policy_grid_line_to_pixel (self, QD_POLICY_DOWN, spot.row), (float) self->cell, (float) self->cell);
}

gboolean
qd_policy_grid_is_cell (QdPolicyGrid *self, QdPolicySpot spot)
{
  return spot.row < qd_policy_axis_get_n (&self->axes[QD_POLICY_DOWN]) && spot.column < qd_policy_axis_get_n (&self->axes[QD_POLICY_ACROSS]) &&
         !qd_policy_axis_is_heading (&self->axes[QD_POLICY_DOWN], spot.row) && !qd_policy_axis_is_heading (&self->axes[QD_POLICY_ACROSS], spot.column);
}

gboolean
qd_policy_grid_pick (QdPolicyGrid *self, double x, double y, QdPolicySpot *spot)
{
  graphene_rect_t body = qd_policy_grid_get_body (self);
  double across = is_rtl (self) ? get_room (self, QD_POLICY_ACROSS) - x : x - self->header_width;

  if (!graphene_rect_contains_point (&body, &GRAPHENE_POINT_INIT ((float) x, (float) y)) || across < 0)
    return FALSE;
  spot->row = (guint) ((y - self->header_height + qd_policy_grid_get_value (self, QD_POLICY_DOWN)) / self->cell);
  spot->column = (guint) ((across + qd_policy_grid_get_value (self, QD_POLICY_ACROSS)) / self->cell);
  return qd_policy_grid_is_cell (self, *spot);
}

/* --- Placing ------------------------------------------------------------------------------------- */

static void
configure (QdPolicyGrid *self, QdPolicyWay way)
{
  double upper = (double) qd_policy_axis_get_n (&self->axes[way]) * self->cell, room = get_room (self, way), value;

  if (self->adjustments[way] == NULL)
    return;
  self->placing = TRUE;
  value = CLAMP (gtk_adjustment_get_value (self->adjustments[way]), 0, MAX (upper - room, 0));
  gtk_adjustment_configure (self->adjustments[way], value, 0, MAX (upper, room), self->cell, room * 0.9, room);
  self->placing = FALSE;
}

/* A heading covers the first line that would be seen. */
static void
reveal_line (QdPolicyGrid *self, QdPolicyWay way, guint line)
{
  double at = (double) line * self->cell;

  if (self->adjustments[way] != NULL)
    gtk_adjustment_clamp_page (self->adjustments[way], MAX (at - self->cell, 0), at + self->cell);
}

void
qd_policy_grid_reveal (QdPolicyGrid *self)
{
  self->reveal = get_room (self, QD_POLICY_DOWN) == 0 || get_room (self, QD_POLICY_ACROSS) == 0;
  if (self->reveal || !qd_policy_grid_is_cell (self, self->cursor))
    return;
  reveal_line (self, QD_POLICY_DOWN, self->cursor.row);
  reveal_line (self, QD_POLICY_ACROSS, self->cursor.column);
}

static void
qd_policy_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  QdPolicyWay way = orientation == GTK_ORIENTATION_VERTICAL ? QD_POLICY_DOWN : QD_POLICY_ACROSS;

  *minimum = MIN_HEADER + 3 * self->cell;
  *natural = MAX (*minimum, MIN_HEADER + (int) MIN (qd_policy_axis_get_n (&self->axes[way]), 100) * self->cell);
}

/* Cells grow with the text. */
static int
find_cell_size (QdPolicyGrid *self)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (GTK_WIDGET (self)), NULL, NULL);
  int height = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));

  pango_font_metrics_unref (metrics);
  return MAX (CELL, height + 6);
}

/* What the names of a side get of @room. */
static int
find_header_size (QdPolicyGrid *self, QdPolicyWay way, int room)
{
  int most = MIN (max_header[way] * self->cell / CELL, (int) (room * MAX_SHARE));

  return CLAMP (self->wanted[way], MIN_HEADER, MAX (most, MIN_HEADER));
}

static void
qd_policy_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  int before[] = { self->header_width, self->header_height };

  self->header_width = find_header_size (self, QD_POLICY_DOWN, width);
  self->header_height = find_header_size (self, QD_POLICY_ACROSS, height);
  if (before[0] != self->header_width || before[1] != self->header_height)
    g_hash_table_remove_all (self->labels);
  configure (self, QD_POLICY_DOWN);
  configure (self, QD_POLICY_ACROSS);
  if (self->reveal)
    qd_policy_grid_reveal (self);
}

static void
value_changed_cb (QdPolicyGrid *self)
{
  if (self->placing)
    return;
  self->hover.row = self->hover.column = QD_POLICY_NO_LINE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_adjustment (QdPolicyGrid *self, QdPolicyWay way, GtkAdjustment *adjustment)
{
  if (self->adjustments[way] != NULL)
    g_signal_handlers_disconnect_by_func (self->adjustments[way], value_changed_cb, self);
  if (!g_set_object (&self->adjustments[way], adjustment) || adjustment == NULL)
    return;
  g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  configure (self, way);
}

/* --- Drawing ------------------------------------------------------------------------------------- */

/* The row and the column of where the pointer is: the eye follows them to the names. */
static void
draw_cross (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  QdPolicySpot spot = self->hover;
  GdkRGBA color = self->theme.ink;
  graphene_rect_t box;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));

  if (!qd_policy_grid_is_cell (self, spot))
    return;
  color.alpha *= self->theme.high_contrast ? 0.16f : 0.06f;
  box = qd_policy_grid_get_cell_box (self, spot);
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (0, box.origin.y, (float) width, box.size.height));
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (box.origin.x, 0, box.size.width, (float) height));
}

static void
draw_frame (GtkSnapshot *snapshot, const graphene_rect_t *box, float radius, float width, const GdkRGBA *color)
{
  const GdkRGBA colors[4] = { *color, *color, *color, *color };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, box, radius);
  gtk_snapshot_append_border (snapshot, &outline, (float[4]) { width, width, width, width }, colors);
}

static void
draw_cursor (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  g_autoptr (GdkRGBA) accent = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GdkRGBA soft = *accent;
  QdPolicySpot first, last;
  graphene_rect_t box, other;

  if (!qd_policy_grid_is_cell (self, self->cursor))
    return;
  if (qd_policy_grid_get_selection (self, &first, &last))
    {
      box = qd_policy_grid_get_cell_box (self, first);
      other = qd_policy_grid_get_cell_box (self, last);
      graphene_rect_union (&box, &other, &box);
      soft.alpha = 0.16f;
      gtk_snapshot_append_color (snapshot, &soft, &box);
      draw_frame (snapshot, &box, 3, 1, accent);
    }
  box = qd_policy_grid_get_cell_box (self, self->cursor);
  soft.alpha = gtk_widget_has_focus (GTK_WIDGET (self)) ? 1 : 0.5f;
  draw_frame (snapshot, &box, 5, 2, &soft);
}

static void
draw_hairlines (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  GdkRGBA color = self->theme.ink;

  color.alpha *= self->theme.high_contrast ? 0.6f : 0.12f;
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT (0, (float) self->header_height - 1, (float) width, 1));
  gtk_snapshot_append_color (snapshot, &color, &GRAPHENE_RECT_INIT ((float) (is_rtl (self) ? width - self->header_width : self->header_width - 1), 0, 1, (float) height));
}

static void
refresh_theme (QdPolicyGrid *self)
{
  QdPolicyTheme theme;
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  qd_policy_theme_load (&theme, GTK_WIDGET (self), &self->probes);
  if (self->scale == scale && qd_policy_theme_equal (&theme, &self->theme))
    return;
  self->theme = theme;
  self->scale = scale;
  qd_policy_grid_tiles_drop (self);
}

static void
qd_policy_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  graphene_rect_t body;

  if (self->ends == NULL)
    return;
  refresh_theme (self);
  body = qd_policy_grid_get_body (self);
  draw_cross (self, snapshot);
  gtk_snapshot_push_clip (snapshot, &body);
  qd_policy_grid_draw_tiles (self, snapshot);
  draw_cursor (self, snapshot);
  gtk_snapshot_pop (snapshot);
  qd_policy_grid_draw_labels (self, snapshot);
  draw_hairlines (self, snapshot);
}

static gboolean
qd_policy_grid_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  QdPolicyGrid *self = QD_POLICY_GRID (widget);
  QdPolicySpot spot = self->cursor;
  graphene_rect_t box;
  g_autofree char *text = NULL;

  if (keyboard ? !qd_policy_grid_is_cell (self, spot) : !qd_policy_grid_pick (self, x, y, &spot))
    return FALSE;
  text = qd_policy_ends_describe (self->ends, qd_policy_axis_get (&self->axes[QD_POLICY_DOWN], spot.row)->end,
                                  qd_policy_axis_get (&self->axes[QD_POLICY_ACROSS], spot.column)->end);
  box = qd_policy_grid_get_cell_box (self, spot);
  gtk_tooltip_set_text (tooltip, text);
  gtk_tooltip_set_tip_area (tooltip, &(GdkRectangle) { (int) box.origin.x, (int) box.origin.y, self->cell, self->cell });
  return TRUE;
}

static void
measure_again (QdPolicyGrid *self)
{
  self->cell = find_cell_size (self);
  qd_policy_grid_tiles_drop (self);
  qd_policy_grid_measure_labels (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
qd_policy_grid_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (qd_policy_grid_parent_class)->css_changed (widget, change);
  measure_again (QD_POLICY_GRID (widget));
}

static void
qd_policy_grid_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (qd_policy_grid_parent_class)->system_setting_changed (widget, setting);
  if (setting != GTK_SYSTEM_SETTING_ICON_THEME)
    measure_again (QD_POLICY_GRID (widget));
}

static void
qd_policy_grid_direction_changed (GtkWidget *widget, GtkTextDirection before)
{
  qd_policy_grid_tiles_drop (QD_POLICY_GRID (widget));
  GTK_WIDGET_CLASS (qd_policy_grid_parent_class)->direction_changed (widget, before);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdPolicyGrid *self = QD_POLICY_GRID (object);

  switch ((QdPolicyGridProperty) id)
    {
    case PROP_HADJUSTMENT: g_value_set_object (value, self->adjustments[QD_POLICY_ACROSS]); break;
    case PROP_VADJUSTMENT: g_value_set_object (value, self->adjustments[QD_POLICY_DOWN]); break;
    case PROP_HSCROLL_POLICY: g_value_set_enum (value, self->hpolicy); break;
    case PROP_VSCROLL_POLICY: g_value_set_enum (value, self->vpolicy); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_policy_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  QdPolicyGrid *self = QD_POLICY_GRID (object);

  switch ((QdPolicyGridProperty) id)
    {
    case PROP_HADJUSTMENT: set_adjustment (self, QD_POLICY_ACROSS, g_value_get_object (value)); break;
    case PROP_VADJUSTMENT: set_adjustment (self, QD_POLICY_DOWN, g_value_get_object (value)); break;
    case PROP_HSCROLL_POLICY: self->hpolicy = (GtkScrollablePolicy) g_value_get_enum (value); break;
    case PROP_VSCROLL_POLICY: self->vpolicy = (GtkScrollablePolicy) g_value_get_enum (value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_policy_grid_dispose (GObject *object)
{
  QdPolicyGrid *self = QD_POLICY_GRID (object);

  qd_policy_grid_items_drop (self);
  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  if (self->copying != NULL)
    g_cancellable_cancel (self->copying);
  g_clear_object (&self->copying);
  set_adjustment (self, QD_POLICY_DOWN, NULL);
  set_adjustment (self, QD_POLICY_ACROSS, NULL);
  qd_policy_probes_remove (&self->probes);
  G_OBJECT_CLASS (qd_policy_grid_parent_class)->dispose (object);
}

static void
qd_policy_grid_finalize (GObject *object)
{
  QdPolicyGrid *self = QD_POLICY_GRID (object);

  qd_policy_grid_tiles_finalize (self);
  for (guint i = 0; i < QD_POLICY_N_WAYS; i++)
    qd_policy_axis_clear (&self->axes[i]);
  g_clear_pointer (&self->ends, qd_policy_ends_unref);
  G_OBJECT_CLASS (qd_policy_grid_parent_class)->finalize (object);
}

static void
qd_policy_grid_class_init (QdPolicyGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = qd_policy_grid_get_property;
  object_class->set_property = qd_policy_grid_set_property;
  object_class->dispose = qd_policy_grid_dispose;
  object_class->finalize = qd_policy_grid_finalize;
  widget_class->measure = qd_policy_grid_measure;
  widget_class->size_allocate = qd_policy_grid_size_allocate;
  widget_class->snapshot = qd_policy_grid_snapshot;
  widget_class->query_tooltip = qd_policy_grid_query_tooltip;
  widget_class->css_changed = qd_policy_grid_css_changed;
  widget_class->system_setting_changed = qd_policy_grid_system_setting_changed;
  widget_class->direction_changed = qd_policy_grid_direction_changed;
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");

  /**
   * QdPolicyGrid::activated:
   * @src: who, and
   * @dst: whom, of its ends
   */
  g_signal_new ("activated", QD_TYPE_POLICY_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  qd_policy_grid_class_add_bindings (widget_class);
  gtk_widget_class_set_css_name (widget_class, "policygrid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID);
}

static void
qd_policy_grid_init (QdPolicyGrid *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->cell = CELL;
  self->cursor = self->anchor = self->hover = (QdPolicySpot) { QD_POLICY_NO_LINE, QD_POLICY_NO_LINE };
  qd_policy_probes_add (&self->probes, widget);
  qd_policy_grid_tiles_init (self);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (widget, "view");
  qd_policy_grid_watch_input (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Who may reach whom"), -1);
}

/**
 * qd_policy_grid_new:
 *
 * Returns: (transfer floating): a grid that shows nothing
 */
GtkWidget *
qd_policy_grid_new (void)
{
  return g_object_new (QD_TYPE_POLICY_GRID, NULL);
}

/* --- What it shows ------------------------------------------------------------------------------- */

/* Where the keyboard was, by name: numbers may mean others now. */
static QdPolicySpot
find_again (QdPolicyGrid *self, QdPolicyEnds *ends, const QdPolicyAxis *rows, const QdPolicyAxis *columns)
{
  const QdPolicyAxis *axes[] = { rows, columns };
  guint lines[QD_POLICY_N_WAYS];

  if (self->ends == NULL || ends == NULL || !qd_policy_grid_is_cell (self, self->cursor))
    return (QdPolicySpot) { QD_POLICY_NO_LINE, QD_POLICY_NO_LINE };
  for (guint i = 0; i < QD_POLICY_N_WAYS; i++)
    {
      guint end = self->cursor_end[i];

      if (ends != self->ends)
        end = qd_policy_ends_find_text (ends, qd_policy_ends_get (self->ends, end)->text);
      lines[i] = qd_policy_axis_find (axes[i], end);
    }
  if (lines[0] == QD_POLICY_NO_LINE || lines[1] == QD_POLICY_NO_LINE)
    return (QdPolicySpot) { QD_POLICY_NO_LINE, QD_POLICY_NO_LINE };
  return (QdPolicySpot) { lines[QD_POLICY_DOWN], lines[QD_POLICY_ACROSS] };
}

void
qd_policy_grid_set (QdPolicyGrid *self, QdPolicyEnds *ends, QdPolicyAxis *rows, QdPolicyAxis *columns)
{
  QdPolicyEnds *before = self->ends;

  self->cursor = self->anchor = find_again (self, ends, rows, columns);
  self->hover.row = self->hover.column = QD_POLICY_NO_LINE;
  qd_policy_grid_items_drop (self);
  self->ends = ends != NULL ? qd_policy_ends_ref (ends) : NULL;
  g_clear_pointer (&before, qd_policy_ends_unref);
  for (guint i = 0; i < QD_POLICY_N_WAYS; i++)
    {
      QdPolicyAxis *axis = i == QD_POLICY_DOWN ? rows : columns;

      qd_policy_axis_clear (&self->axes[i]);
      self->axes[i] = *axis;
      *axis = (QdPolicyAxis) { NULL, 0 };
    }
  if (qd_policy_grid_is_cell (self, self->cursor))
    {
      self->cursor_end[QD_POLICY_DOWN] = qd_policy_axis_get (&self->axes[QD_POLICY_DOWN], self->cursor.row)->end;
      self->cursor_end[QD_POLICY_ACROSS] = qd_policy_axis_get (&self->axes[QD_POLICY_ACROSS], self->cursor.column)->end;
    }
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_ROW_COUNT, (int) self->axes[QD_POLICY_DOWN].n_ends,
                                  GTK_ACCESSIBLE_RELATION_COL_COUNT, (int) self->axes[QD_POLICY_ACROSS].n_ends, -1);
  measure_again (self);
  qd_policy_grid_ensure_cursor (self);
}

static QdPolicySpot
find_spot (QdPolicyGrid *self, guint src, guint dst)
{
  return (QdPolicySpot) { qd_policy_axis_find (&self->axes[QD_POLICY_DOWN], src), qd_policy_axis_find (&self->axes[QD_POLICY_ACROSS], dst) };
}

gboolean
qd_policy_grid_select (QdPolicyGrid *self, guint src, guint dst)
{
  QdPolicySpot spot = find_spot (self, src, dst);

  if (!qd_policy_grid_is_cell (self, spot))
    return FALSE;
  qd_policy_grid_set_cursor (self, spot, FALSE);
  return TRUE;
}

gboolean
qd_policy_grid_get_cursor (QdPolicyGrid *self, guint *src, guint *dst)
{
  if (!qd_policy_grid_is_cell (self, self->cursor))
    return FALSE;
  *src = self->cursor_end[QD_POLICY_DOWN];
  *dst = self->cursor_end[QD_POLICY_ACROSS];
  return TRUE;
}

gboolean
qd_policy_grid_get_drawn (QdPolicyGrid *self, guint src, guint dst, QdPolicyCell *cell)
{
  QdPolicySpot spot = find_spot (self, src, dst);

  return qd_policy_grid_is_cell (self, spot) && qd_policy_grid_tiles_get (self, spot, cell);
}

gboolean
qd_policy_grid_get_box (QdPolicyGrid *self, guint src, guint dst, graphene_rect_t *box)
{
  QdPolicySpot spot = find_spot (self, src, dst);
  graphene_rect_t body = qd_policy_grid_get_body (self);

  if (!qd_policy_grid_is_cell (self, spot))
    return FALSE;
  *box = qd_policy_grid_get_cell_box (self, spot);
  return graphene_rect_contains_rect (&body, box);
}

guint
qd_policy_grid_get_n (QdPolicyGrid *self, gboolean across)
{
  return self->axes[across ? QD_POLICY_ACROSS : QD_POLICY_DOWN].n_ends;
}
