/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store.h"

G_BEGIN_DECLS

/* Fields as bytes. A row says which layout it was written with; a layout names the fields of each
 * kind by their machine names, so that a later program, whose numbers differ, still reads it. */

typedef struct _QdStoreLayout QdStoreLayout;
/* Today's layout as text, the same for the same schemas. */
char *qd_store_layout_dup_text (void);
QdStoreLayout *qd_store_layout_parse (const char *text);   /* NULL when it is not a layout */
void qd_store_layout_free (QdStoreLayout *self);
/* Today's number of what was field @code, or -1. */
int qd_store_layout_map (QdStoreLayout *self, QdKind kind, guint code);
/* The number that field @field of today had then, or -1. */
int qd_store_layout_unmap (QdStoreLayout *self, QdKind kind, guint field);

/* Appends all fields of @entity that are there. */
void qd_store_row_encode (GByteArray *bytes, QdEntity *entity);

/* Texts that rows have in common: ids of ends, names of states. Each is kept once; for one thread. */
typedef struct _QdStoreTexts QdStoreTexts;
QdStoreTexts *qd_store_texts_new (void);
void qd_store_texts_free (QdStoreTexts *self);
GRefString *qd_store_texts_take (QdStoreTexts *self, const char *text, gsize length);   /* owned */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdStoreTexts, qd_store_texts_free)

/* Sets on @delta what @data holds. FALSE when it is damaged; what came before the damage is set. */
gboolean qd_store_row_decode (QdDelta *delta, QdStoreLayout *layout, QdStoreTexts *texts, QdKind kind, const guint8 *data, gsize length);

/* A minute's measurements of one field. */
typedef struct { guint field; guint n; double sum, min, max, last; } QdStoreMinute;
#define QD_STORE_MAX_MINUTES 32
void qd_store_minute_encode (GByteArray *bytes, const QdStoreMinute *minutes, guint n);
/* Fields are numbered as @layout has them today; returns how many were read. */
guint qd_store_minute_decode (QdStoreMinute *minutes, guint max, const guint8 *data, gsize length);
/* Adds @later to @minutes, of which there are *@n. */
void qd_store_minute_merge (QdStoreMinute *minutes, guint *n, const QdStoreMinute *later, guint n_later);

G_END_DECLS
