/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

#define QD_STORE_ERROR (qd_store_error_quark ())
GQuark qd_store_error_quark (void);
typedef enum { QD_STORE_ERROR_OPEN, QD_STORE_ERROR_CORRUPT, QD_STORE_ERROR_FULL, QD_STORE_ERROR_FAILED } QdStoreError;

/**
 * QdStore:
 *
 * What is kept on the desk, in one SQLite file (WAL): the last known state, events, status
 * transitions, one-minute samples, the journal of jobs. One writer thread; each reader its own.
 * All methods are called on the main thread and return at once.
 */
#define QD_TYPE_STORE (qd_store_get_type ())
G_DECLARE_FINAL_TYPE (QdStore, qd_store, QD, STORE, GObject)

/* Opens @path (made with mode 0600) on the writer thread. A file that is not ours or is damaged is
 * set aside as PATH.damaged-TIME, and a new one begun; ::problem (string) says so. */
QdStore *qd_store_new (const char *path);
/* Watches @fleet from now on: states, events, transitions and samples are written behind it. */
void qd_store_record (QdStore *self, QdFleet *fleet);
/* The last known state, as deltas pushed through @push (on a reader thread); then the callback on the main context. */
void qd_store_load_async (QdStore *self, void (*push) (gpointer data, QdDelta *delta), gpointer push_data,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_store_load_finish (QdStore *self, GAsyncResult *result, guint *n_loaded, gint64 *as_of_us, GError **error);

typedef struct { gint64 at_us; double min, mean, max, last; } QdSample;
/* One-minute samples of a field of one thing between two times, oldest first; minutes without one are absent. (element-type QdSample) */
void qd_store_samples_async (QdStore *self, const QdKey *key, guint field, gint64 from_us, gint64 to_us,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GArray *qd_store_samples_finish (QdStore *self, GAsyncResult *result, GError **error);

typedef struct { QdKey key; gint64 at_us; QdStatus before, after; } QdTransition;
/* All transitions between two times, oldest first. (element-type QdTransition, cleared with the array) */
void qd_store_transitions_async (QdStore *self, gint64 from_us, gint64 to_us, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GArray *qd_store_transitions_finish (QdStore *self, GAsyncResult *result, GError **error);

/* What one figure of all things of one kind was in the minute of @at_us. (element-type QdMoment, cleared with the array) */
typedef struct { QdKey key; double mean; } QdMoment;
void qd_store_moment_async (QdStore *self, QdKind kind, guint field, gint64 at_us, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
GArray *qd_store_moment_finish (QdStore *self, GAsyncResult *result, GError **error);

/* The beginnings of the minutes of which anything was recorded, between two times, oldest first. (element-type gint64) */
void qd_store_minutes_async (QdStore *self, gint64 from_us, gint64 to_us, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
GArray *qd_store_minutes_finish (QdStore *self, GAsyncResult *result, GError **error);

/* The journal: appended before and after each step of a job; durable when the callback comes (fsync). */
void qd_store_journal_async (QdStore *self, const char *job, const char *step, const char *state, const char *detail_json,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_store_journal_finish (QdStore *self, GAsyncResult *result, GError **error);

typedef struct { char *job, *step, *state, *detail; gint64 at_us; } QdJournalEntry;
/* The lines of all jobs whose last one is no end (succeeded, failed, cancelled, interrupted), job by
 * job, oldest first. (element-type QdJournalEntry), freed with the array. */
void qd_store_unfinished_async (QdStore *self, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *qd_store_unfinished_finish (QdStore *self, GAsyncResult *result, GError **error);

/* Connections that the admin has configured (no secrets), and small settings such as the card order, as JSON text by name. */
void qd_store_set_async (QdStore *self, const char *name, const char *json, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_store_set_finish (QdStore *self, GAsyncResult *result, GError **error);
void qd_store_get_async (QdStore *self, const char *name, GAsyncReadyCallback callback, gpointer user_data);
char *qd_store_get_finish (QdStore *self, GAsyncResult *result, GError **error);

/* One line about its state for the troubleshooting report. (transfer full) */
char *qd_store_describe (QdStore *self);

/* Deletes all that is kept, for good. */
void qd_store_erase_async (QdStore *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_store_erase_finish (QdStore *self, GAsyncResult *result, GError **error);
/* Waits (with a cap) until all is on disk; only when the program ends. */
void qd_store_close (QdStore *self);

G_END_DECLS
