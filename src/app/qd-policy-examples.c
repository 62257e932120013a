/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-examples.h"

#include <errno.h>
#include <glib/gstdio.h>

#define RESOURCES "/io/github/quarterdeck/Quarterdeck/examples"

static gboolean
unpack_file (const char *resource, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, 0, error);

  /* may wait: this is a worker */
  return bytes && g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
}

static void
unpack (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", "examples", (const char *) data, NULL);
  g_autofree char *resources = g_strdup_printf ("%s/%s", RESOURCES, (const char *) data);
  GError *error = NULL;
  g_auto (GStrv) names = g_resources_enumerate_children (resources, 0, &error);

  if (names && g_mkdir_with_parents (folder, 0700) != 0)
    g_set_error (&error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
  for (guint i = 0; error == NULL && names[i]; i++)
    {
      g_autofree char *resource = g_strdup_printf ("%s/%s", resources, names[i]);
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        unpack_file (resource, path, &error);
    }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&folder), g_free);
}

void
qd_policy_examples_unpack (const char *name, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);

  g_task_set_task_data (task, g_strdup (name), g_free);
  g_task_run_in_thread (task, unpack);
}

char *
qd_policy_examples_unpack_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
