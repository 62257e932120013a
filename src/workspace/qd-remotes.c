/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-remote-private.h"
#include "qd-remote.h"

#define MAX_ASIDE 100

struct _QdRemotes {
  GObject parent;
  char *folder;
  GThreadPool *pool;         /* of one thread, for Work */
};

G_DEFINE_FINAL_TYPE (QdRemotes, qd_remotes, G_TYPE_OBJECT)

typedef struct { GTask *task; QdRemotesWork work; char *folder; } Work;

/* --- Files (the worker) ----------------------------------------------------------------------------------- */

char *
qd_remotes_path (const char *folder, const char *name, const char *ending)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  return g_strconcat (folder, "/", sum, ending, NULL);
}

gboolean
qd_remotes_write (const char *folder, const char *path, GBytes *bytes, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  if (size > QD_REMOTE_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                   _("What is to be remembered of the server’s policies is larger than %u MiB"), QD_REMOTE_MAX_BYTES / (1024 * 1024));
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (path, text, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

GBytes *
qd_remotes_read (const char *path, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GMappedFile) file = NULL;
  GStatBuf info;

  /* A pipe in its place would be waited for. */
  if (g_stat (path, &info) != 0 && errno == ENOENT)
    return NULL;
  if (!S_ISREG (info.st_mode) || info.st_size > (goffset) QD_REMOTE_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: this is no file of Quarterdeck’s"), path);
      return NULL;
    }
  file = g_mapped_file_new (path, FALSE, &failure);
  if (file == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return g_bytes_new (g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
}

void
qd_remotes_set_aside (const char *path, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".broken", NULL);

  for (guint i = 2; g_file_test (beside, G_FILE_TEST_EXISTS) && i <= MAX_ASIDE; i++)
    {
      g_free (beside);
      beside = g_strdup_printf ("%s.broken-%u", path, i);
    }
  if (g_rename (path, beside) == 0 && error && *error)
    {
      g_autofree char *message = g_strdup_printf (_("%s (it was put aside as %s)"), (*error)->message, beside);

      g_set_str (&(*error)->message, message);
    }
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Work *self = data;

  if (!g_task_return_error_if_cancelled (self->task))
    self->work (self->folder, self->task, g_task_get_task_data (self->task));
  g_object_unref (self->task);
  g_free (self->folder);
  g_free (self);
}

void
qd_remotes_work (QdRemotes *self, GTask *task, QdRemotesWork work)
{
  Work *one = g_new (Work, 1);

  *one = (Work) { task, work, g_strdup (self->folder) };
  g_thread_pool_push (self->pool, one, NULL);
}

/* --- Sets --------------------------------------------------------------------------------------------------- */

static void
set_free (gpointer data)
{
  qd_remote_set_free (data);
}

static char *
path_of (const char *folder, const QdRemoteSet *set)
{
  g_autofree char *name = g_strconcat (qd_remote_set_get_folder (set), "\n", qd_remote_set_get_connection (set), NULL);

  return qd_remotes_path (folder, name, QD_REMOTES_SET);
}

static gboolean
is_of (const QdRemoteSet *set, const QdRemoteSet *asked)
{
  return g_str_equal (qd_remote_set_get_folder (set), qd_remote_set_get_folder (asked)) &&
         g_str_equal (qd_remote_set_get_connection (set), qd_remote_set_get_connection (asked));
}

QdRemoteSet *
qd_remotes_read_set (const char *folder, const char *workspace, const char *connection, GError **error)
{
  g_autoptr (QdRemoteSet) asked = qd_remote_set_new (workspace, connection), set = NULL;
  g_autofree char *path = path_of (folder, asked);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = qd_remotes_read (path, &failure);
  gsize size = 0;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes == NULL && failure == NULL)
    return g_steal_pointer (&asked);
  if (bytes)
    set = qd_remote_set_parse (text ? text : "", size, path, &failure);
  if (set && is_of (set, asked))
    return g_steal_pointer (&set);
  if (set)
    failure = g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: this is of another workspace or connection"), path);
  /* What a newer Quarterdeck wrote is not broken: that one will read it again. */
  if ((bytes || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)) &&
      !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      qd_remotes_set_aside (path, &failure);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, failure->message);
    }
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

gboolean
qd_remotes_write_set (const char *folder, const QdRemoteSet *set, GError **error)
{
  g_autofree char *path = path_of (folder, set);
  g_autoptr (GBytes) bytes = qd_remote_set_to_bytes (set);

  return qd_remotes_write (folder, path, bytes, error);
}

static void
load_work (const char *folder, GTask *task, gpointer data)
{
  const QdRemoteSet *asked = data;
  GError *error = NULL;
  QdRemoteSet *set = qd_remotes_read_set (folder, qd_remote_set_get_folder (asked), qd_remote_set_get_connection (asked), &error);

  if (set)
    g_task_return_pointer (task, set, set_free);
  else
    g_task_return_error (task, error);
}

void
qd_remotes_load_async (QdRemotes *self, const char *workspace, const char *connection, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, qd_remotes_load_async);
  g_task_set_task_data (task, qd_remote_set_new (workspace, connection), set_free);
  qd_remotes_work (self, task, load_work);
}

QdRemoteSet *
qd_remotes_load_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
save_work (const char *folder, GTask *task, gpointer data)
{
  GError *error = NULL;

  if (qd_remotes_write_set (folder, data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
qd_remotes_save_async (QdRemotes *self, const QdRemoteSet *set, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, qd_remotes_save_async);
  g_task_set_task_data (task, qd_remote_set_copy (set), set_free);
  qd_remotes_work (self, task, save_work);
}

gboolean
qd_remotes_save_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Whose a file is ---------------------------------------------------------------------------------------- */

typedef struct { char *file, *connection; } Find;

static void
find_free (gpointer data)
{
  Find *self = data;

  g_free (self->file);
  g_free (self->connection);
  g_free (self);
}

static gboolean
remembers (const QdRemoteSet *set, const char *document)
{
  g_autoptr (GPtrArray) list = qd_remote_set_list (set);

  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((const QdRemoteEntry *) g_ptr_array_index (list, i))->document, document))
      return TRUE;
  return FALSE;
}

/* What is broken is told by who reads it in earnest: it counts as a set that remembers nothing. *@exists: there is one. */
static QdRemoteSet *
peek_set (const char *folder, const char *workspace, const char *connection, gboolean *exists)
{
  g_autoptr (QdRemoteSet) asked = qd_remote_set_new (workspace, connection);
  g_autofree char *path = path_of (folder, asked);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = qd_remotes_read (path, &failure);
  gsize size = 0;
  const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  *exists = bytes || failure;
  return bytes ? qd_remote_set_parse (text ? text : "", size, path, NULL) : NULL;
}

static void
find_work (const char *folder, GTask *task, gpointer data)
{
  const Find *self = data;
  g_autofree char *nearest = NULL, *above = g_path_get_dirname (self->file);
  gboolean top;

  do
    {
      gboolean exists;
      g_autoptr (QdRemoteSet) set = peek_set (folder, above, self->connection, &exists);
      const char *name = self->file + strlen (above);
      char *next = g_path_get_dirname (above);

      if (set && remembers (set, name + (*name == '/')))
        {
          g_free (next);
          g_task_return_pointer (task, g_steal_pointer (&above), g_free);
          return;
        }
      if (exists && nearest == NULL)
        nearest = g_strdup (above);
      top = g_str_equal (next, above);
      g_free (above);
      above = next;
    }
  while (!top);
  g_task_return_pointer (task, g_steal_pointer (&nearest), g_free);
}

void
qd_remotes_find_async (QdRemotes *self, const char *file, const char *connection, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task;
  Find *find;

  g_return_if_fail (g_path_is_absolute (file));

  task = g_task_new (self, NULL, callback, data);
  find = g_new (Find, 1);
  *find = (Find) { g_strdup (file), g_strdup (connection) };
  g_task_set_source_tag (task, qd_remotes_find_async);
  g_task_set_task_data (task, find, find_free);
  qd_remotes_work (self, task, find_work);
}

char *
qd_remotes_find_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- The type ------------------------------------------------------------------------------------------------- */

static void
qd_remotes_finalize (GObject *object)
{
  QdRemotes *self = QD_REMOTES (object);

  /* Each task holds a reference: nothing is left to be done. This may be its last thread. */
  g_thread_pool_free (self->pool, FALSE, FALSE);
  g_free (self->folder);
  G_OBJECT_CLASS (qd_remotes_parent_class)->finalize (object);
}

static void
qd_remotes_class_init (QdRemotesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_remotes_finalize;
}

static void
qd_remotes_init (QdRemotes *self)
{
  self->pool = g_thread_pool_new (work_cb, NULL, 1, FALSE, NULL);
}

QdRemotes *
qd_remotes_new (const char *folder)
{
  QdRemotes *self = g_object_new (QD_TYPE_REMOTES, NULL);

  self->folder = g_strdup (folder);
  return self;
}

char *
qd_remotes_dup_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "quarterdeck", "remotes", NULL);
}
