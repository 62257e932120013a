/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-workspace-git.h"

#include <string.h>

#include <git2.h>
#include <glib/gi18n-lib.h>

#include "qd-git-private.h"

#define MAX_BLOB (16 * 1024 * 1024)

typedef git_repository Repository;
typedef git_index Index;
typedef git_reference Reference;
typedef git_commit Commit;
typedef git_tree Tree;
typedef git_signature Signature;
typedef git_object Object;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Repository, git_repository_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Index, git_index_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reference, git_reference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Commit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, git_tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Signature, git_signature_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Object, git_object_free)

struct _QdWorkspaceGit {
  Repository *repository;
  char *folder;
  char *prefix;              /* the folder below the checkout: "" or "policies/" */
};

/* --- Opening ---------------------------------------------------------------------------------------- */

/* Returns: where @folder is below the checkout, with a "/" at its end unless it is the top; NULL: not below. */
static char *
prefix_of (Repository *repository, const char *folder)
{
  const char *top = git_repository_workdir (repository);
  g_autofree char *real = g_canonicalize_filename (folder, NULL);
  g_autofree char *with = g_str_has_suffix (real, "/") ? g_strdup (real) : g_strconcat (real, "/", NULL);

  return top && g_str_has_prefix (with, top) ? g_strdup (with + strlen (top)) : NULL;
}

QdWorkspaceGit *
qd_workspace_git_new (const char *folder, GError **error)
{
  g_autoptr (QdWorkspaceGit) self = g_new0 (QdWorkspaceGit, 1);
  g_autofree char *real = NULL;
  int status;

  qd_git_begin ();
  /* libgit2 gives the checkout's folder with all symbolic links resolved. */
  real = realpath (folder, NULL);
  self->folder = g_strdup (real ? real : folder);
  status = git_repository_open_ext (&self->repository, self->folder, 0, NULL);
  if (status < 0)
    {
      qd_git_set_error (error, status, self->folder);
      return NULL;
    }
  self->prefix = git_repository_is_bare (self->repository) ? NULL : prefix_of (self->repository, self->folder);
  if (self->prefix == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("%s is in no checkout"), self->folder);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
qd_workspace_git_free (QdWorkspaceGit *self)
{
  g_clear_pointer (&self->repository, git_repository_free);
  g_free (self->folder);
  g_free (self->prefix);
  g_free (self);
}

/* The commit that is checked out. Returns: 0; GIT_ENOTFOUND or GIT_EUNBORNBRANCH where there is none yet */
static int
get_head (QdWorkspaceGit *self, Commit **commit)
{
  g_autoptr (Reference) head = NULL;
  g_autoptr (Object) object = NULL;
  int status = git_repository_head (&head, self->repository);

  if (status == 0)
    status = git_reference_peel (&object, head, GIT_OBJECT_COMMIT);
  if (status == 0)
    *commit = (Commit *) g_steal_pointer (&object);
  return status;
}

static gboolean
is_unborn (int status)
{
  return status == GIT_EUNBORNBRANCH || status == GIT_ENOTFOUND;
}

static char *
short_id (const git_oid *id)
{
  char text[GIT_OID_MAX_HEXSIZE + 1];

  git_oid_tostr (text, sizeof text, id);
  return g_strndup (text, 8);
}

/* --- Status ------------------------------------------------------------------------------------------- */

static void
change_free (gpointer data)
{
  g_free (((QdGitChange *) data)->name);
  g_free (data);
}

void
qd_git_status_free (QdGitStatus *self)
{
  g_free (self->branch);
  g_free (self->head);
  g_free (self->summary);
  g_ptr_array_unref (self->changes);
  g_free (self);
}

static char *
branch_name (QdWorkspaceGit *self)
{
  g_autoptr (Reference) head = NULL;
  const char *target;

  /* Of a branch without a commit only the symbolic reference is there. */
  if (git_reference_lookup (&head, self->repository, "HEAD") != 0)
    return NULL;
  target = git_reference_symbolic_target (head);
  return target && g_str_has_prefix (target, "refs/heads/") ? g_utf8_make_valid (target + strlen ("refs/heads/"), -1) : NULL;
}

static QdGitState
state_of (unsigned int flags)
{
  if (flags & GIT_STATUS_CONFLICTED)
    return QD_GIT_CONFLICTED;
  if (flags & GIT_STATUS_WT_DELETED || (flags & GIT_STATUS_INDEX_DELETED && !(flags & GIT_STATUS_WT_NEW)))
    return QD_GIT_REMOVED;
  return flags & GIT_STATUS_INDEX_NEW || (flags & GIT_STATUS_WT_NEW && !(flags & GIT_STATUS_INDEX_DELETED)) ? QD_GIT_NEW : QD_GIT_CHANGED;
}

static int
status_cb (const char *path, unsigned int flags, void *data)
{
  void **both = data;
  QdWorkspaceGit *self = both[0];
  GPtrArray *changes = both[1];
  QdGitChange *change;

  if (!g_str_has_prefix (path, self->prefix) || flags == GIT_STATUS_CURRENT || flags & GIT_STATUS_IGNORED)
    return 0;
  change = g_new (QdGitChange, 1);
  *change = (QdGitChange) { g_utf8_make_valid (path + strlen (self->prefix), -1), state_of (flags) };
  g_ptr_array_add (changes, change);
  return 0;
}

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(QdGitChange *const *) a)->name, (*(QdGitChange *const *) b)->name);
}

static int
find_changes (QdWorkspaceGit *self, GPtrArray *changes)
{
  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  char *below = g_strdup (self->prefix);
  void *both[] = { self, changes };
  int status;

  /* Only below the folder, which is a name and no pattern. */
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH |
                  GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  if (*below)
    options.pathspec = (git_strarray) { &below, 1 };
  status = git_status_foreach_ext (self->repository, &options, status_cb, both);
  g_free (below);
  return status;
}

QdGitStatus *
qd_workspace_git_get_status (QdWorkspaceGit *self, GError **error)
{
  g_autoptr (QdGitStatus) result = g_new0 (QdGitStatus, 1);
  g_autoptr (Commit) head = NULL;
  int status;

  result->changes = g_ptr_array_new_with_free_func (change_free);
  result->branch = branch_name (self);
  result->busy = git_repository_state (self->repository) != GIT_REPOSITORY_STATE_NONE;
  status = get_head (self, &head);
  if (status == 0)
    {
      result->head = short_id (git_commit_id (head));
      result->summary = g_utf8_make_valid (git_commit_summary (head) ? git_commit_summary (head) : "", -1);
    }
  if (status == 0 || is_unborn (status))
    status = find_changes (self, result->changes);
  if (status < 0)
    {
      qd_git_set_error (error, status, self->folder);
      return NULL;
    }
  g_ptr_array_sort (result->changes, compare_changes);
  return g_steal_pointer (&result);
}

GBytes *
qd_workspace_git_read_head (QdWorkspaceGit *self, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (self->prefix, name, NULL);
  g_autoptr (Commit) head = NULL;
  g_autoptr (Tree) tree = NULL;
  g_autoptr (Object) object = NULL;
  git_tree_entry *entry = NULL;
  int status = get_head (self, &head);

  if (status == 0)
    status = git_commit_tree (&tree, head);
  if (status == 0)
    status = git_tree_entry_bypath (&entry, tree, path);
  if (status == 0)
    status = git_tree_entry_to_object (&object, self->repository, entry);
  git_tree_entry_free (entry);
  if (status < 0)
    {
      qd_git_set_error (error, is_unborn (status) ? GIT_ENOTFOUND : status, name);
      return NULL;
    }
  if (git_object_type (object) != GIT_OBJECT_BLOB || git_blob_rawsize ((git_blob *) object) > MAX_BLOB)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("%s: what was committed is no file, or too large to be shown"), name);
      return NULL;
    }
  return g_bytes_new (git_blob_rawcontent ((git_blob *) object), (gsize) git_blob_rawsize ((git_blob *) object));
}

/* --- Committing --------------------------------------------------------------------------------------- */

/* Takes @path into @index as it is on the disk. */
static int
take_path (QdWorkspaceGit *self, Index *index, const char *path, gboolean exists)
{
  git_index_entry entry = { .mode = GIT_FILEMODE_BLOB, .path = path };
  const git_index_entry *before = git_index_get_bypath (index, path, 0);
  int status;

  if (!exists)
    return before ? git_index_remove_bypath (index, path) : GIT_ENOTFOUND;
  if (before)
    entry.mode = before->mode;
  status = git_blob_create_from_workdir (&entry.id, self->repository, path);
  return status == 0 ? git_index_add (index, &entry) : status;
}

/* A tree that is the last commit's but for @paths. */
static int
make_tree (QdWorkspaceGit *self, Commit *head, GPtrArray *paths, git_oid *id)
{
  g_autoptr (Index) index = NULL;
  g_autoptr (Tree) tree = NULL;
  const char *top = git_repository_workdir (self->repository);
  int status = git_index_new (&index);

  if (status == 0 && head)
    status = git_commit_tree (&tree, head);
  if (status == 0 && tree)
    status = git_index_read_tree (index, tree);
  for (guint i = 0; status == 0 && i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *whole = g_strconcat (top, path, NULL);

      status = take_path (self, index, path, g_file_test (whole, G_FILE_TEST_EXISTS));
    }
  return status == 0 ? git_index_write_tree_to (id, index, self->repository) : status;
}

/* Git's own index learns of the same paths; what else is staged stays staged. */
static int
stage (QdWorkspaceGit *self, GPtrArray *paths)
{
  g_autoptr (Index) index = NULL;
  const char *top = git_repository_workdir (self->repository);
  int status = git_repository_index (&index, self->repository);

  if (status == 0)
    status = git_index_read (index, FALSE);
  for (guint i = 0; status == 0 && i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *whole = g_strconcat (top, path, NULL);

      if (g_file_test (whole, G_FILE_TEST_EXISTS))
        status = git_index_add_bypath (index, path);
      else if (git_index_get_bypath (index, path, 0))
        status = git_index_remove_bypath (index, path);
    }
  return status == 0 ? git_index_write (index) : status;
}

static gboolean
may_commit (QdWorkspaceGit *self, const char *const *names, const char *message, GError **error)
{
  g_autofree char *bare = g_strstrip (g_strdup (message));

  if (*bare == '\0')
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("A commit needs a message"));
  else if (names[0] == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("There is nothing to commit"));
  else if (git_repository_state (self->repository) != GIT_REPOSITORY_STATE_NONE)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("%s: a merge or rebase is under way: end it first"), self->folder);
  else
    return TRUE;
  return FALSE;
}

static Signature *
get_author (QdWorkspaceGit *self, GError **error)
{
  Signature *author = NULL;
  int status = git_signature_default (&author, self->repository);

  if (status == GIT_ENOTFOUND)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _("Git does not know who commits: set user.name and user.email with “git config”"));
  else if (status < 0)
    qd_git_set_error (error, status, self->folder);
  return author;
}

char *
qd_workspace_git_commit (QdWorkspaceGit *self, const char *const *names, const char *message, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Signature) author = NULL;
  g_autoptr (Commit) head = NULL;
  g_autoptr (Tree) tree = NULL;
  g_autofree char *text = g_strconcat (message, g_str_has_suffix (message, "\n") ? "" : "\n", NULL);
  git_oid tree_id, id;
  int status;

  if (!may_commit (self, names, message, error) || !(author = get_author (self, error)))
    return NULL;
  for (guint i = 0; names[i]; i++)
    g_ptr_array_add (paths, g_strconcat (self->prefix, names[i], NULL));
  status = get_head (self, &head);
  if (status == 0 || is_unborn (status))
    status = make_tree (self, head, paths, &tree_id);
  if (status == 0 && head && git_oid_equal (&tree_id, git_commit_tree_id (head)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("There is nothing to commit"));
      return NULL;
    }
  if (status == 0)
    status = git_tree_lookup (&tree, self->repository, &tree_id);
  if (status == 0)
    status = git_commit_create_v (&id, self->repository, "HEAD", author, author, NULL, text, tree, head ? 1 : 0, head);
  if (status == 0)
    status = stage (self, paths);
  if (status < 0)
    {
      qd_git_set_error (error, status, _("the commit could not be made"));
      return NULL;
    }
  return short_id (&id);
}
