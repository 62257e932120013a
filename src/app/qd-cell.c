/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-cell.h"

#include "qd-display.h"
#include "qd-state.h"

struct _QdCell {
  GtkWidget parent_instance;

  GtkWidget *image;     /* in cells that hold a state, else NULL */
  GtkWidget *text;

  QdFleet *fleet;
  QdEntity *entity;
  gulong handler;
  guint field;
  guint64 mask;         /* the fields whose change is seen here */
  gboolean is_state;
};

G_DEFINE_FINAL_TYPE (QdCell, qd_cell, GTK_TYPE_WIDGET)

static guint menu_signal;

static void
pressed_cb (QdCell *self, int n, double x, double y)
{
  g_signal_emit (self, menu_signal, 0, x, y);
}

static void
qd_cell_dispose (GObject *object)
{
  QdCell *self = QD_CELL (object);
  GtkWidget *child;

  qd_cell_set_entity (self, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->image = self->text = NULL;
  g_clear_object (&self->fleet);
  G_OBJECT_CLASS (qd_cell_parent_class)->dispose (object);
}

static void
qd_cell_class_init (QdCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_cell_dispose;

  /**
   * QdCell::menu:
   * @x: where, in the cell
   * @y: where, in the cell
   */
  menu_signal = g_signal_new ("menu", QD_TYPE_CELL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "qd-cell");
}

static void
qd_cell_init (QdCell *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self))), 6);
}

/**
 * qd_cell_new:
 * @fleet: what gives ids their names
 * @schema: of the things it will show
 * @field: the field it shows
 *
 * Returns: (transfer floating): an empty cell
 */
GtkWidget *
qd_cell_new (QdFleet *fleet, const QdSchema *schema, guint field)
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
  self->text = gtk_inscription_new (NULL);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (self->text), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  /* One line in the middle of the row, however much it would like to wrap. */
  gtk_inscription_set_nat_lines (GTK_INSCRIPTION (self->text), 1);
  gtk_widget_set_valign (self->text, GTK_ALIGN_CENTER);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (self->text), 3);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (self->text), qd_display_is_number (&schema->fields[field]) ? 1 : 0);
  gtk_widget_set_hexpand (self->text, TRUE);
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
  if (qd_display_is_number (&schema->fields[field]) || schema->fields[field].type == QD_VALUE_TIME)
    gtk_widget_add_css_class (self->text, "numeric");
  if (field == QD_FIELD_NAME)
    gtk_widget_add_css_class (self->text, "qd-name");
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
  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (self->text)), text) != 0)
    gtk_inscription_set_text (GTK_INSCRIPTION (self->text), text);
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
