/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Reads @file (GraphML or our JSON) on a worker, keeps a copy of it, and adds that to @hub as a paper fleet, with
 * the places and pins that the file has. Main thread. */
void qd_paper_import_async (QdHub *hub, GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* The new connection's id. (transfer full); NULL with an error, one line that names the file and what is wrong with it. */
char *qd_paper_import_finish (GAsyncResult *result, GError **error);
/* What errors and people call @file. (transfer full) */
char *qd_paper_import_dup_name (GFile *file);

/* Deletes the copy of a paper fleet that is configured no more, and its arrangement. */
void qd_paper_forget (QdHub *hub, const char *connection);
/* Deletes copies that no connection of @hub is about: of a program that ended before it could. @all: those of
 * connections too. */
void qd_paper_sweep (QdHub *hub, gboolean all);

G_END_DECLS
