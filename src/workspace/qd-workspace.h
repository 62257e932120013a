/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdWorkspace:
 *
 * A folder of YAML and JSON files. Immutable: what the folder held when it was looked through; look
 * again for what it holds now. Everything here waits for the disk: call it on a thread of yours.
 */
typedef struct _QdWorkspace QdWorkspace;

#define QD_WORKSPACE_MAX_FILES 10000
#define QD_WORKSPACE_MAX_DEPTH 32
#define QD_WORKSPACE_MAX_BYTES (16 * 1024 * 1024)   /* of one file */

/* What tells one state of a file from another without reading it. */
typedef struct {
  guint64 device, inode;
  goffset size;
  gint64 modified_ns, changed_ns;   /* UTC; the second moves also where the first is set back */
  gboolean settled;                 /* older than what a clock of a file system may round away when it was looked at: a later change moves it */
} QdWorkspaceStamp;

typedef struct {
  char *name;          /* below the folder, with "/", in UTF-8 */
  goffset size;
  QdWorkspaceStamp stamp;   /* taken before the file is read */
} QdWorkspaceFile;

/* Whether what was read when the stamp was @before is what is there when it is @now. */
gboolean qd_workspace_stamp_holds (const QdWorkspaceStamp *before, const QdWorkspaceStamp *now);

/* Folders and files whose name begins with a dot are passed over, and so is what symbolic links point
 * to. Fails where the folder cannot be read, or is too large to be one of policies. */
QdWorkspace *qd_workspace_new (const char *folder, GCancellable *cancellable, GError **error);
QdWorkspace *qd_workspace_ref (QdWorkspace *self);
void qd_workspace_unref (QdWorkspace *self);
const char *qd_workspace_get_folder (const QdWorkspace *self);
guint qd_workspace_get_n_files (const QdWorkspace *self);
/* Sorted by name as people sort: "b2" before "b10". */
const QdWorkspaceFile *qd_workspace_get_file (const QdWorkspace *self, guint nth);
/* What could not be looked into: "NAME: why". Nothing is hidden silently. */
const char *const *qd_workspace_get_problems (const QdWorkspace *self);

/* Whether @name may be one of a file of a workspace. Does not look at the disk. */
gboolean qd_workspace_check_name (const char *name, GError **error);
/* @name: below the folder, no way out of it. */
GBytes *qd_workspace_read (const QdWorkspace *self, const char *name, GCancellable *cancellable, GError **error);
/* Replaces the file whole, or makes it. @base: what it held when the change began, NULL where there was
 * none. Fails with G_IO_ERROR_WRONG_ETAG when it holds something else now, which is then in @theirs (NULL
 * where it is gone): nothing is overwritten unseen. */
gboolean qd_workspace_save (const QdWorkspace *self, const char *name, GBytes *base, GBytes *mine, GBytes **theirs,
                            GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdWorkspace, qd_workspace_unref)

G_END_DECLS
