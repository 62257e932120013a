/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-store.h"

#include <gio/gio.h>
#include <sqlite3.h>

typedef struct
{
  const char *sql;
  guint n;
  char kinds[12];
  union { char *text; gint64 number; } values[12];
} Statement;

struct LabBatch
{
  GArray *statements;
  LabCommittedFunc func;
  gpointer user_data;
  gboolean committed;
  gboolean last;
};

struct LabStore
{
  sqlite3 *db;
  GHashTable *prepared;         /* the literal → sqlite3_stmt */
  GAsyncQueue *queue;
  GThread *writer;
  GMainContext *context;
  GMutex lock;
  double seconds;
  guint64 transactions;
};

static const char schema[] =
  "PRAGMA journal_mode=WAL;"
  "PRAGMA synchronous=NORMAL;"
  "PRAGMA busy_timeout=5000;"
  "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, username TEXT UNIQUE, email TEXT UNIQUE,"
  " name TEXT, role TEXT, hash TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS refresh_tokens (hash TEXT PRIMARY KEY, user_id TEXT, family TEXT,"
  " login_at INTEGER, expires_at INTEGER, used INTEGER) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS sites (id TEXT PRIMARY KEY, removed INTEGER, body TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS policies (id TEXT PRIMARY KEY, removed INTEGER, body TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS routing_policies (id TEXT PRIMARY KEY, removed INTEGER, body TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS tenants (id TEXT PRIMARY KEY, removed INTEGER, body TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, number INTEGER, body TEXT) WITHOUT ROWID;"
  "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, type TEXT, body TEXT);"
  "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, digest TEXT, status INTEGER,"
  " body TEXT, at INTEGER) WITHOUT ROWID;";

static gboolean
fail (LabStore *store, const char *what, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what, sqlite3_errmsg (store->db));
  return FALSE;
}

LabBatch *
lab_batch_new (void)
{
  LabBatch *batch = g_new0 (LabBatch, 1);

  batch->statements = g_array_new (FALSE, FALSE, sizeof (Statement));
  return batch;
}

void
lab_batch_free (LabBatch *batch)
{
  for (guint i = 0; i < batch->statements->len; i++)
    {
      Statement *statement = &g_array_index (batch->statements, Statement, i);

      for (guint k = 0; k < statement->n; k++)
        if (statement->kinds[k] == 's')
          g_free (statement->values[k].text);
    }
  g_array_unref (batch->statements);
  g_free (batch);
}

void
lab_batch_add (LabBatch *batch, const char *sql, const char *types, ...)
{
  Statement statement = { .sql = sql };
  va_list args;

  va_start (args, types);
  for (const char *type = types; *type != '\0'; type++)
    {
      g_assert (statement.n < G_N_ELEMENTS (statement.values));
      statement.kinds[statement.n] = *type;
      if (*type == 's')
        statement.values[statement.n].text = g_strdup (va_arg (args, const char *));
      else
        statement.values[statement.n].number = va_arg (args, gint64);
      statement.n++;
    }
  va_end (args);
  g_array_append_val (batch->statements, statement);
}

gboolean
lab_batch_is_empty (const LabBatch *batch)
{
  return batch->statements->len == 0;
}

static sqlite3_stmt *
prepare (LabStore *store, const char *sql)
{
  sqlite3_stmt *stmt = g_hash_table_lookup (store->prepared, sql);

  if (stmt == NULL)
    {
      if (sqlite3_prepare_v3 (store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
        return NULL;
      g_hash_table_insert (store->prepared, (gpointer) sql, stmt);
    }
  return stmt;
}

static gboolean
run_statement (LabStore *store, const Statement *statement)
{
  sqlite3_stmt *stmt = prepare (store, statement->sql);
  int result;

  if (stmt == NULL)
    return FALSE;
  for (guint k = 0; k < statement->n; k++)
    if (statement->kinds[k] == 's')
      sqlite3_bind_text (stmt, (int) k + 1, statement->values[k].text, -1, SQLITE_STATIC);
    else
      sqlite3_bind_int64 (stmt, (int) k + 1, statement->values[k].number);
  result = sqlite3_step (stmt);
  sqlite3_reset (stmt);
  sqlite3_clear_bindings (stmt);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

static gboolean
run_batches (LabStore *store, GPtrArray *batches)
{
  gboolean ok = sqlite3_exec (store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;

  for (guint i = 0; ok && i < batches->len; i++)
    {
      LabBatch *batch = g_ptr_array_index (batches, i);

      for (guint k = 0; ok && k < batch->statements->len; k++)
        ok = run_statement (store, &g_array_index (batch->statements, Statement, k));
    }
  ok = ok && sqlite3_exec (store->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
  if (!ok)
    {
      g_warning ("the database took no change: %s", sqlite3_errmsg (store->db));
      if (!sqlite3_get_autocommit (store->db))
        sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
    }
  return ok;
}

static gboolean
report_cb (gpointer user_data)
{
  GPtrArray *batches = user_data;

  for (guint i = 0; i < batches->len; i++)
    {
      LabBatch *batch = g_ptr_array_index (batches, i);

      if (batch->func != NULL)
        batch->func (batch->committed, batch->user_data);
    }
  return G_SOURCE_REMOVE;
}

static void
report (LabStore *store, GPtrArray *batches)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, report_cb, batches, (GDestroyNotify) g_ptr_array_unref);
  g_source_attach (source, store->context);
  g_source_unref (source);
}

static gpointer
writer_thread (gpointer user_data)
{
  LabStore *store = user_data;
  gboolean last = FALSE;

  while (!last)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_batch_free);
      LabBatch *batch = g_async_queue_pop (store->queue);
      gint64 begin = g_get_monotonic_time ();
      gboolean ok;

      do
        {
          last = last || batch->last;
          g_ptr_array_add (batches, batch);
        }
      while (batches->len < 512 && (batch = g_async_queue_try_pop (store->queue)) != NULL);
      ok = run_batches (store, batches);
      for (guint i = 0; i < batches->len; i++)
        ((LabBatch *) g_ptr_array_index (batches, i))->committed = ok;
      g_mutex_lock (&store->lock);
      store->seconds += (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
      store->transactions++;
      g_mutex_unlock (&store->lock);
      report (store, batches);
    }
  return NULL;
}

LabStore *
lab_store_open (const char *path, GError **error)
{
  LabStore *store = g_new0 (LabStore, 1);

  g_mutex_init (&store->lock);
  store->queue = g_async_queue_new ();
  store->prepared = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL,
                                           (GDestroyNotify) sqlite3_finalize);
  store->context = g_main_context_ref_thread_default ();
  if (sqlite3_open_v2 (path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                       SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK ||
      sqlite3_exec (store->db, schema, NULL, NULL, NULL) != SQLITE_OK)
    {
      g_autofree char *what = g_strdup_printf ("cannot use the database %s", path);

      fail (store, what, error);
      lab_store_close (store);
      return NULL;
    }
  store->writer = g_thread_new ("lab-store", writer_thread, store);
  return store;
}

void
lab_store_sync (LabStore *store)
{
  LabBatch *batch;

  if (store->writer == NULL)
    return;
  batch = lab_batch_new ();
  batch->last = TRUE;
  g_async_queue_push (store->queue, batch);
  g_thread_join (g_steal_pointer (&store->writer));
}

void
lab_store_close (LabStore *store)
{
  LabBatch *batch;

  lab_store_sync (store);
  while ((batch = g_async_queue_try_pop (store->queue)) != NULL)
    lab_batch_free (batch);
  g_hash_table_unref (store->prepared);
  sqlite3_close (store->db);
  g_async_queue_unref (store->queue);
  g_main_context_unref (store->context);
  g_mutex_clear (&store->lock);
  g_free (store);
}

gboolean
lab_store_read (LabStore *store, const char *sql, LabRowFunc func, gpointer user_data, GError **error)
{
  sqlite3_stmt *stmt = NULL;
  int result;

  if (sqlite3_prepare_v2 (store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
    return fail (store, sql, error);
  while ((result = sqlite3_step (stmt)) == SQLITE_ROW)
    {
      const char *columns[16];
      int n = MIN (sqlite3_column_count (stmt), 16);

      for (int i = 0; i < n; i++)
        columns[i] = (const char *) sqlite3_column_text (stmt, i);
      func (columns, n, user_data);
    }
  sqlite3_finalize (stmt);
  return result == SQLITE_DONE || fail (store, sql, error);
}

void
lab_store_commit (LabStore *store, LabBatch *batch, LabCommittedFunc func, gpointer user_data)
{
  batch->func = func;
  batch->user_data = user_data;
  g_async_queue_push (store->queue, batch);
}

void
lab_store_figures (LabStore *store, double *seconds, guint64 *transactions)
{
  g_mutex_lock (&store->lock);
  *seconds = store->seconds;
  *transactions = store->transactions;
  g_mutex_unlock (&store->lock);
}
