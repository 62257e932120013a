/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection that is gone takes with it what was kept of its policies. */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "qd-remote-private.h"

/* What kinds of file there are, by the end of their names. */
typedef gboolean (*IsOf) (const char *text, gsize length, const char *path, const char *connection);

static gboolean
is_set_of (const char *text, gsize length, const char *path, const char *connection)
{
  g_autoptr (QdRemoteSet) set = qd_remote_set_parse (text, length, path, NULL);

  return set && g_str_equal (qd_remote_set_get_connection (set), connection);
}

static gboolean
is_applied_of (const char *text, gsize length, const char *path, const char *connection)
{
  g_autoptr (QdPolicyApplied) applied = qd_policy_applied_parse (text, length, path, NULL);

  return applied && g_str_equal (applied->connection, connection);
}

static const struct { const char *ending; IsOf is_of; } files[] = {
  { QD_REMOTES_SET, is_set_of }, { QD_REMOTES_APPLIED, is_applied_of },
};

/* What cannot be read is of nobody that is known: it stays. */
static gboolean
is_of (const char *path, const char *connection)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (g_str_has_suffix (path, files[i].ending))
      {
        g_autoptr (GBytes) bytes = qd_remotes_read (path, NULL);
        gsize size = 0;
        const char *text = bytes ? g_bytes_get_data (bytes, &size) : NULL;

        return text && files[i].is_of (text, size, path, connection);
      }
  return FALSE;
}

static gboolean
forget (const char *path, GError **error)
{
  g_autofree char *beside = g_strconcat (path, QD_REMOTES_NEWS, NULL);

  g_unlink (beside);
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  return FALSE;
}

static void
forget_work (const char *folder, GTask *task, gpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  for (guint i = 0; i < paths->len; i++)
    if (is_of (g_ptr_array_index (paths, i), data))
      forget (g_ptr_array_index (paths, i), error ? NULL : &error);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
qd_remotes_forget_async (QdRemotes *self, const char *connection, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, qd_remotes_forget_async);
  g_task_set_task_data (task, g_strdup (connection), g_free);
  qd_remotes_work (self, task, forget_work);
}

gboolean
qd_remotes_forget_finish (QdRemotes *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
