/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-applied.h"

G_BEGIN_DECLS

/* Whether anything is more than @depth levels down in it. */
gboolean qd_json_is_deeper (JsonNode *node, guint depth);

/* How names of files end: of sets, of what jobs did, and (behind that) of what became of their steps since. */
#define QD_REMOTES_SET ".remote"
#define QD_REMOTES_APPLIED ".applied"
#define QD_REMOTES_NEWS ".news"

/* What is done with the folder, on the worker of the remotes: one thing after the other. */
typedef void (*QdRemotesWork) (const char *folder, GTask *task, gpointer data);
void qd_remotes_work (QdRemotes *self, GTask *task, QdRemotesWork work);   /* takes @task, whose data is @data */

/* These wait for the disk. */
char *qd_remotes_path (const char *folder, const char *name, const char *ending);
gboolean qd_remotes_write (const char *folder, const char *path, GBytes *bytes, GError **error);
/* NULL without @error: there is no such file. */
GBytes *qd_remotes_read (const char *path, GError **error);
/* The set of a workspace and a connection; an empty one where nothing is known. */
QdRemoteSet *qd_remotes_read_set (const char *folder, const char *workspace, const char *connection, GError **error);
gboolean qd_remotes_write_set (const char *folder, const QdRemoteSet *set, GError **error);
/* Puts a broken file aside and adds to @error where it is. */
void qd_remotes_set_aside (const char *path, GError **error);

G_END_DECLS
