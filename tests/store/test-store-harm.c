/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a store: killed while it writes, damaged, read-only, full, too new, too slow. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "qd-store-batch.h"
#include "qd-store-retention.h"
#include "store-testing.h"

static const char *self_path;

static void
add_site (QdFleet *fleet, guint i, const char *name)
{
  g_autofree char *id = g_strdup_printf ("site-%05u", i);
  QdDelta *delta = qd_delta_new ("c", QD_KIND_SITE, id, QD_DELTA_PATCH);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name));
  apply (fleet, delta);
}

static void
add_event (QdFleet *fleet, guint i)
{
  g_autofree char *id = g_strdup_printf ("event-%u", i);
  QdDelta *delta = qd_delta_new ("c", QD_KIND_EVENT, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_EVENT_AT, qd_value_time (g_get_real_time ()));
  apply (fleet, delta);
}

static QdStore *
open_store (Place *place, GPtrArray **problems)
{
  QdStore *store = qd_store_new (place->path);

  *problems = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (store, "problem", G_CALLBACK (problem_cb), *problems);
  return store;
}

static void
close_store (QdStore *store, GPtrArray *problems)
{
  qd_store_close (store);
  g_signal_handlers_disconnect_by_data (store, problems);
  g_assert_finalize_object (store);
  g_ptr_array_unref (problems);
}

/* --- Children -------------------------------------------------------------------------------- */

/* Writes for ever, and says what has been acknowledged. */
static int
child_writes (const char *path)
{
  g_autoptr (QdStore) store = qd_store_new (path);
  g_autoptr (QdFleet) fleet = qd_fleet_new ();

  qd_store_record (store, fleet);
  for (guint i = 0;; i++)
    {
      g_autofree char *job = g_strdup_printf ("job-%u", i);
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 50; j++)
        add_site (fleet, i * 50 + j, job);
      if (!journal (store, job, "send", "running", &error))
        return 1;
      printf ("%u\n", i);
      fflush (stdout);
    }
}

/* On a disk that is full after 400 KiB: one problem is told, and it goes on; once there is room
 * again, what is known is written. */
static int
child_full (Place *place)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (GError) error = NULL;
  struct rlimit limit;
  GPtrArray *problems;
  QdStore *store = open_store (place, &problems);
  gboolean failed = FALSE;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  g_assert_true (set_setting (store, "small", "1", &error));
  limit.rlim_cur = 400 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  qd_store_record (store, fleet);
  for (guint i = 0; i < 200 && !failed; i++)
    {
      g_autofree char *text = g_strnfill (20000, 'x');

      failed = !journal (store, "big", text, "running", &error);
    }
  g_assert_true (failed);
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_FULL);
  /* What is smaller may have room yet. */
  for (guint i = 0; i < 2000 && journal (store, "small", "send", "running", NULL); i++)
    ;
  for (guint i = 0; i < 300; i++)
    {
      add_site (fleet, i, "a site that is known and cannot be written just now");
      add_event (fleet, i);
    }
  wait_until (problems->len > 0);
  for (guint i = 0; i < 3; i++)
    g_assert_false (journal (store, "again", "send", "running", NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (problems->len, ==, 1);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_clear_error (&error);
  g_assert_true (journal (store, "after", "send", "succeeded", &error));
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  close_store (store, problems);
  g_assert_cmpint (ask_file (place->path, "SELECT count(*) FROM state"), ==, 300);
  g_assert_cmpint (ask_file (place->path, "SELECT count(*) FROM event"), ==, 300);
  g_assert_cmpint (ask_file (place->path, "SELECT count(*) FROM journal WHERE job = 'again'"), ==, 0);
  return 0;
}

/* --- Killed ---------------------------------------------------------------------------------- */

static void
test_killed (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (guint round = 0; round < 6; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) child = NULL;
      g_autoptr (GDataInputStream) lines = NULL;
      guint stop = g_rand_int_range (rand, 0, 25), acknowledged = 0, n;
      g_autoptr (QdFleet) fleet = NULL;
      g_autoptr (GPtrArray) entries = NULL;
      GPtrArray *problems;
      QdStore *store;
      Place place;

      place_init (&place);
      child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self_path, "--child-writes", place.path, NULL);
      g_assert_no_error (error);
      lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
      for (guint i = 0; i <= stop; i++)
        {
          g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);

          g_assert_no_error (error);
          g_assert_nonnull (line);
          acknowledged = atoi (line);
        }
      g_usleep (g_rand_int_range (rand, 0, 3000));
      g_subprocess_send_signal (child, SIGKILL);
      g_subprocess_wait (child, NULL, NULL);

      store = open_store (&place, &problems);
      entries = unfinished (store);
      g_assert_cmpuint (entries->len, >, acknowledged);
      for (guint i = 0; i <= acknowledged; i++)
        {
          g_autofree char *job = g_strdup_printf ("job-%u", i);

          g_assert_cmpstr (((QdJournalEntry *) g_ptr_array_index (entries, i))->job, ==, job);
        }
      fleet = load_fleet (store, &n);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (problems->len, ==, 0);
      close_store (store, problems);
      g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), ==, 0);
      place_clear (&place);
    }
}

/* --- Damaged --------------------------------------------------------------------------------- */

/* A file that cannot be opened is set aside, said so, and a new one serves. */
static void
expect_set_aside (Place *place)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GPtrArray *problems;
  QdStore *store = open_store (place, &problems);

  g_assert_true (set_setting (store, "new", "1", &error));
  g_assert_no_error (error);
  text = get_setting (store, "new", &error);
  g_assert_cmpstr (text, ==, "1");
  wait_until (problems->len > 0);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), ".damaged-"));
  g_assert_cmpuint (count_files (place, ".damaged-"), >=, 1);
  close_store (store, problems);
}

static void
test_rubbish (void)
{
  Place place;

  place_init (&place);
  g_assert_true (g_file_set_contents (place.path, "This is no database at all, but it is long enough to be read.\n", -1, NULL));
  expect_set_aside (&place);
  place_clear (&place);
}

static void
test_others (void)
{
  sqlite3 *db;
  Place place;

  place_init (&place);
  g_assert_cmpint (sqlite3_open (place.path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "CREATE TABLE bookmarks (url TEXT)", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  expect_set_aside (&place);
  place_clear (&place);
}

/* Broken in the middle: found when it is read, set aside, and what is known is written to the new one. */
static void
test_broken (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  g_autofree char *bytes = NULL;
  gsize length;
  GPtrArray *problems;
  QdStore *store;
  Place place;

  place_init (&place);
  store = open_store (&place, &problems);
  qd_store_record (store, fleet);
  for (guint i = 0; i < 3000; i++)
    add_site (fleet, i, "a site with a name of some length, so that the file has many pages");
  close_store (store, problems);
  g_assert_true (g_file_get_contents (place.path, &bytes, &length, NULL));
  g_assert_cmpuint (length, >, 100000);
  /* The first pages stay, so that it opens. */
  memset (bytes + length / 3, 0xa5, length / 2);
  g_assert_true (g_file_set_contents (place.path, bytes, length, NULL));

  store = open_store (&place, &problems);
  qd_store_load_async (store, collect_delta, deltas, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_false (qd_store_load_finish (store, result, NULL, NULL, &error));
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_CORRUPT);
  g_clear_object (&result);
  wait_until (problems->len > 0);
  qd_store_record (store, fleet);
  g_clear_error (&error);
  g_assert_true (set_setting (store, "new", "1", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 1);
  close_store (store, problems);
  g_assert_cmpuint (count_files (&place, ".damaged-"), >=, 1);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM state"), ==, 3000);
  place_clear (&place);
}

static void
test_newer (void)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *problems;
  QdStore *store;
  Place place;

  place_init (&place);
  store = open_store (&place, &problems);
  g_assert_true (set_setting (store, "precious", "1", &error));
  close_store (store, problems);
  {
    sqlite3 *db;

    g_assert_cmpint (sqlite3_open (place.path, &db), ==, SQLITE_OK);
    g_assert_cmpint (sqlite3_exec (db, "PRAGMA user_version = 99", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close (db);
  }
  store = open_store (&place, &problems);
  wait_until (problems->len > 0);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), "newer"));
  g_assert_false (set_setting (store, "precious", "2", &error));
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN);
  g_clear_error (&error);
  g_assert_null (get_setting (store, "precious", &error));
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN);
  close_store (store, problems);
  /* It is as it was. */
  g_assert_cmpint (ask_file (place.path, "SELECT json = '1' FROM setting"), ==, 1);
  g_assert_cmpuint (count_files (&place, ".damaged-"), ==, 0);
  place_clear (&place);
}

/* --- Nowhere to write ---------------------------------------------------------------------------- */

static void
test_nowhere (void)
{
  /* Not even root makes a file there. */
  Place place = { NULL, (char *) "/proc/self/quarterdeck/store.db" };
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (GError) error = NULL;
  GPtrArray *problems;
  QdStore *store = open_store (&place, &problems);

  wait_until (problems->len > 0);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), "/proc/self/quarterdeck"));
  g_assert_false (journal (store, "job", "send", "running", &error));
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_OPEN);
  qd_store_record (store, fleet);
  for (guint i = 0; i < 100; i++)
    add_site (fleet, i, "x");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (problems->len, ==, 1);
  close_store (store, problems);
}

static void
test_full (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = NULL;
  Place place;

  place_init (&place);
  child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, self_path, "--child-full", place.path, NULL);
  g_assert_no_error (error);
  g_subprocess_wait (child, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (child));
  g_assert_cmpint (g_subprocess_get_exit_status (child), ==, 0);
  place_clear (&place);
}

/* --- Too slow -------------------------------------------------------------------------------- */

static void
ignore_note (QdStoreNote note, const char *text, gpointer data)
{
}

/* While another process holds the file, the queue fills; what does not fit is recorded as a gap. */
static void
test_gap (void)
{
  g_autoptr (QdStoreWriter) writer = NULL;
  g_autoptr (GRefString) id = g_ref_string_new ("hq");
  QdKey key = { g_intern_string ("c"), QD_KIND_SITE, id };
  guint n = 400;
  gint64 kept;
  sqlite3 *db;
  Place place;

  place_init (&place);
  writer = qd_store_writer_new (place.path, ignore_note, NULL, NULL);
  g_assert_true (qd_store_writer_wait_open (writer, NULL));
  g_assert_cmpint (sqlite3_open (place.path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  for (guint i = 0; i < n; i++)
    {
      QdStoreBatch *batch = qd_store_batch_new ();

      qd_store_batch_add_transition (batch, &key, 1000 + i, QD_STATUS_WELL, QD_STATUS_DOWN);
      qd_store_batch_push (batch, writer);
    }
  g_assert_cmpint (sqlite3_exec (db, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  g_assert_true (qd_store_writer_close (writer, 20 * G_USEC_PER_SEC));
  kept = ask_file (place.path, "SELECT count(*) FROM transition");
  g_assert_cmpint (kept, >=, 100);
  g_assert_cmpint (kept, <, n);
  g_assert_cmpint (ask_file (place.path, "SELECT sum(facts) FROM gap"), ==, n - kept);
  place_clear (&place);
}

/* --- Old ------------------------------------------------------------------------------------- */

/* What is too old goes, slice by slice, what is not stays, and the file gets smaller. */
static void
test_retention (void)
{
  const gint64 day = 24 * 3600 * (gint64) G_USEC_PER_SEC, now = g_get_real_time ();
  static const struct { const char *sql; gint64 unit; guint days; } tables[] = {
    { "INSERT INTO minute (minute, n, v, fields) VALUES (?1 + ?2, ?2, 1, zeroblob(60))", 60 * G_USEC_PER_SEC, 30 },
    { "INSERT INTO event (v, connection, id, at, fields) VALUES (1, 'c', ?1 + ?2, ?1, zeroblob(60))", 1, 90 },
    { "INSERT INTO transition (at, n, before, after) VALUES (?1, ?2, 1, 2)", 1, 90 },
    { "INSERT INTO journal (job, at, step, state) VALUES ('j', ?1, 's', 'succeeded')", 1, 365 },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (QdStoreDb) db = NULL;
  gint64 before, n_calls = 0;
  QdStoreOpen how;
  Place place;

  place_init (&place);
  db = qd_store_db_open (place.path, &how, &error);
  g_assert_no_error (error);
  g_assert_true (qd_store_db_exec (db, "BEGIN", &error));
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (guint j = 0; j < 12000; j++)
      {
        sqlite3_stmt *insert = qd_store_db_prepare (db, tables[i].sql, &error);
        gboolean old = j < 11000;

        sqlite3_bind_int64 (insert, 1, (now - (tables[i].days + (old ? 20 : -20)) * day) / tables[i].unit);
        sqlite3_bind_int64 (insert, 2, j);
        g_assert_true (qd_store_db_run (db, insert, &error));
      }
  g_assert_true (qd_store_db_exec (db, "COMMIT", &error));
  before = ask_file (place.path, "PRAGMA page_count");
  while (qd_store_retain (db, now, &error))
    n_calls++;
  g_assert_no_error (error);
  g_assert_cmpint (n_calls, >=, 2);
  for (guint i = 0; i < 20; i++)
    qd_store_retain (db, now, &error);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM minute"), ==, 1000);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM event"), ==, 1000);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM transition"), ==, 1000);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM journal"), ==, 1000);
  g_assert_cmpint (ask_file (place.path, "PRAGMA page_count"), <, before / 2);
  g_clear_pointer (&db, qd_store_db_close);
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  self_path = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--child-writes"))
    return child_writes (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--child-full"))
    return child_full (&(Place) { NULL, argv[2] });
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/killed", test_killed);
  g_test_add_func ("/store/rubbish", test_rubbish);
  g_test_add_func ("/store/others", test_others);
  g_test_add_func ("/store/broken", test_broken);
  g_test_add_func ("/store/newer", test_newer);
  g_test_add_func ("/store/nowhere", test_nowhere);
  g_test_add_func ("/store/full", test_full);
  g_test_add_func ("/store/gap", test_gap);
  g_test_add_func ("/store/retention", test_retention);
  return g_test_run ();
}
