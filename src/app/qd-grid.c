/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid.h"

#include <math.h>

#include "qd-grid-body.h"
#include "qd-grid-header.h"

struct _QdGrid {
  GtkWidget parent_instance;

  GtkWidget *header;
  GtkWidget *body;

  QdGridColumns *columns;
  QdGridSelection *selection;
  GtkAdjustment *hadjustment, *vadjustment;
  GtkScrollablePolicy hpolicy, vpolicy;
  int header_height;
  gboolean placing;
};

typedef enum { PROP_HADJUSTMENT = 1, PROP_VADJUSTMENT, PROP_HSCROLL_POLICY, PROP_VSCROLL_POLICY } QdGridProperty;

static guint activated_signal;

/* The titles stay: nothing is pulled out from behind them. */
static gboolean
qd_grid_get_border (GtkScrollable *scrollable, GtkBorder *border)
{
  *border = (GtkBorder) { .top = (gint16) QD_GRID (scrollable)->header_height };
  return TRUE;
}

static void
scrollable_init (GtkScrollableInterface *iface)
{
  iface->get_border = qd_grid_get_border;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdGrid, qd_grid, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, scrollable_init))

/* --- Placing ------------------------------------------------------------------------------------- */

static void
qd_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                 int *minimum_baseline, int *natural_baseline)
{
  QdGrid *self = QD_GRID (widget);
  int header, body, body_natural;

  gtk_widget_measure (self->header, orientation, -1, &header, NULL, NULL, NULL);
  gtk_widget_measure (self->body, orientation, -1, &body, &body_natural, NULL, NULL);
  *minimum = header + body;
  *natural = header + body_natural;
}

/* How far to the left the columns begin. In right-to-left text the first is at the right, and is what
 * is seen when nothing was scrolled. */
static int
get_offset (QdGrid *self, int width)
{
  int value = self->hadjustment != NULL ? (int) round (gtk_adjustment_get_value (self->hadjustment)) : 0;
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  return rtl ? qd_grid_columns_get_width (self->columns) - width - value : value;
}

static void
configure (QdGrid *self, int width)
{
  int total = qd_grid_columns_get_width (self->columns);
  double value;

  if (self->hadjustment == NULL)
    return;
  self->placing = TRUE;
  value = CLAMP (gtk_adjustment_get_value (self->hadjustment), 0, total - width);
  gtk_adjustment_configure (self->hadjustment, value, 0, total, width * 0.1, width * 0.9, width);
  self->placing = FALSE;
}

static void
qd_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdGrid *self = QD_GRID (widget);
  gboolean moved = qd_grid_columns_layout (self->columns, width, gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL);
  int total = qd_grid_columns_get_width (self->columns), x;

  configure (self, width);
  x = -get_offset (self, width);
  gtk_widget_measure (self->header, GTK_ORIENTATION_VERTICAL, -1, NULL, &self->header_height, NULL, NULL);
  if (moved)
    {
      gtk_widget_queue_allocate (self->header);
      qd_grid_body_refresh (QD_GRID_BODY (self->body));
    }
  gtk_widget_size_allocate (self->header, &(GtkAllocation) { x, 0, total, self->header_height }, -1);
  gtk_widget_measure (self->body, GTK_ORIENTATION_VERTICAL, -1, NULL, NULL, NULL, NULL);
  qd_grid_body_set_x (QD_GRID_BODY (self->body), x, total, width);
  gtk_widget_size_allocate (self->body, &(GtkAllocation) { 0, self->header_height, width, MAX (height - self->header_height, 0) }, -1);
}

static void
hvalue_changed_cb (QdGrid *self)
{
  if (!self->placing)
    gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
set_hadjustment (QdGrid *self, GtkAdjustment *adjustment)
{
  if (self->hadjustment != NULL)
    g_signal_handlers_disconnect_by_func (self->hadjustment, hvalue_changed_cb, self);
  if (!g_set_object (&self->hadjustment, adjustment) || adjustment == NULL)
    return;
  g_signal_connect_swapped (adjustment, "value-changed", G_CALLBACK (hvalue_changed_cb), self);
  if (self->header != NULL)
    qd_grid_header_set_hadjustment (QD_GRID_HEADER (self->header), adjustment);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
set_vadjustment (QdGrid *self, GtkAdjustment *adjustment)
{
  if (g_set_object (&self->vadjustment, adjustment) && self->body != NULL)
    qd_grid_body_set_vadjustment (QD_GRID_BODY (self->body), adjustment);
}

static gboolean
qd_grid_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (QD_GRID (widget)->body);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdGrid *self = QD_GRID (object);

  switch ((QdGridProperty) id)
    {
    case PROP_HADJUSTMENT: g_value_set_object (value, self->hadjustment); break;
    case PROP_VADJUSTMENT: g_value_set_object (value, self->vadjustment); break;
    case PROP_HSCROLL_POLICY: g_value_set_enum (value, self->hpolicy); break;
    case PROP_VSCROLL_POLICY: g_value_set_enum (value, self->vpolicy); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  QdGrid *self = QD_GRID (object);

  switch ((QdGridProperty) id)
    {
    case PROP_HADJUSTMENT: set_hadjustment (self, g_value_get_object (value)); break;
    case PROP_VADJUSTMENT: set_vadjustment (self, g_value_get_object (value)); break;
    case PROP_HSCROLL_POLICY: self->hpolicy = (GtkScrollablePolicy) g_value_get_enum (value); break;
    case PROP_VSCROLL_POLICY: self->vpolicy = (GtkScrollablePolicy) g_value_get_enum (value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_grid_dispose (GObject *object)
{
  QdGrid *self = QD_GRID (object);

  set_hadjustment (self, NULL);
  set_vadjustment (self, NULL);
  g_clear_pointer (&self->header, gtk_widget_unparent);
  g_clear_pointer (&self->body, gtk_widget_unparent);
  g_clear_object (&self->columns);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (qd_grid_parent_class)->dispose (object);
}

static void
qd_grid_class_init (QdGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = qd_grid_get_property;
  object_class->set_property = qd_grid_set_property;
  object_class->dispose = qd_grid_dispose;
  widget_class->measure = qd_grid_measure;
  widget_class->size_allocate = qd_grid_size_allocate;
  widget_class->grab_focus = qd_grid_grab_focus;
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");

  /**
   * QdGrid::activated:
   * @entity: the thing whose row was opened
   */
  activated_signal = g_signal_new ("activated", QD_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  /* The style's own name: it looks as the toolkit's tables do. */
  gtk_widget_class_set_css_name (widget_class, "columnview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_TABLE);
}

static void
qd_grid_init (QdGrid *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  for (const char *const *name = (const char *const[]) { "view", "data-table", "qd-table", NULL }; *name != NULL; name++)
    gtk_widget_add_css_class (GTK_WIDGET (self), *name);
}

static void
activated_cb (QdGrid *self, QdEntity *entity)
{
  g_signal_emit (self, activated_signal, 0, entity);
}

/**
 * qd_grid_new:
 * @fleet: what gives ids their names
 * @view: the rows
 * @kind: what they are
 *
 * Returns: (transfer floating): a grid without columns
 */
GtkWidget *
qd_grid_new (QdFleet *fleet, QdView *view, QdKind kind)
{
  QdGrid *self = g_object_new (QD_TYPE_GRID, NULL);

  self->columns = qd_grid_columns_new ();
  self->selection = qd_grid_selection_new (view);
  self->header = qd_grid_header_new (self->columns);
  self->body = qd_grid_body_new (fleet, view, kind, self->columns, self->selection);
  gtk_widget_set_parent (self->header, GTK_WIDGET (self));
  gtk_widget_set_parent (self->body, GTK_WIDGET (self));
  qd_grid_header_set_hadjustment (QD_GRID_HEADER (self->header), self->hadjustment);
  qd_grid_body_set_vadjustment (QD_GRID_BODY (self->body), self->vadjustment);
  g_signal_connect_swapped (self->body, "activated", G_CALLBACK (activated_cb), self);
  g_signal_connect_object (self->columns, "changed", G_CALLBACK (gtk_widget_queue_allocate), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->columns, "changed", G_CALLBACK (qd_grid_refresh), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

QdGridColumns *
qd_grid_get_columns (QdGrid *self)
{
  return self->columns;
}

QdGridSelection *
qd_grid_get_selection (QdGrid *self)
{
  return self->selection;
}

void
qd_grid_refresh (QdGrid *self)
{
  qd_grid_body_refresh (QD_GRID_BODY (self->body));
}

QdEntity *
qd_grid_pick (QdGrid *self, double x, double y)
{
  return y >= self->header_height ? qd_grid_body_pick (QD_GRID_BODY (self->body), x, y - self->header_height) : NULL;
}

void
qd_grid_go (QdGrid *self, QdEntity *entity, gboolean focus)
{
  qd_grid_body_go (QD_GRID_BODY (self->body), entity, focus);
}

void
qd_grid_scroll_to_top (QdGrid *self)
{
  qd_grid_body_scroll_to_top (QD_GRID_BODY (self->body));
}

void
qd_grid_get_cursor_point (QdGrid *self, graphene_point_t *point)
{
  graphene_rect_t box;
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  float x = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? (float) width - 24 : 24;

  *point = GRAPHENE_POINT_INIT (x, (float) self->header_height + 16);
  if (qd_grid_body_get_cursor_box (QD_GRID_BODY (self->body), &box))
    point->y = (float) self->header_height + box.origin.y + box.size.height;
}
