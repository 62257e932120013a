/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drafts.h"
#include "qd-folder-lock.h"
#include "qd-workspace-git.h"
#include "qd-workspace.h"

G_BEGIN_DECLS

/* What a folder holds, read at one time. Made on a worker. */
typedef struct {
  QdWorkspace *workspace;
  GHashTable *texts;         /* name → GBytes: what the disk holds; not changed any more */
  GHashTable *stamps;        /* name → QdWorkspaceStamp of those; not changed any more */
  GPtrArray *names;          /* char *, borrowed: of what has a text or a draft, sorted by qd_workbench_compare_names() */
  guint n_read;              /* so many of them were read, the others were known */
  QdFolderLock *lock;        /* where drafts were asked for; NULL: none could be had, and that is a problem */
  GHashTable *drafts;        /* name → QdDraft, where they were asked for */
  GPtrArray *problems;       /* char *: what could not be read */
  QdGitStatus *git;          /* NULL: no checkout */
} QdWorkbenchLoad;

/* Together no more than this is read: a folder with more is none of policies. */
#define QD_WORKBENCH_MAX_BYTES ((gsize) 256 * 1024 * 1024)

/* @drafts: (nullable): where to look for drafts; those on their way are written first. Fails with G_IO_ERROR_BUSY where another keeps the drafts of that
 * folder. @texts, @stamps: (nullable): of a load before: what did not change since is not read again. */
QdWorkbenchLoad *qd_workbench_load_new (const char *folder, QdDrafts *drafts, GHashTable *texts, GHashTable *stamps, GCancellable *cancellable,
                                        GError **error);
void qd_workbench_load_free (QdWorkbenchLoad *self);
/* As people sort. */
int qd_workbench_compare_names (const char *a, const char *b);
/* What a draft of a file of a folder is called. */
char *qd_workbench_draft_key (const char *folder, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdWorkbenchLoad, qd_workbench_load_free)

G_END_DECLS
