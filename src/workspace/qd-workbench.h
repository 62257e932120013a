/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-analysis.h"
#include "qd-document.h"
#include "qd-merge.h"
#include "qd-workspace-git.h"

G_BEGIN_DECLS

/**
 * QdWorkbench:
 *
 * A workspace that is being worked on: its documents, their drafts, and what they mean. The disk, Git
 * and the evaluation are on worker threads; everything here is for the main thread and never waits.
 * Properties (notify): folder, loading, analysing, git (QdGitStatus, may be NULL). Signals: ::analysed;
 * ::problem (string) what could not be done; ::merged (QdDocument) others' changes were taken into it.
 */
#define QD_TYPE_WORKBENCH (qd_workbench_get_type ())
G_DECLARE_FINAL_TYPE (QdWorkbench, qd_workbench, QD, WORKBENCH, GObject)

/* @drafts_folder: where drafts are kept. */
QdWorkbench *qd_workbench_new (const char *drafts_folder);
/* Opens @folder in place of what is open, with the drafts that were left there. */
void qd_workbench_open (QdWorkbench *self, const char *folder, GAsyncReadyCallback callback, gpointer data);
gboolean qd_workbench_open_finish (QdWorkbench *self, GAsyncResult *result, GError **error);
void qd_workbench_close (QdWorkbench *self);
/* Closes it and lets go of all its drafts. */
void qd_workbench_forget (QdWorkbench *self);
const char *qd_workbench_get_folder (QdWorkbench *self);   /* NULL: nothing is open */
gboolean qd_workbench_is_loading (QdWorkbench *self);
/* Looks at the disk again: takes in what changed there, and merges it into what is dirty. */
void qd_workbench_rescan (QdWorkbench *self);

GListModel *qd_workbench_get_documents (QdWorkbench *self);   /* of QdDocument, by name */
QdDocument *qd_workbench_find (QdWorkbench *self, const char *name);
/* NULL with @error where there is one of that name, or the name is none. */
QdDocument *qd_workbench_add (QdWorkbench *self, const char *name, GBytes *text, GError **error);
/* What somebody typed: kept as a draft, and looked at soon. */
void qd_workbench_set_text (QdWorkbench *self, QdDocument *document, GBytes *mine);
/* The same of what nobody typed, as of an undo: who shows it is told. */
void qd_workbench_put_text (QdWorkbench *self, QdDocument *document, GBytes *mine);
/* Back to what the disk holds; one that is not there goes. */
void qd_workbench_revert (QdWorkbench *self, QdDocument *document);
/* Saves it. Where the disk's was changed meanwhile nothing is written: what does not overlap is merged
 * into the document, which stays dirty, else it becomes conflicted; G_IO_ERROR_WRONG_ETAG either way. */
void qd_workbench_save (QdWorkbench *self, QdDocument *document, GAsyncReadyCallback callback, gpointer data);
gboolean qd_workbench_save_finish (QdWorkbench *self, GAsyncResult *result, GError **error);
/* Decides a conflict, piece by piece. @choice as in qd_merge_get_text(); FALSE where the texts are no longer those of @merge. */
gboolean qd_workbench_resolve (QdWorkbench *self, QdDocument *document, QdMerge *merge, const QdMergeKind *choice);
/* Decides a conflict as a whole: QD_MERGE_MINE is to be saved over theirs, QD_MERGE_THEIRS lets go of mine. */
void qd_workbench_take (QdWorkbench *self, QdDocument *document, QdMergeKind whose);

/* The last analysis, NULL before the first; qd_workbench_is_analysing() tells whether it is of what is there now. */
QdAnalysis *qd_workbench_get_analysis (QdWorkbench *self);
gboolean qd_workbench_is_analysing (QdWorkbench *self);
void qd_workbench_set_options (QdWorkbench *self, const QdPolicyOptions *options);
/* What a cluster has, a list of objects, to be part of the world; @name: what problems call it. NULL @text: nothing is known of one. A reference is kept. */
void qd_workbench_set_live (QdWorkbench *self, const QdAnalysisLive *live);

/* NULL: no checkout, or not looked at yet. */
const QdGitStatus *qd_workbench_get_git (QdWorkbench *self);
/* Commits documents that are saved. */
void qd_workbench_commit (QdWorkbench *self, const char *const *names, const char *message, GAsyncReadyCallback callback, gpointer data);
char *qd_workbench_commit_finish (QdWorkbench *self, GAsyncResult *result, GError **error);

/* Waits until drafts are on the disk: at the end of the program. */
void qd_workbench_flush (QdWorkbench *self);

G_END_DECLS
