/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that write the journal of jobs beside whose store it is. */
#include "config.h"

#include "store-testing.h"
#include "qd-store-guest.h"

#define N_GUESTS 3
#define N_JOBS 40
#define N_OWN 200

static const char *program;

static gint64
ask (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

static void
exec (const char *path, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
write_guest (const char *path, const char *job, const char *step, const char *state)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_store_guest_journal (path, job, step, state, "{\"owner\":{}}", &error));
  g_assert_no_error (error);
}

/* Another program: so many jobs of three lines each. */
static int
be_guest (const char *path, const char *name)
{
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *job = g_strdup_printf ("%s-%u", name, i);

      write_guest (path, job, "begin", "running");
      write_guest (path, job, "send", "running");
      write_guest (path, job, "end", "succeeded");
    }
  return 0;
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_store_journal_finish (QD_STORE (source), result, &error));
  g_assert_no_error (error);
  (*(guint *) data)++;
}

static void
news_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_set_object ((GAsyncResult **) data, result);
}

static QdJournalNews *
read_news (QdStore *store, gint64 after)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  QdJournalNews *news;

  qd_store_news_async (store, after, news_cb, &result);
  wait_until (result != NULL);
  news = qd_store_news_finish (store, result, &error);
  g_assert_no_error (error);
  return news;
}

/* Each job as a word: its states in turn. */
static char *
tell (const QdJournalNews *news)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < news->entries->len; i++)
    {
      const QdJournalEntry *entry = g_ptr_array_index (news->entries, i), *before = i > 0 ? g_ptr_array_index (news->entries, i - 1) : NULL;

      if (before == NULL || !g_str_equal (before->job, entry->job))
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", entry->job);
      g_string_append_printf (text, ":%s%s", entry->state, entry->detail ? "+" : "");
    }
  return g_string_free (text, FALSE);
}

/* However many write at a time, and its owner all the while, no line is lost, and each job's are in their order. */
static void
test_beside (void)
{
  Place place;
  g_autoptr (QdStore) store = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *guests[N_GUESTS];
  guint n_written = 0;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_journal_async (store, "own", "begin", "running", NULL, NULL, written_cb, &n_written);
  wait_until (n_written == 1);
  for (guint i = 0; i < N_GUESTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("guest%u", i);

      guests[i] = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--guest", place.path, name, NULL);
      g_assert_no_error (error);
    }
  for (guint i = 1; i < N_OWN; i++)
    {
      qd_store_journal_async (store, "own", "step", "running", NULL, NULL, written_cb, &n_written);
      wait_until (n_written == i + 1);
    }
  for (guint i = 0; i < N_GUESTS; i++)
    {
      g_assert_true (g_subprocess_wait_check (guests[i], NULL, &error));
      g_assert_no_error (error);
      g_object_unref (guests[i]);
    }
  g_assert_cmpint (ask (place.path, "SELECT count(*) FROM journal WHERE job = 'own'"), ==, N_OWN);
  g_assert_cmpint (ask (place.path, "SELECT count(*) FROM (SELECT group_concat(step) AS steps FROM (SELECT job, step FROM journal ORDER BY seq)"
                                    " GROUP BY job) WHERE steps = 'begin,send,end'"), ==, N_GUESTS * N_JOBS);
  qd_store_close (store);
  place_clear (&place);
}

static void
test_news (void)
{
  Place place;
  g_autoptr (QdStore) store = NULL;
  g_autoptr (QdJournalNews) first = NULL, none = NULL, more = NULL;
  g_autofree char *told = NULL, *rest = NULL;
  guint n_written = 0;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_journal_async (store, "a", "begin", "running", "{}", NULL, written_cb, &n_written);
  wait_until (n_written == 1);
  write_guest (place.path, "b", "begin", "running");
  write_guest (place.path, "b", "send", "running");
  write_guest (place.path, "b", "end", "failed");
  first = read_news (store, 0);
  told = tell (first);
  g_assert_cmpstr (told, ==, "a:running+ b:running+:running:failed+");
  none = read_news (store, first->last);
  g_assert_cmpuint (none->entries->len, ==, 0);
  g_assert_cmpint (none->last, ==, first->last);
  write_guest (place.path, "c", "begin", "running");
  qd_store_journal_async (store, "a", "end", "cancelled", "{}", NULL, written_cb, &n_written);
  wait_until (n_written == 2);
  more = read_news (store, none->last);
  rest = tell (more);
  g_assert_cmpstr (rest, ==, "c:running+ a:running+:cancelled+");
  qd_store_close (store);
  place_clear (&place);
}

/* At first the newest jobs; after that every one. */
static void
test_many (void)
{
  Place place;
  g_autoptr (QdStore) store = NULL;
  g_autoptr (QdJournalNews) first = NULL, all = NULL;
  guint n_written = 0;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_journal_async (store, "own", "begin", "running", "{}", NULL, written_cb, &n_written);
  wait_until (n_written == 1);
  exec (place.path, "INSERT INTO journal (job, at, step, state, detail) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
                    " SELECT 'job' || i, i, 'end', 'succeeded', '{}' FROM n");
  first = read_news (store, 0);
  g_assert_cmpuint (first->entries->len, ==, 200);
  g_assert_cmpstr (((QdJournalEntry *) g_ptr_array_index (first->entries, 199))->job, ==, "job500");
  all = read_news (store, 1);
  g_assert_cmpuint (all->entries->len, ==, 500);
  g_assert_cmpint (all->last, ==, first->last);
  qd_store_close (store);
  place_clear (&place);
}

static void
refuse (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;

  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  g_assert_false (qd_store_guest_journal (path, "a", "begin", "running", NULL, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

/* It is a guest: what is not there is not made, what is broken or of another version is not touched. */
static void
test_guest (void)
{
  Place place;
  g_autoptr (GError) error = NULL;

  place_init (&place);
  g_assert_false (qd_store_guest_journal (place.path, "a", "begin", "running", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents (place.path, "this is no database, however long it is", -1, NULL));
  refuse (place.path);
  g_unlink (place.path);
  exec (place.path, "CREATE TABLE journal (job, at, step, state, detail)");
  refuse (place.path);
  exec (place.path, "PRAGMA application_id = 1363430193; PRAGMA user_version = 99");
  refuse (place.path);
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--guest"))
    return be_guest (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-guest/beside", test_beside);
  g_test_add_func ("/store-guest/news", test_news);
  g_test_add_func ("/store-guest/many", test_many);
  g_test_add_func ("/store-guest/guest", test_guest);
  return g_test_run ();
}
