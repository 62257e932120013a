/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-retention.h"

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define MINUTES_DAYS 30
#define EVENTS_DAYS 90
#define JOURNAL_DAYS 365
/* Minutes are what grows: past this size the oldest go, whatever their age. */
#define MAX_BYTES (2ll << 30)
/* Rows that one call deletes of each table, so that a journal entry never waits long. */
#define SLICE "5000"

static gboolean
delete_before (QdStoreDb *db, const char *sql, gint64 limit, gint64 *deleted, GError **error)
{
  sqlite3_stmt *statement = qd_store_db_prepare (db, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, limit);
  if (!qd_store_db_run (db, statement, error))
    return FALSE;
  *deleted = MAX (*deleted, qd_store_db_changes (db));
  return TRUE;
}

static gint64
get_number (QdStoreDb *db, const char *sql)
{
  sqlite3_stmt *statement = qd_store_db_prepare (db, sql, NULL);
  gint64 value = 0;

  if (statement && qd_store_db_row (db, statement, NULL))
    value = sqlite3_column_int64 (statement, 0);
  if (statement)
    sqlite3_reset (statement);
  return value;
}

/* Bytes in use: what is free inside the file does not count. */
static gint64
used_bytes (QdStoreDb *db)
{
  return (get_number (db, "PRAGMA page_count") - get_number (db, "PRAGMA freelist_count")) *
         get_number (db, "PRAGMA page_size");
}

gboolean
qd_store_retain (QdStoreDb *db, gint64 now_us, GError **error)
{
  gint64 deleted = 0;
  gboolean well;

  well = delete_before (db, "DELETE FROM minute WHERE (minute, n) IN (SELECT minute, n FROM minute WHERE minute < ?"
                            " ORDER BY minute LIMIT " SLICE ")", (now_us - MINUTES_DAYS * DAY_US) / (60 * G_USEC_PER_SEC),
                        &deleted, error) &&
         delete_before (db, "DELETE FROM event WHERE rowid IN (SELECT rowid FROM event WHERE at < ? LIMIT " SLICE ")",
                        now_us - EVENTS_DAYS * DAY_US, &deleted, error) &&
         delete_before (db, "DELETE FROM transition WHERE rowid IN (SELECT rowid FROM transition WHERE at < ? LIMIT " SLICE ")",
                        now_us - EVENTS_DAYS * DAY_US, &deleted, error) &&
         delete_before (db, "DELETE FROM gap WHERE to_us < ?", now_us - EVENTS_DAYS * DAY_US, &deleted, error) &&
         delete_before (db, "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE at < ? LIMIT " SLICE ")",
                        now_us - JOURNAL_DAYS * DAY_US, &deleted, error);
  if (well && used_bytes (db) > MAX_BYTES)
    well = delete_before (db, "DELETE FROM minute WHERE (minute, n) IN (SELECT minute, n FROM minute WHERE minute < ?"
                              " ORDER BY minute LIMIT " SLICE ")", now_us / (60 * G_USEC_PER_SEC), &deleted, error);
  return well && qd_store_db_exec (db, "PRAGMA incremental_vacuum(512)", error) && deleted >= 5000;
}
