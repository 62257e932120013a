/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "qd-workspace.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *above = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (above, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_text (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
remove_all (char *folder)
{
  g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", folder, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (folder);
}

static QdWorkspace *
look (const char *folder)
{
  g_autoptr (GError) error = NULL;
  QdWorkspace *self = qd_workspace_new (folder, NULL, &error);

  g_assert_no_error (error);
  return self;
}

static char *
names_of (QdWorkspace *self)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < qd_workspace_get_n_files (self); i++)
    g_string_append_printf (all, "%s%s", i ? " " : "", qd_workspace_get_file (self, i)->name);
  return g_strdup (all->str);
}

static void
test_files (void)
{
  char *folder = g_dir_make_tmp ("qd-workspace-XXXXXX", NULL);
  g_autoptr (QdWorkspace) self = NULL, empty = look (folder);
  g_autofree char *names = NULL, *link = g_build_filename (folder, "link.yaml", NULL), *round = g_build_filename (folder, "sub", "round", NULL);

  g_assert_cmpuint (qd_workspace_get_n_files (empty), ==, 0);
  write_file (folder, "b10.yaml", "");
  write_file (folder, "b2.yml", "kind: A");
  write_file (folder, "sub/deep/c.json", "{}");
  write_file (folder, "README.md", "");
  write_file (folder, ".git/config.yaml", "");
  write_file (folder, ".hidden.yaml", "");
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (symlink ("..", round), ==, 0);
  self = look (folder);
  names = names_of (self);
  g_assert_cmpstr (names, ==, "b2.yml b10.yaml sub/deep/c.json");
  g_assert_cmpint (qd_workspace_get_file (self, 0)->size, ==, 7);
  g_assert_null (qd_workspace_get_problems (self)[0]);
  remove_all (folder);
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (qd_workspace_new ("/nowhere/at/all", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_bounds (void)
{
  char *folder = g_dir_make_tmp ("qd-workspace-XXXXXX", NULL);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (QdWorkspace) self = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *many = NULL;

  for (guint i = 0; i < QD_WORKSPACE_MAX_DEPTH + 2; i++)
    g_string_append (deep, "d/");
  g_string_append (deep, "a.yaml");
  write_file (folder, deep->str, "");
  self = look (folder);
  g_assert_cmpuint (qd_workspace_get_n_files (self), ==, 0);
  g_assert_nonnull (qd_workspace_get_problems (self)[0]);

  many = g_build_filename (folder, "many", NULL);
  g_mkdir (many, 0755);
  for (guint i = 0; i <= QD_WORKSPACE_MAX_FILES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.yaml", many, i);

      g_assert_cmpint (mknod (path, S_IFREG | 0644, 0), ==, 0);
    }
  g_assert_null (qd_workspace_new (folder, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  remove_all (folder);
}

static void
test_names_that_lead_out (void)
{
  static const char *const bad[] = { "", "..", "../a.yaml", "a/../../b.yaml", "/etc/a.yaml", ".git/config.yaml", "a//b.yaml", "./a.yaml",
                                     "a.txt", "link/a.yaml", "link.yaml" };
  char *folder = g_dir_make_tmp ("qd-workspace-XXXXXX", NULL), *outside = g_dir_make_tmp ("qd-outside-XXXXXX", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL), *file_link = g_build_filename (folder, "link.yaml", NULL),
                  *target = g_build_filename (outside, "a.yaml", NULL), *kept = NULL;
  g_autoptr (QdWorkspace) self = NULL;
  g_autoptr (GBytes) text = g_bytes_new_static ("x", 1);

  write_file (outside, "a.yaml", "outside");
  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_cmpint (symlink (target, file_link), ==, 0);
  self = look (folder);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL, refused = NULL;
      g_autoptr (GBytes) theirs = NULL;

      g_assert_null (qd_workspace_read (self, bad[i], NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
      g_assert_false (qd_workspace_save (self, bad[i], NULL, text, &theirs, NULL, &refused));
      g_assert_error (refused, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
    }
  kept = read_text (outside, "a.yaml");
  g_assert_cmpstr (kept, ==, "outside");
  remove_all (folder);
  remove_all (outside);
}

/* Nothing is overwritten unseen. */
static void
test_save (void)
{
  char *folder = g_dir_make_tmp ("qd-workspace-XXXXXX", NULL);
  g_autoptr (QdWorkspace) self = NULL;
  g_autoptr (GBytes) base = NULL, mine = g_bytes_new_static ("mine", 4), theirs = NULL, none = NULL;
  g_autoptr (GError) error = NULL, gone = NULL;
  g_autofree char *path = g_build_filename (folder, "a.yaml", NULL), *text = NULL, *later = NULL, *made = NULL;
  struct stat info;

  write_file (folder, "a.yaml", "base");
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  self = look (folder);
  base = qd_workspace_read (self, "a.yaml", NULL, &error);
  g_assert_no_error (error);
  g_assert_true (qd_workspace_save (self, "a.yaml", base, mine, &theirs, NULL, &error));
  g_assert_no_error (error);
  text = read_text (folder, "a.yaml");
  g_assert_cmpstr (text, ==, "mine");
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0640);

  write_file (folder, "a.yaml", "theirs");
  g_assert_false (qd_workspace_save (self, "a.yaml", mine, base, &theirs, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_assert_cmpmem (g_bytes_get_data (theirs, NULL), g_bytes_get_size (theirs), "theirs", 6);
  later = read_text (folder, "a.yaml");
  g_assert_cmpstr (later, ==, "theirs");

  g_unlink (path);
  g_assert_false (qd_workspace_save (self, "a.yaml", mine, base, &none, NULL, &gone));
  g_assert_error (gone, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG);
  g_assert_null (none);

  g_assert_true (qd_workspace_save (self, "new/folder/b.yaml", NULL, mine, &none, NULL, NULL));
  made = read_text (folder, "new/folder/b.yaml");
  g_assert_cmpstr (made, ==, "mine");
  remove_all (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workspace/folder/files", test_files);
  g_test_add_func ("/workspace/folder/missing", test_missing);
  g_test_add_func ("/workspace/folder/bounds", test_bounds);
  g_test_add_func ("/workspace/folder/names-that-lead-out", test_names_that_lead_out);
  g_test_add_func ("/workspace/folder/save", test_save);
  return g_test_run ();
}
