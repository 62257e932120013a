/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-lab.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qd-json.h"

/* The ready line and the credentials file are a few kilobytes. */
#define MAX_BYTES (256 * 1024)

struct _QdLab
{
  GObject parent_instance;

  GSubprocess *process;
  GDataInputStream *output;
};

enum { SIGNAL_ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdLab, qd_lab, G_TYPE_OBJECT)

/* --- Where it is -------------------------------------------------------------------------------- */

/* QD_LIBEXEC when the program runs from its build folder, else where both are installed. */
static char *
find_program (void)
{
  const char *folders[] = { g_getenv ("QD_LIBEXEC"), QD_BINDIR, QD_LIBEXECDIR };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = folders[i] != NULL ? g_build_filename (folders[i], "quarterdeck-lab", NULL) : NULL;

      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return g_find_program_in_path ("quarterdeck-lab");
}

/* --- What it says when it is ready --------------------------------------------------------------- */

/* The member of an object in an array that has @name = @value. */
static JsonObject *
find_object (JsonArray *array, const char *name, const char *value)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (array, i));

      if (g_strcmp0 (qd_json_get_string (object, name, NULL), value) == 0)
        return object;
    }
  return NULL;
}

static QdEndpoint *
read_http (JsonObject *ready, JsonObject *credentials)
{
  QdEndpoint *endpoint = qd_endpoint_new (QD_LAB_HTTP_ID, _("Lab"), "node-api", qd_json_get_string (ready, "http", ""));
  JsonObject *admin = find_object (qd_json_get_array (credentials, "users"), "username", "admin");

  g_set_str (&endpoint->environment, "dev");
  g_set_str (&endpoint->user, "admin");
  if (admin != NULL)
    g_set_str (&endpoint->password, qd_json_get_string (admin, "password", NULL));
  g_set_str (&endpoint->ca_file, qd_json_get_string (ready, "ca", NULL));
  return endpoint;
}

static QdEndpoint *
read_nats (JsonObject *ready, JsonObject *credentials)
{
  const char *url = qd_json_get_string (ready, "nats", NULL);
  JsonObject *roles = qd_json_get_object (credentials, "nats");
  JsonObject *admin = roles != NULL ? qd_json_get_object (roles, "admin") : NULL;
  QdEndpoint *endpoint;

  if (url == NULL)
    return NULL;
  endpoint = qd_endpoint_new (QD_LAB_NATS_ID, _("Lab messages"), "nats", url);
  g_set_str (&endpoint->environment, "dev");
  g_set_str (&endpoint->feeds, QD_LAB_HTTP_ID);
  g_set_str (&endpoint->monitor_url, qd_json_get_string (ready, "nats_monitor", NULL));
  if (admin != NULL)
    {
      g_set_str (&endpoint->user, qd_json_get_string (admin, "user", NULL));
      g_set_str (&endpoint->password, qd_json_get_string (admin, "password", NULL));
    }
  return endpoint;
}

static void
credentials_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GPtrArray) endpoints = NULL;
  JsonObject *ready = g_task_get_task_data (task);
  QdEndpoint *nats;
  gsize length;

  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    {
      g_task_return_prefixed_error (task, g_steal_pointer (&error), _("Could not read the lab's credentials: "));
      return;
    }
  node = qd_json_parse (text, (gssize) MIN (length, MAX_BYTES), "credentials", &error);
  if (node == NULL || qd_json_object (node) == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("The lab's credentials file is damaged"));
      return;
    }
  endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_endpoint_free);
  g_ptr_array_add (endpoints, read_http (ready, qd_json_object (node)));
  nats = read_nats (ready, qd_json_object (node));
  if (nats != NULL)
    g_ptr_array_add (endpoints, nats);
  g_task_return_pointer (task, g_steal_pointer (&endpoints), (GDestroyNotify) g_ptr_array_unref);
}

/* Takes @task on with the line that the lab printed. */
static void
read_ready_line (GTask *task, const char *line, gssize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_json_parse (line, length, "quarterdeck-lab", &error);
  JsonObject *object = node != NULL ? qd_json_object (node) : NULL;
  const char *path = object != NULL ? qd_json_get_string (object, "credentials", NULL) : NULL;
  g_autoptr (GFile) file = NULL;

  if (path == NULL || qd_json_get_string (object, "http", NULL) == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                               _("Could not understand the lab's ready line: %s"),
                               error != NULL ? error->message : _("it names no address or no credentials file"));
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, json_object_ref (object), (GDestroyNotify) json_object_unref);
  file = g_file_new_for_path (path);
  g_file_load_contents_async (file, g_task_get_cancellable (task), credentials_loaded_cb, task);
}

/* --- The child ---------------------------------------------------------------------------------- */

static void
line_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, &length, &error);

  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (line == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED,
                             _("The lab ended before it was ready: run quarterdeck-lab in a terminal to see why"));
  else
    read_ready_line (g_steal_pointer (&task), line, (gssize) length);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GSubprocess *process = G_SUBPROCESS (source);
  g_autoptr (GError) error = NULL;
  GWeakRef *weak = data;
  g_autoptr (QdLab) self = g_weak_ref_get (weak);
  g_autofree char *cause = NULL;

  g_weak_ref_clear (weak);
  g_free (weak);
  g_subprocess_wait_finish (process, result, &error);
  if (self == NULL || self->process != process)
    return;
  if (g_subprocess_get_if_exited (process))
    cause = g_strdup_printf (_("The lab ended with status %d"), g_subprocess_get_exit_status (process));
  else
    cause = g_strdup (_("The lab was killed"));
  g_clear_object (&self->process);
  g_clear_object (&self->output);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, cause);
}

static void
watch_process (QdLab *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_subprocess_wait_async (self->process, NULL, ended_cb, weak);
}

void
qd_lab_start_async (QdLab *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autofree char *program = find_program ();
  g_autofree char *state = g_build_filename (g_get_user_data_dir (), "quarterdeck", "lab", NULL);
  g_autoptr (GError) error = NULL;

  g_return_if_fail (QD_IS_LAB (self));

  g_task_set_source_tag (task, qd_lab_start_async);
  if (program == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                               _("Could not find quarterdeck-lab: it is installed together with this program"));
      return;
    }
  if (self->process != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS, _("The lab is already running"));
      return;
    }
  if (g_mkdir_with_parents (state, 0700) != 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errno),
                               _("Could not make the lab's folder %s: %s"), state, g_strerror (errno));
      return;
    }
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--die-with-parent",
                                    "--state", state, NULL);
  if (self->process == NULL)
    {
      g_task_return_prefixed_error (task, g_steal_pointer (&error), _("Could not start the lab: "));
      return;
    }
  watch_process (self);
  self->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (self->output), 16 * 1024);
  g_data_input_stream_read_line_async (self->output, G_PRIORITY_DEFAULT, cancellable, line_read_cb,
                                       g_steal_pointer (&task));
}

GPtrArray *
qd_lab_start_finish (QdLab *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
ready_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    g_task_return_prefixed_error (task, g_steal_pointer (&error), _("Could not read the lab's ready line: "));
  else
    read_ready_line (g_steal_pointer (&task), text, (gssize) MIN (length, MAX_BYTES));
}

void
qd_lab_attach_async (QdLab *self, GFile *ready_file, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_return_if_fail (QD_IS_LAB (self));
  g_file_load_contents_async (ready_file, cancellable, ready_loaded_cb, task);
}

void
qd_lab_stop (QdLab *self)
{
  g_return_if_fail (QD_IS_LAB (self));

  if (self->process != NULL)
    g_subprocess_send_signal (self->process, SIGTERM);
  g_clear_object (&self->output);
  g_clear_object (&self->process);
}

gboolean
qd_lab_is_running (QdLab *self)
{
  g_return_val_if_fail (QD_IS_LAB (self), FALSE);
  return self->process != NULL;
}

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_lab_dispose (GObject *object)
{
  qd_lab_stop (QD_LAB (object));
  G_OBJECT_CLASS (qd_lab_parent_class)->dispose (object);
}

static void
qd_lab_class_init (QdLabClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_lab_dispose;
  signals[SIGNAL_ENDED] = g_signal_new ("ended", QD_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_lab_init (QdLab *self)
{
}

QdLab *
qd_lab_new (void)
{
  return g_object_new (QD_TYPE_LAB, NULL);
}
