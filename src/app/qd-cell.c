/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-cell.h"

#include "qd-display.h"
#include "qd-state.h"

#define SPACING 6

struct _QdCell {
  GtkWidget parent_instance;

  GtkWidget *image;     /* in cells that hold a state, else NULL */
  GtkWidget *host;      /* borrowed */
  char *text;
  PangoLayout *layout;  /* of the text; NULL until it is drawn */

  QdFleet *fleet;
  QdEntity *entity;
  gulong handler;
  guint field;
  guint64 mask;         /* the fields whose change is seen here */
  gboolean is_state;
  gboolean is_number;
  gboolean is_name;
  gboolean tabular;
};

G_DEFINE_FINAL_TYPE (QdCell, qd_cell, GTK_TYPE_WIDGET)

/* --- Drawing ------------------------------------------------------------------------------------- */

static PangoLayout *
get_layout (QdCell *self)
{
  PangoAttrList *attributes;

  if (self->layout != NULL || self->text == NULL)
    return self->layout;
  self->layout = gtk_widget_create_pango_layout (self->host, self->text);
  pango_layout_set_ellipsize (self->layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (self->layout, TRUE);
  attributes = pango_attr_list_new ();
  if (self->tabular)
    pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (self->is_name)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_SEMIBOLD));
  pango_layout_set_attributes (self->layout, attributes);
  pango_attr_list_unref (attributes);
  return self->layout;
}

static gboolean
has_image (QdCell *self)
{
  return self->image != NULL && gtk_widget_get_visible (self->image);
}

static void
qd_cell_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                 int *minimum_baseline, int *natural_baseline)
{
  QdCell *self = QD_CELL (widget);
  int image = 0;

  if (self->image != NULL)
    gtk_widget_measure (self->image, orientation, -1, &image, NULL, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      PangoContext *context = gtk_widget_get_pango_context (self->host);
      PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);

      image = MAX (image, PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics)));
      pango_font_metrics_unref (metrics);
    }
  /* Columns have widths of their own: whatever does not fit is cut short. */
  *minimum = *natural = image;
}

static void
qd_cell_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QdCell *self = QD_CELL (widget);
  int size;

  if (!has_image (self))
    return;
  gtk_widget_measure (self->image, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &size, NULL, NULL);
  size = MIN (size, width);
  gtk_widget_size_allocate (self->image,
                            &(GtkAllocation) { gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? width - size : 0, 0, size, height }, -1);
}

static void
qd_cell_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdCell *self = QD_CELL (widget);
  PangoLayout *layout = get_layout (self);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int used = has_image (self) ? gtk_widget_get_width (self->image) + SPACING : 0;
  int room = gtk_widget_get_width (widget) - used, text_width, text_height;
  float x = rtl ? 0 : (float) used;
  GdkRGBA color;

  if (self->image != NULL)
    gtk_widget_snapshot_child (widget, self->image, snapshot);
  if (layout == NULL || room <= 0)
    return;
  /* Text begins where reading begins, numbers end where it ends; the layout itself is as wide as its
   * text, so that which side it takes for the beginning does not matter. */
  pango_layout_set_width (layout, -1);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  if (text_width > room)
    pango_layout_set_width (layout, room * PANGO_SCALE);
  text_width = MIN (text_width, room);
  if (self->is_number != rtl)
    x += (float) (room - text_width);
  gtk_widget_get_color (widget, &color);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, (float) ((gtk_widget_get_height (widget) - text_height) / 2)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

/* The host's font may have changed. */
static void
qd_cell_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  QdCell *self = QD_CELL (widget);

  GTK_WIDGET_CLASS (qd_cell_parent_class)->css_changed (widget, change);
  g_clear_object (&self->layout);
}

static void
qd_cell_dispose (GObject *object)
{
  QdCell *self = QD_CELL (object);

  qd_cell_set_entity (self, NULL);
  g_clear_pointer (&self->image, gtk_widget_unparent);
  g_clear_object (&self->layout);
  g_clear_pointer (&self->text, g_free);
  g_clear_object (&self->fleet);
  G_OBJECT_CLASS (qd_cell_parent_class)->dispose (object);
}

static void
qd_cell_class_init (QdCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_cell_dispose;

  GTK_WIDGET_CLASS (klass)->measure = qd_cell_measure;
  GTK_WIDGET_CLASS (klass)->size_allocate = qd_cell_size_allocate;
  GTK_WIDGET_CLASS (klass)->snapshot = qd_cell_snapshot;
  GTK_WIDGET_CLASS (klass)->css_changed = qd_cell_css_changed;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_LABEL);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "qd-cell");
}

static void
qd_cell_init (QdCell *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * qd_cell_new:
 * @fleet: what gives ids their names
 * @schema: of the things it will show
 * @field: the field it shows
 * @host: whose font it has
 *
 * Returns: (transfer floating): an empty cell
 */
GtkWidget *
qd_cell_new (QdFleet *fleet, const QdSchema *schema, guint field, GtkWidget *host)
{
  QdCell *self = g_object_new (QD_TYPE_CELL, NULL);

  self->fleet = g_object_ref (fleet);
  self->field = field;
  self->mask = G_GUINT64_CONSTANT (1) << field;
  self->is_state = field == QD_FIELD_STATUS || (int) field == qd_display_state_field (schema->kind);
  if (self->is_state)
    {
      self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
      gtk_widget_set_parent (self->image, GTK_WIDGET (self));
    }
  self->host = host;
  self->is_number = qd_display_is_number (&schema->fields[field]);
  self->tabular = self->is_number || schema->fields[field].type == QD_VALUE_TIME;
  self->is_name = field == QD_FIELD_NAME;
  return GTK_WIDGET (self);
}

void
qd_cell_update (QdCell *self)
{
  if (self->entity == NULL)
    return;

  g_autofree char *text = qd_display_field (self->fleet, self->entity, self->field);
  if (self->image != NULL)
    {
      QdStatus status = qd_display_status (self->entity);

      qd_state_image_set (self->image, status);
      gtk_widget_set_visible (self->image, status != QD_STATUS_NONE);
    }
  if (g_strcmp0 (self->text, text) != 0)
    {
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text != NULL ? text : "", -1);
      g_free (self->text);
      self->text = g_steal_pointer (&text);
      g_clear_object (&self->layout);
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  if (qd_fleet_is_stale (self->fleet, self->entity))
    gtk_widget_add_css_class (GTK_WIDGET (self), "qd-stale");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "qd-stale");
}

static void
changed_cb (QdCell *self, guint64 mask)
{
  if (mask & self->mask)
    qd_cell_update (self);
}

void
qd_cell_set_entity (QdCell *self, QdEntity *entity)
{
  if (self->entity == entity)
    return;
  if (self->entity != NULL)
    g_clear_signal_handler (&self->handler, self->entity);
  g_set_object (&self->entity, entity);
  if (entity == NULL)
    return;
  self->handler = g_signal_connect_swapped (entity, "changed", G_CALLBACK (changed_cb), self);
  qd_cell_update (self);
}

QdEntity *
qd_cell_get_entity (QdCell *self)
{
  return self->entity;
}
