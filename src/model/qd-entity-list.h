/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity.h"

G_BEGIN_DECLS

/**
 * QdEntityList:
 *
 * All entities of one kind, in order of arrival, as a GListModel. Besides ::items-changed it emits
 * ::items-updated (GPtrArray of QdEntity, borrowed, valid while it is emitted) once per drain for
 * the items whose fields changed but whose place did not.
 */
#define QD_TYPE_ENTITY_LIST (qd_entity_list_get_type ())
G_DECLARE_FINAL_TYPE (QdEntityList, qd_entity_list, QD, ENTITY_LIST, GObject)

QdKind qd_entity_list_get_kind (QdEntityList *self);
guint qd_entity_list_get_length (QdEntityList *self);
QdEntity *qd_entity_list_peek (QdEntityList *self, guint position);  /* borrowed; NULL past the end */

G_END_DECLS
