/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define QD_REMOTE_MAX_ENTRIES 20000
#define QD_REMOTE_MAX_BYTES (32u * 1024u * 1024u)

/* One policy that came from a server, or was applied to it. */
typedef struct {
  char *key;         /* qd_policy_object_dup_key() */
  char *id;          /* what the server calls it */
  char *revision;    /* its revision there when this was written */
  char *document;    /* the name of the file that it lives in */
  JsonNode *base;    /* what the file and the server last agreed on, stripped (see qd-policy-object.h) */
  gint64 at_us;      /* UTC */
} QdRemoteEntry;

/**
 * QdRemoteSet:
 *
 * What one workspace (a folder) and one connection have to do with each other: the policies that were fetched from there or
 * applied to there, each with the base for the next merge. Plain data, belongs to one thread at a time.
 */
typedef struct _QdRemoteSet QdRemoteSet;

QdRemoteSet *qd_remote_set_new (const char *folder, const char *connection);
QdRemoteSet *qd_remote_set_copy (const QdRemoteSet *self);
void qd_remote_set_free (QdRemoteSet *self);
const char *qd_remote_set_get_folder (const QdRemoteSet *self);
const char *qd_remote_set_get_connection (const QdRemoteSet *self);
guint qd_remote_set_get_n (const QdRemoteSet *self);
/* By key. NULL: this workspace has nothing to do with it. */
const QdRemoteEntry *qd_remote_set_find (const QdRemoteSet *self, const char *key);
/* (transfer container) (element-type QdRemoteEntry): all of them, by key. */
GPtrArray *qd_remote_set_list (const QdRemoteSet *self);
/* Copies; in place of one of the same key. FALSE: there is no room for more. */
gboolean qd_remote_set_put (QdRemoteSet *self, const char *key, const char *id, const char *revision, const char *document, JsonNode *base);
void qd_remote_set_remove (QdRemoteSet *self, const char *key);

/* As bytes for the disk, and back; the error names @origin and what is wrong. */
GBytes *qd_remote_set_to_bytes (const QdRemoteSet *self);
QdRemoteSet *qd_remote_set_parse (const char *bytes, gsize length, const char *origin, GError **error);

/**
 * QdRemotes:
 *
 * Where such sets are kept on the desk: a folder with a file for each, replaced whole and durably, readable by its owner
 * alone. Reading and writing is on workers, one after the other for each file. What cannot be read is set aside beside it
 * (".broken") and told, never overwritten. Main thread.
 */
#define QD_TYPE_REMOTES (qd_remotes_get_type ())
G_DECLARE_FINAL_TYPE (QdRemotes, qd_remotes, QD, REMOTES, GObject)

/* @folder is made when first needed. The program's is qd_remotes_dup_folder(). */
QdRemotes *qd_remotes_new (const char *folder);
/* "remotes" in the program's data, which "Erase Local Data" deletes. (transfer full) */
char *qd_remotes_dup_folder (void);

/* An empty set where nothing is known yet. The error of a broken file says where it was put; after that it is as if nothing
 * were known, which is safe: what is on the server and not known is never deleted, and never overwritten unseen. */
void qd_remotes_load_async (QdRemotes *self, const char *workspace, const char *connection, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer data);
QdRemoteSet *qd_remotes_load_finish (QdRemotes *self, GAsyncResult *result, GError **error);
/* Done when it is on the disk. @set is copied. */
void qd_remotes_save_async (QdRemotes *self, const QdRemoteSet *set, GAsyncReadyCallback callback, gpointer data);
gboolean qd_remotes_save_finish (QdRemotes *self, GAsyncResult *result, GError **error);
/* Which workspace @file (an absolute path) is of: of the folders that it lies in, the nearest that has had to do with @connection, and before that
 * the nearest that remembers that file. NULL without an error: none. */
void qd_remotes_find_async (QdRemotes *self, const char *file, const char *connection, GAsyncReadyCallback callback, gpointer data);
char *qd_remotes_find_finish (QdRemotes *self, GAsyncResult *result, GError **error);
/* Deletes what is kept of @connection, whatever the workspace: its sets, and what jobs did there. Done when the files are gone. */
void qd_remotes_forget_async (QdRemotes *self, const char *connection, GAsyncReadyCallback callback, gpointer data);
gboolean qd_remotes_forget_finish (QdRemotes *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdRemoteSet, qd_remote_set_free)

G_END_DECLS
