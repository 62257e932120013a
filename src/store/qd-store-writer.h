/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store-db.h"

G_BEGIN_DECLS

/* The one thread that writes, behind a bounded queue of operations. */
typedef struct _QdStoreWriter QdStoreWriter;

typedef struct _QdStoreOp QdStoreOp;
struct _QdStoreOp {
  /* Runs inside a transaction, on the writer's thread. It may run twice: after a damaged file was replaced. */
  gboolean (*run) (QdStoreOp *op, QdStoreDb *db, GError **error);
  void (*free) (QdStoreOp *op);
  GTask *task;        /* NULL, or what gets TRUE or the error once it is on disk */
  guint facts;        /* what is lost when it cannot be written: counted into the gap */
  gboolean urgent;    /* goes before the others, in its own transaction, with fsync */
};

typedef enum {
  QD_STORE_NOTE_PROBLEM,   /* text: for people */
  QD_STORE_NOTE_RESYNC,    /* the file is new or was unwritable: what is known must be written anew */
} QdStoreNote;
/* Called on the writer's thread. */
typedef void (*QdStoreNoteFunc) (QdStoreNote note, const char *text, gpointer data);

QdStoreWriter *qd_store_writer_new (const char *path, QdStoreNoteFunc note, gpointer data, GDestroyNotify destroy);
QdStoreWriter *qd_store_writer_ref (QdStoreWriter *self);
void qd_store_writer_unref (QdStoreWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdStoreWriter, qd_store_writer_unref)

const char *qd_store_writer_get_path (QdStoreWriter *self);
/* Takes @op. FALSE when the queue is full: an op with a task is never refused for that; one without
 * is freed and its facts are recorded as a gap, unless @try_only, when it stays the caller's. */
gboolean qd_store_writer_push (QdStoreWriter *self, QdStoreOp *op, gboolean try_only);
gboolean qd_store_writer_has_room (QdStoreWriter *self);
/* Counts facts that were lost before they reached the queue. */
void qd_store_writer_add_gap (QdStoreWriter *self, guint facts, const char *why);
/* FALSE when nothing is kept (no file can be opened). */
gboolean qd_store_writer_is_on (QdStoreWriter *self);
/* A worker's: waits until the file is open. FALSE with an error when there is none. */
gboolean qd_store_writer_wait_open (QdStoreWriter *self, GError **error);
/* A reader found the file damaged. */
void qd_store_writer_report_damage (QdStoreWriter *self, const char *what);
/* Deletes everything, then begins anew. Takes @task. */
void qd_store_writer_erase (QdStoreWriter *self, GTask *task);
/* Writes what waits and ends the thread; waits at most @timeout_us. FALSE when that passed. */
gboolean qd_store_writer_close (QdStoreWriter *self, gint64 timeout_us);
char *qd_store_writer_describe (QdStoreWriter *self);

G_END_DECLS
