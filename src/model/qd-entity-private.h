/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-list.h"

G_BEGIN_DECLS

/* Room's own: what QdFleet, QdEntityList and QdView know of an entity. */

#define QD_FIELD_BIT(field) (G_GUINT64_CONSTANT (1) << (field))

struct _QdEntity {
  GObject parent_instance;

  QdKey key;                 /* owns its id */
  const QdSchema *schema;
  QdValue *values;           /* one a field */
  char *search_text;         /* or NULL: not made yet */
  gint64 stamp_us;
  gint64 changed_at_us;

  guint64 mask;              /* fields that changed in the batch under way, or in the one being told */
  guint64 serial;            /* order of arrival; never used twice */
  guint position;            /* in its list */
  guint slot;                /* small number for side tables, used again after removal */
  guint generation;          /* of the snapshot that last named it */
  QdStatus status_before;    /* when the batch began */
  guint is_new : 1;          /* made in the batch under way */
  guint is_removed : 1;
  guint name_derived : 1;
  guint is_paper : 1;        /* of a connection that is a drawing */
  guint is_due : 1;          /* what is derived of it is made anew when the batch ends */
};

static inline gboolean
qd_entity_listed (QdEntity *self)
{
  return self->key.kind != QD_KIND_JOB || self->values[QD_JOB_SHOWN_AS].type == QD_VALUE_NONE;
}

/* Whether it is listed where nothing is said of a connection. */
static inline gboolean
qd_entity_listed_anywhere (QdEntity *self)
{
  return !self->is_paper && qd_entity_listed (self);
}

QdEntity *qd_entity_new (const QdKey *key, guint64 serial);
/* Takes @value; TRUE when that changed the field. */
gboolean qd_entity_set (QdEntity *self, guint field, QdValue value);
/* Emits ::changed for the fields in its mask, then clears it. */
void qd_entity_tell (QdEntity *self);

/* The values of a whole delta, one a field (owned), and which of them it carries; NULL where it is none, or somebody
 * else holds it too. It is empty after that. */
QdValue *qd_delta_take_whole (QdDelta *self, guint64 *carried);

/* Appends @text in lower case, as search compares it: letter by letter, in any locale. */
void qd_search_append (GString *out, const char *text);

/* What one batch did to a list. The arrays are borrowed; removed entities are still whole. */
typedef struct {
  GPtrArray *removed;
  GPtrArray *added;
  GPtrArray *updated;
} QdListBatch;

QdEntityList *qd_entity_list_new (QdKind kind);
void qd_entity_list_queue_add (QdEntityList *self, QdEntity *entity);      /* takes a reference */
void qd_entity_list_queue_remove (QdEntityList *self, QdEntity *entity);
void qd_entity_list_queue_update (QdEntityList *self, QdEntity *entity);
/* How many there are, those that wait for being told included. */
guint qd_entity_list_count (QdEntityList *self);
/* Every entity, those that wait for being told included. */
void qd_entity_list_foreach (QdEntityList *self, void (*func) (gpointer data, QdEntity *entity), gpointer data);
/* Tells all that was queued: ::items-changed, then ::items-updated and ::batch (QdListBatch), which
 * views listen to, and each entity's ::changed. */
void qd_entity_list_commit (QdEntityList *self);
/* One past the highest slot in use. */
guint qd_entity_list_get_n_slots (QdEntityList *self);

G_END_DECLS
