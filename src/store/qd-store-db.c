/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-db.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-store-row.h"

#define APPLICATION_ID 0x51444b31   /* "QDK1" */
#define MAX_CACHED_KEYS 200000
#define BUSY_MS 5000

struct _QdStoreDb {
  sqlite3 *db;
  char *path;
  GHashTable *statements;   /* literal → sqlite3_stmt */
  GHashTable *keys;         /* QdKey → gint64 */
  GHashTable *layouts;      /* v → QdStoreLayout */
  gint64 layout;
};

static const char schema_1[] =
  "CREATE TABLE setting (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE layout (v INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
  "CREATE TABLE thing (n INTEGER PRIMARY KEY, connection TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
  "  UNIQUE (connection, kind, id));"
  "CREATE TABLE state (v INTEGER NOT NULL, connection TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
  "  at INTEGER NOT NULL, stamp INTEGER NOT NULL, fields BLOB NOT NULL, UNIQUE (connection, kind, id));"
  "CREATE TABLE event (v INTEGER NOT NULL, connection TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,"
  "  fields BLOB NOT NULL, UNIQUE (connection, id));"
  "CREATE INDEX event_at ON event (at);"
  "CREATE TABLE transition (at INTEGER NOT NULL, n INTEGER NOT NULL, before INTEGER NOT NULL, after INTEGER NOT NULL);"
  "CREATE INDEX transition_at ON transition (at);"
  "CREATE TABLE minute (minute INTEGER NOT NULL, n INTEGER NOT NULL, v INTEGER NOT NULL, fields BLOB NOT NULL,"
  "  PRIMARY KEY (minute, n)) WITHOUT ROWID;"
  "CREATE TABLE gap (from_us INTEGER NOT NULL, to_us INTEGER NOT NULL, facts INTEGER NOT NULL, why TEXT NOT NULL);"
  "CREATE TABLE journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, at INTEGER NOT NULL,"
  "  step TEXT NOT NULL, state TEXT NOT NULL, detail TEXT);"
  "CREATE INDEX journal_job ON journal (job, seq);";

/* What brings a file from version i to i + 1. */
static const char *const migrations[QD_STORE_SCHEMA] = { schema_1 };

/* --- Errors ---------------------------------------------------------------------------------- */

static QdStoreError
code_for (int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return QD_STORE_ERROR_CORRUPT;
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return QD_STORE_ERROR_FULL;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return QD_STORE_ERROR_OPEN;
    default:
      return QD_STORE_ERROR_FAILED;
    }
}

gboolean
qd_store_db_fail (QdStoreDb *self, GError **error)
{
  int rc = self->db ? sqlite3_extended_errcode (self->db) : SQLITE_NOMEM;

  g_set_error (error, QD_STORE_ERROR, code_for (rc), "%s: %s", self->path,
               self->db ? sqlite3_errmsg (self->db) : sqlite3_errstr (rc));
  return FALSE;
}

gboolean
qd_store_db_is_fatal (const GError *error)
{
  return g_error_matches (error, QD_STORE_ERROR, QD_STORE_ERROR_CORRUPT);
}

int
qd_store_db_get_code (QdStoreDb *self)
{
  return sqlite3_extended_errcode (self->db);
}

/* --- Statements ------------------------------------------------------------------------------ */

sqlite3_stmt *
qd_store_db_prepare (QdStoreDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      qd_store_db_fail (self, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (char *) sql, statement);
  return statement;
}

gboolean
qd_store_db_row (QdStoreDb *self, sqlite3_stmt *statement, GError **error)
{
  int rc = sqlite3_step (statement);

  if (rc == SQLITE_ROW)
    return TRUE;
  if (rc != SQLITE_DONE)
    qd_store_db_fail (self, error);
  sqlite3_reset (statement);
  return FALSE;
}

gboolean
qd_store_db_run (QdStoreDb *self, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GError) cause = NULL;

  while (qd_store_db_row (self, statement, &cause))
    ;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

gboolean
qd_store_db_exec (QdStoreDb *self, const char *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK || qd_store_db_fail (self, error);
}

void
qd_store_db_rollback (QdStoreDb *self)
{
  if (!sqlite3_get_autocommit (self->db))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  if (self->keys)
    g_hash_table_remove_all (self->keys);
}

gint64
qd_store_db_changes (QdStoreDb *self)
{
  return sqlite3_changes64 (self->db);
}

/* --- Opening --------------------------------------------------------------------------------- */

static gboolean
get_number (QdStoreDb *self, const char *sql, gint64 *value, GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean done;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    return qd_store_db_fail (self, error);
  done = sqlite3_step (statement) == SQLITE_ROW;
  if (done)
    *value = sqlite3_column_int64 (statement, 0);
  else
    qd_store_db_fail (self, error);
  sqlite3_finalize (statement);
  return done;
}

/* The file is made before SQLite sees it, so that it is nobody else's for no moment; SQLite gives
 * the -wal and -shm files the same mode. */
static gboolean
make_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN, "%s: %s", path, g_strerror (errno));
      return FALSE;
    }
  if (fchmod (fd, 0600) != 0)
    g_message ("%s: its mode cannot be set: %s", path, g_strerror (errno));
  close (fd);
  return TRUE;
}

static QdStoreDb *
db_new (const char *path)
{
  QdStoreDb *self = g_new0 (QdStoreDb, 1);

  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify) sqlite3_finalize);
  return self;
}

static void
key_free (gpointer data)
{
  QdKey *key = data;

  g_ref_string_release (key->id);
  g_free (key);
}

static gboolean
connect_to (QdStoreDb *self, int flags, GError **error)
{
  if (sqlite3_open_v2 (self->path, &self->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    return qd_store_db_fail (self, error);
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_MS);
  return TRUE;
}

/* Brings the schema up to date. @how is set when that is not to be. */
static gboolean
migrate (QdStoreDb *self, QdStoreOpen *how, GError **error)
{
  gint64 application = 0, version = 0, tables = 0;

  if (!get_number (self, "PRAGMA application_id", &application, error) ||
      !get_number (self, "PRAGMA user_version", &version, error) ||
      !get_number (self, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  if (tables > 0 && application != APPLICATION_ID)
    {
      *how = QD_STORE_OPEN_DAMAGED;
      g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_CORRUPT, _("%s is another program’s database"), self->path);
      return FALSE;
    }
  if (version > QD_STORE_SCHEMA)
    {
      *how = QD_STORE_OPEN_NEWER;
      g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN,
                   _("%s was written by a newer Quarterdeck (its version is %d, this one knows %d)"), self->path,
                   (int) version, QD_STORE_SCHEMA);
      return FALSE;
    }
  for (; version < QD_STORE_SCHEMA; version++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
                                               APPLICATION_ID, (int) version + 1);

      if (!qd_store_db_exec (self, "BEGIN IMMEDIATE", error) ||
          !qd_store_db_exec (self, migrations[version], error) || !qd_store_db_exec (self, mark, error))
        return FALSE;
    }
  return TRUE;
}

/* Finds or makes the number of today's layout. */
static gboolean
settle_layout (QdStoreDb *self, GError **error)
{
  g_autofree char *text = qd_store_layout_dup_text ();
  sqlite3_stmt *find, *make;

  find = qd_store_db_prepare (self, "SELECT v FROM layout WHERE text = ?", error);
  if (find == NULL)
    return FALSE;
  sqlite3_bind_text (find, 1, text, -1, SQLITE_STATIC);
  if (sqlite3_step (find) == SQLITE_ROW)
    self->layout = sqlite3_column_int64 (find, 0);
  sqlite3_reset (find);
  if (self->layout)
    return TRUE;
  make = qd_store_db_prepare (self, "INSERT INTO layout (text) VALUES (?)", error);
  if (make == NULL)
    return FALSE;
  sqlite3_bind_text (make, 1, text, -1, SQLITE_STATIC);
  if (!qd_store_db_run (self, make, error))
    return FALSE;
  self->layout = sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

static gboolean
open_for_writing (QdStoreDb *self, QdStoreOpen *how, GError **error)
{
  if (!make_file (self->path, error) || !connect_to (self, SQLITE_OPEN_READWRITE, error))
    return FALSE;
  /* auto_vacuum counts only before the first table is made. */
  return qd_store_db_exec (self, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
                                 "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;"
                                 "PRAGMA temp_store = MEMORY", error) &&
         migrate (self, how, error) && settle_layout (self, error);
}

QdStoreDb *
qd_store_db_open (const char *path, QdStoreOpen *how, GError **error)
{
  g_autoptr (QdStoreDb) self = db_new (path);
  g_autoptr (GError) cause = NULL;

  self->keys = g_hash_table_new_full (qd_key_hash, qd_key_equal, key_free, g_free);
  *how = QD_STORE_OPEN_OK;
  if (open_for_writing (self, how, &cause))
    return g_steal_pointer (&self);
  if (*how == QD_STORE_OPEN_OK)
    *how = qd_store_db_is_fatal (cause) ? QD_STORE_OPEN_DAMAGED : QD_STORE_OPEN_FAILED;
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

QdStoreDb *
qd_store_db_open_reader (const char *path, GError **error)
{
  g_autoptr (QdStoreDb) self = db_new (path);

  if (!connect_to (self, SQLITE_OPEN_READONLY, error))
    return NULL;
  return g_steal_pointer (&self);
}

QdStoreDb *
qd_store_db_open_guest (const char *path, GError **error)
{
  g_autoptr (QdStoreDb) self = db_new (path);
  gint64 application = 0, version = 0;

  if (!connect_to (self, SQLITE_OPEN_READWRITE, error) || !get_number (self, "PRAGMA application_id", &application, error) ||
      !get_number (self, "PRAGMA user_version", &version, error))
    return NULL;
  if (application == APPLICATION_ID && version == QD_STORE_SCHEMA)
    return g_steal_pointer (&self);
  g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN, _("%s is not the database of this version of Quarterdeck: start Quarterdeck once"), path);
  return NULL;
}

void
qd_store_db_close (QdStoreDb *self)
{
  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->layouts, g_hash_table_unref);
  g_clear_pointer (&self->db, sqlite3_close);
  g_free (self->path);
  g_free (self);
}

gboolean
qd_store_db_check (QdStoreDb *self, GError **error)
{
  sqlite3_stmt *statement = qd_store_db_prepare (self, "PRAGMA quick_check(1)", error);
  gboolean well = FALSE;

  if (statement == NULL || !qd_store_db_row (self, statement, error))
    return FALSE;
  well = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
  if (!well)
    g_set_error (error, QD_STORE_ERROR, QD_STORE_ERROR_CORRUPT, "%s: %s", self->path,
                 (const char *) sqlite3_column_text (statement, 0));
  sqlite3_reset (statement);
  return well;
}

gboolean
qd_store_db_journal (QdStoreDb *self, const char *job, const char *step, const char *state, const char *detail, gint64 at_us, GError **error)
{
  sqlite3_stmt *statement = qd_store_db_prepare (self, "INSERT INTO journal (job, at, step, state, detail) VALUES (?, ?, ?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, job, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, at_us);
  sqlite3_bind_text (statement, 3, step, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 4, state, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 5, detail, -1, SQLITE_STATIC);
  return qd_store_db_run (self, statement, error);
}

/* --- Things and layouts ---------------------------------------------------------------------- */

static gint64
find_key (QdStoreDb *self, const QdKey *key, GError **error)
{
  sqlite3_stmt *find = qd_store_db_prepare (self, "SELECT n FROM thing WHERE connection = ? AND kind = ? AND id = ?", error);
  gint64 n = 0;

  if (find == NULL)
    return 0;
  sqlite3_bind_text (find, 1, key->connection, -1, SQLITE_STATIC);
  sqlite3_bind_text (find, 2, qd_schema_get (key->kind)->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (find, 3, key->id, -1, SQLITE_STATIC);
  if (qd_store_db_row (self, find, error))
    n = sqlite3_column_int64 (find, 0);
  sqlite3_reset (find);
  return n;
}

static gint64
make_key (QdStoreDb *self, const QdKey *key, GError **error)
{
  sqlite3_stmt *make = qd_store_db_prepare (self, "INSERT INTO thing (connection, kind, id) VALUES (?, ?, ?)", error);

  if (make == NULL)
    return 0;
  sqlite3_bind_text (make, 1, key->connection, -1, SQLITE_STATIC);
  sqlite3_bind_text (make, 2, qd_schema_get (key->kind)->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (make, 3, key->id, -1, SQLITE_STATIC);
  return qd_store_db_run (self, make, error) ? sqlite3_last_insert_rowid (self->db) : 0;
}

gint64
qd_store_db_key (QdStoreDb *self, const QdKey *key, GError **error)
{
  gint64 *cached = self->keys ? g_hash_table_lookup (self->keys, key) : NULL, n;
  g_autoptr (GError) cause = NULL;
  QdKey *copy;

  if (cached)
    return *cached;
  n = find_key (self, key, &cause);
  if (n == 0 && cause == NULL && self->keys)
    n = make_key (self, key, &cause);
  if (n == 0)
    {
      if (cause)
        g_propagate_error (error, g_steal_pointer (&cause));
      return 0;
    }
  if (self->keys == NULL)
    return n;
  if (g_hash_table_size (self->keys) >= MAX_CACHED_KEYS)
    g_hash_table_remove_all (self->keys);
  copy = g_memdup2 (key, sizeof *key);
  g_ref_string_acquire (copy->id);
  g_hash_table_insert (self->keys, copy, g_memdup2 (&n, sizeof n));
  return n;
}

gint64
qd_store_db_layout (QdStoreDb *self)
{
  return self->layout;
}

GHashTable *
qd_store_db_layouts (QdStoreDb *self, GError **error)
{
  sqlite3_stmt *statement;

  if (self->layouts)
    return self->layouts;
  statement = qd_store_db_prepare (self, "SELECT v, text FROM layout", error);
  if (statement == NULL)
    return NULL;
  self->layouts = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify) qd_store_layout_free);
  while (qd_store_db_row (self, statement, NULL))
    {
      QdStoreLayout *layout = qd_store_layout_parse ((const char *) sqlite3_column_text (statement, 1));

      if (layout)
        g_hash_table_insert (self->layouts, GSIZE_TO_POINTER (sqlite3_column_int64 (statement, 0)), layout);
    }
  return self->layouts;
}
