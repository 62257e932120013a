/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store.h"
#include "qd-topology.h"

G_BEGIN_DECLS

/**
 * QdPlaces:
 *
 * How one view is arranged: where each thing stands, which of them are pinned there, and by which
 * settings (layout, grouping, what is folded) it was laid out. Kept for the session by connection,
 * kind and id, and in the store by view. Main thread.
 */
typedef struct _QdPlaces QdPlaces;
QdPlaces *qd_places_new (void);
void qd_places_free (QdPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlaces, qd_places_free)

/* The name of @entity's place, and that of a folded group. (transfer full) */
char *qd_places_key (QdEntity *entity);
char *qd_places_group_key (const char *group);

gboolean qd_places_get (QdPlaces *self, QdEntity *entity, QdPoint *place);
void qd_places_set (QdPlaces *self, QdEntity *entity, QdPoint place);
/* The same by name. Coordinates are kept to 1/1024 of a unit, which text and memory hold exactly. */
gboolean qd_places_get_key (QdPlaces *self, const char *key, QdPoint *place);
void qd_places_set_key (QdPlaces *self, const char *key, QdPoint place);
gboolean qd_places_is_pinned (QdPlaces *self, const char *key);
/* Only what has a place can be pinned. */
void qd_places_set_pinned (QdPlaces *self, const char *key, gboolean pinned);
/* Forgets the places of all that is not pinned. */
void qd_places_loosen (QdPlaces *self);
void qd_places_clear (QdPlaces *self);
guint qd_places_get_n_pinned (QdPlaces *self);
/* All of it but what is being noted, for another thread to save. (transfer full) */
QdPlaces *qd_places_copy (QdPlaces *self);

/* How many edges the places were found for: with many more, they are no longer worth keeping. */
guint qd_places_get_edges (QdPlaces *self);
void qd_places_set_edges (QdPlaces *self, guint n_edges);

/* How it is laid out ("force"), what it is grouped by ("label:region"), which groups are folded. "" is the first of each. */
const char *qd_places_get_setting (QdPlaces *self, const char *name);
void qd_places_set_setting (QdPlaces *self, const char *name, const char *value);
gboolean qd_places_is_folded (QdPlaces *self, const char *group);
void qd_places_set_folded (QdPlaces *self, const char *group, gboolean folded);
/* The names of all folded groups; borrowed, valid until the next change. */
GHashTable *qd_places_get_folded (QdPlaces *self);

/* --- Changes ----------------------------------------------------------------------------------- */

/* What one act of the admin changed, to take it back. Immutable. */
typedef struct _QdPlacesChange QdPlacesChange;
/* From now on, what is changed is noted. Does nothing while it is. */
void qd_places_begin (QdPlaces *self);
gboolean qd_places_is_noting (QdPlaces *self);
/* Ends it: what is different from then; NULL when nothing is. (transfer full) */
QdPlacesChange *qd_places_end (QdPlaces *self);
/* Makes it so as it was before (@back) or after the change. */
void qd_places_apply (QdPlaces *self, const QdPlacesChange *change, gboolean back);
/* How many places it is about. */
guint qd_places_change_get_size (const QdPlacesChange *self);
void qd_places_change_free (QdPlacesChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlacesChange, qd_places_change_free)

/* As JSON text: {"edges":N,"layout":…,"group":…,"folded":[…],"positions":{"connection/site/id":[x,y]}}, with a third
 * number, 1, where it is pinned; NULL where there is nothing to keep. Bad text and bad numbers are passed over. */
char *qd_places_save (QdPlaces *self);
guint qd_places_load (QdPlaces *self, const char *json);

G_END_DECLS
