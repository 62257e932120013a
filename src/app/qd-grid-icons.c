/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-icons.h"

#include "qd-state.h"

#define N_STATUS (QD_STATUS_DOWN + 1)

struct _QdGridIcons {
  GtkWidget parent_instance;

  GtkWidget *images[N_STATUS];       /* what has the colours; never drawn */
  GdkTexture *textures[N_STATUS];
  GdkRGBA colors[N_STATUS];          /* of the textures */
  int scale;
};

G_DEFINE_FINAL_TYPE (QdGridIcons, qd_grid_icons, GTK_TYPE_WIDGET)

static void
qd_grid_icons_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                       int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = 0;
}

static void
qd_grid_icons_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
}

static void
qd_grid_icons_dispose (GObject *object)
{
  QdGridIcons *self = QD_GRID_ICONS (object);

  for (guint i = 0; i < N_STATUS; i++)
    {
      g_clear_pointer (&self->images[i], gtk_widget_unparent);
      g_clear_object (&self->textures[i]);
    }
  G_OBJECT_CLASS (qd_grid_icons_parent_class)->dispose (object);
}

static void
qd_grid_icons_class_init (QdGridIconsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_grid_icons_dispose;

  GTK_WIDGET_CLASS (klass)->measure = qd_grid_icons_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = qd_grid_icons_snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_grid_icons_init (QdGridIcons *self)
{
  for (guint i = QD_STATUS_NONE + 1; i < N_STATUS; i++)
    {
      self->images[i] = qd_state_image_new ((QdStatus) i);
      gtk_widget_set_child_visible (self->images[i], FALSE);
      gtk_widget_set_parent (self->images[i], GTK_WIDGET (self));
    }
}

GtkWidget *
qd_grid_icons_new (void)
{
  return g_object_new (QD_TYPE_GRID_ICONS, NULL);
}

static GdkTexture *
render (QdGridIcons *self, QdStatus status, const GdkRGBA *color)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkNative *native = gtk_widget_get_native (widget);
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native) : NULL;
  GtkSnapshot *snapshot;
  g_autoptr (GtkIconPaintable) icon = NULL;
  g_autoptr (GskRenderNode) node = NULL;

  if (renderer == NULL)
    return NULL;
  icon = gtk_icon_theme_lookup_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (widget)),
                                     qd_state_get_icon_name (status), NULL, QD_GRID_ICON_SIZE, self->scale,
                                     gtk_widget_get_direction (widget), GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  snapshot = gtk_snapshot_new ();
  gtk_snapshot_scale (snapshot, (float) self->scale, (float) self->scale);
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, QD_GRID_ICON_SIZE, QD_GRID_ICON_SIZE, color, 1);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    return NULL;
  return gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) (QD_GRID_ICON_SIZE * self->scale),
                                                                          (float) (QD_GRID_ICON_SIZE * self->scale)));
}

GdkTexture *
qd_grid_icons_get (QdGridIcons *self, QdStatus status)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  GdkRGBA color;

  if (status == QD_STATUS_NONE || status >= N_STATUS)
    return NULL;
  gtk_widget_get_color (self->images[status], &color);
  if (self->scale != scale)
    for (guint i = 0; i < N_STATUS; i++)
      g_clear_object (&self->textures[i]);
  self->scale = scale;
  if (self->textures[status] == NULL || !gdk_rgba_equal (&self->colors[status], &color))
    {
      g_clear_object (&self->textures[status]);
      self->textures[status] = render (self, status, &color);
      self->colors[status] = color;
    }
  return self->textures[status];
}
