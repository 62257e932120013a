/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-list.h"

G_BEGIN_DECLS

/**
 * QdFilter:
 *
 * What a view shows: all conditions together. Immutable, reference counted.
 * Text is split into words; each must occur in the search text. "field:value", "field>number" and
 * "field<number" (machine names) test that field; "status:down" and the like too, "status:down,degraded" either;
 * "label.NAME:value" tests a label. A leading "-" negates.
 */
typedef struct _QdFilter QdFilter;
#define QD_FILTER_ANYWHERE "*"   /* as a connection: all, on paper too */
QdFilter *qd_filter_new (const char *text, const char *connection /* NULL: all but those on paper */, guint status_mask /* 1 << QdStatus, 0: all */);
QdFilter *qd_filter_ref (QdFilter *self);
void qd_filter_unref (QdFilter *self);
gboolean qd_filter_match (QdFilter *self, QdEntity *entity);
/* TRUE when all that matches @self surely matches @wider (NULL: no filter) too, so that only its rows need a look. */
gboolean qd_filter_narrows (QdFilter *self, QdFilter *wider);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdFilter, qd_filter_unref)

/**
 * QdView:
 *
 * A sorted and filtered view of a QdEntityList, a GListModel that stays right while rows change:
 * changed rows are placed anew once per drain. Main thread.
 */
#define QD_TYPE_VIEW (qd_view_get_type ())
G_DECLARE_FINAL_TYPE (QdView, qd_view, QD, VIEW, GObject)

QdView *qd_view_new (QdEntityList *list);
void qd_view_set_filter (QdView *self, QdFilter *filter);   /* NULL: everything */
QdFilter *qd_view_get_filter (QdView *self);
void qd_view_set_sort (QdView *self, guint field, gboolean descending);
guint qd_view_get_sort (QdView *self, gboolean *descending);
/* While held, rows keep their places (values still change); what waited is placed on release. */
void qd_view_set_hold (QdView *self, gboolean hold);
/* The position of @entity, or GTK's invalid position (G_MAXUINT32). */
guint qd_view_find (QdView *self, QdEntity *entity);
/* Whether @entity has a row: at once, where find() must look for it. */
gboolean qd_view_contains (QdView *self, QdEntity *entity);
QdEntity *qd_view_peek (QdView *self, guint position);
guint qd_view_get_length (QdView *self);

G_END_DECLS
