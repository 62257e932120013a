/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-draft-list.h"

G_BEGIN_DECLS

/* Room's own: the part of QdDraftList that waits for the disk. On a worker. */

/* What is known of a draft, without its text; and of what, so that what did not change is not read again. */
typedef struct {
  char *name;                  /* of the draft's file */
  char *path;                  /* of the file it is of; NULL: it is no draft of a file */
  gint64 stamp_us, disk_us;    /* when either was changed last; 0: there is none */
  goffset size, disk_size;
  gint64 saved_us;
  gboolean is_new;
  guint added, removed;
  QdDraftState state;
} QdDraftFact;

void qd_draft_fact_free (QdDraftFact *self);
/* (transfer full) (element-type QdDraftFact), newest first, at most QD_DRAFT_LIST_MAX. @known: (nullable): what was found
 * before. NULL with @error where the folder is there and cannot be read. */
GPtrArray *qd_draft_scan (const char *folder, GPtrArray *known, guint *n_more, GCancellable *cancellable, GError **error);

/* The draft of the file @path; the file it is in. */
char *qd_draft_scan_file (const char *folder, const char *path);
QdDraftTexts *qd_draft_scan_read (const char *folder, const char *path, GError **error);
gboolean qd_draft_scan_save (const char *folder, const char *path, GError **error);
QdDraftTexts *qd_draft_scan_discard (const char *folder, const char *path, GError **error);
gboolean qd_draft_scan_restore (const char *folder, const char *path, const QdDraftTexts *texts, GError **error);

G_END_DECLS
