/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdMerge:
 *
 * What two people made of one text, line by line: a base, mine and theirs cut into pieces of which each
 * is the same in all, changed by one, changed alike by both, or changed by both in different ways.
 * Changes that touch each other count as one: between two lines of YAML there is often no telling.
 * Immutable.
 */
typedef struct _QdMerge QdMerge;

typedef enum {
  QD_MERGE_SAME,       /* nobody changed it */
  QD_MERGE_MINE,       /* I alone did */
  QD_MERGE_THEIRS,     /* they alone did */
  QD_MERGE_BOTH,       /* both did, alike */
  QD_MERGE_CONFLICT,   /* both did, differently */
} QdMergeKind;

typedef struct { gsize start, end; } QdMergeRange;   /* bytes, whole lines */

typedef struct {
  QdMergeKind kind;
  QdMergeRange base, mine, theirs;
} QdMergePiece;

/* No text may be larger than 64 MiB; libgit2 finds the differences (Myers, An O(ND) Difference
 * Algorithm, 1986). The texts are kept by the merge. */
QdMerge *qd_merge_new (GBytes *base, GBytes *mine, GBytes *theirs, GError **error);
void qd_merge_free (QdMerge *self);
/* The same on a worker; @base may be NULL: nothing. @source is held until the callback on the main context. */
void qd_merge_async (gpointer source, GBytes *base, GBytes *mine, GBytes *theirs, GAsyncReadyCallback callback, gpointer data);
QdMerge *qd_merge_finish (GAsyncResult *result, GError **error);
/* Whether these very texts were asked about, however it ended. */
gboolean qd_merge_was_of (GAsyncResult *result, GBytes *mine, GBytes *theirs);

/* Whether it is of these very texts. */
gboolean qd_merge_is_of (const QdMerge *self, GBytes *mine, GBytes *theirs);
guint qd_merge_get_n_pieces (const QdMerge *self);
const QdMergePiece *qd_merge_get_piece (const QdMerge *self, guint nth);
guint qd_merge_get_n_conflicts (const QdMerge *self);
/* One text of all changes. @choice: for each conflict in order, whose it is: QD_MERGE_MINE or
 * QD_MERGE_THEIRS; NULL where there is none. */
GBytes *qd_merge_get_text (const QdMerge *self, const QdMergeKind *choice);

/* The first or the last @n lines, of one at least, of a range of a text; all of it where it has no more. */
QdMergeRange qd_merge_range_head (GBytes *text, QdMergeRange range, guint n);
QdMergeRange qd_merge_range_tail (GBytes *text, QdMergeRange range, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdMerge, qd_merge_free)

G_END_DECLS
