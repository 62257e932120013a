/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What jobs did, in the folder of the remotes. */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-remote-private.h"

static void
applied_free (gpointer data)
{
  qd_policy_applied_free (data);
}

/* What became of its steps since the record was written. */
static void
read_news (const char *path, QdPolicyApplied *applied)
{
  g_autofree char *beside = g_strconcat (path, QD_REMOTES_NEWS, NULL);
  g_autoptr (GBytes) bytes = qd_remotes_read (beside, NULL);
  gsize size = 0;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  if (text)
    qd_policy_applied_replay (applied, text, size);
}

/* NULL without @error: there is none. What is broken is set aside. */
static QdPolicyApplied *
read_applied (const char *path, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = qd_remotes_read (path, &failure);
  QdPolicyApplied *applied = NULL;
  gsize size = 0;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes)
    applied = qd_policy_applied_parse (text ? text : "", size, path, &failure);
  if (applied && !applied->ended)
    read_news (path, applied);
  if (failure && (bytes || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)))
    qd_remotes_set_aside (path, &failure);
  if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  return applied;
}

static void
load_work (const char *folder, GTask *task, gpointer data)
{
  const char *job = data;
  g_autofree char *path = qd_remotes_path (folder, job, QD_REMOTES_APPLIED);
  GError *error = NULL;
  QdPolicyApplied *applied = read_applied (path, &error);

  if (applied && !g_str_equal (applied->job, job))
    g_clear_pointer (&applied, qd_policy_applied_free);
  if (applied)
    g_task_return_pointer (task, applied, applied_free);
  else if (error)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                             _("What this job did is not known here any more: the newest %d are kept"), QD_APPLIED_KEPT);
}

void
qd_remotes_load_applied_async (QdRemotes *self, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, qd_remotes_load_applied_async);
  g_task_set_task_data (task, g_strdup (job), g_free);
  qd_remotes_work (self, task, load_work);
}

QdPolicyApplied *
qd_remotes_load_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Keeping so many ---------------------------------------------------------------------------------------- */

typedef struct { char *path; gint64 at; } Kept;

static void
kept_free (gpointer data)
{
  Kept *self = data;

  g_free (self->path);
  g_free (self);
}

static int
compare_kept (gconstpointer a, gconstpointer b)
{
  const Kept *one = *(const Kept *const *) a, *other = *(const Kept *const *) b;

  return one->at != other->at ? (one->at < other->at ? 1 : -1) : strcmp (one->path, other->path);
}

/* Newest first. */
static GPtrArray *
find_kept (const char *folder)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (kept_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      Kept *one;
      GStatBuf info;

      if (!g_str_has_suffix (name, QD_REMOTES_APPLIED))
        continue;
      one = g_new0 (Kept, 1);
      one->path = g_build_filename (folder, name, NULL);
      one->at = g_stat (one->path, &info) == 0 ? (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000 : 0;
      g_ptr_array_add (all, one);
    }
  g_ptr_array_sort (all, compare_kept);
  return all;
}

static void
forget (const char *path)
{
  g_autofree char *beside = g_strconcat (path, QD_REMOTES_NEWS, NULL);

  g_unlink (path);
  g_unlink (beside);
}

static gboolean
write_record (const char *folder, const QdPolicyApplied *applied, GError **error)
{
  g_autofree char *path = qd_remotes_path (folder, applied->job, QD_REMOTES_APPLIED), *beside = g_strconcat (path, QD_REMOTES_NEWS, NULL);
  g_autoptr (GBytes) bytes = qd_policy_applied_to_bytes (applied);
  g_autoptr (GPtrArray) kept = NULL;

  if (!qd_remotes_write (folder, path, bytes, error))
    return FALSE;
  g_unlink (beside);
  kept = find_kept (folder);
  for (guint i = QD_APPLIED_KEPT; i < kept->len; i++)
    forget (((Kept *) g_ptr_array_index (kept, i))->path);
  return TRUE;
}

static void
give (GTask *task, gboolean done, GError *error)
{
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
save_work (const char *folder, GTask *task, gpointer data)
{
  GError *error = NULL;
  gboolean done = write_record (folder, data, &error);

  give (task, done, error);
}

/* --- While it goes on ------------------------------------------------------------------------------------------- */

typedef struct { char *job; GBytes *line; } News;

static void
news_free (gpointer data)
{
  News *self = data;

  g_free (self->job);
  g_bytes_unref (self->line);
  g_free (self);
}

static gboolean
append (const char *path, GBytes *line, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (line, &size);
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  gboolean done = fd >= 0 && write (fd, text, size) == (gssize) size && fsync (fd) == 0;

  if (!done)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return done;
}

static void
note_work (const char *folder, GTask *task, gpointer data)
{
  const News *news = data;
  g_autofree char *path = qd_remotes_path (folder, news->job, QD_REMOTES_APPLIED QD_REMOTES_NEWS);
  GError *error = NULL;
  gboolean done = append (path, news->line, &error);

  give (task, done, error);
}

void
qd_remotes_note_applied_async (QdRemotes *self, const QdPolicyApplied *applied, guint nth, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  News *news = g_new (News, 1);

  *news = (News) { g_strdup (applied->job), qd_policy_applied_to_line (applied, nth) };
  g_task_set_source_tag (task, qd_remotes_note_applied_async);
  g_task_set_task_data (task, news, news_free);
  qd_remotes_work (self, task, note_work);
}

/* The bases first: a record that has not ended says that they may be older. */
static void
end_work (const char *folder, GTask *task, gpointer data)
{
  QdPolicyApplied *applied = data;
  g_autoptr (GError) broken = NULL;
  g_autoptr (QdRemoteSet) bases = qd_remotes_read_set (folder, applied->folder, applied->connection, &broken);
  GError *error = NULL;
  gboolean done;

  if (bases == NULL && g_error_matches (broken, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    bases = qd_remote_set_new (applied->folder, applied->connection);
  if (bases == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&broken));
      return;
    }
  qd_policy_applied_note_bases (applied, bases);
  applied->ended = TRUE;
  done = qd_remotes_write_set (folder, bases, &error) && write_record (folder, applied, &error);
  give (task, done, error);
}

void
qd_remotes_end_applied_async (QdRemotes *self, const QdPolicyApplied *applied, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, qd_remotes_end_applied_async);
  g_task_set_task_data (task, qd_policy_applied_copy (applied), applied_free);
  qd_remotes_work (self, task, end_work);
}

void
qd_remotes_save_applied_async (QdRemotes *self, const QdPolicyApplied *applied, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, qd_remotes_save_applied_async);
  g_task_set_task_data (task, qd_policy_applied_copy (applied), applied_free);
  qd_remotes_work (self, task, save_work);
}

gboolean
qd_remotes_save_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- All of them ---------------------------------------------------------------------------------------------- */

typedef struct { char *workspace, *connection; } Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *self = data;

  g_free (self->workspace);
  g_free (self->connection);
  g_free (self);
}

static int
compare_applied (gconstpointer a, gconstpointer b)
{
  const QdPolicyApplied *one = *(const QdPolicyApplied *const *) a, *other = *(const QdPolicyApplied *const *) b;

  return one->at_us != other->at_us ? (one->at_us < other->at_us ? 1 : -1) : strcmp (one->job, other->job);
}

static void
list_work (const char *folder, GTask *task, gpointer data)
{
  const Wanted *wanted = data;
  g_autoptr (GPtrArray) kept = find_kept (folder);
  GPtrArray *all = g_ptr_array_new_with_free_func (applied_free);

  for (guint i = 0; i < MIN (kept->len, QD_APPLIED_KEPT); i++)
    {
      g_autoptr (GError) error = NULL;
      QdPolicyApplied *one = read_applied (((Kept *) g_ptr_array_index (kept, i))->path, &error);

      if (one == NULL)
        g_message ("%s", error ? error->message : "a job's record went away while it was read");
      else if ((wanted->workspace && !g_str_equal (wanted->workspace, one->folder)) ||
               (wanted->connection && !g_str_equal (wanted->connection, one->connection)))
        qd_policy_applied_free (one);
      else
        g_ptr_array_add (all, one);
    }
  g_ptr_array_sort (all, compare_applied);
  g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
}

void
qd_remotes_list_applied_async (QdRemotes *self, const char *workspace, const char *connection, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Wanted *wanted = g_new0 (Wanted, 1);

  wanted->workspace = g_strdup (workspace);
  wanted->connection = g_strdup (connection);
  g_task_set_source_tag (task, qd_remotes_list_applied_async);
  g_task_set_task_data (task, wanted, wanted_free);
  qd_remotes_work (self, task, list_work);
}

GPtrArray *
qd_remotes_list_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
