/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-merge.h"

G_BEGIN_DECLS

/* How what was drafted stands to what the disk holds now. */
typedef enum {
  QD_DRAFT_FREE,        /* the disk is as it was when the change began: it can be saved */
  QD_DRAFT_SAVED,       /* the disk holds it already */
  QD_DRAFT_MERGES,      /* somebody else changed other lines */
  QD_DRAFT_CONFLICT,    /* somebody else changed the same lines, or made the file too */
  QD_DRAFT_GONE,        /* somebody else removed the file */
  QD_DRAFT_UNKNOWN,     /* what the disk holds cannot be read or compared */
} QdDraftState;

/**
 * QdDraftItem:
 *
 * A file of which a change is kept that is not saved. Immutable, without its text. Main thread.
 */
#define QD_TYPE_DRAFT_ITEM (qd_draft_item_get_type ())
G_DECLARE_FINAL_TYPE (QdDraftItem, qd_draft_item, QD, DRAFT_ITEM, GObject)

const char *qd_draft_item_get_path (QdDraftItem *self);       /* of the file, absolute */
gint64 qd_draft_item_get_saved_us (QdDraftItem *self);        /* when the draft was written last */
gboolean qd_draft_item_is_new (QdDraftItem *self);            /* there was no such file when the change began */
guint qd_draft_item_get_n_added (QdDraftItem *self);          /* lines */
guint qd_draft_item_get_n_removed (QdDraftItem *self);
QdDraftState qd_draft_item_get_state (QdDraftItem *self);

#define QD_DRAFT_LIST_MAX 1000    /* the newest; of the others the number is told */

/**
 * QdDraftList:
 *
 * All drafts that are kept in a folder, newest first, as a #GListModel of #QdDraftItem. It follows the folder; the
 * disk and the comparing are on a worker thread. ::looked each time it has; ::problem (string) when the folder cannot be read.
 */
#define QD_TYPE_DRAFT_LIST (qd_draft_list_get_type ())
G_DECLARE_FINAL_TYPE (QdDraftList, qd_draft_list, QD, DRAFT_LIST, GObject)

/* @folder: as of qd_workbench_new(). Nothing is read before qd_draft_list_refresh(). */
QdDraftList *qd_draft_list_new (const char *folder);
/* Looks again, soon: at the drafts, and at the files that they are of. */
void qd_draft_list_refresh (QdDraftList *self);
/* FALSE until it was looked at once. */
gboolean qd_draft_list_is_loaded (QdDraftList *self);
guint qd_draft_list_get_n_more (QdDraftList *self);           /* that are not listed, for being too many */

/* What a draft and the disk say. NULL: there is none. */
typedef struct { GBytes *base, *mine, *disk; QdMerge *merge; } QdDraftTexts;
void qd_draft_texts_free (QdDraftTexts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDraftTexts, qd_draft_texts_free)

/* Reads the texts, and how they compare (@merge is of base, mine and disk; NULL where there is nothing to compare). */
void qd_draft_list_read (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data);
QdDraftTexts *qd_draft_list_read_finish (QdDraftList *self, GAsyncResult *result, GError **error);

/* Writes the draft to its file and lets go of it. What somebody else changed in other lines is merged into it. Where
 * that cannot be, nothing is written: G_IO_ERROR_WRONG_ETAG. */
void qd_draft_list_save (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data);
gboolean qd_draft_list_save_finish (QdDraftList *self, GAsyncResult *result, GError **error);

/* Lets go of the draft. Returns what qd_draft_list_restore() needs to bring it back. */
void qd_draft_list_discard (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data);
QdDraftTexts *qd_draft_list_discard_finish (QdDraftList *self, GAsyncResult *result, GError **error);
void qd_draft_list_restore (QdDraftList *self, const char *path, const QdDraftTexts *texts, GAsyncReadyCallback callback, gpointer data);
gboolean qd_draft_list_restore_finish (QdDraftList *self, GAsyncResult *result, GError **error);

G_END_DECLS
