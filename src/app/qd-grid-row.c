/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-row.h"

#include "qd-display.h"
#include "qd-grid-cell.h"
#include "qd-pixels.h"

#define PADDING 8            /* left and right of a cell's text; style.css has the same for titles */
#define SPACING 6            /* between a picture and a text */
#define ROW_HEIGHT 32
#define STALE_ALPHA 0.55f    /* as .qd-stale */

/* What is drawn of a field; made when it is drawn. */
typedef struct {
  char *text;
  PangoLayout *layout;
  int room;                  /* the layout was fitted into; 0: to be fitted again; -1: it has another text */
  int width, height;         /* of the text in that room */
  gboolean fresh;            /* the text is what the thing has now */
} Drawn;

struct _QdGridRow {
  GtkWidget parent_instance;

  const QdGridLook *look;    /* its parent's: not to be used without one */
  guint n_fields;
  QdEntity *entity;
  gulong handler;
  guint position;
  Drawn *fields;             /* by field */
  GPtrArray *cells;          /* QdGridCell by field; NULL until somebody asks */
};

static void accessible_init (GtkAccessibleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdGridRow, qd_grid_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_ACCESSIBLE, accessible_init))

/* --- Accessibility ------------------------------------------------------------------------------- */

static GtkAccessible *
get_first_accessible_child (GtkAccessible *accessible)
{
  return qd_grid_row_dup_cell (QD_GRID_ROW (accessible), 0);
}

static GtkAccessible *
get_next_accessible_sibling (GtkAccessible *accessible)
{
  QdGridRow *self = QD_GRID_ROW (accessible);

  /* A reader may hold a row that has left its table. */
  return gtk_widget_get_parent (GTK_WIDGET (self)) != NULL ? self->look->next_row (self->look->data, self) : NULL;
}

static void
accessible_init (GtkAccessibleInterface *iface)
{
  iface->get_first_accessible_child = get_first_accessible_child;
  iface->get_next_accessible_sibling = get_next_accessible_sibling;
}

static guint
get_state_field (QdGridRow *self)
{
  int field = qd_display_state_field (self->look->schema->kind);

  return field >= 0 ? (guint) field : QD_FIELD_STATUS;
}

/* A reader says the row's name when it comes to it: what it is called and how it is. */
static void
update_name (QdGridRow *self)
{
  g_autofree char *name = qd_display_field (self->look->fleet, self->entity, QD_FIELD_NAME);
  g_autofree char *state = qd_display_field (self->look->fleet, self->entity, get_state_field (self));
  g_autofree char *whole = state != NULL && *state != '\0' ? g_strdup_printf ("%s, %s", name, state) : NULL;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, whole != NULL ? whole : name, -1);
}

static void
update_cells (QdGridRow *self, guint64 mask)
{
  for (guint i = 0; self->cells != NULL && i < self->cells->len; i++)
    if (self->cells->pdata[i] != NULL && (mask & G_GUINT64_CONSTANT (1) << i))
      qd_grid_cell_refresh (self->cells->pdata[i]);
}

/* --- Drawing ------------------------------------------------------------------------------------- */

static void
make_layout (QdGridRow *self, Drawn *drawn, guint field)
{
  const QdField *what = &self->look->schema->fields[field];
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  drawn->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  pango_layout_set_ellipsize (drawn->layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (drawn->layout, TRUE);
  if (qd_display_is_number (what) || what->type == QD_VALUE_TIME)
    pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (field == QD_FIELD_NAME)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_SEMIBOLD));
  pango_layout_set_attributes (drawn->layout, attributes);
  drawn->room = -1;
}

/* Brings the text up to date and fits it into @room. */
static void
prepare (QdGridRow *self, Drawn *drawn, guint field, int room)
{
  if (!drawn->fresh)
    {
      g_autofree char *text = qd_display_field (self->look->fleet, self->entity, field);

      if (g_strcmp0 (text, drawn->text) != 0)
        {
          g_free (drawn->text);
          drawn->text = g_steal_pointer (&text);
          drawn->room = -1;
        }
      drawn->fresh = TRUE;
    }
  if (drawn->text == NULL || *drawn->text == '\0' || drawn->room == room)
    return;
  if (drawn->layout == NULL)
    make_layout (self, drawn, field);
  if (drawn->room < 0)
    pango_layout_set_text (drawn->layout, drawn->text, -1);
  /* Its own width first: which end of the cell it stands at is not the layout's affair. */
  pango_layout_set_width (drawn->layout, -1);
  pango_layout_get_pixel_size (drawn->layout, &drawn->width, &drawn->height);
  if (drawn->width > room)
    {
      pango_layout_set_width (drawn->layout, room * PANGO_SCALE);
      drawn->width = room;
    }
  drawn->room = room;
}

static void
draw_icon (QdGridRow *self, GtkSnapshot *snapshot, int x, int height, gboolean stale)
{
  GdkTexture *texture = qd_grid_icons_get (self->look->icons, qd_display_status (self->entity));

  if (texture == NULL)
    return;
  if (stale)
    gtk_snapshot_push_opacity (snapshot, STALE_ALPHA);
  gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT ((float) x, (float) ((height - QD_GRID_ICON_SIZE) / 2),
                                                                        QD_GRID_ICON_SIZE, QD_GRID_ICON_SIZE));
  if (stale)
    gtk_snapshot_pop (snapshot);
}

static void
draw_cell (QdGridRow *self, GtkSnapshot *snapshot, const QdGridColumn *column, const GdkRGBA *color, gboolean stale)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  int x = column->x + PADDING, room = column->allocated - 2 * PADDING;
  Drawn *drawn = &self->fields[column->field];

  if (column->field == get_state_field (self) && room >= QD_GRID_ICON_SIZE && qd_display_status (self->entity) != QD_STATUS_NONE)
    {
      draw_icon (self, snapshot, rtl ? x + room - QD_GRID_ICON_SIZE : x, height, stale);
      x += rtl ? 0 : QD_GRID_ICON_SIZE + SPACING;
      room -= QD_GRID_ICON_SIZE + SPACING;
    }
  if (room <= 0)
    return;
  prepare (self, drawn, column->field, room);
  if (drawn->text == NULL || *drawn->text == '\0')
    return;
  /* Text begins where reading begins, numbers end where it ends. */
  if (column->is_number != rtl)
    x += room - drawn->width;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) ((height - drawn->height) / 2)));
  gtk_snapshot_append_layout (snapshot, drawn->layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_cells (QdGridRow *self, GtkSnapshot *snapshot)
{
  QdGridColumns *columns = self->look->columns;
  gboolean stale = qd_fleet_is_stale (self->look->fleet, self->entity);
  GdkRGBA color;

  gtk_widget_get_color (GTK_WIDGET (self), &color);
  if (stale)
    color.alpha *= STALE_ALPHA;
  for (guint i = 0; (i = qd_grid_columns_next (columns, i)) != QD_GRID_NO_COLUMN; i++)
    {
      const QdGridColumn *column = qd_grid_columns_get (columns, i);

      if (column->x < self->look->right && column->x + column->allocated > self->look->left)
        draw_cell (self, snapshot, column, &color, stale);
    }
}

/* The cells as one picture: where the processor draws, to draw each letter in every frame is most of what
 * a frame costs. */
static GskRenderNode *
draw_picture (QdGridRow *self, GskRenderNode *cells)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int left = self->look->left, width = self->look->right - left, height = gtk_widget_get_height (GTK_WIDGET (self));
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width * scale, height * scale);
  cairo_t *cr = cairo_create (image);
  GskRenderNode *node;

  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -left, 0);
  gsk_render_node_draw (cells, cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  node = qd_pixels_node_new (image, &GRAPHENE_RECT_INIT ((float) left, 0, (float) width, (float) height), NULL, scale);
  /* To let go of it at once would be to copy it (qd_pixels_release()). */
  qd_pixels_release (image);
  return node;
}

static void
qd_grid_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdGridRow *self = QD_GRID_ROW (widget);
  g_autoptr (GskRenderNode) node = NULL, picture = NULL;
  GtkSnapshot *cells;

  if (self->entity == NULL || self->look->right <= self->look->left)
    return;
  cells = gtk_snapshot_new ();
  draw_cells (self, cells);
  node = gtk_snapshot_free_to_node (cells);
  if (node == NULL)
    return;
  if (qd_pixels_are_wanted (widget))
    picture = draw_picture (self, node);
  gtk_snapshot_append_node (snapshot, picture != NULL ? picture : node);
}

static void
qd_grid_row_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                     int *minimum_baseline, int *natural_baseline)
{
  PangoFontMetrics *metrics;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  metrics = pango_context_get_metrics (gtk_widget_get_pango_context (widget), NULL, NULL);
  *minimum = *natural = MAX (ROW_HEIGHT, PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics)) + PADDING);
  pango_font_metrics_unref (metrics);
}

static void
drop_layouts (QdGridRow *self)
{
  for (guint i = 0; self->fields != NULL && i < self->n_fields; i++)
    {
      g_clear_object (&self->fields[i].layout);
      self->fields[i].room = -1;
    }
}

static void
qd_grid_row_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  QdGridRow *self = QD_GRID_ROW (widget);

  GTK_WIDGET_CLASS (qd_grid_row_parent_class)->css_changed (widget, change);
  /* The font may be another. */
  for (guint i = 0; self->fields != NULL && i < self->n_fields; i++)
    self->fields[i].room = MIN (self->fields[i].room, 0);
}

static void
qd_grid_row_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (qd_grid_row_parent_class)->system_setting_changed (widget, setting);
  if (setting == GTK_SYSTEM_SETTING_ICON_THEME)
    return;
  drop_layouts (QD_GRID_ROW (widget));
  gtk_widget_queue_resize (widget);
}

static void
qd_grid_row_direction_changed (GtkWidget *widget, GtkTextDirection before)
{
  drop_layouts (QD_GRID_ROW (widget));
  GTK_WIDGET_CLASS (qd_grid_row_parent_class)->direction_changed (widget, before);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
drop_cells (QdGridRow *self)
{
  for (guint i = 0; self->cells != NULL && i < self->cells->len; i++)
    if (self->cells->pdata[i] != NULL)
      {
        qd_grid_cell_drop (self->cells->pdata[i]);
        g_object_unref (self->cells->pdata[i]);
      }
  g_clear_pointer (&self->cells, g_ptr_array_unref);
}

static void
qd_grid_row_dispose (GObject *object)
{
  QdGridRow *self = QD_GRID_ROW (object);

  qd_grid_row_set (self, NULL, 0);
  drop_cells (self);
  G_OBJECT_CLASS (qd_grid_row_parent_class)->dispose (object);
}

static void
qd_grid_row_finalize (GObject *object)
{
  QdGridRow *self = QD_GRID_ROW (object);

  for (guint i = 0; i < self->n_fields; i++)
    {
      g_clear_object (&self->fields[i].layout);
      g_free (self->fields[i].text);
    }
  g_free (self->fields);
  G_OBJECT_CLASS (qd_grid_row_parent_class)->finalize (object);
}

static void
qd_grid_row_class_init (QdGridRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_grid_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_grid_row_finalize;
  widget_class->measure = qd_grid_row_measure;
  widget_class->snapshot = qd_grid_row_snapshot;
  widget_class->css_changed = qd_grid_row_css_changed;
  widget_class->system_setting_changed = qd_grid_row_system_setting_changed;
  widget_class->direction_changed = qd_grid_row_direction_changed;
  gtk_widget_class_set_css_name (widget_class, "row");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ROW);
}

static void
qd_grid_row_init (QdGridRow *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "activatable");
}

/**
 * qd_grid_row_new:
 * @look: what it shares with the others; outlives it
 *
 * Returns: (transfer floating): a row that shows nothing
 */
GtkWidget *
qd_grid_row_new (const QdGridLook *look)
{
  QdGridRow *self = g_object_new (QD_TYPE_GRID_ROW, NULL);

  self->look = look;
  self->n_fields = look->schema->n_fields;
  self->fields = g_new0 (Drawn, self->n_fields);
  return GTK_WIDGET (self);
}

static guint64
shown_fields (QdGridRow *self)
{
  guint64 mask = 0;

  for (guint i = 0; (i = qd_grid_columns_next (self->look->columns, i)) != QD_GRID_NO_COLUMN; i++)
    mask |= G_GUINT64_CONSTANT (1) << qd_grid_columns_get (self->look->columns, i)->field;
  return mask;
}

static void
update (QdGridRow *self, guint64 mask)
{
  for (guint i = 0; i < self->n_fields; i++)
    if (mask & G_GUINT64_CONSTANT (1) << i)
      self->fields[i].fresh = FALSE;
  if (mask & (G_GUINT64_CONSTANT (1) << QD_FIELD_NAME | G_GUINT64_CONSTANT (1) << get_state_field (self)))
    update_name (self);
  update_cells (self, mask);
  if (mask & shown_fields (self))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
changed_cb (QdGridRow *self, guint64 mask)
{
  update (self, mask);
}

void
qd_grid_row_set (QdGridRow *self, QdEntity *entity, guint position)
{
  self->position = position;
  if (self->entity == entity)
    return;
  if (self->entity != NULL)
    g_clear_signal_handler (&self->handler, self->entity);
  g_set_object (&self->entity, entity);
  if (entity == NULL)
    return;
  self->handler = g_signal_connect_swapped (entity, "changed", G_CALLBACK (changed_cb), self);
  update (self, G_MAXUINT64);
}

QdEntity *
qd_grid_row_get_entity (QdGridRow *self)
{
  return self->entity;
}

guint
qd_grid_row_get_position (QdGridRow *self)
{
  return self->position;
}

void
qd_grid_row_set_position (QdGridRow *self, guint position)
{
  self->position = position;
}

void
qd_grid_row_set_selected (QdGridRow *self, gboolean selected)
{
  if (((gtk_widget_get_state_flags (GTK_WIDGET (self)) & GTK_STATE_FLAG_SELECTED) != 0) == !!selected)
    return;
  if (selected)
    gtk_widget_set_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED, FALSE);
  else
    gtk_widget_unset_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_SELECTED);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
}

void
qd_grid_row_refresh (QdGridRow *self)
{
  if (self->entity != NULL)
    update (self, G_MAXUINT64);
}

const QdGridLook *
qd_grid_row_get_look (QdGridRow *self)
{
  return self->look;
}

char *
qd_grid_row_dup_text (QdGridRow *self, guint field)
{
  return self->entity != NULL ? qd_display_field (self->look->fleet, self->entity, field) : NULL;
}

GtkAccessible *
qd_grid_row_dup_cell (QdGridRow *self, guint i)
{
  const QdGridColumn *column;

  i = qd_grid_columns_next (self->look->columns, i);
  if (i == QD_GRID_NO_COLUMN || self->entity == NULL)
    return NULL;
  column = qd_grid_columns_get (self->look->columns, i);
  if (self->cells == NULL)
    {
      self->cells = g_ptr_array_new ();
      g_ptr_array_set_size (self->cells, (int) self->n_fields);
    }
  if (self->cells->pdata[column->field] == NULL)
    self->cells->pdata[column->field] = qd_grid_cell_new (self, column->field);
  return GTK_ACCESSIBLE (g_object_ref (self->cells->pdata[column->field]));
}
