/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store.h"
#include "qd-topology.h"

G_BEGIN_DECLS

/* Where things stood: kept for the session by connection, kind and id, and in the store by view. */
typedef struct _QdPlaces QdPlaces;
QdPlaces *qd_places_new (void);
void qd_places_free (QdPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlaces, qd_places_free)

gboolean qd_places_get (QdPlaces *self, QdEntity *entity, QdPoint *place);
void qd_places_set (QdPlaces *self, QdEntity *entity, QdPoint place);
void qd_places_clear (QdPlaces *self);
/* How many edges the places were found for: with many more, they are no longer worth keeping. */
guint qd_places_get_edges (QdPlaces *self);
void qd_places_set_edges (QdPlaces *self, guint n_edges);

/* As JSON text: {"edges":N,"positions":{"connection/site/id":[x,y]}}. Bad text and bad numbers are passed over. */
char *qd_places_save (QdPlaces *self);
guint qd_places_load (QdPlaces *self, const char *json);

G_END_DECLS
