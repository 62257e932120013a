/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store.h"

G_BEGIN_DECLS

/* The journal of jobs, for a program that has no store of its own and writes beside the one that has: a line at a time, in a transaction of its
 * own, synced. It neither makes the file nor brings it up to date, sets nothing aside and deletes nothing: that is for whose it is. */

/* As qd_store_journal_async() appends, to the store at @path. Waits for the disk and for others that write: for workers. FALSE without an error:
 * there is no store. */
gboolean qd_store_guest_journal (const char *path, const char *job, const char *step, const char *state, const char *detail_json, GError **error);

/* What was written to the journal behind a line of it, by whoever. */
typedef struct {
  GPtrArray *entries;        /* QdJournalEntry: all lines of each job that has such a line, job by job, oldest first; the details of its first and
                              * last line alone */
  gint64 last;               /* the newest line that was seen */
} QdJournalNews;
#define QD_TYPE_JOURNAL_NEWS (qd_journal_news_get_type ())
GType qd_journal_news_get_type (void);
void qd_journal_news_free (QdJournalNews *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdJournalNews, qd_journal_news_free)

/* Behind line @after, or 0: the newest 200 jobs, and whole ones only. */
void qd_store_news_async (QdStore *self, gint64 after, GAsyncReadyCallback callback, gpointer user_data);
QdJournalNews *qd_store_news_finish (QdStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
