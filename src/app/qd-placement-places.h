/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementPlaces:
 *
 * The places of one shard as little squares: who is there, who comes and goes by the plan, what is free, what is too many. A square can be
 * dragged and tells in a tooltip whose it is; to a screen reader it is a picture, for the list of tenants beside it says the same.
 */
#define QD_TYPE_PLACEMENT_PLACES (qd_placement_places_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementPlaces, qd_placement_places, QD, PLACEMENT_PLACES, GtkWidget)

GtkWidget *qd_placement_places_new (QdPlacementBoard *board);
/* NULL: of nobody. Shown with the next update. */
void qd_placement_places_set_shard (QdPlacementPlaces *self, const char *shard);
/* To be called when the board has changed; whether what is seen did. */
gboolean qd_placement_places_update (QdPlacementPlaces *self);
/* The tenant under a point; NULL: a free place, or none. Borrowed until the board changes. */
const QdRollTenant *qd_placement_places_pick (QdPlacementPlaces *self, double x, double y);

/* What dragged tenants are: their service kind and their ids in a type of its own, so that no text from elsewhere is taken for one. */
#define QD_TYPE_PLACEMENT_DRAG (qd_placement_drag_get_type ())
GType qd_placement_drag_get_type (void);
GdkContentProvider *qd_placement_drag_new (const char *kind, const char *const *tenants);
/* Who is in @value; NULL: none of @kind. Borrowed. */
const char *const *qd_placement_drag_get (const GValue *value, const char *kind);

G_END_DECLS
