/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-status.h"

G_BEGIN_DECLS

/**
 * QdGridIcons:
 *
 * The pictures of the states as textures, in the colours of the style. A symbolic icon that is
 * coloured at every drawing costs a mask each time; these are coloured once. An unseen child of
 * whatever draws with it, whose style it shares.
 */
#define QD_TYPE_GRID_ICONS (qd_grid_icons_get_type ())
G_DECLARE_FINAL_TYPE (QdGridIcons, qd_grid_icons, QD, GRID_ICONS, GtkWidget)

#define QD_GRID_ICON_SIZE 16

GtkWidget *qd_grid_icons_new (void);
/* (transfer none) (nullable): for QD_STATUS_NONE, and before it is realized, there is none. */
GdkTexture *qd_grid_icons_get (QdGridIcons *self, QdStatus status);

G_END_DECLS
