/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "qd-store.h"

/* What the tests of the store share. */

#define WAIT_US (20 * G_USEC_PER_SEC)

typedef struct { char *folder, *path; } Place;

static inline void
place_init (Place *place)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("qd-store-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "store.db", NULL);
}

static inline void
place_clear (Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static inline guint
count_files (Place *place, const char *part)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir && (name = g_dir_read_name (dir)))
    n += strstr (name, part) != NULL;
  return n;
}

static gboolean
timeout_cb (gpointer data)
{
  g_error ("waited too long for %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

/* Iterates until @condition, with a cap that fails the test. */
#define wait_until(condition)                                                        \
  G_STMT_START                                                                       \
    {                                                                                \
      guint wait_id = g_timeout_add (WAIT_US / 1000, timeout_cb, (char *) #condition); \
      while (!(condition))                                                           \
        g_main_context_iteration (NULL, TRUE);                                       \
      g_source_remove (wait_id);                                                     \
    }                                                                                \
  G_STMT_END

static inline void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

static inline void
apply (QdFleet *fleet, QdDelta *delta)
{
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
  qd_delta_unref (delta);
}

static inline void
collect_delta (gpointer data, QdDelta *delta)
{
  static GMutex lock;

  g_mutex_lock (&lock);
  g_ptr_array_add (data, delta);
  g_mutex_unlock (&lock);
}

/* Everything that is kept, in a fleet of its own. */
static inline QdFleet *
load_fleet (QdStore *store, guint *n)
{
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  QdFleet *fleet = qd_fleet_new ();
  guint n_loaded;

  qd_store_load_async (store, collect_delta, deltas, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_store_load_finish (store, result, &n_loaded, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_loaded, ==, deltas->len);
  qd_fleet_begin (fleet);
  for (guint i = 0; i < deltas->len; i++)
    qd_fleet_apply (fleet, g_ptr_array_index (deltas, i));
  qd_fleet_commit (fleet);
  if (n)
    *n = n_loaded;
  return fleet;
}

static inline gboolean
journal (QdStore *store, const char *job, const char *step, const char *state, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  qd_store_journal_async (store, job, step, state, "{}", NULL, result_cb, &result);
  wait_until (result != NULL);
  return qd_store_journal_finish (store, result, error);
}

static inline GPtrArray *
unfinished (QdStore *store)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  qd_store_unfinished_async (store, result_cb, &result);
  wait_until (result != NULL);
  entries = qd_store_unfinished_finish (store, result, &error);
  g_assert_no_error (error);
  return entries;
}

static inline char *
get_setting (QdStore *store, const char *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  qd_store_get_async (store, name, result_cb, &result);
  wait_until (result != NULL);
  return qd_store_get_finish (store, result, error);
}

static inline gboolean
set_setting (QdStore *store, const char *name, const char *json, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  qd_store_set_async (store, name, json, result_cb, &result);
  wait_until (result != NULL);
  return qd_store_set_finish (store, result, error);
}

/* A number straight from the file, by SQLite itself. */
static inline gint64
ask_file (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static inline void
problem_cb (QdStore *store, const char *text, GPtrArray *problems)
{
  g_test_message ("problem: %s", text);
  g_ptr_array_add (problems, g_strdup (text));
}
