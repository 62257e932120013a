/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real checkout, made by libgit2 itself, and looked at through it as another would: a git program is
 * not needed to run us, nor to test us. */
#include "config.h"

#include "qd-workspace-git.h"

#include <string.h>
#include <unistd.h>

#include <git2.h>
#include <glib/gstdio.h>

typedef struct {
  char *folder;
  git_repository *repository;
} Checkout;

static void
write_file (Checkout *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL), *above = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (above, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (Checkout *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
set_author (Checkout *self)
{
  git_config *config = NULL;

  g_assert_cmpint (git_repository_config (&config, self->repository), ==, 0);
  g_assert_cmpint (git_config_set_string (config, "user.name", "Ada"), ==, 0);
  g_assert_cmpint (git_config_set_string (config, "user.email", "ada@example.org"), ==, 0);
  git_config_free (config);
}

static void
begin (Checkout *self)
{
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  g_autofree char *made = g_dir_make_tmp ("qd-git-XXXXXX", NULL);

  git_libgit2_init ();
  self->folder = realpath (made, NULL);
  options.flags = GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = "trunk";
  g_assert_cmpint (git_repository_init_ext (&self->repository, self->folder, &options), ==, 0);
  set_author (self);
}

static void
end (Checkout *self)
{
  git_repository_free (self->repository);
  g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", self->folder, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  free (self->folder);
}

static QdWorkspaceGit *
open_it (const char *folder)
{
  g_autoptr (GError) error = NULL;
  QdWorkspaceGit *git = qd_workspace_git_new (folder, &error);

  g_assert_no_error (error);
  return git;
}

/* "a.yaml:new b.yaml:removed" */
static char *
changes_of (QdWorkspaceGit *git)
{
  static const char *const words[] = { "new", "changed", "removed", "conflicted" };
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGitStatus) status = qd_workspace_git_get_status (git, &error);
  g_autoptr (GString) all = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < status->changes->len; i++)
    {
      const QdGitChange *change = g_ptr_array_index (status->changes, i);

      g_string_append_printf (all, "%s%s:%s", i ? " " : "", change->name, words[change->state]);
    }
  return g_strdup (all->str);
}

static void
assert_changes (QdWorkspaceGit *git, const char *expected)
{
  g_autofree char *changes = changes_of (git);

  g_assert_cmpstr (changes, ==, expected);
}

static void
commit (QdWorkspaceGit *git, const char *message, const char *const *names)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = qd_workspace_git_commit (git, names, message, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (id), ==, 8);
}

#define COMMIT(git, message, ...) commit (git, message, (const char *const[]) { __VA_ARGS__, NULL })

static void
test_none (void)
{
  g_autofree char *folder = g_dir_make_tmp ("qd-no-git-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (qd_workspace_git_new (folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

static void
test_life (void)
{
  Checkout checkout;
  QdWorkspaceGit *git;
  g_autoptr (QdGitStatus) unborn = NULL, born = NULL;
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GError) missing = NULL;

  begin (&checkout);
  git = open_it (checkout.folder);
  unborn = qd_workspace_git_get_status (git, NULL);
  g_assert_cmpstr (unborn->branch, ==, "trunk");
  g_assert_null (unborn->head);
  write_file (&checkout, "a.yaml", "one\n");
  write_file (&checkout, "sub/b.yaml", "two\n");
  write_file (&checkout, ".gitignore", "ignored.yaml\n");
  write_file (&checkout, "ignored.yaml", "");
  assert_changes (git, ".gitignore:new a.yaml:new sub/b.yaml:new");

  COMMIT (git, "The first", "a.yaml", ".gitignore");
  assert_changes (git, "sub/b.yaml:new");
  born = qd_workspace_git_get_status (git, NULL);
  g_assert_nonnull (born->head);
  g_assert_cmpstr (born->summary, ==, "The first");
  g_assert_false (born->busy);

  write_file (&checkout, "a.yaml", "changed\n");
  COMMIT (git, "Another", "sub/b.yaml");
  assert_changes (git, "a.yaml:changed");
  head = qd_workspace_git_read_head (git, "a.yaml", NULL);
  g_assert_cmpmem (g_bytes_get_data (head, NULL), g_bytes_get_size (head), "one\n", 4);
  g_assert_null (qd_workspace_git_read_head (git, "never.yaml", &missing));
  g_assert_error (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  remove_file (&checkout, "a.yaml");
  assert_changes (git, "a.yaml:removed");
  COMMIT (git, "Gone", "a.yaml");
  assert_changes (git, "");
  qd_workspace_git_free (git);
  end (&checkout);
}

/* What somebody has staged stays staged, and out of our commit. */
static void
test_staged (void)
{
  Checkout checkout;
  QdWorkspaceGit *git;
  git_index *index = NULL;
  unsigned int flags = 0;
  g_autoptr (GError) error = NULL;

  begin (&checkout);
  git = open_it (checkout.folder);
  write_file (&checkout, "a.yaml", "a\n");
  COMMIT (git, "First", "a.yaml");
  write_file (&checkout, "staged.yaml", "s\n");
  g_assert_cmpint (git_repository_index (&index, checkout.repository), ==, 0);
  g_assert_cmpint (git_index_read (index, TRUE), ==, 0);
  g_assert_cmpint (git_index_add_bypath (index, "staged.yaml"), ==, 0);
  g_assert_cmpint (git_index_write (index), ==, 0);
  git_index_free (index);
  write_file (&checkout, "a.yaml", "b\n");
  COMMIT (git, "Second", "a.yaml");
  g_assert_null (qd_workspace_git_read_head (git, "staged.yaml", &error));
  g_assert_cmpint (git_status_file (&flags, checkout.repository, "staged.yaml"), ==, 0);
  g_assert_cmpuint (flags, ==, GIT_STATUS_INDEX_NEW);
  g_assert_cmpint (git_status_file (&flags, checkout.repository, "a.yaml"), ==, 0);
  g_assert_cmpuint (flags, ==, GIT_STATUS_CURRENT);
  qd_workspace_git_free (git);
  end (&checkout);
}

/* A workspace further down sees what is below it, by its own names. */
static void
test_below (void)
{
  Checkout checkout;
  QdWorkspaceGit *top, *below;
  g_autofree char *folder = NULL;

  begin (&checkout);
  write_file (&checkout, "policies/[a]/x.yaml", "x\n");
  write_file (&checkout, "other.yaml", "o\n");
  folder = g_build_filename (checkout.folder, "policies", NULL);
  top = open_it (checkout.folder);
  below = open_it (folder);
  assert_changes (top, "other.yaml:new policies/[a]/x.yaml:new");
  assert_changes (below, "[a]/x.yaml:new");
  COMMIT (below, "From below", "[a]/x.yaml");
  assert_changes (top, "other.yaml:new");
  qd_workspace_git_free (top);
  qd_workspace_git_free (below);
  end (&checkout);
}

static void
assert_refused (QdWorkspaceGit *git, const char *message, const char *name, int code)
{
  const char *names[] = { name, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (qd_workspace_git_commit (git, names, message, &error));
  g_assert_error (error, G_IO_ERROR, code);
}

static void
test_refused (void)
{
  Checkout checkout;
  QdWorkspaceGit *git;
  g_autofree char *merge_head = NULL;

  begin (&checkout);
  git = open_it (checkout.folder);
  write_file (&checkout, "a.yaml", "a\n");
  assert_refused (git, " \n", "a.yaml", G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (git, "Nothing", NULL, G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (git, "Never was", "never.yaml", G_IO_ERROR_NOT_FOUND);
  COMMIT (git, "First", "a.yaml");
  assert_refused (git, "Unchanged", "a.yaml", G_IO_ERROR_INVALID_ARGUMENT);
  merge_head = g_build_filename (checkout.folder, ".git", "MERGE_HEAD", NULL);
  g_assert_true (g_file_set_contents (merge_head, "0123456789012345678901234567890123456789\n", -1, NULL));
  write_file (&checkout, "a.yaml", "b\n");
  assert_refused (git, "Amidst", "a.yaml", G_IO_ERROR_BUSY);
  qd_workspace_git_free (git);
  end (&checkout);
}

static void
test_no_author (void)
{
  Checkout checkout;
  QdWorkspaceGit *git;
  git_config *config = NULL;

  begin (&checkout);
  g_assert_cmpint (git_repository_config (&config, checkout.repository), ==, 0);
  g_assert_cmpint (git_config_delete_entry (config, "user.name"), ==, 0);
  git_config_free (config);
  git = open_it (checkout.folder);
  write_file (&checkout, "a.yaml", "a\n");
  assert_refused (git, "Who", "a.yaml", G_IO_ERROR_NOT_FOUND);
  qd_workspace_git_free (git);
  end (&checkout);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Nobody's own configuration. */
  git_libgit2_init ();
  for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
    git_libgit2_opts (GIT_OPT_SET_SEARCH_PATH, level, "");
  g_test_add_func ("/workspace/git/none", test_none);
  g_test_add_func ("/workspace/git/life", test_life);
  g_test_add_func ("/workspace/git/staged", test_staged);
  g_test_add_func ("/workspace/git/below", test_below);
  g_test_add_func ("/workspace/git/refused", test_refused);
  g_test_add_func ("/workspace/git/no-author", test_no_author);
  return g_test_run ();
}
