/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-private.h"
#include "qd-words.h"

G_BEGIN_DECLS

/* Room's own: how QdView orders rows. A row's key orders numbers and the beginnings of texts as
 * plain unsigned integers, what runs the other way included. */
typedef struct {
  guint64 key;
  QdEntity *entity;
  guint slot;
} QdRow;

/* @words: a text is ordered by what people read in its place; or NULL. */
typedef struct { guint field; gboolean descending; gboolean text; QdWords words; } QdOrder;

#define QD_KEY_ABSENT G_MAXUINT64   /* last, whichever way */

QdOrder qd_order_new (const QdSchema *schema, guint field, gboolean descending);
guint64 qd_order_key (const QdOrder *self, QdEntity *entity);
/* A total order; texts with the same beginning are compared by the values they have now. */
int qd_order_compare (const QdOrder *self, const QdRow *a, const QdRow *b);
/* Sorts rows that are in order of arrival; sets their keys. */
void qd_order_sort (const QdOrder *self, QdRow *rows, guint n);

G_END_DECLS
