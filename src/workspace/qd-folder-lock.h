/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdFolderLock:
 *
 * The word that one workbench, and no other of this or another process, keeps the drafts of a folder: of two, the last one to write would
 * win, and the other's typing be lost. It is a lock that the system holds on a small file beside the drafts: it goes with the process, also
 * after a `kill -9`.
 */
typedef struct _QdFolderLock QdFolderLock;

/* Waits for the disk, and a moment for one that is about to let go. NULL with G_IO_ERROR_BUSY: another has it, and @error says who; with
 * another error: no lock can be had here. */
QdFolderLock *qd_folder_lock_take (const char *drafts, const char *folder, GError **error);
void qd_folder_lock_free (QdFolderLock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdFolderLock, qd_folder_lock_free)

G_END_DECLS
