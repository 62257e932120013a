/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The database: SQLite in WAL mode, one writer thread with its own connection. A batch is a
 * transaction; batches that wait together are committed together. Once a batch's callback has
 * run, what it holds survives kill -9.
 */
typedef struct LabStore LabStore;
typedef struct LabBatch LabBatch;

/* Runs on the main context that was the thread default in lab_store_open(). */
typedef void (*LabCommittedFunc) (gboolean committed, gpointer user_data);

typedef void (*LabRowFunc) (const char *const *columns, int n, gpointer user_data);

/* Opens or makes @path, and starts the writer. For a start only: it blocks. */
LabStore *lab_store_open    (const char *path, GError **error);
void      lab_store_close   (LabStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStore, lab_store_close)

/* Reads on the caller's thread, before any batch has been sent. Every column comes as text. */
gboolean  lab_store_read    (LabStore *store, const char *sql, LabRowFunc func, gpointer user_data,
                             GError **error);

LabBatch *lab_batch_new     (void);
void      lab_batch_free    (LabBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabBatch, lab_batch_free)

/*
 * Adds a statement; @types has a letter for each value: s (const char *, may be NULL) or
 * i (gint64). @sql must be a literal.
 */
void      lab_batch_add     (LabBatch *batch, const char *sql, const char *types, ...);
gboolean  lab_batch_is_empty (const LabBatch *batch);

/* Takes @batch. @func may be NULL. */
void      lab_store_commit  (LabStore *store, LabBatch *batch, LabCommittedFunc func, gpointer user_data);

/* Waits until everything sent so far is committed. For the end only: it blocks. */
void      lab_store_sync    (LabStore *store);

/* Seconds spent in transactions, and how many there were: for /metrics. */
void      lab_store_figures (LabStore *store, double *seconds, guint64 *transactions);

G_END_DECLS
