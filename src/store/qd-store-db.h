/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "qd-store.h"

G_BEGIN_DECLS

#define QD_STORE_SCHEMA 1

/* One connection to the file, with its prepared statements. Belongs to one thread. */
typedef struct _QdStoreDb QdStoreDb;

/* Why a file was not opened. */
typedef enum {
  QD_STORE_OPEN_OK,
  QD_STORE_OPEN_FAILED,   /* cannot be opened or made: permissions, no such folder, full */
  QD_STORE_OPEN_DAMAGED,  /* no database, one of another program, or broken */
  QD_STORE_OPEN_NEWER,    /* written by a newer Quarterdeck */
} QdStoreOpen;

/* For the writer: makes the file (0600) and its folder, brings the schema up to date. */
QdStoreDb *qd_store_db_open (const char *path, QdStoreOpen *how, GError **error);
QdStoreDb *qd_store_db_open_reader (const char *path, GError **error);
/* To write beside whose it is: opens what is there, if it is of this schema, and changes nothing by itself. */
QdStoreDb *qd_store_db_open_guest (const char *path, GError **error);
void qd_store_db_close (QdStoreDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdStoreDb, qd_store_db_close)

/* @sql is a literal: its address names the statement. Borrowed, reset and without bindings. */
sqlite3_stmt *qd_store_db_prepare (QdStoreDb *self, const char *sql, GError **error);
/* Steps to the next row. FALSE at the end, and with an error set when it failed. */
gboolean qd_store_db_row (QdStoreDb *self, sqlite3_stmt *statement, GError **error);
/* Steps a statement that gives no rows, and resets it. */
gboolean qd_store_db_run (QdStoreDb *self, sqlite3_stmt *statement, GError **error);
gboolean qd_store_db_exec (QdStoreDb *self, const char *sql, GError **error);
/* Ends a transaction without it; numbers of things that it had made are forgotten. */
void qd_store_db_rollback (QdStoreDb *self);
/* Turns the connection's last failure into an error. */
gboolean qd_store_db_fail (QdStoreDb *self, GError **error);
gboolean qd_store_db_is_fatal (const GError *error);   /* the file itself is damaged */
int qd_store_db_get_code (QdStoreDb *self);            /* SQLite's extended code of the last call */
gint64 qd_store_db_changes (QdStoreDb *self);
/* TRUE when quick_check finds nothing. */
gboolean qd_store_db_check (QdStoreDb *self, GError **error);

/* Appends a line to the journal of jobs. */
gboolean qd_store_db_journal (QdStoreDb *self, const char *job, const char *step, const char *state, const char *detail, gint64 at_us, GError **error);

/* The number that stands for a thing in the other tables; made when it is new. 0 with an error. */
gint64 qd_store_db_key (QdStoreDb *self, const QdKey *key, GError **error);
/* The number of today's layout of fields (see qd-store-row.h); the writer's only. */
gint64 qd_store_db_layout (QdStoreDb *self);
/* The layouts that rows were written with: v → QdStoreLayout. Borrowed. */
GHashTable *qd_store_db_layouts (QdStoreDb *self, GError **error);

G_END_DECLS
