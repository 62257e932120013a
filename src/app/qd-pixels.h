/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean qd_pixels_are_wanted (GtkWidget *widget);
GskRenderNode *qd_pixels_node_new (cairo_surface_t *image, const graphene_rect_t *box, const graphene_rect_t *within, double scale);
GskRenderNode *qd_pixels_picture_new (GtkWidget *widget, cairo_surface_t *image, const graphene_rect_t *box);
GskRenderNode *qd_pixels_flatten (GtkWidget *widget, GskRenderNode *node, const graphene_rect_t *box);
void qd_pixels_release (cairo_surface_t *image);

G_END_DECLS
