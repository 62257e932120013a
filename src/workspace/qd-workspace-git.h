/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdWorkspaceGit:
 *
 * The Git checkout that a workspace lies in, by libgit2: no git program is run, and none of its hooks.
 * Everything waits for the disk: call it on a thread of yours, one at a time.
 */
typedef struct _QdWorkspaceGit QdWorkspaceGit;

typedef enum { QD_GIT_NEW, QD_GIT_CHANGED, QD_GIT_REMOVED, QD_GIT_CONFLICTED } QdGitState;

typedef struct {
  char *name;          /* below the workspace's folder, with "/" */
  QdGitState state;
} QdGitChange;

typedef struct {
  char *branch;        /* NULL: no branch is checked out, but @head alone */
  char *head;          /* short id of the commit; NULL: none yet */
  char *summary;       /* first line of its message; NULL with @head */
  gboolean busy;       /* a merge, rebase or the like is under way: nothing is committed meanwhile */
  GPtrArray *changes;  /* QdGitChange, by name; those below the folder, ignored ones left out */
} QdGitStatus;

/* NULL with G_IO_ERROR_NOT_FOUND where @folder is in no checkout: that is no fault. */
QdWorkspaceGit *qd_workspace_git_new (const char *folder, GError **error);
void qd_workspace_git_free (QdWorkspaceGit *self);
QdGitStatus *qd_workspace_git_get_status (QdWorkspaceGit *self, GError **error);
void qd_git_status_free (QdGitStatus *self);
/* What @name held at the last commit; G_IO_ERROR_NOT_FOUND where it was not there. */
GBytes *qd_workspace_git_read_head (QdWorkspaceGit *self, const char *name, GError **error);
/* Commits @names as they are on the disk, those and nothing else, whatever else is staged. The author is
 * who Git's configuration says. Returns the short id. */
char *qd_workspace_git_commit (QdWorkspaceGit *self, const char *const *names, const char *message, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdWorkspaceGit, qd_workspace_git_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGitStatus, qd_git_status_free)

G_END_DECLS
