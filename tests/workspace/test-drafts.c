/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "qd-drafts.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "qd-draft-file.h"

static char *
folder_new (void)
{
  return g_dir_make_tmp ("qd-drafts-XXXXXX", NULL);
}

static void
folder_free (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
put (QdDrafts *drafts, const char *key, const char *base, const char *mine)
{
  g_autoptr (GBytes) of_base = base ? bytes (base) : NULL, of_mine = bytes (mine);

  qd_drafts_put (drafts, key, of_base, of_mine);
}

static char *
text_of (GBytes *bytes)
{
  return bytes ? g_strndup (g_bytes_get_size (bytes) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes)) : NULL;
}

/* What another program finds there. */
static char *
find (const char *folder, const char *key, char **base)
{
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = qd_drafts_load (drafts, problems, &error);
  char *found = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 0);
  for (guint i = 0; i < all->len; i++)
    {
      const QdDraft *draft = g_ptr_array_index (all, i);

      if (!g_str_equal (draft->key, key))
        continue;
      g_assert_null (found);
      found = text_of (draft->mine);
      if (base)
        *base = text_of (draft->base);
    }
  qd_drafts_free (drafts);
  return found;
}

static void
test_round_trip (void)
{
  char *folder = folder_new ();
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);
  g_autofree char *base = NULL, *mine = NULL, *base_of_new = (char *) g_strdup ("?"), *new = NULL;
  g_autoptr (GError) error = NULL;

  put (drafts, "/policies/b.yaml", "kind: A\r\n", "kind: B\r\n# é\n");
  put (drafts, "new \"one\"\n.yaml", NULL, "");
  g_assert_true (qd_drafts_flush (drafts, &error));
  g_assert_no_error (error);
  mine = find (folder, "/policies/b.yaml", &base);
  g_assert_cmpstr (mine, ==, "kind: B\r\n# é\n");
  g_assert_cmpstr (base, ==, "kind: A\r\n");
  g_clear_pointer (&base_of_new, g_free);
  new = find (folder, "new \"one\"\n.yaml", &base_of_new);
  g_assert_cmpstr (new, ==, "");
  g_assert_null (base_of_new);

  qd_drafts_remove (drafts, "/policies/b.yaml");
  qd_drafts_free (drafts);
  g_assert_null (find (folder, "/policies/b.yaml", NULL));
  folder_free (folder);
}

/* Whatever is put in whatever order, the last word counts. */
static void
test_last_word (void)
{
  char *folder = folder_new ();
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);
  g_autoptr (GHashTable) expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%d", g_test_rand_int_range (0, 6));

      if (g_test_rand_int_range (0, 4) == 0)
        {
          qd_drafts_remove (drafts, name);
          g_hash_table_replace (expected, g_strdup (name), NULL);
        }
      else
        {
          g_autofree char *text = g_strdup_printf ("%u", i);

          put (drafts, name, "base", text);
          g_hash_table_replace (expected, g_strdup (name), g_strdup (text));
        }
      if (i % 97 == 0)
        g_assert_true (qd_drafts_flush (drafts, NULL));
    }
  qd_drafts_free (drafts);
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *found = find (folder, key, NULL);

      g_assert_cmpstr (found, ==, value);
    }
  folder_free (folder);
}

/* Typed every few milliseconds by a program that is killed: what it typed a second before is there. */
static void
type_until_killed (const char *folder, int out)
{
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);

  for (guint i = 0;; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      gint64 stamp[2] = { i, g_get_monotonic_time () };

      put (drafts, "typed", "", text);
      if (write (out, stamp, sizeof stamp) != sizeof stamp)
        _exit (1);
      g_usleep (5000);
    }
}

static void
test_killed (void)
{
  for (guint round = 0; round < 5; round++)
    {
      char *folder = folder_new ();
      int pipes[2];
      pid_t child;
      gint64 stamp[2], killed_us, before = -1;
      g_autofree char *found = NULL;

      g_assert_cmpint (pipe (pipes), ==, 0);
      child = fork ();
      if (child == 0)
        type_until_killed (folder, pipes[1]);
      close (pipes[1]);
      g_usleep ((gulong) g_test_rand_int_range (1200000, 1900000));
      killed_us = g_get_monotonic_time ();
      kill (child, SIGKILL);
      waitpid (child, NULL, 0);
      while (read (pipes[0], stamp, sizeof stamp) == sizeof stamp)
        if (stamp[1] < killed_us - G_USEC_PER_SEC)
          before = stamp[0];
      close (pipes[0]);
      found = find (folder, "typed", NULL);
      g_assert_nonnull (found);
      g_assert_cmpint (before, >, 0);
      g_assert_cmpint (g_ascii_strtoll (found, NULL, 10), >=, before);
      folder_free (folder);
    }
}

typedef struct { GMutex lock; guint failures, cures; } Told;

static void
told_cb (const char *key, const GError *error, gpointer data)
{
  Told *told = data;

  g_mutex_lock (&told->lock);
  told->failures += error != NULL;
  told->cures += error == NULL;
  g_mutex_unlock (&told->lock);
}

/* A folder that cannot be made: told, kept, and written once it can be. */
static void
test_disk_refuses (void)
{
  char *above = folder_new ();
  g_autofree char *folder = g_build_filename (above, "drafts", NULL), *mine = NULL;
  Told told = { 0 };
  QdDrafts *drafts;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (folder, "a file in its place", -1, NULL));
  drafts = qd_drafts_new (folder, told_cb, &told);
  put (drafts, "k", NULL, "text");
  g_assert_false (qd_drafts_flush (drafts, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (told.failures, ==, 1);
  g_unlink (folder);
  g_assert_true (qd_drafts_flush (drafts, NULL));
  qd_drafts_free (drafts);
  mine = find (folder, "k", NULL);
  g_assert_cmpstr (mine, ==, "text");
  folder_free (g_steal_pointer (&folder));
  folder_free (above);
}

static void
test_broken (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.draft", NULL), *aside = g_strconcat (path, ".broken", NULL);
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free), all = NULL;

  g_assert_true (g_file_set_contents (path, "{\"draft\":1,\"key\":\"k\",\"mine\":10}\nshort", -1, NULL));
  put (drafts, "good", NULL, "text");
  g_assert_true (qd_drafts_flush (drafts, NULL));
  all = qd_drafts_load (drafts, problems, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), aside));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  qd_drafts_free (drafts);
  folder_free (folder);
}

/* Any prefix, any byte changed: an error or a draft, never a crash; and only the whole one is whole. */
static void
test_parse_hostile (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "a.draft", NULL), *text = NULL;
  g_autoptr (GBytes) base = bytes ("one"), mine = bytes ("three");
  gsize length;

  g_assert_true (qd_draft_file_write (path, "key", base, mine, NULL));
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize n = 0; n < length; n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (qd_draft_file_parse (text, n, "here", &error));
      g_assert_nonnull (error);
    }
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *copy = g_memdup2 (text, length);
      g_autoptr (QdDraft) draft = NULL;

      copy[g_test_rand_int_range (0, (gint32) length)] = (char) g_test_rand_int_range (0, 256);
      draft = qd_draft_file_parse (copy, length, "here", NULL);
    }
  folder_free (folder);
}

static void
test_private (void)
{
  char *above = folder_new ();
  g_autofree char *folder = g_build_filename (above, "drafts", NULL);
  QdDrafts *drafts = qd_drafts_new (folder, NULL, NULL);
  g_autoptr (GDir) dir = NULL;
  struct stat info;
  const char *name;

  put (drafts, "k", NULL, "secret");
  qd_drafts_free (drafts);
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (stat (path, &info), ==, 0);
      g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
    }
  folder_free (g_steal_pointer (&folder));
  folder_free (above);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workspace/drafts/round-trip", test_round_trip);
  g_test_add_func ("/workspace/drafts/last-word", test_last_word);
  g_test_add_func ("/workspace/drafts/killed", test_killed);
  g_test_add_func ("/workspace/drafts/disk-refuses", test_disk_refuses);
  g_test_add_func ("/workspace/drafts/broken", test_broken);
  g_test_add_func ("/workspace/drafts/parse-hostile", test_parse_hostile);
  g_test_add_func ("/workspace/drafts/private", test_private);
  return g_test_run ();
}
