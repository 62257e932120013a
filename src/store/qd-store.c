/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store.h"

#include <glib/gi18n-lib.h>

#include "qd-store-read.h"
#include "qd-store-recorder.h"
#include "qd-store-writer.h"

/* How long the end of the program waits for the disk. */
#define CLOSE_TIMEOUT_US (5 * G_USEC_PER_SEC)

struct _QdStore {
  GObject parent;
  QdStoreWriter *writer;
  QdStoreRecorder *recorder;
  gboolean loaded, closed;
};

enum { PROBLEM, ERASED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdStore, qd_store, G_TYPE_OBJECT)
G_DEFINE_QUARK (qd-store-error-quark, qd_store_error)

/* --- What the writer has to say ---------------------------------------------------------------- */

/* The weak reference is in an atomic box, and is looked at on the main thread alone: were it on the
 * writer's, the last reference might be dropped there. */
typedef struct {
  GWeakRef *store;
  QdStoreNote note;
  char *text;
} Message;

static void
message_free (gpointer data)
{
  Message *message = data;

  g_atomic_rc_box_release_full (message->store, (GDestroyNotify) g_weak_ref_clear);
  g_free (message->text);
  g_free (message);
}

static gboolean
message_cb (gpointer data)
{
  Message *message = data;
  g_autoptr (QdStore) self = g_weak_ref_get (message->store);

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (message->note == QD_STORE_NOTE_PROBLEM)
    g_signal_emit (self, signals[PROBLEM], 0, message->text);
  else if (self->recorder)
    qd_store_recorder_resync (self->recorder);
  return G_SOURCE_REMOVE;
}

/* On the writer's thread. */
static void
note_cb (QdStoreNote note, const char *text, gpointer data)
{
  Message *message = g_new0 (Message, 1);

  message->store = g_atomic_rc_box_acquire (data);
  message->note = note;
  message->text = g_strdup (text);
  g_idle_add_full (G_PRIORITY_DEFAULT, message_cb, message, message_free);
}

static void
weak_free (gpointer data)
{
  g_atomic_rc_box_release_full (data, (GDestroyNotify) g_weak_ref_clear);
}

/* --- Reading --------------------------------------------------------------------------------- */

typedef struct _Read Read;
struct _Read {
  QdStoreWriter *writer;
  /* Returns what the task returns, on a worker. */
  gpointer (*run) (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error);
  GDestroyNotify free_result;
  QdStoreLoad load;
  QdKey key;
  guint field;
  gint64 from_us, to_us;   /* or a line of the journal */
  char *name;
};

static void
read_free (gpointer data)
{
  Read *read = data;

  qd_store_writer_unref (read->writer);
  g_clear_pointer (&read->key.id, g_ref_string_release);
  g_free (read->name);
  g_free (read);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Read *read = data;
  g_autoptr (QdStoreDb) db = NULL;
  g_autoptr (GError) error = NULL;
  gpointer result = NULL;

  if (qd_store_writer_wait_open (read->writer, &error))
    db = qd_store_db_open_reader (qd_store_writer_get_path (read->writer), &error);
  if (db)
    result = read->run (read, db, cancellable, &error);
  if (error && qd_store_db_is_fatal (error))
    qd_store_writer_report_damage (read->writer, error->message);
  if (error)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, result, read->free_result);
}

static Read *
read_new (QdStore *self, gpointer (*run) (Read *, QdStoreDb *, GCancellable *, GError **), GDestroyNotify free_result)
{
  Read *read = g_new0 (Read, 1);

  read->writer = qd_store_writer_ref (self->writer);
  read->run = run;
  read->free_result = free_result;
  return read;
}

/* Takes @read. */
static void
run_read (QdStore *self, Read *read, gpointer tag, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, read, read_free);
  g_task_run_in_thread (task, read_thread);
}

static gpointer
run_load (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  qd_store_read_state (db, &read->load, cancellable, error);
  return NULL;
}

void
qd_store_load_async (QdStore *self, void (*push) (gpointer data, QdDelta *delta), gpointer push_data,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self) && push != NULL);
  read = read_new (self, run_load, NULL);
  read->load.push = push;
  read->load.push_data = push_data;
  run_read (self, read, qd_store_load_async, cancellable, callback, user_data);
}

gboolean
qd_store_load_finish (QdStore *self, GAsyncResult *result, guint *n_loaded, gint64 *as_of_us, GError **error)
{
  Read *read = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_task_propagate_pointer (G_TASK (result), &cause);
  if (n_loaded)
    *n_loaded = read->load.n_loaded;
  if (as_of_us)
    *as_of_us = read->load.as_of_us;
  self->loaded = cause == NULL;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gpointer
run_samples (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_samples (db, &read->key, read->field, read->from_us, read->to_us, cancellable, error);
}

void
qd_store_samples_async (QdStore *self, const QdKey *key, guint field, gint64 from_us, gint64 to_us,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self) && key != NULL);
  read = read_new (self, run_samples, (GDestroyNotify) g_array_unref);
  read->key = *key;
  g_ref_string_acquire (read->key.id);
  read->field = field;
  read->from_us = from_us;
  read->to_us = to_us;
  run_read (self, read, qd_store_samples_async, cancellable, callback, user_data);
}

GArray *
qd_store_samples_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_transitions (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_transitions (db, read->from_us, read->to_us, error);
}

void
qd_store_transitions_async (QdStore *self, gint64 from_us, gint64 to_us, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self));
  read = read_new (self, run_transitions, (GDestroyNotify) g_array_unref);
  read->from_us = from_us;
  read->to_us = to_us;
  run_read (self, read, qd_store_transitions_async, cancellable, callback, user_data);
}

GArray *
qd_store_transitions_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_moment (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_moment (db, read->key.kind, read->field, read->from_us, cancellable, error);
}

void
qd_store_moment_async (QdStore *self, QdKind kind, guint field, gint64 at_us, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self));
  read = read_new (self, run_moment, (GDestroyNotify) g_array_unref);
  read->key.kind = kind;
  read->field = field;
  read->from_us = at_us;
  run_read (self, read, qd_store_moment_async, cancellable, callback, user_data);
}

GArray *
qd_store_moment_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_minutes (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_minutes (db, read->from_us, read->to_us, error);
}

void
qd_store_minutes_async (QdStore *self, gint64 from_us, gint64 to_us, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self));
  read = read_new (self, run_minutes, (GDestroyNotify) g_array_unref);
  read->from_us = from_us;
  read->to_us = to_us;
  run_read (self, read, qd_store_minutes_async, cancellable, callback, user_data);
}

GArray *
qd_store_minutes_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_unfinished (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_unfinished (db, error);
}

void
qd_store_unfinished_async (QdStore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (QD_IS_STORE (self));
  run_read (self, read_new (self, run_unfinished, (GDestroyNotify) g_ptr_array_unref), qd_store_unfinished_async, NULL,
            callback, user_data);
}

GPtrArray *
qd_store_unfinished_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_news (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_news (db, read->from_us, error);
}

void
qd_store_news_async (QdStore *self, gint64 after, GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self));
  read = read_new (self, run_news, (GDestroyNotify) qd_journal_news_free);
  read->from_us = after;
  run_read (self, read, qd_store_news_async, NULL, callback, user_data);
}

QdJournalNews *
qd_store_news_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
run_get (Read *read, QdStoreDb *db, GCancellable *cancellable, GError **error)
{
  return qd_store_read_setting (db, read->name, error);
}

void
qd_store_get_async (QdStore *self, const char *name, GAsyncReadyCallback callback, gpointer user_data)
{
  Read *read;

  g_return_if_fail (QD_IS_STORE (self) && name != NULL);
  read = read_new (self, run_get, g_free);
  read->name = g_strdup (name);
  run_read (self, read, qd_store_get_async, NULL, callback, user_data);
}

/**
 * qd_store_get_finish:
 * @self: the store
 * @result: what the callback got
 * @error: a #QdStoreError
 *
 * Returns: (transfer full) (nullable): the JSON text; %NULL without an error when there is none of that name
 */
char *
qd_store_get_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Writing --------------------------------------------------------------------------------- */

typedef struct {
  QdStoreOp op;
  char *name;    /* a setting's, or a job's id */
  char *step, *state;
  char *json;
  gint64 at_us;
} Line;

static void
line_free (QdStoreOp *op)
{
  Line *line = (Line *) op;

  g_free (line->name);
  g_free (line->step);
  g_free (line->state);
  g_free (line->json);
  g_free (line);
}

/* Takes the strings. */
static void
push_line (QdStore *self, gboolean (*run) (QdStoreOp *, QdStoreDb *, GError **), Line *line, gpointer tag,
           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  line->op.run = run;
  line->op.free = line_free;
  line->op.urgent = TRUE;
  line->op.task = g_task_new (self, cancellable, callback, user_data);
  /* It is written whether or not anybody still waits; the answer is what came of it. */
  g_task_set_check_cancellable (line->op.task, FALSE);
  g_task_set_source_tag (line->op.task, tag);
  qd_store_writer_push (self->writer, &line->op, FALSE);
}

static gboolean
run_journal (QdStoreOp *op, QdStoreDb *db, GError **error)
{
  Line *line = (Line *) op;

  return qd_store_db_journal (db, line->name, line->step, line->state, line->json, line->at_us, error);
}

/**
 * qd_store_journal_async:
 * @self: the store
 * @job: the job's id
 * @step: what is done
 * @state: what has become of it: "running", or an end: "succeeded", "failed", "cancelled", "interrupted"
 * @detail_json: (nullable): more, without secrets
 * @cancellable: (nullable): ignored once it is queued
 * @callback: (nullable): called when it is on disk, or cannot be
 * @user_data: for @callback
 *
 * Appends a line to the journal.
 */
void
qd_store_journal_async (QdStore *self, const char *job, const char *step, const char *state, const char *detail_json,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Line *line;

  g_return_if_fail (QD_IS_STORE (self) && job && step && state);
  line = g_new0 (Line, 1);
  line->name = g_strdup (job);
  line->step = g_strdup (step);
  line->state = g_strdup (state);
  line->json = g_strdup (detail_json);
  line->at_us = g_get_real_time ();
  push_line (self, run_journal, line, qd_store_journal_async, cancellable, callback, user_data);
}

gboolean
qd_store_journal_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
run_set (QdStoreOp *op, QdStoreDb *db, GError **error)
{
  Line *line = (Line *) op;
  sqlite3_stmt *statement =
    line->json ? qd_store_db_prepare (db, "REPLACE INTO setting (name, json) VALUES (?1, ?2)", error)
               : qd_store_db_prepare (db, "DELETE FROM setting WHERE name = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, line->name, -1, SQLITE_STATIC);
  if (line->json)
    sqlite3_bind_text (statement, 2, line->json, -1, SQLITE_STATIC);
  return qd_store_db_run (db, statement, error);
}

/* @json: NULL deletes it. */
void
qd_store_set_async (QdStore *self, const char *name, const char *json, GAsyncReadyCallback callback, gpointer user_data)
{
  Line *line;

  g_return_if_fail (QD_IS_STORE (self) && name);
  line = g_new0 (Line, 1);
  line->name = g_strdup (name);
  line->json = g_strdup (json);
  push_line (self, run_set, line, qd_store_set_async, NULL, callback, user_data);
}

gboolean
qd_store_set_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
qd_store_erase_async (QdStore *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, qd_store_erase_async);
  /* What waits to be written is part of what is to be gone. */
  if (self->recorder)
    qd_store_recorder_discard (self->recorder);
  g_signal_emit (self, signals[ERASED], 0);
  qd_store_writer_erase (self->writer, task);
}

gboolean
qd_store_erase_finish (QdStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * qd_store_record:
 * @self: the store
 * @fleet: what to write behind
 *
 * Watches @fleet from now on. After a load, what is in the fleet now is taken to be what was loaded.
 */
void
qd_store_record (QdStore *self, QdFleet *fleet)
{
  g_return_if_fail (QD_IS_STORE (self) && QD_IS_FLEET (fleet));
  if (self->closed)
    return;
  g_clear_pointer (&self->recorder, qd_store_recorder_free);
  self->recorder = qd_store_recorder_new (self->writer, fleet, self->loaded);
}

char *
qd_store_describe (QdStore *self)
{
  return qd_store_writer_describe (self->writer);
}

/**
 * qd_store_close:
 * @self: the store
 *
 * Writes what waits and closes the file. Blocks, for five seconds at most: only for the program's end.
 */
void
qd_store_close (QdStore *self)
{
  g_return_if_fail (QD_IS_STORE (self));
  if (self->closed)
    return;
  self->closed = TRUE;
  if (self->recorder)
    qd_store_recorder_flush (self->recorder);
  g_clear_pointer (&self->recorder, qd_store_recorder_free);
  if (!qd_store_writer_close (self->writer, CLOSE_TIMEOUT_US))
    g_warning ("%s: the disk is too slow, the last moments are not kept", qd_store_writer_get_path (self->writer));
}

/* --- The type -------------------------------------------------------------------------------- */

static void
qd_store_dispose (GObject *object)
{
  QdStore *self = QD_STORE (object);

  if (self->writer)
    qd_store_close (self);
  g_clear_pointer (&self->writer, qd_store_writer_unref);
  G_OBJECT_CLASS (qd_store_parent_class)->dispose (object);
}

static void
qd_store_class_init (QdStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_store_dispose;
  /* Emitted on the main thread when all is about to be erased: whoever keeps here what it knows forgets it. */
  signals[ERASED] = g_signal_new ("erased", QD_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /* Emitted on the main thread, with what went wrong, for people. */
  signals[PROBLEM] = g_signal_new ("problem", QD_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
qd_store_init (QdStore *self)
{
}

/**
 * qd_store_new:
 * @path: (type filename): where the file is, or is to be
 *
 * Opens a store, on its own thread: this returns at once, and what goes wrong is told by ::problem.
 *
 * Returns: (transfer full): a store
 */
QdStore *
qd_store_new (const char *path)
{
  QdStore *self = g_object_new (QD_TYPE_STORE, NULL);
  GWeakRef *weak = g_atomic_rc_box_new0 (GWeakRef);

  g_weak_ref_init (weak, self);
  self->writer = qd_store_writer_new (path, note_cb, weak, weak_free);
  return self;
}
