/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * QdDrafts:
 *
 * What is being typed and is not saved yet, kept on the disk within half a second of each change, so
 * that neither a crash nor a `kill -9` takes more. One file a draft, replaced whole, readable by its
 * owner alone. A thread of its own writes; what cannot be written is tried again and told.
 */
typedef struct _QdDrafts QdDrafts;

typedef struct {
  char *key;
  GBytes *base;        /* what was there when the change began; NULL: nothing */
  GBytes *mine;
  gint64 saved_us;     /* UTC */
} QdDraft;

/* On the thread of the drafts: @key could not be written or removed; NULL @error: it could, after all. */
typedef void (*QdDraftsFunc) (const char *key, const GError *error, gpointer data);

/* @folder is made when first needed. */
QdDrafts *qd_drafts_new (const char *folder, QdDraftsFunc func, gpointer data);
/* Waits until all is written, or could not be. */
void qd_drafts_free (QdDrafts *self);
const char *qd_drafts_get_folder (const QdDrafts *self);

/* These two never wait. The last word about a key counts. @key: what the draft is of, such as a path;
 * at most 4 KiB. Texts of more than 16 MiB each are refused as an error to @func. */
void qd_drafts_put (QdDrafts *self, const char *key, GBytes *base, GBytes *mine);
void qd_drafts_remove (QdDrafts *self, const char *key);
/* Waits until what was put or removed before is on the disk; FALSE with the first reason why not. */
gboolean qd_drafts_flush (QdDrafts *self, GError **error);

/* Waits: reads all drafts. What is no draft any more is set aside beside them (".broken") and told in
 * @problems (char *), nothing is thrown away. Returns: (element-type QdDraft), or NULL with @error when
 * the folder is there and cannot be read. */
GPtrArray *qd_drafts_load (QdDrafts *self, GPtrArray *problems, GError **error);
void qd_draft_free (QdDraft *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDrafts, qd_drafts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDraft, qd_draft_free)

G_END_DECLS
